/* draft_build.c: from the outline's pieces to the entries of a draft register. */
#include "intake/draft_parts.h"
#include "intake/outline_parts.h"

#include <string.h>

#include "base/clock.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { RESULT_COUNT_MAX = 20 };

struct str draft_status_of(struct str stated)
{
    static const struct {
        const char *status;
        const char *words[10];
    } rules[] = {
        {"not_done", {"未销号", "不予销号"}},
        {"done",
         {"已完成并长期", "已完成，长期", "完成并长期坚持", "完成并持续", "拟销号", "拟予销号", "申请销号", "待销号",
          "符合销号"}},
        {"closed", {"销号", "验收合格", "验收通过"}},
        {"not_done", {"未完成", "未整改", "尚未", "未启动", "未到位"}},
        {"basically_done", {"基本完成", "基本整改", "基本到位"}},
        {"partly_done", {"部分整改", "部分完成"}},
        {"in_progress", {"正在", "推进中", "整改中", "持续推进", "进行中", "推进"}},
        {"long_term", {"长期", "持续整改", "持续"}},
        {"done", {"已完成", "已整改", "完成", "整改到位", "办结", "立行立改"}},
    };
    static const char *const yes[] = {"是", "√", "Y", "y", NULL}, *const no[] = {"否", "×", "N", "n", NULL};
    struct str s = outline_trim(stated);
    for (size_t i = 0; yes[i]; i++)
        if (str_equal_cstr(s, yes[i]) || str_equal_cstr(s, no[i]))
            return str_equal_cstr(s, yes[i]) ? STR("done") : STR("not_done");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (outline_has_any(stated, rules[i].words))
            return str_from_cstr(rules[i].status);
    return STR_EMPTY;
}

void draft_put_text(struct draft_builder *b, struct value *map, const char *key, struct str text)
{
    if (text.n > 0)
        value_set(map, str_from_cstr(key), value_new_text(b->arena, text));
}

void draft_put_day(struct draft_builder *b, struct value *map, const char *key, int32_t day)
{
    draft_put_text(b, map, key, date_text(b->arena, day));
}

static void add_paragraphs(struct draft_builder *b, struct value *entry, const struct outline_node *node)
{
    struct value *list = draft_child(entry, "paragraphs");
    int64_t last = 0;
    for (size_t i = 0; i < node->lines.n; i++) {
        int64_t n = (int64_t)b->outline->lines.p[node->lines.p[i]].paragraph + 1;
        if (n != last)
            value_add_int(b->arena, list, n);
        last = n;
    }
    if (node->lines.n == 0)
        value_add_int(b->arena, list, (int64_t)node->span.paragraph + 1);
}

static void add_paragraphs_below(struct draft_builder *b, struct value *list, const struct outline_node *node)
{
    for (const struct outline_node *child = node->first; child; child = child->next) {
        if (child->role == ROLE_RECOMMENDATION || child->role == ROLE_LEDGER)
            continue;
        for (size_t i = 0; i < child->lines.n; i++)
            value_add_int(b->arena, list, (int64_t)b->outline->lines.p[child->lines.p[i]].paragraph + 1);
        add_paragraphs_below(b, list, child);
    }
}

static void set_span(struct draft_builder *b, struct value *entry, const struct outline_span *span)
{
    struct value *map = value_new_map(b->arena);
    value_put_int(b->arena, map, "paragraph", (int64_t)span->paragraph + 1);
    value_put_int(b->arena, map, "from", span->from);
    value_put_int(b->arena, map, "to", span->to);
    value_set(entry, STR("span"), map);
}

/* Figures of line `at` in match range [from, to). */
static void add_figures(struct draft_builder *b, struct value *finding, uint32_t at, size_t from, size_t to)
{
    struct value *figures = draft_child(finding, "figures");
    for (size_t i = b->first_fact[at]; i < b->outline->facts.n && b->outline->facts.p[i].line == at; i++) {
        const struct outline_fact *fact = &b->outline->facts.p[i];
        if (fact->kind == FACT_AMOUNT && fact->from >= from && fact->to <= to)
            value_add(figures, outline_fact_value(b->arena, b->outline, fact));
    }
}

