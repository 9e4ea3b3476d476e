/* page_spread.h: what the pages of sweeps, rules and assessments share: their tabs, figures and the map of units. */
#ifndef BIHUAN_SERVE_PAGE_SPREAD_H
#define BIHUAN_SERVE_PAGE_SPREAD_H

#include "serve/page.h"

/* "tabs" of the entry for lasting work: {href, label, is_current}; current: sweeps, answers, rules, assessments. */
void spread_put_tabs(struct page *page, const char *current);
/* Message PREFIX.VALUE. */
struct str spread_words(struct page *page, const char *prefix, struct str value);
/* One figure with the list behind it; status: code of the five, or "". */
void spread_add_figure(struct page *page, struct value *list, const char *label, int64_t n, struct str href,
                       const char *status);
/* Options of a unit field: the units where the reader has the permission. */
enum rc spread_put_units(struct page *page, struct value *field, enum perm perm, bool has_none) MUST_CHECK;
/* The units of rows (id, parent_id, in the order of the tree, with status, status_label and href where is_asked) as a
 * tree in "cover": only branches with something in them. */
enum rc spread_put_map(struct page *page, const struct value *rows) MUST_CHECK;
/* "pager" of a list that goes back by id: path with `query` (may be empty, without ?) and before=ID of the last row. */
void spread_put_pager(struct page *page, const struct value *rows, size_t full, const char *path, struct str query);
/* "/NOUN/ID". */
struct str spread_href(struct page *page, const char *noun, int64_t id);
/* Date of the page, as text. */
struct str spread_today(struct page *page);

/* page_sweep.c: the words of an answer's row (state, result, due, is_fault, amount_fen): status, status_label, ... */
void page_sweep_put_answer(struct page *page, struct value *row);

#endif
