/* outline_listed.c: how many problems or aspects the document says there are, against those that it lists.
 *
 * Many documents tell a total and describe only some of it.  A difference is reported where the words announce the list
 * ("发现13个问题，具体如下：") or where the list is as good as whole: then one is lost, or was counted otherwise.
 */
#include "intake/outline_parts.h"

#include <stdlib.h>

#include "text/numeral.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    NEAR_DIVISOR = 6, /* a list is as good as whole when no more than this part of it is wanting */
    LISTED_MIN = 2,
    STATED_MAX = 1000,
    BRIDGE_COUNT_MAX = 12, /* characters between a total and the list in its own sentence */
    COUNTS_MAX = STYLE_COUNT_ + 4
};

/* "13个方面的突出问题": what is counted, and where it stands in the match text of its line. */
struct claim {
    uint32_t line;
    size_t from, to, number_to;
    int64_t value;
    bool of_aspects;
};

struct counts {
    int64_t p[COUNTS_MAX];
    size_t n;
};

/* Behind the first of the words that stands at `at`, else at. */
static size_t skip_word(struct str s, size_t at, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (str_has_prefix(str_slice(s, at, s.n), str_from_cstr(words[i])))
            return at + str_from_cstr(words[i]).n;
    return at;
}

static size_t skip_words(struct str s, size_t at, const char *const *words)
{
    for (size_t next = skip_word(s, at, words); next > at; next = skip_word(s, at, words))
        at = next;
    return at;
}

static size_t clause_start(struct str s, size_t at)
{
    while (at > 0) {
        size_t back = outline_step_back(s, at);
        uint32_t code = outline_code_at(s, back, NULL);
        if (code == ',' || code == ';' || code == ':' || code == 0x3002)
            break;
        at = back;
    }
    return at;
}

/* Do the words before a number say that problems were found, all of them, and now? */
static bool is_found(struct str before)
{
    static const char *const finds[] = {"发现", "查出", "指出", "反馈", "反映", "查摆",
                                        "梳理", "存在", "提出", "认领", NULL};
    static const char *const sums[] = {"共", "共有", "共计", "合计", "总计", NULL};
    static const char *const others[] = {"其中", "上轮",     "上一轮", "上次", "往年",   "历次", "历年", "已整改",
                                         "未",   "正在",     "新发现", "同类", "移送",   "移交", "领办", "领衔",
                                         "包联", "举一反三", "自查",   "完成", "回头看", "督办", "退回", NULL};
    static const char *const rough[] = {"第", "近", "约", "超", "每", "超过", "前", NULL};
    bool is_sum = false;
    for (size_t i = 0; rough[i]; i++)
        if (str_has_suffix(before, str_from_cstr(rough[i])))
            return false;
    for (size_t i = 0; sums[i]; i++)
        is_sum = is_sum || str_has_suffix(before, str_from_cstr(sums[i]));
    return (is_sum || outline_has_any(before, finds)) && !outline_has_any(before, others);
}

/* "问题", "问题隐患共" right before a number that counts them. */
static bool ends_with_problems(struct str before)
{
    size_t at = SIZE_MAX;
    for (size_t i = outline_find(before, "问题", 0); i != SIZE_MAX; i = outline_find(before, "问题", i + 1))
        at = i;
    if (at == SIZE_MAX)
        return false;
    at = skip_words(before, at + STR("问题").n, WORDS("隐患", "线索", "共计", "合计", "总计", "共", "总数", "为"));
    return at == before.n;
}

