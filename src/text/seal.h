/* seal.h: text that only the holder of a key reads: XChaCha20-Poly1305 (libsodium); and keyed digests, HMAC-SHA-256.
 *
 * Any thread.
 */
#ifndef BIHUAN_TEXT_SEAL_H
#define BIHUAN_TEXT_SEAL_H

#include <stdint.h>

#include "base/ctx.h"

enum { SEAL_KEY_BYTES = 32, SEAL_MAC_BYTES = 32 };

/* Sealed text as lower-case hex, in the arena: 24 bytes of nonce, then cipher and tag.  RC_NOMEM, RC_INTERNAL. */
enum rc seal_text(struct arena *arena, const uint8_t key[SEAL_KEY_BYTES], struct str plain,
                  struct str *ret_hex) MUST_CHECK;
/* The text again; RC_INVALID when it was changed or sealed by another key. */
enum rc seal_open(struct arena *arena, const uint8_t key[SEAL_KEY_BYTES], struct str hex,
                  struct str *ret_plain) MUST_CHECK;
void seal_mac(const uint8_t key[SEAL_KEY_BYTES], struct str data, uint8_t ret_mac[SEAL_MAC_BYTES]);
/* Overwrites memory in a way that no compiler leaves out. */
void seal_wipe(void *p, size_t n);

#endif
