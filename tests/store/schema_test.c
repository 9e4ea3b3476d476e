/* schema_test.c: every text of the application's sql/ is accepted by both engines. */
#include "store_test.h"

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

int main(void)
{
    return STORE_RUN(STORE_CASE(every_query_filter_and_sort_is_accepted), STORE_CASE(empty_database_checks_clean));
}
