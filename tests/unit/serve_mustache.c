/* serve_mustache.c: the renderer against the official spec cases and our own rules. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "serve/messages.h"
#include "serve/mustache.h"
#include "text/json.h"

enum { PAGE_BYTES_MAX = 1 << 20 };

static struct ctx new_ctx(void) { return (struct ctx){.arena = arena_new(16 << 20)}; }

/* ---- official cases ---- */

static char *read_whole(const char *path, size_t *ret_n)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    char *text = malloc(1 << 20);
    *ret_n = fread(text, 1, 1 << 20, file);
    (void)fclose(file);
    return text;
}

/* Our JSON has no fractions: a bare 1.21 becomes "1.21", which is what a page shows. */
static struct str quote_fractions(struct arena *arena, struct str json)
{
    char *out = arena_alloc(arena, json.n * 2 + 1);
    size_t n = 0;
    bool is_text = false;
    for (size_t i = 0; i < json.n; i++) {
        char c = json.p[i];
        if (c == '"' && (i == 0 || json.p[i - 1] != '\\' || (i > 1 && json.p[i - 2] == '\\')))
            is_text = !is_text;
        size_t length = 0;
        if (!is_text && c >= '0' && c <= '9')
            length = strspn(json.p + i, "0123456789.");
        if (length && memchr(json.p + i, '.', length)) {
            out[n++] = '"';
            memcpy(out + n, json.p + i, length);
            n += length;
            out[n++] = '"';
            i += length - 1;
        } else {
            out[n++] = c;
        }
    }
    return (struct str){out, n};
}

static bool run_case(const struct value *one)
{
    struct ctx ctx = new_ctx();
    CLEANUP(mustache_set_free_ptr) struct mustache_set *set = mustache_set_new();
    assert_int_equal(mustache_set_add(&ctx, set, STR("main"), value_get_text(one, "template")), RC_OK);
    VALUE_EACH (partial, value_get(one, "partials"))
        assert_int_equal(mustache_set_add(&ctx, set, partial->key, partial->text), RC_OK);
    assert_int_equal(mustache_set_link(&ctx, set, NULL, false), RC_OK);
    struct buf out;
    buf_init(&out, PAGE_BYTES_MAX);
    assert_int_equal(
        mustache_render(&ctx, mustache_set_find(set, STR("main")), value_get(one, "data"), 0, MUSTACHE_SPEC, &out),
        RC_OK);
    /* the spec lets the renderer choose how a quote is written */
    struct str expected = value_get_text(one, "expected");
    bool is_same = str_equal(buf_str(&out), expected);
    if (!is_same)
        print_error("%.*s: got [%.*s], expected [%.*s]\n", STR_ARG(value_get_text(one, "name")), STR_ARG(buf_str(&out)),
                    STR_ARG(expected));
    buf_done(&out);
    arena_free(ctx.arena);
    return is_same;
}

static void test_spec_cases(void **state)
{
    (void)state;
    static const char *const files[] = {"comments", "delimiters", "interpolation", "inverted", "partials", "sections"};
    const char *shared = getenv("BIHUAN_SHARED");
    int cases = 0, failed = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[1000];
        size_t n = 0;
        (void)snprintf(path, sizeof path, "%s/cases/mustache/%s.json", shared ? shared : "../shared", files[i]);
        char *text = read_whole(path, &n);
        if (!text) {
            print_message("# SKIP: %s is absent\n", path);
            skip();
        }
        struct ctx ctx = new_ctx();
        struct value *tree;
        assert_int_equal(json_parse(&ctx, quote_fractions(ctx.arena, (struct str){text, n}), &tree), RC_OK);
        VALUE_EACH (one, value_get(tree, "tests")) {
            cases++;
            failed += run_case(one) ? 0 : 1;
        }
        arena_free(ctx.arena);
        free(text);
    }
    print_message("# %d cases of the specification, %d failed\n", cases, failed);
    assert_int_equal(failed, 0);
    assert_true(cases >= 130);
}

/* ---- our additions ---- */

struct file {
    const char *name, *source;
};