static const char *phase_of(const struct outline_node *node)
{
    if (node->zone == ROLE_LONG_TERM)
        return "long_term";
    if (!node->row)
        return "concentrated";
    if (outline_has_any(node->row->type, WORDS("立行立改", "立即")))
        return "immediate";
    if (outline_has_any(node->row->type, WORDS("持续", "长期")))
        return "long_term";
    return "concentrated";
}

/* The rows of one problem may stand differently: it is as far as the one that is behind. */
static void read_row_states(struct draft_builder *b, struct value *finding, struct str stated,
                            const struct outline_row *row)
{
    static const char *const order[] = {"not_done",  "in_progress", "partly_done", "basically_done",
                                        "long_term", "done",        "closed",      NULL};
    struct str behind = stated;
    bool is_known = stated.n == 0 || draft_status_of(stated).n > 0;
    for (size_t i = 0; order[i] && is_known; i++) {
        bool is_found = str_equal_cstr(draft_status_of(stated), order[i]);
        for (size_t from = 0, end = 0; !is_found && from < row->more_states.n; from = end + 1) {
            end = str_find_byte(row->more_states, '\n', from);
            end = end == SIZE_MAX ? row->more_states.n : end;
            struct str state = str_slice(row->more_states, from, end);
            is_found = str_equal_cstr(draft_status_of(state), order[i]);
            behind = is_found ? state : behind;
        }
        if (is_found)
            break;
    }
    draft_put_text(b, finding, "status_stated", behind);
    draft_put_text(b, finding, "status", draft_status_of(behind));
}

static void read_row(struct draft_builder *b, struct value *finding, const struct outline_row *row)
{
    draft_put_text(b, finding, "category", row->category);
    if (row->status.n > 0)
        read_row_states(b, finding, row->status, row);
    bool is_short = outline_count(row->result) <= RESULT_COUNT_MAX;
    if (row->status.n == 0 && is_short && draft_status_of(row->result).n > 0) {
        read_row_states(b, finding, row->result, row);
    } else if (row->status.n == 0) {
        draft_read_status(b, finding, row->result);
    }
    draft_put_text(b, finding, "due_text", row->due);
    draft_put_text(b, finding, "responsible", row->unit);
    draft_put_text(b, finding, "leader", row->leader);
    draft_put_text(b, finding, "type", row->type);
    draft_put_text(b, finding, "basis", row->basis);
    draft_put_text(b, finding, "amount_text", row->amount);
    if (row->has_due_day)
        draft_put_day(b, finding, "due", row->due_day);
    if (row->has_amount)
        value_set(finding, STR("amount_fen"), value_new_int(b->arena, row->amount_fen));
}

/* The problem in the words of the inspection: what stands between the outer quotes of the heading. */
static void read_quoted(struct draft_builder *b, struct value *finding, struct str heading)
{
    static const char open_quote[] = "“", close_quote[] = "”";
    size_t open = outline_find(heading, open_quote, 0), close = SIZE_MAX;
    for (size_t at = open; at != SIZE_MAX; at = outline_find(heading, close_quote, at + 1))
        close = at > open ? at : close;
    if (close == SIZE_MAX || !outline_has_any(str_slice(heading, close, heading.n), WORDS("问题", "的整改")) ||
        !str_has_prefix(heading, STR("关于")))
        return;
    draft_put_text(b, finding, "quoted", str_slice(heading, open + sizeof open_quote - 1, close));
}

static void add_tree_figures(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    if (node->lines.n == 0)
        add_figures(b, finding, node->line, node->from, node->to);
    for (size_t i = 0; i < node->lines.n; i++)
        add_figures(b, finding, node->lines.p[i], 0, SIZE_MAX);
    for (const struct outline_node *child = node->first; child; child = child->next)
        if (child->lines.n > 0 && child->role != ROLE_RECOMMENDATION)
            add_tree_figures(b, finding, child);
}

