/* doc_ofd.c: draws what doc_lay.h lays out as objects of OFD pages; see doc_ofd.h, doc.h.
 *
 * A piece of a line in one font is one text object; the place of each character is said by DeltaX, so that a reader
 * shows the lines as they were set.  A glyph that the font does not give for its character by itself is named.
 */
#include "publish/doc_ofd.h"

#include <math.h>
#include <pango/pango.h>
#include <stdlib.h>

#include "publish/doc_lay.h"
#include "publish/doc_xml.h"
#include "text/utf8.h"

enum { CONTENT_MAX = 512 * 1024 * 1024, BMP_LAST = 0xffff, SLACK_UM = 2 };

static const double MM = 25.4 / 72; /* of a point */

struct placed { /* a character, or some that one or more glyphs show together */
    struct str text;
    uint32_t glyph;
    double x;
    bool is_plain, is_alone; /* alone: must be an object of its own */
};

struct drawing {
    struct ofd ofd;
    VEC(struct placed) run;
    VEC(struct doc_rule) rules; /* that look alike, drawn as one path */
};

static long um(double points) { return lround(points * MM * 1000); }
/* Sheets are said in tenths of a millimetre: a twip is coarser than that. */
static long tenths(double points) { return lround(points * MM * 10) * 100; }
static struct arena *arena_of(const struct drawing *d) { return d->ofd.ctx->arena; }

void ofd_add_length(struct buf *out, long thousandths)
{
    long whole = labs(thousandths) / 1000, part = labs(thousandths) % 1000;
    if (thousandths < 0)
        buf_add_char(out, '-');
    buf_add_int64(out, whole);
    if (!part)
        return;
    int digits = part % 100 == 0 ? 1 : part % 10 == 0 ? 2 : 3;
    buf_add_format(out, ".%0*ld", digits, digits == 1 ? part / 100 : digits == 2 ? part / 10 : part);
}

static void add_box(struct buf *out, long x, long y, long width, long height)
{
    const long numbers[] = {x, y, width, height};
    for (int i = 0; i < 4; i++) {
        buf_add_cstr(out, i ? " " : " Boundary=\"");
        ofd_add_length(out, numbers[i]);
    }
    buf_add_char(out, '"');
}

static void add_colour(struct buf *out, const char *element, uint32_t colour)
{
    buf_add_format(out, "<ofd:%s Value=\"%u %u %u\"/>", element, (unsigned)(colour >> 16 & 255),
                   (unsigned)(colour >> 8 & 255), (unsigned)(colour & 255));
}

/* ---- lines ---------------------------------------------------------------------------------------------------- */

static void end_rules(struct drawing *d)
{
    struct buf *out = &d->ofd.content;
    if (!d->rules.n)
        return;
    const struct doc_rule *first = &d->rules.p[0];
    double left = 1e9, top = 1e9, right = 0, bottom = 0;
    for (size_t i = 0; i < d->rules.n; i++) {
        const struct doc_rule *r = &d->rules.p[i];
        left = fmin(left, fmin(r->x1, r->x2) - r->width / 2);
        right = fmax(right, fmax(r->x1, r->x2) + r->width / 2);
        top = fmin(top, fmin(r->y1, r->y2) - r->width / 2);
        bottom = fmax(bottom, fmax(r->y1, r->y2) + r->width / 2);
    }
    buf_add_format(out, "<ofd:PathObject ID=\"%d\"", ++d->ofd.last_id);
    add_box(out, um(left), um(top), um(right) - um(left), um(bottom) - um(top));
    buf_add_cstr(out, " LineWidth=\"");
    ofd_add_length(out, um(first->width));
    buf_add_cstr(out, "\">");
    add_colour(out, "StrokeColor", first->colour);
    buf_add_cstr(out, "<ofd:AbbreviatedData>");
    for (size_t i = 0; i < d->rules.n; i++) {
        const struct doc_rule *r = &d->rules.p[i];
        const long at[] = {um(r->x1) - um(left), um(r->y1) - um(top), um(r->x2) - um(left), um(r->y2) - um(top)};
        for (int k = 0; k < 4; k++) {
            buf_add_cstr(out, k == 2 ? " L " : k ? " " : i ? " M " : "M ");
            ofd_add_length(out, at[k]);
        }
    }
    buf_add_cstr(out, "</ofd:AbbreviatedData></ofd:PathObject>\n");
    d->rules.n = 0;
}

static void put_rule(void *me, const struct doc_rule *rule)
{
    struct drawing *d = me;
    const struct doc_rule *before = d->rules.n ? &d->rules.p[0] : NULL;
    if (before && (before->colour != rule->colour || fabs(before->width - rule->width) > 0.001))
        end_rules(d);
    (void)VEC_PUSH(arena_of(d), &d->rules, *rule); /* the arena remembers */
}

/* ---- pages ---------------------------------------------------------------------------------------------------- */

