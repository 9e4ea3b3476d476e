/* finding_way_test.c: what a finding's page says comes next, and that it offers nothing which a command would refuse:
 * from registration to the certificate. */
#include "app_support.h"

#include <stdio.h>

#include "base/clock.h"
#include "loop/duty.h"
#include "loop/evidence.h"
#include "loop/finding.h"
#include "loop/handover.h"
#include "loop/measure.h"
#include "loop/node.h"
#include "loop/task.h"
#include "loop/post.h"
#include "loop_closing_support.h"

static struct app_session office, chief, department;
static char page_path[40];

static struct value *finding_of(struct store *store, const struct app_session *session)
{
    return (struct value *)value_get(app_view(store, session, page_path), "finding");
}

static bool says(struct store *store, const struct app_session *session, const char *part)
{
    return str_find(value_get_text(finding_of(store, session), "next"), str_from_cstr(part), 0) != SIZE_MAX;
}

/* Where the button leads; what it leads to opens for the same reader. */
static struct str next_of(struct store *store, const struct app_session *session)
{
    struct str href = value_get_text(finding_of(store, session), "next_href"), body;
    if (!href.n)
        return href;
    struct str path = str_slice(href, 0, str_find_byte(href, '#', 0));
    assert_int_equal(app_get(session, arena_format(store->ctx->arena, "%.*s", STR_ARG(path)).p, "text/html", &body),
                     200);
    return href;
}

static bool shows(struct store *store, const struct app_session *session, const char *path, const char *part)
{
    struct str body;
    (void)store;
    assert_int_equal(app_get(session, path, "text/html", &body), 200);
    return str_find(body, str_from_cstr(part), 0) != SIZE_MAX;
}

static void begin(struct store *store)
{
    closing_make_world(store);
    app_start(store);
    office = app_sign_in(store, world.office.account_id);
    chief = app_sign_in(store, world.chief.account_id);
    department = app_sign_in(store, world.department.account_id);
    snprintf(page_path, sizeof page_path, "/findings/%lld", (long long)world.finding);
}

STORE_TEST(each_state_says_what_comes_next)
{
    begin(store);
    assert_true(says(store, &office, "明确责任单位"));
    assert_true(str_has_suffix(next_of(store, &office), STR("/edit")));
    closing_force_state(store, world.finding, "confirmed");
    assert_true(says(store, &office, "还没有分析根源"));
    assert_true(str_has_suffix(next_of(store, &office), STR("/causes")));
    assert_true(says(store, &department, "报批整改方案"));
    closing_force_state(store, world.finding, "planned");
    assert_true(says(store, &office, "制定整改措施"));
    assert_true(str_has_suffix(next_of(store, &office), STR("/measures/new")));

    closing_make_ready(store, world.finding);
    assert_true(says(store, &office, "申请销号"));
    assert_true(str_has_suffix(next_of(store, &office), STR("/submit")));
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    assert_true(says(store, &office, "签署审核意见"));
    assert_int_equal(next_of(store, &office).n, 0); /* it waits for somebody else */
    closing_sign_all(store, review);
    assert_true(says(store, &office, "已销号"));
    assert_int_equal(next_of(store, &office).n, 0);
    app_end();
}

STORE_TEST(one_who_has_to_sign_is_led_to_the_case)
{
    begin(store);
    closing_make_ready(store, world.finding);
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    struct str link = arena_format(store->ctx->arena, "/reviews/%lld", (long long)review);
    int led = 0;
    const struct actor *people[] = {&world.chief, &world.department, &world.leader, &world.office, &world.group};
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        struct app_session session = app_sign_in(store, people[i]->account_id);
        led += str_equal(next_of(store, &session), link);
    }
    assert_int_equal(led, 1);
    app_end();
}

STORE_TEST(a_closed_finding_offers_nothing_that_would_be_refused)
{
    static const char *const gone[] = {"/edit\"", "/causes\"",    "/measures/new", "/charge\"",  "/evidence/new",
                                       "/urge\"", "/letters/new", "/leads/new",    "/groups/new"};
    begin(store);
    closing_make_ready(store, world.finding);
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        if (!shows(store, &office, page_path, gone[i]))
            fail_msg("%s is not offered before", gone[i]);
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    closing_sign_all(store, review);
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        assert_false(shows(store, &office, page_path, gone[i]));
    char path[40];
    snprintf(path, sizeof path, "/measures/%lld", (long long)world.measure);
    assert_false(shows(store, &office, path, "/edit\""));
    assert_false(shows(store, &office, path, arena_format(store->ctx->arena, "%s/tasks", path).p));
    assert_false(shows(store, &office, path, "/reopen\""));
    snprintf(path, sizeof path, "/tasks/%lld", (long long)world.task);
    assert_false(shows(store, &office, path, "/charge\""));
    assert_false(shows(store, &office, path, "/urge\""));
    assert_true(shows(store, &office, page_path, "/link\"")); /* what other sources say goes on */
    app_end();
}