/* "一、反馈问题" of a closure notice names nothing: the problem is what stands below. */
static bool is_bare_label(struct str heading)
{
    static const char *const labels[] = {"反馈问题",     "存在问题", "存在的问题", "问题描述", "问题情况",
                                         "反馈问题情况", "整改问题", "问题",       NULL};
    for (size_t i = 0; labels[i]; i++)
        if (str_equal_cstr(heading, labels[i]))
            return true;
    return false;
}

/* The state that the body tells, else the title of the part ("尚未完成的整改事项"). */
static void read_told_status(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    static const char *const words[] = {"尚未完成",     "未完成整改", "未整改到位", "未完成",         "正在整改",
                                        "基本完成整改", "已完成整改", "已整改到位", "完成整改的问题", NULL};
    const struct outline_node *part = node;
    size_t word = 0;
    draft_read_status(b, finding, node->body);
    while (part->parent && part->parent != &b->outline->root)
        part = part->parent;
    if (value_get_text(finding, "status").n > 0 || part == node ||
        outline_find_any(part->heading, 0, words, &word) == SIZE_MAX)
        return;
    draft_put_text(b, finding, "status_stated", str_from_cstr(words[word]));
    draft_put_text(b, finding, "status", draft_status_of(str_from_cstr(words[word])));
}

/* A long-term point names its own deadline: "2027年底前建成3个". */
static void read_point_due(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    const struct outline_fact *due = NULL;
    for (size_t i = b->first_fact[node->line]; i < b->outline->facts.n && b->outline->facts.p[i].line == node->line;
         i++) {
        const struct outline_fact *fact = &b->outline->facts.p[i];
        if (fact->kind != FACT_DATE || fact->date.kind != FOUND_DATE_BY || fact->from < node->from ||
            fact->to > node->to)
            continue;
        if (due)
            return;
        due = fact;
    }
    if (!due)
        return;
    draft_put_text(b, finding, "due_text", due->text);
    draft_put_day(b, finding, "due", due->date.to_day);
}

/* Of "问题一：……" with text behind it the first sentence of that text; without a lead such as "问题描述：". */
static struct str title_of(const struct outline_node *node, bool is_label)
{
    static const char *const leads[] = {"问题:", "问题：", "问题描述:", "问题描述：", NULL};
    struct str title = node->heading;
    if (is_label)
        title = str_slice(node->body, 0, outline_find_any(node->body, 0, WORDS("。", "\n"), NULL));
    for (size_t i = 0; leads[i]; i++)
        if (str_has_prefix(title, str_from_cstr(leads[i])))
            title = outline_trim(str_slice(title, str_from_cstr(leads[i]).n, title.n));
    return title;
}

/* Fields that stand in lines of the finding's own: "责任单位：……". */
static void read_lines(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    for (size_t i = 0; i < node->lines.n; i++) {
        uint32_t at = node->lines.p[i];
        draft_read_fields(b, finding, at, at == node->line ? node->heading_to : 0, b->outline->lines.p[at].match.n);
    }
}

/* The phase follows from the deadline, unless the part of the document or the ledger says it. */
static void read_due_phase(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    if (node->role == ROLE_LONG_TERM_POINT && value_get_text(finding, "due_text").n == 0)
        read_point_due(b, finding, node);
    const char *phase = draft_phase_of_due(value_get_text(finding, "due_text"));
    bool is_typed = node->zone == ROLE_LONG_TERM || (node->row && outline_trim(node->row->type).n > 0);
    if (phase && !is_typed)
        draft_set_phase(b->arena, finding, str_from_cstr(phase));
}

