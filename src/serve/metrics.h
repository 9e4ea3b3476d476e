/* metrics.h: counters, gauges and histograms in Prometheus' text format.
 *
 * Each thread writes its own slot without locks; a scrape adds the slots up.  Slot 0 is the loop's,
 * 1..workers the workers'.  Register everything before threads start.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#ifndef BIHUAN_SERVE_METRICS_H
#define BIHUAN_SERVE_METRICS_H

#include "base/buf.h"
#include "serve/http.h"
#include "serve/pool.h"

enum { METRICS_COUNTERS_MAX = 64, METRICS_GAUGES_MAX = 64 };

struct metrics;

/* For slots threads and route_count routes, whose names (labels) are borrowed.  NULL when memory is short. */
struct metrics *metrics_new(int slots, const char *const *route_names, int route_count);
void metrics_free(struct metrics *metrics); /* takes NULL */

/* Registers a counter (name ends in _total) and returns its number, or -1 when the table is full; texts are borrowed.
 */
int metrics_counter(struct metrics *metrics, const char *name, const char *help);
/* Registers a gauge that is asked for at each scrape, on the scraping thread. */
void metrics_gauge(struct metrics *metrics, const char *name, const char *help, int64_t (*read)(void *arg), void *arg);

/* Adds n to a counter; -1 is ignored.  Slot's own thread. */
void metrics_add(struct metrics *metrics, int slot, int counter, uint64_t n);
/* One finished request.  route out of range counts as 0.  Slot's own thread (0 from on_done). */
void metrics_request(struct metrics *metrics, int slot, int route, int status, int64_t duration_us);

/* Writes everything; server and pool may be NULL.  Any thread. */
void metrics_write(const struct metrics *metrics, const struct http_server *server, const struct pool *pool,
                   struct buf *out);

#endif
