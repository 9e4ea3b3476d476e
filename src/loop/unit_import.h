/* unit_import.h: what a table of units and people would do to the organisation.
 *
 * Units are known by their code; people by their id (an export carries it), else by name and unit.  The plan is made
 * without writing, for the preview, and again inside the transaction that carries it out: all of it or nothing.
 */
#ifndef BIHUAN_LOOP_UNIT_IMPORT_H
#define BIHUAN_LOOP_UNIT_IMPORT_H

#include "loop/unit.h"

/* input: {policy: update, skip or stop; valid_from: first day of new places; units: [{row, code, parent_code, name,
 * ...}], people: [{row, id, name, unit_code, ...}]}.  A key that is absent (no such column) is not compared. *ret_plan:
 * {units: [...], people: [...], new, changed, moved, unchanged, skipped}; a row is {row, code or unit_code, name,
 * action: create change move move_change unchanged skip, id, parent_code, changes: [{field, from, to}]}.
 * Faults of rows go to ctx with place "units 12" or "people 7" and the value as {0}; then RC_INVALID.  RC_DB, RC_NOMEM.
 */
enum rc unit_import_plan(struct ctx *ctx, struct db *db, const struct actor *actor, const struct value *input,
                         struct value **ret_plan) MUST_CHECK;

#endif
