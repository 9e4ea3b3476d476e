/* loop_seed.h: the closed loop over a seeded register: who leads, measures, four tasks each, five reports a task, in
 * the states that daily work leaves them in.  Made by the same commands and events as real work.
 */
#ifndef BIHUAN_TESTS_BENCH_LOOP_SEED_H
#define BIHUAN_TESTS_BENCH_LOOP_SEED_H

#include "seed.h"

enum { LOOP_TASKS = 4, LOOP_REPORTS = 5 }; /* of each finding, of each task */

/* Fills in what is missing, with an account "reporter" of one unit; progress on stderr.  db: as seed_open gives it. */
enum rc loop_seed(struct ctx *ctx, struct db *db, const struct words *words) MUST_CHECK;
/* The words of the n-th report; the same n always gives the same. */
struct str loop_seed_words(struct arena *arena, const struct words *words, uint64_t n);

#endif
