/* register_sheet_read.c: rows of a ledger become findings; see register_sheet.h.
 *
 * Nothing is guessed quietly: a cell that is not understood is an error with its place; a row that is left out is a
 * note.
 */
#include "base/clock.h"
#include "base/map.h"
#include "intake/register_sheet.h"
#include "intake/register_sheet_parts.h"
#include "text/amount.h"
#include "text/date.h"
#include "text/normalize.h"
#include "text/utf8.h"

enum { FEN_PER_YUAN = 100, EXCEL_EPOCH_DAYS = 25569, SERIAL_MIN = 20000, SERIAL_MAX = 80000, LINES_MAX = 200 };

struct reading {
    struct ctx *ctx;
    struct arena *arena;
    const struct sheet_grid *grid;
    const struct sheet_row *row;
    int column_of[SHEET_FIELD_COUNT]; /* 1-based, 0: no such column */
    struct str letter_of[SHEET_FIELD_COUNT];
    bool is_own;
    int64_t amount_unit;
    struct str section; /* heading row above, when there is no column of aspects */
    struct value *rows, *errors, *notes;
    struct value *current;    /* finding that further lines belong to */
    struct str number, title; /* of current, as they stand in the cells */
    struct map seen;          /* key of a row -> its row number as text */
};

static struct str raw_cell(const struct reading *r, enum sheet_field field)
{
    int column = r->column_of[field];
    return column ? r->row->cells[column - 1] : STR_EMPTY;
}

/* Text of a cell as the register keeps it: our own book as it is, others cleaned like every document. */
static struct str cell(struct reading *r, enum sheet_field field)
{
    struct str s = sheet_trim(raw_cell(r, field));
    struct cleaned cleaned;
    if (r->is_own || s.n == 0)
        return s.n ? s : STR("");
    bool is_guarded = s.n > 1 && s.p[0] == '\'' && (s.p[1] == '=' || s.p[1] == '+' || s.p[1] == '-' || s.p[1] == '@');
    if (is_guarded) /* put there by csv_write against formulas */
        s = str_slice(s, 1, s.n);
    return text_clean(r->arena, s, &cleaned) == RC_OK ? sheet_trim(cleaned.text) : s;
}

static struct str one_line(struct reading *r, struct str s)
{
    if (str_find_byte(s, '\n', 0) == SIZE_MAX)
        return s;
    char *p = arena_copy_cstr(r->arena, s);
    for (size_t i = 0; p && i < s.n; i++)
        if (p[i] == '\n')
            p[i] = ' ';
    return p ? (struct str){p, s.n} : STR_EMPTY;
}

static void complain(struct reading *r, enum sheet_field field, struct str value, const char *key, struct str arg)
{
    register_sheet_complain(r->arena, r->errors, r->row->number, r->letter_of[field], sheet_field_name(field), value,
                            key, arg);
}

static void note(struct reading *r, const char *key, struct str value)
{
    struct value *item = value_add_map(r->arena, r->notes);
    value_put_int(r->arena, item, "row", r->row->number);
    value_put_text(r->arena, item, "key", str_from_cstr(key));
    value_put_text(r->arena, item, "value", utf8_cut_count(value, REGISTER_LINE_MAX));
}

/* A cell of a column that is there but empty: our own book means "nothing", others say nothing. */
static bool is_silent(const struct reading *r, enum sheet_field field, struct str text)
{
    return !r->column_of[field] || (text.n == 0 && !r->is_own);
}

static void put_line(struct reading *r, struct value *to, enum sheet_field field)
{
    struct str text = one_line(r, cell(r, field));
    if (is_silent(r, field, text))
        return;
    if (utf8_count(text) > REGISTER_LINE_MAX)
        complain(r, field, text, "register.too_long", arena_format(r->arena, "%d", REGISTER_LINE_MAX));
    value_put_text(r->arena, to, sheet_field_name(field), text);
}

