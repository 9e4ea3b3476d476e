/* mindmap_read.c: from the tables to the tree of the map; see mindmap.h. */
#include "publish/mindmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"

enum { SOON_DAYS = 30, FULL_BP = 10000, HALF_BP = 5000 };

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

struct reading {
    struct ctx *ctx;
    struct db *db;
    const struct actor *actor;
    enum perm perm;
    const struct map_request *request;
    struct mindmap *mindmap;
    struct map places; /* of nodes by kind and id, as place + 1 */
};

/* ---- words and colours --------------------------------------------------------------------------------------- */

static struct str word(const struct reading *reading, const char *prefix, struct str code)
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

static bool is_stuck(struct str state)
{
    return str_equal(state, STR("disputed")) || str_equal(state, STR("returned"));
}

static bool is_under_review(struct str state)
{
    return str_equal(state, STR("submitted")) || str_equal(state, STR("reviewing"));
}

static enum canvas_state state_of(const struct reading *reading, const struct value *row, const char *state_key)
{
    struct str state = value_get_text(row, state_key);
    int64_t progress = value_get_int(row, "progress_bp", 0);
    int32_t due, today = reading->request->today;
    bool has_due = date_parse(value_get_text(row, "due"), &due);
    if (is_done(state))
        return CANVAS_CLOSED;
    if (reading->request->colour == MAP_BY_PROGRESS)
        return progress >= FULL_BP   ? CANVAS_CLOSED
               : progress >= HALF_BP ? CANVAS_DUE_SOON
               : progress > 0        ? CANVAS_BEHIND
                                     : CANVAS_NORMAL;
    if (has_due && due < today)
        return CANVAS_OVERDUE;
    if (is_stuck(state))
        return CANVAS_BEHIND;
    if (reading->request->colour == MAP_BY_ALERT)
        return has_due && due <= today + SOON_DAYS ? CANVAS_DUE_SOON : CANVAS_NORMAL;
    return is_under_review(state) ? CANVAS_DUE_SOON : CANVAS_NORMAL;
}

/* "unit - who - date - state 40%", what there is of it. */
static struct str sub_of(const struct reading *reading, const struct value *row, const char *state_key,
                         const char *prefix)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 2048);
    struct str parts[] = {value_get_text(row, "unit_short"), value_get_text(row, "leader"), value_get_text(row, "due"),
                          word(reading, prefix, value_get_text(row, state_key))};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!parts[i].n)
            continue;
        if (out.n)
            buf_add_cstr(&out, " \xc2\xb7 ");
        buf_add(&out, parts[i]);
    }
    int64_t progress = value_get_int(row, "progress_bp", 0);
    if (progress > 0 && progress < FULL_BP)
        buf_add_format(&out, " %lld%%", (long long)(progress / 100));
    return arena_copy_str(reading->ctx->arena, buf_str(&out));
}

/* ---- nodes --------------------------------------------------------------------------------------------------- */

static enum rc remember(struct reading *reading, const char *key, int32_t place)
{
    if (place < 0)
        return arena_rc(reading->ctx->arena);
    return map_put(&reading->places, str_from_cstr(key), (void *)(intptr_t)(place + 1));
}

static int32_t recall(const struct reading *reading, const char *key)
{
    return (int32_t)(intptr_t)map_get(&reading->places, str_from_cstr(key)) - 1;
}

static const char *key_of(const struct reading *reading, char kind, int64_t id)
{
    return arena_format(reading->ctx->arena, "%c%lld", kind, (long long)id).p;
}

/* Of a finding: what names its group and in what order groups stand. */
struct grouping {
    struct str title, order;
};

static struct grouping group_of(const struct reading *reading, const struct value *row)
{
    struct arena *arena = reading->ctx->arena;
    struct grouping group = {STR(""), STR("")};
    struct str due = value_get_text(row, "due");
    const char *none = "map.no_aspect";
    switch (reading->request->group) {
    case MAP_BY_ASPECT:
        group.title = value_get_text(row, "aspect_title");
        group.order = arena_format(arena, "%09lld", (long long)value_get_int(row, "aspect_no", 0));
        break;
    case MAP_BY_UNIT:
        group.title = value_get_text(row, "unit_short");
        none = "map.no_unit";
        break;
    case MAP_BY_LEADER:
        group.title = value_get_text(row, "leader");
        none = "map.no_leader";
        break;
    case MAP_BY_DATE:
        group.title = group.order = str_slice(due, 0, 7);
        none = "map.no_date";
        break;
    }
    if (!group.title.n) {
        group.title = message_find(reading->request->lang, str_from_cstr(none));
        group.order = STR("~");
    }
    return group;
}

