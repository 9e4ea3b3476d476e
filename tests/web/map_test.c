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

/* Without a source in the address: the newest that has something to show. */
STORE_TEST(a_map_begins_with_a_source_worth_seeing)
{
    struct str body;
    make_world(store);
    int64_t small = make_source(store, world.root, "LY-2026-002");
    (void)make_finding(store, small, "仅此一项");
    app_start(store);
    assert_int_equal(app_get(&world.office, "/map", "text/html", &body), 200);
    struct str chosen = arena_format(store->ctx->arena, "<option value=\"%lld\" selected>", (long long)world.source);
    assert_true(str_find(body, chosen, 0) != SIZE_MAX);
    assert_true(str_find(body, STR("仅此一项"), 0) == SIZE_MAX);
    struct str path = arena_format(store->ctx->arena, "/map?source=%lld", (long long)small);
    assert_int_equal(app_get(&world.office, path.p, "text/html", &body), 200);
    assert_true(str_find(body, STR("仅此一项"), 0) != SIZE_MAX);
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
    assert_true(str_find(body, STR("已登记 · 2026-12-31"), 0) !=
                SIZE_MAX); /* the state first: a narrow node cuts the end */
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

/* ---- a map that is not read whole ---- */

enum { MANY = 40 };

static int64_t count_of(struct str body, const char *needle)
{
    struct str what = str_from_cstr(needle);
    int64_t n = 0;
    for (size_t at = 0; (at = str_find(body, what, at)) != SIZE_MAX; at += what.n)
        n++;
    return n;
}

/* Sum of the numbers on what is folded. */
static int64_t folded_sum(struct str body)
{
    int64_t sum = 0, n;
    for (size_t at = 0; (at = str_find(body, STR("<text class=\"m-fold\""), at)) != SIZE_MAX;) {
        at = str_find_byte(body, '>', at) + 1;
        if (str_parse_int64(str_slice(body, at, str_find_byte(body, '<', at)), &n))
            sum += n;
    }
    return sum;
}

static struct str get_map(struct store *store, const struct app_session *session, const char *more)
{
    struct str body, path = arena_format(store->ctx->arena, "/map?source=%lld%s", (long long)world.source, more);
    assert_int_equal(app_get(session, path.p, "text/html", &body), 200);
    return arena_copy_str(store->ctx->arena, body);
}

/* Every second finding has work: a measure and a task. */
static int64_t make_many(struct store *store)
{
    int64_t last = 0;
    for (int i = 0; i < MANY; i++) {
        int64_t finding = make_finding(store, world.source, "资金占用");
        STORE_OK(run(store, &command_finding_change,
                     jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '20%02d-0%d-10'}", (long long)finding,
                           (long long)(i % 3 ? world.firm : world.other), i % 4 ? 20 : 90, i % 9 + 1),
                     NULL));
        if (i % 2)
            continue;
        int64_t measure = make(store, &command_measure_plan,
                               jsonf(store, "{'finding_id': %lld, 'text': '收回资金'}", (long long)finding));
        last = id_of(store, &command_task_assign,
                     jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'title': '逐笔核对%d'}", (long long)measure,
                           (long long)(i % 4 ? world.firm : world.other), i));
    }
    return last;
}

/* What is shown and what is folded is all there is, as the whole reading has it. */
static void expect_complete(struct store *store, const struct app_session *session, const char *more)
{
    struct str body = get_map(store, session, more);
    struct str path = arena_format(store->ctx->arena, "/map?source=%lld%s", (long long)world.source, more);
    struct value *view = app_view(store, session, path.p);
    int64_t all = value_get_int(view, "node_count", -1), shown = value_get_int(view, "shown_count", -1), findings = 0;
    assert_int_equal(count_of(body, "class=\"node\""), shown);
    assert_int_equal(shown + folded_sum(body), all);
    assert_int_equal((int64_t)value_count(value_get(view, "nodes")), all);
    struct str figures = arena_format(store->ctx->arena, "%lld / %lld</span>", (long long)shown, (long long)all);
    assert_true(str_find(body, figures, 0) != SIZE_MAX);
    VALUE_EACH (node, value_get(view, "nodes"))
        findings += str_equal(value_get_text(node, "kind"), STR("finding"));
    VALUE_EACH (state, value_get(view, "states"))
        findings -= value_get_int(state, "n", 0);
    assert_int_equal(findings, 0);
}

