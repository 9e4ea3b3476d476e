/* page_rule.c: rules made: the list, what is missing, one rule with its comparison and the map of who took it over. */
#include "loop/rule.h"

#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/list_query.h"
#include "serve/page_finding.h"
#include "serve/page_loop.h"
#include "serve/page_record.h"
#include "serve/page_spread.h"
#include "serve/pages.h"
#include "text/compare.h"

enum {
    LIST_ROWS = 50,
    CASCADES_MAX = 4000,
    HALF_YEAR_DAYS = 180, /* issued and not checked: ledgers A13 */
    QUARTER_DAYS = 90     /* issued and taken over by nobody: ledgers A13 */
};

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

/* ---- list --------------------------------------------------------------------------------------------------- */

static const struct show_row {
    const char *name, *label, *status;
    uint32_t filters;
} shows[] = {
    {"issued", "rule.show.issued", "closed", RULE_LIST_FILTER_ISSUED},
    {"making", "rule.show.making", "", RULE_LIST_FILTER_MAKING},
    {"late", "rule.show.late", "overdue", RULE_LIST_FILTER_LATE},
    {"no_check", "rule.show.no_check", "behind", RULE_LIST_FILTER_NO_CHECK},
    {"no_cascade", "rule.show.no_cascade", "behind", RULE_LIST_FILTER_NO_CASCADE},
    {"to_review", "rule.show.to_review", "due_soon", RULE_LIST_FILTER_TO_REVIEW},
};
enum { SHOWS = sizeof shows / sizeof shows[0] };

static enum rc list_statement(struct page *page, enum query query, uint32_t filters, struct db_stmt **ret_st)
{
    struct db_stmt *st = db_query_list(page->db, query, filters, RULE_LIST_SORT_NEWEST);
    if (!st)
        return RC_DB;
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_text(st, "state", page_param_text(page, "state"));
    db_bind_text(st, "kind", page_param_text(page, "kind"));
    db_bind_text(st, "words", page_param_text(page, "q"));
    db_bind_int(st, "under", page_param_int(page, "under", 0));
    db_bind_int(st, "source", page_param_int(page, "source", 0));
    db_bind_text(st, "today", spread_today(page));
    db_bind_text(st, "half_year_ago", record_day_before(page, HALF_YEAR_DAYS));
    db_bind_text(st, "quarter_ago", record_day_before(page, QUARTER_DAYS));
    db_bind_int(st, "before", page_param_int(page, "before", INT64_MAX));
    db_bind_int(st, "limit", LIST_ROWS);
    *ret_st = st;
    return RC_OK;
}

static enum rc read_missing(struct page *page, struct value **ret_rows)
{
    struct db_stmt *st = page_statement(page, Q_RULE_MISSING);
    db_bind_text(st, "today", spread_today(page));
    return db_rows(&page->ctx, st, ret_rows);
}

static enum rc put_list_figures(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *figures = value_put_list(arena, page->view, "figures"), *rows;
    TRY(read_missing(page, &rows));
    spread_add_figure(page, figures, "rule.missing", (int64_t)value_count(rows), STR("/rules/missing"), "overdue");
    for (size_t i = 0; i < SHOWS; i++) {
        struct db_stmt *st;
        int64_t n;
        TRY(list_statement(page, Q_RULE_LIST_COUNT, shows[i].filters, &st));
        TRY(db_get_int(&page->ctx, st, &n));
        spread_add_figure(page, figures, shows[i].label, n, arena_format(arena, "/rules?show=%s", shows[i].name),
                          shows[i].status);
    }
    return RC_OK;
}

static void put_rule_words(struct page *page, struct value *row)
{
    struct str state = value_get_text(row, "state");
    bool is_over =
        !str_equal(state, STR("drafting")) && !str_equal(state, STR("reviewed")) && !str_equal(state, STR("passed"));
    page_put_due(page, row, "due", is_over);
    if (!value_get(row, "due_left_text"))
        value_put_null(page->ctx.arena, row, "due_left_text");
    value_put_text(page->ctx.arena, row, "state_label", spread_words(page, "rule.state", state));
    value_put_text(page->ctx.arena, row, "kind_label", spread_words(page, "rule.kind", value_get_text(row, "kind")));
    bool is_late = str_equal(value_get_text(row, "due_state"), STR("overdue"));
    value_put_text(page->ctx.arena, row, "due_state_label",
                   is_late ? page_text(page, "rule.late") : value_get_text(row, "state_label"));
}

