/* Templates: fields in text that Word has cut up, repeated rows and paragraphs, conditions, content controls, faults
 * with their places. */
#include "docx_support.h"
#include "publish/paper_make.h"

/* clang-format off: markup stands as the editors write it */

static void a_field_that_word_has_cut_into_runs_is_filled(void **state)
{
    (void)state;
    struct str xml;
    assert_int_equal(filled(P(R("A{") "<w:r><w:rPr><w:b/></w:rPr>" T("{na") "</w:r>" R("me}}B{{na") R("me}}C")),
                            "{\"name\":\"<x>\"}", &xml),
                     RC_OK);
    assert_true(has(xml, "A&lt;x&gt;"));
    assert_true(has(xml, "B&lt;x&gt;") && has(xml, "C"));
    assert_false(has(xml, "{"));
}

static void a_value_is_not_looked_at_again(void **state)
{
    (void)state;
    struct str xml;
    assert_int_equal(filled(P(R("{{a}}")), "{\"a\":\"{{b}}\",\"b\":\"secret\"}", &xml), RC_OK);
    assert_true(has(xml, "{{b}}") && !has(xml, "secret"));
}

static void rows_and_paragraphs_are_repeated_with_their_names_and_those_around(void **state)
{
    (void)state;
    struct str xml;
    const char *body = P(R("{{#items}}")) P(R("{{n}}{{title}}{{all}}"))
        P(R("{{/items}}")) "<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>" P(
            R("head")) "</w:tc></w:tr><w:tr><w:tc>" P(R("{{#items}}")
                                                          R("{{title}}")) "</w:tc><w:tc>" P(R("{{#parts}}[{{.}}]{"
                                                                                              "{/parts}}{{/"
                                                                                              "items}}")) "</"
                                                                                                          "w:tc><"
                                                                                                          "/w:tr>"
                                                                                                          "</"
                                                                                                          "w:"
                                                                                                          "tbl>";
    assert_int_equal(filled(body,
                            "{\"all\":\"!\",\"items\":[{\"n\":1,\"title\":\"one\",\"parts\":[\"p\",\"q\"]},{\"n\":2,"
                            "\"title\":\"two\",\"parts\":[]}]}",
                            &xml),
                     RC_OK);
    assert_true(has(xml, "1one!") && has(xml, "2two!"));
    assert_int_equal(count(xml, "<w:tr>"), 3);
    assert_true(has(xml, "[p][q]"));
    assert_false(has(xml, "{{"));
}

static void a_section_over_several_rows_repeats_them_all(void **state)
{
    (void)state;
    struct str xml;
    const char *body = "<w:tbl><w:tr><w:tc>" P(R("{{#items}}{{a}}")) "</w:tc></w:tr><w:tr><w:tc>" P(
        R("{{b}}{{/items}}")) "</w:tc></w:tr></w:tbl>";
    assert_int_equal(filled(body, "{\"items\":[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4}]}", &xml), RC_OK);
    assert_int_equal(count(xml, "<w:tr>"), 4);
    assert_true(has(xml, ">1<") && has(xml, ">4<"));
    assert_int_equal(filled(body, "{\"items\":[]}", &xml), RC_OK);
    assert_false(has(xml, "<w:tbl>")); /* no table without rows */
}

static void conditions_show_what_is_and_what_is_not(void **state)
{
    (void)state;
    struct str xml;
    assert_int_equal(filled(P(R("{{#due}}till {{due}}{{/due}}{{^due}}open{{/due}}")) P(R("{{^list}}")) P(R("none"))
                                P(R("{{/list}}")),
                            "{\"due\":null,\"list\":[]}", &xml),
                     RC_OK);
    assert_true(has(xml, "open") && has(xml, "none") && !has(xml, "till"));
}

static void a_long_text_becomes_paragraphs_or_lines(void **state)
{
    (void)state;
    struct str xml;
    assert_int_equal(filled(P(R("{{a}}")) P(R("x {{a}}")), "{\"a\":\"one\\ntwo\"}", &xml), RC_OK);
    assert_int_equal(count(xml, "<w:p>"), 3);
    assert_int_equal(count(xml, "<w:br/>"), 1);
}

