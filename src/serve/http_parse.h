/* http_parse.h: strict reading of HTTP/1.1 heads and chunked bodies; pure functions, no I/O.
 *
 * Threat: two readers that disagree where a message ends (proxy in front, we behind) let one
 * client's bytes become another's request.  So everything two readers could read differently is
 * refused: bare LF, folded lines, space before the colon, NUL and controls, repeated or
 * non-decimal Content-Length, Transfer-Encoding other than exactly "chunked" or beside Content-Length.
 * Source: RFC 9110 section 5, RFC 9112 sections 2-7 and 11.
 */
#ifndef BIHUAN_SERVE_HTTP_PARSE_H
#define BIHUAN_SERVE_HTTP_PARSE_H

#include "serve/http.h"

struct http_head {
    enum http_method method;
    struct str raw_path, query, host, content_type;
    int minor; /* HTTP/1.minor, 0 or 1 */
    struct http_header *headers;
    size_t header_count;
    bool is_kept_alive;
    bool is_chunked, has_length, expects_continue;
    uint64_t length;
};

/* Looks for the end of a head in bytes; *scanned and *line_start are 0 at first and let the search go on where it
 * stopped.  Returns the length of the head with its blank line, 0 for "more is needed", SIZE_MAX for a bare LF. */
size_t http_find_head_end(struct str bytes, size_t *scanned, size_t *line_start);
/* Parses a whole head (as found above); slices point into head, the header array comes from arena.
 * Returns 0, or the HTTP status of the refusal (400, 414, 417, 431, 501, 503 when memory is short, 505). */
int http_parse_head(struct str head, struct arena *arena, size_t headers_max, size_t url_max_bytes,
                    struct http_head *ret_head);
/* Decodes and normalises a path once: "%41" -> "A", "/a/./b//../c" -> "/a/c".  False for bad escapes, %00 and
 * controls, encoded slash or backslash, bytes that are not UTF-8, a path above the root, or no memory. */
bool http_parse_path(struct str raw, struct arena *arena, struct str *ret_path);

struct http_chunks { /* zeroed at first */
    int state;
    uint64_t left; /* of the current chunk */
    size_t line_bytes; /* of the current size line, or of all trailers */
    int digits;
};
enum http_chunk_step { HTTP_CHUNK_MORE, HTTP_CHUNK_DATA, HTTP_CHUNK_END, HTTP_CHUNK_BAD };
/* Takes bytes off *rest: HTTP_CHUNK_DATA gives one slice of body; HTTP_CHUNK_MORE has used up *rest. */
enum http_chunk_step http_chunk_next(struct http_chunks *chunks, struct str *rest, struct str *ret_data);

#endif
