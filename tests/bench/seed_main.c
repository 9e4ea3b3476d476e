/* seed_main.c: fills a database for measuring: bench-seed URL ROWS WORDS. */
#include <stdio.h>
#include <stdlib.h>

#include "seed.h"

int main(int argc, char **argv)
{
    struct ctx ctx = {.arena = arena_new(64 << 20)};
    struct words *words = argc == 4 && ctx.arena ? words_read(ctx.arena, argv[3]) : NULL;
    struct db *db = NULL;
    if (!words) {
        fprintf(stderr, "usage: bench-seed URL ROWS WORDS\n");
        return 2;
    }
    enum rc rc = seed_open(&ctx, str_from_cstr(argv[1]), atoll(argv[2]), words, &db);
    if (rc != RC_OK)
        fprintf(stderr, "%s: %s %.*s\n", argv[1], rc_name(rc), ctx.last ? (int)ctx.last->args[0].n : 0,
                ctx.last ? ctx.last->args[0].p : "");
    db_close(db);
    arena_free(ctx.arena);
    return rc == RC_OK ? 0 : 1;
}
