/* exports_test.c: no cell of what goes out calculates.  Every export is asked for over a register whose texts begin
 * with = + - @; every address that gives a table is on the list, so that a new one cannot be forgotten.
 *
 * Threat: who may write a title writes a formula, and whoever opens the export in a spreadsheet runs it. */
#include "paper_site.h"

#include <stdio.h>
#include <string.h>

#include "intake/reader.h"
#include "publish/paper_list.h"
#include "publish/zip_file.h"
#include "serve/bulletin_compare.h"

/* What the texts of the register are. */
static const char *const poison[] = {
    "UPDATE finding SET title = '=HYPERLINK(\"http://x\",\"a\")', facts = '@SUM(1)', responsible = '+1'",
    "UPDATE unit SET name = '=2+5', short_name = '-2+3'",
    "UPDATE person SET name = '@x', title = '+cmd|''/c calc''!A0', portfolio = '=1'",
    "UPDATE aspect SET title = '+1+1'",
    "UPDATE measure SET text = '=1+1', finish_mark = '@A1'",
    "UPDATE task SET title = '-1+1', goal = '=1+2', finish_mark = '=1+3'",
    "UPDATE cause SET text = '=1+4'",
    "UPDATE sweep SET title = '=1+5'",
    "UPDATE sweep_answer SET state = 'answered', result = 'found', explanation = '@1', signed_name = '=1'",
    "UPDATE assessment SET title = '=1+6'",
    "UPDATE scorecard SET state = 'final', band = '=1+7'"};

/* Addresses of tables whose {..} the test fills in; those below are all of data/routes.def. */
static const char *const tables[] = {"/findings/export.csv",
                                     "/findings/export.xlsx",
                                     "/units/export.xlsx",
                                     "/units/import/template.xlsx",
                                     "/findings/import/{sha256}/errors.csv",
                                     "/assessments/export.csv",
                                     "/bulletins/{id}/differences.csv"};

static bool is_table(const char *path) { return strstr(path, ".csv") || strstr(path, ".xlsx"); }

static void every_table_is_on_the_list(void)
{
    static const char *const paths[] = {
#define ROUTE(method, path, ...) path,
#include "../../data/routes.def"
#undef ROUTE
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        bool is_listed = !is_table(paths[i]);
        for (size_t k = 0; k < sizeof tables / sizeof tables[0] && !is_listed; k++)
            is_listed = strcmp(paths[i], tables[k]) == 0;
        if (!is_listed)
            fail_msg("%s gives a table that this test does not look at", paths[i]);
    }
}

static bool begins_formula(struct str cell)
{
    static const char *const signs[] = {
        "=", "+", "-", "@", "\t", "\r", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
    bool is_number = cell.n > 1 && cell.p[0] == '-';
    for (size_t i = 1; i < cell.n && is_number; i++)
        is_number = (cell.p[i] >= '0' && cell.p[i] <= '9') || cell.p[i] == '.' || cell.p[i] == '%';
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (!is_number && str_has_prefix(cell, str_from_cstr(signs[i])))
            return true;
    return false;
}

/* Each cell as a spreadsheet reads it. */
static void expect_cells(struct store *store, const char *path, struct str body, bool has_poison)
{
    char *cell = arena_alloc(store->ctx->arena, body.n + 1);
    size_t n = 0, guarded = 0;
    bool is_quoted = false;
    for (size_t i = str_has_prefix(body, STR("\xef\xbb\xbf")) ? 3 : 0; i < body.n; i++) {
        char c = body.p[i];
        if (c == '"' && is_quoted && i + 1 < body.n && body.p[i + 1] == '"') {
            cell[n++] = '"';
            i++;
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && (c == ',' || c == '\n')) {
            if (begins_formula((struct str){cell, n}))
                fail_msg("%s: %.*s", path, (int)n, cell);
            guarded += n > 1 && cell[0] == '\'' && begins_formula((struct str){cell + 1, n - 1});
            n = 0;
        } else if (c != '\r' || is_quoted) {
            cell[n++] = c;
        }
    }
    if ((guarded > 0) != has_poison)
        fail_msg("%s: %zu cells held back\n%.*s", path, guarded, STR_ARG(str_slice(body, 0, 2000)));
}

static void expect_csv(struct store *store, const char *path, bool has_poison)
{
    struct app_answer got = paper_site_get(store, path);
    assert_int_equal(got.status, 200);
    expect_cells(store, path, got.body, has_poison);
}

/* What differs comes from a document that somebody sent in: the writer of the table is asked, over a made difference.
 */
static void expect_differences(struct store *store)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1 << 16);
    struct value *result = json(store, "{'counts': [], 'widths': [], 'rows': [{'what': 'finding', 'place': '=1+1', "
                                       "'field': 'text', 'before': '@SUM(1)', 'after': '+2+3'}]}");
    bulletin_compare_csv(store->ctx, LANG_ZH, result, &out);
    STORE_OK(buf_rc(&out));
    expect_cells(store, "/bulletins/{id}/differences.csv", buf_str(&out), true);
}

