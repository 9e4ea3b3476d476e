/* with_postgres.c: runs a command with a private PostgreSQL.
 *
 *   with-postgres COMMAND [ARGUMENT...]
 *
 * The command finds the server's URL in BIHUAN_TEST_PG_URL.  When that is set already, the command just uses it: so
 * `with-postgres ninja test` shares one server among all tests.  Without PostgreSQL on the machine the command runs
 * without the variable, and decides itself what that means.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pg_cluster.h"

static volatile sig_atomic_t child_pid;

static void pass_on(int signal_number)
{
    if (child_pid > 0)
        kill(child_pid, signal_number);
}

int main(int argc, char **argv)
{
    struct pg_cluster cluster = {0};
    if (argc < 2) {
        fprintf(stderr, "usage: with-postgres COMMAND [ARGUMENT...]\n");
        return 2;
    }
    bool is_own = !getenv("BIHUAN_TEST_PG_URL") && pg_cluster_is_possible();
    if (is_own) {
        if (!pg_cluster_start(&cluster) || setenv("BIHUAN_TEST_PG_URL", cluster.url, 1) != 0)
            return 1;
    }
    struct sigaction act = {.sa_handler = pass_on};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[1], argv + 1);
        fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
        _exit(127);
    }
    child_pid = pid;
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    pg_cluster_stop(&cluster);
    if (pid < 0)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
