/* outbox_support.c: see outbox_support.h. */
#include "outbox_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/tick.h"
#include "loop/vault.h"
#include "text/json.h"

enum { LINE_MAX_BYTES = 1 << 16 };

struct outbox_peer peer;

struct outbox_world world;

void start_peer(struct store *store)
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

void stop_peer(void)
{
    int status;
    close(peer.in);
    assert_int_equal(waitpid(peer.pid, &status, 0), peer.pid);
}

struct value *heard(struct store *store)
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

const struct value *last_heard(struct store *store)
{
    const struct value *last = NULL;
    VALUE_EACH (one, heard(store))
        last = one;
    assert_non_null(last);
    return last;
}

bool holds(struct str text, const char *part) { return str_find(text, str_from_cstr(part), 0) != SIZE_MAX; }

struct settings settings_with(struct store *store, const char *server, const char *quiet, bool is_private)
{
    struct settings settings = {.language = STR("zh"),
                                .site_url = STR("https://bihuan.test/"),
                                .mail_server = arena_copy_str(store->ctx->arena, str_from_cstr(server)),
                                .mail_from = STR("bihuan@group.test"),
                                .quiet_hours = str_from_cstr(quiet),
                                .hook_private = is_private};
    return settings;
}

const char *smtp(struct store *store) { return arena_format(store->ctx->arena, "smtp://127.0.0.1:%d", peer.smtp).p; }

enum rc run_here(void *arg, struct write_job *job) { return writer_run_once(((struct store *)arg)->db, job); }

struct sender_counts pass(struct store *store, const struct settings *settings)
{
    struct sender_counts counts;
    STORE_OK(sender_pass(store->ctx, settings, run_here, store, &counts));
    return counts;
}

void set_hour(int hour)
{
    int32_t day = 0;
    assert_true(date_parse(str_from_cstr(world.day), &day));
    clock_set_ms(((int64_t)day * 24 + hour) * HOUR_MS - (int64_t)CLOCK_CHINA_OFFSET_S * 1000);
}

int64_t make_approver(struct store *store, const char *login, const char *email)
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

void make_world(struct store *store, const char *email)
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

void tick(struct store *store)
{
    set_hour(0);
    STORE_OK(tick_run_all(str_from_cstr(world.day), run_here, NULL, store));
    assert_true(count_sql(store, "SELECT count(*) FROM notice WHERE rule = 'due'") > 0);
}

int64_t sends(struct store *store, const char *channel, const char *state, const char *reason)
{
    return count_sqlf(store,
                      "SELECT count(*) FROM notice_send WHERE channel LIKE '%s' AND state = '%s' AND reason = '%s'",
                      channel, state, reason);
}