/* Texts stand as strings, which are never calculated: no formula, no link, no connection anywhere. */
static void expect_book(struct store *store, const char *path, const char *needle)
{
    static const char *const parts_forbidden[] = {"externalLink", "connections", "vbaProject", "calcChain"};
    struct zip_parts parts;
    struct app_answer got = paper_site_get(store, path);
    assert_int_equal(got.status, 200);
    STORE_OK(zip_read_parts(store->ctx, arena_copy_str(store->ctx->arena, got.body), &parts));
    bool has_needle = !needle;
    for (size_t i = 0; i < parts.n; i++) {
        struct str name = parts.parts[i].name, bytes = parts.parts[i].bytes;
        for (size_t k = 0; k < sizeof parts_forbidden / sizeof parts_forbidden[0]; k++)
            assert_false(paper_site_has(name, parts_forbidden[k]));
        has_needle = has_needle || (str_has_prefix(name, STR("xl/")) && paper_site_has(bytes, needle));
        if (str_has_prefix(name, STR("xl/worksheets/")) &&
            (paper_site_has(bytes, "<f>") || paper_site_has(bytes, "<f ") || paper_site_has(bytes, "t=\"str\"") ||
             paper_site_has(bytes, "<hyperlink")))
            fail_msg("%s: %.*s calculates", path, STR_ARG(name));
    }
    if (!has_needle)
        fail_msg("%s has no %s", path, needle);
}

/* A ledger that is handed in with mistakes: what is wrong is told with the value. */
static void expect_errors(struct store *store)
{
    struct arena *arena = store->ctx->arena;
    struct str file = STR("\xef\xbb\xbf"
                          "编号,问题,整改时限,责任单位\r\n1,问题甲,=1+1,-2+3\r\n2,问题乙,@SUM(1),+9\r\n");
    struct str fields =
        arena_concat(arena, paper_site_field(store, "source", arena_format(arena, "%lld", (long long)world.source).p),
                     paper_site_field(store, "policy", "stop"));
    struct app_answer got = paper_site_send_file(store, "/findings/import", fields, "ledger.csv", file);
    size_t at = str_find(got.head, STR("/findings/import/"), 0);
    assert_int_equal(got.status, 303);
    assert_true(at != SIZE_MAX);
    struct str sha256 = str_slice(got.head, at + 17, at + 17 + 64);
    expect_csv(store,
               arena_format(arena, "/findings/import/%.*s/errors.csv?source=%lld&policy=stop", STR_ARG(sha256),
                            (long long)world.source)
                   .p,
               true);
}

/* A kind of list of the administrator goes the same way: it stands on the form and is made. */
static void expect_own_list(struct store *store)
{
    struct arena *arena = store->ctx->arena;
    enum paper_kind kind;
    char *path = arena_copy_cstr(arena, arena_format(arena, "%s/lists.json", store->dir));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("[{\"kind\": \"own_list\", \"title\": \"领导包案清单\", \"rows\": \"findings\", \"columns\": [{\"head\": "
          "\"问题\", \"field\": \"title\", \"width\": 30}]}]",
          file);
    fclose(file);
    STORE_OK(paper_lists_use(store->ctx, str_from_cstr(path)));
    assert_true(paper_kind_find(STR("own_list"), &kind));
    assert_true(paper_site_has(
        paper_site_get(store, arena_format(arena, "/papers/new?subject=source&id=%lld", (long long)world.source).p)
            .body,
        "领导包案清单"));
    assert_true(paper_site_has(paper_site_get(store, "/paper_templates").body, "领导包案清单"));
    int64_t paper = paper_site_make(store, kind);
    assert_true(paper_site_has(paper_site_get(store, arena_format(arena, "/papers/%lld", (long long)paper).p).body,
                               "领导包案清单"));
    assert_true(paper_site_has(paper_site_get(store, "/papers").body, "领导包案清单"));
    expect_book(store, arena_format(arena, "/papers/%lld/files/xlsx", (long long)paper).p, "=HYPERLINK(");
    STORE_OK(paper_lists_use(store->ctx, STR(""))); /* taken out of the file again: what was made stays to be read */
    assert_int_equal(paper_site_get(store, arena_format(arena, "/papers/%lld", (long long)paper).p).status, 200);
}

STORE_TEST(nothing_that_goes_out_calculates)
{
    every_table_is_on_the_list();
    paper_site_subjects(store);
    for (size_t i = 0; i < sizeof poison / sizeof poison[0]; i++)
        tamper(store, poison[i]);
    app_site_start(store, &paper_site);
    expect_csv(store, "/findings/export.csv", true);
    expect_csv(store, "/assessments/export.csv?year=2026", true);
    expect_errors(store);
    expect_differences(store);
    expect_book(store, "/findings/export.xlsx", "=HYPERLINK(");
    expect_book(store, "/units/export.xlsx", "=2+5");
    expect_book(store, "/units/import/template.xlsx", NULL);
    expect_book(store, arena_format(store->ctx->arena, "/units/%lld/task_book", (long long)world.firm).p, NULL);
    for (int kind = 0; kind < PAPER_KINDS; kind++) {
        if (!strstr(paper_kind_row((enum paper_kind)kind)->formats, "xlsx"))
            continue;
        int64_t paper = paper_site_make(store, (enum paper_kind)kind);
        expect_book(store, arena_format(store->ctx->arena, "/papers/%lld/files/xlsx", (long long)paper).p,
                    kind == PAPER_PROBLEMS ? "=HYPERLINK(" : NULL);
    }
    expect_own_list(store);
    app_site_stop(&paper_site);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], READER_CHILD_VERB) == 0) /* the readers' children are this program again */
        return reader_child_main(argc, argv);
    return STORE_RUN(STORE_CASE(nothing_that_goes_out_calculates));
}
