/* alloc.h: the one door to malloc, with a torture hook.
 *
 * Tests make the n-th allocation fail (alloc_fail_at) and check that nothing
 * leaks and nothing is half written.  Without the hook it is plain malloc.
 */
#ifndef BIHUAN_BASE_ALLOC_H
#define BIHUAN_BASE_ALLOC_H

#include <stddef.h>

void *alloc_new(size_t n);                     /* NULL when refused */
void *alloc_zeroed(size_t count, size_t size); /* NULL when refused or on overflow */
void *alloc_resize(void *p, size_t n);         /* as realloc; NULL leaves p valid */
void alloc_free(void *p);                      /* takes NULL */
/* For a server: freed memory stays with the process up to some MiB a thread, instead of going to the system and coming
 * back, zeroed page by page, with the next request. */
void alloc_keep_freed(void);

/* Torture: the n-th allocation from now on fails (1 = the next one) once; 0 turns it off. */
void alloc_fail_at(long n);
/* True once the armed failure has happened. */
int alloc_has_failed(void);

#endif
