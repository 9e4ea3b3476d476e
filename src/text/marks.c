/* marks.c: see marks.h. */
#include "text/marks.h"

#include <string.h>

#include "base/buf.h"
#include "text/utf8.h"

enum { FULL_WIDTH = 0xFEE0, DEPTH_MAX = 16 };

struct mark {
    size_t at;
    bool is_chinese;
};

/* Han, the Chinese marks, full-width forms, and the quotation marks that Chinese and Latin share. */
static bool is_chinese(uint32_t code)
{
    return utf8_is_han(code) || (code >= 0x3000 && code <= 0x303F) || (code >= 0xFF00 && code <= 0xFFEF) ||
           (code >= 0x2018 && code <= 0x201D);
}

static uint32_t code_behind(struct str s, size_t at)
{
    uint32_t code = 0;
    return utf8_decode(s, &at, &code) ? code : 0;
}

/* Brackets are changed in pairs: which of those that open at `at` do, by what stands around and inside. */
static void close_bracket(struct mark *open, struct str s, size_t at, uint32_t before)
{
    open->is_chinese = open->is_chinese || is_chinese(before) || is_chinese(code_behind(s, at));
}

static void put_wide(struct buf *out, struct str s, size_t *from, size_t at)
{
    char wide[UTF8_MAX_BYTES];
    buf_add(out, str_slice(s, *from, at));
    buf_add(out, (struct str){wide, utf8_encode((unsigned char)s.p[at] + FULL_WIDTH, wide)});
    *from = at + 1;
}

/* For each byte of s whether it becomes wide; false when none does. */
static bool find_wide(struct str s, unsigned char *is_wide)
{
    struct mark open[DEPTH_MAX];
    size_t depth = 0;
    uint32_t before = 0, code;
    bool is_any = false;
    for (size_t at = 0, start = 0; utf8_decode(s, &at, &code); start = at, before = code) {
        if (code >= 0x80 || !memchr(",;:!?()", (int)code, 7))
            continue;
        bool is_near = is_chinese(before) || is_chinese(code_behind(s, at));
        if (code == '(') {
            if (depth < DEPTH_MAX)
                open[depth] = (struct mark){start, is_near};
            depth++;
        } else if (code != ')') {
            is_wide[start] = is_near;
            is_any |= is_near;
        } else if (depth && --depth < DEPTH_MAX) {
            close_bracket(&open[depth], s, at, before);
            is_wide[start] = is_wide[open[depth].at] = open[depth].is_chinese;
            is_any |= open[depth].is_chinese;
        }
    }
    return is_any;
}

struct str marks_chinese(struct arena *arena, struct str s)
{
    size_t first = 0;
    while (first < s.n && !memchr(",;:!?()", s.p[first], 7))
        first++;
    unsigned char *is_wide = first < s.n ? ARENA_NEW_ARRAY(arena, unsigned char, s.n) : NULL;
    if (!is_wide || !find_wide(s, is_wide))
        return s;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 3 * s.n + 1);
    size_t from = 0;
    for (size_t at = first; at < s.n; at++)
        if (is_wide[at])
            put_wide(&out, s, &from, at);
    buf_add(&out, str_slice(s, from, s.n));
    return arena_copy_str(arena, buf_str(&out));
}
