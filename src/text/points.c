/* points.c: a text as folded code points; see points.h. */
#include "text/points.h"

#include "text/normalize.h"
#include "text/utf8.h"

bool points_fill(struct points *points, struct str s)
{
    size_t at = 0;
    points->n = 0;
    while (at < s.n) {
        uint32_t code;
        points->offset[points->n] = (uint32_t)at;
        if (!utf8_decode(s, &at, &code))
            return false;
        points->code[points->n++] = text_fold_code(code);
    }
    points->code[points->n] = 0;
    points->offset[points->n] = (uint32_t)s.n;
    return true;
}

enum rc points_of(struct arena *arena, struct str s, struct points *ret)
{
    if (s.n >= UINT32_MAX)
        return RC_TOO_LARGE;
    size_t room = utf8_count(s) + 1;
    struct points points = {ARENA_NEW_ARRAY(arena, uint32_t, room), ARENA_NEW_ARRAY(arena, uint32_t, room), 0};
    if (!points.code || !points.offset)
        return arena_rc(arena);
    if (!points_fill(&points, s))
        return RC_BAD_ENCODING;
    *ret = points;
    return RC_OK;
}

size_t points_match(const struct points *points, size_t at, const char *word)
{
    struct str s = str_from_cstr(word);
    size_t i = at, byte = 0;
    uint32_t code;
    while (utf8_decode(s, &byte, &code)) {
        if (i >= points->n || points->code[i] != code)
            return 0;
        i++;
    }
    return i - at;
}

size_t points_match_before(const struct points *points, size_t end, const char *word)
{
    size_t n = utf8_count(str_from_cstr(word));
    return end >= n ? points_match(points, end - n, word) : 0;
}

size_t points_match_any(const struct points *points, size_t at, const char *const *words)
{
    size_t n = 0;
    while (n == 0 && *words)
        n = points_match(points, at, *words++);
    return n;
}

size_t points_match_any_before(const struct points *points, size_t end, const char *const *words)
{
    size_t n = 0;
    while (n == 0 && *words)
        n = points_match_before(points, end, *words++);
    return n;
}

size_t points_skip_blanks(const struct points *points, size_t at)
{
    while (at < points->n && (points->code[at] == ' ' || points->code[at] == '\t' || points->code[at] == 0xA0))
        at++;
    return at;
}

size_t points_count_digits(const struct points *points, size_t at)
{
    size_t n = 0;
    while (at + n < points->n && points->code[at + n] >= '0' && points->code[at + n] <= '9')
        n++;
    return n;
}
