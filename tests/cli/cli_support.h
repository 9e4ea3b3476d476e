/* cli_support.h: runs verbs as a person types them, each test in a directory of its own. */
#ifndef CLI_SUPPORT_H
#define CLI_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/types.h>

#include "pg_cluster.h"

enum { ARGS_MAX = 20, TEXT_MAX = 200000 };

extern struct cli_suite {
    const char *program, *root;
    char dir[100];
    struct pg_cluster cluster;
    char pg_server[300];
} suite;

/* What the program said last; the directory of the test and the database in it. */
extern char out[TEXT_MAX], errors[TEXT_MAX], dir[200], db[300];

int set_up(void **state);
/* Path of a file in the directory of the test; eight at a time. */
const char *in_dir(const char *name);
void write_file(const char *path, const char *text);
/* A file as text of at most TEXT_MAX bytes; empty when there is none. */
void slurp(const char *path, char *text);
void expect_text(const char *text, const char *part);

/* Starts the program, its output into files. */
pid_t start(const char *lang, const char *out_path, const char *error_path, const char *const args[]);
/* Runs the program; out and errors hold what it said; its exit code. */
int run_in(const char *lang, const char *const args[]);

#define RUN(...) run_in("en", (const char *const[]){__VA_ARGS__, NULL})
#define EXPECT(code, ...)                                                                                              \
    do {                                                                                                               \
        int code_ = RUN(__VA_ARGS__);                                                                                  \
        if (code_ != (code)) {                                                                                         \
            print_error("exit code %d instead of %d\n%s%s", code_, (code), out, errors);                               \
            fail();                                                                                                    \
        }                                                                                                              \
    } while (0)

/* The demonstration, loaded anew. */
void load_new_demo(const char *url);
/* The demonstration in a.db of the test's directory: loaded once, which takes long under sanitizers, then copied with
 * its files. */
void load_demo(void);

#endif
