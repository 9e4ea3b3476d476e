/* page_finding.c: one finding: its place in the document, facts, measures, figures, links and what happened to it. */
#include "serve/page_finding.h"

#include "publish/event_words.h"
#include "serve/chrome.h"
#include "serve/page_doing.h"
#include "serve/page_closing.h"
#include "serve/page_loop.h"
#include "serve/page_plan_parts.h"
#include "serve/page_task.h"
#include "serve/page_supervision.h"
#include "serve/pages.h"
#include "serve/paper.h"

enum { QUOTE_PARAGRAPHS_MAX = 40 };

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

static enum rc put_rows(struct page *page, struct value *to, const char *key, struct db_stmt *st)
{
    struct value *rows;
    TRY(page_rows(page, st, &rows));
    value_put(to, str_from_cstr(key), rows);
    return RC_OK;
}

/* ---- the quoted place -------------------------------------------------------------------------------------- */

/* A paragraph in three parts: the finding's own words stand in the middle one. */
static void put_pieces(struct page *page, struct value *row, struct str title)
{
    struct arena *arena = page->ctx.arena;
    struct str text = value_get_text(row, "text");
    size_t at = title.n ? str_find(text, title, 0) : SIZE_MAX;
    size_t end = at == SIZE_MAX ? 0 : at + title.n;
    at = at == SIZE_MAX ? 0 : at;
    value_put_text(arena, row, "before", str_slice(text, 0, at));
    value_put_text(arena, row, "marked", str_slice(text, at, end));
    value_put_text(arena, row, "after", str_slice(text, end, text.n));
}

/* The cells of one row of a table stand side by side: rows becomes one quote for each paragraph or row. */
static void join_cells(struct arena *arena, struct value *quotes, const struct value *rows)
{
    struct value *quote = NULL;
    struct paper_cell last = {0};
    struct str first_place = STR_EMPTY;
    for (struct value *row = rows->items.first, *next; row; row = next) {
        next = row->next;
        struct str place = value_get_text(row, "place");
        struct paper_cell at = {0};
        bool is_cell = paper_parse_cell(place, &at);
        bool is_same = quote && is_cell && at.row == last.row && str_equal(at.table, last.table);
        if (!is_same) {
            quote = value_add_map(arena, quotes);
            value_put_list(arena, quote, "cells");
            first_place = place;
        }
        value_add(list_of(quote, "cells"), row);
        bool is_sheet = str_has_suffix(at.table, STR("!"));
        if (is_same && is_sheet)
            place =
                arena_format(arena, "%.*s:%.*s", STR_ARG(first_place), STR_ARG(str_slice(place, at.table.n, place.n)));
        else if (is_same)
            place = arena_format(arena, "%.*s r%lld", STR_ARG(at.table), (long long)at.row);
        value_set(quote, STR("place"), value_new_text(arena, place));
        last = at;
    }
}

/* The facts are the quoted words themselves as long as nobody has changed them: they need not stand there twice. */
static bool are_facts_quoted(struct arena *arena, const struct value *rows, struct str facts)
{
    struct str all = STR("");
    VALUE_EACH (row, rows) {
        all = arena_concat(arena, all.n ? arena_concat(arena, all, STR("\n")) : all, value_get_text(row, "text"));
    }
    return facts.n && str_find(all, facts, 0) != SIZE_MAX;
}

static enum rc put_quotes(struct page *page, struct value *finding)
{
    struct arena *arena = page->ctx.arena;
    int64_t first = value_get_int(finding, "paragraph_from", 0), last = value_get_int(finding, "paragraph_to", first);
    const struct value *from = value_get(finding, "paragraph_from");
    if (value_is_null(from)) {
        value_put_list(arena, finding, "quotes");
        value_put_bool(arena, finding, "has_quotes", false);
        value_put_text(arena, finding, "own_facts", value_get_text(finding, "facts"));
        return RC_OK;
    }
    struct db_stmt *st = db_query(page->db, Q_SOURCE_PARAGRAPH_RANGE);
    db_bind_int(st, "source_id", value_get_int(finding, "source_id", 0));
    db_bind_int(st, "first", first);
    db_bind_int(st, "last", last < first + QUOTE_PARAGRAPHS_MAX ? last : first + QUOTE_PARAGRAPHS_MAX - 1);
    struct str title = value_get_text(finding, "title");
    struct value *rows, *quotes = value_put_list(arena, finding, "quotes");
    TRY(db_rows(&page->ctx, st, &rows));
    struct str facts = value_get_text(finding, "facts");
    value_put_text(arena, finding, "own_facts", are_facts_quoted(arena, rows, facts) ? STR("") : facts);
    for (struct value *row = rows->items.first; row; row = row->next)
        put_pieces(page, row, title);
    join_cells(arena, quotes, rows);
    for (struct value *quote = quotes->items.first; quote; quote = quote->next)
        value_put_text(arena, quote, "place_text",
                       paper_place_words(arena, page->lang, value_get_text(quote, "place")));
    value_put_bool(arena, finding, "has_quotes", value_count(rows) > 0);
    return RC_OK;
}

