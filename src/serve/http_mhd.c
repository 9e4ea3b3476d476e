/* http_mhd.c: the HTTP server over libmicrohttpd; the only file that includes microhttpd.h.
 *
 * One daemon with epoll and no thread of its own: http_server_run turns it.  A request that goes to a worker
 * suspends its connection; http_respond builds the answer on the worker's thread and resumes; the loop queues it.
 * Source: libmicrohttpd 0.9.75, microhttpd.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rand.h"
#include "base/thread.h"
#include "serve/http_internal.h"

enum { BACKLOG = 1024, PEM_MAX_BYTES = 256 * 1024, STREAM_BLOCK_BYTES = 32 * 1024 };

#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

static struct http_conn *conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void on_connection(void *arg, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        int socket_fd = fd->connect_fd;
        const union MHD_ConnectionInfo *from = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        *context = http_conn_new(arg, socket_fd, from->client_addr);
    } else if (*context) {
        http_conn_free(*context);
        *context = NULL;
    }
}

/* Request line complete, nothing of it changed yet: what is returned becomes the call of the later callbacks. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *mhd)
{
    (void)arg;
    struct http_conn *conn = conn_of(mhd);
    struct http_call *call = conn && !conn->is_refused ? http_call_new(conn) : NULL;
    if (!call)
        return NULL;
    conn->call = call;
    call->mhd = mhd;
    call->target_at = target;
    call->target = arena_copy_str(call->request.arena, str_from_cstr(target ? target : ""));
    if (conn->requests)
        http_conn_set_deadline(conn, conn->server->config.head_timeout_ms);
    return call;
}

/* Targets stay as they were sent. */
static size_t on_unescape(void *arg, struct MHD_Connection *mhd, char *text)
{
    (void)arg;
    (void)mhd;
    return strlen(text);
}

/* Walks over the head where the library has parsed it in place. */
struct layout {
    uintptr_t at, end;
    struct http_header *headers;
    size_t room, n;
    bool is_plain;
};

static void layout_expect(struct layout *layout, const char *at, size_t n)
{
    if (layout->at != (uintptr_t)at || n > layout->end - layout->at)
        layout->is_plain = false;
    if (layout->is_plain)
        layout->at += n;
}

/* The library has put a zero in the place of each byte of a separator. */
static void layout_skip_zeros(struct layout *layout, size_t n)
{
    for (size_t i = 0; i < n && layout->is_plain; i++)
        layout->is_plain = layout->at < layout->end && *(const char *)layout->at++ == '\0';
}

static enum MHD_Result layout_header(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_n,
                                     const char *value, size_t value_n)
{
    (void)kind;
    struct layout *layout = arg;
    layout_expect(layout, name, name_n);
    layout_skip_zeros(layout, 1);
    while (layout->is_plain && layout->at < (uintptr_t)value && layout->at < layout->end &&
           (*(const char *)layout->at == ' ' || *(const char *)layout->at == '\t'))
        layout->at++;
    layout_expect(layout, value, value_n);
    layout_skip_zeros(layout, 2);
    if (layout->is_plain && layout->n < layout->room)
        layout->headers[layout->n++] = (struct http_header){{name, name_n}, {value, value_n}};
    return layout->is_plain ? MHD_YES : MHD_NO;
}

/* Threat: the library folds lines, ends them at a bare LF, cuts values at a NUL and skips spaces, and does not tell.
 * But it parses in place: where each part must be one separator behind the last and the sum must be the size of the
 * head, nothing has been folded, cut or skipped.  Anything else is refused, also a future library that copies. */
