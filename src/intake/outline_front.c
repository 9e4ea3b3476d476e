/* outline_front.c: what stands before the first mark: furniture, title, number, salutation, opening, lead. */
#include "intake/outline_parts.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { HEAD_LINES_MAX = 14, TAIL_LINES_MAX = 12, TITLE_LINES_MAX = 4, OPENING_COUNT_MIN = 45, NOTE_COUNT_MAX = 60 };

static bool is_certain_mark(const struct outline_line *line) { return line->style != STYLE_NONE && !line->is_doubtful; }

/* Value behind a label of a metadata line: "发布时间：2026-02-09　…". */
static struct str read_meta(const struct outline_line *line, const char *const *labels)
{
    size_t word = 0, at = outline_find_any(line->match, 0, labels, &word);
    if (at == SIZE_MAX)
        return STR_EMPTY;
    at += str_from_cstr(labels[word]).n;
    while (at < line->match.n && (line->match.p[at] == ':' || line->match.p[at] == ' '))
        at++;
    size_t end = at;
    while (end < line->match.n && line->match.p[end] != ' ' && line->match.p[end] != '\t')
        end++;
    return outline_clean(line, at, end);
}

static void take_meta(struct outline *outline, const struct outline_line *line)
{
    struct str published = read_meta(line, WORDS("发布时间", "发布日期", "发文时间", "日期:", "时间:"));
    struct str origin = read_meta(line, WORDS("信息来源", "稿件来源", "文章来源", "来源"));
    bool is_meeting = outline_has_any(line->match, WORDS("上午", "下午", "晚上")); /* of minutes: when they met */
    if (published.n && !is_meeting && !outline->source.published.n)
        outline->source.published = published;
    if (origin.n && !outline->source.origin.n)
        outline->source.origin = origin;
}

static void cut_furniture(struct outline *outline)
{
    size_t seen = 0;
    bool is_head = true;
    for (size_t i = 0; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        if (outline->is_table_line[i]) {
            is_head = false;
            continue;
        }
        if (outline_trim(line->match).n > 0 && ++seen > HEAD_LINES_MAX)
            is_head = false;
        if (is_certain_mark(line) || outline_count(line->match) > OPENING_COUNT_MIN * 2)
            is_head = false;
        const char *reason = outline_furniture_reason(line->match, is_head, false);
        if (!reason && outline->document->paragraphs[line->paragraph].is_furniture)
            reason = "format";
        if (!reason)
            continue;
        if (is_head)
            take_meta(outline, line);
        line->role = ROLE_FURNITURE;
        line->reason = reason;
    }
    size_t tail = 0;
    for (size_t i = outline->lines.n; i > 0 && tail < TAIL_LINES_MAX; i--) {
        struct outline_line *line = &outline->lines.p[i - 1];
        if (line->role == ROLE_FURNITURE)
            continue;
        const char *reason = outline->is_table_line[i - 1] ? NULL : outline_furniture_reason(line->match, false, true);
        if (!reason || is_certain_mark(line))
            break;
        line->role = ROLE_FURNITURE;
        line->reason = reason;
        tail++;
    }
}

static bool is_document_number(struct str s)
{
    return outline_count(s) <= NOTE_COUNT_MAX && outline_has_any(s, WORDS("〔20", "[20", "(20")) &&
           str_has_suffix(s, STR("号"));
}

static bool is_note(struct str s)
{
    if (outline_count(s) > NOTE_COUNT_MAX || s.n == 0)
        return false;
    bool is_bracketed = s.p[0] == '(' && s.p[s.n - 1] == ')';
    bool is_meeting = outline_has_any(s, WORDS("日在", "次会议上", "常务委员会第"));
    return is_bracketed || (is_meeting && !str_has_suffix(s, STR("。")));
}

static bool is_opening(struct str s)
{
    if (outline_count(s) >= OPENING_COUNT_MIN && outline_has_any(s, WORDS("。", ",")))
        return true;
    return outline_has_any(s, WORDS("现将", "受市", "受省", "受县", "受区", "根据", "按照")) &&
           outline_has_any(s, WORDS("。", "如下"));
}

static bool is_title_like(const struct outline *outline, const struct outline_line *line)
{
    const struct paragraph *paragraph = &outline->document->paragraphs[line->paragraph];
    struct str s = outline_trim(line->match);
    bool is_styled =
        paragraph->align == ALIGN_CENTER || paragraph->outline_level == 1 || paragraph->kind == PARAGRAPH_HEADING;
    return outline_is_title(s) || (is_styled && outline_count(s) <= NOTE_COUNT_MAX && !str_has_suffix(s, STR("。")));
}

