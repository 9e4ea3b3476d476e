/* map.c: open addressing, linear probing, load at most 1/2; see map.h. */
#include "base/map.h"

#include "base/rand.h"

void map_init(struct map *map, struct arena *arena) { *map = (struct map){.arena = arena, .seed = rand_uint64()}; }

static struct map_slot *map_find_slot(struct map_slot *slots, size_t room, uint64_t seed, struct str key)
{
    size_t i = str_hash(key, seed) & (room - 1);
    while (slots[i].value && !str_equal(slots[i].key, key))
        i = (i + 1) & (room - 1);
    return &slots[i];
}

void *map_get(const struct map *map, struct str key)
{
    return map->room ? map_find_slot(map->slots, map->room, map->seed, key)->value : NULL;
}

enum rc map_put(struct map *map, struct str key, void *value)
{
    if (map->n * 2 >= map->room) {
        size_t room = map->room ? map->room * 2 : 16;
        struct map_slot *slots = ARENA_NEW_ARRAY(map->arena, struct map_slot, room);
        if (!slots)
            return arena_rc(map->arena);
        for (size_t i = 0; i < map->room; i++)
            if (map->slots[i].value)
                *map_find_slot(slots, room, map->seed, map->slots[i].key) = map->slots[i];
        map->slots = slots;
        map->room = room;
    }
    struct map_slot *slot = map_find_slot(map->slots, map->room, map->seed, key);
    if (!slot->value)
        map->n++;
    *slot = (struct map_slot){key, value};
    return RC_OK;
}
