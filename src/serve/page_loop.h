/* page_loop.h: what the pages of all things of the loop share: who is waited for, what can be done next, who carries
 * it.
 *
 * A page fills these into the map that its template shows, and includes _waiting, _offers, _duties there.
 */
#ifndef BIHUAN_SERVE_PAGE_LOOP_H
#define BIHUAN_SERVE_PAGE_LOOP_H

#include "loop/lifecycle.h"
#include "serve/page.h"

/* "waits": {text, what_label, actor_label, since_text, days, due, due_state, due_state_label}, and "has_waits".  The
 * subject has been read through its scope. */
enum rc page_put_waiting(struct page *page, struct value *map, enum lifecycle_noun noun, int64_t id) MUST_CHECK;
/* "offers": every move of row's state that the reader may make, from lifecycle_offers, and "has_offers".  A command
 * whose path can also be read (GET) is offered as a link to that form; another as a button, with a field for the
 * reason. What is missing stands under the button, each with its link.  What lies in a closed cycle is offered nothing.
 * row: id, unit_id, label and the noun's state
 * column. */
enum rc page_put_offers(struct page *page, struct value *map, enum lifecycle_noun noun,
                        const struct value *row) MUST_CHECK;
/* "duties": {role, role_label, actor_label, since}, and "has_duties". */
enum rc page_put_duties(struct page *page, struct value *map, enum lifecycle_noun noun, int64_t id) MUST_CHECK;
/* Into a row with actor_kind, actor_id, actor_name: "actor_label", who it is as people read it.  Of a role for a unit
 * that is the nearest unit at or above it whose account holds the role, and the unit it acts for when that is another.
 */
enum rc page_put_actor(struct page *page, struct value *row) MUST_CHECK;
/* The same of who is only planned: a role is said with the unit it is for. */
struct str page_actor_label(struct page *page, struct str kind, struct str name);

#endif
