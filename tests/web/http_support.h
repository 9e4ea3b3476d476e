/* http_support.h: a server in a thread and raw sockets, for the tests of the HTTP adapter. */
#ifndef BIHUAN_TESTS_WEB_HTTP_SUPPORT_H
#define BIHUAN_TESTS_WEB_HTTP_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>

#include "serve/http.h"

struct site {
    struct http_config config;
    struct http_server *server;
    struct pool *pool;
    pthread_t thread;
    int port;
};

/* Routes: /hello (loop), /work (worker, sleeps 150 ms), /echo (worker: length and digest of the body), /big (1 MB),
 * /stream (STREAM_BYTES, by pull), /file (this program's own file), /forged (a header value with a line break). */
enum { BIG_BYTES = 1024 * 1024, STREAM_BYTES = 100 * 1024 * 1024, STREAM_STEP_BYTES = 64 * 1024 };

/* Defaults with short time limits; the test may change them before site_start. */
void site_init(struct site *site);
void site_start(struct site *site, int threads, size_t queue_max);
/* Graceful stop and join. */
void site_stop(struct site *site);
/* Counts of streams begun, of pull_done calls, of finished requests that were cut, and of heads that were looked at. */
extern _Atomic int site_streams_begun, site_streams_done, site_cut, site_heads;
/* For config.on_head: refuses /denied with 403, lets the rest in. */
void site_on_head(struct http_request *request, void *worker);

/* Connected socket to 127.0.0.1 (from: address to bind to, or NULL); reads time out after 5 s. */
int dial(const struct site *site, const char *from);
void say(int fd, const char *text);
void say_bytes(int fd, const void *p, size_t n);
/* Reads until the end of the connection or room is full; bytes read, NUL-terminated. */
size_t hear_all(int fd, char *to, size_t room);
/* Reads one answer with Content-Length; returns its status, or 0 at the end; body (may be NULL) is NUL-terminated. */
int hear(int fd, char *body, size_t room);
/* Sends text on a fresh connection and returns the status of the first answer, 0 when closed without one. */
int ask(const struct site *site, const char *text);
int64_t resident_kb(void);

#endif
