/* page_task_list.c: tasks as a list: filters, sorts, paging by key.
 *
 * A page costs the rows and at most one small count that chooses the plan: rows of a filter that leaves few are picked
 * by its index and sorted, otherwise the index of the sort is walked.
 */
#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/page_task.h"
#include "serve/pages.h"
#include "serve/typed_form.h"
#include "text/bigram.h"

enum {
    TASK_PAGE_ROWS = 50,
    TASK_FEW_MAX = 2000,
    TASK_COUNT_MAX = 1000,
    TASK_SOON_DAYS = 30,
    KEY_MAX_BYTES = 60,
    SORTS = 3
};

#define BIT(name) TASK_LIST_FILTER_##name
#define NO_DUE "9999-12-31"

static const struct sort_row {
    const char *name, *key;
    bool is_number;
    uint32_t after, before;
    int walk, few;
} sorts[SORTS] = {
    {"due", "due_key", false, BIT(AFTER_DUE), BIT(BEFORE_DUE), TASK_LIST_SORT_DUE, TASK_LIST_SORT_FEW_DUE},
    {"changed", "changed_seq", true, BIT(AFTER_CHANGED), BIT(BEFORE_CHANGED), TASK_LIST_SORT_CHANGED,
     TASK_LIST_SORT_FEW_CHANGED},
    {"no", "no", false, BIT(AFTER_NO), BIT(BEFORE_NO), TASK_LIST_SORT_NO, TASK_LIST_SORT_FEW_NO},
};

#define TASK_HUNG "open"

static const char *const address_names[] = {"q",      "state",   "phase",    "due",    "unit", "under",
                                            "source", "finding", "due_from", "due_to", "hung", "sort"};
enum { ADDRESS_NAMES = sizeof address_names / sizeof address_names[0] };

struct task_query {
    uint32_t filters;
    int sort;
    bool is_back, is_few;
    struct str match, state, phase, due, due_from, due_to;
    int64_t unit, under, source, finding;
};

struct task_cursor {
    struct str key;
    int64_t id;
    bool is_set;
};

/* ---- the address -------------------------------------------------------------------------------------------- */

static struct str make_address(struct page *page, const char *name, struct str value)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 16 * 1024);
    buf_add_cstr(&out, "/tasks?");
    for (int i = 0; i < ADDRESS_NAMES; i++) {
        struct str text = page_param_text(page, address_names[i]);
        if (text.n && !(name && str_equal_cstr(str_from_cstr(name), address_names[i])))
            url_add_query(&out, str_from_cstr(address_names[i]), text);
    }
    if (name && value.n)
        url_add_query(&out, str_from_cstr(name), value);
    struct str s = buf_str(&out);
    return arena_copy_str(page->ctx.arena, str_slice(s, 0, s.n - (s.n && s.p[s.n - 1] == '?')));
}

static enum rc read_choice(struct page *page, const char *name, const char *choices, struct str *ret)
{
    struct str s = page_param_text(page, name), rest = str_from_cstr(choices), part;
    *ret = s;
    if (!s.n)
        return RC_OK;
    while (str_split_next(&rest, '|', &part))
        if (str_equal(part, s))
            return RC_OK;
    struct str arg = str_from_cstr(choices);
    return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_choice", str_from_cstr(name), STR_EMPTY, &arg, 1);
}

static enum rc read_id(struct page *page, const char *name, uint32_t bit, struct task_query *q, int64_t *ret)
{
    struct str s = str_trim(page_param_text(page, name));
    if (!s.n)
        return RC_OK;
    if (!str_parse_int64(s, ret))
        return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_number", str_from_cstr(name), STR_EMPTY, &s, 1);
    q->filters |= bit;
    return RC_OK;
}

static enum rc read_date(struct page *page, const char *name, struct str *ret)
{
    int32_t day;
    *ret = str_trim(page_param_text(page, name));
    if (!ret->n || date_parse(*ret, &day))
        return RC_OK;
    return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_date", str_from_cstr(name), STR_EMPTY, ret, 1);
}

