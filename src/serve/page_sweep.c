/* page_sweep.c: sweeps: the list, one sweep with its figures, answers and map, and the form that opens one. */
#include "loop/supervise.h"
#include "loop/sweep.h"

#include "serve/chrome.h"
#include "serve/list_query.h"
#include "serve/page_finding.h"
#include "serve/page_loop.h"
#include "serve/page_spread.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

enum { LIST_ROWS = 50, ANSWERS_MAX = 4000, QUERY_BYTES_MAX = 4096 };

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

/* ---- list --------------------------------------------------------------------------------------------------- */

static void put_sweep_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    int64_t asked = value_get_int(row, "asked", 0), answered = value_get_int(row, "answered", 0);
    bool is_over = !str_equal(value_get_text(row, "state"), STR("open")),
         is_all_in = value_get_int(row, "waiting", 0) == 0;
    value_put_text(arena, row, "state_label", spread_words(page, "sweep.state", value_get_text(row, "state")));
    page_put_due(page, row, "due", is_over || is_all_in);
    if (!value_get(row, "due_left_text"))
        value_put_null(arena, row, "due_left_text");
    value_put_text(arena, row, "due_state_label",
                   is_over     ? value_get_text(row, "state_label")
                   : is_all_in ? page_text(page, "sweep.all_in")
                               : spread_words(page, "status", value_get_text(row, "due_state")));
    value_put_int(arena, row, "percent", asked ? answered * 100 / asked : 0);
}

static struct db_stmt *list_statement(struct page *page, struct str show, struct str q)
{
    bool is_late = str_equal(show, STR("late")), is_state = show.n && !is_late && !str_equal(show, STR("all"));
    uint32_t filters = (is_late ? SWEEP_LIST_FILTER_LATE : 0u) | (is_state ? SWEEP_LIST_FILTER_STATE : 0u) |
                       (q.n ? SWEEP_LIST_FILTER_WORDS : 0u);
    struct db_stmt *st = page_list_statement(page, Q_SWEEP_LIST, filters, SWEEP_LIST_SORT_NEWEST);
    if (!st)
        return NULL;
    db_bind_text(st, "state", show);
    db_bind_text(st, "words", q);
    db_bind_text(st, "today", spread_today(page));
    db_bind_int(st, "before", page_param_int(page, "before", INT64_MAX));
    db_bind_int(st, "limit", LIST_ROWS);
    return st;
}

enum rc page_sweep_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str show = page_param_text(page, "show"), q = page_param_text(page, "q");
    struct db_stmt *st = list_statement(page, show, q);
    if (!st)
        return RC_DB;
    TRY(page_put_rows(page, "sweeps", st));
    struct value *rows = list_of(page->view, "sweeps");
    for (struct value *row = rows->items.first; row; row = row->next)
        put_sweep_words(page, row);
    struct value *filter = value_put_map(arena, page->view, "filter");
    list_put_filter(page, filter, "q");
    list_put_choices(page, filter, "show", "open|late|closed|cancelled|all", "sweep.show");
    value_put_bool(arena, page->view, "has_sweeps", value_count(rows) > 0);
    value_put_bool(arena, page->view, "may_open", page_can(page, PERM_SUPERVISE));
    value_put_text(arena, page->view, "empty_why",
                   page_text(page, show.n || q.n ? "list.none_with_filter" : "sweep.none_why"));
    value_put_bool(arena, page->view, "is_filtered", show.n || q.n);
    spread_put_tabs(page, "sweeps");
    struct buf query CLEANUP(buf_done);
    buf_init(&query, QUERY_BYTES_MAX);
    if (show.n)
        url_add_query(&query, STR("show"), show);
    if (q.n)
        url_add_query(&query, STR("q"), q);
    spread_put_pager(page, rows, LIST_ROWS, "/sweeps", arena_copy_str(arena, buf_str(&query)));
    return RC_OK;
}

/* ---- the form ----------------------------------------------------------------------------------------------- */