static void put_choice(struct reading *r, struct value *to, enum sheet_field field, const char *unknown)
{
    struct str text = cell(r, field);
    if (sheet_word_is_blank(r->arena, text))
        text = STR("");
    if (is_silent(r, field, text))
        return;
    struct str value = text.n ? sheet_choice_find(r->arena, field, text) : STR("");
    if (text.n && !value.n) {
        complain(r, field, text, unknown, STR_EMPTY);
        return;
    }
    if (field != SHEET_label) {
        value_put_text(r->arena, to, sheet_field_name(field), value);
        return;
    }
    int64_t label;
    if (str_equal(value, STR("secret")))
        complain(r, field, text, "register.state_secret", STR_EMPTY);
    else if (str_parse_int64(value, &label))
        value_put_int(r->arena, to, "label", label);
}

/* ---- dates and sums ----------------------------------------------------------------------------------------- */

struct deadline {
    struct str day;    /* "2026-06-30" or "" */
    struct str stated; /* the words, when they are more than the day */
    struct str phase;  /* what the words say of it, or "" */
    bool is_faulty;
};

static void read_found_date(struct reading *r, const struct found_date *date, struct str text, struct deadline *to)
{
    if (date->kind == FOUND_DATE_LONG_TERM) {
        *to = (struct deadline){.day = STR(""), .stated = text, .phase = STR("long_term")};
        return;
    }
    bool is_relative = date->kind == FOUND_DATE_RELATIVE;
    if (is_relative || date->kind == FOUND_DATE_AMBIGUOUS || date->to_day == FOUND_DAY_NONE) {
        complain(r, SHEET_due, text, is_relative ? "register.due_relative" : "register.due_ambiguous", STR_EMPTY);
        to->is_faulty = true;
        return;
    }
    to->day = date_text(r->arena, date->to_day);
    to->stated = date->kind == FOUND_DATE_DAY ? STR("") : text;
}

static struct deadline read_deadline(struct reading *r)
{
    struct deadline to = {.day = STR(""), .stated = STR(""), .phase = STR("")};
    struct str text = one_line(r, cell(r, SHEET_due));
    struct found_date date;
    int32_t day;
    int64_t serial;
    if (sheet_word_is_blank(r->arena, text))
        return to;
    if (date_parse(text, &day)) {
        to.day = text;
    } else if (str_parse_int64(text, &serial) && serial >= SERIAL_MIN && serial <= SERIAL_MAX) {
        to.day = date_text(r->arena, (int32_t)(serial - EXCEL_EPOCH_DAYS)); /* a date cell without its format */
    } else if (sheet_choice_find(r->arena, SHEET_phase, text).n) {
        to.phase = sheet_choice_find(r->arena, SHEET_phase, text);
        to.stated = text;
    } else if (dates_read_one(r->arena, text, &date)) {
        read_found_date(r, &date, text, &to);
    } else {
        struct found_dates found;
        bool is_one =
            dates_find(r->arena, text, &found) == RC_OK && found.n == 1 && found.p[0].kind == FOUND_DATE_AMBIGUOUS;
        complain(r, SHEET_due, text, is_one ? "register.due_ambiguous" : "register.bad_due", STR_EMPTY);
        to.is_faulty = true;
    }
    return to;
}

static void put_or_null(struct reading *r, struct value *to, const char *key, struct str s)
{
    if (s.n)
        value_put_text(r->arena, to, key, s);
    else
        value_put_null(r->arena, to, key);
}

static void put_due(struct reading *r, struct value *to, const struct deadline *due)
{
    bool is_said = due->day.n || due->stated.n;
    if (r->column_of[SHEET_due] && !due->is_faulty && (r->is_own || is_said))
        put_or_null(r, to, "due", due->day);
    if (r->column_of[SHEET_due_stated])
        put_line(r, to, SHEET_due_stated);
    else if (due->stated.n)
        value_put_text(r->arena, to, "due_stated", utf8_cut_count(due->stated, REGISTER_LINE_MAX));
    if (due->phase.n && !value_get_text(to, "phase").n && !r->is_own)
        value_set(to, STR("phase"), value_new_text(r->arena, due->phase));
}

