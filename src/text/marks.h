/* marks.h: the punctuation of Chinese text. Any thread. */
#ifndef BIHUAN_TEXT_MARKS_H
#define BIHUAN_TEXT_MARKS_H

#include "base/arena.h"
#include "base/str.h"

/* The text with the half-width marks , ; : ! ? and pairs of ( ) that stand beside a Chinese character or mark written
 * as Chinese ones (GB/T 15834-2011); those between digits and Latin letters stay: 1,947, 9:00, (ERP).  A full stop "."
 * stays. s itself when nothing changes, else in the arena; s is UTF-8.  Out of memory shows in arena_rc. */
struct str marks_chinese(struct arena *arena, struct str s);

#endif
