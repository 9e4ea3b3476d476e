/* session.h: signing in and staying signed in.
 *
 * The cookie holds 32 random bytes in hex; the database holds only their SHA-256.  Every request reads its session and
 * account again, so disabling an account or ending a session works at once, on every server.
 */
#ifndef BIHUAN_ACCESS_SESSION_H
#define BIHUAN_ACCESS_SESSION_H

#include "record/actor.h"

enum {
    SESSION_TOKEN_BYTES = 65, /* hex and NUL */
    LOGIN_TRIES_MAX = 5,      /* GB/T 22239-2019 8.1.4.1 b: limit tries */
    LOGIN_LOCK_MS = 30 * 60 * 1000,
};

struct session_limits {
    int64_t idle_ms;     /* signed out after so long without a request */
    int64_t absolute_ms; /* and at the latest after so long */
};

struct session {
    int64_t account_id;
    struct str token_hash;
    struct str csrf; /* to be sent back by every form */
    struct str login, name;
    int64_t seen_at_ms;
    bool must_change_password;
};

struct login_result {
    int64_t account_id;
    bool must_change_password;
    int64_t locked_until_ms; /* with RC_LOCKED */
};

/* Compares login and password, on a worker: slow.  RC_UNAUTHENTICATED (never says which was wrong), RC_LOCKED. */
enum rc session_check_password(struct ctx *ctx, struct db *db, struct str login, struct str password, int64_t now_ms,
                               struct login_result *ret_result) MUST_CHECK;
/* Reads a session by its cookie; RC_UNAUTHENTICATED when there is none, it is too old, or the account is disabled. */
enum rc session_find(struct ctx *ctx, struct db *db, struct str token, const struct session_limits *limits,
                     int64_t now_ms, struct session *ret_session) MUST_CHECK;

/* The following write; run them as work of the writer (record/writer.h). */
struct session_start {
    int64_t account_id, now_ms;
    const char *token; /* SESSION_TOKEN_BYTES, from session_make_token */
    struct str csrf, remote, agent;
    struct session_limits limits; /* sessions of anybody that are older go out of the table; 0: none */
};
void session_make_token(char token[SESSION_TOKEN_BYTES]);
enum rc session_work_start(struct ctx *ctx, struct db *db,
                           void *start) MUST_CHECK; /* struct session_start; clears failures */
/* Counts in the transaction, not from what was read before: many wrong passwords sent at once are many tries. */
struct session_failure {
    int64_t account_id, now_ms;
};
enum rc session_work_failure(struct ctx *ctx, struct db *db, void *failure) MUST_CHECK;
struct session_touch {
    struct str token_hash;
    int64_t now_ms;
};
enum rc session_work_touch(struct ctx *ctx, struct db *db, void *touch) MUST_CHECK;
enum rc session_work_end(struct ctx *ctx, struct db *db, void *token_hash) MUST_CHECK; /* struct str */

#endif
