/* db_upkeep_test.c: opening, migrating, checking and copying a database, lost connections and failing calls, on both
 * engines. */
#include "db_support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

STORE_TEST(settings_of_a_connection_are_taken)
{
    STORE_OK(db_set_cache_kb(store->db, 4096));
    STORE_OK(db_set_bulk(store->db, true));
    fill(store, 1, 5);
    STORE_OK(db_set_bulk(store->db, false));
    assert_int_equal(count_of(store, "note"), 5);
}

STORE_TEST(open_names_what_is_wrong)
{
    struct db *db = NULL;
    STORE_RC(db_open(store->ctx, STR("mysql://x/y"), DB_READ, &db), RC_CONFIG);
    STORE_RC(db_open(store->ctx, STR(""), DB_READ, &db), RC_CONFIG);
    STORE_RC(db_open(store->ctx, STR(":memory:"), DB_CREATE, &db), RC_CONFIG);
    STORE_RC(db_open(store->ctx, STR("sqlite://host/x"), DB_READ, &db), RC_CONFIG);
    STORE_RC(db_open(store->ctx, arena_format(store->ctx->arena, "sqlite://%s/none.db", store->dir), DB_READ, &db),
             RC_NOT_FOUND);
    struct str url = arena_format(store->ctx->arena, "sqlite:%s/new.db", store->dir);
    if (db_get_engine(store->db) == DB_POSTGRES) {
        size_t at = str_find(store->url, STR("?"), 0);
        url = arena_format(store->ctx->arena, "%.*s_new%s", (int)at, store->url.p, store->url.p + at);
    }
    STORE_RC(db_open(store->ctx, url, DB_WRITE, &db), RC_NOT_FOUND);
    STORE_OK(db_open(store->ctx, url, DB_CREATE, &db));
    int applied = -1, known = -1;
    STORE_OK(db_schema_version(store->ctx, db, &applied, &known));
    assert_int_equal(applied, 0);
    assert_int_equal(known, 2);
    struct db *early = NULL;
    STORE_RC(db_open(store->ctx, url, DB_READ, &early), RC_DB); /* not migrated */
    STORE_OK(db_migrate(store->ctx, db));
    STORE_OK(db_migrate(store->ctx, db)); /* nothing to do */
    STORE_OK(db_schema_version(store->ctx, db, &applied, &known));
    assert_int_equal(applied, 2);
    db_close(db);
    if (db_get_engine(store->db) == DB_SQLITE)
        return;
    char sql[200];
    snprintf(sql, sizeof sql, "DROP DATABASE %.*s", (int)(str_find(url, STR("?"), 0) - str_find(url, STR("/t"), 0) - 1),
             url.p + str_find(url, STR("/t"), 0) + 1);
    STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(sql), &(struct db_stmt *){NULL}));
}

static void run_text(struct store *store, const char *sql)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(sql), &st));
    STORE_OK(db_run(store->ctx, st));
}

STORE_TEST(changed_or_newer_migration_is_refused)
{
    run_text(store, "INSERT INTO schema_migration VALUES (3, 'later', 'x', 0)");
    STORE_RC(db_migrate(store->ctx, store->db), RC_DB);
    run_text(store, "DELETE FROM schema_migration WHERE number = 3");
    run_text(store, "UPDATE schema_migration SET checksum = 'x' WHERE number = 1");
    STORE_RC(db_migrate(store->ctx, store->db), RC_CHAIN);
}

STORE_TEST(tables_are_listed_without_local_ones)
{
    struct value *names = NULL;
    STORE_OK(db_list_tables(store->ctx, store->db, &names));
    assert_string_equal(json_of(store, names).p, "[\"note\",\"owner\",\"tag\",\"user_scope\"]");
}

STORE_TEST(check_finds_a_row_without_its_parent)
{
    struct value *problems = NULL;
    fill(store, 1, 3);
    STORE_OK(db_check(store->ctx, store->db, &problems));
    assert_int_equal(value_count(problems), 0);
    bool is_sqlite = db_get_engine(store->db) == DB_SQLITE;
    run_text(store, is_sqlite ? "PRAGMA foreign_keys = OFF" : "SET session_replication_role = replica");
    STORE_OK(db_run(store->ctx, note_insert(store, 10, 99, "orphan")));
    STORE_OK(db_check(store->ctx, store->db, &problems));
    assert_int_equal(value_count(problems), 1);
    assert_true(str_has_prefix(problems->items.first->text, STR("note")));
}

