/* value.c: the value tree; see value.h. */
#include "base/value.h"

#include <string.h>

static struct value *value_new(struct arena *arena, enum value_kind kind)
{
    struct value *v = ARENA_NEW(arena, struct value);
    if (v)
        v->kind = kind;
    return v;
}

struct value *value_new_map(struct arena *arena) { return value_new(arena, VALUE_MAP); }
struct value *value_new_list(struct arena *arena) { return value_new(arena, VALUE_LIST); }

struct value *value_new_text(struct arena *arena, struct str s)
{
    struct value *v = value_new(arena, VALUE_TEXT);
    if (v)
        v->text = s;
    return v;
}

struct value *value_new_int(struct arena *arena, int64_t n)
{
    struct value *v = value_new(arena, VALUE_INT);
    if (v)
        v->integer = n;
    return v;
}

struct value *value_add(struct value *list, struct value *child)
{
    if (!list || !child)
        return NULL;
    child->next = NULL;
    if (list->items.last)
        list->items.last->next = child;
    else
        list->items.first = child;
    list->items.last = child;
    list->items.n++;
    return child;
}

struct value *value_put(struct value *map, struct str key, struct value *child)
{
    if (child)
        child->key = key;
    return value_add(map, child);
}

struct value *value_set(struct value *map, struct str key, struct value *child)
{
    if (!map || !child)
        return NULL;
    struct value *before = NULL;
    for (struct value *at = map->items.first; at; before = at, at = at->next) {
        if (!str_equal(at->key, key))
            continue;
        child->key = key;
        child->next = at->next;
        if (before)
            before->next = child;
        else
            map->items.first = child;
        if (map->items.last == at)
            map->items.last = child;
        return child;
    }
    return value_put(map, key, child);
}

struct value *value_put_null(struct arena *arena, struct value *map, const char *key)
{
    return value_put(map, str_from_cstr(key), value_new(arena, VALUE_NULL));
}

struct value *value_put_bool(struct arena *arena, struct value *map, const char *key, bool b)
{
    struct value *v = value_new(arena, VALUE_BOOL);
    if (v)
        v->boolean = b;
    return value_put(map, str_from_cstr(key), v);
}

struct value *value_put_int(struct arena *arena, struct value *map, const char *key, int64_t n)
{
    return value_put(map, str_from_cstr(key), value_new_int(arena, n));
}

struct value *value_put_text(struct arena *arena, struct value *map, const char *key, struct str s)
{
    return value_put(map, str_from_cstr(key), value_new_text(arena, s));
}

struct value *value_put_html(struct arena *arena, struct value *map, const char *key, struct str s)
{
    struct value *v = value_new_text(arena, s);
    if (v)
        v->kind = VALUE_HTML;
    return value_put(map, str_from_cstr(key), v);
}

struct value *value_put_map(struct arena *arena, struct value *map, const char *key)
{
    return value_put(map, str_from_cstr(key), value_new_map(arena));
}

struct value *value_put_list(struct arena *arena, struct value *map, const char *key)
{
    return value_put(map, str_from_cstr(key), value_new_list(arena));
}

struct value *value_add_map(struct arena *arena, struct value *list) { return value_add(list, value_new_map(arena)); }

struct value *value_add_text(struct arena *arena, struct value *list, struct str s)
{
    return value_add(list, value_new_text(arena, s));
}

struct value *value_add_int(struct arena *arena, struct value *list, int64_t n)
{
    return value_add(list, value_new_int(arena, n));
}

const struct value *value_get_str(const struct value *v, struct str key)
{
    if (!v || v->kind != VALUE_MAP)
        return NULL;
    for (const struct value *at = v->items.first; at;
         at = at->next) /* written out: a list page asks thousands of times */
        if (at->key.n == key.n && (key.n == 0 || (at->key.p[0] == key.p[0] && memcmp(at->key.p, key.p, key.n) == 0)))
            return at;
    return NULL;
}

const struct value *value_get(const struct value *v, const char *key) { return value_get_str(v, str_from_cstr(key)); }

int64_t value_get_int(const struct value *v, const char *key, int64_t otherwise)
{
    const struct value *at = value_get(v, key);
    return at && at->kind == VALUE_INT ? at->integer : otherwise;
}

struct str value_get_text(const struct value *v, const char *key)
{
    const struct value *at = value_get(v, key);
    return at && (at->kind == VALUE_TEXT || at->kind == VALUE_HTML) ? at->text : STR_EMPTY;
}

