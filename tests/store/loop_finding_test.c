/* loop_finding_test.c: findings, measures, saved views, and the search index that follows them. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

static int64_t get(struct store *store, const char *column, int64_t id)
{
    return count_sqlf(store, "SELECT %s FROM finding WHERE id = %lld", column, (long long)id);
}

STORE_TEST(numbers_run_on_and_are_never_used_again)
{
    int64_t root = make_root(store), source = make_source(store, root, "LY-2026-001");
    for (int i = 1; i <= 3; i++)
        assert_int_equal(get(store, "item_no", make_finding(store, source, "问题")), i);
    struct value *result = NULL;
    STORE_OK(run(store, &command_finding_create, jsonf(store, "{'source_id': %lld, 'title': 'x'}", (long long)source),
                 &result));
    assert_true(str_equal_cstr(value_get_text(result, "no"), "LY-2026-001-004"));
    assert_int_equal(count_sql(store, "SELECT last_item_no FROM source"), 4);
    STORE_RC(run(store, &command_finding_create, json(store, "{'source_id': 999, 'title': 'x'}"), NULL), RC_INVALID);
    STORE_RC(
        run(store, &command_finding_create, jsonf(store, "{'source_id': %lld, 'title': ' '}", (long long)source), NULL),
        RC_INVALID);
}

STORE_TEST(change_of_an_old_revision_is_a_conflict)
{
    int64_t source = make_source(store, make_root(store), "LY-2026-001"), id = make_finding(store, source, "问题");
    STORE_OK(run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'rev': 1, 'title': '一'}", (long long)id),
                 NULL));
    STORE_RC(
        run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'rev': 1, 'title': '二'}", (long long)id), NULL),
        RC_CONFLICT);
    STORE_OK(run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'rev': 2, 'title': '二'}", (long long)id),
                 NULL));
    assert_int_equal(get(store, "rev", id), 3);
}

STORE_TEST(untouched_change_leaves_no_event)
{
    int64_t source = make_source(store, make_root(store), "LY-2026-001");
    int64_t id =
        make(store, &command_finding_create,
             jsonf(store, "{'source_id': %lld, 'title': '问题', 'facts': '第一行\\n第二行', 'amount_fen': 500}",
                   (long long)source));
    int64_t before = event_count(store);
    struct value *result = NULL;
    const char *same = "{'id': %lld, 'title': ' 问题 ', 'facts': '第一行\\r\\n第二行', 'phase': '', 'nature': '', "
                       "'severity': '', 'responsible': '',"
                       " 'amount_fen': '5.00', 'due': '', 'due_stated': '', 'status_stated': '', 'aspect_id': '', "
                       "'unit_id': '', 'label': ''}";
    STORE_OK(run(store, &command_finding_change, jsonf(store, same, (long long)id), &result));
    assert_false(value_get_bool(result, "is_changed"));
    assert_int_equal(event_count(store), before);
    STORE_OK(
        run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'due': '2026-12-31'}", (long long)id), &result));
    assert_true(value_get_bool(result, "is_changed"));
    assert_int_equal(event_count(store), before + 1);
    assert_int_equal(get(store, "amount_fen", id), 500);
}

STORE_TEST(fields_of_a_finding_are_checked)
{
    int64_t root = make_root(store), source = make_source(store, root, "LY-2026-001"),
            other = make_source(store, root, "LY-2026-002");
    int64_t id = make_finding(store, source, "问题");
    static const struct {
        const char *input, *field;
    } bad[] = {{"'label': 3", "label"},        {"'label': -1", "label"},
               {"'unit_id': 999", "unit_id"},  {"'unit_id': 0", "unit_id"},
               {"'phase': 'soon'", "phase"},   {"'nature': 'x'", "nature"},
               {"'due': '31.12.2026'", "due"}, {"'aspect_id': 999", "aspect_id"},
               {"'title': ''", "title"},       {"'amount_fen': '1,2'", "amount_fen"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        STORE_RC(
            run(store, &command_finding_change, jsonf(store, "{'id': %lld, %s}", (long long)id, bad[i].input), NULL),
            RC_INVALID);
        assert_string_equal(issue_field(store), bad[i].field);
        if (strcmp(bad[i].field, "title") != 0)
            STORE_RC(run(store, &command_finding_create,
                         jsonf(store, "{'source_id': %lld, 'title': 'x', %s}", (long long)source, bad[i].input), NULL),
                     RC_INVALID);
    }
    struct event_new event = {.kind = EVENT_ASPECT_REGISTERED,
                              .chain = other,
                              .subject = other,
                              .at_ms = 1,
                              .reason = STR(""),
                              .body = jsonf(store, "{'source_id': %lld, 'no': 1, 'title': 'a'}", (long long)other)};
    int64_t aspect;
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &aspect));
    STORE_OK(db_commit(store->ctx, store->db));
    STORE_RC(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'aspect_id': %lld}", (long long)id, (long long)aspect), NULL),
             RC_INVALID);
    assert_string_equal(issue_key(store), "aspect.not_of_source");
    assert_int_equal(get(store, "rev", id), 1);
}

STORE_TEST(bulk_answers_for_each_row)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲"), b = make_unit(store, root, "B", "乙");
    int64_t source = make_source(store, a, "LY-2026-001"), foreign = make_source(store, b, "LY-2026-002");
    int64_t x = make_finding(store, source, "一"), y = make_finding(store, source, "二"),
            z = make_finding(store, foreign, "三");
    struct actor office = make_actor(store, "office", "office", a, 1);
    struct value *result = NULL;
    struct value *raw = jsonf(store, "{'ids': [%lld, %lld, 999, %lld, %lld], 'field': 'severity', 'value': 'major'}",
                              (long long)x, (long long)z, (long long)y, (long long)x);
    STORE_OK(run_as(store, &office, &command_finding_bulk, raw, &result));
    assert_int_equal(value_get_int(result, "done", 0), 2);
    assert_int_equal(value_get_int(result, "same", 0), 1);
    assert_int_equal(value_get_int(result, "failed", 0), 2);
    const struct value *second = value_get(result, "rows")->items.first->next;
    assert_false(value_get_bool(second, "ok"));
    assert_true(str_equal_cstr(value_get_text(second, "message"),
                               "finding.not_found")); /* nothing told of what one may not read */
    STORE_RC(run(store, &command_finding_bulk,
                 jsonf(store, "{'ids': [%lld], 'field': 'title', 'value': 'x'}", (long long)x), NULL),
             RC_INVALID);
    STORE_RC(run(store, &command_finding_bulk,
                 jsonf(store, "{'ids': [%lld], 'field': 'due', 'value': 'x'}", (long long)x), NULL),
             RC_INVALID);
    STORE_OK(run(store, &command_finding_bulk,
                 jsonf(store, "{'ids': [%lld], 'field': 'label', 'value': '7'}", (long long)x), &result));
    assert_int_equal(value_get_int(result, "failed", 0), 1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(many_are_given_a_leader_a_department_and_a_supervisor)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲公司"),
            b = make_unit(store, root, "B", "乙公司");
    int64_t x = make_finding(store, make_source(store, a, "LY-2026-001"), "一"),
            y = make_finding(store, make_source(store, b, "LY-2026-002"), "二");
    int64_t boss =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '王晓明'}", (long long)a));
    struct actor office = make_actor(store, "office", "office", root, LABEL_INTERNAL),
                 lead = make_actor(store, "lead", "lead_department", a, LABEL_INTERNAL);
    struct value *result = NULL;
    const char *format = "{'ids': [%lld, %lld], 'field': '%s', 'value': '%s'}";
    STORE_OK(run_as(store, &lead, &command_finding_bulk,
                    jsonf(store, format, (long long)x, (long long)y, "lead_leader_id", "wxm"), &result));
    assert_int_equal(value_get_int(result, "done", 0), 1); /* by initials; the other unit's is not theirs */
    assert_int_equal(value_get_int(result, "failed", 0), 1);
    assert_true(str_equal_cstr(value_get_text(value_get(result, "rows")->items.last, "title"), ""));
    STORE_OK(run_as(store, &office, &command_finding_bulk,
                    jsonf(store, format, (long long)x, (long long)y, "lead_leader_id", "王晓明"), &result));
    assert_int_equal(value_get_int(result, "done", 0), 1);
    assert_int_equal(value_get_int(result, "same", 0), 1);
    STORE_OK(run_as(store, &office, &command_finding_bulk,
                    jsonf(store, format, (long long)x, (long long)y, "lead_dept_id", "甲公司"), &result));
    STORE_OK(run_as(store, &office, &command_finding_bulk,
                    jsonf(store, format, (long long)x, (long long)y, "supervisor_id", "乙公司"), &result));
    assert_int_equal(value_get_int(result, "done", 0), 2);
    STORE_OK(run_as(store, &office, &command_finding_bulk,
                    jsonf(store, format, (long long)x, (long long)y, "due", "2026-12-31"), &result));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM duty WHERE subject_kind = 'finding' AND until IS NULL"), 6);
    (void)make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '王晓明'}", (long long)b));
    STORE_RC(run_as(store, &office, &command_finding_bulk,
                    jsonf(store, format, (long long)x, (long long)y, "lead_leader_id", "王晓明"), NULL),
             RC_INVALID);
    assert_string_equal(issue_key(store), "person.ambiguous");
    STORE_OK(run_as(store, &office, &command_finding_bulk,
                    jsonf(store, format, (long long)x, (long long)y, "lead_leader_id", "王晓明 乙公司"), &result));
    assert_int_equal(value_get_int(result, "done", 0), 2);
    STORE_OK(run_as(store, &office, &command_finding_bulk,
                    jsonf(store, format, (long long)x, (long long)y, "supervisor_id", ""), &result)); /* nobody */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM duty WHERE role = 'supervisor' AND until IS NULL"), 0);
    STORE_RC(run_as(store, &office, &command_finding_bulk,
                    jsonf(store, format, (long long)x, (long long)y, "lead_leader_id", "无此人"), NULL),
             RC_INVALID);
    (void)boss;
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* Inside a group of commands one rollback must take all rows of a bulk change that broke off. */
STORE_TEST(broken_bulk_leaves_no_row)
{
    int64_t source = make_source(store, make_root(store), "LY-2026-001");
    int64_t x = make_finding(store, source, "一"), y = make_finding(store, source, "二");
    struct actor program = actor_program();
    int64_t before = event_count(store);
    for (long n = 1;; n++) {
        struct value *input = NULL;
        struct value *raw =
            jsonf(store, "{'ids': [%lld, %lld], 'field': 'severity', 'value': 'major'}", (long long)x, (long long)y);
        STORE_OK(command_read_input(store->ctx, &command_finding_bulk, raw, &input));
        struct command_call call = {.ctx = store->ctx, .db = store->db, .actor = &program, .now_ms = 1, .input = input};
        STORE_OK(db_begin(store->ctx, store->db, true));
        STORE_OK(db_savepoint(store->ctx, store->db));
        db_fail_at(n);
        enum rc rc = command_run(&command_finding_bulk, &call);
        db_fail_at(0);
        if (rc == RC_OK) {
            db_rollback(store->db);
            break;
        }
        db_savepoint_rollback(store->db);
        STORE_OK(db_commit(store->ctx, store->db));
        assert_int_equal(event_count(store), before);
    }
}

