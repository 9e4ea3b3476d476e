/* metrics.c: see metrics.h. */
#include "serve/metrics.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

/* Upper bounds of the duration buckets. */
static const struct {
    int64_t us;
    const char *le;
} bounds[] = {
    {500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"},
};
enum { BOUNDS = sizeof bounds / sizeof *bounds, CLASSES = 5 };

struct metrics_route {
    atomic_uint_fast64_t buckets[BOUNDS + 1]; /* not cumulative; the last one is above all bounds */
    atomic_uint_fast64_t sum_us;
    atomic_uint_fast64_t classes[CLASSES]; /* 1xx .. 5xx */
};

struct metrics_slot {
    _Alignas(64) atomic_uint_fast64_t counters[METRICS_COUNTERS_MAX];
    struct metrics_route *routes;
};

struct metrics {
    struct metrics_slot *slots;
    int slot_count, route_count, counter_count, gauge_count;
    const char *const *route_names;
    const char *counter_names[METRICS_COUNTERS_MAX], *counter_help[METRICS_COUNTERS_MAX];
    struct {
        const char *name, *help;
        int64_t (*read)(void *arg);
        void *arg;
    } gauges[METRICS_GAUGES_MAX];
    int64_t started_ms;
};

struct metrics *metrics_new(int slots, const char *const *route_names, int route_count)
{
    struct metrics *metrics = alloc_zeroed(1, sizeof *metrics);
    if (!metrics)
        return NULL;
    metrics->slot_count = slots;
    metrics->route_count = route_count;
    metrics->route_names = route_names;
    metrics->started_ms = clock_now_ms();
    metrics->slots = aligned_alloc(64, sizeof *metrics->slots * (size_t)slots);
    for (int i = 0; metrics->slots && i < slots; i++)
        metrics->slots[i] = (struct metrics_slot){0};
    for (int i = 0; metrics->slots && i < slots; i++) {
        metrics->slots[i].routes = alloc_zeroed((size_t)route_count, sizeof(struct metrics_route));
        if (!metrics->slots[i].routes) {
            metrics_free(metrics);
            return NULL;
        }
    }
    if (!metrics->slots) {
        metrics_free(metrics);
        return NULL;
    }
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (!metrics)
        return;
    for (int i = 0; metrics->slots && i < metrics->slot_count; i++)
        alloc_free(metrics->slots[i].routes);
    alloc_free(metrics->slots);
    alloc_free(metrics);
}

int metrics_counter(struct metrics *metrics, const char *name, const char *help)
{
    if (metrics->counter_count == METRICS_COUNTERS_MAX)
        return -1;
    metrics->counter_names[metrics->counter_count] = name;
    metrics->counter_help[metrics->counter_count] = help;
    return metrics->counter_count++;
}

void metrics_gauge(struct metrics *metrics, const char *name, const char *help, int64_t (*read)(void *arg), void *arg)
{
    if (metrics->gauge_count == METRICS_GAUGES_MAX)
        return;
    int i = metrics->gauge_count++;
    metrics->gauges[i].name = name;
    metrics->gauges[i].help = help;
    metrics->gauges[i].read = read;
    metrics->gauges[i].arg = arg;
}

/* Only one thread writes a cell, so no locked instruction is needed. */
static void cell_add(atomic_uint_fast64_t *cell, uint64_t n)
{
    atomic_store_explicit(cell, atomic_load_explicit(cell, memory_order_relaxed) + n, memory_order_relaxed);
}

static uint64_t cell_get(const atomic_uint_fast64_t *cell) { return atomic_load_explicit(cell, memory_order_relaxed); }

void metrics_add(struct metrics *metrics, int slot, int counter, uint64_t n)
{
    if (counter >= 0 && counter < metrics->counter_count)
        cell_add(&metrics->slots[slot].counters[counter], n);
}

void metrics_request(struct metrics *metrics, int slot, int route, int status, int64_t duration_us)
{
    if (route < 0 || route >= metrics->route_count)
        route = 0;
    struct metrics_route *at = &metrics->slots[slot].routes[route];
    int i = 0;
    while (i < BOUNDS && duration_us > bounds[i].us)
        i++;
    cell_add(&at->buckets[i], 1);
    cell_add(&at->sum_us, duration_us > 0 ? (uint64_t)duration_us : 0);
    int class = status / 100;
    cell_add(&at->classes[class >= 1 && class <= CLASSES ? class - 1 : CLASSES - 1], 1);
}

static void write_head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_one(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
    write_head(out, name, type, help);
    buf_add_format(out, "%s %llu\n", name, (unsigned long long)value);
}

/* Label values escape backslash, quote and line break. */
static void write_label(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '"')
            buf_add_char(out, '\\');
        if (*text == '\n')
            buf_add_cstr(out, "\\n");
        else
            buf_add_char(out, *text);
    }
}

static uint64_t sum_bucket(const struct metrics *metrics, int route, int bucket)
{
    uint64_t sum = 0;
    for (int i = 0; i < metrics->slot_count; i++)
        sum += cell_get(&metrics->slots[i].routes[route].buckets[bucket]);
    return sum;
}

