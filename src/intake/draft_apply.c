/* draft_apply.c: the changes that a person makes to a draft, as pure functions.
 *
 * The change is made to a copy; only a change that succeeded reaches the caller's draft.
 */
#include "intake/draft_parts.h"

/* The other entry's words, paragraphs, measures and figures go into `into`. */
static void absorb(struct arena *arena, struct value *draft, const struct draft_entry *into,
                   const struct draft_entry *other)
{
    struct value *target = into->value, *gone = other->value;
    draft_unlink(other->list, gone);
    draft_gather_paragraphs(arena, gone, draft_paragraph_list(arena, target));
    if (into->letter == 'm') {
        draft_set_text(arena, target, "text",
                       draft_join_lines(arena, value_get_text(target, "text"), value_get_text(gone, "text")));
        return;
    }
    struct str words = draft_join_lines(arena, value_get_text(gone, "title"), value_get_text(gone, "body"));
    draft_set_text(arena, target, "body", draft_join_lines(arena, value_get_text(target, "body"), words));
    if (into->letter == 'a')
        draft_repoint_aspect(arena, draft, value_get_text(gone, "id"), value_get_text(target, "id"));
    static const char *const lists[] = {"measures", "figures", NULL};
    for (int i = 0; lists[i]; i++) {
        struct value *to = draft_child(target, lists[i]), *from = draft_child(gone, lists[i]);
        while (to && from && from->items.first) {
            struct value *child = from->items.first;
            draft_unlink(from, child);
            value_add(to, child);
        }
    }
}

static enum rc apply_merge(struct ctx *ctx, struct value *draft, const struct value *op)
{
    const struct value *ids = value_get(op, "ids");
    struct draft_entry first = {0};
    if (value_count(ids) < 2)
        return draft_refuse(ctx, "draft.merge_needs_two", STR_EMPTY);
    bool is_first = true;
    VALUE_EACH (id, ids) {
        struct draft_entry other = {0};
        if (id->kind != VALUE_TEXT)
            return draft_refuse(ctx, "draft.unknown_id", STR_EMPTY);
        TRY(draft_find_entry(ctx, draft, id->text, is_first ? &first : &other));
        if (!is_first) {
            if (other.letter != first.letter || other.letter == 'p')
                return draft_refuse(ctx, "draft.merge_kinds", id->text);
            if (other.value == first.value)
                return draft_refuse(ctx, "draft.merge_same", id->text);
            absorb(ctx->arena, draft, &first, &other);
        }
        is_first = false;
    }
    return RC_OK;
}

static bool is_boundary(struct str s, int64_t at)
{
    return at > 0 && (uint64_t)at < s.n && ((unsigned char)s.p[at] & 0xC0) != 0x80;
}

static enum rc split_measure(struct ctx *ctx, struct value *draft, const struct draft_entry *entry, int64_t at)
{
    struct str text = value_get_text(entry->value, "text");
    if (!is_boundary(text, at))
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_place", "%lld", (long long)at);
    struct str head = draft_trim(str_slice(text, 0, (size_t)at)),
               tail = draft_trim(str_slice(text, (size_t)at, text.n));
    if (head.n == 0 || tail.n == 0)
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_place", "%lld", (long long)at);
    struct value *fresh = value_copy(ctx->arena, entry->value);
    draft_set_text(ctx->arena, entry->value, "text", head);
    draft_set_text(ctx->arena, fresh, "text", tail);
    draft_set_text(ctx->arena, fresh, "no", STR_EMPTY);
    draft_set_text(ctx->arena, fresh, "id", draft_new_id(ctx->arena, draft, 'm'));
    draft_link(entry->list, fresh, entry->value->next);
    return RC_OK;
}

