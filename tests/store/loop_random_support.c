/* loop_random_support.c: the twelve invariants; see loop_random_support.h. */
#include "loop_random_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/outbox.h"
#include "serve/page.h"

struct random_game game;

int64_t ask(struct store *store, const char *format, long long id)
{
    return count_sqlf(store, format, id, id); /* NOLINT */
}

static int64_t named(struct store *store, enum query query)
{
    int64_t count;
    STORE_OK(db_get_int(store->ctx, db_query(store->db, query), &count));
    return count;
}

static void holds(int64_t wrong, const char *what)
{
    if (wrong)
        fail_msg("%s: %lld wrong; last: %s", what, (long long)wrong, game.last);
}

/* 4, 6: what a closed cycle and its certificate say is what they said when they were closed. */
static void closed_cycles_stay(struct store *store)
{
    struct value *rows;
    struct db_stmt *st;
    STORE_OK(db_prepare_text(store->ctx, store->db,
                             STR("SELECT c.id, c.state, c.due, c.original_due, c.closed_on, c.result, c.is_on_time, "
                                 "c.certificate_no, k.no, k.content FROM cycle c "
                                 "JOIN certificate k ON k.cycle_id = c.id AND k.no = c.certificate_no WHERE c.state IN "
                                 "('closed', 'ended') ORDER BY c.id"),
                             &st));
    STORE_OK(db_rows(store->ctx, st, &rows));
    db_stmt_free(st);
    VALUE_EACH (row, rows) {
        struct buf text;
        uint8_t digest[DIGEST_BYTES];
        char hex[DIGEST_TEXT_BYTES];
        int64_t id = value_get_int(row, "id", 0);
        buf_init(&text, 1 << 20);
        value_write_json(&text, row, false);
        digest_sha256(buf_str(&text), digest);
        buf_done(&text);
        digest_format(digest, hex);
        int at = 0;
        while (at < game.closed_count && game.closed[at].cycle != id)
            at++;
        assert_true(at < CLOSED_MAX); /* or some would go unwatched */
        if (at == game.closed_count) {
            game.closed[at].cycle = id;
            snprintf(game.closed[at].digest, sizeof game.closed[at].digest, "%s", hex);
            game.closed_count++;
        } else if (strcmp(game.closed[at].digest, hex) != 0) {
            fail_msg("4 closed cycle %lld was edited; last: %s", (long long)id, game.last);
        }
    }
    /* a cycle that was closed once is still there */
    for (int i = 0; i < game.closed_count; i++)
        holds(ask(store,
                  "SELECT CASE WHEN EXISTS (SELECT 1 FROM cycle WHERE id = %lld AND state IN ('closed', 'ended')) THEN "
                  "0 ELSE 1 END",
                  game.closed[i].cycle),
              "4 a closed cycle is closed no more");
}

/* 9: saying again what stands there changes nothing; a stale row is refused. */
static void same_again_changes_nothing(struct store *store)
{
    struct value *rows;
    struct db_stmt *st;
    STORE_OK(db_prepare_text(store->ctx, store->db,
                             STR("SELECT id, rev, title, unit_id, due, label FROM finding WHERE status NOT IN "
                                 "('closed', 'ended') ORDER BY id LIMIT 12"),
                             &st));
    STORE_OK(db_rows(store->ctx, st, &rows));
    db_stmt_free(st);
    int64_t before = event_count(store);
    VALUE_EACH (row, rows) {
        STORE_OK(run(store, &command_finding_change, value_copy(store->ctx->arena, row), NULL));
        struct value *stale = value_copy(store->ctx->arena, row);
        value_set(stale, STR("rev"), value_new_int(store->ctx->arena, value_get_int(row, "rev", 1) - 1));
        value_set(stale, STR("title"), value_new_text(store->ctx->arena, STR("旧的")));
        STORE_RC(run(store, &command_finding_change, stale, NULL), RC_CONFLICT);
    }
    holds(event_count(store) - before, "9 the same again made events");
}

