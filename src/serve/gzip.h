/* gzip.h: compresses answers; the only room file that knows zlib at run time.
 *
 * BREACH: a compressed page that holds both a secret and attacker-chosen text leaks the secret by its length, so
 * CSRF tokens must be masked per answer by whoever renders them.
 */
#ifndef BIHUAN_SERVE_GZIP_H
#define BIHUAN_SERVE_GZIP_H

#include "serve/http.h"

struct gzip; /* compressor kept warm; one per worker, one thread at a time */

/* Level 1 (quick) to 9.  NULL when memory is short or the level is wrong. */
struct gzip *gzip_new(int level);
void gzip_free(struct gzip *gzip); /* takes NULL */
/* Appends the gzip form of bytes to out.  RC_NOMEM, RC_TOO_LARGE of out. */
enum rc gzip_bytes(struct gzip *gzip, struct str bytes, struct buf *out) MUST_CHECK;
/* Compresses the answer of request when the client accepts it, its type is text and it has 1 kB or more; sets
 * Vary always, Content-Encoding and a weak ETag when compressed.  On failure the answer stays as it was.
 * Bodies that are files or streams stay as they are.  Before http_respond. */
void gzip_response(struct gzip *gzip, struct http_request *request);

#endif
