/* page_finding_query.c: from an address to the statement of a list of findings.
 *
 * Threat: SQL from an address.  Filters and sorts are bits and numbers of closed sets; only values are bound.
 *
 * Speed: a list of 50 of a million must cost about 50 rows.  A filter that leaves few rows picks them by its index and
 * they are sorted afterwards; otherwise the index of the sort is walked and each row tested.  Which it is depends on
 * the data, so the rows of such a filter are counted first, up to FEW_MAX, which costs less than either plan done
 * wrongly.
 */
#include "base/clock.h"
#include "serve/page_finding.h"
#include "text/bigram.h"

enum { FEW_MAX = 2000, FEW_MATCH_MAX = 5000, DUE_SOON_DAYS = 30, CURSOR_KEY_MAX_BYTES = 60, SORT_COLUMNS = 4 };

#define BIT(name) FINDING_LIST_FILTER_##name
#define WALK(name) FINDING_WALK_FILTER_##name
#define PICK(name) FINDING_PICK_COUNT_FILTER_##name
#define NO_DUE "9999-12-31"
#define LAST_DUE "9999-12-30"

static const struct sort_column {
    const char *name, *key;
    bool is_number;
    uint32_t after, before;
    int walk, few; /* sorts of finding_walk: first of the pair forward, back */
} columns[SORT_COLUMNS] = {
    {"due", "due_key", false, BIT(AFTER_DUE), BIT(BEFORE_DUE), FINDING_WALK_SORT_DUE, FINDING_WALK_SORT_FEW_DUE},
    {"changed", "changed_seq", true, BIT(AFTER_CHANGED), BIT(BEFORE_CHANGED), FINDING_WALK_SORT_CHANGED,
     FINDING_WALK_SORT_FEW_CHANGED},
    {"no", "no", false, BIT(AFTER_NO), BIT(BEFORE_NO), FINDING_WALK_SORT_NO, FINDING_WALK_SORT_FEW_NO},
    {"amount", "amount_key", true, BIT(AFTER_AMOUNT), BIT(BEFORE_AMOUNT), FINDING_WALK_SORT_AMOUNT,
     FINDING_WALK_SORT_FEW_AMOUNT},
};

_Static_assert((int)FINDING_LIST_FILTER_SCOPE == (int)FINDING_WALK_FILTER_BY_SCOPE,
               "scope stands at the end of the common filters");
_Static_assert((int)FINDING_LIST_FILTER_LABEL == (int)FINDING_WALK_FILTER_LABEL &&
                   (int)FINDING_LIST_FILTER_BEFORE_AMOUNT == (int)FINDING_WALK_FILTER_BEFORE_AMOUNT,
               "both lists have the same filters in the same order");

bool finding_is_closed(struct str status)
{
    return str_equal(status, STR("closed")) || str_equal(status, STR("ended")) || str_equal(status, STR("withdrawn"));
}

/* ---- reading the address ----------------------------------------------------------------------------------- */

static enum rc read_choice(struct page *page, const char *name, const char *choices, uint32_t bit,
                           struct finding_query *q, struct str *ret)
{
    struct str s = page_param_text(page, name), rest = str_from_cstr(choices), part;
    if (!s.n)
        return RC_OK;
    while (str_split_next(&rest, '|', &part)) {
        if (!str_equal(part, s))
            continue;
        *ret = s;
        q->filters |= bit;
        return RC_OK;
    }
    struct str arg = str_from_cstr(choices);
    return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_choice", str_from_cstr(name), STR_EMPTY, &arg, 1);
}

static enum rc read_id(struct page *page, const char *name, uint32_t bit, struct finding_query *q, int64_t *ret)
{
    struct str s = str_trim(page_param_text(page, name));
    if (!s.n)
        return RC_OK;
    if (!str_parse_int64(s, ret))
        return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_number", str_from_cstr(name), STR_EMPTY, &s, 1);
    q->filters |= bit;
    return RC_OK;
}

static enum rc read_date(struct page *page, const char *name, uint32_t bit, struct finding_query *q, struct str *ret)
{
    struct str s = str_trim(page_param_text(page, name));
    int32_t day;
    if (!s.n)
        return RC_OK;
    if (!date_parse(s, &day))
        return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_date", str_from_cstr(name), STR_EMPTY, &s, 1);
    *ret = s;
    q->filters |= bit;
    return RC_OK;
}

