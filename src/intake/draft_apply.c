/* draft_apply.c: the changes that a person makes to a draft, as pure functions.
 *
 * The change is made to a copy; only a change that succeeded reaches the caller's draft.
 */
#include "intake/draft_parts.h"

static const struct {
    const char *list;
    char letter;
} entry_lists[] = {{"parts", 'p'}, {"aspects", 'a'}, {"findings", 'f'}, {"next_steps", 's'}, {"notes", 'n'}};

enum rc draft_refuse(struct ctx *ctx, const char *key, struct str arg)
{
    return ctx_fail_format(ctx, RC_INVALID, key, "%.*s", STR_ARG(arg));
}

static struct value *find_in(struct value *list, struct str id)
{
    for (struct value *at = list ? list->items.first : NULL; at; at = at->next)
        if (str_equal(value_get_text(at, "id"), id))
            return at;
    return NULL;
}

enum rc draft_find_entry(struct ctx *ctx, struct value *draft, struct str id, struct draft_entry *ret)
{
    for (size_t i = 0; i < sizeof entry_lists / sizeof *entry_lists && id.n > 0; i++) {
        struct value *list = draft_child(draft, entry_lists[i].list);
        struct value *found = find_in(list, id);
        if (found) {
            *ret = (struct draft_entry){.list = list, .value = found, .letter = entry_lists[i].letter};
            return RC_OK;
        }
    }
    struct value *findings = draft_child(draft, "findings");
    for (struct value *finding = findings ? findings->items.first : NULL; finding; finding = finding->next) {
        struct value *list = draft_child(finding, "measures");
        struct value *found = find_in(list, id);
        if (found) {
            *ret = (struct draft_entry){.list = list, .value = found, .finding = finding, .letter = 'm'};
            return RC_OK;
        }
    }
    return draft_refuse(ctx, "draft.unknown_id", id);
}

static void unlink_child(struct value *list, struct value *child)
{
    struct value *before = NULL;
    for (struct value *at = list->items.first; at; before = at, at = at->next) {
        if (at != child)
            continue;
        if (before)
            before->next = at->next;
        else
            list->items.first = at->next;
        if (list->items.last == at)
            list->items.last = before;
        list->items.n--;
        at->next = NULL;
        return;
    }
}

/* Before `before`, or last when it is NULL. */
static void link_child(struct value *list, struct value *child, struct value *before)
{
    if (!list || !child)
        return;
    if (!before) {
        value_add(list, child);
        return;
    }
    child->next = before;
    list->items.n++;
    if (list->items.first == before) {
        list->items.first = child;
        return;
    }
    for (struct value *at = list->items.first; at; at = at->next)
        if (at->next == before) {
            at->next = child;
            return;
        }
}

void draft_set_text(struct arena *arena, struct value *map, const char *key, struct str text)
{
    value_set(map, str_from_cstr(key), value_new_text(arena, text));
}

void draft_set_null(struct arena *arena, struct value *map, const char *key)
{
    struct value *null = value_new_text(arena, STR_EMPTY);
    if (null)
        null->kind = VALUE_NULL;
    value_set(map, str_from_cstr(key), null);
}

static struct str join_lines(struct arena *arena, struct str a, struct str b)
{
    if (a.n == 0 || b.n == 0)
        return a.n ? a : b;
    return arena_concat(arena, arena_concat(arena, a, STR("\n")), b);
}

static bool holds(const struct value *list, int64_t n)
{
    VALUE_EACH (child, list)
        if (child->kind == VALUE_INT && child->integer == n)
            return true;
    return false;
}

static void add_number(struct arena *arena, struct value *list, int64_t n)
{
    if (list && n > 0 && !holds(list, n))
        value_add_int(arena, list, n);
}

static struct value *paragraph_list(struct arena *arena, struct value *map)
{
    struct value *list = draft_child(map, "paragraphs");
    return list ? list : value_put_list(arena, map, "paragraphs");
}

/* Every paragraph that an entry stands for, its measures' too. */
static void gather_paragraphs(struct arena *arena, const struct value *from, struct value *to)
{
    VALUE_EACH (n, value_get(from, "paragraphs"))
        add_number(arena, to, n->integer);
    add_number(arena, to, value_get_int(from, "paragraph", 0));
    VALUE_EACH (measure, value_get(from, "measures"))
        gather_paragraphs(arena, measure, to);
}