static void put_amount(struct reading *r, struct value *to)
{
    struct str text = cell(r, SHEET_amount);
    int64_t fen;
    if (sheet_word_is_blank(r->arena, text)) {
        if (r->is_own && r->column_of[SHEET_amount])
            value_put_null(r->arena, to, "amount_fen");
        return;
    }
    if (amount_parse_scaled(text, r->amount_unit, &fen)) {
        value_put_int(r->arena, to, "amount_fen", fen);
        return;
    }
    struct found_amounts found;
    bool is_one = amounts_find(r->arena, text, &found) == RC_OK && found.n == 1 && found.p[0].kind == AMOUNT_MONEY &&
                  found.p[0].approx == AMOUNT_EXACT && !found.p[0].is_rounded && found.p[0].from == 0 &&
                  found.p[0].to == text.n;
    if (is_one)
        value_put_int(r->arena, to, "amount_fen", found.p[0].value);
    else
        complain(r, SHEET_amount, text, "register.bad_amount", STR_EMPTY);
}

/* ---- measures --------------------------------------------------------------------------------------------------- */

/* Bytes of a mark "1." "(1)" or a circled number at the start of a line; 0 without. */
static size_t mark_bytes(struct str s)
{
    size_t at = 0, next = 0, digits = 0;
    uint32_t code;
    if (!utf8_decode(s, &at, &code))
        return 0;
    if (code >= 0x2460 && code <= 0x2473) /* circled 1 .. 20 */
        return at;
    bool is_open = text_fold_code(code) == '(';
    next = is_open ? at : 0;
    at = next;
    while (utf8_decode(s, &at, &code) && text_fold_code(code) >= '0' && text_fold_code(code) <= '9' && ++digits)
        next = at;
    if (digits == 0 || digits > 2)
        return 0;
    at = next;
    if (!utf8_decode(s, &at, &code))
        return 0;
    uint32_t mark = text_fold_code(code), follows = 0;
    size_t after = at;
    if (utf8_decode(s, &after, &follows))
        follows = text_fold_code(follows);
    if (is_open || mark == ')')
        return mark == ')' ? at : 0;
    if (mark == '.' && follows >= '0' && follows <= '9')
        return 0;
    return mark == '.' || mark == 0x3001 || mark == 0xFF0E ? at : 0;
}

static void add_measure(struct reading *r, struct value *list, struct str text, const struct deadline *due,
                        struct str phase)
{
    text = sheet_trim(text);
    size_t mark = r->is_own ? 0 : mark_bytes(text);
    if (mark < text.n)
        text = sheet_trim(str_slice(text, mark, text.n));
    if (!text.n)
        return;
    if (utf8_count(text) > REGISTER_TEXT_MAX)
        complain(r, SHEET_measure, text, "register.too_long", arena_format(r->arena, "%d", REGISTER_TEXT_MAX));
    struct value *measure = value_add_map(r->arena, list);
    value_put_text(r->arena, measure, "text", text);
    value_put_text(r->arena, measure, "phase", phase);
    put_or_null(r, measure, "due", due->day);
}

/* The lines of a cell are measures of their own when each has its mark. */
static void add_measures(struct reading *r, struct value *list, const struct deadline *due, struct str phase)
{
    struct str text = cell(r, SHEET_measure), rest = text, line;
    bool is_list = true;
    int lines = 0;
    while (str_split_next(&rest, '\n', &line)) {
        line = sheet_trim(line);
        is_list = is_list && (line.n == 0 || mark_bytes(line) > 0 || r->is_own);
        lines += line.n > 0;
    }
    if (lines < 2 || lines > LINES_MAX || !is_list) {
        if (!sheet_word_is_blank(r->arena, text))
            add_measure(r, list, text, due, phase);
        return;
    }
    rest = text;
    while (str_split_next(&rest, '\n', &line))
        add_measure(r, list, line, due, phase);
}

