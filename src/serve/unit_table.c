/* unit_table.c: see unit_table.h. */
#include "serve/unit_table.h"

#include "base/clock.h"
#include "intake/sheet_read.h"
#include "loop/unit.h"
#include "publish/xlsx_write.h"

enum { HEADS_KNOWN_MIN = 2, COLUMN_KEY_BYTES = 100 };

const char *const unit_columns[UNIT_COLUMNS] = {"code",        "parent_code", "name", "short_name",    "kind",
                                                "legal_level", "sector",      "uscc", "core_business", "valid_from"};
const char *const person_columns[PERSON_COLUMNS] = {"name",      "unit_code", "title", "party_post",
                                                    "portfolio", "email",     "phone", "login"};

static const struct word {
    bool is_person;
    const char *column;
    struct str text;
} words[] = {
#define UNIT_WORD(column, word) {false, #column, {word, sizeof(word) - 1}},
#define PERSON_WORD(column, word) {true, #column, {word, sizeof(word) - 1}},
#include "../../data/unit_words.def"
#undef UNIT_WORD
#undef PERSON_WORD
};

static struct str find_title(enum lang lang, bool is_person, const char *column)
{
    struct buf key CLEANUP(buf_done);
    buf_init(&key, COLUMN_KEY_BYTES);
    buf_add_cstr(&key, is_person ? "person_column." : "unit_column.");
    buf_add_cstr(&key, column);
    return message_find(lang, buf_str(&key));
}

struct str unit_table_title(enum lang lang, const char *sheet, const char *column)
{
    struct str title = find_title(lang, str_equal_cstr(STR("people"), sheet), column);
    return title.p ? title : str_from_cstr(column);
}

/* ---- out ---------------------------------------------------------------------------------------------------- */

static struct str choice_label(struct arena *arena, enum lang lang, const char *prefix, struct str code)
{
    struct str label = code.n ? message_find(lang, arena_format(arena, "%s.%.*s", prefix, STR_ARG(code))) : STR("");
    return label.p ? label : code;
}

static struct xlsx_cell make_cell(struct arena *arena, enum lang lang, const struct value *row, const char *column,
                                  enum xlsx_kind kind)
{
    const struct value *v = value_get(row, column);
    struct str text = v && v->kind == VALUE_TEXT ? v->text : STR("");
    int32_t day;
    if (kind == XLSX_INT)
        return (struct xlsx_cell){.number = value_get_int(row, column, 0), .is_null = !v || v->kind != VALUE_INT};
    if (kind == XLSX_DATE)
        return date_parse(text, &day) ? (struct xlsx_cell){.number = day} : (struct xlsx_cell){.is_null = true};
    if (str_equal_cstr(STR("kind"), column))
        text = choice_label(arena, lang, "unit_kind", text);
    else if (str_equal_cstr(STR("sector"), column))
        text = choice_label(arena, lang, "unit_sector", text);
    return (struct xlsx_cell){.text = text, .is_null = text.n == 0};
}

static enum xlsx_kind kind_of(const char *column)
{
    return str_equal_cstr(STR("legal_level"), column)  ? XLSX_INT
           : str_equal_cstr(STR("valid_from"), column) ? XLSX_DATE
                                                       : XLSX_TEXT;
}

static enum rc write_sheet(struct ctx *ctx, struct xlsx_write *write, enum lang lang, const char *sheet,
                           const char *const names[], int count, const struct value *rows)
{
    struct xlsx_column columns[UNIT_COLUMNS + PERSON_COLUMNS] = {0};
    struct xlsx_cell cells[UNIT_COLUMNS + PERSON_COLUMNS];
    for (int i = 0; i < count; i++)
        columns[i] = (struct xlsx_column){.title = unit_table_title(lang, sheet, names[i]),
                                          .field = str_from_cstr(names[i]),
                                          .kind = kind_of(names[i])};
    struct str title = message_find(lang, arena_format(ctx->arena, "unit_sheet.%s", sheet));
    TRY(xlsx_write_sheet(ctx, write, title, columns, (size_t)count, rows != NULL));
    VALUE_EACH (row, rows) {
        for (int i = 0; i < count; i++)
            cells[i] = make_cell(ctx->arena, lang, row, names[i], columns[i].kind);
        struct str id = arena_format(ctx->arena, "%lld", (long long)value_get_int(row, "id", 0));
        TRY(xlsx_write_row(ctx, write, cells, id, value_get_int(row, "changed_seq", 0)));
    }
    return RC_OK;
}

