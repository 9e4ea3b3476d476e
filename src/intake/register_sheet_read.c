/* register_sheet_read.c: rows of a ledger become findings; see register_sheet.h.
 *
 * A row that is left out is a note.
 */
#include "intake/register_sheet_parts.h"
#include "text/amount.h"
#include "text/normalize.h"
#include "text/utf8.h"

enum { FEN_PER_YUAN = 100 };

static void note(struct sheet_reading *r, const char *key, struct str value)
{
    struct value *item = value_add_map(r->arena, r->notes);
    value_put_int(r->arena, item, "row", r->row->number);
    value_put_text(r->arena, item, "key", str_from_cstr(key));
    value_put_text(r->arena, item, "value", utf8_cut_count(value, REGISTER_LINE_MAX));
}

/* ---- one finding ----------------------------------------------------------------------------------------------------
 */

/* First sentence of a long description: the title; all of it: the facts. */
static struct str first_sentence(struct sheet_reading *r, struct str text)
{
    struct str stop = STR("\xe3\x80\x82");
    size_t line = str_find_byte(text, '\n', 0), end = str_find(text, stop, 0);
    size_t cut = line < end ? line : end;
    struct str first = sheet_trim(str_slice(text, 0, cut == SIZE_MAX ? text.n : cut));
    if (first.n && utf8_count(first) <= REGISTER_TITLE_MAX)
        return first;
    return sheet_one_line(r, arena_concat(r->arena, utf8_cut_count(text, REGISTER_TITLE_MAX - 1), STR("\xe2\x80\xa6")));
}

static void put_title(struct sheet_reading *r, struct value *to)
{
    struct str text = sheet_cell(r, SHEET_title), facts = sheet_cell(r, SHEET_facts);
    bool has_facts = r->column_of[SHEET_facts] && facts.n;
    bool is_long = utf8_count(text) > REGISTER_TITLE_MAX || str_find_byte(text, '\n', 0) != SIZE_MAX;
    if (!text.n && r->column_of[SHEET_title])
        sheet_complain(r, SHEET_title, r->is_poam ? sheet_cell(r, SHEET_number) : text, "register.no_title", STR_EMPTY);
    if (is_long && (r->is_own || has_facts)) {
        if (utf8_count(text) > REGISTER_TITLE_MAX)
            sheet_complain(r, SHEET_title, text, "register.too_long", arena_format(r->arena, "%d", REGISTER_TITLE_MAX));
        text = sheet_one_line(r, text);
    } else if (is_long) {
        facts = text;
        has_facts = true;
        text = first_sentence(r, text);
    }
    if (utf8_count(facts) > REGISTER_TEXT_MAX)
        sheet_complain(r, SHEET_facts, facts, "register.too_long", arena_format(r->arena, "%d", REGISTER_TEXT_MAX));
    if (text.n)
        value_put_text(r->arena, to, "title", text);
    if (has_facts || (r->is_own && r->column_of[SHEET_facts]))
        value_put_text(r->arena, to, "facts", facts);
}

/* Everybody the ledger names, in its words. */
static struct str responsible_words(struct sheet_reading *r)
{
    static const enum sheet_field fields[] = {SHEET_unit, SHEET_cooperating, SHEET_leader, SHEET_person};
    struct str text = STR("");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct str part = sheet_one_line(r, sheet_cell(r, fields[i]));
        if (sheet_word_is_blank(r->arena, part))
            continue;
        text = text.n ? arena_format(r->arena, "%.*s\xef\xbc\x9b%.*s", STR_ARG(text), STR_ARG(part)) : part;
    }
    return utf8_cut_count(text, REGISTER_LINE_MAX);
}

static void put_responsible(struct sheet_reading *r, struct value *to)
{
    struct str unit = sheet_one_line(r, sheet_cell(r, SHEET_unit));
    if (unit.n)
        value_put_text(r->arena, to, "unit", unit);
    if (r->column_of[SHEET_responsible] && !r->column_of[SHEET_leader] && !r->column_of[SHEET_person]) {
        sheet_put_line(r, to, SHEET_responsible);
        return;
    }
    struct str words = r->is_own ? STR("") : responsible_words(r);
    if (words.n)
        value_put_text(r->arena, to, "responsible", words);
}

static void put_ids(struct sheet_reading *r, struct value *to)
{
    static const enum sheet_field fields[] = {SHEET_id, SHEET_rev};
    for (size_t i = 0; i < 2; i++) {
        struct str text = sheet_cell(r, fields[i]);
        int64_t n;
        if (text.n == 0)
            continue;
        if (str_parse_int64(text, &n) && n > 0)
            value_put_int(r->arena, to, sheet_field_name(fields[i]), n);
        else
            sheet_complain(r, fields[i], text, "register.bad_id", STR_EMPTY);
    }
}

