/* page_map.c: the mind map of a source, on a page and as files.
 *
 * Folding works without script: each sign is a link to the same page with one node turned over (parameter t).
 */
#include "base/clock.h"
#include "publish/mindmap.h"
#include "serve/page_board.h"
#include "serve/pages.h"

enum { SHOWN_MAX = 100, MINI_FROM = 200, TOGGLES_BYTES_MAX = 4000, MAP_BYTES_MAX = 48 * 1024 * 1024, LEVELS = 4 };

static const char kind_letters[MAP_KINDS + 1] = "rgfmt";

struct asked {
    struct map_request request;
    struct str toggles, q;
    int level; /* 1: groups, 2: findings, 3: measures, 4: all */
    bool has_level;
};

static enum rc fail(struct page *page, const char *field)
{
    return ctx_fail_field(&page->ctx, RC_INVALID, "field.not_a_choice", field);
}

static enum rc read_asked(struct page *page, struct asked *ret)
{
    struct board_filter filter;
    *ret = (struct asked){.request = {.lang = page->lang, .today = clock_today()}};
    TRY(board_read_filter(page, &filter));
    ret->request.source_id = filter.source;
    struct str group = page_param_text(page, "group"), colour = page_param_text(page, "colour");
    if (group.n && !map_group_find(group, &ret->request.group))
        return fail(page, "group");
    if (colour.n && !map_colour_find(colour, &ret->request.colour))
        return fail(page, "colour");
    ret->level = (int)page_param_int(page, "level", 0);
    ret->has_level = ret->level >= 1 && ret->level <= LEVELS;
    ret->toggles = page_param_text(page, "t");
    ret->q = str_trim(page_param_text(page, "q"));
    for (size_t i = 0; i < ret->toggles.n; i++) {
        char c = ret->toggles.p[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.')
            return fail(page, "t");
    }
    return ret->toggles.n > TOGGLES_BYTES_MAX ? RC_TOO_LARGE : RC_OK;
}

static struct str key_of(struct arena *arena, const struct map_node *node)
{
    return arena_format(arena, "%c%lld", kind_letters[node->kind], (long long)node->id);
}

static bool is_toggled(struct str toggles, struct str key)
{
    struct str part;
    while (str_split_next(&toggles, '.', &part))
        if (str_equal(part, key))
            return true;
    return false;
}

/* Everything is open when that is little; else down to the level that still can be looked over. */
static void fold(struct page *page, struct asked *asked, struct mindmap *map)
{
    if (!asked->has_level)
        for (asked->level = LEVELS; asked->level > 1; asked->level--) {
            int32_t shown = 0;
            for (int32_t i = 0; i < map->n; i++)
                shown += (int)map->nodes[i].kind <= asked->level;
            if (shown <= SHOWN_MAX)
                break;
        }
    map_fold_from(map, (enum map_kind)asked->level);
    for (int32_t i = 0; i < map->n && asked->toggles.n; i++) {
        struct map_node *node = &map->nodes[i];
        if (node->first >= 0 && is_toggled(asked->toggles, key_of(page->ctx.arena, node)))
            node->is_folded = !node->is_folded;
    }
}

static int32_t search(struct asked *asked, struct mindmap *map)
{
    int32_t found = 0;
    for (int32_t i = 0; i < map->n && asked->q.n; i++) {
        struct map_node *node = &map->nodes[i];
        if (str_find(node->title, asked->q, 0) == SIZE_MAX && str_find(node->sub, asked->q, 0) == SIZE_MAX)
            continue;
        node->is_found = true;
        found++;
        for (int32_t up = node->parent; up >= 0; up = map->nodes[up].parent)
            map->nodes[up].is_folded = false;
    }
    return found;
}

struct folding {
    struct page *page;
    struct asked *asked;
};

static void add_address(const struct asked *asked, struct str toggles, struct buf *out)
{
    buf_add_format(out, "?source=%lld&group=%s&colour=%s&level=%d", (long long)asked->request.source_id,
                   map_group_name(asked->request.group), map_colour_name(asked->request.colour), asked->level);
    if (toggles.n)
        buf_add_format(out, "&t=%.*s", STR_ARG(toggles));
}

static void write_fold_href(void *arg, const struct map_node *node, struct buf *out)
{
    const struct folding *folding = arg;
    struct str key = key_of(folding->page->ctx.arena, node), rest = folding->asked->toggles, part;
    struct buf toggles CLEANUP(buf_done);
    bool was_there = false;
    buf_init(&toggles, TOGGLES_BYTES_MAX + 32);
    while (str_split_next(&rest, '.', &part)) {
        if (str_equal(part, key)) {
            was_there = true;
            continue;
        }
        buf_add_format(&toggles, "%s%.*s", toggles.n ? "." : "", STR_ARG(part));
    }
    if (!was_there)
        buf_add_format(&toggles, "%s%.*s", toggles.n ? "." : "", STR_ARG(key));
    buf_add_cstr(out, "/map");
    add_address(folding->asked, buf_str(&toggles), out);
    buf_add_format(out, "#n-%.*s", STR_ARG(key));
}

/* ---- the page ------------------------------------------------------------------------------------------------ */

static void add_choice(struct page *page, struct value *list, struct str value, struct str label, bool selected)
{
    struct arena *arena = page->ctx.arena;
    struct value *choice = value_add_map(arena, list);
    value_put_text(arena, choice, "value", value);
    value_put_text(arena, choice, "label", label);
    value_put_bool(arena, choice, "selected", selected);
}

static void put_choices(struct page *page, const struct asked *asked)
{
    struct arena *arena = page->ctx.arena;
    struct value *groups = value_put_list(arena, page->view, "groups");
    struct value *colours = value_put_list(arena, page->view, "colours");
    struct value *levels = value_put_list(arena, page->view, "levels");
    for (int i = 0; i < 4; i++) {
        struct str name = str_from_cstr(map_group_name((enum map_group)i));
        add_choice(page, groups, name, page_text(page, arena_format(arena, "map.group.%.*s", STR_ARG(name)).p),
                   (int)asked->request.group == i);
    }
    for (int i = 0; i < 3; i++) {
        struct str name = str_from_cstr(map_colour_name((enum map_colour)i));
        add_choice(page, colours, name, page_text(page, arena_format(arena, "map.colour.%.*s", STR_ARG(name)).p),
                   (int)asked->request.colour == i);
    }
    for (int i = 1; i <= LEVELS; i++)
        add_choice(page, levels, arena_format(arena, "%d", i),
                   page_text(page, arena_format(arena, "map.level.%d", i).p), asked->level == i);
}

static enum rc put_exports(struct page *page, const struct asked *asked)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "exports");
    for (int i = 0; i < MAP_FORMATS; i++) {
        struct buf href CLEANUP(buf_done);
        const char *name = map_format_name((enum map_format)i);
        buf_init(&href, TOGGLES_BYTES_MAX + 400);
        buf_add_format(&href, "/sources/%lld/map/export", (long long)asked->request.source_id);
        add_address(asked, asked->toggles, &href);
        buf_add_format(&href, "&format=%s", name);
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "href", arena_copy_str(arena, buf_str(&href)));
        value_put_text(arena, item, "label", page_text(page, arena_format(arena, "map.format.%s", name).p));
        TRY(buf_rc(&href));
    }
    return RC_OK;
}

