/* sandbox.h: a process that owns nothing; the only file that knows libseccomp.
 *
 * What it takes away: the environment, all files but standard input and output, the network, new files, new
 * processes, other processes, more than its share of memory, time and output.
 */
#ifndef BIHUAN_INTAKE_SANDBOX_H
#define BIHUAN_INTAKE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/rc.h"

struct sandbox_limits {
    size_t memory_bytes;
    unsigned cpu_s;
};

enum sandbox_kind {
    SANDBOX_CHILD, /* this program again: it closes its filter itself with sandbox_enter */
    SANDBOX_TOOL   /* a foreign tool: filtered from before its first instruction */
};

/* Starts path with argv; in_fd becomes its standard input, its standard output is *ret_out_fd (close-on-exec pipe).
 * Standard error goes to /dev/null.  RC_IO when it cannot be started. */
enum rc sandbox_spawn(enum sandbox_kind kind, const char *path, char *const argv[], int in_fd,
                      const struct sandbox_limits *limits, pid_t *ret_pid, int *ret_out_fd) MUST_CHECK;
/* Locks the calling process in: from now on it can compute, read and write open files, wait and end.  RC_IO when
 * the kernel refuses; the caller must then stop. */
enum rc sandbox_enter(void) MUST_CHECK;

#endif
