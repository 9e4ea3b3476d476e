/* page_spread.c: see page_spread.h. */
#include "serve/page_spread.h"

#include "base/clock.h"
#include "base/map.h"
#include "serve/typed_form.h"

enum { DEPTH_MAX = 20 };

void spread_put_tabs(struct page *page, const char *current)
{
    static const struct {
        const char *key, *href, *label;
        enum perm perm;
    } rows[] = {
        {"sweeps", "/sweeps", "sweep.list", PERM_TASK_READ},
        {"answers", "/answers", "answer.list", PERM_TASK_READ},
        {"rules", "/rules", "rule.list", PERM_TASK_READ},
        {"assessments", "/assessments", "assessment.list", PERM_TASK_READ},
    };
    struct arena *arena = page->ctx.arena;
    struct value *tabs = value_put_list(arena, page->view, "tabs");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!page_can(page, rows[i].perm))
            continue;
        struct value *tab = value_add_map(arena, tabs);
        value_put_text(arena, tab, "href", str_from_cstr(rows[i].href));
        value_put_text(arena, tab, "label", page_text(page, rows[i].label));
        value_put_bool(arena, tab, "is_current", str_equal_cstr(str_from_cstr(current), rows[i].key));
    }
}

struct str spread_words(struct page *page, const char *prefix, struct str value)
{
    return page_text(page, arena_format(page->ctx.arena, "%s.%.*s", prefix, STR_ARG(value)).p);
}

struct str spread_href(struct page *page, const char *noun, int64_t id)
{
    return arena_format(page->ctx.arena, "/%s/%lld", noun, (long long)id);
}

struct str spread_today(struct page *page) { return date_text(page->ctx.arena, clock_today()); }

void spread_add_figure(struct page *page, struct value *list, const char *label, int64_t n, struct str href,
                       const char *status)
{
    struct arena *arena = page->ctx.arena;
    struct value *figure = value_add_map(arena, list);
    value_put_text(arena, figure, "label", page_text(page, label));
    value_put_int(arena, figure, "value", n);
    value_put_text(arena, figure, "href", href);
    value_put_text(arena, figure, "status", str_from_cstr(n ? status : ""));
}

static void mark_selected(struct arena *arena, struct value *option)
{
    struct value *yes = ARENA_NEW(arena, struct value);
    if (!yes)
        return;
    *yes = (struct value){.kind = VALUE_BOOL, .boolean = true};
    value_set(option, STR("selected"), yes);
}

enum rc spread_put_units(struct page *page, struct value *field, enum perm perm, bool has_none)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_UNIT_OPTIONS);
    struct value *rows;
    actor_bind_scope(st, &page->actor, perm);
    TRY(db_rows(&page->ctx, st, &rows));
    if (has_none)
        typed_form_option(page, field, STR(""), page_text(page, "form.choose"));
    size_t count = 0;
    struct str name = field->key, *typed = NULL;
    if (page->form) /* of a field with several choices all come back */
        typed = form_texts(arena, page->form->fields, arena_copy_cstr(arena, name), &count);
    VALUE_EACH (row, rows) {
        struct str id = arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0));
        typed_form_option(page, field, id, value_get_text(row, "name"));
        struct value *options = (struct value *)value_get(field, "options");
        for (size_t i = 0; options && i < count; i++)
            if (str_equal(typed[i], id))
                mark_selected(arena, options->items.last);
    }
    if (!value_get(field, "options"))
        value_put_list(arena, field, "options");
    return RC_OK;
}

void spread_put_pager(struct page *page, const struct value *rows, size_t full, const char *path, struct str query)
{
    struct arena *arena = page->ctx.arena;
    struct value *pager = value_put_map(arena, page->view, "pager");
    const struct value *last = rows->items.last;
    bool is_more = value_count(rows) >= full && last;
    value_put_null(arena, pager, "total");
    value_put_text(arena, pager, "previous_href",
                   page_param_int(page, "before", 0)
                       ? arena_format(arena, "%s%s%.*s", path, query.n ? "?" : "", STR_ARG(query))
                       : STR(""));
    value_put_text(arena, pager, "next_href",
                   is_more ? arena_format(arena, "%s?%.*s%sbefore=%lld", path, STR_ARG(query), query.n ? "&" : "",
                                          (long long)value_get_int(last, "id", 0))
                           : STR(""));
}

/* ---- the map of units --------------------------------------------------------------------------------------- */

struct node {
    const struct value *row;
    struct node *parent, *first, *last, *next;
    bool is_shown;
};

static void put_nodes(struct page *page, struct value *list, const struct node *first, int depth)
{
    static const char *const keys[] = {"name", "href", "status", "status_label"};
    struct arena *arena = page->ctx.arena;
    for (const struct node *node = first; node && depth < DEPTH_MAX; node = node->next) {
        if (!node->is_shown)
            continue;
        struct value *item = value_add_map(arena, list);
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
            value_put_text(arena, item, keys[i], value_get_text(node->row, keys[i]));
        value_put_bool(arena, item, "is_asked", value_get_bool(node->row, "is_asked"));
        struct value *children = value_put_list(arena, item, "children");
        put_nodes(page, children, node->first, depth + 1);
        value_put_bool(arena, item, "has_children", value_count(children) > 0);
    }
}

enum rc spread_put_map(struct page *page, const struct value *rows)
{
    struct arena *arena = page->ctx.arena;
    struct map by_id;
    struct node *nodes = ARENA_NEW_ARRAY(arena, struct node, value_count(rows) + 1), root = {0};
    size_t n = 0;
    map_init(&by_id, arena);
    TRY(arena_rc(arena));
    VALUE_EACH (row, rows) {
        nodes[n].row = row;
        TRY(map_put(&by_id, arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0)), &nodes[n++]));
    }
    for (size_t i = 0; i < n; i++) { /* units whose parent is not in sight are roots of what one sees */
        int64_t parent_id = value_get_int(nodes[i].row, "parent_id", 0);
        struct node *parent = parent_id ? map_get(&by_id, arena_format(arena, "%lld", (long long)parent_id)) : NULL;
        nodes[i].parent = parent;
        parent = parent ? parent : &root;
        if (parent->last)
            parent->last->next = &nodes[i];
        else
            parent->first = &nodes[i];
        parent->last = &nodes[i];
    }
    for (size_t i = 0; i < n; i++) {
        struct node *up = value_get_bool(nodes[i].row, "is_asked") ? &nodes[i] : NULL;
        for (int depth = 0; up && !up->is_shown && depth < DEPTH_MAX; up = up->parent, depth++)
            up->is_shown = true;
    }
    put_nodes(page, value_put_list(arena, page->view, "cover"), root.first, 0);
    return arena_rc(arena);
}
