/* static.h: style sheet, scripts and icons built into the program, at addresses that change with their content. */
#ifndef BIHUAN_SERVE_STATIC_H
#define BIHUAN_SERVE_STATIC_H

#include "serve/http.h"

struct static_file {
    struct str name;        /* "app.css" */
    struct str url;         /* "/static/app.0123456789abcdef.css" */
    struct str type;        /* Content-Type */
    struct str bytes, gzip; /* gzip is empty when it would not be smaller */
};

/* Made by static_embed.c, sorted by name. */
extern const struct static_file static_table[];
extern const size_t static_table_n;

/* By logical name / by address; NULL when there is none. */
const struct static_file *static_find_name(struct str name);
const struct static_file *static_find_url(struct str url);
/* Address of a logical name, for templates; empty when there is none. */
struct str static_url(struct str name);
/* Answers a request under "/static/" (404 for an unknown one) and returns true; false when the path lies elsewhere.
 * Cheap: for the loop thread.  Anything may be cached for a year, since the address names the content. */
bool static_respond(struct http_request *request);

#endif
