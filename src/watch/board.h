/* board.h: the figures of the leaders' board, for any scope, part of the group, source and aspect.
 *
 * Figures over the whole register depend on the day, on who asks and on what is chosen, so no table of sums fits them
 * all. The image holds of each finding what boards count by, in memory, source by source.  It is derived: before a
 * board is summed, the sources whose chains have moved since are read again in the same transaction as the rest of the
 * page.  A process keeps one; any thread.
 *
 * What a figure means stands once, in data/board_figures.def, together with the list behind it.
 */
#ifndef BIHUAN_WATCH_BOARD_H
#define BIHUAN_WATCH_BOARD_H

#include "record/actor.h"

enum { BOARD_SOON_DAYS = 30, BOARD_NO_DAY = INT32_MAX, BOARD_MONTHS_MAX = 24 };

enum board_state { BOARD_IS_OPEN, BOARD_IS_KEPT, BOARD_IS_CLOSED, BOARD_IS_ENDED };

enum board_figure {
#define FIGURE(name, text, state, is, matter, filters, whole) BOARD_##name,
#include "../../data/board_figures.def"
#undef FIGURE
    BOARD_FIGURE_COUNT
};

/* A finding, as boards see it. */
struct board_row {
    int64_t id, amount_fen;       /* 0 when none is stated */
    int64_t recovered_fen;        /* of the accepted reports of its tasks */
    int32_t rules_made;           /* the same */
    int32_t unit, aspect, leader; /* places in the image; aspect and leader -1 without */
    int32_t main;                 /* place of the finding that it is counted as, but under its own source; -1: itself */
    int32_t due, closed_on;       /* days; BOARD_NO_DAY */
    uint8_t state, label;         /* enum board_state, enum label */
    bool is_hung;                 /* itself or a task of it */
    bool is_on_time;
};

static inline bool board_is_open(const struct board_row *row) { return row->state <= BOARD_IS_KEPT; }

/* What a board is about; 0 and "": everything that one may see. */
struct board_filter {
    int64_t source, aspect;
    int64_t under; /* a unit with all below it */
};

struct board_counts {
    int64_t n[BOARD_FIGURE_COUNT];
    int64_t amount_fen, recovered_fen, rules_made; /* of all that are counted */
};

struct board_group {
    int64_t id;      /* of the unit, source, aspect, person or post; 0: without */
    struct str kind; /* of a leader: person, post, ...; else "" */
    bool is_own;     /* of units: the board's unit alone, without those below */
    struct board_counts counts;
};

struct board_month {
    int32_t first, last;          /* days */
    int64_t due, closed;          /* in this month */
    int64_t plan_left, real_left; /* open at its end: by the dates set, by the days closed; real_left -1: not yet */
};

struct board {
    struct board_counts all;
    int64_t unit_id; /* whose parts the units are; 0: nothing in sight */
    struct board_group *units, *columns,
        *leaders; /* columns: aspects of a source, else sources; most open ones first */
    size_t unit_count, column_count, leader_count;
    struct board_counts *heat; /* unit_count rows of column_count */
    struct board_month *months;
    size_t month_count;
    int64_t newest; /* event the figures hold for */
};

struct board_image;

enum rc board_image_new(struct board_image **ret_image) MUST_CHECK;
void board_image_free(struct board_image *image); /* takes NULL */

/* Sums for what the actor may see by perm.  db is in a read transaction; results are in ctx->arena.  RC_NOT_FOUND: no
 * such unit in sight. */
enum rc board_sum(struct ctx *ctx, struct db *db, struct board_image *image, const struct actor *actor, enum perm perm,
                  const struct board_filter *filter, int32_t day, struct board *ret) MUST_CHECK;

const char *board_figure_name(enum board_figure figure);
const char *board_figure_state(enum board_figure figure);
bool board_figure_find(struct str name, enum board_figure *ret_figure);
/* Filters of board_list for the figure, of one source or over all. */
uint32_t board_figure_filters(enum board_figure figure, bool is_one_source);

#endif