static enum rc put_drawing(struct page *page, struct asked *asked, struct mindmap *map)
{
    struct arena *arena = page->ctx.arena;
    struct buf out CLEANUP(buf_done);
    struct folding state = {page, asked};
    struct map_folding folding = {write_fold_href, &state, page_text(page, "map.fold"), page_text(page, "map.unfold")};
    buf_init(&out, MAP_BYTES_MAX);
    TRY(map_draw(map, CANVAS_PAGE, &folding, &out));
    value_put_html(arena, page->view, "drawing", arena_copy_str(arena, buf_str(&out)));
    buf_reset(&out);
    bool has_mini = map->shown > MINI_FROM;
    if (has_mini)
        map_draw_mini(map, &out);
    TRY(buf_rc(&out));
    value_put_html(arena, page->view, "mini", arena_copy_str(arena, buf_str(&out)));
    value_put_bool(arena, page->view, "has_mini", has_mini);
    return RC_OK;
}

/* For programs: the nodes themselves. */
static void put_nodes(struct page *page, const struct mindmap *map)
{
    struct arena *arena = page->ctx.arena;
    static const char *const kinds[] = {"source", "group", "finding", "measure", "task"};
    struct value *list = value_put_list(arena, page->view, "nodes");
    for (int32_t i = 0; i < map->n && page->is_json; i++) {
        const struct map_node *node = &map->nodes[i];
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "kind", str_from_cstr(kinds[node->kind]));
        value_put_int(arena, item, "id", node->id);
        value_put_int(arena, item, "parent", node->parent);
        value_put_text(arena, item, "title", node->title);
        value_put_text(arena, item, "about", node->sub);
    }
}

