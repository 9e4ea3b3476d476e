/* app.h: what one server process holds. */
#ifndef BIHUAN_SERVE_APP_H
#define BIHUAN_SERVE_APP_H

#include "base/ctx.h"
#include "db/db.h"
#include "record/filestore.h"
#include "record/writer.h"
#include "serve/http.h"
#include "serve/metrics.h"
#include "serve/mustache.h"
#include "serve/settings.h"

struct board_image;
struct public;
struct gzip;

struct app {
    const struct settings *settings;
    struct filestore *files;
    struct writer *writer;
    struct pool *pool;
    struct pool *slow; /* reads documents; its threads have a connection each too */
    struct http_server *server;
    struct public *public; /* the public listener; NULL: off */
    struct mustache_set *templates;
    struct metrics *metrics;
    struct board_image *board; /* what boards sum over; see watch/board.h */
    struct str build_id;       /* changes with the program: part of every ETag */
    bool is_strict;            /* tests: an unknown name in a template is an error */
    int64_t started_ms;
};

struct worker {
    struct app *app;
    int index;
    struct db *db; /* reading */
    struct gzip *gzip;
};

/* Opens everything for the settings and listens; the schema must be up to date.  Errors with detail in ctx. */
enum rc app_open(struct ctx *ctx, const struct settings *settings, struct app **ret_app) MUST_CHECK;
/* Serves until SIGTERM, SIGINT or app_stop. */
enum rc app_run(struct app *app) MUST_CHECK;
void app_stop(struct app *app); /* any thread, signal safe */
/* Waits until the workers for long work are connected too; they may still be connecting when app_open returns. */
void app_wait_ready(struct app *app);
int app_port(const struct app *app);
int app_public_port(const struct app *app); /* 0 without a public listener */
void app_close(struct app *app);            /* takes NULL */

#endif