/* What each column takes, in two columns only, so that the sheet is never taken for rows of units. */
static enum rc write_instructions(struct ctx *ctx, struct xlsx_write *write, enum lang lang)
{
    struct xlsx_column columns[2] = {
        {.title = message_find(lang, STR("unit_sheet.column")), .width_chars = 24},
        {.title = message_find(lang, STR("unit_sheet.meaning")), .width_chars = 90, .is_wrapped = true}};
    struct xlsx_cell empty[2] = {{.text = message_find(lang, STR("unit_sheet.empty"))},
                                 {.text = message_find(lang, STR("unit_sheet.empty_help"))}};
    TRY(xlsx_write_sheet(ctx, write, message_find(lang, STR("unit_sheet.help")), columns, 2, false));
    TRY(xlsx_write_row(ctx, write, empty, STR_EMPTY, 0));
    for (int i = 0; i < UNIT_COLUMNS + PERSON_COLUMNS - 1; i++) {
        bool is_person = i >= UNIT_COLUMNS;
        const char *sheet = is_person ? "people" : "units",
                   *name = is_person ? person_columns[i - UNIT_COLUMNS] : unit_columns[i];
        struct str sheet_title = message_find(lang, arena_format(ctx->arena, "unit_sheet.%s", sheet));
        struct str meaning = message_find(
            lang, arena_format(ctx->arena, "%s_help.%s", is_person ? "person_column" : "unit_column", name));
        struct str title = unit_table_title(lang, sheet, name);
        struct xlsx_cell cells[2] = {
            {.text = arena_format(ctx->arena, "%.*s / %.*s", STR_ARG(sheet_title), STR_ARG(title))},
            {.text = meaning.p ? meaning : STR("")}};
        TRY(xlsx_write_row(ctx, write, cells, STR_EMPTY, 0));
    }
    return RC_OK;
}

enum rc unit_table_write(struct ctx *ctx, const char *path, enum lang lang, const struct value *units,
                         const struct value *people)
{
    struct xlsx_book book = {
        .title = message_find(lang, STR("unit.tree")), .author = STR("Bihuan"), .kind = STR("units")};
    struct xlsx_write *write;
    TRY(xlsx_write_open(ctx, path, &book, &write));
    enum rc rc = write_sheet(ctx, write, lang, "units", unit_columns, UNIT_COLUMNS, units);
    if (rc == RC_OK) /* the login is no field of a person: it is only understood when a table has it */
        rc = write_sheet(ctx, write, lang, "people", person_columns, PERSON_COLUMNS - 1, people);
    if (rc == RC_OK && !units)
        rc = write_instructions(ctx, write, lang);
    if (rc != RC_OK) {
        xlsx_write_drop(write);
        return rc;
    }
    return xlsx_write_close(ctx, write);
}

/* ---- in ----------------------------------------------------------------------------------------------------- */

/* A head without spaces and the star of required columns. */
static struct str fold_head(struct arena *arena, struct str head)
{
    char *text = arena_alloc(arena, head.n + 1);
    size_t n = 0;
    for (size_t i = 0; text && i < head.n; i++)
        if (head.p[i] != ' ' && head.p[i] != '*' && head.p[i] != '\n' && head.p[i] != '\t')
            text[n++] = head.p[i];
    return (struct str){text, text ? n : 0};
}

static bool is_head(struct arena *arena, struct str head, bool is_person, const char *column)
{
    if (str_equal_cstr(head, column))
        return true;
    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (str_equal_nocase(head, fold_head(arena, find_title((enum lang)lang, is_person, column))))
            return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].is_person == is_person && str_equal_cstr(str_from_cstr(words[i].column), column) &&
            str_equal(words[i].text, head))
            return true;
    return false;
}

struct sheet_map {
    const char **columns; /* by column of the grid; NULL: unknown */
    int known;
};

