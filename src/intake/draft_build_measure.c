/* draft_build_measure.c: the measures of a finding: marked ones, rows of a table, else one for each sentence. */
#include "intake/draft_parts.h"
#include "intake/outline_parts.h"

#include "base/clock.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { LEAD_COUNT_MAX = 24, STATUS_COUNT_MAX = 14 };

/* Deadline and lead that a measure's words name. */
static void read_measure_words(struct draft_builder *b, struct value *measure, uint32_t at, size_t from, size_t to)
{
    const struct outline_line *line = &b->outline->lines.p[at];
    for (size_t i = b->first_fact[at]; i < b->outline->facts.n && b->outline->facts.p[i].line == at; i++) {
        const struct outline_fact *fact = &b->outline->facts.p[i];
        bool is_due =
            fact->kind == FACT_DATE && (fact->date.kind == FOUND_DATE_BY || fact->date.kind == FOUND_DATE_RELATIVE);
        if (!is_due || fact->from < from || fact->to > to)
            continue;
        draft_put_text(b, measure, "due_text", fact->text);
        if (fact->date.kind == FOUND_DATE_BY && fact->date.to_day != FOUND_DAY_NONE)
            draft_put_day(b, measure, "due", fact->date.to_day);
    }
    struct str words = str_slice(line->match, 0, to);
    size_t by = outline_find(words, "由", from);
    size_t end = by == SIZE_MAX ? SIZE_MAX : outline_find_any(words, by, WORDS("牵头", "负责", "包案"), NULL);
    if (end != SIZE_MAX && outline_count(str_slice(words, by, end)) <= LEAD_COUNT_MAX &&
        !outline_has_any(str_slice(words, by, end), WORDS(",", "。", "%", "提高")))
        draft_put_text(b, measure, "lead", outline_clean(line, by + STR("由").n, end));
}

static struct value *add_measure(struct draft_builder *b, struct value *finding, uint32_t at, size_t from, size_t to,
                                 struct str mark, bool is_derived)
{
    const struct outline_line *line = &b->outline->lines.p[at];
    size_t end = is_derived ? to : draft_fields_start(b, at, from, to);
    while (!is_derived && end > from && (line->match.p[end - 1] == ';' || line->match.p[end - 1] == ' '))
        end--; /* what parts it from the next */
    struct str text = outline_clean(line, from, end);
    if (text.n == 0)
        return NULL;
    struct value *measure = draft_new_entry(b->arena, b->draft, 'm', text, STR_EMPTY);
    struct outline_span span = outline_span_of(line, from, end);
    draft_put_text(b, measure, "no", mark);
    value_set(measure, STR("phase"), value_new_text(b->arena, value_get_text(finding, "phase")));
    value_set(measure, STR("paragraph"), value_new_int(b->arena, (int64_t)span.paragraph + 1));
    value_set(measure, STR("from"), value_new_int(b->arena, span.from));
    value_set(measure, STR("to"), value_new_int(b->arena, span.to));
    if (is_derived) {
        struct value *flag = draft_child(measure, "derived");
        if (flag)
            flag->boolean = true;
    }
    read_measure_words(b, measure, at, from, end);
    size_t fields = is_derived ? to : draft_fields_start(b, at, from, to);
    if (fields < to)
        draft_read_measure_fields(b, measure, at, fields, to);
    value_add(draft_child(finding, "measures"), measure);
    return measure;
}

/* "已完成整改。" tells the state, "整改措施见下表：" what comes. */
static bool is_no_measure(struct str sentence)
{
    sentence = outline_trim(sentence);
    bool is_state = outline_count(sentence) <= STATUS_COUNT_MAX && draft_status_of(sentence).n > 0 &&
                    outline_has_any(sentence, WORDS("整改", "销号"));
    return is_state || str_has_suffix(sentence, STR(":"));
}

/* The pieces that a range numbers as marked measures; 0 when it numbers none. */
static size_t add_numbered(struct draft_builder *b, struct value *finding, uint32_t at, size_t from, size_t to)
{
    outline_piece_vec pieces = {0};
    const struct outline_line *line = &b->outline->lines.p[at];
    if (outline_find_pieces(b->outline, at, from, to, &pieces) != RC_OK) /* the arena remembers */
        return 0;
    for (size_t i = 0; i < pieces.n; i++)
        (void)add_measure(b, finding, at, pieces.p[i].from, pieces.p[i].to,
                          outline_clean(line, pieces.p[i].mark, pieces.p[i].from), false);
    return pieces.n;
}

