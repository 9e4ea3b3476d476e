/* reader_pdf.h: PDF through poppler's pdftotext, in two halves so that the sandbox can close between them. */
#ifndef BIHUAN_INTAKE_READER_PDF_H
#define BIHUAN_INTAKE_READER_PDF_H

#include "intake/reader_work.h"

/* Starts pdftotext on bytes under its own limits and filter.  Only one may run at a time in a process; reader_pdf
 * then takes its answer.  Called by the child before sandbox_enter. */
enum rc reader_pdf_start(struct ctx *ctx, struct str bytes) MUST_CHECK;
/* Builds paragraphs from the XHTML of `pdftotext -bbox-layout`. */
enum rc reader_pdf_layout(struct reader *reader, struct str xhtml) MUST_CHECK;

#endif
