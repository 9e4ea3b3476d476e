/* tick.h: what the program does by itself once a day: reports fall due, items are hung, reminders go out.
 *
 * data/ticks.def is the table.  Command tick.run (the program only) does one batch of one tick in one transaction; the
 * event tick.done ends the tick for the day, so that a second server on the same database, or a second run, does
 * nothing.  Commands of the organisation's chain run one after another, so two servers never do the same batch.
 *
 * A tick function
 *   - does at most tick->limit things, counts those it changed in tick->changed, and sets tick->is_more when it may
 * have left some: it is then called again, in a transaction of its own;
 *   - must not find again what it has done, or it never ends: what a batch did shows in the tables that it reads;
 *   - takes the day from tick->day and tick->today, never from the clock, and makes up for days that were missed;
 *   - goes through what it looks at once: a tick that looks at more than it changes is made of steps (tick_run_steps),
 *     which go on where the batch before stopped, so that a day's work grows with what there is and not with its
 * square;
 *   - locks a source's chain (command_lock_chain) and reads the row again before it appends to that chain.
 */
#ifndef BIHUAN_LOOP_TICK_H
#define BIHUAN_LOOP_TICK_H

#include "record/command.h"
#include "record/writer.h"

enum { TICK_LIMIT = 200 };

/* Where a batch stopped. */
struct tick_place {
    int64_t step, after;
    int32_t after_day;
};

struct tick {
    struct command_call *call;
    int32_t day;      /* day number in China */
    struct str today; /* the same as YYYY-MM-DD */
    int limit;
    struct str until;        /* a later day that steps look ahead to; set by the tick */
    struct tick_place place; /* where the batch before stopped; to fill with where this one does */
    int64_t changed;         /* to fill */
    bool is_more;            /* to fill */
};

/* What a tick does with each row of a query.  The query takes $today, $until, $limit and, when what it looks at may
 * stay (what one() leaves as it is would be found again), $after, or $after_day and $after: rows come in the order of
 * their columns "after_day" and "after", beginning behind these. */
struct tick_step {
    enum query query;
    enum rc (*one)(struct tick *tick, const struct value *row);
    int looks; /* rows of a batch; 0: tick->limit */
};

/* The steps, one after the other, as many rows as a batch takes: goes on from tick->place and fills in where it stopped
 * and tick->is_more.  one() counts what it changed. */
enum rc tick_run_steps(struct tick *tick, const struct tick_step *steps, size_t n) MUST_CHECK;

struct tick_row {
    const char *name;
    enum rc (*run)(struct tick *tick);
};

extern const struct tick_row tick_table[]; /* ends with a row without name */

#define TICK(name, function) enum rc function(struct tick *tick) MUST_CHECK;
#include "../../data/ticks.def"
#undef TICK

/* One batch of a tick for a day, within the open transaction, from the place that the input names (step, after,
 * after_day; without: the beginning); the result of the call gets changed, is_done and where it stopped.  Does nothing
 * when the day or a later one is done.  RC_FORBIDDEN for anybody but the program. */
enum rc tick_run_batch(struct command_call *call, const struct tick_row *row, struct str date) MUST_CHECK;

/* name: of the table; date: not after today (RC_INVALID). */
extern const struct command command_tick_run;

/* How a batch is run: fills in nothing but job->rc and job->result.  writer_run, or writer_run_once on a connection. */
typedef enum rc (*tick_job_run)(void *arg, struct write_job *job);
/* Hears of each tick when it ended: done, or failed with the details in ctx. */
typedef void (*tick_heard)(void *arg, const char *name, int64_t changed, struct ctx *ctx, enum rc rc);

/* All batches of all ticks for the day.  A tick that fails does not keep the others from running; the first failure is
 * returned.  RC_BUSY ends it at once.  heard may be NULL. */
enum rc tick_run_all(struct str date, tick_job_run run, tick_heard heard, void *arg) MUST_CHECK;

#endif