/* One measure per sentence of a range; a suggestion. */
static size_t derive_from(struct draft_builder *b, struct value *finding, uint32_t at, size_t from, size_t to)
{
    const struct outline_line *line = &b->outline->lines.p[at];
    from = draft_told_start(b, at, from, to);
    size_t n = add_numbered(b, finding, at, from, to);
    if (n > 0)
        return n;
    while (from < to) {
        bool is_open = false;
        size_t end = outline_heading_end(line->match, from, to, &is_open);
        if (end < to && line->match.p[end] == ':') {
            size_t stop = outline_find(str_slice(line->match, 0, to), "。", end);
            end = stop == SIZE_MAX ? to : stop;
        }
        size_t next = end;
        if (next < to)
            outline_code_at(line->match, next, &next);
        if (!draft_is_field(b, at, from) && !is_no_measure(str_slice(line->match, from, next)))
            n += add_measure(b, finding, at, from, next, STR_EMPTY, true) != NULL;
        from = next > from ? next : to;
    }
    return n;
}

/* The first line that is labelled as measures or progress: what stands before it describes the problem.  0 when none
 * is. */
static size_t first_told(const struct draft_builder *b, const struct outline_node *node)
{
    for (size_t i = 1; i < node->lines.n; i++)
        if (draft_is_progress(b, node->lines.p[i]) || draft_is_measures(b, node->lines.p[i]))
            return i;
    return 0;
}

/* One measure per sentence of the body; a suggestion.  With progress also of lines that tell how it went. */
static size_t derive_measures(struct draft_builder *b, struct value *finding, const struct outline_node *node,
                              size_t first, bool with_progress)
{
    size_t n = 0;
    for (size_t i = first_told(b, node); i < node->lines.n || (i == 0 && node->lines.n == 0); i++) {
        uint32_t at = node->lines.n ? node->lines.p[i] : node->line;
        size_t from = at == node->line ? first : 0, to = at == node->line ? node->to : b->outline->lines.p[at].match.n;
        bool is_measure = true;
        if (at != node->line)
            from = draft_read_label(b, finding, at, &is_measure);
        if (is_measure || (with_progress && draft_is_progress(b, at)))
            n += derive_from(b, finding, at, from, to);
    }
    return n;
}

/* "重新核查已销号问题38个", "已销号12个": what is closed there are others, not this problem. */
static bool counts_others(struct str behind)
{
    static const char *const nouns[] = {"问题", "事项", "的", "项目", "任务", NULL};
    for (size_t i = 0; nouns[i]; i++)
        if (str_has_prefix(behind, str_from_cstr(nouns[i])))
            return true;
    return behind.n > 0 && behind.p[0] >= '0' && behind.p[0] <= '9';
}

void draft_read_status(struct draft_builder *b, struct value *finding, struct str body)
{
    static const char *const words[] = {
        "已完成整改", "已整改到位", "整改完成", "已基本完成整改", "基本完成整改", "正在整改",   "正在办理",
        "正在推进",   "正在推动",   "正在履行", "尚未完成整改",   "未完成整改",   "需长期整改", NULL};
    size_t word = 0;
    if (str_has_prefix(outline_trim(body), STR("完成整改"))) {
        draft_put_text(b, finding, "status_stated", STR("完成整改"));
        draft_put_text(b, finding, "status", STR("done"));
        return;
    }
    static const char *const closed[] = {"已销号", "验收销号", "予以销号", "同意销号", "准予销号", NULL};
    size_t at = outline_find_any(body, 0, closed, &word);
    while (at != SIZE_MAX && counts_others(str_slice(body, at + str_from_cstr(closed[word]).n, body.n)))
        at = outline_find_any(body, at + str_from_cstr(closed[word]).n, closed, &word);
    if (at != SIZE_MAX) {
        draft_put_text(b, finding, "status_stated", str_from_cstr(closed[word]));
        draft_put_text(b, finding, "status", STR("closed"));
        return;
    }
    if (outline_find_any(body, 0, words, &word) == SIZE_MAX)
        return;
    draft_put_text(b, finding, "status_stated", str_from_cstr(words[word]));
    draft_put_text(b, finding, "status", draft_status_of(str_from_cstr(words[word])));
}

/* Behind the stop of a piece's heading. */
static size_t behind_heading(const struct draft_builder *b, const struct outline_node *node)
{
    size_t at = node->heading_to;
    if (at < node->to)
        outline_code_at(b->outline->lines.p[node->line].match, at, &at);
    return at;
}

