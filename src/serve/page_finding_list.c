/* page_finding_list.c: the register as a list: filters, columns, saved views, paging, the answer to a bulk edit.
 *
 * A page costs two queries: the rows and the saved views, and at most one small count that chooses the plan.  The total
 * is counted only when asked for (count=1, or the fragment /findings/count that the page loads afterwards), and never
 * beyond FINDING_COUNT_MAX.
 */
#include <string.h>

#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/list_query.h"
#include "serve/typed_form.h"
#include "serve/page_finding.h"

#include "loop/finding.h"
#include "serve/pages.h"

/* Names of an address that make the list; whatever else stands there is not carried along. */
static const char *const address_names[] = {"q",      "status", "phase",    "due",      "source", "aspect",     "unit",
                                            "under",  "nature", "severity", "due_from", "due_to", "amount_min", "label",
                                            "matter", "hung",   "money",    "sort",     "column"};
enum { ADDRESS_NAMES = sizeof address_names / sizeof address_names[0] };

/* Columns of the table besides title and state; those marked are shown unless the address names columns. */
static const struct shown_column {
    const char *name, *label;
    bool is_usual;
} shown_columns[] = {{"no", "finding.number", true},
                     {"unit", "finding.unit", true},
                     {"phase", "finding.phase", true},
                     {"due", "finding.due", true},
                     {"measures", "finding.measure_count", true},
                     {"aspect", "finding.aspect", false},
                     {"source", "finding.source", false},
                     {"lead", "finding.person", false},
                     {"amount", "finding.amount", false},
                     {"nature", "finding.nature", false},
                     {"severity", "finding.severity", false},
                     {"changed", "finding.changed", false}};
enum { SHOWN_COLUMNS = sizeof shown_columns / sizeof shown_columns[0] };

static bool is_address_name(struct str name)
{
    for (int i = 0; i < ADDRESS_NAMES; i++)
        if (str_equal_cstr(name, address_names[i]))
            return true;
    return false;
}

static void add_parameter(struct buf *out, struct str name, const struct value *v)
{
    if (v->kind == VALUE_TEXT && v->text.n)
        url_add_query(out, name, v->text);
    VALUE_EACH (item, v) {
        add_parameter(out, name, item);
    }
}

struct str finding_address(struct page *page, const char *path, const char *name, struct str value)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 64 * 1024);
    buf_add_cstr(&out, path);
    buf_add_char(&out, '?');
    VALUE_EACH (v, page->query) {
        if (is_address_name(v->key) && !(name && str_equal_cstr(v->key, name)))
            add_parameter(&out, v->key, v);
    }
    if (name && value.n)
        url_add_query(&out, str_from_cstr(name), value);
    struct str s = buf_str(&out);
    return arena_copy_str(page->ctx.arena, str_slice(s, 0, s.n - (s.n && s.p[s.n - 1] == '?')));
}

/* ---- words of a row ---------------------------------------------------------------------------------------- */

static void put_words(struct page *page, struct value *row, const char *key, const char *prefix, const char *to)
{
    value_put_text(page->ctx.arena, row, to, page_word(page, prefix, value_get_text(row, key)));
}

void finding_put_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    bool is_closed = finding_is_closed(value_get_text(row, "status"));
    put_words(page, row, "status", "finding.status", "status_label");
    put_words(page, row, "phase", "phase", "phase_label");
    put_words(page, row, "nature", "nature", "nature_label");
    put_words(page, row, "severity", "severity", "severity_label");
    page_put_money(page, row, "amount_fen");
    page_put_time(page, row, "changed_at");
    page_put_due(page, row, "due", is_closed);
    page_put_hung(page, row);
    bool has_left = value_get_text(row, "due_left_text").n > 0;
    if (!has_left)
        value_put_null(arena, row, "due_left_text");
    bool is_in_time = !is_closed && !str_equal(value_get_text(row, "due_state"), STR("overdue"));
    if (is_in_time && finding_is_behind(value_get_text(row, "status"), value_get_text(row, "step_due"), clock_today()))
        value_set(row, STR("due_state"), value_new_text(arena, STR("behind")));
    bool is_withdrawn = str_equal(value_get_text(row, "status"), STR("withdrawn"));
    if (is_withdrawn)
        value_put_text(arena, row, "due_state_label", value_get_text(row, "status_label"));
    else
        put_words(page, row, "due_state", "status", "due_state_label");
    struct str short_name = value_get_text(row, "unit_short");
    value_put_text(arena, row, "unit_label", short_name.n ? short_name : value_get_text(row, "unit_name"));
}

