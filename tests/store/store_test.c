/* store_test.c: runs each test on both engines; see store_test.h. */
#include "store_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "pg_cluster.h"

enum { CASE_BYTES_MAX = 256 << 20, NAME_BYTES = 300, URL_BYTES = 400, CASES_MAX = 400 };

/* One case on one engine. */
struct run {
    const struct store_case *test;
    enum db_engine engine;
    int number;
    struct store store;
    struct ctx ctx;
    char url[URL_BYTES], dir[NAME_BYTES], name[NAME_BYTES];
};

static struct {
    char dir[64];
    struct pg_cluster cluster;
    bool has_cluster, is_skipped;
    char server_url[URL_BYTES];    /* of the database "postgres" */
    bool is_made[DB_POSTGRES + 1]; /* the template, migrated */
} group;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static void print_issues(const struct ctx *ctx)
{
    for (const struct ctx_issue *issue = ctx->first; issue; issue = issue->next)
        print_error("%s %.*s\n", rc_name(issue->rc), STR_ARG(issue->args[0]));
}

void store_expect_at(struct store *store, enum rc rc, enum rc wanted, const char *file, int line)
{
    if (rc == wanted)
        return;
    print_error("%s instead of %s\n", rc_name(rc), rc_name(wanted));
    print_issues(store->ctx);
    _fail(file, line);
}

struct db *store_connect(struct store *store, enum db_mode mode)
{
    struct db *db = NULL;
    STORE_OK(db_open(store->ctx, store->url, mode, &db));
    return db;
}

/* URL of a database on the server: the server's URL with another name. */
static void make_server_url(char url[URL_BYTES], const char *database)
{
    const char *slash = strrchr(group.server_url, '/'), *query = strchr(group.server_url, '?');
    if (query) /* the directory of the socket has slashes too */
        for (slash = query; *slash != '/';)
            slash--;
    snprintf(url, URL_BYTES, "%.*s/%s%s", (int)(slash - group.server_url), group.server_url, database,
             query ? query : "");
}

static enum rc run_on_server(struct ctx *ctx, const char *sql)
{
    CLEANUP(db_close_ptr) struct db *db = NULL;
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_open(ctx, str_from_cstr(group.server_url), DB_CREATE, &db));
    TRY(db_prepare_text(ctx, db, str_from_cstr(sql), &st));
    return db_run(ctx, st);
}

static enum rc copy_file(const char *from, const char *to)
{
    char block[65536];
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    ssize_t n = in < 0 || out < 0 ? -1 : 1;
    while (n > 0 && (n = read(in, block, sizeof block)) > 0)
        if (write(out, block, (size_t)n) != n)
            n = -1;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return n == 0 ? RC_OK : RC_IO;
}

/* Migrating once and copying is quicker than migrating for each case. */
static enum rc make_template(struct run *run, const char *url)
{
    if (group.is_made[run->engine])
        return RC_OK;
    CLEANUP(db_close_ptr) struct db *db = NULL;
    TRY(db_open(&run->ctx, str_from_cstr(url), DB_CREATE, &db));
    TRY(db_set_bulk(db, true));
    TRY(db_migrate(&run->ctx, db));
    group.is_made[run->engine] = true;
    return RC_OK;
}

static enum rc make_database(struct run *run)
{
    char template_url[URL_BYTES], name[64], template_name[64];
    snprintf(name, sizeof name, "t%d_%d", (int)getpid(), run->number);
    snprintf(template_name, sizeof template_name, "t%d_template", (int)getpid());
    if (run->engine == DB_SQLITE) {
        snprintf(template_url, sizeof template_url, "%s/template.db", group.dir);
        snprintf(run->url, sizeof run->url, "%s/case.db", run->dir);
        TRY(make_template(run, template_url));
        return copy_file(template_url, run->url);
    }
    make_server_url(template_url, template_name);
    make_server_url(run->url, name);
    TRY(make_template(run, template_url));
    struct str sql = arena_format(run->ctx.arena, "CREATE DATABASE %s TEMPLATE %s", name, template_name);
    return run_on_server(&run->ctx, sql.p);
}

