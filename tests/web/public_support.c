/* public_support.c: see public_support.h. */
#include "public_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/bulletin.h"

struct public_world world;

void pin(const char *day, int seconds)
{
    int32_t n;
    assert_true(date_parse(str_from_cstr(day), &n));
    world.now_ms = ((int64_t)n * 24 + 2) * 3600 * 1000 + seconds * 1000;
    clock_set_ms(world.now_ms);
}

void later(int seconds)
{
    world.now_ms += seconds * 1000;
    clock_set_ms(world.now_ms);
}

void make_public(struct store *store)
{
    memset(&world, 0, sizeof world);
    pin("2024-07-10", 0);
    world.root = make_root(store);
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.publisher = make_actor(store, "publisher", "publisher", world.root, LABEL_INTERNAL);
    world.leader = make_actor(store, "leader", "leading_group", world.root, LABEL_INTERNAL);
    world.source = make_source(store, world.root, "LY-2024-001");
    (void)make_finding(store, world.source, "担保管理不规范");
    struct value *result = NULL;
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_create,
                    jsonf(store, "{'source_id': %lld, 'title': '整改通报<b>'}", (long long)world.source), &result));
    world.bulletin = value_get_int(result, "id", 0);
    STORE_OK(
        run_as(store, &world.publisher, &command_bulletin_change,
               jsonf(store,
                     "{'id': %lld, 'title': '整改通报<b>', 'window_from': '2024-07-08', 'window_days': 15, "
                     "'window_first_day': true, 'signatory': '党组', 'signed': '2024-07-08', 'phone': '010-12345678'}",
                     (long long)world.bulletin),
               NULL));
    STORE_OK(run_as(store, &world.publisher, &command_bulletin_submit,
                    jsonf(store, "{'id': %lld}", (long long)world.bulletin), NULL));
    STORE_OK(run_as(store, &world.leader, &command_bulletin_release,
                    jsonf(store, "{'id': %lld}", (long long)world.bulletin), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM bulletin WHERE state = 'published'"), 1);
}

bool has(struct str s, const char *words) { return str_find(s, str_from_cstr(words), 0) != SIZE_MAX; }

struct app_answer see(const struct app_session *session, const char *path)
{
    char cookie[200];
    snprintf(cookie, sizeof cookie, "Cookie: bihuan=%s\r\nAccept: text/html\r\n", session->token);
    return app_site_ask(&world.site, "GET", path, cookie, STR(""));
}
