/* normalize.h: from the raw text of a document to clean text, with the way back.
 *
 * Two passes in this order: pinyin residue is stripped by its shape (a Chinese character, "(", one lower-case pinyin
 * syllable with or without tone mark, or several with tone marks for the characters round the bracket, ")"), then
 * traditional characters become simplified (OpenCC's dictionaries t2s, text/t2s.h). Real brackets stay.  Width folding
 * is a third pass for matching only. Every result carries a map to the offsets of its input.  Any thread.
 */
#ifndef BIHUAN_TEXT_NORMALIZE_H
#define BIHUAN_TEXT_NORMALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

struct cleaned {
    struct str text;
    /* text.n + 1 entries: byte i of text comes from the raw text at raw_offset[i]; never falling.  The last entry
     * is the raw length.  Bytes inside a code point map to the start of its raw character. */
    uint32_t *raw_offset;
    size_t mark_count;      /* pinyin marks removed */
    size_t mark_han_count;  /* distinct characters that carried one */
    size_t converted_count; /* characters that the conversion to simplified changed */
};

/* Clean text of raw, in the arena.  raw is clean UTF-8 of at most UINT32_MAX bytes.
 * RC_TOO_LARGE, RC_NOMEM; RC_BAD_ENCODING when raw is not UTF-8. */
enum rc text_clean(struct arena *arena, struct str raw, struct cleaned *ret) MUST_CHECK;
/* Only the first pass. */
enum rc text_strip_pinyin(struct arena *arena, struct str raw, struct cleaned *ret) MUST_CHECK;
/* Only the second pass, without the map. */
enum rc text_simplify(struct arena *arena, struct str s, struct str *ret_text) MUST_CHECK;
/* Full-width digits, letters, brackets and punctuation as half-width, ideographic space as space; the Chinese full
 * stop and comma-like marks stay (only U+FF01..U+FF5E and U+3000 change).  raw_offset refers to s. */
enum rc text_fold_width(struct arena *arena, struct str s, struct cleaned *ret) MUST_CHECK;
/* Code point with its width folded. */
uint32_t text_fold_code(uint32_t code);
/* Raw range of the clean range [from, to), both on code point boundaries, from <= to <= text.n.  A mark behind the last
 * character of a range belongs to the range. */
void cleaned_raw_range(const struct cleaned *cleaned, size_t from, size_t to, size_t *ret_from, size_t *ret_to);

#endif
