/* outbox_test.c: what goes out of the house, to a real SMTP server and a real HTTP listener on loopback.
 *
 * BIHUAN_OUTBOX_PEER is the other side (tests/tools/outbox_peer.mjs), BIHUAN_PROGRAM the program.
 */
#include "record_support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/notice.h"
#include "loop/outbox.h"
#include "loop/tick.h"
#include "loop/vault.h"
#include "serve/sender.h"
#include "text/base64.h"
#include "text/digest.h"
#include "text/json.h"

enum { HOUR_MS = 3600 * 1000, LINE_MAX_BYTES = 1 << 16 };

static struct {
    pid_t pid;
    int in;
    int smtp, http, tls;
    char dir[400];
} peer;

static struct {
    int64_t root, firm, source, finding;
    int64_t one, two;
    char day[DATE_TEXT_BYTES];
} world;

/* ---- the other side ----------------------------------------------------------------------------------------- */

static void start_peer(struct store *store)
{
    int in[2], out[2];
    char ports[100] = "";
    const char *script = getenv("BIHUAN_OUTBOX_PEER");
    assert_non_null(script);
    snprintf(peer.dir, sizeof peer.dir, "%s", store->dir);
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    peer.pid = fork();
    if (peer.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execlp("node", "node", script, peer.dir, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    size_t have = 0;
    for (ssize_t n; !strchr(ports, '\n') && (n = read(out[0], ports + have, sizeof ports - 1 - have)) > 0;)
        have += (size_t)n;
    close(out[0]);
    peer.in = in[1];
    if (sscanf(ports, "%d %d %d", &peer.smtp, &peer.http, &peer.tls) != 3) /* NOLINT */
        fail_msg("the other side did not start: %s", ports);
}

static void stop_peer(void)
{
    int status;
    close(peer.in);
    assert_int_equal(waitpid(peer.pid, &status, 0), peer.pid);
}

/* Everything heard so far, as a list. */
static struct value *heard(struct store *store)
{
    static char line[LINE_MAX_BYTES];
    char path[500];
    snprintf(path, sizeof path, "%s/heard", peer.dir);
    struct value *list = value_new_list(store->ctx->arena), *one;
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        STORE_OK(json_parse(store->ctx, arena_copy_str(store->ctx->arena, str_from_cstr(line)), &one));
        value_add(list, one);
    }
    if (file)
        fclose(file);
    return list;
}

static const struct value *last_heard(struct store *store)
{
    const struct value *last = NULL;
    VALUE_EACH (one, heard(store))
        last = one;
    assert_non_null(last);
    return last;
}

static bool holds(struct str text, const char *part) { return str_find(text, str_from_cstr(part), 0) != SIZE_MAX; }

/* ---- settings and a pass ------------------------------------------------------------------------------------ */

static struct settings settings_with(struct store *store, const char *server, const char *quiet, bool is_private)
{
    struct settings settings = {.language = STR("zh"),
                                .site_url = STR("https://bihuan.test/"),
                                .mail_server = arena_copy_str(store->ctx->arena, str_from_cstr(server)),
                                .mail_from = STR("bihuan@group.test"),
                                .quiet_hours = str_from_cstr(quiet),
                                .hook_private = is_private};
    return settings;
}

static const char *smtp(struct store *store)
{
    return arena_format(store->ctx->arena, "smtp://127.0.0.1:%d", peer.smtp).p;
}

static enum rc run_here(void *arg, struct write_job *job) { return writer_run_once(((struct store *)arg)->db, job); }

static struct sender_counts pass(struct store *store, const struct settings *settings)
{
    struct sender_counts counts;
    STORE_OK(sender_pass(store->ctx, settings, run_here, store, &counts));
    return counts;
}

static void set_hour(int hour)
{
    int32_t day = 0;
    assert_true(date_parse(str_from_cstr(world.day), &day));
    clock_set_ms(((int64_t)day * 24 + hour) * HOUR_MS - (int64_t)CLOCK_CHINA_OFFSET_S * 1000);
}

/* ---- who is told -------------------------------------------------------------------------------------------- */

static int64_t make_approver(struct store *store, const char *login, const char *email)
{
    int64_t person =
        make(store, &command_person_create,
             jsonf(store, "{'unit_id': %lld, 'name': '%s', 'email': '%s'}", (long long)world.firm, login, email));
    int64_t id =
        make(store, &command_account_create,
             jsonf(store, "{'login': '%s', 'name': '%s', 'person_id': %lld}", login, login, (long long)person));
    (void)make(store, &command_grant_give,
               jsonf(store, "{'id': %lld, 'role': 'unit_approver', 'unit_id': %lld, 'clearance': 1}", (long long)id,
                     (long long)world.firm));
    return id;
}

static void make_finding_of_firm(struct store *store, const char *title)
{
    world.finding = make_finding(store, world.source, title);
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)world.finding, (long long)world.firm), NULL));
}

