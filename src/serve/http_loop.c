/* http_loop.c: the I/O loop: epoll, accepting, time limits, stop; the only file that knows epoll. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rand.h"
#include "serve/http_internal.h"

enum { EVENTS_MAX = 256, TICK_MS = 100, PULL_RETRY_MS = 5, ACCEPTS_PER_ROUND = 64, BACKLOG = 1024 };

void http_config_init(struct http_config *config)
{
    *config = (struct http_config){
        .address = "127.0.0.1",
        .spool_dir = "/var/tmp",
        .head_max_bytes = 16 * 1024,
        .url_max_bytes = 8 * 1024,
        .headers_max = 100,
        .body_max_bytes = 1024 * 1024,
        .body_memory_bytes = 64 * 1024,
        .arena_max_bytes = 64 * 1024 * 1024,
        .stream_chunk_bytes = 1024 * 1024,
        .head_timeout_ms = 10 * 1000,
        .body_timeout_ms = 20 * 1000,
        .body_min_rate = 1024,
        .send_timeout_ms = 60 * 1000,
        .keep_alive_ms = 75 * 1000,
        .keep_alive_requests = 100 * 1000,
        .connections_max = 4096,
        .connections_per_address_max = 1024,
        .stop_timeout_ms = 20 * 1000,
        .retry_after_s = 2,
    };
}

static bool config_is_valid(const struct http_config *config)
{
    return config->on_request && config->address && config->port >= 0 && config->port <= 65535 &&
           config->head_max_bytes >= 1024 && config->head_max_bytes <= 1024 * 1024 && config->url_max_bytes >= 64 &&
           config->url_max_bytes < config->head_max_bytes && config->headers_max >= 8 &&
           config->arena_max_bytes >= 4 * config->head_max_bytes && config->stream_chunk_bytes >= 4096 &&
           config->head_timeout_ms > 0 && config->body_timeout_ms > 0 && config->send_timeout_ms > 0 &&
           config->keep_alive_ms > 0 && config->keep_alive_requests > 0 && config->connections_max > 0 &&
           !config->tls_cert == !config->tls_key;
}

static enum rc listen_on(struct http_server *server)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {0};
    socklen_t n = sizeof at.v4;
    at.any.sa_family = AF_INET;
    at.v4.sin_port = htons((uint16_t)server->config.port);
    if (inet_pton(AF_INET, server->config.address, &at.v4.sin_addr) != 1) {
        memset(&at, 0, sizeof at);
        at.any.sa_family = AF_INET6;
        at.v6.sin6_port = htons((uint16_t)server->config.port);
        n = sizeof at.v6;
        if (inet_pton(AF_INET6, server->config.address, &at.v6.sin6_addr) != 1)
            return RC_CONFIG;
    }
    int one = 1;
    server->listen_fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->listen_fd < 0 || setsockopt(server->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(server->listen_fd, &at.any, n) != 0 || listen(server->listen_fd, BACKLOG) != 0)
        return RC_IO;
    n = sizeof at;
    if (getsockname(server->listen_fd, &at.any, &n) != 0)
        return RC_IO;
    server->port = ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
    return RC_OK;
}

static bool watch(struct http_server *server, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void accept_pause(struct http_server *server)
{
    if (server->is_accepting)
        (void)epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, server->listen_fd, NULL);
    server->is_accepting = false;
}

static enum rc server_start(struct http_server *server)
{
    server->scratch = alloc_new(HTTP_SCRATCH_BYTES);
    if (!server->scratch)
        return RC_NOMEM;
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (server->epoll_fd < 0 || server->wake_fd < 0)
        return RC_IO;
    if (server->config.tls_cert)
        TRY(http_tls_new(server->config.tls_cert, server->config.tls_key, &server->tls));
    TRY(listen_on(server));
    server->is_accepting = watch(server, server->listen_fd, EPOLLIN, &server->listen_fd);
    return server->is_accepting && watch(server, server->wake_fd, EPOLLIN | EPOLLET, &server->wake_fd) ? RC_OK : RC_IO;
}

enum rc http_server_new(const struct http_config *config, struct http_server **ret_server)
{
    if (!config_is_valid(config))
        return RC_CONFIG;
    struct http_server *server = alloc_zeroed(1, sizeof *server);
    if (!server)
        return RC_NOMEM;
    server->config = *config;
    if (!server->config.spool_dir)
        server->config.spool_dir = "/var/tmp";
    server->listen_fd = server->epoll_fd = server->wake_fd = -1;
    server->address_seed = rand_uint64();
    enum rc rc = server_start(server);
    if (rc != RC_OK) {
        http_server_free(server);
        return rc;
    }
    *ret_server = server;
    return RC_OK;
}

int http_server_port(const struct http_server *server) { return server->port; }

/* The record of an address, made when new; NULL when memory is short. */
static struct http_address *address_of(struct http_server *server, const struct in6_addr *ip)
{
    uint64_t hash = str_hash((struct str){(const char *)ip, sizeof *ip}, server->address_seed);
    struct http_address **bucket = &server->addresses[hash % HTTP_ADDRESS_BUCKETS];
    for (struct http_address *at = *bucket; at; at = at->next)
        if (memcmp(&at->ip, ip, sizeof *ip) == 0)
            return at;
    struct http_address *fresh = alloc_zeroed(1, sizeof *fresh);
    if (fresh) {
        fresh->ip = *ip;
        fresh->next = *bucket;
        *bucket = fresh;
    }
    return fresh;
}

