/* db_test.c: each function of db.h, with the same body on both engines. */
#include "store_test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

static struct db_stmt *owner_insert(struct store *store, int64_t id, const char *name)
{
    struct db_stmt *st = db_query(store->db, Q_OWNER_INSERT);
    db_bind_int(st, "id", id);
    db_bind_text(st, "name", str_from_cstr(name));
    return st;
}

static struct db_stmt *note_insert(struct store *store, int64_t id, int64_t owner, const char *title)
{
    struct db_stmt *st = db_query(store->db, Q_NOTE_INSERT);
    db_bind_int(st, "id", id);
    db_bind_int(st, "owner_id", owner);
    db_bind_int(st, "label", 1);
    db_bind_int(st, "is_open", id % 2);
    db_bind_text(st, "due", id < 100 ? STR("2024-07-08") : STR("2024-07-09"));
    db_bind_text(st, "title", str_from_cstr(title));
    return st;
}

static void fill(struct store *store, int owners, int notes)
{
    for (int i = 1; i <= owners; i++) {
        char name[20];
        snprintf(name, sizeof name, "owner %03d", i);
        STORE_OK(db_run(store->ctx, owner_insert(store, i, name)));
    }
    for (int i = 1; i <= notes; i++)
        STORE_OK(db_run(store->ctx, note_insert(store, i, 1 + i % owners, i % 3 ? "b" : "a")));
}

static int64_t count_of(struct store *store, const char *table)
{
    char sql[100];
    int64_t count = -1;
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(sql), &st));
    STORE_OK(db_get_int(store->ctx, st, &count));
    return count;
}

static struct str json_of(struct store *store, const struct value *v)
{
    CLEANUP(buf_done) struct buf buf;
    buf_init(&buf, 1 << 20);
    value_write_json(&buf, v, false);
    return arena_copy_str(store->ctx->arena, buf_str(&buf));
}

STORE_TEST(row_comes_back_as_it_went_in)
{
    fill(store, 1, 0);
    struct db_stmt *st = note_insert(store, 9007199254740993, 1, "it's \"so\" $1 ?1");
    db_bind_int(st, "at", INT64_MIN + 1);
    db_bind_int(st, "weight", INT64_MAX);
    db_bind_blob(st, "body", (struct str){"\0\x01\xff'", 4});
    db_bind_text(st, "no_such_name", STR("ignored"));
    struct value *row = NULL;
    STORE_OK(db_first_row(store->ctx, st, &row));
    assert_string_equal(json_of(store, row).p, "{\"id\":9007199254740993,\"shown\":\"it's \\\"so\\\" $1 ?1$x{}\"}");
    st = db_query(store->db, Q_NOTE_GET);
    db_bind_int(st, "id", 9007199254740993);
    db_bind_int(st, "scope_all", 1);
    bool is_row = false;
    STORE_OK(db_step(store->ctx, st, &is_row));
    assert_true(is_row);
    assert_int_equal(db_column_count(st), 9);
    assert_string_equal(db_column_name(st, 0), "id");
    assert_int_equal(db_column_int(st, 0), 9007199254740993);
    assert_true(db_column_int(st, 4) == INT64_MIN + 1);
    assert_true(str_equal(db_column_text(st, 5), STR("2024-07-09")));
    assert_int_equal(db_column_int(st, 5), 0); /* not a number */
    assert_true(str_equal(db_column_text(st, 7), (struct str){"\0\x01\xff'", 4}));
    assert_true(db_column_int(st, 8) == INT64_MAX);
    assert_true(str_equal(db_column_text(st, 0), STR("9007199254740993")));
    db_reset(st);
}

