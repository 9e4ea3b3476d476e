/* outline_check.c: stated totals against their parts and rates, within a sentence.  A mismatch is reported, never corrected. */
#include "intake/outline_parts.h"

#include <stdlib.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { PARTS_MAX = 24, TOLERANCE_DIVISOR = 10, TYPES_MIN = 2 };

static const char *const done_words[] = {"完成", "整改到位", "已整改", "办结", "销号", "已办", "化解", "已清", "已收", "已解决", NULL};
static const char *const open_words[] = {"正在", "未", "持续推进", "持续整改", "持续巩固", "长期", "部分", "推进", "剩余", "其余", "余下", NULL};
static const char *const rest_words[] = {"其余", "剩余", "余下", NULL};

struct group {
    const struct outline_fact *total;
    const struct outline_fact *parts[PARTS_MAX];
    size_t n;
    bool is_status, has_rest, is_among; /* labels say a state; the last is the rest; "其中" */
};

static bool is_same_unit(const struct found_amount *a, const struct found_amount *b)
{
    return a->kind == b->kind && a->decimals == b->decimals && (a->kind != AMOUNT_COUNT || str_equal(a->unit, b->unit));
}

static bool is_same_kind(const struct found_amount *a, const struct found_amount *b)
{
    return a->kind == b->kind && (a->kind != AMOUNT_COUNT || str_equal(a->unit, b->unit));
}

static struct str words_before(const struct outline *outline, const struct outline_fact *fact, size_t floor)
{
    return str_slice(outline->lines.p[fact->line].match, floor, fact->from);
}

static bool is_status(struct str s)
{
    return outline_has_any(s, done_words) || outline_has_any(s, open_words);
}

/* The amounts behind facts[i] in its sentence that are parts of it. */
static struct group gather(const struct outline *outline, const struct outline_fact *const *facts, size_t n, size_t i)
{
    struct group group = {.total = facts[i]};
    size_t rest = 0, leading = 0, floor = facts[i]->to;
    bool is_leading = true, is_among = false;
    for (size_t k = i + 1; k < n && group.n < PARTS_MAX; k++) {
        struct str before = words_before(outline, facts[k], floor);
        bool is_first = group.n == 0;
        floor = facts[k]->to;
        if (!is_same_kind(&facts[k]->amount, &facts[i]->amount)) {
            if (facts[k]->amount.kind == AMOUNT_PERCENT && is_first)
                continue;
            if (group.n > 0 && is_among)
                break;
            continue;
        }
        if (is_first && outline_find(before, "其中", 0) != SIZE_MAX)
            is_among = true;
        group.parts[group.n++] = facts[k];
        if (is_status(before) && is_leading)
            leading = group.n;
        else
            is_leading = false;
        if (outline_has_any(before, rest_words)) {
            rest = group.n;
            break;
        }
    }
    group.has_rest = rest > 0;
    group.is_among = is_among && leading == 0;
    group.is_status = leading > 0;
    if (!group.has_rest && !group.is_among)
        group.n = leading;
    return group;
}

static bool add_check(struct outline *outline, const char *what, uint32_t at, size_t from, size_t to, struct str stated,
                      struct str computed, bool agrees, bool is_approximate)
{
    const struct outline_line *line = &outline->lines.p[at];
    struct outline_check check = {.text = outline_clean(line, from, to), .place = outline_place_of(outline, line), .stated = stated,
                                  .computed = computed, .what = what, .agrees = agrees, .is_approximate = is_approximate};
    return VEC_PUSH(outline->arena, &outline->checks, check);
}

static int node_id_at(const struct outline *outline, uint32_t line)
{
    return outline->lines.p[line].node ? outline->lines.p[line].node->id : 0;
}

