/* register_import_test.c: a ledger into the register: new, changed, untouched, refused; all rows or none. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "intake/reader.h"
#include "intake/register_sheet.h"
#include "intake/register_sheet_plan.h"
#include "intake/sheet_map.h"
#include "publish/xlsx_write.h"

#define HEAD "序号,反馈问题,整改措施,整改类型,责任单位,完成时限,涉及金额（万元）\n"

static struct value *read_sheet(struct store *store, struct str bytes, const char *name, struct value **ret_fields)
{
    struct document *document = ARENA_NEW(store->ctx->arena, struct document);
    struct sheet_grid grid;
    struct value *mapping, *fields = value_new_list(store->ctx->arena), *sheet;
    STORE_OK(reader_read(store->ctx, bytes, str_from_cstr(name), document));
    STORE_OK(sheet_from_document(store->ctx, document, STR_EMPTY, &grid));
    STORE_OK(register_sheet_guess(store->ctx, &grid, NULL, &mapping));
    VALUE_EACH (column, value_get(mapping, "columns")) {
        value_add_text(store->ctx->arena, fields, value_get_text(column, "field"));
    }
    STORE_OK(register_sheet_read(store->ctx, &grid, fields, &sheet));
    *ret_fields = fields;
    return sheet;
}

static struct value *input_of(struct store *store, struct str bytes, const char *name, int64_t source_id,
                              const char *policy)
{
    struct value *fields, *input = jsonf(store, "{'policy': '%s', 'signature': '%s'}", policy, source_id ? "abc" : "");
    if (source_id)
        value_put_int(store->ctx->arena, input, "source_id", source_id);
    value_put(input, STR("sheet"), read_sheet(store, bytes, name, &fields));
    value_put(input, STR("columns"), fields);
    return input;
}

static struct value *csv(struct store *store, const char *text, int64_t source_id, const char *policy)
{
    return input_of(store, str_from_cstr(text), "l.csv", source_id, policy);
}

static void expect_counts(const struct value *result, int64_t created, int64_t changed, int64_t same, int64_t skipped,
                          int64_t stale)
{
    assert_int_equal(value_get_int(result, "created", -1), created);
    assert_int_equal(value_get_int(result, "changed", -1), changed);
    assert_int_equal(value_get_int(result, "same", -1), same);
    assert_int_equal(value_get_int(result, "skipped", -1), skipped);
    assert_int_equal(value_get_int(result, "stale", -1), stale);
}

static const char *const ledger = HEAD "一、党的领导方面,,,,,,\n"
                                       "1,学习贯彻不够深入,1.制定计划,立行立改,甲公司,2026年6月底前,\n"
                                       ",,2.每月研讨,,,长期坚持,\n"
                                       "2,招标采购管理不严,修订办法,集中整改,乙公司,2026-09-30,\"1,234.56\"\n"
                                       "合计,,,,,,1234.56\n";

/* Units A and B, a source and the ledger in it; what the import said. */
static struct value *take_ledger(struct store *store, int64_t root, int64_t *ret_source)
{
    struct value *result = NULL;
    make_unit(store, root, "A", "甲公司");
    make_unit(store, root, "B", "乙公司");
    *ret_source = make_source(store, root, "LY-2026-001");
    STORE_OK(run(store, &command_register_import, csv(store, ledger, *ret_source, "stop"), &result));
    return result;
}

