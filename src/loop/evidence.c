/* evidence.c: see evidence.h.
 *
 * Invariants: evidence keeps the link that it began with; nobody judges a file that they gave; a verdict is about one
 * version; nothing is added to what is closed.
 */
#include "loop/evidence.h"

#include "loop/locked.h"
#include "loop/truth.h"

enum { JUDGE_DAYS = 5 }; /* working days [P] */

/* ---- what it is given for ----------------------------------------------------------------------------------- */

static enum rc find_subject(struct command_call *call, struct value **ret_row)
{
    struct str kind = value_get_text(call->input, "subject_kind");
    enum query query = str_equal(kind, STR("task"))      ? Q_EVIDENCE_SUBJECT_TASK
                       : str_equal(kind, STR("measure")) ? Q_EVIDENCE_SUBJECT_MEASURE
                                                         : Q_EVIDENCE_SUBJECT_FINDING;
    return locked_row(call, query, value_get_int(call->input, "subject_id", 0), "evidence.subject_not_found", ret_row);
}

static enum rc require_subject(struct command_call *call, int64_t unit_id, int64_t label)
{
    enum rc rc = command_require(call, PERM_TASK_WORK, unit_id, label);
    if (rc != RC_FORBIDDEN || actor_check(call->ctx, call->db, call->actor, PERM_TASK_READ, unit_id, label) == RC_OK)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_key(call->ctx, RC_NOT_FOUND, "evidence.subject_not_found");
}

static bool is_over(const struct value *subject)
{
    static const char *const over[] = {"closed", "ended", "withdrawn", "cancelled", "dropped"};
    for (size_t i = 0; i < sizeof over / sizeof *over; i++)
        if (str_equal_cstr(value_get_text(subject, "status"), over[i]) ||
            str_equal_cstr(value_get_text(subject, "state"), over[i]))
            return true;
    return false;
}

/* The subject of the input, which the actor may work on. */
static enum rc take_subject(struct command_call *call, struct value **ret_row)
{
    TRY(find_subject(call, ret_row));
    TRY(require_subject(call, value_get_int(*ret_row, "unit_id", 0), value_get_int(*ret_row, "label", LABEL_INTERNAL)));
    return is_over(*ret_row) ? ctx_fail_key(call->ctx, RC_GUARD, "evidence.subject_over") : RC_OK;
}

/* ---- files -------------------------------------------------------------------------------------------------- */

/* Before a source's chain is locked: files are noted in the organisation's. */
enum rc evidence_note_file(struct command_call *call, const struct value *input)
{
    struct arena *arena = call->ctx->arena;
    struct str sha256 = value_get_text(input, "sha256");
    struct db_stmt *st = db_query(call->db, Q_FILE_FIND);
    struct value *known, *body;
    int64_t seq;
    db_bind_text(st, "sha256", sha256);
    TRY(db_first_row(call->ctx, st, &known));
    if (known)
        return RC_OK;
    body = value_new_map(arena);
    value_put_text(arena, body, "sha256", sha256);
    value_put_text(arena, body, "name", value_get_text(input, "file_name"));
    value_put_text(arena, body, "media_type", value_get_text(input, "media_type"));
    value_put_int(arena, body, "size", value_get_int(input, "size_bytes", 0));
    return command_append(call, EVENT_FILE_STORED, CHAIN_ORGANISATION, 0, body, &seq);
}

