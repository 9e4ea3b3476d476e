/* page_register_import.c: an existing ledger comes into the register: file -> columns -> preview -> written at once.
 *
 * Nothing is kept between the steps but the stored file: its digest stands in the address, the choices in the query
 * string and in hidden fields.  A file is shown only to the account that brought it.  Every step reads the file again
 * on a thread for slow work, with memory of its own, so that a long ledger does not run into the ceiling of a request.
 */
#include <unistd.h>

#include "base/alloc.h"
#include "intake/reader.h"
#include "intake/register_sheet.h"
#include "intake/register_sheet_plan.h"
#include "intake/sheet_map.h"
#include "publish/csv_write.h"
#include "serve/chrome.h"
#include "serve/http_headers.h"
#include "serve/pages.h"
#include "serve/register_import_view.h"
#include "serve/submit.h"
#include "text/json.h"
#include "text/utf8.h"

enum { MIB_SHIFT = 20, CSV_BYTES_MAX = 16 << 20 };
static const size_t step_bytes = (size_t)1 << 30;

static const char *const policies[] = {"stop", "skip", "update"};
static const char *const source_kinds[] = {"self_check", "inspection", "audit", "thematic", "democratic_life",
                                           "directive",  "comment",    "alert", "other"};
/* What is chosen once and goes with every address. */
static const char *const kept[] = {"source", "title", "kind", "unit_id", "label", "policy", "sheet"};

/* One step at work on the stored file. */
struct step {
    struct page *page;
    struct ctx ctx;             /* with the step's own arena */
    const struct value *fields; /* of the query string or the form */
    struct str sha256, file_name;
    struct document document;
    struct sheet_grid grid;
    struct value *mapping; /* of register_sheet_guess */
    struct value *input;   /* of register_sheet_plan */
};

static struct str chosen(const struct step *step, const char *name) { return form_text(step->fields, name); }

static struct str policy_of(const struct value *fields)
{
    struct str policy = form_text(fields, "policy");
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        if (str_equal_cstr(policy, policies[i]))
            return policy;
    return STR("stop");
}

/* Which of the four steps the template shows. */
static struct value *begin_view(struct page *page, const char *name)
{
    static const char *const names[] = {"upload", "map", "preview", "result"};
    struct arena *arena = page->ctx.arena;
    struct value *map = value_put_map(arena, page->view, "step");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        value_put_bool(arena, map, names[i], str_equal_cstr(str_from_cstr(name), names[i]));
    page->tpl = "register_import";
    return value_put_map(arena, page->view, "import");
}

/* The details of a step's failure are the page's. */
static void take_issues(struct step *step)
{
    for (const struct ctx_issue *issue = step->ctx.first; issue; issue = issue->next) {
        char *key = arena_copy_cstr(step->page->ctx.arena, issue->key);
        (void)ctx_fail(&step->page->ctx, issue->rc, key, issue->field, issue->place, issue->args, issue->arg_count);
    }
}

/* ---- file ------------------------------------------------------------------------------------------------------- */

static enum rc put_source_options(struct page *page, struct value *form, struct str source)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_REGISTER_SOURCE_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_WRITE);
    struct value *rows, *list = value_put_list(arena, form, "sources");
    TRY(db_rows(&page->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        struct str id = arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0));
        struct str label =
            arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(row, "no")), STR_ARG(value_get_text(row, "title")));
        register_view_option(arena, list, id, label, str_equal(id, source));
    }
    value_put_bool(arena, form, "is_new", str_equal(source, STR("new")));
    return RC_OK;
}

