/* finding_list_test.c: every list of the register has the right rows in the right order, whichever plan finds them, and
 * comes along an index. */
#include "record_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/internal.h"
#include "serve/page_finding.h"

enum { FINDINGS = 240, TRIALS = 250, PAGE = 7, TERMS_MAX = 12, TEXT_MAX = 240 };

static const char *const sorts[] = {"due", "-due", "changed", "-changed", "no", "-no", "amount", "-amount"};
enum { SORTS = sizeof sorts / sizeof sorts[0] };

static unsigned draw(unsigned n)
{
    static unsigned state = 7;
    state = state * 1103515245 + 12345;
    return (state >> 16) % n;
}

/* ---- a register -------------------------------------------------------------------------------------------- */

static int64_t units[4], sources[3], aspects[3];

static int64_t make_aspect(struct store *store, int64_t source_id)
{
    struct event_new event = {.kind = EVENT_ASPECT_REGISTERED,
                              .chain = source_id,
                              .subject = source_id,
                              .at_ms = 1,
                              .reason = STR(""),
                              .body = jsonf(store, "{'source_id': %lld, 'no': 1, 'title': 'x'}", (long long)source_id)};
    int64_t id;
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &id));
    STORE_OK(db_commit(store->ctx, store->db));
    return id;
}

/* Rows are changed behind the program's back: only the lists are of interest. */
static void vary(struct store *store, int64_t id, unsigned source)
{
    static const char *const phases[] = {"immediate", "concentrated", "long_term"};
    static const char *const natures[] = {"", "individual", "common"}, *const severities[] = {"", "general", "major"};
    static const char *const statuses[] = {"registered", "registered", "registered", "closed", "withdrawn", "kept"};
    char due[16];
    (void)snprintf(due, sizeof due, "2027-%02u-01", 1 + draw(9));
    bool has_due = draw(4) != 0;
    int amount = draw(2) ? (int)draw(5) * 100 : -1;
    tamperf(store,
            "UPDATE finding SET phase = '%s', nature = '%s', severity = '%s', status = '%s', unit_id = %lld, "
            "label = %u, due_key = '%s', amount_key = %d, aspect_id = %s WHERE id = %lld",
            phases[draw(3)], natures[draw(3)], severities[draw(3)], statuses[draw(6)], (long long)units[draw(4)],
            draw(3), has_due ? due : "9999-12-31", amount,
            draw(2) ? arena_format(store->ctx->arena, "%lld", (long long)aspects[source]).p : "NULL", (long long)id);
}

static void make_register(struct store *store)
{
    static const char *const codes[] = {"", "A", "B", "C"}, *const numbers[] = {"LY-2026-002", "LY-2025-010", "XJ-9"};
    units[0] = make_root(store);
    for (int i = 1; i < 4; i++)
        units[i] = make_unit(store, units[(i - 1) / 2], codes[i], "单位");
    for (int i = 0; i < 3; i++) {
        sources[i] = make_source(store, units[0], numbers[i]);
        aspects[i] = make_aspect(store, sources[i]);
    }
    tamper(store, "UPDATE source SET last_item_no = 960"); /* items of four digits will follow those of three */
    for (int i = 0; i < FINDINGS; i++) {
        unsigned source = draw(3);
        vary(store, make_finding(store, sources[source], draw(3) ? "采购问题" : "会议问题"), source);
    }
}

/* ---- what is asked for, and what it means ------------------------------------------------------------------ */

struct wish {
    struct page page;
    struct buf where;
};

static void add(struct wish *wish, const char *name, const char *value, const char *format, ...) PRINTF_LIKE(4, 5);
static void add(struct wish *wish, const char *name, const char *value, const char *format, ...)
{
    struct arena *arena = wish->page.ctx.arena;
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (name)
        value_put_text(arena, wish->page.query, name, arena_format(arena, "%s", value));
    buf_add_format(&wish->where, " AND %s", text);
}

