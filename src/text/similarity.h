/* similarity.h: how alike two texts are, 0..10000 basis points, over pairs of neighbouring characters.
 *
 * Pairs are taken from the text with widths folded, ASCII lower-cased, spaces and punctuation left out.  Signatures
 * are stored, so the hash functions never change.  No memory, except for similarity_dice.  Any thread.
 */
#ifndef BIHUAN_TEXT_SIMILARITY_H
#define BIHUAN_TEXT_SIMILARITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

enum {
    MINHASH_SIZE = 64,
    MINHASH_BANDS = 16,
    MINHASH_WIDE_BANDS = 8,
    SIMILARITY_MAX_BP = 10000,
    MINHASH_TEXT_BYTES = MINHASH_SIZE * 8
};

/* Dice coefficient of the two sets of pairs, exact.  Two texts without any pair count as alike. */
enum rc similarity_dice(struct arena *arena, struct str a, struct str b, int *ret_bp) MUST_CHECK;
/* MinHash signature of s; all UINT32_MAX when s has no pairs. */
void text_minhash(struct str s, uint32_t sig[MINHASH_SIZE]);
/* Estimated Jaccard coefficient; 0 when either text had no pairs. */
int minhash_similarity(const uint32_t a[MINHASH_SIZE], const uint32_t b[MINHASH_SIZE]);
/* Key of band 0..MINHASH_BANDS-1 (four values each): texts that share a key of the same band are candidates.  At
 * Jaccard 0.5 a pair shares one of 16 with 64 %, at 0.7 with 99 %. */
int64_t minhash_band(const uint32_t sig[MINHASH_SIZE], int band);
/* The same of eight values, 0..MINHASH_WIDE_BANDS-1, for texts that are nearly the same among millions that are not: at
 * Jaccard 0.85 a pair shares one of 8 with 92 %, at 0.9 with 99 %, at 0.3 with 0.05 %. */
int64_t minhash_wide_band(const uint32_t sig[MINHASH_SIZE], int band);
/* Signature as hex text to store, and back; false when text is not a signature. */
struct str minhash_format(const uint32_t sig[MINHASH_SIZE], char text[MINHASH_TEXT_BYTES + 1]);
bool minhash_parse(struct str text, uint32_t ret_sig[MINHASH_SIZE]);

#endif
