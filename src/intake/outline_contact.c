/* outline_contact.c: whom to write or call: lines of contacts, their labels and values. */
#include "intake/outline_parts.h"

#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    CONTACT_LABELS_MAX = 64,
    LABEL_COUNT_MAX = 12,
    MARKED_COUNT_MAX = 4,
    KEYWORD_MIN = 2,
    POSTCODE_DIGITS = 6,
    PHONE_DIGITS_MIN = 7
};

/* Longer labels stand before those that they hold. */
static const struct {
    const char *label, *kind;
    bool is_loose; /* the value may follow without a colon */
} contact_labels[] = {{"联系电话", "phone", false},    {"举报电话", "phone", false},    {"监督电话", "phone", false},
                      {"受理电话", "phone", false},    {"值班电话", "phone", false},    {"电话", "phone", false},
                      {"来电", "phone", false},        {"热线", "phone", false},        {"传真", "fax", false},
                      {"手机", "mobile", false},       {"邮政信箱", "address", false},  {"通讯地址", "address", false},
                      {"通信地址", "address", false},  {"来信地址", "address", false},  {"邮寄地址", "address", false},
                      {"联系地址", "address", false},  {"办公地址", "address", false},  {"来访地址", "address", false},
                      {"接待地址", "address", false},  {"收信地址", "address", false},  {"地址", "address", false},
                      {"来信来访", "address", false},  {"来信请寄", "address", true},   {"信函请寄", "address", true},
                      {"邮寄至", "address", true},     {"来信寄至", "address", true},   {"来信寄", "address", true},
                      {"请寄至", "address", true},     {"请寄", "address", true},       {"寄至", "address", true},
                      {"来信", "address", false},      {"来访", "address", false},      {"信函", "address", false},
                      {"邮寄", "address", false},      {"邮政编码", "postcode", false}, {"邮编", "postcode", false},
                      {"邮递区号", "postcode", false}, {"电子邮箱", "email", false},    {"电子邮件", "email", false},
                      {"电子信箱", "email", false},    {"邮箱", "email", false},        {"电邮", "email", false},
                      {"E-mail", "email", false},      {"e-mail", "email", false},      {"Email", "email", false},
                      {"email", "email", false},       {"信箱", "address", false},      {"联系人", "person", false},
                      {"联络人", "person", false}};

enum { LABELS = sizeof contact_labels / sizeof *contact_labels };

/* Offset behind word at `at`, which may be spread ("电　话"); 0 when it does not stand there. */
static size_t match_spread(struct str s, size_t at, const char *word)
{
    struct str w = str_from_cstr(word);
    for (size_t i = 0, next = 0; i < w.n; i = next) {
        uint32_t code = outline_code_at(w, i, &next);
        while (i > 0 && at < s.n && s.p[at] == ' ')
            at++;
        size_t behind = 0;
        if (at >= s.n || outline_code_at(s, at, &behind) != code)
            return 0;
        at = behind;
    }
    return at;
}

/* Index of the label at `at` and the offset behind it; LABELS when there is none. */
static size_t label_at(struct str s, size_t at, size_t *ret_end)
{
    for (size_t i = 0; i < LABELS; i++) {
        *ret_end = match_spread(s, at, contact_labels[i].label);
        if (*ret_end)
            return i;
    }
    return LABELS;
}

struct label_hit {
    size_t at, end;
    const char *kind;
};

static bool is_value_start(struct str s, bool is_loose, size_t *at)
{
    size_t end = *at;
    while (end < s.n && s.p[end] == ' ')
        end++;
    if (end < s.n && s.p[end] == ':')
        end++;
    else if (str_has_prefix(str_slice(s, end, s.n), STR("为")))
        end += STR("为").n;
    else if (end >= s.n ||
             (!is_loose && !((s.p[end] >= '0' && s.p[end] <= '9') || (s.p[end] >= 'a' && s.p[end] <= 'z'))))
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
        size_t end = 0;
        outline_code_at(s, at, &next);
        size_t label = label_at(s, at, &end);
        if (label == LABELS)
            continue;
        next = end;
        if (is_value_start(s, contact_labels[label].is_loose, &end)) {
            hits[n++] = (struct label_hit){.at = at, .end = end, .kind = contact_labels[label].kind};
            next = end > next ? end : next;
        }
    }
    return n;
}

