/* The form of papers (GB/T 9704-2012): red head, imprint, letters, titles, text that fills its line; measured in the
 * OFD, which shares its layout with the PDF, and in the words of the Word file. */
#include <math.h>

#include "paper_support.h"
#include "publish/bulletin_paper.h"
#include "text/json.h"
#include "text/utf8.h"

enum { FILE_MAX = 32 * 1024 * 1024 };

struct rule_line {
    double x1, y1, x2, y2, width;
    struct str colour;
};

static int rules_of(const struct xml_item *content, struct rule_line *lines, int room)
{
    int n = 0;
    for (const struct xml_item *item = content; item; item = xml_item_after(item, content)) {
        double box[4];
        if (!xml_item_is(item, "ofd:PathObject"))
            continue;
        box_of(xml_item_get(item, "Boundary"), box);
        const char *at = arena_copy_cstr(ctx.arena, text_of(xml_item_child(item, "ofd:AbbreviatedData")));
        struct rule_line line = {.width = number_of(item, "LineWidth"),
                                 .colour = xml_item_get(xml_item_child(item, "ofd:StrokeColor"), "Value")};
        for (int used = 0; sscanf(at, " M %lf %lf L %lf %lf%n", &line.x1, &line.y1, &line.x2, &line.y2, &used) == 4;
             at += used) {
            assert_true(n < room);
            lines[n] = line;
            lines[n].x1 += box[0];
            lines[n].x2 += box[0];
            lines[n].y1 += box[1];
            lines[n++].y2 += box[1];
        }
    }
    return n;
}

static void near(double is, double wanted, double tolerance)
{
    if (fabs(is - wanted) > tolerance)
        fail_msg("%.3f mm, expected %.3f", is, wanted);
}

static void across(const struct rule_line *line, double y, double left, double right, double width)
{
    near(line->y1, y, 0.3);
    near(line->y2, line->y1, 0.001);
    near(line->x1, left, 0.1);
    near(line->x2, right, 0.1);
    near(line->width, width, 0.02);
}

/* Base line of the first text object that begins with the words, and its size. */
static double base_of(const struct xml_item *content, const char *words, double *ret_size, double *ret_left)
{
    for (const struct xml_item *item = content; item; item = xml_item_after(item, content)) {
        const struct xml_item *code = xml_item_is(item, "ofd:TextObject") ? xml_item_child(item, "ofd:TextCode") : NULL;
        double box[4];
        if (!code || !str_has_prefix(text_of(code), str_from_cstr(words)))
            continue;
        box_of(xml_item_get(item, "Boundary"), box);
        *ret_size = number_of(item, "Size");
        *ret_left = box[0] + number_of(code, "X");
        return box[1] + number_of(code, "Y");
    }
    fail_msg("%s does not stand there", words);
    return 0;
}

static void red_head_and_imprint_stand_where_the_standard_puts_them(void **state)
{
    (void)state;
    struct str bytes;
    struct doc *doc = make(3, 0);
    struct rule_line lines[20];
    double size, left;
    doc_add_imprint(
        doc, STR("抄送：某集团各部门，各子公司，某某工程技术研究院，某某数据服务有限公司，某某投资管理有限公司。"),
        STR("某集团办公室"), STR("2026年11月28日印发"));
    struct zip_parts parts = package_of(doc, &bytes);
    struct xml_item *first = page_of(&parts, 0), *last = page_of(&parts, page_count(&parts) - 1);
    assert_int_equal(rules_of(first, lines, 20), 1);
    assert_str(lines[0].colour, "212 0 0");
    double issuer = base_of(first, "某集团有限公司文件", &size, &left);
    near(size, 36 * 25.4 / 72, 0.01);
    near(issuer - 0.88 * size, 37 + 35, 1.5); /* upper edge of the characters */
    double no = base_of(first, "某集〔", &size, &left);
    across(&lines[0], no + 0.12 * size + 4, 28, 28 + 156, 0.79);
    near(lines[0].y1 - (no + 0.12 * size), 4, 1);
    double title = base_of(first, "关于<整改>", &size, &left);
    near(title - 0.88 * size - lines[0].y1, 2 * 225.0 / 22, 2.5); /* two lines free */
    assert_int_equal(rules_of(last, lines, 20), 3);
    across(&lines[2], 297 - 35, 28, 28 + 156, 0.35); /* the last line is the lower edge of the text */
    across(&lines[1], 297 - 35 - 520 / 20.0 * 25.4 / 72, 28, 28 + 156, 0.25);
    across(&lines[0], 297 - 35 - 3 * 520 / 20.0 * 25.4 / 72, 28, 28 + 156, 0.35); /* the copies take two lines */
    for (int i = 0; i < 3; i++)
        assert_str(lines[i].colour, "0 0 0");
    (void)base_of(last, "抄送：", &size, &left);
    near(size, 14 * 25.4 / 72, 0.01);
    near(left, 28 + size, 0.2); /* one character in */
    double printed = base_of(last, "某集团办公室", &size, &left);
    near(left, 28 + size, 0.2);
    assert_true(printed > lines[1].y1 && printed < lines[2].y1);
}

