/* verb_openapi.c: prints the description of the interface for programs. */
#include <stdio.h>

#include "cli/cli.h"
#include "serve/openapi.h"

enum { DESCRIPTION_BYTES_MAX = 8 << 20 };

int verb_openapi(struct cli *cli)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, DESCRIPTION_BYTES_MAX);
    enum rc rc = cli_check_used(cli, 0);
    if (rc == RC_OK)
        rc = openapi_write(&cli->ctx, &out);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    cli_print("%.*s", STR_ARG(buf_str(&out)));
    return 0;
}
