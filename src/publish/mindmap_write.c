/* mindmap_write.c: the map for other programs; see mindmap.h.
 *
 * Sources: FreeMind 1.0.1's schema (map, node TEXT FOLDED LINK, richcontent for notes left out); OPML 2.0
 * (opml.org/spec2).
 */
#include "publish/mindmap.h"

#include "base/clock.h"

static const struct format_row {
    const char *name, *type;
} formats[MAP_FORMATS] = {[MAP_SVG] = {"svg", "image/svg+xml"}, [MAP_PDF] = {"pdf", "application/pdf"},
                          [MAP_PNG] = {"png", "image/png"},     [MAP_MM] = {"mm", "application/x-freemind"},
                          [MAP_OPML] = {"opml", "text/x-opml"}, [MAP_TXT] = {"txt", "text/plain; charset=utf-8"}};

bool map_format_find(struct str name, enum map_format *ret_format)
{
    for (int i = 0; i < MAP_FORMATS; i++) {
        if (!str_equal_cstr(name, formats[i].name))
            continue;
        *ret_format = (enum map_format)i;
        return true;
    }
    return false;
}

const char *map_format_name(enum map_format format) { return formats[format].name; }
const char *map_format_type(enum map_format format) { return formats[format].type; }

static void add_attribute(struct buf *out, const char *name, struct str s)
{
    buf_add_format(out, " %s=\"", name);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '&')
            buf_add_cstr(out, "&amp;");
        else if (c == '<')
            buf_add_cstr(out, "&lt;");
        else if (c == '>')
            buf_add_cstr(out, "&gt;");
        else if (c == '"')
            buf_add_cstr(out, "&quot;");
        else if (c == '\n' || c == '\t')
            buf_add_cstr(out, c == '\n' ? "&#10;" : "&#9;");
        else if (c >= ' ') /* XML 1.0 has no other controls */
            buf_add_char(out, (char)c);
    }
    buf_add_char(out, '"');
}

/* Walks in the order of reading; `enter` before the children, `leave` after them when there are any. */
static void walk(const struct mindmap *map, struct buf *out,
                 void (*enter)(const struct mindmap *, int32_t, struct buf *),
                 void (*leave)(const struct mindmap *, int32_t, struct buf *))
{
    for (int32_t at = map->n ? 0 : -1; at >= 0;) {
        enter(map, at, out);
        if (map->nodes[at].first >= 0) {
            at = map->nodes[at].first;
            continue;
        }
        while (at >= 0 && map->nodes[at].next < 0) {
            at = map->nodes[at].parent;
            if (at >= 0)
                leave(map, at, out);
        }
        at = at >= 0 ? map->nodes[at].next : -1;
    }
}

static void nothing(const struct mindmap *map, int32_t at, struct buf *out)
{
    (void)map;
    (void)at;
    (void)out;
}

/* ---- FreeMind ------------------------------------------------------------------------------------------------ */

static void enter_freemind(const struct mindmap *map, int32_t at, struct buf *out)
{
    static const char *const colours[CANVAS_STATES] = {"#55606c", "#1b5cb8", "#8a5200", "#b3211a", "#1b6b37"};
    const struct map_node *node = &map->nodes[at];
    struct str text = node->sub.n
                          ? arena_format(map->ctx->arena, "%.*s\n%.*s", STR_ARG(node->title), STR_ARG(node->sub))
                          : node->title;
    buf_add_format(out, "<node ID=\"ID_%d\"", at + 1);
    add_attribute(out, "TEXT", text);
    if (node->kind >= MAP_FINDING)
        add_attribute(out, "COLOR", str_from_cstr(colours[node->state]));
    if (node->is_folded && node->first >= 0)
        buf_add_cstr(out, " FOLDED=\"true\"");
    if (node->depth == 1)
        buf_add_cstr(out, " POSITION=\"right\"");
    buf_add_cstr(out, node->first >= 0 ? ">\n" : "/>\n");
}

static void leave_freemind(const struct mindmap *map, int32_t at, struct buf *out)
{
    (void)map;
    (void)at;
    buf_add_cstr(out, "</node>\n");
}

void map_write_freemind(const struct mindmap *map, struct buf *out)
{
    buf_add_cstr(out, "<map version=\"1.0.1\">\n");
    walk(map, out, enter_freemind, leave_freemind);
    buf_add_cstr(out, "</map>\n");
}

/* ---- OPML ---------------------------------------------------------------------------------------------------- */

static void enter_opml(const struct mindmap *map, int32_t at, struct buf *out)
{
    const struct map_node *node = &map->nodes[at];
    buf_add_cstr(out, "<outline");
    add_attribute(out, "text", node->title);
    if (node->sub.n)
        add_attribute(out, "_note", node->sub);
    buf_add_cstr(out, node->first >= 0 ? ">\n" : "/>\n");
}

static void leave_opml(const struct mindmap *map, int32_t at, struct buf *out)
{
    (void)map;
    (void)at;
    buf_add_cstr(out, "</outline>\n");
}

static void add_element(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '&' || c == '<')
            buf_add_cstr(out, c == '&' ? "&amp;" : "&lt;");
        else if ((unsigned char)c >= ' ')
            buf_add_char(out, c);
    }
}

void map_write_opml(const struct mindmap *map, struct buf *out)
{
    buf_add_cstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n<head><title>");
    add_element(out, map->n ? map->nodes[0].title : STR(""));
    buf_add_cstr(out, "</title></head>\n<body>\n");
    walk(map, out, enter_opml, leave_opml);
    buf_add_cstr(out, "</body>\n</opml>\n");
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

static void enter_text(const struct mindmap *map, int32_t at, struct buf *out)
{
    const struct map_node *node = &map->nodes[at];
    for (int i = 0; i < node->depth; i++)
        buf_add_char(out, '\t');
    for (size_t i = 0; i < node->title.n; i++)
        buf_add_char(out, node->title.p[i] == '\n' || node->title.p[i] == '\t' ? ' ' : node->title.p[i]);
    if (node->sub.n)
        buf_add_format(out, "  [%.*s]", STR_ARG(node->sub));
    buf_add_char(out, '\n');
}

void map_write_text(const struct mindmap *map, struct buf *out) { walk(map, out, enter_text, nothing); }

enum rc map_write(struct mindmap *map, enum map_format format, struct buf *out)
{
    static const enum canvas_kind kinds[] = {[MAP_SVG] = CANVAS_SVG, [MAP_PDF] = CANVAS_PDF, [MAP_PNG] = CANVAS_PNG};
    if (format == MAP_MM)
        map_write_freemind(map, out);
    else if (format == MAP_OPML)
        map_write_opml(map, out);
    else if (format == MAP_TXT)
        map_write_text(map, out);
    else {
        map_layout(map);
        TRY(map_draw(map, kinds[format], NULL, out));
    }
    return buf_rc(out);
}