static enum rc read_due(struct page *page, struct task_query *q)
{
    TRY(read_choice(page, "due", "overdue|soon|none", &q->due));
    TRY(read_date(page, "due_from", &q->due_from));
    TRY(read_date(page, "due_to", &q->due_to));
    int32_t today = clock_today();
    if (str_equal(q->due, STR("none")))
        q->due_from = q->due_to = STR(NO_DUE);
    else if (str_equal(q->due, STR("overdue")))
        q->due_to = date_text(page->ctx.arena, today - 1);
    else if (str_equal(q->due, STR("soon"))) {
        q->due_from = date_text(page->ctx.arena, today);
        q->due_to = date_text(page->ctx.arena, today + TASK_SOON_DAYS);
    }
    q->filters |= (q->due_from.n ? BIT(DUE_FROM) : 0) | (q->due_to.n ? BIT(DUE_TO) : 0);
    if (q->due.n && !str_equal(q->due, STR("none")))
        q->filters |= BIT(OPEN);
    return RC_OK;
}

static enum rc read_words(struct page *page, struct task_query *q)
{
    struct str words = str_trim(page_param_text(page, "q"));
    struct bigram_query tokens;
    if (!words.n)
        return RC_OK;
    TRY(bigram_query(page->ctx.arena, words, &tokens));
    if (tokens.n == 0)
        return ctx_fail_field(&page->ctx, RC_INVALID, "search.no_words", "q");
    tokens = bigram_query_with(page->ctx.arena, &tokens, STR("zzktask"));
    q->match = db_get_engine(page->db) == DB_SQLITE ? bigram_fts5_query(page->ctx.arena, &tokens)
                                                    : bigram_tsquery(page->ctx.arena, &tokens);
    q->filters |= BIT(MATCH);
    return RC_OK;
}

static enum rc read_sort(struct page *page, struct task_query *q)
{
    struct str s = page_param_text(page, "sort");
    if (!s.n)
        return RC_OK;
    q->is_back = s.p[0] == '-';
    struct str name = str_slice(s, q->is_back ? 1 : 0, s.n);
    for (int i = 0; i < SORTS; i++) {
        if (!str_equal_cstr(name, sorts[i].name))
            continue;
        q->sort = i;
        return RC_OK;
    }
    struct str choices = STR("due|-due|changed|-changed|no|-no");
    return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_choice", STR("sort"), STR_EMPTY, &choices, 1);
}

/* ---- statements --------------------------------------------------------------------------------------------- */

static void bind_values(struct page *page, const struct task_query *q, struct db_stmt *st, int64_t limit)
{
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "unit", q->unit);
    db_bind_int(st, "under", q->under);
    db_bind_int(st, "source", q->source);
    db_bind_int(st, "finding", q->finding);
    db_bind_text(st, "match", q->match);
    db_bind_text(st, "state", q->state);
    db_bind_text(st, "phase", q->phase);
    db_bind_text(st, "due_from", q->due_from);
    db_bind_text(st, "due_to", q->due_to);
    db_bind_int(st, "limit", limit);
}

static enum rc count_rows(struct page *page, const struct task_query *q, uint32_t filters, int64_t limit,
                          int64_t *ret_count)
{
    struct db_stmt *st = db_query_list(page->db, Q_TASK_COUNT, filters, 0);
    if (!st)
        return RC_DB;
    bind_values(page, q, st, limit);
    return db_get_int(&page->ctx, st, ret_count);
}