/* Scaled to the unit of the total as written, so that the office reads the same figure as in the text. */
static struct str format_like(struct outline *outline, const struct found_amount *total, int64_t value)
{
    if (total->kind != AMOUNT_MONEY)
        return amount_format(outline->arena, value, total->decimals);
    int64_t unit = 100;
    int decimals = 2;
    if (amount_parse_unit(total->unit, &unit))
        for (int64_t rest = unit / 100; rest >= 10; rest /= 10)
            decimals++;
    struct str text = amount_format(outline->arena, value, decimals);
    while (text.n > 0 && text.p[text.n - 1] == '0' && str_find_byte(text, '.', 0) != SIZE_MAX)
        text.n--;
    if (text.n > 0 && text.p[text.n - 1] == '.')
        text.n--;
    return text;
}

static void check_group(struct outline *outline, const struct group *group)
{
    const struct outline_fact *total = group->total;
    int64_t sum = 0;
    bool is_approximate = total->amount.approx != AMOUNT_EXACT;
    for (size_t i = 0; i < group->n; i++) {
        if (!is_same_unit(&group->parts[i]->amount, &total->amount) ||
            __builtin_add_overflow(sum, group->parts[i]->amount.value, &sum))
            return;
        is_approximate = is_approximate || group->parts[i]->amount.approx != AMOUNT_EXACT;
    }
    size_t end = group->parts[group->n - 1]->to;
    int64_t value = total->amount.value;
    if (group->n == 1 && !group->has_rest) {
        if (sum > value && !is_approximate && group->is_status)
            outline_add_report(outline, "part_over_total", SEVERITY_WARNING, total->line, total->from, end, total->text,
                               group->parts[0]->text, node_id_at(outline, total->line));
        return;
    }
    bool agrees = sum == value || (is_approximate && value > 0 && llabs(sum - value) <= value / TOLERANCE_DIVISOR);
    bool is_partial = group->is_among && sum < value; /* "其中" need not list all */
    struct str computed = format_like(outline, &total->amount, sum);
    (void)add_check(outline, "sum", total->line, total->from, end, total->text, computed, agrees, is_approximate);
    if (!agrees)
        outline_add_report(outline, "sum_mismatch", is_partial ? SEVERITY_INFO : SEVERITY_WARNING, total->line, total->from, end,
                           total->text, computed, node_id_at(outline, total->line));
}

static void check_rate(struct outline *outline, const struct group *group, const struct outline_fact *rate)
{
    int64_t stated = 0, sum = 0, done = 0;
    int scale = 0;
    struct str match = outline->lines.p[rate->line].match;
    if (group->total->amount.kind != AMOUNT_COUNT && group->total->amount.kind != AMOUNT_MONEY)
        return;
    if (!outline_read_decimal(str_slice(match, rate->amount.number_from, rate->amount.number_to), &stated, &scale))
        return;
    bool agrees = false;
    int64_t whole = group->total->amount.value;
    for (size_t i = 0; i < group->n; i++) {
        int64_t part = group->parts[i]->amount.value;
        if (!is_same_unit(&group->parts[i]->amount, &group->total->amount) || __builtin_add_overflow(sum, part, &sum))
            return;
        done = i == 0 ? part : done;
        agrees = agrees || outline_rate_agrees(part, whole, stated, scale, rate->amount.approx) ||
                 outline_rate_agrees(sum, whole, stated, scale, rate->amount.approx);
    }
    struct str computed = outline_format_rate(outline->arena, done, whole);
    bool is_approximate = rate->amount.approx != AMOUNT_EXACT;
    (void)add_check(outline, "rate", rate->line, group->total->from, rate->to, rate->text, computed, agrees, is_approximate);
    if (!agrees)
        outline_add_report(outline, "rate_mismatch", SEVERITY_WARNING, rate->line, group->total->from, rate->to, rate->text, computed,
                           node_id_at(outline, rate->line));
}

static bool is_rate(const struct outline *outline, const struct outline_fact *fact, size_t floor)
{
    return fact->amount.kind == AMOUNT_PERCENT &&
           outline_has_any(words_before(outline, fact, floor),
                           WORDS("完成率", "整改率", "办结率", "销号率", "化解率", "到位率", "占比", "占", "达成率"));
}