STORE_TEST(a_folded_branch_says_the_sum_of_its_parts)
{
    static const char *const groups[] = {"aspect", "unit", "leader", "date"};
    static const char *const colours[] = {"state", "progress", "alert"};
    make_world(store);
    (void)make_many(store);
    app_start(store);
    const struct app_session *readers[] = {&world.office, &world.part};
    for (size_t r = 0; r < 2; r++) {
        for (int i = 0; i < 4 * 5; i++) {
            struct str more =
                arena_format(store->ctx->arena, "&group=%s&colour=%s&level=%d", groups[i % 4], colours[i % 3], i / 4);
            expect_complete(store, readers[r], more.p);
        }
        struct str body = get_map(store, readers[r], "&group=unit&level=1");
        assert_int_equal(count_of(body, "id=\"n-f"), 0);
        assert_true(count_of(body, "m-part s-overdue") > 0);
        for (size_t at = 0; (at = str_find(body, STR("id=\"n-g"), at)) != SIZE_MAX; at++) { /* each group alone */
            struct str id = str_slice(body, at + 6, str_find_byte(body, '"', at + 6));
            struct str more = arena_format(store->ctx->arena, "&group=unit&level=1&t=%.*s", STR_ARG(id));
            expect_complete(store, readers[r], more.p);
            assert_true(count_of(get_map(store, readers[r], more.p), "id=\"n-f") > 0 || id.n == 2);
        }
        for (int i = 0; i < 2; i++)
            expect_complete(
                store, readers[r],
                arena_format(store->ctx->arena, "&level=%d&t=f%lld.r0", i + 2, (long long)world.findings[0]).p);
    }
    app_end();
}

STORE_TEST(a_map_opens_the_way_to_what_is_folded)
{
    make_world(store);
    int64_t last = make_many(store);
    app_start(store);
    struct str task = arena_format(store->ctx->arena, "id=\"n-t%lld\"", (long long)last);
    struct str at = arena_format(store->ctx->arena, "&level=1&at=t%lld", (long long)last);
    assert_true(str_find(get_map(store, &world.office, "&level=1"), task, 0) == SIZE_MAX);
    struct str body = get_map(store, &world.office, at.p);
    assert_true(str_find(body, task, 0) != SIZE_MAX);
    assert_int_equal(count_of(body, "m-found"), 1);
    assert_true(count_of(body, "id=\"n-f") > MANY / 2 &&
                count_of(body, "id=\"n-t") == 1); /* one group, one finding of it */
    expect_complete(store, &world.office, at.p);
    expect_complete(store, &world.office, arena_format(store->ctx->arena, "&group=unit%.*s", STR_ARG(at)).p);
    at = arena_format(store->ctx->arena, "&level=1&at=m%lld", (long long)world.measure);
    assert_true(count_of(get_map(store, &world.part, at.p), "id=\"n-m") == 1);
    at = arena_format(store->ctx->arena, "&at=f%lld", (long long)world.findings[1]); /* not this reader's */
    assert_int_equal(count_of(get_map(store, &world.part, at.p), "m-found"), 0);
    body = get_map(store, &world.office,
                   "&level=1&q=%E9%80%90%E7%AC%94%E6%A0%B8%E5%AF%B9"); /* a task's title, all of them folded */
    assert_int_equal(count_of(body, "m-found"), MANY / 2);
    assert_int_equal(count_of(body, "id=\"n-t"), MANY / 2);
    expect_complete(store, &world.office, "&level=1&q=%E9%80%90%E7%AC%94%E6%A0%B8%E5%AF%B9");
    struct str path = arena_format(store->ctx->arena, "/map?source=%lld&at=x1", (long long)world.source);
    assert_int_equal(app_get(&world.office, path.p, "text/html", &body), 422);
    app_end();
}

