/* reader_text.c: the few operations on UTF-8 that the readers need. */
#include <string.h>

#include "intake/reader_work.h"

/* Length of the well-formed sequence at s[at], 0 when malformed.  Source: Unicode 15, table 3-7. */
static size_t sequence_length(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t left = s.n - at;
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
    if (!n || left < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) ||
        (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return n;
}

bool reader_is_utf8(struct str s)
{
    for (size_t at = 0; at < s.n;) {
        size_t n = sequence_length(s, at);
        if (!n || s.p[at] == '\0')
            return false;
        at += n;
    }
    return true;
}

uint32_t reader_next_char(struct str s, size_t *at)
{
    size_t n = sequence_length(s, *at);
    const unsigned char *p = (const unsigned char *)s.p + *at;
    if (!n) {
        ++*at;
        return 0xFFFD;
    }
    *at += n;
    switch (n) {
    case 1:
        return p[0];
    case 2:
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3Fu);
    case 3:
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3Fu);
    default:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 |
               (p[3] & 0x3Fu);
    }
}

void reader_put_char(struct buf *out, uint32_t c)
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = 0xFFFD;
    if (c < 0x80) {
        buf_add_char(out, (char)c);
    } else if (c < 0x800) {
        buf_add_char(out, (char)(0xC0 | c >> 6));
        buf_add_char(out, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        buf_add_char(out, (char)(0xE0 | c >> 12));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (c & 0x3F)));
    } else {
        buf_add_char(out, (char)(0xF0 | c >> 18));
        buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (c & 0x3F)));
    }
}

static bool is_space(uint32_t c)
{
    return c <= ' ' || c == 0xA0 || (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

struct str reader_trim(struct str s)
{
    for (size_t at = 0; at < s.n;) {
        size_t from = at;
        if (!is_space(reader_next_char(s, &at))) {
            s = str_slice(s, from, s.n);
            break;
        }
        if (at == s.n)
            return STR_EMPTY;
    }
    while (s.n) {
        size_t from = s.n - 1;
        while (from > 0 && s.n - from < 4 && ((unsigned char)s.p[from] & 0xC0) == 0x80)
            from--;
        size_t at = from;
        if (!is_space(reader_next_char(s, &at)) || at != s.n)
            break;
        s.n = from;
    }
    return s;
}

bool reader_is_han(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == ',' ||
           c == ')';
}

void reader_join_line(struct buf *out, struct str line)
{
    if (out->n && line.n && is_word_byte(out->p[out->n - 1]) && (is_word_byte(line.p[0]) || line.p[0] == '(') &&
        !(out->p[out->n - 1] >= '0' && out->p[out->n - 1] <= '9' && line.p[0] >= '0' && line.p[0] <= '9'))
        buf_add_char(out, ' ');
    buf_add(out, line);
}
