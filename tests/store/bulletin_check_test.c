/* bulletin_check_test.c: nothing goes out with a check against it: each check alone keeps a bulletin from being handed
 * in, and what comes up after that keeps it from being released; the window with and without its first day; the summary
 * at its end. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/bulletin.h"
#include "loop/comment.h"
#include "loop/measure.h"
#include "loop/tick.h"
#include "loop/vault.h"
#include "text/json.h"

static struct {
    int64_t root, source, finding, bulletin;
    struct actor office, publisher, leader;
} world;

static void pin(const char *day)
{
    int32_t n;
    assert_true(date_parse(str_from_cstr(day), &n));
    clock_set_ms(((int64_t)n * 24 + 2) * 3600 * 1000);
}

static enum rc as(struct store *store, const struct actor *actor, const struct command *command, const char *fields)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld%s}", (long long)world.bulletin, fields), NULL);
}

#define HEAD ", 'title': '通报', 'signatory': '党组', 'signed': '2024-07-08', 'phone': '010-1'"
#define WINDOW ", 'window_from': '2024-07-08', 'window_to': '2024-07-26', 'window_days': 15, 'window_first_day': true"

/* A bulletin of two findings against which nothing stands. */
static void make_good(struct store *store)
{
    struct value *result = NULL;
    memset(&world, 0, sizeof world);
    pin("2024-07-05");
    vault_use(arena_format(store->ctx->arena, "%s/key", store->dir).p);
    world.root = make_root(store);
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.publisher = make_actor(store, "publisher", "publisher", world.root, LABEL_INTERNAL);
    world.leader = make_actor(store, "leader", "leading_group", world.root, LABEL_INTERNAL);
    world.source = make_source(store, world.root, "LY-2024-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    (void)make_finding(store, world.source, "合同没有编号");
    STORE_OK(run_as(store, &world.office, &command_publish_rules_set,
                    json(store, "{'window_days': 15, 'window_first_day': true, 'ack_days': 5, 'answer_days': 15, "
                                "'label_max': 1, 'forbidden': '绝密\\n内部消息'}"),
                    NULL));
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_create,
                    jsonf(store, "{'source_id': %lld, 'title': '通报'}", (long long)world.source), &result));
    world.bulletin = value_get_int(result, "id", 0);
    STORE_OK(as(store, &world.publisher, &command_bulletin_change, HEAD WINDOW));
}

static void write_item(struct store *store, const char *body)
{
    int64_t block = count_sql(store, "SELECT min(n) FROM bulletin_block WHERE kind = 'item'");
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_write,
                    jsonf(store, "{'id': %lld, 'block': %lld, 'title': '题', 'body': '%s'}", (long long)world.bulletin,
                          (long long)block, body),
                    NULL));
}

static void expect_state(struct store *store, const char *state)
{
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM bulletin WHERE id = %lld AND state = '%s'",
                                (long long)world.bulletin, state),
                     1);
}

