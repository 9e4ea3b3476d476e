/* outline_role.c: what each piece is for.  The mark says where a piece stands, its part's title says what it is. */
#include "intake/outline_parts.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool tells_of_findings_only(enum outline_kind kind)
{
    return kind == KIND_FEEDBACK || kind == KIND_AUDIT_REPORT;
}

static bool has_child_between(const struct outline_node *node, enum outline_style from, enum outline_style to)
{
    for (const struct outline_node *child = node->first; child; child = child->next)
        if (child->style >= from && child->style <= to && child->role != ROLE_RECOMMENDATION)
            return true;
    return false;
}

static bool has_problem_headings(const struct outline_node *node)
{
    for (const struct outline_node *child = node->first; child; child = child->next) {
        if (child->role == ROLE_RECOMMENDATION)
            continue;
        if ((child->style <= STYLE_SUB && outline_is_problem_heading(child->heading)) || has_problem_headings(child))
            return true;
    }
    return false;
}

static enum outline_role top_zone(const struct outline *outline, const struct outline_node *node)
{
    enum outline_role role = outline_role_of_title(node->heading, true);
    if ((role != ROLE_LONG_TERM && node->labelled_below > 0) || node->is_labelled)
        return ROLE_FINDINGS;
    if (outline->kind == KIND_FEEDBACK || outline->kind == KIND_AUDIT_REPORT) {
        if (role == ROLE_RESPONSIBILITY)
            role = ROLE_ASSESSMENT;
        if (role == ROLE_LONG_TERM)
            role = ROLE_RECOMMENDATIONS;
    }
    if (role == ROLE_RESPONSIBILITY && outline_is_problem_heading(node->heading) && has_problem_headings(node) &&
        outline_has_any(node->heading, WORDS("的问题")))
        return ROLE_FINDINGS;
    if (role != ROLE_NONE)
        return role;
    bool is_aspect =
        outline_has_any(node->heading, WORDS("方面")) && has_child_between(node, STYLE_SECTION, STYLE_POINT);
    if (has_problem_headings(node) || outline_is_problem_heading(node->heading) || is_aspect)
        return ROLE_FINDINGS;
    return ROLE_OTHER;
}

/* Where a ledger lists the problems, the sections round it only tell their fields. */
static bool has_ledger(const struct outline *outline)
{
    for (size_t i = 0; i < outline->nodes.n; i++)
        if (outline->nodes.p[i]->role == ROLE_LEDGER)
            return true;
    return false;
}

/* The pieces right below a node. */
struct below {
    size_t blocks, problems; /* marked pieces down to "1)"; those whose heading names a problem */
    bool has_tables, has_points, is_subs_only;
};

static struct below look_below(const struct outline_node *node)
{
    struct below below = {.is_subs_only = true};
    for (const struct outline_node *child = node->first; child; child = child->next) {
        if (child->role == ROLE_RECOMMENDATION)
            continue;
        bool is_block = child->style >= STYLE_SECTION && child->style <= STYLE_PAREN;
        below.has_tables = below.has_tables || child->style == STYLE_TABLE;
        below.has_points = below.has_points || (child->style >= STYLE_CIRCLED && child->style <= STYLE_POINT);
        below.is_subs_only = below.is_subs_only && (!is_block || child->style >= STYLE_SUB);
        below.blocks += is_block;
        below.problems += is_block && outline_is_problem(child->heading);
    }
    return below;
}

static bool is_named_aspect(struct str heading)
{
    return str_has_suffix(heading, STR("方面")) || outline_has_any(heading, WORDS("方面存在"));
}

/* "(三)重大项目审计查出问题整改情况" is where such problems stand, and none itself. */
static bool is_collection(struct str heading)
{
    return outline_has_any(heading, WORDS("查出", "发现", "反馈", "指出")) &&
           outline_has_any(heading, WORDS("问题整改", "问题的整改")) &&
           !outline_has_any(heading, WORDS("“", "的问题整改")) && !str_has_prefix(heading, STR("关于")) &&
           (str_has_suffix(heading, STR("情况")) || str_has_suffix(heading, STR("进展")));
}

