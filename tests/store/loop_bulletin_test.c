/* loop_bulletin_test.c: bulletins: from a document and back, checks, two people, the window. */
#include "record_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "intake/draft.h"
#include "intake/draft_compare.h"
#include "intake/reader.h"
#include "loop/bulletin.h"
#include "loop/tick.h"
#include "publish/bulletin_paper.h"

static const char *const own_text =
    "中共甲集团有限公司党组关于巡视整改进展情况的通报\n"
    "根据统一部署，2023年4月6日至6月25日，中央第九巡视组对甲集团有限公司党组开展了常规巡视。2023年9月21日，中央巡视组反"
    "馈了巡视意见。现将巡视整改进展情况予以公布。\n"
    "一、党组履行巡视整改主体责任情况\n党组坚决扛起整改责任。\n"
    "（一）加强组织领导\n成立领导小组，召开会议研究部署。一是明确分工。二是压实责任。\n"
    "（二）坚持标本兼治\n做到解决一个问题，带动解决一类问题。\n"
    "二、巡视反馈重点问题整改落实情况\n党组逐一制订整改措施。\n"
    "（一）关于聚焦主责主业方面\n1.着力增强核心功能。完成了规划调整，推进专业化整合。\n2."
    "提升经营质量。压降成本费用，治理亏损企业。\n"
    "（二）关于防范化解风险方面\n3.严格财务管理。强化担保管理，排查坏账风险。\n"
    "三、需长期整改事项进展情况\n（一）深化改革\n一是加强资源配置。二是实施精准考核。\n"
    "四、下一步工作打算\n（一）持续抓好整改\n对没有按期完成的事项，挂账督办。\n"
    "欢迎广大干部群众对巡视整改落实情况进行监督。如有意见建议，请及时向我们反映。公开期限：2024年7月8日至7月26日（15个"
    "工作日）。联系电话：010-12345678（工作日9:00—17:"
    "00）；邮政信箱：北京市海淀区甲路1号巡视办公室，邮编：100000；电子邮箱：a@example.cn\n"
    "中共甲集团党组\n2024年7月8日\n";

static struct {
    int64_t root, source, bulletin;
    struct actor office, publisher, leader, outsider;
} world;

static struct value *read_draft(struct store *store, struct str bytes, const char *name)
{
    struct document document;
    struct outline *outline;
    STORE_OK(reader_read(store->ctx, bytes, str_from_cstr(name), &document));
    STORE_OK(outline_build(store->ctx, &document, &outline));
    return draft_from_outline(store->ctx->arena, outline);
}

static int64_t confirm_text(struct store *store, struct str text, int label)
{
    static int number = 500;
    struct value *draft = read_draft(store, text, "bulletin.txt"), *result = NULL;
    number += 2;
    int64_t id = make(store, &command_draft_open,
                      jsonf(store,
                            "{'file_sha256': '%064d', 'draft_sha256': '%064d', 'file_name': 'b.txt', 'media_type': "
                            "'text/plain', 'size': 3, 'draft_size': 9, 'title': 'x', 'unit_id': %lld, 'label': %d}",
                            number, number + 1, (long long)world.root, label));
    struct value *input = jsonf(store, "{'id': %lld}", (long long)id);
    value_put(input, STR("draft"), draft);
    STORE_OK(run(store, &command_draft_confirm, input, &result));
    return value_get_int(result, "id", 0);
}

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    int64_t west = make_unit(store, world.root, "W", "西部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.publisher = make_actor(store, "publisher", "publisher", world.root, LABEL_INTERNAL);
    world.leader = make_actor(store, "leader", "leading_group", world.root, LABEL_INTERNAL);
    world.outsider = make_actor(store, "outsider", "publisher", west, LABEL_INTERNAL);
    world.source = confirm_text(store, str_from_cstr(own_text), LABEL_INTERNAL);
    struct value *result = NULL;
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_create,
                    jsonf(store, "{'source_id': %lld}", (long long)world.source), &result));
    world.bulletin = value_get_int(result, "id", 0);
}

