/* page_feed.c: my deadlines for a calendar program; see loop/feed.c for the threat. */
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/rand.h"
#include "loop/feed.h"
#include "publish/ics_write.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "text/digest.h"
#include "text/utf8.h"

enum {
    FEED_ROWS = 500,
    TITLE_CHARS = 24,
    FEED_BYTES_MAX = 4 << 20,
    SLOTS = 1024,
    FETCHES_AN_HOUR = 30,
    HOUR_MS = 3600000
};

static void put_base(struct page *page)
{
    struct str host = page->request->host;
    value_put_text(page->ctx.arena, page->view, "feed_base",
                   arena_format(page->ctx.arena, "%s://%.*s/calendar/", page->request->is_https ? "https" : "http",
                                STR_ARG(host)));
}

enum rc page_put_feeds(struct page *page)
{
    struct db_stmt *st = db_query(page->db, Q_FEED_MINE);
    db_bind_int(st, "me", page->session.account_id);
    TRY(page_put_rows(page, "feeds", st));
    const struct value *rows = value_get(page->view, "feeds");
    for (struct value *row = rows->items.first; row; row = row->next)
        page_put_time(page, row, "created_at");
    if (!value_get(page->view, "feed_address"))
        value_put_text(page->ctx.arena, page->view, "feed_address", STR(""));
    value_put_bool(page->ctx.arena, page->view, "has_feeds", value_count(rows) > 0);
    return RC_OK;
}

/* The address is shown on this answer and never again. */
enum rc page_feed_open_post(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    uint8_t secret[DIGEST_BYTES], digest[DIGEST_BYTES];
    char token[DIGEST_TEXT_BYTES], hash[DIGEST_TEXT_BYTES];
    rand_fill(secret, sizeof secret);
    struct str text = arena_copy_str(arena, digest_format(secret, token));
    digest_sha256(text, digest);
    struct value *raw = value_new_map(arena), *result;
    value_put_text(arena, raw, "token_hash", arena_copy_str(arena, digest_format(digest, hash)));
    TRY(submit_and_wait(page, &command_feed_open, raw, &result));
    http_set_header(page->request, "Cache-Control", STR("no-store"));
    put_base(page);
    value_put_text(
        arena, page->view, "feed_address",
        arena_format(arena, "%.*s%.*s.ics", STR_ARG(value_get_text(page->view, "feed_base")), STR_ARG(text)));
    page->tpl = "me";
    return page_me(page);
}

/* ---- the feed ------------------------------------------------------------------------------------------------ */

static struct {
    pthread_mutex_t lock;
    struct {
        int64_t feed, since_ms;
        int fetches;
    } slots[SLOTS];
} limits = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* At most so many fetches an hour of one address; addresses that share a slot share its count. */
static bool is_too_often(int64_t feed, int64_t now_ms)
{
    size_t at = (size_t)feed % SLOTS;
    if (pthread_mutex_lock(&limits.lock) != 0)
        return true;
    if (limits.slots[at].feed != feed || now_ms - limits.slots[at].since_ms >= HOUR_MS) {
        limits.slots[at].feed = feed;
        limits.slots[at].since_ms = now_ms;
        limits.slots[at].fetches = 0;
    }
    bool is_too_many = ++limits.slots[at].fetches > FETCHES_AN_HOUR;
    (void)pthread_mutex_unlock(&limits.lock);
    return is_too_many;
}

static enum rc find_feed(struct page *page, int64_t *ret_feed, int64_t *ret_account)
{
    struct str name = page_param_text(page, "name");
    uint8_t secret[DIGEST_BYTES], digest[DIGEST_BYTES];
    char hash[DIGEST_TEXT_BYTES];
    if (!str_has_suffix(name, STR(".ics")) || !digest_parse(str_slice(name, 0, name.n - 4), secret))
        return RC_NOT_FOUND;
    digest_sha256(str_slice(name, 0, name.n - 4), digest);
    struct db_stmt *st = db_query(page->db, Q_FEED_FIND);
    struct value *row;
    db_bind_text(st, "token_hash", digest_format(digest, hash));
    TRY(db_first_row(&page->ctx, st, &row));
    *ret_feed = value_get_int(row, "id", 0);
    *ret_account = value_get_int(row, "account_id", 0);
    return row ? RC_OK : RC_NOT_FOUND;
}

static void add_wait(struct page *page, const struct value *row, struct buf *out)
{
    struct arena *arena = page->ctx.arena;
    struct str what = value_get_text(row, "what"), kind = value_get_text(row, "subject_kind");
    struct str word = message_find(page->lang, arena_format(arena, "wait.%.*s", STR_ARG(what)));
    struct str title = value_get_text(row, "title"), cut = utf8_cut_count(title, TITLE_CHARS);
    int32_t day;
    if (!date_parse(value_get_text(row, "due"), &day))
        return;
    struct str uid = arena_format(arena, "%.*s-%lld-%.*s@bihuan", STR_ARG(kind),
                                  (long long)value_get_int(row, "subject_id", 0), STR_ARG(what));
    struct str summary =
        arena_format(arena, "%.*s %.*s %.*s%s", STR_ARG(word.p ? word : what), STR_ARG(value_get_text(row, "no")),
                     STR_ARG(cut), cut.n < title.n ? "\xe2\x80\xa6" : "");
    ics_add_day(out, uid, day, value_get_int(row, "since", 0), summary);
}

enum rc page_feed(struct page *page)
{
    int64_t feed, account;
    char today[DATE_TEXT_BYTES];
    struct actor actor;
    struct value *rows;
    TRY(find_feed(page, &feed, &account));
    if (is_too_often(feed, clock_now_ms()))
        return RC_TOO_MANY;
    TRY(actor_load(&page->ctx, page->db, account, &actor)); /* what the owner may see now, not when it was opened */
    struct db_stmt *st = db_query(page->db, Q_WAIT_MINE);
    actor_bind_scope(st, &actor, PERM_TASK_READ);
    db_bind_text(st, "today", date_format(clock_today(), today));
    db_bind_int(st, "limit", FEED_ROWS);
    TRY(db_rows(&page->ctx, st, &rows));
    struct buf out;
    buf_init(&out, FEED_BYTES_MAX);
    ics_begin(&out, page_text(page, "feed.calendar"));
    VALUE_EACH (row, rows)
        add_wait(page, row, &out);
    ics_end(&out);
    http_set_header(page->request, "Content-Type", STR("text/calendar; charset=utf-8"));
    http_set_header(page->request, "Cache-Control", STR("private, no-store"));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}
