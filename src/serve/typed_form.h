/* typed_form.h: forms that come back as they were typed.
 *
 * View: form.NAME = {name, value, error, options: [{value, label, find, selected}]}; error is null when there is none.
 * web/templates/_field_*.html show such a field.
 *
 * A form page is a GET route whose fill puts its fields with these functions.  A form of a command carries a hidden
 * field "form" with that page's own address (typed_form_begin); when the command refuses (RC_INVALID, RC_CONFLICT,
 * RC_GUARD), the server shows the page again: the typed values win over the record's, and each field carries what is
 * wrong with it.  A route that takes its own POST shows its form again with typed_form_refused.
 */
#ifndef BIHUAN_SERVE_TYPED_FORM_H
#define BIHUAN_SERVE_TYPED_FORM_H

#include "serve/page.h"

/* view.form, made at first use. */
struct value *typed_form(struct page *page);
/* view.form, with action, back and the address of the page itself.  action and back are borrowed. */
struct value *typed_form_begin(struct page *page, struct str action, struct str back);
/* A field with this value and the error that ctx has for it. */
struct value *typed_form_put(struct page *page, struct value *form, const char *name, struct str value);
/* What was typed, else row's value of that key as text (row may be NULL: empty). */
struct str typed_form_value(struct page *page, const struct value *row, const char *name);
/* A field: what was typed, else row's value of that key (row may be NULL: empty). */
struct value *typed_form_field(struct page *page, struct value *form, const char *name, const struct value *row);
/* The same for an amount: fen as "1234.50". */
struct value *typed_form_money(struct page *page, struct value *form, const char *name, const struct value *row);
/* Options of a field: "a|b" with the words PREFIX.a, PREFIX.b; a leading "|" adds the empty choice. */
void typed_form_choices(struct page *page, struct value *field, const char *choices, const char *prefix);
/* One option of a field, selected when the field has its value. */
void typed_form_option(struct page *page, struct value *field, struct str value, struct str label);
/* An option for each of st's rows: its id, and one or two of its columns as label (second may be NULL). */
enum rc typed_form_records(struct page *page, struct value *field, struct db_stmt *st, const char *first,
                           const char *second) MUST_CHECK;
/* One option in a list of options. */
void typed_form_add_option(struct page *page, struct value *options, struct str value, struct str label,
                           bool is_selected);
/* Whether a form that came back had the box of that name and number marked; false for a fresh one. */
bool typed_form_is_marked(const struct page *page, const char *name, int64_t id);
/* Shows the form again that the refused POST came from; false when it came from no form, or rc is another failure. */
bool typed_form_again(struct page *page, enum rc rc);
/* A failed submission: shows tpl again with the status of rc and the issues, unless the client wants JSON or the
 * failure is no fault of what was typed; then rc goes on. */
enum rc typed_form_refused(struct page *page, enum rc rc, const char *tpl) MUST_CHECK;

#endif
