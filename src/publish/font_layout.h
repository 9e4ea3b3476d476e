/* font_layout.h: the one place where text layouts of pango come from. */
#ifndef BIHUAN_PUBLISH_FONT_LAYOUT_H
#define BIHUAN_PUBLISH_FONT_LAYOUT_H

#include <stddef.h>

#include "base/str.h"

typedef struct _cairo cairo_t;
typedef struct _PangoAttrList PangoAttrList;
typedef struct _PangoLayout PangoLayout;

/* A new layout for a context, to be released with g_object_unref. */
PangoLayout *font_layout_new(cairo_t *cairo);
/* The marks of the text, which begins at byte `from` of its paragraph, from other families: some fonts of handwriting
 * have them in the middle of their square, as Taiwan does, and the mainland has them at the lower left (GB/T
 * 15834-2011). */
void font_layout_take_marks(PangoAttrList *list, struct str text, size_t from, const char *families);
/* A context for measuring only, with the exact widths of a page of paper, to be released with cairo_destroy. */
cairo_t *font_layout_measure(void);

#endif
