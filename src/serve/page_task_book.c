/* page_task_book.c: workbooks for units without access: out, back, what would change, written at once. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake/reader.h"
#include "intake/task_book_read.h"
#include "loop/task_sheet.h"
#include "publish/task_book.h"
#include "serve/chrome.h"
#include "serve/pages.h"

enum { ROWS_BYTES_MAX = 16 << 20 };

/* ---- out ------------------------------------------------------------------------------------------------------ */

static enum rc send_file(struct page *page, const char *path, struct str name)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) {
        if (fd >= 0)
            close(fd);
        return RC_IO;
    }
    http_set_header(page->request, "Content-Type", STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    http_set_header(page->request, "Content-Disposition", arena_format(page->ctx.arena, "attachment; filename=\"tasks-%.*s.xlsx\"", STR_ARG(name)));
    http_body_file(page->request, fd, 0, (uint64_t)about.st_size);
    page->is_answered = true;
    return RC_OK;
}

static enum rc write_book(struct page *page)
{
    struct value *rows, *unit;
    struct db_stmt *st = db_query(page->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(db_first_row(&page->ctx, st, &unit));
    st = page_statement(page, Q_TASK_BOOK_ROWS);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    struct str spool = page->app->settings->spool;
    char *path = arena_copy_cstr(page->ctx.arena, arena_format(page->ctx.arena, "%.*s/bihuan-book-XXXXXX", STR_ARG(spool.n ? spool : STR("/var/tmp"))));
    int fd = path ? mkstemp(path) : -1;
    if (fd < 0)
        return ctx_fail_key(&page->ctx, RC_IO, NULL);
    close(fd);
    enum rc rc = task_book_write(&page->ctx, path, value_get_text(unit, "name"), rows);
    if (rc == RC_OK)
        rc = send_file(page, path, value_get_text(unit, "code"));
    (void)unlink(path);
    return rc;
}

enum rc page_unit_task_book(struct page *page)
{
    struct value *unit;
    struct db_stmt *st = page_statement(page, Q_UNIT_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(db_first_row(&page->ctx, st, &unit));
    if (!unit)
        return RC_NOT_FOUND;
    page_run_slow(page, write_book);
    return RC_OK;
}

/* ---- back ----------------------------------------------------------------------------------------------------- */

static void begin(struct page *page)
{
    value_put_bool(page->ctx.arena, page->view, "has_rows", false);
    chrome_add_crumb(page, page_text(page, "task.list"), STR("/tasks"));
    chrome_add_crumb(page, page_text(page, "task_sheet.title"), STR_EMPTY);
}

enum rc page_task_sheet(struct page *page)
{
    begin(page);
    TRY(page_put_rows(page, "units", page_statement(page, Q_TASK_BOOK_UNITS)));
    value_put_bool(page->ctx.arena, page->view, "has_units", value_count(value_get(page->view, "units")) > 0);
    return RC_OK;
}

static enum rc show(struct page *page, const struct value *rows)
{
    static const char *const outcomes[] = {"ready", "same", "stale", "error"};
    struct arena *arena = page->ctx.arena;
    struct value *judged;
    struct buf text CLEANUP(buf_done);
    int64_t counts[4] = {0};
    TRY(task_sheet_judge(&page->ctx, page->db, &page->actor, rows, &judged));
    for (struct value *row = judged->items.first; row; row = row->next) {
        struct str outcome = value_get_text(row, "outcome"), message = value_get_text(row, "message");
        for (int i = 0; i < 4; i++)
            counts[i] += str_equal_cstr(outcome, outcomes[i]);
        value_put_text(arena, row, "outcome_label", page_text(page, arena_format(arena, "task_sheet.outcome.%.*s", STR_ARG(outcome)).p));
        value_put_text(arena, row, "message_text", message.n ? page_text(page, arena_copy_cstr(arena, message)) : STR(""));
        value_put_bool(arena, row, "is_shown", !str_equal(outcome, STR("same")));
        static const char *const filled[] = {"progress", "done_text", "blockers", "next_text"};
        for (size_t i = 0; i < sizeof filled / sizeof filled[0]; i++)
            if (!value_get(row, filled[i]))
                value_put_text(arena, row, filled[i], STR(""));
    }
    buf_init(&text, ROWS_BYTES_MAX);
    value_write_json(&text, rows, false);
    TRY(buf_rc(&text));
    begin(page);
    value_put(page->view, STR("rows"), judged);
    value_set(page->view, STR("has_rows"), value_new_int(arena, 1));
    value_put_text(arena, page->view, "rows_json", arena_copy_str(arena, buf_str(&text)));
    for (int i = 0; i < 4; i++)
        value_put_int(arena, page->view, arena_format(arena, "%s_count", outcomes[i]).p, counts[i]);
    value_put_bool(arena, page->view, "may_apply", counts[0] > 0 && counts[3] == 0);
    value_put_list(arena, page->view, "units");
    value_put_bool(arena, page->view, "has_units", false);
    page->tpl = "task_sheet";
    return RC_OK;
}

static enum rc read_upload(struct page *page)
{
    const struct form_file *file = form_file(page->form, "file");
    struct document document;
    struct value *rows;
    int fd;
    if (!file)
        return ctx_fail_field(&page->ctx, RC_INVALID, "letter.no_file", "file");
    const char *spool = page->app->settings->spool.n ? page->app->settings->spool.p : "/var/tmp";
    TRY(form_file_open(&page->ctx, file, spool, &fd));
    enum rc rc = reader_read_sandboxed(&page->ctx, fd, file->name, NULL, &document);
    close(fd);
    TRY(rc);
    TRY(task_book_read(&page->ctx, &document, &rows));
    return show(page, rows);
}

enum rc page_task_sheet_post(struct page *page)
{
    page_run_slow(page, read_upload);
    return RC_OK;
}
