/* intake_outline.c: the outline of whole documents against the expectation beside each, and of small ones built here.
 */
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "intake/draft.h"
#include "intake/outline.h"
#include "intake/reader.h"
#include "text/json.h"

enum { FILE_MAX_BYTES = 4 * 1024 * 1024, PATH_BYTES = 4096 };

static struct str read_file(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return STR_EMPTY;
    char *p = arena_alloc(arena, FILE_MAX_BYTES);
    size_t n = p ? fread(p, 1, FILE_MAX_BYTES, file) : 0;
    fclose(file);
    return (struct str){p, n};
}

static const struct value *outline_of(struct ctx *ctx, struct str bytes, const char *name)
{
    struct document document = {0};
    struct outline *outline = NULL;
    assert_int_equal(reader_read(ctx, bytes, str_from_cstr(name), &document), RC_OK);
    assert_int_equal(outline_build(ctx, &document, &outline), RC_OK);
    struct value *value = outline_to_value(ctx->arena, outline);
    assert_non_null(value);
    struct value *draft = draft_from_outline(ctx->arena, outline);
    assert_non_null(draft);
    value_set(value, STR("draft"), draft);
    return value;
}

static void show(const char *path, const struct value *v)
{
    struct buf text;
    buf_init(&text, FILE_MAX_BYTES);
    value_write_json(&text, v, false);
    print_error("  %s: is %.*s\n", path, (int)text.n, text.p ? text.p : "");
    buf_done(&text);
}

/* Everything that expected names must stand in actual; lists are equally long. */
static int count_differences(const char *path, const struct value *expected, const struct value *actual)
{
    char below[PATH_BYTES];
    int n = 0;
    bool is_same_kind = actual && actual->kind == expected->kind;
    if (is_same_kind && expected->kind == VALUE_MAP) {
        VALUE_EACH (child, expected) {
            snprintf(below, sizeof below, "%s.%.*s", path, STR_ARG(child->key));
            n += count_differences(below, child, value_get_str(actual, child->key));
        }
        return n;
    }
    if (is_same_kind && expected->kind == VALUE_LIST && value_count(expected) == value_count(actual)) {
        const struct value *other = actual->items.first;
        int i = 0;
        VALUE_EACH (child, expected) {
            snprintf(below, sizeof below, "%s[%d]", path, i++);
            n += count_differences(below, child, other);
            other = other->next;
        }
        return n;
    }
    if (is_same_kind && expected->kind != VALUE_LIST && value_equal(expected, actual))
        return 0;
    if (actual)
        show(path, actual);
    else
        print_error("  %s: absent\n", path);
    return 1;
}

/* "style number role heading", two spaces a level: what a person compares at a glance. */
static void flatten(struct arena *arena, struct value *list, const struct value *nodes, int depth)
{
    VALUE_EACH (node, nodes) {
        const struct value *mark = value_get(node, "mark");
        value_add_text(arena, list,
                       arena_format(arena, "%*s%.*s %lld %.*s %.*s", depth * 2, "",
                                    STR_ARG(value_get_text(mark, "style")), (long long)value_get_int(mark, "number", 0),
                                    STR_ARG(value_get_text(node, "role")), STR_ARG(value_get_text(node, "heading"))));
        flatten(arena, list, value_get(node, "children"), depth + 1);
    }
}

/* Each paragraph once, in order, with a role; the lists agree with the counts; the draft uses all that was placed. */
static void check_places(const char *name, const struct value *outline)
{
    int64_t n = 0, unplaced = 0, furniture = 0;
    VALUE_EACH (paragraph, value_get(outline, "paragraphs")) {
        assert_int_equal(value_get_int(paragraph, "n", 0), ++n);
        struct str role = value_get_text(paragraph, "role");
        assert_true(role.n > 0 && !str_equal_cstr(role, "none"));
        unplaced += str_equal_cstr(role, "unplaced");
        furniture += str_equal_cstr(role, "furniture");
    }
    assert_int_equal(value_get_int(value_get(outline, "counts"), "paragraphs", -1), n);
    assert_int_equal(value_count(value_get(outline, "unplaced")), unplaced);
    assert_int_equal(value_count(value_get(outline, "dropped")), furniture);
    VALUE_EACH (gone, value_get(outline, "dropped"))
        assert_true(value_get_text(gone, "reason").n > 0);
    const struct value *left = value_get(value_get(outline, "draft"), "unplaced");
    if (!left)
        return;
    if (value_count(left) != (size_t)unplaced)
        show(name, left);
    assert_int_equal(value_count(left), unplaced);
}

