/* reach_test.c: what leads where for whom: rules and evidence in the search, the meeting that approved a plan on the
 * page of its finding, money to confirm in the work of finance, a closed unit. */
#include "app_support.h"

#include <stdio.h>
#include <string.h>

#include "doing_support.h"
#include "loop/assess.h"
#include "loop/cause.h"
#include "loop/duty.h"
#include "loop/meeting.h"
#include "loop/node.h"
#include "loop/rule.h"

#define VALVES "%E9%98%80%E9%97%A8"     /* 阀门, in the rule and in the evidence */
#define GROUP_RULE "%E5%8D%B0%E7%AB%A0" /* 印章, in the rule of the group alone */

static struct doing it;

static int64_t id_of(struct store *store, const struct actor *actor, const struct command *command,
                     const struct value *raw)
{
    struct value *result;
    STORE_OK(run_as(store, actor, command, raw, &result));
    return value_get_int(result, "id", 0);
}

static int64_t draft_rule(struct store *store, int64_t unit, const char *name)
{
    return id_of(
        store, &it.office, &command_rule_draft,
        jsonf(store, "{'name': '%s', 'kind': 'new', 'unit_id': %lld, 'text': '第一条'}", name, (long long)unit));
}

/* Hits of a kind ("": of all kinds), which the page must say too; -1 when the program says another number than it
 * lists. */
static int64_t hits(struct store *store, const struct app_session *session, const char *q, const char *kind)
{
    struct str body, path = arena_format(store->ctx->arena, "/search?q=%s&kind=%s", q, kind);
    struct value *view = app_view(store, session, path.p);
    int64_t listed = (int64_t)value_count(value_get(view, "hits")), shown = 0;
    assert_int_equal(app_get(session, path.p, "text/html", &body), 200);
    for (size_t at = 0; (at = str_find(body, STR("class=\"hit-title\""), at)) != SIZE_MAX; at++)
        shown++;
    return listed == value_get_int(view, "found", -1) && listed == shown ? listed : -1;
}

static bool has_href(struct store *store, const struct app_session *session, const char *page, const char *noun,
                     int64_t id)
{
    struct str body, link = arena_format(store->ctx->arena, "href=\"/%s/%lld\"", noun, (long long)id);
    assert_int_equal(app_get(session, page, "text/html", &body), 200);
    return str_find(body, link, 0) != SIZE_MAX;
}

STORE_TEST(search_finds_rules_and_evidence_for_who_may_see_them)
{
    doing_make(store, &it, "2026-03-12", "");
    int64_t rule = draft_rule(store, it.firm, "阀门巡检办法"), high = draft_rule(store, it.root, "印章管理办法");
    int64_t evidence = id_of(
        store, &it.reporter, &command_evidence_add,
        jsonf(store,
              "{'subject_kind': 'task', 'subject_id': %lld, 'class': 'photo', 'title': '阀门更换照片', 'made_on': "
              "'2026-03-10',"
              " 'sha256': '%064d', 'file_name': 'a.png', 'media_type': 'image/png', 'format': 'png', 'size_bytes': 3}",
              (long long)it.task, 7));
    struct actor open_only = make_actor(store, "open", "reader", it.firm, LABEL_PUBLIC);
    app_start(store);
    struct app_session office = app_sign_in(store, it.office.account_id),
                       reporter = app_sign_in(store, it.reporter.account_id);
    struct app_session outsider = app_sign_in(store, it.outsider.account_id),
                       below = app_sign_in(store, open_only.account_id);
    const struct app_session *seeing[] = {&office, &reporter}, *blind[] = {&outsider, &below};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hits(store, seeing[i], VALVES, ""), 2);
        assert_int_equal(hits(store, seeing[i], VALVES, "rule"), 1);
        assert_int_equal(hits(store, seeing[i], VALVES, "evidence"), 1);
        assert_true(has_href(store, seeing[i], "/search?kind=rule&q=" VALVES, "rules", rule));
        assert_true(has_href(store, seeing[i], "/search?kind=evidence&q=" VALVES, "evidences", evidence));
        assert_int_equal(hits(store, blind[i], VALVES, ""), 0);
        assert_int_equal(hits(store, blind[i], VALVES, "rule"), 0);
        assert_int_equal(hits(store, blind[i], VALVES, "evidence"), 0);
    }
    assert_int_equal(hits(store, &office, GROUP_RULE, ""), 1);
    assert_int_equal(hits(store, &reporter, GROUP_RULE, ""), 0);
    app_end();
    (void)high;
    doing_end();
}

