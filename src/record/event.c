/* event.c: numbers, chains and stores events; see event.h. */
#include "record/event.h"

#include <stdio.h>
#include <string.h>

#include "record/apply.h"
#include "text/digest.h"
#include "text/json.h"

enum { EVENT_BODY_CEILING = 64 * 1024 * 1024 };

static const char *const kind_names[EVENT_KIND_COUNT] = {
#define EVENT(name, kind, search, ...) [EVENT_##name] = kind,
#include "../../data/events.def"
#undef EVENT
};

struct str event_kind_name(enum event_kind kind) { return str_from_cstr(kind_names[kind]); }

bool event_kind_find(struct str name, enum event_kind *ret_kind)
{
    for (int i = 0; i < EVENT_KIND_COUNT; i++) {
        if (str_equal_cstr(name, kind_names[i])) {
            *ret_kind = (enum event_kind)i;
            return true;
        }
    }
    return false;
}

void event_compute_hash(const struct event *event, char ret_hex[65])
{
    struct digest digest CLEANUP(digest_done) = {0};
    uint8_t bytes[DIGEST_BYTES] = {0};
    char line[160];
    enum rc rc = digest_init(&digest, DIGEST_SHA256); /* SHA-256 never fails */
    digest_update(&digest, event->prev_hash.p, event->prev_hash.n);
    int n =
        snprintf(line, sizeof line, "\n%lld\n%lld\n%lld\n%lld\n%lld\n", (long long)event->chain,
                 (long long)event->chain_seq, (long long)event->seq, (long long)event->at_ms, (long long)event->actor);
    digest_update(&digest, line, (size_t)n);
    digest_update(&digest, event->kind.p, event->kind.n);
    n = snprintf(line, sizeof line, "\n%lld\n%zu\n", (long long)event->subject, event->reason.n);
    digest_update(&digest, line, (size_t)n);
    digest_update(&digest, event->reason.p, event->reason.n);
    digest_update(&digest, "\n", 1);
    digest_update(&digest, event->body.p, event->body.n);
    digest_update(&digest, "\n", 1);
    if (rc == RC_OK)
        rc = digest_final(&digest, bytes);
    (void)rc;
    (void)digest_format(bytes, ret_hex);
}

static enum rc store_event(struct ctx *ctx, struct db *db, const struct event *event)
{
    struct db_stmt *st = db_query(db, Q_EVENT_INSERT);
    db_bind_int(st, "seq", event->seq);
    db_bind_int(st, "chain", event->chain);
    db_bind_int(st, "chain_seq", event->chain_seq);
    db_bind_int(st, "at", event->at_ms);
    db_bind_int(st, "actor", event->actor);
    db_bind_text(st, "kind", event->kind);
    db_bind_int(st, "subject", event->subject);
    db_bind_text(st, "body", event->body);
    db_bind_text(st, "reason", event->reason);
    db_bind_text(st, "prev_hash", event->prev_hash);
    db_bind_text(st, "hash", event->hash);
    TRY(db_run(ctx, st));
    st = db_query(db, event->chain_seq == 1 ? Q_CHAIN_INSERT : Q_CHAIN_UPDATE);
    db_bind_int(st, "chain", event->chain);
    db_bind_int(st, "chain_seq", event->chain_seq);
    db_bind_text(st, "hash", event->hash);
    db_bind_int(st, "seq", event->seq);
    return db_run(ctx, st);
}

enum rc event_append(struct ctx *ctx, struct db *db, const struct event_new *new_event, int64_t *ret_seq)
{
    int64_t seq;
    TRY(db_get_int(ctx, db_query(db, Q_EVENT_NEXT_SEQ), &seq));
    struct event event = {
        .seq = seq,
        .chain = new_event->is_own_chain ? seq : new_event->chain,
        .chain_seq = 1,
        .at_ms = new_event->at_ms,
        .actor = new_event->actor,
        .kind = event_kind_name(new_event->kind),
        .subject = new_event->subject ? new_event->subject : seq,
        .reason = new_event->reason.p ? new_event->reason : STR(""),
        .prev_hash = STR(""),
    };
    struct db_stmt *st = db_query(db, Q_CHAIN_GET_FOR_UPDATE);
    db_bind_int(st, "chain", event.chain);
    bool is_row;
    TRY(db_step(ctx, st, &is_row));
    if (is_row) {
        event.chain_seq = db_column_int(st, 0) + 1;
        event.prev_hash = arena_copy_str(ctx->arena, db_column_text(st, 1));
        db_reset(st);
    }
    struct buf body CLEANUP(buf_done);
    buf_init(&body, EVENT_BODY_CEILING);
    value_write_json(&body, new_event->body, false);
    TRY(buf_rc(&body));
    TRY(arena_rc(ctx->arena)); /* a hash must never go over half an event */
    event.body = buf_str(&body);
    char hex[DIGEST_TEXT_BYTES];
    event_compute_hash(&event, hex);
    event.hash = (struct str){hex, sizeof hex - 1};
    TRY(store_event(ctx, db, &event));
    TRY(apply_event(ctx, db, new_event->kind, &event, new_event->body));
    *ret_seq = seq;
    return RC_OK;
}

void event_from_row(struct db_stmt *st, struct event *ret_event)
{
    *ret_event = (struct event){
        .seq = db_column_int(st, 0),
        .chain = db_column_int(st, 1),
        .chain_seq = db_column_int(st, 2),
        .at_ms = db_column_int(st, 3),
        .actor = db_column_int(st, 4),
        .kind = db_column_text(st, 5),
        .subject = db_column_int(st, 6),
        .body = db_column_text(st, 7),
        .reason = db_column_text(st, 8),
        .prev_hash = db_column_text(st, 9),
        .hash = db_column_text(st, 10),
    };
}

enum rc event_replay(struct ctx *ctx, struct db *db, const struct event *event)
{
    enum event_kind kind;
    if (!event_kind_find(event->kind, &kind))
        return ctx_fail_format(ctx, RC_CHAIN, "record.unknown_kind", "%.*s", STR_ARG(event->kind));
    struct value *body;
    TRY(json_parse(ctx, event->body, &body));
    TRY(store_event(ctx, db, event));
    return apply_event(ctx, db, kind, event, body);
}
