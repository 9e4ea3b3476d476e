/* task_book_test.c: a unit's workbook goes out, comes back, and becomes reports: untouched, stale, wrong and filled rows. */
#include "record_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "intake/reader.h"
#include "intake/task_book_read.h"
#include "loop/task.h"
#include "loop/task_sheet.h"
#include "publish/task_book.h"
#include "publish/zip_file.h"

static struct {
    int64_t root, firm, tasks[3];
    struct actor office, outsider;
} world;

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.outsider = make_actor(store, "outsider", "unit_reporter", make_unit(store, world.root, "W", "西部公司"), LABEL_INTERNAL);
    int64_t source = make_source(store, world.root, "LY-2026-001"), finding = make_finding(store, source, "担保管理不规范");
    int64_t measure = make(store, &command_measure_plan, jsonf(store, "{'finding_id': %lld, 'text': '清理', 'due': '2099-12-31'}", (long long)finding));
    for (int i = 0; i < 3; i++) {
        world.tasks[i] = make(store, &command_task_assign,
                              jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'title': '任务%d', 'due': '2099-12-31'}", (long long)measure, (long long)world.firm, i));
        STORE_OK(run(store, &command_task_accept, jsonf(store, "{'id': %lld}", (long long)world.tasks[i]), NULL));
    }
}

/* Writes the book and reads it again, as the office does. */
static struct value *round_trip(struct store *store, struct str *ret_bytes)
{
    struct value *rows, *back;
    struct document document;
    struct db_stmt *st = db_query(store->db, Q_TASK_BOOK_ROWS);
    actor_bind_scope(st, &world.office, PERM_TASK_READ);
    db_bind_int(st, "id", world.firm);
    STORE_OK(db_rows(store->ctx, st, &rows));
    char path[] = "/tmp/bihuan-book-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    STORE_OK(task_book_write(store->ctx, path, STR("东部公司"), rows));
    FILE *file = fopen(path, "rb");
    char *bytes = arena_alloc(store->ctx->arena, 1 << 20);
    size_t n = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    unlink(path);
    *ret_bytes = (struct str){bytes, n};
    STORE_OK(reader_read(store->ctx, *ret_bytes, STR("tasks.xlsx"), &document));
    STORE_OK(task_book_read(store->ctx, &document, &back));
    return back;
}

static struct value *row_at(struct value *rows, int64_t id)
{
    for (struct value *row = rows->items.first; row; row = row->next)
        if (value_get_int(row, "id", 0) == id)
            return row;
    fail_msg("no row of task %lld", (long long)id);
    return NULL;
}

static void fill(struct store *store, struct value *row, const char *progress, const char *done, const char *next)
{
    value_set(row, STR("progress"), value_new_text(store->ctx->arena, str_from_cstr(progress)));
    value_set(row, STR("done_text"), value_new_text(store->ctx->arena, str_from_cstr(done)));
    value_set(row, STR("next_text"), value_new_text(store->ctx->arena, str_from_cstr(next)));
}

static struct value *input_of(struct store *store, const struct value *rows)
{
    struct value *raw = value_new_map(store->ctx->arena);
    value_put(raw, STR("rows"), value_copy(store->ctx->arena, rows));
    return raw;
}

STORE_TEST(an_untouched_book_changes_nothing)
{
    make_world(store);
    struct str bytes;
    struct value *rows = round_trip(store, &bytes), *result;
    assert_int_equal(value_count(rows), 3);
    int64_t before = event_count(store);
    STORE_OK(run_as(store, &world.office, &command_task_sheet, input_of(store, rows), &result));
    assert_int_equal(value_get_int(result, "same", 0), 3);
    assert_int_equal(event_count(store), before);
    struct zip_parts parts;
    STORE_OK(zip_read_parts(store->ctx, bytes, &parts));
    struct str sheet = zip_find_part(&parts, STR("xl/worksheets/sheet1.xml"))->bytes;
    assert_true(str_find(sheet, STR("<sheetProtection"), 0) != SIZE_MAX); /* keys are locked */
    assert_true(str_find(sheet, STR("type=\"whole\""), 0) != SIZE_MAX);   /* progress is checked */
}

STORE_TEST(filled_rows_become_reports_stale_rows_are_left_and_wrong_rows_stop_all)
{
    make_world(store);
    struct str bytes;
    struct value *rows = round_trip(store, &bytes), *judged, *result;
    fill(store, row_at(rows, world.tasks[0]), "40", "已清理三笔", "继续清理");
    fill(store, row_at(rows, world.tasks[1]), "50", "做了", "再做");
    STORE_OK(run(store, &command_task_change, jsonf(store, "{'id': %lld, 'title': '改名', 'reason': '改名'}", (long long)world.tasks[1]), NULL));
    fill(store, row_at(rows, world.tasks[2]), "140", "做了", "再做");
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.office, rows, &judged));
    assert_true(str_equal(value_get_text(row_at(judged, world.tasks[0]), "outcome"), STR("ready")));
    assert_true(str_equal(value_get_text(row_at(judged, world.tasks[1]), "outcome"), STR("stale")));
    assert_true(str_equal(value_get_text(row_at(judged, world.tasks[2]), "message"), STR("task_sheet.progress")));
    int64_t before = event_count(store);
    assert_int_equal(run_as(store, &world.office, &command_task_sheet, input_of(store, rows), NULL), RC_INVALID);
    assert_int_equal(event_count(store), before); /* all or none */
    fill(store, row_at(rows, world.tasks[2]), "", "", "");
    STORE_OK(run_as(store, &world.office, &command_task_sheet, input_of(store, rows), &result));
    assert_int_equal(value_get_int(result, "written", 0), 1);
    assert_int_equal(value_get_int(result, "stale", 0), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM report WHERE state = 'submitted' AND progress_bp = 4000 AND done_text = '已清理三笔'"), 1);
    /* The same book once more: what was written has made its row stale. */
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.office, rows, &judged));
    assert_true(str_equal(value_get_text(row_at(judged, world.tasks[0]), "outcome"), STR("stale")));
    /* Somebody of another unit is told of no task. */
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.outsider, rows, &judged));
    assert_true(str_equal(value_get_text(row_at(judged, world.tasks[0]), "message"), STR("task_sheet.unknown")));
    assert_int_equal(value_get_text(row_at(judged, world.tasks[0]), "title").n, 0);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(an_untouched_book_changes_nothing), STORE_CASE(filled_rows_become_reports_stale_rows_are_left_and_wrong_rows_stop_all));
}
