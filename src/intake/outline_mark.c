/* outline_mark.c: the marks before pieces ("一、", "(一)", "1.", "(1)", "①", "第一，", "一是") and where headings end.
 *
 * Style comes from what is printed, never from the depth.  A mark that could as well be plain words ("二、三级单位",
 * "1.2亿元") is marked doubtful and is taken only where its number is the next one.
 */
#include "intake/outline_parts.h"

#include <string.h>

#include "text/numeral.h"
#include "text/utf8.h"

enum {
    NUMBER_MAX = 99,
    DIGITS_MAX = 3,
    YEAR_DIGITS = 4,
    HEADING_COLON_MAX = 40,
    HEADING_LONG = 60,
    POINT_GAP_MAX = 2,
    LOOK_AHEAD_BYTES = 1800
}; /* a quote or a list that is longer is taken as never closed */

static bool starts(struct str s, size_t at, const char *word, size_t *ret_end)
{
    size_t n = strlen(word);
    if (at > s.n || s.n - at < n || memcmp(s.p + at, word, n) != 0)
        return false;
    *ret_end = at + n;
    return true;
}

static bool starts_any(struct str s, size_t at, const char *const *words, size_t *ret_end)
{
    for (size_t i = 0; words[i]; i++)
        if (starts(s, at, words[i], ret_end))
            return true;
    return false;
}

static size_t skip_spaces(struct str s, size_t at)
{
    size_t next = at;
    for (; at < s.n; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        if (code != ' ' && code != '\t' && code != 0x3000 && code != 0xA0 && !(code >= 0x2000 && code <= 0x200B))
            break;
    }
    return at;
}

static size_t scan_digits(struct str s, size_t at, int *ret_number)
{
    size_t n = 0;
    int number = 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9' && n <= DIGITS_MAX)
        number = number * 10 + (s.p[at + n++] - '0');
    if (n == 0 || n > DIGITS_MAX || number == 0)
        return 0;
    *ret_number = number;
    return n;
}

static size_t scan_han(struct str s, size_t at, int *ret_number)
{
    int64_t value = 0;
    size_t n = numeral_scan_han(s, at, &value);
    if (n == 0 || value < 1 || value > NUMBER_MAX)
        return 0;
    *ret_number = (int)value;
    return n;
}

static bool is_digit_at(struct str s, size_t at) { return at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; }

struct mark {
    enum outline_style style;
    int number, major;
    size_t end;
    bool is_doubtful, is_damaged;
};

static bool is_figure_sign(char c) { return c == '.' || c == '%' || c == ','; }

/* "2.1.1" behind its second number at `at`: a third level; a date "2025.3.12" is none. */
static bool read_third_level(struct str s, size_t at, struct mark *ret)
{
    int third = 0;
    size_t n = at + 1 < s.n && s.p[at] == '.' ? scan_digits(s, at + 1, &third) : 0, end = at + 1 + n;
    if (n == 0 || end >= s.n || is_figure_sign(s.p[end]) || is_digit_at(s, end))
        return false;
    *ret = (struct mark){.style = STYLE_SUB, .number = third, .end = end, .is_doubtful = true};
    return true;
}

/* "7.2022年审计…", "1.2023—2025年…": behind an item's point at `at` stands a year, no decimal. */
static bool is_year(struct str s, size_t at)
{
    static const char *const behind[] = {"年", "-", "—", "–", "~", "至", "、", NULL};
    size_t digits = 0, end = 0;
    while (is_digit_at(s, at + digits))
        digits++;
    return digits == YEAR_DIGITS && (starts(s, at, "19", &end) || starts(s, at, "20", &end)) &&
           starts_any(s, at + digits, behind, &end);
}

/* "1.2" behind the point at `at`, major being the number before. */
static bool read_decimal_mark(struct str s, size_t at, int major, struct mark *ret)
{
    int minor = 0;
    size_t n = scan_digits(s, at, &minor), end = at + n;
    if (major <= NUMBER_MAX && is_year(s, at)) {
        *ret = (struct mark){.style = STYLE_ITEM, .number = major, .end = at, .is_doubtful = true};
        return true;
    }
    if (n == 0)
        return false;
    static const char *const measures[] = {"号", "月", "年", "日", "名", "个", "台", "家",
                                           "户", "项", "处", "座", "起", "次", NULL};
    size_t behind = 0;
    if (starts_any(s, end, measures, &behind)) { /* "1.3号锅炉": an item that begins with a figure */
        *ret = (struct mark){.style = STYLE_ITEM, .number = major, .end = at, .is_doubtful = true};
        return true;
    }
    if (read_third_level(s, end, ret))
        return major <= NUMBER_MAX;
    if (end < s.n && s.p[end] == '.' && !is_digit_at(s, end + 1))
        end++;
    if (is_digit_at(s, end) || (end < s.n && is_figure_sign(s.p[end])))
        return false;
    *ret = (struct mark){.style = STYLE_DECIMAL, .number = minor, .major = major, .end = end, .is_doubtful = true};
    return true;
}