/* ---- one finding ----------------------------------------------------------------------------------------------------
 */

/* First sentence of a long description: the title; all of it: the facts. */
static struct str first_sentence(struct reading *r, struct str text)
{
    struct str stop = STR("\xe3\x80\x82");
    size_t line = str_find_byte(text, '\n', 0), end = str_find(text, stop, 0);
    size_t cut = line < end ? line : end;
    struct str first = sheet_trim(str_slice(text, 0, cut == SIZE_MAX ? text.n : cut));
    if (first.n && utf8_count(first) <= REGISTER_TITLE_MAX)
        return first;
    return one_line(r, arena_concat(r->arena, utf8_cut_count(text, REGISTER_TITLE_MAX - 1), STR("\xe2\x80\xa6")));
}

static void put_title(struct reading *r, struct value *to)
{
    struct str text = cell(r, SHEET_title), facts = cell(r, SHEET_facts);
    bool has_facts = r->column_of[SHEET_facts] && facts.n;
    bool is_long = utf8_count(text) > REGISTER_TITLE_MAX || str_find_byte(text, '\n', 0) != SIZE_MAX;
    if (!text.n && r->column_of[SHEET_title])
        complain(r, SHEET_title, text, "register.no_title", STR_EMPTY);
    if (is_long && (r->is_own || has_facts)) {
        if (utf8_count(text) > REGISTER_TITLE_MAX)
            complain(r, SHEET_title, text, "register.too_long", arena_format(r->arena, "%d", REGISTER_TITLE_MAX));
        text = one_line(r, text);
    } else if (is_long) {
        facts = text;
        has_facts = true;
        text = first_sentence(r, text);
    }
    if (utf8_count(facts) > REGISTER_TEXT_MAX)
        complain(r, SHEET_facts, facts, "register.too_long", arena_format(r->arena, "%d", REGISTER_TEXT_MAX));
    if (text.n)
        value_put_text(r->arena, to, "title", text);
    if (has_facts || (r->is_own && r->column_of[SHEET_facts]))
        value_put_text(r->arena, to, "facts", facts);
}

/* Everybody the ledger names, in its words. */
static struct str responsible_words(struct reading *r)
{
    static const enum sheet_field fields[] = {SHEET_unit, SHEET_cooperating, SHEET_leader, SHEET_person};
    struct str text = STR("");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct str part = one_line(r, cell(r, fields[i]));
        if (sheet_word_is_blank(r->arena, part))
            continue;
        text = text.n ? arena_format(r->arena, "%.*s\xef\xbc\x9b%.*s", STR_ARG(text), STR_ARG(part)) : part;
    }
    return utf8_cut_count(text, REGISTER_LINE_MAX);
}

static void put_responsible(struct reading *r, struct value *to)
{
    struct str unit = one_line(r, cell(r, SHEET_unit));
    if (unit.n)
        value_put_text(r->arena, to, "unit", unit);
    if (r->column_of[SHEET_responsible] && !r->column_of[SHEET_leader] && !r->column_of[SHEET_person]) {
        put_line(r, to, SHEET_responsible);
        return;
    }
    struct str words = r->is_own ? STR("") : responsible_words(r);
    if (words.n)
        value_put_text(r->arena, to, "responsible", words);
}

static void put_ids(struct reading *r, struct value *to)
{
    static const enum sheet_field fields[] = {SHEET_id, SHEET_rev};
    for (size_t i = 0; i < 2; i++) {
        struct str text = cell(r, fields[i]);
        int64_t n;
        if (text.n == 0)
            continue;
        if (str_parse_int64(text, &n) && n > 0)
            value_put_int(r->arena, to, sheet_field_name(fields[i]), n);
        else
            complain(r, fields[i], text, "register.bad_id", STR_EMPTY);
    }
}

