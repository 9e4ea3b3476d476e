/* post.c: the only user of libcurl; see post.h.
 *
 * Private addresses: the name is resolved by curl and each address is asked when its socket is opened, so that what was
 * checked is what is called, whatever a name server says a second later.  No proxy is taken from the environment: it
 * would do the resolving.
 */
#include "serve/post.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "serve/net_guard.h"

enum { CONNECT_SECONDS = 8, TEXT_BYTES_MAX = 4096 };

struct poster {
    CURL *curl;
    struct arena *arena; /* of one message */
    struct str rest;     /* of a mail, still to be read */
    struct buf *answer;
    bool is_private_allowed, was_private;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void init_curl(void) { (void)curl_global_init(CURL_GLOBAL_DEFAULT); }

enum rc poster_new(struct poster **ret_poster)
{
    (void)pthread_once(&once, init_curl);
    struct poster *poster = alloc_zeroed(1, sizeof *poster);
    if (!poster)
        return RC_NOMEM;
    poster->curl = curl_easy_init();
    poster->arena = arena_new(1 << 20);
    if (!poster->curl || !poster->arena) {
        poster_free(poster);
        return RC_NOMEM;
    }
    *ret_poster = poster;
    return RC_OK;
}

void poster_free(struct poster *poster)
{
    if (!poster)
        return;
    curl_easy_cleanup(poster->curl);
    arena_free(poster->arena);
    alloc_free(poster);
}

/* ---- callbacks ---------------------------------------------------------------------------------------------- */

static size_t give(char *to, size_t size, size_t n, void *arg)
{
    struct poster *poster = arg;
    size_t take = size * n < poster->rest.n ? size * n : poster->rest.n;
    if (take)
        memcpy(to, poster->rest.p, take);
    poster->rest = str_slice(poster->rest, take, poster->rest.n);
    return take;
}

static size_t take_answer(char *from, size_t size, size_t n, void *arg)
{
    struct poster *poster = arg;
    if (poster->answer)
        buf_add_bytes(poster->answer, from, size * n);
    return !poster->answer || buf_rc(poster->answer) == RC_OK ? size * n : 0;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct poster *poster = arg;
    struct sockaddr_storage copy = {0};
    (void)purpose;
    memcpy(&copy, &address->addr, address->addrlen < sizeof copy ? address->addrlen : sizeof copy);
    if (!poster->is_private_allowed && !net_guard_is_public((const struct sockaddr *)&copy)) {
        poster->was_private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- what every message asks -------------------------------------------------------------------------------- */

static void begin(struct poster *poster)
{
    CURL *curl = poster->curl;
    curl_easy_reset(curl); /* keeps the connection to the mail server */
    arena_reset(poster->arena);
    poster->was_private = false;
    poster->answer = NULL;
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)POST_SECONDS);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, poster);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, poster);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, poster);
}

static const char *cstr(struct poster *poster, struct str s) { return arena_copy_cstr(poster->arena, s); }

static struct post_result fail(bool is_refused, bool is_down, const char *reason)
{
    struct post_result result = {.is_refused = is_refused, .is_down = is_down};
    (void)snprintf(result.reason, sizeof result.reason, "%s", reason);
    return result;
}

static struct post_result fail_code(bool is_refused, bool is_down, const char *kind, long code)
{
    char reason[POST_REASON_BYTES];
    (void)snprintf(reason, sizeof reason, "%s:%ld", kind, code);
    return fail(is_refused, is_down, reason);
}

/* Failures of the way there. */
static struct post_result fail_curl(const struct poster *poster, CURLcode code)
{
    if (poster->was_private)
        return fail(true, false, "guard.private");
    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return fail(true, false, "guard.address");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return fail(false, true, "net.name");
    case CURLE_COULDNT_CONNECT:
        return fail(false, true, "net.connect");
    case CURLE_OPERATION_TIMEDOUT:
        return fail(false, true, "net.timeout");
    case CURLE_LOGIN_DENIED:
        return fail(false, true, "smtp.login");
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return fail(false, true, "net.tls");
    case CURLE_WRITE_ERROR:
        return fail(false, false, "net.answer");
    default:
        return fail_code(false, false, "net", (long)code);
    }
}

/* ---- mail --------------------------------------------------------------------------------------------------- */

struct post_result post_mail(struct poster *poster, const struct post_mail *mail)
{
    CURL *curl = poster->curl;
    long code = 0;
    begin(poster);
    poster->is_private_allowed = true; /* the operator's own server, from the settings */
    poster->rest = mail->text;
    const char *to = arena_format(poster->arena, "<%.*s>", STR_ARG(mail->to)).p;
    struct curl_slist *rcpt = curl_slist_append(NULL, to);
    if (!rcpt)
        return fail(false, false, "net.memory");
    curl_easy_setopt(curl, CURLOPT_URL, cstr(poster, mail->server));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, mail->needs_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    if (mail->ca.n)
        curl_easy_setopt(curl, CURLOPT_CAINFO, cstr(poster, mail->ca));
    if (mail->user.n) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, cstr(poster, mail->user));
        curl_easy_setopt(curl, CURLOPT_PASSWORD, cstr(poster, mail->password));
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, arena_format(poster->arena, "<%.*s>", STR_ARG(mail->from)).p);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, rcpt);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    CURLcode done = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    curl_slist_free_all(rcpt);
    if (done == CURLE_OK)
        return (struct post_result){.is_sent = true};
    if (done != CURLE_LOGIN_DENIED && code >= 400 &&
        code < 600) /* the server said so: of this message, or 421 of all */
        return fail_code(code >= 500, code == 421, "smtp", code);
    return fail_curl(poster, done);
}

/* ---- robots ------------------------------------------------------------------------------------------------- */

/* No name and password inside, https, and a host. */
static bool is_good_url(struct poster *poster, const struct post_hook *hook)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *user = NULL, *host = NULL;
    bool is_good = url && curl_url_set(url, CURLUPART_URL, cstr(poster, hook->url), 0) == CURLUE_OK &&
                   curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                   curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                   curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
                   (strcmp(scheme, "https") == 0 || (hook->is_private_allowed && strcmp(scheme, "http") == 0));
    curl_free(scheme);
    curl_free(user);
    curl_free(host);
    curl_url_cleanup(url);
    return is_good;
}

static struct post_result judge_status(long status)
{
    if (status >= 200 && status < 300)
        return (struct post_result){.is_sent = true};
    bool is_passing = status == 408 || status == 425 || status == 429 || status >= 500;
    return fail_code(!is_passing, is_passing, "http", status);
}

struct post_result post_hook(struct poster *poster, const struct post_hook *hook, struct buf *ret_answer)
{
    CURL *curl = poster->curl;
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json; charset=utf-8");
    long status = 0;
    begin(poster);
    poster->is_private_allowed = hook->is_private_allowed;
    poster->answer = ret_answer;
    if (!is_good_url(poster, hook)) {
        curl_slist_free_all(headers);
        return fail(true, false, "guard.address");
    }
    for (int i = 0; i < hook->header_count; i++)
        headers = curl_slist_append(headers, cstr(poster, hook->headers[i]));
    curl_easy_setopt(curl, CURLOPT_URL, cstr(poster, hook->url));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, hook->is_private_allowed ? "https,http" : "https");
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L); /* each message passes the guard of addresses */
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Bihuan/" BIHUAN_VERSION);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)hook->body.n);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, hook->body.p);
    CURLcode done = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    return done == CURLE_OK ? judge_status(status) : fail_curl(poster, done);
}
