/* task_sheet.h: reports of a unit that come back as a workbook: judged row by row, then written all or none. */
#ifndef BIHUAN_LOOP_TASK_SHEET_H
#define BIHUAN_LOOP_TASK_SHEET_H

#include "record/command.h"

/* rows: list of {row, id, revision, progress, done_text, blockers, next_text}.  *ret_rows: the same with no, title, was (percent),
 * outcome (same stale error ready) and message (a key, "" for none).  Writes nothing. */
enum rc task_sheet_judge(struct ctx *ctx, struct db *db, const struct actor *actor, const struct value *rows, struct value **ret_rows) MUST_CHECK;

extern const struct command command_task_sheet; /* submits a report for each row that is ready */

#endif
