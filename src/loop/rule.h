/* rule.h: rules made (zhi du qing dan): what was put right is made to last.
 *
 * A rule is drafted, reviewed for legality, passed by a meeting, issued; then it is taught, taken over by units below
 * and checked.  One that revises or abolishes another on the list ends that one when it is issued.
 */
#ifndef BIHUAN_LOOP_RULE_H
#define BIHUAN_LOOP_RULE_H

#include "loop/lifecycle.h"

extern const struct command command_rule_draft;
extern const struct command command_rule_change;
extern const struct command command_rule_review; /* legality and compliance: by whom, when */
extern const struct command command_rule_pass;   /* by a meeting */
extern const struct command command_rule_issue;
extern const struct command command_rule_drop;
extern const struct command command_rule_link; /* to a finding or a measure */
extern const struct command command_rule_unlink;
extern const struct command command_rule_teach;
extern const struct command command_rule_check;   /* whether it is followed */
extern const struct command command_rule_cascade; /* units below must have a rule of their own */
extern const struct command command_cascade_answer;
extern const struct command command_cascade_return;

struct rule_call {
    struct value *row, *body;
    int64_t id;
};

/* Reads the rule of the field id, asks the state machine and makes the event's body. */
enum rc rule_begin(struct command_call *call, const char *command, struct rule_call *rule) MUST_CHECK;
enum rc rule_append(struct command_call *call, enum event_kind kind, const struct rule_call *rule) MUST_CHECK;

#endif
