/* ics_write.h: calendars for other programs (RFC 5545): all-day events, lines folded at 75 octets between characters.
 */
#ifndef BIHUAN_PUBLISH_ICS_WRITE_H
#define BIHUAN_PUBLISH_ICS_WRITE_H

#include "base/buf.h"

void ics_begin(struct buf *out, struct str name);
/* uid: the same for the same thing at every fetch; day: number of base/clock.h; stamp_ms: when it was last changed. */
void ics_add_day(struct buf *out, struct str uid, int32_t day, int64_t stamp_ms, struct str summary);
void ics_end(struct buf *out);

#endif
