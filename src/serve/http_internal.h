/* http_internal.h: shared by the http_*.c files only.
 *
 * http.c        the request/response functions of http.h and the configuration
 * http_policy.c what may stand in a head
 * http_call.c   a request with its memory, body and refusals
 * http_guard.c  time limits, connections per address, lingering, stop: over all connections
 * http_mhd.c    the only file that knows libmicrohttpd
 *
 * Who may touch what: everything belongs to the thread in http_server_run, but a call with is_away
 * belongs to a worker until that resumes the connection (http_mhd_resume: its last touch).  The
 * library's lock orders the two.
 */
#ifndef BIHUAN_SERVE_HTTP_INTERNAL_H
#define BIHUAN_SERVE_HTTP_INTERNAL_H

#include <netinet/in.h>
#include <stdatomic.h>

#include "serve/http.h"
#include "serve/http_policy.h"

enum { HTTP_ADDRESS_BUCKETS = 4096, HTTP_TICK_MS = 100, HTTP_PULL_RETRY_MS = 5 };

struct MHD_Connection;
struct MHD_Daemon;
struct MHD_Response;

/* A request with what the server needs to know about it. */
struct http_call {
    struct http_request request; /* first: the public part is the call */
    struct http_conn *conn;
    struct http_call *next; /* free list */
    http_work_fn *work;
    struct MHD_Connection *mhd;
    struct MHD_Response *answer; /* made by http_respond, until it is queued */
    const char *target_at;       /* where the library keeps the target, to compare pointers only */
    struct str target;           /* as sent */
    bool is_head_taken, is_dispatched, is_away, is_queued;
    bool is_closing;  /* connection ends after this answer */
    bool is_large;    /* the body may go to a spool file */
    bool is_checking; /* on_head has the call */
    bool is_accepted; /* by on_head */
    struct buf body_buf;
    uint64_t body_limit, sent_bytes;
    int64_t body_began_ms;
    struct buf chunk; /* stream: what the client has not taken yet */
    size_t chunk_taken;
    bool is_last_chunk, is_pull_failed;
};

enum http_state { CONN_HEAD, CONN_BODY, CONN_BUSY };

struct http_address { /* of a client, for the count per address */
    struct http_address *next;
    struct in6_addr ip;
    int connections;
};

struct http_conn {
    struct http_server *server;
    struct http_conn *next, *prev; /* all connections */
    int fd;
    enum http_state state;
    bool is_trusted, is_pull_due;
    bool is_refused;     /* told so on the bare socket: whatever still comes is not read */
    int64_t deadline_ms; /* 0: none */
    int requests;
    struct http_call *call; /* being read, worked on or answered */
    struct http_address *address;
    char remote[INET6_ADDRSTRLEN];
};

struct http_linger { /* a connection that the library has closed, kept until the client has read the answer */
    struct http_linger *next;
    int fd;
    int64_t deadline_ms;
};

struct http_server {
    struct http_config config;
    struct MHD_Daemon *daemon;
    char *tls_cert, *tls_key; /* PEM texts */
    int port, wake_fd;
    atomic_bool is_asleep, is_resumed; /* the loop waits; a worker has given a call back since the last wait */
    bool is_quiet;                     /* stopped: no new connections */
    atomic_int stop;
    int64_t now_ms, stop_deadline_ms;
    struct http_call *spare;
    int spare_count;
    struct http_conn *conns;
    struct http_linger *lingering;
    int pulls_due; /* streams the pool had no room for */
    struct http_address *addresses[HTTP_ADDRESS_BUCKETS];
    uint64_t address_seed;
    atomic_uint_fast64_t connections_open, requests_open, connections_total, connections_refused, requests_total,
        refusals_total, timeouts_total, received_bytes, sent_bytes;
};

#define HTTP_COUNT(field, n) atomic_fetch_add_explicit(&(field), (n), memory_order_relaxed)

/* http.c */
bool http_config_is_valid(const struct http_config *config);
void http_response_fail(struct http_request *request, int status); /* an empty answer of that status */
/* http_call.c */
struct http_call *http_call_new(struct http_conn *conn);
void http_call_end(struct http_call *call, bool is_complete); /* tells on_done, frees */
void http_call_free_spare(struct http_server *server);
void http_call_refuse(struct http_call *call, int status); /* fills the answer of a refusal; the caller responds */
/* Checks and takes the head; 0 or the status of the refusal. */
int http_call_take_head(struct http_call *call, const struct http_parts *parts);
int http_call_add_body(struct http_call *call, struct str bytes); /* 0 or the status of the refusal */
void http_call_run(struct http_call *call);                       /* body complete: on_request */
void http_pull_job(void *worker, void *arg);
/* http_guard.c */
struct http_conn *http_conn_new(struct http_server *server, int fd, const struct sockaddr *from); /* NULL: refused */
void http_conn_free(struct http_conn *conn);                       /* socket still open: may linger */
void http_conn_set_deadline(struct http_conn *conn, int after_ms); /* 0: none */
void http_conn_set_body_deadline(struct http_conn *conn);
/* Sends the refusal past the library, which can answer only before a body or after it, and lets it see the end. */
void http_conn_refuse(struct http_conn *conn, int status);
void http_guard_tick(struct http_server *server);
bool http_guard_stop_step(struct http_server *server); /* true when the loop may end */
void http_guard_retry_pulls(struct http_server *server);
void http_guard_free(struct http_server *server);
/* http_mhd.c */
void http_mhd_resume(struct http_call *call);
void http_mhd_quiet(struct http_server *server); /* stops listening */

#endif
