/* outline_prose.c: problems that running text lists without marks: "主要问题：…；…；…", "存在…、…等问题".
 *
 * Only for documents that tell of problems and list none by marks or tables.  The words stay in their paragraph; the
 * pieces are places in it.
 */
#include "intake/outline_parts.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { PIECE_COUNT_MIN = 4, GAP_COUNT_MAX = 8, PIECES_MAX = 60, ABOUT_COUNT_MAX = 40 };

/* A part of a line's match text. */
struct range {
    size_t from, to;
};

struct range_list {
    struct range p[PIECES_MAX];
    size_t n;
};

static struct str text_of(struct str s, struct range range) { return str_slice(s, range.from, range.to); }

/* Offset of the first of the marks outside quotes and brackets, or `to`. */
static size_t find_mark(struct str s, size_t from, size_t to, const uint32_t *marks)
{
    int depth = 0;
    for (size_t at = from, next = 0; at < to; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        if (code == 0x201C || code == 0x300A || code == '(' || code == 0x2018)
            depth++;
        else if ((code == 0x201D || code == 0x300B || code == ')' || code == 0x2019) && depth > 0)
            depth--;
        for (size_t i = 0; marks[i] && depth == 0; i++)
            if (code == marks[i])
                return at;
    }
    return to;
}

static void split(struct str s, struct range range, const uint32_t *marks, struct range_list *ret)
{
    ret->n = 0;
    for (size_t from = range.from; from < range.to && ret->n < PIECES_MAX;) {
        size_t end = find_mark(s, from, range.to, marks), next = end;
        if (outline_trim(str_slice(s, from, end)).n > 0)
            ret->p[ret->n++] = (struct range){from, end};
        if (end < range.to)
            outline_code_at(s, end, &next);
        from = next > end ? next : range.to;
    }
}

static const uint32_t semicolons[] = {';', 0}, commas[] = {',', 0}, joints[] = {0x3001, 0}, stops[] = {0x3002, '!', 0};

/* Without "以及" before and "等问题" behind. */
static struct range trim_piece(struct str s, struct range range)
{
    static const char *const before[] = {"以及", "和", "及", "并且", "同时", "此外", ",", ":", " ", "还", "也", NULL};
    static const char *const behind[] = {"等问题", "等突出问题", "等方面问题", "等情况", "等现象",
                                         "等",     " ",          ",",          ";",      NULL};
    for (bool is_changed = true; is_changed;) {
        is_changed = false;
        for (size_t i = 0; before[i]; i++)
            if (str_has_prefix(text_of(s, range), str_from_cstr(before[i]))) {
                range.from += str_from_cstr(before[i]).n;
                is_changed = true;
            }
        for (size_t i = 0; behind[i]; i++)
            if (str_has_suffix(text_of(s, range), str_from_cstr(behind[i]))) {
                range.to -= str_from_cstr(behind[i]).n;
                is_changed = true;
            }
    }
    return range;
}

/* A finding within the line at `at`, which begins at byte `from` of it; NULL without memory. */
static struct outline_node *new_finding(struct outline *outline, struct outline_node *parent, uint32_t at, size_t from)
{
    struct outline_node *node = outline_new_node(outline, parent, STYLE_NONE);
    if (!node)
        return NULL;
    node->role = ROLE_FINDING;
    node->zone = ROLE_FINDINGS;
    node->is_inline = true;
    node->line = at;
    node->from = node->heading_from = from;
    return node;
}

static enum rc add_finding(struct outline *outline, uint32_t at, struct range range)
{
    struct outline_line *line = &outline->lines.p[at];
    range = trim_piece(line->match, range);
    if (outline_count(text_of(line->match, range)) < PIECE_COUNT_MIN)
        return RC_OK;
    struct outline_node *node = new_finding(outline, line->node ? line->node : &outline->root, at, range.from);
    if (!node)
        return arena_rc(outline->arena);
    node->to = node->heading_to = range.to;
    node->span = outline_span_of(line, range.from, range.to);
    node->heading = outline_clean(line, range.from, range.to);
    return RC_OK;
}

static size_t count_faults(struct str s, const struct range_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        n += outline_names_fault(outline_trim(text_of(s, list->p[i])));
    return n;
}

/* The pieces of an announced list: by semicolons, else by commas where each names a fault, else whole. */
static enum rc add_list(struct outline *outline, uint32_t at, struct range range)
{
    struct str s = outline->lines.p[at].match;
    struct range_list list;
    split(s, range, semicolons, &list);
    if (list.n < 2) {
        split(s, range, commas, &list);
        if (list.n < 2 || count_faults(s, &list) < list.n)
            split(s, range, joints, &list);
        if (list.n < 2 || count_faults(s, &list) < list.n) {
            list.n = 1;
            list.p[0] = range;
        }
    }
    for (size_t i = 0; i < list.n; i++)
        TRY(add_finding(outline, at, list.p[i]));
    return RC_OK;
}

