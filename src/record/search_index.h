/* search_index.h: keeps what an open transaction adds to the full-text index of SQLite until its end.
 *
 * The index writes a segment whenever a statement behind an addition may have to be taken back alone, which is once for
 * each command of a group.  Kept here, the additions of a whole group become one segment at the commit.  Commands do
 * not search: only pages do, on connections of their own.  On PostgreSQL the tokens stand in the row itself and nothing
 * is kept.
 */
#ifndef BIHUAN_RECORD_SEARCH_INDEX_H
#define BIHUAN_RECORD_SEARCH_INDEX_H

#include "db/db.h"

/* Adds or takes out a document with its tokens, which are copied; written before the next savepoint or the commit.
 * RC_NOMEM, and RC_DB when what was kept had to be written. */
enum rc search_index_add(struct ctx *ctx, struct db *db, int64_t id, struct str tokens) MUST_CHECK;
enum rc search_index_remove(struct ctx *ctx, struct db *db, int64_t id, struct str tokens) MUST_CHECK;

#endif