/* A limit of a step that has gone by is one light on page, list and board. */
STORE_TEST(a_late_step_is_seen_in_the_finding_s_light)
{
    begin(store);
    struct value *finding = finding_of(store, &office);
    assert_true(str_equal(value_get_text(finding, "due_state"), STR("normal")));
    clock_set_ms(clock_now_ms() + (int64_t)30 * 24 * 3600 * 1000);
    office = app_sign_in(store, world.office.account_id);
    assert_true(str_equal(value_get_text(finding_of(store, &office), "due_state"), STR("behind")));
    const char *lists[] = {"/findings", "/board/findings?figure=open"};
    for (size_t i = 0; i < 2; i++) {
        struct value *view = app_view(store, &office, lists[i]);
        const struct value *rows = value_get(view, "findings");
        assert_true(str_equal(value_get_text(rows->items.first, "due_state"), STR("behind")));
    }
    app_end();
    clock_set_ms(0);
}

static struct str left_after(struct store *store, const char *due)
{
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'due': '%s'}", (long long)world.finding, due), NULL));
    return value_get_text(finding_of(store, &office), "due_left_text");
}

/* 2026-03-13 is a Friday, the weekend after it has no working day. */
STORE_TEST(what_is_left_is_never_zero_days)
{
    int32_t day;
    assert_true(date_parse(STR("2026-03-13"), &day));
    int64_t friday = (int64_t)day * 24 * 3600 * 1000;
    clock_set_ms(friday);
    begin(store);
    assert_true(str_equal(left_after(store, "2026-03-13"), STR("今天到期")));
    assert_true(str_equal(left_after(store, "2026-03-14"), STR("还有不足 1 个工作日")));
    assert_true(str_equal(left_after(store, "2026-03-16"), STR("还有 1 个工作日")));
    assert_true(str_equal(left_after(store, "2026-03-12"), STR("逾期 1 个工作日")));
    clock_set_ms(friday + (int64_t)2 * 24 * 3600 * 1000);
    office = app_sign_in(store, world.office.account_id);
    assert_true(str_equal(left_after(store, "2026-03-14"), STR("逾期不足 1 个工作日")));
    app_end();
    clock_set_ms(0);
}

/* A step of a task is done; only findings are closed with a certificate. */
STORE_TEST(a_finished_step_of_a_task_is_done)
{
    begin(store);
    struct value *result;
    int64_t measure = make(store, &command_measure_plan,
                           jsonf(store, "{'finding_id': %lld, 'text': '清理'}", (long long)world.finding));
    STORE_OK(run_as(store, &world.office, &command_task_assign,
                    jsonf(store, "{'measure_id': %lld, 'unit_id': %lld}", (long long)measure, (long long)world.firm),
                    &result));
    int64_t task = value_get_int(result, "id", 0);
    STORE_OK(run_as(store, &world.reporter, &command_task_accept, jsonf(store, "{'id': %lld}", (long long)task), NULL));
    int64_t node = make(
        store, &command_node_plan,
        jsonf(store, "{'task_id': %lld, 'name': '清完', 'start': '2026-01-01', 'due': '2026-01-09'}", (long long)task));
    char path[40];
    snprintf(path, sizeof path, "/tasks/%lld", (long long)task);
    assert_true(shows(store, &office, path, "逾期"));
    assert_true(shows(store, &office, path, "data-label=\"实际起止\">—</td>")); /* not begun: one dash */
    STORE_OK(run_as(store, &world.reporter, &command_node_report,
                    jsonf(store, "{'id': %lld, 'real_start': '2026-01-01', 'real_due': '2026-01-05'}", (long long)node),
                    NULL));
    const struct value *nodes = value_get(value_get(app_view(store, &office, path), "task"), "nodes");
    assert_true(str_equal(value_get_text(nodes->items.first, "due_state_label"), STR("已完成")));
    app_end();
}

