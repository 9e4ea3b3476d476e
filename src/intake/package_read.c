/* package_read.c: both sides of package_read.h.
 *
 * The child answers in frames: a letter, four bytes of length (little-endian), so many bytes.  K kind, H
 * "name<TAB>value", B "date<TAB>name" begins a part, D holds bytes of it, Z ends it, E is a failure as reader_wire.h
 * writes it, X ends all.
 */
#include "intake/package_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "intake/package_parts.h"
#include "intake/reader_charset.h"
#include "intake/reader_process.h"
#include "intake/reader_wire.h"
#include "intake/reader_zip.h"
#include "intake/sandbox.h"

enum {
    FRAME_MAX = 128 * 1024,
    FRAME_HEAD = 5,
    PIECE = 64 * 1024,
    CHILD_ARENA_MAX = 64 * 1024 * 1024,
    NAME_MAX_BYTES = 1000,
    MIB = 1024 * 1024
};

struct reader_limits package_limits_default(void)
{
    return (struct reader_limits){.input_bytes = (size_t)200 * MIB,
                                  .output_bytes = (size_t)520 * MIB,
                                  .memory_bytes = (size_t)768 * MIB,
                                  .cpu_s = 60,
                                  .wall_ms = 120 * 1000};
}

/* ---- the child ------------------------------------------------------------------------------------------------ */

static void frame(char kind, struct str s)
{
    char head[FRAME_HEAD] = {kind};
    for (int i = 0; i < 4; i++)
        head[i + 1] = (char)(unsigned char)(s.n >> (8 * i));
    reader_process_write((struct str){head, FRAME_HEAD});
    reader_process_write(s);
}

void package_put_header(struct reader *reader, const char *name, struct str value)
{
    frame('H', arena_format(reader->scratch, "%s\t%.*s", name, STR_ARG(value)));
}

/* What file managers add by themselves. */
static bool is_litter(struct str name)
{
    return str_has_suffix(name, STR("/")) || str_has_prefix(name, STR("__MACOSX/")) ||
           str_has_suffix(name, STR(".DS_Store")) || str_has_suffix(name, STR("Thumbs.db")) ||
           str_has_suffix(name, STR("desktop.ini"));
}

static enum rc send_piece(void *arg, struct str piece)
{
    (void)arg;
    for (size_t at = 0; at < piece.n; at += PIECE)
        frame('D', str_slice(piece, at, at + PIECE));
    return RC_OK;
}

void package_put_part(struct reader *reader, struct str name, struct str made_on, struct str bytes)
{
    frame('B', arena_format(reader->scratch, "%.*s\t%.*s", STR_ARG(made_on), STR_ARG(name)));
    (void)send_piece(NULL, bytes);
    frame('Z', STR_EMPTY);
}

static enum rc child_zip(struct reader *reader, struct str bytes)
{
    struct zip_package *package CLEANUP(zip_package_free_ptr) = NULL;
    TRY(zip_package_open_names(reader, bytes, &package));
    if (zip_package_has(package, STR("xl/workbook.xml"))) {
        frame('K', STR("workbook"));
        return RC_OK;
    }
    if (zip_package_has(package, STR("[Content_Types].xml"))) {
        frame('K', STR("none"));
        return RC_OK;
    }
    frame('K', STR("zip"));
    int files = 0;
    struct zip_package_entry entry;
    for (size_t i = 0; i < zip_package_count(package); i++) {
        TRY(zip_package_entry(package, i, &entry));
        if (is_litter(entry.name))
            continue;
        if (++files > PACKAGE_FILES_MAX)
            return ctx_fail_format(reader->ctx, RC_TOO_LARGE, "reader.zip_many", "%d", PACKAGE_FILES_MAX);
        frame('B', arena_format(reader->scratch, "%.*s\t%.*s", STR_ARG(entry.made_on), STR_ARG(entry.name)));
        TRY(zip_package_copy(package, i, entry.name, send_piece, NULL));
        frame('Z', STR_EMPTY);
    }
    return RC_OK;
}