static enum rc render_files(struct ctx *ctx, const struct file *files, const struct value *view,
                            enum mustache_mode mode, int variant, struct buf *out)
{
    const struct mustache_constants constants = {message_find_constant, NULL, LANG_COUNT};
    CLEANUP(mustache_set_free_ptr) struct mustache_set *set = mustache_set_new();
    if (!set)
        return RC_NOMEM;
    for (; files->name; files++)
        TRY(mustache_set_add(ctx, set, str_from_cstr(files->name), str_from_cstr(files->source)));
    TRY(mustache_set_link(ctx, set, &constants, mode == MUSTACHE_STRICT));
    return mustache_render(ctx, mustache_set_find(set, STR("main")), view, variant, mode, out);
}

static void check(const struct file *files, const char *json, const char *expected)
{
    struct ctx ctx = new_ctx();
    struct value *view;
    struct buf out;
    buf_init(&out, PAGE_BYTES_MAX);
    assert_int_equal(json_parse(&ctx, str_from_cstr(json), &view), RC_OK);
    assert_int_equal(render_files(&ctx, files, view, MUSTACHE_STRICT, LANG_EN, &out), RC_OK);
    assert_string_equal(out.p, expected);
    buf_done(&out);
    arena_free(ctx.arena);
}

#define CHECK(json, expected, ...) check((const struct file[]){__VA_ARGS__, {NULL, NULL}}, json, expected)

static void test_layout(void **state)
{
    (void)state;
    CHECK("{\"n\":\"A&B\"}", "<h1>A&amp;B</h1><main>def</main>",
          {"main", "{{<base}} ignored {{$title}}{{n}}{{/title}}{{/base}}"},
          {"base", "<h1>{{$title}}none{{/title}}</h1><main>{{$body}}def{{/body}}</main>"});
    /* the most derived filling wins through three levels */
    CHECK("{}", "c", {"main", "{{<parent}}{{$a}}c{{/a}}{{/parent}}"}, {"parent", "{{<older}}{{$a}}p{{/a}}{{/older}}"},
          {"older", "{{<grand}}{{$a}}o{{/a}}{{/grand}}"}, {"grand", "{{$a}}g{{/a}}"});
    CHECK("{}", "p", {"main", "{{<parent}}{{/parent}}"}, {"parent", "{{<older}}{{$a}}p{{/a}}{{/older}}"},
          {"older", "{{$a}}o{{/a}}"});
    /* recursion between layouts ends at the filling: the specification's case */
    CHECK("{}", "override override override don't recurse", {"main", "{{<parent}}{{$foo}}override{{/foo}}{{/parent}}"},
          {"parent", "{{$foo}}default{{/foo}} {{$bar}}{{<parent2}}{{/parent2}}{{/bar}}"},
          {"parent2", "{{$foo}}default2{{/foo}} {{<parent}}{{$bar}}don't recurse{{/bar}}{{/parent}}"});
    /* two fillings of one layout do not see each other; the context is that of the place of the block */
    CHECK("{\"who\":\"x\",\"nested\":{\"who\":\"y\"}}", "1y 2y",
          {"main", "{{<p}}{{$b}}1{{who}}{{/b}}{{/p}} {{<p}}{{$b}}2{{who}}{{/b}}{{/p}}"},
          {"p", "{{#nested}}{{$b}}{{/b}}{{/nested}}"});
    CHECK("{}", "a\nx\nb\n", {"main", "{{<p}}\n{{$b}}\nx\n{{/b}}\n{{/p}}\n"}, {"p", "a\n{{$b}}\n{{/b}}\nb\n"});
}

/* A section over a block asks whether it is filled and says anything in this place. */
static void test_filled_block(void **state)
{
    (void)state;
    struct file field = {"field", "{{#$help}}<p>{{$help}}none{{/help}}</p>{{/$help}}{{^$help}}-{{/$help}}"};
    CHECK("{}", "<p>h</p>", {"main", "{{<field}}{{$help}}h{{/help}}{{/field}}"}, field);
    CHECK("{}", "-", {"main", "{{<field}}{{$other}}h{{/other}}{{/field}}"}, field);
    CHECK("{\"n\":\"\"}", "-", {"main", "{{<field}}{{$help}}{{n}}{{/help}}{{/field}}"}, field);
    CHECK("{\"l\":[{\"n\":\"a\"},{\"n\":\"\"}]}", "<p>a</p>-",
          {"main", "{{#l}}{{<field}}{{$help}}{{n}}{{/help}}{{/field}}{{/l}}"}, field);
    CHECK("{}", "<p>h</p>", {"main", "{{<old}}{{$help}}h{{/help}}{{/old}}"}, {"old", "{{<field}}{{/field}}"}, field);
}

