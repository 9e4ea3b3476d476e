/* fuzz_json.c: what is read can be written and read again as the same. */
#include <stdlib.h>

#include "text/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { ARENA_MAX = 256 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    if (!arena)
        return 0;
    struct ctx ctx = {.arena = arena};
    struct value *first = NULL, *second = NULL;
    enum rc rc = json_parse(&ctx, (struct str){(const char *)p, n}, &first);
    if (rc != RC_OK) {
        if (ctx.issue_count == 0)
            abort();
        return 0;
    }
    for (int is_pretty = 0; is_pretty < 2; is_pretty++) {
        struct buf out CLEANUP(buf_done);
        buf_init(&out, ARENA_MAX);
        value_write_json(&out, first, is_pretty);
        if (buf_rc(&out) != RC_OK || json_parse(&ctx, buf_str(&out), &second) != RC_OK || !value_equal(first, second))
            abort();
    }
    return 0;
}
