/* amount.h: finds money, counts and percentages in running text; exact, in int64.
 *
 * Works on clean text.  Reads Arabic digits of both widths, with thousands separators and decimals, and the
 * multipliers for 10^2, 10^3, 10^4 and 10^8.  Money becomes fen, percentages basis points, counts a scaled integer.
 * No floating point.  Any thread.
 */
#ifndef BIHUAN_TEXT_AMOUNT_H
#define BIHUAN_TEXT_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

enum amount_kind { AMOUNT_MONEY, AMOUNT_COUNT, AMOUNT_PERCENT };

enum amount_approx {
    AMOUNT_EXACT,
    AMOUNT_NEARLY, /* somewhat less than stated */
    AMOUNT_ABOUT,  /* either side */
    AMOUNT_OVER    /* at least as stated */
};

struct found_amount {
    enum amount_kind kind;
    enum amount_approx approx;
    size_t from, to;               /* byte range, with the words of approximation */
    size_t number_from, number_to; /* byte range of the figure alone */
    int64_t value;                 /* MONEY fen, PERCENT basis points, COUNT value * 10^decimals */
    int decimals;                  /* COUNT: 0..9 after trailing zeros are dropped; else 0 */
    struct str unit;               /* COUNT: the measure word, in the text; MONEY: the unit as written */
    bool is_rounded;               /* stated finer than a fen or a basis point, rounded half up */
};

struct found_amounts {
    struct found_amount *p;
    size_t n;
};

/* All amounts of text in reading order, not overlapping; in the arena.  A figure over int64 is left out.
 * RC_TOO_LARGE, RC_NOMEM, RC_BAD_ENCODING. */
enum rc amounts_find(struct arena *arena, struct str text, struct found_amounts *ret) MUST_CHECK;
/* A table cell or form field: decimal text ("18,742.56", "-3", full width too) times unit (fen of one unit: 100 for
 * yuan, 1000000 for ten thousand yuan, 1 for counts).  False when malformed, not exact or over int64. */
bool amount_parse_scaled(struct str s, int64_t unit, int64_t *ret_value);
/* The fen of one unit that a table heading names (yuan, 10^3, 10^4, 10^6, 10^8 yuan) anywhere in s; false when none. */
bool amount_parse_unit(struct str s, int64_t *ret_unit_fen);
/* Decimal text of value / 10^decimals with thousands separators: 1874256 with 2 is "18,742.56"; in the arena. */
struct str amount_format(struct arena *arena, int64_t value, int decimals);

#endif
