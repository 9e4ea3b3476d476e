/* page_work.c: my work on the home page: what waits for me by what is due, and what I asked of others. */
#include "base/clock.h"
#include "serve/pages.h"

enum { WORK_ROWS = 40, ASKED_ROWS = 12, DAYS_A_WEEK = 7 };

static const char *const group_keys[] = {"overdue", "today", "week", "later"};
enum { GROUPS = sizeof group_keys / sizeof group_keys[0] };

struct days {
    struct str today, week; /* the last day of this week */
};

static struct days days_now(struct page *page)
{
    char text[DATE_TEXT_BYTES];
    int32_t today = clock_today(), week = today + DAYS_A_WEEK - 1 - date_weekday(today);
    struct arena *arena = page->ctx.arena;
    struct days days = {arena_copy_str(arena, date_format(today, text)), STR_EMPTY};
    days.week = arena_copy_str(arena, date_format(week, text));
    return days;
}

static int group_of(const struct days *days, struct str due)
{
    if (!due.n)
        return GROUPS - 1;
    int to_today = str_compare(due, days->today);
    return to_today < 0 ? 0 : to_today == 0 ? 1 : str_compare(due, days->week) <= 0 ? 2 : 3;
}

/* What is to be done, where it stands, since when. */
static void put_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    page_put_choice_text(page, row, "what", "wait");
    page_put_choice_text(page, row, "subject_kind", "noun");
    page_put_time(page, row, "since");
    struct str since = value_get_text(row, "since_text");
    value_set(row, STR("since_text"), value_new_text(arena, str_slice(since, 0, DATE_TEXT_BYTES - 1)));
    page_put_due(page, row, "due", false);
    if (!value_get(row, "due_left_text"))
        value_put_null(arena, row, "due_left_text");
    struct str kind = value_get_text(row, "subject_kind");
    value_put_text(arena, row, "href",
                   arena_format(arena, "/%.*ss/%lld", STR_ARG(kind), (long long)value_get_int(row, "subject_id", 0)));
}

static struct db_stmt *statement(struct page *page, enum query query, const struct days *days, int64_t limit)
{
    struct db_stmt *st = db_query(page->db, query);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_text(st, "today", days->today);
    db_bind_text(st, "week", days->week);
    db_bind_int(st, "limit", limit);
    return st;
}

static enum rc put_counts(struct page *page, const struct days *days, int64_t ret_counts[GROUPS])
{
    struct value *row;
    TRY(db_first_row(&page->ctx, statement(page, Q_WORK_COUNT, days, 0), &row));
    int64_t rest = value_get_int(row, "total", 0);
    for (int i = 0; i < GROUPS - 1; i++) {
        ret_counts[i] = value_get_int(row, group_keys[i], 0);
        rest -= ret_counts[i];
    }
    ret_counts[GROUPS - 1] = rest;
    value_put_int(page->ctx.arena, page->view, "work_total", value_get_int(row, "total", 0));
    return RC_OK;
}

static enum rc put_mine(struct page *page, const struct days *days)
{
    struct arena *arena = page->ctx.arena;
    int64_t counts[GROUPS];
    struct value *rows, *lists[GROUPS], *groups = value_put_list(arena, page->view, "work");
    TRY(put_counts(page, days, counts));
    TRY(db_rows(&page->ctx, statement(page, Q_WAIT_MINE, days, WORK_ROWS), &rows));
    for (int i = 0; i < GROUPS; i++) {
        struct value *group = counts[i] ? value_add_map(arena, groups) : value_new_map(arena);
        struct str key = arena_format(arena, "work.%s", group_keys[i]);
        value_put_text(arena, group, "key", str_from_cstr(group_keys[i]));
        value_put_text(arena, group, "label", page_text(page, key.p));
        value_put_int(arena, group, "count", counts[i]);
        lists[i] = value_put_list(arena, group, "rows");
    }
    for (struct value *row = rows->items.first, *next; row; row = next) {
        next = row->next;
        int group = group_of(days, value_get_text(row, "due"));
        put_words(page, row);
        value_add(lists[group], row);
        counts[group]--;
    }
    for (struct value *group = groups->items.first; group; group = group->next) {
        int64_t more = value_get_int(group, "count", 0) - (int64_t)value_count(value_get(group, "rows"));
        struct str text = arena_format(arena, "%lld", (long long)more);
        value_put_text(arena, group, "more", more > 0 ? page_text_args(page, "work.more", &text, 1) : STR(""));
        value_put_bool(arena, group, "has_rows", value_count(value_get(group, "rows")) > 0);
    }
    value_put_bool(arena, page->view, "has_work", value_count(groups) > 0);
    return RC_OK;
}

static enum rc put_asked(struct page *page, const struct days *days)
{
    TRY(page_put_rows(page, "asked", statement(page, Q_WORK_ASKED, days, ASKED_ROWS)));
    const struct value *rows = value_get(page->view, "asked");
    for (struct value *row = rows->items.first; row; row = row->next) {
        put_words(page, row);
        struct str kind = value_get_text(row, "actor_kind"), name = value_get_text(row, "actor_name");
        struct str role = arena_format(page->ctx.arena, "role.%.*s", STR_ARG(kind));
        struct str word = message_find(page->lang, role); /* a role held for a unit: both are named */
        value_set(
            row, STR("actor_name"),
            value_new_text(page->ctx.arena,
                           word.p ? arena_format(page->ctx.arena, "%.*s %.*s", STR_ARG(name), STR_ARG(word)) : name));
    }
    value_put_bool(page->ctx.arena, page->view, "has_asked", value_count(rows) > 0);
    return RC_OK;
}

enum rc page_put_work(struct page *page)
{
    struct days days = days_now(page);
    TRY(put_mine(page, &days));
    return put_asked(page, &days);
}
