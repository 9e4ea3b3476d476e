/* public_parts.h: shared by public.c (the loop thread) and public_answer.c (the workers) only. */
#ifndef BIHUAN_SERVE_PUBLIC_PARTS_H
#define BIHUAN_SERVE_PUBLIC_PARTS_H

#include "serve/app.h"
#include "serve/gzip.h"
#include "serve/messages.h"
#include "serve/public_cache.h"
#include "serve/public_form.h"

enum public_place {
    PUBLIC_NOWHERE,
    PUBLIC_INDEX,
    PUBLIC_FEED,
    PUBLIC_BULLETIN,
    PUBLIC_CSS,
    PUBLIC_ICON,
    PUBLIC_COMMENT,
    PUBLIC_RECEIPT
};

/* What a path means. */
struct public_target {
    enum public_place place;
    enum lang lang;
    struct str name; /* the page's: "index.html" */
    struct str no;   /* of a bulletin */
};

struct public_worker {
    struct app *app;
    struct public_cache *cache;
    struct public_limiter *limiter;
    struct db *db;
    struct gzip *gzip;
};

struct public_target public_target_of(const struct http_request *request);
/* Answers with the page of the cache that request->user holds; it is released when the request ends. */
void public_respond_kept(struct http_request *request, const struct public_target *target);
/* The page of a refusal: what happened and where to go, in both languages.  Any thread. */
void public_respond_status(struct http_request *request, const struct app *app, int status);
void public_fill_status(struct http_request *request, const struct app *app, int status); /* the same without sending */

/* On a worker. */
void public_serve_page(struct http_request *request, void *worker);
void public_serve_form(struct http_request *request, void *worker);
void public_serve_post(struct http_request *request, void *worker);
void public_serve_receipt(struct http_request *request, void *worker);

#endif
