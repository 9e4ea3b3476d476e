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

#ifdef __SANITIZE_ADDRESS__
/* fontconfig, cairo and pango keep what they know of the fonts for as long as the process lives: caches, no leaks. */
const char *__lsan_default_suppressions(void); /* the name that the sanitizer asks for */
__attribute__((visibility("default"), used)) const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo\nleak:libpango";
}
#endif
