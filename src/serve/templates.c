/* templates.c: compiles the built-in templates; see templates.h. */
#include "serve/templates.h"

#include "serve/messages.h"
#include "serve/static.h"

static bool find_constant(void *arg, int variant, struct str name, struct str *ret_text)
{
    if (!str_has_prefix(name, STR("static.")))
        return message_find_constant(arg, variant, name, ret_text);
    *ret_text = static_url(str_slice(name, 7, name.n));
    return ret_text->n > 0;
}

enum rc templates_load(struct ctx *ctx, struct mustache_set **ret_set)
{
    struct mustache_set *set CLEANUP(mustache_set_free_ptr) = mustache_set_new();
    if (!set)
        return RC_NOMEM;
    for (size_t i = 0; i < template_table_n; i++)
        TRY(mustache_set_add(ctx, set, template_table[i].name, template_table[i].source));
    struct mustache_constants constants = {.find = find_constant, .variants = LANG_COUNT};
    TRY(mustache_set_link(ctx, set, &constants, true));
    *ret_set = set;
    set = NULL;
    return RC_OK;
}