/* Handing in or releasing is refused for this check, and for nothing else; nothing has moved. */
static void expect_refused(struct store *store, const struct actor *actor, const struct command *command,
                           const char *check)
{
    int versions = (int)count_sql(store, "SELECT count(*) FROM bulletin_version"), issues = 0;
    char key[80], place[80];
    snprintf(key, sizeof key, "bulletin.check.%s", check);
    snprintf(place, sizeof place, "/bulletins/%lld#block-", (long long)world.bulletin);
    assert_int_equal(as(store, actor, command, ""), RC_GUARD);
    for (const struct ctx_issue *issue = store->ctx->first; issue; issue = issue->next, issues++) {
        if (!str_equal_cstr(issue->key, key))
            fail_msg("refused for %.*s, not for %s", STR_ARG(issue->key), key);
        assert_true(str_has_prefix(issue->place, str_from_cstr(place)));
    }
    assert_int_equal(issues, 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM bulletin_version"), versions);
    expect_state(store, command == &command_bulletin_submit ? "draft" : "submitted");
}

static void expect_stops(struct store *store, const char *check)
{
    expect_refused(store, &world.publisher, &command_bulletin_submit, check);
}

static void submit(struct store *store)
{
    STORE_OK(as(store, &world.publisher, &command_bulletin_submit, ""));
    expect_state(store, "submitted");
}

STORE_TEST(a_bulletin_without_a_fault_is_handed_in_released_and_published)
{
    make_good(store);
    submit(store);
    STORE_OK(as(store, &world.leader, &command_bulletin_release, ""));
    expect_state(store, "released");
    pin("2024-07-08");
    STORE_OK(run(store, &command_tick_run, json(store, "{'name': 'bulletin', 'date': '2024-07-08'}"), NULL));
    expect_state(store, "published");
    expect_rebuild_equal(store);
    clock_set_ms(0);
}

STORE_TEST(personal_data_stop)
{
    static const struct {
        const char *body, *check;
    } cases[] = {{"身份证号11010519491231002X。", "id_number"},
                 {"电话138 0013 8000。", "phone"},
                 {"卡号6222 0212 3456 7890 128。", "bank_card"}};
    make_good(store);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_item(store, cases[i].body);
        expect_stops(store, cases[i].check);
    }
    write_item(store, "已整改。");
    STORE_OK(
        as(store, &world.publisher, &command_bulletin_change,
           ", 'title': '关于13800138000的通报', 'signatory': '党组', 'signed': '2024-07-08', 'phone': '010-1'" WINDOW));
    expect_stops(store, "phone");
    STORE_OK(as(store, &world.publisher, &command_bulletin_change, HEAD WINDOW));
    submit(store);
    clock_set_ms(0);
}

STORE_TEST(a_label_above_the_highest_stops_also_after_handing_in)
{
    make_good(store);
    submit(store);
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'label': 2, 'reason': '定密'}", (long long)world.finding), NULL));
    /* its figures go with it */
    STORE_OK(as(store, &world.leader, &command_bulletin_return, ", 'reason': '核对'"));
    STORE_OK(as(store, &world.publisher, &command_bulletin_renew, ""));
    tamper(store, "UPDATE bulletin_block SET body = '已整改。' WHERE kind = 'item'");
    expect_stops(store, "label");
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_withhold,
                    jsonf(store, "{'id': %lld, 'block': %lld, 'reason': '涉密不公开'}", (long long)world.bulletin,
                          (long long)count_sql(store, "SELECT min(n) FROM bulletin_block WHERE kind = 'item'")),
                    NULL));
    submit(store);
    STORE_OK(as(store, &world.leader, &command_bulletin_release, ""));
    clock_set_ms(0);
}

STORE_TEST(forbidden_words_stop_also_when_they_are_set_after_handing_in)
{
    make_good(store);
    write_item(store, "据内部消息，已整改。");
    expect_stops(store, "forbidden");
    write_item(store, "据知情人，已整改。");
    submit(store);
    STORE_OK(run_as(store, &world.office, &command_publish_rules_set,
                    json(store, "{'window_days': 15, 'window_first_day': true, 'ack_days': 5, 'answer_days': 15, "
                                "'label_max': 1, 'forbidden': '知情人'}"),
                    NULL));
    expect_refused(store, &world.leader, &command_bulletin_release, "forbidden");
    STORE_OK(run_as(store, &world.office, &command_publish_rules_set,
                    json(store, "{'window_days': 15, 'window_first_day': true, 'ack_days': 5, 'answer_days': 15, "
                                "'label_max': 1, 'forbidden': '绝密'}"),
                    NULL));
    STORE_OK(as(store, &world.leader, &command_bulletin_release, ""));
    clock_set_ms(0);
}

