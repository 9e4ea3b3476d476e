/* rival.h: what others have changed in a record while somebody had its form open.
 *
 * Such a form carries the version that it shows (rev, of most records revision) and, as "seen", the newest event of the
 * record. When it comes back older than the record, the command refuses it and the form is shown again: what was typed
 * stands in it, fields that its sender had left alone take over what the others wrote, the version is the new one, and
 * a list says who changed which field from what to what and when.  Sending it again saves it on top.
 *
 * View: form.has_rivals, form.rivals: {name, label, from, to, actor, at_text, state}; state is taken, same or clash.
 * typed_form makes both empty.
 */
#ifndef BIHUAN_SERVE_RIVAL_H
#define BIHUAN_SERVE_RIVAL_H

#include "serve/page.h"

/* Before the fields of the form are put.  noun: finding measure task unit cause node rule plan; subject: what its
 * events are about; row: the record as it is, read through its scope. */
enum rc rival_merge(struct page *page, const char *noun, int64_t subject, const struct value *row) MUST_CHECK;
/* What the form's field "seen" holds: as it came back, else the newest event of the row. */
struct str rival_seen(struct page *page, const struct value *row);
/* What the form's field "revision" holds: as it came back, else the newest event of the row. */
struct str rival_revision(struct page *page, const struct value *row);
/* After them: numbers and codes of the list in the words of the form's choices. */
void rival_put_words(struct page *page);

#endif
