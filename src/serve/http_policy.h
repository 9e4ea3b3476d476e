/* http_policy.h: what the library lets through and we do not; pure functions, no I/O.
 *
 * Threat: two readers that disagree where a message ends (proxy in front, we behind) let one
 * client's bytes become another's request.  So everything two readers could read differently is
 * refused: names that are not tokens, controls in values, repeated or non-decimal Content-Length,
 * Transfer-Encoding other than exactly "chunked" or beside Content-Length, a body with GET.
 * Source: RFC 9110 section 5, RFC 9112 sections 2-7 and 11.
 */
#ifndef BIHUAN_SERVE_HTTP_POLICY_H
#define BIHUAN_SERVE_HTTP_POLICY_H

#include "serve/http.h"

/* A head as its parts were received, before any rule was applied. */
struct http_parts {
    struct str method, target, version;
    const struct http_header *headers; /* values with the white space they came with */
    size_t header_count;
};

struct http_head {
    enum http_method method;
    struct str raw_path, query, host, content_type;
    int minor; /* HTTP/1.minor, 0 or 1 */
    bool is_chunked, has_length;
    uint64_t length;
};

/* Checks the parts and says what they mean; slices point into parts, whose headers are trimmed in place into
 * ret_headers (room for header_count).  Returns 0, or the HTTP status of the refusal (400, 414, 417, 431, 501, 505). */
int http_policy_check(const struct http_parts *parts, size_t headers_max, size_t url_max_bytes,
                      struct http_header *ret_headers, struct http_head *ret_head);
/* Decodes and normalises a path once: "%41" -> "A", "/a/./b//../c" -> "/a/c".  False for bad escapes, %00 and
 * controls, encoded slash or backslash, bytes that are not UTF-8, a path above the root, or no memory. */
bool http_parse_path(struct str raw, struct arena *arena, struct str *ret_path);

#endif
