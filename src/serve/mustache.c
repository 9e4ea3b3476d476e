/* mustache.c: the set of templates: adding, joining, finding, listing names; see mustache.h. */
#include "serve/mustache.h"

#include <assert.h>
#include "serve/mustache_ops.h"

enum { SET_BYTES_MAX = 64 << 20 };

struct mustache_set *mustache_set_new(void)
{
    struct arena *arena = arena_new(SET_BYTES_MAX);
    struct mustache_set *set = arena ? ARENA_NEW(arena, struct mustache_set) : NULL;
    if (!set) {
        arena_free(arena);
        return NULL;
    }
    set->arena = arena;
    map_init(&set->by_name, arena);
    return set;
}

void mustache_set_free(struct mustache_set *set)
{
    if (set)
        arena_free(set->arena);
}

void mustache_set_free_ptr(struct mustache_set **set) { mustache_set_free(*set); }

enum rc mustache_fault(struct ctx *ctx, enum rc rc, const char *key, struct str tpl, uint32_t line, struct str name)
{
    struct str place = arena_format(ctx->arena, "%.*s:%u", STR_ARG(tpl), (unsigned)line);
    return ctx_fail(ctx, rc, key, name, place, &name, 1);
}

enum rc mustache_set_add(struct ctx *ctx, struct mustache_set *set, struct str name, struct str source)
{
    assert(!set->is_linked);
    if (map_get(&set->by_name, name))
        return mustache_fault(ctx, RC_CONFLICT, "template.name_taken", name, 0, name);
    struct mustache *tpl = ARENA_NEW(set->arena, struct mustache);
    if (!tpl)
        return arena_rc(set->arena);
    tpl->name = arena_copy_str(set->arena, name);
    struct str copy = arena_copy_str(set->arena, source);
    TRY(arena_rc(set->arena));
    TRY(mustache_compile(ctx, set->arena, tpl, copy));
    TRY(map_put(&set->by_name, tpl->name, tpl));
    if (set->last)
        set->last->next = tpl;
    else
        set->first = tpl;
    set->last = tpl;
    return RC_OK;
}

const struct mustache *mustache_set_find(const struct mustache_set *set, struct str name)
{
    return map_get(&set->by_name, name);
}

/* "{n}" at text[at]: the digit, or -1. */
static int placeholder_at(struct str text, size_t at)
{
    return at + 2 < text.n && text.p[at] == '{' && text.p[at + 1] >= '0' && text.p[at + 1] <= '9' &&
                   text.p[at + 2] == '}'
               ? text.p[at + 1] - '0'
               : -1;
}

static enum rc cut_pieces(struct arena *arena, struct str text, struct mustache_pieces *ret_pieces)
{
    VEC(struct mustache_piece) pieces = {0};
    CLEANUP(buf_done) struct buf escaped;
    buf_init(&escaped, SET_BYTES_MAX);
    size_t from = 0;
    for (size_t i = 0; i <= text.n; i++) {
        int arg = i < text.n ? placeholder_at(text, i) : -1;
        if (arg < 0 && i < text.n)
            continue;
        buf_reset(&escaped);
        mustache_escape(&escaped, str_slice(text, from, i));
        TRY(buf_rc(&escaped));
        struct str part = arena_copy_str(arena, buf_str(&escaped));
        if (!VEC_PUSH(arena, &pieces, (struct mustache_piece){part, arg}))
            return arena_rc(arena);
        from = i + 3;
        i += arg >= 0 ? 2 : 0;
    }
    *ret_pieces = (struct mustache_pieces){pieces.p, pieces.n};
    return arena_rc(arena);
}

static bool has_arguments(const struct mustache_pieces *pieces, size_t arg_count)
{
    for (size_t i = 0; i < pieces->n; i++)
        if (pieces->p[i].arg >= 0 && (size_t)pieces->p[i].arg >= arg_count)
            return false;
    return true;
}

