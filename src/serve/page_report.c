/* page_report.c: a report: the form while its unit writes it, then what was written and the check of it. */
#include "serve/chrome.h"
#include "serve/page_doing.h"
#include "serve/page_loop.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

static struct str href(struct page *page, const char *nouns, int64_t id)
{
    return arena_format(page->ctx.arena, "/%s/%lld", nouns, (long long)id);
}

static void put_crumbs(struct page *page, const struct value *row)
{
    chrome_add_crumb(page, page_text(page, "task.list"), STR("/tasks"));
    chrome_add_crumb(page, value_get_text(row, "task_no"), href(page, "tasks", value_get_int(row, "task_id", 0)));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
}

/* ---- reports ------------------------------------------------------------------------------------------------ */

static void put_form(struct page *page, const struct value *report)
{
    struct arena *arena = page->ctx.arena;
    struct str here = href(page, "reports", value_get_int(report, "id", 0));
    struct value *form = typed_form_begin(page, arena_concat(arena, here, STR("/submit")),
                                          href(page, "tasks", value_get_int(report, "task_id", 0)));
    struct value *row = value_copy(arena, report);
    const struct value *bp = value_get(report, "progress_bp");
    value_put_text(arena, form, "save", arena_concat(arena, here, STR("/save")));
    value_set(form, STR("form"), value_new_text(arena, here));
    if (bp && bp->kind == VALUE_INT)
        value_put_int(arena, row, "progress", bp->integer / 100);
    static const char *const plain[] = {"progress",  "done_text",  "blockers",
                                        "next_text", "rules_made", "people_handled"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        typed_form_field(page, form, plain[i], row);
    typed_form_money(page, form, "recovered_fen", row);
}

static enum rc put_before(struct page *page, struct value *report)
{
    struct db_stmt *st = db_query(page->db, Q_REPORT_BEFORE);
    struct value *before;
    db_bind_int(st, "task_id", value_get_int(report, "task_id", 0));
    db_bind_int(st, "n", value_get_int(report, "n", 0));
    TRY(db_first_row(&page->ctx, st, &before));
    value_put_bool(page->ctx.arena, report, "has_before", before != NULL);
    if (before) {
        doing_put_percent(page, before, "progress_bp", "progress_text");
        value_put(report, STR("before"), before);
    }
    return RC_OK;
}

/* Accepting and returning; saving and submitting are the form's own buttons. */
static enum rc put_offers(struct page *page, struct value *report)
{
    TRY(page_put_offers(page, report, NOUN_REPORT, report));
    struct value *all = list_of(report, "offers"), *kept = value_new_list(page->ctx.arena);
    for (struct value *offer = all->items.first, *next; offer; offer = next) {
        next = offer->next;
        struct str command = value_get_text(offer, "command");
        if (!str_equal(command, STR("save")) && !str_equal(command, STR("submit")))
            value_add(kept, offer);
    }
    value_set(report, STR("offers"), kept);
    list_of(report, "has_offers")->boolean = value_count(kept) > 0;
    return RC_OK;
}

static void put_report_facts(struct page *page, struct value *report)
{
    struct arena *arena = page->ctx.arena;
    struct str state = value_get_text(report, "state");
    bool is_open = str_equal(state, STR("due")) || str_equal(state, STR("returned"));
    page_put_due(page, report, "due", !is_open);
    if (!value_get(report, "due_left_text"))
        value_put_null(arena, report, "due_left_text");
    if (str_equal(state, STR("submitted"))) /* handed in, but not yet found good */
        value_set(report, STR("due_state"), value_new_text(arena, STR("normal")));
    value_put_text(arena, report, "due_state_label", doing_words(page, "report.state", state));
    doing_put_percent(page, report, "progress_bp", "progress_text");
    doing_put_percent(page, report, "own_bp", "own_text");
    page_put_money(page, report, "recovered_fen");
    page_put_money(page, report, "confirmed_fen");
    doing_put_time(page, report, "confirmed_at");
    doing_put_time(page, report, "submitted_at");
    doing_put_time(page, report, "decided_at");
    bool may_write = is_open && doing_may(page, PERM_TASK_WORK, report);
    value_put_bool(arena, report, "may_write", may_write);
    value_put_bool(arena, report, "is_returned", str_equal(state, STR("returned")));
    value_put_bool(arena, report, "is_written", !is_open && value_get_text(report, "done_text").n > 0);
    value_put_bool(arena, report, "has_parts", value_get_int(report, "child_count", 0) > 0);
    value_put_bool(arena, report, "is_extra", str_equal(value_get_text(report, "kind"), STR("extra")));
    value_put_bool(arena, report, "is_decided", value_get_text(report, "decided_at_text").n > 0);
    if (!may_write && is_open) { /* a draft is its unit's own */
        static const char *const texts[] = {"done_text", "blockers", "next_text"};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            value_set(report, str_from_cstr(texts[i]), value_new_text(arena, STR("")));
    }
}

enum rc page_report(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_REPORT_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "report", st));
    struct value *report = list_of(page->view, "report");
    put_report_facts(page, report);
    if (value_get_bool(report, "may_write"))
        put_form(page, report);
    TRY(put_before(page, report));
    TRY(page_put_waiting(page, report, NOUN_REPORT, id));
    TRY(put_offers(page, report));
    value_put_text(page->ctx.arena, page->view, "page_title", value_get_text(report, "title"));
    put_crumbs(page, report);
    st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    return page_put_timeline(page, st);
}

/* ---- more time ---------------------------------------------------------------------------------------------- */

enum rc page_extension_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_TASK_GET);
    struct value *task;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &task));
    struct str back = href(page, "tasks", value_get_int(task, "id", 0));
    struct value *form = typed_form_begin(page, arena_concat(arena, back, STR("/extend")), back);
    typed_form_field(page, form, "new_due", NULL);
    typed_form_field(page, form, "reason", NULL);
    value_put_text(arena, form, "about", value_get_text(task, "title"));
    value_put_text(arena, form, "due", value_get_text(task, "due"));
    value_put_int(arena, form, "count", value_get_int(task, "extension_count", 0));
    chrome_add_crumb(page, page_text(page, "task.list"), STR("/tasks"));
    chrome_add_crumb(page, value_get_text(task, "no"), back);
    chrome_add_crumb(page, page_text(page, "task.do.extend"), STR_EMPTY);
    return RC_OK;
}

enum rc page_extension(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_EXTENSION_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "extension", st));
    struct value *extension = list_of(page->view, "extension");
    struct str state = value_get_text(extension, "state");
    value_put_text(arena, extension, "state_label", doing_words(page, "extension.state", state));
    value_put_text(arena, extension, "due_state",
                   str_equal(state, STR("approved"))  ? STR("closed")
                   : str_equal(state, STR("refused")) ? STR("overdue")
                                                      : STR("normal"));
    value_put_text(arena, extension, "due_state_label", value_get_text(extension, "state_label"));
    doing_put_time(page, extension, "asked_at");
    doing_put_time(page, extension, "decided_at");
    value_put_bool(arena, extension, "is_decided", value_get_text(extension, "decided_at_text").n > 0);
    TRY(page_put_waiting(page, extension, NOUN_EXTENSION, id));
    TRY(page_put_offers(page, extension, NOUN_EXTENSION, extension));
    value_put_text(arena, page->view, "page_title", value_get_text(extension, "title"));
    put_crumbs(page, extension);
    st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    return page_put_timeline(page, st);
}
