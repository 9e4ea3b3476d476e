/* page_task_book.c: workbooks for units without access, going out; coming back: page_task_return.c. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/book_stamp.h"
#include "publish/task_book.h"
#include "serve/pages.h"

static enum rc send_file(struct page *page, const char *path, struct str name)
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
    http_set_header(page->request, "Content-Disposition",
                    arena_format(page->ctx.arena, "attachment; filename=\"tasks-%.*s.xlsx\"", STR_ARG(name)));
    http_body_file(page->request, fd, 0, (uint64_t)about.st_size);
    page->is_answered = true;
    return RC_OK;
}

static enum rc write_book(struct page *page)
{
    struct value *rows, *unit;
    struct str stamp;
    struct book_stamp to = {.unit_id = page_param_int(page, "id", 0),
                            .addressee = page_param_text(page, "to"),
                            .made_on = date_text(page->ctx.arena, clock_today())};
    struct db_stmt *st = db_query(page->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(db_first_row(&page->ctx, st, &unit));
    st = page_statement(page, Q_TASK_BOOK_ROWS);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    TRY(book_stamp_make(&page->ctx, &to, &stamp));
    struct str spool = page->app->settings->spool;
    char *path = arena_copy_cstr(page->ctx.arena, arena_format(page->ctx.arena, "%.*s/bihuan-book-XXXXXX",
                                                               STR_ARG(spool.n ? spool : STR("/var/tmp"))));
    int fd = path ? mkstemp(path) : -1;
    if (fd < 0)
        return ctx_fail_key(&page->ctx, RC_IO, NULL);
    close(fd);
    enum rc rc = task_book_write(&page->ctx, path, value_get_text(unit, "name"), stamp, rows);
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
    TRY(page_find_row(page, st, &unit));
    page_run_slow(page, write_book);
    return RC_OK;
}
