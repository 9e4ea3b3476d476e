/* task_book_test.c: a unit's workbook goes out, comes back, and becomes reports: untouched, stale, wrong and filled
 * rows; files beside it become evidence; what is hostile in the package is refused by name. */
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
#include "loop/book_stamp.h"
#include "loop/evidence.h"
#include "loop/task_sheet.h"
#include "loop/vault.h"
#include "publish/task_book.h"
#include "publish/zip_file.h"
#include "record/filestore.h"
#include "serve/book_return.h"

#define TODAY STR("2026-11-28")

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
    world.outsider =
        make_actor(store, "outsider", "unit_reporter", make_unit(store, world.root, "W", "西部公司"), LABEL_INTERNAL);
    int64_t source = make_source(store, world.root, "LY-2026-001"),
            finding = make_finding(store, source, "担保管理不规范");
    int64_t measure =
        make(store, &command_measure_plan,
             jsonf(store, "{'finding_id': %lld, 'text': '清理', 'due': '2099-12-31'}", (long long)finding));
    for (int i = 0; i < 3; i++) {
        world.tasks[i] =
            make(store, &command_task_assign,
                 jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'title': '任务%d', 'due': '2099-12-31'}",
                       (long long)measure, (long long)world.firm, i));
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
    struct book_stamp to = {.unit_id = world.firm, .addressee = STR("Li@Example.cn"), .made_on = TODAY};
    struct str stamp, stamp_back;
    vault_use(arena_format(store->ctx->arena, "%s/key", store->dir).p);
    STORE_OK(book_stamp_make(store->ctx, &to, &stamp));
    STORE_OK(task_book_write(store->ctx, path, STR("东部公司"), stamp, rows));
    FILE *file = fopen(path, "rb");
    char *bytes = arena_alloc(store->ctx->arena, 1 << 20);
    size_t n = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    unlink(path);
    *ret_bytes = (struct str){bytes, n};
    STORE_OK(reader_read(store->ctx, *ret_bytes, STR("tasks.xlsx"), &document));
    STORE_OK(task_book_read(store->ctx, &document, &back, &stamp_back));
    assert_true(str_equal(stamp, stamp_back));
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
    assert_true(str_find(sheet, STR("type=\"date\""), 0) != SIZE_MAX &&
                str_find(sheet, STR("type=\"decimal\""), 0) != SIZE_MAX);
    assert_true(str_find(sheet, STR("type=\"list\""), 0) != SIZE_MAX &&
                str_find(sheet, STR("_lists!$A$1:$A$7"), 0) != SIZE_MAX);
    struct str workbook = zip_find_part(&parts, STR("xl/workbook.xml"))->bytes;
    assert_true(str_find(workbook, STR("name=\"_lists\""), 0) != SIZE_MAX &&
                str_find(workbook, STR("state=\"hidden\""), 0) != SIZE_MAX);
}

/* Cells were moved apart, or a row was copied with its hidden columns: nobody guesses whose words they are. */
STORE_TEST(a_row_whose_number_is_anothers_or_that_comes_twice_stops_all)
{
    make_world(store);
    struct str bytes;
    struct value *rows = round_trip(store, &bytes);
    struct task_sheet sheet;
    struct value *first = row_at(rows, world.tasks[0]), *second = row_at(rows, world.tasks[1]);
    assert_true(value_get_text(first, "stated_no").n > 0);
    fill(store, first, "40", "已清理三笔", "继续清理");
    value_set(first, STR("stated_no"), value_copy(store->ctx->arena, value_get(second, "stated_no")));
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.office, TODAY, rows, NULL, &sheet));
    assert_true(
        str_equal(value_get_text(row_at(sheet.rows, world.tasks[0]), "message"), STR("task_sheet.key_changed")));
    rows = round_trip(store, &bytes);
    fill(store, row_at(rows, world.tasks[0]), "40", "已清理三笔", "继续清理");
    value_add(rows, value_copy(store->ctx->arena, row_at(rows, world.tasks[0])));
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.office, TODAY, rows, NULL, &sheet));
    assert_true(str_equal(value_get_text(row_at(sheet.rows, world.tasks[0]), "outcome"), STR("ready")));
    assert_true(str_equal(value_get_text(sheet.rows->items.last, "message"), STR("task_sheet.twice")));
    assert_int_equal(run_as(store, &world.office, &command_task_sheet, input_of(store, rows), NULL), RC_INVALID);
}