static enum rc check_twice(struct sheet_reading *r, const struct value *to)
{
    struct str key = sheet_cell(r, SHEET_id), *first;
    if (key.n)
        key = arena_concat(r->arena, STR("#"), key);
    else
        key = arena_format(r->arena, "%.*s|%.*s|%.*s|%.*s",
                           STR_ARG(register_sheet_key(r->arena, value_get_text(to, "title"))),
                           STR_ARG(value_get_text(to, "source")), STR_ARG(value_get_text(to, "aspect")),
                           STR_ARG(value_get_text(to, "unit")));
    first = map_get(&r->seen, key);
    if (first) {
        sheet_complain(r, sheet_cell(r, SHEET_id).n ? SHEET_id : SHEET_title, value_get_text(to, "title"),
                       "register.twice", *first);
        return RC_OK;
    }
    first = ARENA_NEW(r->arena, struct str);
    if (!first)
        return arena_rc(r->arena);
    *first = arena_format(r->arena, "%d", r->row->number);
    return map_put(&r->seen, key, first);
}

/* A plan of action and milestones numbers each item once and has few states: OSCAL, risk.status, and FedRAMP's. */
static enum rc check_poam(struct sheet_reading *r)
{
    static const char *const states[] = {
        "open",    "investigating", "remediating", "deviationrequested", "deviationapproved", "closed", "completed",
        "pending", "ongoing",       "delayed"};
    struct str number = sheet_cell(r, SHEET_number), status = sheet_cell(r, SHEET_status_stated), *first;
    struct str word = register_sheet_key(r->arena, status);
    bool is_known = !word.n;
    for (size_t i = 0; !is_known && i < sizeof states / sizeof *states; i++)
        is_known = str_equal_cstr(word, states[i]);
    if (!is_known)
        sheet_complain(r, SHEET_status_stated, status, "register.poam_status", STR_EMPTY);
    if (!number.n)
        return RC_OK;
    struct str key = arena_concat(r->arena, STR("number|"), register_sheet_key(r->arena, number));
    if ((first = map_get(&r->seen, key))) {
        sheet_complain(r, SHEET_number, number, "register.poam_twice", *first);
        return RC_OK;
    }
    if (!(first = ARENA_NEW(r->arena, struct str)))
        return arena_rc(r->arena);
    *first = arena_format(r->arena, "%d", r->row->number);
    return map_put(&r->seen, key, first);
}

static void put_cause(struct sheet_reading *r, struct value *to)
{
    struct str text = sheet_cell(r, SHEET_cause);
    if (!text.n || sheet_word_is_blank(r->arena, text))
        return;
    if (utf8_count(text) > REGISTER_TEXT_MAX)
        sheet_complain(r, SHEET_cause, text, "register.too_long", arena_format(r->arena, "%d", REGISTER_TEXT_MAX));
    value_put_text(r->arena, to, "cause", text);
}

static enum rc read_finding(struct sheet_reading *r)
{
    struct value *to = value_new_map(r->arena);
    value_put_int(r->arena, to, "row", r->row->number);
    put_ids(r, to);
    static const enum sheet_field lines[] = {SHEET_number, SHEET_mark, SHEET_source, SHEET_aspect, SHEET_status_stated};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        sheet_put_line(r, to, lines[i]);
    if (!r->column_of[SHEET_aspect] && r->section.n)
        value_put_text(r->arena, to, "aspect", r->section);
    put_title(r, to);
    put_cause(r, to);
    put_responsible(r, to);
    sheet_put_choice(r, to, SHEET_phase, "register.bad_phase");
    sheet_put_choice(r, to, SHEET_nature, "register.bad_nature");
    sheet_put_choice(r, to, SHEET_severity, "register.bad_severity");
    sheet_put_choice(r, to, SHEET_label, "register.bad_label");
    struct sheet_deadline due = sheet_read_deadline(r);
    sheet_put_due(r, to, &due);
    sheet_put_amount(r, to);
    struct value *measures = value_put_list(r->arena, to, "measures");
    sheet_add_measures(r, measures, &due, value_get_text(to, "phase"));
    if (value_get_text(to, "title").n)
        TRY(check_twice(r, to));
    if (r->is_poam)
        TRY(check_poam(r));
    value_add(r->rows, to);
    r->current = to;
    r->number = sheet_trim(sheet_raw_cell(r, SHEET_number));
    r->title = sheet_trim(sheet_raw_cell(r, SHEET_title));
    return arena_rc(r->arena);
}

