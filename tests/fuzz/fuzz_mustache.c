/* fuzz_mustache.c: a template, its partial and its layout, made of any bytes, over one view in each mode.
 *
 * Input: up to three templates (main, part, base), separated by a line "@@@".
 */
#include <stdlib.h>

#include "serve/mustache.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { ARENA_MAX = 64 * 1024 * 1024, OUT_MAX = 1024 * 1024 };

static bool find_constant(void *arg, int variant, struct str name, struct str *ret_text)
{
    (void)arg;
    if (name.n % 3 == 0)
        return false;
    *ret_text = variant ? STR("{0} <b> {1}") : STR("&{1}{0}{9}{");
    return true;
}

static struct value *make_view(struct arena *arena)
{
    struct value *view = value_new_map(arena);
    value_put_text(arena, view, "a", STR("<&\"'>"));
    value_put_html(arena, view, "h", STR("<i>x</i>"));
    value_put_int(arena, view, "n", 1);
    value_put_bool(arena, view, "yes", true);
    value_put_bool(arena, view, "no", false);
    value_put_null(arena, view, "z");
    struct value *list = value_put_list(arena, view, "l");
    for (int i = 0; i < 3; i++) {
        struct value *item = value_add_map(arena, list);
        value_put_int(arena, item, "n", i);
        value_put_text(arena, item, "a", STR("item"));
    }
    value_put_text(arena, value_put_map(arena, view, "m"), "a", STR("inner"));
    return view;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const struct mustache_constants constants = {.find = find_constant, .variants = 2};
    static const char *const names[] = {"main", "part", "base"};
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    struct mustache_set *set CLEANUP(mustache_set_free_ptr) = mustache_set_new();
    if (!arena || !set)
        return 0;
    struct ctx ctx = {.arena = arena};
    struct str rest = {(const char *)p, n};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t end = i < 2 ? str_find(rest, STR("@@@\n"), 0) : SIZE_MAX;
        struct str source = str_slice(rest, 0, end);
        rest = end == SIZE_MAX ? STR_EMPTY : str_slice(rest, end + 4, rest.n);
        if (mustache_set_add(&ctx, set, str_from_cstr(names[i]), source) != RC_OK && ctx.issue_count == 0)
            abort();
    }
    enum rc linked = mustache_set_link(&ctx, set, n % 2 ? &constants : NULL, n % 3 == 0);
    if (linked != RC_OK && ctx.issue_count == 0)
        abort();
    const struct mustache *tpl = mustache_set_find(set, STR("main"));
    if (!tpl || linked != RC_OK)
        return 0;
    struct value *view = make_view(arena);
    (void)mustache_lint(arena, tpl);
    for (int mode = MUSTACHE_SPEC; mode <= MUSTACHE_STRICT; mode++) {
        struct buf out CLEANUP(buf_done);
        buf_init(&out, OUT_MAX);
        ctx_clear_issues(&ctx);
        (void)!mustache_render(&ctx, tpl, view, n % 2 ? 1 : 0, (enum mustache_mode)mode, &out);
    }
    return 0;
}
