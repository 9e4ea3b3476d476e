/* amount.c: money, counts and percentages; see amount.h. */
#include "text/amount.h"

#include "base/buf.h"
#include "base/vec.h"
#include "text/numeral.h"
#include "text/points.h"

enum { FRACTION_MAX = 9, FEN_PER_YUAN = 100, BP_PER_PERCENT = 100 };

/* A decimal figure as written: digits without the point, and how many of them stand behind it. */
struct decimal {
    int64_t digits;
    int decimals;
};

static const struct {
    const char *word;
    int64_t factor;
} multipliers[] = {{"万亿", 1000000000000}, {"亿", 100000000}, {"千万", 10000000}, {"百万", 1000000},
                   {"万", 10000},           {"千", 1000},      {"百", 100}};

/* Longer words stand before their own beginnings. */
static const char *const count_units[] = {
    "台(套)", "人次", "户次", "家次", "场次", "批次", "个工作日", "个百分点", "个月",   "小时", "工作日", "个", "项",
    "人",     "次",   "户",   "家",   "件",   "份",   "条",       "起",       "场",     "名",   "辆",     "处", "台",
    "套",     "篇",   "期",   "批",   "轮",   "类",   "种",       "宗",       "笔",     "座",   "间",     "所", "门",
    "支",     "位",   "组",   "队",   "封",   "本",   "册",       "例",       "款",     "艘",   "架",     "只", "块",
    "张",     "天",   "页",   "字",   "点",   "亩",   "公里",     "吨",       "平方米", NULL};

static const char *const before_nearly[] = {"将近", "接近", "近", NULL};
static const char *const before_about[] = {"大约", "约", "大概", NULL};
static const char *const before_over[] = {"超过", "不少于", "不低于", "至少", "逾", "超", NULL};
static const char *const after_over[] = {"以上", "多", "余", NULL};
static const char *const after_about[] = {"左右", "上下", NULL};

/* Figure times factor as an integer; rounds half up and says so.  False when it does not fit. */
static bool scale_decimal(struct decimal figure, int64_t factor, int64_t *ret_value, bool *ret_is_rounded)
{
    __int128 value = (__int128)figure.digits * factor;
    __int128 divisor = 1;
    for (int i = 0; i < figure.decimals; i++)
        divisor *= 10;
    *ret_is_rounded = value % divisor != 0;
    value = (value + divisor / 2) / divisor;
    if (value > INT64_MAX)
        return false;
    *ret_value = (int64_t)value;
    return true;
}

/* A figure at `at`: digits in one piece or with commas before every three, and a fraction.  Its points; 0 when none or
 * when it does not fit. */
static size_t scan_decimal(const struct points *points, size_t at, struct decimal *ret)
{
    struct decimal figure = {0};
    size_t n = points_count_digits(points, at), end = at;
    if (!n)
        return 0;
    bool has_commas = false;
    for (;;) {
        for (size_t i = 0; i < n; i++)
            if (__builtin_mul_overflow(figure.digits, 10, &figure.digits) ||
                __builtin_add_overflow(figure.digits, (int64_t)points->code[end + i] - '0', &figure.digits))
                return 0;
        end += n;
        bool is_group = (has_commas ? n == 3 : n <= 3) && end < points->n && points->code[end] == ',' &&
                        points_count_digits(points, end + 1) == 3;
        if (!is_group)
            break;
        has_commas = true;
        end++;
        n = 3;
    }
    size_t fraction = end < points->n && points->code[end] == '.' ? points_count_digits(points, end + 1) : 0;
    if (fraction > FRACTION_MAX)
        return 0;
    for (size_t i = 0; i < fraction; i++)
        if (__builtin_mul_overflow(figure.digits, 10, &figure.digits) ||
            __builtin_add_overflow(figure.digits, (int64_t)points->code[end + 1 + i] - '0', &figure.digits))
            return 0;
    figure.decimals = (int)fraction;
    *ret = figure;
    return end + (fraction ? fraction + 1 : 0) - at;
}

/* Multiplier at `at`: its points and its factor, 1 when none. */
static size_t match_multiplier(const struct points *points, size_t at, int64_t *ret_factor)
{
    *ret_factor = 1;
    for (size_t i = 0; i < sizeof multipliers / sizeof multipliers[0]; i++) {
        size_t n = points_match(points, at, multipliers[i].word);
        if (n) {
            *ret_factor = multipliers[i].factor;
            return n;
        }
    }
    return 0;
}

