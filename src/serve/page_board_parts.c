/* page_board_parts.c: filter, names, addresses, drawing and waits of boards; see page_board.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "calendar/calendar.h"
#include "serve/chrome.h"
#include "serve/page_board.h"
#include "serve/page_loop.h"
#include "serve/pages.h"

enum {
    WAITS_SHOWN = 10,
    CHART_WIDTH = 720,
    CHART_HEIGHT = 240,
    CHART_LEFT = 40,
    CHART_RIGHT = 96,
    CHART_TOP = 12,
    CHART_BOTTOM = 28,
    CHART_LINES = 4,
    CHART_BYTES_MAX = 256 * 1024,
    LONG_DAYS = 5,
    VERY_LONG_DAYS = 22
};

enum rc board_of_page(struct page *page, const struct board_filter *filter, struct board *ret)
{
    return board_sum(&page->ctx, page->db, page->app->board, &page->actor, PERM_BOARD_READ, filter, clock_today(), ret);
}

static enum rc read_id(struct page *page, const char *name, int64_t *ret)
{
    struct str s = str_trim(page_param_text(page, name));
    if (s.n && !str_equal(s, STR("none")) && (!str_parse_int64(s, ret) || *ret <= 0))
        return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_number", str_from_cstr(name), STR_EMPTY, &s, 1);
    return RC_OK;
}

enum rc board_read_filter(struct page *page, struct board_filter *ret)
{
    *ret = (struct board_filter){0};
    TRY(read_id(page, "source", &ret->source));
    TRY(read_id(page, "under", &ret->under));
    return read_id(page, "aspect", &ret->aspect);
}

struct str board_href(struct page *page, const char *path, const struct board_filter *filter, struct str more)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1024);
    buf_add_cstr(&out, path);
    char sep = '?';
    const struct {
        const char *name;
        int64_t id;
    } parts[] = {{"source", filter->source}, {"under", filter->under}, {"aspect", filter->aspect}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!parts[i].id)
            continue;
        buf_add_char(&out, sep);
        buf_add_cstr(&out, parts[i].name);
        buf_add_char(&out, '=');
        buf_add_int64(&out, parts[i].id);
        sep = '&';
    }
    if (more.n) {
        buf_add_char(&out, sep);
        buf_add(&out, more);
    }
    return arena_copy_str(page->ctx.arena, buf_str(&out));
}

struct str board_list_href(struct page *page, const struct board_filter *filter, enum board_figure figure,
                           struct str more)
{
    struct arena *arena = page->ctx.arena;
    const char *name = board_figure_name(figure);
    return board_href(page, "/board/findings", filter,
                      more.n ? arena_format(arena, "figure=%s&%.*s", name, STR_ARG(more))
                             : arena_format(arena, "figure=%s", name));
}

#define FEN_A_HUNDRED_MILLION INT64_C(10000000000)
enum { FEN_TEN_THOUSAND = 1000000 };

struct str board_money_text(struct page *page, int64_t fen, const char *name, const char **ret_key)
{
    bool is_large = fen >= FEN_A_HUNDRED_MILLION;
    *ret_key = is_large ? arena_format(page->ctx.arena, "%s_large", name).p : name;
    return page_format_money(page->ctx.arena, fen / (is_large ? FEN_A_HUNDRED_MILLION / 100 : FEN_TEN_THOUSAND / 100));
}

struct str board_rate(struct page *page, int64_t part, int64_t whole)
{
    if (!whole)
        return STR("-");
    int64_t tenths = (part * 1000 + whole / 2) / whole;
    return arena_format(page->ctx.arena, "%lld.%lld%%", (long long)(tenths / 10), (long long)(tenths % 10));
}

enum rc board_name(struct page *page, enum query query, int64_t id, struct str kind, struct str *ret_name)
{
    struct db_stmt *st = db_query(page->db, query);
    bool is_row;
    db_bind_int(st, "id", id);
    db_bind_text(st, "kind", kind);
    TRY(db_step(&page->ctx, st, &is_row));
    *ret_name = is_row ? arena_copy_str(page->ctx.arena, db_column_text(st, 0)) : STR("");
    db_reset(st);
    return RC_OK;
}

/* ---- filter -------------------------------------------------------------------------------------------------- */

