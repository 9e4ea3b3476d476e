/* xlsx_write.c: the only file that knows libxlsxwriter; see xlsx_write.h.
 *
 * Rows go straight to the library's temporary file (constant_memory), so memory does not grow with them; the
 * filter's last row is known, and set, at the end.  The library takes doubles: whole numbers up to 15 digits are exact
 * in them, longer ones are written as text.
 */
#include "publish/xlsx_write.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <xlsxwriter.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "text/utf8.h"

enum {
    STAMP_BYTES = 512,
    CELL_CHARS_MAX = 32767,
    LINE_POINTS = 15, /* of a line of a cell in the default font */
    ROW_POINTS_MAX = 405,
    PAPER_A4 = 9,
    SHEET_NAME_CHARS_MAX = 31,
    ROWS_MAX = 1048575,
    CELL_BYTES_MAX = 4 << 20,
    META_BYTES_MAX = 1 << 20,
    DEFAULT_CREATED_S = 946684800, /* 2000-01-01 */
    SERIAL_OF_1970 = 25569,
    FIRST_SAFE_SERIAL = 61 /* before March 1900 the serial numbers of spreadsheets are wrong by the leap day of 1900 */
};

static const int64_t exact_number_max = 999999999999999;

struct sheet_column {
    enum xlsx_kind kind;
    lxw_format *format;
    bool is_open;
    int least, most;
    int wrap_chars; /* half-width characters on a line of a cell whose text breaks into lines; 0: it does not */
    int list;       /* which of the lists may be chosen from, -1: none */
    struct str help;
};

struct xlsx_write {
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    char *path;
    struct sheet_column columns[XLSX_COLUMNS_MAX];
    size_t column_count;
    bool has_ids;
    lxw_row_t next_row;
    int sheet_count;
    long cut_count;
    lxw_format *head_format, *formats[XLSX_PERCENT + 1], *wrapped_format, *open_formats[XLSX_PERCENT + 1];
    const char *const *lists[XLSX_LISTS_MAX];
    int list_count;
    struct buf text; /* one cell, NUL-terminated */
    struct buf meta; /* lines of "_bihuan": sheet, column, field */
    bool has_meta;
    char kind[64];
    char stamp[STAMP_BYTES];
};