static bool is_digit_code(uint32_t code) { return code >= '0' && code <= '9'; }

/* Whether a figure at `at` would be the middle of something else: a number, a version, a code. */
static bool is_inside_word(const struct points *points, size_t at)
{
    if (at == 0)
        return false;
    uint32_t before = points->code[at - 1];
    if (is_digit_code(before) || (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z'))
        return true;
    return (before == '.' || before == ',') && at > 1 && is_digit_code(points->code[at - 2]);
}

/* Words of approximation around [*from, *end), which then includes them. */
static enum amount_approx scan_approx(const struct points *points, size_t limit, size_t *from, size_t *end)
{
    static const struct {
        const char *const *words;
        enum amount_approx approx;
    } before[] = {{before_nearly, AMOUNT_NEARLY}, {before_about, AMOUNT_ABOUT}, {before_over, AMOUNT_OVER}},
      after[] = {{after_over, AMOUNT_OVER}, {after_about, AMOUNT_ABOUT}};
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
        size_t n = points_match_any(points, *end, after[i].words);
        if (n) {
            *end += n;
            return after[i].approx;
        }
    }
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        size_t n = points_match_any_before(points, *from, before[i].words);
        if (n && *from - n >= limit) {
            *from -= n;
            return before[i].approx;
        }
    }
    return AMOUNT_EXACT;
}

/* Drops the zeros at the end of a fraction. */
static void trim_fraction(struct decimal *figure)
{
    while (figure->decimals > 0 && figure->digits % 10 == 0) {
        figure->digits /= 10;
        figure->decimals--;
    }
}

static bool read_count(struct decimal figure, int64_t factor, struct found_amount *amount)
{
    trim_fraction(&figure);
    for (; figure.decimals > 0 && factor % 10 == 0; factor /= 10)
        figure.decimals--;
    amount->decimals = figure.decimals;
    return !__builtin_mul_overflow(figure.digits, factor, &amount->value);
}

/* Amount that begins with its figure at `at`; *ret_end behind its unit. */
static bool scan_figure(const struct points *points, struct str text, size_t at, struct found_amount *amount,
                        size_t *ret_end)
{
    struct decimal figure;
    size_t n = is_inside_word(points, at) ? 0 : scan_decimal(points, at, &figure);
    if (!n)
        return false;
    size_t after = points_skip_blanks(points, at + n);
    amount->number_from = points->offset[at];
    amount->number_to = points->offset[at + n];
    if (points_match(points, after, "%")) {
        amount->kind = AMOUNT_PERCENT;
        *ret_end = after + 1;
        return scale_decimal(figure, BP_PER_PERCENT, &amount->value, &amount->is_rounded);
    }
    /* "300 more 10^4 yuan": the word of approximation stands before the multiplier */
    size_t more_n = points_match_any(points, after, (const char *const[]){"多", "余", NULL});
    int64_t factor;
    size_t unit = after + more_n, multiplier_n = match_multiplier(points, unit, &factor), measure = unit + multiplier_n;
    if (more_n)
        amount->approx = AMOUNT_OVER;
    size_t late_n = more_n ? 0 : points_match_any(points, measure, (const char *const[]){"多", "余", NULL});
    if (late_n && multiplier_n)
        amount->approx = AMOUNT_OVER;
    else
        late_n = 0;
    measure += late_n;
    size_t yuan_n = points_match(points, measure, "元旦") ? 0 : points_match(points, measure, "元");
    if (yuan_n) {
        amount->kind = AMOUNT_MONEY;
        *ret_end = measure + yuan_n;
        amount->unit = str_slice(text, points->offset[unit], points->offset[*ret_end]);
        return scale_decimal(figure, factor * FEN_PER_YUAN, &amount->value, &amount->is_rounded);
    }
    size_t count_n = points_match_any(points, measure, count_units);
    if (!count_n)
        return false;
    amount->kind = AMOUNT_COUNT;
    *ret_end = measure + count_n;
    amount->unit = str_slice(text, points->offset[measure], points->offset[*ret_end]);
    return read_count(figure, factor, amount);
}

