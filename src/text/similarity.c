/* similarity.c: Dice and MinHash over pairs of characters; see similarity.h. */
#include "text/similarity.h"

#include <assert.h>
#include <stdlib.h>

#include "text/normalize.h"
#include "text/utf8.h"

/* Letters, digits and everything beyond Latin-1 that is neither punctuation nor a blank. */
static bool is_counted(uint32_t code)
{
    if (code < 0x80)
        return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z');
    if (code < 0xC0 || (code >= 0x2000 && code <= 0x206F) || (code >= 0x3000 && code <= 0x303F && code != 0x3007))
        return false;
    return !(code >= 0xFE30 && code <= 0xFE6F) && !(code >= 0xFF5F && code <= 0xFF65);
}

/* Next counted code point of s, folded; false at the end. */
static bool next_point(struct str s, size_t *at, uint32_t *ret_code)
{
    uint32_t code;
    while (*at < s.n) {
        if (!utf8_decode(s, at, &code)) {
            (*at)++;
            continue;
        }
        code = text_fold_code(code);
        if (code >= 'A' && code <= 'Z')
            code += 'a' - 'A';
        if (is_counted(code)) {
            *ret_code = code;
            return true;
        }
    }
    return false;
}

/* Finaliser of SplitMix64 (Steele, Lea, Flood 2014): part of the stored format, never change it. */
static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15ULL;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ x >> 27) * 0x94D049BB133111EBULL;
    return x ^ x >> 31;
}

void text_minhash(struct str s, uint32_t sig[MINHASH_SIZE])
{
    for (int i = 0; i < MINHASH_SIZE; i++)
        sig[i] = UINT32_MAX;
    size_t at = 0;
    uint32_t before, code;
    if (!next_point(s, &at, &before))
        return;
    for (; next_point(s, &at, &code); before = code) {
        uint64_t pair = mix((uint64_t)before << 32 | code);
        for (uint64_t i = 0; i < MINHASH_SIZE; i++) {
            /* UINT32_MAX is kept for "no pairs" */
            uint32_t hash = (uint32_t)(mix(pair ^ i * 0xD6E8FEB86659FD93ULL) >> 32);
            if (hash == UINT32_MAX)
                hash--;
            if (hash < sig[i])
                sig[i] = hash;
        }
    }
}

int minhash_similarity(const uint32_t a[MINHASH_SIZE], const uint32_t b[MINHASH_SIZE])
{
    int same = 0;
    for (int i = 0; i < MINHASH_SIZE; i++)
        same += a[i] == b[i] && a[i] != UINT32_MAX;
    return same * SIMILARITY_MAX_BP / MINHASH_SIZE;
}

static int64_t band_key(const uint32_t sig[MINHASH_SIZE], int band, int rows)
{
    uint64_t key = (uint64_t)band;
    for (int i = 0; i < rows; i++)
        key = mix(key ^ sig[band * rows + i]);
    return (int64_t)(key >> 1); /* never negative: it is stored and shown as a number */
}

int64_t minhash_band(const uint32_t sig[MINHASH_SIZE], int band)
{
    assert(band >= 0 && band < MINHASH_BANDS);
    return band_key(sig, band, MINHASH_SIZE / MINHASH_BANDS);
}

int64_t minhash_wide_band(const uint32_t sig[MINHASH_SIZE], int band)
{
    assert(band >= 0 && band < MINHASH_WIDE_BANDS);
    return band_key(sig, band, MINHASH_SIZE / MINHASH_WIDE_BANDS);
}

struct str minhash_format(const uint32_t sig[MINHASH_SIZE], char text[MINHASH_TEXT_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < MINHASH_SIZE; i++)
        for (int k = 0; k < 8; k++)
            text[i * 8 + k] = digits[sig[i] >> (28 - 4 * k) & 15];
    text[MINHASH_TEXT_BYTES] = '\0';
    return (struct str){text, MINHASH_TEXT_BYTES};
}

bool minhash_parse(struct str text, uint32_t ret_sig[MINHASH_SIZE])
{
    if (text.n != MINHASH_TEXT_BYTES)
        return false;
    uint32_t sig[MINHASH_SIZE] = {0};
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a' + 10);
        else
            return false;
        sig[i / 8] = sig[i / 8] << 4 | digit;
    }
    for (int i = 0; i < MINHASH_SIZE; i++)
        ret_sig[i] = sig[i];
    return true;
}

static int compare_pairs(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The sorted set of pairs of s. */
static enum rc pairs_of(struct arena *arena, struct str s, uint64_t **ret, size_t *ret_n)
{
    uint64_t *pairs = ARENA_NEW_ARRAY(arena, uint64_t, utf8_count(s) + 1);
    if (!pairs)
        return arena_rc(arena);
    size_t n = 0, at = 0;
    uint32_t before, code;
    if (next_point(s, &at, &before))
        for (; next_point(s, &at, &code); before = code)
            pairs[n++] = (uint64_t)before << 32 | code;
    qsort(pairs, n, sizeof *pairs, compare_pairs);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || pairs[i] != pairs[kept - 1])
            pairs[kept++] = pairs[i];
    *ret = pairs;
    *ret_n = kept;
    return RC_OK;
}

enum rc similarity_dice(struct arena *arena, struct str a, struct str b, int *ret_bp)
{
    uint64_t *x, *y;
    size_t x_n, y_n, i = 0, k = 0, same = 0;
    TRY(pairs_of(arena, a, &x, &x_n));
    TRY(pairs_of(arena, b, &y, &y_n));
    while (i < x_n && k < y_n) {
        if (x[i] == y[k])
            same++, i++, k++;
        else if (x[i] < y[k])
            i++;
        else
            k++;
    }
    *ret_bp = x_n + y_n == 0 ? SIMILARITY_MAX_BP : (int)(same * 2 * SIMILARITY_MAX_BP / (x_n + y_n));
    return RC_OK;
}
