/* page_event.c: the event log: who did what, when and why, chained by hash.  For the audit administrator. */
#include "base/clock.h"
#include "record/event.h"
#include "serve/chrome.h"
#include "serve/list_query.h"
#include "serve/typed_form.h"
#include "serve/page_finding.h"
#include "serve/pages.h"
#include "text/json.h"

enum { EVENT_ROWS = 50, HASH_SHORT = 12 };
static const int64_t DAY_MS = 24 * 3600 * 1000;

#define BIT(name) EVENT_LIST_FILTER_##name

static const char *const address_names[] = {"kind", "actor", "chain", "subject", "from", "to"};
enum { ADDRESS_NAMES = sizeof address_names / sizeof address_names[0] };

static struct str make_href(struct page *page, const char *name, struct str value)
{
    return list_address(page, "/events", address_names, ADDRESS_NAMES, name, value);
}

/* What an address asks for; values are bound once the statement is there. */
struct event_query {
    uint64_t filters;
    struct str kind;
    int64_t actor, chain, subject, from_ms, to_ms, before;
};

/* Midnight in China of a day. */
static int64_t day_begin_ms(int32_t day) { return (int64_t)day * DAY_MS - (int64_t)CLOCK_CHINA_OFFSET_S * 1000; }

static enum rc read_day(struct page *page, const char *name, uint64_t bit, int add_days, struct event_query *q,
                        int64_t *ret_ms)
{
    struct str s;
    int32_t day;
    TRY(list_read_date(page, name, bit, &q->filters, &s));
    if (date_parse(s, &day))
        *ret_ms = day_begin_ms(day + add_days);
    return RC_OK;
}

/* An account by its number or its login; one that does not exist has no events. */
static enum rc read_actor(struct page *page, struct event_query *q)
{
    struct str s = str_trim(page_param_text(page, "actor"));
    if (!s.n)
        return RC_OK;
    q->filters |= BIT(ACTOR);
    if (str_parse_int64(s, &q->actor))
        return RC_OK;
    struct db_stmt *st = db_query(page->db, Q_ACCOUNT_FIND_LOGIN);
    struct value *row;
    db_bind_text(st, "login", s);
    TRY(db_first_row(&page->ctx, st, &row));
    q->actor = value_get_int(row, "id", -1);
    return RC_OK;
}

static enum rc read_query(struct page *page, struct event_query *q)
{
    enum event_kind kind;
    q->kind = page_param_text(page, "kind");
    if (q->kind.n && !event_kind_find(q->kind, &kind))
        return ctx_fail_field(&page->ctx, RC_INVALID, "field.not_text", "kind");
    q->filters |= q->kind.n ? BIT(KIND) : 0;
    TRY(read_actor(page, q));
    TRY(list_read_number(page, "chain", BIT(CHAIN), &q->filters, &q->chain));
    TRY(list_read_number(page, "subject", BIT(SUBJECT), &q->filters, &q->subject));
    TRY(list_read_number(page, "before", BIT(BEFORE), &q->filters, &q->before));
    TRY(read_day(page, "from", BIT(FROM), 0, q, &q->from_ms));
    return read_day(page, "to", BIT(TO), 1, q, &q->to_ms);
}

static void put_filter(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *filter = value_put_map(arena, page->view, "filter"), *kind = list_put_filter(page, filter, "kind");
    static const char *const texts[] = {"actor", "from", "to", "chain", "subject"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        list_put_filter(page, filter, texts[i]);
    for (int i = 0; i < EVENT_KIND_COUNT; i++) {
        struct str name = event_kind_name((enum event_kind)i);
        typed_form_option(page, kind, name, page_text(page, arena_format(arena, "event.%.*s", STR_ARG(name)).p));
    }
    static const char *const labels[] = {"event.kind",   "event.actor", "event.chain",
                                         "event.object", "event.from",  "event.to"};
    struct value *chips = value_put_list(arena, page->view, "chips");
    for (int i = 0; i < ADDRESS_NAMES; i++) {
        struct str s = page_param_text(page, address_names[i]);
        if (s.n)
            list_add_chip(page, chips, address_names[i], labels[i],
                          i ? s : page_text(page, arena_format(arena, "event.%.*s", STR_ARG(s)).p),
                          make_href(page, address_names[i], STR_EMPTY));
    }
    value_put_bool(arena, page->view, "has_chips", value_count(chips) > 0);
    value_put_text(arena, page->view, "clear_href", STR("/events"));
}

static void put_event_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    finding_put_event_words(page, row);
    value_put_text(arena, row, "hash_short", str_slice(value_get_text(row, "hash"), 0, HASH_SHORT));
    value_put_text(arena, row, "href", arena_format(arena, "/events/%lld", (long long)value_get_int(row, "seq", 0)));
    value_put_text(
        arena, row, "subject_href",
        make_href(page, "subject", arena_format(arena, "%lld", (long long)value_get_int(row, "subject", 0))));
}

