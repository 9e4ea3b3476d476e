/* mindmap.c: layout and drawing of the map; see mindmap.h. */
#include "publish/mindmap.h"

#include <string.h>

enum {
    ROOM_START = 256,
    CARD_HEIGHT = 44,
    CARD_GAP = 8,
    COLUMN_GAP = 48,
    NARROW_GAP = 32,
    MARGIN = 16,
    PADDING = 12,
    TITLE_LINE = 18,
    SUB_LINE = 35,
    FOLD_SIZE = 18,
    PART_HEIGHT = 4,
    A3_WIDTH_PT = 1191, /* ISO 216 at 72 points an inch, landscape */
    A3_HEIGHT_PT = 842,
    A3_MARGIN_PT = 28,
    MINI_WIDTH = 160,
    MINI_HEIGHT_MAX = 240
};

static const double PNG_SIDE_MAX = 16000, PNG_SCALE_MIN = 0.4, PNG_SCALE = 2;
static const double widths[MAP_KINDS] = {
    [MAP_ROOT] = 220, [MAP_GROUP] = 200, [MAP_FINDING] = 280, [MAP_MEASURE] = 260, [MAP_TASK] = 250};
static const double narrow_widths[MAP_KINDS] = {
    [MAP_ROOT] = 116, [MAP_GROUP] = 150, [MAP_FINDING] = 220, [MAP_MEASURE] = 220, [MAP_TASK] = 220};

int32_t map_add(struct mindmap *map, int32_t parent, enum map_kind kind, struct str title)
{
    if (map->n == map->room) {
        int32_t room = map->room ? map->room * 2 : ROOM_START;
        struct map_node *nodes = ARENA_NEW_ARRAY(map->ctx->arena, struct map_node, (size_t)room);
        if (!nodes)
            return -1;
        if (map->n)
            memcpy(nodes, map->nodes, (size_t)map->n * sizeof *nodes);
        map->nodes = nodes;
        map->room = room;
    }
    int32_t at = map->n++;
    struct map_node *node = &map->nodes[at];
    *node = (struct map_node){.kind = kind,
                              .parent = parent,
                              .first = -1,
                              .last = -1,
                              .next = -1,
                              .title = title,
                              .sub = STR(""),
                              .href = STR("")};
    if (parent < 0)
        return at;
    struct map_node *up = &map->nodes[parent];
    node->depth = (int16_t)(up->depth + 1);
    if (up->last >= 0)
        map->nodes[up->last].next = at;
    else
        up->first = at;
    up->last = at;
    map_hide(map, parent, 1);
    return at;
}

void map_hide(struct mindmap *map, int32_t at, int32_t count)
{
    for (int32_t i = at; i >= 0; i = map->nodes[i].parent)
        map->nodes[i].below += count;
}

void map_fold_from(struct mindmap *map, enum map_kind kind)
{
    for (int32_t i = 0; i < map->n; i++)
        map->nodes[i].is_folded = map->nodes[i].kind >= kind && map->nodes[i].below > 0;
}

/* ---- layout -------------------------------------------------------------------------------------------------- */

/* Columns are as wide as their widest card, so that a tree of tasks of any depth keeps its columns. */
static void place_columns(struct mindmap *map)
{
    int columns = 1;
    for (int32_t i = 0; i < map->n; i++)
        columns = map->nodes[i].depth >= columns ? map->nodes[i].depth + 1 : columns;
    double *width_of = ARENA_NEW_ARRAY(map->ctx->arena, double, (size_t)columns);
    double *left_of = ARENA_NEW_ARRAY(map->ctx->arena, double, (size_t)columns + 1);
    if (!width_of || !left_of)
        return; /* the arena remembers */
    left_of[0] = MARGIN;
    for (int32_t i = 0; i < map->n; i++) {
        struct map_node *node = &map->nodes[i];
        int column = node->depth;
        node->w = map->is_narrow ? narrow_widths[node->kind] : widths[node->kind];
        node->h = CARD_HEIGHT;
        if (node->is_shown && node->w > width_of[column])
            width_of[column] = node->w;
    }
    for (int i = 0; i < columns; i++)
        left_of[i + 1] = left_of[i] + (width_of[i] > 0 ? width_of[i] + (map->is_narrow ? NARROW_GAP : COLUMN_GAP) : 0);
    map->width = 0;
    for (int32_t i = 0; i < map->n; i++) {
        struct map_node *node = &map->nodes[i];
        node->x = left_of[node->depth];
        if (node->is_shown && node->x + node->w > map->width)
            map->width = node->x + node->w;
    }
    map->width += COLUMN_GAP;
}