static enum rc put_upload(struct page *page, const struct value *fields)
{
    static const char *const labels[] = {"label.public", "label.internal", "label.work_secret"};
    struct arena *arena = page->ctx.arena;
    (void)begin_view(page, "upload");
    struct value *form = value_put_map(arena, page->view, "form");
    TRY(put_source_options(page, form, form_text(fields, "source")));
    value_put_text(arena, form, "title", form_text(fields, "title"));
    struct value *list = value_put_list(arena, form, "kinds");
    for (size_t i = 0; i < sizeof source_kinds / sizeof *source_kinds; i++) {
        struct str kind = str_from_cstr(source_kinds[i]);
        register_view_option(arena, list, kind, register_view_word(page, "source.kind_", kind),
                             str_equal(kind, form_text(fields, "kind")));
    }
    int64_t label = LABEL_INTERNAL, unit_id = 0;
    (void)str_parse_int64(form_text(fields, "label"), &label);
    (void)str_parse_int64(form_text(fields, "unit_id"), &unit_id);
    list = value_put_list(arena, form, "labels");
    for (int i = LABEL_PUBLIC; i <= page->actor.anywhere[PERM_SOURCE_WRITE]; i++)
        register_view_option(arena, list, arena_format(arena, "%d", i), page_text(page, labels[i]), i == label);
    struct db_stmt *st = db_query(page->db, Q_UNIT_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_WRITE);
    struct value *units;
    TRY(db_rows(&page->ctx, st, &units));
    list = value_put_list(arena, form, "units");
    VALUE_EACH (unit, units) {
        int64_t id = value_get_int(unit, "id", 0);
        register_view_option(arena, list, arena_format(arena, "%lld", (long long)id), value_get_text(unit, "name"),
                             id == unit_id);
    }
    value_put_bool(arena, form, "may_make_source", value_count(list) > 0);
    value_put_text(arena, page->view, "max_size_text",
                   arena_format(arena, "%lld MB", (long long)page->app->settings->body_max_mb));
    return RC_OK;
}

enum rc page_register_import(struct page *page) { return put_upload(page, page->query); }

static enum rc show_upload_failure(struct page *page, enum rc rc)
{
    if (page->is_json)
        return rc;
    if (!page->ctx.first)
        (void)ctx_fail_key(&page->ctx, rc, NULL);
    page->status = rc_http_status(rc);
    return put_upload(page, page->form->fields);
}

/* "/findings/import/DIGEST/STEP?..." with what was chosen so far; columns too when asked. */
static struct str step_href(struct arena *arena, struct str sha256, const char *name, const struct value *fields,
                            bool has_columns)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 64 * 1024);
    buf_add_format(&out, "/findings/import/%.*s%s?", STR_ARG(sha256), name);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct str value = form_text(fields, kept[i]);
        if (value.n)
            url_add_query(&out, str_from_cstr(kept[i]), value);
    }
    VALUE_EACH (field, fields) {
        if (has_columns && str_has_prefix(field->key, STR("column_")) && field->kind == VALUE_TEXT)
            url_add_query(&out, field->key, field->text);
    }
    return arena_copy_str(arena, buf_str(&out));
}

