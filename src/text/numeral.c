/* numeral.c: Chinese and Arabic numerals; see numeral.h. */
#include "text/numeral.h"

#include "base/buf.h"
#include "text/normalize.h"
#include "text/utf8.h"

static const struct {
    uint32_t code;
    int value;
} han_digits[] = {
    {0x3007, 0} /* 〇 */, {0x96F6, 0} /* 零 */, {0x25CB, 0} /* ○ */,  {0x4E00, 1} /* 一 */, {0x58F9, 1} /* 壹 */,
    {0x4E8C, 2} /* 二 */, {0x4E24, 2} /* 两 */, {0x8D30, 2} /* 贰 */, {0x8CB3, 2} /* 貳 */, {0x5169, 2} /* 兩 */,
    {0x4E09, 3} /* 三 */, {0x53C1, 3} /* 叁 */, {0x53C3, 3} /* 參 */, {0x56DB, 4} /* 四 */, {0x8086, 4} /* 肆 */,
    {0x4E94, 5} /* 五 */, {0x4F0D, 5} /* 伍 */, {0x516D, 6} /* 六 */, {0x9646, 6} /* 陆 */, {0x9678, 6} /* 陸 */,
    {0x4E03, 7} /* 七 */, {0x67D2, 7} /* 柒 */, {0x516B, 8} /* 八 */, {0x634C, 8} /* 捌 */, {0x4E5D, 9} /* 九 */,
    {0x7396, 9} /* 玖 */,
};

static const struct {
    uint32_t code;
    int64_t value;
} han_units[] = {
    {0x5341, 10} /* 十 */,        {0x62FE, 10} /* 拾 */,        {0x767E, 100} /* 百 */,   {0x4F70, 100} /* 佰 */,
    {0x5343, 1000} /* 千 */,      {0x4EDF, 1000} /* 仟 */,      {0x4E07, 10000} /* 万 */, {0x842C, 10000} /* 萬 */,
    {0x4EBF, 100000000} /* 亿 */, {0x5104, 100000000} /* 億 */,
};

static int han_digit(uint32_t code)
{
    for (size_t i = 0; i < sizeof han_digits / sizeof han_digits[0]; i++)
        if (han_digits[i].code == code)
            return han_digits[i].value;
    return -1;
}

static int64_t han_unit(uint32_t code)
{
    for (size_t i = 0; i < sizeof han_units / sizeof han_units[0]; i++)
        if (han_units[i].code == code)
            return han_units[i].value;
    return 0;
}

int numeral_digit(uint32_t code)
{
    code = text_fold_code(code);
    if (code >= '0' && code <= '9')
        return (int)(code - '0');
    return han_digit(code);
}

bool numeral_may_begin(uint32_t code)
{
    code = text_fold_code(code);
    return (code >= '0' && code <= '9') || (code > 0x2000 && (han_digit(code) >= 0 || han_unit(code)));
}

/* A run of two or more bare digits read by position, such as a year; 0 when it is no such run or a unit follows. */
static size_t scan_positional(struct str s, size_t at, int64_t *ret_value)
{
    size_t end = at, next = at;
    int64_t value = 0;
    int count = 0;
    uint32_t code;
    while (utf8_decode(s, &next, &code)) {
        int digit = han_digit(code);
        if (digit < 0) {
            if (han_unit(code))
                return 0;
            break;
        }
        if (++count > 18)
            return 0;
        value = value * 10 + digit;
        end = next;
    }
    if (count < 2)
        return 0;
    *ret_value = value;
    return end - at;
}

/* State of a numeral with units: total of closed 10^8 and 10^4 groups, the open group below 10^4, the loose digit. */
struct han_number {
    int64_t high;        /* sum of groups closed by 10^8 */
    int64_t middle;      /* sum of groups closed by 10^4, still below 10^8 */
    int64_t group;       /* closed by 10, 100, 1000 */
    int64_t small_limit; /* the next small unit must be below this */
    int digit;           /* -1 none */
    bool has_zero;
    bool has_middle;
    bool has_high;
};

static bool take_small_unit(struct han_number *n, int64_t unit)
{
    if (unit >= n->small_limit)
        return false;
    int digit = n->digit;
    if (digit < 0) {
        /* only "ten" may stand without a digit: at the start of a group or behind a zero */
        if (unit != 10 || (n->group != 0 && !n->has_zero))
            return false;
        digit = 1;
    }
    if (digit == 0)
        return false;
    n->group += digit * unit;
    n->digit = -1;
    n->has_zero = false;
    n->small_limit = unit;
    return true;
}

static bool take_large_unit(struct han_number *n, int64_t unit)
{
    int64_t group = n->group + (n->digit > 0 ? n->digit : 0);
    if (unit == 10000) {
        if (n->has_middle || group == 0)
            return false;
        n->middle = group * 10000;
        n->has_middle = true;
    } else {
        if (n->has_high || n->middle + group == 0)
            return false;
        n->high = (n->middle + group) * 100000000;
        n->has_high = true;
        n->middle = 0;
        n->has_middle = false;
    }
    n->group = 0;
    n->digit = -1;
    n->has_zero = false;
    n->small_limit = 10000;
    return true;
}

