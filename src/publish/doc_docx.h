/* doc_docx.h: the parts of a Word file beside its body; private to the files doc_docx*.c. */
#ifndef BIHUAN_PUBLISH_DOC_DOCX_H
#define BIHUAN_PUBLISH_DOC_DOCX_H

#include "publish/doc.h"

#define W_NS "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

/* The word of w:jc for an alignment. */
const char *doc_docx_align_name(enum doc_align align);
/* <w:rFonts> with the font for all scripts. */
void doc_docx_add_fonts(struct buf *out, enum doc_font font);
/* word/styles.xml: a style for each row of data/doc_styles.def. */
void doc_docx_write_styles(struct buf *out);
/* word/fontTable.xml: each font with what stands in for it. */
void doc_docx_write_font_table(struct buf *out);
/* Page number: 4 hao, between dashes of one em; odd pages right, even pages left, one character in (GB/T 9704, 7.5). */
void doc_docx_write_footer(struct buf *out, bool is_even, bool is_letter);
/* First page of a letter: the double line over its foot, no number (GB/T 9704, 10.1). */
void doc_docx_write_letter_footer(struct buf *out);

#endif