static int read_layout(struct http_call *call, const char *method, const char *version, struct http_parts *ret_parts)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(call->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    struct arena *arena = call->request.arena;
    size_t size = info ? info->header_size : 0;
    if (size > call->conn->server->config.head_max_bytes)
        return 431;
    int room = MHD_get_connection_values_n(call->mhd, MHD_HEADER_KIND, NULL, NULL);
    struct http_header *headers = ARENA_NEW_ARRAY(arena, struct http_header, (size_t)room + 1);
    struct layout layout = {.at = (uintptr_t)method,
                            .end = (uintptr_t)method + size,
                            .headers = headers,
                            .room = (size_t)room,
                            .is_plain = headers != NULL};
    layout_expect(&layout, method, strlen(method));
    layout_skip_zeros(&layout, 1);
    layout_expect(&layout, call->target_at, call->target.n);
    layout_skip_zeros(&layout, 1);
    layout_expect(&layout, version, strlen(version));
    layout_skip_zeros(&layout, 2);
    (void)MHD_get_connection_values_n(call->mhd, MHD_HEADER_KIND, layout_header, &layout);
    layout_skip_zeros(&layout, 2);
    if (!layout.is_plain || layout.at != layout.end)
        return headers ? 400 : 503;
    struct str copy = arena_copy_str(arena, (struct str){method, size}); /* theirs may be reused during the body */
    if (!copy.p)
        return 503;
    for (size_t i = 0; i < layout.n; i++) {
        headers[i].name.p = copy.p + (headers[i].name.p - method);
        headers[i].value.p = copy.p + (headers[i].value.p - method);
    }
    *ret_parts = (struct http_parts){.method = {copy.p, strlen(method)},
                                     .target = call->target,
                                     .version = {copy.p + (version - method), strlen(version)},
                                     .headers = headers,
                                     .header_count = layout.n};
    HTTP_COUNT(call->conn->server->received_bytes, size);
    return 0;
}

static ssize_t on_read(void *arg, uint64_t position, char *to, size_t room)
{
    (void)position;
    struct http_call *call = arg;
    struct http_server *server = call->conn->server;
    size_t left = call->chunk.n - call->chunk_taken;
    if (call->is_pull_failed || !server->config.pool)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (left) {
        size_t n = left < room ? left : room;
        memcpy(to, call->chunk.p + call->chunk_taken, n);
        call->chunk_taken += n;
        call->sent_bytes += n;
        return (ssize_t)n;
    }
    if (call->is_last_chunk)
        return MHD_CONTENT_READER_END_OF_STREAM;
    int one = 1; /* the library sends with MSG_MORE: push now, or the kernel holds the rest back for 200 ms */
    (void)setsockopt(call->conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    MHD_suspend_connection(call->mhd);
    if (pool_submit(server->config.pool, http_pull_job, call) != RC_OK) {
        call->conn->is_pull_due = true;
        server->pulls_due++;
    }
    return 0;
}

static struct MHD_Response *make_body(struct http_call *call)
{
    struct http_response *response = &call->request.response;
    bool is_sent = call->request.method != HTTP_HEAD && response->status != 204 && response->status != 304;
    if (response->kind == HTTP_BODY_STREAM) {
        buf_init(&call->chunk, call->conn->server->config.stream_chunk_bytes);
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, on_read, call, NULL);
    }
    if (response->kind == HTTP_BODY_FILE && response->length) {
        struct MHD_Response *answer =
            MHD_create_response_from_fd_at_offset64(response->length, response->fd, (uint64_t)response->offset);
        if (answer)
            response->fd = -1; /* the library closes it */
        call->sent_bytes = is_sent ? response->length : 0;
        return answer;
    }
    struct str body = response->kind == HTTP_BODY_BYTES ? response->body : STR_EMPTY;
    call->sent_bytes = is_sent ? body.n : 0;
    return MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)(body.n ? body.p : ""), MHD_RESPMEM_PERSISTENT);
}

/* NULL when memory is short or a header is not one. */
static struct MHD_Response *make_answer(struct http_call *call)
{
    struct http_request *request = &call->request;
    struct MHD_Response *answer = make_body(call);
    bool is_ok = answer && (!call->is_closing || MHD_add_response_header(answer, "Connection", "close") == MHD_YES);
    for (size_t i = 0; is_ok && i < request->response.header_count; i++) {
        struct http_header *header = &request->response.headers[i];
        const char *value = header->value.n ? arena_copy_cstr(request->arena, header->value) : "";
        is_ok = value && (!*value || MHD_add_response_header(answer, header->name.p, value) == MHD_YES);
    }
    if (is_ok)
        return answer;
    if (answer)
        MHD_destroy_response(answer);
    return NULL;
}

