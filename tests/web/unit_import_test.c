/* unit_import_test.c: tables of units and people: what is planned is done, all of it or nothing; the same on both
 * engines. */
#include "record_support.h"

#include "loop/unit_import.h"

static struct value *plan_of(struct store *store, const struct actor *actor, const struct value *input, enum rc wanted)
{
    struct actor program = actor_program();
    struct value *plan = NULL;
    ctx_clear_issues(store->ctx);
    STORE_RC(unit_import_plan(store->ctx, store->db, actor ? actor : &program, input, &plan), wanted);
    return plan;
}

static bool has_issue(struct store *store, const char *key, const char *place)
{
    for (const struct ctx_issue *issue = store->ctx->first; issue; issue = issue->next)
        if (str_equal_cstr(issue->key, key) && str_equal_cstr(issue->place, place))
            return true;
    return false;
}

STORE_TEST(new_units_may_name_parents_further_down)
{
    (void)make_root(store);
    struct value *input =
        json(store, "{'policy': 'update', 'valid_from': '2026-01-01', 'units': ["
                    "{'row': 2, 'code': 'A1', 'parent_code': 'A', 'name': '甲一', 'kind': 'company'},"
                    "{'row': 3, 'code': 'A', 'parent_code': 'ROOT', 'name': '甲', 'kind': 'company'}],"
                    "'people': [{'row': 2, 'name': '张三', 'unit_code': 'A1', 'title': '经理'}]}");
    assert_int_equal(value_get_int(plan_of(store, NULL, input, RC_OK), "new", 0), 3);
    struct value *result = NULL;
    STORE_OK(run(store, &command_unit_import, input, &result));
    assert_int_equal(value_get_int(result, "new", 0), 3);
    assert_int_equal(count_sql(store, "SELECT mgmt_level FROM unit WHERE code = 'A1'"), 3);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM person"), 1);
    int64_t events = event_count(store);
    STORE_OK(run(store, &command_unit_import, input, &result));
    assert_int_equal(value_get_int(result, "unchanged", 0), 3);
    assert_int_equal(event_count(store), events);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(one_wrong_row_writes_nothing)
{
    (void)make_root(store);
    int64_t events = event_count(store);
    struct value *input = json(store, "{'policy': 'update', 'valid_from': '2026-01-01', 'units': ["
                                      "{'row': 2, 'code': 'A', 'parent_code': 'ROOT', 'name': '甲'},"
                                      "{'row': 3, 'code': 'B', 'parent_code': 'NO', 'name': '乙'},"
                                      "{'row': 4, 'code': 'A', 'parent_code': 'ROOT', 'name': '又甲'},"
                                      "{'row': 5, 'code': 'C', 'parent_code': 'ROOT', 'name': ''},"
                                      "{'row': 6, 'code': 'D', 'parent_code': 'ROOT', 'name': '丁', 'kind': 'shop'},"
                                      "{'row': 7, 'code': 'E', 'parent_code': 'F', 'name': '戊'},"
                                      "{'row': 8, 'code': 'F', 'parent_code': 'E', 'name': '己'}]}");
    STORE_RC(run(store, &command_unit_import, input, NULL), RC_INVALID);
    assert_true(has_issue(store, "unit_import.no_parent", "units 3"));
    assert_true(has_issue(store, "unit_import.twice", "units 4"));
    assert_true(has_issue(store, "field.required", "units 5"));
    assert_true(has_issue(store, "field.not_a_choice", "units 6"));
    assert_true(has_issue(store, "unit.loop", "units 7"));
    assert_int_equal(event_count(store), events);
}

STORE_TEST(policy_decides_on_units_that_exist)
{
    int64_t root = make_root(store);
    (void)make_unit(store, root, "A", "甲");
    static const char *const forms[] = {"update", "skip", "stop"};
    for (int i = 2; i >= 0; i--) {
        struct value *input =
            jsonf(store, "{'policy': '%s', 'units': [{'row': 2, 'code': 'A', 'name': '新甲'}]}", forms[i]);
        struct value *plan = plan_of(store, NULL, input, i == 2 ? RC_INVALID : RC_OK);
        assert_int_equal(value_get_int(plan, "skipped", 0), i == 1);
        STORE_RC(run(store, &command_unit_import, input, NULL), i == 2 ? RC_INVALID : RC_OK);
        assert_int_equal(count_sql(store, "SELECT count(*) FROM unit WHERE name = '新甲'"), i == 0);
    }
}

/* In every column: an empty cell changes nothing. */
STORE_TEST(an_empty_cell_leaves_what_is_there)
{
    (void)make_root(store);
    STORE_OK(
        run(store, &command_unit_import,
            json(store, "{'policy': 'update', 'valid_from': '2026-01-01', 'units': [{'row': 2, 'code': 'A', "
                        "'parent_code': 'ROOT', 'name': '甲公司', 'short_name': '甲', 'kind': 'company', "
                        "'legal_level': '3', 'sector': 'finance', 'core_business': '贸易'}], 'people': [{'row': 2, "
                        "'name': '张三', 'unit_code': 'A', 'title': '经理', 'phone': '010'}]}"),
            NULL));
    struct value *input =
        json(store, "{'policy': 'update', 'valid_from': '2026-02-01', 'units': [{'row': 2, 'code': 'A', 'parent_code': "
                    "'', 'name': '甲有限公司', 'short_name': '', 'kind': '', 'legal_level': '', 'sector': '', 'uscc': "
                    "'', 'core_business': '', 'valid_from': ''}], 'people': [{'row': 2, 'name': '张三', 'unit_code': "
                    "'A', 'title': '', 'party_post': '书记', 'phone': ''}]}");
    const struct value *plan = plan_of(store, NULL, input, RC_OK);
    assert_int_equal(value_count(value_get(value_get(plan, "units")->items.first, "changes")), 1);
    assert_int_equal(value_count(value_get(value_get(plan, "people")->items.first, "changes")), 1);
    STORE_OK(run(store, &command_unit_import, input, NULL));
    assert_int_equal(count_sql(store,
                               "SELECT count(*) FROM unit WHERE code = 'A' AND name = '甲有限公司' AND short_name "
                               "= '甲' AND kind = 'company' AND legal_level = 3 AND sector = 'finance' AND "
                               "core_business = '贸易' AND valid_from = '2026-01-01'"),
                     1);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM person WHERE title = '经理' AND party_post = '书记' AND phone = '010'"),
        1);
    expect_clean(store);
}

