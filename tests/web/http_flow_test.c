/* http_flow_test.c: connections over time: pipelining, hand-over, streams, floods, early ends, stop. */
#include "http_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define H "Host: a\r\n"

static void test_pipelining(void **state)
{
    (void)state;
    struct site site;
    site_init(&site);
    site_start(&site, 2, 64);
    int fd = dial(&site, NULL);
    char body[128];
    for (int i = 0; i < 20; i++)
        say(fd, "GET /hello HTTP/1.1\r\n" H "\r\nPOST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc"
                "POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc");
    for (int i = 0; i < 20; i++) {
        assert_int_equal(hear(fd, body, sizeof body), 200);
        assert_string_equal(body, "hello");
        for (int k = 0; k < 2; k++) {
            assert_int_equal(hear(fd, body, sizeof body), 200);
            assert_string_equal(body, "memory 3 294");
        }
    }
    /* half-close: what was asked is still answered */
    say(fd, "GET /work HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "\r\n");
    (void)shutdown(fd, SHUT_WR);
    assert_int_equal(hear(fd, body, sizeof body), 200);
    assert_string_equal(body, "done");
    assert_int_equal(hear(fd, body, sizeof body), 200);
    assert_int_equal(hear(fd, body, sizeof body), 0);
    close(fd);
    site_stop(&site);
}

/* Whatever two readers may read into the framing of chunks, nothing behind them is taken for a request. */
static void test_nothing_follows_chunks(void **state)
{
    (void)state;
    static const char *const bodies[] = {"3\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n",
                                         "3;\nabc\r\n0\r\n\r\n",  "3\r\nabc\n0\n\n",
                                         "0\r\nX: y\n\n",         "0\r\nContent-Length: 9\r\n\r\n"};
    struct site site;
    site_init(&site);
    site_start(&site, 2, 64);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        int fd = dial(&site, NULL);
        say(fd, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n");
        say(fd, bodies[i]);
        say(fd, "GET /hello HTTP/1.1\r\n" H "\r\n");
        char text[4096];
        hear_all(fd, text, sizeof text);
        const char *second = strstr(text + 1, "HTTP/1.1 ");
        assert_true(strncmp(text, "HTTP/1.1 200", 12) == 0 || strncmp(text, "HTTP/1.1 400", 12) == 0);
        assert_non_null(strstr(text, "Connection: close\r\n"));
        assert_null(second);
        assert_null(strstr(text, "hello"));
        close(fd);
    }
    site_stop(&site);
}

static void test_bodies(void **state)
{
    (void)state;
    struct site site;
    site_init(&site);
    site.config.body_max_bytes = 32 * 1024 * 1024;
    site_start(&site, 2, 64);
    int fd = dial(&site, NULL);
    char body[128], want[128];
    static char bytes[300000];
    memset(bytes, 7, sizeof bytes);
    for (size_t n = 65535; n <= 65537; n++) { /* around the border between memory and file */
        char head[128];
        int k = snprintf(head, sizeof head, "POST /echo HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\n", n);
        say_bytes(fd, head, (size_t)k);
        say_bytes(fd, bytes, n);
        assert_int_equal(hear(fd, body, sizeof body), 200);
        (void)snprintf(want, sizeof want, "%s %zu %zu", n > 65536 ? "file" : "memory", n, n * 7);
        assert_string_equal(body, want);
    }
    say(fd, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 50; i++) {
        say(fd, "493e0\r\n");
        say_bytes(fd, bytes, 300000);
        say(fd, "\r\n");
    }
    say(fd, "0\r\n\r\n");
    assert_int_equal(hear(fd, body, sizeof body), 200);
    assert_string_equal(body, "file 15000000 105000000");
    assert_int_equal(hear(fd, body, sizeof body), 0); /* a chunked body ends its connection */
    close(fd);
    fd = dial(&site, NULL);
    say(fd, "POST /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    assert_int_equal(hear(fd, NULL, 0), 100);
    say(fd, "\x01");
    assert_int_equal(hear(fd, body, sizeof body), 200);
    close(fd);
    site_stop(&site);
}

#define DENIED "POST /denied HTTP/1.1\r\n" H

/* A body that the head forbids is refused before it comes, however slowly it comes. */
static void test_head_refuses_large_bodies(void **state)
{
    (void)state;
    static const char *const heads[] = {DENIED "Content-Length: 100000000\r\n\r\n",
                                        DENIED "Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n",
                                        DENIED "Transfer-Encoding: chunked\r\n\r\n"};
    static char bytes[300000];
    struct site site;
    site_init(&site);
    site.config.body_max_bytes = 200 * 1024 * 1024;
    site.config.body_timeout_ms = 5000;
    site.config.on_head = site_on_head;
    site_start(&site, 2, 64);
    char text[4096];
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        int fd = dial(&site, NULL);
        int64_t began_ms = clock_monotonic_ms();
        say(fd, heads[i]);
        if (i == 0)
            say(fd, "slow"); /* and nothing for a while */
        hear_all(fd, text, sizeof text);
        assert_true(clock_monotonic_ms() - began_ms < 1000);
        assert_true(strncmp(text, "HTTP/1.1 403 Forbidden\r\n", 24) == 0);
        assert_non_null(strstr(text, "Connection: close\r\n"));
        assert_non_null(strstr(text, "\r\n\r\ndenied"));
        close(fd);
    }
    int fd = dial(&site, NULL); /* a client that sends on at full speed still hears it */
    say(fd, heads[0]);
    for (int i = 0; i < 10; i++)
        say_bytes(fd, bytes, sizeof bytes);
    assert_int_equal(hear(fd, text, sizeof text), 403);
    close(fd);
    assert_int_equal(site_heads, 4);
    fd = dial(&site, NULL); /* a small body is in memory before one could ask */
    say(fd, DENIED "Content-Length: 3\r\n\r\nabc");
    assert_int_equal(hear(fd, text, sizeof text), 200);
    close(fd);
    site_stop(&site);
    assert_int_equal(site_heads, 4);
}

static void test_head_lets_large_bodies_in(void **state)
{
    (void)state;
    static char bytes[300000];
    struct site site;
    site_init(&site);
    site.config.on_head = site_on_head;
    site_start(&site, 2, 64);
    char text[128];
    int fd = dial(&site, NULL);
    for (int i = 0; i < 3; i++) { /* the connection goes on */
        say(fd, "POST /echo HTTP/1.1\r\n" H "Content-Length: 300000\r\n\r\n");
        say_bytes(fd, bytes, sizeof bytes);
        assert_int_equal(hear(fd, text, sizeof text), 200);
        assert_string_equal(text, "file 300000 0");
    }
    say(fd, "POST /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 300000\r\n\r\n");
    assert_int_equal(hear(fd, NULL, 0), 100);
    say_bytes(fd, bytes, sizeof bytes);
    assert_int_equal(hear(fd, text, sizeof text), 200);
    int64_t began_ms = clock_monotonic_ms(); /* the time limit runs from the verdict */
    say(fd, "POST /echo HTTP/1.1\r\n" H "Content-Length: 300000\r\n\r\nabc");
    assert_int_equal(hear(fd, text, sizeof text), 408);
    assert_in_range(clock_monotonic_ms() - began_ms, 300, 3000);
    close(fd);
    for (int i = 0; i < 30; i++) { /* gone while the head is looked at */
        fd = dial(&site, NULL);
        say(fd, i % 2 ? "POST /echo HTTP/1.1\r\n" H "Content-Length: 300000\r\n\r\n"
                      : DENIED "Content-Length: 300000\r\n\r\n");
        struct linger reset = {.l_onoff = 1};
        usleep((unsigned)i % 5 * 10000);
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
    }
    assert_int_equal(ask(&site, "GET /hello HTTP/1.1\r\n" H "\r\n"), 200);
    site_stop(&site);
}

static void test_ranges_and_head(void **state)
{
    (void)state;
    struct site site;
    site_init(&site);
    site_start(&site, 1, 8);
    int fd = dial(&site, NULL);
    char body[128];
    say(fd, "GET /file HTTP/1.1\r\n" H "Range: bytes=1-3\r\n\r\n");
    assert_int_equal(hear(fd, body, sizeof body), 206);
    assert_string_equal(body, "ELF");
    say(fd, "GET /file HTTP/1.1\r\n" H "Range: bytes=-5\r\n\r\n");
    assert_int_equal(hear(fd, NULL, 0), 206);
    say(fd, "GET /file HTTP/1.1\r\n" H "Range: bytes=99999999999-\r\n\r\n");
    assert_int_equal(hear(fd, NULL, 0), 416);
    say(fd, "GET /file HTTP/1.1\r\n" H "Range: bytes=1-3\r\nIf-Range: \"f2\"\r\n\r\n");
    assert_int_equal(hear(fd, NULL, 0), 200);
    say(fd, "GET /file HTTP/1.1\r\n" H "If-None-Match: \"x\", W/\"f1\"\r\n\r\n");
    assert_int_equal(hear(fd, NULL, 0), 304);
    close(fd);
    fd = dial(&site, NULL);
    say(fd, "HEAD /big HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
    char text[1024];
    size_t n = hear_all(fd, text, sizeof text);
    assert_non_null(strstr(text, "Content-Length: 1048576\r\n"));
    assert_memory_equal(text + n - 4, "\r\n\r\n", 4);
    close(fd);
    site_stop(&site);
}

static void test_queue_full(void **state)
{
    (void)state;
    struct site site;
    site_init(&site);
    site_start(&site, 1, 1);
    int fds[8], busy = 0;
    for (int i = 0; i < 8; i++) {
        fds[i] = dial(&site, NULL);
        say(fds[i], "GET /work HTTP/1.1\r\n" H "\r\n");
    }
    for (int i = 0; i < 8; i++) {
        int status = hear(fds[i], NULL, 0);
        assert_true(status == 200 || status == 503);
        busy += status == 503;
        close(fds[i]);
    }
    assert_true(busy >= 5);
    site_stop(&site);
}

/* Clients that leave while a worker renders: the worker must not notice (run under ASan). */
static void test_early_close(void **state)
{
    (void)state;
    struct site site;
    site_init(&site);
    site_start(&site, 4, 256);
    for (int i = 0; i < 60; i++) {
        int fd = dial(&site, NULL);
        say(fd, i % 3 == 0   ? "GET /work HTTP/1.1\r\n" H "\r\n"
                : i % 3 == 1 ? "GET /big HTTP/1.1\r\n" H "\r\n"
                             : "GET /stream HTTP/1.1\r\n" H "\r\n");
        if (i % 2) {
            struct linger reset = {.l_onoff = 1};
            (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        }
        close(fd);
    }
    assert_int_equal(ask(&site, "GET /hello HTTP/1.1\r\n" H "\r\n"), 200);
    site_stop(&site);
    assert_int_equal(site_streams_done, site_streams_begun); /* those reset before they were read never begin */
    assert_true(site_streams_begun >= 10);
    assert_true(site_cut > 0);
}

/* 100 MB to a client that reads slowly: memory stays flat, others are served meanwhile. */
static void test_slow_stream(void **state)
{
    (void)state;
    struct site site;
    site_init(&site);
    site_start(&site, 2, 64);
    int fd = dial(&site, NULL);
    static char step[1024 * 1024];
    say(fd, "GET /stream HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
    assert_true(recv(fd, step, 65536, 0) > 0);
    usleep(100000);
    int64_t before_kb = resident_kb(), most_kb = 0;
    uint64_t total = 65536;
    for (int i = 0;; i++) {
        ssize_t got = recv(fd, step, sizeof step, 0);
        if (got <= 0)
            break;
        total += (uint64_t)got;
        if (i % 16 == 0) {
            usleep(2000);
            most_kb = resident_kb() > most_kb ? resident_kb() : most_kb;
            assert_int_equal(ask(&site, "GET /hello HTTP/1.1\r\n" H "\r\n"), 200);
        }
    }
    assert_true(total > STREAM_BYTES && total < STREAM_BYTES + STREAM_BYTES / 100);
    assert_true(most_kb - before_kb < 8 * 1024);
    close(fd);
    site_stop(&site);
    assert_int_equal(site_streams_done, 1);
    assert_int_equal(site_cut, 0);
}

/* 2 000 silent connections: a newcomer is answered quickly; over the limits the refusal says so. */
static void test_flood(void **state)
{
    (void)state;
    struct rlimit files;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    struct site site;
    site_init(&site);
    site.config.head_timeout_ms = 4000;
    site.config.connections_per_address_max = 2000;
    site.config.connections_max = 2010;
    site_start(&site, 2, 64);
    enum { FLOOD = 2000 };
    static int fds[FLOOD];
    for (int i = 0; i < FLOOD; i++) {
        fds[i] = dial(&site, NULL);
        if (i % 2)
            say(fds[i], "GET /hello HT");
    }
    int64_t began_ms = clock_monotonic_ms();
    int fd = dial(&site, "127.0.0.2");
    for (int i = 0; i < 50; i++) {
        say(fd, i % 2 ? "GET /hello HTTP/1.1\r\n" H "\r\n" : "GET /big HTTP/1.1\r\n" H "\r\n");
        assert_int_equal(hear(fd, NULL, 0), 200);
    }
    assert_true(clock_monotonic_ms() - began_ms < 3000);
    int over = dial(&site, NULL); /* the flooding address has used up its share */
    assert_int_equal(hear(over, NULL, 0), 503);
    close(over);
    struct http_stats stats;
    http_server_stats(site.server, &stats);
    assert_int_equal(stats.connections_open, FLOOD + 1);
    for (int i = 0; i < FLOOD; i++)
        close(fds[i]);
    close(fd);
    site_stop(&site);
}

static void *stop_soon(void *arg)
{
    usleep(50000);
    http_server_stop(((struct site *)arg)->server);
    return NULL;
}

/* What runs is finished and told to close; nothing new gets in. */
static void test_graceful_stop(void **state)
{
    (void)state;
    struct site site;
    site_init(&site);
    site_start(&site, 2, 64);
    int fd = dial(&site, NULL), idle = dial(&site, NULL), streaming = dial(&site, NULL);
    say(streaming, "GET /stream HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
    say(fd, "GET /work HTTP/1.1\r\n" H "\r\n");
    pthread_t stopper;
    assert_int_equal(pthread_create(&stopper, NULL, stop_soon, &site), 0);
    char text[1024];
    hear_all(fd, text, sizeof text);
    assert_non_null(strstr(text, "200 OK"));
    static char step[1024 * 1024];
    uint64_t total = 0;
    for (ssize_t got; (got = recv(streaming, step, sizeof step, 0)) > 0;)
        total += (uint64_t)got;
    assert_true(total > STREAM_BYTES);
    assert_int_equal(hear_all(idle, text, sizeof text), 0);
    pthread_join(stopper, NULL);
    pthread_join(site.thread, NULL);
    close(fd);
    close(idle);
    close(streaming);
    pool_free(site.pool);
    http_server_free(site.server);
}

/* A client that never reads cannot hold the stop up for longer than the limit. */
static void test_stop_limit(void **state)
{
    (void)state;
    struct site site;
    site_init(&site);
    site.config.stop_timeout_ms = 300;
    site_start(&site, 2, 64);
    int fd = dial(&site, NULL);
    say(fd, "GET /stream HTTP/1.1\r\n" H "\r\n");
    usleep(100000);
    int64_t began_ms = clock_monotonic_ms();
    site_stop(&site);
    assert_in_range(clock_monotonic_ms() - began_ms, 200, 2000);
    assert_int_equal(site_streams_done, 1);
    assert_int_equal(site_cut, 1);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_follows_chunks),
        cmocka_unit_test(test_pipelining),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_head_refuses_large_bodies),
        cmocka_unit_test(test_head_lets_large_bodies_in),
        cmocka_unit_test(test_ranges_and_head),
        cmocka_unit_test(test_queue_full),
        cmocka_unit_test(test_early_close),
        cmocka_unit_test(test_slow_stream),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_graceful_stop),
        cmocka_unit_test(test_stop_limit),
    };
    return cmocka_run_group_tests_name("http flow", tests, NULL, NULL);
}
