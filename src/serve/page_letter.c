/* page_letter.c: letters: the list, one letter with its way and evidence, the print view, the upload of evidence. */
#include <unistd.h>

#include "base/clock.h"
#include "loop/letter.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "serve/submit.h"

const char *letter_colour_status(struct str kind)
{
    return str_equal(kind, STR("blue")) ? "due_soon" : str_equal(kind, STR("yellow")) ? "behind" : "overdue";
}

static bool is_over(struct str state)
{
    return str_equal(state, STR("closed")) || str_equal(state, STR("void")) || str_equal(state, STR("raised")) ||
           str_equal(state, STR("answered"));
}

/* The day before which a letter should have been signed for. */
static struct str signed_since(struct page *page) { return record_day_before(page, SUPERVISE_LETTER_SIGN_DAYS); }

static enum rc put_figures(struct page *page)
{
    struct value *row;
    char today[DATE_TEXT_BYTES];
    struct db_stmt *st = page_statement(page, Q_LETTER_FIGURES);
    db_bind_text(st, "signed_since", signed_since(page));
    db_bind_text(st, "today", date_format(clock_today(), today));
    TRY(db_first_row(&page->ctx, st, &row));
    record_add_figure(page, "letter.show.draft", value_get_int(row, "draft_count", 0), "/letters?show=draft",
                      "due_soon");
    if (value_get_int(row, "draft_count", 0) > 1 && page_can(page, PERM_SUPERVISE))
        record_add_action(page, page->view, "letter.issue_many", STR("/letters/issue"), true);
    record_add_figure(page, "letter.show.running", value_get_int(row, "running_count", 0), "/letters?show=running", "");
    record_add_figure(page, "letter.show.unsigned", value_get_int(row, "unsigned_count", 0), "/letters?show=unsigned",
                      "behind");
    record_add_figure(page, "letter.show.late", value_get_int(row, "late_count", 0), "/letters?show=late", "overdue");
    return RC_OK;
}

enum rc page_letter_list(struct page *page)
{
    static const struct record_show shows[] = {{"all", 0, LETTER_LIST_SORT_NEWEST},
                                               {"draft", LETTER_LIST_FILTER_STATE, LETTER_LIST_SORT_NEWEST},
                                               {"running", LETTER_LIST_FILTER_RUNNING, LETTER_LIST_SORT_NEWEST},
                                               {"unsigned", LETTER_LIST_FILTER_UNSIGNED, LETTER_LIST_SORT_NEWEST},
                                               {"late", LETTER_LIST_FILTER_LATE, LETTER_LIST_SORT_NEWEST}};
    static const struct record_column columns[] = {
        {"letter.matter", "title", CELL_TEXT, NULL, "/letters/{id}"},
        {"letter.kind", "kind", CELL_CHOICE, "letter.kind", NULL},
        {"letter.no", "no", CELL_CODE, NULL, NULL},
        {"letter.state", "state", CELL_CHOICE, "letter.state", NULL},
        {"letter.cause", "cause", CELL_CHOICE, "letter.cause", NULL},
        {"letter.unit", "unit_short", CELL_CODE, NULL, NULL},
        {"letter.issued_on", "issued_on", CELL_DAY, NULL, NULL},
        {"letter.due", "due", CELL_DUE, NULL, NULL},
        {"letter.subject", "subject_no", CELL_CODE, NULL, "/{subject_kind}s/{subject_id}"},
    };
    struct arena *arena = page->ctx.arena;
    record_begin_list(page, "letter.list", "letter.list_about");
    TRY(put_figures(page));
    const struct record_show *show =
        record_choose(page, "/letters", "letter.show", shows, sizeof shows / sizeof shows[0]);
    struct str kind = page_param_text(page, "kind");
    int64_t under = page_param_int(page, "under", 0), task = page_param_int(page, "task", 0),
            finding = page_param_int(page, "finding", 0);
    uint32_t filters = show->filter | (kind.n ? LETTER_LIST_FILTER_KIND : 0u) |
                       (under ? LETTER_LIST_FILTER_UNDER : 0u) | (task || finding ? LETTER_LIST_FILTER_SUBJECT : 0u);
    struct db_stmt *st = page_list_statement(page, Q_LETTER_LIST, filters, show->sort);
    if (st) {
        db_bind_text(st, "state", STR("draft"));
        db_bind_text(st, "kind", kind);
        db_bind_text(st, "signed_since", signed_since(page));
        db_bind_int(st, "under", under);
        db_bind_text(st, "subject_kind", task ? STR("task") : STR("finding"));
        db_bind_int(st, "subject_id", task ? task : finding);
    }
    TRY(record_put_items(page, st, "/letters", arena_format(arena, "show=%s&", show->name).p));
    for (struct value *row = ((struct value *)value_get(page->view, "items"))->items.first; row; row = row->next)
        value_put_int(arena, row, "is_over", is_over(value_get_text(row, "state")));
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "letter.none");
    return RC_OK;
}

