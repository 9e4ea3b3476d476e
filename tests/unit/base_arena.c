/* base_arena.c: arena, buffer, vector, map and ctx: ceilings, sticky errors, short memory. */
#include "unit.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"

static void holds_the_ceiling(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1000);
    assert_non_null(arena_alloc(arena, 900));
    assert_int_equal(arena_rc(arena), RC_OK);
    assert_null(arena_alloc(arena, 200));
    assert_int_equal(arena_rc(arena), RC_TOO_LARGE);
    assert_null(arena_alloc_array(arena, SIZE_MAX / 2, 3));
    arena_reset(arena);
    assert_int_equal(arena_rc(arena), RC_OK);
    assert_int_equal(arena_used_bytes(arena), 0);
    assert_non_null(arena_alloc(arena, 900));
    arena_free(arena);
    arena_free(NULL);
}

static void zeroes_reused_memory(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    char *p = arena_alloc(arena, 1000);
    memset(p, 'x', 1000);
    arena_reset(arena);
    p = arena_alloc(arena, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(p[i], 0);
    for (size_t n = 1; n < 64; n++)
        assert_int_equal((uintptr_t)arena_alloc(arena, n) % _Alignof(max_align_t), 0);
    assert_str(arena_format(arena, "%d-%s", 7, "x"), "7-x");
    assert_str(arena_concat(arena, STR("ab"), STR("c")), "abc");
    assert_string_equal(arena_copy_cstr(arena, STR("abc")), "abc");
    arena_free(arena);
}

static void keeps_the_first_failure_of_a_buffer(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf buf;
    buf_init(&buf, 10);
    buf_add(&buf, STR("12345"));
    buf_add(&buf, STR("678901"));
    assert_int_equal(buf_rc(&buf), RC_TOO_LARGE);
    buf_add_char(&buf, 'x');
    assert_str(buf_str(&buf), "12345");
    buf_fail(&buf, RC_IO);
    assert_int_equal(buf_rc(&buf), RC_TOO_LARGE);
    buf_reset(&buf);
    assert_int_equal(buf_rc(&buf), RC_OK);
    buf_add_int64(&buf, -12);
    buf_add_format(&buf, "%s", "ab");
    buf_truncate(&buf, 3);
    assert_str(buf_str(&buf), "-12");
    buf_add(&buf, STR("4567890"));
    assert_int_equal(buf_rc(&buf), RC_OK); /* exactly at the ceiling */
    CLEANUP(buf_done) struct buf big;
    buf_init(&big, 1 << 20);
    buf_add_int64(&big, INT64_MIN);
    assert_str(buf_str(&big), "-9223372036854775808");
}

static void maps_many_keys(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 22);
    struct map map;
    map_init(&map, arena);
    assert_null(map_get(&map, STR("k")));
    static int values[5000];
    for (int i = 0; i < 5000; i++)
        assert_ok(map_put(&map, arena_format(arena, "key %d", i), &values[i]));
    assert_ok(map_put(&map, STR("key 7"), &values[8]));
    assert_int_equal(map.n, 5000);
    assert_ptr_equal(map_get(&map, STR("key 4999")), &values[4999]);
    assert_ptr_equal(map_get(&map, STR("key 7")), &values[8]);
    assert_null(map_get(&map, STR("key 5000")));
    assert_null(map_get(&map, STR_EMPTY));
    arena_free(arena);
}

static void grows_vectors(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 12);
    VEC(int) v = {0};
    int n = 0;
    while (VEC_PUSH(arena, &v, n))
        n++;
    assert_true(n > 100);
    assert_int_equal(v.n, (size_t)n);
    for (int i = 0; i < n; i++)
        assert_int_equal(v.p[i], i);
    assert_int_equal(arena_rc(arena), RC_TOO_LARGE);
    arena_free(arena);
}

static void gathers_issues_up_to_a_limit(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 22);
    struct ctx ctx = {.arena = arena};
    assert_int_equal(ctx_fail_field(&ctx, RC_INVALID, "error.x", "title"), RC_INVALID);
    assert_str(ctx.first->key, "error.x");
    assert_str(ctx.first->field, "title");
    assert_int_equal(ctx_fail_format(&ctx, RC_INVALID, NULL, "%d", 5), RC_INVALID);
    assert_str(ctx.last->key, rc_message_key(RC_INVALID));
    assert_str(ctx.last->args[0], "5");
    for (int i = 0; i < 2 * CTX_ISSUES_MAX; i++)
        assert_int_equal(ctx_fail_key(&ctx, RC_GUARD, NULL), RC_GUARD);
    int kept = 0;
    for (struct ctx_issue *issue = ctx.first; issue; issue = issue->next)
        kept++;
    assert_int_equal(kept, CTX_ISSUES_MAX);
    assert_int_equal(ctx.issue_count, 2 * CTX_ISSUES_MAX + 2);
    ctx_clear_issues(&ctx);
    assert_null(ctx.first);
    arena_free(arena);
}

static void names_every_code(void **state)
{
    (void)state;
    assert_string_equal(rc_name(RC_OK), "OK");
    assert_int_equal(rc_http_status(RC_OK), 200);
    assert_int_equal(rc_exit_code(RC_OK), 0);
    for (int rc = 1; rc < RC_COUNT_; rc++) {
        assert_true(strlen(rc_name((enum rc)rc)) > 0);
        assert_in_range(rc_http_status((enum rc)rc), 400, 599);
        assert_in_range(rc_exit_code((enum rc)rc), 64, 78);
        assert_true(strncmp(rc_message_key((enum rc)rc), "error.", 6) == 0);
    }
}

static enum rc build_something(void)
{
    CLEANUP(arena_free_ptr) struct arena *arena = arena_new(1 << 20);
    if (!arena)
        return RC_NOMEM;
    CLEANUP(buf_done) struct buf buf;
    buf_init(&buf, 1 << 20);
    struct map map;
    map_init(&map, arena);
    for (int i = 0; i < 200; i++) {
        struct str key = arena_copy_str(arena, STR("a key that is long enough to fill the blocks of the arena"));
        buf_add(&buf, key);
        if (!key.p)
            return arena_rc(arena);
        TRY(map_put(&map, str_slice(key, 0, (size_t)i % 50), &map));
    }
    return buf_rc(&buf);
}

static void reports_short_memory(void **state)
{
    (void)state;
    torture(build_something);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_the_ceiling),
        cmocka_unit_test(zeroes_reused_memory),
        cmocka_unit_test(keeps_the_first_failure_of_a_buffer),
        cmocka_unit_test(maps_many_keys),
        cmocka_unit_test(grows_vectors),
        cmocka_unit_test(gathers_issues_up_to_a_limit),
        cmocka_unit_test(names_every_code),
        cmocka_unit_test(reports_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
