/* http.h: HTTP/1.1 server: one I/O loop that hands requests to workers and takes answers back.
 *
 * libmicrohttpd reads and writes HTTP; what it lets through and must not get in is refused here: docs/decisions/0001.
 *
 * The loop thread accepts, reads heads, spools bodies and writes answers; it calls
 * on_request, which answers at once (cheap things only) or hands the request to the
 * worker pool with http_defer.  Ownership: a request belongs to one thread at a time:
 * to the loop until on_request returns or http_defer is called, then to the worker, until
 * http_respond, which ends the caller's right to touch it.  A client that goes away while a
 * worker works changes nothing for the worker: http_respond then quietly drops the answer.
 *
 * All texts of a request live as long as the request; they are bytes from outside:
 * checked against HTTP's grammar (no CR, LF, NUL), not against UTF-8, except `path`.
 */
#ifndef BIHUAN_SERVE_HTTP_H
#define BIHUAN_SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "base/str.h"
#include "serve/pool.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_METHOD_COUNT };

struct http_header {
    struct str name;  /* as received; compare with http_header_get */
    struct str value; /* without white space at the ends */
};

/* Appends the next bytes of a streamed answer to out (at most stream_chunk_bytes are kept; stay below by
 * writing about 64 kB a call) and returns RC_OK; *ret_is_last ends the stream.  Runs on any worker, one
 * call at a time per request, and only when the client has taken what was made before: keep a position
 * (last key), not a cursor of one worker's connection.  Any other code cuts the connection, so that the
 * client sees a broken transfer and not a short one. */
typedef enum rc http_pull_fn(void *worker, void *arg, struct buf *out, bool *ret_is_last);

enum http_body_kind { HTTP_BODY_BYTES, HTTP_BODY_FILE, HTTP_BODY_STREAM };

struct http_response {
    int status;                  /* 200 unless set */
    struct http_header *headers; /* grown in the arena by http_set_header / http_add_header */
    size_t header_count, header_room;
    enum http_body_kind kind;
    struct str body;  /* HTTP_BODY_BYTES: borrowed: static, arena, or owned below */
    struct buf owned; /* memory behind body when http_body_buf gave it away */
    int fd;           /* HTTP_BODY_FILE */
    off_t offset;
    uint64_t length;
    http_pull_fn *pull; /* HTTP_BODY_STREAM */
    void (*pull_done)(void *arg);
    void *pull_arg;
};

struct http_request {
    enum http_method method;
    struct str path;         /* percent-decoded once, UTF-8, begins with '/', no "." ".." or empty segment inside */
    struct str raw_path;     /* as sent, for logs */
    struct str query;        /* after '?', still encoded; empty when none */
    struct str host;         /* Host header */
    struct str content_type; /* or empty */
    const struct http_header *headers;
    size_t header_count;
    struct str remote; /* address of the client, textual; behind a trusted proxy the one it names */
    bool is_https;     /* own TLS, or a trusted proxy said so */
    struct str body;   /* whole body when body_fd is -1 */
    int body_fd;       /* spool file at offset 0 (unlinked; closed with the request), or -1 */
    uint64_t body_bytes;
    struct arena *arena; /* lives as long as the request */
    int64_t began_us;    /* clock_monotonic_us when the request line was read */
    struct http_response response;
    void *user; /* for the application */
    int route;  /* for the application: index for metrics; 0 at first */
};

struct http_outcome {
    int status;
    uint64_t sent_bytes; /* of the body */
    int64_t duration_us; /* request line read to last byte given to the kernel */
    bool is_complete;    /* false: the client went away or a limit cut it */
};

struct http_config {
    const char *address;                /* "127.0.0.1", "::", ... numeric */
    int port;                           /* 0: any free one, see http_server_port */
    const char *spool_dir;              /* for bodies over body_memory_bytes; NULL: /var/tmp */
    const char *const *trusted_proxies; /* numeric addresses, NULL-ended; or NULL */
    const char *tls_cert, *tls_key;     /* PEM files, both or neither; NULL: plain HTTP */
    size_t head_max_bytes;              /* request line and headers */
    size_t url_max_bytes;
    size_t headers_max;        /* count */
    uint64_t body_max_bytes;   /* unless body_limit says otherwise */
    size_t body_memory_bytes;  /* larger bodies go to a spool file */
    size_t arena_max_bytes;    /* ceiling of a request's arena */
    size_t stream_chunk_bytes; /* ceiling of what a pull may append */
    int head_timeout_ms;       /* connection or, later, request line to end of head; also for the TLS handshake */
    int body_timeout_ms;       /* no byte of the body for so long */
    int body_min_rate;         /* bytes/s averaged, after a grace of body_timeout_ms; 0: none */
    int send_timeout_ms;       /* client takes nothing for so long; in whole seconds, and not less than keep_alive_ms */
    int keep_alive_ms;         /* from an answer to the next request line */
    int keep_alive_requests;   /* per connection; a chunked body is always the last */
    int connections_max;
    int connections_per_address_max; /* 0: none; trusted proxies are exempt */
    int stop_timeout_ms;             /* running requests may finish within it after http_server_stop */
    int retry_after_s;               /* told with 503 */