STORE_TEST(a_finding_leads_to_the_meeting_that_approved_its_plan)
{
    char number[200];
    doing_make(store, &it, "2026-11-22", "");
    long long f = (long long)it.finding;
    struct value *result;
    int64_t meeting =
        id_of(store, &it.office, &command_meeting_create,
              jsonf(store, "{'unit_id': %lld, 'kind': 'party_board', 'title': '审议整改方案', 'held_on': '2026-11-20'}",
                    (long long)it.root));
    STORE_OK(run_as(store, &it.office, &command_meeting_hold,
                    jsonf(store, "{'id': %lld, 'held_on': '2026-11-21'}", (long long)meeting), NULL));
    int64_t boss =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '甲'}", (long long)it.firm));
    int64_t cause =
        make(store, &command_cause_find,
             jsonf(store, "{'finding_id': %lld, 'level': 'system', 'method': 'study', 'text': '制度缺失'}", f));
    STORE_OK(run(store, &command_measure_change,
                 jsonf(store, "{'id': %lld, 'cause_id': %lld}", (long long)it.measure, (long long)cause), NULL));
    STORE_OK(run(store, &command_node_plan,
                 jsonf(store, "{'task_id': %lld, 'name': '起草', 'start': '2026-12-01', 'due': '2026-12-04'}",
                       (long long)it.task),
                 NULL));
    STORE_OK(run(store, &command_finding_confirm, jsonf(store, "{'id': %lld}", f), NULL));
    STORE_OK(run(store, &command_finding_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", f, (long long)boss), NULL));
    snprintf(number, sizeof number, "/findings/%lld", f);
    app_start(store);
    struct app_session office = app_sign_in(store, it.office.account_id),
                       reporter = app_sign_in(store, it.reporter.account_id);
    assert_false(has_href(store, &office, number, "meetings", meeting));
    STORE_OK(run_as(store, &it.office, &command_finding_plan,
                    jsonf(store, "{'id': %lld, 'meeting_id': %lld}", f, (long long)meeting), &result));
    assert_true(has_href(store, &office, number, "meetings", meeting));
    struct str body;
    assert_false(has_href(store, &reporter, number, "meetings", meeting)); /* of the group: not this reader's */
    assert_int_equal(app_get(&reporter, number, "text/html", &body), 200);
    assert_true(str_find(body, STR("审议整改方案"), 0) == SIZE_MAX && str_find(body, STR("2026-11-21"), 0) != SIZE_MAX);
    app_end();
    doing_end();
}

static void issue(struct store *store, int64_t rule)
{
    static const char *const steps[] = {
        "'reviewer': '法务部 甲', 'reviewed_on': '2026-02-01', 'opinion': '合规'",
        "'meeting': '办公会', 'met_on': '2026-02-05'",
        "'doc_no': '岫川〔2026〕8号', 'issued_on': '2026-02-10', 'review_due': '2028-02-10'"};
    const struct command *const commands[] = {&command_rule_review, &command_rule_pass, &command_rule_issue};
    for (int i = 0; i < 3; i++)
        STORE_OK(
            run_as(store, &it.office, commands[i], jsonf(store, "{'id': %lld, %s}", (long long)rule, steps[i]), NULL));
}

/* The board's figure of rules issued; its list has as many. */
static int64_t issued_on_board(struct store *store, const struct app_session *session, const char *path)
{
    VALUE_EACH (figure, value_get(app_view(store, session, path), "figures")) {
        int64_t n = -1;
        if (!str_equal(value_get_text(figure, "name"), STR("rules_issued")))
            continue;
        assert_true(str_parse_int64(value_get_text(figure, "value"), &n));
        struct str href = arena_copy_str(store->ctx->arena, value_get_text(figure, "href"));
        assert_int_equal(value_count(value_get(app_view(store, session, href.p), "rules")), n);
        return n;
    }
    return -1;
}

STORE_TEST(rules_issued_on_boards_are_those_of_the_list)
{
    doing_make(store, &it, "2026-03-12", "");
    int64_t rule = draft_rule(store, it.firm, "阀门巡检办法"), of_root = draft_rule(store, it.root, "印章管理办法");
    (void)draft_rule(store, it.firm, "还没有印发的办法");
    issue(store, rule);
    issue(store, of_root);
    STORE_OK(run_as(store, &it.office, &command_rule_link,
                    jsonf(store, "{'id': %lld, 'finding': 'LY-2026-001-001'}", (long long)rule), NULL));
    app_start(store);
    struct app_session office = app_sign_in(store, it.office.account_id),
                       approver = app_sign_in(store, it.approver.account_id);
    struct str under = arena_format(store->ctx->arena, "/board?under=%lld", (long long)it.firm);
    struct str source = arena_format(store->ctx->arena, "/board?source=%lld", (long long)it.source);
    assert_int_equal(issued_on_board(store, &office, "/board"), 2);
    assert_int_equal(issued_on_board(store, &office, under.p), 1);
    assert_int_equal(issued_on_board(store, &office, source.p), 1);
    assert_int_equal(issued_on_board(store, &approver, "/board"), 1);
    assert_int_equal(issued_on_board(store, &office, "/board/wall"), 2);
    struct value *first = value_get(app_view(store, &office, "/rules"), "figures")->items.first->next;
    assert_true(str_equal(value_get_text(first, "href"), STR("/rules?show=issued")) &&
                value_get_int(first, "value", -1) == 2);
    app_end();
    doing_end();
}

/* Rows of my work about a subject, as they are shown. */
static struct value *work_on(struct store *store, const struct app_session *session, struct str href)
{
    struct value *found = NULL;
    VALUE_EACH (group, value_get(app_view(store, session, "/"), "work"))
        VALUE_EACH (row, value_get(group, "rows"))
            if (str_equal(value_get_text(row, "href"), href))
                found = (struct value *)row;
    return found;
}

STORE_TEST(money_to_confirm_is_work_of_finance)
{
    doing_make(store, &it, "2026-03-12", "");
    struct actor money = make_actor(store, "money", "finance", it.root, LABEL_INTERNAL);
    int64_t report = id_of(store, &it.reporter, &command_task_report, jsonf(store, "{'id': %lld}", (long long)it.task));
    struct str href = arena_format(store->ctx->arena, "/reports/%lld", (long long)report);
    STORE_OK(run_as(store, &it.reporter, &command_report_submit,
                    jsonf(store,
                          "{'id': %lld, 'progress': 40, 'done_text': '收回一笔', 'next_text': '继续', 'recovered_fen': "
                          "'88'}",
                          (long long)report),
                    NULL));
    STORE_OK(
        run_as(store, &it.approver, &command_report_accept, jsonf(store, "{'id': %lld}", (long long)report), NULL));
    app_start(store);
    struct app_session finance = app_sign_in(store, money.account_id),
                       approver = app_sign_in(store, it.approver.account_id);
    struct value *row = work_on(store, &finance, href);
    assert_non_null(row);
    assert_true(str_equal(value_get_text(row, "what"), STR("confirm_money")) &&
                str_equal(value_get_text(row, "since_text"), STR("2026-03-12")));
    assert_true(str_equal(value_get_text(app_view(store, &finance, "/"), "work_total"), STR("1")));
    assert_int_equal(value_count(value_get(app_view(store, &finance, "/findings?money=open"), "findings")), 1);
    assert_null(work_on(store, &approver, href));
    doing_set_day("2026-03-23"); /* a Monday: what has waited for long is told again */
    (void)doing_tick(store);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM notice WHERE rule = 'waiting' AND what = 'confirm_money'"),
                     1);
    finance = app_sign_in(store, money.account_id);
    STORE_OK(run_as(store, &money, &command_report_confirm_money,
                    jsonf(store, "{'id': %lld, 'recovered_fen': '88'}", (long long)report), NULL));
    assert_null(work_on(store, &finance, href));
    assert_int_equal(value_count(value_get(app_view(store, &finance, "/findings?money=open"), "findings")), 0);
    app_end();
    doing_end();
}

