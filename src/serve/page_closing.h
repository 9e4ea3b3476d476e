/* page_closing.h: what the pages of closing share. */
#ifndef BIHUAN_SERVE_PAGE_CLOSING_H
#define BIHUAN_SERVE_PAGE_CLOSING_H

#include "serve/page.h"

/* The section of a finding's page: cycles, cases, certificates, look-backs, and "has_closing".  finding was read
 * through its scope. */
enum rc page_finding_put_closing(struct page *page, struct value *finding) MUST_CHECK;
/* KEY_label of a row: the message PREFIX.VALUE. */
void closing_put_label(struct page *page, struct value *row, const char *key, const char *prefix);
/* A day of a time column, China time, as KEY_day. */
void closing_put_day(struct page *page, struct value *row, const char *key);
/* Adds "due_state", "due_state_label", "due_left_text" of a case's step. */
void closing_put_step_due(struct page *page, struct value *row);
/* Adds rows of a query over $finding_id to map under key, with has_KEY. */
enum rc closing_put_rows(struct page *page, struct value *map, const char *key, enum query query,
                         int64_t finding_id) MUST_CHECK;
struct str closing_today(struct page *page);
/* view.pager with a link behind the last row's id, or none. */
void closing_put_pager(struct page *page, const struct value *rows, size_t rows_max, const char *path,
                       struct str query);
/* view.tabs of the pages of closing. */
void closing_put_tabs(struct page *page, const char *current);

#endif