/* Do the pieces below tell what the problems are, so that the node only groups them? */
static bool groups_problems(const struct outline_node *node, const struct below *below, bool is_list)
{
    bool is_problem = outline_is_problem_heading(node->heading) || outline_is_problem(node->heading);
    if (below->blocks == 0)
        return false;
    if (is_named_aspect(node->heading))
        return true;
    if (below->problems * 2 >= below->blocks && !(is_list && below->is_subs_only && is_problem))
        return true;
    if (is_problem && below->is_subs_only)
        return false;
    /* "1.压实责任" under "(一)关于…问题" is what was done for it. */
    return is_list || !is_problem || below->problems > 0;
}

static bool is_outer(const struct outline_node *node)
{
    return node->style == STYLE_PART || node->style == STYLE_CHAPTER || node->style == STYLE_SECTION ||
           node->style == STYLE_HEADING;
}

/* A block in the part of the findings, and what stands below it. */
struct block {
    const struct outline *outline;
    const struct outline_node *node;
    struct below below;
    bool is_list; /* the document tells of findings only */
};

static bool is_labelled(const struct block *block) { return block->node->is_labelled; }

static bool holds_labelled(const struct block *block) { return block->node->labelled_below > 0; }

static bool is_over_table(const struct block *block)
{
    bool is_told_in_ledger = is_named_aspect(block->node->heading) && has_ledger(block->outline);
    return (block->below.has_tables || is_told_in_ledger) && !outline_is_problem_heading(block->node->heading);
}

static bool has_progress(const struct block *block) { return outline_has_progress_labels(block->node); }

static bool is_collected(const struct block *block) { return is_collection(block->node->heading); }

static bool is_decimal_group(const struct block *block)
{
    return block->node->style == STYLE_DECIMAL && block->below.blocks > 0 &&
           !outline_is_problem_heading(block->node->heading);
}

/* "1.…方面" over "(1)关于…问题" */
static bool is_inner_group(const struct block *block)
{
    return !is_outer(block->node) && !block->is_list && block->below.problems > 0 &&
           block->below.problems * 2 >= block->below.blocks;
}

static bool is_inner(const struct block *block) { return !is_outer(block->node); }

static bool holds_points(const struct block *block)
{
    return block->is_list && block->below.has_points && block->below.blocks == 0;
}

static bool is_group(const struct block *block) { return groups_problems(block->node, &block->below, block->is_list); }

static bool is_bare_aspect(const struct block *block)
{
    bool is_bare = !block->below.has_points && block->below.blocks == 0 &&
                   (block->node->body.n == 0 || block->outline->kind == KIND_FEEDBACK);
    return is_bare && is_named_aspect(block->node->heading);
}

/* A finding, or the aspect that holds them: the first rule that fits says which. */
static enum outline_role role_of_block(const struct outline *outline, const struct outline_node *node)
{
    static const struct {
        bool (*fits)(const struct block *block);
        enum outline_role role;
    } rules[] = {{is_labelled, ROLE_FINDING},   {holds_labelled, ROLE_ASPECT}, {is_over_table, ROLE_ASPECT},
                 {has_progress, ROLE_FINDING},  {is_collected, ROLE_ASPECT},   {is_decimal_group, ROLE_ASPECT},
                 {is_inner_group, ROLE_ASPECT}, {is_inner, ROLE_FINDING},      {holds_points, ROLE_ASPECT},
                 {is_group, ROLE_ASPECT},       {is_bare_aspect, ROLE_ASPECT}};
    struct block block = {
        .outline = outline, .node = node, .below = look_below(node), .is_list = tells_of_findings_only(outline->kind)};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].fits(&block))
            return rules[i].role;
    return ROLE_FINDING;
}

