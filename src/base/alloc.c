/* alloc.c: malloc with a torture hook; see alloc.h. */
#include "base/alloc.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long alloc_countdown;
static atomic_int alloc_failed;

enum { KEPT_BYTES = 2 << 20 };

void alloc_keep_freed(void)
{
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
}

#ifdef __SANITIZE_ADDRESS__
/* fontconfig, cairo and pango keep what they know of the fonts for as long as the process lives: caches, no leaks.
 * libxlsxwriter 1.1.4 copies the formula of a rule that names a list twice and frees one copy: 17 bytes for each. */
const char *__lsan_default_suppressions(void); /* the name that the sanitizer asks for */
__attribute__((visibility("default"), used)) const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo\nleak:libpango\nleak:lxw_strdup";
}
#endif

static int alloc_is_refused(void)
{
    if (atomic_load_explicit(&alloc_countdown, memory_order_relaxed) == 0)
        return 0;
    if (atomic_fetch_sub(&alloc_countdown, 1) != 1)
        return 0;
    atomic_store(&alloc_failed, 1);
    return 1;
}

void *alloc_new(size_t n) { return alloc_is_refused() ? NULL : malloc(n ? n : 1); }

void *alloc_zeroed(size_t count, size_t size)
{
    return alloc_is_refused() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *alloc_resize(void *p, size_t n) { return alloc_is_refused() ? NULL : realloc(p, n ? n : 1); }

void alloc_free(void *p) { free(p); }

void alloc_fail_at(long n)
{
    atomic_store(&alloc_failed, 0);
    atomic_store(&alloc_countdown, n);
}

int alloc_has_failed(void) { return atomic_load(&alloc_failed); }
