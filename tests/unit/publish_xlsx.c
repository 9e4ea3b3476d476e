/* publish_xlsx.c: what we write is read back, cell by cell; CSV and JSON lines; the mapping of an import. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "intake/reader.h"
#include "intake/sheet_map.h"
#include "intake/sheet_read.h"
#include "publish/csv_write.h"
#include "publish/xlsx_write.h"

#define ZH_NUMBER "\xe5\xba\x8f\xe5\x8f\xb7"                           /* "number" */
#define ZH_FINDING "\xe9\x97\xae\xe9\xa2\x98\xe6\x8f\x8f\xe8\xbf\xb0"  /* "description of the finding" */
#define ZH_MEASURE "\xe6\x95\xb4\xe6\x94\xb9\xe6\x8e\xaa\xe6\x96\xbd"  /* "measure" */
#define ZH_UNIT "\xe8\xb4\xa3\xe4\xbb\xbb\xe5\x8d\x95\xe4\xbd\x8d"     /* "responsible unit" */
#define ZH_DEADLINE "\xe5\xae\x8c\xe6\x88\x90\xe6\x97\xb6\xe9\x99\x90" /* "deadline" */
#define ZH_AMOUNT "\xe6\xb6\x89\xe5\x8f\x8a\xe9\x87\x91\xe9\xa2\x9d"   /* "amount" */
#define ZH_YUAN "\xef\xbc\x88\xe5\x85\x83\xef\xbc\x89"                 /* "(yuan)" in full-width brackets */

