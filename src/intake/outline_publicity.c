/* outline_publicity.c: how long a bulletin is open for comments: first and last day, and the stated working days
 * against the calendar. */
#include "intake/outline_parts.h"

#include "base/clock.h"
#include "calendar/calendar.h"
#include "text/numeral.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* "15个工作日", "十五个工作日"; 0 when no number stands before the words. */
static int stated_days(struct str s)
{
    for (size_t at = outline_find(s, "工作日", 0); at != SIZE_MAX; at = outline_find(s, "工作日", at + 3)) {
        size_t end = at;
        if (end >= 3 && str_has_suffix(str_slice(s, 0, end), STR("个")))
            end -= 3;
        size_t start = end;
        while (start > 0) {
            size_t back = outline_step_back(s, start);
            if (numeral_digit(outline_code_at(s, back, NULL)) < 0 && !str_equal_cstr(str_slice(s, back, start), "十"))
                break;
            start = back;
        }
        int64_t value = 0;
        if (start < end && numeral_scan(s, start, &value) == end - start && value > 0 && value < CALENDAR_COUNT_MAX)
            return (int)value;
    }
    return 0;
}

/* Compares the stated days with the calendar; without the notice of its year nothing is said. */
static void count_days(struct outline_publicity *publicity)
{
    bool is_estimated = false;
    publicity->with_first = calendar_count_working_days(publicity->from, publicity->to, true, &publicity->is_estimated);
    publicity->without_first = calendar_count_working_days(publicity->from, publicity->to, false, &is_estimated);
    publicity->is_estimated = publicity->is_estimated || is_estimated;
    publicity->has_agreement = publicity->has_days && !publicity->is_estimated;
    if (!publicity->has_agreement)
        return;
    if (publicity->has_first_rule)
        publicity->include_first = publicity->states_first_included;
    else
        publicity->include_first =
            publicity->with_first == publicity->stated_days || publicity->without_first != publicity->stated_days;
    publicity->agrees =
        publicity->stated_days == (publicity->include_first ? publicity->with_first : publicity->without_first);
}

/* First and last day among dates behind match offset `from`. */
static void take_days(struct outline_publicity *publicity, const struct found_dates *dates, size_t from)
{
    for (size_t i = 0; i < dates->n; i++) {
        const struct found_date *date = &dates->p[i];
        if (date->from < from)
            continue;
        if (date->kind == FOUND_DATE_PERIOD && date->grain == FOUND_GRAIN_DAY) {
            publicity->has_from = publicity->has_to = true;
            publicity->from = date->from_day;
            publicity->to = date->to_day;
            return;
        }
        if (date->kind == FOUND_DATE_DAY && !publicity->has_from) {
            publicity->has_from = true;
            publicity->from = date->to_day;
        } else if ((date->kind == FOUND_DATE_DAY || date->kind == FOUND_DATE_BY) && date->to_day >= publicity->from) {
            publicity->has_to = true;
            publicity->to = date->to_day;
            return;
        }
    }
}

/* "3月1日至3月19日": the year is that of the signature. */
static enum rc take_days_without_year(struct outline *outline, struct str words)
{
    struct found_dates dates = {0};
    size_t month = outline_find(words, "月", 0), start = month;
    while (start != SIZE_MAX && start > 0 && words.p[start - 1] >= '0' && words.p[start - 1] <= '9')
        start--;
    if (start == month || !outline->signature.has_date)
        return RC_OK;
    struct str year = str_slice(date_text(outline->arena, outline->signature.date), 0, 4);
    struct str text =
        arena_format(outline->arena, "%.*s年%.*s", STR_ARG(year), STR_ARG(str_slice(words, start, words.n)));
    TRY(dates_find(outline->arena, text, &dates));
    take_days(&outline->publicity, &dates, 0);
    outline->publicity.is_from_derived = outline->publicity.has_from;
    outline->publicity.is_to_derived = outline->publicity.has_to;
    return RC_OK;
}

