/* page_board_list.c: the findings behind a figure of a board.
 *
 * The figure's own filters come from data/board_figures.def; the rest of the address narrows to a unit, aspect, leader
 * or month.  The count above the list is counted here, from the database, not taken from the board.
 */
#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/page_board.h"
#include "serve/page_finding.h"
#include "serve/pages.h"

enum { LIST_ROWS = 50 };

#define BIT(name) BOARD_LIST_FILTER_##name

struct list {
    struct board_filter filter;
    enum board_figure figure;
    uint32_t filters;
    struct str more; /* of the address beside filter and figure */
    struct str leader_kind;
    int64_t leader, unit;
    struct str first, last; /* of the month */
};

static enum rc fail(struct page *page, const char *field)
{
    return ctx_fail_field(&page->ctx, RC_INVALID, "field.not_a_choice", field);
}

static enum rc read_leader(struct page *page, struct list *list)
{
    static const char *const kinds[] = {"person", "post", "team", "unit"};
    struct str s = page_param_text(page, "leader"), rest = s, kind, id;
    if (!s.n)
        return RC_OK;
    if (str_equal(s, STR("none"))) {
        list->filters |= BIT(NO_LEADER);
        return RC_OK;
    }
    if (!str_split_next(&rest, ':', &kind) || !str_split_next(&rest, ':', &id) || !str_parse_int64(id, &list->leader))
        return fail(page, "leader");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_equal_cstr(kind, kinds[i]))
            list->leader_kind = str_from_cstr(kinds[i]);
    list->filters |= BIT(LEADER);
    return list->leader_kind.n ? RC_OK : fail(page, "leader");
}

static enum rc read_month(struct page *page, struct list *list)
{
    struct arena *arena = page->ctx.arena;
    struct str s = page_param_text(page, "month"), by = page_param_text(page, "by");
    int32_t first;
    int year, month, day;
    if (!s.n && !by.n)
        return RC_OK;
    if (!date_parse(arena_format(arena, "%.*s-01", STR_ARG(s)), &first))
        return fail(page, "month");
    if (!str_equal(by, STR("due")) && !str_equal(by, STR("closed")))
        return fail(page, "by");
    date_to_civil(first, &year, &month, &day);
    list->first = date_text(arena, first);
    list->last = date_text(arena, first + date_days_in_month(year, month) - 1);
    list->filters |= str_equal(by, STR("due")) ? BIT(DUE_MONTH)
                     : list->filter.source     ? BIT(CLOSED_MONTH)
                                               : BIT(MATTER_CLOSED_MONTH);
    return RC_OK;
}

static enum rc read_list(struct page *page, struct list *ret)
{
    *ret = (struct list){.leader_kind = STR(""), .first = STR(""), .last = STR("")};
    struct str name = page_param_text(page, "figure");
    TRY(board_read_filter(page, &ret->filter));
    if (name.n && !board_figure_find(name, &ret->figure))
        return fail(page, "figure");
    const struct board_filter *filter = &ret->filter;
    ret->unit = page_param_int(page, "unit", 0);
    ret->filters = board_figure_filters(ret->figure, filter->source != 0) |
                   (filter->source ? BIT(SOURCE) : BIT(WHOLE)) | (filter->under ? BIT(UNDER) : 0) |
                   (filter->aspect ? BIT(ASPECT) : 0) | (ret->unit ? BIT(UNIT) : 0);
    if (str_equal(page_param_text(page, "aspect"), STR("none")))
        ret->filters |= BIT(NO_ASPECT);
    TRY(read_leader(page, ret));
    return read_month(page, ret);
}

static void bind(struct page *page, const struct list *list, struct db_stmt *st)
{
    struct arena *arena = page->ctx.arena;
    int32_t today = clock_today();
    actor_bind_scope(st, &page->actor, PERM_BOARD_READ);
    db_bind_int(st, "source", list->filter.source);
    db_bind_int(st, "under", list->filter.under);
    db_bind_int(st, "aspect", list->filter.aspect);
    db_bind_int(st, "unit", list->unit);
    db_bind_text(st, "leader_kind", list->leader_kind);
    db_bind_int(st, "leader", list->leader);
    db_bind_text(st, "first", list->first);
    db_bind_text(st, "last", list->last);
    db_bind_text(st, "today", date_text(arena, today));
    db_bind_text(st, "soon", date_text(arena, today + BOARD_SOON_DAYS));
    db_bind_int(st, "limit", LIST_ROWS + 1);
}

static enum rc put_count(struct page *page, const struct list *list)
{
    struct db_stmt *st = db_query_list(page->db, Q_BOARD_COUNT, list->filters, 0);
    static const char *const keys[] = {"total", "amount_fen", "recovered_fen", "rules_made"};
    struct value *sums;
    if (!st)
        return RC_DB;
    bind(page, list, st);
    TRY(db_first_row(&page->ctx, st, &sums));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        value_put_int(page->ctx.arena, page->view, keys[i], value_get_int(sums, keys[i], 0));
    return RC_OK;
}

