/* digest.h: SHA-256 (libsodium) and SM3 (OpenSSL, GB/T 32905), at once or piece by piece.
 *
 * Any thread; one struct digest belongs to one thread at a time.
 */
#ifndef BIHUAN_TEXT_DIGEST_H
#define BIHUAN_TEXT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/str.h"

enum { DIGEST_BYTES = 32, DIGEST_TEXT_BYTES = 65, DIGEST_STATE_BYTES = 128 };

enum digest_kind { DIGEST_SHA256, DIGEST_SM3 };

struct digest {
    _Alignas(16) unsigned char state[DIGEST_STATE_BYTES]; /* SHA-256 */
    void *foreign;                                        /* SM3 */
    enum digest_kind kind;
};

void digest_sha256(struct str s, uint8_t ret_digest[DIGEST_BYTES]);
/* HMAC-SHA-256, RFC 2104; any length of key. */
void digest_hmac_sha256(struct str key, struct str s, uint8_t ret_digest[DIGEST_BYTES]);
/* Begins; RC_NOMEM, RC_UNSUPPORTED when OpenSSL here has no SM3.  SHA-256 never fails. */
enum rc digest_init(struct digest *digest, enum digest_kind kind) MUST_CHECK;
void digest_update(struct digest *digest, const void *p, size_t n);
/* Result; the digest may then only be done or begun anew. */
enum rc digest_final(struct digest *digest, uint8_t ret_digest[DIGEST_BYTES]) MUST_CHECK;
void digest_done(struct digest *digest); /* also for CLEANUP; takes a zeroed struct */
/* Lower-case hex into text, NUL-terminated; returns text as slice. */
struct str digest_format(const uint8_t digest[DIGEST_BYTES], char text[DIGEST_TEXT_BYTES]);
/* Exactly 64 hex digits of either case. */
bool digest_parse(struct str text, uint8_t ret_digest[DIGEST_BYTES]);
/* Constant-time comparison. */
bool digest_equal(const uint8_t a[DIGEST_BYTES], const uint8_t b[DIGEST_BYTES]);

#endif
