/* import_draft_test.c: drafts from opening to confirmation; the torture lane over confirmation and the usual commands.
 */
#include "record_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

static int64_t open_draft(struct store *store, int64_t unit_id)
{
    static int number;
    number += 2;
    return make(store, &command_draft_open,
                jsonf(store,
                      "{'file_sha256': '%064d', 'draft_sha256': '%064d', 'file_name': '反馈.docx', 'media_type': "
                      "'text/plain', 'size': 3,"
                      " 'draft_size': 9, 'title': '反馈意见', 'unit_id': %lld, 'label': 1}",
                      number, number + 1, (long long)unit_id));
}

static const char *const draft_text =
    "{'source': {'title': '巡视反馈', 'kind': 'inspection', 'fed_back': '2026-01-05', 'signed': '一月', 'contacts': "
    "[{'kind': 'phone', 'value': '1'}],"
    " 'publicity': {'from': '2026-01-06', 'to': '2026-01-20', 'stated_days': 15, 'include_first': true}}, 'doc_kind': "
    "'feedback',"
    " 'aspects': [{'id': 'a1', 'title': '党的领导'}, {'id': 'a2', 'title': '经营管理'}],"
    " 'paragraphs': [{'n': 1, 'place': 'p1', 'role': 'title', 'text': '一', 'raw': '一', 'state': 'used'},"
    "  {'n': 2, 'place': 'p2', 'role': 'finding', 'text': '担保', 'raw': '擔保', 'state': 'used'},"
    "  {'n': 3, 'place': 'p3', 'role': 'x', 'text': '三', 'raw': '三', 'state': 'dropped'},"
    "  {'n': 4, 'place': 'p4', 'role': 'x', 'text': '四', 'raw': '四', 'state': 'unplaced'}],"
    " 'dropped': [{'n': 3, 'reason': '页脚'}],"
    " 'findings': [{'id': 'f1', 'aspect': 'a1', 'no': '1.', 'title': '违规担保', 'body': '担保三户', 'phase': "
    "'concentrated', 'due': '2026-12-31',"
    "   'due_text': '年底前', 'responsible': '无此部门、甲公司', 'amount_fen': 123456, 'paragraphs': [2, 4, 3],"
    "   'measures': [{'text': '解除担保', 'derived': true, 'due': 'soon'}, {'text': '追责', 'phase': 'immediate', "
    "'paragraph': 2}],"
    "   'figures': [{'label': '户数', 'value': 3, 'scale': 0, 'unit': '户', 'text': '三户'}]},"
    "  {'id': 'f2', 'aspect': null, 'no': '2.', 'title': '长期坚持', 'body': '', 'phase': 'long_term', 'paragraphs': "
    "[]}]}";

static struct value *confirm_input(struct store *store, int64_t draft_id)
{
    struct value *raw = jsonf(store, "{'id': %lld}", (long long)draft_id);
    value_put(raw, STR("draft"), json(store, draft_text));
    return raw;
}