STORE_TEST(filled_rows_become_reports_stale_rows_are_left_and_wrong_rows_stop_all)
{
    make_world(store);
    struct str bytes;
    struct value *rows = round_trip(store, &bytes), *judged, *result;
    struct task_sheet sheet;
    fill(store, row_at(rows, world.tasks[0]), "40", "已清理三笔", "继续清理");
    fill(store, row_at(rows, world.tasks[1]), "50", "做了", "再做");
    STORE_OK(run(store, &command_task_change,
                 jsonf(store, "{'id': %lld, 'title': '改名', 'reason': '改名'}", (long long)world.tasks[1]), NULL));
    fill(store, row_at(rows, world.tasks[2]), "140", "做了", "再做");
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.office, TODAY, rows, NULL, &sheet));
    judged = sheet.rows;
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
    assert_int_equal(count_sql(store, "SELECT count(*) FROM report WHERE state = 'submitted' AND progress_bp = 4000 "
                                      "AND done_text = '已清理三笔'"),
                     1);
    /* The same book once more: what was written has made its row stale. */
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.office, TODAY, rows, NULL, &sheet));
    judged = sheet.rows;
    assert_true(str_equal(value_get_text(row_at(judged, world.tasks[0]), "outcome"), STR("stale")));
    /* Somebody of another unit is told of no task. */
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.outsider, TODAY, rows, NULL, &sheet));
    judged = sheet.rows;
    assert_true(str_equal(value_get_text(row_at(judged, world.tasks[0]), "message"), STR("task_sheet.unknown")));
    assert_int_equal(value_get_text(row_at(judged, world.tasks[0]), "title").n, 0);
    expect_rebuild_equal(store);
}

/* ---- one cell after the other --------------------------------------------------------------------------------- */

static struct str message_with(struct store *store, struct value *rows, const char *key, const char *text)
{
    struct task_sheet sheet;
    struct value *copy = value_copy(store->ctx->arena, rows), *row = row_at(copy, world.tasks[0]);
    fill(store, row, "40", "做了", "再做");
    value_set(row, str_from_cstr(key), value_new_text(store->ctx->arena, str_from_cstr(text)));
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.office, TODAY, copy, NULL, &sheet));
    return value_get_text(row_at(sheet.rows, world.tasks[0]), "message");
}

STORE_TEST(each_cell_is_checked_before_anything_is_written)
{
    make_world(store);
    struct str bytes;
    struct value *rows = round_trip(store, &bytes);
    static const struct {
        const char *field, *text, *message;
    } cases[] = {{"progress", "4x", "task_sheet.progress"},
                 {"progress", "-1", "task_sheet.progress"},
                 {"progress", "0.4", "task_sheet.progress"},
                 {"progress", "100", ""},
                 {"progress", "", "task_sheet.no_progress"},
                 {"recovered_fen", "1,234.56", ""},
                 {"recovered_fen", "1.234", "task_sheet.money"},
                 {"recovered_fen", "=1+1", "task_sheet.money"},
                 {"rules_made", "2", ""},
                 {"rules_made", "-2", "task_sheet.count"},
                 {"people_handled", "1.5", "task_sheet.count"},
                 {"evidence_class", "photo", "task_sheet.no_file"},
                 {"evidence_class", "照片？", "task_sheet.class"},
                 {"evidence_made_on", "2026-11-29", "task_sheet.made_on"},
                 {"evidence_made_on", "昨天", "task_sheet.made_on"},
                 {"done_text", "", "task_sheet.no_done"},
                 {"next_text", "", "task_sheet.no_next"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str message = message_with(store, rows, cases[i].field, cases[i].text);
        if (!str_equal_cstr(message, cases[i].message))
            fail_msg("%s %s: %.*s", cases[i].field, cases[i].text, STR_ARG(message));
    }
    struct task_sheet sheet;
    struct value *several = value_copy(store->ctx->arena, rows);
    fill(store, row_at(several, world.tasks[0]), "4x", "做了", "");
    value_set(row_at(several, world.tasks[0]), STR("recovered_fen"), value_new_text(store->ctx->arena, STR("1.234")));
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.office, TODAY, several, NULL, &sheet));
    const struct value *told = row_at(sheet.rows, world.tasks[0]), *more = value_get(told, "more");
    assert_true(str_equal(value_get_text(told, "message"), STR("task_sheet.progress")));
    assert_int_equal(value_count(more), 2);
    assert_true(str_equal(more->items.first->text, STR("task_sheet.money")));
    assert_true(str_equal(more->items.last->text, STR("task_sheet.no_next")));
    char *longer = arena_alloc(store->ctx->arena, 2002);
    memset(longer, 'x', 2001);
    longer[2001] = '\0';
    assert_true(str_equal(message_with(store, rows, "blockers", longer), STR("task_sheet.too_long")));
}

