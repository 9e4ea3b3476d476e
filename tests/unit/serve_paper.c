/* serve_paper.c: paragraphs of a document as blocks: cells in rows and columns, gaps, heads, lone cells. */
#include "unit.h"

#include "serve/paper.h"

static void test_places_of_cells(void **state)
{
    (void)state;
    struct paper_cell cell;
    assert_true(paper_parse_cell(STR("Sheet1!B7"), &cell));
    assert_str(cell.table, "Sheet1!");
    assert_int_equal(cell.row, 7);
    assert_int_equal(cell.column, 2);
    assert_true(paper_parse_cell(STR("a!b!AB12"), &cell));
    assert_str(cell.table, "a!b!");
    assert_int_equal(cell.column, 28);
    assert_true(paper_parse_cell(STR("table 2 r5 c11"), &cell));
    assert_str(cell.table, "table 2");
    assert_int_equal(cell.row, 5);
    assert_int_equal(cell.column, 11);
    static const char *const others[] = {"",           "p12",           "page 3 p4",     "Sheet1!",
                                         "Sheet1!7",   "Sheet1!B",      "S!BBBB1",       "S!B-1",
                                         "table 2 r5", "table 2 rx c1", "table 2 r0 c1", "footnote 2 p1"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(paper_parse_cell(str_from_cstr(others[i]), &cell));
}

struct piece {
    const char *place, *text, *role, *href;
};

static struct value *make_blocks(struct arena *arena, const struct piece *pieces, size_t count)
{
    struct value *list = value_new_list(arena), *view = value_new_map(arena);
    for (size_t i = 0; i < count; i++) {
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "place", str_from_cstr(pieces[i].place));
        value_put_text(arena, item, "text", str_from_cstr(pieces[i].text));
        value_put_text(arena, item, "role", str_from_cstr(pieces[i].role));
        value_put_text(arena, item, "finding_href", str_from_cstr(pieces[i].href ? pieces[i].href : ""));
    }
    paper_put_blocks(arena, view, list);
    return (struct value *)value_get(view, "blocks");
}

static const struct value *nth(const struct value *list, size_t n)
{
    const struct value *at = list->items.first;
    while (at && n--)
        at = at->next;
    assert_non_null(at);
    return at;
}

/* "a|b||": the texts of a row, a gap is empty. */
static void assert_row(const struct value *rows, size_t n, const char *expected)
{
    char text[400] = "";
    VALUE_EACH (cell, value_get(nth(rows, n), "cells")) {
        struct str s = value_get_bool(cell, "is_blank") ? STR("") : value_get_text(cell, "text");
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s|", STR_ARG(s));
    }
    assert_string_equal(text, expected);
}

static void test_cells_stand_in_rows_and_columns(void **state)
{
    (void)state;
    static const struct piece pieces[] = {
        {"p1", "before", "text", NULL},
        {"S!A1", "title", "ledger", NULL},
        {"S!A2", "no", "ledger", NULL},
        {"S!C2", "what", "ledger", NULL},
        {"S!F2", "sum", "ledger", NULL},
        {"S!A3", "1", "finding", "/findings/7"},
        {"S!C3", "a long sentence of more than thirty-six bytes", "finding", NULL},
        {"S!C4", "goes on", "finding", "/findings/7"},
        {"S!A5", "2", "finding", NULL},
        {"S!F5", "1,234.5", "finding", NULL},
        {"T!A1", "other", "text", NULL},
        {"p2", "after", "text", NULL},
    };
    struct arena *arena = arena_new(1 << 20);
    struct value *blocks = make_blocks(arena, pieces, sizeof pieces / sizeof *pieces);
    assert_int_equal(value_count(blocks), 4);
    assert_false(value_get_bool(nth(blocks, 0), "is_table"));
    assert_str(value_get_text(nth(blocks, 0), "text"), "before");
    const struct value *table = nth(blocks, 1), *rows = value_get(table, "rows");
    assert_true(value_get_bool(table, "is_table"));
    assert_str(value_get_text(table, "table"), "S");
    assert_int_equal(value_count(rows), 5);
    assert_row(rows, 0, "title|");
    assert_int_equal(value_get_int(nth(value_get(nth(rows, 0), "cells"), 0), "span", 0), 3);
    assert_row(rows, 1, "no|what|sum|");
    assert_row(rows, 2, "1|a long sentence of more than thirty-six bytes||");
    assert_row(rows, 3, "|goes on||"); /* alone, but not at the left: it stays in its column */
    assert_row(rows, 4, "2||1,234.5|");
    static const bool heads[] = {false, true, false, false, false};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(value_get_bool(nth(rows, i), "is_head"), heads[i]);
        assert_int_equal(value_get_int(nth(rows, i), "number", 0), i + 1);
    }
    assert_str(value_get_text(nth(rows, 2), "finding_href"), "/findings/7");
    assert_str(value_get_text(nth(rows, 4), "finding_href"), "");
    const struct value *last = value_get(nth(rows, 4), "cells");
    assert_true(value_get_bool(nth(last, 2), "is_number"));
    assert_true(value_get_bool(nth(value_get(nth(rows, 2), "cells"), 1), "is_long"));
    assert_false(value_get_bool(nth(value_get(nth(rows, 2), "cells"), 1), "is_number"));
    assert_str(value_get_text(nth(blocks, 2), "table"), "T");
    assert_str(value_get_text(nth(blocks, 3), "text"), "after");
    arena_free(arena);
}

