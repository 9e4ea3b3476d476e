/* page_task_return.c: workbooks that units send back: what they would change, then written at once.
 *
 * The upload is kept by its digest, which comes back in the form with a keyed digest over it and the account: nobody
 * else's file, and none that was not shown, is ever written.  It is read again when it is applied.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "loop/task_sheet.h"
#include "loop/vault.h"
#include "serve/book_return.h"
#include "serve/chrome.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "text/digest.h"

enum { MIB_SHIFT = 20 };
static const size_t work_bytes = (size_t)512 << MIB_SHIFT;

static void begin(struct page *page)
{
    value_put_bool(page->ctx.arena, page->view, "has_rows", false);
    value_put_text(page->ctx.arena, page->view, "max_size_text",
                   arena_format(page->ctx.arena, "%lld MB", (long long)page->app->settings->body_max_mb));
    chrome_add_crumb(page, page_text(page, "task.list"), STR("/tasks"));
    chrome_add_crumb(page, page_text(page, "task_sheet.title"), STR_EMPTY);
}

enum rc page_task_sheet(struct page *page)
{
    begin(page);
    struct db_stmt *st = page_statement(page, Q_TASK_BOOK_UNITS);
    db_bind_text(st, "today", date_text(page->ctx.arena, clock_today()));
    TRY(page_put_rows(page, "units", st));
    value_put_bool(page->ctx.arena, page->view, "has_units", value_count(value_get(page->view, "units")) > 0);
    return RC_OK;
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

/* Reads the file with memory of its own: a long workbook must not run into the ceiling of a request. */
static enum rc read_file(struct page *page, struct ctx *work, int fd, struct str name, struct book_return *ret)
{
    const struct settings *settings = page->app->settings;
    struct reader_limits limits = reader_limits_default();
    limits.memory_bytes = (size_t)settings->read_memory_mb << MIB_SHIFT;
    limits.wall_ms = (unsigned)settings->read_timeout_s * 1000;
    enum rc rc = book_return_read(work, page->app->files, settings->spool.n ? settings->spool.p : "/var/tmp", fd, name,
                                  &limits, ret);
    return rc == RC_OK ? rc : page_take_issues(page, work, rc);
}

static enum rc ticket_of(struct page *page, struct str sha256, struct str *ret_ticket)
{
    return vault_mac(&page->ctx, "task sheet",
                     arena_format(page->ctx.arena, "%lld %.*s", (long long)page->actor.account_id, STR_ARG(sha256)),
                     ret_ticket);
}

/* ---- what would change ---------------------------------------------------------------------------------------- */

/* What else was filled in: all that will be written is shown before it is. */
static void put_others(struct page *page, struct value *row)
{
    static const char *const others[] = {"blockers",       "recovered_fen",  "rules_made",
                                         "people_handled", "evidence_class", "evidence_made_on"};
    static const char *const labels[] = {"task_book.blockers",       "task_book.recovered",
                                         "task_book.rules_made",     "task_book.people_handled",
                                         "task_book.evidence_class", "task_book.evidence_made_on"};
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, row, "others");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct str text = value_get_text(row, others[i]);
        if (!text.n)
            continue;
        struct value *other = value_add_map(arena, list);
        value_put_text(arena, other, "label", page_text(page, labels[i]));
        value_put_text(arena, other, "text",
                       str_equal_cstr(STR("evidence_class"), others[i]) ? page_word(page, "evidence.class", text)
                                                                        : text);
    }
}

/* Words for each; gives how many are shown: what is as it was is only counted. */
static int dress(struct page *page, struct value *list)
{
    static const char *const filled[] = {"progress", "done_text", "next_text", "made_on", "title", "no"};
    struct arena *arena = page->ctx.arena;
    int shown = 0;
    for (struct value *row = list->items.first; row; row = row->next) {
        struct str outcome = value_get_text(row, "outcome"), message = value_get_text(row, "message");
        struct str name = value_get_text(row, "name");
        value_put_text(arena, row, "outcome_label",
                       page_text(page, arena_format(arena, "task_sheet.outcome.%.*s", STR_ARG(outcome)).p));
        value_put_text(arena, row, "message_text",
                       message.n ? message_format(arena, page->lang, message, &name, 1) : STR(""));
        struct value *more = value_put_list(arena, row, "more_texts");
        VALUE_EACH (fault, value_get(row, "more"))
            value_add_text(arena, more, message_find(page->lang, fault->text));
        bool is_shown = !str_equal(outcome, STR("same")) || message.n;
        shown += is_shown;
        value_put_bool(arena, row, "is_shown", is_shown);
        put_others(page, row);
        for (size_t i = 0; i < sizeof filled / sizeof filled[0]; i++)
            if (!value_get(row, filled[i]))
                value_put_text(arena, row, filled[i], STR(""));
    }
    return shown;
}

static void put_notes(struct page *page, const struct value *notes)
{
    struct value *list = value_put_list(page->ctx.arena, page->view, "notes");
    VALUE_EACH (note, notes) {
        struct str argument = note->text, key;
        if (str_split_next(&argument, '\t', &key))
            value_add_text(page->ctx.arena, list, message_format(page->ctx.arena, page->lang, key, &argument, 1));
    }
}