STORE_TEST(a_figure_that_is_not_the_registers_stops_also_when_the_register_moves_after_handing_in)
{
    static const struct {
        const char *body, *check;
    } cases[] = {{"共[[findings:9]]个问题。", "figure_differs"}, {"共[[nothing:9]]个问题。", "figure_unknown"}};
    make_good(store);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_item(store, cases[i].body);
        expect_stops(store, cases[i].check);
    }
    write_item(store, "共[[findings:2]]个问题。");
    tamper(store, "UPDATE bulletin_block SET body = '已整改。' WHERE kind IN ('part', 'section')");
    submit(store);
    int64_t late = make_finding(store, world.source, "新增问题");
    STORE_OK(
        run(store, &command_finding_withdraw, jsonf(store, "{'id': %lld, 'reason': '重复'}", (long long)late), NULL));
    STORE_OK(run(store, &command_measure_plan,
                 jsonf(store, "{'finding_id': %lld, 'text': '新措施'}", (long long)world.finding), NULL));
    STORE_OK(as(store, &world.leader, &command_bulletin_return, ", 'reason': '核对'"));
    write_item(store, "制定措施[[measures:0]]项。");
    expect_stops(store, "figure_differs");
    STORE_OK(as(store, &world.publisher, &command_bulletin_renew, ""));
    submit(store);
    STORE_OK(run(store, &command_measure_plan,
                 jsonf(store, "{'finding_id': %lld, 'text': '又一措施'}", (long long)world.finding), NULL));
    expect_refused(store, &world.leader, &command_bulletin_release, "figure_differs");
    clock_set_ms(0);
}

STORE_TEST(a_window_that_does_not_end_on_a_working_day_stops)
{
    make_good(store);
    /* a Sunday; 15 working days all the same */
    STORE_OK(as(
        store, &world.publisher, &command_bulletin_change,
        HEAD ", 'window_from': '2024-07-08', 'window_to': '2024-07-28', 'window_days': 15, 'window_first_day': true"));
    expect_stops(store, "window_to_free");
    /* the first day of the National Day holiday, a Tuesday */
    STORE_OK(as(
        store, &world.publisher, &command_bulletin_change,
        HEAD ", 'window_from': '2024-09-09', 'window_to': '2024-10-01', 'window_days': 16, 'window_first_day': true"));
    expect_stops(store, "window_to_free");
    /* a Saturday that makes up for a free day is a working day */
    STORE_OK(as(
        store, &world.publisher, &command_bulletin_change,
        HEAD ", 'window_from': '2024-09-24', 'window_to': '2024-10-12', 'window_days': 11, 'window_first_day': true"));
    submit(store);
    clock_set_ms(0);
}

STORE_TEST(a_finding_of_the_register_that_is_missing_stops_also_when_it_comes_after_handing_in)
{
    make_good(store);
    tamper(store, "UPDATE bulletin_block SET body = '已整改。' WHERE kind IN ('part', 'section', 'item')");
    submit(store);
    int64_t late = make_finding(store, world.source, "新增问题");
    expect_refused(store, &world.leader, &command_bulletin_release, "missing");
    STORE_OK(as(store, &world.leader, &command_bulletin_return, ", 'reason': '补上'"));
    expect_stops(store, "missing");
    STORE_OK(run_as(
        store, &world.publisher, &command_bulletin_add,
        jsonf(store, "{'id': %lld, 'after': %lld, 'kind': 'item', 'finding_id': %lld}", (long long)world.bulletin,
              (long long)count_sql(store, "SELECT max(n) FROM bulletin_block WHERE kind = 'item'"), (long long)late),
        NULL));
    submit(store);
    clock_set_ms(0);
}

