/* uscc.c: check character modulo 31 with weights 3^i; see uscc.h. */
#include "text/uscc.h"

#include <string.h>

bool uscc_is_valid(struct str code)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if (code.n != 18)
        return false;
    int sum = 0, weight = 1, value = 0;
    for (size_t i = 0; i < code.n; i++) {
        const char *at = code.p[i] ? strchr(alphabet, code.p[i]) : NULL;
        if (!at)
            return false;
        value = (int)(at - alphabet);
        if (i < 17) {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
    }
    return value == (31 - sum % 31) % 31;
}
