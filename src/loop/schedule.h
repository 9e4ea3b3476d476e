/* schedule.h: the critical path over dated steps, exact in working days. */
#ifndef BIHUAN_LOOP_SCHEDULE_H
#define BIHUAN_LOOP_SCHEDULE_H

#include "base/ctx.h"

struct schedule_node {
    int32_t start, due;           /* as planned; start <= due */
    int32_t real_start, real_due; /* as it went; 0: not yet */
    bool is_overlap;              /* may begin before its predecessors end, though not before they begin */
    /* results */
    int32_t early_start, early_due, late_due;
    int slack_days;   /* working days by which it may slip without moving the end */
    bool is_critical; /* unfinished, and without slack */
    int late_days;    /* working days past its due date: until today, or until it was finished */
};

struct schedule_link {
    size_t node, pred; /* indexes */
};

/* Fills the results.  A node begins on its planned start or, when later, on the working day after its last predecessor;
 * what has happened counts as it happened.  RC_GUARD when the links go round in a circle; RC_NOMEM. */
enum rc schedule_compute(struct ctx *ctx, struct schedule_node *nodes, size_t n, const struct schedule_link *links,
                         size_t m, int32_t today) MUST_CHECK;

#endif
