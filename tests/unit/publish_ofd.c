/* A paper as OFD (GB/T 33190-2016): the package as the standard describes it, the same lines and places as the PDF, every
 * character shown by an embedded font, and the text read again as it was. */
#include <hb-ot.h>
#include <math.h>

#include "publish/bulletin_paper.h"
#include "publish/doc.h"
#include "publish/xml_tree.h"
#include "publish/zip_file.h"
#include "intake/reader.h"
#include "text/json.h"
#include "text/utf8.h"
#include "unit.h"

enum { IDS_MAX = 20000, FILE_MAX = 32 * 1024 * 1024 };

static struct ctx ctx;

static int set_up(void **state)
{
    (void)state;
    ctx = (struct ctx){.arena = arena_new(512 * 1024 * 1024)};
    return ctx.arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(ctx.arena);
    return 0;
}

/* ---- papers ---------------------------------------------------------------------------------------------------- */

static const char long_text[] = "经逐项梳理，共有问题25个，其中立行立改9个、集中整改11个、长期整改5个；制定整改措施63项，分解任务88项，Excel 表 3 张，压降 12.5%。"
                                "“两金”占用、应收账款清收、低效无效资产处置等工作，由朱镕、王玥、李昇、张翀、喆㛃分别牵头，按月调度（2026年11月28日前完成）。";