static int set_up(void **state)
{
    struct run *run = *state;
    run->ctx = (struct ctx){.arena = arena_new(CASE_BYTES_MAX)};
    snprintf(run->dir, sizeof run->dir, "%s/%d", group.dir, run->number);
    if (!run->ctx.arena || mkdir(run->dir, 0700) != 0)
        return -1;
    if (run->engine == DB_POSTGRES && group.is_skipped)
        return 0;
    run->store = (struct store){.ctx = &run->ctx, .dir = run->dir};
    enum rc rc = make_database(run);
    if (rc == RC_OK)
        rc = db_open(&run->ctx, str_from_cstr(run->url), DB_WRITE, &run->store.db);
    run->store.url = str_from_cstr(run->url);
    print_issues(&run->ctx);
    return rc == RC_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct run *run = *state;
    db_fail_at(0);
    alloc_fail_at(0);
    db_close(run->store.db);
    run->store.db = NULL;
    if (run->engine == DB_POSTGRES && !group.is_skipped) {
        struct str sql =
            arena_format(run->ctx.arena, "DROP DATABASE IF EXISTS t%d_%d WITH (FORCE)", (int)getpid(), run->number);
        if (run_on_server(&run->ctx, sql.p) != RC_OK)
            print_issues(&run->ctx);
    }
    arena_free(run->ctx.arena);
    return 0;
}

static void run_case(void **state)
{
    struct run *run = *state;
    if (run->engine == DB_POSTGRES && group.is_skipped)
        skip();
    run->test->run(&run->store);
}

static void clean_up(void)
{
    if (group.has_cluster)
        pg_cluster_stop(&group.cluster);
    group.has_cluster = false;
    if (group.dir[0])
        (void)nftw(group.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int find_server(void)
{
    const char *given = getenv("BIHUAN_TEST_PG_URL"), *ci = getenv("CI");
    if (given) {
        snprintf(group.server_url, sizeof group.server_url, "%s", given);
        return 0;
    }
    if (!pg_cluster_is_possible()) {
        group.is_skipped = true;
        fprintf(stderr, "PostgreSQL is not installed: its half of the cases is skipped\n");
        return ci && strcmp(ci, "true") == 0 ? -1 : 0;
    }
    group.has_cluster = pg_cluster_start(&group.cluster);
    snprintf(group.server_url, sizeof group.server_url, "%s", group.cluster.url);
    return group.has_cluster ? 0 : -1;
}

/* The server may be shared: leave nothing on it. */
static void drop_template(void)
{
    if (!group.is_made[DB_POSTGRES])
        return;
    struct ctx ctx = {.arena = arena_new(1 << 20)};
    char sql[200];
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS t%d_template", (int)getpid());
    if (ctx.arena && run_on_server(&ctx, sql) != RC_OK)
        print_issues(&ctx);
    arena_free(ctx.arena);
}

int store_run(const struct store_case *cases, size_t count)
{
    static struct run runs[CASES_MAX];
    static struct CMUnitTest tests[CASES_MAX];
    size_t n = 0;
    snprintf(group.dir, sizeof group.dir, "/tmp/bihuan-store-XXXXXX");
    if (count * 2 > CASES_MAX || !mkdtemp(group.dir))
        return 1;
    atexit(clean_up);
    if (find_server() != 0)
        return 1;
    for (size_t i = 0; i < count; i++) {
        for (int e = DB_SQLITE; e <= DB_POSTGRES; e++, n++) {
            runs[n] = (struct run){.test = &cases[i], .engine = (enum db_engine)e, .number = (int)n};
            snprintf(runs[n].name, sizeof runs[n].name, "%s on %s", cases[i].name,
                     e == DB_SQLITE ? "SQLite" : "PostgreSQL");
            tests[n] = (struct CMUnitTest){runs[n].name, run_case, set_up, tear_down, &runs[n]};
        }
    }
    int failed = _cmocka_run_group_tests("store", tests, n, NULL, NULL);
    drop_template();
    return failed ? 1 : 0;
}