static enum rc child_take_apart(struct ctx *ctx, struct arena *scratch, struct str bytes)
{
    struct document document = {.format = FORMAT_UNKNOWN};
    struct reader reader = {.ctx = ctx, .scratch = scratch, .document = &document};
    bool is_zip = bytes.n > 4 && memcmp(bytes.p, "PK", 2) == 0 && ((unsigned char)bytes.p[2] < 9);
    charset_warm_up();
    reader_eml_warm_up();
    /* From here on the bytes are looked at. */
    if (sandbox_enter() != RC_OK)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    if (is_zip)
        return child_zip(&reader, bytes);
    enum document_format format;
    enum rc rc = reader_sniff(&reader, bytes, &format);
    if (rc == RC_OK && format == FORMAT_EML) {
        frame('K', STR("mail"));
        return reader_eml_files(&reader, bytes);
    }
    ctx_clear_issues(ctx);
    frame('K', STR("none"));
    return RC_OK;
}

int package_child_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(CHILD_ARENA_MAX);
    struct arena *scratch CLEANUP(arena_free_ptr) = arena_new(READER_SCRATCH_MAX);
    if (!arena || !scratch)
        return 71;
    struct ctx ctx = {.arena = arena};
    struct buf in CLEANUP(buf_done), out CLEANUP(buf_done);
    buf_init(&in, (size_t)1 << 30);
    buf_init(&out, FRAME_MAX);
    enum rc rc = reader_process_input(&ctx, &in);
    if (rc == RC_OK)
        rc = child_take_apart(&ctx, scratch, buf_str(&in));
    if (rc != RC_OK) {
        reader_wire_encode(&out, rc, &ctx, NULL);
        frame('E', buf_str(&out));
    } else {
        frame('X', STR_EMPTY);
    }
    _exit(0); /* as in reader_child.c */
}

/* ---- the parent ----------------------------------------------------------------------------------------------- */

struct taking {
    const char *spool;
    package_part_fn *on_part;
    void *arg;
    struct package package;
    struct package_part part; /* fd < 0: none is open */
    struct buf pending;
    struct arena *names;
    int parts;
    bool is_done;
};

static enum rc broken(struct ctx *ctx) { return ctx_fail_key(ctx, RC_DAMAGED, "reader.crashed"); }

static void close_part(struct taking *taking)
{
    if (taking->part.fd >= 0)
        close(taking->part.fd);
    taking->part = (struct package_part){.fd = -1};
}

/* Threat: the child may have been taken over by the file: the name is looked at once more. */
static bool is_safe(struct str name)
{
    if (!name.n || name.n > NAME_MAX_BYTES || name.p[0] == '/' || !reader_is_utf8(name) ||
        memchr(name.p, '\\', name.n) || (name.n > 1 && name.p[1] == ':'))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7F)
            return false;
    struct str rest = name, part;
    while (str_split_next(&rest, '/', &part))
        if (str_equal(part, STR("..")) || str_equal(part, STR(".")))
            return false;
    return true;
}

static enum rc begin_part(struct ctx *ctx, struct taking *taking, struct str s)
{
    struct str made_on = STR_EMPTY, name = s;
    int32_t day;
    if (taking->part.fd >= 0 || ++taking->parts > PACKAGE_FILES_MAX || !str_split_next(&name, '\t', &made_on) ||
        !is_safe(name))
        return broken(ctx);
    struct str path = arena_format(taking->names, "%s/bihuan-part-XXXXXX", taking->spool);
    char *text = arena_copy_cstr(taking->names, path);
    int fd = text ? mkostemp(text, 02000000 /* O_CLOEXEC */) : -1;
    if (fd < 0)
        return ctx_fail_format(ctx, RC_IO, NULL, "%s", taking->spool);
    (void)unlink(text);
    taking->part =
        (struct package_part){.name = arena_copy_str(taking->names, name),
                              .made_on = date_parse(made_on, &day) ? arena_copy_str(taking->names, made_on) : STR_EMPTY,
                              .fd = fd};
    return arena_rc(taking->names);
}

static enum rc add_bytes(struct ctx *ctx, struct taking *taking, struct str s)
{
    if (taking->part.fd < 0)
        return broken(ctx);
    for (size_t at = 0; at < s.n;) {
        ssize_t n = write(taking->part.fd, s.p + at, s.n - at);
        if (n <= 0)
            return ctx_fail_format(ctx, RC_IO, NULL, "%s", taking->spool);
        at += (size_t)n;
    }
    taking->part.size += (int64_t)s.n;
    return RC_OK;
}

