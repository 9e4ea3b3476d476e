/* verb_maintain.c: migrate, check, tidy, rebuild, as-of. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "loop/finding.h"
#include "record/actor.h"
#include "record/maintain.h"

enum { DAY_MS = 24 * 3600 * 1000 };

int verb_migrate(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    enum rc rc = cli_check_used(cli, 0);
    if (rc == RC_OK)
        rc = cli_open_db(cli, DB_CREATE, &db);
    int applied = 0, known = 0;
    if (rc == RC_OK)
        rc = db_schema_version(&cli->ctx, db, &applied, &known);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    cli_print("schema %d of %d", applied, known);
    return 0;
}

int verb_check(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct filestore *files = NULL;
    struct check_result result;
    bool without_files = cli_take_flag(cli, "--no-files");
    enum rc rc = cli_check_used(cli, 0);
    if (rc == RC_OK)
        rc = cli_open_db(cli, DB_READ, &db);
    if (rc == RC_OK && !without_files)
        rc = cli_open_files(cli, &files);
    if (rc == RC_OK)
        rc = maintain_check(&cli->ctx, db, files, &result);
    filestore_close(files);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    VALUE_EACH (problem, result.list) {
        cli_print("problem: %.*s", STR_ARG(problem->text));
    }
    cli_print("%lld events in %lld chains, %lld files: %lld problems", (long long)result.events,
              (long long)result.chains, (long long)result.files, (long long)result.problems);
    if (result.unnamed.files)
        cli_print("%lld stored files (%lld kB) older than a day are named by no record; bihuan tidy removes them",
                  (long long)result.unnamed.files, (long long)(result.unnamed.bytes / 1024));
    return result.problems ? rc_exit_code(RC_CHAIN) : 0;
}

int verb_tidy(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct filestore *files = NULL;
    struct filestore_tally removed = {0};
    enum rc rc = cli_check_used(cli, 0);
    if (rc == RC_OK)
        rc = cli_open_db(cli, DB_READ, &db);
    if (rc == RC_OK)
        rc = cli_open_files(cli, &files);
    if (rc == RC_OK)
        rc = maintain_tidy(&cli->ctx, db, files, &removed);
    filestore_close(files);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    cli_print("%lld files removed, %lld kB", (long long)removed.files, (long long)(removed.bytes / 1024));
    return 0;
}

/* Opens the new database that a replay fills; it must not exist. */
static enum rc open_new(struct cli *cli, struct str url, struct db **ret_db)
{
    struct db *probe = NULL;
    enum rc rc = db_open(&cli->ctx, url, DB_READ, &probe);
    if (rc == RC_OK) {
        db_close(probe);
        return ctx_fail_format(&cli->ctx, RC_CONFLICT, "cli.db_exists", "%.*s",
                               STR_ARG(settings_hide_password(cli->ctx.arena, url)));
    }
    ctx_clear_issues(&cli->ctx);
    TRY(db_open(&cli->ctx, url, DB_CREATE, ret_db));
    return db_migrate(&cli->ctx, *ret_db);
}

static enum rc derive_scope(struct cli *cli, struct db *db)
{
    TRY(db_begin(&cli->ctx, db, true));
    enum rc rc = actor_sync_roles(&cli->ctx, db);
    if (rc == RC_OK)
        return db_commit(&cli->ctx, db);
    db_rollback(db);
    return rc;
}

static enum rc replay_into(struct cli *cli, struct db *from, struct str url, int64_t until_ms, struct db **ret_db)
{
    int64_t events;
    TRY(open_new(cli, url, ret_db));
    TRY(maintain_replay(&cli->ctx, from, *ret_db, until_ms, &events));
    TRY(derive_scope(cli, *ret_db));
    cli_print("%lld events replayed into %.*s", (long long)events,
              STR_ARG(settings_hide_password(cli->ctx.arena, url)));
    return RC_OK;
}

int verb_rebuild(struct cli *cli)
{
    struct db *from CLEANUP(db_close_ptr) = NULL;
    struct db *to CLEANUP(db_close_ptr) = NULL;
    struct value *differences = NULL;
    enum rc rc = cli_check_used(cli, 1);
    if (rc == RC_OK)
        rc = cli_open_db(cli, DB_READ, &from);
    if (rc == RC_OK)
        rc = db_begin(&cli->ctx, from, false); /* one snapshot for replay and comparison: the server may be writing */
    if (rc == RC_OK)
        rc = replay_into(cli, from, str_from_cstr(cli->argv[0]), INT64_MAX, &to);
    if (rc == RC_OK && db_get_engine(from) != db_get_engine(to)) {
        cli_print("not compared: the two engines sort and store differently");
        return 0;
    }
    if (rc == RC_OK)
        rc = maintain_compare(&cli->ctx, from, to, &differences);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    VALUE_EACH (difference, differences) {
        cli_print("different: %.*s", STR_ARG(difference->text));
    }
    if (value_count(differences))
        return rc_exit_code(RC_CHAIN);
    cli_print("all tables equal");
    return 0;
}

