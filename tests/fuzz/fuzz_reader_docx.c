/* fuzz_reader_docx.c: the .docx reader on packages, as bytes or as parts in plain text. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    return fuzz_read_package(reader_docx, (struct str){(const char *)p, n});
}