/* Without a source in the address the newest one is shown. */
static enum rc choose_source(struct page *page, struct asked *asked)
{
    struct board_filter filter = {.source = asked->request.source_id};
    TRY(board_put_filter(page, &filter, 0));
    const struct value *first = value_get(page->view, "sources")->items.first;
    if (asked->request.source_id || !first)
        return RC_OK;
    asked->request.source_id = value_get_int(first, "id", 0);
    value_set((struct value *)first, STR("selected"), NULL);
    value_put_bool(page->ctx.arena, (struct value *)first, "selected", true);
    return RC_OK;
}

enum rc page_map(struct page *page)
{
    struct asked asked;
    struct mindmap map;
    struct arena *arena = page->ctx.arena;
    TRY(read_asked(page, &asked));
    bool is_chosen = asked.request.source_id != 0;
    TRY(choose_source(page, &asked));
    enum rc rc = asked.request.source_id
                     ? map_read(&page->ctx, page->db, &page->actor, PERM_BOARD_READ, &asked.request, &map)
                     : RC_NOT_FOUND;
    if (rc != RC_OK && (rc != RC_NOT_FOUND || is_chosen))
        return rc;
    value_put_bool(arena, page->view, "has_map", rc == RC_OK);
    if (rc != RC_OK)
        return RC_OK;
    fold(page, &asked, &map);
    value_put_int(arena, page->view, "found", search(&asked, &map));
    value_put_text(arena, page->view, "q", asked.q);
    map_layout(&map);
    put_choices(page, &asked);
    TRY(put_exports(page, &asked));
    put_nodes(page, &map);
    value_put_int(arena, page->view, "node_count", map.n);
    value_put_int(arena, page->view, "shown_count", map.shown);
    value_put_text(arena, page->view, "source_no", map.nodes[0].sub);
    return put_drawing(page, &asked, &map);
}

/* ---- files --------------------------------------------------------------------------------------------------- */

enum rc page_map_export(struct page *page)
{
    struct asked asked;
    struct mindmap map;
    enum map_format format;
    struct buf out;
    TRY(read_asked(page, &asked));
    struct str name = page_param_text(page, "format");
    asked.request.source_id = page_param_int(page, "id", 0);
    if (!map_format_find(name.n ? name : STR("svg"), &format))
        return fail(page, "format");
    TRY(map_read(&page->ctx, page->db, &page->actor, PERM_BOARD_READ, &asked.request, &map));
    fold(page, &asked, &map);
    buf_init(&out, MAP_BYTES_MAX);
    enum rc rc = map_write(&map, format, &out);
    if (rc != RC_OK) {
        buf_done(&out);
        return rc;
    }
    http_set_header(page->request, "Content-Type", str_from_cstr(map_format_type(format)));
    http_set_header(page->request, "Content-Disposition",
                    arena_format(page->ctx.arena, "attachment; filename=\"%.*s.%s\"", STR_ARG(map.nodes[0].sub),
                                 map_format_name(format)));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}
