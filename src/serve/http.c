/* http.c: requests and answers as the application sees them; see http.h. */
#include "serve/http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "serve/http_internal.h"

static const struct {
    int status;
    const char *text;
} statuses[] = {
    {200, "OK"},                    {201, "Created"},
    {202, "Accepted"},              {204, "No Content"},
    {206, "Partial Content"},       {301, "Moved Permanently"},
    {302, "Found"},                 {303, "See Other"},
    {304, "Not Modified"},          {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},    {400, "Bad Request"},
    {401, "Unauthorized"},          {403, "Forbidden"},
    {404, "Not Found"},             {405, "Method Not Allowed"},
    {406, "Not Acceptable"},        {408, "Request Timeout"},
    {409, "Conflict"},              {410, "Gone"},
    {411, "Length Required"},       {412, "Precondition Failed"},
    {413, "Content Too Large"},     {414, "URI Too Long"},
    {415, "Unsupported Media Type"}, {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},    {422, "Unprocessable Content"},
    {428, "Precondition Required"}, {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
    {501, "Not Implemented"},       {502, "Bad Gateway"},
    {503, "Service Unavailable"},   {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *http_status_text(int status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status)
            return statuses[i].text;
    return "Unknown";
}

struct str http_header_get(const struct http_request *request, const char *name)
{
    struct str wanted = str_from_cstr(name);
    for (size_t i = 0; i < request->header_count; i++)
        if (str_equal_nocase(request->headers[i].name, wanted))
            return request->headers[i].value;
    return STR_EMPTY;
}

bool http_header_has(const struct http_request *request, const char *name)
{
    struct str wanted = str_from_cstr(name);
    for (size_t i = 0; i < request->header_count; i++)
        if (str_equal_nocase(request->headers[i].name, wanted))
            return true;
    return false;
}

/* Threat: a value from outside with CR LF would forge headers or a second answer. */
static bool is_header_value(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == '\0')
            return false;
    return true;
}

static void response_fail(struct http_request *request, int status)
{
    request->response.status = status;
    request->response.header_count = 0;
    http_body_bytes(request, STR_EMPTY);
}

void http_add_header(struct http_request *request, const char *name, struct str value)
{
    struct http_response *response = &request->response;
    if (!is_header_value(value)) {
        response_fail(request, 500);
        return;
    }
    if (response->header_count == response->header_room) {
        size_t room = response->header_room ? response->header_room * 2 : 16;
        struct http_header *more = ARENA_NEW_ARRAY(request->arena, struct http_header, room);
        if (!more) {
            response_fail(request, 503);
            return;
        }
        if (response->header_count)
            memcpy(more, response->headers, response->header_count * sizeof *more);
        response->headers = more;
        response->header_room = room;
    }
    response->headers[response->header_count++] = (struct http_header){str_from_cstr(name), value};
}

void http_set_header(struct http_request *request, const char *name, struct str value)
{
    struct http_response *response = &request->response;
    struct str wanted = str_from_cstr(name);
    size_t to = 0;
    for (size_t i = 0; i < response->header_count; i++)
        if (!str_equal_nocase(response->headers[i].name, wanted))
            response->headers[to++] = response->headers[i];
    response->header_count = to;
    http_add_header(request, name, value);
}

struct str http_response_header(const struct http_request *request, const char *name)
{
    struct str wanted = str_from_cstr(name);
    for (size_t i = 0; i < request->response.header_count; i++)
        if (str_equal_nocase(request->response.headers[i].name, wanted))
            return request->response.headers[i].value;
    return STR_EMPTY;
}

/* Lets go of the body set before, so that the last one set counts. */
static void body_release(struct http_response *response)
{
    buf_done(&response->owned);
    response->owned = (struct buf){0};
    if (response->kind == HTTP_BODY_FILE && response->fd >= 0)
        close(response->fd);
    if (response->kind == HTTP_BODY_STREAM && response->pull_done)
        response->pull_done(response->pull_arg);
    response->fd = -1;
    response->pull_done = NULL;
    response->body = STR_EMPTY;
    response->kind = HTTP_BODY_BYTES;
}

void http_body_bytes(struct http_request *request, struct str bytes)
{
    body_release(&request->response);
    request->response.body = bytes;
}

void http_body_buf(struct http_request *request, struct buf *buf)
{
    body_release(&request->response);
    if (buf_rc(buf) != RC_OK) {
        response_fail(request, rc_http_status(buf_rc(buf)));
        buf_done(buf);
        *buf = (struct buf){0};
        return;
    }
    request->response.owned = *buf;
    request->response.body = buf_str(buf);
    *buf = (struct buf){0};
}

void http_body_file(struct http_request *request, int fd, off_t offset, uint64_t length)
{
    body_release(&request->response);
    request->response.kind = HTTP_BODY_FILE;
    request->response.fd = fd;
    request->response.offset = offset;
    request->response.length = length;
}

void http_body_stream(struct http_request *request, http_pull_fn *pull, void (*done)(void *arg), void *arg)
{
    body_release(&request->response);
    request->response.kind = HTTP_BODY_STREAM;
    request->response.pull = pull;
    request->response.pull_done = done;
    request->response.pull_arg = arg;
}

/* IMF-fixdate, made once a second and thread. */
static struct str date_now(void)
{
    static _Thread_local time_t made;
    static _Thread_local char text[40];
    time_t now = (time_t)(clock_now_ms() / 1000);
    if (now != made || !text[0]) {
        struct tm tm;
        gmtime_r(&now, &tm);
        (void)strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        made = now;
    }
    return str_from_cstr(text);
}

static char *put(char *to, struct str s)
{
    if (s.n)
        memcpy(to, s.p, s.n);
    return to + s.n;
}

static bool is_without_body(int status) { return status == 204 || status == 304 || status < 200; }

void http_prepare(struct http_call *call)
{
    struct http_request *request = &call->request;
    struct http_response *response = &request->response;
    call->is_prepared = true;
    bool is_empty_status = is_without_body(response->status);
    call->is_body_sent_off = request->method == HTTP_HEAD || is_empty_status;
    char first[128], framing[96] = "";
    int first_n = snprintf(first, sizeof first, "HTTP/1.1 %d %s\r\nDate: ", response->status,
                           http_status_text(response->status));
    if (response->kind == HTTP_BODY_STREAM) {
        if (call->is_framed)
            (void)snprintf(framing, sizeof framing, "\r\nTransfer-Encoding: chunked\r\n");
        else
            (void)snprintf(framing, sizeof framing, "\r\n");
        if (!call->is_framed && !call->is_body_sent_off)
            call->is_closing = true; /* HTTP/1.0: the end of the connection is the end of the body */
    } else if (is_empty_status) {
        (void)snprintf(framing, sizeof framing, "\r\n");
    } else {
        uint64_t length = response->kind == HTTP_BODY_FILE ? response->length : response->body.n;
        (void)snprintf(framing, sizeof framing, "\r\nContent-Length: %llu\r\n", (unsigned long long)length);
    }
    struct str date = date_now(), connection = call->is_closing ? STR("Connection: close\r\n") : STR("");
    if (!call->is_closing && call->conn && !call->is_framed)
        connection = STR("Connection: keep-alive\r\n"); /* HTTP/1.0 that asked for it */
    size_t n = (size_t)first_n + date.n + strlen(framing) + connection.n + 2;
    for (size_t i = 0; i < response->header_count; i++)
        n += response->headers[i].name.n + response->headers[i].value.n + 4;
    char *head = arena_alloc(request->arena, n), *p = head;
    if (!head) {
        call->out_head =
            STR("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        call->is_body_sent_off = call->is_closing = true;
        response->status = 503;
        return;
    }
    p = put(p, (struct str){first, (size_t)first_n});
    p = put(p, date);
    p = put(p, str_from_cstr(framing));
    for (size_t i = 0; i < response->header_count; i++) {
        p = put(p, response->headers[i].name);
        p = put(p, STR(": "));
        p = put(p, response->headers[i].value);
        p = put(p, STR("\r\n"));
    }
    p = put(p, connection);
    p = put(p, STR("\r\n"));
    call->out_head = (struct str){head, (size_t)(p - head)};
}

void http_wake(struct http_server *server)
{
    uint64_t one = 1;
    ssize_t done = write(server->wake_fd, &one, sizeof one);
    (void)done; /* EAGAIN: the counter is full, so the loop will wake anyway */
}

/* The worker's last touch of a call.  First `turn`, then the stack: once pushed the loop may free both.
 * The loop bridges the gap between the two by counting the call as due (see http_conn_event). */
void http_return(struct http_call *call, bool is_wake)
{
    struct http_server *server = call->conn->server;
    int turn = atomic_exchange(&call->conn->turn, TURN_LOOP);
    struct http_call *top = atomic_load(&server->returned);
    do
        call->next = top;
    while (!atomic_compare_exchange_weak(&server->returned, &top, call));
    if ((is_wake || turn == TURN_WANTED) && atomic_exchange(&server->is_asleep, false))
        http_wake(server);
}

static bool is_loop_thread(const struct http_server *server)
{
    return atomic_load_explicit(&server->is_running, memory_order_relaxed) && pthread_equal(server->thread, pthread_self());
}

void http_respond(struct http_request *request)
{
    struct http_call *call = (struct http_call *)request;
    struct http_server *server = call->conn->server;
    http_prepare(call);
    if (is_loop_thread(server)) {
        call->next = NULL;
        if (server->local_last)
            server->local_last->next = call;
        else
            server->local_first = call;
        server->local_last = call;
        return;
    }
    /* The worker still owns the connection: it writes itself, and in the usual case (all taken, connection kept)
     * the loop need not be woken; the next request of the client will do that. */
    call->sent = http_send(call);
    http_return(call, call->sent != SENT_ALL || call->is_closing || atomic_load_explicit(&server->stop, memory_order_relaxed));
}

void http_respond_bytes(struct http_request *request, int status, const char *content_type, struct str bytes)
{
    request->response.status = status;
    http_set_header(request, "Content-Type", str_from_cstr(content_type));
    http_body_bytes(request, bytes);
    http_respond(request);
}

void http_refuse(struct http_call *call, int status)
{
    struct http_request *request = &call->request;
    struct http_server *server = call->conn->server;
    response_fail(request, status);
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
    if (pool && pool_submit(pool, defer_run, call) == RC_OK)
        return;
    http_refuse(call, 503);
    http_respond(request);
}

void http_server_stats(const struct http_server *server, struct http_stats *ret_stats)
{
#define LOAD(field) (uint64_t) atomic_load_explicit(&server->field, memory_order_relaxed)
    *ret_stats = (struct http_stats){
        .connections_open = LOAD(connections_open), .requests_open = LOAD(requests_open),
        .connections_total = LOAD(connections_total), .connections_refused = LOAD(connections_refused),
        .requests_total = LOAD(requests_total), .refusals_total = LOAD(refusals_total),
        .timeouts_total = LOAD(timeouts_total), .received_bytes = LOAD(received_bytes), .sent_bytes = LOAD(sent_bytes),
    };
#undef LOAD
}
