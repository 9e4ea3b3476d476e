/* page_board.h: what the pages of the board share. */
#ifndef BIHUAN_SERVE_PAGE_BOARD_H
#define BIHUAN_SERVE_PAGE_BOARD_H

#include "serve/page.h"
#include "watch/board.h"

/* Reads source, under and aspect of the address. */
enum rc board_read_filter(struct page *page, struct board_filter *ret) MUST_CHECK;
/* PATH?...: the filter's own parameters, then more ("figure=overdue&leader=person:7" or ""). */
struct str board_href(struct page *page, const char *path, const struct board_filter *filter, struct str more);
/* The list behind a figure. */
struct str board_list_href(struct page *page, const struct board_filter *filter, enum board_figure figure,
                           struct str more);
/* "63.4%" of part in whole; a dash without a whole. */
/* Money in units of ten thousand yuan, from a hundred million on in those; *ret_key: the name of the figure with its
 * unit, message board.NAME or board.NAME_large. */
struct str board_money_text(struct page *page, int64_t fen, const char *name, const char **ret_key);
struct str board_rate(struct page *page, int64_t part, int64_t whole);
/* Name of the unit, source, aspect or leader. */
enum rc board_name(struct page *page, enum query query, int64_t id, struct str kind, struct str *ret_name) MUST_CHECK;
/* Names of the filter as crumbs and the choices of its form. */
enum rc board_put_filter(struct page *page, const struct board_filter *filter, int64_t unit_id) MUST_CHECK;
/* The filter of a page about one source; when none is asked for (0) the newest that is not just a self-check with a
 * finding or none, which would show next to nothing.  0 is left when no source is in sight. */
enum rc board_choose_source(struct page *page, int64_t *source) MUST_CHECK;
/* The two lines of what is left, month by month, as a drawing for the page. */
struct str board_draw_burndown(struct page *page, const struct board *board);
/* "waits", counted by what is to be done, and "longest", for the filter. */
enum rc board_put_waits(struct page *page, const struct board_filter *filter, int64_t limit) MUST_CHECK;
/* Sums for the page's own permission. */
enum rc board_of_page(struct page *page, const struct board_filter *filter, struct board *ret) MUST_CHECK;

#endif
