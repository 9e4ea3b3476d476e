/* outline_close.c: what stands behind the last part: invitation, publicity period, contacts, signature, attachments. */
#include "intake/outline_parts.h"

#include <string.h>

#include "calendar/calendar.h"
#include "text/numeral.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    DATE_LINE_COUNT_MAX = 24,
    SIGNATORY_COUNT_MAX = 40,
    SIGNATORY_LINES_MAX = 6,
    SIGNATURE_COUNT_MAX = 64,
    CONTACT_LABELS_MAX = 64
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

static void place_behind(struct outline *outline, size_t signature)
{
    bool in_attachment = false;
    for (size_t i = signature; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        if (!is_free(outline, i))
            continue;
        struct str s = outline_trim(line->match);
        in_attachment = in_attachment || str_has_prefix(s, STR("附件")) || str_has_prefix(s, STR("附表")) ||
                        str_has_prefix(s, STR("附:"));
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

enum rc outline_find_closing(struct outline *outline)
{
    size_t signature = find_signature(outline);
    place_behind(outline, signature);
    size_t last = outline->front_end;
    for (size_t i = outline->front_end; i < signature; i++) {
        const struct outline_line *line = &outline->lines.p[i];
        bool is_closing = outline_is_contact_line(line->match) || outline_is_publicity_line(line->match, false);
        if (is_free(outline, i) && has_mark(line) && line->style < STYLE_CIRCLED && !is_closing)
            last = i + 1;
        if (outline->is_table_line[i])
            last = i + 1;
    }
    outline->closing = signature;
    enum outline_role role = ROLE_NONE;
    for (size_t i = last; i < signature; i++) {
        struct outline_line *line = &outline->lines.p[i];
        if (!is_free(outline, i))
            continue;
        struct str s = outline_trim(line->match);
        if (role != ROLE_NONE && (str_has_prefix(s, STR("附件")) || str_has_prefix(s, STR("附:")))) {
            line->role = ROLE_ATTACHMENT;
            continue;
        }
        if (outline_is_publicity_line(line->match, !has_mark(line)))
            role = ROLE_PUBLICITY;
        else if (outline_is_contact_line(line->match))
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

static const struct {
    const char *label, *kind;
} contact_labels[] = {
    {"联系电话", "phone"},   {"举报电话", "phone"},   {"监督电话", "phone"},    {"受理电话", "phone"},
    {"值班电话", "phone"},   {"电话", "phone"},       {"传真", "fax"},          {"手机", "mobile"},
    {"邮政信箱", "address"}, {"通讯地址", "address"}, {"通信地址", "address"},  {"来信地址", "address"},
    {"邮寄地址", "address"}, {"联系地址", "address"}, {"办公地址", "address"},  {"来访地址", "address"},
    {"接待地址", "address"}, {"地址", "address"},     {"邮政编码", "postcode"}, {"邮编", "postcode"},
    {"电子邮箱", "email"},   {"电子邮件", "email"},   {"电子信箱", "email"},    {"邮箱", "email"},
    {"E-mail", "email"},     {"Email", "email"},      {"信箱", "address"},      {"联系人", "person"}};

struct label_hit {
    size_t at, end;
    const char *kind;
};

static bool is_value_start(struct str s, size_t *at)
{
    size_t end = *at;
    while (end < s.n && s.p[end] == ' ')
        end++;
    if (end < s.n && s.p[end] == ':')
        end++;
    else if (str_has_prefix(str_slice(s, end, s.n), STR("为")))
        end += 3;
    else if (end >= s.n || !((s.p[end] >= '0' && s.p[end] <= '9') || (s.p[end] >= 'a' && s.p[end] <= 'z')))
        return false;
    while (end < s.n && s.p[end] == ' ')
        end++;
    *at = end;
    return true;
}

static size_t find_labels(struct str s, struct label_hit *hits)
{
    size_t n = 0;
    for (size_t at = 0, next = 0; at < s.n && n < CONTACT_LABELS_MAX; at = next) {
        outline_code_at(s, at, &next);
        for (size_t i = 0; i < sizeof contact_labels / sizeof *contact_labels; i++) {
            struct str label = str_from_cstr(contact_labels[i].label);
            size_t value = at + label.n;
            if (!str_has_prefix(str_slice(s, at, s.n), label))
                continue;
            if (is_value_start(s, &value)) {
                hits[n++] = (struct label_hit){.at = at, .end = value, .kind = contact_labels[i].kind};
                next = value > next ? value : next;
            } else {
                next = at + label.n;
            }
            break;
        }
    }
    return n;
}

/* End of a value: the first ";" or full stop outside brackets. */
static size_t value_end(struct str s, size_t from, size_t to)
{
    int depth = 0;
    for (size_t at = from, next = 0; at < to; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        depth += code == '(' ? 1 : code == ')' && depth > 0 ? -1 : 0;
        if (depth == 0 && (code == ';' || code == 0x3002))
            return at;
    }
    return to;
}

static size_t trim_end(struct str s, size_t from, size_t to)
{
    while (to > from && (s.p[to - 1] == ' ' || s.p[to - 1] == ',' || s.p[to - 1] == ';'))
        to--;
    return to;
}

static void add_contact(struct outline *outline, const struct outline_line *line, const char *kind, size_t from,
                        size_t to)
{
    struct str s = line->match;
    to = trim_end(s, from, to);
    struct outline_contact contact = {.kind = kind, .place = outline_place_of(outline, line)};
    bool is_number = strcmp(kind, "phone") == 0 || strcmp(kind, "mobile") == 0 || strcmp(kind, "fax") == 0;
    size_t open = str_find_byte(str_slice(s, from, to), '(', 1);
    if (is_number && open != SIZE_MAX) {
        size_t at = from + open;
        size_t close = str_find_byte(s, ')', at);
        close = close == SIZE_MAX || close > to ? to : close;
        struct str inside = str_slice(s, at, close);
        struct str words = outline_clean(line, at + 1, close);
        if (outline_has_any(inside, WORDS("短信")))
            contact.note = words;
        else if (outline_has_any(inside, WORDS(":", "工作日", "上午", "时", "点")))
            contact.hours = words;
        else
            contact.note = words;
        to = at;
    } else if (strcmp(kind, "email") == 0) {
        size_t end = from;
        while (end < to && (unsigned char)s.p[end] > ' ' && (unsigned char)s.p[end] < 0x80 && s.p[end] != ',' &&
               s.p[end] != ')')
            end++;
        to = end;
    } else if (strcmp(kind, "postcode") == 0) {
        size_t end = from;
        while (end < to && s.p[end] >= '0' && s.p[end] <= '9')
            end++;
        to = end;
    } else if (strcmp(kind, "address") == 0) {
        size_t bracket = outline_find(str_slice(s, 0, to), "(邮", from);
        to = bracket == SIZE_MAX ? to : bracket;
        to = to > from && s.p[to - 1] == '(' ? to - 1 : to;
    }
    /* Numbers and addresses of mail are of use in their normal width only. */
    bool is_words = strcmp(kind, "address") == 0 || strcmp(kind, "person") == 0;
    contact.value = is_words ? outline_clean(line, from, to) : outline_trim(str_slice(s, from, to));
    contact.span = outline_span_of(line, from, to);
    if (contact.value.n > 0)
        (void)VEC_PUSH(outline->arena, &outline->contacts, contact);
}

static void read_contacts(struct outline *outline, const struct outline_line *line)
{
    struct label_hit hits[CONTACT_LABELS_MAX];
    struct str s = line->match;
    size_t n = find_labels(s, hits);
    bool has_email = false;
    for (size_t i = 0; i < n; i++) {
        size_t to = i + 1 < n ? hits[i + 1].at : s.n;
        has_email = has_email || strcmp(hits[i].kind, "email") == 0;
        add_contact(outline, line, hits[i].kind, hits[i].end, value_end(s, hits[i].end, to));
    }
    size_t at = str_find_byte(s, '@', 0);
    if (has_email || at == SIZE_MAX)
        return;
    size_t from = at, to = at;
    while (from > 0 && (unsigned char)s.p[from - 1] > ' ' && (unsigned char)s.p[from - 1] < 0x80 &&
           s.p[from - 1] != ':' && s.p[from - 1] != '(' && s.p[from - 1] != ',')
        from--;
    while (to < s.n && (unsigned char)s.p[to] > ' ' && (unsigned char)s.p[to] < 0x80)
        to++;
    add_contact(outline, line, "email", from, to);
}

/* "15个工作日", "十五个工作日"; 0 when no number stands before the words. */
static int stated_days(struct str s)
{
    for (size_t at = outline_find(s, "工作日", 0); at != SIZE_MAX; at = outline_find(s, "工作日", at + 3)) {
        size_t end = at;
        if (end >= 3 && str_has_suffix(str_slice(s, 0, end), STR("个")))
            end -= 3;
        size_t start = end;
        while (start > 0) {
            size_t back = outline_step_back(s, start);
            if (numeral_digit(outline_code_at(s, back, NULL)) < 0 && !str_equal_cstr(str_slice(s, back, start), "十"))
                break;
            start = back;
        }
        int64_t value = 0;
        if (start < end && numeral_scan(s, start, &value) == end - start && value > 0 && value < CALENDAR_COUNT_MAX)
            return (int)value;
    }
    return 0;
}

static void count_days(struct outline_publicity *publicity)
{
    bool is_estimated = false;
    publicity->with_first = calendar_count_working_days(publicity->from, publicity->to, true, &publicity->is_estimated);
    publicity->without_first = calendar_count_working_days(publicity->from, publicity->to, false, &is_estimated);
    publicity->is_estimated = publicity->is_estimated || is_estimated;
    if (!publicity->has_days)
        return;
    publicity->has_agreement = true;
    if (publicity->has_first_rule)
        publicity->include_first = publicity->states_first_included;
    else
        publicity->include_first =
            publicity->with_first == publicity->stated_days || publicity->without_first != publicity->stated_days;
    publicity->agrees =
        publicity->stated_days == (publicity->include_first ? publicity->with_first : publicity->without_first);
}

static enum rc read_publicity(struct outline *outline, uint32_t at)
{
    const struct outline_line *line = &outline->lines.p[at];
    struct outline_publicity *publicity = &outline->publicity;
    struct str s = line->match;
    size_t from = outline_find_any(
        s, 0, WORDS("公开期", "公示期", "公开时间", "公示时间", "公示日期", "公开日期", "公示自", "公开自"), NULL);
    if (from == SIZE_MAX)
        from =
            outline_find_any(s, 0, WORDS("公开", "公示", "公布", "公告", "征求意见时间", "受理时间", "即日起"), NULL);
    if (publicity->has_from || from == SIZE_MAX)
        return RC_OK;
    struct found_dates dates = {0};
    TRY(dates_find(outline->arena, s, &dates));
    struct str words = str_slice(s, from, s.n);
    for (size_t i = 0; i < dates.n; i++) {
        const struct found_date *date = &dates.p[i];
        if (date->from < from)
            continue;
        if (date->kind == FOUND_DATE_PERIOD && date->grain == FOUND_GRAIN_DAY) {
            publicity->has_from = publicity->has_to = true;
            publicity->from = date->from_day;
            publicity->to = date->to_day;
            break;
        }
        if (date->kind == FOUND_DATE_DAY && !publicity->has_from) {
            publicity->has_from = true;
            publicity->from = date->to_day;
        } else if ((date->kind == FOUND_DATE_DAY || date->kind == FOUND_DATE_BY) && date->to_day >= publicity->from) {
            publicity->has_to = true;
            publicity->to = date->to_day;
            break;
        }
    }
    int days = stated_days(words);
    if (!publicity->has_from && days == 0)
        return RC_OK;
    publicity->is_stated = true;
    publicity->has_days = days > 0;
    publicity->stated_days = days;
    publicity->place = outline_place_of(outline, line);
    publicity->text = outline_clean(line, from, value_end(s, from, s.n));
    publicity->span = outline_span_of(line, from, value_end(s, from, s.n));
    if (outline_has_any(words, WORDS("首日不计", "不含首日", "不计首日", "不计入首日", "次日起", "当日不计", "不含当日",
                                     "不含公示当日", "不包括首日"))) {
        publicity->has_first_rule = true;
    } else if (outline_has_any(words, WORDS("含首日", "首日计入", "含当日", "包括首日", "首日起算", "含公示首日"))) {
        publicity->has_first_rule = true;
        publicity->states_first_included = true;
    }
    if (publicity->has_from && publicity->has_to)
        count_days(publicity);
    if (publicity->has_agreement && !publicity->agrees)
        outline_add_report(outline, "publicity_days_mismatch", SEVERITY_WARNING, at, from, value_end(s, from, s.n),
                           arena_format(outline->arena, "%d", days),
                           arena_format(outline->arena, "%d",
                                        publicity->include_first ? publicity->with_first : publicity->without_first),
                           0);
    return RC_OK;
}

enum rc outline_read_closing(struct outline *outline)
{
    for (size_t i = 0; i < outline->lines.n; i++) {
        if (!is_closing_line(outline, i))
            continue;
        TRY(read_publicity(outline, (uint32_t)i));
        read_contacts(outline, &outline->lines.p[i]);
    }
    return arena_rc(outline->arena);
}