static struct value *find_paragraph(struct value *draft, int64_t n)
{
    struct value *list = draft_child(draft, "paragraphs");
    for (struct value *at = list ? list->items.first : NULL; at; at = at->next)
        if (value_get_int(at, "n", 0) == n)
            return at;
    return NULL;
}

void draft_set_phase(struct arena *arena, struct value *map, struct str phase)
{
    draft_set_text(arena, map, "phase", phase);
    struct value *measures = draft_child(map, "measures");
    for (struct value *at = measures ? measures->items.first : NULL; at; at = at->next)
        draft_set_text(arena, at, "phase", phase);
}

static void repoint_aspect(struct arena *arena, struct value *draft, struct str from, struct str to)
{
    struct value *findings = draft_child(draft, "findings");
    for (struct value *at = findings ? findings->items.first : NULL; at; at = at->next) {
        if (!str_equal(value_get_text(at, "aspect"), from))
            continue;
        if (to.n > 0)
            draft_set_text(arena, at, "aspect", to);
        else
            draft_set_null(arena, at, "aspect");
    }
}

/* The other entry's words, paragraphs, measures and figures go into `into`. */
static void absorb(struct arena *arena, struct value *draft, const struct draft_entry *into,
                   const struct draft_entry *other)
{
    struct value *target = into->value, *gone = other->value;
    unlink_child(other->list, gone);
    gather_paragraphs(arena, gone, paragraph_list(arena, target));
    if (into->letter == 'm') {
        draft_set_text(arena, target, "text",
                       join_lines(arena, value_get_text(target, "text"), value_get_text(gone, "text")));
        return;
    }
    struct str words = join_lines(arena, value_get_text(gone, "title"), value_get_text(gone, "body"));
    draft_set_text(arena, target, "body", join_lines(arena, value_get_text(target, "body"), words));
    if (into->letter == 'a')
        repoint_aspect(arena, draft, value_get_text(gone, "id"), value_get_text(target, "id"));
    static const char *const lists[] = {"measures", "figures", NULL};
    for (int i = 0; lists[i]; i++) {
        struct value *to = draft_child(target, lists[i]), *from = draft_child(gone, lists[i]);
        while (to && from && from->items.first) {
            struct value *child = from->items.first;
            unlink_child(from, child);
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

static struct str trim_space(struct str s)
{
    s = str_trim(s);
    while (str_has_prefix(s, STR("\xE3\x80\x80")))
        s = str_trim(str_slice(s, 3, s.n));
    return s;
}

static enum rc split_measure(struct ctx *ctx, struct value *draft, const struct draft_entry *entry, int64_t at)
{
    struct str text = value_get_text(entry->value, "text");
    if (!is_boundary(text, at))
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_place", "%lld", (long long)at);
    struct str head = trim_space(str_slice(text, 0, (size_t)at)),
               tail = trim_space(str_slice(text, (size_t)at, text.n));
    if (head.n == 0 || tail.n == 0)
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_place", "%lld", (long long)at);
    struct value *fresh = value_copy(ctx->arena, entry->value);
    draft_set_text(ctx->arena, entry->value, "text", head);
    draft_set_text(ctx->arena, fresh, "text", tail);
    draft_set_text(ctx->arena, fresh, "no", STR_EMPTY);
    draft_set_text(ctx->arena, fresh, "id", draft_new_id(ctx->arena, draft, 'm'));
    link_child(entry->list, fresh, entry->value->next);
    return RC_OK;
}

/* Title of a new finding: up to the first full stop. */
static void set_title_and_body(struct arena *arena, struct value *map, struct str text)
{
    size_t stop = str_find(text, STR("\xE3\x80\x82"), 0);
    size_t line = str_find_byte(text, '\n', 0);
    size_t end = stop < line ? stop : line;
    end = end == SIZE_MAX ? text.n : end;
    draft_set_text(arena, map, "title", str_slice(text, 0, end));
    size_t skip = end == text.n ? 0 : end == line ? 1 : 3;
    draft_set_text(arena, map, "body", trim_space(str_slice(text, end + skip, text.n)));
}

static enum rc split_finding(struct ctx *ctx, struct value *draft, const struct draft_entry *entry, int64_t n,
                             int64_t at)
{
    struct arena *arena = ctx->arena;
    struct value *all = value_new_list(arena), *paragraph = find_paragraph(draft, n);
    gather_paragraphs(arena, entry->value, all);
    if (!paragraph || !holds(all, n))
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_paragraph", "%lld", (long long)n);
    struct str text = value_get_text(paragraph, "text");
    bool is_first = value_get_int(value_get(entry->value, "span"), "paragraph", 0) == n;
    if ((at != 0 && !is_boundary(text, at)) || (at == 0 && is_first))
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_place", "%lld", (long long)at);
    struct str tail = trim_space(str_slice(text, (size_t)at, text.n));
    if (tail.n == 0)
        return ctx_fail_format(ctx, RC_INVALID, "draft.split_place", "%lld", (long long)at);
    struct value *fresh = draft_new_entry(arena, draft, 'f', STR_EMPTY, STR_EMPTY);
    set_title_and_body(arena, fresh, tail);
    static const char *const kept[] = {"phase", "aspect", "category", "responsible", NULL};
    for (int i = 0; kept[i]; i++)
        value_set(fresh, str_from_cstr(kept[i]), value_copy(arena, value_get(entry->value, kept[i])));
    /* Pieces behind the cut go with the new finding: by place, a measure of the cut paragraph by its words. */
    struct value *stays = value_new_list(arena), *goes = paragraph_list(arena, fresh);
    add_number(arena, goes, n);
    VALUE_EACH (own, value_get(entry->value, "paragraphs"))
        if (own->integer < n || (own->integer == n && at > 0))
            add_number(arena, stays, own->integer);
        else
            add_number(arena, goes, own->integer);
    value_set(entry->value, STR("paragraphs"), stays);
    struct value *from = draft_child(entry->value, "measures"), *to = draft_child(fresh, "measures");
    for (struct value *measure = from ? from->items.first : NULL, *next = NULL; measure; measure = next) {
        next = measure->next;
        int64_t place = value_get_int(measure, "paragraph", 0);
        size_t found = place == n ? str_find(text, value_get_text(measure, "text"), (size_t)at) : SIZE_MAX;
        if (place > n || found != SIZE_MAX) {
            unlink_child(from, measure);
            value_add(to, measure);
        }
    }
    struct str body = value_get_text(entry->value, "body");
    size_t cut = str_find(body, tail, 0);
    if (cut != SIZE_MAX)
        draft_set_text(arena, entry->value, "body", trim_space(str_slice(body, 0, cut)));
    link_child(entry->list, fresh, entry->value->next);
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
    unlink_child(entry.list, entry.value);
    link_child(list, entry.value, before.value);
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
        struct value *paragraph = find_paragraph(draft, n);
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
    gather_paragraphs(ctx->arena, entry.value, freed);
    unlink_child(entry.list, entry.value);
    if (entry.letter == 'a')
        repoint_aspect(ctx->arena, draft, id, STR_EMPTY);
    /* Those that something else still uses stay used: draft_refresh looks at users first. */
    VALUE_EACH (n, freed)
        add_dropped(ctx->arena, draft, n->integer, reason);
    return RC_OK;
}

/* A new entry of the kind that `as` names goes into the draft; *ret is it. */
static enum rc put_new(struct ctx *ctx, struct value *draft, struct str as, struct str to, struct str title,
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
        struct str text = join_lines(arena, title, body);
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
    struct value *paragraph = find_paragraph(draft, n), *fresh = NULL;
    struct str as = value_get_text(op, "as");
    if (!paragraph)
        return ctx_fail_format(ctx, RC_INVALID, "draft.unknown_paragraph", "%lld", (long long)n);
    if (str_equal_cstr(value_get_text(paragraph, "state"), "used"))
        return ctx_fail_format(ctx, RC_INVALID, "draft.paragraph_used", "%lld", (long long)n);
    struct str text = trim_space(value_get_text(paragraph, "text"));
    TRY(put_new(ctx, draft, as, arena_copy_str(ctx->arena, value_get_text(op, "to")), text, STR_EMPTY, &fresh));
    if (str_equal_cstr(as, "measure")) {
        value_set(fresh, STR("paragraph"), value_new_int(ctx->arena, n));
        value_set(fresh, STR("from"), value_new_int(ctx->arena, 0));
        value_set(fresh, STR("to"), value_new_int(ctx->arena, (int64_t)value_get_text(paragraph, "raw").n));
        return RC_OK;
    }
    if (!str_equal_cstr(as, "aspect"))
        set_title_and_body(ctx->arena, fresh, text);
    add_number(ctx->arena, paragraph_list(ctx->arena, fresh), n);
    return RC_OK;
}

static enum rc apply_add(struct ctx *ctx, struct value *draft, const struct value *op)
{
    struct str title = arena_copy_str(ctx->arena, str_trim(value_get_text(op, "title")));
    struct str body = arena_copy_str(ctx->arena, str_trim(value_get_text(op, "body")));
    struct value *fresh = NULL;
    if (title.n == 0)
        return draft_refuse(ctx, "draft.title_missing", STR_EMPTY);
    return put_new(ctx, draft, value_get_text(op, "as"), arena_copy_str(ctx->arena, value_get_text(op, "to")), title,
                   body, &fresh);
}

/* The finding that a measure falls to when its entry had none: the one before it in the same list. */
static struct value *finding_before(const struct draft_entry *entry)
{
    struct value *before = NULL;
    for (struct value *at = entry->list->items.first; at && at != entry->value; at = at->next)
        before = at;
    return before;
}

static struct str words_of(struct arena *arena, const struct draft_entry *entry)
{
    if (entry->letter == 'm')
        return value_get_text(entry->value, "text");
    return join_lines(arena, value_get_text(entry->value, "title"), value_get_text(entry->value, "body"));
}

/* Measures of an entry that is no finding any more: marked ones become findings, derived ones were its own words. */
static void free_measures(struct arena *arena, struct value *draft, const struct draft_entry *entry, struct str aspect)
{
    struct value *measures = draft_child(entry->value, "measures"), *findings = draft_child(draft, "findings");
    for (struct value *at = measures ? measures->items.first : NULL; at; at = at->next) {
        if (value_get_bool(at, "derived"))
            continue;
        struct value *finding = draft_new_entry(arena, draft, 'f', STR_EMPTY, STR_EMPTY);
        set_title_and_body(arena, finding, value_get_text(at, "text"));
        draft_set_text(arena, finding, "no", value_get_text(at, "no"));
        if (aspect.n > 0)
            draft_set_text(arena, finding, "aspect", aspect);
        gather_paragraphs(arena, at, paragraph_list(arena, finding));
        link_child(findings, finding, entry->value);
    }
}

static enum rc retype_to_measure(struct ctx *ctx, struct value *draft, const struct draft_entry *entry,
                                 struct value *finding)
{
    struct arena *arena = ctx->arena;
    struct value *measures = draft_child(finding, "measures");
    struct value *fresh = draft_new_entry(arena, draft, 'm', words_of(arena, entry), STR_EMPTY);
    draft_set_text(arena, fresh, "no", value_get_text(entry->value, "no"));
    value_set(fresh, STR("phase"), value_copy(arena, value_get(finding, "phase")));
    value_add(measures, fresh);
    VALUE_EACH (n, value_get(entry->value, "paragraphs")) {
        if (value_is_null(value_get(fresh, "paragraph")))
            value_set(fresh, STR("paragraph"), value_new_int(arena, n->integer));
        add_number(arena, paragraph_list(arena, fresh), n->integer);
    }
    struct value *own = draft_child(entry->value, "measures");
    while (own && own->items.first) {
        struct value *child = own->items.first;
        unlink_child(own, child);
        if (!value_get_bool(child, "derived"))
            value_add(measures, child);
    }
    return RC_OK;
}

/* The words of an entry for what it becomes. */
static void copy_words(struct arena *arena, struct value *fresh, const struct draft_entry *entry, bool to_aspect)
{
    draft_set_text(arena, fresh, "no", value_get_text(entry->value, "no"));
    if (entry->letter == 'm') {
        set_title_and_body(arena, fresh, value_get_text(entry->value, "text"));
        return;
    }
    draft_set_text(arena, fresh, "title", value_get_text(entry->value, "title"));
    if (!to_aspect || value_get_text(entry->value, "body").n > 0)
        draft_set_text(arena, fresh, "body", value_get_text(entry->value, "body"));
}

/* Its paragraphs, with those of measures that do not live on by themselves. */
static void copy_paragraphs(struct arena *arena, struct value *fresh, const struct draft_entry *entry, bool to_note)
{
    struct value *list = paragraph_list(arena, fresh);
    VALUE_EACH (n, value_get(entry->value, "paragraphs"))
        add_number(arena, list, n->integer);
    add_number(arena, list, value_get_int(entry->value, "paragraph", 0));
    VALUE_EACH (measure, value_get(entry->value, "measures"))
        if (value_get_bool(measure, "derived") || to_note)
            gather_paragraphs(arena, measure, list);
}

static enum rc retype_to_new(struct ctx *ctx, struct value *draft, const struct draft_entry *entry, struct str to)
{
    struct arena *arena = ctx->arena;
    struct value *fresh = NULL, *findings = draft_child(draft, "findings");
    TRY(put_new(ctx, draft, to, STR_EMPTY, STR_EMPTY, STR_EMPTY, &fresh));
    bool to_aspect = str_equal_cstr(to, "aspect"), to_note = str_equal_cstr(to, "note");
    bool to_finding = str_equal_cstr(to, "finding") || str_equal_cstr(to, "long_term");
    copy_words(arena, fresh, entry, to_aspect);
    copy_paragraphs(arena, fresh, entry, to_note);
    if (to_finding && entry->finding && entry->letter == 'm') {
        value_set(fresh, STR("aspect"), value_copy(arena, value_get(entry->finding, "aspect")));
        unlink_child(findings, fresh);
        link_child(findings, fresh, entry->finding->next);
    }
    if (to_aspect && entry->letter == 'f')
        free_measures(arena, draft, entry, value_get_text(fresh, "id"));
    if (to_note && entry->letter == 'f')
        VALUE_EACH (measure, value_get(entry->value, "measures"))
            if (!value_get_bool(measure, "derived"))
                draft_set_text(arena, fresh, "body",
                               join_lines(arena, value_get_text(fresh, "body"), value_get_text(measure, "text")));
    if (entry->letter == 'a')
        repoint_aspect(arena, draft, value_get_text(entry->value, "id"),
                       to_aspect ? value_get_text(fresh, "id") : STR_EMPTY);
    unlink_child(entry->list, entry->value);
    return RC_OK;
}

static enum rc apply_retype(struct ctx *ctx, struct value *draft, const struct value *op)
{
    struct arena *arena = ctx->arena;
    struct draft_entry entry;
    struct str id = value_get_text(op, "id"), to = value_get_text(op, "to");
    TRY(draft_find_entry(ctx, draft, id, &entry));
    bool is_finding = str_equal_cstr(to, "finding"), is_long_term = str_equal_cstr(to, "long_term");
    if (entry.letter == 'p')
        return draft_refuse(ctx, "draft.retype_part", id);
    if (entry.letter == 'f' && (is_finding || is_long_term)) {
        draft_set_phase(arena, entry.value, is_finding ? STR("concentrated") : STR("long_term"));
        return RC_OK;
    }
    if (!str_equal_cstr(to, "measure"))
        return retype_to_new(ctx, draft, &entry, to);
    struct value *finding = entry.letter == 'f' ? finding_before(&entry) : NULL;
    struct value *findings = draft_child(draft, "findings");
    if (entry.letter == 'm')
        return draft_refuse(ctx, "draft.retype_same", id);
    if (entry.letter != 'f' && findings)
        finding = findings->items.last;
    if (!finding)
        return draft_refuse(ctx, "draft.measure_needs_finding", id);
    TRY(retype_to_measure(ctx, draft, &entry, finding));
    if (entry.letter == 'a')
        repoint_aspect(arena, draft, id, STR_EMPTY);
    unlink_child(entry.list, entry.value);
    return RC_OK;
}

enum rc draft_apply(struct ctx *ctx, struct value *draft, const struct value *op)
{
    static const struct {
        const char *name;
        enum rc (*apply)(struct ctx *ctx, struct value *draft, const struct value *op);
    } ops[] = {{"merge", apply_merge}, {"split", apply_split}, {"retype", apply_retype},   {"move", apply_move},
               {"drop", apply_drop},   {"place", apply_place}, {"edit", draft_apply_edit}, {"add", apply_add}};
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
