/* outline.c: `bihuan outline` as a person types it, and the documents of the demonstration against
 * data/demo/expected.json.
 *
 *   outline BIHUAN SOURCE-ROOT
 */
#include "../unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "text/json.h"

enum { OUT_MAX = 64 * 1024 * 1024, PATH_BYTES = 4096 };

static const char *program, *root;
static struct arena *arena;
static struct buf out, errors;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new((size_t)256 << 20);
    buf_init(&out, OUT_MAX);
    buf_init(&errors, OUT_MAX);
    return arena ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    buf_done(&out);
    buf_done(&errors);
    return 0;
}

static void slurp(FILE *file, struct buf *to)
{
    char piece[4096];
    rewind(file);
    buf_reset(to);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_add_bytes(to, piece, n);
    fclose(file);
}

/* Runs the verb with up to two arguments; its exit code, or -1 when it was killed. */
static int outline(const char *first, const char *second)
{
    FILE *said = tmpfile(), *complained = tmpfile();
    assert_true(said && complained);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fileno(said), STDOUT_FILENO);
        dup2(fileno(complained), STDERR_FILENO);
        setenv("BIHUAN_LANG", "en", 1);
        execl(program, program, "outline", first, second, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    slurp(said, &out);
    slurp(complained, &errors);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct value *parse(struct str text)
{
    struct ctx ctx = {.arena = arena};
    struct value *v = NULL;
    assert_ok(json_parse(&ctx, text, &v));
    return v;
}

static const char *path_of(const char *name) { return arena_format(arena, "%s/data/demo/%s", root, name).p; }

static struct str read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct buf text;
    assert_non_null(file);
    buf_init(&text, OUT_MAX);
    slurp(file, &text);
    struct str copy = arena_copy_str(arena, buf_str(&text));
    buf_done(&text);
    return copy;
}

/* All that expected names stands in actual alike; lists are as long.  Faults are printed and counted. */
static int differ(const char *path, const struct value *expected, const struct value *actual)
{
    int n = 0;
    bool is_alike = actual && actual->kind == expected->kind;
    if (is_alike && expected->kind == VALUE_MAP) {
        VALUE_EACH (child, expected)
            n += differ(arena_format(arena, "%s.%.*s", path, STR_ARG(child->key)).p, child,
                        value_get_str(actual, child->key));
        return n;
    }
    if (is_alike && expected->kind == VALUE_LIST && value_count(expected) == value_count(actual)) {
        const struct value *other = actual->items.first;
        VALUE_EACH (child, expected) {
            n += differ(path, child, other);
            other = other->next;
        }
        return n;
    }
    if (is_alike && expected->kind != VALUE_LIST && value_equal(expected, actual))
        return 0;
    struct buf text CLEANUP(buf_done);
    buf_init(&text, OUT_MAX);
    if (actual)
        value_write_json(&text, actual, false);
    else
        buf_add_cstr(&text, "absent");
    print_message("# %s: is %.*s\n", path, STR_ARG(buf_str(&text)));
    return 1;
}

static int count_checks(const struct value *read, bool agrees)
{
    int n = 0;
    VALUE_EACH (check, value_get(read, "checks"))
        n += value_get_bool(check, "agrees") == agrees && !str_equal_cstr(value_get_text(check, "what"), "column") &&
             !str_equal_cstr(value_get_text(check, "what"), "row");
    return n;
}

static int64_t sum_amounts(const struct value *nodes)
{
    int64_t sum = 0;
    VALUE_EACH (node, nodes)
        sum += value_get_int(value_get(node, "row"), "amount_fen", 0) + sum_amounts(value_get(node, "children"));
    return sum;
}

/* What the expectation calls by names of its own. */
static int differ_meta(const char *file, const struct value *meta, const struct value *source)
{
    static const struct {
        const char *expected, *actual;
    } names[] = {{"inspector", "inspector"}, {"number", "number"},     {"from", "inspected_from"},
                 {"to", "inspected_to"},     {"fed_back", "fed_back"}, {"as_of", "as_of"}};
    int n = 0;
    for (size_t i = 0; meta && i < sizeof names / sizeof *names; i++)
        n += differ(file, value_get(meta, names[i].expected), value_get(source, names[i].actual));
    return n;
}