/* A finding goes only where its mover may write with its label. */
STORE_TEST(label_and_unit_stay_within_the_actors_reach)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲"), b = make_unit(store, root, "B", "乙");
    int64_t source = make_source(store, a, "LY-2026-001"), id = make_finding(store, source, "一");
    struct actor office = make_actor(store, "office", "office", a, 1);
    STORE_RC(run_as(store, &office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)id, (long long)b), NULL),
             RC_FORBIDDEN);
    STORE_RC(
        run_as(store, &office, &command_finding_change, jsonf(store, "{'id': %lld, 'label': 2}", (long long)id), NULL),
        RC_FORBIDDEN);
    STORE_OK(
        run_as(store, &office, &command_finding_change, jsonf(store, "{'id': %lld, 'label': 0}", (long long)id), NULL));
    STORE_OK(run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'label': 2}", (long long)id), NULL));
    STORE_RC(run_as(store, &office, &command_finding_change, jsonf(store, "{'id': %lld, 'title': 'x'}", (long long)id),
                    NULL),
             RC_NOT_FOUND);
    STORE_RC(run_as(store, &office, &command_measure_plan,
                    jsonf(store, "{'finding_id': %lld, 'text': 'x'}", (long long)id), NULL),
             RC_NOT_FOUND);
    STORE_RC(run_as(store, &office, &command_finding_create,
                    jsonf(store, "{'source_id': %lld, 'title': 'x', 'label': 2}", (long long)source), NULL),
             RC_FORBIDDEN);
    struct actor reporter = make_actor(store, "reporter", "unit_reporter", root, 2);
    STORE_RC(run_as(store, &reporter, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'title': 'x'}", (long long)id), NULL),
             RC_FORBIDDEN);
}