static const struct xlsx_column columns[] = {
    {.title = {ZH_NUMBER, 6}, .field = {"number", 6}, .kind = XLSX_INT},
    {.title = {ZH_FINDING, 12}, .field = {"finding", 7}, .kind = XLSX_TEXT, .is_wrapped = true, .width_chars = 50},
    {.title = {"Money", 5}, .field = {"amount", 6}, .kind = XLSX_MONEY},
    {.title = {ZH_DEADLINE, 12}, .field = {"deadline", 8}, .kind = XLSX_DATE},
    {.title = {"Done", 4}, .field = {"progress", 8}, .kind = XLSX_PERCENT},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static struct ctx new_ctx(void) { return (struct ctx){.arena = arena_new((size_t)256 << 20)}; }

static struct str read_file(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t n = (size_t)ftell(file);
    rewind(file);
    char *p = arena_alloc(arena, n + 1);
    assert_int_equal(fread(p, 1, n, file), n);
    (void)fclose(file);
    return (struct str){p, n};
}

static int32_t day(const char *text)
{
    int32_t number = 0;
    assert_true(date_parse(str_from_cstr(text), &number));
    return number;
}

static void write_book(const char *path)
{
    struct ctx ctx = new_ctx();
    struct xlsx_write *write;
    const struct xlsx_book book = {.title = STR("Register"), .author = STR("Bihuan"), .kind = STR("findings")};
    const struct xlsx_cell rows[][COLUMNS] = {
        {{.number = 1},
         {.text = STR("=1+1")},
         {.number = 123456789012345},
         {.number = day("2024-07-08")},
         {.number = 5025}},
        {{.number = 2}, {.text = STR("@x <&> \"\n2")}, {.number = -5}, {.is_null = true}, {.is_null = true}},
        {{.number = 9007199254740993},
         {.text = STR("-cmd|x")},
         {.number = INT64_MAX},
         {.number = day("1900-01-02")},
         {.number = 0}},
    };
    assert_int_equal(xlsx_write_open(&ctx, path, &book, &write), RC_OK);
    assert_int_equal(xlsx_write_sheet(&ctx, write, STR("a/b:c"), columns, COLUMNS, true), RC_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(xlsx_write_row(&ctx, write, rows[i], STR("F-1"), 7), RC_OK);
    assert_int_equal(xlsx_write_close(&ctx, write), RC_OK);
    arena_free(ctx.arena);
}

static void check_cell(const struct sheet_grid *grid, size_t row, size_t column, const char *expected)
{
    struct str cell = grid->rows[row].cells[column];
    if (!str_equal_cstr(cell, expected))
        print_error("row %zu column %zu: [%.*s]\n", row, column, STR_ARG(cell));
    assert_true(str_equal_cstr(cell, expected));
}

static void test_book_is_read_back(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    char path[] = "/tmp/bihuan-xlsx-XXXXXX", again[] = "/tmp/bihuan-xlsx-XXXXXX";
    (void)close(mkstemp(path));
    (void)close(mkstemp(again));
    write_book(path);
    write_book(again);
    struct str bytes = read_file(ctx.arena, path);
    assert_true(str_equal(bytes, read_file(ctx.arena, again))); /* the same rows give the same bytes */
    struct document document;
    struct sheet_grid grid;
    assert_int_equal(reader_read(&ctx, bytes, STR("x.xlsx"), &document), RC_OK);
    assert_int_equal(sheet_from_document(&ctx, &document, STR_EMPTY, &grid), RC_OK);
    assert_true(str_equal(grid.name, STR("a b c")));
    assert_int_equal(grid.head_index, 0);
    assert_int_equal(grid.row_count, 4);
    check_cell(&grid, 0, 5, "_id");
    static const char *const expected[][7] = {
        {"1", "=1+1", "1234567890123.45", "2024-07-08", "50.25%", "F-1", "7"},
        {"2", "@x <&> \"\n2", "-0.05", "", "", "F-1", "7"},
        {"9007199254740993", "-cmd|x", "9223372036854775807", "1900-01-02", "0%", "F-1", "7"},
    };
    for (size_t i = 0; i < 3; i++)
        for (size_t c = 0; c < 7; c++)
            check_cell(&grid, i + 1, c, expected[i][c]);
    struct value *mapping;
    assert_int_equal(sheet_map_guess(&ctx, &grid, &mapping), RC_OK);
    assert_true(str_equal(value_get_text(mapping, "kind"), STR("findings")));
    struct buf fields;
    buf_init(&fields, 1000);
    VALUE_EACH (column, value_get(mapping, "columns"))
        buf_add_format(&fields, "%.*s:%d ", STR_ARG(value_get_text(column, "field")),
                       (int)value_get_int(column, "confidence", 0));
    assert_string_equal(fields.p, "number:100 finding:100 amount:100 deadline:100 progress:100 id:100 revision:100 ");
    assert_int_equal(value_count(sheet_names(ctx.arena, &document)), 1);
    buf_done(&fields);
    (void)unlink(path);
    (void)unlink(again);
    arena_free(ctx.arena);
}

static void test_long_text_is_cut(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    struct xlsx_write *write;
    char path[] = "/tmp/bihuan-xlsx-XXXXXX";
    (void)close(mkstemp(path));
    const struct xlsx_book book = {.title = STR("x")};
    struct buf text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 40000; i++)
        buf_add(&text, STR("\xe9\x97\xae"));
    const struct xlsx_cell row[COLUMNS] = {
        {.number = 1}, {.text = buf_str(&text)}, {.is_null = true}, {.is_null = true}, {.is_null = true}};
    assert_int_equal(xlsx_write_open(&ctx, path, &book, &write), RC_OK);
    assert_int_equal(xlsx_write_sheet(&ctx, write, STR("s"), columns, COLUMNS, false), RC_OK);
    assert_int_equal(xlsx_write_sheet(&ctx, write, STR("S"), columns, COLUMNS, false), RC_INVALID);
    assert_int_equal(xlsx_write_sheet(&ctx, write, STR("t"), columns, COLUMNS, false), RC_OK);
    assert_int_equal(xlsx_write_row(&ctx, write, row, STR_EMPTY, 0), RC_OK);
    assert_int_equal(xlsx_write_cut_count(write), 1);
    assert_int_equal(xlsx_write_close(&ctx, write), RC_OK);
    struct document document;
    struct sheet_grid grid;
    assert_int_equal(reader_read(&ctx, read_file(ctx.arena, path), STR("x.xlsx"), &document), RC_OK);
    assert_int_equal(sheet_from_document(&ctx, &document, STR("t"), &grid), RC_OK);
    assert_int_equal(grid.rows[1].cells[1].n, 32767 * 3);
    assert_int_equal(sheet_from_document(&ctx, &document, STR("u"), &grid), RC_NOT_FOUND);
    buf_done(&text);
    (void)unlink(path);
    arena_free(ctx.arena);
}

static void test_dropped_book_leaves_nothing(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    struct xlsx_write *write;
    const struct xlsx_book book = {.title = STR("x")};
    char path[100];
    (void)snprintf(path, sizeof path, "/tmp/bihuan-dropped-%d.xlsx", (int)getpid());
    assert_int_equal(xlsx_write_open(&ctx, path, &book, &write), RC_OK);
    assert_int_equal(xlsx_write_sheet(&ctx, write, STR("s"), columns, COLUMNS, false), RC_OK);
    xlsx_write_drop(write);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(xlsx_write_open(&ctx, "/nonexistent/x.xlsx", &book, &write), RC_OK);
    assert_int_equal(xlsx_write_sheet(&ctx, write, STR("s"), columns, COLUMNS, false), RC_OK);
    assert_int_equal(xlsx_write_close(&ctx, write), RC_IO);
    arena_free(ctx.arena);
}

/* 100 000 rows need no more memory than 1 000 (the sanitizer keeps what is freed, so there the run is short). */
#ifdef __SANITIZE_ADDRESS__
enum { MANY_ROWS = 10000 };
#else
enum { MANY_ROWS = 100000 };
#endif

static void test_memory_stays_flat(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    struct xlsx_write *write;
    char path[] = "/tmp/bihuan-xlsx-XXXXXX";
    (void)close(mkstemp(path));
    const struct xlsx_book book = {.title = STR("x")};
    const struct xlsx_cell row[COLUMNS] = {{.number = 1},
                                           {.text = STR("Purchases over the threshold were split")},
                                           {.number = 5},
                                           {.number = 19000},
                                           {.number = 3}};
    struct rusage before, after;
    int64_t from = clock_monotonic_ms();
    assert_int_equal(xlsx_write_open(&ctx, path, &book, &write), RC_OK);
    assert_int_equal(xlsx_write_sheet(&ctx, write, STR("s"), columns, COLUMNS, true), RC_OK);
    for (int i = 0; i < MANY_ROWS; i++) {
        if (i == 1000)
            (void)getrusage(RUSAGE_SELF, &before);
        assert_int_equal(xlsx_write_row(&ctx, write, row, STR("F-1"), i), RC_OK);
    }
    assert_int_equal(xlsx_write_close(&ctx, write), RC_OK);
    (void)getrusage(RUSAGE_SELF, &after);
    print_message("# %d rows in %lld ms, %ld kB more than for 1000\n", MANY_ROWS,
                  (long long)(clock_monotonic_ms() - from), after.ru_maxrss - before.ru_maxrss);
#ifndef __SANITIZE_ADDRESS__
    assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
#endif
    (void)unlink(path);
    arena_free(ctx.arena);
}

static void test_csv(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 10000);
    static const struct xlsx_column three[] = {
        {.title = {"A", 1}}, {.title = {"B;", 2}, .kind = XLSX_MONEY}, {.title = {"C", 1}, .kind = XLSX_PERCENT}};
    const struct xlsx_cell row[] = {{.text = STR("=cmd|'/c calc'!A0")}, {.number = -5}, {.number = 10000}};
    const struct xlsx_cell quoted[] = {{.text = STR("a \"b\", c\r\nd")}, {.number = INT64_MIN}, {.is_null = true}};
    const struct xlsx_cell wide[] = {{.text = STR("\xef\xbc\x9d"
                                                  "1")},
                                     {.number = 0},
                                     {.number = 1}};
    csv_write_head(&out, three, 3);
    csv_write_row(&out, three, row, 3);
    csv_write_row(&out, three, quoted, 3);
    csv_write_row(&out, three, wide, 3);
    assert_string_equal(out.p, "\xef\xbb\xbf"
                               "A,\"B;\",C\r\n'=cmd|'/c calc'!A0,-0.05,100.00%\r\n"
                               "\"a \"\"b\"\", c\r\nd\",-92233720368547758.08,\r\n'\xef\xbc\x9d"
                               "1,0.00,0.01%\r\n");
    buf_reset(&out);
    struct arena *arena = arena_new(1 << 20);
    struct value *v = value_new_map(arena);
    value_put_text(arena, v, "a", STR("1\n2"));
    jsonl_write(&out, v);
    assert_string_equal(out.p, "{\"a\":\"1\\n2\"}\n");
    arena_free(arena);
    buf_done(&out);
}

