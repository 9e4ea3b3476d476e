/* page_finding_export.c: the register as a file, with the filters and the order of the list.
 *
 * CSV goes out as it is read, a few hundred rows at a time, by key and not by a cursor, so that memory stays flat and
 * no connection is held for a slow client.  A workbook is written to a temporary file on the threads for slow work.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "publish/csv_write.h"
#include "publish/xlsx_write.h"
#include "serve/page_finding.h"
#include "serve/pages.h"

enum { CHUNK_ROWS = 200, COLUMNS = 22, CHUNK_ARENA_BYTES = 32 * 1024 * 1024 };

static const struct export_column {
    const char *field, *label, *prefix; /* prefix of the words of a choice */
    enum xlsx_kind kind;
    int width;
    bool is_wrapped;
} export_columns[COLUMNS] = {
    {"no", "finding.number", NULL, XLSX_TEXT, 18, false},
    {"source_no", "finding.source_no", NULL, XLSX_TEXT, 14, false},
    {"source_title", "finding.source", NULL, XLSX_TEXT, 30, true},
    {"aspect_title", "finding.aspect", NULL, XLSX_TEXT, 24, true},
    {"mark", "finding.mark", NULL, XLSX_TEXT, 8, false},
    {"title", "finding.title", NULL, XLSX_TEXT, 50, true},
    {"facts", "finding.detail", NULL, XLSX_TEXT, 60, true},
    {"phase", "finding.phase", "phase", XLSX_TEXT, 10, false},
    {"nature", "finding.nature", "nature", XLSX_TEXT, 10, false},
    {"severity", "finding.severity", "severity", XLSX_TEXT, 10, false},
    {"status", "finding.status", "finding.status", XLSX_TEXT, 10, false},
    {"status_stated", "finding.status_stated", NULL, XLSX_TEXT, 14, false},
    {"amount_fen", "finding.amount", NULL, XLSX_MONEY, 16, false},
    {"unit_name", "finding.unit", NULL, XLSX_TEXT, 24, false},
    {"responsible", "finding.person", NULL, XLSX_TEXT, 24, false},
    {"due", "finding.due", NULL, XLSX_DATE, 12, false},
    {"due_stated", "finding.due_stated", NULL, XLSX_TEXT, 16, false},
    {"measure_count", "finding.measure_count", NULL, XLSX_INT, 8, false},
    {"label", "finding.label", "label", XLSX_TEXT, 10, false},
    {"main_no", "finding.export_main", NULL, XLSX_TEXT, 18, false},
    {"recurs_no", "finding.export_recurs", NULL, XLSX_TEXT, 18, false},
    {"changed_at", "finding.changed", NULL, XLSX_TEXT, 18, false},
};

struct export
{
    struct page *page;
    struct finding_query query;
    struct finding_cursor cursor;
    char key[64];
    struct xlsx_column columns[COLUMNS];
    bool is_head_written;
};

static void make_columns(struct export *export)
{
    for (int i = 0; i < COLUMNS; i++) {
        const struct export_column *from = &export_columns[i];
        export->columns[i] = (struct xlsx_column){.title = page_text(export->page, from->label),
                                                  .field = str_from_cstr(from->field),
                                                  .kind = from->kind,
                                                  .width_chars = from->width,
                                                  .is_wrapped = from->is_wrapped};
    }
}

static struct xlsx_cell make_cell(struct page *page, struct arena *arena, const struct export_column *column,
                                  const struct value *row)
{
    const struct value *v = value_get(row, column->field);
    struct str text = v && v->kind == VALUE_TEXT ? v->text : STR("");
    int32_t day = 0;
    if (column->kind == XLSX_DATE)
        return date_parse(text, &day) ? (struct xlsx_cell){.number = day} : (struct xlsx_cell){.is_null = true};
    if (column->kind != XLSX_TEXT)
        return v && v->kind == VALUE_INT ? (struct xlsx_cell){.number = v->integer}
                                         : (struct xlsx_cell){.is_null = true};
    if (v && v->kind == VALUE_INT && !column->prefix) { /* the time of the last change */
        char at[TIME_TEXT_BYTES];
        text = arena_copy_str(arena, str_slice(time_format_china(v->integer, at), 0, 16));
    } else if (v && v->kind == VALUE_INT) {
        text = arena_format(arena, "%lld", (long long)v->integer);
    }
    if (column->prefix && text.n)
        text = page_text(page, arena_format(arena, "%s.%.*s", column->prefix, STR_ARG(text)).p);
    return (struct xlsx_cell){.text = text};
}

typedef enum rc export_row_fn(void *arg, struct ctx *ctx, const struct xlsx_cell *cells, const struct value *row);

/* The next CHUNK_ROWS rows, each given to fn; *ret_is_last when there are no more. */
static enum rc export_chunk(struct export *export, struct ctx *ctx, export_row_fn *fn, void *arg, bool *ret_is_last)
{
    struct page *page = export->page;
    int count = 0;
    struct value *rows;
    TRY(finding_query_rows(ctx, page, &export->query, &export->cursor, false, CHUNK_ROWS, &rows));
    VALUE_EACH (row, rows) {
        struct xlsx_cell cells[COLUMNS];
        for (int i = 0; i < COLUMNS; i++)
            cells[i] = make_cell(page, ctx->arena, &export_columns[i], row);
        TRY(fn(arg, ctx, cells, row));
        count++;
    }
    *ret_is_last = count < CHUNK_ROWS;
    if (*ret_is_last)
        return RC_OK;
    struct str cursor = finding_cursor_format(ctx->arena, &export->query, rows->items.last);
    if (cursor.n >= sizeof export->key)
        return RC_INTERNAL;
    for (size_t i = 0; i < cursor.n; i++)
        export->key[i] = cursor.p[i];
    bool is_read = finding_cursor_parse(&export->query, (struct str){export->key, cursor.n}, &export->cursor);
    return is_read ? RC_OK : RC_INTERNAL;
}

