/* sweep.h: sweeps (ju yi fan san): what was found once is looked for everywhere.
 *
 * A sweep asks units to check a list of items by a day.  Each unit answers for itself; what it finds becomes findings
 * of the register; the office passes the answers or returns them.
 */
#ifndef BIHUAN_LOOP_SWEEP_H
#define BIHUAN_LOOP_SWEEP_H

#include "loop/lifecycle.h"

extern const struct command command_sweep_open;  /* from a finding or a class of findings, to units */
extern const struct command command_sweep_widen; /* to further units */
extern const struct command command_sweep_check; /* passes all answers that nothing stands against */
extern const struct command command_sweep_urge;  /* asks every unit that has not answered, and not too often */
extern const struct command command_sweep_close;
extern const struct command command_sweep_cancel;
extern const struct command command_answer_give;
extern const struct command command_answer_check;
extern const struct command command_answer_return;
extern const struct command command_answer_fault; /* an answer "none" that a later finding shows to be wrong */
extern const struct command command_answer_hit;   /* what was found, into the register */

/* Row of a sweep; RC_NOT_FOUND.  Permission is left to lifecycle_begin. */
enum rc sweep_find(struct command_call *call, int64_t id, struct value **ret_row) MUST_CHECK;

#endif
