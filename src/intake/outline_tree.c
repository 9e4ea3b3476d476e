/* outline_tree.c: marks and the stack.
 *
 * The style of a mark gives its rank; what is open decides the depth, so any level may be missing.  Lines without a
 * mark continue the piece that is open.  Marks inside a line make pieces of their own below the line's piece.
 */
#include "intake/outline_parts.h"

#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    STACK_MAX = 24,
    HEADING_COUNT_MAX = 60,
    BOLD_COUNT_MAX = 30,
    BARE_COUNT_MIN = 4,
    BARE_COUNT_MAX = 24,
    SECOND_LINES_MAX = 6
};

static bool is_structural(enum outline_style style) { return style >= STYLE_CHAPTER && style <= STYLE_PAREN; }

struct stack {
    struct outline_node *p[STACK_MAX]; /* p[0] is the root */
    size_t n;
};

static struct outline_node *top_of(const struct stack *stack) { return stack->p[stack->n - 1]; }

struct outline_node *outline_new_node(struct outline *outline, struct outline_node *parent, enum outline_style style)
{
    struct outline_node *node = ARENA_NEW(outline->arena, struct outline_node);
    if (!node || !VEC_PUSH(outline->arena, &outline->nodes, node))
        return NULL;
    node->id = (int)outline->nodes.n;
    node->style = style;
    node->rank = (int)style;
    node->parent = parent;
    if (parent->last_child)
        parent->last_child->next = node;
    else
        parent->first = node;
    parent->last_child = node;
    return node;
}

/* Opens a piece: closes what is as deep or deeper, then hangs the new one below what stays open. */
static enum rc push_node(struct outline *outline, struct stack *stack, enum outline_style style, int rank, int number,
                         struct outline_node **ret_node)
{
    bool is_below_point = style == STYLE_CIRCLED && top_of(stack)->style == STYLE_POINT && number == 1;
    for (size_t i = 1; i < stack->n && style == STYLE_CIRCLED; i++)
        if (stack->p[i]->style == STYLE_CIRCLED && i > 1 && stack->p[i - 1]->style == STYLE_POINT) {
            stack->n = i; /* a sibling below the point */
            is_below_point = true;
        }
    while (!is_below_point && stack->n > 1 && top_of(stack)->rank >= rank)
        stack->n--;
    struct outline_node *parent = top_of(stack);
    struct outline_node *node = outline_new_node(outline, parent, style);
    if (!node)
        return RC_NOMEM;
    node->rank = rank;
    node->number = number;
    parent->last[style] = number;
    if (stack->n < STACK_MAX)
        stack->p[stack->n++] = node;
    *ret_node = node;
    return RC_OK;
}

static struct str trim_stops(struct str s)
{
    s = outline_trim(s);
    for (;;) {
        size_t back = outline_step_back(s, s.n);
        uint32_t code = s.n ? outline_code_at(s, back, NULL) : 0;
        if (code != 0x3002 && code != 0xFF1B && code != ';' && code != ':' && code != 0xFF1A)
            return s;
        s = outline_trim(str_slice(s, 0, back));
    }
}

/* Makes node and what it hangs below the open pieces. */
static void open_node(struct outline *outline, struct stack *stack, struct outline_node *node)
{
    size_t depth = 0;
    for (struct outline_node *up = node; up; up = up->parent)
        depth++;
    if (depth > STACK_MAX)
        return;
    stack->n = depth;
    for (struct outline_node *up = node; up; up = up->parent)
        stack->p[--depth] = up;
    stack->p[0] = &outline->root;
}

/* Heading, body and places of a piece that stands in match range [from, to) with its mark up to mark_end; the heading
 * ends at the latest at heading_limit. */
static enum rc fill_node(struct outline *outline, struct outline_node *node, uint32_t at, size_t from, size_t mark_end,
                         size_t to, size_t heading_limit)
{
    struct outline_line *line = &outline->lines.p[at];
    node->line = at;
    node->from = from;
    node->to = to;
    node->span = outline_span_of(line, from, to);
    node->mark = line->is_list_mark && !node->is_inline ? outline->document->paragraphs[line->paragraph].list_mark
                                                        : outline_clean(line, from, mark_end);
    size_t limit = heading_limit < to ? heading_limit : to;
    size_t end = outline_heading_end(line->match, mark_end, limit, &node->is_quote_open);
    node->heading_from = mark_end;
    node->heading_to = end;
    node->heading = trim_stops(outline_clean(line, mark_end, end));
    size_t body = end;
    if (body < limit)
        outline_code_at(line->match, body, &body); /* the stop itself */
    node->body = outline_clean(line, body, to);
    return RC_OK;
}

