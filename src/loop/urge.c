/* urge.c: asking those who are waited for by hand, and not too often. */
#include "loop/letter.h"

#include "loop/notice.h"

enum rc supervise_quiet_until(struct command_call *call, struct str subject_kind, int64_t id, struct str *ret_day)
{
    struct value *last;
    struct db_stmt *st = db_query(call->db, Q_URGE_LAST);
    db_bind_text(st, "subject_kind", subject_kind);
    db_bind_int(st, "subject_id", id);
    TRY(db_first_row(call->ctx, st, &last));
    struct str again =
        supervise_working_day_after(call->ctx->arena, value_get_text(last, "on_day"), SUPERVISE_URGE_QUIET_DAYS);
    *ret_day = last && str_compare(lifecycle_today(call), again) < 0 ? again : STR_EMPTY;
    return RC_OK;
}

enum rc supervise_require_quiet(struct command_call *call, struct str subject_kind, int64_t id)
{
    struct str again;
    TRY(supervise_quiet_until(call, subject_kind, id, &again));
    return again.n ? ctx_fail(call->ctx, RC_GUARD, "urge.quiet", STR_EMPTY, STR_EMPTY, &again, 1) : RC_OK;
}

static enum rc urge(struct command_call *call, struct str kind)
{
    struct arena *arena = call->ctx->arena;
    struct value *subject;
    int64_t id = value_get_int(call->input, "id", 0), told;
    TRY(supervise_subject_of(call, kind, id, &subject));
    int64_t unit_id = value_get_int(subject, "unit_id", 0), label = value_get_int(subject, "label", LABEL_INTERNAL);
    enum rc rc = command_require(call, PERM_SUPERVISE, unit_id, label);
    if (rc == RC_FORBIDDEN && actor_check(call->ctx, call->db, call->actor, PERM_TASK_READ, unit_id, label) != RC_OK) {
        ctx_clear_issues(call->ctx);
        return ctx_fail_key(call->ctx, RC_NOT_FOUND,
                            str_equal(kind, STR("task")) ? "task.not_found" : "finding.not_found");
    }
    TRY(rc);
    if (!value_get_int(subject, "is_open", 0))
        return ctx_fail_key(call->ctx, RC_GUARD, "supervise.subject_over");
    TRY(supervise_require_quiet(call, kind, id));
    struct value *body =
        supervise_body(call, kind.p, subject, value_get_text(subject, "no"), value_get_text(subject, "title"));
    value_put_int(arena, body, "id", id);
    supervise_copy(call, body, NULL, "text");
    TRY(supervise_append(call, EVENT_URGE_SENT, id, body));
    TRY(notice_tell(call, kind, id, "urged", &told));
    value_put_int(arena, call->result, "id", id);
    value_put_int(arena, call->result, "told", told);
    return RC_OK;
}

static enum rc finding_urge(struct command_call *call) { return urge(call, STR("finding")); }
static enum rc task_urge(struct command_call *call) { return urge(call, STR("task")); }

static const struct field urge_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"text", FIELD_TEXT, false, 300, NULL}};
const struct command command_finding_urge = {.name = "finding.urge",
                                             .perm = PERM_SUPERVISE,
                                             COMMAND_FIELDS(urge_fields),
                                             .run = finding_urge,
                                             .path = "/findings/{id}/urge",
                                             .redirect = "/findings/{id}"};
const struct command command_task_urge = {.name = "task.urge",
                                          .perm = PERM_SUPERVISE,
                                          COMMAND_FIELDS(urge_fields),
                                          .run = task_urge,
                                          .path = "/tasks/{id}/urge",
                                          .redirect = "/tasks/{id}"};
