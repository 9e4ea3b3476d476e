/* unit.h: commands on units and people. */
#ifndef BIHUAN_LOOP_UNIT_H
#define BIHUAN_LOOP_UNIT_H

#include "record/command.h"

extern const struct command command_unit_create;
extern const struct command command_unit_change;
extern const struct command command_unit_move;   /* result also has from_parent_id, for undo */
extern const struct command command_person_create;

/* Row of a unit, whatever its scope; RC_NOT_FOUND with detail. */
enum rc unit_find(struct command_call *call, int64_t id, struct value **ret_unit) MUST_CHECK;

#endif
