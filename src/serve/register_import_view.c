/* register_import_view.c: see register_import_view.h. */
#include "serve/register_import_view.h"

#include "intake/register_sheet.h"
#include "text/utf8.h"

enum { ERRORS_SHOWN = 200, ROWS_SHOWN = 50, NOTES_SHOWN = 50, EXAMPLES = 3, EXAMPLE_CHARACTERS = 40 };

void register_view_option(struct arena *arena, struct value *list, struct str value, struct str label, bool is_selected)
{
    struct value *option = value_add_map(arena, list);
    value_put_text(arena, option, "value", arena_copy_str(arena, value));
    value_put_text(arena, option, "label", arena_copy_str(arena, label));
    value_put_bool(arena, option, "selected", is_selected);
}

struct str register_view_word(struct page *page, const char *prefix, struct str value)
{
    return page_text(page,
                     arena_copy_cstr(page->ctx.arena, arena_format(page->ctx.arena, "%s%.*s", prefix, STR_ARG(value))));
}

static struct str examples_of(struct arena *arena, const struct sheet_grid *grid, size_t column)
{
    struct str text = STR("");
    int n = 0;
    for (size_t i = grid->head_index + 1; i < grid->row_count && n < EXAMPLES; i++) {
        const struct sheet_row *row = &grid->rows[i];
        if (row->cells[column].n == 0 || row->is_spread[column])
            continue;
        struct str cell = utf8_cut_count(row->cells[column], EXAMPLE_CHARACTERS);
        text = n++ ? arena_format(arena, "%.*s / %.*s", STR_ARG(text), STR_ARG(cell)) : arena_copy_str(arena, cell);
    }
    return text;
}

/* What a column that is not taken may be now: learned since its mapping was remembered, and no other column is that. */
static struct str suggestion_of(const struct value *mapping, const struct value *column)
{
    struct str suggested = value_get_text(column, "suggested");
    if (value_get_text(column, "field").n || !suggested.n)
        return STR("");
    VALUE_EACH (other, value_get(mapping, "columns"))
        if (str_equal(value_get_text(other, "field"), suggested))
            return STR("");
    return suggested;
}

void register_view_columns(struct page *page, struct value *import, const struct sheet_grid *grid,
                           const struct value *mapping)
{
    struct arena *arena = page->ctx.arena;
    struct value *columns = value_put_list(arena, import, "columns"), *fields = register_sheet_fields(arena);
    bool is_own = value_get_bool(mapping, "is_own");
    VALUE_EACH (column, value_get(mapping, "columns")) {
        struct value *item = value_add_map(arena, columns);
        int64_t position = value_get_int(column, "column", 0);
        struct str title = value_get_text(column, "title"), letter = value_get_text(column, "letter");
        value_put_int(arena, item, "position", position);
        value_put_text(arena, item, "letter", arena_copy_str(arena, letter));
        value_put_text(arena, item, "name",
                       arena_copy_str(arena, title.n ? utf8_cut_count(title, REGISTER_LINE_MAX) : letter));
        value_put_text(arena, item, "examples", examples_of(arena, grid, (size_t)position - 1));
        struct str suggested = suggestion_of(mapping, column);
        value_put_text(arena, item, "suggested", arena_copy_str(arena, suggested));
        value_put_text(arena, item, "suggested_label",
                       suggested.n ? register_view_word(page, "register.field_", suggested) : STR(""));
        struct value *options = value_put_list(arena, item, "options");
        VALUE_EACH (field, fields) {
            bool is_ours = str_equal(field->text, STR("id")) || str_equal(field->text, STR("rev"));
            if (!is_ours || is_own)
                register_view_option(arena, options, field->text,
                                     register_view_word(page, "register.field_", field->text),
                                     str_equal(field->text, value_get_text(column, "field")));
        }
    }
}

static void add_figure(struct page *page, struct value *list, const char *label, int64_t n)
{
    struct value *figure = value_add_map(page->ctx.arena, list);
    value_put_text(page->ctx.arena, figure, "label", page_text(page, label));
    value_put_int(page->ctx.arena, figure, "value", n);
}

