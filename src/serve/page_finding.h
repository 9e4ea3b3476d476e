/* page_finding.h: what the pages of the register share: the list query of an address, and the words of a row. */
#ifndef BIHUAN_SERVE_PAGE_FINDING_H
#define BIHUAN_SERVE_PAGE_FINDING_H

#include "serve/page.h"

#define FINDING_PHASES "immediate|concentrated|long_term"
#define FINDING_PHASE_CHOICES "short|" FINDING_PHASES /* of the list: short is every one but the long term */
#define FINDING_MATTERS "once|recurs"
#define FINDING_HUNG "open"
#define FINDING_MONEY "open"
#define FINDING_NATURES "|individual|common|mechanism|legacy"
#define FINDING_SEVERITIES "|general|serious|major"
#define FINDING_STATUSES                                                                                               \
    "registered|disputed|confirmed|planned|doing|submitted|reviewing|returned|closed|kept|ended|withdrawn"
/* Of the list: open is every one that is not over, unfinished those of them that are not kept up for the long term. */
#define FINDING_STATUS_CHOICES "open|unfinished|" FINDING_STATUSES
#define FINDING_LABELS "0|1|2"

enum { FINDING_PAGE_ROWS = 50, FINDING_COUNT_MAX = 1000, FINDING_SOON_DAYS = 30 };

enum finding_sort { FINDING_SORT_DUE, FINDING_SORT_CHANGED, FINDING_SORT_NO, FINDING_SORT_AMOUNT };

/* How the rows of a list are found; see page_finding_plan.c. */
struct finding_plan {
    uint64_t by; /* bits by_* of finding_list: the index that gives the rows; 0: that of the sort */
    bool is_few; /* not in order: they are sorted afterwards */
};

/* A list of findings as an address asks for it: closed sets of filters and sorts, see sql/query/finding.sql. */
struct finding_query {
    uint64_t filters; /* bits of finding_list, without by_*, after_* and before_* */
    enum finding_sort column;
    bool is_back; /* shown from the last to the first */
    bool is_sure; /* plan is good whatever the data are like */
    struct finding_plan plan;
    int steps;           /* 0: as many as usual before another plan is tried; tests make it small */
    bool is_export;      /* whole rows, from finding_export; set before the first statement */
    enum perm perm;      /* whose scope holds */
    struct str q, match; /* as typed; for the search index */
    struct str status, phase, nature, severity, matter, hung, money, due, due_from, due_to, today, soon;
    int64_t source, aspect, unit, under, amount_min, label;
};

/* Where a page of the list begins: behind the row with this key. */
struct finding_cursor {
    struct str key;
    int64_t key_number; /* of the sorts by a number */
    int64_t key_id;     /* id; of the sort by number: item within the source */
    bool is_set;
};

/* Reads and checks the address.  RC_INVALID names the field that is not of its set. */
enum rc finding_query_read(struct page *page, enum perm perm, struct finding_query *ret) MUST_CHECK;
/* For finding_query_read: looks for a filter that leaves few rows. */
enum rc finding_plan_choose(struct page *page, struct finding_query *query) MUST_CHECK;
/* The statement of a plan, not yet bound; NULL when the engine refuses.  For finding_query_rows and the test of plans.
 */
struct db_stmt *finding_plan_statement(struct page *page, const struct finding_query *query, struct finding_plan plan,
                                       const struct finding_cursor *cursor, bool is_down);
/* The rows from the cursor on, at most limit.  is_backward: those before it, nearest first. */
enum rc finding_query_rows(struct ctx *ctx, struct page *page, const struct finding_query *query,
                           const struct finding_cursor *cursor, bool is_backward, int64_t limit,
                           struct value **ret_rows) MUST_CHECK;
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

/* What it is counted as and what is counted as it, what it repeats and what repeats it: _finding_matter. */
enum rc page_finding_put_matter(struct page *page, struct value *finding) MUST_CHECK;

/* The way to a page about a finding: the list, the finding, where one is. */
void finding_put_crumbs(struct page *page, struct str no, int64_t id, struct str here);

#endif
