/* reader_xlsx.c: spreadsheets.  Source: ECMA-376 part 1, 18 (SpreadsheetML).
 *
 * Every sheet is a table; each filled cell a paragraph with the place "Sheet1!B7".  Sheets are read as a stream, for a
 * ledger may have a million cells; only shared strings and styles are kept as trees.
 */
#include <string.h>

#include "intake/reader_number.h"
#include "intake/reader_office.h"

enum show { SHOW_PLAIN, SHOW_DATE, SHOW_PERCENT };

struct cell {
    int row, column;
    struct str text;
    int row_span, column_span;
};

struct xlsx {
    struct reader *reader;
    struct zip_package *package;
    VEC(struct str) strings;
    VEC(enum show) styles; /* by index of cellXfs */
    bool is_1904;
    /* the sheet being read */
    VEC(struct cell) cells;
    struct cell cell;
    struct str type;
    enum show show;
    struct buf value, inline_text;
    bool in_value, in_inline, in_text, in_phonetic, has_formula;
    long formulas, formulas_without_value, errors;
    int row;
};

/* "_x000D_" stands for a character that XML cannot hold.  Source: 22.9.2.19. */
static struct str unescape(struct reader *reader, struct str s)
{
    if (str_find(s, STR("_x"), 0) == SIZE_MAX)
        return s;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, s.n + 16);
    for (size_t i = 0; i < s.n; i++) {
        uint32_t c = 0;
        bool is_escape = i + 7 <= s.n && s.p[i] == '_' && s.p[i + 1] == 'x' && s.p[i + 6] == '_';
        for (size_t k = i + 2; is_escape && k < i + 6; k++) {
            char h = s.p[k];
            int digit = h >= '0' && h <= '9'                     ? h - '0'
                        : (h | 0x20) >= 'a' && (h | 0x20) <= 'f' ? (h | 0x20) - 'a' + 10
                                                                 : -1;
            is_escape = digit >= 0;
            c = c * 16 + (uint32_t)(digit & 15);
        }
        if (!is_escape) {
            buf_add_char(&out, s.p[i]);
            continue;
        }
        if (c >= 0x20 || c == '\n' || c == '\t')
            reader_put_char(&out, c);
        i += 6;
    }
    return buf_rc(&out) == RC_OK ? arena_copy_str(reader->scratch, buf_str(&out)) : STR_EMPTY;
}

/* Text of an <si> or <is>: <t> and <r><t>, without the reading aids <rPh>. */
static struct str rich_text(struct reader *reader, const struct xml_node *item)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, READER_PARAGRAPH_MAX);
    for (const struct xml_node *node = item->first; node; node = node->next) {
        const struct xml_node *t = xml_is(node, "t") ? node : xml_is(node, "r") ? xml_child(node, "t") : NULL;
        for (const struct xml_node *text = t ? t->first : NULL; text; text = text->next)
            buf_add(&out, text->text);
    }
    return buf_rc(&out) == RC_OK ? unescape(reader, arena_copy_str(reader->scratch, buf_str(&out))) : STR_EMPTY;
}

static enum rc read_strings(struct xlsx *xlsx, struct str part)
{
    const struct xml_node *root = NULL;
    if (part.n)
        TRY(office_part(xlsx->package, xlsx->reader, part, &root));
    for (const struct xml_node *item = xml_child(root, "si"); item; item = xml_next(item))
        if (!VEC_PUSH(xlsx->reader->scratch, &xlsx->strings, rich_text(xlsx->reader, item)))
            return reader_no_room(xlsx->reader, arena_rc(xlsx->reader->scratch));
    return RC_OK;
}

/* Built-in formats.  Source: 18.8.30; 27..36 and 50..58 are the East Asian dates. */
static enum show show_of(const struct xml_node *root, int64_t id)
{
    if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || id == 45 || id == 47 || (id >= 50 && id <= 58))
        return SHOW_DATE;
    if (id == 9 || id == 10)
        return SHOW_PERCENT;
    if (id < 164)
        return SHOW_PLAIN;
    for (const struct xml_node *format = xml_child(xml_child(root, "numFmts"), "numFmt"); format;
         format = xml_next(format))
        if (xml_attribute_int(format, "numFmtId", -1) == id) {
            struct str code = xml_attribute(format, "formatCode");
            return number_is_date_format(code) ? SHOW_DATE : number_is_percent_format(code) ? SHOW_PERCENT : SHOW_PLAIN;
        }
    return SHOW_PLAIN;
}

