/* loop_evidence_test.c: files, their versions and verdicts, what they are linked to, and who sees them. */
#include "doing_support.h"

#include <stdio.h>

static struct doing it;

static bool sees(struct store *store, const struct actor *actor, int64_t evidence)
{
    struct db_stmt *st = db_query(store->db, Q_EVIDENCE_GET);
    struct value *row;
    actor_bind_scope(st, actor, PERM_TASK_READ);
    db_bind_int(st, "id", evidence);
    STORE_OK(db_first_row(store->ctx, st, &row));
    return row != NULL;
}

static enum rc judge(struct store *store, const struct actor *actor, int64_t id, int n, const char *verdict,
                     const char *reason)
{
    return run_as(
        store, actor, &command_evidence_judge,
        jsonf(store, "{'id': %lld, 'n': %d, 'verdict': '%s', 'reason': '%s'}", (long long)id, n, verdict, reason),
        NULL);
}

static enum rc link_to(struct store *store, const struct actor *actor, const struct command *command, int64_t id,
                       const char *kind, int64_t subject)
{
    return run_as(store, actor, command,
                  jsonf(store, "{'id': %lld, 'subject_kind': '%s', 'subject_id': %lld, 'reason': '同一份材料'}",
                        (long long)id, kind, (long long)subject),
                  NULL);
}

