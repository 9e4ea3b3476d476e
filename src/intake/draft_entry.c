/* draft_entry.c: entries of a draft: found, linked, and what they stand for. */
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

void draft_unlink(struct value *list, struct value *child)
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
void draft_link(struct value *list, struct value *child, struct value *before)
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

struct str draft_join_lines(struct arena *arena, struct str a, struct str b)
{
    if (a.n == 0 || b.n == 0)
        return a.n ? a : b;
    return arena_concat(arena, arena_concat(arena, a, STR("\n")), b);
}

bool draft_holds(const struct value *list, int64_t n)
{
    VALUE_EACH (child, list)
        if (child->kind == VALUE_INT && child->integer == n)
            return true;
    return false;
}

void draft_add_number(struct arena *arena, struct value *list, int64_t n)
{
    if (list && n > 0 && !draft_holds(list, n))
        value_add_int(arena, list, n);
}

struct value *draft_paragraph_list(struct arena *arena, struct value *map)
{
    struct value *list = draft_child(map, "paragraphs");
    return list ? list : value_put_list(arena, map, "paragraphs");
}

/* Every paragraph that an entry stands for, its measures' too. */
void draft_gather_paragraphs(struct arena *arena, const struct value *from, struct value *to)
{
    VALUE_EACH (n, value_get(from, "paragraphs"))
        draft_add_number(arena, to, n->integer);
    draft_add_number(arena, to, value_get_int(from, "paragraph", 0));
    VALUE_EACH (measure, value_get(from, "measures"))
        draft_gather_paragraphs(arena, measure, to);
}

struct value *draft_find_paragraph(struct value *draft, int64_t n)
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

void draft_repoint_aspect(struct arena *arena, struct value *draft, struct str from, struct str to)
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

struct str draft_trim(struct str s)
{
    s = str_trim(s);
    while (str_has_prefix(s, STR("\xE3\x80\x80")))
        s = str_trim(str_slice(s, 3, s.n));
    return s;
}

void draft_set_words(struct arena *arena, struct value *map, struct str text)
{
    size_t stop = str_find(text, STR("\xE3\x80\x82"), 0);
    size_t line = str_find_byte(text, '\n', 0);
    size_t end = stop < line ? stop : line;
    end = end == SIZE_MAX ? text.n : end;
    draft_set_text(arena, map, "title", str_slice(text, 0, end));
    size_t skip = end == text.n ? 0 : end == line ? 1 : 3;
    draft_set_text(arena, map, "body", draft_trim(str_slice(text, end + skip, text.n)));
}
