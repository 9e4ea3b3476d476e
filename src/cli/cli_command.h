/* cli_command.h: commands run by verbs, with the program's own rights. */
#ifndef BIHUAN_CLI_CLI_COMMAND_H
#define BIHUAN_CLI_CLI_COMMAND_H

#include "cli/cli.h"
#include "record/command.h"
#include "record/writer.h"

/* One command in one transaction; raw is typed by the command's fields. */
enum rc cli_run_command(struct cli *cli, struct db *db, const struct command *command, const struct value *raw,
                        struct value **ret_result) MUST_CHECK;

struct cli_user {
    struct str login, name, role;
    struct str password;   /* empty: a random one */
    const char *unit_code; /* NULL: the whole group */
    int64_t clearance;
    int64_t person_id; /* 0: nobody of the table of people */
    bool must_change;
};
/* Account with one grant; *ret_password is what to type. */
enum rc cli_add_user(struct cli *cli, struct db *db, const struct cli_user *user, struct str *ret_password) MUST_CHECK;

#endif
