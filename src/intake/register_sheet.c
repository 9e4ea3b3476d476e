/* register_sheet.c: the words of ledgers, and which field each column is; see register_sheet.h. */
#include "intake/register_sheet.h"

#include "intake/register_sheet_parts.h"
#include "intake/sheet_map.h"
#include "text/normalize.h"
#include "text/utf8.h"

enum { KEY_BYTES_MAX = 1024 * 1024, SAMPLE_ROWS = 50 };

static const struct entry {
    char kind; /* Field Alias Head Exported Choice Total Blank */
    enum sheet_field field;
    const char *value;
    struct str word;
} entries[] = {
#define ENTRY(kind, field, value, text) {kind, field, value, {text, sizeof(text) - 1}},
#define FIELD(name) ENTRY('F', SHEET_##name, "", #name)
#define ALIAS(name, guess) ENTRY('A', SHEET_##name, "", guess)
#define HEAD(name, text) ENTRY('H', SHEET_##name, "", text)
#define EXPORTED(name, text) ENTRY('E', SHEET_##name, "", text)
#define EXPORTED_ONLY(text) ENTRY('E', SHEET_FIELD_COUNT, "", text)
#define CHOICE(name, value, text) ENTRY('C', SHEET_##name, value, text)
#define TOTAL(text) ENTRY('T', SHEET_FIELD_COUNT, "", text)
#define BLANK(text) ENTRY('B', SHEET_FIELD_COUNT, "", text)
#include "../../data/register_words.def"
#undef FIELD
#undef ALIAS
#undef HEAD
#undef EXPORTED
#undef EXPORTED_ONLY
#undef CHOICE
#undef TOTAL
#undef BLANK
#undef ENTRY
};
enum { ENTRY_COUNT = (int)(sizeof entries / sizeof *entries) };

static const struct entry *find_entry(char kind, enum sheet_field field, struct str word)
{
    for (int i = 0; i < ENTRY_COUNT; i++)
        if (entries[i].kind == kind && (field == SHEET_FIELD_COUNT || entries[i].field == field) &&
            str_equal(entries[i].word, word))
            return &entries[i];
    return NULL;
}

const char *sheet_field_name(enum sheet_field field)
{
    for (int i = 0; i < ENTRY_COUNT; i++)
        if (entries[i].kind == 'F' && entries[i].field == field)
            return entries[i].word.p;
    return "";
}

enum sheet_field sheet_field_find(struct str name)
{
    const struct entry *entry = find_entry('F', SHEET_FIELD_COUNT, name);
    return entry ? entry->field : SHEET_FIELD_COUNT;
}

/* Half width, lower case, without blanks; also without punctuation when is_key. */
static struct str fold(struct arena *arena, struct str s, bool is_key)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, KEY_BYTES_MAX);
    size_t at = 0;
    uint32_t code;
    while (utf8_decode(s, &at, &code)) {
        char bytes[UTF8_MAX_BYTES];
        code = text_fold_code(code);
        bool is_blank = code <= ' ' || code == 0xA0 || code == 0xFEFF;
        bool is_letter = (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
                         code >= 0xC0;
        bool is_mark =
            !is_letter || (code >= 0x2000 && code < 0x2070) || (code >= 0x3001 && code < 0x3020 && code != 0x3007);
        if (is_blank || (is_key && is_mark))
            continue;
        if (code >= 'A' && code <= 'Z')
            code += 'a' - 'A';
        buf_add_bytes(&out, bytes, utf8_encode(code, bytes));
    }
    return buf_rc(&out) == RC_OK ? arena_copy_str(arena, buf_str(&out)) : STR_EMPTY;
}

struct str register_sheet_key(struct arena *arena, struct str s)
{
    struct str key = fold(arena, s, true);
    return key.n ? key : fold(arena, s, false);
}

struct str sheet_choice_find(struct arena *arena, enum sheet_field field, struct str words)
{
    const struct entry *entry = find_entry('C', field, fold(arena, words, false));
    return entry ? str_from_cstr(entry->value) : STR_EMPTY;
}

