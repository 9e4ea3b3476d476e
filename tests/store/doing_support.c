/* doing_support.c: see doing_support.h. */
#include "doing_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void doing_set_day(const char *date)
{
    int32_t day = 0;
    assert_true(date_parse(str_from_cstr(date), &day));
    clock_set_ms((int64_t)day * 24 * 3600 * 1000 + (12 * 3600 - CLOCK_CHINA_OFFSET_S) * 1000LL);
}

void doing_end(void) { clock_set_ms(0); }

int64_t doing_make_task(struct store *store, const struct doing *doing, const char *report_cycle)
{
    int64_t measure = make(
        store, &command_measure_plan,
        jsonf(store, "{'finding_id': %lld, 'text': '清理超比例担保', 'due': '2026-11-30'}", (long long)doing->finding));
    struct value *result;
    STORE_OK(run_as(store, &doing->office, &command_task_assign,
                    jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'report_cycle': '%s'}", (long long)measure,
                          (long long)doing->firm, report_cycle),
                    &result));
    int64_t task = value_get_int(result, "id", 0);
    STORE_OK(doing_move(store, &doing->approver, &command_task_accept, task));
    return task;
}

void doing_make(struct store *store, struct doing *doing, const char *date, const char *report_cycle)
{
    memset(doing, 0, sizeof *doing);
    doing_set_day(date);
    doing->root = make_root(store);
    doing->firm = make_unit(store, doing->root, "F", "东部公司");
    doing->plant = make_unit(store, doing->firm, "F1", "东部一厂");
    int64_t west = make_unit(store, doing->root, "W", "西部公司");
    doing->office = make_actor(store, "office", "office", doing->root, LABEL_WORK_SECRET);
    doing->approver = make_actor(store, "approver", "unit_approver", doing->firm, LABEL_INTERNAL);
    doing->reporter = make_actor(store, "reporter", "unit_reporter", doing->firm, LABEL_INTERNAL);
    doing->plant_reporter = make_actor(store, "plant", "unit_reporter", doing->plant, LABEL_INTERNAL);
    doing->outsider = make_actor(store, "outsider", "unit_approver", west, LABEL_INTERNAL);
    doing->source = make_source(store, doing->root, "LY-2026-001");
    doing->finding = make_finding(store, doing->source, "担保管理不规范");
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '2026-12-31', 'severity': 'major'}",
                       (long long)doing->finding, (long long)doing->firm),
                 NULL));
    doing->task = doing_make_task(store, doing, report_cycle);
    doing->measure = count_sql(store, "SELECT max(id) FROM measure");
}

enum rc doing_move(struct store *store, const struct actor *actor, const struct command *command, int64_t id)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld, 'reason': '说明'}", (long long)id), NULL);
}

static enum rc run_here(void *arg, struct write_job *job) { return writer_run_once(((struct store *)arg)->db, job); }

int64_t doing_tick(struct store *store)
{
    static const char other[] = "SELECT count(*) FROM event WHERE kind <> 'tick.done'";
    char text[DATE_TEXT_BYTES];
    int64_t before = count_sql(store, other);
    STORE_OK(tick_run_all(date_format(clock_today(), text), run_here, NULL, store));
    return count_sql(store, other) - before;
}

int64_t doing_add_evidence(struct store *store, const struct doing *doing, const char *kind, int64_t id, char digest,
                           const char *made_on)
{
    char sha256[65];
    struct value *result;
    memset(sha256, digest, 64);
    sha256[64] = '\0';
    STORE_OK(
        run_as(store, &doing->reporter, &command_evidence_add,
               jsonf(store,
                     "{'subject_kind': '%s', 'subject_id': %lld, 'class': 'photo', 'made_on': '%s', 'sha256': '%s',"
                     " 'file_name': 'a.png', 'media_type': 'image/png', 'format': 'png', 'size_bytes': 3}",
                     kind, (long long)id, made_on, sha256),
               &result));
    return value_get_int(result, "id", 0);
}

int64_t doing_open_report(struct store *store, int64_t task_id)
{
    return count_sqlf(store,
                      "SELECT coalesce(max(id), 0) FROM report WHERE task_id = %lld AND state IN ('due', 'returned')",
                      (long long)task_id);
}

enum rc doing_submit(struct store *store, const struct actor *actor, int64_t report, int progress, const char *text)
{
    return run_as(store, actor, &command_report_submit,
                  jsonf(store, "{'id': %lld, 'progress': %d, 'done_text': '%s', 'next_text': '下月继续'}",
                        (long long)report, progress, text),
                  NULL);
}

int64_t doing_waits(struct store *store, const char *noun, int64_t id, const char *what)
{
    return count_sqlf(store,
                      "SELECT count(*) FROM wait WHERE subject_kind = '%s' AND subject_id = %lld AND what = '%s'", noun,
                      (long long)id, what);
}
