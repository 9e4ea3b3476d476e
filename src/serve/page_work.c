/* page_work.c: my work on the home page: what waits for me by what is due, and what I asked of others. */
#include <stdlib.h>

#include "base/clock.h"
#include "serve/page_loop.h"
#include "serve/pages.h"

enum {
    WORK_ROWS = 40,
    WORK_ALL_ROWS = 1000, /* with ?all=1 */
    ASKED_ROWS = 12,
    DAYS_A_WEEK = 7,
    NARROW_UNITS = 64, /* for more than these a role's waits are walked by date */
    WIDE_ROLES_MAX = 16,
    COUNT_MOST = 1000
};

static const char *const group_keys[] = {"overdue", "today", "week", "later"};
enum { GROUPS = sizeof group_keys / sizeof group_keys[0] };

struct days {
    struct str today, week; /* the last day of this week */
};

static struct days days_now(struct page *page)
{
    int32_t today = clock_today(), week = today + DAYS_A_WEEK - 1 - date_weekday(today);
    struct arena *arena = page->ctx.arena;
    struct days days = {date_text(arena, today), STR_EMPTY};
    days.week = date_text(arena, week);
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

/* ---- what waits for me ------------------------------------------------------------------------------------------ */

/* Roles held for so many units that their waits are walked by date instead of being gathered. */
struct wide {
    struct str roles[WIDE_ROLES_MAX];
    bool is_whole[WIDE_ROLES_MAX]; /* held for the whole organisation */
    int count;
    struct str list; /* ",office,leading_group," */
};

static enum rc read_wide(struct page *page, struct wide *ret)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_WORK_REACH);
    struct value *rows;
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    TRY(db_rows(&page->ctx, st, &rows));
    *ret = (struct wide){.list = STR("")};
    VALUE_EACH (row, rows) {
        if (value_get_int(row, "units", 0) <= NARROW_UNITS || ret->count == WIDE_ROLES_MAX)
            continue;
        struct str role = value_get_text(row, "role");
        ret->is_whole[ret->count] = value_get_int(row, "is_whole", 0);
        ret->roles[ret->count++] = role;
        ret->list = arena_format(arena, "%.*s%s%.*s,", STR_ARG(ret->list), ret->list.n ? "" : ",", STR_ARG(role));
    }
    return RC_OK;
}

struct counts {
    int64_t n[GROUPS];
    bool is_least[GROUPS]; /* there may be more */
};

static enum rc count_wide(struct page *page, const struct days *days, const struct wide *wide, struct counts *counts)
{
    for (int i = 0; i < wide->count; i++) {
        struct value *row;
        struct db_stmt *st = statement(page, wide->is_whole[i] ? Q_WORK_COUNT_WHOLE : Q_WORK_COUNT_ROLE, days, 0);
        db_bind_text(st, "role", wide->roles[i]);
        db_bind_int(st, "most", COUNT_MOST);
        TRY(db_first_row(&page->ctx, st, &row));
        for (int k = 0; k < GROUPS; k++) {
            int64_t n = value_get_int(row, group_keys[k], 0);
            counts->n[k] += n;
            counts->is_least[k] = counts->is_least[k] || n >= COUNT_MOST;
        }
    }
    return RC_OK;
}

static enum rc read_counts(struct page *page, const struct days *days, const struct wide *wide, struct counts *ret)
{
    struct value *row;
    *ret = (struct counts){0};
    struct db_stmt *st = statement(page, Q_WORK_COUNT, days, 0);
    db_bind_text(st, "wide", wide->list);
    TRY(db_first_row(&page->ctx, st, &row));
    int64_t rest = value_get_int(row, "total", 0);
    for (int i = 0; i < GROUPS - 1; i++) {
        ret->n[i] = value_get_int(row, group_keys[i], 0);
        rest -= ret->n[i];
    }
    ret->n[GROUPS - 1] = rest;
    return count_wide(page, days, wide, ret);
}

static int compare_due(const void *a, const void *b)
{
    const struct value *x = *(const struct value *const *)a, *y = *(const struct value *const *)b;
    struct str xd = value_get_text(x, "due"), yd = value_get_text(y, "due");
    if (!xd.n != !yd.n)
        return xd.n ? -1 : 1; /* without a date last */
    int order = str_compare(xd, yd);
    int64_t by_id = value_get_int(x, "id", 0) - value_get_int(y, "id", 0);
    return order ? order : by_id < 0 ? -1 : by_id > 0;
}