STORE_TEST(a_file_is_given_judged_and_superseded)
{
    doing_make(store, &it, "2026-03-12", "");
    int64_t id = doing_add_evidence(store, &it, "task", it.task, 'a', "2026-03-10");
    assert_int_equal(count_sql(store, "SELECT count(*) FROM evidence WHERE no = 'LY-2026-001-001-E1' AND verdict = "
                                      "'pending' AND title = 'a.png' AND label = 1"),
                     1);
    assert_int_equal(doing_waits(store, "evidence", id, "judge_evidence"), 1);
    assert_int_equal(judge(store, &it.reporter, id, 1, "effective", ""), RC_FORBIDDEN);
    assert_int_equal(judge(store, &it.outsider, id, 1, "effective", ""), RC_NOT_FOUND);
    assert_int_equal(judge(store, &it.approver, id, 2, "effective", ""), RC_CONFLICT);
    assert_int_equal(judge(store, &it.approver, id, 1, "insufficient", ""), RC_INVALID);
    assert_string_equal(issue_field(store), "reason");
    STORE_OK(judge(store, &it.approver, id, 1, "insufficient", "没有盖章"));
    assert_int_equal(doing_waits(store, "evidence", id, "judge_evidence"), 0);
    const char *revision = "{'id': %lld, 'made_on': '%s', 'note': '补盖章', 'sha256': '%064d', 'file_name': 'b.pdf',"
                           " 'media_type': 'application/pdf', 'format': 'pdf', 'size_bytes': 7}";
    assert_int_equal(run_as(store, &it.approver, &command_evidence_revise,
                            jsonf(store, revision, (long long)id, "2026-03-13", 7), NULL),
                     RC_INVALID);
    assert_string_equal(issue_field(store), "made_on");
    STORE_OK(run_as(store, &it.approver, &command_evidence_revise,
                    jsonf(store, revision, (long long)id, "2026-03-12", 7), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM evidence WHERE version_n = 2 AND verdict = 'pending'"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM evidence_version WHERE n = 1 AND verdict = 'insufficient'"),
                     1);
    assert_int_equal(judge(store, &it.approver, id, 2, "effective", ""), RC_GUARD);
    assert_string_equal(issue_key(store), "evidence.own");
    STORE_OK(judge(store, &it.office, id, 2, "effective", ""));
    STORE_OK(
        run_as(store, &it.reporter, &command_evidence_change,
               jsonf(store, "{'id': %lld, 'title': '整改照片', 'class': 'photo', 'label': 1, 'expires': '2026-12-31'}",
                     (long long)id),
               NULL));
    int64_t other = doing_make_task(store, &it, "");
    STORE_OK(link_to(store, &it.reporter, &command_evidence_link, id, "task", other));
    assert_int_equal(link_to(store, &it.reporter, &command_evidence_link, id, "task", other), RC_CONFLICT);
    STORE_OK(link_to(store, &it.reporter, &command_evidence_unlink, id, "task", other));
    assert_int_equal(link_to(store, &it.reporter, &command_evidence_unlink, id, "task", it.task), RC_GUARD);
    assert_string_equal(issue_key(store), "evidence.keeps_home");
    expect_kinds(store, "evidence");
    expect_clean(store);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(evidence_is_seen_with_what_it_is_linked_to)
{
    doing_make(store, &it, "2026-03-12", "");
    int64_t id = doing_add_evidence(store, &it, "task", it.task, 'a', "2026-03-10");
    assert_true(sees(store, &it.approver, id));
    assert_false(sees(store, &it.plant_reporter, id));
    assert_false(sees(store, &it.outsider, id));
    struct value *result;
    STORE_OK(run_as(store, &it.approver, &command_task_split,
                    jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)it.task, (long long)it.plant), &result));
    int64_t part = value_get_int(result, "id", 0);
    assert_int_equal(link_to(store, &it.plant_reporter, &command_evidence_link, id, "task", part), RC_NOT_FOUND);
    STORE_OK(link_to(store, &it.reporter, &command_evidence_link, id, "task", part));
    assert_true(sees(store, &it.plant_reporter, id));
    /* The finding becomes a work secret: so does the evidence. */
    STORE_OK(run_as(store, &it.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'label': 2}", (long long)it.finding), NULL));
    assert_false(sees(store, &it.approver, id));
    assert_false(sees(store, &it.plant_reporter, id));
    assert_true(sees(store, &it.office, id));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'evidence' AND label = 2"), 1);
    STORE_OK(run_as(store, &it.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'label': 0}", (long long)it.finding), NULL));
    assert_true(sees(store, &it.approver, id));
    assert_int_equal(count_sql(store, "SELECT max(label) FROM evidence_link"), 1); /* its own */
    STORE_OK(run_as(store, &it.office, &command_evidence_change,
                    jsonf(store, "{'id': %lld, 'title': 'x', 'class': 'photo', 'label': 2}", (long long)id), NULL));
    assert_false(sees(store, &it.approver, id));
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(evidence_is_found_by_its_words_by_who_may_see_it)
{
    doing_make(store, &it, "2026-03-12", "");
    int64_t id = doing_add_evidence(store, &it, "task", it.task, 'a', "2026-03-10");
    const char *change = "{'id': %lld, 'title': '%s', 'class': 'photo', 'label': %d}";
    STORE_OK(run_as(store, &it.reporter, &command_evidence_change, jsonf(store, change, (long long)id, "盖章回执", 1),
                    NULL));
    assert_int_equal(search_hits_of(store, &it.reporter, "回执"), 1);
    assert_int_equal(search_hits_of(store, &it.reporter, "LY-2026-001-001-E1"), 1);
    assert_int_equal(search_hits_of(store, &it.outsider, "回执"), 0);
    assert_int_equal(search_hits_of(store, &it.plant_reporter, "回执"), 0);
    STORE_OK(run_as(store, &it.approver, &command_evidence_revise,
                    jsonf(store,
                          "{'id': %lld, 'made_on': '2026-03-12', 'note': '补盖章', 'sha256': '%064d', 'file_name':"
                          " '第二版.pdf', 'media_type': 'application/pdf', 'format': 'pdf', 'size_bytes': 7}",
                          (long long)id, 7),
                    NULL));
    assert_int_equal(search_hits_of(store, &it.reporter, "第二版"), 1);
    /* Linked to the task of a unit below, it is found there as well; as a work secret only by who may read those. */
    struct value *result;
    STORE_OK(run_as(store, &it.approver, &command_task_split,
                    jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)it.task, (long long)it.plant), &result));
    STORE_OK(link_to(store, &it.reporter, &command_evidence_link, id, "task", value_get_int(result, "id", 0)));
    assert_int_equal(search_hits_of(store, &it.plant_reporter, "第二版"), 1);
    STORE_OK(
        run_as(store, &it.office, &command_evidence_change, jsonf(store, change, (long long)id, "盖章回执", 2), NULL));
    assert_int_equal(search_hits_of(store, &it.plant_reporter, "回执"), 0);
    assert_int_equal(search_hits_of(store, &it.reporter, "第二版"), 0);
    assert_int_equal(search_hits_of(store, &it.office, "第二版"), 1);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(nothing_is_added_to_what_is_over)
{
    char sha256[65];
    doing_make(store, &it, "2026-03-12", "");
    STORE_OK(doing_move(store, &it.office, &command_task_cancel, it.task));
    snprintf(sha256, sizeof sha256, "%064d", 1);
    const char *raw =
        "{'subject_kind': 'task', 'subject_id': %lld, 'class': 'photo', 'made_on': '2026-03-01', 'sha256': "
        "'%s', 'file_name': 'a', 'media_type': 'image/png', 'format': 'png', 'size_bytes': 3}";
    assert_int_equal(
        run_as(store, &it.reporter, &command_evidence_add, jsonf(store, raw, (long long)it.task, sha256), NULL),
        RC_GUARD);
    assert_int_equal(
        run_as(store, &it.outsider, &command_evidence_add, jsonf(store, raw, (long long)it.task, sha256), NULL),
        RC_NOT_FOUND);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM stored_file"), 0);
    doing_end();
}

STORE_TEST(evidence_that_has_expired_proves_nothing)
{
    doing_make(store, &it, "2026-03-12", "");
    int64_t id = doing_add_evidence(store, &it, "measure", it.measure, 'a', "2026-03-10");
    STORE_OK(judge(store, &it.approver, id, 1, "effective", ""));
    STORE_OK(doing_move(store, &it.reporter, &command_task_submit, it.task)); /* also by its measure's */
    STORE_OK(doing_move(store, &it.reporter, &command_task_recall, it.task));
    STORE_OK(run_as(store, &it.reporter, &command_evidence_change,
                    jsonf(store, "{'id': %lld, 'title': 'x', 'class': 'photo', 'label': 1, 'expires': '2026-03-31'}",
                          (long long)id),
                    NULL));
    doing_set_day("2026-04-01");
    assert_int_equal(doing_move(store, &it.reporter, &command_task_submit, it.task), RC_GUARD);
    doing_end();
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(a_file_is_given_judged_and_superseded), STORE_CASE(evidence_is_seen_with_what_it_is_linked_to),
        STORE_CASE(evidence_is_found_by_its_words_by_who_may_see_it), STORE_CASE(nothing_is_added_to_what_is_over),
        STORE_CASE(evidence_that_has_expired_proves_nothing));
}
