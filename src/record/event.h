/* event.h: a change is an event.
 *
 * A command calls event_append inside one transaction: the event is numbered, chained by hash to the event
 * before it in its chain, stored, and applied to the tables by the statements that data/events.def names.  Nothing else
 * writes tables that are not marked local in the schema.  Replaying the events gives the same tables.
 *
 * The hash is SHA-256, in lower-case hex, over these lines, each ended by \n:
 *   prev_hash, chain, chain_seq, seq, at, actor, kind, subject, length of reason in bytes, reason, body.
 */
#ifndef BIHUAN_RECORD_EVENT_H
#define BIHUAN_RECORD_EVENT_H

#include <stdint.h>

#include "base/ctx.h"
#include "base/value.h"
#include "db/db.h"

enum event_kind {
#define EVENT(name, kind, search, ...) EVENT_##name,
#include "../../data/events.def"
#undef EVENT
    EVENT_KIND_COUNT
};

/* Sign-ins have a chain of their own: nobody waits for a long import to sign in. */
enum { CHAIN_ORGANISATION = 0, CHAIN_ACCESS = -1 };

struct event {
    int64_t seq;
    int64_t chain, chain_seq;
    int64_t at_ms;
    int64_t actor;
    struct str kind;
    int64_t subject;
    struct str body; /* JSON */
    struct str reason;
    struct str prev_hash, hash;
};

/* Kind as written in the database. */
struct str event_kind_name(enum event_kind kind);
/* Kind of a name; false when unknown. */
bool event_kind_find(struct str name, enum event_kind *ret_kind);

/* What one appended event is about. */
struct event_new {
    enum event_kind kind;
    int64_t chain;
    bool is_own_chain; /* begins a chain of its own, whose id is the event's seq */
    int64_t subject;   /* 0: the event's own seq */
    int64_t actor;
    int64_t at_ms;
    struct str reason;
    const struct value *body; /* VALUE_MAP */
};

/* Appends and applies one event within the open transaction of db; *ret_seq is its number and the id of what it made.
 * RC_CONFLICT from a unique or foreign key, RC_DB, RC_NOMEM, RC_TOO_LARGE; the caller must roll back on any failure. */
enum rc event_append(struct ctx *ctx, struct db *db, const struct event_new *event, int64_t *ret_seq) MUST_CHECK;

/* Reads the columns of event_replay, event_get; texts are valid until the next step. */
void event_from_row(struct db_stmt *st, struct event *ret_event);
/* Hash over an event as stored. */
void event_compute_hash(const struct event *event, char ret_hex[65]);
/* Applies an event that is already numbered, for rebuild: stores it as it is and runs its statements. */
enum rc event_replay(struct ctx *ctx, struct db *db, const struct event *event) MUST_CHECK;

#endif