static int check_document(const char *path, const char *expected_path, const char *name)
{
    struct arena *arena = arena_new((size_t)512 * 1024 * 1024);
    struct ctx ctx = {.arena = arena};
    struct value *expected = NULL;
    assert_int_equal(json_parse(&ctx, read_file(arena, expected_path), &expected), RC_OK);
    struct str bytes = read_file(arena, path);
    assert_true(bytes.n > 0);
    struct value *outline = value_copy(arena, outline_of(&ctx, bytes, name));
    check_places(name, outline);
    struct value *lines = value_new_list(arena);
    flatten(arena, lines, value_get(outline, "tree"), 0);
    value_set(outline, STR("tree"), lines);
    int n = count_differences(name, expected, outline);
    arena_free(arena);
    return n;
}

static void test_documents(void **state)
{
    (void)state;
    const char *source = getenv("BIHUAN_SOURCE");
    char folder[PATH_BYTES], expected[2 * PATH_BYTES], path[2 * PATH_BYTES];
    snprintf(folder, sizeof folder, "%s/tests/data/outline", source ? source : ".");
    DIR *dir = opendir(folder);
    if (!dir)
        skip();
    int seen = 0, differences = 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".json") == 0 || entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        snprintf(expected, sizeof expected, "%s/%.*s.json", folder, (int)(dot - entry->d_name), entry->d_name);
        differences += check_document(path, expected, entry->d_name);
        seen++;
    }
    closedir(dir);
    assert_true(seen > 0);
    assert_int_equal(differences, 0);
}

static void check_sample(const char *name, const char *expected_text)
{
    const char *shared = getenv("BIHUAN_SHARED");
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/samples/%s", shared ? shared : "../shared", name);
    struct arena *arena = arena_new((size_t)512 * 1024 * 1024);
    struct ctx ctx = {.arena = arena};
    struct str bytes = read_file(arena, path);
    if (bytes.n == 0) {
        arena_free(arena);
        skip();
    }
    struct value *expected = NULL;
    assert_int_equal(json_parse(&ctx, str_from_cstr(expected_text), &expected), RC_OK);
    const struct value *outline = outline_of(&ctx, bytes, name);
    check_places(name, outline);
    assert_int_equal(count_differences(name, expected, outline), 0);
    arena_free(arena);
}

static void test_seed(void **state)
{
    (void)state;
    check_sample(
        "cec-2024-bulletin.txt",
        "{\"kind\":\"bulletin\",\"is_bulletin\":true,"
        "\"counts\":{\"parts\":4,\"sections\":24,\"items\":16,\"subs\":0,\"points\":31,\"long_term_points\":22,"
        "\"unplaced\":0,"
        "\"pinyin_marks\":455,\"findings\":16,\"sections_per_part\":[5,7,7,5],\"items_per_part\":[0,16,0,0],"
        "\"items_per_section\":[3,2,2,2,3,3,1],\"points_per_part\":[9,0,22,0],\"long_term_points_per_parent\":[3,3,4,2,"
        "3,3,4]},"
        "\"numbering\":{\"item\":\"running\"},"
        "\"source\":{\"inspected_from\":\"2023-04-06\",\"inspected_to\":\"2023-06-25\",\"fed_back\":\"2023-09-21\"},"
        "\"publicity\":{\"from\":\"2024-07-08\",\"to\":\"2024-07-26\",\"stated_days\":15,\"computed_days_with_first\":"
        "15,"
        "\"agrees\":true,\"include_first\":true},"
        "\"contacts\":[{\"kind\":\"phone\",\"value\":\"010-83026423\"},{\"kind\":\"address\"},"
        "{\"kind\":\"postcode\",\"value\":\"518057\"},{\"kind\":\"email\",\"value\":\"zgdzxsgk@cec.com.cn\"}],"
        "\"signature\":{\"date\":\"2024-07-08\"},\"reports\":[]}");
}

