/* buf.h: a growing byte buffer that cannot exist without a ceiling.
 *
 * Errors stick: append freely, then check buf_rc once.  After a failure further
 * appends do nothing.  The content is always NUL-terminated for debuggers.
 */
#ifndef BIHUAN_BASE_BUF_H
#define BIHUAN_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/str.h"

struct buf {
    char *p;
    size_t n;             /* bytes in use */
    size_t room;          /* bytes allocated */
    size_t ceiling_bytes; /* never more than this in use */
    enum rc rc;
};

/* Empty buffer that will hold at most ceiling_bytes; allocates nothing yet. */
void buf_init(struct buf *buf, size_t ceiling_bytes);
void buf_done(struct buf *buf); /* also for CLEANUP; takes a zeroed struct */
/* Empties it, keeps the memory, forgets the failure. */
void buf_reset(struct buf *buf);
void buf_add(struct buf *buf, struct str s);
void buf_add_bytes(struct buf *buf, const void *p, size_t n);
void buf_add_cstr(struct buf *buf, const char *s);
void buf_add_char(struct buf *buf, char c);
void buf_add_int64(struct buf *buf, int64_t value); /* decimal */
void buf_add_format(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* n bytes of room to be written by the caller, counted as used; NULL after a failure. */
char *buf_add_space(struct buf *buf, size_t n);
/* Cuts the content back to n bytes. */
void buf_truncate(struct buf *buf, size_t n);
/* Content; valid until the next change. */
struct str buf_str(const struct buf *buf);
/* RC_OK, RC_TOO_LARGE or RC_NOMEM. */
enum rc buf_rc(const struct buf *buf);
/* Marks the buffer failed. */
void buf_fail(struct buf *buf, enum rc rc);

#endif
