/* mindmap_units.c: the groups of a map by unit, as the units stand in their tree; see mindmap.h.
 *
 * What holds everything is no group: the map begins with the units below it.  A unit with nothing of its own and one
 * unit below it is left out, so that every group says something that the one above it does not.
 */
#include "publish/mindmap_parts.h"

#include <string.h>

enum { UNITS_START = 256 };

struct unit {
    int64_t id, parent_id;
    struct str name;
    int32_t up, first, last, next; /* places, -1: none */
    int32_t own, total;            /* findings of it; with all below it */
    int32_t branch;                /* of its own findings */
};

struct unit_tree {
    struct map_reading *reading;
    struct unit *units;
    int32_t n, room;
    struct map by_id; /* place + 1 */
};

static struct str key_of(const int64_t *id) { return (struct str){(const char *)id, sizeof *id}; }

static int32_t find_unit(const struct unit_tree *tree, int64_t id)
{
    return (int32_t)(intptr_t)map_get(&tree->by_id, key_of(&id)) - 1;
}

static enum rc read_units(struct unit_tree *tree)
{
    struct ctx *ctx = tree->reading->ctx;
    struct db_stmt *st = db_query(tree->reading->db, Q_MAP_UNITS);
    for (;;) {
        bool is_row;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        if (tree->n == tree->room) {
            int32_t room = tree->room ? tree->room * 2 : UNITS_START;
            struct unit *units = ARENA_NEW_ARRAY(ctx->arena, struct unit, (size_t)room);
            if (!units) {
                db_reset(st);
                return arena_rc(ctx->arena);
            }
            if (tree->n)
                memcpy(units, tree->units, (size_t)tree->n * sizeof *units);
            tree->units = units;
            tree->room = room;
        }
        tree->units[tree->n++] = (struct unit){.id = db_column_int(st, 0),
                                               .parent_id = db_column_int(st, 1),
                                               .name = arena_copy_str(ctx->arena, db_column_text(st, 2)),
                                               .up = -1,
                                               .first = -1,
                                               .last = -1,
                                               .next = -1,
                                               .branch = -1};
    }
}

/* Children in the order in which they were read; `top` gets those without a parent. */
static enum rc link_units(struct unit_tree *tree, struct unit *top)
{
    map_init(&tree->by_id, tree->reading->ctx->arena);
    for (int32_t i = 0; i < tree->n; i++)
        TRY(map_put(&tree->by_id, key_of(&tree->units[i].id), (void *)(intptr_t)(i + 1)));
    for (int32_t i = 0; i < tree->n; i++) {
        struct unit *unit = &tree->units[i];
        unit->up = find_unit(tree, unit->parent_id);
        struct unit *up = unit->up < 0 ? top : &tree->units[unit->up];
        if (up->last >= 0)
            tree->units[up->last].next = i;
        else
            up->first = i;
        up->last = i;
    }
    return RC_OK;
}

/* A unit is in one place of the tree (unit_anc is kept from circles), so that going up ends. */
static void count_findings(struct unit_tree *tree, struct unit *top)
{
    const struct map_outline *outline = &tree->reading->outline;
    for (size_t i = 0; i < outline->n; i++) {
        int32_t at = find_unit(tree, outline->items[i].group);
        if (at >= 0)
            tree->units[at].own++;
        for (; at >= 0; at = tree->units[at].up)
            tree->units[at].total++;
        top->total++;
    }
}

/* The next unit from `at` on that has findings, itself or below it; -1: none. */
static int32_t with_findings(const struct unit_tree *tree, int32_t at)
{
    while (at >= 0 && !tree->units[at].total)
        at = tree->units[at].next;
    return at;
}

/* The unit that alone holds everything below `unit`, when that has nothing of its own; -1: there is none. */
static int32_t only_below(const struct unit_tree *tree, const struct unit *unit)
{
    int32_t child = with_findings(tree, unit->first);
    return child >= 0 && !unit->own && tree->units[child].total == unit->total ? child : -1;
}

static enum rc add_branches(struct unit_tree *tree, int32_t first, int32_t up)
{
    for (int32_t i = with_findings(tree, first); i >= 0; i = with_findings(tree, tree->units[i].next)) {
        int32_t at = i, deeper;
        while ((deeper = only_below(tree, &tree->units[at])) >= 0)
            at = deeper;
        struct unit *unit = &tree->units[at];
        unit->branch = map_branch_add(tree->reading, up, unit->id, unit->name);
        if (unit->branch < 0)
            return arena_rc(tree->reading->ctx->arena);
        TRY(add_branches(tree, unit->first, unit->branch));
    }
    return RC_OK;
}

/* What the unit above all of them has itself stands first, in a group of its own. */
static enum rc add_top(struct unit_tree *tree, struct unit *top)
{
    struct map_reading *reading = tree->reading;
    struct unit *whole = top;
    int32_t deeper;
    while ((deeper = only_below(tree, whole)) >= 0)
        whole = &tree->units[deeper];
    if (whole->own) {
        struct str title =
            message_format(reading->ctx->arena, reading->request->lang, STR("board.own"), &whole->name, 1);
        whole->branch =
            map_branch_add(reading, -1, whole->id, with_findings(tree, whole->first) < 0 ? whole->name : title);
        if (whole->branch < 0)
            return arena_rc(reading->ctx->arena);
    }
    return add_branches(tree, whole->first, -1);
}

enum rc map_units_branch(struct map_reading *reading)
{
    struct map_outline *outline = &reading->outline;
    struct unit_tree tree = {.reading = reading};
    struct unit top = {.up = -1, .first = -1, .last = -1, .next = -1, .branch = -1};
    TRY(read_units(&tree));
    TRY(link_units(&tree, &top));
    count_findings(&tree, &top);
    TRY(add_top(&tree, &top));
    for (size_t i = 0; i < outline->n; i++) {
        struct map_item *item = &outline->items[i];
        int32_t at = find_unit(&tree, item->group);
        if (at < 0)
            return RC_DB; /* each finding refers to a unit */
        item->branch = tree.units[at].branch;
        item->order = item->branch;
    }
    return RC_OK;
}
