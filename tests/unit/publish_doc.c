/* A paper as Word file, PDF and page: sheet, grid and fonts as GB/T 9704 wants them, the same bytes twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "publish/doc_lay.h"
#include "publish/zip_file.h"

static struct ctx ctx;

static int set_up(void **state)
{
    (void)state;
    ctx = (struct ctx){.arena = arena_new(256 * 1024 * 1024)};
    return ctx.arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(ctx.arena);
    return 0;
}

static struct doc *make(int rows)
{
    struct doc *doc;
    static const int widths[] = {1, 5, 3};
    assert_int_equal(
        doc_new(&ctx,
                &(struct doc_facts){.title = STR("关于整改进展情况的通报"),
                                    .author = STR("某集团"),
                                    .snapshot_seq = 4711,
                                    .snapshot_digest =
                                        STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")},
                &doc),
        RC_OK);
    doc_add(doc, DOC_ISSUER, STR("某集团有限公司文件"));
    doc_add(doc, DOC_NUMBER, STR("某集〔2026〕3号"));
    doc_add_mark(doc, DOC_RED_LINE);
    doc_add(doc, DOC_TITLE, STR("关于整改进展情况的通报"));
    doc_add(doc, DOC_PLAIN, STR("各单位："));
    doc_add(doc, DOC_HEADING_1, STR("一、总体情况"));
    doc_add(doc, DOC_HEADING_2, STR("（一）主体责任"));
    doc_add(doc, DOC_BODY,
            STR("朱镕、王玥、李昇、张翀等同志参加。一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四"
                "五六七八九十。\n第二段 <&\">。"));
    doc_add_lead(doc, DOC_HEADING_3, STR("1.关于“两金”占用的问题。"), STR("已压降 12.5%。"));
    doc_turn(doc, true);
    struct doc_table *table = doc_add_table(doc, widths, 3);
    doc_add_row(table, true, (struct str[]){STR("序号"), STR("问题"), STR("责任单位")});
    for (int i = 0; i < rows; i++)
        doc_add_row(table, false,
                    (struct str[]){arena_format(ctx.arena, "%d", i + 1),
                                   STR("部分单位制度执行不严格，存在以会议落实会议的情况，需要进一步压实责任。"),
                                   STR("规划发展部")});
    doc_turn(doc, false);
    doc_add(doc, DOC_SIGN, STR("某集团党组"));
    doc_add(doc, DOC_DATE, STR("2026年11月28日"));
    doc_add_snapshot(doc);
    return doc;
}

static struct str part(struct str docx, const char *name)
{
    struct zip_parts parts;
    assert_int_equal(zip_read_parts(&ctx, docx, &parts), RC_OK);
    struct zip_part *found = zip_find_part(&parts, str_from_cstr(name));
    assert_non_null(found);
    return found->bytes;
}

static bool has(struct str s, const char *needle) { return str_find(s, str_from_cstr(needle), 0) != SIZE_MAX; }

static void a_word_file_has_the_sheet_grid_and_fonts_of_the_standard(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 16 * 1024 * 1024);
    assert_int_equal(doc_write_docx(make(3), &out), RC_OK);
    struct str body = part(buf_str(&out), "word/document.xml"), styles = part(buf_str(&out), "word/styles.xml");
    assert_true(has(body, "<w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1587\""));
    assert_true(has(body, "<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/>"));
    assert_true(has(body, "w:type=\"linesAndChars\" w:linePitch=\"579\" w:charSpace=\"-848\""));
    assert_true(has(body, "<w:tblHeader/>"));
    assert_true(has(body, "&lt;&amp;&quot;"));
    assert_true(has(styles, "w:line=\"579\" w:lineRule=\"exact\""));
    assert_true(has(styles, "w:eastAsia=\"仿宋_GB2312\""));
    assert_true(has(styles, "w:eastAsia=\"方正小标宋简体\""));
    assert_true(has(styles, "w:eastAsia=\"楷体_GB2312\""));
    assert_true(has(styles, "w:eastAsia=\"黑体\""));
    assert_true(has(part(buf_str(&out), "word/footer1.xml"), "<w:jc w:val=\"right\"/>"));
    assert_true(has(part(buf_str(&out), "word/footer2.xml"), "<w:jc w:val=\"left\"/>"));
    struct str custom = part(buf_str(&out), "docProps/custom.xml");
    assert_true(has(custom, ">4711<") && has(custom, "0123456789abcdef"));
    assert_true(has(body, "4711"));
}

static void the_same_tree_gives_the_same_bytes(void **state)
{
    (void)state;
    enum rc (*const writers[])(struct doc *, struct buf *) = {doc_write_docx, doc_write_pdf, doc_write_ofd,
                                                              doc_write_html};
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        struct buf one CLEANUP(buf_done), two CLEANUP(buf_done);
        buf_init(&one, 16 * 1024 * 1024);
        buf_init(&two, 16 * 1024 * 1024);
        assert_int_equal(writers[i](make(40), &one), RC_OK);
        assert_int_equal(writers[i](make(40), &two), RC_OK);
        assert_true(one.n > 500);
        assert_true(str_equal(buf_str(&one), buf_str(&two)));
    }
}

/* Runs a poppler program on the bytes and gives what it prints. */
static struct str printed_by(const char *program, struct str bytes)
{
    char path[] = "/tmp/bihuan-doc-XXXXXX", command[200];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "wb");
    assert_int_equal(fwrite(bytes.p, 1, bytes.n, file), bytes.n);
    fclose(file);
    snprintf(command, sizeof command, program, path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    char *text = arena_alloc(ctx.arena, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    remove(path);
    return (struct str){text, n};
}

static void a_pdf_shows_rare_names_embeds_its_fonts_and_has_an_outline(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 16 * 1024 * 1024);
    assert_int_equal(doc_write_pdf(make(120), &out), RC_OK);
    struct str text = printed_by("pdftotext -layout %s -", buf_str(&out));
    assert_true(has(text, "朱镕") && has(text, "王玥") && has(text, "李昇") && has(text, "张翀"));
    assert_true(has(text, "—1—") && has(text, "—2—"));
    struct str info = printed_by("pdfinfo %s", buf_str(&out));
    assert_true(has(info, "Tagged:          yes") && has(info, "BihuanEvent=4711"));
    struct str fonts = printed_by("pdffonts %s | tail -n +3 | grep -vc ' yes yes ' || true", buf_str(&out));
    assert_true(str_has_prefix(fonts, STR("0"))); /* every font is embedded as a subset */
    assert_true(has(buf_str(&out), "/Outlines"));
    size_t heads = 0;
    for (size_t at = 0; (at = str_find(text, STR("责任单位"), at)) != SIZE_MAX; at++)
        heads++;
    assert_true(heads >= 4); /* the head of the table stands on each page */
}

