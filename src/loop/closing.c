/* closing.c: requests to close a finding, the decision, the next cycle; see closing.h.
 *
 * Invariants: a closed cycle has a certificate, a closing event and a frozen answer to "on time?"; what is missing is
 * told all at once, before the request and again before the last signature counts.
 */
#include "loop/closing.h"

#include "loop/finding.h"
#include "text/json.h"

/* The three ways to end: what is asked for, the state that follows, the move that is made at the end. */
static const struct ending {
    const char *command, *result, *state, *close_move;
} endings[] = {
    {"submit", "completed", "closed", "close"},
    {"keep", "basically", "kept", "close_kept"},
    {"end", "not_completed", "ended", "close_ended"},
};

static const struct ending *ending_of(struct str result)
{
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (str_equal_cstr(result, endings[i].result))
            return &endings[i];
    return NULL;
}

/* ---- asking ------------------------------------------------------------------------------------------------- */

static struct value *make_asked(struct command_call *call, const struct ending *ending, const struct value *row)
{
    struct arena *arena = call->ctx->arena;
    struct value *asked = value_new_map(arena);
    value_put_text(arena, asked, "result", str_from_cstr(ending->result));
    value_put_text(arena, asked, "close_move", str_from_cstr(ending->close_move));
    value_put_text(arena, asked, "from", value_get_text(row, "status"));
    value_put_text(arena, asked, "self_result", value_get_text(call->input, "self_result"));
    value_put_text(arena, asked, "accept_owner", value_get_text(call->input, "accept_owner"));
    value_put_text(arena, asked, "accept_reason", value_get_text(call->input, "accept_reason"));
    struct str until = value_get_text(call->input, "accept_until");
    if (until.n)
        value_put_text(arena, asked, "accept_until", until);
    else
        value_put_null(arena, asked, "accept_until");
    return asked;
}

static enum rc check_pledge(struct command_call *call)
{
    if (!value_get_bool(call->input, "is_pledged"))
        return ctx_fail_field(call->ctx, RC_INVALID, "closing.pledge_needed", "is_pledged");
    struct str until = value_get_text(call->input, "accept_until");
    if (until.n && str_compare(until, lifecycle_today(call)) <= 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "closing.accept_until_past", "accept_until");
    return RC_OK;
}

static enum rc append_moved(struct command_call *call, const struct value *row, const struct value *body)
{
    int64_t seq;
    return command_append(call, EVENT_FINDING_MOVED, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0),
                          body, &seq);
}

static enum rc ask_for(struct command_call *call, const struct ending *ending)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_FINDING, ending->command);
    struct value *row;
    TRY(finding_read_locked(call, value_get_int(call->input, "id", 0), &row));
    struct str by = value_get_text(call->input, "pledge_by");
    struct review_request request = {.purpose = "close",
                                     .subject_kind = "finding",
                                     .subject_id = value_get_int(row, "id", 0),
                                     .finding = row,
                                     .no = value_get_text(row, "no"),
                                     .title = value_get_text(row, "title"),
                                     .asked = make_asked(call, ending, row),
                                     .opinion = value_get_text(call->input, "self_result"),
                                     .pledge = value_get_text(call->input, "pledge"),
                                     .pledge_by = by.n ? by : call->actor->name};
    enum rc rc = lifecycle_begin(call, move, row);
    if (rc == RC_GUARD && lifecycle_is_from(move, value_get_text(row, "status"))) {
        enum rc more = review_check(call, &request); /* everything that is missing is told at once */
        rc = more == RC_OK ? rc : more;
    }
    TRY(rc);
    TRY(check_pledge(call));
    TRY(append_moved(call, row, lifecycle_body(call, move, row, NULL)));
    int64_t review_id;
    TRY(review_open(call, &request, &review_id));
    value_put_int(call->ctx->arena, call->result, "id", request.subject_id);
    value_put_int(call->ctx->arena, call->result, "review_id", review_id);
    return RC_OK;
}

static enum rc finding_submit(struct command_call *call) { return ask_for(call, &endings[0]); }
static enum rc finding_keep(struct command_call *call) { return ask_for(call, &endings[1]); }
static enum rc finding_end(struct command_call *call) { return ask_for(call, &endings[2]); }

/* ---- the decision ------------------------------------------------------------------------------------------- */

static enum rc read_asked(struct command_call *call, const struct value *review, struct value **ret_asked)
{
    return json_parse(call->ctx, value_get_text(review, "asked"), ret_asked);
}

