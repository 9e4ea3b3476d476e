/* cli_test.c: the verbs as a person types them: output, exit codes, both languages, both engines.
 *
 *   cli_test BIHUAN SOURCE-ROOT
 */
#include "cli_support.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void usage_and_unknown_verbs(void **state)
{
    (void)state;
    EXPECT(0, "--help");
    expect_text(out, "usage: bihuan VERB");
    EXPECT(0, "paper", "--help");
    expect_text(out, "SOURCE-NO");
    assert_null(strstr(out, "publish"));
    EXPECT(0, "help", "paper");
    expect_text(out, "SOURCE-NO");
    EXPECT(64, "no-such-verb");
    expect_text(errors, "no verb \"no-such-verb\"");
    EXPECT(64, "check", "--no-such-flag", "--db", db);
    expect_text(errors, "--no-such-flag");
    EXPECT(64, "migrate", "surplus", "--db", db);
    EXPECT(64, "user", "add", "only", "--db", db);
    EXPECT(64, "rebuild", "--db", db);
    EXPECT(78, "migrate", "--port", "x", "--db", db);
    EXPECT(0, "version");
    EXPECT(0, "--version");
    expect_text(out, "bihuan ");
}

static void messages_come_in_both_languages(void **state)
{
    (void)state;
    EXPECT(66, "check", "--db", db);
    const char *const args[] = {"import", "/nonexistent", "--db", db, NULL};
    EXPECT(0, "migrate", "--db", db);
    assert_int_equal(run_in("zh_CN.UTF-8", (const char *const[]){"user", "add", "a", "b", "c", "--db", db, NULL}), 66);
    expect_text(errors, "单位");
    assert_int_equal(run_in("en", args), 66);
    expect_text(errors, "unit");
}

static void a_port_that_is_taken_is_told(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    char port[8];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    snprintf(port, sizeof port, "%d", ntohs(at.sin_port));
    EXPECT(0, "migrate", "--db", db);
    EXPECT(74, "serve", "--db", db, "--port", port);
    expect_text(errors, port);
    expect_text(errors, "Cannot listen");
    close(fd);
}

static void config_shows_every_setting(void **state)
{
    (void)state;
    EXPECT(0, "config", "show", "--port", "9999");
    expect_text(out, "port = 9999    # changed");
    expect_text(out, "# Database: a file");
    assert_int_equal(run_in("zh_CN.UTF-8", (const char *const[]){"config", "show", NULL}), 0);
    expect_text(out, "# 监听端口");
    EXPECT(64, "config", "hide");
    write_file(in_dir("c.conf"), "port = 9090\n");
    EXPECT(0, "config", "show", "--config", in_dir("c.conf"));
    expect_text(out, "port = 9090");
    write_file(in_dir("c.conf"), "prot = 9090\n");
    EXPECT(78, "config", "show", "--config", in_dir("c.conf"));
    expect_text(errors, "prot");
}

static void accounts_come_with_their_role_or_not_at_all(void **state)
{
    (void)state;
    load_demo();
    EXPECT(65, "user", "add", "wang", "Wang", "no_such_role", "--db", db);
    EXPECT(0, "user", "add", "wang", "Wang", "office", "--db", db); /* the failed try left no account */
    expect_text(out, "wang  ");
    EXPECT(65, "user", "add", "wang", "Wang", "office", "--db", db);
    EXPECT(66, "user", "add", "zhou", "Zhou", "office", "NO-UNIT", "--db", db);
    EXPECT(65, "user", "add", "zhou", "Zhou", "office", "XC", "7", "--db", db);
    EXPECT(65, "user", "add", "zhou", "\xff", "office", "--db", db); /* no invalid text gets into an event */
    EXPECT(0, "user", "add", "zhou", "Zhou", "office", "XC-01", "2", "--db", db);
    EXPECT(0, "user", "password", "wang", "--db", db);
    expect_text(out, "wang  ");
    EXPECT(66, "user", "password", "nobody", "--db", db);
    EXPECT(64, "user", "remove", "wang", "--db", db);
    EXPECT(0, "check", "--db", db);
}

static int count_lines(const char *name)
{
    static char text[TEXT_MAX];
    char path[400];
    int lines = 0;
    snprintf(path, sizeof path, "%s/%s", suite.root, name);
    slurp(path, text);
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        lines++;
    return lines;
}