static void add_id(struct wish *wish, const char *name, const char *column, int64_t id)
{
    char value[24];
    (void)snprintf(value, sizeof value, "%lld", (long long)id);
    add(wish, name, value, "f.%s = %lld", column, (long long)id);
}

static void add_text(struct wish *wish, const char *name, const char *value)
{
    add(wish, name, value, "f.%s = '%s'", name, value);
}

static void wish_dues(struct wish *wish, bool *ret_is_open)
{
    switch (draw(6)) {
    case 0:
        add(wish, "due", "none", "f.due_key = '9999-12-31'");
        break;
    case 1:
        add(wish, "due_from", "2027-03-01", "f.due_key >= '2027-03-01' AND f.due_key < '9999-12-31'");
        break;
    case 2:
        add(wish, "due_to", "2027-06-01", "f.due_key <= '2027-06-01'");
        add(wish, "due_from", "2027-02-02", "f.due_key >= '2027-02-02'");
        break;
    case 3:
        add(wish, "due", "overdue", "f.due_key < '2027-05-15' AND f.status NOT IN ('closed', 'ended', 'withdrawn')");
        *ret_is_open = true;
        break;
    default:
        break;
    }
}

static void wish_something(struct wish *wish)
{
    unsigned s = draw(3);
    int64_t unit = units[draw(4)];
    bool is_open = false, is_status = draw(4) == 0;
    if (is_status)
        add_text(wish, "status", draw(2) ? "registered" : "withdrawn");
    else if (draw(5) == 0) {
        add(wish, "status", "unfinished", "f.status NOT IN ('closed', 'ended', 'withdrawn', 'kept')");
        is_status = true;
    }
    if (draw(4) == 0)
        add_text(wish, "phase", draw(2) ? "immediate" : "long_term");
    else if (draw(5) == 0)
        add(wish, "phase", "short", "f.phase <> 'long_term'");
    if (draw(5) == 0)
        add_text(wish, "nature", draw(2) ? "individual" : "common");
    if (draw(5) == 0)
        add_text(wish, "severity", draw(2) ? "general" : "major");
    if (draw(5) == 0)
        add_id(wish, "source", "source_id", sources[s]);
    if (draw(6) == 0)
        add_id(wish, "aspect", "aspect_id", aspects[s]);
    if (draw(5) == 0)
        add_id(wish, "unit", "unit_id", unit);
    if (draw(6) == 0)
        add_id(wish, "label", "label", draw(3));
    if (draw(6) == 0)
        add(wish, "amount_min", "2", "f.amount_key >= 200");
    if (draw(6) == 0)
        add(wish, "q", "采购", "f.title LIKE '%%采购%%'");
    wish_dues(wish, &is_open);
    if (!is_status && !is_open)
        add(wish, NULL, NULL, "f.status <> 'withdrawn'");
}

static void begin_wish(struct wish *wish, struct arena *arena, struct db *db, const struct actor *actor)
{
    arena_reset(arena);
    wish->page = (struct page){.ctx = {.arena = arena},
                               .db = db,
                               .actor = *actor,
                               .params = value_new_map(arena),
                               .query = value_new_map(arena)};
    buf_init(&wish->where, 4096);
    buf_add_format(&wish->where,
                   "(%d >= f.label OR EXISTS (SELECT 1 FROM user_scope x WHERE x.user_id = %lld AND x.perm = %d AND "
                   "x.unit_id = f.unit_id AND x.clearance >= f.label))",
                   (int)actor->everywhere[PERM_FINDING_READ], (long long)actor->account_id, (int)PERM_FINDING_READ);
}