static enum outline_role role_in_findings(const struct outline *outline, const struct outline_node *node)
{
    bool is_list = tells_of_findings_only(outline->kind);
    enum outline_role above = node->parent->role;
    if (above == ROLE_FINDING)
        return is_list || outline_is_fact_label(node->heading) ? ROLE_TEXT : ROLE_MEASURE;
    if (above == ROLE_MEASURE || above == ROLE_TEXT)
        return above;
    /* Points right under an aspect or a part: findings when the document lists them, else what was done. */
    if (node->style >= STYLE_CIRCLED && node->style != STYLE_HEADING)
        return is_list || outline_is_problem_heading(node->heading) ? ROLE_FINDING : ROLE_MEASURE;
    return role_of_block(outline, node);
}

static enum outline_role role_in_zone(const struct outline *outline, const struct outline_node *node)
{
    bool is_inner = has_child_between(node, STYLE_SECTION, STYLE_ROW);
    switch (node->zone) {
    case ROLE_FINDINGS:
        return role_in_findings(outline, node);
    case ROLE_LONG_TERM:
        if (node->parent->role == ROLE_LONG_TERM_POINT)
            return ROLE_TEXT;
        return is_inner ? ROLE_ASPECT : ROLE_LONG_TERM_POINT;
    case ROLE_NEXT_STEPS:
        if (outline_find(node->parent->heading, "原因", 0) != SIZE_MAX && node->style == STYLE_POINT)
            return ROLE_CAUSE;
        return ROLE_PLAN;
    case ROLE_CAUSES:
        return ROLE_CAUSE;
    case ROLE_RECOMMENDATIONS:
        return ROLE_RECOMMENDATION;
    case ROLE_RESPONSIBILITY:
        return ROLE_ACTION;
    case ROLE_CONTACTS:
    case ROLE_PUBLICITY:
        return node->zone;
    default:
        return ROLE_TEXT;
    }
}

/* Rows of a ledger are findings wherever it stands. */
static void assign_rows(struct outline_node *node)
{
    for (struct outline_node *child = node->first; child; child = child->next) {
        child->zone = ROLE_FINDINGS;
        assign_rows(child);
    }
}

static void assign(const struct outline *outline, struct outline_node *node, enum outline_role zone)
{
    if (node->style == STYLE_TABLE) {
        node->zone = zone;
        if (node->role == ROLE_LEDGER)
            assign_rows(node);
        return;
    }
    if (node->role == ROLE_RECOMMENDATION) {
        for (struct outline_node *child = node->first; child; child = child->next)
            assign(outline, child, node->zone);
        return;
    }
    enum outline_role own = outline_role_of_title(node->heading, false);
    bool is_structural = node->style <= STYLE_SECTION || node->style == STYLE_HEADING;
    bool is_zone_change = is_structural && own != ROLE_NONE && own != zone && zone != ROLE_NEXT_STEPS &&
                          zone != ROLE_LONG_TERM && node->first && !outline_is_problem_heading(node->heading);
    node->zone = is_zone_change ? own : zone;
    if (node->role == ROLE_NONE)
        node->role = is_zone_change ? own : role_in_zone(outline, node);
    for (struct outline_node *child = node->first; child; child = child->next)
        assign(outline, child, node->zone);
}

static void assign_text(struct outline_node *node)
{
    node->zone = ROLE_TEXT;
    node->role = node->style == STYLE_TABLE ? ROLE_TABLE : ROLE_TEXT;
    for (struct outline_node *child = node->first; child; child = child->next)
        assign_text(child);
}

/* Points in running text before any part: the lead of a feedback lists findings, or asks for something. */
static enum outline_role loose_role(const struct outline *outline, const struct outline_node *node)
{
    const struct outline_line *line = &outline->lines.p[node->line];
    size_t list = outline_find_any(line->match, 0, WORDS("问题", "不足", "短板", "薄弱"), NULL);
    size_t ask = outline_find_any(line->match, 0, WORDS("建议", "要求", "意见", "强调"), NULL);
    if (tells_of_findings_only(outline->kind))
        return list < node->from && (ask > node->from || list < ask) ? ROLE_FINDING
               : ask < node->from                                    ? ROLE_RECOMMENDATION
                                                                     : ROLE_TEXT;
    return ROLE_ACTION;
}

