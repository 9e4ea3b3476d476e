/* date.c: finds dates, periods and deadlines; see date.h. */
#include "text/date.h"

#include "base/clock.h"
#include "base/vec.h"
#include "text/numeral.h"
#include "text/points.h"

enum { YEAR_MIN = 1900, YEAR_MAX = 2099, BASE_MAX_POINTS = 24, RELATIVE_MAX = 1000 };

/* A text being searched. */
struct scan {
    struct str text;
    struct points points;
};

/* A calendar statement as written: year, and month and day when stated (else 0); end is the index behind it. */
struct civil {
    int year, month, day;
    int other_month, other_day; /* second reading of a damaged date; 0 none */
    int first_month;            /* QUARTER and HALF: first month of the span; month is its last */
    enum found_date_grain grain;
    bool is_damaged, is_end; /* is_end: "the end of" the month or year */
    size_t end;
};

static uint32_t code_at(const struct scan *scan, size_t i) { return i < scan->points.n ? scan->points.code[i] : 0; }
static size_t match(const struct scan *scan, size_t at, const char *word)
{
    return points_match(&scan->points, at, word);
}

static int digits_value(const struct scan *scan, size_t at, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (int)(code_at(scan, at + i) - '0');
    return value;
}

/* A number of at most max_digits digits, or a Chinese numeral up to 9999; its points, 0 when none. */
static size_t scan_number(const struct scan *scan, size_t at, size_t max_digits, int *ret)
{
    size_t n = points_count_digits(&scan->points, at);
    if (n) {
        if (n > max_digits)
            return 0;
        *ret = digits_value(scan, at, n);
        return n;
    }
    int64_t value;
    size_t bytes = at < scan->points.n ? numeral_scan_han(scan->text, scan->points.offset[at], &value) : 0;
    if (!bytes || value > 9999)
        return 0;
    while (scan->points.offset[at + n] < scan->points.offset[at] + bytes)
        n++;
    *ret = (int)value;
    return n;
}

static bool is_real_day(int year, int month, int day)
{
    int32_t ignored;
    return date_from_civil(year, month, day, &ignored);
}

/* Reads n digits that hold month and day without a mark between.  A day is padded with a zero only where the month has
 * two digits as well: 101 is 10-1, not 1-01.  False when there is no reading. */
static bool split_month_day(const struct scan *scan, size_t at, size_t n, struct civil *civil)
{
    int count = 0;
    for (size_t cut = 1; cut <= 2 && cut < n; cut++) {
        size_t rest = n - cut;
        if (rest > 2 || (cut == 1 && code_at(scan, at) == '0') ||
            ((cut == 1 || rest == 1) && code_at(scan, at + cut) == '0'))
            continue;
        int month = digits_value(scan, at, cut), day = digits_value(scan, at + cut, rest);
        if (!is_real_day(civil->year, month, day))
            continue;
        if (count++) {
            civil->other_month = month;
            civil->other_day = day;
        } else {
            civil->month = month;
            civil->day = day;
        }
    }
    return count > 0;
}

/* Whether a range separator stands at `at`; its points. */
static size_t match_separator(const struct scan *scan, size_t at)
{
    static const char *const words[] = {"至", "到", "——", "—", "–", "-", "~", "〜", NULL};
    return points_match_any(&scan->points, at, words);
}

/* The day behind a month, or "the end of" it, or a third of it; leaves civil at the month when nothing of the kind
 * follows. */
static void scan_day(const struct scan *scan, size_t at, struct civil *civil)
{
    static const char *const day_marks[] = {"日", "号", NULL};
    static const char *const ends[] = {"底", "末", NULL};
    size_t next = points_skip_blanks(&scan->points, at), n = points_match_any(&scan->points, next, ends);
    if (n) {
        civil->is_end = true;
        civil->end = next + n;
        return;
    }
    int day;
    n = scan_number(scan, next, 2, &day);
    if (!n)
        return;
    size_t mark = points_skip_blanks(&scan->points, next + n);
    size_t mark_n = points_match_any(&scan->points, mark, day_marks);
    /* the mark may be left to the end of a range: "4 month 6 to 8 day" */
    size_t separator_n = match_separator(scan, mark);
    bool is_left = !mark_n && separator_n && points_count_digits(&scan->points, mark + separator_n);
    if ((!mark_n && !is_left) || !is_real_day(civil->year, civil->month, day))
        return;
    civil->day = day;
    civil->grain = FOUND_GRAIN_DAY;
    civil->end = mark_n ? mark + mark_n : next + n;
}

