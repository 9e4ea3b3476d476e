/* schedule.c: critical path method; see schedule.h.
 *
 * Days become ordinals of working days counted from the earliest start, so that lengths and slack are whole numbers and
 * holidays need no further thought.
 */
#include "loop/schedule.h"

#include "calendar/calendar.h"

struct step {
    int start, length, early_start, early_due, late_due;
    size_t waits; /* predecessors that are not placed yet */
};

struct work {
    struct schedule_node *nodes;
    struct step *steps;
    const struct schedule_link *links;
    size_t n, m;
    size_t *order;
    int32_t base;
};

/* Working days from base to day, both counted. */
static int ordinal(const struct work *w, int32_t day)
{
    bool is_estimated;
    return calendar_count_working_days(w->base, day, true, &is_estimated);
}

static int32_t day_of(const struct work *w, int ordinal_day)
{
    bool is_estimated;
    return calendar_add_working_days(w->base, ordinal_day, true, &is_estimated);
}

static int max_int(int a, int b) { return a > b ? a : b; }
static int min_int(int a, int b) { return a < b ? a : b; }

static void measure_steps(struct work *w)
{
    w->base = w->n ? w->nodes[0].start : 0;
    for (size_t i = 0; i < w->n; i++) {
        w->base = w->nodes[i].start < w->base ? w->nodes[i].start : w->base;
        if (w->nodes[i].real_start && w->nodes[i].real_start < w->base)
            w->base = w->nodes[i].real_start;
        if (w->nodes[i].real_due && w->nodes[i].real_due < w->base)
            w->base = w->nodes[i].real_due;
    }
    for (size_t i = 0; i < w->n; i++) {
        const struct schedule_node *node = &w->nodes[i];
        int before = ordinal(w, node->start - 1);
        w->steps[i] = (struct step){.start = before + 1, .length = max_int(1, ordinal(w, node->due) - before)};
    }
}

static void place(struct work *w, size_t i)
{
    const struct schedule_node *node = &w->nodes[i];
    struct step *step = &w->steps[i];
    step->early_start = max_int(step->early_start, step->start);
    if (node->real_start)
        step->early_start = max_int(1, ordinal(w, node->real_start));
    step->early_due = step->early_start + step->length - 1;
    if (node->real_due) {
        step->early_due = max_int(1, ordinal(w, node->real_due));
        step->early_start = min_int(step->early_start, step->early_due);
    }
}

/* Nodes in an order in which predecessors come first; fewer than n when there is a circle. */
static size_t forward(struct work *w)
{
    size_t done = 0;
    for (size_t k = 0; k < w->m; k++)
        w->steps[w->links[k].node].waits++;
    for (size_t i = 0; i < w->n; i++)
        if (!w->steps[i].waits)
            w->order[done++] = i;
    for (size_t at = 0; at < done; at++) {
        size_t i = w->order[at];
        place(w, i);
        for (size_t k = 0; k < w->m; k++) {
            if (w->links[k].pred != i)
                continue;
            struct step *next = &w->steps[w->links[k].node];
            bool is_overlap = w->nodes[w->links[k].node].is_overlap;
            next->early_start =
                max_int(next->early_start, is_overlap ? w->steps[i].early_start : w->steps[i].early_due + 1);
            if (--next->waits == 0)
                w->order[done++] = w->links[k].node;
        }
    }
    return done;
}

static void backward(struct work *w)
{
    int end = 0;
    for (size_t i = 0; i < w->n; i++)
        end = max_int(end, w->steps[i].early_due);
    for (size_t i = 0; i < w->n; i++)
        w->steps[i].late_due = end;
    for (size_t at = w->n; at-- > 0;) {
        size_t i = w->order[at];
        const struct step *step = &w->steps[i];
        int late_start = step->late_due - (step->early_due - step->early_start);
        for (size_t k = 0; k < w->m; k++) {
            if (w->links[k].node != i)
                continue;
            struct step *pred = &w->steps[w->links[k].pred];
            int limit = w->nodes[i].is_overlap ? late_start + (pred->early_due - pred->early_start) : late_start - 1;
            pred->late_due = min_int(pred->late_due, limit);
        }
    }
}

static void put_results(const struct work *w, int32_t today)
{
    for (size_t i = 0; i < w->n; i++) {
        struct schedule_node *node = &w->nodes[i];
        const struct step *step = &w->steps[i];
        int32_t until = node->real_due ? node->real_due : today;
        bool is_estimated;
        node->early_start = day_of(w, step->early_start);
        node->early_due = day_of(w, step->early_due);
        node->late_due = day_of(w, max_int(1, step->late_due));
        node->slack_days = step->late_due - step->early_due;
        node->is_critical = !node->real_due && node->slack_days <= 0;
        node->late_days = calendar_count_working_days(node->due, until, false, &is_estimated);
    }
}

enum rc schedule_compute(struct ctx *ctx, struct schedule_node *nodes, size_t n, const struct schedule_link *links,
                         size_t m, int32_t today)
{
    struct work w = {.nodes = nodes, .links = links, .n = n, .m = m};
    if (!n)
        return RC_OK;
    w.steps = ARENA_NEW_ARRAY(ctx->arena, struct step, n);
    w.order = ARENA_NEW_ARRAY(ctx->arena, size_t, n);
    TRY(arena_rc(ctx->arena));
    measure_steps(&w);
    if (forward(&w) < n)
        return ctx_fail_key(ctx, RC_GUARD, "node.circle");
    backward(&w);
    put_results(&w, today);
    return RC_OK;
}