/* Does one of the labels begin within the first `most` characters from `from`, and its value behind it? */
static bool starts_with_label(struct str s, size_t from, size_t most)
{
    for (size_t at = from, next = 0, i = 0; at < s.n && i <= most; at = next, i++) {
        size_t end = 0, label = label_at(s, at, &end);
        outline_code_at(s, at, &next);
        if (label < LABELS && is_value_start(s, contact_labels[label].is_loose, &end))
            return true;
    }
    return false;
}

static size_t count_words(struct str s, const char *const *words)
{
    size_t n = 0;
    for (size_t i = 0; words[i]; i++)
        n += outline_find(s, words[i], 0) != SIZE_MAX;
    return n;
}

bool outline_is_contact_line(struct str match)
{
    struct str s = outline_trim(match);
    static const char *const labels[] = {"联系电话", "联系方式", "联系人",   "电子邮箱", "电子邮件", "邮政信箱",
                                         "通讯地址", "通信地址", "邮政编码", "来信地址", "邮寄地址", "举报电话",
                                         "监督电话", "受理电话", "来访地址", "办公地址", "联系地址", "接待地址",
                                         "短信",     "信箱:",    NULL};
    size_t at = outline_find_any(s, 0, labels, NULL);
    if (at != SIZE_MAX && outline_count(str_slice(s, 0, at)) <= LABEL_COUNT_MAX)
        return true;
    return starts_with_label(s, 0, LABEL_COUNT_MAX) ||
           count_words(s, WORDS("电话", "邮编", "邮箱", "地址", "信箱", "邮政编码")) >= KEYWORD_MIN;
}

bool outline_is_contact_item(const struct outline_line *line)
{
    static const char *const titles[] = {"联系方式",     "监督方式", "受理方式", "反馈方式",
                                         "意见反馈方式", "联系电话", NULL};
    struct str s = outline_trim(str_slice(line->match, line->mark_end, line->match.n));
    for (size_t i = 0; titles[i]; i++)
        if (str_equal_cstr(s, titles[i]))
            return true;
    return starts_with_label(line->match, line->mark_end, MARKED_COUNT_MAX);
}

/* End of a value: the first ";" or full stop outside brackets. */
size_t outline_value_end(struct str s, size_t from, size_t to)
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
    while (to > from && (s.p[to - 1] == ' ' || s.p[to - 1] == ',' || s.p[to - 1] == ';' || s.p[to - 1] == '('))
        to--;
    return to;
}

/* Six digits that stand alone in an address: "…督察办，226100". */
static bool find_postcode(struct str s, size_t from, size_t to, size_t *ret_at)
{
    for (size_t at = from, n = 0; at < to; at++) {
        bool is_digit = s.p[at] >= '0' && s.p[at] <= '9';
        n = is_digit ? n + 1 : 0;
        bool is_end = at + 1 == to || s.p[at + 1] < '0' || s.p[at + 1] > '9';
        size_t start = at + 1 - n;
        bool is_alone = start == from || s.p[start - 1] == ' ' || s.p[start - 1] == ',' || s.p[start - 1] == '(' ||
                        s.p[start - 1] == ':';
        if (n == POSTCODE_DIGITS && is_end && is_alone) {
            *ret_at = start;
            return true;
        }
    }
    return false;
}

/* End of a number: digits and what parts them; words behind it belong to something else. */
static size_t number_end(struct str s, size_t from, size_t to)
{
    static const char *const inner[] = {"转", "或", "、", "至", "～", "—", NULL};
    for (size_t at = from, next = 0; at < to; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        bool is_plain = code < 0x80 && !(code >= 'A' && code <= 'Z') && !(code >= 'a' && code <= 'z');
        bool is_inner = false;
        for (size_t i = 0; inner[i]; i++)
            is_inner = is_inner || str_equal_cstr(str_slice(s, at, next), inner[i]);
        if (!is_plain && !is_inner && at > from)
            return at;
    }
    return to;
}

