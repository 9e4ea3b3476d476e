/* pg_cluster.c: a private PostgreSQL server for tests; see pg_cluster.h. */
#include "pg_cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_MS = 30000, STOP_MS = 10000, POLL_MS = 10, PATH_BYTES = 300 };

/* Newest directory with initdb in it. */
static bool find_programs(char dir[PATH_BYTES])
{
    glob_t found;
    if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) != 0)
        return false;
    const char *last = found.gl_pathv[found.gl_pathc - 1];
    snprintf(dir, PATH_BYTES, "%.*s", (int)(strrchr(last, '/') - last), last);
    globfree(&found);
    return true;
}

bool pg_cluster_is_possible(void)
{
    char dir[PATH_BYTES];
    return find_programs(dir);
}

static void pause_ms(long ms)
{
    struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static void remove_tree(const char *dir) { (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

/* Starts a program with its output in log; it dies with this process. */
static pid_t spawn(const char *log, const char *const argv[])
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    int fd = open(log, O_CREAT | O_WRONLY | O_APPEND, 0600);
    if (fd < 0 || getppid() != parent)
        _exit(127);
    dup2(fd, 1);
    dup2(fd, 2);
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

/* True once the server says in its pid file that it takes connections. */
static bool is_ready(const char *dir)
{
    char path[PATH_BYTES], text[1000] = "";
    snprintf(path, sizeof path, "%s/data/postmaster.pid", dir);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    return strstr(text, "\nready") != NULL;
}

static pid_t start_server(const char *dir, const char *bin)
{
    char initdb[PATH_BYTES + 20], postgres[PATH_BYTES + 20], data[PATH_BYTES], log[PATH_BYTES];
    snprintf(initdb, sizeof initdb, "%s/initdb", bin);
    snprintf(postgres, sizeof postgres, "%s/postgres", bin);
    snprintf(data, sizeof data, "%s/data", dir);
    snprintf(log, sizeof log, "%s/log", dir);
    bool is_durable = getenv("BIHUAN_TEST_PG_DURABLE") != NULL;
    const char *const make[] = {
        initdb, "-D", data, "-U", "bihuan", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", NULL};
    const char *const run[] = {postgres,
                               "-D",
                               data,
                               "-k",
                               dir,
                               "-h",
                               "",
                               "-c",
                               is_durable ? "fsync=on" : "fsync=off",
                               "-c",
                               is_durable ? "full_page_writes=on" : "full_page_writes=off",
                               "-c",
                               "max_connections=60",
                               "-c",
                               "shared_buffers=64MB",
                               "-c",
                               is_durable ? "autovacuum=on" : "autovacuum=off",
                               NULL};
    int status = -1;
    pid_t pid = spawn(log, make);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        return -1;
    pid = spawn(log, run);
    for (int ms = 0; pid > 0 && ms < START_MS && !is_ready(dir); ms += POLL_MS) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return -1;
        pause_ms(POLL_MS);
    }
    return pid;
}

static void stop_server(pid_t pid)
{
    kill(pid, SIGINT); /* fast: ends sessions, no shutdown checkpoint matters without fsync */
    for (int ms = 0; ms < STOP_MS; ms += POLL_MS) {
        if (waitpid(pid, NULL, WNOHANG) == pid)
            return;
        pause_ms(POLL_MS);
    }
    kill(pid, SIGQUIT);
    waitpid(pid, NULL, 0);
}

static void print_log(const char *dir)
{
    char path[PATH_BYTES], line[500];
    snprintf(path, sizeof path, "%s/log", dir);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        fputs(line, stderr);
    if (file)
        fclose(file);
}

static void become_unprivileged(void)
{
    if (geteuid() != 0)
        return;
    struct passwd *user = getpwnam("postgres");
    if (!user)
        user = getpwnam("nobody");
    if (!user || setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
        _exit(1);
}

/* The guardian: serves until the pipe closes. */
static void guard(int in_fd, int out_fd)
{
    char bin[PATH_BYTES], dir[] = "/tmp/bihuan-pg-XXXXXX", byte;
    signal(SIGPIPE, SIG_IGN);
    setsid(); /* a keyboard interrupt is for the test; the pipe tells us */
    become_unprivileged();
    if (!find_programs(bin) || !mkdtemp(dir) || chdir(dir) != 0)
        _exit(1);
    pid_t server = start_server(dir, bin);
    if (server > 0) {
        if (write(out_fd, dir, sizeof dir) == (ssize_t)sizeof dir)
            while (read(in_fd, &byte, 1) < 0 && errno == EINTR)
                continue;
        stop_server(server);
    } else {
        print_log(dir);
    }
    remove_tree(dir);
    _exit(server > 0 ? 0 : 1);
}

bool pg_cluster_start(struct pg_cluster *cluster)
{
    int to_guardian[2], from_guardian[2];
    char dir[PATH_BYTES];
    if (pipe2(to_guardian, O_CLOEXEC) != 0)
        return false;
    if (pipe2(from_guardian, O_CLOEXEC) != 0) {
        close(to_guardian[0]);
        close(to_guardian[1]);
        return false;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(to_guardian[1]);
        close(from_guardian[0]);
        guard(to_guardian[0], from_guardian[1]);
    }
    close(to_guardian[0]);
    close(from_guardian[1]);
    ssize_t n = pid < 0 ? -1 : read(from_guardian[0], dir, sizeof dir);
    close(from_guardian[0]);
    *cluster = (struct pg_cluster){.guardian = pid, .pipe_fd = to_guardian[1]};
    if (n <= 0) {
        fprintf(stderr, "the private PostgreSQL did not start\n");
        pg_cluster_stop(cluster);
        return false;
    }
    snprintf(cluster->url, sizeof cluster->url, "postgresql://bihuan@/postgres?host=%.100s", dir);
    return true;
}

void pg_cluster_stop(struct pg_cluster *cluster)
{
    if (cluster->guardian <= 0)
        return;
    close(cluster->pipe_fd);
    while (waitpid(cluster->guardian, NULL, 0) < 0 && errno == EINTR)
        continue;
    cluster->guardian = 0;
}
