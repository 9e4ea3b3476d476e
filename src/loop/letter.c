/* letter.c: letters of supervision; see letter.h.
 *
 * Invariants: an item has at most one letter under way besides a talk notice; a number is given when the letter is
 * issued, stays with it when it becomes void, and has no gap; who issued a letter neither signs for it nor answers it;
 * a letter that nobody answers in time is raised by one colour.
 */
#include "loop/letter.h"

#include "loop/doc_no.h"
#include "loop/letter_draft.h"
#include "loop/many.h"

enum { REPLY_DAYS_MAX = 60 };

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    TRY(supervise_begin(call, NOUN_LETTER, Q_LETTER_GET_ANY, "letter.not_found", command, ret_row, ret_body));
    /* What stands in work lists: its number once it has one, before that the item's. */
    if (!value_get_text(*ret_row, "no").n)
        value_set(*ret_body, STR("no"), value_new_text(call->ctx->arena, value_get_text(*ret_row, "subject_no")));
    return RC_OK;
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *row,
                      const struct value *body)
{
    return supervise_append(call, kind, value_get_int(row, "id", 0), body);
}

static void wait_for_receiver(struct command_call *call, struct value *body, const struct value *row, const char *what,
                              struct str due)
{
    lifecycle_wait(call, body, what, value_get_text(row, "to_kind"), value_get_int(row, "to_id", 0), due);
}

static void wait_for_office(struct command_call *call, struct value *body, const struct value *row, const char *what,
                            struct str due)
{
    lifecycle_wait(call, body, what, STR("office"), value_get_int(row, "unit_id", 0), due);
}

static enum rc check_days(struct command_call *call)
{
    int64_t days = value_get_int(call->input, "reply_days", SUPERVISE_LETTER_REPLY_DAYS);
    return days >= 1 && days <= REPLY_DAYS_MAX
               ? RC_OK
               : ctx_fail_field(call->ctx, RC_INVALID, "letter.reply_days_range", "reply_days");
}

/* A talk is not called for a day that is over. */
static enum rc check_talk(struct command_call *call)
{
    struct str on = value_get_text(call->input, "talk_on");
    return on.n && str_compare(on, lifecycle_today(call)) < 0
               ? ctx_fail_field(call->ctx, RC_INVALID, "letter.talk_past", "talk_on")
               : RC_OK;
}

static enum rc letter_draft(struct command_call *call)
{
    struct value *subject;
    TRY(supervise_subject(call, PERM_SUPERVISE, &subject));
    TRY(check_days(call));
    TRY(check_talk(call));
    if (!value_get_int(subject, "is_open", 0))
        return ctx_fail_key(call->ctx, RC_GUARD, "supervise.subject_over");
    struct letter_draft draft = {.subject = subject,
                                 .kind = value_get_text(call->input, "kind"),
                                 .cause = STR("manual"),
                                 .demand = value_get_text(call->input, "demand"),
                                 .talk_on = value_get_text(call->input, "talk_on"),
                                 .talk_time = value_get_text(call->input, "talk_time"),
                                 .talk_place = value_get_text(call->input, "talk_place"),
                                 .reply_days = value_get_int(call->input, "reply_days", 0)};
    return letter_append_draft(call, &draft);
}

static enum rc letter_change(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "change", &row, &body));
    TRY(check_days(call));
    TRY(check_talk(call));
    supervise_copy(call, body, row, "kind demand reply_days talk_on talk_time talk_place");
    return append(call, EVENT_LETTER_CHANGED, row, body);
}

/* ---- out ---------------------------------------------------------------------------------------------------- */

static enum rc append_delivered(struct command_call *call, const struct value *row, struct value *body, struct str how)
{
    value_put_text(call->ctx->arena, body, "delivered_by", how);
    struct str due = lifecycle_due_in(call, SUPERVISE_LETTER_SIGN_DAYS), talk = value_get_text(row, "talk_on");
    bool is_sooner = str_equal(value_get_text(row, "kind"), STR("talk")) && talk.n && str_compare(talk, due) < 0;
    wait_for_receiver(call, body, row, "sign_letter", is_sooner ? talk : due);
    return append(call, EVENT_LETTER_DELIVERED, row, body);
}

static enum doc_kind doc_kind_of(struct str kind)
{
    return str_equal(kind, STR("blue"))     ? DOC_LETTER_BLUE
           : str_equal(kind, STR("yellow")) ? DOC_LETTER_YELLOW
           : str_equal(kind, STR("red"))    ? DOC_LETTER_RED
                                            : DOC_LETTER_TALK;
}