static enum rc hold_line(struct outline *outline, struct outline_node *node, uint32_t at)
{
    if (!VEC_PUSH(outline->arena, &node->lines, at))
        return arena_rc(outline->arena);
    outline->lines.p[at].node = node;
    return RC_OK;
}

/* Adds the lines without mark to the bodies of the pieces that they continue, once all are known. */
static enum rc join_bodies(struct outline *outline)
{
    for (size_t i = 0; i < outline->nodes.n; i++) {
        struct outline_node *node = outline->nodes.p[i];
        size_t n = node->body.n + 1;
        for (size_t k = 0; k < node->lines.n; k++)
            n += outline->lines.p[node->lines.p[k]].clean.text.n + 1;
        bool has_more = node->lines.n > 1 || (node->lines.n == 1 && node->lines.p[0] != node->line);
        if (!has_more || node->style == STYLE_TABLE || node->style == STYLE_ROW)
            continue;
        char *p = arena_alloc(outline->arena, n);
        if (!p)
            return arena_rc(outline->arena);
        size_t at = node->body.n;
        if (at > 0)
            memcpy(p, node->body.p, at);
        for (size_t k = 0; k < node->lines.n; k++) {
            struct str text = outline_trim(outline->lines.p[node->lines.p[k]].clean.text);
            if (node->lines.p[k] == node->line)
                continue;
            if (at > 0)
                p[at++] = '\n';
            if (text.n > 0)
                memcpy(p + at, text.p, text.n);
            at += text.n;
        }
        node->body = (struct str){p, at};
    }
    return RC_OK;
}

/* Numbers that count for marks inside a line: of the pieces that each style would hang below. */
static void gather_last(const struct stack *stack, int last[STYLE_COUNT_])
{
    for (int style = 0; style < STYLE_COUNT_; style++) {
        size_t i = stack->n;
        while (i > 1 && stack->p[i - 1]->rank >= style)
            i--;
        last[style] = stack->p[i - 1]->last[style];
    }
    if (top_of(stack)->style == STYLE_POINT)
        last[STYLE_CIRCLED] = top_of(stack)->last[STYLE_CIRCLED];
}

/* Pieces that start inside line `at`. */
static enum rc add_inline(struct outline *outline, struct stack *stack, uint32_t at, const inline_mark_vec *marks)
{
    const struct outline_line *line = &outline->lines.p[at];
    for (size_t i = 0; i < marks->n; i++) {
        const struct inline_mark *mark = &marks->p[i];
        struct outline_node *node = NULL;
        TRY(push_node(outline, stack, mark->style, (int)mark->style, mark->number, &node));
        node->is_inline = true;
        size_t to = line->match.n, limit = i + 1 < marks->n ? marks->p[i + 1].from : line->match.n;
        for (size_t k = i + 1; k < marks->n; k++) {
            bool is_below =
                marks->p[k].style > mark->style || (mark->style == STYLE_POINT && marks->p[k].style == STYLE_CIRCLED);
            if (is_below)
                continue;
            to = marks->p[k].from;
            break;
        }
        TRY(fill_node(outline, node, at, mark->from, mark->end, to, limit));
    }
    return RC_OK;
}

/* A doubtful mark is taken only as the next of its kind. */
/* "1.3号锅炉…" is the first item where a second follows. */
static bool begins_items(const struct outline *outline, const struct outline_line *line)
{
    size_t end = (size_t)(line - outline->lines.p) + SECOND_LINES_MAX;
    for (const struct outline_line *next = line + 1; next < outline->lines.p + outline->lines.n; next++) {
        if ((size_t)(next - outline->lines.p) > end)
            return false;
        if (next->style == STYLE_ITEM)
            return next->number == 2;
    }
    return false;
}

