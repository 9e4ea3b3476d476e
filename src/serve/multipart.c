/* multipart.c: a window over the body is searched for delimiters; see multipart.h.
 *
 * The threat: hostile boundaries and headers, cut bodies, a boundary across two windows.  Nothing is read past
 * the size that was given, and every length has a ceiling before memory is taken.
 */
#include "serve/multipart.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW_BYTES = 256 * 1024 };

struct multipart {
    struct multipart_source source;
    struct str delimiter; /* CR LF -- boundary */
    int64_t at;           /* where the next delimiter's line goes on, after the boundary */
    bool is_done;
    int number;   /* of the part being read */
    char *window; /* for a file */
    int64_t window_offset;
    size_t window_bytes;
};

static enum rc read_at(struct ctx *ctx, int fd, int64_t offset, char *p, size_t n)
{
    while (n) {
        ssize_t got = pread(fd, p, n, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return ctx_fail_format(ctx, RC_IO, NULL, "%s", got < 0 ? strerror(errno) : "short spool file");
        p += got;
        n -= (size_t)got;
        offset += got;
    }
    return RC_OK;
}

enum rc multipart_read(struct ctx *ctx, const struct multipart_source *source, int64_t offset, size_t n,
                       struct str *ret_bytes)
{
    if (offset < 0 || offset > source->size_bytes || (int64_t)n > source->size_bytes - offset)
        return RC_INTERNAL;
    if (source->fd < 0) {
        *ret_bytes = str_slice(source->bytes, (size_t)offset, (size_t)offset + n);
        return RC_OK;
    }
    char *p = arena_alloc(ctx->arena, n + 1);
    if (!p)
        return arena_rc(ctx->arena);
    TRY(read_at(ctx, source->fd, offset, p, n));
    *ret_bytes = (struct str){p, n};
    return RC_OK;
}

/* The bytes of the source from offset on, as many as are at hand (at least want, or up to the end). */
static enum rc look(struct ctx *ctx, struct multipart *m, int64_t offset, size_t want, struct str *ret_bytes)
{
    const struct multipart_source *source = &m->source;
    if (source->fd < 0) {
        *ret_bytes = str_slice(source->bytes, (size_t)offset, source->bytes.n);
        return RC_OK;
    }
    int64_t left = source->size_bytes - offset;
    if ((int64_t)want > left)
        want = (size_t)left;
    if (offset < m->window_offset || offset + (int64_t)want > m->window_offset + (int64_t)m->window_bytes) {
        size_t n = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
        TRY(read_at(ctx, source->fd, offset, m->window, n));
        m->window_offset = offset;
        m->window_bytes = n;
    }
    size_t skip = (size_t)(offset - m->window_offset);
    *ret_bytes = (struct str){m->window + skip, m->window_bytes - skip};
    return RC_OK;
}

/* Offset of needle at or after from, -1 when absent before limit bytes were searched. */
static enum rc find(struct ctx *ctx, struct multipart *m, struct str needle, int64_t from, int64_t limit,
                    int64_t *ret_offset)
{
    int64_t at = from;
    *ret_offset = -1;
    while (at + (int64_t)needle.n <= m->source.size_bytes && at - from <= limit) {
        struct str bytes;
        TRY(look(ctx, m, at, WINDOW_BYTES, &bytes));
        const char *hit = memmem(bytes.p, bytes.n, needle.p, needle.n);
        if (hit) {
            *ret_offset = at + (hit - bytes.p);
            return RC_OK;
        }
        if (bytes.n < needle.n)
            return RC_OK;
        at += (int64_t)(bytes.n - needle.n + 1);
    }
    return RC_OK;
}

/* The quote that closes the value at `at`, header.n when it stays open; a quote behind a backslash is text. */
static size_t find_closing_quote(struct str header, size_t at)
{
    while (at < header.n && header.p[at] != '"')
        at += str_has_prefix(str_slice(header, at, header.n), STR("\\\"")) ? 2 : 1;
    return at;
}

/* Browsers escape the quote as %22; older ones put a backslash before it.  A backslash before another byte is part of
 * a Windows path. */
static struct str unquote(struct arena *arena, struct str quoted)
{
    char *text = arena_alloc(arena, quoted.n + 1);
    size_t n = 0;
    for (size_t at = 0; text && at < quoted.n; n++) {
        struct str rest = str_slice(quoted, at, quoted.n);
        size_t escape = str_has_prefix(rest, STR("\\\"")) ? 2 : str_has_prefix(rest, STR("%22")) ? 3 : 0;
        text[n] = escape ? '"' : quoted.p[at];
        at += escape ? escape : 1;
    }
    return (struct str){text, n};
}

/* Value of a parameter "name=value" or name="value" of a header; p is NULL when absent. */
static struct str find_parameter(struct arena *arena, struct str header, const char *name)
{
    size_t at = str_find_byte(header, ';', 0);
    while (at < header.n) {
        size_t from = at + 1, equals = str_find_byte(header, '=', from);
        size_t next = str_find_byte(header, ';', from);
        if (equals >= next) { /* a parameter without value, or none */
            at = next;
            continue;
        }
        bool is_it = str_equal_nocase(str_trim(str_slice(header, from, equals)), str_from_cstr(name));
        bool is_quoted = str_has_prefix(str_slice(header, equals + 1, header.n), STR("\""));
        size_t value = equals + (is_quoted ? 2 : 1);
        size_t end = is_quoted ? find_closing_quote(header, value) : str_find_byte(header, ';', value);
        struct str text = str_slice(header, value, end);
        if (is_it && is_quoted)
            return unquote(arena, text);
        if (is_it && text.n == 0)
            return STR("");
        if (is_it)
            return str_trim(text);
        at = str_find_byte(header, ';', end);
    }
    return STR_EMPTY;
}

enum rc multipart_open(struct ctx *ctx, struct str content_type, const struct multipart_source *source,
                       struct multipart **ret_multipart)
{
    struct str boundary = find_parameter(ctx->arena, content_type, "boundary");
    if (boundary.n == 0 || boundary.n > MULTIPART_BOUNDARY_BYTES_MAX)
        return ctx_fail_key(ctx, RC_BAD_REQUEST, "form.no_boundary");
    struct multipart *m = ARENA_NEW(ctx->arena, struct multipart);
    if (!m)
        return arena_rc(ctx->arena);
    m->source = *source;
    if (source->fd >= 0)
        m->window = arena_alloc(ctx->arena, WINDOW_BYTES);
    m->delimiter = arena_concat(ctx->arena, STR("\r\n--"), boundary);
    TRY(arena_rc(ctx->arena));
    struct str first = str_slice(m->delimiter, 2, m->delimiter.n), bytes;
    TRY(look(ctx, m, 0, first.n, &bytes));
    if (str_has_prefix(bytes, first)) {
        m->at = (int64_t)first.n;
    } else {
        int64_t offset;
        TRY(find(ctx, m, m->delimiter, 0, MULTIPART_HEADER_BYTES_MAX, &offset));
        if (offset < 0)
            return ctx_fail_key(ctx, RC_BAD_REQUEST, "form.cut_off");
        m->at = offset + (int64_t)m->delimiter.n;
    }
    *ret_multipart = m;
    return RC_OK;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* RFC 5987: UTF-8''percent-encoded; other charsets give NULL. */
static struct str decode_extended(struct arena *arena, struct str s)
{
    if (s.n < 7 || !str_equal_nocase(str_slice(s, 0, 6), STR("UTF-8'")))
        return STR_EMPTY;
    size_t from = str_find_byte(s, '\'', 6);
    char *p = from == SIZE_MAX ? NULL : arena_alloc(arena, s.n);
    size_t n = 0;
    if (!p)
        return STR_EMPTY;
    for (size_t i = from + 1; i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
        p[n++] = low >= 0 ? (char)(high * 16 + low) : s.p[i];
        i += low >= 0 ? 2 : 0;
    }
    return (struct str){p, n};
}

static enum rc bad_part(struct ctx *ctx, const struct multipart *m)
{
    return ctx_fail_format(ctx, RC_BAD_REQUEST, "form.bad_part", "%d", m->number);
}

static enum rc read_headers(struct ctx *ctx, struct multipart *m, struct str headers, struct multipart_part *part)
{
    struct str rest = headers, line;
    while (str_split_next(&rest, '\n', &line)) {
        line = str_trim(line);
        size_t colon = str_find_byte(line, ':', 0);
        if (line.n == 0)
            continue;
        if (colon == SIZE_MAX)
            return bad_part(ctx, m);
        struct str name = str_slice(line, 0, colon), value = str_trim(str_slice(line, colon + 1, line.n));
        if (str_equal_nocase(name, STR("content-disposition"))) {
            if (value.n < 9 || !str_equal_nocase(str_slice(value, 0, 9), STR("form-data")))
                return bad_part(ctx, m);
            part->name = find_parameter(ctx->arena, value, "name");
            part->file_name = find_parameter(ctx->arena, value, "filename");
            struct str extended = decode_extended(ctx->arena, find_parameter(ctx->arena, value, "filename*"));
            if (extended.p)
                part->file_name = extended;
        } else if (str_equal_nocase(name, STR("content-type"))) {
            part->type = value;
        }
    }
    TRY(arena_rc(ctx->arena));
    return part->name.p ? RC_OK : bad_part(ctx, m);
}

enum rc multipart_next(struct ctx *ctx, struct multipart *m, struct multipart_part *ret_part, bool *ret_has)
{
    struct str bytes;
    *ret_has = false;
    if (m->is_done)
        return RC_OK;
    m->number++;
    TRY(look(ctx, m, m->at, 2, &bytes));
    if (str_has_prefix(bytes, STR("--"))) {
        m->is_done = true;
        return RC_OK;
    }
    /* the delimiter may be followed by blanks before its line ends */
    TRY(look(ctx, m, m->at, 64, &bytes));
    size_t blanks = 0;
    while (blanks < bytes.n && blanks < 64 && (bytes.p[blanks] == ' ' || bytes.p[blanks] == '\t'))
        blanks++;
    if (bytes.n < blanks + 2)
        return ctx_fail_key(ctx, RC_BAD_REQUEST, "form.cut_off");
    if (bytes.p[blanks] != '\r' || bytes.p[blanks + 1] != '\n')
        return bad_part(ctx, m);
    /* headers end with an empty line; the search begins at the delimiter's own line end for parts without headers */
    int64_t from = m->at + (int64_t)blanks, headers_end, end;
    TRY(find(ctx, m, STR("\r\n\r\n"), from, MULTIPART_HEADER_BYTES_MAX, &headers_end));
    if (headers_end < 0 && m->source.size_bytes - from <= MULTIPART_HEADER_BYTES_MAX)
        return ctx_fail_key(ctx, RC_BAD_REQUEST, "form.cut_off");
    if (headers_end < 0 || headers_end - from > MULTIPART_HEADER_BYTES_MAX)
        return ctx_fail_format(ctx, RC_TOO_LARGE, "form.bad_part", "%d", m->number);
    struct str headers;
    TRY(multipart_read(ctx, &m->source, from, (size_t)(headers_end - from), &headers));
    struct multipart_part part = {.offset = headers_end + 4};
    TRY(read_headers(ctx, m, headers, &part));
    /* an empty content: its delimiter's CR LF is the second half of the empty line */
    TRY(find(ctx, m, m->delimiter, headers_end + 2, INT64_MAX / 2, &end));
    if (end < 0)
        return ctx_fail_key(ctx, RC_BAD_REQUEST, "form.cut_off");
    m->at = end + (int64_t)m->delimiter.n;
    part.size_bytes = end > part.offset ? end - part.offset : 0;
    *ret_part = part;
    *ret_has = true;
    return RC_OK;
}
