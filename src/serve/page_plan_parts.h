/* page_plan_parts.h: what the pages of causes, measures and duties share. */
#ifndef BIHUAN_SERVE_PAGE_PLAN_PARTS_H
#define BIHUAN_SERVE_PAGE_PLAN_PARTS_H

#include "serve/page.h"

/* Fills the parts _finding_causes and _finding_serving of a finding's page. */
enum rc page_put_causes(struct page *page, struct value *finding) MUST_CHECK;
/* Options of people and units for a field of a typed form; the empty choice comes first. */
enum rc page_put_person_options(struct page *page, struct value *field) MUST_CHECK;
/* The same from a query of the caller, bound already. */
enum rc page_put_people(struct page *page, struct db_stmt *st, struct value *field) MUST_CHECK;
enum rc page_put_unit_options(struct page *page, struct value *field, enum perm perm) MUST_CHECK;
/* Fields of duty.h on a form; subject 0: nobody is named yet. */
enum rc page_put_duty_fields(struct page *page, struct value *form, const char *noun, int64_t subject) MUST_CHECK;
/* Rows "kinds": {value, label, selected} of a set "a,b" in a field. */
void page_put_set(struct page *page, struct value *form, const char *name, const struct value *row, const char *choices,
                  const char *prefix);
/* "a,b" in words. */
struct str page_set_words(struct page *page, struct str set, const char *prefix);

#endif