/* The claim whose number stands at `at`; *ret_end is where to go on behind the number. */
static bool read_claim(const struct outline *outline, uint32_t line, size_t at, struct claim *ret, size_t *ret_end)
{
    static const char *const units[] = {"个", "项", "条", "处", "大类", "类", "方面", NULL};
    static const char *const groups[] = {"大类", "类", "方面", NULL};
    static const char *const kinds[] = {"的", "具体", "突出", "主要", "重点", "共性", "典型", "大", NULL};
    struct str s = outline->lines.p[line].match;
    int64_t value = 0;
    size_t number = numeral_scan(s, at, &value);
    if (number > 0)
        *ret_end = at + number;
    size_t from = clause_start(s, at), unit = skip_word(s, at + number, units);
    struct str before = outline_trim(str_slice(s, from, at));
    if (unit == at + number || value < LISTED_MIN || value > STATED_MAX)
        return false;
    size_t group = skip_words(s, unit, groups);
    bool of_aspects = group > unit || skip_word(s, at + number, groups) > at + number;
    size_t kind = skip_words(s, group, kinds), noun = skip_word(s, kind, WORDS("问题", "不足"));
    int64_t more = 0;
    bool is_counted = noun > kind || (of_aspects && numeral_scan(s, kind, &more) > 0) ||
                      (!of_aspects && kind == unit && ends_with_problems(before));
    if (!is_counted || !is_found(before))
        return false;
    *ret_end = noun;
    *ret = (struct claim){
        .line = line, .from = at, .to = noun, .number_to = group, .value = value, .of_aspects = of_aspects};
    return true;
}

/* What stands between the claim and the end of its line, or of the sentence. */
static struct str words_behind(const struct outline *outline, const struct claim *claim)
{
    struct str s = outline->lines.p[claim->line].match;
    size_t end = outline_find(s, "。", claim->to);
    return outline_trim(str_slice(s, claim->to, end));
}

/* "…，现反馈如下：" announces the list; "现将整改情况通报如下" does not, nor does a list of the main ones. */
static bool is_announced(struct str behind)
{
    static const char *const ways[] = {"如下", "分别是", "分别为", "具体是", "具体为", NULL};
    static const char *const others[] = {"整改", "情况", "公布", "通报", "公开", "主要", "突出",
                                         "典型", "部分", "措施", "建议", "完成", "其中", NULL};
    return (str_has_suffix(behind, STR(":")) || outline_has_any(behind, ways)) && !outline_has_any(behind, others);
}

static void add_count(struct counts *counts, int64_t n)
{
    if (counts->n < COUNTS_MAX)
        counts->p[counts->n++] = n;
}

static bool is_below(const struct outline *outline, const struct outline_node *node, const struct outline_node *scope)
{
    for (; node && node != &outline->root; node = node->parent)
        if (node == scope)
            return true;
    return scope == &outline->root;
}

/* A problem whose pieces are problems themselves ("一是…不严；二是…不实") counts as many. */
static int64_t count_pieces(const struct outline_node *finding)
{
    int64_t n = 0;
    for (const struct outline_node *child = finding->first; child; child = child->next)
        n += child->role == ROLE_TEXT && child->style == finding->first->style;
    return n > 0 ? n : 1;
}

/* Every way to count what stands below scope and a claim may mean: the problems first, then the groups of each style.
 */
static struct counts count_below(const struct outline *outline, const struct outline_node *scope, bool of_aspects)
{
    struct counts counts = {0};
    int64_t findings = 0, pieces = 0, points = 0, aspects[STYLE_COUNT_] = {0};
    for (size_t i = 0; i < outline->nodes.n; i++) {
        const struct outline_node *node = outline->nodes.p[i];
        if (node == scope || !is_below(outline, node, scope))
            continue;
        findings += node->role == ROLE_FINDING;
        pieces += node->role == ROLE_FINDING ? count_pieces(node) : 0;
        points += node->role == ROLE_LONG_TERM_POINT;
        aspects[node->style] += node->role == ROLE_ASPECT && node->zone == ROLE_FINDINGS;
    }
    add_count(&counts, findings);
    add_count(&counts, of_aspects ? findings : pieces);
    add_count(&counts, of_aspects ? findings : findings + points);
    for (int style = 0; style < STYLE_COUNT_; style++)
        add_count(&counts, aspects[style]);
    return counts;
}

/* The number of the list that the claim's own sentence begins ("发现三个问题：一是…；二是…"), or 0. */
static int64_t count_inline(const struct outline *outline, const struct claim *claim)
{
    struct str s = outline->lines.p[claim->line].match;
    for (size_t i = 0; i < outline->nodes.n; i++) {
        const struct outline_node *node = outline->nodes.p[i];
        if (node->line != claim->line || node->from < claim->to || node->number != 1)
            continue;
        struct str between = outline_trim(str_slice(s, claim->to, node->from));
        bool is_own = outline_count(between) <= BRIDGE_COUNT_MAX && str_has_suffix(between, STR(":")) &&
                      !outline_has_any(between, WORDS("。", "整改", "措施", "建议", "要求", "主要", "其中"));
        int64_t n = 1;
        for (const struct outline_node *next = node->next;
             is_own && next && next->style == node->style && next->number == n + 1; next = next->next)
            n++;
        return is_own ? n : 0;
    }
    return 0;
}

