/* pdf_picture.c: poppler's pdftoppm in the sandbox; see pdf_picture.h.
 *
 * Threat: as in reader_pdf.c, a large parser on a hostile file.  It owns nothing; what comes back is taken for a
 * picture only when it begins like a PNG, and browsers get it as image/png with nosniff.
 */
#include "intake/pdf_picture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "intake/sandbox.h"

#define PDFTOPPM "/usr/bin/pdftoppm"
enum { TOOL_MEMORY = 600 * 1024 * 1024, TOOL_CPU_S = 15, EDGE_PIXELS = 1400 };

static enum rc read_all(int fd, int64_t until_ms, struct buf *out)
{
    for (;;) {
        char piece[16384];
        int64_t left = until_ms - clock_monotonic_ms();
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        if (left <= 0)
            return RC_TIMEOUT;
        int ready = poll(&poll_fd, 1, (int)left);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return ready < 0 ? RC_IO : RC_TIMEOUT;
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? RC_IO : RC_OK;
        buf_add_bytes(out, piece, (size_t)n);
        if (buf_rc(out) != RC_OK)
            return buf_rc(out);
    }
}

enum rc pdf_picture(struct ctx *ctx, int fd, int number, int wall_ms, struct buf *out)
{
    char page[16], edge[16];
    pid_t pid;
    int tool_fd, status = 0;
    if (number < 1 || number > PDF_PICTURE_PAGE_MAX)
        return RC_NOT_FOUND;
    (void)snprintf(page, sizeof page, "%d", number);
    (void)snprintf(edge, sizeof edge, "%d", EDGE_PIXELS);
    char *const argv[] = {"pdftoppm", "-q", "-png", "-scale-to", edge, "-f", page, "-l", page, "-", NULL};
    struct sandbox_limits limits = {.memory_bytes = TOOL_MEMORY, .cpu_s = TOOL_CPU_S};
    if (access(PDFTOPPM, X_OK) != 0)
        return ctx_fail_key(ctx, RC_IO, "reader.pdf_tool");
    (void)lseek(fd, 0, SEEK_SET);
    if (sandbox_spawn(SANDBOX_TOOL, PDFTOPPM, argv, fd, &limits, &pid, &tool_fd) != RC_OK)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    enum rc rc = read_all(tool_fd, clock_monotonic_ms() + wall_ms, out);
    close(tool_fd); /* a tool still writing ends by SIGPIPE */
    if (rc != RC_OK)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (rc != RC_OK)
        return ctx_fail_key(ctx, rc, rc == RC_TIMEOUT ? "reader.timeout" : NULL);
    if (WIFSIGNALED(status))
        return ctx_fail_key(ctx, RC_DAMAGED, "reader.pdf_broken");
    bool is_png = str_has_prefix(buf_str(out), STR("\x89PNG\r\n\x1a\n"));
    if (WEXITSTATUS(status) == 99 || (WEXITSTATUS(status) == 0 && out->n == 0)) /* 99: no such page */
        return RC_NOT_FOUND;
    return is_png ? RC_OK : ctx_fail_key(ctx, RC_DAMAGED, "reader.pdf_broken");
}
