/* daily.h: the running server's daily work: all ticks at its start, and after each midnight in China. */
#ifndef BIHUAN_SERVE_DAILY_H
#define BIHUAN_SERVE_DAILY_H

#include "record/writer.h"

struct daily;

/* Starts the thread; the writer must outlive it.  RC_NOMEM. */
enum rc daily_start(struct writer *writer, struct daily **ret_daily) MUST_CHECK;
/* Ends after the batch that is running; takes NULL. */
void daily_stop(struct daily *daily);

#endif
