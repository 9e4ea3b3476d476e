/* base64.c: see base64.h. */
#include "text/base64.h"

void base64_write(struct buf *out, struct str bytes, size_t line_bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t column = 0;
    for (size_t i = 0; i < bytes.n; i += 3) {
        uint32_t n = (uint32_t)(unsigned char)bytes.p[i] << 16;
        if (i + 1 < bytes.n)
            n |= (uint32_t)(unsigned char)bytes.p[i + 1] << 8;
        if (i + 2 < bytes.n)
            n |= (uint32_t)(unsigned char)bytes.p[i + 2];
        char four[4] = {digits[n >> 18], digits[n >> 12 & 63], i + 1 < bytes.n ? digits[n >> 6 & 63] : '=',
                        i + 2 < bytes.n ? digits[n & 63] : '='};
        if (line_bytes && column + sizeof four > line_bytes) {
            buf_add_cstr(out, "\r\n");
            column = 0;
        }
        buf_add_bytes(out, four, sizeof four);
        column += sizeof four;
    }
    if (line_bytes)
        buf_add_cstr(out, "\r\n");
}