/* Behind the words that announce a list in a sentence: "主要问题是：", "问题主要有"; SIZE_MAX when none do. */
static size_t announced_at(struct str s, struct range sentence)
{
    static const char *const words[] = {"问题", "不足", "短板", "薄弱环节", "主要是", "主要表现", "表现在", NULL};
    struct str text = str_slice(s, 0, sentence.to);
    for (size_t at = outline_find_any(text, sentence.from, words, NULL), word = 0; at != SIZE_MAX;
         at = outline_find_any(text, at + 3, words, &word)) {
        outline_find_any(text, at, words, &word);
        size_t from = at + str_from_cstr(words[word]).n;
        size_t colon = str_find_byte(text, ':', from);
        if (colon != SIZE_MAX && outline_count(str_slice(s, from, colon)) <= GAP_COUNT_MAX)
            return colon + 1;
        static const char *const verbs[] = {"主要有", "主要是", "主要表现在", "主要表现为", "有", "是", "为", NULL};
        bool is_comma = from < text.n && text.p[from] == ',';
        size_t rest = from + (is_comma ? 1 : 0);
        for (size_t i = 0; verbs[i]; i++)
            if (str_has_prefix(str_slice(text, rest, text.n), str_from_cstr(verbs[i])) && word < 4)
                return rest + str_from_cstr(verbs[i]).n;
        if (word == 4)
            return from;
    }
    return SIZE_MAX;
}

/* "…存在A、B、C等问题": the list between; false when the sentence is none. */
static bool find_enclosed(struct str s, struct range sentence, struct range *ret)
{
    static const char *const ends[] = {"等问题", "等突出问题", "等方面的问题", "等方面问题",
                                       "等情况", "的问题",     "问题",         NULL};
    struct str text = str_slice(s, 0, sentence.to);
    size_t from = outline_find_any(text, sentence.from, WORDS("存在", "暴露出", "查出"), NULL);
    if (from == SIZE_MAX)
        return false;
    outline_code_at(text, from, &from);
    outline_code_at(text, from, &from);
    if (str_has_prefix(str_slice(text, from, text.n), STR("的")))
        return false;
    size_t end = outline_find_any(text, from, ends, NULL);
    if (end == SIZE_MAX)
        return false;
    *ret = (struct range){from, end};
    struct range_list list;
    split(s, *ret, joints, &list);
    return list.n >= 2 || outline_names_fault(outline_trim(text_of(s, *ret)));
}

/* "巡察发现，…不到位；…不严格": behind the verb, where faults are named. */
static bool find_told(struct str s, struct range sentence, struct range *ret)
{
    static const char *const verbs[] = {"发现", "指出", "认为", NULL};
    struct str text = str_slice(s, 0, sentence.to);
    size_t at = outline_find_any(text, sentence.from, verbs, NULL);
    if (at == SIZE_MAX)
        return false;
    at += STR("发现").n;
    if (at >= text.n || (text.p[at] != ',' && text.p[at] != ':'))
        return false;
    *ret = (struct range){at + 1, sentence.to};
    struct range_list list;
    split(s, *ret, semicolons, &list);
    bool is_of_inspectors = outline_has_any(text_of(s, *ret), WORDS("巡视组", "巡察组", "审计组", "检查组"));
    return count_faults(s, &list) * 2 >= list.n && outline_names_fault(text_of(s, *ret)) && !is_of_inspectors;
}

static bool is_asking(struct str sentence)
{
    return outline_has_any(sentence, WORDS("建议", "意见:", "要求", "请于", "强调"));
}

static enum rc read_line(struct outline *outline, uint32_t at)
{
    struct str s = outline->lines.p[at].match;
    struct range_list sentences;
    bool is_listing = false;
    split(s, (struct range){0, s.n}, stops, &sentences);
    for (size_t i = 0; i < sentences.n; i++) {
        struct range sentence = sentences.p[i], list;
        size_t from = announced_at(s, sentence);
        if (is_asking(text_of(s, sentence))) {
            is_listing = false;
            continue;
        }
        bool is_announced = from != SIZE_MAX && outline_trim(str_slice(s, from, sentence.to)).n > 0;
        if (!is_announced && find_enclosed(s, sentence, &list)) {
            struct range_list items;
            split(s, list, semicolons, &items);
            if (items.n < 2)
                split(s, list, joints, &items);
            for (size_t k = 0; k < items.n; k++)
                TRY(add_finding(outline, at, items.p[k]));
        } else if (is_announced) {
            TRY(add_list(outline, at, (struct range){from, sentence.to}));
            is_listing = true;
        } else if (find_told(s, sentence, &list)) {
            TRY(add_list(outline, at, list));
            is_listing = true;
        } else if (is_listing && outline_names_fault(outline_trim(text_of(s, sentence)))) {
            TRY(add_list(outline, at, sentence));
        } else {
            is_listing = false;
        }
    }
    return RC_OK;
}

