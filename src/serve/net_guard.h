/* net_guard.h: which addresses the program may call on somebody's word.
 *
 * Threat: whoever may enter the address of a robot makes the server call it from inside: a database, a router, the
 * cloud's metadata.  Defence: only addresses of the public Internet, asked again at the moment of connecting, when the
 * name has become a number (post.c); a setting opens private ones for houses whose robots live there.
 */
#ifndef BIHUAN_SERVE_NET_GUARD_H
#define BIHUAN_SERVE_NET_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

/* Whether an address belongs to the public Internet: none of the special ranges of RFC 6890, also not wrapped into IPv6
 * (mapped, NAT64, 6to4, Teredo). */
bool net_guard_is_public(const struct sockaddr *address);

#endif