/* ---- chips ------------------------------------------------------------------------------------------------- */

static void add_chip(struct page *page, struct value *list, const char *name, const char *label, struct str value)
{
    list_add_chip(page, list, name, label, value, finding_address(page, "/findings", name, STR_EMPTY));
}

static void add_choice_chip(struct page *page, struct value *list, const char *name, const char *label,
                            const char *prefix, struct str value)
{
    if (value.n)
        add_chip(page, list, name, label,
                 page_text(page, arena_format(page->ctx.arena, "%s.%.*s", prefix, STR_ARG(value)).p));
}

static enum rc add_named_chip(struct page *page, struct value *list, const char *name, const char *label,
                              enum query query, enum perm perm, const char *key)
{
    int64_t id = page_param_int(page, name, 0);
    if (!id)
        return RC_OK;
    struct db_stmt *st = db_query(page->db, query);
    actor_bind_scope(st, &page->actor, perm);
    db_bind_int(st, "id", id);
    struct value *row;
    TRY(db_first_row(&page->ctx, st, &row));
    struct str text = value_get_text(row, key);
    add_chip(page, list, name, label, text.n ? text : arena_format(page->ctx.arena, "%lld", (long long)id));
    return RC_OK;
}

enum rc finding_put_chips(struct page *page, const struct finding_query *query, struct value *ret_list)
{
    struct value *list = ret_list;
    if (query->q.n)
        add_chip(page, list, "q", "list.words", query->q);
    TRY(add_named_chip(page, list, "source", "finding.source", Q_SOURCE_GET, PERM_SOURCE_READ, "title"));
    TRY(add_named_chip(page, list, "aspect", "finding.aspect", Q_ASPECT_GET, PERM_FINDING_READ, "title"));
    TRY(add_named_chip(page, list, "unit", "finding.unit", Q_FINDING_UNIT_NAME, PERM_UNIT_READ, "name"));
    TRY(add_named_chip(page, list, "under", "finding.under", Q_FINDING_UNIT_NAME, PERM_UNIT_READ, "name"));
    add_choice_chip(page, list, "status", "finding.status", "finding.status", query->status);
    add_choice_chip(page, list, "phase", "finding.phase", "phase", query->phase);
    add_choice_chip(page, list, "nature", "finding.nature", "nature", query->nature);
    add_choice_chip(page, list, "severity", "finding.severity", "severity", query->severity);
    add_choice_chip(page, list, "matter", "finding.matter", "matter", query->matter);
    add_choice_chip(page, list, "hung", "finding.hung", "hung_choice", query->hung);
    add_choice_chip(page, list, "money", "finding.money", "money_choice", query->money);
    add_choice_chip(page, list, "due", "finding.due", "due_choice", query->due);
    struct str from = page_param_text(page, "due_from"), to = page_param_text(page, "due_to");
    if (from.n)
        add_chip(page, list, "due_from", "finding.due_after", from);
    if (to.n)
        add_chip(page, list, "due_to", "finding.due_before", to);
    struct str amount = page_param_text(page, "amount_min");
    if (amount.n)
        add_chip(page, list, "amount_min", "finding.amount_min", amount);
    add_choice_chip(page, list, "label", "finding.label", "label", page_param_text(page, "label"));
    return RC_OK;
}

/* ---- parts of the page ------------------------------------------------------------------------------------- */

static void put_filter(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *filter = value_put_map(arena, page->view, "filter");
    list_put_filter(page, filter, "q");
    list_put_choices(page, filter, "status", FINDING_STATUS_CHOICES, "finding.status");
    list_put_choices(page, filter, "phase", FINDING_PHASE_CHOICES, "phase");
    list_put_choices(page, filter, "due", "overdue|soon|none", "due_choice");
    static const char *const texts[] = {"due_from", "due_to", "amount_min"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        list_put_filter(page, filter, texts[i]);
}

/* Every parameter but those of `without` as hidden fields, so that a small form keeps the rest of the address. */
static void put_hidden(struct page *page, const char *key, const char *const *without)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, key);
    VALUE_EACH (v, page->query) {
        bool is_kept = is_address_name(v->key);
        for (int i = 0; without[i] && is_kept; i++)
            is_kept = !str_equal_cstr(v->key, without[i]);
        const struct value *texts = v->kind == VALUE_LIST ? v->items.first : v;
        for (; is_kept && texts; texts = v->kind == VALUE_LIST ? texts->next : NULL) {
            if (texts->kind != VALUE_TEXT || !texts->text.n)
                continue;
            struct value *item = value_add_map(arena, list);
            value_put_text(arena, item, "name", v->key);
            value_put_text(arena, item, "value", texts->text);
        }
    }
}

