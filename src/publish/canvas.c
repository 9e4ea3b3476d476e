/* canvas.c: drawing as SVG, and through cairo and pango as PDF and PNG; see canvas.h.  Own fonts are not carried: pango
 * takes for each character what the machine has, so that rare characters fall back alone. */
#include "publish/canvas.h"

#include <math.h>
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "base/alloc.h"
#include "publish/font_layout.h"
#include "text/utf8.h"

enum { CORNER = 4, STRIPE = 4, WIDE_CODES_FROM = 0x2e80, PIXELS_MAX = 20000 };
#define FONT_FAMILY "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"

struct look {
    const char *name;
    uint32_t fill, stroke; /* 0xRRGGBB, NONE */
    double size;           /* of text */
    bool is_bold, has_state;
};

enum { NONE = -1 };

static const struct look looks[CANVAS_MARKS] = {
    [CANVAS_SHEET] = {"sheet", 0xffffff, (uint32_t)NONE, 0, false, false},
    [CANVAS_CARD] = {"card", 0xffffff, 0x8a95a1, 0, false, true},
    [CANVAS_GROUP] = {"group", 0xeef0f3, 0x8a95a1, 0, false, false},
    [CANVAS_PART] = {"part", (uint32_t)NONE, (uint32_t)NONE, 0, false, true},
    [CANVAS_FOUND] = {"found", (uint32_t)NONE, 0x8a5200, 0, false, false},
    [CANVAS_EDGE] = {"edge", (uint32_t)NONE, 0xa9b2bc, 0, false, false},
    [CANVAS_TITLE] = {"title", 0x1c2127, (uint32_t)NONE, 13, true, false},
    [CANVAS_SUB] = {"sub", 0x55606c, (uint32_t)NONE, 12, false, false},
    [CANVAS_HEAD] = {"head", 0x55606c, (uint32_t)NONE, 12, false, false},
    [CANVAS_GRID] = {"grid", (uint32_t)NONE, 0xd8dde3, 0, false, false},
    [CANVAS_OFF] = {"off", 0xf0f2f5, (uint32_t)NONE, 0, false, false},
    [CANVAS_BASE] = {"base", 0xc3cad2, (uint32_t)NONE, 0, false, false},
    [CANVAS_BAR] = {"bar", 0xe8f0fb, 0x1b5cb8, 0, false, true},
    [CANVAS_DONE] = {"done", 0x1b6b37, (uint32_t)NONE, 0, false, false},
    [CANVAS_CRITICAL] = {"critical", (uint32_t)NONE, 0xb3211a, 0, false, false},
    [CANVAS_ARROW] = {"arrow", (uint32_t)NONE, 0x55606c, 0, false, false},
    [CANVAS_TODAY] = {"today", (uint32_t)NONE, 0xb3211a, 0, false, false},
    [CANVAS_FOLD] = {"fold", 0xffffff, 0x1b5cb8, 11, true, false},
};

static const struct {
    const char *name;
    uint32_t strong, soft;
} states[CANVAS_STATES] = {[CANVAS_NORMAL] = {"normal", 0x8a95a1, 0xffffff},
                           [CANVAS_DUE_SOON] = {"due_soon", 0x1b5cb8, 0xe8f0fb},
                           [CANVAS_BEHIND] = {"behind", 0x8a5200, 0xfdf1dc},
                           [CANVAS_OVERDUE] = {"overdue", 0xb3211a, 0xfcebe9},
                           [CANVAS_CLOSED] = {"closed", 0x1b6b37, 0xe6f4ea}};

struct canvas {
    struct ctx *ctx;
    enum canvas_kind kind;
    struct buf *out;
    double width, height, scale, at_x, at_y;
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoLayout *layout;
    bool has_link;
};

/* ---- text ---------------------------------------------------------------------------------------------------- */

static double text_width(struct str text, double size)
{
    double width = 0;
    uint32_t code;
    for (size_t at = 0; utf8_decode(text, &at, &code);)
        width += code >= WIDE_CODES_FROM ? 1.0 : code >= 'A' && code <= 'Z' ? 0.68 : code == ' ' ? 0.3 : 0.58;
    return width * size;
}

