/* access_account_test.c: accounts, roles that exclude each other, passwords, sessions, signing in. */
#include "record_support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "access/password.h"
#include "access/session.h"
#include "record/writer.h"

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
    STORE_RC(run_as(store, &security, &command_grant_take,
                    jsonf(store, "{'grant_id': %lld}",
                          (long long)count_sqlf(store, "SELECT id FROM role_grant WHERE account_id = %lld",
                                                (long long)security.account_id)),
                    NULL),
             RC_GUARD);
    int64_t grant = count_sqlf(store, "SELECT id FROM role_grant WHERE account_id = %lld", (long long)other);
    STORE_OK(run_as(store, &security, &command_grant_take, jsonf(store, "{'grant_id': %lld}", (long long)grant), NULL));
    STORE_RC(run_as(store, &security, &command_grant_take, jsonf(store, "{'grant_id': %lld}", (long long)grant), NULL),
             RC_NOT_FOUND);
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM user_scope WHERE user_id = %lld", (long long)other), 0);
    STORE_RC(run_as(store, &system, &command_account_change,
                    jsonf(store, "{'id': %lld, 'name': 'x', 'is_disabled': true}", (long long)system.account_id), NULL),
             RC_GUARD);
}

static enum rc link_to(struct store *store, int64_t account, int64_t person)
{
    return run(store, &command_account_link,
               jsonf(store, "{'id': %lld, 'person_id': %lld}", (long long)account, (long long)person), NULL);
}

STORE_TEST(a_person_has_one_account_in_use)
{
    int64_t root = make_root(store), first = make_account(store, "qiao"), second = make_account(store, "qiao2");
    int64_t person =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '乔昀峰'}", (long long)root));
    STORE_RC(link_to(store, first, 999), RC_INVALID);
    STORE_OK(link_to(store, first, person));
    STORE_OK(link_to(store, first, person));
    STORE_RC(link_to(store, second, person), RC_CONFLICT);
    assert_string_equal(issue_key(store), "account.person_taken");
    STORE_RC(run(store, &command_account_create,
                 jsonf(store, "{'login': 'qiao3', 'name': 'x', 'person_id': %lld}", (long long)person), NULL),
             RC_CONFLICT);
    STORE_OK(run(store, &command_account_link, jsonf(store, "{'id': %lld}", (long long)first), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM account WHERE person_id IS NOT NULL"), 0);
    STORE_OK(link_to(store, second, person));
    STORE_OK(run(store, &command_account_change,
                 jsonf(store, "{'id': %lld, 'name': 'x', 'is_disabled': true}", (long long)second), NULL));
    STORE_OK(link_to(store, first, person));
    expect_clean(store);
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

static struct session_failure failure_of(struct store *store, const char *login, int64_t now_ms)
{
    struct login_result result;
    assert_int_equal(session_check_password(store->ctx, store->db, str_from_cstr(login), STR("no"), now_ms, &result),
                     RC_UNAUTHENTICATED);
    return (struct session_failure){.login_digest = result.login_digest,
                                    .account_id = result.account_id,
                                    .now_ms = now_ms,
                                    .remote = STR("10.0.0.9")};
}

STORE_TEST(five_wrong_passwords_lock_even_when_sent_at_once)
{
    make_root(store);
    int64_t id = make_account(store, "qiao"), now = 1000000;
    struct login_result result;
    struct session_failure failure = failure_of(store, "qiao", now);
    assert_int_equal(failure.account_id, id);
    for (int i = 0; i < LOGIN_TRIES_MAX; i++) { /* all were checked before the first was counted */
        assert_int_equal(
            session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), now, &result), RC_OK);
        STORE_OK(work(store, session_work_failure, &failure));
    }
    assert_int_equal(session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), now, &result),
                     RC_UNAUTHENTICATED);
    assert_true(result.is_locked);
    STORE_OK(work(store, session_work_failure, &failure)); /* tries during the lock make it no longer */
    assert_int_equal(
        session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), now + LOGIN_LOCK_MS, &result),
        RC_OK);
    STORE_OK(run(store, &command_account_unlock, jsonf(store, "{'id': %lld}", (long long)id), NULL));
    assert_int_equal(session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), now, &result),
                     RC_OK);
    STORE_OK(work(store, session_work_failure, &failure));
    char token[SESSION_TOKEN_BYTES];
    sign_in(store, id, token, now);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM sign_in_try"), 0);
}