STORE_TEST(a_ledger_makes_findings_and_comes_again_unchanged)
{
    int64_t root = make_root(store), source;
    struct value *result = take_ledger(store, root, &source);
    expect_counts(result, 2, 0, 0, 0, 0);
    assert_int_equal(value_get_int(result, "measures", 0), 3);
    assert_int_equal(
        count_sql(
            store,
            "SELECT count(*) FROM finding f JOIN aspect a ON a.id = f.aspect_id JOIN unit u ON u.id = f.unit_id"
            " WHERE a.title = '党的领导方面' AND u.code = 'B' AND f.amount_fen = 1234560000 AND f.due = '2026-09-30'"
            " AND f.mark = '2' AND f.item_no = 2"),
        1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM import_mapping WHERE signature = 'abc'"), 1);
    int64_t before = event_count(store);
    STORE_OK(run(store, &command_register_import, csv(store, ledger, source, "stop"), &result));
    expect_counts(result, 0, 0, 2, 0, 0);
    assert_int_equal(event_count(store), before);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(what_differs_is_stopped_skipped_or_updated)
{
    int64_t root = make_root(store), source;
    struct value *result = take_ledger(store, root, &source);
    const char *const fresh = HEAD "2,招标采购管理不严,修订管理办法,集中整改,甲公司,2026-10-31,1234.56\n"
                                   "3,干部交流不足,轮岗,长期整改,甲公司,长期坚持,\n";
    int64_t before = event_count(store);
    STORE_RC(run(store, &command_register_import, csv(store, fresh, source, "stop"), &result), RC_INVALID);
    assert_string_equal(issue_key(store), "register.exists");
    assert_int_equal(event_count(store), before);
    STORE_OK(run(store, &command_register_import, csv(store, fresh, source, "skip"), &result));
    expect_counts(result, 1, 0, 0, 1, 0);
    before = event_count(store);
    STORE_OK(run(store, &command_register_import, csv(store, fresh, source, "update"), &result));
    expect_counts(result, 0, 1, 1, 0, 0);
    assert_int_equal(event_count(store), before + 2); /* finding.changed and measure.changed */
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM finding f JOIN unit u ON u.id = f.unit_id WHERE f.item_no = 2 AND u.code = 'A'"
                  " AND f.due = '2026-10-31' AND f.rev = 2"),
        1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM measure WHERE text = '修订管理办法'"), 1);
    expect_clean(store);
}

STORE_TEST(a_number_that_stands_twice_is_told_and_never_added_again)
{
    struct actor program = actor_program();
    int64_t root = make_root(store), source;
    make_unit(store, root, "A", "甲公司");
    source = make_source(store, root, "LY-2026-001");
    struct value *result, *plan;
    const char *const twice = HEAD "7,学习贯彻不够深入,计划,立行立改,甲公司,2026-06-30,\n"
                                   "7,招标采购管理不严格,办法,立行立改,甲公司,2026-06-30,\n";
    STORE_OK(register_sheet_plan(store->ctx, store->db, &program, csv(store, twice, source, "stop"), &plan));
    const struct value *doubt = value_get(plan, "doubts")->items.first;
    assert_int_equal(value_count(value_get(plan, "doubts")), 1);
    assert_int_equal(value_get_int(doubt, "row", 0), 3);
    assert_true(str_equal(value_get_text(doubt, "key"), STR("register.number_twice")));
    assert_true(str_equal(value_get_text(doubt, "column"), STR("A")));
    STORE_OK(run(store, &command_register_import, csv(store, twice, source, "stop"), &result));
    expect_counts(result, 2, 0, 0, 0, 0);
    /* Either is found again by its number and a title that is alike. */
    const char *const again = HEAD "7,学习贯彻不够深入问题,计划,立行立改,甲公司,2026-06-30,\n"
                                   "7,招标采购管理不够严格,办法,立行立改,甲公司,2026-06-30,\n";
    STORE_RC(run(store, &command_register_import, csv(store, again, source, "stop"), &result), RC_INVALID);
    assert_string_equal(issue_key(store), "register.exists");
    STORE_OK(run(store, &command_register_import, csv(store, again, source, "update"), &result));
    expect_counts(result, 0, 2, 0, 0, 0);
    expect_clean(store);
}

STORE_TEST(numbering_that_begins_again_is_no_doubt)
{
    struct actor program = actor_program();
    int64_t root = make_root(store), source = make_source(store, root, "LY-2026-001");
    struct value *plan;
    const char *const again = "序号,问题描述,责任单位\n1,甲问题一,\n2,甲问题二,\n1,乙问题一,\n2,乙问题二,\n";
    STORE_OK(register_sheet_plan(store->ctx, store->db, &program, csv(store, again, source, "stop"), &plan));
    assert_int_equal(value_count(value_get(plan, "doubts")), 0);
    assert_int_equal(value_get_int(plan, "created", 0), 4);
}

STORE_TEST(a_number_that_another_finding_has_stops_or_is_told)
{
    struct actor program = actor_program();
    int64_t root = make_root(store), source;
    make_unit(store, root, "A", "甲公司");
    make_unit(store, root, "B", "乙公司");
    source = make_source(store, root, "LY-2026-001");
    struct value *result, *plan;
    STORE_OK(run(store, &command_register_import, csv(store, "序号,问题描述,责任单位\n1,学习不深入,\n", source, "stop"),
                 &result));
    const char *const other = "序号,问题描述,责任单位\n1,采购评审走过场,\n";
    STORE_RC(run(store, &command_register_import, csv(store, other, source, "stop"), &result), RC_INVALID);
    assert_string_equal(issue_key(store), "register.number_exists");
    STORE_OK(register_sheet_plan(store->ctx, store->db, &program, csv(store, other, source, "skip"), &plan));
    assert_int_equal(value_get_int(plan, "created", 0), 1);
    assert_true(str_equal(value_get_text(value_get(plan, "doubts")->items.first, "key"), STR("register.number_taken")));
    /* Units count for themselves. */
    STORE_OK(run(store, &command_register_import,
                 csv(store, "序号,问题描述,责任单位\n1,验收把关不严,乙公司\n", source, "stop"), &result));
}

/* All findings are under way, as after approval of their plans. */
static void put_to_work(struct store *store, int64_t source)
{
    struct db_stmt *st;
    struct value *rows;
    STORE_OK(db_prepare_text(store->ctx, store->db, STR("SELECT id FROM finding ORDER BY id"), &st));
    STORE_OK(db_rows(store->ctx, st, &rows));
    db_stmt_free(st);
    VALUE_EACH (row, rows) {
        int64_t id = value_get_int(row, "id", 0), seq;
        struct event_new event = {
            .kind = EVENT_FINDING_MOVED,
            .chain = source,
            .subject = id,
            .at_ms = clock_now_ms(),
            .reason = STR(""),
            .body = jsonf(store, "{'noun': 'finding', 'id': %lld, 'to': 'doing', 'by': 'test', 'waits': []}",
                          (long long)id)};
        STORE_OK(db_begin(store->ctx, store->db, true));
        STORE_OK(event_append(store->ctx, store->db, &event, &seq));
        STORE_OK(db_commit(store->ctx, store->db));
    }
}

static struct value *reasoned(struct store *store, const char *text, int64_t source, const char *reason)
{
    struct value *input = csv(store, text, source, "update");
    value_put_text(store->ctx->arena, input, "file_name", STR("l.csv"));
    value_put_text(store->ctx->arena, input, "reason", str_from_cstr(reason));
    return input;
}

STORE_TEST(a_ledger_moves_no_date_of_what_is_under_way_without_a_reason)
{
    int64_t root = make_root(store), source;
    struct value *result = take_ledger(store, root, &source);
    put_to_work(store, source);
    const char *const later = HEAD "2,招标采购管理不严,修订办法,集中整改,乙公司,2026-12-31,1234.56\n",
                      *const renamed = HEAD "2,招标采购管理不够严,修订办法,集中整改,乙公司,2026-09-30,1234.56\n";
    int64_t before = event_count(store);
    STORE_RC(run(store, &command_register_import, reasoned(store, later, source, ""), &result), RC_INVALID);
    assert_string_equal(issue_key(store), "finding.due_reason");
    assert_string_equal(issue_field(store), "reason");
    STORE_RC(run(store, &command_register_import, reasoned(store, later, source, "l.csv"), &result), RC_INVALID);
    assert_string_equal(issue_key(store), "finding.due_reason"); /* the name of the file is no reason */
    assert_int_equal(event_count(store), before);
    struct actor writer = make_actor(store, "writer", "lead_department", root, LABEL_INTERNAL);
    STORE_RC(run_as(store, &writer, &command_register_import, reasoned(store, later, source, "会议决定"), &result),
             RC_FORBIDDEN);
    assert_string_equal(issue_key(store), "finding.due_not_yours");
    STORE_OK(run_as(store, &writer, &command_register_import, reasoned(store, renamed, source, "l.csv"), &result));
    STORE_OK(run(store, &command_register_import, reasoned(store, later, source, "会议决定"), &result));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE due = '2026-12-31'"), 1);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM event WHERE kind = 'finding.changed' AND reason = '会议决定'"), 1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(one_wrong_row_keeps_all_out)
{
    int64_t root = make_root(store), source;
    make_unit(store, root, "A", "甲公司");
    source = make_source(store, root, "LY-2026-001");
    struct value *result;
    int64_t before = event_count(store);
    const char *const faulty = HEAD "1,学习不深入,计划,立行立改,甲公司,2026-06-30,\n"
                                    "2,采购不严,办法,立行立改,甲分公司,2026-06-30,\n";
    STORE_RC(run(store, &command_register_import, csv(store, faulty, source, "stop"), &result), RC_INVALID);
    assert_string_equal(issue_key(store), "register.unit_unknown_alike");
    assert_string_equal(issue_field(store), "unit");
    assert_true(str_equal(store->ctx->last->place, STR("E3")));
    assert_true(str_equal(store->ctx->last->args[1], STR("甲公司")));
    assert_int_equal(event_count(store), before);
}

STORE_TEST(a_ledger_may_be_a_source_of_its_own)
{
    int64_t root = make_root(store);
    make_unit(store, root, "A", "甲公司");
    struct value *result, *input = csv(store, "序号,问题描述,责任单位\n1,甲问题,\n2,乙问题,甲公司\n", 0, "stop");
    struct value *none;
    STORE_RC(run(store, &command_register_import, input, &none), RC_INVALID);
    assert_string_equal(issue_key(store), "register.no_source");
    value_put_text(store->ctx->arena, input, "title", STR("自查台账"));
    value_put_int(store->ctx->arena, input, "unit_id", root);
    value_put_int(store->ctx->arena, input, "label", 1);
    STORE_OK(run(store, &command_register_import, input, &result));
    expect_counts(result, 2, 0, 0, 0, 0);
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM source WHERE title = '自查台账' AND finding_count = 2 AND last_item_no = 2"),
        1);
    expect_clean(store);
}

