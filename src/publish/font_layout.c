/* font_layout.c: text layouts; see font_layout.h. */
#include "publish/font_layout.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "text/utf8.h"

PangoLayout *font_layout_new(cairo_t *cairo) { return pango_cairo_create_layout(cairo); }

void font_layout_take_marks(PangoAttrList *list, struct str text, size_t from, const char *families)
{
    static const uint32_t marks[] = {0x3001, 0x3002, 0xFF01, 0xFF0C, 0xFF1A, 0xFF1B, 0xFF1F};
    uint32_t code;
    for (size_t at = 0, start = 0; utf8_decode(text, &at, &code); start = at)
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
            if (code == marks[i]) {
                PangoAttribute *family = pango_attr_family_new(families);
                family->start_index = (guint)(from + start);
                family->end_index = (guint)(from + at);
                pango_attr_list_insert(list, family);
            }
}

cairo_t *font_layout_measure(void)
{
    static const double SIDE = 1000;
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(NULL, NULL, SIDE, SIDE); /* goes nowhere */
    cairo_t *cairo = cairo_create(surface);
    cairo_surface_destroy(surface);
    return cairo;
}