STORE_TEST(confirmation_makes_the_register)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲公司"), draft = open_draft(store, root);
    struct value *result = NULL;
    STORE_OK(run(store, &command_draft_confirm, confirm_input(store, draft), &result));
    assert_int_equal(value_get_int(result, "findings", 0), 2);
    assert_int_equal(value_get_int(result, "measures", 0), 2);
    /* the first of the words that is a unit */
    assert_int_equal(
        count_sqlf(
            store,
            "SELECT count(*) FROM finding WHERE item_no = 1 AND unit_id = %lld AND amount_fen = 123456 AND due = "
            "'2026-12-31' AND phase = "
            "'concentrated' AND paragraph_from = 2 AND paragraph_to = 4 AND measure_count = 2 AND aspect_id IS NOT "
            "NULL",
            (long long)a),
        1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE item_no = 2 AND phase = 'long_term' AND "
                                      "aspect_id IS NULL AND unit_id = 1"),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM measure WHERE due IS NULL"), 2); /* "soon" is no date */
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM source WHERE signed IS NULL AND publicity_days = 15 AND finding_count = 2"),
        1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM source_paragraph WHERE raw = '' AND n <> 2"), 3);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM source_paragraph WHERE dropped IN ('页脚', 'unplaced')"),
                     2);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM draft WHERE state = 'confirmed' AND source_id IS NOT NULL"),
                     1);
    assert_int_equal(search_hits(store, "担保"), 2);
    STORE_RC(run(store, &command_draft_confirm, confirm_input(store, draft), NULL), RC_GUARD); /* once */
    assert_string_equal(issue_key(store), "draft.closed");
    STORE_OK(run(store, &command_draft_confirm, confirm_input(store, open_draft(store, root)), &result));
    assert_true(str_has_suffix(value_get_text(result, "no"), STR("-002")));
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* A document names any unit; it gives nobody the right to write there. */
STORE_TEST(findings_stand_only_where_the_person_may_write)
{
    int64_t root = make_root(store), own = make_unit(store, root, "A", "甲公司"),
            foreign = make_unit(store, root, "B", "乙公司"), below = make_unit(store, own, "A1", "甲一厂"),
            draft = open_draft(store, own);
    struct actor office = make_actor(store, "office", "office", own, 1);
    struct value *input = jsonf(store, "{'id': %lld}", (long long)draft);
    value_put(
        input, STR("draft"),
        json(store,
             "{'source': {}, 'findings': [{'title': 'one', 'responsible': '乙公司'},"
             " {'title': 'two', 'responsible': '甲一厂、乙公司'}, {'title': 'three', 'responsible': '无此部门'},"
             " {'title': 'four', 'responsible': '甲公司'}, {'title': 'five', 'responsible': '无此部门；乙公司'}]}"));
    STORE_OK(run_as(store, &office, &command_draft_confirm, input, NULL));
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM finding WHERE unit_id = %lld", (long long)foreign), 0);
    assert_int_equal(
        count_sqlf(store, "SELECT count(*) FROM finding WHERE unit_id = %lld AND title = 'two'", (long long)below), 1);
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM finding WHERE unit_id = %lld", (long long)own), 4);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE responsible = '乙公司'"), 1); /* kept */
    draft = open_draft(store, own); /* whoever may write everywhere follows the words */
    value_set(input, STR("id"), value_new_int(store->ctx->arena, draft));
    STORE_OK(run(store, &command_draft_confirm, input, NULL));
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM finding WHERE unit_id = %lld", (long long)foreign), 2);
}

static int64_t field_of(struct store *store, int64_t draft, const char *column)
{
    return count_sqlf(store, "SELECT %s FROM draft WHERE id = %lld", column, (long long)draft);
}

static enum rc edit(struct store *store, int64_t draft, int64_t revision, const char *reason, int64_t *ret_revision)
{
    struct value *result = NULL;
    TRY(run(store, &command_draft_edit,
            jsonf(store, "{'id': %lld, 'revision': %lld, 'op': {'op': 'drop', 'id': 'f1', 'reason': '%s'}}",
                  (long long)draft, (long long)revision, reason),
            &result));
    *ret_revision = value_get_int(result, "revision", 0);
    return RC_OK;
}

STORE_TEST(edits_are_undone_and_done_again)
{
    int64_t root = make_root(store), draft = open_draft(store, root), first = field_of(store, draft, "changed_seq"),
            revision = 0, next = 0;
    STORE_OK(edit(store, draft, first, "a", &revision));
    assert_int_equal(revision, field_of(store, draft, "changed_seq"));
    STORE_RC(edit(store, draft, first, "b", &next), RC_CONFLICT); /* somebody else was quicker */
    assert_string_equal(issue_key(store), "draft.changed_meanwhile");
    STORE_OK(edit(store, draft, revision, "b", &next));
    STORE_OK(edit(store, draft, next, "c", &revision));
    struct value *result = NULL;
    STORE_OK(run(store, &command_draft_rewind,
                 jsonf(store, "{'id': %lld, 'revision': %lld, 'to': 1}", (long long)draft, (long long)revision),
                 &result));
    revision = value_get_int(result, "revision", 0);
    assert_int_equal(field_of(store, draft, "op_count"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM draft_op"), 3);
    STORE_OK(run(store, &command_draft_rewind,
                 jsonf(store, "{'id': %lld, 'revision': %lld, 'to': 2}", (long long)draft, (long long)revision), NULL));
    STORE_RC(run(store, &command_draft_rewind, jsonf(store, "{'id': %lld, 'to': 4}", (long long)draft), NULL),
             RC_GUARD);
    STORE_RC(run(store, &command_draft_rewind, jsonf(store, "{'id': %lld, 'to': -1}", (long long)draft), NULL),
             RC_GUARD);
    STORE_OK(
        edit(store, draft, field_of(store, draft, "changed_seq"), "d", &revision)); /* what was undone is gone now */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM draft_op"), 3);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM draft_op WHERE n = 3 AND op LIKE '%\"d\"%'"), 1);
    expect_rebuild_equal(store);
}