/* ---- import ---- */

static void guess(const char *csv, const char *expected, size_t head_index)
{
    struct ctx ctx = new_ctx();
    struct document document;
    struct sheet_grid grid;
    struct value *mapping;
    struct buf fields;
    buf_init(&fields, 1000);
    assert_int_equal(reader_read(&ctx, str_from_cstr(csv), STR("x.csv"), &document), RC_OK);
    assert_int_equal(sheet_from_document(&ctx, &document, STR_EMPTY, &grid), RC_OK);
    assert_int_equal(grid.head_index, head_index);
    assert_int_equal(sheet_map_guess(&ctx, &grid, &mapping), RC_OK);
    VALUE_EACH (column, value_get(mapping, "columns"))
        buf_add_format(&fields, "%.*s ", STR_ARG(value_get_text(column, "field")));
    assert_string_equal(fields.p, expected);
    buf_done(&fields);
    arena_free(ctx.arena);
}

static void test_mapping_of_heads(void **state)
{
    (void)state;
    guess(ZH_NUMBER "," ZH_FINDING "," ZH_MEASURE "," ZH_UNIT "," ZH_DEADLINE "," ZH_AMOUNT ZH_YUAN
                    "\n1,a,b,c,2024-07-08,5\n",
          "number finding measure unit deadline amount ", 0);
    guess("Ledger of 2024;;;\n\nNo.;Finding;Root Cause;Due date;Colour\n1;a;b;2024-01-01;red\n",
          "number finding cause deadline  ", 1);
    /* a field is given once, to the surest column */
    guess(ZH_UNIT "\t" ZH_UNIT "\t" ZH_FINDING "\nx\ty\tz\n", "unit  finding ", 0);
}

