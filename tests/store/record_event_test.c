/* record_event_test.c: the chain of events: append, hash, tampering, replay, as-of, every kind. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "access/session.h"
#include "base/clock.h"

static struct db *open_empty(struct store *store)
{
    static int number;
    char url[400];
    struct db *db = NULL;
    snprintf(url, sizeof url, "%s/empty-%d.db", store->dir, ++number);
    STORE_OK(db_open(store->ctx, str_from_cstr(url), DB_CREATE, &db));
    STORE_OK(db_set_bulk(db, true));
    STORE_OK(db_migrate(store->ctx, db));
    return db;
}

STORE_TEST(event_is_numbered_and_chained)
{
    int64_t root = make_root(store);
    make_unit(store, root, "A", "甲公司");
    assert_int_equal(event_count(store), 2);
    struct db_stmt *st = db_query(store->db, Q_EVENT_REPLAY);
    db_bind_int(st, "after", 0);
    db_bind_int(st, "until", INT64_MAX);
    char before[65] = "";
    for (int64_t n = 1; n <= 2; n++) {
        bool is_row;
        struct event event;
        char hex[65];
        STORE_OK(db_step(store->ctx, st, &is_row));
        assert_true(is_row);
        event_from_row(st, &event);
        assert_int_equal(event.chain, CHAIN_ORGANISATION);
        assert_int_equal(event.chain_seq, n);
        assert_true(str_equal_cstr(event.prev_hash, before));
        event_compute_hash(&event, hex);
        assert_true(str_equal_cstr(event.hash, hex));
        memcpy(before, hex, sizeof hex);
    }
    db_reset(st);
}

static enum rc append_aspect(struct store *store, int64_t source_id)
{
    struct event_new event = {.kind = EVENT_ASPECT_REGISTERED,
                              .chain = source_id,
                              .at_ms = 1,
                              .body = jsonf(store, "{'source_id': %lld, 'no': 1, 'title': 'x'}", (long long)source_id)};
    int64_t seq;
    return event_append(store->ctx, store->db, &event, &seq);
}

/* Heads are kept in memory within a transaction: more chains than there is room for, and what is taken back. */
STORE_TEST(heads_follow_commits_and_rollbacks)
{
    enum { CHAINS = 40 };
    int64_t root = make_root(store), sources[CHAINS];
    char no[32];
    for (int i = 0; i < CHAINS; i++) {
        (void)snprintf(no, sizeof no, "LY-2026-%03d", i);
        sources[i] = make_source(store, root, no);
    }
    STORE_OK(db_begin(store->ctx, store->db, true));
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < CHAINS; i++)
            STORE_OK(append_aspect(store, sources[i]));
    STORE_OK(db_savepoint(store->ctx, store->db));
    for (int i = 0; i < CHAINS; i++)
        STORE_OK(append_aspect(store, sources[i]));
    STORE_OK(db_savepoint(store->ctx, store->db));
    STORE_OK(append_aspect(store, sources[0]));
    db_savepoint_rollback(store->db);
    STORE_OK(append_aspect(store, sources[1]));
    db_savepoint_rollback(store->db);
    STORE_OK(db_savepoint(store->ctx, store->db));
    STORE_OK(append_aspect(store, sources[2]));
    STORE_OK(db_savepoint_release(store->ctx, store->db));
    STORE_OK(db_commit(store->ctx, store->db));
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(append_aspect(store, sources[3]));
    db_rollback(store->db);
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(append_aspect(store, sources[4]));
    STORE_OK(db_commit(store->ctx, store->db));
    for (int i = 0; i < CHAINS; i++) {
        assert_int_equal(count_sqlf(store, "SELECT last_seq FROM chain WHERE id = %lld", (long long)sources[i]),
                         i == 2 || i == 4 ? 4 : 3);
    }
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* The definition of the hash is part of the data: it must never change. */
STORE_TEST(hash_is_the_documented_one)
{
    struct event event = {.seq = 7,
                          .chain = 3,
                          .chain_seq = 2,
                          .at_ms = 1000,
                          .actor = 5,
                          .kind = STR("unit.created"),
                          .subject = 7,
                          .body = STR("{\"a\":1}"),
                          .reason = STR("why"),
                          .prev_hash = STR("ab")};
    char hex[65];
    (void)store;
    event_compute_hash(&event, hex);
    assert_string_equal(hex, "5cc76b2c62788ebeb9095f68dcfbe7c21490e2bb6b8a88c275b7b207b22855b8");
}

