/* paper_test.c: papers from a frozen snapshot: figures, checks, changes, the same bytes, issue, void, templates. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/assess.h"
#include "loop/cause.h"
#include "loop/letter.h"
#include "loop/measure.h"
#include "loop/meeting.h"
#include "loop/paper.h"
#include "loop/sweep.h"
#include "loop/task.h"
#include "publish/paper_list.h"
#include "publish/paper_make.h"
#include "publish/zip_file.h"
#include "serve/messages.h"
#include "text/digest.h"

static struct {
    int64_t root, firm, source, first, second, secret;
    struct actor office, reader;
} world;

#define TODAY STR("2026-11-28")

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.reader = make_actor(store, "reader", "office", world.root, LABEL_INTERNAL);
    world.source = make_source(store, world.root, "LY-2026-001");
    world.first = make_finding(store, world.source, "担保管理不规范");
    world.second = make_finding(store, world.source, "应收账款清收不力");
    world.secret = make_finding(store, world.source, "工作秘密事项");
    STORE_OK(
        run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'label': 2}", (long long)world.secret), NULL));
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'due': '2026-12-31', 'amount_fen': 123456700}", (long long)world.first),
                 NULL));
    int64_t measure = make(
        store, &command_measure_plan,
        jsonf(store, "{'finding_id': %lld, 'text': '清理超比例担保', 'due': '2026-12-31'}", (long long)world.first));
    (void)make(store, &command_task_assign,
               jsonf(store,
                     "{'measure_id': %lld, 'unit_id': %lld, 'title': '逐笔清理', 'due': '2026-12-31', 'finish_mark': "
                     "'比例达标'}",
                     (long long)measure, (long long)world.firm));
}

static struct paper_snapshot take(struct store *store, const struct actor *actor, const struct value *before)
{
    struct paper_snapshot snapshot;
    STORE_OK(paper_take(store->ctx, store->db, actor, PAPER_OF_SOURCE, world.source, TODAY, before, &snapshot));
    return snapshot;
}

static struct paper_order order_of(struct store *store, const struct paper_snapshot *snapshot, enum paper_kind kind,
                                   const char *text)
{
    struct paper_order order = {.kind = kind,
                                .snapshot_seq = snapshot->seq,
                                .data_json = snapshot->json,
                                .digest = str_from_cstr(snapshot->digest),
                                .text = json(store, text)};
    STORE_OK(paper_shipped(store->ctx, kind, &order.template_docx));
    return order;
}

static bool has_fault(const struct paper_made *made, const char *words)
{
    VALUE_EACH (fault, made->faults)
        if (str_find(fault->text, str_from_cstr(words), 0) != SIZE_MAX)
            return true;
    return false;
}

static struct str text_of(struct paper_made *made)
{
    struct buf out;
    buf_init(&out, 1 << 24);
    assert_int_equal(doc_write_html(made->doc, &out), RC_OK);
    struct str copy = arena_copy_str(made->doc->ctx->arena, buf_str(&out));
    buf_done(&out);
    return copy;
}

static bool has(struct str s, const char *needle) { return str_find(s, str_from_cstr(needle), 0) != SIZE_MAX; }

STORE_TEST(every_paper_of_a_source_is_made_from_one_snapshot_and_made_again_the_same)
{
    make_world(store);
    struct paper_snapshot snapshot = take(store, &world.office, NULL);
    for (int kind = 0; kind < PAPER_KINDS; kind++) {
        if (paper_kind_row((enum paper_kind)kind)->subject != PAPER_OF_SOURCE)
            continue;
        struct paper_order order = order_of(store, &snapshot, (enum paper_kind)kind, "{}");
        struct paper_made one, two;
        STORE_OK(paper_render(store->ctx, &order, &one));
        STORE_OK(run(store, &command_finding_change,
                     jsonf(store, "{'id': %lld, 'title': '改了 %d'}", (long long)world.second, kind), NULL));
        STORE_OK(paper_render(store->ctx, &order, &two)); /* what happens later changes nothing */
        assert_true(str_equal(buf_str(&one.docx), buf_str(&two.docx)));
        assert_true(str_equal(buf_str(&one.pdf), buf_str(&two.pdf)));
        assert_true(str_equal(buf_str(&one.xlsx), buf_str(&two.xlsx)));
        assert_true(has(text_of(&one), snapshot.digest));
        paper_made_done(&one);
        paper_made_done(&two);
    }
}

