/* reader_numbering.c: see reader_numbering.h.  Source: ECMA-376 part 1, 17.9 and 17.18.59. */
#include "intake/reader_numbering.h"

#include <string.h>

enum { VALUE_MAX = 99999 };

struct level {
    bool is_set;
    struct str format, text;
    int64_t start;
    int restart; /* lvlRestart: -1 after any higher level, 0 never */
};

/* Counters belong to the abstract list: two lists of the same kind go on counting together. */
struct abstract_list {
    struct str id, style_link;
    struct level levels[NUMBERING_LEVELS];
    int64_t value[NUMBERING_LEVELS];
    bool is_counting[NUMBERING_LEVELS];
    struct abstract_list *next;
};

struct list {
    struct str id;
    struct abstract_list *abstract;
    struct level own[NUMBERING_LEVELS];
    int64_t start_override[NUMBERING_LEVELS]; /* -1 none */
    bool is_used[NUMBERING_LEVELS];
    struct list *next;
};

struct numbering {
    struct reader *reader;
    struct abstract_list *abstracts;
    struct list *lists;
};

static void read_level(const struct xml_node *node, struct level *level)
{
    level->is_set = true;
    level->format = xml_attribute(xml_child(node, "numFmt"), "val");
    const struct xml_node *alternate = xml_child(xml_child(node, "AlternateContent"), "Choice");
    if (!level->format.n && alternate)
        level->format = xml_attribute(xml_child(alternate, "numFmt"), "val");
    level->text = xml_attribute(xml_child(node, "lvlText"), "val");
    level->start = xml_attribute_int(xml_child(node, "start"), "val", 1);
    level->restart = (int)xml_attribute_int(xml_child(node, "lvlRestart"), "val", -1);
}

static void read_levels(const struct xml_node *parent, struct level levels[NUMBERING_LEVELS])
{
    for (const struct xml_node *node = xml_child(parent, "lvl"); node; node = xml_next(node)) {
        int64_t at = xml_attribute_int(node, "ilvl", -1);
        if (at >= 0 && at < NUMBERING_LEVELS)
            read_level(node, &levels[at]);
    }
}

static struct abstract_list *find_abstract(struct numbering *numbering, struct str id)
{
    struct abstract_list *a = numbering->abstracts;
    while (a && !str_equal(a->id, id))
        a = a->next;
    return a;
}

/* A list may be defined by a numbering style of another one. */
static struct abstract_list *follow_style(struct numbering *numbering, const struct xml_node *root,
                                          struct abstract_list *a)
{
    if (!a || !a->style_link.n)
        return a;
    for (const struct xml_node *node = xml_child(root, "abstractNum"); node; node = xml_next(node))
        if (str_equal(xml_attribute(xml_child(node, "styleLink"), "val"), a->style_link)) {
            struct abstract_list *target = find_abstract(numbering, xml_attribute(node, "abstractNumId"));
            return target ? target : a;
        }
    return a;
}

enum rc numbering_new(struct reader *reader, const struct xml_node *root, struct numbering **ret)
{
    struct arena *arena = reader->scratch;
    struct numbering *numbering = ARENA_NEW(arena, struct numbering);
    if (!numbering)
        return reader_no_room(reader, arena_rc(arena));
    numbering->reader = reader;
    for (const struct xml_node *node = xml_child(root, "abstractNum"); node; node = xml_next(node)) {
        struct abstract_list *a = ARENA_NEW(arena, struct abstract_list);
        if (!a)
            return reader_no_room(reader, arena_rc(arena));
        a->id = xml_attribute(node, "abstractNumId");
        a->style_link = xml_attribute(xml_child(node, "numStyleLink"), "val");
        read_levels(node, a->levels);
        a->next = numbering->abstracts;
        numbering->abstracts = a;
    }
    for (const struct xml_node *node = xml_child(root, "num"); node; node = xml_next(node)) {
        struct list *list = ARENA_NEW(arena, struct list);
        if (!list)
            return reader_no_room(reader, arena_rc(arena));
        list->id = xml_attribute(node, "numId");
        list->abstract = follow_style(numbering, root,
                                      find_abstract(numbering, xml_attribute(xml_child(node, "abstractNumId"), "val")));
        for (int i = 0; i < NUMBERING_LEVELS; i++)
            list->start_override[i] = -1;
        for (const struct xml_node *over = xml_child(node, "lvlOverride"); over; over = xml_next(over)) {
            int64_t at = xml_attribute_int(over, "ilvl", -1);
            if (at < 0 || at >= NUMBERING_LEVELS)
                continue;
            read_levels(over, list->own);
            list->start_override[at] = xml_attribute_int(xml_child(over, "startOverride"), "val", -1);
        }
        list->next = numbering->lists;
        numbering->lists = list;
    }
    *ret = numbering;
    return RC_OK;
}

