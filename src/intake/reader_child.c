/* reader_child.c: both sides of reading in a child process: reader_read_sandboxed and reader_child_main. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "intake/reader.h"
#include "intake/reader_charset.h"
#include "intake/reader_pdf.h"
#include "intake/reader_wire.h"
#include "intake/reader_work.h"
#include "intake/sandbox.h"

enum { EXTENSION_MAX = 8, CHILD_ARENA_MAX = 160 * 1024 * 1024, CHILD_ANSWER_MAX = 64 * 1024 * 1024 };

/* The child. */

static enum rc read_input(struct ctx *ctx, struct buf *in)
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

static void write_all(struct str s)
{
    for (size_t at = 0; at < s.n;) {
        ssize_t n = write(STDOUT_FILENO, s.p + at, s.n - at);
        if (n < 0 && errno != EINTR)
            return;
        at += n > 0 ? (size_t)n : 0;
    }
}

static enum rc child_read(struct ctx *ctx, struct str bytes, struct str name, struct document *document)
{
    if (reader_looks_pdf(bytes))
        TRY(reader_pdf_start(ctx, bytes));
    charset_warm_up();
    reader_eml_warm_up();
    /* From here on the bytes are looked at. */
    if (sandbox_enter() != RC_OK)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    return reader_read(ctx, bytes, name, document);
}

int reader_child_main(int argc, char **argv)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(CHILD_ARENA_MAX);
    if (!arena)
        return 71;
    struct ctx ctx = {.arena = arena};
    struct buf in CLEANUP(buf_done), out CLEANUP(buf_done);
    buf_init(&in, (size_t)1 << 30);
    buf_init(&out, CHILD_ANSWER_MAX);
    struct document document = {0};
    enum rc rc = read_input(&ctx, &in);
    if (rc == RC_OK)
        rc = child_read(&ctx, buf_str(&in), str_from_cstr(argc > 2 ? argv[2] : ""), &document);
    reader_wire_encode(&out, rc, &ctx, &document);
    if (buf_rc(&out) != RC_OK) {
        buf_reset(&out);
        ctx_clear_issues(&ctx);
        rc = ctx_fail_key(&ctx, RC_TOO_LARGE, "reader.too_much");
        reader_wire_encode(&out, rc, &ctx, &document);
    }
    write_all(buf_str(&out));
    _exit(0); /* nothing to tidy: the process is thrown away, and libraries' exit handlers may ask for what is barred */
}

/* The parent. */

/* Only a short plain extension goes along: the child has no use for the name, and it would show in the process list. */
static void extension_for_child(struct str name, char ret[EXTENSION_MAX + 3])
{
    size_t dot = name.n, n = 0;
    while (dot > 0 && name.p[dot - 1] != '.')
        dot--;
    ret[n++] = 'x';
    ret[n++] = '.';
    for (size_t i = dot; dot > 0 && i < name.n && n < EXTENSION_MAX + 2; i++) {
        char c = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] | 0x20 : name.p[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            break;
        ret[n++] = c;
    }
    ret[n > 2 ? n : 0] = '\0';
}

/* Reads the answer until its end or a limit. */
static enum rc collect(struct ctx *ctx, int fd, const struct reader_limits *limits, struct buf *out)
{
    int64_t end_ms = clock_monotonic_ms() + limits->wall_ms;
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
        buf_add_bytes(out, piece, (size_t)got);
        if (buf_rc(out) != RC_OK)
            return ctx_fail_key(ctx, buf_rc(out), "reader.too_much");
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

static enum rc run_child(struct ctx *ctx, int fd, struct str file_name, const struct reader_limits *limits,
                         struct document *ret)
{
    char extension[EXTENSION_MAX + 3];
    extension_for_child(file_name, extension);
    char program_name[] = "bihuan", verb[] = READER_CHILD_VERB;
    char *argv[] = {program_name, verb, extension, NULL};
    struct sandbox_limits sandbox = {.memory_bytes = limits->memory_bytes, .cpu_s = limits->cpu_s};
    pid_t pid;
    int out_fd;
    if (sandbox_spawn(SANDBOX_CHILD, limits->program ? limits->program : "/proc/self/exe", argv, fd, &sandbox, &pid,
                      &out_fd) != RC_OK)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    struct buf answer CLEANUP(buf_done);
    buf_init(&answer, limits->output_bytes);
    enum rc rc = collect(ctx, out_fd, limits, &answer);
    close(out_fd);
    if (rc != RC_OK)
        (void)kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    TRY(rc);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return explain_end(ctx, status);
    return reader_wire_decode(ctx, buf_str(&answer), ret);
}

enum rc reader_read_sandboxed(struct ctx *ctx, int fd, struct str file_name, const struct reader_limits *limits,
                              struct document *ret)
{
    struct reader_limits usual = reader_limits_default();
    limits = limits ? limits : &usual;
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
    enum rc rc = run_child(ctx, read_fd, file_name, limits, ret);
    close(read_fd);
    return rc;
}
