/* collate.h: what needs ICU: canonical composition (NFC), pinyin order, romanisation.
 *
 * Sort keys are stored.  They are lower-case hex of ICU's pinyin collation key, so that plain byte order is
 * pinyin order in SQLite and, with COLLATE "C", in PostgreSQL.  Keys made by different ICU versions do not
 * mix: text_sort_version names the version to store beside them and rebuild when it changes.
 * Any thread.
 */
#ifndef BIHUAN_TEXT_COLLATE_H
#define BIHUAN_TEXT_COLLATE_H

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

/* s in normalisation form C, in the arena (s itself when it is composed already); s is UTF-8.
 * RC_TOO_LARGE, RC_NOMEM; RC_BAD_ENCODING when s is not UTF-8. */
enum rc text_nfc(struct arena *arena, struct str s, struct str *ret_nfc) MUST_CHECK;
/* Sort key of s; the empty text has the empty key. */
enum rc text_sort_key(struct arena *arena, struct str s, struct str *ret_key) MUST_CHECK;
/* Version of the collation, such as "153.120"; static. */
struct str text_sort_version(void);
/* Romanised text for finding people: lower-case ASCII letters and digits of the full pinyin without tones, a
 * space, and the initials: "wangxiaoming wxm".  A name with u-diaeresis follows a second time with v for it.  Empty
 * when s has no letters; RC_TOO_LARGE for names over 4096 bytes. */
enum rc text_pinyin(struct arena *arena, struct str s, struct str *ret_pinyin) MUST_CHECK;

#endif