static enum rc read_styles(struct xlsx *xlsx, struct str part)
{
    const struct xml_node *root = NULL;
    if (part.n)
        TRY(office_part(xlsx->package, xlsx->reader, part, &root));
    for (const struct xml_node *xf = xml_child(xml_child(root, "cellXfs"), "xf"); xf; xf = xml_next(xf))
        if (!VEC_PUSH(xlsx->reader->scratch, &xlsx->styles, show_of(root, xml_attribute_int(xf, "numFmtId", 0))))
            return reader_no_room(xlsx->reader, arena_rc(xlsx->reader->scratch));
    return RC_OK;
}

/* "BC12" to column and row; false when it is no cell. */
static bool parse_cell_name(struct str s, int *ret_row, int *ret_column)
{
    int64_t column = 0, row = 0;
    size_t at = 0;
    for (; at < s.n && s.p[at] >= 'A' && s.p[at] <= 'Z' && at < 4; at++)
        column = column * 26 + (s.p[at] - 'A' + 1);
    if (!str_parse_int64(str_slice(s, at, s.n), &row) || at == 0 || column > READER_COLUMN_MAX || row < 1 ||
        row > READER_ROW_MAX)
        return false;
    *ret_row = (int)row;
    *ret_column = (int)column;
    return true;
}

static struct str cell_name(struct arena *arena, int row, int column)
{
    char letters[8];
    int n = 0;
    for (int c = column; c > 0 && n < 7; c = (c - 1) / 26)
        letters[n++] = (char)('A' + (c - 1) % 26);
    char name[8];
    for (int i = 0; i < n; i++)
        name[i] = letters[n - 1 - i];
    return arena_format(arena, "%.*s%d", n, name, row);
}

static struct str cell_text(struct xlsx *xlsx)
{
    struct reader *reader = xlsx->reader;
    struct str value = buf_str(&xlsx->value);
    if (str_equal_cstr(xlsx->type, "s")) {
        int64_t at;
        return str_parse_int64(str_trim(value), &at) && at >= 0 && (size_t)at < xlsx->strings.n ? xlsx->strings.p[at]
                                                                                                : STR_EMPTY;
    }
    if (str_equal_cstr(xlsx->type, "inlineStr"))
        return unescape(reader, arena_copy_str(reader->scratch, buf_str(&xlsx->inline_text)));
    if (str_equal_cstr(xlsx->type, "str"))
        return unescape(reader, arena_copy_str(reader->scratch, value));
    if (str_equal_cstr(xlsx->type, "b"))
        return str_equal_cstr(value, "1") ? STR("TRUE") : STR("FALSE");
    xlsx->errors += str_equal_cstr(xlsx->type, "e");
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 2048);
    bool is_number = !xlsx->type.n || str_equal_cstr(xlsx->type, "n");
    bool is_done = false;
    if (is_number && xlsx->show == SHOW_DATE)
        is_done = number_format_date(&out, str_trim(value), xlsx->is_1904);
    if (is_number && !is_done) {
        buf_reset(&out);
        is_done = number_format(&out, str_trim(value), xlsx->show == SHOW_PERCENT ? 2 : 0);
        if (is_done && xlsx->show == SHOW_PERCENT)
            buf_add_char(&out, '%');
    }
    return arena_copy_str(reader->scratch, is_done && buf_rc(&out) == RC_OK ? buf_str(&out) : value);
}

static void start_row(struct xlsx *xlsx, const char **attributes)
{
    int64_t row;
    bool is_told = str_parse_int64(xml_list_attribute(attributes, "r"), &row) && row >= 1 && row <= READER_ROW_MAX;
    xlsx->row = is_told ? (int)row : xlsx->row + 1;
    xlsx->cell.column = 0;
}

static void start_cell(struct xlsx *xlsx, const char **attributes)
{
    int64_t style;
    struct cell cell = {.row = xlsx->row, .column = xlsx->cell.column + 1, .row_span = 1, .column_span = 1};
    (void)parse_cell_name(xml_list_attribute(attributes, "r"), &cell.row, &cell.column);
    xlsx->cell = cell;
    xlsx->type = arena_copy_str(xlsx->reader->scratch, xml_list_attribute(attributes, "t"));
    bool is_styled =
        str_parse_int64(xml_list_attribute(attributes, "s"), &style) && style >= 0 && (size_t)style < xlsx->styles.n;
    xlsx->show = is_styled ? xlsx->styles.p[style] : SHOW_PLAIN;
    xlsx->has_formula = false;
    buf_reset(&xlsx->value);
    buf_reset(&xlsx->inline_text);
}