STORE_TEST(rows_of_units_one_may_not_write_are_refused)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲公司"), source;
    make_unit(store, root, "B", "乙公司");
    source = make_source(store, a, "LY-2026-001");
    struct actor office = make_actor(store, "anna", "office", a, 1);
    struct value *result;
    int64_t before = event_count(store);
    STORE_RC(run_as(store, &office, &command_register_import, csv(store, ledger, source, "stop"), &result), RC_INVALID);
    assert_string_equal(issue_key(store), "register.no_right");
    const char *const secret = "序号,问题描述,密级\n1,甲问题,工作秘密\n";
    STORE_RC(run_as(store, &office, &command_register_import, csv(store, secret, source, "stop"), &result), RC_INVALID);
    assert_string_equal(issue_key(store), "register.no_right");
    int64_t other = make_source(store, root, "LY-2026-002");
    STORE_RC(run_as(store, &office, &command_register_import, csv(store, ledger, other, "stop"), &result),
             RC_NOT_FOUND);
    assert_int_equal(event_count(store), before + 1);
}

/* As page_finding_export.c writes it. */
static struct str export_book(struct store *store, const char *change_title)
{
    static const struct xlsx_column columns[] = {
        {.title = {"No.", 3}, .field = {"no", 2}, .kind = XLSX_TEXT},
        {.title = {"Source", 6}, .field = {"source_no", 9}, .kind = XLSX_TEXT},
        {.title = {"Aspect", 6}, .field = {"aspect_title", 12}, .kind = XLSX_TEXT},
        {.title = {"Mark", 4}, .field = {"mark", 4}, .kind = XLSX_TEXT},
        {.title = {"Finding", 7}, .field = {"title", 5}, .kind = XLSX_TEXT},
        {.title = {"Details", 7}, .field = {"facts", 5}, .kind = XLSX_TEXT},
        {.title = {"Status", 6}, .field = {"status", 6}, .kind = XLSX_TEXT},
        {.title = {"Amount", 6}, .field = {"amount_fen", 10}, .kind = XLSX_MONEY},
        {.title = {"Unit", 4}, .field = {"unit_name", 9}, .kind = XLSX_TEXT},
        {.title = {"Who", 3}, .field = {"responsible", 11}, .kind = XLSX_TEXT},
        {.title = {"Due", 3}, .field = {"due", 3}, .kind = XLSX_DATE},
        {.title = {"Due, as stated", 14}, .field = {"due_stated", 10}, .kind = XLSX_TEXT},
        {.title = {"Measures", 8}, .field = {"measure_count", 13}, .kind = XLSX_INT},
        {.title = {"Counted as", 10}, .field = {"main_no", 7}, .kind = XLSX_TEXT},
        {.title = {"Repeats", 7}, .field = {"recurs_no", 9}, .kind = XLSX_TEXT}};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    static const char *const names[] = {"no", "source_no", "aspect_title", "mark", "title",      "facts", "status",
                                        "",   "unit_name", "responsible",  "",     "due_stated", "",      "no",
                                        "no"};
    const struct xlsx_book book = {.title = STR("Register"), .author = STR("Bihuan"), .kind = STR("findings")};
    struct str path = arena_format(store->ctx->arena, "%s/export.xlsx", store->dir);
    struct xlsx_write *write;
    struct value *ids;
    struct db_stmt *st CLEANUP(db_stmt_free_ptr) = NULL;
    STORE_OK(db_prepare_text(store->ctx, store->db, STR("SELECT id FROM finding ORDER BY id DESC"), &st));
    STORE_OK(db_rows(store->ctx, st, &ids));
    STORE_OK(xlsx_write_open(store->ctx, path.p, &book, &write));
    STORE_OK(xlsx_write_sheet(store->ctx, write, STR("Register"), columns, COLUMNS, true));
    VALUE_EACH (item, ids) {
        struct value *row;
        struct xlsx_cell cells[COLUMNS];
        int32_t day = 0;
        struct db_stmt *one = db_query(store->db, Q_REGISTER_FINDING);
        db_bind_int(one, "id", value_get_int(item, "id", 0));
        STORE_OK(db_first_row(store->ctx, one, &row));
        for (int i = 0; i < COLUMNS; i++)
            cells[i] = (struct xlsx_cell){.text = *names[i] ? value_get_text(row, names[i]) : STR("")};
        if (change_title && item == ids->items.first)
            cells[4].text = str_from_cstr(change_title);
        cells[7] = (struct xlsx_cell){.number = value_get_int(row, "amount_fen", 0),
                                      .is_null = value_is_null(value_get(row, "amount_fen"))};
        cells[10] = date_parse(value_get_text(row, "due"), &day) ? (struct xlsx_cell){.number = day}
                                                                 : (struct xlsx_cell){.is_null = true};
        cells[12] = (struct xlsx_cell){.number = value_get_int(row, "measure_count", 0)};
        STORE_OK(xlsx_write_row(store->ctx, write, cells,
                                arena_format(store->ctx->arena, "%lld", (long long)value_get_int(row, "id", 0)),
                                value_get_int(row, "rev", 0)));
    }
    STORE_OK(xlsx_write_close(store->ctx, write));
    FILE *file = fopen(path.p, "rb");
    char *p = arena_alloc(store->ctx->arena, 1 << 20);
    size_t n = fread(p, 1, 1 << 20, file);
    (void)fclose(file);
    (void)unlink(path.p);
    return (struct str){p, n};
}