STORE_TEST(backup_is_a_whole_copy)
{
    fill(store, 2, 50);
    struct str path = arena_format(store->ctx->arena, "%s/copy", store->dir);
    STORE_OK(db_begin(store->ctx, store->db, true)); /* not committed: not in the copy */
    STORE_OK(db_run(store->ctx, owner_insert(store, 3, "three")));
    struct db *other = store_connect(store, DB_READ);
    STORE_OK(db_backup(store->ctx, other, path));
    STORE_RC(db_backup(store->ctx, other, path), RC_CONFLICT);
    db_close(other);
    db_rollback(store->db);
    struct stat info;
    assert_int_equal(stat(path.p, &info), 0);
    assert_int_equal(info.st_mode & 077, 0);
    assert_int_equal(stat(arena_format(store->ctx->arena, "%s.part", path.p).p, &info), -1);
    if (db_get_engine(store->db) == DB_POSTGRES)
        return;
    struct db *copy = NULL, *mine = store->db;
    STORE_OK(db_open(store->ctx, path, DB_READ, &copy));
    store->db = copy;
    assert_int_equal(count_of(store, "note"), 50);
    assert_int_equal(count_of(store, "owner"), 2);
    store->db = mine;
    db_close(copy);
}

STORE_TEST(backup_into_a_missing_directory_is_an_error)
{
    STORE_RC(db_backup(store->ctx, store->db, STR("/nowhere/at/all")), RC_IO);
}

STORE_TEST(lost_connection_is_busy_then_comes_back)
{
    if (db_get_engine(store->db) == DB_SQLITE)
        return;
    struct db *killer = store_connect(store, DB_WRITE), *mine = store->db;
    static const char kill_others[] = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                      "WHERE datname = current_database() AND pid <> pg_backend_pid()";
    fill(store, 1, 0);
    for (int in_tx = 0; in_tx < 2; in_tx++) {
        if (in_tx)
            STORE_OK(db_begin(store->ctx, mine, true));
        store->db = killer;
        run_text(store, kill_others);
        store->db = mine;
        usleep(100000);
        STORE_RC(db_run(store->ctx, owner_insert(store, 7 + in_tx, "x")), RC_BUSY);
        if (in_tx)
            STORE_RC(db_commit(store->ctx, mine), RC_BUSY);
        STORE_OK(db_run(store->ctx, owner_insert(store, 2 + in_tx, in_tx ? "three" : "two")));
    }
    struct db_stmt *st = db_query_list(mine, Q_NOTE_LIST, NOTE_LIST_FILTER_OPEN, NOTE_LIST_SORT_TITLE);
    assert_non_null(st);
    assert_int_equal(count_of(store, "owner"), 3);
    db_close(killer);
}

/* Two owners and a note in one transaction. */
static enum rc write_group(struct store *store)
{
    TRY(db_begin(store->ctx, store->db, true));
    enum rc rc = db_run(store->ctx, owner_insert(store, 1, "one"));
    if (rc == RC_OK)
        rc = db_savepoint(store->ctx, store->db);
    if (rc == RC_OK)
        rc = db_run(store->ctx, note_insert(store, 1, 1, "n"));
    if (rc == RC_OK)
        rc = db_savepoint_release(store->ctx, store->db);
    if (rc != RC_OK) {
        db_rollback(store->db);
        return rc;
    }
    return db_commit(store->ctx, store->db);
}

STORE_TEST(every_failing_call_leaves_nothing_half_written)
{
    for (long n = 1;; n++) {
        db_fail_at(n);
        enum rc rc = write_group(store);
        bool has_failed = db_has_failed();
        db_fail_at(0);
        if (!has_failed) {
            STORE_OK(rc);
            assert_true(n > 5);
            break;
        }
        STORE_RC(rc, RC_DB);
        assert_int_equal(count_of(store, "owner"), 0);
        assert_int_equal(count_of(store, "note"), 0);
    }
    assert_int_equal(count_of(store, "note"), 1);
}

STORE_TEST(open_survives_every_failing_allocation)
{
    for (long n = 1;; n++) {
        struct db *db = NULL;
        alloc_fail_at(n);
        enum rc rc = db_open(store->ctx, store->url, DB_READ, &db);
        bool has_failed = alloc_has_failed();
        alloc_fail_at(0);
        db_close(db);
        if (!has_failed) {
            STORE_OK(rc);
            break;
        }
        assert_true(rc != RC_OK || db);
        ctx_clear_issues(store->ctx);
        if (n > 40)
            n += 20;
    }
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(settings_of_a_connection_are_taken), STORE_CASE(open_names_what_is_wrong),
        STORE_CASE(changed_or_newer_migration_is_refused), STORE_CASE(tables_are_listed_without_local_ones),
        STORE_CASE(check_finds_a_row_without_its_parent), STORE_CASE(backup_is_a_whole_copy),
        STORE_CASE(backup_into_a_missing_directory_is_an_error), STORE_CASE(lost_connection_is_busy_then_comes_back),
        STORE_CASE(every_failing_call_leaves_nothing_half_written), STORE_CASE(open_survives_every_failing_allocation));
}
