/* draft_build_label.c: labelled lines and clauses below a finding ("整改措施：…", "责任单位：… 完成时限：…"). */
#include "intake/draft_parts.h"
#include "intake/outline_parts.h"

#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct {
    const char *label, *field; /* field NULL: measures, "": progress, which stays in the body */
} line_labels[] = {{"整改措施:", NULL},
                   {"跟进措施:", NULL},
                   {"改善措施:", NULL},
                   {"主要措施:", NULL},
                   {"具体措施:", NULL},
                   {"措施:", NULL},
                   {"整改时限:", "due_text"},
                   {"完成时限:", "due_text"},
                   {"整改期限:", "due_text"},
                   {"完成时间:", "due_text"},
                   {"完成期限:", "due_text"},
                   {"完成日期:", "due_text"},
                   {"预计完成时间:", "due_text"},
                   {"整改时间:", "due_text"},
                   {"整改完成时限:", "due_text"},
                   {"责任主体:", "responsible"},
                   {"责任科室:", "responsible"},
                   {"责任单位:", "responsible"},
                   {"负责部门:", "responsible"},
                   {"负责单位:", "responsible"},
                   {"整改责任单位:", "responsible"},
                   {"牵头单位:", "responsible"},
                   {"责任部门:", "responsible"},
                   {"牵头部门:", "responsible"},
                   {"责任领导:", "leader"},
                   {"牵头领导:", "leader"},
                   {"责任人:", "leader"},
                   {"负责人:", "leader"},
                   {"整改责任人:", "leader"},
                   {"分管领导:", "leader"},
                   {"包案领导:", "leader"},
                   {"整改状态:", "status_stated"},
                   {"整改进展:", ""},
                   {"进展情况:", ""},
                   {"整改情况:", ""},
                   {"整改成效:", ""},
                   {"完成情况:", ""},
                   {"存在问题:", ""},
                   {"整改目标:", ""},
                   {"督导单位:", ""},
                   {"配合单位:", ""},
                   {"配合部门:", ""},
                   {"协助单位:", ""},
                   {"问题表现:", ""},
                   {"具体表现:", ""},
                   {"下步打算:", ""},
                   {"下一步打算:", ""},
                   {"问题描述:", ""}};

enum { LINE_LABELS = sizeof line_labels / sizeof *line_labels, STATE_COUNT_MAX = 12 };

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
static void set_labelled(struct draft_builder *b, struct value *finding, uint32_t at, const char *field, size_t from,
                         size_t to)
{
    struct str value = outline_clean(&b->outline->lines.p[at], from, to);
    draft_put_text(b, finding, field, value);
    if (strcmp(field, "status_stated") == 0)
        draft_put_text(b, finding, "status", draft_status_of(value));
    struct found_date date;
    if (strcmp(field, "due_text") == 0 && outline_read_due(b->outline, value, &date) == RC_OK &&
        date.to_day != FOUND_DAY_NONE)
        draft_put_day(b, finding, "due", date.to_day);
}

static size_t first_word(struct str s)
{
    size_t lead = 0;
    while (lead < s.n && s.p[lead] == ' ')
        lead++;
    return lead;
}

/* "整改进展：已完成。" tells the state in its first words. */
static void read_progress(struct draft_builder *b, struct value *finding, uint32_t at, size_t from, size_t to)
{
    struct str s = b->outline->lines.p[at].match;
    size_t end = outline_find_any(str_slice(s, 0, to), from, WORDS(",", ";", "("), NULL);
    struct str words = outline_clean(&b->outline->lines.p[at], from, end < to ? end : to);
    /* "已拆除71处，未完成。": or its last. */
    for (size_t comma = end; comma < to && draft_status_of(words).n == 0;) {
        size_t next = outline_find_any(str_slice(s, 0, to), comma + 1, WORDS(",", ";"), NULL);
        if (next >= to)
            words = outline_clean(&b->outline->lines.p[at], comma + 1, to);
        comma = next;
    }
    if (value_get_text(finding, "status_stated").n > 0 || outline_count(words) > STATE_COUNT_MAX ||
        draft_status_of(words).n == 0)
        return;
    draft_put_text(b, finding, "status_stated", words);
    draft_put_text(b, finding, "status", draft_status_of(words));
}