static void test_demonstration(void **state)
{
    (void)state;
    const struct value *all = parse(read_file(path_of("expected.json")));
    int differences = 0, documents = 0;
    VALUE_EACH (expected, value_get(all, "documents")) {
        const char *file = arena_copy_cstr(arena, value_get_text(expected, "file"));
        assert_int_equal(outline(path_of(file), "--json"), 0);
        const struct value *read = parse(buf_str(&out));
        static const char *const keys[] = {"kind", "counts", "source", "publicity", "contacts", "signature"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (value_get(expected, keys[i]))
                differences += differ(keys[i], value_get(expected, keys[i]), value_get(read, keys[i]));
        differences += differ(file, value_get(expected, "title"), value_get(value_get(read, "source"), "title"));
        differences += differ_meta(file, value_get(expected, "meta"), value_get(read, "source"));
        /* The deliberate mismatch is found, and nothing else. */
        const struct value *wrong = value_get(expected, "sums_that_disagree"), *reports = value_get(read, "reports");
        assert_int_equal(value_count(reports), value_count(wrong));
        assert_int_equal(count_checks(read, false), value_count(wrong));
        VALUE_EACH (report, reports)
            assert_str(value_get_text(report, "code"), "rate_mismatch");
        if (value_get(expected, "amount_fen"))
            assert_int_equal(sum_amounts(value_get(read, "tree")), value_get_int(expected, "amount_fen", 0));
        documents++;
    }
    assert_int_equal(documents, 3);
    assert_int_equal(differences, 0);
}

static bool said(const char *words) { return str_find(buf_str(&out), str_from_cstr(words), 0) != SIZE_MAX; }

static bool complained(const char *words) { return str_find(buf_str(&errors), str_from_cstr(words), 0) != SIZE_MAX; }

static void test_text_for_people(void **state)
{
    (void)state;
    assert_int_equal(outline(path_of("audit-ledger.xlsx"), NULL), 0);
    assert_true(said("ledger (not a bulletin)\n") && said("\ncounts\n") && said("findings: 25") && said("\ntree\n"));
    assert_true(said("warning rate_mismatch") && said("50.00%"));
    assert_int_equal(errors.n, 0);
    assert_int_equal(outline("--json", path_of("progress-bulletin.txt")), 0);
    assert_true(str_has_prefix(buf_str(&out), STR("{")) && str_has_suffix(buf_str(&out), STR("}\n")));
}

static void test_wrong_use(void **state)
{
    (void)state;
    assert_int_equal(outline(NULL, NULL), 64);
    assert_true(complained("usage: bihuan outline") && out.n == 0);
    assert_int_equal(outline("--jason", "x.txt"), 64);
    assert_int_equal(outline("a.txt", "b.txt"), 64);
}

static void test_unreadable_files(void **state)
{
    (void)state;
    char locked[] = "/tmp/bihuan-outline-XXXXXX";
    assert_int_equal(outline("/nonexistent/x.docx", NULL), 66);
    assert_true(complained("/nonexistent/x.docx: ") && out.n == 0);
    int fd = mkstemp(locked);
    assert_true(fd >= 0);
    assert_int_equal(outline(locked, NULL), 65); /* empty */
    assert_true(complained("empty") && !complained("reader."));
    assert_int_equal(write(fd, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8), 8);
    assert_int_equal(outline(locked, "--json"), 65);
    assert_true(complained("Office") && out.n == 0);
    assert_int_equal(fchmod(fd, 0), 0);
    if (geteuid() != 0) /* root reads everything */
        assert_int_equal(outline(locked, NULL), 77);
    close(fd);
    unlink(locked);
    assert_int_not_equal(outline("/tmp", NULL), 0); /* a directory */
    assert_true(errors.n > 0 && !complained("reader."));
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    program = argv[1];
    root = argv[2];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_demonstration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text_for_people, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_use, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unreadable_files, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