/* Turns {{t.X}} and {{static.X}} into OP_CONSTANT with its text in every variant. */
static enum rc link_constant(struct ctx *ctx, struct mustache_set *set, const struct mustache *tpl,
                             struct mustache_op *op, const struct mustache_constants *constants)
{
    struct mustache_constant *constant = op->constant ? op->constant : ARENA_NEW(set->arena, struct mustache_constant);
    if (!constant)
        return arena_rc(set->arena);
    enum rc rc = RC_OK;
    for (int variant = 0; variant < constants->variants; variant++) {
        struct str text;
        if (!constants->find(constants->arg, variant, op->name.text, &text)) {
            rc = mustache_fault(ctx, RC_INVALID, "template.unknown_constant", tpl->name, op->line, op->name.text);
            continue;
        }
        TRY(cut_pieces(set->arena, text, &constant->many[variant]));
        struct str singular = arena_format(ctx->arena, "%.*s|one", STR_ARG(op->name.text));
        if (constant->arg_count && constants->find(constants->arg, variant, singular, &text))
            TRY(cut_pieces(set->arena, text, &constant->one[variant]));
        if (!has_arguments(&constant->many[variant], constant->arg_count) ||
            !has_arguments(&constant->one[variant], constant->arg_count))
            rc = mustache_fault(ctx, RC_INVALID, "template.missing_argument", tpl->name, op->line, op->name.text);
    }
    op->kind = OP_CONSTANT;
    op->constant = constant;
    return rc;
}

enum rc mustache_set_link(struct ctx *ctx, struct mustache_set *set, const struct mustache_constants *constants,
                          bool is_strict)
{
    assert(!constants || (constants->variants >= 1 && constants->variants <= MUSTACHE_VARIANTS_MAX));
    enum rc rc = RC_OK;
    for (struct mustache *tpl = set->first; tpl; tpl = tpl->next) {
        for (uint32_t i = 0; i < tpl->op_count; i++) {
            struct mustache_op *op = &tpl->ops[i];
            enum rc one = RC_OK;
            if (op->kind == OP_PARTIAL || op->kind == OP_LAYOUT) {
                op->target = map_get(&set->by_name, op->name.text);
                if (!op->target && is_strict)
                    one =
                        mustache_fault(ctx, RC_INVALID, "template.unknown_partial", tpl->name, op->line, op->name.text);
            } else if (constants && (op->kind == OP_NAME || op->kind == OP_RAW) &&
                       (str_has_prefix(op->name.text, STR("t.")) || str_has_prefix(op->name.text, STR("static.")))) {
                one = link_constant(ctx, set, tpl, op, constants);
            }
            if (one != RC_OK && one != RC_INVALID)
                return one;
            rc = one == RC_OK ? rc : one;
        }
    }
    set->variants = constants ? constants->variants : 1;
    set->is_linked = true;
    return rc;
}

struct value *mustache_set_names(struct arena *arena, const struct mustache_set *set)
{
    struct value *list = value_new_list(arena);
    for (const struct mustache *tpl = set->first; tpl; tpl = tpl->next)
        value_add_text(arena, list, tpl->name);
    return arena_rc(arena) == RC_OK ? list : NULL;
}

static void lint_add(struct arena *arena, struct value *list, const char *kind, const struct mustache_op *op,
                     const struct mustache_name *name, struct str scope)
{
    struct value *item = value_add_map(arena, list);
    value_put_text(arena, item, "kind", str_from_cstr(kind));
    value_put_text(arena, item, "name", name->text);
    value_put_int(arena, item, "line", op->line);
    value_put_text(arena, item, "scope", scope);
}

static void lint_ops(struct arena *arena, struct value *list, const struct mustache *tpl, uint32_t i, uint32_t end,
                     struct str scope)
{
    static const char *const kinds[] = {
        [OP_NAME] = "text",       [OP_RAW] = "html",      [OP_SECTION] = "section", [OP_INVERTED] = "inverted",
        [OP_PARTIAL] = "partial", [OP_LAYOUT] = "layout", [OP_BLOCK] = "block",     [OP_CONSTANT] = "constant"};
    while (i < end) {
        const struct mustache_op *op = &tpl->ops[i];
        if (op->kind != OP_TEXT)
            lint_add(arena, list, kinds[op->kind], op, &op->name, scope);
        if ((op->kind == OP_CONSTANT || op->kind == OP_NAME || op->kind == OP_RAW) && op->constant)
            for (size_t k = 0; k < op->constant->arg_count; k++)
                lint_add(arena, list, "text", op, &op->constant->args[k], scope);
        if (op->end > i + 1) {
            struct str inner = scope;
            if (op->kind == OP_SECTION)
                inner =
                    scope.n ? arena_format(arena, "%.*s/%.*s", STR_ARG(scope), STR_ARG(op->name.text)) : op->name.text;
            lint_ops(arena, list, tpl, i + 1, op->end, inner);
        }
        i = op->end;
    }
}

struct value *mustache_lint(struct arena *arena, const struct mustache *tpl)
{
    struct value *list = value_new_list(arena);
    lint_ops(arena, list, tpl, 0, tpl->op_count, STR_EMPTY);
    return arena_rc(arena) == RC_OK ? list : NULL;
}
