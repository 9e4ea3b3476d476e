/* doc_pdf.c: a paper as PDF: cairo writes what doc_lay.h lays out; see doc.h. */
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "publish/doc_lay.h"
#include "publish/doc_page.h"
#include "publish/doc_pdf_mark.h"
#include "publish/doc_xml.h"

enum { OUTLINE_LEVELS = 5 };
static const double PT = 20.0; /* twips in a point */

struct pdf {
    struct doc *doc;
    cairo_surface_t *surface;
    cairo_t *cairo;
    int outline[OUTLINE_LEVELS];
};

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

/* ---- painting ------------------------------------------------------------------------------------------------- */

static void begin_page(void *me, double width, double height)
{
    struct pdf *pdf = me;
    cairo_pdf_surface_set_size(pdf->surface, width, height);
}

static void end_page(void *me)
{
    struct pdf *pdf = me;
    cairo_show_page(pdf->cairo);
}

static void put_line(void *me, PangoLayoutLine *line, double x, double y, uint32_t colour)
{
    struct pdf *pdf = me;
    set_colour(pdf->cairo, colour);
    cairo_move_to(pdf->cairo, x, y);
    pango_cairo_show_layout_line(pdf->cairo, line);
}

static void put_rule(void *me, const struct doc_rule *rule)
{
    struct pdf *pdf = me;
    set_colour(pdf->cairo, rule->colour);
    cairo_set_line_width(pdf->cairo, rule->width);
    cairo_move_to(pdf->cairo, rule->x1, rule->y1);
    cairo_line_to(pdf->cairo, rule->x2, rule->y2);
    cairo_stroke(pdf->cairo);
}

static void put_tag(void *me, const char *tag, bool is_begin)
{
    struct pdf *pdf = me;
    if (is_begin)
        cairo_tag_begin(pdf->cairo, tag, NULL);
    else
        cairo_tag_end(pdf->cairo, tag);
}

static void put_heading(void *me, int level, struct str title, int page, double x, double y)
{
    struct pdf *pdf = me;
    char where[80];
    (void)snprintf(where, sizeof where, "page=%d pos=[%ld %ld]", page, (long)x, (long)y);
    int parent = CAIRO_PDF_OUTLINE_ROOT;
    for (int i = level - 1; i > 0 && parent == CAIRO_PDF_OUTLINE_ROOT; i--)
        parent = pdf->outline[i];
    pdf->outline[level] = cairo_pdf_surface_add_outline(
        pdf->surface, parent, arena_copy_cstr(pdf->doc->ctx->arena, title), where, CAIRO_PDF_OUTLINE_FLAG_OPEN);
    for (int i = level + 1; i < OUTLINE_LEVELS; i++)
        pdf->outline[i] = CAIRO_PDF_OUTLINE_ROOT;
}

/* ---- whole ---------------------------------------------------------------------------------------------------- */

static void set_metadata(struct pdf *pdf)
{
    const struct doc_facts *facts = &pdf->doc->facts;
    struct arena *arena = pdf->doc->ctx->arena;
    struct buf time CLEANUP(buf_done);
    buf_init(&time, 64);
    doc_xml_time(&time, facts->made_ms);
    const char *at = arena_copy_cstr(arena, buf_str(&time));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, arena_copy_cstr(arena, facts->title));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_AUTHOR, arena_copy_cstr(arena, facts->author));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_SUBJECT, arena_copy_cstr(arena, facts->subject));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR, "Bihuan");
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_KEYWORDS,
                                   arena_format(arena, "BihuanEvent=%lld BihuanDigest=%.*s",
                                                (long long)facts->snapshot_seq, STR_ARG(facts->snapshot_digest))
                                       .p);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE, at);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_MOD_DATE, at);
}

enum rc doc_write_pdf(struct doc *doc, struct buf *out)
{
    static const struct doc_paint paint = {begin_page, end_page, put_line, put_rule, put_tag, put_heading};
    struct pdf pdf = {.doc = doc};
    size_t from = out->n;
    TRY(arena_rc(doc->ctx->arena));
    pdf.surface = cairo_pdf_surface_create_for_stream(take_bytes, out, DOC_SHEET_WIDTH / PT, DOC_SHEET_HEIGHT / PT);
    pdf.cairo = cairo_create(pdf.surface);
    set_metadata(&pdf);
    enum rc laid = doc_lay(doc, &paint, &pdf);
    cairo_status_t drawn = cairo_status(pdf.cairo);
    cairo_destroy(pdf.cairo);
    cairo_surface_finish(pdf.surface);
    cairo_status_t written = cairo_surface_status(pdf.surface);
    cairo_surface_destroy(pdf.surface);
    doc_pdf_mark(out, from);
    TRY(buf_rc(out));
    TRY(laid);
    TRY(arena_rc(doc->ctx->arena));
    if (drawn == CAIRO_STATUS_SUCCESS && written == CAIRO_STATUS_SUCCESS)
        return RC_OK;
    return ctx_fail_format(doc->ctx, drawn == CAIRO_STATUS_NO_MEMORY ? RC_NOMEM : RC_INTERNAL, NULL, "%s",
                           cairo_status_to_string(drawn ? drawn : written));
}
