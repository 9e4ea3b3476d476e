/* page_closing.c: the forms that ask for closing, for the next cycle and for the long term; the section of a finding's
 * page. */
#include "serve/page_closing.h"

#include <string.h>

#include "base/clock.h"
#include "loop/lifecycle.h"
#include "serve/chrome.h"
#include "serve/page_finding.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

/* ---- shared ------------------------------------------------------------------------------------------------- */

struct str closing_today(struct page *page) { return date_text(page->ctx.arena, clock_today()); }

void closing_put_label(struct page *page, struct value *row, const char *key, const char *prefix)
{
    struct arena *arena = page->ctx.arena;
    struct str value = value_get_text(row, key);
    bool is_joined = str_has_suffix(str_from_cstr(prefix), STR("_"));
    const char *message = arena_format(arena, is_joined ? "%s%.*s" : "%s.%.*s", prefix, STR_ARG(value)).p;
    value_put_text(arena, row, arena_format(arena, "%s_label", key).p, value.n ? page_text(page, message) : STR(""));
}

void closing_put_day(struct page *page, struct value *row, const char *key)
{
    struct arena *arena = page->ctx.arena;
    char text[TIME_TEXT_BYTES];
    const char *name = arena_format(arena, "%s_day", key).p;
    if (value_is_null(value_get(row, key)))
        value_put_null(arena, row, name);
    else
        value_put_text(arena, row, name,
                       arena_copy_str(arena, str_slice(time_format_china(value_get_int(row, key, 0), text), 0,
                                                       DATE_TEXT_BYTES - 1)));
}

void closing_put_step_due(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str state = value_get_text(row, "state");
    bool is_open = str_equal(state, STR("open"));
    page_put_due(page, row, "step_due", !is_open);
    if (!value_get(row, "due_left_text"))
        value_put_null(arena, row, "due_left_text");
    struct str code = value_get_text(row, "due_state");
    if (!is_open && !str_equal(state, STR("approved")))
        value_set(row, STR("due_state"), value_new_text(arena, STR("normal")));
    value_put_text(arena, row, "due_state_label",
                   is_open ? page_text(page, arena_format(arena, "status.%.*s", STR_ARG(code)).p)
                           : page_text(page, arena_format(arena, "review.state.%.*s", STR_ARG(state)).p));
}

enum rc closing_put_rows(struct page *page, struct value *map, const char *key, enum query query, int64_t finding_id)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, query);
    struct value *rows;
    db_bind_int(st, "finding_id", finding_id);
    db_bind_int(st, "id", finding_id);
    TRY(page_rows(page, st, &rows));
    value_put(map, str_from_cstr(key), rows);
    value_put_bool(arena, map, arena_format(arena, "has_%s", key).p, value_count(rows) > 0);
    return RC_OK;
}

void closing_put_pager(struct page *page, const struct value *rows, size_t rows_max, const char *path, struct str query)
{
    struct arena *arena = page->ctx.arena;
    struct value *pager = value_put_map(arena, page->view, "pager");
    const struct value *last = rows->items.last;
    bool is_more = value_count(rows) == rows_max && last;
    value_put_null(arena, pager, "total");
    value_put_text(arena, pager, "previous_href",
                   page_param_int(page, "before", 0) ? arena_format(arena, "%s?%.*s", path, STR_ARG(query)) : STR(""));
    value_put_text(arena, pager, "next_href",
                   is_more ? arena_format(arena, "%s?%.*s&before=%lld", path, STR_ARG(query),
                                          (long long)value_get_int(last, "id", 0))
                           : STR(""));
}

void closing_put_tabs(struct page *page, const char *current)
{
    static const struct {
        const char *name, *href, *label;
        enum perm perm;
    } rows[] = {{"reviews", "/reviews", "review.list", PERM_TASK_READ},
                {"certificates", "/certificates", "certificate.list", PERM_TASK_READ},
                {"long_term", "/long_term", "long_term.list", PERM_TASK_READ},
                {"lookbacks", "/lookbacks", "lookback.list", PERM_TASK_READ},
                {"review_chains", "/review_chains", "review_chain.list", PERM_SUPERVISE}};
    struct arena *arena = page->ctx.arena;
    struct value *tabs = value_put_list(arena, page->view, "tabs");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!page_can(page, rows[i].perm))
            continue;
        struct value *tab = value_add_map(arena, tabs);
        value_put_text(arena, tab, "href", str_from_cstr(rows[i].href));
        value_put_text(arena, tab, "label", page_text(page, rows[i].label));
        value_put_bool(arena, tab, "is_current", strcmp(rows[i].name, current) == 0);
    }
}