STORE_TEST(each_source_has_its_own_chain)
{
    int64_t root = make_root(store), a = make_source(store, root, "LY-2026-001"),
            b = make_source(store, root, "LY-2026-002");
    make_finding(store, a, "问题一");
    make_finding(store, b, "问题二");
    make_finding(store, a, "问题三");
    assert_int_equal(count_sqlf(store, "SELECT last_seq FROM chain WHERE id = %lld", (long long)a), 3);
    assert_int_equal(count_sqlf(store, "SELECT last_seq FROM chain WHERE id = %lld", (long long)b), 2);
    expect_clean(store);
}

static void make_register(struct store *store)
{
    int64_t root = make_root(store), source = make_source(store, root, "LY-2026-001");
    make_unit(store, root, "A", "甲公司");
    make_finding(store, source, "问题一");
    make_finding(store, source, "问题二");
    make_actor(store, "reader", "reader", root, 1);
    expect_clean(store);
}

static void expect_noticed(struct store *store, const char *sql, const char *words)
{
    make_register(store);
    tamper(store, sql);
    struct check_result result = check(store);
    assert_true(result.problems > 0);
    if (!has_problem(&result, words)) {
        VALUE_EACH (problem, result.list) {
            print_error("%.*s\n", STR_ARG(problem->text));
        }
        fail_msg("not noticed: %s", words);
    }
}

#define TAMPER_TEST(name, sql, words)                                                                                  \
    STORE_TEST(name) { expect_noticed(store, sql, words); }

TAMPER_TEST(changed_body_is_noticed,
            "UPDATE event SET body = replace(body, '问题一', '没有') WHERE kind = 'finding.registered'",
            "was changed after")
TAMPER_TEST(changed_time_is_noticed, "UPDATE event SET at = at - 1 WHERE seq = 2", "was changed after")
TAMPER_TEST(changed_actor_is_noticed, "UPDATE event SET actor = 99 WHERE seq = 3", "was changed after")
TAMPER_TEST(changed_kind_is_noticed, "UPDATE event SET kind = 'unit.moved' WHERE seq = 1", "was changed after")
TAMPER_TEST(changed_subject_is_noticed, "UPDATE event SET subject = 1 WHERE seq = 3", "was changed after")
TAMPER_TEST(changed_reason_is_noticed, "UPDATE event SET reason = 'x' WHERE seq = 2", "was changed after")
TAMPER_TEST(changed_hash_is_noticed, "UPDATE event SET hash = prev_hash WHERE seq = 3", "was changed after")
TAMPER_TEST(cut_link_is_noticed, "UPDATE event SET prev_hash = '' WHERE seq = 3", "does not follow")
TAMPER_TEST(removed_event_in_the_middle_is_noticed, "DELETE FROM event WHERE seq = 4", "expected 2")
TAMPER_TEST(removed_newest_event_is_noticed, "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
            "head does not match")
TAMPER_TEST(event_of_another_chain_is_noticed, "UPDATE event SET chain = 0, chain_seq = 50 WHERE seq = 5",
            "number 50 in chain 0")
TAMPER_TEST(unknown_kind_is_noticed, "UPDATE event SET kind = 'no.such' WHERE seq = 2", "unknown kind no.such")
TAMPER_TEST(changed_head_is_noticed, "UPDATE chain SET last_hash = 'x' WHERE id = 0", "head does not match")
TAMPER_TEST(removed_head_is_noticed, "DELETE FROM chain WHERE id = 0", "have heads")
TAMPER_TEST(removed_chain_is_noticed, "DELETE FROM chain WHERE id <> 0", "sources without a chain")
TAMPER_TEST(changed_finding_count_is_noticed, "UPDATE source SET finding_count = 7", "number of findings is wrong")
TAMPER_TEST(changed_measure_count_is_noticed, "UPDATE finding SET measure_count = 7 WHERE item_no = 1",
            "number of measures is wrong")
TAMPER_TEST(removed_search_document_is_noticed, "DELETE FROM search_doc WHERE kind = 'finding'",
            "search index does not know")
TAMPER_TEST(removed_ancestor_is_noticed, "DELETE FROM unit_anc WHERE depth = 1", "table of ancestors")
TAMPER_TEST(added_scope_is_noticed, "UPDATE user_scope SET clearance = 2", "entries of scopes")
TAMPER_TEST(removed_scope_is_noticed, "DELETE FROM user_scope WHERE unit_id = 1", "entries of scopes")

