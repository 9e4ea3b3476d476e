/* net_guard.c: see net_guard.h.  Source: RFC 6890 and the IANA registries of special-purpose addresses. */
#include "serve/net_guard.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static bool is_public_4(const uint8_t a[4])
{
    static const struct {
        uint8_t net[4];
        int bits;
    } special[] = {{{0}, 8},
                   {{10}, 8},
                   {{100, 64}, 10},
                   {{127}, 8},
                   {{169, 254}, 16},
                   {{172, 16}, 12},
                   {{192, 0, 0}, 24},
                   {{192, 0, 2}, 24},
                   {{192, 88, 99}, 24},
                   {{192, 168}, 16},
                   {{198, 18}, 15},
                   {{198, 51, 100}, 24},
                   {{203, 0, 113}, 24},
                   {{224}, 3}}; /* multicast, reserved, broadcast */
    uint32_t n = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        const uint8_t *b = special[i].net;
        uint32_t net = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
        if ((n ^ net) >> (32 - special[i].bits) == 0)
            return false;
    }
    return true;
}

static bool is_public_6(const uint8_t a[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    if (memcmp(a, mapped, sizeof mapped) == 0 || memcmp(a, nat64, sizeof nat64) == 0)
        return is_public_4(a + 12);
    if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
        return is_public_4(a + 2);
    bool is_special_2001 = a[0] == 0x20 && a[1] == 0x01 && (a[2] < 0x02 || (a[2] == 0x0d && a[3] == 0xb8));
    bool is_documentation = a[0] == 0x3f && a[1] == 0xff && a[2] < 0x10;
    return (a[0] & 0xe0) == 0x20 && !is_special_2001 && !is_documentation; /* 2000::/3 is all there is */
}

bool net_guard_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        uint8_t bytes[4];
        memcpy(&in, address, sizeof in);
        memcpy(bytes, &in.sin_addr, sizeof bytes);
        return is_public_4(bytes);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        return is_public_6(in.sin6_addr.s6_addr);
    }
    return false;
}