static void no_line_is_lost_where_a_row_goes_over_pages(void **state)
{
    (void)state;
    struct doc *doc;
    static const int widths[] = {1, 1};
    struct buf long_text CLEANUP(buf_done), out CLEANUP(buf_done);
    buf_init(&long_text, 1 << 20);
    buf_init(&out, 16 * 1024 * 1024);
    for (int i = 0; i < 300; i++)
        buf_add_format(&long_text, "行%03d\n", i);
    assert_int_equal(doc_new(&ctx, &(struct doc_facts){.title = STR("长")}, &doc), RC_OK);
    struct doc_table *table = doc_add_table(doc, widths, 2);
    doc_add_row(table, true, (struct str[]){STR("甲"), STR("乙")});
    doc_add_row(table, false, (struct str[]){buf_str(&long_text), STR("短")});
    assert_int_equal(doc_write_pdf(doc, &out), RC_OK);
    struct str text = printed_by("pdftotext -layout %s -", buf_str(&out));
    for (int i = 0; i < 300; i++)
        assert_true(has(text, arena_format(ctx.arena, "行%03d", i).p));
}

/* How many lines stand on each page, the number of the page among them. */
struct counted_pages {
    int lines[20], n;
};
static void count_begin(void *me, double width, double height)
{
    (void)width;
    (void)height;
    ((struct counted_pages *)me)->n++;
}
static void count_end(void *me) { (void)me; }
static void count_line(void *me, PangoLayoutLine *line, double x, double y, uint32_t colour)
{
    struct counted_pages *pages = me;
    (void)line;
    (void)x;
    (void)y;
    (void)colour;
    pages->lines[pages->n - 1]++;
}
static void count_rule(void *me, const struct doc_rule *rule)
{
    (void)me;
    (void)rule;
}

