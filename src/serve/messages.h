/* messages.h: the texts people read, by key and language.
 *
 * Owns data/messages/{zh,en}.po, compiled into the program as one hashed
 * table.  Placeholders are {0}..{9}; "{{" is not special.  A key "KEY|one" holds
 * the singular of an English text and is taken when argument {0} is "1".
 * Immutable but for message_add_name; any thread.
 */
#ifndef BIHUAN_SERVE_MESSAGES_H
#define BIHUAN_SERVE_MESSAGES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "base/str.h"

enum lang { LANG_ZH, LANG_EN, LANG_COUNT };

/* "zh-CN" or "en", as in the lang attribute of a page. */
const char *lang_tag(enum lang lang);
/* Language of a tag, a cookie value or an Accept-Language header; otherwise when none is ours. */
enum lang lang_parse(struct str text, enum lang otherwise);

/* Text of key, NUL-terminated, static; p is NULL when there is no such key. */
struct str message_find(enum lang lang, struct str key);
/* As message_find, with the signature of struct mustache_constants.find for names "t.KEY"; arg is not used. */
bool message_find_constant(void *arg, int variant, struct str name, struct str *ret_text);
/* Text of key with its placeholders filled, in the arena.  The key itself when there is no such message, so
 * that a missing text is seen and nothing is lost; a placeholder without an argument stays as it is. */
struct str message_format(struct arena *arena, enum lang lang, struct str key, const struct str *args, int arg_count);
/* As message_format, appended to out. */
void message_write(struct buf *out, enum lang lang, struct str key, const struct str *args, int arg_count);
/* One detail of a failure as a sentence: its own message, or the message of its code.  Choices are named by their
 * words; coded: by what a program has to send. */
struct str message_of_issue(struct arena *arena, enum lang lang, const struct ctx_issue *issue);
struct str message_of_issue_coded(struct arena *arena, enum lang lang, const struct ctx_issue *issue);
/* The message of a code, without arguments. */
struct str message_of_rc(enum lang lang, enum rc rc);

/* Names that come from a setting, the same in every language: found where the table has none.  At the start, before
 * there are threads; key and text are borrowed until they are forgotten. */
void message_add_name(struct str key, struct str text);
void message_forget_names(void);

/* All keys in byte order, for tests: key number i, or the empty slice when i is past the end. */
struct str message_key_at(size_t i);

#endif
