/* font_layout.c: text layouts; see font_layout.h. */
#include "publish/font_layout.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

PangoLayout *font_layout_new(cairo_t *cairo) { return pango_cairo_create_layout(cairo); }

cairo_t *font_layout_measure(void)
{
    static const double SIDE = 1000;
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(NULL, NULL, SIDE, SIDE); /* goes nowhere */
    cairo_t *cairo = cairo_create(surface);
    cairo_surface_destroy(surface);
    return cairo;
}