static enum rc put_path(struct page *page, const struct board_filter *filter, int64_t unit_id)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows, *list = value_put_list(arena, page->view, "path");
    struct db_stmt *st = db_query(page->db, Q_BOARD_UNIT_PATH);
    db_bind_int(st, "id", unit_id);
    TRY(db_rows(&page->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        struct board_filter up = *filter;
        up.under = value_get_int(row, "id", 0);
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "name", value_get_text(row, "short_name"));
        value_put_text(arena, item, "href", board_href(page, "/board", &up, STR_EMPTY));
        value_put_bool(arena, item, "is_last", row->next == NULL);
    }
    const struct value *last = list->items.last;
    value_put_text(arena, page->view, "unit_name", last ? value_get_text(last, "name") : STR(""));
    return RC_OK;
}

enum rc board_put_filter(struct page *page, const struct board_filter *filter, int64_t unit_id)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_BOARD_SOURCES);
    actor_bind_scope(st, &page->actor, PERM_BOARD_READ);
    TRY(page_put_rows(page, "sources", st));
    struct str name = STR("");
    for (struct value *row = value_get(page->view, "sources")->items.first; row; row = row->next) {
        bool is_this = value_get_int(row, "id", 0) == filter->source;
        value_put_bool(arena, row, "selected", is_this);
        name = is_this ? value_get_text(row, "title") : name;
    }
    value_put_text(arena, page->view, "source_title", name);
    value_put_int(arena, page->view, "under", filter->under);
    value_put_bool(arena, page->view, "has_under", filter->under != 0);
    return put_path(page, filter, unit_id);
}

