/* score.c: see score.h. */
#include "loop/score.h"

#include <string.h>

static const struct {
    const char *name, *path;
} figures[FIGURE_COUNT] = {
#define FIGURE(name, text, list, filter, path) {text, path},
#include "../../data/assess_figures.def"
#undef FIGURE
};

/* In percent of the item's points, for each answer of the poll. */
static const int64_t answer_percent[SCORE_ANSWERS] = {100, 80, 60, 0};

enum { POINTS_MAX = 10000000 };

const char *score_figure_name(int figure) { return figures[figure].name; }
const char *score_figure_path(int figure) { return figures[figure].path; }

int score_figure_find(struct str name)
{
    for (int i = 0; i < FIGURE_COUNT; i++)
        if (str_equal_cstr(name, figures[i].name))
            return i;
    return -1;
}

int scheme_find_item(const struct scheme *scheme, struct str code)
{
    for (int i = 0; i < scheme->item_count; i++)
        if (str_equal(scheme->items[i].code, code))
            return i;
    return -1;
}

struct str score_format(struct arena *arena, int64_t points)
{
    const char *sign = points < 0 ? "-" : "";
    int64_t n = points < 0 ? -points : points;
    return arena_format(arena, "%s%lld.%02d", sign, (long long)(n / 100), (int)(n % 100));
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

static struct str next_word(struct str *rest)
{
    *rest = str_trim(*rest);
    size_t end = 0;
    while (end < rest->n && rest->p[end] != ' ' && rest->p[end] != '\t')
        end++;
    struct str word = str_slice(*rest, 0, end);
    *rest = str_slice(*rest, end, rest->n);
    return word;
}

/* "13.5" as 1350. */
static bool read_points(struct str word, int64_t *ret)
{
    int64_t n = 0;
    int decimals = -1;
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (word.p[i] < '0' || word.p[i] > '9' || decimals == 2 || n > POINTS_MAX)
            return false;
        n = n * 10 + (word.p[i] - '0');
        decimals += decimals >= 0;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 2; i++)
        n *= 10;
    *ret = n;
    return word.n > 0 && n <= POINTS_MAX;
}

static bool read_item(struct scheme *s, struct str rest)
{
    static const char *const kinds[] = {"manual", "auto", "poll"};
    struct score_item item = {.code = next_word(&rest), .rate_num = -1, .rate_den = -1};
    struct str kind = next_word(&rest);
    int k = 0;
    while (k < 3 && !str_equal_cstr(kind, kinds[k]))
        k++;
    bool is_good = s->item_count < SCORE_ITEMS_MAX && item.code.n && k < 3 &&
                   read_points(next_word(&rest), &item.points) && scheme_find_item(s, item.code) < 0;
    item.kind = (enum score_kind)k;
    item.title = str_trim(rest);
    if (!is_good || !item.title.n)
        return false;
    s->items[s->item_count++] = item;
    return true;
}

static bool read_deduct(struct scheme *s, struct str rest)
{
    struct score_rule rule = {.cap = -1};
    rule.item = scheme_find_item(s, next_word(&rest));
    rule.figure = score_figure_find(next_word(&rest));
    bool is_good = s->rule_count < SCORE_RULES_MAX && rule.item >= 0 && s->items[rule.item].kind == SCORE_AUTO &&
                   rule.figure >= 0 && read_points(next_word(&rest), &rule.each);
    struct str more = next_word(&rest);
    if (is_good && more.n)
        is_good = str_equal(more, STR("cap")) && read_points(next_word(&rest), &rule.cap);
    if (!is_good || str_trim(rest).n)
        return false;
    s->rules[s->rule_count++] = rule;
    return true;
}

static bool read_rate(struct scheme *s, struct str rest)
{
    int item = scheme_find_item(s, next_word(&rest)), num = score_figure_find(next_word(&rest));
    bool is_of = str_equal(next_word(&rest), STR("of"));
    int den = score_figure_find(next_word(&rest));
    if (item < 0 || s->items[item].kind != SCORE_AUTO || num < 0 || !is_of || den < 0 || str_trim(rest).n)
        return false;
    s->items[item].rate_num = num;
    s->items[item].rate_den = den;
    return true;
}

static bool read_veto(struct scheme *s, struct str rest)
{
    struct score_veto veto = {.figure = score_figure_find(next_word(&rest))};
    if (s->veto_count == SCORE_VETOS_MAX || veto.figure < 0 || !str_parse_int64(next_word(&rest), &veto.at) ||
        veto.at < 1 || str_trim(rest).n)
        return false;
    s->vetos[s->veto_count++] = veto;
    return true;
}

static bool read_band(struct scheme *s, struct str rest)
{
    struct score_band band = {0};
    bool is_good = s->band_count < SCORE_BANDS_MAX && read_points(next_word(&rest), &band.from);
    band.name = str_trim(rest);
    if (!is_good || !band.name.n || (s->band_count && s->bands[s->band_count - 1].from <= band.from))
        return false;
    s->bands[s->band_count++] = band;
    return true;
}

