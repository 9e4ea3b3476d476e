/* many.h: what is done to each of many records by one command.
 *
 * Each row stands for itself: what one may not do leaves its record as it was and says why, and the others are done.
 * All rows are one transaction.
 */
#ifndef BIHUAN_LOOP_MANY_H
#define BIHUAN_LOOP_MANY_H

#include "record/command.h"

enum { MANY_MAX = 500 }; /* ids of one command */

struct many_row {
    const struct value *record; /* with no and title; stays NULL when the record may not be seen */
    bool is_changed;            /* true unless one() says that all was so already */
};

typedef enum rc (*many_one)(struct command_call *call, void *arg, int64_t id, struct many_row *row);

/* Runs one() for every id of the input's "ids".  The result gets rows (id, no, title, ok, is_changed, message: a key,
 * argument) and how many are done, same and failed.  Without ids RC_INVALID;
 * else it fails only as the database does. */
enum rc many_each(struct command_call *call, many_one one, void *arg) MUST_CHECK;

#endif