enum rc board_choose_source(struct page *page, int64_t *source)
{
    struct board_filter filter = {.source = *source};
    TRY(board_put_filter(page, &filter, 0));
    if (*source)
        return RC_OK;
    struct value *chosen = value_get(page->view, "sources")->items.first;
    for (struct value *row = chosen; row; row = row->next) {
        if (value_get_int(row, "is_main", 0)) {
            chosen = row;
            break;
        }
    }
    if (!chosen)
        return RC_OK;
    *source = value_get_int(chosen, "id", 0);
    value_set(chosen, STR("selected"), value_new_int(page->ctx.arena, 1));
    return RC_OK;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

struct scale {
    int64_t top;
    size_t n;
};

static int x_of(const struct scale *scale, size_t i)
{
    return CHART_LEFT + (int)((size_t)(CHART_WIDTH - CHART_LEFT - CHART_RIGHT) * i / (scale->n > 1 ? scale->n - 1 : 1));
}

static int y_of(const struct scale *scale, int64_t value)
{
    int64_t height = CHART_HEIGHT - CHART_TOP - CHART_BOTTOM;
    return CHART_TOP + (int)(height - height * value / (scale->top ? scale->top : 1));
}

/* A round number that the axis ends at. */
static int64_t round_up(int64_t n)
{
    int64_t step = 4;
    while (step * 25 < n)
        step *= 10;
    for (int64_t top = step;; top += step)
        if (top >= n)
            return top;
}

static void draw_axes(struct buf *out, const struct scale *scale, const struct board *board)
{
    for (int64_t i = 0; i <= CHART_LINES; i++) {
        int64_t value = scale->top * i / CHART_LINES;
        int y = y_of(scale, value);
        buf_add_format(out, "<line class=\"grid\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", CHART_LEFT, y,
                       CHART_WIDTH - CHART_RIGHT, y);
        buf_add_format(out, "<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%lld</text>", CHART_LEFT - 6,
                       y + 4, (long long)value);
    }
    size_t every = (board->month_count + 7) / 8;
    for (size_t i = 0; i < board->month_count; i += every ? every : 1) {
        char text[DATE_TEXT_BYTES];
        struct str name = str_slice(date_format(board->months[i].first, text), 2, 7);
        buf_add_format(out, "<text class=\"tick tick-x\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.*s</text>",
                       x_of(scale, i), CHART_HEIGHT - 8, STR_ARG(name));
    }
}

static void draw_line(struct page *page, struct buf *out, const struct scale *scale, const struct board *board,
                      bool is_real)
{
    size_t last = 0;
    buf_add_format(out, "<polyline class=\"line %s\" points=\"", is_real ? "real" : "plan");
    for (size_t i = 0; i < board->month_count; i++) {
        int64_t value = is_real ? board->months[i].real_left : board->months[i].plan_left;
        if (value < 0)
            continue;
        buf_add_format(out, "%d,%d ", x_of(scale, i), y_of(scale, value));
        last = i;
    }
    int64_t value = is_real ? board->months[last].real_left : board->months[last].plan_left;
    struct str label = page_text(page, is_real ? "board.line_real" : "board.line_plan");
    buf_add_format(out, "\"/><circle class=\"dot %s\" cx=\"%d\" cy=\"%d\" r=\"3\"/>", is_real ? "real" : "plan",
                   x_of(scale, last), y_of(scale, value));
    buf_add_format(out, "<text class=\"name %s\" x=\"%d\" y=\"%d\">%.*s %lld</text>", is_real ? "real" : "plan",
                   x_of(scale, last) + 8, y_of(scale, value) + (is_real ? -6 : 14), STR_ARG(label), (long long)value);
}

struct str board_draw_burndown(struct page *page, const struct board *board)
{
    struct buf out CLEANUP(buf_done);
    struct scale scale = {.n = board->month_count};
    if (!board->month_count)
        return STR("");
    for (size_t i = 0; i < board->month_count; i++) {
        const struct board_month *month = &board->months[i];
        int64_t most = month->plan_left > month->real_left ? month->plan_left : month->real_left;
        scale.top = most > scale.top ? most : scale.top;
    }
    scale.top = round_up(scale.top);
    buf_init(&out, CHART_BYTES_MAX);
    buf_add_format(&out, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%.*s\">", CHART_WIDTH,
                   CHART_HEIGHT, STR_ARG(page_text(page, "board.burndown")));
    draw_axes(&out, &scale, board);
    draw_line(page, &out, &scale, board, false);
    draw_line(page, &out, &scale, board, true);
    buf_add_cstr(&out, "</svg>");
    return arena_copy_str(page->ctx.arena, buf_str(&out));
}

/* ---- waits --------------------------------------------------------------------------------------------------- */

/* The day n working days ago, and the moment when it begins: what has waited since before it has waited longer. */
static int32_t day_ago(int32_t today, int days)
{
    int32_t day = today;
    for (int left = days; left > 0 && day > today - 3 * days - 30; left -= calendar_is_working_day(day))
        day--;
    return day;
}

static int64_t moment_ago(int32_t today, int days)
{
    return ((int64_t)day_ago(today, days) * 86400 - CLOCK_CHINA_OFFSET_S) * 1000;
}

static enum rc put_wait_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    char text[TIME_TEXT_BYTES];
    struct str since = time_format_china(value_get_int(row, "since", 0), text);
    int32_t day, today = clock_today();
    int days = date_parse(str_slice(since, 0, DATE_TEXT_BYTES - 1), &day)
                   ? calendar_count_working_days(day, today, false, NULL)
                   : 0;
    struct str count = arena_format(arena, "%d", days);
    page_put_choice_text(page, row, "what", "wait");
    value_put_text(arena, row, "since_text", arena_copy_str(arena, str_slice(since, 0, DATE_TEXT_BYTES - 1)));
    value_put_text(arena, row, "days_text", page_text_args(page, "board.waiting_days", &count, 1));
    value_put_text(arena, row, "wait_state",
                   str_from_cstr(days > VERY_LONG_DAYS ? "overdue"
                                 : days > LONG_DAYS    ? "behind"
                                                       : "normal"));
    struct str kind = value_get_text(row, "subject_kind");
    value_put_text(arena, row, "href",
                   arena_format(arena, "/%.*ss/%lld", STR_ARG(kind), (long long)value_get_int(row, "subject_id", 0)));
    return page_put_actor(page, row);
}

