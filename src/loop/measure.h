/* measure.h: measures: what will be done about a finding, against which cause, by whom, until when. */
#ifndef BIHUAN_LOOP_MEASURE_H
#define BIHUAN_LOOP_MEASURE_H

#include "loop/lifecycle.h"

extern const struct command command_measure_plan;
extern const struct command command_measure_change;
extern const struct command command_measure_complete; /* all its tasks are done */
extern const struct command command_measure_verify;   /* somebody else has looked: it is so */
extern const struct command command_measure_reopen;
extern const struct command command_measure_drop;
extern const struct command command_measure_serve; /* it helps a further finding too */
extern const struct command command_measure_unserve;
extern const struct command command_measure_expect; /* a piece of evidence that must exist in the end */
extern const struct command command_measure_waive;  /* is not needed after all */

#define MEASURE_KINDS "correct|recover|rules|organise|special|reform|train"
#define EVIDENCE_CLASSES "rule|minutes|voucher|photo|screenshot|third_party|other"

/* Adds a measure to a finding; unit and label are the finding's (for the search index). */
enum rc measure_register(struct command_call *call, int64_t chain, int64_t finding_id, int64_t no, int64_t unit_id,
                         int64_t label, const struct value *measure, int64_t *ret_id) MUST_CHECK;
/* A measure with its finding's unit, label, source and number, under the source's chain.  RC_NOT_FOUND; permission is
 * the caller's. */
enum rc measure_read_locked(struct command_call *call, int64_t id, struct value **ret_row) MUST_CHECK;
/* The first line of a measure's text, cut to what a title may have; borrowed. */
struct str measure_title(struct str text);

#endif
