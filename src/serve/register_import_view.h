/* register_import_view.h: what the pages of the import of a ledger show of a mapping and of a plan. */
#ifndef BIHUAN_SERVE_REGISTER_IMPORT_VIEW_H
#define BIHUAN_SERVE_REGISTER_IMPORT_VIEW_H

#include "intake/sheet_read.h"
#include "serve/page.h"

/* {value, label, selected} at the end of a list; texts are copied. */
void register_view_option(struct arena *arena, struct value *list, struct str value, struct str label,
                          bool is_selected);
/* The message prefix followed by value. */
struct str register_view_word(struct page *page, const char *prefix, struct str value);
/* Columns with examples and the fields to choose from, of register_sheet_guess. */
void register_view_columns(struct page *page, struct value *import, const struct sheet_grid *grid,
                           const struct value *mapping);
/* Counts of a plan or a result; errors below 0: not shown. */
void register_view_figures(struct page *page, struct value *import, const struct value *counts, int64_t errors);
/* The message of one error of a plan. */
struct str register_view_error(struct page *page, const struct value *error);
/* What is told of a row but keeps nothing out. */
void register_view_doubts(struct page *page, struct value *import, const struct value *doubts);
/* The first errors, rows and notes of a plan, copied into the page. */
void register_view_errors(struct page *page, struct value *import, const struct value *errors);
void register_view_rows(struct page *page, struct value *import, const struct value *rows);
void register_view_notes(struct page *page, struct value *import, const struct value *notes);

#endif
