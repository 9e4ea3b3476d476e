/* outline_number.c: are the printed numbers continuous?  Duplicates, gaps and odd starts are reported, never repaired.
 */
#include "intake/outline_parts.h"

#include "text/numeral.h"

enum { GAP_SHOWN_MAX = 20 };

static bool is_numbered(enum outline_style style) { return style >= STYLE_CHAPTER && style <= STYLE_POINT; }

static void report(struct outline *outline, const char *code, enum outline_severity severity,
                   const struct outline_node *node, int number, int expected)
{
    outline_add_report(outline, code, severity, node->line, node->from, node->heading_to,
                       arena_format(outline->arena, "%d", number),
                       expected > 0 ? arena_format(outline->arena, "%d", expected) : STR_EMPTY, node->id);
}

static void check_child(struct outline *outline, const struct outline_node *node, int *before, int *run, bool over_line)
{
    int number = node->number, last = before[node->style];
    bool is_first = last == 0;
    int over = run[node->style];
    if (outline->lines.p[node->line].is_mark_damaged && outline->lines.p[node->line].node == node)
        report(outline, "numbering_damaged", SEVERITY_INFO, node, number, 0);
    before[node->style] = number;
    run[node->style] = number;
    if (is_first) {
        /* A first number is 1, or runs on from the parent before. */
        if (number != 1 && number != over + 1)
            report(outline, "numbering_start", SEVERITY_WARNING, node, number, over > 0 ? over + 1 : 1);
        return;
    }
    if (number == last + 1)
        return;
    if (number == last) {
        report(outline, "numbering_duplicate", SEVERITY_WARNING, node, number, last + 1);
    } else if (number > last) {
        for (int missing = last + 1; missing < number && missing <= last + GAP_SHOWN_MAX; missing++)
            report(outline, "numbering_missing", SEVERITY_WARNING, node, missing, 0);
    } else if (number == 1 && node->is_inline && over_line) {
        return; /* points of another paragraph count anew */
    } else if (number == 1) {
        report(outline, "numbering_restart", SEVERITY_INFO, node, number, last + 1);
    } else {
        report(outline, "numbering_order", SEVERITY_WARNING, node, number, last + 1);
    }
}

static void check_children(struct outline *outline, const struct outline_node *parent, int *run)
{
    int before[STYLE_COUNT_] = {0};
    const struct outline_node *last = NULL;
    for (const struct outline_node *node = parent->first; node; last = node, node = node->next) {
        if (is_numbered(node->style))
            check_child(outline, node, before, run, last && last->line != node->line);
        check_children(outline, node, run);
    }
}

/* "single", "restarting", "running" or "mixed"; "" when the style does not occur. */
const char *outline_numbering(const struct outline *outline, enum outline_style style)
{
    const struct outline_node *parent = NULL;
    int last = 0, restarts = 0, runs = 0, groups = 0;
    for (size_t i = 0; i < outline->nodes.n; i++) {
        const struct outline_node *node = outline->nodes.p[i];
        if (node->style != style || node->number == 0)
            continue;
        if (groups == 0 || node->parent != parent) {
            groups++;
            if (groups > 1 && node->number == 1)
                restarts++;
            else if (groups > 1 && node->number == last + 1)
                runs++;
        }
        parent = node->parent;
        last = node->number;
    }
    return groups == 0                 ? ""
           : groups == 1               ? "single"
           : restarts == 0 && runs > 0 ? "running"
           : restarts > 0 && runs == 0 ? "restarting"
                                       : "mixed";
}

enum rc outline_check_numbers(struct outline *outline)
{
    int run[STYLE_COUNT_] = {0};
    check_children(outline, &outline->root, run);
    return arena_rc(outline->arena);
}
