/* supervise.h: what the records of supervision share: hung items, letters, lead cases, meetings, groups, handovers.
 *
 * Their events stand in the organisation's chain, so that their commands run one after another; what a handover moves
 * stands in the chain of its source.
 */
#ifndef BIHUAN_LOOP_SUPERVISE_H
#define BIHUAN_LOOP_SUPERVISE_H

#include "loop/lifecycle.h"

/* Days and points.  Marks: [S] the seed document, [C n] practice of a named company, [P] our proposal; see the ledgers
 * A4 to A16. */
enum {
    SUPERVISE_HANG_CYCLE_DAYS = 30,    /* between hearings of a hung item [S] "heard regularly"; days [P] */
    SUPERVISE_HANG_SILENT_DAYS = 30,   /* hung and not heard for so long: alert [P] */
    SUPERVISE_LEAD_CYCLE_DAYS = 60,    /* a leader hears a case at least every two months [C 92] */
    SUPERVISE_GROUP_CYCLE_DAYS = 14,   /* meetings of a special working group [P] */
    SUPERVISE_LETTER_SOON_DAYS = 7,    /* working days before the date a blue letter is drafted [P] */
    SUPERVISE_LETTER_BEHIND_BP = 2000, /* behind the plan by so much: a yellow letter [P] */
    SUPERVISE_LETTER_REPLY_DAYS = 5,   /* working days to answer; then one colour up [C 23] */
    SUPERVISE_LETTER_SIGN_DAYS = 2,    /* working days to sign for a letter [P] */
    SUPERVISE_URGE_QUIET_DAYS = 3,     /* working days between two urgings of one item [P] */
    SUPERVISE_DECISION_GAP_DAYS = 60,  /* no meeting of the leading group for so long: alert [P] */
};

/* What a record is about: field task_id, else finding_id of the call.  The row has subject_kind, id, finding_id,
 * unit_id, label, source_id, no, title, state, start, due, progress_bp, is_open.  RC_INVALID when none is named,
 * RC_NOT_FOUND for what the actor may not read, RC_FORBIDDEN without perm. */
enum rc supervise_subject(struct command_call *call, enum perm perm, struct value **ret_row) MUST_CHECK;
/* The same by kind and id, without asking for permission; RC_NOT_FOUND. */
enum rc supervise_subject_of(struct command_call *call, struct str kind, int64_t id, struct value **ret_row) MUST_CHECK;

/* Body of the event that makes a record: noun, no, title, with the place (unit_id, label, source_id) of place and an
 * empty list of waits. */
struct value *supervise_body(struct command_call *call, const char *noun, const struct value *place, struct str no,
                             struct str title);
/* Copies fields of the input into the body as they are; names apart by blanks.  A field that is not in the input comes
 * from row, which may be NULL: then it is null. */
void supervise_copy(struct command_call *call, struct value *body, const struct value *row, const char *names);

/* One row of a query over $id; RC_NOT_FOUND with the message. */
enum rc supervise_read(struct command_call *call, enum query query, int64_t id, const char *missing,
                       struct value **ret_row) MUST_CHECK;
/* Reads the row of field id and asks the state machine; *ret_body is the move's.  Puts the id into the result. */
enum rc supervise_begin(struct command_call *call, enum lifecycle_noun noun, enum query query, const char *missing,
                        const char *command, struct value **ret_row, struct value **ret_body) MUST_CHECK;
/* Appends to the organisation's chain; id of the row or 0 for a new one, whose id goes into the result. */
enum rc supervise_append(struct command_call *call, enum event_kind kind, int64_t id,
                         const struct value *body) MUST_CHECK;

/* A day so many days or working days after another, as text in the arena. */
struct str supervise_day_after(struct arena *arena, struct str day, int64_t days);
struct str supervise_working_day_after(struct arena *arena, struct str day, int working_days);

/* The first day on which the subject may be urged again; empty: today. */
enum rc supervise_quiet_until(struct command_call *call, struct str subject_kind, int64_t id,
                              struct str *ret_day) MUST_CHECK;
/* RC_GUARD with the first day on which the subject may be urged again, when it was urged less than
 * SUPERVISE_URGE_QUIET_DAYS working days ago. */
enum rc supervise_require_quiet(struct command_call *call, struct str subject_kind, int64_t id) MUST_CHECK;

/* Runs another command within this one, with fields of its own (raw). */
enum rc supervise_run(struct command_call *call, const struct command *command, const struct value *raw,
                      struct value **ret_result) MUST_CHECK;

#endif
