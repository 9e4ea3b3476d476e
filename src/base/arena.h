/* arena.h: memory named by its lifetime.
 *
 * An arena hands out memory that is freed all at once.  Lifetimes in this
 * program: process, worker, request, scratch.  Every arena has a ceiling; at
 * the ceiling, or when malloc fails, arena_alloc returns NULL and the arena
 * remembers why (arena_rc), so that a long build-up may be checked once.
 * One thread at a time.
 */
#ifndef BIHUAN_BASE_ARENA_H
#define BIHUAN_BASE_ARENA_H

#include <stddef.h>

#include "base/rc.h"
#include "base/str.h"

struct arena;

/* New arena that will hold at most ceiling_bytes; NULL when memory is short. */
struct arena *arena_new(size_t ceiling_bytes);
void arena_free(struct arena *arena);      /* takes NULL */
void arena_free_ptr(struct arena **arena); /* for CLEANUP */
/* Forgets everything handed out; keeps the first block for reuse and clears arena_rc. */
void arena_reset(struct arena *arena);
/* n bytes, zeroed, aligned for any type; NULL when over the ceiling or out of memory. */
void *arena_alloc(struct arena *arena, size_t n);
/* Zeroed array of count elements of size bytes; NULL also when the product overflows. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size);
/* Copy of s, NUL-terminated after its n bytes; p is NULL when memory is short. */
struct str arena_copy_str(struct arena *arena, struct str s);
/* NUL-terminated copy; NULL when memory is short. */
char *arena_copy_cstr(struct arena *arena, struct str s);
/* Formatted text, NUL-terminated; the empty string when memory is short. */
struct str arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
/* a followed by b. */
struct str arena_concat(struct arena *arena, struct str a, struct str b);
/* RC_OK, or RC_TOO_LARGE / RC_NOMEM once an allocation has failed since the last reset. */
enum rc arena_rc(const struct arena *arena);
/* Bytes handed out since the last reset. */
size_t arena_used_bytes(const struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_NEW_ARRAY(arena, type, count) ((type *)arena_alloc_array((arena), (count), sizeof(type)))

#endif
