/* http_headers.c: headers of answers; see http_headers.h. */
#include "serve/http_headers.h"

#include <unistd.h>

void http_set_security_headers(struct http_request *request)
{
    if (!http_response_header(request, "Content-Security-Policy").n) /* a file of others has a stricter one already */
        http_set_header(request, "Content-Security-Policy",
                        STR("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                            "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
                            "frame-ancestors 'none'"));
    http_set_header(request, "X-Content-Type-Options", STR("nosniff"));
    http_set_header(request, "Referrer-Policy", STR("same-origin"));
    http_set_header(request, "Cross-Origin-Opener-Policy", STR("same-origin"));
    http_set_header(request, "Permissions-Policy", STR("camera=(), geolocation=(), microphone=(), payment=(), usb=()"));
    if (request->is_https)
        http_set_header(request, "Strict-Transport-Security", STR("max-age=31536000"));
}

static struct str etag_core(struct str etag)
{
    return str_has_prefix(etag, STR("W/")) ? str_slice(etag, 2, etag.n) : etag;
}

bool http_is_fresh(struct http_request *request, struct str etag)
{
    http_set_header(request, "ETag", etag);
    if (request->method != HTTP_GET && request->method != HTTP_HEAD)
        return false;
    struct str list = http_header_get(request, "If-None-Match"), part;
    bool is_match = false;
    while (!is_match && str_split_next(&list, ',', &part)) {
        part = str_trim(part);
        is_match = str_equal(part, STR("*")) || (part.n && str_equal(etag_core(part), etag_core(etag)));
    }
    if (is_match) {
        request->response.status = 304;
        http_body_bytes(request, STR_EMPTY);
    }
    return is_match;
}

/* "gzip;q=0" and "*;q=0.0" refuse; anything else with the name accepts. */
bool http_accepts_gzip(const struct http_request *request)
{
    struct str list = http_header_get(request, "Accept-Encoding"), part;
    while (str_split_next(&list, ',', &part)) {
        struct str name, weight = part;
        if (!str_split_next(&weight, ';', &name))
            continue;
        name = str_trim(name);
        if (!str_equal_nocase(name, STR("gzip")) && !str_equal(name, STR("*")))
            continue;
        weight = str_trim(weight);
        bool is_zero = weight.n >= 3 && (weight.p[0] == 'q' || weight.p[0] == 'Q') && weight.p[2] == '0';
        for (size_t i = 3; is_zero && i < weight.n; i++)
            is_zero = weight.p[i] == '.' || weight.p[i] == '0';
        return !is_zero;
    }
    return false;
}

/* A bound of a range: -1 when it is left out; false when it is no number. */
static bool read_bound(struct str text, int64_t *ret)
{
    *ret = -1;
    return !text.n || (str_parse_int64(text, ret) && *ret >= 0);
}

/* One "bytes=a-b", "bytes=a-" or "bytes=-n".  0: no usable range (send all), 1: range, -1: cannot be satisfied. */
static int parse_range(struct str value, uint64_t size, uint64_t *ret_from, uint64_t *ret_to)
{
    if (!str_has_prefix(value, STR("bytes=")) || str_find_byte(value, ',', 0) != SIZE_MAX)
        return 0;
    struct str rest = str_slice(value, 6, value.n), first;
    int64_t from, to;
    if (str_find_byte(rest, '-', 0) == SIZE_MAX || !str_split_next(&rest, '-', &first) || !read_bound(first, &from) ||
        !read_bound(rest, &to))
        return 0;
    if (from < 0) { /* the last n bytes */
        if (to <= 0 || size == 0)
            return to < 0 ? 0 : -1;
        *ret_from = (uint64_t)to < size ? size - (uint64_t)to : 0;
        *ret_to = size - 1;
        return 1;
    }
    if (to >= 0 && to < from)
        return 0;
    if ((uint64_t)from >= size)
        return -1;
    *ret_from = (uint64_t)from;
    *ret_to = to >= 0 && (uint64_t)to < size ? (uint64_t)to : size - 1;
    return 1;
}

void http_set_file(struct http_request *request, int fd, uint64_t size, struct str content_type, struct str etag)
{
    uint64_t from = 0, to = 0;
    struct str condition = http_header_get(request, "If-Range");
    bool is_same = !http_header_has(request, "If-Range") || (etag.n && str_equal(condition, etag));
    int range =
        request->method == HTTP_GET && is_same ? parse_range(http_header_get(request, "Range"), size, &from, &to) : 0;
    http_set_header(request, "Accept-Ranges", STR("bytes"));
    if (etag.n && http_is_fresh(request, etag)) {
        close(fd);
        return;
    }
    http_set_header(request, "Content-Type", content_type);
    if (range < 0) {
        close(fd);
        request->response.status = 416;
        http_set_header(request, "Content-Range",
                        arena_format(request->arena, "bytes */%llu", (unsigned long long)size));
        http_body_bytes(request, STR_EMPTY);
        return;
    }
    if (range > 0) {
        request->response.status = 206;
        http_set_header(request, "Content-Range",
                        arena_format(request->arena, "bytes %llu-%llu/%llu", (unsigned long long)from,
                                     (unsigned long long)to, (unsigned long long)size));
    }
    http_body_file(request, fd, (off_t)from, range > 0 ? to - from + 1 : size);
}