/* ---- a package ------------------------------------------------------------------------------------------------- */

#define PDF STR("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")

struct entry {
    struct str name, bytes;
};

/* Names are put in as they are: libzip would not write those that these tests need. */
static int package_fd(struct store *store, const struct entry *entries, size_t n)
{
    struct zip_write *zip;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 64 << 20);
    STORE_OK(zip_write_open(store->ctx, NULL, &zip));
    for (size_t i = 0; i < n; i++) {
        struct str stand_in = arena_format(store->ctx->arena, "%.*s", (int)entries[i].name.n,
                                           "@0123456789012345678901234567890123456789012345678901234567890123456789");
        ((char *)(uintptr_t)stand_in.p)[0] = (char)('A' + i);
        zip_write_add(zip, stand_in, entries[i].bytes);
    }
    STORE_OK(zip_write_close(store->ctx, zip, &out));
    for (size_t i = 0; i < n; i++) {
        char stand_in[80];
        (void)snprintf(stand_in, sizeof stand_in, "%.*s", (int)entries[i].name.n,
                       "@0123456789012345678901234567890123456789012345678901234567890123456789");
        stand_in[0] = (char)('A' + i);
        for (char *at = out.p; (at = memmem(at, out.n - (size_t)(at - out.p), stand_in, entries[i].name.n)) != NULL;
             at += entries[i].name.n)
            memcpy(at, entries[i].name.p, entries[i].name.n);
    }
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(out.p, 1, out.n, file), out.n);
    fflush(file);
    int fd = dup(fileno(file));
    fclose(file);
    return fd;
}

static enum rc read_package(struct store *store, const struct entry *entries, size_t n, struct book_return *ret)
{
    struct filestore *files;
    char dir[] = "/tmp/bihuan-files-XXXXXX";
    assert_non_null(mkdtemp(dir));
    ctx_clear_issues(store->ctx);
    STORE_OK(filestore_open(store->ctx, str_from_cstr(dir), &files));
    int fd = package_fd(store, entries, n);
    enum rc rc = book_return_read(store->ctx, files, "/tmp", fd, STR("back.zip"), NULL, ret);
    close(fd);
    filestore_close(files);
    return rc;
}

static struct str named(struct store *store, int64_t task, const char *pattern)
{
    struct value *row;
    struct db_stmt *st = db_query(store->db, Q_TASK_BOOK_ROW);
    db_bind_int(st, "id", task);
    STORE_OK(db_first_row(store->ctx, st, &row));
    struct str no = value_get_text(row, "no");
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 4096);
    for (const char *c = pattern; *c; c++)
        if (*c == '$')
            buf_add(&out, no);
        else
            buf_add_char(&out, *c);
    return arena_copy_str(store->ctx->arena, buf_str(&out));
}

static struct value *package_input(struct store *store, const struct book_return *back)
{
    struct value *raw = value_new_map(store->ctx->arena);
    value_put(raw, STR("rows"), value_copy(store->ctx->arena, back->rows));
    value_put(raw, STR("files"), value_copy(store->ctx->arena, back->files));
    return raw;
}

STORE_TEST(files_beside_the_book_become_evidence_of_their_tasks_once)
{
    make_world(store);
    struct str bytes;
    struct value *rows = round_trip(store, &bytes), *result;
    struct book_return back;
    struct entry entries[] = {{STR("表/tasks.xlsx"), bytes},
                              {named(store, world.tasks[0], "$ \xba\xcf\xcd\xac.pdf"), PDF}, /* a name in GBK */
                              {named(store, world.tasks[1], "材料/$/说明.txt"), STR("第二项任务的说明。\n")},
                              {STR("__MACOSX/._x"), STR("x")}};
    STORE_OK(read_package(store, entries, 4, &back));
    assert_int_equal(value_count(back.rows), value_count(rows));
    assert_int_equal(value_count(back.files), 2);
    struct value *row = row_at(back.rows, world.tasks[0]);
    value_set(row, STR("evidence_class"), value_new_text(store->ctx->arena, STR("voucher")));
    value_set(row, STR("evidence_made_on"), value_new_text(store->ctx->arena, STR("2026-11-01")));
    STORE_OK(run_as(store, &world.office, &command_task_sheet, package_input(store, &back), &result));
    assert_int_equal(value_get_int(result, "files", 0), 2);
    assert_int_equal(value_get_int(result, "written", 0), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM evidence e JOIN evidence_version v ON v.evidence_id = e.id "
                                      "WHERE e.home_kind = 'task' AND e.class = 'voucher' "
                                      "AND v.file_name LIKE '% 合同.pdf' AND v.made_on = '2026-11-01' AND "
                                      "length(v.sha256) = 64 AND v.format = 'pdf'"),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM evidence e JOIN evidence_version v ON v.evidence_id = e.id "
                                      "WHERE e.home_kind = 'task' AND e.class = 'other' AND v.file_name = '说明.txt'"),
                     1);
    int64_t before = event_count(store);
    STORE_OK(read_package(store, entries, 4, &back)); /* the same package once more */
    STORE_OK(run_as(store, &world.office, &command_task_sheet, package_input(store, &back), &result));
    assert_int_equal(value_get_int(result, "files", 0), 0);
    assert_int_equal(event_count(store), before);
    expect_rebuild_equal(store);
}