/* ---- measures, figures, links ------------------------------------------------------------------------------ */

/* The first level of tasks under the measure that they carry out. */
static enum rc put_tasks(struct page *page, struct value *finding, struct value *measures)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_TASK_OF_FINDING);
    struct value *rows;
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "id", value_get_int(finding, "id", 0));
    TRY(page_rows(page, st, &rows));
    for (struct value *measure = measures->items.first; measure; measure = measure->next)
        value_put_list(arena, measure, "tasks");
    for (struct value *row = rows->items.first, *next; row; row = next) {
        next = row->next;
        task_put_words(page, row);
        for (struct value *measure = measures->items.first; measure; measure = measure->next)
            if (value_get_int(measure, "id", 0) == value_get_int(row, "measure_id", -1))
                value_add(list_of(measure, "tasks"), row);
    }
    for (struct value *measure = measures->items.first; measure; measure = measure->next)
        value_put_bool(arena, measure, "has_tasks", value_count(value_get(measure, "tasks")) > 0);
    return RC_OK;
}

static enum rc put_measures(struct page *page, struct value *finding)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_FINDING_MEASURES);
    db_bind_int(st, "id", value_get_int(finding, "id", 0));
    TRY(put_rows(page, finding, "measures", st));
    struct value *rows = list_of(finding, "measures");
    bool is_closed = finding_is_closed(value_get_text(finding, "status"));
    bool may_plan = actor_check(&page->ctx, page->db, &page->actor, PERM_PLAN_WRITE,
                                value_get_int(finding, "unit_id", 0), value_get_int(finding, "label", 0)) == RC_OK;
    for (struct value *row = rows->items.first; row; row = row->next) {
        page_put_choice_text(page, row, "phase", "phase");
        page_put_due(page, row, "due", is_closed);
        if (!value_get(row, "due_left_text"))
            value_put_null(arena, row, "due_left_text");
        bool is_of_cycle = !is_closed && value_get_int(row, "cycle_n", 1) >= value_get_int(finding, "cycle_n", 1);
        value_put_bool(arena, row, "may_assign",
                       may_plan && is_of_cycle && !str_equal(value_get_text(row, "state"), STR("dropped")));
        value_put_bool(arena, row, "may_change", is_of_cycle && value_get_bool(finding, "may_edit"));
        value_put_bool(arena, row, "is_split_off", value_get_int(row, "is_derived", 0) != 0);
    }
    TRY(put_tasks(page, finding, rows));
    value_put_bool(arena, finding, "has_measures", value_count(rows) > 0);
    return RC_OK;
}

/* value / 10^scale without floating point. */
static struct str format_scaled(struct arena *arena, int64_t value, int64_t scale)
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, divisor = 1;
    for (int64_t i = 0; i < scale && i < 18; i++)
        divisor *= 10;
    const char *sign = value < 0 ? "-" : "";
    if (divisor == 1)
        return arena_format(arena, "%s%llu", sign, (unsigned long long)rest);
    return arena_format(arena, "%s%llu.%0*llu", sign, (unsigned long long)(rest / divisor), (int)scale,
                        (unsigned long long)(rest % divisor));
}

static enum rc put_figures(struct page *page, struct value *finding)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_FINDING_FIGURES);
    db_bind_int(st, "id", value_get_int(finding, "id", 0));
    TRY(put_rows(page, finding, "figures", st));
    struct value *rows = list_of(finding, "figures");
    for (struct value *row = rows->items.first; row; row = row->next) {
        int64_t number = value_get_int(row, "value", 0);
        struct str unit = value_get_text(row, "unit");
        bool is_money =
            str_has_suffix(unit, STR("\xe5\x85\x83")); /* yuan and its multiples: kept in fen, whatever was printed */
        value_put_text(arena, row, "value_text",
                       is_money ? page_format_money(arena, number)
                                : format_scaled(arena, number, value_get_int(row, "scale", 0)));
        value_put_text(arena, row, "unit_text", is_money ? page_text(page, "finding.yuan") : unit);
    }
    value_put_bool(arena, finding, "has_figures", value_count(rows) > 0);
    return RC_OK;
}

