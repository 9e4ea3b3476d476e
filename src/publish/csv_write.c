/* csv_write.c: see csv_write.h. */
#include "publish/csv_write.h"

#include "base/clock.h"
#include "text/utf8.h"

/* The first character makes a spreadsheet calculate: = + - @, in full width too, tab and carriage return. */
static bool is_formula(struct str s)
{
    size_t at = 0;
    uint32_t code;
    if (!utf8_decode(s, &at, &code))
        return false;
    switch (code) {
    case '=':
    case '+':
    case '-':
    case '@':
    case '\t':
    case '\r':
    case '\n':
    case 0xFF1D:
    case 0xFF0B:
    case 0xFF0D:
    case 0xFF20:
        return true;
    default:
        return false;
    }
}

void csv_write_text(struct buf *out, struct str s)
{
    bool has_guard = is_formula(s), has_quotes = false;
    for (size_t i = 0; i < s.n && !has_quotes; i++)
        has_quotes =
            s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == ';' || s.p[i] == '\t';
    if (has_quotes)
        buf_add_char(out, '"');
    if (has_guard)
        buf_add_char(out, '\'');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '"')
            continue;
        buf_add(out, str_slice(s, from, i + 1));
        from = i; /* the quote again */
    }
    buf_add(out, str_slice(s, from, s.n));
    if (has_quotes)
        buf_add_char(out, '"');
}

static void write_hundredths(struct buf *out, int64_t number)
{
    uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    buf_add_format(out, "%s%llu.%02llu", number < 0 ? "-" : "", (unsigned long long)(size / 100),
                   (unsigned long long)(size % 100));
}

static void write_cell(struct buf *out, enum xlsx_kind kind, const struct xlsx_cell *cell)
{
    char date[DATE_TEXT_BYTES];
    if (cell->is_null)
        return;
    switch (kind) {
    case XLSX_TEXT:
        csv_write_text(out, cell->text);
        break;
    case XLSX_INT:
        buf_add_int64(out, cell->number);
        break;
    case XLSX_MONEY:
        write_hundredths(out, cell->number);
        break;
    case XLSX_PERCENT:
        write_hundredths(out, cell->number);
        buf_add_char(out, '%');
        break;
    case XLSX_DATE:
        buf_add(out, date_format((int32_t)cell->number, date));
        break;
    }
}

void csv_write_head(struct buf *out, const struct xlsx_column *columns, size_t column_count)
{
    buf_add(out, STR("\xef\xbb\xbf"));
    for (size_t i = 0; i < column_count; i++) {
        buf_add(out, i ? STR(",") : STR(""));
        csv_write_text(out, columns[i].title);
    }
    buf_add(out, STR("\r\n"));
}

void csv_write_row(struct buf *out, const struct xlsx_column *columns, const struct xlsx_cell *cells,
                   size_t column_count)
{
    for (size_t i = 0; i < column_count; i++) {
        buf_add(out, i ? STR(",") : STR(""));
        write_cell(out, columns[i].kind, &cells[i]);
    }
    buf_add(out, STR("\r\n"));
}

void jsonl_write(struct buf *out, const struct value *v)
{
    value_write_json(out, v, false);
    buf_add_char(out, '\n');
}
