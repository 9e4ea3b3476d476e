/* page_lead.c: lead cases: the list with coverage of the party board, one case with its log, the list of what one
 * leader carries. */
#include "base/clock.h"
#include "loop/supervise.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"

static const struct record_column lead_columns[] = {
    {"lead.title", "title", CELL_TEXT, NULL, "/leads/{id}"},
    {"lead.leader", "leader_name", CELL_TEXT, NULL, "/leaders/{person_id}"},
    {"lead.kind", "kind", CELL_CHOICE, "lead.kind", NULL},
    {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},
    {"lead.deploy_count", "deploy_count", CELL_NUM, NULL, NULL},
    {"lead.visit_count", "visit_count", CELL_NUM, NULL, NULL},
    {"lead.solve_count", "solve_count", CELL_NUM, NULL, NULL},
    {"lead.hear_count", "hear_count", CELL_NUM, NULL, NULL},
    {"lead.last_hear", "last_hear", CELL_DAY, NULL, NULL},
    {"lead.next_hear", "next_hear", CELL_DUE, NULL, NULL},
    {"finding.number", "no", CELL_TEXT, NULL, NULL},
};
enum { LEAD_COLUMNS = sizeof lead_columns / sizeof lead_columns[0] };

static struct str today_text(struct page *page) { return record_day_before(page, 0); }

/* A person's page is named; a post has none of its own here. */
static void put_links(struct page *page, struct value *row)
{
    bool is_person = str_equal(value_get_text(row, "leader_kind"), STR("person"));
    value_put_int(page->ctx.arena, row, "person_id", is_person ? value_get_int(row, "leader_id", 0) : 0);
    value_put_int(page->ctx.arena, row, "is_over", !str_equal(value_get_text(row, "state"), STR("active")));
}

static void put_all_links(struct page *page, struct value *rows)
{
    for (struct value *row = rows->items.first; row; row = row->next)
        put_links(page, row);
}

static enum rc put_figures(struct page *page)
{
    struct value *row;
    struct db_stmt *st = page_statement(page, Q_LEAD_FIGURES);
    db_bind_text(st, "silent_since", record_day_before(page, SUPERVISE_LEAD_CYCLE_DAYS));
    db_bind_text(st, "today", today_text(page));
    TRY(db_first_row(&page->ctx, st, &row));
    record_add_figure(page, "lead.show.active", value_get_int(row, "active_count", 0), "/leads?show=active", "");
    record_add_figure(page, "lead.show.silent", value_get_int(row, "silent_count", 0), "/leads?show=silent", "behind");
    record_add_figure(page, "lead.show.late", value_get_int(row, "late_count", 0), "/leads?show=late", "behind");
    record_add_figure(page, "lead.show.orphan", value_get_int(row, "orphan_count", 0), "/leads?show=orphan", "overdue");
    return RC_OK;
}

