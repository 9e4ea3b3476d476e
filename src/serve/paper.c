/* paper.c: see paper.h. */
#include "serve/paper.h"

#include <string.h>

enum { COLUMNS_MAX = 200, LETTERS = 26, LONG_TEXT_BYTES = 36, PLACE_NUMBERS = 3 };

/* "B7" or " r5 c1" at the end of a place. */
static bool parse_letters(struct str s, struct paper_cell *cell)
{
    size_t at = 0;
    for (cell->column = 0; at < s.n && at < 3 && s.p[at] >= 'A' && s.p[at] <= 'Z'; at++)
        cell->column = cell->column * LETTERS + (s.p[at] - 'A' + 1);
    return at > 0 && str_parse_int64(str_slice(s, at, s.n), &cell->row) && cell->row > 0;
}

bool paper_parse_cell(struct str place, struct paper_cell *ret_cell)
{
    struct paper_cell cell = {0};
    size_t mark = place.n;
    while (mark > 0 && place.p[mark - 1] != '!') /* a sheet's name may have the mark too: the last one counts */
        mark--;
    if (mark > 0) {
        cell.table = str_slice(place, 0, mark);
        if (!parse_letters(str_slice(place, mark, place.n), &cell))
            return false;
        *ret_cell = cell;
        return true;
    }
    size_t row = str_has_prefix(place, STR("table ")) ? str_find(place, STR(" r"), 0) : SIZE_MAX;
    size_t column = row == SIZE_MAX ? SIZE_MAX : str_find(place, STR(" c"), row);
    if (column == SIZE_MAX || !str_parse_int64(str_slice(place, row + 2, column), &cell.row) ||
        !str_parse_int64(str_slice(place, column + 2, place.n), &cell.column))
        return false;
    cell.table = str_slice(place, 0, row);
    *ret_cell = cell;
    return cell.row > 0 && cell.column > 0;
}

/* Whether s is pattern with a number in the place of each #; their digits in order. */
static int match(struct str s, const char *pattern, struct str ret_numbers[PLACE_NUMBERS])
{
    size_t at = 0;
    int count = 0;
    for (const char *p = pattern; *p; p++) {
        size_t from = at;
        if (*p != '#') {
            if (at == s.n || s.p[at++] != *p)
                return -1;
            continue;
        }
        while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
            at++;
        if (at == from || count == PLACE_NUMBERS)
            return -1;
        ret_numbers[count++] = str_slice(s, from, at);
    }
    return at == s.n ? count : -1;
}

/* A place within one body of text, as it stands in documents that were read; STR_EMPTY: none of these. */
static struct str simple_place(struct arena *arena, enum lang lang, struct str place)
{
    static const char *const forms[][2] = {{"p#", "place.paragraph"},         {"table # r# c#", "place.cell"},
                                           {"table # r#", "place.row"},       {"page # p#", "place.page"},
                                           {"page # edge", "place.edge"},     {"footnote # p#", "place.footnote"},
                                           {"endnote # p#", "place.endnote"}, {"header # p#", "place.header"},
                                           {"footer # p#", "place.footer"},   {"row #", "place.sheet_row"}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct str numbers[PLACE_NUMBERS];
        int count = match(place, forms[i][0], numbers);
        if (count >= 0)
            return message_format(arena, lang, str_from_cstr(forms[i][1]), numbers, count);
    }
    return STR_EMPTY;
}

/* Parts of a template have their own paragraphs and tables: "header1 p1" is in the file's first head. */
static struct str part_place(struct arena *arena, enum lang lang, struct str place)
{
    static const char *const parts[][2] = {{"header", "place.part.header"},
                                           {"footer", "place.part.footer"},
                                           {"footnotes", "place.part.footnotes"},
                                           {"endnotes", "place.part.endnotes"}};
    size_t blank = str_find_byte(place, ' ', 0);
    struct str first = str_slice(place, 0, blank == SIZE_MAX ? 0 : blank), inner = simple_place(arena, lang, place);
    if (inner.n || blank == SIZE_MAX)
        return inner;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t n = strlen(parts[i][0]);
        int64_t number;
        bool is_plain = first.n == n,
             is_numbered = first.n > n && str_parse_int64(str_slice(first, n, first.n), &number);
        if (!str_has_prefix(first, str_from_cstr(parts[i][0])) || (!is_plain && !is_numbered))
            continue;
        struct str at = str_slice(first, n, first.n);
        struct str args[] = {str_trim(message_format(arena, lang, str_from_cstr(parts[i][1]), &at, 1)),
                             simple_place(arena, lang, str_slice(place, blank + 1, place.n))};
        return args[1].n ? message_format(arena, lang, STR("place.in_part"), args, 2) : STR_EMPTY;
    }
    return STR_EMPTY;
}

struct str paper_place_words(struct arena *arena, enum lang lang, struct str place)
{
    size_t box = str_find(place, STR(" box "), 0);
    struct str outer = part_place(arena, lang, str_slice(place, 0, box == SIZE_MAX ? place.n : box));
    if (!outer.n || box == SIZE_MAX)
        return outer.n ? outer : place;
    struct str args[] = {outer, simple_place(arena, lang, str_slice(place, box + 5, place.n))};
    return args[1].n ? message_format(arena, lang, STR("place.in_box"), args, 2) : place;
}