static void begin_page(void *me, double width, double height)
{
    struct drawing *d = me;
    int id = ++d->ofd.last_id;
    struct ofd_page page = {.id = id,
                            .layer_id = ++d->ofd.last_id,
                            .width = tenths(width),
                            .height = tenths(height),
                            .from = d->ofd.content.n};
    (void)VEC_PUSH(arena_of(d), &d->ofd.pages, page);
}

static void end_page(void *me)
{
    struct drawing *d = me;
    end_rules(d);
    if (d->ofd.pages.n)
        d->ofd.pages.p[d->ofd.pages.n - 1].to = d->ofd.content.n;
}

static void put_heading(void *me, int level, struct str title, int page, double x, double y)
{
    struct drawing *d = me;
    (void)page;
    if (d->ofd.pages.n)
        (void)VEC_PUSH(arena_of(d), &d->ofd.outline,
                       (struct ofd_entry){level, d->ofd.pages.p[d->ofd.pages.n - 1].id, title, um(x), um(y)});
}

/* ---- text ----------------------------------------------------------------------------------------------------- */

static bool is_blank(struct str s) { return s.n == 1 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\n'); }

/* Advances; equal ones are counted ("g 3 5.571").  A rounding of a few thousandths is carried on, so that they stay
 * equal. */
static void add_deltas(struct buf *out, const struct placed *run, size_t n)
{
    long at = um(run[0].x), step = -1;
    long repeats = 0;
    bool is_first = true;
    for (size_t i = 1; i <= n; i++) {
        long wanted = i < n ? um(run[i].x) : 0,
             next = i < n && repeats && labs(at + step - wanted) <= SLACK_UM ? step : wanted - at;
        if (i < n && repeats && next == step) {
            repeats++;
            at += step;
            continue;
        }
        if (repeats) {
            buf_add_cstr(out, is_first ? "" : " ");
            if (repeats > 1)
                buf_add_format(out, "g %ld ", repeats);
            ofd_add_length(out, step);
            is_first = false;
        }
        step = next;
        at += next;
        repeats = 1;
    }
}

static void add_glyphs(struct drawing *d, const struct ofd_font *font, const struct placed *run, size_t n, size_t codes)
{
    struct buf *out = &d->ofd.content;
    buf_add_format(out, "<ofd:CGTransform CodePosition=\"0\" CodeCount=\"%zu\" GlyphCount=\"%zu\"><ofd:Glyphs>", codes,
                   n);
    for (size_t i = 0; i < n; i++) {
        buf_add_cstr(out, i ? " " : "");
        (void)VEC_PUSH(arena_of(d), &d->ofd.patches, (struct ofd_patch){out->n, font->face, run[i].glyph});
    }
    buf_add_cstr(out, "</ofd:Glyphs></ofd:CGTransform>");
}

static size_t count_codes(const struct placed *run, size_t n)
{
    size_t codes = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; at < run[i].text.n; at++)
            codes += ((unsigned char)run[i].text.p[at] & 0xc0) != 0x80;
    return codes;
}

/* The text stands in a box that has room for what its glyphs stick out. */
static void put_object(struct drawing *d, const struct ofd_font *font, const struct placed *run, size_t n, double end,
                       double y, uint32_t colour)
{
    struct buf *out = &d->ofd.content;
    double size = font->points, aside = size / 10, left = run[0].x - aside, top = y - size;
    if (!font->face->id)
        font->face->id = ++d->ofd.last_id;
    buf_add_format(out, "<ofd:TextObject ID=\"%d\"", ++d->ofd.last_id);
    add_box(out, um(left), um(top), um(end + aside) - um(left), um(y + size * 0.4) - um(top));
    buf_add_format(out, " Font=\"%d\" Size=\"", font->face->id);
    ofd_add_length(out, um(size));
    if (font->is_emboldened) {
        buf_add_cstr(out, "\" Weight=\"700\" Stroke=\"true\" LineWidth=\"");
        ofd_add_length(out, um(size / 24));
    }
    buf_add_cstr(out, "\">");
    add_colour(out, "FillColor", colour);
    if (font->is_emboldened)
        add_colour(out, "StrokeColor", colour);
    if (!run[0].is_plain)
        add_glyphs(d, font, run, n, count_codes(run, n));
    buf_add_cstr(out, "<ofd:TextCode X=\"");
    ofd_add_length(out, um(run[0].x) - um(left));
    buf_add_cstr(out, "\" Y=\"");
    ofd_add_length(out, um(y) - um(top));
    if (n > 1) {
        buf_add_cstr(out, "\" DeltaX=\"");
        add_deltas(out, run, n);
    }
    buf_add_cstr(out, "\">");
    for (size_t i = 0; i < n; i++)
        doc_xml_text(out, run[i].text);
    buf_add_cstr(out, "</ofd:TextCode></ofd:TextObject>\n");
}

static bool goes_on(const struct placed *first, const struct placed *next)
{
    return !next->text.n || (!first->is_alone && !next->is_alone && next->is_plain == first->is_plain);
}