/* Title of a new finding: up to the first full stop. */
static enum rc split_finding(struct ctx *ctx, struct value *draft, const struct draft_entry *entry, int64_t n,
                             int64_t at)
{
    struct arena *arena = ctx->arena;
    struct value *all = value_new_list(arena), *paragraph = draft_find_paragraph(draft, n);
    draft_gather_paragraphs(arena, entry->value, all);
    if (!paragraph || !draft_holds(all, n))
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_paragraph", "%lld", (long long)n);
    struct str text = value_get_text(paragraph, "text");
    bool is_first = value_get_int(value_get(entry->value, "span"), "paragraph", 0) == n;
    if ((at != 0 && !is_boundary(text, at)) || (at == 0 && is_first))
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_place", "%lld", (long long)at);
    struct str tail = draft_trim(str_slice(text, (size_t)at, text.n));
    if (tail.n == 0)
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_place", "%lld", (long long)at);
    struct value *fresh = draft_new_entry(arena, draft, 'f', STR_EMPTY, STR_EMPTY);
    draft_set_words(arena, fresh, tail);
    static const char *const kept[] = {"phase", "aspect", "category", "responsible", NULL};
    for (int i = 0; kept[i]; i++)
        value_set(fresh, str_from_cstr(kept[i]), value_copy(arena, value_get(entry->value, kept[i])));
    /* Pieces behind the cut go with the new finding: by place, a measure of the cut paragraph by its words. */
    struct value *stays = value_new_list(arena), *goes = draft_paragraph_list(arena, fresh);
    draft_add_number(arena, goes, n);
    VALUE_EACH (own, value_get(entry->value, "paragraphs"))
        if (own->integer < n || (own->integer == n && at > 0))
            draft_add_number(arena, stays, own->integer);
        else
            draft_add_number(arena, goes, own->integer);
    value_set(entry->value, STR("paragraphs"), stays);
    struct value *from = draft_child(entry->value, "measures"), *to = draft_child(fresh, "measures");
    for (struct value *measure = from ? from->items.first : NULL, *next = NULL; measure; measure = next) {
        next = measure->next;
        int64_t place = value_get_int(measure, "paragraph", 0);
        size_t found = place == n ? str_find(text, value_get_text(measure, "text"), (size_t)at) : SIZE_MAX;
        if (place > n || found != SIZE_MAX) {
            draft_unlink(from, measure);
            value_add(to, measure);
        }
    }
    struct str body = value_get_text(entry->value, "body");
    size_t cut = str_find(body, tail, 0);
    if (cut != SIZE_MAX)
        draft_set_text(arena, entry->value, "body", draft_trim(str_slice(body, 0, cut)));
    draft_link(entry->list, fresh, entry->value->next);
    return RC_OK;
}

static enum rc apply_split(struct ctx *ctx, struct value *draft, const struct value *op)
{
    struct draft_entry entry;
    TRY(draft_find_entry(ctx, draft, value_get_text(op, "id"), &entry));
    int64_t at = value_get_int(op, "at", -1);
    if (entry.letter == 'm')
        return split_measure(ctx, draft, &entry, at);
    if (entry.letter == 'f')
        return split_finding(ctx, draft, &entry, value_get_int(op, "paragraph", 0), at);
    return draft_refuse(ctx, "draft.split_kind", value_get_text(op, "id"));
}

