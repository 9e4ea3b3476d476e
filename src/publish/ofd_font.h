/* ofd_font.h: the fonts of an OFD package: which were used, with which glyphs, and a subset of each to embed.
 *
 * A face is one file and index; it is embedded once, however many sizes of it are used.  Glyph numbers change in the
 * subset: they are known after ofd_fonts_subset.  Memory is ctx's arena; ofd_fonts_done releases what the libraries
 * hold.
 */
#ifndef BIHUAN_PUBLISH_OFD_FONT_H
#define BIHUAN_PUBLISH_OFD_FONT_H

#include "base/ctx.h"
#include "base/vec.h"

typedef struct _PangoFont PangoFont;
typedef struct hb_face_t hb_face_t;
typedef struct hb_set_t hb_set_t;
typedef struct hb_map_t hb_map_t;
typedef struct hb_blob_t hb_blob_t;

struct ofd_face {
    int id; /* of the resource; 0 until the writer gives one */
    struct str name, family;
    bool is_bold, is_cff;
    hb_face_t *face;
    hb_set_t *codes, *glyphs;
    hb_map_t *numbers; /* of the glyphs in the subset */
    hb_blob_t *subset;
};

struct ofd_font { /* a face in a size */
    PangoFont *font;
    struct ofd_face *face;
    double points;
    bool is_emboldened; /* the face has no bold, so the strokes are made thicker */
};

struct ofd_fonts {
    struct ctx *ctx;
    VEC(struct ofd_font) fonts;
    VEC(struct ofd_face *) faces;
};

/* The font as an entry, which lives until the next call; NULL when there is no room or no such file. */
const struct ofd_font *ofd_fonts_take(struct ofd_fonts *fonts, PangoFont *font);
/* Notes that a character is shown by a glyph; true when a reader comes from one to the other by the font itself. */
bool ofd_font_use(const struct ofd_font *font, uint32_t code, uint32_t glyph);
/* Makes all subsets.  RC_NOMEM, RC_INTERNAL. */
enum rc ofd_fonts_subset(struct ofd_fonts *fonts) MUST_CHECK;
/* After ofd_fonts_subset: bytes of the font file, and the number of a glyph in it. */
struct str ofd_face_bytes(const struct ofd_face *face);
uint32_t ofd_face_number(const struct ofd_face *face, uint32_t glyph);
void ofd_fonts_done(struct ofd_fonts *fonts);

#endif
