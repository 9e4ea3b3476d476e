/* finding_plan.c: from a confirmed finding to one that is worked on: its plan is approved and its nodes are frozen.
 *
 * Page, API and the variants for many findings run the same function, so that the guards hold everywhere alike.
 */
#include "loop/finding.h"

#include "loop/lifecycle.h"
#include "loop/many.h"
#include "loop/plan.h"

static enum rc append_move(struct command_call *call, const struct value *row, struct value *body)
{
    int64_t seq;
    value_put_text(call->ctx->arena, body, "meeting", value_get_text(call->input, "meeting"));
    value_put_text(call->ctx->arena, body, "meeting_on", value_get_text(call->input, "meeting_on"));
    int64_t meeting_id = value_get_int(call->input, "meeting_id", 0);
    if (meeting_id) {
        struct value *meetings = value_put_list(call->ctx->arena, body, "meetings");
        value_put_int(call->ctx->arena, value_add_map(call->ctx->arena, meetings), "meeting_id", meeting_id);
    }
    return command_append(call, EVENT_FINDING_MOVED, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0),
                          body, &seq);
}

enum rc finding_freeze_nodes(struct command_call *call, int64_t source_id, int64_t id)
{
    struct value *body = value_new_map(call->ctx->arena);
    int64_t seq;
    value_put_int(call->ctx->arena, body, "id", id);
    return command_append(call, EVENT_NODES_FROZEN, source_id, id, body, &seq);
}

static void wait_for_work(struct command_call *call, struct value *body, const struct value *row)
{
    lifecycle_wait(call, body, "work_finding", STR("unit"), value_get_int(row, "unit_id", 0),
                   value_get_text(row, "due"));
}

static enum rc start(struct command_call *call, const struct value *row)
{
    struct value *body = lifecycle_body(call, lifecycle_find(NOUN_FINDING, "start"), row, NULL);
    wait_for_work(call, body, row);
    return append_move(call, row, body);
}

/* confirmed or planned -> doing. */
enum rc finding_put_to_work(struct command_call *call, int64_t id, struct value **ret_row)
{
    const struct lifecycle_move *plan = lifecycle_find(NOUN_FINDING, "plan");
    struct value *row, *body;
    TRY(finding_read_locked(call, id, &row));
    bool is_planned = str_equal(lifecycle_state(NOUN_FINDING, row), STR("planned"));
    enum rc rc = lifecycle_begin(call, is_planned ? lifecycle_find(NOUN_FINDING, "start") : plan, row);
    if (rc != RC_NOT_FOUND)
        *ret_row = row;
    TRY(rc);
    if (!is_planned) {
        body = lifecycle_body(call, plan, row, NULL);
        TRY(append_move(call, row, body));
    }
    TRY(finding_freeze_nodes(call, value_get_int(row, "source_id", 0), id));
    TRY(finding_read_locked(call, id, &row));
    return start(call, row);
}

/* finding.plan approves what is confirmed; one whose next cycle is planned already starts by finding.start. */
static enum rc plan_one(struct command_call *call, int64_t id, struct value **ret_row)
{
    struct value *row;
    TRY(finding_read_locked(call, id, &row));
    if (str_equal(lifecycle_state(NOUN_FINDING, row), STR("planned")))
        return lifecycle_begin(call, lifecycle_find(NOUN_FINDING, "plan"), row); /* says why not */
    return finding_put_to_work(call, id, ret_row);
}

/* The same command with the meeting that its input names. */
static enum rc with_meeting(struct command_call *call, struct command_call *ret_call)
{
    struct arena *arena = call->ctx->arena;
    struct value *meeting = value_new_map(arena), *input = value_copy(arena, call->input);
    static const char *const keys[] = {"meeting", "meeting_on", "meeting_id"};
    TRY(plan_put_meeting(call, meeting, true));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        value_set(input, str_from_cstr(keys[i]), value_copy(arena, value_get(meeting, keys[i])));
    *ret_call = *call;
    ret_call->input = input;
    return arena_rc(arena);
}

