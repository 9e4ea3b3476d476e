/* loop_notice_test.c: reminders over two simulated months with a long holiday, day by day.
 *
 * What should be told is worked out here a second time, by counting single days.
 */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "calendar/calendar.h"
#include "loop/notice.h"
#include "loop/tick.h"

enum { ITEMS = 26, DAYS = 62, HOUR_MS = 3600 * 1000 };

static struct {
    int64_t ids[ITEMS];
    int32_t due[ITEMS], first;
} world;

static void set_day(int32_t day)
{
    clock_set_ms(((int64_t)day * 24 + 1) * HOUR_MS - (int64_t)CLOCK_CHINA_OFFSET_S * 1000);
}

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    assert_true(date_parse(str_from_cstr(text), &day));
    return day;
}

/* Findings that wait for the firm, due one after another; the last has no date and has waited for long. */
static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.first = day_of("2026-09-10");
    set_day(world.first - 10);
    int64_t root = make_root(store), firm = make_unit(store, root, "F", "东部公司"),
            source = make_source(store, root, "LY-2026-001");
    (void)make_actor(store, "approver", "unit_approver", firm, LABEL_INTERNAL);
    for (int i = 0; i < ITEMS; i++) {
        char title[40], due[DATE_TEXT_BYTES];
        snprintf(title, sizeof title, "问题%d", i);
        world.ids[i] = make_finding(store, source, title);
        STORE_OK(run(store, &command_finding_change,
                     jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)world.ids[i], (long long)firm), NULL));
        world.due[i] = i == ITEMS - 1 ? INT32_MAX : world.first + 2 + i * 3; /* over the holiday and behind it */
        if (i == ITEMS - 1)
            tamperf(store, "UPDATE wait SET due = NULL, due_key = '9999-12-31' WHERE subject_id = %lld",
                    (long long)world.ids[i]);
        else
            tamperf(store, "UPDATE wait SET due = '%s', due_key = '%s' WHERE subject_id = %lld",
                    date_format(world.due[i], due).p, due, (long long)world.ids[i]);
    }
}

static int working_days_between(int32_t after, int32_t to)
{
    int n = 0;
    for (int32_t day = after + 1; day <= to; day++)
        n += calendar_is_working_day(day);
    return n;
}

static bool is_first_of_week(int32_t day) { return working_days_between(day - date_weekday(day) - 1, day - 1) == 0; }

/* The rule by which item i is told on a day; NULL when it is not. */
static const char *expected(int i, int32_t day)
{
    int32_t due = world.due[i];
    if (!calendar_is_working_day(day))
        return NULL;
    if (i == ITEMS - 1)
        return is_first_of_week(day) ? "waiting" : NULL; /* since long before */
    if (due < day)
        return is_first_of_week(day) || working_days_between(due, day - 1) == 0 ? "overdue" : NULL;
    switch (working_days_between(day, due)) {
    case 0:
        return "due";
    case 3:
        return "t3";
    case 7:
        return "t7";
    case 15:
        return "t15";
    case 30:
        return "t30";
    default:
        return NULL;
    }
}

static enum rc run_here(void *arg, struct write_job *job) { return writer_run_once(((struct store *)arg)->db, job); }

static int64_t told(struct store *store, int i, const char *date, const char *rule)
{
    return count_sqlf(
        store,
        "SELECT count(*) FROM notice WHERE subject_kind = 'finding' AND subject_id = %lld AND day = '%s' AND rule "
        "LIKE '%s'",
        (long long)world.ids[i], date, rule);
}

STORE_TEST(everybody_is_told_on_the_right_days_and_on_no_other)
{
    static const char *const rules[] = {"t30", "t15", "t7", "t3", "due", "overdue", "waiting"};
    int seen[7] = {0}, free_days = 0;
    make_world(store);
    for (int32_t day = world.first; day < world.first + DAYS; day++) {
        char text[DATE_TEXT_BYTES];
        set_day(day);
        STORE_OK(tick_run_all(date_format(day, text), run_here, NULL, store));
        STORE_OK(tick_run_all(date_format(day, text), run_here, NULL, store)); /* a second server */
        free_days += !calendar_is_working_day(day);
        for (int i = 0; i < ITEMS; i++) {
            const char *rule = expected(i, day);
            if (told(store, i, text, "%") != (rule != NULL) || (rule && told(store, i, text, rule) != 1))
                fail_msg("%s, item %d: %s", text, i, rule ? rule : "nothing");
            for (int k = 0; rule && k < 7; k++)
                seen[k] += strcmp(rule, rules[k]) == 0;
        }
    }
    for (int k = 0; k < 7; k++) { /* the two months hold them all */
        print_message("# %s: %d\n", rules[k], seen[k]);
        assert_true(seen[k] > 0);
    }
    assert_true(free_days > 16); /* and a long holiday */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM notice WHERE skipped <> ''"), 0);
    clock_set_ms(0);
}

static void run_day(struct store *store, int32_t day)
{
    char text[DATE_TEXT_BYTES];
    set_day(day);
    STORE_OK(tick_run_all(date_format(day, text), run_here, NULL, store));
}

STORE_TEST(reminders_of_long_ago_are_thrown_away_and_not_told_again)
{
    char text[DATE_TEXT_BYTES];
    make_world(store);
    for (int32_t day = world.first; day < world.first + DAYS; day++)
        run_day(store, day);
    int32_t last = world.first + DAYS;
    assert_true(count_sqlf(store, "SELECT count(*) FROM notice WHERE day < '%s'", date_format(last - 60, text).p) > 1);
    /* One of the first day was sent, one is still to be sent. */
    tamper(store, "INSERT INTO notice_send (id, notice_id, account_id, channel, state, reason, tries, next_at, "
                  "claimed_at, sent_at)"
                  " SELECT id, id, account_id, 'mail', CASE WHEN id = (SELECT min(id) FROM notice) THEN 'waiting' ELSE "
                  "'sent' END, '', 0, 0, 0, 0"
                  " FROM notice");
    notice_keep(60);
    run_day(store, last);
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM notice WHERE day < '%s'", text),
                     1); /* what is still to be sent */
    assert_int_equal(
        count_sql(
            store,
            "SELECT count(*) FROM notice_send s WHERE NOT EXISTS (SELECT 1 FROM notice n WHERE n.id = s.notice_id)"),
        0);
    int64_t newest = count_sql(store, "SELECT max(id) FROM notice");
    run_day(store, last); /* the same day again */
    assert_int_equal(count_sql(store, "SELECT max(id) FROM notice"), newest);
    /* Long after nothing is left but the newest, from which the numbers go on. */
    tamper(store, "UPDATE notice_send SET state = 'sent'");
    tamper(store, "DELETE FROM wait");
    run_day(store, last + 500);
    assert_true(count_sql(store, "SELECT count(*) FROM notice") <= 2); /* and that of the newest message */
    assert_int_equal(count_sql(store, "SELECT max(id) FROM notice"), newest);
    notice_keep(NOTICE_KEEP_DAYS);
    clock_set_ms(0);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(everybody_is_told_on_the_right_days_and_on_no_other),
                     STORE_CASE(reminders_of_long_ago_are_thrown_away_and_not_told_again));
}
