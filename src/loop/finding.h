/* finding.h: commands on the register: findings, measures, links, saved views. */
#ifndef BIHUAN_LOOP_FINDING_H
#define BIHUAN_LOOP_FINDING_H

#include "record/command.h"

extern const struct command command_finding_create;
extern const struct command command_finding_change;
extern const struct command command_finding_amount; /* finance: the amount that a finding is about */
extern const struct command command_finding_bulk;   /* one field of many findings; result has rows: id, ok, message */
extern const struct command command_finding_link;   /* the same matter as another finding; shown on both */
extern const struct command command_finding_unlink;
extern const struct command command_finding_withdraw; /* out of the register, with a reason; nothing is deleted */
extern const struct command command_finding_restore;
extern const struct command command_finding_confirm;   /* the unit takes the finding as its own */
extern const struct command command_finding_dispute;   /* the unit says that it is not; decided by the office */
extern const struct command command_finding_plan;      /* a meeting has approved its plan: it is worked on */
extern const struct command command_finding_start;     /* a planned one is worked on */
extern const struct command command_finding_plan_many; /* the same for many, with a result for each */
extern const struct command command_finding_confirm_many;
extern const struct command command_finding_recur; /* repeats an earlier finding; shown on both */
extern const struct command command_finding_unrecur;
extern const struct command command_view_save;
extern const struct command command_view_drop;

/* What a new finding consists of: a map with the keys of the event finding.registered (data/events.def,
 * sql/query/finding.sql). */
enum rc finding_register(struct command_call *call, int64_t source_id, const struct value *source, int64_t item_no,
                         const struct value *finding, int64_t *ret_id) MUST_CHECK;
/* Confirms a row that was read under its lock. */
enum rc finding_confirm_row(struct command_call *call, const struct value *row) MUST_CHECK;
/* A confirmed or planned finding is worked on, its nodes are frozen: how finding.plan, its variant for many and the
 * approval of a whole plan do it.  The meeting stands in the input's fields meeting and meeting_on.  *ret_row is set as
 * soon as the row may be read. */
enum rc finding_put_to_work(struct command_call *call, int64_t id, struct value **ret_row) MUST_CHECK;
/* Nodes of a finding that have no baseline get one. */
enum rc finding_freeze_nodes(struct command_call *call, int64_t source_id, int64_t id) MUST_CHECK;
/* Findings that are linked, over any number of links, are one matter and counted once: as the first that is not
 * withdrawn. Under the organisation's lock. */
enum rc finding_count_matter(struct command_call *call, int64_t id) MUST_CHECK;
/* The finding that a field names by its id or its number; RC_INVALID at the field when the actor may not read it. */
enum rc finding_find_other(struct command_call *call, const char *field, struct value **ret_row) MUST_CHECK;

/* Whether a finding that is in time hangs at a step: it was disputed or sent back, or who is waited for is late
 * (step_due: the earliest limit, date text, may be empty).  One light for page, list and map. */
bool finding_is_behind(struct str status, struct str step_due, int32_t today);

/* Of a finding's number what stands before its last digits; these sort as a number (sql/query/finding.sql). */
struct str finding_number_head(struct str no);

/* Reads a finding for a change: its source's chain is locked before it is read for good.  RC_NOT_FOUND (also for what
 * the actor may not read), RC_FORBIDDEN. */
/* As it stands under its chain's lock; RC_NOT_FOUND.  Permission is the caller's. */
enum rc finding_read_locked(struct command_call *call, int64_t id, struct value **ret_row) MUST_CHECK;
/* Puts into a body with waits who has to confirm the finding, or to say whose it is. */
void finding_wait_for_confirm(struct command_call *call, struct value *body, int64_t unit_id, int64_t source_unit_id);
/* Puts into a body with waits who has to plan the finding: the unit's own reporters and approvers may not. */
void finding_wait_for_plan(struct command_call *call, struct value *body, int64_t unit_id, struct str due);
/* Takes a disputed finding that was given to another unit back to registered, so that the new unit may dispute it too;
 * nothing in any other state or when the unit stays. row: as it stood before. */
enum rc finding_settle_dispute(struct command_call *call, const struct value *row, int64_t unit_id) MUST_CHECK;
/* Puts into the body of a change of unit who is waited for there; RC_GUARD at unit_id while a case about the finding is
 * open.  row: as it stands; nothing when the unit stays. */
enum rc finding_move_waits(struct command_call *call, const struct value *row, struct value *body) MUST_CHECK;
/* Whether the date of a finding or of one of its measures may change from old to fresh (date texts or null): free until
 * its plan is approved; under way with the permission of supervising (RC_FORBIDDEN) and a reason (RC_INVALID at
 * reason); RC_GUARD at due while closing is asked for. */
enum rc finding_check_due(struct command_call *call, const struct value *finding, const struct value *old,
                          const struct value *fresh) MUST_CHECK;
enum rc finding_find_for_write(struct command_call *call, int64_t id, struct value **ret_row) MUST_CHECK;

#endif