/* The file is kept before anything is asked about it; the reader of the next step says whether it is a sheet at all. */
static enum rc keep_file(struct page *page, const struct form_file *file, struct str *ret_sha256)
{
    struct arena *arena = page->ctx.arena;
    const char *spool = page->app->settings->spool.n ? page->app->settings->spool.p : "/var/tmp";
    char digest[FILESTORE_NAME_BYTES];
    struct document document;
    struct sheet_grid grid;
    struct arena *own CLEANUP(arena_free_ptr) = arena_new(step_bytes);
    if (!own)
        return RC_NOMEM;
    struct step step = {.page = page, .ctx = {.arena = own}};
    struct reader_limits limits = reader_limits_default();
    limits.wall_ms = (unsigned)page->app->settings->read_timeout_s * 1000;
    int fd;
    TRY(form_file_open(&page->ctx, file, spool, &fd));
    enum rc rc = reader_read_sandboxed(&step.ctx, fd, file->name, &limits, &document);
    if (rc == RC_OK)
        rc = sheet_from_document(&step.ctx, &document, STR_EMPTY, &grid);
    if (rc == RC_OK && grid.head_index == SIZE_MAX)
        rc = ctx_fail_key(&step.ctx, RC_INVALID, "import.no_head");
    if (rc == RC_OK)
        rc = filestore_put_fd(&step.ctx, page->app->files, fd, 0, file->size_bytes, digest);
    close(fd);
    take_issues(&step);
    TRY(rc);
    struct value *raw = value_new_map(arena), *result;
    *ret_sha256 = arena_copy_str(arena, str_from_cstr(digest));
    value_put_text(arena, raw, "sha256", *ret_sha256);
    value_put_text(arena, raw, "name", utf8_cut_count(file->name, REGISTER_LINE_MAX));
    value_put_text(arena, raw, "media_type",
                   document.format == FORMAT_CSV
                       ? STR("text/csv")
                       : STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    value_put_int(arena, raw, "size", file->size_bytes);
    return submit_and_wait(page, &command_file_keep, raw, &result);
}

static enum rc run_upload(struct page *page)
{
    const struct value *fields = page->form->fields;
    const struct form_file *file = form_file(page->form, "file");
    struct str sha256;
    bool is_new = str_equal(form_text(fields, "source"), STR("new"));
    enum rc rc = RC_OK;
    if (is_new && !str_trim(form_text(fields, "title")).n)
        rc = ctx_fail_field(&page->ctx, RC_INVALID, "register.new_title_missing", "title");
    if (!file)
        rc = ctx_fail_field(&page->ctx, RC_INVALID, "import.no_file", "file");
    if (rc == RC_OK)
        rc = keep_file(page, file, &sha256);
    if (rc != RC_OK)
        return show_upload_failure(page, rc);
    struct str to = step_href(page->ctx.arena, sha256, "", fields, false);
    if (page->is_json) {
        value_put_text(page->ctx.arena, page->view, "sha256", sha256);
        value_put_text(page->ctx.arena, page->view, "url", to);
        page->status = 201;
        return RC_OK;
    }
    page_redirect(page, to);
    return RC_OK;
}

enum rc page_register_import_post(struct page *page)
{
    page_run_slow(page, run_upload);
    return RC_OK;
}

/* ---- reading the stored file again ----------------------------------------------------------------------------- */

static enum rc find_file(struct step *step)
{
    struct page *page = step->page;
    struct db_stmt *st = db_query(page->db, Q_FILE_IS_MINE);
    struct value *row;
    step->sha256 = page_param_text(page, "sha256");
    db_bind_text(st, "sha256", step->sha256);
    db_bind_int(st, "me", page->actor.account_id);
    TRY(db_first_row(&page->ctx, st, &row));
    if (!row)
        return ctx_fail_key(&step->ctx, RC_NOT_FOUND, "register.no_file");
    step->file_name = value_get_text(row, "name");
    return RC_OK;
}

/* What the person chose for the columns stands over what was guessed. */
static void take_columns(struct step *step)
{
    struct value *columns = (struct value *)value_get(step->mapping, "columns");
    for (struct value *column = columns->items.first; column; column = column->next) {
        struct str name = arena_format(step->ctx.arena, "column_%lld", (long long)value_get_int(column, "column", 0));
        if (value_get_str(step->fields, name))
            value_set(column, STR("field"), value_new_text(step->ctx.arena, form_text(step->fields, name.p)));
    }
}

static enum rc read_file(struct step *step)
{
    struct page *page = step->page;
    struct reader_limits limits = reader_limits_default();
    limits.memory_bytes = (size_t)page->app->settings->read_memory_mb << MIB_SHIFT;
    limits.wall_ms = (unsigned)page->app->settings->read_timeout_s * 1000;
    int fd;
    int64_t size;
    TRY(filestore_open_file(&step->ctx, page->app->files, step->sha256, &fd, &size));
    enum rc rc = reader_read_sandboxed(&step->ctx, fd, step->file_name, &limits, &step->document);
    close(fd);
    TRY(rc);
    TRY(sheet_from_document(&step->ctx, &step->document, chosen(step, "sheet"), &step->grid));
    struct db_stmt *st = db_query(page->db, Q_IMPORT_MAPPING_GET);
    struct value *row, *remembered = NULL;
    db_bind_text(st, "signature", sheet_map_signature(step->ctx.arena, &step->grid));
    TRY(db_first_row(&step->ctx, st, &row));
    if (row)
        TRY(json_parse(&step->ctx, value_get_text(row, "mapping"), &remembered));
    TRY(register_sheet_guess(&step->ctx, &step->grid, remembered, &step->mapping));
    take_columns(step);
    return arena_rc(step->ctx.arena);
}

/* Input of plan and command. */
static enum rc make_input(struct step *step)
{
    struct arena *arena = step->ctx.arena;
    struct value *fields = value_new_list(arena), *sheet, *input = value_new_map(arena);
    VALUE_EACH (column, value_get(step->mapping, "columns")) {
        value_add_text(arena, fields, value_get_text(column, "field"));
    }
    TRY(register_sheet_read(&step->ctx, &step->grid, fields, &sheet));
    int64_t source_id = 0, unit_id = 0, label = LABEL_INTERNAL;
    bool is_new = str_equal(chosen(step, "source"), STR("new"));
    (void)str_parse_int64(chosen(step, "source"), &source_id);
    (void)str_parse_int64(chosen(step, "unit_id"), &unit_id);
    (void)str_parse_int64(chosen(step, "label"), &label);
    value_put(input, STR("sheet"), sheet);
    value_put_text(arena, input, "policy", policy_of(step->fields));
    value_put_int(arena, input, "source_id", source_id);
    value_put_text(arena, input, "title",
                   is_new ? utf8_cut_count(str_trim(chosen(step, "title")), REGISTER_TITLE_MAX) : STR(""));
    value_put_text(arena, input, "kind", STR("other"));
    for (size_t i = 0; i < sizeof source_kinds / sizeof *source_kinds; i++)
        if (str_equal_cstr(chosen(step, "kind"), source_kinds[i]))
            value_set(input, STR("kind"), value_new_text(arena, chosen(step, "kind")));
    value_put_int(arena, input, "unit_id", unit_id);
    value_put_int(arena, input, "label", label);
    bool is_own = value_get_bool(step->mapping, "is_own");
    value_put_text(arena, input, "signature", is_own ? STR("") : value_get_text(step->mapping, "signature"));
    value_put(input, STR("columns"), fields);
    value_put_text(arena, input, "file_sha256", step->sha256);
    value_put_text(arena, input, "file_name", step->file_name);
    struct str reason = utf8_cut_count(str_trim(chosen(step, "reason")), REGISTER_TITLE_MAX);
    value_put_text(arena, input, "reason", reason.n ? reason : step->file_name);
    step->input = input;
    return arena_rc(arena);
}

/* Runs one step with memory of its own; what the page shows is copied by then. */
static enum rc with_step(struct page *page, const struct value *fields, enum rc (*run)(struct step *step))
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(step_bytes);
    if (!arena)
        return RC_NOMEM;
    struct step step = {.page = page, .ctx = {.arena = arena}, .fields = fields};
    enum rc rc = find_file(&step);
    if (rc == RC_OK)
        rc = read_file(&step);
    if (rc == RC_OK)
        rc = run(&step);
    take_issues(&step);
    return rc;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static void put_common(struct step *step, struct value *import)
{
    struct arena *arena = step->page->ctx.arena;
    value_put_text(arena, import, "sha256", arena_copy_str(arena, step->sha256));
    value_put_text(arena, import, "filename", arena_copy_str(arena, step->file_name));
    value_put_text(arena, import, "sheet", arena_copy_str(arena, step->grid.name.n ? step->grid.name : STR("")));
    value_put_int(arena, import, "rows", (int64_t)(step->grid.row_count - step->grid.head_index) - 1);
    value_put_bool(arena, import, "mapping_remembered", value_get_bool(step->mapping, "is_remembered"));
    value_put_text(arena, import, "back_href", step_href(arena, step->sha256, "", step->fields, true));
    value_put_text(arena, import, "errors_href", step_href(arena, step->sha256, "/errors.csv", step->fields, true));
}

/* What the next form must send along. */
static void put_hidden(struct step *step, struct value *import, bool has_columns)
{
    struct arena *arena = step->page->ctx.arena;
    value_put_text(arena, import, "reason_error", STR("")); /* until writing was asked for without one */
    struct value *list = value_put_list(arena, import, "hidden");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        bool is_shown = !has_columns && (str_equal_cstr(str_from_cstr(kept[i]), "policy") ||
                                         str_equal_cstr(str_from_cstr(kept[i]), "sheet"));
        struct str value = chosen(step, kept[i]);
        if (is_shown || !value.n)
            continue;
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "name", str_from_cstr(kept[i]));
        value_put_text(arena, item, "value", arena_copy_str(arena, value));
    }
    VALUE_EACH (column, has_columns ? value_get(step->mapping, "columns") : NULL) {
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "name",
                       arena_format(arena, "column_%lld", (long long)value_get_int(column, "column", 0)));
        value_put_text(arena, item, "value", arena_copy_str(arena, value_get_text(column, "field")));
    }
}