/* Month and day at `at`, the year being known.  False when no month stands there. */
static bool scan_month(const struct scan *scan, size_t at, struct civil *civil)
{
    int month;
    size_t next = points_skip_blanks(&scan->points, at), n = scan_number(scan, next, 2, &month);
    if (!n)
        return false;
    size_t mark = points_skip_blanks(&scan->points, next + n), mark_n = match(scan, mark, "月");
    if (!mark_n || month < 1 || month > 12)
        return false;
    mark_n += match(scan, mark + mark_n, "份");
    civil->month = month;
    civil->grain = FOUND_GRAIN_MONTH;
    civil->end = mark + mark_n;
    scan_day(scan, civil->end, civil);
    return true;
}

/* Quarter or half of a year at `at`. */
static bool scan_part_of_year(const struct scan *scan, size_t at, struct civil *civil)
{
    static const struct {
        const char *word;
        enum found_date_grain grain;
        int first, last;
    } parts[] = {{"上半年", FOUND_GRAIN_HALF, 1, 6},
                 {"下半年", FOUND_GRAIN_HALF, 7, 12},
                 {"前三季度", FOUND_GRAIN_QUARTER, 1, 9}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t n = match(scan, at, parts[i].word);
        if (!n)
            continue;
        civil->grain = parts[i].grain;
        civil->first_month = parts[i].first;
        civil->month = parts[i].last;
        civil->end = at + n;
        return true;
    }
    size_t next = at + match(scan, at, "第");
    int quarter;
    size_t n = scan_number(scan, next, 1, &quarter), mark_n = n ? match(scan, next + n, "季度") : 0;
    if (!mark_n || quarter < 1 || quarter > 4)
        return false;
    civil->grain = FOUND_GRAIN_QUARTER;
    civil->first_month = quarter * 3 - 2;
    civil->month = quarter * 3;
    civil->end = next + n + mark_n;
    return true;
}

/* What follows the mark of the year at `at`. */
static bool scan_after_year(const struct scan *scan, size_t at, struct civil *civil)
{
    static const char *const ends[] = {"底", "末", NULL};
    static const char *const day_marks[] = {"日", "号", NULL};
    civil->grain = FOUND_GRAIN_YEAR;
    civil->end = at;
    size_t next = points_skip_blanks(&scan->points, at);
    if (scan_month(scan, next, civil) || scan_part_of_year(scan, next, civil)) {
        static const char *const part_ends[] = {"底", "末", NULL};
        size_t n = civil->first_month ? points_match_any(&scan->points, civil->end, part_ends) : 0;
        civil->is_end = civil->is_end || n;
        civil->end += n;
        return true;
    }
    size_t digits = points_count_digits(&scan->points, next);
    if (digits >= 2 && digits <= 4 && points_match_any(&scan->points, next + digits, day_marks)) { /* month mark lost */
        if (!split_month_day(scan, next, digits, civil))
            return false;
        civil->grain = FOUND_GRAIN_DAY;
        civil->is_damaged = true;
        civil->end = next + digits + 1;
        return true;
    }
    size_t n = points_match_any(&scan->points, at, ends);
    civil->is_end = n;
    if (!n)
        n = match(scan, at, "度");
    civil->end = at + n;
    return true;
}

