/* font_layout.h: the one place where text layouts of pango come from. */
#ifndef BIHUAN_PUBLISH_FONT_LAYOUT_H
#define BIHUAN_PUBLISH_FONT_LAYOUT_H

typedef struct _cairo cairo_t;
typedef struct _PangoLayout PangoLayout;

/* A new layout for a context, to be released with g_object_unref. */
PangoLayout *font_layout_new(cairo_t *cairo);
/* A context for measuring only, with the exact widths of a page of paper, to be released with cairo_destroy. */
cairo_t *font_layout_measure(void);

#endif