static bool is_all(const struct page *page) { return page_param_text(page, "all").n > 0; }

/* The most urgent of several lists, each of which is in that order. */
static enum rc read_rows(struct page *page, const struct days *days, const struct wide *wide, struct value ***ret_rows,
                         size_t *ret_n)
{
    size_t n = 0, most = is_all(page) ? WORK_ALL_ROWS : WORK_ROWS, room = (size_t)(wide->count + 1) * most;
    struct value **all = ARENA_NEW_ARRAY(page->ctx.arena, struct value *, room);
    if (!all)
        return arena_rc(page->ctx.arena);
    for (int i = -1; i < wide->count; i++) {
        struct db_stmt *st = statement(page, i < 0 ? Q_WAIT_MINE : Q_WORK_OF_ROLE, days, (int64_t)most);
        struct value *rows;
        db_bind_text(st, "wide", wide->list);
        db_bind_text(st, "role", i < 0 ? STR_EMPTY : wide->roles[i]);
        TRY(db_rows(&page->ctx, st, &rows));
        for (struct value *row = rows->items.first; row && n < room; row = row->next)
            all[n++] = row;
    }
    qsort(all, n, sizeof(struct value *), compare_due);
    *ret_rows = all;
    *ret_n = n < most ? n : most;
    return RC_OK;
}

static struct str count_text(struct page *page, int64_t n, bool is_least)
{
    return arena_format(page->ctx.arena, "%lld%s", (long long)n, is_least ? "+" : "");
}

static void put_groups(struct page *page, const struct counts *counts, struct value *lists[GROUPS])
{
    struct arena *arena = page->ctx.arena;
    struct value *groups = value_put_list(arena, page->view, "work");
    int64_t total = 0;
    bool is_least = false;
    for (int i = 0; i < GROUPS; i++) {
        struct value *group = counts->n[i] ? value_add_map(arena, groups) : value_new_map(arena);
        value_put_text(arena, group, "key", str_from_cstr(group_keys[i]));
        value_put_text(arena, group, "label", page_text(page, arena_format(arena, "work.%s", group_keys[i]).p));
        value_put_text(arena, group, "count", count_text(page, counts->n[i], counts->is_least[i]));
        lists[i] = value_put_list(arena, group, "rows");
        total += counts->n[i];
        is_least = is_least || counts->is_least[i];
    }
    value_put_text(arena, page->view, "work_total", count_text(page, total, is_least));
    value_put_bool(arena, page->view, "has_work", value_count(groups) > 0);
}

static enum rc put_mine(struct page *page, const struct days *days)
{
    struct arena *arena = page->ctx.arena;
    struct wide wide;
    struct counts counts;
    struct value **rows = NULL, *lists[GROUPS];
    size_t n = 0;
    TRY(read_wide(page, &wide));
    TRY(read_counts(page, days, &wide, &counts));
    TRY(read_rows(page, days, &wide, &rows, &n));
    put_groups(page, &counts, lists);
    for (size_t i = 0; i < n; i++) {
        put_words(page, rows[i]);
        value_add(lists[group_of(days, value_get_text(rows[i], "due"))], rows[i]);
    }
    const struct value *groups = value_get(page->view, "work");
    for (struct value *group = groups->items.first; group; group = group->next) {
        int i = 0;
        while (i < GROUPS - 1 && !str_equal_cstr(value_get_text(group, "key"), group_keys[i]))
            i++;
        int64_t more = counts.n[i] - (int64_t)value_count(lists[i]);
        struct str text = count_text(page, more, counts.is_least[i]);
        value_put_text(arena, group, "more", more > 0 ? page_text_args(page, "work.more", &text, 1) : STR(""));
        value_put_text(arena, group, "more_href", is_all(page) ? STR("") : STR("/?all=1"));
        value_put_bool(arena, group, "has_rows", value_count(lists[i]) > 0);
    }
    return RC_OK;
}

static enum rc put_asked(struct page *page, const struct days *days)
{
    TRY(page_put_rows(page, "asked", statement(page, Q_WORK_ASKED, days, ASKED_ROWS)));
    const struct value *rows = value_get(page->view, "asked");
    for (struct value *row = rows->items.first; row; row = row->next) {
        put_words(page, row);
        TRY(page_put_actor(page, row));
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