static int64_t scores_of(struct value *card, const char *kind)
{
    int64_t shown = 0;
    VALUE_EACH (part, value_get(card, "parts"))
        if (str_equal(value_get_text(part, "kind"), str_from_cstr(kind)))
            shown += value_get_text(part, "score_text").n > 0;
    return shown;
}

static bool has_marks(const struct value *card)
{
    VALUE_EACH (part, value_get(card, "parts"))
        if (value_count(value_get(part, "marks")))
            return true;
    return false;
}

STORE_TEST(a_unit_sees_marks_and_total_when_they_are_told)
{
    struct str body;
    doing_make(store, &it, "2026-11-30", "");
    int64_t scheme =
        make(store, &command_scheme_save,
             jsonf(store,
                   "{'name': '考核办法', 'unit_id': %lld, 'text': 'item lead manual 15 组织领导\\nitem done auto 75 "
                   "任务完成\\nrate done tasks_on_time of tasks_due\\nitem satisfied poll 10 满意度\\nband 0 合格'}",
                   (long long)it.root));
    int64_t assessment = id_of(store, &it.office, &command_assessment_open,
                               jsonf(store,
                                     "{'title': '年度考核', 'scheme_id': %lld, 'unit_id': %lld, 'year': 2026, "
                                     "'period_from': '2026-01-01', 'period_to': '2026-06-30', 'reach_level': 2}",
                                     (long long)scheme, (long long)it.root));
    int64_t firm = count_sqlf(store, "SELECT id FROM scorecard WHERE unit_id = %lld", (long long)it.firm);
    const char *mark = "{'id': %lld, 'code': 'lead', 'points': '10', 'reason': '查阅记录'}";
    STORE_OK(run_as(store, &it.office, &command_scorecard_mark, jsonf(store, mark, (long long)firm), NULL));
    STORE_OK(run_as(store, &it.office, &command_assessment_mark, jsonf(store, mark, (long long)assessment), NULL));
    app_start(store);
    struct app_session office = app_sign_in(store, it.office.account_id),
                       reporter = app_sign_in(store, it.reporter.account_id);
    struct str path = arena_format(store->ctx->arena, "/scorecards/%lld", (long long)firm),
               letter = arena_format(store->ctx->arena, "/scorecards/%lld/letter", (long long)firm);
    const struct value *card = value_get(app_view(store, &office, path.p), "card");
    assert_true(has_marks(card) && value_get_text(card, "total_text").n > 0);
    card = value_get(app_view(store, &reporter, path.p), "card");
    assert_false(has_marks(card));
    assert_int_equal(value_get_text(card, "total_text").n, 0);
    assert_int_equal(scores_of((struct value *)card, "manual") + scores_of((struct value *)card, "poll"), 0);
    assert_int_equal(scores_of((struct value *)card, "auto"), 1); /* what the unit's own tasks come to */
    assert_int_equal(app_get(&reporter, path.p, "text/html", &body), 200);
    assert_int_equal(app_get(&reporter, letter.p, "text/html", &body), 404);
    assert_int_equal(app_get(&office, letter.p, "text/html", &body), 404);
    STORE_OK(
        run_as(store, &it.office, &command_assessment_tell, jsonf(store, "{'id': %lld}", (long long)assessment), NULL));
    card = value_get(app_view(store, &reporter, path.p), "card");
    assert_true(has_marks(card) && value_get_text(card, "total_text").n > 0);
    doing_set_day("2026-12-01");
    reporter = app_sign_in(store, it.reporter.account_id);
    assert_int_equal(app_get(&reporter, letter.p, "text/html", &body), 200);
    assert_true(str_find(body, STR("2026-11-30</footer>"), 0) != SIZE_MAX); /* the day it was told */
    assert_int_equal(app_get(NULL, "/ballot", "text/html", &body), 200);
    assert_true(str_find(body, STR("<option value=\"\" selected>"), 0) !=
                SIZE_MAX); /* no answer is chosen for anybody */
    app_end();
    doing_end();
}

