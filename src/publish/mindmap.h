/* mindmap.h: a source's work as a tree: plan, groups, findings, measures, tasks; laid out, drawn, and written for other
 * programs.
 *
 * Nodes stand in an array, parents before children; the first is the root.  Layout: root at the left, one column for
 * each depth, every subtree in a band of its own, so that no two cards can overlap.
 *
 * A page reads only what it shows: of a folded branch the number of nodes below and the states of its findings, never
 * their texts.  What is open is decided by one rule (map_is_open), before anything is read and again for the tree.
 */
#ifndef BIHUAN_PUBLISH_MINDMAP_H
#define BIHUAN_PUBLISH_MINDMAP_H

#include "publish/canvas.h"
#include "record/actor.h"
#include "serve/messages.h"

enum map_kind { MAP_ROOT, MAP_GROUP, MAP_FINDING, MAP_MEASURE, MAP_TASK, MAP_KINDS };
enum map_group { MAP_BY_ASPECT, MAP_BY_UNIT, MAP_BY_LEADER, MAP_BY_DATE };
enum map_colour { MAP_BY_STATE, MAP_BY_PROGRESS, MAP_BY_ALERT };

struct map_node {
    enum map_kind kind;
    enum canvas_state state;
    int64_t id;
    int32_t parent, first, last, next; /* -1: none */
    int32_t below;                     /* all descendants, read or not */
    const int32_t *parts;              /* root and groups: how many findings are in each canvas_state; else NULL */
    int16_t depth;
    bool is_folded, is_shown, is_found;
    bool is_way;           /* leads to what was looked for: open unless it is turned over */
    struct str title, sub; /* sub: second line: unit, who, date, state in words */
    struct str href;       /* of its page, "" for groups */
    double x, y, w, h;     /* after map_layout */
    double span, cursor;   /* its band, while laying out */
};

struct mindmap {
    struct ctx *ctx;
    struct map_node *nodes;
    int32_t n, room;
    double width, height;
    int32_t shown;
    bool is_narrow; /* for a phone: root and first level side by side */
};

/* Adds a node; parent -1 only for the first.  Texts are borrowed.  -1 when memory is short. */
int32_t map_add(struct mindmap *map, int32_t parent, enum map_kind kind, struct str title);
/* Counts nodes below it that were not read. */
void map_hide(struct mindmap *map, int32_t at, int32_t count);
/* Places every node that no folded one hides. */
void map_layout(struct mindmap *map);
/* Folds everything from the kind on: MAP_FINDING folds findings, so that measures are hidden. */
void map_fold_from(struct mindmap *map, enum map_kind kind);

enum { MAP_LEVELS = 4 }; /* 1: groups are shown, 2: findings, 3: measures, 4: all */

/* What is open: everything above the level and on the way to what is looked for, then the toggled ones turned over. */
struct map_view {
    int level;          /* 0: all when that is little, else down to the level that can still be looked over */
    struct str toggles; /* keys between dots */
    enum map_kind at_kind;
    int64_t at_id; /* this node is looked for; 0: none */
    bool is_whole; /* read everything, also what is folded */
};

struct str map_key(struct arena *arena, enum map_kind kind, int64_t id); /* "f12": in toggles and in ids on the page */
bool map_key_find(struct str key, enum map_kind *ret_kind, int64_t *ret_id);
bool map_is_open(struct arena *arena, const struct map_view *view, enum map_kind kind, int64_t id, bool is_way);
/* Folds the tree as the view says. */
void map_fold(struct mindmap *map, const struct map_view *view);
/* Marks nodes whose words contain q, and the way to the first hundred.  How many there are. */
int32_t map_search(struct mindmap *map, struct str q);

/* How the page's links fold and unfold: writes the address for node i.  NULL: no folding. */
struct map_folding {
    void (*write_href)(void *arg, const struct map_node *node, struct buf *out);
    void *arg;
    struct str fold_name, unfold_name;
};
enum rc map_draw(struct mindmap *map, enum canvas_kind kind, const struct map_folding *folding,
                 struct buf *out) MUST_CHECK;
/* The whole map small: one rectangle for each card. */
void map_draw_mini(const struct mindmap *map, struct buf *out);
/* FreeMind 1.0.1, OPML 2.0, text indented by tabs. */
void map_write_freemind(const struct mindmap *map, struct buf *out);
void map_write_opml(const struct mindmap *map, struct buf *out);
void map_write_text(const struct mindmap *map, struct buf *out);

struct map_request {
    int64_t source_id;
    enum map_group group;
    enum map_colour colour;
    enum lang lang;
    int32_t today;
};
/* What the actor may see of a source by perm, as far as the view opens it.  Sets view->level when it was 0.
 * RC_NOT_FOUND: nothing of it. */
enum rc map_read(struct ctx *ctx, struct db *db, const struct actor *actor, enum perm perm,
                 const struct map_request *request, struct map_view *view, struct mindmap *ret_map) MUST_CHECK;
bool map_group_find(struct str name, enum map_group *ret_group);
bool map_colour_find(struct str name, enum map_colour *ret_colour);
const char *map_group_name(enum map_group group);
const char *map_colour_name(enum map_colour colour);

enum map_format { MAP_SVG, MAP_PDF, MAP_PNG, MAP_MM, MAP_OPML, MAP_TXT, MAP_FORMATS };
bool map_format_find(struct str name, enum map_format *ret_format);
const char *map_format_name(enum map_format format);
const char *map_format_type(enum map_format format); /* media type */
/* Lays out what is needed and writes the file's bytes. */
enum rc map_write(struct mindmap *map, enum map_format format, struct buf *out) MUST_CHECK;

#endif
