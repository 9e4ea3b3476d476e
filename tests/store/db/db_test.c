/* db_test.c: statements and transactions of db.h, with the same body on both engines. */
#include "db_support.h"

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

STORE_TEST(free_text_must_be_one_right_statement)
{
    struct db_stmt *st = NULL;
    STORE_RC(db_prepare_text(store->ctx, store->db, STR("SELEC 1"), &st), RC_DB);
    STORE_RC(db_prepare_text(store->ctx, store->db, STR("SELECT 1; SELECT 2"), &st), RC_DB);
    STORE_RC(db_prepare_text(store->ctx, store->db, STR("SELECT nothing FROM owner"), &st), RC_DB);
    assert_null(st);
    assert_int_equal(count_of(store, "owner"), 0);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(row_comes_back_as_it_went_in), STORE_CASE(null_int_and_text_have_the_same_kinds),
                     STORE_CASE(a_run_is_planned_by_its_values), STORE_CASE(map_binds_every_kind),
                     STORE_CASE(text_with_nul_is_refused), STORE_CASE(breach_of_unique_or_foreign_key_is_conflict),
                     STORE_CASE(deferred_breach_is_seen_at_commit_and_rolls_back),
                     STORE_CASE(failure_of_the_commit_is_seen_behind_a_returned_row),
                     STORE_CASE(changed_rows_are_counted), STORE_CASE(first_integer_or_not_found),
                     STORE_CASE(statements_run_inside_one_another), STORE_CASE(scope_lets_through_only_what_is_granted),
                     STORE_CASE(list_takes_filters_and_sorts), STORE_CASE(steps_are_limited_until_the_next_use),
                     STORE_CASE(list_cache_keeps_what_is_running), STORE_CASE(rollback_and_savepoints_undo),
                     STORE_CASE(failed_statement_spoils_the_transaction), STORE_CASE(close_rolls_back),
                     STORE_CASE(reader_sees_one_snapshot_and_cannot_write), STORE_CASE(waiting_for_a_lock_ends_as_busy),
                     STORE_CASE(free_text_must_be_one_right_statement));
}
