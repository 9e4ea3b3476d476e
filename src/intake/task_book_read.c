/* task_book_read.c: see task_book_read.h. */
#include "intake/task_book_read.h"

#include "intake/sheet_read.h"
#include "loop/evidence.h"
#include "serve/messages.h"

/* Which column of the sheet is which field, by the titles that the book itself lists; the hidden ones by their names.
 */
static struct str field_of(const struct sheet_grid *grid, struct str title)
{
    if (str_equal(title, STR("_id")))
        return STR("id");
    if (str_equal(title, STR("_revision")))
        return STR("revision");
    VALUE_EACH (column, value_get(grid->exported, "columns"))
        if (str_equal(value_get_text(column, "title"), title))
            return value_get_text(column, "field");
    return STR_EMPTY;
}

/* The code of a word of the drop-down; the word itself when it is none of them, so that it is told. */
static struct str class_of(struct arena *arena, struct str word)
{
    struct str rest = str_from_cstr(EVIDENCE_CLASSES), one;
    while (str_split_next(&rest, '|', &one))
        if (str_equal(message_find(LANG_ZH, arena_format(arena, "evidence.class.%.*s", STR_ARG(one))), word))
            return one;
    return word;
}

static void put_cell(struct arena *arena, struct value *map, struct str field, struct str text)
{
    static const char *const texts[] = {"progress",       "done_text",      "blockers",
                                        "next_text",      "recovered_fen",  "rules_made",
                                        "people_handled", "evidence_class", "evidence_made_on"};
    int64_t n;
    text = str_trim(text);
    if ((str_equal(field, STR("id")) || str_equal(field, STR("revision"))) && str_parse_int64(text, &n))
        value_put(map, field, value_new_int(arena, n));
    if (str_equal(field, STR("progress")) &&
        str_has_suffix(text, STR("%"))) /* a cell that somebody made a percentage */
        text = str_slice(text, 0, text.n - 1);
    if (str_equal(field, STR("evidence_class")))
        text = class_of(arena, text);
    if (str_equal(field, STR("no")))
        value_put_text(arena, map, "stated_no", text);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (str_equal_cstr(field, texts[i]))
            value_put_text(arena, map, texts[i], text);
}

enum rc task_book_read(struct ctx *ctx, const struct document *document, struct value **ret_rows, struct str *ret_stamp)
{
    struct arena *arena = ctx->arena;
    struct sheet_grid grid;
    TRY(sheet_from_document(ctx, document, STR_EMPTY, &grid));
    if (!grid.exported || !str_equal(value_get_text(grid.exported, "kind"), STR("tasks")) ||
        grid.head_index == SIZE_MAX)
        return ctx_fail_field(ctx, RC_INVALID, "task_sheet.other_book", "file");
    *ret_stamp = value_get_text(grid.exported, "stamp");
    *ret_rows = value_new_list(arena);
    const struct sheet_row *head = &grid.rows[grid.head_index];
    for (size_t i = grid.head_index + 1; i < grid.row_count; i++) {
        struct value *map = value_add_map(arena, *ret_rows);
        value_put_int(arena, map, "row", grid.rows[i].number);
        for (size_t k = 0; k < grid.column_count; k++)
            put_cell(arena, map, field_of(&grid, str_trim(head->cells[k])), grid.rows[i].cells[k]);
    }
    return arena_rc(arena);
}
