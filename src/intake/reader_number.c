/* reader_number.c: see reader_number.h.  Source: ECMA-376 part 1, 18.8.30 and 18.17.4 (dates). */
#include "intake/reader_number.h"

#include <string.h>

#include "base/clock.h"

enum { DIGITS_MAX = 400, EXPONENT_MAX = 350, SIGNIFICANT = 15 };

struct decimal {
    char digits[DIGITS_MAX + 2]; /* '0'..'9', most significant first */
    int n;
    int point; /* digits before the point; may be negative or beyond n */
    bool is_negative;
};

static bool parse(struct str s, struct decimal *d)
{
    *d = (struct decimal){0};
    size_t at = 0;
    if (at < s.n && (s.p[at] == '-' || s.p[at] == '+'))
        d->is_negative = s.p[at++] == '-';
    bool has_point = false, has_digit = false;
    for (; at < s.n && ((s.p[at] >= '0' && s.p[at] <= '9') || (s.p[at] == '.' && !has_point)); at++) {
        if (s.p[at] == '.') {
            has_point = true;
            continue;
        }
        has_digit = true;
        if (d->n == 0 && s.p[at] == '0') { /* leading zero: only its place counts */
            d->point -= has_point;
            continue;
        }
        if (d->n >= DIGITS_MAX)
            return false;
        d->digits[d->n++] = s.p[at];
        d->point += !has_point;
    }
    int64_t exponent = 0;
    if (has_digit && at < s.n && (s.p[at] | 0x20) == 'e') {
        struct str rest = str_slice(s, at + 1, s.n);
        if (!str_parse_int64(rest, &exponent) || exponent > EXPONENT_MAX || exponent < -EXPONENT_MAX)
            return false;
        at = s.n;
    }
    d->point += (int)exponent;
    return has_digit && at == s.n;
}

static void round_noise(struct decimal *d)
{
    int keep = d->point > SIGNIFICANT ? d->point : SIGNIFICANT;
    if (d->n > keep) {
        bool is_up = d->digits[keep] >= '5';
        d->n = keep;
        int i = keep - 1;
        while (is_up && i >= 0 && d->digits[i] == '9')
            d->digits[i--] = '0';
        if (is_up && i >= 0) {
            d->digits[i]++;
        } else if (is_up) {
            memmove(d->digits + 1, d->digits, (size_t)d->n);
            d->digits[0] = '1';
            d->point++;
        }
    }
    while (d->n > 0 && d->n > d->point && d->digits[d->n - 1] == '0')
        d->n--;
}

bool number_format(struct buf *out, struct str s, int shift)
{
    struct decimal d;
    if (!parse(s, &d))
        return false;
    round_noise(&d);
    if (d.n == 0) {
        buf_add_char(out, '0');
        return true;
    }
    d.point += shift;
    while (d.n > 1 && d.n > d.point && d.digits[d.n - 1] == '0')
        d.n--;
    if (d.is_negative)
        buf_add_char(out, '-');
    if (d.point <= 0)
        buf_add_char(out, '0');
    for (int i = 0; i < d.point; i++)
        buf_add_char(out, i < d.n ? d.digits[i] : '0');
    if (d.n > d.point) {
        buf_add_char(out, '.');
        for (int i = d.point; i < 0; i++)
            buf_add_char(out, '0');
        buf_add_bytes(out, d.digits + (d.point > 0 ? d.point : 0), (size_t)(d.n - (d.point > 0 ? d.point : 0)));
    }
    return true;
}

bool number_format_date(struct buf *out, struct str s, bool is_1904)
{
    enum { DAY_S = 86400, FIRST_BUG = 60, EPOCH_1900 = 25569, EPOCH_1904 = 24107, LAST = 400000 };
    struct decimal d;
    if (!parse(s, &d) || d.is_negative || d.point > 6)
        return false;
    int64_t day = 0, part = 0, scale = 1000000000000;
    for (int i = 0; i < d.point; i++)
        day = day * 10 + (i < d.n ? d.digits[i] - '0' : 0);
    for (int i = 0; i < 12; i++) {
        int at = d.point + i;
        part = part * 10 + (at >= 0 && at < d.n ? d.digits[at] - '0' : 0);
    }
    int64_t second = (part * DAY_S + scale / 2) / scale;
    if (second == DAY_S) {
        second = 0;
        day++;
    }
    if (day > LAST)
        return false;
    bool has_date = day > 0 || is_1904;
    if (has_date) {
        /* 1900 counts as a leap year there: days before the 29th of February that never was are one less */
        int32_t number = (int32_t)(is_1904 ? day - EPOCH_1904 : day - EPOCH_1900 + (day < FIRST_BUG));
        char text[DATE_TEXT_BYTES];
        buf_add(out, date_format(number, text));
    }
    if (second || !has_date)
        buf_add_format(out, "%s%02d:%02d:%02d", has_date ? " " : "", (int)(second / 3600), (int)(second / 60 % 60),
                       (int)(second % 60));
    return true;
}

/* Calls for each character of a format code outside quotes, brackets and escapes. */
static bool has_token(struct str code, const char *tokens)
{
    for (size_t i = 0; i < code.n && code.p[i] != ';'; i++) {
        if (code.p[i] == '"') {
            while (++i < code.n && code.p[i] != '"')
                ;
        } else if (code.p[i] == '[') {
            char next = i + 1 < code.n ? (char)(code.p[i + 1] | 0x20) : '\0';
            if ((next == 'h' || next == 's') && strchr(tokens, next)) /* [h]:mm counts hours: a duration, no date */
                return false;
            while (i < code.n && code.p[i] != ']')
                i++;
        } else if (code.p[i] == '\\' || code.p[i] == '_' || code.p[i] == '*') {
            i++;
        } else if (code.p[i] && strchr(tokens, code.p[i] >= 'A' && code.p[i] <= 'Z' ? code.p[i] | 0x20 : code.p[i])) {
            return true;
        }
    }
    return false;
}

bool number_is_date_format(struct str code)
{
    if (str_has_prefix(code, STR("General")) || str_has_prefix(code, STR("GENERAL")))
        return false;
    return has_token(code, "ydhs") || (has_token(code, "m") && !has_token(code, "0#?"));
}

bool number_is_percent_format(struct str code) { return has_token(code, "%"); }