static void write_durations(const struct metrics *metrics, struct buf *out)
{
    static const char name[] = "bihuan_http_request_duration_seconds";
    write_head(out, name, "histogram", "Time from the complete head of a request to the last byte of its answer.");
    for (int route = 0; route < metrics->route_count; route++) {
        uint64_t counts[BOUNDS + 1], total = 0, sum_us = 0;
        for (int i = 0; i <= BOUNDS; i++)
            total += counts[i] = sum_bucket(metrics, route, i);
        if (!total)
            continue;
        uint64_t running = 0;
        for (int i = 0; i <= BOUNDS; i++) {
            running += counts[i];
            buf_add_format(out, "%s_bucket{route=\"", name);
            write_label(out, metrics->route_names[route]);
            buf_add_format(out, "\",le=\"%s\"} %llu\n", i < BOUNDS ? bounds[i].le : "+Inf",
                           (unsigned long long)running);
        }
        for (int i = 0; i < metrics->slot_count; i++)
            sum_us += cell_get(&metrics->slots[i].routes[route].sum_us);
        buf_add_format(out, "%s_sum{route=\"", name);
        write_label(out, metrics->route_names[route]);
        buf_add_format(out, "\"} %llu.%06llu\n%s_count{route=\"", (unsigned long long)(sum_us / 1000000),
                       (unsigned long long)(sum_us % 1000000), name);
        write_label(out, metrics->route_names[route]);
        buf_add_format(out, "\"} %llu\n", (unsigned long long)total);
    }
}

static void write_classes(const struct metrics *metrics, struct buf *out)
{
    static const char name[] = "bihuan_http_responses_total";
    write_head(out, name, "counter", "Answers by route and class of status.");
    for (int route = 0; route < metrics->route_count; route++)
        for (int class = 0; class < CLASSES; class ++) {
            uint64_t sum = 0;
            for (int i = 0; i < metrics->slot_count; i++)
                sum += cell_get(&metrics->slots[i].routes[route].classes[class]);
            if (!sum)
                continue;
            buf_add_format(out, "%s{route=\"", name);
            write_label(out, metrics->route_names[route]);
            buf_add_format(out, "\",class=\"%dxx\"} %llu\n", class + 1, (unsigned long long)sum);
        }
}

static void write_server(const struct http_server *server, struct buf *out)
{
    struct http_stats stats;
    http_server_stats(server, &stats);
    write_one(out, "bihuan_http_connections_open", "gauge", "Open connections.", stats.connections_open);
    write_one(out, "bihuan_http_requests_open", "gauge", "Requests being read, worked on or answered.",
              stats.requests_open);
    write_one(out, "bihuan_http_connections_total", "counter", "Connections accepted.", stats.connections_total);
    write_one(out, "bihuan_http_connections_refused_total", "counter", "Connections refused by a limit.",
              stats.connections_refused);
    write_one(out, "bihuan_http_requests_total", "counter", "Requests given to the application.", stats.requests_total);
    write_one(out, "bihuan_http_refusals_total", "counter", "Requests refused by the server itself.",
              stats.refusals_total);
    write_one(out, "bihuan_http_timeouts_total", "counter", "Requests or answers cut by a time limit.",
              stats.timeouts_total);
    write_one(out, "bihuan_http_received_bytes_total", "counter", "Bytes received.", stats.received_bytes);
    write_one(out, "bihuan_http_sent_bytes_total", "counter", "Bytes sent.", stats.sent_bytes);
}

static uint64_t resident_bytes(void)
{
    char text[128];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    struct str rest = {text, n > 0 ? (size_t)n : 0}, part;
    int64_t pages = 0;
    for (int column = 0; column < 2; column++) /* the second is what is resident */
        if (!str_split_next(&rest, ' ', &part))
            return 0;
    if (!str_parse_int64(part, &pages))
        return 0;
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t open_files(void)
{
    uint64_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (!dir)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n - 1; /* not the one that reads the directory */
}

static void write_process(const struct metrics *metrics, struct buf *out)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    uint64_t cpu_us = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                      (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    write_head(out, "process_cpu_seconds_total", "counter", "Processor time used.");
    buf_add_format(out, "process_cpu_seconds_total %llu.%06llu\n", (unsigned long long)(cpu_us / 1000000),
                   (unsigned long long)(cpu_us % 1000000));
    write_one(out, "process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
    write_one(out, "process_open_fds", "gauge", "Open file descriptors.", open_files());
    write_one(out, "process_start_time_seconds", "gauge", "Start of the process since the epoch.",
              (uint64_t)metrics->started_ms / 1000);
    write_head(out, "bihuan_build_info", "gauge", "Version of the program.");
    buf_add_cstr(out, "bihuan_build_info{version=\"" BIHUAN_VERSION "\"} 1\n");
}

void metrics_write(const struct metrics *metrics, const struct http_server *server, const struct pool *pool,
                   struct buf *out)
{
    write_durations(metrics, out);
    write_classes(metrics, out);
    for (int c = 0; c < metrics->counter_count; c++) {
        uint64_t sum = 0;
        for (int i = 0; i < metrics->slot_count; i++)
            sum += cell_get(&metrics->slots[i].counters[c]);
        write_one(out, metrics->counter_names[c], "counter", metrics->counter_help[c], sum);
    }
    for (int i = 0; i < metrics->gauge_count; i++) {
        write_head(out, metrics->gauges[i].name, "gauge", metrics->gauges[i].help);
        buf_add_format(out, "%s %lld\n", metrics->gauges[i].name,
                       (long long)metrics->gauges[i].read(metrics->gauges[i].arg));
    }
    if (server)
        write_server(server, out);
    if (pool) {
        write_one(out, "bihuan_worker_threads", "gauge", "Worker threads.", (uint64_t)pool_threads(pool));
        write_one(out, "bihuan_worker_queue_jobs", "gauge", "Jobs waiting for a worker.", pool_queued(pool));
        write_one(out, "bihuan_worker_running_jobs", "gauge", "Jobs being worked on.", pool_running(pool));
    }
    write_process(metrics, out);
}
