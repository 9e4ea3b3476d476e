/* loop_extension_test.c: more time is asked for before the date, decided above, and the first date stays. */
#include "doing_support.h"

static struct doing it;

static enum rc ask(struct store *store, const struct actor *actor, const char *new_due, int64_t *ret_id)
{
    struct value *result = NULL;
    TRY(run_as(store, actor, &command_task_extend,
               jsonf(store, "{'id': %lld, 'new_due': '%s', 'reason': '法院排期'}", (long long)it.task, new_due),
               &result));
    *ret_id = value_get_int(result, "id", 0);
    return RC_OK;
}

STORE_TEST(an_extension_is_asked_for_in_time_and_decided_above)
{
    int64_t id = 0;
    doing_make(store, &it, "2026-11-30", "");
    assert_int_equal(ask(store, &it.outsider, "2026-12-31", &id), RC_NOT_FOUND);
    assert_int_equal(ask(store, &it.reporter, "2026-11-30", &id), RC_INVALID);
    assert_string_equal(issue_field(store), "new_due");
    STORE_OK(ask(store, &it.reporter, "2026-12-31", &id));
    assert_int_equal(doing_waits(store, "extension", id, "decide_extension"), 2);
    assert_int_equal(ask(store, &it.reporter, "2027-01-31", &id), RC_GUARD);
    assert_string_equal(issue_key(store), "extension.asked_already");
    assert_int_equal(doing_move(store, &it.approver, &command_extension_approve, id), RC_FORBIDDEN);
    assert_int_equal(
        run_as(store, &it.office, &command_extension_refuse, jsonf(store, "{'id': %lld}", (long long)id), NULL),
        RC_INVALID);
    STORE_OK(run_as(store, &it.office, &command_extension_approve,
                    jsonf(store, "{'id': %lld, 'new_due': '2026-12-15'}", (long long)id), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM task WHERE due = '2026-12-15' AND due_key = due AND "
                                      "original_due = '2026-11-30' AND extension_count = 1"),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'work_task' AND due = '2026-12-15'"), 1);
    assert_int_equal(doing_waits(store, "extension", id, "decide_extension"), 0);
    STORE_OK(ask(store, &it.reporter, "2026-12-31", &id));
    STORE_OK(doing_move(store, &it.office, &command_extension_refuse, id));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM task WHERE due = '2026-12-15' AND extension_count = 1"), 1);
    STORE_OK(ask(store, &it.office, "2026-12-31", &id));
    assert_int_equal(doing_move(store, &it.office, &command_extension_approve, id), RC_GUARD);
    assert_string_equal(issue_key(store), "extension.own");
    STORE_OK(doing_move(store, &it.reporter, &command_extension_withdraw, id));
    expect_kinds(store, "extension");
    expect_clean(store);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(after_the_date_nothing_can_be_asked_for)
{
    int64_t id;
    doing_make(store, &it, "2026-03-12", "");
    doing_set_day("2026-12-01");
    assert_int_equal(ask(store, &it.reporter, "2026-12-31", &id), RC_GUARD);
    assert_string_equal(issue_key(store), "extension.too_late");
    doing_end();
}

STORE_TEST(a_part_gets_no_later_date_than_the_whole)
{
    int64_t id = 0, whole;
    struct value *result;
    doing_make(store, &it, "2026-03-12", "");
    whole = it.task;
    STORE_OK(run_as(
        store, &it.approver, &command_task_split,
        jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '2026-10-31'}", (long long)whole, (long long)it.plant),
        &result));
    it.task = value_get_int(result, "id", 0);
    STORE_OK(doing_move(store, &it.plant_reporter, &command_task_accept, it.task));
    assert_int_equal(ask(store, &it.plant_reporter, "2026-12-31", &id), RC_INVALID);
    assert_string_equal(issue_key(store), "extension.past_parent");
    STORE_OK(ask(store, &it.plant_reporter, "2026-11-30", &id));
    STORE_OK(doing_move(store, &it.approver, &command_extension_approve, id)); /* the unit that handed it down */
    assert_int_equal(ask(store, &it.plant_reporter, "2026-12-01", &id), RC_INVALID);
    doing_end();
}

STORE_TEST(a_task_that_ends_needs_no_more_time)
{
    int64_t id;
    doing_make(store, &it, "2026-03-12", "");
    STORE_OK(ask(store, &it.reporter, "2026-12-31", &id));
    STORE_OK(doing_move(store, &it.office, &command_task_cancel, it.task));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM extension WHERE state = 'withdrawn'"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'extension'"), 0);
    expect_rebuild_equal(store);
    doing_end();
}

int main(void)
{
    return STORE_RUN(STORE_CASE(an_extension_is_asked_for_in_time_and_decided_above),
                     STORE_CASE(after_the_date_nothing_can_be_asked_for),
                     STORE_CASE(a_part_gets_no_later_date_than_the_whole),
                     STORE_CASE(a_task_that_ends_needs_no_more_time));
}