/* The count nearest to what is stated; of problems only where problems are stated. */
static int64_t nearest_count(const struct counts *counts, const struct claim *claim)
{
    int64_t best = counts->p[0];
    for (size_t i = 1; i < counts->n; i++)
        if ((claim->of_aspects || counts->p[i] == claim->value) &&
            llabs(counts->p[i] - claim->value) < llabs(best - claim->value))
            best = counts->p[i];
    return best;
}

static void add_result(struct outline *outline, const struct claim *claim, int64_t listed)
{
    const struct outline_line *line = &outline->lines.p[claim->line];
    struct str stated = outline_clean(line, claim->from, claim->number_to);
    struct str computed = arena_format(outline->arena, "%lld", (long long)listed);
    outline_add_check(outline, "listed", claim->line, claim->from, claim->to, stated, computed, listed == claim->value,
                      false);
    if (listed != claim->value)
        outline_add_report(outline, "listed_mismatch", SEVERITY_WARNING, claim->line,
                           clause_start(line->match, claim->from), claim->to, stated, computed,
                           line->node ? line->node->id : 0);
}

/* What a total in this line is about: the part that holds it, else the whole document; NULL when it tells of less. */
static const struct outline_node *scope_of(const struct outline *outline, uint32_t at, uint32_t first_finding)
{
    const struct outline_line *line = &outline->lines.p[at];
    const struct outline_node *node = line->node;
    bool is_group = node && (node->role == ROLE_ASPECT || node->role == ROLE_FINDINGS);
    if (is_group && node->first)
        return node;
    bool is_outside = !node || node->role < ROLE_ASPECT || node->role == ROLE_ACTION || node->style == STYLE_TABLE;
    bool is_told_before = at < first_finding && is_outside;
    return is_told_before ? &outline->root : NULL;
}

static uint32_t find_first_finding(const struct outline *outline)
{
    for (size_t i = 0; i < outline->nodes.n; i++)
        if (outline->nodes.p[i]->role == ROLE_FINDING)
            return outline->nodes.p[i]->line;
    return 0;
}

/* Compares one claim; true when it told of a list. */
static bool check_claim(struct outline *outline, const struct claim *claim, const struct outline_node *scope)
{
    int64_t own = count_inline(outline, claim);
    if (own > 0) {
        add_result(outline, claim, own);
        return true;
    }
    if (!scope)
        return false;
    struct counts counts = count_below(outline, scope, claim->of_aspects);
    int64_t listed = nearest_count(&counts, claim);
    if (listed < LISTED_MIN)
        return false;
    bool is_whole = llabs(listed - claim->value) * NEAR_DIVISOR <= claim->value;
    if (is_whole || is_announced(words_behind(outline, claim)))
        add_result(outline, claim, listed);
    return true;
}

enum rc outline_check_listed(struct outline *outline)
{
    uint32_t first_finding = find_first_finding(outline);
    bool has_seen[2] = {false, false}; /* the document's own total of problems, of aspects */
    for (uint32_t at = 0; at < outline->lines.n; at++) {
        const struct outline_line *line = &outline->lines.p[at];
        if (line->role == ROLE_FURNITURE)
            continue;
        const struct outline_node *scope = scope_of(outline, at, first_finding);
        for (size_t i = line->mark_end, end = 0; i < line->match.n; i = end) {
            struct claim claim;
            if (numeral_may_begin(outline_code_at(line->match, i, &end)) && read_claim(outline, at, i, &claim, &end)) {
                bool is_root = scope == &outline->root;
                if (!is_root || !has_seen[claim.of_aspects])
                    has_seen[claim.of_aspects] = check_claim(outline, &claim, scope) && is_root;
            }
        }
    }
    return arena_rc(outline->arena);
}
