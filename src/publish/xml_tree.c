/* xml_tree.c: XML trees with expat; see xml_tree.h. */
#include "publish/xml_tree.h"

#include <expat.h>
#include <string.h>

#include "publish/doc_xml.h"

enum { DEPTH_MAX = 120, ITEMS_MAX = 4 * 1000 * 1000 };

struct reading {
    struct ctx *ctx;
    XML_Parser parser;
    struct xml_item *root, *at;
    int depth, items;
    enum rc rc;
    const char *key;
};

static void stop(struct reading *reading, enum rc rc, const char *key)
{
    reading->rc = rc;
    reading->key = key;
    XML_StopParser(reading->parser, XML_FALSE);
}

static struct xml_item *new_item(struct reading *reading)
{
    struct xml_item *item = reading->items++ < ITEMS_MAX ? ARENA_NEW(reading->ctx->arena, struct xml_item) : NULL;
    if (!item)
        stop(reading, RC_TOO_LARGE, NULL);
    return item;
}

static void on_start(void *arg, const char *name, const char **attributes)
{
    struct reading *reading = arg;
    struct arena *arena = reading->ctx->arena;
    struct xml_item *item = new_item(reading);
    if (!item)
        return;
    if (++reading->depth > DEPTH_MAX) {
        stop(reading, RC_DAMAGED, "template.deep");
        return;
    }
    int n = 0;
    while (attributes[2 * n])
        n++;
    item->name = arena_copy_str(arena, str_from_cstr(name));
    item->pairs = n ? ARENA_NEW_ARRAY(arena, struct xml_pair, (size_t)n) : NULL;
    for (int i = 0; item->pairs && i < n; i++)
        item->pairs[item->pair_count++] =
            (struct xml_pair){arena_copy_str(arena, str_from_cstr(attributes[2 * i])),
                              arena_copy_str(arena, str_from_cstr(attributes[2 * i + 1]))};
    if (reading->at)
        xml_item_append(reading->at, item);
    else
        reading->root = item;
    reading->at = item;
}

static void on_end(void *arg, const char *name)
{
    struct reading *reading = arg;
    (void)name;
    reading->depth--;
    reading->at = reading->at ? reading->at->parent : NULL;
}

static void on_text(void *arg, const char *s, int n)
{
    struct reading *reading = arg;
    struct arena *arena = reading->ctx->arena;
    struct xml_item *last = reading->at ? reading->at->last : NULL;
    struct str text = {s, (size_t)n};
    if (!reading->at)
        return;
    if (last && !last->name.n) {
        last->text = arena_concat(arena, last->text, text);
        return;
    }
    struct xml_item *item = new_item(reading);
    if (!item)
        return;
    item->text = arena_copy_str(arena, text);
    xml_item_append(reading->at, item);
}

static void on_doctype(void *arg, const char *name, const char *system, const char *public, int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    stop(arg, RC_DAMAGED, "template.doctype");
}

enum rc xml_tree_read(struct ctx *ctx, struct str bytes, struct str part, struct xml_item **ret_root)
{
    struct reading reading = {.ctx = ctx, .parser = XML_ParserCreate("UTF-8")};
    if (!reading.parser)
        return RC_NOMEM;
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
    bool is_read = bytes.n < (size_t)INT32_MAX && XML_Parse(reading.parser, bytes.p, (int)bytes.n, 1) == XML_STATUS_OK;
    XML_ParserFree(reading.parser);
    if (arena_rc(ctx->arena) != RC_OK)
        return arena_rc(ctx->arena);
    if (reading.rc != RC_OK)
        return ctx_fail(ctx, reading.rc, reading.key, STR_EMPTY, STR_EMPTY, &part, 1);
    if (!is_read || !reading.root)
        return ctx_fail(ctx, RC_DAMAGED, "template.xml", STR_EMPTY, STR_EMPTY, &part, 1);
    *ret_root = reading.root;
    return RC_OK;
}

