/* http_guard.c: what a client may cost: connections per address, time, lingering; and the way to a stop.
 *
 * Runs on the thread of http_server_run.  It only marks and shuts sockets; closing them stays with the library,
 * which notices the end and calls back.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rand.h"
#include "serve/http_internal.h"

enum { LINGER_MS = 2000, LINGER_STEP_BYTES = 64 * 1024, LINGER_STEPS = 64, LINGERING_MAX = 256 };

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

static void read_address(const struct sockaddr *from, struct in6_addr *ret_ip, struct http_conn *conn)
{
    if (from->sa_family == AF_INET) {
        ret_ip->s6_addr[10] = ret_ip->s6_addr[11] = 0xff;
        memcpy(&ret_ip->s6_addr[12], &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    } else {
        *ret_ip = ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
    }
    bool is_v4 = IN6_IS_ADDR_V4MAPPED(ret_ip);
    (void)inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? &ret_ip->s6_addr[12] : ret_ip->s6_addr, conn->remote,
                    sizeof conn->remote);
}

struct http_conn *http_conn_new(struct http_server *server, int fd, const struct sockaddr *from)
{
    struct http_conn *conn = alloc_zeroed(1, sizeof *conn);
    HTTP_COUNT(server->connections_total, 1);
    struct in6_addr ip = {0};
    if (conn) {
        *conn = (struct http_conn){.server = server, .fd = fd};
        read_address(from, &ip, conn);
        conn->is_trusted = is_trusted_proxy(server, conn->remote);
        conn->address = address_of(server, &ip);
    }
    int limit = server->config.connections_per_address_max;
    bool is_refused =
        !conn || !conn->address || (limit > 0 && !conn->is_trusted && conn->address->connections >= limit);
    if (is_refused) {
        static const char refusal[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n"
                                      "Connection: close\r\n\r\n";
        if (!server->tls_cert)
            (void)send(fd, refusal, sizeof refusal - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)shutdown(fd, SHUT_RDWR);
        HTTP_COUNT(server->connections_refused, 1);
        if (conn && conn->address) {
            conn->address->connections++;
            address_release(server, conn->address); /* frees a fresh record */
        }
        alloc_free(conn);
        return NULL;
    }
    conn->address->connections++;
    http_conn_set_deadline(conn, server->config.head_timeout_ms);
    conn->next = server->conns;
    if (conn->next)
        conn->next->prev = conn;
    server->conns = conn;
    HTTP_COUNT(server->connections_open, 1);
    return conn;
}

/* Threat: closing with unread input makes the kernel send RST, which can overtake the answer; so the socket is
 * held on to, its write side shut by the library, and input is dropped for a while. */
static void linger(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    char byte;
    bool is_unread = conn->is_refused || recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    if (!is_unread || atomic_load_explicit(&server->stop, memory_order_relaxed))
        return;
    struct http_linger *kept = alloc_new(sizeof *kept);
    int fd = kept ? dup(conn->fd) : -1;
    if (fd < 0) {
        alloc_free(kept);
        return;
    }
    *kept = (struct http_linger){.next = server->lingering, .fd = fd, .deadline_ms = server->now_ms + LINGER_MS};
    server->lingering = kept;
}

void http_conn_free(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    linger(conn);
    address_release(server, conn->address);
    if (conn->is_pull_due)
        server->pulls_due--;
    if (conn->next)
        conn->next->prev = conn->prev;
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        server->conns = conn->next;
    HTTP_COUNT(server->connections_open, -1);
    alloc_free(conn);
}

void http_conn_set_deadline(struct http_conn *conn, int after_ms)
{
    conn->deadline_ms = after_ms ? conn->server->now_ms + after_ms : 0;
}

/* The body must arrive steadily, and on average not slower than the minimum rate. */
void http_conn_set_body_deadline(struct http_conn *conn)
{
    const struct http_config *config = &conn->server->config;
    conn->deadline_ms = conn->server->now_ms + config->body_timeout_ms;
    if (config->body_min_rate > 0) {
        int64_t by_rate = conn->call->body_began_ms + config->body_timeout_ms +
                          (int64_t)(conn->call->request.body_bytes * 1000 / (uint64_t)config->body_min_rate);
        if (by_rate < conn->deadline_ms)
            conn->deadline_ms = by_rate;
    }
}

