/* public_test.c: the public listener: nothing of the inside, forms that are good once, receipts, floods, hostile input.
 */
#include "public_support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/bulletin.h"
#include "loop/comment.h"
#include "loop/tick.h"
#include "serve/page.h"
#include "serve/public_cache.h"
#include "serve/public_form.h"

enum { FLOOD_THREADS = 4, FLOOD_EACH = 12, TEXT_BYTES = 64 * 1024 };

static int dial_public(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)app_public_port(world.site.app))};
    struct timeval limit = {.tv_sec = 20};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

/* Sends one request; the caller hears the answer. */
static int say(const char *method, const char *path, const char *lines, struct str body)
{
    char head[4096];
    int n = snprintf(head, sizeof head,
                     "%s %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n", method, path,
                     lines, body.n),
        fd = dial_public();
    assert_true(n > 0 && (size_t)n < sizeof head);
    (void)send(fd, head, (size_t)n, MSG_NOSIGNAL);
    for (size_t sent = 0; sent < body.n;) {
        ssize_t one = send(fd, body.p + sent, body.n - sent, MSG_NOSIGNAL);
        if (one <= 0)
            break;
        sent += (size_t)one;
    }
    return fd;
}

static struct app_answer ask(const char *method, const char *path, const char *lines, struct str body)
{
    int fd = say(method, path, lines, body);
    struct app_answer got = app_site_hear(fd);
    close(fd);
    assert_true(str_find(got.head, STR("Set-Cookie"), 0) == SIZE_MAX);
    return got;
}

/* Value of a hidden field of the page. */
static struct str field_of(struct store *store, struct str page, const char *name)
{
    struct str mark = arena_format(store->ctx->arena, "name=\"%s\" value=\"", name);
    size_t at = str_find(page, mark, 0);
    assert_true(at != SIZE_MAX);
    at += mark.n;
    return arena_copy_str(store->ctx->arena, str_slice(page, at, str_find_byte(page, '"', at)));
}

/* The question stands in the token, so that the test need not read Chinese: MS.Q.NONCE.MAC. */
static int64_t sum_of(struct str token)
{
    int64_t q = 0;
    size_t dot = str_find_byte(token, '.', 0);
    assert_true(str_parse_int64(str_slice(token, dot + 1, str_find_byte(token, '.', dot + 1)), &q));
    return q / 10 + q % 10;
}

static void add(struct buf *body, const char *name, struct str value)
{
    if (body->n)
        buf_add_char(body, '&');
    buf_add_format(body, "%s=", name);
    url_encode(body, value);
}

static struct str fresh_token(struct store *store)
{
    struct app_answer page = ask("GET", "/comment?no=TB-2024-001", "", STR(""));
    assert_int_equal(page.status, 200);
    return field_of(store, page.body, "token");
}

static struct app_answer post(struct store *store, struct str token, const char *text, const char *contact, int64_t sum)
{
    struct buf body CLEANUP(buf_done);
    buf_init(&body, 1 << 20);
    add(&body, "no", STR("TB-2024-001"));
    add(&body, "token", token);
    add(&body, "text", str_from_cstr(text));
    add(&body, "contact", str_from_cstr(contact));
    add(&body, "answer", arena_format(store->ctx->arena, "%lld", (long long)sum));
    return ask("POST", "/comment", "Content-Type: application/x-www-form-urlencoded\r\n", buf_str(&body));
}

static int64_t comments(struct store *store) { return count_sql(store, "SELECT count(*) FROM comment"); }