STORE_TEST(an_outdated_export_does_not_overwrite)
{
    int64_t root = make_root(store), id = make_unit(store, root, "A", "甲");
    int64_t seen = count_sql(store, "SELECT changed_seq FROM unit WHERE code = 'A'");
    STORE_OK(run(store, &command_unit_change, jsonf(store, "{'id': %lld, 'name': '他人改'}", (long long)id), NULL));
    struct value *input =
        jsonf(store, "{'policy': 'update', 'units': [{'row': 2, 'code': 'A', 'name': '我改', 'revision': %lld}]}",
              (long long)seen);
    (void)plan_of(store, NULL, input, RC_INVALID);
    assert_true(has_issue(store, "unit_import.outdated", "units 2"));
}

STORE_TEST(a_move_takes_the_subtree_along_and_back)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲"), b = make_unit(store, root, "B", "乙");
    int64_t a1 = make_unit(store, a, "A1", "甲一");
    (void)make_unit(store, a1, "A11", "甲一一");
    STORE_OK(run(store, &command_unit_import,
                 json(store, "{'policy': 'update', 'valid_from': '2026-02-01', 'units': [{'row': 2, 'code': 'A', "
                             "'parent_code': 'B', 'name': '甲'}]}"),
                 NULL));
    assert_int_equal(count_sql(store, "SELECT mgmt_level FROM unit WHERE code = 'A11'"), 5);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM unit_anc x JOIN unit u ON u.id = x.ancestor WHERE u.code = 'B'"), 4);
    STORE_OK(run(store, &command_unit_move_back, jsonf(store, "{'id': %lld}", (long long)a), NULL));
    assert_int_equal(count_sql(store, "SELECT mgmt_level FROM unit WHERE code = 'A11'"), 4);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM unit_anc x JOIN unit u ON u.id = x.ancestor WHERE u.code = 'B'"), 1);
    STORE_RC(
        run(store, &command_unit_move,
            jsonf(store, "{'id': %lld, 'parent_id': %lld, 'valid_from': '2999-01-01'}", (long long)a, (long long)b),
            NULL),
        RC_INVALID);
    assert_string_equal(issue_key(store), "unit.move_in_future");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(rows_outside_the_own_units_are_refused)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲");
    (void)make_unit(store, root, "B", "乙");
    struct actor office = make_actor(store, "office", "office", a, LABEL_INTERNAL);
    struct value *input =
        json(store, "{'policy': 'update', 'valid_from': '2026-01-01', 'units': ["
                    "{'row': 2, 'code': 'A', 'name': '甲改'}, {'row': 3, 'code': 'B', 'name': '乙改'},"
                    "{'row': 4, 'code': 'N', 'parent_code': 'ROOT', 'name': '新'}, {'row': 5, 'code': 'M', "
                    "'parent_code': 'A', 'name': '新'}],"
                    "'people': [{'row': 2, 'name': '李四', 'unit_code': 'B'}]}");
    (void)plan_of(store, &office, input, RC_INVALID);
    assert_false(has_issue(store, "unit_import.forbidden", "units 2"));
    assert_true(has_issue(store, "unit_import.forbidden", "units 3"));
    assert_true(has_issue(store, "unit_import.forbidden", "units 4"));
    assert_false(has_issue(store, "unit_import.forbidden", "units 5"));
    assert_true(has_issue(store, "unit_import.forbidden", "people 2"));
}