STORE_TEST(measures_are_numbered_and_follow_their_finding)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲"),
            source = make_source(store, root, "LY-2026-001");
    int64_t id = make_finding(store, source, "问题");
    int64_t first = make(store, &command_measure_plan,
                         jsonf(store, "{'finding_id': %lld, 'text': '清收货款', 'due': '2026-12-31'}", (long long)id));
    make(store, &command_measure_plan,
         jsonf(store, "{'finding_id': %lld, 'text': '完善制度', 'phase': 'long_term'}", (long long)id));
    assert_int_equal(get(store, "measure_count", id), 2);
    assert_int_equal(count_sql(store, "SELECT max(no) FROM measure"), 2);
    int64_t before = event_count(store);
    struct value *result = NULL;
    STORE_OK(run(store, &command_measure_change,
                 jsonf(store, "{'id': %lld, 'text': '清收货款', 'phase': 'concentrated', 'due': '2026-12-31'}",
                       (long long)first),
                 &result));
    assert_int_equal(event_count(store), before);
    STORE_OK(run(store, &command_measure_change,
                 jsonf(store, "{'id': %lld, 'text': '清收全部货款', 'phase': 'immediate'}", (long long)first),
                 &result));
    assert_int_equal(value_get_int(result, "finding_id", 0), id);
    STORE_RC(run(store, &command_measure_change, json(store, "{'id': 999, 'text': 'x', 'phase': 'immediate'}"), NULL),
             RC_NOT_FOUND);
    STORE_RC(run(store, &command_measure_plan, json(store, "{'finding_id': 999, 'text': 'x'}"), NULL), RC_NOT_FOUND);
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld, 'label': 2}", (long long)id, (long long)a), NULL));
    assert_int_equal(
        count_sqlf(store, "SELECT count(*) FROM search_doc WHERE kind = 'measure' AND unit_id = %lld AND label = 2",
                   (long long)a),
        2);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(search_finds_the_new_words_and_not_the_old)
{
    int64_t root = make_root(store), source = make_source(store, root, "LY-2026-001");
    int64_t id = make_finding(store, source, "违规担保");
    int64_t measure =
        make(store, &command_measure_plan, jsonf(store, "{'finding_id': %lld, 'text': '解除合同'}", (long long)id));
    int64_t unit = make_unit(store, root, "A", "岫川物流"),
            person = make(store, &command_person_create,
                          jsonf(store, "{'unit_id': %lld, 'name': '亓官悦'}", (long long)unit));
    assert_int_equal(search_hits(store, "担保"), 1);
    assert_int_equal(search_hits(store, "擔保"), 1);
    assert_int_equal(search_hits(store, "解除"), 1);
    assert_int_equal(search_hits(store, "物流"), 1);
    assert_int_equal(search_hits(store, "亓官"), 1);
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'title': '虚假贸易', 'facts': '空转走单'}", (long long)id), NULL));
    STORE_OK(run(store, &command_measure_change,
                 jsonf(store, "{'id': %lld, 'text': '追究责任', 'phase': 'immediate'}", (long long)measure), NULL));
    STORE_OK(run(store, &command_unit_change,
                 jsonf(store, "{'id': %lld, 'code': 'A', 'name': '岫川航运', 'short_name': '航运'}", (long long)unit),
                 NULL));
    STORE_OK(run(store, &command_person_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld, 'name': '郦恺'}", (long long)person, (long long)unit),
                 NULL));
    static const char *const old[] = {"担保", "解除", "物流", "亓官"}, *const fresh[] = {"贸易", "空转", "责任", "航运",
                                                                                         "郦恺"};
    for (size_t i = 0; i < sizeof old / sizeof old[0]; i++)
        assert_int_equal(search_hits(store, old[i]), 0);
    for (size_t i = 0; i < sizeof fresh / sizeof fresh[0]; i++)
        assert_int_equal(search_hits(store, fresh[i]), 1);
}