static void add_finding(struct draft_builder *b, const struct outline_node *node, struct str aspect)
{
    enum outline_kind kind = b->outline->kind;
    bool is_label = is_bare_label(node->heading) && node->body.n > 0 && !node->first;
    bool gives_measures = kind != KIND_FEEDBACK && kind != KIND_AUDIT_REPORT && !is_label;
    struct value *finding = draft_new_entry(b->arena, b->draft, 'f', title_of(node, is_label), node->body);
    draft_put_text(b, finding, "no", node->mark);
    draft_put_text(b, finding, "phase", str_from_cstr(phase_of(node)));
    draft_put_text(b, finding, "aspect", aspect);
    add_paragraphs(b, finding, node);
    set_span(b, finding, &node->span);
    read_quoted(b, finding, node->heading);
    if (node->row)
        read_row(b, finding, node->row);
    else if (node->zone != ROLE_LONG_TERM)
        read_told_status(b, finding, node);
    add_tree_figures(b, finding, node);
    value_add(b->findings, finding);
    if (node->zone != ROLE_LONG_TERM)
        draft_name_finding(b, finding, node);
    if (gives_measures)
        draft_add_measures(b, finding, node, kind != KIND_CLOSURE || node->style != STYLE_NONE);
    if (!is_label && !node->row)
        read_lines(b, finding, node);
    read_due_phase(b, finding, node);
    if (!gives_measures)
        add_paragraphs_below(b, draft_child(finding, "paragraphs"), node);
}

static struct str add_aspect(struct draft_builder *b, const struct outline_node *node, struct str title)
{
    VALUE_EACH (known, b->aspects)
        if (!node && str_equal(value_get_text(known, "title"), title))
            return value_get_text(known, "id");
    struct value *aspect = draft_new_entry(b->arena, b->draft, 'a', title, STR_EMPTY);
    if (node) {
        draft_put_text(b, aspect, "no", node->mark);
        draft_put_text(b, aspect, "phase", str_from_cstr(node->zone == ROLE_LONG_TERM ? "long_term" : "concentrated"));
        add_paragraphs(b, aspect, node);
        if (node->body.n > 0 && !node->first)
            value_put_text(b->arena, aspect, "body", node->body);
    }
    value_add(b->aspects, aspect);
    return value_get_text(aspect, "id");
}

static void add_note(struct draft_builder *b, struct value *list, char letter, const struct outline_node *node)
{
    struct value *note = draft_new_entry(b->arena, b->draft, letter, node->heading, node->body);
    draft_put_text(b, note, "no", node->mark);
    if (letter != 's')
        value_set(note, STR("role"), value_new_text(b->arena, str_from_cstr(outline_role_name(node->role))));
    add_paragraphs(b, note, node);
    value_add(list, note);
}

static void walk(struct draft_builder *b, const struct outline_node *node, struct str aspect);

/* Ledgers and requests anywhere below a finding are entries of their own. */
static void walk_lists(struct draft_builder *b, const struct outline_node *node, struct str aspect)
{
    for (const struct outline_node *child = node->first; child; child = child->next)
        if (child->role == ROLE_RECOMMENDATION || child->role == ROLE_LEDGER)
            walk(b, child, aspect);
        else
            walk_lists(b, child, aspect);
}

static void report_again(struct draft_builder *b, const struct outline_node *node, const struct value *finding)
{
    const struct outline_line *line = &b->outline->lines.p[node->line];
    struct str quoted = value_get_text(finding, "quoted");
    struct outline_report report = {.code = "named_again",
                                    .severity = SEVERITY_INFO,
                                    .place = outline_place_of(b->outline, line),
                                    .span = node->span,
                                    .text = node->heading,
                                    .stated = quoted.n > 0 ? quoted : value_get_text(finding, "title"),
                                    .node_id = node->id};
    outline_put_report(b->arena, draft_child(b->draft, "reports"), &report);
}

/* A problem that the long-term part names again is drafted once: what it says there are measures for the long term. */
static bool is_again(struct draft_builder *b, const struct outline_node *node)
{
    bool may_be = node->zone == ROLE_LONG_TERM && (node->role == ROLE_LONG_TERM_POINT || node->role == ROLE_ASPECT);
    struct value *finding = may_be ? draft_find_named(b, node) : NULL;
    if (!finding)
        return false;
    add_tree_figures(b, finding, node);
    draft_add_lasting(b, finding, node);
    report_again(b, node, finding);
    return true;
}