enum rc page_event_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct event_query q = {0};
    TRY(read_query(page, &q));
    struct db_stmt *st = page_list_statement(page, Q_EVENT_LIST, q.filters, EVENT_LIST_SORT_NEWEST);
    if (!st)
        return RC_DB;
    db_bind_text(st, "kind", q.kind);
    db_bind_int(st, "actor", q.actor);
    db_bind_int(st, "chain", q.chain);
    db_bind_int(st, "subject", q.subject);
    db_bind_int(st, "before", q.before);
    db_bind_int(st, "from", q.from_ms);
    db_bind_int(st, "to", q.to_ms);
    db_bind_int(st, "limit", EVENT_ROWS + 1);
    struct value *rows, *list = value_put_list(arena, page->view, "events");
    TRY(db_rows(&page->ctx, st, &rows));
    struct value *last = NULL;
    struct str next_href = STR_EMPTY;
    for (struct value *row = rows->items.first, *next; row; row = next) {
        next = row->next;
        if (value_count(list) == EVENT_ROWS) {
            next_href =
                make_href(page, "before", arena_format(arena, "%lld", (long long)value_get_int(last, "seq", 0)));
            break;
        }
        put_event_words(page, row);
        value_add(list, row);
        last = row;
    }
    struct value *pager = value_put_map(arena, page->view, "pager");
    value_put_text(arena, pager, "previous_href", q.before ? make_href(page, NULL, STR_EMPTY) : STR(""));
    value_put_text(arena, pager, "next_href", next_href.n ? next_href : STR(""));
    value_put_null(arena, pager, "total");
    value_put_bool(arena, page->view, "has_events", value_count(list) > 0);
    put_filter(page);
    return RC_OK;
}

/* An event as it is stored, and whether its hash and its place in the chain hold. */
enum rc page_event(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_EVENT_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_put_row(page, "event", st));
    struct value *row = (struct value *)value_get(page->view, "event"), *body;
    struct event event = {.seq = value_get_int(row, "seq", 0),
                          .chain = value_get_int(row, "chain", 0),
                          .chain_seq = value_get_int(row, "chain_seq", 0),
                          .at_ms = value_get_int(row, "at", 0),
                          .actor = value_get_int(row, "actor", 0),
                          .kind = value_get_text(row, "kind"),
                          .subject = value_get_int(row, "subject", 0),
                          .body = value_get_text(row, "body"),
                          .reason = value_get_text(row, "reason"),
                          .prev_hash = value_get_text(row, "prev_hash"),
                          .hash = value_get_text(row, "hash")};
    char hex[65];
    event_compute_hash(&event, hex);
    value_put_bool(arena, row, "is_hash_right", str_equal_cstr(event.hash, hex));
    st = db_query(page->db, Q_EVENT_HASH_AT);
    db_bind_int(st, "chain", event.chain);
    db_bind_int(st, "chain_seq", event.chain_seq - 1);
    struct value *before;
    TRY(db_first_row(&page->ctx, st, &before));
    bool is_chained = before ? str_equal(value_get_text(before, "hash"), event.prev_hash)
                             : event.prev_hash.n == 0 && event.chain_seq == 1;
    value_put_bool(arena, row, "is_chained", is_chained);
    if (before)
        value_put_text(arena, row, "previous_href",
                       arena_format(arena, "/events/%lld", (long long)value_get_int(before, "seq", 0)));
    else
        value_put_null(arena, row, "previous_href");
    put_event_words(page, row);
    TRY(json_parse(&page->ctx, event.body, &body));
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 8 * 1024 * 1024);
    value_write_json(&out, body, true);
    value_put_text(arena, row, "body_text", arena_copy_str(arena, buf_str(&out)));
    value_set(row, STR("body"), body);
    chrome_add_crumb(page, page_text(page, "event.list"), STR("/events"));
    chrome_add_crumb(page, arena_format(arena, "%lld", (long long)event.seq), STR_EMPTY);
    return RC_OK;
}