/* Two findings that wait for the firm to accept them, and their reminders of the day when they are due. */
static void make_world(struct store *store, const char *email)
{
    memset(&world, 0, sizeof world);
    vault_use(arena_format(store->ctx->arena, "%s/key", store->dir).p);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.source = make_source(store, world.root, "LY-2026-001");
    world.one = make_approver(store, "one", email);
    make_finding_of_firm(store, "担保管理不规范");
    make_finding_of_firm(store, "贸易业务空转");
    struct value *row;
    struct db_stmt *st;
    STORE_OK(db_prepare_text(store->ctx, store->db, STR("SELECT min(due) AS day FROM wait"), &st));
    STORE_OK(db_first_row(store->ctx, st, &row));
    snprintf(world.day, sizeof world.day, "%.*s", STR_ARG(value_get_text(row, "day")));
    db_stmt_free(st);
}

static void tick(struct store *store)
{
    set_hour(0);
    STORE_OK(tick_run_all(str_from_cstr(world.day), run_here, NULL, store));
    assert_true(count_sql(store, "SELECT count(*) FROM notice WHERE rule = 'due'") > 0);
}

static int64_t sends(struct store *store, const char *channel, const char *state, const char *reason)
{
    return count_sqlf(store,
                      "SELECT count(*) FROM notice_send WHERE channel LIKE '%s' AND state = '%s' AND reason = '%s'",
                      channel, state, reason);
}

/* ---- mail --------------------------------------------------------------------------------------------------- */

STORE_TEST(a_mail_gathers_what_waits_and_goes_out_once)
{
    make_world(store, "one@firm.test");
    world.two = make_approver(store, "two", "two@firm.test");
    (void)make_approver(store, "three", "");
    int64_t four = make_approver(store, "four", "four@firm.test");
    struct notice_wish wish = {.account_id = four, .is_mail = false, .quiet_from = -1, .quiet_to = -1};
    STORE_OK(notice_work_wish(store->ctx, store->db, &wish));
    wish = (struct notice_wish){.account_id = world.two, .is_mail = true, .quiet_from = 8 * 60, .quiet_to = 9 * 60};
    STORE_OK(notice_work_wish(store->ctx, store->db, &wish)); /* another quiet time than that of the settings */
    tick(store);
    start_peer(store);
    struct settings settings = settings_with(store, smtp(store), "21:00-07:30", false);
    assert_int_equal(pass(store, &settings).sent, 1); /* two is not quiet at midnight, one is */
    assert_int_equal(pass(store, &settings).sent, 0);
    assert_int_equal(sends(store, "mail", "skipped", "no_address"), 2);
    assert_int_equal(sends(store, "mail", "skipped", "not_wanted"), 2);
    set_hour(8);
    assert_int_equal(pass(store, &settings).sent, 1);
    assert_int_equal(sends(store, "mail", "sent", ""), 4);
    const struct value *mail = last_heard(store);
    struct str text = value_get_text(mail, "text");
    assert_true(holds(text, "您有 2 项工作需要关注"));
    assert_true(holds(text, "LY-2026-001-001"));
    assert_true(holds(text, "LY-2026-001-002"));
    assert_true(holds(
        text, arena_format(store->ctx->arena, "https://bihuan.test/findings/%lld\n", (long long)world.finding).p));
    assert_false(holds(text, "担保")); /* no title leaves the house */
    assert_true(holds(value_get_text(mail, "head"), "=?UTF-8?B?"));
    assert_true(holds(value_get_text(mail, "id"), "@group.test>"));
    STORE_OK(tick_run_all(str_from_cstr(world.day), run_here, NULL, store)); /* the day is done */
    assert_int_equal(pass(store, &settings).sent, 0);
    assert_int_equal(value_count(heard(store)), 2);
    stop_peer();
    clock_set_ms(0);
}