static enum rc show(struct page *page, const struct book_return *back, struct str sha256)
{
    struct arena *arena = page->ctx.arena;
    struct task_sheet sheet;
    struct str ticket;
    TRY(task_sheet_judge(&page->ctx, page->db, &page->actor, date_text(page->ctx.arena, clock_today()), back->rows,
                         back->files, &sheet));
    TRY(ticket_of(page, sha256, &ticket));
    value_put_bool(arena, page->view, "has_shown", dress(page, sheet.rows) > 0);
    (void)dress(page, sheet.files);
    begin(page);
    put_notes(page, back->notes);
    value_set(page->view, STR("has_rows"), value_new_int(arena, 1));
    value_put(page->view, STR("rows"), sheet.rows);
    value_put(page->view, STR("files"), sheet.files);
    value_put_bool(arena, page->view, "has_files", value_count(sheet.files) > 0);
    value_put_text(arena, page->view, "sha256", sha256);
    value_put_text(arena, page->view, "ticket", ticket);
    value_put_int(arena, page->view, "ready_count", sheet.ready);
    value_put_int(arena, page->view, "same_count", sheet.same);
    value_put_int(arena, page->view, "stale_count", sheet.stale);
    value_put_int(arena, page->view, "error_count", sheet.faults);
    value_put_bool(arena, page->view, "may_apply", sheet.ready > 0 && sheet.faults == 0);
    value_put_text(arena, page->view, "why_not",
                   page_text(page, sheet.faults  ? "task_sheet.faults_first"
                                   : sheet.stale ? "task_sheet.only_stale"
                                                 : "task_sheet.nothing"));
    value_put_list(arena, page->view, "units");
    value_put_bool(arena, page->view, "has_units", false);
    page->tpl = "task_sheet";
    return RC_OK;
}

static enum rc read_upload(struct page *page)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(work_bytes);
    struct ctx work = {.arena = arena};
    const struct form_file *file = form_file(page->form, "file");
    struct book_return back;
    char digest[FILESTORE_NAME_BYTES];
    int fd;
    if (!arena)
        return RC_NOMEM;
    if (!file)
        return ctx_fail_field(&page->ctx, RC_INVALID, "letter.no_file", "file");
    const char *spool = page->app->settings->spool.n ? page->app->settings->spool.p : "/var/tmp";
    TRY(form_file_open(&page->ctx, file, spool, &fd));
    enum rc rc = read_file(page, &work, fd, file->name, &back);
    if (rc == RC_OK)
        rc = filestore_put_fd(&page->ctx, page->app->files, fd, 0, file->size_bytes, digest);
    close(fd);
    TRY(rc);
    return show(page, &back, arena_copy_str(page->ctx.arena, str_from_cstr(digest)));
}

enum rc page_task_sheet_post(struct page *page)
{
    page_run_slow(page, read_upload);
    return RC_OK;
}

/* ---- written at once ------------------------------------------------------------------------------------------ */

static enum rc run_command(struct page *page, const struct book_return *back)
{
    struct arena *arena = page->ctx.arena;
    struct value *raw = value_new_map(arena), *result;
    value_put(raw, STR("rows"), value_copy(arena, back->rows));
    value_put(raw, STR("files"), value_copy(arena, back->files));
    TRY(submit_and_wait(page, &command_task_sheet, raw, &result));
    if (page->is_json) {
        value_put(page->view, STR("result"), value_copy(arena, result));
        return RC_OK;
    }
    struct str counts[] = {arena_format(arena, "%lld", (long long)value_get_int(result, "written", 0)),
                           arena_format(arena, "%lld", (long long)value_get_int(result, "files", 0))};
    chrome_set_flash(page, "success", "task_sheet.done", page_text_args(page, "task_sheet.counts", counts, 2),
                     STR_EMPTY);
    page_redirect(page, STR("/tasks"));
    return RC_OK;
}

static enum rc apply(struct page *page)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(work_bytes);
    struct ctx work = {.arena = arena};
    struct str sha256 = form_text(page->form->fields, "sha256"), ticket = form_text(page->form->fields, "ticket"),
               wanted;
    struct book_return back;
    uint8_t given[DIGEST_BYTES], ours[DIGEST_BYTES];
    int64_t size;
    int fd;
    if (!arena)
        return RC_NOMEM;
    TRY(ticket_of(page, sha256, &wanted));
    if (!digest_parse(ticket, given) || !digest_parse(wanted, ours) || !digest_equal(given, ours))
        return ctx_fail_key(&page->ctx, RC_NOT_FOUND, "task_sheet.no_upload");
    TRY(filestore_open_file(&page->ctx, page->app->files, sha256, &fd, &size));
    enum rc rc = read_file(page, &work, fd, STR("tasks.xlsx"), &back);
    close(fd);
    TRY(rc);
    return run_command(page, &back);
}

enum rc page_task_sheet_apply(struct page *page)
{
    page_run_slow(page, apply);
    return RC_OK;
}