/* Filters that leave few rows whatever else is asked, and those whose rows are counted first. */
static enum rc choose_plan(struct page *page, struct task_query *q)
{
    uint32_t counted = q->filters & (BIT(UNDER) | BIT(UNIT) | BIT(SOURCE) | BIT(MATCH));
    int64_t count;
    bool is_in_order = (q->filters & BIT(UNIT)) && q->sort == 0; /* unit and due date share an index */
    if (q->filters & BIT(FINDING)) {
        q->is_few = true;
        return RC_OK;
    }
    if (page->actor.everywhere[PERM_TASK_READ] < LABEL_PUBLIC) {
        q->filters |= BIT(SCOPE);
        counted |= BIT(SCOPE);
    }
    if (!counted || is_in_order)
        return RC_OK;
    TRY(count_rows(page, q, counted, TASK_FEW_MAX + 1, &count));
    q->is_few = count <= TASK_FEW_MAX;
    return RC_OK;
}

static enum rc read_query(struct page *page, struct task_query *q)
{
    struct str hung;
    *q = (struct task_query){0};
    TRY(read_words(page, q));
    TRY(read_choice(page, "state", TASK_STATES, &q->state));
    TRY(read_choice(page, "phase", TASK_PHASES, &q->phase));
    TRY(read_choice(page, "hung", TASK_HUNG, &hung));
    q->filters |= hung.n ? BIT(HUNG) : 0;
    q->filters |= (q->state.n ? BIT(STATE) : 0) | (q->phase.n ? BIT(PHASE) : 0);
    TRY(read_id(page, "unit", BIT(UNIT), q, &q->unit));
    TRY(read_id(page, "under", BIT(UNDER), q, &q->under));
    TRY(read_id(page, "source", BIT(SOURCE), q, &q->source));
    TRY(read_id(page, "finding", BIT(FINDING), q, &q->finding));
    TRY(read_due(page, q));
    TRY(read_sort(page, q));
    if (!q->state.n && !(q->filters & BIT(OPEN)))
        q->filters |= BIT(LIVE);
    return choose_plan(page, q);
}

static bool parse_cursor(const struct task_query *q, struct str text, struct task_cursor *ret)
{
    *ret = (struct task_cursor){.key = STR("")};
    struct str rest = text, key, id;
    int64_t number;
    if (!text.n)
        return true;
    if (!str_split_next(&rest, '~', &key) || !str_split_next(&rest, '~', &id) || key.n > KEY_MAX_BYTES ||
        !str_parse_int64(id, &ret->id) || (sorts[q->sort].is_number && !str_parse_int64(key, &number)))
        return false;
    ret->key = key;
    ret->is_set = true;
    return true;
}

static struct db_stmt *bind_list(struct page *page, const struct task_query *q, const struct task_cursor *from,
                                 bool is_backward)
{
    const struct sort_row *sort = &sorts[q->sort];
    bool is_down = q->is_back != is_backward;
    uint32_t filters = q->filters | (!from->is_set ? 0 : is_down ? sort->before : sort->after);
    struct db_stmt *st = db_query_list(page->db, Q_TASK_LIST, filters, (q->is_few ? sort->few : sort->walk) + is_down);
    int64_t number = 0;
    if (!st)
        return NULL;
    bind_values(page, q, st, TASK_PAGE_ROWS + 1);
    if (sort->is_number && str_parse_int64(from->key, &number))
        db_bind_int(st, "key", number);
    else
        db_bind_text(st, "key", from->key);
    db_bind_int(st, "key_id", from->id);
    return st;
}

/* ---- rows and paging ---------------------------------------------------------------------------------------- */

static struct value *turn(struct arena *arena, const struct value *rows, size_t max)
{
    struct value *list = value_new_list(arena), *kept[TASK_PAGE_ROWS];
    size_t n = 0;
    VALUE_EACH (row, rows) {
        if (n < max)
            kept[n++] = (struct value *)row;
    }
    while (n)
        value_add(list, kept[--n]);
    return list;
}

/* The first max rows; more may have been read. */
static struct value *cut(struct arena *arena, const struct value *rows, size_t max)
{
    struct value *list = value_new_list(arena);
    for (struct value *row = rows->items.first, *next; row && max; row = next, max--) {
        next = row->next;
        value_add(list, row);
    }
    return list;
}