static enum rc export_begin(struct page *page, struct export **ret_export)
{
    struct export *export = ARENA_NEW(page->ctx.arena, struct export);
    if (!export)
        return RC_NOMEM;
    export->page = page;
    export->cursor.key = STR("");
    TRY(finding_query_read(page, PERM_REGISTER_EXPORT, &export->query));
    export->query.is_export = true;
    make_columns(export);
    *ret_export = export;
    return RC_OK;
}

static void set_file_name(struct page *page, const char *ending)
{
    char today[DATE_TEXT_BYTES];
    struct str day = date_format(clock_today(), today);
    http_set_header(page->request, "Content-Disposition",
                    arena_format(page->ctx.arena, "attachment; filename=\"findings-%.*s.%s\"", STR_ARG(day), ending));
}

/* ---- CSV --------------------------------------------------------------------------------------------------- */

static enum rc write_csv_row(void *arg, struct ctx *ctx, const struct xlsx_cell *cells, const struct value *row)
{
    (void)ctx;
    (void)row;
    struct buf *out = ((void **)arg)[0];
    const struct export *export = ((void **)arg)[1];
    csv_write_row(out, export->columns, cells, COLUMNS);
    return buf_rc(out);
}

static enum rc pull_csv(void *worker_state, void *arg, struct buf *out, bool *ret_is_last)
{
    struct export *export = arg;
    struct worker *worker = worker_state;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(CHUNK_ARENA_BYTES);
    if (!arena)
        return RC_NOMEM;
    struct ctx ctx = {.arena = arena};
    void *target[2] = {out, export};
    export->page->db = worker->db;
    if (!export->is_head_written)
        csv_write_head(out, export->columns, COLUMNS);
    export->is_head_written = true;
    return export_chunk(export, &ctx, write_csv_row, target, ret_is_last);
}

enum rc page_finding_export_csv(struct page *page)
{
    struct export *export;
    TRY(export_begin(page, &export));
    http_set_header(page->request, "Content-Type", STR("text/csv; charset=utf-8"));
    set_file_name(page, "csv");
    http_body_stream(page->request, pull_csv, NULL, export);
    page->is_answered = true;
    return RC_OK;
}

/* ---- workbook ---------------------------------------------------------------------------------------------- */

static enum rc write_book_row(void *arg, struct ctx *ctx, const struct xlsx_cell *cells, const struct value *row)
{
    struct str id = arena_format(ctx->arena, "%lld", (long long)value_get_int(row, "id", 0));
    return xlsx_write_row(ctx, arg, cells, id, value_get_int(row, "rev", 0));
}

static enum rc write_book_rows(struct export *export, struct xlsx_write *write)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(CHUNK_ARENA_BYTES);
    if (!arena)
        return RC_NOMEM;
    bool is_last = false;
    while (!is_last) {
        struct ctx ctx = {.arena = arena};
        TRY(export_chunk(export, &ctx, write_book_row, write, &is_last));
        arena_reset(arena);
    }
    return RC_OK;
}

static enum rc write_book(struct export *export, const char *path)
{
    struct page *page = export->page;
    struct xlsx_book book = {.title = page_text(page, "finding.list"),
                             .author = page->session.name,
                             .kind = STR("findings"),
                             .created_ms = clock_now_ms()};
    struct xlsx_write *write;
    TRY(xlsx_write_open(&page->ctx, path, &book, &write));
    enum rc rc = xlsx_write_sheet(&page->ctx, write, page_text(page, "finding.list"), export->columns, COLUMNS, true);
    if (rc == RC_OK)
        rc = write_book_rows(export, write);
    if (rc != RC_OK) {
        xlsx_write_drop(write);
        return rc;
    }
    return xlsx_write_close(&page->ctx, write);
}

/* The file has no name any more when it is sent. */
static enum rc send_book(struct page *page, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) {
        if (fd >= 0)
            close(fd);
        return RC_IO;
    }
    http_set_header(page->request, "Content-Type",
                    STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    set_file_name(page, "xlsx");
    http_body_file(page->request, fd, 0, (uint64_t)about.st_size);
    page->is_answered = true;
    return RC_OK;
}

static enum rc export_book(struct page *page)
{
    struct export *export;
    TRY(export_begin(page, &export));
    struct str spool = page->app->settings->spool;
    struct str directory =
        arena_format(page->ctx.arena, "%.*s/bihuan-export-XXXXXX", STR_ARG(spool.n ? spool : STR("/var/tmp")));
    char *place = arena_copy_cstr(page->ctx.arena, directory);
    if (!place || !mkdtemp(place))
        return ctx_fail_format(&page->ctx, RC_IO, "error.io", "%.*s", STR_ARG(directory));
    struct str path = arena_format(page->ctx.arena, "%s/findings.xlsx", place);
    enum rc rc = write_book(export, path.p);
    if (rc == RC_OK)
        rc = send_book(page, path.p);
    (void)unlink(path.p);
    (void)rmdir(place);
    return rc;
}

enum rc page_finding_export_xlsx(struct page *page)
{
    page_run_slow(page, export_book);
    return RC_OK;
}
