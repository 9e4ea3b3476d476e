/* pool.c: worker threads and their queue; see pool.h.
 *
 * One mutex, one condition variable; submit wakes one worker and only when one
 * sleeps without a wake-up already under way, so a burst handed over by the loop costs few system calls
 * and there is no herd.
 */
#include "serve/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/thread.h"

enum { POOL_THREADS_MAX = 256 };

struct pool_job {
    pool_fn *fn;
    void *arg;
};

struct pool_thread {
    struct pool *pool;
    pthread_t id;
    int index;
    void *worker;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work;  /* a job is there, or the end */
    pthread_cond_t ready; /* a worker has finished its init hook */
    struct pool_job *ring;
    size_t room, head; /* room = queue limit; head = oldest job */
    atomic_size_t queued, running;
    size_t sleeping, woken; /* workers in wait; signals sent that nobody took yet */
    bool is_stopping;
    int threads, started, ready_count;
    enum rc init_rc;
    struct pool_hooks hooks;
    struct pool_thread *members;
};

static bool pool_take(struct pool *pool, struct pool_job *ret_job)
{
    pthread_mutex_lock(&pool->lock);
    while (atomic_load_explicit(&pool->queued, memory_order_relaxed) == 0 && !pool->is_stopping) {
        pool->sleeping++;
        pthread_cond_wait(&pool->work, &pool->lock);
        pool->sleeping--;
        if (pool->woken)
            pool->woken--;
    }
    bool is_job = atomic_load_explicit(&pool->queued, memory_order_relaxed) > 0;
    if (is_job) {
        *ret_job = pool->ring[pool->head];
        pool->head = (pool->head + 1) % pool->room;
        atomic_fetch_sub_explicit(&pool->queued, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&pool->running, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&pool->lock);
    return is_job;
}

static void *pool_run(void *arg)
{
    struct pool_thread *self = arg;
    thread_yield_when_woken();
    struct pool *pool = self->pool;
    enum rc rc = pool->hooks.init ? pool->hooks.init(pool->hooks.hook_arg, self->index, &self->worker) : RC_OK;
    pthread_mutex_lock(&pool->lock);
    if (rc != RC_OK && pool->init_rc == RC_OK)
        pool->init_rc = rc;
    pool->ready_count++;
    pthread_cond_broadcast(&pool->ready);
    pthread_mutex_unlock(&pool->lock);
    if (rc != RC_OK && pool->hooks.on_fail)
        pool->hooks.on_fail(pool->hooks.hook_arg, rc);
    if (rc != RC_OK)
        return NULL;
    struct pool_job job;
    while (pool_take(pool, &job)) {
        job.fn(self->worker, job.arg);
        atomic_fetch_sub_explicit(&pool->running, 1, memory_order_relaxed);
    }
    if (pool->hooks.done)
        pool->hooks.done(pool->hooks.hook_arg, self->worker);
    return NULL;
}

void pool_wait_ready(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->ready_count < pool->started)
        pthread_cond_wait(&pool->ready, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

/* Signals belong to the main thread: workers are made with all of them blocked. */
static enum rc pool_start(struct pool *pool)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    enum rc rc = RC_OK;
    for (int i = 0; i < pool->threads && rc == RC_OK; i++) {
        pool->members[i] = (struct pool_thread){.pool = pool, .index = i};
        if (pthread_create(&pool->members[i].id, NULL, pool_run, &pool->members[i]) != 0)
            rc = RC_IO;
        else
            pool->started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!pool->hooks.on_fail)
        pool_wait_ready(pool);
    pthread_mutex_lock(&pool->lock);
    if (rc == RC_OK)
        rc = pool->init_rc;
    pthread_mutex_unlock(&pool->lock);
    return rc;
}

enum rc pool_new(int threads, size_t queue_max, const struct pool_hooks *hooks, struct pool **ret_pool)
{
    if (threads < 1 || threads > POOL_THREADS_MAX || queue_max < 1)
        return RC_INVALID;
    struct pool *pool = alloc_zeroed(1, sizeof *pool);
    if (!pool)
        return RC_NOMEM;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->ready, NULL);
    pool->threads = threads;
    pool->room = queue_max;
    if (hooks)
        pool->hooks = *hooks;
    pool->ring = alloc_zeroed(queue_max, sizeof *pool->ring);
    pool->members = alloc_zeroed((size_t)threads, sizeof *pool->members);
    enum rc rc = pool->ring && pool->members ? pool_start(pool) : RC_NOMEM;
    if (rc != RC_OK) {
        pool_free(pool);
        return rc;
    }
    *ret_pool = pool;
    return RC_OK;
}

enum rc pool_submit(struct pool *pool, pool_fn *fn, void *arg)
{
    pthread_mutex_lock(&pool->lock);
    size_t queued = atomic_load_explicit(&pool->queued, memory_order_relaxed);
    if (pool->is_stopping || queued == pool->room) {
        pthread_mutex_unlock(&pool->lock);
        return RC_BUSY;
    }
    pool->ring[(pool->head + queued) % pool->room] = (struct pool_job){fn, arg};
    atomic_store_explicit(&pool->queued, queued + 1, memory_order_relaxed);
    bool is_wake = pool->sleeping > pool->woken;
    if (is_wake)
        pool->woken++;
    pthread_mutex_unlock(&pool->lock);
    if (is_wake)
        pthread_cond_signal(&pool->work);
    return RC_OK;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->is_stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->started; i++)
        pthread_join(pool->members[i].id, NULL);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->ready);
    pthread_mutex_destroy(&pool->lock);
    alloc_free(pool->ring);
    alloc_free(pool->members);
    alloc_free(pool);
}

size_t pool_queued(const struct pool *pool) { return atomic_load_explicit(&pool->queued, memory_order_relaxed); }
size_t pool_running(const struct pool *pool) { return atomic_load_explicit(&pool->running, memory_order_relaxed); }
int pool_threads(const struct pool *pool) { return pool->threads; }
