/* verb_book.c: workbooks of tasks for units without access: all of them into a directory, or one that came back. */
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/cli.h"
#include "cli/cli_command.h"
#include "intake/reader.h"
#include "intake/task_book_read.h"
#include "loop/task_sheet.h"
#include "publish/task_book.h"
#include "record/actor.h"

enum { BOOK_ARENA_MAX = 64 << 20 };

/* Each book in memory of its own, so that thousands of them take no more than one. */
static enum rc write_one(struct db *db, struct arena *arena, const struct value *unit, struct str dir)
{
    struct ctx ctx = {.arena = arena};
    struct actor actor = actor_program();
    struct value *rows;
    struct db_stmt *st = db_query(db, Q_TASK_BOOK_ROWS);
    actor_bind_scope(st, &actor, PERM_TASK_READ);
    db_bind_int(st, "id", value_get_int(unit, "id", 0));
    TRY(db_rows(&ctx, st, &rows));
    struct str path = arena_format(arena, "%.*s/%.*s.xlsx", STR_ARG(dir), STR_ARG(value_get_text(unit, "code")));
    return task_book_write(&ctx, path.p, value_get_text(unit, "name"), rows);
}

static enum rc write_all(struct cli *cli, struct str dir)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(BOOK_ARENA_MAX);
    struct actor actor = actor_program();
    struct value *units;
    if (!arena)
        return RC_NOMEM;
    TRY(cli_open_db(cli, DB_READ, &db));
    struct db_stmt *st = db_query(db, Q_TASK_BOOK_UNITS);
    actor_bind_scope(st, &actor, PERM_TASK_READ);
    TRY(db_rows(&cli->ctx, st, &units));
    VALUE_EACH (unit, units) {
        enum rc rc = write_one(db, arena, unit, dir);
        if (rc != RC_OK)
            return ctx_fail_format(&cli->ctx, rc, "error.io_detail", "%.*s", STR_ARG(value_get_text(unit, "code")));
        arena_reset(arena);
    }
    cli_print("%zu", value_count(units));
    return RC_OK;
}

static enum rc read_back(struct cli *cli, const char *path, struct value **ret_rows)
{
    struct document document;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_file", "%s", path);
    enum rc rc = reader_read_sandboxed(&cli->ctx, fd, str_from_cstr(path), NULL, &document);
    close(fd);
    TRY(rc);
    return task_book_read(&cli->ctx, &document, ret_rows);
}

static enum rc take_back(struct cli *cli, bool is_applying)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct actor actor = actor_program();
    struct value *rows, *judged, *raw = value_new_map(cli->ctx.arena), *result;
    TRY(cli_open_db(cli, is_applying ? DB_WRITE : DB_READ, &db));
    TRY(read_back(cli, cli->argv[0], &rows));
    TRY(task_sheet_judge(&cli->ctx, db, &actor, rows, &judged));
    VALUE_EACH (row, judged)
        if (!str_equal(value_get_text(row, "outcome"), STR("same")))
            cli_print("%lld\t%.*s\t%.*s\t%.*s", (long long)value_get_int(row, "row", 0), STR_ARG(value_get_text(row, "outcome")), STR_ARG(value_get_text(row, "no")),
                      STR_ARG(value_get_text(row, "message")));
    if (!is_applying)
        return RC_OK;
    value_put(raw, STR("rows"), rows);
    TRY(cli_run_command(cli, db, &command_task_sheet, raw, &result));
    cli_print("%lld written, %lld stale, %lld untouched", (long long)value_get_int(result, "written", 0), (long long)value_get_int(result, "stale", 0),
              (long long)value_get_int(result, "same", 0));
    return RC_OK;
}

int verb_book(struct cli *cli)
{
    struct str dir = cli_take_option(cli, "--out");
    bool is_applying = cli_take_flag(cli, "--apply");
    enum rc rc = cli_check_used(cli, dir.n ? 0 : 1);
    if (rc == RC_OK)
        rc = dir.n ? write_all(cli, dir) : take_back(cli, is_applying);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
