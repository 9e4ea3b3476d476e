/* outbox_test.c: mail that goes out of the house, to a real SMTP server, and a sender that dies.
 *
 * BIHUAN_PROGRAM is the program.
 */
#include "outbox_support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "loop/notice.h"
#include "loop/outbox.h"
#include "loop/tick.h"

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
                     STORE_CASE(a_killed_sender_loses_nothing));
}