static void test_parent_levels(void **state)
{
    (void)state;
    check_sample(
        "bulletin-parent-levels.txt",
        "{\"kind\":\"bulletin\",\"counts\":{\"parts\":4,\"sections\":7,\"items\":12,\"subs\":18,\"points\":5,"
        "\"long_term_points\":5,\"findings\":9,\"measures\":18,\"unplaced\":0,\"sections_per_part\":[2,3,2,0],"
        "\"items_per_part\":[0,9,0,3],\"items_per_section\":[2,3,4]},\"numbering\":{\"item\":\"restarting\"},"
        "\"publicity\":{\"from\":\"2025-09-22\",\"to\":\"2025-10-16\",\"computed_days_with_first\":15,\"agrees\":true},"
        "\"signature\":{\"date\":\"2025-09-22\"},\"reports\":[]}");
}

static void test_missing_level(void **state)
{
    (void)state;
    check_sample(
        "bulletin-missing-level.txt",
        "{\"kind\":\"bulletin\",\"counts\":{\"parts\":4,\"sections\":0,\"items\":10,\"points\":24,\"long_term_points\":"
        "5,"
        "\"findings\":8,\"furniture\":2,\"unplaced\":0,\"items_per_part\":[0,8,2,0],\"points_per_part\":[0,19,5,0]},"
        "\"publicity\":{\"from\":\"2026-02-09\",\"to\":\"2026-03-06\",\"stated_days\":15,\"computed_days_with_first\":"
        "16,"
        "\"computed_days_without_first\":15,\"agrees\":true,\"include_first\":false},"
        "\"signature\":{\"date\":\"2026-02-09\"},"
        "\"reports\":[{\"code\":\"numbering_duplicate\",\"stated\":\"3\"},{\"code\":\"numbering_missing\",\"stated\":"
        "\"6\"}]}");
}

static void test_audit_report(void **state)
{
    (void)state;
    check_sample(
        "audit-report.html",
        "{\"kind\":\"audit_rectification\",\"is_bulletin\":false,\"counts\":{\"parts\":4,\"sections\":3,\"items\":0,"
        "\"points\":2,"
        "\"long_term_points\":0,\"tables\":2,\"findings\":5,\"table_findings\":5,\"measures\":6,\"unplaced\":0},"
        "\"publicity\":null,\"signature\":{\"date\":\"2025-12-24\"},"
        "\"reports\":[{\"code\":\"rate_mismatch\",\"stated\":\"80.6%\",\"computed\":\"78.57%\"},"
        "{\"code\":\"date_damaged\",\"computed\":\"2025-11-15\"},{\"code\":\"date_damaged\",\"computed\":\"2025-09-"
        "15\"},"
        "{\"code\":\"date_damaged\",\"computed\":\"2026-01-31\"}]}");
}