static enum rc show_map(struct step *step)
{
    struct page *page = step->page;
    struct arena *arena = page->ctx.arena;
    struct value *import = begin_view(page, "map");
    put_common(step, import);
    register_view_columns(page, import, &step->grid, step->mapping);
    put_hidden(step, import, false);
    struct value *list = value_put_list(arena, import, "policies");
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        struct str policy = str_from_cstr(policies[i]);
        register_view_option(arena, list, policy, register_view_word(page, "register.policy_", policy),
                             str_equal(policy, policy_of(step->fields)));
    }
    struct value *sheets = value_put_list(arena, import, "sheets"),
                 *names = sheet_names(step->ctx.arena, &step->document);
    VALUE_EACH (name, names) {
        register_view_option(arena, sheets, name->text, name->text, str_equal(name->text, step->grid.name));
    }
    value_put_bool(arena, import, "has_sheets", value_count(names) > 1);
    return RC_OK;
}

static enum rc run_map(struct page *page) { return with_step(page, page->query, show_map); }

enum rc page_register_import_map(struct page *page)
{
    page_run_slow(page, run_map);
    return RC_OK;
}

/* ---- preview ---------------------------------------------------------------------------------------------------- */

/* A mapping that cannot be read is chosen again. */
static enum rc show_map_again(struct step *step, enum rc rc)
{
    if (step->page->is_json || (rc != RC_INVALID && rc != RC_FORBIDDEN && rc != RC_NOT_FOUND))
        return rc;
    step->page->status = rc_http_status(rc);
    return show_map(step);
}

