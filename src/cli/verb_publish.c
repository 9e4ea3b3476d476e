/* verb_publish.c: the public pages of all bulletins as files for an outside web server. */
#include "cli/cli.h"
#include "serve/site.h"
#include "serve/templates.h"

static enum rc run(struct cli *cli, struct str base)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct mustache_set *templates CLEANUP(mustache_set_free_ptr) = NULL;
    int64_t files = 0;
    TRY(cli_check_used(cli, 1));
    TRY(cli_open_db(cli, DB_READ, &db));
    TRY(templates_load(&cli->ctx, &templates));
    if (base.n && !str_has_suffix(base, STR("/")))
        base = arena_concat(cli->ctx.arena, base, STR("/"));
    struct site site = {.ctx = &cli->ctx, .db = db, .templates = templates, .base = base};
    TRY(site_write(&site, cli->argv[0], &files));
    cli_print("%s: %lld files", cli->argv[0], (long long)files);
    return RC_OK;
}

int verb_publish(struct cli *cli)
{
    struct str base = cli_take_option(cli, "--base");
    enum rc rc = run(cli, base);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
