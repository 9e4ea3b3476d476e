/* date_near.c: deadlines that leave the year to the reader ("before 15 June", "the end of December"); see date.h. */
#include "base/clock.h"
#include "base/vec.h"
#include "text/date.h"
#include "text/numeral.h"
#include "text/points.h"

enum { MONTHS = 12, WORDS_FAR_BYTES = 90 };

/* A deadline as written: month 1..12, day 0 for the end of the month, year_step of "this year" or "next year". */
struct open_date {
    int month, day, year_step;
    bool has_step;
    size_t from, end; /* points */
};

/* A number of at most two digits, or in Chinese numerals; its points, 0 when none. */
static size_t scan_small(struct str text, const struct points *points, size_t at, int *ret)
{
    size_t n = points_count_digits(points, at);
    int64_t value = 0;
    if (n > 2)
        return 0;
    if (n == 0) {
        size_t bytes = at < points->n ? numeral_scan_han(text, points->offset[at], &value) : 0;
        while (bytes && points->offset[at + n] < points->offset[at] + bytes)
            n++;
    }
    for (size_t i = 0; i < n && value == 0 && points->code[at] < 0x80; i++)
        *ret = (i ? *ret * 10 : 0) + (int)(points->code[at + i] - '0');
    if (value > 0)
        *ret = value > 99 ? 99 : (int)value;
    return n;
}

static const char *const before_words[] = {"以前", "之前", "前", NULL};
static const char *const end_words[] = {"底", "末", NULL};

/* "before" behind a deadline; "the first half" is none. */
static size_t match_before(const struct points *points, size_t at)
{
    size_t n = points_match_any(points, at, before_words);
    return n == 1 && (points_match(points, at + 1, "后") || points_match(points, at + 1, "期")) ? 0 : n;
}

static bool scan_month_day(struct str text, const struct points *points, size_t at, struct open_date *ret)
{
    int month = 0, day = 0;
    size_t n = scan_small(text, points, at, &month);
    size_t mark = points_skip_blanks(points, at + n), mark_n = n ? points_match(points, mark, "月") : 0;
    if (!mark_n || month < 1 || month > MONTHS)
        return false;
    size_t next = mark + mark_n;
    next = points_skip_blanks(points, next + points_match(points, next, "份"));
    size_t end_n = points_match_any(points, next, end_words);
    if (end_n) {
        *ret = (struct open_date){.month = month, .from = at, .end = next + end_n};
        ret->end += match_before(points, ret->end);
        return true;
    }
    n = scan_small(text, points, next, &day);
    static const char *const days[] = {"日", "号", NULL};
    mark = points_skip_blanks(points, next + n);
    mark_n = n ? points_match_any(points, mark, days) : 0;
    size_t before_n = mark_n ? match_before(points, mark + mark_n) : 0;
    if (!before_n || day < 1 || day > 31)
        return false;
    *ret = (struct open_date){.month = month, .day = day, .from = at, .end = mark + mark_n + before_n};
    return true;
}

/* "年底前", "今年年底", "年内" behind its own word of the year. */
static bool scan_year_end(const struct points *points, size_t at, bool has_step, struct open_date *ret)
{
    static const char *const ends[] = {"年底", "年末", "年内", NULL}, *const short_ends[] = {"底", "末", "内", NULL};
    size_t n = points_match_any(points, at, has_step ? short_ends : ends);
    if (!n && has_step)
        n = points_match_any(points, at, ends);
    if (!n)
        return false;
    size_t before_n = match_before(points, at + n);
    *ret = (struct open_date){.month = MONTHS, .from = at, .end = at + n + before_n};
    return has_step || before_n > 0;
}

/* The first words of a deadline at `at`; false when it has its year, tells of the past, or is no deadline. */
static bool scan_open(struct str text, const struct points *points, size_t at, struct open_date *ret)
{
    static const struct {
        const char *word;
        int step;
    } years[] = {{"今年", 0}, {"本年度", 0}, {"本年", 0}, {"明年", 1}, {"次年", 1}};
    static const char *const other[] = {"年", "截至", "截止", "截至到", "截止到", "至",   "上", "去年", "每",
                                        "个", ".",    "-",    "/",      "第",     "每年", "到", "下",   NULL};
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        size_t n = points_match(points, at, years[i].word);
        if (!n)
            continue;
        if (!scan_month_day(text, points, at + n, ret) && !scan_year_end(points, at + n, true, ret))
            return false;
        ret->has_step = true;
        ret->year_step = years[i].step;
        ret->from = at;
        return true;
    }
    bool is_inside = at > 0 && numeral_digit(points->code[at - 1]) >= 0;
    if (is_inside || points_match_any_before(points, at, other))
        return false;
    return scan_month_day(text, points, at, ret) || scan_year_end(points, at, false, ret);
}