STORE_TEST(a_closing_unit_hands_its_findings_over)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲"), b = make_unit(store, root, "B", "乙");
    int64_t source = make_source(store, a, "LY-2026-001"), finding = make_finding(store, source, "问题");
    struct value *close_it = jsonf(store, "{'id': %lld, 'valid_to': '2026-03-01', 'reason': '撤销'}", (long long)a);
    STORE_RC(run(store, &command_unit_close, close_it, NULL), RC_GUARD);
    assert_string_equal(issue_field(store), "findings_to");
    value_put_int(store->ctx->arena, close_it, "findings_to", b);
    STORE_OK(run(store, &command_unit_close, close_it, NULL));
    assert_int_equal(count_sql(store, "SELECT unit_id FROM finding"), b);
    assert_true(finding > 0);
    STORE_RC(run(store, &command_unit_create,
                 jsonf(store, "{'parent_id': %lld, 'code': 'A9', 'name': '甲九'}", (long long)a), NULL),
             RC_GUARD);
    STORE_OK(run(store, &command_unit_reopen, jsonf(store, "{'id': %lld}", (long long)a), NULL));
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(administrators_exclude_each_other_and_business)
{
    int64_t root = make_root(store);
    static const char *const roles[] = {"system_admin", "security_admin", "audit_admin",
                                        "first_admin",  "office",         "reader"};
    for (size_t held = 0; held < 6; held++) {
        struct str login = arena_format(store->ctx->arena, "u%zu", held);
        struct actor actor = make_actor(store, login.p, roles[held], root, LABEL_INTERNAL);
        for (size_t other = 0; other < 6; other++) {
            enum rc rc = run(store, &command_grant_give,
                             jsonf(store, "{'id': %lld, 'role': '%s', 'unit_id': %lld}", (long long)actor.account_id,
                                   roles[other], (long long)root),
                             NULL);
            bool is_business = held >= 4 && other >= 4;
            STORE_RC(rc, held == other ? RC_CONFLICT : is_business ? RC_OK : RC_GUARD);
            if (rc == RC_OK)
                STORE_OK(run(
                    store, &command_grant_take,
                    jsonf(store, "{'grant_id': %lld}", (long long)count_sql(store, "SELECT max(id) FROM role_grant")),
                    NULL));
        }
    }
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(new_units_may_name_parents_further_down), STORE_CASE(one_wrong_row_writes_nothing),
        STORE_CASE(policy_decides_on_units_that_exist), STORE_CASE(an_empty_cell_leaves_what_is_there),
        STORE_CASE(an_outdated_export_does_not_overwrite), STORE_CASE(a_move_takes_the_subtree_along_and_back),
        STORE_CASE(rows_outside_the_own_units_are_refused), STORE_CASE(a_closing_unit_hands_its_findings_over),
        STORE_CASE(administrators_exclude_each_other_and_business));
}