static enum rc put_version(struct command_call *call, struct value *body)
{
    static const char *const texts[] = {"sha256", "file_name", "format", "made_on", "note"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        value_put_text(call->ctx->arena, body, texts[i], value_get_text(call->input, texts[i]));
    value_put_int(call->ctx->arena, body, "size_bytes", value_get_int(call->input, "size_bytes", 0));
    if (str_compare(value_get_text(call->input, "made_on"), lifecycle_today(call)) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "evidence.made_in_future", "made_on");
    return RC_OK;
}

/* The fields that a check needs of what is linked. */
static enum rc check_link(struct command_call *call, const struct value *subject, int64_t evidence_id,
                          struct str sha256, struct str made_on)
{
    struct value *link = value_copy(call->ctx->arena, subject);
    if (!link)
        return arena_rc(call->ctx->arena);
    value_put_int(call->ctx->arena, link, "evidence_id", evidence_id);
    value_put_text(call->ctx->arena, link, "sha256", sha256);
    value_put_text(call->ctx->arena, link, "made_on", made_on);
    return truth_check_evidence(call, link);
}

static void put_link(struct command_call *call, struct value *body, const struct value *subject, int64_t own_label)
{
    struct arena *arena = call->ctx->arena;
    int64_t label = value_get_int(subject, "label", LABEL_INTERNAL);
    value_put_text(arena, body, "subject_kind", value_get_text(call->input, "subject_kind"));
    value_put_int(arena, body, "subject_id", value_get_int(subject, "id", 0));
    value_put_int(arena, body, "finding_id", value_get_int(subject, "finding_id", 0));
    value_put(body, STR("measure_id"), value_copy(arena, value_get(subject, "measure_id")));
    value_set(body, STR("unit_id"), value_new_int(arena, value_get_int(subject, "unit_id", 0)));
    value_set(body, STR("label"), value_new_int(arena, own_label > label ? own_label : label));
}

static void put_text_or_null(struct command_call *call, struct value *body, const char *key)
{
    struct str text = value_get_text(call->input, key);
    if (text.n)
        value_put_text(call->ctx->arena, body, key, text);
    else
        value_put_null(call->ctx->arena, body, key);
}

static enum rc check_label(struct command_call *call, int64_t unit_id, int64_t label)
{
    if (label < LABEL_PUBLIC || label > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.not_a_choice", "label");
    return command_require(call, PERM_TASK_WORK, unit_id, label);
}

static enum rc evidence_add(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *subject;
    TRY(evidence_note_file(call, call->input));
    TRY(take_subject(call, &subject));
    int64_t unit_id = value_get_int(subject, "unit_id", 0), id;
    int64_t label = value_get_int(call->input, "label", value_get_int(subject, "label", LABEL_INTERNAL));
    TRY(check_label(call, unit_id, label));
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "noun", STR("evidence"));
    value_put_int(arena, body, "source_id", value_get_int(subject, "source_id", 0));
    struct str no = arena_format(arena, "%.*s-E%lld", STR_ARG(value_get_text(subject, "finding_no")),
                                 (long long)value_get_int(subject, "last_evidence_no", 0) + 1);
    struct str title = value_get_text(call->input, "title");
    value_put_text(arena, body, "no", no);
    value_put_text(arena, body, "title", title.n ? title : value_get_text(call->input, "file_name"));
    value_put_text(arena, body, "class", value_get_text(call->input, "class"));
    value_put_int(arena, body, "own_label", label);
    put_text_or_null(call, body, "expires");
    put_link(call, body, subject, label);
    TRY(put_version(call, body));
    value_put_list(arena, body, "waits");
    lifecycle_wait(call, body, "judge_evidence", STR("unit_approver"), unit_id, lifecycle_due_in(call, JUDGE_DAYS));
    TRY(command_append(call, EVENT_EVIDENCE_ADDED, value_get_int(subject, "source_id", 0), 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    value_put_text(arena, call->result, "no", no);
    return check_link(call, subject, id, value_get_text(call->input, "sha256"), value_get_text(call->input, "made_on"));
}

/* ---- an evidence that is there ------------------------------------------------------------------------------ */

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row)
{
    TRY(locked_row(call, Q_EVIDENCE_GET_ANY, value_get_int(call->input, "id", 0), "evidence.not_found", ret_row));
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(*ret_row, "id", 0));
    return command ? lifecycle_begin(call, lifecycle_find(NOUN_EVIDENCE, command), *ret_row) : RC_OK;
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *row, struct value *body)
{
    int64_t seq;
    return command_append(call, kind, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0), body, &seq);
}

static enum rc evidence_revise(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *subject;
    TRY(evidence_note_file(call, call->input));
    TRY(begin(call, "revise", &row));
    body = lifecycle_body(call, lifecycle_find(NOUN_EVIDENCE, "revise"), row, NULL);
    value_put_int(arena, body, "n", value_get_int(row, "version_n", 0) + 1);
    value_put_int(arena, body, "finding_id", value_get_int(row, "finding_id", 0));
    TRY(put_version(call, body));
    lifecycle_wait(call, body, "judge_evidence", STR("unit_approver"), value_get_int(row, "unit_id", 0),
                   lifecycle_due_in(call, JUDGE_DAYS));
    TRY(append(call, EVENT_EVIDENCE_REVISED, row, body));
    struct value *home = value_new_map(arena);
    value_put_text(arena, home, "subject_kind", value_get_text(row, "home_kind"));
    value_put_int(arena, home, "subject_id", value_get_int(row, "home_id", 0));
    struct command_call at_home = *call;
    at_home.input = home;
    TRY(find_subject(&at_home, &subject));
    return check_link(call, subject, value_get_int(row, "id", 0), value_get_text(call->input, "sha256"),
                      value_get_text(call->input, "made_on"));
}

