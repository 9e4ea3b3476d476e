/* gantt_test.c: the timetable with real nodes: who follows whom, what the approved plan said, what decides the end,
 * moving. */
#include "app_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/cause.h"
#include "loop/duty.h"
#include "loop/node.h"
#include "loop/task.h"

enum { PATH_BYTES = 300 };

static struct {
    int64_t root, firm, source, finding, task, draft, review, issue, survey;
    struct app_session office, reader, outsider;
} world;

static int64_t add_node(struct store *store, const char *name, const char *start, const char *due, int64_t pred)
{
    return make(store, &command_node_plan,
                jsonf(store, "{'task_id': %lld, 'name': '%s', 'start': '%s', 'due': '%s', 'pred_ids': [%s]}",
                      (long long)world.task, name, start, due,
                      pred ? arena_format(store->ctx->arena, "%lld", (long long)pred).p : ""));
}

/* Draft, review, issue one after the other; a survey beside them. */
static void make_nodes(struct store *store)
{
    world.draft = add_node(store, "起草", "2026-12-01", "2026-12-04", 0);
    world.review = add_node(store, "审议", "2026-12-07", "2026-12-11", world.draft);
    world.issue = add_node(store, "印发", "2026-12-14", "2026-12-18", world.review);
    world.survey = add_node(store, "调研", "2026-12-01", "2026-12-02", 0);
}

static void approve_plan(struct store *store)
{
    long long f = (long long)world.finding;
    int64_t boss =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '甲'}", (long long)world.firm));
    STORE_OK(run(store, &command_finding_confirm, jsonf(store, "{'id': %lld}", f), NULL));
    STORE_OK(run(store, &command_finding_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", f, (long long)boss), NULL));
    STORE_OK(run(store, &command_finding_plan,
                 jsonf(store, "{'id': %lld, 'meeting': '党组会', 'meeting_on': '2026-11-20'}", f), NULL));
}

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    int64_t other = make_unit(store, world.root, "W", "西部公司");
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    give_finding(store, world.finding, world.firm, "2026-12-31");
    int64_t cause = make(store, &command_cause_find,
                         jsonf(store, "{'finding_id': %lld, 'level': 'system', 'method': 'study', 'text': '制度缺失'}",
                               (long long)world.finding));
    int64_t measure = make(store, &command_measure_plan,
                           jsonf(store, "{'finding_id': %lld, 'text': '修订办法', 'cause_id': %lld}",
                                 (long long)world.finding, (long long)cause));
    world.task =
        make(store, &command_task_assign,
             jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'title': '修订担保办法', 'due': '2026-12-25'}",
                   (long long)measure, (long long)world.firm));
    make_nodes(store);
    approve_plan(store);
    struct actor office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    struct actor reader = make_actor(store, "reader", "reader", world.firm, LABEL_INTERNAL);
    struct actor outsider = make_actor(store, "outsider", "reader", other, LABEL_INTERNAL);
    world.office = app_sign_in(store, office.account_id);
    world.reader = app_sign_in(store, reader.account_id);
    world.outsider = app_sign_in(store, outsider.account_id);
}

static struct value *timetable(struct store *store, const struct app_session *session)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/gantt?source=%lld", (long long)world.source);
    return app_view(store, session, path);
}

static const struct value *row_of(const struct value *view, int64_t id)
{
    VALUE_EACH (row, value_get(view, "rows")) {
        if (value_get_int(row, "id", 0) == id)
            return row;
    }
    return NULL;
}

static void expect_day(const struct value *view, int64_t id, const char *key, const char *day)
{
    const struct value *row = row_of(view, id);
    assert_non_null(row);
    if (!str_equal_cstr(value_get_text(row, key), day))
        print_error("%s of %lld is %.*s\n", key, (long long)id, STR_ARG(value_get_text(row, key)));
    assert_true(str_equal_cstr(value_get_text(row, key), day));
}

static bool is_critical(const struct value *view, int64_t id)
{
    return value_get_bool(row_of(view, id), "is_critical");
}

static bool has_link(const struct value *view, int64_t from, int64_t to)
{
    VALUE_EACH (link, value_get(view, "links")) {
        if (value_get_int(link, "from", 0) == from && value_get_int(link, "to", 0) == to)
            return true;
    }
    return false;
}

static void change_node(struct store *store, int64_t id, const char *name, const char *start, const char *due,
                        int64_t pred, const char *more)
{
    STORE_OK(run(store, &command_node_change,
                 jsonf(store, "{'id': %lld, 'name': '%s', 'start': '%s', 'due': '%s', 'pred_ids': [%lld]%s}",
                       (long long)id, name, start, due, (long long)pred, more),
                 NULL));
}

