/* comment_step.c: what is done with a comment: taken up, linked, answered, refused, handed over as a lead; see
 * comment.h. */
#include "base/clock.h"
#include "loop/bulletin.h"
#include "loop/comment.h"
#include "loop/truth.h"

static enum rc begin(struct command_call *call, const char *move, struct value **ret_row, struct value **ret_body)
{
    return supervise_begin(call, NOUN_COMMENT, Q_COMMENT_GET_ANY, "comment.not_found", move, ret_row, ret_body);
}

/* The finding of the field, of the comment's own source and open to the reader; "not done" about one that is closed
 * raises a check.  Puts finding_id and check_id into the body. */
static enum rc put_finding(struct command_call *call, const struct value *row, struct value *body, bool is_not_done)
{
    struct arena *arena = call->ctx->arena;
    int64_t finding_id = value_get_int(call->input, "finding_id", 0), check_id = 0;
    struct value *finding;
    if (finding_id) {
        TRY(supervise_subject_of(call, STR("finding"), finding_id, &finding));
        bool may_read = actor_check(call->ctx, call->db, call->actor, PERM_FINDING_READ,
                                    value_get_int(finding, "unit_id", 0), value_get_int(finding, "label", 0)) == RC_OK;
        ctx_clear_issues(call->ctx);
        if (!may_read || value_get_int(finding, "source_id", 0) != value_get_int(row, "source_id", -1))
            return ctx_fail_field(call->ctx, RC_NOT_FOUND, "finding.not_found", "finding_id");
        value_put_int(arena, body, "finding_id", finding_id);
        struct str state = value_get_text(finding, "state");
        if (is_not_done && (str_equal(state, STR("closed")) || str_equal(state, STR("kept"))))
            TRY(truth_public_denies(call, finding, value_get_int(row, "id", 0), value_get_text(row, "no"), &check_id));
    } else {
        value_put_null(arena, body, "finding_id");
    }
    if (check_id)
        value_put_int(arena, body, "check_id", check_id);
    else
        value_put_null(arena, body, "check_id");
    return RC_OK;
}

static enum rc comment_accept(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "accept", &row, &body));
    struct str kind = value_get_text(call->input, "kind");
    bool is_not_done = str_equal(kind, STR("not_done"));
    if (is_not_done && !value_get_int(call->input, "finding_id", 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "comment.which_finding", "finding_id");
    value_put_text(call->ctx->arena, body, "kind", kind);
    TRY(put_finding(call, row, body, is_not_done));
    lifecycle_wait(call, body, "answer_comment", STR("office"), value_get_int(row, "unit_id", 0),
                   value_get_text(row, "answer_due"));
    return supervise_append(call, EVENT_COMMENT_ACCEPTED, value_get_int(row, "id", 0), body);
}

static enum rc comment_link(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "link", &row, &body));
    TRY(put_finding(call, row, body, str_equal(value_get_text(row, "kind"), STR("not_done"))));
    return supervise_append(call, EVENT_COMMENT_LINKED, value_get_int(row, "id", 0), body);
}

static enum rc comment_answer(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "answer", &row, &body));
    supervise_copy(call, body, NULL, "answer");
    return supervise_append(call, EVENT_COMMENT_ANSWERED, value_get_int(row, "id", 0), body);
}

static enum rc comment_refuse(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "refuse", &row, &body));
    value_put_text(call->ctx->arena, body, "why", value_get_text(call->input, "reason"));
    return supervise_append(call, EVENT_COMMENT_REFUSED, value_get_int(row, "id", 0), body);
}

static enum rc comment_lead(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    int year, month, day;
    int64_t n;
    TRY(begin(call, "lead", &row, &body));
    date_to_civil(clock_today(), &year, &month, &day);
    struct db_stmt *st = db_query(call->db, Q_COMMENT_NEXT_LEAD);
    db_bind_text(st, "prefix", arena_format(arena, "XS-%d-%%", year));
    TRY(db_get_int(call->ctx, st, &n));
    value_put_text(arena, body, "lead_no", arena_format(arena, "XS-%d-%04lld", year, (long long)n));
    value_put_text(arena, body, "lead_to", value_get_text(call->input, "lead_to"));
    lifecycle_wait(call, body, "hand_lead", STR("office"), value_get_int(row, "unit_id", 0),
                   lifecycle_due_in(call, COMMENT_LEAD_DAYS));
    return supervise_append(call, EVENT_COMMENT_LEAD, value_get_int(row, "id", 0), body);
}