/* What other sources say of the same matter. */
static enum rc put_items(struct page *page, struct value *finding)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_FINDING_SOURCE_ITEMS);
    db_bind_int(st, "id", value_get_int(finding, "id", 0));
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    struct value *rows, *others = value_put_list(arena, finding, "others");
    TRY(page_rows(page, st, &rows));
    for (struct value *row = rows->items.first, *next; row; row = next) {
        next = row->next;
        if (str_equal(value_get_text(row, "relation"), STR("issued")))
            continue;
        int64_t other = value_get_int(row, "other_id", 0);
        if (other)
            value_put_text(arena, row, "href", arena_format(arena, "/findings/%lld", (long long)other));
        else
            value_put_text(arena, row, "href",
                           arena_format(arena, "/sources/%lld#p%lld", (long long)value_get_int(row, "source_id", 0),
                                        (long long)value_get_int(row, "paragraph_from", 1)));
        value_put_bool(arena, row, "may_unlink", other && page_can(page, PERM_FINDING_WRITE));
        value_add(others, row);
    }
    value_put_bool(arena, finding, "has_others", value_count(others) > 0);
    return RC_OK;
}

/* ---- what happened ----------------------------------------------------------------------------------------- */

void finding_put_event_words(struct page *page, struct value *event)
{
    struct arena *arena = page->ctx.arena;
    struct str kind = value_get_text(event, "kind"),
               detail = event_finding_words(&page->ctx, page->lang, kind, value_get_text(event, "body"));
    value_put_text(arena, event, "what", page_text(page, arena_format(arena, "event.%.*s", STR_ARG(kind)).p));
    if (detail.n)
        value_put_text(arena, event, "detail", detail);
    else
        value_put_null(arena, event, "detail");
    page_put_time(page, event, "at");
    struct str actor = value_get_text(event, "actor_name");
    value_put_text(arena, event, "actor_label", actor.n ? actor : page_text(page, "event.program"));
}

static enum rc put_events(struct page *page, int64_t id)
{
    struct db_stmt *st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    TRY(page_put_rows(page, "events", st));
    struct value *rows = list_of(page->view, "events");
    for (struct value *row = rows->items.first; row; row = row->next) {
        finding_put_event_words(page, row);
        value_put_text(page->ctx.arena, row, "actor", value_get_text(row, "actor_label"));
        value_set(row, STR("body"),
                  ARENA_NEW(page->ctx.arena, struct value)); /* null: told in words; whole in the event log */
    }
    return RC_OK;
}

/* ---- the page ---------------------------------------------------------------------------------------------- */

/* The way on from each state of data/lifecycle.def: its words, and the command that leads on. */
struct way_on {
    const char *status, *command; /* NULL: nothing to press here */
    const char *key;              /* when it may be done at once, or by those who may not do it */
    const char *before;           /* while something is missing and the reader is not the one to do it */
};

static const struct way_on ways_on[] = {
    {"registered", "confirm", "finding.next_confirm", NULL},
    {"disputed", "confirm", "finding.next_disputed", NULL},
    {"confirmed", "plan", "finding.next_plan", "finding.next_prepare"},
    {"planned", "start", "finding.next_start", NULL},
    {"doing", "submit", "finding.next_submit", "finding.next_go_on"},
    {"returned", "submit", "finding.next_submit", "finding.next_returned"},
    {"submitted", NULL, "finding.next_review", NULL},
    {"reviewing", NULL, "finding.next_review", NULL},
    {"kept", "submit", "finding.next_submit", "finding.next_kept"},
    {"closed", NULL, "finding.next_closed", NULL},
    {"ended", NULL, "finding.next_ended", NULL},
    {"withdrawn", NULL, "finding.next_withdrawn", NULL},
};

static const struct value *find_offer(const struct value *finding, const char *command)
{
    VALUE_EACH (offer, value_get(finding, "offers")) {
        if (command && str_equal_cstr(value_get_text(offer, "command"), command))
            return offer;
    }
    return NULL;
}

/* Of what is missing the one to begin with: a measure is done once its tasks are. */
static const struct value *first_missing(const struct value *offer)
{
    const struct value *missing = value_get(offer, "missing"), *first = missing ? missing->items.first : NULL;
    VALUE_EACH (row, missing) {
        if (str_equal(value_get_text(row, "key"), STR("guard.finding_open_task")))
            return row;
    }
    return first;
}

