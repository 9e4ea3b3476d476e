/* rival_test.c: two people have the form of one record open.  The second one to save is told
 * who changed what meanwhile, keeps what was typed, takes over what was left alone, and can save on top; on both
 * engines. */
#include "app_support.h"

#include <stdio.h>
#include <string.h>

#include "loop/cause.h"
#include "loop/measure.h"
#include "loop/node.h"
#include "loop/plan.h"
#include "loop/rule.h"
#include "loop/task.h"
#include "loop_closing_support.h"

static struct app_session first, second;

static void begin(struct store *store)
{
    closing_make_world(store);
    struct actor other = closing_make_person(store, "zhaosi", "office", world.root);
    app_start(store);
    first = app_sign_in(store, world.office.account_id);
    second = app_sign_in(store, other.account_id);
}

static struct str field(struct store *store, const char *form_path, const char *name)
{
    const struct value *form = value_get(app_view(store, &second, form_path), "form"), *v = value_get(form, name);
    return v && v->kind == VALUE_TEXT ? v->text : value_get_text(v, "value");
}

/* The hidden fields of a form as it is now. */
static const char *version_of(struct store *store, const char *form_path)
{
    return arena_format(store->ctx->arena, "form=%s&rev=%.*s&seen=%.*s", form_path,
                        STR_ARG(field(store, form_path, "rev")), STR_ARG(field(store, form_path, "seen")))
        .p;
}

static int post(struct store *store, const struct app_session *who, const char *path, const char *version,
                const char *rest, struct str *ret_body)
{
    return app_post(who, path, arena_format(store->ctx->arena, "%s&%s", version, rest).p, ret_body);
}

static void has(struct str body, const char *part)
{
    if (str_find(body, str_from_cstr(part), 0) == SIZE_MAX)
        fail_msg("\"%s\" is not in:\n%.*s", part, STR_ARG(body));
}

static void has_not(struct str body, const char *part)
{
    if (str_find(body, str_from_cstr(part), 0) != SIZE_MAX)
        fail_msg("\"%s\" is in:\n%.*s", part, STR_ARG(body));
}

static const char *hidden_version(struct store *store, struct str body)
{
    char text[2][24] = {"", ""};
    static const char *const names[] = {"name=\"rev\" value=\"", "name=\"seen\" value=\""};
    for (int i = 0; i < 2; i++) {
        size_t at = str_find(body, str_from_cstr(names[i]), 0);
        assert_true(at != SIZE_MAX);
        size_t from = at + strlen(names[i]), to = str_find_byte(body, '"', from);
        snprintf(text[i], sizeof text[i], "%.*s", (int)(to - from), body.p + from);
    }
    return arena_format(store->ctx->arena, "rev=%s&seen=%s", text[0], text[1]).p;
}

STORE_TEST(who_saves_a_finding_second_sees_what_the_first_changed)
{
    char path[40], form[48];
    struct str body;
    begin(store);
    snprintf(path, sizeof path, "/findings/%lld", (long long)world.finding);
    snprintf(form, sizeof form, "%s/edit", path);
    const char *version = version_of(store, form);
    struct str title = field(store, form, "title");
    assert_int_equal(post(store, &first, path, version, "responsible=甲部门&due=2027-03-01&severity=major", &body),
                     303);

    const char *mine = arena_format(store->ctx->arena, "title=%.*s（改）&responsible=乙部门&due=%s&severity=%s",
                                    STR_ARG(title), "", "")
                           .p;
    struct value *row = (struct value *)value_get(app_view(store, &second, path), "finding");
    assert_true(str_equal(value_get_text(row, "responsible"), STR("甲部门")));
    assert_int_equal(post(store, &second, path, version, mine, &body), 409);
    has(body, "id=\"rivals\"");
    has(body, "责任人"); /* the label of the field, as the form has it */
    has(body, "甲部门");
    has(body, "您填的不同");
    has(body, "在最新版本上保存");
    has(body, "value=\"乙部门\"");     /* what was typed stands */
    has(body, "（改）</textarea>");    /* also where nobody else wrote */
    has(body, "value=\"2027-03-01\""); /* what was left alone is the newest */
    has(body, "<option value=\"major\" selected>");
    has(body, "已换成最新内容");
    row = (struct value *)value_get(app_view(store, &second, path), "finding");
    assert_true(str_equal(value_get_text(row, "responsible"), STR("甲部门"))); /* nothing is saved yet */

    version = arena_format(store->ctx->arena, "form=%s&%s", form, hidden_version(store, body)).p;
    assert_int_equal(post(store, &second, path, version, "responsible=乙部门&due=2027-03-01&severity=major", &body),
                     303);
    row = (struct value *)value_get(app_view(store, &second, path), "finding");
    assert_true(str_equal(value_get_text(row, "responsible"), STR("乙部门")));
    assert_true(str_equal(value_get_text(row, "due"), STR("2027-03-01")));
    app_end();
}

