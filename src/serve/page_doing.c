/* page_doing.c: see page_doing.h. */
#include "serve/page_doing.h"

#include "base/clock.h"
#include "calendar/calendar.h"
#include "loop/report_cycle.h"
#include "serve/page_finding.h"
#include "serve/page_loop.h"

enum { REPORTS_SHOWN = 60, KIB = 1024, MIB = 1024 * 1024, TEXT_SHOWN_BYTES = 400 };

struct str doing_words(struct page *page, const char *prefix, struct str value)
{
    return value.n ? page_text(page, arena_format(page->ctx.arena, "%s.%.*s", prefix, STR_ARG(value)).p) : STR("");
}

void doing_put_percent(struct page *page, struct value *row, const char *key, const char *to)
{
    const struct value *v = value_get(row, key);
    if (!v || v->kind != VALUE_INT) {
        value_put_null(page->ctx.arena, row, to);
        return;
    }
    long long whole = (long long)(v->integer / 100), rest = (long long)(v->integer % 100 / 10);
    value_put_text(page->ctx.arena, row, to,
                   rest ? arena_format(page->ctx.arena, "%lld.%lld%%", whole, rest)
                        : arena_format(page->ctx.arena, "%lld%%", whole));
}

void doing_put_time(struct page *page, struct value *row, const char *key)
{
    if (value_is_null(value_get(row, key)))
        value_put_text(page->ctx.arena, row, arena_format(page->ctx.arena, "%s_text", key).p, STR(""));
    else
        page_put_time(page, row, key);
}

bool doing_may(struct page *page, enum perm perm, const struct value *row)
{
    return actor_check(&page->ctx, page->db, &page->actor, perm, value_get_int(row, "unit_id", 0),
                       value_get_int(row, "label", LABEL_WORK_SECRET)) == RC_OK;
}

/* ---- evidence ----------------------------------------------------------------------------------------------- */

static struct str size_text(struct arena *arena, int64_t bytes)
{
    if (bytes >= MIB)
        return arena_format(arena, "%lld.%lld MB", (long long)(bytes / MIB), (long long)(bytes % MIB * 10 / MIB));
    return arena_format(arena, "%lld KB", (long long)(bytes + KIB - 1) / KIB);
}

static const char *verdict_state(struct str verdict)
{
    return str_equal(verdict, STR("effective")) ? "closed" : str_equal(verdict, STR("pending")) ? "normal" : "overdue";
}

void doing_put_evidence_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str verdict = value_get_text(row, "verdict"), expires = value_get_text(row, "expires");
    char text[DATE_TEXT_BYTES];
    bool is_expired = expires.n && str_compare(expires, date_format(clock_today(), text)) < 0;
    value_put_text(arena, row, "class_label", doing_words(page, "evidence.class", value_get_text(row, "class")));
    value_put_text(arena, row, "due_state", str_from_cstr(is_expired ? "overdue" : verdict_state(verdict)));
    value_put_text(arena, row, "due_state_label",
                   is_expired ? page_text(page, "evidence.expired") : doing_words(page, "evidence.verdict", verdict));
    value_put_text(arena, row, "size_text", size_text(arena, value_get_int(row, "size_bytes", 0)));
    value_put_bool(arena, row, "is_revised", value_get_int(row, "version_n", 1) > 1);
    doing_put_time(page, row, "added_at");
}

static enum rc put_evidence(struct page *page, struct value *map, struct db_stmt *st)
{
    struct value *rows;
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        doing_put_evidence_words(page, row);
    value_put(map, STR("evidence"), rows);
    value_put_bool(page->ctx.arena, map, "has_evidence", value_count(rows) > 0);
    return RC_OK;
}

/* ---- checks ------------------------------------------------------------------------------------------------- */

void doing_put_check_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str rule = value_get_text(row, "rule"), state = value_get_text(row, "state"),
               words = value_get_text(row, "words"), first = STR_EMPTY;
    int64_t figure = value_get_int(row, "figure", 0);
    bool is_open = !str_equal(state, STR("dismissed"));
    (void)str_split_next(&words, ' ', &first);
    struct str number = str_equal(rule, STR("same_report")) ? arena_format(arena, "%lld%%", (long long)(figure / 100))
                                                            : arena_format(arena, "%lld", (long long)figure);
    struct str args[] = {number, first, words};
    value_put_text(arena, row, "rule_label", doing_words(page, "check.rule", rule));
    value_put_text(arena, row, "state_label", doing_words(page, "check.state", state));
    value_put_text(arena, row, "sentence",
                   page_text_args(page, arena_format(arena, "check.told.%.*s", STR_ARG(rule)).p, args, 3));
    value_put_text(arena, row, "due_state",
                   !is_open                                                 ? STR("normal")
                   : str_equal(value_get_text(row, "level"), STR("yellow")) ? STR("due_soon")
                                                                            : STR("overdue"));
    value_put_text(arena, row, "due_state_label", value_get_text(row, "state_label"));
    doing_put_time(page, row, "raised_at");
}

static enum rc put_checks(struct page *page, struct value *map, struct db_stmt *st)
{
    struct value *rows;
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        doing_put_check_words(page, row);
    value_put(map, STR("checks"), rows);
    value_put_bool(page->ctx.arena, map, "has_checks", value_count(rows) > 0);
    return RC_OK;
}

/* ---- of a task ---------------------------------------------------------------------------------------------- */

