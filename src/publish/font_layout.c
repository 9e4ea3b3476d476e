/* font_layout.c: text layouts; see font_layout.h. */
#include "publish/font_layout.h"

#include <pango/pangocairo.h>

PangoLayout *font_layout_new(cairo_t *cairo) { return pango_cairo_create_layout(cairo); }

#ifdef __SANITIZE_ADDRESS__
/* fontconfig, cairo and pango keep what they know of the fonts for as long as the process lives: caches, no leaks. */
const char *__lsan_default_suppressions(void); /* the name that the sanitizer asks for */
__attribute__((visibility("default"), used)) const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo\nleak:libpango";
}
#endif