struct placed {
    const struct value *row;
    struct grouping group;
    size_t n; /* order of the list */
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = str_compare(x->group.order, y->group.order);
    return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

static enum rc add_finding(struct reading *reading, const struct placed *placed)
{
    struct mindmap *map = reading->mindmap;
    struct arena *arena = reading->ctx->arena;
    const char *key = arena_format(arena, "g%.*s", STR_ARG(placed->group.title)).p;
    int32_t group = key ? recall(reading, key) : -1;
    if (group < 0) {
        group = map_add(map, 0, MAP_GROUP, placed->group.title);
        TRY(remember(reading, key, group));
        map->nodes[group].id = group;
    }
    const struct value *row = placed->row;
    int64_t id = value_get_int(row, "id", 0);
    int32_t at = map_add(map, group, MAP_FINDING, value_get_text(row, "title"));
    TRY(remember(reading, key_of(reading, 'f', id), at));
    struct map_node *node = &map->nodes[at];
    node->id = id;
    node->state = state_of(reading, row, "status");
    node->sub = sub_of(reading, row, "status", "finding.status");
    node->href = arena_format(arena, "/findings/%lld", (long long)id);
    return RC_OK;
}

static enum rc add_findings(struct reading *reading, const struct value *rows)
{
    size_t count = value_count(rows), n = 0;
    struct placed *list = ARENA_NEW_ARRAY(reading->ctx->arena, struct placed, count + 1);
    if (!list)
        return arena_rc(reading->ctx->arena);
    VALUE_EACH (row, rows) {
        list[n] = (struct placed){row, group_of(reading, row), n};
        n++;
    }
    qsort(list, n, sizeof *list, compare_placed);
    for (size_t i = 0; i < n; i++)
        TRY(add_finding(reading, &list[i]));
    for (int32_t i = 1; i < reading->mindmap->n; i++) { /* a group says how many there are */
        struct map_node *node = &reading->mindmap->nodes[i];
        struct str number = arena_format(reading->ctx->arena, "%d", node->below);
        if (node->kind == MAP_GROUP)
            node->sub = message_format(reading->ctx->arena, reading->request->lang, STR("map.findings"), &number, 1);
    }
    return RC_OK;
}

static struct db_stmt *statement(const struct reading *reading, enum query query)
{
    struct db_stmt *st = db_query(reading->db, query);
    actor_bind_scope(st, reading->actor, reading->perm);
    db_bind_int(st, "source", reading->request->source_id);
    return st;
}

static enum rc add_measures(struct reading *reading)
{
    struct value *rows;
    struct mindmap *map = reading->mindmap;
    TRY(db_rows(reading->ctx, statement(reading, Q_MAP_MEASURES), &rows));
    VALUE_EACH (row, rows) {
        int64_t finding = value_get_int(row, "finding_id", 0), id = value_get_int(row, "id", 0);
        int32_t up = recall(reading, key_of(reading, 'f', finding));
        if (up < 0)
            continue;
        int32_t at = map_add(map, up, MAP_MEASURE, value_get_text(row, "text"));
        TRY(remember(reading, key_of(reading, 'm', id), at));
        struct map_node *node = &map->nodes[at];
        node->id = id;
        node->state = state_of(reading, row, "state");
        node->sub = sub_of(reading, row, "phase", "phase");
        node->href = arena_format(reading->ctx->arena, "/findings/%lld#measures", (long long)finding);
    }
    return RC_OK;
}

/* Tasks of findings that are not in sight stand in a group of their own: one's own work is never missing. */
static enum rc find_parent(struct reading *reading, const struct value *row, int32_t *ret_up)
{
    int64_t parent = value_get_int(row, "parent_id", 0);
    int32_t up = parent ? recall(reading, key_of(reading, 't', parent)) : -1;
    if (up < 0)
        up = recall(reading, key_of(reading, 'm', value_get_int(row, "measure_id", 0)));
    if (up < 0)
        up = recall(reading, key_of(reading, 'f', value_get_int(row, "finding_id", 0)));
    if (up < 0)
        up = recall(reading, "tasks");
    if (up < 0) {
        up = map_add(reading->mindmap, 0, MAP_GROUP, message_find(reading->request->lang, STR("map.tasks")));
        TRY(remember(reading, "tasks", up));
        reading->mindmap->nodes[up].id = up;
    }
    *ret_up = up;
    return RC_OK;
}

static enum rc add_tasks(struct reading *reading)
{
    struct value *rows;
    struct mindmap *map = reading->mindmap;
    TRY(db_rows(reading->ctx, statement(reading, Q_MAP_TASKS), &rows));
    VALUE_EACH (row, rows) {
        int64_t id = value_get_int(row, "id", 0);
        int32_t up;
        TRY(find_parent(reading, row, &up));
        int32_t at = map_add(map, up, MAP_TASK, value_get_text(row, "title"));
        TRY(remember(reading, key_of(reading, 't', id), at));
        struct map_node *node = &map->nodes[at];
        node->id = id;
        node->state = state_of(reading, row, "state");
        node->sub = sub_of(reading, row, "state", "task.state");
        node->href = arena_format(reading->ctx->arena, "/tasks/%lld", (long long)id);
    }
    return RC_OK;
}

enum rc map_read(struct ctx *ctx, struct db *db, const struct actor *actor, enum perm perm,
                 const struct map_request *request, struct mindmap *ret_map)
{
    *ret_map = (struct mindmap){.ctx = ctx};
    struct reading reading = {
        .ctx = ctx, .db = db, .actor = actor, .perm = perm, .request = request, .mindmap = ret_map};
    struct value *source, *findings;
    map_init(&reading.places, ctx->arena);
    TRY(db_first_row(ctx, statement(&reading, Q_MAP_SOURCE), &source));
    if (!source)
        return RC_NOT_FOUND;
    if (map_add(ret_map, -1, MAP_ROOT, value_get_text(source, "title")) < 0)
        return arena_rc(ctx->arena);
    ret_map->nodes[0].sub = value_get_text(source, "no");
    ret_map->nodes[0].href = arena_format(ctx->arena, "/sources/%lld", (long long)request->source_id);
    TRY(db_rows(ctx, statement(&reading, Q_MAP_FINDINGS), &findings));
    TRY(add_findings(&reading, findings));
    TRY(add_measures(&reading));
    TRY(add_tasks(&reading));
    if (ret_map->n == 1)
        return RC_NOT_FOUND;
    return arena_rc(ctx->arena);
}
