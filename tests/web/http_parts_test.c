/* http_parts_test.c: gzip, headers, built-in files, metrics, path folding and TLS. */
#include "http_support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "serve/gzip.h"
#include "serve/http_headers.h"
#include "serve/http_policy.h"
#include "serve/metrics.h"
#include "serve/static.h"

static struct arena *arena;

static struct http_request request_with(const char *name, const char *value)
{
    struct http_header *headers = ARENA_NEW_ARRAY(arena, struct http_header, 1);
    headers[0] = (struct http_header){str_from_cstr(name), str_from_cstr(value)};
    return (struct http_request){
        .arena = arena, .headers = headers, .header_count = 1, .body_fd = -1, .response = {.status = 200, .fd = -1}};
}

static void test_accept_encoding(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool is_accepted;
    } cases[] = {{"gzip", true},        {"br, gzip;q=0.5", true}, {"GZIP", true}, {"*", true},
                 {"gzip;q=0", false},   {"gzip; q=0.000", false}, {"br", false},  {"", false},
                 {"gzip;q=0.001", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_request request = request_with("accept-encoding", cases[i].value);
        assert_int_equal(http_accepts_gzip(&request), cases[i].is_accepted);
    }
}

static void test_gzip_round_trip(void **state)
{
    (void)state;
    struct gzip *gzip = gzip_new(1);
    assert_non_null(gzip);
    assert_null(gzip_new(0));
    static char text[20000], back[20001];
    for (int round = 0; round < 3; round++) { /* the compressor is used again and again */
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = (char)('a' + (i * (size_t)(round + 1)) % 23);
        struct http_request request = request_with("Accept-Encoding", "gzip");
        http_set_header(&request, "Content-Type", STR("text/html; charset=utf-8"));
        http_set_header(&request, "ETag", STR("\"1\""));
        http_body_bytes(&request, (struct str){text, sizeof text});
        gzip_response(gzip, &request);
        assert_true(str_equal_cstr(http_response_header(&request, "Content-Encoding"), "gzip"));
        assert_true(str_equal_cstr(http_response_header(&request, "ETag"), "W/\"1\""));
        z_stream stream = {.next_in = (Bytef *)(uintptr_t)request.response.body.p,
                           .avail_in = (uInt)request.response.body.n,
                           .next_out = (Bytef *)back,
                           .avail_out = sizeof back};
        assert_int_equal(inflateInit2(&stream, 31), Z_OK);
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.total_out, sizeof text);
        assert_memory_equal(text, back, sizeof text);
        (void)inflateEnd(&stream);
        http_body_bytes(&request, STR_EMPTY);
    }
    struct http_request request = request_with("Accept-Encoding", "gzip"); /* not text */
    http_set_header(&request, "Content-Type", STR("image/png"));
    http_body_bytes(&request, (struct str){text, sizeof text});
    gzip_response(gzip, &request);
    assert_int_equal(request.response.body.n, sizeof text);
    gzip_free(gzip);
}

static void test_security_headers(void **state)
{
    (void)state;
    struct http_request request = request_with("A", "b");
    http_set_security_headers(&request);
    assert_int_equal(http_response_header(&request, "Strict-Transport-Security").n, 0);
    assert_true(str_find(http_response_header(&request, "Content-Security-Policy"), STR("default-src 'none'"), 0) == 0);
    request.is_https = true;
    http_set_security_headers(&request);
    assert_true(http_response_header(&request, "Strict-Transport-Security").n > 0);
    assert_int_equal(request.response.header_count, 6);
}