size_t draft_read_label(struct draft_builder *b, struct value *finding, uint32_t at, bool *ret_is_measure)
{
    struct str s = b->outline->lines.p[at].match;
    size_t lead = first_word(s);
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
        else if (draft_is_progress(b, at))
            read_progress(b, finding, at, from, stop < end ? stop : end);
        label = end < s.n ? label_at(s, end) : LINE_LABELS;
        from = label < LINE_LABELS ? end + str_from_cstr(line_labels[label].label).n : s.n;
    }
    return first;
}

static bool is_field(size_t label)
{
    return label < LINE_LABELS && line_labels[label].field && line_labels[label].field[0];
}

bool draft_is_field(const struct draft_builder *b, uint32_t at, size_t from)
{
    struct str s = str_slice(b->outline->lines.p[at].match, from, SIZE_MAX);
    return is_field(label_at(s, first_word(s)));
}

bool draft_is_told(const struct draft_builder *b, uint32_t at)
{
    struct str s = b->outline->lines.p[at].match;
    size_t label = label_at(s, first_word(s));
    return label < LINE_LABELS && line_labels[label].field && !line_labels[label].field[0];
}

bool draft_is_measures(const struct draft_builder *b, uint32_t at)
{
    struct str s = b->outline->lines.p[at].match;
    size_t label = label_at(s, first_word(s));
    return label < LINE_LABELS && !line_labels[label].field;
}

bool draft_is_progress(const struct draft_builder *b, uint32_t at)
{
    struct str s = b->outline->lines.p[at].match;
    size_t label = label_at(s, first_word(s));
    return label < LINE_LABELS && outline_has_any(str_from_cstr(line_labels[label].label),
                                                  WORDS("整改情况", "整改进展", "整改成效", "完成情况", "进展情况"));
}

/* Does a clause begin at `at`: at the start of the range, or behind a blank or a stop? */
static bool is_clause_start(struct str s, size_t from, size_t at)
{
    if (at == from)
        return true;
    size_t back = outline_step_back(s, at);
    uint32_t code = outline_code_at(s, back, NULL);
    return code == ' ' || code == ',' || code == ';' || code == 0x3002 || code == '(';
}

void draft_read_fields(struct draft_builder *b, struct value *finding, uint32_t at, size_t from, size_t to)
{
    struct str s = str_slice(b->outline->lines.p[at].match, 0, to);
    size_t starts[LINE_LABELS] = {0}, counts[LINE_LABELS] = {0};
    if (outline_find(s, ":", from) == SIZE_MAX)
        return;
    for (size_t pos = from, next = 0; pos < to; pos = next) {
        outline_code_at(s, pos, &next);
        size_t label = is_clause_start(s, from, pos) ? label_at(s, pos) : LINE_LABELS;
        if (is_field(label) && counts[label]++ == 0)
            starts[label] = pos + str_from_cstr(line_labels[label].label).n;
    }
    for (size_t i = 0; i < LINE_LABELS; i++) {
        if (counts[i] != 1 || value_get_text(finding, line_labels[i].field).n > 0)
            continue;
        /* The value ends with its sentence or where the next label stands. */
        size_t end = outline_find(s, "。", starts[i]), semicolon = outline_find(s, ";", starts[i]);
        end = end < to ? end : to;
        end = semicolon < end ? semicolon : end;
        for (size_t pos = starts[i], next = 0; pos < end; pos = next) {
            outline_code_at(s, pos, &next);
            if (pos > starts[i] && is_clause_start(s, from, pos) && label_at(s, pos) < LINE_LABELS)
                end = pos;
        }
        while (end > starts[i] && (s.p[end - 1] == ' ' || s.p[end - 1] == ',' || s.p[end - 1] == ')'))
            end--;
        set_labelled(b, finding, at, line_labels[i].field, starts[i], end);
    }
}

