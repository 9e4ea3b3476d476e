/* outline_check.c: stated totals against their parts and rates, within a sentence.  A mismatch is reported, never
 * corrected. */
#include "intake/outline_parts.h"

#include <stdlib.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { PARTS_MAX = 24, TOLERANCE_DIVISOR = 10, TYPES_MIN = 2, BEHIND_COUNT_MAX = 12 };

static const char *const done_words[] = {"完成", "整改到位", "已整改", "办结",   "销号", "已办",
                                         "化解", "已清",     "已收",   "已解决", NULL};
static const char *const open_words[] = {"正在", "未",   "持续推进", "持续整改", "持续巩固", "长期",
                                         "部分", "推进", "剩余",     "其余",     "余下",     NULL};
static const char *const type_words[] = {"立行立改", "限期", "分阶段", "长期", "持续",
                                         "近期",     "中期", "短期",   "集中", NULL};
static const char *const rest_words[] = {"其余", "剩余", "余下", NULL};

struct group {
    const struct outline_fact *total;
    const struct outline_fact *parts[PARTS_MAX];
    size_t n;
    bool is_status, has_rest, is_among; /* labels say a state; the last is the rest; "其中" */
    bool is_whole;                      /* each part is of a kind or state: together they are all */
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

/* Do the words right before an amount say a state?  Only its own clause counts: "连续三年未更新，法人户数由52户…" does
 * not. */
static bool is_status(struct str before)
{
    size_t from = before.n;
    while (from > 0) {
        size_t back = outline_step_back(before, from);
        uint32_t code = outline_code_at(before, back, NULL);
        if (code == ',' || code == ';' || code == ':' || code == 0x3002 || code == 0x3001)
            break;
        from = back;
    }
    struct str clause = outline_trim(str_slice(before, from, before.n));
    static const char *const ways[] = {"由", "从", "到", "至", "为", NULL};
    for (size_t i = 0; ways[i]; i++) /* "由52户增加到57户": a course, no parts */
        if (str_has_suffix(clause, str_from_cstr(ways[i])))
            return false;
    return outline_has_any(clause, done_words) || outline_has_any(clause, open_words);
}

/* The words right behind an amount whose clause begins with it: "15个已完成整改、2个基本完成". */
static struct str words_behind(const struct outline *outline, const struct outline_fact *fact, struct str before)
{
    before = outline_trim(before);
    size_t back = outline_step_back(before, before.n);
    uint32_t code = before.n ? outline_code_at(before, back, NULL) : ',';
    bool is_first = code == ',' || code == ';' || code == ':' || code == 0x3001 || code == 0x3002 ||
                    str_has_suffix(before, STR("其中"));
    struct str match = outline->lines.p[fact->line].match;
    size_t end = outline_find_any(match, fact->to, WORDS(",", "。", ";", "、", "(", ":"), NULL);
    struct str behind = str_slice(match, fact->to, end);
    for (size_t i = 0; i < behind.n; i++)
        if (behind.p[i] >= '0' && behind.p[i] <= '9') /* "13个问题已完成10个": the words are the next amount's */
            return STR_EMPTY;
    return is_first && outline_count(behind) <= BEHIND_COUNT_MAX ? behind : STR_EMPTY;
}

/* Does a state stand before an amount, or behind it? */
static bool tells_status(const struct outline *outline, const struct outline_fact *fact, struct str before)
{
    struct str behind = words_behind(outline, fact, before);
    return is_status(before) ||
           (behind.n > 0 && (outline_has_any(behind, done_words) || outline_has_any(behind, open_words)));
}

/* Does the total count what is to be rectified, so that fewer may be done but never more? */
static bool is_of_problems(const struct outline *outline, const struct outline_fact *fact)
{
    static const char *const nouns[] = {"问题", "事项", "任务", "措施", "线索", "反馈", "清单", NULL};
    struct str match = outline->lines.p[fact->line].match;
    struct str behind = str_slice(match, fact->to, fact->to + STR("具体").n * 2);
    return outline_has_any(fact->label, nouns) || outline_has_any(behind, nouns);
}

/* The amounts behind facts[i] in its sentence that are parts of it. */
static struct group gather(const struct outline *outline, const struct outline_fact *const *facts, size_t n, size_t i)
{
    struct group group = {.total = facts[i]};
    size_t rest = 0, leading = 0, types = 0, floor = facts[i]->to;
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
        types += outline_has_any(before, type_words) || tells_status(outline, facts[k], before);
        if (tells_status(outline, facts[k], before) && is_leading)
            leading = group.n;
        else
            is_leading = false;
        if (outline_has_any(before, rest_words)) {
            rest = group.n;
            break;
        }
    }
    group.has_rest = rest > 0;
    group.is_whole = group.n >= TYPES_MIN && types == group.n;
    group.is_among = is_among && leading == 0;
    group.is_status = leading > 0;
    if (!group.has_rest && !group.is_among)
        group.n = leading;
    return group;
}

