/* page_board.c: the leaders' board, on the desk and on the wall. */
#include "serve/page_board.h"

#include <stdlib.h>

#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/pages.h"

enum { HEAT_COLUMNS = 14, TABLE_ROWS = 40, WALL_ROWS = 5, WALL_WAITS = 3, HEAT_LEVELS = 4, LONGEST = 6 };

/* ---- figures ------------------------------------------------------------------------------------------------- */

static const enum board_figure shown_figures[] = {BOARD_TOTAL, BOARD_CLOSED, BOARD_OPEN, BOARD_OVERDUE,
                                                  BOARD_HUNG,  BOARD_SOON,   BOARD_KEPT, BOARD_NO_DUE};
enum { SHOWN = sizeof shown_figures / sizeof shown_figures[0] };

static struct value *add_figure(struct page *page, struct value *list, const char *name, struct str value,
                                struct str href, const char *state)
{
    struct arena *arena = page->ctx.arena;
    struct value *figure = value_add_map(arena, list);
    value_put_text(arena, figure, "name", str_from_cstr(name));
    value_put_text(arena, figure, "label", page_text(page, arena_format(arena, "board.%s", name).p));
    value_put_text(arena, figure, "value", value);
    value_put_text(arena, figure, "href", href);
    value_put_text(arena, figure, "state", str_from_cstr(state));
    return figure;
}

/* A figure that is a sum: which sum of the list behind it, and that exactly. */
static void put_exact(struct page *page, struct value *figure, const char *key, int64_t sum)
{
    value_put_text(page->ctx.arena, figure, "sum_of", str_from_cstr(key));
    value_put_int(page->ctx.arena, figure, "sum", sum);
}

static void put_sum(struct page *page, struct value *list, const char *name, int64_t fen, struct str href)
{
    const char *key;
    struct str sum = board_money_text(page, fen, name, &key);
    put_exact(page, add_figure(page, list, key, sum, href, ""), arena_format(page->ctx.arena, "%s_fen", name).p, fen);
}

/* Rules as they are kept, beside those that reports tell of.  They belong to sources and units, not to aspects. */
static enum rc put_rules_issued(struct page *page, struct value *list, const struct board_filter *filter)
{
    int64_t n;
    if (filter->aspect || !page_can(page, PERM_TASK_READ))
        return RC_OK;
    TRY(page_rule_count_issued(page, &n));
    add_figure(page, list, "rules_issued", arena_format(page->ctx.arena, "%lld", (long long)n),
               board_href(page, "/rules", filter, STR("show=issued")), "");
    return RC_OK;
}

static enum rc put_figures(struct page *page, const struct board_filter *filter, const struct board *board)
{
    struct arena *arena = page->ctx.arena;
    const int64_t *n = board->all.n;
    struct value *list = value_put_list(arena, page->view, "figures");
    for (int i = 0; i < SHOWN; i++) {
        enum board_figure figure = shown_figures[i];
        add_figure(page, list, board_figure_name(figure), arena_format(arena, "%lld", (long long)n[figure]),
                   board_list_href(page, filter, figure, STR_EMPTY), n[figure] ? board_figure_state(figure) : "");
        if (figure == BOARD_CLOSED)
            add_figure(page, list, "closure_rate", board_rate(page, n[BOARD_CLOSED], n[BOARD_TOTAL]),
                       board_list_href(page, filter, BOARD_CLOSED, STR_EMPTY), "");
    }
    add_figure(page, list, "on_time_rate", board_rate(page, n[BOARD_ON_TIME], n[BOARD_CLOSED]),
               board_list_href(page, filter, BOARD_ON_TIME, STR_EMPTY), "");
    put_sum(page, list, "amount", board->all.amount_fen, board_list_href(page, filter, BOARD_TOTAL, STR_EMPTY));
    put_sum(page, list, "recovered", board->all.recovered_fen,
            board_list_href(page, filter, BOARD_RECOVERED, STR_EMPTY));
    struct value *rules = add_figure(page, list, "rules", arena_format(arena, "%lld", (long long)board->all.rules_made),
                                     board_list_href(page, filter, BOARD_RULES, STR_EMPTY), "");
    put_exact(page, rules, "rules_made", board->all.rules_made);
    return put_rules_issued(page, list, filter);
}

/* ---- tables by unit, column, leader ---------------------------------------------------------------------------- */