static void wake(struct http_server *server)
{
    int kept_errno = errno;
    uint64_t one = 1;
    ssize_t done = write(server->wake_fd, &one, sizeof one);
    (void)done; /* EAGAIN: the counter is full, so the loop will wake anyway */
    errno = kept_errno;
}

/* With the resume the call may be gone; the server stays until its pool has ended. */
void http_mhd_resume(struct http_call *call)
{
    struct http_server *server = call->conn->server;
    MHD_resume_connection(call->mhd);
    atomic_store(&server->is_resumed, true);
    if (atomic_exchange(&server->is_asleep, false))
        wake(server);
}

void http_accept_body(struct http_request *request)
{
    struct http_call *call = (struct http_call *)request;
    call->is_accepted = true;
    http_mhd_resume(call);
}

void http_respond(struct http_request *request)
{
    struct http_call *call = (struct http_call *)request;
    if (call->is_checking || atomic_load_explicit(&call->conn->server->stop, memory_order_relaxed) > 0)
        call->is_closing = true;
    call->answer = make_answer(call);
    if (!call->answer) { /* memory is short, or a header is none */
        call->is_closing = true;
        http_response_fail(request, 503);
        call->answer = make_answer(call);
    }
    if (call->is_away)
        http_mhd_resume(call);
}

static void defer_run(void *worker, void *arg)
{
    struct http_call *call = arg;
    call->work(&call->request, worker);
}

void http_defer(struct http_request *request, http_work_fn *fn)
{
    struct http_call *call = (struct http_call *)request;
    struct pool *pool = call->conn->server->config.pool;
    call->work = fn;
    if (!call->is_away) {
        call->is_away = true; /* suspended first: the worker may be ready to resume before submit returns */
        MHD_suspend_connection(call->mhd);
    }
    if (pool && pool_submit(pool, defer_run, call) == RC_OK)
        return;
    http_call_refuse(call, 503);
    http_respond(request);
}

static enum MHD_Result queue(struct http_call *call)
{
    struct MHD_Response *answer = call->answer;
    call->answer = NULL;
    if (!answer)
        return MHD_NO;
    call->is_queued = true;
    enum MHD_Result result = MHD_queue_response(call->mhd, (unsigned)call->request.response.status, answer);
    MHD_destroy_response(answer);
    return result;
}

static void check_run(void *worker, void *arg)
{
    struct http_call *call = arg;
    call->conn->server->config.on_head(&call->request, worker);
}

/* Nothing of the body is read while on_head has the call: its connection is suspended and has no time limit. */
static void check_head(struct http_call *call)
{
    const struct http_config *config = &call->conn->server->config;
    call->is_checking = call->is_away = true;
    call->conn->state = CONN_BUSY;
    http_conn_set_deadline(call->conn, 0);
    MHD_suspend_connection(call->mhd);
    if (config->pool && pool_submit(config->pool, check_run, call) == RC_OK)
        return;
    http_call_refuse(call, 503);
    http_respond(&call->request);
}

/* The library calls again at the resume, before it reads on: an answer that is queued now comes in place of the body.
 */
static enum MHD_Result take_verdict(struct http_call *call)
{
    struct http_conn *conn = call->conn;
    call->is_checking = call->is_away = false;
    if (call->is_accepted) {
        conn->state = CONN_BODY;
        call->body_began_ms = conn->server->now_ms;
        http_conn_set_body_deadline(conn);
        return MHD_YES;
    }
    conn->is_refused = true;
    return queue(call);
}

static enum MHD_Result take_head(struct http_call *call, const char *method, const char *version)
{
    struct http_parts parts;
    call->is_head_taken = true;
    int status = read_layout(call, method, version, &parts);
    if (!status)
        status = http_call_take_head(call, &parts);
    if (!status && call->is_large && call->conn->server->config.on_head)
        check_head(call);
    if (!status)
        return MHD_YES;
    http_conn_set_deadline(call->conn, 0);
    call->conn->state = CONN_BUSY;
    call->conn->is_refused = call->is_closing = true;
    http_call_refuse(call, status);
    http_respond(&call->request);
    return queue(call);
}