/* Whether the reader has the permission of the page behind a link, for this finding. */
static bool may_open(struct page *page, const struct value *finding, struct str href)
{
    struct str path = str_slice(href, 0, str_find_byte(href, '#', 0));
    path = str_slice(path, 0, str_find_byte(path, '?', 0));
    const struct route *route = path.n ? route_find(HTTP_GET, path, page->ctx.arena, NULL) : NULL;
    bool may = route && actor_check(&page->ctx, page->db, &page->actor, route->perm,
                                    value_get_int(finding, "unit_id", 0), value_get_int(finding, "label", 0)) == RC_OK;
    ctx_clear_issues(&page->ctx);
    return may;
}

/* Whether it is the reader who has to sign. */
static enum rc is_signing(struct page *page, const struct value *finding, const struct value *review, bool *ret_is)
{
    struct arena *arena = page->ctx.arena;
    struct value *row = value_new_map(arena), *offers;
    static const char *const keys[] = {"unit_id", "label"};
    value_put_int(arena, row, "id", value_get_int(review, "id", 0));
    value_put_text(arena, row, "state", STR("open"));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        value_put_int(arena, row, keys[i], value_get_int(finding, keys[i], 0));
    TRY(lifecycle_offers(&page->ctx, page->db, &page->actor, NOUN_REVIEW, row, &offers));
    *ret_is = false;
    VALUE_EACH (offer, offers)
        *ret_is |= value_get_bool(offer, "is_mine");
    return RC_OK;
}

/* Where the whole source lies somebody has to say first whose finding it is. */
static bool is_unassigned(const struct value *finding)
{
    VALUE_EACH (wait, value_get(finding, "waits")) {
        if (str_equal(value_get_text(wait, "what"), STR("assign_finding")))
            return true;
    }
    return false;
}

/* A further cycle begins without measures: those of the earlier one stay as they are. */
static bool has_measure_of_cycle(const struct value *finding)
{
    VALUE_EACH (measure, value_get(finding, "measures")) {
        if (value_get_int(measure, "cycle_n", 1) >= value_get_int(finding, "cycle_n", 1))
            return true;
    }
    return false;
}

/* Which case is signed now. */
static const struct value *open_case(const struct value *finding)
{
    VALUE_EACH (row, value_get(finding, "cases")) {
        if (value_get_bool(row, "is_open"))
            return row;
    }
    return NULL;
}

/* What to do next, in one sentence, and where: what the state machine says of this state. */
static enum rc put_next(struct page *page, struct value *finding)
{
    struct arena *arena = page->ctx.arena;
    bool is_mine = false, is_edit = false;
    struct str status = value_get_text(finding, "status"), href = STR(""), text, late;
    const struct way_on *way = &ways_on[0];
    for (size_t i = 0; i < sizeof ways_on / sizeof ways_on[0]; i++)
        if (str_equal_cstr(status, ways_on[i].status))
            way = &ways_on[i];
    const struct value *offer = find_offer(finding, way->command), *missing = offer ? first_missing(offer) : NULL,
                       *under_review = way->command ? NULL : open_case(finding);
    text = page_text(page, !offer && way->before ? way->before : way->key);
    if (missing) {
        struct str args[] = {value_get_text(missing, "text"), value_get_text(offer, "label"),
                             arena_format(arena, "%lld", (long long)value_get_int(offer, "missing_count", 0))};
        text = page_text_args(page, "finding.next_missing", args, 3);
        href = value_get_text(missing, "href");
    } else if (offer && value_get_bool(offer, "is_page")) {
        href = value_get_text(offer, "action");
    } else if (under_review && str_equal_cstr(STR("finding.next_review"), way->key)) {
        struct str step = value_get_text(under_review, "step_title");
        text = page_text_args(page, "finding.next_review_step", &step, 1);
        TRY(is_signing(page, finding, under_review, &is_mine));
        if (is_mine)
            href = arena_format(arena, "/reviews/%lld", (long long)value_get_int(under_review, "id", 0));
    } else if (str_equal(status, STR("planned")) && !has_measure_of_cycle(finding)) {
        text = page_text(page, "finding.next_again");
        href = arena_format(arena, "/findings/%lld/measures/new", (long long)value_get_int(finding, "id", 0));
    } else if (is_unassigned(finding)) {
        text = page_text(page, "finding.next_assign");
        is_edit = true;
        href = arena_format(arena, "/findings/%lld/edit", (long long)value_get_int(finding, "id", 0));
    }
    bool is_late = str_equal(value_get_text(finding, "due_state"), STR("overdue"));
    late = is_late ? page_text(page, "finding.next_overdue") : STR("");
    value_put_text(
        arena, finding, "next",
        arena_format(arena, "%.*s%s%.*s", STR_ARG(late), is_late && page->lang == LANG_EN ? " " : "", STR_ARG(text)));
    is_edit = is_edit && may_open(page, finding, href);
    href = may_open(page, finding, href) ? href : STR("");
    value_put_text(arena, finding, "next_href", href);
    value_put_bool(arena, finding, "next_is_edit", is_edit);
    const struct value *offers = value_get(finding, "offers");
    for (struct value *one = href.n ? offers->items.first : NULL; one;
         one = one->next) /* the next step alone is filled */
        value_set(one, STR("style"), value_new_text(arena, STR("")));
    return RC_OK;
}

