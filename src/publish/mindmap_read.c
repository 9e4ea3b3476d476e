/* mindmap_read.c: from the tables to the tree of the map; see mindmap.h. */
#include "publish/mindmap_parts.h"

#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "loop/finding.h"

enum { SOON_DAYS = 30, FULL_BP = 10000, HALF_BP = 5000, WHOLE_FROM = 4 };

static const char *const group_names[] = {"aspect", "unit", "leader", "date"};
static const char *const colour_names[] = {"state", "progress", "alert"};

const char *map_group_name(enum map_group group) { return group_names[group]; }
const char *map_colour_name(enum map_colour colour) { return colour_names[colour]; }

bool map_group_find(struct str name, enum map_group *ret_group)
{
    for (int i = 0; i < 4; i++) {
        if (!str_equal_cstr(name, group_names[i]))
            continue;
        *ret_group = (enum map_group)i;
        return true;
    }
    return false;
}

bool map_colour_find(struct str name, enum map_colour *ret_colour)
{
    for (int i = 0; i < 3; i++) {
        if (!str_equal_cstr(name, colour_names[i]))
            continue;
        *ret_colour = (enum map_colour)i;
        return true;
    }
    return false;
}

/* ---- words and colours --------------------------------------------------------------------------------------- */

static struct str word(const struct map_reading *reading, const char *prefix, struct str code)
{
    struct arena *arena = reading->ctx->arena;
    struct str text = message_find(reading->request->lang, arena_format(arena, "%s.%.*s", prefix, STR_ARG(code)));
    return text.p ? text : code;
}

static bool is_done(struct str state)
{
    static const char *const done[] = {"closed", "ended", "done", "completed", "verified"};
    for (size_t i = 0; i < sizeof done / sizeof done[0]; i++)
        if (str_equal_cstr(state, done[i]))
            return true;
    return false;
}

static bool is_under_review(struct str state)
{
    return str_equal(state, STR("submitted")) || str_equal(state, STR("reviewing"));
}

enum canvas_state map_state_of(const struct map_request *request, struct str state, int64_t progress,
                               struct str due_text, struct str step_due)
{
    int32_t due, today = request->today;
    bool has_due = date_parse(due_text, &due);
    if (is_done(state))
        return CANVAS_CLOSED;
    if (request->colour == MAP_BY_PROGRESS)
        return progress >= FULL_BP   ? CANVAS_CLOSED
               : progress >= HALF_BP ? CANVAS_DUE_SOON
               : progress > 0        ? CANVAS_BEHIND
                                     : CANVAS_NORMAL;
    if (has_due && due < today)
        return CANVAS_OVERDUE;
    if (finding_is_behind(state, step_due, today))
        return CANVAS_BEHIND;
    if (request->colour == MAP_BY_ALERT)
        return has_due && due <= today + SOON_DAYS ? CANVAS_DUE_SOON : CANVAS_NORMAL;
    return is_under_review(state) ? CANVAS_DUE_SOON : CANVAS_NORMAL;
}

static enum canvas_state state_of(const struct map_reading *reading, const struct value *row, const char *state_key)
{
    return map_state_of(reading->request, value_get_text(row, state_key), value_get_int(row, "progress_bp", 0),
                        value_get_text(row, "due"), STR(""));
}

/* "state 40% - date - unit - who", what there is of it: a narrow node cuts the end. */
static struct str sub_of(const struct map_reading *reading, const struct value *row, const char *state_key,
                         const char *prefix)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 2048);
    struct str parts[] = {value_get_text(row, "due"), value_get_text(row, "unit_short"), value_get_text(row, "leader")};
    buf_add(&out, word(reading, prefix, value_get_text(row, state_key)));
    int64_t progress = value_get_int(row, "progress_bp", 0);
    if (progress > 0 && progress < FULL_BP)
        buf_add_format(&out, " %lld%%", (long long)(progress / 100));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!parts[i].n)
            continue;
        if (out.n)
            buf_add_cstr(&out, " \xc2\xb7 ");
        buf_add(&out, parts[i]);
    }
    return arena_copy_str(reading->ctx->arena, buf_str(&out));
}

/* ---- groups and findings ------------------------------------------------------------------------------------- */

/* A group says how many there are, and how many of them are late. */
static struct str sub_of_branch(const struct map_reading *reading, const struct map_branch *branch)
{
    struct arena *arena = reading->ctx->arena;
    enum lang lang = reading->request->lang;
    struct str number = arena_format(arena, "%d", branch->findings);
    struct str text = message_format(arena, lang, STR("map.findings"), &number, 1);
    if (!branch->parts[CANVAS_OVERDUE])
        return text;
    struct str late = arena_format(arena, "%d", branch->parts[CANVAS_OVERDUE]);
    late = message_format(arena, lang, STR("map.findings_late"), &late, 1);
    return arena_format(arena, "%.*s \xc2\xb7 %.*s", STR_ARG(text), STR_ARG(late));
}

