/* similar.h: findings of the register that look like a given text. */
#ifndef BIHUAN_SERVE_SIMILAR_H
#define BIHUAN_SERVE_SIMILAR_H

#include "base/value.h"
#include "record/actor.h"

/* Findings that the actor may read and whose title is at least 40 % like `title` (Dice over pairs of characters), the
 * most alike first, at most 5: a list of {id, finding_id, number, title, percent}.  Candidates come from the search
 * index by runs of four characters of the title, so the cost does not grow with the register.  exclude_id: the finding
 * itself. */
enum rc similar_find(struct ctx *ctx, struct db *db, const struct actor *actor, struct str title, struct str body,
                     int64_t exclude_id, struct value **ret_list) MUST_CHECK;

#endif
