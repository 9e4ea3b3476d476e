/* utf8.c: UTF-8 by code point; see utf8.h. */
#include "text/utf8.h"

bool utf8_decode(struct str s, size_t *at, uint32_t *ret_code)
{
    size_t i = *at;
    if (i >= s.n)
        return false;
    unsigned char lead = (unsigned char)s.p[i];
    if (lead < 0x80) {
        *ret_code = lead;
        *at = i + 1;
        return true;
    }
    size_t n;
    uint32_t code, least;
    if (lead >= 0xC2 && lead <= 0xDF) {
        n = 2, code = lead & 0x1FU, least = 0x80;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        n = 3, code = lead & 0x0FU, least = 0x800;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        n = 4, code = lead & 0x07U, least = 0x10000;
    } else {
        return false;
    }
    if (s.n - i < n)
        return false;
    for (size_t k = 1; k < n; k++) {
        unsigned char more = (unsigned char)s.p[i + k];
        if ((more & 0xC0) != 0x80)
            return false;
        code = code << 6 | (more & 0x3FU);
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return false;
    *ret_code = code;
    *at = i + n;
    return true;
}

size_t utf8_encode(uint32_t code, char text[UTF8_MAX_BYTES])
{
    if (code < 0x80) {
        text[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        text[0] = (char)(0xC0 | code >> 6);
        text[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        if (code >= 0xD800 && code <= 0xDFFF)
            return 0;
        text[0] = (char)(0xE0 | code >> 12);
        text[1] = (char)(0x80 | (code >> 6 & 0x3F));
        text[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    if (code > 0x10FFFF)
        return 0;
    text[0] = (char)(0xF0 | code >> 18);
    text[1] = (char)(0x80 | (code >> 12 & 0x3F));
    text[2] = (char)(0x80 | (code >> 6 & 0x3F));
    text[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static bool is_control(uint32_t code)
{
    if (code < 0x20)
        return code != '\t' && code != '\n' && code != '\r';
    if (code >= 0x7F && code <= 0x9F)
        return true;
    /* noncharacters and the byte order mark: they come from damaged files, never from a writer */
    return code == 0xFEFF || (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
}

/* Source: Unicode UAX 9 section 2; reordering controls can make a text read other than it is stored. */
static bool is_bidi_control(uint32_t code)
{
    return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

enum utf8_fault utf8_find_fault(struct str s, size_t *ret_at)
{
    size_t at = 0;
    while (at < s.n) {
        size_t start = at;
        uint32_t code = 0;
        enum utf8_fault fault = UTF8_FAULT_NONE;
        if (!utf8_decode(s, &at, &code))
            fault = UTF8_FAULT_BYTES;
        else if (is_control(code))
            fault = UTF8_FAULT_CONTROL;
        else if (is_bidi_control(code))
            fault = UTF8_FAULT_BIDI;
        if (fault == UTF8_FAULT_NONE)
            continue;
        if (ret_at)
            *ret_at = start;
        return fault;
    }
    return UTF8_FAULT_NONE;
}

bool utf8_is_clean(struct str s) { return utf8_find_fault(s, NULL) == UTF8_FAULT_NONE; }

enum rc utf8_check(struct ctx *ctx, struct str s, const char *field)
{
    size_t at = 0;
    if (utf8_find_fault(s, &at) == UTF8_FAULT_NONE)
        return RC_OK;
    struct str place = arena_format(ctx->arena, "%zu", at);
    return ctx_fail(ctx, RC_BAD_ENCODING, NULL, str_from_cstr(field), STR_EMPTY, &place, 1);
}

size_t utf8_count(struct str s)
{
    size_t count = 0;
    uint32_t code;
    for (size_t at = 0; at < s.n; count++)
        if (!utf8_decode(s, &at, &code))
            at++;
    return count;
}

struct str utf8_cut_bytes(struct str s, size_t max_bytes)
{
    if (s.n <= max_bytes)
        return s;
    size_t n = max_bytes;
    while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return (struct str){s.p, n};
}

struct str utf8_cut_count(struct str s, size_t max_count)
{
    size_t at = 0;
    uint32_t code;
    for (size_t i = 0; i < max_count && at < s.n; i++)
        if (!utf8_decode(s, &at, &code))
            at++;
    return (struct str){s.p, at};
}

bool utf8_is_han(uint32_t code)
{
    return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x3400 && code <= 0x4DBF) || code == 0x3007 ||
           (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x20000 && code <= 0x323AF);
}

int utf8_code_width(uint32_t code)
{
    if (code < 0x300)
        return 1;
    if (code <= 0x36F || (code >= 0x200B && code <= 0x200D) || (code >= 0x20D0 && code <= 0x20FF) ||
        (code >= 0xFE00 && code <= 0xFE0F))
        return 0;
    /* Source: Unicode EastAsianWidth.txt, W and F, by block. */
    static const uint32_t wide[][2] = {{0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97C},
                                       {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
                                       {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (code >= wide[i][0] && code <= wide[i][1])
            return 2;
    return 1;
}

size_t utf8_width(struct str s)
{
    size_t width = 0, at = 0;
    uint32_t code;
    while (at < s.n) {
        if (utf8_decode(s, &at, &code)) {
            width += (size_t)utf8_code_width(code);
        } else {
            at++;
            width++;
        }
    }
    return width;
}