enum rc page_sweep_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *form, *finding = NULL, *given = value_new_map(arena);
    int64_t finding_id = page_param_int(page, "finding", 0);
    if (page->form)
        (void)str_parse_int64(form_text(page->form->fields, "finding_id"), &finding_id);
    if (finding_id) {
        struct db_stmt *st = db_query(page->db, Q_FINDING_GET);
        actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
        db_bind_int(st, "id", finding_id);
        TRY(page_find_row(page, st, &finding));
        value_put_int(arena, given, "finding_id", finding_id);
        value_put_text(arena, given, "title", value_get_text(finding, "title"));
        value_put_text(arena, given, "items", value_get_text(finding, "title"));
    }
    form = typed_form_begin(page, STR("/sweeps"), finding ? spread_href(page, "findings", finding_id) : STR("/sweeps"));
    static const char *const plain[] = {"finding_id", "title", "common_cause", "items", "due", "reach_level"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        typed_form_field(page, form, plain[i], given);
    typed_form_choices(page, typed_form_field(page, form, "reach", NULL), "subtree|level|units", "sweep.reach");
    typed_form_choices(page, typed_form_field(page, form, "label", finding),
                       finding ? FINDING_LABELS : "|" FINDING_LABELS, "label");
    TRY(spread_put_units(page, typed_form_field(page, form, "unit_id", NULL), PERM_SUPERVISE, true));
    TRY(spread_put_units(page, typed_form_field(page, form, "unit_ids", NULL), PERM_SUPERVISE, false));
    value_put_bool(arena, form, "with_departments", page->form && form_text(page->form->fields, "with_departments").n);
    value_put_text(arena, form, "about", finding ? value_get_text(finding, "no") : STR(""));
    value_put_text(arena, form, "today", spread_today(page));
    chrome_add_crumb(page, page_text(page, "sweep.list"), STR("/sweeps"));
    chrome_add_crumb(page, page_text(page, "sweep.new"), STR_EMPTY);
    return RC_OK;
}

/* ---- one sweep ---------------------------------------------------------------------------------------------- */

/* The lists of answers, and the figures that count them: one definition each, in sql/query/sweep.sql. */
static const struct show_row {
    const char *name, *label, *status;
    uint32_t filters;
    bool is_rare; /* not shown while it is 0 */
} shows[] = {
    {"", "sweep.asked", "", 0, false},
    {"answered", "sweep.answered", "", SWEEP_ANSWERS_FILTER_ANSWERED, false},
    {"waiting", "sweep.waiting", "", SWEEP_ANSWERS_FILTER_WAITING, false},
    {"late", "sweep.late", "overdue", SWEEP_ANSWERS_FILTER_LATE, false},
    {"none", "answer.result.none", "closed", SWEEP_ANSWERS_FILTER_NONE, false},
    {"found", "answer.result.found", "behind", SWEEP_ANSWERS_FILTER_FOUND, false},
    {"not_applicable", "answer.result.not_applicable", "", SWEEP_ANSWERS_FILTER_NOT_APPLICABLE, false},
    {"to_check", "sweep.to_check", "due_soon", SWEEP_ANSWERS_FILTER_TO_CHECK, false},
    {"checked", "sweep.checked", "", SWEEP_ANSWERS_FILTER_CHECKED, false},
    {"fault", "sweep.fault", "overdue", SWEEP_ANSWERS_FILTER_FAULT, true},
};
enum { SHOWS = sizeof shows / sizeof shows[0] };

static enum rc answers_statement(struct page *page, int64_t id, enum query query, uint32_t filters,
                                 struct db_stmt **ret_st)
{
    struct db_stmt *st = page_list_statement(page, query, filters, SWEEP_ANSWERS_SORT_UNIT);
    if (!st)
        return RC_DB;
    db_bind_int(st, "id", id);
    db_bind_text(st, "today", spread_today(page));
    db_bind_int(st, "limit", ANSWERS_MAX);
    *ret_st = st;
    return RC_OK;
}

static enum rc put_figures(struct page *page, struct value *sweep)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = value_get_int(sweep, "id", 0);
    struct value *figures = value_put_list(arena, sweep, "figures"), *row;
    for (size_t i = 0; i < SHOWS; i++) {
        struct db_stmt *st;
        TRY(answers_statement(page, id, Q_SWEEP_ANSWER_COUNT, shows[i].filters, &st));
        TRY(db_first_row(&page->ctx, st, &row));
        int64_t n = value_get_int(row, "n", 0);
        if (i == 0) {
            value_put_int(arena, sweep, "asked", n);
            value_put_int(arena, sweep, "found_count", value_get_int(row, "found", 0));
            value_put_int(arena, sweep, "fixed_count", value_get_int(row, "fixed", 0));
            value_put_text(arena, sweep, "amount_text", page_format_money(arena, value_get_int(row, "amount_fen", 0)));
        }
        if (i == 1 || i == 2)
            value_put_int(arena, sweep, shows[i].name, n);
        if (n || !shows[i].is_rare)
            spread_add_figure(page, figures, shows[i].label, n,
                              arena_format(arena, "/sweeps/%lld?show=%s#answers", (long long)id, shows[i].name),
                              shows[i].status);
    }
    return RC_OK;
}

