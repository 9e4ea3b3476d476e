/* outbox.c: the queue of what goes out of the house; see outbox.h. */
#include "loop/outbox.h"

#include "base/clock.h"

enum { MINUTE_MS = 60 * 1000, DAY_MINUTES = 24 * 60, CLAIMS_MAX = 100000, DOWN_TRIES = 1 };

int64_t outbox_pause_ms(int64_t tries)
{
    static const int64_t minutes[] = {1, 5, 15, 60, 180, 360, 720};
    int64_t last = (int64_t)(sizeof minutes / sizeof minutes[0]) - 1, at = tries < 1 ? 0 : tries - 1;
    return minutes[at < last ? at : last] * MINUTE_MS;
}

int64_t outbox_quiet_end(int64_t now_ms, int64_t from, int64_t to)
{
    if (from < 0 || to < 0 || from == to)
        return now_ms;
    int64_t minute = (now_ms / MINUTE_MS + CLOCK_CHINA_OFFSET_S / 60) % DAY_MINUTES;
    bool is_quiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
    if (!is_quiet)
        return now_ms;
    int64_t left = (to - minute + DAY_MINUTES) % DAY_MINUTES;
    return (now_ms / MINUTE_MS + left) * MINUTE_MS;
}

/* ---- filling ------------------------------------------------------------------------------------------------ */

static enum rc fill(struct ctx *ctx, struct db *db, const struct outbox_batch *batch)
{
    char since[DATE_TEXT_BYTES];
    int64_t day = (batch->now_ms / 1000 + CLOCK_CHINA_OFFSET_S) / 86400;
    struct str from = date_format((int32_t)day - OUTBOX_SINCE_DAYS, since);
    struct db_stmt *st = db_query(db, Q_OUTBOX_FILL_MAIL);
    struct value *hooks;
    db_bind_int(st, "is_on", batch->is_mail_on);
    db_bind_text(st, "since", from);
    db_bind_int(st, "at", batch->now_ms);
    TRY(db_run(ctx, st));
    TRY(db_rows(ctx, db_query(db, Q_WEBHOOK_ENABLED), &hooks));
    VALUE_EACH (hook, hooks) {
        st = db_query(db, Q_OUTBOX_FILL_HOOK);
        db_bind_map(st, hook);
        db_bind_text(st, "since", from);
        db_bind_int(st, "at", batch->now_ms);
        TRY(db_run(ctx, st));
    }
    return db_run(ctx, db_query(db, Q_OUTBOX_DROP_DISABLED));
}

static enum rc release(struct ctx *ctx, struct db *db, int64_t now_ms)
{
    struct db_stmt *st = db_query(db, Q_OUTBOX_RELEASE);
    db_bind_int(st, "before", now_ms - OUTBOX_HOLD_MS);
    return db_run(ctx, st);
}

/* ---- claiming ----------------------------------------------------------------------------------------------- */

/* A person's own quiet hours before those of the settings. */
static enum rc quiet_until(struct ctx *ctx, struct db *db, const struct outbox_batch *batch, int64_t account_id,
                           int64_t *ret_until)
{
    struct db_stmt *st = db_query(db, Q_OUTBOX_QUIET_OF);
    struct value *wish;
    db_bind_int(st, "account_id", account_id);
    TRY(db_first_row(ctx, st, &wish));
    int64_t from = value_get_int(wish, "quiet_from", -1), to = value_get_int(wish, "quiet_to", -1);
    bool is_own = from >= 0 && to >= 0;
    *ret_until = outbox_quiet_end(batch->now_ms, is_own ? from : batch->quiet_from, is_own ? to : batch->quiet_to);
    return RC_OK;
}

static enum rc delay(struct ctx *ctx, struct db *db, const struct value *next, int64_t until)
{
    struct db_stmt *st = db_query(db, Q_OUTBOX_DELAY);
    db_bind_map(st, next);
    db_bind_int(st, "next_at", until);
    return db_run(ctx, st);
}

static enum rc settle_row(struct ctx *ctx, struct db *db, int64_t id, const char *state, struct str reason,
                          int64_t tries, int64_t next_at, int64_t sent_at)
{
    struct db_stmt *st = db_query(db, Q_OUTBOX_SETTLE);
    db_bind_int(st, "id", id);
    db_bind_text(st, "state", str_from_cstr(state));
    db_bind_text(st, "reason", reason);
    db_bind_int(st, "tries", tries);
    db_bind_int(st, "next_at", next_at);
    db_bind_int(st, "sent_at", sent_at);
    return db_run(ctx, st);
}