/* Pieces of the run that go together.  Blanks at both ends are left out: nothing shows, and readers trim them. */
static void put_objects(struct drawing *d, const struct ofd_font *font, double end, double y, uint32_t colour)
{
    const struct placed *run = d->run.p;
    for (size_t from = 0, to; from < d->run.n; from = to) {
        for (to = from + 1; to < d->run.n && goes_on(&run[from], &run[to]); to++)
            ;
        size_t first = from, last = to;
        while (first < last && is_blank(run[first].text))
            first++;
        while (last > first && is_blank(run[last - 1].text))
            last--;
        if (last > first)
            put_object(d, font, run + first, last - first, last < d->run.n ? run[last].x : end, y, colour);
    }
}

/* One cluster: mostly one character and its glyph.  Several glyphs of one cluster follow its first, without text of
 * their own. */
static void add_cluster(struct drawing *d, const struct ofd_font *font, const PangoGlyphItemIter *iter,
                        const PangoGlyphString *glyphs, double x)
{
    struct str text = {iter->text + iter->start_index, (size_t)(iter->end_index - iter->start_index)};
    size_t at = 0;
    uint32_t code = 0;
    bool is_single = iter->end_glyph - iter->start_glyph == 1 && iter->end_char - iter->start_char == 1 &&
                     utf8_decode(text, &at, &code);
    for (int g = iter->start_glyph; g < iter->end_glyph; g++) {
        PangoGlyph glyph = glyphs->glyphs[g].glyph;
        double width = (double)glyphs->glyphs[g].geometry.width / PANGO_SCALE,
               left = x + (double)glyphs->glyphs[g].geometry.x_offset / PANGO_SCALE;
        x += width;
        if (glyph == PANGO_GLYPH_EMPTY) /* a tab, or nothing to see */
            continue;
        glyph = glyph & PANGO_GLYPH_UNKNOWN_FLAG ? 0 : glyph;
        bool is_plain = is_single && ofd_font_use(font, code, glyph);
        if (!is_single)
            (void)ofd_font_use(font, 0, glyph);
        (void)VEC_PUSH(arena_of(d), &d->run,
                       (struct placed){.text = text,
                                       .glyph = glyph,
                                       .x = left,
                                       .is_plain = is_plain,
                                       .is_alone = text.n && (!is_single || code > BMP_LAST)});
        text = STR_EMPTY;
    }
}

static double width_of(const PangoGlyphString *glyphs, int from, int to)
{
    int width = 0;
    for (int i = from; i < to; i++)
        width += glyphs->glyphs[i].geometry.width;
    return (double)width / PANGO_SCALE;
}

/* Colour of a piece that is not its line's. */
static uint32_t colour_of(const PangoItem *item, uint32_t colour)
{
    for (const GSList *at = item->analysis.extra_attrs; at; at = at->next) {
        const PangoAttribute *attribute = at->data;
        if (attribute->klass->type != PANGO_ATTR_FOREGROUND)
            continue;
        const PangoColor *is = &((const PangoAttrColor *)at->data)->color;
        return (uint32_t)(is->red >> 8) << 16 | (uint32_t)(is->green >> 8) << 8 | (uint32_t)(is->blue >> 8);
    }
    return colour;
}

static void put_line(void *me, PangoLayoutLine *line, double x, double y, uint32_t colour)
{
    struct drawing *d = me;
    const char *text = pango_layout_get_text(line->layout);
    for (const GSList *at = line->runs; at; at = at->next) {
        PangoGlyphItem *run = at->data;
        PangoGlyphItemIter iter;
        const struct ofd_font *font = ofd_fonts_take(&d->ofd.fonts, run->item->analysis.font);
        double cluster = x;
        d->run.n = 0;
        for (gboolean has = font && pango_glyph_item_iter_init_start(&iter, run, text); has;
             has = pango_glyph_item_iter_next_cluster(&iter)) {
            add_cluster(d, font, &iter, run->glyphs, cluster);
            cluster += width_of(run->glyphs, iter.start_glyph, iter.end_glyph);
        }
        x += width_of(run->glyphs, 0, run->glyphs->num_glyphs);
        if (font)
            put_objects(d, font, x, y, colour_of(run->item, colour));
    }
}

enum rc doc_write_ofd(struct doc *doc, struct buf *out)
{
    static const struct doc_paint paint = {begin_page, end_page, put_line, put_rule, NULL, put_heading};
    struct drawing d = {
        .ofd = {.doc = doc, .ctx = doc->ctx, .fonts = {.ctx = doc->ctx}, .last_id = 1}}; /* 1: the colour space */
    TRY(arena_rc(doc->ctx->arena));
    buf_init(&d.ofd.content, CONTENT_MAX);
    enum rc rc = doc_lay(doc, &paint, &d);
    if (rc == RC_OK)
        rc = buf_rc(&d.ofd.content);
    if (rc == RC_OK)
        rc = ofd_fonts_subset(&d.ofd.fonts);
    if (rc == RC_OK)
        rc = ofd_pack(&d.ofd, out);
    buf_done(&d.ofd.content);
    ofd_fonts_done(&d.ofd.fonts);
    return rc;
}
