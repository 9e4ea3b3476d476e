/* seed.h: a large register for measuring, made through the same events as a real one.
 *
 * 800 units in five levels, 40 sources with 20 aspects each, findings of 150 to 300 bytes with due dates and amounts, a
 * measure for every fourth.  The same rows always give the same texts.
 */
#ifndef BIHUAN_TESTS_BENCH_SEED_H
#define BIHUAN_TESTS_BENCH_SEED_H

#include "base/ctx.h"
#include "base/rc.h"
#include "base/str.h"
#include "db/db.h"
#include "record/command.h"

struct words;

/* Lists of words by name; file as tests/bench/words.txt.  NULL: cannot be read. */
struct words *words_read(struct arena *arena, const char *path);
/* The n-th word of a list, counted around. */
struct str words_get(const struct words *words, const char *list, uint64_t n);

/* Opens the database at url, made and filled with `rows` findings when it is absent or smaller; progress on stderr. */
enum rc seed_open(struct ctx *ctx, struct str url, int64_t rows, const struct words *words,
                  struct db **ret_db) MUST_CHECK;
/* An account with one role for a unit and all below it; "bench", the office at the root, is always there. */
enum rc seed_account(struct ctx *ctx, struct db *db, int64_t now_ms, const char *login, const char *role,
                     int64_t unit_id) MUST_CHECK;
/* A session of a new token for an account; today's daily work counts as done. */
enum rc seed_sign_in(struct ctx *ctx, struct db *db, const char *login, struct str *ret_token,
                     struct str *ret_csrf) MUST_CHECK;
/* Runs a command within the open transaction; ret_id: what it made. */
enum rc seed_run(struct ctx *ctx, struct db *db, const struct actor *actor, int64_t now_ms,
                 const struct command *command, const struct value *raw, int64_t *ret_id) MUST_CHECK;
/* Next number of a fixed sequence. */
uint64_t seed_random(uint64_t *state);

#endif