/* Every finding of a database, by the program's own rights. */
static enum rc print_register(struct cli *cli, struct db *db, bool is_json)
{
    struct actor actor = actor_program();
    struct value *all = value_new_list(cli->ctx.arena);
    struct str head = STR("");
    int64_t item = 0;
    for (;;) {
        struct db_stmt *st = db_query_list(db, Q_FINDING_LIST, FINDING_LIST_FILTER_AFTER_NO, FINDING_LIST_SORT_NO);
        struct value *rows;
        if (!st)
            return RC_DB;
        actor_bind_scope(st, &actor, PERM_FINDING_READ);
        db_bind_text(st, "key", head);
        db_bind_int(st, "key_id", item);
        db_bind_int(st, "limit", 500);
        TRY(db_rows(&cli->ctx, st, &rows));
        if (value_count(rows) == 0)
            break;
        for (struct value *row = rows->items.first, *next; row; row = next) {
            next = row->next;
            head = finding_number_head(value_get_text(row, "no"));
            item = value_get_int(row, "item_no", 0);
            if (is_json) {
                value_add(all, row);
                continue;
            }
            cli_print("%.*s\t%.*s\t%.*s\t%.*s\t%.*s", STR_ARG(value_get_text(row, "no")),
                      STR_ARG(value_get_text(row, "status")), STR_ARG(value_get_text(row, "due")),
                      STR_ARG(value_get_text(row, "unit_name")), STR_ARG(value_get_text(row, "title")));
        }
    }
    if (!is_json)
        return RC_OK;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1024 * 1024 * 1024);
    value_write_json(&out, all, true);
    TRY(buf_rc(&out));
    cli_print("%.*s", STR_ARG(buf_str(&out)));
    return RC_OK;
}

/* Replays into a database of its own in a private directory, which is gone afterwards. */
static enum rc show_as_of(struct cli *cli, struct db *from, int64_t until_ms, bool is_json)
{
    const char *temp = getenv("TMPDIR");
    char directory[400];
    int64_t events;
    struct db *to = NULL;
    (void)snprintf(directory, sizeof directory, "%.300s/bihuan-as-of-XXXXXX", temp && *temp ? temp : "/tmp");
    if (!mkdtemp(directory))
        return ctx_fail_format(&cli->ctx, RC_IO, "error.io_detail", "%s: %s", directory, strerror(errno));
    struct str path = arena_format(cli->ctx.arena, "%s/register.db", directory);
    enum rc rc = db_open(&cli->ctx, path, DB_CREATE, &to);
    if (rc == RC_OK)
        rc = db_set_bulk(to, true);
    if (rc == RC_OK)
        rc = db_migrate(&cli->ctx, to);
    if (rc == RC_OK)
        rc = maintain_replay(&cli->ctx, from, to, until_ms, &events);
    if (rc == RC_OK)
        rc = print_register(cli, to, is_json);
    db_close(to);
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        (void)unlink(arena_format(cli->ctx.arena, "%.*s%s", STR_ARG(path), ends[i]).p);
    (void)rmdir(directory);
    return rc;
}

int verb_as_of(struct cli *cli)
{
    struct db *from CLEANUP(db_close_ptr) = NULL;
    struct db *to CLEANUP(db_close_ptr) = NULL; /* only with --to */
    struct str target = cli_take_option(cli, "--to");
    bool is_json = cli_take_flag(cli, "--json");
    int32_t day;
    enum rc rc = cli_check_used(cli, 1);
    if (rc == RC_OK && !date_parse(str_from_cstr(cli->argv[0]), &day))
        rc = ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "field.not_a_date", "%s", cli->argv[0]);
    if (rc == RC_OK)
        rc = cli_open_db(cli, DB_READ, &from);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    /* The end of that day in China. */
    int64_t until_ms = ((int64_t)day + 1) * DAY_MS - (int64_t)CLOCK_CHINA_OFFSET_S * 1000 - 1;
    if (target.n) {
        rc = replay_into(cli, from, target, until_ms, &to);
        return rc == RC_OK ? 0 : cli_fail(cli, rc);
    }
    rc = show_as_of(cli, from, until_ms, is_json);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