double canvas_text_width(enum canvas_mark mark, struct str text) { return text_width(text, looks[mark].size); }

/* Bytes of text that fit into the room, with place for an ellipsis when something is cut. */
static struct str fit(struct str text, double size, double room, bool *ret_is_cut)
{
    *ret_is_cut = room > 0 && text_width(text, size) > room;
    size_t at = 0, good = 0;
    uint32_t code;
    while (*ret_is_cut && utf8_decode(text, &at, &code) && text_width(str_slice(text, 0, at), size) <= room - size)
        good = at;
    return *ret_is_cut ? str_slice(text, 0, good) : text;
}

static void add_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '&' || c == '<' || c == '>' || c == '"')
            buf_add_cstr(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;");
        else if ((unsigned char)c >= ' ' || c == '\n' || c == '\t')
            buf_add_char(out, c);
    }
}

/* ---- SVG ----------------------------------------------------------------------------------------------------- */

static bool is_svg(const struct canvas *canvas) { return canvas->kind <= CANVAS_SVG; }

static void add_number(struct buf *out, const char *name, double value)
{
    long tenths = lround(value * 10);
    buf_add_format(out, " %s=\"", name);
    if (tenths < 0)
        buf_add_char(out, '-');
    buf_add_int64(out, labs(tenths) / 10);
    if (tenths % 10)
        buf_add_format(out, ".%ld", labs(tenths) % 10);
    buf_add_char(out, '"');
}

static void add_colour(struct buf *out, const char *name, uint32_t colour)
{
    if (colour == (uint32_t)NONE)
        buf_add_format(out, "%s:none;", name);
    else
        buf_add_format(out, "%s:#%06x;", name, colour);
}

static void add_style(struct buf *out)
{
    buf_add_cstr(out, "<style>text{font-family:" FONT_FAMILY "}");
    for (int i = 0; i < CANVAS_MARKS; i++) {
        buf_add_format(out, ".m-%s{", looks[i].name);
        add_colour(out, "fill", looks[i].fill);
        add_colour(out, "stroke", looks[i].stroke);
        if (looks[i].size > 0)
            buf_add_format(out, "font-size:%dpx;font-weight:%d;%s", (int)looks[i].size, looks[i].is_bold ? 600 : 400,
                           i == CANVAS_FOLD ? "" : "stroke:none;");
        buf_add_cstr(out, "}");
    }
    buf_add_format(out, "text.m-fold{fill:#%06x;stroke:none}", looks[CANVAS_FOLD].stroke);
    for (int i = 0; i < CANVAS_STATES; i++) {
        buf_add_format(out, ".m-card.s-%s,.m-bar.s-%s{fill:#%06x;stroke:#%06x}", states[i].name, states[i].name,
                       states[i].soft, states[i].strong);
        buf_add_format(out, ".m-stripe.s-%s,.m-part.s-%s{fill:#%06x;stroke:none}", states[i].name, states[i].name,
                       states[i].strong);
    }
    buf_add_cstr(out, ".m-today{stroke-width:2}.m-critical,.m-found{stroke-width:2}</style>");
}

static void begin_svg(struct canvas *canvas)
{
    struct buf *out = canvas->out;
    bool is_file = canvas->kind == CANVAS_SVG;
    if (is_file)
        buf_add_cstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_add_cstr(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"drawing\"");
    add_number(out, "width", canvas->width);
    add_number(out, "height", canvas->height);
    buf_add_format(out, " viewBox=\"0 0 %ld %ld\">", lround(canvas->width), lround(canvas->height));
    if (is_file)
        add_style(out);
}

static void add_class(struct buf *out, const char *name, bool has_state, enum canvas_state state)
{
    buf_add_format(out, " class=\"m-%s", name);
    if (has_state)
        buf_add_format(out, " s-%s", states[state].name);
    buf_add_char(out, '"');
}

static void svg_rect(struct canvas *canvas, const char *name, bool has_state, enum canvas_state state, double x,
                     double y, double w, double h, double radius)
{
    struct buf *out = canvas->out;
    buf_add_cstr(out, "<rect");
    add_class(out, name, has_state, state);
    add_number(out, "x", x);
    add_number(out, "y", y);
    add_number(out, "width", w);
    add_number(out, "height", h);
    if (radius > 0)
        add_number(out, "rx", radius);
    buf_add_cstr(out, "/>");
}