static void test_signature_ignores_width_and_spaces(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    struct document document;
    struct sheet_grid grid;
    struct str signatures[3];
    static const char *const heads[] = {"No.,Finding,Unit\n1,a,b\n",
                                        ("\xef\xbc\xae"
                                         "o. , FINDING,Unit *\n1,a,b\n"),
                                        "Finding,No.,Unit\na,1,b\n"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(reader_read(&ctx, str_from_cstr(heads[i]), STR("x.csv"), &document), RC_OK);
        assert_int_equal(sheet_from_document(&ctx, &document, STR_EMPTY, &grid), RC_OK);
        signatures[i] = sheet_map_signature(ctx.arena, &grid);
    }
    assert_true(str_equal(signatures[0], signatures[1]));
    assert_false(str_equal(signatures[0], signatures[2]));
    arena_free(ctx.arena);
}

static struct paragraph cell(int row, int column, int row_span, const char *text)
{
    return (struct paragraph){.text = str_from_cstr(text),
                              .kind = PARAGRAPH_CELL,
                              .table = 1,
                              .row = row,
                              .column = column,
                              .row_span = row_span,
                              .column_span = 1,
                              .place = STR("S!A1")};
}

static void test_merged_cells_are_spread_over_rows(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    struct paragraph cells[] = {cell(1, 1, 1, "No."), cell(1, 2, 1, "Finding"), cell(1, 3, 1, "Measure"),
                                cell(2, 1, 2, "1"),   cell(2, 2, 2, "f"),       cell(2, 3, 1, "m1"),
                                cell(3, 3, 1, "m2"),  cell(4, 1, 1, "2"),       cell(4, 3, 1, "m3")};
    const struct document document = {
        .format = FORMAT_XLSX, .paragraphs = cells, .count = sizeof cells / sizeof *cells};
    struct sheet_grid grid;
    assert_int_equal(sheet_from_document(&ctx, &document, STR_EMPTY, &grid), RC_OK);
    check_cell(&grid, 2, 1, "f");
    assert_true(grid.rows[2].is_spread[1] && !grid.rows[1].is_spread[1]);
    check_cell(&grid, 3, 1, "");
    const struct document other = {.format = FORMAT_TXT};
    assert_int_equal(sheet_from_document(&ctx, &other, STR_EMPTY, &grid), RC_UNSUPPORTED);
    char text[SHEET_ADDRESS_BYTES];
    assert_true(str_equal(sheet_address(7, 2, text), STR("B7")));
    assert_true(str_equal(sheet_address(1048576, 256, text), STR("IV1048576")));
    arena_free(ctx.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_book_is_read_back),
        cmocka_unit_test(test_long_text_is_cut),
        cmocka_unit_test(test_dropped_book_leaves_nothing),
        cmocka_unit_test(test_memory_stays_flat),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_mapping_of_heads),
        cmocka_unit_test(test_signature_ignores_width_and_spaces),
        cmocka_unit_test(test_merged_cells_are_spread_over_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
