/* http_call.c: a request with its memory: head, body in memory or in a spool file, refusals. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "serve/http_internal.h"

enum { SPARE_CALLS_MAX = 256, SPARE_ARENA_BYTES = 256 * 1024 };

struct http_call *http_call_new(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    struct http_call *call = server->spare;
    struct arena *arena = NULL;
    if (call) {
        server->spare = call->next;
        server->spare_count--;
        arena = call->request.arena;
    } else {
        call = alloc_new(sizeof *call);
        arena = call ? arena_new(server->config.arena_max_bytes) : NULL;
        if (!arena) {
            alloc_free(call);
            return NULL;
        }
    }
    *call = (struct http_call){.conn = conn};
    call->request.arena = arena;
    call->request.body_fd = -1;
    call->request.response = (struct http_response){.status = 200, .fd = -1};
    call->request.remote = str_from_cstr(conn->remote);
    call->request.is_https = server->tls_cert != NULL;
    call->request.began_us = clock_monotonic_us();
    HTTP_COUNT(server->requests_open, 1);
    return call;
}

static void call_free(struct http_call *call)
{
    arena_free(call->request.arena);
    alloc_free(call);
}

static void call_drop(struct http_server *server, struct http_call *call)
{
    http_body_bytes(&call->request, STR_EMPTY); /* lets go of file, buffer and stream */
    if (call->request.body_fd >= 0)
        close(call->request.body_fd);
    buf_done(&call->body_buf);
    buf_done(&call->chunk);
    HTTP_COUNT(server->requests_open, -1);
    if (server->spare_count == SPARE_CALLS_MAX || arena_used_bytes(call->request.arena) > SPARE_ARENA_BYTES) {
        call_free(call);
        return;
    }
    arena_reset(call->request.arena);
    call->next = server->spare;
    server->spare = call;
    server->spare_count++;
}

void http_call_end(struct http_call *call, bool is_complete)
{
    struct http_server *server = call->conn->server;
    call->conn->call = NULL;
    HTTP_COUNT(server->sent_bytes, call->sent_bytes);
    if (server->config.on_done) {
        struct http_outcome outcome = {.status = call->request.response.status,
                                       .sent_bytes = call->sent_bytes,
                                       .duration_us = clock_monotonic_us() - call->request.began_us,
                                       .is_complete = is_complete};
        server->config.on_done(&call->request, &outcome, server->config.arg);
    }
    call_drop(server, call);
}

void http_call_free_spare(struct http_server *server)
{
    while (server->spare) {
        struct http_call *call = server->spare;
        server->spare = call->next;
        call_free(call);
    }
}

void http_call_refuse(struct http_call *call, int status)
{
    struct http_request *request = &call->request;
    struct http_server *server = call->conn->server;
    http_response_fail(request, status);
    HTTP_COUNT(server->refusals_total, 1);
    if (status == 503)
        http_set_header(request, "Retry-After", arena_format(request->arena, "%d", server->config.retry_after_s));
    if (server->config.on_refusal) {
        server->config.on_refusal(request, status, server->config.arg);
        return;
    }
    http_set_header(request, "Content-Type", STR("text/plain; charset=utf-8"));
    http_body_bytes(request, arena_format(request->arena, "%d %s\n", status, http_status_text(status)));
}

/* A trusted proxy tells whom it speaks for: the last element it appended itself. */
static void take_forwarded(struct http_request *request)
{
    struct str list = STR_EMPTY;
    for (size_t i = 0; i < request->header_count; i++)
        if (str_equal_nocase(request->headers[i].name, STR("X-Forwarded-For")))
            list = request->headers[i].value;
    struct str part, last = STR_EMPTY;
    while (str_split_next(&list, ',', &part))
        last = str_trim(part);
    char text[INET6_ADDRSTRLEN];
    unsigned char ip[16];
    if (last.n && last.n < sizeof text) {
        memcpy(text, last.p, last.n);
        text[last.n] = '\0';
        if (inet_pton(AF_INET, text, ip) == 1 || inet_pton(AF_INET6, text, ip) == 1)
            request->remote = last;
    }
    if (str_equal_nocase(http_header_get(request, "X-Forwarded-Proto"), STR("https")))
        request->is_https = true;
}

