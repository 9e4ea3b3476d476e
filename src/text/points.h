/* points.h: a text as an array of code points with widths folded, for the scanners of this room.
 *
 * Inside src/text only.
 */
#ifndef BIHUAN_TEXT_POINTS_H
#define BIHUAN_TEXT_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

struct points {
    uint32_t *code;   /* n code points, widths folded, and a 0 behind them */
    uint32_t *offset; /* n + 1 byte offsets into the text */
    size_t n;
};

/* RC_BAD_ENCODING, RC_TOO_LARGE (also for texts of 2^32 bytes), RC_NOMEM. */
enum rc points_of(struct arena *arena, struct str s, struct points *ret) MUST_CHECK;
/* Fills arrays that have room for every code point of s and one more; false when s is not UTF-8. */
bool points_fill(struct points *points, struct str s);
/* Code points that word (UTF-8, NUL-terminated) takes at `at`; 0 when something else stands there. */
size_t points_match(const struct points *points, size_t at, const char *word);
/* As points_match, but word must end before `end`. */
size_t points_match_before(const struct points *points, size_t end, const char *word);
/* As points_match for the first of words (a NULL behind the last) that stands there. */
size_t points_match_any(const struct points *points, size_t at, const char *const *words);
/* As points_match_before for the first of words (a NULL behind the last) that stands there. */
size_t points_match_any_before(const struct points *points, size_t end, const char *const *words);
/* Index behind the blanks at `at`. */
size_t points_skip_blanks(const struct points *points, size_t at);
/* ASCII digits at `at` (after folding): how many. */
size_t points_count_digits(const struct points *points, size_t at);

#endif