static int32_t day_in(const struct open_date *open, int year)
{
    int32_t day = FOUND_DAY_NONE;
    int last = date_days_in_month(year, open->month);
    (void)date_from_civil(year, open->month, open->day > 0 && open->day < last ? open->day : last, &day);
    return day;
}

static int year_of(int32_t day)
{
    int year, month, day_of_month;
    date_to_civil(day, &year, &month, &day_of_month);
    return year;
}

static int32_t first_after(const struct open_date *open, int32_t base)
{
    int32_t day = day_in(open, year_of(base));
    return day < base ? day_in(open, year_of(base) + 1) : day;
}

/* Does the sentence round the words tell of what is still to come? */
static bool is_ahead(struct str text, size_t from, size_t to)
{
    static const char *const words[] = {"预计", "将", "拟", "计划", "力争", "确保", "争取", "请", "下一步", NULL};
    static const char *const stop = "。";
    size_t start = from > WORDS_FAR_BYTES ? from - WORDS_FAR_BYTES : 0, end = to + WORDS_FAR_BYTES;
    struct str before = str_slice(text, start, from), behind = str_slice(text, to, end);
    for (size_t at = str_find(before, str_from_cstr(stop), 0); at != SIZE_MAX;
         at = str_find(before, str_from_cstr(stop), 0))
        before = str_slice(before, at + 3, before.n);
    behind = str_slice(behind, 0, str_find(behind, str_from_cstr(stop), 0));
    for (size_t i = 0; words[i]; i++)
        if (str_find(before, str_from_cstr(words[i]), 0) != SIZE_MAX ||
            str_find(behind, str_from_cstr(words[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

/* Day of the deadline, or FOUND_DAY_NONE when nothing tells the year; last is the date before it in its sentence. */
static int32_t resolve(const struct open_date *open, struct str text, const struct points *points,
                       const struct found_date *last, const struct date_context *context)
{
    int32_t base = context->base_day;
    if (open->has_step && base != FOUND_DAY_NONE)
        return day_in(open, year_of(base) + open->year_step);
    size_t from = points->offset[open->from];
    struct str between = last ? str_slice(text, last->to, from) : STR_EMPTY;
    bool is_near = last && last->to_day != FOUND_DAY_NONE && last->grain <= FOUND_GRAIN_MONTH &&
                   last->kind != FOUND_DATE_AMBIGUOUS && str_find(between, STR("\xE3\x80\x82"), 0) == SIZE_MAX;
    if (is_near && !open->has_step)
        return first_after(open, last->to_day);
    if (base == FOUND_DAY_NONE)
        return FOUND_DAY_NONE;
    if (context->is_ahead || is_ahead(text, from, points->offset[open->end]))
        return first_after(open, base);
    /* Told afterwards: since the event that the deadline followed. */
    int32_t since = context->since_day;
    if (since == FOUND_DAY_NONE || since > base)
        return day_in(open, year_of(base));
    return first_after(open, since);
}

enum rc dates_find_near(struct arena *arena, struct str text, const struct date_context *context,
                        struct found_dates *ret)
{
    struct found_dates known = {0};
    struct points points;
    VEC(struct found_date) found = {0};
    TRY(dates_find(arena, text, &known));
    TRY(points_of(arena, text, &points));
    size_t next = 0;
    for (size_t at = 0; at < points.n; at++) {
        struct open_date open = {0};
        while (next < known.n && known.p[next].from <= points.offset[at])
            if (!VEC_PUSH(arena, &found, known.p[next++]))
                return arena_rc(arena);
        bool is_taken = found.n > 0 && found.p[found.n - 1].to > points.offset[at];
        uint32_t code = points.code[at];
        bool may_begin = numeral_may_begin(code) || code == 0x5E74 || code == 0x4ECA || code == 0x672C ||
                         code == 0x660E || code == 0x6B21; /* the year words of scan_open */
        if (is_taken || !may_begin || !scan_open(text, &points, at, &open))
            continue;
        int32_t day = resolve(&open, text, &points, found.n ? &found.p[found.n - 1] : NULL, context);
        if (day == FOUND_DAY_NONE || (next < known.n && known.p[next].from < points.offset[open.end]))
            continue;
        struct found_date date = {.kind = FOUND_DATE_BY,
                                  .grain = open.day ? FOUND_GRAIN_DAY : FOUND_GRAIN_MONTH,
                                  .from_day = FOUND_DAY_NONE,
                                  .to_day = day,
                                  .from = points.offset[open.from],
                                  .to = points.offset[open.end],
                                  .is_inferred = true};
        if (!VEC_PUSH(arena, &found, date))
            return arena_rc(arena);
        at = open.end - 1;
    }
    for (; next < known.n; next++)
        if (!VEC_PUSH(arena, &found, known.p[next]))
            return arena_rc(arena);
    *ret = (struct found_dates){found.p, found.n};
    return RC_OK;
}