static struct str day_text(struct page *page, int32_t day)
{
    char text[DATE_TEXT_BYTES];
    return arena_copy_str(page->ctx.arena, date_format(day, text));
}

static void put_range(struct finding_query *q, struct str from, struct str to)
{
    if (from.n)
        q->due_from = from;
    q->due_to = to;
    q->filters |= (q->due_from.n ? BIT(DUE_FROM) : 0) | BIT(DUE_TO);
}

/* The named ranges of due dates become ranges of the key that the index knows. */
static enum rc read_due(struct page *page, struct finding_query *q)
{
    TRY(read_choice(page, "due", "overdue|soon|none", 0, q, &q->due));
    TRY(read_date(page, "due_from", BIT(DUE_FROM), q, &q->due_from));
    TRY(read_date(page, "due_to", BIT(DUE_TO), q, &q->due_to));
    int32_t today = clock_today();
    if (str_equal(q->due, STR("none")))
        put_range(q, STR(NO_DUE), STR(NO_DUE));
    else if (str_equal(q->due, STR("overdue")))
        put_range(q, STR_EMPTY, day_text(page, today - 1));
    else if (str_equal(q->due, STR("soon")))
        put_range(q, day_text(page, today), day_text(page, today + DUE_SOON_DAYS));
    else if (q->due_from.n && !q->due_to.n)
        put_range(q, STR_EMPTY, STR(LAST_DUE));
    if (q->due.n && !str_equal(q->due, STR("none")))
        q->filters |= BIT(OPEN);
    return RC_OK;
}

static enum rc read_amount(struct page *page, struct finding_query *q)
{
    struct str s = str_trim(page_param_text(page, "amount_min"));
    if (!s.n)
        return RC_OK;
    int64_t yuan;
    if (!str_parse_int64(s, &yuan) || yuan < 0 || yuan > INT64_MAX / 100)
        return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_number", STR("amount_min"), STR_EMPTY, &s, 1);
    q->amount_min = yuan * 100;
    q->filters |= BIT(AMOUNT_MIN);
    return RC_OK;
}

static enum rc read_words(struct page *page, struct finding_query *q)
{
    q->q = str_trim(page_param_text(page, "q"));
    if (!q->q.n)
        return RC_OK;
    struct arena *arena = page->ctx.arena;
    struct bigram_query tokens;
    TRY(bigram_query(arena, q->q, &tokens));
    if (tokens.n == 0)
        return ctx_fail_field(&page->ctx, RC_INVALID, "search.no_words", "q");
    tokens = bigram_query_with(arena, &tokens, STR("zzkfinding"));
    q->match =
        db_get_engine(page->db) == DB_SQLITE ? bigram_fts5_query(arena, &tokens) : bigram_tsquery(arena, &tokens);
    q->filters |= BIT(MATCH);
    return RC_OK;
}

static enum rc read_sort(struct page *page, struct finding_query *q)
{
    struct str s = page_param_text(page, "sort");
    if (!s.n)
        return RC_OK;
    q->is_back = s.p[0] == '-';
    struct str name = str_slice(s, q->is_back ? 1 : 0, s.n);
    for (int i = 0; i < SORT_COLUMNS; i++) {
        if (!str_equal_cstr(name, columns[i].name))
            continue;
        q->column = i;
        return RC_OK;
    }
    struct str choices = STR("due|-due|changed|-changed|no|-no|amount|-amount");
    return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_choice", STR("sort"), STR_EMPTY, &choices, 1);
}

static void bind_values(struct page *page, const struct finding_query *q, struct db_stmt *st, int64_t limit)
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
    db_bind_int(st, "amount_min", q->amount_min);
    db_bind_int(st, "label", q->label);
    db_bind_int(st, "limit", limit);
}

static enum rc count_list(struct page *page, const struct finding_query *q, enum query list, uint32_t filters,
                          int64_t limit, int64_t *ret_count)
{
    struct db_stmt *st = db_query_list(page->db, list, filters, 0);
    if (!st)
        return RC_DB;
    bind_values(page, q, st, limit);
    return db_get_int(&page->ctx, st, ret_count);
}

