/* public_cache.h: finished public pages in memory, plain and gzipped, shared by reference.
 *
 * A page is never changed: a newer one takes its place, and the old one goes when the last answer that sends it has
 * ended.  For PUBLIC_FRESH_MS a page is given to everybody; then one caller in each such span is told to make it anew
 * while the others still get the old one; after PUBLIC_KEPT_MS it is not given any more.  Together pages hold
 * PUBLIC_CACHE_BYTES at most.  Any thread.
 */
#ifndef BIHUAN_SERVE_PUBLIC_CACHE_H
#define BIHUAN_SERVE_PUBLIC_CACHE_H

#include "base/buf.h"

enum {
    PUBLIC_FRESH_MS = 2000,
    PUBLIC_KEPT_MS = 10 * 1000,
    PUBLIC_CACHE_PAGES = 128,
    PUBLIC_CACHE_BYTES = 32 << 20,
    PUBLIC_NAME_BYTES = 48
};

struct public_cache;

struct public_page {
    struct str bytes, gzip; /* gzip: empty when there is none */
    char etag[24];          /* of the bytes, with its quotes */
};

struct public_cache *public_cache_new(void);        /* NULL: no memory */
void public_cache_free(struct public_cache *cache); /* takes NULL; pages still held stay */
/* The page of a name, held for the caller until public_page_release; NULL: none.  *ret_is_due: the caller should make
 * it anew and put it, which is said to one caller only. */
const struct public_page *public_cache_find(struct public_cache *cache, struct str name, int64_t now_ms,
                                            bool *ret_is_due);
/* Puts a copy in the place of name and holds it for the caller.  NULL: no memory, or a name of PUBLIC_NAME_BYTES. */
const struct public_page *public_cache_put(struct public_cache *cache, struct str name, struct str bytes,
                                           struct str gzip, int64_t now_ms);
/* Forgets a page that is not public any more. */
void public_cache_drop(struct public_cache *cache, struct str name);
void public_page_release(const struct public_page *page); /* takes NULL */

#endif