/* GB/T 9704, 7.2.5.  A hint: who numbers otherwise may. */
STORE_TEST(a_document_number_of_another_form_is_told)
{
    static const struct {
        const char *no;
        bool is_told;
    } cases[] = {{"某集团党发〔2024〕3号", false},
                 {"", false},
                 {"某集团党发〔2024〕03号", true},
                 {"某集团党发[2024]3号", true},
                 {"某集团党发〔2024〕第3号", true},
                 {"某集团党发（2024）3号", true},
                 {"〔2024〕3号", true},
                 {"某集团党发〔24〕3号", true},
                 {"某集团党发〔2024〕号", true},
                 {"某集团党发〔2024〕3", true}};
    char fields[300];
    make_good(store);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct value *row, *blocks, *list;
        struct bulletin_rules rules;
        bool is_told = false;
        snprintf(fields, sizeof fields, HEAD WINDOW ", 'doc_no': '%s'", cases[i].no);
        STORE_OK(as(store, &world.publisher, &command_bulletin_change, fields));
        struct db_stmt *st = db_query(store->db, Q_BULLETIN_GET_ANY);
        db_bind_int(st, "id", world.bulletin);
        STORE_OK(db_first_row(store->ctx, st, &row));
        assert_true(str_equal_cstr(value_get_text(row, "doc_no"), cases[i].no));
        STORE_OK(bulletin_read_blocks(store->ctx, store->db, world.bulletin, &blocks));
        STORE_OK(bulletin_read_rules(store->ctx, store->db, &rules));
        STORE_OK(bulletin_check(store->ctx, store->db, row, blocks, &rules, &list));
        VALUE_EACH (found, list) {
            is_told = is_told || str_equal_cstr(value_get_text(found, "check"), "doc_no");
            assert_true(!str_equal_cstr(value_get_text(found, "check"), "doc_no") || !value_get_bool(found, "is_stop"));
        }
        if (is_told != cases[i].is_told)
            fail_msg("%s", cases[i].no);
    }
    submit(store);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM bulletin WHERE doc_no = '某集团党发〔2024〕3'"), 1);
    expect_rebuild_equal(store);
    clock_set_ms(0);
}

/* 8 July 2024 is a Monday: 15 working days end on the 26th with the first day counted, on the 29th without it. */
STORE_TEST(a_window_counts_its_first_day_or_not_as_the_rules_say)
{
    static const struct {
        const char *first, *to, *other;
    } cases[] = {{"true", "2024-07-26", "2024-07-29"}, {"false", "2024-07-29", "2024-07-26"}};
    char fields[300];
    make_good(store);
    for (size_t i = 0; i < 2; i++) {
        snprintf(fields, sizeof fields,
                 HEAD ", 'window_from': '2024-07-08', 'window_to': '%s', 'window_days': 15, 'window_first_day': %s",
                 cases[i].other, cases[i].first);
        STORE_OK(as(store, &world.publisher, &command_bulletin_change, fields));
        expect_stops(store, "window_days");
        snprintf(fields, sizeof fields, HEAD ", 'window_from': '2024-07-08', 'window_days': 15, 'window_first_day': %s",
                 cases[i].first);
        STORE_OK(as(store, &world.publisher, &command_bulletin_change, fields));
        submit(store);
        if (i == 0)
            STORE_OK(as(store, &world.leader, &command_bulletin_return, ", 'reason': '再看'"));
    }
    STORE_OK(as(store, &world.leader, &command_bulletin_release, ""));
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM bulletin WHERE window_to = '%s'", cases[1].to), 1);
    static const struct {
        const char *day, *state;
    } days[] = {
        {"2024-07-07", "released"}, {"2024-07-08", "published"}, {"2024-07-29", "published"}, {"2024-07-30", "closed"}};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        pin(days[i].day);
        STORE_OK(run(store, &command_tick_run, jsonf(store, "{'name': 'bulletin', 'date': '%s'}", days[i].day), NULL));
        expect_state(store, days[i].state);
    }
    clock_set_ms(0);
}

static int64_t enter(struct store *store, const char *channel)
{
    struct value *result = NULL;
    STORE_OK(run_as(store, &world.publisher, &command_comment_enter,
                    jsonf(store,
                          "{'bulletin_id': %lld, 'channel': '%s', 'received_on': '2024-07-10', 'text': '意见', 'name': "
                          "'', 'contact': ''}",
                          (long long)world.bulletin, channel),
                    &result));
    return value_get_int(result, "id", 0);
}