static const char *const han_digits[] = {"\u3007", "\u4e00", "\u4e8c", "\u4e09", "\u56db",
                                         "\u4e94", "\u516d", "\u4e03", "\u516b", "\u4e5d"};
static const char *const legal_digits[] = {"\u96f6", "\u58f9", "\u8d30", "\u53c1", "\u8086",
                                           "\u4f0d", "\u9646", "\u67d2", "\u634c", "\u7396"};
static const char *const stems[] = {"\u7532", "\u4e59", "\u4e19", "\u4e01", "\u620a",
                                    "\u5df1", "\u5e9a", "\u8f9b", "\u58ec", "\u7678"};
static const char *const branches[] = {"\u5b50", "\u4e11", "\u5bc5", "\u536f", "\u8fb0", "\u5df3",
                                       "\u5348", "\u672a", "\u7533", "\u9149", "\u620c", "\u4ea5"};

static const char *const wide_digits[] = {"\uff10", "\uff11", "\uff12", "\uff13", "\uff14",
                                          "\uff15", "\uff16", "\uff17", "\uff18", "\uff19"};

/* How a format of numbers is written; value is within 0 or 1 .. max. */
struct format_rule {
    const char *name;
    bool is_prefix; /* of the format's name */
    int min, max;   /* outside: decimal */
    void (*add)(struct buf *out, int64_t value, const struct format_rule *rule);
    const char *const *digits;
    uint32_t first; /* character of 1 */
};

static void add_nothing(struct buf *out, int64_t value, const struct format_rule *rule)
{
    (void)out, (void)value, (void)rule;
}

