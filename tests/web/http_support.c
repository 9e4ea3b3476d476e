/* http_support.c: see http_support.h. */
#include "http_support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "serve/http_headers.h"

_Atomic int site_streams_begun, site_streams_done, site_cut, site_heads;
static char big[BIG_BYTES];

static enum rc pull(void *worker, void *arg, struct buf *out, bool *ret_is_last)
{
    (void)worker;
    size_t *made = arg;
    char *to = buf_add_space(out, STREAM_STEP_BYTES);
    if (!to)
        return buf_rc(out);
    memset(to, 's', STREAM_STEP_BYTES);
    *made += STREAM_STEP_BYTES;
    *ret_is_last = *made >= STREAM_BYTES;
    return RC_OK;
}

static void pull_done(void *arg)
{
    free(arg);
    site_streams_done++;
}

static void work(struct http_request *request, void *worker)
{
    (void)worker;
    if (str_equal_cstr(request->path, "/work"))
        nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL);
    if (str_equal_cstr(request->path, "/echo")) {
        uint64_t sum = 0, n = 0;
        char step[4096];
        if (request->body_fd >= 0)
            for (ssize_t got; (got = read(request->body_fd, step, sizeof step)) > 0; n += (uint64_t)got)
                for (ssize_t i = 0; i < got; i++)
                    sum += (unsigned char)step[i];
        for (size_t i = 0; i < request->body.n; i++, n++)
            sum += (unsigned char)request->body.p[i];
        assert_int_equal(n, request->body_bytes);
        http_respond_bytes(request, 200, "text/plain",
                           arena_format(request->arena, "%s %llu %llu", request->body_fd >= 0 ? "file" : "memory",
                                        (unsigned long long)n, (unsigned long long)sum));
        return;
    }
    if (str_equal_cstr(request->path, "/stream")) {
        site_streams_begun++;
        http_body_stream(request, pull, pull_done, calloc(1, sizeof(size_t)));
        http_respond(request);
        return;
    }
    http_respond_bytes(request, 200, "text/plain",
                       str_equal_cstr(request->path, "/big") ? (struct str){big, BIG_BYTES} : STR("done"));
}

static void on_request(struct http_request *request, void *arg)
{
    (void)arg;
    if (str_equal_cstr(request->path, "/hello")) {
        http_respond_bytes(request, 200, "text/plain", STR("hello"));
    } else if (str_equal_cstr(request->path, "/forged")) {
        http_set_header(request, "Location", STR("/a\r\nSet-Cookie: x=1"));
        http_respond(request);
    } else if (str_equal_cstr(request->path, "/who")) {
        http_respond_bytes(request, 200, "text/plain",
                           arena_format(request->arena, "%.*s %d", STR_ARG(request->remote), request->is_https));
    } else if (str_equal_cstr(request->path, "/file")) {
        int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        struct stat st;
        assert_int_equal(fstat(fd, &st), 0);
        http_set_file(request, fd, (uint64_t)st.st_size, STR("application/octet-stream"), STR("\"f1\""));
        http_respond(request);
    } else {
        http_defer(request, work);
    }
}

/* The head decides after a while, as a look into the database takes. */
void site_on_head(struct http_request *request, void *worker)
{
    (void)worker;
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    site_heads++;
    if (str_equal_cstr(request->path, "/denied"))
        http_respond_bytes(request, 403, "text/plain", STR("denied"));
    else
        http_accept_body(request);
}

static void on_done(struct http_request *request, const struct http_outcome *outcome, void *arg)
{
    (void)request;
    (void)arg;
    site_cut += !outcome->is_complete;
}

static void *run(void *arg)
{
    struct site *site = arg;
    assert_int_equal(http_server_run(site->server), RC_OK);
    return NULL;
}

void site_init(struct site *site)
{
    *site = (struct site){0};
    memset(big, 'b', sizeof big);
    http_config_init(&site->config);
    site->config.on_request = on_request;
    site->config.on_done = on_done;
    site->config.head_timeout_ms = 400;
    site->config.body_timeout_ms = 400;
    site->config.body_min_rate = 10000;
    site->config.keep_alive_ms = 3000;
    site->config.connections_per_address_max = 0;
    site_streams_begun = site_streams_done = site_cut = site_heads = 0;
}

void site_start(struct site *site, int threads, size_t queue_max)
{
    assert_int_equal(pool_new(threads, queue_max, NULL, &site->pool), RC_OK);
    site->config.pool = site->pool;
    assert_int_equal(http_server_new(&site->config, &site->server), RC_OK);
    site->port = http_server_port(site->server);
    assert_int_equal(pthread_create(&site->thread, NULL, run, site), 0);
}

void site_stop(struct site *site)
{
    http_server_stop(site->server);
    pthread_join(site->thread, NULL);
    pool_free(site->pool);
    http_server_free(site->server);
}

int dial(const struct site *site, const char *from)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    struct sockaddr_in at = {.sin_family = AF_INET};
    if (from) {
        assert_int_equal(inet_pton(AF_INET, from, &at.sin_addr), 1);
        assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    }
    at.sin_port = htons((uint16_t)site->port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    struct timeval limit = {.tv_sec = 5};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

void say_bytes(int fd, const void *p, size_t n)
{
    const char *from = p;
    while (n) {
        ssize_t sent = send(fd, from, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the server may have closed on purpose; the test looks at the answer */
        from += sent;
        n -= (size_t)sent;
    }
}

void say(int fd, const char *text) { say_bytes(fd, text, strlen(text)); }

size_t hear_all(int fd, char *to, size_t room)
{
    size_t n = 0;
    for (ssize_t got; n + 1 < room && (got = recv(fd, to + n, room - 1 - n, 0)) > 0;)
        n += (size_t)got;
    to[n] = '\0';
    return n;
}

int hear(int fd, char *body, size_t room)
{
    char head[8192];
    size_t n = 0;
    while (n < 4 || memcmp(head + n - 4, "\r\n\r\n", 4) != 0)
        if (n + 1 >= sizeof head || recv(fd, head + n, 1, 0) != 1)
            return 0;
        else
            n++;
    head[n] = '\0';
    const char *length = strcasestr(head, "\r\ncontent-length:");
    size_t left = length ? strtoul(length + 17, NULL, 10) : 0, kept = 0;
    while (left) {
        char step[65536];
        ssize_t got = recv(fd, step, left < sizeof step ? left : sizeof step, 0);
        if (got <= 0)
            return 0;
        for (ssize_t i = 0; body && i < got && kept + 1 < room; i++)
            body[kept++] = step[i];
        left -= (size_t)got;
    }
    if (body)
        body[kept] = '\0';
    return atoi(head + 9);
}

int ask(const struct site *site, const char *text)
{
    int fd = dial(site, NULL);
    say(fd, text);
    int status = hear(fd, NULL, 0);
    close(fd);
    return status;
}

int64_t resident_kb(void)
{
    char line[256];
    int64_t kb = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = atoll(line + 6);
    if (f)
        (void)fclose(f);
    return kb;
}
