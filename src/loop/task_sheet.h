/* task_sheet.h: reports of a unit that come back as a workbook, with files beside it: judged row by row and file by
 * file, then written all or none. */
#ifndef BIHUAN_LOOP_TASK_SHEET_H
#define BIHUAN_LOOP_TASK_SHEET_H

#include "record/command.h"

#define TASK_SHEET_TEXTS "progress|done_text|blockers|next_text|recovered_fen|rules_made|people_handled"

struct task_sheet {
    struct value *rows, *files;
    int64_t ready, same, stale, faults; /* rows and files */
};

/* rows: list of {row, id, revision, stated_no (as it stands in the row; may be absent), evidence_class,
 * evidence_made_on and TASK_SHEET_TEXTS}.  files: list of {name, sha256, media_type, format, size_bytes, made_on,
 * refused: a key, when its content is not taken}, NULL for none; each is evidence of the task whose number its name, or
 * the name of a directory above it, begins with.  Result: the same with no, title, was (percent), outcome (same stale
 * error ready), message (a key, "" for none) and, when more is wrong with a row, more (a list of keys); files also with
 * task_id and class.  Writes nothing.  today: YYYY-MM-DD. */
enum rc task_sheet_judge(struct ctx *ctx, struct db *db, const struct actor *actor, struct str today,
                         const struct value *rows, const struct value *files, struct task_sheet *ret) MUST_CHECK;

/* Submits a report for each row that is ready and adds each file that is.  Not to be asked for by outside input: it
 * names stored files by their digests. */
extern const struct command command_task_sheet;

#endif
