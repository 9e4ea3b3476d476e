/* import.c: a file becomes a stored draft; see import.h. */
#include "intake/import.h"

#include <unistd.h>

#include "intake/draft.h"
#include "intake/outline.h"
#include "text/json.h"
#include "text/utf8.h"

enum { DRAFT_BYTES_MAX = 256 * 1024 * 1024 };

static const char *media_type_of(enum document_format format)
{
    switch (format) {
    case FORMAT_TXT:
        return "text/plain";
    case FORMAT_HTML:
        return "text/html";
    case FORMAT_DOCX:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    case FORMAT_XLSX:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    case FORMAT_PDF:
        return "application/pdf";
    case FORMAT_OFD:
        return "application/ofd";
    case FORMAT_EML:
        return "message/rfc822";
    case FORMAT_CSV:
        return "text/csv";
    case FORMAT_UNKNOWN:
        break;
    }
    return "application/octet-stream";
}

static enum rc read_stored(struct ctx *ctx, struct filestore *files, const char *name, struct str file_name,
                           const struct reader_limits *limits, struct document *ret_document)
{
    int fd;
    int64_t size;
    TRY(filestore_open_file(ctx, files, str_from_cstr(name), &fd, &size));
    enum rc rc = reader_read_sandboxed(ctx, fd, file_name, limits, ret_document);
    close(fd);
    return rc;
}

static enum rc store_draft(struct ctx *ctx, struct filestore *files, struct import_result *result)
{
    struct buf json CLEANUP(buf_done);
    buf_init(&json, DRAFT_BYTES_MAX);
    value_write_json(&json, result->draft, false);
    TRY(buf_rc(&json));
    result->draft_size_bytes = (int64_t)json.n;
    return filestore_put(ctx, files, buf_str(&json), result->draft_sha256);
}

enum rc import_read(struct ctx *ctx, struct filestore *files, int fd, int64_t offset, int64_t size_bytes,
                    struct str file_name, const struct reader_limits *limits, struct import_result *ret_result)
{
    struct import_result result = {.size_bytes = size_bytes};
    struct document document;
    struct outline *outline;
    TRY(filestore_put_fd(ctx, files, fd, offset, size_bytes, result.file_sha256));
    TRY(read_stored(ctx, files, result.file_sha256, file_name, limits, &document));
    TRY(outline_build(ctx, &document, &outline));
    result.draft = draft_from_outline(ctx->arena, outline);
    if (!result.draft)
        return arena_rc(ctx->arena) != RC_OK ? arena_rc(ctx->arena) : RC_NOMEM;
    value_put_text(ctx->arena, result.draft, "format", str_from_cstr(reader_format_name(document.format)));
    value_put_text(ctx->arena, result.draft, "encoding", document.encoding);
    struct value *notes = value_put_list(ctx->arena, result.draft, "reader_notes");
    for (size_t i = 0; i < document.note_count; i++)
        value_add_text(ctx->arena, notes, document.notes[i]);
    TRY(arena_rc(ctx->arena));
    TRY(store_draft(ctx, files, &result));
    result.media_type = media_type_of(document.format);
    result.title = value_get_text(value_get(result.draft, "source"), "title");
    if (!result.title.n)
        result.title = file_name;
    *ret_result = result;
    return RC_OK;
}

enum rc import_load_draft(struct ctx *ctx, struct filestore *files, const struct value *row, const struct value *ops,
                          struct value **ret_draft)
{
    struct str json;
    struct value *draft;
    TRY(filestore_read(ctx, files, value_get_text(row, "draft_sha256"), DRAFT_BYTES_MAX, &json));
    TRY(json_parse(ctx, json, &draft));
    int64_t in_force = value_get_int(row, "op_count", 0);
    VALUE_EACH (item, ops) {
        if (value_get_int(item, "n", 0) > in_force)
            break;
        struct value *op;
        TRY(json_parse(ctx, value_get_text(item, "op"), &op));
        const struct value *steps = value_get(op, "ops"); /* a form may ask for several changes: one step */
        VALUE_EACH (step, steps) {
            TRY(draft_apply(ctx, draft, step));
        }
        if (!steps)
            TRY(draft_apply(ctx, draft, op));
    }
    *ret_draft = draft;
    return RC_OK;
}

struct value *import_make_input(struct arena *arena, const struct import_result *result, struct str file_name,
                                int64_t unit_id, int64_t label, struct str kind)
{
    struct value *input = value_new_map(arena);
    value_put_text(arena, input, "file_sha256", arena_copy_str(arena, str_from_cstr(result->file_sha256)));
    value_put_text(arena, input, "draft_sha256", arena_copy_str(arena, str_from_cstr(result->draft_sha256)));
    value_put_text(arena, input, "file_name", utf8_cut_count(file_name, 200));
    value_put_text(arena, input, "media_type", str_from_cstr(result->media_type));
    value_put_int(arena, input, "size", result->size_bytes);
    value_put_int(arena, input, "draft_size", result->draft_size_bytes);
    value_put_text(arena, input, "title", utf8_cut_count(result->title, 600));
    value_put_int(arena, input, "unit_id", unit_id);
    value_put_int(arena, input, "label", label);
    value_put_text(arena, input, "kind", kind);
    return input;
}
