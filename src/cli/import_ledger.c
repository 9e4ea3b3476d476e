/* import_ledger.c: a ledger (.xlsx, .csv) into the register, as the import page does: columns are guessed or
 * remembered. */
#include <fcntl.h>
#include <unistd.h>

#include "cli/cli_command.h"
#include "cli/cli_import.h"
#include "intake/reader.h"
#include "intake/register_sheet.h"
#include "intake/register_sheet_plan.h"
#include "intake/sheet_map.h"
#include "serve/messages.h"
#include "text/json.h"

static enum rc read_grid(struct cli *cli, const char *path, struct sheet_grid *ret_grid)
{
    struct reader_limits limits = reader_limits_default();
    limits.memory_bytes = (size_t)cli->settings.read_memory_mb << 20;
    limits.wall_ms = (unsigned)cli->settings.read_timeout_s * 1000;
    struct document *document = ARENA_NEW(cli->ctx.arena, struct document);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || !document) {
        if (fd >= 0)
            close(fd);
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_file", "%s", path);
    }
    enum rc rc = reader_read_sandboxed(&cli->ctx, fd, str_from_cstr(path), &limits, document);
    close(fd);
    TRY(rc);
    return sheet_from_document(&cli->ctx, document, STR_EMPTY, ret_grid);
}

static enum rc find_source(struct cli *cli, struct db *db, struct str no, int64_t *ret_id)
{
    struct db_stmt *st = db_query(db, Q_REGISTER_SOURCE_FIND);
    struct value *rows;
    db_bind_text(st, "text", no);
    TRY(db_rows(&cli->ctx, st, &rows));
    if (value_count(rows) != 1)
        return ctx_fail(&cli->ctx, RC_NOT_FOUND, "register.unknown_source", STR_EMPTY, STR_EMPTY, &no, 1);
    *ret_id = value_get_int(rows->items.first, "id", 0);
    return RC_OK;
}

static enum rc guess_columns(struct cli *cli, struct db *db, const struct sheet_grid *grid, struct value **ret_mapping)
{
    struct db_stmt *st = db_query(db, Q_IMPORT_MAPPING_GET);
    struct value *row, *remembered = NULL;
    db_bind_text(st, "signature", sheet_map_signature(cli->ctx.arena, grid));
    TRY(db_first_row(&cli->ctx, st, &row));
    if (row)
        TRY(json_parse(&cli->ctx, value_get_text(row, "mapping"), &remembered));
    return register_sheet_guess(&cli->ctx, grid, remembered, ret_mapping);
}

/* The column with that letter or head; NULL: none. */
static struct value *find_column(const struct value *columns, struct str name)
{
    for (struct value *column = columns->items.first; column; column = column->next)
        if (str_equal(value_get_text(column, "letter"), name) ||
            str_equal(str_trim(value_get_text(column, "title")), name))
            return column;
    return NULL;
}

static bool is_field(struct arena *arena, struct str name)
{
    VALUE_EACH (field, register_sheet_fields(arena)) {
        if (str_equal(field->text, name))
            return true;
    }
    return name.n == 0;
}

static struct str all_fields(struct arena *arena)
{
    struct str all = STR_EMPTY;
    VALUE_EACH (field, register_sheet_fields(arena)) {
        all = all.n ? arena_format(arena, "%.*s %.*s", STR_ARG(all), STR_ARG(field->text)) : field->text;
    }
    return all;
}

/* "HEAD=FIELD,..." over what was guessed; a field that another column was guessed for moves. */
static enum rc choose_columns(struct cli *cli, struct value *columns, struct str words)
{
    struct arena *arena = cli->ctx.arena;
    struct str rest = words, one;
    while (words.n && str_split_next(&rest, ',', &one)) {
        size_t mark = str_find_byte(one, '=', 0);
        struct str field = str_trim(str_slice(one, mark == SIZE_MAX ? one.n : mark + 1, one.n)),
                   name = str_trim(str_slice(one, 0, mark == SIZE_MAX ? one.n : mark));
        struct value *chosen = find_column(columns, name);
        if (!chosen || mark == SIZE_MAX)
            return ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "cli.no_column", "%.*s", STR_ARG(one));
        if (!is_field(arena, field)) {
            struct str args[] = {field, all_fields(arena)};
            return ctx_fail(&cli->ctx, RC_BAD_REQUEST, "cli.no_field", STR_EMPTY, STR_EMPTY, args, 2);
        }
        for (struct value *column = columns->items.first; field.n && column; column = column->next)
            if (str_equal(value_get_text(column, "field"), field))
                value_set(column, STR("field"), value_new_text(arena, STR("")));
        value_set(chosen, STR("field"), value_new_text(arena, field));
    }
    return RC_OK;
}

