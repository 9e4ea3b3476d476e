/* duty.h: who carries a finding, a measure or a task: lead leader, lead and assisting departments, supervisor, doer,
 * contact.
 */
#ifndef BIHUAN_LOOP_DUTY_H
#define BIHUAN_LOOP_DUTY_H

#include "loop/lifecycle.h"

extern const struct command command_finding_charge;
extern const struct command command_measure_charge;
extern const struct command command_task_charge;

/* Fields of commands that name who carries what they make. */
#define DUTY_FIELDS                                                                                                    \
    {"lead_leader_id", FIELD_ID, false, 0, NULL}, {"lead_dept_id", FIELD_ID, false, 0, NULL},                          \
        {"supervisor_id", FIELD_ID, false, 0, NULL}, {"assist_ids", FIELD_IDS, false, 8, NULL},                        \
        {"doer_id", FIELD_ID, false, 0, NULL}, {"lead_post_id", FIELD_ID, false, 0, NULL},                             \
        {"doer_team_id", FIELD_ID, false, 0, NULL},                                                                    \
    {                                                                                                                  \
        "contact_id", FIELD_ID, false, 0, NULL                                                                         \
    }

/* Puts body.duties from the fields of the input, for EACH(DUTY_BEGIN, "duties").  RC_INVALID at the field of a person
 * or unit that does not exist. */
enum rc duty_put(struct command_call *call, struct value *body) MUST_CHECK;

/* Names who carries a finding in one role (actor_id 0: nobody), as finding.charge does.  *ret_row is set as soon as the
 * row may be read. */
enum rc duty_charge_finding(struct command_call *call, int64_t id, const char *field, int64_t actor_id,
                            bool *ret_changed, struct value **ret_row) MUST_CHECK;
/* Whether a field names one actor of a role, and whether that is a unit or a person. */
bool duty_field_kind(struct str field, bool *ret_is_unit);

#endif