static enum rc show_preview(struct step *step)
{
    struct page *page = step->page;
    struct arena *arena = page->ctx.arena;
    struct value *plan;
    enum rc rc = make_input(step);
    if (rc == RC_OK)
        rc = register_sheet_plan(&step->ctx, page->db, &page->actor, step->input, &plan);
    if (rc != RC_OK)
        return show_map_again(step, rc);
    struct value *import = begin_view(page, "preview");
    const struct value *errors = value_get(plan, "errors");
    put_common(step, import);
    put_hidden(step, import, true);
    register_view_figures(page, import, plan, (int64_t)value_count(errors));
    register_view_errors(page, import, errors);
    register_view_doubts(page, import, value_get(plan, "doubts"));
    register_view_rows(page, import, value_get(plan, "rows"));
    register_view_notes(page, import, value_get(plan, "notes"));
    value_put_text(arena, import, "reason", arena_copy_str(arena, chosen(step, "reason")));
    bool is_work = value_get_int(plan, "created", 0) + value_get_int(plan, "changed", 0) > 0;
    value_put_bool(arena, import, "may_apply", is_work && value_count(errors) == 0);
    value_put_bool(arena, import, "is_idle", !is_work && value_count(errors) == 0);
    return RC_OK;
}

static enum rc run_preview(struct page *page) { return with_step(page, page->query, show_preview); }

enum rc page_register_import_preview(struct page *page)
{
    page_run_slow(page, run_preview);
    return RC_OK;
}

