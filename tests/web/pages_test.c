/* pages_test.c: pages as they are answered: the cases of tests/web/cases, and uploads, on both engines.
 *
 * A case file is lines of a word and its argument; {name} stands for what the group below, or `keep`, has named:
 *   case TEXT             begins a case
 *   on sqlite             the case holds for that engine alone
 *   as LOGIN              whose session; `as nobody`: none
 *   send NAME: VALUE      one more header of the request
 *   form FIELDS           body of a POST, urlencoded; json BODY: the same as JSON
 *   get PATH, post PATH   asks; what follows is about the answer
 *   status N
 *   header NAME: PART     that header holds PART; `header NAME:` alone: it is there
 *   no-header NAME
 *   has TEXT, no TEXT     in the body
 *   count N TEXT          so many times
 *   order A | B | C       these follow one another
 *   keep KEY NAME         the value of the header NAME for later, as {KEY}
 * With BIHUAN_SHOW set, answers that are not as wanted are printed whole.
 */
#include "app_site.h"
#include "record_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"
#include "loop/tick.h"

enum { FINDINGS = 55, LINE_MAX_BYTES = 4000, SESSIONS = 4 };
static const int64_t noon_ms = 1795492800000; /* 2026-11-24 12:00 in China */

static const char *const logins[SESSIONS] = {"office", "reader", "audit", "leader"};

static struct {
    struct store *store;
    struct app_site site;
    struct app_session sessions[SESSIONS];
    struct map names; /* -> struct str */
    int faults;
} world;

/* ---- the group ---------------------------------------------------------------------------------------------- */

static void name(const char *key, struct str value)
{
    struct store *store = world.store;
    struct arena *arena = store->ctx->arena;
    struct str *kept = ARENA_NEW(arena, struct str);
    *kept = arena_copy_str(arena, value);
    STORE_OK(map_put(&world.names, arena_copy_str(arena, str_from_cstr(key)), kept));
}

static int64_t name_id(const char *key, int64_t id)
{
    name(key, arena_format(world.store->ctx->arena, "%lld", (long long)id));
    return id;
}

static int64_t finding(int64_t source, int64_t unit, const char *more)
{
    return make(
        world.store, &command_finding_create,
        jsonf(world.store, "{'source_id': %lld, 'unit_id': %lld, %s}", (long long)source, (long long)unit, more));
}

/* A source whose document is a sheet. */
static int64_t make_sheet(struct store *store, int64_t unit)
{
    struct value *body = jsonf(
        store,
        "{'no': 'LY-2026-002', 'kind': 'audit', 'doc_kind': 'ledger', 'title': '审计台账', 'issuer': '',"
        " 'inspector': '审计厅', 'inspected_body': '', 'inspected_from': null, 'inspected_to': null,"
        " 'fed_back': '2026-06-05', 'signatory': '', 'signed': null, 'publicity_from': null,"
        " 'publicity_to': null, 'publicity_days': null, 'publicity_first_day': null, 'contacts': '[]',"
        " 'unit_id': %lld, 'label': 1, 'file_sha256': '', 'file_name': '',"
        " 'paragraphs': [{'n': 1, 'place': '台账!A1', 'role': 'ledger', 'text': '序号', 'raw': '', 'dropped': ''},"
        " {'n': 2, 'place': '台账!C1', 'role': 'ledger', 'text': '问题', 'raw': '', 'dropped': ''},"
        " {'n': 3, 'place': '台账!A2', 'role': 'finding', 'text': '1', 'raw': '', 'dropped': ''},"
        " {'n': 4, 'place': '台账!C2', 'role': 'finding', 'text': '虚增收入', 'raw': '', 'dropped': ''}]}",
        (long long)unit);
    struct event_new event = {.kind = EVENT_SOURCE_REGISTERED,
                              .is_own_chain = true,
                              .at_ms = clock_now_ms(),
                              .reason = STR(""),
                              .body = body};
    int64_t id = 0;
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &id));
    STORE_OK(db_commit(store->ctx, store->db));
    return id;
}

