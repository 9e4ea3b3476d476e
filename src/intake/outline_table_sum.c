/* outline_table_sum.c: does a table add up?  Total row against rows, parts of a row against its total, rates against
 * counts. */
#include "intake/outline_parts.h"

#include <stdlib.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { DECIMALS_MAX = 6, RATE_DIGITS = 2 };

static int64_t power_of_ten(int n)
{
    int64_t value = 1;
    while (n-- > 0)
        value *= 10;
    return value;
}

bool outline_read_decimal(struct str s, int64_t *ret_value, int *ret_scale)
{
    s = outline_trim(s);
    if (s.n > 0 && s.p[s.n - 1] == '%')
        s = outline_trim(str_slice(s, 0, s.n - 1));
    size_t dot = str_find_byte(s, '.', 0);
    int scale = dot == SIZE_MAX ? 0 : (int)(s.n - dot - 1 > 100 ? 100 : s.n - dot - 1);
    int64_t value = 0;
    if (s.n == 0 || scale > DECIMALS_MAX || (dot != SIZE_MAX && scale == 0) ||
        !amount_parse_scaled(s, power_of_ten(scale), &value))
        return false;
    *ret_value = value;
    *ret_scale = scale;
    return true;
}

bool outline_rate_agrees(int64_t part, int64_t whole, int64_t stated, int scale, enum amount_approx approx)
{
    if (whole <= 0 || part < 0 || part > INT64_MAX / 1000000000 || whole > INT64_MAX / 1000000000)
        return true;
    int64_t factor = power_of_ten(scale);
    int64_t exact = part * 100 * factor; /* = rate * whole */
    int64_t rounded = (exact * 2 + whole) / (whole * 2);
    int64_t cut = exact / whole;
    switch (approx) {
    case AMOUNT_NEARLY:
        return cut <= stated && stated - cut <= 5 * factor;
    case AMOUNT_OVER:
        return cut >= stated && cut - stated <= 5 * factor;
    case AMOUNT_ABOUT:
        return llabs(rounded - stated) <= 5 * factor;
    default:
        return rounded == stated || cut == stated;
    }
}

struct str outline_format_rate(struct arena *arena, int64_t part, int64_t whole)
{
    if (whole <= 0 || part > INT64_MAX / 1000000000)
        return STR_EMPTY;
    int64_t bp = (part * 20000 + whole) / (whole * 2);
    return arena_concat(arena, amount_format(arena, bp, RATE_DIGITS), STR("%"));
}

static const struct grid_cell *cell_at(const struct grid *grid, size_t row, size_t column)
{
    int i = grid->at[row * grid->columns + column];
    return i < 0 ? NULL : &grid->cells[i];
}

static bool is_total(const struct grid *grid, size_t row, const char *const *words)
{
    for (size_t column = 0; column < grid->columns && column < 2; column++) {
        const struct grid_cell *cell = cell_at(grid, row, column);
        if (cell && outline_has_any(cell->match, words))
            return true;
    }
    return false;
}

static enum rc add_result(struct outline *outline, const struct grid_cell *cell, const char *code, const char *what,
                          struct str computed, bool agrees, int node_id)
{
    const struct outline_line *line = &outline->lines.p[cell->line];
    struct outline_check check = {.text = cell->clean,
                                  .place = outline_place_of(outline, line),
                                  .stated = cell->clean,
                                  .computed = computed,
                                  .what = what,
                                  .agrees = agrees};
    if (!agrees)
        outline_add_report(outline, code, SEVERITY_WARNING, cell->line, 0, line->match.n, cell->clean, computed,
                           node_id);
    return VEC_PUSH(outline->arena, &outline->checks, check) ? RC_OK : arena_rc(outline->arena);
}

/* The total row of a column, when all its rows hold numbers or nothing. */
static enum rc check_column(struct outline *outline, const struct grid *grid, size_t column, int node_id)
{
    static const char *const totals[] = {"合计", "总计", "合 计", "总 计", NULL};
    static const char *const subtotals[] = {"小计", NULL};
    int64_t sum = 0, value = 0;
    int scale = 0;
    size_t numbers = 0;
    const struct grid_cell *before = NULL, *total = NULL;
    for (size_t row = grid->header + 1; row < grid->rows; row++) {
        const struct grid_cell *cell = cell_at(grid, row, column);
        int own = 0;
        if (!cell || cell == before || cell->match.n == 0)
            continue;
        before = cell;
        if (is_total(grid, row, subtotals))
            continue;
        if (is_total(grid, row, totals)) {
            total = cell;
            continue;
        }
        if (!outline_read_decimal(cell->match, &value, &own)) {
            if (outline_has_any(cell->match, WORDS("-", "—", "/", "无")))
                continue;
            return RC_OK;
        }
        for (; scale < own; scale++)
            if (__builtin_mul_overflow(sum, 10, &sum))
                return RC_OK;
        if (__builtin_mul_overflow(value, power_of_ten(scale - own), &value) ||
            __builtin_add_overflow(sum, value, &sum))
            return RC_OK;
        numbers++;
    }
    int own = 0;
    if (!total || numbers < 2 || !outline_read_decimal(total->match, &value, &own))
        return RC_OK;
    int64_t left = sum, right = value;
    bool fits = !__builtin_mul_overflow(left, power_of_ten(own > scale ? own - scale : 0), &left) &&
                !__builtin_mul_overflow(right, power_of_ten(scale > own ? scale - own : 0), &right);
    return fits ? add_result(outline, total, "column_total_mismatch", "column",
                             amount_format(outline->arena, sum, scale), left == right, node_id)
                : RC_OK;
}

