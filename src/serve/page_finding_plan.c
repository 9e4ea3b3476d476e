/* page_finding_plan.c: from filters and sort to the index that gives the rows of a list of findings.
 *
 * A page of 50 of a million must cost about 50 rows, whatever is asked for and however the data are spread:
 * 1. A filter that leaves few rows (a unit, a source ...; counted first, up to FEW_MAX) picks them, and they are
 * sorted.
 * 2. When one index holds the only filter and the sort, it gives the page as it is.
 * 3. Else the index of the sort is walked and each row tested, but only so far: the wanted rows may all lie at its
 * other end.  Then the indexes of (filter, sort) are walked in the same way; then whatever filter leaves up to FEW_LATE
 * rows picks them; and only what no single filter narrows down is walked to the end, in the index alone. PostgreSQL
 * knows how values are spread; it is given all indexes at once instead of 3 and chooses.
 */
#include "serve/page_finding.h"

enum { FEW_MAX = 2000, FEW_MATCH_MAX = 5000, FEW_LATE = 20000, ROWS_STEPS = 100000, COUNT_STEPS = 400000, SORTS = 4 };

#define BIT(name) FINDING_LIST_FILTER_##name
#define IN_DUE 1u
#define IN_CHANGED 2u
#define IN_NO 4u

static const struct sort_column {
    struct sort_way {
        int sort; /* forward; the next one is back */
        uint64_t after, before;
    } walk, few;
    uint64_t from, to; /* filters that are a range of the sort */
} columns[SORTS] = {
#define SORT_WAY(name)                                                                                                 \
    {                                                                                                                  \
        FINDING_LIST_SORT_##name, BIT(AFTER_##name), BIT(BEFORE_##name)                                                \
    }
    [FINDING_SORT_DUE] = {SORT_WAY(DUE), SORT_WAY(FEW_DUE), BIT(DUE_FROM), BIT(DUE_TO)},
    [FINDING_SORT_CHANGED] = {SORT_WAY(CHANGED), SORT_WAY(FEW_CHANGED), 0, 0},
    [FINDING_SORT_NO] = {SORT_WAY(NO), SORT_WAY(FEW_NO), 0, 0},
    [FINDING_SORT_AMOUNT] = {SORT_WAY(AMOUNT), SORT_WAY(FEW_AMOUNT), BIT(AMOUNT_MIN), 0},
};
static const struct sort_way of_source = SORT_WAY(ITEM); /* where the item alone is the order */

/* Filters that have an index, the sharpest first. */
static const struct pick {
    uint64_t plain, by;
    unsigned in_order; /* sorts that the index holds behind the filter */
    bool is_sharp;     /* usually leaves few rows: counted first */
} picks[] = {{BIT(ASPECT), BIT(BY_ASPECT), IN_NO, true},
             {BIT(SOURCE), BIT(BY_SOURCE), IN_NO, true},
             {BIT(UNIT), BIT(BY_UNIT), IN_DUE, true},
             {BIT(UNDER), BIT(BY_UNDER), 0, true},
             {BIT(HUNG), BIT(BY_HUNG), 0, true},
             {BIT(LABEL), BIT(BY_LABEL), IN_DUE, false},
             {BIT(SEVERITY), BIT(BY_SEVERITY), IN_DUE, false},
             {BIT(NATURE), BIT(BY_NATURE), IN_DUE, false},
             {BIT(STATUS), BIT(BY_STATUS), IN_DUE | IN_CHANGED, false},
             {BIT(OPEN), BIT(BY_OPEN), IN_DUE, false},
             {BIT(PHASE), BIT(BY_PHASE), IN_DUE | IN_CHANGED, false},
             {BIT(AMOUNT_MIN), BIT(BY_AMOUNT), 0, false},
             {BIT(DUE_FROM), BIT(BY_DUE_FROM), 0, false},
             {BIT(DUE_TO), BIT(BY_DUE_TO), 0, false}};
