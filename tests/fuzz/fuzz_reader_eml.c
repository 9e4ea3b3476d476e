/* fuzz_reader_eml.c: the .eml reader on any bytes. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    return fuzz_read(reader_eml, (struct str){(const char *)p, n});
}
