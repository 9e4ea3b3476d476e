/* plan.h: the plan of a source: what is put before a meeting as one whole, and what the meeting approved.
 *
 * A version freezes the findings with their causes, measures, tasks, nodes, dates and who carries them as rows; it
 * never changes.  A plan holds the findings of its source below its unit, up to its label, so that whoever may read the
 * plan may read all of it.
 */
#ifndef BIHUAN_LOOP_PLAN_H
#define BIHUAN_LOOP_PLAN_H

#include "loop/lifecycle.h"

extern const struct command command_plan_make;
extern const struct command command_plan_change;
extern const struct command command_plan_submit;  /* freezes the next version and puts it before a meeting */
extern const struct command command_plan_approve; /* a meeting has approved it: all its findings are worked on */
extern const struct command command_plan_return;
extern const struct command command_plan_revise;
extern const struct command command_plan_send; /* the approved plan went upwards */

/* Keys of a row: row_n, row_kind (finding cause measure task node), row_subject, row_finding, depth, row_no, row_title,
 * unit_name, start, due, phase, sort, weight, goal, finish_mark, lead_leader, lead_dept, assist, supervisor, doer,
 * preds; as plan_row in sql/schema/0011_plan_rows.sql says. */

/* What a source's findings are planned to do now, in the order of the plan.  Nobody's scope is asked. */
enum rc plan_rows_now(struct ctx *ctx, struct db *db, int64_t source_id, int64_t unit_id, int64_t label,
                      struct value **ret_rows) MUST_CHECK;
/* {added: rows, removed: rows, changed: rows with fields: [{field, before, after}], count}.  Rows are the same thing
 * when kind, subject and finding are. */
enum rc plan_rows_compare(struct ctx *ctx, const struct value *before, const struct value *after,
                          struct value **ret_difference) MUST_CHECK;

/* Which meeting decided, from the input into the body as meeting, meeting_on, meeting_id, decision_id: a recorded
 * meeting by meeting_id or by its number as meeting, or its name and day in words.  RC_INVALID with the field when it
 * is none. */
enum rc plan_put_meeting(struct command_call *call, struct value *body, bool is_needed) MUST_CHECK;

/* Whether somebody can tell when a goal is reached: it names a number, or there is a finish mark. */
bool plan_is_measurable(struct str goal, struct str finish_mark);

#endif
