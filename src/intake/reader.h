/* reader.h: makes a struct document of the bytes of a foreign file.
 *
 * The kind of file is found from its content, never from its name alone.  Every
 * failure leaves exactly one issue on the ctx, with a message key "reader.*" of
 * data/messages; what was skipped or guessed stands in document.notes as
 * "key<TAB>argument...".
 *
 * reader_read parses in this process: only the child, tests and fuzzers call it.
 * Everybody else calls reader_read_sandboxed, because a file from outside is an
 * attack until proven otherwise.
 */
#ifndef BIHUAN_INTAKE_READER_H
#define BIHUAN_INTAKE_READER_H

#include <stddef.h>

#include "base/ctx.h"
#include "base/rc.h"
#include "base/str.h"
#include "intake/document.h"

struct reader_limits {
    size_t input_bytes;  /* a larger file is refused unread */
    size_t output_bytes; /* most that the child may answer */
    size_t memory_bytes; /* address space of the child */
    unsigned cpu_s;      /* processor time of the child */
    unsigned wall_ms;    /* from start to the last byte of the answer */
    const char *program; /* program to run with the verb read-document; NULL: this program itself */
};

/* 100 MB in, 64 MB out, 512 MB memory, 20 s processor, 30 s wall, this program. */
struct reader_limits reader_limits_default(void);

/* The hidden verb of the program that runs the child: main calls reader_child_main when argv[1] is this. */
#define READER_CHILD_VERB "read-document"

/* Reads a file's bytes in this process.  file_name is a hint for .csv and for a warning about a wrong
 * extension; it may be empty.  The document and its texts live in ctx->arena; *ret is set on success only.
 * RC_UNSUPPORTED (kind not read), RC_DAMAGED (broken or hostile), RC_BAD_ENCODING, RC_TOO_LARGE, RC_NOMEM.
 * One thread at a time for each ctx. */
enum rc reader_read(struct ctx *ctx, struct str bytes, struct str file_name, struct document *ret) MUST_CHECK;

/* As reader_read, in a child that owns nothing: see sandbox.h.  fd is an open regular file, read from its start;
 * it stays open.  limits NULL takes reader_limits_default.  Also RC_TIMEOUT, RC_IO.  Blocks the calling thread up to
 * wall_ms; any thread. */
enum rc reader_read_sandboxed(struct ctx *ctx, int fd, struct str file_name, const struct reader_limits *limits,
                              struct document *ret) MUST_CHECK;

/* Body of the hidden verb: file on standard input, answer on standard output.  Returns the exit code. */
int reader_child_main(int argc, char **argv);

/* "docx", "pdf", ... for a format; "" for FORMAT_UNKNOWN. */
const char *reader_format_name(enum document_format format);

#endif
