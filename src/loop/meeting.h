/* meeting.h: meetings, what they decide, and what a democratic-life meeting finds. */
#ifndef BIHUAN_LOOP_MEETING_H
#define BIHUAN_LOOP_MEETING_H

#include "loop/supervise.h"

extern const struct command command_meeting_create;
extern const struct command command_meeting_change;
extern const struct command command_meeting_hold; /* took place: who came, minutes */
extern const struct command command_meeting_report;
extern const struct command command_meeting_void;
extern const struct command command_meeting_decide;  /* adds a decision */
extern const struct command command_meeting_problem; /* adds a problem that a member found or took on */
extern const struct command command_meeting_find;    /* a problem becomes a finding */

extern const struct command command_decision_task; /* a decision becomes a task of a measure */
extern const struct command command_decision_finish;
extern const struct command command_decision_cancel;

#endif
