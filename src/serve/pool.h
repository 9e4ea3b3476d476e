/* pool.h: N worker threads behind one bounded queue.
 *
 * Each worker has its own state (database connection, arenas), made by the init
 * hook on the worker's own thread and handed to every job.  Jobs run in the order
 * of submission; a job must not block on another job of the same pool.
 */
#ifndef BIHUAN_SERVE_POOL_H
#define BIHUAN_SERVE_POOL_H

#include <stddef.h>

#include "base/rc.h"

struct pool;

/* One job: worker is what the init hook gave for this thread (NULL without hook). */
typedef void pool_fn(void *worker, void *arg);

struct pool_hooks {
    /* Makes the state of worker `index` (0..threads-1), on its thread.  A failure fails pool_new with its code. */
    enum rc (*init)(void *hook_arg, int index, void **ret_worker);
    void (*done)(void *hook_arg, void *worker);
    /* Not NULL: pool_new does not wait for the init hooks.  When one fails, its thread calls this and ends. */
    void (*on_fail)(void *hook_arg, enum rc rc);
    void *hook_arg;
};

/* Starts threads (1..256) workers with a queue of at most queue_max waiting jobs; hooks may be NULL.
 * Returns when every worker is ready, or at once with an on_fail hook.  RC_INVALID for a number out of range, RC_NOMEM,
 * RC_IO when no thread could be made, or the code of the first init hook that failed. */
enum rc pool_new(int threads, size_t queue_max, const struct pool_hooks *hooks, struct pool **ret_pool) MUST_CHECK;
/* Waits until every init hook has returned, for a pool whose pool_new did not.  Any thread but a worker. */
void pool_wait_ready(struct pool *pool);
/* Any thread.  RC_BUSY when the queue is full or the pool is stopping: fn will then not be called. */
enum rc pool_submit(struct pool *pool, pool_fn *fn, void *arg) MUST_CHECK;
/* Runs what is queued, stops the workers, frees the pool.  Takes NULL.  Not from a worker. */
void pool_free(struct pool *pool);
/* Jobs waiting now / jobs running now / number of threads.  Any thread. */
size_t pool_queued(const struct pool *pool);
size_t pool_running(const struct pool *pool);
int pool_threads(const struct pool *pool);

#endif
