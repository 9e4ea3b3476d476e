/* lead.h: lead cases: a leader takes a finding or a task up in person (ling ban, du ban, bao an). */
#ifndef BIHUAN_LOOP_LEAD_H
#define BIHUAN_LOOP_LEAD_H

#include "loop/supervise.h"

extern const struct command command_lead_start;
extern const struct command command_lead_change;
extern const struct command command_lead_log; /* deployed, visited, solved, heard */
extern const struct command command_lead_end;

#endif