static void walk(struct draft_builder *b, const struct outline_node *node, struct str aspect)
{
    if (is_again(b, node)) {
        walk_lists(b, node, aspect);
        return;
    }
    bool is_of_one = b->outline->kind == KIND_CLOSURE && value_count(b->findings) == 1 &&
                     node->parent == &b->outline->root && node->style == STYLE_PART;
    if (is_of_one && node->role == ROLE_OTHER && draft_add_closure_part(b, b->findings->items.first, node)) {
        walk_lists(b, node, aspect);
        return;
    }
    switch (node->role) {
    case ROLE_FINDING:
    case ROLE_LONG_TERM_POINT: {
        struct str category = node->row ? node->row->category : STR_EMPTY;
        add_finding(b, node, category.n ? add_aspect(b, NULL, category) : aspect);
        walk_lists(b, node, aspect);
        return;
    }
    case ROLE_ASPECT:
        aspect = add_aspect(b, node, node->heading);
        break;
    case ROLE_PLAN:
        add_note(b, b->next_steps, 's', node);
        break;
    default:
        /* A part's heading is a part; everything else that tells something is a note. */
        add_note(b, node->parent == &b->outline->root && node->role < ROLE_ASPECT ? b->parts : b->notes,
                 node->parent == &b->outline->root && node->role < ROLE_ASPECT ? 'p' : 'n', node);
        if (node->role == ROLE_NEXT_STEPS && !node->first && node->body.n > 0)
            add_note(b, b->next_steps, 's', node); /* plans in plain text */
        break;
    }
    for (const struct outline_node *child = node->first; child; child = child->next)
        walk(b, child, aspect);
}

static void add_loose_note(struct draft_builder *b, uint32_t paragraph, enum outline_role role)
{
    struct value *note = draft_new_entry(b->arena, b->draft, 'n', STR_EMPTY, STR_EMPTY);
    struct str text = STR_EMPTY;
    for (uint32_t i = b->outline->first_line[paragraph]; i < b->outline->first_line[paragraph + 1]; i++) {
        struct str piece = outline_trim(b->outline->lines.p[i].clean.text);
        text = text.n ? arena_concat(b->arena, arena_concat(b->arena, text, STR("\n")), piece) : piece;
    }
    draft_put_text(b, note, "body", text);
    value_set(note, STR("role"), value_new_text(b->arena, str_from_cstr(outline_role_name(role))));
    value_add_int(b->arena, draft_child(note, "paragraphs"), (int64_t)paragraph + 1);
    value_add(b->notes, note);
}

static void add_paragraph_list(struct draft_builder *b)
{
    const struct outline *outline = b->outline;
    struct value *list = value_put_list(b->arena, b->draft, "paragraphs");
    struct value *dropped = value_put_list(b->arena, b->draft, "dropped");
    for (uint32_t i = 0; i < outline->document->count; i++) {
        const struct outline_node *node = NULL;
        const char *reason = NULL;
        enum outline_role role = outline_paragraph_role(outline, i, &node, &reason);
        struct value *entry = value_add_map(b->arena, list);
        struct str text = STR_EMPTY;
        for (uint32_t k = outline->first_line[i]; k < outline->first_line[i + 1]; k++) {
            struct str piece = outline->lines.p[k].clean.text;
            text = k == outline->first_line[i] ? piece
                                               : arena_concat(b->arena, arena_concat(b->arena, text, STR("\n")), piece);
        }
        value_put_int(b->arena, entry, "n", (int64_t)i + 1);
        value_put_text(b->arena, entry, "place", outline->document->paragraphs[i].place);
        value_put_text(b->arena, entry, "role", str_from_cstr(outline_role_name(role)));
        value_put_text(b->arena, entry, "text", text);
        value_put_text(b->arena, entry, "raw", outline->document->paragraphs[i].text);
        bool is_source = role >= ROLE_TITLE && role <= ROLE_SIGNATURE && role != ROLE_LEAD;
        value_put_bool(b->arena, entry, "is_source", is_source);
        if (role == ROLE_FURNITURE) {
            struct value *gone = value_add_map(b->arena, dropped);
            value_put_int(b->arena, gone, "n", (int64_t)i + 1);
            value_put_text(b->arena, gone, "reason", str_from_cstr(reason ? reason : "furniture"));
        }
        if (role == ROLE_LEAD || role == ROLE_ATTACHMENT || (role == ROLE_TEXT && !node))
            add_loose_note(b, i, role);
    }
}