STORE_TEST(figures_are_counted_over_what_the_maker_may_see)
{
    make_world(store);
    struct paper_snapshot all = take(store, &world.office, NULL), some = take(store, &world.reader, NULL);
    assert_int_equal(value_get_int(value_get(all.data, "figures"), "findings", 0), 3);
    assert_int_equal(value_get_int(value_get(some.data, "figures"), "findings", 0), 2);
    assert_int_equal(all.label, LABEL_WORK_SECRET);
    assert_int_equal(some.label, LABEL_INTERNAL);
    assert_true(has(all.json, "工作秘密事项") && !has(some.json, "工作秘密事项"));
    assert_int_equal(value_get_int(value_get(all.data, "figures"), "findings_amount_fen", 0), 123456700);
    struct paper_snapshot gone;
    struct actor outside = make_actor(store, "outside", "office", world.firm, LABEL_WORK_SECRET);
    assert_int_equal(paper_take(store->ctx, store->db, &outside, PAPER_OF_SOURCE, world.source, TODAY, NULL, &gone),
                     RC_NOT_FOUND);
}

STORE_TEST(a_figure_that_disagrees_is_a_fault_and_so_is_a_gap_of_the_plan)
{
    make_world(store);
    struct paper_snapshot snapshot = take(store, &world.office, NULL);
    struct paper_order order = order_of(store, &snapshot, PAPER_PROGRESS,
                                        "{'opening': '共{{figures.findings}}个问题，3个都要改，另有 9 "
                                        "个问题，涉及123.46万元和7.5万元。', 'next_steps': '{{figures.nothing}}'}");
    struct paper_made made;
    STORE_OK(paper_render(store->ctx, &order, &made));
    assert_true(has(text_of(&made), "共3个问题"));
    assert_int_equal(value_count(made.faults), 3);
    assert_true(has_fault(&made, "9 个") && has_fault(&made, "7.5万元") && has_fault(&made, "figures.nothing"));
    paper_made_done(&made);
    order = order_of(store, &snapshot, PAPER_PROGRESS,
                     "{'opening': '一是反馈的三个问题、一个方面，三项都要改，落实中央八项规定精神。', 'next_steps': "
                     "'整改措施十六项，涉及三百二十万元，完成率百分之八十五，１７件。'}");
    STORE_OK(paper_render(store->ctx, &order, &made));
    assert_int_equal(value_count(made.faults), 4);
    assert_true(has_fault(&made, "十六项") && has_fault(&made, "三百二十万元") && has_fault(&made, "百分之八十五") &&
                has_fault(&made, "１７件"));
    paper_made_done(&made);
    order = order_of(store, &snapshot, PAPER_PLAN, "{}");
    STORE_OK(paper_render(store->ctx, &order, &made));
    assert_true(has_fault(&made, "LY-2026-001-002") && has_fault(&made, "LY-2026-001-001") && has_fault(&made, "T1"));
    paper_made_done(&made);
    /* Data whose figure was changed by hand have another digest; with a digest of their own they disagree with their
     * rows. */
    struct value *data;
    STORE_OK(paper_thaw(store->ctx, snapshot.json, str_from_cstr(snapshot.digest), &data));
    value_set((struct value *)value_get(data, "figures"), STR("findings"), value_new_int(store->ctx->arena, 5));
    struct value *faults = value_new_list(store->ctx->arena);
    paper_check(store->ctx, data, false, faults);
    assert_int_equal(value_count(faults), 1);
    struct str changed = arena_concat(store->ctx->arena, snapshot.json, STR(" "));
    assert_int_equal(paper_thaw(store->ctx, changed, str_from_cstr(snapshot.digest), &data), RC_CHAIN);
}

