/* map_test.c: the mind map's page: what it shows to whom, folding through links, search, files. */
#include "app_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/task.h"

static struct {
    int64_t root, firm, other, source, findings[3], measure, task;
    struct app_session office, part, outsider;
} world;

static int64_t id_of(struct store *store, const struct command *command, const struct value *raw)
{
    struct actor actor = actor_program();
    struct value *result;
    STORE_OK(run_as(store, &actor, command, raw, &result));
    return value_get_int(result, "id", 0);
}

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.other = make_unit(store, world.root, "W", "西部公司");
    world.source = make_source(store, world.root, "LY-2026-001");
    for (int i = 0; i < 3; i++) {
        world.findings[i] = make_finding(store, world.source, i == 2 ? "采购不规范 <急>" : "担保管理不规范");
        STORE_OK(run(store, &command_finding_change,
                     jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '2026-12-31', 'label': %d}",
                           (long long)world.findings[i], (long long)(i == 1 ? world.other : world.firm), i),
                     NULL));
    }
    world.measure = make(store, &command_measure_plan,
                         jsonf(store, "{'finding_id': %lld, 'text': '清理超比例担保', 'due': '2026-11-30'}",
                               (long long)world.findings[0]));
    world.task = id_of(store, &command_task_assign,
                       jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'title': '清理台账'}",
                             (long long)world.measure, (long long)world.firm));
    struct actor office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    struct actor part = make_actor(store, "part", "unit_approver", world.firm, LABEL_INTERNAL);
    struct actor outsider = make_actor(store, "outsider", "reader", world.other, LABEL_PUBLIC);
    world.office = app_sign_in(store, office.account_id);
    world.part = app_sign_in(store, part.account_id);
    world.outsider = app_sign_in(store, outsider.account_id);
}

static int64_t node_count(struct store *store, const struct app_session *session, const char *more)
{
    struct str path = arena_format(store->ctx->arena, "/map?source=%lld%s", (long long)world.source, more);
    return value_get_int(app_view(store, session, path.p), "node_count", -1);
}

STORE_TEST(a_map_holds_what_its_reader_may_see)
{
    struct str body, path;
    make_world(store);
    app_start(store);
    assert_int_equal(node_count(store, &world.office, ""), 1 + 1 + 3 + 1 + 1);
    assert_int_equal(node_count(store, &world.office, "&group=unit"), 1 + 2 + 3 + 1 + 1);
    assert_int_equal(node_count(store, &world.part, ""), 1 + 1 + 1 + 1 + 1);
    path = arena_format(store->ctx->arena, "/map?source=%lld", (long long)world.source);
    assert_int_equal(app_get(&world.outsider, path.p, "application/json", &body), 404);
    path = arena_format(store->ctx->arena, "/sources/%lld/map/export?format=txt", (long long)world.source);
    assert_int_equal(app_get(&world.part, path.p, "*/*", &body), 200);
    assert_true(str_find(body, STR("清理台账"), 0) != SIZE_MAX);
    assert_true(str_find(body, STR("采购"), 0) == SIZE_MAX);
    assert_int_equal(app_get(&world.outsider, path.p, "*/*", &body), 404);
    app_end();
}

STORE_TEST(a_map_folds_through_links_and_finds)
{
    struct str body, path;
    make_world(store);
    app_start(store);
    path = arena_format(store->ctx->arena, "/map?source=%lld&level=4", (long long)world.source);
    assert_int_equal(app_get(&world.office, path.p, "text/html", &body), 200);
    assert_true(str_find(body, STR("id=\"n-t"), 0) != SIZE_MAX);
    assert_true(str_find(body, STR("<急>"), 0) == SIZE_MAX);
    struct str link = arena_format(store->ctx->arena, "&amp;t=f%lld#n-f%lld", (long long)world.findings[0],
                                   (long long)world.findings[0]);
    assert_true(str_find(body, link, 0) != SIZE_MAX);
    path = arena_format(store->ctx->arena, "/map?source=%lld&level=4&t=f%lld", (long long)world.source,
                        (long long)world.findings[0]);
    assert_int_equal(app_get(&world.office, path.p, "text/html", &body), 200);
    assert_true(str_find(body, STR("id=\"n-t"), 0) == SIZE_MAX);
    path = arena_format(store->ctx->arena, "/map?source=%lld&level=1&q=%%E6%%B8%%85%%E7%%90%%86%%E5%%8F%%B0",
                        (long long)world.source);
    assert_int_equal(app_get(&world.office, path.p, "text/html", &body), 200);
    assert_true(str_find(body, STR("m-found"), 0) != SIZE_MAX && str_find(body, STR("id=\"n-t"), 0) != SIZE_MAX);
    path = arena_format(store->ctx->arena, "/map?source=%lld&t=%%22%%3E", (long long)world.source);
    assert_int_equal(app_get(&world.office, path.p, "text/html", &body), 422);
    app_end();
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_map_holds_what_its_reader_may_see), STORE_CASE(a_map_folds_through_links_and_finds));
}