static enum rc apply_move(struct ctx *ctx, struct value *draft, const struct value *op)
{
    struct draft_entry entry, target = {0}, before = {0};
    const struct value *to = value_get(op, "to");
    struct str before_id = value_get_text(op, "before");
    TRY(draft_find_entry(ctx, draft, value_get_text(op, "id"), &entry));
    struct value *list = entry.list;
    if (to && to->kind == VALUE_TEXT) {
        TRY(draft_find_entry(ctx, draft, to->text, &target));
        bool fits = (entry.letter == 'f' && target.letter == 'a') || (entry.letter == 'm' && target.letter == 'f');
        if (!fits)
            return draft_refuse(ctx, "draft.move_target", to->text);
        if (entry.letter == 'm')
            list = draft_child(target.value, "measures");
    } else if (to && entry.letter != 'f') {
        return draft_refuse(ctx, "draft.move_target", STR_EMPTY);
    }
    if (before_id.n > 0) {
        TRY(draft_find_entry(ctx, draft, before_id, &before));
        if (before.list != list || before.value == entry.value)
            return draft_refuse(ctx, "draft.move_before", before_id);
    } else if (!to) {
        return draft_refuse(ctx, "draft.move_nowhere", value_get_text(op, "id"));
    }
    if (entry.letter == 'f' && to) {
        if (target.value)
            draft_set_text(ctx->arena, entry.value, "aspect", value_get_text(target.value, "id"));
        else
            draft_set_null(ctx->arena, entry.value, "aspect");
    }
    draft_unlink(entry.list, entry.value);
    draft_link(list, entry.value, before.value);
    return RC_OK;
}

static void add_dropped(struct arena *arena, struct value *draft, int64_t n, struct str reason)
{
    struct value *gone = value_add_map(arena, draft_child(draft, "dropped"));
    value_put_int(arena, gone, "n", n);
    value_put_text(arena, gone, "reason", reason);
}

static enum rc apply_drop(struct ctx *ctx, struct value *draft, const struct value *op)
{
    struct str reason = str_trim(value_get_text(op, "reason")), id = value_get_text(op, "id");
    if (reason.n == 0)
        return draft_refuse(ctx, "draft.drop_reason", id);
    reason = arena_copy_str(ctx->arena, reason);
    if (id.n == 0) {
        int64_t n = value_get_int(op, "paragraph", 0);
        struct value *paragraph = draft_find_paragraph(draft, n);
        if (!paragraph)
            return ctx_fail_format(ctx, RC_INVALID, "draft.unknown_paragraph", "%lld", (long long)n);
        if (!str_equal_cstr(value_get_text(paragraph, "state"), "unplaced"))
            return ctx_fail_format(ctx, RC_INVALID, "draft.paragraph_used", "%lld", (long long)n);
        add_dropped(ctx->arena, draft, n, reason);
        return RC_OK;
    }
    struct draft_entry entry;
    TRY(draft_find_entry(ctx, draft, id, &entry));
    struct value *freed = value_new_list(ctx->arena);
    draft_gather_paragraphs(ctx->arena, entry.value, freed);
    draft_unlink(entry.list, entry.value);
    if (entry.letter == 'a')
        draft_repoint_aspect(ctx->arena, draft, id, STR_EMPTY);
    /* Those that something else still uses stay used: draft_refresh looks at users first. */
    VALUE_EACH (n, freed)
        add_dropped(ctx->arena, draft, n->integer, reason);
    return RC_OK;
}

/* A new entry of the kind that `as` names goes into the draft; *ret is it. */
enum rc draft_put_new(struct ctx *ctx, struct value *draft, struct str as, struct str to, struct str title,
                      struct str body, struct value **ret)
{
    struct arena *arena = ctx->arena;
    bool is_long_term = str_equal_cstr(as, "long_term");
    struct draft_entry target = {0};
    if (to.n > 0)
        TRY(draft_find_entry(ctx, draft, to, &target));
    if (str_equal_cstr(as, "measure")) {
        if (target.letter != 'f')
            return draft_refuse(ctx, "draft.measure_needs_finding", to);
        struct str text = draft_join_lines(arena, title, body);
        *ret = draft_new_entry(arena, draft, 'm', text, STR_EMPTY);
        value_set(*ret, STR("phase"), value_copy(arena, value_get(target.value, "phase")));
        value_add(draft_child(target.value, "measures"), *ret);
        return RC_OK;
    }
    if (str_equal_cstr(as, "finding") || is_long_term) {
        if (to.n > 0 && target.letter != 'a')
            return draft_refuse(ctx, "draft.move_target", to);
        *ret = draft_new_entry(arena, draft, 'f', title, body);
        if (is_long_term)
            draft_set_text(arena, *ret, "phase", STR("long_term"));
        if (to.n > 0)
            draft_set_text(arena, *ret, "aspect", value_get_text(target.value, "id"));
        value_add(draft_child(draft, "findings"), *ret);
        return RC_OK;
    }
    bool is_aspect = str_equal_cstr(as, "aspect"), is_note = str_equal_cstr(as, "note");
    if ((!is_aspect && !is_note) || to.n > 0)
        return draft_refuse(ctx, "draft.unknown_kind", as);
    *ret = draft_new_entry(arena, draft, is_aspect ? 'a' : 'n', title, body);
    if (is_aspect && body.n > 0)
        value_put_text(arena, *ret, "body", body);
    value_add(draft_child(draft, is_aspect ? "aspects" : "notes"), *ret);
    return RC_OK;
}