static void test_paths(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/", "/"},
        {"/a/", "/a/"},
        {"/a//b", "/a/b"},
        {"/a/./b/../c", "/a/c"},
        {"/a/..", "/"},
        {"/a/.", "/a/"},
        {"/%41%25", "/A%"},
        {"/%252e", "/%2e"},
        {"//", "/"},
        {"/...", "/..."},
        {"/..", NULL},
        {"/%2E%2E", NULL},
        {"/a/%2e%2e/%2e%2e/x", NULL},
        {"", NULL},
        {"a", NULL},
        {"/%2f", NULL},
        {"/%5C", NULL},
        {"/%1", NULL},
        {"/%", NULL},
        {"/%ed%a0%80", NULL},
        {"/%e5%8f%b0", "/\xe5\x8f\xb0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str path;
        bool is_ok = http_parse_path(str_from_cstr(cases[i][0]), arena, &path);
        assert_int_equal(is_ok, cases[i][1] != NULL);
        if (is_ok)
            assert_true(str_equal_cstr(path, cases[i][1]));
    }
}

/* The table here is made from this test's own sources (tests/web/meson.build), given out of order. */
static void test_static(void **state)
{
    (void)state;
    assert_int_equal(static_table_n, 3);
    assert_int_equal(str_find(static_find_name(STR("http_fixture.css"))->bytes, STR("body {"), 0), 0);
    assert_int_equal(str_find(static_find_name(STR("http_fixture.js"))->bytes, STR("(function"), 0), 0);
    assert_int_equal(str_find(static_find_name(STR("http_fixture.txt"))->bytes, STR("the same"), 0), 0);
    for (size_t i = 0; i < static_table_n; i++) {
        const struct static_file *file = &static_table[i];
        assert_ptr_equal(static_find_name(file->name), file);
        assert_ptr_equal(static_find_url(file->url), file);
        assert_true(str_equal(static_url(file->name), file->url));
        static char back[65536];
        z_stream stream = {.next_in = (Bytef *)(uintptr_t)file->gzip.p,
                           .avail_in = (uInt)file->gzip.n,
                           .next_out = (Bytef *)back,
                           .avail_out = sizeof back};
        assert_int_equal(inflateInit2(&stream, 31), Z_OK);
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.total_out, file->bytes.n);
        assert_memory_equal(back, file->bytes.p, file->bytes.n);
        (void)inflateEnd(&stream);
    }
    assert_true(str_has_prefix(static_url(STR("http_fixture.css")), STR("/static/http_fixture.")));
    assert_null(static_find_url(STR("/static/http_fixture.css")));
    assert_null(static_find_url(STR("/static/http_fixture.0000000000000000.css")));
    assert_null(static_find_url(STR("/static/")));
    assert_null(static_find_name(STR("nothing")));
}

static int64_t seven(void *arg)
{
    (void)arg;
    return 7;
}