static enum rc move_finding(struct command_call *call, const char *command, const struct value *row, struct str to,
                            const char *waits_for)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_FINDING, command);
    TRY(lifecycle_begin(call, move, row));
    struct value *body = lifecycle_body(call, move, row, to.n ? arena_copy_cstr(call->ctx->arena, to) : NULL);
    if (str_equal_cstr(str_from_cstr(command), "unsubmit"))
        value_put_int(call->ctx->arena, body, "is_taken_back", 1);
    if (waits_for)
        lifecycle_wait(call, body, waits_for, STR("unit"), value_get_int(row, "unit_id", 0),
                       value_get_text(row, "due"));
    return append_moved(call, row, body);
}

enum rc closing_review_begun(struct command_call *call, const struct value *review)
{
    struct value *row;
    TRY(finding_read_locked(call, value_get_int(review, "finding_id", 0), &row));
    if (!str_equal(value_get_text(row, "status"), STR("submitted")))
        return RC_OK;
    return move_finding(call, "review", row, STR_EMPTY, NULL);
}

static enum rc read_cycle(struct command_call *call, const struct value *row, struct value **ret_cycle)
{
    struct db_stmt *st = db_query(call->db, Q_CYCLE_GET_ANY);
    db_bind_int(st, "id", value_get_int(row, "cycle_id", 0));
    TRY(db_first_row(call->ctx, st, ret_cycle));
    return *ret_cycle ? RC_OK : ctx_fail_key(call->ctx, RC_INTERNAL, "finding.not_found");
}

/* On time when the decision falls on the cycle's date or before; a first decision holds for good. */
static bool is_on_time(struct command_call *call, const struct value *cycle)
{
    const struct value *frozen = value_get(cycle, "is_on_time");
    struct str due = value_get_text(cycle, "due");
    if (!value_is_null(frozen))
        return value_get_int(cycle, "is_on_time", 0) != 0;
    return due.n && str_compare(lifecycle_today(call), due) <= 0;
}

static enum rc close_finding(struct command_call *call, const struct value *review, const struct value *row,
                             const struct value *asked)
{
    struct arena *arena = call->ctx->arena;
    const struct ending *ending = ending_of(value_get_text(asked, "result"));
    if (!ending)
        return ctx_fail_key(call->ctx, RC_INTERNAL, "review.not_found");
    const struct lifecycle_move *move = lifecycle_find(NOUN_FINDING, ending->close_move);
    TRY(lifecycle_begin(call, move, row)); /* once more: what was asked for must still be true */
    struct value *cycle, *body = lifecycle_body(call, move, row, NULL);
    TRY(read_cycle(call, row, &cycle));
    bool on_time = is_on_time(call, cycle);
    struct str no;
    int64_t seq;
    TRY(certificate_issue(call, review, row, asked, on_time, &no));
    value_put_int(arena, body, "cycle_id", value_get_int(row, "cycle_id", 0));
    value_put_text(arena, body, "result", str_from_cstr(ending->result));
    value_put_bool(arena, body, "is_on_time", on_time);
    value_put_text(arena, body, "certificate_no", no);
    value_put_text(arena, body, "accept_owner", value_get_text(asked, "accept_owner"));
    value_put_text(arena, body, "accept_reason", value_get_text(asked, "accept_reason"));
    struct str until = value_get_text(asked, "accept_until");
    if (until.n)
        value_put_text(arena, body, "accept_until", until);
    else
        value_put_null(arena, body, "accept_until");
    return command_append(call, EVENT_FINDING_CLOSED, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0),
                          body, &seq);
}

enum rc closing_review_ended(struct command_call *call, const struct value *review, const char *outcome)
{
    struct value *row, *asked;
    TRY(read_asked(call, review, &asked));
    TRY(finding_read_locked(call, value_get_int(review, "finding_id", 0), &row));
    struct str how = str_from_cstr(outcome);
    if (str_equal(how, STR("returned")))
        return move_finding(call, "send_back", row, STR_EMPTY, "rework_finding");
    if (str_equal(how, STR("rejected")))
        return move_finding(call, "refuse", row, STR_EMPTY, "rework_finding");
    if (str_equal(how, STR("withdrawn")))
        return move_finding(call, "unsubmit", row, value_get_text(asked, "from"), "work_finding");
    return close_finding(call, review, row, asked);
}

/* ---- the next cycle ----------------------------------------------------------------------------------------- */

enum rc reopen_propose(struct command_call *call, const struct value *finding, const char *basis, struct str reason,
                       struct str due, int64_t *ret_review)
{
    struct arena *arena = call->ctx->arena;
    struct value *asked = value_new_map(arena);
    value_put_text(arena, asked, "basis", str_from_cstr(basis));
    value_put_text(arena, asked, "reason", reason);
    value_put_text(arena, asked, "due", due);
    struct review_request request = {.purpose = "reopen",
                                     .subject_kind = "finding",
                                     .subject_id = value_get_int(finding, "id", 0),
                                     .finding = finding,
                                     .no = value_get_text(finding, "no"),
                                     .title = value_get_text(finding, "title"),
                                     .asked = asked,
                                     .opinion = reason,
                                     .pledge = STR(""),
                                     .pledge_by = STR("")};
    return review_open(call, &request, ret_review);
}

