/* verb_send.c: one pass of what waits to go out, by hand or from cron. */
#include "cli/cli.h"
#include "serve/sender.h"

static enum rc run_job(void *arg, struct write_job *job) { return writer_run_once(arg, job); }

int verb_send(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct sender_counts counts = {0};
    enum rc rc = cli_check_used(cli, 0);
    if (rc == RC_OK)
        rc = cli_open_db(cli, DB_WRITE, &db);
    if (rc == RC_OK)
        rc = sender_pass(&cli->ctx, &cli->settings, run_job, db, &counts);
    if (rc == RC_OK)
        cli_print("%lld sent, %lld to be tried again, %lld given up", (long long)counts.sent, (long long)counts.again,
                  (long long)counts.failed);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
