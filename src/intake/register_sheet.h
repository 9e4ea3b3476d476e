/* register_sheet.h: the rows of a ledger of findings, typed: pure, without a database.
 *
 * A sheet is a value tree, so that it travels to a command as it is:
 *   {is_own, is_poam, fields: {field: "B"}, rows: [...], errors: [...], notes: [...]}
 *   row    {row, id, rev, number, mark, source, aspect, title, facts, cause, phase, due, due_stated, unit, responsible,
 * status_stated, nature, severity, amount_fen, label, measures: [{text, phase, due}]}: a key is absent when no column
 * says it or, in a book that is not our own, when the cell is empty; null or "" says that our own book's cell was
 * emptied error  {row, column: "B", field, value, key, args}: key is a message note   {row, key, value}: a row that is
 * no finding: a sum, a heading, a line below the table Rows that are further lines of one finding (merged cells, or
 * only a measure) are joined.
 */
#ifndef BIHUAN_INTAKE_REGISTER_SHEET_H
#define BIHUAN_INTAKE_REGISTER_SHEET_H

#include "base/ctx.h"
#include "base/value.h"
#include "intake/sheet_read.h"

enum { REGISTER_TITLE_MAX = 300, REGISTER_LINE_MAX = 200, REGISTER_TEXT_MAX = 20000, REGISTER_ERRORS_MAX = 10000 };

/* Fields a column can be mapped to: a list of texts. */
struct value *register_sheet_fields(struct arena *arena);
/* The field of each column: {signature, is_own, is_remembered, columns: [{column, letter, title, field}]}.  remembered
 * is the stored choice for the signature, {columns: [field, ...]}, or NULL.  RC_NOT_FOUND when the grid has no row of
 * heads. */
enum rc register_sheet_guess(struct ctx *ctx, const struct sheet_grid *grid, const struct value *remembered,
                             struct value **ret_mapping) MUST_CHECK;
/* Reads all rows below the heads.  fields: list of texts, one for each column, "" for columns left out.
 * RC_INVALID with the detail on ctx when the mapping itself is wrong (a field twice, no column of findings); faults of
 * rows are in errors. */
enum rc register_sheet_read(struct ctx *ctx, const struct sheet_grid *grid, const struct value *fields,
                            struct value **ret_sheet) MUST_CHECK;
/* Adds an error to the sheet's or plan's list; args beyond {0}, the value, may be empty. */
void register_sheet_complain(struct arena *arena, struct value *errors, int64_t row, struct str column,
                             const char *field, struct str value, const char *key, struct str arg);
/* Text as keys compare it: half width, lower case, without blanks and punctuation; in the arena. */
struct str register_sheet_key(struct arena *arena, struct str s);

/* ---- units ---- */
enum unit_match { UNIT_FOUND, UNIT_UNKNOWN, UNIT_AMBIGUOUS, UNIT_CLOSED };

struct register_units;

/* Index of units: rows with id, code, name, short_name, valid_to; NULL when the arena refuses. */
struct register_units *register_units_new(struct arena *arena, const struct value *rows);
/* Unit that the words of a cell name first ("office; finance" gives the office). */
enum unit_match register_units_find(const struct register_units *units, struct str words,
                                    const struct value **ret_unit);
/* Up to three names most alike, in quotes, for the message; "" when none is. */
struct str register_units_suggest(struct register_units *units, struct str words);

#endif
