/* maintain.h: proof and repair: check, rebuild, as-of. */
#ifndef BIHUAN_RECORD_MAINTAIN_H
#define BIHUAN_RECORD_MAINTAIN_H

#include "base/ctx.h"
#include "db/db.h"
#include "record/filestore.h"

struct check_result {
    int64_t events, chains, files;
    struct filestore_tally unnamed; /* stored files that no record names: no problem, see maintain_tidy */
    int64_t problems;               /* all of them */
    struct value *list;             /* the first 100, as texts */
};

/* Verifies, in one snapshot, every chain's hashes, numbers and heads, the engine's own check and foreign keys, the
 * digests of stored files (files may be NULL: not looked at) and the counts kept in rows.  RC_OK also when problems
 * were found. */
enum rc maintain_check(struct ctx *ctx, struct db *db, struct filestore *files,
                       struct check_result *ret_result) MUST_CHECK;
/* Removes stored files that no record names and that were stored more than a day ago: imports that failed, changes that
 * were refused.  The store must belong to this database alone.  Outside a transaction: each file is looked up as things
 * stand. */
enum rc maintain_tidy(struct ctx *ctx, struct db *db, struct filestore *files,
                      struct filestore_tally *ret_removed) MUST_CHECK;
/* Replays the events of `from` up to the last one of until_ms (INT64_MAX: all) or before into the empty, migrated
 * database `to`; *ret_events. */
enum rc maintain_replay(struct ctx *ctx, struct db *from, struct db *to, int64_t until_ms,
                        int64_t *ret_events) MUST_CHECK;
/* Compares all replayed tables row by row; *ret_differences is a list of texts, empty when equal. */
enum rc maintain_compare(struct ctx *ctx, struct db *a, struct db *b, struct value **ret_differences) MUST_CHECK;

#endif
