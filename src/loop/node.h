/* node.h: dated steps of a task: the timetable. */
#ifndef BIHUAN_LOOP_NODE_H
#define BIHUAN_LOOP_NODE_H

#include "loop/lifecycle.h"

extern const struct command command_node_plan;
extern const struct command command_node_change;    /* result: undo_path when only its dates are moved */
extern const struct command command_node_move_back; /* to the dates from before one's own last move */
extern const struct command command_node_drop;
extern const struct command command_node_report; /* when it really began and ended */

#endif
