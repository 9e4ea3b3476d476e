/* page_record.h: lists and pages of records that are shown alike: hung items, letters, lead cases, meetings, groups,
 * handovers.
 *
 * A list page (template record_list) shows figures that are links, tabs, a table and a pager; a record's page (template
 * record) shows facts in cards, tables, who is waited for, what can be done next and what happened.  The JSON answer
 * has the rows as they are, under "items" or "item".
 */
#ifndef BIHUAN_SERVE_PAGE_RECORD_H
#define BIHUAN_SERVE_PAGE_RECORD_H

#include "serve/page_loop.h"

enum record_cell {
    CELL_TEXT,
    CELL_LONG,   /* text with line breaks */
    CELL_NUM,    /* integer */
    CELL_DAY,    /* date text */
    CELL_TIME,   /* time, shown as a day */
    CELL_CHOICE, /* code; its words are message PREFIX.CODE */
    CELL_CODE,   /* text that stays on one line: numbers, short words */
    CELL_DUE,    /* date with state: late when before today, unless row.is_over */
    CELL_YES,    /* yes or no */
};

struct record_column {
    const char *label; /* message */
    const char *key;
    enum record_cell kind;
    const char
        *prefix; /* CELL_CHOICE: of the message; CELL_TEXT, CELL_CHOICE: also an address "/tasks/{task_id}" in `href` */
    const char *href; /* NULL: no link; filled from the row; left out when what it names is null */
};

/* Text of a row's column as people read it. */
struct str record_text(struct page *page, const struct value *row, const struct record_column *column);
/* "/letters/{id}" with the row's values; empty when one is null or 0. */
struct str record_href(struct arena *arena, const char *pattern, const struct value *row);

/* Reads a list's rows under page.view.items: binds today, limit and offset (query string page), fills the pager. */
enum rc record_put_items(struct page *page, struct db_stmt *st, const char *path, const char *query) MUST_CHECK;
/* The same with so many rows a page, at most 1000. */
enum rc record_put_page(struct page *page, struct db_stmt *st, const char *path, const char *query,
                        int rows_a_page) MUST_CHECK;
/* to.KEY = {columns, rows, has_rows}; the first column is the row's head. */
void record_put_table(struct page *page, struct value *to, const char *key, struct value *rows,
                      const struct record_column *columns, int count);
/* The table of page.view.items with the words for an empty one. */
void record_put_list(struct page *page, const struct record_column *columns, int count, const char *empty_key);
/* A figure that is a link; status "" or a status code, shown when n > 0. */
void record_add_figure(struct page *page, const char *label, int64_t n, const char *href, const char *status);
/* What a list shows: ?show=NAME; the first unless another is asked for. */
struct record_show {
    const char *name;
    uint32_t filter;
    int sort;
};
/* Adds a tab for each, with the words PREFIX.NAME; the chosen one. */
const struct record_show *record_choose(struct page *page, const char *path, const char *prefix,
                                        const struct record_show *shows, int count);
/* A button of the page's head. */
void record_add_action(struct page *page, struct value *to, const char *label, struct str href, bool is_primary);
/* Before the first of the above: makes the lists; is_list: of page.view itself. */
void record_begin_list(struct page *page, const char *title, const char *about);

/* One record: row of a query that was read through its scope; noun gives waits, offers and history. */
enum rc record_begin(struct page *page, struct value *row, enum lifecycle_noun noun,
                     struct value **ret_item) MUST_CHECK;
/* A line of the head: {text, status}. */
void record_add_badge(struct page *page, struct value *item, struct str text, const char *status);
/* A card with facts of the row; side: the narrow column. */
struct value *record_add_facts(struct page *page, struct value *item, const char *title, const char *anchor,
                               const struct value *row, const struct record_column *columns, int count, bool is_side);
/* A card with a table. */
struct value *record_add_table(struct page *page, struct value *item, const char *title, const char *anchor,
                               struct value *rows, const struct record_column *columns, int count);
/* An alert over the record. */
void record_add_alert(struct page *page, struct value *item, const char *key, const struct str *args, int count);
/* Rows of a statement with $id, $today and the reader's scope for perm bound. */
enum rc record_rows(struct page *page, enum query query, enum perm perm, int64_t id,
                    struct value **ret_rows) MUST_CHECK;

/* So many days before today, as text. */
struct str record_day_before(struct page *page, int days);

#endif