/* "1." "1、" "1)" and "1.2" behind the digits at `end`. */
static bool read_digit_mark(struct str s, size_t at, struct mark *ret)
{
    static const char *const points[] = {".", "。", "・", NULL};
    int number = 0, year = 0;
    size_t n = scan_digits(s, at, &number), after = 0;
    if (n == 0)
        return false;
    size_t end = skip_spaces(s, at + n);
    bool is_paren = starts(s, end, ")", &after), is_comma = !is_paren && starts(s, end, "、", &after);
    if (is_paren || is_comma) {
        *ret = (struct mark){.style = is_paren ? STYLE_PAREN : STYLE_ITEM, .number = number, .end = after};
        ret->is_doubtful = is_comma && is_digit_at(s, after) && scan_digits(s, after, &year) > 0;
        return true;
    }
    if (!starts_any(s, end, points, &after))
        return false;
    if (is_digit_at(s, after))
        return read_decimal_mark(s, after, number, ret);
    *ret = (struct mark){.style = STYLE_ITEM, .number = number, .end = after};
    return true;
}

/* "l.关于…": a one that was read as a letter. */
static bool read_misread_mark(struct str s, size_t at, struct mark *ret)
{
    size_t end = at + 1, after = 0;
    if (at >= s.n || (s.p[at] != 'l' && s.p[at] != 'I' && s.p[at] != '|'))
        return false;
    bool is_mark = starts(s, end, ".", &after) || starts(s, end, "、", &after);
    if (!is_mark || !utf8_is_han(outline_code_at(s, skip_spaces(s, after), NULL)))
        return false;
    *ret = (struct mark){.style = STYLE_ITEM, .number = 1, .end = after, .is_damaged = true};
    return true;
}

static bool read_bracket_mark(struct str s, size_t at, struct mark *ret)
{
    size_t end = 0;
    static const char *const open[] = {"(", "〔", NULL};
    static const char *const close[] = {")", "〕", NULL};
    if (!starts_any(s, at, open, &end))
        return false;
    end = skip_spaces(s, end);
    int number = 0;
    enum outline_style style = STYLE_SUB;
    size_t n = scan_digits(s, end, &number);
    if (n == 0) {
        n = scan_han(s, end, &number);
        style = STYLE_SECTION;
    }
    if (n == 0 || !starts_any(s, skip_spaces(s, end + n), close, &end))
        return false;
    size_t after = 0;
    if (starts(s, end, "、", &after) || starts(s, end, ".", &after))
        end = after;
    *ret = (struct mark){.style = style, .number = number, .end = end};
    return true;
}

static bool read_han_mark(struct str s, size_t at, struct mark *ret)
{
    int number = 0;
    size_t n = scan_han(s, at, &number);
    if (n == 0)
        return false;
    size_t end = at + n, after = 0;
    *ret = (struct mark){.number = number};
    if (starts(s, end, "是", &after)) {
        ret->style = STYLE_POINT;
        ret->end = after;
        return true;
    }
    if (starts(s, end, ")", &after)) {
        ret->style = STYLE_SECTION;
        ret->end = after;
        return true;
    }
    end = skip_spaces(s, end);
    static const char *const stops[] = {"、", ".", "．", "﹑", NULL};
    if (!starts_any(s, end, stops, &after))
        return false;
    ret->style = STYLE_PART;
    ret->end = after;
    int next = 0;
    size_t more = scan_han(s, after, &next);
    ret->is_doubtful = more > 0 && next == number + 1 && !starts(s, after + more, "、", &after);
    return true;
}

/* "首先，", "其次，", "再次，", and "问题一：" as an item. */
static bool read_word_mark(struct str s, size_t at, struct mark *ret)
{
    static const char *const words[] = {"首先", "其次", "再次", NULL};
    static const char *const stops[] = {",", "、", ":", NULL};
    size_t end = 0, after = 0;
    for (int i = 0; words[i]; i++) {
        if (!starts(s, at, words[i], &end) || !starts_any(s, end, stops, &after))
            continue;
        *ret = (struct mark){.style = STYLE_ORDINAL, .number = i + 1, .end = after};
        return true;
    }
    int number = 0;
    if (!starts(s, at, "问题", &end))
        return false;
    size_t n = scan_digits(s, end, &number);
    if (n == 0)
        n = scan_han(s, end, &number);
    if (n == 0 || !starts_any(s, skip_spaces(s, end + n), (const char *const[]){":", "、", ".", NULL}, &after))
        return false;
    *ret = (struct mark){.style = STYLE_ITEM, .number = number, .end = after};
    return true;
}