/* A red letter is followed by a talk: its notice is drafted at once. */
static enum rc draft_talk(struct command_call *call, const struct value *row, struct str no)
{
    struct value *subject;
    TRY(supervise_subject_of(call, value_get_text(row, "subject_kind"), value_get_int(row, "subject_id", 0), &subject));
    struct letter_draft draft = {
        .subject = subject,
        .kind = STR("talk"),
        .cause = STR("red"),
        .cause_key = arena_format(call->ctx->arena, "talk:%lld", (long long)value_get_int(row, "id", 0)),
        .last_no = no,
        .is_to_leader = true};
    struct value *result = call->result;
    call->result = value_new_map(call->ctx->arena); /* the answer is about the letter that was issued */
    enum rc rc = letter_append_draft(call, &draft);
    call->result = result;
    return rc;
}

static enum rc letter_issue(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    struct str no;
    TRY(begin(call, "issue", &row, &body));
    int64_t issuer;
    TRY(letter_find_issuer(call, value_get_int(row, "unit_id", 0), value_get_int(row, "label", LABEL_INTERNAL),
                           &issuer));
    TRY(doc_no_take(call, body, issuer, doc_kind_of(value_get_text(row, "kind")), &no));
    value_put_text(arena, body, "letter_no", no);
    value_set(body, STR("no"), value_new_text(arena, no));
    value_put_text(arena, body, "due", lifecycle_due_in(call, (int)value_get_int(row, "reply_days", 0)));
    struct str how = value_get_text(call->input, "delivered_by");
    bool is_program = !how.n || str_equal(how, STR("program"));
    if (!is_program)
        wait_for_office(call, body, row, "deliver_letter", lifecycle_due_in(call, SUPERVISE_LETTER_SIGN_DAYS));
    TRY(append(call, EVENT_LETTER_ISSUED, row, body));
    value_put_text(arena, call->result, "no", no);
    if (is_program) {
        struct value *delivered = lifecycle_body(call, lifecycle_find(NOUN_LETTER, "deliver"), row, NULL);
        value_set(delivered, STR("no"), value_new_text(arena, no));
        TRY(append_delivered(call, row, delivered, STR("program")));
    }
    return str_equal(value_get_text(row, "kind"), STR("red")) ? draft_talk(call, row, no) : RC_OK;
}

static enum rc issue_one(struct command_call *call, void *arg, int64_t id, struct many_row *row)
{
    struct value *letter, *input = value_copy(call->ctx->arena, call->input);
    (void)arg;
    TRY(supervise_read(call, Q_LETTER_GET_ANY, id, "letter.not_found", &letter));
    value_put_int(call->ctx->arena, input, "id", id);
    call->input = input;
    enum rc rc = letter_issue(call);
    if (rc != RC_NOT_FOUND && rc != RC_FORBIDDEN)
        row->record = letter;
    if (rc == RC_OK)
        value_set(letter, STR("no"), value_new_text(call->ctx->arena, value_get_text(call->result, "no")));
    return rc;
}

static enum rc letter_issue_many(struct command_call *call) { return many_each(call, issue_one, NULL); }

static enum rc letter_deliver(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "deliver", &row, &body));
    return append_delivered(call, row, body, value_get_text(call->input, "delivered_by"));
}

/* ---- back --------------------------------------------------------------------------------------------------- */

static enum rc check_not_issuer(struct command_call *call, const struct value *row)
{
    bool is_issuer = call->actor->account_id && call->actor->account_id == value_get_int(row, "issued_by", 0);
    return is_issuer ? ctx_fail_key(call->ctx, RC_GUARD, "letter.own") : RC_OK;
}

static enum rc letter_sign(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "sign", &row, &body));
    TRY(check_not_issuer(call, row));
    wait_for_receiver(call, body, row, "answer_letter", value_get_text(row, "due"));
    return append(call, EVENT_LETTER_SIGNED, row, body);
}

static enum rc letter_answer(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "answer", &row, &body));
    TRY(check_not_issuer(call, row));
    supervise_copy(call, body, NULL, "answer");
    wait_for_office(call, body, row, "close_letter", lifecycle_due_in(call, SUPERVISE_LETTER_REPLY_DAYS));
    return append(call, EVENT_LETTER_ANSWERED, row, body);
}

/* The file is in the store already.  No address and no move that a page offers: a digest of somebody else must not
 * become a way to his file. */
