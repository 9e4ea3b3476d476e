/* truth.c: see truth.h.
 *
 * A new report is compared only with those that share one of its eight keys (report_band), the newest of each key
 * first, so that the cost does not grow with the number of reports.
 */
#include "loop/truth.h"

#include "loop/locked.h"
#include "loop/tick.h"
#include "text/similarity.h"
#include "text/utf8.h"

enum {
    SAME_REPORTS_MAX = 3,   /* told of one report */
    SAME_FILE_MEASURES = 3, /* ledgers A2 [P] */
    FULL_BP = 10000,
    BP_PER_PERCENT = 100,
    DECIDE_DAYS = 5 /* working days [P] */
};

static struct truth_limits limits = TRUTH_LIMITS_USUAL;

void truth_limits_use(struct truth_limits use) { limits = use; }

struct raised {
    const char *rule, *level, *subject_kind;
    int64_t subject_id, other_id, task_id, figure;
    struct str words;
};

/* about: row with finding_id, source_id, unit_id, label, no, title; its chain is locked. */
static enum rc raise_check_as(struct command_call *call, const struct value *about, const struct raised *raised,
                              int64_t *ret_id)
{
    struct arena *arena = call->ctx->arena;
    struct db_stmt *st = db_query(call->db, Q_CHECK_EXISTS);
    int64_t count;
    db_bind_text(st, "rule", str_from_cstr(raised->rule));
    db_bind_text(st, "subject_kind", str_from_cstr(raised->subject_kind));
    db_bind_int(st, "subject_id", raised->subject_id);
    db_bind_int(st, "other_id", raised->other_id);
    TRY(db_get_int(call->ctx, st, &count));
    *ret_id = 0;
    if (count)
        return RC_OK;
    struct value *body = lifecycle_body_of(call, NOUN_CHECK, about);
    value_set(body, STR("id"), ARENA_NEW(arena, struct value)); /* null: that was the subject's */
    value_put_text(arena, body, "rule", str_from_cstr(raised->rule));
    value_put_text(arena, body, "level", str_from_cstr(raised->level));
    value_put_text(arena, body, "subject_kind", str_from_cstr(raised->subject_kind));
    value_put_int(arena, body, "subject_id", raised->subject_id);
    value_put_int(arena, body, "other_id", raised->other_id);
    if (raised->task_id)
        value_put_int(arena, body, "task_id", raised->task_id);
    else
        value_put_null(arena, body, "task_id");
    value_put_int(arena, body, "finding_id", value_get_int(about, "finding_id", 0));
    value_put_int(arena, body, "figure", raised->figure);
    value_put_text(arena, body, "words", raised->words);
    lifecycle_wait(call, body, "decide_check", STR("office"), value_get_int(about, "unit_id", 0),
                   lifecycle_due_in(call, DECIDE_DAYS));
    return command_append(call, EVENT_CHECK_RAISED, value_get_int(about, "source_id", 0), 0, body, ret_id);
}

static enum rc raise_check(struct command_call *call, const struct value *about, const struct raised *raised)
{
    int64_t id;
    return raise_check_as(call, about, raised, &id);
}

/* ---- nearly the same words ---------------------------------------------------------------------------------- */

static enum rc find_candidates(struct command_call *call, int64_t report_id, struct str text, struct value **ret_rows)
{
    static const char *const names[MINHASH_WIDE_BANDS] = {"b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7"};
    uint32_t sig[MINHASH_SIZE];
    struct db_stmt *st = db_query(call->db, Q_REPORT_CANDIDATES);
    text_minhash(text, sig);
    for (int i = 0; i < MINHASH_WIDE_BANDS; i++)
        db_bind_int(st, names[i], minhash_wide_band(sig, i));
    db_bind_int(st, "id", report_id);
    return db_rows(call->ctx, st, ret_rows);
}

enum rc truth_find_same(struct command_call *call, int64_t report_id, struct str text, struct value **ret_list)
{
    struct value *rows, *list = value_new_list(call->ctx->arena);
    if ((int64_t)utf8_count(text) >= limits.text_min) {
        TRY(find_candidates(call, report_id, text, &rows));
        VALUE_EACH (row, rows) {
            struct str other = value_get_text(row, "done_text");
            int bp;
            TRY(similarity_dice(call->ctx->arena, text, other, &bp));
            if (bp < limits.same_percent * BP_PER_PERCENT || value_count(list) >= SAME_REPORTS_MAX)
                continue;
            struct value *same = value_add_map(call->ctx->arena, list);
            value_put_int(call->ctx->arena, same, "id", value_get_int(row, "id", 0));
            value_put_int(call->ctx->arena, same, "bp", bp);
        }
    }
    *ret_list = list;
    return RC_OK;
}

enum rc truth_check_report(struct command_call *call, const struct value *report, struct str text)
{
    struct value *list;
    int64_t id = value_get_int(report, "id", 0);
    TRY(truth_find_same(call, id, text, &list));
    VALUE_EACH (same, list) {
        struct raised raised = {.rule = "same_report",
                                .level = "orange",
                                .subject_kind = "report",
                                .subject_id = id,
                                .other_id = value_get_int(same, "id", 0),
                                .task_id = value_get_int(report, "task_id", 0),
                                .figure = value_get_int(same, "bp", 0),
                                .words = STR("")};
        TRY(raise_check(call, report, &raised));
    }
    return RC_OK;
}

/* ---- progress and evidence ---------------------------------------------------------------------------------- */