static void make_findings(struct store *store, int64_t source, int64_t a, int64_t b)
{
    char more[600];
    for (int i = 0; i < FINDINGS; i++) {
        snprintf(more, sizeof more,
                 "'title': '往来款第%d笔未清理', 'facts': '甲公司第%d笔往来款', 'due': '2027-%02d-10', 'phase': '%s'",
                 i + 1, i + 1, i % 12 + 1, i % 5 == 0 ? "long_term" : "concentrated");
        int64_t id = finding(source, a, more);
        if (i == 0)
            name_id("plain", id);
    }
    name_id("late", finding(source, a,
                            "'title': '违规担保<b>三户</b>', 'facts': '为民营企业担保，金额1,234.56元', 'due':"
                            " '2026-10-01', 'amount_fen': '1234.56', 'severity': 'major', 'phase': 'immediate'"));
    name_id("other", finding(source, b, "'title': '乙公司担保手续不全', 'due': '2026-12-01'"));
    name_id("secret", finding(source, a, "'title': '涉密担保', 'label': 2"));
    int64_t gone = name_id("gone", finding(source, a, "'title': '误登的担保'"));
    make(store, &command_finding_withdraw, jsonf(store, "{'id': %lld, 'reason': '登记错了'}", (long long)gone));
}

static enum rc run_batch(void *db, struct write_job *job) { return writer_run_once(db, job); }

static void run_ticks(struct store *store)
{
    char today[DATE_TEXT_BYTES];
    STORE_OK(tick_run_all(date_format(clock_today(), today), run_batch, NULL, store->db));
}

static void make_group(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.store = store;
    map_init(&world.names, store->ctx->arena);
    clock_set_ms(noon_ms);
    int64_t root = name_id("root", make_root(store)), a = name_id("a", make_unit(store, root, "A", "甲公司")),
            b = name_id("b", make_unit(store, root, "B", "乙公司"));
    int64_t source = name_id("source", make_source(store, root, "LY-2026-001"));
    name_id("sheet", make_sheet(store, root));
    make_findings(store, source, a, b);
    static const char *const roles[SESSIONS] = {"office", "reader", "audit_admin", "leading_group"};
    for (int i = 0; i < SESSIONS; i++) {
        struct actor actor = make_actor(store, logins[i], roles[i], i == 1 ? a : root, i == 0 ? 2 : 1);
        name_id(logins[i], actor.account_id);
        app_site_sign_in(store, actor.account_id, &world.sessions[i]);
    }
    run_ticks(store); /* so that the server has nothing to do by itself */
    app_site_start(store, &world.site);
}

static void end_group(void)
{
    app_site_stop(&world.site);
    clock_set_ms(0);
}

/* ---- reading cases ------------------------------------------------------------------------------------------- */

struct run {
    const char *file;
    int line, who;
    bool is_skipped; /* of another engine, up to the next case */
    char title[200], lines[LINE_MAX_BYTES], body[LINE_MAX_BYTES];
    struct app_answer answer;
};

static void fault(const struct run *run, const char *format, const char *detail)
{
    print_error("%s:%d: %s: ", run->file, run->line, run->title);
    print_error(format, detail);
    print_error(" (status %d)\n", run->answer.status);
    if (getenv("BIHUAN_SHOW"))
        (void)fprintf(stderr, "%.*s\n\n%.*s\n", STR_ARG(run->answer.head), STR_ARG(run->answer.body));
    world.faults++;
}

/* {name} in text, by what is kept. */
static struct str fill(const struct run *run, const char *text)
{
    struct arena *arena = world.store->ctx->arena;
    struct str all = STR("");
    for (const char *p = text; *p;) {
        const char *open = strchr(p, '{'), *close = open ? strchr(open, '}') : NULL;
        struct str key = close ? (struct str){open + 1, (size_t)(close - open - 1)} : STR_EMPTY;
        const struct str *value = close ? map_get(&world.names, key) : NULL;
        struct str csrf = run->who < 0 ? STR("") : str_from_cstr(world.sessions[run->who].csrf);
        if (close && str_equal(key, STR("csrf")))
            value = &csrf;
        size_t n = value ? (size_t)(open - p) : close ? (size_t)(close + 1 - p) : strlen(p);
        all = arena_concat(arena, all, (struct str){p, n});
        if (value)
            all = arena_concat(arena, all, *value);
        p += value ? (size_t)(close + 1 - p) : n;
    }
    return all;
}

