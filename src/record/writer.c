/* writer.c: group commit; see writer.h.
 *
 * A group is what waits when the writer is free and what comes while it runs.  The writer never waits for more: those
 * of the last group are being answered meanwhile and come into the next one.
 */
#include "record/writer.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "record/checkpoint.h"
#include "record/log_sync.h"

enum { WRITER_THREADS_MAX = 16, BUSY_TRIES = 5 };

struct writer {
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct write_job *first, *last;
    int64_t waiting, commits, jobs;
    int group_max, queue_max;
    bool is_stopping;
    int thread_count;
    struct checkpointer *checkpointer; /* this and the next are NULL on PostgreSQL */
    struct log_sync *log_sync;
    struct writer_thread {
        struct writer *writer;
        pthread_t thread;
        struct db *db;
        struct arena *arena; /* for the transaction's own failures */
    } threads[WRITER_THREADS_MAX];
};

static enum rc job_run(struct db *db, struct write_job *job)
{
    if (!job->command)
        return job->work(job->ctx, db, job->arg);
    struct command_call call = {
        .ctx = job->ctx,
        .db = db,
        .actor = job->actor,
        .now_ms = clock_now_ms(),
        .input = job->input,
    };
    enum rc rc = command_run(job->command, &call);
    job->result = call.result;
    return rc;
}

/* A commit that fails means that nobody's change is durable: all of the group fail with it. */
static void fail_group(struct write_job *group, enum rc rc)
{
    for (struct write_job *job = group; job; job = job->next)
        if (job->rc == RC_OK)
            job->rc = rc;
}

static enum rc run_in_savepoint(struct db *db, struct write_job *job, bool *ret_is_lost)
{
    *ret_is_lost = false;
    TRY(db_savepoint(job->ctx, db));
    enum rc rc = job_run(db, job);
    if (rc == RC_OK)
        rc = db_savepoint_release(job->ctx, db);
    if (rc != RC_OK) {
        db_savepoint_rollback(db);
        *ret_is_lost = rc == RC_BUSY; /* the engine may have ended the transaction */
    }
    return rc;
}

/* Takes what waits, at most max jobs; the lock is held. */
static struct write_job *take(struct writer *writer, int max, int *ret_n)
{
    struct write_job *group = writer->first, *last = group;
    *ret_n = 0;
    if (!last || max < 1)
        return NULL;
    int n = 1;
    while (n < max && last->next) {
        last = last->next;
        n++;
    }
    writer->first = last->next;
    if (!writer->first)
        writer->last = NULL;
    last->next = NULL;
    writer->waiting -= n;
    writer->jobs += n;
    *ret_n = n;
    return group;
}

static struct write_job *take_group(struct writer *writer, int *ret_n)
{
    pthread_mutex_lock(&writer->lock);
    while (!writer->first && !writer->is_stopping)
        pthread_cond_wait(&writer->has_work, &writer->lock);
    struct write_job *group = take(writer, writer->group_max, ret_n);
    writer->commits += group != NULL;
    pthread_mutex_unlock(&writer->lock);
    return group;
}

/* More jobs for an open group of `have`; NULL when none have come. */
static struct write_job *take_more(struct writer *writer, int have, int *ret_n)
{
    pthread_mutex_lock(&writer->lock);
    struct write_job *more = take(writer, writer->group_max - have, ret_n);
    pthread_mutex_unlock(&writer->lock);
    return more;
}

/* Runs the jobs of list in savepoints; RC_BUSY when the transaction is lost with all that ran in it. */
static enum rc run_carefully(struct db *db, struct write_job *list)
{
    for (struct write_job *job = list; job; job = job->next) {
        bool is_lost;
        job->result = NULL;
        ctx_clear_issues(job->ctx);
        job->rc = run_in_savepoint(db, job, &is_lost);
        if (is_lost)
            return RC_BUSY;
    }
    return RC_OK;
}

