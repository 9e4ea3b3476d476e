/* serve_mustache_bench.c: time of a list page of 50 rows and 12 columns, about 10 kB, beside copying as many bytes. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "serve/mustache.h"

enum { LAPS = 300, ROUNDS = 100, ROWS = 50 }; /* short laps: the best one was not interrupted */

static const char *const columns[] = {"no",    "text",   "unit",  "leader", "due",     "status",
                                      "phase", "source", "cause", "amount", "changed", "id"};

int main(void)
{
    struct ctx ctx = {.arena = arena_new(16 << 20)};
    CLEANUP(mustache_set_free_ptr) struct mustache_set *set = mustache_set_new();
    struct buf tpl;
    buf_init(&tpl, 1 << 20);
    buf_add_cstr(&tpl, "<table>\n{{#rows}}\n<tr>");
    for (size_t i = 0; i < 12; i++)
        buf_add_format(&tpl, "<td>{{%s}}</td>", columns[i]);
    buf_add_cstr(&tpl, "</tr>\n{{/rows}}\n</table>\n");
    struct value *view = value_new_map(ctx.arena), *rows = value_put_list(ctx.arena, view, "rows");
    for (int row = 0; row < ROWS; row++) {
        struct value *item = value_add_map(ctx.arena, rows);
        value_put_int(ctx.arena, item, "no", row + 1);
        value_put_text(ctx.arena, item, "text", STR("Purchases over the threshold were split & not tendered openly"));
        for (size_t i = 2; i < 11; i++)
            value_put_text(ctx.arena, item, columns[i], STR("2024-07-08"));
        value_put_int(ctx.arena, item, "id", 1000000 + row);
    }
    if (mustache_set_add(&ctx, set, STR("list"), buf_str(&tpl)) || mustache_set_link(&ctx, set, NULL, true))
        return 1;
    struct buf out, copy;
    buf_init(&out, 1 << 20);
    buf_init(&copy, 1 << 20);
    const struct mustache *list = mustache_set_find(set, STR("list"));
    int64_t best_us = INT64_MAX, best_copy_us = INT64_MAX;
    for (int lap = 0; lap < LAPS; lap++) {
        int64_t from = clock_monotonic_us();
        for (int i = 0; i < ROUNDS; i++) {
            buf_reset(&out);
            if (mustache_render(&ctx, list, view, 0, MUSTACHE_SAFE, &out))
                return 1;
        }
        int64_t middle = clock_monotonic_us();
        for (int i = 0; i < ROUNDS; i++) {
            buf_reset(&copy);
            buf_add(&copy, buf_str(&out));
            __asm__ volatile("" ::"r"(copy.p) : "memory");
        }
        int64_t end = clock_monotonic_us();
        best_us = middle - from < best_us ? middle - from : best_us;
        best_copy_us = end - middle < best_copy_us ? end - middle : best_copy_us;
    }
    printf(
        "{\"name\": \"mustache list page of %d rows, %zu bytes\", \"unit\": \"ns\", \"value\": %lld, \"bare\": %lld}\n",
        ROWS, out.n, (long long)(best_us * 1000 / ROUNDS), (long long)(best_copy_us * 1000 / ROUNDS));
    buf_done(&tpl);
    buf_done(&out);
    buf_done(&copy);
    arena_free(ctx.arena);
    return 0;
}
