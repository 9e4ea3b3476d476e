/* serve_form.c: urlencoded, multipart and JSON bodies, queries, cookies, file names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "serve/cookie.h"
#include "serve/form.h"

#define TYPE_FORM STR("application/x-www-form-urlencoded")
#define TYPE_PARTS STR("multipart/form-data; charset=x; boundary=\"XX\"")

static struct ctx new_ctx(void) { return (struct ctx){.arena = arena_new(64 << 20)}; }

static void check_json(const struct value *v, const char *expected)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    value_write_json(&out, v, false);
    assert_string_equal(out.p, expected);
    buf_done(&out);
}

static void check_query(const char *query, const char *expected)
{
    struct ctx ctx = new_ctx();
    struct value *fields;
    assert_int_equal(form_parse_query(&ctx, str_from_cstr(query), NULL, &fields), RC_OK);
    check_json(fields, expected);
    arena_free(ctx.arena);
}

static void test_query(void **state)
{
    (void)state;
    check_query("", "{}");
    check_query("a=1&b=%E9%97%AE&&c", "{\"a\":\"1\",\"b\":\"\xe9\x97\xae\",\"c\":\"\"}");
    check_query("a+b=c+d%2B&x=%zz%", "{\"a b\":\"c d+\",\"x\":\"%zz%\"}");
    check_query("i=1&j=0&i=2&i=3", "{\"i\":[\"1\",\"2\",\"3\"],\"j\":\"0\"}");
    check_query("t=a%0D%0Ab%0Dc%0Ad", "{\"t\":\"a\\nb\\nc\\nd\"}");
}

static void fail_form(struct str type, struct str body, enum rc expected, const char *key, const char *field)
{
    struct ctx ctx = new_ctx();
    struct form *form;
    const struct form_limits limits = {
        .fields = 4, .name_bytes = 20, .field_bytes = 30, .total_field_bytes = 50, .files = 1, .file_bytes = 10};
    assert_int_equal(form_parse(&ctx, type, body, &limits, &form), expected);
    if (key)
        assert_string_equal(ctx.first->key.p, key);
    if (field)
        assert_true(str_equal_cstr(ctx.first->field, field));
    arena_free(ctx.arena);
}

static void test_faults_name_the_field(void **state)
{
    (void)state;
    fail_form(TYPE_FORM, STR("a=1&b=%ff"), RC_BAD_ENCODING, NULL, "b");
    fail_form(TYPE_FORM, STR("b=%00"), RC_BAD_ENCODING, NULL, "b");
    fail_form(TYPE_FORM, STR("b=%E2%80%AE"), RC_BAD_ENCODING, NULL, "b"); /* right-to-left override */
    fail_form(TYPE_FORM, STR("%ff=1"), RC_BAD_ENCODING, NULL, NULL);
    fail_form(TYPE_FORM, STR("a=1&b=2&c=3&d=4&e=5"), RC_TOO_LARGE, "form.too_many_fields", NULL);
    fail_form(TYPE_FORM, STR("a23456789012345678901=1"), RC_TOO_LARGE, "form.name_too_long", NULL);
    fail_form(TYPE_FORM, STR("a=1234567890123456789012345678901"), RC_TOO_LARGE, "form.field_too_long", "a");
    fail_form(TYPE_FORM, STR("a=12345678901234567890123456&b=1234567890123456789012345"), RC_TOO_LARGE,
              "form.fields_too_long", "b");
    fail_form(STR("text/plain"), STR("a=1"), RC_UNSUPPORTED, "form.type_unsupported", NULL);
    fail_form(STR("application/json"), STR("[1]"), RC_BAD_REQUEST, "error.json_not_object", NULL);
    fail_form(STR("application/json"), STR("{\"a\":"), RC_INVALID, NULL, NULL);
}

static void test_json_body(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    struct form *form;
    assert_int_equal(
        form_parse(&ctx, STR("application/json; charset=utf-8"), STR("{\"a\":1,\"b\":{\"c\":[\"x\"]}}"), NULL, &form),
        RC_OK);
    assert_true(form->is_json);
    check_json(form->fields, "{\"a\":1,\"b\":{\"c\":[\"x\"]}}");
    assert_int_equal(form_parse(&ctx, STR(""), STR(""), NULL, &form), RC_OK);
    check_json(form->fields, "{}");
    arena_free(ctx.arena);
}

#define PART(head, content) "--XX\r\nContent-Disposition: form-data; " head "\r\n\r\n" content "\r\n"

static const char parts[] = PART("name=\"a\"", "x\r\ny")
    PART("name=\"f\"; filename=\"C:\\up\\\xe5\x8f\x8d.docx\"\r\nContent-Type: application/zip", "PK\r\n--X\r\n\r\n")
        PART("name=\"e\"; filename=\"\"", "") PART("name=empty", "") PART("name=\"q%22\"", "1") "--XX--\r\n";

#define BODY ((struct str){parts, sizeof parts - 1})

