/* counted.h: figures of running text that count something: "16" or its Chinese numeral with a counting word, money,
 * rates.
 *
 * What only looks like one is passed over: ordinals, dates and terms, numbering, "one" as an article, set phrases of
 * documents (data of this file), a Chinese numeral that opens a quotation, whatever stands between the marks of a
 * title.  Any thread.
 */
#ifndef BIHUAN_TEXT_COUNTED_H
#define BIHUAN_TEXT_COUNTED_H

#include "base/str.h"
#include "base/value.h"

enum counted_kind { COUNTED_NUMBER, COUNTED_MONEY, COUNTED_PERCENT };

struct counted {
    enum counted_kind kind;
    size_t from, to;  /* byte range, counting word included */
    int64_t value;    /* the digits as written, without the point */
    int decimals;     /* how many of them stand behind it */
    int64_t unit_fen; /* MONEY: fen of one unit as written */
    bool is_han;      /* written in Chinese numerals */
};

/* The next one from byte *at on, which moves behind it; false when there is no more. */
bool counted_next(struct str text, size_t *at, struct counted *ret);
/* Whether a figure of the map says the same at the precision as written: a number one of the integers, money one of
 * those whose name ends in _fen, a rate one ending in _bp or the ratio of a figure NAME_x to the figure NAME. */
bool counted_is_known(const struct value *figures, const struct counted *counted);
/* Whether it counts what a register holds: the noun behind it is a finding, a measure or a task. */
bool counted_is_of_register(struct str text, const struct counted *counted);

#endif
