/* book_stamp.h: what binds a unit's workbook to the unit and to whom it was given.
 *
 * Threat: the sender of a mail is what the mail says.  Whoever hands in by mail shows with the stamp in the hidden
 * sheet that he has the book that the office gave out for this unit; without the key of vault.h nobody makes one.
 */
#ifndef BIHUAN_LOOP_BOOK_STAMP_H
#define BIHUAN_LOOP_BOOK_STAMP_H

#include <stdint.h>

#include "base/ctx.h"

struct book_stamp {
    int64_t unit_id;
    struct str addressee; /* the only address from which it is taken, in small letters; "": any of the unit's people */
    struct str made_on;
};

/* One line of text, in the arena.  RC_INVALID with task_mail.addressee for an address with blanks; RC_CONFIG without a
 * key. */
enum rc book_stamp_make(struct ctx *ctx, const struct book_stamp *stamp, struct str *ret_text) MUST_CHECK;
/* RC_INVALID: task_mail.no_token for an empty text, task_mail.bad_token for one that we did not make. */
enum rc book_stamp_read(struct ctx *ctx, struct str text, struct book_stamp *ret_stamp) MUST_CHECK;

#endif
