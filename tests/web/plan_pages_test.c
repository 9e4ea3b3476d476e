/* plan_pages_test.c: what a plan's pages say: the difference between what a meeting has before it and the work of
 * today names the finding of each row; on both engines. */
#include "app_support.h"

#include <stdio.h>

#include "loop/cause.h"
#include "loop/duty.h"
#include "loop/finding.h"
#include "loop/measure.h"
#include "loop/node.h"
#include "loop/plan.h"
#include "loop/task.h"
#include "loop_closing_support.h"

static void plan_the_finding(struct store *store, int64_t *ret_task)
{
    long long finding = (long long)world.finding;
    STORE_OK(run(store, &command_finding_confirm, jsonf(store, "{'id': %lld}", finding), NULL));
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'due': '2026-12-31', 'reason': '定期限'}", finding), NULL));
    STORE_OK(run(store, &command_finding_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", finding,
                       (long long)closing_person_of(store, &world.leader)),
                 NULL));
    int64_t cause = make(
                store, &command_cause_find,
                jsonf(store, "{'finding_id': %lld, 'level': 'system', 'method': 'study', 'text': '缺制度'}", finding)),
            measure = make(
                store, &command_measure_plan,
                jsonf(store, "{'finding_id': %lld, 'text': '修订办法', 'cause_id': %lld}", finding, (long long)cause));
    *ret_task = make(store, &command_task_assign,
                     jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'goal': '修订办法1项'}", (long long)measure,
                           (long long)world.firm));
    make(store, &command_node_plan,
         jsonf(store, "{'task_id': %lld, 'name': '起草', 'start': '2026-12-01', 'due': '2026-12-10'}",
               (long long)*ret_task));
}

static struct str no_of_added(const struct value *view, const char *kind)
{
    VALUE_EACH (row, value_get(value_get(view, "difference"), "added"))
        if (str_equal_cstr(value_get_text(row, "row_kind"), kind))
            return value_get_text(row, "no_text");
    fail_msg("no row of kind %s was added", kind);
    return STR_EMPTY;
}

STORE_TEST(the_difference_names_the_finding_of_each_row)
{
    int64_t task;
    char path[60];
    closing_make_world(store);
    plan_the_finding(store, &task);
    int64_t plan = make(store, &command_plan_make, jsonf(store, "{'source_id': %lld}", (long long)world.source));
    STORE_OK(run(store, &command_plan_submit, jsonf(store, "{'id': %lld}", (long long)plan), NULL));
    make(store, &command_measure_plan, jsonf(store, "{'finding_id': %lld, 'text': '培训'}", (long long)world.finding));
    make(
        store, &command_node_plan,
        jsonf(store, "{'task_id': %lld, 'name': '印发', 'start': '2026-12-11', 'due': '2026-12-20'}", (long long)task));
    app_start(store);
    struct app_session office = app_sign_in(store, world.office.account_id);
    snprintf(path, sizeof path, "/plans/%lld/difference?from=1&to=0", (long long)plan);
    const struct value *view = app_view(store, &office, path);
    const struct value *finding =
        app_view(store, &office, arena_format(store->ctx->arena, "/findings/%lld", (long long)world.finding).p);
    struct str no = value_get_text(value_get(finding, "finding"), "no");
    assert_true(str_equal(no_of_added(view, "node"), no));
    assert_true(str_equal(no_of_added(view, "measure"), arena_format(store->ctx->arena, "%.*s/2", STR_ARG(no))));
    app_end();
}

int main(void) { return STORE_RUN(STORE_CASE(the_difference_names_the_finding_of_each_row)); }
