/* intake_reader.c: every reader on a sample of its format, every hostile input to one clear failure; most cases run
 * through the sandboxed child, which is this program itself. */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "intake/reader.h"
#include "intake/reader_number.h"
#include "intake/reader_numbering.h"

static struct ctx ctx;

static int set_up(void **state)
{
    (void)state;
    ctx = (struct ctx){.arena = arena_new(200u << 20)};
    return ctx.arena ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(ctx.arena);
    return 0;
}

static int open_sample(const char *name)
{
    char path[4096];
    const char *root = getenv("BIHUAN_SOURCE");
    snprintf(path, sizeof path, "%s/tests/data/readers/%s", root ? root : ".", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("no sample %s", path);
    return fd;
}

static struct document read_sample(const char *name)
{
    struct document document = {0};
    int fd = open_sample(name);
    enum rc rc = reader_read_sandboxed(&ctx, fd, str_from_cstr(name), NULL, &document);
    close(fd);
    if (rc != RC_OK)
        fail_msg("%s: %s %.*s", name, rc_name(rc), STR_ARG(ctx.first ? ctx.first->key : STR_EMPTY));
    return document;
}

/* A file that is only in memory. */
static int make_file(const void *p, size_t n)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(p, 1, n, file), n);
    fflush(file);
    int fd = dup(fileno(file));
    fclose(file);
    return fd;
}

static const struct paragraph *at_place(const struct document *document, const char *place)
{
    for (size_t i = 0; i < document->count; i++)
        if (str_equal_cstr(document->paragraphs[i].place, place))
            return &document->paragraphs[i];
    fail_msg("no paragraph at %s", place);
    return NULL;
}

static bool has_note(const struct document *document, const char *note)
{
    for (size_t i = 0; i < document->note_count; i++)
        if (str_equal_cstr(document->notes[i], note))
            return true;
    return false;
}

