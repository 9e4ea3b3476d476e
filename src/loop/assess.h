/* assess.h: assessments: units scored by a scheme, from the register's figures, the team's marks and a poll.
 *
 * The unit scores itself; the team marks it; the result is computed, frozen and told; the unit may appeal, which is
 * rechecked; then it is final and counts for the year.
 */
#ifndef BIHUAN_LOOP_ASSESS_H
#define BIHUAN_LOOP_ASSESS_H

#include "loop/lifecycle.h"
#include "loop/score.h"
#include "text/digest.h"

extern const struct command command_scheme_save; /* a new scheme, or a new version of one */
extern const struct command command_assessment_open;
extern const struct command command_assessment_mark; /* one item of all units that nobody has marked in it */
extern const struct command command_assessment_tell; /* computes and freezes the results */
extern const struct command command_assessment_finish;
extern const struct command command_scorecard_self;
extern const struct command command_scorecard_mark;
extern const struct command command_scorecard_poll; /* makes codes; the result shows them this once */
extern const struct command command_scorecard_appeal;
extern const struct command command_scorecard_recheck;
extern const struct command command_ballot_cast; /* run by the program for who holds a code */

struct assess_card {
    int64_t id, unit_id;
    struct str from, to; /* period */
};

/* A figure's list for a unit and period, bound but for the scope; is_count: its count instead.  NULL on failure. */
struct db_stmt *assess_figure_statement(struct db *db, int figure, bool is_count, const struct assess_card *card,
                                        struct str today);
/* All that a card is scored by: figures of what the actor sees of the register (a result is made with what the program
 * sees: everything), marks, votes. */
enum rc assess_read_input(struct ctx *ctx, struct db *db, const struct scheme *scheme, const struct assess_card *card,
                          struct str today, const struct actor *actor, struct score_input *ret_input) MUST_CHECK;
/* Hash of a ballot's code, without the dashes and blanks that people type. */
struct str assess_hash_code(struct arena *arena, struct str code);

#endif