size_t numeral_scan_han(struct str s, size_t at, int64_t *ret_value)
{
    size_t used = scan_positional(s, at, ret_value);
    if (used)
        return used;
    struct han_number n = {.small_limit = 10000, .digit = -1};
    size_t end = at, next = at;
    uint32_t code;
    while (utf8_decode(s, &next, &code)) {
        int digit = han_digit(code);
        int64_t unit = han_unit(code);
        bool is_taken = false;
        if (digit == 0 && end > at) {
            /* inside a numeral a zero only bridges, and needs a unit before and a digit after it */
            size_t after = next;
            uint32_t following;
            is_taken = n.digit < 0 && utf8_decode(s, &after, &following) &&
                       (han_digit(following) > 0 || han_unit(following) == 10);
            n.has_zero = is_taken;
        } else if (digit >= 0) {
            is_taken = n.digit < 0;
            if (is_taken)
                n.digit = digit;
        } else if (unit >= 10000) {
            is_taken = take_large_unit(&n, unit);
        } else if (unit) {
            is_taken = take_small_unit(&n, unit);
        }
        if (!is_taken)
            break;
        end = next;
    }
    if (end == at)
        return 0;
    *ret_value = n.high + n.middle + n.group + (n.digit > 0 ? n.digit : 0);
    return end - at;
}

size_t numeral_scan_digits(struct str s, size_t at, int64_t *ret_value)
{
    size_t end = at, next = at;
    int64_t value = 0;
    uint32_t code;
    while (utf8_decode(s, &next, &code)) {
        code = text_fold_code(code);
        if (code < '0' || code > '9')
            break;
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, (int64_t)(code - '0'), &value))
            return 0;
        end = next;
    }
    if (end > at)
        *ret_value = value;
    return end - at;
}

size_t numeral_scan_circled(struct str s, size_t at, int64_t *ret_value)
{
    size_t next = at;
    uint32_t code;
    if (!utf8_decode(s, &next, &code))
        return 0;
    if (code >= 0x2460 && code <= 0x2473)
        *ret_value = (int64_t)code - 0x2460 + 1;
    else if (code >= 0x2474 && code <= 0x2487)
        *ret_value = (int64_t)code - 0x2474 + 1;
    else if (code >= 0x2488 && code <= 0x249B)
        *ret_value = (int64_t)code - 0x2488 + 1;
    else if (code >= 0x3220 && code <= 0x3229)
        *ret_value = (int64_t)code - 0x3220 + 1;
    else
        return 0;
    return next - at;
}

size_t numeral_scan(struct str s, size_t at, int64_t *ret_value)
{
    size_t used = numeral_scan_digits(s, at, ret_value);
    return used ? used : numeral_scan_han(s, at, ret_value);
}

size_t numeral_scan_ordinal(struct str s, size_t at, int64_t *ret_value)
{
    size_t next = at;
    uint32_t code;
    if (!utf8_decode(s, &next, &code) || code != 0x7B2C /* 第 */)
        return 0;
    size_t used = numeral_scan(s, next, ret_value);
    return used ? next - at + used : 0;
}

bool numeral_parse(struct str s, int64_t *ret_value)
{
    int64_t value = 0;
    size_t used = numeral_scan_ordinal(s, 0, &value);
    if (!used)
        used = numeral_scan(s, 0, &value);
    if (!used)
        used = numeral_scan_circled(s, 0, &value);
    if (!used || used != s.n)
        return false;
    *ret_value = value;
    return true;
}

static const char *const digit_words[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

/* 1..9999; is_inner: higher groups stand before it, so a gap is bridged by a zero and ten needs its one. */
static void format_group(struct buf *out, int64_t n, bool is_inner)
{
    static const struct {
        int64_t value;
        const char *word;
    } units[] = {{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}};
    bool has_gap = is_inner && n < 1000, has_digit = false;
    for (size_t i = 0; i < 4; i++) {
        int64_t digit = n / units[i].value % 10;
        if (digit == 0) {
            has_gap = has_gap || has_digit;
            continue;
        }
        if (has_gap)
            buf_add_cstr(out, digit_words[0]);
        has_gap = false;
        if (digit != 1 || units[i].value != 10 || has_digit || is_inner)
            buf_add_cstr(out, digit_words[digit]);
        buf_add_cstr(out, units[i].word);
        has_digit = true;
    }
}

static void format_below_yi(struct buf *out, int64_t n, bool is_inner)
{
    if (n >= 10000) {
        format_group(out, n / 10000, is_inner);
        buf_add_cstr(out, "万");
        if (n % 10000)
            format_group(out, n % 10000, true);
    } else if (n) {
        format_group(out, n, is_inner);
    }
}

/* From 10^16 on so many 10^8 of 10^8, which is how it is said. */
static void format_number(struct buf *out, uint64_t n)
{
    if (n < 100000000) {
        format_below_yi(out, (int64_t)n, false);
        return;
    }
    format_number(out, n / 100000000);
    buf_add_cstr(out, "亿");
    int64_t rest = (int64_t)(n % 100000000);
    if (rest >= 1000 && rest < 10000)
        buf_add_cstr(out, digit_words[0]); /* the group of 10^4 is empty */
    format_below_yi(out, rest, true);
}

struct str numeral_format(struct arena *arena, int64_t n)
{
    CLEANUP(buf_done) struct buf out;
    buf_init(&out, 256);
    if (n < 0)
        buf_add_cstr(&out, "负");
    if (n == 0)
        buf_add_cstr(&out, digit_words[0]);
    else
        format_number(&out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
    return buf_rc(&out) == RC_OK ? arena_copy_str(arena, buf_str(&out)) : STR_EMPTY;
}
