/* multipart.h: cuts a multipart body, in memory or in a spool file, into its parts without copying files.
 *
 * Owns the syntax of multipart/form-data only; names and texts are not checked here.
 * Source: RFC 2046 5.1.1, RFC 7578.
 */
#ifndef BIHUAN_SERVE_MULTIPART_H
#define BIHUAN_SERVE_MULTIPART_H

#include "base/ctx.h"

enum { MULTIPART_HEADER_BYTES_MAX = 8192, MULTIPART_BOUNDARY_BYTES_MAX = 70 };

/* A body: bytes when fd is -1, else size_bytes of the file fd. */
struct multipart_source {
    struct str bytes;
    int fd;
    int64_t size_bytes;
};

struct multipart_part {
    struct str name;      /* of the field, raw */
    struct str file_name; /* raw; p is NULL when the part is not a file */
    struct str type;      /* Content-Type, "" when absent */
    int64_t offset;       /* content in the source */
    int64_t size_bytes;
};

struct multipart;

/* Starts on a body; content_type gives the boundary.  Lives in ctx->arena; the source must outlive it.
 * RC_BAD_REQUEST without a usable boundary. */
enum rc multipart_open(struct ctx *ctx, struct str content_type, const struct multipart_source *source,
                       struct multipart **ret_multipart) MUST_CHECK;
/* Next part; *ret_has is false after the last.  RC_BAD_REQUEST (malformed or cut off), RC_TOO_LARGE (headers), RC_IO.
 */
enum rc multipart_next(struct ctx *ctx, struct multipart *multipart, struct multipart_part *ret_part,
                       bool *ret_has) MUST_CHECK;
/* Copies n bytes at offset of the source into ctx->arena. */
enum rc multipart_read(struct ctx *ctx, const struct multipart_source *source, int64_t offset, size_t n,
                       struct str *ret_bytes) MUST_CHECK;

#endif