STORE_TEST(discarded_draft_is_closed)
{
    int64_t root = make_root(store), draft = open_draft(store, root), revision;
    STORE_OK(run(store, &command_draft_discard, jsonf(store, "{'id': %lld, 'reason': 'x'}", (long long)draft), NULL));
    STORE_RC(edit(store, draft, field_of(store, draft, "changed_seq"), "a", &revision), RC_GUARD);
    STORE_RC(run(store, &command_draft_confirm, confirm_input(store, draft), NULL), RC_GUARD);
    STORE_RC(run(store, &command_draft_discard, json(store, "{'id': 999}"), NULL), RC_NOT_FOUND);
    struct value *empty = jsonf(store, "{'id': %lld, 'draft': {'findings': []}}", (long long)open_draft(store, root));
    STORE_RC(run(store, &command_draft_confirm, empty, NULL), RC_GUARD);
    STORE_RC(
        run(store, &command_draft_open,
            jsonf(store, "{'file_sha256': 'a', 'draft_sha256': 'b', 'file_name': 'n', 'media_type': 'm', 'size': 1,"
                         " 'title': 't', 'unit_id': 999}"),
            NULL),
        RC_INVALID);
    STORE_RC(
        run(store, &command_draft_open,
            jsonf(store, "{'file_sha256': 'a', 'draft_sha256': 'b', 'file_name': 'n', 'media_type': 'm', 'size': 1,"
                         " 'title': 't', 'unit_id': 1, 'label': 5}"),
            NULL),
        RC_INVALID);
}

/* A person in charge named in many characters: cut between characters, never inside one. */
STORE_TEST(long_words_are_cut_between_characters)
{
    int64_t root = make_root(store), draft = open_draft(store, root);
    struct buf words CLEANUP(buf_done);
    buf_init(&words, 10000);
    buf_add_cstr(&words, "a");
    for (int i = 0; i < 400; i++)
        buf_add_cstr(&words, "责");
    struct value *raw =
        jsonf(store, "{'id': %lld, 'draft': {'source': {}, 'findings': [{'title': 't', 'responsible': '%s'}]}}",
              (long long)draft, buf_str(&words).p);
    STORE_OK(run(store, &command_draft_confirm, raw, NULL));
    assert_int_equal(count_sql(store, "SELECT length(responsible) FROM finding"), 200);
    expect_rebuild_equal(store);
}

STORE_TEST(file_is_kept_and_read_into_a_draft)
{
    char path[400];
    struct filestore *files = NULL;
    struct import_result read;
    struct reader_limits limits = reader_limits_default();
    static const char text[] =
        "关于巡视整改进展情况的通报\n一、整改情况\n（一）党的领导方面\n1.关于违规担保问题\n已解除担保三户。\n";
    int64_t root = make_root(store);
    snprintf(path, sizeof path, "%s/a.txt", store->dir);
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    snprintf(path, sizeof path, "%s/files", store->dir);
    STORE_OK(filestore_open(store->ctx, str_from_cstr(path), &files));
    STORE_OK(import_read(store->ctx, files, fd, 0, sizeof text - 1, STR("a.txt"), &limits, &read));
    close(fd);
    assert_string_equal(read.media_type, "text/plain");
    assert_true(read.draft_size_bytes > 0);
    int64_t draft = make(store, &command_draft_open,
                         import_make_input(store->ctx->arena, &read, STR("a.txt"), root, 1, STR("inspection")));
    struct value *row = jsonf(store, "{'draft_sha256': '%s', 'op_count': 0}", read.draft_sha256), *again = NULL;
    STORE_OK(import_load_draft(store->ctx, files, row, json(store, "[]"), &again));
    assert_int_equal(value_count(value_get(again, "findings")), value_count(value_get(read.draft, "findings")));
    struct value *confirm = jsonf(store, "{'id': %lld}", (long long)draft);
    value_put(confirm, STR("draft"), again);
    STORE_OK(run(store, &command_draft_confirm, confirm, NULL));
    struct check_result result;
    STORE_OK(maintain_check(store->ctx, store->db, files, &result));
    assert_int_equal(result.files, 2);
    assert_int_equal(result.problems, 0);
    snprintf(path, sizeof path, "%s/files/%.2s/%s", store->dir, read.file_sha256, read.file_sha256 + 2);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) { /* files are read-only: make a broken one in its place */
        assert_int_equal(unlink(path), 0);
        fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    }
    assert_int_equal(write(fd, "X", 1), 1);
    close(fd);
    STORE_OK(maintain_check(store->ctx, store->db, files, &result));
    assert_int_equal(result.problems, 1);
    assert_true(has_problem(&result, "does not have the content"));
    assert_int_equal(unlink(path), 0);
    STORE_OK(maintain_check(store->ctx, store->db, files, &result));
    assert_true(has_problem(&result, "is missing"));
    filestore_close(files);
}

