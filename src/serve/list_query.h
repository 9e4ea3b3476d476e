/* list_query.h: what pages with a list share: reading filters from the address, showing them, and the ways on.
 *
 * Threat: SQL from an address.  Filters are bits of closed sets; what is read is only ever bound as a value.
 * View: filter.NAME is a field (typed_form.h); chips: [{name, label, value, remove_href}].
 *
 * The readers set *ret, put bit into *filters when the address has the name, and fail with RC_INVALID at that name.
 */
#ifndef BIHUAN_SERVE_LIST_QUERY_H
#define BIHUAN_SERVE_LIST_QUERY_H

#include "serve/page.h"

/* One of choices "a|b". */
enum rc list_read_choice(struct page *page, const char *name, const char *choices, uint64_t bit, uint64_t *filters,
                         struct str *ret) MUST_CHECK;
/* A whole number; *ret stays when there is none. */
enum rc list_read_number(struct page *page, const char *name, uint64_t bit, uint64_t *filters, int64_t *ret) MUST_CHECK;
/* A day, "2026-11-24". */
enum rc list_read_date(struct page *page, const char *name, uint64_t bit, uint64_t *filters,
                       struct str *ret) MUST_CHECK;
/* The words of "q" among records of a kind ("finding"), as the engine's search index takes them; *ret_match stays when
 * there are none. */
enum rc list_read_words(struct page *page, const char *kind, uint64_t bit, uint64_t *filters,
                        struct str *ret_match) MUST_CHECK;
/* "sort" is one of columns "a|b", or "-a" from the last to the first: its index. */
enum rc list_read_sort(struct page *page, const char *columns, int *ret_column, bool *ret_is_back) MUST_CHECK;

/* The field of a filter with what the address says. */
struct value *list_put_filter(struct page *page, struct value *filter, const char *name);
/* The same as a choice of "a|b" with the words PREFIX.a, PREFIX.b. */
void list_put_choices(struct page *page, struct value *filter, const char *name, const char *choices,
                      const char *prefix);
/* The same as a choice of st's rows by their id; label of one or two columns (second may be NULL). */
enum rc list_put_records(struct page *page, struct value *filter, const char *name, struct db_stmt *st,
                         const char *first, const char *second) MUST_CHECK;
/* A filter that is set, and the way without it (borrowed). */
void list_add_chip(struct page *page, struct value *chips, const char *name, const char *label, struct str value,
                   struct str remove_href);
/* sort.NAME = {href, direction} of a column. */
void list_put_sort(struct page *page, struct value *sort, const char *name, bool is_current, bool is_back,
                   struct str href);
/* PATH?... with those of names that the address has, except name, which gets value (empty: left out). */
struct str list_address(struct page *page, const char *path, const char *const *names, size_t names_n, const char *name,
                        struct str value);

#endif
