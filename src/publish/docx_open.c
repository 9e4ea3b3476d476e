/* docx_open.c: opening Word files under guard, and writing them again; see docx.h. */
#include "publish/docx.h"

#include <string.h>

enum { PART_MAX = 128 * 1024 * 1024 };

static bool has(struct str s, const char *needle) { return str_find(s, str_from_cstr(needle), 0) != SIZE_MAX; }

static enum rc refuse(struct ctx *ctx, const char *key, struct str what)
{
    return ctx_fail(ctx, RC_DAMAGED, key, STR_EMPTY, STR_EMPTY, &what, 1);
}

static bool is_xml(struct str name) { return str_has_suffix(name, STR(".xml")) || str_has_suffix(name, STR(".rels")); }

/* What a part's name says about it. */
static enum rc check_name(struct ctx *ctx, struct str name)
{
    static const struct {
        const char *piece, *key;
    } bad[] = {{"vbaproject", "template.macro"}, {"vbadata", "template.macro"},   {"activex", "template.object"},
               {"embeddings/", "template.object"}, {"oleobject", "template.object"}, {"externallink", "template.external"},
               {"afchunk", "template.included"}};
    char *lower = arena_copy_cstr(ctx->arena, name);
    for (char *c = lower; c && *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    for (size_t i = 0; lower && i < sizeof bad / sizeof bad[0]; i++)
        if (has(str_from_cstr(lower), bad[i].piece))
            return refuse(ctx, bad[i].key, name);
    return lower ? RC_OK : arena_rc(ctx->arena);
}

/* Where relations lead: nothing outside of the file, no chunk of another format. */
static enum rc check_relations(struct ctx *ctx, const struct zip_part *part)
{
    struct xml_item *root;
    TRY(xml_tree_read(ctx, part->bytes, part->name, &root));
    for (const struct xml_item *item = root; item; item = xml_item_after(item, root)) {
        struct str target = xml_item_get(item, "Target"), type = xml_item_get(item, "Type");
        if (str_equal_nocase(xml_item_get(item, "TargetMode"), STR("External")) || has(target, "://") || has(target, "\\"))
            return refuse(ctx, "template.external", target);
        if (str_has_suffix(type, STR("/aFChunk")) || str_has_suffix(type, STR("/subDocument")))
            return refuse(ctx, "template.included", target);
        if (str_has_suffix(type, STR("/oleObject")) || str_has_suffix(type, STR("/control")) || str_has_suffix(type, STR("/package")))
            return refuse(ctx, "template.object", target);
        if (str_has_suffix(type, STR("/vbaProject")))
            return refuse(ctx, "template.macro", target);
    }
    return RC_OK;
}

/* Commands of fields: page numbers only. */
static enum rc check_command(struct ctx *ctx, struct str command)
{
    static const char *const allowed[] = {"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION"};
    struct str word = str_trim(command);
    size_t n = 0;
    while (n < word.n && word.p[n] != ' ' && word.p[n] != '\\' && word.p[n] != '\n')
        n++;
    word = str_slice(word, 0, n);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (str_equal_nocase(word, str_from_cstr(allowed[i])))
            return RC_OK;
    return n ? refuse(ctx, "template.field_command", word) : RC_OK;
}

static enum rc check_content(struct ctx *ctx, const struct xml_item *root)
{
    static const char *const objects[] = {"w:object", "o:OLEObject", "w:control", "w:altChunk", "w:subDoc"};
    for (const struct xml_item *item = root; item; item = xml_item_after(item, root)) {
        for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
            if (xml_item_is(item, objects[i]))
                return refuse(ctx, i < 3 ? "template.object" : "template.included", item->name);
        if (xml_item_is(item, "w:fldSimple"))
            TRY(check_command(ctx, xml_item_get(item, "w:instr")));
        if (xml_item_is(item, "w:instrText") && item->first)
            TRY(check_command(ctx, item->first->text));
    }
    return RC_OK;
}

static enum rc check_part(struct ctx *ctx, struct docx *docx, const struct zip_part *part)
{
    TRY(check_name(ctx, part->name));
    if (str_has_suffix(part->name, STR(".rels")))
        return check_relations(ctx, part);
    if (!is_xml(part->name))
        return RC_OK;
    struct xml_item *root;
    TRY(xml_tree_read(ctx, part->bytes, part->name, &root)); /* also those that are not used: no document type anywhere */
    if (str_equal_nocase(part->name, STR("[Content_Types].xml"))) {
        if (has(part->bytes, "macroEnabled") || has(part->bytes, "vbaProject"))
            return refuse(ctx, "template.macro", part->name);
        return has(part->bytes, "wordprocessingml") ? RC_OK : refuse(ctx, "template.not_word", part->name);
    }
    if (str_has_prefix(part->name, STR("word/")))
        TRY(check_content(ctx, root));
    if (str_equal_nocase(part->name, STR("word/document.xml")))
        docx->document = root;
    return RC_OK;
}

enum rc docx_open(struct ctx *ctx, struct str bytes, struct docx *ret_docx)
{
    *ret_docx = (struct docx){.document = NULL};
    if (bytes.n < 4 || memcmp(bytes.p, "PK", 2) != 0)
        return refuse(ctx, "template.not_word", STR_EMPTY);
    TRY(zip_read_parts(ctx, bytes, &ret_docx->parts));
    if (!zip_find_part(&ret_docx->parts, STR("[Content_Types].xml")))
        return refuse(ctx, "template.not_word", STR_EMPTY);
    for (size_t i = 0; i < ret_docx->parts.n; i++)
        TRY(check_part(ctx, ret_docx, &ret_docx->parts.parts[i]));
    return ret_docx->document && xml_item_child(ret_docx->document, "w:body") ? RC_OK : refuse(ctx, "template.not_word", STR_EMPTY);
}

enum rc docx_write(struct ctx *ctx, const struct docx *docx, struct buf *out)
{
    struct zip_write *zip;
    struct buf body CLEANUP(buf_done);
    buf_init(&body, PART_MAX);
    xml_tree_write(&body, docx->document);
    TRY(buf_rc(&body));
    TRY(arena_rc(ctx->arena));
    TRY(zip_write_open(ctx, NULL, &zip));
    for (size_t i = 0; i < docx->parts.n; i++) {
        const struct zip_part *part = &docx->parts.parts[i];
        bool is_document = str_equal_nocase(part->name, STR("word/document.xml"));
        zip_write_add(zip, part->name, is_document ? buf_str(&body) : part->bytes);
    }
    return zip_write_close(ctx, zip, out);
}
