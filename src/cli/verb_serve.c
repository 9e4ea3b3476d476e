/* verb_serve.c: the server; makes the database and the first administrator when there is none. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/cli_command.h"
#include "loop/unit.h"
#include "serve/messages.h"
#include "serve/app.h"

static void set_log(const struct settings *settings)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    for (int i = 0; i < 4; i++)
        if (str_equal_cstr(settings->log_level, names[i]))
            log_set_level((enum log_level)i);
    log_set_json(settings->log_json);
}

/* A database without accounts gets a root unit and one administrator, who makes all others. */
static enum rc first_start(struct cli *cli, struct db *db)
{
    int64_t accounts, units;
    TRY(db_get_int(&cli->ctx, db_query(db, Q_ACCOUNT_COUNT), &accounts));
    if (accounts)
        return RC_OK;
    TRY(db_get_int(&cli->ctx, db_query(db, Q_UNIT_COUNT), &units));
    struct value *result;
    if (!units) {
        struct value *raw = value_new_map(cli->ctx.arena);
        value_put_text(cli->ctx.arena, raw, "code", STR("ROOT"));
        value_put_text(cli->ctx.arena, raw, "name", message_find(LANG_ZH, STR("unit.first_name")));
        TRY(cli_run_command(cli, db, &command_unit_create, raw, &result));
    }
    struct cli_user user = {.login = STR("admin"),
                            .name = STR("admin"),
                            .role = STR("first_admin"),
                            .clearance = LABEL_INTERNAL,
                            .must_change = true};
    struct str password;
    TRY(cli_add_user(cli, db, &user, &password));
    cli_print("First start. Sign in as admin with this password, which is shown only here: %.*s", STR_ARG(password));
    return RC_OK;
}

int verb_serve(struct cli *cli)
{
    struct db *db = NULL;
    struct app *app = NULL;
    set_log(&cli->settings);
    enum rc rc = cli_check_used(cli, 0);
    if (rc == RC_OK)
        rc = cli_open_db(cli, DB_CREATE, &db);
    if (rc == RC_OK)
        rc = first_start(cli, db);
    db_close(db);
    if (rc == RC_OK)
        rc = app_open(&cli->ctx, &cli->settings, &app);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    cli_print("http%s://%.*s:%d", cli->settings.tls_cert.n ? "s" : "", STR_ARG(cli->settings.address), app_port(app));
    if (app_public_port(app)) { /* the port as it is, should the setting leave it open */
        struct str listen = cli->settings.public_listen;
        size_t colon = listen.n;
        while (colon > 0 && listen.p[colon - 1] != ':')
            colon--;
        cli_print("public: http://%.*s%d", (int)colon, listen.p, app_public_port(app));
    }
    (void)fflush(stdout);
    rc = app_run(app);
    app_close(app);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
