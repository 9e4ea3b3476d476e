/* http_conn.c: the life of one connection: head, body, answer, next; loop thread only.
 *
 * Sockets are edge-triggered: is_readable remembers an edge until a read has emptied the socket,
 * so nothing is read while a request is away and no epoll_ctl is spent on pausing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "serve/http_internal.h"

enum {
    IN_FIRST_BYTES = 4096,
    READS_PER_ROUND = 16,
    SPARE_CALLS_MAX = 256,
    SPARE_ARENA_BYTES = 256 * 1024,
    LINGER_MS = 2000,
    LINGER_STOP_MS = 300,
    LINGER_BYTES = 16 * 1024 * 1024,
    URL_LINE_SLACK = 64,
};

static struct http_call *call_new(struct http_conn *conn)
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
    *call = (struct http_call){.conn = conn, .sent = SENT_PART, .is_framed = true};
    call->request.arena = arena;
    call->request.body_fd = -1;
    call->request.response = (struct http_response){.status = 200, .fd = -1};
    call->request.remote = str_from_cstr(conn->remote);
    call->request.is_https = conn->tls != NULL;
    call->request.began_us = clock_monotonic_us();
    HTTP_COUNT(server->requests_open, 1);
    return call;
}

void http_call_drop(struct http_server *server, struct http_call *call)
{
    http_body_bytes(&call->request, STR_EMPTY); /* lets go of file, buffer and stream */
    if (call->request.body_fd >= 0)
        close(call->request.body_fd);
    buf_done(&call->body_buf);
    buf_done(&call->chunk);
    HTTP_COUNT(server->requests_open, -1);
    if (server->spare_count < SPARE_CALLS_MAX && arena_used_bytes(call->request.arena) <= SPARE_ARENA_BYTES) {
        arena_reset(call->request.arena);
        call->next = server->spare;
        server->spare = call;
        server->spare_count++;
        return;
    }
    arena_free(call->request.arena);
    alloc_free(call);
}

static void finish_call(struct http_conn *conn, bool is_complete)
{
    struct http_server *server = conn->server;
    struct http_call *call = conn->call;
    conn->call = NULL;
    HTTP_COUNT(server->sent_bytes, call->out_total);
    if (server->config.on_done) {
        struct http_outcome outcome = {.status = call->request.response.status,
                                       .sent_bytes = call->out_total,
                                       .duration_us = clock_monotonic_us() - call->request.began_us,
                                       .is_complete = is_complete};
        server->config.on_done(&call->request, &outcome, server->config.arg);
    }
    http_call_drop(server, call);
}

void http_conn_close(struct http_conn *conn)
{
    if (conn->state == CONN_CLOSED)
        return;
    if (conn->is_due)
        conn->server->due--;
    if (conn->is_pull_due)
        conn->server->pulls_due--;
    if (conn->call)
        finish_call(conn, false);
    http_tls_close(conn->tls);
    conn->tls = NULL;
    close(conn->fd);
    alloc_free(conn->in);
    conn->in = NULL;
    conn->state = CONN_CLOSED;
    http_loop_forget(conn);
}

/* Threat: closing with unread input makes the kernel send RST, which can overtake the answer; so the write side
 * is shut and input is dropped for a while. */
static void linger(struct http_conn *conn)
{
    bool is_stopping = atomic_load_explicit(&conn->server->stop, memory_order_relaxed) > 0;
    http_tls_close(conn->tls);
    conn->tls = NULL;
    (void)shutdown(conn->fd, SHUT_WR);
    conn->state = CONN_LINGER;
    conn->deadline_ms = conn->server->now_ms + (is_stopping ? LINGER_STOP_MS : LINGER_MS);
    conn->in_n = conn->in_off = 0;
    http_conn_continue(conn);
}