STORE_TEST(nodes_show_who_they_follow_and_what_decides_the_end)
{
    clock_set_ms(1795600000000); /* 2026-11-25 */
    make_world(store);
    app_start(store);
    struct value *view = timetable(store, &world.office);
    assert_int_equal(value_count(value_get(view, "rows")), 6); /* the unit, its task, four nodes */
    assert_int_equal(value_count(value_get(view, "links")), 2);
    assert_true(has_link(view, world.draft, world.review));
    assert_true(has_link(view, world.review, world.issue));
    assert_true(is_critical(view, world.draft) && is_critical(view, world.review) && is_critical(view, world.issue));
    assert_false(is_critical(view, world.survey));
    assert_int_equal(value_count(value_get(timetable(store, &world.reader), "rows")), 6);
    char path[PATH_BYTES];
    struct str body;
    snprintf(path, sizeof path, "/gantt?source=%lld", (long long)world.source);
    assert_int_equal(app_get(&world.outsider, path, "application/json", &body), 404);
    /* One that overlaps on purpose waits for nobody. */
    change_node(store, world.issue, "印发", "2026-12-10", "2026-12-18", world.review, ", 'is_overlap': true");
    view = timetable(store, &world.office);
    assert_true(is_critical(view, world.issue));
    assert_false(is_critical(view, world.draft));
    app_end();
    clock_set_ms(0);
}

STORE_TEST(the_baseline_is_what_the_meeting_approved)
{
    clock_set_ms(1795600000000);
    make_world(store);
    app_start(store);
    struct value *view = timetable(store, &world.office);
    expect_day(view, world.review, "base_start", "2026-12-07");
    expect_day(view, world.review, "base_due", "2026-12-11");
    change_node(store, world.review, "审议", "2026-12-08", "2026-12-15", world.draft, "");
    STORE_OK(
        run(store, &command_node_report,
            jsonf(store, "{'id': %lld, 'real_start': '2026-11-20', 'real_due': '2026-11-24'}", (long long)world.draft),
            NULL));
    view = timetable(store, &world.office);
    expect_day(view, world.review, "base_due", "2026-12-11"); /* stays */
    expect_day(view, world.review, "due", "2026-12-15");
    expect_day(view, world.draft, "real_start", "2026-11-20");
    expect_day(view, world.draft, "real_due", "2026-11-24");
    /* The strip of what was really done has the length of its five days, not of the plan. */
    char path[PATH_BYTES];
    struct str svg;
    snprintf(path, sizeof path, "/sources/%lld/gantt/export?format=svg", (long long)world.source);
    assert_int_equal(app_get(&world.office, path, "*/*", &svg), 200);
    assert_true(str_find(svg, STR("width=\"80\" height=\"5\""), 0) != SIZE_MAX); /* a day is 16 wide */
    expect_day(view, world.draft, "base_due", "2026-12-04");
    int64_t late = add_node(store, "宣贯", "2026-12-21", "2026-12-22", world.issue);
    expect_day(timetable(store, &world.office), late, "base_due", ""); /* planned after the approval */
    app_end();
    clock_set_ms(0);
}

STORE_TEST(a_bar_is_moved_where_one_may_and_files_hold_the_same)
{
    char path[PATH_BYTES], form[PATH_BYTES];
    struct str body;
    clock_set_ms(1795600000000);
    make_world(store);
    app_start(store);
    snprintf(path, sizeof path, "/gantt?source=%lld&node=%lld&start=2026-12-14&due=2026-12-23", (long long)world.source,
             (long long)world.issue);
    const struct value *move = value_get(app_view(store, &world.office, path), "move");
    assert_true(str_equal_cstr(value_get_text(move, "new_due"), "2026-12-23"));
    assert_true(str_equal_cstr(value_get_text(move, "due"), "2026-12-18"));
    assert_true(value_is_null(value_get(app_view(store, &world.reader, path), "move")));
    snprintf(path, sizeof path, "/nodes/%lld", (long long)world.issue);
    snprintf(form, sizeof form, "name=x&start=2026-12-14&due=2026-12-23&pred_ids=%lld", (long long)world.review);
    assert_int_equal(app_post(&world.reader, path, form, &body), 403);
    assert_int_equal(app_post(&world.office, path, form, &body), 303);
    expect_day(timetable(store, &world.office), world.issue, "due", "2026-12-23");
    expect_day(timetable(store, &world.office), world.issue, "base_due", "2026-12-18");
    snprintf(path, sizeof path, "/sources/%lld/gantt/export?format=svg", (long long)world.source);
    assert_int_equal(app_get(&world.office, path, "*/*", &body), 200);
    assert_true(str_find(body, STR("起草"), 0) != SIZE_MAX && str_find(body, STR("审议"), 0) != SIZE_MAX);
    snprintf(path, sizeof path, "/sources/%lld/gantt/export?format=pdf", (long long)world.source);
    assert_int_equal(app_get(&world.office, path, "*/*", &body), 200);
    assert_true(str_has_prefix(body, STR("%PDF-")));
    assert_int_equal(app_get(&world.outsider, path, "*/*", &body), 404);
    app_end();
    clock_set_ms(0);
}

