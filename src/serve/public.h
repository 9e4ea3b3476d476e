/* public.h: the public listener: bulletins, the comment form and the receipt look-up, and nothing else of the program.
 *
 * It has its own socket, I/O thread, workers, connections to the database, limits and nice value; it sets no cookie and
 * reads none. Pages are kept ready for a moment, so that page views cost the database nothing.  Every other address is
 * 404.
 */
#ifndef BIHUAN_SERVE_PUBLIC_H
#define BIHUAN_SERVE_PUBLIC_H

#include "serve/app.h"

struct public;

/* Opens and listens at "address:port" ("[::1]:8081" for IPv6; port 0: any free one).  RC_CONFIG for another text. */
enum rc public_open(struct ctx *ctx, struct app *app, struct str listen, struct public **ret_public) MUST_CHECK;
/* Serves on a thread of its own. */
enum rc public_start(struct public *public) MUST_CHECK;
int public_port(const struct public *public);
/* Stops, waits, frees.  Takes NULL. */
void public_close(struct public *public);

#endif