static void put_count(struct page *page, struct value *row, enum board_figure figure, const struct board_counts *counts,
                      const struct board_filter *filter, struct str more)
{
    struct arena *arena = page->ctx.arena;
    const char *name = board_figure_name(figure);
    struct value *cell = value_put_map(arena, row, name);
    value_put_int(arena, cell, "n", counts->n[figure]);
    value_put_bool(arena, cell, "is_some", counts->n[figure] > 0);
    value_put_text(arena, cell, "href", board_list_href(page, filter, figure, more));
}

static void put_counts(struct page *page, struct value *row, const struct board_counts *counts,
                       const struct board_filter *filter, struct str more)
{
    static const enum board_figure figures[] = {BOARD_TOTAL, BOARD_CLOSED, BOARD_OPEN, BOARD_OVERDUE, BOARD_SOON};
    struct arena *arena = page->ctx.arena;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        put_count(page, row, figures[i], counts, filter, more);
    int64_t total = counts->n[BOARD_TOTAL], whole = total ? total : 1;
    int64_t closed = counts->n[BOARD_CLOSED] * 100 / whole, overdue = counts->n[BOARD_OVERDUE] * 100 / whole;
    value_put_text(arena, row, "rate", board_rate(page, counts->n[BOARD_CLOSED], total));
    value_put_int(arena, row, "closed_part", closed);
    value_put_int(arena, row, "overdue_part", overdue);
    value_put_int(arena, row, "overdue_from", 100 - overdue);
}

static struct str unit_more(struct page *page, const struct board_group *group)
{
    return group->is_own ? arena_format(page->ctx.arena, "unit=%lld", (long long)group->id) : STR_EMPTY;
}

/* The board's filter narrowed to a group. */
static struct board_filter narrow_unit(const struct board_filter *filter, const struct board_group *group)
{
    struct board_filter narrow = *filter;
    narrow.under = group->is_own ? 0 : group->id;
    return narrow;
}

static struct board_filter narrow_column(const struct board_filter *filter, const struct board_group *group,
                                         struct str *more, struct arena *arena)
{
    struct board_filter narrow = *filter;
    if (!filter->source)
        narrow.source = group->id;
    else if (group->id)
        narrow.aspect = group->id;
    else
        *more = more->n ? arena_format(arena, "%.*s&aspect=none", STR_ARG(*more)) : STR("aspect=none");
    return narrow;
}

static enum rc column_name(struct page *page, const struct board_filter *filter, const struct board_group *group,
                           struct str *ret_name)
{
    if (!group->id) {
        *ret_name = page_text(page, "board.no_aspect");
        return RC_OK;
    }
    enum query query = filter->source ? Q_BOARD_ASPECT_NAME : Q_BOARD_SOURCE_NAME;
    return board_name(page, query, group->id, STR_EMPTY, ret_name);
}

static enum rc unit_name(struct page *page, const struct board_group *group, struct str *ret_name)
{
    TRY(board_name(page, Q_BOARD_UNIT_NAME, group->id, STR_EMPTY, ret_name));
    if (group->is_own)
        *ret_name = page_text_args(page, "board.own", ret_name, 1);
    return RC_OK;
}

static enum rc put_units(struct page *page, const struct board_filter *filter, const struct board *board, size_t max)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "units");
    for (size_t i = 0; i < board->unit_count && i < max; i++) {
        const struct board_group *group = &board->units[i];
        struct board_filter narrow = narrow_unit(filter, group);
        struct value *row = value_add_map(arena, list);
        struct str name;
        TRY(unit_name(page, group, &name));
        value_put_text(arena, row, "name", name);
        value_put_text(arena, row, "href", group->is_own ? STR("") : board_href(page, "/board", &narrow, STR_EMPTY));
        put_counts(page, row, &group->counts, &narrow, unit_more(page, group));
    }
    return RC_OK;
}

static enum rc put_columns(struct page *page, const struct board_filter *filter, const struct board *board)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "columns");
    for (size_t i = 0; i < board->column_count && i < TABLE_ROWS; i++) {
        struct str name, more = STR_EMPTY;
        struct board_filter narrow = narrow_column(filter, &board->columns[i], &more, arena);
        struct value *row = value_add_map(arena, list);
        TRY(column_name(page, filter, &board->columns[i], &name));
        value_put_text(arena, row, "name", name);
        value_put_text(arena, row, "href",
                       filter->source ? board_list_href(page, &narrow, BOARD_TOTAL, more)
                                      : board_href(page, "/board", &narrow, STR_EMPTY));
        put_counts(page, row, &board->columns[i].counts, &narrow, more);
    }
    return RC_OK;
}

