/* page_plan.h: what the pages of plans share: rows as people read them, gaps with their links. */
#ifndef BIHUAN_SERVE_PAGE_PLAN_H
#define BIHUAN_SERVE_PAGE_PLAN_H

#include "serve/page.h"

/* Keeps the rows of findings of the source that the reader may see. */
enum rc plan_page_keep_seen(struct page *page, int64_t source_id, struct value *rows) MUST_CHECK;
/* Words beside each row: kind_label, href, is_finding, who (list of {role, names}), dates, sort_text. */
void plan_page_put_words(struct page *page, struct value *rows);
/* What each row lacks: "gaps" in it, a list of {key, text, href, is_needed}; and "gap_tabs" with counts in the view. */
enum rc plan_page_put_gaps(struct page *page, int64_t source_id, struct value *rows, const char *path) MUST_CHECK;
/* Reads the rows of a version (0: as it stands) that the reader may see. */
enum rc plan_page_read_rows(struct page *page, const struct value *plan, int64_t version,
                            struct value **ret_rows) MUST_CHECK;
/* How many things the source's plan lacks: what keeps it from being approved, and what does not fit. */
enum rc plan_page_count_gaps(struct page *page, int64_t source_id, int64_t *ret_needed,
                             int64_t *ret_warnings) MUST_CHECK;
/* Section of a source's page: source.plan. */
enum rc page_put_source_plan(struct page *page, struct value *source) MUST_CHECK;

#endif
