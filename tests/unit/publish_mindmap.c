/* Layout of the mind map: no cards overlap, however the tree looks and whatever is folded; files say the same as the
 * tree. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "publish/mindmap.h"

enum { ARENA_BYTES = 64 << 20, TREES = 60, BIG = 2000 };

static uint64_t seed;

static int draw(int n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int)(seed >> 33) % n;
}

static struct mindmap make_tree(struct ctx *ctx, int n)
{
    struct mindmap map = {.ctx = ctx};
    assert_int_equal(map_add(&map, -1, MAP_ROOT, STR("plan & <all>")), 0);
    for (int i = 1; i < n; i++) {
        int32_t up = draw(3) ? i - 1 - draw(i < 12 ? i : 12) : draw(i);
        enum map_kind kind = map.nodes[up].kind < MAP_TASK ? (enum map_kind)(map.nodes[up].kind + 1) : MAP_TASK;
        assert_int_equal(map_add(&map, up, kind, arena_format(ctx->arena, "node \"%d\"", i)), i);
        map.nodes[i].id = i;
    }
    return map;
}

static bool overlap(const struct map_node *a, const struct map_node *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

static void check_layout(const struct mindmap *map)
{
    int32_t shown = 0;
    for (int32_t i = 0; i < map->n; i++) {
        const struct map_node *node = &map->nodes[i];
        if (!node->is_shown)
            continue;
        shown++;
        assert_true(node->x >= 0 && node->y >= 0 && node->x + node->w <= map->width &&
                    node->y + node->h <= map->height);
        if (node->parent >= 0) {
            assert_true(map->nodes[node->parent].is_shown && !map->nodes[node->parent].is_folded);
            assert_true(map->nodes[node->parent].x + map->nodes[node->parent].w < node->x);
        }
        if (node->next >= 0) /* siblings stand in their order */
            assert_true(node->y + node->h <= map->nodes[node->next].y);
        for (int32_t k = 0; k < i; k++)
            assert_false(map->nodes[k].is_shown && overlap(node, &map->nodes[k]));
    }
    assert_int_equal(shown, map->shown);
}

static void test_cards_never_overlap(void **state)
{
    (void)state;
    for (int i = 0; i < TREES; i++) {
        struct ctx ctx = {.arena = arena_new(ARENA_BYTES)};
        seed = (uint64_t)i + 1;
        struct mindmap map = make_tree(&ctx, 2 + draw(300));
        map_layout(&map);
        check_layout(&map);
        for (int32_t k = 0; k < map.n; k++)
            map.nodes[k].is_folded = map.nodes[k].first >= 0 && draw(3) == 0;
        map_layout(&map);
        check_layout(&map);
        arena_free(ctx.arena);
    }
}

static void test_a_parent_stands_beside_the_middle_of_its_children(void **state)
{
    (void)state;
    struct ctx ctx = {.arena = arena_new(ARENA_BYTES)};
    seed = 7;
    struct mindmap map = make_tree(&ctx, 200);
    map_layout(&map);
    for (int32_t i = 0; i < map.n; i++) {
        const struct map_node *node = &map.nodes[i];
        if (node->first >= 0)
            assert_true(node->y + node->h > map.nodes[node->first].y && node->y < map.nodes[node->last].y + node->h);
    }
    arena_free(ctx.arena);
}

static size_t count_of(const char *text, const char *needle)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, needle)); at += strlen(needle))
        n++;
    return n;
}

static void test_files_hold_every_node(void **state)
{
    (void)state;
    struct ctx ctx = {.arena = arena_new(ARENA_BYTES)};
    seed = 11;
    struct mindmap map = make_tree(&ctx, 150);
    struct buf out;
    buf_init(&out, 1 << 20);
    map_write_freemind(&map, &out);
    assert_int_equal(count_of(out.p, "<node "), 150);
    assert_int_equal(count_of(out.p, "</node>") + count_of(out.p, "/>"), 150);
    assert_non_null(strstr(out.p, "plan &amp; &lt;all&gt;"));
    buf_reset(&out);
    map_write_opml(&map, &out);
    assert_int_equal(count_of(out.p, "<outline "), 150);
    buf_reset(&out);
    map_write_text(&map, &out);
    assert_int_equal(count_of(out.p, "\n"), 150);
    for (enum map_format format = MAP_SVG; format <= MAP_PNG; format++) {
        static const char *const heads[] = {"<?xml", "%PDF-", "\x89PNG"};
        buf_reset(&out);
        out.ceiling_bytes = 64 << 20;
        assert_int_equal(map_write(&map, format, &out), RC_OK);
        assert_memory_equal(out.p, heads[format], strlen(heads[format]));
    }
    buf_done(&out);
    arena_free(ctx.arena);
}

static void test_two_thousand_nodes_are_laid_out(void **state)
{
    (void)state;
    struct ctx ctx = {.arena = arena_new(ARENA_BYTES)};
    seed = 13;
    struct mindmap map = make_tree(&ctx, BIG);
    int64_t began = clock_monotonic_us();
    map_layout(&map);
    print_message("# layout of %d nodes: %lld us\n", BIG, (long long)(clock_monotonic_us() - began));
    check_layout(&map);
    arena_free(ctx.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cards_never_overlap),
                                       cmocka_unit_test(test_a_parent_stands_beside_the_middle_of_its_children),
                                       cmocka_unit_test(test_files_hold_every_node),
                                       cmocka_unit_test(test_two_thousand_nodes_are_laid_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
