/* unit.h: commands on units and people. */
#ifndef BIHUAN_LOOP_UNIT_H
#define BIHUAN_LOOP_UNIT_H

#include "record/command.h"

#define UNIT_KINDS "|group|company|branch|department|institute|project|other"
#define UNIT_SECTORS "|industry|non_industry|research|finance|other"

extern const struct command command_unit_create;
extern const struct command command_unit_change; /* a field that is absent stays; revision: changed_seq as last seen */
extern const struct command command_unit_move;   /* result: from_parent_id, undo_path */
extern const struct command command_unit_move_back; /* to where the last move took it from, as of the same day */
extern const struct command
    command_unit_close; /* open findings go to findings_to; without it RC_GUARD names how many */
extern const struct command command_unit_reopen;
extern const struct command command_person_create;
extern const struct command command_person_change; /* also moves to another unit */
extern const struct command command_unit_import;   /* see loop/unit_import.h */

/* Row of a unit, whatever its scope; RC_NOT_FOUND with detail. */
enum rc unit_find(struct command_call *call, int64_t id, struct value **ret_unit) MUST_CHECK;

#endif
