/* base64.h: bytes as Base64 text, RFC 4648 section 4. */
#ifndef BIHUAN_TEXT_BASE64_H
#define BIHUAN_TEXT_BASE64_H

#include "base/buf.h"

/* With padding; a line_bytes over 0 puts CR LF after so many characters and at the end (RFC 2045: at most 76). */
void base64_write(struct buf *out, struct str bytes, size_t line_bytes);

#endif