enum { PICKS = sizeof picks / sizeof picks[0] };

static bool is_everywhere(const struct page *page, const struct finding_query *q)
{
    return page->actor.everywhere[q->perm] >= LABEL_PUBLIC;
}

/* Whether the index of p can give rows of q: its nearly universal values are not in it. */
static bool can_pick(const struct finding_query *q, const struct pick *p)
{
    if (!(q->filters & p->plain))
        return false;
    return p->plain == BIT(LABEL)      ? q->label != LABEL_INTERNAL
           : p->plain == BIT(NATURE)   ? q->nature.n > 0
           : p->plain == BIT(SEVERITY) ? q->severity.n > 0
                                       : true;
}

static bool is_in_order(const struct finding_query *q, const struct pick *p)
{
    return q->column < FINDING_SORT_AMOUNT && (p->in_order & 1u << q->column);
}

static void bind_values(const struct page *page, const struct finding_query *q, struct db_stmt *st, int64_t limit)
{
    actor_bind_scope(st, &page->actor, q->perm);
    db_bind_int(st, "source", q->source);
    db_bind_int(st, "aspect", q->aspect);
    db_bind_int(st, "unit", q->unit);
    db_bind_int(st, "under", q->under);
    db_bind_text(st, "match", q->match);
    db_bind_text(st, "status", q->status);
    db_bind_text(st, "phase", q->phase);
    db_bind_text(st, "nature", q->nature);
    db_bind_text(st, "severity", q->severity);
    db_bind_text(st, "due_from", q->due_from);
    db_bind_text(st, "due_to", q->due_to);
    db_bind_text(st, "today", q->today);
    db_bind_text(st, "soon", q->soon);
    db_bind_int(st, "amount_min", q->amount_min);
    db_bind_int(st, "label", q->label);
    db_bind_int(st, "limit", limit);
}

/* ---- few rows ---------------------------------------------------------------------------------------------- */

static enum rc is_few(struct ctx *ctx, struct page *page, const struct finding_query *q, uint64_t by, int64_t max,
                      bool *ret)
{
    struct db_stmt *st = db_query_list(page->db, Q_FINDING_PICK_COUNT, by, 0);
    if (!st)
        return RC_DB;
    bind_values(page, q, st, max + 1);
    int64_t count;
    TRY(db_get_int(ctx, st, &count));
    *ret = count <= max;
    return RC_OK;
}

static enum rc is_few_match(struct page *page, const struct finding_query *q, bool *ret)
{
    struct db_stmt *st = db_query(page->db, Q_FINDING_MATCH_COUNT);
    db_bind_text(st, "match", q->match);
    db_bind_int(st, "limit", FEW_MATCH_MAX + 1);
    int64_t count;
    TRY(db_get_int(&page->ctx, st, &count));
    *ret = count <= FEW_MATCH_MAX;
    return RC_OK;
}

/* The filter that leaves at most max rows; by is 0 when there is none. */
static enum rc find_few(struct ctx *ctx, struct page *page, const struct finding_query *q, bool only_sharp, int64_t max,
                        struct finding_plan *ret)
{
    *ret = (struct finding_plan){0, true};
    for (int i = 0; i < PICKS; i++) {
        const struct pick *p = &picks[i];
        bool is;
        if (!can_pick(q, p) || (only_sharp && (!p->is_sharp || is_in_order(q, p))))
            continue;
        uint64_t by = p->plain == BIT(DUE_FROM) ? p->by | (q->filters & BIT(DUE_TO) ? BIT(BY_DUE_TO) : 0) : p->by;
        TRY(is_few(ctx, page, q, by, max, &is));
        if (is) {
            ret->by = by;
            return RC_OK;
        }
    }
    bool is = false;
    if (!is_everywhere(page, q))
        TRY(is_few(ctx, page, q, BIT(BY_SCOPE), max, &is));
    ret->by = is ? BIT(BY_SCOPE) : 0;
    return RC_OK;
}