/* What follows after an attempt to send. */
static void after_send(struct http_conn *conn, enum http_sent sent)
{
    struct http_server *server = conn->server;
    if (sent == SENT_PART) {
        conn->state = CONN_SENDING;
        conn->deadline_ms = server->now_ms + server->config.send_timeout_ms;
        return;
    }
    if (sent == SENT_PULL) {
        http_conn_pull(conn);
        return;
    }
    if (sent == SENT_LOST) {
        http_conn_close(conn);
        return;
    }
    bool is_closing = conn->call->is_closing || atomic_load_explicit(&server->stop, memory_order_relaxed) > 0;
    finish_call(conn, true);
    if (is_closing) {
        linger(conn);
        return;
    }
    conn->state = CONN_HEAD;
    conn->scanned = conn->line_start = 0;
    conn->is_head_begun = false;
    conn->deadline_ms = server->now_ms + server->config.keep_alive_ms;
    http_conn_continue(conn);
}

void http_conn_returned(struct http_call *call)
{
    struct http_conn *conn = call->conn;
    atomic_store_explicit(&conn->turn, TURN_LOOP, memory_order_relaxed);
    if (conn->is_due) {
        conn->is_due = false;
        conn->server->due--;
    }
    if (call->sent == SENT_PART)
        call->sent = http_send(call);
    after_send(conn, call->sent);
}

void http_conn_pull(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    if (conn->is_pull_due) {
        conn->is_pull_due = false;
        server->pulls_due--;
    }
    conn->state = CONN_BUSY;
    conn->deadline_ms = 0;
    if (!server->config.pool) {
        http_conn_close(conn);
        return;
    }
    atomic_store_explicit(&conn->turn, TURN_AWAY, memory_order_relaxed);
    if (pool_submit(server->config.pool, http_pull_job, conn->call) == RC_OK)
        return;
    atomic_store_explicit(&conn->turn, TURN_LOOP, memory_order_relaxed);
    conn->is_pull_due = true;
    server->pulls_due++;
}

static void refuse(struct http_conn *conn, int status)
{
    if (!conn->call)
        conn->call = call_new(conn);
    if (!conn->call) {
        http_conn_close(conn);
        return;
    }
    conn->state = CONN_BUSY;
    conn->deadline_ms = 0;
    conn->call->is_closing = true;
    http_refuse(conn->call, status);
    http_respond(&conn->call->request);
}

