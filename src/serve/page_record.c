/* page_record.c: lists and pages of records; see page_record.h. */
#include "serve/page_record.h"

#include <string.h>

#include "base/clock.h"
#include "serve/chrome.h"

enum { ROWS_A_PAGE = 50, HREF_CEILING = 400, SHORT_BYTES = 15 /* five Chinese characters */ };

static struct value *child(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

struct str record_day_before(struct page *page, int days) { return date_text(page->ctx.arena, clock_today() - days); }

struct str record_href(struct arena *arena, const char *pattern, const struct value *row)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, HREF_CEILING);
    for (const char *p = pattern; p && *p;) {
        if (*p != '{') {
            buf_add_char(&out, *p++);
            continue;
        }
        const char *end = p + 1;
        while (*end && *end != '}')
            end++;
        const struct value *v = value_get_str(row, (struct str){p + 1, (size_t)(end - p - 1)});
        if (!v || (v->kind == VALUE_INT ? v->integer == 0 : v->kind != VALUE_TEXT || !v->text.n))
            return STR("");
        if (v->kind == VALUE_INT)
            buf_add_int64(&out, v->integer);
        else
            buf_add(&out, v->text);
        p = *end ? end + 1 : end;
    }
    return arena_copy_str(arena, buf_str(&out));
}

struct str record_text(struct page *page, const struct value *row, const struct record_column *column)
{
    struct arena *arena = page->ctx.arena;
    const struct value *v = value_get(row, column->key);
    char time[TIME_TEXT_BYTES];
    if (column->kind == CELL_YES)
        return page_text(page, v && v->kind == VALUE_INT && v->integer ? "record.yes" : "record.no");
    if (column->kind == CELL_TIME)
        return v && v->kind == VALUE_INT && v->integer
                   ? arena_copy_str(arena, str_slice(time_format_china(v->integer, time), 0, 16))
                   : STR("");
    if (v && v->kind == VALUE_INT && column->kind != CELL_CHOICE)
        return arena_format(arena, "%lld", (long long)v->integer);
    struct str code = v && v->kind == VALUE_TEXT  ? v->text
                      : v && v->kind == VALUE_INT ? arena_format(arena, "%lld", (long long)v->integer)
                                                  : STR("");
    if (column->kind != CELL_CHOICE || !code.n)
        return code;
    return page_text(page, arena_format(arena, "%s.%.*s", column->prefix, STR_ARG(code)).p);
}

/* Of a date that may be late: the status code. */
static const char *due_status(const struct value *row, struct str day)
{
    int32_t n, today = clock_today();
    if (value_get_int(row, "is_over", 0) || !date_parse(day, &n))
        return "";
    return n < today ? "overdue" : n <= today + 7 ? "due_soon" : "";
}

/* "LY-2026-001-009-T1", but no short name: on a phone it needs a line of its own. */
static bool is_number(struct str text)
{
    enum { NUMBER_BYTES = 12, LONG_BYTES = 20 };
    return text.n > LONG_BYTES || (text.n > NUMBER_BYTES && text.p[text.n - 1] >= '0' && text.p[text.n - 1] <= '9');
}

static void put_cell(struct page *page, struct value *cell, const struct value *row, const struct record_column *column)
{
    struct arena *arena = page->ctx.arena;
    struct str text = record_text(page, row, column), href = record_href(arena, column->href, row);
    const char *status = column->kind == CELL_DUE ? due_status(row, text) : "";
    value_put_text(arena, cell, "label", page_text(page, column->label));
    value_put_text(arena, cell, "text", text.n ? text : STR("\xe2\x80\x94"));
    value_put_text(arena, cell, "href", text.n ? href : STR(""));
    value_put_text(arena, cell, "status", str_from_cstr(status));
    value_put_bool(arena, cell, "is_num", column->kind == CELL_NUM);
    value_put_bool(arena, cell, "is_long", column->kind == CELL_LONG);
    value_put_bool(arena, cell, "is_wide", column->kind == CELL_CODE && is_number(text));
    value_put_bool(arena, cell, "is_short",
                   column->kind == CELL_DAY || column->kind == CELL_DUE || column->kind == CELL_TIME ||
                       column->kind == CELL_CODE ||
                       ((column->kind == CELL_CHOICE || column->kind == CELL_TEXT) && text.n <= SHORT_BYTES));
}