void map_layout(struct mindmap *map)
{
    map->shown = 0;
    for (int32_t i = 0; i < map->n; i++) {
        struct map_node *node = &map->nodes[i];
        const struct map_node *up = node->parent >= 0 ? &map->nodes[node->parent] : NULL;
        node->is_shown = !up || (up->is_shown && !up->is_folded);
        node->span = 0;
        map->shown += node->is_shown;
    }
    place_columns(map);
    for (int32_t i = map->n - 1; i >= 0; i--) { /* children stand behind their parents: bands from the leaves up */
        struct map_node *node = &map->nodes[i];
        if (!node->is_shown)
            continue;
        node->cursor = node->span; /* what the children need */
        if (node->span < node->h + CARD_GAP)
            node->span = node->h + CARD_GAP;
        if (node->parent >= 0)
            map->nodes[node->parent].span += node->span;
    }
    for (int32_t i = 0; i < map->n; i++) {
        struct map_node *node = &map->nodes[i];
        if (!node->is_shown)
            continue;
        double top = MARGIN;
        if (node->parent >= 0) {
            struct map_node *up = &map->nodes[node->parent];
            top = up->cursor;
            up->cursor += node->span;
        }
        node->y = top + (node->span - node->h) / 2;
        node->cursor = top + (node->span - node->cursor) / 2; /* from here on: where the next child begins */
    }
    map->height = map->n ? map->nodes[0].span + 2 * MARGIN : 2 * MARGIN;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

static void draw_edges(struct canvas *canvas, const struct mindmap *map, double from, double to)
{
    for (int32_t i = 1; i < map->n; i++) {
        const struct map_node *node = &map->nodes[i], *up = &map->nodes[node->parent];
        double y1 = up->y + up->h / 2, y2 = node->y + node->h / 2;
        if (!node->is_shown || (y1 < from && y2 < from) || (y1 > to && y2 > to))
            continue;
        canvas_curve(canvas, CANVAS_EDGE, up->x + up->w, y1, node->x, y2);
    }
}

static void draw_fold(struct canvas *canvas, const struct map_node *node, const struct map_folding *folding,
                      bool is_page)
{
    char number[24];
    double x = node->x + node->w + 3, y = node->y + node->h / 2;
    if (!node->below || (!is_page && !node->is_folded))
        return;
    struct buf href CLEANUP(buf_done);
    buf_init(&href, 64 * 1024);
    if (folding)
        folding->write_href(folding->arg, node, &href);
    struct str name = !folding ? STR_EMPTY : node->is_folded ? folding->unfold_name : folding->fold_name;
    canvas_link(canvas, STR_EMPTY, buf_str(&href), name, " class=\"fold\" data-fold");
    struct buf text CLEANUP(buf_done);
    buf_init(&text, sizeof number);
    if (node->is_folded)
        buf_add_int64(&text, node->below);
    else
        buf_add_cstr(&text, "\xe2\x88\x92");
    double width = node->is_folded && text.n > 1 ? FOLD_SIZE + 7.0 * (double)(text.n - 1) : FOLD_SIZE;
    canvas_rect(canvas, CANVAS_FOLD, CANVAS_NORMAL, x, y - FOLD_SIZE / 2.0, width, FOLD_SIZE);
    canvas_text(canvas, CANVAS_FOLD, CANVAS_MIDDLE, x + width / 2, y + 4, 0, buf_str(&text));
    canvas_link_end(canvas);
}

/* What the findings of a group come to, folded or not: one bar, each state as wide as its share. */
static void draw_parts(struct canvas *canvas, const struct map_node *node)
{
    int64_t total = 0, done = 0;
    for (int i = 0; i < CANVAS_STATES && node->parts; i++)
        total += node->parts[i];
    for (int i = CANVAS_STATES - 1; i >= 0 && total; i--) {
        double from = node->w * (double)done / (double)total;
        done += node->parts[i];
        double to = node->w * (double)done / (double)total;
        if (node->parts[i])
            canvas_rect(canvas, CANVAS_PART, (enum canvas_state)i, node->x + from, node->y + node->h - PART_HEIGHT,
                        to - from, PART_HEIGHT);
    }
}

static void draw_card(struct canvas *canvas, const struct mindmap *map, int32_t at, const struct map_folding *folding,
                      bool is_page)
{
    const struct map_node *node = &map->nodes[at];
    struct arena *arena = map->ctx->arena;
    struct str name =
        node->sub.n ? arena_format(arena, "%.*s\n%.*s", STR_ARG(node->title), STR_ARG(node->sub)) : node->title;
    struct str id = arena_format(arena, "n-%.*s", STR_ARG(map_key(arena, node->kind, node->id)));
    struct str more = is_page ? arena_format(arena, " class=\"node\" data-up=\"%d\"%s", node->parent,
                                             node->href.n ? "" : " tabindex=\"0\"")
                              : STR("");
    canvas_link(canvas, id, node->href, name, more.p);
    bool is_plain = node->kind <= MAP_GROUP;
    canvas_rect(canvas, is_plain ? CANVAS_GROUP : CANVAS_CARD, node->state, node->x, node->y, node->w, node->h);
    draw_parts(canvas, node);
    if (node->is_found)
        canvas_rect(canvas, CANVAS_FOUND, CANVAS_NORMAL, node->x - 2, node->y - 2, node->w + 4, node->h + 4);
    double room = node->w - 2 * PADDING;
    canvas_text(canvas, CANVAS_TITLE, CANVAS_START, node->x + PADDING, node->y + TITLE_LINE, room, node->title);
    canvas_text(canvas, CANVAS_SUB, CANVAS_START, node->x + PADDING, node->y + SUB_LINE, room, node->sub);
    canvas_link_end(canvas);
    draw_fold(canvas, node, folding, is_page);
}

static void draw_band(struct canvas *canvas, const struct mindmap *map, const struct map_folding *folding, bool is_page,
                      double from, double to)
{
    draw_edges(canvas, map, from, to);
    for (int32_t i = 0; i < map->n; i++) {
        const struct map_node *node = &map->nodes[i];
        if (node->is_shown && node->y + node->h >= from && node->y <= to)
            draw_card(canvas, map, i, folding, is_page);
    }
}

/* One sheet of A3 when that stays readable, else as many below one another as are needed. */
static enum rc draw_pdf(struct mindmap *map, struct buf *out)
{
    struct canvas *canvas = NULL;
    double room_x = A3_WIDTH_PT - 2 * A3_MARGIN_PT, room_y = A3_HEIGHT_PT - 2 * A3_MARGIN_PT;
    double scale = room_x / map->width, whole = room_y / map->height;
    const double smallest = 0.5; /* 13 px become 6.5 pt */
    if (whole < scale && whole >= smallest)
        scale = whole;
    if (scale > 1)
        scale = 1;
    double margin = A3_MARGIN_PT / scale, step = room_y / scale;
    TRY(canvas_new(map->ctx, CANVAS_PDF, A3_WIDTH_PT / scale, A3_HEIGHT_PT / scale, scale, out, &canvas));
    bool is_first = true;
    for (double top = 0; top < map->height; top += step) {
        canvas_sheet(canvas, is_first, -margin, top - margin);
        draw_band(canvas, map, NULL, false, top - margin, top + step + margin);
        is_first = false;
    }
    return canvas_finish(canvas);
}

enum rc map_draw(struct mindmap *map, enum canvas_kind kind, const struct map_folding *folding, struct buf *out)
{
    struct canvas *canvas = NULL;
    if (kind == CANVAS_PDF)
        return draw_pdf(map, out);
    double longer = map->width > map->height ? map->width : map->height, scale = PNG_SIDE_MAX / longer;
    if (kind == CANVAS_PNG && scale < PNG_SCALE_MIN)
        return ctx_fail_key(map->ctx, RC_TOO_LARGE, "map.too_large");
    TRY(canvas_new(map->ctx, kind, map->width, map->height, scale < PNG_SCALE ? scale : PNG_SCALE, out, &canvas));
    draw_band(canvas, map, folding, kind == CANVAS_PAGE, 0, map->height);
    return canvas_finish(canvas);
}

void map_draw_mini(const struct mindmap *map, struct buf *out)
{
    static const char *const names[] = {"normal", "due_soon", "behind", "overdue", "closed"};
    double height = map->height * MINI_WIDTH / (map->width > 0 ? map->width : 1);
    buf_add_format(out,
                   "<svg class=\"mini\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
                   "aria-hidden=\"true\">",
                   MINI_WIDTH, height > MINI_HEIGHT_MAX ? MINI_HEIGHT_MAX : (int)height, (int)map->width,
                   (int)map->height);
    for (int32_t i = 0; i < map->n; i++) {
        const struct map_node *node = &map->nodes[i];
        if (node->is_shown)
            buf_add_format(out, "<rect class=\"s-%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                           names[node->state], (int)node->x, (int)node->y, (int)node->w, (int)node->h);
    }
    buf_add_cstr(out, "</svg>");
}