STORE_TEST(nothing_of_the_inside_is_there)
{
    make_public(store);
    app_site_start_public(store, &world.site);
    static const char *const more[] = {"/static/app.css",
                                       "/metrics",
                                       "/healthz",
                                       "/readyz",
                                       "/openapi.json",
                                       "/..%2fetc/passwd",
                                       "/TB-2024-001.html/x",
                                       "/index.html.json",
                                       "/tb-2024-001.html",
                                       "/TB-%00.html",
                                       "/comments"};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        assert_true(ask("GET", more[i], "", STR("")).status >= 400);
    for (int i = 0; i < route_count; i++) {
        char path[200];
        size_t n = 0;
        for (const char *p = route_table[i].path; *p && n < sizeof path - 2; p++) {
            if (*p == '{') {
                path[n++] = '1';
                p = strchr(p, '}');
                continue;
            }
            path[n++] = *p;
        }
        path[n] = '\0';
        if (strcmp(path, "/") == 0)
            continue;
        struct app_answer got =
            ask(route_table[i].method == HTTP_POST ? "POST" : "GET", path, "Cookie: bihuan=x\r\n", STR(""));
        if (got.status != 404)
            fail_msg("%s: %d", path, got.status);
    }
    assert_int_equal(ask("DELETE", "/index.html", "", STR("")).status, 405);
    assert_int_equal(ask("POST", "/TB-2024-001.html", "", STR("x")).status, 405);
    struct app_answer page = ask("GET", "/TB-2024-001.html", "", STR(""));
    assert_int_equal(page.status, 200);
    assert_true(has(page.head, "Content-Security-Policy") && !has(page.body, "<script") &&
                has(page.body, "&lt;b&gt;") && !has(page.body, "<b>"));
    assert_true(has(page.body, "7月26日") && has(page.body, "comment?no=TB-2024-001"));
    assert_int_equal(ask("GET", "/TB-2024-001.html", "", STR("")).status, 200); /* from memory */
    page = ask("GET", "/", "", STR(""));
    assert_true(page.status == 200 && has(page.body, "TB-2024-001.html"));
    page = ask("GET", "/feed.xml", "", STR(""));
    assert_true(page.status == 200 && has(page.body, "<entry>") && has(page.body, "urn:bihuan:bulletin:TB-2024-001"));
    assert_int_equal(ask("GET", "/site.css", "", STR("")).status, 200);
    page = ask("GET", "/favicon.ico", "", STR(""));
    assert_true(page.status == 200 && has(page.head, "image/svg+xml") && has(page.body, "<svg"));
    page = ask("GET", "/TB-2024-002.html", "", STR(""));
    assert_true(page.status == 404 && has(page.body, "没有这个页面") && has(page.body, "There is no such page") &&
                has(page.head, "no-store"));
    assert_true(has(ask("GET", "/index.en.html", "", STR("")).body, "<html lang=\"en\">"));
    page = ask("GET", "/TB-2024-001.en.html", "", STR(""));
    assert_true(page.status == 200 && has(page.body, "<article lang=\"zh-CN\">") &&
                has(page.body, "comment.en?no=TB-2024-001") && has(page.body, "href=\"TB-2024-001.html\""));
    page = ask("GET", "/comment.en?no=TB-2024-001", "", STR(""));
    assert_true(page.status == 200 && has(page.body, "What is ") && has(page.body, "action=\"comment.en\""));
    assert_int_equal(ask("GET", "/receipt.en", "", STR("")).status, 200);
    /* packed for whom it suits, and not sent again to whom it is known */
    page = ask("GET", "/TB-2024-001.html", "Accept-Encoding: gzip\r\n", STR(""));
    assert_true(page.status == 200 && has(page.head, "Content-Encoding: gzip") && page.body.n > 2 &&
                (unsigned char)page.body.p[0] == 0x1f);
    page = ask("GET", "/TB-2024-001.html", "", STR(""));
    size_t at = str_find(page.head, STR("ETag: "), 0);
    assert_true(at != SIZE_MAX && has(page.head, "Vary: Accept-Encoding"));
    struct str etag = str_slice(page.head, at + 6, str_find_byte(page.head, '\r', at));
    page = ask("GET", "/TB-2024-001.html", arena_format(store->ctx->arena, "If-None-Match: %.*s\r\n", STR_ARG(etag)).p,
               STR(""));
    assert_true(page.status == 304 && page.body.n == 0);
    app_site_stop(&world.site);
    clock_set_ms(0);
}

