/* outline_due.c: what tells the year of deadlines that leave it out, and the deadlines of a ledger's rows. */
#include "intake/outline_parts.h"

#include "base/clock.h"

/* Latest whole day that the running text names, else the first of the year of its earliest deadline; FOUND_DAY_NONE
 * when it names none. */
static enum rc last_day_of(struct outline *outline, int32_t *ret_day)
{
    int32_t due = FOUND_DAY_NONE;
    *ret_day = FOUND_DAY_NONE;
    for (size_t i = 0; i < outline->lines.n; i++) {
        struct found_dates dates = {0};
        if (outline->lines.p[i].role == ROLE_FURNITURE)
            continue;
        TRY(dates_find(outline->arena, outline->lines.p[i].match, &dates));
        for (size_t k = 0; k < dates.n; k++) {
            const struct found_date *date = &dates.p[k];
            if (date->kind == FOUND_DATE_DAY && date->to_day > *ret_day)
                *ret_day = date->to_day;
            if (date->kind == FOUND_DATE_BY && (due == FOUND_DAY_NONE || date->to_day < due))
                due = date->to_day;
        }
    }
    int year, month, day;
    if (*ret_day == FOUND_DAY_NONE && due != FOUND_DAY_NONE) {
        date_to_civil(due, &year, &month, &day);
        (void)date_from_civil(year, 1, 1, ret_day);
    }
    return RC_OK;
}

static bool read_published(const struct outline *outline, int32_t *ret_day)
{
    struct found_date date;
    if (outline->source.published.n == 0 || !dates_read_one(outline->arena, outline->source.published, &date) ||
        date.kind != FOUND_DATE_DAY)
        return false;
    *ret_day = date.to_day;
    return true;
}

enum rc outline_find_date_context(struct outline *outline)
{
    const struct outline_source *source = &outline->source;
    struct date_context context = {.base_day = FOUND_DAY_NONE, .since_day = FOUND_DAY_NONE};
    int32_t day = FOUND_DAY_NONE;
    context.is_ahead =
        outline->kind == KIND_PLAN || outline->kind == KIND_FEEDBACK || outline->kind == KIND_AUDIT_REPORT;
    if (source->has_fed_back)
        context.since_day = source->fed_back.to_day;
    else if (source->has_inspected)
        context.since_day = source->inspected.to_day;
    if (outline->signature.has_date)
        context.base_day = outline->signature.date;
    else if (read_published(outline, &day) || date_parse(source->as_of, &day))
        context.base_day = day;
    else if (context.since_day != FOUND_DAY_NONE)
        context.base_day = context.since_day;
    else
        TRY(last_day_of(outline, &context.base_day));
    if (context.base_day == FOUND_DAY_NONE) {
        context.base_day = clock_today();
        context.is_ahead = true;
    }
    outline->dates = context;
    return RC_OK;
}

enum rc outline_read_due(const struct outline *outline, struct str words, struct found_date *ret)
{
    /* A deadline's own field may leave out the word that tells a deadline: "6月15日", "12月". */
    static const char *const tails[] = {"", "前", "底", NULL};
    *ret = (struct found_date){.to_day = FOUND_DAY_NONE};
    words = outline_trim(words);
    for (size_t i = 0; tails[i] && words.n > 0; i++) {
        struct found_dates dates = {0};
        struct str text = i == 0 ? words : arena_concat(outline->arena, words, str_from_cstr(tails[i]));
        TRY(dates_find_near(outline->arena, text, &outline->dates, &dates));
        for (size_t k = 0; k < dates.n; k++)
            if (dates.p[k].kind <= FOUND_DATE_BY && dates.p[k].to_day != FOUND_DAY_NONE)
                *ret = dates.p[k];
        if (dates.n > 0)
            break;
    }
    return arena_rc(outline->arena);
}

static void report_inferred(struct outline *outline, const struct outline_node *node, struct str words, int32_t day)
{
    outline_add_report(outline, "date_year_inferred", SEVERITY_INFO, node->line, node->from, node->to, words,
                       date_text(outline->arena, day), node->id);
}

enum rc outline_read_row_dues(struct outline *outline)
{
    for (size_t i = 0; i < outline->nodes.n; i++) {
        struct outline_node *node = outline->nodes.p[i];
        struct outline_row *row = node->row;
        struct found_date date = {0};
        struct found_dates dates = {0};
        if (!row)
            continue;
        if (row->due.n > 0) {
            TRY(outline_read_due(outline, row->due, &date));
        } else { /* a deadline within the words of the measure */
            TRY(dates_find_near(outline->arena, row->measure, &outline->dates, &dates));
            date.to_day = FOUND_DAY_NONE;
            for (size_t k = 0; k < dates.n; k++)
                if (dates.p[k].kind == FOUND_DATE_BY) {
                    date = dates.p[k];
                    row->due = str_slice(row->measure, date.from, date.to);
                }
        }
        if (date.to_day == FOUND_DAY_NONE)
            continue;
        row->has_due_day = true;
        row->due_day = date.to_day;
        if (date.is_inferred)
            report_inferred(outline, node, row->due, date.to_day);
    }
    return arena_rc(outline->arena);
}