static enum MHD_Result take_body(struct http_call *call, struct str bytes)
{
    int status = http_call_add_body(call, bytes);
    if (!status) {
        http_conn_set_body_deadline(call->conn);
        return MHD_YES;
    }
    http_conn_refuse(call->conn, status);
    return MHD_NO;
}

/* The library calls this when the head is complete, for each piece of body, at its end, and after a resume. */
static enum MHD_Result on_access(void *arg, struct MHD_Connection *mhd, const char *url, const char *method,
                                 const char *version, const char *body, size_t *body_n, void **context)
{
    (void)arg;
    (void)mhd;
    (void)url;
    struct http_call *call = *context;
    if (!call || call->conn->is_refused)
        return MHD_NO;
    if (!call->is_head_taken)
        return take_head(call, method, version);
    if (call->is_checking)
        return take_verdict(call);
    if (*body_n) {
        struct str bytes = {body, *body_n};
        *body_n = 0;
        return take_body(call, bytes);
    }
    if (call->is_dispatched) {
        call->is_away = false; /* resumed */
        return queue(call);
    }
    http_call_run(call);
    return call->is_dispatched && !call->is_away ? queue(call) : MHD_YES;
}

static void on_completed(void *arg, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode how)
{
    (void)arg;
    (void)mhd;
    struct http_call *call = *context;
    *context = NULL;
    if (!call)
        return;
    struct http_conn *conn = call->conn;
    if (call->answer)
        MHD_destroy_response(call->answer);
    if (!call->is_queued && !conn->is_refused) {
        call->request.response.status = 400; /* cut short, or refused by the library in its own words */
        HTTP_COUNT(conn->server->refusals_total, 1);
    }
    bool is_complete = call->is_queued && how == MHD_REQUEST_TERMINATED_COMPLETED_OK;
    if (!is_complete && !call->is_queued)
        call->sent_bytes = 0;
    http_call_end(call, is_complete);
    conn->state = CONN_HEAD;
    http_conn_set_deadline(conn, conn->server->config.keep_alive_ms);
}

static enum rc read_pem(const char *path, char **ret_text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = fd >= 0 ? alloc_zeroed(1, PEM_MAX_BYTES) : NULL;
    size_t n = 0;
    ssize_t got = text ? 1 : -1;
    while (got > 0 && n + 1 < PEM_MAX_BYTES)
        if ((got = read(fd, text + n, PEM_MAX_BYTES - 1 - n)) > 0)
            n += (size_t)got;
    if (fd >= 0)
        close(fd);
    if (got != 0) {
        alloc_free(text);
        return fd >= 0 && !text ? RC_NOMEM : RC_CONFIG;
    }
    *ret_text = text;
    return RC_OK;
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool read_address(const struct http_config *config, union address *ret_at)
{
    union address at = {0};
    at.any.sa_family = AF_INET;
    at.v4.sin_port = htons((uint16_t)config->port);
    if (inet_pton(AF_INET, config->address, &at.v4.sin_addr) != 1) {
        memset(&at, 0, sizeof at);
        at.any.sa_family = AF_INET6;
        at.v6.sin6_port = htons((uint16_t)config->port);
        if (inet_pton(AF_INET6, config->address, &at.v6.sin6_addr) != 1)
            return false;
    }
    *ret_at = at;
    return true;
}

static unsigned seconds(int ms) { return ((unsigned)ms + 999) / 1000; }

static enum rc daemon_start(struct http_server *server)
{
    const struct http_config *config = &server->config;
    union address at;
    if (!read_address(config, &at))
        return RC_CONFIG;
    /* The library's own clock only watches answers that nobody takes; every other limit is ours and not longer. */
    int idle_ms = config->send_timeout_ms > config->keep_alive_ms ? config->send_timeout_ms : config->keep_alive_ms;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, server->tls_cert},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, server->tls_key},
                                   {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
                                   {MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (server->tls_cert ? MHD_USE_TLS : 0u) |
                     (at.any.sa_family == AF_INET6 ? MHD_USE_DUAL_STACK : 0u);
    errno = 0;
    server->daemon = MHD_start_daemon(
        flags, (uint16_t)config->port, NULL, NULL, on_access, server, MHD_OPTION_SOCK_ADDR, &at.any,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)BACKLOG, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)config->connections_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT, 2 * config->head_max_bytes,
        MHD_OPTION_CONNECTION_TIMEOUT, seconds(idle_ms), MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
        MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY,
        server->tls_cert ? tls : &tls[3], MHD_OPTION_END);
    if (!server->daemon)
        return server->tls_cert && errno != EADDRINUSE && errno != EACCES && errno != EADDRNOTAVAIL ? RC_CONFIG : RC_IO;
    server->port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return RC_OK;
}

