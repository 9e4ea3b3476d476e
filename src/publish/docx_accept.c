/* docx_accept.c: what editors leave in a template beside its words; see docx_field.h.
 *
 * An office writes its template with changes tracked and with comments, in Word or WPS.  A paper holds the text as it
 * stands when all changes are accepted; who changed what, and what reviewers wrote, must not go out with it.  Marks of
 * the spelling check and wrappers without a look of their own cut fields to pieces and are taken away too.
 */
#include "publish/docx_field.h"

/* Left out with all that is in them. */
static bool is_dropped(const struct xml_item *item)
{
    static const char *const names[] = {"w:del",           "w:moveFrom",   "w:proofErr",       "w:commentReference",
                                        "w:annotationRef", "w:smartTagPr", "w:customXmlPr",    "w:cellIns",
                                        "w:cellDel",       "w:cellMerge",  "w:numberingChange"};
    static const char *const starts[] = {"w:commentRange", "w:moveFromRange", "w:moveToRange",
                                         "w:customXmlIns", "w:customXmlDel",  "w:customXmlMove"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (xml_item_is(item, names[i]))
            return true;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (str_has_prefix(item->name, str_from_cstr(starts[i])))
            return true;
    return str_has_prefix(item->name, STR("w:")) &&
           str_has_suffix(item->name, STR("Change")); /* w:rPrChange, w:pPrChange, ... */
}

/* Their content stands in their place. */
static bool is_unwrapped(const struct xml_item *item)
{
    return xml_item_is(item, "w:ins") || xml_item_is(item, "w:moveTo") || xml_item_is(item, "w:smartTag") ||
           xml_item_is(item, "w:customXml");
}

/* Text outside of text boxes. */
static bool has_text(const struct xml_item *item)
{
    for (const struct xml_item *child = item ? item->first : NULL; child; child = child->next)
        if (xml_item_is(child, "w:t") || (!xml_item_is(child, "w:txbxContent") && has_text(child)))
            return true;
    return false;
}

/* Which of its two forms stands for the whole: words that are written twice would be read twice; boxes are filled
 * twice.  NULL: both. */
static struct xml_item *only_form(const struct xml_item *item)
{
    struct xml_item *fallback = xml_item_is(item, "mc:AlternateContent") ? xml_item_child(item, "mc:Fallback") : NULL;
    return has_text(fallback) ? fallback : NULL;
}

static bool is_row_deleted(const struct xml_item *item)
{
    return xml_item_is(item, "w:tr") && xml_item_child(xml_item_child(item, "w:trPr"), "w:del");
}

static bool is_mark_deleted(const struct xml_item *item)
{
    struct xml_item *properties = xml_item_is(item, "w:p") ? xml_item_child(item, "w:pPr") : NULL;
    return xml_item_child(xml_item_child(properties, "w:rPr"), "w:del") && !xml_item_child(properties, "w:sectPr");
}

static void accept_in(struct xml_item *item, int depth);

/* Appends what remains of a list of children. */
static void accept_list(struct xml_item *to, struct xml_item *first, int depth)
{
    for (struct xml_item *child = first, *next; child; child = next) {
        next = child->next;
        struct xml_item *form = only_form(child);
        if (is_dropped(child) || is_row_deleted(child))
            continue;
        if (form || is_unwrapped(child)) {
            accept_list(to, form ? form->first : child->first, depth + 1);
            continue;
        }
        bool is_joined = is_mark_deleted(child);
        if (child->first)
            accept_in(child, depth + 1);
        child->is_joined = is_joined;
        xml_item_append(to, child);
    }
}

/* The end of a paragraph was deleted: its words go to the front of the next one. */
static void join_paragraphs(struct xml_item *item)
{
    struct xml_item *children = item->first, *waiting = NULL;
    item->first = item->last = NULL;
    for (struct xml_item *child = children, *next; child; child = next) {
        next = child->next;
        if (waiting && xml_item_is(child, "w:p")) {
            struct xml_item *own = child->first;
            child->first = child->last = NULL;
            if (xml_item_is(own, "w:pPr")) {
                struct xml_item *rest = own->next;
                xml_item_append(child, own);
                own = rest;
            }
            for (struct xml_item *piece = waiting->first, *after; piece; piece = after) {
                after = piece->next;
                if (!xml_item_is(piece, "w:pPr"))
                    xml_item_append(child, piece);
            }
            for (struct xml_item *after; own; own = after) {
                after = own->next;
                xml_item_append(child, own);
            }
            waiting = NULL;
        } else if (waiting) {
            xml_item_append(item, waiting);
            waiting = NULL;
        }
        if (child->is_joined)
            waiting = child;
        else
            xml_item_append(item, child);
    }
    xml_item_append(item, waiting);
}

static void accept_in(struct xml_item *item, int depth)
{
    struct xml_item *children = item->first;
    item->first = item->last = NULL;
    if (depth < FILL_DEPTH_MAX)
        accept_list(item, children, depth);
    for (const struct xml_item *child = item->first; child; child = child->next)
        if (child->is_joined) {
            join_paragraphs(item);
            return;
        }
}

void docx_accept(struct xml_item *root) { accept_in(root, 0); }

bool docx_has_marks(struct str bytes)
{
    static const char *const marks[] = {"<w:ins ", "<w:del ", "<w:move", "Change ", "<w:comment"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (str_find(bytes, str_from_cstr(marks[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

/* ---- parts ---------------------------------------------------------------------------------------------------- */

/* What reviewers wrote, and who they are. */
static bool is_of_reviewers(struct str name)
{
    struct str file = str_has_prefix(name, STR("/")) ? str_slice(name, 1, name.n) : name;
    file = str_has_prefix(file, STR("word/")) ? str_slice(file, 5, file.n) : file;
    return str_has_suffix(file, STR(".xml")) &&
           (str_has_prefix(file, STR("comments")) || str_equal(file, STR("people.xml")));
}

/* A list of parts without those of reviewers. */
static enum rc rewrite_list(struct ctx *ctx, struct zip_part *part, const char *attribute)
{
    struct xml_item *root;
    TRY(xml_tree_read(ctx, part->bytes, part->name, &root));
    struct xml_item *children = root->first;
    root->first = root->last = NULL;
    for (struct xml_item *child = children, *next; child; child = next) {
        next = child->next;
        if (!is_of_reviewers(xml_item_get(child, attribute)))
            xml_item_append(root, child);
    }
    struct buf out CLEANUP(buf_done);
    buf_init(&out, FILL_PART_MAX);
    xml_tree_write(&out, root);
    TRY(buf_rc(&out));
    part->bytes = arena_copy_str(ctx->arena, buf_str(&out));
    return arena_rc(ctx->arena);
}

enum rc docx_drop_reviewers(struct ctx *ctx, struct docx *docx)
{
    size_t kept = 0, found = docx->parts.n;
    for (size_t i = 0; i < docx->parts.n; i++)
        if (!is_of_reviewers(docx->parts.parts[i].name))
            docx->parts.parts[kept++] = docx->parts.parts[i];
    docx->parts.n = kept;
    for (size_t i = 0; kept < found && i < kept; i++) {
        struct zip_part *part = &docx->parts.parts[i];
        if (str_equal(part->name, STR("[Content_Types].xml")))
            TRY(rewrite_list(ctx, part, "PartName"));
        else if (str_equal(part->name, STR("word/_rels/document.xml.rels")))
            TRY(rewrite_list(ctx, part, "Target"));
    }
    return RC_OK;
}