/* Filters that an index of their own can pick rows by, the sharpest first, and their form in finding_walk. */
static const struct pick {
    uint32_t plain, count, by;
} picks[] = {{BIT(ASPECT), PICK(ASPECT), WALK(BY_ASPECT)},     {BIT(SOURCE), PICK(SOURCE), WALK(BY_SOURCE)},
             {BIT(UNIT), PICK(UNIT), WALK(BY_UNIT)},           {BIT(UNDER), PICK(UNDER), WALK(BY_UNDER)},
             {BIT(AMOUNT_MIN), PICK(AMOUNT), WALK(BY_AMOUNT)}, {BIT(LABEL), PICK(LABEL), WALK(BY_LABEL)}};

static enum rc count_match(struct page *page, struct finding_query *q, int64_t *ret_count)
{
    struct db_stmt *st = db_query(page->db, Q_FINDING_MATCH_COUNT);
    db_bind_text(st, "match", q->match);
    db_bind_int(st, "limit", FEW_MATCH_MAX + 1);
    return db_get_int(&page->ctx, st, ret_count);
}

/* Whether one of the filters leaves few rows; see the head of this file. */
static enum rc choose_plan(struct page *page, struct finding_query *q)
{
    int64_t count;
    bool is_many = false; /* a filter that an index could pick leaves many */
    if (q->filters & BIT(MATCH)) {
        TRY(count_match(page, q, &count));
        q->pick = count <= FEW_MATCH_MAX ? WALK(BY_MATCH) : 0;
        is_many = !q->pick;
    }
    for (size_t i = 0; !q->pick && i < sizeof picks / sizeof picks[0]; i++) {
        bool is_usual_label =
            picks[i].plain == BIT(LABEL) && q->label == LABEL_INTERNAL; /* nearly all; not in its index */
        if (!(q->filters & picks[i].plain) || is_usual_label)
            continue;
        if (picks[i].plain == BIT(UNIT) && q->column == 0)
            continue; /* unit and due date share an index: finding_list walks it in order */
        /* Numbers of a source stand together: a walk by number would first pass all sources before it. */
        bool is_by_no = columns[q->column].after == BIT(AFTER_NO);
        if (is_by_no && picks[i].plain == BIT(SOURCE)) {
            q->pick = WALK(BY_SOURCE);
            break;
        }
        bool is_together = is_by_no && picks[i].plain == BIT(ASPECT);
        count = 0;
        if (!is_together)
            TRY(count_list(page, q, Q_FINDING_PICK_COUNT, picks[i].count, FEW_MAX + 1, &count));
        q->pick = count <= FEW_MAX ? picks[i].by : 0;
        is_many |= !q->pick;
    }
    if (!q->pick && page->actor.everywhere[q->perm] < LABEL_PUBLIC) {
        TRY(count_list(page, q, Q_FINDING_PICK_COUNT, PICK(SCOPE), FEW_MAX + 1, &count));
        q->pick = count <= FEW_MAX ? WALK(BY_SCOPE) : 0;
        is_many |= !q->pick;
    }
    q->is_walk = q->pick || q->column != 0 || is_many;
    return RC_OK;
}

enum rc finding_query_read(struct page *page, enum perm perm, struct finding_query *ret)
{
    struct finding_query *q = ret;
    *q = (struct finding_query){.perm = perm};
    struct str label = STR_EMPTY;
    TRY(read_words(page, q));
    TRY(read_id(page, "source", BIT(SOURCE), q, &q->source));
    TRY(read_id(page, "aspect", BIT(ASPECT), q, &q->aspect));
    TRY(read_id(page, "unit", BIT(UNIT), q, &q->unit));
    TRY(read_id(page, "under", BIT(UNDER), q, &q->under));
    TRY(read_choice(page, "status", FINDING_STATUSES, BIT(STATUS), q, &q->status));
    TRY(read_choice(page, "phase", FINDING_PHASES, BIT(PHASE), q, &q->phase));
    TRY(read_choice(page, "nature", FINDING_NATURES, BIT(NATURE), q, &q->nature));
    TRY(read_choice(page, "severity", FINDING_SEVERITIES, BIT(SEVERITY), q, &q->severity));
    TRY(read_choice(page, "label", FINDING_LABELS, BIT(LABEL), q, &label));
    q->label = label.n ? label.p[0] - '0' : 0;
    TRY(read_due(page, q));
    TRY(read_amount(page, q));
    TRY(read_sort(page, q));
    if (!(q->filters & (BIT(STATUS) | BIT(OPEN))))
        q->filters |= BIT(LIVE);
    return choose_plan(page, q);
}