/* The items of one run go on under a new section: "(四)…" and "7.2022年…" behind a "6." of the section before. */
static bool goes_on(const struct outline *outline, const struct outline_line *line)
{
    for (const struct outline_line *last = line; last-- > outline->lines.p;)
        if (last->node && last->node->style == STYLE_ITEM && &outline->lines.p[last->node->line] == last)
            return last->node->number > 1 && line->number == last->node->number + 1;
    return false;
}

static bool is_accepted(const struct outline *outline, const struct stack *stack, const struct outline_line *line)
{
    if (!is_structural(line->style))
        return false;
    if (!line->is_doubtful)
        return true;
    size_t i = stack->n;
    while (i > 1 && stack->p[i - 1]->rank >= (int)line->style)
        i--;
    const struct outline_node *parent = stack->p[i - 1];
    if (line->style == STYLE_DECIMAL && parent->style == STYLE_ITEM && parent->number != line->number_major)
        return false;
    if (line->style == STYLE_ITEM && parent->style == STYLE_SECTION && parent->last[STYLE_ITEM] == 0 &&
        goes_on(outline, line))
        return true;
    if (line->number != parent->last[line->style] + 1)
        return false;
    return line->style != STYLE_ITEM || parent->last[line->style] > 0 || begins_items(outline, line);
}

/* "存在问题：" right over "1.", and nothing marked before it but what such a line announced. */
static bool announces_items(const struct outline *outline, const struct outline_line *line, struct str text)
{
    const struct outline_line *next = line + 1;
    bool is_last = (size_t)(next - outline->lines.p) >= outline->lines.n;
    if (is_last || !str_has_suffix(text, STR(":")) || next->style != STYLE_ITEM || next->number != 1)
        return false;
    for (const struct outline_line *before = outline->lines.p + outline->front_end; before < line; before++)
        if (before->node && before->node->style != STYLE_HEADING && before->node->parent == &outline->root)
            return false;
    return true;
}

/* A line that is only the title of a part ("主要做法"), in a document that does not number its parts.  Labels that
 * stand below each finding ("整改情况：") are none. */
static bool is_bare_title(const struct outline *outline, const struct outline_line *line, struct str text)
{
    static const char *const labels[] = {"整改情况", "整改进展", "整改成效", "整改措施", "存在问题",
                                         "进展情况", "完成情况", "责任领导", "工作安排", NULL};
    bool is_over_list = announces_items(outline, line, text);
    if (str_has_suffix(text, STR(":")))
        text = outline_trim(str_slice(text, 0, text.n - 1));
    size_t count = outline_count(text);
    if (line->style != STYLE_NONE || count < BARE_COUNT_MIN || count > BARE_COUNT_MAX ||
        outline_has_any(text, WORDS(",", "。", ";", ":", "“", "(", "、", "!")) ||
        outline_role_of_title(text, true) == ROLE_NONE ||
        (outline_is_problem(text) && !outline_has_any(text, WORDS("发现的", "存在的", "主要问题", "突出问题"))) ||
        outline_is_contact_line(text) || outline_is_publicity_line(text, true))
        return false;
    for (size_t i = 0; labels[i] && !is_over_list; i++)
        if (str_equal_cstr(text, labels[i]))
            return false;
    for (size_t i = 0; i < outline->lines.n; i++) {
        const struct outline_line *other = &outline->lines.p[i];
        if (other != line && str_equal(outline_trim(other->match), text))
            return false;
    }
    return true;
}

/* Where parts are numbered, a bare title is one only over parts that begin anew ("检查发现的问题", 一、二、,
 * "整改要求", 一、二、); 0 when it is none. */
static int rank_over_parts(const struct outline *outline, const struct outline_line *line)
{
    size_t at = (size_t)(line - outline->lines.p), begins = 0;
    const struct outline_line *next = NULL;
    bool has_parts = false;
    for (size_t i = 0; i < outline->lines.n; i++) {
        const struct outline_line *other = &outline->lines.p[i];
        bool is_part = other->style == STYLE_PART || other->style == STYLE_CHAPTER;
        has_parts = has_parts || is_part;
        begins += other->style == STYLE_PART && other->number == 1;
        if (i > at && !next && is_structural(other->style) && !other->is_doubtful)
            next = other;
    }
    if (!has_parts)
        return STYLE_PART;
    return begins > 1 && next && next->style == STYLE_PART && next->number == 1 ? STYLE_CHAPTER : 0;
}