static void write_item(struct buf *out, const struct xml_item *item)
{
    if (!item->name.n) {
        doc_xml_text(out, item->text);
        return;
    }
    buf_add_char(out, '<');
    buf_add(out, item->name);
    for (int i = 0; i < item->pair_count; i++) {
        buf_add_char(out, ' ');
        buf_add(out, item->pairs[i].name);
        buf_add_cstr(out, "=\"");
        doc_xml_text(out, item->pairs[i].value);
        buf_add_char(out, '"');
    }
    if (!item->first) {
        buf_add_cstr(out, "/>");
        return;
    }
    buf_add_char(out, '>');
    for (const struct xml_item *child = item->first; child; child = child->next)
        write_item(out, child);
    buf_add_cstr(out, "</");
    buf_add(out, item->name);
    buf_add_char(out, '>');
}

void xml_tree_write(struct buf *out, const struct xml_item *root)
{
    buf_add_cstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    write_item(out, root);
}

bool xml_item_is(const struct xml_item *item, const char *name) { return item && str_equal_cstr(item->name, name); }

struct str xml_item_get(const struct xml_item *item, const char *name)
{
    for (int i = 0; item && i < item->pair_count; i++)
        if (str_equal_cstr(item->pairs[i].name, name))
            return item->pairs[i].value;
    return STR_EMPTY;
}

struct xml_item *xml_item_child(const struct xml_item *item, const char *name)
{
    struct xml_item *child = item ? item->first : NULL;
    while (child && !xml_item_is(child, name))
        child = child->next;
    return child;
}

struct xml_item *xml_item_new(struct ctx *ctx, const char *name)
{
    struct xml_item *item = ARENA_NEW(ctx->arena, struct xml_item);
    if (item)
        item->name = str_from_cstr(name);
    return item;
}

struct xml_item *xml_item_text(struct ctx *ctx, struct str text)
{
    struct xml_item *item = ARENA_NEW(ctx->arena, struct xml_item);
    if (item)
        item->text = text;
    return item;
}

struct xml_item *xml_item_copy(struct ctx *ctx, const struct xml_item *item)
{
    struct xml_item *copy = ARENA_NEW(ctx->arena, struct xml_item);
    if (!copy)
        return NULL;
    *copy = *item;
    copy->parent = copy->first = copy->last = copy->next = NULL;
    if (item->pair_count) {
        copy->pairs = ARENA_NEW_ARRAY(ctx->arena, struct xml_pair, (size_t)item->pair_count);
        copy->pair_count = copy->pairs ? item->pair_count : 0;
        if (copy->pairs)
            memcpy(copy->pairs, item->pairs, (size_t)item->pair_count * sizeof *item->pairs);
    }
    for (const struct xml_item *child = item->first; child; child = child->next)
        xml_item_append(copy, xml_item_copy(ctx, child));
    return copy;
}

void xml_item_append(struct xml_item *parent, struct xml_item *child)
{
    if (!parent || !child)
        return;
    child->parent = parent;
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

void xml_item_set(struct ctx *ctx, struct xml_item *item, const char *name, struct str value)
{
    for (int i = 0; item && i < item->pair_count; i++)
        if (str_equal_cstr(item->pairs[i].name, name)) {
            item->pairs[i].value = value;
            return;
        }
    struct xml_pair *pairs = item ? ARENA_NEW_ARRAY(ctx->arena, struct xml_pair, (size_t)item->pair_count + 1) : NULL;
    if (!pairs)
        return;
    if (item->pair_count)
        memcpy(pairs, item->pairs, (size_t)item->pair_count * sizeof *pairs);
    pairs[item->pair_count++] = (struct xml_pair){str_from_cstr(name), value};
    item->pairs = pairs;
}

struct xml_item *xml_item_after(const struct xml_item *item, const struct xml_item *top)
{
    if (item->first)
        return item->first;
    while (item != top && !item->next)
        item = item->parent;
    return item == top ? NULL : item->next;
}
