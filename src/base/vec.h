/* vec.h: a growing array in an arena, typed by macro.
 *
 * VEC(int) v = {0};  VEC_PUSH(arena, &v, 7);  v.p[i], v.n
 * VEC_PUSH gives false when the arena refuses; the vector then stays as it was.
 */
#ifndef BIHUAN_BASE_VEC_H
#define BIHUAN_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"

#define VEC(type)                                                                                                      \
    struct {                                                                                                           \
        type *p;                                                                                                       \
        size_t n;                                                                                                      \
        size_t room;                                                                                                   \
    }

static inline bool vec_grow_(struct arena *arena, void **p, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return true;
    size_t more = *room ? *room * 2 : 8;
    void *fresh = arena_alloc_array(arena, more, size);
    if (!fresh)
        return false;
    if (n)
        memcpy(fresh, *p, n * size);
    *p = fresh;
    *room = more;
    return true;
}

#define VEC_PUSH(arena, v, ...)                                                                                        \
    (vec_grow_((arena), (void **)&(v)->p, (v)->n, &(v)->room, sizeof *(v)->p)                                          \
         ? ((v)->p[(v)->n++] = (__VA_ARGS__), true)                                                                    \
         : false)

#endif
