/* daily.c: one thread that sleeps until the day changes; see daily.h.
 *
 * It looks at the wall clock again every minute, so that a machine that slept or whose clock was set is not late by
 * more. A day that failed is tried again after RETRY_S.  Batches go through the writer like every other change.
 */
#include "serve/daily.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "loop/tick.h"

enum { LOOK_S = 60, RETRY_S = 600 };

struct daily {
    struct writer *writer;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool is_stopping;
};

static bool is_stopping(struct daily *daily)
{
    pthread_mutex_lock(&daily->lock);
    bool is = daily->is_stopping;
    pthread_mutex_unlock(&daily->lock);
    return is;
}

/* False when it is time to stop. */
static bool sleep_s(struct daily *daily, int seconds)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&daily->lock);
    while (!daily->is_stopping && pthread_cond_timedwait(&daily->woken, &daily->lock, &until) == 0) {
    }
    bool goes_on = !daily->is_stopping;
    pthread_mutex_unlock(&daily->lock);
    return goes_on;
}

static enum rc run_batch(void *arg, struct write_job *job)
{
    struct daily *daily = arg;
    return is_stopping(daily) ? RC_BUSY : writer_run(daily->writer, job);
}

static void heard(void *arg, const char *name, int64_t changed, struct ctx *ctx, enum rc rc)
{
    char count[24];
    if (rc == RC_OK && changed == 0)
        return;
    if (rc != RC_OK && is_stopping(arg))
        return;
    (void)snprintf(count, sizeof count, "%lld", (long long)changed);
    LOG(rc == RC_OK ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "tick", {"name", str_from_cstr(name)},
        {"changed", str_from_cstr(count)}, {"rc", str_from_cstr(rc_name(rc))},
        {"detail", ctx->first ? ctx->first->key : STR_EMPTY});
}

static void *daily_main(void *arg)
{
    struct daily *daily = arg;
    int32_t done = 0;
    do {
        int32_t today = clock_today();
        char date[DATE_TEXT_BYTES];
        if (today == done)
            continue;
        if (tick_run_all(date_format(today, date), run_batch, heard, daily) == RC_OK)
            done = today;
        else if (!sleep_s(daily, RETRY_S - LOOK_S))
            break;
    } while (sleep_s(daily, LOOK_S));
    return NULL;
}

enum rc daily_start(struct writer *writer, struct daily **ret_daily)
{
    struct daily *daily = alloc_zeroed(1, sizeof *daily);
    pthread_condattr_t attributes;
    if (!daily)
        return RC_NOMEM;
    daily->writer = writer;
    pthread_mutex_init(&daily->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&daily->woken, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&daily->thread, NULL, daily_main, daily) == 0) {
        *ret_daily = daily;
        return RC_OK;
    }
    pthread_cond_destroy(&daily->woken);
    pthread_mutex_destroy(&daily->lock);
    alloc_free(daily);
    return RC_NOMEM;
}

void daily_stop(struct daily *daily)
{
    if (!daily)
        return;
    pthread_mutex_lock(&daily->lock);
    daily->is_stopping = true;
    pthread_cond_signal(&daily->woken);
    pthread_mutex_unlock(&daily->lock);
    pthread_join(daily->thread, NULL);
    pthread_cond_destroy(&daily->woken);
    pthread_mutex_destroy(&daily->lock);
    alloc_free(daily);
}
