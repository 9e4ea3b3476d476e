/* report.h: progress reports: made by a task's cycle, written by its unit, checked by an approver.
 *
 * due -> submitted -> accepted, or returned -> submitted again; missed when the next one falls due; dropped when the
 * task ends first.  What lies ahead is computed (report_cycle.h), never stored.  An accepted report moves its task's
 * progress and the sums above it.
 */
#ifndef BIHUAN_LOOP_REPORT_H
#define BIHUAN_LOOP_REPORT_H

#include "loop/lifecycle.h"
#include "loop/report_cycle.h"

extern const struct command command_task_report; /* a report outside the cycle */
extern const struct command command_report_save; /* keeps a draft */
extern const struct command command_report_submit;
extern const struct command command_report_accept;
extern const struct command command_report_return;
extern const struct command command_report_confirm_money; /* finance: what was really recovered */

/* Makes a report of the task (a row of task_get_any) for its unit to write.  kind: cycle or extra.  next: the period
 * that the cycle goes on with; NULL: its plan stays as it is. */
enum rc report_append_due(struct command_call *call, const struct value *task, const char *kind,
                          const struct report_period *period, const struct report_period *next,
                          int64_t *ret_id) MUST_CHECK;

#endif