/* Marks that the file keeps apart from the text, as word processors do. */
static void test_automatic_numbering(void **state)
{
    (void)state;
    struct paragraph paragraphs[] = {
        {.text = STR("\xE5\x85\xB3\xE4\xBA\x8E\xE6\x95\xB4\xE6\x94\xB9\xE6\x83\x85\xE5\x86\xB5\xE7\x9A\x84\xE9\x80\x9A"
                     "\xE6\x8A\xA5"),
         .place = STR("p1")},
        {.text = STR("A"), .place = STR("p2"), .list_mark = STR("\xE4\xB8\x80\xE3\x80\x81")},
        {.text = STR("B"), .place = STR("p3"), .list_mark = STR("(\xE4\xB8\x80)")},
        {.text = STR("C"), .place = STR("p4"), .list_mark = STR("1.")},
        {.text = STR("D"), .place = STR("p5"), .list_mark = STR("1.")}};
    struct document document = {
        .format = FORMAT_DOCX, .paragraphs = paragraphs, .count = sizeof paragraphs / sizeof *paragraphs};
    struct arena *arena = arena_new(16 * 1024 * 1024);
    struct ctx ctx = {.arena = arena};
    struct outline *outline = NULL;
    assert_int_equal(outline_build(&ctx, &document, &outline), RC_OK);
    const struct value *value = outline_to_value(arena, outline);
    const struct value *counts = value_get(value, "counts");
    assert_int_equal(value_get_int(counts, "parts", 0), 1);
    assert_int_equal(value_get_int(counts, "sections", 0), 1);
    assert_int_equal(value_get_int(counts, "items", 0), 2);
    const struct value *report = value_get(value, "reports");
    assert_int_equal(value_count(report), 1);
    assert_true(str_equal_cstr(value_get_text(report->items.first, "code"), "numbering_duplicate"));
    arena_free(arena);
}

/* The red head of a document is no line of its title; a title of two lines stays one. */
static void test_red_head(void **state)
{
    (void)state;
    static const struct {
        const char *text, *title;
    } cases[] = {{"中共岫川集团党委\n岫集党发〔2026〕7号\n关于巡视整改进展情况的通报\n根据部署，现将情况公布如下。",
                  "关于巡视整改进展情况的通报"},
                 {"中共岫川集团党委\n中共岫川集团党委关于巡视整改进展情况的通报\n根据部署，现将情况公布如下。",
                  "中共岫川集团党委关于巡视整改进展情况的通报"},
                 {"中共岫川数科集团有限公司\n党委关于巡视整改进展情况的通报\n根据部署，现将情况公布如下。",
                  "中共岫川数科集团有限公司党委关于巡视整改进展情况的通报"},
                 {"中共岫川集团党委\n关于巡视整改进展情况的通报\n岫集党发〔2026〕7号\n根据部署，现将情况公布如下。",
                  "中共岫川集团党委关于巡视整改进展情况的通报"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(16 * 1024 * 1024);
        struct ctx ctx = {.arena = arena};
        const struct value *outline = outline_of(&ctx, str_from_cstr(cases[i].text), "a.txt");
        assert_str(value_get_text(value_get(outline, "source"), "title"), cases[i].title);
        check_places("", outline);
        arena_free(arena);
    }
}

static void test_empty_and_rubbish(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "\n\n",
                                        "\xE4\xB8\x80\xE3\x80\x81",
                                        "\xE2\x80\x9C\xE2\x80\x9C\xE3\x80\x8A((((",
                                        "1.2.3.4.5",
                                        "????????",
                                        "\xE4\xB8\x80\xE6\x98\xAF\xE4\xB8\x80\xE6\x98\xAF\xE4\xBA\x8C\xE6\x98\xAF"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct paragraph paragraph = {.text = str_from_cstr(texts[i]), .place = STR("p1")};
        struct document document = {.format = FORMAT_TXT, .paragraphs = &paragraph, .count = 1};
        struct arena *arena = arena_new(16 * 1024 * 1024);
        struct ctx ctx = {.arena = arena};
        struct outline *outline = NULL;
        assert_int_equal(outline_build(&ctx, &document, &outline), RC_OK);
        check_places("", outline_to_value(arena, outline));
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_documents),     cmocka_unit_test(test_seed),
                                       cmocka_unit_test(test_parent_levels), cmocka_unit_test(test_missing_level),
                                       cmocka_unit_test(test_audit_report),  cmocka_unit_test(test_automatic_numbering),
                                       cmocka_unit_test(test_red_head),      cmocka_unit_test(test_empty_and_rubbish)};
    return cmocka_run_group_tests_name("intake outline", tests, NULL, NULL);
}