static enum rc as(struct store *store, const struct actor *actor, const struct command *command, const char *fields)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld%s}", (long long)world.bulletin, fields), NULL);
}

#define HEAD                                                                                                              \
    "'title': '通报', 'signatory': '中共甲集团党组', 'signed': '2024-07-08', 'phone': '010-12345678', 'hours': " \
    "'工作日9:00—17:00', 'address': '甲路1号', 'postcode': '100000', 'email': 'a@example.cn'"
#define WINDOW "'window_from': '2024-07-08', 'window_to': '2024-07-26', 'window_days': 15, 'window_first_day': true"

static struct value *row_of(struct store *store, enum query query, int64_t id)
{
    struct value *row = NULL;
    struct db_stmt *st = db_query(store->db, query);
    db_bind_int(st, "id", id);
    STORE_OK(db_first_row(store->ctx, st, &row));
    return row;
}

/* ---- from a document and back ------------------------------------------------------------------------------- */

/* Every difference, printed; their number. */
static int64_t differences(struct store *store, const struct value *a, const struct value *b)
{
    struct value *result;
    STORE_OK(draft_compare(store->ctx, a, b, &result));
    VALUE_EACH (row, value_get(result, "rows"))
        printf("# difference: %.*s %.*s: \"%.*s\" became \"%.*s\"\n", STR_ARG(value_get_text(row, "what")),
               STR_ARG(value_get_text(row, "field")), STR_ARG(value_get_text(row, "before")),
               STR_ARG(value_get_text(row, "after")));
    return value_get_int(result, "differences", -1);
}

static int64_t counted(struct store *store, const struct value *a, const struct value *b, const char *what)
{
    struct value *result;
    STORE_OK(draft_compare(store->ctx, a, b, &result));
    VALUE_EACH (row, value_get(result, "counts"))
        if (str_equal_cstr(value_get_text(row, "what"), what))
            return value_get_int(row, "after", -1);
    return -1;
}

/* Register -> blocks -> page -> what the project's own reader makes of the page. */
static struct value *go_round(struct store *store, int64_t source_id)
{
    struct value *result = NULL, *blocks, *content;
    STORE_OK(run(store, &command_bulletin_create, jsonf(store, "{'source_id': %lld}", (long long)source_id), &result));
    int64_t id = value_get_int(result, "id", 0);
    struct value *row = row_of(store, Q_BULLETIN_GET_ANY, id);
    STORE_OK(bulletin_read_blocks(store->ctx, store->db, id, &blocks));
    STORE_OK(bulletin_make_content(store->ctx, row, blocks, &content));
    struct doc *doc;
    struct buf html;
    buf_init(&html, 8 << 20);
    STORE_OK(bulletin_paper(store->ctx, content, 0, STR(""), 0, &doc));
    STORE_OK(doc_write_html(doc, &html));
    struct str page = arena_format(store->ctx->arena,
                                   "<!doctype html><html lang=\"zh-CN\"><head><meta "
                                   "charset=\"utf-8\"><title>x</title></head><body>%.*s</body></html>",
                                   STR_ARG(buf_str(&html)));
    buf_done(&html);
    return read_draft(store, page, "bulletin.html");
}

STORE_TEST(a_document_comes_back_from_the_register)
{
    make_world(store);
    struct value *draft = read_draft(store, str_from_cstr(own_text), "bulletin.txt"),
                 *again = go_round(store, world.source);
    assert_int_equal(counted(store, draft, again, "sections_1"), 2);
    assert_int_equal(differences(store, draft, again), 0);
    expect_rebuild_equal(store);
}

