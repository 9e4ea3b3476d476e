/* cookie.h: reads the Cookie header and writes Set-Cookie.  Source: RFC 6265. */
#ifndef BIHUAN_SERVE_COOKIE_H
#define BIHUAN_SERVE_COOKIE_H

#include "base/buf.h"
#include "base/str.h"

enum cookie_same_site { COOKIE_LAX, COOKIE_STRICT };

struct cookie {
    struct str name;   /* a token */
    struct str value;  /* cookie octets: no space, quote, comma, semicolon, backslash */
    struct str path;   /* empty means "/" */
    int64_t max_age_s; /* < 0: for the browser's session; 0: delete now */
    enum cookie_same_site same_site;
    bool is_secure;
    bool is_readable_by_script; /* default false: HttpOnly */
};

/* Value of the first cookie of that name in a Cookie header, without surrounding quotes; p is NULL when absent. */
struct str cookie_find(struct str header, struct str name);
/* Appends the value of a Set-Cookie header.  RC_INVALID when name, value or path hold bytes that do not belong
 * there (nothing is appended then); RC of the buffer. */
enum rc cookie_write(struct buf *out, const struct cookie *cookie) MUST_CHECK;

#endif
