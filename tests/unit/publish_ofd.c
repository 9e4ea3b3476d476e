/* A paper as OFD (GB/T 33190-2016): the package as the standard describes it, the same lines and places as the PDF,
 * every character shown by an embedded font, and the text read again as it was. */
#include <hb-ot.h>
#include <math.h>

#include "intake/reader.h"
#include "paper_support.h"
#include "text/json.h"
#include "text/utf8.h"

enum { IDS_MAX = 20000, FILE_MAX = 32 * 1024 * 1024 };

/* ---- structure ------------------------------------------------------------------------------------------------- */

/* What the schema of the standard says of the elements that may stand here: children in this order ("?" none or one,
 * "*" any number, "+" at least one), attributes that must be there. */
static const struct rule {
    const char *element, *children, *attributes;
} rules[] = {
    {"ofd:OFD", "ofd:DocBody+", "Version DocType"},
    {"ofd:DocBody", "ofd:DocInfo ofd:DocRoot", ""},
    {"ofd:DocInfo",
     "ofd:DocID ofd:Title? ofd:Author? ofd:Subject? ofd:Abstract? ofd:CreationDate? ofd:ModDate? ofd:DocUsage? "
     "ofd:Cover? ofd:Keywords? ofd:Creator? ofd:CreatorVersion? ofd:CustomDatas?",
     ""},
    {"ofd:CustomDatas", "ofd:CustomData+", ""},
    {"ofd:CustomData", "", "Name"},
    {"ofd:Document",
     "ofd:CommonData ofd:Pages ofd:Outlines? ofd:Permissions? ofd:Actions? ofd:VPreferences? ofd:Bookmarks?", ""},
    {"ofd:CommonData", "ofd:MaxUnitID ofd:PageArea ofd:PublicRes* ofd:DocumentRes* ofd:TemplatePage* ofd:DefaultCS?",
     ""},
    {"ofd:PageArea", "ofd:PhysicalBox ofd:ApplicationBox? ofd:ContentBox? ofd:BleedBox?", ""},
    {"ofd:Area", "ofd:PhysicalBox ofd:ApplicationBox? ofd:ContentBox? ofd:BleedBox?", ""},
    {"ofd:Pages", "ofd:Page+", ""},
    {"ofd:Outlines", "ofd:OutlineElem+", ""},
    {"ofd:OutlineElem", "ofd:Actions? ofd:OutlineElem*", "Title"},
    {"ofd:Actions", "ofd:Action+", ""},
    {"ofd:Action", "ofd:Goto", "Event"},
    {"ofd:Goto", "ofd:Dest", ""},
    {"ofd:Dest", "", "Type PageID"},
    {"ofd:Permissions",
     "ofd:Edit? ofd:Annot? ofd:Export? ofd:Signature? ofd:Watermark? ofd:PrintScreen? ofd:Print? ofd:ValidPeriod?", ""},
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
    struct xml_item *public = parse(&parts, STR("Doc_0/PublicRes.xml")),
                    *res = parse(&parts, STR("Doc_0/DocumentRes.xml"));
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
    for (const struct xml_item *page = next_element(xml_item_child(document, "ofd:Pages")->first); page;
         page = next_element(page->next), n++) {
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
    int most = atoi(arena_copy_cstr(
        ctx.arena, text_of(xml_item_child(xml_item_child(document, "ofd:CommonData"), "ofd:MaxUnitID"))));
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
    const struct xml_item *title = next_element(xml_item_child(document, "ofd:Outlines")->first),
                          *first = next_element(title->next);
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
    for (const struct xml_item *font = xml_item_child(xml_item_child(res, "ofd:Fonts"), "ofd:Font"); font && n < 64;
         font = next_element(font->next), n++) {
        struct str file = zip_find_part(&parts, arena_concat(ctx.arena, STR("Doc_0/Res/"),
                                                             text_of(xml_item_child(font, "ofd:FontFile"))))
                              ->bytes;
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
            struct str text = text_of(xml_item_child(item, "ofd:TextCode")),
                       glyphs = text_of(xml_item_child(item, "ofd:CGTransform")), word;
            uint32_t code;
            hb_codepoint_t glyph;
            for (size_t at = 0; !glyphs.n && utf8_decode(text, &at, &code); shown++)
                if (!hb_font_get_nominal_glyph(fonts[f], code, &glyph) || !glyph)
                    fail_msg("U+%04X of %.*s is not in its font", code, STR_ARG(text));
            while (str_split_next(&glyphs, ' ', &word))
                assert_true(atoi(arena_copy_cstr(ctx.arena, word)) > 0 &&
                            atoi(arena_copy_cstr(ctx.arena, word)) <
                                (int)hb_face_get_glyph_count(hb_font_get_face(fonts[f])));
        }
    }
    for (int i = 0; i < n; i++)
        hb_font_destroy(fonts[i]);
    assert_true(shown > 500);
}

/* A digest that fills its line gets no hyphen at the break, neither here nor in the PDF, which is laid out with it. */
static void a_word_that_is_broken_gets_no_hyphen(void **state)
{
    (void)state;
    struct str bytes;
    struct doc *doc;
    assert_ok(doc_new(&ctx, &(struct doc_facts){.title = STR("题")}, &doc));
    static const char *const heads[] = {"9abcf", "fffee", "cb2fa", "deadb"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        doc_add(doc, DOC_BODY,
                arena_format(ctx.arena, "%s%0*d%s%s%s%s%s%s%s%s%s", heads[i], (int)i + 1, 0, "abcdef", "fedcba",
                             "facade", "abcdef", "fedcba", "facade", "abcdef", "fedcba", "facade"));
    struct zip_parts parts = package_of(doc, &bytes);
    struct xml_item *content = page_of(&parts, 0);
    int lines = 0;
    for (const struct xml_item *item = content; item; item = xml_item_after(item, content)) {
        if (!xml_item_is(item, "ofd:CGTransform"))
            continue;
        assert_int_equal((int)number_of(item, "CodeCount"), (int)number_of(item, "GlyphCount"));
        lines++;
    }
    assert_true(lines > 0 || xml_item_child(content, "ofd:Content"));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_package_has_the_parts_and_references_of_the_standard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_entry_says_what_the_paper_is_and_of_which_snapshot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(headings_stand_in_the_outline_under_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sheets_are_a4_in_millimetres_and_nothing_stands_outside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_and_pages_are_those_of_the_pdf, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_character_is_shown_by_its_embedded_font, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_word_that_is_broken_gets_no_hyphen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(our_reader_reads_the_text_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_paper_gives_the_same_bytes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
