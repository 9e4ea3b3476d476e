/* outline_close.c: what stands behind the last part: invitation, publicity period, contacts, signature, attachments. */
#include "intake/outline_parts.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    DATE_LINE_COUNT_MAX = 24,
    SIGNATORY_COUNT_MAX = 40,
    SIGNATORY_LINES_MAX = 6,
    SIGNATURE_COUNT_MAX = 64,
    ATTACHMENT_LINES_MAX = 10,
    ATTACHMENT_COUNT_MAX = 60,
    FORMULA_COUNT_MAX = 10
};

static bool is_free(const struct outline *outline, size_t i)
{
    return outline->lines.p[i].role == ROLE_NONE && !outline->is_table_line[i];
}

static bool has_mark(const struct outline_line *line) { return line->style != STYLE_NONE && !line->is_doubtful; }

static bool is_date_line(struct outline *outline, const struct outline_line *line, struct found_date *ret)
{
    struct str s = outline_trim(line->match);
    if (s.n == 0 || outline_count(s) > DATE_LINE_COUNT_MAX || !outline_has_any(s, WORDS("年", "20", "日")))
        return false;
    return dates_read_one(outline->arena, s, ret) &&
           (ret->kind == FOUND_DATE_DAY || ret->kind == FOUND_DATE_AMBIGUOUS ||
            (ret->kind == FOUND_DATE_PERIOD && ret->grain == FOUND_GRAIN_MONTH));
}

/* "市人民政府 2025年12月24日" on one line. */
static bool ends_with_date(struct outline *outline, const struct outline_line *line, struct found_date *ret)
{
    struct str s = outline_trim(line->match);
    struct found_dates dates = {0};
    if (s.n == 0 || outline_count(s) > SIGNATURE_COUNT_MAX || outline_has_any(s, WORDS("。", ":", ";", ",", "(")) ||
        has_mark(line) || dates_find(outline->arena, s, &dates) != RC_OK || dates.n == 0)
        return false;
    *ret = dates.p[dates.n - 1];
    bool has_name = ret->from > 0 && outline_count(str_slice(s, 0, ret->from)) >= 3;
    return ret->to == s.n && ret->kind == FOUND_DATE_DAY && ret->grain == FOUND_GRAIN_DAY && has_name &&
           outline_has_any(str_slice(s, 0, ret->from),
                           WORDS("党", "委", "政府", "局", "公司", "办", "厅", "组", "院", "处", "会"));
}

static bool is_signatory(const struct outline_line *line)
{
    struct str s = outline_trim(line->match);
    return s.n > 0 && !has_mark(line) && outline_count(s) <= SIGNATORY_COUNT_MAX &&
           !outline_has_any(s, WORDS("。", ";", ":", "?", "@", ",")) && !outline_is_contact_line(line->match);
}

static void set_date(struct outline *outline, const struct outline_line *line, const struct found_date *date,
                     struct str text)
{
    struct outline_signature *signature = &outline->signature;
    signature->is_present = true;
    signature->place = outline_place_of(outline, line);
    signature->date_text = text;
    if (date->kind == FOUND_DATE_DAY) {
        signature->has_date = true;
        signature->date = date->to_day;
    }
}

/* Names above the date line i (or at i itself); gives the first line of the signature. */
static size_t take_signatories(struct outline *outline, size_t i)
{
    struct outline_signature *signature = &outline->signature;
    size_t first = i, lines = 0;
    for (size_t k = i; k > outline->front_end && lines < SIGNATORY_LINES_MAX; k--) {
        struct outline_line *line = &outline->lines.p[k - 1];
        if (line->role == ROLE_FURNITURE)
            continue;
        if (!is_free(outline, k - 1) || !is_signatory(line) || outline_count(outline_trim(line->match)) < 3)
            break;
        struct str name = outline_trim(line->clean.text);
        signature->signatory = lines == 0 ? name
                                          : arena_concat(outline->arena, arena_concat(outline->arena, name, STR("\n")),
                                                         signature->signatory);
        line->role = ROLE_SIGNATURE;
        first = k - 1;
        lines++;
    }
    return first;
}

/* First line of the signature, or lines.n. */
static size_t find_signature(struct outline *outline)
{
    for (size_t i = outline->lines.n; i > outline->front_end; i--) {
        struct outline_line *line = &outline->lines.p[i - 1];
        struct found_date date;
        if (!is_free(outline, i - 1))
            continue;
        if (is_date_line(outline, line, &date)) {
            line->role = ROLE_SIGNATURE;
            set_date(outline, line, &date, outline_trim(line->clean.text));
            return take_signatories(outline, i - 1);
        }
        if (ends_with_date(outline, line, &date)) {
            size_t lead = 0;
            while (lead < line->match.n && (line->match.p[lead] == ' ' || line->match.p[lead] == '\t'))
                lead++;
            line->role = ROLE_SIGNATURE;
            set_date(outline, line, &date, outline_clean(line, lead + date.from, lead + date.to));
            outline->signature.signatory = outline_clean(line, 0, lead + date.from);
            return i - 1;
        }
    }
    /* Without a date: the last line alone, when it can only be a name. */
    for (size_t i = outline->lines.n; i > outline->front_end; i--) {
        struct outline_line *line = &outline->lines.p[i - 1];
        if (line->role == ROLE_FURNITURE)
            continue;
        static const char *const ends[] = {"党组",     "党委", "委员会", "人民政府", "办公室",
                                           "领导小组", "公司", "审计局", NULL};
        struct str s = outline_trim(line->match);
        bool is_name = false;
        for (size_t k = 0; ends[k]; k++)
            is_name = is_name || str_has_suffix(s, str_from_cstr(ends[k]));
        if (!is_free(outline, i - 1) || !is_name || !is_signatory(line))
            break;
        outline->signature.is_present = true;
        outline->signature.place = outline_place_of(outline, line);
        return take_signatories(outline, i);
    }
    return outline->lines.n;
}

