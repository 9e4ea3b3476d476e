/* rand.c: random bytes; see rand.h. */
#include "base/rand.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void rand_fill(void *p, size_t n)
{
    char *to = p;
    while (n) {
        ssize_t got = getrandom(to, n, 0);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            abort();
        }
        to += got;
        n -= (size_t)got;
    }
}

uint64_t rand_uint64(void)
{
    uint64_t value;
    rand_fill(&value, sizeof value);
    return value;
}