/* ---- the plan before the first row is read ----------------------------------------------------------------- */

/* Every index that might serve, for an engine that chooses among them; of a source its items alone. */
static uint64_t all_indexes(const struct finding_query *q)
{
    uint64_t by = 0;
    for (int i = 0; i < PICKS; i++) {
        if (!can_pick(q, &picks[i]))
            continue;
        by |= picks[i].by;
        if (picks[i].is_sharp && is_in_order(q, &picks[i]))
            return by;
    }
    return by;
}

/* An index that holds the only filter and the sort makes a plan that needs no trial. */
static void find_exact(const struct page *page, struct finding_query *q)
{
    const struct sort_column *column = &columns[q->column];
    uint64_t rest = q->filters & ~(BIT(LIVE) | column->from | column->to);
    q->is_sure = rest == 0 && is_everywhere(page, q);
    for (int i = 0; i < PICKS && !q->is_sure; i++) {
        if (rest != picks[i].plain || !can_pick(q, &picks[i]) || !is_in_order(q, &picks[i]))
            continue;
        q->plan = (struct finding_plan){picks[i].by, false};
        q->is_sure = is_everywhere(page, q) || picks[i].is_sharp;
        return;
    }
}

enum rc finding_plan_choose(struct page *page, struct finding_query *q)
{
    bool is = false;
    if (q->filters & BIT(MATCH)) {
        TRY(is_few_match(page, q, &is));
        q->plan = (struct finding_plan){is ? BIT(BY_MATCH) : 0, is};
    }
    if (!is)
        TRY(find_few(&page->ctx, page, q, true, FEW_MAX, &q->plan));
    q->is_sure = q->plan.by != 0 || (q->filters & BIT(MATCH)); /* a common word is tested row by row */
    if (q->is_sure)
        return RC_OK;
    q->plan.is_few = false;
    find_exact(page, q);
    if (!q->is_sure && db_get_engine(page->db) == DB_POSTGRES) {
        q->plan.by = all_indexes(q);
        q->is_sure = true;
    }
    return RC_OK;
}

/* ---- statements -------------------------------------------------------------------------------------------- */

/* The filters of a statement: those that the index gives need no test. */
static uint64_t plan_filters(const struct finding_query *q, const struct finding_plan *plan)
{
    uint64_t filters = q->filters | plan->by;
    for (int i = 0; i < PICKS; i++)
        if (plan->by & picks[i].by)
            filters &= ~picks[i].plain;
    return plan->by == BIT(BY_MATCH) ? filters & ~BIT(MATCH) : filters;
}

struct db_stmt *finding_plan_statement(struct page *page, const struct finding_query *q, struct finding_plan plan,
                                       const struct finding_cursor *cursor, bool is_down)
{
    const struct sort_column *column = &columns[q->column];
    bool is_of_source = plan.by == BIT(BY_SOURCE) || plan.by == BIT(BY_ASPECT);
    const struct sort_way *way = plan.is_few                                    ? &column->few
                                 : q->column == FINDING_SORT_NO && is_of_source ? &of_source
                                                                                : &column->walk;
    uint64_t filters = plan_filters(q, &plan);
    if (cursor->is_set)
        filters |= is_down ? way->before : way->after;
    /* A range of the sort is a range of its index; where a page begins inside it, that is its one end. */
    uint64_t from = cursor->is_set && !is_down ? 0 : q->filters & column->from,
             to = cursor->is_set && is_down ? 0 : q->filters & column->to;
    if (!plan.is_few) {
        filters &= ~(column->from | column->to);
        filters |= (from == BIT(DUE_FROM) ? BIT(BY_DUE_FROM) : 0) | (from == BIT(AMOUNT_MIN) ? BIT(BY_AMOUNT) : 0) |
                   (to ? BIT(BY_DUE_TO) : 0);
    }
    return db_query_list(page->db, q->is_export ? Q_FINDING_EXPORT : Q_FINDING_LIST, filters, way->sort + is_down);
}

