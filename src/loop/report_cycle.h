/* report_cycle.h: which days a report covers, when it may be written and when it is due. */
#ifndef BIHUAN_LOOP_REPORT_CYCLE_H
#define BIHUAN_LOOP_REPORT_CYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct report_period {
    int32_t from, to; /* first and last day, day numbers */
    int32_t open;     /* from this day on it waits for its unit */
    int32_t due;      /* last day to submit, a working day */
};

/* The period that begins on `from`.  cycle: weekly, monthly, bimonthly or days:N (1..366).  A first period that would
 * be very short is joined with the next.  False for any other cycle, also the empty one. */
bool report_cycle_period(struct str cycle, int32_t from, bool is_first, struct report_period *ret_period);

#endif