STORE_TEST(what_is_settled_or_read_meanwhile_is_not_sent)
{
    make_world(store, "one@firm.test");
    tick(store);
    start_peer(store);
    struct settings settings = settings_with(store, smtp(store), "21:00-07:30", false);
    assert_int_equal(pass(store, &settings).sent, 0);
    (void)make(store, &command_finding_confirm, jsonf(store, "{'id': %lld}", (long long)world.finding));
    tamper(store, "UPDATE notice SET read_at = 1 WHERE no = 'LY-2026-001-001'");
    set_hour(8);
    assert_int_equal(pass(store, &settings).sent, 0);
    assert_int_equal(sends(store, "mail", "skipped", "settled"), 1);
    assert_int_equal(sends(store, "mail", "skipped", "read"), 1);
    assert_int_equal(value_count(heard(store)), 0);
    stop_peer();
    clock_set_ms(0);
}

STORE_TEST(a_refused_mail_is_given_up_and_a_put_off_one_tried_again)
{
    make_world(store, "reject@firm.test");
    world.two = make_approver(store, "two", "later@firm.test");
    tick(store);
    start_peer(store);
    set_hour(8);
    struct settings settings = settings_with(store, smtp(store), "", false);
    struct sender_counts counts = pass(store, &settings);
    assert_int_equal(counts.failed, 1);
    assert_int_equal(counts.again, 1);
    assert_int_equal(sends(store, "mail", "failed", "smtp:550"), 2);
    assert_int_equal(sends(store, "mail", "waiting", "smtp:451"), 2);
    int64_t now = clock_now_ms();
    for (int i = 1; i < OUTBOX_TRIES_MAX; i++) { /* never before its time, each pause longer */
        int64_t next = count_sql(store, "SELECT min(next_at) FROM notice_send WHERE state = 'waiting'");
        assert_int_equal(next - now, outbox_pause_ms(i));
        assert_int_equal(pass(store, &settings).again, 0);
        now = next;
        clock_set_ms(now);
        (void)pass(store, &settings);
    }
    assert_int_equal(sends(store, "mail", "failed", "smtp:451"), 2);
    now = clock_now_ms();
    STORE_OK(outbox_work_again(store->ctx, store->db, &now));
    assert_int_equal(pass(store, &settings).failed, 1);
    assert_int_equal(value_count(heard(store)), 0);
    stop_peer();
    clock_set_ms(0);
}

/* Due on a day without mail, overdue on the next: only the later is told. */
STORE_TEST(of_reminders_that_were_held_up_the_newest_of_each_item_goes_out)
{
    int32_t day = 0;
    make_world(store, "one@firm.test");
    start_peer(store);
    struct settings settings = settings_with(store, smtp(store), "", false), down = settings;
    down.mail_server = STR("smtp://127.0.0.1:1");
    tick(store);
    assert_int_equal(pass(store, &down).again, 1);
    assert_int_equal(sends(store, "mail", "waiting", "net.connect"), 2);
    assert_true(date_parse(str_from_cstr(world.day), &day));
    while (count_sql(store, "SELECT count(*) FROM notice WHERE rule = 'overdue'") == 0) {
        date_format(++day, world.day);
        tick(store);
    }
    set_hour(8);
    while (pass(store, &settings).sent == 0)
        clock_set_ms(clock_now_ms() + HOUR_MS);
    assert_int_equal(pass(store, &settings).sent, 0);
    assert_int_equal(sends(store, "mail", "sent", ""), 2);
    assert_int_equal(sends(store, "mail", "skipped", "overtaken"), 2);
    assert_int_equal(value_count(heard(store)), 1);
    struct str text = value_get_text(last_heard(store), "text");
    assert_true(holds(text, "您有 2 项工作需要关注"));
    assert_true(holds(text, "逾期") && !holds(text, "今日到期") && !holds(text, "今天到期"));
    stop_peer();
    clock_set_ms(0);
}

