/* loop_closing_support.h: a group in which a finding can go all the way to its certificate. */
#ifndef BIHUAN_TESTS_LOOP_CLOSING_SUPPORT_H
#define BIHUAN_TESTS_LOOP_CLOSING_SUPPORT_H

#include "record_support.h"

#include "loop/closing.h"
#include "loop/lookback.h"
#include "loop/task.h"

struct closing_world {
    int64_t root, firm, plant, other, source, finding, measure, task;
    /* the chain of closing, in the order of its steps */
    struct actor chief, department, leader, office, supervisor, group;
    struct actor reporter, outsider, second_group;
};
extern struct closing_world world;

/* Units, accounts with people, one source and one finding, confirmed and under way. */
void closing_make_world(struct store *store);
/* A person with an account, a role and a grant. */
struct actor closing_make_person(struct store *store, const char *login, const char *role, int64_t unit_id);
int64_t closing_person_of(struct store *store, const struct actor *actor);
/* Brings a finding to `doing` and gives it what closing needs, all of it done. */
void closing_make_ready(struct store *store, int64_t finding);
/* Moves a finding by an event of its own, as the commands of planning do. */
void closing_force_state(struct store *store, int64_t finding, const char *to);
/* Moves a task by an event of its own, as accepted reports do. */
void closing_finish_task(struct store *store, int64_t task);
/* Effective evidence: given by the reporter, judged by the chief. */
void closing_prove(struct store *store, const char *kind, int64_t id, const char *class_name);
/* Commands with the usual input. */
enum rc closing_submit(struct store *store, const struct actor *actor, int64_t finding, int64_t *ret_review);
enum rc closing_sign(struct store *store, const struct actor *actor, const struct command *command, int64_t review);
/* All steps of the own chain, by the people of the world. */
void closing_sign_all(struct store *store, int64_t review);
/* Ready, submitted and signed. */
void closing_close(struct store *store, int64_t finding);
int64_t closing_state_is(struct store *store, int64_t finding, const char *state);

#endif
