/* access_account_test.c: accounts, roles that exclude each other, passwords, sessions, signing in. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "access/password.h"
#include "access/session.h"

static enum rc give(struct store *store, const struct actor *actor, int64_t id, const char *role)
{
    return run_as(store, actor, &command_grant_give,
                  jsonf(store, "{'id': %lld, 'role': '%s', 'unit_id': 1, 'clearance': 1}", (long long)id, role), NULL);
}

static int64_t make_account(struct store *store, const char *login)
{
    return make(store, &command_account_create,
                jsonf(store, "{'login': '%s', 'name': 'x', 'password': 'Zheng-Gai-2026'}", login));
}

static enum rc work(struct store *store, enum rc (*fn)(struct ctx *, struct db *, void *), void *arg)
{
    struct write_job job = {.work = fn, .arg = arg, .ctx = store->ctx};
    return writer_run_once(store->db, &job);
}

STORE_TEST(administrators_exclude_each_other_and_business)
{
    static const char *const admins[] = {"system_admin", "security_admin", "audit_admin"};
    char login[16];
    make_root(store);
    for (int i = 0; i < 3; i++) {
        snprintf(login, sizeof login, "admin%d", i);
        int64_t id = make(store, &command_account_create, jsonf(store, "{'login': '%s', 'name': 'x'}", login));
        STORE_OK(give(store, NULL, id, admins[i]));
        STORE_RC(give(store, NULL, id, admins[(i + 1) % 3]), RC_GUARD);
        STORE_RC(give(store, NULL, id, "office"), RC_GUARD);
        assert_string_equal(issue_key(store), "grant.excluded");
    }
    int64_t office = make(store, &command_account_create, json(store, "{'login': 'office', 'name': 'x'}"));
    STORE_OK(give(store, NULL, office, "office"));
    STORE_OK(give(store, NULL, office, "reader"));
    for (int i = 0; i < 3; i++)
        STORE_RC(give(store, NULL, office, admins[i]), RC_GUARD);
    STORE_RC(give(store, NULL, office, "king"), RC_INVALID);
    STORE_RC(run(store, &command_grant_give,
                 jsonf(store, "{'id': %lld, 'role': 'reader', 'unit_id': 1, 'clearance': 3}", (long long)office), NULL),
             RC_INVALID);
    STORE_RC(run(store, &command_grant_give,
                 jsonf(store, "{'id': %lld, 'role': 'reader', 'unit_id': 99}", (long long)office), NULL),
             RC_INVALID);
    STORE_RC(give(store, NULL, 999, "reader"), RC_NOT_FOUND);
    expect_clean(store);
}

STORE_TEST(nobody_grants_to_himself)
{
    int64_t root = make_root(store);
    struct actor security = make_actor(store, "security", "security_admin", root, 1),
                 system = make_actor(store, "system", "system_admin", root, 1);
    int64_t other = make(store, &command_account_create, json(store, "{'login': 'other', 'name': 'x'}"));
    STORE_RC(give(store, &security, security.account_id, "first_admin"), RC_GUARD);
    assert_string_equal(issue_key(store), "grant.not_yourself");
    STORE_OK(give(store, &security, other, "reader"));
    STORE_RC(give(store, &system, other, "reader"), RC_FORBIDDEN);
    STORE_RC(run_as(store, &security, &command_account_create, json(store, "{'login': 'more', 'name': 'x'}"), NULL),
             RC_FORBIDDEN);
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT id FROM role_grant WHERE account_id = %lld", (long long)security.account_id);
    STORE_RC(run_as(store, &security, &command_grant_take,
                    jsonf(store, "{'grant_id': %lld}", (long long)count_sql(store, sql)), NULL),
             RC_GUARD);
    snprintf(sql, sizeof sql, "SELECT id FROM role_grant WHERE account_id = %lld", (long long)other);
    int64_t grant = count_sql(store, sql);
    STORE_OK(run_as(store, &security, &command_grant_take, jsonf(store, "{'grant_id': %lld}", (long long)grant), NULL));
    STORE_RC(run_as(store, &security, &command_grant_take, jsonf(store, "{'grant_id': %lld}", (long long)grant), NULL),
             RC_NOT_FOUND);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM user_scope WHERE user_id = %lld", (long long)other);
    assert_int_equal(count_sql(store, sql), 0);
    STORE_RC(run_as(store, &system, &command_account_change,
                    jsonf(store, "{'id': %lld, 'name': 'x', 'is_disabled': true}", (long long)system.account_id), NULL),
             RC_GUARD);
}

STORE_TEST(logins_have_a_form_and_are_unique)
{
    make_root(store);
    static const char *const bad[] = {"Qiao", "q", "a b", "乔", "a@b"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        STORE_RC(run(store, &command_account_create, jsonf(store, "{'login': '%s', 'name': 'x'}", bad[i]), NULL),
                 RC_INVALID);
    make(store, &command_account_create, json(store, "{'login': 'qiao.y-f_1', 'name': 'x'}"));
    STORE_RC(run(store, &command_account_create, json(store, "{'login': 'qiao.y-f_1', 'name': 'y'}"), NULL),
             RC_CONFLICT);
}

STORE_TEST(passwords_follow_the_rule_and_never_reach_an_event)
{
    make_root(store);
    static const char *const bad[] = {"Short-1", "alllowercaseletters", "nodigitsorupper-", "Qiaoyunfeng-2026"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        STORE_RC(run(store, &command_account_create,
                     jsonf(store, "{'login': 'qiaoyunfeng', 'name': 'x', 'password': '%s'}", bad[i]), NULL),
                 RC_INVALID);
        assert_string_equal(issue_field(store), "password");
    }
    int64_t id = make_account(store, "qiaoyunfeng");
    STORE_RC(run(store, &command_password_reset,
                 jsonf(store, "{'id': %lld, 'password': 'Qiaoyunfeng-2027'}", (long long)id), NULL),
             RC_INVALID);
    STORE_OK(run(store, &command_password_reset,
                 jsonf(store, "{'id': %lld, 'password': ' Blank-Ends-1 '}", (long long)id), NULL));
    struct login_result result;
    assert_int_equal(
        session_check_password(store->ctx, store->db, STR("qiaoyunfeng"), STR(" Blank-Ends-1 "), 1, &result), RC_OK);
    assert_true(result.must_change_password);
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM event WHERE body LIKE '%2026%' OR body LIKE '%Blank%' OR body LIKE '%argon2%'"),
        0);
    expect_rebuild_equal(store);
}

static void sign_in(struct store *store, int64_t id, char token[SESSION_TOKEN_BYTES], int64_t now_ms)
{
    session_make_token(token);
    struct session_start start = {
        .account_id = id, .now_ms = now_ms, .token = token, .csrf = STR("c"), .remote = STR("r"), .agent = STR("a")};
    STORE_OK(work(store, session_work_start, &start));
}

static enum rc find(struct store *store, const char *token, int64_t now_ms)
{
    struct session_limits limits = {.idle_ms = 1000, .absolute_ms = 5000};
    struct session session;
    return session_find(store->ctx, store->db, str_from_cstr(token), &limits, now_ms, &session);
}

STORE_TEST(sessions_end_in_time_and_at_once)
{
    make_root(store);
    int64_t id = make_account(store, "qiao");
    char one[SESSION_TOKEN_BYTES], two[SESSION_TOKEN_BYTES];
    sign_in(store, id, one, 0);
    assert_int_equal(find(store, one, 1000), RC_OK);
    assert_int_equal(find(store, one, 1001), RC_UNAUTHENTICATED);
    assert_int_equal(find(store, "short", 1), RC_UNAUTHENTICATED);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM session WHERE length(token_hash) = 64"), 1);
    sign_in(store, id, one, 10000);
    sign_in(store, id, two, 10000);
    STORE_OK(run(store, &command_sessions_end, jsonf(store, "{'id': %lld}", (long long)id), NULL));
    assert_int_equal(find(store, one, 10001), RC_UNAUTHENTICATED);
    sign_in(store, id, one, 10000);
    STORE_OK(run(store, &command_account_change,
                 jsonf(store, "{'id': %lld, 'name': 'x', 'is_disabled': true}", (long long)id), NULL));
    assert_int_equal(find(store, one, 10001), RC_UNAUTHENTICATED);
    STORE_OK(run(store, &command_account_change,
                 jsonf(store, "{'id': %lld, 'name': 'x', 'is_disabled': false}", (long long)id), NULL));
    sign_in(store, id, one, 10000);
    STORE_OK(run(store, &command_password_reset,
                 jsonf(store, "{'id': %lld, 'password': 'Zheng-Gai-2027'}", (long long)id), NULL));
    assert_int_equal(find(store, one, 10001), RC_UNAUTHENTICATED);
}

/* Whoever has the old password, or a stolen cookie, is out; the browser that changed it stays in. */
STORE_TEST(own_new_password_ends_the_other_sessions)
{
    make_root(store);
    int64_t id = make_account(store, "qiao");
    struct session_limits limits = {.idle_ms = 1000, .absolute_ms = 5000};
    struct session session;
    struct actor qiao;
    char here[SESSION_TOKEN_BYTES], there[SESSION_TOKEN_BYTES];
    sign_in(store, id, here, 0);
    sign_in(store, id, there, 0);
    STORE_OK(session_find(store->ctx, store->db, str_from_cstr(here), &limits, 1, &session));
    STORE_OK(actor_load(store->ctx, store->db, id, &qiao));
    STORE_OK(run_as(
        store, &qiao, &command_password_change,
        jsonf(store, "{'password': 'Zheng-Gai-2028', 'login': 'qiao', 'session': '%.*s'}", STR_ARG(session.token_hash)),
        NULL));
    assert_int_equal(find(store, here, 2), RC_OK);
    assert_int_equal(find(store, there, 2), RC_UNAUTHENTICATED);
}