bool sheet_word_is_total(struct arena *arena, struct str cell, bool is_whole)
{
    struct str word = fold(arena, cell, false);
    while (word.n && (word.p[word.n - 1] == ':' || word.p[word.n - 1] == '.'))
        word.n--;
    if (find_entry('T', SHEET_FIELD_COUNT, word))
        return true;
    for (int i = 0; !is_whole && i < ENTRY_COUNT; i++)
        if (entries[i].kind == 'T' && str_has_prefix(word, entries[i].word))
            return true;
    return false;
}

bool sheet_word_is_blank(struct arena *arena, struct str cell)
{
    struct str word = fold(arena, cell, false);
    return word.n == 0 || find_entry('B', SHEET_FIELD_COUNT, word);
}

struct str sheet_trim(struct str s)
{
    static const char *const blanks[] = {"\xe3\x80\x80", "\xc2\xa0", "\xef\xbb\xbf"};
    for (bool is_changed = true; is_changed;) {
        is_changed = false;
        s = str_trim(s);
        for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
            struct str blank = str_from_cstr(blanks[i]);
            if (str_has_prefix(s, blank)) {
                s = str_slice(s, blank.n, s.n);
                is_changed = true;
            } else if (str_has_suffix(s, blank)) {
                s.n -= blank.n;
                is_changed = true;
            }
        }
    }
    return s;
}

struct value *register_sheet_fields(struct arena *arena)
{
    struct value *list = value_new_list(arena);
    for (int i = 0; i < ENTRY_COUNT; i++)
        if (entries[i].kind == 'F')
            value_add_text(arena, list, entries[i].word);
    return list;
}

