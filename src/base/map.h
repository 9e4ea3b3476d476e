/* map.h: hash map from text to a pointer, in an arena; keys are borrowed. */
#ifndef BIHUAN_BASE_MAP_H
#define BIHUAN_BASE_MAP_H

#include "base/arena.h"
#include "base/str.h"

struct map_slot {
    struct str key;
    void *value;
};

struct map {
    struct arena *arena;
    struct map_slot *slots;
    size_t room; /* power of two, or 0 */
    size_t n;
    uint64_t seed;
};

/* Empty map with a random seed (input may be hostile). */
void map_init(struct map *map, struct arena *arena);
/* Value of key, or NULL. */
void *map_get(const struct map *map, struct str key);
/* Sets key to value (not NULL); the key's bytes must outlive the map.  RC_NOMEM / RC_TOO_LARGE of the arena. */
enum rc map_put(struct map *map, struct str key, void *value) MUST_CHECK;

#endif
