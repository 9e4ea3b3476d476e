/* outline_grid.c: the cells of a table as rows and columns, each in every place that it spans. */
#include "intake/outline_parts.h"

enum { COLUMNS_MAX = 256, GRID_MAX = 4000000 };

const struct paragraph *outline_cell_paragraph(const struct outline *outline, size_t line)
{
    return &outline->document->paragraphs[outline->lines.p[line].paragraph];
}

/* The numbers of the rows that have cells, ascending; and how far the cells reach to the right. */
struct extent {
    VEC(int) rows;
    size_t columns;
};

static size_t span_of(int span) { return span > 1 ? (size_t)span : 1; }

static enum rc find_extent(struct outline *outline, size_t first, size_t end, struct extent *extent)
{
    for (size_t i = first; i < end; i++) {
        const struct paragraph *paragraph = outline_cell_paragraph(outline, i);
        int last = extent->rows.n ? extent->rows.p[extent->rows.n - 1] : 0;
        if ((extent->rows.n == 0 || last < paragraph->row) && !VEC_PUSH(outline->arena, &extent->rows, paragraph->row))
            return arena_rc(outline->arena);
        size_t right = (size_t)paragraph->column + span_of(paragraph->column_span) - 1;
        if (right > extent->columns)
            extent->columns = right;
    }
    if (extent->columns > COLUMNS_MAX)
        extent->columns = COLUMNS_MAX;
    return RC_OK;
}

static enum rc make_grid(struct arena *arena, const struct extent *extent, struct grid *grid)
{
    grid->columns = extent->columns;
    grid->rows = extent->rows.n;
    if (grid->columns == 0 || grid->rows == 0 || grid->rows > GRID_MAX / grid->columns)
        return RC_OK;
    grid->at = ARENA_NEW_ARRAY(arena, int, grid->rows * grid->columns);
    grid->kinds = ARENA_NEW_ARRAY(arena, enum column_kind, grid->columns);
    grid->starts = ARENA_NEW_ARRAY(arena, size_t, grid->rows + 1);
    if (!grid->at || !grid->kinds || !grid->starts)
        return arena_rc(arena);
    for (size_t i = 0; i < grid->rows * grid->columns; i++)
        grid->at[i] = -1;
    return RC_OK;
}

/* Marks what the newest cell covers and no earlier one does. */
static void cover(struct grid *grid, const struct extent *extent, const struct paragraph *paragraph)
{
    const struct grid_cell *cell = &grid->cells[grid->count];
    int below = paragraph->row + (int)span_of(paragraph->row_span);
    size_t right = cell->column + span_of(paragraph->column_span);
    for (size_t r = cell->row; r < grid->rows && extent->rows.p[r] < below; r++)
        for (size_t c = cell->column; c < grid->columns && c < right; c++)
            if (grid->at[r * grid->columns + c] < 0)
                grid->at[r * grid->columns + c] = (int)grid->count;
}

/* A line of a cell: a new cell, or one more line of the last. */
static void add_cell(struct outline *outline, size_t at, size_t row, const struct extent *extent, struct grid *grid)
{
    struct arena *arena = outline->arena;
    const struct paragraph *paragraph = outline_cell_paragraph(outline, at);
    const struct outline_line *line = &outline->lines.p[at];
    size_t column = (size_t)paragraph->column - 1;
    struct grid_cell *last = grid->count ? &grid->cells[grid->count - 1] : NULL;
    if (last && last->row == row && last->column == column) {
        last->match = arena_concat(arena, arena_concat(arena, last->match, STR("\n")), line->match);
        last->clean = arena_concat(arena, arena_concat(arena, last->clean, STR("\n")), line->clean.text);
        return;
    }
    grid->cells[grid->count] = (struct grid_cell){.match = outline_trim(line->match),
                                                  .clean = outline_trim(line->clean.text),
                                                  .line = (uint32_t)at,
                                                  .row = row,
                                                  .column = column,
                                                  .is_header = paragraph->is_header_cell};
    cover(grid, extent, paragraph);
    grid->count++;
}

enum rc outline_read_grid(struct outline *outline, size_t first, size_t end, struct grid *grid)
{
    struct extent extent = {0};
    grid->cells = ARENA_NEW_ARRAY(outline->arena, struct grid_cell, end - first);
    if (!grid->cells)
        return arena_rc(outline->arena);
    TRY(find_extent(outline, first, end, &extent));
    TRY(make_grid(outline->arena, &extent, grid));
    if (!grid->at)
        return RC_OK;
    size_t row = 0;
    for (size_t i = first; i < end; i++) {
        const struct paragraph *paragraph = outline_cell_paragraph(outline, i);
        if (paragraph->column < 1 || (size_t)paragraph->column > grid->columns)
            continue;
        while (row > 0 && extent.rows.p[row] > paragraph->row)
            row--;
        while (row + 1 < extent.rows.n && extent.rows.p[row] < paragraph->row)
            row++;
        add_cell(outline, i, row, &extent, grid);
    }
    for (size_t i = grid->count; i > 0; i--)
        grid->starts[grid->cells[i - 1].row] = i - 1;
    return RC_OK;
}
