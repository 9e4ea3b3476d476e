/* csv_write.h: rows as CSV and as JSON lines, appended to a buffer that the caller sends on.
 *
 * CSV: UTF-8 with a byte order mark (Excel needs it), CRLF, quotes where needed.  A text that a
 * spreadsheet would run as a formula (first character = + - @, tab or CR, also in full width) gets an apostrophe
 * before it; numbers and dates do not.  Source: RFC 4180; OWASP CSV injection.
 */
#ifndef BIHUAN_PUBLISH_CSV_WRITE_H
#define BIHUAN_PUBLISH_CSV_WRITE_H

#include "base/buf.h"
#include "base/value.h"
#include "publish/xlsx_write.h"

/* Byte order mark and the titles. */
void csv_write_head(struct buf *out, const struct xlsx_column *columns, size_t column_count);
/* One row; cells are typed by their columns: money "1234.50", date "2024-07-08", percentage "12.34%". */
void csv_write_row(struct buf *out, const struct xlsx_column *columns, const struct xlsx_cell *cells,
                   size_t column_count);
/* One text field, guarded and quoted as needed, without separator. */
void csv_write_text(struct buf *out, struct str s);
/* One JSON line. */
void jsonl_write(struct buf *out, const struct value *v);

#endif