/* The ids in their order, by the plain meaning of the address. */
static size_t find_expected(struct store *store, const struct wish *wish, const char *sort, int64_t ids[FINDINGS])
{
    static const struct {
        const char *name, *up, *down;
    } orders[] = {{"due", "f.due_key, f.id", "f.due_key DESC, f.id DESC"},
                  {"changed", "f.changed_seq", "f.changed_seq DESC"},
                  {"no", "s.no, f.item_no", "s.no DESC, f.item_no DESC"},
                  {"amount", "f.amount_key, f.id", "f.amount_key DESC, f.id DESC"}};
    bool is_down = *sort == '-';
    const char *order = NULL;
    for (size_t i = 0; i < 4; i++)
        if (strcmp(orders[i].name, sort + is_down) == 0)
            order = is_down ? orders[i].down : orders[i].up;
    struct db_stmt *st CLEANUP(db_stmt_free_ptr) = NULL;
    struct str sql = arena_format(
        wish->page.ctx.arena, "SELECT f.id FROM finding f JOIN source s ON s.id = f.source_id WHERE %.*s ORDER BY %s",
        STR_ARG(buf_str(&wish->where)), order);
    size_t n = 0;
    STORE_OK(db_prepare_text(store->ctx, store->db, sql, &st));
    for (bool is_row = true; is_row;) {
        STORE_OK(db_step(store->ctx, st, &is_row));
        if (is_row)
            ids[n++] = db_column_int(st, 0);
    }
    return n;
}

/* Pages forward to the end, then back again from the last row. */
static void expect_pages(struct store *store, struct wish *wish, const struct finding_query *q, const int64_t *ids,
                         size_t n)
{
    struct finding_cursor cursor = {.key = STR("")};
    struct str last = STR_EMPTY;
    struct value *rows;
    size_t at = 0;
    do {
        STORE_OK(finding_query_rows(&wish->page.ctx, &wish->page, q, &cursor, false, PAGE, &rows));
        VALUE_EACH (row, rows) {
            assert_true(at < n);
            assert_int_equal(value_get_int(row, "id", 0), ids[at++]);
        }
        if (rows->items.n) {
            last = finding_cursor_format(wish->page.ctx.arena, q, rows->items.last);
            assert_true(finding_cursor_parse(q, last, &cursor));
        }
    } while (rows->items.n);
    assert_int_equal(at, n);
    if (!n)
        return;
    STORE_OK(finding_query_rows(&wish->page.ctx, &wish->page, q, &cursor, true, PAGE, &rows));
    at = n - 1;
    VALUE_EACH (row, rows) {
        assert_int_equal(value_get_int(row, "id", 0), ids[--at]);
    }
    assert_int_equal(rows->items.n, n - 1 < PAGE ? n - 1 : PAGE);
}

/* As somebody who sees all, who sees a part, and with every walk given up at once. */
STORE_TEST(lists_have_the_rows_that_their_address_means)
{
    make_register(store);
    struct actor all = make_actor(store, "all", "office", units[0], LABEL_INTERNAL),
                 part = make_actor(store, "part", "office", units[1], LABEL_INTERNAL);
    struct db *reader = store_connect(store, DB_READ);
    struct arena *arena = arena_new(8 << 20);
    static int64_t ids[FINDINGS];
    clock_set_ms(1810310400000); /* 2027-05-15 */
    for (int i = 0; i < TRIALS; i++) {
        struct wish wish;
        const char *sort = sorts[draw(SORTS)];
        begin_wish(&wish, arena, reader, i % 3 == 0 ? &part : &all);
        wish_something(&wish);
        value_put_text(arena, wish.page.query, "sort", str_from_cstr(sort));
        size_t n = find_expected(store, &wish, sort, ids);
        struct finding_query q;
        STORE_OK(finding_query_read(&wish.page, PERM_FINDING_READ, &q));
        q.steps = i % 2 ? 1 : 0;
        expect_pages(store, &wish, &q, ids, n);
        int64_t count;
        STORE_OK(finding_query_count(&wish.page, &q, FINDINGS, &count));
        assert_int_equal(count, n);
        buf_done(&wish.where);
    }
    clock_set_ms(0);
    arena_free(arena);
    db_close(reader);
}

/* ---- indexes ----------------------------------------------------------------------------------------------- */

#define BY(name) FINDING_LIST_FILTER_BY_##name

