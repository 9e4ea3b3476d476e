/* reader_numbering.h: the marks that Word shows before a paragraph but keeps apart from its text. */
#ifndef BIHUAN_INTAKE_READER_NUMBERING_H
#define BIHUAN_INTAKE_READER_NUMBERING_H

#include "intake/reader_xml.h"

enum { NUMBERING_LEVELS = 9 };

struct numbering;

/* Reads numbering.xml's root (NULL: a document without lists). */
enum rc numbering_new(struct reader *reader, const struct xml_node *root, struct numbering **ret) MUST_CHECK;
/* The mark of the next paragraph of list num_id at level 0..8, counting on; empty for bullets' missing text or an
 * unknown list.  In scratch. */
struct str numbering_next(struct numbering *numbering, struct str num_id, int level);
/* A number in one of Word's formats ("chineseCounting", "decimalEnclosedCircle", ...); decimal when unknown. */
void numbering_format(struct buf *out, struct str format, int64_t value);

#endif
