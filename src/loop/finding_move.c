/* finding_move.c: what goes with a finding when it moves to another unit.
 *
 * Invariants: what the old unit was waited for is waited for from the new one, since the day of the move; nothing moves
 * while a case about it is signed, for those who sign were chosen by its unit.
 */
#include "loop/finding.h"

#include "loop/lifecycle.h"

static bool is_state(const struct value *row, const char *one, const char *two)
{
    struct str status = value_get_text(row, "status");
    return str_equal_cstr(status, one) || str_equal_cstr(status, two);
}

static enum rc check_no_case(struct command_call *call, const struct value *row)
{
    struct db_stmt *st = db_query(call->db, Q_REVIEW_OPEN_OF);
    struct value *review;
    struct str no = value_get_text(row, "no"), place = STR_EMPTY;
    db_bind_text(st, "subject_kind", STR("finding"));
    db_bind_int(st, "subject_id", value_get_int(row, "id", 0));
    TRY(db_first_row(call->ctx, st, &review));
    if (!review && !is_state(row, "submitted", "reviewing"))
        return RC_OK;
    if (review)
        place = arena_format(call->ctx->arena, "/reviews/%lld", (long long)value_get_int(review, "id", 0));
    return ctx_fail(call->ctx, RC_GUARD, "finding.move_under_review", STR("unit_id"), place, &no, 1);
}

/* A finding that nobody has confirmed waits for its new unit to do so. */
static enum rc confirm_anew(struct command_call *call, const struct value *row, struct value *body, int64_t unit_id)
{
    struct db_stmt *st = db_query(call->db, Q_SOURCE_GET_ANY);
    struct value *source;
    db_bind_int(st, "id", value_get_int(row, "source_id", 0));
    TRY(db_first_row(call->ctx, st, &source));
    (void)value_add_map(call->ctx->arena, value_put_list(call->ctx->arena, body, "rewait"));
    finding_wait_for_confirm(call, body, unit_id, value_get_int(source, "unit_id", 0));
    return RC_OK;
}

/* The unit's own waits, and those of the office that keeps it. */
static enum rc move_waits(struct command_call *call, const struct value *row, struct value *body, int64_t unit_id)
{
    struct arena *arena = call->ctx->arena;
    struct value *waits, *moved = value_put_list(arena, body, "moved_waits");
    struct str old_due = value_get_text(row, "due");
    struct db_stmt *st = db_query(call->db, Q_WAIT_OF_SUBJECT);
    db_bind_text(st, "noun", STR("finding"));
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_rows(call->ctx, st, &waits));
    VALUE_EACH (wait, waits) {
        struct str kind = value_get_text(wait, "actor_kind"), due = value_get_text(wait, "due");
        bool is_of_unit =
            str_equal(kind, STR("unit")) || str_equal(kind, STR("office")) || str_equal(kind, STR("lead_department"));
        if (!is_of_unit || value_get_int(wait, "actor_id", 0) != value_get_int(row, "unit_id", 0))
            continue;
        value_put_int(arena, value_add_map(arena, moved), "wait_id", value_get_int(wait, "id", 0));
        lifecycle_wait(call, body, arena_copy_cstr(arena, value_get_text(wait, "what")), kind, unit_id,
                       str_equal(due, old_due) ? value_get_text(body, "due") : due);
    }
    return RC_OK;
}

enum rc finding_move_waits(struct command_call *call, const struct value *row, struct value *body)
{
    int64_t unit_id = value_get_int(body, "unit_id", 0);
    if (unit_id == value_get_int(row, "unit_id", 0))
        return RC_OK;
    TRY(check_no_case(call, row));
    value_put_int(call->ctx->arena, body, "source_id", value_get_int(row, "source_id", 0));
    value_put_list(call->ctx->arena, body, "waits");
    return is_state(row, "registered", "disputed") ? confirm_anew(call, row, body, unit_id)
                                                   : move_waits(call, row, body, unit_id);
}
