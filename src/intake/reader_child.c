/* reader_child.c: both sides of reading in a child process: reader_read_sandboxed and reader_child_main. */
#include <unistd.h>

#include "base/alloc.h"
#include "intake/reader.h"
#include "intake/reader_charset.h"
#include "intake/reader_pdf.h"
#include "intake/reader_process.h"
#include "intake/reader_wire.h"
#include "intake/reader_work.h"
#include "intake/sandbox.h"

enum { EXTENSION_MAX = 8, CHILD_ARENA_MAX = 160 * 1024 * 1024, CHILD_ANSWER_MAX = 64 * 1024 * 1024 };

/* The child. */

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
    enum rc rc = reader_process_input(&ctx, &in);
    if (rc == RC_OK)
        rc = child_read(&ctx, buf_str(&in), str_from_cstr(argc > 2 ? argv[2] : ""), &document);
    reader_wire_encode(&out, rc, &ctx, &document);
    if (buf_rc(&out) != RC_OK) {
        buf_reset(&out);
        ctx_clear_issues(&ctx);
        rc = ctx_fail_key(&ctx, RC_TOO_LARGE, "reader.too_much");
        reader_wire_encode(&out, rc, &ctx, &document);
    }
    reader_process_write(buf_str(&out));
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

enum rc reader_read_sandboxed(struct ctx *ctx, int fd, struct str file_name, const struct reader_limits *limits,
                              struct document *ret)
{
    struct reader_limits usual = reader_limits_default();
    limits = limits ? limits : &usual;
    char extension[EXTENSION_MAX + 3];
    extension_for_child(file_name, extension);
    struct buf answer CLEANUP(buf_done);
    buf_init(&answer, limits->output_bytes);
    TRY(reader_process_run(ctx, READER_CHILD_VERB, extension, fd, limits, reader_process_keep, &answer));
    return reader_wire_decode(ctx, buf_str(&answer), ret);
}
