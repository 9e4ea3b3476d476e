/* loop_comment_test.c: comments: intake, deadlines, links, checks, leads that are wiped. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/bulletin.h"
#include "loop/comment.h"
#include "loop/vault.h"

static struct {
    int64_t root, source, finding, bulletin;
    struct actor office, publisher, leader, outsider;
} world;

static void pin(const char *day)
{
    int32_t n;
    assert_true(date_parse(str_from_cstr(day), &n));
    clock_set_ms(((int64_t)n * 24 + 2) * 3600 * 1000);
}

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    pin("2024-07-10");
    vault_use(arena_format(store->ctx->arena, "%s/key", store->dir).p);
    world.root = make_root(store);
    int64_t west = make_unit(store, world.root, "W", "西部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.publisher = make_actor(store, "publisher", "publisher", world.root, LABEL_INTERNAL);
    world.leader = make_actor(store, "leader", "leading_group", world.root, LABEL_INTERNAL);
    world.outsider = make_actor(store, "outsider", "publisher", west, LABEL_INTERNAL);
    world.source = make_source(store, world.root, "LY-2024-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    struct value *result = NULL;
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_create,
                    jsonf(store, "{'source_id': %lld, 'title': '通报'}", (long long)world.source), &result));
    world.bulletin = value_get_int(result, "id", 0);
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_change,
                    jsonf(store,
                          "{'id': %lld, 'title': '通报', 'window_from': '2024-07-08', 'window_days': 15, "
                          "'window_first_day': true, 'signatory': '党组', 'signed': '2024-07-08', 'phone': '010-1'}",
                          (long long)world.bulletin),
                    NULL));
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_submit,
                    jsonf(store, "{'id': %lld}", (long long)world.bulletin), NULL));
    STORE_OK(run_as(store, &world.leader, &command_bulletin_release,
                    jsonf(store, "{'id': %lld}", (long long)world.bulletin), NULL));
}

static int64_t enter(struct store *store, const char *text)
{
    struct value *result = NULL;
    STORE_OK(run_as(store, &world.publisher, &command_comment_enter,
                    jsonf(store,
                          "{'bulletin_id': %lld, 'channel': 'phone', 'received_on': '2024-07-10', 'text': '%s', "
                          "'name': '王女士', 'contact': '13900139000'}",
                          (long long)world.bulletin, text),
                    &result));
    assert_int_equal(value_get_text(result, "receipt").n, 29);
    return value_get_int(result, "id", 0);
}

static enum rc step(struct store *store, const struct actor *actor, const struct command *command, int64_t id,
                    const char *fields)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld%s}", (long long)id, fields), NULL);
}

static int64_t in_log(struct store *store, const char *words)
{
    return count_sqlf(store, "SELECT count(*) FROM event WHERE body LIKE '%%%s%%'", words);
}

static struct value *words_of(struct store *store, int64_t id)
{
    struct value *row, *words;
    struct db_stmt *st = db_query(store->db, Q_COMMENT_GET_ANY);
    db_bind_int(st, "id", id);
    STORE_OK(db_first_row(store->ctx, st, &row));
    STORE_OK(comment_read_words(store->ctx, store->db, row, &words));
    return words;
}

STORE_TEST(comments_wait_are_linked_answered_and_leave_no_word_in_the_log)
{
    make_world(store);
    int64_t id = enter(store, "担保问题没有改");
    assert_int_equal(in_log(store, "没有改") + in_log(store, "13900139000") + in_log(store, "王女士"), 0);
    assert_true(str_equal(value_get_text(words_of(store, id), "contact"), STR("13900139000")));
    /* 5 and 15 working days after 2024-07-10 */
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM comment WHERE ack_due = '2024-07-17' AND answer_due = '2024-07-31'"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'take_comment' AND due = '2024-07-17'"),
                     1);
    assert_int_equal(step(store, &world.outsider, &command_comment_accept, id, ", 'kind': 'advice'"), RC_NOT_FOUND);
    assert_int_equal(step(store, &world.publisher, &command_comment_answer, id, ", 'answer': '早'"), RC_GUARD);
    assert_int_equal(step(store, &world.publisher, &command_comment_accept, id, ", 'kind': 'not_done'"), RC_INVALID);
    assert_string_equal(issue_field(store), "finding_id");
    tamper(store, "UPDATE finding SET status = 'closed'");
    STORE_OK(run_as(
        store, &world.publisher, &command_comment_accept,
        jsonf(store, "{'id': %lld, 'kind': 'not_done', 'finding_id': %lld}", (long long)id, (long long)world.finding),
        NULL));
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM truth_check WHERE rule = 'public_denies' AND state = 'raised'"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM comment WHERE check_id IS NOT NULL AND state = 'accepted'"),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'answer_comment' AND due = '2024-07-31'"),
                     1);
    tamper(store, "UPDATE finding SET status = 'registered'");
    STORE_OK(run_as(store, &world.publisher, &command_comment_link,
                    jsonf(store, "{'id': %lld, 'finding_id': %lld}", (long long)id, (long long)world.finding), NULL));
    STORE_OK(step(store, &world.publisher, &command_comment_answer, id, ", 'answer': '已安排核查'"));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'comment'"), 0);
    int64_t other = enter(store, "广告");
    assert_int_equal(step(store, &world.publisher, &command_comment_refuse, other, ""), RC_INVALID);
    STORE_OK(step(store, &world.publisher, &command_comment_refuse, other, ", 'reason': '与通报无关'"));
    /* a lead: by its number only, then wiped; the log stays as it is and replays */
    int64_t lead = enter(store, "某经理收受财物");
    STORE_OK(step(store, &world.publisher, &command_comment_lead, lead, ", 'lead_to': '纪检监察组'"));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM comment WHERE lead_no = 'XS-2024-0001' AND state = 'lead'"),
                     1);
    assert_int_equal(value_count(words_of(store, lead)), 3);
    STORE_OK(step(store, &world.publisher, &command_comment_handed, lead, ", 'lead_receipt': '签收单1号'"));
    assert_int_equal(value_count(words_of(store, lead)), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM comment_store"), 2);
    assert_int_equal(in_log(store, "收受财物"), 0);
    expect_kinds(store, "comment");
    expect_clean(store);
    expect_rebuild_equal(store);
    clock_set_ms(0);
}

