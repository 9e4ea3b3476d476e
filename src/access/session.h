/* session.h: signing in and staying signed in.
 *
 * The cookie holds 32 random bytes in hex; the database holds only their SHA-256.  Every request reads its session and
 * account again, so disabling an account or ending a session works at once, on every server.  Who signed in and out,
 * failed and was locked are events of the chain CHAIN_ACCESS.
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
    int64_t account_id; /* 0: no account that is in use has this login */
    bool must_change_password;
    bool is_locked; /* the login, whether it exists or not: only for who is signed in already */
    struct str login_digest;
};

/* Compares login and password, on a worker: slow.  RC_UNAUTHENTICATED, with one text and after the same work whether
 * the login is unknown, the password wrong or the login locked. */
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
/* Counts in the transaction, not from what was read before: many wrong passwords sent at once are many tries.  At most
 * two events for each account and hour (the first failure, and how many followed) and one for each lock; logins that
 * no account has share one account, 0, and are locked without an event. */
struct session_failure {
    struct str login_digest;
    int64_t account_id, now_ms;
    struct str remote;
};
enum rc session_work_failure(struct ctx *ctx, struct db *db, void *failure) MUST_CHECK;
/* Also writes the counted failures of past hours, as do a sign-in and a sign-out. */
struct session_touch {
    struct str token_hash;
    int64_t now_ms;
};
enum rc session_work_touch(struct ctx *ctx, struct db *db, void *touch) MUST_CHECK;
struct session_end {
    struct str token_hash;
    int64_t account_id, now_ms;
};
enum rc session_work_end(struct ctx *ctx, struct db *db, void *end) MUST_CHECK;

#endif
