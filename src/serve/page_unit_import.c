/* page_unit_import.c: units and people in and out as a workbook.
 *
 * An upload is read in the sandbox and compared; nothing is written until the preview is confirmed.  Between the two
 * the rows wait in the local table job under the account that sent them.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rand.h"
#include "intake/reader.h"
#include "loop/unit_import.h"
#include "serve/chrome.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/typed_form.h"
#include "serve/unit_table.h"
#include "text/json.h"

enum { PREVIEW_ROWS_MAX = 300, MIB_SHIFT = 20 };

/* ---- out ---------------------------------------------------------------------------------------------------- */

static const char *spool_directory(const struct page *page)
{
    return page->app->settings->spool.n ? page->app->settings->spool.p : "/var/tmp";
}

/* A finished workbook as a download; the file has no name any more once it is open. */
static enum rc send_workbook(struct page *page, const char *path, struct str name)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    (void)unlink(path);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        if (fd >= 0)
            close(fd);
        return RC_IO;
    }
    struct buf disposition CLEANUP(buf_done);
    buf_init(&disposition, 4096);
    buf_add_cstr(&disposition, "attachment; filename*=UTF-8''");
    url_encode(&disposition, name);
    http_set_header(page->request, "Content-Disposition", arena_copy_str(page->ctx.arena, buf_str(&disposition)));
    http_set_header(page->request, "Content-Type",
                    STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    http_body_file(page->request, fd, 0, (uint64_t)info.st_size);
    page->is_answered = true;
    return RC_OK;
}

static enum rc write_workbook(struct page *page, const struct value *units, const struct value *people,
                              const char *name)
{
    struct str path = arena_format(page->ctx.arena, "%s/bihuan-%016llx.xlsx", spool_directory(page),
                                   (unsigned long long)rand_uint64());
    TRY(arena_rc(page->ctx.arena));
    TRY(unit_table_write(&page->ctx, path.p, page->lang, units, people));
    char today[DATE_TEXT_BYTES];
    struct str title = page_text(page, name), day = date_format(clock_today(), today);
    return send_workbook(page, path.p, arena_format(page->ctx.arena, "%.*s-%.*s.xlsx", STR_ARG(title), STR_ARG(day)));
}

enum rc page_unit_export(struct page *page)
{
    struct value *units, *people;
    TRY(db_rows(&page->ctx, page_statement(page, Q_UNIT_EXPORT), &units));
    TRY(db_rows(&page->ctx, page_statement(page, Q_PERSON_EXPORT), &people));
    return write_workbook(page, units, people, "unit.export_name");
}

enum rc page_unit_template(struct page *page) { return write_workbook(page, NULL, NULL, "unit.template_name"); }

/* ---- the form and the preview -------------------------------------------------------------------------------- */

static struct str typed(struct page *page, const char *name, struct str otherwise)
{
    struct str text = typed_form_value(page, NULL, name);
    return text.n ? text : otherwise;
}

static void put_form(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    typed_form_put(page, typed_form(page), "valid_from", typed(page, "valid_from", date_text(arena, clock_today())));
    typed_form_choices(page, typed_form_put(page, typed_form(page), "policy", typed(page, "policy", STR("update"))),
                       "update|skip|stop", "unit_policy");
    value_put_text(arena, page->view, "max_size_text",
                   arena_format(arena, "%lld MB", (long long)page->app->settings->body_max_mb));
    value_put_null(arena, page->view, "preview");
    chrome_add_crumb(page, page_text(page, "nav.units"), STR("/units"));
    chrome_add_crumb(page, page_text(page, "unit.import"), STR(""));
}

enum rc page_unit_import(struct page *page)
{
    put_form(page);
    return RC_OK;
}

static const struct value *find_row(const struct value *input, bool is_person, int64_t number)
{
    VALUE_EACH (row, value_get(input, is_person ? "people" : "units")) {
        if (value_get_int(row, "row", 0) == number)
            return row;
    }
    return NULL;
}

/* "units 12" of an issue. */
static bool read_place(struct str place, bool *ret_is_person, int64_t *ret_number)
{
    struct str rest = place, sheet;
    if (!str_split_next(&rest, ' ', &sheet) || !str_parse_int64(rest, ret_number))
        return false;
    *ret_is_person = str_equal(sheet, STR("people"));
    return true;
}

static struct str column_label(struct page *page, bool is_person, struct str field)
{
    return unit_table_title(page->lang, is_person ? "people" : "units", arena_copy_cstr(page->ctx.arena, field));
}

static void put_row_errors(struct page *page, struct value *preview, const struct value *input)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, preview, "row_errors");
    for (const struct ctx_issue *issue = page->ctx.first; issue; issue = issue->next) {
        bool is_person = false;
        int64_t number = 0;
        struct value *item = value_add_map(arena, list);
        bool has_row = read_place(issue->place, &is_person, &number);
        const struct value *row = has_row ? find_row(input, is_person, number) : NULL;
        struct str sheet = page_text(page, is_person ? "unit_sheet.people" : "unit_sheet.units");
        value_put_text(arena, item, "sheet", has_row ? sheet : STR(""));
        value_put_int(arena, item, "row", number);
        value_put_text(arena, item, "field", column_label(page, is_person, issue->field));
        value_put_text(arena, item, "value", value_get_text(row, arena_copy_cstr(arena, issue->field)));
        value_put_text(arena, item, "text", message_of_issue(arena, page->lang, issue));
    }
    value_put_int(arena, preview, "error_count", page->ctx.issue_count);
    value_put_bool(arena, preview, "has_row_errors", list->items.n > 0);
    ctx_clear_issues(&page->ctx);
}

