/* feed_test.c: the calendar of my deadlines: who gets what, for how long, and whether another program can read it. */
#include "app_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { ADDRESS_BYTES = 200, FETCHES = 31 };

static struct {
    int64_t root, firm, source, finding, due;
    struct actor approver;
    struct app_session session;
} world;

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source,
                                 "担保,管理;不规范而且标题非常长，长到日历里应当被截短，不能整段外传的内容甲乙丙丁");
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '2026-12-31', 'label': 1}",
                       (long long)world.finding, (long long)world.firm),
                 NULL));
    world.due = count_sql(store, "SELECT CAST(replace(due, '-', '') AS bigint) FROM wait");
    assert_true(world.due > 20200000);
    world.approver = make_actor(store, "approver", "unit_approver", world.firm, LABEL_INTERNAL);
    world.session = app_sign_in(store, world.approver.account_id);
}

/* Path of a new feed, as the page shows it once. */
static void open_feed(char path[ADDRESS_BYTES])
{
    struct str body;
    assert_int_equal(app_post(&world.session, "/me/feeds", "", &body), 200);
    size_t at = str_find(body, STR("/calendar/"), 0);
    assert_true(at != SIZE_MAX);
    size_t end = str_find(body, STR(".ics"), at);
    snprintf(path, ADDRESS_BYTES, "%.*s", (int)(end + 4 - at), body.p + at);
}

static void check_lines(struct str ics)
{
    struct str rest = ics, line;
    while (str_split_next(&rest, '\n', &line)) {
        if (!line.n)
            continue;
        assert_true(line.p[line.n - 1] == '\r');
        assert_true(line.n - 1 <= 75);
    }
}

/* Another program's reader: npm's ical.js. */
static void check_reader(struct store *store, struct str ics)
{
    struct str path = arena_format(store->ctx->arena, "%s/feed.ics", store->dir);
    FILE *file = fopen(path.p, "wbe");
    assert_non_null(file);
    assert_int_equal(fwrite(ics.p, 1, ics.n, file), ics.n);
    assert_int_equal(fclose(file), 0);
    const char *reader = getenv("BIHUAN_ICS_READER");
    assert_non_null(reader);
    struct str day = arena_format(store->ctx->arena, "%lld-%02lld-%02lld", (long long)world.due / 10000,
                                  (long long)world.due / 100 % 100, (long long)world.due % 100);
    pid_t child = fork();
    if (child == 0) {
        execlp("node", "node", reader, path.p, "1", day.p, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_int_equal(status, 0);
}

STORE_TEST(a_feed_holds_numbers_and_short_titles)
{
    struct str body;
    char path[ADDRESS_BYTES];
    make_world(store);
    app_start(store);
    open_feed(path);
    assert_int_equal(app_get(NULL, path, "*/*", &body), 200);
    assert_non_null(strstr(app_headers(), "text/calendar; charset=utf-8"));
    check_lines(body);
    struct str start = arena_format(store->ctx->arena, "DTSTART;VALUE=DATE:%lld", (long long)world.due);
    assert_true(str_find(body, start, 0) != SIZE_MAX);
    assert_true(str_find(body, STR("甲乙丙丁"), 0) == SIZE_MAX);
    check_reader(store, arena_copy_str(store->ctx->arena, body));
    assert_int_equal(app_get(&world.session, "/me", "text/html", &body), 200);
    assert_true(str_find(body, STR("/calendar/"), 0) == SIZE_MAX); /* never shown again */
    app_end();
    assert_int_equal(count_sql(store, "SELECT count(*) FROM feed WHERE length(token_hash) = 64"), 1);
    char secret[ADDRESS_BYTES];
    snprintf(secret, sizeof secret, "SELECT count(*) FROM event WHERE body LIKE '%%%.64s%%'", path + 10);
    assert_int_equal(count_sql(store, secret), 0);
    expect_rebuild_equal(store);
}

STORE_TEST(a_feed_ends_with_its_rights)
{
    struct str body;
    char path[ADDRESS_BYTES], other[ADDRESS_BYTES];
    make_world(store);
    app_start(store);
    open_feed(path);
    STORE_OK(
        run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'label': 2}", (long long)world.finding), NULL));
    assert_int_equal(app_get(NULL, path, "*/*", &body), 200);
    assert_true(str_find(body, STR("BEGIN:VEVENT"), 0) == SIZE_MAX); /* above the owner's label now */
    open_feed(other);
    snprintf(other + 10, sizeof other - 10, "%s", "00");
    assert_int_equal(app_get(NULL, other, "*/*", &body), 404);
    int64_t id = count_sql(store, "SELECT min(id) FROM feed");
    struct str close_path = arena_format(store->ctx->arena, "/feeds/%lld/close", (long long)id);
    assert_int_equal(app_post(&world.session, close_path.p, "", &body), 303);
    assert_int_equal(app_get(NULL, path, "*/*", &body), 404);
    app_end();
    expect_kinds(store, "feed");
    expect_rebuild_equal(store);
}

STORE_TEST(a_feed_is_not_fetched_without_end)
{
    struct str body;
    char path[ADDRESS_BYTES];
    make_world(store);
    app_start(store);
    open_feed(path);
    int status = 0;
    for (int i = 0; i < FETCHES; i++)
        status = app_get(NULL, path, "*/*", &body);
    assert_int_equal(status, 429);
    app_end();
}

/* The address is the password: a failure of the server is logged without it. */
STORE_TEST(a_feed_is_not_in_the_log)
{
    struct str body;
    char path[ADDRESS_BYTES], log[8192] = "";
    make_world(store);
    app_start(store);
    open_feed(path);
    tamper(store, "ALTER TABLE feed RENAME TO feed_away");
    struct str file = arena_format(store->ctx->arena, "%s/log", store->dir);
    int kept = dup(STDERR_FILENO), to = open(file.p, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    assert_true(kept >= 0 && to >= 0 && dup2(to, STDERR_FILENO) >= 0);
    int status = app_get(NULL, path, "*/*", &body);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    assert_int_equal(status, 500);
    app_end();
    assert_true(pread(to, log, sizeof log - 1, 0) > 0);
    close(to);
    assert_non_null(strstr(log, "/calendar/***"));
    path[20] = '\0';
    assert_null(strstr(log, path));
    tamper(store, "ALTER TABLE feed_away RENAME TO feed");
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_feed_holds_numbers_and_short_titles), STORE_CASE(a_feed_ends_with_its_rights),
                     STORE_CASE(a_feed_is_not_fetched_without_end), STORE_CASE(a_feed_is_not_in_the_log));
}