STORE_TEST(changed_table_is_noticed_by_rebuild)
{
    make_register(store);
    expect_rebuild_equal(store);
    tamper(store, "UPDATE finding SET title = 'x' WHERE item_no = 1");
    struct db *to CLEANUP(db_close_ptr) = NULL;
    struct value *differences = NULL;
    int64_t events;
    to = open_empty(store);
    STORE_OK(maintain_replay(store->ctx, store->db, to, INT64_MAX, &events));
    STORE_OK(maintain_compare(store->ctx, to, store->db, &differences));
    assert_int_equal(value_count(differences), 1);
    assert_true(str_has_prefix(differences->items.first->text, STR("finding row 1: title")));
}

STORE_TEST(replay_stops_at_an_unknown_kind)
{
    make_register(store);
    tamper(store, "UPDATE event SET kind = 'no.such' WHERE seq = 3");
    struct db *to CLEANUP(db_close_ptr) = NULL;
    int64_t events;
    to = open_empty(store);
    ctx_clear_issues(store->ctx);
    STORE_RC(maintain_replay(store->ctx, store->db, to, INT64_MAX, &events), RC_CHAIN);
    assert_string_equal(issue_key(store), "record.replay_failed");
}

static int64_t findings_as_of(struct store *store, int64_t until_ms)
{
    struct db *to CLEANUP(db_close_ptr) = NULL;
    int64_t events, n = 0;
    to = open_empty(store);
    STORE_OK(maintain_replay(store->ctx, store->db, to, until_ms, &events));
    struct db_stmt *st CLEANUP(db_stmt_free_ptr) = NULL;
    STORE_OK(db_prepare_text(store->ctx, to, STR("SELECT count(*) FROM finding"), &st));
    STORE_OK(db_get_int(store->ctx, st, &n));
    return n;
}

STORE_TEST(as_of_gives_the_register_of_that_day)
{
    enum { DAY_MS = 86400000 };
    int64_t start = 1767225600000; /* 2026-01-01 */
    clock_set_ms(start);
    int64_t root = make_root(store), source = make_source(store, root, "LY-2026-001");
    for (int day = 1; day <= 3; day++) {
        clock_set_ms(start + (int64_t)day * DAY_MS);
        make_finding(store, source, "问题");
    }
    clock_set_ms(start + (int64_t)2 * DAY_MS + 5); /* the clock was set back: what came before stays before */
    make_finding(store, source, "问题");
    clock_set_ms(0);
    assert_int_equal(findings_as_of(store, start - 1), 0);
    assert_int_equal(findings_as_of(store, start + DAY_MS), 1);
    assert_int_equal(findings_as_of(store, start + 2 * (int64_t)DAY_MS), 2);
    assert_int_equal(findings_as_of(store, start + 3 * (int64_t)DAY_MS), 4);
    assert_int_equal(findings_as_of(store, INT64_MAX), 4);
}

static int64_t append(struct store *store, enum event_kind kind, int64_t chain, int64_t subject, struct value *body)
{
    struct event_new event = {
        .kind = kind, .chain = chain, .subject = subject, .at_ms = clock_now_ms(), .reason = STR("why"), .body = body};
    int64_t seq = 0;
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &seq));
    STORE_OK(db_commit(store->ctx, store->db));
    return seq;
}

/* Locked after too many failures, then in and out. */
static void fail_sign_in_and_out(struct store *store, int64_t account)
{
    int64_t now = clock_now_ms();
    char token[SESSION_TOKEN_BYTES];
    struct session_failure failure = {STR("digest"), account, now, STR("r")};
    struct session_start start = {account, now, token, STR("c"), STR("r"), STR("a"), {0}};
    struct session_end end = {STR("none"), account, now};
    session_make_token(token);
    STORE_OK(db_begin(store->ctx, store->db, true));
    for (int i = 0; i < LOGIN_TRIES_MAX; i++)
        STORE_OK(session_work_failure(store->ctx, store->db, &failure));
    STORE_OK(session_work_start(store->ctx, store->db, &start));
    STORE_OK(session_work_end(store->ctx, store->db, &end));
    STORE_OK(db_commit(store->ctx, store->db));
}

/* The kinds of the ground floor; those of later nouns are replayed by their own tests (expect_kinds).  Commands make
 * most of them; those that no command makes yet are appended as they are. */
