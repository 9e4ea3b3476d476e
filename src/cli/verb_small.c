/* verb_small.c: config show, version, outline. */
#include <string.h>

#include "cli/cli.h"
#include "cli/cmd_outline.h"

int verb_config(struct cli *cli)
{
    enum rc rc = cli_check_used(cli, 1);
    if (rc == RC_OK && strcmp(cli->argv[0], "show") != 0)
        rc = ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "cli.unexpected", "%s", cli->argv[0]);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    VALUE_EACH (row, settings_to_value(cli->ctx.arena, &cli->settings, cli_lang())) {
        struct str value = value_get_text(row, "value"), otherwise = value_get_text(row, "default");
        cli_print("# %.*s", STR_ARG(value_get_text(row, "help")));
        cli_print("%.*s = %.*s%s", STR_ARG(value_get_text(row, "key")), STR_ARG(value),
                  str_equal(value, otherwise) ? "" : "    # changed");
    }
    return 0;
}

int verb_version(struct cli *cli)
{
    (void)cli;
    cli_print("bihuan %s", BIHUAN_VERSION);
    return 0;
}

int verb_outline(struct cli *cli) { return cmd_outline(cli->argc + 1, cli->argv - 1); }