STORE_TEST(an_untouched_export_changes_nothing)
{
    int64_t root = make_root(store), source;
    struct value *result = take_ledger(store, root, &source);
    int64_t odd = make(store, &command_finding_create,
                       jsonf(store,
                             "{'source_id': %lld, 'title': '=1+1 擔保(dān)問題', 'facts': ' 第一行\\n  第二行 ', "
                             "'due_stated': '年底前'}",
                             (long long)source));
    int64_t before = event_count(store);
    static const char *const all[] = {"stop", "skip", "update"};
    for (int i = 0; i < 3; i++) {
        STORE_OK(run(store, &command_register_import,
                     input_of(store, export_book(store, NULL), "export.xlsx", 0, all[i]), &result));
        expect_counts(result, 0, 0, 3, 0, 0);
    }
    assert_int_equal(event_count(store), before);
    struct str book = export_book(store, "改过的标题");
    STORE_OK(run(store, &command_register_import, input_of(store, book, "export.xlsx", 0, "update"), &result));
    expect_counts(result, 0, 1, 2, 0, 0);
    assert_int_equal(event_count(store), before + 1);
    /* the same book again: its row is older than the register now, but says the same */
    STORE_OK(run(store, &command_register_import, input_of(store, book, "export.xlsx", 0, "update"), &result));
    expect_counts(result, 0, 0, 3, 0, 0);
    STORE_OK(
        run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'title': '第三个标题'}", (long long)odd), NULL));
    STORE_OK(run(store, &command_register_import, input_of(store, book, "export.xlsx", 0, "update"), &result));
    expect_counts(result, 0, 0, 2, 0, 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE title = '第三个标题'"), 1);
    expect_clean(store);
}

/* On PostgreSQL a row that one transaction changes n times costs n * n: the chain's row and the source's. */
STORE_TEST(many_rows_take_seconds)
{
    int count = db_get_engine(store->db) == DB_SQLITE ? 10000 : 1000;
    int64_t root = make_root(store), source;
    make_unit(store, root, "A", "甲公司");
    source = make_source(store, root, "LY-2026-001");
    struct buf text CLEANUP(buf_done);
    buf_init(&text, 8 * 1024 * 1024);
    buf_add_cstr(&text, HEAD);
    for (int i = 1; i <= count; i++)
        buf_add_format(&text, "%d,第%d个问题管理不到位,完善第%d项制度,集中整改,甲公司,2026-12-31,%d.5\n", i, i, i, i);
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new((size_t)1 << 30), *usual = store->ctx->arena;
    struct value *result;
    store->ctx->arena = arena;
    int64_t start = clock_monotonic_ms();
    struct value *input = input_of(store, buf_str(&text), "l.csv", source, "stop");
    int64_t read = clock_monotonic_ms();
    STORE_OK(run(store, &command_register_import, input, &result));
    int64_t written = clock_monotonic_ms();
    expect_counts(result, count, 0, 0, 0, 0);
    STORE_OK(run(store, &command_register_import, input_of(store, buf_str(&text), "l.csv", source, "update"), &result));
    expect_counts(result, 0, 0, count, 0, 0);
    print_message("# %d rows: read %lld ms, written %lld ms, again %lld ms\n", count, (long long)(read - start),
                  (long long)(written - read), (long long)(clock_monotonic_ms() - written));
    store->ctx->arena = usual;
}

STORE_TEST(the_cause_that_a_ledger_states_is_kept)
{
    int64_t root = make_root(store), source = make_source(store, root, "LY-2026-001");
    const char *const first = "序号,反馈问题,原因,整改措施\n1,学习不深入,重业务轻党建,计划\n2,采购不严,/,办法\n",
                      *const fresh = "序号,反馈问题,原因,整改措施\n1,学习不深入,没有考核,计划\n2,采购不严,,办法\n";
    struct value *result;
    STORE_OK(run(store, &command_register_import, csv(store, first, source, "stop"), &result));
    expect_counts(result, 2, 0, 0, 0, 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM cause"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM cause k JOIN finding f ON f.id = k.finding_id"
                                      " WHERE k.text = '重业务轻党建' AND f.item_no = 1 AND k.level = 'management'"),
                     1);
    STORE_OK(run(store, &command_register_import, csv(store, first, source, "stop"), &result));
    expect_counts(result, 0, 0, 2, 0, 0);
    STORE_OK(run(store, &command_register_import, csv(store, fresh, source, "update"), &result));
    expect_counts(result, 0, 1, 1, 0, 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM cause WHERE is_dropped = 0"), 2);
    STORE_OK(run(store, &command_register_import, csv(store, fresh, source, "stop"), &result));
    expect_counts(result, 0, 0, 2, 0, 0);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(an_upload_belongs_to_who_brought_it)
{
    int64_t root = make_root(store);
    struct actor anna = make_actor(store, "anna", "office", root, 1),
                 bert = make_actor(store, "bert", "office", root, 1);
    struct value *file = json(store, "{'sha256': '0123', 'name': 'l.csv', 'media_type': 'text/csv', 'size': 3}"),
                 *result, *row;
    STORE_OK(run_as(store, &anna, &command_file_keep, file, &result));
    int64_t id = value_get_int(result, "id", 0), before = event_count(store);
    STORE_OK(run_as(store, &anna, &command_file_keep, file, &result));
    assert_int_equal(event_count(store), before);
    for (int i = 0; i < 2; i++) {
        struct db_stmt *st = db_query(store->db, Q_FILE_IS_MINE);
        db_bind_text(st, "sha256", STR("0123"));
        db_bind_int(st, "me", bert.account_id);
        STORE_OK(db_first_row(store->ctx, st, &row));
        assert_int_equal(value_get_int(row, "id", 0), i ? id : 0);
        STORE_OK(run_as(store, &bert, &command_file_keep, file, &result));
    }
    assert_int_equal(event_count(store), before + 1);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_ledger_makes_findings_and_comes_again_unchanged),
                     STORE_CASE(what_differs_is_stopped_skipped_or_updated),
                     STORE_CASE(a_number_that_stands_twice_is_told_and_never_added_again),
                     STORE_CASE(numbering_that_begins_again_is_no_doubt),
                     STORE_CASE(a_number_that_another_finding_has_stops_or_is_told),
                     STORE_CASE(a_ledger_moves_no_date_of_what_is_under_way_without_a_reason),
                     STORE_CASE(one_wrong_row_keeps_all_out), STORE_CASE(a_ledger_may_be_a_source_of_its_own),
                     STORE_CASE(rows_of_units_one_may_not_write_are_refused),
                     STORE_CASE(an_untouched_export_changes_nothing), STORE_CASE(many_rows_take_seconds),
                     STORE_CASE(the_cause_that_a_ledger_states_is_kept),
                     STORE_CASE(an_upload_belongs_to_who_brought_it));
}