size_t draft_told_start(const struct draft_builder *b, uint32_t at, size_t from, size_t to)
{
    static const char *const told[] = {"整改措施:", "整改情况:", "整改进展:", "整改成效:", NULL};
    struct str s = str_slice(b->outline->lines.p[at].match, 0, to);
    size_t word = 0, found = outline_find_any(s, from, told, &word);
    return found != SIZE_MAX && is_clause_start(s, from, found) ? found + str_from_cstr(told[word]).n : from;
}

size_t draft_fields_start(const struct draft_builder *b, uint32_t at, size_t from, size_t to)
{
    struct str s = str_slice(b->outline->lines.p[at].match, 0, to);
    if (outline_find(s, ":", from) == SIZE_MAX)
        return to;
    for (size_t pos = from, next = 0; pos < to; pos = next) {
        outline_code_at(s, pos, &next);
        if (pos > from && is_clause_start(s, from, pos) && is_field(label_at(s, pos)))
            return s.p[pos - 1] == '(' ? pos - 1 : pos;
    }
    return to;
}

void draft_read_measure_fields(struct draft_builder *b, struct value *measure, uint32_t at, size_t from, size_t to)
{
    const struct outline_node *owner = b->outline->lines.p[at].node;
    struct value *fields = value_new_map(b->arena);
    struct str due, unit, day;
    /* What stands once in the line of the finding itself is the finding's. */
    if (owner && owner->role == ROLE_FINDING && !owner->row) {
        struct str s = b->outline->lines.p[at].match;
        size_t label = label_at(s, s.p[from] == '(' ? from + 1 : from);
        const char *word = label < LINE_LABELS ? line_labels[label].label : "";
        if (outline_find(s, word, from + 1) == SIZE_MAX && outline_find(str_slice(s, 0, from), word, 0) == SIZE_MAX)
            return;
    }
    draft_read_fields(b, fields, at, from, to);
    due = value_get_text(fields, "due_text");
    day = value_get_text(fields, "due");
    unit = value_get_text(fields, "responsible");
    draft_put_text(b, measure, "due_text", due);
    draft_put_text(b, measure, "due", day);
    draft_put_text(b, measure, "lead", unit.n ? unit : value_get_text(fields, "leader"));
}

enum draft_label draft_label_of(const struct draft_builder *b, const struct outline_node *node, size_t *ret_value)
{
    struct str s = b->outline->lines.p[node->line].match;
    for (size_t i = 0; i < LINE_LABELS; i++) {
        struct str label = str_from_cstr(line_labels[i].label);
        struct str bare = str_slice(label, 0, label.n - 1);
        size_t end = node->heading_from + bare.n;
        if (!str_has_prefix(str_slice(s, node->heading_from, node->to), bare) ||
            (end < node->heading_to && s.p[end] != ':'))
            continue;
        /* How a problem goes on is told as what was done for it. */
        if (outline_has_any(bare, WORDS("进展", "情况")))
            return DRAFT_LABEL_NONE;
        if (end < node->to)
            outline_code_at(s, end, &end);
        *ret_value = end;
        return line_labels[i].field ? DRAFT_LABEL_FACT : DRAFT_LABEL_MEASURES;
    }
    return DRAFT_LABEL_NONE;
}

const char *draft_phase_of_due(struct str due)
{
    static const char *const long_term[] = {"长期坚持", "长期",     "长期整改", "长期推进", "持续整改",
                                            "持续坚持", "持续推进", "持续改进", NULL};
    static const char *const immediate[] = {"立行立改", "立即整改", "即知即改", "立知立改", "立即", NULL};
    due = outline_trim(due);
    if (str_has_suffix(due, STR("。")))
        due = str_slice(due, 0, due.n - STR("。").n);
    for (size_t i = 0; long_term[i]; i++)
        if (str_equal_cstr(due, long_term[i]))
            return "long_term";
    for (size_t i = 0; immediate[i]; i++)
        if (str_equal_cstr(due, immediate[i]))
            return "immediate";
    for (size_t at = 0; at < due.n; at++) /* with a date it is for the date to say */
        if (due.p[at] >= '0' && due.p[at] <= '9')
            return NULL;
    return str_has_prefix(due, STR("立行立改")) || str_has_prefix(due, STR("立即")) ? "immediate" : NULL;
}
