/* page_sweep_answer.c: answers to sweeps: what is to be answered and checked, one answer, and its forms. */
#include "loop/sweep.h"

#include "serve/chrome.h"
#include "serve/page_finding.h"
#include "serve/page_loop.h"
#include "serve/page_spread.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/typed_form.h"

enum { LIST_ROWS = 200 };

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

/* ---- list --------------------------------------------------------------------------------------------------- */

enum rc page_answer_list(struct page *page)
{
    static const struct {
        const char *name;
        uint32_t filter;
    } shows[] = {{"waiting", SWEEP_ANSWER_LIST_FILTER_WAITING},
                 {"late", SWEEP_ANSWER_LIST_FILTER_LATE},
                 {"to_check", SWEEP_ANSWER_LIST_FILTER_TO_CHECK},
                 {"fault", SWEEP_ANSWER_LIST_FILTER_FAULT},
                 {"all", 0}};
    struct arena *arena = page->ctx.arena;
    struct str show = page_param_text(page, "show");
    uint32_t filter = shows[0].filter;
    struct value *options = value_put_list(arena, value_put_map(arena, page->view, "filter"), "show");
    for (size_t i = 0; i < sizeof shows / sizeof shows[0]; i++) {
        bool is_chosen = str_equal_cstr(show.n ? show : STR("waiting"), shows[i].name);
        filter = is_chosen ? shows[i].filter : filter;
        struct value *option = value_add_map(arena, options);
        value_put_text(arena, option, "href", arena_format(arena, "/answers?show=%s", shows[i].name));
        value_put_text(arena, option, "label", spread_words(page, "answer.show", str_from_cstr(shows[i].name)));
        value_put_bool(arena, option, "is_current", is_chosen);
    }
    struct db_stmt *st = page_list_statement(page, Q_SWEEP_ANSWER_LIST, filter, SWEEP_ANSWER_LIST_SORT_DUE);
    if (!st)
        return RC_DB;
    db_bind_text(st, "today", spread_today(page));
    db_bind_int(st, "limit", LIST_ROWS);
    TRY(page_put_rows(page, "answers", st));
    struct value *rows = list_of(page->view, "answers");
    for (struct value *row = rows->items.first; row; row = row->next)
        page_sweep_put_answer(page, row);
    value_put_bool(arena, page->view, "has_answers", value_count(rows) > 0);
    value_put_bool(arena, page->view, "is_cut", value_count(rows) >= LIST_ROWS);
    spread_put_tabs(page, "answers");
    return RC_OK;
}

/* ---- one answer --------------------------------------------------------------------------------------------- */