static int by_urgency(const void *a, const void *b)
{
    static const char *const keys[] = {"over_month", "over_week", "waits"};
    const struct value *const *x = a, *const *y = b;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        int64_t left = value_get_int(*x, keys[i], 0), right = value_get_int(*y, keys[i], 0);
        if (left != right)
            return left < right ? 1 : -1;
    }
    return str_compare(value_get_text(*x, "what"), value_get_text(*y, "what"));
}

/* Where most has been waiting longest comes first; a page shows the rest behind a line, programs get them all. */
static void sort_waits(struct page *page, struct value *list)
{
    struct arena *arena = page->ctx.arena;
    size_t n = value_count(list), i = 0;
    struct value **rows = ARENA_NEW_ARRAY(arena, struct value *, n + 1),
                 *more = value_put_list(arena, page->view, "more_waits");
    bool has_more = !page->is_json && n > WAITS_SHOWN + 2;
    value_put_bool(arena, page->view, "has_more_waits", has_more);
    if (!rows)
        return; /* the arena remembers */
    for (struct value *row = list->items.first; row; row = row->next)
        rows[i++] = row;
    qsort(rows, n, sizeof *rows, by_urgency);
    list->items.first = list->items.last = NULL;
    list->items.n = 0;
    for (i = 0; i < n; i++) {
        rows[i]->next = NULL;
        value_add(has_more && i >= WAITS_SHOWN ? more : list, rows[i]);
    }
}

static enum rc put_wait_counts(struct page *page, const struct board_filter *filter, uint32_t filters)
{
    struct arena *arena = page->ctx.arena;
    int32_t today = clock_today();
    bool is_all = !filters && page->actor.everywhere[PERM_BOARD_READ] >= LABEL_INTERNAL;
    struct db_stmt *st =
        is_all ? db_query(page->db, Q_BOARD_WAIT_SUM) : db_query_list(page->db, Q_BOARD_WAIT_COUNT, filters, 0);
    if (!st)
        return RC_DB;
    actor_bind_scope(st, &page->actor, PERM_BOARD_READ);
    db_bind_int(st, "source", filter->source);
    db_bind_int(st, "under", filter->under);
    db_bind_int(st, "week", moment_ago(today, LONG_DAYS));
    db_bind_int(st, "month", moment_ago(today, VERY_LONG_DAYS));
    db_bind_int(st, "week_day", day_ago(today, LONG_DAYS));
    db_bind_int(st, "month_day", day_ago(today, VERY_LONG_DAYS));
    TRY(page_put_rows(page, "waits", st));
    const struct value *rows = value_get(page->view, "waits");
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str what = value_get_text(row, "what");
        page_put_choice_text(page, row, "what", "wait");
        page_put_time(page, row, "oldest");
        value_put_text(arena, row, "oldest_day", str_slice(value_get_text(row, "oldest_text"), 0, DATE_TEXT_BYTES - 1));
        static const char *const longer[] = {"", "&longer=5", "&longer=22"}, *const keys[] = {"href", "week_href",
                                                                                              "month_href"};
        for (int i = 0; i < 3; i++)
            value_put_text(
                arena, row, keys[i],
                board_href(page, "/board/waits", filter, arena_format(arena, "what=%.*s%s", STR_ARG(what), longer[i])));
    }
    value_put_bool(arena, page->view, "has_waits", value_count(rows) > 0);
    sort_waits(page, (struct value *)rows);
    return RC_OK;
}