static bool is_attachment(struct str s)
{
    return str_has_prefix(s, STR("附件")) || str_has_prefix(s, STR("附表")) || str_has_prefix(s, STR("附:"));
}

static void place_behind(struct outline *outline, size_t signature)
{
    bool in_attachment = false;
    for (size_t i = signature; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        if (!is_free(outline, i))
            continue;
        struct str s = outline_trim(line->match);
        in_attachment = in_attachment || is_attachment(s);
        if (in_attachment) {
            line->role = ROLE_ATTACHMENT;
            continue;
        }
        if (outline_is_contact_line(line->match)) {
            line->role = ROLE_CONTACTS;
            continue;
        }
        bool is_note = s.n > 0 && s.p[0] == '(' && s.p[s.n - 1] == ')';
        line->role = is_note ? ROLE_TITLE_NOTE : ROLE_UNPLACED;
        line->reason = is_note ? NULL : "behind_signature";
    }
}

/* The names of attachments right above the signature; gives the first line of them, else signature. */
static size_t find_attachments(struct outline *outline, size_t signature)
{
    size_t first = signature, seen = 0;
    for (size_t i = signature; i > outline->front_end && seen < ATTACHMENT_LINES_MAX; i--) {
        struct str s = outline_trim(outline->lines.p[i - 1].match);
        if (outline->lines.p[i - 1].role == ROLE_FURNITURE)
            continue;
        seen++;
        if (!is_free(outline, i - 1) || outline_count(s) > ATTACHMENT_COUNT_MAX || outline_has_any(s, WORDS("。")))
            break;
        if (is_attachment(s))
            first = i - 1;
    }
    for (size_t i = first; i < signature; i++)
        if (is_free(outline, i))
            outline->lines.p[i].role = ROLE_ATTACHMENT;
    return first;
}

/* "特此公告。" belongs to the end, not to the last piece. */
static void take_formula(struct outline *outline, size_t end)
{
    for (size_t i = end; i > outline->front_end; i--) {
        struct outline_line *line = &outline->lines.p[i - 1];
        struct str s = outline_trim(line->match);
        if (line->role == ROLE_FURNITURE)
            continue;
        bool is_formula =
            (str_has_prefix(s, STR("特此")) || str_has_prefix(s, STR("专此"))) && outline_count(s) <= FORMULA_COUNT_MAX;
        if (is_formula && is_free(outline, i - 1))
            line->role = ROLE_SIGNATURE;
        return;
    }
}

/* The first line behind the last part. */
static size_t find_end_of_parts(const struct outline *outline, size_t end)
{
    size_t last = outline->front_end;
    for (size_t i = outline->front_end; i < end; i++) {
        const struct outline_line *line = &outline->lines.p[i];
        bool is_closing = outline_is_contact_item(line) || outline_is_publicity_item(line);
        if (is_free(outline, i) && has_mark(line) && line->style < STYLE_CIRCLED && !is_closing)
            last = i + 1;
        if (outline->is_table_line[i])
            last = i + 1;
    }
    return last;
}

enum rc outline_find_closing(struct outline *outline)
{
    size_t signature = find_signature(outline);
    place_behind(outline, signature);
    size_t end = find_attachments(outline, signature);
    take_formula(outline, end);
    size_t last = find_end_of_parts(outline, end);
    outline->closing = signature;
    enum outline_role role = ROLE_NONE;
    for (size_t i = last; i < signature; i++) {
        struct outline_line *line = &outline->lines.p[i];
        if (!is_free(outline, i))
            continue;
        struct str s = outline_trim(line->match);
        if (role != ROLE_NONE && is_attachment(s)) {
            line->role = ROLE_ATTACHMENT;
            continue;
        }
        if (outline_is_publicity_line(line->match, !has_mark(line)))
            role = ROLE_PUBLICITY;
        else if (has_mark(line) ? outline_is_contact_item(line) : outline_is_contact_line(line->match))
            role = ROLE_CONTACTS;
        if (role == ROLE_NONE)
            continue;
        if (outline->closing == signature)
            outline->closing = i;
        line->role = role;
    }
    return arena_rc(outline->arena);
}

static bool is_closing_line(const struct outline *outline, size_t i)
{
    const struct outline_line *line = &outline->lines.p[i];
    if (line->role == ROLE_PUBLICITY || line->role == ROLE_CONTACTS)
        return true;
    return line->node && (line->node->zone == ROLE_CONTACTS || line->node->zone == ROLE_PUBLICITY);
}

enum rc outline_read_closing(struct outline *outline)
{
    for (size_t i = 0; i < outline->lines.n; i++) {
        if (!is_closing_line(outline, i))
            continue;
        TRY(outline_read_publicity(outline, (uint32_t)i));
        outline_read_contacts(outline, &outline->lines.p[i]);
    }
    return arena_rc(outline->arena);
}
