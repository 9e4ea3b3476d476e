/* http_internal.h: shared by the http_*.c files only.
 *
 * http.c       the request/response functions of http.h, serialising, handing over between threads
 * http_send.c  writing an answer to the socket; on the thread that owns the request
 * http_conn.c  the state machine of a connection; loop thread
 * http_loop.c  epoll, accepting, time limits, stop; loop thread; the only file that knows epoll
 * http_tls.c   the only file that knows OpenSSL's TLS
 *
 * Who may touch what: a connection and its call belong to the loop while turn is TURN_LOOP, and to
 * the worker while it is TURN_AWAY or TURN_WANTED (= the loop has seen an event meanwhile and
 * wants to be woken).  `turn` itself and the stack of returned calls are the only shared words.
 */
#ifndef BIHUAN_SERVE_HTTP_INTERNAL_H
#define BIHUAN_SERVE_HTTP_INTERNAL_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "serve/http.h"
#include "serve/http_parse.h"

enum { HTTP_SCRATCH_BYTES = 64 * 1024, HTTP_CHUNK_FRAME_BYTES = 10, HTTP_ADDRESS_BUCKETS = 4096 };

enum http_sent { SENT_ALL, SENT_PART, SENT_LOST, SENT_PULL }; /* PART: socket full; PULL: the stream must be asked for more */

enum { TURN_LOOP, TURN_AWAY, TURN_WANTED };

/* A request with what the server needs to know about it. */
struct http_call {
    struct http_request request; /* first: the public part is the call */
    struct http_conn *conn;
    struct http_call *next; /* stack of returned calls, or free list */
    http_work_fn *work;
    struct str out_head;
    size_t out_head_sent, out_body_sent;
    uint64_t out_total; /* bytes accepted by the kernel */
    struct buf chunk; /* stream: one framed chunk */
    size_t chunk_sent;
    bool is_last_chunk, is_framed, is_body_sent_off; /* sent_off: HEAD, 204, 304: no body on the wire */
    bool is_closing; /* connection ends after this answer */
    bool is_prepared;
    enum http_sent sent;
    struct http_chunks chunks; /* request body */
    struct buf body_buf;
    uint64_t body_limit, body_left;
    bool is_chunked;
    int64_t body_began_ms;
};

enum http_state { CONN_HEAD, CONN_BODY, CONN_BUSY, CONN_SENDING, CONN_LINGER, CONN_CLOSED };

struct http_address { /* of a client, for the count per address */
    struct http_address *next;
    struct in6_addr ip;
    int connections;
};

struct http_conn {
    struct http_server *server;
    struct http_conn *next, *prev; /* all connections; next also: graveyard */
    struct http_conn *ready_next;
    int fd;
    enum http_state state;
    atomic_int turn;
    bool is_readable, is_ended; /* edge seen and not yet drained; the peer has said FIN */
    bool is_head_begun, is_end_hinted; /* bytes of the next head are here; epoll has reported a FIN */
    bool is_ready_listed, is_due, is_pull_due, is_trusted;
    char *in;
    size_t in_room, in_n, in_off, scanned, line_start;
    uint64_t linger_bytes;
    int64_t deadline_ms; /* 0: none */
    int requests;
    struct http_call *call;
    struct http_address *address;
    void *tls;
    char remote[INET6_ADDRSTRLEN];
};

struct http_server {
    struct http_config config;
    int listen_fd, epoll_fd, wake_fd, port;
    bool is_accepting;
    void *tls;
    pthread_t thread;
    atomic_bool is_running; /* thread is valid */
    atomic_bool is_asleep;
    atomic_int stop;
    int64_t now_ms, stop_deadline_ms;
    _Atomic(struct http_call *) returned; /* by workers */
    struct http_call *local_first, *local_last; /* answered on the loop thread */
    struct http_call *spare;
    int spare_count;
    struct http_conn *conns, *graveyard, *ready;
    int due, pulls_due; /* calls about to come back; streams the pool had no room for */
    struct http_address *addresses[HTTP_ADDRESS_BUCKETS];
    uint64_t address_seed;
    char *scratch;
    atomic_uint_fast64_t connections_open, requests_open, connections_total, connections_refused, requests_total,
        refusals_total, timeouts_total, received_bytes, sent_bytes;
};

#define HTTP_COUNT(field, n) atomic_fetch_add_explicit(&(field), (n), memory_order_relaxed)

/* http.c */
void http_prepare(struct http_call *call); /* status line and headers into out_head */
void http_refuse(struct http_call *call, int status); /* fills the answer of a refusal; the caller responds */
void http_return(struct http_call *call, bool is_wake); /* worker -> loop */
void http_wake(struct http_server *server);
/* http_send.c */
enum http_sent http_send(struct http_call *call);
ssize_t http_conn_read(struct http_conn *conn, char *to, size_t n); /* -1 EAGAIN or error, 0 end */
void http_pull_job(void *worker, void *arg);
/* http_conn.c */
void http_conn_event(struct http_conn *conn, bool is_in, bool is_out, bool is_end);
void http_conn_continue(struct http_conn *conn); /* parse what is there, read what comes */
void http_conn_returned(struct http_call *call); /* an answer to be sent or finished */
void http_conn_pull(struct http_conn *conn);
void http_conn_timeout(struct http_conn *conn);
void http_conn_close(struct http_conn *conn);
void http_call_drop(struct http_server *server, struct http_call *call); /* memory of a call nobody uses */
/* http_loop.c */
void http_loop_ready(struct http_conn *conn); /* serve it again in this round */
void http_loop_forget(struct http_conn *conn); /* closed: count, list, graveyard */
/* http_tls.c */
enum rc http_tls_new(const char *cert, const char *key, void **ret_tls);
void http_tls_free(void *tls);
void *http_tls_accept(void *tls, int fd); /* session, or NULL */
void http_tls_close(void *session);
ssize_t http_tls_read(void *session, void *to, size_t n); /* as read(2); sets errno */
ssize_t http_tls_write(void *session, const void *from, size_t n);

#endif
