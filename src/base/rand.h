/* rand.h: random bytes from the kernel (getrandom).  Aborts when the kernel has none: no fallback. */
#ifndef BIHUAN_BASE_RAND_H
#define BIHUAN_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_fill(void *p, size_t n);
uint64_t rand_uint64(void);

#endif
