/* digest.c: SHA-256 by libsodium, SM3 by OpenSSL; see digest.h. */
#include "text/digest.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= DIGEST_STATE_BYTES, "state of SHA-256 fits");
_Static_assert(crypto_hash_sha256_BYTES == DIGEST_BYTES, "size of SHA-256");

void digest_sha256(struct str s, uint8_t ret_digest[DIGEST_BYTES])
{
    crypto_hash_sha256(ret_digest, (const unsigned char *)(s.n ? s.p : ""), s.n);
}

void digest_hmac_sha256(struct str key, struct str s, uint8_t ret_digest[DIGEST_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)(key.n ? key.p : ""), key.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)(s.n ? s.p : ""), s.n);
    crypto_auth_hmacsha256_final(&state, ret_digest);
    sodium_memzero(&state, sizeof state);
}

static crypto_hash_sha256_state *sha256_of(struct digest *digest)
{
    return (crypto_hash_sha256_state *)(void *)digest->state;
}

enum rc digest_init(struct digest *digest, enum digest_kind kind)
{
    memset(digest, 0, sizeof *digest);
    digest->kind = kind;
    if (kind == DIGEST_SHA256) {
        crypto_hash_sha256_init(sha256_of(digest));
        return RC_OK;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context)
        return RC_NOMEM;
    const EVP_MD *sm3 = EVP_get_digestbyname("SM3");
    if (!sm3 || EVP_DigestInit_ex(context, sm3, NULL) != 1) {
        EVP_MD_CTX_free(context);
        return RC_UNSUPPORTED;
    }
    digest->foreign = context;
    return RC_OK;
}

void digest_update(struct digest *digest, const void *p, size_t n)
{
    if (n == 0)
        return;
    if (digest->kind == DIGEST_SHA256) {
        crypto_hash_sha256_update(sha256_of(digest), p, n);
        return;
    }
    /* a failed piece must not go unseen: without its context digest_final reports it */
    if (digest->foreign && EVP_DigestUpdate(digest->foreign, p, n) != 1)
        digest_done(digest);
}

enum rc digest_final(struct digest *digest, uint8_t ret_digest[DIGEST_BYTES])
{
    if (digest->kind == DIGEST_SHA256) {
        crypto_hash_sha256_final(sha256_of(digest), ret_digest);
        return RC_OK;
    }
    unsigned int size = 0;
    uint8_t out[EVP_MAX_MD_SIZE];
    if (!digest->foreign || EVP_DigestFinal_ex(digest->foreign, out, &size) != 1 || size != DIGEST_BYTES)
        return RC_INTERNAL;
    memcpy(ret_digest, out, DIGEST_BYTES);
    return RC_OK;
}

void digest_done(struct digest *digest)
{
    EVP_MD_CTX_free(digest->foreign);
    digest->foreign = NULL;
}

struct str digest_format(const uint8_t digest[DIGEST_BYTES], char text[DIGEST_TEXT_BYTES])
{
    sodium_bin2hex(text, DIGEST_TEXT_BYTES, digest, DIGEST_BYTES);
    return (struct str){text, DIGEST_TEXT_BYTES - 1};
}

bool digest_parse(struct str text, uint8_t ret_digest[DIGEST_BYTES])
{
    uint8_t out[DIGEST_BYTES];
    size_t n = 0;
    if (text.n != DIGEST_TEXT_BYTES - 1 || sodium_hex2bin(out, sizeof out, text.p, text.n, NULL, &n, NULL) != 0 ||
        n != DIGEST_BYTES)
        return false;
    memcpy(ret_digest, out, DIGEST_BYTES);
    return true;
}

bool digest_equal(const uint8_t a[DIGEST_BYTES], const uint8_t b[DIGEST_BYTES])
{
    return sodium_memcmp(a, b, DIGEST_BYTES) == 0;
}