static enum rc add_branches(struct map_reading *reading)
{
    struct mindmap *map = reading->mindmap;
    struct map_outline *outline = &reading->outline;
    int32_t outside = 0;
    map->nodes[0].parts = outline->parts;
    for (size_t i = 0; i < outline->branch_count; i++) {
        struct map_branch *branch = &outline->branches[i];
        const struct map_branch *up = branch->up < 0 ? NULL : &outline->branches[branch->up];
        if (up && !up->is_open)
            continue; /* counted with it */
        branch->place = map_add(map, up ? up->place : 0, MAP_GROUP, branch->title);
        if (branch->place < 0)
            return arena_rc(reading->ctx->arena);
        struct map_node *node = &map->nodes[branch->place];
        node->id = branch->id;
        node->is_way = branch->is_way;
        node->parts = branch->parts;
        node->sub = sub_of_branch(reading, branch);
        if (!branch->is_open)
            map_hide(map, branch->place, branch->below);
    }
    for (size_t i = 0; i < outline->outside_count; i++)
        outside += outline->outside[i].tasks;
    outline->tasks_outside = -1;
    if (!outside)
        return RC_OK;
    /* Tasks of findings that are not in sight stand in a group of their own: one's own work is never missing. */
    outline->tasks_outside = map_add(map, 0, MAP_GROUP, message_find(reading->request->lang, STR("map.tasks")));
    if (outline->tasks_outside < 0)
        return arena_rc(reading->ctx->arena);
    map->nodes[outline->tasks_outside].id = MAP_OUTSIDE_ID;
    if (!outline->is_outside_open)
        map_hide(map, outline->tasks_outside, outside);
    return RC_OK;
}

static enum rc add_findings(struct map_reading *reading)
{
    struct mindmap *map = reading->mindmap;
    struct map_outline *outline = &reading->outline;
    for (size_t i = 0; i < outline->n; i++) {
        struct map_item *item = &outline->items[i];
        const struct map_branch *branch = &outline->branches[item->branch];
        if (!branch->is_open || !item->row)
            continue;
        item->place = map_add(map, branch->place, MAP_FINDING, value_get_text(item->row, "title"));
        if (item->place < 0)
            return arena_rc(reading->ctx->arena);
        struct map_node *node = &map->nodes[item->place];
        node->id = item->id;
        node->state = item->state;
        node->is_way = item->is_way;
        node->sub = sub_of(reading, item->row, "status", "finding.status");
        node->href = arena_format(reading->ctx->arena, "/findings/%lld", (long long)item->id);
        if (!item->is_open)
            map_hide(map, item->place, item->measures + item->tasks);
    }
    return RC_OK;
}

/* ---- rows ---------------------------------------------------------------------------------------------------- */

struct db_stmt *map_bind(const struct map_reading *reading, struct db_stmt *st)
{
    actor_bind_scope(st, reading->actor, reading->perm);
    db_bind_int(st, "source", reading->request->source_id);
    return st;
}

typedef enum rc add_row_function(struct map_reading *reading, const struct value *row, struct map_item *item);

struct rows_wish {
    enum query query;
    uint64_t whole, one; /* filters */
    add_row_function *add;
    bool is_findings; /* of open groups; else what is below open findings */
};

static bool is_wanted(const struct map_reading *reading, const struct rows_wish *wish, const struct map_item *item)
{
    return wish->is_findings ? reading->outline.branches[item->branch].is_open : item->is_open;
}

