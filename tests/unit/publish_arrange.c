/* What of a filled paper depends on what it was filled with: lines of titles, ends that stay together. */
#include "paper_support.h"
#include "publish/doc_page.h"
#include "publish/doc_title.h"
#include "publish/docx.h"
#include "publish/paper_make.h"
#include "text/json.h"

enum { FILE_MAX = 32 * 1024 * 1024 };

/* The lines of a title, parted by "/". */
static const char *lines_of_title(const char *title, int width)
{
    struct doc *doc;
    assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("t")}, &doc));
    const struct doc_block *block = doc_title_broken(doc, doc_add(doc, DOC_TITLE, str_from_cstr(title)), width);
    char *text = arena_copy_cstr(ctx.arena, doc_block_text(doc, block));
    for (char *at = text; *at; at++)
        *at = *at == '\n' ? '/' : *at;
    return text;
}

static void titles_break_between_words_and_never_as_an_hourglass(void **state)
{
    (void)state;
    static const struct {
        const char *title, *lines;
    } cases[] = {
        {"短题", "短题"},
        {"关于省委第七巡视组反馈意见整改情况的通报", "关于省委第七巡视组反馈意见整改情况的通报"}, /* 20: one line */
        {"中共岫川数科集团有限公司委员会关于省委第七巡视组反馈意见整改进展情况的通报",
         "中共岫川数科集团有限公司委员会/关于省委第七巡视组反馈意见/整改进展情况的通报"},
        {"关于省委第七巡视组关于巡视岫川数科集团有限公司党委的反馈意见整改进展情况的报告",
         "关于省委第七巡视组/关于巡视岫川数科集团有限公司党委的/反馈意见整改进展情况的报告"},
        {"省委第七巡视组关于巡视岫川数科集团有限公司党委的反馈意见整改方案",
         "省委第七巡视组/关于巡视岫川数科集团有限公司党委的/反馈意见整改方案"},
        {"《省委第七巡视组关于巡视岫川数科集团有限公司党委的反馈意见》整改方案",
         "《省委第七巡视组关于巡视/岫川数科集团有限公司党委的反馈意见》/整改方案"},
        {"中共中国电子信息产业集团有限公司党组关于二十届中央第一轮巡视整改进展情况的通报",
         "中共中国电子信息产业集团有限公司党组/关于二十届中央第一轮巡视/整改进展情况的通报"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(lines_of_title(cases[i].title, DOC_TEXT_WIDTH), cases[i].lines);
}

static void a_line_as_long_as_the_text_gets_a_little_more_room(void **state)
{
    (void)state;
    struct doc *doc;
    assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("t")}, &doc));
    const struct doc_block *full = doc_title_broken(
        doc, doc_add(doc, DOC_TITLE, STR("一二三四五六七八九十一二三四五六七八九》关于整改进展情况的通报")),
        DOC_TEXT_WIDTH);
    assert_in_range(-doc_title_inset(full, DOC_TEXT_WIDTH), 20, 110);
    assert_int_equal(doc_title_inset(doc_add(doc, DOC_TITLE, STR("短题")), DOC_TEXT_WIDTH), 0);
}

/* A Word file of what `add` says, filled and arranged. */
static struct str arranged(void (*add)(struct doc *doc), const char *data)
{
    struct buf out CLEANUP(buf_done), xml CLEANUP(buf_done);
    struct doc *doc;
    struct docx docx;
    struct value *value;
    buf_init(&out, FILE_MAX);
    buf_init(&xml, FILE_MAX);
    assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("t"), .is_template = true}, &doc));
    add(doc);
    assert_ok(doc_write_docx(doc, &out));
    assert_ok(docx_open(&ctx, buf_str(&out), &docx));
    assert_ok(json_parse(&ctx, str_from_cstr(data), &value));
    assert_ok(docx_fill(&ctx, &docx, value));
    assert_ok(docx_break_titles(&ctx, &docx));
    assert_ok(docx_keep_ends(&ctx, &docx));
    xml_tree_write(&xml, xml_item_child(docx.document, "w:body"));
    return arena_copy_str(ctx.arena, buf_str(&xml));
}

static void add_title(struct doc *doc)
{
    doc_add(doc, DOC_TITLE, STR("{{whose}}关于省委第七巡视组反馈意见整改进展情况的通报"));
}

static void a_filled_title_has_its_line_breaks_in_the_word_file(void **state)
{
    (void)state;
    struct str xml = arranged(add_title, "{\"whose\":\"中共岫川数科集团有限公司委员会\"}");
    assert_true(
        str_find(xml,
                 STR("委员会</w:t><w:br/><w:t xml:space=\"preserve\">关于省委第七巡视组反馈意见</w:t><w:br/><w:t "
                     "xml:space=\"preserve\">整改进展情况的通报</w:t>"),
                 0) != SIZE_MAX);
}