STORE_TEST(differences_to_the_last_issue_are_marked)
{
    make_world(store);
    struct paper_snapshot before = take(store, &world.office, NULL);
    (void)make_finding(store, world.source, "新增的问题");
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'due': '2027-06-30'}", (long long)world.first), NULL));
    STORE_OK(run(store, &command_finding_withdraw,
                 jsonf(store, "{'id': %lld, 'reason': '重复'}", (long long)world.secret), NULL));
    struct paper_snapshot after = take(store, &world.office, before.data);
    const struct value *findings = value_get(after.data, "findings");
    struct str changes[3];
    int n = 0;
    VALUE_EACH (row, findings)
        changes[n++] = value_get_text(row, "change");
    assert_int_equal(n, 3);
    assert_true(str_equal(changes[0], STR("调整")) && !changes[1].n && str_equal(changes[2], STR("新增")));
    assert_int_equal(value_count(value_get(after.data, "removed")), 1);
    assert_int_equal(after.label, LABEL_WORK_SECRET); /* what was cancelled is told: as secret as it was */
    struct paper_order order = order_of(store, &after, PAPER_PROBLEMS, "{}");
    struct paper_made made;
    STORE_OK(paper_render(store->ctx, &order, &made));
    assert_true(has(text_of(&made), "工作秘密事项") && has(text_of(&made), "取消"));
    assert_true(has(text_of(&made), "数据截至2026年11月28日"));
    paper_made_done(&made);
}

/* The cells of the row that holds the words, one behind the other. */
static struct str row_with(struct str html, const char *words)
{
    size_t at = str_find(html, str_from_cstr(words), 0), from = 0, next;
    assert_true(at != SIZE_MAX);
    while ((next = str_find(html, STR("<tr>"), from + 1)) != SIZE_MAX && next < at)
        from = next;
    return str_slice(html, from, str_find(html, STR("</tr>"), at));
}

STORE_TEST(each_list_marks_what_is_new_changed_and_cancelled)
{
    make_world(store);
    int64_t measure =
        make(store, &command_measure_plan,
             jsonf(store, "{'finding_id': %lld, 'text': '原定办法', 'due': '2026-12-31'}", (long long)world.second));
    int64_t task = make(store, &command_task_assign,
                        jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'title': '原定任务', 'due': '2026-12-31'}",
                              (long long)measure, (long long)world.firm));
    struct paper_snapshot before = take(store, &world.office, NULL);
    STORE_OK(
        run(store, &command_task_cancel, jsonf(store, "{'id': %lld, 'reason': '不再需要'}", (long long)task), NULL));
    STORE_OK(run(store, &command_measure_drop, jsonf(store, "{'id': %lld, 'reason': '不再需要'}", (long long)measure),
                 NULL));
    measure =
        make(store, &command_measure_plan,
             jsonf(store, "{'finding_id': %lld, 'text': '新办法', 'due': '2026-12-31'}", (long long)world.second));
    (void)make(store, &command_task_assign,
               jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'title': '新任务', 'due': '2026-12-31'}",
                     (long long)measure, (long long)world.firm));
    struct paper_snapshot after = take(store, &world.office, before.data);
    static const struct {
        enum paper_kind kind;
        const char *fresh, *gone;
    } lists[] = {{PAPER_TASKS, "新任务", "原定任务"},
                 {PAPER_DUTIES, "新任务", "原定任务"},
                 {PAPER_MEASURES, "新办法", "原定办法"}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct paper_order order = order_of(store, &after, lists[i].kind, "{}");
        struct paper_made made;
        STORE_OK(paper_render(store->ctx, &order, &made));
        assert_true(has(row_with(text_of(&made), lists[i].fresh), "新增"));
        assert_true(has(row_with(text_of(&made), lists[i].gone), "取消"));
        assert_true(!has(row_with(text_of(&made), lists[i].fresh), "取消"));
        paper_made_done(&made);
    }
    struct paper_order order = order_of(store, &after, PAPER_PLAN, "{}");
    struct paper_made made;
    STORE_OK(paper_render(store->ctx, &order, &made));
    assert_true(has(text_of(&made), "原整改措施：原定办法。（取消）"));
    paper_made_done(&made);
}

/* ---- as an office writes ---------------------------------------------------------------------------------------- */

