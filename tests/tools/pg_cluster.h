/* pg_cluster.h: a private PostgreSQL server for tests.
 *
 * A guardian process makes the cluster in a directory of its own, serves a Unix socket only, and takes everything away
 * when the pipe to its maker closes: at pg_cluster_stop, at exit, at a crash, at kill -9.  PostgreSQL refuses to run as
 * root: the guardian then becomes the user postgres, or nobody.
 *
 * Nothing survives it, so it does not wait for the disk; with BIHUAN_TEST_PG_DURABLE in the environment it does (for
 * measuring).
 */
#ifndef BIHUAN_TESTS_PG_CLUSTER_H
#define BIHUAN_TESTS_PG_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

struct pg_cluster {
    pid_t guardian;
    int pipe_fd;
    char url[200]; /* of the database "postgres", superuser */
};

/* True when the programs of PostgreSQL are on this machine. */
bool pg_cluster_is_possible(void);
/* Starts one; false, with a message on standard error, when it does not come up. */
bool pg_cluster_start(struct pg_cluster *cluster);
/* Stops it and removes its directory; returns when both are done. */
void pg_cluster_stop(struct pg_cluster *cluster);

#endif