static struct str choice_text(struct page *page, struct str field, struct str value)
{
    bool is_kind = str_equal(field, STR("kind"));
    if (!value.n)
        return STR("-");
    if (!is_kind && !str_equal(field, STR("sector")))
        return value;
    struct str text = message_find(
        page->lang, arena_format(page->ctx.arena, "%s.%.*s", is_kind ? "unit_kind" : "unit_sector", STR_ARG(value)));
    return text.p ? text : value;
}

static struct str changes_text(struct page *page, bool is_person, const struct value *changes)
{
    struct arena *arena = page->ctx.arena;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1 << 20);
    VALUE_EACH (change, changes) {
        struct str field = value_get_text(change, "field");
        struct str args[3] = {column_label(page, is_person, field),
                              choice_text(page, field, value_get_text(change, "from")),
                              choice_text(page, field, value_get_text(change, "to"))};
        if (out.n)
            buf_add_cstr(&out, "; ");
        message_write(&out, page->lang, STR("unit_import.change_text"), args, 3);
    }
    return arena_copy_str(arena, buf_str(&out));
}

static void add_planned_rows(struct page *page, struct value *list, const struct value *rows, bool is_person,
                             int64_t *hidden)
{
    struct arena *arena = page->ctx.arena;
    VALUE_EACH (row, rows) {
        struct str action = value_get_text(row, "action");
        if (str_equal(action, STR("unchanged")))
            continue;
        if (list->items.n >= PREVIEW_ROWS_MAX) {
            ++*hidden;
            continue;
        }
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "sheet", page_text(page, is_person ? "unit_sheet.people" : "unit_sheet.units"));
        value_put_int(arena, item, "row", value_get_int(row, "row", 0));
        value_put_text(arena, item, "code", value_get_text(row, is_person ? "unit_code" : "code"));
        value_put_text(arena, item, "name", value_get_text(row, "name"));
        value_put_text(arena, item, "action", action);
        value_put_text(arena, item, "action_label",
                       page_text(page, arena_copy_cstr(arena, arena_concat(arena, STR("unit_action."), action))));
        value_put_text(arena, item, "detail", changes_text(page, is_person, value_get(row, "changes")));
    }
}

static void put_preview(struct page *page, const struct value *input, const struct value *plan, int64_t job_id)
{
    struct arena *arena = page->ctx.arena;
    static const char *const counts[] = {"new", "changed", "moved", "unchanged", "skipped"};
    struct value *preview = value_new_map(arena);
    value_set(page->view, STR("preview"), preview);
    put_row_errors(page, preview, input);
    int64_t todo = 0, hidden = 0;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int64_t n = value_get_int(plan, counts[i], 0);
        value_put_int(arena, preview, counts[i], n);
        todo += i < 3 ? n : 0;
    }
    value_put_int(arena, preview, "rows",
                  (int64_t)(value_count(value_get(input, "units")) + value_count(value_get(input, "people"))));
    struct value *list = value_put_list(arena, preview, "plan");
    add_planned_rows(page, list, value_get(plan, "units"), false, &hidden);
    add_planned_rows(page, list, value_get(plan, "people"), true, &hidden);
    value_put_bool(arena, preview, "has_plan", list->items.n > 0);
    value_put_int(arena, preview, "hidden", hidden);
    value_put_bool(arena, preview, "has_hidden", hidden > 0);
    value_put_int(arena, preview, "id", job_id);
    value_put_bool(arena, preview, "may_apply", job_id > 0 && todo > 0);
    value_put_bool(arena, preview, "is_nothing", job_id > 0 && todo == 0);
}

/* ---- what waits ---------------------------------------------------------------------------------------------- */

struct job_work {
    int64_t id, account_id;
    struct str input;
};

static enum rc insert_job(struct ctx *ctx, struct db *db, void *arg)
{
    struct job_work *work = arg;
    TRY(db_get_int(ctx, db_query(db, Q_JOB_NEXT_ID), &work->id));
    struct db_stmt *st = db_query(db, Q_JOB_INSERT);
    db_bind_int(st, "id", work->id);
    db_bind_text(st, "kind", STR("unit_import"));
    db_bind_int(st, "account_id", work->account_id);
    db_bind_text(st, "input", work->input);
    db_bind_int(st, "at", clock_now_ms());
    return db_run(ctx, st);
}

