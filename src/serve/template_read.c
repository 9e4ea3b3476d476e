/* template_read.c: both sides of template_read.h.
 *
 * Threat: a template is a ZIP of XML from outside.  Only the child unpacks and parses it; what it answers is checked as
 * if the file had taken it over.
 */
#include "serve/template_read.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "intake/reader_process.h"
#include "intake/reader_wire.h"
#include "intake/sandbox.h"
#include "publish/docx_wire.h"

enum { MIB = 1024 * 1024, INPUT_MAX = 32 * MIB, ANSWER_MAX = 192 * MIB, CHILD_ARENA_MAX = 384 * MIB };

/* ---- the child ------------------------------------------------------------------------------------------------ */

static enum rc child_open(struct ctx *ctx, struct str bytes, struct buf *out)
{
    struct docx docx;
    struct xml_item **roots;
    if (sandbox_enter() != RC_OK)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    TRY(docx_unpack(ctx, bytes, &docx, &roots));
    TRY(docx_check(ctx, &docx, roots));
    docx_wire_encode(out, &docx, roots);
    return buf_rc(out) == RC_OK ? RC_OK : ctx_fail_key(ctx, RC_TOO_LARGE, "reader.too_much");
}

int template_child_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(CHILD_ARENA_MAX);
    if (!arena)
        return 71;
    struct ctx ctx = {.arena = arena};
    struct buf in CLEANUP(buf_done), out CLEANUP(buf_done);
    buf_init(&in, INPUT_MAX);
    buf_init(&out, ANSWER_MAX);
    enum rc rc = reader_process_input(&ctx, &in);
    if (rc == RC_OK)
        rc = child_open(&ctx, buf_str(&in), &out);
    if (rc != RC_OK) {
        buf_reset(&out);
        if (!ctx.first) /* an arena that refused deep inside */
            (void)ctx_fail_key(&ctx, rc, "reader.too_much");
        reader_wire_encode(&out, rc, &ctx, NULL);
    }
    reader_process_write(buf_str(&out));
    _exit(0); /* as in intake/reader_child.c */
}

/* ---- the parent ----------------------------------------------------------------------------------------------- */

static int as_file(struct str bytes)
{
    int fd = memfd_create("template", MFD_CLOEXEC);
    for (size_t at = 0; fd >= 0 && at < bytes.n;) {
        ssize_t n = write(fd, bytes.p + at, bytes.n - at);
        if (n <= 0) {
            close(fd);
            return -1;
        }
        at += (size_t)n;
    }
    return fd;
}

enum rc template_open_sandboxed(struct ctx *ctx, struct str bytes, struct docx *ret_docx)
{
    struct reader_limits limits = {.input_bytes = INPUT_MAX,
                                   .output_bytes = ANSWER_MAX,
                                   .memory_bytes = (size_t)1024 * MIB,
                                   .cpu_s = 20,
                                   .wall_ms = 30 * 1000};
    struct buf answer CLEANUP(buf_done);
    struct document nothing;
    int fd = as_file(bytes);
    if (fd < 0)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    buf_init(&answer, ANSWER_MAX);
    enum rc rc = reader_process_run(ctx, TEMPLATE_CHILD_VERB, "", fd, &limits, reader_process_keep, &answer);
    close(fd);
    TRY(rc);
    if (str_has_prefix(buf_str(&answer), STR(DOCX_WIRE_MAGIC)))
        return docx_wire_decode(ctx, buf_str(&answer), ret_docx);
    rc = reader_wire_decode(ctx, buf_str(&answer), &nothing);
    return rc == RC_OK ? ctx_fail_key(ctx, RC_DAMAGED, "reader.crashed") : rc;
}
