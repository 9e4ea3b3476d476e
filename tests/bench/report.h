/* report.h: the figures of a run: a table for people, build/bench.json for programs. */
#ifndef BIHUAN_TESTS_BENCH_REPORT_H
#define BIHUAN_TESTS_BENCH_REPORT_H

#include <stdbool.h>

enum { REPORT_FIGURES_MAX = 128 };

/* A figure.  bare: the same unit, the bare cost of the same work in the same minute; 0: there is none.  budget 0: none.
 * Rates ("1/s") hold at or over the budget, everything else at or under it. */
struct figure {
    char name[80];
    const char *unit;
    double value, bare, budget;
};

struct report {
    struct figure figures[REPORT_FIGURES_MAX];
    int n;
};

void report_add(struct report *report, const char *unit, double value, double bare, double budget, const char *name,
                ...) __attribute__((format(printf, 6, 7)));
bool figure_holds(const struct figure *figure);
void report_print(const struct report *report);
/* Writes [{name, unit, value, bare, ratio, budget, holds}]; false when the file cannot be written. */
bool report_write(const struct report *report, const char *path);

#endif
