/* page_finding_query.c: from an address to filters and sort of a list of findings; page_finding_plan.c makes statements
 * of them.
 *
 * Threat: SQL from an address.  Filters and sorts are bits and numbers of closed sets; only values are bound.
 */
#include "base/clock.h"
#include "loop/finding.h"
#include "serve/list_query.h"
#include "serve/page_finding.h"

enum { CURSOR_KEY_MAX_BYTES = 60 };

#define BIT(name) FINDING_LIST_FILTER_##name
#define NO_DUE "9999-12-31"
#define LAST_DUE "9999-12-30"

bool finding_is_closed(struct str status)
{
    return str_equal(status, STR("closed")) || str_equal(status, STR("ended")) || str_equal(status, STR("withdrawn"));
}

/* ---- reading the address ----------------------------------------------------------------------------------- */

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
    TRY(list_read_choice(page, "due", "overdue|soon|none", 0, &q->filters, &q->due));
    TRY(list_read_date(page, "due_from", BIT(DUE_FROM), &q->filters, &q->due_from));
    TRY(list_read_date(page, "due_to", BIT(DUE_TO), &q->filters, &q->due_to));
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

enum rc finding_query_read(struct page *page, enum perm perm, struct finding_query *ret)
{
    struct finding_query *q = ret;
    *q = (struct finding_query){.perm = perm};
    struct str label = STR_EMPTY;
    q->q = str_trim(page_param_text(page, "q"));
    TRY(list_read_words(page, "finding", BIT(MATCH), &q->filters, &q->match));
    TRY(list_read_number(page, "source", BIT(SOURCE), &q->filters, &q->source));
    TRY(list_read_number(page, "aspect", BIT(ASPECT), &q->filters, &q->aspect));
    TRY(list_read_number(page, "unit", BIT(UNIT), &q->filters, &q->unit));
    TRY(list_read_number(page, "under", BIT(UNDER), &q->filters, &q->under));
    TRY(list_read_choice(page, "status", FINDING_STATUS_CHOICES, 0, &q->filters, &q->status));
    q->filters |= !q->status.n                              ? 0
                  : str_equal(q->status, STR("open"))       ? BIT(OPEN)
                  : str_equal(q->status, STR("unfinished")) ? BIT(OPEN) | BIT(NOT_KEPT)
                                                            : BIT(STATUS);
    TRY(list_read_choice(page, "phase", FINDING_PHASE_CHOICES, 0, &q->filters, &q->phase));
    q->filters |= !q->phase.n ? 0 : str_equal(q->phase, STR("short")) ? BIT(SHORT) : BIT(PHASE);
    TRY(list_read_choice(page, "nature", FINDING_NATURES, BIT(NATURE), &q->filters, &q->nature));
    TRY(list_read_choice(page, "severity", FINDING_SEVERITIES, BIT(SEVERITY), &q->filters, &q->severity));
    TRY(list_read_choice(page, "label", FINDING_LABELS, BIT(LABEL), &q->filters, &label));
    q->label = label.n ? label.p[0] - '0' : 0;
    TRY(list_read_choice(page, "matter", FINDING_MATTERS, 0, &q->filters, &q->matter));
    q->filters |= str_equal(q->matter, STR("once")) ? BIT(ONCE) : q->matter.n ? BIT(RECURS) : 0;
    TRY(list_read_choice(page, "money", FINDING_MONEY, BIT(MONEY), &q->filters, &q->money));
    TRY(list_read_choice(page, "hung", FINDING_HUNG, 0, &q->filters, &q->hung));
    q->filters |= !q->hung.n ? 0 : q->filters & BIT(ONCE) ? BIT(MATTER_HUNG) : BIT(HUNG);
    TRY(read_due(page, q));
    TRY(read_amount(page, q));
    int column = q->column;
    TRY(list_read_sort(page, "due|changed|no|amount", &column, &q->is_back));
    q->column = (enum finding_sort)column;
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