static enum rc check_twice(struct reading *r, const struct value *to)
{
    struct str key = cell(r, SHEET_id), *first;
    if (key.n)
        key = arena_concat(r->arena, STR("#"), key);
    else
        key = arena_format(r->arena, "%.*s|%.*s|%.*s|%.*s",
                           STR_ARG(register_sheet_key(r->arena, value_get_text(to, "title"))),
                           STR_ARG(value_get_text(to, "source")), STR_ARG(value_get_text(to, "aspect")),
                           STR_ARG(value_get_text(to, "unit")));
    first = map_get(&r->seen, key);
    if (first) {
        complain(r, cell(r, SHEET_id).n ? SHEET_id : SHEET_title, value_get_text(to, "title"), "register.twice",
                 *first);
        return RC_OK;
    }
    first = ARENA_NEW(r->arena, struct str);
    if (!first)
        return arena_rc(r->arena);
    *first = arena_format(r->arena, "%d", r->row->number);
    return map_put(&r->seen, key, first);
}

static enum rc read_finding(struct reading *r)
{
    struct value *to = value_new_map(r->arena);
    value_put_int(r->arena, to, "row", r->row->number);
    put_ids(r, to);
    static const enum sheet_field lines[] = {SHEET_number, SHEET_mark, SHEET_source, SHEET_aspect, SHEET_status_stated};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        put_line(r, to, lines[i]);
    if (!r->column_of[SHEET_aspect] && r->section.n)
        value_put_text(r->arena, to, "aspect", r->section);
    put_title(r, to);
    put_responsible(r, to);
    put_choice(r, to, SHEET_phase, "register.bad_phase");
    put_choice(r, to, SHEET_nature, "register.bad_nature");
    put_choice(r, to, SHEET_severity, "register.bad_severity");
    put_choice(r, to, SHEET_label, "register.bad_label");
    struct deadline due = read_deadline(r);
    put_due(r, to, &due);
    put_amount(r, to);
    struct value *measures = value_put_list(r->arena, to, "measures");
    add_measures(r, measures, &due, value_get_text(to, "phase"));
    if (value_get_text(to, "title").n)
        TRY(check_twice(r, to));
    value_add(r->rows, to);
    r->current = to;
    r->number = sheet_trim(raw_cell(r, SHEET_number));
    r->title = sheet_trim(raw_cell(r, SHEET_title));
    return arena_rc(r->arena);
}

/* ---- kinds of rows ---------------------------------------------------------------------------------------------- */

static bool is_spread(const struct reading *r, enum sheet_field field)
{
    int column = r->column_of[field];
    return column && r->row->is_spread[column - 1];
}

static bool has_measure(const struct reading *r, struct str text)
{
    VALUE_EACH (measure, value_get(r->current, "measures")) {
        if (str_equal(value_get_text(measure, "text"), text))
            return true;
    }
    return false;
}

/* A further line of the finding above: merged cells, nothing but a measure, or number and finding written again. */
static bool is_further_line(struct reading *r)
{
    struct str number = sheet_trim(raw_cell(r, SHEET_number)), title = sheet_trim(raw_cell(r, SHEET_title));
    struct str measure = sheet_trim(raw_cell(r, SHEET_measure));
    if (!r->current || r->is_own || is_spread(r, SHEET_measure))
        return r->current && !r->is_own && is_spread(r, SHEET_title);
    if (is_spread(r, SHEET_title))
        return true;
    bool is_number_open = number.n == 0 || is_spread(r, SHEET_number);
    if (title.n == 0 && is_number_open)
        return measure.n > 0;
    return number.n > 0 && title.n > 0 && measure.n > 0 && str_equal(number, r->number) && str_equal(title, r->title) &&
           !has_measure(r, sheet_trim(str_slice(measure, mark_bytes(measure), measure.n)));
}

