/* score.h: how a unit is scored: schemes as text, and the arithmetic.  No database.
 *
 * A scheme is lines of words; scores are written in points with at most two decimals and kept in 0.01 points:
 *
 *   item CODE manual|auto|poll POINTS TITLE...      what is scored, at most how high
 *   deduct CODE FIGURE POINTS [cap POINTS]          of an auto item, for each one that the figure counts
 *   rate CODE FIGURE of FIGURE                      an auto item begins with this share of its points instead of all
 *   veto FIGURE AT                                  the figure reaches AT: the whole score is 0
 *   band POINTS NAME...                             from this total on; the last one begins at 0
 *
 * The total is the sum of the parts, always: what a veto takes is a part of its own.  Rounding is half up.
 */
#ifndef BIHUAN_LOOP_SCORE_H
#define BIHUAN_LOOP_SCORE_H

#include "base/ctx.h"
#include "base/value.h"

enum score_figure {
#define FIGURE(name, text, list, filter, path) FIGURE_##name,
#include "../../data/assess_figures.def"
#undef FIGURE
    FIGURE_COUNT
};

enum { SCORE_ITEMS_MAX = 30, SCORE_RULES_MAX = 60, SCORE_VETOS_MAX = 10, SCORE_BANDS_MAX = 10, SCORE_MARKS_MAX = 1000 };
enum score_kind { SCORE_MANUAL, SCORE_AUTO, SCORE_POLL };
enum score_answer { ANSWER_VERY, ANSWER_SATISFIED, ANSWER_BASICALLY, ANSWER_NOT, SCORE_ANSWERS };

struct score_item {
    struct str code, title;
    enum score_kind kind;
    int64_t points;
    int rate_num, rate_den; /* figures; -1: no rate */
};
struct score_rule {
    int item, figure;
    int64_t each, cap; /* cap -1: none */
};
struct score_veto {
    int figure;
    int64_t at;
};
struct score_band {
    int64_t from;
    struct str name;
};

struct scheme {
    struct score_item items[SCORE_ITEMS_MAX];
    struct score_rule rules[SCORE_RULES_MAX];
    struct score_veto vetos[SCORE_VETOS_MAX];
    struct score_band bands[SCORE_BANDS_MAX];
    int item_count, rule_count, veto_count, band_count;
};

/* What one unit has to be scored by. */
struct score_input {
    int64_t figures[FIGURE_COUNT];
    struct {
        int64_t sum, count; /* of the team's marks */
    } marks[SCORE_ITEMS_MAX];
    int64_t answers[SCORE_ANSWERS]; /* of the poll */
};

const char *score_figure_name(int figure);
const char *score_figure_path(int figure);
/* -1 when there is none. */
int score_figure_find(struct str name);
/* Texts of the scheme are borrowed from text.  RC_INVALID at the field "text", with the number of the line. */
enum rc scheme_parse(struct ctx *ctx, struct str text, struct scheme *ret_scheme) MUST_CHECK;
/* -1 when there is none. */
int scheme_find_item(const struct scheme *scheme, struct str code);
/* {total, band, parts: [{code, title, kind, points, score, is_open, lines: [{figure, count, each, points}]}]}; is_open:
 * nothing to score by, so that the part has all its points.  A veto is a part of the kind veto. */
struct value *score_compute(struct arena *arena, const struct scheme *scheme, const struct score_input *input);
/* "13.50". */
struct str score_format(struct arena *arena, int64_t points);

#endif
