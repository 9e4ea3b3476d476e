/* password.h: argon2id hashes and the password rule.  Slow by design: call on a worker, never in a transaction. */
#ifndef BIHUAN_ACCESS_PASSWORD_H
#define BIHUAN_ACCESS_PASSWORD_H

#include <stdbool.h>

#include "base/ctx.h"

enum { PASSWORD_MIN = 10, PASSWORD_MAX_BYTES = 512, PASSWORD_HASH_BYTES = 128, PASSWORD_RANDOM_BYTES = 21 };

/* At least PASSWORD_MIN characters, three of four classes (lower, upper, digit, other), login not inside (any case).
 * RC_INVALID with the rule that fails.  Source: GB/T 22239-2019 8.1.4.1 a. */
enum rc password_check_rule(struct ctx *ctx, struct str password, struct str login) MUST_CHECK;
/* argon2id hash in the library's own text form, in the arena.  RC_NOMEM. */
enum rc password_hash(struct ctx *ctx, struct str password, struct str *ret_hash) MUST_CHECK;
/* Whether the password belongs to the hash; an empty hash costs the same time and never matches. */
bool password_matches(struct str password, struct str hash);
/* Random password that satisfies the rule, for first starts and resets. */
struct str password_make_random(char text[PASSWORD_RANDOM_BYTES]);
/* Clears memory that held a secret. */
void password_wipe(void *p, size_t n);

#endif