STORE_TEST(a_file_without_a_task_or_of_a_kind_not_taken_stops_all)
{
    make_world(store);
    struct str bytes;
    struct task_sheet sheet;
    struct book_return back;
    (void)round_trip(store, &bytes);
    struct entry entries[] = {{STR("tasks.xlsx"), bytes},
                              {STR("合同.pdf"), PDF},
                              {named(store, world.tasks[0], "$ x.exe"), STR("MZ")},
                              {named(store, world.tasks[0], "$9.pdf"), PDF},
                              {named(store, world.tasks[0], "$ a.pdf"), STR("<script>")}};
    STORE_OK(read_package(store, entries, 5, &back));
    STORE_OK(task_sheet_judge(store->ctx, store->db, &world.office, TODAY, back.rows, back.files, &sheet));
    assert_int_equal(sheet.faults, 4);
    static const char *const messages[] = {"task_sheet.file_no_task", "evidence.kind_not_taken",
                                           "task_sheet.file_no_task", "evidence.not_what_it_says"};
    int i = 0;
    VALUE_EACH (file, sheet.files)
        assert_true(str_equal_cstr(value_get_text(file, "message"), messages[i++]));
    int64_t before = event_count(store);
    assert_int_equal(run_as(store, &world.office, &command_task_sheet, package_input(store, &back), NULL), RC_INVALID);
    assert_true(str_equal(store->ctx->first->place, STR("合同.pdf")));
    assert_int_equal(event_count(store), before);
}

static void expect_refused(struct store *store, const struct entry *entries, size_t n, const char *key,
                           struct str argument)
{
    struct book_return back;
    assert_int_not_equal(read_package(store, entries, n, &back), RC_OK);
    const struct ctx_issue *issue = store->ctx->first;
    assert_non_null(issue);
    if (!str_equal_cstr(issue->key, key))
        fail_msg("%.*s, not %s", STR_ARG(issue->key), key);
    if (argument.n && str_find(issue->args[0], argument, 0) == SIZE_MAX)
        fail_msg("%.*s, not %.*s", STR_ARG(issue->args[0]), STR_ARG(argument));
    ctx_clear_issues(store->ctx);
}

STORE_TEST(a_hostile_package_is_refused_by_the_name_of_its_entry)
{
    make_world(store);
    struct str bytes;
    (void)round_trip(store, &bytes);
    struct entry up[] = {{STR("tasks.xlsx"), bytes}, {STR("../../etc/cron.d/x.txt"), STR("x")}};
    expect_refused(store, up, 2, "reader.zip_path", STR("../../etc/cron.d/x.txt"));
    struct entry back_up[] = {{STR("a\\..\\..\\x.txt"), STR("x")}, {STR("tasks.xlsx"), bytes}};
    expect_refused(store, back_up, 2, "reader.zip_path", STR("a/../../x.txt"));
    struct entry root[] = {{STR("/etc/x.txt"), STR("x")}, {STR("tasks.xlsx"), bytes}};
    expect_refused(store, root, 2, "reader.zip_path", STR("/etc/x.txt"));
    struct entry drive[] = {{STR("C:x.txt"), STR("x")}, {STR("tasks.xlsx"), bytes}};
    expect_refused(store, drive, 2, "reader.zip_path", STR("C:x.txt"));
    struct entry neither[] = {{STR("\xff\xff\xff.txt"), STR("x")}, {STR("tasks.xlsx"), bytes}};
    expect_refused(store, neither, 2, "reader.zip_name", STR("???.txt"));
    char *zeros = arena_alloc(store->ctx->arena, 32 << 20);
    memset(zeros, 0, 32 << 20);
    struct entry bomb[] = {{STR("tasks.xlsx"), bytes}, {STR("bomb.txt"), {zeros, 32 << 20}}};
    expect_refused(store, bomb, 2, "reader.zip_bomb", STR("bomb.txt"));
    struct entry two[] = {{STR("a.xlsx"), bytes}, {STR("b.xlsx"), bytes}};
    expect_refused(store, two, 2, "task_sheet.two_books", STR("b.xlsx"));
    struct entry none[] = {{STR("a.txt"), STR("x")}};
    expect_refused(store, none, 1, "task_sheet.no_book", STR_EMPTY);
    struct entry nested[] = {{STR("a.xlsx"), STR("PK\3\4 no workbook")}, {STR("b.txt"), STR("x")}};
    expect_refused(store, nested, 2, "reader.archive", STR_EMPTY);
}

