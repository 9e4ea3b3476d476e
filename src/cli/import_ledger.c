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

enum rc cli_import_ledger(struct cli *cli, struct db *db, const char *path, struct str source_no, struct str policy)
{
    struct arena *arena = cli->ctx.arena;
    struct sheet_grid grid;
    struct value *mapping, *fields = value_new_list(arena), *sheet, *raw = value_new_map(arena), *result;
    int64_t source_id = 0;
    TRY(find_source(cli, db, source_no, &source_id));
    TRY(read_grid(cli, path, &grid));
    TRY(guess_columns(cli, db, &grid, &mapping));
    VALUE_EACH (column, value_get(mapping, "columns")) {
        struct str field = value_get_text(column, "field");
        value_add_text(arena, fields, field);
        if (field.n)
            cli_print("%.*s %.*s -> %.*s", STR_ARG(value_get_text(column, "letter")),
                      STR_ARG(value_get_text(column, "title")), STR_ARG(field));
    }
    TRY(register_sheet_read(&cli->ctx, &grid, fields, &sheet));
    value_put(raw, STR("sheet"), sheet);
    value_put_int(arena, raw, "source_id", source_id);
    value_put_text(arena, raw, "policy", policy.n ? policy : STR("stop"));
    TRY(cli_run_command(cli, db, &command_register_import, raw, &result));
    cli_print("%.*s: %lld new, %lld changed, %lld unchanged, %lld skipped, %lld stale, %lld measures",
              STR_ARG(source_no), (long long)value_get_int(result, "created", 0),
              (long long)value_get_int(result, "changed", 0), (long long)value_get_int(result, "same", 0),
              (long long)value_get_int(result, "skipped", 0), (long long)value_get_int(result, "stale", 0),
              (long long)value_get_int(result, "measures", 0));
    return RC_OK;
}