static enum rc failed(struct ctx *ctx, const struct xlsx_write *write, lxw_error error)
{
    if (error == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return RC_NOMEM;
    return ctx_fail_format(ctx, RC_IO, NULL, "%s: %s", write->path, lxw_strerror(error));
}

/* s as a NUL-terminated string of at most max_chars UTF-16 units, the limit that spreadsheets count in. */
static const char *as_cstr(struct xlsx_write *write, struct str s, size_t max_chars)
{
    size_t at = 0, units = 0, fits = 0;
    uint32_t code;
    if (s.n > max_chars) {
        while (at < s.n && utf8_decode(s, &at, &code)) {
            units += code > 0xFFFF ? 2 : 1;
            if (units < max_chars)
                fits = at;
            if (units > max_chars)
                break;
        }
    }
    buf_reset(&write->text);
    if (units > max_chars) {
        write->cut_count++;
        buf_add(&write->text, str_slice(s, 0, fits));
        buf_add(&write->text, STR("\xe2\x80\xa6"));
    } else {
        buf_add(&write->text, s);
    }
    buf_add_bytes(&write->text, "", 0);
    return buf_rc(&write->text) == RC_OK && write->text.p ? write->text.p : "";
}

static lxw_format *new_format(lxw_workbook *workbook, const char *number_format, bool is_wrapped)
{
    lxw_format *format = workbook_add_format(workbook);
    if (!format)
        return NULL;
    format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    if (number_format)
        format_set_num_format(format, number_format);
    if (is_wrapped)
        format_set_text_wrap(format);
    return format;
}

static bool make_formats(struct xlsx_write *write)
{
    static const char *const number_formats[] = {[XLSX_TEXT] = NULL,
                                                 [XLSX_INT] = "0",
                                                 [XLSX_MONEY] = "#,##0.00;[Red](#,##0.00)",
                                                 [XLSX_DATE] = "yyyy-mm-dd",
                                                 [XLSX_PERCENT] = "0.00%"};
    for (int kind = XLSX_TEXT; kind <= XLSX_PERCENT; kind++)
        if (!(write->formats[kind] = new_format(write->workbook, number_formats[kind], false)) ||
            !(write->open_formats[kind] = new_format(write->workbook, number_formats[kind], kind == XLSX_TEXT)))
            return false;
    write->wrapped_format = new_format(write->workbook, NULL, true);
    write->head_format = new_format(write->workbook, NULL, true);
    if (!write->wrapped_format || !write->head_format)
        return false;
    for (int kind = XLSX_TEXT; kind <= XLSX_PERCENT; kind++) {
        format_set_unlocked(write->open_formats[kind]);
        format_set_bg_color(write->open_formats[kind], 0xfff9e5);
        format_set_border(write->open_formats[kind], LXW_BORDER_HAIR);
    }
    format_set_bold(write->head_format);
    format_set_bottom(write->head_format, LXW_BORDER_THIN);
    return true;
}

static void set_properties(struct xlsx_write *write, const struct xlsx_book *book)
{
    char title[300], author[300];
    (void)snprintf(title, sizeof title, "%.*s", STR_ARG(utf8_cut_bytes(book->title, sizeof title - 1)));
    (void)snprintf(author, sizeof author, "%.*s", STR_ARG(utf8_cut_bytes(book->author, sizeof author - 1)));
    lxw_doc_properties properties = {.title = title, .author = author};
    properties.created = book->created_ms > 0 ? (time_t)(book->created_ms / 1000) : (time_t)DEFAULT_CREATED_S;
    (void)workbook_set_properties(write->workbook, &properties);
}

enum rc xlsx_write_open(struct ctx *ctx, const char *path, const struct xlsx_book *book, struct xlsx_write **ret_write)
{
    struct xlsx_write *write = alloc_zeroed(1, sizeof *write);
    if (!write)
        return RC_NOMEM;
    buf_init(&write->text, CELL_BYTES_MAX);
    buf_init(&write->meta, META_BYTES_MAX);
    struct buf copy;
    buf_init(&copy, META_BYTES_MAX);
    buf_add_cstr(&copy, path);
    write->path = copy.p; /* handed over */
    if (buf_rc(&copy) != RC_OK) {
        xlsx_write_drop(write);
        return buf_rc(&copy);
    }
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE};
    write->workbook = workbook_new_opt(path, &options);
    if (!write->workbook || !make_formats(write)) {
        xlsx_write_drop(write);
        return ctx_fail_format(ctx, RC_IO, NULL, "%s", path);
    }
    set_properties(write, book);
    write->has_meta = book->kind.n > 0;
    (void)snprintf(write->stamp, sizeof write->stamp, "%.*s", STR_ARG(book->stamp));
    (void)snprintf(write->kind, sizeof write->kind, "%.*s",
                   STR_ARG(utf8_cut_bytes(book->kind, sizeof write->kind - 1)));
    *ret_write = write;
    return RC_OK;
}

/* Letters, digits and Chinese stay; what spreadsheets refuse in a sheet's name becomes a space. */
static const char *sheet_name(struct xlsx_write *write, struct str name)
{
    (void)as_cstr(write, name, SHEET_NAME_CHARS_MAX);
    for (size_t i = 0; i < write->text.n; i++)
        if (strchr("[]:*?/\\", write->text.p[i]) || (write->text.p[i] == '\'' && (i == 0 || i + 1 == write->text.n)))
            write->text.p[i] = ' ';
    return write->text.n ? write->text.p : "Sheet";
}