/* The next line that is not furniture, or lines.n. */
static size_t next_line(const struct outline *outline, size_t i)
{
    for (i++; i < outline->lines.n && outline->lines.p[i].role == ROLE_FURNITURE; i++)
        ;
    return i;
}

static void add_title(struct outline *outline, size_t i, size_t *title_lines)
{
    struct outline_line *line = &outline->lines.p[i];
    struct str text = outline_trim(line->clean.text);
    line->role = ROLE_TITLE;
    struct str *title = &outline->source.title;
    if (*title_lines > 0 && str_has_suffix(*title, text)) {
        outline_add_report(outline, "title_doubled", SEVERITY_INFO, (uint32_t)i, 0, line->match.n, STR_EMPTY, STR_EMPTY,
                           0);
        return;
    }
    *title = *title_lines > 0 ? arena_concat(outline->arena, *title, text) : text;
    (*title_lines)++;
}

/* Ends of titles: what follows such a line is no second line of it. */
static bool is_title_end(struct str title)
{
    static const char *const ends[] = {"通报", "报告", "公告", "公示", "通知", "情况",
                                       "意见", "方案", "清单", "台账", "结果", NULL};
    for (size_t i = 0; ends[i]; i++)
        if (str_has_suffix(title, str_from_cstr(ends[i])))
            return true;
    return false;
}

/* What was taken for the first lines of a title is the red head: the number follows, or a title that is whole by
 * itself. */
static bool is_red_head(struct str title, struct str next, bool is_number)
{
    enum { NAME_BYTES = 5 * 3 };
    size_t about = str_find(next, STR("关于"), 0);
    bool is_whole = about != SIZE_MAX && about >= NAME_BYTES && is_title_end(next);
    return title.n && str_find(title, STR("关于"), 0) == SIZE_MAX && !is_title_end(title) && (is_number || is_whole);
}

static void forget_title(struct outline *outline, size_t before, size_t *title_lines)
{
    for (size_t i = 0; i < before; i++)
        if (outline->lines.p[i].role == ROLE_TITLE)
            outline->lines.p[i].role = ROLE_TITLE_NOTE;
    outline->source.title = STR_EMPTY;
    *title_lines = 0;
}

enum rc outline_read_front(struct outline *outline)
{
    cut_furniture(outline);
    size_t title_lines = 0, i = 0;
    bool is_title_over = false;
    for (; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        struct str s = outline_trim(line->match);
        if (line->role != ROLE_NONE)
            continue;
        if (outline->is_table_line[i] || (is_certain_mark(line) && line->style != STYLE_POINT))
            break;
        size_t next = next_line(outline, i);
        if (!is_title_over && is_red_head(outline->source.title, s, is_document_number(s)))
            forget_title(outline, i, &title_lines);
        if (is_document_number(s)) {
            line->role = ROLE_NUMBER;
            outline->source.number = outline_trim(line->clean.text);
        } else if (is_note(s)) {
            line->role = ROLE_TITLE_NOTE;
            is_title_over = title_lines > 0;
        } else if (title_lines == 0 && next < outline->lines.n && !outline_is_title(s) &&
                   outline_count(s) <= NOTE_COUNT_MAX &&
                   is_document_number(outline_trim(outline->lines.p[next].match))) {
            line->role = ROLE_TITLE_NOTE; /* a red head in plain text */
        } else if (is_opening(s)) {
            break;
        } else if (str_has_suffix(s, STR(":")) && outline_count(s) <= NOTE_COUNT_MAX) {
            line->role = ROLE_SALUTATION;
            is_title_over = true;
        } else if (!is_title_over && title_lines < TITLE_LINES_MAX && is_title_like(outline, line) &&
                   !(title_lines > 0 && is_title_end(outline->source.title) &&
                     !str_has_suffix(outline->source.title, outline_trim(line->clean.text)) &&
                     !str_has_prefix(s, STR("关于")))) {
            add_title(outline, i, &title_lines);
        } else if (title_lines == 0 && next < outline->lines.n && !is_certain_mark(&outline->lines.p[next]) &&
                   !outline->is_table_line[next] && outline_count(s) <= NOTE_COUNT_MAX &&
                   outline_is_title(outline->lines.p[next].match) && outline_find(s, "。", 0) == SIZE_MAX) {
            add_title(outline, i, &title_lines); /* the issuer's name on a line above */
        } else if (title_lines > 0 && outline_count(s) <= NOTE_COUNT_MAX && outline_find(s, "。", 0) == SIZE_MAX) {
            line->role = ROLE_TITLE_NOTE; /* a by-line */
            is_title_over = true;
        } else {
            break;
        }
    }
    if (title_lines == 0)
        outline->source.title = outline->document->title;
    outline->front_end = i;
    return arena_rc(outline->arena);
}