/* "2025.12": year and month alone.  What follows must not make it a figure, a number or a code. */
static bool scan_joined_month(const struct scan *scan, size_t at, size_t month_n, struct civil *civil)
{
    static const uint32_t behind[] = {
        0,      ' ',    ',',    ';',    ')',    ':',    '~',    '\n',   0x2014, 0x3002, 0x524D /* 前 */,
        0x5E95, 0x672B, 0x6B62, 0x8D77, 0x81F3, 0x5230, 0x4E4B, 0x4EE5, 0x3001, 0x5185}; /* 底末止起至到之以、内 */
    civil->month = digits_value(scan, at + 1, month_n);
    civil->end = at + 1 + month_n;
    uint32_t code = code_at(scan, civil->end);
    bool fits = false;
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++)
        fits = fits || code == behind[i];
    bool is_whole =
        (at == 4 && code == 0) || code == 0x524D || code == 0x5E95; /* "2025.1" in a sentence may be a figure */
    bool is_padded = month_n == 2 || code_at(scan, at) != '.' || is_whole;
    bool is_code = at > 4 && code_at(scan, at - 5) == code_at(scan, at); /* "0715-2025-12" */
    if (!fits || !is_padded || is_code || civil->month < 1 || civil->month > 12)
        return false;
    civil->grain = FOUND_GRAIN_MONTH;
    size_t n = match(scan, civil->end, "底");
    n = n ? n : match(scan, civil->end, "末");
    civil->is_end = n;
    civil->end += n;
    return true;
}

/* Year, month, day joined by one of - / . ; a digit must not follow. */
static bool scan_joined(const struct scan *scan, size_t at, struct civil *civil)
{
    uint32_t joint = code_at(scan, at);
    if (joint != '-' && joint != '/' && joint != '.')
        return false;
    size_t month_n = points_count_digits(&scan->points, at + 1), day_at = at + 1 + month_n + 1;
    if (month_n < 1 || month_n > 2)
        return false;
    if (code_at(scan, day_at - 1) != joint)
        return scan_joined_month(scan, at, month_n, civil);
    size_t day_n = points_count_digits(&scan->points, day_at);
    if (day_n < 1 || day_n > 2)
        return false;
    civil->month = digits_value(scan, at + 1, month_n);
    civil->day = digits_value(scan, day_at, day_n);
    civil->grain = FOUND_GRAIN_DAY;
    civil->end = day_at + day_n;
    return is_real_day(civil->year, civil->month, civil->day);
}

/* A run of more than four digits whose first four are a year that lost its mark. */
static bool scan_glued(const struct scan *scan, size_t at, size_t digits, struct civil *civil)
{
    static const char *const day_marks[] = {"日", "号", NULL};
    civil->is_damaged = true;
    size_t end = at + digits;
    if (digits <= 6 && match(scan, end, "月")) {
        civil->month = digits_value(scan, at + 4, digits - 4);
        if (civil->month < 1 || civil->month > 12)
            return false;
        civil->grain = FOUND_GRAIN_MONTH;
        civil->end = end + 1;
        scan_day(scan, civil->end, civil);
        return true;
    }
    if (digits < 6 || digits > 8 || !points_match_any(&scan->points, end, day_marks) ||
        !split_month_day(scan, at + 4, digits - 4, civil))
        return false;
    civil->grain = FOUND_GRAIN_DAY;
    civil->end = end + 1;
    return true;
}

/* A statement that begins with its year. */
static bool scan_civil(const struct scan *scan, size_t at, struct civil *ret)
{
    struct civil civil = {0};
    size_t digits = points_count_digits(&scan->points, at), year_n = 4;
    if (digits >= 4) {
        civil.year = digits_value(scan, at, 4);
    } else {
        for (size_t i = 0; i < 4; i++) {
            uint32_t code = code_at(scan, at + i);
            bool is_misread = i > 0 && (code == 'O' || code == 'o'); /* a nought read as a letter */
            int digit = is_misread ? 0 : numeral_digit(code);
            civil.is_damaged = civil.is_damaged || is_misread;
            if (digit < 0)
                return false;
            civil.year = civil.year * 10 + digit;
        }
    }
    if (civil.year < YEAR_MIN || civil.year > YEAR_MAX)
        return false;
    if (digits > 4) {
        if (!scan_glued(scan, at, digits, &civil))
            return false;
    } else {
        size_t mark = points_skip_blanks(&scan->points, at + year_n), mark_n = match(scan, mark, "年");
        if (mark_n ? !scan_after_year(scan, mark + mark_n, &civil) : !scan_joined(scan, at + year_n, &civil))
            return false;
    }
    *ret = civil;
    return true;
}

