/* mindmap_fold.c: what of the map is open, and how to come to what is folded; see mindmap.h. */
#include "publish/mindmap_parts.h"

#include <string.h>

enum { SHOWN_MAX = 100, WAYS_MAX = 100 };

static const char kind_letters[MAP_KINDS + 1] = "rgfmt";

struct str map_key(struct arena *arena, enum map_kind kind, int64_t id)
{
    return arena_format(arena, "%c%lld", kind_letters[kind], (long long)id);
}

bool map_key_find(struct str key, enum map_kind *ret_kind, int64_t *ret_id)
{
    const char *letter = key.n ? memchr(kind_letters, key.p[0], MAP_KINDS) : NULL;
    if (!letter || !str_parse_int64(str_slice(key, 1, key.n), ret_id) || *ret_id < 0)
        return false;
    *ret_kind = (enum map_kind)(letter - kind_letters);
    return true;
}

static bool is_toggled(struct str toggles, struct str key)
{
    struct str part;
    while (str_split_next(&toggles, '.', &part))
        if (str_equal(part, key))
            return true;
    return false;
}

bool map_is_open(struct arena *arena, const struct map_view *view, enum map_kind kind, int64_t id, bool is_way)
{
    bool is_open = view->level >= MAP_LEVELS || (int)kind < view->level || is_way;
    return view->toggles.n && is_toggled(view->toggles, map_key(arena, kind, id)) ? !is_open : is_open;
}

int map_level_choose(const int32_t counts[MAP_KINDS])
{
    int32_t shown = 0;
    for (int kind = 0; kind < MAP_KINDS; kind++) {
        shown += counts[kind];
        if (shown > SHOWN_MAX)
            return kind > 1 ? kind - 1 : 1;
    }
    return MAP_LEVELS;
}

void map_fold(struct mindmap *map, const struct map_view *view)
{
    for (int32_t i = 0; i < map->n; i++) {
        struct map_node *node = &map->nodes[i];
        node->is_folded = node->below > 0 && !map_is_open(map->ctx->arena, view, node->kind, node->id, node->is_way);
    }
}

void map_mark_way(struct mindmap *map, int32_t at)
{
    for (int32_t up = map->nodes[at].parent; up >= 0 && !map->nodes[up].is_way; up = map->nodes[up].parent)
        map->nodes[up].is_way = true;
}

int32_t map_search(struct mindmap *map, struct str q)
{
    int32_t found = 0;
    for (int32_t i = 0; i < map->n && q.n; i++) {
        struct map_node *node = &map->nodes[i];
        if (str_find(node->title, q, 0) == SIZE_MAX && str_find(node->sub, q, 0) == SIZE_MAX)
            continue;
        node->is_found = true;
        if (++found <= WAYS_MAX)
            map_mark_way(map, i);
    }
    return found;
}