/* data/demo/expected.json, totals. */
static void demo_loads_what_it_promises(void **state)
{
    (void)state;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    load_new_demo(db);
    clock_gettime(CLOCK_MONOTONIC, &to);
    print_message("# demo loaded in %ld ms\n",
                  (long)((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000));
    expect_text(out, "60 units, 120 people");
    expect_text(out, ": 37 findings");
    expect_text(out, ": 25 findings, 27 measures");
    expect_text(out, ": 32 findings"); /* 18 and 14 long-term points */
    expect_text(out, "qiaoyunfeng ");
    int users = 0;
    for (const char *p = strstr(out, "people\n"); p && (p = strchr(p, '\n')); p++)
        users += p[1] >= 'a' && p[1] <= 'z';
    assert_int_equal(users, count_lines("data/demo/users.csv") - 1);
    EXPECT(0, "check", "--db", db);
    expect_text(out, "files: 0 problems");
    EXPECT(0, "as-of", "2999-01-01", "--db", db);
    int findings = 0, elsewhere = 0;
    for (const char *p = out; (p = strstr(p, "LY-")); p++) {
        const char *end = strchr(p, '\n'), *root = strstr(p, "岫川数科集团有限公司\t");
        findings++;
        elsewhere += !root || root > end;
    }
    assert_int_equal(findings, 95); /* a hit of a sweep among them */
    assert_true(elsewhere >= 20);   /* responsible units were found by their names */
    char data[400];
    snprintf(data, sizeof data, "%s/data/demo", suite.root);
    EXPECT(65, "demo", "--data", data, "--db", db);
    expect_text(errors, "has data already");
    EXPECT(66, "demo", "--data", "/nonexistent", "--db", in_dir("b.db"));
    assert_int_not_equal(access(in_dir("b.db"), F_OK), 0);
}

static void documents_are_imported(void **state)
{
    (void)state;
    char file[400];
    load_demo();
    snprintf(file, sizeof file, "%s/data/demo/progress-bulletin.txt", suite.root);
    EXPECT(0, "import", file, "--db", db);
    expect_text(out, "32 findings, 0 paragraphs not understood");
    EXPECT(0, "import", file, "--unit", "XC-01", "--label", "2", "--confirm", "--db", db);
    expect_text(out, "-005: 32 findings");
    EXPECT(64, "import", file, "--label", "3", "--db", db);
    EXPECT(66, "import", file, "--unit", "NO", "--db", db);
    EXPECT(66, "import", "/nonexistent", "--db", db);
    write_file(in_dir("x.docx"), "PK\x03\x04 broken");
    assert_int_not_equal(RUN("import", in_dir("x.docx"), "--db", db), 0);
    EXPECT(0, "check", "--db", db);
}

/* Columns: number, findings under a word that is not known, unit, deadline, one that is no field. */
static void a_ledger_is_imported_with_its_columns(void **state)
{
    (void)state;
    load_demo();
    char file[300];
    snprintf(file, sizeof file, "%s", in_dir("ledger.csv"));
    write_file(file, "\xe5\xba\x8f\xe5\x8f\xb7,Defect,\xe8\xb4\xa3\xe4\xbb\xbb\xe5\x8d\x95\xe4\xbd\x8d,"
                     "\xe5\xae\x8c\xe6\x88\x90\xe6\x97\xb6\xe9\x99\x90,Colour\n"
                     "7,A wall is damp,,,grey\n7,A door is stuck,,,red\n");
    EXPECT(65, "import", file, "--ledger", "LY-2026-002", "--db", db); /* no column of findings */
    EXPECT(64, "import", file, "--ledger", "LY-2026-002", "--columns", "Defects=title", "--db", db);
    expect_text(errors, "Defects=title");
    EXPECT(64, "import", file, "--ledger", "LY-2026-002", "--columns", "Defect=titel", "--db", db);
    expect_text(errors, "title");
    EXPECT(0, "import", file, "--ledger", "LY-2026-002", "--columns", "Defect=title", "--db", db);
    expect_text(out, "B Defect -> title");
    expect_text(out, "E Colour: not taken");
    expect_text(out, "A3: Number 7 stands in row 2 too");
    expect_text(out, "2 new");
    EXPECT(0, "import", file, "--ledger", "LY-2026-002", "--db", db); /* remembered */
    expect_text(out, "B Defect -> title");
    expect_text(out, "2 unchanged");
    EXPECT(0, "import", file, "--ledger", "LY-2026-002", "--columns", "E=title,B=", "--policy", "skip", "--db", db);
    expect_text(out, "B Defect: not taken");
    expect_text(out, "E Colour -> title");
}

static int make_old(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)where;
    struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    return kind == FTW_F ? utimensat(AT_FDCWD, path, times, 0) : 0;
}

