/* loop_people_test.c: posts and their holders, teams and their members, who acts in whose place. */
#include "record_support.h"

#include <string.h>

#include "base/clock.h"
#include "loop/duty.h"
#include "loop/group.h"
#include "loop/post.h"

static struct {
    int64_t root, firm, person[3];
    struct actor actor[3], office;
} world;

/* A person of the firm with an account. */
static void make_person(struct store *store, int i)
{
    static const char *const names[] = {"甲", "乙", "丙"}, *const logins[] = {"jia", "yi", "bing"};
    world.person[i] = make(store, &command_person_create,
                           jsonf(store, "{'unit_id': %lld, 'name': '%s'}", (long long)world.firm, names[i]));
    int64_t account = make(store, &command_account_create,
                           jsonf(store, "{'login': '%s', 'name': '%s', 'person_id': %lld}", logins[i], names[i],
                                 (long long)world.person[i]));
    STORE_OK(run(store, &command_grant_give,
                 jsonf(store, "{'id': %lld, 'role': 'unit_approver', 'unit_id': %lld, 'clearance': 1}",
                       (long long)account, (long long)world.firm),
                 NULL));
    STORE_OK(actor_load(store->ctx, store->db, account, &world.actor[i]));
}

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_INTERNAL);
    for (int i = 0; i < 3; i++)
        make_person(store, i);
}

/* Whether the person's account is the actor on the day. */
static bool is_actor(struct store *store, int who, const char *kind, int64_t id, const char *day)
{
    int32_t n = 0;
    bool is = false;
    assert_true(date_parse(str_from_cstr(day), &n));
    STORE_OK(db_begin(store->ctx, store->db, false));
    struct command_call call = {
        .ctx = store->ctx, .db = store->db, .actor = &world.actor[who], .now_ms = ((int64_t)n * 24 + 4) * 3600000};
    STORE_OK(lifecycle_is_actor(&call, str_from_cstr(kind), id, &is));
    db_rollback(store->db);
    return is;
}

static enum rc by_office(struct store *store, const struct command *command, struct value *raw)
{
    return run_as(store, &world.office, command, raw, NULL);
}

