/* gzip.c: compresses answers; see gzip.h. */
#include "serve/gzip.h"

#include <limits.h>
#include <zlib.h>

#include "base/alloc.h"
#include "serve/http_headers.h"

enum { GZIP_LEAST_BYTES = 1024, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8 };

struct gzip {
    z_stream stream;
};

struct gzip *gzip_new(int level)
{
    struct gzip *gzip = level >= 1 && level <= 9 ? alloc_zeroed(1, sizeof *gzip) : NULL;
    if (gzip && deflateInit2(&gzip->stream, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
        alloc_free(gzip);
        gzip = NULL;
    }
    return gzip;
}

void gzip_free(struct gzip *gzip)
{
    if (!gzip)
        return;
    (void)deflateEnd(&gzip->stream);
    alloc_free(gzip);
}

enum rc gzip_bytes(struct gzip *gzip, struct str bytes, struct buf *out)
{
    z_stream *stream = &gzip->stream;
    if (bytes.n > INT_MAX / 2)
        return RC_TOO_LARGE;
    if (deflateReset(stream) != Z_OK)
        return RC_NOMEM;
    size_t before = out->n, room = deflateBound(stream, bytes.n);
    char *to = buf_add_space(out, room);
    if (!to)
        return buf_rc(out);
    stream->next_in = (Bytef *)(uintptr_t)bytes.p;
    stream->avail_in = (uInt)bytes.n;
    stream->next_out = (Bytef *)to;
    stream->avail_out = (uInt)room;
    if (deflate(stream, Z_FINISH) != Z_STREAM_END) {
        buf_truncate(out, before);
        return RC_INTERNAL;
    }
    buf_truncate(out, before + room - stream->avail_out);
    return RC_OK;
}

static bool is_text_type(struct str type)
{
    static const char *const prefixes[] = {"text/",           "application/json", "application/javascript",
                                           "application/xml", "image/svg+xml",    "application/problem+json"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (str_has_prefix(type, str_from_cstr(prefixes[i])))
            return true;
    return false;
}

void gzip_response(struct gzip *gzip, struct http_request *request)
{
    struct http_response *response = &request->response;
    if (response->kind != HTTP_BODY_BYTES || response->body.n < GZIP_LEAST_BYTES || response->status == 206 ||
        !is_text_type(http_response_header(request, "Content-Type")) ||
        http_response_header(request, "Content-Encoding").n)
        return;
    if (str_find(http_response_header(request, "Vary"), STR("Accept-Encoding"), 0) == SIZE_MAX)
        http_add_header(request, "Vary", STR("Accept-Encoding"));
    if (!http_accepts_gzip(request))
        return;
    struct buf out;
    buf_init(&out, response->body.n + 1024);
    if (gzip_bytes(gzip, response->body, &out) != RC_OK || out.n >= response->body.n) {
        buf_done(&out);
        return;
    }
    http_set_header(request, "Content-Encoding", STR("gzip"));
    struct str etag = http_response_header(request, "ETag");
    if (etag.n && !str_has_prefix(etag, STR("W/"))) /* other bytes: a strong tag would lie */
        http_set_header(request, "ETag", arena_concat(request->arena, STR("W/"), etag));
    http_body_buf(request, &out);
}
