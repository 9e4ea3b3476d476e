/* outline_form.c: a form for one problem: labels, and the values beside them. */
#include "intake/outline_parts.h"

enum { LABEL_COUNT_MAX = 8, LABELS_MIN = 3, ROWS_MAX = 40, COLUMNS_MAX = 10, KINDS = COLUMN_RATE + 1 };

/* The values by the kinds of their labels. */
struct form {
    const struct grid_cell *values[KINDS];
    size_t labels;
};

/* The cell right of the i-th, in its row; NULL when there is none. */
static const struct grid_cell *value_beside(const struct grid *grid, size_t i)
{
    if (i + 1 >= grid->count || grid->cells[i + 1].row != grid->cells[i].row)
        return NULL;
    return &grid->cells[i + 1];
}

static struct form read_labels(const struct grid *grid)
{
    struct form form = {0};
    if (grid->rows > ROWS_MAX || grid->columns > COLUMNS_MAX)
        return form;
    for (size_t i = 0; i < grid->count; i++) {
        const struct grid_cell *cell = &grid->cells[i], *value = value_beside(grid, i);
        enum column_kind kind = outline_column_kind(cell->match);
        bool is_label = value && value->match.n > 0 && cell->match.n > 0 && kind != COLUMN_OTHER &&
                        outline_count(cell->match) <= LABEL_COUNT_MAX && !form.values[kind];
        /* A heading is followed by another one, a label by its value. */
        if (!is_label ||
            (outline_column_kind(value->match) != COLUMN_OTHER && outline_count(value->match) <= LABEL_COUNT_MAX))
            continue;
        form.values[kind] = value;
        form.labels++;
        i++;
    }
    return form;
}

bool outline_is_form(const struct grid *grid)
{
    struct form form = read_labels(grid);
    return form.labels >= LABELS_MIN && form.values[COLUMN_PROBLEM];
}

static struct str text_of(const struct form *form, enum column_kind kind)
{
    return form->values[kind] ? form->values[kind]->clean : STR_EMPTY;
}

enum rc outline_read_form(struct outline *outline, const struct grid *grid, struct outline_node *table)
{
    struct form form = read_labels(grid);
    const struct grid_cell *problem = form.values[COLUMN_PROBLEM], *measure = form.values[COLUMN_MEASURE];
    struct outline_node *finding = outline_new_node(outline, table, STYLE_ROW);
    struct outline_row *row = ARENA_NEW(outline->arena, struct outline_row);
    if (!finding || !row)
        return arena_rc(outline->arena);
    *row = (struct outline_row){.number = text_of(&form, COLUMN_NUMBER),
                                .category = text_of(&form, COLUMN_CATEGORY),
                                .type = text_of(&form, COLUMN_TYPE),
                                .unit = text_of(&form, COLUMN_UNIT),
                                .leader = text_of(&form, COLUMN_LEADER),
                                .due = text_of(&form, COLUMN_DUE),
                                .status = text_of(&form, COLUMN_STATUS),
                                .amount = text_of(&form, COLUMN_AMOUNT),
                                .basis = text_of(&form, COLUMN_BASIS),
                                .result = text_of(&form, COLUMN_RESULT),
                                .measure = text_of(&form, COLUMN_MEASURE)};
    const struct outline_line *line = &outline->lines.p[problem->line];
    finding->row = row;
    finding->role = ROLE_FINDING;
    finding->table = table->table;
    finding->mark = row->number;
    finding->line = problem->line;
    finding->to = finding->heading_to = line->match.n;
    finding->span = outline_span_of(line, 0, line->match.n);
    finding->heading = problem->clean;
    for (size_t i = 0; i < grid->count; i++) {
        struct outline_line *held = &outline->lines.p[grid->cells[i].line];
        if (held->node || grid->cells[i].match.n == 0)
            continue;
        if (!VEC_PUSH(outline->arena, &finding->lines, grid->cells[i].line))
            return arena_rc(outline->arena);
        held->node = finding;
    }
    return measure ? outline_add_cell_measures(outline, measure, finding) : RC_OK;
}