/* What narrows the list beside the board's filter, for the address of the next page. */
static struct str more_of(struct page *page)
{
    static const char *const names[] = {"figure", "unit", "leader", "month", "by"};
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1024);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct str s = page_param_text(page, names[i]);
        if (!s.n)
            continue;
        buf_add_format(&out, "%s%s=", out.n ? "&" : "", names[i]);
        url_encode(&out, s);
    }
    if (str_equal(page_param_text(page, "aspect"), STR("none")))
        buf_add_cstr(&out, "&aspect=none");
    return arena_copy_str(page->ctx.arena, buf_str(&out));
}

static enum rc put_rows(struct page *page, const struct list *list)
{
    struct arena *arena = page->ctx.arena;
    struct str after = page_param_text(page, "after"), rest = after, key = STR(""), id;
    int64_t key_id = 0;
    if (after.n && (!str_split_next(&rest, '~', &key) || !str_split_next(&rest, '~', &id) || key.n > DATE_TEXT_BYTES ||
                    !str_parse_int64(id, &key_id)))
        return fail(page, "after");
    struct db_stmt *st = db_query_list(page->db, Q_BOARD_LIST, list->filters | (after.n ? BIT(AFTER) : 0), 0);
    if (!st)
        return RC_DB;
    bind(page, list, st);
    db_bind_text(st, "key", key);
    db_bind_int(st, "key_id", key_id);
    TRY(page_put_rows(page, "findings", st));
    struct value *rows = (struct value *)value_get(page->view, "findings"), *last = NULL;
    int64_t n = 0;
    bool has_next = value_count(rows) > LIST_ROWS;
    for (struct value *row = rows->items.first; row; row = row->next) {
        finding_put_words(page, row);
        if (++n == LIST_ROWS)
            last = row;
    }
    struct str next = STR("");
    if (has_next && last) {
        next = arena_format(arena, "%.*s&after=%.*s~%lld", STR_ARG(more_of(page)),
                            STR_ARG(value_get_text(last, "due_key")), (long long)value_get_int(last, "id", 0));
        next = board_href(page, "/board/findings", &list->filter, next);
        last->next = NULL; /* the row after the page only says that there is one */
        rows->items.last = last;
        rows->items.n = LIST_ROWS;
    }
    value_put_text(arena, page->view, "next_href", next);
    value_put_bool(arena, page->view, "has_findings", value_count(rows) > 0);
    return RC_OK;
}

static void put_sum(struct page *page, struct value *about, const char *name)
{
    struct arena *arena = page->ctx.arena;
    const char *key;
    int64_t fen = value_get_int(page->view, arena_format(arena, "%s_fen", name).p, 0);
    struct str sum = board_money_text(page, fen, name, &key);
    if (fen)
        value_add_text(arena, about,
                       arena_format(arena, "%.*s %.*s",
                                    STR_ARG(page_text(page, arena_format(arena, "board.%s", key).p)), STR_ARG(sum)));
}

/* What the list is about, in words: the figure, and each thing that narrows it. */
static enum rc put_about(struct page *page, const struct list *list)
{
    struct arena *arena = page->ctx.arena;
    struct value *about = value_put_list(arena, page->view, "about");
    const struct {
        enum query query;
        int64_t id;
        struct str kind;
    } parts[] = {{Q_BOARD_SOURCE_NAME, list->filter.source, STR("")},
                 {Q_BOARD_UNIT_NAME, list->filter.under ? list->filter.under : list->unit, STR("")},
                 {Q_BOARD_ASPECT_NAME, list->filter.aspect, STR("")},
                 {Q_BOARD_LEADER_NAME, list->leader, list->leader_kind}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct str name;
        if (!parts[i].id || !value_get_int(page->view, "total", 0)) /* names of what nothing is seen of stay unsaid */
            continue;
        TRY(board_name(page, parts[i].query, parts[i].id, parts[i].kind, &name));
        value_add_text(arena, about, name);
    }
    if (list->first.n)
        value_add_text(arena, about, str_slice(list->first, 0, 7));
    put_sum(page, about, "amount");
    put_sum(page, about, "recovered");
    int64_t rules = value_get_int(page->view, "rules_made", 0);
    if (rules)
        value_add_text(arena, about,
                       arena_format(arena, "%.*s %lld", STR_ARG(page_text(page, "board.rules")), (long long)rules));
    const char *name = list->filters & (BIT(CLOSED_MONTH) | BIT(MATTER_CLOSED_MONTH)) ? "board.closed_in_month"
                       : list->filters & BIT(DUE_MONTH)                               ? "board.due_in_month"
                                                                                      : NULL;
    struct str key = arena_format(arena, "board.%s", board_figure_name(list->figure));
    value_put_text(arena, page->view, "figure_label", page_text(page, name ? name : key.p));
    return RC_OK;
}

enum rc page_board_findings(struct page *page)
{
    struct list list;
    TRY(read_list(page, &list));
    TRY(put_count(page, &list));
    TRY(put_rows(page, &list));
    TRY(put_about(page, &list));
    chrome_add_crumb(page, page_text(page, "board.title"), board_href(page, "/board", &list.filter, STR_EMPTY));
    return RC_OK;
}
