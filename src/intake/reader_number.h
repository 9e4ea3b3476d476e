/* reader_number.h: the figures of spreadsheets as exact decimal text; no floating point. */
#ifndef BIHUAN_INTAKE_READER_NUMBER_H
#define BIHUAN_INTAKE_READER_NUMBER_H

#include "intake/reader_work.h"

/* Writes a stored number ("0.92900000000000005", "4.118E3") as plain decimal text, shifted by shift decimal places
 * (2: a percentage).  Fraction digits beyond the fifteenth significant digit are the noise of binary storage and are
 * rounded away; integer digits never.  false when s is no number or absurdly long. */
bool number_format(struct buf *out, struct str s, int shift);
/* A date serial as "2024-07-08", "2024-07-08 09:30:00" or (below one day) "09:30:00"; false when out of range. */
bool number_format_date(struct buf *out, struct str s, bool is_1904);
/* Does a number format show dates or times; is it a percentage? */
bool number_is_date_format(struct str code);
bool number_is_percent_format(struct str code);

#endif
