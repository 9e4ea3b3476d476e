/* cookie.c: see cookie.h. */
#include "serve/cookie.h"

#include <string.h>

struct str cookie_find(struct str header, struct str name)
{
    struct str rest = header, pair;
    while (str_split_next(&rest, ';', &pair)) {
        pair = str_trim(pair);
        size_t equals = str_find_byte(pair, '=', 0);
        if (equals == SIZE_MAX || !str_equal(str_trim(str_slice(pair, 0, equals)), name))
            continue;
        struct str value = str_trim(str_slice(pair, equals + 1, pair.n));
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            value = str_slice(value, 1, value.n - 1);
        return value.p ? value : STR("");
    }
    return STR_EMPTY;
}

/* Printable ASCII without the bytes of unwanted: a line break here would forge a header. */
static bool is_clean(struct str s, const char *unwanted)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || strchr(unwanted, s.p[i]))
            return false;
    return true;
}

enum rc cookie_write(struct buf *out, const struct cookie *cookie)
{
    if (cookie->name.n == 0 || !is_clean(cookie->name, "()<>@,;:\\\"/[]?={}") || !is_clean(cookie->value, "\",;\\") ||
        !is_clean(cookie->path, ";"))
        return RC_INVALID;
    buf_add(out, cookie->name);
    buf_add_char(out, '=');
    buf_add(out, cookie->value);
    buf_add(out, STR("; Path="));
    buf_add(out, cookie->path.n ? cookie->path : STR("/"));
    if (cookie->max_age_s >= 0) {
        buf_add(out, STR("; Max-Age="));
        buf_add_int64(out, cookie->max_age_s);
    }
    if (!cookie->is_readable_by_script)
        buf_add(out, STR("; HttpOnly"));
    if (cookie->is_secure)
        buf_add(out, STR("; Secure"));
    buf_add(out, cookie->same_site == COOKIE_STRICT ? STR("; SameSite=Strict") : STR("; SameSite=Lax"));
    return buf_rc(out);
}