/* "(3)整改成效：…" below a finding tells of it: it joins the body, and its fields are the finding's. */
static void add_fact(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    struct str body = value_get_text(finding, "body");
    struct value *paragraphs = draft_child(finding, "paragraphs");
    for (size_t i = 0; i < node->lines.n; i++) {
        uint32_t at = node->lines.p[i];
        const struct outline_line *line = &b->outline->lines.p[at];
        size_t from = at == node->line ? node->heading_from : 0;
        struct str text = outline_clean(line, from, line->match.n);
        body = body.n ? arena_concat(b->arena, arena_concat(b->arena, body, STR("\n")), text) : text;
        value_add_int(b->arena, paragraphs, (int64_t)line->paragraph + 1);
        draft_read_fields(b, finding, at, from, line->match.n);
        bool is_plan = str_has_prefix(node->heading, STR("下"));
        bool is_title = at == node->line && node->lines.n > 1 && outline_find(text, "。", 0) == SIZE_MAX;
        if (!is_plan && !is_title && value_get_text(finding, "status_stated").n == 0)
            draft_read_status(b, finding, text);
    }
    draft_put_text(b, finding, "body", body);
}

/* Lines of the pieces below a measure that stand on lines of their own: they are part of its text. */
static struct str add_deeper(struct draft_builder *b, struct value *paragraphs, const struct outline_node *node,
                             struct str text)
{
    for (const struct outline_node *child = node->first; child; child = child->next) {
        if (child->style == STYLE_TABLE)
            continue;
        for (size_t i = 0; i < child->lines.n; i++) {
            const struct outline_line *line = &b->outline->lines.p[child->lines.p[i]];
            text = arena_concat(b->arena, arena_concat(b->arena, text, STR("\n")), outline_trim(line->clean.text));
        }
        for (size_t i = 0; i < child->lines.n; i++)
            value_add_int(b->arena, paragraphs, (int64_t)b->outline->lines.p[child->lines.p[i]].paragraph + 1);
        text = add_deeper(b, paragraphs, child, text);
    }
    return text;
}

/* What follows the first line of a measure; lines of fields are the finding's. */
static void add_more_lines(struct draft_builder *b, struct value *finding, struct value *measure,
                           const struct outline_node *node)
{
    struct value *more = value_put_list(b->arena, measure, "paragraphs");
    struct str text = value_get_text(measure, "text");
    for (size_t i = 0; i < node->lines.n; i++) {
        const struct outline_line *line = &b->outline->lines.p[node->lines.p[i]];
        if (node->lines.p[i] == node->line)
            continue;
        bool is_measure = false;
        if (!node->next && draft_is_told(b, node->lines.p[i])) {
            (void)draft_read_label(b, finding, node->lines.p[i], &is_measure);
            struct str body = value_get_text(finding, "body"), told = outline_trim(line->clean.text);
            draft_put_text(b, finding, "body",
                           body.n ? arena_concat(b->arena, arena_concat(b->arena, body, STR("\n")), told) : told);
            value_add_int(b->arena, draft_child(finding, "paragraphs"), (int64_t)line->paragraph + 1);
            continue;
        }
        if (!node->next && draft_is_field(b, node->lines.p[i], 0)) {
            draft_read_fields(b, finding, node->lines.p[i], 0, line->match.n);
            value_add_int(b->arena, draft_child(finding, "paragraphs"), (int64_t)line->paragraph + 1);
            continue;
        }
        value_add_int(b->arena, more, (int64_t)line->paragraph + 1);
        text = arena_concat(b->arena, arena_concat(b->arena, text, STR("\n")), outline_trim(line->clean.text));
    }
    draft_put_text(b, measure, "text", add_deeper(b, more, node, text));
}

static void add_row_fields(struct draft_builder *b, struct value *measure, const struct outline_row *row)
{
    draft_put_text(b, measure, "lead", row->unit.n ? row->unit : row->leader);
    draft_put_text(b, measure, "due_text", row->due);
    if (row->has_due_day)
        draft_put_day(b, measure, "due", row->due_day);
}

/* A row of a table of measures: who and until when stand in columns of their own. */
static void add_row_measure(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    const struct outline_row *row = node->row;
    struct value *measure = add_measure(b, finding, node->line, node->from, node->to, row->number, false);
    if (!measure)
        return;
    struct value *more = value_put_list(b->arena, measure, "paragraphs");
    for (size_t i = 0; i < node->lines.n; i++)
        value_add_int(b->arena, more, (int64_t)b->outline->lines.p[node->lines.p[i]].paragraph + 1);
    draft_put_text(b, measure, "text", node->heading);
    add_row_fields(b, measure, row);
}

/* A table below a finding is the finding's; its rows may be measures. */
static size_t add_table(struct draft_builder *b, struct value *finding, const struct outline_node *table)
{
    size_t n = 0;
    for (size_t i = 0; i < table->lines.n; i++)
        value_add_int(b->arena, draft_child(finding, "paragraphs"),
                      (int64_t)b->outline->lines.p[table->lines.p[i]].paragraph + 1);
    for (const struct outline_node *row = table->first; row; row = row->next, n++)
        add_row_measure(b, finding, row);
    return n;
}

