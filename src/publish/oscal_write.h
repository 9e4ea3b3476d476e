/* oscal_write.h: a snapshot of a source as an OSCAL plan of action and milestones (NIST, JSON form), for programs of
 * auditors.
 *
 * A finding is a POA&M item with a risk (facts, causes, deadline, open or closed), its measures are remediations, its
 * tasks milestones, its evidence observations.  Identifiers follow from what they name: the same snapshot gives the
 * same bytes.
 */
#ifndef BIHUAN_PUBLISH_OSCAL_WRITE_H
#define BIHUAN_PUBLISH_OSCAL_WRITE_H

#include "publish/paper_data.h"

/* Of PAPER_OF_SOURCE.  RC_TOO_LARGE at out's ceiling, RC_NOMEM. */
enum rc oscal_write(struct ctx *ctx, const struct paper_snapshot *snapshot, struct buf *out) MUST_CHECK;

#endif
