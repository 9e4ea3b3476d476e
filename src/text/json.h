/* json.h: JSON text into the value tree.  The other way is value_write_json (base/value.h).
 *
 * Integers become int64.  Numbers with a fraction or exponent are refused: figures travel in their smallest unit or as
 * text.  Texts and keys pass the check of text/utf8.h.  Any thread.
 */
#ifndef BIHUAN_TEXT_JSON_H
#define BIHUAN_TEXT_JSON_H

#include "base/ctx.h"
#include "base/rc.h"
#include "base/str.h"
#include "base/value.h"

enum { JSON_DEPTH_MAX = 64 };

/* Tree of text in ctx's arena; the result owns copies of all text.
 * RC_INVALID with key error.json_syntax {0} line {1} column, error.json_real, error.json_depth or error.json_duplicate;
 * RC_BAD_ENCODING; RC_TOO_LARGE, RC_NOMEM.  Source: RFC 8259; duplicate keys are refused. */
enum rc json_parse(struct ctx *ctx, struct str text, struct value **ret) MUST_CHECK;

#endif