/* First and last day of a statement. */
static void span_of(const struct civil *civil, int32_t *ret_from, int32_t *ret_to)
{
    int first = civil->first_month ? civil->first_month : civil->month ? civil->month : 1;
    int last = civil->month ? civil->month : 12;
    int from_day = civil->day ? civil->day : 1;
    int to_day = civil->day ? civil->day : date_days_in_month(civil->year, last);
    *ret_from = *ret_to = FOUND_DAY_NONE;
    (void)date_from_civil(civil->year, first, from_day, ret_from);
    (void)date_from_civil(civil->year, last, to_day, ret_to);
}

/* The end of a range whose start is civil: with its own year, or month, or only the day.  False when none follows. */
static bool scan_range_end(const struct scan *scan, size_t at, const struct civil *start, struct civil *ret,
                           bool *ret_is_elided)
{
    *ret_is_elided = false;
    if (scan_civil(scan, at, ret))
        return true;
    if (start->grain == FOUND_GRAIN_YEAR)
        return false;
    *ret_is_elided = true;
    struct civil end = {.year = start->year};
    if (scan_month(scan, at, &end)) {
        if (end.month < start->month || (end.month == start->month && end.day && end.day < start->day)) {
            end = (struct civil){.year = start->year + 1};
            (void)scan_month(scan, at, &end);
        }
        *ret = end;
        return true;
    }
    if (start->grain != FOUND_GRAIN_DAY)
        return false;
    end = (struct civil){.year = start->year, .month = start->month};
    scan_day(scan, at, &end);
    *ret = end;
    return end.end != 0;
}

/* Tries to read start as the start of a range; true with *date filled. */
static bool scan_range(const struct scan *scan, const struct civil *start, struct found_date *date, size_t *ret_end)
{
    static const char *const begins[] = {"起", "开始", NULL}, *const finishes[] = {"止", "结束", NULL};
    if (start->other_month || start->is_end)
        return false;
    size_t at = points_skip_blanks(&scan->points, start->end);
    if (code_at(scan, at) == '(' && (match(scan, at + 1, "星期") || match(scan, at + 1, "周"))) {
        size_t close = at + 1;
        while (close < at + 6 && code_at(scan, close) != ')')
            close++;
        if (code_at(scan, close) == ')')
            at = close + 1;
    }
    size_t begin_n = points_match_any(&scan->points, at, begins);
    at = points_skip_blanks(&scan->points, at + begin_n);
    if (begin_n && code_at(scan, at) == ',')
        at = points_skip_blanks(&scan->points, at + 1);
    size_t n = match_separator(scan, at);
    if (!n)
        return false;
    struct civil end = {0};
    bool is_elided;
    if (!scan_range_end(scan, points_skip_blanks(&scan->points, at + n), start, &end, &is_elided) || end.other_month)
        return false;
    int32_t ignored;
    span_of(start, &date->from_day, &ignored);
    span_of(&end, &ignored, &date->to_day);
    if (date->to_day < date->from_day)
        return false;
    date->kind = FOUND_DATE_PERIOD;
    date->grain = end.grain;
    date->has_elided_year = is_elided;
    date->is_damaged = start->is_damaged || end.is_damaged;
    *ret_end = end.end + points_match_any(&scan->points, end.end, finishes);
    return true;
}

/* Points of "before" behind a statement; a count of months or quarters must not follow it. */
static size_t match_before_word(const struct scan *scan, size_t at)
{
    static const char *const words[] = {"以前", "之前", "前", NULL};
    size_t n = points_match_any(&scan->points, at, words);
    int ignored;
    bool is_other =
        n == 1 && (match(scan, at + n, "后") || match(scan, at + n, "期") || scan_number(scan, at + n, 4, &ignored));
    return is_other ? 0 : n;
}

