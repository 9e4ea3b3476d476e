/* mindmap_parts.h: what the reading of a map is made of; inside the room only. */
#ifndef BIHUAN_PUBLISH_MINDMAP_PARTS_H
#define BIHUAN_PUBLISH_MINDMAP_PARTS_H

#include "base/map.h"
#include "publish/mindmap.h"

struct map_branch { /* a group; by unit it may hold further ones, which stand behind it */
    struct str title;
    int64_t id;
    int32_t up;                     /* the branch that holds it, -1: none */
    int32_t findings, below, place; /* with what is in branches below; place: of its node */
    int32_t parts[CANVAS_STATES];
    bool is_open, is_way;
};

struct map_item { /* a finding, as it is counted */
    int64_t id, order;
    int64_t group;    /* id of its group: aspect, unit, who leads, month */
    struct str title; /* of its group */
    int32_t n;        /* place in the order of the source */
    int32_t branch, place, measures, tasks;
    enum canvas_state state;
    bool is_open, is_way;
    const struct value *row; /* once it is shown */
};

struct map_outside { /* tasks whose finding is not in sight */
    int64_t finding;
    int32_t tasks;
};

struct map_outline {
    struct map_item *items, **by_id;
    struct map_branch *branches;
    struct map_outside *outside;
    size_t n, branch_count, branch_room, outside_count;
    int32_t parts[CANVAS_STATES];
    int32_t tasks_outside; /* place of their group; -1: none */
    bool is_outside_open;
};

struct map_reading {
    struct ctx *ctx;
    struct db *db;
    const struct actor *actor;
    enum perm perm;
    const struct map_request *request;
    struct map_view *view;
    struct mindmap *mindmap;
    struct map places; /* of measures and tasks by key, as place + 1 */
    struct map_outline outline;
};

enum canvas_state map_state_of(const struct map_request *request, struct str state, int64_t progress_bp, struct str due,
                               struct str step_due);
struct db_stmt *map_bind(const struct map_reading *reading, struct db_stmt *st);
struct map_item *map_item_find(const struct map_outline *outline, int64_t finding);
/* Counts everything, and decides what is open. */
enum rc map_outline_read(struct map_reading *reading) MUST_CHECK;
/* A new branch below `up` (-1: none), with no finding yet; -1 when memory is short. */
int32_t map_branch_add(struct map_reading *reading, int32_t up, int64_t id, struct str title);
/* Branches by unit, as the units stand in their tree; sets the branch of each item, and its order by it. */
enum rc map_units_branch(struct map_reading *reading) MUST_CHECK;
/* The level at which the map can still be looked over, by how many nodes there are of each kind. */
int map_level_choose(const int32_t counts[MAP_KINDS]);
/* Opens the way to a node. */
void map_mark_way(struct mindmap *map, int32_t at);

/* The groups of what has no finding in sight, and of findings without what groups them; other groups have the id of
 * what they stand for, or year * 12 + month. */
enum { MAP_OUTSIDE_ID = 0, MAP_WITHOUT_ID = INT32_MAX };

#endif
