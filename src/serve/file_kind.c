/* file_kind.c: see file_kind.h.
 *
 * Threat: a file that is one thing by its name and another by its content (a page called photo.png), or that a browser
 * or an office program would run.  Both must agree, and only kinds of the table are taken.
 */
#include "serve/file_kind.h"

#include <string.h>

#include "base/buf.h"

enum kind {
#define KIND(name, format, extensions, media_type, shown) KIND_##name,
#include "../../data/evidence_kinds.def"
#undef KIND
    KIND_COUNT
};

static const struct file_kind kinds[KIND_COUNT] = {
#define KIND(name, format, extensions, media_type, shown) {format, extensions, media_type, SHOWN_##shown},
#include "../../data/evidence_kinds.def"
#undef KIND
};

static bool has(struct str bytes, const char *needle, size_t n)
{
    return bytes.n && memmem(bytes.p, bytes.n, needle, n) != NULL;
}
#define HAS(bytes, literal) has((bytes), (literal), sizeof(literal) - 1)
#define BEGINS(bytes, literal)                                                                                         \
    ((bytes).n >= sizeof(literal) - 1 && memcmp((bytes).p, (literal), sizeof(literal) - 1) == 0)

/* Names of a package's parts stand in its first local headers and in the directory at its end. */
static bool is_package(struct str head, struct str tail, const char *part)
{
    return BEGINS(head, "PK\x03\x04") && !HAS(tail, "vbaProject") && !HAS(head, "vbaProject") &&
           (has(head, part, strlen(part)) || has(tail, part, strlen(part)));
}

/* Text without controls; what it says is shown escaped, so that markup in it does nothing. */
static bool is_text(struct str head)
{
    for (size_t i = 0; i < head.n; i++) {
        unsigned char c = (unsigned char)head.p[i];
        if (c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f')
            return false;
    }
    return head.n > 0;
}

static bool is_kind(enum kind kind, struct str head, struct str tail)
{
    switch (kind) {
    case KIND_PNG:
        return BEGINS(head, "\x89PNG\r\n\x1a\n");
    case KIND_JPEG:
        return BEGINS(head, "\xff\xd8\xff");
    case KIND_GIF:
        return BEGINS(head, "GIF87a") || BEGINS(head, "GIF89a");
    case KIND_WEBP:
        return head.n >= 12 && BEGINS(head, "RIFF") && memcmp(head.p + 8, "WEBP", 4) == 0;
    case KIND_PDF:
        return BEGINS(head, "%PDF-");
    case KIND_DOCX:
        return is_package(head, tail, "word/document");
    case KIND_XLSX:
        return is_package(head, tail, "xl/workbook.xml");
    case KIND_PPTX:
        return is_package(head, tail, "ppt/presentation.xml");
    case KIND_OFD:
        return is_package(head, tail, "OFD.xml");
    case KIND_OLE:
        return BEGINS(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    case KIND_TXT:
        return is_text(head) && !BEGINS(head, "%PDF-") && !BEGINS(head, "#!");
    case KIND_COUNT:
        break;
    }
    return false;
}

static struct str extension_of(struct str name)
{
    size_t dot = SIZE_MAX;
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '.')
            dot = i;
    return dot == SIZE_MAX ? STR_EMPTY : str_slice(name, dot + 1, name.n);
}

static bool is_extension(const struct file_kind *kind, struct str extension)
{
    struct str rest = str_from_cstr(kind->extensions), one;
    while (str_split_next(&rest, '|', &one))
        if (str_equal_nocase(one, extension))
            return true;
    return false;
}

enum rc file_kind_find(struct ctx *ctx, struct str name, struct str head, struct str tail,
                       const struct file_kind **ret_kind)
{
    struct str extension = extension_of(name);
    for (int i = 0; i < KIND_COUNT; i++) {
        if (!is_extension(&kinds[i], extension))
            continue;
        if (!is_kind((enum kind)i, head, tail))
            return ctx_fail(ctx, RC_UNSUPPORTED, "evidence.not_what_it_says", STR("file"), STR_EMPTY, &name, 1);
        *ret_kind = &kinds[i];
        return RC_OK;
    }
    return ctx_fail(ctx, RC_UNSUPPORTED, "evidence.kind_not_taken", STR("file"), STR_EMPTY, &name, 1);
}

const struct file_kind *file_kind_of(struct str format)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (str_equal_cstr(format, kinds[i].format))
            return &kinds[i];
    return NULL;
}

struct str file_kind_accept(struct arena *arena)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1000);
    buf_add_cstr(&out, "image/*");
    for (int i = 0; i < KIND_COUNT; i++) {
        struct str rest = str_from_cstr(kinds[i].extensions), one;
        while (str_split_next(&rest, '|', &one)) {
            buf_add_cstr(&out, ",.");
            buf_add(&out, one);
        }
    }
    return arena_copy_str(arena, buf_str(&out));
}