void register_view_figures(struct page *page, struct value *import, const struct value *counts, int64_t errors)
{
    struct value *list = value_put_list(page->ctx.arena, import, "figures");
    add_figure(page, list, "import.new", value_get_int(counts, "created", 0));
    add_figure(page, list, "import.changed", value_get_int(counts, "changed", 0));
    add_figure(page, list, "register.same", value_get_int(counts, "same", 0));
    if (value_get_int(counts, "skipped", 0))
        add_figure(page, list, "register.skipped", value_get_int(counts, "skipped", 0));
    if (value_get_int(counts, "stale", 0))
        add_figure(page, list, "register.stale", value_get_int(counts, "stale", 0));
    add_figure(page, list, "register.measures", value_get_int(counts, "measures", 0));
    if (errors >= 0)
        add_figure(page, list, "import.errors", errors);
}

struct str register_view_error(struct page *page, const struct value *error)
{
    struct str args[CTX_ARGS_MAX];
    int n = 0;
    VALUE_EACH (arg, value_get(error, "args")) {
        if (n < CTX_ARGS_MAX)
            args[n++] = arg->text;
    }
    return page_text_args(page, arena_copy_cstr(page->ctx.arena, value_get_text(error, "key")), args, n);
}

static void put_complaints(struct page *page, struct value *list, const struct value *complaints)
{
    struct arena *arena = page->ctx.arena;
    VALUE_EACH (error, complaints) {
        if (value_count(list) == ERRORS_SHOWN)
            break;
        struct value *item = value_add_map(arena, list);
        int64_t row = value_get_int(error, "row", 0);
        value_put_int(arena, item, "row", row);
        value_put_text(arena, item, "place",
                       arena_format(arena, "%.*s%lld", STR_ARG(value_get_text(error, "column")), (long long)row));
        value_put_text(arena, item, "field",
                       register_view_word(page, "register.field_", value_get_text(error, "field")));
        value_put_text(arena, item, "value", arena_copy_str(arena, value_get_text(error, "value")));
        value_put_text(arena, item, "text", register_view_error(page, error));
    }
}

void register_view_errors(struct page *page, struct value *import, const struct value *errors)
{
    struct arena *arena = page->ctx.arena;
    put_complaints(page, value_put_list(arena, import, "errors"), errors);
    value_put_bool(arena, import, "has_errors", value_count(errors) > 0);
    value_put_int(arena, import, "error_count", (int64_t)value_count(errors));
    value_put_bool(arena, import, "has_more_errors", value_count(errors) > ERRORS_SHOWN);
}

void register_view_doubts(struct page *page, struct value *import, const struct value *doubts)
{
    struct arena *arena = page->ctx.arena;
    put_complaints(page, value_put_list(arena, import, "doubts"), doubts);
    value_put_bool(arena, import, "has_doubts", value_count(doubts) > 0);
    value_put_int(arena, import, "doubt_count", (int64_t)value_count(doubts));
}

void register_view_rows(struct page *page, struct value *import, const struct value *rows)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, import, "preview");
    VALUE_EACH (row, rows) {
        if (value_count(list) == ROWS_SHOWN)
            break;
        struct value *item = value_add_map(arena, list);
        struct str phase = value_get_text(row, "phase"), action = value_get_text(row, "action"), changes = STR("");
        value_put_int(arena, item, "row", value_get_int(row, "row", 0));
        static const char *const texts[] = {"title", "no", "unit_name", "phase", "due", "action"};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            value_put_text(arena, item, texts[i], arena_copy_str(arena, value_get_text(row, texts[i])));
        value_put_text(arena, item, "phase_label", register_view_word(page, "phase.", phase));
        value_put_text(arena, item, "outcome_label", register_view_word(page, "register.action_", action));
        VALUE_EACH (change, str_equal(action, STR("change")) ? value_get(row, "input") : NULL) {
            struct str name = register_view_word(page, "field_name.", change->key);
            changes = changes.n ? arena_format(arena, "%.*s, %.*s", STR_ARG(changes), STR_ARG(name)) : name;
        }
        value_put_text(arena, item, "changes", changes);
    }
    value_put_bool(arena, import, "has_rows", value_count(rows) > 0);
}

void register_view_notes(struct page *page, struct value *import, const struct value *notes)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, import, "notes");
    VALUE_EACH (note, notes) {
        if (value_count(list) == NOTES_SHOWN)
            break;
        struct value *item = value_add_map(arena, list);
        value_put_int(arena, item, "row", value_get_int(note, "row", 0));
        value_put_text(arena, item, "value", arena_copy_str(arena, value_get_text(note, "value")));
        value_put_text(arena, item, "text", page_text(page, arena_copy_cstr(arena, value_get_text(note, "key"))));
    }
    value_put_bool(arena, import, "has_notes", value_count(notes) > 0);
    value_put_int(arena, import, "note_count", (int64_t)value_count(notes));
}