static enum rc evidence_judge(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    struct str verdict = value_get_text(call->input, "verdict"), reason = value_get_text(call->input, "reason");
    int64_t me = call->actor->account_id;
    TRY(begin(call, "judge", &row));
    if (me && value_get_int(row, "added_by", 0) == me)
        return ctx_fail_key(call->ctx, RC_GUARD, "evidence.own");
    if (value_get_int(call->input, "n", 0) != value_get_int(row, "version_n", 0))
        return ctx_fail_key(call->ctx, RC_CONFLICT, "evidence.newer_version");
    if (!str_equal(verdict, STR("effective")) && !reason.n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "reason");
    body = lifecycle_body(call, lifecycle_find(NOUN_EVIDENCE, "judge"), row, arena_copy_cstr(arena, verdict));
    value_put_int(arena, body, "n", value_get_int(row, "version_n", 0));
    value_put_text(arena, body, "judgement", reason);
    return append(call, EVENT_EVIDENCE_JUDGED, row, body);
}

static enum rc evidence_change(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body = value_new_map(arena);
    TRY(begin(call, "change", &row));
    int64_t label = value_get_int(call->input, "label", LABEL_INTERNAL);
    TRY(check_label(call, value_get_int(row, "unit_id", 0), label));
    static const char *const same[] = {"no", "file_name", "note"};
    value_put_int(arena, body, "id", value_get_int(row, "id", 0));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        value_put_text(arena, body, same[i], value_get_text(row, same[i]));
    value_put_text(arena, body, "title", value_get_text(call->input, "title"));
    value_put_text(arena, body, "class", value_get_text(call->input, "class"));
    value_put_int(arena, body, "own_label", label);
    put_text_or_null(call, body, "expires");
    return append(call, EVENT_EVIDENCE_CHANGED, row, body);
}

/* Whether the actor may read the evidence by one of its links. */
static enum rc require_readable(struct command_call *call, int64_t id)
{
    struct db_stmt *st = db_query(call->db, Q_EVIDENCE_GET);
    struct value *row;
    actor_bind_scope(st, call->actor, PERM_TASK_READ);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, &row));
    return row ? RC_OK : ctx_fail_key(call->ctx, RC_NOT_FOUND, "evidence.not_found");
}

static enum rc find_link(struct command_call *call, struct value **ret_link)
{
    struct db_stmt *st = db_query(call->db, Q_EVIDENCE_LINK_GET);
    db_bind_int(st, "id", value_get_int(call->input, "id", 0));
    db_bind_text(st, "subject_kind", value_get_text(call->input, "subject_kind"));
    db_bind_int(st, "subject_id", value_get_int(call->input, "subject_id", 0));
    return db_first_row(call->ctx, st, ret_link);
}

static enum rc evidence_link(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *subject, *known, *body = value_new_map(arena);
    TRY(require_readable(call, value_get_int(call->input, "id", 0)));
    TRY(begin(call, NULL, &row));
    TRY(take_subject(call, &subject));
    TRY(find_link(call, &known));
    if (known)
        return ctx_fail_key(call->ctx, RC_CONFLICT, "evidence.linked_already");
    value_put_int(arena, body, "id", value_get_int(row, "id", 0));
    put_link(call, body, subject, value_get_int(row, "own_label", 0));
    value_put_text(arena, body, "title", value_get_text(subject, "title"));
    TRY(append(call, EVENT_EVIDENCE_LINKED, row, body));
    return check_link(call, subject, value_get_int(row, "id", 0), value_get_text(row, "sha256"),
                      value_get_text(row, "made_on"));
}

