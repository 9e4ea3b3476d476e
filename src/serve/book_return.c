/* book_return.c: see book_return.h. */
#include "serve/book_return.h"

#include <unistd.h>

#include "intake/task_book_read.h"
#include "serve/file_kind.h"

struct returning {
    struct filestore *files;
    const char *spool;
    const struct reader_limits *limits;
    struct book_return *ret;
    bool is_inner; /* a ZIP within a mail: no deeper */
};

static bool has_extension(struct str name, const char *extension)
{
    struct str e = str_from_cstr(extension);
    return name.n > e.n && str_equal_nocase(str_slice(name, name.n - e.n, name.n), e);
}

static void keep_notes(struct ctx *ctx, struct returning *returning, const struct document *document)
{
    for (size_t i = 0; i < document->note_count; i++)
        if (!str_has_prefix(document->notes[i], STR("reader.note.hidden_sheet"))) /* ours */
            value_add_text(ctx->arena, returning->ret->notes, document->notes[i]);
}

/* Takes the file as the workbook; *ret_is_book false: it is a workbook, but another one. */
static enum rc read_book(struct ctx *ctx, struct returning *returning, int fd, struct str name, bool *ret_is_book)
{
    struct document document;
    struct value *rows;
    struct str stamp;
    *ret_is_book = true;
    TRY(reader_read_sandboxed(ctx, fd, name, returning->limits, &document));
    enum rc rc = task_book_read(ctx, &document, &rows, &stamp);
    if (rc == RC_INVALID || rc == RC_NOT_FOUND || rc == RC_UNSUPPORTED) {
        *ret_is_book = false;
        return RC_OK;
    }
    TRY(rc);
    if (returning->ret->rows)
        return ctx_fail(ctx, RC_INVALID, "task_sheet.two_books", STR("file"), STR_EMPTY, &name, 1);
    returning->ret->rows = rows;
    returning->ret->stamp = arena_copy_str(ctx->arena, stamp);
    returning->ret->book_name = arena_copy_str(ctx->arena, name);
    keep_notes(ctx, returning, &document);
    return arena_rc(ctx->arena);
}

/* ---- evidence ------------------------------------------------------------------------------------------------- */

static struct str peek(struct arena *arena, int fd, int64_t from, size_t most)
{
    char *p = arena_alloc(arena, most + 1);
    ssize_t n = p ? pread(fd, p, most, (off_t)from) : -1;
    return n > 0 ? (struct str){p, (size_t)n} : STR_EMPTY;
}

/* A kind that is not taken is told with its file; the others are still looked at. */
static enum rc add_file(struct ctx *ctx, struct returning *returning, const struct package_part *part)
{
    struct arena *arena = ctx->arena,
                 *own CLEANUP(arena_free_ptr) = arena_new(FILE_KIND_HEAD_BYTES + FILE_KIND_TAIL_BYTES + 4096);
    struct ctx probe = {.arena = arena};
    const struct file_kind *kind = NULL;
    char digest[FILESTORE_NAME_BYTES];
    if (!own)
        return RC_NOMEM;
    int64_t tail = part->size > FILE_KIND_TAIL_BYTES ? part->size - FILE_KIND_TAIL_BYTES : 0;
    enum rc rc = part->size == 0 ? ctx_fail_key(&probe, RC_UNSUPPORTED, "reader.empty")
                                 : file_kind_find(&probe, part->name, peek(own, part->fd, 0, FILE_KIND_HEAD_BYTES),
                                                  peek(own, part->fd, tail, FILE_KIND_TAIL_BYTES), &kind);
    struct value *file = value_add_map(arena, returning->ret->files);
    value_put_text(arena, file, "name", part->name);
    value_put_text(arena, file, "made_on", part->made_on);
    value_put_int(arena, file, "size_bytes", part->size);
    if (rc != RC_OK) {
        value_put_text(arena, file, "refused", probe.first ? probe.first->key : STR("evidence.kind_not_taken"));
        return arena_rc(arena);
    }
    TRY(filestore_put_fd(ctx, returning->files, part->fd, 0, part->size, digest));
    value_put_text(arena, file, "sha256", arena_copy_str(arena, str_from_cstr(digest)));
    value_put_text(arena, file, "media_type", str_from_cstr(kind->media_type));
    value_put_text(arena, file, "format", str_from_cstr(kind->format));
    return arena_rc(arena);
}

static enum rc take_part(void *arg, struct ctx *ctx, const struct package_part *part)
{
    struct returning *returning = arg, inner = *returning;
    bool is_book = false;
    if (has_extension(part->name, ".xlsx") || has_extension(part->name, ".xlsm")) {
        enum rc rc = read_book(ctx, returning, part->fd, part->name, &is_book);
        if (rc != RC_OK)
            return ctx_fail(ctx, rc, "task_sheet.entry", STR("file"), part->name, &part->name, 1);
        ctx_clear_issues(ctx);
        return is_book ? RC_OK : add_file(ctx, returning, part);
    }
    if (!returning->is_inner && part->kind == PACKAGE_MAIL && has_extension(part->name, ".zip")) {
        struct package package;
        inner.is_inner = true;
        return package_read_sandboxed(ctx, part->fd, returning->spool, NULL, take_part, &inner, &package);
    }
    return add_file(ctx, returning, part);
}

enum rc book_return_read(struct ctx *ctx, struct filestore *files, const char *spool, int fd, struct str name,
                         const struct reader_limits *limits, struct book_return *ret)
{
    struct returning returning = {.files = files, .spool = spool, .limits = limits, .ret = ret};
    bool is_book = false;
    *ret = (struct book_return){.files = value_new_list(ctx->arena), .notes = value_new_list(ctx->arena)};
    struct package package;
    TRY(package_read_sandboxed(ctx, fd, spool, NULL, take_part, &returning, &package));
    ret->package = package;
    if (package.kind == PACKAGE_WORKBOOK || package.kind == PACKAGE_NONE) {
        TRY(read_book(ctx, &returning, fd, name, &is_book)); /* also for its words on what else it may be */
        ctx_clear_issues(ctx);
        return is_book ? RC_OK : ctx_fail_field(ctx, RC_INVALID, "task_sheet.other_book", "file");
    }
    return ret->rows ? RC_OK : ctx_fail_field(ctx, RC_INVALID, "task_sheet.no_book", "file");
}
