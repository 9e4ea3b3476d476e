/* fuzz_reader_pdf.c: what comes back from pdftotext, which may have been taken over by the file. */
#include "fuzz_reader.h"
#include "intake/reader_pdf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    return fuzz_read(reader_pdf_layout, (struct str){(const char *)p, n});
}