void register_sheet_complain(struct arena *arena, struct value *errors, int64_t row, struct str column,
                             const char *field, struct str value, const char *key, struct str arg)
{
    if (value_count(errors) >= REGISTER_ERRORS_MAX)
        return;
    struct value *error = value_add_map(arena, errors);
    value_put_int(arena, error, "row", row);
    value_put_text(arena, error, "column", column.n ? column : STR(""));
    value_put_text(arena, error, "field", str_from_cstr(field));
    value_put_text(arena, error, "value", utf8_cut_count(value.n ? value : STR(""), REGISTER_LINE_MAX));
    value_put_text(arena, error, "key", str_from_cstr(key));
    struct value *args = value_put_list(arena, error, "args");
    value_add_text(arena, args, utf8_cut_count(value.n ? value : STR(""), REGISTER_LINE_MAX));
    if (arg.n)
        value_add_text(arena, args, arg);
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

/* Every filled cell of the first rows is a word of the choice. */
static bool has_only_choices(struct arena *arena, const struct sheet_grid *grid, size_t column, enum sheet_field field)
{
    size_t filled = 0;
    for (size_t i = grid->head_index + 1; i < grid->row_count && i <= grid->head_index + SAMPLE_ROWS; i++) {
        struct str cell = grid->rows[i].cells[column];
        if (sheet_word_is_blank(arena, cell))
            continue;
        if (!sheet_choice_find(arena, field, cell).n)
            return false;
        filled++;
    }
    return filled > 0;
}

/* "Category" may be the nature, the severity or the phase: the cells tell. */
static enum sheet_field field_of_category(struct arena *arena, const struct sheet_grid *grid, size_t column)
{
    static const enum sheet_field candidates[] = {SHEET_nature, SHEET_severity, SHEET_phase};
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (has_only_choices(arena, grid, column, candidates[i]))
            return candidates[i];
    return SHEET_FIELD_COUNT;
}

static enum sheet_field guess_field(struct arena *arena, const struct sheet_grid *grid, size_t column, struct str guess,
                                    bool is_own)
{
    if (is_own && str_equal(guess, STR("status")))
        return SHEET_FIELD_COUNT; /* computed by us; the stated one has a column of its own */
    if (str_equal(guess, STR("category")))
        return field_of_category(arena, grid, column);
    const struct entry *entry = find_entry('F', SHEET_FIELD_COUNT, guess);
    if (!entry)
        entry = find_entry('A', SHEET_FIELD_COUNT, guess);
    if (!entry && !is_own)
        entry = find_entry('H', SHEET_FIELD_COUNT, fold(arena, grid->rows[grid->head_index].cells[column], false));
    return entry ? entry->field : SHEET_FIELD_COUNT;
}

static const struct entry *exported_head(struct arena *arena, const struct sheet_grid *grid, size_t column)
{
    return find_entry('E', SHEET_FIELD_COUNT, fold(arena, grid->rows[grid->head_index].cells[column], false));
}

/* Our own export without what a workbook carries along: all heads are ours, the number of the source among them. */
static bool is_exported_text(struct arena *arena, const struct sheet_grid *grid)
{
    bool has_source = false;
    for (size_t c = 0; c < grid->column_count; c++) {
        const struct entry *entry = exported_head(arena, grid, c);
        if (!entry)
            return false;
        has_source = has_source || entry->field == SHEET_source;
    }
    return has_source;
}

/* The stored choice of one column; NULL when what is stored does not fit the grid. */
static const struct value *remembered_at(const struct value *remembered, const struct sheet_grid *grid, size_t column)
{
    const struct value *columns = value_get(remembered, "columns");
    if (value_count(columns) != grid->column_count)
        return NULL;
    const struct value *at = columns->items.first;
    for (size_t c = 0; c < column; c++)
        at = at->next;
    return at->kind == VALUE_TEXT ? at : NULL;
}

enum rc register_sheet_guess(struct ctx *ctx, const struct sheet_grid *grid, const struct value *remembered,
                             struct value **ret_mapping)
{
    struct arena *arena = ctx->arena;
    struct value *guess, *mapping = value_new_map(arena);
    TRY(sheet_map_guess(ctx, grid, &guess));
    bool is_own = value_get_text(guess, "kind").n > 0, is_taken[SHEET_FIELD_COUNT + 1] = {false};
    bool is_exported = !is_own && is_exported_text(arena, grid);
    bool is_remembered = !is_own && !is_exported && value_count(value_get(remembered, "columns")) == grid->column_count;
    value_put_text(arena, mapping, "signature", value_get_text(guess, "signature"));
    value_put_bool(arena, mapping, "is_own", is_own);
    value_put_bool(arena, mapping, "is_remembered", is_remembered);
    struct value *columns = value_put_list(arena, mapping, "columns");
    VALUE_EACH (column, value_get(guess, "columns")) {
        size_t c = (size_t)value_get_int(column, "column", 1) - 1;
        char address[SHEET_ADDRESS_BYTES];
        struct str letter = sheet_address(1, (int)c + 1, address);
        enum sheet_field field = guess_field(arena, grid, c, value_get_text(column, "field"), is_own);
        if (is_exported)
            field = exported_head(arena, grid, c)->field;
        const struct value *stored = is_remembered ? remembered_at(remembered, grid, c) : NULL;
        enum sheet_field known = field; /* as a ledger that nobody has mapped would be read */
        if (is_remembered)
            field = stored ? sheet_field_find(stored->text) : SHEET_FIELD_COUNT;
        if (is_taken[field])
            field = SHEET_FIELD_COUNT;
        is_taken[field] = field != SHEET_FIELD_COUNT;
        struct value *item = value_add_map(arena, columns);
        value_put_int(arena, item, "column", (int64_t)c + 1);
        value_put_text(arena, item, "letter", arena_copy_str(arena, str_slice(letter, 0, letter.n - 1)));
        value_put_text(arena, item, "title", value_get_text(column, "title"));
        value_put_text(arena, item, "field", str_from_cstr(sheet_field_name(field)));
        bool is_news = stored && !stored->text.n && known != SHEET_FIELD_COUNT;
        value_put_text(arena, item, "suggested", is_news ? str_from_cstr(sheet_field_name(known)) : STR(""));
    }
    *ret_mapping = mapping;
    return arena_rc(arena);
}