/* finding 0: of the whole source. */
static enum rc read_rows(struct map_reading *reading, const struct rows_wish *wish, int64_t finding)
{
    struct value *rows;
    struct db_stmt *st = db_query_list(reading->db, (int)wish->query, finding ? wish->one : wish->whole, 0);
    if (!st)
        return RC_DB;
    (void)map_bind(reading, st);
    db_bind_int(st, "finding", finding);
    TRY(db_rows(reading->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        struct map_item *item =
            map_item_find(&reading->outline, value_get_int(row, wish->is_findings ? "id" : "finding_id", 0));
        if (item ? is_wanted(reading, wish, item) : reading->outline.is_outside_open)
            TRY(wish->add(reading, row, item));
    }
    return RC_OK;
}

/* Of a few findings one by one; of many in one go. */
static enum rc read_wanted(struct map_reading *reading, const struct rows_wish *wish)
{
    const struct map_outline *outline = &reading->outline;
    bool is_of_tasks = wish->query == Q_MAP_TASKS && outline->is_outside_open;
    size_t wanted = is_of_tasks ? outline->outside_count : 0;
    for (size_t i = 0; i < outline->n; i++)
        wanted += is_wanted(reading, wish, &outline->items[i]);
    if (!wanted)
        return RC_OK;
    if (wanted * WHOLE_FROM >= outline->n + outline->outside_count)
        return read_rows(reading, wish, 0);
    for (size_t i = 0; i < outline->n; i++)
        if (is_wanted(reading, wish, &outline->items[i]))
            TRY(read_rows(reading, wish, outline->items[i].id));
    for (size_t i = 0; is_of_tasks && i < outline->outside_count; i++)
        TRY(read_rows(reading, wish, outline->outside[i].finding));
    return RC_OK;
}

static enum rc keep_finding(struct map_reading *reading, const struct value *row, struct map_item *item)
{
    (void)reading;
    if (item)
        item->row = row;
    return RC_OK;
}

/* ---- measures and tasks -------------------------------------------------------------------------------------- */

static enum rc remember(struct map_reading *reading, enum map_kind kind, int64_t id, int32_t place)
{
    if (place < 0)
        return arena_rc(reading->ctx->arena);
    return map_put(&reading->places, map_key(reading->ctx->arena, kind, id), (void *)(intptr_t)(place + 1));
}

static int32_t recall(const struct map_reading *reading, enum map_kind kind, int64_t id)
{
    return id ? (int32_t)(intptr_t)map_get(&reading->places, map_key(reading->ctx->arena, kind, id)) - 1 : -1;
}

static enum rc add_measure(struct map_reading *reading, const struct value *row, struct map_item *item)
{
    struct mindmap *map = reading->mindmap;
    int64_t id = value_get_int(row, "id", 0);
    if (!item || item->place < 0)
        return RC_OK;
    int32_t at = map_add(map, item->place, MAP_MEASURE, value_get_text(row, "text"));
    TRY(remember(reading, MAP_MEASURE, id, at));
    struct map_node *node = &map->nodes[at];
    node->id = id;
    node->state = state_of(reading, row, "state");
    node->sub = sub_of(reading, row, "phase", "phase");
    node->href = arena_format(reading->ctx->arena, "/findings/%lld#measures", (long long)item->id);
    return RC_OK;
}

static enum rc add_task(struct map_reading *reading, const struct value *row, struct map_item *item)
{
    struct mindmap *map = reading->mindmap;
    int64_t id = value_get_int(row, "id", 0);
    int32_t up = recall(reading, MAP_TASK, value_get_int(row, "parent_id", 0));
    if (up < 0)
        up = recall(reading, MAP_MEASURE, value_get_int(row, "measure_id", 0));
    if (up < 0)
        up = item ? item->place : reading->outline.tasks_outside;
    if (up < 0)
        return RC_OK;
    int32_t at = map_add(map, up, MAP_TASK, value_get_text(row, "title"));
    TRY(remember(reading, MAP_TASK, id, at));
    struct map_node *node = &map->nodes[at];
    node->id = id;
    node->state = state_of(reading, row, "state");
    node->sub = sub_of(reading, row, "state", "task.state");
    node->href = arena_format(reading->ctx->arena, "/tasks/%lld", (long long)id);
    return RC_OK;
}

static enum rc read_shown(struct map_reading *reading)
{
    static const struct rows_wish findings = {Q_MAP_FINDINGS, MAP_FINDINGS_FILTER_WHOLE, MAP_FINDINGS_FILTER_ONE,
                                              keep_finding, true};
    static const struct rows_wish measures = {Q_MAP_MEASURES, MAP_MEASURES_FILTER_WHOLE, MAP_MEASURES_FILTER_ONE,
                                              add_measure, false};
    static const struct rows_wish tasks = {Q_MAP_TASKS, MAP_TASKS_FILTER_WHOLE, MAP_TASKS_FILTER_ONE, add_task, false};
    TRY(add_branches(reading));
    TRY(read_wanted(reading, &findings));
    TRY(add_findings(reading));
    TRY(read_wanted(reading, &measures));
    return read_wanted(reading, &tasks);
}

static void show_looked_for(struct mindmap *map, const struct map_view *view)
{
    for (int32_t i = 0; i < map->n && view->at_id; i++) {
        if (map->nodes[i].kind != view->at_kind || map->nodes[i].id != view->at_id)
            continue;
        map->nodes[i].is_found = true;
        map_mark_way(map, i);
    }
}

enum rc map_read(struct ctx *ctx, struct db *db, const struct actor *actor, enum perm perm,
                 const struct map_request *request, struct map_view *view, struct mindmap *ret_map)
{
    *ret_map = (struct mindmap){.ctx = ctx};
    struct map_reading *reading = ARENA_NEW(ctx->arena, struct map_reading); /* groups' figures stay with the map */
    struct value *source;
    if (!reading)
        return arena_rc(ctx->arena);
    *reading = (struct map_reading){ctx, db, actor, perm, request, view, ret_map, {0}, {0}};
    map_init(&reading->places, ctx->arena);
    TRY(db_first_row(ctx, map_bind(reading, db_query(db, Q_MAP_SOURCE)), &source));
    if (!source)
        return RC_NOT_FOUND;
    if (map_add(ret_map, -1, MAP_ROOT, value_get_text(source, "title")) < 0)
        return arena_rc(ctx->arena);
    ret_map->nodes[0].sub = value_get_text(source, "no");
    ret_map->nodes[0].href = arena_format(ctx->arena, "/sources/%lld", (long long)request->source_id);
    TRY(map_outline_read(reading));
    TRY(read_shown(reading));
    if (ret_map->n == 1)
        return RC_NOT_FOUND;
    show_looked_for(ret_map, view);
    map_fold(ret_map, view);
    return arena_rc(ctx->arena);
}
