/* bulletin_compare.c: see bulletin_compare.h. */
#include "serve/bulletin_compare.h"

#include <sys/mman.h>
#include <unistd.h>

#include "intake/draft.h"
#include "intake/draft_compare.h"
#include "loop/bulletin.h"
#include "publish/bulletin_paper.h"
#include "publish/csv_write.h"
#include "text/json.h"

enum { PAGE_MAX = 64 << 20, DRAFT_MAX = 256 << 20 };

static enum rc read_as_page(struct ctx *ctx, struct doc *doc, const struct reader_limits *limits,
                            struct value **ret_draft)
{
    struct buf html CLEANUP(buf_done);
    struct document *document = ARENA_NEW(ctx->arena, struct document);
    struct outline *outline;
    if (!document)
        return arena_rc(ctx->arena);
    buf_init(&html, PAGE_MAX);
    buf_add_cstr(&html,
                 "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>x</title></head><body>");
    TRY(doc_write_html(doc, &html));
    buf_add_cstr(&html, "</body></html>");
    TRY(buf_rc(&html));
    int fd = memfd_create("bulletin", MFD_CLOEXEC);
    bool is_written = fd >= 0;
    for (size_t at = 0; is_written && at < html.n;) {
        ssize_t n = write(fd, html.p + at, html.n - at);
        is_written = n > 0;
        at += n > 0 ? (size_t)n : 0;
    }
    enum rc rc = is_written ? reader_read_sandboxed(ctx, fd, STR("bulletin.html"), limits, document)
                            : ctx_fail_key(ctx, RC_IO, NULL);
    if (fd >= 0)
        close(fd);
    TRY(rc);
    TRY(outline_build(ctx, document, &outline));
    *ret_draft = draft_from_outline(ctx->arena, outline);
    return arena_rc(ctx->arena);
}

enum rc bulletin_compare(struct ctx *ctx, struct db *db, struct filestore *files, const struct reader_limits *limits,
                         const struct value *row, struct value **ret_result)
{
    struct value *draft, *from, *to = NULL, *content;
    struct str json;
    struct doc *doc;
    struct db_stmt *st = db_query(db, Q_BULLETIN_DRAFT);
    db_bind_int(st, "id", value_get_int(row, "source_id", 0));
    TRY(db_first_row(ctx, st, &draft));
    *ret_result = NULL;
    if (!draft)
        return RC_OK;
    TRY(filestore_read(ctx, files, value_get_text(draft, "draft_sha256"), DRAFT_MAX, &json));
    TRY(json_parse(ctx, json, &from));
    TRY(bulletin_read_content(ctx, db, row, &content, NULL));
    TRY(bulletin_paper(ctx, content, 0, STR(""), 0, &doc));
    TRY(read_as_page(ctx, doc, limits, &to));
    return draft_compare(ctx, from, to, ret_result);
}

static void add_line(struct buf *out, const struct str *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_add_cstr(out, i ? "," : "");
        csv_write_text(out, cells[i]);
    }
    buf_add_cstr(out, "\r\n");
}

/* field: message for all of them; empty: their own. */
static void add_pieces(struct ctx *ctx, enum lang lang, const struct value *rows, struct str field, struct buf *out)
{
    VALUE_EACH (row, rows) {
        struct str what = arena_concat(ctx->arena, STR("draft.compare.what."), value_get_text(row, "what")),
                   own = arena_concat(ctx->arena, STR("draft.compare.field."), value_get_text(row, "field"));
        add_line(out,
                 (struct str[]){message_find(lang, what), value_get_text(row, "place"),
                                message_find(lang, field.n ? field : own), value_get_text(row, "before"),
                                value_get_text(row, "after")},
                 5);
    }
}

void bulletin_compare_csv(struct ctx *ctx, enum lang lang, const struct value *result, struct buf *out)
{
    static const char *const heads[] = {"draft.compare.what", "draft.compare.place", "draft.compare.field",
                                        "draft.compare.before", "draft.compare.after"};
    struct str cells[5];
    buf_add_cstr(out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < 5; i++)
        cells[i] = message_find(lang, str_from_cstr(heads[i]));
    add_line(out, cells, 5);
    VALUE_EACH (row, value_get(result, "counts")) {
        struct str key = arena_concat(ctx->arena, STR("draft.compare.count."), value_get_text(row, "what"));
        long long before = value_get_int(row, "before", 0), after = value_get_int(row, "after", 0);
        add_line(
            out,
            (struct str[]){message_find(lang, key), STR_EMPTY,
                           message_find(lang, before == after ? STR("draft.compare.same") : STR("draft.compare.other")),
                           arena_format(ctx->arena, "%lld", before), arena_format(ctx->arena, "%lld", after)},
            5);
    }
    add_pieces(ctx, lang, value_get(result, "rows"), STR_EMPTY, out);
    add_pieces(ctx, lang, value_get(result, "widths"), STR("draft.compare.field.width"), out);
}