/* Whoever works on a task may not see the whole finding. */
STORE_TEST(the_long_term_form_of_a_task_leads_back_to_the_task)
{
    char form[60], task[60], finding[60];
    begin(store);
    closing_make_ready(store, world.finding);
    snprintf(task, sizeof task, "href=\"/tasks/%lld\"", (long long)world.task);
    snprintf(finding, sizeof finding, "href=\"/findings/%lld\"", (long long)world.finding);
    snprintf(form, sizeof form, "/tasks/%lld/to_long_term", (long long)world.task);
    assert_true(shows(store, &chief, form, "<a href=\"/tasks\">任务清单</a>"));
    assert_true(shows(store, &chief, form, task));
    assert_false(shows(store, &chief, form, finding));
    snprintf(form, sizeof form, "/findings/%lld/to_long_term", (long long)world.finding);
    assert_true(shows(store, &chief, form, finding));
    app_end();
}

/* How it came to the long term stays to be seen. */
STORE_TEST(a_finding_of_the_long_term_shows_its_goal_and_its_former_date)
{
    begin(store);
    closing_make_ready(store, world.finding);
    assert_false(shows(store, &office, page_path, "转长期前的时限"));
    STORE_OK(run_as(store, &world.chief, &command_finding_to_long_term,
                    jsonf(store,
                          "{'id': %lld, 'due': '2100-06-30', 'yearly_goal': '每年清理一批', 'finish_mark': '全部清完', "
                          "'reason': '周期长'}",
                          (long long)world.finding),
                    NULL));
    STORE_OK(
        closing_sign(store, &world.group, &command_review_approve, count_sql(store, "SELECT max(id) FROM review")));
    assert_true(shows(store, &office, page_path, "<dt>转长期前的时限</dt>"));
    assert_true(shows(store, &office, page_path, "<dd>2099-12-31"));
    assert_true(shows(store, &office, page_path, "<dt>年度目标</dt>"));
    assert_true(shows(store, &office, page_path, "<dd class=\"pre\">每年清理一批</dd>"));
    assert_true(shows(store, &office, page_path, "全部清完"));
    assert_false(shows(store, &chief, page_path, "/to_long_term\""));
    app_end();
}

STORE_TEST(evidence_says_who_it_waits_for)
{
    struct value *result;
    char path[60], digest[65];
    begin(store);
    closing_make_ready(store, world.finding);
    snprintf(digest, sizeof digest, "%064d", 9);
    STORE_OK(run_as(store, &world.reporter, &command_evidence_add,
                    jsonf(store,
                          "{'subject_kind': 'finding', 'subject_id': %lld, 'class': 'photo', 'title': '凭证', "
                          "'made_on': '2026-03-10', 'sha256': '%s', 'file_name': 'a.png', 'media_type': 'image/png', "
                          "'format': 'png', 'size_bytes': 3}",
                          (long long)world.finding, digest),
                    &result));
    long long id = (long long)value_get_int(result, "id", 0);
    snprintf(path, sizeof path, "/evidences/%lld", id);
    const struct value *waits = value_get(value_get(app_view(store, &office, path), "evidence"), "waits");
    assert_int_equal(value_count(waits), 1);
    struct str line = value_get_text(waits->items.first, "text");
    assert_true(str_has_prefix(line, STR("等待 ")) && str_find(line, STR("审核佐证"), 0) != SIZE_MAX);
    assert_true(shows(store, &office, path, arena_format(store->ctx->arena, "<span>%.*s</span>", STR_ARG(line)).p));
    STORE_OK(run_as(store, &world.chief, &command_evidence_judge,
                    jsonf(store, "{'id': %lld, 'n': 1, 'verdict': 'effective'}", id), NULL));
    assert_false(shows(store, &office, path, "class=\"waits\""));
    app_end();
}

/* What the document says of the date is told where it says more than the date. */
STORE_TEST(due_words_that_equal_the_date_are_not_said_twice)
{
    begin(store);
    STORE_OK(run(
        store, &command_finding_change,
        jsonf(store, "{'id': %lld, 'due': '2099-12-31', 'due_stated': '2099年底前'}", (long long)world.finding), NULL));
    assert_true(shows(store, &office, page_path, "“2099年底前”"));
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'due_stated': '2099-12-31'}", (long long)world.finding), NULL));
    assert_true(shows(store, &office, page_path, "2099-12-31"));
    assert_false(shows(store, &office, page_path, "“2099-12-31”"));
    app_end();
}