static bool is_done_column(struct str heading)
{
    return outline_has_any(heading,
                           WORDS("已整改", "已完成", "完成整改", "整改到位", "已办结", "完成数", "已销号", "完成")) &&
           !outline_has_any(heading, WORDS("未完成", "基本完成", "率"));
}

static bool is_whole_column(struct str heading)
{
    return outline_has_any(
        heading, WORDS("问题数", "问题总数", "总数", "任务数", "应整改", "反馈问题", "问题个数", "问题数量", "事项数"));
}

/* Of the counts; "已整改金额" beside "问题数" is none. */
static bool is_part_column(struct str heading)
{
    return !outline_has_any(heading, WORDS("金额", "万元", "亿元", "资金", "率")) &&
           (is_done_column(heading) ||
            outline_has_any(heading, WORDS("正在整改", "未整改", "未完成", "整改中", "基本完成", "持续整改", "推进",
                                           "部分整改", "尚未")));
}

/* The columns of a table of counts; grid->columns stands for none. */
struct count_columns {
    size_t whole, done, rate;
    size_t parts; /* how many columns share the whole */
};

static struct count_columns find_count_columns(const struct grid *grid)
{
    struct count_columns found = {grid->columns, grid->columns, grid->columns, 0};
    for (size_t column = grid->columns; column-- > 0;) {
        const struct grid_cell *heading = cell_at(grid, grid->header, column);
        if (!heading)
            continue;
        if (outline_find(heading->match, "率", 0) != SIZE_MAX) {
            found.rate = column;
        } else if (is_whole_column(heading->match)) {
            found.whole = column;
        } else if (is_part_column(heading->match)) {
            found.parts++;
            found.done = is_done_column(heading->match) ? column : found.done;
        }
    }
    return found;
}

static bool read_count(const struct grid_cell *cell, int64_t *ret_count)
{
    int scale = 0;
    return cell && outline_read_decimal(cell->match, ret_count, &scale) && scale == 0;
}

/* Sum of a row's parts; false unless there are two or more and each holds a count. */
static bool sum_parts(const struct grid *grid, size_t row, const struct count_columns *columns, int64_t *ret_sum)
{
    size_t seen = 0;
    int64_t value = 0;
    *ret_sum = 0;
    for (size_t column = 0; column < grid->columns; column++) {
        const struct grid_cell *heading = cell_at(grid, grid->header, column);
        bool is_part = heading && column != columns->whole && column != columns->rate && is_part_column(heading->match);
        if (!is_part || !read_count(cell_at(grid, row, column), &value))
            continue;
        if (__builtin_add_overflow(*ret_sum, value, ret_sum))
            return false;
        seen++;
    }
    return columns->parts >= 2 && seen == columns->parts;
}

static enum rc check_row(struct outline *outline, const struct grid *grid, size_t row,
                         const struct count_columns *columns, int node_id)
{
    const struct grid_cell *all = cell_at(grid, row, columns->whole);
    const struct grid_cell *stated = columns->rate < grid->columns ? cell_at(grid, row, columns->rate) : NULL;
    int64_t total = 0, done = 0, sum = 0, rate = 0;
    int scale = 0;
    if (!read_count(all, &total) || !read_count(cell_at(grid, row, columns->done), &done))
        return RC_OK;
    if (sum_parts(grid, row, columns, &sum))
        TRY(add_result(outline, all, "row_sum_mismatch", "row", amount_format(outline->arena, sum, 0), sum == total,
                       node_id));
    if (stated && outline_read_decimal(stated->match, &rate, &scale))
        TRY(add_result(outline, stated, "rate_mismatch", "rate", outline_format_rate(outline->arena, done, total),
                       outline_rate_agrees(done, total, rate, scale, AMOUNT_EXACT), node_id));
    return RC_OK;
}

static enum rc check_rows(struct outline *outline, const struct grid *grid, int node_id)
{
    const struct count_columns columns = find_count_columns(grid);
    if (columns.whole == grid->columns || columns.done == grid->columns)
        return RC_OK;
    for (size_t row = grid->header + 1; row < grid->rows; row++)
        TRY(check_row(outline, grid, row, &columns, node_id));
    return RC_OK;
}

enum rc outline_check_grid(struct outline *outline, const struct grid *grid, int node_id)
{
    if (grid->header >= grid->rows)
        return RC_OK;
    for (size_t column = 1; column < grid->columns; column++) {
        const struct grid_cell *heading = cell_at(grid, grid->header, column);
        bool is_number = heading && (grid->kinds[column] == COLUMN_NUMBER || grid->kinds[column] == COLUMN_RATE);
        if (!is_number)
            TRY(check_column(outline, grid, column, node_id));
    }
    return check_rows(outline, grid, node_id);
}