static lxw_datetime as_datetime(int32_t day)
{
    char text[DATE_TEXT_BYTES];
    lxw_datetime at = {.year = 2000, .month = 1, .day = 1};
    (void)sscanf(date_format(day, text).p, "%d-%d-%d", &at.year, &at.month, &at.day);
    return at;
}

static int list_length(const char *const *choices)
{
    int n = 0;
    while (choices[n])
        n++;
    return n;
}

/* The same list of several columns and sheets stands once; -1 when there are no more. */
static int add_list(struct xlsx_write *write, const char *const *choices)
{
    for (int i = 0; i < write->list_count; i++)
        if (write->lists[i] == choices)
            return i;
    if (!choices || write->list_count == XLSX_LISTS_MAX)
        return -1;
    write->lists[write->list_count] = choices;
    return write->list_count++;
}

static void set_range(lxw_data_validation *check, const struct sheet_column *column)
{
    static const uint8_t types[] = {[XLSX_TEXT] = LXW_VALIDATION_TYPE_ANY,
                                    [XLSX_INT] = LXW_VALIDATION_TYPE_INTEGER,
                                    [XLSX_MONEY] = LXW_VALIDATION_TYPE_DECIMAL,
                                    [XLSX_DATE] = LXW_VALIDATION_TYPE_DATE,
                                    [XLSX_PERCENT] = LXW_VALIDATION_TYPE_DECIMAL};
    double scale = column->kind == XLSX_PERCENT ? 100 : 1;
    check->validate = types[column->kind];
    check->criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
    if (column->kind == XLSX_DATE) {
        check->minimum_datetime = as_datetime(column->least);
        check->maximum_datetime = as_datetime(column->most);
    } else {
        check->minimum_number = column->least / scale;
        check->maximum_number = column->most / scale;
    }
}

static void add_check(struct xlsx_write *write, lxw_col_t at, const struct sheet_column *column)
{
    char help[256], formula[64];
    (void)snprintf(help, sizeof help, "%.*s", STR_ARG(utf8_cut_bytes(column->help, sizeof help - 1)));
    lxw_data_validation check = {.validate = LXW_VALIDATION_TYPE_ANY,
                                 .input_message = help,
                                 .ignore_blank = LXW_VALIDATION_ON,
                                 .error_message = help};
    if (column->list >= 0) {
        char letter = (char)('A' + column->list);
        (void)snprintf(formula, sizeof formula, "=_lists!$%c$1:$%c$%d", letter, letter,
                       list_length(write->lists[column->list]));
        check.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        check.value_formula = formula;
    } else if (column->most > 0) {
        set_range(&check, column);
    }
    (void)worksheet_data_validation_range(write->sheet, 1, at, write->next_row > 1 ? write->next_row - 1 : 1, at,
                                          &check);
}

/* Keys stay as they are; columns that people fill in are open. */
static void lock_sheet(struct xlsx_write *write)
{
    bool has_open = false;
    for (size_t i = 0; i < write->column_count; i++) {
        if (write->columns[i].is_open)
            add_check(write, (lxw_col_t)i, &write->columns[i]);
        has_open |= write->columns[i].is_open;
    }
    lxw_protection allowed = {.format_columns = 1, .format_rows = 1, .sort = 1, .autofilter = 1};
    if (has_open)
        worksheet_protect(write->sheet, NULL, &allowed);
}

static void finish_sheet(struct xlsx_write *write)
{
    if (!write->sheet)
        return;
    lock_sheet(write);
    lxw_col_t last = (lxw_col_t)(write->column_count + (write->has_ids ? 2 : 0) - 1);
    (void)worksheet_autofilter(write->sheet, 0, 0, write->next_row - 1, last);
    write->sheet = NULL;
}

static int default_width(enum xlsx_kind kind)
{
    static const int widths[] = {
        [XLSX_TEXT] = 24, [XLSX_INT] = 10, [XLSX_MONEY] = 16, [XLSX_DATE] = 12, [XLSX_PERCENT] = 10};
    return widths[kind];
}

