/* bulletin_text.h: the words of data/bulletin_texts.def, and figures in the text of a bulletin.
 *
 * A figure stands in a text as [[KEY:VALUE]], KEY of query bulletin_figures, or KEY@ID for one of the finding ID.  What
 * people read is VALUE; what is checked is that VALUE is what the register says now.
 */
#ifndef BIHUAN_LOOP_BULLETIN_TEXT_H
#define BIHUAN_LOOP_BULLETIN_TEXT_H

#include "base/ctx.h"
#include "base/value.h"
#include "db/db.h"

enum bulletin_text {
#define BULLETIN_TEXT(name, text) BULLETIN_##name,
#include "../../data/bulletin_texts.def"
#undef BULLETIN_TEXT
    BULLETIN_TEXT_COUNT
};

struct str bulletin_text(enum bulletin_text which);
/* With {0} .. {3} filled. */
struct str bulletin_fill(struct arena *arena, enum bulletin_text which, const struct str *args, int count);
/* "2024-07-08" as it stands in a bulletin; empty for what is no date. */
struct str bulletin_date(struct arena *arena, struct str day, bool is_short);

/* All figures of a source, over findings up to the label: {key: integer}, those of a finding as "key@id". */
enum rc bulletin_read_figures(struct ctx *ctx, struct db *db, int64_t source_id, int64_t label_max,
                              struct value **ret_map) MUST_CHECK;
/* The text with every figure as the map says; a key that the map does not know keeps its value. */
struct str bulletin_renew(struct arena *arena, struct str text, const struct value *figures);
/* What people read. */
struct str bulletin_plain(struct arena *arena, struct str text);

/* One figure of a text, from byte *at on; false when there is no more.  is_broken: brackets that are no figure. */
struct bulletin_figure {
    struct str key, value;
    size_t from, to;
    bool is_broken;
};
bool bulletin_next_figure(struct str text, size_t *at, struct bulletin_figure *ret_figure);

#endif
