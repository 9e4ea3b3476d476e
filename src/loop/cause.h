/* cause.h: root causes: found for one finding, shared by those that come from the same. */
#ifndef BIHUAN_LOOP_CAUSE_H
#define BIHUAN_LOOP_CAUSE_H

#include "loop/lifecycle.h"

extern const struct command command_cause_find;
extern const struct command command_cause_change;
extern const struct command command_cause_drop; /* it was not the cause */
extern const struct command command_cause_share;
extern const struct command command_cause_unshare;

/* A cause that a ledger states, without level and method: of management, by study, until somebody says better. */
void cause_put_stated(struct arena *arena, struct value *to, int64_t finding_id, struct str text);
enum rc cause_register(struct command_call *call, int64_t source_id, int64_t finding_id, struct str text) MUST_CHECK;

#define CAUSE_LEVELS "thinking|management|system|execution|legacy"
#define CAUSE_METHODS "five_why|fishbone|study|site_visit"

#endif