/* "（三）…方面" with its problems in plain sentences: each that blames begins one, the others tell more of it. */
static enum rc read_sentences(struct outline *outline, const struct outline_node *aspect, uint32_t at)
{
    const struct outline_line *line = &outline->lines.p[at];
    size_t from = at == aspect->line ? aspect->heading_to : 0;
    struct outline_node *node = NULL;
    struct range_list sentences;
    if (at == aspect->line && from < line->match.n)
        outline_code_at(line->match, from, &from);
    split(line->match, (struct range){from, line->match.n}, stops, &sentences);
    for (size_t i = 0; i < sentences.n; i++) {
        struct range sentence = sentences.p[i];
        bool begins = !node || outline_names_fault(outline_trim(text_of(line->match, sentence)));
        if (begins) {
            size_t known = outline->nodes.n;
            TRY(add_finding(outline, at, sentence));
            node = outline->nodes.n > known ? outline->nodes.p[known] : node;
        } else {
            node->to = sentence.to;
            node->body = outline_clean(line, node->heading_to, node->to);
        }
    }
    return RC_OK;
}

static enum rc read_aspects(struct outline *outline)
{
    size_t known = outline->nodes.n;
    for (size_t i = 0; i < known; i++) {
        const struct outline_node *node = outline->nodes.p[i];
        if (node->role != ROLE_ASPECT || node->first || node->row || node->body.n == 0 || node->style == STYLE_NONE)
            continue;
        for (size_t k = 0; k < node->lines.n; k++)
            if (k > 0 || outline->lines.p[node->lines.p[k]].match.n > node->heading_to + STR("。").n)
                TRY(read_sentences(outline, node, node->lines.p[k]));
    }
    return RC_OK;
}

enum rc outline_read_prose(struct outline *outline)
{
    TRY(read_aspects(outline));
    size_t known = outline->nodes.n;
    for (size_t i = 0; i < known; i++)
        if (outline->nodes.p[i]->role == ROLE_FINDING)
            return RC_OK;
    for (size_t i = outline->front_end; i < outline->lines.n; i++) {
        const struct outline_line *line = &outline->lines.p[i];
        bool is_text =
            line->role == ROLE_NONE || line->role == ROLE_LEAD || line->role == ROLE_TEXT || line->role == ROLE_OPENING;
        bool is_other = line->node && (line->node->zone == ROLE_RECOMMENDATIONS ||
                                       line->node->zone == ROLE_NEXT_STEPS || line->node->role == ROLE_RECOMMENDATION);
        if (is_text && !is_other && !outline->is_table_line[i])
            TRY(read_line(outline, (uint32_t)i));
    }
    return arena_rc(outline->arena);
}

/* "关于…问题，…" within a piece that only groups: the clauses up to the next such words are one finding. */
static enum rc read_about(struct outline *outline, uint32_t at)
{
    const struct outline_line *line = &outline->lines.p[at];
    static const uint32_t ends[] = {';', 0x3002, 0};
    struct str s = line->match;
    struct range_list clauses;
    struct outline_node *node = NULL;
    split(s, (struct range){0, s.n}, ends, &clauses);
    for (size_t i = 0; i < clauses.n; i++) {
        struct range clause = clauses.p[i];
        size_t problem = outline_find(text_of(s, clause), "问题", 0);
        bool is_about = str_has_prefix(text_of(s, clause), STR("关于")) && problem != SIZE_MAX &&
                        outline_count(str_slice(s, clause.from, clause.from + problem)) <= ABOUT_COUNT_MAX;
        if (!is_about) {
            if (node)
                node->to = clause.to;
            continue;
        }
        node = new_finding(outline, line->node, at, clause.from);
        if (!node)
            return arena_rc(outline->arena);
        node->heading_to = clause.from + problem + STR("问题").n;
        node->to = clause.to;
        node->heading = outline_clean(line, node->heading_from, node->heading_to);
        if (node->heading_to < node->to && s.p[node->heading_to] == ',')
            node->heading_to++;
    }
    for (struct outline_node *child = line->node->first; child; child = child->next) {
        child->span = outline_span_of(line, child->from, child->to);
        child->body = outline_clean(line, child->heading_to, child->to);
    }
    return RC_OK;
}

enum rc outline_read_about(struct outline *outline)
{
    size_t known = outline->nodes.n;
    for (size_t i = 0; i < known; i++) {
        const struct outline_node *node = outline->nodes.p[i];
        if (node->role != ROLE_ASPECT || node->first || node->row || node->lines.n != 1 || node->style == STYLE_NONE)
            continue;
        TRY(read_about(outline, node->lines.p[0]));
    }
    return arena_rc(outline->arena);
}