/* Who found the problems, by the title, else by the opening. */
static const char *source_kind(const struct outline *outline)
{
    static const struct {
        const char *kind;
        const char *words[16];
    } rules[] = {
        {"inspection", {"巡视", "巡察"}},
        {"audit", {"审计"}},
        {"democratic_life", {"民主生活会"}},
        {"thematic",
         {"专项检查", "专项督查", "督察", "督查", "检查", "督导", "主题教育", "学习教育", "专项整治", "评估", "考核",
          "抽查", "专项治理", "隐患排查"}},
        {"self_check", {"自查", "自检"}},
        {"directive", {"督办", "交办", "批示"}},
    };
    const struct outline_source *source = &outline->source;
    struct str texts[] = {source->title, source->inspection_type, source->inspector};
    if (outline->kind == KIND_AUDIT_RECTIFICATION || outline->kind == KIND_AUDIT_REPORT)
        return "audit";
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
        for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
            if (outline_has_any(texts[t], rules[i].words))
                return rules[i].kind;
    return outline->kind == KIND_CLOSURE ? "other" : "inspection";
}

static void add_source(struct draft_builder *b)
{
    struct value *source = value_put_map(b->arena, b->draft, "source");
    value_put_text(b->arena, source, "kind", str_from_cstr(source_kind(b->outline)));
    outline_put_source(b->arena, source, b->outline);
    outline_put_closing(b->arena, source, b->outline);
    const struct outline_signature *signature = &b->outline->signature;
    if (signature->signatory.n > 0)
        value_put_text(b->arena, source, "signatory", signature->signatory);
    else
        value_put_null(b->arena, source, "signatory");
    outline_put_day(b->arena, source, "signed", signature->has_date ? signature->date : FOUND_DAY_NONE);
}

/* What the outline has placed and no entry stands for becomes a note: nothing is lost between the two. */
static void add_rest(struct draft_builder *b)
{
    bool has_any = false;
    draft_refresh(b->arena, b->draft);
    VALUE_EACH (n, value_get(b->draft, "unplaced")) {
        const struct outline_node *node = NULL;
        const char *reason = NULL;
        uint32_t paragraph = (uint32_t)(n->integer - 1);
        enum outline_role role = outline_paragraph_role(b->outline, paragraph, &node, &reason);
        if (role == ROLE_UNPLACED || role == ROLE_FURNITURE)
            continue;
        add_loose_note(b, paragraph, role);
        has_any = true;
    }
    if (has_any)
        draft_refresh(b->arena, b->draft);
}

struct value *draft_from_outline(struct arena *arena, const struct outline *outline)
{
    struct value *draft = value_new_map(arena);
    size_t *first_fact = ARENA_NEW_ARRAY(arena, size_t, outline->lines.n + 1);
    if (!draft || !first_fact)
        return NULL;
    for (size_t i = 0; i < outline->lines.n; i++)
        first_fact[i] = outline->facts.n;
    for (size_t i = outline->facts.n; i > 0; i--)
        first_fact[outline->facts.p[i - 1].line] = i - 1;
    struct draft_builder b = {.arena = arena, .outline = outline, .draft = draft, .first_fact = first_fact};
    value_put_text(arena, draft, "doc_kind", str_from_cstr(outline_kind_name(outline->kind)));
    value_put_bool(arena, draft, "gives_findings", outline_gives_register(outline->kind));
    value_put_int(arena, draft, "next", 1);
    add_source(&b);
    b.parts = value_put_list(arena, draft, "parts");
    b.aspects = value_put_list(arena, draft, "aspects");
    b.findings = value_put_list(arena, draft, "findings");
    b.next_steps = value_put_list(arena, draft, "next_steps");
    b.notes = value_put_list(arena, draft, "notes");
    outline_put_reports(arena, draft, outline);
    for (const struct outline_node *node = outline->root.first; node; node = node->next)
        walk(&b, node, STR_EMPTY);
    add_paragraph_list(&b);
    add_rest(&b);
    return arena_rc(arena) == RC_OK ? draft : NULL;
}