enum rc truth_check_progress(struct command_call *call, const struct value *task, int64_t progress_bp)
{
    struct db_stmt *st = db_query(call->db, Q_GUARD_TASK_NO_EVIDENCE);
    struct value *missing;
    int64_t id = value_get_int(task, "id", 0);
    if (progress_bp < FULL_BP)
        return RC_OK;
    db_bind_int(st, "id", id);
    db_bind_text(st, "today", lifecycle_today(call));
    TRY(db_first_row(call->ctx, st, &missing));
    if (!missing)
        return RC_OK;
    struct raised raised = {.rule = "no_evidence",
                            .level = "red",
                            .subject_kind = "task",
                            .subject_id = id,
                            .task_id = id,
                            .figure = progress_bp,
                            .words = STR("")};
    return raise_check(call, task, &raised);
}

static enum rc check_same_file(struct command_call *call, const struct value *link)
{
    struct db_stmt *st = db_query(call->db, Q_EVIDENCE_COUNT_MEASURES);
    int64_t measures;
    db_bind_text(st, "sha256", value_get_text(link, "sha256"));
    TRY(db_get_int(call->ctx, st, &measures));
    if (measures <= SAME_FILE_MEASURES)
        return RC_OK;
    struct raised raised = {.rule = "same_file",
                            .level = "yellow",
                            .subject_kind = "evidence",
                            .subject_id = value_get_int(link, "evidence_id", 0),
                            .task_id = value_get_int(link, "task_id", 0),
                            .figure = measures,
                            .words = STR("")};
    return raise_check(call, link, &raised);
}

enum rc truth_check_evidence(struct command_call *call, const struct value *link)
{
    struct str made_on = value_get_text(link, "made_on"), found_on = value_get_text(link, "found_on");
    TRY(check_same_file(call, link));
    if (!found_on.n || str_compare(made_on, found_on) >= 0)
        return RC_OK;
    struct raised raised = {.rule = "old_evidence",
                            .level = "yellow",
                            .subject_kind = "evidence",
                            .subject_id = value_get_int(link, "evidence_id", 0),
                            .other_id = value_get_int(link, "finding_id", 0),
                            .task_id = value_get_int(link, "task_id", 0),
                            .figure = 0,
                            .words = arena_format(call->ctx->arena, "%.*s %.*s", STR_ARG(made_on), STR_ARG(found_on))};
    return raise_check(call, link, &raised);
}

enum rc truth_public_denies(struct command_call *call, const struct value *finding, int64_t comment_id,
                            struct str comment_no, int64_t *ret_id)
{
    struct raised raised = {.rule = "public_denies",
                            .level = "orange",
                            .subject_kind = "finding",
                            .subject_id = value_get_int(finding, "id", 0),
                            .other_id = comment_id,
                            .figure = 0,
                            .words = comment_no};
    TRY(command_lock_chain(call, value_get_int(finding, "source_id", 0)));
    return raise_check_as(call, finding, &raised, ret_id);
}

/* ---- closed too fast ---------------------------------------------------------------------------------------- */

enum rc tick_truth_fast(struct tick *tick)
{
    struct db_stmt *st = db_query(tick->call->db, Q_CHECK_FAST_CLOSINGS);
    struct value *rows;
    db_bind_text(st, "today", tick->today);
    db_bind_int(st, "major_days", limits.fast_major_days);
    db_bind_int(st, "serious_days", limits.fast_serious_days);
    db_bind_int(st, "days", limits.fast_days);
    db_bind_int(st, "limit", tick->limit);
    TRY(db_rows(tick->call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        struct raised raised = {.rule = "too_fast",
                                .level = "orange",
                                .subject_kind = "finding",
                                .subject_id = value_get_int(row, "finding_id", 0),
                                .other_id = value_get_int(row, "cycle_id", 0),
                                .figure = value_get_int(row, "days", 0),
                                .words = arena_format(tick->call->ctx->arena, "%.*s %.*s",
                                                      STR_ARG(value_get_text(row, "started")),
                                                      STR_ARG(value_get_text(row, "closed_on")))};
        TRY(command_lock_chain(tick->call, value_get_int(row, "source_id", 0)));
        TRY(raise_check(tick->call, row, &raised));
        tick->changed++;
    }
    tick->is_more = (int)value_count(rows) >= tick->limit;
    return RC_OK;
}

/* ---- decisions ---------------------------------------------------------------------------------------------- */

static enum rc decide(struct command_call *call, const char *command)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_CHECK, command);
    struct value *row, *body;
    int64_t seq, id = value_get_int(call->input, "id", 0);
    TRY(locked_row(call, Q_CHECK_GET_ANY, id, "check.not_found", &row));
    TRY(lifecycle_begin(call, move, row));
    body = lifecycle_body(call, move, row, NULL);
    value_put_text(call->ctx->arena, body, "decision", value_get_text(call->input, "reason"));
    value_put_int(call->ctx->arena, call->result, "id", id);
    return command_append(call, EVENT_CHECK_DECIDED, value_get_int(row, "source_id", 0), id, body, &seq);
}

static enum rc check_confirm(struct command_call *call) { return decide(call, "confirm"); }
static enum rc check_dismiss(struct command_call *call) { return decide(call, "dismiss"); }

static const struct field fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_check_confirm = {.name = "check.confirm",
                                              .is_on_source = true,
                                              .perm = PERM_SUPERVISE,
                                              COMMAND_FIELDS(fields),
                                              .run = check_confirm,
                                              .path = "/checks/{id}/confirm",
                                              .redirect = "/checks/{id}"};
const struct command command_check_dismiss = {.name = "check.dismiss",
                                              .is_on_source = true,
                                              .perm = PERM_SUPERVISE,
                                              COMMAND_FIELDS(fields),
                                              .run = check_dismiss,
                                              .path = "/checks/{id}/dismiss",
                                              .redirect = "/checks/{id}"};
