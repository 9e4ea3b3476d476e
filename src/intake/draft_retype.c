/* draft_retype.c: an entry becomes another kind: finding, long-term point, measure, aspect, note. */
#include "intake/draft_parts.h"

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
    return draft_join_lines(arena, value_get_text(entry->value, "title"), value_get_text(entry->value, "body"));
}

/* Measures of an entry that is no finding any more: marked ones become findings, derived ones were its own words. */
static void free_measures(struct arena *arena, struct value *draft, const struct draft_entry *entry, struct str aspect)
{
    struct value *measures = draft_child(entry->value, "measures"), *findings = draft_child(draft, "findings");
    for (struct value *at = measures ? measures->items.first : NULL; at; at = at->next) {
        if (value_get_bool(at, "derived"))
            continue;
        struct value *finding = draft_new_entry(arena, draft, 'f', STR_EMPTY, STR_EMPTY);
        draft_set_words(arena, finding, value_get_text(at, "text"));
        draft_set_text(arena, finding, "no", value_get_text(at, "no"));
        if (aspect.n > 0)
            draft_set_text(arena, finding, "aspect", aspect);
        draft_gather_paragraphs(arena, at, draft_paragraph_list(arena, finding));
        draft_link(findings, finding, entry->value);
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
        draft_add_number(arena, draft_paragraph_list(arena, fresh), n->integer);
    }
    struct value *own = draft_child(entry->value, "measures");
    while (own && own->items.first) {
        struct value *child = own->items.first;
        draft_unlink(own, child);
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
        draft_set_words(arena, fresh, value_get_text(entry->value, "text"));
        return;
    }
    draft_set_text(arena, fresh, "title", value_get_text(entry->value, "title"));
    if (!to_aspect || value_get_text(entry->value, "body").n > 0)
        draft_set_text(arena, fresh, "body", value_get_text(entry->value, "body"));
}

/* Its paragraphs, with those of measures that do not live on by themselves. */
static void copy_paragraphs(struct arena *arena, struct value *fresh, const struct draft_entry *entry, bool to_note)
{
    struct value *list = draft_paragraph_list(arena, fresh);
    VALUE_EACH (n, value_get(entry->value, "paragraphs"))
        draft_add_number(arena, list, n->integer);
    draft_add_number(arena, list, value_get_int(entry->value, "paragraph", 0));
    VALUE_EACH (measure, value_get(entry->value, "measures"))
        if (value_get_bool(measure, "derived") || to_note)
            draft_gather_paragraphs(arena, measure, list);
}

static enum rc retype_to_new(struct ctx *ctx, struct value *draft, const struct draft_entry *entry, struct str to)
{
    struct arena *arena = ctx->arena;
    struct value *fresh = NULL, *findings = draft_child(draft, "findings");
    TRY(draft_put_new(ctx, draft, to, STR_EMPTY, STR_EMPTY, STR_EMPTY, &fresh));
    bool to_aspect = str_equal_cstr(to, "aspect"), to_note = str_equal_cstr(to, "note");
    bool to_finding = str_equal_cstr(to, "finding") || str_equal_cstr(to, "long_term");
    copy_words(arena, fresh, entry, to_aspect);
    copy_paragraphs(arena, fresh, entry, to_note);
    if (to_finding && entry->finding && entry->letter == 'm') {
        value_set(fresh, STR("aspect"), value_copy(arena, value_get(entry->finding, "aspect")));
        draft_unlink(findings, fresh);
        draft_link(findings, fresh, entry->finding->next);
    }
    if (to_aspect && entry->letter == 'f')
        free_measures(arena, draft, entry, value_get_text(fresh, "id"));
    if (to_note && entry->letter == 'f')
        VALUE_EACH (measure, value_get(entry->value, "measures"))
            if (!value_get_bool(measure, "derived"))
                draft_set_text(arena, fresh, "body",
                               draft_join_lines(arena, value_get_text(fresh, "body"), value_get_text(measure, "text")));
    if (entry->letter == 'a')
        draft_repoint_aspect(arena, draft, value_get_text(entry->value, "id"),
                             to_aspect ? value_get_text(fresh, "id") : STR_EMPTY);
    draft_unlink(entry->list, entry->value);
    return RC_OK;
}

enum rc draft_apply_retype(struct ctx *ctx, struct value *draft, const struct value *op)
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
        draft_repoint_aspect(arena, draft, id, STR_EMPTY);
    draft_unlink(entry.list, entry.value);
    return RC_OK;
}
