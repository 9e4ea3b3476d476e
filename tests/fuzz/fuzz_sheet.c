/* fuzz_sheet.c: any CSV as a grid, and the guess of its columns.
 *
 * A cell that begins with "^" stands over two rows, to try the spreading of merged cells.
 */
#include <stdlib.h>

#include "intake/reader_work.h"
#include "intake/sheet_map.h"
#include "intake/sheet_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { ARENA_MAX = 512 * 1024 * 1024 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_grid(struct ctx *ctx, const struct sheet_grid *grid)
{
    require(grid->row_count > 0 && grid->column_count > 0 && grid->column_count <= SHEET_COLUMNS_MAX);
    require(grid->head_index == SIZE_MAX || grid->head_index < grid->row_count);
    for (size_t i = 0; i < grid->row_count; i++) {
        require(grid->rows[i].number > 0 && (i == 0 || grid->rows[i].number > grid->rows[i - 1].number));
        for (size_t c = 0; c < grid->column_count; c++)
            require(reader_is_utf8(grid->rows[i].cells[c]));
    }
    struct value *mapping = NULL;
    enum rc rc = sheet_map_guess(ctx, grid, &mapping);
    require(rc == (grid->head_index == SIZE_MAX ? RC_NOT_FOUND : RC_OK));
    if (rc != RC_OK)
        return;
    require(sheet_map_signature(ctx->arena, grid).n == 16);
    struct value *taken = value_new_map(ctx->arena);
    VALUE_EACH (column, value_get(mapping, "columns")) {
        struct str field = value_get_text(column, "field");
        int64_t confidence = value_get_int(column, "confidence", -1);
        require(confidence >= 0 && confidence <= 100 && (field.n == 0 || !value_get_str(taken, field)));
        value_put(taken, field, value_new_int(ctx->arena, 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    struct arena *scratch CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    if (!arena || !scratch)
        return 0;
    struct ctx ctx = {.arena = arena};
    struct document document = {.format = FORMAT_CSV};
    struct reader reader = {.ctx = &ctx, .scratch = scratch, .document = &document};
    if (reader_csv(&reader, (struct str){(const char *)p, n}) != RC_OK)
        return 0;
    document.paragraphs = reader.paragraphs.p;
    document.count = reader.paragraphs.n;
    for (size_t i = 0; i < document.count; i++)
        if (document.paragraphs[i].text.n && document.paragraphs[i].text.p[0] == '^')
            document.paragraphs[i].row_span = 2;
    struct sheet_grid grid = {0};
    enum rc rc = sheet_from_document(&ctx, &document, STR_EMPTY, &grid);
    require((rc == RC_OK) == (ctx.issue_count == 0));
    if (rc == RC_OK)
        check_grid(&ctx, &grid);
    require(sheet_names(arena, &document) != NULL);
    return 0;
}
