/* checkpoint.c: see checkpoint.h.
 *
 * The thread makes a pass when STEP_PAGES have come since the last one: few enough that the sync of the database file
 * does not hold up the syncs of the log for long.  From RESTART_PAGES on it makes passes until hardly anything is left,
 * and the writer then copies the rest and begins the log anew.  A reader that stays in the log (an export) puts this
 * off; the writer asks again after half as many pages, and waits no longer than READERS_MS each time.  A writer that is
 * AHEAD_PAGES past the mark waits for the passes: the log grows with what readers hold, not with what the disk is slow
 * at.
 */
#include "record/checkpoint.h"

#include <pthread.h>

#include "base/alloc.h"

enum {
    STEP_PAGES = 1000,
    RESTART_PAGES = 12000,
    AHEAD_PAGES = 3000,
    LEFT_PAGES = 200,
    PASSES_MAX = 8,
    READERS_MS = 20
};

struct checkpointer {
    pthread_mutex_t lock;
    pthread_cond_t has_work, has_passed;
    pthread_t thread;
    bool is_started, is_stopping;
    int64_t pages;      /* in the log, as the writer said */
    int64_t passed;     /* in the log when the last pass began */
    int64_t restart_at; /* pages at which the log should begin anew */
    bool is_ready;      /* hardly anything is left: the writer may do it */
    struct db *db;
    struct arena *arena;
};

/* Passes until little is left; their number is bounded because a fast writer may stay ahead. */
static void make_passes(struct checkpointer *c, bool is_last)
{
    for (int i = 0; i < (is_last ? PASSES_MAX : 1); i++) {
        struct ctx ctx = {.arena = c->arena};
        int64_t left;
        arena_reset(c->arena);
        if (db_checkpoint(&ctx, c->db, 0, &left) != RC_OK || left <= LEFT_PAGES)
            return;
    }
}

static void *checkpointer_main(void *arg)
{
    struct checkpointer *c = arg;
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (!c->is_stopping && (c->is_ready || c->pages - c->passed < STEP_PAGES))
            pthread_cond_wait(&c->has_work, &c->lock);
        if (c->is_stopping)
            break;
        bool is_last = c->pages >= c->restart_at;
        c->passed = c->pages;
        pthread_mutex_unlock(&c->lock);
        make_passes(c, is_last);
        pthread_mutex_lock(&c->lock);
        c->is_ready = is_last;
        pthread_cond_signal(&c->has_passed);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

enum rc checkpointer_start(struct ctx *ctx, struct str url, struct checkpointer **ret_checkpointer)
{
    struct checkpointer *c = alloc_zeroed(1, sizeof *c);
    if (!c)
        return RC_NOMEM;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->has_work, NULL);
    pthread_cond_init(&c->has_passed, NULL);
    c->restart_at = RESTART_PAGES;
    c->arena = arena_new(64 * 1024);
    enum rc rc = c->arena ? db_open(ctx, url, DB_LOG, &c->db) : RC_NOMEM;
    if (rc == RC_OK) {
        c->is_started = pthread_create(&c->thread, NULL, checkpointer_main, c) == 0;
        rc = c->is_started ? RC_OK : RC_NOMEM;
    }
    if (rc != RC_OK) {
        checkpointer_stop(c);
        return rc;
    }
    *ret_checkpointer = c;
    return RC_OK;
}

void checkpointer_note(struct checkpointer *c, struct ctx *ctx, struct db *db)
{
    int64_t pages = db_log_pages(db), left;
    pthread_mutex_lock(&c->lock);
    bool is_ready = c->is_ready;
    pthread_mutex_unlock(&c->lock);
    /* When it is ready the thread stands still until it is told the outcome. */
    bool is_restarted = is_ready && db_checkpoint(ctx, db, READERS_MS, &left) == RC_OK;
    pthread_mutex_lock(&c->lock);
    if (is_ready) {
        c->is_ready = false;
        c->restart_at = is_restarted ? RESTART_PAGES : pages + RESTART_PAGES / 2;
    }
    c->pages = is_restarted ? 0 : pages;
    if (c->pages < c->passed)
        c->passed = c->pages;
    if (c->pages - c->passed >= STEP_PAGES)
        pthread_cond_signal(&c->has_work);
    while (!c->is_ready && c->pages >= c->restart_at + AHEAD_PAGES)
        pthread_cond_wait(&c->has_passed, &c->lock);
    pthread_mutex_unlock(&c->lock);
}

void checkpointer_stop(struct checkpointer *c)
{
    if (!c)
        return;
    if (c->is_started) {
        pthread_mutex_lock(&c->lock);
        c->is_stopping = true;
        pthread_cond_signal(&c->has_work);
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread, NULL);
    }
    db_close(c->db);
    arena_free(c->arena);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->has_work);
    pthread_cond_destroy(&c->has_passed);
    alloc_free(c);
}
