/* thread.h: how threads share the processors. */
#ifndef BIHUAN_BASE_THREAD_H
#define BIHUAN_BASE_THREAD_H

/* The calling thread, when it is woken, lets the thread run on that has the processor: it takes a free one or waits for
 * its turn.  For threads that hand work to each other, of which each would else push the other off at every hand-over.
 * Source: sched(7), SCHED_BATCH; a system that refuses it only stays slower. */
void thread_yield_when_woken(void);

#endif
