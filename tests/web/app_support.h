/* app_support.h: the whole application on a store's database, asked over HTTP as one of its accounts. */
#ifndef BIHUAN_TESTS_APP_SUPPORT_H
#define BIHUAN_TESTS_APP_SUPPORT_H

#include "record_support.h"
#include "serve/app.h"

enum { APP_TOKEN_BYTES = 72, APP_ANSWER_BYTES_MAX = 16 << 20 };

struct app_session {
    char token[APP_TOKEN_BYTES], csrf[APP_TOKEN_BYTES];
};

/* Starts it on a free port; one at a time. */
void app_start(struct store *store);
void app_end(void);
struct app_session app_sign_in(struct store *store, int64_t account_id);
/* GET as JSON or as `accept`; the status.  The body lives until the next request.  session NULL: nobody. */
int app_get(const struct app_session *session, const char *path, const char *accept, struct str *ret_body);
/* POST of a form ("a=b&c=d") with the session's token. */
int app_post(const struct app_session *session, const char *path, const char *form, struct str *ret_body);
/* The JSON answer, which must be a 200. */
struct value *app_view(struct store *store, const struct app_session *session, const char *path);
/* Headers of the last answer. */
const char *app_headers(void);

#endif
