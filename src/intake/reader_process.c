/* reader_process.c: see reader_process.h. */
#include "intake/reader_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "intake/sandbox.h"

/* ---- the child ------------------------------------------------------------------------------------------------ */

enum rc reader_process_input(struct ctx *ctx, struct buf *in)
{
    struct stat stat;
    if (fstat(STDIN_FILENO, &stat) != 0 || stat.st_size < 0)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    char *to = buf_add_space(in, (size_t)stat.st_size);
    for (size_t at = 0; to && at < in->n;) {
        ssize_t n = pread(STDIN_FILENO, to + at, in->n - at, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            buf_truncate(in, at);
            break;
        }
        at += (size_t)n;
    }
    return buf_rc(in) == RC_OK ? RC_OK : ctx_fail_key(ctx, buf_rc(in), "reader.too_much");
}

void reader_process_write(struct str s)
{
    for (size_t at = 0; at < s.n;) {
        ssize_t n = write(STDOUT_FILENO, s.p + at, s.n - at);
        if (n < 0 && errno != EINTR)
            return;
        at += n > 0 ? (size_t)n : 0;
    }
}

/* ---- the parent ----------------------------------------------------------------------------------------------- */

enum rc reader_process_keep(void *arg, struct ctx *ctx, struct str piece)
{
    buf_add(arg, piece);
    return buf_rc(arg) == RC_OK ? RC_OK : ctx_fail_key(ctx, buf_rc(arg), "reader.too_much");
}

/* Reads the answer until its end or a limit. */
static enum rc collect(struct ctx *ctx, int fd, const struct reader_limits *limits, reader_sink_fn *sink, void *arg)
{
    int64_t end_ms = clock_monotonic_ms() + limits->wall_ms;
    size_t seen = 0;
    for (;;) {
        int64_t left_ms = end_ms - clock_monotonic_ms();
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int n = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ctx_fail_key(ctx, RC_TIMEOUT, "reader.timeout");
        char piece[65536];
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return RC_OK;
        seen += (size_t)got;
        if (seen > limits->output_bytes)
            return ctx_fail_key(ctx, RC_TOO_LARGE, "reader.too_much");
        TRY(sink(arg, ctx, (struct str){piece, (size_t)got}));
    }
}

static enum rc explain_end(struct ctx *ctx, int status)
{
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
        return ctx_fail_key(ctx, RC_TIMEOUT, "reader.timeout");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    return ctx_fail_key(ctx, RC_DAMAGED, "reader.crashed");
}

static enum rc run_child(struct ctx *ctx, const char *verb, const char *argument, int fd,
                         const struct reader_limits *limits, reader_sink_fn *sink, void *arg)
{
    char program_name[] = "bihuan";
    char *argv[] = {program_name, arena_copy_cstr(ctx->arena, str_from_cstr(verb)),
                    arena_copy_cstr(ctx->arena, str_from_cstr(argument)), NULL};
    struct sandbox_limits sandbox = {.memory_bytes = limits->memory_bytes, .cpu_s = limits->cpu_s};
    pid_t pid;
    int out_fd;
    if (!argv[1] || !argv[2])
        return arena_rc(ctx->arena);
    if (sandbox_spawn(SANDBOX_CHILD, limits->program ? limits->program : "/proc/self/exe", argv, fd, &sandbox, &pid,
                      &out_fd) != RC_OK)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    enum rc rc = collect(ctx, out_fd, limits, sink, arg);
    close(out_fd);
    if (rc != RC_OK)
        (void)kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    TRY(rc);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? RC_OK : explain_end(ctx, status);
}

enum rc reader_process_run(struct ctx *ctx, const char *verb, const char *argument, int fd,
                           const struct reader_limits *limits, reader_sink_fn *sink, void *arg)
{
    struct stat stat;
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    if (stat.st_size == 0)
        return ctx_fail_key(ctx, RC_DAMAGED, "reader.empty");
    if ((uint64_t)stat.st_size > limits->input_bytes)
        return ctx_fail_format(ctx, RC_TOO_LARGE, "reader.too_large", "%llu",
                               (unsigned long long)limits->input_bytes >> 20);
    /* Threat: a descriptor open for writing would let the child change the evidence it reads. */
    char path[40];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int read_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (read_fd < 0)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    enum rc rc = run_child(ctx, verb, argument, read_fd, limits, sink, arg);
    close(read_fd);
    return rc;
}