static void failed_imports_are_tidied_away(void **state)
{
    (void)state;
    char files[400];
    load_demo();
    snprintf(files, sizeof files, "%s.files", db);
    write_file(in_dir("x.docx"), "PK\x03\x04 broken");
    assert_int_not_equal(RUN("import", in_dir("x.docx"), "--db", db), 0);
    EXPECT(0, "tidy", "--db", db);
    expect_text(out, "0 files removed"); /* it might still be needed */
    assert_int_equal(nftw(files, make_old, 8, FTW_PHYS), 0);
    EXPECT(0, "check", "--db", db);
    expect_text(out, "1 stored files (0 kB) older than a day are named by no record");
    EXPECT(0, "tidy", "--db", db);
    expect_text(out, "1 files removed");
    EXPECT(0, "check", "--db", db);
    assert_null(strstr(out, "named by no record"));
    EXPECT(64, "tidy", "surplus", "--db", db);
    EXPECT(66, "tidy", "--db", in_dir("none.db"));
}

static void check_tells_by_its_exit_code(void **state)
{
    (void)state;
    char command[600];
    load_demo();
    EXPECT(0, "check", "--db", db);
    snprintf(command, sizeof command, "%s.files", db);
    assert_int_equal(nftw(command, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    EXPECT(70, "check", "--db", db);
    expect_text(out, "is missing");
    EXPECT(0, "check", "--no-files", "--db", db);
    EXPECT(66, "check", "--db", in_dir("none.db"));
}

static void rebuild_and_as_of(void **state)
{
    (void)state;
    load_demo();
    EXPECT(0, "rebuild", in_dir("new.db"), "--db", db);
    expect_text(out, "all tables equal");
    EXPECT(65, "rebuild", in_dir("new.db"), "--db", db);
    EXPECT(0, "check", "--no-files", "--db", in_dir("new.db"));
    EXPECT(0, "as-of", "2000-01-01", "--db", db);
    assert_string_equal(out, "");
    EXPECT(0, "as-of", "2999-01-01", "--json", "--db", db);
    expect_text(out, "\"no\"");
    EXPECT(64, "as-of", "yesterday", "--db", db);
    EXPECT(0, "as-of", "2000-01-01", "--to", in_dir("old.db"), "--db", db);
    expect_text(out, "0 events replayed");
    EXPECT(0, "as-of", "2999-01-01", "--to", in_dir("later.db"), "--db", db);
    EXPECT(0, "check", "--no-files", "--db", in_dir("later.db"));
}

static char victim[400];

/* The first file of a store. */
static int find_victim(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    if (kind != FTW_F || where->level != 2)
        return 0;
    snprintf(victim, sizeof victim, "%s", path);
    return 1;
}

/* A backup with a file that is damaged or missing makes no database, so that a whole one can be restored afterwards. */
static void refuse_broken_files(const char *to)
{
    char kept[420], target[400];
    snprintf(target, sizeof target, "%s", to); /* in_dir gives its texts again and again */
    assert_int_equal(nftw(in_dir("copy/files"), find_victim, 8, FTW_PHYS), 1);
    snprintf(kept, sizeof kept, "%s", in_dir("kept"));
    assert_int_equal(rename(victim, kept), 0);
    assert_int_not_equal(RUN("restore", in_dir("copy"), "--db", target, "--files", in_dir("restored.files")), 0);
    assert_int_not_equal(RUN("check", "--no-files", "--db", target), 0);
    write_file(victim, "something else");
    EXPECT(70, "restore", in_dir("copy"), "--db", target, "--files", in_dir("restored.files"));
    assert_int_not_equal(RUN("check", "--no-files", "--db", target), 0);
    assert_int_equal(rename(kept, victim), 0);
}

static void back_up_and_restore(const char *url, const char *to, const char *files)
{
    char target[400];
    snprintf(target, sizeof target, "%s", to);
    EXPECT(0, "backup", in_dir("copy"), "--db", url, "--files", files);
    expect_text(out, " files, verified");
    EXPECT(74, "backup", in_dir("copy"), "--db", url, "--files", files); /* never over an old one */
    EXPECT(65, "restore", in_dir("copy"), "--db", url, "--files", files);
    refuse_broken_files(target);
    EXPECT(0, "restore", in_dir("copy"), "--db", target, "--files", in_dir("restored.files"));
    expect_text(out, " files, verified");
    EXPECT(0, "check", "--db", target, "--files", in_dir("restored.files"));
    expect_text(out, "24 files: 0 problems");
}

static void backup_while_others_write(void **state)
{
    (void)state;
    char files[400], file[400];
    int status;
    load_demo();
    snprintf(files, sizeof files, "%s.files", db);
    snprintf(file, sizeof file, "%s/data/demo/audit-ledger.xlsx", suite.root);
    const char *const import[] = {"import", file, "--confirm", "--db", db, NULL};
    pid_t pid = start("en", in_dir("o2"), in_dir("e2"), import);
    assert_int_not_equal(RUN("backup", in_dir("copy"), "--db", db), -1);
    expect_text(out, "verified");
    EXPECT(0, "check", "--db", db);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    EXPECT(0, "restore", in_dir("copy"), "--db", in_dir("r.db"));
    EXPECT(0, "check", "--db", in_dir("r.db"));
    EXPECT(0, "rebuild", in_dir("rr.db"), "--db", in_dir("r.db"));
}

static void backup_and_restore_of_a_file(void **state)
{
    (void)state;
    char files[400];
    load_demo();
    snprintf(files, sizeof files, "%s.files", db);
    back_up_and_restore(db, in_dir("restored.db"), files);
    char url[420];
    snprintf(url, sizeof url, "sqlite://%s", in_dir("by-url.db"));
    EXPECT(0, "restore", in_dir("copy"), "--db", url);
    EXPECT(0, "check", "--db", in_dir("by-url.db"));
    write_file(in_dir("gone.db-wal"), "the log of a database that is gone");
    EXPECT(65, "restore", in_dir("copy"), "--db", in_dir("gone.db"));
    assert_int_not_equal(access(in_dir("gone.db"), F_OK), 0);
    FILE *copy = fopen(in_dir("copy/bihuan.db"), "r+");
    assert_non_null(copy);
    fseek(copy, 5000, SEEK_SET);
    fputc('X', copy);
    fclose(copy);
    EXPECT(70, "restore", in_dir("copy"), "--db", in_dir("again.db"));
    assert_int_not_equal(access(in_dir("again.db"), F_OK), 0);
    EXPECT(65, "restore", in_dir("copy"), "--db", "postgresql:///nothing");
    write_file(in_dir("copy/MANIFEST"), "nonsense");
    EXPECT(65, "restore", in_dir("copy"), "--db", in_dir("again.db"));
    EXPECT(74, "restore", in_dir("nowhere"), "--db", in_dir("again.db"));
}

static void make_pg_url(char url[400], const char *name)
{
    const char *query = strchr(suite.pg_server, '?'),
               *slash = query ? query : suite.pg_server + strlen(suite.pg_server);
    while (*slash != '/')
        slash--;
    snprintf(url, 400, "%.*s/%s%s", (int)(slash - suite.pg_server), suite.pg_server, name, query ? query : "");
}

static void run_psql(const char *sql)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("psql", "psql", "-qX", "-d", suite.pg_server, "-c", sql, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void backup_and_restore_of_postgres(void **state)
{
    (void)state;
    char a[400], b[400], name_a[64], name_b[64], sql[200];
    if (!suite.pg_server[0])
        skip();
    snprintf(name_a, sizeof name_a, "cli%d_a", (int)getpid());
    snprintf(name_b, sizeof name_b, "cli%d_b", (int)getpid());
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", name_a);
    run_psql(sql);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", name_b);
    run_psql(sql);
    make_pg_url(a, name_a);
    make_pg_url(b, name_b);
    char data[400];
    snprintf(data, sizeof data, "%s/data/demo", suite.root);
    EXPECT(0, "demo", "--data", data, "--db", a, "--files", in_dir("pg.files"));
    EXPECT(0, "check", "--db", a, "--files", in_dir("pg.files"));
    back_up_and_restore(a, b, in_dir("pg.files"));
    EXPECT(65, "restore", in_dir("copy"), "--db", in_dir("x.db"), "--files", in_dir("x.files"));
    EXPECT(0, "as-of", "2999-01-01", "--db", b);
    EXPECT(0, "rebuild", in_dir("from-pg.db"), "--db", a);
    EXPECT(0, "check", "--no-files", "--db", in_dir("from-pg.db"));
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", name_a);
    run_psql(sql);
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", name_b);
    run_psql(sql);
}

/* Runs a command on the first finding: "{"id": N, MORE}". */
static int run_on_untouched(const char *command, const char *more, const char *login)
{
    char input[300];
    EXPECT(0, "as-of", "2999-01-01", "--json", "--db", db);
    char *no = strstr(out, "-001-036\""); /* nobody has taken it up in the demonstration's story */
    assert_non_null(no);
    *no = '\0';
    const char *id = out;
    for (const char *p = out; (p = strstr(p, "\"id\": ")); p++)
        id = p;
    snprintf(input, sizeof input, "{\"id\": %ld%s}", strtol(id + 6, NULL, 10), more);
    return RUN("run", command, input, "--as", login, "--db", db);
}

/* What a page's form would do, with the same refusals. */
static void commands_run_as_a_person(void **state)
{
    (void)state;
    EXPECT(0, "run", "--list");
    expect_text(out, "finding.confirm              task.approve");
    EXPECT(0, "run", "finding.withdraw", "--fields");
    expect_text(out, "* id                 id");
    write_file(in_dir("empty.db"), "");
    EXPECT(74, "run", "finding.confirm", "{\"id\": 1}", "--as", "qiaoyunfeng", "--db", in_dir("empty.db"));
    expect_text(errors, "bihuan migrate --db");
    EXPECT(66, "run", "finding.confirm", "{\"id\": 1}", "--as", "qiaoyunfeng", "--db", in_dir("none.db"));
    expect_text(errors, "none.db");
    load_demo();
    EXPECT(64, "run", "finding.confirm", "{\"id\": 1}", "--db", db);
    expect_text(errors, "--as");
    EXPECT(64, "run", "no.such", "{}", "--as", "qiaoyunfeng", "--db", db);
    expect_text(errors, "no.such");
    EXPECT(66, "run", "finding.confirm", "{\"id\": 1}", "--as", "nobody", "--db", db);
    EXPECT(77, "run", "paper.make", "{\"kind\": \"plan\", \"faults\": []}", "--as", "qiaoyunfeng", "--db",
           db); /* faults are found, not given */
    expect_text(errors, "is run only by the page");
    EXPECT(66, "run", "finding.confirm", "{\"id\": 1}", "--as", "qiaoyunfeng", "--db", db); /* no such finding */
    EXPECT(64, "run", "finding.confirm", "[1]", "--as", "qiaoyunfeng", "--db", db);
    EXPECT(65, "run", "finding.confirm", "{\"id\": 1, \"idd\": 2}", "--as", "qiaoyunfeng", "--db", db);
    expect_text(errors, "idd: There is no such field; there are: id");
    EXPECT(65, "run", "finding.confirm", "{\"id\": \"x\"}", "--as", "qiaoyunfeng", "--db", db);
    expect_text(errors, "bihuan: id: ");
    assert_int_equal(run_on_untouched("finding.confirm", "", "qulicheng"), 77);   /* a reader */
    assert_int_equal(run_on_untouched("finding.confirm", "", "zongweizhen"), 77); /* administrators see no business */
    assert_int_equal(run_on_untouched("finding.withdraw", "", "qiaoyunfeng"), 65);
    expect_text(errors, "reason: ");
    assert_int_equal(run_on_untouched("finding.start", "", "qiaoyunfeng"), 65); /* not in that state */
    assert_int_equal(run_on_untouched("finding.confirm", "", "qiaoyunfeng"), 0);
    expect_text(out, "\"id\": ");
    assert_int_equal(
        run_on_untouched("finding.plan", ", \"meeting\": \"M\", \"meeting_on\": \"2026-08-01\"", "qiaoyunfeng"), 65);
    expect_text(errors, "/causes: "); /* everything that is missing, each with the page where it is put right */
    expect_text(errors, "#due: ");
    EXPECT(0, "check", "--db", db);
}

/* A book that came back as it went out says so. */
static void an_untouched_book_is_told(void **state)
{
    (void)state;
    load_demo();
    EXPECT(0, "book", "--out", in_dir("books"), "--db", db);
    glob_t found;
    char pattern[500];
    snprintf(pattern, sizeof pattern, "%s/*.xlsx", in_dir("books"));
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    EXPECT(0, "book", found.gl_pathv[0], "--db", db);
    assert_non_null(strstr(out, "0 would be written, 0 stale, "));
    assert_non_null(strstr(out, " untouched, 0 wrong"));
    globfree(&found);
}

/* The story of the demonstration ends on the day of loading, over the turn of a year too. */
static void the_demo_moves_with_the_day(void **state)
{
    char data[400];
    (void)state;
    snprintf(data, sizeof data, "%s/data/demo", suite.root);
    EXPECT(0, "demo", "--data", data, "--db", in_dir("moved.db"), "--today", "2027-03-08");
    expect_text(out, "60 units, 120 people");
    EXPECT(0, "check", "--db", in_dir("moved.db"));
    expect_text(out, "files: 0 problems");
    EXPECT(64, "demo", "--data", data, "--db", in_dir("never.db"), "--today", "8 March");
    assert_int_not_equal(access(in_dir("never.db"), F_OK), 0);
}

/* docs/lifecycle.md is what the program prints of its tables. */
static void the_document_of_states_agrees(void **state)
{
    static char document[TEXT_MAX];
    char path[400];
    (void)state;
    EXPECT(0, "lifecycle");
    snprintf(path, sizeof path, "%s/docs/lifecycle.md", suite.root);
    slurp(path, document);
    if (strcmp(document, out) != 0)
        fail_msg("run: bihuan lifecycle > docs/lifecycle.md");
    EXPECT(64, "lifecycle", "surplus");
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    suite.program = argv[1];
    suite.root = argv[2];
    snprintf(suite.dir, sizeof suite.dir, "/tmp/bihuan-cli-XXXXXX");
    if (!mkdtemp(suite.dir))
        return 1;
    const char *given = getenv("BIHUAN_TEST_PG_URL");
    if (given)
        snprintf(suite.pg_server, sizeof suite.pg_server, "%s", given);
    else if (pg_cluster_is_possible() && pg_cluster_start(&suite.cluster))
        snprintf(suite.pg_server, sizeof suite.pg_server, "%s", suite.cluster.url);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(usage_and_unknown_verbs, set_up),
        cmocka_unit_test_setup(messages_come_in_both_languages, set_up),
        cmocka_unit_test_setup(a_port_that_is_taken_is_told, set_up),
        cmocka_unit_test_setup(config_shows_every_setting, set_up),
        cmocka_unit_test_setup(accounts_come_with_their_role_or_not_at_all, set_up),
        cmocka_unit_test_setup(demo_loads_what_it_promises, set_up),
        cmocka_unit_test_setup(documents_are_imported, set_up),
        cmocka_unit_test_setup(commands_run_as_a_person, set_up),
        cmocka_unit_test_setup(an_untouched_book_is_told, set_up),
        cmocka_unit_test_setup(the_demo_moves_with_the_day, set_up),
        cmocka_unit_test_setup(the_document_of_states_agrees, set_up),
        cmocka_unit_test_setup(a_ledger_is_imported_with_its_columns, set_up),
        cmocka_unit_test_setup(failed_imports_are_tidied_away, set_up),
        cmocka_unit_test_setup(check_tells_by_its_exit_code, set_up),
        cmocka_unit_test_setup(rebuild_and_as_of, set_up),
        cmocka_unit_test_setup(backup_and_restore_of_a_file, set_up),
        cmocka_unit_test_setup(backup_while_others_write, set_up),
        cmocka_unit_test_setup(backup_and_restore_of_postgres, set_up),
    };
    int failed = cmocka_run_group_tests_name("cli", tests, NULL, NULL);
    pg_cluster_stop(&suite.cluster);
    (void)nftw(suite.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return failed ? 1 : 0;
}