/* ---- cairo --------------------------------------------------------------------------------------------------- */

static cairo_status_t take_bytes(void *arg, const unsigned char *bytes, unsigned int n)
{
    struct buf *out = arg;
    buf_add_bytes(out, bytes, n);
    return buf_rc(out) == RC_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void set_colour(cairo_t *cairo, uint32_t colour)
{
    cairo_set_source_rgb(cairo, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0);
}

static void paint(struct canvas *canvas, uint32_t fill, uint32_t stroke)
{
    cairo_t *cairo = canvas->cairo;
    if (fill != (uint32_t)NONE) {
        set_colour(cairo, fill);
        if (stroke != (uint32_t)NONE)
            cairo_fill_preserve(cairo);
        else
            cairo_fill(cairo);
    }
    if (stroke != (uint32_t)NONE) {
        set_colour(cairo, stroke);
        cairo_stroke(cairo);
    }
    cairo_new_path(cairo);
}

static void round_path(cairo_t *cairo, double x, double y, double w, double h, double r)
{
    r = r < w / 2 ? r : w / 2;
    r = r < h / 2 ? r : h / 2;
    cairo_new_sub_path(cairo);
    cairo_arc(cairo, x + w - r, y + r, r, -M_PI / 2, 0);
    cairo_arc(cairo, x + w - r, y + h - r, r, 0, M_PI / 2);
    cairo_arc(cairo, x + r, y + h - r, r, M_PI / 2, M_PI);
    cairo_arc(cairo, x + r, y + r, r, M_PI, 3 * M_PI / 2);
    cairo_close_path(cairo);
}

static enum rc begin_cairo(struct canvas *canvas)
{
    double width = canvas->width * canvas->scale, height = canvas->height * canvas->scale;
    if (canvas->kind == CANVAS_PNG && (width > PIXELS_MAX || height > PIXELS_MAX))
        return ctx_fail_key(canvas->ctx, RC_TOO_LARGE, "canvas.too_large");
    canvas->surface = canvas->kind == CANVAS_PDF
                          ? cairo_pdf_surface_create_for_stream(take_bytes, canvas->out, width, height)
                          : cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width), (int)ceil(height));
    canvas->cairo = cairo_create(canvas->surface);
    canvas->layout = font_layout_new(canvas->cairo);
    if (cairo_status(canvas->cairo) != CAIRO_STATUS_SUCCESS)
        return RC_NOMEM;
    cairo_scale(canvas->cairo, canvas->scale, canvas->scale);
    cairo_set_line_width(canvas->cairo, 1);
    set_colour(canvas->cairo, looks[CANVAS_SHEET].fill);
    cairo_paint(canvas->cairo);
    return RC_OK;
}

