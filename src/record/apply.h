/* apply.h: the statements of an event, see data/events.def.  Only record/event.c calls it. */
#ifndef BIHUAN_RECORD_APPLY_H
#define BIHUAN_RECORD_APPLY_H

#include "record/event.h"

/* Runs the statements of kind with the body's values; seq, at, actor, chain and subject are bound by these names. */
enum rc apply_event(struct ctx *ctx, struct db *db, enum event_kind kind, const struct event *event,
                    const struct value *body) MUST_CHECK;

#endif
