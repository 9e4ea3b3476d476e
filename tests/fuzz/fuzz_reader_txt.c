/* fuzz_reader_txt.c: the .txt reader on any bytes. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    return fuzz_read(reader_txt, (struct str){(const char *)p, n});
}