static struct str header_of(const struct run *run, struct str wanted)
{
    struct str rest = run->answer.head, line;
    while (str_split_next(&rest, '\n', &line)) {
        size_t colon = str_find_byte(line, ':', 0);
        if (colon != SIZE_MAX && str_equal_nocase(str_slice(line, 0, colon), wanted))
            return str_trim(str_slice(line, colon + 1, line.n));
    }
    return STR_EMPTY;
}

static void do_ask(struct run *run, const char *method, const char *path)
{
    char lines[LINE_MAX_BYTES * 2];
    struct str to = fill(run, path);
    snprintf(lines, sizeof lines, "%s%s%s%s%s", strcasestr(run->lines, "Accept:") ? "" : "Accept: text/html\r\n",
             run->who < 0 ? "" : "Cookie: bihuan=", run->who < 0 ? "" : world.sessions[run->who].token,
             run->who < 0 ? "" : "\r\n", run->lines);
    run->answer = app_site_ask(&world.site, method, to.p, lines, str_from_cstr(run->body));
    run->lines[0] = run->body[0] = '\0';
}

static void do_as(struct run *run, const char *arg)
{
    run->who = -1;
    for (int i = 0; i < SESSIONS; i++)
        if (strcmp(arg, logins[i]) == 0)
            run->who = i;
    if (run->who < 0 && strcmp(arg, "nobody") != 0)
        fault(run, "no such login: %s", arg);
}

static void do_case(struct run *run, const char *arg)
{
    run->is_skipped = false;
    snprintf(run->title, sizeof run->title, "%s", arg);
}

static void do_on(struct run *run, const char *arg)
{
    run->is_skipped = strcmp(arg, db_get_engine(world.store->db) == DB_SQLITE ? "sqlite" : "postgres") != 0;
}
static void do_get(struct run *run, const char *arg) { do_ask(run, "GET", arg); }
static void do_post(struct run *run, const char *arg) { do_ask(run, "POST", arg); }

static void do_send(struct run *run, const char *arg)
{
    size_t n = strlen(run->lines);
    snprintf(run->lines + n, sizeof run->lines - n, "%.*s\r\n", STR_ARG(fill(run, arg)));
}

static void do_form(struct run *run, const char *arg)
{
    do_send(run, "Content-Type: application/x-www-form-urlencoded");
    snprintf(run->body, sizeof run->body, "%.*s", STR_ARG(fill(run, arg)));
}

static void do_json(struct run *run, const char *arg)
{
    do_send(run, "Content-Type: application/json");
    do_send(run, "X-CSRF-Token: {csrf}");
    do_send(run, "Accept: application/json");
    snprintf(run->body, sizeof run->body, "%.*s", STR_ARG(fill(run, arg)));
}

static void do_status(struct run *run, const char *arg)
{
    if (run->answer.status != (int)strtol(arg, NULL, 10))
        fault(run, "not the status %s", arg);
}

static void do_header(struct run *run, const char *arg)
{
    const char *colon = strchr(arg, ':');
    struct str value = header_of(run, (struct str){arg, (size_t)(colon - arg)});
    struct str part = str_trim(fill(run, colon + 1));
    if (!value.n || str_find(value, part, 0) == SIZE_MAX)
        fault(run, "no header %s", arg);
}

static void do_no_header(struct run *run, const char *arg)
{
    if (header_of(run, str_from_cstr(arg)).n)
        fault(run, "has the header %s", arg);
}

static int count_of(const struct run *run, struct str part)
{
    int count = 0;
    for (size_t at = 0; (at = str_find(run->answer.body, part, at)) != SIZE_MAX; at += part.n)
        count++;
    return count;
}

static void do_has(struct run *run, const char *arg)
{
    if (!count_of(run, fill(run, arg)))
        fault(run, "does not have: %s", arg);
}

static void do_no(struct run *run, const char *arg)
{
    if (count_of(run, fill(run, arg)))
        fault(run, "has: %s", arg);
}