STORE_TEST(a_step_of_the_finding_is_told_and_a_form_that_is_up_to_date_is_not_held_up)
{
    char path[40], form[48];
    struct str body;
    begin(store);
    snprintf(path, sizeof path, "/findings/%lld", (long long)world.finding);
    snprintf(form, sizeof form, "%s/edit", path);
    const char *version = version_of(store, form);
    closing_force_state(store, world.finding, "planned");
    assert_int_equal(post(store, &second, path, version, "responsible=乙部门", &body), 409);
    has(body, "id=\"rivals\"");
    has(body, "value=\"乙部门\"");
    has_not(body, "您填的不同");
    version = version_of(store, form);
    assert_int_equal(post(store, &second, path, version, "responsible=乙部门", &body), 303);
    /* who saves the same again, from a form opened before, is told that it is the same */
    assert_int_equal(post(store, &first, path, version, "responsible=乙部门", &body), 409);
    has(body, "与您填的一致");
    app_end();
}

STORE_TEST(measures_and_tasks_are_told_in_the_words_of_their_forms)
{
    char path[40], form[48];
    struct str body;
    begin(store);
    struct value *result;
    int64_t measure = make(store, &command_measure_plan,
                           jsonf(store, "{'finding_id': %lld, 'text': '清理'}", (long long)world.finding));
    STORE_OK(run_as(store, &world.office, &command_task_assign,
                    jsonf(store, "{'measure_id': %lld, 'unit_id': %lld}", (long long)measure, (long long)world.firm),
                    &result));
    int64_t task = value_get_int(result, "id", 0);
    snprintf(path, sizeof path, "/measures/%lld", (long long)measure);
    snprintf(form, sizeof form, "%s/edit", path);
    const char *version = version_of(store, form);
    struct str text = field(store, form, "text");
    const char *all = arena_format(store->ctx->arena, "text=%.*s&kinds=&kinds=rules&kinds=correct&finish_mark=印发施行",
                                   STR_ARG(text))
                          .p;
    assert_int_equal(post(store, &first, path, version, all, &body), 303);
    all = arena_format(store->ctx->arena, "text=%.*s 另行报告&kinds=&finish_mark=", STR_ARG(text)).p;
    assert_int_equal(post(store, &second, path, version, all, &body), 409);
    has(body, "id=\"rivals\"");
    has(body, "建章立制");
    has(body, "印发施行</textarea>");
    has(body, "另行报告</textarea>");
    has(body, "value=\"rules\" checked");

    snprintf(path, sizeof path, "/tasks/%lld", (long long)task);
    snprintf(form, sizeof form, "%s/change", path);
    version = version_of(store, form);
    assert_int_equal(
        post(store, &first, form, version, "goal=全部清理&report_cycle=days&report_days=20&reason=调整", &body), 303);
    assert_int_equal(post(store, &second, form, version, "goal=清理一半&reason=核实后调整", &body), 409);
    has(body, "id=\"rivals\"");
    has(body, "全部清理");
    has(body, "清理一半</textarea>");
    app_end();
}

STORE_TEST(units_are_told_too)
{
    char path[40], form[48];
    struct str body;
    begin(store);
    struct actor admin = closing_make_person(store, "guanli", "system_admin", world.root);
    first = app_sign_in(store, admin.account_id);
    second = app_sign_in(store, world.office.account_id);
    snprintf(path, sizeof path, "/units/%lld", (long long)world.firm);
    snprintf(form, sizeof form, "%s/edit", path);
    int status = app_get(&second, form, "text/html", &body);
    const struct app_session *editor = status == 200 ? &second : &first;
    assert_int_equal(app_get(editor, form, "text/html", &body), 200);
    size_t at = str_find(body, STR("name=\"revision\" value=\""), 0);
    assert_true(at != SIZE_MAX);
    at += strlen("name=\"revision\" value=\"");
    struct str revision = str_slice(body, at, str_find_byte(body, '"', at));
    const char *version = arena_format(store->ctx->arena, "revision=%.*s", STR_ARG(revision)).p;
    assert_int_equal(post(store, editor, form, version, "name=甲公司&code=A1&core_business=贸易", &body), 303);
    assert_int_equal(post(store, editor, form, version, "name=甲公司&code=A1&core_business=物流", &body), 409);
    has(body, "id=\"rivals\"");
    has(body, "贸易");
    has(body, "value=\"物流\"");
    app_end();
}