static void fill_single(const struct scan *scan, const struct civil *civil, struct found_date *date, size_t *ret_end)
{
    span_of(civil, &date->from_day, &date->to_day);
    date->grain = civil->grain;
    date->is_damaged = civil->is_damaged;
    *ret_end = civil->end;
    if (civil->other_month) {
        date->kind = FOUND_DATE_AMBIGUOUS;
        (void)date_from_civil(civil->year, civil->other_month, civil->other_day, &date->to_day);
        return;
    }
    size_t before_n = match_before_word(scan, civil->end);
    size_t within_n = civil->grain == FOUND_GRAIN_DAY ? 0 : match(scan, civil->end, "内");
    *ret_end += before_n + within_n;
    date->kind = civil->grain == FOUND_GRAIN_DAY ? FOUND_DATE_DAY : FOUND_DATE_PERIOD;
    if (before_n && civil->grain != FOUND_GRAIN_DAY && !civil->is_end) {
        date->kind = FOUND_DATE_AMBIGUOUS; /* "before June": to the last day of May, or of June? */
        date->from_day--;
    } else if (before_n || within_n || civil->is_end) {
        date->kind = FOUND_DATE_BY;
        date->from_day = FOUND_DAY_NONE;
    }
}

/* "2019-2021 year": two years with one mark. */
static bool scan_year_range(const struct scan *scan, size_t at, struct found_date *date, size_t *ret_end)
{
    size_t separator_n = points_count_digits(&scan->points, at) == 4 ? match_separator(scan, at + 4) : 0;
    size_t second = at + 4 + separator_n;
    if (!separator_n || points_count_digits(&scan->points, second) != 4 || !match(scan, second + 4, "年"))
        return false;
    /* with a month behind it is the end of something else */
    int ignored;
    int from = digits_value(scan, at, 4), to = digits_value(scan, second, 4);
    if (from < YEAR_MIN || to > YEAR_MAX || to < from || scan_number(scan, second + 5, 2, &ignored))
        return false;
    (void)date_from_civil(from, 1, 1, &date->from_day);
    (void)date_from_civil(to, 12, 31, &date->to_day);
    date->kind = FOUND_DATE_PERIOD;
    date->grain = FOUND_GRAIN_YEAR;
    *ret_end = second + 5;
    return true;
}

static bool scan_absolute(const struct scan *scan, size_t at, struct found_date *date, size_t *ret_end)
{
    if (at > 0 && numeral_digit(code_at(scan, at - 1)) >= 0)
        return false; /* inside a longer number */
    if (scan_year_range(scan, at, date, ret_end))
        return true;
    struct civil civil;
    if (!scan_civil(scan, at, &civil))
        return false;
    if (!scan_range(scan, &civil, date, ret_end))
        fill_single(scan, &civil, date, ret_end);
    return true;
}

/* Index where the words naming the event of a relative deadline at `at` end, SIZE_MAX when there are none. */
static size_t find_base_end(const struct scan *scan, size_t at, size_t limit)
{
    static const char *const fillers[] = {"应当在", "应在", "须在", "需在", "要在", "应当", "应",
                                          "在",     "于",   "的",   ",",    " ",    NULL};
    static const char *const marks[] = {"后", "之日起", "起", NULL};
    size_t end = at;
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; fillers[i]; i++) {
            size_t n = points_match_before(&scan->points, end, fillers[i]);
            if (n && end - n >= limit) {
                end -= n;
                break;
            }
        }
    return end > limit && points_match_any_before(&scan->points, end, marks) ? end : SIZE_MAX;
}

static bool is_clause_end(uint32_t code)
{
    static const uint32_t marks[] = {',',    ';',    ':',    '!',  '?',  '(',  ')', 0x3002,
                                     0x3001, 0x201C, 0x201D, '\n', '\r', '\t', ' ', '|'};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (marks[i] == code)
            return true;
    return false;
}