STORE_TEST(every_kind_of_event_replays)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲公司"),
            b = make_unit(store, root, "B", "乙公司");
    int64_t person = make(store, &command_person_create,
                          jsonf(store, "{'unit_id': %lld, 'name': '乔昀峰', 'title': '主任'}", (long long)a));
    make(store, &command_unit_change, jsonf(store, "{'id': %lld, 'code': 'A1', 'name': '甲股份公司'}", (long long)a));
    STORE_OK(run(store, &command_unit_close,
                 jsonf(store, "{'id': %lld, 'valid_to': '2026-06-30', 'reason': '整合'}", (long long)a), NULL));
    STORE_OK(run(store, &command_unit_reopen, jsonf(store, "{'id': %lld}", (long long)a), NULL));
    make(store, &command_unit_move,
         jsonf(store, "{'id': %lld, 'parent_id': %lld, 'valid_from': '2020-05-01'}", (long long)a, (long long)b));
    make(store, &command_person_change,
         jsonf(store, "{'id': %lld, 'unit_id': %lld, 'name': '乔昀峰', 'title': '副主任'}", (long long)person,
               (long long)b));
    int64_t account =
        make(store, &command_account_create,
             jsonf(store, "{'login': 'qiao', 'name': '乔', 'person_id': %lld, 'password': 'Zheng-Gai-2026'}",
                   (long long)person));
    make(store, &command_account_change,
         jsonf(store, "{'id': %lld, 'name': '乔昀峰', 'is_disabled': false}", (long long)account));
    make(store, &command_password_reset,
         jsonf(store, "{'id': %lld, 'password': 'Zheng-Gai-2027'}", (long long)account));
    make(store, &command_sessions_end, jsonf(store, "{'id': %lld}", (long long)account));
    make(store, &command_account_link, jsonf(store, "{'id': %lld}", (long long)account));
    make(store, &command_account_unlock, jsonf(store, "{'id': %lld}", (long long)account));
    fail_sign_in_and_out(store, account);
    struct value *grant = NULL;
    STORE_OK(run(store, &command_grant_give,
                 jsonf(store, "{'id': %lld, 'role': 'reader', 'unit_id': %lld}", (long long)account, (long long)b),
                 &grant));
    STORE_OK(run(store, &command_grant_give,
                 jsonf(store, "{'id': %lld, 'role': 'office', 'unit_id': %lld}", (long long)account, (long long)b),
                 NULL));
    STORE_OK(run(store, &command_grant_take,
                 jsonf(store, "{'grant_id': %lld}", (long long)value_get_int(grant, "grant_id", 0)), NULL));
    struct actor qiao;
    STORE_OK(actor_load(store->ctx, store->db, account, &qiao));
    struct value *view = NULL;
    STORE_OK(run_as(store, &qiao, &command_view_save,
                    json(store, "{'page': 'findings', 'name': '我的', 'query': 'phase=long_term'}"), &view));
    STORE_OK(run_as(store, &qiao, &command_view_drop,
                    jsonf(store, "{'id': %lld}", (long long)value_get_int(view, "id", 0)), NULL));
    struct value *open =
        jsonf(store,
              "{'file_sha256': '%064d', 'draft_sha256': '%064d', 'file_name': 'a.txt', 'media_type': 'text/plain',"
              " 'size': 3, 'draft_size': 9, 'title': '反馈意见', 'unit_id': %lld, 'label': 1}",
              1, 2, (long long)root);
    int64_t draft = make(store, &command_draft_open, open);
    make(store, &command_draft_edit,
         jsonf(store, "{'id': %lld, 'op': {'op': 'drop', 'id': 'f9', 'reason': 'x'}}", (long long)draft));
    make(store, &command_draft_rewind, jsonf(store, "{'id': %lld, 'to': 0}", (long long)draft));
    make(store, &command_draft_edit,
         jsonf(store, "{'id': %lld, 'op': {'op': 'drop', 'id': 'f8', 'reason': 'y'}}", (long long)draft));
    int64_t source = make(
        store, &command_draft_confirm,
        jsonf(store,
              "{'id': %lld, 'draft': {'source': {'title': '反馈意见', 'kind': 'inspection'}, 'doc_kind': 'feedback',"
              " 'aspects': [{'id': 'a1', 'title': '党的领导'}],"
              " 'findings': [{'id': 'f1', 'aspect': 'a1', 'no': '1.', 'title': '问题一', 'body': '事实', 'phase': "
              "'long_term',"
              " 'amount_fen': 5, 'paragraphs': [2, 3], 'measures': [{'text': '措施', 'derived': true}],"
              " 'figures': [{'label': '户', 'value': 3, 'scale': 0, 'unit': '户', 'text': '3户'}]}],"
              " 'paragraphs': [{'n': 1, 'text': '一', 'raw': '一', 'state': 'used'}]}}",
              (long long)draft));
    int64_t other = make_source(store, root, "LY-2020-001");
    int64_t finding = make_finding(store, other, "问题二");
    int64_t first = count_sqlf(store, "SELECT id FROM finding WHERE source_id = %lld", (long long)source);
    make(store, &command_finding_change,
         jsonf(store, "{'id': %lld, 'title': '问题乙', 'unit_id': %lld}", (long long)finding, (long long)b));
    int64_t measure = make(store, &command_measure_plan,
                           jsonf(store, "{'finding_id': %lld, 'text': '清收欠款'}", (long long)finding));
    make(store, &command_measure_change,
         jsonf(store, "{'id': %lld, 'text': '清收全部欠款', 'phase': 'immediate'}", (long long)measure));
    append(store, EVENT_FINDING_LINKED, source, first,
           jsonf(store,
                 "{'source_id': %lld, 'finding_id': %lld, 'other_id': %lld, 'relation': 'same_matter', 'title': 't', "
                 "'text': 'x',"
                 " 'paragraph_from': null, 'paragraph_to': null}",
                 (long long)other, (long long)first, (long long)finding));
    append(store, EVENT_FINDING_UNLINKED, source, first,
           jsonf(store, "{'finding_id': %lld, 'other_id': %lld}", (long long)first, (long long)finding));
    append(store, EVENT_FINDING_WITHDRAWN, source, first,
           jsonf(store, "{'id': %lld, 'status': 'withdrawn'}", (long long)first));
    append(store, EVENT_FINDING_RESTORED, source, first,
           jsonf(store, "{'id': %lld, 'status': 'registered'}", (long long)first));
    make(store, &command_finding_confirm, jsonf(store, "{'id': %lld}", (long long)first));
    append(store, EVENT_MAPPING_LEARNED, CHAIN_ORGANISATION, 0, json(store, "{'signature': 'abc', 'mapping': '{}'}"));
    append(store, EVENT_MAPPING_LEARNED, CHAIN_ORGANISATION, 0, json(store, "{'signature': 'abc', 'mapping': '[]'}"));
    static const char *const nouns[] = {"unit",     "person", "account", "password", "session",
                                        "sessions", "login",  "grant",   "file",     "draft",
                                        "source",   "aspect", "figure",  "view",     "mapping"};
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++)
        expect_kinds(store, nouns[i]);
    expect_clean(store);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(event_is_numbered_and_chained), STORE_CASE(heads_follow_commits_and_rollbacks),
        STORE_CASE(hash_is_the_documented_one), STORE_CASE(each_source_has_its_own_chain),
        STORE_CASE(changed_body_is_noticed), STORE_CASE(changed_time_is_noticed), STORE_CASE(changed_actor_is_noticed),
        STORE_CASE(changed_kind_is_noticed), STORE_CASE(changed_subject_is_noticed),
        STORE_CASE(changed_reason_is_noticed), STORE_CASE(changed_hash_is_noticed), STORE_CASE(cut_link_is_noticed),
        STORE_CASE(removed_event_in_the_middle_is_noticed), STORE_CASE(removed_newest_event_is_noticed),
        STORE_CASE(event_of_another_chain_is_noticed), STORE_CASE(unknown_kind_is_noticed),
        STORE_CASE(changed_head_is_noticed), STORE_CASE(removed_head_is_noticed), STORE_CASE(removed_chain_is_noticed),
        STORE_CASE(changed_finding_count_is_noticed), STORE_CASE(changed_measure_count_is_noticed),
        STORE_CASE(removed_search_document_is_noticed), STORE_CASE(removed_ancestor_is_noticed),
        STORE_CASE(added_scope_is_noticed), STORE_CASE(removed_scope_is_noticed),
        STORE_CASE(changed_table_is_noticed_by_rebuild), STORE_CASE(replay_stops_at_an_unknown_kind),
        STORE_CASE(as_of_gives_the_register_of_that_day), STORE_CASE(every_kind_of_event_replays));
}