static enum rc write_head(struct ctx *ctx, struct xlsx_write *write, const struct xlsx_column *columns,
                          const char *name)
{
    struct str sheet = arena_copy_str(ctx->arena, str_from_cstr(name));
    TRY(arena_rc(ctx->arena));
    for (size_t i = 0; i < write->column_count; i++) {
        const struct xlsx_column *column = &columns[i];
        bool is_wrapped = column->kind == XLSX_TEXT && column->is_wrapped;
        write->columns[i] = (struct sheet_column){.kind = column->kind,
                                                  .format = column->is_open ? write->open_formats[column->kind]
                                                            : is_wrapped    ? write->wrapped_format
                                                                            : write->formats[column->kind],
                                                  .is_open = column->is_open,
                                                  .least = column->least,
                                                  .most = column->most,
                                                  .list = add_list(write, column->choices),
                                                  .help = arena_copy_str(ctx->arena, column->help)};
        int width = column->width_chars > 0 ? column->width_chars : default_width(column->kind);
        write->columns[i].wrap_chars = is_wrapped || (column->is_open && column->kind == XLSX_TEXT) ? width : 0;
        (void)worksheet_set_column(write->sheet, (lxw_col_t)i, (lxw_col_t)i, width, NULL);
        lxw_error error = worksheet_write_string(write->sheet, 0, (lxw_col_t)i,
                                                 as_cstr(write, column->title, CELL_CHARS_MAX), write->head_format);
        if (error)
            return failed(ctx, write, error);
        buf_add_format(&write->meta, "%.*s\t%zu\t%.*s\t", STR_ARG(sheet), i + 1, STR_ARG(column->field));
        for (size_t k = 0; k < column->title.n; k++)
            buf_add_char(&write->meta,
                         column->title.p[k] == '\t' || column->title.p[k] == '\n' ? ' ' : column->title.p[k]);
        buf_add_char(&write->meta, '\n');
    }
    if (write->has_ids) {
        lxw_col_t at = (lxw_col_t)write->column_count;
        lxw_row_col_options hidden = {.hidden = LXW_TRUE};
        (void)worksheet_set_column_opt(write->sheet, at, (lxw_col_t)(at + 1), 12, NULL, &hidden);
        (void)worksheet_write_string(write->sheet, 0, at, "_id", write->head_format);
        (void)worksheet_write_string(write->sheet, 0, (lxw_col_t)(at + 1), "_revision", write->head_format);
    }
    return buf_rc(&write->meta);
}

enum rc xlsx_write_sheet(struct ctx *ctx, struct xlsx_write *write, struct str name, const struct xlsx_column *columns,
                         size_t column_count, bool has_ids)
{
    if (column_count == 0 || column_count > XLSX_COLUMNS_MAX || write->sheet_count == XLSX_SHEETS_MAX)
        return ctx_fail_format(ctx, RC_INVALID, "export.too_many_columns", "%d", XLSX_COLUMNS_MAX);
    finish_sheet(write);
    const char *clean_name = sheet_name(write, name);
    if (workbook_get_worksheet_by_name(write->workbook, clean_name))
        return ctx_fail_format(ctx, RC_INVALID, "export.sheet_name_taken", "%s", clean_name);
    write->sheet = workbook_add_worksheet(write->workbook, clean_name);
    if (!write->sheet)
        return ctx_fail_format(ctx, RC_INVALID, "export.sheet_name_taken", "%s", clean_name);
    write->sheet_count++;
    write->column_count = column_count;
    write->has_ids = has_ids;
    write->next_row = 1;
    worksheet_freeze_panes(write->sheet, 1, has_ids ? 1 : 0); /* who fills in a row sees which it is */
    worksheet_repeat_rows(write->sheet, 0, 0);
    worksheet_set_landscape(write->sheet);
    worksheet_set_paper(write->sheet, PAPER_A4);
    worksheet_fit_to_pages(write->sheet, 1, 0);
    worksheet_gridlines(write->sheet, LXW_SHOW_ALL_GRIDLINES);
    (void)worksheet_set_header(write->sheet, "&C&A");
    (void)worksheet_set_footer(write->sheet, "&C&P / &N");
    return write_head(ctx, write, columns, clean_name);
}

