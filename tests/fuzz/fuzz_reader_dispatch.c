/* fuzz_reader_dispatch.c: any bytes through the sniffer; PDF only so far as to be recognised. */
#include "fuzz_reader.h"
#include "intake/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct str bytes = {(const char *)p, n};
    if (reader_looks_pdf(bytes))
        return 0;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(256u << 20);
    if (!arena)
        return 0;
    struct ctx ctx = {.arena = arena};
    struct document document = {0};
    enum rc rc = reader_read(&ctx, bytes, n % 2 ? STR("a.csv") : STR_EMPTY, &document);
    fuzz_check(&ctx, rc, &document);
    return 0;
}
