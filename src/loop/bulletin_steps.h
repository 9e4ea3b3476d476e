/* bulletin_steps.h: what the files of bulletins share. */
#ifndef BIHUAN_LOOP_BULLETIN_STEPS_H
#define BIHUAN_LOOP_BULLETIN_STEPS_H

#include "loop/bulletin.h"

/* Reads the bulletin of field id and asks the state machine for a move. */
enum rc bulletin_begin(struct command_call *call, const char *move, struct value **ret_row,
                       struct value **ret_body) MUST_CHECK;
/* Puts "summary", JSON counts of a bulletin's comments, into the body. */
enum rc bulletin_put_summary(struct command_call *call, struct value *body, const struct value *row) MUST_CHECK;

#endif