static void put_href(struct page *page, struct value *pager, const char *key, const char *parameter, bool is_there,
                     const struct task_query *q, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    if (!is_there || !row) {
        value_put_null(arena, pager, key);
        return;
    }
    const struct value *v = value_get(row, sorts[q->sort].key);
    struct str at = v && v->kind == VALUE_INT ? arena_format(arena, "%lld", (long long)v->integer)
                                              : value_get_text(row, sorts[q->sort].key);
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 16 * 1024);
    struct str address = make_address(page, NULL, STR_EMPTY);
    buf_add(&out, address);
    buf_add_char(&out, str_find_byte(address, '?', 0) == SIZE_MAX ? '?' : '&');
    buf_add_cstr(&out, parameter);
    buf_add_char(&out, '=');
    url_encode(&out, arena_format(arena, "%.*s~%lld", STR_ARG(at), (long long)value_get_int(row, "id", 0)));
    value_put_text(arena, pager, key, arena_copy_str(arena, buf_str(&out)));
}

static void put_row_words(struct page *page, struct value *row)
{
    task_put_words(page, row);
    page_put_time(page, row, "changed_at");
}

static enum rc put_rows(struct page *page, const struct task_query *q)
{
    struct arena *arena = page->ctx.arena;
    struct task_cursor after, before;
    struct value *rows;
    int64_t count;
    if (!parse_cursor(q, page_param_text(page, "after"), &after))
        return ctx_fail_field(&page->ctx, RC_INVALID, "list.bad_place", "after");
    if (!parse_cursor(q, page_param_text(page, "before"), &before))
        return ctx_fail_field(&page->ctx, RC_INVALID, "list.bad_place", "before");
    bool is_backward = before.is_set && !after.is_set;
    struct db_stmt *st = bind_list(page, q, is_backward ? &before : &after, is_backward);
    if (!st)
        return RC_DB;
    TRY(db_rows(&page->ctx, st, &rows));
    bool is_more = value_count(rows) > TASK_PAGE_ROWS;
    rows = is_backward ? turn(arena, rows, TASK_PAGE_ROWS) : cut(arena, rows, TASK_PAGE_ROWS);
    for (struct value *row = rows->items.first; row; row = row->next)
        put_row_words(page, row);
    struct value *pager = value_put_map(arena, page->view, "pager");
    put_href(page, pager, "previous_href", "before", is_backward ? is_more : after.is_set, q, rows->items.first);
    put_href(page, pager, "next_href", "after", is_backward || is_more, q, rows->items.last);
    uint32_t filters = q->filters;
    TRY(count_rows(page, q, filters, TASK_COUNT_MAX + 1, &count));
    value_put_int(arena, pager, "total", count > TASK_COUNT_MAX ? TASK_COUNT_MAX : count);
    value_put_bool(arena, pager, "total_is_more", count > TASK_COUNT_MAX);
    value_put(page->view, STR("tasks"), rows);
    value_put_bool(arena, page->view, "has_tasks", value_count(rows) > 0);
    return RC_OK;
}

/* ---- the page ----------------------------------------------------------------------------------------------- */

static void put_select(struct page *page, struct value *filter, const char *name, const char *choices,
                       const char *prefix)
{
    struct value *field = value_put_map(page->ctx.arena, filter, name);
    value_put_text(page->ctx.arena, field, "value", page_param_text(page, name));
    typed_form_choices(page, field, choices, prefix);
}

static enum rc put_records(struct page *page, struct value *filter, const char *name, enum query query, enum perm perm,
                           const char *label)
{
    struct arena *arena = page->ctx.arena;
    struct value *field = value_put_map(arena, filter, name), *rows;
    struct db_stmt *st = db_query(page->db, query);
    actor_bind_scope(st, &page->actor, perm);
    value_put_text(arena, field, "value", page_param_text(page, name));
    value_put_list(arena, field, "options");
    TRY(db_rows(&page->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        typed_form_option(page, field, arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0)),
                          value_get_text(row, label));
    }
    value_put_bool(arena, field, "is_open", value_get_text(field, "value").n > 0);
    return RC_OK;
}