STORE_TEST(null_int_and_text_have_the_same_kinds)
{
    fill(store, 1, 3);
    struct db_stmt *st = db_query(store->db, Q_NOTE_KINDS);
    db_bind_text(st, "echo", STR("\xe9\x97\xad\xe7\x8e\xaf"));
    db_bind_int(st, "number", 5000000000);
    struct value *list = NULL;
    STORE_OK(db_rows(store->ctx, st, &list));
    assert_string_equal(json_of(store, list).p,
                        "[{\"count\":3,\"sum\":3,\"due\":\"2024-07-08\",\"is_none\":0,\"absent\":null,"
                        "\"echo\":\"\xe9\x97\xad\xe7\x8e\xaf\",\"number\":5000000000}]");
    STORE_OK(db_rows(store->ctx, db_query(store->db, Q_NOTE_KINDS), &list)); /* parameters are null again */
    assert_true(value_is_null(value_get(list->items.first, "echo")));
    assert_true(value_is_null(value_get(list->items.first, "number")));
    st = db_query(store->db, Q_NOTE_KINDS);
    bool is_row = false;
    STORE_OK(db_step(store->ctx, st, &is_row));
    assert_true(db_column_is_null(st, 4));
    assert_int_equal(db_column_int(st, 4), 0);
    assert_int_equal(db_column_text(st, 4).n, 0);
    db_reset(st);
}

/* The plan that the server keeps for the statement is not used, and the next run goes by it again. */
STORE_TEST(a_run_is_planned_by_its_values)
{
    struct value *list = NULL;
    for (int i = 0; i < 2; i++) {
        struct db_stmt *st = db_query(store->db, Q_NOTE_KINDS);
        if (i == 0)
            db_set_plan_by_values(st);
        db_bind_text(st, "echo", STR("x"));
        db_bind_int(st, "number", 5000000000);
        STORE_OK(db_rows(store->ctx, st, &list));
        assert_true(str_equal(value_get_text(list->items.first, "echo"), STR("x")));
        assert_int_equal(value_get_int(list->items.first, "number", 0), 5000000000);
        if (db_get_engine(store->db) != DB_POSTGRES)
            continue;
        CLEANUP(db_stmt_free_ptr) struct db_stmt *plans = NULL;
        int64_t n = -1;
        STORE_OK(db_prepare_text(store->ctx, store->db,
                                 STR("SELECT generic_plans + custom_plans FROM pg_prepared_statements "
                                     "WHERE name = 'note_kinds'"),
                                 &plans));
        STORE_OK(db_get_int(store->ctx, plans, &n));
        assert_int_equal(n, i);
    }
}

STORE_TEST(map_binds_every_kind)
{
    struct arena *arena = store->ctx->arena;
    struct value *map = value_new_map(arena);
    fill(store, 1, 0);
    (void)value_put_int(arena, map, "id", 7);
    (void)value_put_int(arena, map, "owner_id", 1);
    (void)value_put_int(arena, map, "label", 0);
    (void)value_put_bool(arena, map, "is_open", true);
    (void)value_put_null(arena, map, "due");
    (void)value_add_int(arena, value_put_list(arena, map, "title"), 3);
    (void)value_put_text(arena, map, "not_there", STR("x"));
    struct db_stmt *st = db_query(store->db, Q_NOTE_INSERT);
    db_bind_map(st, map);
    struct value *row = NULL;
    STORE_OK(db_first_row(store->ctx, st, &row));
    assert_true(str_equal(value_get_text(row, "shown"), STR("[3]$x{}")));
    STORE_OK(db_first_row(store->ctx, db_query(store->db, Q_NOTE_GET), &row)); /* id is null: none */
    assert_null(row);
}

STORE_TEST(text_with_nul_is_refused)
{
    struct db_stmt *st = owner_insert(store, 1, "x");
    db_bind_text(st, "name", (struct str){"a\0b", 3});
    STORE_RC(db_run(store->ctx, st), RC_BAD_ENCODING);
    STORE_OK(db_run(store->ctx, owner_insert(store, 1, "x")));
}

