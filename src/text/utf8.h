/* utf8.h: UTF-8 by code point, and the check that text must pass at every boundary.
 *
 * Text that has passed utf8_check is valid UTF-8 without NUL, without C0 and C1
 * controls but tab, line feed and carriage return, without bidirectional
 * controls, byte order marks and noncharacters.  No locale, no global state; any thread.
 */
#ifndef BIHUAN_TEXT_UTF8_H
#define BIHUAN_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/rc.h"
#include "base/str.h"

enum utf8_fault { UTF8_FAULT_NONE, UTF8_FAULT_BYTES, UTF8_FAULT_CONTROL, UTF8_FAULT_BIDI };

enum { UTF8_MAX_BYTES = 4 };

/* Takes the code point at byte *at and moves *at behind it; false at the end and at an invalid sequence
 * (overlong, surrogate, over U+10FFFF, cut), *at then stays. */
bool utf8_decode(struct str s, size_t *at, uint32_t *ret_code);
/* Writes code into text and returns its bytes, 1..4; 0 when code is no Unicode scalar value. */
size_t utf8_encode(uint32_t code, char text[UTF8_MAX_BYTES]);
/* First fault of s as boundary text and its byte offset (ret_at may be NULL); UTF8_FAULT_NONE when clean. */
enum utf8_fault utf8_find_fault(struct str s, size_t *ret_at);
bool utf8_is_clean(struct str s);
/* RC_BAD_ENCODING with field and byte offset {0} on ctx when s is not clean; field may be "" (not NULL). */
enum rc utf8_check(struct ctx *ctx, struct str s, const char *field) MUST_CHECK;
/* Code points of s; an invalid byte counts as one. */
size_t utf8_count(struct str s);
/* Longest prefix of s with at most max_bytes bytes that splits no code point. */
struct str utf8_cut_bytes(struct str s, size_t max_bytes);
/* Prefix of at most max_count code points. */
struct str utf8_cut_count(struct str s, size_t max_count);
/* A Chinese character: unified ideographs with all extensions, compatibility ideographs, U+3007 (the zero). */
bool utf8_is_han(uint32_t code);
/* Columns on a terminal: 2 for wide and full-width code points, 0 for combining marks, else 1. */
int utf8_code_width(uint32_t code);
size_t utf8_width(struct str s);

#endif