void page_sweep_put_answer(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str state = value_get_text(row, "state"), result = value_get_text(row, "result"),
               due = value_get_text(row, "due");
    bool is_waiting = str_equal(state, STR("asked")) || str_equal(state, STR("returned"));
    bool is_late = is_waiting && str_compare(due, spread_today(page)) < 0;
    const char *status = value_get_int(row, "is_fault", 0)          ? "overdue"
                         : is_late                                  ? "overdue"
                         : str_equal(state, STR("returned"))        ? "behind"
                         : is_waiting                               ? "normal"
                         : str_equal(result, STR("found"))          ? "behind"
                         : str_equal(result, STR("not_applicable")) ? "due_soon"
                                                                    : "closed";
    struct str label = is_waiting || !result.n ? spread_words(page, "answer.state", state)
                                               : spread_words(page, "answer.result", result);
    value_put_text(arena, row, "status", str_from_cstr(status));
    value_put_text(arena, row, "status_label", is_late ? page_text(page, "sweep.late") : label);
    value_put_text(arena, row, "state_label", spread_words(page, "answer.state", state));
    value_put_text(arena, row, "result_label", result.n ? spread_words(page, "answer.result", result) : STR(""));
    value_put_bool(arena, row, "has_fault", value_get_int(row, "is_fault", 0) != 0);
    if (value_get(row, "amount_fen"))
        value_put_text(arena, row, "amount_text",
                       value_get_int(row, "amount_fen", 0)
                           ? page_format_money(arena, value_get_int(row, "amount_fen", 0))
                           : STR(""));
}

/* Whether one may ask the units that have not answered, by the same rule as the button above the list. */
static bool is_urging(const struct value *sweep)
{
    VALUE_EACH (offer, value_get(sweep, "offers"))
        if (str_equal(value_get_text(offer, "command"), STR("urge")))
            return true;
    return false;
}

static void put_urging(struct page *page, struct value *row, bool may)
{
    struct arena *arena = page->ctx.arena;
    struct str state = value_get_text(row, "state"), on = value_get_text(row, "urged_on");
    bool is_waiting = str_equal(state, STR("asked")) || str_equal(state, STR("returned"));
    struct str again = supervise_working_day_after(arena, on, SUPERVISE_URGE_QUIET_DAYS);
    value_put_bool(arena, row, "may_urge", may && is_waiting && (!on.n || str_compare(spread_today(page), again) >= 0));
    value_put_text(arena, row, "urged_text", on.n ? page_text_args(page, "sweep.urged_on", &on, 1) : STR(""));
}

static enum rc put_answers(struct page *page, struct value *sweep)
{
    struct arena *arena = page->ctx.arena;
    bool may_urge = is_urging(sweep);
    struct str show = page_param_text(page, "show");
    const struct show_row *chosen = &shows[0];
    for (size_t i = 0; i < SHOWS; i++)
        if (str_equal_cstr(show, shows[i].name))
            chosen = &shows[i];
    struct db_stmt *st;
    struct value *rows;
    TRY(answers_statement(page, value_get_int(sweep, "id", 0), Q_SWEEP_ANSWERS, chosen->filters, &st));
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        page_sweep_put_answer(page, row);
        put_urging(page, row, may_urge);
    }
    value_put(sweep, STR("answers"), rows);
    value_put_bool(arena, sweep, "has_answers", value_count(rows) > 0);
    value_put_text(arena, sweep, "shown_label", page_text(page, chosen->label));
    value_put_int(arena, sweep, "shown_count", (int64_t)value_count(rows));
    return RC_OK;
}

/* The same answers as a tree of units, coloured by what they say. */
static enum rc put_map(struct page *page, struct value *sweep)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_SWEEP_MAP);
    struct value *rows;
    db_bind_int(st, "id", value_get_int(sweep, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        int64_t answer_id = value_get_int(row, "answer_id", 0);
        value_put_bool(arena, row, "is_asked", answer_id != 0);
        if (!answer_id)
            continue;
        value_put_text(arena, row, "due", value_get_text(sweep, "due"));
        value_put_text(arena, row, "href", spread_href(page, "answers", answer_id));
        page_sweep_put_answer(page, row);
    }
    return spread_put_map(page, rows);
}

