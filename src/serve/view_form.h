/* view_form.h: the view of a form: form.NAME = {value, error, options}, as web/templates/DATA.md describes it. */
#ifndef BIHUAN_SERVE_VIEW_FORM_H
#define BIHUAN_SERVE_VIEW_FORM_H

#include "serve/page.h"

/* The form's map in page->view, made at first use. */
struct value *view_form(struct page *page);
/* One field with the error that ctx has for it, else "". */
struct value *view_form_field(struct page *page, const char *name, struct str value);
/* Adds {value, label, selected} to a list of options. */
void view_form_option(struct page *page, struct value *options, struct str value, struct str label, bool is_selected);
/* A field with options from "|a|b|c", their words from messages PREFIX.a. */
struct value *view_form_choices(struct page *page, const char *name, struct str value, const char *choices,
                                const char *prefix);
/* A failed submission: shows tpl again with the status of rc and the issues, unless the client wants JSON or the
 * failure is no fault of what was typed; then rc goes on. */
enum rc view_form_again(struct page *page, enum rc rc, const char *tpl) MUST_CHECK;
/* What was typed, else the value of the row: for forms that come back. */
struct str view_form_value(struct page *page, const struct value *row, const char *name);

#endif
