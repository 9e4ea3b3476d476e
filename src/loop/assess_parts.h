/* assess_parts.h: what assess.c and assess_card.c share. */
#ifndef BIHUAN_LOOP_ASSESS_PARTS_H
#define BIHUAN_LOOP_ASSESS_PARTS_H

#include "loop/assess.h"

enum rc assess_first_row(struct command_call *call, enum query query, int64_t id, struct value **ret_row) MUST_CHECK;
/* The item is one that people score, and the points are within it. */
enum rc assess_check_mark(struct command_call *call, const struct scheme *scheme, int item, int64_t points) MUST_CHECK;
/* Whether the actor belongs to the unit, or to one below it. */
enum rc assess_is_own_unit(struct command_call *call, int64_t unit_id, bool *ret_is) MUST_CHECK;
/* The team's marks of a card; the rest of the input is 0. */
enum rc assess_read_marks(struct ctx *ctx, struct db *db, const struct scheme *scheme, int64_t card_id,
                          struct score_input *ret_input) MUST_CHECK;

#endif
