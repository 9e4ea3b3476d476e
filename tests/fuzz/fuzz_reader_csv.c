/* fuzz_reader_csv.c: the .csv reader on any bytes. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    return fuzz_read(reader_csv, (struct str){(const char *)p, n});
}