static void test_indentation(void **state)
{
    (void)state;
    CHECK("{\"x\":\"1\\n2\"}", "<\n    a\n      1\n2\n    b\n>\n", {"main", "<\n  {{>p}}\n>\n"},
          {"p", "  a\n  {{>q}}\n  b\n"}, {"q", "  {{x}}\n"});
    CHECK("{\"a\":true}", "  x\n\n  y\n", {"main", "  {{>p}}\n"}, {"p", "{{#a}}\nx\n\n{{#a}}y{{/a}}\n{{/a}}\n"});
}

static void test_constants(void **state)
{
    (void)state;
    CHECK("{\"n\":3}", "Save: 3 rows", {"main", "{{t.button.save}}: {{t.table.count n}}"});
    CHECK("{\"n\":1}", "1 row", {"main", "{{t.table.count n}}"});
    CHECK("{\"a\":\"<1>\",\"b\":2,\"c\":9}",
          "&lt;1&gt;\xe2\x80\x93"
          "2 of 9",
          {"main", "{{t.table.range a  b c}}"});
    struct ctx ctx = new_ctx();
    struct buf out;
    buf_init(&out, PAGE_BYTES_MAX);
    const struct file unknown[] = {{"main", "\n{{t.no.such}}"}, {NULL, NULL}};
    assert_int_equal(render_files(&ctx, unknown, NULL, MUSTACHE_STRICT, LANG_ZH, &out), RC_INVALID);
    assert_true(str_equal(ctx.first->place, STR("main:2")));
    const struct file lacking[] = {{"main", "{{t.table.count}}"}, {NULL, NULL}};
    assert_int_equal(render_files(&ctx, lacking, NULL, MUSTACHE_STRICT, LANG_ZH, &out), RC_INVALID);
    buf_done(&out);
    arena_free(ctx.arena);
}

static void test_truth(void **state)
{
    (void)state;
    CHECK("{\"zero\":0,\"empty\":\"\",\"no\":null,\"list\":[],\"map\":{}}", "0 nothing nothing nothing map",
          {"main", "{{#zero}}{{zero}}{{/zero}} {{^empty}}nothing{{/empty}} {{^no}}nothing{{/no}} "
                   "{{^list}}nothing{{/list}} {{#map}}map{{/map}}"});
    CHECK("{\"o\":null}", "[]", {"main", "[{{o.a.b}}]"});
}

static void test_safe_html(void **state)
{
    (void)state;
    const struct file files[] = {{"main", "{{x}} {{{x}}} {{&h}} {{h}} {{{n}}}"}, {NULL, NULL}};
    struct ctx ctx = new_ctx();
    struct value *view = value_new_map(ctx.arena);
    value_put_text(ctx.arena, view, "x", STR("<'\">"));
    value_put_html(ctx.arena, view, "h", STR("<b>"));
    value_put_int(ctx.arena, view, "n", -9223372036854775807 - 1);
    struct buf out;
    buf_init(&out, PAGE_BYTES_MAX);
    assert_int_equal(render_files(&ctx, files, view, MUSTACHE_SAFE, 0, &out), RC_OK);
    assert_string_equal(out.p, "&lt;&#39;&quot;&gt; &lt;&#39;&quot;&gt; <b> &lt;b&gt; -9223372036854775808");
    assert_int_equal(render_files(&ctx, files, view, MUSTACHE_STRICT, 0, &out), RC_INVALID);
    assert_true(str_equal(ctx.first->key, STR("template.not_html")));
    buf_done(&out);
    arena_free(ctx.arena);
}