static enum rc end_job(struct ctx *ctx, struct db *db, void *arg)
{
    const struct job_work *work = arg;
    struct db_stmt *st = db_query(db, Q_JOB_UPDATE);
    db_bind_int(st, "id", work->id);
    db_bind_text(st, "state", STR("done"));
    db_bind_text(st, "result", STR("{}"));
    db_bind_int(st, "done_count", 1);
    db_bind_int(st, "total_count", 1);
    db_bind_int(st, "at", clock_now_ms());
    return db_run(ctx, st);
}

static enum rc keep_rows(struct page *page, const struct value *input, int64_t *ret_id)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, (size_t)64 << MIB_SHIFT);
    value_write_json(&out, input, false);
    TRY(buf_rc(&out));
    struct job_work work = {.account_id = page->session.account_id, .input = buf_str(&out)};
    TRY(submit_work(page, insert_job, &work));
    *ret_id = work.id;
    return RC_OK;
}

/* ---- upload and confirmation --------------------------------------------------------------------------------- */

static enum rc read_upload(struct page *page, const struct form_file *file, struct value **ret_input)
{
    struct reader_limits limits = reader_limits_default();
    limits.memory_bytes = (size_t)page->app->settings->read_memory_mb << MIB_SHIFT;
    limits.wall_ms = (unsigned)page->app->settings->read_timeout_s * 1000;
    struct document *document = ARENA_NEW(page->ctx.arena, struct document);
    int fd;
    TRY(arena_rc(page->ctx.arena));
    TRY(form_file_open(&page->ctx, file, spool_directory(page), &fd));
    enum rc rc = reader_read_sandboxed(&page->ctx, fd, file->name, &limits, document);
    close(fd);
    TRY(rc);
    return unit_table_read(&page->ctx, document, ret_input);
}

static enum rc preview_upload(struct page *page)
{
    const struct form_file *file = form_file(page->form, "file");
    struct value *input, *plan = NULL;
    if (!file)
        return ctx_fail_field(&page->ctx, RC_INVALID, "field.required", "file");
    TRY(read_upload(page, file, &input));
    struct value *form = typed_form(page);
    value_put_text(page->ctx.arena, input, "policy", value_get_text(value_get(form, "policy"), "value"));
    value_put_text(page->ctx.arena, input, "valid_from", value_get_text(value_get(form, "valid_from"), "value"));
    enum rc rc = unit_import_plan(&page->ctx, page->db, &page->actor, input, &plan);
    int64_t job_id = 0;
    if (rc != RC_OK && rc != RC_INVALID)
        return rc;
    if (rc == RC_OK)
        TRY(keep_rows(page, input, &job_id));
    else
        page->status = 422;
    put_preview(page, input, plan, job_id);
    return RC_OK;
}

static enum rc run_upload(struct page *page)
{
    page->tpl = "unit_import";
    put_form(page);
    enum rc rc = preview_upload(page);
    if (rc == RC_OK || page->is_json)
        return rc;
    if (rc != RC_INVALID && rc != RC_NOT_FOUND && rc != RC_UNSUPPORTED && rc != RC_DAMAGED && rc != RC_BAD_ENCODING &&
        rc != RC_TOO_LARGE && rc != RC_TIMEOUT)
        return rc;
    if (!page->ctx.first)
        (void)ctx_fail_key(&page->ctx, rc, NULL);
    page->status = rc_http_status(rc);
    return RC_OK;
}

enum rc page_unit_import_post(struct page *page)
{
    page_run_slow(page, run_upload);
    return RC_OK;
}

static enum rc find_job(struct page *page, struct value **ret_input)
{
    struct value *job;
    struct db_stmt *st = db_query(page->db, Q_JOB_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(db_first_row(&page->ctx, st, &job));
    if (!job || value_get_int(job, "account_id", 0) != page->session.account_id ||
        !str_equal(value_get_text(job, "kind"), STR("unit_import")))
        return RC_NOT_FOUND;
    if (!str_equal(value_get_text(job, "state"), STR("waiting")))
        return ctx_fail_key(&page->ctx, RC_GUARD, "unit_import.done_already");
    return json_parse(&page->ctx, value_get_text(job, "input"), ret_input);
}

enum rc page_unit_import_apply(struct page *page)
{
    struct value *input, *result;
    TRY(find_job(page, &input));
    enum rc rc = submit_and_wait(page, &command_unit_import, input, &result);
    if (rc == RC_INVALID && !page->is_json) { /* the organisation has changed since the preview */
        page->tpl = "unit_import";
        page->status = 422;
        put_form(page);
        put_preview(page, input, NULL, 0);
        return RC_OK;
    }
    TRY(rc);
    struct job_work work = {.id = page_param_int(page, "id", 0)};
    TRY(submit_work(page, end_job, &work));
    if (page->is_json) {
        value_put(page->view, STR("result"), value_copy(page->ctx.arena, result));
        return RC_OK;
    }
    int64_t n =
        value_get_int(result, "new", 0) + value_get_int(result, "changed", 0) + value_get_int(result, "moved", 0);
    chrome_set_flash(page, "success", "import.done", arena_format(page->ctx.arena, "%lld", (long long)n), STR_EMPTY);
    page_redirect(page, STR("/units"));
    return RC_OK;
}
