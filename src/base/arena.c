/* arena.c: memory by lifetime; see arena.h.
 *
 * A list of blocks that doubles in size up to BLOCK_LARGEST.  Bytes are zeroed
 * when handed out, so reset costs nothing.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

enum { BLOCK_FIRST = 16 * 1024, BLOCK_LARGEST = 1024 * 1024, FORMAT_ROOM_LEAST = 64 };

struct arena_block {
    struct arena_block *older;
    size_t size; /* bytes after the header */
    size_t used;
    alignas(max_align_t) char data[];
};

struct arena {
    struct arena_block *newest;
    size_t ceiling_bytes;
    size_t held_bytes; /* sum of block sizes */
    size_t used_bytes;
    enum rc rc;
};

struct arena *arena_new(size_t ceiling_bytes)
{
    struct arena *arena = alloc_zeroed(1, sizeof *arena);
    if (arena)
        arena->ceiling_bytes = ceiling_bytes;
    return arena;
}

static void arena_drop_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *older = block->older;
        alloc_free(block);
        block = older;
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    arena_drop_blocks(arena->newest);
    alloc_free(arena);
}

void arena_free_ptr(struct arena **arena) { arena_free(*arena); }

void arena_reset(struct arena *arena)
{
    struct arena_block *keep = arena->newest;
    if (keep) {
        arena_drop_blocks(keep->older);
        keep->older = NULL;
        keep->used = 0;
    }
    arena->held_bytes = keep ? keep->size : 0;
    arena->used_bytes = 0;
    arena->rc = RC_OK;
}

static struct arena_block *arena_add_block(struct arena *arena, size_t need)
{
    size_t size = arena->newest ? arena->newest->size * 2 : BLOCK_FIRST;
    if (size > BLOCK_LARGEST)
        size = BLOCK_LARGEST;
    if (size < need)
        size = need;
    struct arena_block *block = alloc_new(sizeof *block + size);
    if (!block) {
        arena->rc = RC_NOMEM;
        return NULL;
    }
    block->older = arena->newest;
    block->size = size;
    block->used = 0;
    arena->newest = block;
    arena->held_bytes += size;
    return block;
}

static void *arena_alloc_raw(struct arena *arena, size_t n)
{
    size_t const align = alignof(max_align_t);
    if (n > SIZE_MAX - align) {
        arena->rc = RC_TOO_LARGE;
        return NULL;
    }
    n = (n + align - 1) / align * align;
    if (n == 0)
        n = align;
    if (n > arena->ceiling_bytes || arena->used_bytes > arena->ceiling_bytes - n) {
        arena->rc = RC_TOO_LARGE;
        return NULL;
    }
    struct arena_block *block = arena->newest;
    if (!block || block->size - block->used < n) {
        block = arena_add_block(arena, n);
        if (!block)
            return NULL;
    }
    void *p = block->data + block->used;
    block->used += n;
    arena->used_bytes += n;
    return p;
}

void *arena_alloc(struct arena *arena, size_t n)
{
    void *p = arena_alloc_raw(arena, n);
    if (p)
        memset(p, 0, n);
    return p;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        arena->rc = RC_TOO_LARGE;
        return NULL;
    }
    return arena_alloc(arena, bytes);
}

char *arena_copy_cstr(struct arena *arena, struct str s)
{
    char *p = arena_alloc_raw(arena, s.n + 1);
    if (!p)
        return NULL;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

struct str arena_copy_str(struct arena *arena, struct str s)
{
    char *p = arena_copy_cstr(arena, s);
    return p ? (struct str){p, s.n} : STR_EMPTY;
}

/* Formats straight into what is left of the newest block; true when it fits. */
static bool format_in_place(struct arena *arena, const char *format, va_list args, struct str *ret)
{
    struct arena_block *block = arena->newest;
    size_t room = block ? block->size - block->used : 0;
    size_t left = arena->ceiling_bytes - arena->used_bytes;
    room = room < left ? room : left;
    if (room < FORMAT_ROOM_LEAST)
        return false;
    char *p = block->data + block->used;
    int n = vsnprintf(p, room, format, args);
    if (n < 0 || (size_t)n >= room)
        return false;
    *ret = (struct str){p, (size_t)n};
    return arena_alloc_raw(arena, (size_t)n + 1) == p;
}

struct str arena_format(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    struct str done = STR("");
    va_start(args, format);
    va_copy(again, args);
    bool is_done = format_in_place(arena, format, again, &done);
    va_end(again);
    if (!is_done) {
        va_copy(again, args);
        int n = vsnprintf(NULL, 0, format, again);
        va_end(again);
        char *p = n < 0 ? NULL : arena_alloc_raw(arena, (size_t)n + 1);
        if (p)
            (void)vsnprintf(p, (size_t)n + 1, format, args);
        done = p ? (struct str){p, (size_t)n} : STR("");
    }
    va_end(args);
    return done;
}

struct str arena_concat(struct arena *arena, struct str a, struct str b)
{
    char *p = arena_alloc_raw(arena, a.n + b.n + 1);
    if (!p)
        return STR_EMPTY;
    if (a.n)
        memcpy(p, a.p, a.n);
    if (b.n)
        memcpy(p + a.n, b.p, b.n);
    p[a.n + b.n] = '\0';
    return (struct str){p, a.n + b.n};
}

enum rc arena_rc(const struct arena *arena) { return arena->rc; }
size_t arena_used_bytes(const struct arena *arena) { return arena->used_bytes; }
