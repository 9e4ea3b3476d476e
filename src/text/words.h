/* words.h: where a line of a Chinese title may end: between words, and rather not within what belongs together.
 *
 * Words are ICU's; names that it does not know fall apart into single characters and are kept whole.  The costs are for
 * choosing among ends, nothing else.  Any thread.
 */
#ifndef BIHUAN_TEXT_WORDS_H
#define BIHUAN_TEXT_WORDS_H

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

enum {
    WORDS_GOOD = 0,      /* before "about", after a mark */
    WORDS_PLAIN = 25,    /* between words */
    WORDS_PAIR = 120,    /* within words that belong together, such as "results of the check" */
    WORDS_INSIDE = 600,  /* within a word, or before a particle */
    WORDS_NEVER = 100000 /* before a closing mark, after an opening one */
};

struct word_end {
    size_t at; /* bytes before it */
    int cost;
};

/* Every boundary between two characters of text, in order, without its two ends.  RC_NOMEM, RC_INTERNAL when ICU has no
 * rules. */
enum rc words_ends(struct arena *arena, struct str text, struct word_end **ret, size_t *ret_n) MUST_CHECK;

#endif