static void content_controls_are_fields(void **state)
{
    (void)state;
    struct str xml;
    const char *body =
        P(R("No. ") "<w:sdt><w:sdtPr><w:tag w:val=\"no\"/></w:sdtPr><w:sdtContent>" R("click here")
              R(" more") "</w:sdtContent></w:sdt>") "<w:sdt><w:sdtPr><w:tag "
                                                    "w:val=\"#items\"/></w:sdtPr><w:sdtContent>" P(R("{{title}}")) "</"
                                                                                                                   "w:"
                                                                                                                   "sdt"
                                                                                                                   "Con"
                                                                                                                   "ten"
                                                                                                                   "t><"
                                                                                                                   "/w:"
                                                                                                                   "sdt"
                                                                                                                   ">";
    assert_int_equal(filled(body, "{\"no\":\"7\",\"items\":[{\"title\":\"one\"},{\"title\":\"two\"}]}", &xml), RC_OK);
    assert_true(has(xml, ">7<") && !has(xml, "click") && !has(xml, "more"));
    assert_true(has(xml, "one") && has(xml, "two"));
}

static void every_fault_is_told_with_its_place(void **state)
{
    (void)state;
    struct str xml;
    const char *body = P(R("fine")) P(R("{{nothing}}")) "<w:tbl><w:tr><w:tc>" P(R("a")) "</w:tc><w:tc>" P(
        R("{{wrong.name}}")) "</w:tc></w:tr></w:tbl>" P(R("{{#open}}"));
    assert_int_equal(filled(body, "{\"open\":true}", &xml), RC_INVALID);
    assert_int_equal(ctx.issue_count, 3);
    assert_true(str_equal(ctx.first->place, STR("p2")) && str_equal(ctx.first->args[0], STR("nothing")));
    assert_true(str_equal(ctx.first->next->place, STR("table 1 r1 c2")));
    assert_true(str_equal(ctx.first->next->next->key, STR("template.unclosed")));
}

static void expect_fault(const char *body, const char *key, const char *place, const char *what)
{
    struct str xml;
    ctx_clear_issues(&ctx);
    assert_int_equal(filled(body, "{\"a\":1,\"rows\":[{},{},{}]}", &xml), RC_INVALID);
    const struct ctx_issue *issue = ctx.first;
    assert_int_equal(ctx.issue_count, 1); /* once, however often the row is repeated */
    if (!str_equal_cstr(issue->key, key) || !str_equal_cstr(issue->place, place) ||
        str_find(issue->args[0], str_from_cstr(what), 0) == SIZE_MAX)
        fail_msg("%.*s at %.*s: %.*s", STR_ARG(issue->key), STR_ARG(issue->place), STR_ARG(issue->args[0]));
    assert_true(issue->arg_count == 2 && issue->args[1].n > 0);
}

static void an_open_section_is_one_fault_and_its_fields_are_none(void **state)
{
    (void)state;
    struct str xml;
    const char *body = P(R("{{#rows}}")) P(R("{{title}}")) P(R("{{wrong}}")) P(R("{{/row}}"));
    assert_int_equal(filled(body, "{\"rows\":[{\"title\":\"one\"}]}", &xml), RC_INVALID);
    assert_int_equal(ctx.issue_count, 3);
    assert_true(str_equal_cstr(ctx.first->key, "template.unclosed") && str_equal(ctx.first->place, STR("p1")));
    assert_true(str_equal(ctx.first->next->args[0], STR("wrong")));
    assert_true(str_equal_cstr(ctx.first->next->next->key, "template.unopened"));
}

static void the_text_around_a_fault_is_that_around_the_field(void **state)
{
    (void)state;
    struct str xml;
    const char *body =
        P(R("{{a}} ten letters ten letters ten letters ten letters ten letters ten letters ends in {{wrong}} "
            "here"));
    assert_int_equal(filled(body, "{\"a\":1}", &xml), RC_INVALID);
    assert_true(str_has_suffix(ctx.first->args[1], STR("ends in {{wrong}} here")));
    assert_false(str_has_prefix(ctx.first->args[1], STR("{{a}}")));
}

#define BOX(runs) "<w:r><w:pict><v:textbox><w:txbxContent>" P(runs) "</w:txbxContent></v:textbox></w:pict></w:r>"