static void test_strict_collects_unknown_names(void **state)
{
    (void)state;
    const struct file files[] = {{"main", "{{a}}\n{{#b}}{{/b}}\n{{>p}}{{l}}"}, {"p", "\n\n{{c.d}}"}, {NULL, NULL}};
    struct ctx ctx = new_ctx();
    struct value *view = value_new_map(ctx.arena);
    value_put_list(ctx.arena, view, "l");
    value_put_map(ctx.arena, view, "c");
    struct buf out;
    buf_init(&out, PAGE_BYTES_MAX);
    assert_int_equal(render_files(&ctx, files, view, MUSTACHE_SAFE, 0, &out), RC_OK);
    assert_int_equal(render_files(&ctx, files, view, MUSTACHE_STRICT, 0, &out), RC_INVALID);
    assert_int_equal(ctx.issue_count, 4);
    static const char *const places[] = {"main:1", "main:2", "p:3", "main:3"};
    int i = 0;
    for (const struct ctx_issue *issue = ctx.first; issue; issue = issue->next)
        assert_true(str_equal_cstr(issue->place, places[i++]));
    buf_done(&out);
    arena_free(ctx.arena);
}

static void test_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *source, *key, *place;
    } cases[] = {
        {"a\n{{x", "template.unclosed_tag", "m:2"},   {"{{#a}}\n", "template.unclosed_section", "m:1"},
        {"\n\n{{/a}}", "template.not_open", "m:3"},   {"{{#a}}{{/b}}", "template.wrong_close", "m:1"},
        {"{{}}", "template.empty_name", "m:1"},       {"{{a b}}", "template.bad_name", "m:1"},
        {"{{a..b}}", "template.bad_name", "m:1"},     {"{{=a=}}", "template.bad_delimiters", "m:1"},
        {"{{={{ }}", "template.unclosed_tag", "m:1"}, {"{{{a}}", "template.unclosed_tag", "m:1"},
        {"{{>}}", "template.empty_name", "m:1"},      {"{{t.x a b c d e}}", "template.too_many_arguments", "m:1"},
        {"{{=}}", "template.unclosed_tag", "m:1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ctx ctx = new_ctx();
        CLEANUP(mustache_set_free_ptr) struct mustache_set *set = mustache_set_new();
        assert_int_equal(mustache_set_add(&ctx, set, STR("m"), str_from_cstr(cases[i].source)), RC_INVALID);
        assert_true(str_equal_cstr(ctx.first->key, cases[i].key));
        assert_true(str_equal_cstr(ctx.first->place, cases[i].place));
        arena_free(ctx.arena);
    }
}

static void test_endless_recursion_is_refused(void **state)
{
    (void)state;
    const struct file files[] = {{"main", "x{{>main}}"}, {NULL, NULL}};
    const struct file blocks[] = {
        {"main", "{{<p}}{{$a}}x{{$a}}y{{/a}}{{/a}}{{/p}}"}, {"p", "{{$a}}{{/a}}"}, {NULL, NULL}};
    struct ctx ctx = new_ctx();
    struct buf out;
    buf_init(&out, PAGE_BYTES_MAX);
    assert_int_equal(render_files(&ctx, files, NULL, MUSTACHE_SAFE, 0, &out), RC_TOO_LARGE);
    buf_reset(&out);
    assert_int_equal(render_files(&ctx, blocks, NULL, MUSTACHE_SAFE, 0, &out), RC_TOO_LARGE);
    buf_done(&out);
    arena_free(ctx.arena);
}

static void test_output_ceiling(void **state)
{
    (void)state;
    const struct file files[] = {{"main", "{{#l}}0123456789{{/l}}"}, {NULL, NULL}};
    struct ctx ctx = new_ctx();
    struct value *view;
    struct buf out;
    buf_init(&out, 25);
    assert_int_equal(json_parse(&ctx, STR("{\"l\":[1,2,3]}"), &view), RC_OK);
    assert_int_equal(render_files(&ctx, files, view, MUSTACHE_SAFE, 0, &out), RC_TOO_LARGE);
    assert_true(out.n <= 25);
    buf_done(&out);
    arena_free(ctx.arena);
}

static void test_lint_lists_names(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    CLEANUP(mustache_set_free_ptr) struct mustache_set *set = mustache_set_new();
    assert_int_equal(
        mustache_set_add(&ctx, set, STR("m"), STR("{{a}}\n{{#rows}}{{{b.c}}}{{#in}}{{>p}}{{/in}}{{/rows}}{{t.x n}}")),
        RC_OK);
    struct buf out;
    buf_init(&out, 10000);
    struct value *names = mustache_lint(ctx.arena, mustache_set_find(set, STR("m")));
    VALUE_EACH (item, names) {
        buf_add_format(&out, "%.*s %.*s %d %.*s;", STR_ARG(value_get_text(item, "kind")),
                       STR_ARG(value_get_text(item, "name")), (int)value_get_int(item, "line", 0),
                       STR_ARG(value_get_text(item, "scope")));
    }
    assert_string_equal(
        out.p,
        "text a 1 ;section rows 2 ;html b.c 2 rows;section in 2 rows;partial p 2 rows/in;text t.x 2 ;text n 2 ;");
    buf_done(&out);
    arena_free(ctx.arena);
}