STORE_TEST(breach_of_unique_or_foreign_key_is_conflict)
{
    fill(store, 2, 0);
    STORE_RC(db_run(store->ctx, owner_insert(store, 1, "new")), RC_CONFLICT);
    STORE_RC(db_run(store->ctx, owner_insert(store, 3, "owner 001")), RC_CONFLICT);
    STORE_RC(db_run(store->ctx, note_insert(store, 1, 99, "x")), RC_CONFLICT);
    struct db_stmt *st = db_query(store->db, Q_OWNER_INSERT); /* name is null */
    db_bind_int(st, "id", 5);
    STORE_RC(db_run(store->ctx, st), RC_DB);
    assert_int_equal(count_of(store, "owner"), 2);
}

STORE_TEST(deferred_breach_is_seen_at_commit_and_rolls_back)
{
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(db_run(store->ctx, owner_insert(store, 1, "x")));
    struct db_stmt *st = db_query(store->db, Q_TAG_INSERT);
    db_bind_int(st, "note_id", 404);
    db_bind_text(st, "word", STR("w"));
    STORE_OK(db_run(store->ctx, st));
    STORE_RC(db_commit(store->ctx, store->db), RC_CONFLICT);
    assert_int_equal(count_of(store, "owner"), 0);
    STORE_OK(db_begin(store->ctx, store->db, true)); /* none is open */
    STORE_OK(db_commit(store->ctx, store->db));
}

STORE_TEST(failure_of_the_commit_is_seen_behind_a_returned_row)
{
    struct value *row = NULL;
    int64_t value = -1;
    for (int is_int = 0; is_int < 2; is_int++) {
        struct db_stmt *st = db_query(store->db, Q_TAG_INSERT);
        db_bind_int(st, "note_id", 404);
        db_bind_text(st, "word", STR("w"));
        STORE_RC(is_int ? db_get_int(store->ctx, st, &value) : db_first_row(store->ctx, st, &row), RC_CONFLICT);
    }
    assert_null(row);
    assert_int_equal(value, -1);
    assert_int_equal(count_of(store, "tag"), 0);
}

STORE_TEST(changed_rows_are_counted)
{
    int64_t changed = -1;
    fill(store, 5, 0);
    struct db_stmt *st = db_query(store->db, Q_OWNER_UPDATE);
    db_bind_int(st, "from", 5);
    db_bind_text(st, "name", STR("z"));
    STORE_OK(db_run_count(store->ctx, st, &changed));
    assert_int_equal(changed, 1);
    st = db_query(store->db, Q_OWNER_UPDATE);
    db_bind_int(st, "from", 6);
    STORE_OK(db_run_count(store->ctx, st, &changed));
    assert_int_equal(changed, 0);
    STORE_OK(db_run_count(store->ctx, db_query(store->db, Q_OWNER_NUMBERS), &changed));
    assert_int_equal(changed, 0);
    STORE_OK(db_run_count(store->ctx, note_insert(store, 1, 1, "x"), &changed));
    assert_int_equal(changed, 1);
}

STORE_TEST(first_integer_or_not_found)
{
    int64_t value = -1;
    struct db_stmt *st = db_query(store->db, Q_OWNER_NAME);
    STORE_RC(db_get_int(store->ctx, st, &value), RC_NOT_FOUND);
    assert_int_equal(value, -1);
    fill(store, 3, 0);
    STORE_OK(db_get_int(store->ctx, db_query(store->db, Q_OWNER_NUMBERS), &value));
    assert_int_equal(value, 1);
}

STORE_TEST(statements_run_inside_one_another)
{
    fill(store, 300, 0);
    for (int is_stream = 0; is_stream < 2; is_stream++) {
        int64_t seen = 0;
        struct db_stmt *outer = db_query(store->db, Q_OWNER_NUMBERS);
        if (is_stream)
            db_set_stream(outer);
        for (;;) {
            bool is_row = false, is_inner = false;
            STORE_OK(db_step(store->ctx, outer, &is_row));
            if (!is_row)
                break;
            assert_int_equal(db_column_int(outer, 0), ++seen);
            struct db_stmt *inner = db_query(store->db, Q_OWNER_NAME);
            db_bind_int(inner, "id", seen);
            if (seen < 5 || seen > 290)
                STORE_OK(db_step(store->ctx, inner, &is_inner));
            if (is_inner)
                assert_true(str_equal(db_column_text(inner, 0), db_column_text(outer, 1)));
        }
        assert_int_equal(seen, 300);
    }
    struct db_stmt *left = db_query(store->db, Q_OWNER_NUMBERS);
    bool is_row;
    db_set_stream(left);
    STORE_OK(db_step(store->ctx, left, &is_row));
    db_reset(left);
    assert_int_equal(count_of(store, "owner"), 300);
    db_reset(NULL);
}

