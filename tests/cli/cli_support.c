/* cli_support.c: see cli_support.h. */
#include "cli_support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct cli_suite suite;
char out[TEXT_MAX], errors[TEXT_MAX], dir[200], db[300];

void slurp(const char *path, char *text)
{
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(text, 1, TEXT_MAX - 1, file) : 0;
    text[n] = '\0';
    if (file)
        fclose(file);
}

pid_t start(const char *lang, const char *out_path, const char *error_path, const char *const args[])
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    const char *argv[ARGS_MAX + 2] = {suite.program};
    for (int i = 0; i < ARGS_MAX && args[i]; i++)
        argv[i + 1] = args[i];
    int a = open(out_path, O_CREAT | O_TRUNC | O_WRONLY, 0600),
        b = open(error_path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    dup2(a, 1);
    dup2(b, 2);
    setenv("BIHUAN_LANG", lang, 1);
    execv(suite.program, (char *const *)argv);
    _exit(127);
}

int run_in(const char *lang, const char *const args[])
{
    char out_path[300], error_path[300];
    int status = -1;
    snprintf(out_path, sizeof out_path, "%s/out", dir);
    snprintf(error_path, sizeof error_path, "%s/err", dir);
    pid_t pid = start(lang, out_path, error_path, args);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    slurp(out_path, out);
    slurp(error_path, errors);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void expect_text(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        print_error("\"%s\" is not in:\n%s\n", part, text);
        fail();
    }
}

int set_up(void **state)
{
    static int number;
    (void)state;
    snprintf(dir, sizeof dir, "%s/%d", suite.dir, ++number);
    snprintf(db, sizeof db, "%s/a.db", dir);
    return mkdir(dir, 0700);
}

const char *in_dir(const char *name)
{
    static char paths[8][400];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, 400, "%s/%s", dir, name);
    return path;
}

void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

void load_new_demo(const char *url)
{
    char data[400];
    snprintf(data, sizeof data, "%s/data/demo", suite.root);
    EXPECT(0, "demo", "--data", data, "--db", url);
}

/* Everything in the directory from, into the directory to. */
static void copy_all(const char *from, const char *to)
{
    char source[400];
    int status = -1;
    snprintf(source, sizeof source, "%s/.", from);
    pid_t pid = fork();
    if (pid == 0) {
        execlp("cp", "cp", "-a", source, to, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

void load_demo(void)
{
    static char kept[300];
    if (!kept[0]) {
        char url[400];
        snprintf(kept, sizeof kept, "%s/demo", suite.dir);
        assert_int_equal(mkdir(kept, 0700), 0);
        snprintf(url, sizeof url, "%s/a.db", kept);
        load_new_demo(url);
    }
    copy_all(kept, dir);
}
