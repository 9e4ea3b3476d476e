/* http_tls.c: TLS on a non-blocking socket with OpenSSL; the only file that includes openssl/ssl.h.
 *
 * The handshake runs inside the first reads.  TLS 1.2 and 1.3 only, no renegotiation, no compression.
 */
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "serve/http_internal.h"

enum rc http_tls_new(const char *cert, const char *key, void **ret_tls)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (!ctx)
        return RC_NOMEM;
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 || SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(ctx) != 1) {
        ERR_clear_error();
        SSL_CTX_free(ctx);
        return RC_CONFIG;
    }
    *ret_tls = ctx;
    return RC_OK;
}

void http_tls_free(void *tls) { SSL_CTX_free(tls); }

void *http_tls_accept(void *tls, int fd)
{
    SSL *session = SSL_new(tls);
    if (session && SSL_set_fd(session, fd) != 1) {
        SSL_free(session);
        session = NULL;
    }
    if (session)
        SSL_set_accept_state(session);
    return session;
}

void http_tls_close(void *session)
{
    if (!session)
        return;
    if (SSL_is_init_finished(session))
        (void)SSL_shutdown(session);
    ERR_clear_error();
    SSL_free(session);
}

static ssize_t tls_result(SSL *session, int done)
{
    if (done > 0)
        return done;
    int why = SSL_get_error(session, done);
    ERR_clear_error();
    if (why == SSL_ERROR_ZERO_RETURN)
        return 0;
    errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return -1;
}

ssize_t http_tls_read(void *session, void *to, size_t n)
{
    return tls_result(session, SSL_read(session, to, n > INT_MAX ? INT_MAX : (int)n));
}

ssize_t http_tls_write(void *session, const void *from, size_t n)
{
    ssize_t done = tls_result(session, SSL_write(session, from, n > INT_MAX ? INT_MAX : (int)n));
    if (done == 0) { /* closed by the peer while we write */
        errno = EPIPE;
        return -1;
    }
    return done;
}