STORE_TEST(what_is_kept_opens_only_with_its_key)
{
    make_world(store);
    int64_t id = enter(store, "联系方式要保密");
    assert_int_equal(count_sql(store, "SELECT count(*) FROM comment_store WHERE sealed LIKE '%3133393030313339%'"),
                     0); /* nor as hex */
    vault_use(arena_format(store->ctx->arena, "%s/other-key", store->dir).p);
    struct value *row, *words;
    struct db_stmt *st = db_query(store->db, Q_COMMENT_GET_ANY);
    db_bind_int(st, "id", id);
    STORE_OK(db_first_row(store->ctx, st, &row));
    STORE_RC(comment_read_words(store->ctx, store->db, row, &words), RC_INVALID);
    ctx_clear_issues(store->ctx);
    vault_use("/nonexistent/dir/key");
    STORE_RC(comment_read_words(store->ctx, store->db, row, &words), RC_CONFIG);
    ctx_clear_issues(store->ctx);
    vault_use(arena_format(store->ctx->arena, "%s/key", store->dir).p);
    assert_int_equal(value_count(words_of(store, id)), 3);
    assert_int_equal(run_as(store, &world.office, &command_comment_receive,
                            json(store, "{'bulletin_no': 'TB-2024-001', 'text': 'x', 'nonce': 'n'}"), NULL),
                     RC_FORBIDDEN);
    STORE_OK(run(store, &command_comment_receive,
                 json(store, "{'bulletin_no': 'TB-2024-001', 'text': 'x', 'nonce': 'n'}"), NULL));
    STORE_RC(run(store, &command_comment_receive,
                 json(store, "{'bulletin_no': 'TB-2024-001', 'text': 'x', 'nonce': 'n'}"), NULL),
             RC_CONFLICT);
    STORE_RC(run(store, &command_comment_receive,
                 json(store, "{'bulletin_no': 'TB-2024-009', 'text': 'x', 'nonce': 'm'}"), NULL),
             RC_NOT_FOUND);
    clock_set_ms(0);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(comments_wait_are_linked_answered_and_leave_no_word_in_the_log),
                     STORE_CASE(what_is_kept_opens_only_with_its_key));
}
