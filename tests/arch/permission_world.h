/* permission_world.h: the group in which permission_test.c tries every route and command: two subtrees and a place
 * above the label, one thing of every noun in each, and an account of every role. */
#ifndef BIHUAN_TESTS_PERMISSION_WORLD_H
#define BIHUAN_TESTS_PERMISSION_WORLD_H

#include "app_site.h"
#include "record_support.h"
#include "serve/page.h"

enum { NOBODY = ROLE_COUNT, ANYBODY_COUNT, SNAPSHOTS_MAX = 4000 };
enum place { INSIDE, OUTSIDE, ABOVE, PLACE_COUNT };
extern const char *const place_names[PLACE_COUNT];

/* What an address may name, by its first segment: a line of nouns.def for each. */
enum noun {
#define PATH_NOUN(name, text) name,
#define FIELD_NOUN(name, noun)
#include "nouns.def"
#undef FIELD_NOUN
#undef PATH_NOUN
    NOUN_COUNT
};

struct permission_world {
    struct store *store;
    struct app_site site;
    int64_t ids[NOUN_COUNT][PLACE_COUNT];
    int64_t root;
    struct actor actors[ANYBODY_COUNT];
    struct app_session sessions[ANYBODY_COUNT];
    uint64_t snapshots[SNAPSHOTS_MAX];
    int faults, tried;
};

extern struct permission_world world;

/* Puts one thing of every noun into the place and keeps their ids. */
void make_place(struct store *store, enum place place);
/* An account of every role, inside and up to "internal", and one of none; all signed in. */
void make_people_of_all_roles(struct store *store);

#endif
