/* sqlgen_test.c: what sqlgen refuses, and where it points.  sqlgen_test PATH_OF_SQLGEN */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *sqlgen_path;
static char root[] = "/tmp/bihuan-sqlgen-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void read_file(const char *name, char *text, size_t room)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, room - 1, file)] = '\0';
    fclose(file);
}

/* Joins the pieces of literals that were broken over lines. */
static void unfold(char *text)
{
    static const char fold[] = "\"\n        \"";
    for (char *at; (at = strstr(text, fold));)
        memmove(at, at + sizeof fold - 1, strlen(at + sizeof fold - 1) + 1);
}

/* Exit code of sqlgen over one query file and one schema file; its messages in output. */
static int run_sqlgen(const char *query, const char *schema, char *output, size_t room)
{
    write_file("query/a.sql", query);
    write_file("schema/0001_base.sql", schema);
    pid_t pid = fork();
    if (pid == 0) {
        if (chdir(root) != 0 || !freopen("errors", "w", stderr))
            _exit(126);
        execl(sqlgen_path, "sqlgen", "query", "schema", "q.h", "q.c", "m.c", "q.d", (char *)NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    read_file("errors", output, room);
    return WEXITSTATUS(status);
}

static void mistakes_are_named_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *query, *wanted;
    } rows[] = {
        {"-- unscoped: x\n-- :name a\nSELECT 1\n\n-- :name a\nSELECT 2\n",
         "query/a.sql:5: duplicate name a, first at query/a.sql:2"},
        {"-- :name a\nSELECT 1\n", "query/a.sql:1: a has neither"},
        {"-- unscoped: x\n-- :name a\nSELECT 1;\n", "query/a.sql:3: a query is one statement without ';'"},
        {"-- unscoped: x\n-- :name a\nSELECT {limit}\n", "query/a.sql:3: unknown macro {limit}"},
        {"-- unscoped: x\n-- :name a\nSELECT {scope f}\n", "query/a.sql:3: {scope} in a block without"},
        {"-- scope: f\n-- :name a\nSELECT 1\n", "query/a.sql:2: a says scope: but does not use"},
        {"-- scope: f\n-- :name a\nSELECT {scope f.unit_id}\n", "query/a.sql:3: {scope f.unit_id} needs a label"},
        {"-- unscoped: x\n-- :name a\nSELECT 'b\n", "query/a.sql:3: quote ' does not end on its line"},
        {"-- unscoped: x\n-- :name a\nSELECT ?\n", "query/a.sql:3: parameters are written $name"},
        {"-- unscoped: x\n-- :name a\nSELECT $1\n", "query/a.sql:3: parameters are written $name"},
        {"-- unscoped: x\n-- :name A b\nSELECT 1\n", "query/a.sql:2: a query needs a name"},
        {"-- unscoped: x\n-- :nam a\nSELECT 1\n", "query/a.sql:2: unknown directive"},
        {"-- unscoped: x\nSELECT 1\n", "query/a.sql:2: text before the first"},
        {"-- unscoped: x\n-- :name a\n-- @sqlite\nSELECT 1\n", "query/a.sql:2: a has no text for PostgreSQL"},
        {"-- unscoped: x\n-- :name a\nSELECT {filters}\n", "query/a.sql:3: {filters} belongs to a `-- :list` block"},
        {"-- unscoped: x\n-- :list a\nSELECT 1\n", "query/a.sql:2: list a has no {filters}"},
        {"-- unscoped: x\n-- :list a\nSELECT {filters} {order}\n", "query/a.sql:2: list a: {order} and `-- :sort`"},
        {"-- unscoped: x\n-- :list a\nSELECT {filters}\n-- :filter b b = 1\n-- :filter b c = 1\n",
         "query/a.sql:5: duplicate name b"},
        {"-- unscoped: x\n-- :list a\nSELECT {filters}\n-- @sqlite\n-- :filter b b = 1\n",
         "query/a.sql:5: b is missing for one engine"},
        {"-- unscoped: x\n-- :name a\nSELECT 1\n-- :filter b b = 1\n", "query/a.sql:4: filters and sorts stand in"},
        {"-- unscoped: x\n-- :list a like b\nSELECT {filters}\n", "query/a.sql:2: expected `-- :list NAME like OTHER`"},
    };
    char output[500];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int code = run_sqlgen(rows[i].query, "", output, sizeof output);
        if (code != 1 || strncmp(output, rows[i].wanted, strlen(rows[i].wanted)) != 0)
            fail_msg("%s\nexit %d: %s\nwanted: %s", rows[i].query, code, output, rows[i].wanted);
    }
    assert_int_equal(run_sqlgen("", "CREATE TABLE a (\n b @number\n);", output, sizeof output), 1);
    assert_string_equal(output, "schema/0001_base.sql:2: unknown word @number\n");
}

static void types_are_spelled_for_each_engine(void **state)
{
    (void)state;
    char output[4000];
    const char *schema = "CREATE TABLE a (id @id, b @text, -- @text;\n c @bool);\n"
                         "-- @sqlite\nCREATE TABLE s (x @int64 PRIMARY KEY) @without_rowid;\n-- @end\n";
    assert_int_equal(run_sqlgen("", schema, output, sizeof output), 0);
    read_file("m.c", output, sizeof output);
    unfold(output);
    assert_non_null(strstr(output, "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT, \\nc INTEGER) STRICT;"));
    assert_non_null(strstr(output, "(x INTEGER PRIMARY KEY) WITHOUT ROWID, STRICT;"));
    assert_non_null(strstr(output, "CREATE TABLE a (id bigint PRIMARY KEY, b text COLLATE \\\"C\\\", \\nc integer);"));
    assert_null(strstr(strstr(output, "bigint"), "TABLE s"));
}

static void unchanged_output_is_not_written_again(void **state)
{
    (void)state;
    char output[500], path[200];
    struct stat before, after;
    assert_int_equal(run_sqlgen("-- unscoped: x\n-- :name a\nSELECT 1\n", "", output, sizeof output), 0);
    snprintf(path, sizeof path, "%s/q.h", root);
    assert_int_equal(stat(path, &before), 0);
    usleep(20000);
    assert_int_equal(run_sqlgen("-- unscoped: x\n-- :name a\nSELECT 2\n", "", output, sizeof output), 0);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_mtim.tv_sec == after.st_mtim.tv_sec && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    read_file("q.d", output, sizeof output);
    assert_string_equal(output, "q.h: \\\n  query \\\n  query/a.sql \\\n  schema \\\n  schema/0001_base.sql\n");
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static int make_root(void **state)
{
    (void)state;
    return mkdtemp(root) && chdir(root) == 0 && mkdir("query", 0700) == 0 && mkdir("schema", 0700) == 0 ? 0 : -1;
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_named_with_their_line),
        cmocka_unit_test(types_are_spelled_for_each_engine),
        cmocka_unit_test(unchanged_output_is_not_written_again),
    };
    if (argc < 2)
        return 2;
    sqlgen_path = realpath(argv[1], NULL);
    int failed = cmocka_run_group_tests(tests, make_root, remove_root);
    free((void *)sqlgen_path);
    return failed;
}
