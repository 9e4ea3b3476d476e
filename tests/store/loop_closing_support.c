/* loop_closing_support.c: see loop_closing_support.h. */
#include "loop_closing_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/cause.h"
#include "loop/evidence.h"
#include "loop/node.h"

struct closing_world world;

struct actor closing_make_person(struct store *store, const char *login, const char *role, int64_t unit_id)
{
    int64_t person =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '%s'}", (long long)unit_id, login));
    struct actor actor = make_actor_of(store, login, role, unit_id, person);
    actor.login = actor.name = arena_copy_str(store->ctx->arena, str_from_cstr(login));
    return actor;
}

int64_t closing_person_of(struct store *store, const struct actor *actor)
{
    return count_sqlf(store, "SELECT person_id FROM account WHERE id = %lld", (long long)actor->account_id);
}

static int64_t ask(struct store *store, const char *format, int64_t id)
{
    return count_sqlf(store, format, (long long)id); /* NOLINT */
}

void closing_make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.plant = make_unit(store, world.firm, "F1", "东部一厂");
    world.other = make_unit(store, world.root, "W", "西部公司");
    world.chief = closing_make_person(store, "chief", "unit_approver", world.firm);
    world.reporter = closing_make_person(store, "reporter", "unit_reporter", world.firm);
    world.department = closing_make_person(store, "department", "lead_department", world.root);
    world.leader = closing_make_person(store, "leader", "lead_leader", world.root);
    world.office = closing_make_person(store, "office", "office", world.root);
    world.supervisor = closing_make_person(store, "supervisor", "reviewer", world.root);
    world.group = closing_make_person(store, "group", "leading_group", world.root);
    world.second_group = closing_make_person(store, "group2", "leading_group", world.root);
    world.outsider = closing_make_person(store, "outsider", "reviewer", world.other);
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
}

static void append_event(struct store *store, enum event_kind kind, int64_t subject, const struct value *body)
{
    struct event_new event = {.kind = kind,
                              .chain = world.source,
                              .subject = subject,
                              .at_ms = clock_now_ms(),
                              .reason = STR(""),
                              .body = body};
    int64_t seq;
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &seq));
    STORE_OK(db_commit(store->ctx, store->db));
}

void closing_force_state(struct store *store, int64_t finding, const char *to)
{
    append_event(
        store, EVENT_FINDING_MOVED, finding,
        jsonf(store, "{'noun': 'finding', 'id': %lld, 'to': '%s', 'by': 'test', 'waits': []}", (long long)finding, to));
}

void closing_finish_task(struct store *store, int64_t task)
{
    append_event(
        store, EVENT_TASK_MOVED, task,
        jsonf(store,
              "{'noun': 'task', 'id': %lld, 'to': 'done', 'by': 'pass', 'finding_id': %lld, 'measure_id': %lld,"
              " 'parent_id': null, 'waits': [], 'sums': [{'sum_id': %lld}]}",
              (long long)task, (long long)ask(store, "SELECT finding_id FROM task WHERE id = %lld", task),
              (long long)ask(store, "SELECT measure_id FROM task WHERE id = %lld", task), (long long)task));
}

static void give_work(struct store *store, int64_t finding)
{
    struct value *result;
    world.measure =
        make(store, &command_measure_plan,
             jsonf(store, "{'finding_id': %lld, 'text': '清理超比例担保', 'due': '2099-11-30'}", (long long)finding));
    STORE_OK(
        run_as(store, &world.office, &command_task_assign,
               jsonf(store, "{'measure_id': %lld, 'unit_id': %lld}", (long long)world.measure, (long long)world.firm),
               &result));
    world.task = value_get_int(result, "id", 0);
    STORE_OK(run_as(store, &world.reporter, &command_task_accept, jsonf(store, "{'id': %lld}", (long long)world.task),
                    NULL));
    (void)make(store, &command_node_plan,
               jsonf(store, "{'task_id': %lld, 'name': '清理完毕', 'start': '2099-01-01', 'due': '2099-10-31'}",
                     (long long)world.task));
}

void closing_prove(struct store *store, const char *kind, int64_t id, const char *class_name)
{
    struct value *result;
    char today[DATE_TEXT_BYTES];
    date_format(clock_today(), today);
    STORE_OK(
        run_as(store, &world.reporter, &command_evidence_add,
               jsonf(store,
                     "{'subject_kind': '%s', 'subject_id': %lld, 'class': '%s', 'made_on': '%s', 'sha256': '%064lld',"
                     " 'file_name': 'a.png', 'media_type': 'image/png', 'format': 'png', 'size_bytes': 3}",
                     kind, (long long)id, class_name, today, (long long)id),
               &result));
    STORE_OK(run_as(
        store, &world.chief, &command_evidence_judge,
        jsonf(store, "{'id': %lld, 'n': 1, 'verdict': 'effective'}", (long long)value_get_int(result, "id", 0)), NULL));
}

static void find_cause(struct store *store, int64_t finding)
{
    (void)make(store, &command_cause_find,
               jsonf(store, "{'finding_id': %lld, 'level': 'system', 'method': 'study', 'text': '担保没有比例上限'}",
                     (long long)finding));
}

void closing_make_ready(struct store *store, int64_t finding)
{
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '2099-12-31', 'reason': '时限'}",
                       (long long)finding, (long long)world.firm),
                 NULL));
    closing_force_state(store, finding, "doing");
    find_cause(store, finding);
    give_work(store, finding);
    closing_prove(store, "task", world.task, "photo");
    closing_finish_task(store, world.task);
}

enum rc closing_submit(struct store *store, const struct actor *actor, int64_t finding, int64_t *ret_review)
{
    struct value *result = NULL;
    enum rc rc = run_as(store, actor, &command_finding_submit,
                        jsonf(store, "{'id': %lld, 'self_result': '已完成', 'pledge': '承诺真实', 'is_pledged': true}",
                              (long long)finding),
                        &result);
    if (rc == RC_OK && ret_review)
        *ret_review = value_get_int(result, "review_id", 0);
    return rc;
}

enum rc closing_sign(struct store *store, const struct actor *actor, const struct command *command, int64_t review)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld, 'reason': '意见'}", (long long)review), NULL);
}

void closing_sign_all(struct store *store, int64_t review)
{
    const struct actor *signers[] = {&world.department, &world.leader, &world.supervisor, &world.office, &world.group};
    for (size_t i = 0; i < sizeof signers / sizeof signers[0]; i++)
        STORE_OK(closing_sign(store, signers[i], &command_review_approve, review));
}

void closing_close(struct store *store, int64_t finding)
{
    int64_t review = 0;
    closing_make_ready(store, finding);
    STORE_OK(closing_submit(store, &world.chief, finding, &review));
    closing_sign_all(store, review);
}

int64_t closing_state_is(struct store *store, int64_t finding, const char *state)
{
    return count_sqlf(
        store,
        "SELECT count(*) FROM finding f JOIN cycle c ON c.id = f.cycle_id WHERE f.id = %lld AND f.status = '%s' AND "
        "c.state = '%s'",
        (long long)finding, state, state);
}
