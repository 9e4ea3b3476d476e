/* account.h: commands on accounts, roles and passwords. */
#ifndef BIHUAN_ACCESS_ACCOUNT_H
#define BIHUAN_ACCESS_ACCOUNT_H

#include "record/command.h"

extern const struct command command_account_create; /* result: id */
extern const struct command command_account_change;
extern const struct command
    command_account_link; /* names the person an account belongs to; person_id left out: nobody */
extern const struct command command_password_reset; /* by an administrator; ends all sessions; must be changed */
extern const struct command
    command_password_change; /* one's own; ends the other sessions: all but the one whose token_hash is `session` */
extern const struct command command_sessions_end;
extern const struct command command_account_unlock; /* after too many wrong passwords */
extern const struct command command_grant_give;
extern const struct command command_grant_take;

#endif