/* Adds a marked piece below a finding; *ret_from is where the fields behind its words start, or its end. */
static bool add_piece(struct draft_builder *b, struct value *finding, const struct outline_node *node, size_t *ret_from)
{
    size_t from = node->style == STYLE_NONE ? node->from : node->heading_from;
    *ret_from = draft_fields_start(b, node->line, from, node->to);
    struct value *measure = add_measure(b, finding, node->line, from, node->to, node->mark, false);
    if (!measure)
        return false;
    if (node->style == STYLE_NONE && *ret_from == node->to)
        draft_put_text(b, measure, "text", node->heading);
    if (node->row)
        add_row_fields(b, measure, node->row);
    add_more_lines(b, finding, measure, node);
    return true;
}

/* Marked measures below a finding; those deeper are part of the text of the one above. */
static size_t add_marked(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    size_t n = 0, with_fields = 0, fields_from = 0;
    const struct outline_node *last = NULL;
    for (const struct outline_node *child = node->first; child; child = child->next) {
        if (child->role == ROLE_TABLE) {
            n += add_table(b, finding, child);
            continue;
        }
        if (child->role != ROLE_MEASURE && child->role != ROLE_TEXT)
            continue;
        size_t value = 0;
        enum draft_label label = child->lines.n > 0 ? draft_label_of(b, child, &value) : DRAFT_LABEL_NONE;
        if (label == DRAFT_LABEL_FACT) {
            add_fact(b, finding, child);
            continue;
        }
        if (label == DRAFT_LABEL_MEASURES) {
            size_t below = add_marked(b, finding, child);
            n += below ? below : derive_measures(b, finding, child, value, false);
            continue;
        }
        n++;
        bool is_added = add_piece(b, finding, child, &value);
        for (const struct outline_node *table = child->first; table; table = table->next)
            if (table->role == ROLE_TABLE)
                n += add_table(b, finding, table);
        if (!is_added)
            continue;
        last = child;
        with_fields += value < child->to;
        fields_from = value;
    }
    /* Fields behind the last measure alone are those of all. */
    if (n > 1 && with_fields == 1 && last && fields_from < last->to)
        draft_read_fields(b, finding, last->line, fields_from, last->to);
    return n;
}

void draft_add_measures(struct draft_builder *b, struct value *finding, const struct outline_node *node,
                        bool may_derive)
{
    size_t n = add_marked(b, finding, node);
    if (n == 0 && may_derive && !node->row && node->body.n > 0)
        n = derive_measures(b, finding, node, behind_heading(b, node), false);
    if (n == 0 && may_derive && !node->row && node->body.n > 0)
        (void)derive_measures(b, finding, node, behind_heading(b, node), true);
}

void draft_add_lasting(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    struct value *measures = draft_child(finding, "measures");
    struct value *last = measures->items.last;
    size_t n = 0, value = 0;
    for (const struct outline_node *child = node->first; child; child = child->next)
        if (child->style != STYLE_TABLE)
            n += add_piece(b, finding, child, &value);
    if (n == 0 && node->body.n > 0)
        n = derive_measures(b, finding, node, behind_heading(b, node), true);
    if (n == 0)
        (void)add_piece(b, finding, node, &value);
    struct value *first = last ? last->next : measures->items.first;
    for (struct value *measure = first; measure; measure = measure->next)
        draft_set_text(b->arena, measure, "phase", STR("long_term"));
    for (size_t i = 0; first && i < node->lines.n; i++)
        draft_add_number(b->arena, draft_paragraph_list(b->arena, first),
                         (int64_t)b->outline->lines.p[node->lines.p[i]].paragraph + 1);
}

bool draft_add_closure_part(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    struct value *paragraphs = draft_child(finding, "paragraphs");
    bool is_measures = outline_find(node->heading, "措施", 0) != SIZE_MAX;
    if (!is_measures && (node->first || !outline_has_any(node->heading, WORDS("目标", "情况", "验收", "成效", "结果"))))
        return false;
    if (!is_measures) {
        add_fact(b, finding, node);
        return true;
    }
    for (size_t i = 0; i < node->lines.n; i++)
        value_add_int(b->arena, paragraphs, (int64_t)b->outline->lines.p[node->lines.p[i]].paragraph + 1);
    if (add_marked(b, finding, node) == 0)
        (void)derive_measures(b, finding, node, behind_heading(b, node), false);
    return true;
}
