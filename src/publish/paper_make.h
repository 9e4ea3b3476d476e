/* paper_make.h: papers from frozen data and a template; see paper_data.h, docx.h. */
#ifndef BIHUAN_PUBLISH_PAPER_MAKE_H
#define BIHUAN_PUBLISH_PAPER_MAKE_H

#include "publish/docx.h"
#include "publish/paper_data.h"

/* The template that is shipped for a kind, as a Word file, in the arena; made from data/papers/KIND.txt. */
enum rc paper_shipped(struct ctx *ctx, enum paper_kind kind, struct str *ret_docx) MUST_CHECK;
/* A description as a tree: one block a line, see data/papers/plan.txt.  RC_INVALID with the line. */
enum rc paper_describe(struct ctx *ctx, struct str description, const struct doc_facts *facts,
                       struct doc **ret_doc) MUST_CHECK;

struct paper_order {
    enum paper_kind kind;
    int64_t snapshot_seq;
    struct str data_json, digest; /* as frozen */
    struct str template_docx;
    /* How the template is opened; NULL: docx_open, for those of the program itself. */
    enum rc (*open)(struct ctx *ctx, struct str bytes, struct docx *ret_docx);
    const struct value *text; /* what the office wrote itself: a map of the kind's texts; may be NULL */
};

struct paper_made {
    struct str title;
    struct buf docx, pdf, ofd, xlsx; /* xlsx: empty when the kind has none */
    struct value *faults;            /* list of texts; issuing needs none */
    struct doc *doc;                 /* the paper as a tree */
};

/* Fills and writes.  The same order gives the same bytes on one machine.  RC_INVALID: the template does not fit, with
 * the places; RC_CHAIN: the data are not those of the digest.  ret_made is done by paper_made_done, also after a
 * failure. */
enum rc paper_render(struct ctx *ctx, const struct paper_order *order, struct paper_made *ret_made) MUST_CHECK;
void paper_made_done(struct paper_made *made);

/* Figures in a text that the office wrote: fields are filled; a number with a counting word that is no figure of the
 * data is a fault. */
enum rc paper_fill_text(struct ctx *ctx, struct str text, const struct value *data, const char *name,
                        struct value *faults, struct str *ret_text) MUST_CHECK;
/* The tables of a paper as a workbook. */
enum rc paper_write_xlsx(struct doc *doc, struct buf *out) MUST_CHECK;

#endif
