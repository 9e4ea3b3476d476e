/* reader_charset.h: bytes of unknown encoding to UTF-8; the only file that knows uchardet and iconv. */
#ifndef BIHUAN_INTAKE_READER_CHARSET_H
#define BIHUAN_INTAKE_READER_CHARSET_H

#include "intake/reader_work.h"

/* Decodes bytes.  declared is the name a meta element or mail header gave, or empty; it is believed only when the
 * bytes bear it out.  *ret_text (scratch or the bytes themselves) is well-formed UTF-8; *ret_name a literal.
 * RC_BAD_ENCODING when no reading makes sense. */
enum rc charset_decode(struct reader *reader, struct str bytes, struct str declared, struct str *ret_text,
                       struct str *ret_name) MUST_CHECK;
/* Short bytes that are GB18030 from end to end, in scratch; false when they are not. */
bool charset_decode_gbk(struct reader *reader, struct str bytes, struct str *ret_text);
/* Opens every converter once, so that none needs a file when the sandbox is closed. */
void charset_warm_up(void);

#endif
