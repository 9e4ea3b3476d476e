/* reader_txt.c: plain text (a line is a paragraph) and separated tables. */
#include <string.h>

#include "intake/reader_charset.h"
#include "intake/reader_oscal.h"
#include "intake/reader_work.h"

static size_t line_end(struct str s, size_t from)
{
    while (from < s.n && s.p[from] != '\n' && s.p[from] != '\r' && s.p[from] != '\f')
        from++;
    return from;
}

static int count_tabs(struct str line)
{
    int n = 0;
    for (size_t i = 0; i < line.n; i++)
        n += line.p[i] == '\t';
    return n;
}

/* Rows of a table copied out of a sheet: each line as many tabs. */
static enum rc add_tab_rows(struct reader *reader, struct str text, size_t from, size_t to, int tabs)
{
    int row = 0;
    reader->table_number++;
    while (from < to) {
        size_t end = line_end(text, from);
        struct str line = str_slice(text, from, end), cell;
        int column = 0;
        from = end + 1;
        if (count_tabs(line) != tabs)
            continue;
        for (row++; column <= tabs && str_split_next(&line, '\t', &cell);) {
            struct paragraph p = {
                .text = cell, .kind = PARAGRAPH_CELL, .bold = -1, .table = reader->table_number, .row = row};
            p.column = ++column;
            TRY(reader_add(reader, p));
        }
    }
    return RC_OK;
}

/* End of the run of lines that each have as many tabs as the first; blank lines may stand between. */
static size_t tab_run(struct str text, size_t at, int tabs, int *ret_rows)
{
    size_t behind = at;
    *ret_rows = 0;
    while (at < text.n) {
        size_t end = line_end(text, at);
        struct str line = str_slice(text, at, end);
        if (count_tabs(line) != tabs && reader_trim(line).n > 0)
            break;
        at = end + 1;
        if (count_tabs(line) == tabs) {
            ++*ret_rows;
            behind = at;
        }
    }
    return behind > text.n ? text.n : behind;
}

enum rc reader_txt_utf8(struct reader *reader, struct str text)
{
    enum { TABS_MIN = 2, ROWS_MIN = 3 };
    TRY(reader_join_wrapped(reader, text, &text));
    int page = memchr(text.p ? text.p : "", '\f', text.n) ? 1 : 0;
    for (size_t at = 0; at <= text.n;) {
        size_t end = line_end(text, at);
        int rows = 0, tabs = count_tabs(str_slice(text, at, end));
        bool has_text = reader_trim(str_slice(text, at, end)).n > 0;
        size_t behind = tabs >= TABS_MIN && has_text ? tab_run(text, at, tabs, &rows) : at;
        if (rows >= ROWS_MIN) {
            TRY(add_tab_rows(reader, text, at, behind, tabs));
            at = behind;
            if (at >= text.n)
                break;
            continue;
        }
        TRY(reader_add(reader, (struct paragraph){.text = str_slice(text, at, end), .bold = -1, .page = page}));
        if (page && end < text.n && text.p[end] == '\f')
            page++;
        at = end + 1;
    }
    return RC_OK;
}

enum rc reader_txt(struct reader *reader, struct str bytes)
{
    struct str text;
    if (bytes.n / 2 >
        READER_TEXT_MAX) /* no encoding takes more than twice what it takes as UTF-8: not worth decoding */
        return ctx_fail_key(reader->ctx, RC_TOO_LARGE, "reader.too_much");
    TRY(charset_decode(reader, bytes, STR_EMPTY, &text, &reader->document->encoding));
    return reader_txt_utf8(reader, text);
}

/* One field from *at; quotes doubled inside quotes.  Returns the byte after the field (separator, line end or end).
 * Source: RFC 4180, 2. */
static size_t csv_field(struct str s, size_t at, char separator, struct buf *out)
{
    if (out)
        buf_reset(out);
    if (at < s.n && s.p[at] == '"') {
        for (at++; at < s.n; at++) {
            if (s.p[at] == '"' && at + 1 < s.n && s.p[at + 1] == '"')
                at++;
            else if (s.p[at] == '"')
                break;
            if (out)
                buf_add_char(out, s.p[at]);
        }
        at += at < s.n;
    }
    size_t from = at;
    while (at < s.n && s.p[at] != separator && s.p[at] != '\n' && s.p[at] != '\r')
        at++;
    if (out)
        buf_add(out, str_slice(s, from, at));
    return at;
}

static size_t csv_line_end(struct str s, size_t at)
{
    if (at + 1 < s.n && s.p[at] == '\r' && s.p[at + 1] == '\n')
        return at + 2;
    return at + (at < s.n);
}

char reader_csv_separator(struct str text, bool is_named_csv)
{
    enum { LINES = 20 };
    static const char separators[] = {',', '\t', ';', '|'};
    struct str probe = str_slice(text, 0, 256 * 1024);
    for (size_t k = 0; k < sizeof separators; k++) {
        int lines = 0, first = 0, same = 0;
        for (size_t at = 0; at < probe.n && lines < LINES;) {
            int columns = 1;
            for (at = csv_field(probe, at, separators[k], NULL); at < probe.n && probe.p[at] == separators[k];) {
                columns++;
                at = csv_field(probe, at + 1, separators[k], NULL);
            }
            at = csv_line_end(probe, at);
            first = lines == 0 ? columns : first;
            same += columns == first;
            lines++;
        }
        if (first >= 2 && (is_named_csv || (first >= 3 && lines >= 3 && same == lines)))
            return separators[k];
    }
    return is_named_csv ? ',' : '\0';
}

enum rc reader_csv(struct reader *reader, struct str bytes)
{
    struct str text;
    TRY(charset_decode(reader, bytes, STR_EMPTY, &text, &reader->document->encoding));
    if (reader_looks_oscal(text))
        return reader_oscal(reader, text);
    char separator = reader_csv_separator(text, true);
    struct buf field CLEANUP(buf_done);
    buf_init(&field, READER_PARAGRAPH_MAX);
    long formulas = 0;
    int row = 1;
    for (size_t at = 0; at < text.n; row++) {
        for (int column = 1;; column++) {
            at = csv_field(text, at, separator, &field);
            if (buf_rc(&field) != RC_OK)
                return reader_line_no_room(reader, buf_rc(&field));
            struct str value = reader_trim(buf_str(&field));
            /* Threat: "=cmd|..." run by a spreadsheet that later opens our export.  Here it is only text; it is
             * reported, and the writers quote it. */
            formulas += value.n > 1 && strchr("=@", value.p[0]) != NULL;
            if (value.n || column > 1 || (at < text.n && text.p[at] == separator))
                TRY(reader_add(
                    reader,
                    (struct paragraph){
                        .text = value, .kind = PARAGRAPH_CELL, .bold = -1, .table = 1, .row = row, .column = column}));
            if (at >= text.n || text.p[at] != separator)
                break;
            at++;
        }
        at = csv_line_end(text, at);
    }
    if (formulas)
        reader_note_int(reader, "reader.note.formula_text", formulas);
    return RC_OK;
}
