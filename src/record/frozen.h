/* frozen.h: closed stays closed, in one place for every command. */
#ifndef BIHUAN_RECORD_FROZEN_H
#define BIHUAN_RECORD_FROZEN_H

#include "base/ctx.h"
#include "base/value.h"
#include "db/db.h"
#include "record/event.h"

/* RC_GUARD (record.frozen) when an event of this kind with this body would change a cycle that is closed: of a finding
 * that is closed or ended, or a measure or task of an earlier cycle.  The body names what it is about by finding_id,
 * measure_id, task_id, or by noun and id.  subject: of the event. */
enum rc frozen_check(struct ctx *ctx, struct db *db, enum event_kind kind, int64_t subject,
                     const struct value *body) MUST_CHECK;
/* Whether what has this id lies in such a cycle: a finding, measure, task, node, cause, report, extension or evidence.
 * Pages ask, so that they offer nothing that a command would refuse. */
enum rc frozen_find(struct ctx *ctx, struct db *db, int64_t id, bool *ret_is_frozen) MUST_CHECK;

#endif
