/* verb_run.c: any command as a named account: what a page's form does, from a script.
 *
 * The same entry as page and API: the fields are typed by command_read_input, permission, state and guards are asked by
 * the command, the events carry the account.  Who may open the database may act as anybody in it; the log says as whom.
 */
#include <stdio.h>

#include "cli/cli_command.h"
#include "serve/page.h"
#include "text/json.h"

enum { INPUT_BYTES_MAX = 8 << 20 };

static const char *kind_word(enum field_kind kind)
{
    static const char *const words[] = {
        [FIELD_TEXT] = "text",  [FIELD_SECRET] = "secret", [FIELD_LONG] = "lines", [FIELD_INT] = "integer",
        [FIELD_ID] = "id",      [FIELD_DATE] = "date",     [FIELD_CHOICE] = "one", [FIELD_BOOL] = "true|false",
        [FIELD_MONEY] = "yuan", [FIELD_JSON] = "json",     [FIELD_IDS] = "ids",    [FIELD_SET] = "some"};
    return words[kind];
}

/* "* id      id" for each field; the star marks what must be given. */
static void print_fields(const struct command *command)
{
    for (int i = 0; i < command->field_count; i++) {
        const struct field *field = &command->fields[i];
        cli_print("  %s %-18s %s%s%s", field->is_required ? "*" : " ", field->name, kind_word(field->kind),
                  field->choices ? ": " : "", field->choices ? field->choices : "");
    }
}

static int print_list(void)
{
    for (int i = 0; i < command_count; i++)
        if (!command_table[i]->is_internal)
            cli_print("%-28s %s", command_table[i]->name, perm_name(command_table[i]->perm));
    return 0;
}

static enum rc read_input(struct cli *cli, struct value **ret_raw)
{
    struct buf text CLEANUP(buf_done);
    buf_init(&text, INPUT_BYTES_MAX);
    *ret_raw = value_new_map(cli->ctx.arena);
    if (cli->argc < 2)
        return arena_rc(cli->ctx.arena);
    struct str given = str_from_cstr(cli->argv[1]);
    if (str_equal(given, STR("-"))) {
        char part[4096];
        for (size_t n; (n = fread(part, 1, sizeof part, stdin)) > 0;)
            buf_add_bytes(&text, part, n);
        TRY(buf_rc(&text));
        given = buf_str(&text);
    }
    TRY(json_parse(&cli->ctx, given, ret_raw));
    return (*ret_raw)->kind == VALUE_MAP ? RC_OK : ctx_fail_key(&cli->ctx, RC_BAD_REQUEST, "cli.run_not_a_map");
}

static const struct field *find_field(const struct command *command, struct str name)
{
    for (int i = 0; i < command->field_count; i++)
        if (str_equal_cstr(name, command->fields[i].name))
            return &command->fields[i];
    return NULL;
}

/* A form may carry more than the command reads; whoever types a field that does not exist wants to hear of it. */
static enum rc check_names(struct cli *cli, const struct command *command, const struct value *raw)
{
    struct buf names CLEANUP(buf_done);
    enum rc rc = RC_OK;
    buf_init(&names, 4096);
    for (int i = 0; i < command->field_count; i++)
        buf_add_format(&names, "%s%s", i ? ", " : "", command->fields[i].name);
    struct str all = buf_str(&names);
    VALUE_EACH (given, raw) {
        if (!find_field(command, given->key))
            rc = ctx_fail(&cli->ctx, RC_INVALID, "cli.run_unknown_field", arena_copy_str(cli->ctx.arena, given->key),
                          STR_EMPTY, &all, 1);
    }
    return rc;
}

static enum rc load_actor(struct cli *cli, struct db *db, struct str login, struct actor *ret_actor)
{
    struct db_stmt *st = db_query(db, Q_RUN_ACCOUNT);
    struct value *row;
    db_bind_text(st, "login", login);
    TRY(db_first_row(&cli->ctx, st, &row));
    if (!row)
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.run_no_account", "%.*s", STR_ARG(login));
    if (value_get_int(row, "is_disabled", 0))
        return ctx_fail_format(&cli->ctx, RC_FORBIDDEN, "cli.run_disabled", "%.*s", STR_ARG(login));
    TRY(actor_load(&cli->ctx, db, value_get_int(row, "id", 0), ret_actor));
    ret_actor->login = login;
    ret_actor->name = arena_copy_str(cli->ctx.arena, value_get_text(row, "name"));
    return RC_OK;
}

static enum rc run(struct cli *cli, const struct command *command, struct str login)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct value *raw, *input;
    struct actor actor;
    TRY(read_input(cli, &raw));
    TRY(check_names(cli, command, raw));
    TRY(cli_open_db(cli, DB_WRITE, &db));
    TRY(load_actor(cli, db, login, &actor));
    TRY(command_read_input(&cli->ctx, command, raw, &input));
    struct write_job job = {.command = command, .ctx = &cli->ctx, .actor = &actor, .input = input};
    TRY(writer_run_once(db, &job));
    struct buf out CLEANUP(buf_done);
    buf_init(&out, INPUT_BYTES_MAX);
    value_write_json(&out, job.result, true);
    TRY(buf_rc(&out));
    cli_print("%.*s", STR_ARG(buf_str(&out)));
    return RC_OK;
}

int verb_run(struct cli *cli)
{
    if (cli_take_flag(cli, "--list") && cli->argc == 0)
        return print_list();
    bool is_help = cli_take_flag(cli, "--fields");
    struct str login = cli_take_option(cli, "--as");
    enum rc rc = cli_check_used(cli, cli->argc > 1 ? 2 : 1);
    const struct command *command = rc == RC_OK ? command_find_name(str_from_cstr(cli->argv[0])) : NULL;
    if (rc == RC_OK && !command)
        rc = ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "cli.run_no_command", "%s", cli->argv[0]);
    else if (rc == RC_OK && command->is_internal)
        rc = ctx_fail_format(&cli->ctx, RC_FORBIDDEN, "cli.run_internal", "%s", cli->argv[0]);
    if (rc == RC_OK && is_help) {
        print_fields(command);
        return 0;
    }
    if (rc == RC_OK && !login.n)
        rc = ctx_fail_key(&cli->ctx, RC_BAD_REQUEST, "cli.run_no_user");
    if (rc == RC_OK)
        rc = run(cli, command, login);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