static void put_report_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str state = value_get_text(row, "state");
    bool is_open = str_equal(state, STR("due")) || str_equal(state, STR("returned"));
    page_put_due(page, row, "due", !is_open);
    if (!value_get(row, "due_left_text"))
        value_put_null(arena, row, "due_left_text");
    if (!is_open)
        value_set(row, STR("due_state"),
                  value_new_text(arena, str_equal(state, STR("accepted")) ? STR("closed")
                                        : str_equal(state, STR("missed")) ? STR("overdue")
                                                                          : STR("normal")));
    value_put_text(arena, row, "due_state_label", doing_words(page, "report.state", state));
    doing_put_percent(page, row, "progress_bp", "progress_text");
    doing_put_time(page, row, "submitted_at");
    struct str text = value_get_text(row, "done_text");
    bool is_shown = !is_open; /* a draft is its unit's own */
    value_put_text(arena, row, "text", is_shown ? text : STR(""));
    value_set(row, STR("done_text"), value_new_text(arena, is_shown ? text : STR("")));
    value_set(row, STR("blockers"), value_new_text(arena, is_shown ? value_get_text(row, "blockers") : STR("")));
}

static enum rc put_reports(struct page *page, struct value *task)
{
    struct db_stmt *st = db_query(page->db, Q_REPORT_OF_TASK);
    struct value *rows;
    db_bind_int(st, "id", value_get_int(task, "id", 0));
    db_bind_int(st, "limit", REPORTS_SHOWN);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        put_report_words(page, row);
    value_put(task, STR("reports"), rows);
    value_put_bool(page->ctx.arena, task, "has_reports", value_count(rows) > 0);
    return RC_OK;
}

/* When the next report falls due, from the cycle. */
static void put_next_report(struct page *page, struct value *task)
{
    struct arena *arena = page->ctx.arena;
    struct report_period period;
    int32_t from;
    char a[DATE_TEXT_BYTES], b[DATE_TEXT_BYTES], c[DATE_TEXT_BYTES];
    bool is_known = date_parse(value_get_text(task, "report_from"), &from) &&
                    report_cycle_period(value_get_text(task, "report_cycle"), from,
                                        value_get_int(task, "report_count", 0) == 0, &period);
    if (!is_known) {
        value_put_null(arena, task, "next_report");
        return;
    }
    struct str args[] = {date_format(period.from, a), date_format(period.to, b), date_format(period.due, c)};
    value_put_text(arena, task, "next_report", page_text_args(page, "report.next_one", args, 3));
}

static enum rc put_extensions(struct page *page, struct value *task)
{
    struct db_stmt *st = db_query(page->db, Q_EXTENSION_OF_TASK);
    struct value *rows;
    db_bind_int(st, "id", value_get_int(task, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        value_put_text(page->ctx.arena, row, "state_label",
                       doing_words(page, "extension.state", value_get_text(row, "state")));
        doing_put_time(page, row, "asked_at");
    }
    value_put(task, STR("extensions"), rows);
    value_put_bool(page->ctx.arena, task, "has_extensions", value_count(rows) > 0);
    return RC_OK;
}

static void put_outcome(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    int64_t fen = value_get_int(row, "recovered_fen", 0), rules = value_get_int(row, "rules_made", 0),
            people = value_get_int(row, "people_handled", 0);
    page_put_money(page, row, "recovered_fen");
    value_put_bool(arena, row, "has_outcome", fen || rules || people);
}

enum rc page_put_doing_task(struct page *page, struct value *task)
{
    int64_t id = value_get_int(task, "id", 0);
    struct str state = value_get_text(task, "state");
    bool is_over = str_equal(state, STR("cancelled")) || str_equal(state, STR("done"));
    TRY(put_reports(page, task));
    put_next_report(page, task);
    put_outcome(page, task);
    struct db_stmt *st = page_statement(page, Q_EVIDENCE_OF_SUBJECT);
    db_bind_text(st, "subject_kind", STR("task"));
    db_bind_int(st, "subject_id", id);
    TRY(put_evidence(page, task, st));
    TRY(put_extensions(page, task));
    st = db_query(page->db, Q_CHECK_OF_TASK);
    db_bind_int(st, "id", id);
    TRY(put_checks(page, task, st));
    value_put_bool(page->ctx.arena, task, "may_add_evidence",
                   !is_over && !value_get_bool(task, "is_frozen") && doing_may(page, PERM_TASK_WORK, task));
    return RC_OK;
}

/* ---- of a finding ------------------------------------------------------------------------------------------- */

enum rc page_put_doing_finding(struct page *page, struct value *finding)
{
    int64_t id = value_get_int(finding, "id", 0);
    put_outcome(page, finding);
    struct db_stmt *st = db_query(page->db, Q_EVIDENCE_OF_FINDING);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "id", id);
    TRY(put_evidence(page, finding, st));
    st = db_query(page->db, Q_CHECK_OF_FINDING);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "id", id);
    TRY(put_checks(page, finding, st));
    bool is_over = finding_is_closed(value_get_text(finding, "status"));
    value_put_bool(page->ctx.arena, finding, "may_add_evidence", !is_over && doing_may(page, PERM_TASK_WORK, finding));
    value_put_bool(page->ctx.arena, finding, "has_doing",
                   value_get_bool(finding, "has_evidence") || value_get_bool(finding, "has_checks") ||
                       value_get_bool(finding, "has_outcome") || value_get_bool(finding, "may_add_evidence"));
    return RC_OK;
}
