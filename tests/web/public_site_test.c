/* public_site_test.c: what is released and by whom, and the site as files. */
#include "public_support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/bulletin.h"
#include "serve/site.h"
#include "serve/templates.h"

static int64_t write_site(struct store *store, const char *dir, enum rc wanted)
{
    struct mustache_set *templates CLEANUP(mustache_set_free_ptr) = NULL;
    int64_t files = 0;
    STORE_OK(templates_load(store->ctx, &templates));
    struct site site = {.ctx = store->ctx, .db = store->db, .templates = templates, .base = STR("https://example.cn/")};
    STORE_RC(site_write(&site, dir, &files), wanted);
    return files;
}

STORE_TEST(the_site_is_written_in_one_step_and_only_with_what_is_public)
{
    char dir[400], path[500];
    struct stat st;
    make_public(store);
    snprintf(dir, sizeof dir, "%s/site", store->dir);
    assert_int_equal(write_site(store, dir, RC_OK), 10);
    for (int i = 0; i < 3; i++) {
        static const char *const starts[] = {"docx PK", "pdf %PDF", "ofd PK"};
        const char *blank = strchr(starts[i], ' ');
        char head[8] = {0};
        snprintf(path, sizeof path, "%s/TB-2024-001.%.*s", dir, (int)(blank - starts[i]), starts[i]);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        assert_true(fread(head, 1, 4, file) == 4 && strncmp(head, blank + 1, strlen(blank + 1)) == 0);
        fclose(file);
    }
    snprintf(path, sizeof path, "%s/TB-2024-001.html", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(write_site(store, dir, RC_OK), 10); /* again, over itself */
    STORE_OK(run_as(store, &world.leader, &command_bulletin_withdraw,
                    jsonf(store, "{'id': %lld, 'reason': '有误'}", (long long)world.bulletin), NULL));
    assert_int_equal(write_site(store, dir, RC_OK), 5);
    assert_int_equal(stat(path, &st), -1);
    int entries = 0;
    DIR *all = opendir(store->dir);
    for (struct dirent *entry = readdir(all); entry; entry = readdir(all))
        entries += strncmp(entry->d_name, "site", 4) == 0;
    closedir(all);
    assert_int_equal(entries, 1); /* nothing half-written stays beside it */
    snprintf(dir, sizeof dir, "%s/other", store->dir);
    assert_int_equal(mkdir(dir, 0755), 0);
    snprintf(path, sizeof path, "%s/mine.txt", dir);
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    close(fd);
    (void)write_site(store, dir, RC_CONFLICT); /* somebody else's */
    assert_int_equal(stat(path, &st), 0);
    clock_set_ms(0);
}

STORE_TEST(a_check_before_the_release_says_which_block_it_is_about)
{
    make_public(store);
    app_site_start_public(store, &world.site);
    struct value *result = NULL;
    STORE_OK(run_as(store, &world.office, &command_bulletin_create,
                    jsonf(store, "{'source_id': %lld}", (long long)world.source), &result));
    int64_t id = value_get_int(result, "id", 0);
    STORE_OK(run_as(
        store, &world.office, &command_bulletin_write,
        jsonf(store, "{'id': %lld, 'block': %lld, 'title': '加强领导', 'body': '请拨打13800138000'}", (long long)id,
              (long long)count_sql(store, "SELECT min(n) FROM bulletin_block WHERE kind = 'section' AND bulletin_id = "
                                          "(SELECT max(id) FROM bulletin)")),
        NULL));
    struct app_session session;
    char path[100], cookie[200];
    app_site_sign_in(store, world.office.account_id, &session);
    snprintf(path, sizeof path, "/bulletins/%lld", (long long)id);
    snprintf(cookie, sizeof cookie, "Cookie: bihuan=%s\r\nAccept: text/html\r\n", session.token);
    struct app_answer got = app_site_ask(&world.site, "GET", path, cookie, STR(""));
    assert_true(got.status == 200 && has(got.body, "138****00"));
    assert_true(has(got.body, "</a> <span class=\"muted\">（一）加强领导</span></li>"));
    app_site_stop(&world.site);
    clock_set_ms(0);
}

/* Who handed it in reads who releases it; who had no hand in it has the button. */
STORE_TEST(who_wrote_a_bulletin_is_told_who_releases_it)
{
    make_public(store);
    struct value *result = NULL;
    STORE_OK(run_as(store, &world.office, &command_bulletin_create,
                    jsonf(store, "{'source_id': %lld, 'title': '通报'}", (long long)world.source), &result));
    long long id = (long long)value_get_int(result, "id", 0);
    STORE_OK(run_as(store, &world.office, &command_bulletin_change,
                    jsonf(store,
                          "{'id': %lld, 'title': '通报', 'window_from': '2024-07-10', 'window_days': 15, "
                          "'window_first_day': true, 'signatory': '党组', 'signed': '2024-07-10', 'phone': '010-1'}",
                          id),
                    NULL));
    STORE_OK(run_as(store, &world.office, &command_bulletin_submit, jsonf(store, "{'id': %lld}", id), NULL));
    app_site_start_public(store, &world.site);
    char path[100];
    snprintf(path, sizeof path, "/bulletins/%lld", id);
    struct app_session office, leader;
    app_site_sign_in(store, world.office.account_id, &office);
    app_site_sign_in(store, world.leader.account_id, &leader);
    struct app_answer got = see(&office, path);
    assert_true(got.status == 200 && has(got.body, "可以签发的人：leader。") && has(got.body, "/return\""));
    assert_false(has(got.body, "/release\""));
    got = see(&leader, path);
    assert_true(got.status == 200 && has(got.body, "/release\"") && !has(got.body, "可以签发的人"));
    app_site_stop(&world.site);
    clock_set_ms(0);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_check_before_the_release_says_which_block_it_is_about),
                     STORE_CASE(who_wrote_a_bulletin_is_told_who_releases_it),
                     STORE_CASE(the_site_is_written_in_one_step_and_only_with_what_is_public));
}