/* Rank of a line without mark that the file shows as a heading; 0 when it is none. */
static int heading_rank(const struct outline *outline, const struct outline_line *line, bool has_marks)
{
    const struct paragraph *paragraph = &outline->document->paragraphs[line->paragraph];
    struct str text = outline_trim(line->match);
    size_t count = outline_count(text);
    if (str_has_prefix(text, STR("会议要求")) || str_has_prefix(text, STR("会议强调")))
        return STYLE_PART;
    if (count == 0 || count > HEADING_COUNT_MAX || str_has_suffix(text, STR("\xE3\x80\x82")))
        return 0;
    if (paragraph->outline_level > 0)
        return STYLE_PART + (paragraph->outline_level > 4 ? 3 : paragraph->outline_level - 1);
    if (is_bare_title(outline, line, text)) {
        int over = rank_over_parts(outline, line);
        if (over > 0)
            return over;
    }
    bool is_heading = paragraph->kind == PARAGRAPH_HEADING || (paragraph->bold == 1 && count <= BOLD_COUNT_MAX);
    return is_heading && !has_marks ? STYLE_PART : 0;
}

/* "4.…" over "（一）…（二）…": a section's mark below an item, where the items stand right below the part and go on. */
static bool is_inverted(const struct outline *outline, const struct stack *stack, uint32_t at)
{
    const struct outline_line *line = &outline->lines.p[at];
    const struct outline_node *top = top_of(stack), *item = top;
    if (line->style != STYLE_SECTION)
        return false;
    while (item && item->style != STYLE_ITEM)
        item = item->parent;
    if (!item || item->parent->style == STYLE_SECTION || item->parent->last[STYLE_SECTION] > 0)
        return false;
    if (top->style == STYLE_SECTION || (top->parent && top->parent->style == STYLE_SECTION && top != item))
        return true;                                            /* the second and later ones */
    if (line->number != 1 || top != item || item->lines.n != 1) /* words between announce something else */
        return false;
    for (size_t i = at + 1; i < outline->lines.n; i++) {
        const struct outline_line *next = &outline->lines.p[i];
        bool is_end = next->style == STYLE_PART || next->style == STYLE_CHAPTER;
        if (next->style == STYLE_ITEM && !next->is_doubtful)
            return next->number == item->number + 1;
        if (is_end)
            break;
    }
    return item->number > 2;
}

/* "请你公司于…前报送整改情况。" behind the last piece of a letter belongs to none of them. */
static bool is_closing_request(const struct outline *outline, uint32_t at)
{
    static const char *const words[] = {"请你",       "请贵",       "请各",         "请于",       "请在",
                                        "以上问题",   "上述问题",   "对上述问题",   "对以上问题", "各单位要",
                                        "各部门要",   "各有关单位", "各级党组织要", "请认真",     "请对照",
                                        "请高度重视", NULL};
    struct str s = outline_trim(outline->lines.p[at].match);
    bool is_request = false;
    for (size_t i = 0; words[i]; i++)
        is_request = is_request || str_has_prefix(s, str_from_cstr(words[i]));
    for (size_t i = at + 1; is_request && i < outline->lines.n; i++)
        if (outline->lines.p[i].role == ROLE_NONE &&
            (outline->is_table_line[i] ||
             (is_structural(outline->lines.p[i].style) && !outline->lines.p[i].is_doubtful)))
            return false;
    return is_request;
}

/* "同时，巡视组还收到…问题线索，已按规定转…" and "巡视组提出以下整改意见建议：" behind the last problem are none of it.
 */
