/* verb_user.c: accounts from the command line: the first administrator, forgotten passwords. */
#include <string.h>

#include "access/account.h"
#include "access/password.h"
#include "base/clock.h"
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

/* Account and grant in one transaction: no account is left over when the role turns out to be wrong. */
struct new_user {
    const struct value *account; /* typed input of account.create */
    const struct cli_user *user;
    int64_t unit_id, id;
};

static enum rc run_one(struct ctx *ctx, struct db *db, const struct command *command, const struct value *input,
                       struct value **ret_result)
{
    struct actor actor = actor_program();
    struct command_call call = {.ctx = ctx, .db = db, .actor = &actor, .now_ms = clock_now_ms(), .input = input};
    TRY(command_run(command, &call));
    *ret_result = call.result;
    return RC_OK;
}

static enum rc work_add_user(struct ctx *ctx, struct db *db, void *arg)
{
    struct new_user *new_user = arg;
    struct value *result, *grant = value_new_map(ctx->arena), *input;
    TRY(run_one(ctx, db, &command_account_create, new_user->account, &result));
    new_user->id = value_get_int(result, "id", 0);
    value_put_int(ctx->arena, grant, "id", new_user->id);
    value_put_text(ctx->arena, grant, "role", new_user->user->role);
    value_put_int(ctx->arena, grant, "unit_id", new_user->unit_id);
    value_put_int(ctx->arena, grant, "clearance", new_user->user->clearance);
    TRY(command_read_input(ctx, &command_grant_give, grant, &input));
    return run_one(ctx, db, &command_grant_give, input, &result);
}

enum rc cli_add_user(struct cli *cli, struct db *db, const struct cli_user *user, struct str *ret_password)
{
    struct arena *arena = cli->ctx.arena;
    struct value *raw = value_new_map(arena), *input;
    char random[PASSWORD_RANDOM_BYTES];
    struct str password = user->password.n ? user->password : arena_copy_str(arena, password_make_random(random));
    struct new_user new_user = {.user = user};
    TRY(find_unit(cli, db, user->unit_code, &new_user.unit_id));
    value_put_text(arena, raw, "login", user->login);
    value_put_text(arena, raw, "name", user->name);
    value_put_text(arena, raw, "password", password);
    value_put_bool(arena, raw, "must_change", user->must_change);
    if (user->person_id)
        value_put_int(arena, raw, "person_id", user->person_id);
    TRY(command_read_input(&cli->ctx, &command_account_create, raw, &input));
    new_user.account = input;
    struct write_job job = {.work = work_add_user, .arg = &new_user, .ctx = &cli->ctx};
    TRY(writer_run_once(db, &job));
    *ret_password = password;
    return RC_OK;
}

static enum rc add(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    if (cli->argc < 4)
        return ctx_fail_key(&cli->ctx, RC_BAD_REQUEST, "cli.too_few");
    TRY(cli_check_used(cli, cli->argc < 6 ? cli->argc : 6));
    int64_t clearance = LABEL_INTERNAL;
    if (cli->argc > 5 && !str_parse_int64(str_from_cstr(cli->argv[5]), &clearance))
        return ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "cli.unexpected", "%s", cli->argv[5]);
    TRY(cli_open_db(cli, DB_WRITE, &db));
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