static void print_columns(const struct value *columns)
{
    VALUE_EACH (column, columns) {
        struct str field = value_get_text(column, "field"), title = value_get_text(column, "title");
        struct str letter = value_get_text(column, "letter");
        if (field.n)
            cli_print("%.*s %.*s -> %.*s", STR_ARG(letter), STR_ARG(title), STR_ARG(field));
    }
    VALUE_EACH (column, columns) {
        struct str letter = value_get_text(column, "letter"), suggested = value_get_text(column, "suggested");
        if (value_get_text(column, "field").n)
            continue;
        if (suggested.n) /* known by now, but not when the mapping was remembered */
            cli_print("%.*s %.*s: not taken; --columns %.*s=%.*s takes it", STR_ARG(letter),
                      STR_ARG(value_get_text(column, "title")), STR_ARG(letter), STR_ARG(suggested));
        else
            cli_print("%.*s %.*s: not taken", STR_ARG(letter), STR_ARG(value_get_text(column, "title")));
    }
}

/* What the import will not stop at: rows that are no finding, and what is to be checked. */
static enum rc print_notes(struct cli *cli, struct db *db, const struct value *input)
{
    struct arena *arena = cli->ctx.arena;
    struct actor actor = actor_program();
    struct value *plan;
    TRY(register_sheet_plan(&cli->ctx, db, &actor, input, &plan));
    VALUE_EACH (note, value_get(plan, "notes")) {
        cli_print("%lld: %.*s", (long long)value_get_int(note, "row", 0),
                  STR_ARG(message_find(cli_lang(), value_get_text(note, "key"))));
    }
    VALUE_EACH (doubt, value_get(plan, "doubts")) {
        struct str args[CTX_ARGS_MAX];
        int n = 0;
        VALUE_EACH (arg, value_get(doubt, "args")) {
            if (n < CTX_ARGS_MAX)
                args[n++] = arg->text;
        }
        cli_print("%.*s%lld: %.*s", STR_ARG(value_get_text(doubt, "column")), (long long)value_get_int(doubt, "row", 0),
                  STR_ARG(message_format(arena, cli_lang(), value_get_text(doubt, "key"), args, n)));
    }
    return arena_rc(arena);
}

enum rc cli_import_ledger(struct cli *cli, struct db *db, const char *path, struct str source_no, struct str policy,
                          struct str columns)
{
    struct arena *arena = cli->ctx.arena;
    struct sheet_grid grid;
    struct value *mapping, *fields = value_new_list(arena), *sheet, *raw = value_new_map(arena), *result;
    int64_t source_id = 0;
    TRY(find_source(cli, db, source_no, &source_id));
    TRY(read_grid(cli, path, &grid));
    TRY(guess_columns(cli, db, &grid, &mapping));
    TRY(choose_columns(cli, (struct value *)value_get(mapping, "columns"), columns));
    print_columns(value_get(mapping, "columns"));
    VALUE_EACH (column, value_get(mapping, "columns")) {
        value_add_text(arena, fields, value_get_text(column, "field"));
    }
    TRY(register_sheet_read(&cli->ctx, &grid, fields, &sheet));
    value_put(raw, STR("sheet"), sheet);
    value_put_int(arena, raw, "source_id", source_id);
    value_put_text(arena, raw, "policy", policy.n ? policy : STR("stop"));
    value_put_text(arena, raw, "signature",
                   value_get_bool(mapping, "is_own") ? STR("") : value_get_text(mapping, "signature"));
    value_put(raw, STR("columns"), fields);
    TRY(print_notes(cli, db, raw));
    TRY(cli_run_command(cli, db, &command_register_import, raw, &result));
    cli_print("%.*s: %lld new, %lld changed, %lld unchanged, %lld skipped, %lld stale, %lld measures",
              STR_ARG(source_no), (long long)value_get_int(result, "created", 0),
              (long long)value_get_int(result, "changed", 0), (long long)value_get_int(result, "same", 0),
              (long long)value_get_int(result, "skipped", 0), (long long)value_get_int(result, "stale", 0),
              (long long)value_get_int(result, "measures", 0));
    return RC_OK;
}
