/* closing.h: how a finding's cycle ends, and how the next one begins.
 *
 * closed: completed; kept: basically completed and kept up for the long term; ended: not completed, with a record of
 * who accepts what is left.  What is closed or ended is never changed (record/frozen.h); recurrence or a failed
 * look-back opens the next cycle.
 */
#ifndef BIHUAN_LOOP_CLOSING_H
#define BIHUAN_LOOP_CLOSING_H

#include "loop/review.h"

extern const struct command command_finding_submit;         /* asks that the finding be closed as completed */
extern const struct command command_finding_keep;           /* as basically completed, kept up for the long term */
extern const struct command command_finding_end;            /* as not completed, with an acceptance record */
extern const struct command command_finding_propose_reopen; /* the office proposes the next cycle */
extern const struct command command_finding_to_long_term; /* asks for the second clock; decided by the leading group */
extern const struct command command_measure_to_long_term;
extern const struct command command_task_to_long_term;

/* Ends of cases, see data/review_purposes.def. */
enum rc closing_review_begun(struct command_call *call, const struct value *review) MUST_CHECK;
enum rc closing_review_ended(struct command_call *call, const struct value *review, const char *outcome) MUST_CHECK;
enum rc reopen_review_ended(struct command_call *call, const struct value *review, const char *outcome) MUST_CHECK;
enum rc long_term_review_ended(struct command_call *call, const struct value *review, const char *outcome) MUST_CHECK;

/* Proposes the next cycle of a finding; row under its chain's lock.  basis: recurrence or look_back; due: of the new
 * cycle. */
enum rc reopen_propose(struct command_call *call, const struct value *finding, const char *basis, struct str reason,
                       struct str due, int64_t *ret_review) MUST_CHECK;

/* certificate.c: issues the numbered certificate of a case that was approved.  asked: of the case. */
enum rc certificate_issue(struct command_call *call, const struct value *review, const struct value *finding,
                          const struct value *asked, bool is_on_time, struct str *ret_no) MUST_CHECK;

/* Whether a phase may be changed without a case: RC_GUARD when something under way would be made long-term. */
enum rc long_term_check(struct command_call *call, const struct value *finding, struct str from,
                        struct str to) MUST_CHECK;

#endif
