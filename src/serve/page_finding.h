/* page_finding.h: what the pages of the register share: the list query of an address, and the words of a row. */
#ifndef BIHUAN_SERVE_PAGE_FINDING_H
#define BIHUAN_SERVE_PAGE_FINDING_H

#include "serve/page.h"

#define FINDING_PHASES "immediate|concentrated|long_term"
#define FINDING_NATURES "|individual|common|mechanism|legacy"
#define FINDING_SEVERITIES "|general|serious|major"
#define FINDING_STATUSES                                                                                               \
    "registered|disputed|confirmed|planned|doing|submitted|reviewing|returned|closed|kept|ended|withdrawn"
#define FINDING_LABELS "0|1|2"

enum { FINDING_PAGE_ROWS = 50, FINDING_COUNT_MAX = 1000 };

/* A list of findings as an address asks for it: closed sets of filters and sorts, see sql/query/finding.sql. */
struct finding_query {
    uint32_t filters;    /* bits of finding_list, the same in finding_walk */
    int column;          /* 0 due, 1 changed, 2 no, 3 amount */
    bool is_back;        /* shown from the last to the first */
    uint32_t pick;       /* bit of finding_walk: the filter that leaves few rows; 0: none does */
    bool is_walk;        /* finding_walk instead of finding_list */
    bool is_export;      /* whole rows, from finding_export; set before the first statement */
    enum perm perm;      /* whose scope holds */
    struct str q, match; /* as typed; for the search index */
    struct str status, phase, nature, severity, due, due_from, due_to;
    int64_t source, aspect, unit, under, amount_min, label;
};

/* Where a page of the list begins: behind the row with this key. */
struct finding_cursor {
    struct str key;
    int64_t key_id;
    bool is_set;
};

/* Reads and checks the address.  RC_INVALID names the field that is not of its set. */
enum rc finding_query_read(struct page *page, enum perm perm, struct finding_query *ret) MUST_CHECK;
/* The statement, bound.  is_backward: the rows before the cursor, nearest first. */
enum rc finding_query_bind(struct page *page, const struct finding_query *query, const struct finding_cursor *cursor,
                           bool is_backward, int64_t limit, struct db_stmt **ret_st) MUST_CHECK;
/* How many there are, at most limit. */
enum rc finding_query_count(struct page *page, const struct finding_query *query, int64_t limit,
                            int64_t *ret_count) MUST_CHECK;
/* "KEY~ID" and back; texts of the arena. */
struct str finding_cursor_format(struct arena *arena, const struct finding_query *query, const struct value *row);
bool finding_cursor_parse(const struct finding_query *query, struct str text, struct finding_cursor *ret);
/* Adds the words of a row: *_label, amount_text, due_state, changed_at_text, unit_text. */
void finding_put_words(struct page *page, struct value *row);
/* The address with one parameter set to another value (empty: left out); paging is left out too. */
struct str finding_address(struct page *page, const char *path, const char *name, struct str value);
/* One filter as people read it: label and value. */
enum rc finding_put_chips(struct page *page, const struct finding_query *query, struct value *ret_list) MUST_CHECK;
bool finding_is_closed(struct str status);
/* Adds to an event of a time line: what, detail (null when there is none), actor, at_text. */
void finding_put_event_words(struct page *page, struct value *event);

#endif