static enum rc send_errors(struct step *step)
{
    struct page *page = step->page;
    struct value *plan;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, CSV_BYTES_MAX);
    TRY(make_input(step));
    TRY(register_sheet_plan(&step->ctx, page->db, &page->actor, step->input, &plan));
    struct xlsx_column columns[] = {{.title = page_text(page, "import.row_number"), .kind = XLSX_INT},
                                    {.title = page_text(page, "register.cell"), .kind = XLSX_TEXT},
                                    {.title = page_text(page, "import.field"), .kind = XLSX_TEXT},
                                    {.title = page_text(page, "import.value"), .kind = XLSX_TEXT},
                                    {.title = page_text(page, "import.problem"), .kind = XLSX_TEXT}};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    csv_write_head(&out, columns, COLUMNS);
    VALUE_EACH (error, value_get(plan, "errors")) {
        int64_t row = value_get_int(error, "row", 0);
        struct str place =
            arena_format(step->ctx.arena, "%.*s%lld", STR_ARG(value_get_text(error, "column")), (long long)row);
        struct xlsx_cell cells[COLUMNS] = {
            {.number = row},
            {.text = place},
            {.text = register_view_word(page, "register.field_", value_get_text(error, "field"))},
            {.text = value_get_text(error, "value")},
            {.text = register_view_error(page, error)}};
        csv_write_row(&out, columns, cells, COLUMNS);
    }
    TRY(buf_rc(&out));
    http_set_header(page->request, "Content-Disposition", STR("attachment; filename=\"errors.csv\""));
    http_set_header(page->request, "Content-Type", STR("text/csv; charset=utf-8"));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}

static enum rc run_errors(struct page *page) { return with_step(page, page->query, send_errors); }

enum rc page_register_import_errors(struct page *page)
{
    page_run_slow(page, run_errors);
    return RC_OK;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static enum rc apply(struct step *step)
{
    struct page *page = step->page;
    struct arena *arena = page->ctx.arena;
    db_rollback(page->db); /* the writer must not wait for what is read here */
    TRY(make_input(step));
    struct write_job job = {
        .command = &command_register_import, .ctx = &step->ctx, .actor = &page->actor, .input = step->input};
    enum rc rc = writer_run(page->app->writer, &job);
    if (rc == RC_INVALID && !page->is_json) {
        const struct ctx_issue *issue = step->ctx.first;
        struct str missing = STR("");
        if (issue && str_equal(issue->field, STR("reason")))
            missing = page_text_args(page, arena_copy_cstr(arena, issue->key), issue->args, issue->arg_count);
        ctx_clear_issues(&step->ctx); /* the preview lists all others */
        TRY(db_begin(&page->ctx, page->db, false));
        page->status = rc_http_status(rc);
        TRY(show_preview(step));
        value_set((struct value *)value_get(page->view, "import"), STR("reason_error"), value_new_text(arena, missing));
        return RC_OK;
    }
    TRY(rc);
    if (page->is_json) {
        value_put(page->view, STR("result"), value_copy(arena, job.result));
        return RC_OK;
    }
    struct buf to CLEANUP(buf_done);
    buf_init(&to, 4096);
    buf_add_cstr(&to, "/findings/import/result?");
    VALUE_EACH (count, job.result) {
        url_add_query(&to, count->key, arena_format(arena, "%lld", (long long)count->integer));
    }
    page_redirect(page, arena_copy_str(arena, buf_str(&to)));
    return RC_OK;
}

static enum rc run_apply(struct page *page) { return with_step(page, page->form->fields, apply); }

enum rc page_register_import_apply_post(struct page *page)
{
    page_run_slow(page, run_apply);
    return RC_OK;
}

enum rc page_register_import_result(struct page *page)
{
    static const char *const keys[] = {"created", "changed", "same", "skipped", "stale", "measures"};
    struct arena *arena = page->ctx.arena;
    struct value *import = begin_view(page, "result"), *counts = value_put_map(arena, import, "counts");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        value_put_int(arena, counts, keys[i], page_param_int(page, keys[i], 0));
    register_view_figures(page, import, counts, -1);
    int64_t source_id = page_param_int(page, "source_id", 0);
    value_put_text(arena, import, "href",
                   source_id > 0 ? arena_format(arena, "/findings?source=%lld", (long long)source_id)
                                 : STR("/findings"));
    return RC_OK;
}
