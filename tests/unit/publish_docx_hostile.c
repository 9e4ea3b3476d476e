/* Hostile templates, and a child that was taken over. */
#include "docx_support.h"
#include "publish/docx_wire.h"

/* clang-format off: markup stands as the editors write it */

static void what_the_child_answers_is_not_trusted(void **state)
{
    (void)state;
    struct docx docx, back;
    struct xml_item **roots;
    struct buf out CLEANUP(buf_done), one CLEANUP(buf_done), two CLEANUP(buf_done);
    buf_init(&out, 1 << 24);
    buf_init(&one, 1 << 24);
    buf_init(&two, 1 << 24);
    assert_int_equal(
        docx_unpack(&ctx, package(P(R("{{a}} &lt;&amp;") "<w:r/>"), "word/media/x.png", "png"), &docx, &roots), RC_OK);
    docx_wire_encode(&out, &docx, roots);
    assert_int_equal(docx_wire_decode(&ctx, buf_str(&out), &back), RC_OK);
    assert_true(str_equal(zip_find_part(&back.parts, STR("word/media/x.png"))->bytes, STR("png")));
    assert_int_equal(docx_fill(&ctx, &back, json("{\"a\":1}")), RC_OK);
    for (size_t n = 0; n < out.n; n += 3) /* cut anywhere */
        assert_int_not_equal(docx_wire_decode(&ctx, str_slice(buf_str(&out), 0, n), &back), RC_OK);
    for (size_t i = 4; i < out.n; i++) { /* any byte another: refused, or a file that holds to the rules */
        out.p[i] ^= 0x55;
        enum rc rc = docx_wire_decode(&ctx, buf_str(&out), &back);
        assert_true(rc != RC_OK || back.document);
        out.p[i] ^= 0x55;
    }
    /* A child that was taken over hands on what the rules forbid. */
    assert_int_equal(docx_unpack(&ctx, package("<w:p><w:r><w:object/></w:r></w:p>", NULL, NULL), &docx, &roots), RC_OK);
    docx_wire_encode(&one, &docx, roots);
    ctx_clear_issues(&ctx);
    assert_int_not_equal(docx_wire_decode(&ctx, buf_str(&one), &back), RC_OK);
    assert_true(str_equal(ctx.first->key, STR("template.object")));
    assert_int_equal(docx_unpack(&ctx, package(P(R("x")), NULL, NULL), &docx, &roots), RC_OK);
    roots[0]->name = STR("a><b");
    docx_wire_encode(&two, &docx, roots);
    assert_int_not_equal(docx_wire_decode(&ctx, buf_str(&two), &back), RC_OK);
}

static void expect_refused(struct str bytes, const char *key)
{
    struct docx docx;
    ctx_clear_issues(&ctx);
    assert_int_not_equal(docx_open(&ctx, bytes, &docx), RC_OK);
    assert_non_null(ctx.first);
    if (!str_equal_cstr(ctx.first->key, key))
        fail_msg("%.*s, not %s", STR_ARG(ctx.first->key), key);
}

static void hostile_templates_are_refused_each_with_its_reason(void **state)
{
    (void)state;
#define RELATION(type, target, mode)                                                                                   \
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" "    \
    "Type=\"x/" type "\" Target=\"" target "\"" mode "/></Relationships>"
    const char *plain = P(R("x"));
    expect_refused(STR("hello"), "template.not_word");
    expect_refused(package(plain, "word/vbaProject.bin", "x"), "template.macro");
    expect_refused(package(plain, "[Content_Types].xml",
                           "<Types>application/vnd.ms-word.document.macroEnabled.main+xml wordprocessingml</Types>"),
                   "template.macro");
    expect_refused(package(plain, "word/embeddings/oleObject1.bin", "x"), "template.object");
    expect_refused(package("<w:p><w:r><w:object/></w:r></w:p>", NULL, NULL), "template.object");
    expect_refused(package(plain, "word/_rels/document.xml.rels",
                           RELATION("hyperlink", "http://example.com/", " TargetMode=\"External\"")),
                   "template.external");
    expect_refused(
        package(plain, "word/_rels/settings.xml.rels", RELATION("attachedTemplate", "file://host/x.dotm", "")),
        "template.external");
    expect_refused(package(plain, "word/_rels/document.xml.rels", RELATION("aFChunk", "x.html", "")),
                   "template.included");
    expect_refused(package("<w:altChunk/>", NULL, NULL), "template.included");
    expect_refused(package("<w:p><w:fldSimple w:instr=\" DDEAUTO c:\\\\x \"/></w:p>", NULL, NULL),
                   "template.field_command");
    expect_refused(package("<w:p><w:r><w:instrText> INCLUDETEXT \"x\" </w:instrText></w:r></w:p>", NULL, NULL),
                   "template.field_command");
    expect_refused(package("<w:p><w:r><w:instrText>=1+1</w:instrText></w:r></w:p>", NULL, NULL),
                   "template.field_command");
    expect_refused(
        package(plain, "word/styles.xml", "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>"),
        "template.doctype");
    expect_refused(package(plain, "word/styles.xml", "<x><y></x>"), "template.xml");
    expect_refused(package(plain, "../outside.xml", "<x/>"), "reader.zip_path");
    struct buf zeros CLEANUP(buf_done);
    buf_init(&zeros, 80 * 1024 * 1024);
    memset(buf_add_space(&zeros, 30 * 1024 * 1024), ' ', 30 * 1024 * 1024);
    expect_refused(package(plain, "word/big.xml", buf_str(&zeros).p), "reader.zip_bomb");
    struct buf deep CLEANUP(buf_done);
    buf_init(&deep, 1 << 20);
    for (int i = 0; i < 400; i++)
        buf_add_cstr(&deep, "<x>");
    expect_refused(package(plain, "word/styles.xml", buf_str(&deep).p), "template.deep");
#define CHAR(type) "<w:r><w:fldChar w:fldCharType=\"" type "\"/></w:r>"
#define INSTR(text) "<w:r><w:instrText>" text "</w:instrText></w:r>"
    expect_refused(package(P(CHAR("begin") INSTR(" INCLUDE") INSTR("PICTURE \"http://x/\"") CHAR("end")), NULL, NULL),
                   "template.field_command");
    expect_refused(
        package(P(CHAR("begin") INSTR(" PAGE ") CHAR("begin") INSTR("DDE") INSTR("AUTO c") CHAR("end") CHAR("end")),
                NULL, NULL),
        "template.field_command");
    expect_refused(package(P(CHAR("begin") INSTR(" LINK Excel.Sheet")), NULL, NULL), "template.field_command");
    expect_refused(
        package("<w:p><w:r><w:pict><v:imagedata src=\"http://127.0.0.1/x.png\"/></w:pict></w:r></w:p>", NULL, NULL),
        "template.external");
    assert_true(ctx.first->arg_count == 2 &&
                str_equal(ctx.first->args[1], STR("word/document.xml"))); /* what, and where */
    struct docx docx;
    ctx_clear_issues(&ctx);
    assert_int_equal(
        docx_open(&ctx,
                  package(P(CHAR("begin") INSTR(" PA") INSTR("GE ") CHAR("separate") R("1") CHAR("end")), NULL, NULL),
                  &docx),
        RC_OK);
    assert_int_equal(
        docx_open(&ctx, package("<w:p><w:r><w:instrText> PAGE \\* MERGEFORMAT </w:instrText></w:r></w:p>", NULL, NULL),
                  &docx),
        RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_child_answers_is_not_trusted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_templates_are_refused_each_with_its_reason, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