static void add_roman(struct buf *out, int64_t value, const struct format_rule *rule)
{
    static const struct {
        int value;
        const char *text;
    } steps[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
                 {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        for (; value >= steps[i].value; value -= steps[i].value)
            for (const char *c = steps[i].text; *c; c++)
                buf_add_char(out, (char)(rule->first == 'i' ? *c | 0x20 : *c));
}

static void add_letter(struct buf *out, int64_t value, const struct format_rule *rule)
{
    for (int64_t i = 0; value > 0 && i <= (value - 1) / 26 && i < 20; i++) /* a..z, aa, bb, ... */
        buf_add_char(out, (char)((int)rule->first + (int)((value - 1) % 26)));
}

/* 1..99999 as read aloud: 10 ten, 12 ten-two, 105 hundred-zero-five. */
static void add_counting(struct buf *out, int64_t value, const struct format_rule *rule)
{
    bool is_legal = rule->digits == legal_digits, has_gap = false, has_any = false;
    const char *const units[] = {"", is_legal ? "\u62fe" : "\u5341", is_legal ? "\u4f70" : "\u767e",
                                 is_legal ? "\u4edf" : "\u5343", "\u4e07"};
    int64_t power = 10000;
    for (int at = 4; at >= 0; at--, power /= 10) {
        int64_t digit = value / power % 10;
        if (digit == 0) {
            has_gap = has_any;
            continue;
        }
        if (has_gap)
            buf_add_cstr(out, is_legal ? rule->digits[0] : "\u96f6");
        if (!(at == 1 && digit == 1 && !has_any && !is_legal))
            buf_add_cstr(out, rule->digits[digit]);
        buf_add_cstr(out, units[at]);
        has_gap = false;
        has_any = true;
    }
    if (!has_any)
        buf_add_cstr(out, rule->digits[0]);
}

static void add_digits(struct buf *out, int64_t value, const struct format_rule *rule)
{
    int64_t power = 1;
    while (value / power >= 10)
        power *= 10;
    for (; power > 0; power /= 10)
        buf_add_cstr(out, rule->digits[value / power % 10]);
}

static void add_word(struct buf *out, int64_t value, const struct format_rule *rule)
{
    buf_add_cstr(out, rule->digits[value - 1]);
}

static void add_character(struct buf *out, int64_t value, const struct format_rule *rule)
{
    reader_put_char(out, rule->first + (uint32_t)value - 1);
}

static void add_two_digits(struct buf *out, int64_t value, const struct format_rule *rule)
{
    (void)rule;
    buf_add_format(out, "%02lld", (long long)value);
}

static const struct format_rule format_rules[] = {
    {"none", false, 0, VALUE_MAX, add_nothing, NULL, 0},
    {"lowerRoman", false, 0, VALUE_MAX, add_roman, NULL, 'i'},
    {"upperRoman", false, 0, VALUE_MAX, add_roman, NULL, 'I'},
    {"lowerLetter", false, 0, VALUE_MAX, add_letter, NULL, 'a'},
    {"upperLetter", false, 0, VALUE_MAX, add_letter, NULL, 'A'},
    {"chineseCounting", true, 0, VALUE_MAX, add_counting, han_digits, 0},
    {"taiwaneseCounting", true, 0, VALUE_MAX, add_counting, han_digits, 0},
    {"japaneseCounting", false, 0, VALUE_MAX, add_counting, han_digits, 0},
    {"chineseLegalSimplified", false, 0, VALUE_MAX, add_counting, legal_digits, 0},
    {"ideographLegalTraditional", false, 0, VALUE_MAX, add_counting, legal_digits, 0},
    {"ideographDigital", false, 0, VALUE_MAX, add_digits, han_digits, 0},
    {"japaneseDigitalTenThousand", false, 0, VALUE_MAX, add_digits, han_digits, 0},
    {"taiwaneseDigital", false, 0, VALUE_MAX, add_digits, han_digits, 0},
    {"ideographTraditional", false, 1, 10, add_word, stems, 0},
    {"ideographZodiac", false, 1, 12, add_word, branches, 0},
    {"decimalEnclosedCircle", true, 1, 20, add_character, NULL, 0x2460},
    {"decimalEnclosedParen", false, 1, 20, add_character, NULL, 0x2474},
    {"decimalEnclosedFullstop", false, 1, 20, add_character, NULL, 0x2488},
    {"ideographEnclosedCircle", false, 1, 10, add_character, NULL, 0x3280},
    {"decimalFullWidth", true, 0, VALUE_MAX, add_digits, wide_digits, 0},
    {"decimalZero", false, 0, VALUE_MAX, add_two_digits, NULL, 0},
};

void numbering_format(struct buf *out, struct str format, int64_t value)
{
    for (size_t i = 0; i < sizeof format_rules / sizeof format_rules[0]; i++) {
        const struct format_rule *rule = &format_rules[i];
        struct str name = str_from_cstr(rule->name);
        if (!(rule->is_prefix ? str_has_prefix(format, name) : str_equal(format, name)))
            continue;
        if (value < rule->min || value > rule->max)
            break;
        rule->add(out, value, rule);
        return;
    }
    buf_add_int64(out, value);
}

static const struct level *level_of(const struct list *list, int at)
{
    return list->own[at].is_set ? &list->own[at] : &list->abstract->levels[at];
}

static void count(struct list *list, int level)
{
    struct abstract_list *a = list->abstract;
    for (int i = 0; i < level; i++) /* a level that is skipped shows its start */
        if (!a->is_counting[i]) {
            a->value[i] = level_of(list, i)->is_set ? level_of(list, i)->start : 1;
            a->is_counting[i] = true;
        }
    bool is_restart = list->start_override[level] >= 0 && !list->is_used[level];
    list->is_used[level] = true;
    if (is_restart)
        a->value[level] = list->start_override[level];
    else if (a->is_counting[level])
        a->value[level] += a->value[level] < VALUE_MAX;
    else
        a->value[level] = list->start_override[level] >= 0 ? list->start_override[level] : level_of(list, level)->start;
    a->is_counting[level] = true;
    for (int i = level + 1; i < NUMBERING_LEVELS; i++)
        if (level_of(list, i)->restart != 0)
            a->is_counting[i] = false;
}

struct str numbering_next(struct numbering *numbering, struct str num_id, int level)
{
    struct list *list = numbering->lists;
    while (list && !str_equal(list->id, num_id))
        list = list->next;
    if (!list || !list->abstract || level < 0 || level >= NUMBERING_LEVELS || !level_of(list, level)->is_set)
        return STR_EMPTY;
    count(list, level);
    const struct level *of = level_of(list, level);
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1024);
    if (str_equal_cstr(of->format, "bullet")) { /* the private code of a symbol font says nothing */
        size_t at = 0;
        uint32_t c = of->text.n ? reader_next_char(of->text, &at) : 0xF000;
        if (c >= 0xE000 && c <= 0xF8FF)
            buf_add_cstr(&out, "\u2022");
        else
            buf_add(&out, of->text);
    }
    for (size_t i = 0; i < of->text.n && !str_equal_cstr(of->format, "bullet"); i++) {
        char next = i + 1 < of->text.n ? of->text.p[i + 1] : '\0';
        if (of->text.p[i] != '%' || next < '1' || next > '9') {
            buf_add_char(&out, of->text.p[i]);
            continue;
        }
        int at = next - '1';
        if (at <= level)
            numbering_format(&out, level_of(list, at)->format, list->abstract->value[at]);
        i++;
    }
    return buf_rc(&out) == RC_OK ? arena_copy_str(numbering->reader->scratch, buf_str(&out)) : STR_EMPTY;
}
