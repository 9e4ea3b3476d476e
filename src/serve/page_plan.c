/* page_plan.c: plans: the list, one plan with its versions, the section on the page of a source. */
#include "serve/page_plan.h"

#include "loop/plan.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"

static const char *state_status(struct str state)
{
    return str_equal(state, STR("approved"))    ? "closed"
           : str_equal(state, STR("submitted")) ? "due_soon"
           : str_equal(state, STR("returned"))  ? "behind"
                                                : "normal";
}

enum rc page_plan_list(struct page *page)
{
    static const struct record_show shows[] = {{"all", 0, PLAN_LIST_SORT_NEWEST},
                                               {"open", PLAN_LIST_FILTER_OPEN, PLAN_LIST_SORT_NEWEST},
                                               {"submitted", PLAN_LIST_FILTER_SUBMITTED, PLAN_LIST_SORT_NEWEST},
                                               {"approved", PLAN_LIST_FILTER_APPROVED, PLAN_LIST_SORT_NEWEST}};
    static const struct record_column columns[] = {
        {"plan.title", "title", CELL_TEXT, NULL, "/plans/{id}"},
        {"plan.state", "state", CELL_CHOICE, "plan.state", NULL},
        {"plan.version", "version", CELL_NUM, NULL, NULL},
        {"plan.report_due", "report_due", CELL_DUE, NULL, NULL},
        {"plan.sent_on", "sent_on", CELL_DAY, NULL, NULL},
        {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},
        {"finding.source", "source_no", CELL_TEXT, NULL, "/sources/{source_id}"},
    };
    struct arena *arena = page->ctx.arena;
    record_begin_list(page, "plan.list", "plan.list_about");
    const struct record_show *show = record_choose(page, "/plans", "plan.show", shows, sizeof shows / sizeof shows[0]);
    TRY(record_put_items(page, page_list_statement(page, Q_PLAN_LIST, show->filter, show->sort), "/plans",
                         arena_format(arena, "show=%s&", show->name).p));
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "plan.none");
    if (page_can(page, PERM_PLAN_WRITE))
        record_add_action(page, page->view, "plan.do.make", STR("/plans/new"), true);
    return RC_OK;
}