bool value_get_bool(const struct value *v, const char *key)
{
    const struct value *at = value_get(v, key);
    return at && at->kind == VALUE_BOOL && at->boolean;
}

bool value_is_null(const struct value *v) { return !v || v->kind == VALUE_NULL; }

size_t value_count(const struct value *v)
{
    return v && (v->kind == VALUE_LIST || v->kind == VALUE_MAP) ? v->items.n : 0;
}

struct value *value_copy(struct arena *arena, const struct value *v)
{
    if (!v)
        return NULL;
    struct value *copy = value_new(arena, v->kind);
    if (!copy)
        return NULL;
    switch (v->kind) {
    case VALUE_LIST:
    case VALUE_MAP:
        VALUE_EACH (child, v) {
            struct value *c = value_copy(arena, child);
            if (!value_put(copy, arena_copy_str(arena, child->key), c))
                return NULL;
        }
        break;
    case VALUE_TEXT:
    case VALUE_HTML:
        copy->text = arena_copy_str(arena, v->text);
        break;
    case VALUE_NULL:
        break;
    case VALUE_BOOL:
        copy->boolean = v->boolean;
        break;
    case VALUE_INT:
        copy->integer = v->integer;
        break;
    }
    return copy;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (value_is_null(a) || value_is_null(b))
        return value_is_null(a) && value_is_null(b);
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOL:
        return a->boolean == b->boolean;
    case VALUE_INT:
        return a->integer == b->integer;
    case VALUE_TEXT:
    case VALUE_HTML:
        return str_equal(a->text, b->text);
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
    if (a->items.n != b->items.n)
        return false;
    const struct value *y = b->items.first;
    for (const struct value *x = a->items.first; x; x = x->next, y = y->next)
        if (!str_equal(x->key, y->key) || !value_equal(x, y))
            return false;
    return true;
}

void json_write_string(struct buf *out, struct str s)
{
    static const char hex[] = "0123456789abcdef";
    buf_add_char(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool is_line_separator = c == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 &&
                                 ((unsigned char)s.p[i + 2] == 0xa8 || (unsigned char)s.p[i + 2] == 0xa9);
        if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != 0x7f && !is_line_separator)
            continue;
        buf_add_bytes(out, s.p + from, i - from);
        if (is_line_separator) {
            buf_add_cstr(out, (unsigned char)s.p[i + 2] == 0xa8 ? "\\u2028" : "\\u2029");
            i += 2;
        } else if (c == '"' || c == '\\') {
            buf_add_char(out, '\\');
            buf_add_char(out, (char)c);
        } else if (c == '\n') {
            buf_add_cstr(out, "\\n");
        } else {
            buf_add_cstr(out, "\\u00");
            buf_add_char(out, hex[c >> 4]);
            buf_add_char(out, hex[c & 15]);
        }
        from = i + 1;
    }
    if (from < s.n)
        buf_add_bytes(out, s.p + from, s.n - from);
    buf_add_char(out, '"');
}

static void json_write_break(struct buf *out, bool is_pretty, int depth)
{
    if (!is_pretty)
        return;
    buf_add_char(out, '\n');
    for (int i = 0; i < depth; i++)
        buf_add_cstr(out, "  ");
}

static void json_write(struct buf *out, const struct value *v, bool is_pretty, int depth)
{
    switch (v ? v->kind : VALUE_NULL) {
    case VALUE_NULL:
        buf_add_cstr(out, "null");
        return;
    case VALUE_BOOL:
        buf_add_cstr(out, v->boolean ? "true" : "false");
        return;
    case VALUE_INT:
        buf_add_int64(out, v->integer);
        return;
    case VALUE_TEXT:
    case VALUE_HTML:
        json_write_string(out, v->text);
        return;
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
    bool is_map = v->kind == VALUE_MAP;
    buf_add_char(out, is_map ? '{' : '[');
    for (const struct value *child = v->items.first; child; child = child->next) {
        if (child != v->items.first)
            buf_add_char(out, ',');
        json_write_break(out, is_pretty, depth + 1);
        if (is_map) {
            json_write_string(out, child->key);
            buf_add_cstr(out, is_pretty ? ": " : ":");
        }
        json_write(out, child, is_pretty, depth + 1);
    }
    if (v->items.n)
        json_write_break(out, is_pretty, depth);
    buf_add_char(out, is_map ? '}' : ']');
}

void value_write_json(struct buf *out, const struct value *v, bool is_pretty) { json_write(out, v, is_pretty, 0); }