/* Cells come in order, so one is found by bisection; NULL: it is empty. */
static struct cell *find_cell(struct xlsx *xlsx, int row, int column)
{
    size_t low = 0, high = xlsx->cells.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct cell *c = &xlsx->cells.p[middle];
        if (c->row < row || (c->row == row && c->column < column))
            low = middle + 1;
        else
            high = middle;
    }
    bool is_found = low < xlsx->cells.n && xlsx->cells.p[low].row == row && xlsx->cells.p[low].column == column;
    return is_found ? &xlsx->cells.p[low] : NULL;
}

/* "B2:C5": the cell in the corner stands for all. */
static void merge_cells(struct xlsx *xlsx, struct str range)
{
    struct str from;
    int row, column, last_row, last_column;
    if (!str_split_next(&range, ':', &from) || !parse_cell_name(from, &row, &column) ||
        !parse_cell_name(range, &last_row, &last_column) || last_row < row || last_column < column)
        return;
    struct cell *corner = find_cell(xlsx, row, column);
    if (!corner)
        return;
    corner->row_span = last_row - row + 1;
    corner->column_span = last_column - column + 1;
}

static enum rc on_start(void *user, struct str name, const char **attributes)
{
    struct xlsx *xlsx = user;
    if (str_equal_cstr(name, "row"))
        start_row(xlsx, attributes);
    else if (str_equal_cstr(name, "c"))
        start_cell(xlsx, attributes);
    else if (str_equal_cstr(name, "mergeCell"))
        merge_cells(xlsx, xml_list_attribute(attributes, "ref"));
    xlsx->has_formula |= str_equal_cstr(name, "f");
    xlsx->in_value = str_equal_cstr(name, "v");
    xlsx->in_inline |= str_equal_cstr(name, "is");
    xlsx->in_phonetic |= str_equal_cstr(name, "rPh");
    xlsx->in_text = xlsx->in_inline && !xlsx->in_phonetic && str_equal_cstr(name, "t");
    return RC_OK;
}

static enum rc on_end(void *user, struct str name)
{
    struct xlsx *xlsx = user;
    xlsx->in_value = xlsx->in_text = false;
    if (str_equal_cstr(name, "is"))
        xlsx->in_inline = false;
    if (str_equal_cstr(name, "rPh"))
        xlsx->in_phonetic = false;
    if (!str_equal_cstr(name, "c"))
        return RC_OK;
    if (buf_rc(&xlsx->value) != RC_OK || buf_rc(&xlsx->inline_text) != RC_OK)
        return reader_line_no_room(xlsx->reader,
                                   buf_rc(&xlsx->value) != RC_OK ? buf_rc(&xlsx->value) : buf_rc(&xlsx->inline_text));
    xlsx->formulas += xlsx->has_formula && xlsx->value.n;
    xlsx->formulas_without_value += xlsx->has_formula && !xlsx->value.n;
    xlsx->cell.text = reader_trim(xlsx->value.n || xlsx->inline_text.n ? cell_text(xlsx) : STR_EMPTY);
    if (!xlsx->cell.text.n)
        return arena_rc(xlsx->reader->scratch);
    if (xlsx->cells.n >= READER_COUNT_MAX)
        return ctx_fail_key(xlsx->reader->ctx, RC_TOO_LARGE, "reader.too_much");
    return VEC_PUSH(xlsx->reader->scratch, &xlsx->cells, xlsx->cell) ? RC_OK : arena_rc(xlsx->reader->scratch);
}

static enum rc on_text(void *user, struct str s)
{
    struct xlsx *xlsx = user;
    if (xlsx->in_value)
        buf_add(&xlsx->value, s);
    else if (xlsx->in_text)
        buf_add(&xlsx->inline_text, s);
    return RC_OK;
}

