/* session.c: signing in; see session.h.
 *
 * Threats: guessing (slow hash, five tries, lock; the lock itself tells that a login exists), stealing the
 * table of sessions (only digests), fixation (a new token at every sign-in).
 */
#include "access/session.h"

#include "access/password.h"
#include "base/rand.h"
#include "text/digest.h"

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

enum rc session_check_password(struct ctx *ctx, struct db *db, struct str login, struct str password, int64_t now_ms,
                               struct login_result *ret_result)
{
    struct db_stmt *st = db_query(db, Q_ACCOUNT_FIND_LOGIN);
    db_bind_text(st, "login", login);
    struct value *row;
    TRY(db_first_row(ctx, st, &row));
    bool is_usable = row && value_get_int(row, "is_disabled", 1) == 0;
    struct login_result result = {
        .account_id = is_usable ? value_get_int(row, "id", 0) : 0,
        .must_change_password = value_get_int(row, "must_change", 0) != 0,
        .locked_until_ms = value_get_int(row, "locked_until", 0),
    };
    bool is_locked = result.locked_until_ms > now_ms;
    bool matches = password_matches(password, is_usable ? value_get_text(row, "password_hash") : STR_EMPTY);
    if (is_locked && is_usable) {
        *ret_result = result;
        return ctx_fail_key(ctx, RC_LOCKED, "login.locked");
    }
    if (!matches) {
        *ret_result = result;
        return ctx_fail_key(ctx, RC_UNAUTHENTICATED, "login.wrong");
    }
    *ret_result = result;
    return RC_OK;
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

enum rc session_work_start(struct ctx *ctx, struct db *db, void *arg)
{
    const struct session_start *start = arg;
    struct db_stmt *st = db_query(db, Q_CREDENTIAL_FAILED);
    db_bind_int(st, "account_id", start->account_id);
    db_bind_int(st, "failed_count", 0);
    db_bind_int(st, "locked_until", 0);
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
    struct db_stmt *st = db_query(db, Q_CREDENTIAL_COUNT_FAILURE);
    db_bind_int(st, "account_id", failure->account_id);
    db_bind_int(st, "tries_max", LOGIN_TRIES_MAX);
    db_bind_int(st, "lock_until", failure->now_ms + LOGIN_LOCK_MS);
    return db_run(ctx, st);
}

enum rc session_work_touch(struct ctx *ctx, struct db *db, void *arg)
{
    const struct session_touch *touch = arg;
    struct db_stmt *st = db_query(db, Q_SESSION_TOUCH);
    db_bind_text(st, "token_hash", touch->token_hash);
    db_bind_int(st, "at", touch->now_ms);
    return db_run(ctx, st);
}

enum rc session_work_end(struct ctx *ctx, struct db *db, void *arg)
{
    const struct str *token_hash = arg;
    struct db_stmt *st = db_query(db, Q_SESSION_DELETE);
    db_bind_text(st, "token_hash", *token_hash);
    return db_run(ctx, st);
}