/* ---- statements -------------------------------------------------------------------------------------------- */

enum rc finding_query_count(struct page *page, const struct finding_query *query, int64_t limit, int64_t *ret_count)
{
    /* A count needs no order, so any index may serve, but for a common word, which must be tested row by row. */
    bool is_walk = query->pick || (query->filters & BIT(MATCH));
    uint32_t filters = query->filters | query->pick;
    if (query->pick == WALK(BY_MATCH))
        filters &= ~(uint32_t)BIT(MATCH);
    return count_list(page, query, is_walk ? Q_FINDING_WALK_COUNT : Q_FINDING_COUNT, filters, limit, ret_count);
}

enum rc finding_query_bind(struct page *page, const struct finding_query *query, const struct finding_cursor *cursor,
                           bool is_backward, int64_t limit, struct db_stmt **ret_st)
{
    const struct sort_column *column = &columns[query->column];
    bool is_down = query->is_back != is_backward;
    uint32_t filters = query->filters | query->pick;
    struct finding_cursor from = *cursor;
    if (query->pick == WALK(BY_MATCH))
        filters &= ~(uint32_t)BIT(MATCH);
    if (!from.is_set && query->is_walk && query->column == 0) { /* begin the walk where the range begins */
        struct str edge = is_down ? query->due_to : query->due_from;
        from = (struct finding_cursor){edge, is_down ? INT64_MAX : -1, edge.n > 0};
    }
    if (from.is_set)
        filters |= is_down ? column->before : column->after;
    bool is_walk = query->is_walk || query->is_export;
    bool is_in_order = query->pick == WALK(BY_SOURCE) && column->after == BIT(AFTER_NO);
    bool is_few = query->pick && !is_in_order;
    int sort = (is_few ? column->few : is_walk ? column->walk : FINDING_LIST_SORT_DUE) + is_down;
    enum query list = query->is_export ? Q_FINDING_EXPORT : is_walk ? Q_FINDING_WALK : Q_FINDING_LIST;
    struct db_stmt *st = db_query_list(page->db, list, filters, sort);
    if (!st)
        return RC_DB;
    bind_values(page, query, st, limit);
    int64_t number;
    if (from.is_set && column->is_number && str_parse_int64(from.key, &number))
        db_bind_int(st, "key", number);
    else
        db_bind_text(st, "key", from.key);
    db_bind_int(st, "key_id", from.key_id);
    *ret_st = st;
    return RC_OK;
}

struct str finding_cursor_format(struct arena *arena, const struct finding_query *query, const struct value *row)
{
    const struct sort_column *column = &columns[query->column];
    const struct value *key = value_get(row, column->key);
    long long id = (long long)value_get_int(row, "id", 0);
    if (key && key->kind == VALUE_INT)
        return arena_format(arena, "%lld~%lld", (long long)key->integer, id);
    return arena_format(arena, "%.*s~%lld", STR_ARG(value_get_text(row, column->key)), id);
}

bool finding_cursor_parse(const struct finding_query *query, struct str text, struct finding_cursor *ret)
{
    *ret = (struct finding_cursor){.key = STR("")};
    if (!text.n)
        return true;
    struct str rest = text, key, id;
    int64_t number;
    if (!str_split_next(&rest, '~', &key) || !str_split_next(&rest, '~', &id) || key.n > CURSOR_KEY_MAX_BYTES ||
        !str_parse_int64(id, &ret->key_id))
        return false;
    if (columns[query->column].is_number && !str_parse_int64(key, &number))
        return false;
    ret->key = key;
    ret->is_set = true;
    return true;
}
