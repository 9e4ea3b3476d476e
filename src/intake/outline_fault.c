/* outline_fault.c: what a feedback finds where no part is called "problems", and what it asks for behind them. */
#include "intake/outline_parts.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { SENTENCE_BYTES_MAX = 600 };

/* Words that blame whatever stands round them. */
static const char *const blames[] = {
    "不力",   "不严", "不到位", "不够",   "不深",   "不实",   "不牢",   "不强",   "不规范", "不彻底",   "不高",
    "不充分", "不紧", "不完善", "不健全", "不扎实", "不及时", "不明显", "不透",   "不平衡", "不作为",   "不担当",
    "缺失",   "缺位", "弱化",   "滞后",   "乏力",   "淡化",   "虚化",   "宽松软", "走过场", "流于形式", NULL};
/* Words that blame, but that a request may name as well ("补齐短板"). */
static const char *const faults[] = {"差距", "薄弱",     "短板",     "不足", "偏差", "松懈",
                                     "缓慢", "风险突出", "问题突出", "频发", "多发", NULL};
static const char *const requests[] = {"提高", "强化", "加强", "进一步", "坚持", "坚决", "压实", "持续", "切实",
                                       "着力", "严格", "严肃", "深化",   "抓好", "做好", "健全", "完善", "巩固",
                                       "整顿", "补齐", "防范", "推动",   "认真", "聚焦", "直面", "紧盯", "狠抓",
                                       "正视", "增强", "扛起", "扛牢",   "树牢", "对照", "逐项", "全力", "全面整改",
                                       "深入", "突出", "统筹", "抓实",   "夯实", "筑牢", "整治", NULL};
/* "深入整治作风不实" asks for something. */
static const char *const remedies[] = {"解决", "整治", "纠治", "克服", NULL};

static bool is_request(struct str heading)
{
    for (size_t i = 0; requests[i]; i++)
        if (str_has_prefix(heading, str_from_cstr(requests[i])))
            return true;
    return false;
}

/* "热费欠缴严重", "支部换届超期": words that blame only at the end; "清收拖欠货款" is what was done. */
static bool ends_with_fault(struct str heading)
{
    static const char *const ends[] = {"严重", "超期", "逾期", "欠缴", "拖欠", "失管", "空置", "闲置", NULL};
    for (size_t i = 0; ends[i]; i++)
        if (str_has_suffix(heading, str_from_cstr(ends[i])))
            return true;
    return false;
}

bool outline_names_fault(struct str heading)
{
    size_t comma = outline_find_any(heading, 0, WORDS(",", "，"), NULL);
    struct str clause = comma == SIZE_MAX ? heading : str_slice(heading, 0, comma);
    if (is_request(heading))
        return outline_has_any(clause, blames) && !outline_has_any(clause, remedies);
    return outline_has_any(heading, blames) || outline_has_any(heading, faults) || ends_with_fault(heading);
}

/* "落实整改要求不到位" is a fault although its words are those of a title. */
static bool ends_with_blame(struct str heading)
{
    for (size_t i = 0; blames[i]; i++)
        if (str_has_suffix(heading, str_from_cstr(blames[i])))
            return !is_request(heading) || !outline_has_any(heading, remedies);
    return false;
}

/* Words that what was done begins with; what names a fault behind them is its object. */
static const char *const actions[] = {"对",   "通过", "组织", "开展", "修订",     "制定", "制订", "出台", "印发",
                                      "召开", "建立", "规范", "追回", "清理",     "明确", "优化", "推进", "加大",
                                      "约谈", "问责", "督促", "落实", "解决",     "整改", "纠正", "已",   "集中",
                                      "成立", "实行", "实施", "逐",   "举一反三", "严",   "再",   "把",   "将",
                                      "及时", "立即", "重新", "定期", "围绕",     "结合", NULL};

bool outline_is_problem(struct str heading)
{
    static const char *const ends[] = {
        "问题",         "问题的整改", "问题整改", "问题整改情况", "问题的整改情况", "落实情况", "的整改情况",
        "问题整改进展", "”",          NULL};
    heading = outline_trim(heading);
    bool is_about = str_has_prefix(heading, STR("关于")) || str_has_prefix(heading, STR("“"));
    bool is_ended = false;
    for (size_t i = 0; ends[i]; i++)
        is_ended = is_ended || str_has_suffix(heading, str_from_cstr(ends[i]));
    bool has_problem = outline_find(heading, "问题", 0) != SIZE_MAX;
    if (is_about)
        return has_problem || is_ended || outline_names_fault(heading);
    for (size_t i = 0; actions[i]; i++)
        if (str_has_prefix(heading, str_from_cstr(actions[i])))
            return false;
    if (str_has_prefix(heading, STR("针对")))
        return is_ended && has_problem;
    return (is_ended && has_problem && !is_request(heading)) || outline_names_fault(heading);
}

static bool is_part(const struct outline_node *node)
{
    return node->style == STYLE_PART || node->style == STYLE_CHAPTER || node->style == STYLE_HEADING;
}

