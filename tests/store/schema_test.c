/* schema_test.c: every text of the application's sql/ is accepted by both engines. */
#include "store_test.h"

#include "db/catalog.h"

STORE_TEST(every_query_filter_and_sort_is_accepted)
{
    struct value *names = NULL;
    STORE_OK(db_try_all(store->ctx, store->db));
    STORE_OK(db_list_tables(store->ctx, store->db, &names));
    assert_true(value_count(names) > 0);
}

STORE_TEST(empty_database_checks_clean)
{
    struct value *problems = NULL;
    STORE_OK(db_check(store->ctx, store->db, &problems));
    assert_int_equal(value_count(problems), 0);
}

/* page_rows asks by these names whether a query need run: a name that no query has would let a part vanish unseen. */
STORE_TEST(what_a_finding_has_is_named_by_queries)
{
    struct value *row;
    struct db_stmt *st = db_query(store->db, Q_FINDING_HAS);
    db_bind_int(st, "id", 1);
    STORE_OK(db_first_row(store->ctx, st, &row));
    assert_int_equal(value_count(row), 20);
    VALUE_EACH (has, row) {
        bool is_query = false;
        for (int i = 0; i < db_catalog.query_count; i++)
            is_query = is_query || str_equal(str_from_cstr(db_catalog.queries[i].name), has->key);
        assert_true(is_query);
        assert_int_equal(has->integer, 0);
    }
}

int main(void)
{
    return STORE_RUN(STORE_CASE(every_query_filter_and_sort_is_accepted), STORE_CASE(empty_database_checks_clean),
                     STORE_CASE(what_a_finding_has_is_named_by_queries));
}
