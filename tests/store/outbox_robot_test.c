/* outbox_robot_test.c: robots of chats and other listeners that are told, over a real HTTP listener. */
#include "outbox_support.h"

#include <stdio.h>
#include <string.h>

#include "loop/outbox.h"
#include "loop/vault.h"
#include "text/base64.h"
#include "text/digest.h"
#include "text/json.h"

static int64_t add_hook(struct store *store, const char *kind, const char *path, const char *more)
{
    return make(store, &command_webhook_add,
                jsonf(store, "{'name': '%s', 'kind': '%s', 'url': 'http://127.0.0.1:%d%s', 'unit_id': %lld%s}", kind,
                      kind, peer.http, path, (long long)world.root, more));
}

static struct str hmac(struct store *store, struct str key, struct str text, bool is_base64)
{
    uint8_t digest[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    struct buf out;
    digest_hmac_sha256(key, text, digest);
    if (!is_base64)
        return arena_copy_str(store->ctx->arena, digest_format(digest, hex));
    buf_init(&out, 100);
    base64_write(&out, (struct str){(const char *)digest, sizeof digest}, 0);
    struct str copy = arena_copy_str(store->ctx->arena, buf_str(&out));
    buf_done(&out);
    return copy;
}

static const struct value *heard_at(struct store *store, const char *path)
{
    const struct value *found = NULL;
    VALUE_EACH (one, heard(store)) {
        if (str_has_prefix(value_get_text(one, "url"), str_from_cstr(path)))
            found = one;
    }
    assert_non_null(found);
    return found;
}

static void check_generic(struct store *store)
{
    const struct value *got = heard_at(store, "/ok?generic"), *headers = value_get(got, "headers");
    struct str body = value_get_text(got, "body"), at = value_get_text(headers, "x-bihuan-timestamp");
    struct str text = arena_format(store->ctx->arena, "%.*s.%.*s", STR_ARG(at), STR_ARG(body));
    struct str want = arena_format(store->ctx->arena, "sha256=%.*s", STR_ARG(hmac(store, STR("s3cret"), text, false)));
    assert_true(str_equal(value_get_text(headers, "x-bihuan-signature"), want));
    struct value *tree;
    STORE_OK(json_parse(store->ctx, body, &tree));
    assert_int_equal(value_count(value_get(tree, "items")), 2);
    const struct value *item = value_get(tree, "items")->items.first;
    assert_true(str_equal(value_get_text(item, "rule"), STR("due")));
    assert_true(value_get_int(item, "id", 0) > 0);
}

static void check_chats(struct store *store)
{
    struct arena *arena = store->ctx->arena;
    struct value *tree;
    const struct value *got = heard_at(store, "/ok?wecom");
    STORE_OK(json_parse(store->ctx, value_get_text(got, "body"), &tree));
    assert_true(str_equal(value_get_text(tree, "msgtype"), STR("text")));
    assert_true(holds(value_get_text(value_get(tree, "text"), "content"), "LY-2026-001-001"));
    got = heard_at(store, "/ok?feishu");
    STORE_OK(json_parse(store->ctx, value_get_text(got, "body"), &tree));
    struct str at = value_get_text(tree, "timestamp");
    assert_true(str_equal(value_get_text(tree, "msg_type"), STR("text")));
    assert_true(holds(value_get_text(value_get(tree, "content"), "text"), "LY-2026-001-002"));
    struct str key = arena_format(arena, "%.*s\ns3cret", STR_ARG(at));
    assert_true(str_equal(value_get_text(tree, "sign"), hmac(store, key, STR(""), true)));
    got = heard_at(store, "/ok?dingtalk");
    struct str url = value_get_text(got, "url");
    size_t from = str_find(url, STR("&timestamp="), 0), to = str_find(url, STR("&sign="), 0);
    assert_true(from != SIZE_MAX && to != SIZE_MAX);
    at = str_slice(url, from + 11, to);
    struct str want = hmac(store, STR("s3cret"), arena_format(arena, "%.*s\ns3cret", STR_ARG(at)), true),
               sign = str_slice(url, to + 6, url.n);
    for (size_t i = 0, k = 0; i < want.n; i++) { /* percent-encoded */
        char code[4] = {want.p[i]};
        if (strchr("+/=", want.p[i]))
            snprintf(code, sizeof code, "%%%02X", (unsigned)want.p[i]);
        assert_true(str_has_prefix(str_slice(sign, k, sign.n), str_from_cstr(code)));
        k += strlen(code);
    }
}

STORE_TEST(robots_are_told_in_their_own_way)
{
    make_world(store, "");
    start_peer(store);
    add_hook(store, "generic", "/ok?generic", ", 'secret': 's3cret'");
    add_hook(store, "wecom", "/ok?wecom", "");
    add_hook(store, "dingtalk", "/ok?dingtalk", ", 'secret': 's3cret'");
    add_hook(store, "feishu", "/ok?feishu", ", 'secret': 's3cret'");
    int64_t other = make_unit(store, world.root, "W", "西部公司");
    (void)make(store, &command_webhook_add,
               jsonf(store, "{'name': 'w', 'kind': 'generic', 'url': 'http://127.0.0.1:%d/ok?west', 'unit_id': %lld}",
                     peer.http, (long long)other)); /* another unit */
    add_hook(store, "generic", "/ok?public", ", 'label_max': 0");
    add_hook(store, "generic", "/ok?late", ", 'rules': 'overdue'");
    int64_t off = add_hook(store, "generic", "/ok?off", "");
    tamper(store, "UPDATE webhook SET added_on = '2000-01-01'"); /* the day of the case may lie before the real one */
    tick(store);
    set_hour(8);
    (void)make(store, &command_webhook_switch, jsonf(store, "{'id': %lld, 'is_enabled': false}", (long long)off));
    struct settings settings = settings_with(store, "", "", true);
    struct sender_counts counts = pass(store, &settings);
    assert_int_equal(counts.sent, 4);
    assert_int_equal(counts.failed + counts.again, 0);
    assert_int_equal(sends(store, "hook:%", "sent", ""), 8);
    assert_int_equal(sends(store, "hook:%", "skipped", "label"), 2);
    assert_int_equal(pass(store, &settings).sent, 0);
    assert_int_equal(value_count(heard(store)), 4);
    check_generic(store);
    check_chats(store);
    stop_peer();
    clock_set_ms(0);
}

STORE_TEST(failures_of_robots_are_told_apart)
{
    make_world(store, "");
    start_peer(store);
    static const struct {
        const char *kind, *path, *reason;
        bool is_over;
    } cases[] = {{"generic", "/fail", "http:500", false}, {"generic", "/gone", "http:404", true},
                 {"generic", "/moved", "http:302", true}, {"dingtalk", "/robot", "robot:310000", false},
                 {"wecom", "/long", "net.answer", false}, {"generic", "/ok", "", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        add_hook(store, cases[i].kind, cases[i].path, "");
    tamper(store, "UPDATE webhook SET added_on = '2000-01-01'");
    tick(store);
    set_hour(8);
    struct settings settings = settings_with(store, "", "", true);
    (void)pass(store, &settings);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *state = !*cases[i].reason ? "sent" : cases[i].is_over ? "failed" : "waiting";
        assert_int_equal(sends(store, "hook:%", state, cases[i].reason), 2);
    }
    VALUE_EACH (one, heard(store))
        assert_true(holds(value_get_text(one, "url"), "/ok") ? !holds(value_get_text(one, "body"), "moved") : true);
    stop_peer();
    clock_set_ms(0);
}

/* The guard holds at the moment of connecting: also for names that resolve to private addresses. */
STORE_TEST(private_addresses_are_not_called)
{
    make_world(store, "");
    start_peer(store);
    struct settings closed = settings_with(store, "", "", false), open = settings_with(store, "", "", true);
    static const struct {
        const char *url, *closed, *open;
    } cases[] = {{"https://127.0.0.1:%d/ok", "guard.private", "net.tls"},
                 {"https://localhost:%d/ok", "guard.private", "net.tls"},
                 {"https://[::1]:%d/ok", "guard.private", "net.connect"},
                 {"https://[::ffff:127.0.0.1]:%d/ok", "guard.private", "net.tls"},
                 {"https://2130706433:%d/ok", "guard.private", "net.tls"},
                 {"https://0x7f.1:%d/ok", "guard.private", "net.tls"},
                 {"http://127.0.0.1:%d/ok", "guard.address", ""},
                 {"https://a:b@127.0.0.1:%d/ok", "guard.address", "guard.address"},
                 {"ftp://127.0.0.1:%d/ok", "guard.address", "guard.address"},
                 {"file:///etc/passwd#%d", "guard.address", "guard.address"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char url[200];
        snprintf(url, sizeof url, cases[i].url, peer.http); /* NOLINT */
        struct value *row = value_new_map(store->ctx->arena);
        value_put_text(store->ctx->arena, row, "kind", STR("generic"));
        value_put_text(store->ctx->arena, row, "url", str_from_cstr(url));
        struct post_result result = sender_test_hook(store->ctx->arena, &closed, row);
        assert_false(result.is_sent);
        assert_string_equal(result.reason, cases[i].closed);
        result = sender_test_hook(store->ctx->arena, &open, row);
        if (strcmp(cases[i].url, "https://[::1]:%d/ok") != 0) /* a machine may be without IPv6 */
            assert_string_equal(result.reason, cases[i].open);
    }
    assert_int_equal(value_count(heard(store)), 1);
    stop_peer();
}

static int64_t count_like(struct store *store, const char *words)
{
    return count_sqlf(store, "SELECT count(*) FROM event WHERE body LIKE '%%%s%%'", words);
}

STORE_TEST(addresses_and_secrets_stand_in_no_event)
{
    make_world(store, "");
    struct actor admin = make_actor(store, "admin2", "system_admin", world.root, LABEL_PUBLIC);
    struct actor office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    const char *add = "{'name': '群', 'kind': 'wecom', 'url': 'https://robots.test/send?key=TOPSECRETKEY', 'secret': "
                      "'SIGNINGSECRET', 'unit_id': %lld}";
    struct value *result;
    STORE_RC(run_as(store, &office, &command_webhook_add, jsonf(store, add, (long long)world.root), NULL),
             RC_FORBIDDEN); /* NOLINT */
    STORE_OK(
        run_as(store, &admin, &command_webhook_add, jsonf(store, add, (long long)world.root), &result)); /* NOLINT */
    long long id = value_get_int(result, "id", 0);
    STORE_OK(run_as(
        store, &admin, &command_webhook_change,
        jsonf(store, "{'id': %lld, 'name': '群二', 'kind': 'wecom', 'unit_id': %lld}", id, (long long)world.root),
        NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM webhook_secret WHERE url NOT LIKE '%test%' AND url NOT "
                                      "LIKE '%KEY%' AND secret NOT LIKE '%SECRET%'"),
                     1);
    STORE_OK(webhook_read(store->ctx, store->db, id, &result));
    assert_true(str_equal(value_get_text(result, "url"), STR("https://robots.test/send?key=TOPSECRETKEY")));
    assert_true(str_equal(value_get_text(result, "secret"), STR("SIGNINGSECRET")));
    vault_use(arena_format(store->ctx->arena, "%s/other-key", store->dir).p); /* the database without its key */
    STORE_OK(webhook_read(store->ctx, store->db, id, &result));
    assert_int_equal(value_get_text(result, "url").n, 0);
    assert_int_equal(value_get_text(result, "secret").n, 0);
    vault_use(arena_format(store->ctx->arena, "%s/key", store->dir).p);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM webhook WHERE host = 'robots.test' AND name = '群二'"), 1);
    STORE_OK(
        run_as(store, &admin, &command_webhook_switch, jsonf(store, "{'id': %lld, 'is_enabled': false}", id), NULL));
    STORE_RC(
        run_as(store, &admin, &command_webhook_change,
               jsonf(store, "{'id': %lld, 'name': 'x', 'kind': 'wecom', 'unit_id': %lld, 'url': 'https://u:p@h.test/'}",
                     id, (long long)world.root),
               NULL),
        RC_INVALID);
    assert_string_equal(issue_field(store), "url");
    assert_int_equal(count_like(store, "TOPSECRETKEY"), 0);
    assert_int_equal(count_like(store, "SIGNINGSECRET"), 0);
    expect_kinds(store, "webhook");
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(robots_are_told_in_their_own_way), STORE_CASE(failures_of_robots_are_told_apart),
                     STORE_CASE(private_addresses_are_not_called), STORE_CASE(addresses_and_secrets_stand_in_no_event));
}