static enum rc apply_place(struct ctx *ctx, struct value *draft, const struct value *op)
{
    int64_t n = value_get_int(op, "paragraph", 0);
    struct value *paragraph = draft_find_paragraph(draft, n), *fresh = NULL;
    struct str as = value_get_text(op, "as");
    if (!paragraph)
        return ctx_fail_format(ctx, RC_INVALID, "draft.unknown_paragraph", "%lld", (long long)n);
    if (str_equal_cstr(value_get_text(paragraph, "state"), "used"))
        return ctx_fail_format(ctx, RC_INVALID, "draft.paragraph_used", "%lld", (long long)n);
    struct str text = draft_trim(value_get_text(paragraph, "text"));
    TRY(draft_put_new(ctx, draft, as, arena_copy_str(ctx->arena, value_get_text(op, "to")), text, STR_EMPTY, &fresh));
    if (str_equal_cstr(as, "measure")) {
        value_set(fresh, STR("paragraph"), value_new_int(ctx->arena, n));
        value_set(fresh, STR("from"), value_new_int(ctx->arena, 0));
        value_set(fresh, STR("to"), value_new_int(ctx->arena, (int64_t)value_get_text(paragraph, "raw").n));
        return RC_OK;
    }
    if (!str_equal_cstr(as, "aspect"))
        draft_set_words(ctx->arena, fresh, text);
    draft_add_number(ctx->arena, draft_paragraph_list(ctx->arena, fresh), n);
    return RC_OK;
}

static enum rc apply_add(struct ctx *ctx, struct value *draft, const struct value *op)
{
    struct str title = arena_copy_str(ctx->arena, str_trim(value_get_text(op, "title")));
    struct str body = arena_copy_str(ctx->arena, str_trim(value_get_text(op, "body")));
    struct value *fresh = NULL;
    if (title.n == 0)
        return draft_refuse(ctx, "draft.title_missing", STR_EMPTY);
    return draft_put_new(ctx, draft, value_get_text(op, "as"), arena_copy_str(ctx->arena, value_get_text(op, "to")),
                         title, body, &fresh);
}

enum rc draft_apply(struct ctx *ctx, struct value *draft, const struct value *op)
{
    static const struct {
        const char *name;
        enum rc (*apply)(struct ctx *ctx, struct value *draft, const struct value *op);
    } ops[] = {{"merge", apply_merge}, {"split", apply_split}, {"retype", draft_apply_retype}, {"move", apply_move},
               {"drop", apply_drop},   {"place", apply_place}, {"edit", draft_apply_edit},     {"add", apply_add}};
    struct str name = value_get_text(op, "op");
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (!str_equal_cstr(name, ops[i].name))
            continue;
        struct value *copy = value_copy(ctx->arena, draft);
        if (!copy)
            return arena_rc(ctx->arena);
        TRY(ops[i].apply(ctx, copy, op));
        draft_refresh(ctx->arena, copy);
        TRY(arena_rc(ctx->arena));
        draft->items = copy->items;
        return RC_OK;
    }
    return draft_refuse(ctx, "draft.unknown_op", name);
}