static void read_further_line(struct reading *r)
{
    struct value *measures = (struct value *)value_get(r->current, "measures");
    struct deadline due = read_deadline(r);
    struct value *phase = value_new_map(r->arena);
    put_choice(r, phase, SHEET_phase, "register.bad_phase");
    struct str own = value_get_text(phase, "phase");
    own = own.n ? own : due.phase.n ? due.phase : value_get_text(r->current, "phase");
    if (!is_spread(r, SHEET_measure))
        add_measures(r, measures, &due, own);
    /* the finding is due when the last of its measures is */
    if (due.day.n && str_compare(due.day, value_get_text(r->current, "due")) > 0)
        value_set(r->current, STR("due"), value_new_text(r->arena, due.day));
    struct str more = r->column_of[SHEET_responsible] ? STR("") : responsible_words(r),
               words = value_get_text(r->current, "responsible");
    if (more.n && str_find(words, more, 0) == SIZE_MAX) {
        struct str all =
            arena_format(r->arena, "%.*s%s%.*s", STR_ARG(words), words.n ? "\xef\xbc\x9b" : "", STR_ARG(more));
        value_set(r->current, STR("responsible"), value_new_text(r->arena, utf8_cut_count(all, REGISTER_LINE_MAX)));
    }
}

static bool is_total(struct reading *r)
{
    int seen = 0;
    for (size_t c = 0; c < r->grid->column_count && seen < 3; c++) {
        struct str text = r->row->cells[c];
        if (text.n == 0 || r->row->is_spread[c])
            continue;
        bool is_first = seen++ == 0;
        if (sheet_word_is_total(r->arena, text, !is_first || (int)c + 1 == r->column_of[SHEET_title]))
            return true;
    }
    return false;
}

/* Bytes of a mark of headings: up to three Chinese numerals, in brackets or before the comma of lists. */
static size_t heading_mark(struct str s)
{
    static const uint32_t numerals[] = {0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D, 0x5341};
    size_t at = 0, next = 0;
    uint32_t code = 0;
    int count = 0;
    bool is_open = utf8_decode(s, &at, &code) && text_fold_code(code) == '(';
    at = next = is_open ? at : 0;
    while (utf8_decode(s, &at, &code)) {
        bool is_numeral = false;
        for (size_t i = 0; i < sizeof numerals / sizeof *numerals; i++)
            is_numeral = is_numeral || code == numerals[i];
        if (!is_numeral)
            break;
        next = at;
        count++;
    }
    if (count == 0 || count > 3 || at == next)
        return 0;
    return text_fold_code(code) == (is_open ? ')' : 0x3001) ? at : 0;
}

/* The text of a row that has one cell only; *ret_column 0 when it has more. */
static struct str lone_cell(const struct reading *r, int *ret_column)
{
    struct str text = STR_EMPTY;
    int filled = 0;
    for (size_t c = 0; c < r->grid->column_count; c++) {
        if (sheet_trim(r->row->cells[c]).n == 0)
            continue;
        filled++;
        *ret_column = (int)c + 1;
        text = sheet_trim(r->row->cells[c]);
    }
    if (filled != 1)
        *ret_column = 0;
    return text;
}

static bool is_head_again(const struct reading *r)
{
    struct str head = r->grid->rows[r->grid->head_index].cells[r->column_of[SHEET_title] - 1];
    return head.n && str_equal(sheet_trim(head), sheet_trim(raw_cell(r, SHEET_title)));
}

static bool is_empty(struct reading *r)
{
    for (int f = 0; f < SHEET_FIELD_COUNT; f++) {
        bool is_counted = f != SHEET_number && !is_spread(r, (enum sheet_field)f);
        if (is_counted && sheet_trim(raw_cell(r, (enum sheet_field)f)).n)
            return false;
    }
    return !is_spread(r, SHEET_title);
}