/* Members of the party board and how many cases each leads: none is an alert. */
static enum rc put_coverage(struct page *page)
{
    static const struct record_column columns[] = {
        {"lead.member", "name", CELL_TEXT, NULL, "/leaders/{id}"}, {"person.post", "title", CELL_TEXT, NULL, NULL},
        {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},     {"lead.cases", "cases", CELL_NUM, NULL, NULL},
        {"lead.last_hear", "last_hear", CELL_DAY, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    struct db_stmt *st = page_statement(page, Q_LEAD_COVERAGE);
    db_bind_text(st, "today", today_text(page));
    TRY(db_rows(&page->ctx, st, &rows));
    int64_t all = 0, with = 0;
    VALUE_EACH (row, rows) {
        all++;
        with += value_get_int(row, "cases", 0) > 0;
    }
    struct value *coverage = value_put_map(arena, page->view, "coverage");
    struct str args[] = {arena_format(arena, "%lld", (long long)with), arena_format(arena, "%lld", (long long)all),
                         all ? arena_format(arena, "%lld%%", (long long)(with * 100 / all)) : STR("\xe2\x80\x94")};
    value_put_text(arena, coverage, "text", page_text_args(page, "lead.coverage_text", args, 3));
    value_put_int(arena, coverage, "members", all);
    value_put_int(arena, coverage, "covered", with);
    value_put_bool(arena, coverage, "has_rows", all > 0);
    record_put_table(page, coverage, "table", rows, columns, sizeof columns / sizeof columns[0]);
    return RC_OK;
}

enum rc page_lead_list(struct page *page)
{
    static const struct record_show shows[] = {{"active", LEAD_LIST_FILTER_ACTIVE, LEAD_LIST_SORT_NEXT},
                                               {"silent", LEAD_LIST_FILTER_SILENT, LEAD_LIST_SORT_NEXT},
                                               {"late", LEAD_LIST_FILTER_LATE, LEAD_LIST_SORT_NEXT},
                                               {"orphan", LEAD_LIST_FILTER_ORPHAN, LEAD_LIST_SORT_NEXT},
                                               {"ended", LEAD_LIST_FILTER_ENDED, LEAD_LIST_SORT_NEWEST}};
    struct arena *arena = page->ctx.arena;
    record_begin_list(page, "lead.list", "lead.list_about");
    TRY(put_figures(page));
    const struct record_show *show = record_choose(page, "/leads", "lead.show", shows, sizeof shows / sizeof shows[0]);
    int64_t under = page_param_int(page, "under", 0), task = page_param_int(page, "task", 0),
            finding = page_param_int(page, "finding", 0);
    uint32_t filters =
        show->filter | (under ? LEAD_LIST_FILTER_UNDER : 0u) | (task || finding ? LEAD_LIST_FILTER_SUBJECT : 0u);
    struct db_stmt *st = page_list_statement(page, Q_LEAD_LIST, filters, show->sort);
    if (st) {
        db_bind_text(st, "silent_since", record_day_before(page, SUPERVISE_LEAD_CYCLE_DAYS));
        db_bind_int(st, "under", under);
        db_bind_text(st, "subject_kind", task ? STR("task") : STR("finding"));
        db_bind_int(st, "subject_id", task ? task : finding);
    }
    TRY(record_put_items(page, st, "/leads", arena_format(arena, "show=%s&", show->name).p));
    put_all_links(page, (struct value *)value_get(page->view, "items"));
    record_put_list(page, lead_columns, LEAD_COLUMNS, "lead.none");
    return put_coverage(page);
}

enum rc page_lead(struct page *page)
{
    static const struct record_column facts[] = {
        {"lead.leader", "leader_name", CELL_TEXT, NULL, "/leaders/{person_id}"},
        {"lead.kind", "kind", CELL_CHOICE, "lead.kind", NULL},
        {"finding.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"hang.subject", "no", CELL_TEXT, NULL, "/{subject_kind}s/{subject_id}"},
        {"lead.started", "started", CELL_DAY, NULL, NULL},
        {"lead.deploy_count", "deploy_count", CELL_NUM, NULL, NULL},
        {"lead.visit_count", "visit_count", CELL_NUM, NULL, NULL},
        {"lead.solve_count", "solve_count", CELL_NUM, NULL, NULL},
        {"lead.hear_count", "hear_count", CELL_NUM, NULL, NULL},
        {"lead.last_hear", "last_hear", CELL_DAY, NULL, NULL},
        {"lead.next_hear", "next_hear", CELL_DUE, NULL, NULL},
        {"lead.handed_on", "handed_on", CELL_DAY, NULL, NULL},
        {"lead.ended_on", "ended_on", CELL_DAY, NULL, NULL},
    };
    static const struct record_column difficulty[] = {{"lead.difficulty", "difficulty", CELL_LONG, NULL, NULL}};
    static const struct record_column log[] = {
        {"lead.on_day", "on_day", CELL_DAY, NULL, NULL},
        {"lead.log_kind", "kind", CELL_CHOICE, "lead.log_kind", NULL},
        {"lead.text", "text", CELL_LONG, NULL, NULL},
        {"lead.result", "result", CELL_LONG, NULL, NULL},
    };
    struct value *row, *item, *rows;
    struct db_stmt *st = page_statement(page, Q_LEAD_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    put_links(page, row);
    TRY(record_begin(page, row, NOUN_LEAD, &item));
    bool is_active = str_equal(value_get_text(row, "state"), STR("active"));
    record_add_badge(page, item, page_text(page, is_active ? "lead.state.active" : "lead.state.ended"),
                     is_active ? "normal" : "closed");
    record_add_badge(page, item, value_get_text(row, "leader_name"), "");
    record_add_badge(page, item, value_get_text(row, "no"), "");
    struct str last = value_get_text(row, "last_hear");
    last = last.n ? last : value_get_text(row, "started");
    if (is_active && str_compare(last, record_day_before(page, SUPERVISE_LEAD_CYCLE_DAYS)) < 0)
        record_add_alert(page, item, "lead.alert_silent", &last, 1);
    TRY(record_rows(page, Q_LEAD_LOGS, PERM_TASK_READ, id, &rows));
    record_add_facts(page, item, "lead.difficulty", "difficulty", row, difficulty, 1, false);
    record_add_table(page, item, "lead.log", "log", rows, log, sizeof log / sizeof log[0]);
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, "lead.list"), STR("/leads"));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
    return RC_OK;
}

/* The list of duties of one leader: cases, and what he carries in person or by a post. */
enum rc page_leader(struct page *page)
{
    static const struct record_column duties[] = {
        {"leader.duty", "title", CELL_TEXT, NULL, "/{subject_kind}s/{subject_id}"},
        {"leader.role", "role", CELL_CHOICE, "duty", NULL},
        {"finding.number", "no", CELL_TEXT, NULL, NULL},
        {"finding.due", "due", CELL_DUE, NULL, NULL},
        {"leader.since", "since", CELL_DAY, NULL, NULL},
    };
    static const struct record_column posts[] = {
        {"leader.post", "title", CELL_TEXT, NULL, "/posts/{id}"},
        {"leader.is_board", "is_board", CELL_YES, NULL, NULL},
        {"leader.from", "valid_from", CELL_DAY, NULL, NULL},
        {"leader.to", "valid_to", CELL_DAY, NULL, NULL},
    };
    static const struct record_column teams[] = {
        {"team.name", "name", CELL_TEXT, NULL, "/teams/{id}"},
        {"group.role", "role", CELL_CHOICE, "group.role", NULL},
        {"leader.from", "valid_from", CELL_DAY, NULL, NULL},
        {"leader.to", "valid_to", CELL_DAY, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    struct value *person, *cases, *rows;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = db_query(page->db, Q_LEADER_GET);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &person));
    value_put(page->view, STR("person"), person);
    st = page_list_statement(page, Q_LEAD_LIST, LEAD_LIST_FILTER_ACTIVE | LEAD_LIST_FILTER_PERSON, LEAD_LIST_SORT_NEXT);
    if (!st)
        return RC_DB;
    db_bind_int(st, "person", id);
    db_bind_text(st, "today", today_text(page));
    db_bind_int(st, "limit", 500);
    db_bind_int(st, "offset", 0);
    TRY(db_rows(&page->ctx, st, &cases));
    put_all_links(page, cases);
    value_put_text(arena, page->view, "page_title", value_get_text(person, "name"));
    struct value *record = value_put_map(arena, page->view, "record");
    value_put_list(arena, record, "cards");
    value_put_list(arena, record, "side");
    value_put(page->view, STR("items"), value_copy(arena, cases));
    record_add_table(page, record, "leader.cases", "cases", cases, lead_columns, LEAD_COLUMNS);
    TRY(record_rows(page, Q_LEADER_DUTIES, PERM_TASK_READ, id, &rows));
    record_add_table(page, record, "leader.duties", "duties", rows, duties, sizeof duties / sizeof duties[0]);
    TRY(record_rows(page, Q_LEADER_POSTS, PERM_UNIT_READ, id, &rows));
    record_add_table(page, record, "leader.posts", "posts", rows, posts, sizeof posts / sizeof posts[0]);
    TRY(record_rows(page, Q_PERSON_TEAMS, PERM_TASK_READ, id, &rows));
    record_add_table(page, record, "team.list", "teams", rows, teams, sizeof teams / sizeof teams[0]);
    value_put_bool(arena, page->view, "may_hand_over", page_can(page, PERM_MEETING_WRITE));
    chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, "lead.list"), STR("/leads"));
    chrome_add_crumb(page, value_get_text(person, "name"), STR_EMPTY);
    return RC_OK;
}
