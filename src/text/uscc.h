/* uscc.h: unified social credit code.  Source: GB 32100-2015, 5 (composition) and annex A (check character). */
#ifndef BIHUAN_TEXT_USCC_H
#define BIHUAN_TEXT_USCC_H

#include <stdbool.h>

#include "base/str.h"

/* 18 characters of the code's alphabet with the right check character. */
bool uscc_is_valid(struct str code);

#endif