static const struct way {
    uint64_t by;
    int sorts; /* bits of enum finding_sort for which the index gives the order; 0: it gives few rows */
    const char *index;
} ways[] = {{0, 1 << FINDING_SORT_DUE, "finding_due"},
            {0, 1 << FINDING_SORT_CHANGED, "finding_changed"},
            {0, 1 << FINDING_SORT_NO, "finding_number"},
            {0, 1 << FINDING_SORT_AMOUNT, "finding_amount"},
            {BY(STATUS), 1 << FINDING_SORT_DUE, "finding_status_due"},
            {BY(STATUS), 1 << FINDING_SORT_CHANGED, "finding_status_changed"},
            {BY(PHASE), 1 << FINDING_SORT_DUE, "finding_phase_due"},
            {BY(PHASE), 1 << FINDING_SORT_CHANGED, "finding_phase_changed"},
            {BY(NATURE), 1 << FINDING_SORT_DUE, "finding_nature_due"},
            {BY(SEVERITY), 1 << FINDING_SORT_DUE, "finding_severity_due"},
            {BY(LABEL), 1 << FINDING_SORT_DUE, "finding_label_due"},
            {BY(OPEN), 1 << FINDING_SORT_DUE, "finding_open_due"},
            {BY(UNIT), 1 << FINDING_SORT_DUE, "finding_unit_due"},
            {BY(SOURCE), 1 << FINDING_SORT_NO, "finding_source"},
            {BY(ASPECT), 1 << FINDING_SORT_NO, "finding_aspect"},
            {BY(SCOPE), 0, "finding_unit_due"},
            {BY(UNDER), 0, "finding_unit_due"},
            {BY(UNIT), 0, "finding_unit_due"},
            {BY(SOURCE), 0, "finding_source"},
            {BY(ASPECT), 0, "finding_aspect"},
            {BY(STATUS), 0, "finding_status_"},
            {BY(PHASE), 0, "finding_phase_"},
            {BY(NATURE), 0, "finding_nature_due"},
            {BY(SEVERITY), 0, "finding_severity_due"},
            {BY(LABEL), 0, "finding_label_due"},
            {BY(OPEN), 0, "finding_open_due"},
            {BY(AMOUNT), 0, "finding_amount"},
            {BY(DUE_FROM) | BY(DUE_TO), 0, "finding_due"},
            {BY(MATCH), 0, "INTEGER PRIMARY KEY"}};
enum { WAYS = sizeof ways / sizeof ways[0] };

#define TESTS                                                                                                          \
    (FINDING_LIST_FILTER_LIVE | FINDING_LIST_FILTER_STATUS | FINDING_LIST_FILTER_PHASE | FINDING_LIST_FILTER_NATURE |  \
     FINDING_LIST_FILTER_SEVERITY | FINDING_LIST_FILTER_UNIT | FINDING_LIST_FILTER_SOURCE |                            \
     FINDING_LIST_FILTER_DUE_FROM | FINDING_LIST_FILTER_DUE_TO | FINDING_LIST_FILTER_AMOUNT_MIN)

/* What EXPLAIN QUERY PLAN says, a line for each step. */
static void explain(struct store *store, struct db *db, const struct db_stmt *of, struct buf *out)
{
    struct db_stmt *st CLEANUP(db_stmt_free_ptr) = NULL;
    struct buf sql CLEANUP(buf_done);
    buf_init(&sql, 64 * 1024);
    buf_add_cstr(&sql, "EXPLAIN QUERY PLAN ");
    for (const char *p = of->sql; *p; p++) { /* ?1 -> $p1 */
        if (*p == '?')
            buf_add_cstr(&sql, "$p");
        else
            buf_add_char(&sql, *p);
    }
    STORE_OK(db_prepare_text(store->ctx, db, buf_str(&sql), &st));
    for (bool is_row = true; is_row;) {
        STORE_OK(db_step(store->ctx, st, &is_row));
        if (is_row)
            buf_add_format(out, "%.*s\n", STR_ARG(db_column_text(st, 3)));
    }
}