/* Runs the jobs of list without savepoints, each of which costs the search index a segment of its own; false when one
 * failed that had changed something already. */
static bool run_boldly(struct db *db, struct write_job *list)
{
    for (struct write_job *job = list; job; job = job->next) {
        int64_t before = db_total_changes(db);
        job->rc = job_run(db, job);
        if (job->rc != RC_OK && (db_is_broken(db) || db_total_changes(db) != before))
            return false;
    }
    return true;
}

/* Runs group in one transaction; jobs that come meanwhile are appended to it.  When one fails in the middle of its work
 * all of them are rolled back and run again, now in savepoints: that is rare, since rules are checked before anything
 * is written. */
static void run_group(struct writer_thread *thread, struct write_job *group, int n)
{
    struct ctx ctx = {.arena = thread->arena};
    struct db *db = thread->db;
    struct write_job *last = group, *more = group;
    arena_reset(thread->arena);
    enum rc rc = log_sync_has_failed(thread->writer->log_sync) ? RC_IO : db_begin(&ctx, db, true);
    bool is_bold = db_total_changes(db) >= 0; /* PostgreSQL does not tell, and its savepoints are cheap */
    while (rc == RC_OK && more) {
        if (!is_bold) {
            rc = run_carefully(db, more);
        } else if (!run_boldly(db, more)) {
            is_bold = false;
            db_rollback(db);
            rc = n == 1 ? group->rc : db_begin(&ctx, db, true);
            rc = rc == RC_OK ? run_carefully(db, group) : rc;
        }
        while (last->next)
            last = last->next;
        int more_n = 0;
        more = rc == RC_OK ? take_more(thread->writer, n, &more_n) : NULL;
        last->next = more;
        n += more_n;
    }
    if (rc == RC_OK)
        rc = db_commit(&ctx, db);
    if (rc != RC_OK) {
        db_rollback(db);
        fail_group(group, rc);
    }
}

/* Of a commit whose answer was lost nobody knows whether it was made: neither we nor the client may do all of it again.
 */
static enum rc commit_once(struct ctx *ctx, struct db *db)
{
    enum rc rc = db_commit(ctx, db);
    return rc == RC_BUSY ? RC_DB : rc;
}

enum rc writer_run_once(struct db *db, struct write_job *job)
{
    for (int i = 0;; i++) {
        job->rc = db_begin(job->ctx, db, true);
        if (job->rc == RC_OK) {
            job->rc = job_run(db, job);
            if (job->rc == RC_OK)
                job->rc = commit_once(job->ctx, db);
            if (job->rc != RC_OK)
                db_rollback(db);
        }
        if (job->rc != RC_BUSY || i + 1 >= BUSY_TRIES)
            return job->rc;
        ctx_clear_issues(job->ctx); /* a deadlock or a lost connection: the same again */
    }
}

static void answer(struct write_job *group)
{
    while (group) {
        struct write_job *job = group;
        group = job->next;
        job->next = NULL;
        job->done(job);
    }
}

static void *writer_main(void *arg)
{
    struct writer_thread *thread = arg;
    for (;;) {
        int n;
        struct write_job *group = take_group(thread->writer, &n);
        if (!group)
            return NULL;
        if (db_get_engine(thread->db) == DB_POSTGRES) {
            group->rc = writer_run_once(thread->db, group);
            answer(group);
            continue;
        }
        run_group(thread, group, n);
        log_sync_add(thread->writer->log_sync, group);
        struct ctx ctx = {.arena = thread->arena};
        checkpointer_note(thread->writer->checkpointer, &ctx, thread->db);
    }
}

