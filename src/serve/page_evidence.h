/* page_evidence.h: what the two halves of the evidence pages share: forms and files. */
#ifndef BIHUAN_SERVE_PAGE_EVIDENCE_H
#define BIHUAN_SERVE_PAGE_EVIDENCE_H

#include "serve/page.h"

/* "task", "measure" or "finding" by the beginning of the address. */
struct str evidence_subject_kind(const struct page *page);
/* The form for a new file, or for a new version, as it was typed.  RC_NOT_FOUND for what the reader may not work on. */
enum rc evidence_put_new_form(struct page *page) MUST_CHECK;
enum rc evidence_put_revise_form(struct page *page) MUST_CHECK;

#endif
