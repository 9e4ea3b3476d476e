/* app_site.h: the whole server in a thread over a case's database, and requests to it. */
#ifndef BIHUAN_TESTS_APP_SITE_H
#define BIHUAN_TESTS_APP_SITE_H

#include <pthread.h>

#include "access/session.h"
#include "serve/app.h"
#include "serve/settings.h"
#include "store_test.h"

struct app_site {
    struct settings settings;
    struct app *app;
    pthread_t thread;
};

/* Templates are strict: a name that is not in the view is a 500.  Files are kept in the case's directory. */
void app_site_start(struct store *store, struct app_site *site);
/* With the public listener, at app_public_port. */
void app_site_start_public(struct store *store, struct app_site *site);
void app_site_stop(struct app_site *site);
/* Where the server keeps files, also before it starts. */
struct str app_site_files(struct store *store);

/* One answer; its texts stand in a buffer that the next request overwrites. */
struct app_answer {
    int status;
    struct str head, body; /* head: with its first line, without the empty one */
};

/* A connected socket; reads give up after a minute. */
int app_site_dial(const struct app_site *site);
/* What comes until the connection ends. */
struct app_answer app_site_hear(int fd);
/* One request on a connection of its own.  lines: more header lines, each ended by \r\n.  Content-Length is added when
 * the method is POST. */
struct app_answer app_site_ask(const struct app_site *site, const char *method, const char *path, const char *lines,
                               struct str body);

/* A session of the account, made without its password. */
struct app_session {
    char token[SESSION_TOKEN_BYTES], csrf[SESSION_TOKEN_BYTES];
};
void app_site_sign_in(struct store *store, int64_t account_id, struct app_session *ret_session);

#endif
