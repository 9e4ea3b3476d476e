/* http_headers.h: what most answers need: security headers, ETag and 304, files with Range, Accept-Encoding. */
#ifndef BIHUAN_SERVE_HTTP_HEADERS_H
#define BIHUAN_SERVE_HTTP_HEADERS_H

#include "serve/http.h"

/* Content-Security-Policy and its relatives; Strict-Transport-Security only when the request came by https. */
void http_set_security_headers(struct http_request *request);
/* Sets ETag (etag with its quotes: "\"abc\"" or "W/\"abc\"").  True when the client has it already: the answer is
 * then a 304 without body and the caller responds at once.  GET and HEAD only.  Source: RFC 9110 section 13. */
bool http_is_fresh(struct http_request *request, struct str etag);
/* True when the client takes gzip (q=0 means no). */
bool http_accepts_gzip(const struct http_request *request);
/* Answers with size bytes of fd, which is taken, whole (200), one range (206) or 416; several ranges give the whole.
 * content_type and etag (may be empty) must live as long as the request.  Sets headers and body; the caller
 * responds.  Source: RFC 9110 section 14. */
void http_set_file(struct http_request *request, int fd, uint64_t size, struct str content_type, struct str etag);

#endif