/* ---- torture: the n-th call fails, n = 1, 2, ... until success; nothing is half written, nothing leaks (ASan)
 * -------- */

struct torture {
    const struct command *command;
    const char *input;
};

/* The command in an arena of its own, as a request has. */
static enum rc try_once(struct store *store, const struct command *command, const struct value *raw)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(16 << 20);
    if (!arena)
        return RC_NOMEM;
    struct ctx ctx = {.arena = arena};
    struct actor program = actor_program();
    struct value *input = NULL;
    TRY(command_read_input(&ctx, command, raw, &input));
    struct write_job job = {.command = command, .ctx = &ctx, .actor = &program, .input = input};
    return writer_run_once(store->db, &job);
}

static void torture_one(struct store *store, const struct command *command, const struct value *raw, bool is_memory)
{
    int64_t before = event_count(store);
    for (long n = 1;; n++) {
        if (is_memory)
            alloc_fail_at(n);
        else
            db_fail_at(n);
        enum rc rc = try_once(store, command, raw);
        bool has_failed = is_memory ? alloc_has_failed() != 0 : db_has_failed();
        alloc_fail_at(0);
        db_fail_at(0);
        if (!has_failed) {
            assert_int_equal(rc, RC_OK);
            assert_true(event_count(store) > before);
            return;
        }
        if (rc == RC_OK) /* what failed was not needed: the change is whole */
            return;
        if (event_count(store) != before)
            fail_msg("%s: failure %ld left %lld events", command->name, n, (long long)(event_count(store) - before));
        assert_true(n < 5000);
    }
}

static void torture_all(struct store *store, bool is_memory)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲公司"),
            b = make_unit(store, root, "B", "乙公司");
    int64_t source = make_source(store, root, "LY-2020-001"), finding = make_finding(store, source, "问题");
    int64_t account = make(store, &command_account_create, json(store, "{'login': 'qiao', 'name': 'x'}"));
    int64_t draft = open_draft(store, root);
    torture_one(store, &command_draft_confirm, confirm_input(store, draft), is_memory);
    torture_one(store, &command_unit_create, json(store, "{'parent_id': 1, 'code': 'N', 'name': '新单位'}"), is_memory);
    torture_one(store, &command_unit_move, jsonf(store, "{'id': %lld, 'parent_id': %lld}", (long long)a, (long long)b),
                is_memory);
    torture_one(store, &command_finding_change, jsonf(store, "{'id': %lld, 'title': '改'}", (long long)finding),
                is_memory);
    torture_one(store, &command_finding_bulk,
                jsonf(store, "{'ids': [%lld], 'field': 'severity', 'value': 'major'}", (long long)finding), is_memory);
    torture_one(store, &command_measure_plan, jsonf(store, "{'finding_id': %lld, 'text': '措施'}", (long long)finding),
                is_memory);
    torture_one(store, &command_grant_give,
                jsonf(store, "{'id': %lld, 'role': 'reader', 'unit_id': 1}", (long long)account), is_memory);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(failing_database_calls_leave_nothing_half) { torture_all(store, false); }
STORE_TEST(failing_allocations_leave_nothing_half) { torture_all(store, true); }

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], READER_CHILD_VERB) == 0) /* the reader's child is this program again */
        return reader_child_main(argc, argv);
    return STORE_RUN(
        STORE_CASE(confirmation_makes_the_register), STORE_CASE(findings_stand_only_where_the_person_may_write),
        STORE_CASE(edits_are_undone_and_done_again), STORE_CASE(discarded_draft_is_closed),
        STORE_CASE(long_words_are_cut_between_characters), STORE_CASE(file_is_kept_and_read_into_a_draft),
        STORE_CASE(failing_database_calls_leave_nothing_half), STORE_CASE(failing_allocations_leave_nothing_half));
}
