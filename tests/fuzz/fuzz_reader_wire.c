/* fuzz_reader_wire.c: the answer of a child that has been taken over. */
#include <stdlib.h>

#include "fuzz_reader.h"
#include "intake/reader_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(64u << 20);
    if (!arena)
        return 0;
    struct ctx ctx = {.arena = arena};
    struct document document = {0};
    enum rc rc = reader_wire_decode(&ctx, (struct str){(const char *)p, n}, &document);
    if ((rc == RC_OK) != (ctx.issue_count == 0))
        abort();
    for (size_t i = 0; i < document.count; i++)
        if (!reader_is_utf8(document.paragraphs[i].text))
            abort();
    return 0;
}