STORE_TEST(five_wrong_passwords_lock_even_when_sent_at_once)
{
    make_root(store);
    int64_t id = make_account(store, "qiao"), now = 1000000;
    struct login_result result;
    assert_int_equal(session_check_password(store->ctx, store->db, STR("nobody"), STR("x"), now, &result),
                     RC_UNAUTHENTICATED);
    assert_int_equal(result.account_id, 0);
    struct session_failure failure = {id, now};
    for (int i = 0; i < LOGIN_TRIES_MAX; i++) { /* all were checked before the first was counted */
        assert_int_equal(
            session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), now, &result), RC_OK);
        STORE_OK(work(store, session_work_failure, &failure));
    }
    assert_int_equal(session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), now, &result),
                     RC_LOCKED);
    assert_int_equal(
        session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), now + LOGIN_LOCK_MS, &result),
        RC_OK);
    STORE_OK(run(store, &command_account_unlock, jsonf(store, "{'id': %lld}", (long long)id), NULL));
    assert_int_equal(session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), now, &result),
                     RC_OK);
    STORE_OK(work(store, session_work_failure, &failure));
    char token[SESSION_TOKEN_BYTES];
    sign_in(store, id, token, now);
    assert_int_equal(count_sql(store, "SELECT failed_count FROM credential"), 0);
}