static void cairo_put_text(struct canvas *canvas, enum canvas_mark mark, enum canvas_anchor anchor, double x, double y,
                           double room, struct str text)
{
    const struct look *look = &looks[mark];
    PangoFontDescription *font = pango_font_description_from_string(FONT_FAMILY);
    pango_font_description_set_absolute_size(font, look->size * PANGO_SCALE);
    pango_font_description_set_weight(font, look->is_bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(canvas->layout, font);
    pango_font_description_free(font);
    pango_layout_set_text(canvas->layout, text.p ? text.p : "", (int)text.n);
    pango_layout_set_width(canvas->layout, room > 0 ? (int)(room * PANGO_SCALE) : -1);
    pango_layout_set_ellipsize(canvas->layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_single_paragraph_mode(canvas->layout, TRUE);
    pango_layout_set_alignment(canvas->layout, PANGO_ALIGN_LEFT);
    PangoRectangle extent;
    pango_layout_get_extents(canvas->layout, NULL, &extent);
    double width = (double)extent.width / PANGO_SCALE;
    double left = anchor == CANVAS_START ? x : anchor == CANVAS_MIDDLE ? x - width / 2 : x - width;
    set_colour(canvas->cairo, mark == CANVAS_FOLD ? look->stroke : look->fill);
    cairo_move_to(canvas->cairo, left, y - (double)pango_layout_get_baseline(canvas->layout) / PANGO_SCALE);
    pango_cairo_show_layout(canvas->cairo, canvas->layout);
    cairo_new_path(canvas->cairo);
}

/* ---- both ---------------------------------------------------------------------------------------------------- */

enum rc canvas_new(struct ctx *ctx, enum canvas_kind kind, double width, double height, double scale, struct buf *out,
                   struct canvas **ret_canvas)
{
    struct canvas *canvas = alloc_zeroed(1, sizeof *canvas);
    if (!canvas)
        return RC_NOMEM;
    *canvas = (struct canvas){.ctx = ctx, .kind = kind, .out = out, .width = width, .height = height, .scale = scale};
    if (is_svg(canvas)) {
        begin_svg(canvas);
        if (kind == CANVAS_SVG)
            svg_rect(canvas, looks[CANVAS_SHEET].name, false, CANVAS_NORMAL, 0, 0, width, height, 0);
    } else {
        enum rc rc = begin_cairo(canvas);
        if (rc != RC_OK) {
            enum rc ended = canvas_finish(canvas);
            return ended == RC_NOMEM ? ended : rc;
        }
    }
    *ret_canvas = canvas;
    return RC_OK;
}

void canvas_rect(struct canvas *canvas, enum canvas_mark mark, enum canvas_state state, double x, double y, double w,
                 double h)
{
    const struct look *look = &looks[mark];
    double radius = mark == CANVAS_FOLD ? h / 2 : mark == CANVAS_OFF || mark == CANVAS_PART ? 0 : CORNER;
    bool has_stripe = mark == CANVAS_CARD && state != CANVAS_NORMAL;
    if (is_svg(canvas)) {
        svg_rect(canvas, look->name, look->has_state, state, x, y, w, h, radius);
        if (has_stripe)
            svg_rect(canvas, "stripe", true, state, x, y, STRIPE, h, 2);
        return;
    }
    cairo_set_line_width(canvas->cairo, mark == CANVAS_CRITICAL || mark == CANVAS_FOUND ? 2 : 1);
    round_path(canvas->cairo, x, y, w, h, radius);
    if (mark == CANVAS_PART)
        paint(canvas, states[state].strong, (uint32_t)NONE);
    else
        paint(canvas, look->has_state ? states[state].soft : look->fill,
              look->has_state ? states[state].strong : look->stroke);
    if (has_stripe) {
        round_path(canvas->cairo, x, y, STRIPE, h, 2);
        paint(canvas, states[state].strong, (uint32_t)NONE);
    }
}

void canvas_line(struct canvas *canvas, enum canvas_mark mark, double x1, double y1, double x2, double y2)
{
    struct buf *out = canvas->out;
    if (is_svg(canvas)) {
        buf_add_cstr(out, "<line");
        add_class(out, looks[mark].name, false, CANVAS_NORMAL);
        add_number(out, "x1", x1);
        add_number(out, "y1", y1);
        add_number(out, "x2", x2);
        add_number(out, "y2", y2);
        buf_add_cstr(out, "/>");
        return;
    }
    cairo_set_line_width(canvas->cairo, mark == CANVAS_TODAY ? 2 : 1);
    cairo_move_to(canvas->cairo, x1, y1);
    cairo_line_to(canvas->cairo, x2, y2);
    paint(canvas, (uint32_t)NONE, looks[mark].stroke);
}

void canvas_curve(struct canvas *canvas, enum canvas_mark mark, double x1, double y1, double x2, double y2)
{
    double middle = (x1 + x2) / 2;
    if (is_svg(canvas)) {
        buf_add_cstr(canvas->out, "<path");
        add_class(canvas->out, looks[mark].name, false, CANVAS_NORMAL);
        buf_add_format(canvas->out, " d=\"M%ld %ldC%ld %ld %ld %ld %ld %ld\"/>", lround(x1), lround(y1), lround(middle),
                       lround(y1), lround(middle), lround(y2), lround(x2), lround(y2));
        return;
    }
    cairo_set_line_width(canvas->cairo, 1);
    cairo_move_to(canvas->cairo, x1, y1);
    cairo_curve_to(canvas->cairo, middle, y1, middle, y2, x2, y2);
    paint(canvas, (uint32_t)NONE, looks[mark].stroke);
}

void canvas_text(struct canvas *canvas, enum canvas_mark mark, enum canvas_anchor anchor, double x, double y,
                 double room, struct str text)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    if (!is_svg(canvas)) {
        cairo_put_text(canvas, mark, anchor, x, y, room, text);
        return;
    }
    bool is_cut;
    struct buf *out = canvas->out;
    struct str shown = fit(text, looks[mark].size, room, &is_cut);
    buf_add_cstr(out, "<text");
    add_class(out, looks[mark].name, false, CANVAS_NORMAL);
    add_number(out, "x", x);
    add_number(out, "y", y);
    if (anchor != CANVAS_START)
        buf_add_format(out, " text-anchor=\"%s\"", anchors[anchor]);
    buf_add_char(out, '>');
    add_escaped(out, shown);
    buf_add_cstr(out, is_cut ? "&#8230;</text>" : "</text>");
}

void canvas_link(struct canvas *canvas, struct str id, struct str href, struct str name, const char *more)
{
    struct buf *out = canvas->out;
    if (!is_svg(canvas))
        return;
    canvas->has_link = canvas->kind == CANVAS_PAGE && href.n;
    buf_add_cstr(out, canvas->has_link ? "<a" : "<g");
    if (id.n) {
        buf_add_cstr(out, " id=\"");
        add_escaped(out, id);
        buf_add_char(out, '"');
    }
    if (canvas->has_link) {
        buf_add_cstr(out, " href=\"");
        add_escaped(out, href);
        buf_add_char(out, '"');
    }
    if (canvas->kind == CANVAS_PAGE)
        buf_add_cstr(out, more);
    buf_add_char(out, '>');
    if (name.n) {
        buf_add_cstr(out, "<title>");
        add_escaped(out, name);
        buf_add_cstr(out, "</title>");
    }
}

void canvas_link_end(struct canvas *canvas)
{
    if (is_svg(canvas))
        buf_add_cstr(canvas->out, canvas->has_link ? "</a>" : "</g>");
    canvas->has_link = false;
}

void canvas_sheet(struct canvas *canvas, bool is_first, double x, double y)
{
    if (canvas->kind != CANVAS_PDF)
        return;
    if (!is_first)
        cairo_show_page(canvas->cairo);
    cairo_identity_matrix(canvas->cairo);
    cairo_scale(canvas->cairo, canvas->scale, canvas->scale);
    cairo_translate(canvas->cairo, -x, -y);
}

enum rc canvas_finish(struct canvas *canvas)
{
    if (!canvas)
        return RC_OK;
    enum rc rc = RC_OK;
    if (is_svg(canvas)) {
        buf_add_cstr(canvas->out, canvas->kind == CANVAS_SVG ? "</svg>\n" : "</svg>");
    } else {
        cairo_status_t status = canvas->cairo ? cairo_status(canvas->cairo) : CAIRO_STATUS_NO_MEMORY;
        if (status == CAIRO_STATUS_SUCCESS && canvas->kind == CANVAS_PNG)
            status = cairo_surface_write_to_png_stream(canvas->surface, take_bytes, canvas->out);
        if (canvas->layout)
            g_object_unref(canvas->layout);
        if (canvas->cairo)
            cairo_destroy(canvas->cairo);
        if (canvas->surface) {
            cairo_surface_finish(canvas->surface);
            if (status == CAIRO_STATUS_SUCCESS)
                status = cairo_surface_status(canvas->surface);
            cairo_surface_destroy(canvas->surface);
        }
        rc = status == CAIRO_STATUS_SUCCESS ? RC_OK : status == CAIRO_STATUS_NO_MEMORY ? RC_NOMEM : RC_INTERNAL;
    }
    enum rc written = buf_rc(canvas->out);
    alloc_free(canvas);
    return written != RC_OK ? written : rc;
}