/* A form whose version is the newest event: the first saves, the second is told and sees both. */
static void expect_told(struct store *store, const char *form_path, const char *path, const char *fields,
                        const char *first_value, const char *second_value)
{
    struct str body;
    assert_int_equal(app_get(&second, form_path, "text/html", &body), 200);
    size_t at = str_find(body, STR("name=\"revision\" value=\""), 0);
    assert_true(at != SIZE_MAX);
    at += strlen("name=\"revision\" value=\"");
    const char *version = arena_format(store->ctx->arena, "form=%s&revision=%.*s", form_path,
                                       STR_ARG(str_slice(body, at, str_find_byte(body, '"', at))))
                              .p;
    assert_int_equal(
        post(store, &first, path, version, arena_format(store->ctx->arena, "%s%s", fields, first_value).p, &body), 303);
    assert_int_equal(
        post(store, &second, path, version, arena_format(store->ctx->arena, "%s%s", fields, second_value).p, &body),
        409);
    has(body, "id=\"rivals\"");
    has(body, first_value);
    has(body, second_value);
    has_not(body, version); /* a second press saves on top */
}

STORE_TEST(causes_nodes_rules_and_plans_are_told_too)
{
    begin(store);
    int64_t cause = make(store, &command_cause_find,
                         jsonf(store, "{'finding_id': %lld, 'level': 'system', 'method': 'study', 'text': '缺制度'}",
                               (long long)world.finding));
    int64_t measure = make(store, &command_measure_plan,
                           jsonf(store, "{'finding_id': %lld, 'text': '清理'}", (long long)world.finding));
    int64_t task =
        make(store, &command_task_assign,
             jsonf(store, "{'measure_id': %lld, 'unit_id': %lld}", (long long)measure, (long long)world.firm));
    int64_t node = make(
        store, &command_node_plan,
        jsonf(store, "{'task_id': %lld, 'name': '起草', 'start': '2026-12-01', 'due': '2026-12-10'}", (long long)task));
    int64_t rule = make(store, &command_rule_draft,
                        jsonf(store, "{'name': '担保办法', 'kind': 'new', 'unit_id': %lld}", (long long)world.root));
    int64_t plan = make(store, &command_plan_make, jsonf(store, "{'source_id': %lld}", (long long)world.source));
    char path[48], form[60];
    snprintf(path, sizeof path, "/causes/%lld", (long long)cause);
    expect_told(store, path, path, "level=system&method=study&steps=&text=", "制度不落地", "制度有缺口");
    const char *as_saved = "level=system&method=study&text=制度不落地&steps=";
    expect_told(store, path, path, as_saved, "为何没有制度", "为何不执行");
    struct str body;
    const char *version =
        arena_format(store->ctx->arena, "form=%s&revision=%.*s", path, STR_ARG(field(store, path, "revision"))).p;
    const char *deeper = arena_format(store->ctx->arena, "%s为何没有制度%%0A为何无人起草", as_saved).p;
    assert_int_equal(post(store, &first, path, version, deeper, &body), 303);
    assert_int_equal(
        post(store, &second, path, version, "level=system&method=study&text=另写&steps=为何没有制度", &body), 409);
    has(body, "为何没有制度\n为何无人起草</textarea>"); /* left alone: the newest */
    has(body, "另写</textarea>");
    snprintf(path, sizeof path, "/nodes/%lld", (long long)node);
    expect_told(store, path, path, "start=2026-12-01&due=2026-12-10&weight=100&deliverable=&name=", "起草初稿",
                "征求意见");
    snprintf(path, sizeof path, "/rules/%lld/change", (long long)rule);
    expect_told(store, path, path, "due=&review_due=&text=&old_text=&name=", "担保管理办法", "融资担保办法");
    snprintf(form, sizeof form, "/plans/%lld/change", (long long)plan);
    expect_told(store, form, form, "report_due=2026-12-31&concentrated_end=2027-05-31&pledge=&title=", "整改方案甲",
                "整改方案乙");
    app_end();
}

int main(void)
{
    return STORE_RUN(STORE_CASE(who_saves_a_finding_second_sees_what_the_first_changed),
                     STORE_CASE(a_step_of_the_finding_is_told_and_a_form_that_is_up_to_date_is_not_held_up),
                     STORE_CASE(measures_and_tasks_are_told_in_the_words_of_their_forms),
                     STORE_CASE(units_are_told_too), STORE_CASE(causes_nodes_rules_and_plans_are_told_too));
}
