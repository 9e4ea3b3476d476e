/* json.c: jansson into the value tree; see json.h. */
#include "text/json.h"

#include <jansson.h>
#include <pthread.h>

#include "base/alloc.h"
#include "text/utf8.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* jansson reports most refused allocations as some syntax error, so the refusal itself is noted. */
static _Thread_local bool was_refused;

static void *alloc_noted(size_t n)
{
    void *p = alloc_new(n);
    was_refused = was_refused || !p;
    return p;
}

static void use_our_alloc(void) { json_set_alloc_funcs(alloc_noted, alloc_free); }

static void release(json_t **json) { json_decref(*json); }

static enum rc copy_text(struct ctx *ctx, const char *p, size_t n, struct str *ret)
{
    struct str s = {p, n};
    TRY(utf8_check(ctx, s, ""));
    *ret = arena_copy_str(ctx->arena, s);
    return ret->p ? RC_OK : arena_rc(ctx->arena);
}

static enum rc convert(struct ctx *ctx, json_t *json, int depth, struct value **ret);

static enum rc convert_items(struct ctx *ctx, json_t *json, int depth, struct value *parent)
{
    if (depth >= JSON_DEPTH_MAX)
        return ctx_fail_key(ctx, RC_INVALID, "error.json_depth");
    if (json_is_array(json)) {
        size_t i;
        json_t *item;
        json_array_foreach(json, i, item)
        {
            struct value *child;
            TRY(convert(ctx, item, depth + 1, &child));
            value_add(parent, child);
        }
        return RC_OK;
    }
    for (void *at = json_object_iter(json); at; at = json_object_iter_next(json, at)) {
        struct value *child;
        struct str key;
        TRY(copy_text(ctx, json_object_iter_key(at), json_object_iter_key_len(at), &key));
        TRY(convert(ctx, json_object_iter_value(at), depth + 1, &child));
        value_put(parent, key, child);
    }
    return RC_OK;
}

static enum rc convert(struct ctx *ctx, json_t *json, int depth, struct value **ret)
{
    struct value *v = ARENA_NEW(ctx->arena, struct value);
    if (!v)
        return arena_rc(ctx->arena);
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        v->kind = VALUE_MAP;
        TRY(convert_items(ctx, json, depth, v));
        break;
    case JSON_ARRAY:
        v->kind = VALUE_LIST;
        TRY(convert_items(ctx, json, depth, v));
        break;
    case JSON_STRING:
        v->kind = VALUE_TEXT;
        TRY(copy_text(ctx, json_string_value(json), json_string_length(json), &v->text));
        break;
    case JSON_INTEGER:
        v->kind = VALUE_INT;
        v->integer = json_integer_value(json);
        break;
    case JSON_REAL:
        return ctx_fail_key(ctx, RC_INVALID, "error.json_real");
    case JSON_TRUE:
    case JSON_FALSE:
        v->kind = VALUE_BOOL;
        v->boolean = json_is_true(json);
        break;
    case JSON_NULL:
        break;
    }
    *ret = v;
    return RC_OK;
}

static enum rc fail_parse(struct ctx *ctx, const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);
    if (was_refused)
        return RC_NOMEM;
    struct str place[2] = {arena_format(ctx->arena, "%d", error->line), arena_format(ctx->arena, "%d", error->column)};
    const char *key = code == json_error_duplicate_key    ? "error.json_duplicate"
                      : code == json_error_stack_overflow ? "error.json_depth"
                                                          : "error.json_syntax";
    bool is_encoding = code == json_error_invalid_utf8 || code == json_error_null_character;
    return ctx_fail(ctx, is_encoding ? RC_BAD_ENCODING : RC_INVALID, is_encoding ? NULL : key, STR_EMPTY, STR_EMPTY,
                    place, 2);
}

enum rc json_parse(struct ctx *ctx, struct str text, struct value **ret)
{
    pthread_once(&once, use_our_alloc);
    was_refused = false;
    json_error_t error = {0};
    CLEANUP(release)
    json_t *json = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!json)
        return fail_parse(ctx, &error);
    struct value *root;
    TRY(convert(ctx, json, 0, &root));
    *ret = root;
    return RC_OK;
}