static enum rc finding_plan(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0);
    struct value *row = NULL;
    struct command_call at_meeting;
    TRY(with_meeting(call, &at_meeting));
    TRY(plan_one(&at_meeting, id, &row));
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

/* A finding whose next cycle begins as planned is put to work by itself. */
static enum rc finding_start(struct command_call *call)
{
    struct value *row;
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(finding_read_locked(call, id, &row));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_FINDING, "start"), row));
    TRY(finding_freeze_nodes(call, value_get_int(row, "source_id", 0), id));
    value_put_int(call->ctx->arena, call->result, "id", id);
    return start(call, row);
}

/* ---- many at once ------------------------------------------------------------------------------------------- */

static enum rc confirm_one(struct command_call *call, void *arg, int64_t id, struct many_row *row)
{
    struct value *finding;
    (void)arg;
    TRY(finding_read_locked(call, id, &finding));
    enum rc rc = finding_confirm_row(call, finding);
    row->record = rc == RC_NOT_FOUND ? NULL : finding;
    return rc;
}

static enum rc plan_each(struct command_call *call, void *arg, int64_t id, struct many_row *row)
{
    struct value *finding = NULL;
    (void)arg;
    enum rc rc = plan_one(call, id, &finding);
    row->record = finding;
    return rc;
}

static enum rc finding_confirm_many(struct command_call *call) { return many_each(call, confirm_one, NULL); }
static enum rc finding_plan_many(struct command_call *call)
{
    struct command_call at_meeting;
    TRY(with_meeting(call, &at_meeting));
    return many_each(&at_meeting, plan_each, NULL);
}

#define MEETING_FIELDS                                                                                                 \
    {"meeting", FIELD_TEXT, false, 200, NULL}, {"meeting_on", FIELD_DATE, false, 0, NULL},                             \
        {"meeting_id", FIELD_ID, false, 0, NULL},                                                                      \
    {                                                                                                                  \
        "reason", FIELD_TEXT, false, 500, NULL                                                                         \
    }

static const struct field finding_plan_fields[] = {{"id", FIELD_ID, true, 0, NULL}, MEETING_FIELDS};
const struct command command_finding_plan = {.name = "finding.plan",
                                             .is_on_source = true,
                                             .perm = PERM_MEETING_WRITE,
                                             COMMAND_FIELDS(finding_plan_fields),
                                             .run = finding_plan,
                                             .path = "/findings/{id}/plan",
                                             .redirect = "/findings/{id}"};

static const struct field finding_plan_many_fields[] = {{"ids", FIELD_IDS, false, MANY_MAX, NULL}, MEETING_FIELDS};
const struct command command_finding_plan_many = {.name = "finding.plan_many",
                                                  .is_on_source = true,
                                                  .perm = PERM_MEETING_WRITE,
                                                  COMMAND_FIELDS(finding_plan_many_fields),
                                                  .run = finding_plan_many,
                                                  .path = "/findings/plan",
                                                  .redirect = "/findings"};

static const struct field finding_start_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                    {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_finding_start = {.name = "finding.start",
                                              .is_on_source = true,
                                              .perm = PERM_PLAN_WRITE,
                                              COMMAND_FIELDS(finding_start_fields),
                                              .run = finding_start,
                                              .path = "/findings/{id}/start",
                                              .redirect = "/findings/{id}"};

static const struct field finding_confirm_many_fields[] = {{"ids", FIELD_IDS, false, MANY_MAX, NULL},
                                                           {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_finding_confirm_many = {.name = "finding.confirm_many",
                                                     .is_on_source = true,
                                                     .perm = PERM_TASK_APPROVE,
                                                     COMMAND_FIELDS(finding_confirm_many_fields),
                                                     .run = finding_confirm_many,
                                                     .path = "/findings/confirm",
                                                     .redirect = "/findings"};