/* ---- forms -------------------------------------------------------------------------------------------------- */

static enum rc read_finding(struct page *page, int64_t id, struct value **ret_finding)
{
    struct db_stmt *st = page_statement(page, Q_FINDING_GET);
    db_bind_int(st, "id", id);
    return page_find_row(page, st, ret_finding);
}

static void put_crumbs(struct page *page, const struct value *finding)
{
    finding_put_crumbs(page, value_get_text(finding, "no"), value_get_int(finding, "id", 0),
                       page_text(page, page->route->title));
}

/* What a move still needs, each with its link: the same guards that the command asks. */
static enum rc put_missing(struct page *page, struct value *form, const struct value *finding, const char *command)
{
    struct arena *arena = page->ctx.arena;
    struct value *offers, *list = value_put_list(arena, form, "missing");
    TRY(lifecycle_offers(&page->ctx, page->db, &page->actor, NOUN_FINDING, finding, &offers));
    VALUE_EACH (offer, offers) {
        if (!str_equal_cstr(value_get_text(offer, "command"), command))
            continue;
        VALUE_EACH (row, value_get(offer, "missing")) {
            struct value *missing = value_add_map(arena, list);
            struct str arg = value_get_text(row, "title");
            const char *key = arena_copy_cstr(arena, value_get_text(row, "key"));
            value_put_text(arena, missing, "href", value_get_text(row, "href"));
            value_put_text(arena, missing, "text", page_text_args(page, key, &arg, 1));
        }
    }
    value_put_bool(arena, form, "has_missing", value_count(list) > 0);
    return RC_OK;
}

static enum rc closing_form(struct page *page, const char *command)
{
    struct arena *arena = page->ctx.arena;
    struct value *finding, *given = value_new_map(arena);
    long long id = (long long)page_param_int(page, "id", 0);
    TRY(read_finding(page, id, &finding));
    struct value *form = typed_form_begin(page, arena_format(arena, "/findings/%lld/%s", id, command),
                                          arena_format(arena, "/findings/%lld", id));
    value_put_text(arena, given, "pledge", page_text(page, "closing.pledge_text"));
    value_put_text(arena, given, "pledge_by", page->actor.name);
    static const char *const fields[] = {"self_result",  "pledge",       "pledge_by",    "is_pledged",
                                         "accept_owner", "accept_until", "accept_reason"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        typed_form_field(page, form, fields[i], given);
    value_put_bool(arena, form, "is_end", strcmp(command, "end") == 0);
    value_put_text(arena, form, "about", value_get_text(finding, "title"));
    value_put_text(arena, form, "today", closing_today(page));
    TRY(put_missing(page, form, finding, command));
    put_crumbs(page, finding);
    return RC_OK;
}

enum rc page_closing_submit(struct page *page) { return closing_form(page, "submit"); }
enum rc page_closing_keep(struct page *page) { return closing_form(page, "keep"); }
enum rc page_closing_end(struct page *page) { return closing_form(page, "end"); }

enum rc page_reopen_form(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *finding;
    long long id = (long long)page_param_int(page, "id", 0);
    TRY(read_finding(page, id, &finding));
    struct value *form = typed_form_begin(page, arena_format(arena, "/findings/%lld/reopen", id),
                                          arena_format(arena, "/findings/%lld", id));
    typed_form_choices(page, typed_form_field(page, form, "basis", NULL), "recurrence|look_back", "closing.basis");
    typed_form_field(page, form, "due", NULL);
    typed_form_field(page, form, "reason", NULL);
    value_put_text(arena, form, "about", value_get_text(finding, "title"));
    value_put_text(arena, form, "today", closing_today(page));
    put_crumbs(page, finding);
    return RC_OK;
}

static void long_term_form(struct page *page, const char *path, int64_t subject_id, const char *back_path,
                           int64_t back_id, struct str about)
{
    struct arena *arena = page->ctx.arena;
    struct value *form =
        typed_form_begin(page, arena_format(arena, "%s/%lld/to_long_term", path, (long long)subject_id),
                         arena_format(arena, "%s/%lld", back_path, (long long)back_id));
    static const char *const fields[] = {"due", "yearly_goal", "finish_mark", "reason"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        typed_form_field(page, form, fields[i], NULL);
    value_put_text(arena, form, "about", about);
    value_put_text(arena, form, "today", closing_today(page));
}

enum rc page_finding_long_term_form(struct page *page)
{
    struct value *finding;
    TRY(read_finding(page, page_param_int(page, "id", 0), &finding));
    int64_t id = value_get_int(finding, "id", 0);
    long_term_form(page, "/findings", id, "/findings", id, value_get_text(finding, "title"));
    put_crumbs(page, finding);
    return RC_OK;
}

enum rc page_measure_long_term_form(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_MEASURE_GET);
    struct value *measure, *finding;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &measure));
    TRY(read_finding(page, value_get_int(measure, "finding_id", 0), &finding));
    long_term_form(page, "/measures", value_get_int(measure, "id", 0), "/findings", value_get_int(finding, "id", 0),
                   value_get_text(measure, "text"));
    put_crumbs(page, finding);
    return RC_OK;
}

