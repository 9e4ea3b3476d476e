/* doc_ofd.h: the two halves of the OFD writer: what is drawn (doc_ofd.c), and the package around it (doc_ofd_pack.c).
 *
 * Source: GB/T 33190-2016.  Lengths are millimetres, kept as whole thousandths; the origin is the upper left corner.
 */
#ifndef BIHUAN_PUBLISH_DOC_OFD_H
#define BIHUAN_PUBLISH_DOC_OFD_H

#include "publish/doc.h"
#include "publish/ofd_font.h"

struct ofd_page {
    int id, layer_id;
    long width, height;
    size_t from, to; /* of its objects, in content */
};

struct ofd_patch { /* where the number of a glyph goes, which is known when the fonts are made */
    size_t at;     /* in content */
    struct ofd_face *face;
    uint32_t glyph;
};

struct ofd_entry { /* of the outline */
    int level, page_id;
    struct str title;
    long x, y;
};

struct ofd {
    struct doc *doc;
    struct ctx *ctx;
    struct ofd_fonts fonts;
    struct buf content; /* objects of all pages, one page after the other */
    VEC(struct ofd_page) pages;
    VEC(struct ofd_patch) patches;
    VEC(struct ofd_entry) outline;
    int last_id; /* IDs are counted through the document */
};

/* "1.5", "-0.207": thousandths without needless zeros. */
void ofd_add_length(struct buf *out, long thousandths);
/* The package of what was drawn. */
enum rc ofd_pack(struct ofd *ofd, struct buf *out) MUST_CHECK;

#endif
