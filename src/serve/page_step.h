/* page_step.h: forms of commands as tables of their fields: one template (step_form) for all of them. */
#ifndef BIHUAN_SERVE_PAGE_STEP_H
#define BIHUAN_SERVE_PAGE_STEP_H

#include "serve/page.h"

/* STEP_OPTIONS: the caller adds the options, see step_field. */
enum step_kind { STEP_LINE, STEP_LONG, STEP_DATE, STEP_NUMBER, STEP_CHOICE, STEP_UNITS, STEP_UNIT, STEP_OPTIONS };

/* One field of a step, as the template shows it. */
struct step_field {
    const char *name, *label, *help; /* message keys; help may be NULL */
    enum step_kind kind;
    bool is_required;
    const char *choices, *prefix;
};

struct step {
    const char *title; /* of the button and the page */
    struct step_field fields[14];
};

/* Where the form stands: the list above it, and whose units are offered. */
struct step_place {
    const char *list, *href; /* message key and path */
    enum perm perm;
};

/* Puts the form of a step into the view; row: what the fields begin with, or NULL; about: what it is done to, and its
 * page is back. */
enum rc step_put(struct page *page, const struct step *step, const struct step_place *place, struct str action,
                 struct str back, const struct value *row, struct str about) MUST_CHECK;
/* As step_put, of a record that others may change meanwhile; see rival.h. */
enum rc step_put_change(struct page *page, const struct step *step, const struct step_place *place, struct str action,
                        struct str back, const struct value *row, struct str about, const char *noun) MUST_CHECK;
/* Carries a value along unseen; what was typed wins. */
void step_hide(struct page *page, const char *name, struct str value);
/* A field that was put, to add options to; NULL when there is none. */
struct value *step_field(struct page *page, const char *name);

#endif
