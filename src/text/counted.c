/* counted.c: figures that count something; see counted.h. */
#include "text/counted.h"

#include "text/normalize.h"
#include "text/numeral.h"
#include "text/utf8.h"

enum {
    FRACTION_MAX = 9,
    QUOTE_CHARS_MAX = 12,
    TITLE_CHARS_MAX = 100,
    FEN_PER_YUAN = 100,
    BP_PER_PERCENT = 100,
    OPENING_QUOTE = 0x201C,
    CLOSING_QUOTE = 0x201D,
    OPENING_TITLE = 0x300A,
    CLOSING_TITLE = 0x300B
};

static const char *const count_words[] = {"个", "项", "条", "件", "人", "名", "户", "次",
                                          "家", "份", "起", "处", "笔", "宗", "位", NULL};

/* Behind a counting word: it was the beginning of another word, or of a term in days and months. */
static const char *const no_count[] = {"个月", "个工作日", "个季度", "个年度", "个小时",   "个别",
                                       "个人", "个体",     "个性",   "条件",   "名单位置", NULL};

/* Behind a Chinese numeral with its counting word: parts of an argument, not things. */
static const char *const han_no_count[] = {"方面", "层面", "维度", "环节", "阶段", "步骤", "关键", "聚焦", "到位",
                                           "坚持", "必须", "严禁", "不准", "不得", "不",   "一",   NULL};

/* What stands in documents as a name. */
static const char *const set_phrases[] = {
    "八项规定",   "四项基本原则", "六项纪律",     "三项制度",   "三项机制",     "四项监督", "两个维护",
    "两个确立",   "两个一以贯之", "两个毫不动摇", "两个责任",   "两个一百年",   "两个结合", "两个大局",
    "两个专项",   "四个意识",     "四个自信",     "四个全面",   "四个落实",     "四个专项", "四个对照",
    "四个找一找", "四个服从",     "四个伟大",     "三个代表",   "三个区分开来", "三个务必", "三个聚焦",
    "五个一",     "六个围绕",     "十个明确",     "十四个坚持", "十三个方面",   "六个必须", "三位一体",
    "五位一体",   "三次产业",     "三次分配",     "三条红线",   "三人行",       "五家渠",   NULL};

static const struct {
    const char *word;
    int64_t factor;
} multipliers[] = {{"万亿", 1000000000000}, {"千万", 10000000}, {"百万", 1000000}, {"亿", 100000000},
                   {"万", 10000},           {"千", 1000},       {"百", 100}};

/* ---- characters ----------------------------------------------------------------------------------------------- */

static uint32_t code_at(struct str s, size_t at)
{
    uint32_t code = 0;
    return at < s.n && utf8_decode(s, &at, &code) ? text_fold_code(code) : 0;
}

static size_t step(struct str s, size_t at)
{
    uint32_t code;
    size_t next = at;
    return utf8_decode(s, &next, &code) && next > at ? next : at + 1;
}

static uint32_t code_before(struct str s, size_t at)
{
    if (!at)
        return 0;
    do
        at--;
    while (at && ((unsigned char)s.p[at] & 0xC0) == 0x80);
    return code_at(s, at);
}

static bool is_digit(uint32_t code) { return code >= '0' && code <= '9'; }

static bool has_at(struct str s, size_t at, const char *word)
{
    return at <= s.n && str_has_prefix(str_slice(s, at, s.n), str_from_cstr(word));
}

static size_t match(struct str s, size_t at, const char *const *words)
{
    for (; *words; words++)
        if (has_at(s, at, *words))
            return str_from_cstr(*words).n;
    return 0;
}

static size_t skip_blanks(struct str s, size_t at)
{
    while (code_at(s, at) == ' ')
        at = step(s, at);
    return at;
}

/* Behind the end of what opens at `at`; at when it does not end within so many characters. */
static size_t closed_at(struct str s, size_t at, uint32_t closing, int max)
{
    size_t end = step(s, at);
    for (int i = 0; i < max && end < s.n; i++, end = step(s, end))
        if (code_at(s, end) == closing)
            return step(s, end);
    return at;
}

/* ---- numbers -------------------------------------------------------------------------------------------------- */

static bool add_digit(struct counted *c, uint32_t code)
{
    return !__builtin_mul_overflow(c->value, 10, &c->value) &&
           !__builtin_add_overflow(c->value, (int64_t)(code - '0'), &c->value);
}

static int count_digits(struct str s, size_t at)
{
    int n = 0;
    for (; is_digit(code_at(s, at)); at = step(s, at))
        n++;
    return n;
}