static void check_sentence(struct outline *outline, const struct outline_fact *const *facts, size_t n)
{
    size_t floor = facts[0]->from;
    struct group last = {0};
    size_t covered = 0; /* amounts that are already parts of a total */
    for (size_t i = 0; i < n; i++) {
        struct str before = i == 0 ? STR_EMPTY : words_before(outline, facts[i], floor);
        floor = facts[i]->to;
        if (i > 0 && last.total && is_rate(outline, facts[i], facts[i - 1]->to))
            check_rate(outline, &last, facts[i]);
        if (facts[i]->amount.kind == AMOUNT_PERCENT || i < covered || is_status(before))
            continue;
        struct group group = gather(outline, facts, n, i);
        if (group.n == 0)
            continue;
        check_group(outline, &group);
        for (covered = i + 1; facts[covered - 1] != group.parts[group.n - 1]; covered++)
            ;
        last = group;
    }
}

/* "要求立行立改的35个…；分阶段整改的15个…；持续整改的8个" against "查出的58个问题" of the same paragraph. */
static void check_types(struct outline *outline, const struct outline_fact *const *facts, size_t n)
{
    static const char *const types[] = {"立行立改", "分阶段", "持续整改的", "集中整改的", "长期整改的", NULL};
    const struct outline_fact *total = NULL, *end = NULL;
    int64_t sum = 0;
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        const struct outline_fact *fact = facts[i];
        struct str match = outline->lines.p[fact->line].match;
        bool of_problems = str_has_prefix(str_slice(match, fact->to, match.n), STR("问题")) ||
                           outline_has_any(fact->label, WORDS("问题"));
        if (fact->amount.kind != AMOUNT_COUNT || !of_problems)
            continue;
        if (!total && outline_has_any(fact->label, WORDS("查出", "反馈", "发现", "指出"))) {
            total = fact;
        } else if (total && is_same_unit(&fact->amount, &total->amount) && outline_has_any(fact->label, types)) {
            if (__builtin_add_overflow(sum, fact->amount.value, &sum))
                return;
            found++;
            end = fact;
        }
    }
    if (found < TYPES_MIN)
        return;
    bool agrees = sum == total->amount.value;
    struct str computed = format_like(outline, &total->amount, sum);
    (void)add_check(outline, "types", total->line, total->from, end->to, total->text, computed, agrees, false);
    if (!agrees)
        outline_add_report(outline, "sum_mismatch", SEVERITY_WARNING, total->line, total->from, end->to, total->text, computed,
                           node_id_at(outline, total->line));
}

static bool has_sentence_end(struct str match, size_t from, size_t to)
{
    return outline_find_any(str_slice(match, from, to), 0, WORDS("。", ";", "!"), NULL) != SIZE_MAX;
}

enum rc outline_check_sums(struct outline *outline)
{
    VEC(const struct outline_fact *) facts = {0};
    for (size_t i = 0; i <= outline->facts.n; i++) {
        const struct outline_fact *fact = i < outline->facts.n ? &outline->facts.p[i] : NULL;
        if (fact && fact->kind != FACT_AMOUNT)
            continue;
        if (facts.n > 0 && (!fact || fact->line != facts.p[0]->line)) {
            struct str match = outline->lines.p[facts.p[0]->line].match;
            size_t from = 0;
            for (size_t k = 1; k <= facts.n; k++)
                if (k == facts.n || has_sentence_end(match, facts.p[k - 1]->to, facts.p[k]->from)) {
                    check_sentence(outline, facts.p + from, k - from);
                    from = k;
                }
            check_types(outline, facts.p, facts.n);
            facts.n = 0;
        }
        if (fact && !VEC_PUSH(outline->arena, &facts, fact))
            return arena_rc(outline->arena);
    }
    return arena_rc(outline->arena);
}
