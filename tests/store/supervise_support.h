/* supervise_support.h: a task of a firm that is behind, for the tests of supervision. */
#ifndef BIHUAN_TESTS_SUPERVISE_SUPPORT_H
#define BIHUAN_TESTS_SUPERVISE_SUPPORT_H

#include "record_support.h"

struct supervise_world {
    int64_t root, firm, source, finding, measure, task, boss, heir;
    struct actor office, second, approver, leader, outsider;
};

extern struct supervise_world world;

void on_day(const char *day);
/* The day comes and the program does its daily work. */
void day_comes(struct store *store, const char *day);
int64_t make_person(struct store *store, int64_t unit, const char *name);
void make_world(struct store *store);
enum rc act(struct store *store, const struct actor *actor, const struct command *command, int64_t id,
            const char *more);
int64_t one(struct store *store, const char *sql);
int64_t waits(struct store *store, const char *what);

#endif