/* Runs promtool over the text; skipped where it is not installed. */
static void test_metrics(void **state)
{
    (void)state;
    static const char *const routes[] = {"none", "finding\"x\\"};
    struct metrics *metrics = metrics_new(3, routes, 2);
    assert_non_null(metrics);
    int counter = metrics_counter(metrics, "bihuan_events_total", "Events.");
    metrics_gauge(metrics, "bihuan_writer_queue", "Waiting.", seven, NULL);
    metrics_add(metrics, 1, counter, 2);
    metrics_add(metrics, 2, counter, 3);
    metrics_request(metrics, 0, 1, 200, 400);
    metrics_request(metrics, 1, 1, 404, 2000);
    metrics_request(metrics, 2, 1, 500, 99000000);
    struct site site;
    site_init(&site);
    site_start(&site, 1, 4);
    assert_int_equal(ask(&site, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    struct buf out;
    buf_init(&out, 1 << 20);
    metrics_write(metrics, site.server, site.pool, &out);
    site_stop(&site);
    assert_int_equal(buf_rc(&out), RC_OK);
    struct str text = buf_str(&out);
    assert_true(str_find(text, STR("bihuan_events_total 5\n"), 0) != SIZE_MAX);
    assert_true(str_find(text, STR("bihuan_writer_queue 7\n"), 0) != SIZE_MAX);
    assert_true(str_find(text, STR("le=\"0.0005\"} 1\n"), 0) != SIZE_MAX);
    assert_true(str_find(text, STR("le=\"+Inf\"} 3\n"), 0) != SIZE_MAX);
    assert_true(str_find(text, STR("\"} 99.002400\n"), 0) != SIZE_MAX);
    metrics_free(metrics);
    if (access("/usr/bin/promtool", X_OK) != 0) {
        buf_done(&out);
        print_message("# promtool is not installed: format not checked\n");
        skip();
    }
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(pipe_fds[0], 0);
        close(pipe_fds[0]);
        close(pipe_fds[1]);
        (void)dup2(2, 1);
        execl("/usr/bin/promtool", "promtool", "check", "metrics", (char *)NULL);
        _exit(127);
    }
    close(pipe_fds[0]);
    assert_int_equal(write(pipe_fds[1], out.p, out.n), (ssize_t)out.n);
    close(pipe_fds[1]);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    buf_done(&out);
}

/* Runs a program with its output on standard error; its exit status. */
static int run_program(char *const argv[])
{
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 0);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        execvp(argv[0], argv);
        _exit(127);
    }
    int status = -1;
    (void)waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_tls(void **state)
{
    (void)state;
    char dir[] = "/tmp/http-tls-XXXXXX", cert[64], key[64], out[64], url[64];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(cert, sizeof cert, "%s/cert.pem", dir);
    (void)snprintf(key, sizeof key, "%s/key.pem", dir);
    (void)snprintf(out, sizeof out, "%s/out", dir);
    struct site site;
    site_init(&site);
    site.config.tls_cert = cert;
    site.config.tls_key = key;
    struct http_server *none;
    assert_int_equal(http_server_new(&site.config, &none), RC_CONFIG);
    if (run_program((char *[]){"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert,
                               "-days", "2", "-subj", "/CN=localhost", NULL}) == 127 ||
        run_program((char *[]){"curl", "--version", NULL}) == 127) {
        print_message("# openssl or curl is not installed: TLS not tried\n");
        skip();
    }
    site.config.head_timeout_ms = 5000;
    site_start(&site, 2, 16);
    static const char *const paths[] = {"who", "big", "file", "stream"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/%s", site.port, paths[i]);
        assert_int_equal(run_program((char *[]){"curl", "-sSfk", "--max-time", "30", "-o", out, url, NULL}), 0);
        FILE *f = fopen(out, "re");
        assert_non_null(f);
        char text[64] = "";
        size_t n = fread(text, 1, sizeof text - 1, f);
        assert_true(n > 0);
        if (i == 0)
            assert_string_equal(text, "127.0.0.1 1");
        (void)fseek(f, 0, SEEK_END);
        if (i == 1)
            assert_int_equal(ftell(f), BIG_BYTES);
        if (i == 3)
            assert_int_equal(ftell(f), STREAM_BYTES);
        (void)fclose(f);
    }
    int fd = dial(&site, NULL); /* plain text to the TLS port */
    say(fd, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_not_equal(hear(fd, NULL, 0), 200);
    close(fd);
    site_stop(&site);
    (void)unlink(cert);
    (void)unlink(key);
    (void)unlink(out);
    (void)rmdir(dir);
}

static void test_trusted_proxy(void **state)
{
    (void)state;
    static const struct {
        const char *headers, *body;
    } cases[] = {
        {"X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n", "9.9.9.9 1"},
        {"X-Forwarded-For: 6.6.6.6, 2001:db8::1\r\n", "2001:db8::1 0"}, /* only what the proxy appended counts */
        {"X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 9.9.9.9\r\n", "9.9.9.9 0"},
        {"X-Forwarded-For: 9.9.9.9, nonsense\r\n", "127.0.0.1 0"},
        {"X-Forwarded-Proto: ftp\r\n", "127.0.0.1 0"},
    };
    struct site site;
    site_init(&site);
    site.config.trusted_proxies = (const char *const[]){"127.0.0.1", NULL};
    site_start(&site, 1, 4);
    int fd = dial(&site, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char body[128];
        say(fd, "GET /who HTTP/1.1\r\nHost: a\r\n");
        say(fd, cases[i].headers);
        say(fd, "\r\n");
        assert_int_equal(hear(fd, body, sizeof body), 200);
        assert_string_equal(body, cases[i].body);
    }
    close(fd);
    site_stop(&site);
}

static bool is_inside(struct str part, struct str whole)
{
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

/* Damaged heads: never a slice outside the input, never an acceptance of what framing forbids. */
static void test_damaged_heads(void **state)
{
    (void)state;
    static const char seed[] =
        "POST\0/a/%41/../b?x=1\0HTTP/1.1\0Host\0a:80\0Content-Length\0 12\0Connection\0close, x\0"
        "Transfer-Encoding\0chunked\0Content-Type\0text/plain\t";
    static const char marks[] = "\r\n :;,/%.\t\x01\x7f\xff"
                                "059afGx?#";
    uint64_t random = 20240708;
    char text[sizeof seed];
    int accepted = 0;
    for (int round = 0; round < 100000; round++) {
        struct str fields[13], whole = {text, sizeof seed - 1};
        memcpy(text, seed, sizeof seed);
        for (int i = 0; i < 1 + round % 4; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            char *at = &text[(random >> 33) % (sizeof seed - 1)];
            if (*at)
                *at = marks[(random >> 20) % (sizeof marks - 1)];
        }
        for (size_t i = 0, from = 0; i < 13; from += fields[i++].n + 1)
            fields[i] = str_from_cstr(text + from);
        struct http_header raw[5], headers[5];
        for (size_t i = 0; i < 5; i++)
            raw[i] = (struct http_header){fields[3 + 2 * i], fields[4 + 2 * i]};
        struct http_parts parts = {fields[0], fields[1], fields[2], raw, 5};
        struct http_head head;
        arena_reset(arena);
        if (http_policy_check(&parts, 100, 8192, headers, &head) != 0)
            continue;
        accepted++;
        assert_false(head.has_length && head.is_chunked);
        assert_true(head.host.n > 0);
        assert_true(is_inside(head.raw_path, whole) && is_inside(head.query, whole) && is_inside(head.host, whole));
        for (size_t i = 0; i < 5; i++)
            assert_true(is_inside(headers[i].name, whole) && is_inside(headers[i].value, whole));
        struct str path;
        if (http_parse_path(head.raw_path, arena, &path))
            assert_true(path.n > 0 && path.p[0] == '/' && str_find(path, STR("/../"), 0) == SIZE_MAX);
    }
    assert_true(accepted > 0);
    arena_reset(arena);
}

/* The n-th allocation fails while the server is made: no leak, no half-made server. */
static void test_allocation_failures(void **state)
{
    (void)state;
    struct site site;
    site_init(&site);
    enum rc rc = RC_NOMEM;
    for (long n = 1; rc != RC_OK; n++) {
        struct http_server *server = NULL;
        struct pool *pool = NULL;
        assert_true(n < 100);
        alloc_fail_at(n);
        rc = pool_new(2, 8, NULL, &pool);
        if (rc == RC_OK)
            rc = http_server_new(&site.config, &server);
        alloc_fail_at(0);
        assert_true(rc == RC_OK || rc == RC_NOMEM);
        http_server_free(server);
        pool_free(pool);
    }
    site_start(&site, 1, 4); /* while it serves: a connection may be lost, the server is not */
    for (long n = 1; n < 40; n++) {
        alloc_fail_at(n);
        (void)ask(&site, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        alloc_fail_at(0);
        assert_int_equal(ask(&site, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"), 200);
    }
    site_stop(&site);
}

int main(void)
{
    arena = arena_new(1 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_encoding),
        cmocka_unit_test(test_gzip_round_trip),
        cmocka_unit_test(test_security_headers),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_static),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_trusted_proxy),
        cmocka_unit_test(test_damaged_heads),
        cmocka_unit_test(test_allocation_failures),
    };
    int failed = cmocka_run_group_tests_name("http parts", tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