STORE_TEST(who_acts_in_anothers_place_is_named_where_it_waits)
{
    char today[DATE_TEXT_BYTES], path[40];
    begin(store);
    struct actor heir = closing_make_person(store, "heir", "lead_leader", world.root),
                 deputy = closing_make_person(store, "deputy", "lead_leader", world.root);
    long long boss = (long long)closing_person_of(store, &world.leader);
    struct value *result;
    STORE_OK(run(store, &command_finding_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", (long long)world.finding, boss), NULL));
    STORE_OK(run_as(
        store, &world.office, &command_handover_begin,
        jsonf(store, "{'from_person': %lld, 'to_person': %lld}", boss, (long long)closing_person_of(store, &heir)),
        &result));
    snprintf(path, sizeof path, "/handovers/%lld", (long long)value_get_int(result, "id", 0));
    assert_true(shows(store, &office, path, "等待 leader 签认交接"));
    struct str day = date_format(clock_today(), today);
    STORE_OK(run_as(store, &world.leader, &command_delegation_give,
                    jsonf(store, "{'to_person': %lld, 'valid_from': '%.*s', 'valid_to': '%.*s', 'reason': '出差'}",
                          (long long)closing_person_of(store, &deputy), STR_ARG(day), STR_ARG(day)),
                    &result));
    assert_true(shows(store, &office, path, "等待 leader（委托 deputy 代办） 签认交接"));
    STORE_OK(run_as(store, &world.leader, &command_delegation_take_back,
                    jsonf(store, "{'id': %lld}", (long long)value_get_int(result, "id", 0)), NULL));
    assert_false(shows(store, &office, path, "deputy"));
    app_end();
}

static struct str waits_text(struct store *store, const struct app_session *session)
{
    const struct value *waits = value_get(finding_of(store, session), "waits");
    assert_int_equal(value_count(waits), 1);
    return value_get_text(waits->items.first, "text");
}

/* Whose office it is, and for which unit it acts. */
STORE_TEST(a_role_is_named_with_the_unit_that_holds_it_and_the_unit_it_is_for)
{
    begin(store);
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)world.finding, (long long)world.firm), NULL));
    STORE_OK(run_as(store, &world.chief, &command_finding_dispute,
                    jsonf(store, "{'id': %lld, 'reason': '不属本单位'}", (long long)world.finding), NULL));
    assert_true(
        str_has_prefix(waits_text(store, &office), STR("等待 岫川集团整改办公室（办理 东部公司 的事项） 裁定异议")));
    (void)closing_make_person(store, "own", "office", world.firm);
    assert_true(str_has_prefix(waits_text(store, &office), STR("等待 东部公司整改办公室 裁定异议")));
    app_end();
}

/* A unit that nobody can act for is named with that. */
STORE_TEST(a_unit_without_an_account_says_so_where_it_is_waited_for)
{
    begin(store);
    int64_t fresh = make_unit(store, world.root, "N", "新设公司");
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)world.finding, (long long)fresh), NULL));
    assert_true(str_has_prefix(waits_text(store, &office), STR("等待 新设公司（还没有能办理的账号")));
    (void)closing_make_person(store, "fresh", "unit_approver", fresh);
    assert_true(str_has_prefix(waits_text(store, &office), STR("等待 新设公司 认领问题")));
    app_end();
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_unit_without_an_account_says_so_where_it_is_waited_for),
                     STORE_CASE(a_role_is_named_with_the_unit_that_holds_it_and_the_unit_it_is_for),
                     STORE_CASE(each_state_says_what_comes_next), STORE_CASE(one_who_has_to_sign_is_led_to_the_case),
                     STORE_CASE(a_closed_finding_offers_nothing_that_would_be_refused),
                     STORE_CASE(a_late_step_is_seen_in_the_finding_s_light),
                     STORE_CASE(the_long_term_form_of_a_task_leads_back_to_the_task),
                     STORE_CASE(a_finding_of_the_long_term_shows_its_goal_and_its_former_date),
                     STORE_CASE(evidence_says_who_it_waits_for),
                     STORE_CASE(due_words_that_equal_the_date_are_not_said_twice),
                     STORE_CASE(who_acts_in_anothers_place_is_named_where_it_waits),
                     STORE_CASE(what_is_left_is_never_zero_days), STORE_CASE(a_finished_step_of_a_task_is_done));
}
