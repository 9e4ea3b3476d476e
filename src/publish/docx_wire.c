/* docx_wire.c: see docx_wire.h.
 *
 * "BHT1", number of parts, parts, "END.".  A part: name, 0 and its bytes, or 1 and its tree.  An item: its name;
 * without one its text; else the number of pairs, the pairs, the number of children, the children.  Numbers are 32 bits
 * little-endian, a text is its length and its bytes.
 */
#include "publish/docx_wire.h"

#include <string.h>

#include "text/utf8.h"

enum {
    PARTS_MAX = 4000,
    NAME_MAX_BYTES = 512,
    DEPTH_MAX = 120,
    ITEMS_MAX = 4 * 1000 * 1000,
    PAIRS_MAX = 4096,
    PART_MAX = 128 * 1024 * 1024
};

static void put_int(struct buf *out, size_t n)
{
    for (int i = 0; i < 4; i++)
        buf_add_char(out, (char)(unsigned char)(n >> (8 * i)));
}

static void put_str(struct buf *out, struct str s)
{
    put_int(out, s.n);
    buf_add(out, s);
}

static void put_item(struct buf *out, const struct xml_item *item)
{
    size_t children = 0;
    put_str(out, item->name);
    if (!item->name.n) {
        put_str(out, item->text);
        return;
    }
    put_int(out, (size_t)item->pair_count);
    for (int i = 0; i < item->pair_count; i++) {
        put_str(out, item->pairs[i].name);
        put_str(out, item->pairs[i].value);
    }
    for (const struct xml_item *child = item->first; child; child = child->next)
        children++;
    put_int(out, children);
    for (const struct xml_item *child = item->first; child; child = child->next)
        put_item(out, child);
}

void docx_wire_encode(struct buf *out, const struct docx *docx, struct xml_item *const *roots)
{
    buf_add_cstr(out, DOCX_WIRE_MAGIC);
    put_int(out, docx->parts.n);
    for (size_t i = 0; i < docx->parts.n; i++) {
        put_str(out, docx->parts.parts[i].name);
        put_int(out, roots[i] != NULL);
        if (roots[i])
            put_item(out, roots[i]);
        else
            put_str(out, docx->parts.parts[i].bytes);
    }
    buf_add_cstr(out, "END.");
}

/* ---- the parent ----------------------------------------------------------------------------------------------- */

struct wire {
    struct ctx *ctx;
    struct str rest;
    int items, depth;
    bool is_bad; /* sticks */
};

static size_t take_int(struct wire *wire, size_t most)
{
    size_t n = 0;
    if (wire->is_bad || wire->rest.n < 4) {
        wire->is_bad = true;
        return 0;
    }
    for (int i = 0; i < 4; i++)
        n |= (size_t)(unsigned char)wire->rest.p[i] << (8 * i);
    wire->rest = str_slice(wire->rest, 4, wire->rest.n);
    wire->is_bad |= n > most;
    return wire->is_bad ? 0 : n;
}

static struct str take_bytes(struct wire *wire, size_t most)
{
    size_t n = take_int(wire, most);
    if (wire->is_bad || n > wire->rest.n) {
        wire->is_bad = true;
        return STR_EMPTY;
    }
    struct str s = str_slice(wire->rest, 0, n);
    wire->rest = str_slice(wire->rest, n, wire->rest.n);
    return arena_copy_str(wire->ctx->arena, s);
}

static struct str take_text(struct wire *wire)
{
    struct str s = take_bytes(wire, PART_MAX);
    size_t at = 0;
    uint32_t code;
    while (at < s.n && utf8_decode(s, &at, &code))
        if (code < ' ' && code != '\t' && code != '\n' && code != '\r')
            break;
    wire->is_bad |= at < s.n;
    return s;
}

/* Names are written without escapes. */
static struct str take_name(struct wire *wire)
{
    struct str s = take_bytes(wire, NAME_MAX_BYTES);
    for (size_t i = 0; i < s.n; i++)
        wire->is_bad |= (unsigned char)s.p[i] <= ' ' || strchr("<>&\"'/=!?;[]", s.p[i]) != NULL;
    return s;
}

static struct xml_item *take_item(struct wire *wire)
{
    struct xml_item *item =
        wire->items++ < ITEMS_MAX && wire->depth < DEPTH_MAX ? ARENA_NEW(wire->ctx->arena, struct xml_item) : NULL;
    if (!item) {
        wire->is_bad = true;
        return NULL;
    }
    item->name = take_name(wire);
    if (!item->name.n) {
        item->text = take_text(wire);
        return item;
    }
    size_t pairs = take_int(wire, PAIRS_MAX);
    item->pairs = ARENA_NEW_ARRAY(wire->ctx->arena, struct xml_pair, pairs + 1);
    for (size_t i = 0; item->pairs && i < pairs && !wire->is_bad; i++) {
        struct str name = take_name(wire);
        item->pairs[item->pair_count++] = (struct xml_pair){name, take_text(wire)};
        wire->is_bad |= !name.n;
    }
    size_t children = take_int(wire, ITEMS_MAX);
    wire->depth++;
    for (size_t i = 0; i < children && !wire->is_bad; i++)
        xml_item_append(item, take_item(wire));
    wire->depth--;
    return item;
}

/* The part as our own writer writes it: nothing of the bytes from outside is left in it. */
static struct str written(struct wire *wire, const struct xml_item *root)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, PART_MAX);
    xml_tree_write(&out, root);
    wire->is_bad |= buf_rc(&out) != RC_OK;
    return arena_copy_str(wire->ctx->arena, buf_str(&out));
}

static void take_part(struct wire *wire, struct zip_part *part, struct xml_item **root)
{
    part->name = take_text(wire);
    wire->is_bad |= !part->name.n || part->name.n > NAME_MAX_BYTES || part->name.p[0] == '/' ||
                    str_find(part->name, STR(".."), 0) != SIZE_MAX;
    if (take_int(wire, 1)) {
        *root = take_item(wire);
        wire->is_bad |= !*root || !(*root)->name.n;
        if (!wire->is_bad)
            part->bytes = written(wire, *root);
    } else {
        part->bytes = take_bytes(wire, PART_MAX);
    }
}

enum rc docx_wire_decode(struct ctx *ctx, struct str bytes, struct docx *ret_docx)
{
    struct wire wire = {.ctx = ctx, .rest = bytes, .is_bad = !str_has_prefix(bytes, STR(DOCX_WIRE_MAGIC))};
    struct docx docx = {.document = NULL};
    wire.rest = str_slice(bytes, sizeof DOCX_WIRE_MAGIC - 1, bytes.n);
    size_t count = take_int(&wire, PARTS_MAX);
    docx.parts.parts = ARENA_NEW_ARRAY(ctx->arena, struct zip_part, count + 1);
    struct xml_item **roots = ARENA_NEW_ARRAY(ctx->arena, struct xml_item *, count + 1);
    for (size_t i = 0; docx.parts.parts && roots && i < count && !wire.is_bad; i++)
        take_part(&wire, &docx.parts.parts[docx.parts.n++], &roots[i]);
    TRY(arena_rc(ctx->arena));
    if (wire.is_bad || !str_equal(wire.rest, STR("END.")))
        return ctx_fail_key(ctx, RC_DAMAGED, "reader.crashed");
    TRY(docx_check(ctx, &docx, roots));
    *ret_docx = docx;
    return RC_OK;
}
