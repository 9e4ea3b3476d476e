/* sender.c: see sender.h. */
#include "serve/sender.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "loop/outbox.h"
#include "serve/outbox_text.h"

enum { LOOK_S = 20, MESSAGES_MAX = 10000, ARENA_BYTES = 32 << 20, MAIL_BYTES_MAX = 2 << 20 };

/* ---- one message -------------------------------------------------------------------------------------------- */

static struct outbox_words words_of(const struct settings *settings)
{
    return (struct outbox_words){.lang = lang_parse(settings->language, LANG_ZH), .site = settings->site_url};
}

static struct post_result refused(const char *reason)
{
    struct post_result result = {.is_refused = true};
    (void)snprintf(result.reason, sizeof result.reason, "%s", reason);
    return result;
}

static struct post_result send_mail(struct arena *arena, struct poster *poster, const struct settings *settings,
                                    const struct outbox_mail *mail)
{
    struct outbox_words words = words_of(settings);
    struct buf text CLEANUP(buf_done);
    buf_init(&text, MAIL_BYTES_MAX);
    if (!settings->mail_server.n)
        return refused("channel_off");
    if (outbox_mail_write(arena, &words, mail, &text) != RC_OK)
        return refused("bad_address");
    struct post_mail post = {.server = settings->mail_server,
                             .user = settings->mail_user,
                             .password = settings->mail_password,
                             .ca = settings->mail_ca,
                             .needs_tls = settings->mail_tls,
                             .from = mail->from,
                             .to = mail->to,
                             .text = buf_str(&text)};
    return post_mail(poster, &post);
}

static struct post_result send_hook(struct arena *arena, struct poster *poster, const struct settings *settings,
                                    const struct outbox_hook *hook)
{
    struct outbox_words words = words_of(settings);
    struct outbox_hook_message message;
    struct buf answer CLEANUP(buf_done);
    buf_init(&answer, POST_ANSWER_BYTES_MAX);
    if (outbox_hook_make(arena, &words, hook, &message) != RC_OK)
        return refused("net.memory");
    struct post_hook post = {.url = message.url,
                             .headers = message.headers,
                             .header_count = message.header_count,
                             .body = message.body,
                             .is_private_allowed = settings->hook_private};
    struct post_result result = post_hook(poster, &post, &answer);
    int64_t code = result.is_sent ? outbox_hook_answer(hook->kind, buf_str(&answer)) : 0;
    if (code != 0) { /* wrong key, wrong words, too many: a person must look */
        result = (struct post_result){0};
        (void)snprintf(result.reason, sizeof result.reason, "robot:%lld", (long long)code);
    }
    return result;
}

static struct post_result send_batch(struct arena *arena, struct poster *poster, const struct settings *settings,
                                     const struct outbox_batch *batch)
{
    if (batch->is_mail) {
        struct outbox_mail mail = {.from = settings->mail_from,
                                   .to = batch->email,
                                   .batch = batch->batch,
                                   .now_ms = batch->now_ms,
                                   .items = batch->items};
        return send_mail(arena, poster, settings, &mail);
    }
    struct outbox_hook hook = {.kind = value_get_text(batch->hook, "kind"),
                               .url = value_get_text(batch->hook, "url"),
                               .secret = value_get_text(batch->hook, "secret"),
                               .batch = batch->batch,
                               .now_ms = batch->now_ms,
                               .items = batch->items};
    return send_hook(arena, poster, settings, &hook);
}

/* ---- a pass ------------------------------------------------------------------------------------------------- */

bool sender_read_quiet(struct str text, int64_t *ret_from, int64_t *ret_to)
{
    int64_t n[4];
    *ret_from = *ret_to = -1;
    if (!text.n)
        return true;
    if (text.n != 11 || text.p[2] != ':' || text.p[5] != '-' || text.p[8] != ':')
        return false;
    for (size_t i = 0; i < 4; i++)
        if (!str_parse_int64(str_slice(text, i * 3, i * 3 + 2), &n[i]) || n[i] < 0 || n[i] > (i % 2 ? 59 : 23))
            return false;
    *ret_from = n[0] * 60 + n[1];
    *ret_to = n[2] * 60 + n[3];
    return true;
}

static enum rc run_work(struct ctx *ctx, sender_job_run run, void *arg,
                        enum rc (*work)(struct ctx *, struct db *, void *), void *about)
{
    struct write_job job = {.work = work, .arg = about, .ctx = ctx};
    return run(arg, &job);
}

static void note(const struct outbox_batch *batch, const struct post_result *result)
{
    char count[24];
    (void)snprintf(count, sizeof count, "%zu", value_count(batch->items));
    LOG(result->is_sent ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "sent", {"channel", batch->channel},
        {"reminders", str_from_cstr(count)}, {"outcome", str_from_cstr(result->is_sent ? "ok" : result->reason)});
}

static enum rc send_next(struct ctx *ctx, struct poster *poster, const struct settings *settings, sender_job_run run,
                         void *arg, struct outbox_batch *batch, struct sender_counts *counts)
{
    batch->now_ms = clock_now_ms();
    TRY(run_work(ctx, run, arg, outbox_work_claim, batch));
    if (!batch->is_found)
        return RC_OK;
    struct post_result result = send_batch(ctx->arena, poster, settings, batch);
    struct outbox_outcome outcome = {.batch = batch,
                                     .now_ms = clock_now_ms(),
                                     .is_sent = result.is_sent,
                                     .is_refused = result.is_refused,
                                     .is_down = result.is_down,
                                     .reason = str_from_cstr(result.reason)};
    note(batch, &result);
    counts->sent += result.is_sent;
    counts->failed += result.is_refused || (!result.is_sent && batch->tries + 1 >= OUTBOX_TRIES_MAX);
    counts->again += !result.is_sent && !result.is_refused && batch->tries + 1 < OUTBOX_TRIES_MAX;
    return run_work(ctx, run, arg, outbox_work_settle, &outcome);
}

