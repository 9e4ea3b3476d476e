/* locked.h: a row read for a change, under the lock of its source's chain. */
#ifndef BIHUAN_LOOP_LOCKED_H
#define BIHUAN_LOOP_LOCKED_H

#include "record/command.h"

/* The row that the query finds for $id, as it is once nobody else appends to the chain of its source_id.  RC_NOT_FOUND
 * with the message key `missing`. */
enum rc locked_row(struct command_call *call, enum query query, int64_t id, const char *missing,
                   struct value **ret_row) MUST_CHECK;
/* The same row without the lock; NULL and RC_OK when there is none. */
enum rc unlocked_row(struct command_call *call, enum query query, int64_t id, struct value **ret_row) MUST_CHECK;

#endif