/* One caller is told to make a page anew; a page that is sent outlives its place; memory has a ceiling. */
STORE_TEST(pages_are_kept_in_bounds)
{
    struct public_cache *cache = public_cache_new();
    const struct public_page *first, *second, *third;
    bool is_due;
    (void)store;
    assert_null(public_cache_find(cache, STR("a"), 0, &is_due));
    first = public_cache_put(cache, STR("a"), STR("one"), STR("gz"), 1000);
    second = public_cache_find(cache, STR("a"), 1000 + PUBLIC_FRESH_MS - 1, &is_due);
    assert_true(second == first && !is_due && str_equal_cstr(second->bytes, "one") &&
                str_equal_cstr(second->gzip, "gz"));
    public_page_release(second);
    second = public_cache_find(cache, STR("a"), 1000 + PUBLIC_FRESH_MS, &is_due);
    assert_true(second == first && is_due);
    third = public_cache_find(cache, STR("a"), 1000 + PUBLIC_FRESH_MS, &is_due);
    assert_true(third == first && !is_due);
    public_page_release(third);
    third = public_cache_put(cache, STR("a"), STR("two"), STR(""), 4000);
    assert_true(third != first && strcmp(third->etag, first->etag) != 0 && str_equal_cstr(first->bytes, "one"));
    public_page_release(first);
    public_page_release(second);
    public_page_release(third);
    assert_null(public_cache_find(cache, STR("a"), 4000 + PUBLIC_KEPT_MS, &is_due));
    size_t n = PUBLIC_CACHE_BYTES / 8;
    char *big = calloc(1, PUBLIC_CACHE_BYTES / 2), name[16];
    for (int i = 0; i < 40; i++) { /* five times the ceiling: the oldest went */
        (void)snprintf(name, sizeof name, "page %d", i);
        public_page_release(public_cache_put(cache, str_from_cstr(name), (struct str){big, n}, STR(""), 5000 + i));
    }
    assert_null(public_cache_find(cache, STR("page 0"), 5040, &is_due));
    first = public_cache_find(cache, STR("page 39"), 5040, &is_due);
    assert_non_null(first);
    public_page_release(first);
    first = public_cache_put(cache, STR("huge"), (struct str){big, PUBLIC_CACHE_BYTES / 2}, STR(""),
                             6000); /* sent, not kept */
    assert_non_null(first);
    public_page_release(first);
    assert_null(public_cache_find(cache, STR("huge"), 6000, &is_due));
    for (int i = 0; i < 10 * PUBLIC_CACHE_PAGES; i++) {
        (void)snprintf(name, sizeof name, "small %d", i);
        public_page_release(public_cache_put(cache, str_from_cstr(name), STR("x"), STR(""), 7000 + i));
    }
    public_cache_drop(cache, STR("small 1279"));
    assert_null(public_cache_find(cache, STR("small 1279"), 8300, &is_due));
    public_cache_free(cache);
    free(big);
}