static void test_text_encodings(void **state)
{
    (void)state;
    static const struct {
        const char *name, *encoding, *first;
    } cases[] = {{"utf8.txt", "UTF-8", "关于巡察整改进展情况的通报"},
                 {"bom.txt", "UTF-8", "关于巡察整改进展情况的通报"},
                 {"utf16le.txt", "UTF-16LE", "关于巡察整改进展情况的通报"},
                 {"utf16be.txt", "UTF-16BE", "关于巡察整改进展情况的通报"},
                 {"gb18030.txt", "GB18030", "关于巡察整改进展情况的通报"},
                 {"big5.txt", "Big5", "關於巡察整改進展情況的通報"},
                 {"gb-traditional.txt", "GB18030", "關於巡察整改進展情況的通報"},
                 {"names-gb.txt", "GB18030", "张伟"},
                 {"names-big5.txt", "Big5", "張偉"},
                 {"damaged-utf8.txt", "UTF-8", "关于巡察整改进展情况的通报"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct document d = read_sample(cases[i].name);
        assert_int_equal(d.format, FORMAT_TXT);
        assert_str(d.encoding, cases[i].encoding);
        assert_str(at_place(&d, "p1")->text, cases[i].first);
        assert_true(has_note(&d, "reader.note.invalid_bytes\t2") == (strcmp(cases[i].name, "damaged-utf8.txt") == 0));
    }
}

static void test_indent_is_trimmed_and_empty_lines_left_out(void **state)
{
    (void)state;
    struct document d = read_sample("utf8.txt");
    assert_int_equal(d.count, 3);
    assert_true(str_has_prefix(d.paragraphs[1].text, STR("一、总体情况。")));
}

static void test_bidi_marks_stay_and_are_noted(void **state)
{
    (void)state;
    struct document d = read_sample("bidi.txt");
    assert_str(d.paragraphs[0].text, "abc\u202edef\u202c 正文");
    assert_true(has_note(&d, "reader.note.bidi\t2"));
}

static void check_page(const struct document *d)
{
    assert_int_equal(d->format, FORMAT_HTML);
    assert_str(d->title, "整改通报");
    assert_true(at_place(d, "p1")->is_furniture);
    assert_str(at_place(d, "p2")->text, "关于整改的");
    assert_str(at_place(d, "p3")->text, "通报");
    assert_int_equal(at_place(d, "p3")->outline_level, 1);
    assert_str(at_place(d, "p4")->text, "现将整改情况报告如下, 共 58 个 items here。");
    assert_int_equal(at_place(d, "p5")->bold, 1);
    const struct paragraph *cell = at_place(d, "table 1 r1 c3");
    assert_true(cell->is_header_cell);
    assert_int_equal(cell->column_span, 2);
    cell = at_place(d, "table 1 r2 c2");
    assert_str(cell->text, "清收\n不力");
    assert_int_equal(cell->row_span, 2);
    assert_str(at_place(d, "table 1 r3 c3")->text, "诉讼");
    assert_str(at_place(d, "p7")->list_mark, "2.");
    assert_str(at_place(d, "p8")->text, "版式表格里的字");
    assert_int_equal(at_place(d, "p8")->kind, PARAGRAPH_TEXT);
    assert_int_equal(at_place(d, "p10")->align, ALIGN_RIGHT);
    assert_true(at_place(d, "p11")->is_furniture);
    assert_true(has_note(d, "reader.note.hidden_text"));
    assert_int_equal(d->count, 11 + 8);
}

static void test_html(void **state)
{
    (void)state;
    struct document d = read_sample("plain.html");
    check_page(&d);
    d = read_sample("gb.html");
    assert_str(d.encoding, "GB18030");
    check_page(&d);
}

static void test_docx(void **state)
{
    (void)state;
    struct document d = read_sample("plain.docx");
    static const char *const marks[] = {"", "一、", "(一)", "(二)", "1.", "2.", "①", "二、", "(一)", "9.", "•"};
    for (int i = 0; i < 11; i++)
        assert_str(d.paragraphs[i].list_mark, marks[i]);
    assert_str(d.title, "整改方案");
    assert_int_equal(d.paragraphs[0].outline_level, 1);
    assert_int_equal(d.paragraphs[0].align, ALIGN_CENTER);
    assert_int_equal(d.paragraphs[0].bold, 1);
    assert_true(at_place(&d, "table 1 r1 c1")->is_header_cell);
    assert_int_equal(at_place(&d, "table 1 r2 c2")->row_span, 2);
    assert_int_equal(at_place(&d, "table 1 r4 c1")->column_span, 2);
    assert_str(at_place(&d, "table 1 r3 c3")->text, "诉讼保全");
    assert_str(at_place(&d, "p12")->text, "保留新增的字。[2]");
    assert_str(at_place(&d, "p13")->text, "框外的字");
    assert_str(at_place(&d, "p14")->text, "文本框里的字");
    assert_str(at_place(&d, "p15")->text, "域结果之后");
    assert_str(at_place(&d, "p17")->text, "第二行");
    assert_str(at_place(&d, "footnote 2 p1")->text, "数据截至六月底。");
    assert_true(at_place(&d, "header 1 p1")->is_furniture);
    assert_true(has_note(&d, "reader.note.deleted\t1"));
    d = read_sample("office.docx");
    assert_int_equal(d.count, 5);
    assert_int_equal(d.paragraphs[4].align, ALIGN_RIGHT);
}

static void test_xlsx(void **state)
{
    (void)state;
    struct document d = read_sample("plain.xlsx");
    static const struct {
        const char *place, *text;
    } cells[] = {{"台账!C1", "金额(万元)"},
                 {"台账!A2", "市财政局"},
                 {"台账!B2", "2024-07-08"},
                 {"台账!C2", "4118"},
                 {"台账!D2", "92.9%"},
                 {"台账!B3", "2024-07-08 09:30:00"},
                 {"台账!C3", "0.0015"},
                 {"台账!D3", "TRUE"},
                 {"台账!E3", "#DIV/0!"},
                 {"台账!G3", "公式文本"},
                 {"台账!H3", "12345678901234567890"},
                 {"台账!I3", "-125"}};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        assert_str(at_place(&d, cells[i].place)->text, cells[i].text);
    assert_int_equal(at_place(&d, "台账!A2")->row_span, 2);
    assert_int_equal(at_place(&d, "字典!A1")->table, 2);
    assert_true(at_place(&d, "字典!A1")->is_furniture);
    assert_true(has_note(&d, "reader.note.hidden_sheet\t字典"));
    assert_true(has_note(&d, "reader.note.formula_without_value\t1"));
}

static void test_pdf(void **state)
{
    (void)state;
    struct document d = read_sample("plain.pdf");
    assert_int_equal(d.format, FORMAT_PDF);
    assert_int_equal(d.count, 5);
    assert_int_equal(d.paragraphs[0].align, ALIGN_CENTER);
    assert_true(str_has_prefix(d.paragraphs[1].text, STR("根据统一部署")));
    assert_true(str_has_suffix(d.paragraphs[1].text, STR("整改工作取得阶段性成效。")));
    assert_str(d.paragraphs[2].text, "一、总体情况");
    assert_int_equal(d.paragraphs[4].align, ALIGN_RIGHT);
    assert_str(d.paragraphs[4].place, "page 1 p5");
    d = read_sample("cid.pdf"); /* a Chinese font that is not embedded: needs poppler-data */
    assert_str(d.paragraphs[0].text, "一、总体情况");
}

static void test_ofd(void **state)
{
    (void)state;
    struct document d = read_sample("plain.ofd");
    assert_str(d.title, "版式通报");
    assert_str(at_place(&d, "page 1 p2")->text, "整改进展情况通报");
    assert_true(str_has_prefix(at_place(&d, "page 1 p3")->text, STR("一是建立健全")));
    assert_true(str_has_suffix(at_place(&d, "page 1 p3")->text, STR("真正办结为止销号。")));
    assert_str(at_place(&d, "page 1 p4")->text, "二是常抓不懈。");
    assert_true(at_place(&d, "page 1 p1")->is_furniture);
    assert_true(at_place(&d, "page 2 p3")->is_furniture);
    assert_int_equal(at_place(&d, "page 2 p2")->page, 2);
}

static void test_eml(void **state)
{
    (void)state;
    struct document d = read_sample("plain.eml");
    assert_str(d.title, "整改通报");
    assert_str(d.encoding, "GB18030");
    assert_str(d.paragraphs[1].text, "一、总体情况。");
    assert_true(has_note(&d, "reader.note.attachment\t附件.pdf"));
    d = read_sample("html.eml");
    assert_str(d.title, "测试");
    assert_int_equal(d.count, 3);
    /* A mail that sends a ledger along: the ledger is read, its own words are furniture, a picture is only named. */
    d = read_sample("attached.eml");
    assert_true(has_note(&d, "reader.note.attachment_read\t整改台账.xlsx"));
    assert_true(has_note(&d, "reader.note.attachment\t照片.jpg"));
    assert_true(d.paragraphs[0].is_furniture);
    assert_str(at_place(&d, "attachment 1")->text, "整改台账.xlsx");
    assert_str(at_place(&d, "台账!C4")->text, "3个项目未批先建");
}

static void test_csv(void **state)
{
    (void)state;
    struct document d = read_sample("plain.csv");
    assert_int_equal(d.format, FORMAT_CSV);
    assert_str(at_place(&d, "table 1 r1 c3")->text, "措施,含逗号");
    assert_str(at_place(&d, "table 1 r2 c2")->text, "他说\"好\"");
    assert_str(at_place(&d, "table 1 r2 c3")->text, "=1+1");
    assert_str(at_place(&d, "table 1 r3 c2")->text, "两\n行");
    assert_true(has_note(&d, "reader.note.formula_text\t1"));
    d = read_sample("gb.csv");
    assert_str(at_place(&d, "table 1 r2 c2")->text, "14");
}

static void test_content_decides_not_the_name(void **state)
{
    (void)state;
    struct document d = {0};
    int fd = open_sample("plain.docx");
    assert_ok(reader_read_sandboxed(&ctx, fd, STR("report.pdf"), NULL, &d));
    close(fd);
    assert_int_equal(d.format, FORMAT_DOCX);
    assert_true(has_note(&d, "reader.note.extension\tdocx"));
}

static void expect_failure(int fd, const char *name, const struct reader_limits *limits, const char *key)
{
    struct document d = {0};
    ctx_clear_issues(&ctx);
    enum rc rc = reader_read_sandboxed(&ctx, fd, str_from_cstr(name), limits, &d);
    close(fd);
    assert_int_not_equal(rc, RC_OK);
    assert_int_equal(ctx.issue_count, 1);
    if (!str_equal_cstr(ctx.first->key, key))
        fail_msg("%s: got %.*s, expected %s", name, STR_ARG(ctx.first->key), key);
    assert_int_equal(d.count, 0);
}

static void test_hostile_files_end_in_one_clear_failure(void **state)
{
    (void)state;
    static const struct {
        const char *name, *key;
    } cases[] = {{"nul.txt", "reader.not_text"},       {"blank.txt", "reader.empty"},
                 {"old.doc", "reader.old_office"},     {"locked.docx", "reader.encrypted"},
                 {"picture.png", "reader.image"},      {"broken.pdf", "reader.pdf_broken"},
                 {"scan.pdf", "reader.pdf_no_text"},   {"macro.docm", "reader.macro"},
                 {"macro.xlsm", "reader.macro"},       {"doctype.docx", "reader.xml_entities"},
                 {"deep.docx", "reader.nesting"},      {"bomb.docx", "reader.zip_bomb"},
                 {"traverse.docx", "reader.zip_path"}, {"nobody.docx", "reader.part_missing"},
                 {"cut.docx", "reader.zip_cut"},       {"lying.docx", "reader.zip_broken"},
                 {"open.html", "reader.nesting"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_failure(open_sample(cases[i].name), cases[i].name, NULL, cases[i].key);
}

static void test_made_up_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *key;
    } cases[] = {{"", 0, "reader.empty"},
                 {"\0\0\0\0\0\0\0\0", 8, "reader.empty"},
                 {"{\\rtf1 x}", 9, "reader.rtf"},
                 {"7z\xBC\xAF\x27\x1C", 6, "reader.archive"},
                 {"PK\3\4 anything", 13, "reader.archive"},
                 {"PK\3\4 word/document.xml", 22, "reader.zip_cut"},
                 {"\x80\x81\xFF\xFE\xFF\xFF\x80\x80\xFF\x90", 10, "reader.charset"},
                 {"<html><body></body></html>", 26, "reader.no_text"},
                 {"From: a\r\nSubject: b\r\n\r\n", 23, "reader.no_text"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_failure(make_file(cases[i].bytes, cases[i].n), "made", NULL, cases[i].key);
}

static void test_hundred_megabytes_in_one_line(void **state)
{
    (void)state;
    enum { SIZE = 100 * 1024 * 1024 };
    char *p = malloc(SIZE);
    assert_non_null(p);
    memset(p, 'x', SIZE);
    int fd = make_file(p, SIZE);
    free(p);
    expect_failure(fd, "line.txt", NULL, "reader.too_much");
}

static void test_limits_of_the_child(void **state)
{
    (void)state;
    struct reader_limits limits = reader_limits_default();
    limits.input_bytes = 10;
    expect_failure(open_sample("utf8.txt"), "utf8.txt", &limits, "reader.too_large");
    limits = reader_limits_default();
    limits.output_bytes = 16;
    expect_failure(open_sample("utf8.txt"), "utf8.txt", &limits, "reader.too_much");
    limits = reader_limits_default();
    limits.program = "/nonexistent";
    expect_failure(open_sample("utf8.txt"), "utf8.txt", &limits, "reader.start");
    limits.program = "/bin/true"; /* ends well and says nothing */
    expect_failure(open_sample("utf8.txt"), "utf8.txt", &limits, "reader.crashed");
    limits = reader_limits_default();
    limits.cpu_s = 1;
    limits.wall_ms = 3000;
    struct buf page CLEANUP(buf_done); /* takes time that grows with the square of its size */
    buf_init(&page, 8u << 20);
    for (int i = 0; i < 2500; i++)
        buf_add_cstr(&page, "<div>");
    for (int i = 0; i < 1000000; i++)
        buf_add_cstr(&page, "</p>"); /* each looks for its start in all that is open */
    buf_add_char(&page, 'x');
    expect_failure(make_file(page.p, page.n), "slow.html", &limits, "reader.timeout");
}

static void test_numbers_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int shift;
        const char *out;
    } cases[] = {{"0.92900000000000005", 0, "0.929"},
                 {"0.92900000000000005", 2, "92.9"},
                 {"1E2", 0, "100"},
                 {"9.9999999999999995E-2", 0, "0.1"},
                 {"99999999.99999999", 0, "100000000"},
                 {"-0", 0, "0"},
                 {"0.07", 2, "7"},
                 {"1", 2, "100"},
                 {"1.10", 0, "1.1"},
                 {"123456789012345678", 0, "123456789012345678"},
                 {"5E-1", 2, "50"},
                 {"18742.56", 0, "18742.56"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out CLEANUP(buf_done);
        buf_init(&out, 2000);
        assert_true(number_format(&out, str_from_cstr(cases[i].in), cases[i].shift));
        assert_str(buf_str(&out), cases[i].out);
    }
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 2000);
    assert_false(number_format(&out, STR("1e9999"), 0));
    assert_false(number_format(&out, STR("12a"), 0));
    assert_false(number_format(&out, STR(""), 0));
}

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        bool is_1904;
        const char *out;
    } cases[] = {{"1", false, "1900-01-01"},     {"59", false, "1900-02-28"}, {"61", false, "1900-03-01"},
                 {"45481", false, "2024-07-08"}, {"0.5", false, "12:00:00"},  {"45481.999999999", false, "2024-07-09"},
                 {"0", true, "1904-01-01"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out CLEANUP(buf_done);
        buf_init(&out, 100);
        assert_true(number_format_date(&out, str_from_cstr(cases[i].in), cases[i].is_1904));
        assert_str(buf_str(&out), cases[i].out);
    }
    assert_true(number_is_date_format(STR("yyyy\"-\"mm\"-\"dd")));
    assert_true(number_is_date_format(STR("[$-804]m\"月\"d\"日\"")));
    assert_false(number_is_date_format(STR("#,##0.00\"month\"")));
    assert_false(number_is_date_format(STR("General")));
    assert_true(number_is_percent_format(STR("0.0%")));
}