static enum rc put_leaders(struct page *page, const struct board_filter *filter, const struct board *board)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "leaders");
    for (size_t i = 0; i < board->leader_count && i < TABLE_ROWS; i++) {
        const struct board_group *group = &board->leaders[i];
        struct str name = page_text(page, "board.no_leader"), more = STR("leader=none");
        if (group->id) {
            TRY(board_name(page, Q_BOARD_LEADER_NAME, group->id, group->kind, &name));
            more = arena_format(arena, "leader=%.*s:%lld", STR_ARG(group->kind), (long long)group->id);
        }
        struct value *row = value_add_map(arena, list);
        value_put_text(arena, row, "name", name);
        value_put_text(arena, row, "href", board_list_href(page, filter, BOARD_TOTAL, more));
        put_counts(page, row, &group->counts, filter, more);
    }
    return RC_OK;
}

/* ---- heat map ------------------------------------------------------------------------------------------------ */

/* How hot: by what part of the open ones is overdue; 0: nothing open. */
static int64_t level_of(const struct board_counts *counts)
{
    int64_t open = counts->n[BOARD_OPEN], late = counts->n[BOARD_OVERDUE];
    return !open ? 0 : !late ? 1 : late * HEAT_LEVELS <= open ? 2 : late * 2 <= open ? 3 : HEAT_LEVELS;
}

static void put_cell(struct page *page, struct value *cells, const struct board_filter *filter,
                     const struct board_group *unit, const struct board_group *column,
                     const struct board_counts *counts)
{
    struct arena *arena = page->ctx.arena;
    struct str more = unit_more(page, unit);
    struct board_filter narrow = narrow_unit(filter, unit);
    narrow = narrow_column(&narrow, column, &more, arena);
    struct value *cell = value_add_map(arena, cells);
    value_put_int(arena, cell, "level", level_of(counts));
    value_put_int(arena, cell, "open", counts->n[BOARD_OPEN]);
    value_put_int(arena, cell, "late", counts->n[BOARD_OVERDUE]);
    value_put_bool(arena, cell, "is_some", counts->n[BOARD_OPEN] > 0);
    value_put_bool(arena, cell, "is_late", counts->n[BOARD_OVERDUE] > 0);
    value_put_text(arena, cell, "href", board_list_href(page, &narrow, BOARD_OPEN, more));
}

static enum rc put_heat(struct page *page, const struct board_filter *filter, const struct board *board)
{
    struct arena *arena = page->ctx.arena;
    size_t columns = board->column_count < HEAT_COLUMNS ? board->column_count : HEAT_COLUMNS;
    struct value *heat = value_put_map(arena, page->view, "heat"), *heads = value_put_list(arena, heat, "heads");
    struct value *rows = value_put_list(arena, heat, "rows");
    for (size_t c = 0; c < columns; c++) {
        struct str name;
        TRY(column_name(page, filter, &board->columns[c], &name));
        value_put_text(arena, value_add_map(arena, heads), "name", name);
    }
    for (size_t u = 0; u < board->unit_count && u < TABLE_ROWS; u++) {
        struct value *row = value_add_map(arena, rows);
        struct str name;
        TRY(unit_name(page, &board->units[u], &name));
        value_put_text(arena, row, "name", name);
        struct value *cells = value_put_list(arena, row, "cells");
        for (size_t c = 0; c < columns; c++)
            put_cell(page, cells, filter, &board->units[u], &board->columns[c],
                     &board->heat[u * board->column_count + c]);
    }
    value_put_bool(arena, heat, "is_cut", columns < board->column_count);
    value_put_bool(arena, heat, "is_aspects", filter->source != 0);
    return RC_OK;
}

/* ---- months -------------------------------------------------------------------------------------------------- */

