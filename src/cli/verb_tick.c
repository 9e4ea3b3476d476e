/* verb_tick.c: the daily work of the program, by hand or from cron. */
#include "base/clock.h"
#include "cli/cli_command.h"
#include "loop/tick.h"

static enum rc run_batch(void *arg, struct write_job *job) { return writer_run_once(arg, job); }

/* A failure is told by the caller; its details would be gone with the next tick. */
static void heard(void *arg, const char *name, int64_t changed, struct ctx *ctx, enum rc rc)
{
    (void)arg;
    if (rc == RC_OK)
        cli_print("%s: %lld", name, (long long)changed);
    else
        cli_print("%s: %s %.*s", name, rc_name(rc), STR_ARG(ctx->first ? ctx->first->key : STR_EMPTY));
}

int verb_tick(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    char today[DATE_TEXT_BYTES];
    struct str date = cli_take_option(cli, "--date");
    int32_t day = clock_today();
    enum rc rc = cli_check_used(cli, 0);
    if (rc == RC_OK && date.p && !date_parse(date, &day))
        rc = ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "field.not_a_date", "%.*s", STR_ARG(date));
    if (rc == RC_OK && day > clock_today())
        rc = ctx_fail_field(&cli->ctx, RC_BAD_REQUEST, "tick.not_yet", "date");
    if (rc == RC_OK)
        rc = cli_open_db(cli, DB_WRITE, &db);
    if (rc == RC_OK)
        rc = tick_run_all(date_format(day, today), run_batch, heard, db);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
