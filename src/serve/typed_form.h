/* typed_form.h: forms of commands that come back as they were typed.
 *
 * A form page is a GET route whose fill puts its fields with these functions.  The form carries a hidden field "form"
 * with that page's own address; when the command it posts to refuses (RC_INVALID, RC_CONFLICT, RC_GUARD), the server
 * shows the page again: the typed values win over the record's, and each field carries what is wrong with it.
 *
 * View: form.NAME = {value, error, options: [{value, label, selected}]}; error is null when there is none.
 */
#ifndef BIHUAN_SERVE_TYPED_FORM_H
#define BIHUAN_SERVE_TYPED_FORM_H

#include "serve/page.h"

/* view.form, with action, back and the address of the page itself.  action and back are borrowed. */
struct value *typed_form_begin(struct page *page, struct str action, struct str back);
/* A field: what was typed, else row's value of that key (row may be NULL: empty). */
struct value *typed_form_field(struct page *page, struct value *form, const char *name, const struct value *row);
/* The same for an amount: fen as "1234.50". */
struct value *typed_form_money(struct page *page, struct value *form, const char *name, const struct value *row);
/* Options of a field: "a|b" with the words PREFIX.a, PREFIX.b; a leading "|" adds the empty choice. */
void typed_form_choices(struct page *page, struct value *field, const char *choices, const char *prefix);
/* One option. */
void typed_form_option(struct page *page, struct value *field, struct str value, struct str label);
/* Shows the form again that the refused POST came from; false when it came from no form, or rc is another failure. */
bool typed_form_again(struct page *page, enum rc rc);

#endif
