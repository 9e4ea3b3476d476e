/* hang.h: items that missed their date without an approved extension, and are heard until they are released. */
#ifndef BIHUAN_LOOP_HANG_H
#define BIHUAN_LOOP_HANG_H

#include "loop/supervise.h"

extern const struct command command_hang_set;     /* reason, level, new date, measures, rhythm, condition of release */
extern const struct command command_hang_hear;    /* a hearing took place */
extern const struct command command_hang_release; /* by decision, the condition met */

#endif