static void a_broken_field_is_told_with_its_place_and_the_text_around(void **state)
{
    (void)state;
    expect_fault(P(R("x")) P(R("before {{") R("a")), "template.broken_field", "p2", "{{a");
    expect_fault(P(R("{{a")) P(R("fine")), "template.broken_field", "p1", "{{a");
    expect_fault(P(R("{a}} x")), "template.broken_field", "p1", "}}");
    expect_fault(P(R("\xef\xbd\x9b\xef\xbd\x9b"
                     "a\xef\xbd\x9d\xef\xbd\x9d")),
                 "template.wide_braces", "p1", "{{");
    expect_fault(P(R("{{#rows}}")) P(R("{{wrong}}")) P(R("{{/rows}}")), "template.unknown_field", "p2", "wrong");
    expect_fault("<w:tbl><w:tr><w:tc>" P(R("{{#rows}}{{wrong}}{{/rows}}")) "</w:tc></w:tr></w:tbl>",
                 "template.unknown_field", "table 1 r1 c1", "wrong");
    expect_fault(P(R("x")) P(R("anchor") BOX(R("{{wrong}}"))), "template.unknown_field", "p2 box p1", "wrong");
}

static void fields_in_text_boxes_heads_and_notes_are_filled(void **state)
{
    (void)state;
    struct str xml;
    struct docx docx;
    assert_int_equal(filled(P(R("{{a}}") BOX(R("[{") R("{a}}]"))), "{\"a\":\"<v>\"}", &xml), RC_OK);
    assert_true(has(xml, "[&lt;v&gt;") && !has(xml, "{{"));
    assert_int_equal(
        docx_open(&ctx, package(P(R("x")), "word/header1.xml", "<w:hdr " NS ">" P(R("h {{") R("a}}")) "</w:hdr>"),
                  &docx),
        RC_OK);
    assert_int_equal(docx_fill(&ctx, &docx, json("{\"a\":\"v\"}")), RC_OK);
    assert_true(has(zip_find_part(&docx.parts, STR("word/header1.xml"))->bytes, "h v"));
    ctx_clear_issues(&ctx);
    assert_int_equal(
        docx_open(&ctx, package(P(R("x")), "word/footer2.xml", "<w:ftr " NS ">" P(R("{{b}}")) "</w:ftr>"), &docx),
        RC_OK);
    assert_int_equal(docx_fill(&ctx, &docx, json("{\"a\":1}")), RC_INVALID);
    assert_true(str_equal(ctx.first->place, STR("footer2 p1")));
}

/* ---- what Word and WPS leave between the letters ---------------------------------------------------------------- */

static void spelling_marks_tags_bookmarks_and_comments_do_not_break_a_field(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        P("<w:proofErr w:type=\"spellStart\"/>" R("{{") "<w:proofErr w:type=\"spellEnd\"/><w:proofErr "
                                                        "w:type=\"gramStart\"/>" R(
                                                            "na") "<w:proofErr w:type=\"gramEnd\"/>" R("me}}")),
        P(R("{{") "<w:smartTag w:uri=\"urn:schemas-microsoft-com:office:smarttags\" "
                  "w:element=\"PersonName\"><w:smartTagPr><w:attr w:name=\"x\" w:val=\"y\"/></w:smartTagPr>" R(
                      "name") "</w:smartTag>" R("}}")),
        P(R("{{na") "<w:bookmarkStart w:id=\"0\" w:name=\"_GoBack\"/><w:bookmarkEnd w:id=\"0\"/>" R("me}}")),
        P(R("{{na") "<w:commentRangeStart w:id=\"1\"/>" R(
            "me") "<w:commentRangeEnd w:id=\"1\"/><w:r><w:commentReference w:id=\"1\"/></w:r>" R("}}")),
        P("<w:customXml w:element=\"x\"><w:customXmlPr/>" R("{{name}}") "</w:customXml>"),
        P("<w:r><w:rPr><w:rFonts w:eastAsia=\"\xe4\xbb\xbf\xe5\xae\x8b\"/><w:sz w:val=\"32\"/></w:rPr>" T(
            "{") "</w:r><w:r><w:rPr><w:b/><w:color w:val=\"FF0000\"/></w:rPr>" T("{na") "</w:r><w:r><w:rPr><w:i/></"
                                                                                        "w:rPr>" T("me}") "</w:r>" R(
                                                                                            "}")),
        P("<w:r>" T("{{na") "<w:lastRenderedPageBreak/>" T("me}}") "</w:r>"),
        P("<w:hyperlink w:anchor=\"_GoBack\">" R("{{na") "</w:hyperlink>" R("me}}")),
        P(R("{{\xc2\xa0name\xe3\x80\x80}}")),
        "<w:customXml w:element=\"x\">" P(R("{{name}}")) "</w:customXml>",
        P("<w:r><mc:AlternateContent><mc:Choice "
          "Requires=\"w16se\"><w:t>{{name}}</w:t></mc:Choice><mc:Fallback><w:t>{{name}}</w:t></mc:Fallback></"
          "mc:AlternateContent></w:r>"),
        P(R("{{na") "<w:r><mc:AlternateContent><mc:Choice "
                    "Requires=\"wps\"><w:drawing><wps:wsp/></w:drawing></mc:Choice><mc:Fallback><w:pict/></"
                    "mc:Fallback></mc:AlternateContent></w:r>" R("me}}")),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct str xml;
        if (filled(bodies[i], "{\"name\":\"<v>\"}", &xml) != RC_OK)
            fail_msg("%s", bodies[i]);
        if (count(xml, "&lt;v&gt;") != 1 || has(xml, "{") || has(xml, "smartTag") || has(xml, "comment") ||
            has(xml, "proofErr") || has(xml, "customXml"))
            fail_msg("%s\n%.*s", bodies[i], STR_ARG(xml));
    }
}

