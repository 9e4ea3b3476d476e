/* t2s.h: traditional to simplified by OpenCC's dictionaries, which the build turns into tables.
 *
 * The same result as OpenCC's t2s (a test compares them) but for one character (text/normalize.c, zhu_or_zhe): from
 * left to right the longest phrase, else the character. Asked by tables because most characters stay as they are and
 * OpenCC looks each one up in two tries.  Inside src/text only.
 */
#ifndef BIHUAN_TEXT_T2S_H
#define BIHUAN_TEXT_T2S_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct t2s_phrase {
    size_t n; /* code points of either side */
    const uint32_t *from, *to;
};

enum { T2S_CODES = 0x40000 };

/* Made by tools/t2s_table.c.  An entry is the simplified code point, 0 when the character stays; its top bit says that
 * phrases begin with the character.  Phrases are sorted by first character, longer ones first. */
extern const uint32_t t2s_blocks[][256];
extern const uint8_t t2s_index[T2S_CODES / 256];
extern const struct t2s_phrase t2s_phrases[];
extern const size_t t2s_phrase_count;

/* Entry of a code point; 0: nothing to do. */
static inline uint32_t t2s_entry(uint32_t code)
{
    return code < T2S_CODES ? t2s_blocks[t2s_index[code >> 8]][code & 0xFF] : 0;
}
static inline uint32_t t2s_entry_code(uint32_t entry) { return entry & 0x7FFFFFFF; }
static inline bool t2s_entry_has_phrases(uint32_t entry) { return entry >> 31; }

#endif