static void do_count(struct run *run, const char *arg)
{
    char *part;
    long wanted = strtol(arg, &part, 10);
    int found = count_of(run, fill(run, part + 1));
    char detail[300];
    snprintf(detail, sizeof detail, "%d times, not %s", found, arg);
    if (found != wanted)
        fault(run, "%s", detail);
}

static void do_order(struct run *run, const char *arg)
{
    struct str rest = fill(run, arg), part;
    size_t at = 0;
    while (str_split_next(&rest, '|', &part)) {
        part = str_trim(part);
        at = str_find(run->answer.body, part, at);
        if (at == SIZE_MAX) {
            fault(run, "not in this order: %s", arg);
            return;
        }
        at += part.n;
    }
}

static void do_keep(struct run *run, const char *arg)
{
    const char *blank = strchr(arg, ' ');
    char key[60];
    snprintf(key, sizeof key, "%.*s", (int)(blank - arg), arg);
    struct str value = header_of(run, str_from_cstr(blank + 1));
    if (!value.n)
        fault(run, "no header to keep: %s", arg);
    name(key, value);
}

static void run_line(struct run *run, char *line)
{
    static const struct {
        const char *word;
        void (*run)(struct run *run, const char *arg);
    } words[] = {{"case", do_case},
                 {"on", do_on},
                 {"as", do_as},
                 {"send", do_send},
                 {"form", do_form},
                 {"json", do_json},
                 {"get", do_get},
                 {"post", do_post},
                 {"status", do_status},
                 {"header", do_header},
                 {"no-header", do_no_header},
                 {"has", do_has},
                 {"no", do_no},
                 {"count", do_count},
                 {"order", do_order},
                 {"keep", do_keep}};
    line[strcspn(line, "\n")] = '\0';
    if (!line[0] || line[0] == '#')
        return;
    char *arg = strchr(line, ' ');
    size_t n = arg ? (size_t)(arg - line) : strlen(line);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) == n && memcmp(words[i].word, line, n) == 0) {
            if (!run->is_skipped || words[i].run == do_case)
                words[i].run(run, arg ? arg + 1 : "");
            return;
        }
    }
    fault(run, "unknown word: %s", line);
}

static void run_file(struct store *store, const char *file)
{
    char path[4096], line[LINE_MAX_BYTES];
    struct run run = {.file = file, .who = -1};
    make_group(store);
    snprintf(path, sizeof path, "%s/%s", getenv("BIHUAN_CASES"), file);
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        run.line++;
        run_line(&run, line);
    }
    (void)fclose(in);
    end_group();
    assert_int_equal(world.faults, 0);
    assert_true(run.line > 10);
}

STORE_TEST(findings) { run_file(store, "findings.txt"); }
STORE_TEST(search) { run_file(store, "search.txt"); }
STORE_TEST(events) { run_file(store, "events.txt"); }
STORE_TEST(sign_in) { run_file(store, "sign_in.txt"); }
STORE_TEST(sources) { run_file(store, "sources.txt"); }
STORE_TEST(settings) { run_file(store, "system.txt"); }

/* Whoever may not send a document hears so from the head: long before its end, and nothing of it is kept. */
static int64_t send_slowly(const char *lines, const char *path, int *ret_status)
{
    char head[2000];
    int fd = app_site_dial(&world.site);
    int n = snprintf(head, sizeof head,
                     "POST %s HTTP/1.1\r\nHost: t\r\nAccept: text/html\r\n%sContent-Type: multipart/form-data; "
                     "boundary=x\r\nContent-Length: 150000000\r\n\r\n--x\r\n",
                     path, lines);
    int64_t began_ms = clock_monotonic_ms();
    assert_int_equal(send(fd, head, (size_t)n, MSG_NOSIGNAL), n);
    for (int i = 0; i < 5; i++) { /* the rest would take days */
        usleep(20000);
        (void)send(fd, "slow", 4, MSG_NOSIGNAL);
    }
    *ret_status = app_site_hear(fd).status;
    close(fd);
    return clock_monotonic_ms() - began_ms;
}

