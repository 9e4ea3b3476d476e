/* post.h: one message to a mail server or a robot's address, by libcurl.
 *
 * Blocks for at most POST_SECONDS; one poster belongs to one thread.  Nothing is followed: a redirect is a failure.
 * What comes back is read up to POST_ANSWER_BYTES_MAX.  Reasons are short codes (message outbox.reason.CODE, the part
 * after ':' is its argument), never text of the other side, an address or a secret.
 */
#ifndef BIHUAN_SERVE_POST_H
#define BIHUAN_SERVE_POST_H

#include "base/buf.h"
#include "base/ctx.h"

enum { POST_SECONDS = 20, POST_ANSWER_BYTES_MAX = 64 * 1024, POST_REASON_BYTES = 48 };

struct poster;

struct post_result {
    bool is_sent, is_refused, is_down; /* see struct outbox_outcome */
    char reason[POST_REASON_BYTES];    /* "smtp:550", "net.connect", ... */
};

/* RC_NOMEM. */
enum rc poster_new(struct poster **ret_poster) MUST_CHECK;
void poster_free(struct poster *poster); /* takes NULL */

struct post_mail {
    struct str server;         /* smtp://host:port, smtps://host:port */
    struct str user, password; /* empty: none */
    struct str ca;             /* file of certificates to trust; empty: the system's */
    bool needs_tls;            /* smtp:// must become TLS (STARTTLS) before anything is said */
    struct str from, to;       /* addresses alone */
    struct str text;           /* whole message, RFC 5322 */
};
struct post_result post_mail(struct poster *poster, const struct post_mail *mail);

struct post_hook {
    struct str url;
    const struct str *headers; /* "Name: value" */
    int header_count;
    struct str body;         /* JSON */
    bool is_private_allowed; /* plain http and private addresses */
};
/* The answer's body goes to ret_answer, which has been initialised. */
struct post_result post_hook(struct poster *poster, const struct post_hook *hook, struct buf *ret_answer);

#endif
