/* verb_user.c: accounts from the command line: the first administrator, forgotten passwords. */
#include <string.h>

#include "access/account.h"
#include "access/password.h"
#include "cli/cli.h"
#include "cli/cli_command.h"

enum rc cli_run_command(struct cli *cli, struct db *db, const struct command *command, const struct value *raw,
                        struct value **ret_result)
{
    struct actor actor = actor_program();
    struct value *input;
    TRY(command_read_input(&cli->ctx, command, raw, &input));
    struct write_job job = {.command = command, .ctx = &cli->ctx, .actor = &actor, .input = input};
    TRY(writer_run_once(db, &job));
    *ret_result = job.result;
    return RC_OK;
}

static enum rc find_unit(struct cli *cli, struct db *db, const char *code, int64_t *ret_id)
{
    struct db_stmt *st = db_query(db, code ? Q_UNIT_FIND_CODE : Q_UNIT_ROOT);
    if (code)
        db_bind_text(st, "code", str_from_cstr(code));
    struct value *row;
    TRY(db_first_row(&cli->ctx, st, &row));
    if (!row)
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_unit", "%s", code ? code : "");
    *ret_id = value_get_int(row, "id", 0);
    return RC_OK;
}

enum rc cli_add_user(struct cli *cli, struct db *db, const struct cli_user *user, struct str *ret_password)
{
    struct arena *arena = cli->ctx.arena;
    struct value *raw = value_new_map(arena), *result;
    char random[PASSWORD_RANDOM_BYTES];
    struct str password = user->password.n ? user->password : arena_copy_str(arena, password_make_random(random));
    int64_t unit_id = 0;
    TRY(find_unit(cli, db, user->unit_code, &unit_id));
    value_put_text(arena, raw, "login", user->login);
    value_put_text(arena, raw, "name", user->name);
    value_put_text(arena, raw, "password", password);
    value_put_bool(arena, raw, "must_change", user->must_change);
    TRY(cli_run_command(cli, db, &command_account_create, raw, &result));
    int64_t id = value_get_int(result, "id", 0);
    struct value *grant = value_new_map(arena);
    value_put_int(arena, grant, "id", id);
    value_put_text(arena, grant, "role", user->role);
    value_put_int(arena, grant, "unit_id", unit_id);
    value_put_int(arena, grant, "clearance", user->clearance);
    TRY(cli_run_command(cli, db, &command_grant_give, grant, &result));
    *ret_password = password;
    return RC_OK;
}

static enum rc add(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    if (cli->argc < 4)
        return ctx_fail_key(&cli->ctx, RC_BAD_REQUEST, "cli.too_few");
    TRY(cli_open_db(cli, DB_WRITE, &db));
    int64_t clearance = LABEL_INTERNAL;
    if (cli->argc > 5 && !str_parse_int64(str_from_cstr(cli->argv[5]), &clearance))
        return ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "cli.unexpected", "%s", cli->argv[5]);
    struct cli_user user = {.login = str_from_cstr(cli->argv[1]),
                            .name = str_from_cstr(cli->argv[2]),
                            .role = str_from_cstr(cli->argv[3]),
                            .unit_code = cli->argc > 4 ? cli->argv[4] : NULL,
                            .clearance = clearance,
                            .must_change = true};
    struct str password;
    TRY(cli_add_user(cli, db, &user, &password));
    cli_print("%.*s  %.*s", STR_ARG(user.login), STR_ARG(password));
    return RC_OK;
}

static enum rc reset(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    TRY(cli_check_used(cli, 2));
    TRY(cli_open_db(cli, DB_WRITE, &db));
    struct db_stmt *st = db_query(db, Q_ACCOUNT_FIND_LOGIN);
    db_bind_text(st, "login", str_from_cstr(cli->argv[1]));
    struct value *account, *result;
    TRY(db_first_row(&cli->ctx, st, &account));
    if (!account)
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_login", "%s", cli->argv[1]);
    char random[PASSWORD_RANDOM_BYTES];
    struct value *raw = value_new_map(cli->ctx.arena);
    value_put_int(cli->ctx.arena, raw, "id", value_get_int(account, "id", 0));
    value_put_text(cli->ctx.arena, raw, "password", password_make_random(random));
    TRY(cli_run_command(cli, db, &command_password_reset, raw, &result));
    cli_print("%s  %s", cli->argv[1], random);
    return RC_OK;
}

int verb_user(struct cli *cli)
{
    enum rc rc;
    if (cli->argc > 0 && strcmp(cli->argv[0], "add") == 0)
        rc = add(cli);
    else if (cli->argc > 0 && strcmp(cli->argv[0], "password") == 0)
        rc = reset(cli);
    else
        rc = ctx_fail_key(&cli->ctx, RC_BAD_REQUEST, "cli.too_few");
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