static enum rc put_parts(struct page *page, struct value *sweep)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = value_get_int(sweep, "id", 0);
    struct db_stmt *st = db_query(page->db, Q_SWEEP_ITEMS);
    struct value *rows;
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &rows));
    value_put(sweep, STR("items"), rows);
    st = db_query(page->db, Q_SWEEP_HITS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        finding_put_words(page, row);
    value_put(sweep, STR("hits"), rows);
    value_put_int(arena, sweep, "hit_count", (int64_t)value_count(rows));
    value_put_bool(arena, sweep, "has_hits", value_count(rows) > 0);
    st = page_statement(page, Q_SWEEP_SUSPECTS);
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &rows));
    value_put(sweep, STR("suspects"), rows);
    value_put_bool(arena, sweep, "has_suspects", value_count(rows) > 0);
    value_put_bool(arena, sweep, "may_fault", page_can(page, PERM_SUPERVISE));
    return RC_OK;
}

/* The finding that it began with, to those who may read it. */
static enum rc put_origin(struct page *page, struct value *sweep)
{
    struct value *finding = NULL;
    int64_t id = value_get_int(sweep, "finding_id", 0);
    if (id) {
        struct db_stmt *st = db_query(page->db, Q_FINDING_BRIEF);
        actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
        db_bind_int(st, "id", id);
        TRY(db_first_row(&page->ctx, st, &finding));
    }
    value_put_text(page->ctx.arena, sweep, "origin_href", finding ? spread_href(page, "findings", id) : STR(""));
    value_put_text(page->ctx.arena, sweep, "origin_title", value_get_text(finding, "title"));
    return RC_OK;
}

enum rc page_sweep(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_SWEEP_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "sweep", st));
    struct value *sweep = list_of(page->view, "sweep");
    bool is_whole = value_get_int(sweep, "is_whole", 0) != 0,
         is_map = str_equal(page_param_text(page, "view"), STR("map"));
    TRY(put_figures(page, sweep));
    put_sweep_words(page, sweep);
    value_put_text(arena, sweep, "label_label",
                   page_text(page, arena_format(arena, "label.%lld", (long long)value_get_int(sweep, "label", 1)).p));
    value_put_text(arena, sweep, "reach_label", spread_words(page, "sweep.reach", value_get_text(sweep, "reach")));
    TRY(put_origin(page, sweep));
    TRY(put_parts(page, sweep));
    value_put_bool(arena, sweep, "is_map", is_map);
    if (is_whole) {
        TRY(page_put_waiting(page, sweep, NOUN_SWEEP, id));
        TRY(page_put_offers(page, sweep, NOUN_SWEEP, sweep));
        st = db_query(page->db, Q_SWEEP_EVENTS);
        db_bind_int(st, "id", id);
        TRY(page_put_timeline(page, st));
    } else {
        value_put_bool(arena, sweep, "has_waits", false);
        value_put_bool(arena, sweep, "has_offers", false);
        value_put_list(arena, page->view, "events");
    }
    TRY(is_map ? put_map(page, sweep) : put_answers(page, sweep));
    value_put_text(arena, page->view, "page_title", value_get_text(sweep, "title"));
    chrome_add_crumb(page, page_text(page, "sweep.list"), STR("/sweeps"));
    chrome_add_crumb(page, value_get_text(sweep, "no"), STR_EMPTY);
    return RC_OK;
}

/* Further units. */
enum rc page_sweep_widen(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_SWEEP_GET);
    struct value *sweep;
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &sweep));
    struct str address = spread_href(page, "sweeps", id);
    struct value *form = typed_form_begin(page, arena_concat(page->ctx.arena, address, STR("/widen")), address);
    TRY(spread_put_units(page, typed_form_field(page, form, "unit_ids", NULL), PERM_SUPERVISE, false));
    typed_form_field(page, form, "reason", NULL);
    value_put_text(page->ctx.arena, form, "about", value_get_text(sweep, "title"));
    chrome_add_crumb(page, page_text(page, "sweep.list"), STR("/sweeps"));
    chrome_add_crumb(page, value_get_text(sweep, "no"), address);
    chrome_add_crumb(page, page_text(page, "sweep.do.widen"), STR_EMPTY);
    return RC_OK;
}