enum rc scheme_parse(struct ctx *ctx, struct str text, struct scheme *ret_scheme)
{
    static const struct {
        const char *word;
        bool (*read)(struct scheme *, struct str);
    } kinds[] = {
        {"item", read_item}, {"deduct", read_deduct}, {"rate", read_rate}, {"veto", read_veto}, {"band", read_band}};
    struct str line;
    int64_t n = 0;
    memset(ret_scheme, 0, sizeof *ret_scheme);
    while (str_split_next(&text, '\n', &line)) {
        bool is_read = false;
        n++;
        line = str_trim(line);
        if (!line.n || line.p[0] == '#')
            continue;
        struct str word = next_word(&line);
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !is_read; i++)
            is_read = str_equal_cstr(word, kinds[i].word) && kinds[i].read(ret_scheme, line);
        if (!is_read) {
            struct str arg = arena_format(ctx->arena, "%lld", (long long)n);
            return ctx_fail(ctx, RC_INVALID, "scheme.bad_line", STR("text"), STR_EMPTY, &arg, 1);
        }
    }
    bool has_last = ret_scheme->band_count && ret_scheme->bands[ret_scheme->band_count - 1].from == 0;
    if (!ret_scheme->item_count || !has_last)
        return ctx_fail_field(ctx, RC_INVALID, ret_scheme->item_count ? "scheme.no_last_band" : "scheme.no_items",
                              "text");
    return RC_OK;
}

/* ---- arithmetic --------------------------------------------------------------------------------------------- */

/* a * b / c, half up; all of them positive, a and b below 10^7 times 10^7. */
static int64_t share(int64_t a, int64_t b, int64_t c) { return (2 * a * b + c) / (2 * c); }

static void add_line(struct arena *arena, struct value *lines, int figure, int64_t count, int64_t each, int64_t points)
{
    struct value *line = value_add_map(arena, lines);
    value_put_text(arena, line, "figure", str_from_cstr(figures[figure].name));
    value_put_int(arena, line, "count", count);
    value_put_int(arena, line, "each", each);
    value_put_int(arena, line, "points", points);
}

static int64_t score_auto(struct arena *arena, const struct scheme *s, int i, const struct score_input *input,
                          struct value *lines)
{
    const struct score_item *item = &s->items[i];
    int64_t left = item->points;
    if (item->rate_num >= 0 && input->figures[item->rate_den] > 0) {
        int64_t num = input->figures[item->rate_num], den = input->figures[item->rate_den];
        left = share(item->points, num < den ? num : den, den);
        add_line(arena, lines, item->rate_num, num, 0, left - item->points);
    }
    for (int r = 0; r < s->rule_count; r++) {
        const struct score_rule *rule = &s->rules[r];
        if (rule->item != i)
            continue;
        int64_t count = input->figures[rule->figure];
        /* a count that takes more than everything takes everything: no product runs over */
        int64_t taken = rule->each && count > POINTS_MAX / rule->each ? POINTS_MAX : count * rule->each;
        taken = rule->cap >= 0 && taken > rule->cap ? rule->cap : taken;
        taken = taken > left ? left : taken;
        left -= taken;
        add_line(arena, lines, rule->figure, count, rule->each, -taken);
    }
    return left;
}

static int64_t score_poll(const struct score_item *item, const struct score_input *input, bool *ret_is_open)
{
    int64_t cast = 0, percent = 0;
    for (int a = 0; a < SCORE_ANSWERS; a++) {
        cast += input->answers[a];
        percent += input->answers[a] * answer_percent[a];
    }
    *ret_is_open = cast == 0;
    return cast ? share(item->points, percent, cast * 100) : item->points;
}

static int64_t score_manual(const struct score_item *item, int64_t sum, int64_t count, bool *ret_is_open)
{
    *ret_is_open = count == 0;
    int64_t mean = count ? (2 * sum + count) / (2 * count) : item->points;
    return mean > item->points ? item->points : mean;
}

static struct value *add_part(struct arena *arena, struct value *parts, struct str code, struct str title,
                              const char *kind, int64_t points)
{
    struct value *part = value_add_map(arena, parts);
    value_put_text(arena, part, "code", code);
    value_put_text(arena, part, "title", title);
    value_put_text(arena, part, "kind", str_from_cstr(kind));
    value_put_int(arena, part, "points", points);
    return part;
}

static struct str find_band(const struct scheme *s, int64_t total)
{
    for (int i = 0; i < s->band_count; i++)
        if (total >= s->bands[i].from)
            return s->bands[i].name;
    return STR_EMPTY;
}

struct value *score_compute(struct arena *arena, const struct scheme *s, const struct score_input *input)
{
    static const char *const kinds[] = {"manual", "auto", "poll"};
    struct value *result = value_new_map(arena), *parts = value_new_list(arena);
    int64_t total = 0;
    for (int i = 0; i < s->item_count; i++) {
        const struct score_item *item = &s->items[i];
        struct value *part = add_part(arena, parts, item->code, item->title, kinds[item->kind], item->points);
        struct value *lines = value_new_list(arena);
        bool is_open = false;
        int64_t score = item->kind == SCORE_AUTO ? score_auto(arena, s, i, input, lines)
                        : item->kind == SCORE_POLL
                            ? score_poll(item, input, &is_open)
                            : score_manual(item, input->marks[i].sum, input->marks[i].count, &is_open);
        value_put_int(arena, part, "score", score);
        value_put_bool(arena, part, "is_open", is_open);
        value_put(part, STR("lines"), lines);
        total += score;
    }
    for (int i = 0; i < s->veto_count; i++) {
        int64_t count = input->figures[s->vetos[i].figure];
        if (count < s->vetos[i].at)
            continue;
        struct value *part = add_part(arena, parts, STR("veto"), STR_EMPTY, "veto", 0);
        value_put_int(arena, part, "score", -total);
        value_put_bool(arena, part, "is_open", false);
        add_line(arena, value_put_list(arena, part, "lines"), s->vetos[i].figure, count, 0, -total);
        total = 0;
    }
    value_put_int(arena, result, "total", total);
    value_put_text(arena, result, "band", find_band(s, total));
    value_put(result, STR("parts"), parts);
    return result;
}