static void test_number_marks(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        int value;
        const char *out;
    } cases[] = {{"chineseCounting", 10, "十"},
                 {"chineseCounting", 12, "十二"},
                 {"chineseCounting", 20, "二十"},
                 {"chineseCountingThousand", 105, "一百零五"},
                 {"chineseCountingThousand", 110, "一百一十"},
                 {"chineseLegalSimplified", 12, "壹拾贰"},
                 {"lowerRoman", 4, "iv"},
                 {"upperLetter", 28, "BB"},
                 {"ideographTraditional", 2, "乙"},
                 {"decimalEnclosedCircleChinese", 20, "⑳"},
                 {"decimalZero", 7, "07"},
                 {"decimalFullWidth", 12, "\uff11\uff12"},
                 {"ideographDigital", 10, "一〇"},
                 {"unheard", 3, "3"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out CLEANUP(buf_done);
        buf_init(&out, 100);
        numbering_format(&out, str_from_cstr(cases[i].format), cases[i].value);
        assert_str(buf_str(&out), cases[i].out);
    }
}

static void test_shared_audit_report(void **state)
{
    (void)state;
    struct str bytes = read_shared(ctx.arena, "samples/audit-report.html");
    struct document d = {0};
    assert_ok(reader_read(&ctx, bytes, STR("audit-report.html"), &d));
    int rows[3] = {0}, headers[3] = {0};
    for (size_t i = 0; i < d.count; i++) {
        const struct paragraph *p = &d.paragraphs[i];
        assert_in_range(p->table, 0, 2);
        rows[p->table] = p->row > rows[p->table] ? p->row : rows[p->table];
        headers[p->table] += p->is_header_cell;
    }
    assert_int_equal(rows[1], 7);
    assert_int_equal(headers[1], 7);
    assert_int_equal(rows[2], 6);
    assert_int_equal(headers[2], 5);
    assert_int_equal(at_place(&d, "table 1 r5 c2")->row_span, 2);
    assert_int_equal(at_place(&d, "table 1 r6 c4")->row, 6);
    assert_true(d.paragraphs[0].is_furniture && d.paragraphs[d.count - 1].is_furniture);
}