STORE_TEST(a_post_passes_to_its_next_holder)
{
    struct value *result;
    make_world(store);
    STORE_OK(run_as(
        store, &world.office, &command_post_create,
        jsonf(store, "{'unit_id': %lld, 'title': '总经理', 'kind': 'leader', 'is_board': true}", (long long)world.firm),
        &result));
    long long post = (long long)value_get_int(result, "id", 0);
    STORE_RC(run_as(store, &world.actor[0], &command_post_appoint,
                    jsonf(store, "{'id': %lld, 'person_id': %lld, 'valid_from': '2026-01-01'}", post,
                          (long long)world.person[0]),
                    NULL),
             RC_FORBIDDEN);
    STORE_OK(by_office(
        store, &command_post_appoint,
        jsonf(store, "{'id': %lld, 'person_id': %lld, 'valid_from': '2026-01-01'}", post, (long long)world.person[0])));
    STORE_RC(by_office(store, &command_post_appoint,
                       jsonf(store, "{'id': %lld, 'person_id': %lld, 'valid_from': '2026-03-01'}", post,
                             (long long)world.person[0])),
             RC_INVALID);
    assert_string_equal(issue_key(store), "post.same_person");
    STORE_RC(by_office(store, &command_post_appoint,
                       jsonf(store, "{'id': %lld, 'person_id': %lld, 'valid_from': '2026-01-01'}", post,
                             (long long)world.person[1])),
             RC_INVALID);
    assert_string_equal(issue_key(store), "post.before_holder");
    STORE_OK(by_office(
        store, &command_post_appoint,
        jsonf(store, "{'id': %lld, 'person_id': %lld, 'valid_from': '2026-11-01'}", post, (long long)world.person[1])));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM tenure WHERE valid_to = '2026-10-31'"), 1);
    /* What is given to the post is done by its holder of the day. */
    assert_true(is_actor(store, 0, "post", post, "2026-10-31"));
    assert_false(is_actor(store, 0, "post", post, "2026-11-01"));
    assert_true(is_actor(store, 1, "post", post, "2026-11-01"));
    STORE_OK(by_office(store, &command_post_appoint,
                       jsonf(store, "{'id': %lld, 'person_id': %lld, 'valid_from': '2026-11-05', 'is_shared': true}",
                             post, (long long)world.person[2])));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM tenure WHERE valid_to IS NULL"), 2);
    STORE_RC(by_office(store, &command_post_close, jsonf(store, "{'id': %lld, 'reason': '撤销'}", post)), RC_GUARD);
    assert_int_equal(store->ctx->issue_count, 2);
    STORE_RC(by_office(store, &command_post_leave,
                       jsonf(store, "{'id': %lld, 'tenure_id': 99999, 'valid_to': '2026-11-10'}", post)),
             RC_INVALID);
    for (int i = 1; i < 3; i++) {
        int64_t tenure = count_sql(store, "SELECT min(id) FROM tenure WHERE valid_to IS NULL");
        STORE_RC(by_office(store, &command_post_leave,
                           jsonf(store, "{'id': %lld, 'tenure_id': %lld, 'valid_to': '2025-01-01'}", post,
                                 (long long)tenure)),
                 RC_INVALID);
        STORE_OK(by_office(
            store, &command_post_leave,
            jsonf(store, "{'id': %lld, 'tenure_id': %lld, 'valid_to': '2026-11-10'}", post, (long long)tenure)));
    }
    STORE_OK(by_office(store, &command_post_change,
                       jsonf(store, "{'id': %lld, 'title': '董事长', 'kind': 'leader'}", post)));
    STORE_OK(by_office(store, &command_post_close, jsonf(store, "{'id': %lld, 'reason': '撤销'}", post)));
    STORE_RC(by_office(store, &command_post_appoint,
                       jsonf(store, "{'id': %lld, 'person_id': %lld, 'valid_from': '2026-12-01'}", post,
                             (long long)world.person[0])),
             RC_GUARD);
    expect_kinds(store, "post");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(what_is_given_to_a_team_is_done_by_its_members_of_the_day)
{
    struct value *result;
    make_world(store);
    STORE_OK(run_as(store, &world.office, &command_team_create,
                    jsonf(store, "{'unit_id': %lld, 'kind': 'office', 'name': '整改办'}", (long long)world.firm),
                    &result));
    long long team = (long long)value_get_int(result, "id", 0);
    STORE_OK(by_office(store, &command_team_join,
                       jsonf(store, "{'id': %lld, 'person_id': %lld, 'role': 'head', 'valid_from': '2026-02-01'}", team,
                             (long long)world.person[0])));
    STORE_RC(
        by_office(store, &command_team_join,
                  jsonf(store, "{'id': %lld, 'person_id': %lld, 'role': 'member'}", team, (long long)world.person[0])),
        RC_INVALID);
    assert_true(is_actor(store, 0, "team", team, "2026-02-01"));
    assert_false(is_actor(store, 0, "team", team, "2026-01-31"));
    assert_false(is_actor(store, 1, "team", team, "2026-02-01"));
    STORE_RC(by_office(store, &command_team_leave,
                       jsonf(store, "{'id': %lld, 'member_id': %lld}", team, (long long)world.person[1])),
             RC_INVALID);
    STORE_OK(by_office(
        store, &command_team_leave,
        jsonf(store, "{'id': %lld, 'member_id': %lld, 'valid_to': '2026-03-01'}", team, (long long)world.person[0])));
    assert_false(is_actor(store, 0, "team", team, "2026-03-02"));
    STORE_OK(by_office(store, &command_team_join,
                       jsonf(store, "{'id': %lld, 'person_id': %lld, 'role': 'member', 'valid_from': '2026-04-01'}",
                             team, (long long)world.person[0])));
    STORE_OK(by_office(store, &command_team_change,
                       jsonf(store, "{'id': %lld, 'kind': 'leading_group', 'name': '领导小组'}", team)));
    STORE_RC(
        run_as(store, &world.actor[0], &command_team_end, jsonf(store, "{'id': %lld, 'reason': '结束'}", team), NULL),
        RC_FORBIDDEN);
    STORE_OK(by_office(store, &command_team_end, jsonf(store, "{'id': %lld, 'reason': '结束'}", team)));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM team_member WHERE valid_to IS NULL"), 0);
    STORE_RC(
        by_office(store, &command_team_join,
                  jsonf(store, "{'id': %lld, 'person_id': %lld, 'role': 'member'}", team, (long long)world.person[1])),
        RC_GUARD);
    /* The team of a special working group ends with the group. */
    int64_t finding = make_finding(store, make_source(store, world.firm, "LY-2026-001"), "问题");
    int64_t group = make(store, &command_group_set_up,
                         jsonf(store, "{'finding_id': %lld, 'name': '专班', 'head_id': %lld, 'plan': '方案'}",
                               (long long)finding, (long long)world.person[1]));
    STORE_RC(by_office(store, &command_team_end, jsonf(store, "{'id': %lld, 'reason': '结束'}", (long long)group)),
             RC_GUARD);
    STORE_OK(by_office(store, &command_team_join,
                       jsonf(store, "{'id': %lld, 'person_id': %lld, 'role': 'member'}", (long long)group,
                             (long long)world.person[2])));
    expect_kinds(store, "team");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_post_leads_and_a_team_does)
{
    make_world(store);
    long long f = (long long)make_finding(store, make_source(store, world.firm, "LY-2026-001"), "问题");
    long long post = (long long)make(
                  store, &command_post_create,
                  jsonf(store, "{'unit_id': %lld, 'title': '总经理', 'kind': 'leader'}", (long long)world.firm)),
              team = (long long)make(
                  store, &command_team_create,
                  jsonf(store, "{'unit_id': %lld, 'kind': 'task_force', 'name': '专班'}", (long long)world.firm));
    STORE_OK(run(
        store, &command_finding_charge,
        jsonf(store, "{'id': %lld, 'lead_leader_id': %lld, 'doer_team_id': %lld}", f, (long long)world.person[0], team),
        NULL));
    STORE_RC(run(store, &command_finding_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': %lld, 'lead_post_id': %lld}", f,
                       (long long)world.person[1], post),
                 NULL),
             RC_INVALID);
    assert_string_equal(issue_key(store), "duty.one_only");
    STORE_OK(run(store, &command_finding_charge, jsonf(store, "{'id': %lld, 'lead_post_id': null}", f),
                 NULL)); /* says nothing of the person */
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM duty WHERE role = 'lead_leader' AND actor_kind = 'person' AND until IS NULL"),
        1);
    STORE_OK(run(store, &command_finding_charge, jsonf(store, "{'id': %lld, 'lead_post_id': %lld}", f, post),
                 NULL)); /* instead of the person */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM duty WHERE role = 'lead_leader' AND until IS NULL"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM duty WHERE actor_kind = 'post' AND until IS NULL"), 1);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM duty WHERE actor_kind = 'team' AND role = 'doer' AND until IS NULL"), 1);
    STORE_OK(run(store, &command_post_close, jsonf(store, "{'id': %lld, 'reason': '撤销'}", post), NULL));
    STORE_RC(run(store, &command_finding_charge, jsonf(store, "{'id': %lld, 'lead_post_id': %lld}", f, post), NULL),
             RC_INVALID);
    assert_string_equal(issue_field(store), "lead_post_id");
    expect_clean(store);
    expect_rebuild_equal(store);
}