/* Where a number of at least seven digits begins in a person's entry ("周航，010-60000000"), or `to`. */
static size_t phone_in(struct str s, size_t from, size_t to)
{
    size_t start = to, digits = 0;
    for (size_t at = from; at < to; at++) {
        bool is_digit = s.p[at] >= '0' && s.p[at] <= '9';
        if (is_digit && digits++ == 0)
            start = at;
        if (!is_digit && s.p[at] != '-')
            digits = 0;
        if (digits >= PHONE_DIGITS_MIN)
            return start;
    }
    return to;
}

static bool is_kind(const char *kind, const char *name) { return strcmp(kind, name) == 0; }

/* A number ends where words begin; what stands in brackets behind it are its hours or a note. */
static size_t read_number(const struct outline_line *line, size_t from, size_t to, struct outline_contact *contact)
{
    struct str s = line->match;
    size_t open = str_find_byte(str_slice(s, from, to), '(', 1);
    if (open == SIZE_MAX)
        return trim_end(s, from, number_end(s, from, to));
    size_t at = from + open, close = str_find_byte(s, ')', at);
    close = close == SIZE_MAX || close > to ? to : close;
    struct str inside = str_slice(s, at, close), words = outline_clean(line, at + 1, close);
    bool is_hours =
        outline_has_any(inside, WORDS(":", "工作日", "上午", "时", "点")) && !outline_has_any(inside, WORDS("短信"));
    *(is_hours ? &contact->hours : &contact->note) = words;
    return at;
}

/* Where a value of this kind ends at the latest. */
static size_t end_of_kind(struct str s, const char *kind, size_t from, size_t to)
{
    size_t end = from;
    if (is_kind(kind, "email")) {
        while (end < to && (unsigned char)s.p[end] > ' ' && (unsigned char)s.p[end] < 0x80 && s.p[end] != ',' &&
               s.p[end] != ')')
            end++;
        return end;
    }
    if (is_kind(kind, "postcode")) {
        while (end < to && s.p[end] >= '0' && s.p[end] <= '9')
            end++;
        return end;
    }
    if (!is_kind(kind, "address"))
        return to;
    size_t bracket = outline_find(str_slice(s, 0, to), "(邮", from);
    to = bracket == SIZE_MAX ? to : bracket;
    return to > from && s.p[to - 1] == '(' ? to - 1 : to;
}

static void add_contact(struct outline *outline, const struct outline_line *line, const char *kind, size_t from,
                        size_t to)
{
    struct str s = line->match;
    bool is_address = is_kind(kind, "address"), is_person = is_kind(kind, "person");
    size_t phone = is_person ? phone_in(s, from, to) : to, code = 0;
    if (phone < to) {
        add_contact(outline, line, kind, from, phone);
        add_contact(outline, line, "phone", phone, to);
        return;
    }
    struct outline_contact contact = {.kind = kind, .place = outline_place_of(outline, line)};
    to = trim_end(s, from, to);
    if (is_kind(kind, "phone") || is_kind(kind, "mobile") || is_kind(kind, "fax"))
        to = read_number(line, from, to, &contact);
    else
        to = end_of_kind(s, kind, from, to);
    bool has_code = is_address && find_postcode(s, from, to, &code);
    if (has_code && code + POSTCODE_DIGITS >= to)
        to = trim_end(s, from, code);
    /* Numbers and addresses of mail are of use in their normal width only. */
    contact.value = is_address || is_person ? outline_clean(line, from, to) : outline_trim(str_slice(s, from, to));
    contact.span = outline_span_of(line, from, to);
    if (contact.value.n > 0)
        (void)VEC_PUSH(outline->arena, &outline->contacts, contact);
    if (has_code)
        add_contact(outline, line, "postcode", code, code + POSTCODE_DIGITS);
}

void outline_read_contacts(struct outline *outline, const struct outline_line *line)
{
    struct label_hit hits[CONTACT_LABELS_MAX];
    struct str s = line->match;
    size_t n = find_labels(s, hits);
    bool has_email = false;
    for (size_t i = 0; i < n; i++) {
        size_t to = i + 1 < n ? hits[i + 1].at : s.n;
        has_email = has_email || strcmp(hits[i].kind, "email") == 0;
        add_contact(outline, line, hits[i].kind, hits[i].end, outline_value_end(s, hits[i].end, to));
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