/* Titles of the groups, each behind that of the group it stands in: "东部公司/财务部" */
static struct str group_paths(struct store *store, const struct app_session *session, const char *more)
{
    struct str path = arena_format(store->ctx->arena, "/map?source=%lld%s", (long long)world.source, more);
    const struct value *nodes = value_get(app_view(store, session, path.p), "nodes");
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 64 * 1024);
    VALUE_EACH (node, nodes) {
        if (!str_equal(value_get_text(node, "kind"), STR("group")))
            continue;
        struct str title = value_get_text(node, "title");
        for (const struct value *up = node;;) {
            int64_t at = value_get_int(up, "parent", 0);
            if (at <= 0)
                break;
            up = nodes->items.first;
            while (at--)
                up = up->next;
            title = arena_format(store->ctx->arena, "%.*s/%.*s", STR_ARG(value_get_text(up, "title")), STR_ARG(title));
        }
        buf_add_format(&out, "%.*s %lld\n", STR_ARG(title), (long long)value_get_int(node, "below", -1));
    }
    return arena_copy_str(store->ctx->arena, buf_str(&out));
}

static void expect_groups(struct str paths, const char *expected)
{
    if (!str_equal_cstr(paths, expected))
        fail_msg("%.*s instead of %s", STR_ARG(paths), expected);
}

static void move_finding(struct store *store, int64_t finding, int64_t unit)
{
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)finding, (long long)unit), NULL));
}

STORE_TEST(groups_by_unit_stand_as_the_units_do)
{
    make_world(store);
    int64_t region = make_unit(store, world.firm, "R", "片区"), yard = make_unit(store, region, "Y", "船厂");
    int64_t east = make_unit(store, world.firm, "FC", "财务部"), west = make_unit(store, world.other, "WC", "财务部");
    app_start(store);
    expect_groups(group_paths(store, &world.office, "&group=unit"), "东部公司 4\n西部公司 1\n");
    /* Two units of one name are two groups; one with nothing but one below it is left out. */
    move_finding(store, make_finding(store, world.source, "费用报销不规范"), east);
    move_finding(store, make_finding(store, world.source, "费用报销不规范"), west);
    move_finding(store, make_finding(store, world.source, "安全投入不足"), yard);
    expect_groups(group_paths(store, &world.office, "&group=unit"), "东部公司 8\n东部公司/财务部 1\n东部公司/船厂 1\n"
                                                                    "西部公司 3\n西部公司/财务部 1\n");
    /* What is found in the unit above all others stands in a group of its own. */
    (void)make_finding(store, world.source, "统筹不够");
    struct str paths = group_paths(store, &world.office, "&group=unit");
    assert_true(str_find(paths, STR("本级 1\n东部公司 8\n"), 0) != SIZE_MAX);
    /* A reader of one part begins with what is below it. */
    expect_groups(group_paths(store, &world.part, "&group=unit"), "东部公司本级 3\n财务部 1\n船厂 1\n");
    const struct app_session *readers[] = {&world.office, &world.part};
    for (int i = 0; i < 2 * 5; i++)
        expect_complete(store, readers[i % 2], arena_format(store->ctx->arena, "&group=unit&level=%d", i / 2).p);
    struct str at = arena_format(store->ctx->arena, "&group=unit&level=1&t=g%lld", (long long)world.firm);
    expect_complete(store, &world.office, at.p);
    struct str body = get_map(store, &world.office, at.p);
    assert_true(str_find(body, arena_format(store->ctx->arena, "id=\"n-g%lld\"", (long long)yard), 0) != SIZE_MAX);
    assert_true(str_find(body, arena_format(store->ctx->arena, "id=\"n-g%lld\"", (long long)west), 0) == SIZE_MAX);
    app_end();
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(a_map_holds_what_its_reader_may_see), STORE_CASE(a_map_begins_with_a_source_worth_seeing),
        STORE_CASE(a_map_folds_through_links_and_finds), STORE_CASE(a_folded_branch_says_the_sum_of_its_parts),
        STORE_CASE(groups_by_unit_stand_as_the_units_do), STORE_CASE(a_map_opens_the_way_to_what_is_folded));
}