/* What is asked for: a page or a count. */
struct wish {
    struct ctx *ctx;
    struct page *page;
    const struct finding_query *q;
    const struct finding_cursor *cursor; /* NULL: a count */
    bool is_down;
    int64_t limit, count;
    struct value *rows;
};

/* Runs the plan; *ret_is_cut when it took too many steps and another should be tried. */
static enum rc run_plan(struct wish *wish, struct finding_plan plan, bool is_bounded, bool *ret_is_cut)
{
    const struct finding_query *q = wish->q;
    struct db_stmt *st = wish->cursor ? finding_plan_statement(wish->page, q, plan, wish->cursor, wish->is_down)
                                      : db_query_list(wish->page->db, Q_FINDING_COUNT, plan_filters(q, &plan), 0);
    if (!st)
        return RC_DB;
    bind_values(wish->page, q, st, wish->limit);
    if (wish->cursor) {
        bool is_number = q->column == FINDING_SORT_CHANGED || q->column == FINDING_SORT_AMOUNT;
        if (is_number)
            db_bind_int(st, "key", wish->cursor->key_number);
        else
            db_bind_text(st, "key", wish->cursor->key);
        db_bind_int(st, "key_id", wish->cursor->key_id);
    }
    if (is_bounded)
        db_set_steps(st, q->steps ? q->steps : wish->cursor ? ROWS_STEPS : COUNT_STEPS);
    enum rc rc = wish->cursor ? db_rows(wish->ctx, st, &wish->rows) : db_get_int(wish->ctx, st, &wish->count);
    *ret_is_cut = is_bounded && db_is_cut(st);
    return *ret_is_cut ? RC_OK : rc;
}

static bool has_sharp_order(const struct finding_query *q)
{
    bool has = false;
    for (int i = 0; i < PICKS; i++)
        has |= picks[i].is_sharp && can_pick(q, &picks[i]) && is_in_order(q, &picks[i]);
    return has;
}

/* 3. of the head of this file. */
static enum rc try_plans(struct wish *wish)
{
    const struct finding_query *q = wish->q;
    bool is_cut = true;
    for (int i = -1; is_cut && i < PICKS; i++) {
        /* -1: the sort alone, unless a sharp filter makes the way shorter */
        const struct pick *p = i < 0 ? NULL : &picks[i];
        if (p ? can_pick(q, p) && is_in_order(q, p) : !has_sharp_order(q))
            TRY(run_plan(wish, (struct finding_plan){p ? p->by : 0, false}, true, &is_cut));
    }
    if (!is_cut)
        return RC_OK;
    struct finding_plan plan;
    TRY(find_few(wish->ctx, wish->page, q, false, FEW_LATE, &plan));
    plan.is_few = plan.by != 0;
    return run_plan(wish, plan, false, &is_cut);
}

static enum rc run(struct wish *wish)
{
    bool is_cut;
    return wish->q->is_sure ? run_plan(wish, wish->q->plan, false, &is_cut) : try_plans(wish);
}

enum rc finding_query_count(struct page *page, const struct finding_query *query, int64_t limit, int64_t *ret_count)
{
    struct wish wish = {.ctx = &page->ctx, .page = page, .q = query, .limit = limit};
    TRY(run(&wish));
    *ret_count = wish.count;
    return RC_OK;
}

enum rc finding_query_rows(struct ctx *ctx, struct page *page, const struct finding_query *query,
                           const struct finding_cursor *cursor, bool is_backward, int64_t limit,
                           struct value **ret_rows)
{
    struct wish wish = {.ctx = ctx,
                        .page = page,
                        .q = query,
                        .cursor = cursor,
                        .is_down = query->is_back != is_backward,
                        .limit = limit};
    TRY(run(&wish));
    *ret_rows = wish.rows;
    return RC_OK;
}
