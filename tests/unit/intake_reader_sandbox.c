/* intake_reader_sandbox.c: what a process in the sandbox cannot do any more.  The probes run in this program itself,
 * started again by sandbox_spawn. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "intake/reader_wire.h"
#include "intake/sandbox.h"

extern char **environ;

/* The probe: prints what it still has, locks itself in, tries what it should not. */
static int probe(const char *what)
{
    if (strcmp(what, "belongings") == 0) {
        int open_files = 0, variables = 0;
        for (int fd = 3; fd < 1024; fd++)
            open_files += fcntl(fd, F_GETFD) >= 0;
        while (environ && environ[variables])
            variables++;
        printf("%d files, %d variables", open_files, variables);
        fflush(stdout);
        _exit(0);
    }
    if (sandbox_enter() != RC_OK)
        _exit(99);
    if (strcmp(what, "calm") == 0) {
        char *p = malloc(1 << 20);
        memset(p, 1, 1 << 20);
        _exit(write(STDOUT_FILENO, "ok", 2) == 2 ? 0 : 1);
    } else if (strcmp(what, "read") == 0) {
        _exit(open("/etc/passwd", O_RDONLY) < 0 && errno == EPERM ? 0 : 1);
    } else if (strcmp(what, "write") == 0) {
        _exit(open("/tmp/bihuan-probe", O_WRONLY | O_CREAT, 0600) < 0 && errno == EPERM ? 0 : 1);
    } else if (strcmp(what, "code") == 0) {
        _exit(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 0 : 1);
    } else if (strcmp(what, "kill") == 0) {
        _exit(kill(getppid(), 0) < 0 && errno == EPERM ? 0 : 1);
    } else if (strcmp(what, "network") == 0) {
        (void)socket(AF_INET, SOCK_STREAM, 0);
    } else if (strcmp(what, "program") == 0) {
        (void)execl("/bin/true", "true", (char *)NULL);
    } else if (strcmp(what, "process") == 0) {
        (void)fork();
    } else if (strcmp(what, "remove") == 0) {
        (void)unlink("/tmp/bihuan-probe");
    }
    _exit(1);
}

/* Runs a probe; its output in *out; its wait status. */
static int run(const char *what, struct buf *out)
{
    char program[] = "probe", verb[64];
    snprintf(verb, sizeof verb, "%s", what);
    char *argv[] = {program, verb, NULL};
    struct sandbox_limits limits = {.memory_bytes = 256u << 20, .cpu_s = 5};
    pid_t pid;
    int fd, in = open("/dev/null", O_RDONLY);
    assert_ok(sandbox_spawn(SANDBOX_CHILD, "/proc/self/exe", argv, in, &limits, &pid, &fd));
    close(in);
    char piece[256];
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) > 0;)
        buf_add_bytes(out, piece, (size_t)n);
    close(fd);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void test_owns_nothing(void **state)
{
    (void)state;
    int kept = open("/dev/null", O_RDONLY); /* without close-on-exec, as a careless library leaves it */
    setenv("BIHUAN_SECRET", "x", 1);
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1000);
    assert_int_equal(run("belongings", &out), 0);
    close(kept);
    assert_str(buf_str(&out), "0 files, 0 variables");
}

static void test_still_computes(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1000);
    assert_int_equal(run("calm", &out), 0);
    assert_str(buf_str(&out), "ok");
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const probes[] = {"read", "write", "code", "kill"};
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct buf out CLEANUP(buf_done);
        buf_init(&out, 1000);
        int status = run(probes[i], &out);
        if (status != 0)
            fail_msg("%s: status %d", probes[i], status);
    }
}

static void test_dies_at_once(void **state)
{
    (void)state;
    static const char *const probes[] = {"network", "program", "process", "remove"};
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct buf out CLEANUP(buf_done);
        buf_init(&out, 1000);
        int status = run(probes[i], &out);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            fail_msg("%s: status %d", probes[i], status);
    }
}

/* A tool is filtered before its first instruction: cat may read, sh may not write. */
static void test_tool_cannot_write(void **state)
{
    (void)state;
    char program[] = "cp", from[] = "/etc/hostname", to[] = "/tmp/bihuan-probe-copy";
    char *argv[] = {program, from, to, NULL};
    struct sandbox_limits limits = {.memory_bytes = 256u << 20, .cpu_s = 5};
    pid_t pid;
    int fd, status, in = open("/dev/null", O_RDONLY);
    assert_ok(sandbox_spawn(SANDBOX_TOOL, "/bin/cp", argv, in, &limits, &pid, &fd));
    close(in);
    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_not_equal(status, 0);
    assert_int_not_equal(access(to, F_OK), 0);
}

/* The parent takes no cut or padded answer. */
static void test_answers_are_whole(void **state)
{
    (void)state;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(1u << 20);
    struct ctx ctx = {.arena = arena};
    struct paragraph p = {.text = STR("abc"), .place = STR("p1"), .bold = -1};
    struct str note = STR("reader.note.bidi\t2");
    struct document document = {.format = FORMAT_TXT,
                                .encoding = STR("UTF-8"),
                                .paragraphs = &p,
                                .count = 1,
                                .notes = &note,
                                .note_count = 1},
                    back;
    struct buf wire CLEANUP(buf_done);
    buf_init(&wire, 10000);
    reader_wire_encode(&wire, RC_OK, &ctx, &document);
    assert_ok(reader_wire_decode(&ctx, buf_str(&wire), &back));
    assert_str(back.paragraphs[0].text, "abc");
    assert_int_equal(back.paragraphs[0].bold, -1);
    assert_str(back.notes[0], "reader.note.bidi\t2");
    for (size_t n = 0; n < wire.n; n++)
        assert_int_equal(reader_wire_decode(&ctx, str_slice(buf_str(&wire), 0, n), &back), RC_DAMAGED);
    buf_add_char(&wire, 'x');
    assert_int_equal(reader_wire_decode(&ctx, buf_str(&wire), &back), RC_DAMAGED);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return probe(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owns_nothing),      cmocka_unit_test(test_still_computes),
        cmocka_unit_test(test_refused),           cmocka_unit_test(test_dies_at_once),
        cmocka_unit_test(test_tool_cannot_write), cmocka_unit_test(test_answers_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