/* ---- the program's own templates ---- */

static bool find_any(void *arg, int variant, struct str name, struct str *ret_text)
{
    if (str_has_prefix(name, STR("static."))) {
        *ret_text = STR("/static/x");
        return true;
    }
    return message_find_constant(arg, variant, name, ret_text);
}

static void test_templates_of_the_program_link(void **state)
{
    (void)state;
    const char *root = getenv("BIHUAN_SOURCE");
    struct ctx ctx = new_ctx();
    struct str directory = arena_format(ctx.arena, "%s/web/templates", root ? root : ".");
    DIR *dir = opendir(directory.p);
    if (!dir) {
        print_message("# SKIP: %s is absent\n", directory.p);
        arena_free(ctx.arena);
        skip();
    }
    const struct mustache_constants constants = {find_any, NULL, LANG_COUNT};
    CLEANUP(mustache_set_free_ptr) struct mustache_set *set = mustache_set_new();
    int count = 0, faults = 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        struct str name = str_from_cstr(entry->d_name);
        if (!str_has_suffix(name, STR(".html")))
            continue;
        size_t n = 0;
        char *text = read_whole(arena_format(ctx.arena, "%s/%s", directory.p, entry->d_name).p, &n);
        faults += mustache_set_add(&ctx, set, str_slice(name, 0, name.n - 5), (struct str){text, n}) != RC_OK;
        free(text);
        count++;
    }
    (void)closedir(dir);
    faults += mustache_set_link(&ctx, set, &constants, true) != RC_OK;
    for (const struct ctx_issue *issue = ctx.first; issue; issue = issue->next)
        print_error("%.*s: %.*s %.*s\n", STR_ARG(issue->place), STR_ARG(issue->key), STR_ARG(issue->field));
    print_message("# %d templates\n", count);
    assert_int_equal(faults, 0);
    arena_free(ctx.arena);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    const struct file files[] = {
        {"main", "{{<base}}{{$b}}{{#l}}<td>{{a}}{{t.table.count n}}</td>\n  {{>p}}\n{{/l}}{{/b}}{{/base}}"},
        {"base", "  {{$b}}{{/b}}\n"},
        {"p", " {{a}}\n{{=<% %>=}}<%a%>"},
        {NULL, NULL}};
    struct ctx data = new_ctx();
    struct value *view;
    assert_int_equal(json_parse(&data, STR("{\"n\":2,\"l\":[{\"a\":\"<x>\"},{\"a\":\"&\"}]}"), &view), RC_OK);
    enum rc rc = RC_NOMEM;
    long n = 0;
    while (rc != RC_OK) {
        alloc_fail_at(++n);
        struct ctx ctx = {.arena = arena_new(16 << 20)};
        struct buf out;
        buf_init(&out, PAGE_BYTES_MAX);
        rc = ctx.arena ? render_files(&ctx, files, view, MUSTACHE_STRICT, LANG_ZH, &out) : RC_NOMEM;
        bool has_failed = alloc_has_failed();
        alloc_fail_at(0);
        assert_true(rc == RC_OK || rc == RC_NOMEM);
        assert_true(rc == RC_OK || has_failed);
        buf_done(&out);
        arena_free(ctx.arena);
        assert_true(n < 1000);
    }
    assert_true(n > 3);
    arena_free(data.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spec_cases),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_filled_block),
        cmocka_unit_test(test_indentation),
        cmocka_unit_test(test_constants),
        cmocka_unit_test(test_truth),
        cmocka_unit_test(test_safe_html),
        cmocka_unit_test(test_strict_collects_unknown_names),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_endless_recursion_is_refused),
        cmocka_unit_test(test_output_ceiling),
        cmocka_unit_test(test_lint_lists_names),
        cmocka_unit_test(test_templates_of_the_program_link),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
