/* hostile.c: a hundred and more hostile or damaged files, each through the sandboxed reader: one clear failure whose
 * message stands in both catalogues, or a correct read; within the time and memory of the child.
 *
 * The files are made by hostile_make.mjs (argument: BIHUAN_HOSTILE) in a temporary directory that is removed.
 */
#include "../unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "intake/reader.h"
#include "serve/messages.h"

enum { CASES_MIN = 100, CASES_MAX = 400, TABLE_BYTES = 256 * 1024, PATH_BYTES = 512, CASE_MS_MAX = 32000 };

struct hostile {
    struct str name, expected, words; /* expected: "ok" and message keys, separated by "|" */
};

static char folder[] = "/tmp/bihuan-hostile-XXXXXX";
static struct hostile cases[CASES_MAX];
static size_t case_count;
static struct arena *arena;

static int run(char *const argv[])
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[0], argv);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static int set_up(void **state)
{
    (void)state;
    static char table[TABLE_BYTES];
    char path[PATH_BYTES], node[] = "node", script[PATH_BYTES];
    const char *made = getenv("BIHUAN_HOSTILE");
    if (!made || !mkdtemp(folder))
        return 1;
    snprintf(script, sizeof script, "%s", made);
    if (run((char *[]){node, script, folder, NULL}) != 0)
        return 1;
    snprintf(path, sizeof path, "%s/cases.tsv", folder);
    FILE *file = fopen(path, "rb");
    if (!file)
        return 1;
    struct str rest = {table, fread(table, 1, sizeof table, file)};
    fclose(file);
    for (struct str line; case_count < CASES_MAX && str_split_next(&rest, '\n', &line);) {
        struct hostile *one = &cases[case_count];
        if (line.n == 0 || !str_split_next(&line, '\t', &one->name) || !str_split_next(&line, '\t', &one->expected))
            continue;
        one->words = line;
        case_count++;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char rm[] = "rm", how[] = "-rf";
    return run((char *[]){rm, how, folder, NULL}) == 0 ? 0 : 1;
}

static bool is_expected(struct str expected, struct str outcome)
{
    for (struct str one; str_split_next(&expected, '|', &one);)
        if (str_equal(one, outcome))
            return true;
    return false;
}

static bool holds_words(const struct document *document, struct str words)
{
    for (size_t i = 0; i < document->count; i++)
        if (str_find(document->paragraphs[i].text, words, 0) != SIZE_MAX)
            return true;
    return words.n == 0;
}

/* The one failure has a message in both languages that names no placeholder. */
static const char *check_failure(const struct ctx *ctx)
{
    if (ctx->issue_count != 1)
        return "not exactly one issue";
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct str text = message_of_issue(ctx->arena, (enum lang)lang, ctx->first);
        if (message_find((enum lang)lang, ctx->first->key).n == 0)
            return "no message";
        if (text.n == 0 || str_find_byte(text, '{', 0) != SIZE_MAX || str_equal(text, ctx->first->key))
            return "no clear message";
    }
    return NULL;
}

static const char *check_case(const struct hostile *one, struct str *ret_outcome)
{
    char path[PATH_BYTES];
    struct ctx ctx = {.arena = arena};
    struct document document = {0};
    snprintf(path, sizeof path, "%s/%.*s", folder, STR_ARG(one->name));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return "not made";
    int64_t start = clock_monotonic_ms();
    enum rc rc = reader_read_sandboxed(&ctx, fd, one->name, NULL, &document);
    close(fd);
    unlink(path); /* the large ones fill the disk */
    bool is_slow = clock_monotonic_ms() - start > CASE_MS_MAX;
    *ret_outcome = rc == RC_OK ? STR("ok") : ctx.first ? arena_copy_str(arena, ctx.first->key) : STR("?");
    if (is_slow)
        return "too slow";
    if (!is_expected(one->expected, *ret_outcome))
        return "unexpected";
    if (rc != RC_OK)
        return document.count ? "a document beside a failure" : check_failure(&ctx);
    if (document.count == 0 || ctx.issue_count != 0)
        return "no document";
    return holds_words(&document, one->words) ? NULL : "words missing";
}

static void test_every_case(void **state)
{
    (void)state;
    int failed = 0;
    int64_t start = clock_monotonic_ms();
    for (size_t i = 0; i < case_count; i++) {
        struct str outcome = STR_EMPTY;
        int64_t at = clock_monotonic_ms();
        const char *fault = check_case(&cases[i], &outcome);
        if (fault || getenv("BIHUAN_HOSTILE_SHOW"))
            print_message("# %.*s: %s: %.*s, expected %.*s (%lld ms)\n", STR_ARG(cases[i].name),
                          fault ? fault : "as expected", STR_ARG(outcome), STR_ARG(cases[i].expected),
                          (long long)(clock_monotonic_ms() - at));
        failed += fault != NULL;
        arena_reset(arena);
    }
    print_message("# %zu cases in %lld ms\n", case_count, (long long)(clock_monotonic_ms() - start));
    assert_true(case_count >= CASES_MIN);
    assert_int_equal(failed, 0);
}

/* Our own memory stays small whatever the child met. */
static void test_parent_stays_small(void **state)
{
    (void)state;
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    assert_true(usage.ru_maxrss < 600L * 1024);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], READER_CHILD_VERB) == 0)
        return reader_child_main(argc, argv);
    arena = arena_new((size_t)512 << 20);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_case), cmocka_unit_test(test_parent_stays_small)};
    int rc = cmocka_run_group_tests(tests, set_up, tear_down);
    arena_free(arena);
    return rc;
}