static uint32_t place_filters(const struct page *page)
{
    return (page_param_int(page, "under", 0) ? RULE_LIST_FILTER_UNDER : 0u) |
           (page_param_int(page, "source", 0) ? RULE_LIST_FILTER_SOURCE : 0u);
}

enum rc page_rule_count_issued(struct page *page, int64_t *ret_n)
{
    struct db_stmt *st;
    TRY(list_statement(page, Q_RULE_LIST_COUNT, RULE_LIST_FILTER_ISSUED | place_filters(page), &st));
    return db_get_int(&page->ctx, st, ret_n);
}

enum rc page_rule_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str state = page_param_text(page, "state"), kind = page_param_text(page, "kind"),
               q = page_param_text(page, "q"), show = page_param_text(page, "show");
    uint32_t filters = (state.n ? RULE_LIST_FILTER_STATE : 0u) | (kind.n ? RULE_LIST_FILTER_KIND : 0u) |
                       (q.n ? RULE_LIST_FILTER_WORDS : 0u) | place_filters(page);
    for (size_t i = 0; i < SHOWS; i++)
        filters |= str_equal_cstr(show, shows[i].name) ? shows[i].filters : 0u;
    struct db_stmt *st;
    TRY(list_statement(page, Q_RULE_LIST, filters, &st));
    TRY(page_put_rows(page, "rules", st));
    struct value *rows = list_of(page->view, "rules");
    for (struct value *row = rows->items.first; row; row = row->next)
        put_rule_words(page, row);
    struct value *filter = value_put_map(arena, page->view, "filter");
    list_put_filter(page, filter, "q");
    list_put_choices(page, filter, "state", "drafting|reviewed|passed|issued|abolished|dropped", "rule.state");
    list_put_choices(page, filter, "kind", "new|revised|abolished", "rule.kind");
    value_put_bool(arena, page->view, "has_rules", value_count(rows) > 0);
    value_put_bool(arena, page->view, "is_filtered", filters != 0);
    value_put_bool(arena, page->view, "may_draft", page_can(page, PERM_RULE_WRITE));
    value_put_bool(arena, page->view, "may_board", page_can(page, PERM_BOARD_READ));
    value_put_text(arena, page->view, "empty_why",
                   page_text(page, filters ? "list.none_with_filter" : "rule.none_why"));
    TRY(put_list_figures(page));
    spread_put_tabs(page, "rules");
    struct buf query CLEANUP(buf_done);
    static const char *const keys[] = {"q", "state", "kind", "show", "under", "source"};
    buf_init(&query, 4096);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (page_param_text(page, keys[i]).n)
            url_add_query(&query, str_from_cstr(keys[i]), page_param_text(page, keys[i]));
    spread_put_pager(page, rows, LIST_ROWS, "/rules", arena_copy_str(arena, buf_str(&query)));
    return RC_OK;
}

/* Measures that were to make a rule by a day that is over. */
enum rc page_rule_missing(struct page *page)
{
    struct value *rows;
    TRY(read_missing(page, &rows));
    value_put(page->view, STR("missing"), rows);
    value_put_bool(page->ctx.arena, page->view, "has_missing", value_count(rows) > 0);
    value_put_bool(page->ctx.arena, page->view, "may_draft", page_can(page, PERM_RULE_WRITE));
    chrome_add_crumb(page, page_text(page, "rule.list"), STR("/rules"));
    chrome_add_crumb(page, page_text(page, "rule.missing"), STR_EMPTY);
    return RC_OK;
}

/* ---- one rule ----------------------------------------------------------------------------------------------- */

static const struct show_row cascade_shows[] = {
    {"", "rule.cascade_asked", "", 0},
    {"made", "cascade.state.made", "closed", RULE_CASCADES_FILTER_MADE},
    {"not_needed", "cascade.state.not_needed", "", RULE_CASCADES_FILTER_NOT_NEEDED},
    {"waiting", "rule.cascade_waiting", "", RULE_CASCADES_FILTER_WAITING},
    {"late", "rule.late", "overdue", RULE_CASCADES_FILTER_LATE},
};
enum { CASCADE_SHOWS = sizeof cascade_shows / sizeof cascade_shows[0] };

