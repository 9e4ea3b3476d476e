/* page_finding_query.c: from an address to filters and sort of a list of findings; page_finding_plan.c makes statements
 * of them.
 *
 * Threat: SQL from an address.  Filters and sorts are bits and numbers of closed sets; only values are bound.
 */
#include "base/clock.h"
#include "loop/finding.h"
#include "serve/page_finding.h"
#include "text/bigram.h"

enum { CURSOR_KEY_MAX_BYTES = 60, SORT_COLUMNS = 4 };

#define BIT(name) FINDING_LIST_FILTER_##name
#define NO_DUE "9999-12-31"
#define LAST_DUE "9999-12-30"

static const char *const sort_names[SORT_COLUMNS] = {"due", "changed", "no", "amount"};

bool finding_is_closed(struct str status)
{
    return str_equal(status, STR("closed")) || str_equal(status, STR("ended")) || str_equal(status, STR("withdrawn"));
}

/* ---- reading the address ----------------------------------------------------------------------------------- */

static enum rc read_choice(struct page *page, const char *name, const char *choices, uint64_t bit,
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

static enum rc read_id(struct page *page, const char *name, uint64_t bit, struct finding_query *q, int64_t *ret)
{
    struct str s = str_trim(page_param_text(page, name));
    if (!s.n)
        return RC_OK;
    if (!str_parse_int64(s, ret))
        return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_number", str_from_cstr(name), STR_EMPTY, &s, 1);
    q->filters |= bit;
    return RC_OK;
}

static enum rc read_date(struct page *page, const char *name, uint64_t bit, struct finding_query *q, struct str *ret)
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
    q->today = date_text(page->ctx.arena, today);
    q->soon = date_text(page->ctx.arena, today + FINDING_SOON_DAYS);
    if (q->due.n && q->filters & BIT(ONCE))
        q->filters |= str_equal(q->due, STR("none"))   ? BIT(MATTER_NO_DUE)
                      : str_equal(q->due, STR("soon")) ? BIT(MATTER_SOON)
                                                       : BIT(MATTER_OVERDUE);
    else if (str_equal(q->due, STR("none")))
        put_range(q, STR(NO_DUE), STR(NO_DUE));
    else if (str_equal(q->due, STR("overdue")))
        put_range(q, STR_EMPTY, date_text(page->ctx.arena, today - 1));
    else if (str_equal(q->due, STR("soon")))
        put_range(q, q->today, q->soon);
    else if (q->due_from.n && !q->due_to.n)
        put_range(q, STR_EMPTY, STR(LAST_DUE));
    if (q->due.n && !str_equal(q->due, STR("none")) && !(q->filters & BIT(ONCE)))
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
        if (!str_equal_cstr(name, sort_names[i]))
            continue;
        q->column = i;
        return RC_OK;
    }
    struct str choices = STR("due|-due|changed|-changed|no|-no|amount|-amount");
    return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_choice", STR("sort"), STR_EMPTY, &choices, 1);
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
    TRY(read_choice(page, "status", FINDING_STATUS_CHOICES, 0, q, &q->status));
    q->filters |= !q->status.n                              ? 0
                  : str_equal(q->status, STR("open"))       ? BIT(OPEN)
                  : str_equal(q->status, STR("unfinished")) ? BIT(OPEN) | BIT(NOT_KEPT)
                                                            : BIT(STATUS);
    TRY(read_choice(page, "phase", FINDING_PHASE_CHOICES, 0, q, &q->phase));
    q->filters |= !q->phase.n ? 0 : str_equal(q->phase, STR("short")) ? BIT(SHORT) : BIT(PHASE);
    TRY(read_choice(page, "nature", FINDING_NATURES, BIT(NATURE), q, &q->nature));
    TRY(read_choice(page, "severity", FINDING_SEVERITIES, BIT(SEVERITY), q, &q->severity));
    TRY(read_choice(page, "label", FINDING_LABELS, BIT(LABEL), q, &label));
    q->label = label.n ? label.p[0] - '0' : 0;
    TRY(read_choice(page, "matter", FINDING_MATTERS, 0, q, &q->matter));
    q->filters |= str_equal(q->matter, STR("once")) ? BIT(ONCE) : q->matter.n ? BIT(RECURS) : 0;
    TRY(read_choice(page, "money", FINDING_MONEY, BIT(MONEY), q, &q->money));
    TRY(read_choice(page, "hung", FINDING_HUNG, 0, q, &q->hung));
    q->filters |= !q->hung.n ? 0 : q->filters & BIT(ONCE) ? BIT(MATTER_HUNG) : BIT(HUNG);
    TRY(read_due(page, q));
    TRY(read_amount(page, q));
    TRY(read_sort(page, q));
    if (!(q->filters & (BIT(STATUS) | BIT(OPEN))))
        q->filters |= BIT(LIVE);
    return finding_plan_choose(page, q);
}

/* ---- where a page begins ------------------------------------------------------------------------------------ */

struct str finding_cursor_format(struct arena *arena, const struct finding_query *query, const struct value *row)
{
    long long id = (long long)value_get_int(row, "id", 0);
    switch (query->column) {
    case FINDING_SORT_DUE:
        return arena_format(arena, "%.*s~%lld", STR_ARG(value_get_text(row, "due_key")), id);
    case FINDING_SORT_NO:
        return arena_format(arena, "%.*s~%lld", STR_ARG(finding_number_head(value_get_text(row, "no"))),
                            (long long)value_get_int(row, "item_no", 0));
    default:
        return arena_format(
            arena, "%lld~%lld",
            (long long)value_get_int(row, query->column == FINDING_SORT_CHANGED ? "changed_seq" : "amount_key", 0), id);
    }
}

bool finding_cursor_parse(const struct finding_query *query, struct str text, struct finding_cursor *ret)
{
    *ret = (struct finding_cursor){.key = STR("")};
    if (!text.n)
        return true;
    struct str rest = text, key, id;
    bool is_number = query->column == FINDING_SORT_CHANGED || query->column == FINDING_SORT_AMOUNT;
    if (!str_split_next(&rest, '~', &key) || !str_split_next(&rest, '~', &id) || key.n > CURSOR_KEY_MAX_BYTES ||
        !str_parse_int64(id, &ret->key_id) || (is_number && !str_parse_int64(key, &ret->key_number)))
        return false;
    ret->key = key;
    ret->is_set = true;
    return true;
}
