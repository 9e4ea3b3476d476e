/* http.c: requests and answers as the application sees them; see http.h. */
#include "serve/http.h"

#include <string.h>
#include <unistd.h>

#include "serve/http_internal.h"

static const struct {
    int status;
    const char *text;
} statuses[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
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

void http_response_fail(struct http_request *request, int status)
{
    request->response.status = status;
    request->response.header_count = 0;
    http_body_bytes(request, STR_EMPTY);
}

void http_add_header(struct http_request *request, const char *name, struct str value)
{
    struct http_response *response = &request->response;
    if (!is_header_value(value)) {
        http_response_fail(request, 500);
        return;
    }
    if (response->header_count == response->header_room) {
        size_t room = response->header_room ? response->header_room * 2 : 16;
        struct http_header *more = ARENA_NEW_ARRAY(request->arena, struct http_header, room);
        if (!more) {
            http_response_fail(request, 503);
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
        http_response_fail(request, rc_http_status(buf_rc(buf)));
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

void http_respond_bytes(struct http_request *request, int status, const char *content_type, struct str bytes)
{
    request->response.status = status;
    http_set_header(request, "Content-Type", str_from_cstr(content_type));
    http_body_bytes(request, bytes);
    http_respond(request);
}

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

bool http_config_is_valid(const struct http_config *config)
{
    return config->on_request && config->address && config->port >= 0 && config->port <= 65535 &&
           config->head_max_bytes >= 1024 && config->head_max_bytes <= 1024 * 1024 && config->url_max_bytes >= 64 &&
           config->url_max_bytes < config->head_max_bytes && config->headers_max >= 8 &&
           config->arena_max_bytes >= 4 * config->head_max_bytes && config->stream_chunk_bytes >= 4096 &&
           config->head_timeout_ms > 0 && config->body_timeout_ms > 0 && config->send_timeout_ms > 0 &&
           config->keep_alive_ms > 0 && config->keep_alive_requests > 0 && config->connections_max > 0 &&
           !config->tls_cert == !config->tls_key;
}

void http_server_stats(const struct http_server *server, struct http_stats *ret_stats)
{
#define LOAD(field) (uint64_t) atomic_load_explicit(&server->field, memory_order_relaxed)
    *ret_stats = (struct http_stats){
        .connections_open = LOAD(connections_open),
        .requests_open = LOAD(requests_open),
        .connections_total = LOAD(connections_total),
        .connections_refused = LOAD(connections_refused),
        .requests_total = LOAD(requests_total),
        .refusals_total = LOAD(refusals_total),
        .timeouts_total = LOAD(timeouts_total),
        .received_bytes = LOAD(received_bytes),
        .sent_bytes = LOAD(sent_bytes),
    };
#undef LOAD
}
