/* http_hostile_test.c: shapes of requests that must be refused, each with the status that says why. */
#include "http_support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct site site;

static int set_up(void **state)
{
    (void)state;
    site_init(&site);
    site_start(&site, 2, 64);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    site_stop(&site);
    return 0;
}

#define H "Host: a\r\n"

static void test_shapes(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *text;
    } cases[] = {
        {200, "GET /hello HTTP/1.1\r\n" H "\r\n"},
        {200, "\r\nGET /hello HTTP/1.1\r\n" H "\r\n"},
        {200, "GET /hello HTTP/1.0\r\n\r\n"},
        {200, "GET http://a/hello HTTP/1.1\r\n" H "\r\n"},
        {200, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n"},
        /* framing that two readers may read differently */
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"},
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"},
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length: 4, 4\r\n\r\nabcd"},
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length: +4\r\n\r\nabcd"},
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length: 0x4\r\n\r\nabcd"},
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length:\r\n\r\n"},
        {413,
         "POST /echo HTTP/1.1\r\n" H "Content-Length: 99999999999999999999\r\n\r\n"}, /* the library's own answer */
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length : 4\r\n\r\nabcd"},
        {501, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
        {501, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {400, "POST /echo HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"},
        {413,
         "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"}, /* the library's own */
        {400, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc"},
        {400, "GET /hello HTTP/1.1\r\n" H "X: a\r\n folded\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\n folded\r\n" H "\r\n"},
        {400, "GET /hello HTTP/1.1\r\n" H "X: a\r\n\tfolded\r\nY: b\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\n" H "Content-Length: 4\r\n 5\r\n\r\nabcd"},
        {400, "GET /hello HTTP/1.1\nHost: a\n\n"},
        {400, "GET /hello HTTP/1.1\n" H "\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\n" H "\n"},
        {400, "GET /hello HTTP/1.1\r\n" H "X: a\nY: b\r\n\r\n"},
        {400, "GET /hello HTTP/1.0\r\n\n"},
        {400, "GET /hello HTTP/1.1\r\n" H "X: a\r\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\n" H "X: a\rb\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\n" H "X a\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\n" H ": a\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\n" H "X\x80: a\r\n\r\n"},
        {417, "POST /echo HTTP/1.1\r\n" H "Expect: magic\r\nContent-Length: 1\r\n\r\na"},
        /* request line and host */
        {400, "GET /hello HTTP/1.1\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\n" H "Host: b\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: u@a\r\n\r\n"},
        {400, "GET http://b/hello HTTP/1.1\r\n" H "\r\n"},
        {400, "GET http://u@a/hello HTTP/1.1\r\n" H "\r\n"},
        {400, "GET ftp://a/hello HTTP/1.1\r\n" H "\r\n"},
        {400, "GET hello HTTP/1.1\r\n" H "\r\n"},
        {400, "GET  /hello HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /hello  HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /hello\r\n\r\n"},
        {400, "GET /hello HTTP/1.1 x\r\n" H "\r\n"},
        {400, "GET /hel\x01lo HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /hello#x HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /h\xc3\xa4 HTTP/1.1\r\n" H "\r\n"},
        {505, "GET /hello HTTP/2.0\r\n" H "\r\n"},
        {400, "GET /hello http/1.1\r\n" H "\r\n"},
        {501, "TRACE /hello HTTP/1.1\r\n" H "\r\n"},
        {501, "CONNECT a:80 HTTP/1.1\r\n" H "\r\n"},
        {501, "OPTIONS * HTTP/1.1\r\n" H "\r\n"},
        {501, "get /hello HTTP/1.1\r\n" H "\r\n"},
        /* paths are decoded and folded once */
        {200, "GET //x/.././hell%6f HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /../etc/passwd HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /a/../../hello HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /%2e%2e/hello HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /a%2fb HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /a%5cb HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /a\\b HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /hello%00 HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /hello%0a HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /hello% HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /hello%zz HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /%ff HTTP/1.1\r\n" H "\r\n"},
        {400, "GET /%c0%af HTTP/1.1\r\n" H "\r\n"},
        {500, "GET /forged HTTP/1.1\r\n" H "\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = ask(&site, cases[i].text);
        if (status != cases[i].status)
            print_error("case %zu: %d instead of %d for %s\n", i, status, cases[i].status, cases[i].text);
        assert_int_equal(status, cases[i].status);
    }
}

static void test_nul_in_head(void **state)
{
    (void)state;
#define SHAPE(text)                                                                                                    \
    {                                                                                                                  \
        text, sizeof text - 1                                                                                          \
    }
    static const struct str shapes[] = {
        SHAPE("GET /hello HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"),
        SHAPE("GET /hello HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n"),
        SHAPE("GET /hello HTTP/1.1\r\nHost: a\0\r\n\r\n"),
        SHAPE("GET /hello\0x HTTP/1.1\r\nHost: a\r\n\r\n"),
        SHAPE("GET /hello?\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        SHAPE("GET\0 /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
        SHAPE("GET /hello HTTP/1.1\r\nHost: a\r\n\0\r\n\r\n"),
        SHAPE("GET /hello HTTP/1.1\r\nHost: a\r\n\0\0"),
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        int fd = dial(&site, NULL);
        say_bytes(fd, shapes[i].p, shapes[i].n);
        int status = hear(fd, NULL, 0);
        if (status != 400 && status != 408)
            print_error("shape %zu: %d\n", i, status);
        assert_true(status == 400 || (status == 408 && i == 7)); /* the last has no end */
        close(fd);
    }
}

static int ask_repeated(const char *before, char c, size_t n, const char *after)
{
    int fd = dial(&site, NULL);
    char *many = malloc(n);
    memset(many, c, n);
    say(fd, before);
    say_bytes(fd, many, n);
    say(fd, after);
    free(many);
    int status = hear(fd, NULL, 0);
    close(fd);
    return status;
}

static void test_sizes(void **state)
{
    (void)state;
    assert_int_equal(ask_repeated("GET /", 'a', 9000, " HTTP/1.1\r\n" H "\r\n"), 414);
    assert_int_equal(ask_repeated("GET /", 'a', 900000, ""), 414);
    for (size_t n = 1000; n < 16000; n += 1000) { /* however the library moves it about */
        assert_int_equal(ask_repeated("GET /hello HTTP/1.1\r\n" H "X: ", 'a', n, "\r\nY: z\r\n\r\n"), 200);
        assert_int_equal(ask_repeated("GET /hello HTTP/1.1\r\n" H "Cookie: x=", 'a', n / 2, "\r\n\r\n"), 200);
        assert_int_equal(ask_repeated("GET /hello HTTP/1.1\r\n" H "X: ", 'a', n, "\r\n folded\r\n\r\n"), 400);
    }
    assert_int_equal(ask_repeated("GET /hello?", '&', 300, " HTTP/1.1\r\n" H "\r\n"), 200);
    assert_int_equal(ask_repeated("GET /hello?", 'a', 8000, " HTTP/1.1\r\n" H "\r\n"), 200);
    assert_int_equal(ask_repeated("GET /hello HTTP/1.1\r\n" H "X: ", 'a', 20000, "\r\n\r\n"), 431);
    assert_int_equal(ask_repeated("GET /hello HTTP/1.1\r\n" H "X: ", 'a', 2000000, ""), 431);
    assert_int_equal(ask(&site, "POST /echo HTTP/1.1\r\n" H "Content-Length: 1048577\r\n\r\n"), 413);
    assert_int_equal(ask_repeated("POST /echo HTTP/1.1\r\n" H "Content-Length: 3000000\r\n\r\n", 'a', 3000000, ""),
                     413);
    assert_int_equal(
        ask_repeated("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n200000\r\n", 'a', 2097152, ""),
        413);
    assert_int_equal(ask_repeated("POST /echo HTTP/1.1\r\n" H "Content-Length: 1048576\r\n\r\n", 'a', 1048576, ""),
                     200);
    char text[8192] = "GET /hello HTTP/1.1\r\n" H;
    size_t n = strlen(text);
    for (int i = 0; i < 100; i++, n += 6)
        memcpy(text + n, "X: y\r\n", 7);
    memcpy(text + n, "\r\n", 3);
    assert_int_equal(ask(&site, text), 431);
}

/* A head that drips in must end in time however steady the drops are. */
static void test_slow_head(void **state)
{
    (void)state;
    int fd = dial(&site, NULL), status = 0;
    const char *text = "GET /hello HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (size_t i = 0; text[i] && i < 30; i++) {
        say_bytes(fd, text + i, 1);
        usleep(25000);
    }
    status = hear(fd, NULL, 0);
    assert_int_equal(status, 408);
    close(fd);
    fd = dial(&site, NULL); /* silence from the start: closed without an answer */
    char rest[64];
    assert_int_equal(hear_all(fd, rest, sizeof rest), 0);
    close(fd);
}

static void test_slow_body(void **state)
{
    (void)state;
    int fd = dial(&site, NULL);
    say(fd, "POST /echo HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\nabc");
    assert_int_equal(hear(fd, NULL, 0), 408); /* silence */
    close(fd);
    fd = dial(&site, NULL);
    say(fd, "POST /echo HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\n");
    for (int i = 0; i < 30; i++) { /* steady, but below the least rate */
        say(fd, "ab");
        usleep(30000);
    }
    assert_int_equal(hear(fd, NULL, 0), 408);
    close(fd);
}

static void test_forwarded(void **state)
{
    (void)state;
    char body[128];
    int fd = dial(&site, NULL); /* no proxy is trusted here, so the header is only a claim */
    say(fd, "GET /who HTTP/1.1\r\n" H "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n");
    assert_int_equal(hear(fd, body, sizeof body), 200);
    assert_string_equal(body, "127.0.0.1 0");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),    cmocka_unit_test(test_nul_in_head), cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_slow_head), cmocka_unit_test(test_slow_body),   cmocka_unit_test(test_forwarded),
    };
    return cmocka_run_group_tests_name("http hostile", tests, set_up, tear_down);
}
