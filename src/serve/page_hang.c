/* page_hang.c: hung items: the list with ages and figures, one item with its hearings. */
#include "base/clock.h"
#include "loop/supervise.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"

static void put_age(struct page *page, struct value *row)
{
    int32_t from, to = clock_today();
    if (!date_parse(value_get_text(row, "hung_on"), &from))
        return;
    (void)date_parse(value_get_text(row, "released_on"), &to);
    value_put_int(page->ctx.arena, row, "age_days", to - from);
    value_put_int(page->ctx.arena, row, "is_over", !str_equal(value_get_text(row, "state"), STR("open")));
}

static enum rc put_figures(struct page *page)
{
    struct value *row;
    struct db_stmt *st = page_statement(page, Q_HANG_FIGURES);
    db_bind_text(st, "silent_since", record_day_before(page, SUPERVISE_HANG_SILENT_DAYS));
    TRY(db_first_row(&page->ctx, st, &row));
    record_add_figure(page, "hang.show.open", value_get_int(row, "open_count", 0), "/hung?show=open", "overdue");
    record_add_figure(page, "hang.show.again", value_get_int(row, "again_count", 0), "/hung?show=again", "overdue");
    record_add_figure(page, "hang.show.unheard", value_get_int(row, "unheard_count", 0), "/hung?show=unheard",
                      "behind");
    record_add_figure(page, "hang.show.released", value_get_int(row, "released_count", 0), "/hung?show=released",
                      "closed");
    return RC_OK;
}

enum rc page_hang_list(struct page *page)
{
    static const struct record_show shows[] = {{"open", HANG_LIST_FILTER_OPEN, HANG_LIST_SORT_AGE},
                                               {"again", HANG_LIST_FILTER_AGAIN, HANG_LIST_SORT_AGE},
                                               {"unheard", HANG_LIST_FILTER_UNHEARD, HANG_LIST_SORT_AGE},
                                               {"released", HANG_LIST_FILTER_RELEASED, HANG_LIST_SORT_NEWEST}};
    static const struct record_column columns[] = {
        {"hang.title", "title", CELL_TEXT, NULL, "/hangs/{id}"},
        {"hang.level", "level", CELL_CHOICE, "hang.level", NULL},
        {"hang.age", "age_days", CELL_NUM, NULL, NULL},
        {"hang.missed_due", "missed_due", CELL_DAY, NULL, NULL},
        {"hang.miss_count", "miss_count", CELL_NUM, NULL, NULL},
        {"finding.unit", "unit_short", CELL_CODE, NULL, NULL},
        {"hang.last_hearing", "last_hearing", CELL_DAY, NULL, NULL},
        {"hang.next_hearing", "next_hearing", CELL_DUE, NULL, NULL},
        {"finding.number", "no", CELL_CODE, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    record_begin_list(page, "hang.list", "hang.list_about");
    TRY(put_figures(page));
    const struct record_show *show = record_choose(page, "/hung", "hang.show", shows, sizeof shows / sizeof shows[0]);
    int64_t under = page_param_int(page, "under", 0);
    struct db_stmt *st =
        page_list_statement(page, Q_HANG_LIST, show->filter | (under ? HANG_LIST_FILTER_UNDER : 0u), show->sort);
    if (st) {
        db_bind_text(st, "silent_since", record_day_before(page, SUPERVISE_HANG_SILENT_DAYS));
        db_bind_int(st, "under", under);
    }
    struct str query = under ? arena_format(arena, "show=%s&under=%lld&", show->name, (long long)under)
                             : arena_format(arena, "show=%s&", show->name);
    TRY(record_put_items(page, st, "/hung", query.p));
    for (struct value *row = ((struct value *)value_get(page->view, "items"))->items.first; row; row = row->next)
        put_age(page, row);
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "hang.none");
    return RC_OK;
}

enum rc page_hang(struct page *page)
{
    static const struct record_column facts[] = {
        {"hang.subject", "subject_no", CELL_TEXT, NULL, "/{subject_kind}s/{subject_id}"},
        {"finding.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"hang.hung_on", "hung_on", CELL_DAY, NULL, NULL},
        {"hang.age", "age_days", CELL_NUM, NULL, NULL},
        {"hang.missed_due", "missed_due", CELL_DAY, NULL, NULL},
        {"hang.miss_count", "miss_count", CELL_NUM, NULL, NULL},
        {"hang.level", "level", CELL_CHOICE, "hang.level", NULL},
        {"hang.reason_class", "reason_class", CELL_CHOICE, "hang.reason_class", NULL},
        {"hang.new_due", "new_due", CELL_DUE, NULL, NULL},
        {"hang.cycle_days", "cycle_days", CELL_NUM, NULL, NULL},
        {"hang.next_hearing", "next_hearing", CELL_DUE, NULL, NULL},
        {"hang.released_on", "released_on", CELL_DAY, NULL, NULL},
    };
    static const struct record_column way[] = {
        {"hang.adjusted", "adjusted", CELL_LONG, NULL, NULL},
        {"hang.release_rule", "release_rule", CELL_LONG, NULL, NULL},
        {"hang.release_note", "release_note", CELL_LONG, NULL, NULL},
    };
    static const struct record_column hearings[] = {
        {"hang.heard_on", "heard_on", CELL_DAY, NULL, NULL},
        {"hang.heard_by", "heard_by", CELL_TEXT, NULL, NULL},
        {"hang.text", "text", CELL_LONG, NULL, NULL},
        {"hang.opinion", "opinion", CELL_LONG, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    struct value *row, *item, *rows;
    struct db_stmt *st = page_statement(page, Q_HANG_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    put_age(page, row);
    struct str no = value_get_text(row, "no");
    size_t cut = no.n;
    while (cut && no.p[cut - 1] != '-')
        cut--;
    value_put_text(arena, row, "subject_no", str_slice(no, 0, cut ? cut - 1 : no.n));
    TRY(record_begin(page, row, NOUN_HANG, &item));
    bool is_open = str_equal(value_get_text(row, "state"), STR("open"));
    record_add_badge(page, item, page_text(page, is_open ? "hang.state.open" : "hang.state.released"),
                     is_open ? "overdue" : "closed");
    record_add_badge(page, item, no, "");
    record_add_badge(page, item, value_get_text(row, "unit_name"), "");
    struct str last = value_get_text(row, "last_hearing");
    last = last.n ? last : value_get_text(row, "hung_on");
    if (is_open && str_compare(last, record_day_before(page, SUPERVISE_HANG_SILENT_DAYS)) < 0)
        record_add_alert(page, item, "hang.alert_silent", &last, 1);
    TRY(record_rows(page, Q_HANG_HEARINGS, PERM_TASK_READ, id, &rows));
    record_add_facts(page, item, "hang.way", "set", row, way, sizeof way / sizeof way[0], false);
    record_add_table(page, item, "hang.hearings", "hear", rows, hearings, sizeof hearings / sizeof hearings[0]);
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, "hang.list"), STR("/hung"));
    chrome_add_crumb(page, no, STR_EMPTY);
    return RC_OK;
}