static void check_parts(struct ctx *ctx, const struct form *form)
{
    check_json(form->fields, "{\"a\":\"x\\ny\",\"empty\":\"\",\"q\\\"\":\"1\"}");
    assert_int_equal(form->file_count, 1);
    const struct form_file *file = form_file(form, "f");
    assert_true(str_equal(file->name, STR("\xe5\x8f\x8d.docx")));
    assert_true(str_equal(file->type, STR("application/zip")));
    assert_int_equal(file->size_bytes, 11);
    assert_null(form_file(form, "e"));
    int fd = -1;
    char text[20];
    assert_int_equal(form_file_open(ctx, file, "/tmp", &fd), RC_OK);
    assert_int_equal(read(fd, text, sizeof text), 11);
    assert_memory_equal(text, "PK\r\n--X\r\n\r\n", 11);
    (void)close(fd);
}

static int spool(const void *p, size_t n)
{
    FILE *file = tmpfile();
    assert_int_equal(fwrite(p, 1, n, file), n);
    assert_int_equal(fflush(file), 0);
    int fd = dup(fileno(file));
    (void)fclose(file);
    return fd;
}

static void test_multipart(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    struct form *form;
    assert_int_equal(form_parse(&ctx, TYPE_PARTS, BODY, NULL, &form), RC_OK);
    check_parts(&ctx, form);
    int fd = spool(parts, sizeof parts - 1);
    assert_int_equal(form_parse_fd(&ctx, TYPE_PARTS, fd, sizeof parts - 1, NULL, &form), RC_OK);
    check_parts(&ctx, form);
    (void)close(fd);
    arena_free(ctx.arena);
}

/* A boundary that lies across two windows of the search, at every offset near the edge. */
static void test_boundary_across_windows(void **state)
{
    (void)state;
    enum { WINDOW = 256 * 1024 };
    for (int shift = -12; shift <= 12; shift += 3) {
        struct ctx ctx = new_ctx();
        struct buf body;
        struct form *form;
        buf_init(&body, 4 << 20);
        buf_add(&body, STR("--XX\r\nContent-Disposition: form-data; name=f; filename=big\r\n\r\n"));
        size_t head = body.n, size = (size_t)(2 * WINDOW + shift) - head;
        memset(buf_add_space(&body, size), '\r', size);
        buf_add(&body, STR("\r\n" PART("name=z", "end") "--XX--"));
        int fd = spool(body.p, body.n);
        assert_int_equal(form_parse_fd(&ctx, TYPE_PARTS, fd, (int64_t)body.n, NULL, &form), RC_OK);
        assert_int_equal(form->files[0].size_bytes, size);
        assert_true(str_equal(form_text(form->fields, "z"), STR("end")));
        (void)close(fd);
        buf_done(&body);
        arena_free(ctx.arena);
    }
}

static void test_bad_multipart(void **state)
{
    (void)state;
    fail_form(STR("multipart/form-data"), STR("x"), RC_BAD_REQUEST, "form.no_boundary", NULL);
    fail_form(TYPE_PARTS, STR("nothing"), RC_BAD_REQUEST, "form.cut_off", NULL);
    fail_form(TYPE_PARTS, STR(PART("name=a", "1")), RC_BAD_REQUEST, "form.cut_off", NULL);
    fail_form(TYPE_PARTS, STR("--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nabc"), RC_BAD_REQUEST,
              "form.cut_off", NULL);
    fail_form(TYPE_PARTS, STR("--XX\r\nX: y\r\n\r\n\r\n--XX--"), RC_BAD_REQUEST, "form.bad_part", NULL);
    fail_form(TYPE_PARTS, STR("--XXX\r\n\r\n"), RC_BAD_REQUEST, "form.bad_part", NULL);
    fail_form(TYPE_PARTS, STR(PART("name=f; filename=x", "12345678901") "--XX--"), RC_TOO_LARGE, "form.file_too_large",
              "f");
    fail_form(TYPE_PARTS, STR(PART("name=f; filename=x", "1") PART("name=g; filename=x", "1") "--XX--"), RC_TOO_LARGE,
              "form.too_many_files", "g");
    fail_form(TYPE_PARTS, STR(PART("name=a", "\xff") "--XX--"), RC_BAD_ENCODING, NULL, "a");
    /* cut at every byte: never a crash, never accepted without its end */
    for (size_t n = 0; n + 4 < sizeof parts; n++) {
        struct ctx ctx = new_ctx();
        struct form *form;
        char *copy = malloc(n + 1);
        memcpy(copy, parts, n);
        assert_int_equal(form_parse(&ctx, TYPE_PARTS, (struct str){copy, n}, NULL, &form), RC_BAD_REQUEST);
        free(copy);
        arena_free(ctx.arena);
    }
}

