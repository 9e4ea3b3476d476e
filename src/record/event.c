/* event.c: numbers, chains and stores events; see event.h.
 *
 * The head of a chain is read and locked once in a transaction and then kept in memory until the commit or the next
 * savepoint: an import appends ten thousand events, and PostgreSQL goes through every version that one transaction has
 * made of a row.
 */
#include "record/event.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "record/apply.h"
#include "text/digest.h"
#include "text/json.h"

enum { EVENT_BODY_CEILING = 64 * 1024 * 1024, HEADS_MAX = 16 };

struct head {
    int64_t chain, chain_seq, seq; /* chain_seq 0: the chain has no event yet */
    char hash[DIGEST_TEXT_BYTES];  /* "" then */
    bool is_stored;                /* there is a row */
    bool is_changed;
};

struct heads {
    struct head heads[HEADS_MAX];
    int n;
};

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

/* ---- heads of chains --------------------------------------------------------------------------------------- */

static enum rc flush_heads(struct ctx *ctx, struct db *db, void *arg)
{
    struct heads *heads = arg;
    for (int i = 0; i < heads->n; i++) {
        struct head *head = &heads->heads[i];
        if (!head->is_changed)
            continue;
        struct db_stmt *st = db_query(db, head->is_stored ? Q_CHAIN_UPDATE : Q_CHAIN_INSERT);
        db_bind_int(st, "chain", head->chain);
        db_bind_int(st, "chain_seq", head->chain_seq);
        db_bind_text(st, "hash", str_from_cstr(head->hash));
        db_bind_int(st, "seq", head->seq);
        TRY(db_run(ctx, st));
        head->is_stored = true;
        head->is_changed = false;
    }
    return RC_OK;
}

static void forget_heads(void *arg) { ((struct heads *)arg)->n = 0; }

static const struct db_keeper heads_keeper = {flush_heads, forget_heads, alloc_free};

static struct heads *get_heads(struct db *db) { return db_get_keeper(db, &heads_keeper); }

/* A place for the head of a chain; when there are too many those so far are written, and read again when needed. */
static enum rc add_head(struct ctx *ctx, struct db *db, int64_t chain, struct head **ret_head)
{
    struct heads *heads = get_heads(db);
    if (!heads) {
        heads = alloc_zeroed(1, sizeof *heads);
        if (!heads || !db_add_keeper(db, &heads_keeper, heads)) {
            alloc_free(heads);
            return RC_NOMEM;
        }
    }
    if (heads->n == HEADS_MAX) {
        TRY(flush_heads(ctx, db, heads));
        heads->n = 0;
    }
    struct head *head = &heads->heads[heads->n];
    *head = (struct head){.chain = chain};
    *ret_head = head;
    return RC_OK;
}

static struct head *find_head(struct db *db, int64_t chain)
{
    struct heads *heads = get_heads(db);
    for (int i = 0; heads && i < heads->n; i++)
        if (heads->heads[i].chain == chain)
            return &heads->heads[i];
    return NULL;
}

/* A database that was tampered with may hold anything. */
static bool set_hash(struct head *head, struct str hash)
{
    if (hash.n >= sizeof head->hash)
        return false;
    if (hash.n)
        memcpy(head->hash, hash.p, hash.n);
    head->hash[hash.n] = '\0';
    return true;
}

static enum rc fail_hash(struct ctx *ctx, int64_t chain)
{
    return ctx_fail_format(ctx, RC_CHAIN, NULL, "chain %lld: not a hash", (long long)chain);
}

/* The head of a chain, locked; valid until the next head is taken. */
static enum rc take_head(struct ctx *ctx, struct db *db, int64_t chain, struct head **ret_head)
{
    *ret_head = find_head(db, chain);
    if (*ret_head)
        return RC_OK;
    struct head *head;
    TRY(add_head(ctx, db, chain, &head));
    struct db_stmt *st = db_query(db, Q_CHAIN_GET_FOR_UPDATE);
    db_bind_int(st, "chain", chain);
    TRY(db_step(ctx, st, &head->is_stored));
    if (head->is_stored) {
        head->chain_seq = db_column_int(st, 0);
        bool is_hash = set_hash(head, db_column_text(st, 1));
        db_reset(st);
        if (!is_hash)
            return fail_hash(ctx, chain);
    }
    get_heads(db)->n++;
    *ret_head = head;
    return RC_OK;
}

/* ---- events ------------------------------------------------------------------------------------------------ */

static enum rc store_event(struct ctx *ctx, struct db *db, const struct event *event, struct head *head)
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
    head->chain_seq = event->chain_seq;
    head->seq = event->seq;
    head->is_changed = true;
    return set_hash(head, event->hash) ? RC_OK : fail_hash(ctx, event->chain);
}

enum rc event_append(struct ctx *ctx, struct db *db, const struct event_new *new_event, int64_t *ret_seq)
{
    int64_t seq;
    TRY(db_get_int(ctx, db_query(db, Q_EVENT_NEXT_SEQ), &seq));
    struct event event = {
        .seq = seq,
        .chain = new_event->is_own_chain ? seq : new_event->chain,
        .at_ms = new_event->at_ms,
        .actor = new_event->actor,
        .kind = event_kind_name(new_event->kind),
        .subject = new_event->subject ? new_event->subject : seq,
        .reason = new_event->reason.p ? new_event->reason : STR(""),
    };
    struct head *head;
    TRY(take_head(ctx, db, event.chain, &head));
    event.chain_seq = head->chain_seq + 1;
    event.prev_hash = arena_copy_str(ctx->arena, str_from_cstr(head->hash));
    struct buf body CLEANUP(buf_done);
    buf_init(&body, EVENT_BODY_CEILING);
    value_write_json(&body, new_event->body, false);
    TRY(buf_rc(&body));
    TRY(arena_rc(ctx->arena)); /* a hash must never go over half an event */
    event.body = buf_str(&body);
    char hex[DIGEST_TEXT_BYTES];
    event_compute_hash(&event, hex);
    event.hash = (struct str){hex, sizeof hex - 1};
    TRY(store_event(ctx, db, &event, head));
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
    struct head *head;
    TRY(take_head(ctx, db, event->chain, &head));
    TRY(store_event(ctx, db, event, head));
    return apply_event(ctx, db, kind, event, body);
}
