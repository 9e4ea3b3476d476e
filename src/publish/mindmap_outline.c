/* mindmap_outline.c: what a map counts before it reads any text: groups, findings, how many nodes are below them, and
 * which of all that is open; see mindmap.h.
 *
 * The figures of a folded branch are sums over the same rows that would be read if it were open: findings in sight,
 * their measures that were not dropped, tasks in sight that were not cancelled.
 */
#include "publish/mindmap_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"

enum { ITEMS_START = 256, BRANCHES_START = 64 };

struct map_item *map_item_find(const struct map_outline *outline, int64_t finding)
{
    size_t from = 0, to = outline->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (outline->by_id[middle]->id < finding)
            from = middle + 1;
        else
            to = middle;
    }
    return from < outline->n && outline->by_id[from]->id == finding ? outline->by_id[from] : NULL;
}

/* ---- findings ------------------------------------------------------------------------------------------------ */

static int64_t month_of(struct str due)
{
    int32_t day;
    int year = 0, month = 0, date;
    if (date_parse(due, &day))
        date_to_civil(day, &year, &month, &date);
    return year * 12 + month;
}

/* Which group a finding is in, what names it, and in what order groups stand; those without come last.  Units are
 * named and ordered by their tree. */
static void group_item(const struct map_reading *reading, struct db_stmt *st, struct str due, struct map_item *item)
{
    static const char *const none[] = {
        [MAP_BY_ASPECT] = "map.no_aspect", [MAP_BY_LEADER] = "map.no_leader", [MAP_BY_DATE] = "map.no_date"};
    enum map_group group = reading->request->group;
    struct str title = group == MAP_BY_DATE ? str_slice(due, 0, 7) : db_column_text(st, 6);
    item->order = 0;
    item->group = group == MAP_BY_DATE ? month_of(due) : db_column_int(st, 5);
    if (group == MAP_BY_UNIT)
        return;
    if (!title.n) {
        item->title = message_find(reading->request->lang, str_from_cstr(none[group]));
        item->group = MAP_WITHOUT_ID;
        item->order = INT64_MAX;
        return;
    }
    item->title = arena_copy_str(reading->ctx->arena, title);
    if (group == MAP_BY_ASPECT)
        item->order = db_column_int(st, 7);
    else if (group == MAP_BY_DATE)
        item->order = item->group;
}

static void read_item(const struct map_reading *reading, struct db_stmt *st, struct map_item *item)
{
    struct str due = db_column_text(st, 2);
    item->id = db_column_int(st, 0);
    item->state =
        map_state_of(reading->request, db_column_text(st, 1), db_column_int(st, 3), due, db_column_text(st, 8));
    item->measures = (int32_t)db_column_int(st, 4);
    item->place = -1;
    group_item(reading, st, due, item);
}