/* A field keeps the look of the run in which it begins. */
static void a_field_in_several_looks_takes_the_first(void **state)
{
    (void)state;
    struct str xml;
    assert_int_equal(
        filled(P("<w:r><w:rPr><w:b/></w:rPr>" T("{{na") "</w:r><w:r><w:rPr><w:i/></w:rPr>" T("me}} tail") "</w:r>"),
               "{\"name\":\"v\"}", &xml),
        RC_OK);
    assert_true(has(xml, "<w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">v</w:t>"));
    assert_true(has(xml, "<w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\"> tail</w:t>"));
}

#define WHO " w:id=\"7\" w:author=\"Reviewer\" w:date=\"2026-01-01T00:00:00Z\""
#define DEL(text) "<w:del" WHO "><w:r><w:delText>" text "</w:delText></w:r></w:del>"
#define INS(runs) "<w:ins" WHO ">" runs "</w:ins>"

static void tracked_changes_are_accepted_and_nobody_is_named(void **state)
{
    (void)state;
    struct str xml;
    const char *body = P(R("a{{na") DEL("old") INS(R("me")) R("}}b")) P(
        "<w:pPr><w:rPr><w:b/><w:rPrChange" WHO "><w:rPr/></w:rPrChange></w:rPr><w:pPrChange" WHO
        "><w:pPr/></w:pPrChange></w:pPr>" R(
            "styled")) "<w:moveFromRangeStart" WHO " w:name=\"m\"/><w:p><w:moveFrom" WHO
                       ">" R(
                           "{{moved}}") "</w:moveFrom></w:p><w:moveFromRangeEnd w:id=\"7\"/>"
                                        "<w:p><w:moveTo" WHO ">" R("{{moved}}") "</w:moveTo></w:p>" P(
                                            "<w:pPr><w:rPr><w:del" WHO "/></w:rPr></w:pPr>" R("joined {{na"))
                                            P("<w:pPr><w:jc w:val=\"center\"/></w:pPr>" R(
                                                "me}} on")) "<w:tbl><w:tr><w:tc>" P(R("kept")) "</w:tc></"
                                                                                               "w:tr><w:tr><w:trPr><w:"
                                                                                               "del" WHO
                                                                                               "/></w:trPr><w:tc>" P(R(
                                                                                                   "{{gone}}")) "</"
                                                                                                                "w:tc><"
                                                                                                                "/w:tr>"
                                                                                                                "<w:tr>"
                                                                                                                "<w:"
                                                                                                                "trPr><"
                                                                                                                "w:"
                                                                                                                "in"
                                                                                                                "s" WHO
                                                                                                                "/></"
                                                                                                                "w:"
                                                                                                                "trPr><"
                                                                                                                "w:"
                                                                                                                "tc>" P(R(
                                                                                                                    "{{"
                                                                                                                    "na"
                                                                                                                    "me"
                                                                                                                    "}"
                                                                                                                    "}")) "</w:tc></w:tr></w:tbl>";
    assert_int_equal(filled(body, "{\"name\":\"V\",\"moved\":\"M\"}", &xml), RC_OK);
    assert_int_equal(count(xml, ">M<"), 1);
    assert_int_equal(count(xml, "<w:tr>"), 2);
    assert_true(has(xml, "aV") && has(xml, "styled") && has(xml, "kept") && has(xml, ">V<"));
    assert_true(has(xml, "<w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:t xml:space=\"preserve\">joined V<"));
    assert_false(has(xml, "Reviewer") || has(xml, "old") || has(xml, "gone") || has(xml, "w:ins") ||
                 has(xml, "w:del") || has(xml, "Change") || has(xml, "{{"));
}

static void comments_and_their_authors_do_not_go_out_with_a_paper(void **state)
{
    (void)state;
    struct zip_write *zip;
    struct docx docx;
    struct buf out CLEANUP(buf_done);
    static const char *const gone[] = {"word/comments.xml", "word/commentsExtended.xml", "word/people.xml"};
    buf_init(&out, 1 << 24);
    assert_int_equal(zip_write_open(&ctx, NULL, &zip), RC_OK);
    zip_write_add(
        zip, STR("[Content_Types].xml"),
        STR("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override "
            "PartName=\"/word/document.xml\" "
            "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>"
            "<Override PartName=\"/word/comments.xml\" "
            "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml\"/></Types>"));
    zip_write_add(zip, STR("word/document.xml"),
                  STR("<w:document " NS "><w:body>" P("<w:commentRangeStart w:id=\"1\"/>" R(
                      "{{a}}") "<w:commentRangeEnd w:id=\"1\"/>") "</w:body></w:document>"));
    zip_write_add(
        zip, STR("word/_rels/document.xml.rels"),
        STR("<Relationships><Relationship Id=\"c\" Type=\"x/comments\" Target=\"comments.xml\"/><Relationship Id=\"s\" "
            "Type=\"x/styles\" Target=\"styles.xml\"/></Relationships>"));
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        zip_write_add(zip, str_from_cstr(gone[i]),
                      STR("<w:comments " NS
                          "><w:comment w:author=\"Reviewer\">" P(R("delete this?")) "</w:comment></w:comments>"));
    zip_write_add(zip, STR("word/footer1.xml"), STR("<w:ftr " NS ">" P(R("f") INS(R("g")) DEL("h")) "</w:ftr>"));
    zip_write_add(
        zip, STR("customXml/item1.xml"),
        STR("<s:customData xmlns=\"http://www.wps.cn/officeDocument/2013/wpsCustomData\" "
            "xmlns:s=\"http://www.wps.cn/officeDocument/2013/wpsCustomData\"><customSectProps/></s:customData>"));
    assert_int_equal(zip_write_close(&ctx, zip, &out), RC_OK);
    assert_int_equal(docx_open(&ctx, buf_str(&out), &docx), RC_OK);
    assert_int_equal(docx_fill(&ctx, &docx, json("{\"a\":1}")), RC_OK);
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        assert_null(zip_find_part(&docx.parts, str_from_cstr(gone[i])));
    struct str relations = zip_find_part(&docx.parts, STR("word/_rels/document.xml.rels"))->bytes,
               footer = zip_find_part(&docx.parts, STR("word/footer1.xml"))->bytes;
    assert_true(has(relations, "styles.xml") && !has(relations, "comments.xml"));
    assert_false(has(zip_find_part(&docx.parts, STR("[Content_Types].xml"))->bytes, "comments.xml"));
    assert_true(has(footer, ">g<") && !has(footer, ">h<") && !has(footer, "Reviewer"));
    assert_non_null(zip_find_part(&docx.parts, STR("customXml/item1.xml"))); /* WPS looks for its own data */
}

static void a_broken_field_among_marks_is_told_with_its_place(void **state)
{
    (void)state;
    expect_fault(P(R("x")) P(R("{{") "<w:proofErr w:type=\"spellStart\"/>" R("a") DEL("}}")), "template.broken_field",
                 "p2", "{{a");
    expect_fault(P(R("x")) P(R("{{") INS(R("wrong")) R("}}")), "template.unknown_field", "p2", "wrong");
    expect_fault(P("<w:smartTag w:element=\"x\">" R("{{wro") "</w:smartTag>"
                                                             "<w:bookmarkStart w:id=\"0\" w:name=\"b\"/>" R("ng}}")),
                 "template.unknown_field", "p1", "wrong");
    expect_fault("<w:tbl><w:tr><w:tc>" P(R("a")) "</w:tc><w:tc>" P(
                     R("{{#a}}") "<w:commentRangeStart w:id=\"1\"/>" R("x")) "</w:tc></w:tr></w:tbl>",
                 "template.unclosed", "table 1 r1 c2", "a");
    expect_fault(
        P(R("anchor") "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wps:txbx><w:txbxContent>" P(R(
            "{{wrong}}")) "</w:txbxContent></wps:txbx></w:drawing></"
                          "mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>" P(R("{{wrong}}")) "</"
                                                                                                        "w:txbxContent>"
                                                                                                        "</v:textbox></"
                                                                                                        "w:pict></"
                                                                                                        "mc:Fallback></"
                                                                                                        "mc:"
                                                                                                        "AlternateConte"
                                                                                                        "nt></w:r>"),
        "template.unknown_field", "p1 box p1", "wrong");
}

/* Every name in a shipped template is a field of its subject's data: that is tried by the store test.  Here: that each
 * is a sound template. */
static void every_shipped_template_opens_and_is_made_the_same_twice(void **state)
{
    (void)state;
    for (int kind = 0; kind < PAPER_KINDS; kind++) {
        struct str one, two;
        struct docx docx;
        assert_int_equal(paper_shipped(&ctx, (enum paper_kind)kind, &one), RC_OK);
        assert_int_equal(paper_shipped(&ctx, (enum paper_kind)kind, &two), RC_OK);
        assert_true(str_equal(one, two));
        assert_int_equal(docx_open(&ctx, one, &docx), RC_OK);
    }
}

static void a_filled_file_is_read_as_a_tree(void **state)
{
    (void)state;
    struct doc *doc;
    struct buf out CLEANUP(buf_done), pdf CLEANUP(buf_done);
    struct docx docx;
    struct doc_facts facts = {.title = STR("T"), .snapshot_seq = 9, .snapshot_digest = STR("abc")};
    buf_init(&out, 1 << 24);
    buf_init(&pdf, 1 << 24);
    assert_int_equal(paper_describe(&ctx,
                                    STR("TITLE {{t}}\nHEADING_1 one\nLEAD 1.{{t}}||text\nLANDSCAPE\nTABLE 1 2\nHEAD "
                                        "a|b\nROW ^{{#r}}{{x}}|y{{/r}}\nPORTRAIT\nBODY end\n"),
                                    &facts, &doc),
                     RC_OK);
    assert_int_equal(doc_write_docx(doc, &out), RC_OK);
    assert_int_equal(docx_open(&ctx, buf_str(&out), &docx), RC_OK);
    assert_int_equal(docx_fill(&ctx, &docx, json("{\"t\":\"Name\",\"r\":[{\"x\":1},{\"x\":2}]}")), RC_OK);
    docx_set_facts(&ctx, &docx, &facts);
    assert_int_equal(docx_read(&ctx, &docx, &facts, &doc), RC_OK);
    struct doc_block *block = doc->first;
    assert_int_equal(block->style, DOC_TITLE);
    assert_true(str_equal(doc_block_text(doc, block), STR("Name")));
    block = block->next;
    assert_int_equal(block->style, DOC_HEADING_1);
    block = block->next;
    assert_int_equal(block->style, DOC_HEADING_3);
    assert_true(str_equal(doc_block_text(doc, block), STR("1.Nametext")));
    block = block->next;
    assert_int_equal(block->kind, DOC_TURN);
    assert_true(block->is_landscape);
    block = block->next;
    assert_int_equal(block->kind, DOC_TABLE);
    assert_true(block->table->first->is_head);
    assert_true(str_equal(doc_block_text(doc, block->table->last->first->first), STR("2")));
    assert_int_equal(block->table->last->first->first->style, DOC_CELL_MID);
    block = block->next;
    assert_int_equal(block->kind, DOC_TURN);
    assert_false(block->is_landscape);
    block = block->next->next; /* the line of the snapshot */
    assert_true(has(doc_block_text(doc, block), "abc"));
    assert_int_equal(doc_write_pdf(doc, &pdf), RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_field_that_word_has_cut_into_runs_is_filled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_is_not_looked_at_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_and_paragraphs_are_repeated_with_their_names_and_those_around, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_section_over_several_rows_repeats_them_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(conditions_show_what_is_and_what_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_text_becomes_paragraphs_or_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(content_controls_are_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_fault_is_told_with_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_open_section_is_one_fault_and_its_fields_are_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_text_around_a_fault_is_that_around_the_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_field_is_told_with_its_place_and_the_text_around, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fields_in_text_boxes_heads_and_notes_are_filled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spelling_marks_tags_bookmarks_and_comments_do_not_break_a_field, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_field_in_several_looks_takes_the_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tracked_changes_are_accepted_and_nobody_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_and_their_authors_do_not_go_out_with_a_paper, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_field_among_marks_is_told_with_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_shipped_template_opens_and_is_made_the_same_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_filled_file_is_read_as_a_tree, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