STORE_TEST(scope_lets_through_only_what_is_granted)
{
    fill(store, 2, 4);
    struct db_stmt *grant = NULL;
    STORE_OK(db_prepare_text(store->ctx, store->db, STR("INSERT INTO user_scope VALUES (5, 1, $unit, 1)"), &grant));
    db_bind_int(grant, "unit", 2);
    STORE_OK(db_run(store->ctx, grant));
    db_stmt_free(grant);
    db_stmt_free(NULL);
    static const struct {
        int64_t me, perm, all, wanted;
    } rows[] = {{5, 1, -1, 2}, {5, 2, -1, 0}, {6, 1, -1, 0}, {6, 1, 1, 4}, {6, 1, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t count = -1;
        struct db_stmt *st = db_query_list(store->db, Q_NOTE_COUNT, 0, 0);
        db_bind_int(st, "me", rows[i].me);
        db_bind_int(st, "perm", rows[i].perm);
        db_bind_int(st, "scope_all", rows[i].all);
        STORE_OK(db_get_int(store->ctx, st, &count));
        assert_int_equal(count, rows[i].wanted);
    }
}

STORE_TEST(list_takes_filters_and_sorts)
{
    fill(store, 2, 9);
    uint64_t filters = NOTE_LIST_FILTER_OPEN | NOTE_LIST_FILTER_AFTER_DUE;
    for (int round = 0; round < 2; round++) {
        struct db_stmt *st = db_query_list(store->db, Q_NOTE_LIST, filters, NOTE_LIST_SORT_TITLE);
        assert_non_null(st);
        assert_ptr_equal(st, db_query_list(store->db, Q_NOTE_LIST, filters, NOTE_LIST_SORT_TITLE));
        db_bind_int(st, "scope_all", 9);
        db_bind_int(st, "limit", 3);
        db_bind_text(st, "after_due", STR("2024-07-08"));
        db_bind_int(st, "after_id", 1);
        struct value *list = NULL;
        STORE_OK(db_rows(store->ctx, st, &list));
        assert_string_equal(json_of(store, list).p,
                            "[{\"id\":5,\"title\":\"b\"},{\"id\":7,\"title\":\"b\"},{\"id\":3,\"title\":\"a\"}]");
    }
    assert_null(db_query_list(store->db, Q_NOTE_LIST, UINT64_C(1) << 62, 0));
    assert_null(db_query_list(store->db, Q_NOTE_LIST, 0, NOTE_LIST_SORT_COUNT));
    assert_null(db_query_list(store->db, Q_NOTE_COUNT, 0, NOTE_LIST_SORT_TITLE));
    STORE_OK(db_try_all(store->ctx, store->db));
}

STORE_TEST(steps_are_limited_until_the_next_use)
{
    fill(store, 3, 40);
    for (int round = 0; round < 3; round++) { /* cut, whole, and cut again */
        struct db_stmt *st = db_query_list(store->db, Q_NOTE_LIST, 0, NOTE_LIST_SORT_TITLE);
        struct value *list = NULL;
        db_bind_int(st, "scope_all", 9);
        db_bind_int(st, "limit", 200);
        if (round != 1)
            db_set_steps(st, 30);
        STORE_OK(db_rows(store->ctx, st, &list));
        bool is_cut = round != 1 && db_get_engine(store->db) == DB_SQLITE;
        assert_int_equal(db_is_cut(st), is_cut);
        assert_true(is_cut ? value_count(list) < 40 : value_count(list) >= 40);
    }
}

STORE_TEST(list_cache_keeps_what_is_running)
{
    fill(store, 1, 3);
    struct db_stmt *held = db_query_list(store->db, Q_NOTE_LIST, NOTE_LIST_FILTER_OPEN, NOTE_LIST_SORT_TITLE);
    db_bind_int(held, "scope_all", 9);
    db_bind_int(held, "limit", 9);
    bool is_row = false;
    STORE_OK(db_step(store->ctx, held, &is_row));
    for (int round = 0; round < 3; round++)
        for (uint64_t filters = 0; filters < 16; filters++)
            for (int sort = 0; sort < NOTE_LIST_SORT_COUNT; sort++)
                if (filters != NOTE_LIST_FILTER_OPEN || sort != NOTE_LIST_SORT_TITLE)
                    for (int q = 0; q < 2; q++)
                        assert_non_null(
                            db_query_list(store->db, q ? Q_NOTE_COUNT : Q_NOTE_LIST, filters, q ? 0 : sort));
    STORE_OK(db_step(store->ctx, held, &is_row));
    assert_true(is_row);
    assert_int_equal(db_column_int(held, 0), 3);
    db_reset(held);
}

STORE_TEST(rollback_and_savepoints_undo)
{
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(db_run(store->ctx, owner_insert(store, 1, "one")));
    STORE_OK(db_savepoint(store->ctx, store->db));
    STORE_OK(db_run(store->ctx, owner_insert(store, 2, "two")));
    STORE_OK(db_savepoint(store->ctx, store->db));
    STORE_RC(db_run(store->ctx, owner_insert(store, 1, "again")), RC_CONFLICT);
    db_savepoint_rollback(store->db);
    STORE_OK(db_savepoint_release(store->ctx, store->db));
    STORE_OK(db_savepoint(store->ctx, store->db));
    STORE_OK(db_run(store->ctx, owner_insert(store, 3, "three")));
    db_savepoint_rollback(store->db);
    db_savepoint_rollback(store->db); /* none: nothing happens */
    STORE_OK(db_commit(store->ctx, store->db));
    assert_int_equal(count_of(store, "owner"), 2);
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(db_run(store->ctx, owner_insert(store, 4, "four")));
    db_rollback(store->db);
    db_rollback(store->db);
    assert_int_equal(count_of(store, "owner"), 2);
}

STORE_TEST(failed_statement_spoils_the_transaction)
{
    fill(store, 1, 0);
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(db_run(store->ctx, owner_insert(store, 2, "two")));
    STORE_RC(db_run(store->ctx, owner_insert(store, 1, "again")), RC_CONFLICT);
    STORE_RC(db_run(store->ctx, owner_insert(store, 3, "three")), RC_DB);
    STORE_RC(db_savepoint(store->ctx, store->db), RC_DB);
    STORE_RC(db_commit(store->ctx, store->db), RC_DB);
    STORE_RC(db_commit(store->ctx, store->db), RC_DB); /* none is open */
    assert_int_equal(count_of(store, "owner"), 1);
    STORE_OK(db_run(store->ctx, owner_insert(store, 2, "two")));
}

STORE_TEST(close_rolls_back)
{
    struct db *other = store_connect(store, DB_WRITE), *mine = store->db;
    store->db = other;
    STORE_OK(db_begin(store->ctx, other, true));
    STORE_OK(db_run(store->ctx, owner_insert(store, 1, "one")));
    store->db = mine;
    db_close(other);
    db_close(NULL);
    assert_int_equal(count_of(store, "owner"), 0);
}

STORE_TEST(reader_sees_one_snapshot_and_cannot_write)
{
    struct db *reader = store_connect(store, DB_READ), *writer = store->db;
    fill(store, 1, 0);
    STORE_OK(db_begin(store->ctx, reader, false));
    store->db = reader;
    assert_int_equal(count_of(store, "owner"), 1);
    store->db = writer;
    STORE_OK(db_run(store->ctx, owner_insert(store, 2, "two")));
    store->db = reader;
    assert_int_equal(count_of(store, "owner"), 1);
    STORE_OK(db_commit(store->ctx, reader));
    assert_int_equal(count_of(store, "owner"), 2);
    STORE_RC(db_run(store->ctx, owner_insert(store, 3, "three")), RC_DB);
    store->db = writer;
    db_close(reader);
}

STORE_TEST(waiting_for_a_lock_ends_as_busy)
{
    struct db *first = store->db, *second = store_connect(store, DB_WRITE);
    fill(store, 1, 0);
    STORE_OK(db_set_busy_ms(second, 50));
    STORE_OK(db_begin(store->ctx, first, true));
    struct db_stmt *st = db_query(first, Q_OWNER_UPDATE);
    db_bind_int(st, "from", 1);
    db_bind_text(st, "name", STR("locked"));
    STORE_OK(db_run(store->ctx, st));
    enum rc rc = db_begin(store->ctx, second, true);
    if (rc == RC_OK) { /* PostgreSQL locks the row, not the database */
        st = db_query(second, Q_OWNER_UPDATE);
        db_bind_int(st, "from", 1);
        db_bind_text(st, "name", STR("other"));
        rc = db_run(store->ctx, st);
        db_rollback(second);
    }
    STORE_RC(rc, RC_BUSY);
    STORE_OK(db_commit(store->ctx, first));
    db_close(second);
}

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

STORE_TEST(free_text_must_be_one_right_statement)
{
    struct db_stmt *st = NULL;
    STORE_RC(db_prepare_text(store->ctx, store->db, STR("SELEC 1"), &st), RC_DB);
    STORE_RC(db_prepare_text(store->ctx, store->db, STR("SELECT 1; SELECT 2"), &st), RC_DB);
    STORE_RC(db_prepare_text(store->ctx, store->db, STR("SELECT nothing FROM owner"), &st), RC_DB);
    assert_null(st);
    assert_int_equal(count_of(store, "owner"), 0);
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
        STORE_CASE(row_comes_back_as_it_went_in), STORE_CASE(null_int_and_text_have_the_same_kinds),
        STORE_CASE(a_run_is_planned_by_its_values), STORE_CASE(map_binds_every_kind),
        STORE_CASE(text_with_nul_is_refused), STORE_CASE(breach_of_unique_or_foreign_key_is_conflict),
        STORE_CASE(deferred_breach_is_seen_at_commit_and_rolls_back),
        STORE_CASE(failure_of_the_commit_is_seen_behind_a_returned_row), STORE_CASE(changed_rows_are_counted),
        STORE_CASE(first_integer_or_not_found), STORE_CASE(statements_run_inside_one_another),
        STORE_CASE(scope_lets_through_only_what_is_granted), STORE_CASE(list_takes_filters_and_sorts),
        STORE_CASE(steps_are_limited_until_the_next_use), STORE_CASE(list_cache_keeps_what_is_running),
        STORE_CASE(rollback_and_savepoints_undo), STORE_CASE(failed_statement_spoils_the_transaction),
        STORE_CASE(close_rolls_back), STORE_CASE(reader_sees_one_snapshot_and_cannot_write),
        STORE_CASE(waiting_for_a_lock_ends_as_busy), STORE_CASE(settings_of_a_connection_are_taken),
        STORE_CASE(open_names_what_is_wrong), STORE_CASE(changed_or_newer_migration_is_refused),
        STORE_CASE(free_text_must_be_one_right_statement), STORE_CASE(tables_are_listed_without_local_ones),
        STORE_CASE(check_finds_a_row_without_its_parent), STORE_CASE(backup_is_a_whole_copy),
        STORE_CASE(backup_into_a_missing_directory_is_an_error), STORE_CASE(lost_connection_is_busy_then_comes_back),
        STORE_CASE(every_failing_call_leaves_nothing_half_written), STORE_CASE(open_survives_every_failing_allocation));
}
