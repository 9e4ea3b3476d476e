/* reader_process.h: this program again as a child that owns nothing: started, fed, listened to; see sandbox.h. */
#ifndef BIHUAN_INTAKE_READER_PROCESS_H
#define BIHUAN_INTAKE_READER_PROCESS_H

#include "base/buf.h"
#include "base/ctx.h"
#include "intake/reader.h"

/* What the child writes, piece by piece; a failure ends the child. */
typedef enum rc reader_sink_fn(void *arg, struct ctx *ctx, struct str piece);

/* Runs the verb with the regular file fd on its standard input and argument (plain, may be "") behind the verb.  The
 * answer goes to sink; nothing in it may be trusted.  RC_TOO_LARGE, RC_TIMEOUT, RC_IO, RC_DAMAGED when the child died,
 * or sink's. */
enum rc reader_process_run(struct ctx *ctx, const char *verb, const char *argument, int fd,
                           const struct reader_limits *limits, reader_sink_fn *sink, void *arg) MUST_CHECK;
/* A sink that keeps everything; arg is a struct buf. */
enum rc reader_process_keep(void *arg, struct ctx *ctx, struct str piece);

/* In the child: the whole of standard input; bytes to standard output. */
enum rc reader_process_input(struct ctx *ctx, struct buf *in) MUST_CHECK;
void reader_process_write(struct str s);

#endif