static enum rc open_threads(struct ctx *ctx, const struct writer_config *config, struct writer *writer, int count)
{
    for (int i = 0; i < count; i++) {
        struct writer_thread *thread = &writer->threads[i];
        thread->writer = writer;
        thread->arena = arena_new(1024 * 1024);
        if (!thread->arena)
            return RC_NOMEM;
        TRY(db_open(ctx, config->url, DB_WRITE_LATE, &thread->db));
        if (db_get_engine(thread->db) == DB_POSTGRES) {
            writer->group_max = 1;
            continue;
        }
        count = 1;
        db_set_own_checkpoints(thread->db);
        TRY(checkpointer_start(ctx, config->url, &writer->checkpointer));
        TRY(log_sync_start(thread->db, &writer->log_sync));
    }
    for (int i = 0; i < count; i++) { /* only now: the threads read what was set above */
        if (pthread_create(&writer->threads[i].thread, NULL, writer_main, &writer->threads[i]) != 0)
            return RC_NOMEM;
        writer->thread_count++;
    }
    return RC_OK;
}

enum rc writer_start(struct ctx *ctx, const struct writer_config *config, struct writer **ret_writer)
{
    struct writer *writer = alloc_zeroed(1, sizeof *writer);
    if (!writer)
        return RC_NOMEM;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->has_work, NULL);
    writer->group_max = config->group_max > 0 ? config->group_max : 128;
    writer->queue_max = config->queue_max > 0 ? config->queue_max : 10000;
    int count = config->threads > 0 && config->threads <= WRITER_THREADS_MAX ? config->threads : 4;
    enum rc rc = open_threads(ctx, config, writer, count);
    if (rc != RC_OK) {
        writer_stop(writer);
        return rc;
    }
    *ret_writer = writer;
    return RC_OK;
}

enum rc writer_submit(struct writer *writer, struct write_job *job)
{
    enum rc rc = RC_OK;
    job->next = NULL;
    job->rc = RC_OK;
    job->result = NULL;
    pthread_mutex_lock(&writer->lock);
    if (writer->is_stopping || writer->waiting >= writer->queue_max) {
        rc = RC_BUSY;
    } else {
        if (writer->last)
            writer->last->next = job;
        else
            writer->first = job;
        writer->last = job;
        writer->waiting++;
        pthread_cond_signal(&writer->has_work);
    }
    pthread_mutex_unlock(&writer->lock);
    return rc;
}

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t is_done;
    bool done;
};

static void wake_waiter(struct write_job *job)
{
    struct waiter *waiter = job->user;
    pthread_mutex_lock(&waiter->lock);
    waiter->done = true;
    pthread_cond_signal(&waiter->is_done);
    pthread_mutex_unlock(&waiter->lock);
}

enum rc writer_run(struct writer *writer, struct write_job *job)
{
    struct waiter waiter = {.lock = PTHREAD_MUTEX_INITIALIZER, .is_done = PTHREAD_COND_INITIALIZER};
    job->done = wake_waiter;
    job->user = &waiter;
    TRY(writer_submit(writer, job));
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.done)
        pthread_cond_wait(&waiter.is_done, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
    return job->rc;
}

void writer_stop(struct writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->is_stopping = true;
    pthread_cond_broadcast(&writer->has_work);
    pthread_mutex_unlock(&writer->lock);
    for (int i = 0; i < writer->thread_count; i++)
        pthread_join(writer->threads[i].thread, NULL);
    log_sync_stop(writer->log_sync);
    checkpointer_stop(writer->checkpointer);
    for (int i = 0; i < WRITER_THREADS_MAX; i++) {
        db_close(writer->threads[i].db);
        arena_free(writer->threads[i].arena);
    }
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->has_work);
    alloc_free(writer);
}

bool writer_has_failed(struct writer *writer) { return writer->log_sync && log_sync_has_failed(writer->log_sync); }

void writer_get_counts(struct writer *writer, int64_t *ret_waiting, int64_t *ret_commits, int64_t *ret_jobs)
{
    pthread_mutex_lock(&writer->lock);
    *ret_waiting = writer->waiting;
    *ret_commits = writer->commits;
    *ret_jobs = writer->jobs;
    pthread_mutex_unlock(&writer->lock);
}
