/* date_use.c: what is done with found dates: one date of a table cell, months added, relative deadlines; see date.h. */
#include "base/clock.h"
#include "text/date.h"

bool dates_read_one(struct arena *arena, struct str text, struct found_date *ret)
{
    static const char *const long_terms[] = {"长期", "持续", "持续推进", "长期持续"};
    struct str s = str_trim(text);
    size_t skipped = s.n ? (size_t)(s.p - text.p) : 0;
    for (size_t i = 0; i < sizeof long_terms / sizeof long_terms[0]; i++) {
        if (!str_equal_cstr(s, long_terms[i]))
            continue;
        *ret = (struct found_date){.kind = FOUND_DATE_LONG_TERM,
                                   .from_day = FOUND_DAY_NONE,
                                   .to_day = FOUND_DAY_NONE,
                                   .from = skipped,
                                   .to = skipped + s.n};
        return true;
    }
    struct found_dates found;
    if (dates_find(arena, s, &found) != RC_OK || found.n != 1 || found.p[0].kind == FOUND_DATE_AMBIGUOUS ||
        found.p[0].from != 0 || found.p[0].to != s.n)
        return false;
    *ret = found.p[0];
    ret->from += skipped;
    ret->to += skipped;
    ret->base_from += skipped;
    ret->base_to += skipped;
    return true;
}

int32_t dates_add_months(int32_t day, int n)
{
    int year, month, day_of_month;
    date_to_civil(day, &year, &month, &day_of_month);
    int64_t months = (int64_t)year * 12 + month - 1 + n;
    if (months < (int64_t)1900 * 12 || months >= (int64_t)3000 * 12)
        return FOUND_DAY_NONE;
    year = (int)(months / 12);
    month = (int)(months % 12) + 1;
    int last = date_days_in_month(year, month);
    int32_t result = FOUND_DAY_NONE;
    (void)date_from_civil(year, month, day_of_month < last ? day_of_month : last, &result);
    return result;
}

int32_t found_date_resolve(const struct found_date *date, int32_t base_day)
{
    if (date->kind != FOUND_DATE_RELATIVE)
        return FOUND_DAY_NONE;
    switch (date->unit) {
    case FOUND_UNIT_DAY:
        return base_day + date->count;
    case FOUND_UNIT_WEEK:
        return base_day + date->count * 7;
    case FOUND_UNIT_MONTH:
        return dates_add_months(base_day, date->count);
    case FOUND_UNIT_YEAR:
        return dates_add_months(base_day, date->count * 12);
    case FOUND_UNIT_WORKING_DAY:
        break;
    }
    return FOUND_DAY_NONE;
}
