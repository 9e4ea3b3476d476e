/* value.h: the value tree that travels between rooms.
 *
 * A page, a JSON answer, the body of an event and the input of a command are all
 * the same kind of tree: null, bool, int64, text, safe HTML, list, map.  Nodes
 * live in an arena and are never freed one by one.  Map keys keep their order;
 * keys are borrowed and should be literals or arena text.  No floating point:
 * figures are int64 in their smallest unit (fen, basis points, days).
 *
 * Building functions give NULL when the arena refuses, and take a NULL parent
 * quietly, so a tree may be built without checks and the arena checked once.
 */
#ifndef BIHUAN_BASE_VALUE_H
#define BIHUAN_BASE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum value_kind { VALUE_NULL, VALUE_BOOL, VALUE_INT, VALUE_TEXT, VALUE_HTML, VALUE_LIST, VALUE_MAP };

struct value {
    enum value_kind kind;
    struct str key; /* inside a map: its key */
    union {
        bool boolean;
        int64_t integer;
        struct str text; /* VALUE_TEXT and VALUE_HTML; VALUE_HTML is markup made by this program only */
        struct {
            struct value *first, *last;
            size_t n;
        } items; /* VALUE_LIST, VALUE_MAP */
    };
    struct value *next; /* sibling */
};

struct value *value_new_map(struct arena *arena);
struct value *value_new_list(struct arena *arena);
struct value *value_new_text(struct arena *arena, struct str s); /* borrows s */
struct value *value_new_int(struct arena *arena, int64_t n);

/* Appends to a map under key; returns the new child.  An existing key is not looked for: use value_set to replace. */
struct value *value_put_null(struct arena *arena, struct value *map, const char *key);
struct value *value_put_bool(struct arena *arena, struct value *map, const char *key, bool b);
struct value *value_put_int(struct arena *arena, struct value *map, const char *key, int64_t n);
struct value *value_put_text(struct arena *arena, struct value *map, const char *key, struct str s); /* borrows s */
struct value *value_put_html(struct arena *arena, struct value *map, const char *key, struct str s);
struct value *value_put_map(struct arena *arena, struct value *map, const char *key);
struct value *value_put_list(struct arena *arena, struct value *map, const char *key);
/* Takes an existing free-standing node as child of map; key is borrowed. */
struct value *value_put(struct value *map, struct str key, struct value *child);
/* As value_put, but first drops a child of that key. */
struct value *value_set(struct value *map, struct str key, struct value *child);
/* Appends a free-standing node to a list. */
struct value *value_add(struct value *list, struct value *child);
struct value *value_add_map(struct arena *arena, struct value *list);
struct value *value_add_text(struct arena *arena, struct value *list, struct str s);
struct value *value_add_int(struct arena *arena, struct value *list, int64_t n);

/* Child of a map by key; NULL when absent or v is not a map.  v may be NULL. */
const struct value *value_get(const struct value *v, const char *key);
const struct value *value_get_str(const struct value *v, struct str key);
/* Typed reads with a default for absent, null or other kinds. */
int64_t value_get_int(const struct value *v, const char *key, int64_t otherwise);
struct str value_get_text(const struct value *v, const char *key); /* empty when absent */
bool value_get_bool(const struct value *v, const char *key);
bool value_is_null(const struct value *v); /* also true for NULL */
/* Children of a list or map, or 0 for other kinds and NULL. */
size_t value_count(const struct value *v);
#define VALUE_EACH(child, parent)                                                                                      \
    for (const struct value *child = ((parent) && ((parent)->kind == VALUE_LIST || (parent)->kind == VALUE_MAP))       \
                                         ? (parent)->items.first                                                       \
                                         : NULL;                                                                       \
         child; child = child->next)

/* Deep copy into another arena; NULL when it refuses. */
struct value *value_copy(struct arena *arena, const struct value *v);
bool value_equal(const struct value *a, const struct value *b); /* maps: same keys in the same order */
/* JSON text; two-space indented when is_pretty.  Safe HTML is written as its text. */
void value_write_json(struct buf *out, const struct value *v, bool is_pretty);
/* One JSON string with quotes; escapes controls, quote, backslash, U+2028/2029 and '<' (so it may stand in HTML). */
void json_write_string(struct buf *out, struct str s);

#endif