static struct str page_of(const struct app_session *session, const char *path)
{
    struct str body;
    assert_int_equal(app_get(session, path, "text/html", &body), 200);
    return body;
}

static bool page_says(const struct app_session *session, const char *path, const char *words)
{
    return str_find(page_of(session, path), str_from_cstr(words), 0) != SIZE_MAX;
}

STORE_TEST(a_list_that_a_filter_empties_offers_to_clear_it)
{
    doing_make(store, &it, "2026-03-12", "");
    app_start(store);
    struct app_session session = app_sign_in(store, it.office.account_id);
    static const char *const lists[] = {"/sweeps", "/rules"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const char *clear = arena_format(store->ctx->arena, "class=\"btn\" href=\"%s\"", lists[i]).p;
        assert_false(page_says(&session, lists[i], clear));
        assert_true(page_says(&session, lists[i], "还没有"));
        const char *filtered = arena_format(store->ctx->arena, "%s?q=zzz", lists[i]).p;
        assert_true(page_says(&session, filtered, clear));
        assert_false(page_says(&session, filtered, "还没有"));
    }
    app_end();
    doing_end();
}

STORE_TEST(a_closed_unit_says_so_and_takes_no_unit_below_it)
{
    char path[40], below[60];
    doing_make(store, &it, "2026-03-12", "");
    int64_t unit = make_unit(store, it.firm, "OLD", "老厂");
    snprintf(path, sizeof path, "/units/%lld", (long long)unit);
    snprintf(below, sizeof below, "/units/new?parent_id=%lld", (long long)unit);
    app_start(store);
    struct app_session session = app_sign_in(store, it.office.account_id);
    assert_true(page_says(&session, path, below));
    assert_true(page_says(&session, path, "至今"));
    STORE_OK(run(store, &command_unit_close,
                 jsonf(store, "{'id': %lld, 'valid_to': '2026-06-30', 'reason': '整合'}", (long long)unit), NULL));
    assert_false(page_says(&session, path, below));
    assert_false(page_says(&session, path, "至今"));
    assert_true(page_says(&session, path, "– 2026-06-30</div>"));
    const struct value *last = value_get(app_view(store, &session, path), "events")->items.first;
    assert_true(str_equal(value_get_text(last, "what"), STR("撤销单位")) &&
                str_equal(value_get_text(last, "detail"), STR("2026-06-30")));
    STORE_OK(run(store, &command_unit_reopen, jsonf(store, "{'id': %lld}", (long long)unit), NULL));
    assert_true(page_says(&session, path, below));
    assert_true(page_says(&session, path, "至今"));
    assert_true(page_says(&session, path, "恢复单位"));
    app_end();
    doing_end();
    expect_clean(store);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_unit_sees_marks_and_total_when_they_are_told),
                     STORE_CASE(search_finds_rules_and_evidence_for_who_may_see_them),
                     STORE_CASE(rules_issued_on_boards_are_those_of_the_list),
                     STORE_CASE(money_to_confirm_is_work_of_finance),
                     STORE_CASE(a_list_that_a_filter_empties_offers_to_clear_it),
                     STORE_CASE(a_closed_unit_says_so_and_takes_no_unit_below_it),
                     STORE_CASE(a_finding_leads_to_the_meeting_that_approved_its_plan));
}