static enum rc give(struct store *store, int who, int64_t to, const char *from, const char *until,
                    struct value **ret_result)
{
    return run_as(store, &world.actor[who], &command_delegation_give,
                  jsonf(store, "{'to_person': %lld, 'valid_from': '%s', 'valid_to': '%s', 'reason': '出差'}",
                        (long long)to, from, until),
                  ret_result);
}

STORE_TEST(a_delegation_is_given_by_oneself_and_taken_back_at_once)
{
    struct value *result;
    clock_set_ms(1795600000000); /* 2026-11-25 */
    make_world(store);
    STORE_RC(give(store, 0, world.person[0], "2026-11-25", "2026-12-01", NULL), RC_INVALID);
    STORE_RC(give(store, 0, world.person[1], "2026-12-02", "2026-12-01", NULL), RC_INVALID);
    STORE_RC(give(store, 0, world.person[1], "2026-11-01", "2026-11-20", NULL), RC_INVALID);
    STORE_RC(give(store, 0, world.person[1], "2026-11-25", "2027-11-20", NULL), RC_INVALID);
    assert_string_equal(issue_key(store), "delegation.too_long");
    STORE_RC(
        run_as(store, &world.office, &command_delegation_give,
               jsonf(store, "{'to_person': %lld, 'valid_from': '2026-11-25', 'valid_to': '2026-12-01', 'reason': 'x'}",
                     (long long)world.person[0]),
               NULL),
        RC_GUARD); /* an account without a person */
    int64_t clerk =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '无账号'}", (long long)world.firm));
    STORE_RC(give(store, 0, clerk, "2026-11-25", "2026-12-01", NULL), RC_INVALID);
    assert_string_equal(issue_key(store), "delegation.no_account");
    STORE_OK(give(store, 0, world.person[1], "2026-11-25", "2026-12-01", &result));
    long long id = (long long)value_get_int(result, "id", 0);
    STORE_RC(give(store, 0, world.person[1], "2026-11-28", "2026-12-05", NULL), RC_INVALID);
    assert_string_equal(issue_key(store), "delegation.running");
    assert_true(is_actor(store, 1, "person", world.person[0], "2026-11-26"));
    assert_false(is_actor(store, 1, "person", world.person[0], "2026-12-02"));
    assert_false(is_actor(store, 2, "person", world.person[0], "2026-11-26"));
    STORE_RC(run_as(store, &world.actor[1], &command_delegation_take_back, jsonf(store, "{'id': %lld}", id), NULL),
             RC_NOT_FOUND);
    STORE_OK(run_as(store, &world.actor[0], &command_delegation_take_back, jsonf(store, "{'id': %lld}", id), NULL));
    assert_false(is_actor(store, 1, "person", world.person[0], "2026-11-26"));
    STORE_RC(run_as(store, &world.actor[0], &command_delegation_take_back, jsonf(store, "{'id': %lld}", id), NULL),
             RC_GUARD);
    clock_set_ms(0);
    expect_kinds(store, "delegation");
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_post_passes_to_its_next_holder),
                     STORE_CASE(what_is_given_to_a_team_is_done_by_its_members_of_the_day),
                     STORE_CASE(a_post_leads_and_a_team_does),
                     STORE_CASE(a_delegation_is_given_by_oneself_and_taken_back_at_once));
}