static void a_letter_has_double_red_lines_and_no_number_on_its_first_page(void **state)
{
    (void)state;
    struct str bytes;
    struct doc *doc;
    struct rule_line lines[20];
    double size, left;
    assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("函"), .is_letter = true}, &doc));
    doc_add(doc, DOC_ISSUER, STR("某集团有限公司"));
    doc_add_mark(doc, DOC_RED_LINE);
    doc_add(doc, DOC_NUMBER, STR("某集函〔2026〕1号"))->align = DOC_RIGHT;
    for (int i = 0; i < 9; i++)
        doc_add(doc, DOC_BODY, str_from_cstr(long_text));
    struct zip_parts parts = package_of(doc, &bytes);
    struct xml_item *first = page_of(&parts, 0), *second = page_of(&parts, 1);
    assert_int_equal(rules_of(first, lines, 20), 4);
    assert_int_equal(rules_of(second, lines + 4, 16), 0);
    double issuer = base_of(first, "某集团", &size, &left), bottom = issuer + 0.12 * size;
    near(issuer - 0.88 * size, 30, 1.5);
    int thick = 0;
    for (int i = 0; i < 4; i++) {
        assert_str(lines[i].colour, "212 0 0");
        near(lines[i].x1, 20, 0.1); /* 170 mm in the middle of the sheet */
        near(lines[i].x2, 190, 0.1);
        thick += lines[i].width > 0.4;
    }
    assert_int_equal(thick, 2);
    near(lines[0].y1 + lines[0].width / 2, 297 - 20, 0.1); /* below: the thick one outside */
    assert_true(lines[0].width > lines[1].width && lines[1].y1 < lines[0].y1);
    near(lines[2].y1 - lines[2].width / 2 - bottom, 4, 1.5); /* above: the thick one outside */
    assert_true(lines[2].width > lines[3].width && lines[3].y1 > lines[2].y1);
    double no = base_of(first, "某集函", &size, &left);
    assert_true(no > lines[3].y1 && left > 100);
    for (const struct xml_item *item = first; item; item = xml_item_after(item, first))
        assert_true(item->name.n || !str_equal(item->text, STR("— 1 —")));
}

static void a_title_of_two_lines_has_its_words_whole(void **state)
{
    (void)state;
    struct str bytes;
    struct doc *doc;
    static struct line lines[20];
    assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("题")}, &doc));
    doc_add(doc, DOC_TITLE, STR("岫川数科集团党委关于集中整改进展情况的通报"));
    struct zip_parts parts = package_of(doc, &bytes);
    assert_int_equal(lines_of(page_of(&parts, 0), lines, 20), 3); /* with the number of the page */
    assert_true(str_equal(lines[0].text, STR("岫川数科集团党委")) &&
                str_equal(lines[1].text, STR("关于集中整改进展情况的通报")));
    near(lines[0].x - lines[1].x, 2.5 * 22 * 25.4 / 72, 1); /* both in the middle: five characters less */
}

