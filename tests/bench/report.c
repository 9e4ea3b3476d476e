/* report.c: the figures of a run; see report.h. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void report_add(struct report *report, const char *unit, double value, double bare, double budget, const char *name,
                ...)
{
    if (report->n == REPORT_FIGURES_MAX)
        return;
    struct figure *figure = &report->figures[report->n++];
    *figure = (struct figure){.unit = unit, .value = value, .bare = bare, .budget = budget};
    va_list args;
    va_start(args, name);
    (void)vsnprintf(figure->name, sizeof figure->name, name, args);
    va_end(args);
    fprintf(stderr, "%-52s %12.2f %s\n", figure->name, value, unit);
}

static bool is_rate(const struct figure *figure) { return strcmp(figure->unit, "1/s") == 0; }

bool figure_holds(const struct figure *figure)
{
    if (figure->budget <= 0)
        return true;
    return is_rate(figure) ? figure->value >= figure->budget : figure->value <= figure->budget;
}

void report_print(const struct report *report)
{
    printf("%-52s %12s %-4s %12s %7s %10s\n", "", "value", "", "bare", "ratio", "budget");
    for (int i = 0; i < report->n; i++) {
        const struct figure *f = &report->figures[i];
        printf("%-52s %12.2f %-4s ", f->name, f->value, f->unit);
        if (f->bare > 0)
            printf("%12.2f %7.3f ", f->bare, f->value / f->bare);
        else
            printf("%12s %7s ", "", "");
        if (f->budget > 0)
            printf("%10.1f %s", f->budget, figure_holds(f) ? "holds" : "MISSED");
        printf("\n");
    }
}

static void write_number(FILE *file, const char *key, double value, bool is_there)
{
    if (is_there)
        fprintf(file, ", \"%s\": %.3f", key, value);
    else
        fprintf(file, ", \"%s\": null", key);
}

bool report_write(const struct report *report, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    for (int i = 0; i < report->n; i++) {
        const struct figure *f = &report->figures[i];
        fprintf(file, "%s{\"name\": \"%s\", \"unit\": \"%s\"", i ? ",\n " : "[", f->name, f->unit);
        write_number(file, "value", f->value, true);
        write_number(file, "bare", f->bare, f->bare > 0);
        write_number(file, "ratio", f->bare > 0 ? f->value / f->bare : 0, f->bare > 0);
        write_number(file, "budget", f->budget, f->budget > 0);
        fprintf(file, ", \"holds\": %s}", figure_holds(f) ? "true" : "false");
    }
    fprintf(file, "%s]\n", report->n ? "" : "[");
    return fclose(file) == 0;
}