STORE_TEST(the_seed_document_comes_back_from_the_register)
{
    const char *shared = getenv("BIHUAN_SHARED");
    char path[600];
    snprintf(path, sizeof path, "%s/samples/cec-2024-bulletin.txt", shared ? shared : "../shared");
    FILE *file = fopen(path, "rb");
    if (!file) {
        printf("# skipped: no %s\n", path);
        return;
    }
    static char bytes[200000];
    struct str text = {bytes, fread(bytes, 1, sizeof bytes, file)};
    fclose(file);
    world.root = make_root(store);
    struct value *draft = read_draft(store, text, "bulletin.txt");
    int64_t source = confirm_text(store, text, LABEL_PUBLIC);
    struct value *again = go_round(store, source);
    static const struct {
        const char *what;
        int64_t n;
    } wanted[] = {{"parts", 4},  {"sections_1", 5}, {"sections_2", 7}, {"sections_3", 7},  {"sections_4", 5},
                  {"items", 16}, {"points", 22},    {"contacts", 4},   {"window_days", 15}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        assert_int_equal(counted(store, draft, again, wanted[i].what), wanted[i].n);
    assert_true(str_equal(value_get_text(value_get(value_get(again, "source"), "publicity"), "to"), STR("2024-07-26")));
    assert_int_equal(differences(store, draft, again), 0);
}

/* A piece that is missing is one difference, whatever comes behind it; so is one that was added or changed. */
STORE_TEST(every_difference_is_listed_once)
{
    make_world(store);
    static const char *const changed = "{'parts': [], 'source': {'title': '甲', 'publicity': {'from': '2024-07-08', "
                                       "'stated_days': 15}, 'contacts': [{'kind': 'phone', 'value': '1'}]}, "
                                       "'findings': [%s]}";
    const struct value *a =
        jsonf(store, changed,
              "{'title': '子', 'body': '一'}, {'title': '丑', 'body': '二，'}, {'title': '寅'}, {'title': '卯'}");
    const struct value *b =
        jsonf(store, changed,
              "{'title': '丑', 'body': '二,'}, {'title': '寅', 'body': '新'}, {'title': '辰'}, {'title': '巳'}");
    struct value *result;
    STORE_OK(draft_compare(store->ctx, a, b, &result));
    assert_int_equal(value_get_int(result, "differences", 0), 4);
    assert_int_equal(value_get_int(result, "by_width", 0), 1);
    static const char *const fields[] = {"missing", "body", "title", "added"};
    int i = 0;
    VALUE_EACH (row, value_get(result, "rows"))
        assert_true(str_equal_cstr(value_get_text(row, "field"), fields[i++]));
    assert_int_equal(differences(store, a, a), 0);
}

/* What a feedback says in its parts is no text of a bulletin; nothing is told as "0 times" or left empty. */
STORE_TEST(a_feedback_becomes_a_bulletin_with_parts_of_its_own)
{
    make_world(store);
    struct value *result = NULL, *blocks;
    int64_t source = confirm_text(
        store,
        STR("省委第七巡视组关于巡视甲集团有限公司党组的反馈意见\n根据统一部署，2026年3月10日至5月25日，省委第七巡视组对"
            "甲集团有限公司党组"
            "开展了常规巡视。2026年7月7日，巡视组反馈了意见。\n一、巡视发现的主要问题\n巡视发现了以下问题。\n（一）聚焦"
            "主责主业方面\n"
            "1."
            "战略定力不足。投资项目未经论证。\n二、意见建议\n（一）提高政治站位\n要把整改作为政治任务。\n省委第七巡视组"
            "\n2026年7月7日\n"),
        LABEL_PUBLIC);
    STORE_OK(run(store, &command_bulletin_create, jsonf(store, "{'source_id': %lld}", (long long)source), &result));
    STORE_OK(bulletin_read_blocks(store->ctx, store->db, value_get_int(result, "id", 0), &blocks));
    int parts = 0;
    struct value *row = row_of(store, Q_BULLETIN_GET_ANY, value_get_int(result, "id", 0));
    assert_true(
        str_equal(value_get_text(row, "title"), STR("甲集团有限公司党组关于省委第七巡视组反馈意见整改进展情况的通报")));
    assert_true(str_equal(value_get_text(row, "signatory"), STR("甲集团有限公司党组")));
    assert_int_equal(value_get_text(row, "signed").n, 0);
    VALUE_EACH (block, blocks) {
        struct str title = value_get_text(block, "title"), body = value_get_text(block, "body");
        bool is_part = str_equal(value_get_text(block, "kind"), STR("part"));
        parts += is_part;
        assert_int_equal(str_find(title, STR("巡视发现"), 0), SIZE_MAX);
        assert_int_equal(str_find(title, STR("提高政治站位"), 0), SIZE_MAX);
        assert_int_equal(str_find(body, STR("会议[[meetings:0]]次"), 0), SIZE_MAX);
        if (is_part && str_equal(value_get_text(block, "role"), STR("findings")))
            assert_true(str_find(body, STR("反馈的[[findings:1]]个问题中"), 0) != SIZE_MAX);
        if (is_part && str_equal(value_get_text(block, "role"), STR("long_term")))
            assert_true(body.n > 0);
    }
    assert_int_equal(parts, 4);
}

/* ---- checks ------------------------------------------------------------------------------------------------- */

/* about: what it names first; NULL: anything. */
static bool has_check_on(struct store *store, const char *name, const char *about)
{
    struct bulletin_rules rules;
    struct value *blocks, *list;
    STORE_OK(bulletin_read_rules(store->ctx, store->db, &rules));
    STORE_OK(bulletin_read_blocks(store->ctx, store->db, world.bulletin, &blocks));
    STORE_OK(bulletin_check(store->ctx, store->db, row_of(store, Q_BULLETIN_GET_ANY, world.bulletin), blocks, &rules,
                            &list));
    VALUE_EACH (found, list)
        if (str_equal_cstr(value_get_text(found, "check"), name) &&
            (!about || str_equal_cstr(value_get_text(found, "arg0"), about)))
            return true;
    return false;
}

static bool has_check(struct store *store, const char *name) { return has_check_on(store, name, NULL); }

static int64_t block_of(struct store *store, const char *kind)
{
    return count_sqlf(store, "SELECT min(n) FROM bulletin_block WHERE kind = '%s' AND bulletin_id = %lld", kind,
                      (long long)world.bulletin);
}

static void write_item(struct store *store, const char *body)
{
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_write,
                    jsonf(store, "{'id': %lld, 'block': %lld, 'title': '题', 'body': '%s'}", (long long)world.bulletin,
                          (long long)block_of(store, "item"), body),
                    NULL));
}