STORE_TEST(disabled_account_does_not_sign_in)
{
    make_root(store);
    int64_t id = make_account(store, "qiao");
    struct login_result result;
    STORE_OK(
        run(store, &command_account_change, jsonf(store, "{'id': %lld, 'is_disabled': true}", (long long)id), NULL));
    assert_int_equal(session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), 1, &result),
                     RC_UNAUTHENTICATED);
}

STORE_TEST(roles_are_written_again_when_they_differ)
{
    int64_t root = make_root(store);
    make_actor(store, "qiao", "office", root, 1);
    tamper(store, "DELETE FROM role_permission WHERE role = 'office'");
    tamper(store, "DELETE FROM user_scope");
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(actor_sync_roles(store->ctx, store->db));
    STORE_OK(db_commit(store->ctx, store->db));
    expect_clean(store);
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(administrators_exclude_each_other_and_business), STORE_CASE(nobody_grants_to_himself),
        STORE_CASE(logins_have_a_form_and_are_unique), STORE_CASE(passwords_follow_the_rule_and_never_reach_an_event),
        STORE_CASE(sessions_end_in_time_and_at_once), STORE_CASE(own_new_password_ends_the_other_sessions),
        STORE_CASE(five_wrong_passwords_lock_even_when_sent_at_once), STORE_CASE(disabled_account_does_not_sign_in),
        STORE_CASE(roles_are_written_again_when_they_differ));
}