static enum rc put_versions(struct page *page, struct value *item, const struct value *plan)
{
    static const struct record_column columns[] = {
        {"plan.version", "label", CELL_CODE, NULL, "/plans/{plan_id}/rows?version={n}"},
        {"plan.state", "state", CELL_CHOICE, "plan.version_state", NULL},
        {"plan.submitted_on", "submitted_on", CELL_DAY, NULL, NULL},
        {"plan.meeting", "meeting", CELL_TEXT, NULL, "/meetings/{meeting_id}"},
        {"plan.meeting_on", "meeting_on", CELL_DAY, NULL, NULL},
        {"plan.words", "words", CELL_LONG, NULL, NULL},
        {"plan.row_count", "row_count", CELL_NUM, NULL, NULL},
        {"plan.difference", "difference", CELL_TEXT, NULL, "/plans/{plan_id}/difference?from={before}&to={n}"},
    };
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    struct db_stmt *st = db_query(page->db, Q_PLAN_VERSIONS);
    db_bind_int(st, "id", value_get_int(plan, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        int64_t n = value_get_int(row, "n", 0);
        struct str arg = arena_format(arena, "%lld", (long long)n),
                   before = arena_format(arena, "%lld", (long long)n - 1);
        value_put_text(arena, row, "label", page_text_args(page, "plan.version_n", &arg, 1));
        value_put_int(arena, row, "before", n - 1);
        struct str basis = value_get_text(row, "basis"), opinion = value_get_text(row, "opinion");
        value_put_text(arena, row, "words",
                       basis.n && opinion.n ? arena_format(arena, "%.*s\n%.*s", STR_ARG(basis), STR_ARG(opinion))
                       : basis.n            ? basis
                                            : opinion);
        value_put_text(arena, row, "difference",
                       n > 1 ? page_text_args(page, "plan.against_version", &before, 1) : STR(""));
    }
    record_add_table(page, item, "plan.versions", "versions", rows, columns, sizeof columns / sizeof columns[0]);
    return RC_OK;
}

/* What has changed since the meeting approved the plan. */
static enum rc put_difference(struct page *page, struct value *item, const struct value *plan)
{
    struct arena *arena = page->ctx.arena;
    int64_t last = value_get_int(plan, "last_version", 0), approved = value_get_int(plan, "version", 0),
            version = approved ? approved : last;
    struct value *before, *now, *difference;
    if (!version)
        return RC_OK;
    TRY(plan_page_read_rows(page, plan, version, &before));
    TRY(plan_page_read_rows(page, plan, 0, &now));
    TRY(plan_rows_compare(&page->ctx, before, now, &difference));
    if (value_get_int(difference, "count", 0) == 0)
        return RC_OK;
    static const char *const parts[] = {"added", "removed", "changed"};
    struct str args[4] = {arena_format(arena, "%lld", (long long)version)};
    for (int i = 0; i < 3; i++)
        args[i + 1] = arena_format(arena, "%lld", (long long)value_count(value_get(difference, parts[i])));
    record_add_alert(page, item, "plan.alert_changed", args, 4);
    return RC_OK;
}

static enum rc put_gaps(struct page *page, struct value *item, const struct value *plan)
{
    struct arena *arena = page->ctx.arena;
    int64_t needed, warnings;
    TRY(plan_page_count_gaps(page, value_get_int(plan, "source_id", 0), &needed, &warnings));
    struct str args[] = {arena_format(arena, "%lld", (long long)needed),
                         arena_format(arena, "%lld", (long long)warnings)};
    if (needed)
        record_add_alert(page, item, "plan.alert_gaps", args, 2);
    else if (warnings)
        record_add_alert(page, item, "plan.alert_warnings", &args[1], 1);
    return RC_OK;
}

enum rc page_plan(struct page *page)
{
    static const struct record_column facts[] = {
        {"finding.source", "source_title", CELL_TEXT, NULL, "/sources/{source_id}"},
        {"finding.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"plan.approved_version", "version_label", CELL_TEXT, NULL, "/plans/{id}/rows?version={version}"},
        {"plan.report_due", "report_due", CELL_DUE, NULL, NULL},
        {"plan.concentrated_end", "concentrated_end", CELL_DAY, NULL, NULL},
        {"plan.sent_on", "sent_on", CELL_DAY, NULL, NULL},
        {"plan.made_by", "created_by_name", CELL_TEXT, NULL, NULL},
        {"plan.made_at", "created_at", CELL_TIME, NULL, NULL},
    };
    static const struct record_column pledge[] = {{"plan.pledge", "pledge", CELL_LONG, NULL, NULL}};
    struct arena *arena = page->ctx.arena;
    struct value *row, *item;
    struct db_stmt *st = page_statement(page, Q_PLAN_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &row));
    value_put_int(arena, row, "is_over", value_get_text(row, "sent_on").n > 0);
    struct str version = arena_format(arena, "%lld", (long long)value_get_int(row, "version", 0));
    value_put_text(arena, row, "version_label",
                   value_get_int(row, "version", 0) ? page_text_args(page, "plan.version_n", &version, 1) : STR(""));
    TRY(record_begin(page, row, NOUN_PLAN, &item));
    struct str state = value_get_text(row, "state");
    record_add_badge(page, item, page_word(page, "plan.state", state), state_status(state));
    record_add_badge(page, item, value_get_text(row, "no"), "");
    TRY(put_difference(page, item, row));
    TRY(put_gaps(page, item, row));
    record_add_action(page, item, "plan.rows", record_href(arena, "/plans/{id}/rows", row), false);
    record_add_action(page, item, "plan.consistency", record_href(arena, "/plans/{id}/gaps", row), false);
    if (value_get_int(row, "last_version", 0))
        record_add_action(page, item, "plan.difference", record_href(arena, "/plans/{id}/difference", row), false);
    TRY(put_versions(page, item, row));
    if (value_get_text(row, "pledge").n)
        record_add_facts(page, item, "plan.pledge", "pledge", row, pledge, 1, false);
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    chrome_add_crumb(page, page_text(page, "nav.sources"), STR("/sources"));
    chrome_add_crumb(page, page_text(page, "plan.list"), STR("/plans"));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
    return RC_OK;
}

enum rc page_put_source_plan(struct page *page, struct value *source)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = value_get_int(source, "id", 0), needed = 0, warnings = 0;
    struct value *plan;
    bool may_read = page_can(page, PERM_TASK_READ);
    struct db_stmt *st = db_query(page->db, Q_PLAN_OF_SOURCE);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "id", id);
    TRY(db_first_row(&page->ctx, st, &plan));
    TRY(plan_page_count_gaps(page, id, &needed, &warnings));
    struct value *part = value_put_map(arena, source, "plan_part");
    value_put_bool(arena, part, "may_read", may_read);
    value_put_bool(arena, part, "has_plan", plan != NULL);
    value_put_text(arena, part, "href", plan ? record_href(arena, "/plans/{id}", plan) : STR(""));
    value_put_text(arena, part, "no", value_get_text(plan, "no"));
    struct str state = value_get_text(plan, "state"),
               version = arena_format(arena, "%lld", (long long)value_get_int(plan, "version", 0));
    value_put_text(arena, part, "state", str_from_cstr(state_status(state)));
    value_put_text(arena, part, "state_label", page_word(page, "plan.state", state));
    value_put_text(arena, part, "version_label",
                   value_get_int(plan, "version", 0) ? page_text_args(page, "plan.version_n", &version, 1) : STR(""));
    value_put_text(arena, part, "report_due", value_get_text(plan, "report_due"));
    value_put_text(arena, part, "make_href",
                   !plan && page_can(page, PERM_PLAN_WRITE)
                       ? arena_format(arena, "/plans/new?source_id=%lld", (long long)id)
                       : STR(""));
    value_put_text(arena, part, "consistency_href", arena_format(arena, "/sources/%lld/consistency", (long long)id));
    value_put_int(arena, part, "needed", needed);
    value_put_int(arena, part, "warnings", warnings);
    return RC_OK;
}