static void step(struct store *store, const struct command *command, int64_t id, const char *fields)
{
    STORE_OK(run_as(store, &world.publisher, command, jsonf(store, "{'id': %lld%s}", (long long)id, fields), NULL));
}

STORE_TEST(the_end_of_the_window_sums_up_the_comments_and_later_ones_do_not_change_it)
{
    static const struct {
        const char *key;
        int64_t count;
    } expected[] = {{"comments", 6}, {"by_phone", 2}, {"by_post", 1}, {"by_email", 3}, {"by_form", 0}, {"answered", 1},
                    {"refused", 1},  {"waiting", 3},  {"leads", 1},   {"not_done", 1}, {"checks", 1}};
    struct value *row, *summary;
    make_good(store);
    submit(store);
    STORE_OK(as(store, &world.leader, &command_bulletin_release, ""));
    pin("2024-07-10");
    STORE_OK(run(store, &command_tick_run, json(store, "{'name': 'bulletin', 'date': '2024-07-10'}"), NULL));
    int64_t answered = enter(store, "phone"), refused = enter(store, "email"), lead = enter(store, "post"),
            denied = enter(store, "email");
    (void)enter(store, "phone");
    (void)enter(store, "email");
    step(store, &command_comment_accept, answered, ", 'kind': 'advice'");
    step(store, &command_comment_answer, answered, ", 'answer': '已采纳'");
    step(store, &command_comment_refuse, refused, ", 'reason': '与通报无关'");
    step(store, &command_comment_lead, lead, ", 'lead_to': '纪检监察组'");
    tamper(store, "UPDATE finding SET status = 'closed'");
    STORE_OK(run_as(store, &world.publisher, &command_comment_accept,
                    jsonf(store, "{'id': %lld, 'kind': 'not_done', 'finding_id': %lld}", (long long)denied,
                          (long long)world.finding),
                    NULL));
    tamper(store, "UPDATE finding SET status = 'registered'");
    assert_int_equal(count_sql(store, "SELECT count(*) FROM bulletin WHERE summary = ''"), 1);
    pin("2024-07-27");
    STORE_OK(run(store, &command_tick_run, json(store, "{'name': 'bulletin', 'date': '2024-07-27'}"), NULL));
    expect_state(store, "closed");
    (void)enter(store, "phone");
    struct db_stmt *st = db_query(store->db, Q_BULLETIN_GET_ANY);
    db_bind_int(st, "id", world.bulletin);
    STORE_OK(db_first_row(store->ctx, st, &row));
    STORE_OK(json_parse(store->ctx, value_get_text(row, "summary"), &summary));
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (value_get_int(summary, expected[i].key, -1) != expected[i].count)
            fail_msg("%s: %lld", expected[i].key, (long long)value_get_int(summary, expected[i].key, -1));
    expect_rebuild_equal(store);
    clock_set_ms(0);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_bulletin_without_a_fault_is_handed_in_released_and_published),
                     STORE_CASE(personal_data_stop), STORE_CASE(a_label_above_the_highest_stops_also_after_handing_in),
                     STORE_CASE(forbidden_words_stop_also_when_they_are_set_after_handing_in),
                     STORE_CASE(a_figure_that_is_not_the_registers_stops_also_when_the_register_moves_after_handing_in),
                     STORE_CASE(a_window_that_does_not_end_on_a_working_day_stops),
                     STORE_CASE(a_finding_of_the_register_that_is_missing_stops_also_when_it_comes_after_handing_in),
                     STORE_CASE(a_document_number_of_another_form_is_told),
                     STORE_CASE(a_window_counts_its_first_day_or_not_as_the_rules_say),
                     STORE_CASE(the_end_of_the_window_sums_up_the_comments_and_later_ones_do_not_change_it));
}
