/* sheet_read.c: see sheet_read.h. */
#include "intake/sheet_read.h"

#include <stdio.h>

enum { HEAD_TEXTS_MIN = 3, HEAD_TEXTS_FEW = 2, HEAD_ROWS_SEARCHED = 30 };

static const struct str exported_sheet = {"_bihuan", 7};

/* "Sheet 1!B7" -> "Sheet 1"; other places have no sheet. */
static struct str sheet_of(const struct paragraph *cell)
{
    size_t at = cell->place.n;
    while (at > 0 && cell->place.p[at - 1] != '!')
        at--;
    return at ? str_slice(cell->place, 0, at - 1) : STR_EMPTY;
}

struct str sheet_address(int row, int column, char text[SHEET_ADDRESS_BYTES])
{
    char letters[8];
    int at = (int)sizeof letters;
    for (int c = column; c > 0 && at > 0; c = (c - 1) / 26)
        letters[--at] = (char)('A' + (c - 1) % 26);
    int n = snprintf(text, SHEET_ADDRESS_BYTES, "%.*s%d", (int)sizeof letters - at, letters + at, row);
    return (struct str){text, n < 0 ? 0 : n < SHEET_ADDRESS_BYTES ? (size_t)n : SHEET_ADDRESS_BYTES - 1};
}

struct value *sheet_names(struct arena *arena, const struct document *document)
{
    struct value *list = value_new_list(arena);
    int table = 0;
    for (size_t i = 0; i < document->count; i++) {
        const struct paragraph *p = &document->paragraphs[i];
        if (p->kind != PARAGRAPH_CELL || p->is_furniture || p->table == table)
            continue;
        table = p->table;
        value_add_text(arena, list, sheet_of(p));
    }
    return arena_rc(arena) == RC_OK ? list : NULL;
}

static bool is_number_like(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' || s.p[i] == '-' || s.p[i] == ',' || s.p[i] == '%' ||
              s.p[i] == ':' || s.p[i] == ' ' || s.p[i] == '/'))
            return false;
    return true;
}

/* Heads are short distinct texts: the first row with at least so many of them and no more figures than texts. */
static size_t find_head(const struct sheet_grid *grid, size_t texts_min)
{
    for (size_t i = 0; i < grid->row_count && i < HEAD_ROWS_SEARCHED; i++) {
        size_t texts = 0, figures = 0;
        for (size_t c = 0; c < grid->column_count; c++) {
            struct str cell = grid->rows[i].cells[c];
            if (cell.n == 0)
                continue;
            if (is_number_like(cell))
                figures++;
            else
                texts++;
        }
        if (texts >= texts_min && texts > figures)
            return i;
    }
    return SIZE_MAX;
}

/* The run of cells that one sheet has in the document. */
struct run {
    size_t from, to;
    struct str name;
};

static bool next_run(const struct document *document, size_t from, struct run *ret_run)
{
    while (from < document->count && document->paragraphs[from].kind != PARAGRAPH_CELL)
        from++;
    if (from == document->count)
        return false;
    size_t to = from;
    while (to < document->count && document->paragraphs[to].kind == PARAGRAPH_CELL &&
           document->paragraphs[to].table == document->paragraphs[from].table)
        to++;
    *ret_run = (struct run){from, to, sheet_of(&document->paragraphs[from])};
    return true;
}

static enum rc count_rows(struct ctx *ctx, const struct document *document, const struct run *run,
                          struct sheet_grid *grid)
{
    int row = 0;
    for (size_t i = run->from; i < run->to; i++) {
        const struct paragraph *p = &document->paragraphs[i];
        if (p->text.n == 0)
            continue;
        if (p->column > SHEET_COLUMNS_MAX)
            return ctx_fail_format(ctx, RC_TOO_LARGE, "import.too_many_columns", "%d", SHEET_COLUMNS_MAX);
        grid->row_count += p->row != row;
        row = p->row;
        if ((size_t)p->column > grid->column_count)
            grid->column_count = (size_t)p->column;
    }
    if (grid->row_count > SHEET_ROWS_MAX)
        return ctx_fail_format(ctx, RC_TOO_LARGE, "import.too_many_rows", "%d", SHEET_ROWS_MAX);
    return RC_OK;
}

/* A cell merged over rows stands for each of them: in ledgers the finding is merged beside its measures. */
static void spread(struct sheet_grid *grid, size_t index, const struct paragraph *p)
{
    size_t column = (size_t)p->column - 1;
    for (size_t i = index + 1; i < grid->row_count && grid->rows[i].number < p->row + p->row_span; i++) {
        if (grid->rows[i].cells[column].n)
            continue;
        grid->rows[i].cells[column] = p->text;
        grid->rows[i].is_spread[column] = true;
    }
}

