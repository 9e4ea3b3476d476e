/* lifecycle.h: the one guarded way from state to state.
 *
 * data/lifecycle.def and data/guards.def are the state machines.  Page, API, command line, bulk edit and import all run
 * the same commands, and each command that changes a state begins with lifecycle_begin.  What waits for whom after the
 * move goes into the event with lifecycle_wait, so that the table `wait` follows from the events.
 */
#ifndef BIHUAN_LOOP_LIFECYCLE_H
#define BIHUAN_LOOP_LIFECYCLE_H

#include "record/command.h"

enum lifecycle_noun {
#define NOUN(name, text, column, read) NOUN_##name,
#include "../../data/lifecycle.def"
#undef NOUN
    LIFECYCLE_NOUN_COUNT
};

enum lifecycle_who {
    WHO_ANYBODY, /* with the permission */
    WHO_HOLDER,  /* of these, who is waited for */
    WHO_ASKER,   /* of these, who began it */
    WHO_FOLLOWS, /* nobody asks for it: it follows from another command */
};

enum guard {
#define GUARD(name, query, message, link) GUARD_##name,
#include "../../data/guards.def"
#undef GUARD
    GUARD_COUNT
};

enum { MOVE_GUARDS_MAX = 12, WAITS_MAX = 15 };

struct lifecycle_move {
    enum lifecycle_noun noun;
    const char *command; /* after the noun: "accept" */
    const char *from;    /* "a|b" */
    const char *to;      /* "": the command decides */
    enum perm perm;
    enum lifecycle_who who;
    bool needs_reason;
    enum guard guards[MOVE_GUARDS_MAX];
    int guard_count;
};

extern const struct lifecycle_move lifecycle_table[];
extern const int lifecycle_count;

/* "finding", "task": the first part of command names, the subject kind in duty and wait, the start of message keys. */
const char *lifecycle_noun_name(enum lifecycle_noun noun);
/* The column that holds the state: its words are messages NOUN.COLUMN.STATE. */
const char *lifecycle_noun_column(enum lifecycle_noun noun);
/* Permission that lets the noun's rows be read. */
enum perm lifecycle_noun_read(enum lifecycle_noun noun);
/* The state of a row of the noun. */
struct str lifecycle_state(enum lifecycle_noun noun, const struct value *row);
/* "FINDING_NO_DUE": the guard's name as it stands in data/guards.def. */
const char *lifecycle_guard_name(enum guard guard);
/* Key of the message that says what is missing, and the page where it is put right, with {id} and {subject}. */
const char *lifecycle_guard_message(enum guard guard);
const char *lifecycle_guard_link(enum guard guard);
/* The move of a command ("accept"); NULL when there is none. */
const struct lifecycle_move *lifecycle_find(enum lifecycle_noun noun, const char *command);
bool lifecycle_is_from(const struct lifecycle_move *move, struct str state);

/* Whether the command may go on with `row`, read under its chain's lock: permission, state, who, reason, then all
 * guards.  RC_NOT_FOUND for what the actor may not read, RC_FORBIDDEN, RC_GUARD with one issue for each thing that is
 * missing (place: the page where it is put right), RC_INVALID at the field reason. */
enum rc lifecycle_begin(struct command_call *call, const struct lifecycle_move *move,
                        const struct value *row) MUST_CHECK;

/* For commands that change something of a row without moving it: RC_FORBIDDEN, or RC_NOT_FOUND for what the actor may
 * not read. */
enum rc lifecycle_require(struct command_call *call, enum lifecycle_noun noun, enum perm perm,
                          const struct value *row) MUST_CHECK;

/* The event's body for a move: noun, id, by, from, to, no, title, unit_id, label, source_id and an empty list of waits.
 * to NULL: the move's own. */
struct value *lifecycle_body(struct command_call *call, const struct lifecycle_move *move, const struct value *row,
                             const char *to);
/* The same for events that change no state but who is waited for; by: name of the command. */
struct value *lifecycle_body_of(struct command_call *call, enum lifecycle_noun noun, const struct value *row);
/* Says in a body who is waited for next.  what: message key wait.WHAT; due: date text, may be empty.  At most
 * WAITS_MAX. */
void lifecycle_wait(struct command_call *call, struct value *body, const char *what, struct str actor_kind,
                    int64_t actor_id, struct str due);

/* Today as date text, China time, in the arena. */
struct str lifecycle_today(struct command_call *call);
/* The n-th working day after today as date text in the arena: limits of steps. */
struct str lifecycle_due_in(struct command_call *call, int working_days);

/* Whether the call's account is the actor or acts for it today: the person, who holds the post, a member of the team,
 * a reporter or approver of the unit, who holds the role for the unit; also by a delegation.  The program is everybody.
 */
enum rc lifecycle_is_actor(struct command_call *call, struct str actor_kind, int64_t actor_id, bool *ret_is) MUST_CHECK;

/* What the page of a subject offers: every move from its state that the actor's permission allows, as a list of
 * {command, to, needs_reason, is_mine, is_ready, missing: [{key, title, href}]}; is_mine: the actor is one of those
 * whom the subject waits for, and moves of HOLDER are only offered to these.  For reading: nothing is locked. */
enum rc lifecycle_offers(struct ctx *ctx, struct db *db, const struct actor *actor, enum lifecycle_noun noun,
                         const struct value *row, struct value **ret_list) MUST_CHECK;

/* Refuses with RC_CONFLICT what was typed over an older version of the row: the input's "revision", when there is one,
 * is not its changed_seq. */
enum rc lifecycle_check_revision(struct command_call *call, const struct value *row) MUST_CHECK;
/* Puts into a body which of the keys (NULL at the end) are not as in the row ("changed") and what they were ("was"). */
void lifecycle_note_changes(struct command_call *call, struct value *body, const struct value *row,
                            const char *const *keys);

#endif