/* "two months within", with the event before it; nothing of it may lie before limit. */
static bool scan_relative(const struct scan *scan, size_t at, size_t limit, struct found_date *date, size_t *ret_from,
                          size_t *ret_end)
{
    static const struct {
        const char *word;
        enum found_date_unit unit;
    } units[] = {{"个工作日", FOUND_UNIT_WORKING_DAY},
                 {"工作日", FOUND_UNIT_WORKING_DAY},
                 {"个自然日", FOUND_UNIT_DAY},
                 {"个月", FOUND_UNIT_MONTH},
                 {"个星期", FOUND_UNIT_WEEK},
                 {"周", FOUND_UNIT_WEEK},
                 {"日", FOUND_UNIT_DAY},
                 {"天", FOUND_UNIT_DAY},
                 {"年", FOUND_UNIT_YEAR}};
    static const char *const inside[] = {"以内", "之内", "内", NULL};
    static const char *const looks_back[] = {"近", "过去", "前", "第", "月", "年", "最近", NULL};
    if (points_match_any_before(&scan->points, at, looks_back))
        return false;
    if (at > 0 && (numeral_digit(code_at(scan, at - 1)) >= 0 || code_at(scan, at - 1) == '.'))
        return false;
    size_t n = 0, unit_n = match(scan, at, "半年");
    int count = 6;
    enum found_date_unit unit = FOUND_UNIT_MONTH;
    if (!unit_n) {
        n = scan_number(scan, at, 3, &count);
        for (size_t i = 0; n && i < sizeof units / sizeof units[0] && !unit_n; i++) {
            unit_n = match(scan, points_skip_blanks(&scan->points, at + n), units[i].word);
            unit = units[i].unit;
        }
        n = points_skip_blanks(&scan->points, at + n) - at;
    }
    size_t inside_n = unit_n ? points_match_any(&scan->points, at + n + unit_n, inside) : 0;
    if (!inside_n || count < 1 || count > RELATIVE_MAX)
        return false;
    *ret_end = at + n + unit_n + inside_n;
    *date = (struct found_date){.kind = FOUND_DATE_RELATIVE,
                                .from_day = FOUND_DAY_NONE,
                                .to_day = FOUND_DAY_NONE,
                                .count = count,
                                .unit = unit};
    size_t base_end = find_base_end(scan, at, limit), base = at;
    if (base_end == SIZE_MAX)
        base_end = at;
    else
        for (base = base_end;
             base > limit && base_end - base < BASE_MAX_POINTS && !is_clause_end(code_at(scan, base - 1));)
            base--;
    /* "the nine units concerned, all IN feedback after": the event begins behind the last such word */
    for (size_t i = base; i + 1 < base_end; i++)
        if (match(scan, i, "在"))
            base = i + 1;
    date->base_from = scan->points.offset[base];
    date->base_to = scan->points.offset[base_end];
    *ret_from = base;
    return true;
}

static bool scan_long_term(const struct scan *scan, size_t at, struct found_date *date, size_t *ret_end)
{
    static const char *const words[] = {"长期坚持", "长期整改", "长期推进", "长期落实", "长期任务", "持续整改", NULL};
    size_t n = points_match_any(&scan->points, at, words);
    if (!n)
        return false;
    *date = (struct found_date){.kind = FOUND_DATE_LONG_TERM, .from_day = FOUND_DAY_NONE, .to_day = FOUND_DAY_NONE};
    *ret_end = at + n;
    return true;
}

/* Whether a date may begin with code: a digit of any kind, a unit of Chinese numerals, the first character of "half a
 * year" and of the words for long-term.  Most characters of a text may not, and cost nothing more. */
static bool may_begin(uint32_t code)
{
    return code == 0x534A /* 半 */ || code == 0x957F /* 长 */ || code == 0x6301 /* 持 */ || numeral_may_begin(code);
}

enum rc dates_find(struct arena *arena, struct str text, struct found_dates *ret)
{
    struct scan scan = {.text = text};
    TRY(points_of(arena, text, &scan.points));
    VEC(struct found_date) found = {0};
    size_t limit = 0; /* end of the last find */
    for (size_t at = 0; at < scan.points.n;) {
        if (!may_begin(code_at(&scan, at))) {
            at++;
            continue;
        }
        struct found_date date = {0};
        size_t from = at, end = at;
        if (!scan_absolute(&scan, at, &date, &end)) {
            date = (struct found_date){0};
            if (!scan_relative(&scan, at, limit, &date, &from, &end) && !scan_long_term(&scan, at, &date, &end)) {
                at++;
                continue;
            }
        }
        date.from = scan.points.offset[from];
        date.to = scan.points.offset[end];
        if (!VEC_PUSH(arena, &found, date))
            return arena_rc(arena);
        at = limit = end;
    }
    *ret = (struct found_dates){found.p, found.n};
    return RC_OK;
}