static int count_of(struct str s, const char *needle)
{
    int n = 0;
    for (size_t at = 0; (at = str_find(s, str_from_cstr(needle), at)) != SIZE_MAX; at++)
        n++;
    return n;
}

static struct str document_of(struct store *store, const struct paper_made *made)
{
    struct zip_parts parts;
    STORE_OK(zip_read_parts(store->ctx, buf_str(&made->docx), &parts));
    return zip_find_part(&parts, STR("word/document.xml"))->bytes;
}

/* The paragraph of the document that holds the words, with its properties. */
static struct str paragraph_with(struct str document, const char *words)
{
    size_t at = str_find(document, str_from_cstr(words), 0), from = at;
    assert_true(at != SIZE_MAX);
    while (!str_has_prefix(str_slice(document, from, document.n), STR("<w:p>")))
        from--;
    return str_slice(document, from, str_find(document, STR("</w:p>"), at));
}

STORE_TEST(papers_read_as_an_office_writes_them)
{
    make_world(store);
    tamper(store, "UPDATE source SET title = '省委第七巡视组关于巡视甲集团有限公司党委的反馈意见'");
    tamper(store, "INSERT INTO aspect (id, source_id, no, title) SELECT 900001, id, 1, '担保方面' FROM source");
    tamper(store, "UPDATE finding SET aspect_id = 900001");
    tamperf(store,
            "UPDATE finding SET facts = CASE WHEN id = %lld THEN '具体表现：超比例担保三笔' ELSE '具体表现：' END",
            (long long)world.first);
    tamper(store, "UPDATE measure SET finish_mark = '比例达标；'");
    /* What the document lists below a finding stands in its paragraphs alone. */
    tamper(store, "INSERT INTO source_paragraph (source_id, n, place, role, text, raw, dropped) SELECT id, 901, "
                  "'p901', 'text', '（1）对外担保未经批准；', '', '' FROM source");
    tamper(store, "INSERT INTO source_paragraph (source_id, n, place, role, text, raw, dropped) SELECT id, 902, "
                  "'p902', 'text', '超比例担保三笔', '', '' FROM source");
    tamper(store, "INSERT INTO source_paragraph (source_id, n, place, role, text, raw, dropped) SELECT id, 903, "
                  "'p903', 'measure', '不是表现', '', '' FROM source");
    tamperf(store,
            "INSERT INTO source_item (id, source_id, finding_id, relation, title, text, paragraph_from, "
            "paragraph_to) SELECT 900002, source_id, id, 'issued', '', '', 901, 903 FROM finding WHERE id = %lld",
            (long long)world.first);
    struct paper_snapshot snapshot = take(store, &world.office, NULL);
    struct paper_made made;
    struct paper_order order = order_of(store, &snapshot, PAPER_PLAN,
                                        "{'doc_no': '某集〔2026〕1号', 'copies': '省委巡视办，省国资委党委。 '}");
    STORE_OK(paper_render(store->ctx, &order, &made));
    struct str text = text_of(&made), document = document_of(store, &made);
    assert_true(has(text, "抄送：省委巡视办，省国资委党委。") && !has(text, "。。"));
    assert_true(has(text, "《省委第七巡视组关于巡视甲集团有限公司党委的反馈意见》整改方案"));
    assert_true(has(text, "具体表现：超比例担保三笔。"));
    assert_true(has(text, "（1）对外担保未经批准；") && count_of(text, "超比例担保三笔") == 1 &&
                !has(text, "不是表现"));
    assert_int_equal(count_of(text, "具体表现："), 1); /* not twice, and not where there is nothing */
    assert_true(has(text, "清理超比例担保。完成标志：比例达标。完成时限：2026年12月31日。"));
    /* A heading is not left alone at the foot of a page, a title breaks between words, a row stays on one page. */
    assert_false(has(paragraph_with(document, "1.担保管理不规范"), "w:keepNext w:val=\"0\""));
    assert_true(has(paragraph_with(document, "整改方案"), "关于巡视</w:t><w:br/>"));
    assert_false(has(paragraph_with(document, "具体表现：超"), "<w:ind w:left="));
    paper_made_done(&made);
    order = order_of(store, &snapshot, PAPER_PROBLEMS, "{}");
    STORE_OK(paper_render(store->ctx, &order, &made));
    document = document_of(store, &made);
    assert_int_equal(count_of(document, "<w:cantSplit/>"), count_of(document, "<w:tr>"));
    assert_int_equal(count_of(document, "<w:tblHeader/>"), 1);
    /* What is below the table takes no line of the grid: a full last page would have an empty one behind it. */
    assert_true(has(document, "</w:tbl><w:p><w:pPr><w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"0\""));
    paper_made_done(&made);
    order = order_of(store, &snapshot, PAPER_PROGRESS, "{}");
    STORE_OK(paper_render(store->ctx, &order, &made));
    assert_true(has(text_of(&made), "关于《省委第七巡视组关于巡视甲集团有限公司党委的反馈意见》整改进展情况的报告"));
    assert_true(has(text_of(&made), "挽回资金0.00元"));
    paper_made_done(&made);
    assert_true(
        str_equal(value_get_text(value_get(snapshot.data, "figures"), "findings_amount_amount"), STR("123.46万元")));
}

