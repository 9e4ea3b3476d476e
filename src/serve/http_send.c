/* http_send.c: bytes of an answer to the socket, on whichever thread owns the request.
 *
 * Never blocks: what the kernel does not take now is sent later by the loop, when the socket is writable.
 */
#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "serve/http_internal.h"

enum { PULLS_PER_JOB = 8, FILE_STEP_BYTES = 16 * 1024, SENDFILE_BYTES = 1024 * 1024 };

ssize_t http_conn_read(struct http_conn *conn, char *to, size_t n)
{
    if (conn->tls)
        return http_tls_read(conn->tls, to, n);
    ssize_t got;
    do
        got = recv(conn->fd, to, n, 0);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Writes up to two slices; bytes taken, or -1 with errno. */
static ssize_t send_slices(struct http_conn *conn, struct str a, struct str b, bool is_more)
{
    if (conn->tls)
        return http_tls_write(conn->tls, a.n ? a.p : b.p, a.n ? a.n : b.n);
    struct iovec parts[2] = {{(void *)(uintptr_t)a.p, a.n}, {(void *)(uintptr_t)b.p, b.n}};
    struct msghdr message = {.msg_iov = a.n ? parts : parts + 1, .msg_iovlen = a.n && b.n ? 2 : 1};
    ssize_t sent;
    do
        sent = sendmsg(conn->fd, &message, MSG_NOSIGNAL | (is_more ? MSG_MORE : 0));
    while (sent < 0 && errno == EINTR);
    return sent;
}

static enum http_sent failed_send(void) { return errno == EAGAIN || errno == EWOULDBLOCK ? SENT_PART : SENT_LOST; }

/* Two slices with their progress; SENT_ALL when both are gone. */
static enum http_sent send_pair(struct http_call *call, struct str a, size_t *a_sent, struct str b, size_t *b_sent,
                                bool is_more)
{
    while (*a_sent < a.n || *b_sent < b.n) {
        ssize_t sent = send_slices(call->conn, str_slice(a, *a_sent, a.n), str_slice(b, *b_sent, b.n), is_more);
        if (sent < 0)
            return failed_send();
        call->out_total += (uint64_t)sent;
        size_t of_a = a.n - *a_sent < (size_t)sent ? a.n - *a_sent : (size_t)sent;
        *a_sent += of_a;
        *b_sent += (size_t)sent - of_a;
    }
    return SENT_ALL;
}

static ssize_t send_file_step(struct http_call *call)
{
    struct http_response *response = &call->request.response;
    if (!call->conn->tls) {
        size_t n = response->length < SENDFILE_BYTES ? (size_t)response->length : SENDFILE_BYTES;
        return sendfile(call->conn->fd, response->fd, &response->offset, n);
    }
    char step[FILE_STEP_BYTES];
    size_t n = response->length < sizeof step ? (size_t)response->length : sizeof step;
    ssize_t got = pread(response->fd, step, n, response->offset);
    ssize_t sent = got > 0 ? http_tls_write(call->conn->tls, step, (size_t)got) : got;
    if (sent > 0)
        response->offset += sent;
    return sent;
}

static enum http_sent send_file(struct http_call *call)
{
    struct http_response *response = &call->request.response;
    while (response->length) {
        ssize_t sent = send_file_step(call);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return failed_send();
        if (sent == 0)
            return SENT_LOST; /* the file has become shorter than promised */
        response->length -= (uint64_t)sent;
        call->out_total += (uint64_t)sent;
    }
    return SENT_ALL;
}

enum http_sent http_send(struct http_call *call)
{
    struct http_response *response = &call->request.response;
    bool is_bytes = response->kind == HTTP_BODY_BYTES && !call->is_body_sent_off;
    struct str body = is_bytes ? response->body : STR_EMPTY;
    enum http_sent sent = send_pair(call, call->out_head, &call->out_head_sent, body, &call->out_body_sent,
                                    response->kind == HTTP_BODY_FILE && !call->is_body_sent_off);
    if (sent != SENT_ALL || response->kind == HTTP_BODY_BYTES || call->is_body_sent_off)
        return sent;
    if (response->kind == HTTP_BODY_FILE)
        return send_file(call);
    struct str chunk = buf_str(&call->chunk);
    size_t none = 0;
    sent = send_pair(call, chunk, &call->chunk_sent, STR_EMPTY, &none, false);
    if (sent != SENT_ALL)
        return sent;
    return call->is_last_chunk ? SENT_ALL : SENT_PULL;
}

/* Asks for the next piece and frames it in place: eight hexadecimal digits are a legal chunk size. */
static bool pull_chunk(struct http_call *call, void *worker)
{
    struct http_response *response = &call->request.response;
    struct buf *chunk = &call->chunk;
    if (!chunk->ceiling_bytes)
        buf_init(chunk, call->conn->server->config.stream_chunk_bytes + 2 * HTTP_CHUNK_FRAME_BYTES);
    buf_reset(chunk);
    call->chunk_sent = 0;
    size_t prefix = call->is_framed ? HTTP_CHUNK_FRAME_BYTES : 0;
    if (prefix)
        buf_add_cstr(chunk, "00000000\r\n");
    if (response->pull(worker, response->pull_arg, chunk, &call->is_last_chunk) != RC_OK || buf_rc(chunk) != RC_OK ||
        chunk->n < prefix)
        return false;
    if (!call->is_framed)
        return true;
    size_t n = chunk->n - prefix;
    if (n) {
        for (size_t i = 0; i < 8; i++)
            chunk->p[i] = "0123456789abcdef"[(n >> (28 - 4 * i)) & 15];
        buf_add(chunk, STR("\r\n"));
    } else {
        buf_truncate(chunk, 0);
    }
    if (call->is_last_chunk)
        buf_add(chunk, STR("0\r\n\r\n"));
    return buf_rc(chunk) == RC_OK;
}

void http_pull_job(void *worker, void *arg)
{
    struct http_call *call = arg;
    call->sent = SENT_PULL;
    for (int i = 0; i < PULLS_PER_JOB && call->sent == SENT_PULL; i++)
        call->sent = pull_chunk(call, worker) ? http_send(call) : SENT_LOST;
    http_return(call, true);
}
