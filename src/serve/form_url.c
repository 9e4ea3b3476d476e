/* form_url.c: URL encoding; see form.h.  Source: RFC 3986 2.1, WHATWG URL 5. */
#include <string.h>

#include "serve/form.h"

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

void url_encode(struct buf *out, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (is_unreserved(c)) {
            buf_add_char(out, (char)c);
        } else {
            char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_add_bytes(out, escape, sizeof escape);
        }
    }
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

struct str url_decode(struct arena *arena, struct str s, bool is_form)
{
    char *p = arena_alloc(arena, s.n + 1);
    if (!p)
        return STR_EMPTY;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
        if (low >= 0) {
            p[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            p[n++] = is_form && s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    return (struct str){p, n};
}

void url_add_query(struct buf *out, struct str name, struct str value)
{
    if (out->n && out->p[out->n - 1] != '?')
        buf_add_char(out, '&');
    url_encode(out, name);
    buf_add_char(out, '=');
    url_encode(out, value);
}
