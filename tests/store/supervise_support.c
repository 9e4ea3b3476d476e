/* supervise_support.c: see supervise_support.h. */
#include "supervise_support.h"

#include <string.h>

#include "base/clock.h"
#include "loop/task.h"
#include "loop/tick.h"

struct supervise_world world;

void on_day(const char *day)
{
    int32_t n = 0;
    assert_true(date_parse(str_from_cstr(day), &n));
    clock_set_ms(((int64_t)n * 86400 + 2 * 3600) * 1000); /* ten in the morning in China */
}

static enum rc run_batch(void *arg, struct write_job *job) { return writer_run_once(arg, job); }

static void heard(void *arg, const char *name, int64_t changed, struct ctx *ctx, enum rc rc)
{
    (void)arg;
    (void)changed;
    if (rc != RC_OK)
        print_error("tick %s: %s %.*s\n", name, rc_name(rc), STR_ARG(ctx->first ? ctx->first->key : STR_EMPTY));
}

void day_comes(struct store *store, const char *day)
{
    on_day(day);
    STORE_OK(tick_run_all(str_from_cstr(day), run_batch, heard, store->db));
}

int64_t make_person(struct store *store, int64_t unit, const char *name)
{
    return make(store, &command_person_create,
                jsonf(store, "{'unit_id': %lld, 'name': '%s', 'email': '%s@example.cn'}", (long long)unit, name, name));
}

void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    on_day("2026-06-01");
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    int64_t west = make_unit(store, world.root, "W", "西部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.second = make_actor(store, "second", "office", world.root, LABEL_WORK_SECRET);
    world.approver = make_actor(store, "approver", "unit_approver", world.firm, LABEL_INTERNAL);
    world.outsider = make_actor(store, "outsider", "unit_approver", west, LABEL_INTERNAL);
    world.boss = make_person(store, world.root, "李领导");
    world.heir = make_person(store, world.root, "王领导");
    world.leader = make_actor_of(store, "leader", "lead_leader", world.root, world.boss);
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    give_finding(store, world.finding, world.firm, "2026-12-31");
    world.measure = make(
        store, &command_measure_plan,
        jsonf(store, "{'finding_id': %lld, 'text': '清理超比例担保', 'due': '2026-07-31'}", (long long)world.finding));
    world.task = make(store, &command_task_assign,
                      jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'start': '2026-06-01'}",
                            (long long)world.measure, (long long)world.firm));
    STORE_OK(run_as(store, &world.approver, &command_task_accept, jsonf(store, "{'id': %lld}", (long long)world.task),
                    NULL));
}

enum rc act(struct store *store, const struct actor *actor, const struct command *command, int64_t id, const char *more)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld%s}", (long long)id, more), NULL);
}

int64_t one(struct store *store, const char *sql) { return count_sql(store, sql); }

int64_t waits(struct store *store, const char *what)
{
    return count_sqlf(store, "SELECT count(*) FROM wait WHERE what = '%s'", what);
}
