/* app_support.c: see app_support.h. */
#include "app_support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access/session.h"
#include "base/clock.h"
#include "serve/settings.h"
#include "text/json.h"

static struct {
    struct app *app;
    struct settings settings;
    pthread_t thread;
} running;

static char answer[APP_ANSWER_BYTES_MAX];

static void *serve(void *app) { return app_run(app) == RC_OK ? NULL : app; }

void app_start(struct store *store)
{
    struct str files = arena_format(store->ctx->arena, "%s/files", store->dir);
    char *argv[] = {"--db", (char *)store->url.p, "--files", (char *)files.p, "--port", "0", "--workers",
                    "2",    "--log-level",        "error",   "--daily-work",  "false"};
    int left;
    memset(&running, 0, sizeof running);
    STORE_OK(settings_read(store->ctx, (int)(sizeof argv / sizeof *argv), argv, &running.settings, &left));
    running.settings.strict_templates = true;
    STORE_OK(app_open(store->ctx, &running.settings, &running.app));
    app_wait_ready(running.app); /* a test may take away what a worker would prepare while it connects */
    assert_int_equal(pthread_create(&running.thread, NULL, serve, running.app), 0);
}

void app_end(void)
{
    void *failed;
    app_stop(running.app);
    assert_int_equal(pthread_join(running.thread, &failed), 0);
    assert_null(failed);
    app_close(running.app);
}

struct app_session app_sign_in(struct store *store, int64_t account_id)
{
    struct app_session session;
    session_make_token(session.token);
    session_make_token(session.csrf);
    struct session_start start = {.account_id = account_id,
                                  .now_ms = clock_now_ms(),
                                  .token = session.token,
                                  .csrf = str_from_cstr(session.csrf),
                                  .remote = STR("127.0.0.1"),
                                  .agent = STR("test")};
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(session_work_start(store->ctx, store->db, &start));
    STORE_OK(db_commit(store->ctx, store->db));
    return session;
}

static int exchange(const char *request, size_t n, struct str *ret_body)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)app_port(running.app))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = 0;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(send(fd, request, n, MSG_NOSIGNAL), n);
    size_t have = 0;
    for (ssize_t got; have < sizeof answer - 1 && (got = recv(fd, answer + have, sizeof answer - 1 - have, 0)) > 0;)
        have += (size_t)got;
    close(fd);
    answer[have] = '\0';
    char *body = strstr(answer, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(sscanf(answer, "HTTP/1.1 %d", &status), 1);
    body[2] = '\0';
    *ret_body = (struct str){body + 4, have - (size_t)(body + 4 - answer)};
    return status;
}

int app_get(const struct app_session *session, const char *path, const char *accept, struct str *ret_body)
{
    char head[3000];
    int n =
        snprintf(head, sizeof head,
                 "GET %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\nAccept: %s\r\nAccept-Language: zh-CN\r\nCookie: "
                 "bihuan=%s\r\n\r\n",
                 path, accept, session ? session->token : "");
    assert_true(n > 0 && (size_t)n < sizeof head);
    return exchange(head, (size_t)n, ret_body);
}

int app_post(const struct app_session *session, const char *path, const char *form, struct str *ret_body)
{
    char head[6000];
    int n = snprintf(head, sizeof head,
                     "POST %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\nAccept: text/html\r\nCookie: bihuan=%s\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\ncsrf=%s%s%s",
                     path, session->token, strlen(form) + strlen(session->csrf) + 5 + (*form ? 1 : 0), session->csrf,
                     *form ? "&" : "", form);
    assert_true(n > 0 && (size_t)n < sizeof head);
    return exchange(head, (size_t)n, ret_body);
}

struct value *app_view(struct store *store, const struct app_session *session, const char *path)
{
    struct str body;
    struct value *view;
    int status = app_get(session, path, "application/json", &body);
    if (status != 200)
        print_error("%s: %d %.*s\n", path, status, STR_ARG(str_slice(body, 0, 400)));
    assert_int_equal(status, 200);
    STORE_OK(json_parse(store->ctx, arena_copy_str(store->ctx->arena, body), &view));
    return view;
}

const char *app_headers(void) { return answer; }