/* "Of a hundred parts so many": the figure behind it in either script. */
static bool scan_of_hundred(const struct points *points, struct str text, size_t at, struct found_amount *amount,
                            size_t *ret_end)
{
    size_t n = points_match(points, at, "百分之"), from = at + n, end;
    if (!n)
        return false;
    struct decimal figure;
    size_t figure_n = scan_decimal(points, from, &figure);
    end = from + figure_n;
    if (!figure_n) {
        int64_t value;
        size_t bytes = numeral_scan_han(text, points->offset[from], &value);
        if (!bytes)
            return false;
        while (points->offset[end] < points->offset[from] + bytes)
            end++;
        figure = (struct decimal){value, 0};
    }
    amount->kind = AMOUNT_PERCENT;
    amount->number_from = points->offset[from];
    amount->number_to = points->offset[end];
    *ret_end = end;
    return scale_decimal(figure, BP_PER_PERCENT, &amount->value, &amount->is_rounded);
}

enum rc amounts_find(struct arena *arena, struct str text, struct found_amounts *ret)
{
    struct points points;
    TRY(points_of(arena, text, &points));
    VEC(struct found_amount) found = {0};
    size_t limit = 0;
    for (size_t at = 0; at < points.n;) {
        struct found_amount amount = {0};
        size_t from = at, end;
        if (!scan_figure(&points, text, at, &amount, &end) && !scan_of_hundred(&points, text, at, &amount, &end)) {
            at++;
            continue;
        }
        enum amount_approx around = scan_approx(&points, limit, &from, &end);
        if (around != AMOUNT_EXACT)
            amount.approx = around;
        amount.from = points.offset[from];
        amount.to = points.offset[end];
        if (!VEC_PUSH(arena, &found, amount))
            return arena_rc(arena);
        at = limit = end;
    }
    *ret = (struct found_amounts){found.p, found.n};
    return RC_OK;
}

bool amount_parse_scaled(struct str s, int64_t unit, int64_t *ret_value)
{
    enum { CELL_MAX_BYTES = 256 };
    /* the folded text is ASCII, so a fixed buffer does: no arena for a cell */
    uint32_t codes[CELL_MAX_BYTES + 1] = {0};
    uint32_t offsets[CELL_MAX_BYTES + 1];
    struct points points = {codes, offsets, 0};
    s = str_trim(s);
    if (s.n > CELL_MAX_BYTES || !points_fill(&points, s))
        return false;
    bool is_negative = points.n && (codes[0] == '-' || codes[0] == 0x2212);
    size_t start = is_negative || (points.n && codes[0] == '+') ? 1 : 0;
    struct decimal figure;
    size_t n = scan_decimal(&points, start, &figure);
    int64_t value;
    bool is_rounded;
    if (!n || start + n != points.n || !scale_decimal(figure, unit, &value, &is_rounded) || is_rounded)
        return false;
    *ret_value = is_negative ? -value : value;
    return true;
}

bool amount_parse_unit(struct str s, int64_t *ret_unit_fen)
{
    static const struct {
        const char *word;
        int64_t fen;
    } units[] = {{"万亿元", 100000000000000},
                 {"亿元", 10000000000},
                 {"千万元", 1000000000},
                 {"百万元", 100000000},
                 {"万元", 1000000},
                 {"千元", 100000},
                 {"元", 100}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (str_find(s, str_from_cstr(units[i].word), 0) == SIZE_MAX)
            continue;
        *ret_unit_fen = units[i].fen;
        return true;
    }
    return false;
}

struct str amount_format(struct arena *arena, int64_t value, int decimals)
{
    char digits[32], text[64];
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    int n = 0;
    while (rest || n <= decimals) {
        if (n == (int)sizeof digits)
            return STR_EMPTY;
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
    }
    size_t used = 0;
    if (value < 0)
        text[used++] = '-';
    for (int i = n - 1; i >= 0; i--) {
        text[used++] = digits[i];
        if (i > decimals && (i - decimals) % 3 == 0)
            text[used++] = ',';
        if (i == decimals && decimals > 0)
            text[used++] = '.';
    }
    return arena_copy_str(arena, (struct str){text, used});
}