STORE_TEST(saved_views_are_ones_own)
{
    int64_t root = make_root(store);
    struct actor a = make_actor(store, "aa", "reader", root, 1), b = make_actor(store, "bb", "reader", root, 1);
    struct value *first = NULL, *again = NULL;
    STORE_OK(run_as(store, &a, &command_view_save,
                    json(store, "{'page': 'findings', 'name': '长期', 'query': 'phase=long_term'}"), &first));
    STORE_OK(run_as(store, &a, &command_view_save,
                    json(store, "{'page': 'findings', 'name': '长期', 'query': 'phase=immediate'}"), &again));
    assert_int_equal(value_get_int(first, "id", 0),
                     value_get_int(again, "id", 1)); /* the same view, with the id that it has */
    struct value *drop = jsonf(store, "{'id': %lld}", (long long)value_get_int(first, "id", 0));
    int64_t before = event_count(store);
    STORE_RC(run_as(store, &b, &command_view_drop, drop, NULL), RC_NOT_FOUND);
    assert_int_equal(event_count(store), before);
    STORE_OK(run_as(store, &a, &command_view_drop, drop, NULL));
    STORE_RC(run_as(store, &a, &command_view_drop, drop, NULL), RC_NOT_FOUND);
    STORE_RC(run_as(store, &a, &command_view_save, json(store, "{'page': 'x', 'name': 'n'}"), NULL), RC_INVALID);
    expect_rebuild_equal(store);
}