/* The n-th allocation fails: a clean RC_NOMEM, nothing leaked.  Foreign libraries allocate on their own and are left
 * out of this; txt and csv use ours only. */
static enum rc read_in_short_memory(void)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(1u << 20);
    if (!arena)
        return RC_NOMEM;
    struct ctx own = {.arena = arena};
    struct document d;
    return reader_read(&own, STR("a,b,c\n1,2,3\n\"x\"\"y\",5,6\n"), STR("a.csv"), &d);
}

static void test_short_memory(void **state)
{
    (void)state;
    torture(read_in_short_memory);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], READER_CHILD_VERB) == 0)
        return reader_child_main(argc, argv);
    const struct CMUnitTest tests[] = {
        CASE(test_text_encodings),
        CASE(test_indent_is_trimmed_and_empty_lines_left_out),
        CASE(test_bidi_marks_stay_and_are_noted),
        CASE(test_html),
        CASE(test_docx),
        CASE(test_xlsx),
        CASE(test_pdf),
        CASE(test_ofd),
        CASE(test_eml),
        CASE(test_csv),
        CASE(test_content_decides_not_the_name),
        CASE(test_hostile_files_end_in_one_clear_failure),
        CASE(test_made_up_bytes),
        CASE(test_hundred_megabytes_in_one_line),
        CASE(test_limits_of_the_child),
        CASE(test_numbers_are_exact),
        CASE(test_dates),
        CASE(test_number_marks),
        CASE(test_shared_audit_report),
        CASE(test_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
