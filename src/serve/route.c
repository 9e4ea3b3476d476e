/* route.c: the tables of routes and commands, and matching of paths. */
#include <string.h>

#include "serve/pages.h"

/* Commands stand beside their code; their rooms' headers are not needed for the table. */
#define COMMAND(name) extern const struct command command_##name;
#include "../../data/commands.def"
#undef COMMAND

#define PUBLIC_PERM PERM_COUNT
#define PERM_PUBLIC PERM_COUNT
#define NO_QUERIES                                                                                                     \
    {                                                                                                                  \
        NULL, QUERY_COUNT, PAGE_ONE                                                                                    \
    }
#define ONE(name, q) {#name, Q_##q, PAGE_ONE},
#define MANY(name, q) {#name, Q_##q, PAGE_MANY},
const struct route route_table[] = {
#define ROUTE(method, path, perm, tpl, depends, fill, nav, title, ...)                                                 \
    {HTTP_##method, path, PERM_##perm, tpl, DEPENDS_##depends, fill, {__VA_ARGS__}, title, nav},
#include "../../data/routes.def"
#undef ROUTE
};
#undef ONE
#undef MANY
#undef NO_QUERIES
const int route_count = (int)(sizeof route_table / sizeof route_table[0]);

const struct command *const command_table[] = {
#define COMMAND(name) &command_##name,
#include "../../data/commands.def"
#undef COMMAND
};
const int command_count = (int)(sizeof command_table / sizeof command_table[0]);

const char *route_perm_name(const struct route *route)
{
    return route->perm == PERM_COUNT ? "public" : perm_name(route->perm);
}

static bool is_text_param(struct str name)
{
    static const char *const texts[] = {"sha256", "name", "step", "kind"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (str_equal_cstr(name, texts[i]))
            return true;
    return false;
}

/* Whether the path begins and ends as the pattern does around its parameters: nearly all others are told apart by this.
 */
static bool may_match(const char *pattern, struct str path)
{
    size_t i = 0;
    while (pattern[i] && pattern[i] != '{') {
        if (i == path.n || pattern[i] != path.p[i])
            return false;
        i++;
    }
    if (!pattern[i])
        return i == path.n;
    struct str tail = str_from_cstr(strrchr(pattern + i, '}') + 1);
    return path.n > i + tail.n && str_has_suffix(path, tail);
}

/* Compares a path with a pattern segment by segment; parameters go into params when they fit. */
static bool match_path(const char *pattern, struct str path, struct arena *arena, struct value *params)
{
    if (!may_match(pattern, path))
        return false;
    struct str want = str_from_cstr(pattern), w, p;
    struct str names[ROUTE_PARAMS_MAX], texts[ROUTE_PARAMS_MAX];
    int n = 0;
    for (;;) {
        bool has_w = str_split_next(&want, '/', &w), has_p = str_split_next(&path, '/', &p);
        if (has_w != has_p)
            return false;
        if (!has_w)
            break;
        if (w.n > 2 && w.p[0] == '{') {
            struct str name = str_slice(w, 1, w.n - 1);
            int64_t id;
            if (n == ROUTE_PARAMS_MAX || p.n == 0 || (!is_text_param(name) && !(str_parse_int64(p, &id) && id > 0)))
                return false;
            names[n] = name;
            texts[n++] = p;
        } else if (!str_equal(w, p)) {
            return false;
        }
    }
    for (int i = 0; i < n && params; i++) {
        int64_t id = 0;
        bool is_text = is_text_param(names[i]) || !str_parse_int64(texts[i], &id);
        value_put(params, names[i], is_text ? value_new_text(arena, texts[i]) : value_new_int(arena, id));
    }
    return true;
}

const struct route *route_find(enum http_method method, struct str path, struct arena *arena, struct value *ret_params)
{
    for (int i = 0; i < route_count; i++)
        if (route_table[i].method == method && match_path(route_table[i].path, path, arena, ret_params))
            return &route_table[i];
    return NULL;
}

const struct command *command_find_path(struct str path, struct arena *arena, struct value *ret_params)
{
    for (int i = 0; i < command_count; i++)
        if (command_table[i]->path && match_path(command_table[i]->path, path, arena, ret_params))
            return command_table[i];
    return NULL;
}

const struct command *command_find_name(struct str name)
{
    for (int i = 0; i < command_count; i++)
        if (str_equal_cstr(name, command_table[i]->name))
            return command_table[i];
    return NULL;
}