static lxw_error write_number(struct xlsx_write *write, lxw_col_t at, int64_t number, double scale, lxw_format *format)
{
    if (number > exact_number_max || number < -exact_number_max) {
        char text[24];
        (void)snprintf(text, sizeof text, "%lld", (long long)number);
        return worksheet_write_string(write->sheet, write->next_row, at, text, format);
    }
    return worksheet_write_number(write->sheet, write->next_row, at, (double)number / scale, format);
}

static lxw_error write_cell(struct xlsx_write *write, lxw_col_t at, const struct sheet_column *column,
                            const struct xlsx_cell *cell)
{
    char date[DATE_TEXT_BYTES];
    if (cell->is_null)
        return worksheet_write_blank(write->sheet, write->next_row, at, column->format);
    switch (column->kind) {
    case XLSX_TEXT:
        return worksheet_write_string(write->sheet, write->next_row, at, as_cstr(write, cell->text, CELL_CHARS_MAX),
                                      column->format);
    case XLSX_INT:
        return write_number(write, at, cell->number, 1, column->format);
    case XLSX_MONEY:
        return write_number(write, at, cell->number, 100, column->format);
    case XLSX_PERCENT:
        return write_number(write, at, cell->number, 10000, column->format);
    case XLSX_DATE:
        if (cell->number + SERIAL_OF_1970 < FIRST_SAFE_SERIAL)
            return worksheet_write_string(write->sheet, write->next_row, at, date_format((int32_t)cell->number, date).p,
                                          column->format);
        return worksheet_write_number(write->sheet, write->next_row, at, (double)(cell->number + SERIAL_OF_1970),
                                      column->format);
    }
    return LXW_NO_ERROR;
}

/* Lines that a text takes in a column: Chinese is two wide, and words may leave a little room at the end of a line. */
static int count_lines(struct str text, int wrap_chars)
{
    int lines = 1, wide = 0;
    uint32_t code;
    for (size_t at = 0; at < text.n && utf8_decode(text, &at, &code);) {
        int one = code == '\n' ? 0 : code < 0x1100 ? 1 : 2;
        if (code == '\n' || wide + one > wrap_chars) {
            lines++;
            wide = 0;
        }
        wide += one;
    }
    return lines;
}

/* Programs other than Excel do not measure rows when they open a file: the text would be cut off, in print too. */
static lxw_error set_height(struct xlsx_write *write, const struct xlsx_cell *cells)
{
    int lines = 1;
    for (size_t i = 0; i < write->column_count; i++) {
        const struct sheet_column *column = &write->columns[i];
        int needs = column->wrap_chars && !cells[i].is_null ? count_lines(cells[i].text, column->wrap_chars) : 1;
        lines = needs > lines ? needs : lines;
    }
    if (lines == 1)
        return LXW_NO_ERROR;
    int points = lines > ROW_POINTS_MAX / LINE_POINTS ? ROW_POINTS_MAX : lines * LINE_POINTS;
    return worksheet_set_row(write->sheet, write->next_row, points, NULL);
}