void record_put_table(struct page *page, struct value *to, const char *key, struct value *rows,
                      const struct record_column *columns, int count)
{
    struct arena *arena = page->ctx.arena;
    struct value *table = value_put_map(arena, to, key), *heads = value_put_list(arena, table, "columns"),
                 *list = value_put_list(arena, table, "rows");
    for (int i = 0; i < count; i++) {
        struct value *head = value_add_map(arena, heads);
        value_put_text(arena, head, "label", page_text(page, columns[i].label));
        value_put_bool(arena, head, "is_num", columns[i].kind == CELL_NUM);
    }
    VALUE_EACH (row, rows) {
        struct value *line = value_add_map(arena, list);
        put_cell(page, value_put_map(arena, line, "head"), row, &columns[0]);
        struct value *cells = value_put_list(arena, line, "cells");
        for (int i = 1; i < count; i++)
            put_cell(page, value_add_map(arena, cells), row, &columns[i]);
    }
    value_put_bool(arena, table, "has_rows", value_count(list) > 0);
}

/* ---- lists -------------------------------------------------------------------------------------------------- */

void record_begin_list(struct page *page, const char *title, const char *about)
{
    struct arena *arena = page->ctx.arena;
    value_put_text(arena, page->view, "list_title", page_text(page, title));
    value_put_text(arena, page->view, "list_about", page_text(page, about));
    value_put_list(arena, page->view, "figures");
    value_put_list(arena, page->view, "tabs");
    value_put_list(arena, page->view, "actions");
    if (page->route->nav && str_equal_cstr(STR("supervision"), page->route->nav) &&
        !str_equal(page->request->path, STR("/supervision")))
        chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, title), STR_EMPTY);
}

enum rc record_put_page(struct page *page, struct db_stmt *st, const char *path, const char *query, int rows_a_page)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    if (!st)
        return RC_DB;
    int64_t at = page_param_int(page, "page", 1);
    at = at < 1 || at > 100000 ? 1 : at;
    db_bind_text(st, "today", date_text(page->ctx.arena, clock_today()));
    db_bind_int(st, "limit", rows_a_page + 1);
    db_bind_int(st, "offset", (at - 1) * rows_a_page);
    TRY(db_rows(&page->ctx, st, &rows));
    bool is_more = value_count(rows) > (size_t)rows_a_page;
    struct value *items = value_put_list(arena, page->view, "items");
    int n = 0;
    for (struct value *row = rows->items.first, *next; row && n < rows_a_page; row = next, n++) {
        next = row->next;
        row->next = NULL;
        value_add(items, row);
    }
    struct value *pager = value_put_map(arena, page->view, "pager");
    value_put_null(arena, pager, "total");
    value_put_text(arena, pager, "previous_href",
                   at > 1 ? arena_format(arena, "%s?%spage=%lld", path, query, (long long)at - 1) : STR(""));
    value_put_text(arena, pager, "next_href",
                   is_more ? arena_format(arena, "%s?%spage=%lld", path, query, (long long)at + 1) : STR(""));
    value_put_bool(arena, page->view, "has_pager", at > 1 || is_more);
    return RC_OK;
}

enum rc record_put_items(struct page *page, struct db_stmt *st, const char *path, const char *query)
{
    return record_put_page(page, st, path, query, ROWS_A_PAGE);
}

void record_put_list(struct page *page, const struct record_column *columns, int count, const char *empty_key)
{
    struct arena *arena = page->ctx.arena;
    record_put_table(page, page->view, "table", child(page->view, "items"), columns, count);
    value_put_text(arena, page->view, "empty_why", page_text(page, empty_key));
    value_put_bool(arena, page->view, "has_figures", value_count(value_get(page->view, "figures")) > 0);
    value_put_bool(arena, page->view, "has_tabs", value_count(value_get(page->view, "tabs")) > 0);
}

void record_add_figure(struct page *page, const char *label, int64_t n, const char *href, const char *status)
{
    struct arena *arena = page->ctx.arena;
    struct value *figure = value_add_map(arena, child(page->view, "figures"));
    value_put_text(arena, figure, "label", page_text(page, label));
    value_put_int(arena, figure, "value", n);
    value_put_text(arena, figure, "href", str_from_cstr(href));
    value_put_text(arena, figure, "status", n > 0 ? str_from_cstr(status) : STR(""));
}

