/* reader_wire.c: see reader_wire.h.
 *
 * "BHD1", a kind byte ('D' document, 'E' failure), fields, "END."  Numbers are 32 bits little-endian; a text is its
 * length and its bytes.
 */
#include "intake/reader_wire.h"

#include <string.h>

#include "intake/reader_work.h"

enum { KEY_MAX_BYTES = 64, ARGUMENT_MAX_BYTES = 1024 };

static void put_int(struct buf *out, int64_t value)
{
    uint32_t v = (uint32_t)(int32_t)value;
    for (int i = 0; i < 4; i++)
        buf_add_char(out, (char)(unsigned char)(v >> (8 * i)));
}

static void put_str(struct buf *out, struct str s)
{
    put_int(out, (int64_t)s.n);
    buf_add(out, s);
}

static void put_paragraph(struct buf *out, const struct paragraph *p)
{
    put_str(out, p->text);
    put_str(out, p->place);
    put_str(out, p->list_mark);
    put_int(out, p->kind);
    put_int(out, p->page);
    put_int(out, p->outline_level);
    put_int(out, p->bold);
    put_int(out, p->align);
    put_int(out, p->table);
    put_int(out, p->row);
    put_int(out, p->column);
    put_int(out, p->row_span);
    put_int(out, p->column_span);
    put_int(out, (p->is_header_cell ? 1 : 0) | (p->is_furniture ? 2 : 0));
}

void reader_wire_encode(struct buf *out, enum rc rc, const struct ctx *ctx, const struct document *document)
{
    buf_add_cstr(out, "BHD1");
    if (rc != RC_OK) {
        const struct ctx_issue *issue = ctx->first;
        buf_add_char(out, 'E');
        put_int(out, rc);
        put_str(out, issue ? issue->key : STR_EMPTY);
        int count = issue ? issue->arg_count : 0;
        put_int(out, count);
        for (int i = 0; i < count; i++)
            put_str(out, str_slice(issue->args[i], 0, ARGUMENT_MAX_BYTES));
    } else {
        buf_add_char(out, 'D');
        put_int(out, document->format);
        put_str(out, document->title);
        put_str(out, document->encoding);
        put_int(out, (int64_t)document->note_count);
        for (size_t i = 0; i < document->note_count; i++)
            put_str(out, document->notes[i]);
        put_int(out, (int64_t)document->count);
        for (size_t i = 0; i < document->count; i++)
            put_paragraph(out, &document->paragraphs[i]);
    }
    buf_add_cstr(out, "END.");
}

struct wire {
    struct ctx *ctx;
    struct str bytes;
    size_t at;
    bool is_bad; /* sticks */
};

static int64_t take_int(struct wire *wire, int64_t least, int64_t most)
{
    if (wire->is_bad || wire->bytes.n - wire->at < 4) {
        wire->is_bad = true;
        return least;
    }
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        v |= (uint32_t)(unsigned char)wire->bytes.p[wire->at++] << (8 * i);
    int64_t value = (int32_t)v;
    wire->is_bad = value < least || value > most;
    return wire->is_bad ? least : value;
}

/* Threat: text made to break what comes after: not UTF-8, with NUL or control characters. */
static struct str take_str(struct wire *wire, size_t most)
{
    int64_t n = take_int(wire, 0, (int64_t)most);
    if (wire->is_bad || (size_t)n > wire->bytes.n - wire->at) {
        wire->is_bad = true;
        return STR_EMPTY;
    }
    struct str s = {wire->bytes.p + wire->at, (size_t)n};
    wire->at += s.n;
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t' && s.p[i] != '\n') || s.p[i] == 0x7F)
            wire->is_bad = true;
    wire->is_bad = wire->is_bad || !reader_is_utf8(s);
    return wire->is_bad ? STR_EMPTY : arena_copy_str(wire->ctx->arena, s);
}

static bool take_magic(struct wire *wire, const char *magic)
{
    size_t n = strlen(magic);
    if (wire->is_bad || wire->bytes.n - wire->at < n || memcmp(wire->bytes.p + wire->at, magic, n) != 0)
        wire->is_bad = true;
    else
        wire->at += n;
    return !wire->is_bad;
}