static void a_word_file_says_the_same_lines(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_done);
    struct zip_parts parts;
    struct doc *doc = make(1, 0);
    doc_add_imprint(doc, STR("抄送：某集团各部门。"), STR("某集团办公室"), STR("2026年11月28日印发"));
    buf_init(&out, FILE_MAX);
    assert_ok(doc_write_docx(doc, &out));
    assert_ok(zip_read_parts(&ctx, buf_str(&out), &parts));
    struct str body = zip_find_part(&parts, STR("word/document.xml"))->bytes;
    assert_true(str_find(body,
                         STR("w:vertAnchor=\"margin\" w:horzAnchor=\"page\" w:tblpX=\"1587\" w:tblpY=\"11716\" "
                             "w:tblpYSpec=\"bottom\""),
                         0) != SIZE_MAX);
    assert_true(str_find(body,
                         STR("<w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"000000\"/><w:bottom "
                             "w:val=\"single\" w:sz=\"8\" w:space=\"0\" "
                             "w:color=\"000000\"/><w:insideH w:val=\"single\" w:sz=\"6\""),
                         0) != SIZE_MAX); /* 1/8 pt: 0.353 and 0.265 mm */
    assert_true(str_find(body, STR("w:sz=\"18\" w:space=\"1\" w:color=\"d40000\""), 0) != SIZE_MAX);
    assert_true(str_find(body, STR("<w:pStyle w:val=\"GongwenHead\"/><w:spacing w:before=\"1894\"/>"), 0) !=
                SIZE_MAX); /* 35 mm less the free space of the line */
}

static void files_of_a_bulletin_name_the_event_and_the_digest_of_their_version(void **state)
{
    (void)state;
    static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    struct str bytes;
    struct value *content;
    struct doc *doc;
    struct zip_parts word;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, FILE_MAX);
    assert_ok(
        json_parse(&ctx,
                   STR("{\"title\": \"通报\", \"no\": \"TB-2026-001\", \"signatory\": "
                       "\"中共某某数据科技集团有限公司委员会\", \"signed\": \"2026-11-27\", "
                       "\"blocks\": [{\"kind\": \"part\", \"title\": \"总体情况\", \"body\": \"共有问题25个。\"}]}"),
                   &content));
    assert_ok(bulletin_paper_file(&ctx, content, 4711, str_from_cstr(digest), 1795824000000, &doc));
    struct zip_parts parts = package_of(doc, &bytes);
    struct str custom = text_of(
        xml_item_child(xml_item_child(xml_item_child(parse(&parts, STR("OFD.xml")), "ofd:DocBody"), "ofd:DocInfo"),
                       "ofd:CustomDatas"));
    assert_str(custom, arena_format(ctx.arena, "4711%s", digest).p);
    static struct line lines[60];
    struct str shown = STR_EMPTY;
    for (int page = 0; page < page_count(&parts); page++)
        for (int i = 0, n = lines_of(page_of(&parts, page), lines, 60); i < n; i++)
            shown = arena_concat(ctx.arena, shown, lines[i].text);
    if (str_find(shown, str_from_cstr(digest), 0) == SIZE_MAX || str_find(shown, STR("4711"), 0) == SIZE_MAX)
        fail_msg("event and digest do not stand in %.*s", STR_ARG(shown));
    assert_true(str_find(shown, STR("2026年11月27日印发"), 0) != SIZE_MAX);
    struct str pdf = without_blanks(pdf_text(doc, "-layout"));
    assert_true(str_find(pdf, str_from_cstr(digest), 0) != SIZE_MAX);
    assert_ok(doc_write_docx(doc, &out));
    assert_ok(zip_read_parts(&ctx, buf_str(&out), &word));
    assert_true(str_find(zip_find_part(&word, STR("docProps/custom.xml"))->bytes, str_from_cstr(digest), 0) !=
                SIZE_MAX);
    assert_true(str_find(zip_find_part(&word, STR("word/document.xml"))->bytes, str_from_cstr(digest), 0) != SIZE_MAX);
    /* The issuer's name of 17 characters stands in one line. */
    assert_true(lines_of(page_of(&parts, 0), lines, 60) > 2);
    assert_str(lines[0].text, "中共某某数据科技集团有限公司委员会");
}