STORE_TEST(a_server_that_is_down_puts_all_mail_off)
{
    make_world(store, "one@firm.test");
    world.two = make_approver(store, "two", "two@firm.test");
    tick(store);
    set_hour(8);
    start_peer(store);
    stop_peer(); /* its port is closed again */
    struct settings settings = settings_with(store, smtp(store), "", false);
    struct sender_counts counts = pass(store, &settings);
    assert_int_equal(counts.again, 1); /* one try, not one for each account */
    assert_int_equal(sends(store, "mail", "waiting", "net.connect"), 2);
    assert_int_equal(sends(store, "mail", "waiting", ""), 2);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM notice_send WHERE tries > 0"), 2);
    settings.mail_server = STR("");
    settings.mail_from = STR("");
    tamper(store, "DELETE FROM notice_send");
    assert_int_equal(pass(store, &settings).sent, 0);
    assert_int_equal(sends(store, "mail", "skipped", "channel_off"), 4);
    clock_set_ms(0);
}

STORE_TEST(mail_is_encrypted_when_it_must_be)
{
    make_world(store, "one@firm.test");
    tick(store);
    set_hour(8);
    start_peer(store);
    struct arena *arena = store->ctx->arena;
    struct settings settings = settings_with(store, arena_format(arena, "smtp://127.0.0.1:%d", peer.tls).p, "", false);
    settings.mail_tls = true;
    settings.mail_user = STR("bihuan");
    settings.mail_password = STR("wrong");
    assert_string_equal(sender_test_mail(arena, &settings, STR("one@firm.test")).reason, "net.tls"); /* not trusted */
    settings.mail_ca = arena_format(arena, "%s/cert.pem", peer.dir);
    assert_string_equal(sender_test_mail(arena, &settings, STR("one@firm.test")).reason, "smtp.login");
    settings.mail_password = STR("mail-secret");
    assert_true(sender_test_mail(arena, &settings, STR("one@firm.test")).is_sent);
    assert_string_equal(sender_test_mail(arena, &settings, STR("a b@firm.test")).reason, "bad_address");
    assert_string_equal(sender_test_mail(arena, &settings, STR("a@b>\r\nBcc: x@y")).reason, "bad_address");
    assert_int_equal(pass(store, &settings).sent, 1);
    assert_true(value_get_bool(last_heard(store), "tls"));
    assert_true(str_equal(value_get_text(last_heard(store), "user"), STR("bihuan")));
    settings.mail_server = str_from_cstr(smtp(store)); /* a server that cannot: nothing is said to it */
    assert_string_equal(sender_test_mail(arena, &settings, STR("one@firm.test")).reason, "net.tls");
    stop_peer();
    clock_set_ms(0);
}

/* ---- robots ------------------------------------------------------------------------------------------------- */

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

/* ---- who dies in the middle --------------------------------------------------------------------------------- */

static pid_t start_program(struct store *store)
{
    const char *program = getenv("BIHUAN_PROGRAM");
    struct arena *arena = store->ctx->arena;
    assert_non_null(program);
    char *argv[] = {(char *)program,
                    "send",
                    "--db",
                    (char *)arena_copy_cstr(arena, store->url),
                    "--mail-server",
                    (char *)smtp(store),
                    "--mail-tls",
                    "false",
                    "--mail-from",
                    "bihuan@group.test",
                    "--quiet-hours",
                    "",
                    NULL};
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, 1);
        dup2(null, 2);
        execv(program, argv);
        _exit(127);
    }
    return pid;
}

