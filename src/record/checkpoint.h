/* checkpoint.h: keeps the write-ahead log of SQLite short without making a commit wait for it.
 *
 * A checkpoint writes pages all over the database file and syncs it, which takes as long as hundreds of commits.  A
 * thread with a connection of its own does it beside the writer.  Only the start of the log over again needs the writer
 * to stand still, and by then next to nothing is left to copy.
 */
#ifndef BIHUAN_RECORD_CHECKPOINT_H
#define BIHUAN_RECORD_CHECKPOINT_H

#include "db/db.h"

struct checkpointer;

/* Opens a connection and starts the thread.  RC_DB, RC_NOMEM.  Only for SQLite. */
enum rc checkpointer_start(struct ctx *ctx, struct str url, struct checkpointer **ret_checkpointer) MUST_CHECK;
/* Called by the writer between two transactions of db, which has said db_set_own_checkpoints.  ctx: for failures, which
 * only delay the checkpoint. */
void checkpointer_note(struct checkpointer *checkpointer, struct ctx *ctx, struct db *db);
/* Takes NULL. */
void checkpointer_stop(struct checkpointer *checkpointer);

#endif