/* ---- kinds of lists by configuration -------------------------------------------------------------------------- */

static enum rc use_lists(struct store *store, const char *text)
{
    char *path = arena_copy_cstr(store->ctx->arena, arena_format(store->ctx->arena, "%s/lists.json", store->dir));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (const char *c = text; *c; c++)
        fputc(*c == '\'' ? '"' : *c, file);
    fclose(file);
    ctx_clear_issues(store->ctx);
    return paper_lists_use(store->ctx, str_from_cstr(path));
}

#define COLUMNS                                                                                                              \
    "'columns': [{'head': '序号', 'field': 'n', 'width': 4, 'center': true}, {'head': '事项', 'field': 'title', "        \
    "'width': 30}, {'head': '完成标志', 'field': 'finish_mark', 'width': 20}, {'head': '来源', 'field': 'source.no', " \
    "'width': 10}]"

STORE_TEST(a_kind_of_list_is_added_by_a_file_and_made_in_every_format)
{
    make_world(store);
    STORE_OK(use_lists(
        store, "[{'kind': 'task_marks', 'title': '任务完成标志清单', 'rows': 'tasks', " COLUMNS
               "}, {'kind': 'meeting_list', 'title': '会议清单', 'rows': 'meetings', 'portrait': true, " COLUMNS "}]"));
    assert_int_equal(paper_kind_count(), PAPER_KINDS + 2);
    enum paper_kind kind, empty;
    assert_true(paper_kind_find(STR("task_marks"), &kind) && paper_kind_find(STR("meeting_list"), &empty));
    assert_true(str_equal(message_find(LANG_EN, STR("paper.kind.task_marks")), STR("任务完成标志清单")));
    struct paper_snapshot snapshot = take(store, &world.office, NULL);
    struct paper_order order = order_of(store, &snapshot, kind, "{'signed_on': '2026-11-28'}");
    struct paper_made made;
    struct zip_parts book;
    STORE_OK(paper_render(store->ctx, &order, &made));
    struct str text = text_of(&made);
    assert_true(has(text, "任务完成标志清单") && has(text, "逐笔清理") && has(text, "比例达标") &&
                has(text, "LY-2026-001") && has(text, "2026年11月28日"));
    assert_true(made.doc->facts.is_landscape && value_count(made.faults) == 0);
    assert_true(str_has_prefix(buf_str(&made.pdf), STR("%PDF")) && str_has_prefix(buf_str(&made.docx), STR("PK")) &&
                str_has_prefix(buf_str(&made.ofd), STR("PK")));
    STORE_OK(zip_read_parts(store->ctx, buf_str(&made.xlsx), &book));
    bool is_in_book = false;
    for (size_t i = 0; i < book.n; i++)
        is_in_book = is_in_book || has(book.parts[i].bytes, "比例达标");
    assert_true(is_in_book);
    paper_made_done(&made);
    order = order_of(store, &snapshot, empty, "{}");
    STORE_OK(paper_render(store->ctx, &order, &made));
    assert_true(has(text_of(&made), "本次没有这项清单的内容") && !made.doc->facts.is_landscape);
    paper_made_done(&made);
    /* a field that rows do not have is told with its place when the paper is made */
    STORE_OK(use_lists(store, "[{'kind': 'task_marks', 'title': '清单', 'rows': 'tasks', 'columns': [{'head': '甲', "
                              "'field': 'nonsense', 'width': 4}]}]"));
    order = order_of(store, &snapshot, kind, "{}");
    assert_int_equal(paper_render(store->ctx, &order, &made), RC_INVALID);
    assert_true(str_equal_cstr(store->ctx->first->key, "template.unknown_field") &&
                str_equal(store->ctx->first->args[0], STR("nonsense")));
    paper_made_done(&made);
    STORE_OK(paper_lists_use(store->ctx, STR("")));
    assert_int_equal(paper_kind_count(), PAPER_KINDS);
    assert_false(paper_kind_find(STR("task_marks"), &kind));
}

