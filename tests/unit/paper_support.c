/* paper_support.c: see paper_support.h. */
#include "paper_support.h"

#include <math.h>

#include "text/utf8.h"

enum { FILE_MAX = 32 * 1024 * 1024 };

struct ctx ctx;

int set_up(void **state)
{
    (void)state;
    ctx = (struct ctx){.arena = arena_new(512 * 1024 * 1024)};
    return ctx.arena ? 0 : -1;
}

int tear_down(void **state)
{
    (void)state;
    arena_free(ctx.arena);
    return 0;
}

const char long_text[] = "经逐项梳理，共有问题25个，其中立行立改9个、集中整改11个、长期整改5个；制定整改措施63项，分解"
                         "任务88项，Excel 表 3 张，压降 12.5%。"
                         "“两金”占用、应收账款清收、低效无效资产处置等工作，由朱镕、王玥、李昇、张翀、喆㛃分别牵头，按"
                         "月调度（2026年11月28日前完成）。";

struct doc *make(int paragraphs, int rows)
{
    struct doc *doc;
    static const int widths[] = {1, 5, 3};
    assert_ok(doc_new(
        &ctx,
        &(struct doc_facts){.title = STR("关于<整改>进展情况的通报 & 说明"),
                            .author = STR("某集团"),
                            .subject = STR("TB-2026-001"),
                            .made_ms = 1795824000000, /* 2026-11-28 */
                            .snapshot_seq = 4711,
                            .snapshot_digest = STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")},
        &doc));
    doc_add(doc, DOC_ISSUER, STR("某集团有限公司文件"));
    doc_add(doc, DOC_NUMBER, STR("某集〔2026〕3号"));
    doc_add_mark(doc, DOC_RED_LINE);
    doc_add(doc, DOC_TITLE, STR("关于<整改>进展情况的通报"));
    doc_add(doc, DOC_PLAIN, STR("各单位："));
    for (int i = 0; i < paragraphs; i++) {
        if (i % 4 == 0)
            doc_add(doc, DOC_HEADING_1, arena_format(ctx.arena, "%d、总体情况", i + 1));
        if (i % 4 == 1)
            doc_add(doc, DOC_HEADING_2, STR("（一）主体责任"));
        doc_add_lead(doc, DOC_HEADING_3, arena_format(ctx.arena, "%d.关于“两金”占用的问题。", i + 1),
                     str_from_cstr(long_text));
    }
    if (rows) {
        doc_turn(doc, true);
        struct doc_table *table = doc_add_table(doc, widths, 3);
        doc_add_row(table, true, (struct str[]){STR("序号"), STR("问题"), STR("责任单位")});
        for (int i = 0; i < rows; i++)
            doc_add_row(
                table, false,
                (struct str[]){arena_format(ctx.arena, "%d", i + 1), str_from_cstr(long_text), STR("规划发展部")});
        doc_turn(doc, false);
    }
    doc_add(doc, DOC_SIGN, STR("某集团党组"));
    doc_add(doc, DOC_DATE, STR("2026年11月28日"));
    doc_add_snapshot(doc);
    return doc;
}

struct zip_parts package_of(struct doc *doc, struct str *ret_bytes)
{
    struct buf out CLEANUP(buf_done);
    struct zip_parts parts;
    buf_init(&out, FILE_MAX);
    assert_ok(doc_write_ofd(doc, &out));
    *ret_bytes = arena_copy_str(ctx.arena, buf_str(&out));
    assert_ok(zip_read_parts(&ctx, *ret_bytes, &parts));
    return parts;
}

struct xml_item *parse(const struct zip_parts *parts, struct str name)
{
    struct xml_item *root;
    struct zip_part *part = zip_find_part(parts, name);
    if (!part)
        fail_msg("no part %.*s", STR_ARG(name));
    assert_ok(xml_tree_read(&ctx, part->bytes, name, &root));
    return root;
}

struct xml_item *page_of(const struct zip_parts *parts, int n)
{
    return parse(parts, arena_format(ctx.arena, "Doc_0/Pages/Page_%d/Content.xml", n));
}

int page_count(const struct zip_parts *parts)
{
    int n = 0;
    while (zip_find_part(parts, arena_format(ctx.arena, "Doc_0/Pages/Page_%d/Content.xml", n)))
        n++;
    return n;
}

struct str text_of(const struct xml_item *item)
{
    struct str text = STR_EMPTY;
    for (const struct xml_item *at = item; at; at = xml_item_after(at, item))
        if (!at->name.n)
            text = text.n ? arena_concat(ctx.arena, text, at->text) : at->text;
    return text;
}

double number_of(const struct xml_item *item, const char *name)
{
    return atof(arena_copy_cstr(ctx.arena, xml_item_get(item, name)));
}

void box_of(struct str s, double box[4])
{
    assert_int_equal(sscanf(arena_copy_cstr(ctx.arena, s), "%lf %lf %lf %lf", &box[0], &box[1], &box[2], &box[3]), 4);
}

struct str without_blanks(struct str s)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, FILE_MAX);
    size_t from;
    uint32_t code;
    for (size_t at = 0; from = at, utf8_decode(s, &at, &code);)
        if (code > ' ' && code != 0x3000 && code != 0xa0)
            buf_add(&out, str_slice(s, from, at));
    return arena_copy_str(ctx.arena, buf_str(&out));
}

/* Lines of a page from its text objects: pieces at one height, from the left. */
int lines_of(const struct xml_item *content, struct line *lines, int room)
{
    int n = 0;
    for (const struct xml_item *item = content; item; item = xml_item_after(item, content)) {
        double box[4];
        if (!xml_item_is(item, "ofd:TextObject"))
            continue;
        const struct xml_item *code = xml_item_child(item, "ofd:TextCode");
        box_of(xml_item_get(item, "Boundary"), box);
        double y = box[1] + number_of(code, "Y");
        struct str text = without_blanks(text_of(code));
        if (n && fabs(lines[n - 1].y - y) < 0.01) {
            assert_true(box[0] > lines[n - 1].x);
            lines[n - 1].text = arena_concat(ctx.arena, lines[n - 1].text, text);
        } else {
            assert_true(n < room);
            lines[n++] = (struct line){y, box[0], text};
        }
    }
    return n;
}

struct str pdf_text(struct doc *doc, const char *options)
{
    struct buf out CLEANUP(buf_done);
    char path[] = "/tmp/bihuan-ofd-XXXXXX", command[200];
    buf_init(&out, FILE_MAX);
    assert_ok(doc_write_pdf(doc, &out));
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "wb");
    assert_int_equal(fwrite(out.p, 1, out.n, file), out.n);
    fclose(file);
    snprintf(command, sizeof command, "pdftotext %s %s -", options, path);
    FILE *pipe = popen(command, "r");
    char *text = arena_alloc(ctx.arena, 4 << 20);
    size_t n = fread(text, 1, (4 << 20) - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    remove(path);
    return (struct str){text, n};
}