/* ---- kinds of rows ---------------------------------------------------------------------------------------------- */

static bool is_spread(const struct sheet_reading *r, enum sheet_field field)
{
    int column = r->column_of[field];
    return column && r->row->is_spread[column - 1];
}

static bool has_measure(const struct sheet_reading *r, struct str text)
{
    VALUE_EACH (measure, value_get(r->current, "measures")) {
        if (str_equal(value_get_text(measure, "text"), text))
            return true;
    }
    return false;
}

/* A further line of the finding above: merged cells, nothing but a measure, or number and finding written again. */
static bool is_further_line(struct sheet_reading *r)
{
    struct str number = sheet_trim(sheet_raw_cell(r, SHEET_number)), title = sheet_trim(sheet_raw_cell(r, SHEET_title));
    struct str measure = sheet_trim(sheet_raw_cell(r, SHEET_measure));
    if (!r->current || r->is_own || is_spread(r, SHEET_measure))
        return r->current && !r->is_own && is_spread(r, SHEET_title);
    if (is_spread(r, SHEET_title))
        return true;
    bool is_number_open = number.n == 0 || is_spread(r, SHEET_number);
    if (title.n == 0 && is_number_open)
        return measure.n > 0;
    return number.n > 0 && title.n > 0 && measure.n > 0 && str_equal(number, r->number) && str_equal(title, r->title) &&
           !has_measure(r, sheet_trim(str_slice(measure, sheet_mark_bytes(measure), measure.n)));
}

static void read_further_line(struct sheet_reading *r)
{
    struct value *measures = (struct value *)value_get(r->current, "measures");
    struct sheet_deadline due = sheet_read_deadline(r);
    struct value *phase = value_new_map(r->arena);
    sheet_put_choice(r, phase, SHEET_phase, "register.bad_phase");
    struct str own = value_get_text(phase, "phase");
    own = own.n ? own : due.phase.n ? due.phase : value_get_text(r->current, "phase");
    if (!is_spread(r, SHEET_measure))
        sheet_add_measures(r, measures, &due, own);
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

static bool is_total(struct sheet_reading *r)
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
static struct str lone_cell(const struct sheet_reading *r, int *ret_column)
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

static bool is_head_again(const struct sheet_reading *r)
{
    struct str head = r->grid->rows[r->grid->head_index].cells[r->column_of[SHEET_title] - 1];
    return head.n && str_equal(sheet_trim(head), sheet_trim(sheet_raw_cell(r, SHEET_title)));
}

static bool is_empty(struct sheet_reading *r)
{
    for (int f = 0; f < SHEET_FIELD_COUNT; f++) {
        bool is_counted = f != SHEET_number && !is_spread(r, (enum sheet_field)f);
        if (is_counted && sheet_trim(sheet_raw_cell(r, (enum sheet_field)f)).n)
            return false;
    }
    return !is_spread(r, SHEET_title);
}

static enum rc read_row(struct sheet_reading *r)
{
    int lone = 0;
    struct str text = lone_cell(r, &lone);
    if (is_total(r)) {
        note(r, "register.note_total", lone ? text : r->row->cells[0]);
        r->current = NULL;
        return RC_OK;
    }
    if (is_head_again(r)) {
        note(r, "register.note_head", sheet_raw_cell(r, SHEET_title));
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

static enum rc take_fields(struct sheet_reading *r, const struct value *fields, struct value *ret_columns)
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
    struct sheet_reading r = {
        .ctx = ctx, .arena = ctx->arena, .grid = grid, .is_own = grid->exported != NULL, .amount_unit = FEN_PER_YUAN};
    struct value *sheet = value_new_map(ctx->arena);
    map_init(&r.seen, ctx->arena);
    value_put_bool(ctx->arena, sheet, "is_own", r.is_own);
    TRY(take_fields(&r, fields, value_put_map(ctx->arena, sheet, "fields")));
    const struct str *heads = grid->rows[grid->head_index].cells;
    r.is_poam = !r.is_own && r.column_of[SHEET_number] &&
                str_equal_cstr(register_sheet_key(ctx->arena, heads[r.column_of[SHEET_number] - 1]), "poamid");
    value_put_bool(ctx->arena, sheet, "is_poam", r.is_poam);
    if (r.column_of[SHEET_amount] && !r.is_own)
        (void)amount_parse_unit(heads[r.column_of[SHEET_amount] - 1], &r.amount_unit);
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
