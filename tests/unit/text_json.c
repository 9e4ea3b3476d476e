/* text_json.c: JSON into the value tree. */
#include "unit.h"

#include "base/buf.h"
#include "text/json.h"

static enum rc parse(struct ctx *ctx, const char *text, struct value **ret)
{
    ctx_clear_issues(ctx);
    return json_parse(ctx, str_from_cstr(text), ret);
}

static void round_trips(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct ctx ctx = {.arena = arena};
    static const char *const cases[] = {"{\"a\":1,\"b\":[true,false,null,\"\\u003c中\\n\"],\"c\":{}}", "[]",
                                        "-9223372036854775808", "\"x\"", "{\"z\":1,\"a\":2}"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct value *v, *back;
        assert_ok(parse(&ctx, cases[i], &v));
        CLEANUP(buf_done) struct buf out;
        buf_init(&out, 1 << 16);
        value_write_json(&out, v, false);
        assert_str(buf_str(&out), cases[i]);
        assert_ok(json_parse(&ctx, buf_str(&out), &back));
        assert_true(value_equal(v, back));
    }
    arena_free(arena);
}

static void refuses_with_a_reason(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct ctx ctx = {.arena = arena};
    static const struct {
        const char *text;
        enum rc rc;
        const char *key;
    } cases[] = {{"{\"a\":1.5}", RC_INVALID, "error.json_real"},
                 {"1e3", RC_INVALID, "error.json_real"},
                 {"{\"a\":1,\"a\":2}", RC_INVALID, "error.json_duplicate"},
                 {"{", RC_INVALID, "error.json_syntax"},
                 {"", RC_INVALID, "error.json_syntax"},
                 {"[1] x", RC_INVALID, "error.json_syntax"},
                 {"99999999999999999999", RC_INVALID, "error.json_syntax"},
                 {"\"\xff\"", RC_BAD_ENCODING, "error.bad_encoding"},
                 {"\"\\u0000\"", RC_BAD_ENCODING, "error.bad_encoding"},
                 {"\"\\u202e\"", RC_BAD_ENCODING, "error.bad_encoding"},
                 {"{\"\\u0007\":1}", RC_BAD_ENCODING, "error.bad_encoding"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct value *v;
        assert_int_equal(parse(&ctx, cases[i].text, &v), cases[i].rc);
        assert_str(ctx.first->key, cases[i].key);
    }
    struct value *v;
    assert_int_equal(parse(&ctx, "{\n \"a\": x}", &v), RC_INVALID);
    assert_str(ctx.first->args[0], "2");
    char nested[2 * JSON_DEPTH_MAX + 3];
    memset(nested, '[', JSON_DEPTH_MAX);
    memset(nested + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    nested[2 * JSON_DEPTH_MAX] = '\0';
    assert_ok(parse(&ctx, nested, &v));
    memset(nested, '[', JSON_DEPTH_MAX + 1);
    memset(nested + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    nested[2 * JSON_DEPTH_MAX + 2] = '\0';
    assert_int_equal(parse(&ctx, nested, &v), RC_INVALID);
    assert_str(ctx.first->key, "error.json_depth");
    arena_free(arena);
}

static enum rc parse_in_arena(void)
{
    CLEANUP(arena_free_ptr) struct arena *arena = arena_new(1 << 20);
    if (!arena)
        return RC_NOMEM;
    struct ctx ctx = {.arena = arena};
    struct value *v;
    return json_parse(&ctx, STR("{\"a\":[1,2,{\"b\":\"text\"}]}"), &v);
}

static void reports_short_memory(void **state)
{
    (void)state;
    torture(parse_in_arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(refuses_with_a_reason),
        cmocka_unit_test(reports_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