static enum rc with_other(struct store *store, const struct command *command, int64_t id, int64_t other)
{
    return run(store, command,
               jsonf(store, "{'id': %lld, 'other': '%lld', 'reason': '说明'}", (long long)id, (long long)other), NULL);
}

STORE_TEST(linked_findings_are_one_matter)
{
    int64_t root = make_root(store), f[4];
    for (int i = 0; i < 4; i++) {
        char no[30];
        snprintf(no, sizeof no, "LY-2026-00%d", i + 1);
        f[i] = make_finding(store, make_source(store, root, no), "借款没有收回");
    }
    STORE_OK(with_other(store, &command_finding_link, f[2], f[1]));
    assert_int_equal(get(store, "main_id", f[2]), f[1]);
    STORE_OK(with_other(store, &command_finding_link, f[3], f[2])); /* over two links */
    assert_int_equal(get(store, "main_id", f[3]), f[1]);
    STORE_OK(with_other(store, &command_finding_link, f[3], f[0])); /* the first of all becomes the main one */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE main_id IS NULL"), 1);
    assert_int_equal(get(store, "main_id", f[1]), f[0]);
    int64_t before = event_count(store);
    STORE_OK(with_other(store, &command_finding_link, f[0], f[3]));
    assert_int_equal(event_count(store), before);
    STORE_OK(with_other(store, &command_finding_unlink, f[3], f[2])); /* two matters: 1 4 and 2 3 */
    assert_int_equal(get(store, "main_id", f[3]), f[0]);
    assert_int_equal(get(store, "main_id", f[2]), f[1]);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE main_id IS NULL"), 2);
    STORE_OK(
        run(store, &command_finding_withdraw, jsonf(store, "{'id': %lld, 'reason': '误登'}", (long long)f[1]), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE main_id IS NULL AND status <> 'withdrawn'"),
                     2);
    assert_int_equal(get(store, "main_id", f[1]), f[2]);
    STORE_OK(run(store, &command_finding_restore, jsonf(store, "{'id': %lld}", (long long)f[1]), NULL));
    assert_int_equal(get(store, "main_id", f[2]), f[1]);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_finding_repeats_an_earlier_one_and_never_in_a_circle)
{
    int64_t root = make_root(store), source = make_source(store, root, "LY-2026-001"), f[3];
    for (int i = 0; i < 3; i++)
        f[i] = make_finding(store, source, "借款没有收回");
    STORE_OK(with_other(store, &command_finding_recur, f[1], f[0]));
    assert_int_equal(get(store, "recurs_id", f[1]), f[0]);
    STORE_OK(with_other(store, &command_finding_recur, f[2], f[1]));
    STORE_RC(with_other(store, &command_finding_recur, f[0], f[2]), RC_INVALID);
    assert_string_equal(issue_key(store), "finding.recur_circle");
    STORE_RC(with_other(store, &command_finding_recur, f[0], f[0]), RC_INVALID);
    STORE_RC(with_other(store, &command_finding_recur, f[0], 99999), RC_INVALID);
    int64_t before = event_count(store);
    STORE_OK(with_other(store, &command_finding_recur, f[2], f[1]));
    assert_int_equal(event_count(store), before);
    STORE_OK(run(store, &command_finding_unrecur, jsonf(store, "{'id': %lld}", (long long)f[1]), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE recurs_id IS NOT NULL"), 1);
    struct actor reader = make_actor(store, "reader", "reader", root, LABEL_INTERNAL);
    STORE_RC(run_as(store, &reader, &command_finding_recur,
                    jsonf(store, "{'id': %lld, 'other': '%lld'}", (long long)f[1], (long long)f[0]), NULL),
             RC_FORBIDDEN);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(numbers_run_on_and_are_never_used_again), STORE_CASE(change_of_an_old_revision_is_a_conflict),
        STORE_CASE(untouched_change_leaves_no_event), STORE_CASE(fields_of_a_finding_are_checked),
        STORE_CASE(bulk_answers_for_each_row), STORE_CASE(many_are_given_a_leader_a_department_and_a_supervisor),
        STORE_CASE(broken_bulk_leaves_no_row), STORE_CASE(label_and_unit_stay_within_the_actors_reach),
        STORE_CASE(measures_are_numbered_and_follow_their_finding),
        STORE_CASE(search_finds_the_new_words_and_not_the_old), STORE_CASE(saved_views_are_ones_own),
        STORE_CASE(linked_findings_are_one_matter), STORE_CASE(a_finding_repeats_an_earlier_one_and_never_in_a_circle));
}
