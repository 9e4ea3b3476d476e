/* sandbox.c: see sandbox.h. */
#include "intake/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ADDRESS_SANITIZER
#endif
#endif

/* What a program needs to compute with memory it has and files already open. */
static const char *const calm_calls[] = {"read",
                                         "readv",
                                         "pread64",
                                         "write",
                                         "writev",
                                         "close",
                                         "lseek",
                                         "fstat",
                                         "newfstatat",
                                         "munmap",
                                         "mremap",
                                         "brk",
                                         "madvise",
                                         "futex",
                                         "getrandom",
                                         "clock_gettime",
                                         "gettimeofday",
                                         "time",
                                         "rt_sigprocmask",
                                         "rt_sigreturn",
                                         "rt_sigaction",
                                         "sigaltstack",
                                         "exit",
                                         "exit_group",
                                         "wait4",
                                         "waitid",
                                         "getpid",
                                         "gettid",
                                         "restart_syscall",
                                         "sched_yield",
                                         "sysinfo",
                                         "getrusage",
                                         "set_robust_list",
                                         "rseq",
                                         "sched_getaffinity"};

/* What the loader and a file-reading tool need besides. */
static const char *const tool_calls[] = {"execve",     "mmap",      "mprotect", "arch_prctl", "set_tid_address",
                                         "prlimit64",  "getrlimit", "access",   "faccessat",  "faccessat2",
                                         "stat",       "lstat",     "statx",    "readlink",   "readlinkat",
                                         "getcwd",     "uname",     "ioctl",    "fcntl",      "dup",
                                         "getdents64", "fadvise64", "statfs",   "fstatfs",    "getuid",
                                         "geteuid",    "getgid",    "getegid",  "poll"};

/* Calls that no honest reader makes: whoever makes them has been taken over and dies at once. */
static const char *const deadly_calls[] = {"socket",
                                           "socketpair",
                                           "connect",
                                           "bind",
                                           "listen",
                                           "accept",
                                           "accept4",
                                           "sendto",
                                           "sendmsg",
                                           "ptrace",
                                           "process_vm_readv",
                                           "process_vm_writev",
                                           "io_uring_setup",
                                           "bpf",
                                           "keyctl",
                                           "add_key",
                                           "mount",
                                           "umount2",
                                           "unshare",
                                           "setns",
                                           "kexec_load",
                                           "init_module",
                                           "finit_module",
                                           "perf_event_open",
                                           "userfaultfd",
                                           "fork",
                                           "vfork",
                                           "clone",
                                           "clone3",
                                           "unlink",
                                           "unlinkat",
                                           "rename",
                                           "renameat",
                                           "renameat2",
                                           "mkdir",
                                           "mkdirat",
                                           "symlink",
                                           "symlinkat",
                                           "link",
                                           "linkat",
                                           "chmod",
                                           "fchmodat",
                                           "mknod",
                                           "mknodat",
                                           "truncate",
                                           "ftruncate"};

#define COUNT_OF(a) (sizeof(a) / sizeof(a)[0])

static int add_all(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int call = seccomp_syscall_resolve_name(names[i]);
        if (call == __NR_SCMP_ERROR)
            continue; /* this architecture does not have it */
        int rc = seccomp_rule_add(filter, action, call, 0);
        if (rc < 0 && rc != -EDOM)
            return rc;
    }
    return 0;
}

/* Threat: code execution inside a parser.  Whatever it then wants (send the document away, read other files, start a
 * program, wait for the next victim) needs a system call, and only those above are answered. */
static enum rc load_filter(enum sandbox_kind kind)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return RC_NOMEM;
    int rc = add_all(filter, SCMP_ACT_ALLOW, calm_calls, COUNT_OF(calm_calls));
    rc |= add_all(filter, SCMP_ACT_KILL_PROCESS, deadly_calls, COUNT_OF(deadly_calls));
    rc |=
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    if (kind == SANDBOX_TOOL) {
        rc |= add_all(filter, SCMP_ACT_ALLOW, tool_calls, COUNT_OF(tool_calls));
        /* reading libraries, fonts and character tables: never creating, never writing */
        rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND, O_RDONLY));
    } else {
        rc |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(execve), 0);
        rc |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(execveat), 0);
        /* no memory that is executable: injected code stays data */
        rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        rc |=
            seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    rc = rc < 0 ? rc : seccomp_load(filter);
    seccomp_release(filter);
    return rc < 0 ? RC_IO : RC_OK;
}

static void limit(int resource, rlim_t value)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)resource, &now) == 0 && now.rlim_max < value)
        value = now.rlim_max;
    struct rlimit wanted = {value, value};
    (void)setrlimit((__rlimit_resource_t)resource, &wanted);
}

/* Threats: a file that unpacks, loops or writes without end; core files with its text. */
static void set_limits(enum sandbox_kind kind, const struct sandbox_limits *limits)
{
#ifndef HAS_ADDRESS_SANITIZER /* it reserves terabytes of address space */
    limit(RLIMIT_AS, limits->memory_bytes);
#endif
    struct rlimit cpu = {limits->cpu_s, limits->cpu_s + 2}; /* soft: SIGXCPU tells why it ended */
    (void)setrlimit(RLIMIT_CPU, &cpu);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 64);
    limit(RLIMIT_STACK, 8 * 1024 * 1024);
    if (kind == SANDBOX_TOOL)
        limit(RLIMIT_NPROC, 0);
    if (kind == SANDBOX_TOOL)
        limit(RLIMIT_FSIZE, 0);
}

enum rc sandbox_enter(void)
{
    limit(RLIMIT_NPROC, 0);
    limit(RLIMIT_FSIZE, 0);
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return RC_IO;
    return load_filter(SANDBOX_CHILD);
}

/* Between fork and exec. */
static void become(enum sandbox_kind kind, const char *path, char *const argv[], int in_fd, int out_fd,
                   const struct sandbox_limits *limits, pid_t parent)
{
    char *const no_environment[] = {NULL};
    int in = fcntl(in_fd, F_DUPFD, 10), out = fcntl(out_fd, F_DUPFD, 10), null = open("/dev/null", O_WRONLY);
    if (in < 0 || out < 0 || null < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0)
        return;
    /* Threat: the database, the listening socket, other people's uploads are open in the parent. */
    if (close_range(3, ~0U, 0) != 0)
        return;
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int i = 1; i < NSIG; i++)
        (void)sigaction(i, &plain, NULL);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return;
    set_limits(kind, limits);
    if (kind == SANDBOX_TOOL && load_filter(SANDBOX_TOOL) != RC_OK)
        return;
    /* Threat: secrets in the environment (database password, session key). */
    (void)execve(path, argv, no_environment);
}

enum rc sandbox_spawn(enum sandbox_kind kind, const char *path, char *const argv[], int in_fd,
                      const struct sandbox_limits *limits, pid_t *ret_pid, int *ret_out_fd)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return RC_IO;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        become(kind, path, argv, in_fd, ends[1], limits, parent);
        _exit(127);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return RC_IO;
    }
    *ret_pid = pid;
    *ret_out_fd = ends[0];
    return RC_OK;
}