static void add_table_and_sign(struct doc *doc)
{
    static const int widths[] = {1, 1};
    struct doc_table *table = doc_add_table(doc, widths, 2);
    doc_add_row(table, true, (struct str[]){STR("甲"), STR("乙")});
    doc_add_row(table, false, (struct str[]){STR("{{#rows}}{{n}}"), STR("{{name}}{{/rows}}")});
    doc_add(doc, DOC_SIGN, STR("某集团"));
    doc_add(doc, DOC_DATE, STR("2026年11月27日"));
}

static int kept(struct str xml, const char *text)
{
    size_t at = str_find(xml, arena_format(ctx.arena, ">%s</w:t>", text), 0), from = 0, keep = SIZE_MAX;
    assert_true(at != SIZE_MAX);
    for (size_t next; (next = str_find(xml, STR("<w:p>"), from)) < at; from = next + 1)
        keep = str_find(xml, STR("<w:keepNext"), next);
    return keep < at;
}

static void the_last_row_stays_with_the_signature(void **state)
{
    (void)state;
    struct str xml = arranged(add_table_and_sign, "{\"rows\":[{\"n\":1,\"name\":\"子\"},{\"n\":2,\"name\":\"丑\"}]}");
    assert_false(kept(xml, "子"));
    assert_true(kept(xml, "2"));
    assert_true(kept(xml, "丑"));
    assert_true(kept(xml, "某集团"));
    /* LibreOffice keeps a row only with a row of the same table. */
    assert_true(str_find(xml, STR("<w:gridSpan w:val=\"2\"/>"), 0) < str_find(xml, STR("某集团"), 0));
    assert_true(str_find(xml, STR("2026年11月27日"), 0) < str_find(xml, STR("</w:tbl>"), 0));
}

static void add_text_and_sign(struct doc *doc)
{
    doc_add(doc, DOC_BODY, STR("{{#rows}}"));
    doc_add(doc, DOC_BODY, STR("{{name}}"));
    doc_add(doc, DOC_BODY, STR("{{/rows}}"));
    doc_add(doc, DOC_SIGN, STR("某集团"));
}

static void the_last_paragraph_stays_with_the_signature(void **state)
{
    (void)state;
    struct str xml = arranged(add_text_and_sign, "{\"rows\":[{\"name\":\"子\"},{\"name\":\"丑\"}]}");
    assert_false(kept(xml, "子"));
    assert_true(kept(xml, "丑"));
}

static void add_short_end(struct doc *doc)
{
    doc_add(doc, DOC_BODY, STR("第一段。"));
    doc_add(doc, DOC_BODY, STR("第二段。"));
    doc_add(doc, DOC_BODY, STR("末一段。"));
    doc_add(doc, DOC_NOTE, STR("数据快照"));
}

static void a_last_paragraph_of_one_line_does_not_stand_alone(void **state)
{
    (void)state;
    struct str xml = arranged(add_short_end, "{}");
    size_t first = str_find(xml, STR("第一段"), 0), second = str_find(xml, STR("第二段"), 0);
    size_t keep = str_find(xml, STR("<w:keepNext/>"), 0);
    assert_true(keep > first && keep < second); /* with the last, and that with the note */
    assert_true(str_find(xml, STR("<w:keepNext/>"), second) < str_find(xml, STR("末一段"), 0));
}

static void add_conditions(struct doc *doc)
{
    static const int widths[] = {1, 1};
    doc_add(doc, DOC_BODY, STR("头"));
    doc_add(doc, DOC_BODY, STR("{{#on}}有{{name}}{{/on}} {{^on}}无{{/on}}"));
    doc_add(doc, DOC_BODY, STR("{{#off}}没有的{{/off}}"));
    doc_add(doc, DOC_BODY, STR("{{#rows}}{{name}}、{{/rows}}"));
    doc_add(doc, DOC_BODY, STR("{{empty}}"));
    doc_add_row(doc_add_table(doc, widths, 2), false, (struct str[]){STR("{{#off}}没有的{{/off}}"), STR("格")});
    doc_add(doc, DOC_BODY, STR("尾"));
}

/* As mail merge does: no empty line is left. */
static void a_paragraph_that_is_only_a_false_condition_goes(void **state)
{
    (void)state;
    struct str xml = arranged(add_conditions, "{\"on\":true,\"off\":false,\"name\":\"甲\",\"rows\":[],\"empty\":\"\"}");
    int paragraphs = 0;
    for (size_t at = 0; (at = str_find(xml, STR("<w:pStyle w:val=\"Gongwen\"/>"), at)) != SIZE_MAX; at++)
        paragraphs++;
    assert_int_equal(paragraphs, 4); /* head, what holds, the empty value, tail */
    assert_true(str_find(xml, STR("有甲"), 0) != SIZE_MAX);
    size_t cell = str_find(xml, STR("<w:tc>"), 0);
    assert_true(str_find(xml, STR("<w:p"), cell) < str_find(xml, STR("</w:tc>"), cell)); /* a cell has a paragraph */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(titles_break_between_words_and_never_as_an_hourglass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_as_long_as_the_text_gets_a_little_more_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_filled_title_has_its_line_breaks_in_the_word_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_paragraph_that_is_only_a_false_condition_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_row_stays_with_the_signature, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_paragraph_stays_with_the_signature, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_last_paragraph_of_one_line_does_not_stand_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