const struct record_show *record_choose(struct page *page, const char *path, const char *prefix,
                                        const struct record_show *shows, int count)
{
    struct arena *arena = page->ctx.arena;
    const struct record_show *chosen = &shows[0];
    struct str show = page_param_text(page, "show");
    for (int i = 0; i < count; i++)
        if (str_equal_cstr(show, shows[i].name))
            chosen = &shows[i];
    for (int i = 0; i < count; i++) {
        struct value *tab = value_add_map(arena, child(page->view, "tabs"));
        value_put_text(arena, tab, "label", page_text(page, arena_format(arena, "%s.%s", prefix, shows[i].name).p));
        value_put_text(arena, tab, "href", arena_format(arena, "%s?show=%s", path, shows[i].name));
        value_put_bool(arena, tab, "is_current", &shows[i] == chosen);
    }
    return chosen;
}

void record_add_action(struct page *page, struct value *to, const char *label, struct str href, bool is_primary)
{
    struct arena *arena = page->ctx.arena;
    struct value *action = value_add_map(arena, child(to, "actions"));
    value_put_text(arena, action, "label", page_text(page, label));
    value_put_text(arena, action, "href", href);
    value_put_bool(arena, action, "is_primary", is_primary);
}

/* ---- one record --------------------------------------------------------------------------------------------- */

enum rc record_rows(struct page *page, enum query query, enum perm perm, int64_t id, struct value **ret_rows)
{
    struct db_stmt *st = db_query(page->db, query);
    actor_bind_scope(st, &page->actor, perm);
    db_bind_int(st, "id", id);
    db_bind_text(st, "today", date_text(page->ctx.arena, clock_today()));
    return db_rows(&page->ctx, st, ret_rows);
}

enum rc record_begin(struct page *page, struct value *row, enum lifecycle_noun noun, struct value **ret_item)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = value_get_int(row, "id", 0);
    struct value *item = value_put_map(arena, page->view, "record");
    struct str title = value_get_text(row, "title"), no = value_get_text(row, "no");
    value_put_text(arena, item, "title", title);
    value_put_text(arena, item, "no", no);
    value_put_list(arena, item, "badges");
    value_put_list(arena, item, "alerts");
    value_put_list(arena, item, "actions");
    value_put_list(arena, item, "cards");
    value_put_list(arena, item, "side");
    value_put_text(arena, page->view, "page_title", title);
    TRY(page_put_waiting(page, item, noun, id));
    TRY(page_put_offers(page, item, noun, row));
    struct db_stmt *st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    TRY(page_put_timeline(page, st));
    value_put(page->view, STR("item"), value_copy(arena, row));
    *ret_item = item;
    return arena_rc(arena);
}

void record_add_badge(struct page *page, struct value *item, struct str text, const char *status)
{
    struct value *badge = value_add_map(page->ctx.arena, child(item, "badges"));
    value_put_text(page->ctx.arena, badge, "text", text);
    value_put_text(page->ctx.arena, badge, "status", str_from_cstr(status));
}

void record_add_alert(struct page *page, struct value *item, const char *key, const struct str *args, int count)
{
    value_add_text(page->ctx.arena, child(item, "alerts"), page_text_args(page, key, args, count));
}

static struct value *add_card(struct page *page, struct value *item, const char *title, const char *anchor,
                              bool is_side)
{
    struct arena *arena = page->ctx.arena;
    struct value *card = value_add_map(arena, child(item, is_side ? "side" : "cards"));
    value_put_text(arena, card, "title", page_text(page, title));
    value_put_text(arena, card, "anchor", str_from_cstr(anchor));
    return card;
}

struct value *record_add_facts(struct page *page, struct value *item, const char *title, const char *anchor,
                               const struct value *row, const struct record_column *columns, int count, bool is_side)
{
    struct arena *arena = page->ctx.arena;
    struct value *card = add_card(page, item, title, anchor, is_side), *facts = value_put_list(arena, card, "facts");
    for (int i = 0; i < count; i++) {
        struct value *fact = value_add_map(arena, facts);
        put_cell(page, fact, row, &columns[i]);
        value_put_bool(arena, fact, "is_bare", count == 1 && strcmp(title, columns[i].label) == 0);
    }
    value_put_bool(arena, card, "has_facts", true);
    value_put_null(arena, card, "table");
    value_put_bool(arena, card, "is_table", false);
    return card;
}

struct value *record_add_table(struct page *page, struct value *item, const char *title, const char *anchor,
                               struct value *rows, const struct record_column *columns, int count)
{
    struct arena *arena = page->ctx.arena;
    struct value *card = add_card(page, item, title, anchor, false);
    value_put_list(arena, card, "facts");
    value_put_bool(arena, card, "has_facts", false);
    value_put_bool(arena, card, "is_table", true);
    record_put_table(page, card, "table", rows, columns, count);
    return card;
}