    struct pool *pool; /* runs http_defer and pulls; its queue limit is the limit of queued requests */
    void *arg;         /* passed to the callbacks below */
    /* Loop thread, once per request with its body complete.  Must call http_respond or http_defer once. */
    void (*on_request)(struct http_request *request, void *arg);
    /* Loop thread, before a body is read; largest body allowed here.  NULL: body_max_bytes. */
    uint64_t (*body_limit)(const struct http_request *request, void *arg);
    /* Worker of the pool, before a body that is longer than body_memory_bytes or of unknown length is read: whether the
     * head alone is enough to refuse it.  Must call http_accept_body or http_respond once; after http_respond nothing
     * of the body is kept, and the connection ends.  NULL: every body is read. */
    void (*on_head)(struct http_request *request, void *worker);
    /* Loop thread, answer for what never reached on_request (400, 408, 413, 414, 431, 501, 503, ...) and for
     * 503 of http_defer: fills status-dependent headers and body.  NULL: a plain text line.  A head or chunk that
     * the library itself cannot read it refuses in its own words. */
    void (*on_refusal)(struct http_request *request, int status, void *arg);
    /* Loop thread, after the last byte or the loss of the connection.  NULL: nothing.  Status 400 also for requests
     * that the client broke off before they were whole. */
    void (*on_done)(struct http_request *request, const struct http_outcome *outcome, void *arg);
};

struct http_stats { /* since start, but for the first two */
    uint64_t connections_open, requests_open;
    uint64_t connections_total, connections_refused, requests_total, refusals_total, timeouts_total;
    uint64_t received_bytes, sent_bytes; /* heads and bodies of requests; bodies of answers */
};

struct http_server;

/* Sets every limit to its default; the caller then sets address, port, pool, callbacks. */
void http_config_init(struct http_config *config);
/* Binds and listens (clients may connect from now on; they are served by http_server_run).
 * Strings and pool of config must outlive the server.  RC_CONFIG: bad address, limit or certificate;
 * RC_IO: cannot bind; RC_NOMEM. */
enum rc http_server_new(const struct http_config *config, struct http_server **ret_server) MUST_CHECK;
/* Port listened on. */
int http_server_port(const struct http_server *server);
/* Serves on the calling thread until http_server_stop; returns after running requests ended or stop_timeout_ms.
 * A request still with a worker is waited for: its memory is the worker's. */
enum rc http_server_run(struct http_server *server) MUST_CHECK;
/* Any thread, also a signal handler.  A second call drops the connections at once. */
void http_server_stop(struct http_server *server);
/* After http_server_run returned (or instead of it) and the pool was freed.  Takes NULL. */
void http_server_free(struct http_server *server);
/* Any thread. */
void http_server_stats(const struct http_server *server, struct http_stats *ret_stats);

/* Value of the first header of that name (any case), or empty with p NULL. */
struct str http_header_get(const struct http_request *request, const char *name);
bool http_header_has(const struct http_request *request, const char *name);
/* Name of a method: "GET". */
struct str http_method_name(enum http_method method);
/* Reason phrase of a status: "Not Found". */
const char *http_status_text(int status);

/* Sets a header of the answer, replacing one of that name / adding one more (Set-Cookie).  name is a literal;
 * value is borrowed until the answer is sent.  A value with CR, LF or NUL turns the answer into a 500; an empty one is
 * not sent. Content-Length, Transfer-Encoding, Connection, Date are the server's own. */
void http_set_header(struct http_request *request, const char *name, struct str value);
void http_add_header(struct http_request *request, const char *name, struct str value);
struct str http_response_header(const struct http_request *request, const char *name);
/* The body: bytes that live until the answer is sent (static, or of the request's arena). */
void http_body_bytes(struct http_request *request, struct str bytes);
/* Takes the memory of buf, which is left empty; a failed buf turns the answer into its code's status. */
void http_body_buf(struct http_request *request, struct buf *buf);
/* length bytes of fd from offset; takes fd. */
void http_body_file(struct http_request *request, int fd, off_t offset, uint64_t length);
/* A stream of unknown length; done (may be NULL) is called exactly once, on the thread that owns the request, also when
 * cut. */
void http_body_stream(struct http_request *request, http_pull_fn *pull, void (*done)(void *arg), void *arg);

/* Sends request->response; the caller no longer owns the request.  Any thread, exactly once. */
void http_respond(struct http_request *request);
/* From on_head: the body is to be read; on_request follows.  The caller no longer owns the request. */
void http_accept_body(struct http_request *request);
/* Status, Content-Type and body in one; bytes as http_body_bytes. */
void http_respond_bytes(struct http_request *request, int status, const char *content_type, struct str bytes);
/* Gives the request to a worker of the pool, which must http_respond.  With a full queue answers 503 with
 * Retry-After itself.  Owner's thread; the caller no longer owns the request. */
typedef void http_work_fn(struct http_request *request, void *worker);
void http_defer(struct http_request *request, http_work_fn *fn);

#endif
