/* base_log.c: one line per event, whatever the values hold. */
#include "unit.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* What body writes to standard error, in text. */
static struct str capture(void (*body)(void), char *text, size_t room)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stderr);
    int saved = dup(STDERR_FILENO);
    assert_true(saved >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    body();
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(file);
    size_t n = fread(text, 1, room, file);
    fclose(file);
    return (struct str){text, n};
}

static void write_hostile(void)
{
    LOG(LOG_LEVEL_WARN, "login.failed", {"name", STR("a\"\n2024 error forged\\")}, {"from", STR("::1")});
    LOG(LOG_LEVEL_DEBUG, "unseen", {"a", STR("b")});
}

static void keeps_a_value_on_its_line(void **state)
{
    (void)state;
    char text[1024];
    clock_set_ms(1720400400000); /* 2024-07-08 09:00:00 in China */
    assert_str(capture(write_hostile, text, sizeof text),
               "2024-07-08 09:00:00 warn login.failed name=\"a\\\"\\u000a2024 error forged\\\\\" from=\"::1\"\n");
    log_set_json(true);
    assert_str(capture(write_hostile, text, sizeof text),
               "{\"time\":\"2024-07-08 "
               "09:00:00\",\"level\":\"warn\",\"event\":\"login.failed\",\"name\":\"a\\\"\\u000a2024 error "
               "forged\\\\\",\"from\":\"::1\"}\n");
    log_set_json(false);
    log_set_level(LOG_LEVEL_ERROR);
    assert_str(capture(write_hostile, text, sizeof text), "");
    log_set_level(LOG_LEVEL_INFO);
    clock_set_ms(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_a_value_on_its_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
