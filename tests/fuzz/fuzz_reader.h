/* fuzz_reader.h: what the fuzz targets of the readers share. */
#ifndef BIHUAN_TESTS_FUZZ_READER_H
#define BIHUAN_TESTS_FUZZ_READER_H

#include <stddef.h>
#include <stdint.h>

#include "intake/reader_work.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Runs one reader on the bytes and checks what it promises: one failure or a well-formed document that survives the
 * way to the parent.  Aborts when it does not. */
int fuzz_read(enum rc (*read)(struct reader *, struct str), struct str bytes);
/* As fuzz_read for packages.  Bytes that do not begin with "PK" are the parts in plain text, each after a line
 * "@@@ name": so that the fuzzer changes XML and not checksums. */
int fuzz_read_package(enum rc (*read)(struct reader *, struct str), struct str bytes);
/* Checks a result of reader_read. */
void fuzz_check(struct ctx *ctx, enum rc rc, const struct document *document);

#endif
