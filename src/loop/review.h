/* review.h: signed opinions in an agreed chain.
 *
 * A chain of review is versioned data: steps in order, each with who signs, how many of them, and a limit in working
 * days. A case is one subject on its way through one version of a chain; what follows from its end is told by its
 * purpose (data/review_purposes.def).  Nobody signs what they handled or asked for, nor two steps; a delegation hides
 * nobody.
 */
#ifndef BIHUAN_LOOP_REVIEW_H
#define BIHUAN_LOOP_REVIEW_H

#include "loop/lifecycle.h"

enum { REVIEW_STEPS_MAX = 8, REVIEW_SIGNERS_MAX = 6, REVIEW_SLOTS_MAX = WAITS_MAX };

extern const struct command command_review_chain_set;    /* a new chain, or the next version of one */
extern const struct command command_review_chain_retire; /* no new cases; running ones go on */
extern const struct command command_review_claim;
extern const struct command command_review_release;
extern const struct command command_review_approve;
extern const struct command command_review_return;
extern const struct command command_review_reject;
extern const struct command command_review_withdraw; /* by the side that asked */

/* ---- chains (review_chain.c) ---- */

/* The version of the chain that holds for a finding and a purpose; when the database has none at all for the purpose
 * the program's own is set up by an event of the program.  finding: row with unit_id, source_id.  The organisation's
 * chain must be locked. */
enum rc review_chain_choose(struct command_call *call, const char *purpose, const struct value *finding,
                            int64_t *ret_chain_id) MUST_CHECK;
/* Steps of a version: {n, title, mode, threshold, limit_days, signers: [{kind, ref, ref_id, label}]}. */
enum rc review_chain_read(struct command_call *call, int64_t chain_id, struct value **ret_steps) MUST_CHECK;
/* Who may sign a step of a case about a subject, as slots {slot_n, actor_kind, actor_id, slot_label}. */
enum rc review_chain_slots(struct command_call *call, const struct value *step, const char *subject_kind,
                           int64_t subject_id, const struct value *finding, struct value **ret_slots) MUST_CHECK;

/* ---- cases (review.c) ---- */

struct review_request {
    const char *purpose;      /* of data/review_purposes.def */
    const char *subject_kind; /* finding measure task */
    int64_t subject_id;
    const struct value *finding; /* its row, under its chain's lock */
    struct str no, title;        /* of the subject */
    const struct value *asked;   /* a map: what the purpose's end needs to know */
    struct str opinion;          /* of who asks; stands as the signature of a step `self` */
    struct str pledge, pledge_by;
};

/* What stands in the way of a case, as issues on ctx: RC_GUARD when a step has nobody who could sign, or a case of the
 * purpose is open on the subject. */
enum rc review_check(struct command_call *call, const struct review_request *request) MUST_CHECK;
/* Opens the case.  The permission to ask is the caller's; review_check is done again. */
enum rc review_open(struct command_call *call, const struct review_request *request, int64_t *ret_id) MUST_CHECK;

/* Hooks of a purpose.  begun: the first decision or claim was made; ended: approved returned rejected withdrawn. */
struct review_purpose {
    const char *name;
    enum rc (*begun)(struct command_call *call, const struct value *review);
    enum rc (*ended)(struct command_call *call, const struct value *review, const char *outcome);
};
extern const struct review_purpose review_purpose_table[];
const struct review_purpose *review_purpose_find(struct str name);

#endif