static enum rc server_start(struct http_server *server)
{
    server->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (server->wake_fd < 0)
        return RC_IO;
    if (server->config.tls_cert) {
        TRY(read_pem(server->config.tls_cert, &server->tls_cert));
        TRY(read_pem(server->config.tls_key, &server->tls_key));
    }
    return daemon_start(server);
}

enum rc http_server_new(const struct http_config *config, struct http_server **ret_server)
{
    if (!http_config_is_valid(config))
        return RC_CONFIG;
    struct http_server *server = alloc_zeroed(1, sizeof *server);
    if (!server)
        return RC_NOMEM;
    server->config = *config;
    if (!server->config.spool_dir)
        server->config.spool_dir = "/var/tmp";
    server->wake_fd = -1;
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

void http_mhd_quiet(struct http_server *server)
{
    int fd = MHD_quiesce_daemon(server->daemon);
    if (fd >= 0)
        close(fd);
}

/* The library cannot be woken from another thread when the loop is ours, so its epoll is watched beside our own fd. */
static void wait_events(struct http_server *server)
{
    int timeout_ms = server->pulls_due ? HTTP_PULL_RETRY_MS : HTTP_TICK_MS;
    MHD_UNSIGNED_LONG_LONG theirs_ms;
    if (MHD_get_timeout(server->daemon, &theirs_ms) == MHD_YES && theirs_ms < (unsigned)timeout_ms)
        timeout_ms = (int)theirs_ms;
    if (!timeout_ms)
        return;
    atomic_store(&server->is_asleep, true);
    if (atomic_exchange(&server->is_resumed, false))
        timeout_ms = 0;
    struct pollfd fds[] = {
        {.fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, .events = POLLIN},
        {.fd = server->wake_fd, .events = POLLIN}};
    (void)poll(fds, 2, timeout_ms);
    atomic_store(&server->is_asleep, false);
    uint64_t count;
    if (fds[1].revents & POLLIN && read(server->wake_fd, &count, sizeof count) < 0)
        return; /* only there to be reset */
}

enum rc http_server_run(struct http_server *server)
{
    (void)signal(SIGPIPE, SIG_IGN); /* sendfile and GnuTLS have no MSG_NOSIGNAL */
    thread_yield_when_woken();      /* several answers are taken at a time, and a worker ends its page first */
    server->now_ms = clock_monotonic_ms();
    int64_t ticked_ms = server->now_ms;
    while (!http_guard_stop_step(server)) {
        wait_events(server);
        if (MHD_run(server->daemon) != MHD_YES)
            return RC_IO;
        server->now_ms = clock_monotonic_ms();
        if (server->pulls_due)
            http_guard_retry_pulls(server);
        if (server->now_ms - ticked_ms >= HTTP_TICK_MS) {
            ticked_ms = server->now_ms;
            http_guard_tick(server);
        }
    }
    return RC_OK;
}

void http_server_stop(struct http_server *server)
{
    atomic_fetch_add(&server->stop, 1);
    wake(server);
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    if (server->wake_fd >= 0)
        close(server->wake_fd);
    http_guard_free(server);
    http_call_free_spare(server);
    alloc_free(server->tls_cert);
    alloc_free(server->tls_key);
    alloc_free(server);
}