static bool is_behind_problems(const struct outline *outline, const struct outline_line *line)
{
    static const char *const teams[] = {"巡视组", "巡察组", "督察组", "检查组", "审计组", "督导组", "考核组", NULL};
    struct str s = outline_trim(line->match);
    if (line->style != STYLE_NONE || outline->is_table_line[line - outline->lines.p] || !outline_has_any(s, teams))
        return false;
    bool is_referral = outline_has_any(s, (const char *const[]){"收到", NULL}) &&
                       outline_has_any(s, (const char *const[]){"线索", "来信", "信访", "反映", NULL}) &&
                       outline_has_any(s, (const char *const[]){"移交", "转办", "已转", "规定转", "移送", NULL});
    bool is_asking = str_has_suffix(s, STR(":")) && outline_has_any(s, (const char *const[]){"提出", NULL}) &&
                     outline_has_any(s, (const char *const[]){"建议", "意见", "要求", NULL}) &&
                     !outline_has_any(s, (const char *const[]){"问题", NULL});
    return is_referral || is_asking;
}

static enum rc take_line(struct outline *outline, struct stack *stack, uint32_t at, bool has_marks)
{
    struct outline_line *line = &outline->lines.p[at];
    int last[STYLE_COUNT_];
    inline_mark_vec marks = {0};
    struct outline_node *node = NULL;
    int rank = line->style == STYLE_NONE ? heading_rank(outline, line, has_marks) : 0;
    if (is_accepted(outline, stack, line) || rank > 0) {
        enum outline_style style = rank > 0 ? STYLE_HEADING : line->style;
        if (rank == 0)
            rank = is_inverted(outline, stack, at) ? (int)STYLE_SUB : (int)style;
        TRY(push_node(outline, stack, style, rank, line->number, &node));
        node->number_major = line->number_major;
        gather_last(stack, last);
        TRY(outline_find_inline(outline->arena, line->match, line->mark_end, line->match.n, true, last, &marks));
        size_t limit = marks.n > 0 ? marks.p[0].from : line->match.n;
        TRY(fill_node(outline, node, at, 0, line->mark_end, line->match.n, limit));
        TRY(hold_line(outline, node, at));
        TRY(add_inline(outline, stack, at, &marks));
        open_node(outline, stack, node);
        return RC_OK;
    }
    if (is_closing_request(outline, at) || is_behind_problems(outline, line))
        stack->n = 1;
    gather_last(stack, last);
    TRY(outline_find_inline(outline->arena, line->match, 0, line->match.n, true, last, &marks));
    size_t alike = 0;
    for (size_t i = 0; i < marks.n; i++)
        alike += marks.p[i].style == marks.p[0].style;
    if (alike == 1 && outline_trim(str_slice(line->match, 0, marks.p[0].from)).n == 0) {
        /* One piece is the whole line: it owns the line and stays open for lines that continue it. */
        TRY(add_inline(outline, stack, at, &marks));
        node = outline->nodes.p[outline->nodes.n - marks.n];
        node->is_inline = false;
        open_node(outline, stack, node);
        return hold_line(outline, node, at);
    }
    struct outline_node *open = top_of(stack);
    bool is_root = open == &outline->root;
    if (!is_root)
        TRY(hold_line(outline, open, at));
    else
        line->role = has_marks ? ROLE_LEAD : ROLE_TEXT;
    if (marks.n == 0)
        return RC_OK;
    TRY(add_inline(outline, stack, at, &marks));
    open_node(outline, stack, open);
    return RC_OK;
}

enum rc outline_build_tree(struct outline *outline)
{
    struct stack stack = {.p = {&outline->root}, .n = 1};
    bool has_marks = false;
    outline->root.rank = -1;
    for (size_t i = outline->front_end; i < outline->lines.n; i++)
        has_marks = has_marks || (is_structural(outline->lines.p[i].style) && !outline->lines.p[i].is_doubtful &&
                                  outline->lines.p[i].role == ROLE_NONE);
    for (size_t i = outline->front_end; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        if (line->role != ROLE_NONE)
            continue;
        if (outline->is_table_line[i]) {
            int table = outline->document->paragraphs[line->paragraph].table;
            size_t end = i + 1;
            while (end < outline->lines.n && outline->is_table_line[end] &&
                   outline->document->paragraphs[outline->lines.p[end].paragraph].table == table)
                end++;
            TRY(outline_read_table(outline, i, end, top_of(&stack)));
            i = end - 1;
            continue;
        }
        TRY(take_line(outline, &stack, (uint32_t)i, has_marks));
    }
    TRY(join_bodies(outline));
    return arena_rc(outline->arena);
}