static void add_chip(struct page *page, struct value *chips, const char *name, const char *label, struct str value)
{
    struct value *chip = value_add_map(page->ctx.arena, chips);
    value_put_text(page->ctx.arena, chip, "label", page_text(page, label));
    value_put_text(page->ctx.arena, chip, "value", value);
    value_put_text(page->ctx.arena, chip, "remove_href", make_address(page, name, STR_EMPTY));
}

/* The chosen option's words of each filter, with a way to take the filter off. */
static void put_chips(struct page *page, const struct value *filter)
{
    static const struct {
        const char *name, *label;
    } rows[] = {{"state", "task.state"},  {"phase", "finding.phase"}, {"due", "finding.due"},
                {"hung", "finding.hung"}, {"under", "finding.under"}, {"source", "finding.source"}};
    struct value *chips = value_put_list(page->ctx.arena, page->view, "chips");
    struct str q = page_param_text(page, "q");
    if (q.n)
        add_chip(page, chips, "q", "list.words", q);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        VALUE_EACH (option, value_get(value_get(filter, rows[i].name), "options")) {
            if (value_get_bool(option, "selected") && value_get_text(option, "value").n)
                add_chip(page, chips, rows[i].name, rows[i].label, value_get_text(option, "label"));
        }
    }
    static const char *const plain[] = {"unit", "finding", "due_from", "due_to"}, *const labels[] = {
                                                                                      "finding.unit", "finding.title",
                                                                                      "finding.due_after",
                                                                                      "finding.due_before"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (page_param_text(page, plain[i]).n)
            add_chip(page, chips, plain[i], labels[i], page_param_text(page, plain[i]));
    value_put_bool(page->ctx.arena, page->view, "has_chips", value_count(chips) > 0);
    value_put_text(page->ctx.arena, page->view, "clear_href", STR("/tasks"));
}

static void put_sorts(struct page *page, const struct task_query *q)
{
    struct arena *arena = page->ctx.arena;
    struct value *map = value_put_map(arena, page->view, "sort");
    for (int i = 0; i < SORTS; i++) {
        struct value *one = value_put_map(arena, map, sorts[i].name);
        bool is_current = q->sort == i, to_back = is_current ? !q->is_back : sorts[i].is_number;
        value_put_text(arena, one, "href",
                       make_address(page, "sort", arena_format(arena, "%s%s", to_back ? "-" : "", sorts[i].name)));
        value_put_text(arena, one, "direction",
                       !is_current  ? STR("none")
                       : q->is_back ? STR("descending")
                                    : STR("ascending"));
    }
}

enum rc page_task_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct task_query q;
    TRY(read_query(page, &q));
    TRY(put_rows(page, &q));
    put_sorts(page, &q);
    if (page->is_json)
        return RC_OK;
    value_put_bool(arena, page->view, "may_work", page_can(page, PERM_TASK_WORK));
    struct value *filter = value_put_map(arena, page->view, "filter");
    value_put_text(arena, filter, "q", page_param_text(page, "q"));
    put_select(page, filter, "state", TASK_STATES, "task.state");
    put_select(page, filter, "phase", TASK_PHASES, "phase");
    put_select(page, filter, "due", "overdue|soon|none", "due_choice");
    put_select(page, filter, "hung", TASK_HUNG, "hung_choice");
    TRY(put_records(page, filter, "under", Q_UNIT_OPTIONS, PERM_UNIT_READ, "name"));
    TRY(put_records(page, filter, "source", Q_SOURCE_OPTIONS, PERM_SOURCE_READ, "title"));
    value_put_text(arena, filter, "sort", page_param_text(page, "sort"));
    put_chips(page, filter);
    bool is_filtered = value_get_bool(page->view, "has_chips");
    value_put_text(arena, page->view, "empty_why",
                   page_text(page, is_filtered ? "task.empty_filtered" : "task.empty_all"));
    return RC_OK;
}
