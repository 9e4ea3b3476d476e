/* page_meeting.c: meetings with their decisions and problems; the list of decisions to be done. */
#include "base/clock.h"
#include "loop/supervise.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"

static enum rc put_meeting_figures(struct page *page)
{
    struct value *row, *decisions;
    struct db_stmt *st = page_statement(page, Q_MEETING_FIGURES);
    TRY(db_first_row(&page->ctx, st, &row));
    st = page_statement(page, Q_DECISION_FIGURES);
    db_bind_text(st, "today", record_day_before(page, 0));
    TRY(db_first_row(&page->ctx, st, &decisions));
    record_add_figure(page, "meeting.show.held", value_get_int(row, "held_count", 0), "/meetings?show=held", "");
    record_add_figure(page, "decision.show.open", value_get_int(decisions, "open_count", 0), "/decisions?show=open",
                      "");
    record_add_figure(page, "decision.show.late", value_get_int(decisions, "late_count", 0), "/decisions?show=late",
                      "overdue");
    record_add_figure(page, "decision.show.done", value_get_int(decisions, "done_count", 0), "/decisions?show=done",
                      "closed");
    struct str last = value_get_text(row, "last_group");
    bool is_silent = !last.n || str_compare(last, record_day_before(page, SUPERVISE_DECISION_GAP_DAYS)) < 0;
    value_put_text(page->ctx.arena, page->view, "notice_text",
                   is_silent ? page_text_args(page, last.n ? "meeting.alert_silent" : "meeting.alert_never", &last, 1)
                             : STR(""));
    return RC_OK;
}