static void put_columns(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "columns"), *show = value_put_map(arena, page->view, "show");
    size_t n;
    struct str *chosen = form_texts(arena, page->query, "column", &n);
    for (int i = 0; i < SHOWN_COLUMNS; i++) {
        bool is_shown = n == 0 && shown_columns[i].is_usual;
        for (size_t k = 0; k < n; k++)
            is_shown |= str_equal_cstr(chosen[k], shown_columns[i].name);
        struct value *column = value_add_map(arena, list);
        value_put_text(arena, column, "value", str_from_cstr(shown_columns[i].name));
        value_put_text(arena, column, "label", page_text(page, shown_columns[i].label));
        value_put_bool(arena, column, "selected", is_shown);
        value_put_bool(arena, show, shown_columns[i].name, is_shown);
    }
}

static void put_sorts(struct page *page, const struct finding_query *query)
{
    static const char *const names[] = {"due", "changed", "no", "amount"};
    struct arena *arena = page->ctx.arena;
    struct value *sort = value_put_map(arena, page->view, "sort");
    for (int i = 0; i < 4; i++) {
        bool is_current = (int)query->column == i;
        /* The first click on changed and amount asks for the newest and largest. */
        bool to_back = is_current ? !query->is_back : i % 2 == 1;
        struct str value = arena_format(arena, "%s%s", to_back ? "-" : "", names[i]);
        list_put_sort(page, sort, names[i], is_current, query->is_back,
                      finding_address(page, "/findings", "sort", value));
    }
}

static enum rc put_saved_views(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_SAVED_VIEW_LIST);
    db_bind_int(st, "me", page->session.account_id);
    db_bind_text(st, "page", STR("findings"));
    TRY(page_put_rows(page, "saved_views", st));
    struct str address = finding_address(page, "", NULL, STR_EMPTY);
    struct str here = address.n ? str_slice(address, 1, address.n) : STR("");
    value_put_text(arena, page->view, "address", here);
    int64_t current = 0;
    for (struct value *row = ((struct value *)value_get(page->view, "saved_views"))->items.first; row;
         row = row->next) {
        struct str query = value_get_text(row, "query");
        value_put_text(arena, row, "href", arena_format(arena, "/findings%s%.*s", query.n ? "?" : "", STR_ARG(query)));
        bool is_current = str_equal(query, here);
        value_put_bool(arena, row, "is_current", is_current);
        if (is_current)
            current = value_get_int(row, "id", 0);
    }
    if (current)
        value_put_int(arena, page->view, "current_view", current);
    else
        value_put_null(arena, page->view, "current_view");
    value_put_bool(arena, page->view, "is_all", here.n == 0);
    return RC_OK;
}

/* ---- rows and paging --------------------------------------------------------------------------------------- */

static void reverse(struct value *list)
{
    struct value *row = list->items.first, *before = NULL;
    list->items.last = row;
    while (row) {
        struct value *next = row->next;
        row->next = before;
        before = row;
        row = next;
    }
    list->items.first = before;
}

/* Takes the row beyond the page off the list; true when there was one. */
static bool cut_list(struct value *list, size_t max)
{
    if (list->items.n <= max)
        return false;
    struct value *row = list->items.first;
    for (size_t i = 1; i < max; i++)
        row = row->next;
    row->next = NULL;
    list->items.last = row;
    list->items.n = max;
    return true;
}

static void put_page_href(struct page *page, struct value *pager, const char *key, const char *parameter, bool is_there,
                          const struct finding_query *query, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    if (!is_there || !row) {
        value_put_null(arena, pager, key);
        return;
    }
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 64 * 1024);
    struct str address = finding_address(page, "/findings", NULL, STR_EMPTY);
    buf_add(&out, address);
    buf_add_char(&out, str_find_byte(address, '?', 0) == SIZE_MAX ? '?' : '&');
    buf_add_cstr(&out, parameter);
    buf_add_char(&out, '=');
    url_encode(&out, finding_cursor_format(arena, query, row));
    value_put_text(arena, pager, key, arena_copy_str(arena, buf_str(&out)));
}