static enum rc end_part(struct ctx *ctx, struct taking *taking)
{
    if (taking->part.fd < 0 || lseek(taking->part.fd, 0, SEEK_SET) != 0)
        return broken(ctx);
    taking->part.kind = taking->package.kind;
    enum rc rc = taking->on_part(taking->arg, ctx, &taking->part);
    close_part(taking);
    return rc;
}

static enum rc take_kind(struct ctx *ctx, struct taking *taking, struct str s)
{
    static const char *const kinds[] = {"none", "workbook", "zip", "mail"};
    for (int i = 0; i < 4; i++)
        if (str_equal_cstr(s, kinds[i])) {
            taking->package.kind = (enum package_kind)i;
            return RC_OK;
        }
    return broken(ctx);
}

static enum rc take_header(struct ctx *ctx, struct taking *taking, struct str s)
{
    struct str name;
    if (!str_split_next(&s, '\t', &name) || !reader_is_utf8(s))
        return broken(ctx);
    char *text = arena_copy_cstr(ctx->arena, str_slice(s, 0, NAME_MAX_BYTES));
    for (char *c = text; c && *c; c++)
        *c = (unsigned char)*c < ' ' ? ' ' : *c;
    if (!text || !reader_is_utf8(str_from_cstr(text)))
        text = NULL;
    *(str_equal(name, STR("from")) ? &taking->package.from : &taking->package.subject) = str_from_cstr(text);
    return arena_rc(ctx->arena);
}

static enum rc take_frame(struct ctx *ctx, struct taking *taking, char kind, struct str s)
{
    switch (kind) {
    case 'K':
        return take_kind(ctx, taking, s);
    case 'H':
        return take_header(ctx, taking, s);
    case 'B':
        return begin_part(ctx, taking, s);
    case 'D':
        return add_bytes(ctx, taking, s);
    case 'Z':
        return end_part(ctx, taking);
    case 'X':
        taking->is_done = taking->part.fd < 0;
        return taking->is_done ? RC_OK : broken(ctx);
    case 'E': {
        struct document nothing;
        enum rc rc = reader_wire_decode(ctx, s, &nothing);
        return rc == RC_OK ? broken(ctx) : rc;
    }
    default:
        return broken(ctx);
    }
}

static enum rc take_piece(void *arg, struct ctx *ctx, struct str piece)
{
    struct taking *taking = arg;
    buf_add(&taking->pending, piece);
    if (buf_rc(&taking->pending) != RC_OK)
        return broken(ctx);
    struct str rest = buf_str(&taking->pending);
    while (rest.n >= FRAME_HEAD) {
        size_t n = 0;
        for (int i = 0; i < 4; i++)
            n |= (size_t)(unsigned char)rest.p[i + 1] << (8 * i);
        if (n > FRAME_MAX || taking->is_done)
            return broken(ctx);
        if (rest.n - FRAME_HEAD < n)
            break;
        TRY(take_frame(ctx, taking, rest.p[0], str_slice(rest, FRAME_HEAD, FRAME_HEAD + n)));
        rest = str_slice(rest, FRAME_HEAD + n, rest.n);
    }
    size_t left = rest.n;
    if (left && rest.p != taking->pending.p)
        memmove(taking->pending.p, rest.p, left);
    buf_truncate(&taking->pending, left);
    return RC_OK;
}

enum rc package_read_sandboxed(struct ctx *ctx, int fd, const char *spool, const struct reader_limits *limits,
                               package_part_fn *on_part, void *arg, struct package *ret)
{
    struct reader_limits usual = package_limits_default();
    struct taking taking = {.spool = spool, .on_part = on_part, .arg = arg, .names = ctx->arena, .part = {.fd = -1}};
    buf_init(&taking.pending, FRAME_MAX + 2 * PIECE);
    enum rc rc = reader_process_run(ctx, PACKAGE_CHILD_VERB, "", fd, limits ? limits : &usual, take_piece, &taking);
    if (rc == RC_OK && !taking.is_done)
        rc = broken(ctx);
    close_part(&taking);
    buf_done(&taking.pending);
    if (rc == RC_OK)
        *ret = taking.package;
    return rc;
}