static bool read_ordinal_mark(struct str s, size_t at, struct mark *ret)
{
    size_t end = 0;
    bool is_first = starts(s, at, "第", &end);
    if (!is_first && !starts(s, at, "其", &end))
        return false;
    int number = 0;
    size_t n = scan_han(s, end, &number);
    if (n == 0)
        return false;
    end += n;
    static const char *const chapters[] = {"部分", "章", "编", NULL};
    size_t after = 0;
    if (is_first && starts_any(s, end, chapters, &after)) {
        size_t behind = skip_spaces(s, after);
        static const char *const stops[] = {"、", ":", ",", ".", NULL};
        bool has_gap = behind > after || starts_any(s, after, stops, &behind) || behind == s.n;
        *ret = (struct mark){.style = STYLE_CHAPTER, .number = number, .end = behind, .is_doubtful = !has_gap};
        return true;
    }
    static const char *const stops[] = {",", "、", ":", NULL};
    if (!starts_any(s, end, stops, &after))
        return false;
    *ret = (struct mark){.style = STYLE_ORDINAL, .number = number, .end = after};
    return true;
}

static bool read_circled_mark(struct str s, size_t at, struct mark *ret)
{
    int64_t value = 0;
    size_t n = numeral_scan_circled(s, at, &value);
    if (n == 0 || value < 1 || value > NUMBER_MAX)
        return false;
    uint32_t code = outline_code_at(s, at, NULL);
    enum outline_style style = code >= 0x3220 && code <= 0x3229   ? STYLE_SECTION
                               : code >= 0x2474 && code <= 0x2487 ? STYLE_SUB
                               : code >= 0x2488 && code <= 0x249B ? STYLE_ITEM
                                                                  : STYLE_CIRCLED;
    size_t end = at + n, after = 0;
    if (starts(s, end, "、", &after) || starts(s, end, ".", &after))
        end = after;
    *ret = (struct mark){.style = style, .number = (int)value, .end = end};
    return true;
}

static bool read_mark(struct str s, size_t at, struct mark *ret)
{
    return read_bracket_mark(s, at, ret) || read_digit_mark(s, at, ret) || read_circled_mark(s, at, ret) ||
           read_word_mark(s, at, ret) || read_ordinal_mark(s, at, ret) || read_han_mark(s, at, ret);
}

void outline_read_mark(struct outline_line *line, struct str list_mark)
{
    struct mark mark;
    size_t at = skip_spaces(line->match, 0);
    line->style = STYLE_NONE;
    if (!read_mark(line->match, at, &mark) && !read_misread_mark(line->match, at, &mark)) {
        size_t start = skip_spaces(list_mark, 0);
        /* Automatic numbering comes as shown; "1.2" there is no decimal figure. */
        if (list_mark.n == 0 || !read_mark(list_mark, start, &mark))
            return;
        mark.end = at;
        mark.is_doubtful = false;
        line->is_list_mark = true;
    } else {
        mark.end = skip_spaces(line->match, mark.end);
    }
    line->style = mark.style;
    line->number = mark.number;
    line->number_major = mark.major;
    line->mark_end = mark.end;
    line->is_doubtful = mark.is_doubtful;
    line->is_mark_damaged = mark.is_damaged;
}

static bool opens_quote(uint32_t code)
{
    return code == 0x201C || code == 0x300A || code == 0x2018 || code == 0x300C || code == 0x300E || code == '"' ||
           code == '(';
}

/* Behind the quote that opens at `at`, or SIZE_MAX when it is never closed; `at` unchanged when nothing opens there. */
static size_t skip_quote(struct str s, size_t at, size_t to, bool with_brackets)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {{"“", "”"}, {"《", "》"}, {"‘", "’"}, {"「", "」"}, {"『", "』"}, {"\"", "\""}, {"(", ")"}};
    size_t count = sizeof pairs / sizeof *pairs - (with_brackets ? 0 : 1);
    for (size_t i = 0; i < count; i++) {
        size_t end = 0;
        if (!starts(s, at, pairs[i].open, &end))
            continue;
        int depth = 1;
        to = to - at > LOOK_AHEAD_BYTES ? at + LOOK_AHEAD_BYTES : to;
        bool is_same = strcmp(pairs[i].open, pairs[i].close) == 0;
        while (end < to) {
            size_t next = 0;
            if (starts(s, end, pairs[i].close, &next)) {
                if (--depth == 0)
                    return next;
            } else if (!is_same && starts(s, end, pairs[i].open, &next)) {
                depth++;
            } else {
                outline_code_at(s, end, &next);
            }
            end = next;
        }
        return SIZE_MAX;
    }
    return at;
}