/* The line under the issuer is a document's number, never our own. */
static void a_bulletin_has_the_number_that_the_office_gave_or_none(void **state)
{
    (void)state;
    static const char *const given[] = {"", "\"doc_no\": \"某集团党发〔2026〕3号\", "};
    struct line lines[60];
    struct str bytes;
    struct value *content;
    struct doc *doc;
    for (size_t i = 0; i < 2; i++) {
        struct str json = arena_format(ctx.arena,
                                       "{\"title\": \"通报\", \"no\": \"TB-2026-001\", %s\"signatory\": \"某集团\", "
                                       "\"signed\": \"2026-11-27\", \"blocks\": []}",
                                       given[i]);
        assert_ok(json_parse(&ctx, json, &content));
        assert_ok(bulletin_paper_file(&ctx, content, 4711, STR("ab"), 1795824000000, &doc));
        assert_str(doc->facts.subject, i ? "某集团党发〔2026〕3号" : "");
        struct zip_parts parts = package_of(doc, &bytes);
        assert_true(lines_of(page_of(&parts, 0), lines, 60) > 3);
        assert_str(lines[1].text, i ? "某集团党发〔2026〕3号" : "通报");
        assert_true(str_find(pdf_text(doc, "-layout"), STR("TB-"), 0) == SIZE_MAX);
    }
}

/* A run of advances says again where the PDF puts each character: their sum is the width of the line. */
static void advances_put_the_last_character_where_the_line_ends(void **state)
{
    (void)state;
    struct str bytes;
    struct zip_parts parts = package_of(make(3, 0), &bytes);
    struct xml_item *content = page_of(&parts, 0);
    int full = 0;
    for (const struct xml_item *item = content; item; item = xml_item_after(item, content)) {
        if (!xml_item_is(item, "ofd:TextObject"))
            continue;
        const struct xml_item *code = xml_item_child(item, "ofd:TextCode");
        struct str rest = xml_item_get(code, "DeltaX"), word, text = text_of(code);
        double sum = 0, box[4];
        int steps = 0;
        size_t chars = 0;
        uint32_t c;
        for (size_t at = 0; utf8_decode(text, &at, &c);)
            chars++;
        while (str_split_next(&rest, ' ', &word)) {
            int times = 1;
            if (str_equal(word, STR("g"))) {
                assert_true(str_split_next(&rest, ' ', &word));
                times = atoi(arena_copy_cstr(ctx.arena, word));
                assert_true(times > 1 && str_split_next(&rest, ' ', &word));
            }
            steps += word.n ? times : 0;
            sum += times * atof(arena_copy_cstr(ctx.arena, word));
        }
        assert_int_equal(steps, chars - 1);
        box_of(xml_item_get(item, "Boundary"), box);
        double size = number_of(item, "Size"), last = box[0] + number_of(code, "X") + sum;
        assert_true(last + size > box[0] + box[2] - size && last < box[0] + box[2]);
        full += last + size > 28 + 156 - 1 && last + size < 28 + 156 + 1; /* GB/T 9704: the text is 156 mm wide */
    }
    assert_true(full >= 3);
}

static int find_line(const struct line *lines, int n, const char *text)
{
    for (int i = 0; i < n; i++)
        if (str_equal_cstr(lines[i].text, text))
            return i;
    return -1;
}

/* Wherever the text ends, signature, day and the line about the snapshot stand below at least its last two lines or the
 * last row of a table. */
static void a_signature_never_stands_on_a_page_of_its_own(void **state)
{
    (void)state;
    static const int widths[] = {1, 1};
    static struct line lines[80];
    int pages_seen = 0;
    for (int count = 15; count < 40; count++) {
        struct str bytes;
        struct doc *doc;
        bool is_table = count % 2;
        assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("t"), .snapshot_seq = 7, .snapshot_digest = STR("ab")},
                          &doc));
        struct doc_table *table = is_table ? doc_add_table(doc, widths, 2) : NULL;
        if (table)
            doc_add_row(table, true, (struct str[]){STR("甲"), STR("乙")});
        for (int i = 0; i < count; i++)
            if (table)
                doc_add_row(table, false, (struct str[]){STR("行\n行"), STR("丙")});
            else
                doc_add(doc, DOC_BODY, STR("文"));
        if (!table) {
            doc_add(doc, DOC_BODY, str_from_cstr(long_text));
            doc_add(doc, DOC_ATTACHMENT, STR("附件：1.某清单"));
            doc_add(doc, DOC_ATTACHMENT_MORE, STR("2.某清单"));
        }
        doc_add(doc, DOC_SIGN, STR("某集团"));
        doc_add(doc, DOC_DATE, STR("2026年11月27日"));
        doc_add_snapshot(doc);
        struct zip_parts parts = package_of(doc, &bytes);
        int last = page_count(&parts) - 1, n = lines_of(page_of(&parts, last), lines, 80);
        int from = find_line(lines, n, table ? "某集团" : "附件：1.某清单");
        if (from < 2 || find_line(lines, n, "2026年11月27日") < from)
            fail_msg("%d: the end begins in line %d of the last page", count, from);
        pages_seen = last > pages_seen ? last : pages_seen;
    }
    assert_true(pages_seen > 0);
}