static enum rc letter_attach(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    static const struct lifecycle_move move = {
        .noun = NOUN_LETTER, .command = "attach", .from = "signed|answered", .to = "", .perm = PERM_TASK_READ};
    struct value *row, *body, *file = value_new_map(arena);
    int64_t seq;
    TRY(supervise_read(call, Q_LETTER_GET_ANY, value_get_int(call->input, "id", 0), "letter.not_found", &row));
    TRY(lifecycle_begin(call, &move, row));
    bool is_receiver;
    TRY(lifecycle_is_actor(call, value_get_text(row, "to_kind"), value_get_int(row, "to_id", 0), &is_receiver));
    if (!is_receiver)
        TRY(command_require(call, PERM_TASK_WORK, value_get_int(row, "unit_id", 0),
                            value_get_int(row, "label", LABEL_INTERNAL)));
    body = lifecycle_body_of(call, NOUN_LETTER, row);
    supervise_copy(call, body, NULL, "file_sha256 file_name file_size");
    value_put_text(arena, file, "sha256", value_get_text(call->input, "file_sha256"));
    value_put_text(arena, file, "name", value_get_text(call->input, "file_name"));
    value_put_text(arena, file, "media_type", value_get_text(call->input, "media_type"));
    value_put_int(arena, file, "size", value_get_int(call->input, "file_size", 0));
    TRY(command_append(call, EVENT_FILE_STORED, CHAIN_ORGANISATION, value_get_int(row, "id", 0), file, &seq));
    return append(call, EVENT_LETTER_ATTACHED, row, body);
}

static enum rc letter_refuse(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "refuse", &row, &body));
    value_put_text(call->ctx->arena, body, "note", value_get_text(call->input, "reason"));
    wait_for_receiver(call, body, row, "answer_letter", lifecycle_due_in(call, SUPERVISE_LETTER_SIGN_DAYS));
    return append(call, EVENT_LETTER_RETURNED, row, body);
}

static enum rc letter_close(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "close", &row, &body));
    value_put_text(call->ctx->arena, body, "note", value_get_text(call->input, "reason"));
    return append(call, EVENT_LETTER_CLOSED, row, body);
}

static enum rc letter_void(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "void", &row, &body));
    value_put_text(call->ctx->arena, body, "note", value_get_text(call->input, "reason"));
    return append(call, EVENT_LETTER_VOIDED, row, body);
}

static enum rc letter_extend(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(begin(call, "extend", &row, &body));
    struct str due = value_get_text(call->input, "due"), old = value_get_text(row, "due");
    if (str_compare(lifecycle_today(call), old) > 0)
        return ctx_fail_key(call->ctx, RC_GUARD, "letter.extend_late");
    if (str_compare(due, old) <= 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "letter.extend_back", "due");
    value_set(body, STR("to"), value_new_text(arena, lifecycle_state(NOUN_LETTER, row)));
    value_put_text(arena, body, "due", due);
    bool is_signed = str_equal(value_get_text(row, "state"), STR("signed"));
    wait_for_receiver(call, body, row, is_signed ? "answer_letter" : "sign_letter", due);
    return append(call, EVENT_LETTER_EXTENDED, row, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

#define KINDS "blue|yellow|red|talk"

static const struct field letter_draft_fields[] = {
    {"finding_id", FIELD_ID, false, 0, NULL},   {"task_id", FIELD_ID, false, 0, NULL},
    {"kind", FIELD_CHOICE, true, 0, KINDS},     {"demand", FIELD_LONG, false, 4000, NULL},
    {"reply_days", FIELD_INT, false, 0, NULL},  {"talk_on", FIELD_DATE, false, 0, NULL},
    {"talk_time", FIELD_TEXT, false, 40, NULL}, {"talk_place", FIELD_TEXT, false, 200, NULL}};
const struct command command_letter_draft = {.name = "letter.draft",
                                             .perm = PERM_SUPERVISE,
                                             COMMAND_FIELDS(letter_draft_fields),
                                             .run = letter_draft,
                                             .path = "/letters",
                                             .redirect = "/letters/{id}"};

static const struct field letter_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                    {"kind", FIELD_CHOICE, true, 0, KINDS},
                                                    {"demand", FIELD_LONG, true, 4000, NULL},
                                                    {"reply_days", FIELD_INT, true, 0, NULL},
                                                    {"talk_on", FIELD_DATE, false, 0, NULL},
                                                    {"talk_time", FIELD_TEXT, false, 40, NULL},
                                                    {"talk_place", FIELD_TEXT, false, 200, NULL}};
const struct command command_letter_change = {.name = "letter.change",
                                              .perm = PERM_SUPERVISE,
                                              COMMAND_FIELDS(letter_change_fields),
                                              .run = letter_change,
                                              .path = "/letters/{id}/change",
                                              .redirect = "/letters/{id}"};

static const struct field letter_issue_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"delivered_by", FIELD_CHOICE, true, 0, LETTER_WAYS}};
const struct command command_letter_issue = {.name = "letter.issue",
                                             .perm = PERM_SUPERVISE,
                                             COMMAND_FIELDS(letter_issue_fields),
                                             .run = letter_issue,
                                             .path = "/letters/{id}/issue",
                                             .redirect = "/letters/{id}"};