enum rc xlsx_write_row(struct ctx *ctx, struct xlsx_write *write, const struct xlsx_cell *cells, struct str id,
                       int64_t revision)
{
    if (write->next_row > ROWS_MAX)
        return ctx_fail_format(ctx, RC_TOO_LARGE, "export.too_many_rows", "%d", ROWS_MAX);
    lxw_error tall = set_height(write, cells);
    if (tall)
        return failed(ctx, write, tall);
    for (size_t i = 0; i < write->column_count; i++) {
        lxw_error error = write_cell(write, (lxw_col_t)i, &write->columns[i], &cells[i]);
        if (error)
            return failed(ctx, write, error);
    }
    if (write->has_ids) {
        lxw_col_t at = (lxw_col_t)write->column_count;
        lxw_error error =
            worksheet_write_string(write->sheet, write->next_row, at, as_cstr(write, id, CELL_CHARS_MAX), NULL);
        if (!error)
            error = worksheet_write_number(write->sheet, write->next_row, (lxw_col_t)(at + 1), (double)revision, NULL);
        if (error)
            return failed(ctx, write, error);
    }
    write->next_row++;
    return RC_OK;
}

long xlsx_write_cut_count(const struct xlsx_write *write) { return write->cut_count; }

/* The hidden sheet for the round trip: what this book is and which column is which field. */
static enum rc write_meta(struct ctx *ctx, struct xlsx_write *write)
{
    lxw_worksheet *sheet = workbook_add_worksheet(write->workbook, "_bihuan");
    if (!sheet)
        return RC_NOMEM;
    worksheet_hide(sheet);
    lxw_error error = worksheet_write_string(sheet, 0, 0, "bihuan", NULL);
    if (!error)
        error = worksheet_write_number(sheet, 0, 1, 1, NULL);
    if (!error && write->stamp[0])
        error = worksheet_write_string(sheet, 0, 2, write->stamp, NULL);
    if (!error)
        error = worksheet_write_string(sheet, 1, 0, "kind", NULL);
    if (!error)
        error = worksheet_write_string(sheet, 1, 1, write->kind, NULL);
    struct str rest = buf_str(&write->meta), line, part;
    for (lxw_row_t row = 2; !error && str_split_next(&rest, '\n', &line); row++)
        for (lxw_col_t column = 0; !error && str_split_next(&line, '\t', &part); column++)
            if (part.n)
                error = worksheet_write_string(sheet, row, column, as_cstr(write, part, CELL_CHARS_MAX), NULL);
    return error ? failed(ctx, write, error) : RC_OK;
}

/* Rows of a sheet come in order: the lists stand side by side. */
static enum rc write_lists(struct ctx *ctx, struct xlsx_write *write)
{
    lxw_worksheet *sheet = write->list_count ? workbook_add_worksheet(write->workbook, "_lists") : NULL;
    lxw_error error = LXW_NO_ERROR;
    if (!write->list_count)
        return RC_OK;
    if (!sheet)
        return RC_NOMEM;
    worksheet_hide(sheet);
    bool goes_on = true;
    for (lxw_row_t row = 0; goes_on && !error; row++) {
        goes_on = false;
        for (int i = 0; i < write->list_count && !error; i++)
            if ((int)row < list_length(write->lists[i])) {
                error = worksheet_write_string(sheet, row, (lxw_col_t)i, write->lists[i][row], NULL);
                goes_on = true;
            }
    }
    return error ? failed(ctx, write, error) : RC_OK;
}

enum rc xlsx_write_close(struct ctx *ctx, struct xlsx_write *write)
{
    finish_sheet(write);
    enum rc rc = write->has_meta ? write_meta(ctx, write) : RC_OK;
    if (rc == RC_OK)
        rc = write_lists(ctx, write);
    if (rc == RC_OK) {
        lxw_error error = workbook_close(write->workbook); /* frees it, also on failure */
        write->workbook = NULL;
        rc = error ? failed(ctx, write, error) : RC_OK;
        if (error)
            (void)unlink(write->path);
    }
    xlsx_write_drop(write);
    return rc;
}

void xlsx_write_drop(struct xlsx_write *write)
{
    if (!write)
        return;
    lxw_workbook_free(write->workbook);
    buf_done(&write->text);
    buf_done(&write->meta);
    alloc_free(write->path);
    alloc_free(write);
}