/* Wherever a heading falls, the heads of the table below it and its first row are on the same page. */
static void a_heading_over_a_table_has_its_first_row_below_it(void **state)
{
    (void)state;
    static const int widths[] = {1, 1};
    static struct line lines[80];
    for (int count = 10; count < 24; count++) {
        struct str bytes;
        struct doc *doc;
        int found = 0;
        assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("t")}, &doc));
        for (int i = 0; i < count; i++)
            doc_add(doc, DOC_BODY, STR("文"));
        doc_add(doc, DOC_HEADING_1, STR("一、目录"));
        struct doc_table *table = doc_add_table(doc, widths, 2);
        doc_add_row(table, true, (struct str[]){STR("甲"), STR("")});
        for (int i = 0; i < 3; i++)
            doc_add_row(table, false, (struct str[]){STR("行\n行\n行\n行\n行\n末"), STR("")});
        struct zip_parts parts = package_of(doc, &bytes);
        for (int page = 0; page < page_count(&parts); page++) {
            int n = lines_of(page_of(&parts, page), lines, 80), at = find_line(lines, n, "一、目录");
            found += at >= 0;
            if (at >= 0 && find_line(lines, n, "末") < at)
                fail_msg("%d: no row below the heading", count);
        }
        assert_int_equal(found, 1);
    }
}

/* The characters before an address that does not fit any more are not drawn apart. */
static void a_line_before_a_long_word_is_not_drawn_out(void **state)
{
    (void)state;
    static struct line lines[20];
    struct str bytes;
    struct doc *doc;
    double size, left;
    assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("t")}, &doc));
    doc_add(doc, DOC_BODY,
            STR("一二三四五六七八九十一二三四五六七八九十一二三四五六电子邮箱是这一个：zhenggai.bangongshi.duchaban@"
                "zhenggai.example.com，请"
                "写信给我们，一二三四五六七八九十一二三四五六。"));
    struct zip_parts parts = package_of(doc, &bytes);
    struct xml_item *content = page_of(&parts, 0);
    assert_true(lines_of(content, lines, 20) >= 3);
    assert_true(str_has_prefix(lines[2].text, STR("zhenggai")) || str_has_prefix(lines[1].text, STR("zhenggai")));
    struct str before = lines[str_has_prefix(lines[1].text, STR("zhenggai")) ? 0 : 1].text;
    (void)base_of(content, arena_copy_cstr(ctx.arena, before), &size, &left);
    double advance = 0;
    for (const struct xml_item *item = content; item; item = xml_item_after(item, content)) {
        const struct xml_item *code = xml_item_is(item, "ofd:TextObject") ? xml_item_child(item, "ofd:TextCode") : NULL;
        if (code && str_equal(text_of(code), before)) {
            struct str delta = xml_item_get(code, "DeltaX");
            advance = strtod(arena_copy_cstr(ctx.arena, delta) + (str_has_prefix(delta, STR("g ")) ? 4 : 0), NULL);
        }
    }
    assert_true(advance > 0 && advance < size * 1.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(red_head_and_imprint_stand_where_the_standard_puts_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_letter_has_double_red_lines_and_no_number_on_its_first_page, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_title_of_two_lines_has_its_words_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_word_file_says_the_same_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_signature_never_stands_on_a_page_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_heading_over_a_table_has_its_first_row_below_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_before_a_long_word_is_not_drawn_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bulletin_has_the_number_that_the_office_gave_or_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_of_a_bulletin_name_the_event_and_the_digest_of_their_version, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(advances_put_the_last_character_where_the_line_ends, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