static int spool_open(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/bihuan-body-XXXXXX", dir); /* a file system without O_TMPFILE */
    if (n < 0 || (size_t)n >= sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

static bool spool_write(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t done = write(fd, bytes.p, bytes.n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes = str_slice(bytes, (size_t)done, bytes.n);
    }
    return true;
}

int http_call_add_body(struct http_call *call, struct str bytes)
{
    struct http_request *request = &call->request;
    const struct http_config *config = &call->conn->server->config;
    HTTP_COUNT(call->conn->server->received_bytes, bytes.n);
    if (bytes.n > call->body_limit - request->body_bytes)
        return 413;
    request->body_bytes += bytes.n;
    if (request->body_fd < 0 && request->body_bytes <= config->body_memory_bytes) {
        buf_add(&call->body_buf, bytes);
        return buf_rc(&call->body_buf) == RC_OK ? 0 : 503;
    }
    if (request->body_fd < 0) {
        request->body_fd = spool_open(config->spool_dir);
        if (request->body_fd < 0 || !spool_write(request->body_fd, buf_str(&call->body_buf)))
            return 500;
        buf_done(&call->body_buf);
        buf_init(&call->body_buf, 0);
    }
    return spool_write(request->body_fd, bytes) ? 0 : 500;
}

/* Threat: the library ends a chunk's size line at a bare LF, a proxy may not; what follows could then be two
 * things.  So a connection ends with its first chunked body: no byte after it is ever read as a request. */
static bool is_last_request(const struct http_call *call, const struct http_head *head)
{
    const struct http_server *server = call->conn->server;
    return head->is_chunked || call->conn->requests + 1 >= server->config.keep_alive_requests ||
           atomic_load_explicit(&server->stop, memory_order_relaxed) > 0;
}

int http_call_take_head(struct http_call *call, const struct http_parts *parts)
{
    struct http_conn *conn = call->conn;
    struct http_request *request = &call->request;
    const struct http_config *config = &conn->server->config;
    struct http_head head;
    struct http_header *headers = ARENA_NEW_ARRAY(request->arena, struct http_header, parts->header_count + 1);
    if (!headers)
        return 503;
    int status = http_policy_check(parts, config->headers_max, config->url_max_bytes, headers, &head);
    if (status)
        return status;
    request->method = head.method;
    request->raw_path = head.raw_path;
    request->query = head.query;
    request->host = head.host;
    request->content_type = head.content_type;
    request->headers = headers;
    request->header_count = parts->header_count;
    call->is_closing = is_last_request(call, &head);
    if (conn->is_trusted)
        take_forwarded(request);
    if (!http_parse_path(head.raw_path, request->arena, &request->path))
        return 400;
    if (!head.is_chunked && !head.length)
        return 0;
    call->body_limit = config->body_limit ? config->body_limit(request, config->arg) : config->body_max_bytes;
    if (head.length > call->body_limit || (head.is_chunked && call->body_limit == 0))
        return 413;
    call->is_large = head.is_chunked || head.length > config->body_memory_bytes;
    call->body_began_ms = conn->server->now_ms;
    buf_init(&call->body_buf, config->body_memory_bytes);
    conn->state = CONN_BODY;
    http_conn_set_body_deadline(conn);
    return 0;
}

void http_call_run(struct http_call *call)
{
    struct http_conn *conn = call->conn;
    struct http_server *server = conn->server;
    struct http_request *request = &call->request;
    if (request->body_fd >= 0)
        (void)lseek(request->body_fd, 0, SEEK_SET);
    else
        request->body = buf_str(&call->body_buf);
    conn->state = CONN_BUSY;
    http_conn_set_deadline(conn, 0);
    conn->requests++;
    call->is_dispatched = true;
    HTTP_COUNT(server->requests_total, 1);
    server->config.on_request(request, server->config.arg);
}

void http_pull_job(void *worker, void *arg)
{
    struct http_call *call = arg;
    struct http_response *response = &call->request.response;
    buf_reset(&call->chunk);
    call->chunk_taken = 0;
    if (response->pull(worker, response->pull_arg, &call->chunk, &call->is_last_chunk) != RC_OK ||
        buf_rc(&call->chunk) != RC_OK)
        call->is_pull_failed = true;
    http_mhd_resume(call);
}