static void dispatch(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    struct http_request *request = &conn->call->request;
    if (request->body_fd >= 0)
        (void)lseek(request->body_fd, 0, SEEK_SET);
    else
        request->body = buf_str(&conn->call->body_buf);
    conn->state = CONN_BUSY;
    conn->deadline_ms = 0;
    conn->requests++;
    HTTP_COUNT(server->requests_total, 1);
    atomic_store_explicit(&conn->turn, TURN_AWAY, memory_order_relaxed);
    server->config.on_request(request, server->config.arg);
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

/* Adds a piece of body; 0 or the status of the refusal. */
static int body_add(struct http_conn *conn, struct str bytes)
{
    struct http_call *call = conn->call;
    struct http_request *request = &call->request;
    const struct http_config *config = &conn->server->config;
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

/* The body must arrive steadily, and on average not slower than the minimum rate. */
static void body_set_deadline(struct http_conn *conn)
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

static void begin_body(struct http_conn *conn, const struct http_head *head)
{
    struct http_call *call = conn->call;
    const struct http_config *config = &conn->server->config;
    call->body_limit = config->body_limit ? config->body_limit(&call->request, config->arg) : config->body_max_bytes;
    if (head->length > call->body_limit || (head->is_chunked && call->body_limit == 0)) {
        refuse(conn, 413);
        return;
    }
    call->is_chunked = head->is_chunked;
    call->body_left = head->length;
    call->body_began_ms = conn->server->now_ms;
    buf_init(&call->body_buf, config->body_memory_bytes);
    conn->state = CONN_BODY;
    body_set_deadline(conn);
    if (head->expects_continue && conn->in_off == conn->in_n) {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        size_t n = sizeof go_on - 1;
        ssize_t sent = conn->tls ? http_tls_write(conn->tls, go_on, n) : send(conn->fd, go_on, n, MSG_NOSIGNAL);
        if (sent != (ssize_t)n)
            http_conn_close(conn);
    }
}

/* A complete head of n bytes is at the front of the input. */
static void take_head(struct http_conn *conn, size_t n)
{
    struct http_server *server = conn->server;
    struct http_call *call = conn->call = call_new(conn);
    if (!call) {
        http_conn_close(conn);
        return;
    }
    struct http_request *request = &call->request;
    struct str text = arena_copy_str(request->arena, (struct str){conn->in + conn->in_off, n});
    conn->in_off += n;
    struct http_head head;
    int status = text.p ? http_parse_head(text, request->arena, server->config.headers_max,
                                          server->config.url_max_bytes, &head)
                        : 503;
    if (status) {
        refuse(conn, status);
        return;
    }
    request->method = head.method;
    request->raw_path = head.raw_path;
    request->query = head.query;
    request->host = head.host;
    request->content_type = head.content_type;
    request->headers = head.headers;
    request->header_count = head.header_count;
    call->is_framed = head.minor == 1;
    call->is_closing = !head.is_kept_alive || conn->requests + 1 >= server->config.keep_alive_requests ||
                       atomic_load_explicit(&server->stop, memory_order_relaxed) > 0;
    if (conn->is_trusted)
        take_forwarded(request);
    if (!http_parse_path(head.raw_path, request->arena, &request->path)) {
        refuse(conn, 400);
        return;
    }
    if (head.is_chunked || head.length)
        begin_body(conn, &head);
    else
        dispatch(conn);
}

/* True when a step was made, false when more input is needed. */
static bool step_head(struct http_conn *conn)
{
    const struct http_config *config = &conn->server->config;
    struct str bytes = {conn->in + conn->in_off, conn->in_n - conn->in_off};
    if (!bytes.n)
        return false;
    if (!conn->is_head_begun) {
        conn->is_head_begun = true;
        conn->deadline_ms = conn->server->now_ms + config->head_timeout_ms;
    }
    size_t n = http_find_head_end(bytes, &conn->scanned, &conn->line_start);
    if (n == SIZE_MAX) {
        refuse(conn, 400);
    } else if (n == 2) { /* an empty line before the request line is to be ignored: RFC 9112 section 2.2 */
        conn->in_off += 2;
        conn->scanned = conn->line_start = 0;
    } else if (n && n <= config->head_max_bytes) {
        take_head(conn, n);
    } else if (!conn->line_start && bytes.n > config->url_max_bytes + URL_LINE_SLACK) {
        refuse(conn, 414);
    } else if (n || bytes.n >= config->head_max_bytes) {
        refuse(conn, 431);
    } else {
        return false;
    }
    return true;
}

static bool step_body(struct http_conn *conn, struct str *rest)
{
    struct http_call *call = conn->call;
    struct str data;
    int status = 0;
    bool is_end = false;
    if (!rest->n)
        return false;
    if (call->is_chunked) {
        enum http_chunk_step step = HTTP_CHUNK_MORE;
        while (!status && (step = http_chunk_next(&call->chunks, rest, &data)) == HTTP_CHUNK_DATA)
            status = body_add(conn, data);
        if (step == HTTP_CHUNK_BAD)
            status = 400;
        is_end = step == HTTP_CHUNK_END;
    } else {
        data = str_slice(*rest, 0, rest->n < call->body_left ? rest->n : (size_t)call->body_left);
        *rest = str_slice(*rest, data.n, rest->n);
        call->body_left -= data.n;
        status = body_add(conn, data);
        is_end = call->body_left == 0;
    }
    if (status)
        refuse(conn, status);
    else if (is_end)
        dispatch(conn);
    else
        body_set_deadline(conn);
    return status || is_end;
}

static bool step(struct http_conn *conn)
{
    if (conn->state == CONN_HEAD)
        return step_head(conn);
    if (conn->state != CONN_BODY)
        return false;
    struct str rest = {conn->in + conn->in_off, conn->in_n - conn->in_off};
    bool is_made = step_body(conn, &rest);
    if (conn->state != CONN_CLOSED)
        conn->in_off = conn->in_n - rest.n;
    return is_made;
}

static bool in_make_room(struct http_conn *conn)
{
    if (conn->in_off == conn->in_n)
        conn->in_off = conn->in_n = 0;
    if (conn->in_n < conn->in_room)
        return true;
    if (conn->in_off) {
        memmove(conn->in, conn->in + conn->in_off, conn->in_n - conn->in_off);
        conn->in_n -= conn->in_off;
        conn->in_off = 0;
        return true;
    }
    size_t room = conn->in_room ? conn->in_room * 2 : IN_FIRST_BYTES;
    char *more = alloc_resize(conn->in, room); /* at most twice head_max_bytes: step_head refuses above it */
    if (!more)
        return false;
    conn->in = more;
    conn->in_room = room;
    return true;
}

/* Reads once into where the bytes belong.  False when there is nothing to read now or the connection ended. */
static bool fill(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    bool is_direct = conn->state == CONN_LINGER ||
                     (conn->state == CONN_BODY && !conn->call->is_chunked && conn->in_off == conn->in_n);
    char *to = server->scratch;
    size_t n = HTTP_SCRATCH_BYTES;
    if (is_direct) {
        if (conn->state == CONN_BODY && conn->call->body_left < n)
            n = (size_t)conn->call->body_left;
    } else {
        if (!in_make_room(conn)) {
            http_conn_close(conn);
            return false;
        }
        to = conn->in + conn->in_n;
        n = conn->in_room - conn->in_n;
    }
    ssize_t got = http_conn_read(conn, to, n);
    if (got <= 0) {
        conn->is_readable = false;
        if (got == 0)
            conn->is_ended = true;
        else if (errno != EAGAIN && errno != EWOULDBLOCK)
            http_conn_close(conn);
        return got == 0;
    }
    if ((size_t)got < n && !conn->tls && !conn->is_end_hinted)
        conn->is_readable = false;
    HTTP_COUNT(server->received_bytes, (uint64_t)got);
    if (!is_direct) {
        conn->in_n += (size_t)got;
    } else if (conn->state == CONN_BODY) {
        struct str rest = {to, (size_t)got};
        (void)step_body(conn, &rest);
    } else {
        conn->linger_bytes += (uint64_t)got;
    }
    return true;
}

void http_conn_continue(struct http_conn *conn)
{
    for (int reads = 0;;) {
        while (step(conn))
            continue;
        if (conn->state != CONN_HEAD && conn->state != CONN_BODY && conn->state != CONN_LINGER)
            return;
        if (conn->is_ended || conn->linger_bytes > LINGER_BYTES) {
            http_conn_close(conn); /* between requests, or in the middle of one: nobody to answer */
            return;
        }
        if (!conn->is_readable)
            return;
        if (reads++ == READS_PER_ROUND) {
            http_loop_ready(conn);
            return;
        }
        if (!fill(conn))
            return;
    }
}

void http_conn_event(struct http_conn *conn, bool is_in, bool is_out, bool is_end)
{
    if (conn->state == CONN_CLOSED)
        return;
    if (is_in || is_end)
        conn->is_readable = true;
    if (is_end)
        conn->is_end_hinted = true;
    if (conn->state == CONN_BUSY) {
        int turn = TURN_AWAY;
        /* TURN_LOOP here: the worker has let go and is about to push the call; do not sleep until it is there. */
        if (!atomic_compare_exchange_strong(&conn->turn, &turn, TURN_WANTED) && turn == TURN_LOOP && !conn->is_due &&
            !conn->is_pull_due) {
            conn->is_due = true;
            conn->server->due++;
        }
    } else if (conn->state == CONN_SENDING) {
        uint64_t before = conn->call->out_total;
        if (!is_out && !is_end)
            return;
        int64_t deadline_ms = conn->deadline_ms;
        enum http_sent sent = http_send(conn->call);
        bool is_stuck = sent == SENT_PART && conn->call->out_total == before;
        after_send(conn, sent);
        if (is_stuck)
            conn->deadline_ms = deadline_ms;
    } else {
        http_conn_continue(conn);
    }
}

void http_conn_timeout(struct http_conn *conn)
{
    if (conn->state == CONN_LINGER || conn->state == CONN_CLOSED) {
        http_conn_close(conn);
        return;
    }
    if (conn->state == CONN_HEAD && !conn->is_head_begun) {
        http_conn_close(conn); /* idle */
        return;
    }
    HTTP_COUNT(conn->server->timeouts_total, 1);
    if (conn->state == CONN_SENDING)
        http_conn_close(conn);
    else
        refuse(conn, 408);
}