static enum rc finding_propose_reopen(struct command_call *call)
{
    struct value *row;
    int64_t review_id, id = value_get_int(call->input, "id", 0);
    TRY(finding_read_locked(call, id, &row));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_FINDING, "propose_reopen"), row));
    struct str due = value_get_text(call->input, "due");
    if (str_compare(due, lifecycle_today(call)) <= 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "closing.due_past", "due");
    const char *basis = str_equal(value_get_text(call->input, "basis"), STR("look_back")) ? "look_back" : "recurrence";
    TRY(reopen_propose(call, row, basis, value_get_text(call->input, "reason"), due, &review_id));
    value_put_int(call->ctx->arena, call->result, "id", id);
    value_put_int(call->ctx->arena, call->result, "review_id", review_id);
    return RC_OK;
}

enum rc reopen_review_ended(struct command_call *call, const struct value *review, const char *outcome)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *asked;
    int64_t seq;
    if (!str_equal_cstr(STR("approved"), outcome))
        return RC_OK; /* the closed cycle stays as it is */
    TRY(read_asked(call, review, &asked));
    TRY(finding_read_locked(call, value_get_int(review, "finding_id", 0), &row));
    const struct lifecycle_move *move = lifecycle_find(NOUN_FINDING, "reopen");
    TRY(lifecycle_begin(call, move, row));
    struct value *body = lifecycle_body(call, move, row, NULL);
    value_put_int(arena, body, "cycle_n", value_get_int(row, "cycle_n", 1) + 1);
    value_put_text(arena, body, "basis", value_get_text(asked, "basis"));
    value_put_text(arena, body, "cycle_reason", value_get_text(asked, "reason"));
    value_put_text(arena, body, "due", value_get_text(asked, "due"));
    finding_wait_for_plan(call, body, value_get_int(row, "unit_id", 0), value_get_text(asked, "due"));
    return command_append(call, EVENT_FINDING_REOPENED, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0),
                          body, &seq);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

#define CLOSING_FIELDS                                                                                                 \
    {"id", FIELD_ID, true, 0, NULL}, {"self_result", FIELD_LONG, true, 4000, NULL},                                    \
        {"pledge", FIELD_LONG, true, 2000, NULL}, {"pledge_by", FIELD_TEXT, false, 80, NULL},                          \
    {                                                                                                                  \
        "is_pledged", FIELD_BOOL, false, 0, NULL                                                                       \
    }
static const struct field finding_submit_fields[] = {CLOSING_FIELDS};
const struct command command_finding_submit = {.name = "finding.submit",
                                               .perm = PERM_TASK_APPROVE,
                                               COMMAND_FIELDS(finding_submit_fields),
                                               .run = finding_submit,
                                               .path = "/findings/{id}/submit",
                                               .redirect = "/reviews/{review_id}"};
const struct command command_finding_keep = {.name = "finding.keep",
                                             .perm = PERM_TASK_APPROVE,
                                             COMMAND_FIELDS(finding_submit_fields),
                                             .run = finding_keep,
                                             .path = "/findings/{id}/keep",
                                             .redirect = "/reviews/{review_id}"};
static const struct field finding_end_fields[] = {CLOSING_FIELDS,
                                                  {"accept_reason", FIELD_LONG, true, 2000, NULL},
                                                  {"accept_owner", FIELD_TEXT, true, 80, NULL},
                                                  {"accept_until", FIELD_DATE, true, 0, NULL}};
const struct command command_finding_end = {.name = "finding.end",
                                            .perm = PERM_TASK_APPROVE,
                                            COMMAND_FIELDS(finding_end_fields),
                                            .run = finding_end,
                                            .path = "/findings/{id}/end",
                                            .redirect = "/reviews/{review_id}"};
static const struct field finding_propose_reopen_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                             {"basis", FIELD_CHOICE, true, 0, "recurrence|look_back"},
                                                             {"due", FIELD_DATE, true, 0, NULL},
                                                             {"reason", FIELD_LONG, true, 2000, NULL}};
const struct command command_finding_propose_reopen = {.name = "finding.propose_reopen",
                                                       .perm = PERM_SUPERVISE,
                                                       COMMAND_FIELDS(finding_propose_reopen_fields),
                                                       .run = finding_propose_reopen,
                                                       .path = "/findings/{id}/reopen",
                                                       .redirect = "/reviews/{review_id}"};