/* Whoever has a part of the work may not see the whole finding: back to the task. */
enum rc page_task_long_term_form(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_TASK_GET);
    struct value *task;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &task));
    int64_t id = value_get_int(task, "id", 0);
    long_term_form(page, "/tasks", id, "/tasks", id, value_get_text(task, "title"));
    chrome_add_crumb(page, page_text(page, "task.list"), STR("/tasks"));
    chrome_add_crumb(page, value_get_text(task, "no"), arena_format(page->ctx.arena, "/tasks/%lld", (long long)id));
    chrome_add_crumb(page, page_text(page, page->route->title), STR_EMPTY);
    return RC_OK;
}

/* ---- section of a finding's page ---------------------------------------------------------------------------- */

static void put_cycle_words(struct page *page, struct value *row)
{
    closing_put_label(page, row, "state", "finding.status");
    closing_put_label(page, row, "result", "closing.result");
    closing_put_label(page, row, "basis", "closing.basis");
    const struct value *on_time = value_get(row, "is_on_time");
    value_put_text(page->ctx.arena, row, "on_time_label",
                   value_is_null(on_time)
                       ? STR("")
                       : page_text(page, value_get_int(row, "is_on_time", 0) ? "closing.on_time" : "closing.late"));
}

/* Yearly goal, mark and former date of what was changed to the long term; null without. */
static enum rc put_long_term(struct page *page, struct value *finding)
{
    struct value *change = NULL;
    if (str_equal(value_get_text(finding, "phase"), STR("long_term"))) {
        struct db_stmt *st = db_query(page->db, Q_PHASE_CHANGE_OF_FINDING);
        db_bind_int(st, "id", value_get_int(finding, "id", 0));
        TRY(db_first_row(&page->ctx, st, &change));
    }
    if (change)
        value_put(finding, STR("long_term"), change);
    else
        value_put_null(page->ctx.arena, finding, "long_term");
    return RC_OK;
}

enum rc page_finding_put_closing(struct page *page, struct value *finding)
{
    TRY(put_long_term(page, finding));
    struct arena *arena = page->ctx.arena;
    int64_t id = value_get_int(finding, "id", 0);
    TRY(closing_put_rows(page, finding, "cycles", Q_CYCLE_LIST, id));
    TRY(closing_put_rows(page, finding, "cases", Q_REVIEW_OF_FINDING, id));
    TRY(closing_put_rows(page, finding, "certificates", Q_CERTIFICATE_OF_FINDING, id));
    TRY(closing_put_rows(page, finding, "lookbacks", Q_LOOKBACK_OF_FINDING, id));
    for (struct value *row = list_of(finding, "cycles")->items.first; row; row = row->next)
        put_cycle_words(page, row);
    for (struct value *row = list_of(finding, "cases")->items.first; row; row = row->next) {
        closing_put_label(page, row, "purpose", "review.purpose");
        closing_put_step_due(page, row);
        closing_put_day(page, row, "step_since");
        closing_put_day(page, row, "opened_at");
        value_put_bool(arena, row, "is_open", str_equal(value_get_text(row, "state"), STR("open")));
    }
    for (struct value *row = list_of(finding, "certificates")->items.first; row; row = row->next)
        closing_put_label(page, row, "result", "closing.result");
    for (struct value *row = list_of(finding, "lookbacks")->items.first; row; row = row->next)
        closing_put_label(page, row, "verdict", "lookback.verdict");
    bool has = value_count(list_of(finding, "cycles")) > 1 || value_count(list_of(finding, "cases")) > 0 ||
               value_count(list_of(finding, "certificates")) > 0;
    value_put_bool(arena, finding, "has_closing", has);
    return RC_OK;
}
