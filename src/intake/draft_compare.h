/* draft_compare.h: two readings side by side: of a document, and of the bulletin that was made from the register again.
 */
#ifndef BIHUAN_INTAKE_DRAFT_COMPARE_H
#define BIHUAN_INTAKE_DRAFT_COMPARE_H

#include "base/ctx.h"
#include "base/value.h"

/* Drafts as draft_from_outline makes them.  *ret_result:
 *   counts: {what, before, after, is_same} for parts, the sections below each of the four, items, long-term points,
 *           contacts and working days of the window;
 *   rows:   every difference {what, place, field, before, after}; before or after is empty where a piece is missing;
 *   widths: in the same form the texts that differ in the width of marks alone, which is no difference (a bulletin is
 *           set in full width, GB/T 15834);
 *   differences, by_width: their numbers.
 * what is a message draft.compare.WHAT, field draft.compare.FIELD. */
enum rc draft_compare(struct ctx *ctx, const struct value *from, const struct value *to,
                      struct value **ret_result) MUST_CHECK;

#endif