static void stand_on(const char *text)
{
    int32_t n;
    assert_true(date_parse(str_from_cstr(text), &n));
    clock_set_ms(((int64_t)n * 24 + 4) * 3600 * 1000);
}

STORE_TEST(every_check_finds_what_must_not_go_out)
{
    make_world(store);
    assert_false(has_check(store, "window_missing"));
    STORE_OK(as(store, &world.publisher, &command_bulletin_change, ", 'title': '通报', 'window_days': 15"));
    assert_true(has_check(store, "window_missing"));
    assert_true(has_check(store, "signature"));
    assert_true(has_check(store, "contacts"));
    STORE_OK(as(store, &world.publisher, &command_bulletin_change, ", " HEAD ", " WINDOW));
    static const struct {
        const char *body, *check;
    } bodies[] = {{"身份证号11010519491231002X", "id_number"},
                  {"身份证号１１０１０５１９４９１２３１００２Ｘ", "id_number"},
                  {"电话138 0013 8000", "phone"},
                  {"卡号6222 0212 3456 7890 128", "bank_card"},
                  {"号码6222 0212 3456 7890 129", NULL},
                  {"卡号4111111111111111", "bank_card"},
                  {"共[[findings:9]]个问题", "figure_differs"},
                  {"共[[nothing:9]]个", "figure_unknown"},
                  {"共[[broken 9", "figure_unknown"},
                  {"一是甲。三是乙。", "points"},
                  {"", "empty"},
                  {"甲", NULL}};
    static const char *const all[] = {"id_number",      "phone",  "bank_card", "figure_differs",
                                      "figure_unknown", "points", "empty",     "forbidden"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        write_item(store, bodies[i].body);
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
            if (has_check(store, all[k]) != (bodies[i].check && strcmp(bodies[i].check, all[k]) == 0))
                fail_msg("%s: %s", bodies[i].body, all[k]);
    }
    STORE_OK(run_as(store, &world.office, &command_publish_rules_set,
                    json(store, "{'window_days': 15, 'window_first_day': true, 'ack_days': 5, 'answer_days': 15, "
                                "'label_max': 1, 'forbidden': '绝密\\n内部消息'}"),
                    NULL));
    write_item(store, "据内部消息");
    assert_true(has_check(store, "forbidden"));
    write_item(store, "共[[findings:1]]个");
    STORE_OK(as(store, &world.publisher, &command_bulletin_renew, ""));
    assert_false(has_check(store, "figure_differs"));
    STORE_OK(
        as(store, &world.publisher, &command_bulletin_change,
           ", " HEAD
           ", 'window_from': '2024-07-08', 'window_to': '2024-07-28', 'window_days': 15, 'window_first_day': true"));
    assert_true(has_check(store, "window_to_free"));
    STORE_OK(
        as(store, &world.publisher, &command_bulletin_change,
           ", " HEAD
           ", 'window_from': '2024-07-08', 'window_to': '2024-07-26', 'window_days': 15, 'window_first_day': false"));
    assert_true(has_check(store, "window_days"));
    STORE_OK(as(store, &world.publisher, &command_bulletin_change, ", " HEAD ", " WINDOW));
    assert_false(has_check(store, "window_days"));
    /* a heading with nothing below it is told, and does not stop */
    STORE_OK(as(store, &world.publisher, &command_bulletin_add, ", 'kind': 'part', 'title': '空着的部分'"));
    assert_true(has_check_on(store, "nothing_in", "空着的部分"));
    STORE_OK(as(store, &world.publisher, &command_bulletin_add,
                ", 'kind': 'section', 'title': '有话的一节', 'body': '有话。'"));
    assert_false(has_check_on(store, "nothing_in", "空着的部分"));
    assert_false(has_check_on(store, "nothing_in", "有话的一节"));
    STORE_OK(as(store, &world.publisher, &command_bulletin_add, ", 'kind': 'section', 'title': '空着的一节'"));
    assert_true(has_check_on(store, "nothing_in", "空着的一节"));
    /* a finding that came later is missing; one kept back is not */
    int64_t late = make_finding(store, world.source, "新增问题");
    assert_true(has_check(store, "missing"));
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_add,
                    jsonf(store, "{'id': %lld, 'after': %lld, 'kind': 'item', 'finding_id': %lld}",
                          (long long)world.bulletin, (long long)block_of(store, "item"), (long long)late),
                    NULL));
    assert_false(has_check(store, "missing"));
    /* its label goes up: it may not stand here any more */
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'rev': 1, 'label': 2, 'reason': '定密'}", (long long)late), NULL));
    assert_true(has_check(store, "label"));
    assert_int_equal(as(store, &world.publisher, &command_bulletin_submit, ""), RC_GUARD);
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_withhold,
                    jsonf(store, "{'id': %lld, 'block': %lld, 'reason': '涉密不公开'}", (long long)world.bulletin,
                          (long long)count_sql(store, "SELECT max(n) FROM bulletin_block")),
                    NULL));
    assert_false(has_check(store, "label"));
    /* a window that is over is told before a second person is asked */
    stand_on("2024-07-27");
    assert_true(has_check_on(store, "window_over", "2024-07-26"));
    assert_int_equal(as(store, &world.publisher, &command_bulletin_submit, ""), RC_GUARD);
    stand_on("2024-07-26");
    assert_false(has_check(store, "window_over"));
    STORE_OK(as(store, &world.publisher, &command_bulletin_submit, ""));
    clock_set_ms(0);
    expect_rebuild_equal(store);
}

