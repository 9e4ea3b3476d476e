/* draft_build.c: from the outline's pieces to the entries of a draft register. */
#include "intake/draft_parts.h"
#include "intake/outline_parts.h"

#include <string.h>

#include "base/clock.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { LEAD_COUNT_MAX = 24 };

struct builder {
    struct arena *arena;
    const struct outline *outline;
    struct value *draft;
    struct value *parts, *aspects, *findings, *next_steps, *notes;
    const size_t *first_fact; /* per line: index of its first fact */
};

struct str draft_status_of(struct str stated)
{
    static const struct {
        const char *status;
        const char *words[10];
    } rules[] = {
        {"closed", {"销号", "验收合格", "验收通过"}},
        {"not_done", {"未完成", "未整改", "尚未", "未启动", "未到位"}},
        {"basically_done", {"基本完成", "基本整改", "基本到位"}},
        {"partly_done", {"部分整改", "部分完成"}},
        {"in_progress", {"正在", "推进中", "整改中", "持续推进", "进行中", "推进"}},
        {"long_term", {"长期", "持续整改", "持续"}},
        {"done", {"已完成", "已整改", "完成", "整改到位", "办结", "立行立改"}},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (outline_has_any(stated, rules[i].words))
            return str_from_cstr(rules[i].status);
    return STR_EMPTY;
}

static void set_text(struct builder *b, struct value *map, const char *key, struct str text)
{
    if (text.n > 0)
        value_set(map, str_from_cstr(key), value_new_text(b->arena, text));
}

static void set_day(struct builder *b, struct value *map, const char *key, int32_t day)
{
    set_text(b, map, key, date_text(b->arena, day));
}

static void add_paragraphs(struct builder *b, struct value *entry, const struct outline_node *node)
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

static void set_span(struct builder *b, struct value *entry, const struct outline_span *span)
{
    struct value *map = value_new_map(b->arena);
    value_put_int(b->arena, map, "paragraph", (int64_t)span->paragraph + 1);
    value_put_int(b->arena, map, "from", span->from);
    value_put_int(b->arena, map, "to", span->to);
    value_set(entry, STR("span"), map);
}

/* Figures of line `at` in match range [from, to). */
static void add_figures(struct builder *b, struct value *finding, uint32_t at, size_t from, size_t to)
{
    struct value *figures = draft_child(finding, "figures");
    for (size_t i = b->first_fact[at]; i < b->outline->facts.n && b->outline->facts.p[i].line == at; i++) {
        const struct outline_fact *fact = &b->outline->facts.p[i];
        if (fact->kind == FACT_AMOUNT && fact->from >= from && fact->to <= to)
            value_add(figures, outline_fact_value(b->arena, b->outline, fact));
    }
}

/* Deadline and lead that a measure's words name. */
static void read_measure_words(struct builder *b, struct value *measure, uint32_t at, size_t from, size_t to)
{
    const struct outline_line *line = &b->outline->lines.p[at];
    for (size_t i = b->first_fact[at]; i < b->outline->facts.n && b->outline->facts.p[i].line == at; i++) {
        const struct outline_fact *fact = &b->outline->facts.p[i];
        bool is_due =
            fact->kind == FACT_DATE && (fact->date.kind == FOUND_DATE_BY || fact->date.kind == FOUND_DATE_RELATIVE);
        if (!is_due || fact->from < from || fact->to > to)
            continue;
        set_text(b, measure, "due_text", fact->text);
        if (fact->date.kind == FOUND_DATE_BY && fact->date.to_day != FOUND_DAY_NONE)
            set_day(b, measure, "due", fact->date.to_day);
    }
    struct str words = str_slice(line->match, 0, to);
    size_t by = outline_find(words, "由", from);
    size_t end = by == SIZE_MAX ? SIZE_MAX : outline_find_any(words, by, WORDS("牵头", "负责", "包案"), NULL);
    if (end != SIZE_MAX && outline_count(str_slice(words, by, end)) <= LEAD_COUNT_MAX &&
        !outline_has_any(str_slice(words, by, end), WORDS(",", "。", "%", "提高")))
        set_text(b, measure, "lead", outline_clean(line, by + STR("由").n, end));
}

static struct value *add_measure(struct builder *b, struct value *finding, uint32_t at, size_t from, size_t to,
                                 struct str mark, bool is_derived)
{
    const struct outline_line *line = &b->outline->lines.p[at];
    struct str text = outline_clean(line, from, to);
    if (text.n == 0)
        return NULL;
    struct value *measure = draft_new_entry(b->arena, b->draft, 'm', text, STR_EMPTY);
    struct outline_span span = outline_span_of(line, from, to);
    set_text(b, measure, "no", mark);
    value_set(measure, STR("phase"), value_new_text(b->arena, value_get_text(finding, "phase")));
    value_set(measure, STR("paragraph"), value_new_int(b->arena, (int64_t)span.paragraph + 1));
    value_set(measure, STR("from"), value_new_int(b->arena, span.from));
    value_set(measure, STR("to"), value_new_int(b->arena, span.to));
    if (is_derived) {
        struct value *flag = draft_child(measure, "derived");
        if (flag)
            flag->boolean = true;
    }
    read_measure_words(b, measure, at, from, to);
    value_add(draft_child(finding, "measures"), measure);
    return measure;
}

static const struct {
    const char *label, *field; /* field NULL: measures, "": progress, which stays in the body */
} line_labels[] = {{"整改措施:", NULL},
                   {"主要措施:", NULL},
                   {"措施:", NULL},
                   {"整改时限:", "due_text"},
                   {"完成时限:", "due_text"},
                   {"整改期限:", "due_text"},
                   {"完成时间:", "due_text"},
                   {"责任单位:", "responsible"},
                   {"牵头单位:", "responsible"},
                   {"责任部门:", "responsible"},
                   {"牵头部门:", "responsible"},
                   {"责任领导:", "leader"},
                   {"牵头领导:", "leader"},
                   {"责任人:", "leader"},
                   {"整改状态:", "status_stated"},
                   {"整改进展:", ""},
                   {"进展情况:", ""},
                   {"整改情况:", ""},
                   {"整改成效:", ""},
                   {"完成情况:", ""},
                   {"存在问题:", ""},
                   {"问题描述:", ""}};

enum { LINE_LABELS = sizeof line_labels / sizeof *line_labels };

/* Index of the label that stands at `at`, or LINE_LABELS. */
static size_t label_at(struct str s, size_t at)
{
    size_t i = 0;
    while (i < LINE_LABELS && !str_has_prefix(str_slice(s, at, s.n), str_from_cstr(line_labels[i].label)))
        i++;
    return i;
}

/* Start of the next label behind a blank ("责任单位:办公室 责任人:张某"), or `to`. */
static size_t next_label(struct str s, size_t from, size_t to)
{
    for (size_t at = outline_find(s, " ", from); at < to; at = outline_find(s, " ", at + 1))
        if (label_at(s, at + 1) < LINE_LABELS)
            return at + 1;
    return to;
}

/* A field of the finding from match range [from, to) of line `at`. */
static void set_labelled(struct builder *b, struct value *finding, uint32_t at, const char *field, size_t from,
                         size_t to)
{
    struct str value = outline_clean(&b->outline->lines.p[at], from, to);
    set_text(b, finding, field, value);
    if (strcmp(field, "status_stated") == 0)
        set_text(b, finding, "status", draft_status_of(value));
    for (size_t k = b->first_fact[at];
         strcmp(field, "due_text") == 0 && k < b->outline->facts.n && b->outline->facts.p[k].line == at; k++) {
        const struct outline_fact *fact = &b->outline->facts.p[k];
        if (fact->kind == FACT_DATE && fact->from >= from && fact->to <= to && fact->date.to_day != FOUND_DAY_NONE &&
            fact->date.kind <= FOUND_DATE_BY)
            set_day(b, finding, "due", fact->date.to_day);
    }
}

/* Where the value of a labelled line starts ("整改措施：…"), or 0; due, responsible and leader are set from their
 * lines. *ret_is_measure tells whether the line's words are measures. */
static size_t read_label(struct builder *b, struct value *finding, uint32_t at, bool *ret_is_measure)
{
    struct str s = b->outline->lines.p[at].match;
    size_t lead = 0;
    while (lead < s.n && s.p[lead] == ' ')
        lead++;
    *ret_is_measure = true;
    size_t label = label_at(s, lead);
    if (label == LINE_LABELS)
        return 0;
    size_t first = lead + str_from_cstr(line_labels[label].label).n;
    *ret_is_measure = line_labels[label].field == NULL;
    for (size_t from = first; label < LINE_LABELS && line_labels[label].field;) {
        size_t stop = outline_find(s, "。", from);
        size_t end = next_label(s, from, s.n);
        if (line_labels[label].field[0])
            set_labelled(b, finding, at, line_labels[label].field, from, stop < end ? stop : end);
        label = end < s.n ? label_at(s, end) : LINE_LABELS;
        from = label < LINE_LABELS ? end + str_from_cstr(line_labels[label].label).n : s.n;
    }
    return first;
}

/* One measure per sentence of the body; a suggestion. */
static void derive_measures(struct builder *b, struct value *finding, const struct outline_node *node)
{
    for (size_t i = 0; i < node->lines.n || (i == 0 && node->lines.n == 0); i++) {
        uint32_t at = node->lines.n ? node->lines.p[i] : node->line;
        const struct outline_line *line = &b->outline->lines.p[at];
        size_t from = at == node->line ? node->heading_to : 0, to = at == node->line ? node->to : line->match.n;
        if (at == node->line && from < to)
            outline_code_at(line->match, from, &from);
        bool is_measure = true;
        if (at != node->line)
            from = read_label(b, finding, at, &is_measure);
        while (is_measure && from < to) {
            bool is_open = false;
            size_t end = outline_heading_end(line->match, from, to, &is_open);
            if (end < to && line->match.p[end] == ':') {
                size_t stop = outline_find(str_slice(line->match, 0, to), "。", end);
                end = stop == SIZE_MAX ? to : stop;
            }
            size_t next = end;
            if (next < to)
                outline_code_at(line->match, next, &next);
            (void)add_measure(b, finding, at, from, next, STR_EMPTY, true);
            from = next > from ? next : to;
        }
    }
}

/* Marked measures below a finding; those deeper are part of the text of the one above. */
static size_t add_marked(struct builder *b, struct value *finding, const struct outline_node *node)
{
    size_t n = 0;
    for (const struct outline_node *child = node->first; child; child = child->next) {
        if (child->role != ROLE_MEASURE && child->role != ROLE_TEXT)
            continue;
        struct value *measure =
            add_measure(b, finding, child->line, child->style == STYLE_NONE ? child->from : child->heading_from,
                        child->to, child->mark, false);
        n++;
        if (!measure)
            continue;
        struct value *more = value_put_list(b->arena, measure, "paragraphs");
        struct str text = child->style == STYLE_NONE ? child->heading : value_get_text(measure, "text");
        for (size_t i = 0; i < child->lines.n; i++) {
            const struct outline_line *line = &b->outline->lines.p[child->lines.p[i]];
            if (child->lines.p[i] == child->line)
                continue;
            value_add_int(b->arena, more, (int64_t)line->paragraph + 1);
            text = arena_concat(b->arena, arena_concat(b->arena, text, STR("\n")), outline_trim(line->clean.text));
        }
        set_text(b, measure, "text", text);
    }
    return n;
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

static void read_row(struct builder *b, struct value *finding, const struct outline_row *row)
{
    set_text(b, finding, "category", row->category);
    set_text(b, finding, "status_stated", row->status);
    set_text(b, finding, "status", draft_status_of(row->status));
    set_text(b, finding, "due_text", row->due);
    set_text(b, finding, "responsible", row->unit);
    set_text(b, finding, "leader", row->leader);
    set_text(b, finding, "type", row->type);
    set_text(b, finding, "basis", row->basis);
    set_text(b, finding, "amount_text", row->amount);
    if (row->has_due_day)
        set_day(b, finding, "due", row->due_day);
    if (row->has_amount)
        value_set(finding, STR("amount_fen"), value_new_int(b->arena, row->amount_fen));
}

/* The problem in the words of the inspection: what stands between the outer quotes of the heading. */
static void read_quoted(struct builder *b, struct value *finding, struct str heading)
{
    static const char open_quote[] = "“", close_quote[] = "”";
    size_t open = outline_find(heading, open_quote, 0), close = SIZE_MAX;
    for (size_t at = open; at != SIZE_MAX; at = outline_find(heading, close_quote, at + 1))
        close = at > open ? at : close;
    if (close == SIZE_MAX || outline_find(heading, "问题", close) == SIZE_MAX || !str_has_prefix(heading, STR("关于")))
        return;
    set_text(b, finding, "quoted", str_slice(heading, open + sizeof open_quote - 1, close));
}

static void read_status(struct builder *b, struct value *finding, struct str body)
{
    static const char *const words[] = {"已完成整改", "已整改到位",   "整改完成",   "已基本完成整改", "基本完成整改",
                                        "正在整改",   "尚未完成整改", "未完成整改", "已销号",         "需长期整改",
                                        "验收销号",   "予以销号",     NULL};
    size_t word = 0;
    if (outline_find_any(body, 0, words, &word) == SIZE_MAX)
        return;
    set_text(b, finding, "status_stated", str_from_cstr(words[word]));
    set_text(b, finding, "status", draft_status_of(str_from_cstr(words[word])));
}

static void add_tree_figures(struct builder *b, struct value *finding, const struct outline_node *node)
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

static void add_finding(struct builder *b, const struct outline_node *node, struct str aspect)
{
    bool is_label = is_bare_label(node->heading) && node->body.n > 0 && !node->first;
    size_t stop = is_label ? outline_find_any(node->body, 0, WORDS("。", "\n"), NULL) : SIZE_MAX;
    struct str title = is_label ? str_slice(node->body, 0, stop) : node->heading;
    struct value *finding = draft_new_entry(b->arena, b->draft, 'f', title, node->body);
    set_text(b, finding, "no", node->mark);
    set_text(b, finding, "phase", str_from_cstr(phase_of(node)));
    set_text(b, finding, "aspect", aspect);
    add_paragraphs(b, finding, node);
    set_span(b, finding, &node->span);
    read_quoted(b, finding, node->heading);
    if (node->row)
        read_row(b, finding, node->row);
    else if (node->zone != ROLE_LONG_TERM)
        read_status(b, finding, node->body);
    add_tree_figures(b, finding, node);
    value_add(b->findings, finding);
    enum outline_kind kind = b->outline->kind;
    bool gives_measures = kind != KIND_FEEDBACK && kind != KIND_AUDIT_REPORT && !is_label;
    if (gives_measures && add_marked(b, finding, node) == 0 && !node->row && node->body.n > 0)
        derive_measures(b, finding, node);
    if (!gives_measures) {
        struct value *paragraphs = draft_child(finding, "paragraphs");
        for (const struct outline_node *child = node->first; child; child = child->next)
            for (size_t i = 0; i < child->lines.n && child->role != ROLE_RECOMMENDATION; i++)
                value_add_int(b->arena, paragraphs, (int64_t)b->outline->lines.p[child->lines.p[i]].paragraph + 1);
    }
}

static struct str add_aspect(struct builder *b, const struct outline_node *node, struct str title)
{
    VALUE_EACH (known, b->aspects)
        if (!node && str_equal(value_get_text(known, "title"), title))
            return value_get_text(known, "id");
    struct value *aspect = draft_new_entry(b->arena, b->draft, 'a', title, STR_EMPTY);
    if (node) {
        set_text(b, aspect, "no", node->mark);
        set_text(b, aspect, "phase", str_from_cstr(node->zone == ROLE_LONG_TERM ? "long_term" : "concentrated"));
        add_paragraphs(b, aspect, node);
        if (node->body.n > 0 && !node->first)
            value_put_text(b->arena, aspect, "body", node->body);
    }
    value_add(b->aspects, aspect);
    return value_get_text(aspect, "id");
}

static void add_note(struct builder *b, struct value *list, char letter, const struct outline_node *node)
{
    struct value *note = draft_new_entry(b->arena, b->draft, letter, node->heading, node->body);
    set_text(b, note, "no", node->mark);
    if (letter != 's')
        value_set(note, STR("role"), value_new_text(b->arena, str_from_cstr(outline_role_name(node->role))));
    add_paragraphs(b, note, node);
    value_add(list, note);
}

static void walk(struct builder *b, const struct outline_node *node, struct str aspect)
{
    switch (node->role) {
    case ROLE_FINDING:
    case ROLE_LONG_TERM_POINT: {
        struct str category = node->row ? node->row->category : STR_EMPTY;
        add_finding(b, node, category.n ? add_aspect(b, NULL, category) : aspect);
        for (const struct outline_node *child = node->first; child; child = child->next)
            if (child->role == ROLE_RECOMMENDATION)
                walk(b, child, aspect);
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

static void add_loose_note(struct builder *b, uint32_t paragraph, enum outline_role role)
{
    struct value *note = draft_new_entry(b->arena, b->draft, 'n', STR_EMPTY, STR_EMPTY);
    struct str text = STR_EMPTY;
    for (uint32_t i = b->outline->first_line[paragraph]; i < b->outline->first_line[paragraph + 1]; i++) {
        struct str piece = outline_trim(b->outline->lines.p[i].clean.text);
        text = text.n ? arena_concat(b->arena, arena_concat(b->arena, text, STR("\n")), piece) : piece;
    }
    set_text(b, note, "body", text);
    value_set(note, STR("role"), value_new_text(b->arena, str_from_cstr(outline_role_name(role))));
    value_add_int(b->arena, draft_child(note, "paragraphs"), (int64_t)paragraph + 1);
    value_add(b->notes, note);
}

static void add_paragraph_list(struct builder *b)
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

static void add_source(struct builder *b)
{
    struct value *source = value_put_map(b->arena, b->draft, "source");
    static const struct {
        enum outline_kind kind;
        const char *source_kind;
    } kinds[] = {{KIND_AUDIT_RECTIFICATION, "audit"}, {KIND_AUDIT_REPORT, "audit"}};
    const char *kind = "inspection";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].kind == b->outline->kind)
            kind = kinds[i].source_kind;
    if (b->outline->kind == KIND_LEDGER && outline_find(b->outline->source.title, "审计", 0) != SIZE_MAX)
        kind = "audit";
    value_put_text(b->arena, source, "kind", str_from_cstr(kind));
    outline_put_source(b->arena, source, b->outline);
    outline_put_closing(b->arena, source, b->outline);
    const struct outline_signature *signature = &b->outline->signature;
    if (signature->signatory.n > 0)
        value_put_text(b->arena, source, "signatory", signature->signatory);
    else
        value_put_null(b->arena, source, "signatory");
    outline_put_day(b->arena, source, "signed", signature->has_date ? signature->date : FOUND_DAY_NONE);
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
    struct builder b = {.arena = arena, .outline = outline, .draft = draft, .first_fact = first_fact};
    value_put_text(arena, draft, "doc_kind", str_from_cstr(outline_kind_name(outline->kind)));
    value_put_bool(arena, draft, "gives_findings", outline_gives_register(outline->kind));
    value_put_int(arena, draft, "next", 1);
    add_source(&b);
    b.parts = value_put_list(arena, draft, "parts");
    b.aspects = value_put_list(arena, draft, "aspects");
    b.findings = value_put_list(arena, draft, "findings");
    b.next_steps = value_put_list(arena, draft, "next_steps");
    b.notes = value_put_list(arena, draft, "notes");
    for (const struct outline_node *node = outline->root.first; node; node = node->next)
        walk(&b, node, STR_EMPTY);
    add_paragraph_list(&b);
    outline_put_reports(arena, draft, outline);
    draft_refresh(arena, draft);
    return arena_rc(arena) == RC_OK ? draft : NULL;
}
