/* http_constant.c: a constant 10 kB page over the adapter, for a load generator to measure.
 *
 * http_constant PORT [THREADS [BUSY_US]]: without THREADS the loop answers itself; with it every request is handed
 * to one of THREADS workers, which first computes for BUSY_US microseconds.  Ends on SIGINT or SIGTERM.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "serve/http.h"

enum { PAGE_BYTES = 10240, QUEUE_MAX = 4096 };

static char page[PAGE_BYTES];
static int64_t busy_us;
static struct http_server *server;

static void answer(struct http_request *request)
{
    http_respond_bytes(request, 200, "text/html; charset=utf-8", (struct str){page, sizeof page});
}

static void work(struct http_request *request, void *worker)
{
    (void)worker;
    for (int64_t until = busy_us ? clock_monotonic_us() + busy_us : 0; until && clock_monotonic_us() < until;)
        continue;
    answer(request);
}

static void on_request(struct http_request *request, void *arg)
{
    if (arg)
        http_defer(request, work);
    else
        answer(request);
}

static void on_signal(int number)
{
    (void)number;
    http_server_stop(server);
}

int main(int argc, char **argv)
{
    int threads = argc > 2 ? atoi(argv[2]) : 0;
    busy_us = argc > 3 ? atoi(argv[3]) : 0;
    memset(page, 'x', sizeof page);
    struct http_config config;
    http_config_init(&config);
    config.port = argc > 1 ? atoi(argv[1]) : 0;
    config.on_request = on_request;
    config.connections_per_address_max = 0;
    if (threads && pool_new(threads, QUEUE_MAX, NULL, &config.pool) != RC_OK)
        return 1;
    config.arg = config.pool;
    if (http_server_new(&config, &server) != RC_OK) {
        fprintf(stderr, "cannot listen on port %d\n", config.port);
        return 1;
    }
    (void)signal(SIGINT, on_signal);
    (void)signal(SIGTERM, on_signal);
    printf("http://127.0.0.1:%d/\n", http_server_port(server));
    (void)fflush(stdout);
    enum rc rc = http_server_run(server);
    pool_free(config.pool);
    http_server_free(server);
    return rc == RC_OK ? 0 : 1;
}