static void send_refusal(struct http_conn *conn, struct http_call *call, int status)
{
    struct http_request *request = &call->request;
    http_call_refuse(call, status);
    struct http_response *response = &request->response;
    struct buf text CLEANUP(buf_done) = {0};
    buf_init(&text, conn->server->config.arena_max_bytes);
    struct str body = response->kind == HTTP_BODY_BYTES ? response->body : STR_EMPTY;
    buf_add_format(&text, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\nConnection: close\r\n", response->status,
                   http_status_text(response->status), body.n);
    for (size_t i = 0; i < response->header_count; i++)
        buf_add_format(&text, "%.*s: %.*s\r\n", STR_ARG(response->headers[i].name),
                       STR_ARG(response->headers[i].value));
    buf_add_cstr(&text, "\r\n");
    buf_add(&text, body);
    if (buf_rc(&text) == RC_OK && !conn->server->tls_cert) /* under TLS these bytes would only confuse */
        (void)send(conn->fd, text.p, text.n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void http_conn_refuse(struct http_conn *conn, int status)
{
    struct http_call *call = conn->call ? conn->call : http_call_new(conn);
    conn->is_refused = true;
    http_conn_set_deadline(conn, 0);
    if (call)
        send_refusal(conn, call, status);
    if (call && !conn->call)
        http_call_end(call, false);
    (void)shutdown(conn->fd, SHUT_RDWR);
}

/* Whether anything of a first request has come: the library tells of a head only when its first line is complete. */
static bool is_silent(const struct http_conn *conn)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof info;
    return conn->requests || getsockopt(conn->fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 || !info.tcpi_bytes_received;
}

static void conn_timeout(struct http_conn *conn)
{
    if (conn->state == CONN_HEAD && !conn->call && is_silent(conn)) {
        http_conn_set_deadline(conn, 0);
        (void)shutdown(conn->fd, SHUT_RDWR);
        return;
    }
    HTTP_COUNT(conn->server->timeouts_total, 1);
    http_conn_refuse(conn, 408);
}

static bool is_idle(const struct http_conn *conn) { return conn->state == CONN_HEAD && !conn->call; }

static void linger_step(struct http_server *server)
{
    static char dropped[LINGER_STEP_BYTES];
    int count = 0;
    for (struct http_linger **at = &server->lingering; *at;) {
        struct http_linger *kept = *at;
        ssize_t got = 1;
        for (int i = 0; i < LINGER_STEPS && got > 0; i++)
            got = recv(kept->fd, dropped, sizeof dropped, MSG_DONTWAIT);
        bool is_ended = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
        if (!is_ended && server->now_ms < kept->deadline_ms && ++count <= LINGERING_MAX) {
            at = &kept->next;
            continue;
        }
        *at = kept->next;
        close(kept->fd);
        alloc_free(kept);
    }
}

void http_guard_tick(struct http_server *server)
{
    /* Full: an idle keep-alive connection is worth less than a new one. */
    bool is_full = atomic_load_explicit(&server->connections_open, memory_order_relaxed) >=
                   (uint64_t)server->config.connections_max;
    for (struct http_conn *conn = server->conns; conn; conn = conn->next) {
        if (conn->deadline_ms && server->now_ms >= conn->deadline_ms)
            conn_timeout(conn);
        else if (is_full && is_idle(conn) && conn->requests)
            (void)shutdown(conn->fd, SHUT_RDWR);
    }
    linger_step(server);
}

void http_guard_retry_pulls(struct http_server *server)
{
    for (struct http_conn *conn = server->conns; conn && server->pulls_due; conn = conn->next) {
        if (!conn->is_pull_due || pool_submit(server->config.pool, http_pull_job, conn->call) != RC_OK)
            continue;
        conn->is_pull_due = false;
        server->pulls_due--;
    }
}

/* Second stage of a stop: answers still unsent are given up; workers' requests are waited for. */
static void drop_all(struct http_server *server)
{
    for (struct http_conn *conn = server->conns; conn; conn = conn->next) {
        (void)shutdown(conn->fd, SHUT_RDWR);
        if (conn->is_pull_due) {
            conn->is_pull_due = false;
            server->pulls_due--;
            conn->call->is_pull_failed = true;
            http_mhd_resume(conn->call);
        }
    }
}

bool http_guard_stop_step(struct http_server *server)
{
    int stop = atomic_load(&server->stop);
    if (!stop)
        return false;
    if (!server->is_quiet) {
        server->is_quiet = true;
        http_mhd_quiet(server);
        server->stop_deadline_ms = server->now_ms + server->config.stop_timeout_ms;
        for (struct http_conn *conn = server->conns; conn; conn = conn->next)
            if (is_idle(conn))
                (void)shutdown(conn->fd, SHUT_RD);
    }
    if (stop > 1 || server->now_ms >= server->stop_deadline_ms)
        drop_all(server);
    return !server->conns;
}

void http_guard_free(struct http_server *server)
{
    while (server->lingering) {
        struct http_linger *kept = server->lingering;
        server->lingering = kept->next;
        close(kept->fd);
        alloc_free(kept);
    }
}