STORE_TEST(a_comment_comes_in_once_and_is_found_by_its_receipt)
{
    make_public(store);
    app_site_start_public(store, &world.site);
    struct str token = fresh_token(store);
    assert_int_equal(post(store, token, "太快", "", sum_of(token)).status, 422); /* at once: no person types so fast */
    later(10);
    assert_int_equal(post(store, token, "答错", "", sum_of(token) + 1).status, 422);
    struct app_answer got = post(store, token, "", "", sum_of(token));
    assert_int_equal(got.status, 422);
    got = post(store, arena_format(store->ctx->arena, "%.*sx", STR_ARG(token)), "<i>篡改</i>", "", sum_of(token));
    assert_true(got.status == 422 && has(got.body, "&lt;i&gt;篡改&lt;/i&gt;")); /* what was typed is kept, as text */
    assert_int_equal(comments(store), 0);
    got = post(store, token, "担保问题没有整改到位<script>alert(1)</script>", "张三 13800138000", sum_of(token));
    assert_int_equal(got.status, 201);
    size_t at = str_find(got.body, STR("class=\"receipt\">"), 0);
    assert_true(at != SIZE_MAX);
    struct str receipt =
        arena_copy_str(store->ctx->arena, str_slice(got.body, at + 16, str_find_byte(got.body, '<', at + 16)));
    assert_int_equal(receipt.n, 29);
    assert_int_equal(post(store, token, "再来一次", "", sum_of(token)).status, 409); /* good once */
    assert_int_equal(comments(store), 1);
    /* no word of it stands in the log or in a replayed table */
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM event WHERE body LIKE '%没有整改%' OR body LIKE '%13800138000%'"), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM comment_store WHERE sealed LIKE '%138%001%38000%'"), 0);
    struct str body = arena_format(store->ctx->arena, "receipt=%.*s", STR_ARG(receipt));
    got = ask("POST", "/receipt", "Content-Type: application/x-www-form-urlencoded\r\n", body);
    assert_true(got.status == 200 && has(got.body, "YJ-2024-0001"));
    got = ask("POST", "/receipt", "Content-Type: application/x-www-form-urlencoded\r\n",
              STR("receipt=AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"));
    assert_int_equal(got.status, 404);
    int64_t id = count_sql(store, "SELECT max(id) FROM comment");
    STORE_OK(run_as(store, &world.office, &command_comment_accept,
                    jsonf(store, "{'id': %lld, 'kind': 'advice'}", (long long)id), NULL));
    STORE_OK(run_as(store, &world.office, &command_comment_answer,
                    jsonf(store, "{'id': %lld, 'answer': '已核实<u>'}", (long long)id), NULL));
    got = ask("POST", "/receipt", "Content-Type: application/x-www-form-urlencoded\r\n", body);
    assert_true(has(got.body, "已核实&lt;u&gt;"));
    /* inside, the office reads the words; a reader without the permission finds nothing */
    struct app_session session, other;
    app_site_sign_in(store, world.office.account_id, &session);
    app_site_sign_in(store, world.leader.account_id, &other);
    char path[100], cookie[200];
    snprintf(path, sizeof path, "/comments/%lld", (long long)id);
    snprintf(cookie, sizeof cookie, "Cookie: bihuan=%s\r\nAccept: text/html\r\n", session.token);
    got = app_site_ask(&world.site, "GET", path, cookie, STR(""));
    assert_true(got.status == 200 && has(got.body, "没有整改到位&lt;script&gt;") && has(got.body, "13800138000"));
    snprintf(cookie, sizeof cookie, "Cookie: bihuan=%s\r\nAccept: text/html\r\n", other.token);
    assert_int_equal(app_site_ask(&world.site, "GET", path, cookie, STR("")).status, 403);
    later(5 * 3600);
    assert_int_equal(post(store, token, "太旧", "", sum_of(token)).status, 422);
    STORE_OK(run_as(store, &world.leader, &command_bulletin_withdraw,
                    jsonf(store, "{'id': %lld, 'reason': '有误'}", (long long)world.bulletin), NULL));
    assert_int_equal(ask("GET", "/comment?no=TB-2024-001", "", STR("")).status, 404);
    app_site_stop(&world.site);
    clock_set_ms(0);
}

/* A form that was kept tells when the window was and where to turn, and takes nothing; so does one sent from a page
 * that was opened in time. */