STORE_TEST(a_file_of_kinds_with_a_mistake_is_refused_with_the_kind_and_what_it_wants)
{
    static const struct {
        const char *text, *key;
    } cases[] = {
        {"{}", "paper_list.file"},
        {"[", "paper_list.file"},
        {"[{'kind': 'Plan', 'title': 't', 'rows': 'tasks', " COLUMNS "}]", "paper_list.kind"},
        {"[{'kind': 'plan', 'title': 't', 'rows': 'tasks', " COLUMNS "}]", "paper_list.kind"},
        {"[{'kind': 'a_b_c', 'title': 't', 'rows': 'tasks', " COLUMNS
         "}, {'kind': 'a_b_c', 'title': 't', 'rows': 'tasks', " COLUMNS "}]",
         "paper_list.kind"},
        {"[{'kind': 'a_b_c', 'title': '{{x}}', 'rows': 'tasks', " COLUMNS "}]", "paper_list.title"},
        {"[{'kind': 'a_b_c', 'title': 't', 'rows': 'accounts', " COLUMNS "}]", "paper_list.rows"},
        {"[{'kind': 'a_b_c', 'title': 't', 'rows': 'figures', " COLUMNS "}]", "paper_list.rows"},
        {"[{'kind': 'a_b_c', 'title': 't', 'rows': 'tasks', 'columns': []}]", "paper_list.columns"},
        {"[{'kind': 'a_b_c', 'title': 't', 'rows': 'tasks', 'columns': [{'head': 'a|b', 'field': 'n', 'width': 4}]}]",
         "paper_list.field"},
        {"[{'kind': 'a_b_c', 'title': 't', 'rows': 'tasks', 'columns': [{'head': 'a', 'field': '}}{{x', 'width': 4}]}]",
         "paper_list.field"},
        {"[{'kind': 'a_b_c', 'title': 't', 'rows': 'tasks', 'columns': [{'head': 'a', 'field': 'n', 'width': 0}]}]",
         "paper_list.field"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(use_lists(store, cases[i].text), RC_CONFIG);
        if (!str_equal_cstr(store->ctx->last->key, cases[i].key))
            fail_msg("%s: %.*s", cases[i].text, STR_ARG(store->ctx->last->key));
    }
    ctx_clear_issues(store->ctx);
    assert_int_equal(paper_lists_use(store->ctx, STR("/nonexistent/lists.json")), RC_CONFIG);
    STORE_OK(paper_lists_use(store->ctx, STR("")));
}

static struct value *make_input(struct store *store, int faults)
{
    return jsonf(
        store,
        "{'kind': 'plan', 'subject_kind': 'source', 'subject_id': %lld, 'subject_no': 'LY-2026-001', 'source_id': "
        "%lld, 'title': '方案', 'unit_id': %lld, 'label': 1, "
        "'doc_no': '某集〔2026〕1号', 'snapshot_seq': 9, 'data_sha256': '%064d', 'template_sha256': '%064d', 'text': "
        "{'opening': 'a'}, 'faults': [%s], 'fault_count': 0, "
        "'files': [{'format': 'docx', 'sha256': '%064d', 'size': 3}, {'format': 'pdf', 'sha256': '%064d', 'size': 4}]}",
        (long long)world.source, (long long)world.source, (long long)world.root, 1, 2, faults ? "'x'" : "", 3,
        4); /* a count of the caller's own counts for nothing */
}

STORE_TEST(a_paper_is_issued_without_faults_only_and_kept_when_void)
{
    make_world(store);
    int64_t wrong = make(store, &command_paper_make, make_input(store, 1)),
            right = make(store, &command_paper_make, make_input(store, 0));
    assert_int_equal(
        run_as(store, &world.office, &command_paper_issue, jsonf(store, "{'id': %lld}", (long long)wrong), NULL),
        RC_GUARD);
    assert_string_equal(issue_key(store), "guard.paper_faults");
    struct actor reader = make_actor(store, "only_reader", "reader", world.root, LABEL_INTERNAL);
    assert_int_equal(run_as(store, &reader, &command_paper_issue, jsonf(store, "{'id': %lld}", (long long)right), NULL),
                     RC_FORBIDDEN);
    STORE_OK(run_as(store, &world.office, &command_paper_issue, jsonf(store, "{'id': %lld}", (long long)right), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM paper WHERE state = 'issued' AND n = 2 AND no = "
                                      "'LY-2026-001-plan-2' AND doc_no = '某集〔2026〕1号'"),
                     1);
    assert_int_equal(
        run_as(store, &world.office, &command_paper_issue, jsonf(store, "{'id': %lld}", (long long)right), NULL),
        RC_GUARD);
    STORE_OK(run_as(store, &world.office, &command_paper_void,
                    jsonf(store, "{'id': %lld, 'reason': '有误'}", (long long)right), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM paper_file WHERE sha256 <> ''"), 4);
    int64_t one =
        make(store, &command_paper_template_add,
             jsonf(store, "{'kind': 'plan', 'title': 'a.docx', 'unit_id': %lld, 'sha256': '%064d', 'size': 3}",
                   (long long)world.root, 5));
    int64_t two =
        make(store, &command_paper_template_add,
             jsonf(store, "{'kind': 'plan', 'title': 'b.docx', 'unit_id': %lld, 'sha256': '%064d', 'size': 3}",
                   (long long)world.root, 6));
    assert_int_equal(run_as(store, &world.office, &command_paper_template_retire,
                            jsonf(store, "{'id': %lld}", (long long)one), NULL),
                     RC_GUARD);
    STORE_OK(run_as(store, &world.office, &command_paper_template_retire, jsonf(store, "{'id': %lld}", (long long)two),
                    NULL));
    expect_kinds(store, "paper");
    expect_kinds(store, "paper_template");
    expect_rebuild_equal(store);
}

/* Each template's names are fields of its subject's data: none is unknown. */
static void render_all(struct store *store, enum paper_subject subject, int64_t id)
{
    struct paper_snapshot snapshot;
    STORE_OK(paper_take(store->ctx, store->db, &world.office, subject, id, TODAY, NULL, &snapshot));
    for (int kind = 0; kind < PAPER_KINDS; kind++) {
        if (paper_kind_row((enum paper_kind)kind)->subject != subject)
            continue;
        struct paper_order order = order_of(store, &snapshot, (enum paper_kind)kind, "{}");
        struct paper_made made;
        enum rc rc = paper_render(store->ctx, &order, &made);
        for (const struct ctx_issue *issue = store->ctx->first; rc != RC_OK && issue; issue = issue->next)
            print_error("%s: %.*s %.*s %.*s\n", paper_kind_row((enum paper_kind)kind)->kind, STR_ARG(issue->place),
                        STR_ARG(issue->key), STR_ARG(issue->args[0]));
        STORE_OK(rc);
        assert_int_equal(value_count(made.faults), 0);
        if (subject == PAPER_OF_SWEEP || subject == PAPER_OF_ASSESSMENT)
            assert_true(has(paragraph_with(document_of(store, &made), "GongwenDate"), "2026年11月28日"));
        paper_made_done(&made);
    }
}

STORE_TEST(a_notice_of_a_talk_calls_for_a_time_and_place_and_for_no_written_answer)
{
    make_world(store);
    int64_t letter = make(store, &command_letter_draft,
                          jsonf(store,
                                "{'finding_id': %lld, 'kind': 'talk', 'talk_on': '2099-12-05', 'talk_time': "
                                "'上午9:30', 'talk_place': '三楼会议室'}",
                                (long long)world.first));
    STORE_OK(run(store, &command_letter_issue, jsonf(store, "{'id': %lld, 'delivered_by': 'paper'}", (long long)letter),
                 NULL));
    struct paper_snapshot snapshot;
    STORE_OK(paper_take(store->ctx, store->db, &world.office, PAPER_OF_LETTER, letter, TODAY, NULL, &snapshot));
    struct paper_order order = order_of(store, &snapshot, PAPER_LETTER, "{}");
    struct paper_made made;
    STORE_OK(paper_render(store->ctx, &order, &made));
    struct str text = text_of(&made);
    assert_true(has(text, "约谈时间：2099年12月5日上午9:30") && has(text, "约谈地点：三楼会议室"));
    assert_true(has(text, "请按时参加") && !has(text, "书面回复"));
    paper_made_done(&made);
}

STORE_TEST(papers_of_findings_letters_meetings_sweeps_and_assessments_are_made)
{
    make_world(store);
    render_all(store, PAPER_OF_FINDING, world.first);
    render_all(store, PAPER_OF_FINDING, world.second);
    render_all(store, PAPER_OF_LETTER,
               make(store, &command_letter_draft,
                    jsonf(store, "{'finding_id': %lld, 'kind': 'red'}", (long long)world.first)));
    int64_t meeting = make(store, &command_meeting_create,
                           jsonf(store,
                                 "{'unit_id': %lld, 'label': 1, 'kind': 'special', 'title': '专题会', 'held_on': "
                                 "'2026-11-01', 'agenda': '一\\n二'}",
                                 (long long)world.root));
    STORE_OK(
        run(store, &command_meeting_decide,
            jsonf(store, "{'id': %lld, 'text': '决定', 'unit_id': %lld}", (long long)meeting, (long long)world.firm),
            NULL));
    render_all(store, PAPER_OF_MEETING, meeting);
    int64_t sweep = make(store, &command_sweep_open,
                         jsonf(store,
                               "{'title': '排查', 'finding_id': %lld, 'items': '一\\n二', 'reach': 'units', "
                               "'unit_ids': [%lld], 'due': '2027-01-31'}",
                               (long long)world.first, (long long)world.firm));
    render_all(store, PAPER_OF_SWEEP, sweep);
    int64_t scheme = make(store, &command_scheme_save,
                          jsonf(store,
                                "{'name': '方案', 'unit_id': %lld, 'text': 'item a manual 10 落实\\nitem b auto 90 "
                                "完成\\ndeduct b tasks_late 1\\nband 0 好'}",
                                (long long)world.root));
    render_all(store, PAPER_OF_ASSESSMENT,
               make(store, &command_assessment_open,
                    jsonf(store,
                          "{'title': '考核', 'scheme_id': %lld, 'unit_id': %lld, 'year': 2026, 'period_from': "
                          "'2026-01-01', 'period_to': '2026-12-31'}",
                          (long long)scheme, (long long)world.root)));
}

int main(void)
{
    return STORE_RUN(STORE_CASE(every_paper_of_a_source_is_made_from_one_snapshot_and_made_again_the_same),
                     STORE_CASE(figures_are_counted_over_what_the_maker_may_see),
                     STORE_CASE(a_figure_that_disagrees_is_a_fault_and_so_is_a_gap_of_the_plan),
                     STORE_CASE(differences_to_the_last_issue_are_marked),
                     STORE_CASE(each_list_marks_what_is_new_changed_and_cancelled),
                     STORE_CASE(papers_read_as_an_office_writes_them),
                     STORE_CASE(a_kind_of_list_is_added_by_a_file_and_made_in_every_format),
                     STORE_CASE(a_file_of_kinds_with_a_mistake_is_refused_with_the_kind_and_what_it_wants),
                     STORE_CASE(a_paper_is_issued_without_faults_only_and_kept_when_void),
                     STORE_CASE(a_notice_of_a_talk_calls_for_a_time_and_place_and_for_no_written_answer),
                     STORE_CASE(papers_of_findings_letters_meetings_sweeps_and_assessments_are_made));
}