static void put_cascade_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str state = value_get_text(row, "state");
    bool is_waiting = str_equal(state, STR("asked")) || str_equal(state, STR("returned"));
    bool is_late = is_waiting && str_compare(value_get_text(row, "due"), spread_today(page)) < 0;
    const char *status = is_late                             ? "overdue"
                         : str_equal(state, STR("made"))     ? "closed"
                         : str_equal(state, STR("returned")) ? "behind"
                         : is_waiting                        ? "normal"
                                                             : "due_soon";
    value_put_text(arena, row, "status", str_from_cstr(status));
    value_put_text(arena, row, "status_label",
                   is_late ? page_text(page, "rule.late") : spread_words(page, "cascade.state", state));
}

static enum rc cascade_statement(struct page *page, int64_t id, enum query query, uint32_t filters,
                                 struct db_stmt **ret_st)
{
    struct db_stmt *st = page_list_statement(page, query, filters, RULE_CASCADES_SORT_UNIT);
    if (!st)
        return RC_DB;
    db_bind_int(st, "id", id);
    db_bind_text(st, "today", spread_today(page));
    db_bind_int(st, "limit", CASCADES_MAX);
    *ret_st = st;
    return RC_OK;
}

static enum rc put_cascades(struct page *page, struct value *rule, int64_t id)
{
    struct arena *arena = page->ctx.arena;
    struct value *figures = value_put_list(arena, rule, "figures"), *rows;
    struct str show = page_param_text(page, "show");
    uint32_t filters = 0;
    struct db_stmt *st;
    for (size_t i = 0; i < CASCADE_SHOWS; i++) {
        int64_t n;
        TRY(cascade_statement(page, id, Q_RULE_CASCADE_COUNT, cascade_shows[i].filters, &st));
        TRY(db_get_int(&page->ctx, st, &n));
        if (i == 0)
            value_put_bool(arena, rule, "has_cascades", n > 0);
        filters = str_equal_cstr(show, cascade_shows[i].name) ? cascade_shows[i].filters : filters;
        spread_add_figure(page, figures, cascade_shows[i].label, n,
                          arena_format(arena, "/rules/%lld?show=%s#cascades", (long long)id, cascade_shows[i].name),
                          cascade_shows[i].status);
    }
    TRY(cascade_statement(page, id, Q_RULE_CASCADES, filters, &st));
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        put_cascade_words(page, row);
    value_put(rule, STR("cascades"), rows);
    return RC_OK;
}

static enum rc put_map(struct page *page, int64_t id)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_RULE_MAP);
    struct value *rows;
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        int64_t cascade_id = value_get_int(row, "cascade_id", 0);
        value_put_bool(arena, row, "is_asked", cascade_id != 0);
        if (!cascade_id)
            continue;
        put_cascade_words(page, row);
        value_put_text(arena, row, "href", spread_href(page, "cascades", cascade_id));
    }
    return spread_put_map(page, rows);
}

/* Old and new side by side; a text that is too long is shown as it is. */
static enum rc put_compared(struct page *page, struct value *rule)
{
    struct arena *arena = page->ctx.arena;
    struct str old = value_get_text(rule, "old_text"), now = value_get_text(rule, "text");
    struct value *rows = NULL;
    bool has_both = old.n && now.n;
    if (has_both) {
        enum rc rc = text_compare(arena, old, now, &rows);
        if (rc != RC_OK && rc != RC_TOO_LARGE)
            return rc;
        if (rc == RC_TOO_LARGE)
            TRY(arena_rc(arena));
    }
    for (struct value *row = rows ? rows->items.first : NULL; row; row = row->next)
        value_put_text(arena, row, "kind_label", spread_words(page, "compare", value_get_text(row, "kind")));
    value_put_bool(arena, rule, "has_compared", rows != NULL);
    value_put(rule, STR("compared"), rows ? rows : value_new_list(arena));
    value_put_bool(arena, rule, "has_text", now.n > 0);
    return RC_OK;
}