/* Digits of either width, commas between them, a fraction.  Bytes; 0 when none or over int64. */
static size_t scan_digits(struct str s, size_t at, struct counted *c)
{
    size_t end = at;
    if (!is_digit(code_at(s, at)))
        return 0;
    for (bool has_point = false;; end = step(s, end)) {
        uint32_t code = code_at(s, end);
        bool is_mark = !has_point && (code == '.' ? is_digit(code_at(s, step(s, end)))
                                                  : code == ',' && count_digits(s, step(s, end)) == 3);
        if (is_mark) {
            has_point = code == '.';
            continue;
        }
        if (!is_digit(code))
            return c->decimals > FRACTION_MAX ? 0 : end - at;
        if (!add_digit(c, code))
            return 0;
        c->decimals += has_point;
    }
}

/* Chinese digits behind the word for the point. */
static size_t scan_han_fraction(struct str s, size_t at, struct counted *c)
{
    size_t end = at + 3;
    if (!has_at(s, at, "点"))
        return 0;
    for (int digit; (digit = numeral_digit(code_at(s, end))) >= 0 && c->decimals < FRACTION_MAX;
         end = step(s, end), c->decimals++)
        if (is_digit(code_at(s, end)) || !add_digit(c, (uint32_t)digit + '0'))
            return 0;
    return c->decimals ? end - at : 0;
}

/* A run of bare digits is a year or "five or six"; digits next to a numeral make it no numeral. */
static size_t scan_han(struct str s, size_t at, struct counted *c)
{
    size_t n = numeral_scan_han(s, at, &c->value), digits = at;
    if (!n)
        return 0;
    c->is_han = true;
    while (digits < at + n && numeral_digit(code_at(s, digits)) > 0)
        digits = step(s, digits);
    if (digits == at + n && n > 3)
        return 0;
    return n + scan_han_fraction(s, at + n, c);
}

/* The numeral at `at` was left: everything that looks like part of it. */
static size_t skip_numeral(struct str s, size_t at)
{
    while (at < s.n && numeral_may_begin(code_at(s, at)))
        at = step(s, at);
    return at;
}

static bool is_yuan(struct str s, size_t at) { return has_at(s, at, "元") && !has_at(s, at, "元旦"); }

/* "3 yi 2000 wan yuan": the second figure goes on from the first. */
static size_t scan_second(struct str s, size_t at, struct counted *c)
{
    struct counted second = {0};
    size_t n = c->decimals ? 0 : scan_digits(s, at, &second);
    int64_t whole;
    if (!n || second.decimals || second.value >= 10000 || !has_at(s, at + n, "万") || !is_yuan(s, at + n + 3) ||
        __builtin_mul_overflow(c->value, 10000, &whole))
        return 0;
    c->value = whole + second.value;
    c->unit_fen = 10000 * FEN_PER_YUAN;
    return n + 6;
}

/* Money behind a figure that ends at `at`; the bytes of its unit. */
static size_t scan_money(struct str s, size_t at, struct counted *c)
{
    size_t multiplier = 0;
    c->unit_fen = FEN_PER_YUAN;
    for (size_t i = 0; i < sizeof multipliers / sizeof multipliers[0] && !multiplier; i++)
        if (has_at(s, at, multipliers[i].word)) {
            multiplier = str_from_cstr(multipliers[i].word).n;
            c->unit_fen = multipliers[i].factor * FEN_PER_YUAN;
        }
    if (is_yuan(s, at + multiplier))
        return multiplier + 3;
    size_t second = has_at(s, at, "亿") ? scan_second(s, at + multiplier, c) : 0;
    return second ? multiplier + second : 0;
}

/* A Chinese numeral has its units in it: its precision is that of the last one. */
static void scale_han(struct str number, struct counted *c)
{
    int64_t unit = str_has_suffix(number, STR("亿")) ? 100000000 : str_has_suffix(number, STR("万")) ? 10000 : 1;
    if (!c->is_han || c->decimals || c->unit_fen != FEN_PER_YUAN || c->value % unit)
        return;
    c->value /= unit;
    c->unit_fen *= unit;
}

/* ---- what it counts ------------------------------------------------------------------------------------------- */

static bool is_set_phrase(struct str s, size_t at, size_t number, size_t end, const struct counted *c)
{
    if (match(s, at, set_phrases) || match(s, number, no_count))
        return true;
    if (!c->is_han)
        return false;
    bool is_small = end - at == 6; /* one character and its counting word */
    bool is_word = is_small && (has_at(s, at, "二次") || (has_at(s, number, "处") && !has_at(s, at, "两")));
    bool is_name = code_before(s, at) == OPENING_QUOTE && closed_at(s, at, CLOSING_QUOTE, QUOTE_CHARS_MAX) != at;
    return c->value == 1 || is_word || is_name || match(s, end, han_no_count);
}

