/* fuzz_reader_html.c: the .html reader on any bytes. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    return fuzz_read(reader_html, (struct str){(const char *)p, n});
}