enum rc page_meeting_list(struct page *page)
{
    static const struct record_show shows[] = {{"all", 0, MEETING_LIST_SORT_NEWEST},
                                               {"planned", MEETING_LIST_FILTER_STATE, MEETING_LIST_SORT_NEWEST},
                                               {"held", MEETING_LIST_FILTER_STATE, MEETING_LIST_SORT_NEWEST}};
    static const struct record_column columns[] = {
        {"meeting.title", "title", CELL_TEXT, NULL, "/meetings/{id}"},
        {"meeting.kind", "kind", CELL_CHOICE, "meeting.kind", NULL},
        {"meeting.held_on", "held_on", CELL_DAY, NULL, NULL},
        {"meeting.state", "state", CELL_CHOICE, "meeting.state", NULL},
        {"meeting.chair", "chair", CELL_TEXT, NULL, NULL},
        {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},
        {"meeting.open_decisions", "open_decisions", CELL_NUM, NULL, NULL},
        {"finding.number", "no", CELL_TEXT, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    record_begin_list(page, "meeting.list", "meeting.list_about");
    TRY(put_meeting_figures(page));
    const struct record_show *show =
        record_choose(page, "/meetings", "meeting.show", shows, sizeof shows / sizeof shows[0]);
    struct str kind = page_param_text(page, "kind");
    int64_t team = page_param_int(page, "team", 0), under = page_param_int(page, "under", 0);
    uint32_t filters = show->filter | (kind.n ? MEETING_LIST_FILTER_KIND : 0u) |
                       (team ? MEETING_LIST_FILTER_TEAM : 0u) | (under ? MEETING_LIST_FILTER_UNDER : 0u);
    struct db_stmt *st = page_list_statement(page, Q_MEETING_LIST, filters, show->sort);
    if (st) {
        db_bind_text(st, "state", str_from_cstr(show->name));
        db_bind_text(st, "kind", kind);
        db_bind_int(st, "team", team);
        db_bind_int(st, "under", under);
    }
    TRY(record_put_items(page, st, "/meetings", arena_format(arena, "show=%s&", show->name).p));
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "meeting.none");
    if (page_can(page, PERM_MEETING_WRITE))
        record_add_action(page, page->view, "meeting.do.create", STR("/meetings/new"), true);
    return RC_OK;
}

static enum rc put_problems(struct page *page, struct value *item, int64_t id)
{
    static const struct record_column columns[] = {
        {"meeting.problem_text", "text", CELL_LONG, NULL, NULL},
        {"meeting.problem_person", "person_name", CELL_TEXT, NULL, NULL},
        {"meeting.problem_cause", "cause", CELL_LONG, NULL, NULL},
        {"meeting.problem_finding", "finding_no", CELL_TEXT, NULL, "/findings/{finding_id}"},
    };
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    TRY(record_rows(page, Q_MEETING_PROBLEMS, PERM_TASK_READ, id, &rows));
    int64_t all = 0, entered = 0;
    for (struct value *row = rows->items.first; row; row = row->next, all++) {
        struct value *finding = NULL;
        int64_t finding_id = value_get_int(row, "finding_id", 0);
        entered += finding_id > 0;
        if (finding_id) {
            struct db_stmt *st = db_query(page->db, Q_FINDING_GET);
            actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
            db_bind_int(st, "id", finding_id);
            TRY(db_first_row(&page->ctx, st, &finding));
        }
        if (!finding) /* who may not read the finding is not told of it */
            value_set(row, STR("finding_id"), ARENA_NEW(arena, struct value));
        value_put_text(arena, row, "finding_no",
                       finding      ? value_get_text(finding, "no")
                       : finding_id ? page_text(page, "meeting.problem_entered_text")
                                    : page_text(page, "meeting.problem_open"));
    }
    record_add_table(page, item, "meeting.problems", "problems", rows, columns, sizeof columns / sizeof columns[0]);
    if (all > entered) {
        struct str n = arena_format(arena, "%lld", (long long)(all - entered));
        record_add_alert(page, item, "meeting.alert_problems", &n, 1);
    }
    return RC_OK;
}

enum rc page_meeting(struct page *page)
{
    static const struct record_column texts[] = {{"meeting.agenda", "agenda", CELL_LONG, NULL, NULL},
                                                 {"meeting.minutes", "minutes", CELL_LONG, NULL, NULL}};
    static const struct record_column facts[] = {
        {"meeting.kind", "kind", CELL_CHOICE, "meeting.kind", NULL},
        {"meeting.held_on", "held_on", CELL_DAY, NULL, NULL},
        {"meeting.place", "place", CELL_TEXT, NULL, NULL},
        {"meeting.chair", "chair", CELL_TEXT, NULL, NULL},
        {"meeting.observers", "observers", CELL_TEXT, NULL, NULL},
        {"finding.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"meeting.team", "team_text", CELL_TEXT, NULL, "/groups/{team_id}"},
        {"meeting.report_on", "report_on", CELL_DAY, NULL, NULL},
    };
    static const struct record_column people[] = {
        {"person.name", "name", CELL_TEXT, NULL, NULL},
        {"person.post", "title", CELL_TEXT, NULL, NULL},
        {"meeting.role", "role", CELL_CHOICE, "meeting.role", NULL},
    };
    static const struct record_column decisions[] = {
        {"decision.title", "title", CELL_TEXT, NULL, "/decisions/{id}"},
        {"decision.unit", "unit_short", CELL_TEXT, NULL, NULL},
        {"decision.due", "due", CELL_DUE, NULL, NULL},
        {"decision.state", "state", CELL_CHOICE, "decision.state", NULL},
        {"decision.result", "result", CELL_LONG, NULL, NULL},
    };
    static const struct record_column plans[] = {
        {"finding.number", "no", CELL_TEXT, NULL, "/findings/{id}"},
        {"finding.title", "title", CELL_TEXT, NULL, "/findings/{id}"},
        {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},
        {"finding.due", "due", CELL_DAY, NULL, NULL},
        {"finding.status", "status", CELL_CHOICE, "finding.status", NULL},
    };
    struct value *row, *item, *rows;
    struct db_stmt *st = page_statement(page, Q_MEETING_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    value_put_text(page->ctx.arena, row, "team_text",
                   value_get_int(row, "team_id", 0) ? page_text(page, "group.title") : STR(""));
    TRY(record_begin(page, row, NOUN_MEETING, &item));
    if (page_can(page, PERM_PAPER_WRITE))
        record_add_action(page, item, "paper.make",
                          record_href(page->ctx.arena, "/papers/new?subject=meeting&id={id}", row), false);
    struct str state = value_get_text(row, "state"), kind = value_get_text(row, "kind");
    record_add_badge(page, item, page_text(page, arena_format(page->ctx.arena, "meeting.state.%.*s", STR_ARG(state)).p),
                     str_equal(state, STR("held")) ? "closed" : "normal");
    record_add_badge(page, item, page_text(page, arena_format(page->ctx.arena, "meeting.kind.%.*s", STR_ARG(kind)).p),
                     "");
    record_add_badge(page, item, value_get_text(row, "no"), "");
    record_add_facts(page, item, "meeting.texts", "texts", row, texts, sizeof texts / sizeof texts[0], false);
    TRY(record_rows(page, Q_MEETING_DECISIONS, PERM_TASK_READ, id, &rows));
    for (struct value *one = rows->items.first; one; one = one->next)
        value_put_int(page->ctx.arena, one, "is_over", !str_equal(value_get_text(one, "state"), STR("open")));
    record_add_table(page, item, "meeting.decisions", "decisions", rows, decisions,
                     sizeof decisions / sizeof decisions[0]);
    TRY(record_rows(page, Q_MEETING_PLANS, PERM_FINDING_READ, id, &rows));
    if (value_count(rows))
        record_add_table(page, item, "meeting.plans", "plans", rows, plans, sizeof plans / sizeof plans[0]);
    if (str_equal(kind, STR("democratic_life")) || value_get_int(row, "last_problem", 0))
        TRY(put_problems(page, item, id));
    TRY(record_rows(page, Q_MEETING_PEOPLE, PERM_TASK_READ, id, &rows));
    record_add_table(page, item, "meeting.people", "people", rows, people, sizeof people / sizeof people[0]);
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, "meeting.list"), STR("/meetings"));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
    return RC_OK;
}

/* ---- decisions ---------------------------------------------------------------------------------------------- */

enum rc page_decision_list(struct page *page)
{
    static const struct record_show shows[] = {{"open", DECISION_LIST_FILTER_STATE, DECISION_LIST_SORT_DUE},
                                               {"late", DECISION_LIST_FILTER_LATE, DECISION_LIST_SORT_DUE},
                                               {"done", DECISION_LIST_FILTER_STATE, DECISION_LIST_SORT_DUE},
                                               {"cancelled", DECISION_LIST_FILTER_STATE, DECISION_LIST_SORT_DUE}};
    static const struct record_column columns[] = {
        {"decision.title", "title", CELL_TEXT, NULL, "/decisions/{id}"},
        {"decision.unit", "unit_short", CELL_TEXT, NULL, NULL},
        {"decision.due", "due", CELL_DUE, NULL, NULL},
        {"decision.state", "state", CELL_CHOICE, "decision.state", NULL},
        {"meeting.kind", "meeting_kind", CELL_CHOICE, "meeting.kind", NULL},
        {"meeting.held_on", "held_on", CELL_DAY, NULL, NULL},
        {"decision.result", "result", CELL_LONG, NULL, NULL},
        {"finding.number", "no", CELL_TEXT, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    struct value *figures;
    record_begin_list(page, "decision.list", "decision.list_about");
    struct db_stmt *st = page_statement(page, Q_DECISION_FIGURES);
    db_bind_text(st, "today", record_day_before(page, 0));
    TRY(db_first_row(&page->ctx, st, &figures));
    record_add_figure(page, "decision.show.open", value_get_int(figures, "open_count", 0), "/decisions?show=open", "");
    record_add_figure(page, "decision.show.late", value_get_int(figures, "late_count", 0), "/decisions?show=late",
                      "overdue");
    record_add_figure(page, "decision.show.done", value_get_int(figures, "done_count", 0), "/decisions?show=done",
                      "closed");
    const struct record_show *show =
        record_choose(page, "/decisions", "decision.show", shows, sizeof shows / sizeof shows[0]);
    int64_t under = page_param_int(page, "under", 0);
    st = page_list_statement(page, Q_DECISION_LIST, show->filter | (under ? DECISION_LIST_FILTER_UNDER : 0u),
                             show->sort);
    if (st) {
        db_bind_text(st, "state", str_from_cstr(show->name));
        db_bind_int(st, "under", under);
    }
    TRY(record_put_items(page, st, "/decisions", arena_format(arena, "show=%s&", show->name).p));
    for (struct value *row = ((struct value *)value_get(page->view, "items"))->items.first; row; row = row->next)
        value_put_int(arena, row, "is_over", !str_equal(value_get_text(row, "state"), STR("open")));
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "decision.none");
    return RC_OK;
}

enum rc page_decision(struct page *page)
{
    static const struct record_column facts[] = {
        {"decision.meeting", "meeting_text", CELL_TEXT, NULL, "/meetings/{meeting_link}"},
        {"meeting.held_on", "held_on", CELL_DAY, NULL, NULL},
        {"decision.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"decision.due", "due", CELL_DUE, NULL, NULL},
        {"decision.task", "task_no", CELL_TEXT, NULL, "/tasks/{task_id}"},
        {"decision.done_on", "done_on", CELL_DAY, NULL, NULL},
    };
    static const struct record_column result[] = {{"decision.result", "result", CELL_LONG, NULL, NULL}};
    struct arena *arena = page->ctx.arena;
    struct value *row, *item;
    struct db_stmt *st = page_statement(page, Q_DECISION_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &row));
    bool may_read = value_get_int(row, "may_read_meeting", 0) != 0;
    struct str state = value_get_text(row, "state");
    value_put_int(arena, row, "meeting_link", may_read ? value_get_int(row, "meeting_id", 0) : 0);
    value_put_text(arena, row, "meeting_text",
                   may_read ? value_get_text(row, "meeting_title") : value_get_text(row, "meeting_no"));
    if (!may_read)
        value_set(row, STR("meeting_title"), value_new_text(arena, STR("")));
    value_put_int(arena, row, "is_over", !str_equal(state, STR("open")));
    TRY(record_begin(page, row, NOUN_DECISION, &item));
    record_add_badge(page, item, page_text(page, arena_format(arena, "decision.state.%.*s", STR_ARG(state)).p),
                     str_equal(state, STR("open")) ? "normal" : "closed");
    record_add_badge(page, item, value_get_text(row, "no"), "");
    record_add_facts(page, item, "decision.result", "result", row, result, 1, false);
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, "decision.list"), STR("/decisions"));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
    return RC_OK;
}

enum rc page_finding_put_meetings(struct page *page, struct value *finding)
{
    struct db_stmt *st = db_query(page->db, Q_MEETING_OF_FINDING);
    struct value *rows;
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "id", value_get_int(finding, "id", 0));
    TRY(page_rows(page, st, &rows));
    value_put_bool(page->ctx.arena, finding, "has_meetings", value_count(rows) > 0);
    value_put(finding, STR("meetings"), rows);
    return RC_OK;
}