static void read_first_rule(struct outline_publicity *publicity, struct str words)
{
    static const char *const without[] = {"首日不计", "不含首日",     "不计首日",   "不计入首日", "次日起",
                                          "当日不计", "不含公示当日", "不包括首日", "不含当日",   NULL};
    static const char *const with[] = {"含首日", "首日计入", "含当日", "包括首日", "首日起算", "含公示首日", NULL};
    if (publicity->has_first_rule)
        return;
    publicity->has_first_rule = outline_has_any(words, without) || outline_has_any(words, with);
    publicity->states_first_included = publicity->has_first_rule && !outline_has_any(words, without);
}

/* What is not written but follows: the day of publication, and the last of so many working days. */
static void derive_days(struct outline *outline, struct str words)
{
    struct outline_publicity *publicity = &outline->publicity;
    static const char *const starts[] = {"即日起",   "发布之日", "公布之日",   "公示之日",
                                         "公开之日", "公告之日", "公布之日起", NULL};
    if (!publicity->has_days)
        return;
    if (!publicity->has_from && outline->signature.has_date && outline_has_any(words, starts)) {
        publicity->has_from = publicity->is_from_derived = true;
        publicity->from = outline->signature.date;
    }
    if (!publicity->has_from || publicity->has_to)
        return;
    bool include_first = !publicity->has_first_rule || publicity->states_first_included;
    publicity->has_to = publicity->is_to_derived = true;
    publicity->to =
        calendar_add_working_days(publicity->from, publicity->stated_days, include_first, &publicity->is_estimated);
}

static void report_days(struct outline *outline, uint32_t at, size_t from, size_t to)
{
    const struct outline_publicity *publicity = &outline->publicity;
    int computed = publicity->include_first ? publicity->with_first : publicity->without_first;
    struct str stated = arena_format(outline->arena, "%d", publicity->stated_days);
    if (publicity->has_agreement && !publicity->agrees)
        outline_add_report(outline, "publicity_days_mismatch", SEVERITY_WARNING, at, from, to, stated,
                           arena_format(outline->arena, "%d", computed), 0);
    else if (publicity->has_days && publicity->is_estimated)
        outline_add_report(outline, "publicity_days_unknown", SEVERITY_INFO, at, from, to, stated, STR_EMPTY, 0);
}

enum rc outline_read_publicity(struct outline *outline, uint32_t at)
{
    static const char *const labels[] = {"公开期",   "公示期",   "公开时间", "公示时间", "公示日期", "公开日期",
                                         "公告时间", "公告期限", "公示自",   "公开自",   NULL};
    static const char *const words_of_it[] = {"公开",         "公示",     "公布",   "公告",
                                              "征求意见时间", "受理时间", "即日起", NULL};
    const struct outline_line *line = &outline->lines.p[at];
    struct outline_publicity *publicity = &outline->publicity;
    struct str s = line->match;
    size_t from = outline_find_any(s, 0, labels, NULL);
    if (from == SIZE_MAX)
        from = outline_find_any(s, 0, words_of_it, NULL);
    if (publicity->has_from || from == SIZE_MAX)
        return RC_OK;
    struct found_dates dates = {0};
    struct str words = str_slice(s, from, s.n);
    int days = stated_days(words);
    TRY(dates_find(outline->arena, s, &dates));
    take_days(publicity, &dates, from);
    if (!publicity->has_from && days > 0)
        take_days(publicity, &dates, 0); /* "自…至…公示15个工作日" */
    if (!publicity->has_from)
        TRY(take_days_without_year(outline, words));
    if (!publicity->has_from && days == 0)
        return RC_OK;
    size_t to = outline_value_end(s, from, s.n);
    publicity->is_stated = true;
    publicity->has_days = days > 0;
    publicity->stated_days = days;
    publicity->place = outline_place_of(outline, line);
    publicity->text = outline_clean(line, from, to);
    publicity->span = outline_span_of(line, from, to);
    read_first_rule(publicity, words);
    if (publicity->has_from && publicity->has_to)
        count_days(publicity);
    derive_days(outline, words);
    report_days(outline, at, from, to);
    return arena_rc(outline->arena);
}