STORE_TEST(a_move_is_undone_unless_somebody_has_changed_the_node_since)
{
    char path[PATH_BYTES], back[PATH_BYTES], form[PATH_BYTES];
    struct str body;
    clock_set_ms(1795600000000);
    make_world(store);
    app_start(store);
    snprintf(path, sizeof path, "/nodes/%lld", (long long)world.issue);
    snprintf(back, sizeof back, "/nodes/%lld/move-back", (long long)world.issue);
    snprintf(form, sizeof form, "name=印发&start=2026-12-21&due=2026-12-24&pred_ids=%lld", (long long)world.review);
    assert_int_equal(app_post(&world.office, path, form, &body), 303);
    assert_int_equal(app_post(&world.reader, back, "", &body), 403);
    assert_int_equal(app_post(&world.office, back, "", &body), 303);
    struct value *view = timetable(store, &world.office);
    expect_day(view, world.issue, "start", "2026-12-14");
    expect_day(view, world.issue, "due", "2026-12-18");
    assert_true(has_link(view, world.review, world.issue));
    assert_int_equal(app_post(&world.office, path, form, &body), 303);
    change_node(store, world.issue, "印发", "2026-12-22", "2026-12-25", world.review, "");
    assert_int_equal(app_post(&world.office, back, "", &body), rc_http_status(RC_GUARD));
    assert_true(str_find(body, STR("又有改动"), 0) != SIZE_MAX);
    expect_day(timetable(store, &world.office), world.issue, "due", "2026-12-25");
    /* What is refused is told on the timetable, with what was typed. */
    snprintf(form, sizeof form,
             "name=印发&start=2026-12-08&due=2026-12-24&pred_ids=%lld&form=/gantt%%3Fsource=%lld%%26node=%lld",
             (long long)world.review, (long long)world.source, (long long)world.issue);
    assert_int_equal(app_post(&world.office, path, form, &body), rc_http_status(RC_INVALID));
    assert_true(str_find(body, STR("id=\"errors\""), 0) != SIZE_MAX);
    assert_true(str_find(body, STR("value=\"2026-12-08\""), 0) != SIZE_MAX);
    app_end();
    clock_set_ms(0);
}

static void expect_text(struct str svg, const char *x, const char *words)
{
    char part[100];
    snprintf(part, sizeof part, "x=\"%s\" y=", x);
    for (size_t at = 0; (at = str_find(svg, str_from_cstr(part), at)) != SIZE_MAX; at++) {
        size_t begin = str_find(svg, STR(">"), at) + 1, end = str_find(svg, STR("<"), begin);
        if (str_equal_cstr(str_slice(svg, begin, end), words))
            return;
    }
    fail_msg("no %s at %s", words, x);
}

STORE_TEST(the_first_column_names_its_year_and_a_file_says_what_it_is)
{
    char path[PATH_BYTES];
    struct str svg;
    clock_set_ms(1795600000000); /* 2026-11-25 */
    make_world(store);
    app_start(store);
    snprintf(path, sizeof path, "/sources/%lld/gantt/export?format=svg", (long long)world.source);
    assert_int_equal(app_get(&world.office, path, "*/*", &svg), 200);
    expect_text(svg, "324", "2026"); /* beside the names, 320 wide */
    expect_text(svg, "324", "11");
    assert_true(str_find(svg, STR("LY-2026-001"), 0) != SIZE_MAX);
    static const char *const words[] = {"原定计划", "关键路径"};
    for (int i = 0; i < 2; i++) /* baseline, critical path */
        assert_true(str_find(svg, str_from_cstr(words[i]), 0) != SIZE_MAX);
    struct str head = value_get_text(timetable(store, &world.office), "head");
    expect_text(head, "4", "2026");
    expect_text(head, "4", "11");
    app_end();
    clock_set_ms(0);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_move_is_undone_unless_somebody_has_changed_the_node_since),
                     STORE_CASE(nodes_show_who_they_follow_and_what_decides_the_end),
                     STORE_CASE(the_baseline_is_what_the_meeting_approved),
                     STORE_CASE(the_first_column_names_its_year_and_a_file_says_what_it_is),
                     STORE_CASE(a_bar_is_moved_where_one_may_and_files_hold_the_same));
}