/* What a sentence that ends in a colon says of the list behind it; the last word counts. */
static enum outline_role announced_by(struct str s)
{
    static const char *const asks[] = {"建议",     "整改意见", "整改要求", "工作要求", "如下要求",
                                       "以下要求", "几点要求", "如下意见", "以下意见", NULL};
    static const char *const lists[] = {"问题", "不足", "短板", "薄弱环节", NULL};
    s = outline_trim(s);
    if (!str_has_suffix(s, STR(":")) && !str_has_suffix(s, STR(",")))
        return ROLE_NONE;
    s = str_slice(s, s.n > SENTENCE_BYTES_MAX ? s.n - SENTENCE_BYTES_MAX : 0, s.n);
    size_t from = 0;
    for (size_t at = outline_find(s, "。", 0); at != SIZE_MAX; at = outline_find(s, "。", from))
        from = at + STR("。").n;
    s = str_slice(s, from, s.n);
    size_t ask = SIZE_MAX, list = SIZE_MAX;
    for (size_t at = outline_find_any(s, 0, asks, NULL); at != SIZE_MAX; at = outline_find_any(s, at + 1, asks, NULL))
        ask = at;
    for (size_t at = outline_find_any(s, 0, lists, NULL); at != SIZE_MAX; at = outline_find_any(s, at + 1, lists, NULL))
        list = at;
    if (ask != SIZE_MAX && (list == SIZE_MAX || list < ask))
        return ROLE_RECOMMENDATIONS;
    return list != SIZE_MAX ? ROLE_FINDINGS : ROLE_NONE;
}

/* The words right before a piece: those of its own line, else the line before where that is no piece's first. */
static enum outline_role announced_before(const struct outline *outline, const struct outline_node *node)
{
    const struct outline_line *own = &outline->lines.p[node->line];
    struct str before = outline_trim(str_slice(own->match, 0, node->from));
    if (before.n > 0)
        return announced_by(before);
    for (size_t i = node->line; i > 0; i--) {
        const struct outline_line *line = &outline->lines.p[i - 1];
        if (line->role == ROLE_FURNITURE)
            continue;
        bool is_sentence = line->style == STYLE_NONE || outline_find(line->match, "。", 0) != SIZE_MAX;
        return is_sentence && str_has_suffix(outline_trim(line->match), STR(":")) ? announced_by(line->match)
                                                                                  : ROLE_NONE;
    }
    return ROLE_NONE;
}

void outline_mark_requests(struct outline *outline)
{
    for (size_t i = 0; i < outline->nodes.n; i++) {
        struct outline_node *node = outline->nodes.p[i];
        bool is_listed = node->style >= STYLE_CHAPTER && node->style <= STYLE_POINT;
        if (!is_listed || node == outline->root.first || node->role != ROLE_NONE ||
            announced_before(outline, node) != ROLE_RECOMMENDATIONS)
            continue;
        for (struct outline_node *next = node; next; next = next->next) {
            bool is_end = next != node && announced_before(outline, next) == ROLE_FINDINGS;
            if (is_end || next->style != node->style || next->role != ROLE_NONE)
                break;
            next->role = ROLE_RECOMMENDATION;
            next->zone = ROLE_RECOMMENDATIONS;
        }
    }
}

/* A part that says by its title that the problems stand in it: then the other parts tell something else. */
static bool has_titled_part(const struct outline *outline)
{
    for (const struct outline_node *node = outline->root.first; node; node = node->next) {
        if (node->style == STYLE_TABLE && node->role == ROLE_LEDGER)
            return true;
        if (node->style != STYLE_TABLE && node->role != ROLE_RECOMMENDATION &&
            outline_role_of_title(node->heading, true) == ROLE_FINDINGS && !ends_with_blame(node->heading) &&
            outline_find(node->heading, "方面", 0) == SIZE_MAX)
            return true;
    }
    return false;
}

static bool is_fault_part(const struct outline_node *node, bool is_announced)
{
    if (!is_part(node) || node->role != ROLE_NONE)
        return false;
    if (ends_with_blame(node->heading))
        return true;
    bool is_told = outline_has_any(node->heading, WORDS("基本情况", "总体情况", "工作情况", "开展情况", "评价", "成绩",
                                                        "成效", "建议", "有关要求", "工作要求", "整改要求", "原因"));
    if (is_told)
        return false;
    switch (outline_role_of_title(node->heading, true)) {
    case ROLE_RESPONSIBILITY:
    case ROLE_LONG_TERM:
    case ROLE_NEXT_STEPS:
    case ROLE_ACCOUNTABILITY:
    case ROLE_FINDINGS:
        return outline_names_fault(node->heading);
    case ROLE_NONE:
        return outline_names_fault(node->heading) || str_has_suffix(node->heading, STR("方面")) ||
               (is_announced && !is_request(node->heading));
    default:
        return false;
    }
}

void outline_mark_faults(struct outline *outline)
{
    struct outline_node *node = outline->root.first;
    if (has_titled_part(outline))
        return;
    while (node && !is_part(node))
        node = node->next;
    bool is_announced = node && announced_before(outline, node) == ROLE_FINDINGS;
    for (; node; node = node->next) {
        node->is_fault_part = is_fault_part(node, is_announced);
        /* The list that was announced ends where something else comes, or requests. */
        is_announced = is_announced && node->is_fault_part;
        for (const struct outline_node *last = node->last_child; last; last = last->last_child)
            is_announced = is_announced && last->role != ROLE_RECOMMENDATION;
    }
}