/* Nothing is lost, in whatever order and however far to the right the cells stand. */
static void test_odd_tables_lose_nothing(void **state)
{
    (void)state;
    static const struct piece pieces[] = {
        {"table 1 r1 c1", "a", "", NULL}, {"table 1 r1 c1", "b", "", NULL}, {"table 1 r1 c2", "c", "", NULL},
        {"table 1 r1 c1", "d", "", NULL}, {"S!ZZ1", "e", "", NULL},         {"S!A1", "f", "", NULL},
        {"S!GR2", "g", "", NULL},         {"S!A9000000", "h", "", NULL},    {"", "i", "", NULL},
    };
    struct arena *arena = arena_new(1 << 20);
    struct value *blocks = make_blocks(arena, pieces, sizeof pieces / sizeof *pieces);
    char found[16] = "";
    VALUE_EACH (block, blocks) {
        if (!value_get_bool(block, "is_table"))
            strncat(found, value_get_text(block, "text").p, 1);
        VALUE_EACH (row, value_get(block, "rows")) {
            VALUE_EACH (cell, value_get(row, "cells")) {
                if (!value_get_bool(cell, "is_blank"))
                    strncat(found, value_get_text(cell, "text").p, 1);
            }
        }
    }
    assert_string_equal(found, "abcdefghi");
    arena_free(arena);
    arena = arena_new(1 << 20);
    assert_int_equal(value_count(make_blocks(arena, NULL, 0)), 0);
    arena_free(arena);
}

static void test_places_in_words(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"p18", "第18段", "para. 18"},
        {"table 2 r5 c11", "表2第5行第11列", "table 2, row 5, col. 11"},
        {"table 2 r5", "表2第5行", "table 2, row 5"},
        {"page 3 p4", "第3页第4段", "page 3, para. 4"},
        {"page 3 edge", "第3页页边", "page 3, margin"},
        {"footnote 2 p1", "脚注2第1段", "footnote 2, para. 1"},
        {"Sheet1!B7", "Sheet1!B7", "Sheet1!B7"},
        {"row 12", "第12行", "row 12"},
        {"header1 p2", "页眉1第2段", "header 1, para. 2"},
        {"footer table 1 r2 c3", "页脚表1第2行第3列", "footer, table 1, row 2, col. 3"},
        {"footnotes p4", "脚注第4段", "footnotes, para. 4"},
        {"p3 box p1", "第3段文本框内第1段", "para. 3, text box, para. 1"},
        {"header2 p1 box table 1 r1 c2", "页眉2第1段文本框内表1第1行第2列",
         "header 2, para. 1, text box, table 1, row 1, col. 2"},
        {"p3 box x", "p3 box x", "p3 box x"},
        {"headerx p1", "headerx p1", "headerx p1"},
        {"", "", ""},
        {"p", "p", "p"},
        {"p1x", "p1x", "p1x"},
        {"page 3", "page 3", "page 3"}};
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_str(paper_place_words(arena, LANG_ZH, str_from_cstr(cases[i][0])), cases[i][1]);
        assert_str(paper_place_words(arena, LANG_EN, str_from_cstr(cases[i][0])), cases[i][2]);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_of_cells),
        cmocka_unit_test(test_places_in_words),
        cmocka_unit_test(test_cells_stand_in_rows_and_columns),
        cmocka_unit_test(test_odd_tables_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
