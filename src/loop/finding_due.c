/* finding_due.c: who may put another date to a finding and its measures, and when; see finding.h.
 *
 * Invariants: forms, many at once and ledgers ask here before a date moves; what is under way gets another date by
 * whoever supervises it, with a reason that stands in its history; what is signed keeps the date that was signed. That
 * a date that has passed is not made good stands in cycle_set_due (sql/query/loop.sql).
 */
#include "loop/finding.h"

#include "loop/lifecycle.h"

static bool is_one_of(struct str state, const char *const *states)
{
    for (; *states; states++)
        if (str_equal_cstr(state, *states))
            return true;
    return false;
}

enum rc finding_check_due(struct command_call *call, const struct value *finding, const struct value *old,
                          const struct value *fresh)
{
    static const char *const under_way[] = {"planned", "doing", "returned", "kept", NULL}, *const under_review[] = {
                                                                                               "submitted", "reviewing",
                                                                                               NULL};
    struct str status = value_get_text(finding, "status"), no = value_get_text(finding, "no");
    if (value_equal(old, fresh) || (value_is_null(old) && value_is_null(fresh)))
        return RC_OK;
    if (is_one_of(status, under_review))
        return ctx_fail(call->ctx, RC_GUARD, "finding.due_under_review", STR("due"), STR_EMPTY, &no, 1);
    if (!is_one_of(status, under_way))
        return RC_OK; /* not planned yet, or closed: record/frozen.c refuses that */
    enum rc rc = command_require(call, PERM_SUPERVISE, value_get_int(finding, "unit_id", 0),
                                 value_get_int(finding, "label", LABEL_INTERNAL));
    if (rc == RC_FORBIDDEN) {
        ctx_clear_issues(call->ctx);
        return ctx_fail_field(call->ctx, rc, "finding.due_not_yours", "due");
    }
    TRY(rc);
    return str_trim(value_get_text(call->input, "reason")).n
               ? RC_OK
               : ctx_fail(call->ctx, RC_INVALID, "finding.due_reason", STR("reason"), STR_EMPTY, &no, 1);
}