static void address_release(struct http_server *server, struct http_address *address)
{
    if (--address->connections > 0)
        return;
    uint64_t hash = str_hash((struct str){(const char *)&address->ip, sizeof address->ip}, server->address_seed);
    struct http_address **at = &server->addresses[hash % HTTP_ADDRESS_BUCKETS];
    while (*at != address)
        at = &(*at)->next;
    *at = address->next;
    alloc_free(address);
}

static bool is_trusted_proxy(const struct http_server *server, const char *remote)
{
    const char *const *proxy = server->config.trusted_proxies;
    while (proxy && *proxy && strcmp(*proxy, remote) != 0)
        proxy++;
    return proxy && *proxy;
}

static bool conn_new(struct http_server *server, int fd, const struct sockaddr_storage *from)
{
    struct http_conn *conn = alloc_zeroed(1, sizeof *conn);
    if (!conn)
        return false;
    *conn = (struct http_conn){.server = server, .fd = fd};
    struct in6_addr ip = {0};
    if (from->ss_family == AF_INET) {
        ip.s6_addr[10] = ip.s6_addr[11] = 0xff;
        memcpy(&ip.s6_addr[12], &((const struct sockaddr_in *)from)->sin_addr, 4);
    } else {
        ip = ((const struct sockaddr_in6 *)from)->sin6_addr;
    }
    bool is_v4 = IN6_IS_ADDR_V4MAPPED(&ip);
    (void)inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? &ip.s6_addr[12] : ip.s6_addr, conn->remote, sizeof conn->remote);
    conn->is_trusted = is_trusted_proxy(server, conn->remote);
    conn->address = address_of(server, &ip);
    if (!conn->address) {
        alloc_free(conn);
        return false;
    }
    conn->address->connections++;
    int limit = server->config.connections_per_address_max;
    bool is_refused = limit > 0 && !conn->is_trusted && conn->address->connections > limit;
    if (!is_refused && server->tls)
        conn->tls = http_tls_accept(server->tls, fd);
    if (is_refused || (server->tls && !conn->tls) ||
        !watch(server, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, conn)) {
        http_tls_close(conn->tls);
        address_release(server, conn->address);
        alloc_free(conn);
        return false;
    }
    int one = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    conn->deadline_ms = server->now_ms + server->config.head_timeout_ms;
    conn->next = server->conns;
    if (conn->next)
        conn->next->prev = conn;
    server->conns = conn;
    HTTP_COUNT(server->connections_open, 1);
    return true;
}

