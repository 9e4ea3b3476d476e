/* responsible.h: in which unit a finding of a document is registered.
 *
 * A document names units in its own words, and whoever wrote it has no say over what the confirming person may do: the
 * words place a finding only where that person may write findings.
 */
#ifndef BIHUAN_INTAKE_RESPONSIBLE_H
#define BIHUAN_INTAKE_RESPONSIBLE_H

#include "base/map.h"
#include "record/actor.h"

struct responsible {
    struct ctx *ctx;
    struct db *db;
    const struct actor *actor;
    int64_t source_unit, label; /* of the source */
    struct map seen;            /* words -> struct responsible_place */
};

struct responsible_place {
    int64_t unit_id;
    bool is_by_words; /* else it is the source's unit: no such unit, or none where the actor may write */
};

void responsible_init(struct responsible *find, struct ctx *ctx, struct db *db, const struct actor *actor,
                      int64_t source_unit, int64_t label);
/* Unit of the words "A; B": the first that is the name or short name of exactly one unit, when the actor may write
 * findings of the label there; else the source's unit.  The words must outlive `find`. */
enum rc responsible_find(struct responsible *find, struct str words, struct responsible_place *ret_place) MUST_CHECK;

#endif