static void expect_way(struct store *store, struct page *page, const struct way *way, enum finding_sort sort,
                       bool is_down, bool is_inside)
{
    /* Filters that only test stand beside. */
    struct finding_query q = {.perm = PERM_FINDING_READ, .column = sort, .filters = TESTS};
    struct finding_plan plan = {way->by, way->sorts == 0};
    struct finding_cursor cursor = {.key = STR(""), .is_set = is_inside};
    struct db_stmt *st = finding_plan_statement(page, &q, plan, &cursor, is_down);
    struct buf lines CLEANUP(buf_done);
    buf_init(&lines, 64 * 1024);
    assert_non_null(st);
    explain(store, page->db, st, &lines);
    struct str all = buf_str(&lines), rest = all, line, first = STR_EMPTY;
    while (!first.n && str_split_next(&rest, '\n', &line))
        if (str_find(line, STR(" f USING "), 0) != SIZE_MAX || str_equal(line, STR("SCAN f")))
            first = line;
    bool is_search = str_has_prefix(first, STR("SEARCH f"));
    bool is_good = str_find(first, str_from_cstr(way->index), 0) != SIZE_MAX;
    if (plan.is_few) /* all of an index that holds only those is a search too */
        is_good &= is_search || way->by == BY(OPEN);
    else
        is_good &= str_find(all, STR("TEMP B-TREE"), 0) == SIZE_MAX && (is_search || (!is_inside && !way->by));
    if (!is_good)
        fprintf(stderr, "%s, sort %d, down %d, inside %d:\n%.*s%s\n", way->index, (int)sort, is_down, is_inside,
                STR_ARG(all), st->sql);
    assert_true(is_good);
}

STORE_TEST(lists_come_along_an_index)
{
    if (db_get_engine(store->db) == DB_POSTGRES) /* it chooses by the data */
        return;
    struct actor actor = make_actor(store, "all", "office", make_root(store), LABEL_INTERNAL);
    struct db *reader = store_connect(store, DB_READ);
    struct page page = {.ctx = *store->ctx, .db = reader, .actor = actor};
    for (int i = 0; i < WAYS * 16; i++) {
        enum finding_sort sort = (enum finding_sort)(i / 4 % 4);
        if (!ways[i / 16].sorts || ways[i / 16].sorts & 1 << sort)
            expect_way(store, &page, &ways[i / 16], sort, i & 1, i & 2);
    }
    db_close(reader);
}

/* The first page counts thousands of findings: without looking at one itself, but for those that stand for others. */
STORE_TEST(the_figures_of_the_first_page_come_from_indexes_alone)
{
    if (db_get_engine(store->db) == DB_POSTGRES)
        return;
    struct buf lines CLEANUP(buf_done);
    buf_init(&lines, 64 * 1024);
    explain(store, store->db, db_query(store->db, Q_FINDING_HOME_COUNT), &lines);
    struct str rest = buf_str(&lines), line;
    int counted = 0;
    while (str_split_next(&rest, '\n', &line)) {
        if (!str_has_prefix(line, STR("SCAN f")) && !str_has_prefix(line, STR("SEARCH f")))
            continue;
        bool is_main = str_equal(line, STR("SEARCH f USING INTEGER PRIMARY KEY (rowid=?)"));
        if (!is_main && str_find(line, STR(" f USING COVERING INDEX "), 0) == SIZE_MAX)
            fprintf(stderr, "%.*s\n", STR_ARG(line));
        assert_true(is_main || str_find(line, STR(" f USING COVERING INDEX "), 0) != SIZE_MAX);
        counted += !is_main;
    }
    assert_int_equal(counted, 5);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(the_figures_of_the_first_page_come_from_indexes_alone),
                     STORE_CASE(lists_have_the_rows_that_their_address_means), STORE_CASE(lists_come_along_an_index));
}