STORE_TEST(a_form_whose_window_is_over_says_so)
{
    make_public(store);
    app_site_start_public(store, &world.site);
    struct str token = fresh_token(store);
    pin("2024-07-27", 0);
    struct actor program = actor_program();
    STORE_OK(
        run_as(store, &program, &command_tick_run, jsonf(store, "{'name': 'bulletin', 'date': '2024-07-27'}"), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM bulletin WHERE state = 'closed'"), 1);
    struct app_answer got = ask("GET", "/comment?no=TB-2024-001", "", STR(""));
    assert_true(got.status == 410 && has(got.head, "no-store"));
    assert_true(has(got.body, "2024年7月8日至2024年7月26日") && has(got.body, "2024-07-08 to 2024-07-26"));
    assert_true(has(got.body, "010-12345678") && has(got.body, "href=\"TB-2024-001.html\"") &&
                has(got.body, "href=\"receipt\"") && !has(got.body, "<form"));
    assert_true(has(ask("GET", "/comment.en?no=TB-2024-001", "", STR("")).body, "href=\"TB-2024-001.en.html\""));
    got = post(store, token, "太晚", "", sum_of(token));
    assert_true(got.status == 410 && has(got.body, "010-12345678"));
    pin("2024-07-26", 15 * 3600); /* as good a token as there was */
    got = post(store, token, "太晚", "", sum_of(token));
    assert_int_equal(got.status, 410);
    assert_int_equal(comments(store), 0);
    assert_int_equal(ask("GET", "/comment?no=TB-2024-009", "", STR("")).status, 404);
    app_site_stop(&world.site);
    clock_set_ms(0);
}

STORE_TEST(the_figures_of_comments_open_the_lists_that_they_count)
{
    make_public(store);
    struct value *result;
    STORE_OK(run_as(store, &world.office, &command_comment_enter,
                    jsonf(store,
                          "{'bulletin_id': %lld, 'channel': 'phone', 'received_on': '2024-07-10', 'text': '有人收礼'}",
                          (long long)world.bulletin),
                    &result));
    STORE_OK(run_as(store, &world.office, &command_comment_lead,
                    jsonf(store, "{'id': %lld, 'lead_to': '纪检监察组'}", (long long)value_get_int(result, "id", 0)),
                    NULL));
    app_site_start_public(store, &world.site);
    later(20 * 24 * 3600);
    struct app_session session;
    app_site_sign_in(store, world.office.account_id, &session);
    struct app_answer got = see(&session, "/comments?show=late"); /* nobody has signed for the lead */
    assert_true(got.status == 200 && has(got.body, "YJ-2024-0001"));
    assert_false(has(see(&session, "/comments?show=new").body, "YJ-2024-0001"));
    char path[100];
    snprintf(path, sizeof path, "/comments?show=all&bulletin=%lld", (long long)world.bulletin);
    assert_true(has(see(&session, path).body, "YJ-2024-0001"));
    snprintf(path, sizeof path, "/bulletins/%lld", (long long)world.bulletin);
    got = see(&session, path);
    assert_true(got.status == 200 && has(got.body, "<span class=\"value\">1</span>")); /* above the text */
    app_site_stop(&world.site);
    clock_set_ms(0);
}

STORE_TEST(hostile_input_ends_as_a_plain_refusal)
{
    make_public(store);
    app_site_start_public(store, &world.site);
    static char big[200 * 1024];
    memset(big, 'a', sizeof big - 1);
    const char *type = "Content-Type: application/x-www-form-urlencoded\r\n";
    assert_int_equal(ask("POST", "/comment", type, (struct str){big, sizeof big - 1}).status, 413);
    assert_int_equal(ask("POST", "/comment", "Content-Type: text/xml\r\n", STR("<x/>")).status, 415);
    assert_true(ask("POST", "/comment", type, STR("no=%ff&text=%fe")).status >= 400);
    assert_true(ask("GET", "/comment?no=%0d%0aSet-Cookie:x=1", "", STR("")).status == 404);
    assert_int_equal(ask("GET", "/comment?no=TB-2024-001'--", "", STR("")).status, 404);
    struct str token = fresh_token(store);
    later(10);
    static char text[3 * COMMENT_TEXT_MAX + 200];
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "\xe5\xad\x97", 3);
    assert_int_equal(post(store, token, text, "", sum_of(token)).status, 422); /* over 4000 characters */
    assert_int_equal(post(store, token, "正文", "a\r\nBcc: x@y", sum_of(token)).status,
                     422); /* contacts are one line */
    struct app_answer got = post(store, token, "=HYPERLINK(\"x\")\r\n\"';DROP TABLE comment;--", "", sum_of(token));
    assert_int_equal(got.status, 201);
    assert_int_equal(comments(store), 1);
    app_site_stop(&world.site);
    clock_set_ms(0);
}

/* ---- floods ------------------------------------------------------------------------------------------------- */

struct flood {
    struct str tokens[FLOOD_EACH];
    int64_t sums[FLOOD_EACH];
    int accepted, refused, other, views;
};

static int status_of(int fd)
{
    char answer[64] = {0};
    size_t have = 0;
    int status = 0;
    for (ssize_t n; have < sizeof answer - 1 && (n = recv(fd, answer + have, sizeof answer - 1 - have, 0)) > 0;)
        have += (size_t)n;
    (void)sscanf(answer, "HTTP/1.1 %d", &status);
    close(fd);
    return status;
}

static void *flood(void *arg)
{
    struct flood *own = arg;
    for (int i = 0; i < FLOOD_EACH; i++) {
        char body[1024];
        int n = snprintf(body, sizeof body, "no=TB-2024-001&text=flood&answer=%lld&token=%.*s", (long long)own->sums[i],
                         STR_ARG(own->tokens[i]));
        int status = status_of(say("POST", "/comment", "Content-Type: application/x-www-form-urlencoded\r\n",
                                   (struct str){body, (size_t)n}));
        own->accepted += status == 201;
        own->refused += status == 429 || status == 503;
        own->other += status != 201 && status != 429 && status != 503;
        for (int k = 0; k < 10; k++)
            own->views += status_of(say("GET", "/TB-2024-001.html", "", STR(""))) == 200;
    }
    return NULL;
}

STORE_TEST(a_flood_loses_nothing_and_the_inside_goes_on)
{
    static struct flood floods[FLOOD_THREADS];
    pthread_t threads[FLOOD_THREADS];
    make_public(store);
    app_site_start_public(store, &world.site);
    memset(floods, 0, sizeof floods);
    for (int t = 0; t < FLOOD_THREADS; t++)
        for (int i = 0; i < FLOOD_EACH; i++) {
            floods[t].tokens[i] = fresh_token(store);
            floods[t].sums[i] = sum_of(floods[t].tokens[i]);
        }
    later(10);
    struct app_session session;
    app_site_sign_in(store, world.office.account_id, &session);
    char cookie[200];
    snprintf(cookie, sizeof cookie, "Cookie: bihuan=%s\r\nAccept: text/html\r\n", session.token);
    for (int t = 0; t < FLOOD_THREADS; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, flood, &floods[t]), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(app_site_ask(&world.site, "GET", "/findings", cookie, STR("")).status, 200);
    int accepted = 0, refused = 0, views = 0;
    for (int t = 0; t < FLOOD_THREADS; t++) {
        (void)pthread_join(threads[t], NULL);
        accepted += floods[t].accepted;
        refused += floods[t].refused;
        views += floods[t].views;
        assert_int_equal(floods[t].other, 0);
    }
    assert_int_equal(accepted, 20); /* the measure of one network */
    assert_int_equal(accepted + refused, FLOOD_THREADS * FLOOD_EACH);
    assert_int_equal(views, FLOOD_THREADS * FLOOD_EACH * 10);
    assert_int_equal(comments(store), accepted); /* whoever was told "received" is kept */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM comment_store"), accepted);
    app_site_stop(&world.site);
    clock_set_ms(0);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(nothing_of_the_inside_is_there), STORE_CASE(pages_are_kept_in_bounds),
                     STORE_CASE(a_comment_comes_in_once_and_is_found_by_its_receipt),
                     STORE_CASE(a_form_whose_window_is_over_says_so),
                     STORE_CASE(the_figures_of_comments_open_the_lists_that_they_count),
                     STORE_CASE(hostile_input_ends_as_a_plain_refusal),
                     STORE_CASE(a_flood_loses_nothing_and_the_inside_goes_on));
}