size_t outline_heading_end(struct str match, size_t from, size_t to, bool *ret_is_quote_open)
{
    size_t stop = SIZE_MAX, colon = SIZE_MAX;
    bool is_open = false;
    for (size_t at = from, next = 0; at < to; at = next) {
        uint32_t code = outline_code_at(match, at, &next);
        size_t behind = opens_quote(code) ? skip_quote(match, at, to, true) : at;
        if (behind == SIZE_MAX) {
            is_open = is_open || (match.p[at] != '(' && match.p[at] != '"');
            continue;
        }
        if (behind > at) {
            next = behind;
            continue;
        }
        if (code == 0x3002) {
            stop = at;
            break;
        }
        if (code == ':' && colon == SIZE_MAX && next < to)
            colon = at;
    }
    *ret_is_quote_open = is_open;
    if (is_open)
        return to;
    size_t end = stop == SIZE_MAX ? to : stop;
    if (colon != SIZE_MAX && colon < end && outline_count(str_slice(match, from, end)) > HEADING_LONG &&
        outline_count(str_slice(match, from, colon)) <= HEADING_COLON_MAX)
        return colon;
    return end;
}

static bool is_stop(uint32_t code)
{
    return code == 0x3002 || code == ';' || code == ':' || code == '!' || code == '?';
}

/* "①" stands anywhere, but a first one only before a second. */
static bool has_second(struct str match, size_t at, size_t to, enum outline_style style)
{
    to = to - at > LOOK_AHEAD_BYTES ? at + LOOK_AHEAD_BYTES : to;
    for (size_t next = 0; at < to; at = next) {
        struct mark mark;
        outline_code_at(match, at, &next);
        bool is_mark = style == STYLE_SUB ? read_bracket_mark(match, at, &mark) : read_circled_mark(match, at, &mark);
        if (is_mark && mark.style == style && mark.number == 2)
            return true;
    }
    return false;
}

static bool is_in_order(struct str match, size_t to, const struct mark *mark, bool is_behind_stop, const int *last)
{
    int before = last[mark->style];
    bool is_next = before > 0 && mark->number > before && mark->number <= before + POINT_GAP_MAX;
    switch (mark->style) {
    case STYLE_POINT:
        return is_behind_stop && (mark->number == 1 || is_next || (before > 0 && mark->number == before));
    case STYLE_ORDINAL:
        return is_behind_stop && (mark->number == 1 || is_next);
    case STYLE_SUB:
        return is_behind_stop && ((before > 0 && mark->number == before + 1) ||
                                  (mark->number == 1 && has_second(match, mark->end, to, STYLE_SUB)));
    case STYLE_CIRCLED:
        return (before > 0 && mark->number == before + 1) ||
               (mark->number == 1 && (is_behind_stop || has_second(match, mark->end, to, STYLE_CIRCLED)));
    default:
        return false;
    }
}

enum rc outline_find_inline(struct arena *arena, struct str match, size_t from, size_t to, bool is_start, int *last,
                            inline_mark_vec *ret)
{
    bool is_behind_stop = is_start;
    for (size_t at = from, next = 0; at < to; at = next) {
        uint32_t code = outline_code_at(match, at, &next);
        size_t behind = opens_quote(code) ? skip_quote(match, at, to, false) : at;
        if (behind != SIZE_MAX && behind > at) {
            next = behind;
            size_t close = outline_step_back(match, behind);
            is_behind_stop = is_stop(outline_code_at(match, outline_step_back(match, close), NULL));
            continue;
        }
        struct mark mark;
        bool may_start = is_behind_stop || (code >= 0x2460 && code <= 0x249B); /* circled digits stand anywhere */
        if (may_start && read_mark(match, at, &mark) && is_in_order(match, to, &mark, is_behind_stop, last)) {
            last[mark.style] = mark.number;
            /* A new mark starts the deeper ones anew; circled digits may stand below points. */
            for (int style = mark.style + 1; style < STYLE_COUNT_; style++)
                if (mark.style != STYLE_CIRCLED || style != STYLE_POINT)
                    last[style] = 0;
            if (mark.style == STYLE_POINT)
                last[STYLE_CIRCLED] = 0;
            struct inline_mark found = {
                .style = mark.style, .number = mark.number, .from = at, .end = skip_spaces(match, mark.end)};
            if (!VEC_PUSH(arena, ret, found))
                return arena_rc(arena);
            next = found.end;
            is_behind_stop = true; /* a mark may stand right behind a mark */
            continue;
        }
        if (is_stop(code))
            is_behind_stop = true;
        else if (code != ' ' && code != '\t' && code != 0x3000)
            is_behind_stop = false;
    }
    return RC_OK;
}
