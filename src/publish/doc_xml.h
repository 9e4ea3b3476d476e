/* doc_xml.h: text into XML, for the writers of packages. */
#ifndef BIHUAN_PUBLISH_DOC_XML_H
#define BIHUAN_PUBLISH_DOC_XML_H

#include "base/buf.h"

/* Escapes & < > " and leaves out control characters that XML 1.0 does not know. */
void doc_xml_text(struct buf *out, struct str s);
/* The content of a run: <w:t>, with <w:tab/> and <w:br/> for tabs and line breaks. */
void doc_xml_run_text(struct buf *out, struct str s);
/* "2026-11-28T12:00:00Z"; 0 gives 2000-01-01. */
void doc_xml_time(struct buf *out, int64_t at_ms);

#endif
