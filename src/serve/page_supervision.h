/* page_supervision.h: what is under way about a finding or a task, as a section of its page. */
#ifndef BIHUAN_SERVE_PAGE_SUPERVISION_H
#define BIHUAN_SERVE_PAGE_SUPERVISION_H

#include "serve/page.h"

/* map.supervision for the template _supervision: hung item, letters, lead cases, group, and what the reader may begin.
 * kind "finding" or "task"; row: id, unit_id, label, read through its scope. */
enum rc supervision_put_section(struct page *page, struct value *map, const char *kind,
                                const struct value *row) MUST_CHECK;

#endif
