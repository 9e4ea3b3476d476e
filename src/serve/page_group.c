/* page_group.c: special working groups and handovers. */
#include "base/clock.h"
#include "loop/supervise.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"

static void put_over(struct page *page, struct value *rows, const char *running)
{
    for (struct value *row = rows->items.first; row; row = row->next)
        value_put_int(page->ctx.arena, row, "is_over", !str_equal_cstr(value_get_text(row, "state"), running));
}

static enum rc put_group_figures(struct page *page)
{
    struct value *row;
    struct db_stmt *st = page_statement(page, Q_GROUP_FIGURES);
    db_bind_text(st, "today", record_day_before(page, 0));
    TRY(db_first_row(&page->ctx, st, &row));
    record_add_figure(page, "group.show.active", value_get_int(row, "active_count", 0), "/groups?show=active", "");
    record_add_figure(page, "group.show.late", value_get_int(row, "late_count", 0), "/groups?show=late", "behind");
    record_add_figure(page, "group.show.headless", value_get_int(row, "headless_count", 0), "/groups?show=headless",
                      "behind");
    return RC_OK;
}

enum rc page_group_list(struct page *page)
{
    static const struct record_show shows[] = {{"active", GROUP_LIST_FILTER_ACTIVE, GROUP_LIST_SORT_NEXT},
                                               {"late", GROUP_LIST_FILTER_LATE, GROUP_LIST_SORT_NEXT},
                                               {"headless", GROUP_LIST_FILTER_HEADLESS, GROUP_LIST_SORT_NEXT},
                                               {"ended", GROUP_LIST_FILTER_ENDED, GROUP_LIST_SORT_NEXT}};
    static const struct record_column columns[] = {
        {"group.title", "title", CELL_TEXT, NULL, "/groups/{id}"},
        {"group.head", "head_name", CELL_TEXT, NULL, NULL},
        {"group.is_board_head", "is_board_head", CELL_YES, NULL, NULL},
        {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},
        {"group.met_count", "met_count", CELL_NUM, NULL, NULL},
        {"group.last_met", "last_met", CELL_DAY, NULL, NULL},
        {"group.next_meeting", "next_meeting", CELL_DUE, NULL, NULL},
        {"finding.number", "no", CELL_TEXT, NULL, "/findings/{finding_id}"},
    };
    struct arena *arena = page->ctx.arena;
    record_begin_list(page, "group.list", "group.list_about");
    TRY(put_group_figures(page));
    const struct record_show *show =
        record_choose(page, "/groups", "group.show", shows, sizeof shows / sizeof shows[0]);
    int64_t finding = page_param_int(page, "finding", 0);
    struct db_stmt *st =
        page_list_statement(page, Q_GROUP_LIST, show->filter | (finding ? GROUP_LIST_FILTER_FINDING : 0u), show->sort);
    if (st)
        db_bind_int(st, "finding", finding);
    TRY(record_put_items(page, st, "/groups", arena_format(arena, "show=%s&", show->name).p));
    put_over(page, (struct value *)value_get(page->view, "items"), "active");
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "group.none");
    return RC_OK;
}

enum rc page_group(struct page *page)
{
    static const struct record_column facts[] = {
        {"group.finding", "finding_title", CELL_TEXT, NULL, "/findings/{finding_id}"},
        {"group.head", "head_name", CELL_TEXT, NULL, "/leaders/{head_id}"},
        {"group.is_board_head", "is_board_head", CELL_YES, NULL, NULL},
        {"finding.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"group.stationed", "stationed_name", CELL_TEXT, NULL, NULL},
        {"group.set_up", "set_up", CELL_DAY, NULL, NULL},
        {"group.cycle_days", "cycle_days", CELL_NUM, NULL, NULL},
        {"group.met_count", "met_count", CELL_NUM, NULL, NULL},
        {"group.last_met", "last_met", CELL_DAY, NULL, NULL},
        {"group.next_meeting", "next_meeting", CELL_DUE, NULL, NULL},
        {"group.ended_on", "ended_on", CELL_DAY, NULL, NULL},
    };
    static const struct record_column plan[] = {{"group.plan", "plan", CELL_LONG, NULL, NULL}};
    static const struct record_column members[] = {{"person.name", "name", CELL_TEXT, NULL, NULL},
                                                   {"person.post", "title", CELL_TEXT, NULL, NULL},
                                                   {"group.role", "role", CELL_CHOICE, "group.role", NULL},
                                                   {"leader.from", "valid_from", CELL_DAY, NULL, NULL},
                                                   {"leader.to", "valid_to", CELL_DAY, NULL, NULL}};
    static const struct record_column briefs[] = {{"group.brief_title", "title", CELL_TEXT, NULL, NULL},
                                                  {"group.brief_day", "on_day", CELL_DAY, NULL, NULL},
                                                  {"group.brief_text", "text", CELL_LONG, NULL, NULL}};
    struct value *row, *item, *rows;
    struct db_stmt *st = page_statement(page, Q_GROUP_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    db_bind_text(st, "today", record_day_before(page, 0));
    TRY(page_find_row(page, st, &row));
    bool is_active = str_equal(value_get_text(row, "state"), STR("active"));
    value_put_int(page->ctx.arena, row, "is_over", !is_active);
    TRY(record_begin(page, row, NOUN_GROUP, &item));
    record_add_badge(page, item, page_text(page, is_active ? "group.state.active" : "group.state.ended"),
                     is_active ? "normal" : "closed");
    record_add_badge(page, item, value_get_text(row, "no"), "");
    if (is_active && !value_get_int(row, "is_board_head", 0))
        record_add_alert(page, item, "group.alert_head", NULL, 0);
    struct str next = value_get_text(row, "next_meeting");
    if (is_active && str_compare(next, record_day_before(page, 0)) < 0)
        record_add_alert(page, item, "group.alert_meeting", &next, 1);
    record_add_facts(page, item, "group.plan", "plan", row, plan, 1, false);
    TRY(record_rows(page, Q_GROUP_MEMBERS, PERM_TASK_READ, id, &rows));
    record_add_table(page, item, "group.members", "members", rows, members, sizeof members / sizeof members[0]);
    TRY(record_rows(page, Q_GROUP_BRIEFS, PERM_TASK_READ, id, &rows));
    record_add_table(page, item, "group.briefs", "briefs", rows, briefs, sizeof briefs / sizeof briefs[0]);
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    record_add_action(page, item, "group.meetings", record_href(page->ctx.arena, "/meetings?team={id}", row), false);
    chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, "group.list"), STR("/groups"));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
    return RC_OK;
}