static enum rc put_uses(struct page *page, struct value *rule, int64_t id)
{
    static const struct {
        const char *key, *has, *code, *prefix;
        enum query query;
    } lists[] = {{"teachings", "has_teachings", "form", "rule.form", Q_RULE_TEACHINGS},
                 {"checks", "has_checks", "verdict", "rule.verdict", Q_RULE_CHECKS}};
    struct value *rows;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct db_stmt *st = db_query(page->db, lists[i].query);
        db_bind_int(st, "id", id);
        TRY(db_rows(&page->ctx, st, &rows));
        for (struct value *row = rows->items.first; row; row = row->next)
            value_put_text(page->ctx.arena, row, "what",
                           spread_words(page, lists[i].prefix, value_get_text(row, lists[i].code)));
        value_put_bool(page->ctx.arena, rule, lists[i].has, value_count(rows) > 0);
        value_put(rule, str_from_cstr(lists[i].key), rows);
    }
    struct db_stmt *st = db_query(page->db, Q_RULE_FINDINGS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        finding_put_words(page, row);
    value_put_bool(page->ctx.arena, rule, "has_findings", value_count(rows) > 0);
    value_put(rule, STR("findings"), rows);
    return RC_OK;
}

enum rc page_rule(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_RULE_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "rule", st));
    struct value *rule = list_of(page->view, "rule");
    bool is_whole = value_get_int(rule, "is_whole", 0) != 0,
         is_map = str_equal(page_param_text(page, "view"), STR("map"));
    put_rule_words(page, rule);
    value_put_text(arena, rule, "replaces_href",
                   value_get_int(rule, "replaces_id", 0)
                       ? spread_href(page, "rules", value_get_int(rule, "replaces_id", 0))
                       : STR(""));
    value_put_text(arena, rule, "label_label",
                   page_text(page, arena_format(arena, "label.%lld", (long long)value_get_int(rule, "label", 1)).p));
    TRY(put_compared(page, rule));
    TRY(put_uses(page, rule, id));
    TRY(put_cascades(page, rule, id));
    value_put_bool(arena, rule, "is_map", is_map);
    if (is_map)
        TRY(put_map(page, id));
    if (is_whole) {
        TRY(page_put_waiting(page, rule, NOUN_RULE, id));
        TRY(page_put_offers(page, rule, NOUN_RULE, rule));
        st = db_query(page->db, Q_EVENT_OF_SUBJECT);
        db_bind_int(st, "id", id);
        TRY(page_put_timeline(page, st));
    } else {
        value_put_bool(arena, rule, "has_waits", false);
        value_put_bool(arena, rule, "has_offers", false);
        value_put_list(arena, page->view, "events");
    }
    value_put_text(arena, page->view, "page_title", value_get_text(rule, "name"));
    chrome_add_crumb(page, page_text(page, "rule.list"), STR("/rules"));
    chrome_add_crumb(page, value_get_text(rule, "no"), STR_EMPTY);
    return RC_OK;
}

enum rc page_cascade(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_RULE_CASCADE_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_put_row(page, "cascade", st));
    struct value *cascade = list_of(page->view, "cascade");
    int64_t id = value_get_int(cascade, "id", 0);
    put_cascade_words(page, cascade);
    page_put_time(page, cascade, "answered_at");
    value_put_bool(arena, cascade, "is_answered", value_get_int(cascade, "answered_by", 0) != 0);
    TRY(page_put_waiting(page, cascade, NOUN_CASCADE, id));
    TRY(page_put_offers(page, cascade, NOUN_CASCADE, cascade));
    value_put_text(arena, page->view, "page_title", value_get_text(cascade, "unit_name"));
    chrome_add_crumb(page, page_text(page, "rule.list"), STR("/rules"));
    chrome_add_crumb(page, value_get_text(cascade, "no"),
                     spread_href(page, "rules", value_get_int(cascade, "rule_id", 0)));
    chrome_add_crumb(page, value_get_text(cascade, "unit_name"), STR_EMPTY);
    return RC_OK;
}

/* ---- on the page of a finding ------------------------------------------------------------------------------- */

enum rc page_finding_put_rules(struct page *page, struct value *finding)
{
    struct db_stmt *st = db_query(page->db, Q_RULE_OF_FINDING);
    struct value *rows;
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "id", value_get_int(finding, "id", 0));
    TRY(page_rows(page, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        value_put_text(page->ctx.arena, row, "state_label",
                       spread_words(page, "rule.state", value_get_text(row, "state")));
        value_put_text(page->ctx.arena, row, "kind_label",
                       spread_words(page, "rule.kind", value_get_text(row, "kind")));
    }
    value_put_bool(page->ctx.arena, finding, "has_rules", value_count(rows) > 0);
    value_put(finding, STR("rules"), rows);
    value_put_bool(page->ctx.arena, finding, "may_draft_rule", page_can(page, PERM_RULE_WRITE));
    return RC_OK;
}
