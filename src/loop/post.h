/* post.h: posts and who holds them; teams and who is in them; who acts in whose place.
 *
 * What is given to a post or a team passes to its holders and members of the day: wait_mine and actor_is_account read
 * these tables, so nothing moves when somebody comes or goes.
 */
#ifndef BIHUAN_LOOP_POST_H
#define BIHUAN_LOOP_POST_H

#include "loop/lifecycle.h"

extern const struct command command_post_create;
extern const struct command command_post_change;
extern const struct command command_post_appoint; /* the next holder; the one before leaves the day before */
extern const struct command command_post_leave;
extern const struct command command_post_close;
extern const struct command command_team_create;
extern const struct command command_team_change;
extern const struct command command_team_join;
extern const struct command command_team_leave;
extern const struct command command_team_end;
extern const struct command command_delegation_give; /* by the person in whose place somebody acts */
extern const struct command command_delegation_take_back;

/* A person whom the actor may see; RC_INVALID at the field. */
enum rc post_find_person(struct command_call *call, const char *field, struct value **ret_person) MUST_CHECK;

#endif