static enum rc read_rows(struct page *page, const struct finding_query *query, struct value **ret_rows)
{
    struct finding_cursor after, before;
    if (!finding_cursor_parse(query, page_param_text(page, "after"), &after))
        return ctx_fail_field(&page->ctx, RC_INVALID, "list.bad_place", "after");
    if (!finding_cursor_parse(query, page_param_text(page, "before"), &before))
        return ctx_fail_field(&page->ctx, RC_INVALID, "list.bad_place", "before");
    bool is_backward = before.is_set && !after.is_set;
    struct value *rows;
    TRY(finding_query_rows(&page->ctx, page, query, is_backward ? &before : &after, is_backward, FINDING_PAGE_ROWS + 1,
                           &rows));
    bool is_more = cut_list(rows, FINDING_PAGE_ROWS);
    if (is_backward)
        reverse(rows);
    struct value *pager = value_put_map(page->ctx.arena, page->view, "pager");
    put_page_href(page, pager, "previous_href", "before", is_backward ? is_more : after.is_set, query,
                  rows->items.first);
    put_page_href(page, pager, "next_href", "after", is_backward || is_more, query, rows->items.last);
    bool is_whole = !is_more && !after.is_set && !before.is_set;
    if (is_whole)
        value_put_int(page->ctx.arena, pager, "total", (int64_t)rows->items.n);
    else
        value_put_null(page->ctx.arena, pager, "total");
    *ret_rows = rows;
    return RC_OK;
}

static enum rc put_total(struct page *page, const struct finding_query *query, struct value *map)
{
    struct arena *arena = page->ctx.arena;
    int64_t count;
    TRY(finding_query_count(page, query, FINDING_COUNT_MAX + 1, &count));
    bool is_more = count > FINDING_COUNT_MAX;
    value_put_int(arena, map, "total", is_more ? FINDING_COUNT_MAX : count);
    value_put_bool(arena, map, "total_is_more", is_more);
    return RC_OK;
}

enum rc page_finding_count(struct page *page)
{
    struct finding_query query;
    TRY(finding_query_read(page, PERM_FINDING_READ, &query));
    return put_total(page, &query, page->view);
}

static void put_export_hrefs(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    value_put_bool(arena, page->view, "may_export", page_can(page, PERM_REGISTER_EXPORT));
    value_put_text(arena, page->view, "export_xlsx_href",
                   finding_address(page, "/findings/export.xlsx", NULL, STR_EMPTY));
    value_put_text(arena, page->view, "export_csv_href",
                   finding_address(page, "/findings/export.csv", NULL, STR_EMPTY));
    value_put_text(arena, page->view, "count_href", finding_address(page, "/findings/count", NULL, STR_EMPTY));
    value_put_text(arena, page->view, "more_href", finding_address(page, "/findings/filter", NULL, STR_EMPTY));
}

static void put_bulk(struct page *page)
{
    static const struct {
        const char *field, *label, *choices, *prefix;
    } changes[] = {{"phase", "finding.phase", FINDING_PHASES, "phase"},
                   {"nature", "finding.nature", FINDING_NATURES, "nature"},
                   {"severity", "finding.severity", FINDING_SEVERITIES, "severity"},
                   {"label", "finding.label", FINDING_LABELS, "label"}};
    struct arena *arena = page->ctx.arena;
    bool may = page_can(page, PERM_FINDING_WRITE);
    value_put_bool(arena, page->view, "may_bulk", may);
    value_put_bool(arena, page->view, "may_create", may);
    value_put_bool(arena, page->view, "may_plan_many", page_can(page, PERM_MEETING_WRITE));
    value_put_text(arena, page->view, "plan_many_href",
                   arena_format(arena, "/findings/plan?source=%lld", (long long)page_param_int(page, "source", 0)));
    if (!may || page->is_json)
        return;
    struct value *groups = value_put_list(arena, page->view, "bulk_groups");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct value *group = value_add_map(arena, groups), *options = NULL;
        value_put_text(arena, group, "label", page_text(page, changes[i].label));
        options = value_put_list(arena, group, "options");
        struct str rest = str_from_cstr(changes[i].choices), choice;
        while (str_split_next(&rest, '|', &choice)) {
            struct value *option = value_add_map(arena, options);
            value_put_text(arena, option, "value", arena_format(arena, "%s=%.*s", changes[i].field, STR_ARG(choice)));
            struct str key = arena_format(arena, "%s.%.*s", changes[i].prefix, STR_ARG(choice));
            value_put_text(arena, option, "label",
                           choice.n ? page_text(page, key.p) : page_text(page, "form.not_said"));
        }
    }
}

