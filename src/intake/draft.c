/* draft.c: what the entries of a draft look like, and which paragraph is used by which. */
#include "intake/draft_parts.h"

#include "base/map.h"

struct value *draft_child(struct value *map, const char *key)
{
    if (!map || map->kind != VALUE_MAP)
        return NULL;
    for (struct value *child = map->items.first; child; child = child->next)
        if (str_equal_cstr(child->key, key))
            return child;
    return NULL;
}

struct str draft_new_id(struct arena *arena, struct value *draft, char letter)
{
    int64_t next = value_get_int(draft, "next", 1);
    value_set(draft, STR("next"), value_new_int(arena, next + 1));
    return arena_format(arena, "%c%lld", letter, (long long)next);
}

struct value *draft_new_entry(struct arena *arena, struct value *draft, char letter, struct str title, struct str body)
{
    struct value *entry = value_new_map(arena);
    value_put_text(arena, entry, "id", draft_new_id(arena, draft, letter));
    if (letter == 'm') {
        value_put_text(arena, entry, "no", STR_EMPTY);
        value_put_text(arena, entry, "text", title);
        value_put_bool(arena, entry, "derived", false);
        value_put_text(arena, entry, "phase", STR("concentrated"));
        value_put_null(arena, entry, "due");
        value_put_null(arena, entry, "due_text");
        value_put_null(arena, entry, "lead");
        value_put_null(arena, entry, "paragraph");
        value_put_null(arena, entry, "from");
        value_put_null(arena, entry, "to");
        return entry;
    }
    value_put_text(arena, entry, "no", STR_EMPTY);
    value_put_text(arena, entry, "title", title);
    if (letter == 'a') {
        value_put_text(arena, entry, "phase", STR("concentrated"));
        value_put_list(arena, entry, "paragraphs");
        return entry;
    }
    value_put_text(arena, entry, "body", body);
    if (letter == 'n')
        value_put_text(arena, entry, "role", STR("note"));
    if (letter == 'f') {
        static const char *const empties[] = {"aspect", "quoted",      "category",    "status_stated", "status",
                                              "due",    "due_text",    "responsible", "leader",        "type",
                                              "basis",  "amount_text", "amount_fen",  "span",          NULL};
        value_put_text(arena, entry, "phase", STR("concentrated"));
        for (int i = 0; empties[i]; i++)
            value_put_null(arena, entry, empties[i]);
    }
    value_put_list(arena, entry, "paragraphs");
    if (letter == 'f') {
        value_put_list(arena, entry, "measures");
        value_put_list(arena, entry, "figures");
    }
    return entry;
}

struct users {
    struct arena *arena;
    struct value **lists; /* per paragraph: ids, or NULL */
    size_t count;
};

static void use(struct users *users, int64_t n, struct str id)
{
    if (n < 1 || (size_t)n > users->count)
        return;
    struct value **list = &users->lists[n - 1];
    if (!*list)
        *list = value_new_list(users->arena);
    if (*list && (*list)->items.last && str_equal((*list)->items.last->text, id))
        return;
    value_add_text(users->arena, *list, id);
}

static void use_all(struct users *users, const struct value *entries)
{
    VALUE_EACH (entry, entries) {
        struct str id = value_get_text(entry, "id");
        VALUE_EACH (n, value_get(entry, "paragraphs"))
            use(users, n->integer, id);
        VALUE_EACH (measure, value_get(entry, "measures")) {
            int64_t n = value_get_int(measure, "paragraph", 0);
            use(users, n, value_get_text(measure, "id"));
            VALUE_EACH (more, value_get(measure, "paragraphs"))
                use(users, more->integer, value_get_text(measure, "id"));
        }
    }
}

void draft_refresh(struct arena *arena, struct value *draft)
{
    struct value *paragraphs = draft_child(draft, "paragraphs");
    struct users users = {.arena = arena, .count = value_count(paragraphs)};
    users.lists = ARENA_NEW_ARRAY(arena, struct value *, users.count + 1);
    struct str *reasons = ARENA_NEW_ARRAY(arena, struct str, users.count + 1);
    if (!users.lists || !reasons)
        return;
    static const char *const lists[] = {"parts", "aspects", "findings", "next_steps", "notes", NULL};
    for (int i = 0; lists[i]; i++)
        use_all(&users, value_get(draft, lists[i]));
    VALUE_EACH (gone, value_get(draft, "dropped")) {
        int64_t n = value_get_int(gone, "n", 0);
        if (n >= 1 && (size_t)n <= users.count)
            reasons[n - 1] = value_get_text(gone, "reason");
    }
    struct value *unplaced = value_new_list(arena), *dropped = value_new_list(arena);
    size_t i = 0;
    for (struct value *paragraph = paragraphs ? paragraphs->items.first : NULL; paragraph;
         paragraph = paragraph->next, i++) {
        if (value_get_bool(paragraph, "is_source"))
            use(&users, (int64_t)i + 1, STR("source"));
        bool is_used = users.lists[i] != NULL;
        bool is_dropped = !is_used && reasons[i].n > 0;
        value_set(paragraph, STR("state"),
                  value_new_text(arena, is_used      ? STR("used")
                                        : is_dropped ? STR("dropped")
                                                     : STR("unplaced")));
        value_set(paragraph, STR("used_by"), is_used ? users.lists[i] : value_new_list(arena));
        if (is_dropped) {
            struct value *gone = value_add_map(arena, dropped);
            value_put_int(arena, gone, "n", (int64_t)i + 1);
            value_put_text(arena, gone, "reason", reasons[i]);
        } else if (!is_used) {
            value_add_int(arena, unplaced, (int64_t)i + 1);
        }
    }
    value_set(draft, STR("unplaced"), unplaced);
    value_set(draft, STR("dropped"), dropped);
}
