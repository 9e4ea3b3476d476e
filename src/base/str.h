/* str.h: a borrowed slice of bytes.
 *
 * A struct str never owns its bytes: whoever made them (an arena, a buffer, a
 * literal, a file mapping) keeps them alive.  Text in a struct str that has
 * passed a boundary is UTF-8; see text/utf8.h for the check.
 */
#ifndef BIHUAN_BASE_STR_H
#define BIHUAN_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p; /* may be NULL when n == 0 */
    size_t n;      /* bytes */
};

#define STR_EMPTY ((struct str){NULL, 0})
/* A slice over a string literal. */
#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) ((int)(s).n), ((s).p ? (s).p : "")

/* Slice over a NUL-terminated string; NULL gives the empty slice. */
struct str str_from_cstr(const char *s);
bool str_equal(struct str a, struct str b);
bool str_equal_cstr(struct str a, const char *b);
/* Byte order, shorter first when one is a prefix: <0, 0, >0. */
int str_compare(struct str a, struct str b);
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
/* Byte offset of the first needle at or after from; SIZE_MAX when absent.  The empty needle is found at from. */
size_t str_find(struct str s, struct str needle, size_t from);
/* Offset of the first byte c at or after from; SIZE_MAX when absent. */
size_t str_find_byte(struct str s, char c, size_t from);
/* Slice [from, to), clamped to the string. */
struct str str_slice(struct str s, size_t from, size_t to);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* Takes the part before the next byte sep off *rest and returns it; false when *rest is used up. */
bool str_split_next(struct str *rest, char sep, struct str *ret_part);
/* ASCII case-insensitive equality. */
bool str_equal_nocase(struct str a, struct str b);
/* Decimal int64 with optional sign, nothing else around it; false when malformed or out of range. */
bool str_parse_int64(struct str s, int64_t *ret_value);
/* FNV-1a, 64 bits; not for untrusted tables without a seed. */
uint64_t str_hash(struct str s, uint64_t seed);

#endif