static void expect_no_stamp(struct store *store, struct str text, const char *key)
{
    struct book_stamp stamp;
    ctx_clear_issues(store->ctx);
    assert_int_equal(book_stamp_read(store->ctx, text, &stamp), RC_INVALID);
    assert_string_equal(issue_key(store), key);
}

STORE_TEST(a_stamp_says_for_which_unit_and_address_a_book_is_and_nobody_else_makes_one)
{
    make_world(store);
    struct str bytes, text, other;
    struct book_stamp stamp, wrong = {.unit_id = world.firm, .addressee = STR("a b@c")};
    (void)round_trip(store, &bytes);
    struct book_stamp made = {.unit_id = world.firm, .addressee = STR("Li@Example.cn"), .made_on = TODAY};
    STORE_OK(book_stamp_make(store->ctx, &made, &text));
    STORE_OK(book_stamp_read(store->ctx, text, &stamp));
    assert_true(stamp.unit_id == world.firm && str_equal(stamp.addressee, STR("li@example.cn")) &&
                str_equal(stamp.made_on, TODAY));
    made = (struct book_stamp){.unit_id = world.firm, .made_on = TODAY};
    STORE_OK(book_stamp_make(store->ctx, &made, &other));
    STORE_OK(book_stamp_read(store->ctx, other, &stamp));
    assert_int_equal(stamp.addressee.n, 0);
    expect_no_stamp(store, STR(""), "task_mail.no_token");
    expect_no_stamp(store, STR("x"), "task_mail.bad_token");
    for (size_t i = 0; i < text.n; i++) { /* any character another, any piece missing */
        char *changed = arena_copy_cstr(store->ctx->arena, text);
        changed[i] = changed[i] == '7' ? '8' : '7';
        expect_no_stamp(store, (struct str){changed, text.n}, "task_mail.bad_token");
        if (i)
            expect_no_stamp(store, str_slice(text, 0, i), "task_mail.bad_token");
    }
    expect_no_stamp(store, arena_format(store->ctx->arena, "%.*s x", STR_ARG(text)), "task_mail.bad_token");
    vault_use(arena_format(store->ctx->arena, "%s/other-key", store->dir).p); /* somebody else's installation */
    expect_no_stamp(store, text, "task_mail.bad_token");
    assert_int_equal(book_stamp_make(store->ctx, &wrong, &text), RC_INVALID);
    char *longest = arena_alloc(store->ctx->arena, 300);
    memset(longest, '@', 300);
    wrong.addressee = (struct str){longest, 300};
    assert_int_equal(book_stamp_make(store->ctx, &wrong, &text), RC_INVALID);
    assert_string_equal(issue_key(store), "task_mail.addressee");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], READER_CHILD_VERB) == 0) /* the readers' children are this program again */
        return reader_child_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], PACKAGE_CHILD_VERB) == 0)
        return package_child_main(argc, argv);
    return STORE_RUN(STORE_CASE(an_untouched_book_changes_nothing),
                     STORE_CASE(filled_rows_become_reports_stale_rows_are_left_and_wrong_rows_stop_all),
                     STORE_CASE(a_row_whose_number_is_anothers_or_that_comes_twice_stops_all),
                     STORE_CASE(each_cell_is_checked_before_anything_is_written),
                     STORE_CASE(files_beside_the_book_become_evidence_of_their_tasks_once),
                     STORE_CASE(a_file_without_a_task_or_of_a_kind_not_taken_stops_all),
                     STORE_CASE(a_hostile_package_is_refused_by_the_name_of_its_entry),
                     STORE_CASE(a_stamp_says_for_which_unit_and_address_a_book_is_and_nobody_else_makes_one));
}