static enum rc evidence_unlink(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *link, *body = value_new_map(arena);
    TRY(require_readable(call, value_get_int(call->input, "id", 0)));
    TRY(begin(call, NULL, &row));
    TRY(find_link(call, &link));
    if (!link)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "evidence.subject_not_found");
    TRY(require_subject(call, value_get_int(link, "unit_id", 0), value_get_int(link, "label", LABEL_INTERNAL)));
    if (!value_get_text(call->input, "reason").n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "reason");
    bool is_home = str_equal(value_get_text(row, "home_kind"), value_get_text(call->input, "subject_kind")) &&
                   value_get_int(row, "home_id", 0) == value_get_int(call->input, "subject_id", 0);
    if (is_home)
        return ctx_fail_key(call->ctx, RC_GUARD, "evidence.keeps_home");
    value_put_int(arena, body, "id", value_get_int(row, "id", 0));
    value_put_text(arena, body, "subject_kind", value_get_text(call->input, "subject_kind"));
    value_put_int(arena, body, "subject_id", value_get_int(call->input, "subject_id", 0));
    return append(call, EVENT_EVIDENCE_UNLINKED, row, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

#define FILE_FIELDS                                                                                                    \
    {"made_on", FIELD_DATE, true, 0, NULL}, {"note", FIELD_LONG, false, 2000, NULL},                                   \
        {"sha256", FIELD_TEXT, true, 64, NULL}, {"file_name", FIELD_TEXT, true, 200, NULL},                            \
        {"media_type", FIELD_TEXT, true, 200, NULL}, {"format", FIELD_TEXT, true, 20, NULL},                           \
    {                                                                                                                  \
        "size_bytes", FIELD_INT, true, 0, NULL                                                                         \
    }

static const struct field add_fields[] = {{"subject_kind", FIELD_CHOICE, true, 0, EVIDENCE_SUBJECTS},
                                          {"subject_id", FIELD_ID, true, 0, NULL},
                                          {"title", FIELD_TEXT, false, 200, NULL},
                                          {"class", FIELD_CHOICE, true, 0, EVIDENCE_CLASSES},
                                          {"label", FIELD_INT, false, 0, NULL},
                                          {"expires", FIELD_DATE, false, 0, NULL},
                                          FILE_FIELDS};
const struct command command_evidence_add = {.name = "evidence.add",
                                             .is_on_source = true,
                                             .perm = PERM_TASK_WORK,
                                             COMMAND_FIELDS(add_fields),
                                             .run = evidence_add};

static const struct field revise_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}, FILE_FIELDS};
const struct command command_evidence_revise = {.name = "evidence.revise",
                                                .is_on_source = true,
                                                .perm = PERM_TASK_WORK,
                                                COMMAND_FIELDS(revise_fields),
                                                .run = evidence_revise};

static const struct field judge_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                            {"n", FIELD_INT, true, 0, NULL},
                                            {"verdict", FIELD_CHOICE, true, 0, EVIDENCE_VERDICTS},
                                            {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_evidence_judge = {.name = "evidence.judge",
                                               .is_on_source = true,
                                               .perm = PERM_TASK_APPROVE,
                                               COMMAND_FIELDS(judge_fields),
                                               .run = evidence_judge,
                                               .path = "/evidences/{id}/judge",
                                               .redirect = "/evidences/{id}"};

static const struct field change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                             {"title", FIELD_TEXT, true, 200, NULL},
                                             {"class", FIELD_CHOICE, true, 0, EVIDENCE_CLASSES},
                                             {"label", FIELD_INT, true, 0, NULL},
                                             {"expires", FIELD_DATE, false, 0, NULL},
                                             {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_evidence_change = {.name = "evidence.change",
                                                .is_on_source = true,
                                                .perm = PERM_TASK_WORK,
                                                COMMAND_FIELDS(change_fields),
                                                .run = evidence_change,
                                                .path = "/evidences/{id}",
                                                .redirect = "/evidences/{id}"};

static const struct field link_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                           {"subject_kind", FIELD_CHOICE, true, 0, EVIDENCE_SUBJECTS},
                                           {"subject_id", FIELD_ID, true, 0, NULL},
                                           {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_evidence_link = {.name = "evidence.link",
                                              .is_on_source = true,
                                              .perm = PERM_TASK_WORK,
                                              COMMAND_FIELDS(link_fields),
                                              .run = evidence_link,
                                              .path = "/evidences/{id}/link",
                                              .redirect = "/evidences/{id}"};
const struct command command_evidence_unlink = {.name = "evidence.unlink",
                                                .is_on_source = true,
                                                .perm = PERM_TASK_WORK,
                                                COMMAND_FIELDS(link_fields),
                                                .run = evidence_unlink,
                                                .path = "/evidences/{id}/unlink",
                                                .redirect = "/evidences/{id}"};
