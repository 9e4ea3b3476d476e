/* group.h: special working groups (zhuan xiang gong zuo zu): a team with its finding, one to one. */
#ifndef BIHUAN_LOOP_GROUP_H
#define BIHUAN_LOOP_GROUP_H

#include "loop/supervise.h"

extern const struct command command_group_set_up;
extern const struct command command_group_change;
extern const struct command command_group_meet;
extern const struct command command_group_brief;
extern const struct command command_group_end;

#endif
