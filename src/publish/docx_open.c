/* docx_open.c: opening Word files under guard, and writing them again; see docx.h. */
#include "publish/docx.h"

#include <string.h>

enum { PART_MAX = 128 * 1024 * 1024, COMMANDS_MAX = 16, COMMAND_BYTES = 200 };

static bool has(struct str s, const char *needle) { return str_find(s, str_from_cstr(needle), 0) != SIZE_MAX; }

/* {0} what was found, {1} in which part of the file. */
static enum rc refuse(struct ctx *ctx, const char *key, struct str what, struct str part)
{
    struct str args[2] = {what, part};
    return ctx_fail(ctx, RC_DAMAGED, key, STR_EMPTY, part, args, 2);
}

static bool is_xml(struct str name) { return str_has_suffix(name, STR(".xml")) || str_has_suffix(name, STR(".rels")); }

/* What a part's name says about it. */
static enum rc check_name(struct ctx *ctx, struct str name)
{
    static const struct {
        const char *piece, *key;
    } bad[] = {{"vbaproject", "template.macro"}, {"vbadata", "template.macro"},
               {"activex", "template.object"},   {"embeddings/", "template.object"},
               {"oleobject", "template.object"}, {"externallink", "template.external"},
               {"afchunk", "template.included"}};
    char *lower = arena_copy_cstr(ctx->arena, name);
    for (char *c = lower; c && *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    for (size_t i = 0; lower && i < sizeof bad / sizeof bad[0]; i++)
        if (has(str_from_cstr(lower), bad[i].piece))
            return refuse(ctx, bad[i].key, name, name);
    return lower ? RC_OK : arena_rc(ctx->arena);
}

/* Where relations lead: nothing outside of the file, no chunk of another format. */
static enum rc check_relations(struct ctx *ctx, const struct xml_item *root, struct str part)
{
    for (const struct xml_item *item = root; item; item = xml_item_after(item, root)) {
        struct str target = xml_item_get(item, "Target"), type = xml_item_get(item, "Type");
        if (str_equal_nocase(xml_item_get(item, "TargetMode"), STR("External")) || has(target, "://") ||
            has(target, "\\"))
            return refuse(ctx, "template.external", target, part);
        if (str_has_suffix(type, STR("/aFChunk")) || str_has_suffix(type, STR("/subDocument")))
            return refuse(ctx, "template.included", target, part);
        if (str_has_suffix(type, STR("/oleObject")) || str_has_suffix(type, STR("/control")) ||
            str_has_suffix(type, STR("/package")))
            return refuse(ctx, "template.object", target, part);
        if (str_has_suffix(type, STR("/vbaProject")))
            return refuse(ctx, "template.macro", target, part);
    }
    return RC_OK;
}

static enum rc check_types(struct ctx *ctx, const struct xml_item *root, struct str part)
{
    bool is_word = false;
    for (const struct xml_item *item = root; item; item = xml_item_after(item, root)) {
        for (int i = -1; i < item->pair_count; i++) {
            struct str value = i < 0 ? item->text : item->pairs[i].value;
            if (has(value, "macroEnabled") || has(value, "vbaProject"))
                return refuse(ctx, "template.macro", value, part);
            is_word |= has(value, "wordprocessingml");
        }
    }
    return is_word ? RC_OK : refuse(ctx, "template.not_word", part, part);
}

/* ---- content -------------------------------------------------------------------------------------------------- */

/* Commands of fields: page numbers only. */
static enum rc check_command(struct ctx *ctx, struct str command, struct str part)
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
    return n ? refuse(ctx, "template.field_command", word, part) : RC_OK;
}

/* Editors cut the command of a field into runs as they cut text: it is put together before it is looked at. */
struct commands {
    char text[COMMANDS_MAX][COMMAND_BYTES + 1];
    size_t n[COMMANDS_MAX];
    int depth;
};

static enum rc take_command(struct ctx *ctx, struct commands *commands, const struct xml_item *item, struct str part)
{
    struct str type = xml_item_get(item, "w:fldCharType"), text = item->first ? item->first->text : STR_EMPTY;
    if (xml_item_is(item, "w:fldSimple"))
        return check_command(ctx, xml_item_get(item, "w:instr"), part);
    if (xml_item_is(item, "w:instrText")) {
        int at = commands->depth - 1;
        if (at < 0)
            return check_command(ctx, text, part);
        size_t n = text.n < COMMAND_BYTES - commands->n[at] ? text.n : COMMAND_BYTES - commands->n[at];
        if (n)
            memcpy(commands->text[at] + commands->n[at], text.p, n);
        commands->n[at] += n;
        return RC_OK;
    }
    if (!xml_item_is(item, "w:fldChar"))
        return RC_OK;
    if (str_equal(type, STR("begin"))) {
        if (commands->depth == COMMANDS_MAX)
            return refuse(ctx, "template.field_command", STR("..."), part);
        commands->n[commands->depth++] = 0;
        return RC_OK;
    }
    if (!commands->depth)
        return RC_OK;
    int at = commands->depth - 1;
    enum rc rc = check_command(ctx, (struct str){commands->text[at], commands->n[at]}, part);
    commands->depth -= str_equal(type, STR("end"));
    return rc;
}