static void put_months(struct page *page, const struct board_filter *filter, const struct board *board)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "months");
    for (size_t i = 0; i < board->month_count; i++) {
        const struct board_month *month = &board->months[i];
        char text[DATE_TEXT_BYTES];
        struct str name = arena_copy_str(arena, str_slice(date_format(month->first, text), 0, 7));
        struct str due = arena_format(arena, "by=due&month=%.*s", STR_ARG(name));
        struct str closed = arena_format(arena, "by=closed&month=%.*s", STR_ARG(name));
        struct value *row = value_add_map(arena, list);
        value_put_text(arena, row, "name", name);
        value_put_int(arena, row, "due", month->due);
        value_put_text(arena, row, "due_href", board_list_href(page, filter, BOARD_TOTAL, due));
        value_put_int(arena, row, "closed", month->closed);
        value_put_text(arena, row, "closed_href", board_list_href(page, filter, BOARD_TOTAL, closed));
        value_put_int(arena, row, "plan_left", month->plan_left);
        value_put_int(arena, row, "real_left", month->real_left);
        value_put_bool(arena, row, "is_past", month->real_left >= 0);
    }
    value_put_html(arena, page->view, "burndown", board_draw_burndown(page, board));
}

/* ---- pages --------------------------------------------------------------------------------------------------- */

static void put_moment(struct page *page)
{
    char text[TIME_TEXT_BYTES];
    struct str now = time_format_china(clock_now_ms(), text);
    value_put_text(page->ctx.arena, page->view, "at", arena_copy_str(page->ctx.arena, str_slice(now, 0, 16)));
}

enum rc page_board(struct page *page)
{
    struct board_filter filter;
    struct board board;
    TRY(board_read_filter(page, &filter));
    TRY(board_of_page(page, &filter, &board));
    TRY(board_put_filter(page, &filter, board.unit_id));
    TRY(put_figures(page, &filter, &board));
    TRY(put_units(page, &filter, &board, TABLE_ROWS));
    TRY(put_columns(page, &filter, &board));
    TRY(put_leaders(page, &filter, &board));
    TRY(put_heat(page, &filter, &board));
    put_months(page, &filter, &board);
    TRY(board_put_waits(page, &filter, LONGEST));
    struct arena *arena = page->ctx.arena;
    value_put_bool(arena, page->view, "has_findings", board.all.n[BOARD_TOTAL] > 0);
    value_put_bool(arena, page->view, "has_leaders",
                   board.leader_count > 1 || (board.leader_count && board.leaders[0].id));
    value_put_bool(arena, page->view, "is_one_source", filter.source != 0);
    value_put_text(arena, page->view, "gantt_href",
                   filter.source ? arena_format(arena, "/gantt?source=%lld", (long long)filter.source) : STR("/gantt"));
    value_put_text(arena, page->view, "map_href",
                   filter.source ? arena_format(arena, "/map?source=%lld", (long long)filter.source) : STR("/map"));
    value_put_text(arena, page->view, "wall_href", board_href(page, "/board/wall", &filter, STR_EMPTY));
    return RC_OK;
}

static int compare_late(const void *a, const void *b)
{
    const struct board_group *x = a, *y = b;
    int64_t late = y->counts.n[BOARD_OVERDUE] - x->counts.n[BOARD_OVERDUE];
    int64_t open = y->counts.n[BOARD_OPEN] - x->counts.n[BOARD_OPEN];
    int64_t order = late ? late : open ? open : x->id - y->id;
    return order < 0 ? -1 : order > 0;
}

enum rc page_board_wall(struct page *page)
{
    struct board_filter filter;
    struct board board;
    TRY(board_read_filter(page, &filter));
    TRY(board_of_page(page, &filter, &board));
    TRY(board_put_filter(page, &filter, board.unit_id));
    put_moment(page);
    TRY(put_figures(page, &filter, &board));
    if (board.unit_count)
        qsort(board.units, board.unit_count, sizeof *board.units, compare_late); /* the heat map is not shown here */
    TRY(put_units(page, &filter, &board, WALL_ROWS));
    put_months(page, &filter, &board);
    TRY(board_put_waits(page, &filter, WALL_WAITS));
    struct arena *arena = page->ctx.arena;
    value_put_text(arena, page->view, "rate", board_rate(page, board.all.n[BOARD_CLOSED], board.all.n[BOARD_TOTAL]));
    value_put_text(arena, page->view, "board_href", board_href(page, "/board", &filter, STR_EMPTY));
    int64_t total = board.all.n[BOARD_TOTAL] ? board.all.n[BOARD_TOTAL] : 1;
    value_put_int(arena, page->view, "closed_part", board.all.n[BOARD_CLOSED] * 100 / total);
    return RC_OK;
}