static enum rc put_longest(struct page *page, const struct board_filter *filter, uint32_t filters, struct str what,
                           int longer, int64_t limit)
{
    struct db_stmt *st = db_query_list(page->db, Q_BOARD_WAIT_LIST, filters, 0);
    if (!st)
        return RC_DB;
    actor_bind_scope(st, &page->actor, PERM_BOARD_READ);
    db_bind_int(st, "source", filter->source);
    db_bind_int(st, "under", filter->under);
    db_bind_text(st, "what", what);
    db_bind_int(st, "before", moment_ago(clock_today(), longer));
    struct str after = page_param_text(page, "after"), rest = after, key, id;
    int64_t key_number = 0, id_number = 0;
    if (after.n && (!str_split_next(&rest, '~', &key) || !str_split_next(&rest, '~', &id) ||
                    !str_parse_int64(key, &key_number) || !str_parse_int64(id, &id_number)))
        return ctx_fail_field(&page->ctx, RC_INVALID, "field.not_a_choice", "after");
    db_bind_int(st, "key", key_number);
    db_bind_int(st, "key_id", id_number);
    db_bind_int(st, "limit", limit);
    TRY(page_put_rows(page, "longest", st));
    for (struct value *row = value_get(page->view, "longest")->items.first; row; row = row->next)
        TRY(put_wait_words(page, row));
    return RC_OK;
}

#define WAIT(name) BOARD_WAIT_COUNT_FILTER_##name

static uint32_t wait_filters(const struct board_filter *filter)
{
    return (filter->source ? WAIT(SOURCE) : 0) | (filter->under ? WAIT(UNDER) : 0);
}

enum rc board_put_waits(struct page *page, const struct board_filter *filter, int64_t limit)
{
    TRY(put_wait_counts(page, filter, wait_filters(filter)));
    return put_longest(page, filter, wait_filters(filter), STR_EMPTY, 0, limit);
}

enum { WAIT_ROWS = 100 };

enum rc page_board_waits(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct board_filter filter;
    TRY(board_read_filter(page, &filter));
    struct str what = page_param_text(page, "what");
    int64_t longer = page_param_int(page, "longer", 0);
    longer = longer < 0 || longer > 1000 ? 0 : longer;
    struct str word = message_find(page->lang, arena_format(arena, "wait.%.*s", STR_ARG(what)));
    if (what.n && !word.p)
        return ctx_fail_field(&page->ctx, RC_INVALID, "field.not_a_choice", "what");
    uint32_t filters = wait_filters(&filter) | (what.n ? WAIT(WHAT) : 0) | (longer ? WAIT(BEFORE) : 0) |
                       (page_param_text(page, "after").n ? WAIT(AFTER) : 0);
    TRY(put_longest(page, &filter, filters, what, (int)longer, WAIT_ROWS));
    const struct value *rows = value_get(page->view, "longest"), *last = rows->items.last;
    value_put_text(arena, page->view, "what_label", word.p ? word : page_text(page, "board.waiting"));
    value_put_bool(arena, page->view, "has_rows", value_count(rows) > 0);
    struct str next = STR("");
    if (value_count(rows) == WAIT_ROWS)
        next = board_href(page, "/board/waits", &filter,
                          arena_format(arena, "what=%.*s&longer=%lld&after=%lld~%lld", STR_ARG(what), (long long)longer,
                                       (long long)value_get_int(last, "since", 0),
                                       (long long)value_get_int(last, "id", 0)));
    value_put_text(arena, page->view, "next_href", next);
    chrome_add_crumb(page, page_text(page, "board.title"), board_href(page, "/board", &filter, STR_EMPTY));
    return RC_OK;
}
