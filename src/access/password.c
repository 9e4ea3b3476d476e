/* password.c: argon2id by libsodium; see password.h. */
#include "access/password.h"

#include <sodium.h>
#include <string.h>

/* 19 MiB, 2 passes: OWASP Password Storage Cheat Sheet, argon2id. */
enum { HASH_OPS = 2, HASH_MEMORY_BYTES = 19 * 1024 * 1024 };

enum rc password_check_rule(struct ctx *ctx, struct str password, struct str login)
{
    size_t count = 0;
    bool lower = false, upper = false, digit = false, other = false;
    for (size_t i = 0; i < password.n; i++) {
        unsigned char c = (unsigned char)password.p[i];
        count += (c & 0xc0) != 0x80;
        lower |= c >= 'a' && c <= 'z';
        upper |= c >= 'A' && c <= 'Z';
        digit |= c >= '0' && c <= '9';
        other |= !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
    }
    if (count < PASSWORD_MIN || password.n > PASSWORD_MAX_BYTES)
        return ctx_fail_field(ctx, RC_INVALID, "password.length", "password");
    if (lower + upper + digit + other < 3)
        return ctx_fail_field(ctx, RC_INVALID, "password.classes", "password");
    for (size_t i = 0; login.n >= 3 && i + login.n <= password.n; i++)
        if (str_equal_nocase((struct str){password.p + i, login.n}, login))
            return ctx_fail_field(ctx, RC_INVALID, "password.has_login", "password");
    return RC_OK;
}

enum rc password_hash(struct ctx *ctx, struct str password, struct str *ret_hash)
{
    char hash[crypto_pwhash_STRBYTES];
    if (sodium_init() < 0)
        return RC_INTERNAL;
    if (crypto_pwhash_argon2id_str(hash, password.p ? password.p : "", password.n, HASH_OPS, HASH_MEMORY_BYTES) != 0)
        return RC_NOMEM;
    *ret_hash = arena_copy_str(ctx->arena, str_from_cstr(hash));
    return arena_rc(ctx->arena);
}

bool password_matches(struct str password, struct str hash)
{
    /* A hash of nothing, so that an unknown login takes as long as a wrong password. */
    static const char dummy[] =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    char text[crypto_pwhash_STRBYTES] = {0};
    if (sodium_init() < 0 || password.n > PASSWORD_MAX_BYTES)
        return false;
    bool is_known = hash.n > 0 && hash.n < sizeof text;
    struct str use = is_known ? hash : str_from_cstr(dummy);
    memcpy(text, use.p, use.n);
    bool matches = crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0;
    return matches && is_known;
}

struct str password_make_random(char text[PASSWORD_RANDOM_BYTES])
{
    /* No characters that look alike; groups of five are easy to type. */
    static const char alphabet[] = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    for (;;) {
        bool lower = false, upper = false, digit = false;
        for (size_t i = 0; i < PASSWORD_RANDOM_BYTES - 1; i++) {
            char c = i % 6 == 5 ? '-' : alphabet[randombytes_uniform(sizeof alphabet - 1)];
            text[i] = c;
            lower |= c >= 'a' && c <= 'z';
            upper |= c >= 'A' && c <= 'Z';
            digit |= c >= '2' && c <= '9';
        }
        text[PASSWORD_RANDOM_BYTES - 1] = '\0';
        if (lower && upper && digit)
            return (struct str){text, PASSWORD_RANDOM_BYTES - 1};
    }
}

void password_wipe(void *p, size_t n) { sodium_memzero(p, n); }
