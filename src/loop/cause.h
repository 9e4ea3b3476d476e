/* cause.h: root causes: found for one finding, shared by those that come from the same. */
#ifndef BIHUAN_LOOP_CAUSE_H
#define BIHUAN_LOOP_CAUSE_H

#include "loop/lifecycle.h"

extern const struct command command_cause_find;
extern const struct command command_cause_change;
extern const struct command command_cause_drop; /* it was not the cause */
extern const struct command command_cause_share;
extern const struct command command_cause_unshare;

#define CAUSE_LEVELS "thinking|management|system|execution|legacy"
#define CAUSE_METHODS "five_why|fishbone|study|site_visit"

#endif