/* What is typed tells nobody which logins exist: unknown ones answer alike and are locked alike. */
STORE_TEST(unknown_logins_answer_and_lock_like_known_ones)
{
    make_root(store);
    (void)make_account(store, "qiao");
    static const char *const logins[] = {"qiao", "nobody"};
    int64_t now = 1000000, until[2] = {0};
    struct login_result result;
    for (int who = 0; who < 2; who++) {
        struct session_failure failure = failure_of(store, logins[who], now);
        for (int i = 0; i <= LOGIN_TRIES_MAX; i++) {
            ctx_clear_issues(store->ctx);
            assert_int_equal(
                session_check_password(store->ctx, store->db, str_from_cstr(logins[who]), STR("wrong"), now, &result),
                RC_UNAUTHENTICATED);
            assert_string_equal(issue_key(store), "login.wrong");
            assert_int_equal(result.is_locked, i >= LOGIN_TRIES_MAX);
            STORE_OK(work(store, session_work_failure, &failure));
        }
        until[who] = count_sqlf(store, "SELECT locked_until FROM sign_in_try WHERE login_digest = '%.*s'",
                                STR_ARG(failure.login_digest));
    }
    assert_int_equal(until[0], now + LOGIN_LOCK_MS);
    assert_int_equal(until[1], until[0]);
    struct session_failure failure = failure_of(store, "other", now + 2 * LOGIN_LOCK_MS); /* old tries go */
    STORE_OK(work(store, session_work_failure, &failure));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM sign_in_try"), 1);
}

/* A pause of half an hour forgets single mistakes. */
STORE_TEST(mistakes_of_yesterday_do_not_lock)
{
    make_root(store);
    (void)make_account(store, "qiao");
    struct login_result result;
    int64_t now = 1000000;
    for (int i = 0; i < 3 * LOGIN_TRIES_MAX; i++, now += LOGIN_LOCK_MS + 1) {
        struct session_failure failure = failure_of(store, "qiao", now);
        STORE_OK(work(store, session_work_failure, &failure));
        assert_int_equal(
            session_check_password(store->ctx, store->db, STR("qiao"), STR("Zheng-Gai-2026"), now, &result), RC_OK);
    }
}

static int64_t events_of(struct store *store, const char *kind)
{
    return count_sqlf(store, "SELECT count(*) FROM event WHERE chain = -1 AND kind = '%s'", kind);
}

