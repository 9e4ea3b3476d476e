/* node.h: dated steps of a task: the timetable. */
#ifndef BIHUAN_LOOP_NODE_H
#define BIHUAN_LOOP_NODE_H

#include "loop/lifecycle.h"

extern const struct command command_node_plan;
extern const struct command command_node_change;
extern const struct command command_node_drop;
extern const struct command command_node_report; /* when it really began and ended */

#endif
