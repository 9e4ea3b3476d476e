/* thread.c: see thread.h. */
#include "base/thread.h"

#include <sched.h>

void thread_yield_when_woken(void)
{
    struct sched_param none = {0};
    (void)sched_setscheduler(0, SCHED_BATCH, &none);
}
