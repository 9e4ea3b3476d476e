/* event_words.h: what an event changed, in words: one telling for time lines of pages and the history in a paper. */
#ifndef BIHUAN_PUBLISH_EVENT_WORDS_H
#define BIHUAN_PUBLISH_EVENT_WORDS_H

#include "base/ctx.h"
#include "base/value.h"
#include "serve/messages.h"

/* "accept: assigned -> doing" of the body of an event that moves something, in words, in the arena; empty for other
 * events. */
struct str event_move_words(struct arena *arena, enum lang lang, const struct value *body);
/* What an event of a finding changed: its move, its changed fields, a measure's text; empty when the kind says it all.
 * body: JSON as stored. */
struct str event_finding_words(struct ctx *ctx, enum lang lang, struct str kind, struct str body);

#endif
