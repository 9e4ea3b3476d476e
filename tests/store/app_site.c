/* app_site.c: see app_site.h. */
#include "app_site.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"

enum { ANSWER_BYTES_MAX = 4 << 20 };

static char answer[ANSWER_BYTES_MAX];

static void *serve(void *app) { return app_run(app) == RC_OK ? NULL : app; }

struct str app_site_files(struct store *store) { return arena_format(store->ctx->arena, "%s/files", store->dir); }

static void start(struct store *store, struct app_site *site, const char *public_listen)
{
    struct str files = app_site_files(store);
    char *argv[] = {"--db", (char *)store->url.p, "--files", (char *)files.p, "--port", "0", "--strict-templates",
                    "true", "--workers",          "2",       "--log-level",   "error"};
    int left;
    *site = (struct app_site){0};
    STORE_OK(settings_read(store->ctx, (int)(sizeof argv / sizeof *argv), argv, &site->settings, &left));
    site->settings.public_listen = str_from_cstr(public_listen);
    STORE_OK(app_open(store->ctx, &site->settings, &site->app));
    assert_int_equal(pthread_create(&site->thread, NULL, serve, site->app), 0);
}

void app_site_start(struct store *store, struct app_site *site) { start(store, site, ""); }
void app_site_start_public(struct store *store, struct app_site *site) { start(store, site, "127.0.0.1:0"); }

void app_site_stop(struct app_site *site)
{
    void *failed;
    app_stop(site->app);
    assert_int_equal(pthread_join(site->thread, &failed), 0);
    assert_null(failed);
    app_close(site->app);
}

int app_site_dial(const struct app_site *site)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)app_port(site->app))};
    struct timeval limit = {.tv_sec = 60}; /* papers are slow under sanitizers */
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

struct app_answer app_site_hear(int fd)
{
    struct app_answer got = {0};
    size_t have = 0;
    while (have < sizeof answer - 1) {
        ssize_t n = recv(fd, answer + have, sizeof answer - 1 - have, 0);
        if (n < 0 && errno == EINTR) /* a reader's child has ended */
            continue;
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    answer[have] = '\0';
    const char *body = strstr(answer, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(sscanf(answer, "HTTP/1.1 %d", &got.status), 1);
    got.head = (struct str){answer, (size_t)(body - answer)};
    got.body = (struct str){body + 4, have - (size_t)(body + 4 - answer)};
    return got;
}

static void say(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the server may have closed on purpose; its answer tells */
        p += sent;
        n -= (size_t)sent;
    }
}

struct app_answer app_site_ask(const struct app_site *site, const char *method, const char *path, const char *lines,
                               struct str body)
{
    char head[4096], length[60] = "";
    bool is_post = strcmp(method, "POST") == 0;
    if (is_post)
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", body.n);
    int n = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s%s\r\n", method, path,
                     lines, length);
    assert_true(n > 0 && (size_t)n < sizeof head);
    int fd = app_site_dial(site);
    say(fd, head, (size_t)n);
    if (is_post)
        say(fd, body.p, body.n);
    struct app_answer got = app_site_hear(fd);
    close(fd);
    return got;
}

void app_site_sign_in(struct store *store, int64_t account_id, struct app_session *ret_session)
{
    session_make_token(ret_session->token);
    session_make_token(ret_session->csrf);
    struct session_start start = {.account_id = account_id,
                                  .now_ms = clock_now_ms(),
                                  .token = ret_session->token,
                                  .csrf = str_from_cstr(ret_session->csrf),
                                  .remote = STR("127.0.0.1"),
                                  .agent = STR("test")};
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(session_work_start(store->ctx, store->db, &start));
    STORE_OK(db_commit(store->ctx, store->db));
}
