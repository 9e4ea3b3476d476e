/* bare.h: the bare cost: the same work as a prepared statement in a loop, one thread, nothing around it. */
#ifndef BIHUAN_TESTS_BENCH_BARE_H
#define BIHUAN_TESTS_BENCH_BARE_H

#include "seed.h"

struct bare {
    struct ctx *ctx;
    struct db *db;
    const struct words *words;
    const int64_t *ids; /* of findings */
    size_t id_count;
    int64_t duration_us;
};

struct bare_rate {
    double per_second;
    double cpu_us; /* of this thread for one; hardly changes when others use the machine */
};

/* A finding by its id, with its source, aspect and unit; a list of 50 by filter and sort; a word of
 * two characters, the newest 50. */
enum rc bare_finding(struct bare *bare, struct bare_rate *ret) MUST_CHECK;
enum rc bare_list(struct bare *bare, struct bare_rate *ret) MUST_CHECK;
enum rc bare_search(struct bare *bare, struct bare_rate *ret) MUST_CHECK;
/* One small row in a transaction of its own, durable, into a scratch table of the database at url. */
enum rc bare_commit(struct bare *bare, struct str url, struct bare_rate *ret, double *ret_p99_ms) MUST_CHECK;
/* Ids of findings spread over the register. */
enum rc bare_pick_ids(struct ctx *ctx, struct db *db, size_t count, int64_t **ret_ids, size_t *ret_count) MUST_CHECK;

#endif
