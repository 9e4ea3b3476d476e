/* compare.h: two versions of a text side by side: lines that stayed, changed, came and went. */
#ifndef BIHUAN_TEXT_COMPARE_H
#define BIHUAN_TEXT_COMPARE_H

#include "base/arena.h"
#include "base/value.h"

enum { COMPARE_LINES_MAX = 1200 };

/* *ret_rows: list of {kind, old, now}: kind is same, changed, added or removed; old and now are lists of
 * {text, is_other}, the pieces of the line in order, is_other: not in the other version.  Blank lines are left out;
 * blanks at the ends of lines do not count.  Texts are borrowed.  RC_TOO_LARGE when a text has more than
 * COMPARE_LINES_MAX lines. */
enum rc text_compare(struct arena *arena, struct str old, struct str now, struct value **ret_rows) MUST_CHECK;

#endif
