/* register_sheet_plan.h: what the rows of a ledger would do to the register, and the command that does it.
 *
 * Input, of the plan and of the command alike:
 *   {sheet: see register_sheet.h, policy: stop, skip or update, source_id: target, null or 0: none; title, kind,
 * unit_id, label: of a new source, made when title is not empty; signature and columns: the mapping to remember, may be
 * empty} A row finds its finding by our id, else by our number, else within its source by title, else by a number as
 * printed whose title is alike.
 */
#ifndef BIHUAN_INTAKE_REGISTER_SHEET_PLAN_H
#define BIHUAN_INTAKE_REGISTER_SHEET_PLAN_H

#include "record/command.h"

/* *ret_plan: {rows, errors, doubts, notes, created, changed, same, skipped, stale, measures}; a row is {row, action:
 * create change same skip stale, id, no, title, source_id (0: the new one), unit_id, unit_name, label, phase, due,
 * aspect, input, measures}. Faults of rows are in errors (those of the sheet among them), what is only told in doubts;
 * RC_DB, RC_NOMEM, RC_NOT_FOUND, RC_FORBIDDEN: of the whole. */
enum rc register_sheet_plan(struct ctx *ctx, struct db *db, const struct actor *actor, const struct value *input,
                            struct value **ret_plan) MUST_CHECK;

/* register.import: all rows or none; result: source_id, created, changed, same, skipped, stale, measures.  RC_INVALID
 * with the first errors on ctx.  Not reachable from outside: page and verb read the stored file themselves. */
extern const struct command command_register_import;
/* file.keep {sha256, name, media_type, size}: says who brought a stored file; result: id. */
extern const struct command command_file_keep;

#endif