static enum rc add_item(struct ctx *ctx, struct db *db, struct outbox_batch *batch, int64_t id)
{
    struct db_stmt *st = db_query(db, Q_OUTBOX_DETAIL);
    struct value *item;
    db_bind_int(st, "id", id);
    db_bind_int(st, "perm_read", PERM_TASK_READ);
    db_bind_int(st, "label_max", value_get_int(batch->hook, "label_max", LABEL_WORK_SECRET));
    TRY(db_first_row(ctx, st, &item));
    struct str reason = item ? value_get_text(item, "reason") : STR("settled");
    if (reason.n)
        return settle_row(ctx, db, id, "skipped", reason, value_get_int(item, "tries", 0), batch->now_ms, 0);
    value_add(batch->items, item);
    batch->email = value_get_text(item, "email");
    batch->tries = value_get_int(item, "tries", 0);
    return RC_OK;
}

static enum rc read_hook(struct ctx *ctx, struct db *db, struct outbox_batch *batch)
{
    int64_t id = 0;
    (void)str_parse_int64(str_slice(batch->channel, sizeof "hook:" - 1, batch->channel.n), &id);
    return webhook_read(ctx, db, id, &batch->hook);
}

static enum rc claim(struct ctx *ctx, struct db *db, struct outbox_batch *batch, const struct value *next)
{
    struct value *ids;
    int64_t was = value_get_int(next, "batch", 0);
    batch->channel = value_get_text(next, "channel");
    batch->is_mail = str_equal(batch->channel, STR("mail"));
    batch->batch = was ? was : value_get_int(next, "id", 0);
    batch->items = value_new_list(ctx->arena);
    batch->hook = NULL;
    if (!batch->is_mail)
        TRY(read_hook(ctx, db, batch));
    struct db_stmt *st = db_query(db, Q_OUTBOX_CLAIM);
    db_bind_map(st, next);
    db_bind_int(st, "at", batch->now_ms);
    db_bind_int(st, "was", was);
    db_bind_int(st, "batch", batch->batch);
    db_bind_int(st, "limit", batch->is_mail ? OUTBOX_MAIL_ROWS : OUTBOX_HOOK_ROWS);
    TRY(db_rows(ctx, st, &ids));
    VALUE_EACH (row, ids)
        TRY(add_item(ctx, db, batch, value_get_int(row, "id", 0)));
    batch->is_found = value_count(batch->items) > 0 && (batch->is_mail || batch->hook);
    return RC_OK;
}

enum rc outbox_work_claim(struct ctx *ctx, struct db *db, void *arg)
{
    struct outbox_batch *batch = arg;
    TRY(release(ctx, db, batch->now_ms));
    TRY(fill(ctx, db, batch));
    batch->is_found = false;
    for (int i = 0; i < CLAIMS_MAX && !batch->is_found; i++) {
        struct db_stmt *st = db_query(db, Q_OUTBOX_NEXT);
        struct value *next;
        int64_t until;
        db_bind_int(st, "at", batch->now_ms);
        TRY(db_first_row(ctx, st, &next));
        if (!next)
            return RC_OK;
        TRY(quiet_until(ctx, db, batch, value_get_int(next, "account_id", 0), &until));
        TRY(until > batch->now_ms ? delay(ctx, db, next, until) : claim(ctx, db, batch, next));
    }
    return RC_OK;
}

/* ---- outcomes ----------------------------------------------------------------------------------------------- */

enum rc outbox_work_settle(struct ctx *ctx, struct db *db, void *arg)
{
    const struct outbox_outcome *outcome = arg;
    const struct outbox_batch *batch = outcome->batch;
    int64_t tries = batch->tries + (outcome->is_sent ? 0 : 1), next = outcome->now_ms + outbox_pause_ms(tries);
    bool is_over = outcome->is_refused || tries >= OUTBOX_TRIES_MAX;
    const char *state = outcome->is_sent ? "sent" : is_over ? "failed" : "waiting";
    VALUE_EACH (item, batch->items)
        TRY(settle_row(ctx, db, value_get_int(item, "id", 0), state, outcome->is_sent ? STR("") : outcome->reason,
                       tries, next, outcome->is_sent ? outcome->now_ms : 0));
    if (!outcome->is_down)
        return RC_OK;
    struct db_stmt *st = db_query(db, Q_OUTBOX_DELAY_CHANNEL);
    db_bind_text(st, "channel", batch->channel);
    db_bind_int(st, "next_at", outcome->now_ms + outbox_pause_ms(DOWN_TRIES));
    return db_run(ctx, st);
}

enum rc outbox_work_again(struct ctx *ctx, struct db *db, void *arg)
{
    struct db_stmt *st = db_query(db, Q_OUTBOX_AGAIN);
    db_bind_int(st, "at", *(const int64_t *)arg);
    return db_run(ctx, st);
}
