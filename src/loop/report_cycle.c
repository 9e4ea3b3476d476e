/* report_cycle.c: weeks end on Sunday, months on their last day, pairs of months with the even one; see report_cycle.h.
 *
 * Limits are parameters: a monthly report is due five days after the month, as internal audit rules ask (ledgers A17,
 * [C12]); the others are this program's proposal [P].
 */
#include "loop/report_cycle.h"

#include "base/clock.h"
#include "calendar/calendar.h"

enum {
    WEEK_OPENS_BEFORE_DAYS = 2, /* on Friday [P] */
    WEEK_DUE_WORKING_DAYS = 1,  /* [P] */
    MONTH_DUE_DAYS = 5,         /* [C12] */
    OWN_DUE_WORKING_DAYS = 1,   /* [P] */
    OWN_DAYS_MAX = 366,
    WEEK_FIRST_MIN_DAYS = 3,
    MONTH_FIRST_MIN_DAYS = 10,
    PAIR_FIRST_MIN_DAYS = 20 /* [P] */
};

static int32_t end_of_month(int32_t day, int every)
{
    int year, month, of_month;
    int32_t end = day;
    date_to_civil(day, &year, &month, &of_month);
    month += (every - month % every) % every;
    (void)date_from_civil(year, month, date_days_in_month(year, month), &end);
    return end;
}

static int32_t working_day_from(int32_t day) { return calendar_add_working_days(day - 1, 1, false, NULL); }

static struct report_period month_period(int32_t from, int every, int min_days)
{
    int32_t to = end_of_month(from, every);
    if (to - from + 1 < min_days)
        to = end_of_month(to + 1, every);
    return (struct report_period){from, to, to, working_day_from(to + MONTH_DUE_DAYS)};
}

static bool parse_own(struct str cycle, int64_t *ret_days)
{
    return str_has_prefix(cycle, STR("days:")) && str_parse_int64(str_slice(cycle, 5, cycle.n), ret_days) &&
           *ret_days >= 1 && *ret_days <= OWN_DAYS_MAX;
}

bool report_cycle_period(struct str cycle, int32_t from, bool is_first, struct report_period *ret_period)
{
    int64_t days;
    if (str_equal(cycle, STR("weekly"))) {
        int32_t to = from + 6 - date_weekday(from);
        if (is_first && to - from + 1 < WEEK_FIRST_MIN_DAYS)
            to += 7;
        *ret_period = (struct report_period){from, to, to - WEEK_OPENS_BEFORE_DAYS,
                                             calendar_add_working_days(to, WEEK_DUE_WORKING_DAYS, false, NULL)};
    } else if (str_equal(cycle, STR("monthly"))) {
        *ret_period = month_period(from, 1, is_first ? MONTH_FIRST_MIN_DAYS : 0);
    } else if (str_equal(cycle, STR("bimonthly"))) {
        *ret_period = month_period(from, 2, is_first ? PAIR_FIRST_MIN_DAYS : 0);
    } else if (parse_own(cycle, &days)) {
        int32_t to = from + (int32_t)days - 1;
        *ret_period =
            (struct report_period){from, to, to, calendar_add_working_days(to, OWN_DUE_WORKING_DAYS, false, NULL)};
    } else {
        return false;
    }
    if (ret_period->open < from)
        ret_period->open = from;
    return true;
}
