/* outline_label.c: labels below a problem: who, until when, what is to be done, how it went. */
#include "intake/outline_parts.h"

enum { LABELS_MIN = 2 };

/* "1.进展情况：…" "2.成效：…" below a problem tell of it; they are no problems. */
bool outline_has_progress_labels(const struct outline_node *node)
{
    static const char *const labels[] = {"进展",     "成效",     "整改措施", "整改情况", "具体措施", "主要措施",
                                         "整改任务", "责任单位", "整改时限", "下一步",   "整改目标", "完成情况",
                                         "整改成效", "工作成效", "取得成效", "下步打算", "下步工作", "问题表现",
                                         "具体表现", "问题描述", "责任领导", "责任部门", "责任人",   "完成时限",
                                         "整改期限", "整改状态", "整改进展", "整改结果", NULL};
    bool has_any = false;
    for (const struct outline_node *child = node->first; child; child = child->next) {
        bool is_label = false;
        for (int i = 0; labels[i]; i++)
            is_label = is_label || str_has_prefix(child->heading, str_from_cstr(labels[i]));
        if (!is_label)
            return false;
        has_any = true;
    }
    return has_any;
}

/* "整改成效", "责任单位：办公室": facts of the problem above, no measures. */
bool outline_is_fact_label(struct str heading)
{
    static const char *const labels[] = {"整改成效",   "问题表现", "具体表现", "问题描述", "下步打算",
                                         "下一步打算", "责任单位", "责任领导", "责任部门", "责任人",
                                         "完成时限",   "整改时限", "整改期限", "整改状态", NULL};
    for (size_t i = 0; labels[i]; i++) {
        struct str label = str_from_cstr(labels[i]);
        struct str rest = str_slice(heading, label.n, heading.n);
        if (str_has_prefix(heading, label) &&
            (rest.n == 0 || str_has_prefix(rest, STR(":")) || str_has_prefix(rest, STR("："))))
            return true;
    }
    return false;
}

static const char *const labels[] = {"整改措施", "整改目标", "整改时限", "责任单位", "责任领导", "责任部门", "责任人",
                                     "牵头单位", "牵头领导", "牵头部门", "完成时限", "整改期限", "问题表现", "责任科室",
                                     "整改情况", "负责部门", "完成日期", "完成时间", "跟进措施", "具体表现", NULL};

enum { LABELS = sizeof labels / sizeof *labels };

/* Marks in has[] the labels that begin lines of a piece; how many are new. */
static size_t count_labels(const struct outline *outline, const struct outline_node *node, bool *has)
{
    size_t seen = 0;
    for (size_t i = 0; i < node->lines.n; i++) {
        struct str s = outline_trim(outline->lines.p[node->lines.p[i]].match);
        for (size_t k = 0; labels[k]; k++) {
            struct str label = str_from_cstr(labels[k]), rest = outline_trim(str_slice(s, label.n, s.n));
            if (has[k] || !str_has_prefix(s, label) || !str_has_prefix(rest, STR(":")))
                continue;
            has[k] = true;
            seen++;
        }
    }
    return seen;
}

/* A piece whose lines name who, until when and what is to be done is a problem, whatever its part is called.  Where it
 * numbers its measures, what follows the last of them is still its own. */
static bool is_labelled(const struct outline *outline, const struct outline_node *node)
{
    bool has[LABELS] = {false};
    for (const struct outline_node *up = node->parent; up; up = up->parent)
        if (up->is_labelled)
            return false;
    size_t seen = count_labels(outline, node, has);
    if (seen == 1 && node->last_child)
        seen += count_labels(outline, node->last_child, has);
    return seen >= LABELS_MIN;
}

void outline_mark_labelled(struct outline *outline)
{
    for (size_t i = 0; i < outline->nodes.n; i++) {
        struct outline_node *node = outline->nodes.p[i];
        node->is_labelled = is_labelled(outline, node);
        for (struct outline_node *up = node->parent; up && node->is_labelled; up = up->parent)
            up->labelled_below++;
    }
}