enum rc sender_pass(struct ctx *ctx, const struct settings *settings, sender_job_run run, void *arg,
                    struct sender_counts *ret_counts)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_BYTES);
    struct outbox_batch batch = {.is_mail_on = settings->mail_server.n > 0};
    struct poster *poster;
    enum rc rc = RC_OK;
    *ret_counts = (struct sender_counts){0};
    if (!sender_read_quiet(settings->quiet_hours, &batch.quiet_from, &batch.quiet_to))
        return ctx_fail_field(ctx, RC_CONFIG, "outbox.bad_quiet", "quiet-hours");
    if (batch.is_mail_on && !outbox_mail_is_address(settings->mail_from))
        return ctx_fail_field(ctx, RC_CONFIG, "outbox.bad_from", "mail-from");
    if (!arena)
        return RC_NOMEM;
    TRY(poster_new(&poster));
    for (int i = 0; i < MESSAGES_MAX && rc == RC_OK; i++) {
        struct ctx inner = {.arena = arena};
        arena_reset(arena);
        rc = send_next(&inner, poster, settings, run, arg, &batch, ret_counts);
        if (rc == RC_OK && !batch.is_found)
            break;
    }
    poster_free(poster);
    return rc;
}

/* ---- tests by hand ------------------------------------------------------------------------------------------ */

struct post_result sender_test_mail(struct arena *arena, const struct settings *settings, struct str to)
{
    struct poster *poster;
    struct outbox_mail mail = {.from = settings->mail_from,
                               .to = to,
                               .batch = clock_now_ms(),
                               .now_ms = clock_now_ms(),
                               .body = message_find(words_of(settings).lang, STR("outbox.test_body"))};
    if (poster_new(&poster) != RC_OK)
        return refused("net.memory");
    struct post_result result = send_mail(arena, poster, settings, &mail);
    poster_free(poster);
    return result;
}

struct post_result sender_test_hook(struct arena *arena, const struct settings *settings, const struct value *row)
{
    struct poster *poster;
    struct outbox_hook hook = {.kind = value_get_text(row, "kind"),
                               .url = value_get_text(row, "url"),
                               .secret = value_get_text(row, "secret"),
                               .batch = clock_now_ms(),
                               .now_ms = clock_now_ms(),
                               .test = message_find(words_of(settings).lang, STR("outbox.test_body"))};
    if (poster_new(&poster) != RC_OK)
        return refused("net.memory");
    struct post_result result = send_hook(arena, poster, settings, &hook);
    poster_free(poster);
    return result;
}

/* ---- the thread --------------------------------------------------------------------------------------------- */

struct sender {
    struct writer *writer;
    const struct settings *settings;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    atomic_bool is_stopping;
};

/* The outcome of what was sent is still written when the server stops: only no new message is begun. */
static enum rc run_job(void *arg, struct write_job *job)
{
    struct sender *sender = arg;
    if (atomic_load(&sender->is_stopping) && job->work == outbox_work_claim)
        return RC_BUSY;
    return writer_run(sender->writer, job);
}

static bool sleep_a_while(struct sender *sender)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_S;
    pthread_mutex_lock(&sender->lock);
    while (!atomic_load(&sender->is_stopping) && pthread_cond_timedwait(&sender->woken, &sender->lock, &until) == 0) {
    }
    pthread_mutex_unlock(&sender->lock);
    return !atomic_load(&sender->is_stopping);
}

static void *sender_main(void *arg)
{
    struct sender *sender = arg;
    enum rc last = RC_OK;
    do {
        struct arena *arena CLEANUP(arena_free_ptr) = arena_new(1 << 20);
        struct ctx ctx = {.arena = arena};
        struct sender_counts counts;
        enum rc rc = arena ? sender_pass(&ctx, sender->settings, run_job, sender, &counts) : RC_NOMEM;
        if (rc != RC_OK && rc != last && !atomic_load(&sender->is_stopping)) /* once, not every twenty seconds */
            LOG(LOG_LEVEL_ERROR, "sender", {"rc", str_from_cstr(rc_name(rc))},
                {"detail", ctx.first ? ctx.first->key : STR_EMPTY});
        last = rc;
    } while (sleep_a_while(sender));
    return NULL;
}

enum rc sender_start(struct writer *writer, const struct settings *settings, struct sender **ret_sender)
{
    struct sender *sender = alloc_zeroed(1, sizeof *sender);
    pthread_condattr_t attributes;
    if (!sender)
        return RC_NOMEM;
    sender->writer = writer;
    sender->settings = settings;
    pthread_mutex_init(&sender->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&sender->woken, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&sender->thread, NULL, sender_main, sender) == 0) {
        *ret_sender = sender;
        return RC_OK;
    }
    pthread_cond_destroy(&sender->woken);
    pthread_mutex_destroy(&sender->lock);
    alloc_free(sender);
    return RC_NOMEM;
}

void sender_stop(struct sender *sender)
{
    if (!sender)
        return;
    pthread_mutex_lock(&sender->lock);
    atomic_store(&sender->is_stopping, true);
    pthread_cond_signal(&sender->woken);
    pthread_mutex_unlock(&sender->lock);
    pthread_join(sender->thread, NULL);
    pthread_cond_destroy(&sender->woken);
    pthread_mutex_destroy(&sender->lock);
    alloc_free(sender);
}