static enum rc read_answer(struct page *page, struct value **ret_answer)
{
    struct db_stmt *st = page_statement(page, Q_SWEEP_ANSWER_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    return page_find_row(page, st, ret_answer);
}

static enum rc read_items(struct page *page, int64_t id, struct value **ret_rows)
{
    struct db_stmt *st = db_query(page->db, Q_SWEEP_ANSWER_ITEMS);
    db_bind_int(st, "id", id);
    return db_rows(&page->ctx, st, ret_rows);
}

static void put_crumbs(struct page *page, const struct value *answer, const char *here)
{
    chrome_add_crumb(page, page_text(page, "sweep.list"), STR("/sweeps"));
    chrome_add_crumb(page, value_get_text(answer, "no"),
                     spread_href(page, "sweeps", value_get_int(answer, "sweep_id", 0)));
    chrome_add_crumb(page, value_get_text(answer, "unit_name"),
                     here ? spread_href(page, "answers", value_get_int(answer, "id", 0)) : STR_EMPTY);
    if (here)
        chrome_add_crumb(page, page_text(page, here), STR_EMPTY);
}

enum rc page_answer(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *answer, *rows;
    TRY(read_answer(page, &answer));
    int64_t id = value_get_int(answer, "id", 0);
    value_put(page->view, STR("answer"), answer);
    page_sweep_put_answer(page, answer);
    page_put_due(page, answer, "due", !str_equal(value_get_text(answer, "state"), STR("asked")));
    page_put_time(page, answer, "answered_at");
    page_put_time(page, answer, "checked_at");
    bool is_answered = value_get_text(answer, "result").n > 0;
    value_put_bool(arena, answer, "is_answered", is_answered);
    value_put_bool(arena, answer, "is_checked", str_equal(value_get_text(answer, "state"), STR("checked")));
    value_put_bool(arena, answer, "is_found", str_equal(value_get_text(answer, "result"), STR("found")));
    TRY(read_items(page, id, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str result = value_get_text(row, "result");
        value_put_text(arena, row, "result_label", result.n ? spread_words(page, "answer.result", result) : STR(""));
        value_put_text(arena, row, "amount_text",
                       value_get_int(row, "amount_fen", 0)
                           ? page_format_money(arena, value_get_int(row, "amount_fen", 0))
                           : STR(""));
    }
    value_put(answer, STR("items"), rows);
    struct db_stmt *st = db_query(page->db, Q_SWEEP_ANSWER_HITS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        finding_put_words(page, row);
    value_put(answer, STR("hits"), rows);
    value_put_bool(arena, answer, "has_hits", value_count(rows) > 0);
    int64_t open =
        value_get_int(answer, "found_count", 0) - value_get_int(answer, "fixed_count", 0) - (int64_t)value_count(rows);
    value_put_int(arena, answer, "open_hits", open > 0 ? open : 0);
    value_put_bool(arena, answer, "has_open_hits", open > 0);
    TRY(page_put_waiting(page, answer, NOUN_ANSWER, id));
    TRY(page_put_offers(page, answer, NOUN_ANSWER, answer));
    value_put_text(arena, page->view, "page_title", value_get_text(answer, "title"));
    put_crumbs(page, answer, NULL);
    return RC_OK;
}

/* ---- the form of an answer: the items lie flat in it as result_1, found_1, ... -------------------------------- */

static const char *field_name(struct page *page, const char *name, int64_t n)
{
    return arena_format(page->ctx.arena, "%s_%lld", name, (long long)n).p;
}

static void put_item_field(struct page *page, struct value *item, struct value *form, const char *name, int64_t n,
                           const struct value *row)
{
    struct value *field = typed_form_field(page, form, field_name(page, name, n), row);
    value_put(item, str_from_cstr(name), value_copy(page->ctx.arena, field));
}

static void put_item(struct page *page, struct value *items, struct value *form, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    int64_t n = value_get_int(row, "n", 0);
    struct value *item = value_add_map(arena, items), *old = value_new_map(arena);
    value_put_int(arena, item, "n", n);
    value_put_text(arena, item, "item_text", value_get_text(row, "item_text"));
    if (value_get_text(row, "result").n) { /* what was answered before */
        value_put_text(arena, old, field_name(page, "result", n), value_get_text(row, "result"));
        value_put_text(arena, old, field_name(page, "text", n), value_get_text(row, "text"));
        value_put_int(arena, old, field_name(page, "found", n), value_get_int(row, "found_count", 0));
        value_put_int(arena, old, field_name(page, "fixed", n), value_get_int(row, "fixed_count", 0));
        value_put_int(arena, old, field_name(page, "amount", n), value_get_int(row, "amount_fen", 0));
    }
    struct value *result = typed_form_field(page, form, field_name(page, "result", n), old);
    typed_form_choices(page, result, "|none|found|not_applicable", "answer.result");
    value_put(item, STR("result"), value_copy(arena, result));
    put_item_field(page, item, form, "found", n, old);
    put_item_field(page, item, form, "fixed", n, old);
    put_item_field(page, item, form, "text", n, old);
    value_put(item, STR("amount"), value_copy(arena, typed_form_money(page, form, field_name(page, "amount", n), old)));
}

enum rc page_answer_give(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *answer, *rows;
    TRY(read_answer(page, &answer));
    int64_t id = value_get_int(answer, "id", 0);
    struct str address = spread_href(page, "answers", id);
    struct value *form = typed_form_begin(page, arena_concat(arena, address, STR("/form")), address);
    TRY(read_items(page, id, &rows));
    struct value *items = value_put_list(arena, form, "items");
    VALUE_EACH (row, rows)
        put_item(page, items, form, row);
    static const char *const plain[] = {"explanation", "evidence"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        typed_form_field(page, form, plain[i], answer);
    typed_form_field(page, form, "signed_name", NULL);
    typed_form_field(page, form, "pledge", NULL);
    value_put_text(arena, form, "my_name", page->actor.name);
    value_put_text(arena, form, "about", value_get_text(answer, "title"));
    value_put_text(arena, form, "unit_name", value_get_text(answer, "unit_name"));
    value_put_text(arena, form, "common_cause", value_get_text(answer, "common_cause"));
    value_put_text(arena, form, "due", value_get_text(answer, "due"));
    put_crumbs(page, answer, "answer.do.give");
    return RC_OK;
}

/* A number of the form; what is not one stays text, and the command refuses it by the missing count. */
static void copy_number(struct page *page, struct value *item, const char *key, const char *field, int64_t n,
                        bool is_money)
{
    struct str text = str_trim(form_text(page->form->fields, field_name(page, field, n)));
    struct field one = {.name = key, .kind = is_money ? FIELD_MONEY : FIELD_INT};
    struct command reading = {.name = "answer.give", .fields = &one, .field_count = 1};
    struct value *raw = value_new_map(page->ctx.arena), *typed;
    value_put_text(page->ctx.arena, raw, key, text);
    struct ctx quiet = {.arena = page->ctx.arena};
    int64_t value = text.n ? -1 : 0; /* refused at its field */
    if (text.n && command_read_input(&quiet, &reading, raw, &typed) == RC_OK)
        value = value_get_int(typed, key, 0);
    value_put_int(page->ctx.arena, item, key, value);
}

enum rc page_answer_form_post(struct page *page)
{
    static const char *const plain[] = {"explanation", "evidence", "signed_name", "pledge"};
    struct arena *arena = page->ctx.arena;
    struct value *answer, *rows, *raw = value_new_map(arena), *result;
    TRY(read_answer(page, &answer));
    TRY(read_items(page, value_get_int(answer, "id", 0), &rows));
    value_put_int(arena, raw, "id", value_get_int(answer, "id", 0));
    struct value *items = value_put_list(arena, raw, "items");
    VALUE_EACH (row, rows) {
        int64_t n = value_get_int(row, "n", 0);
        struct value *item = value_add_map(arena, items);
        value_put_int(arena, item, "n", n);
        value_put_text(arena, item, "result", form_text(page->form->fields, field_name(page, "result", n)));
        value_put_text(arena, item, "text", form_text(page->form->fields, field_name(page, "text", n)));
        copy_number(page, item, "found", "found", n, false);
        copy_number(page, item, "fixed", "fixed", n, false);
        copy_number(page, item, "amount_fen", "amount", n, true);
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        value_put_text(arena, raw, plain[i], form_text(page->form->fields, plain[i]));
    enum rc rc = submit_and_wait(page, &command_answer_give, raw, &result);
    if (rc != RC_OK) {
        TRY(typed_form_refused(page, rc, "answer_form"));
        return page_answer_give(page);
    }
    chrome_set_flash(page, "success", "flash.saved", STR_EMPTY, STR_EMPTY);
    page_redirect(page, spread_href(page, "answers", value_get_int(answer, "id", 0)));
    return RC_OK;
}

/* ---- further forms ------------------------------------------------------------------------------------------ */

enum rc page_answer_hit(struct page *page)
{
    struct value *answer, *given = value_new_map(page->ctx.arena);
    TRY(read_answer(page, &answer));
    struct str address = spread_href(page, "answers", value_get_int(answer, "id", 0));
    struct value *form = typed_form_begin(page, arena_concat(page->ctx.arena, address, STR("/hit")), address);
    value_put_text(page->ctx.arena, given, "facts", value_get_text(answer, "explanation"));
    static const char *const plain[] = {"title", "facts", "due", "finding"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        typed_form_field(page, form, plain[i], given);
    typed_form_money(page, form, "amount_fen", NULL);
    typed_form_choices(page, typed_form_field(page, form, "phase", NULL), FINDING_PHASES, "phase");
    typed_form_choices(page, typed_form_field(page, form, "severity", NULL), FINDING_SEVERITIES, "severity");
    value_put_text(page->ctx.arena, form, "about", value_get_text(answer, "title"));
    put_crumbs(page, answer, "answer.do.hit");
    return RC_OK;
}

enum rc page_answer_fault(struct page *page)
{
    struct value *answer, *given = value_new_map(page->ctx.arena);
    TRY(read_answer(page, &answer));
    struct str address = spread_href(page, "answers", value_get_int(answer, "id", 0));
    struct value *form = typed_form_begin(page, arena_concat(page->ctx.arena, address, STR("/fault")), address);
    value_put_text(page->ctx.arena, given, "finding", page_param_text(page, "finding"));
    typed_form_field(page, form, "finding", given);
    typed_form_field(page, form, "reason", NULL);
    value_put_text(page->ctx.arena, form, "about", value_get_text(answer, "unit_name"));
    put_crumbs(page, answer, "answer.do.fault");
    return RC_OK;
}

/* ---- on the page of a finding ------------------------------------------------------------------------------- */

enum rc page_finding_put_sweeps(struct page *page, struct value *finding)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    static const struct {
        const char *key, *has;
        enum query query;
    } lists[] = {{"sweeps", "has_sweeps", Q_SWEEP_OF_FINDING},
                 {"sweeps_behind", "has_sweeps_behind", Q_SWEEP_BEHIND_FINDING}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct db_stmt *st = db_query(page->db, lists[i].query);
        actor_bind_scope(st, &page->actor, PERM_TASK_READ);
        db_bind_int(st, "id", value_get_int(finding, "id", 0));
        TRY(page_rows(page, st, &rows));
        for (struct value *row = rows->items.first; i == 0 && row; row = row->next)
            value_put_text(arena, row, "state_label", spread_words(page, "sweep.state", value_get_text(row, "state")));
        value_put_bool(arena, finding, lists[i].has, value_count(rows) > 0);
        value_put(finding, str_from_cstr(lists[i].key), rows);
    }
    bool may = actor_check(&page->ctx, page->db, &page->actor, PERM_SUPERVISE, value_get_int(finding, "unit_id", 0),
                           value_get_int(finding, "label", 0)) == RC_OK;
    value_put_bool(arena, finding, "may_sweep", may && page_can(page, PERM_SUPERVISE));
    return RC_OK;
}