/* Too many: an idle keep-alive connection is worth less than a new one. */
static bool evict_idle(struct http_server *server)
{
    struct http_conn *oldest = NULL;
    for (struct http_conn *conn = server->conns; conn; conn = conn->next)
        if (conn->state == CONN_LINGER || (conn->state == CONN_HEAD && !conn->is_head_begun && conn->requests))
            if (!oldest || conn->deadline_ms < oldest->deadline_ms)
                oldest = conn;
    if (oldest)
        http_conn_close(oldest);
    return oldest != NULL;
}

static void accept_all(struct http_server *server)
{
    for (int i = 0; i < ACCEPTS_PER_ROUND; i++) {
        struct sockaddr_storage from;
        socklen_t n = sizeof from;
        int fd = accept4(server->listen_fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                accept_pause(server); /* until the next tick, or the loop would spin on the waiting connection */
            return;
        }
        HTTP_COUNT(server->connections_total, 1);
        bool is_full = atomic_load_explicit(&server->connections_open, memory_order_relaxed) >=
                       (uint64_t)server->config.connections_max;
        if ((is_full && !evict_idle(server)) || !conn_new(server, fd, &from)) {
            static const char refusal[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n"
                                          "Connection: close\r\n\r\n";
            if (!server->tls)
                (void)send(fd, refusal, sizeof refusal - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
            close(fd);
            HTTP_COUNT(server->connections_refused, 1);
        }
    }
}

void http_loop_ready(struct http_conn *conn)
{
    if (conn->is_ready_listed)
        return;
    conn->is_ready_listed = true;
    conn->ready_next = conn->server->ready;
    conn->server->ready = conn;
}

/* Events of this round may still name the connection, so its memory goes at the round's end. */
void http_loop_forget(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    address_release(server, conn->address);
    if (conn->next)
        conn->next->prev = conn->prev;
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        server->conns = conn->next;
    conn->next = server->graveyard;
    server->graveyard = conn;
    HTTP_COUNT(server->connections_open, -1);
}

static void serve_ready(struct http_server *server)
{
    struct http_conn *conn = server->ready;
    server->ready = NULL;
    while (conn) {
        struct http_conn *next = conn->ready_next;
        conn->is_ready_listed = false;
        if (conn->state != CONN_CLOSED)
            http_conn_continue(conn);
        conn = next;
    }
}

static void bury(struct http_server *server)
{
    while (server->graveyard) {
        struct http_conn *conn = server->graveyard;
        server->graveyard = conn->next;
        alloc_free(conn);
    }
}

/* Everything answered, by workers (oldest first) and here. */
static void take_returned(struct http_server *server)
{
    struct http_call *call = atomic_exchange(&server->returned, NULL), *in_order = NULL;
    while (call) {
        struct http_call *next = call->next;
        call->next = in_order;
        in_order = call;
        call = next;
    }
    while (in_order) {
        call = in_order;
        in_order = call->next;
        http_conn_returned(call);
    }
    while ((call = server->local_first)) {
        server->local_first = call->next;
        if (!server->local_first)
            server->local_last = NULL;
        http_conn_returned(call);
    }
}

static bool is_away(struct http_conn *conn)
{
    return conn->state == CONN_BUSY && !conn->is_pull_due;
}

/* Second stage of a stop: answers still unsent are given up; workers' requests are waited for. */
static void drop_all(struct http_server *server)
{
    struct http_conn *next;
    for (struct http_conn *conn = server->conns; conn; conn = next) {
        next = conn->next;
        if (is_away(conn))
            (void)shutdown(conn->fd, SHUT_RDWR);
        else
            http_conn_close(conn);
    }
}

static void tick(struct http_server *server)
{
    struct http_conn *next;
    for (struct http_conn *conn = server->conns; conn; conn = next) {
        next = conn->next;
        if (conn->deadline_ms && server->now_ms >= conn->deadline_ms)
            http_conn_timeout(conn);
    }
    if (!server->is_accepting && server->listen_fd >= 0)
        server->is_accepting = watch(server, server->listen_fd, EPOLLIN, &server->listen_fd);
}

static void retry_pulls(struct http_server *server)
{
    struct http_conn *next;
    for (struct http_conn *conn = server->conns; conn && server->pulls_due; conn = next) {
        next = conn->next;
        if (conn->is_pull_due)
            http_conn_pull(conn);
    }
}

/* True when the loop may end. */
static bool stop_step(struct http_server *server)
{
    int stop = atomic_load(&server->stop);
    if (!stop)
        return false;
    if (server->listen_fd >= 0) {
        accept_pause(server);
        close(server->listen_fd);
        server->listen_fd = -1;
        server->stop_deadline_ms = server->now_ms + server->config.stop_timeout_ms;
        struct http_conn *next;
        for (struct http_conn *conn = server->conns; conn; conn = next) {
            next = conn->next;
            if (conn->state == CONN_HEAD && !conn->is_head_begun && !conn->is_readable)
                http_conn_close(conn);
        }
    }
    if (stop > 1 || server->now_ms >= server->stop_deadline_ms)
        drop_all(server);
    return !server->conns;
}

static int sleep_time_ms(struct http_server *server)
{
    if (server->ready || server->due || server->local_first)
        return 0;
    return server->pulls_due ? PULL_RETRY_MS : TICK_MS;
}

static int wait_events(struct http_server *server, struct epoll_event *events)
{
    int timeout_ms = sleep_time_ms(server);
    if (server->due)
        sched_yield(); /* a worker stands between its two last steps */
    atomic_store(&server->is_asleep, timeout_ms > 0);
    if (atomic_load(&server->returned))
        timeout_ms = 0;
    int n = epoll_wait(server->epoll_fd, events, EVENTS_MAX, timeout_ms);
    atomic_store_explicit(&server->is_asleep, false, memory_order_relaxed);
    server->now_ms = clock_monotonic_ms();
    return n;
}

static void take_event(struct http_server *server, const struct epoll_event *event)
{
    if (event->data.ptr == &server->listen_fd) {
        if (server->listen_fd >= 0)
            accept_all(server);
    } else if (event->data.ptr == &server->wake_fd) {
        uint64_t count;
        ssize_t got = read(server->wake_fd, &count, sizeof count);
        (void)got; /* only there to be reset */
    } else {
        http_conn_event(event->data.ptr, event->events & EPOLLIN, event->events & EPOLLOUT,
                        event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
    }
}

enum rc http_server_run(struct http_server *server)
{
    struct epoll_event events[EVENTS_MAX];
    (void)signal(SIGPIPE, SIG_IGN); /* sendfile and OpenSSL have no MSG_NOSIGNAL */
    server->thread = pthread_self();
    atomic_store(&server->is_running, true);
    server->now_ms = clock_monotonic_ms();
    int64_t ticked_ms = server->now_ms;
    enum rc rc = RC_OK;
    while (!stop_step(server)) {
        int n = wait_events(server, events);
        if (n < 0 && errno != EINTR) {
            rc = RC_IO;
            break;
        }
        take_returned(server);
        for (int i = 0; i < n; i++)
            take_event(server, &events[i]);
        serve_ready(server);
        if (server->pulls_due)
            retry_pulls(server);
        take_returned(server);
        if (server->now_ms - ticked_ms >= TICK_MS) {
            ticked_ms = server->now_ms;
            tick(server);
        }
        bury(server);
    }
    bury(server);
    atomic_store(&server->is_running, false);
    return rc;
}

void http_server_stop(struct http_server *server)
{
    int kept_errno = errno;
    atomic_fetch_add(&server->stop, 1);
    http_wake(server);
    errno = kept_errno;
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    while (server->conns)
        http_conn_close(server->conns);
    bury(server);
    while (server->spare) {
        struct http_call *call = server->spare;
        server->spare = call->next;
        arena_free(call->request.arena);
        alloc_free(call);
    }
    int fds[] = {server->listen_fd, server->epoll_fd, server->wake_fd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    http_tls_free(server->tls);
    alloc_free(server->scratch);
    alloc_free(server);
}