static struct sheet_map map_heads(struct arena *arena, const struct sheet_grid *grid, bool is_person)
{
    const char *const *names = is_person ? person_columns : unit_columns;
    int count = is_person ? PERSON_COLUMNS : UNIT_COLUMNS;
    struct sheet_map map = {ARENA_NEW_ARRAY(arena, const char *, grid->column_count + 1), 0};
    for (size_t c = 0; map.columns && c < grid->column_count; c++) {
        struct str head = fold_head(arena, grid->rows[grid->head_index].cells[c]);
        if (str_equal(head, STR("_id")))
            map.columns[c] = "id";
        else if (str_equal(head, STR("_revision")))
            map.columns[c] = "revision";
        for (int i = 0; i < count && !map.columns[c] && head.n; i++) {
            if (!is_head(arena, head, is_person, names[i]))
                continue;
            map.columns[c] = names[i];
            map.known++;
        }
    }
    return map;
}

/* The code of a choice that is written as its word. */
static struct str choice_code(struct arena *arena, const char *choices, const char *prefix, struct str text)
{
    struct str rest = str_from_cstr(choices), code;
    while (str_split_next(&rest, '|', &code))
        for (int lang = 0; code.n && lang < LANG_COUNT; lang++)
            if (str_equal_nocase(text, choice_label(arena, (enum lang)lang, prefix, code)))
                return code;
    return text;
}

static void put_cell(struct arena *arena, struct value *row, const char *column, struct str text)
{
    int64_t n;
    if (value_get(row, column))
        return;
    if (str_equal_cstr(STR("id"), column) || str_equal_cstr(STR("revision"), column)) {
        if (str_parse_int64(text, &n) && n > 0)
            value_put_int(arena, row, column, n);
        return;
    }
    if (str_equal_cstr(STR("kind"), column))
        text = choice_code(arena, UNIT_KINDS, "unit_kind", text);
    else if (str_equal_cstr(STR("sector"), column))
        text = choice_code(arena, UNIT_SECTORS, "unit_sector", text);
    value_put_text(arena, row, column, text);
}

static void read_rows(struct arena *arena, const struct sheet_grid *grid, const struct sheet_map *map,
                      struct value *list)
{
    for (size_t i = grid->head_index + 1; i < grid->row_count; i++) {
        struct value *row = value_new_map(arena);
        bool is_filled = false;
        value_put_int(arena, row, "row", grid->rows[i].number);
        for (size_t c = 0; c < grid->column_count; c++) {
            struct str text = str_trim(grid->rows[i].cells[c]);
            if (!map->columns[c])
                continue;
            is_filled |= text.n > 0;
            put_cell(arena, row, map->columns[c], text);
        }
        if (is_filled)
            value_add(list, row);
    }
}

enum rc unit_table_read(struct ctx *ctx, const struct document *document, struct value **ret_input)
{
    struct arena *arena = ctx->arena;
    struct value *input = value_new_map(arena), *names = sheet_names(arena, document);
    struct value *units = value_put_list(arena, input, "units"), *people = value_put_list(arena, input, "people");
    bool is_known = false;
    if (document->format != FORMAT_XLSX && document->format != FORMAT_CSV)
        return ctx_fail_key(ctx, RC_UNSUPPORTED, "import.not_a_sheet");
    VALUE_EACH (name, names) {
        struct sheet_grid grid;
        TRY(sheet_from_document(ctx, document, name->text, &grid));
        if (grid.head_index == SIZE_MAX)
            continue;
        struct sheet_map as_units = map_heads(arena, &grid, false), as_people = map_heads(arena, &grid, true);
        TRY(arena_rc(arena));
        bool is_person = as_people.known > as_units.known;
        const struct sheet_map *map = is_person ? &as_people : &as_units;
        if (map->known < HEADS_KNOWN_MIN)
            continue;
        is_known = true;
        read_rows(arena, &grid, map, is_person ? people : units);
    }
    TRY(arena_rc(arena));
    if (!is_known)
        return ctx_fail_key(ctx, RC_NOT_FOUND, "unit_import.no_sheet");
    *ret_input = input;
    return RC_OK;
}
