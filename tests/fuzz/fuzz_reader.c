/* fuzz_reader.c: see fuzz_reader.h. */
#include "fuzz_reader.h"

#include <stdlib.h>
#include <string.h>

#include "intake/reader_wire.h"

enum { ARENA_MAX = 256 * 1024 * 1024, PARTS_MAX = 40 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

void fuzz_check(struct ctx *ctx, enum rc rc, const struct document *document)
{
    if (rc != RC_OK) {
        require(ctx->issue_count == 1);
        return;
    }
    require(ctx->issue_count == 0 && document->count > 0);
    for (size_t i = 0; i < document->count; i++) {
        const struct paragraph *p = &document->paragraphs[i];
        require(reader_is_utf8(p->text) && reader_is_utf8(p->place) && reader_is_utf8(p->list_mark) && p->place.n > 0);
        require(p->kind != PARAGRAPH_CELL ||
                (p->row >= 1 && p->column >= 1 && p->row_span >= 1 && p->column_span >= 1));
    }
    struct buf wire CLEANUP(buf_done);
    buf_init(&wire, ARENA_MAX);
    reader_wire_encode(&wire, RC_OK, ctx, document);
    struct document back;
    require(reader_wire_decode(ctx, buf_str(&wire), &back) == RC_OK && back.count == document->count);
    require(back.note_count == document->note_count && str_equal(back.title, document->title));
    for (size_t i = 0; i < back.count; i++)
        require(str_equal(back.paragraphs[i].text, document->paragraphs[i].text));
}

int fuzz_read(enum rc (*read)(struct reader *, struct str), struct str bytes)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    struct arena *scratch CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    require(arena && scratch);
    struct ctx ctx = {.arena = arena};
    struct document document = {.format = FORMAT_TXT};
    struct reader reader = {.ctx = &ctx, .scratch = scratch, .document = &document};
    enum rc rc = read(&reader, bytes);
    document.paragraphs = reader.paragraphs.p;
    document.count = reader.paragraphs.n;
    document.notes = reader.notes.p;
    document.note_count = reader.notes.n;
    document.title = STR_EMPTY; /* cleaned by reader_read */
    if (rc != RC_OK || document.count)
        fuzz_check(&ctx, rc, &document);
    return 0;
}

static uint32_t checksum(struct str s)
{
    uint32_t sum = 0xFFFFFFFF;
    for (size_t i = 0; i < s.n; i++) {
        sum ^= (unsigned char)s.p[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320 : 0);
    }
    return ~sum;
}

static void put(struct buf *out, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_add_char(out, (char)(unsigned char)(value >> (8 * i)));
}

struct part {
    struct str name, content;
    uint32_t offset, checksum;
};

/* The fields that the local and the central header share. */
static void put_common(struct buf *out, const struct part *part)
{
    put(out, 20, 2);
    put(out, 0, 2);
    put(out, 0, 2); /* stored */
    put(out, 0x58E84BC0, 4);
    put(out, part->checksum, 4);
    put(out, (uint32_t)part->content.n, 4);
    put(out, (uint32_t)part->content.n, 4);
    put(out, (uint32_t)part->name.n, 2);
    put(out, 0, 2);
}

static void pack(struct buf *out, struct part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        parts[i].offset = (uint32_t)out->n;
        parts[i].checksum = checksum(parts[i].content);
        put(out, 0x04034B50, 4);
        put_common(out, &parts[i]);
        buf_add(out, parts[i].name);
        buf_add(out, parts[i].content);
    }
    uint32_t directory = (uint32_t)out->n;
    for (size_t i = 0; i < n; i++) {
        put(out, 0x02014B50, 4);
        put(out, 20, 2);
        put_common(out, &parts[i]);
        put(out, 0, 2);
        put(out, 0, 2);
        put(out, 0, 2);
        put(out, 0, 4);
        put(out, parts[i].offset, 4);
        buf_add(out, parts[i].name);
    }
    uint32_t size = (uint32_t)out->n - directory;
    put(out, 0x06054B50, 4);
    put(out, 0, 4);
    put(out, (uint32_t)n, 2);
    put(out, (uint32_t)n, 2);
    put(out, size, 4);
    put(out, directory, 4);
    put(out, 0, 2);
}

int fuzz_read_package(enum rc (*read)(struct reader *, struct str), struct str bytes)
{
    if (str_has_prefix(bytes, STR("PK")))
        return fuzz_read(read, bytes);
    struct part parts[PARTS_MAX];
    size_t n = 0;
    for (size_t at = str_find(bytes, STR("@@@ "), 0); at != SIZE_MAX && n < PARTS_MAX;) {
        size_t end = str_find_byte(bytes, '\n', at);
        if (end == SIZE_MAX)
            break;
        size_t next = str_find(bytes, STR("@@@ "), end);
        parts[n++] = (struct part){.name = str_slice(bytes, at + 4, end < at + 304 ? end : at + 304),
                                   .content = str_slice(bytes, end + 1, next)};
        at = next;
    }
    struct buf zip CLEANUP(buf_done);
    buf_init(&zip, ARENA_MAX);
    pack(&zip, parts, n);
    return fuzz_read(read, buf_str(&zip));
}