static bool cell_of(const struct value *paragraph, struct paper_cell *ret_cell)
{
    return paper_parse_cell(value_get_text(paragraph, "place"), ret_cell) && ret_cell->column <= COLUMNS_MAX;
}

/* A run of cells of one table. */
struct run {
    struct value *first, *end; /* end: behind the last, or NULL */
    struct str table;
    bool is_used[COLUMNS_MAX + 1];
    int64_t columns, first_column;
};

static bool find_run(struct value *at, struct run *ret_run)
{
    struct paper_cell cell;
    if (!cell_of(at, &cell))
        return false;
    *ret_run = (struct run){.first = at, .table = cell.table};
    int64_t row = 0, column = 0;
    for (; at && cell_of(at, &cell) && str_equal(cell.table, ret_run->table); at = at->next) {
        if (cell.row < row || (cell.row == row && cell.column < column))
            break; /* another table of the same name */
        row = cell.row;
        column = cell.column;
        ret_run->columns += !ret_run->is_used[cell.column];
        ret_run->is_used[cell.column] = true;
        if (!ret_run->first_column || cell.column < ret_run->first_column)
            ret_run->first_column = cell.column;
    }
    ret_run->end = at;
    return true;
}

static bool is_number(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        digits += c >= '0' && c <= '9';
        if (!((c >= '0' && c <= '9') || c == '.' || c == ',' || c == '%' || (c == '-' && i == 0)))
            return false;
    }
    return digits > 0;
}

static void put_cell_marks(struct arena *arena, struct value *cell, bool is_blank, int64_t span)
{
    value_put_bool(arena, cell, "is_blank", is_blank);
    struct str text = is_blank ? STR_EMPTY : value_get_text(cell, "text");
    value_put_bool(arena, cell, "is_number", is_number(text));
    value_put_bool(arena, cell, "is_long", text.n > LONG_TEXT_BYTES);
    if (span > 1)
        value_put_int(arena, cell, "span", span);
    else
        value_put_null(arena, cell, "span");
}

/* Moves the cells of one row out of the list; returns what comes behind them. */
static struct value *add_row(struct arena *arena, struct value *rows, const struct run *run, struct value *at)
{
    struct paper_cell cell, next;
    struct value *row = value_add_map(arena, rows), *cells = value_put_list(arena, row, "cells"), *behind = at->next;
    (void)cell_of(at, &cell);
    bool is_alone = cell.column == run->first_column &&
                    (!behind || behind == run->end || !cell_of(behind, &next) || next.row != cell.row);
    bool is_finding = str_equal(value_get_text(at, "role"), STR("finding"));
    struct str href = value_get_text(at, "finding_href");
    value_put_int(arena, row, "number", cell.row);
    value_put_text(arena, row, "role", value_get_text(at, "role"));
    value_put_text(arena, row, "role_label", value_get_text(at, "role_label"));
    int64_t column = 1, wanted = cell.row;
    while (at && at != run->end && cell_of(at, &cell) && cell.row == wanted) {
        behind = at->next;
        for (; !is_alone && column < cell.column; column++)
            if (run->is_used[column])
                put_cell_marks(arena, value_add_map(arena, cells), true, 0);
        bool is_more = cell.column < column; /* a second paragraph of the same cell */
        if (!href.n)
            href = value_get_text(at, "finding_href");
        put_cell_marks(arena, at, false, is_alone ? run->columns : 0);
        value_add(cells, at);
        column = is_more ? column : cell.column + 1;
        at = behind;
    }
    for (; !is_alone && column <= COLUMNS_MAX; column++)
        if (run->is_used[column])
            put_cell_marks(arena, value_add_map(arena, cells), true, 0);
    value_put_text(arena, row, "finding_href", href);
    value_put_bool(arena, row, "is_alone", is_alone);
    value_put_bool(arena, row, "is_finding", is_finding);
    return behind;
}

/* The row above the first finding names the columns. */
static void mark_heads(struct arena *arena, struct value *rows)
{
    for (struct value *row = rows->items.first; row; row = row->next) {
        bool is_head = row->next && !value_get_bool(row, "is_finding") && !value_get_bool(row, "is_alone") &&
                       value_get_bool(row->next, "is_finding");
        value_put_bool(arena, row, "is_head", is_head);
    }
}

void paper_put_blocks(struct arena *arena, struct value *view, struct value *paragraphs)
{
    struct value *blocks = value_put_list(arena, view, "blocks");
    for (struct value *at = paragraphs->items.first; at;) {
        struct run run;
        if (!find_run(at, &run)) {
            struct value *next = at->next;
            value_put_bool(arena, at, "is_table", false);
            value_add(blocks, at);
            at = next;
            continue;
        }
        struct value *block = value_add_map(arena, blocks), *rows = value_put_list(arena, block, "rows");
        struct str name = run.table;
        value_put_bool(arena, block, "is_table", true);
        value_put_text(arena, block, "table", str_has_suffix(name, STR("!")) ? str_slice(name, 0, name.n - 1) : name);
        while (at && at != run.end)
            at = add_row(arena, rows, &run, at);
        if (rows)
            mark_heads(arena, rows);
    }
    paragraphs->items.first = paragraphs->items.last = NULL;
    paragraphs->items.n = 0;
}