/* The row is written over before it goes, so that no free page keeps it. */
static enum rc wipe(struct command_call *call, struct str sha256)
{
    static const enum query steps[] = {Q_COMMENT_STORE_BLANK, Q_COMMENT_STORE_WIPE};
    struct db_stmt *st = db_query(call->db, Q_COMMENT_STORE_GET);
    struct value *kept;
    db_bind_text(st, "sha256", sha256);
    TRY(db_first_row(call->ctx, st, &kept));
    size_t n = value_get_text(kept, "sealed").n;
    char *blank = ARENA_NEW_ARRAY(call->ctx->arena, char, n + 1);
    if (!blank)
        return arena_rc(call->ctx->arena);
    for (size_t i = 0; i < n; i++)
        blank[i] = '0';
    for (int i = 0; i < 2; i++) {
        st = db_query(call->db, steps[i]);
        db_bind_text(st, "sha256", sha256);
        if (i == 0)
            db_bind_text(st, "blank", (struct str){blank, n});
        TRY(db_run(call->ctx, st));
    }
    return RC_OK;
}

static enum rc comment_handed(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "handed", &row, &body));
    supervise_copy(call, body, NULL, "lead_receipt");
    TRY(wipe(call, value_get_text(row, "sha256")));
    return supervise_append(call, EVENT_COMMENT_HANDED, value_get_int(row, "id", 0), body);
}

static const struct field accept_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                             {"kind", FIELD_CHOICE, true, 0, "advice|question|not_done|praise"},
                                             {"finding_id", FIELD_ID, false, 0, NULL}};
const struct command command_comment_accept = {.name = "comment.accept",
                                               .is_on_source = false,
                                               .perm = PERM_COMMENT_WORK,
                                               COMMAND_FIELDS(accept_fields),
                                               .run = comment_accept,
                                               .path = "/comments/{id}/accept",
                                               .redirect = "/comments/{id}"};
static const struct field link_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"finding_id", FIELD_ID, true, 0, NULL}};
const struct command command_comment_link = {.name = "comment.link",
                                             .perm = PERM_COMMENT_WORK,
                                             COMMAND_FIELDS(link_fields),
                                             .run = comment_link,
                                             .path = "/comments/{id}/link",
                                             .redirect = "/comments/{id}"};
static const struct field answer_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"answer", FIELD_LONG, true, 4000, NULL}};
const struct command command_comment_answer = {.name = "comment.answer",
                                               .perm = PERM_COMMENT_WORK,
                                               COMMAND_FIELDS(answer_fields),
                                               .run = comment_answer,
                                               .path = "/comments/{id}/answer",
                                               .redirect = "/comments/{id}"};
static const struct field refuse_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_comment_refuse = {.name = "comment.refuse",
                                               .perm = PERM_COMMENT_WORK,
                                               COMMAND_FIELDS(refuse_fields),
                                               .run = comment_refuse,
                                               .path = "/comments/{id}/refuse",
                                               .redirect = "/comments/{id}"};
static const struct field lead_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"lead_to", FIELD_TEXT, true, 100, NULL}};
const struct command command_comment_lead = {.name = "comment.lead",
                                             .perm = PERM_COMMENT_WORK,
                                             COMMAND_FIELDS(lead_fields),
                                             .run = comment_lead,
                                             .path = "/comments/{id}/lead",
                                             .redirect = "/comments/{id}"};
static const struct field handed_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                             {"lead_receipt", FIELD_TEXT, true, 100, NULL}};
const struct command command_comment_handed = {.name = "comment.handed",
                                               .perm = PERM_COMMENT_WORK,
                                               COMMAND_FIELDS(handed_fields),
                                               .run = comment_handed,
                                               .path = "/comments/{id}/handed",
                                               .redirect = "/comments/{id}"};
