/* static.c: serves what static_embed.c has put into the program; see static.h. */
#include "serve/static.h"

#include <string.h>
#include "serve/http_headers.h"

#define STATIC_PREFIX STR("/static/")

const struct static_file *static_find_name(struct str name)
{
    size_t from = 0, to = static_table_n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = str_compare(name, static_table[middle].name);
        if (order == 0)
            return &static_table[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

static size_t find_last(struct str s, char c)
{
    size_t i = s.n;
    while (i > 0 && s.p[i - 1] != c)
        i--;
    return i; /* one past it, or 0 */
}

/* The name is the address without prefix and without the hash before the last dot. */
const struct static_file *static_find_url(struct str url)
{
    if (!str_has_prefix(url, STATIC_PREFIX))
        return NULL;
    struct str rest = str_slice(url, STATIC_PREFIX.n, url.n);
    size_t dot = find_last(rest, '.');
    size_t hash = dot ? find_last(str_slice(rest, 0, dot - 1), '.') : 0;
    char text[256];
    size_t n = hash + (rest.n - dot);
    if (!hash || n >= sizeof text)
        return NULL;
    memcpy(text, rest.p, hash);
    memcpy(text + hash, rest.p + dot, rest.n - dot);
    const struct static_file *file = static_find_name((struct str){text, n});
    return file && str_equal(file->url, url) ? file : NULL;
}

struct str static_url(struct str name)
{
    const struct static_file *file = static_find_name(name);
    return file ? file->url : STR_EMPTY;
}

bool static_respond(struct http_request *request)
{
    if (!str_has_prefix(request->path, STATIC_PREFIX))
        return false;
    const struct static_file *file = static_find_url(request->path);
    http_set_security_headers(request);
    if (!file || (request->method != HTTP_GET && request->method != HTTP_HEAD)) {
        http_respond_bytes(request, file ? 405 : 404, "text/plain; charset=utf-8", file ? STR("405\n") : STR("404\n"));
        return true;
    }
    http_set_header(request, "Cache-Control", STR("public, max-age=31536000, immutable"));
    http_set_header(request, "Vary", STR("Accept-Encoding"));
    if (http_is_fresh(request, arena_format(request->arena, "W/\"%.*s\"", STR_ARG(file->url)))) {
        http_respond(request);
        return true;
    }
    http_set_header(request, "Content-Type", file->type);
    bool is_packed = file->gzip.n && http_accepts_gzip(request);
    if (is_packed)
        http_set_header(request, "Content-Encoding", STR("gzip"));
    http_body_bytes(request, is_packed ? file->gzip : file->bytes);
    http_respond(request);
    return true;
}
