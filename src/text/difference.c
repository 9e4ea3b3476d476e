/* difference.c: Myers' greedy algorithm over code points; see difference.h. */
#include "text/difference.h"

#include <string.h>

#include "text/utf8.h"

/* A text as code points, each with the place where it begins. */
struct points {
    struct str text;
    uint32_t *codes;
    size_t *starts; /* n + 1 of them */
    int n;
};

static bool points_of(struct arena *arena, struct str text, struct points *ret)
{
    size_t count = utf8_count(text), at = 0;
    *ret = (struct points){.text = text};
    ret->codes = ARENA_NEW_ARRAY(arena, uint32_t, count + 1);
    ret->starts = ARENA_NEW_ARRAY(arena, size_t, count + 1);
    if (!ret->codes || !ret->starts)
        return false;
    while (at < text.n && (size_t)ret->n < count) {
        ret->starts[ret->n] = at;
        if (!utf8_decode(text, &at, &ret->codes[ret->n]))
            at++;
        ret->n++;
    }
    ret->starts[ret->n] = text.n;
    return true;
}

/* Marks in `kept` which of the points from..to are common to both. */
struct search {
    const struct points *a, *b;
    int from, a_to, b_to; /* the middle, without what is the same at both ends */
    bool *a_kept, *b_kept;
    int *rows[DIFFERENCE_EDITS_MAX + 1]; /* furthest x of each diagonal, for each number of edits */
};

/* Furthest point on diagonal k with d edits, from the row of d - 1. */
static int step(const struct search *s, const int *before, int d, int k)
{
    int a_n = s->a_to - s->from, b_n = s->b_to - s->from, x = 0;
    if (d > 0) {
        bool is_down = k == -d || (k != d && before[k - 1 + d] < before[k + 1 + d]);
        x = is_down ? before[k + 1 + d] : before[k - 1 + d] + 1;
    }
    while (x < a_n && x - k < b_n && x - k >= 0 && s->a->codes[s->from + x] == s->b->codes[s->from + x - k])
        x++;
    return x;
}

/* The number of edits, or -1 when there are too many.  Row d holds diagonals -d-1 .. d+1 at index k + d + 1. */
static int find_edits(struct arena *arena, struct search *s)
{
    int a_n = s->a_to - s->from, b_n = s->b_to - s->from;
    for (int d = 0; d <= DIFFERENCE_EDITS_MAX; d++) {
        int *row = ARENA_NEW_ARRAY(arena, int, (size_t)(2 * d + 3));
        if (!row)
            return -1;
        for (int i = 0; i < 2 * d + 3; i++)
            row[i] = -1;
        s->rows[d] = row;
        for (int k = -d; k <= d; k += 2) {
            int x = step(s, d ? s->rows[d - 1] : NULL, d, k);
            row[k + d + 1] = x;
            if (x >= a_n && x - k >= b_n)
                return d;
        }
    }
    return -1;
}

/* Walks back from the end and marks the diagonal steps. */
static void mark_kept(struct search *s, int d)
{
    int x = s->a_to - s->from, y = s->b_to - s->from;
    for (; d >= 0; d--) {
        int k = x - y, from_x = 0;
        bool is_down = false;
        if (d > 0) {
            const int *before = s->rows[d - 1];
            is_down = k == -d || (k != d && before[k - 1 + d] < before[k + 1 + d]);
            from_x = is_down ? before[k + 1 + d] : before[k - 1 + d] + 1;
        }
        while (x > from_x) {
            x--, y--;
            s->a_kept[s->from + x] = s->b_kept[s->from + y] = true;
        }
        if (d > 0)
            is_down ? y-- : x--;
    }
}

static enum rc pieces_of(struct arena *arena, const struct points *points, const bool *kept,
                         struct difference_piece **ret, size_t *ret_count)
{
    struct difference_piece *pieces = ARENA_NEW_ARRAY(arena, struct difference_piece, (size_t)points->n + 1);
    size_t count = 0;
    if (!pieces)
        return arena_rc(arena);
    for (int i = 0, begin = 0; i < points->n; i++) {
        if (i + 1 < points->n && kept[i + 1] == kept[i])
            continue;
        pieces[count++] =
            (struct difference_piece){str_slice(points->text, points->starts[begin], points->starts[i + 1]), kept[i]};
        begin = i + 1;
    }
    *ret = pieces;
    *ret_count = count;
    return RC_OK;
}

enum rc difference_find(struct arena *arena, struct str a, struct str b, struct difference *ret)
{
    struct points x, y;
    struct search s = {.a = &x, .b = &y};
    if (!points_of(arena, a, &x) || !points_of(arena, b, &y))
        return arena_rc(arena);
    s.a_kept = ARENA_NEW_ARRAY(arena, bool, (size_t)x.n + 1);
    s.b_kept = ARENA_NEW_ARRAY(arena, bool, (size_t)y.n + 1);
    if (!s.a_kept || !s.b_kept)
        return arena_rc(arena);
    memset(s.a_kept, 0, (size_t)x.n + 1);
    memset(s.b_kept, 0, (size_t)y.n + 1);
    s.a_to = x.n;
    s.b_to = y.n;
    while (s.from < s.a_to && s.from < s.b_to && x.codes[s.from] == y.codes[s.from]) {
        s.a_kept[s.from] = s.b_kept[s.from] = true;
        s.from++;
    }
    while (s.a_to > s.from && s.b_to > s.from && x.codes[s.a_to - 1] == y.codes[s.b_to - 1])
        s.a_kept[--s.a_to] = s.b_kept[--s.b_to] = true;
    int edits = find_edits(arena, &s);
    if (edits >= 0)
        mark_kept(&s, edits);
    TRY(arena_rc(arena));
    TRY(pieces_of(arena, &x, s.a_kept, &ret->a, &ret->a_count));
    return pieces_of(arena, &y, s.b_kept, &ret->b, &ret->b_count);
}