static enum rc fill_grid(struct ctx *ctx, const struct document *document, const struct run *run,
                         struct sheet_grid *ret_grid)
{
    struct sheet_grid grid = {.name = run->name, .head_index = SIZE_MAX};
    TRY(count_rows(ctx, document, run, &grid));
    grid.rows = ARENA_NEW_ARRAY(ctx->arena, struct sheet_row, grid.row_count + 1);
    struct str *cells = ARENA_NEW_ARRAY(ctx->arena, struct str, grid.row_count * grid.column_count + 1);
    bool *is_spread = ARENA_NEW_ARRAY(ctx->arena, bool, grid.row_count *grid.column_count + 1);
    if (!grid.rows || !cells || !is_spread)
        return arena_rc(ctx->arena);
    size_t rows = 0;
    for (size_t i = run->from; i < run->to; i++) {
        const struct paragraph *p = &document->paragraphs[i];
        if (p->text.n == 0 || p->column < 1)
            continue;
        if (rows == 0 || grid.rows[rows - 1].number != p->row) {
            grid.rows[rows] =
                (struct sheet_row){p->row, cells + rows * grid.column_count, is_spread + rows * grid.column_count};
            rows++;
        }
        grid.rows[rows - 1].cells[p->column - 1] = p->text;
    }
    size_t index = 0;
    for (size_t i = run->from; i < run->to; i++) {
        const struct paragraph *p = &document->paragraphs[i];
        if (p->text.n == 0 || p->row_span < 2)
            continue;
        while (index < rows && grid.rows[index].number < p->row)
            index++;
        spread(&grid, index, p);
    }
    grid.head_index = find_head(&grid, HEAD_TEXTS_MIN);
    *ret_grid = grid;
    return RC_OK;
}

/* The hidden sheet that publish/xlsx_write.h puts into its books: rows "sheet, column, field, title" after two lines of
 * its own. */
static struct value *read_exported(struct arena *arena, const struct sheet_grid *grid)
{
    if (grid->row_count < 2 || grid->column_count < 2 || !str_equal(grid->rows[0].cells[0], STR("bihuan")))
        return NULL;
    struct value *exported = value_new_map(arena);
    value_put_text(arena, exported, "kind", grid->rows[1].cells[1]);
    value_put_text(arena, exported, "stamp", grid->column_count > 2 ? grid->rows[0].cells[2] : STR(""));
    struct value *columns = value_put_list(arena, exported, "columns");
    for (size_t i = 2; i < grid->row_count && grid->column_count >= 4; i++) {
        struct value *column = value_add_map(arena, columns);
        value_put_text(arena, column, "sheet", grid->rows[i].cells[0]);
        value_put_text(arena, column, "field", grid->rows[i].cells[2]);
        value_put_text(arena, column, "title", grid->rows[i].cells[3]);
    }
    return exported;
}

enum rc sheet_from_document(struct ctx *ctx, const struct document *document, struct str sheet_name,
                            struct sheet_grid *ret_grid)
{
    if (document->format != FORMAT_XLSX && document->format != FORMAT_CSV)
        return ctx_fail_key(ctx, RC_UNSUPPORTED, "import.not_a_sheet");
    struct sheet_grid chosen = {.head_index = SIZE_MAX};
    struct value *exported = NULL;
    bool is_known = false;
    struct run run;
    for (size_t from = 0; next_run(document, from, &run); from = run.to) {
        bool is_hidden = document->paragraphs[run.from].is_furniture;
        bool is_named = sheet_name.n && str_equal(run.name, sheet_name);
        bool is_wanted = sheet_name.n ? is_named : !is_hidden && chosen.head_index == SIZE_MAX;
        bool is_ours = is_hidden && str_equal(run.name, exported_sheet);
        if (!is_wanted && !is_ours)
            continue;
        struct sheet_grid grid = {.head_index = SIZE_MAX};
        TRY(fill_grid(ctx, document, &run, &grid));
        is_known |= is_named;
        if (is_ours)
            exported = read_exported(ctx->arena, &grid);
        else if (grid.row_count && (chosen.row_count == 0 || grid.head_index != SIZE_MAX))
            chosen = grid;
    }
    TRY(arena_rc(ctx->arena));
    if (sheet_name.n && !is_known)
        return ctx_fail(ctx, RC_NOT_FOUND, "import.no_sheet", STR_EMPTY, STR_EMPTY, &sheet_name, 1);
    if (chosen.row_count == 0)
        return ctx_fail_key(ctx, RC_NOT_FOUND, "import.no_rows");
    if (chosen.head_index == SIZE_MAX) /* a book without a wider sheet may be a list of two columns */
        chosen.head_index = find_head(&chosen, HEAD_TEXTS_FEW);
    chosen.exported = exported;
    *ret_grid = chosen;
    return RC_OK;
}
