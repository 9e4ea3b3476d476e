/* register_sheet_cell.c: what the cells of a row of a ledger say: texts, choices, dates, sums, measures.
 *
 * Nothing is guessed quietly: a cell that is not understood is an error with its place.
 */
#include "base/clock.h"
#include "intake/register_sheet_parts.h"
#include "text/amount.h"
#include "text/date.h"
#include "text/normalize.h"
#include "text/utf8.h"

enum { EXCEL_EPOCH_DAYS = 25569, SERIAL_MIN = 20000, SERIAL_MAX = 80000, LINES_MAX = 200 };

struct str sheet_raw_cell(const struct sheet_reading *r, enum sheet_field field)
{
    int column = r->column_of[field];
    return column ? r->row->cells[column - 1] : STR_EMPTY;
}

struct str sheet_cell(struct sheet_reading *r, enum sheet_field field)
{
    struct str s = sheet_trim(sheet_raw_cell(r, field));
    struct cleaned cleaned;
    if (r->is_own || s.n == 0)
        return s.n ? s : STR("");
    bool is_guarded = s.n > 1 && s.p[0] == '\'' && (s.p[1] == '=' || s.p[1] == '+' || s.p[1] == '-' || s.p[1] == '@');
    if (is_guarded) /* put there by csv_write against formulas */
        s = str_slice(s, 1, s.n);
    return text_clean(r->arena, s, &cleaned) == RC_OK ? sheet_trim(cleaned.text) : s;
}

struct str sheet_one_line(struct sheet_reading *r, struct str s)
{
    if (str_find_byte(s, '\n', 0) == SIZE_MAX)
        return s;
    char *p = arena_copy_cstr(r->arena, s);
    for (size_t i = 0; p && i < s.n; i++)
        if (p[i] == '\n')
            p[i] = ' ';
    return p ? (struct str){p, s.n} : STR_EMPTY;
}

void sheet_complain(struct sheet_reading *r, enum sheet_field field, struct str value, const char *key, struct str arg)
{
    register_sheet_complain(r->arena, r->errors, r->row->number, r->letter_of[field], sheet_field_name(field), value,
                            key, arg);
}

/* A cell of a column that is there but empty: our own book means "nothing", others say nothing. */
static bool is_silent(const struct sheet_reading *r, enum sheet_field field, struct str text)
{
    return !r->column_of[field] || (text.n == 0 && !r->is_own);
}

void sheet_put_line(struct sheet_reading *r, struct value *to, enum sheet_field field)
{
    struct str text = sheet_one_line(r, sheet_cell(r, field));
    if (is_silent(r, field, text))
        return;
    if (utf8_count(text) > REGISTER_LINE_MAX)
        sheet_complain(r, field, text, "register.too_long", arena_format(r->arena, "%d", REGISTER_LINE_MAX));
    value_put_text(r->arena, to, sheet_field_name(field), text);
}

void sheet_put_choice(struct sheet_reading *r, struct value *to, enum sheet_field field, const char *unknown)
{
    struct str text = sheet_cell(r, field);
    if (sheet_word_is_blank(r->arena, text))
        text = STR("");
    if (is_silent(r, field, text))
        return;
    struct str value = text.n ? sheet_choice_find(r->arena, field, text) : STR("");
    if (text.n && !value.n) {
        sheet_complain(r, field, text, unknown, STR_EMPTY);
        return;
    }
    if (field != SHEET_label) {
        value_put_text(r->arena, to, sheet_field_name(field), value);
        return;
    }
    int64_t label;
    if (str_equal(value, STR("secret")))
        sheet_complain(r, field, text, "register.state_secret", STR_EMPTY);
    else if (str_parse_int64(value, &label))
        value_put_int(r->arena, to, "label", label);
}

/* ---- dates and sums ----------------------------------------------------------------------------------------- */

static void read_found_date(struct sheet_reading *r, const struct found_date *date, struct str text,
                            struct sheet_deadline *to)
{
    if (date->kind == FOUND_DATE_LONG_TERM) {
        *to = (struct sheet_deadline){.day = STR(""), .stated = text, .phase = STR("long_term")};
        return;
    }
    bool is_relative = date->kind == FOUND_DATE_RELATIVE;
    if (is_relative || date->kind == FOUND_DATE_AMBIGUOUS || date->to_day == FOUND_DAY_NONE) {
        sheet_complain(r, SHEET_due, text, is_relative ? "register.due_relative" : "register.due_ambiguous", STR_EMPTY);
        to->is_faulty = true;
        return;
    }
    to->day = date_text(r->arena, date->to_day);
    to->stated = date->kind == FOUND_DATE_DAY ? STR("") : text;
}

struct sheet_deadline sheet_read_deadline(struct sheet_reading *r)
{
    struct sheet_deadline to = {.day = STR(""), .stated = STR(""), .phase = STR("")};
    struct str text = sheet_one_line(r, sheet_cell(r, SHEET_due));
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
        sheet_complain(r, SHEET_due, text, is_one ? "register.due_ambiguous" : "register.bad_due", STR_EMPTY);
        to.is_faulty = true;
    }
    return to;
}

static void put_or_null(struct sheet_reading *r, struct value *to, const char *key, struct str s)
{
    if (s.n)
        value_put_text(r->arena, to, key, s);
    else
        value_put_null(r->arena, to, key);
}

void sheet_put_due(struct sheet_reading *r, struct value *to, const struct sheet_deadline *due)
{
    bool is_said = due->day.n || due->stated.n;
    if (r->column_of[SHEET_due] && !due->is_faulty && (r->is_own || is_said))
        put_or_null(r, to, "due", due->day);
    if (r->column_of[SHEET_due_stated])
        sheet_put_line(r, to, SHEET_due_stated);
    else if (due->stated.n)
        value_put_text(r->arena, to, "due_stated", utf8_cut_count(due->stated, REGISTER_LINE_MAX));
    if (due->phase.n && !value_get_text(to, "phase").n && !r->is_own)
        value_set(to, STR("phase"), value_new_text(r->arena, due->phase));
}

void sheet_put_amount(struct sheet_reading *r, struct value *to)
{
    struct str text = sheet_cell(r, SHEET_amount);
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
        sheet_complain(r, SHEET_amount, text, "register.bad_amount", STR_EMPTY);
}

/* ---- measures --------------------------------------------------------------------------------------------------- */

size_t sheet_mark_bytes(struct str s)
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

static void add_measure(struct sheet_reading *r, struct value *list, struct str text, const struct sheet_deadline *due,
                        struct str phase)
{
    text = sheet_trim(text);
    size_t mark = r->is_own ? 0 : sheet_mark_bytes(text);
    if (mark < text.n)
        text = sheet_trim(str_slice(text, mark, text.n));
    if (!text.n)
        return;
    if (utf8_count(text) > REGISTER_TEXT_MAX)
        sheet_complain(r, SHEET_measure, text, "register.too_long", arena_format(r->arena, "%d", REGISTER_TEXT_MAX));
    struct value *measure = value_add_map(r->arena, list);
    value_put_text(r->arena, measure, "text", text);
    value_put_text(r->arena, measure, "phase", phase);
    put_or_null(r, measure, "due", due->day);
}

void sheet_add_measures(struct sheet_reading *r, struct value *list, const struct sheet_deadline *due, struct str phase)
{
    struct str text = sheet_cell(r, SHEET_measure), rest = text, line;
    bool is_list = true;
    int lines = 0;
    while (str_split_next(&rest, '\n', &line)) {
        line = sheet_trim(line);
        is_list = is_list && (line.n == 0 || sheet_mark_bytes(line) > 0 || r->is_own);
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