/* Whether a figure cannot begin here: within a word, behind an ordinal, as "some tens". */
static bool is_inside(struct str s, size_t at)
{
    static const uint32_t before[] = {0x7B2C /* 第 */, 0x6570 /* 数 */, 0x51E0 /* 几 */, '-', '/', '.'};
    uint32_t code = code_before(s, at);
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (code == before[i])
            return true;
    return is_digit(code) || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

/* "Of a hundred parts so many", or the sign behind a figure. */
static size_t scan_percent(struct str s, size_t at, struct counted *c)
{
    size_t from = at + 12, n;
    c->kind = COUNTED_PERCENT;
    if (has_at(s, at, "百分之百")) {
        c->value = 100;
        return from;
    }
    if (has_at(s, at, "百分之")) {
        from -= 3;
        n = scan_digits(s, from, c);
        n = n ? n : scan_han(s, from, c);
        return n ? from + n - at : 0;
    }
    n = scan_digits(s, at, c);
    from = skip_blanks(s, at + n);
    return n && code_at(s, from) == '%' ? step(s, from) - at : 0;
}

/* A figure at `at`: its bytes with the counting word, 0 when it counts nothing. */
static size_t scan(struct str s, size_t at, struct counted *c)
{
    *c = (struct counted){.from = at};
    size_t n = scan_percent(s, at, c);
    if (n)
        return n;
    *c = (struct counted){.from = at};
    n = scan_digits(s, at, c);
    n = n ? n : scan_han(s, at, c);
    if (!n)
        return 0;
    size_t number = skip_blanks(s, at + n), unit = scan_money(s, number, c);
    if (unit) {
        c->kind = COUNTED_MONEY;
        scale_han(str_slice(s, at, number), c);
        return number + unit - at;
    }
    unit = match(s, number, count_words);
    return unit && !is_set_phrase(s, at, number, number + unit, c) ? number + unit - at : 0;
}

bool counted_next(struct str text, size_t *at, struct counted *ret)
{
    while (*at < text.n) {
        uint32_t code = code_at(text, *at);
        size_t from = *at, n;
        if (code == OPENING_TITLE) {
            *at = closed_at(text, from, CLOSING_TITLE, TITLE_CHARS_MAX);
            *at = *at == from ? step(text, from) : *at;
            continue;
        }
        if (!numeral_may_begin(code)) {
            *at = step(text, from);
            continue;
        }
        n = is_inside(text, from) ? 0 : scan(text, from, ret);
        if (n) {
            *at = ret->to = from + n;
            return true;
        }
        *at = skip_numeral(text, from);
    }
    return false;
}

/* ---- against figures ------------------------------------------------------------------------------------------ */

static int64_t power_of_ten(int n)
{
    int64_t power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

/* value of one unit's decimals against an amount, rounded half up. */
static bool is_rounded_to(__int128 amount, int64_t unit, const struct counted *c)
{
    __int128 power = power_of_ten(c->decimals), scaled = amount * power * 2;
    scaled = scaled < 0 ? -1 : (scaled / unit + 1) / 2;
    return scaled == c->value;
}

/* part / whole in percent. */
static bool is_rate_of(const struct value *part, const struct value *whole, const struct counted *c)
{
    return whole->integer > 0 && is_rounded_to((__int128)part->integer * 100, whole->integer, c);
}

static bool is_part_name(struct str part, struct str whole)
{
    bool is_fen = str_has_suffix(part, STR("_fen")) == str_has_suffix(whole, STR("_fen"));
    return is_fen && part.n > whole.n && str_has_prefix(part, whole) && part.p[whole.n] == '_';
}

static bool is_rate(const struct value *figures, const struct value *figure, const struct counted *c)
{
    if (str_has_suffix(figure->key, STR("_bp")))
        return is_rounded_to(figure->integer, BP_PER_PERCENT, c);
    VALUE_EACH (whole, figures) {
        if (whole->kind == VALUE_INT && is_part_name(figure->key, whole->key) && is_rate_of(figure, whole, c))
            return true;
    }
    return false;
}

bool counted_is_known(const struct value *figures, const struct counted *c)
{
    VALUE_EACH (figure, figures) {
        if (figure->kind != VALUE_INT)
            continue;
        bool is_fen = str_has_suffix(figure->key, STR("_fen")), is_known = false;
        if (c->kind == COUNTED_PERCENT)
            is_known = is_rate(figures, figure, c);
        else if (c->kind == COUNTED_MONEY)
            is_known = is_fen && is_rounded_to(figure->integer, c->unit_fen, c);
        else
            is_known = !is_fen && !c->decimals && figure->integer == c->value;
        if (is_known)
            return true;
    }
    return false;
}

bool counted_is_of_register(struct str text, const struct counted *c)
{
    static const char *const nouns[] = {"问题", "反馈问题", "具体问题", "整改措施", "措施", "整改任务", "任务", NULL},
                             *const others[] = {"问题线索", "问题清单", "任务书", NULL};
    return c->kind == COUNTED_NUMBER && match(text, c->to, nouns) && !match(text, c->to, others);
}
