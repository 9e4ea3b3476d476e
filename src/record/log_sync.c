/* log_sync.c: see log_sync.h. */
#include "record/log_sync.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/log.h"

struct log_sync {
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    pthread_t thread;
    bool is_started, is_stopping, has_failed;
    struct write_job *first, *last; /* committed, in their order, not yet durable */
    struct db *db;
    struct arena *arena;
};

static struct write_job *take_all(struct log_sync *sync)
{
    pthread_mutex_lock(&sync->lock);
    while (!sync->first && !sync->is_stopping)
        pthread_cond_wait(&sync->has_work, &sync->lock);
    struct write_job *all = sync->first;
    sync->first = sync->last = NULL;
    pthread_mutex_unlock(&sync->lock);
    return all;
}

/* The kernel forgets which pages it could not write, so that a later success would prove nothing. */
static enum rc make_durable(struct log_sync *sync)
{
    struct ctx ctx = {.arena = sync->arena};
    arena_reset(sync->arena);
    if (log_sync_has_failed(sync))
        return RC_IO;
    enum rc rc = db_sync_log(&ctx, sync->db);
    if (rc == RC_OK)
        return RC_OK;
    LOG(LOG_LEVEL_ERROR, "log sync", {"rc", str_from_cstr(rc_name(rc))},
        {"detail", ctx.last ? ctx.last->args[0] : STR_EMPTY});
    pthread_mutex_lock(&sync->lock);
    sync->has_failed = true;
    pthread_mutex_unlock(&sync->lock);
    return rc;
}

static void *log_sync_main(void *arg)
{
    struct log_sync *sync = arg;
    struct write_job *job;
    while ((job = take_all(sync))) {
        enum rc rc = make_durable(sync);
        while (job) {
            struct write_job *next = job->next;
            job->next = NULL;
            job->rc = job->rc == RC_OK ? rc : job->rc;
            job->done(job);
            job = next;
        }
    }
    return NULL;
}

enum rc log_sync_start(struct db *db, struct log_sync **ret_sync)
{
    struct log_sync *sync = alloc_zeroed(1, sizeof *sync);
    if (!sync)
        return RC_NOMEM;
    pthread_mutex_init(&sync->lock, NULL);
    pthread_cond_init(&sync->has_work, NULL);
    sync->db = db;
    sync->arena = arena_new(64 * 1024);
    sync->is_started = sync->arena && pthread_create(&sync->thread, NULL, log_sync_main, sync) == 0;
    if (!sync->is_started) {
        log_sync_stop(sync);
        return RC_NOMEM;
    }
    *ret_sync = sync;
    return RC_OK;
}

void log_sync_add(struct log_sync *sync, struct write_job *group)
{
    struct write_job *last = group;
    while (last->next)
        last = last->next;
    pthread_mutex_lock(&sync->lock);
    if (sync->last)
        sync->last->next = group;
    else
        sync->first = group;
    sync->last = last;
    pthread_cond_signal(&sync->has_work);
    pthread_mutex_unlock(&sync->lock);
}

bool log_sync_has_failed(struct log_sync *sync)
{
    pthread_mutex_lock(&sync->lock);
    bool has_failed = sync->has_failed;
    pthread_mutex_unlock(&sync->lock);
    return has_failed;
}

void log_sync_stop(struct log_sync *sync)
{
    if (!sync)
        return;
    if (sync->is_started) {
        pthread_mutex_lock(&sync->lock);
        sync->is_stopping = true;
        pthread_cond_signal(&sync->has_work);
        pthread_mutex_unlock(&sync->lock);
        pthread_join(sync->thread, NULL);
    }
    arena_free(sync->arena);
    pthread_mutex_destroy(&sync->lock);
    pthread_cond_destroy(&sync->has_work);
    alloc_free(sync);
}