/* Old drawings name a picture by its address, without a relation. */
static enum rc check_addresses(struct ctx *ctx, const struct xml_item *item, struct str part)
{
    static const char *const names[] = {"src", "href", "o:href", "xlink:href"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct str value = xml_item_get(item, names[i]);
        if (has(value, "://") || str_has_prefix(value, STR("\\\\")) || str_has_prefix(value, STR("file:")))
            return refuse(ctx, "template.external", value, part);
    }
    return RC_OK;
}

static enum rc check_content(struct ctx *ctx, const struct xml_item *root, struct str part)
{
    static const char *const objects[] = {"w:object", "o:OLEObject", "w:control", "w:altChunk", "w:subDoc"};
    struct commands *commands = ARENA_NEW(ctx->arena, struct commands);
    if (!commands)
        return arena_rc(ctx->arena);
    for (const struct xml_item *item = root; item; item = xml_item_after(item, root)) {
        for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
            if (xml_item_is(item, objects[i]))
                return refuse(ctx, i < 3 ? "template.object" : "template.included", item->name, part);
        TRY(take_command(ctx, commands, item, part));
        TRY(check_addresses(ctx, item, part));
    }
    for (int i = 0; i < commands->depth; i++) /* fields that never end */
        TRY(check_command(ctx, (struct str){commands->text[i], commands->n[i]}, part));
    return RC_OK;
}

/* ---- opening -------------------------------------------------------------------------------------------------- */

enum rc docx_unpack(struct ctx *ctx, struct str bytes, struct docx *ret_docx, struct xml_item ***ret_roots)
{
    *ret_docx = (struct docx){.document = NULL};
    if (bytes.n < 4 || memcmp(bytes.p, "PK", 2) != 0)
        return refuse(ctx, "template.not_word", STR_EMPTY, STR_EMPTY);
    TRY(zip_read_parts(ctx, bytes, &ret_docx->parts));
    struct xml_item **roots = ARENA_NEW_ARRAY(ctx->arena, struct xml_item *, ret_docx->parts.n + 1);
    if (!roots)
        return arena_rc(ctx->arena);
    for (size_t i = 0; i < ret_docx->parts.n; i++) {
        const struct zip_part *part = &ret_docx->parts.parts[i];
        TRY(check_name(ctx, part->name));
        if (is_xml(part->name)) /* also those that are not used: no document type anywhere */
            TRY(xml_tree_read(ctx, part->bytes, part->name, &roots[i]));
    }
    *ret_roots = roots;
    return RC_OK;
}

static enum rc check_part(struct ctx *ctx, struct docx *docx, struct str name, struct xml_item *root)
{
    TRY(check_name(ctx, name));
    if (is_xml(name) != (root != NULL))
        return refuse(ctx, "template.not_word", name, name);
    if (str_has_suffix(name, STR(".rels")))
        return check_relations(ctx, root, name);
    if (str_equal_nocase(name, STR("[Content_Types].xml")))
        return check_types(ctx, root, name);
    if (root && str_has_prefix(name, STR("word/")))
        TRY(check_content(ctx, root, name));
    if (str_equal_nocase(name, STR("word/document.xml")))
        docx->document = root;
    return RC_OK;
}

enum rc docx_check(struct ctx *ctx, struct docx *docx, struct xml_item **roots)
{
    docx->document = NULL;
    if (!zip_find_part(&docx->parts, STR("[Content_Types].xml")))
        return refuse(ctx, "template.not_word", STR_EMPTY, STR_EMPTY);
    for (size_t i = 0; i < docx->parts.n; i++)
        TRY(check_part(ctx, docx, docx->parts.parts[i].name, roots[i]));
    return docx->document && xml_item_child(docx->document, "w:body")
               ? RC_OK
               : refuse(ctx, "template.not_word", STR_EMPTY, STR_EMPTY);
}

enum rc docx_open(struct ctx *ctx, struct str bytes, struct docx *ret_docx)
{
    struct xml_item **roots;
    TRY(docx_unpack(ctx, bytes, ret_docx, &roots));
    return docx_check(ctx, ret_docx, roots);
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
