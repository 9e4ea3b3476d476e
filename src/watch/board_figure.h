/* board_figure.h: which figures a finding counts for; what each means stands in data/board_figures.def. */
#ifndef BIHUAN_WATCH_BOARD_FIGURE_H
#define BIHUAN_WATCH_BOARD_FIGURE_H

#include "watch/board.h"

/* Bit i: the row counts for figure i on the day. */
uint32_t board_figures_of(const struct board_row *row, int32_t day);

/* The figures of the finding that is counted for a matter of several, from its own and those of any part in sight. */
uint32_t board_matter_figures(uint32_t own, uint32_t parts);

#endif
