/* server.c: programs under measurement; see server.h. */
#include "server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { START_LIMIT_MS = 60000 };

static pid_t spawn(const char *const argv[], int out)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)dup2(out, STDOUT_FILENO);
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

static bool read_port(int fd, int *ret_port)
{
    char text[4096];
    size_t n = 0;
    while (n + 1 < sizeof text) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, START_LIMIT_MS) <= 0)
            return false;
        ssize_t got = read(fd, text + n, sizeof text - 1 - n);
        if (got <= 0)
            return false;
        n += (size_t)got;
        text[n] = '\0';
        const char *at = strstr(text, "http://127.0.0.1:");
        if (!at || !strchr(at, '\n'))
            continue;
        *ret_port = atoi(at + strlen("http://127.0.0.1:"));
        return *ret_port > 0;
    }
    return false;
}

bool server_start(struct server *server, const char *const argv[])
{
    int ends[2];
    *server = (struct server){0};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    int64_t began_us = clock_monotonic_us();
    server->pid = spawn(argv, ends[1]);
    close(ends[1]);
    bool is_up = server->pid > 0 && read_port(ends[0], &server->port);
    server->start_ms = (double)(clock_monotonic_us() - began_us) / 1000;
    close(ends[0]);
    if (!is_up) {
        fprintf(stderr, "%s does not start\n", argv[0]);
        server_stop(server);
    }
    return is_up;
}

void server_stop(struct server *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGTERM);
        (void)waitpid(server->pid, NULL, 0);
    }
    server->pid = 0;
}

double server_memory_mib(const struct server *server, bool is_peak)
{
    char path[64], line[256];
    const char *key = is_peak ? "VmHWM:" : "VmRSS:";
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)server->pid);
    FILE *file = fopen(path, "r");
    double kib = 0;
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            kib = atof(line + strlen(key));
    if (file)
        (void)fclose(file);
    return kib / 1024;
}

double server_cpu_us(const struct server *server)
{
    clockid_t clock;
    struct timespec t = {0};
    if (clock_getcpuclockid(server->pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return 0;
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

double program_run_ms(const char *const argv[])
{
    int sink = open("/dev/null", O_WRONLY | O_CLOEXEC), status = -1;
    int64_t began_us = clock_monotonic_us();
    pid_t pid = spawn(argv, sink);
    bool is_good = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    double ms = (double)(clock_monotonic_us() - began_us) / 1000;
    close(sink);
    return is_good ? ms : -1;
}