static enum rc read_row(struct reading *r)
{
    int lone = 0;
    struct str text = lone_cell(r, &lone);
    if (is_total(r)) {
        note(r, "register.note_total", lone ? text : r->row->cells[0]);
        r->current = NULL;
        return RC_OK;
    }
    if (is_head_again(r)) {
        note(r, "register.note_head", raw_cell(r, SHEET_title));
        return RC_OK;
    }
    size_t mark = lone ? heading_mark(text) : 0;
    if (mark && (lone != r->column_of[SHEET_title] || lone == 1)) {
        struct cleaned cleaned;
        struct str heading = sheet_trim(str_slice(text, mark, text.n));
        r->section = utf8_cut_count(text_clean(r->arena, heading, &cleaned) == RC_OK ? cleaned.text : heading,
                                    REGISTER_LINE_MAX);
        r->current = NULL;
        note(r, "register.note_heading", text);
        return RC_OK;
    }
    if (is_empty(r)) {
        int64_t number;
        bool is_number = lone == r->column_of[SHEET_number] && str_parse_int64(text, &number);
        note(r, lone && !is_number ? "register.note_line" : "register.note_empty", text);
        return RC_OK;
    }
    if (!is_further_line(r))
        return read_finding(r);
    read_further_line(r);
    return arena_rc(r->arena);
}

static enum rc take_fields(struct reading *r, const struct value *fields, struct value *ret_columns)
{
    int column = 0;
    VALUE_EACH (item, fields) {
        column++;
        struct str name = item->kind == VALUE_TEXT ? item->text : STR_EMPTY;
        enum sheet_field field = sheet_field_find(name);
        if (field == SHEET_FIELD_COUNT || column > (int)r->grid->column_count)
            continue;
        char address[SHEET_ADDRESS_BYTES];
        struct str at = sheet_address(1, column, address);
        struct str letter = arena_copy_str(r->arena, str_slice(at, 0, at.n - 1));
        if (r->column_of[field]) {
            struct str args[2] = {r->letter_of[field], letter};
            return ctx_fail(r->ctx, RC_INVALID, "register.field_twice", arena_format(r->arena, "column_%d", column),
                            STR_EMPTY, args, 2);
        }
        r->column_of[field] = column;
        r->letter_of[field] = letter;
        value_put_text(r->arena, ret_columns, sheet_field_name(field), letter);
    }
    if (!r->column_of[SHEET_title])
        return ctx_fail_key(r->ctx, RC_INVALID, "register.no_title_column");
    return RC_OK;
}

enum rc register_sheet_read(struct ctx *ctx, const struct sheet_grid *grid, const struct value *fields,
                            struct value **ret_sheet)
{
    if (grid->head_index == SIZE_MAX)
        return ctx_fail_key(ctx, RC_NOT_FOUND, "import.no_head");
    struct reading r = {
        .ctx = ctx, .arena = ctx->arena, .grid = grid, .is_own = grid->exported != NULL, .amount_unit = FEN_PER_YUAN};
    struct value *sheet = value_new_map(ctx->arena);
    map_init(&r.seen, ctx->arena);
    value_put_bool(ctx->arena, sheet, "is_own", r.is_own);
    TRY(take_fields(&r, fields, value_put_map(ctx->arena, sheet, "fields")));
    if (r.column_of[SHEET_amount] && !r.is_own)
        (void)amount_parse_unit(grid->rows[grid->head_index].cells[r.column_of[SHEET_amount] - 1], &r.amount_unit);
    r.rows = value_put_list(ctx->arena, sheet, "rows");
    r.errors = value_put_list(ctx->arena, sheet, "errors");
    r.notes = value_put_list(ctx->arena, sheet, "notes");
    for (size_t i = grid->head_index + 1; i < grid->row_count; i++) {
        r.row = &grid->rows[i];
        TRY(read_row(&r));
    }
    TRY(arena_rc(ctx->arena));
    if (value_count(r.rows) == 0)
        return ctx_fail_key(ctx, RC_INVALID, "import.no_rows");
    *ret_sheet = sheet;
    return RC_OK;
}