static enum rc read_items(struct map_reading *reading)
{
    struct map_outline *outline = &reading->outline;
    struct arena *arena = reading->ctx->arena;
    struct db_stmt *st = map_bind(reading, db_query(reading->db, Q_MAP_ITEMS));
    db_bind_int(st, "group", reading->request->group);
    for (size_t room = 0;;) {
        bool is_row;
        TRY(db_step(reading->ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        if (outline->n == room) {
            room = room ? room * 2 : ITEMS_START;
            struct map_item *items = ARENA_NEW_ARRAY(arena, struct map_item, room);
            if (!items) {
                db_reset(st);
                return arena_rc(arena);
            }
            if (outline->n)
                memcpy(items, outline->items, outline->n * sizeof *items);
            outline->items = items;
        }
        struct map_item *item = &outline->items[outline->n];
        read_item(reading, st, item);
        item->n = (int32_t)outline->n++;
    }
}

static int compare_order(const void *a, const void *b)
{
    const struct map_item *x = a, *y = b;
    return x->order != y->order ? (x->order < y->order ? -1 : 1) : x->n < y->n ? -1 : x->n > y->n;
}

static int compare_id(const void *a, const void *b)
{
    const struct map_item *x = *(struct map_item *const *)a, *y = *(struct map_item *const *)b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static enum rc sort_items(struct map_reading *reading)
{
    struct map_outline *outline = &reading->outline;
    outline->by_id = ARENA_NEW_ARRAY(reading->ctx->arena, struct map_item *, outline->n + 1);
    if (!outline->by_id)
        return arena_rc(reading->ctx->arena);
    if (!outline->n)
        return RC_OK;
    qsort(outline->items, outline->n, sizeof *outline->items, compare_order);
    for (size_t i = 0; i < outline->n; i++)
        outline->by_id[i] = &outline->items[i];
    qsort(outline->by_id, outline->n, sizeof(struct map_item *), compare_id);
    return RC_OK;
}

/* ---- tasks --------------------------------------------------------------------------------------------------- */

static enum rc count_tasks(struct map_reading *reading)
{
    struct map_outline *outline = &reading->outline;
    struct db_stmt *st = map_bind(reading, db_query(reading->db, Q_MAP_TASK_COUNTS));
    struct value *rows;
    size_t outside = 0;
    TRY(db_rows(reading->ctx, st, &rows));
    outline->outside = ARENA_NEW_ARRAY(reading->ctx->arena, struct map_outside, value_count(rows) + 1);
    if (!outline->outside)
        return arena_rc(reading->ctx->arena);
    VALUE_EACH (row, rows) {
        int64_t finding = value_get_int(row, "finding_id", 0);
        int32_t tasks = (int32_t)value_get_int(row, "tasks", 0);
        struct map_item *item = map_item_find(outline, finding);
        if (item)
            item->tasks = tasks;
        else
            outline->outside[outside++] = (struct map_outside){finding, tasks};
    }
    outline->outside_count = outside;
    return RC_OK;
}

/* ---- groups -------------------------------------------------------------------------------------------------- */

int32_t map_branch_add(struct map_reading *reading, int32_t up, int64_t id, struct str title)
{
    struct map_outline *outline = &reading->outline;
    if (outline->branch_count == outline->branch_room) {
        size_t room = outline->branch_room ? outline->branch_room * 2 : BRANCHES_START;
        struct map_branch *branches = ARENA_NEW_ARRAY(reading->ctx->arena, struct map_branch, room);
        if (!branches)
            return -1;
        if (outline->branch_count)
            memcpy(branches, outline->branches, outline->branch_count * sizeof *branches);
        outline->branches = branches;
        outline->branch_room = room;
    }
    int32_t at = (int32_t)outline->branch_count++;
    outline->branches[at] = (struct map_branch){.title = title, .id = id, .up = up, .place = -1};
    return at;
}

/* Branches in the order of the items, which are sorted. */
static enum rc branch_items(struct map_reading *reading)
{
    struct map_outline *outline = &reading->outline;
    struct arena *arena = reading->ctx->arena;
    struct map places;
    map_init(&places, arena);
    for (size_t i = 0; i < outline->n; i++) {
        struct map_item *item = &outline->items[i];
        struct str key = {(const char *)&item->group, sizeof item->group};
        intptr_t at = (intptr_t)map_get(&places, key) - 1;
        if (at < 0) {
            at = map_branch_add(reading, -1, item->group, item->title);
            if (at < 0)
                return arena_rc(arena);
            TRY(map_put(&places, key, (void *)(at + 1)));
        }
        item->branch = (int32_t)at;
    }
    return RC_OK;
}

static void count_branches(struct map_outline *outline)
{
    for (size_t i = 0; i < outline->n; i++) {
        const struct map_item *item = &outline->items[i];
        outline->parts[item->state]++;
        for (int32_t at = item->branch; at >= 0; at = outline->branches[at].up) {
            struct map_branch *branch = &outline->branches[at];
            branch->findings++;
            branch->below += 1 + item->measures + item->tasks;
            branch->parts[item->state]++;
        }
    }
    for (size_t i = 0; i < outline->branch_count; i++)
        for (int32_t at = outline->branches[i].up; at >= 0; at = outline->branches[at].up)
            outline->branches[at].below++;
}

/* ---- what is open -------------------------------------------------------------------------------------------- */

static void choose_level(struct map_reading *reading)
{
    const struct map_outline *outline = &reading->outline;
    int32_t counts[MAP_KINDS] = {[MAP_ROOT] = 1};
    counts[MAP_GROUP] = outline->outside_count > 0;
    counts[MAP_FINDING] = (int32_t)outline->n;
    for (size_t i = 0; i < outline->branch_count; i++) /* a group within a group is seen when that is open */
        counts[outline->branches[i].up < 0 ? MAP_GROUP : MAP_FINDING]++;
    for (size_t i = 0; i < outline->n; i++) {
        counts[MAP_MEASURE] += outline->items[i].measures;
        counts[MAP_TASK] += outline->items[i].tasks;
    }
    for (size_t i = 0; i < outline->outside_count; i++)
        counts[MAP_TASK] += outline->outside[i].tasks;
    if (!reading->view->level)
        reading->view->level = map_level_choose(counts);
}

/* The finding that is looked for, or that holds what is. */
static enum rc find_way(struct map_reading *reading, int64_t *ret_finding)
{
    const struct map_view *view = reading->view;
    *ret_finding = view->at_kind == MAP_FINDING ? view->at_id : 0;
    if (!view->at_id || (view->at_kind != MAP_MEASURE && view->at_kind != MAP_TASK))
        return RC_OK;
    enum query query = view->at_kind == MAP_TASK ? Q_MAP_TASK_FINDING : Q_MAP_MEASURE_FINDING;
    struct db_stmt *st = map_bind(reading, db_query(reading->db, query));
    db_bind_int(st, "id", view->at_id);
    enum rc rc = db_get_int(reading->ctx, st, ret_finding);
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* not in sight: nothing is opened for it */
}

static enum rc choose_open(struct map_reading *reading)
{
    struct map_outline *outline = &reading->outline;
    const struct map_view *view = reading->view;
    struct arena *arena = reading->ctx->arena;
    int64_t finding = 0;
    TRY(find_way(reading, &finding));
    struct map_item *way = finding ? map_item_find(outline, finding) : NULL;
    if (way) {
        way->is_way = view->at_kind != MAP_FINDING;
        for (int32_t at = way->branch; at >= 0; at = outline->branches[at].up)
            outline->branches[at].is_way = true;
    }
    bool is_root_open = view->is_whole || map_is_open(arena, view, MAP_ROOT, 0, way != NULL);
    for (size_t i = 0; i < outline->branch_count; i++) {
        struct map_branch *branch = &outline->branches[i];
        bool is_up_open = branch->up < 0 ? is_root_open : outline->branches[branch->up].is_open;
        branch->is_open =
            view->is_whole || (is_up_open && map_is_open(arena, view, MAP_GROUP, branch->id, branch->is_way));
    }
    for (size_t i = 0; i < outline->n; i++) {
        struct map_item *item = &outline->items[i];
        item->is_open = view->is_whole || (outline->branches[item->branch].is_open &&
                                           map_is_open(arena, view, MAP_FINDING, item->id, item->is_way));
    }
    outline->is_outside_open =
        view->is_whole || (is_root_open && map_is_open(arena, view, MAP_GROUP, MAP_OUTSIDE_ID, finding && !way));
    return RC_OK;
}

enum rc map_outline_read(struct map_reading *reading)
{
    bool is_by_unit = reading->request->group == MAP_BY_UNIT;
    TRY(read_items(reading));
    if (is_by_unit)
        TRY(map_units_branch(reading));
    TRY(sort_items(reading));
    TRY(count_tasks(reading));
    if (!is_by_unit)
        TRY(branch_items(reading));
    count_branches(&reading->outline);
    choose_level(reading);
    return choose_open(reading);
}
