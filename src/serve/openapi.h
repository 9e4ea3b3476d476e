/* openapi.h: the description of the interface for programs, made from the tables of routes and commands.
 *
 * Source: OpenAPI 3.1.0; RFC 9457 for failures.
 */
#ifndef BIHUAN_SERVE_OPENAPI_H
#define BIHUAN_SERVE_OPENAPI_H

#include "base/buf.h"
#include "base/ctx.h"

/* Appends the document as JSON.  RC_NOMEM, RC_TOO_LARGE. */
enum rc openapi_write(struct ctx *ctx, struct buf *out) MUST_CHECK;

#endif