/* ---- handovers ---------------------------------------------------------------------------------------------- */

enum rc page_handover_list(struct page *page)
{
    static const struct record_show shows[] = {{"all", 0, HANDOVER_LIST_SORT_NEWEST},
                                               {"open", HANDOVER_LIST_FILTER_STATE, HANDOVER_LIST_SORT_NEWEST},
                                               {"done", HANDOVER_LIST_FILTER_STATE, HANDOVER_LIST_SORT_NEWEST}};
    static const struct record_column columns[] = {
        {"handover.title", "title", CELL_TEXT, NULL, "/handovers/{id}"},
        {"handover.state", "state", CELL_CHOICE, "handover.state", NULL},
        {"handover.items", "item_count", CELL_NUM, NULL, NULL},
        {"handover.begun_on", "begun_on", CELL_DAY, NULL, NULL},
        {"handover.from_signed", "from_signed", CELL_DAY, NULL, NULL},
        {"handover.to_signed", "to_signed", CELL_DAY, NULL, NULL},
        {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},
        {"finding.number", "no", CELL_TEXT, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    record_begin_list(page, "handover.list", "handover.list_about");
    const struct record_show *show =
        record_choose(page, "/handovers", "handover.show", shows, sizeof shows / sizeof shows[0]);
    struct db_stmt *st = page_list_statement(page, Q_HANDOVER_LIST, show->filter, show->sort);
    if (st)
        db_bind_text(st, "state", str_from_cstr(show->name));
    TRY(record_put_items(page, st, "/handovers", arena_format(arena, "show=%s&", show->name).p));
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "handover.none");
    if (page_can(page, PERM_MEETING_WRITE))
        record_add_action(page, page->view, "handover.do.begin", STR("/handovers/new"), true);
    return RC_OK;
}

enum rc page_handover(struct page *page)
{
    static const struct record_column facts[] = {
        {"handover.from", "from_name", CELL_TEXT, NULL, "/leaders/{from_person}"},
        {"handover.to", "to_name", CELL_TEXT, NULL, "/leaders/{to_person}"},
        {"leader.post", "post_title", CELL_TEXT, NULL, NULL},
        {"finding.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"handover.begun_on", "begun_on", CELL_DAY, NULL, NULL},
        {"handover.from_signed", "from_signed", CELL_DAY, NULL, NULL},
        {"handover.to_signed", "to_signed", CELL_DAY, NULL, NULL},
        {"handover.done_on", "done_on", CELL_DAY, NULL, NULL},
        {"handover.note", "note", CELL_LONG, NULL, NULL},
    };
    static const struct record_column items[] = {
        {"handover.item", "title", CELL_TEXT, NULL, "/{subject_kind}s/{subject_id}"},
        {"handover.item_kind", "kind", CELL_CHOICE, "handover.item_kind", NULL},
        {"handover.item_role", "role_text", CELL_TEXT, NULL, NULL},
        {"handover.passes", "actor_kind", CELL_CHOICE, "handover.passes", NULL},
        {"finding.number", "no", CELL_TEXT, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    struct value *row, *item, *rows;
    struct db_stmt *st = page_statement(page, Q_HANDOVER_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    TRY(record_begin(page, row, NOUN_HANDOVER, &item));
    struct str state = value_get_text(row, "state");
    record_add_badge(page, item, page_text(page, arena_format(arena, "handover.state.%.*s", STR_ARG(state)).p),
                     str_equal(state, STR("open")) ? "due_soon" : "closed");
    record_add_badge(page, item, value_get_text(row, "no"), "");
    TRY(record_rows(page, Q_HANDOVER_ITEMS, PERM_TASK_READ, id, &rows));
    for (struct value *one = rows->items.first; one; one = one->next) {
        struct str kind = value_get_text(one, "kind");
        const char *prefix = str_equal(kind, STR("duty"))   ? "duty"
                             : str_equal(kind, STR("wait")) ? "wait"
                                                            : "lead.kind";
        value_put_text(arena, one, "role_text",
                       page_text(page, arena_format(arena, "%s.%.*s", prefix, STR_ARG(value_get_text(one, "role"))).p));
    }
    record_add_table(page, item, "handover.items", "items", rows, items, sizeof items / sizeof items[0]);
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, "handover.list"), STR("/handovers"));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
    return RC_OK;
}
