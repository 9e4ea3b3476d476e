/* date.h: finds dates, periods and deadlines in running text.
 *
 * Works on clean text (text/normalize.h).  Nothing is guessed: a date whose year or month mark was lost is given only
 * when a single reading exists, else as FOUND_DATE_AMBIGUOUS with both readings; a deadline relative to an event
 * stays relative until the caller knows the event's day.  Any thread.
 */
#ifndef BIHUAN_TEXT_DATE_H
#define BIHUAN_TEXT_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

enum found_date_kind {
    FOUND_DATE_DAY,    /* from_day == to_day */
    FOUND_DATE_PERIOD, /* from_day..to_day, both inclusive: a range, a month, a quarter, a half, a year */
    FOUND_DATE_BY,     /* at the latest on to_day ("by the end of June", "before 30 September", end of a year); from_day
                          unset */
    FOUND_DATE_RELATIVE,  /* count units after the event named at base_from..base_to */
    FOUND_DATE_AMBIGUOUS, /* damaged: could be from_day or to_day */
    FOUND_DATE_LONG_TERM  /* no end */
};

enum found_date_unit { FOUND_UNIT_DAY, FOUND_UNIT_WORKING_DAY, FOUND_UNIT_WEEK, FOUND_UNIT_MONTH, FOUND_UNIT_YEAR };

enum found_date_grain { FOUND_GRAIN_DAY, FOUND_GRAIN_MONTH, FOUND_GRAIN_QUARTER, FOUND_GRAIN_HALF, FOUND_GRAIN_YEAR };

enum { FOUND_DAY_NONE = INT32_MIN };

struct found_date {
    enum found_date_kind kind;
    enum found_date_grain grain; /* how fine it was stated; of a range: of its end */
    int32_t from_day, to_day;    /* day numbers, or FOUND_DAY_NONE */
    size_t from, to;             /* byte range of the words in the text */
    bool is_damaged;             /* a year or month mark was missing */
    bool has_elided_year;        /* the end of a range took its year from the start */
    bool is_inferred;            /* dates_find_near: the year was not written */
    int count;                   /* RELATIVE: how many */
    enum found_date_unit unit;   /* RELATIVE: of what */
    size_t base_from, base_to;   /* RELATIVE: words naming the event; empty when none stand there */
};

struct found_dates {
    struct found_date *p;
    size_t n;
};

/* All dates of text in reading order, not overlapping; in the arena.  RC_TOO_LARGE, RC_NOMEM, RC_BAD_ENCODING. */
enum rc dates_find(struct arena *arena, struct str text, struct found_dates *ret) MUST_CHECK;
/* What tells the year of a deadline that does not: the day of the document, the event that its deadlines follow, and
 * whether all of it is still to come (a plan, a request).  FOUND_DAY_NONE where unknown. */
struct date_context {
    int32_t base_day, since_day;
    bool is_ahead;
};
/* As dates_find, and deadlines without a year ("before 15 June", "the end of December", "by the end of this year"):
 * FOUND_DATE_BY with is_inferred.  The year is that of the date before it in its sentence or the next, else the
 * context's: told afterwards, the first such day since since_day; still to come, the first from base_day on. */
enum rc dates_find_near(struct arena *arena, struct str text, const struct date_context *context,
                        struct found_dates *ret) MUST_CHECK;
/* The single date that the whole of text is (a table cell, a form field): false when it is none, more than one or
 * ambiguous. */
bool dates_read_one(struct arena *arena, struct str text, struct found_date *ret);
/* Day that is n months after day; the last day of the month when it is shorter (31 January + 1 month = 28 February).
 * FOUND_DAY_NONE outside 1900..2999. */
int32_t dates_add_months(int32_t day, int n);
/* Last day of a RELATIVE deadline whose event was on base_day; FOUND_DAY_NONE for working days (see
 * calendar/calendar.h) and for other kinds. */
int32_t found_date_resolve(const struct found_date *date, int32_t base_day);

#endif