void outline_add_check(struct outline *outline, const char *what, uint32_t at, size_t from, size_t to,
                       struct str stated, struct str computed, bool agrees, bool is_approximate)
{
    const struct outline_line *line = &outline->lines.p[at];
    struct outline_check check = {.text = outline_clean(line, from, to),
                                  .place = outline_place_of(outline, line),
                                  .stated = stated,
                                  .computed = computed,
                                  .what = what,
                                  .agrees = agrees,
                                  .is_approximate = is_approximate};
    (void)VEC_PUSH(outline->arena, &outline->checks, check);
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

/* "其中分别为甲11个、乙17个", "…三部分组成": the words say that the parts are all there is. */
static bool claims_all(const struct outline *outline, const struct group *group)
{
    struct str match = outline->lines.p[group->total->line].match;
    size_t end = group->parts[group->n - 1]->to;
    struct str lead = str_slice(match, group->total->to, group->parts[0]->from);
    struct str behind = str_slice(match, end, outline_find_any(match, end, WORDS("。", ";"), NULL));
    return outline_has_any(lead, WORDS("分别", "分为", "具体为", "具体是", "全部为", "全部是", "均为", "依次")) ||
           outline_has_any(behind, WORDS("组成", "构成"));
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
    if (group->n == 1 && group->has_rest)
        return; /* "追回118.5万元，其余207.5万元…": both are parts of what stands before */
    if (group->n == 1) {
        if (sum > value && !is_approximate && group->is_status && is_of_problems(outline, total))
            outline_add_report(outline, "part_over_total", SEVERITY_WARNING, total->line, total->from, end, total->text,
                               group->parts[0]->text, node_id_at(outline, total->line));
        return;
    }
    bool agrees = sum == value || (is_approximate && value > 0 && llabs(sum - value) <= value / TOLERANCE_DIVISOR);
    struct str computed = format_like(outline, &total->amount, sum);
    if (group->is_among && !group->has_rest && !group->is_whole && sum < value) {
        if (!agrees && claims_all(outline, group)) /* else "其中" need not list all */
            outline_add_report(outline, "parts_short", SEVERITY_INFO, total->line, total->from, end, total->text,
                               computed, node_id_at(outline, total->line));
        return;
    }
    outline_add_check(outline, "sum", total->line, total->from, end, total->text, computed, agrees, is_approximate);
    if (!agrees)
        outline_add_report(outline, "sum_mismatch", SEVERITY_WARNING, total->line, total->from, end, total->text,
                           computed, node_id_at(outline, total->line));
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
    outline_add_check(outline, "rate", rate->line, group->total->from, rate->to, rate->text, computed, agrees,
                      is_approximate);
    if (!agrees)
        outline_add_report(outline, "rate_mismatch", SEVERITY_WARNING, rate->line, group->total->from, rate->to,
                           rate->text, computed, node_id_at(outline, rate->line));
}

static bool is_rate(const struct outline *outline, const struct outline_fact *fact, size_t floor)
{
    return fact->amount.kind == AMOUNT_PERCENT &&
           outline_has_any(words_before(outline, fact, floor),
                           WORDS("完成率", "整改率", "办结率", "销号率", "化解率", "到位率", "占比", "占", "达成率"));
}

/* "反馈的29个问题，…；已完成22个，未完成5个，虚报完成2个": the total stands in the sentence before. */
static void check_carried(struct outline *outline, const struct outline_fact *total,
                          const struct outline_fact *const *facts, size_t n, size_t floor)
{
    struct group group = {.total = total, .is_status = true};
    for (size_t i = 0; i < n && i < PARTS_MAX && is_same_unit(&facts[i]->amount, &total->amount); i++) {
        if (!tells_status(outline, facts[i], words_before(outline, facts[i], floor)))
            break;
        floor = facts[i]->to;
        group.parts[group.n++] = facts[i];
    }
    if (group.n >= TYPES_MIN)
        check_group(outline, &group);
}

/* "接待费46.7万元、购物卡18.4万元，合计65.1万元": the total stands last. */
static void check_trailing(struct outline *outline, const struct outline_fact *const *facts, size_t i, size_t start)
{
    struct group group = {.total = facts[i], .has_rest = true};
    struct str before = outline_trim(words_before(outline, facts[i], facts[i - 1]->to));
    if (!str_has_suffix(before, STR("合计")) && !str_has_suffix(before, STR("共计")) &&
        !str_has_suffix(before, STR("总计")))
        return;
    for (size_t k = 0; k < i; k++) {
        if (facts[k]->amount.kind == AMOUNT_PERCENT)
            continue;
        if (outline_find(words_before(outline, facts[k], k ? facts[k - 1]->to : start), "其中", 0) != SIZE_MAX)
            return;
        if (is_same_unit(&facts[k]->amount, &facts[i]->amount) && group.n < PARTS_MAX)
            group.parts[group.n++] = facts[k];
    }
    if (group.n < TYPES_MIN)
        return;
    int64_t sum = 0;
    for (size_t k = 0; k < group.n; k++)
        if (__builtin_add_overflow(sum, group.parts[k]->amount.value, &sum))
            return;
    bool agrees = sum == facts[i]->amount.value;
    bool is_exact = facts[i]->amount.approx == AMOUNT_EXACT;
    struct str computed = format_like(outline, &facts[i]->amount, sum);
    if (agrees || is_exact)
        outline_add_check(outline, "sum", facts[i]->line, group.parts[0]->from, facts[i]->to, facts[i]->text, computed,
                          agrees, !is_exact);
    if (!agrees && is_exact)
        outline_add_report(outline, "sum_mismatch", SEVERITY_WARNING, facts[i]->line, group.parts[0]->from,
                           facts[i]->to, facts[i]->text, computed, node_id_at(outline, facts[i]->line));
}

static void check_sentence(struct outline *outline, const struct outline_fact *const *facts, size_t n, size_t start)
{
    size_t floor = start;
    struct group last = {0};
    size_t covered = 0; /* amounts that are already parts of a total */
    for (size_t i = 0; i < n; i++) {
        struct str before = words_before(outline, facts[i], floor);
        floor = facts[i]->to;
        if (i > 0 && last.total && is_rate(outline, facts[i], facts[i - 1]->to))
            check_rate(outline, &last, facts[i]);
        if (i >= TYPES_MIN && facts[i]->amount.kind != AMOUNT_PERCENT)
            check_trailing(outline, facts, i, start);
        if (facts[i]->amount.kind == AMOUNT_PERCENT || i < covered || tells_status(outline, facts[i], before))
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
        if (!total && outline_has_any(fact->label, WORDS("查出", "反馈", "发现", "指出", "反映"))) {
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
    outline_add_check(outline, "types", total->line, total->from, end->to, total->text, computed, agrees, false);
    if (!agrees)
        outline_add_report(outline, "sum_mismatch", SEVERITY_WARNING, total->line, total->from, end->to, total->text,
                           computed, node_id_at(outline, total->line));
}

/* "反馈的18个问题：已完成15个；基本完成2个；未完成1个": the parts are clauses of their own. */
static void check_clauses(struct outline *outline, const struct outline_fact *const *facts, size_t n)
{
    struct str match = outline->lines.p[facts[0]->line].match;
    struct group group = {.total = facts[0], .is_status = true};
    size_t semicolons = 0;
    if (n <= TYPES_MIN || !is_of_problems(outline, facts[0]))
        return;
    for (size_t i = 1; i < n && group.n < PARTS_MAX; i++) {
        struct str between = str_slice(match, facts[i - 1]->to, facts[i]->from);
        if (!is_same_unit(&facts[i]->amount, &facts[0]->amount) ||
            !tells_status(outline, facts[i], words_before(outline, facts[i], facts[i - 1]->to)) ||
            outline_find(between, "。", 0) != SIZE_MAX)
            return;
        semicolons += outline_find(between, ";", 0) != SIZE_MAX;
        group.parts[group.n++] = facts[i];
    }
    struct str first = str_slice(match, facts[0]->to, facts[1]->from);
    if (semicolons > 1 || (semicolons == 1 && outline_find(first, ";", 0) == SIZE_MAX)) /* else: check_carried */
        check_group(outline, &group);
}

/* How many of the facts stand in the sentence of the first. */
static size_t count_in_sentence(struct str match, const struct outline_fact *const *facts, size_t n)
{
    size_t i = 1;
    while (i < n && outline_find(str_slice(match, facts[i - 1]->to, facts[i]->from), "。", 0) == SIZE_MAX)
        i++;
    return i;
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
            size_t from = 0, start = 0;
            for (size_t k = 1; k <= facts.n; k++)
                if (k == facts.n || has_sentence_end(match, facts.p[k - 1]->to, facts.p[k]->from)) {
                    if (from == 1 && is_of_problems(outline, facts.p[0]))
                        check_carried(outline, facts.p[0], facts.p + from, k - from, start);
                    check_sentence(outline, facts.p + from, k - from, start);
                    from = k;
                    start = facts.p[k - 1]->to;
                }
            for (size_t k = 0, in = 0; k < facts.n; k += in) {
                in = count_in_sentence(match, facts.p + k, facts.n - k);
                check_clauses(outline, facts.p + k, in);
            }
            check_types(outline, facts.p, facts.n);
            facts.n = 0;
        }
        if (fact && !VEC_PUSH(outline->arena, &facts, fact))
            return arena_rc(outline->arena);
    }
    return arena_rc(outline->arena);
}