static enum rc read_sheet(struct xlsx *xlsx, struct str part, struct str name, bool is_hidden)
{
    static const struct xml_handler handler = {on_start, on_end, on_text, false};
    struct reader *reader = xlsx->reader;
    struct str bytes;
    enum rc rc = zip_package_read(xlsx->package, part, &bytes);
    if (rc == RC_NOT_FOUND)
        return reader_damaged(reader, "reader.part_missing", name);
    TRY(rc);
    xlsx->cells.n = 0;
    xlsx->row = 0;
    xlsx->cell.column = 0;
    TRY(xml_parse(reader, bytes, part, &handler, xlsx));
    int table = ++reader->table_number;
    for (size_t i = 0; i < xlsx->cells.n; i++) {
        const struct cell *cell = &xlsx->cells.p[i];
        struct str at = cell_name(reader->scratch, cell->row, cell->column);
        struct paragraph p = {.text = cell->text,
                              .kind = PARAGRAPH_CELL,
                              .place = arena_format(reader->scratch, "%.*s!%.*s", STR_ARG(name), STR_ARG(at)),
                              .bold = -1,
                              .table = table,
                              .row = cell->row,
                              .column = cell->column,
                              .row_span = cell->row_span,
                              .column_span = cell->column_span,
                              .is_furniture = is_hidden};
        TRY(reader_add(reader, p));
    }
    return RC_OK;
}

/* Threat: links to other workbooks, and DDE, which would start a program.  None is followed; whoever opens the file
 * should know. */
static void note_links(struct xlsx *xlsx)
{
    for (size_t i = 0; zip_package_name(xlsx->package, i).n; i++)
        if (str_has_prefix(zip_package_name(xlsx->package, i), STR("xl/externalLinks/externalLink"))) {
            reader_note(xlsx->reader, "reader.note.outside_link", zip_package_name(xlsx->package, i));
            return;
        }
}

static enum rc read_workbook(struct xlsx *xlsx)
{
    struct reader *reader = xlsx->reader;
    struct str part;
    const struct xml_node *root, *relations;
    TRY(office_main_part(xlsx->package, reader, STR("xl/workbook.xml"), &part));
    TRY(office_part(xlsx->package, reader, part, &root));
    if (!root)
        return reader_damaged(reader, "reader.part_missing", part);
    TRY(office_relations(xlsx->package, reader, part, &relations));
    struct str flag = xml_attribute(xml_child(root, "workbookPr"), "date1904");
    xlsx->is_1904 = str_equal_cstr(flag, "1") || str_equal_cstr(flag, "true");
    TRY(read_strings(xlsx, office_target(reader, relations, part, "sharedStrings", STR_EMPTY)));
    TRY(read_styles(xlsx, office_target(reader, relations, part, "styles", STR_EMPTY)));
    TRY(office_title(xlsx->package, reader));
    int count = 0;
    for (const struct xml_node *sheet = xml_child(xml_child(root, "sheets"), "sheet"); sheet; sheet = xml_next(sheet)) {
        struct str name = xml_attribute(sheet, "name"), id = xml_attribute(sheet, "id");
        bool is_hidden = str_has_suffix(xml_attribute(sheet, "state"), STR("idden")); /* hidden, veryHidden */
        struct str target = office_target(reader, relations, part, NULL, id);
        if (++count > 500)
            return ctx_fail_key(reader->ctx, RC_TOO_LARGE, "reader.too_much");
        if (!reader_is_utf8(name) || name.n > 200)
            name = STR("Sheet");
        if (is_hidden)
            reader_note(reader, "reader.note.hidden_sheet", name);
        TRY(read_sheet(xlsx, target, name, is_hidden));
    }
    if (xlsx->formulas)
        reader_note_int(reader, "reader.note.formulas", xlsx->formulas);
    note_links(xlsx);
    if (xlsx->formulas_without_value)
        reader_note_int(reader, "reader.note.formula_without_value", xlsx->formulas_without_value);
    if (xlsx->errors)
        reader_note_int(reader, "reader.note.error_cells", xlsx->errors);
    return RC_OK;
}

enum rc reader_xlsx(struct reader *reader, struct str bytes)
{
    struct zip_package *package CLEANUP(zip_package_free_ptr) = NULL;
    TRY(zip_package_open(reader, bytes, &package));
    struct xlsx xlsx = {.reader = reader, .package = package};
    buf_init(&xlsx.value, READER_PARAGRAPH_MAX);
    buf_init(&xlsx.inline_text, READER_PARAGRAPH_MAX);
    enum rc rc = read_workbook(&xlsx);
    buf_done(&xlsx.value);
    buf_done(&xlsx.inline_text);
    return rc;
}