static void test_file_names(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *safe;
    } cases[] = {
        {"a.docx", "a.docx"},
        {"../../etc/passwd", "passwd"},
        {"C:\\x\\y.xlsx", "y.xlsx"},
        {"..", "file"},
        {"", "file"},
        {".hidden", "hidden"},
        {"a\nb\x7f", "ab"},
        {"x\xe2\x80\xae"
         "fdp.exe",
         "xfdp.exe"},
        {"\xff\xfe", "file"},
        {"a<b>|c?.txt", "abc.txt"},
        {"  sp ace.txt ", "sp ace.txt"},
        {"* .x", "x"},
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(str_equal_cstr(form_safe_file_name(arena, str_from_cstr(cases[i].raw)), cases[i].safe));
    struct buf raw;
    buf_init(&raw, 10000);
    for (int i = 0; i < 300; i++)
        buf_add(&raw, STR("\xe9\x97\xae"));
    buf_add(&raw, STR(".docx"));
    struct str safe = form_safe_file_name(arena, buf_str(&raw));
    assert_true(safe.n <= 200 && str_has_suffix(safe, STR("\xe9\x97\xae.docx")));
    buf_done(&raw);
    arena_free(arena);
}

static void test_texts_and_urls(void **state)
{
    (void)state;
    struct ctx ctx = new_ctx();
    struct value *fields;
    size_t n;
    assert_int_equal(form_parse_query(&ctx, STR("i=1&i=2&k=v"), NULL, &fields), RC_OK);
    assert_true(str_equal(form_text(fields, "i"), STR("1")));
    struct str *texts = form_texts(ctx.arena, fields, "i", &n);
    assert_true(n == 2 && str_equal(texts[1], STR("2")));
    texts = form_texts(ctx.arena, fields, "k", &n);
    assert_true(n == 1 && str_equal(texts[0], STR("v")));
    assert_null(form_texts(ctx.arena, fields, "none", &n));
    struct buf out;
    buf_init(&out, 1000);
    buf_add(&out, STR("/x?"));
    url_add_query(&out, STR("q"), STR("\xe9\x97\xae a&b"));
    url_add_query(&out, STR("p"), STR("~-._"));
    assert_string_equal(out.p, "/x?q=%E9%97%AE%20a%26b&p=~-._");
    assert_true(str_equal(url_decode(ctx.arena, STR("a%20b+c%4"), false), STR("a b+c%4")));
    buf_done(&out);
    arena_free(ctx.arena);
}

static void test_cookies(void **state)
{
    (void)state;
    struct str header = STR("a=1; session=\"x=y\"; b=; session=2");
    assert_true(str_equal(cookie_find(header, STR("session")), STR("x=y")));
    assert_true(str_equal(cookie_find(header, STR("a")), STR("1")));
    assert_true(cookie_find(header, STR("b")).p && cookie_find(header, STR("b")).n == 0);
    assert_null(cookie_find(header, STR("c")).p);
    struct buf out;
    buf_init(&out, 1000);
    struct cookie cookie = {
        .name = STR("s"), .value = STR("abc"), .max_age_s = 60, .same_site = COOKIE_STRICT, .is_secure = true};
    assert_int_equal(cookie_write(&out, &cookie), RC_OK);
    assert_string_equal(out.p, "s=abc; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict");
    buf_reset(&out);
    cookie = (struct cookie){
        .name = STR("l"), .value = STR("en"), .path = STR("/x"), .max_age_s = -1, .is_readable_by_script = true};
    assert_int_equal(cookie_write(&out, &cookie), RC_OK);
    assert_string_equal(out.p, "l=en; Path=/x; SameSite=Lax");
    cookie.value = STR("a\r\nX: y");
    assert_int_equal(cookie_write(&out, &cookie), RC_INVALID);
    cookie.value = STR("a;b");
    assert_int_equal(cookie_write(&out, &cookie), RC_INVALID);
    buf_done(&out);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    const struct {
        struct str type, body;
    } cases[] = {{TYPE_FORM, STR("a=1&b=%E9%97%AE&b=2&b=3")},
                 {TYPE_PARTS, BODY},
                 {STR("application/json"), STR("{\"a\":[1,{\"b\":\"c\"}]}")}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (long n = 1;; n++) {
            alloc_fail_at(n);
            struct ctx ctx = new_ctx();
            struct form *form = NULL;
            int fd = spool(cases[i].body.p, cases[i].body.n);
            enum rc rc =
                ctx.arena ? form_parse_fd(&ctx, cases[i].type, fd, (int64_t)cases[i].body.n, NULL, &form) : RC_NOMEM;
            bool has_failed = alloc_has_failed();
            alloc_fail_at(0);
            /* the JSON library under json_parse may report a failed allocation as a fault of the text */
            assert_true(has_failed ? rc == RC_NOMEM || (i == 2 && rc == RC_INVALID) : rc == RC_OK);
            assert_true(!has_failed || !form);
            (void)close(fd);
            arena_free(ctx.arena);
            if (!has_failed)
                break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_faults_name_the_field),
        cmocka_unit_test(test_json_body),
        cmocka_unit_test(test_multipart),
        cmocka_unit_test(test_boundary_across_windows),
        cmocka_unit_test(test_bad_multipart),
        cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_texts_and_urls),
        cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
