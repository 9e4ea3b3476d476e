/* base_value.c: the value tree.  The JSON round trip through a parser is in text_json.c. */
#include "unit.h"

#include "base/value.h"

static struct value *build(struct arena *arena)
{
    struct value *root = value_new_map(arena);
    value_put_int(arena, root, "n", -7);
    value_put_text(arena, root, "t", STR("中\"<\\\n"));
    value_put_bool(arena, root, "b", true);
    value_put_null(arena, root, "z");
    struct value *list = value_put_list(arena, root, "l");
    value_add_int(arena, list, 1);
    value_add_text(arena, list, STR("x"));
    value_put_int(arena, value_add_map(arena, list), "k", INT64_MIN);
    value_put_map(arena, root, "m");
    return root;
}

static void assert_json(const struct value *v, bool is_pretty, const char *expected)
{
    CLEANUP(buf_done) struct buf out;
    buf_init(&out, 1 << 16);
    value_write_json(&out, v, is_pretty);
    assert_ok(buf_rc(&out));
    assert_str(buf_str(&out), expected);
}

static void writes_json(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct value *root = build(arena);
    assert_json(root, false,
                "{\"n\":-7,\"t\":\"中\\\"\\u003c\\\\\\n\",\"b\":true,\"z\":null,\"l\":[1,\"x\",{\"k\":-"
                "9223372036854775808}],\"m\":{}}");
    struct value *small = value_new_map(arena);
    value_add_int(arena, value_put_list(arena, small, "a"), 1);
    assert_json(small, true, "{\n  \"a\": [\n    1\n  ]\n}");
    assert_json(value_new_text(arena, STR("\x01\x7f\xe2\x80\xa8")), false, "\"\\u0001\\u007f\\u2028\"");
    assert_json(NULL, false, "null");
    arena_free(arena);
}

static void reads_with_defaults(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct value *root = build(arena);
    assert_int_equal(value_get_int(root, "n", 1), -7);
    assert_int_equal(value_get_int(root, "t", 1), 1);
    assert_int_equal(value_get_int(NULL, "n", 3), 3);
    assert_str(value_get_text(root, "n"), "");
    assert_true(value_get_bool(root, "b") && !value_get_bool(root, "n"));
    assert_true(value_is_null(value_get(root, "z")) && value_is_null(value_get(root, "absent")) &&
                !value_is_null(root));
    assert_int_equal(value_count(value_get(root, "l")), 3);
    assert_int_equal(value_count(value_get(root, "n")), 0);
    int seen = 0;
    VALUE_EACH (child, value_get(root, "n"))
        seen++;
    VALUE_EACH (child, root)
        seen += child->key.n == 1;
    assert_int_equal(seen, 6);
    arena_free(arena);
}

static void copies_and_compares(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20), *other = arena_new(1 << 20);
    struct value *root = build(arena), *copy = value_copy(other, root);
    assert_true(value_equal(root, copy));
    value_set(copy, STR("n"), value_new_int(other, -8));
    assert_false(value_equal(root, copy));
    assert_int_equal(value_count(copy), value_count(root));
    assert_int_equal(value_get_int(copy, "n", 0), -8);
    value_set(copy, STR("new"), value_new_int(other, 1));
    assert_int_equal(value_count(copy), value_count(root) + 1);
    arena_free(arena);
    assert_str(value_get_text(copy, "t"), "中\"<\\\n"); /* a copy owns its text */
    arena_free(other);
}

static void takes_a_null_parent_quietly(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1);
    struct value *root = build(arena);
    assert_null(root);
    assert_int_equal(arena_rc(arena), RC_TOO_LARGE);
    arena_free(arena);
}

static enum rc build_and_write(void)
{
    CLEANUP(arena_free_ptr) struct arena *arena = arena_new(1 << 20);
    if (!arena)
        return RC_NOMEM;
    CLEANUP(buf_done) struct buf out;
    buf_init(&out, 1 << 16);
    struct value *root = build(arena);
    TRY(arena_rc(arena));
    value_write_json(&out, root, true);
    return buf_rc(&out);
}

static void reports_short_memory(void **state)
{
    (void)state;
    torture(build_and_write);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_json),          cmocka_unit_test(reads_with_defaults),
        cmocka_unit_test(copies_and_compares),  cmocka_unit_test(takes_a_null_parent_quietly),
        cmocka_unit_test(reports_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