/* `before` paragraphs of one line, one of `lines` lines, and the line about the snapshot when there is one. */
static struct counted_pages pages_of(int before, int lines, bool has_snapshot)
{
    static const struct doc_paint paint = {
        .begin_page = count_begin, .end_page = count_end, .put_line = count_line, .put_rule = count_rule};
    struct counted_pages pages = {.n = 0};
    struct doc *doc;
    struct buf text CLEANUP(buf_done);
    buf_init(&text, 1 << 16);
    struct doc_facts facts = {
        .title = STR("页"), .snapshot_seq = has_snapshot ? 1 : 0, .snapshot_digest = STR("0123456789abcdef")};
    assert_int_equal(doc_new(&ctx, &facts, &doc), RC_OK);
    for (int i = 0; i < before; i++)
        doc_add(doc, DOC_BODY, STR("一行"));
    for (int i = 0; i < 28 * lines - 10; i++)
        buf_add_cstr(&text, "字");
    doc_add(doc, DOC_BODY, buf_str(&text));
    doc_add_snapshot(doc);
    assert_int_equal(doc_lay(doc, &paint, &pages), RC_OK);
    return pages;
}

static void no_line_stands_alone_at_the_foot_or_the_top_of_a_page(void **state)
{
    (void)state;
    enum { A_PAGE = 22, NUMBER = 1 };
    struct counted_pages pages = pages_of(A_PAGE - 1, 4, false); /* one line would be left at the foot */
    assert_int_equal(pages.n, 2);
    assert_int_equal(pages.lines[1], 4 + NUMBER);
    pages = pages_of(A_PAGE - 3, 4, false); /* one line would come to the top */
    assert_int_equal(pages.lines[1], 2 + NUMBER);
    pages = pages_of(A_PAGE - 2, 3, false); /* neither of three lines can be alone */
    assert_int_equal(pages.lines[1], 3 + NUMBER);
    pages = pages_of(A_PAGE - 2, 4, false); /* two and two are well parted */
    assert_int_equal(pages.lines[1], 2 + NUMBER);
    pages = pages_of(A_PAGE, 1, false); /* a last paragraph of one line takes the one before it along */
    assert_int_equal(pages.lines[1], 2 + NUMBER);
    pages = pages_of(A_PAGE - 1, 1, true); /* so does the line about the snapshot, with the last paragraph */
    assert_int_equal(pages.n, 2);
    assert_int_equal(pages.lines[1], 2 + 1 + NUMBER);
}

static void a_page_has_headings_tables_and_no_markup_of_others(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1 << 20);
    assert_int_equal(doc_write_html(make(2), &out), RC_OK);
    struct str html = buf_str(&out);
    assert_true(has(html, "<h1 class=\"doc-Title\">") && has(html, "<h2 class=\"doc-Heading1\">一、总体情况</h2>"));
    assert_true(has(html, "<th scope=\"col\">序号</th>") && has(html, "&lt;&amp;"));
    assert_true(has(html, "<h4 class=\"doc-Heading3 doc-lead\">1.关于“两金”占用的问题。</h4>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_word_file_has_the_sheet_grid_and_fonts_of_the_standard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_tree_gives_the_same_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pdf_shows_rare_names_embeds_its_fonts_and_has_an_outline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_line_is_lost_where_a_row_goes_over_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_line_stands_alone_at_the_foot_or_the_top_of_a_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_page_has_headings_tables_and_no_markup_of_others, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