static struct doc *make(int paragraphs, int rows)
{
    struct doc *doc;
    static const int widths[] = {1, 5, 3};
    assert_ok(doc_new(&ctx,
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
        doc_add_lead(doc, DOC_HEADING_3, arena_format(ctx.arena, "%d.关于“两金”占用的问题。", i + 1), str_from_cstr(long_text));
    }
    if (rows) {
        doc_turn(doc, true);
        struct doc_table *table = doc_add_table(doc, widths, 3);
        doc_add_row(table, true, (struct str[]){STR("序号"), STR("问题"), STR("责任单位")});
        for (int i = 0; i < rows; i++)
            doc_add_row(table, false, (struct str[]){arena_format(ctx.arena, "%d", i + 1), str_from_cstr(long_text), STR("规划发展部")});
        doc_turn(doc, false);
    }
    doc_add(doc, DOC_SIGN, STR("某集团党组"));
    doc_add(doc, DOC_DATE, STR("2026年11月28日"));
    doc_add_snapshot(doc);
    return doc;
}

static struct zip_parts package_of(struct doc *doc, struct str *ret_bytes)
{
    struct buf out CLEANUP(buf_done);
    struct zip_parts parts;
    buf_init(&out, FILE_MAX);
    assert_ok(doc_write_ofd(doc, &out));
    *ret_bytes = arena_copy_str(ctx.arena, buf_str(&out));
    assert_ok(zip_read_parts(&ctx, *ret_bytes, &parts));
    return parts;
}

static struct xml_item *parse(const struct zip_parts *parts, struct str name)
{
    struct xml_item *root;
    struct zip_part *part = zip_find_part(parts, name);
    if (!part)
        fail_msg("no part %.*s", STR_ARG(name));
    assert_ok(xml_tree_read(&ctx, part->bytes, name, &root));
    return root;
}

static struct xml_item *page_of(const struct zip_parts *parts, int n)
{
    return parse(parts, arena_format(ctx.arena, "Doc_0/Pages/Page_%d/Content.xml", n));
}

static int page_count(const struct zip_parts *parts)
{
    int n = 0;
    while (zip_find_part(parts, arena_format(ctx.arena, "Doc_0/Pages/Page_%d/Content.xml", n)))
        n++;
    return n;
}

static struct str text_of(const struct xml_item *item)
{
    struct str text = STR_EMPTY;
    for (const struct xml_item *at = item; at; at = xml_item_after(at, item))
        if (!at->name.n)
            text = text.n ? arena_concat(ctx.arena, text, at->text) : at->text;
    return text;
}

static double number_of(const struct xml_item *item, const char *name) { return atof(arena_copy_cstr(ctx.arena, xml_item_get(item, name))); }

static void box_of(struct str s, double box[4])
{
    assert_int_equal(sscanf(arena_copy_cstr(ctx.arena, s), "%lf %lf %lf %lf", &box[0], &box[1], &box[2], &box[3]), 4);
}

/* ---- structure ------------------------------------------------------------------------------------------------- */

/* What the schema of the standard says of the elements that may stand here: children in this order ("?" none or one, "*" any
 * number, "+" at least one), attributes that must be there. */
static const struct rule {
    const char *element, *children, *attributes;
} rules[] = {
    {"ofd:OFD", "ofd:DocBody+", "Version DocType"},
    {"ofd:DocBody", "ofd:DocInfo ofd:DocRoot", ""},
    {"ofd:DocInfo", "ofd:DocID ofd:Title? ofd:Author? ofd:Subject? ofd:Abstract? ofd:CreationDate? ofd:ModDate? ofd:DocUsage? ofd:Cover? ofd:Keywords? ofd:Creator? ofd:CreatorVersion? ofd:CustomDatas?", ""},
    {"ofd:CustomDatas", "ofd:CustomData+", ""},
    {"ofd:CustomData", "", "Name"},
    {"ofd:Document", "ofd:CommonData ofd:Pages ofd:Outlines? ofd:Permissions? ofd:Actions? ofd:VPreferences? ofd:Bookmarks?", ""},
    {"ofd:CommonData", "ofd:MaxUnitID ofd:PageArea ofd:PublicRes* ofd:DocumentRes* ofd:TemplatePage* ofd:DefaultCS?", ""},
    {"ofd:PageArea", "ofd:PhysicalBox ofd:ApplicationBox? ofd:ContentBox? ofd:BleedBox?", ""},
    {"ofd:Area", "ofd:PhysicalBox ofd:ApplicationBox? ofd:ContentBox? ofd:BleedBox?", ""},
    {"ofd:Pages", "ofd:Page+", ""},
    {"ofd:Outlines", "ofd:OutlineElem+", ""},
    {"ofd:OutlineElem", "ofd:Actions? ofd:OutlineElem*", "Title"},
    {"ofd:Actions", "ofd:Action+", ""},
    {"ofd:Action", "ofd:Goto", "Event"},
    {"ofd:Goto", "ofd:Dest", ""},
    {"ofd:Dest", "", "Type PageID"},
    {"ofd:Permissions", "ofd:Edit? ofd:Annot? ofd:Export? ofd:Signature? ofd:Watermark? ofd:PrintScreen? ofd:Print? ofd:ValidPeriod?", ""},
    {"ofd:Print", "", "Printable"},
    {"ofd:Bookmarks", "ofd:Bookmark+", ""},
    {"ofd:Bookmark", "ofd:Dest", "Name"},
    {"ofd:Res", "ofd:ColorSpaces* ofd:DrawParams* ofd:Fonts*", "BaseLoc"},
    {"ofd:ColorSpaces", "ofd:ColorSpace+", ""},
    {"ofd:ColorSpace", "", "ID Type"},
    {"ofd:Fonts", "ofd:Font+", ""},
    {"ofd:Font", "ofd:FontFile?", "ID FontName"},
    {"ofd:Content", "ofd:Layer+", ""},
    {"ofd:TextObject", "ofd:FillColor? ofd:StrokeColor? ofd:CGTransform* ofd:TextCode+", "ID Boundary Font Size"},
    {"ofd:PathObject", "ofd:StrokeColor? ofd:FillColor? ofd:AbbreviatedData", "ID Boundary"},
    {"ofd:CGTransform", "ofd:Glyphs", "CodePosition"},
    {"ofd:TextCode", "", "X Y"},
};

static const struct xml_item *next_element(const struct xml_item *item)
{
    while (item && !item->name.n)
        item = item->next;
    return item;
}

static void check_children(const struct xml_item *item, const char *children)
{
    struct str rest = str_from_cstr(children), word;
    const struct xml_item *at = next_element(item->first);
    while (str_split_next(&rest, ' ', &word)) {
        char how = word.n && strchr("?*+", word.p[word.n - 1]) ? word.p[word.n - 1] : '1';
        const char *name = arena_copy_cstr(ctx.arena, how == '1' ? word : str_slice(word, 0, word.n - 1));
        int n = 0;
        for (; *name && at && xml_item_is(at, name); at = next_element(at->next))
            n++;
        if (((how == '1' || how == '+') && *name && n < 1) || ((how == '1' || how == '?') && n > 1))
            fail_msg("%.*s has %d of %s", STR_ARG(item->name), n, name);
    }
    if (at)
        fail_msg("%.*s may not stand here in %.*s", STR_ARG(at->name), STR_ARG(item->name));
}

static void check_tree(const struct xml_item *root)
{
    assert_true(str_equal(xml_item_get(root, "xmlns:ofd"), STR("http://www.ofdspec.org/2016")));
    for (const struct xml_item *item = root; item; item = xml_item_after(item, root))
        for (size_t i = 0; item->name.n && i < sizeof rules / sizeof rules[0]; i++) {
            struct str rest = str_from_cstr(rules[i].attributes), word;
            if (!xml_item_is(item, rules[i].element))
                continue;
            check_children(item, rules[i].children);
            while (str_split_next(&rest, ' ', &word))
                if (word.n && !xml_item_get(item, arena_copy_cstr(ctx.arena, word)).n)
                    fail_msg("%.*s has no %.*s", STR_ARG(item->name), STR_ARG(word));
        }
}

struct ids {
    int numbers[IDS_MAX], n;
};

static bool has_id(const struct ids *ids, int id)
{
    for (int i = 0; i < ids->n; i++)
        if (ids->numbers[i] == id)
            return true;
    return false;
}

/* IDs of all elements that have one; each only once in the document. */
static void take_ids(struct ids *ids, const struct xml_item *root)
{
    for (const struct xml_item *item = root; item; item = xml_item_after(item, root)) {
        int id = (int)number_of(item, "ID");
        if (!item->name.n || !id)
            continue;
        if (has_id(ids, id))
            fail_msg("ID %d stands twice", id);
        assert_true(ids->n < IDS_MAX);
        ids->numbers[ids->n++] = id;
    }
}

static void a_package_has_the_parts_and_references_of_the_standard(void **state)
{
    (void)state;
    struct str bytes;
    static struct ids ids, fonts, pages;
    ids.n = fonts.n = pages.n = 0;
    struct zip_parts parts = package_of(make(12, 20), &bytes);
    assert_true(str_equal(parts.parts[0].name, STR("OFD.xml")));
    struct xml_item *entry = parse(&parts, STR("OFD.xml")), *document = parse(&parts, STR("Doc_0/Document.xml"));
    struct xml_item *public = parse(&parts, STR("Doc_0/PublicRes.xml")), *res = parse(&parts, STR("Doc_0/DocumentRes.xml"));
    struct xml_item *const heads[] = {entry, document, public, res};
    assert_str(text_of(xml_item_child(xml_item_child(entry, "ofd:DocBody"), "ofd:DocRoot")), "Doc_0/Document.xml");
    for (int i = 0; i < 4; i++) {
        check_tree(heads[i]);
        take_ids(&ids, heads[i]);
    }
    struct xml_item *list = xml_item_child(xml_item_child(res, "ofd:Fonts"), "ofd:Font");
    for (const struct xml_item *font = list; font; font = next_element(font->next)) {
        struct str file = arena_concat(ctx.arena, STR("Doc_0/Res/"), text_of(xml_item_child(font, "ofd:FontFile")));
        struct zip_part *part = zip_find_part(&parts, file);
        assert_non_null(part);
        bool is_cff = str_has_suffix(file, STR(".otf"));
        assert_true(str_has_prefix(part->bytes, is_cff ? STR("OTTO") : ((struct str){"\0\1\0\0", 4})));
        assert_true(part->bytes.n < 400 * 1024); /* a subset: whole fonts have 10 MB and more */
        fonts.numbers[fonts.n++] = (int)number_of(font, "ID");
    }
    assert_true(fonts.n >= 3);
    int n = 0;
    for (const struct xml_item *page = next_element(xml_item_child(document, "ofd:Pages")->first); page; page = next_element(page->next), n++) {
        pages.numbers[pages.n++] = (int)number_of(page, "ID");
        assert_str(xml_item_get(page, "BaseLoc"), arena_format(ctx.arena, "Pages/Page_%d/Content.xml", n).p);
        struct xml_item *content = page_of(&parts, n);
        check_tree(content);
        take_ids(&ids, content);
        for (const struct xml_item *item = content; item; item = xml_item_after(item, content))
            if (xml_item_get(item, "Font").n)
                assert_true(has_id(&fonts, (int)number_of(item, "Font")));
    }
    assert_int_equal(n, page_count(&parts));
    assert_true(n >= 4);
    int most = atoi(arena_copy_cstr(ctx.arena, text_of(xml_item_child(xml_item_child(document, "ofd:CommonData"), "ofd:MaxUnitID"))));
    for (int i = 0; i < ids.n; i++)
        assert_true(ids.numbers[i] <= most);
    for (const struct xml_item *item = document; item; item = xml_item_after(item, document))
        if (xml_item_get(item, "PageID").n)
            assert_true(has_id(&pages, (int)number_of(item, "PageID")));
}

static void the_entry_says_what_the_paper_is_and_of_which_snapshot(void **state)
{
    (void)state;
    struct str bytes;
    struct zip_parts parts = package_of(make(2, 0), &bytes);
    struct xml_item *info = xml_item_child(xml_item_child(parse(&parts, STR("OFD.xml")), "ofd:DocBody"), "ofd:DocInfo");
    assert_str(text_of(xml_item_child(info, "ofd:Title")), "关于<整改>进展情况的通报 & 说明");
    assert_str(text_of(xml_item_child(info, "ofd:Author")), "某集团");
    assert_str(text_of(xml_item_child(info, "ofd:CreationDate")), "2026-11-28");
    assert_int_equal(text_of(xml_item_child(info, "ofd:DocID")).n, 32);
    const struct xml_item *custom = next_element(xml_item_child(info, "ofd:CustomDatas")->first);
    assert_str(xml_item_get(custom, "Name"), "BihuanEvent");
    assert_str(text_of(custom), "4711");
    custom = next_element(custom->next);
    assert_str(xml_item_get(custom, "Name"), "BihuanDigest");
    assert_str(text_of(custom), "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
}

static void headings_stand_in_the_outline_under_each_other(void **state)
{
    (void)state;
    struct str bytes;
    struct zip_parts parts = package_of(make(5, 0), &bytes);
    struct xml_item *document = parse(&parts, STR("Doc_0/Document.xml"));
    const struct xml_item *title = next_element(xml_item_child(document, "ofd:Outlines")->first), *first = next_element(title->next);
    assert_str(xml_item_get(title, "Title"), "关于<整改>进展情况的通报");
    assert_str(xml_item_get(first, "Title"), "1、总体情况");
    assert_str(xml_item_get(first, "Count"), "2"); /* the item, and the section with the other items */
    const struct xml_item *item = xml_item_child(first, "ofd:OutlineElem"), *section = next_element(item->next);
    assert_str(xml_item_get(item, "Title"), "1.关于“两金”占用的问题。");
    assert_str(xml_item_get(section, "Title"), "（一）主体责任");
    assert_str(xml_item_get(section, "Count"), "3");
    const struct xml_item *mark = next_element(xml_item_child(document, "ofd:Bookmarks")->first);
    assert_str(xml_item_get(mark, "Name"), "关于<整改>进展情况的通报");
    int marks = 0;
    for (; mark; mark = next_element(mark->next))
        marks++;
    assert_int_equal(marks, 3); /* the title and two headings of the first level */
}

static void sheets_are_a4_in_millimetres_and_nothing_stands_outside(void **state)
{
    (void)state;
    struct str bytes;
    struct zip_parts parts = package_of(make(6, 10), &bytes);
    int turned = 0, n = page_count(&parts);
    for (int i = 0; i < n; i++) {
        struct xml_item *content = page_of(&parts, i);
        double sheet[4], box[4];
        box_of(text_of(xml_item_child(xml_item_child(content, "ofd:Area"), "ofd:PhysicalBox")), sheet);
        bool is_turned = sheet[2] > sheet[3];
        turned += is_turned;
        assert_true(fabs(sheet[is_turned ? 3 : 2] - 210) < 0.05 && fabs(sheet[is_turned ? 2 : 3] - 297) < 0.05);
        for (const struct xml_item *item = content; item; item = xml_item_after(item, content)) {
            if (!xml_item_get(item, "Boundary").n)
                continue;
            box_of(xml_item_get(item, "Boundary"), box);
            assert_true(box[0] >= 0 && box[1] >= 0 && box[2] > 0 && box[3] > 0);
            assert_true(box[0] + box[2] <= sheet[2] && box[1] + box[3] <= sheet[3]);
        }
    }
    assert_true(turned >= 1 && turned < n);
}

/* ---- text ------------------------------------------------------------------------------------------------------ */

static struct str without_blanks(struct str s)
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

struct line {
    double y, x;
    struct str text;
};

/* Lines of a page from its text objects: pieces at one height, from the left. */
static int lines_of(const struct xml_item *content, struct line *lines, int room)
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

static struct str pdf_text(struct doc *doc, const char *options)
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

static void lines_and_pages_are_those_of_the_pdf(void **state)
{
    (void)state;
    struct str bytes, rest = pdf_text(make(30, 0), "-layout"), page, line;
    struct zip_parts parts = package_of(make(30, 0), &bytes);
    static struct line lines[100];
    int n = page_count(&parts), lines_in_all = 0;
    for (int i = 0; i < n; i++) {
        int count = lines_of(page_of(&parts, i), lines, 100), at = 0;
        assert_true(str_split_next(&rest, '\f', &page));
        while (str_split_next(&page, '\n', &line)) {
            line = without_blanks(line);
            if (!line.n)
                continue;
            assert_true(at < count);
            if (!str_equal(lines[at].text, line))
                fail_msg("page %d line %d: OFD %.*s, PDF %.*s", i + 1, at + 1, STR_ARG(lines[at].text), STR_ARG(line));
            at++;
        }
        assert_int_equal(at, count);
        lines_in_all += count;
    }
    assert_false(without_blanks(rest).n); /* no page more */
    assert_true(n >= 5 && lines_in_all > 150);
}

/* Every character has a glyph in the embedded font, by the font itself or by the number that is named. */
static void every_character_is_shown_by_its_embedded_font(void **state)
{
    (void)state;
    struct str bytes;
    struct zip_parts parts = package_of(make(3, 2), &bytes);
    struct xml_item *res = parse(&parts, STR("Doc_0/DocumentRes.xml"));
    hb_font_t *fonts[64];
    int ids[64], n = 0, shown = 0;
    for (const struct xml_item *font = xml_item_child(xml_item_child(res, "ofd:Fonts"), "ofd:Font"); font && n < 64; font = next_element(font->next), n++) {
        struct str file = zip_find_part(&parts, arena_concat(ctx.arena, STR("Doc_0/Res/"), text_of(xml_item_child(font, "ofd:FontFile"))))->bytes;
        hb_blob_t *blob = hb_blob_create(file.p, (unsigned)file.n, HB_MEMORY_MODE_READONLY, NULL, NULL);
        hb_face_t *face = hb_face_create(blob, 0);
        fonts[n] = hb_font_create(face);
        ids[n] = (int)number_of(font, "ID");
        hb_face_destroy(face);
        hb_blob_destroy(blob);
    }
    for (int i = 0; i < page_count(&parts); i++) {
        struct xml_item *content = page_of(&parts, i);
        for (const struct xml_item *item = content; item; item = xml_item_after(item, content)) {
            if (!xml_item_is(item, "ofd:TextObject"))
                continue;
            int f = 0;
            while (f < n && ids[f] != (int)number_of(item, "Font"))
                f++;
            assert_true(f < n);
            struct str text = text_of(xml_item_child(item, "ofd:TextCode")), glyphs = text_of(xml_item_child(item, "ofd:CGTransform")), word;
            uint32_t code;
            hb_codepoint_t glyph;
            for (size_t at = 0; !glyphs.n && utf8_decode(text, &at, &code); shown++)
                if (!hb_font_get_nominal_glyph(fonts[f], code, &glyph) || !glyph)
                    fail_msg("U+%04X of %.*s is not in its font", code, STR_ARG(text));
            while (str_split_next(&glyphs, ' ', &word))
                assert_true(atoi(arena_copy_cstr(ctx.arena, word)) > 0 && atoi(arena_copy_cstr(ctx.arena, word)) < (int)hb_face_get_glyph_count(hb_font_get_face(fonts[f])));
        }
    }
    for (int i = 0; i < n; i++)
        hb_font_destroy(fonts[i]);
    assert_true(shown > 500);
}

static void our_reader_reads_the_text_again(void **state)
{
    (void)state;
    struct str bytes, all = STR_EMPTY;
    struct doc *doc = make(20, 0);
    struct document document;
    (void)package_of(doc, &bytes);
    assert_ok(reader_read(&ctx, bytes, STR("bulletin.ofd"), &document));
    assert_str(document.title, "关于<整改>进展情况的通报 & 说明");
    size_t at = 0;
    for (size_t i = 0; i < document.count; i++)
        all = arena_concat(ctx.arena, all, without_blanks(document.paragraphs[i].text));
    for (const struct doc_block *block = doc->first; block; block = block->next) {
        struct str wanted = block->kind == DOC_TEXT ? without_blanks(doc_block_text(doc, block)) : STR_EMPTY;
        size_t found = wanted.n ? str_find(all, wanted, at) : at;
        if (found == SIZE_MAX)
            fail_msg("not read again: %.*s", STR_ARG(wanted));
        at = found + wanted.n;
    }
}

static void the_same_paper_gives_the_same_bytes(void **state)
{
    (void)state;
    struct str one, two, other;
    (void)package_of(make(10, 10), &one);
    (void)package_of(make(10, 10), &two);
    (void)package_of(make(11, 10), &other);
    assert_true(str_equal(one, two));
    assert_false(str_equal(one, other));
}

/* ---- form of GB/T 9704 ------------------------------------------------------------------------------------------ */

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
        struct rule_line line = {.width = number_of(item, "LineWidth"), .colour = xml_item_get(xml_item_child(item, "ofd:StrokeColor"), "Value")};
        for (int used = 0; sscanf(at, " M %lf %lf L %lf %lf%n", &line.x1, &line.y1, &line.x2, &line.y2, &used) == 4; at += used) {
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
    doc_add_imprint(doc, STR("抄送：某集团各部门，各子公司，某某工程技术研究院，某某数据服务有限公司，某某投资管理有限公司。"), STR("某集团办公室"), STR("2026年11月28日印发"));
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

static void a_title_of_two_lines_leaves_no_character_alone(void **state)
{
    (void)state;
    struct str bytes;
    struct doc *doc;
    static struct line lines[20];
    assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("题")}, &doc));
    doc_add(doc, DOC_TITLE, STR("岫川数科集团党委关于集中整改进展情况的通报"));
    struct zip_parts parts = package_of(doc, &bytes);
    assert_int_equal(lines_of(page_of(&parts, 0), lines, 20), 3); /* with the number of the page */
    assert_true(lines[0].text.n <= 12 * 3 && lines[1].text.n >= 9 * 3);
    assert_true(fabs(lines[0].x - lines[1].x) < 12); /* both in the middle */
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
    assert_true(str_find(body, STR("w:tblpYSpec=\"bottom\""), 0) != SIZE_MAX);
    assert_true(str_find(body, STR("<w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"000000\"/><w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" "
                                   "w:color=\"000000\"/><w:insideH w:val=\"single\" w:sz=\"6\""), 0) != SIZE_MAX); /* 1/8 pt: 0.353 and 0.265 mm */
    assert_true(str_find(body, STR("w:tblpY=\"11716\""), 0) != SIZE_MAX);
    assert_true(str_find(body, STR("w:sz=\"18\" w:space=\"1\" w:color=\"d40000\""), 0) != SIZE_MAX);
    assert_true(str_find(body, STR("<w:pStyle w:val=\"GongwenHead\"/><w:spacing w:before=\"1894\"/>"), 0) != SIZE_MAX); /* 35 mm less the free space of the line */
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
    assert_ok(json_parse(&ctx, STR("{\"title\": \"通报\", \"no\": \"TB-2026-001\", \"signatory\": \"中共某某数据科技集团有限公司委员会\", \"signed\": \"2026-11-27\", "
                                   "\"blocks\": [{\"kind\": \"part\", \"title\": \"总体情况\", \"body\": \"共有问题25个。\"}]}"), &content));
    assert_ok(bulletin_paper_file(&ctx, content, 4711, str_from_cstr(digest), 1795824000000, &doc));
    struct zip_parts parts = package_of(doc, &bytes);
    struct str custom = text_of(xml_item_child(xml_item_child(xml_item_child(parse(&parts, STR("OFD.xml")), "ofd:DocBody"), "ofd:DocInfo"), "ofd:CustomDatas"));
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
    assert_true(str_find(zip_find_part(&word, STR("docProps/custom.xml"))->bytes, str_from_cstr(digest), 0) != SIZE_MAX);
    assert_true(str_find(zip_find_part(&word, STR("word/document.xml"))->bytes, str_from_cstr(digest), 0) != SIZE_MAX);
    /* The issuer's name of 17 characters stands in one line. */
    assert_true(lines_of(page_of(&parts, 0), lines, 60) > 2);
    assert_str(lines[0].text, "中共某某数据科技集团有限公司委员会");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_package_has_the_parts_and_references_of_the_standard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_entry_says_what_the_paper_is_and_of_which_snapshot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(headings_stand_in_the_outline_under_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sheets_are_a4_in_millimetres_and_nothing_stands_outside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_and_pages_are_those_of_the_pdf, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_character_is_shown_by_its_embedded_font, set_up, tear_down),
        cmocka_unit_test_setup_teardown(our_reader_reads_the_text_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_paper_gives_the_same_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(red_head_and_imprint_stand_where_the_standard_puts_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_letter_has_double_red_lines_and_no_number_on_its_first_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_title_of_two_lines_leaves_no_character_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_word_file_says_the_same_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_of_a_bulletin_name_the_event_and_the_digest_of_their_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(advances_put_the_last_character_where_the_line_ends, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
