/* board_figure.c: the table of data/board_figures.def; see board_figure.h and board.h. */
#include "watch/board_figure.h"

static const struct figure_row {
    const char *name, *state;
    uint32_t filters, whole;
} figure_rows[BOARD_FIGURE_COUNT] = {
#define F(filter) BOARD_LIST_FILTER_##filter
#define FILTERS(bits) (bits)
#define WHOLE(bits) (bits)
#define FIGURE(name, text, state, is, matter, filters, whole) [BOARD_##name] = {text, state, filters, whole},
#include "../../data/board_figures.def"
#undef FIGURE
#undef WHOLE
#undef FILTERS
#undef F
};

/* How the figures count a matter of several findings: bit i for figure i. */
enum matter_rule { MATTER_OWN, MATTER_ANY, MATTER_CLOSED };
#define MATTER(rule) MATTER_##rule
#define FIGURE(name, text, state, is, matter, filters, whole) | (uint32_t)(matter == MATTER_ANY) << BOARD_##name
static const uint32_t any_bits = 0
#include "../../data/board_figures.def"
    ;
#undef FIGURE
#define FIGURE(name, text, state, is, matter, filters, whole) | (uint32_t)(matter == MATTER_CLOSED) << BOARD_##name
static const uint32_t closed_bits = 0
#include "../../data/board_figures.def"
    ;
#undef FIGURE
#undef MATTER

const char *board_figure_name(enum board_figure figure) { return figure_rows[figure].name; }
const char *board_figure_state(enum board_figure figure) { return figure_rows[figure].state; }
uint32_t board_figure_filters(enum board_figure figure, bool is_one_source)
{
    return is_one_source ? figure_rows[figure].filters : figure_rows[figure].whole;
}

bool board_figure_find(struct str name, enum board_figure *ret_figure)
{
    for (int i = 0; i < BOARD_FIGURE_COUNT; i++) {
        if (!str_equal_cstr(name, figure_rows[i].name))
            continue;
        *ret_figure = (enum board_figure)i;
        return true;
    }
    return false;
}

uint32_t board_figures_of(const struct board_row *row, int32_t day)
{
    uint32_t bits = 0;
#define IS(condition) (condition)
#define FIGURE(name, text, state, is, matter, filters, whole) bits |= (is) ? UINT32_C(1) << BOARD_##name : 0;
#include "../../data/board_figures.def"
#undef FIGURE
#undef IS
    return bits;
}

uint32_t board_matter_figures(uint32_t own, uint32_t parts)
{
    const uint32_t open = UINT32_C(1) << BOARD_OPEN;
    uint32_t bits = own | (parts & any_bits);
    return bits & open ? bits & ~closed_bits : bits;
}
