/* session.c: signing in; see session.h.
 *
 * Threats: guessing (slow hash, five tries, lock), finding out which logins exist (one answer and the same work for
 * unknown, wrong and locked; unknown logins are counted and locked like others), filling the chain with failures
 * (counted by the hour), stealing the table of sessions (only digests), fixation (a new token at every sign-in).
 */
#include "access/session.h"

#include "access/password.h"
#include "base/clock.h"
#include "base/rand.h"
#include "record/event.h"
#include "text/digest.h"

enum { HOUR_MS = 60 * 60 * 1000 };

static struct str hash_token(struct arena *arena, struct str token)
{
    uint8_t sum[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    digest_sha256(token, sum);
    return arena_copy_str(arena, digest_format(sum, hex));
}

void session_make_token(char token[SESSION_TOKEN_BYTES])
{
    uint8_t bytes[DIGEST_BYTES];
    rand_fill(bytes, sizeof bytes);
    (void)digest_format(bytes, token);
}

static enum rc get_lock(struct ctx *ctx, struct db *db, struct str login_digest, int64_t *ret_until_ms)
{
    struct db_stmt *st = db_query(db, Q_SIGN_IN_TRY_GET);
    db_bind_text(st, "login_digest", login_digest);
    enum rc rc = db_get_int(ctx, st, ret_until_ms);
    if (rc != RC_NOT_FOUND)
        return rc;
    *ret_until_ms = 0;
    return RC_OK;
}

enum rc session_check_password(struct ctx *ctx, struct db *db, struct str login, struct str password, int64_t now_ms,
                               struct login_result *ret_result)
{
    struct db_stmt *st = db_query(db, Q_ACCOUNT_FIND_LOGIN);
    db_bind_text(st, "login", login);
    struct value *row;
    TRY(db_first_row(ctx, st, &row));
    struct str login_digest = hash_token(ctx->arena, login);
    int64_t locked_until_ms;
    TRY(get_lock(ctx, db, login_digest, &locked_until_ms));
    bool is_usable = row && value_get_int(row, "is_disabled", 1) == 0;
    struct login_result result = {
        .account_id = is_usable ? value_get_int(row, "id", 0) : 0,
        .must_change_password = value_get_int(row, "must_change", 0) != 0,
        .is_locked = locked_until_ms > now_ms,
        .login_digest = login_digest,
    };
    bool matches = password_matches(password, is_usable ? value_get_text(row, "password_hash") : STR_EMPTY);
    *ret_result = result;
    return matches && !result.is_locked ? RC_OK : ctx_fail_key(ctx, RC_UNAUTHENTICATED, "login.wrong");
}

enum rc session_find(struct ctx *ctx, struct db *db, struct str token, const struct session_limits *limits,
                     int64_t now_ms, struct session *ret_session)
{
    if (token.n != SESSION_TOKEN_BYTES - 1)
        return RC_UNAUTHENTICATED;
    struct session session = {.token_hash = hash_token(ctx->arena, token)};
    struct db_stmt *st = db_query(db, Q_SESSION_GET);
    db_bind_text(st, "token_hash", session.token_hash);
    bool is_row;
    TRY(db_step(ctx, st, &is_row));
    if (!is_row)
        return RC_UNAUTHENTICATED;
    int64_t created_at = db_column_int(st, 2);
    session.account_id = db_column_int(st, 0);
    session.csrf = arena_copy_str(ctx->arena, db_column_text(st, 1));
    session.seen_at_ms = db_column_int(st, 3);
    session.name = arena_copy_str(ctx->arena, db_column_text(st, 4));
    session.login = arena_copy_str(ctx->arena, db_column_text(st, 5));
    bool is_disabled = db_column_int(st, 6) != 0;
    session.must_change_password = db_column_int(st, 8) != 0;
    db_reset(st);
    if (is_disabled || now_ms - session.seen_at_ms > limits->idle_ms || now_ms - created_at > limits->absolute_ms)
        return RC_UNAUTHENTICATED;
    *ret_session = session;
    return RC_OK;
}

/* ---- events of the access chain ------------------------------------------------------------------------------ */

static int64_t hour_of(int64_t now_ms) { return now_ms - now_ms % HOUR_MS; }

/* The chain's head is taken before any other row, so that no two writers wait for each other.  Before its first event
 * there is no head to take: then the organisation's. */
static enum rc lock_access_chain(struct ctx *ctx, struct db *db)
{
    static const int64_t chains[] = {CHAIN_ACCESS, CHAIN_ORGANISATION};
    bool is_row = db_get_engine(db) == DB_SQLITE;
    for (size_t i = 0; i < sizeof chains / sizeof chains[0] && !is_row; i++) {
        struct db_stmt *st = db_query(db, Q_CHAIN_GET_FOR_UPDATE);
        db_bind_int(st, "chain", chains[i]);
        TRY(db_step(ctx, st, &is_row));
        db_reset(st);
    }
    return RC_OK;
}

static enum rc note(struct ctx *ctx, struct db *db, enum event_kind kind, int64_t account_id, int64_t actor,
                    int64_t now_ms, struct value *body)
{
    int64_t seq;
    if (account_id)
        value_put_int(ctx->arena, body, "id", account_id);
    TRY(arena_rc(ctx->arena));
    struct event_new event = {
        .kind = kind, .chain = CHAIN_ACCESS, .subject = account_id, .actor = actor, .at_ms = now_ms, .body = body};
    return event_append(ctx, db, &event, &seq);
}

static void put_time(struct arena *arena, struct value *body, const char *key, int64_t at_ms)
{
    char text[TIME_TEXT_BYTES];
    value_put_text(arena, body, key, arena_copy_str(arena, time_format_china(at_ms, text)));
}

/* Writes the counted failures of hours that are over.  Whoever reads the events signed in before, so none is missing.
 */
static enum rc note_past_failures(struct ctx *ctx, struct db *db, int64_t now_ms)
{
    struct db_stmt *st = db_query(db, Q_SIGN_IN_FAILURE_IS_DUE);
    int64_t due;
    db_bind_int(st, "hour_at", hour_of(now_ms));
    TRY(db_get_int(ctx, st, &due));
    if (!due)
        return RC_OK;
    TRY(lock_access_chain(ctx, db));
    st = db_query(db, Q_SIGN_IN_FAILURE_TAKE);
    struct value *rows;
    db_bind_int(st, "hour_at", hour_of(now_ms));
    TRY(db_rows(ctx, st, &rows));
    VALUE_EACH (row, rows) {
        int64_t failures = value_get_int(row, "failures", 0);
        if (!failures)
            continue;
        struct value *body = value_new_map(ctx->arena);
        value_put_int(ctx->arena, body, "count", failures);
        put_time(ctx->arena, body, "hour", value_get_int(row, "hour_at", 0));
        value_put_text(ctx->arena, body, "remote", value_get_text(row, "remote"));
        TRY(note(ctx, db, EVENT_SIGN_IN_FAILED, value_get_int(row, "account_id", 0), 0, now_ms, body));
    }
    return RC_OK;
}

static enum rc note_failure(struct ctx *ctx, struct db *db, const struct session_failure *failure)
{
    struct db_stmt *st = db_query(db, Q_SIGN_IN_FAILURE_COUNT);
    int64_t before;
    db_bind_int(st, "account_id", failure->account_id);
    db_bind_int(st, "hour_at", hour_of(failure->now_ms));
    db_bind_text(st, "remote", failure->remote);
    TRY(db_get_int(ctx, st, &before));
    if (before)
        return RC_OK;
    struct value *body = value_new_map(ctx->arena);
    value_put_int(ctx->arena, body, "count", 1);
    value_put_text(ctx->arena, body, "remote", failure->remote);
    return note(ctx, db, EVENT_SIGN_IN_FAILED, failure->account_id, 0, failure->now_ms, body);
}

static enum rc note_lock(struct ctx *ctx, struct db *db, const struct session_failure *failure)
{
    struct value *body = value_new_map(ctx->arena);
    value_put_int(ctx->arena, body, "count", LOGIN_TRIES_MAX);
    put_time(ctx->arena, body, "until", failure->now_ms + LOGIN_LOCK_MS);
    value_put_text(ctx->arena, body, "remote", failure->remote);
    return note(ctx, db, EVENT_SIGN_IN_LOCKED, failure->account_id, 0, failure->now_ms, body);
}

/* ---- work of the writer --------------------------------------------------------------------------------------- */

enum rc session_work_start(struct ctx *ctx, struct db *db, void *arg)
{
    const struct session_start *start = arg;
    TRY(lock_access_chain(ctx, db));
    TRY(note_past_failures(ctx, db, start->now_ms));
    struct value *body = value_new_map(ctx->arena);
    value_put_text(ctx->arena, body, "remote", start->remote);
    value_put_text(ctx->arena, body, "agent", start->agent);
    TRY(note(ctx, db, EVENT_SESSION_STARTED, start->account_id, start->account_id, start->now_ms, body));
    struct db_stmt *st = db_query(db, Q_SIGN_IN_TRY_CLEAR);
    db_bind_int(st, "account_id", start->account_id);
    TRY(db_run(ctx, st));
    st = db_query(db, Q_SESSION_DELETE_OLD);
    db_bind_int(st, "seen_before", start->limits.idle_ms ? start->now_ms - start->limits.idle_ms : 0);
    db_bind_int(st, "created_before", start->limits.absolute_ms ? start->now_ms - start->limits.absolute_ms : 0);
    TRY(db_run(ctx, st));
    st = db_query(db, Q_SESSION_INSERT);
    db_bind_text(st, "token_hash", hash_token(ctx->arena, str_from_cstr(start->token)));
    db_bind_int(st, "account_id", start->account_id);
    db_bind_text(st, "csrf", start->csrf);
    db_bind_int(st, "at", start->now_ms);
    db_bind_text(st, "remote", start->remote);
    db_bind_text(st, "agent", start->agent);
    return db_run(ctx, st);
}

enum rc session_work_failure(struct ctx *ctx, struct db *db, void *arg)
{
    const struct session_failure *failure = arg;
    int64_t now_ms = failure->now_ms, tries;
    TRY(lock_access_chain(ctx, db));
    TRY(note_past_failures(ctx, db, now_ms));
    struct db_stmt *st = db_query(db, Q_SIGN_IN_TRY_DELETE_OLD);
    db_bind_int(st, "since", now_ms - LOGIN_LOCK_MS);
    db_bind_int(st, "now", now_ms);
    TRY(db_run(ctx, st));
    st = db_query(db, Q_SIGN_IN_TRY_COUNT);
    db_bind_text(st, "login_digest", failure->login_digest);
    db_bind_int(st, "account_id", failure->account_id);
    db_bind_int(st, "now", now_ms);
    db_bind_int(st, "since", now_ms - LOGIN_LOCK_MS);
    db_bind_int(st, "tries_max", LOGIN_TRIES_MAX);
    db_bind_int(st, "lock_until", now_ms + LOGIN_LOCK_MS);
    TRY(db_get_int(ctx, st, &tries));
    TRY(note_failure(ctx, db, failure));
    return tries == LOGIN_TRIES_MAX && failure->account_id ? note_lock(ctx, db, failure) : RC_OK;
}

enum rc session_work_touch(struct ctx *ctx, struct db *db, void *arg)
{
    const struct session_touch *touch = arg;
    TRY(note_past_failures(ctx, db, touch->now_ms));
    struct db_stmt *st = db_query(db, Q_SESSION_TOUCH);
    db_bind_text(st, "token_hash", touch->token_hash);
    db_bind_int(st, "at", touch->now_ms);
    return db_run(ctx, st);
}

enum rc session_work_end(struct ctx *ctx, struct db *db, void *arg)
{
    const struct session_end *end = arg;
    TRY(lock_access_chain(ctx, db));
    TRY(note_past_failures(ctx, db, end->now_ms));
    struct value *body = value_new_map(ctx->arena);
    TRY(note(ctx, db, EVENT_SESSION_ENDED, end->account_id, end->account_id, end->now_ms, body));
    struct db_stmt *st = db_query(db, Q_SESSION_DELETE);
    db_bind_text(st, "token_hash", end->token_hash);
    return db_run(ctx, st);
}
