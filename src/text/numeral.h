/* numeral.h: Chinese and Arabic numerals, read and written.
 *
 * Reads: Arabic digits of both widths; Chinese numerals with their units below 10^16 (ten, hundred, thousand,
 * 10^4, 10^8), both zeros, "two" in its second form, the capital forms of cheques; runs of bare Chinese digits
 * as positions (a year).  A numeral that is out of order ("hundred thousand ten thousand hundred") ends where it
 * stops making sense.  Any thread.
 */
#ifndef BIHUAN_TEXT_NUMERAL_H
#define BIHUAN_TEXT_NUMERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* The longest numeral at byte `at` of s: its bytes, 0 when there is none; *ret_value only when found. */
size_t numeral_scan_han(struct str s, size_t at, int64_t *ret_value);
size_t numeral_scan_digits(struct str s, size_t at, int64_t *ret_value); /* 0 also when over int64 */
/* Circled and bracketed numbers as one character: U+2460.. U+2473, U+2474.. U+249B, U+3220.. U+3229. */
size_t numeral_scan_circled(struct str s, size_t at, int64_t *ret_value);
/* Han or digits. */
size_t numeral_scan(struct str s, size_t at, int64_t *ret_value);
/* The ordinal prefix (U+7B2C) and a numeral. */
size_t numeral_scan_ordinal(struct str s, size_t at, int64_t *ret_value);
/* The whole of s is one numeral of either script, with or without the ordinal prefix. */
bool numeral_parse(struct str s, int64_t *ret_value);
/* Value 0..9 of a digit character: ASCII, full width, Chinese, capital; -1 for others. */
int numeral_digit(uint32_t code);
/* Whether a digit or Chinese numeral may begin with code; false settles it at once. */
bool numeral_may_begin(uint32_t code);
/* Chinese numeral of n as in headings (10 is "ten", 12 "ten two"); in the arena; negative n gets the word for minus. */
struct str numeral_format(struct arena *arena, int64_t n);

#endif