/* A closure notice without marks tells of one problem: the first quoted one. */
static enum rc add_closed_problem(struct outline *outline)
{
    for (size_t i = 0; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        bool is_text = line->role == ROLE_LEAD || line->role == ROLE_TEXT || line->role == ROLE_OPENING;
        size_t problem = is_text ? outline_find(line->match, "问题", 0) : SIZE_MAX;
        if (problem == SIZE_MAX)
            continue;
        size_t open = outline_find(line->match, "“", 0), close = SIZE_MAX;
        if (open != SIZE_MAX)
            close = outline_find(line->match, "”", open);
        struct outline_node *node = outline_new_node(outline, &outline->root, STYLE_NONE);
        if (!node || !VEC_PUSH(outline->arena, &node->lines, (uint32_t)i))
            return arena_rc(outline->arena);
        node->role = ROLE_FINDING;
        node->zone = ROLE_FINDINGS;
        node->line = (uint32_t)i;
        node->to = line->match.n;
        node->span = outline_span_of(line, 0, line->match.n);
        node->heading = close != SIZE_MAX ? outline_clean(line, open + STR("“").n, close)
                                          : outline_clean(line, 0, problem + STR("问题").n);
        node->body = outline_trim(line->clean.text);
        line->node = node;
        line->role = ROLE_NONE;
        return RC_OK;
    }
    return RC_OK;
}

static bool has_finding(const struct outline *outline)
{
    for (size_t i = 0; i < outline->nodes.n; i++)
        if (outline->nodes.p[i]->role == ROLE_FINDING)
            return true;
    return false;
}

/* A piece right at the top may itself be an aspect or a finding: "(一)…方面", "1.关于“…”问题的整改". */
static bool is_own_finding(const struct outline_node *node, enum outline_role zone)
{
    bool is_part = node->style == STYLE_PART || node->style == STYLE_CHAPTER || node->style == STYLE_HEADING;
    if (node->is_fault_part || node->is_labelled)
        return true;
    if (zone != ROLE_FINDINGS || outline_role_of_title(node->heading, true) == ROLE_FINDINGS)
        return false;
    return !is_part || outline_is_problem_heading(node->heading) || outline_has_any(node->heading, WORDS("方面"));
}

static void assign_top(const struct outline *outline, struct outline_node *node)
{
    bool is_list = tells_of_findings_only(outline->kind) || outline->kind == KIND_LEDGER;
    if (node->role == ROLE_RECOMMENDATION) {
        assign(outline, node, node->zone);
        return;
    }
    if (node->style == STYLE_TABLE) {
        if (node->role == ROLE_LEDGER)
            assign_rows(node);
        return;
    }
    if (node->style >= STYLE_CIRCLED && node->style <= STYLE_POINT && node->is_inline) {
        node->role = loose_role(outline, node);
        node->zone = node->role == ROLE_FINDING ? ROLE_FINDINGS : ROLE_OTHER;
        return;
    }
    node->zone = node->is_fault_part ? ROLE_FINDINGS : top_zone(outline, node);
    if (node->zone == ROLE_OTHER && is_list && node->style >= STYLE_SECTION)
        node->zone = ROLE_FINDINGS;
    node->role = is_own_finding(node, node->zone) ? role_in_findings(outline, node) : node->zone;
    for (struct outline_node *child = node->first; child; child = child->next)
        assign(outline, child, node->zone);
}

enum rc outline_assign_roles(struct outline *outline)
{
    bool is_list = tells_of_findings_only(outline->kind);
    if (!outline_gives_register(outline->kind)) {
        assign_text(&outline->root);
        return RC_OK;
    }
    outline_mark_labelled(outline);
    if (is_list) {
        outline_mark_requests(outline);
        outline_mark_faults(outline);
    }
    for (struct outline_node *node = outline->root.first; node; node = node->next)
        assign_top(outline, node);
    if (outline->kind == KIND_CLOSURE && !has_finding(outline))
        return add_closed_problem(outline);
    return is_list ? outline_read_prose(outline) : outline_read_about(outline);
}
