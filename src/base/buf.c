/* buf.c: growing buffer with a ceiling; see buf.h. */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

void buf_init(struct buf *buf, size_t ceiling_bytes) { *buf = (struct buf){.ceiling_bytes = ceiling_bytes}; }

void buf_done(struct buf *buf)
{
    alloc_free(buf->p);
    *buf = (struct buf){0};
}

void buf_reset(struct buf *buf)
{
    buf->n = 0;
    buf->rc = RC_OK;
}

void buf_fail(struct buf *buf, enum rc rc)
{
    if (buf->rc == RC_OK)
        buf->rc = rc;
}

static bool buf_make_room(struct buf *buf, size_t more)
{
    if (buf->rc != RC_OK)
        return false;
    if (more > buf->ceiling_bytes - buf->n) {
        buf->rc = RC_TOO_LARGE;
        return false;
    }
    size_t need = buf->n + more + 1;
    if (need <= buf->room)
        return true;
    size_t room = buf->room ? buf->room : 256;
    while (room < need)
        room *= 2;
    char *p = alloc_resize(buf->p, room);
    if (!p) {
        buf->rc = RC_NOMEM;
        return false;
    }
    buf->p = p;
    buf->room = room;
    return true;
}

char *buf_add_space(struct buf *buf, size_t n)
{
    if (!buf_make_room(buf, n))
        return NULL;
    char *p = buf->p + buf->n;
    buf->n += n;
    buf->p[buf->n] = '\0';
    return p;
}

void buf_add_bytes(struct buf *buf, const void *p, size_t n)
{
    char *to = buf_add_space(buf, n);
    if (to && n)
        memcpy(to, p, n);
}

void buf_add(struct buf *buf, struct str s) { buf_add_bytes(buf, s.p, s.n); }
void buf_add_cstr(struct buf *buf, const char *s) { buf_add_bytes(buf, s, strlen(s)); }
void buf_add_char(struct buf *buf, char c) { buf_add_bytes(buf, &c, 1); }

void buf_add_int64(struct buf *buf, int64_t value)
{
    char text[24];
    char *p = text + sizeof text;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        *--p = '-';
    buf_add_bytes(buf, p, (size_t)(text + sizeof text - p));
}

void buf_add_format(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = n < 0 ? NULL : buf_add_space(buf, (size_t)n);
    if (p)
        (void)vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
}

void buf_truncate(struct buf *buf, size_t n)
{
    if (n < buf->n) {
        buf->n = n;
        buf->p[n] = '\0';
    }
}

struct str buf_str(const struct buf *buf) { return (struct str){buf->p, buf->n}; }
enum rc buf_rc(const struct buf *buf) { return buf->rc; }
