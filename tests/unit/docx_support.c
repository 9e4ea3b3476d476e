/* docx_support.c: see docx_support.h. */
#include "docx_support.h"

#include "text/json.h"

#define TYPES                                                                                                          \
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override "                         \
    "PartName=\"/word/document.xml\" "                                                                                 \
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>"

struct str package(const char *body, const char *name, const char *bytes)
{
    struct zip_write *zip;
    struct buf out;
    buf_init(&out, 64 * 1024 * 1024);
    assert_int_equal(zip_write_open(&ctx, NULL, &zip), RC_OK);
    if (!name || strcmp(name, "[Content_Types].xml") != 0)
        zip_write_add(zip, STR("[Content_Types].xml"), STR(TYPES));
    zip_write_add(zip, STR("word/document.xml"),
                  arena_format(ctx.arena, "<w:document " NS "><w:body>%s</w:body></w:document>", body));
    if (name)
        zip_write_add(zip, str_from_cstr(name), str_from_cstr(bytes));
    assert_int_equal(zip_write_close(&ctx, zip, &out), RC_OK);
    struct str copy = arena_copy_str(ctx.arena, buf_str(&out));
    buf_done(&out);
    return copy;
}

struct value *json(const char *text)
{
    struct value *v;
    assert_int_equal(json_parse(&ctx, str_from_cstr(text), &v), RC_OK);
    return v;
}

enum rc filled(const char *body, const char *data, struct str *ret_xml)
{
    struct docx docx;
    struct buf out;
    assert_int_equal(docx_open(&ctx, package(body, NULL, NULL), &docx), RC_OK);
    enum rc rc = docx_fill(&ctx, &docx, json(data));
    buf_init(&out, 64 * 1024 * 1024);
    xml_tree_write(&out, xml_item_child(docx.document, "w:body"));
    *ret_xml = arena_copy_str(ctx.arena, buf_str(&out));
    buf_done(&out);
    return rc;
}

bool has(struct str s, const char *needle) { return str_find(s, str_from_cstr(needle), 0) != SIZE_MAX; }

int count(struct str s, const char *needle)
{
    int n = 0;
    for (size_t at = 0; (at = str_find(s, str_from_cstr(needle), at)) != SIZE_MAX; at++)
        n++;
    return n;
}