static struct paragraph take_paragraph(struct wire *wire)
{
    struct paragraph p = {
        .text = take_str(wire, READER_PARAGRAPH_MAX), .place = take_str(wire, 1024), .list_mark = take_str(wire, 4096)};
    p.kind = (enum paragraph_kind)take_int(wire, PARAGRAPH_TEXT, PARAGRAPH_CELL);
    p.page = (int)take_int(wire, 0, INT32_MAX);
    p.outline_level = (int)take_int(wire, 0, 9);
    p.bold = (int)take_int(wire, -1, 1);
    p.align = (enum paragraph_align)take_int(wire, ALIGN_UNKNOWN, ALIGN_RIGHT);
    p.table = (int)take_int(wire, 0, INT32_MAX);
    p.row = (int)take_int(wire, 0, READER_ROW_MAX * 2);
    p.column = (int)take_int(wire, 0, READER_COLUMN_MAX * 2);
    p.row_span = (int)take_int(wire, 0, READER_ROW_MAX);
    p.column_span = (int)take_int(wire, 0, READER_COLUMN_MAX);
    int flags = (int)take_int(wire, 0, 3);
    p.is_header_cell = flags & 1;
    p.is_furniture = flags & 2;
    return p;
}

static bool take_document(struct wire *wire, struct document *document)
{
    enum { PARAGRAPH_LEAST_BYTES = 14 * 4, NOTE_LEAST_BYTES = 4 };
    struct arena *arena = wire->ctx->arena;
    document->format = (enum document_format)take_int(wire, FORMAT_UNKNOWN, FORMAT_CSV);
    document->title = take_str(wire, READER_PARAGRAPH_MAX);
    document->encoding = take_str(wire, 32);
    size_t notes = (size_t)take_int(wire, 0, READER_NOTES_MAX);
    document->notes = ARENA_NEW_ARRAY(arena, struct str, notes);
    for (size_t i = 0; document->notes && i < notes && !wire->is_bad; i++)
        document->notes[i] = take_str(wire, 1024);
    document->note_count = notes;
    size_t count = (size_t)take_int(wire, 0, READER_COUNT_MAX);
    if (count > (wire->bytes.n - wire->at) / PARAGRAPH_LEAST_BYTES) /* a count larger than the bytes behind it */
        wire->is_bad = true;
    if (wire->is_bad)
        return false;
    document->paragraphs = ARENA_NEW_ARRAY(arena, struct paragraph, count);
    for (size_t i = 0; document->paragraphs && i < count && !wire->is_bad; i++)
        document->paragraphs[i] = take_paragraph(wire);
    document->count = count;
    return !wire->is_bad && document->notes && document->paragraphs;
}

static enum rc take_failure(struct wire *wire)
{
    enum rc rc = (enum rc)take_int(wire, 1, RC_COUNT_ - 1);
    struct str key = take_str(wire, KEY_MAX_BYTES);
    struct str args[CTX_ARGS_MAX] = {{0}};
    int count = (int)take_int(wire, 0, CTX_ARGS_MAX);
    for (int i = 0; i < count && !wire->is_bad; i++)
        args[i] = take_str(wire, ARGUMENT_MAX_BYTES);
    for (size_t i = 0; i < key.n; i++)
        wire->is_bad |= !((key.p[i] >= 'a' && key.p[i] <= 'z') || key.p[i] == '.' || key.p[i] == '_');
    if (!take_magic(wire, "END.") || (key.n && !str_has_prefix(key, STR("reader.")) &&
                                      !str_has_prefix(key, STR("error.")) && !str_has_prefix(key, STR("template."))))
        return ctx_fail_key(wire->ctx, RC_DAMAGED, "reader.crashed");
    return ctx_fail(wire->ctx, rc, key.n ? key.p : NULL, STR_EMPTY, STR_EMPTY, args, count);
}

enum rc reader_wire_decode(struct ctx *ctx, struct str bytes, struct document *ret)
{
    struct wire wire = {.ctx = ctx, .bytes = bytes};
    struct document document = {0};
    if (take_magic(&wire, "BHD1E"))
        return take_failure(&wire);
    wire = (struct wire){.ctx = ctx, .bytes = bytes};
    bool is_read = take_magic(&wire, "BHD1D") && take_document(&wire, &document) && take_magic(&wire, "END.") &&
                   wire.at == bytes.n;
    if (arena_rc(ctx->arena) != RC_OK)
        return ctx_fail_key(ctx, arena_rc(ctx->arena), "reader.too_much");
    if (!is_read)
        return ctx_fail_key(ctx, RC_DAMAGED, "reader.crashed");
    *ret = document;
    return RC_OK;
}