STORE_TEST(a_large_upload_is_refused_by_its_head)
{
    static const struct {
        int who, status;
        const char *path, *line;
    } tries[] = {{-1, 401, "/sources/import", ""}, {1, 403, "/sources/import", ""},
                 {3, 403, "/findings/import", ""}, {0, 403, "/sources/import", "Origin: http://evil.example\r\n"},
                 {0, 413, "/findings/bulk", ""},   {-1, 413, "/login", ""},
                 {0, 404, "/nothing/import", ""}};
    char lines[300];
    make_group(store);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        int who = tries[i].who, status;
        snprintf(lines, sizeof lines, "%s%s%s%s",
                 who < 0 ? "" : "Cookie: bihuan=", who < 0 ? "" : world.sessions[who].token, who < 0 ? "" : "\r\n",
                 tries[i].line);
        assert_true(send_slowly(lines, tries[i].path, &status) < 5000);
        if (status != tries[i].status)
            fail_msg("%s: %d instead of %d", tries[i].path, status, tries[i].status);
    }
    end_group();
}

/* One try without a page: the token and its cookie come with the form's own data.  The milliseconds it took. */
static int64_t try_password(const char *login, const char *password, int *ret_status, struct str *ret_body)
{
    struct arena *arena = world.store->ctx->arena;
    char lines[600], body[300];
    struct app_answer form = app_site_ask(&world.site, "GET", "/login", "Accept: application/json\r\n", STR_EMPTY);
    size_t at = str_find(form.head, STR("Set-Cookie: pre="), 0) + 12,
           token = str_find(form.body, STR("\"csrf\":\""), 0) + 8;
    struct str cookie = str_slice(form.head, at, str_find_byte(form.head, ';', at));
    struct str csrf = str_slice(form.body, token, str_find_byte(form.body, '"', token));
    snprintf(lines, sizeof lines,
             "Accept: application/json\r\nCookie: %.*s\r\nX-CSRF-Token: %.*s\r\nContent-Type: "
             "application/x-www-form-urlencoded\r\n",
             STR_ARG(cookie), STR_ARG(csrf));
    snprintf(body, sizeof body, "login=%s&password=%s", login, password);
    int64_t began_ms = clock_monotonic_ms();
    struct app_answer answer = app_site_ask(&world.site, "POST", "/login", lines, str_from_cstr(body));
    *ret_status = answer.status;
    *ret_body = arena_copy_str(arena, answer.body);
    return clock_monotonic_ms() - began_ms;
}

/* Unknown, wrong and locked answer alike, in words and about in time; the right password does not open a lock. */
STORE_TEST(no_answer_tells_which_logins_exist)
{
    enum { TRIES = LOGIN_TRIES_MAX + 2 };
    int status;
    int64_t best[2] = {INT64_MAX, INT64_MAX};
    struct str body, first = STR_EMPTY;
    static const char *const tried[] = {"known", "unknown"};
    make_group(store);
    make(store, &command_account_create, json(store, "{'login': 'known', 'name': 'x', 'password': 'Zheng-Gai-2026'}"));
    for (int i = 0; i < 2 * TRIES; i++) {
        int64_t took = try_password(tried[i % 2], "Wrong-2026", &status, &body);
        best[i % 2] = took < best[i % 2] ? took : best[i % 2];
        if (!first.n)
            first = body;
        assert_int_equal(status, 401);
        assert_true(str_equal(body, first));
    }
    assert_true(best[0] < 3 * best[1] + 5 && best[1] < 3 * best[0] + 5); /* a hash takes far longer than all else */
    (void)try_password("known", "Zheng-Gai-2026", &status, &body);
    assert_int_equal(status, 401);
    assert_true(str_equal(body, first));
    make(store, &command_account_unlock,
         jsonf(store, "{'id': %lld}", (long long)count_sql(store, "SELECT id FROM account WHERE login = 'known'")));
    (void)try_password("known", "Zheng-Gai-2026", &status, &body);
    assert_int_equal(status, 200);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM event WHERE kind = 'sign_in.locked'"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM event WHERE kind = 'sign_in.failed'"), 2);
    end_group();
}

int main(void)
{
    return STORE_RUN(STORE_CASE(findings), STORE_CASE(search), STORE_CASE(events), STORE_CASE(sign_in),
                     STORE_CASE(sources), STORE_CASE(settings), STORE_CASE(a_large_upload_is_refused_by_its_head),
                     STORE_CASE(no_answer_tells_which_logins_exist));
}
