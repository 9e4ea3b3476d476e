/* difference.h: where two texts differ, character by character, for showing them side by side. */
#ifndef BIHUAN_TEXT_DIFFERENCE_H
#define BIHUAN_TEXT_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

/* A stretch of a text that the other one has too (is_same), or has not.  Slices of the text that was given. */
struct difference_piece {
    struct str text;
    bool is_same;
};

struct difference {
    struct difference_piece *a, *b; /* joined, each gives its whole text */
    size_t a_count, b_count;
};

/* Fewest insertions and deletions, by characters.  Texts that differ in more than DIFFERENCE_EDITS_MAX places are told
 * apart only at their common beginning and end.  Both must be clean UTF-8.  In the arena.  RC_NOMEM. Source: E. Myers,
 * An O(ND) Difference Algorithm, 1986. */
enum { DIFFERENCE_EDITS_MAX = 400 };
enum rc difference_find(struct arena *arena, struct str a, struct str b, struct difference *ret) MUST_CHECK;

#endif