/* Figures in plain words: of findings, measures and tasks, in either script; the words of a finding only tell. */
STORE_TEST(a_count_in_words_that_is_no_figure_of_the_register_stops)
{
    static const struct {
        const char *body;
        bool is_free;
    } bodies[] = {{"反馈的九个问题均已整改。", true},
                  {"反馈的９个问题均已整改。", true},
                  {"制定整改措施，共十六项措施。", true},
                  {"反馈的三个问题均已整改。", false},
                  {"反馈的3个问题均已整改。", false},
                  {"反馈的[[findings:3]]个问题均已整改。", false},
                  {"一是抓第九个问题，二是落实八项规定，移交九个问题线索，修订制度十六项。", false}};
    make_world(store);
    STORE_OK(as(store, &world.publisher, &command_bulletin_change, ", " HEAD ", " WINDOW));
    STORE_OK(as(store, &world.publisher, &command_bulletin_renew, ""));
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        STORE_OK(run_as(store, &world.publisher, &command_bulletin_write,
                        jsonf(store, "{'id': %lld, 'block': %lld, 'title': '题', 'body': '%s'}",
                              (long long)world.bulletin, (long long)block_of(store, "part"), bodies[i].body),
                        NULL));
        if (has_check(store, "figure_free") != bodies[i].is_free)
            fail_msg("%s", bodies[i].body);
        if (bodies[i].is_free)
            assert_int_equal(as(store, &world.publisher, &command_bulletin_submit, ""), RC_GUARD);
    }
    write_item(store, "检查发现九个问题。");
    assert_true(has_check(store, "figure_free"));
    stand_on("2024-07-08");
    STORE_OK(as(store, &world.publisher, &command_bulletin_submit, ""));
    clock_set_ms(0);
}