STORE_TEST(signing_in_and_out_are_events)
{
    make_root(store);
    int64_t id = make_account(store, "qiao"), now = 1000000;
    char token[SESSION_TOKEN_BYTES];
    struct session_limits limits = {.idle_ms = 1000, .absolute_ms = 5000};
    struct session session;
    sign_in(store, id, token, now);
    assert_int_equal(
        count_sqlf(
            store,
            "SELECT count(*) FROM event WHERE kind = 'session.started' AND actor = %lld AND subject = %lld AND at = "
            "1000000 AND body LIKE '%%\"remote\":\"r\"%%'",
            (long long)id, (long long)id),
        1);
    STORE_OK(session_find(store->ctx, store->db, str_from_cstr(token), &limits, now, &session));
    struct session_end end = {session.token_hash, id, now};
    STORE_OK(work(store, session_work_end, &end));
    assert_int_equal(find(store, token, now), RC_UNAUTHENTICATED);
    assert_int_equal(events_of(store, "session.ended"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM event WHERE body LIKE '%token%'"), 0);
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* However many wrong passwords come: for each account and hour the first, the number of the others, and the locks. */
STORE_TEST(flood_of_failures_stays_few_events)
{
    enum { HOUR = 3600 * 1000, FLOOD = 200 };
    make_root(store);
    int64_t id = make_account(store, "qiao"), now = HOUR * 5LL, other = make_account(store, "quiet");
    char name[32], token[SESSION_TOKEN_BYTES];
    for (int i = 0; i < FLOOD; i++) {
        struct session_failure failure = {STR("of qiao"), id, now + i, STR("10.0.0.9")};
        STORE_OK(work(store, session_work_failure, &failure));
        snprintf(name, sizeof name, "of guess %d", i % 50); /* each of them is locked too, without an event */
        failure = (struct session_failure){str_from_cstr(name), 0, now + i, STR("10.0.0.9")};
        STORE_OK(work(store, session_work_failure, &failure));
    }
    assert_int_equal(events_of(store, "sign_in.failed"), 2);
    assert_int_equal(events_of(store, "sign_in.locked"), 1);
    struct session_touch touch = {STR("none"), now + FLOOD};
    STORE_OK(work(store, session_work_touch, &touch)); /* the hour is not over */
    assert_int_equal(events_of(store, "sign_in.failed"), 2);
    sign_in(store, other, token, now + HOUR);
    assert_int_equal(events_of(store, "sign_in.failed"), 4);
    assert_int_equal(
        count_sqlf(store,
                   "SELECT count(*) FROM event WHERE kind = 'sign_in.failed' AND subject = %lld AND body LIKE "
                   "'%%\"count\":%d,%%'",
                   (long long)id, FLOOD - 1),
        1);
    touch.now_ms = now + 3 * HOUR;
    STORE_OK(work(store, session_work_touch, &touch));
    assert_int_equal(events_of(store, "sign_in.failed"), 4);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM sign_in_failure"), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM event WHERE body LIKE '%guess%'"), 0);
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* Several writers at once, from the first event of the chain on: each waits its turn, none fails. */
enum { WRITERS = 4, ROUNDS = 12 };

struct guest {
    pthread_t thread;
    struct writer *writer;
    int64_t account_id;
    int failures;
};

static void run_as_guest(struct guest *guest, struct write_job job)
{
    struct ctx ctx = {.arena = arena_new(1 << 20)};
    struct actor program = actor_program();
    job.ctx = &ctx;
    job.actor = &program;
    guest->failures += writer_run(guest->writer, &job) != RC_OK;
    arena_free(ctx.arena);
}

static void *come_and_go(void *arg)
{
    struct guest *guest = arg;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t now = 3600000LL * (i / 3 + 1);
        char token[SESSION_TOKEN_BYTES];
        session_make_token(token);
        struct session_failure failure = {STR("of all"), guest->account_id, now, STR("r")};
        struct session_start start = {guest->account_id, now, token, STR("c"), STR("r"), STR("a"), {0}};
        struct session_touch touch = {STR("none"), now};
        struct arena *arena = arena_new(1 << 20);
        struct value *input = value_new_map(arena);
        value_put_int(arena, input, "id", guest->account_id);
        run_as_guest(guest, (struct write_job){.work = session_work_failure, .arg = &failure});
        run_as_guest(guest, (struct write_job){.work = session_work_start, .arg = &start});
        run_as_guest(guest, (struct write_job){.work = session_work_touch, .arg = &touch});
        run_as_guest(guest, (struct write_job){.command = &command_account_unlock, .input = input});
        arena_free(arena);
    }
    return NULL;
}

STORE_TEST(sign_ins_at_once_wait_for_each_other)
{
    make_root(store);
    struct guest guests[WRITERS] = {0};
    struct writer *writer = NULL;
    struct writer_config config = {.url = store->url, .threads = WRITERS, .group_max = 16, .queue_max = 0};
    int64_t id = make(store, &command_account_create, json(store, "{'login': 'qiao', 'name': 'x'}"));
    STORE_OK(writer_start(store->ctx, &config, &writer));
    for (int i = 0; i < WRITERS; i++) {
        guests[i].writer = writer;
        guests[i].account_id = id;
        assert_int_equal(pthread_create(&guests[i].thread, NULL, come_and_go, &guests[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(guests[i].thread, NULL), 0);
        assert_int_equal(guests[i].failures, 0);
    }
    writer_stop(writer);
    assert_int_equal(events_of(store, "session.started"), WRITERS * ROUNDS);
    expect_clean(store);
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
    return STORE_RUN(STORE_CASE(administrators_exclude_each_other_and_business), STORE_CASE(nobody_grants_to_himself),
                     STORE_CASE(a_person_has_one_account_in_use), STORE_CASE(logins_have_a_form_and_are_unique),
                     STORE_CASE(passwords_follow_the_rule_and_never_reach_an_event),
                     STORE_CASE(sessions_end_in_time_and_at_once), STORE_CASE(own_new_password_ends_the_other_sessions),
                     STORE_CASE(five_wrong_passwords_lock_even_when_sent_at_once),
                     STORE_CASE(unknown_logins_answer_and_lock_like_known_ones),
                     STORE_CASE(mistakes_of_yesterday_do_not_lock), STORE_CASE(signing_in_and_out_are_events),
                     STORE_CASE(flood_of_failures_stays_few_events), STORE_CASE(sign_ins_at_once_wait_for_each_other),
                     STORE_CASE(disabled_account_does_not_sign_in),
                     STORE_CASE(roles_are_written_again_when_they_differ));
}
