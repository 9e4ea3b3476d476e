/* str.c: slices of bytes; see str.h. */
#include "base/str.h"

#include <string.h>

struct str str_from_cstr(const char *s) { return s ? (struct str){s, strlen(s)} : STR_EMPTY; }

bool str_equal(struct str a, struct str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }

bool str_equal_cstr(struct str a, const char *b) { return str_equal(a, str_from_cstr(b)); }

int str_compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_has_prefix(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_equal((struct str){s.p, prefix.n}, prefix);
}

bool str_has_suffix(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_equal((struct str){s.p + (s.n - suffix.n), suffix.n}, suffix);
}

size_t str_find(struct str s, struct str needle, size_t from)
{
    if (from > s.n)
        return SIZE_MAX;
    if (needle.n == 0)
        return from;
    if (s.n - from < needle.n)
        return SIZE_MAX;
    const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t str_find_byte(struct str s, char c, size_t from)
{
    if (from >= s.n)
        return SIZE_MAX;
    const char *hit = memchr(s.p + from, c, s.n - from);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

struct str str_slice(struct str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from >= to)
        return STR_EMPTY;
    return (struct str){s.p + from, to - from};
}

static bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct str str_trim(struct str s)
{
    while (s.n && is_ascii_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_ascii_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_split_next(struct str *rest, char sep, struct str *ret_part)
{
    if (rest->p == NULL)
        return false;
    size_t at = str_find_byte(*rest, sep, 0);
    if (at == SIZE_MAX) {
        *ret_part = *rest;
        *rest = STR_EMPTY;
        return true;
    }
    *ret_part = (struct str){rest->p, at};
    rest->p += at + 1;
    rest->n -= at + 1;
    return true;
}

static unsigned char ascii_lower(unsigned char c) { return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

bool str_equal_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (ascii_lower((unsigned char)a.p[i]) != ascii_lower((unsigned char)b.p[i]))
            return false;
    return true;
}

bool str_parse_int64(struct str s, int64_t *ret_value)
{
    bool is_negative = s.n && s.p[0] == '-';
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
    if (i == s.n)
        return false;
    uint64_t limit = is_negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t value = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret_value = is_negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

uint64_t str_hash(struct str s, uint64_t seed)
{
    uint64_t h = 1469598103934665603u ^ seed;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h;
}