/* ---- two people, window, withdrawal ------------------------------------------------------------------------- */

static void day(struct store *store, const char *text)
{
    stand_on(text);
    struct actor program = actor_program();
    (void)program;
    for (const struct tick_row *row = tick_table; row->name; row++)
        if (strcmp(row->name, "bulletin") == 0)
            STORE_OK(run(store, &command_tick_run, jsonf(store, "{'name': 'bulletin', 'date': '%s'}", text), NULL));
}

static int64_t in_state(struct store *store, const char *state)
{
    return count_sqlf(store, "SELECT count(*) FROM bulletin WHERE id = %lld AND state = '%s'",
                      (long long)world.bulletin, state);
}

STORE_TEST(who_wrote_does_not_release_and_the_window_runs_by_working_days)
{
    make_world(store);
    day(store, "2024-07-05");
    STORE_OK(as(store, &world.office, &command_bulletin_change,
                ", " HEAD ", 'window_from': '2024-07-08', 'window_days': 15, 'window_first_day': true"));
    assert_int_equal(as(store, &world.outsider, &command_bulletin_change, ", " HEAD ", " WINDOW), RC_NOT_FOUND);
    int64_t item = block_of(store, "item");
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_down,
                    jsonf(store, "{'id': %lld, 'block': %lld}", (long long)world.bulletin, (long long)item), NULL));
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_up,
                    jsonf(store, "{'id': %lld, 'block': %lld}", (long long)world.bulletin, (long long)item), NULL));
    STORE_OK(run_as(
        store, &world.publisher, &command_bulletin_withhold,
        jsonf(store, "{'id': %lld, 'block': %lld, 'reason': '暂不公开'}", (long long)world.bulletin, (long long)item),
        NULL));
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_show,
                    jsonf(store, "{'id': %lld, 'block': %lld}", (long long)world.bulletin, (long long)item), NULL));
    assert_int_equal(as(store, &world.office, &command_bulletin_release, ""), RC_GUARD); /* not handed in */
    STORE_OK(as(store, &world.publisher, &command_bulletin_submit, ""));
    assert_int_equal(as(store, &world.publisher, &command_bulletin_change, ", " HEAD ", " WINDOW), RC_GUARD);
    assert_int_equal(as(store, &world.office, &command_bulletin_release, ""), RC_GUARD); /* changed the head */
    assert_string_equal(issue_key(store), "bulletin.four_eyes");
    assert_int_equal(as(store, &world.leader, &command_bulletin_return, ""), RC_INVALID); /* why */
    STORE_OK(as(store, &world.leader, &command_bulletin_return, ", 'reason': '措辞'"));
    STORE_OK(as(store, &world.publisher, &command_bulletin_submit, ""));
    STORE_OK(as(store, &world.leader, &command_bulletin_release, ""));
    assert_int_equal(in_state(store, "released"), 1);
    assert_int_equal(
        count_sql(
            store,
            "SELECT count(*) FROM bulletin WHERE version = 2 AND released_by IS NOT NULL AND window_to = '2024-07-26'"),
        1);
    STORE_OK(as(store, &world.leader, &command_bulletin_postpone, ", 'window_from': '2024-07-09', 'reason': '排版'"));
    day(store, "2024-07-08");
    assert_int_equal(in_state(store, "released"), 1);
    day(store, "2024-07-09");
    assert_int_equal(in_state(store, "published"), 1);
    assert_int_equal(
        as(store, &world.leader, &command_bulletin_postpone, ", 'window_from': '2024-07-10', 'reason': '晚'"),
        RC_GUARD);
    assert_int_equal(as(store, &world.leader, &command_bulletin_postpone, ", 'window_days': 10, 'reason': '短'"),
                     RC_INVALID);
    STORE_OK(as(store, &world.leader, &command_bulletin_postpone, ", 'window_days': 16, 'reason': '延长一天'"));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM bulletin WHERE window_to = '2024-07-30' AND postponed = 2"),
                     1);
    day(store, "2024-07-30");
    assert_int_equal(in_state(store, "published"), 1);
    day(store, "2024-07-31");
    assert_int_equal(in_state(store, "closed"), 1);
    STORE_OK(as(store, &world.leader, &command_bulletin_withdraw, ", 'reason': '内容有误'"));
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM bulletin WHERE state = 'withdrawn' AND withdraw_reason <> ''"), 1);
    int64_t late = make_finding(store, world.source, "新增问题");
    struct value *result = NULL;
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_create,
                    jsonf(store, "{'source_id': %lld}", (long long)world.source), &result));
    world.bulletin = value_get_int(result, "id", 0);
    STORE_OK(as(store, &world.publisher, &command_bulletin_add, ", 'kind': 'section', 'title': '补充'"));
    write_item(store, "改过的文字。");
    assert_int_equal(run_as(store, &world.publisher, &command_bulletin_write,
                            jsonf(store, "{'id': %lld, 'block': %lld, 'revision': 1, 'title': '题'}",
                                  (long long)world.bulletin, (long long)block_of(store, "item")),
                            NULL),
                     RC_CONFLICT);
    STORE_OK(
        run_as(store, &world.publisher, &command_bulletin_write,
               jsonf(store, "{'id': %lld, 'block': %lld, 'revision': %lld, 'title': '题'}", (long long)world.bulletin,
                     (long long)block_of(store, "item"),
                     (long long)count_sql(store, "SELECT max(changed_seq) FROM bulletin_block WHERE kind = 'item'")),
               NULL));
    assert_int_equal(run_as(store, &world.publisher, &command_bulletin_add,
                            jsonf(store, "{'id': %lld, 'kind': 'item', 'finding_id': %lld}", (long long)world.bulletin,
                                  (long long)late),
                            NULL),
                     RC_GUARD);
    expect_kinds(store, "bulletin");
    expect_rebuild_equal(store);
    clock_set_ms(0);
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(a_document_comes_back_from_the_register), STORE_CASE(the_seed_document_comes_back_from_the_register),
        STORE_CASE(every_difference_is_listed_once), STORE_CASE(a_feedback_becomes_a_bulletin_with_parts_of_its_own),
        STORE_CASE(every_check_finds_what_must_not_go_out),
        STORE_CASE(a_count_in_words_that_is_no_figure_of_the_register_stops),
        STORE_CASE(who_wrote_does_not_release_and_the_window_runs_by_working_days));
}
