/* unit.h: what every unit test includes: cmocka, literals, shared samples, the allocation torture loop. */
#ifndef BIHUAN_TESTS_UNIT_H
#define BIHUAN_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"

static inline void assert_str(struct str s, const char *expected)
{
    if (!str_equal_cstr(s, expected))
        fail_msg("got \"%.*s\", expected \"%s\"", STR_ARG(s), expected);
}

static inline void assert_ok(enum rc rc)
{
    if (rc != RC_OK)
        fail_msg("failed with %s", rc_name(rc));
}

static inline FILE *open_shared(const char *path)
{
    const char *root = getenv("BIHUAN_SHARED");
    char name[4096];
    snprintf(name, sizeof name, "%s/%s", root ? root : "../shared", path);
    return fopen(name, "rb");
}

/* Content of a file under $BIHUAN_SHARED in the arena; only inside a SHARED_TEST of that file. */
static inline struct str read_shared(struct arena *arena, const char *path)
{
    enum { ROOM = 1 << 20 };
    FILE *file = open_shared(path);
    char *p = arena_alloc(arena, ROOM);
    assert_true(file && p);
    size_t n = fread(p, 1, ROOM, file);
    fclose(file);
    return (struct str){p, n};
}

static inline int has_shared(const char *path)
{
    FILE *file = open_shared(path);
    if (file)
        fclose(file);
    return file != NULL;
}

static inline void pass_unseen(void **state) { (void)state; }

/* Entry of a test that needs a shared file.  Without the file it is skipped by its name: cmocka's skip() prints "not
 * ok", which meson counts as a failure. */
#define SHARED_TEST(function, path) shared_test(#function, #function " # SKIP " path " is not there", function, path)

static inline struct CMUnitTest shared_test(const char *name, const char *skipped, CMUnitTestFunction function,
                                            const char *path)
{
    bool is_there = has_shared(path);
    return (struct CMUnitTest){.name = is_there ? name : skipped, .test_func = is_there ? function : pass_unseen};
}

/* Runs body(n) with the n-th allocation failing, n = 1, 2, ... until one run needs fewer than n.  body must say RC_OK
 * or RC_NOMEM and leave nothing behind (the leak checker sees to that). */
static inline void torture(enum rc (*body)(void))
{
    for (long n = 1; n < 10000; n++) {
        alloc_fail_at(n);
        enum rc rc = body();
        int has_failed = alloc_has_failed();
        alloc_fail_at(0);
        if (!has_failed) {
            assert_ok(rc);
            return;
        }
        assert_int_equal(rc, RC_NOMEM);
    }
    fail_msg("no end of allocations");
}

#endif