enum rc page_finding_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct finding_query query;
    TRY(finding_query_read(page, PERM_FINDING_READ, &query));
    struct value *rows = NULL;
    TRY(read_rows(page, &query, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        finding_put_words(page, row);
    value_put(page->view, STR("findings"), rows);
    value_put_bool(arena, page->view, "has_findings", rows->items.n > 0);
    struct value *pager = (struct value *)value_get(page->view, "pager");
    value_put_bool(arena, pager, "total_is_more", false);
    if (page_param_int(page, "count", 0)) {
        struct value *total = value_new_map(arena);
        TRY(put_total(page, &query, total));
        value_set(pager, STR("total"), value_copy(arena, value_get(total, "total")));
        value_set(pager, STR("total_is_more"), value_copy(arena, value_get(total, "total_is_more")));
    }
    struct value *chips = value_put_list(arena, page->view, "chips");
    TRY(finding_put_chips(page, &query, chips));
    value_put_bool(arena, page->view, "has_chips", chips->items.n > 0);
    value_put_text(arena, page->view, "clear_href", STR("/findings"));
    put_export_hrefs(page);
    put_bulk(page);
    if (page->is_json)
        return RC_OK;
    value_put_text(arena, page->view, "count_page_href",
                   arena_format(arena, "%.*s%scount=1", STR_ARG(finding_address(page, "/findings", NULL, STR_EMPTY)),
                                str_find_byte(finding_address(page, "/findings", NULL, STR_EMPTY), '?', 0) == SIZE_MAX
                                    ? "?"
                                    : "&"));
    put_filter(page);
    static const char *const bar[] = {"q", "status", "phase", "due", NULL}, *const column[] = {"column", NULL};
    put_hidden(page, "hidden_rest", bar);
    put_hidden(page, "hidden_columns", column);
    put_columns(page);
    put_sorts(page, &query);
    bool is_filtered = chips->items.n > 0;
    value_put_text(arena, page->view, "empty_why",
                   page_text(page, is_filtered ? "finding.empty_filtered" : "finding.empty_all"));
    return put_saved_views(page);
}

/* ---- all filters ------------------------------------------------------------------------------------------- */

enum rc page_finding_filter(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    put_filter(page);
    struct value *filter = (struct value *)value_get(page->view, "filter");
    list_put_choices(page, filter, "nature", "individual|common|mechanism|legacy", "nature");
    list_put_choices(page, filter, "severity", "general|serious|major", "severity");
    list_put_choices(page, filter, "label", FINDING_LABELS, "label");
    list_put_choices(page, filter, "matter", FINDING_MATTERS, "matter");
    list_put_choices(page, filter, "hung", FINDING_HUNG, "hung_choice");
    list_put_choices(page, filter, "money", FINDING_MONEY, "money_choice");
    struct db_stmt *st = db_query(page->db, Q_SOURCE_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_READ);
    TRY(list_put_records(page, filter, "source", st, "no", "title"));
    st = db_query(page->db, Q_ASPECT_OPTIONS);
    db_bind_int(st, "source", page_param_int(page, "source", 0));
    TRY(list_put_records(page, filter, "aspect", st, "title", NULL));
    value_put_bool(arena, filter, "has_aspects", value_count(value_get(value_get(filter, "aspect"), "options")) > 0);
    static const char *const units[] = {"under", "unit"};
    for (int i = 0; i < 2; i++) {
        st = db_query(page->db, Q_UNIT_OPTIONS);
        actor_bind_scope(st, &page->actor, PERM_UNIT_READ);
        TRY(list_put_records(page, filter, units[i], st, "name", NULL));
    }
    static const char *const own[] = {"q",          "status", "phase",  "due",      "source",   "aspect",
                                      "unit",       "under",  "nature", "severity", "due_from", "due_to",
                                      "amount_min", "label",  "matter", "hung",     "money",    NULL};
    put_hidden(page, "hidden_rest", own);
    return RC_OK;
}
