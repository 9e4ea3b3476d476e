/* page_map.c: the mind map of a source, on a page and as files.
 *
 * Folding works without script: each sign is a link to the same page with one node turned over (parameter t).
 */
#include "base/clock.h"
#include "publish/mindmap.h"
#include "serve/page_board.h"
#include "serve/pages.h"

enum { MINI_FROM = 200, TOGGLES_BYTES_MAX = 4000, MAP_BYTES_MAX = 48 * 1024 * 1024 };

struct asked {
    struct map_request request;
    struct map_view view;
    struct str q, at;
    bool is_narrow;
};

static enum rc fail(struct page *page, const char *field)
{
    return ctx_fail_field(&page->ctx, RC_INVALID, "field.not_a_choice", field);
}

static enum rc read_view(struct page *page, struct asked *asked)
{
    struct map_view *view = &asked->view;
    int64_t level = page_param_int(page, "level", 0);
    view->level = level >= 1 && level <= MAP_LEVELS ? (int)level : 0;
    view->toggles = page_param_text(page, "t");
    asked->q = str_trim(page_param_text(page, "q"));
    asked->at = page_param_text(page, "at");
    asked->is_narrow = page_param_int(page, "narrow", 0) != 0;
    if (asked->at.n && !map_key_find(asked->at, &view->at_kind, &view->at_id))
        return fail(page, "at");
    view->is_whole = page->is_json || asked->q.n; /* what is looked for may be anywhere */
    for (size_t i = 0; i < view->toggles.n; i++) {
        char c = view->toggles.p[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.')
            return fail(page, "t");
    }
    return view->toggles.n > TOGGLES_BYTES_MAX ? RC_TOO_LARGE : RC_OK;
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
    return read_view(page, ret);
}

struct folding {
    struct page *page;
    struct asked *asked;
};

static void add_address(const struct asked *asked, int level, struct str toggles, struct buf *out)
{
    buf_add_format(out, "?source=%lld&group=%s&colour=%s&level=%d", (long long)asked->request.source_id,
                   map_group_name(asked->request.group), map_colour_name(asked->request.colour), level);
    if (toggles.n)
        buf_add_format(out, "&t=%.*s", STR_ARG(toggles));
}

/* What opens a way: turned over branches are turned from there; a narrow map stays narrow. */
static void add_way(const struct asked *asked, struct buf *out)
{
    if (asked->at.n)
        buf_add_format(out, "&at=%.*s", STR_ARG(asked->at));
    if (asked->q.n) {
        buf_add_cstr(out, "&q=");
        url_encode(out, asked->q);
    }
}

static void write_fold_href(void *arg, const struct map_node *node, struct buf *out)
{
    const struct folding *folding = arg;
    struct str key = map_key(folding->page->ctx.arena, node->kind, node->id), rest = folding->asked->view.toggles, part;
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
    add_address(folding->asked, folding->asked->view.level, buf_str(&toggles), out);
    add_way(folding->asked, out);
    if (folding->asked->is_narrow)
        buf_add_cstr(out, "&narrow=1");
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
    for (int i = 1; i <= MAP_LEVELS; i++)
        add_choice(page, levels, arena_format(arena, "%d", i),
                   page_text(page, arena_format(arena, "map.level.%d", i).p), asked->view.level == i);
}

/* Pictures as they are seen; what other programs fold for themselves, and a picture besides, whole. */
static enum rc put_export(struct page *page, struct value *list, const struct asked *asked, enum map_format format,
                          bool is_open)
{
    struct arena *arena = page->ctx.arena;
    struct buf href CLEANUP(buf_done);
    const char *name = map_format_name(format);
    buf_init(&href, 2 * TOGGLES_BYTES_MAX);
    buf_add_format(&href, "/sources/%lld/map/export", (long long)asked->request.source_id);
    add_address(asked, is_open ? MAP_LEVELS : asked->view.level, is_open ? STR_EMPTY : asked->view.toggles, &href);
    if (!is_open)
        add_way(asked, &href);
    buf_add_format(&href, "&format=%s", name);
    struct value *item = value_add_map(arena, list);
    value_put_text(arena, item, "href", arena_copy_str(arena, buf_str(&href)));
    value_put_text(arena, item, "label",
                   page_text(page, arena_format(arena, "map.format.%s%s", name, is_open ? "_open" : "").p));
    return buf_rc(&href);
}

static enum rc put_exports(struct page *page, const struct asked *asked, bool has_folded)
{
    struct value *list = value_put_list(page->ctx.arena, page->view, "exports");
    for (int i = 0; i < MAP_FORMATS; i++) {
        TRY(put_export(page, list, asked, (enum map_format)i, false));
        if (has_folded && (i == MAP_SVG || i == MAP_PDF))
            TRY(put_export(page, list, asked, (enum map_format)i, true));
    }
    return RC_OK;
}

/* What the colours stand for, with the number of findings of each. */
static void put_states(struct page *page, const struct asked *asked, const struct mindmap *map)
{
    static const char *const names[CANVAS_STATES] = {"normal", "due_soon", "behind", "overdue", "closed"};
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "states");
    const char *colour = map_colour_name(asked->request.colour);
    for (int i = CANVAS_STATES - 1; i >= 0; i--) {
        int32_t n = map->nodes[0].parts ? map->nodes[0].parts[i] : 0;
        if (!n)
            continue;
        struct value *state = value_add_map(arena, list);
        value_put_text(arena, state, "state", str_from_cstr(names[i]));
        value_put_text(arena, state, "label",
                       page_text(page, arena_format(arena, "map.part.%s.%s", colour, names[i]).p));
        value_put_int(arena, state, "n", n);
    }
    value_put_bool(arena, page->view, "has_states", list->items.first != NULL);
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
        value_put_int(arena, item, "below", node->below);
    }
}

enum rc page_map(struct page *page)
{
    struct asked asked;
    struct mindmap map;
    struct arena *arena = page->ctx.arena;
    TRY(read_asked(page, &asked));
    bool is_chosen = asked.request.source_id != 0;
    TRY(board_choose_source(page, &asked.request.source_id));
    enum rc rc = asked.request.source_id
                     ? map_read(&page->ctx, page->db, &page->actor, PERM_BOARD_READ, &asked.request, &asked.view, &map)
                     : RC_NOT_FOUND;
    if (rc != RC_OK && (rc != RC_NOT_FOUND || is_chosen))
        return rc;
    value_put_bool(arena, page->view, "has_map", rc == RC_OK);
    if (rc != RC_OK)
        return RC_OK;
    value_put_int(arena, page->view, "found", map_search(&map, asked.q));
    map_fold(&map, &asked.view);
    value_put_text(arena, page->view, "q", asked.q);
    map.is_narrow = asked.is_narrow;
    map_layout(&map);
    put_choices(page, &asked);
    int32_t all = 1 + map.nodes[0].below;
    TRY(put_exports(page, &asked, map.shown < all));
    put_states(page, &asked, &map);
    put_nodes(page, &map);
    value_put_int(arena, page->view, "node_count", all);
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
    asked.view.is_whole |= format >= MAP_MM;
    TRY(map_read(&page->ctx, page->db, &page->actor, PERM_BOARD_READ, &asked.request, &asked.view, &map));
    (void)map_search(&map, asked.q);
    map_fold(&map, &asked.view);
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