static enum rc read_letter(struct page *page, struct value **ret_row)
{
    struct db_stmt *st = page_statement(page, Q_LETTER_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, ret_row));
    value_put_int(page->ctx.arena, *ret_row, "is_over", is_over(value_get_text(*ret_row, "state")));
    return RC_OK;
}

static enum rc put_files(struct page *page, struct value *item, const struct value *letter)
{
    static const struct record_column columns[] = {
        {"letter.file", "name", CELL_TEXT, NULL, "/letter_files/{id}"},
        {"letter.file_size", "size", CELL_NUM, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    TRY(record_rows(page, Q_LETTER_FILES, PERM_TASK_READ, value_get_int(letter, "id", 0), &rows));
    record_add_table(page, item, "letter.files", "files", rows, columns, sizeof columns / sizeof columns[0]);
    struct str state = value_get_text(letter, "state");
    bool is_open = str_equal(state, STR("signed")) || str_equal(state, STR("answered"));
    /* The command looks closer: the receiver, or who works for the unit. */
    bool may = is_open && !page_can(page, PERM_SUPERVISE);
    value_put_bool(arena, page->view, "may_attach", may);
    value_put_text(arena, page->view, "attach_action",
                   arena_format(arena, "/letters/%lld/upload", (long long)value_get_int(letter, "id", 0)));
    return RC_OK;
}

enum rc page_letter(struct page *page)
{
    enum { TALK_ROWS = 3 }; /* on the notice of a talk */
    static const struct record_column text[] = {
        {"form.letter.talk_on", "talk_on", CELL_DAY, NULL, NULL},
        {"form.letter.talk_time", "talk_time", CELL_TEXT, NULL, NULL},
        {"form.letter.talk_place", "talk_place", CELL_TEXT, NULL, NULL},
        {"letter.demand", "demand", CELL_LONG, NULL, NULL},
        {"letter.answer", "answer", CELL_LONG, NULL, NULL},
        {"letter.note", "note", CELL_LONG, NULL, NULL},
    };
    static const struct record_column facts[] = {
        {"letter.no", "no", CELL_TEXT, NULL, NULL},
        {"letter.issuer", "issuer_name", CELL_TEXT, NULL, NULL},
        {"letter.to", "to_name", CELL_TEXT, NULL, NULL},
        {"letter.subject", "subject_no", CELL_TEXT, NULL, "/{subject_kind}s/{subject_id}"},
        {"letter.cause", "cause", CELL_CHOICE, "letter.cause", NULL},
        {"letter.raised_from", "raised_no", CELL_TEXT, NULL, "/letters/{raised_from}"},
        {"letter.reply_days", "reply_days", CELL_NUM, NULL, NULL},
        {"letter.due", "due", CELL_DUE, NULL, NULL},
    };
    static const struct record_column way[] = {
        {"letter.drafted_on", "drafted_on", CELL_DAY, NULL, NULL},
        {"letter.issued_on", "issued_on", CELL_DAY, NULL, NULL},
        {"letter.issued_name", "issued_name", CELL_TEXT, NULL, NULL},
        {"letter.delivered_at", "delivered_at", CELL_TIME, NULL, NULL},
        {"letter.delivered_by", "delivered_by", CELL_CHOICE, "letter.delivered_by", NULL},
        {"letter.signed_at", "signed_at", CELL_TIME, NULL, NULL},
        {"letter.signed_name", "signed_name", CELL_TEXT, NULL, NULL},
        {"letter.answered_at", "answered_at", CELL_TIME, NULL, NULL},
        {"letter.answered_name", "answered_name", CELL_TEXT, NULL, NULL},
        {"letter.closed_on", "closed_on", CELL_DAY, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    struct value *row, *item;
    TRY(read_letter(page, &row));
    TRY(record_begin(page, row, NOUN_LETTER, &item));
    struct str kind = value_get_text(row, "kind"), state = value_get_text(row, "state"), no = value_get_text(row, "no");
    record_add_badge(page, item, page_text(page, arena_format(arena, "letter.kind.%.*s", STR_ARG(kind)).p),
                     letter_colour_status(kind));
    record_add_badge(page, item, page_text(page, arena_format(arena, "letter.state.%.*s", STR_ARG(state)).p), "");
    record_add_badge(page, item, no, "");
    if (page_can(page, PERM_PAPER_WRITE))
        record_add_action(page, item, "paper.make", record_href(arena, "/papers/new?subject=letter&id={id}", row),
                          false);
    record_add_action(page, item, "letter.print", record_href(arena, "/letters/{id}/print", row), false);
    int skip = value_get_int(row, "is_talk", 0) ? 0 : TALK_ROWS, count = (int)(sizeof text / sizeof text[0]) - skip;
    record_add_facts(page, item, "letter.text", "text", row, text + skip, count, false);
    TRY(put_files(page, item, row));
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    record_add_facts(page, item, "letter.way", "way", row, way, sizeof way / sizeof way[0], true);
    chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, "letter.list"), STR("/letters"));
    chrome_add_crumb(page, no.n ? no : page_text(page, "letter.state.draft"), STR_EMPTY);
    return RC_OK;
}

/* The letter as it is printed: the form of a letter of GB/T 9704-2012, 10.1, on a page of its own. */
enum rc page_letter_print(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *row;
    TRY(read_letter(page, &row));
    value_put(page->view, STR("letter"), row);
    struct str kind = value_get_text(row, "kind"), to = value_get_text(row, "to_name"),
               issued = value_get_text(row, "issued_on");
    value_put_text(arena, row, "kind_label", page_text(page, arena_format(arena, "letter.kind.%.*s", STR_ARG(kind)).p));
    value_put_text(arena, row, "to_label", to.n ? to : value_get_text(row, "unit_name"));
    value_put_bool(arena, row, "is_issued", issued.n > 0);
    value_put_text(arena, row, "href", record_href(arena, "/letters/{id}", row));
    value_put_text(arena, page->view, "page_title", value_get_text(row, "title"));
    return RC_OK;
}

/* ---- evidence ------------------------------------------------------------------------------------------------ */

static enum rc store_upload(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    const struct form_file *file = form_file(page->form, "file");
    char digest[FILESTORE_NAME_BYTES];
    if (!file)
        return ctx_fail_field(&page->ctx, RC_INVALID, "letter.no_file", "file");
    const char *spool = page->app->settings->spool.n ? page->app->settings->spool.p : "/var/tmp";
    int fd;
    TRY(form_file_open(&page->ctx, file, spool, &fd));
    enum rc rc = filestore_put_fd(&page->ctx, page->app->files, fd, 0, file->size_bytes, digest);
    close(fd);
    TRY(rc);
    struct value *raw = value_new_map(arena), *result;
    value_put_int(arena, raw, "id", page_param_int(page, "id", 0));
    value_put_text(arena, raw, "file_sha256", arena_copy_str(arena, str_from_cstr(digest)));
    value_put_text(arena, raw, "file_name", file->name);
    value_put_text(arena, raw, "media_type", file->type);
    value_put_int(arena, raw, "file_size", file->size_bytes);
    TRY(submit_and_wait(page, &command_letter_attach, raw, &result));
    struct str to = arena_format(arena, "/letters/%lld#files", (long long)page_param_int(page, "id", 0));
    if (page->is_json) {
        value_put_text(arena, page->view, "sha256", value_get_text(raw, "file_sha256"));
        value_put_text(arena, page->view, "url", to);
        page->status = 201;
        return RC_OK;
    }
    chrome_set_flash(page, "success", "flash.saved", STR_EMPTY, STR_EMPTY);
    page_redirect(page, to);
    return RC_OK;
}

enum rc page_letter_upload_post(struct page *page)
{
    struct value *row;
    TRY(read_letter(page, &row)); /* before anything is stored */
    page_run_slow(page, store_upload);
    return RC_OK;
}

/* As a download: what somebody sent must never run here. */
enum rc page_letter_file(struct page *page)
{
    struct value *file;
    struct db_stmt *st = page_statement(page, Q_LETTER_FILE_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &file));
    return page_send_stored(page, value_get_text(file, "sha256"), value_get_text(file, "name"));
}