/* 11: who has no grant for a unit or label reads neither the row nor its number. */
static void only_who_may_reads(struct store *store)
{
    static const struct {
        const char *table;
        enum query query;
        enum perm perm;
    } reads[] = {{"finding", Q_FINDING_GET, PERM_FINDING_READ}, {"task", Q_TASK_GET, PERM_TASK_READ}};
    for (int a = 0; a < ACTORS; a++) {
        const struct actor *actor = &game.actors[a];
        for (size_t k = 0; k < 2; k++) {
            for (int i = 0; i < 6; i++) {
                int64_t id = any_id(store, reads[k].table);
                struct value *row;
                struct db_stmt *st = db_query(store->db, reads[k].query);
                actor_bind_scope(st, actor, reads[k].perm);
                db_bind_int(st, "id", id);
                STORE_OK(db_first_row(store->ctx, st, &row));
                if (count_sqlf(
                        store,
                        "SELECT count(*) FROM %s x WHERE x.id = %lld AND EXISTS (SELECT 1 FROM role_grant g JOIN "
                        "role_permission r ON r.role = g.role JOIN unit_anc u ON u.ancestor = "
                        "g.unit_id WHERE g.account_id = %lld AND r.perm = %d AND u.unit = x.unit_id AND g.clearance "
                        ">= x.label)",
                        reads[k].table, (long long)id, (long long)actor->account_id,
                        (int)reads[k].perm) != (row != NULL))
                    fail_msg("11 %.*s and %s %lld; last: %s", STR_ARG(actor->login), reads[k].table, (long long)id,
                             game.last);
            }
        }
    }
}

/* 12: who is not told is written down with the reason, in the program and out of the house. */
static void skipped_have_reasons(struct store *store)
{
    struct outbox_batch batch = {.now_ms = clock_now_ms(), .quiet_from = -1, .quiet_to = -1};
    char text[DATE_TEXT_BYTES];
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(outbox_work_claim(store->ctx, store->db, &batch));
    STORE_OK(db_commit(store->ctx, store->db));
    assert_false(batch.is_found);
    holds(count_sqlf(
              store,
              "SELECT count(*) FROM notice n WHERE n.day >= '%s' AND NOT EXISTS (SELECT 1 FROM notice_send s WHERE "
              "s.notice_id = n.id)",
              date_format(game.day - OUTBOX_SINCE_DAYS, text).p),
          "12 a reminder has no row in the outbox");
    holds(count_sql(store, "SELECT count(*) FROM notice_send WHERE state = 'skipped' AND reason = ''"),
          "12 skipped without a reason");
    holds(count_sql(store, "SELECT count(*) FROM notice WHERE account_id = 0 AND skipped = ''"),
          "12 told to nobody without a reason");
}

void check_invariants(struct store *store)
{
    any_forget();
    holds(named(store, Q_CHECK_CLOSED_CYCLE),
          "1 a closed cycle has a certificate, a closing event and a frozen on-time flag");
    holds(count_sql(store, "SELECT count(*) FROM cycle WHERE state IN ('closed', 'kept', 'ended') AND is_on_time <> "
                           "CASE WHEN closed_on <= due THEN 1 ELSE 0 END AND due IS NOT NULL AND state <> 'kept'"),
          "6 on time is a matter of dates");
    holds(named(store, Q_CHECK_CLOSED_COMPLETE), "2 nothing is closed without date, cause, measure and step");
    holds(named(store, Q_CHECK_FOUR_EYES), "3 nobody decides on what they handled or asked for");
    holds(named(store, Q_CHECK_CERTIFICATE_NUMBERS), "4 numbers of certificates");
    holds(count_sql(store, "SELECT count(*) - count(DISTINCT no) FROM finding"), "4 numbers of findings");
    holds(count_sql(store, "SELECT count(*) - count(DISTINCT no) FROM task"), "4 numbers of tasks");
    holds(count_sql(store, "SELECT count(*) - count(DISTINCT no) FROM letter WHERE no <> ''"), "4 numbers of letters");
    holds(named(store, Q_CHECK_CLOSED_UNTOUCHED), "4 closed cycles are not edited");
    closed_cycles_stay(store);
    holds(named(store, Q_CHECK_PARENT_CHILD), "5 parents and children");
    holds(named(store, Q_CHECK_CYCLE_STATE), "6 a finding stands as its last cycle does");
    holds(named(store, Q_CHECK_SOURCE_COUNT), "7 findings of sources");
    holds(named(store, Q_CHECK_MEASURE_COUNT), "7 measures of findings");
    holds(count_sql(store, "SELECT (SELECT count(*) FROM finding) - coalesce((SELECT sum(n) FROM (SELECT count(*) AS n "
                           "FROM finding f JOIN unit u ON u.id = f.unit_id GROUP BY u.id) AS k), 0)"),
          "7 the units' totals add up");
    holds(count_sql(store, "SELECT count(*) FROM truth_check WHERE state NOT IN ('raised', 'confirmed', 'dismissed') "
                           "OR (state <> 'raised' AND decision = '')"),
          "8 alerts end with a reason");
    holds(count_sql(store, "SELECT count(*) FROM hang h WHERE h.state = 'released' AND (h.released_on IS NULL OR "
                           "h.released_on < h.hung_on)"),
          "8 hung items end by a decision or with their item");
    same_again_changes_nothing(store);
    only_who_may_reads(store);
    skipped_have_reasons(store);
}
