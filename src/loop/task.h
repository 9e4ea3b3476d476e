/* task.h: tasks: a measure handed to a unit and a person; a tree down the organisation. */
#ifndef BIHUAN_LOOP_TASK_H
#define BIHUAN_LOOP_TASK_H

#include "loop/lifecycle.h"

extern const struct command command_task_assign; /* a measure to a unit */
extern const struct command command_task_split;  /* a part of a task to a unit below */
extern const struct command command_task_accept; /* the unit takes it (ren ling) */
extern const struct command
    command_task_dispute; /* the unit says that it is not its own; decided above within a limit */
extern const struct command command_task_uphold; /* decides a dispute: the task stays, or goes to another unit */
extern const struct command command_task_cancel;
extern const struct command
    command_task_change; /* what is to be done, by when; once accepted only with a reason, never its dates */
/* task_done.c */
extern const struct command command_task_submit; /* the unit says that it is done */
extern const struct command command_task_recall; /* and takes that back */
extern const struct command command_task_pass;   /* the one above agrees */
extern const struct command command_task_return; /* or gives it back, with a reason */

/* Reads a task for a change, under its source's chain.  RC_NOT_FOUND; permission is left to lifecycle_begin. */
enum rc task_find_for_write(struct command_call *call, int64_t id, struct value **ret_row) MUST_CHECK;
/* Body of an event about a task, with what the sums need: measure_id, finding_id, parent_id, sums. */
enum rc task_put_sums(struct command_call *call, struct value *body, const struct value *row) MUST_CHECK;
/* Says in a body that the one above the task decides: of a part the approvers of the unit that handed it down, else the
 * office and the leading department. */
enum rc task_wait_above(struct command_call *call, struct value *body, const struct value *row, const char *what,
                        struct str due) MUST_CHECK;

#endif