static void run_program(struct store *store)
{
    int status;
    pid_t pid = start_program(store);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void wait_until_heard(struct store *store, size_t count)
{
    for (int i = 0; value_count(heard(store)) < count; i++) {
        struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
        assert_true(i < 400);
        nanosleep(&pause, NULL);
    }
}

STORE_TEST(a_killed_sender_loses_nothing)
{
    char slow[500];
    make_world(store, "one@firm.test");
    world.two = make_approver(store, "two", "two@firm.test");
    tick(store);
    clock_set_ms(0); /* the program has the real clock */
    char today[DATE_TEXT_BYTES];
    tamperf(store, "UPDATE notice SET day = '%s'", date_format(clock_today(), today).p);
    start_peer(store);
    snprintf(slow, sizeof slow, "%s/slow", peer.dir);
    close(open(slow, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    pid_t pid = start_program(store);
    wait_until_heard(store, 1); /* the mail is over there, the answer is not here yet: the worst moment */
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(unlink(slow), 0);
    assert_int_equal(sends(store, "mail", "claimed", ""), 2);
    run_program(store); /* the other one's goes out; the claim still holds */
    assert_int_equal(value_count(heard(store)), 2);
    assert_int_equal(sends(store, "mail", "claimed", ""), 2);
    tamper(store, "UPDATE notice_send SET claimed_at = claimed_at - 700000 WHERE state = 'claimed'");
    run_program(store); /* at least once: again, under the same number */
    run_program(store);
    struct value *all = heard(store);
    assert_int_equal(value_count(all), 3);
    assert_int_equal(sends(store, "mail", "sent", ""), 4);
    const struct value *first = all->items.first, *last = all->items.last;
    assert_true(str_equal(value_get_text(first, "id"), value_get_text(last, "id")));
    assert_false(str_equal(value_get_text(first, "id"), value_get_text(first->next, "id")));
    stop_peer();
}

STORE_TEST(quiet_hours_end_when_they_should)
{
    int32_t day = 0;
    (void)store;
    assert_true(date_parse(STR("2026-11-24"), &day));
    int64_t midnight = (int64_t)day * 24 * HOUR_MS - (int64_t)CLOCK_CHINA_OFFSET_S * 1000;
    assert_int_equal(outbox_quiet_end(midnight, -1, -1), midnight);
    assert_int_equal(outbox_quiet_end(midnight, 21 * 60, 450), midnight + 450 * 60000);
    assert_int_equal(outbox_quiet_end(midnight + 22 * HOUR_MS, 21 * 60, 450), midnight + 24 * HOUR_MS + 450 * 60000);
    assert_int_equal(outbox_quiet_end(midnight + 8 * HOUR_MS, 21 * 60, 450), midnight + 8 * HOUR_MS);
    assert_int_equal(outbox_quiet_end(midnight + 450 * 60000, 21 * 60, 450), midnight + 450 * 60000);
    assert_int_equal(outbox_quiet_end(midnight + 12 * HOUR_MS + 5, 12 * 60, 13 * 60), midnight + 13 * HOUR_MS);
    assert_int_equal(outbox_quiet_end(midnight + 12 * HOUR_MS, 60, 60), midnight + 12 * HOUR_MS);
    int64_t from, to;
    assert_true(sender_read_quiet(STR("21:00-07:30"), &from, &to));
    assert_int_equal(from, 1260);
    assert_int_equal(to, 450);
    assert_true(sender_read_quiet(STR(""), &from, &to));
    assert_int_equal(from, -1);
    assert_false(sender_read_quiet(STR("21:00"), &from, &to));
    assert_false(sender_read_quiet(STR("24:00-07:30"), &from, &to));
}

int main(void)
{
    return STORE_RUN(STORE_CASE(quiet_hours_end_when_they_should),
                     STORE_CASE(a_mail_gathers_what_waits_and_goes_out_once),
                     STORE_CASE(what_is_settled_or_read_meanwhile_is_not_sent),
                     STORE_CASE(a_refused_mail_is_given_up_and_a_put_off_one_tried_again),
                     STORE_CASE(of_reminders_that_were_held_up_the_newest_of_each_item_goes_out),
                     STORE_CASE(a_server_that_is_down_puts_all_mail_off), STORE_CASE(mail_is_encrypted_when_it_must_be),
                     STORE_CASE(robots_are_told_in_their_own_way), STORE_CASE(failures_of_robots_are_told_apart),
                     STORE_CASE(private_addresses_are_not_called), STORE_CASE(addresses_and_secrets_stand_in_no_event),
                     STORE_CASE(a_killed_sender_loses_nothing));
}