enum rc page_finding(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *has;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_FINDING_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "finding", st));
    struct value *finding = list_of(page->view, "finding");
    st = db_query(page->db, Q_FINDING_HAS); /* most parts of most findings are empty: one question instead of twenty */
    db_bind_int(st, "id", id);
    TRY(db_first_row(&page->ctx, st, &has));
    page->has = has;
    finding_put_words(page, finding);
    page_put_time(page, finding, "created_at");
    value_put_text(arena, finding, "label_label",
                   page_text(page, arena_format(arena, "label.%lld", (long long)value_get_int(finding, "label", 1)).p));
    struct str due_words = value_get_text(finding, "due_stated");
    value_put_bool(arena, finding, "has_due_words",
                   due_words.n && !str_equal(due_words, value_get_text(finding, "due")));
    bool is_withdrawn = str_equal(value_get_text(finding, "status"), STR("withdrawn"));
    bool is_over = finding_is_closed(value_get_text(finding, "status"));
    bool may_write = actor_check(&page->ctx, page->db, &page->actor, PERM_FINDING_WRITE,
                                 value_get_int(finding, "unit_id", 0), value_get_int(finding, "label", 0)) == RC_OK;
    value_put_bool(arena, finding, "is_withdrawn", is_withdrawn);
    value_put_bool(arena, finding, "may_edit", may_write && !is_over); /* as data/frozen.def has it */
    value_put_bool(arena, finding, "may_link", may_write && !is_withdrawn);
    value_put_bool(arena, finding, "may_map", !is_withdrawn && page_can(page, PERM_BOARD_READ));
    value_put_bool(arena, finding, "may_plan",
                   !is_over &&
                       actor_check(&page->ctx, page->db, &page->actor, PERM_PLAN_WRITE,
                                   value_get_int(finding, "unit_id", 0), value_get_int(finding, "label", 0)) == RC_OK);
    TRY(page_put_causes(page, finding));
    TRY(page_put_waiting(page, finding, NOUN_FINDING, id));
    TRY(page_put_offers(page, finding, NOUN_FINDING, finding));
    TRY(put_quotes(page, finding));
    TRY(put_measures(page, finding));
    TRY(put_figures(page, finding));
    TRY(put_items(page, finding));
    TRY(page_finding_put_matter(page, finding));
    TRY(page_finding_put_sweeps(page, finding));
    TRY(page_finding_put_rules(page, finding));
    TRY(page_finding_put_meetings(page, finding));
    TRY(page_put_doing_finding(page, finding));
    TRY(page_finding_put_closing(page, finding));
    TRY(put_events(page, id));
    TRY(supervision_put_section(page, finding, "finding", finding));
    TRY(put_next(page, finding));
    value_put_text(arena, page->view, "page_title", value_get_text(finding, "title"));
    chrome_add_crumb(page, page_text(page, "finding.list"), STR("/findings"));
    if (page_can(page, PERM_SOURCE_READ))
        chrome_add_crumb(page, value_get_text(finding, "source_title"),
                         arena_format(arena, "/sources/%lld", (long long)value_get_int(finding, "source_id", 0)));
    chrome_add_crumb(page, value_get_text(finding, "no"), STR_EMPTY);
    value_put_text(arena, page->view, "typed_other", page->form ? form_text(page->form->fields, "other") : STR(""));
    return RC_OK;
}

void finding_put_crumbs(struct page *page, struct str no, int64_t id, struct str here)
{
    chrome_add_crumb(page, page_text(page, "finding.list"), STR("/findings"));
    chrome_add_crumb(page, no, arena_format(page->ctx.arena, "/findings/%lld", (long long)id));
    chrome_add_crumb(page, here, STR_EMPTY);
}
