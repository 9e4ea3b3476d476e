/* sheet_map.h: guesses which column of a ledger is which field, from the words of its head.
 *
 * The words are data (data/sheet_words.def, built in).  A book that we exported ourselves is recognised by its hidden
 * sheet.  The guess is shown to a person, who corrects it; it is remembered under the signature of the head.
 */
#ifndef BIHUAN_INTAKE_SHEET_MAP_H
#define BIHUAN_INTAKE_SHEET_MAP_H

#include "base/ctx.h"
#include "base/value.h"
#include "intake/sheet_read.h"

/* Guess for the head row of a grid: {signature, kind, columns: [{column, title, field, confidence}]}.  kind is that of
 * our own export or ""; field is a name of sheet_map_fields or "" when nothing fits; confidence is 0..100.  A field is
 * given to one column only, the most sure one.  RC_NOT_FOUND when the grid has no head row. */
enum rc sheet_map_guess(struct ctx *ctx, const struct sheet_grid *grid, struct value **ret_mapping) MUST_CHECK;
/* Hash of the head texts (spaces and widths ignored, order kept) as 16 hex digits in the arena. */
struct str sheet_map_signature(struct arena *arena, const struct sheet_grid *grid);
/* All field names in their usual order: a list of texts. */
struct value *sheet_map_fields(struct arena *arena);

#endif
