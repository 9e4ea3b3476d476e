/* seal.c: see seal.h. */
#include "text/seal.h"

#include <sodium.h>
#include <string.h>

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES };

enum rc seal_text(struct arena *arena, const uint8_t key[SEAL_KEY_BYTES], struct str plain, struct str *ret_hex)
{
    size_t n = NONCE + plain.n + TAG;
    unsigned char *bytes = ARENA_NEW_ARRAY(arena, unsigned char, n);
    char *hex = ARENA_NEW_ARRAY(arena, char, n * 2 + 1);
    unsigned long long cipher;
    if (sodium_init() < 0)
        return RC_INTERNAL;
    if (!bytes || !hex)
        return arena_rc(arena);
    randombytes_buf(bytes, NONCE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes + NONCE, &cipher, (const unsigned char *)(plain.p ? plain.p : ""), plain.n, NULL, 0, NULL, bytes, key);
    (void)sodium_bin2hex(hex, n * 2 + 1, bytes, n);
    *ret_hex = (struct str){hex, n * 2};
    return RC_OK;
}

enum rc seal_open(struct arena *arena, const uint8_t key[SEAL_KEY_BYTES], struct str hex, struct str *ret_plain)
{
    size_t n = hex.n / 2, got = 0;
    if (sodium_init() < 0)
        return RC_INTERNAL;
    if (hex.n % 2 || n < NONCE + TAG)
        return RC_INVALID;
    unsigned char *bytes = ARENA_NEW_ARRAY(arena, unsigned char, n);
    char *plain = ARENA_NEW_ARRAY(arena, char, n);
    unsigned long long length = 0;
    if (!bytes || !plain)
        return arena_rc(arena);
    if (sodium_hex2bin(bytes, n, hex.p, hex.n, NULL, &got, NULL) != 0 || got != n ||
        crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)plain, &length, NULL, bytes + NONCE, n - NONCE,
                                                   NULL, 0, bytes, key) != 0)
        return RC_INVALID;
    *ret_plain = (struct str){plain, (size_t)length};
    return RC_OK;
}

void seal_mac(const uint8_t key[SEAL_KEY_BYTES], struct str data, uint8_t ret_mac[SEAL_MAC_BYTES])
{
    (void)crypto_auth_hmacsha256(ret_mac, (const unsigned char *)(data.p ? data.p : ""), data.n, key);
}

void seal_wipe(void *p, size_t n) { sodium_memzero(p, n); }