static const struct field letter_issue_many_fields[] = {{"ids", FIELD_IDS, false, MANY_MAX, NULL},
                                                        {"delivered_by", FIELD_CHOICE, true, 0, LETTER_WAYS}};
const struct command command_letter_issue_many = {.name = "letter.issue_many",
                                                  .perm = PERM_SUPERVISE,
                                                  COMMAND_FIELDS(letter_issue_many_fields),
                                                  .run = letter_issue_many,
                                                  .path = "/letters/issue",
                                                  .redirect = "/letters"};
static const struct field letter_deliver_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"delivered_by", FIELD_CHOICE, true, 0, "paper|mail"}};
const struct command command_letter_deliver = {.name = "letter.deliver",
                                               .perm = PERM_SUPERVISE,
                                               COMMAND_FIELDS(letter_deliver_fields),
                                               .run = letter_deliver,
                                               .path = "/letters/{id}/deliver",
                                               .redirect = "/letters/{id}"};

static const struct field letter_sign_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
const struct command command_letter_sign = {.name = "letter.sign",
                                            .perm = PERM_TASK_READ,
                                            COMMAND_FIELDS(letter_sign_fields),
                                            .run = letter_sign,
                                            .path = "/letters/{id}/sign",
                                            .redirect = "/letters/{id}"};

static const struct field letter_answer_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                    {"answer", FIELD_LONG, true, 8000, NULL}};
const struct command command_letter_answer = {.name = "letter.answer",
                                              .perm = PERM_TASK_READ,
                                              COMMAND_FIELDS(letter_answer_fields),
                                              .run = letter_answer,
                                              .path = "/letters/{id}/answer",
                                              .redirect = "/letters/{id}"};

static const struct field letter_attach_fields[] = {
    {"id", FIELD_ID, true, 0, NULL},          {"file_sha256", FIELD_TEXT, true, 64, NULL},
    {"file_name", FIELD_TEXT, true, 0, NULL}, {"media_type", FIELD_TEXT, false, 0, NULL},
    {"file_size", FIELD_INT, true, 0, NULL},
};
/* Only the page that has stored the file runs it. */
const struct command command_letter_attach = {.name = "letter.attach",
                                              .perm = PERM_TASK_READ,
                                              COMMAND_FIELDS(letter_attach_fields),
                                              .run = letter_attach,
                                              .redirect = "/letters/{id}"};

static const struct field letter_reason_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                    {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_letter_refuse = {.name = "letter.refuse",
                                              .perm = PERM_SUPERVISE,
                                              COMMAND_FIELDS(letter_reason_fields),
                                              .run = letter_refuse,
                                              .path = "/letters/{id}/refuse",
                                              .redirect = "/letters/{id}"};
const struct command command_letter_void = {.name = "letter.void",
                                            .perm = PERM_SUPERVISE,
                                            COMMAND_FIELDS(letter_reason_fields),
                                            .run = letter_void,
                                            .path = "/letters/{id}/void",
                                            .redirect = "/letters/{id}"};

static const struct field letter_close_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_letter_close = {.name = "letter.close",
                                             .perm = PERM_SUPERVISE,
                                             COMMAND_FIELDS(letter_close_fields),
                                             .run = letter_close,
                                             .path = "/letters/{id}/close",
                                             .redirect = "/letters/{id}"};

static const struct field letter_extend_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"due", FIELD_DATE, true, 0, NULL}, {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_letter_extend = {.name = "letter.extend",
                                              .perm = PERM_SUPERVISE,
                                              COMMAND_FIELDS(letter_extend_fields),
                                              .run = letter_extend,
                                              .path = "/letters/{id}/extend",
                                              .redirect = "/letters/{id}"};
