/* outline_front.c: what stands before the first mark: furniture, title, number, salutation, opening, lead. */
#include "intake/outline_parts.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    HEAD_LINES_MAX = 14,
    TAIL_LINES_MAX = 12,
    TITLE_LINES_MAX = 4,
    OPENING_COUNT_MIN = 45,
    NOTE_COUNT_MAX = 60,
    SPREAD_COUNT_MAX = 10
};

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

/* "审 计 报 告" without the blanks that spread it; other text as it is. */
static struct str without_spread(struct arena *arena, struct str s)
{
    size_t blanks = 0, letters = 0, n = 0;
    for (size_t at = 0, next = 0; at < s.n; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        bool is_blank = code == ' ' || code == 0x3000;
        blanks += is_blank;
        letters += !is_blank;
    }
    char *p = blanks > 0 && blanks + 1 >= letters && letters <= SPREAD_COUNT_MAX ? arena_alloc(arena, s.n) : NULL;
    if (!p)
        return s;
    for (size_t at = 0, next = 0; at < s.n; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        for (size_t i = at; i < next && code != ' ' && code != 0x3000; i++)
            p[n++] = s.p[i];
    }
    return (struct str){p, n};
}

static void add_title(struct outline *outline, size_t i, size_t *title_lines)
{
    struct outline_line *line = &outline->lines.p[i];
    struct str text = without_spread(outline->arena, outline_trim(line->clean.text));
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

/* The title in the file's properties, or a mail's subject without "Fw:". */
static struct str title_of_file(const struct outline *outline)
{
    static const char *const leads[] = {
        "转发:", "转发：", "回复:", "回复：", "Fw:", "FW:", "Fwd:", "Re:", "RE:", "答复:", "答复：", NULL};
    struct str title = outline_trim(outline->document->title);
    for (size_t i = 0; outline->document->format == FORMAT_EML && leads[i]; i++)
        if (str_has_prefix(title, str_from_cstr(leads[i])))
            return outline_trim(str_slice(title, str_from_cstr(leads[i]).n, title.n));
    return title;
}

/* "被审计单位：…", "档号：…": a field of a form above or below the title. */
static bool is_form_field(struct str s, size_t *ret_value, bool *ret_is_body)
{
    static const char *const labels[] = {"被审计单位", "被检查单位", "被巡察单位", "被督查单位", "审计项目",
                                         "项目名称",   "检查单位",   "审计单位",   "检查时间",   "审计时间",
                                         "档号",       "日期",       "主送",       "抄送",       "密级",
                                         "编号",       "审计期间",   "审计种类",   NULL};
    enum { BODIES = 4 };
    for (size_t i = 0; labels[i]; i++) {
        struct str label = str_from_cstr(labels[i]);
        if (!str_has_prefix(s, label) || !str_has_prefix(str_slice(s, label.n, s.n), STR(":")))
            continue;
        *ret_value = label.n + 1;
        *ret_is_body = i < BODIES;
        return *ret_value < s.n;
    }
    return false;
}

/* How far the title is read. */
struct front {
    size_t title_lines;
    bool is_title_over;
};

static bool continues_title(const struct outline *outline, const struct outline_line *line, struct str s,
                            const struct front *front)
{
    const struct str title = outline->source.title;
    if (front->is_title_over || front->title_lines >= TITLE_LINES_MAX)
        return false;
    if (!is_title_like(outline, line) && !outline_is_title(s))
        return false;
    return front->title_lines == 0 || !is_title_end(title) || str_has_suffix(title, outline_trim(line->clean.text)) ||
           str_has_prefix(s, STR("关于"));
}

/* "存在问题：" behind the title: the text begins. */
static bool opens_findings(struct str s, const struct front *front)
{
    return front->title_lines > 0 && outline_count(s) <= NOTE_COUNT_MAX && str_has_suffix(s, STR(":")) &&
           outline_role_of_title(str_slice(s, 0, s.n - 1), true) == ROLE_FINDINGS;
}

static bool is_salutation(struct str s)
{
    return outline_count(s) <= NOTE_COUNT_MAX && (str_has_suffix(s, STR(":")) || str_has_prefix(s, STR("致:")));
}

/* A title in plain text on the line `next`, below the name of its issuer. */
static bool is_title_below(const struct outline *outline, size_t next)
{
    return next < outline->lines.n && !is_certain_mark(&outline->lines.p[next]) && !outline->is_table_line[next] &&
           outline_is_title(outline_trim(outline->lines.p[next].match));
}

/* What a line before the text is; ROLE_NONE where the text begins. */
static enum outline_role front_role(const struct outline *outline, size_t i, struct str s, const struct front *front)
{
    size_t next = next_line(outline, i), value = 0;
    bool has_title = front->title_lines > 0, is_short = outline_count(s) <= NOTE_COUNT_MAX, is_body = false;
    struct str following = next < outline->lines.n ? outline_trim(outline->lines.p[next].match) : STR_EMPTY;
    if (is_document_number(s))
        return ROLE_NUMBER;
    if (is_note(s) || is_form_field(s, &value, &is_body))
        return ROLE_TITLE_NOTE;
    if (!has_title && !outline_is_title(s) && is_short && is_document_number(following))
        return ROLE_TITLE_NOTE; /* a red head in plain text */
    if (is_opening(s) || opens_findings(s, front))
        return ROLE_NONE;
    if (is_salutation(s))
        return ROLE_SALUTATION;
    if (continues_title(outline, &outline->lines.p[i], s, front))
        return ROLE_TITLE;
    if (!is_short || outline_find(s, "。", 0) != SIZE_MAX)
        return ROLE_NONE;
    if (has_title)
        return ROLE_TITLE_NOTE; /* a by-line */
    return is_title_below(outline, next) ? ROLE_TITLE : ROLE_NONE;
}

/* What the line says beside its place. */
static void take_front_line(struct outline *outline, size_t i, struct str s, enum outline_role role,
                            struct front *front)
{
    struct outline_line *line = &outline->lines.p[i];
    size_t value = 0;
    bool is_body = false;
    line->role = role;
    if (role == ROLE_TITLE)
        add_title(outline, i, &front->title_lines);
    else if (role == ROLE_NUMBER)
        outline->source.number = outline_trim(line->clean.text);
    else if (role == ROLE_SALUTATION)
        front->is_title_over = true;
    else if (is_form_field(s, &value, &is_body) && is_body)
        outline->source.inspected_body = outline_clean(line, value, line->match.n);
    else
        front->is_title_over = front->title_lines > 0;
}

enum rc outline_read_front(struct outline *outline)
{
    struct front front = {0};
    size_t i = 0;
    cut_furniture(outline);
    for (; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        struct str s = without_spread(outline->arena, outline_trim(line->match));
        if (line->role != ROLE_NONE)
            continue;
        if (outline->is_table_line[i] || (is_certain_mark(line) && line->style != STYLE_POINT))
            break;
        if (!front.is_title_over && is_red_head(outline->source.title, s, is_document_number(s)))
            forget_title(outline, i, &front.title_lines);
        enum outline_role role = front_role(outline, i, s, &front);
        if (role == ROLE_NONE)
            break;
        take_front_line(outline, i, s, role, &front);
    }
    if (front.title_lines == 0)
        outline->source.title = title_of_file(outline);
    outline->front_end = i;
    return arena_rc(outline->arena);
}
