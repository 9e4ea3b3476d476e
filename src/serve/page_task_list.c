/* page_task_list.c: tasks as a list: filters, sorts, paging by key.
 *
 * A page costs the rows and at most one small count that chooses the plan: rows of a filter that leaves few are picked
 * by its index and sorted, otherwise the index of the sort is walked.
 */
#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/list_query.h"
#include "serve/page_task.h"
#include "serve/pages.h"

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
    uint64_t filters;
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
    return list_address(page, "/tasks", address_names, ADDRESS_NAMES, name, value);
}

static enum rc read_due(struct page *page, struct task_query *q)
{
    TRY(list_read_choice(page, "due", "overdue|soon|none", 0, &q->filters, &q->due));
    TRY(list_read_date(page, "due_from", 0, &q->filters, &q->due_from));
    TRY(list_read_date(page, "due_to", 0, &q->filters, &q->due_to));
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

static enum rc count_rows(struct page *page, const struct task_query *q, uint64_t filters, int64_t limit,
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
    uint64_t counted = q->filters & (BIT(UNDER) | BIT(UNIT) | BIT(SOURCE) | BIT(MATCH));
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
    TRY(list_read_words(page, "task", BIT(MATCH), &q->filters, &q->match));
    TRY(list_read_choice(page, "state", TASK_STATES, BIT(STATE), &q->filters, &q->state));
    TRY(list_read_choice(page, "phase", TASK_PHASES, BIT(PHASE), &q->filters, &q->phase));
    TRY(list_read_choice(page, "hung", TASK_HUNG, BIT(HUNG), &q->filters, &hung));
    TRY(list_read_number(page, "unit", BIT(UNIT), &q->filters, &q->unit));
    TRY(list_read_number(page, "under", BIT(UNDER), &q->filters, &q->under));
    TRY(list_read_number(page, "source", BIT(SOURCE), &q->filters, &q->source));
    TRY(list_read_number(page, "finding", BIT(FINDING), &q->filters, &q->finding));
    TRY(read_due(page, q));
    TRY(list_read_sort(page, "due|changed|no", &q->sort, &q->is_back));
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
    uint64_t filters = q->filters | (!from->is_set ? 0 : is_down ? sort->before : sort->after);
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
    uint64_t filters = q->filters;
    TRY(count_rows(page, q, filters, TASK_COUNT_MAX + 1, &count));
    value_put_int(arena, pager, "total", count > TASK_COUNT_MAX ? TASK_COUNT_MAX : count);
    value_put_bool(arena, pager, "total_is_more", count > TASK_COUNT_MAX);
    value_put(page->view, STR("tasks"), rows);
    value_put_bool(arena, page->view, "has_tasks", value_count(rows) > 0);
    return RC_OK;
}

/* ---- the page ----------------------------------------------------------------------------------------------- */

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
        list_add_chip(page, chips, "q", "list.words", q, make_address(page, "q", STR_EMPTY));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        VALUE_EACH (option, value_get(value_get(filter, rows[i].name), "options")) {
            if (value_get_bool(option, "selected") && value_get_text(option, "value").n)
                list_add_chip(page, chips, rows[i].name, rows[i].label, value_get_text(option, "label"),
                              make_address(page, rows[i].name, STR_EMPTY));
        }
    }
    static const char *const plain[] = {"unit", "finding", "due_from", "due_to"}, *const labels[] = {
                                                                                      "finding.unit", "finding.title",
                                                                                      "finding.due_after",
                                                                                      "finding.due_before"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (page_param_text(page, plain[i]).n)
            list_add_chip(page, chips, plain[i], labels[i], page_param_text(page, plain[i]),
                          make_address(page, plain[i], STR_EMPTY));
    value_put_bool(page->ctx.arena, page->view, "has_chips", value_count(chips) > 0);
    value_put_text(page->ctx.arena, page->view, "clear_href", STR("/tasks"));
}

static void put_sorts(struct page *page, const struct task_query *q)
{
    struct arena *arena = page->ctx.arena;
    struct value *map = value_put_map(arena, page->view, "sort");
    for (int i = 0; i < SORTS; i++) {
        bool is_current = q->sort == i, to_back = is_current ? !q->is_back : sorts[i].is_number;
        struct str value = arena_format(arena, "%s%s", to_back ? "-" : "", sorts[i].name);
        list_put_sort(page, map, sorts[i].name, is_current, q->is_back, make_address(page, "sort", value));
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
    list_put_filter(page, filter, "q");
    list_put_choices(page, filter, "state", TASK_STATES, "task.state");
    list_put_choices(page, filter, "phase", TASK_PHASES, "phase");
    list_put_choices(page, filter, "due", "overdue|soon|none", "due_choice");
    list_put_choices(page, filter, "hung", TASK_HUNG, "hung_choice");
    struct db_stmt *st = db_query(page->db, Q_UNIT_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_UNIT_READ);
    TRY(list_put_records(page, filter, "under", st, "name", NULL));
    st = db_query(page->db, Q_SOURCE_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_READ);
    TRY(list_put_records(page, filter, "source", st, "title", NULL));
    value_put_text(arena, filter, "sort", page_param_text(page, "sort"));
    put_chips(page, filter);
    bool is_filtered = value_get_bool(page->view, "has_chips");
    value_put_text(arena, page->view, "empty_why",
                   page_text(page, is_filtered ? "task.empty_filtered" : "task.empty_all"));
    return RC_OK;
}
