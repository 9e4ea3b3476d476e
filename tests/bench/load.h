/* load.h: a load generator over keep-alive connections to 127.0.0.1, one thread, with the time of each request. */
#ifndef BIHUAN_TESTS_BENCH_LOAD_H
#define BIHUAN_TESTS_BENCH_LOAD_H

#include <stdint.h>

#include "base/buf.h"

enum { LOAD_CONNECTIONS_MAX = 64, LOAD_STATUS_MAX = 600 };

struct load {
    int port;
    int connections;
    int64_t duration_us;
    int64_t count_max;                                     /* 0: by time alone */
    double per_second;                                     /* not more requests than that; 0: as fast as they come */
    void (*write)(void *arg, uint64_t n, struct buf *out); /* appends the n-th request, whole */
    void *arg;
    int status; /* what every answer must be; 0: any */
};

struct load_result {
    int64_t count, failures; /* failures: another status, or a connection that ended */
    int64_t bytes;           /* of answers */
    int64_t duration_us;
    double per_second;
    double p50_ms, p99_ms, max_ms;
    int last_status;                   /* of the last failure */
    int64_t statuses[LOAD_STATUS_MAX]; /* answers of each status */
};

/* Runs the load; false with a message on stderr when it cannot connect. */
bool load_run(const struct load *load, struct load_result *ret);

#endif
