/* doing_support.h: a task that is being worked on, for the tests of reports, evidence, extensions and checks. */
#ifndef BIHUAN_TESTS_DOING_SUPPORT_H
#define BIHUAN_TESTS_DOING_SUPPORT_H

#include "record_support.h"

#include "loop/evidence.h"
#include "loop/extension.h"
#include "loop/report.h"
#include "loop/task.h"
#include "loop/tick.h"
#include "loop/truth.h"

struct doing {
    int64_t root, firm, plant, source, finding, measure, task;
    struct actor office, approver, reporter, plant_reporter, outsider;
};

/* The day is pinned (noon in China); undone by doing_end. */
void doing_set_day(const char *date);
/* A group, a finding of the firm, a measure, and a task of the firm that it has taken; report_cycle as given.  The day
 * is pinned. */
void doing_make(struct store *store, struct doing *doing, const char *date, const char *report_cycle);
void doing_end(void);
/* Another task of the firm, taken: of a measure of its own. */
int64_t doing_make_task(struct store *store, const struct doing *doing, const char *report_cycle);
/* {id, reason} for a command as the actor. */
enum rc doing_move(struct store *store, const struct actor *actor, const struct command *command, int64_t id);
/* All ticks of the pinned day; the number of events they made but for tick.done. */
int64_t doing_tick(struct store *store);
/* Evidence for a task with made-up content, given by the reporter; its id. */
int64_t doing_add_evidence(struct store *store, const struct doing *doing, const char *kind, int64_t id, char digest,
                           const char *made_on);
/* The report of a task that its unit has to write; 0 without. */
int64_t doing_open_report(struct store *store, int64_t task_id);
enum rc doing_submit(struct store *store, const struct actor *actor, int64_t report, int progress, const char *text);
int64_t doing_waits(struct store *store, const char *noun, int64_t id, const char *what);

#endif
