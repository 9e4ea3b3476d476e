/* draft_similar.h: findings of the register that are like those of a draft. */
#ifndef BIHUAN_SERVE_DRAFT_SIMILAR_H
#define BIHUAN_SERVE_DRAFT_SIMILAR_H

#include "serve/page.h"

/* Only the first so many findings of a draft are looked for at once; every one is when it is chosen. */
enum { DRAFT_SIMILAR_MAX = 200 };

/* Puts "rows": {node, number, title, similar} for each finding of the draft that has any; similar as of similar.h.  It
 * takes a few milliseconds a finding in a large register: not for the time of a page that is waited for. */
enum rc draft_similar_put_rows(struct page *page, const struct value *draft) MUST_CHECK;
/* Puts "similar" into every finding of the view that draft_view_put made. */
enum rc draft_similar_fill(struct page *page) MUST_CHECK;

#endif
