/* outline_table.c: tables: the problem ledger and its rows, other tables whole.
 *
 * A ledger is told by its headings, never by its place.  Rows of one finding are joined by a spanning cell, or, where
 * a sheet lost its spans, by an empty problem cell.
 */
#include "intake/outline_parts.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    HEADER_SEARCH_ROWS = 6,
    HEADER_WORDS_MIN = 2,
    HEADER_COUNT_MAX = 24,
    SAME_COUNT_MIN = 4,
    SAME_NODES_MAX = 4000,
    NUMBER_MAX = 100000
};

enum column_kind outline_column_kind(struct str heading)
{
    static const struct {
        enum column_kind kind;
        const char *words[18];
    } rules[] = {
        {COLUMN_NUMBER, {"序号", "编号", "问题号"}},
        {COLUMN_OTHER, {"等级", "级别", "备注"}},
        {COLUMN_RATE, {"率"}},
        {COLUMN_COUNT, {"问题数", "个数", "数量", "项数", "件数", "问题总数", "总数"}},
        {COLUMN_LEADER, {"责任人", "责任领导", "牵头领导", "分管领导", "包案领导", "负责人"}},
        {COLUMN_UNIT,
         {"责任单位", "责任部门", "牵头单位", "牵头部门", "整改单位", "责任主体", "承办单位", "配合单位", "被审计单位",
          "受检单位", "责任科室", "责任处室", "负责部门", "负责单位", "责任中心"}},
        {COLUMN_DUE, {"时限", "期限", "完成时间", "整改时间", "完成日期", "截止"}},
        {COLUMN_TYPE, {"整改类型", "整改方式", "问题性质", "整改类别", "类型"}},
        {COLUMN_OTHER,
         {"已整改金额", "整改金额", "已完成金额", "已收回", "已追缴", "未整改金额", "剩余金额"}}, /* of the progress */
        {COLUMN_AMOUNT, {"金额"}},
        {COLUMN_STATUS, {"状态", "是否完成", "是否整改", "销号情况", "整改进度"}},
        {COLUMN_MEASURE, {"措施", "整改任务", "整改举措", "整改要求"}},
        {COLUMN_RESULT, {"整改情况", "完成情况", "进展", "成效", "整改结果", "落实情况"}},
        {COLUMN_CATEGORY, {"类别", "方面", "领域", "分类", "一级", "大类", "二级"}},
        {COLUMN_BASIS, {"依据", "定性", "法规", "来源"}},
        {COLUMN_PROBLEM, {"问题", "事项", "表现", "三级", "隐患", "不足", "缺陷", "不符合项"}},
    };
    /* "问题及整改措施": one cell tells both */
    if (outline_has_any(heading, WORDS("问题及", "问题和", "问题、")) && outline_find(heading, "措施", 0) != SIZE_MAX)
        return COLUMN_PROBLEM;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (outline_count(heading) <= HEADER_COUNT_MAX && outline_has_any(heading, rules[i].words))
            return rules[i].kind;
    return COLUMN_OTHER;
}

static const struct grid_cell *cell_at(const struct grid *grid, size_t row, size_t column)
{
    int i = grid->at[row * grid->columns + column];
    return i < 0 ? NULL : &grid->cells[i];
}

static void find_header(struct grid *grid)
{
    size_t best = HEADER_WORDS_MIN - 1;
    grid->header = grid->rows;
    for (size_t row = 0; row < grid->rows && row < HEADER_SEARCH_ROWS; row++) {
        size_t words = 0;
        const struct grid_cell *before = NULL;
        for (size_t column = 0; column < grid->columns; column++) {
            const struct grid_cell *cell = cell_at(grid, row, column);
            if (cell && cell != before &&
                (outline_column_kind(cell->match) != COLUMN_OTHER || (cell->is_header && cell->match.n)))
                words++;
            before = cell;
        }
        if (words > best) {
            best = words;
            grid->header = row;
        }
    }
    for (size_t column = 0; column < grid->columns && grid->header < grid->rows; column++) {
        const struct grid_cell *cell = cell_at(grid, grid->header, column);
        grid->kinds[column] = cell ? outline_column_kind(cell->match) : COLUMN_OTHER;
    }
}

/* Last column of a kind; columns when there is none. */
static size_t find_column(const struct grid *grid, enum column_kind kind)
{
    for (size_t column = grid->columns; column > 0; column--)
        if (grid->kinds[column - 1] == kind)
            return column - 1;
    return grid->columns;
}

static bool is_ledger(const struct grid *grid)
{
    static const enum column_kind others[] = {COLUMN_MEASURE, COLUMN_RESULT, COLUMN_TYPE,
                                              COLUMN_AMOUNT,  COLUMN_STATUS, COLUMN_UNIT,
                                              COLUMN_DUE,     COLUMN_LEADER, COLUMN_BASIS};
    if (grid->header >= grid->rows || find_column(grid, COLUMN_PROBLEM) == grid->columns)
        return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (find_column(grid, others[i]) < grid->columns)
            return true;
    return false;
}

static bool is_total(const struct grid *grid, size_t row)
{
    for (size_t column = 0; column < grid->columns && column < 2; column++) {
        const struct grid_cell *cell = cell_at(grid, row, column);
        if (cell && outline_has_any(cell->match, WORDS("合计", "总计", "小计", "合 计", "总 计")))
            return true;
    }
    return false;
}

static struct str text_in(const struct grid *grid, size_t row, enum column_kind kind)
{
    size_t column = find_column(grid, kind);
    const struct grid_cell *cell = column < grid->columns ? cell_at(grid, row, column) : NULL;
    return cell ? cell->clean : STR_EMPTY;
}

/* Categories and problems of the outer levels, joined by " / ". */
static struct str category_in(struct outline *outline, const struct grid *grid, size_t row, size_t problem)
{
    struct str category = STR_EMPTY;
    const struct grid_cell *before = NULL;
    for (size_t column = 0; column < grid->columns; column++) {
        bool is_outer =
            grid->kinds[column] == COLUMN_CATEGORY || (column < problem && grid->kinds[column] == COLUMN_PROBLEM);
        const struct grid_cell *cell = is_outer ? cell_at(grid, row, column) : NULL;
        if (!cell || cell == before || cell->clean.n == 0)
            continue;
        category = category.n
                       ? arena_concat(outline->arena, arena_concat(outline->arena, category, STR(" / ")), cell->clean)
                       : cell->clean;
        before = cell;
    }
    return category;
}

static enum rc read_row_fields(struct outline *outline, const struct grid *grid, size_t row, size_t problem,
                               struct outline_row *ret)
{
    *ret = (struct outline_row){.number = text_in(grid, row, COLUMN_NUMBER),
                                .type = text_in(grid, row, COLUMN_TYPE),
                                .unit = text_in(grid, row, COLUMN_UNIT),
                                .leader = text_in(grid, row, COLUMN_LEADER),
                                .due = text_in(grid, row, COLUMN_DUE),
                                .status = text_in(grid, row, COLUMN_STATUS),
                                .amount = text_in(grid, row, COLUMN_AMOUNT),
                                .basis = text_in(grid, row, COLUMN_BASIS),
                                .result = text_in(grid, row, COLUMN_RESULT)};
    ret->category = category_in(outline, grid, row, problem);
    size_t amount = find_column(grid, COLUMN_AMOUNT);
    int64_t unit = 0;
    if (amount < grid->columns && ret->amount.n > 0) {
        const struct grid_cell *heading = cell_at(grid, grid->header, amount);
        bool has_unit = (heading && amount_parse_unit(heading->match, &unit)) ||
                        amount_parse_unit(outline->source.amount_unit, &unit);
        if (!has_unit)
            unit = 100;
        ret->amount_unit = heading ? heading->clean : STR_EMPTY;
        ret->has_amount = amount_parse_scaled(ret->amount, unit, &ret->amount_fen);
    }
    ret->measure = text_in(grid, row, COLUMN_MEASURE);
    return RC_OK;
}

/* Gives the cells that start in row to node. */
static enum rc hold_row(struct outline *outline, const struct grid *grid, size_t row, struct outline_node *node)
{
    for (size_t i = grid->starts[row]; i < grid->count && grid->cells[i].row == row; i++) {
        for (size_t line = grid->cells[i].line; line < outline->lines.n; line++) {
            const struct paragraph *paragraph = outline_cell_paragraph(outline, line),
                                   *start = outline_cell_paragraph(outline, grid->cells[i].line);
            if (paragraph->table != start->table || paragraph->row != start->row || paragraph->column != start->column)
                break;
            if (outline->lines.p[line].node)
                continue;
            if (!VEC_PUSH(outline->arena, &node->lines, (uint32_t)line))
                return arena_rc(outline->arena);
            outline->lines.p[line].node = node;
        }
    }
    return RC_OK;
}

static void set_place(struct outline *outline, struct outline_node *node, const struct grid_cell *cell)
{
    const struct outline_line *line = &outline->lines.p[cell->line];
    node->line = cell->line;
    node->to = line->match.n;
    node->heading_to = line->match.n;
    node->span = outline_span_of(line, 0, line->match.n);
    node->heading = cell->clean;
}

/* One text in the whole row names a group of findings: "一、财政管理方面". */
static const struct grid_cell *group_cell(const struct grid *grid, size_t row)
{
    const struct grid_cell *only = NULL;
    for (size_t column = 0; column < grid->columns; column++) {
        const struct grid_cell *cell = cell_at(grid, row, column);
        if (!cell || cell->match.n == 0 || cell == only)
            continue;
        if (cell->row != row || (only && grid->kinds[only->column] != COLUMN_NUMBER))
            return NULL;
        if (only) {
            /* "一 | 财政管理方面": the number column counts in words. */
            uint32_t code = outline_code_at(only->match, 0, NULL);
            if (code < 0x80 || cell->row != row)
                return NULL;
        }
        only = cell;
    }
    return only && only->match.n && !(outline_code_at(only->match, 0, NULL) < 0x80 && only->match.n <= 3) ? only : NULL;
}

/* The words of a cell that begins in this row: none that a row above reaches down into. */
static struct str own_text(const struct grid *grid, size_t row, enum column_kind kind)
{
    size_t column = find_column(grid, kind);
    const struct grid_cell *cell = column < grid->columns ? cell_at(grid, row, column) : NULL;
    return cell && cell->row == row ? cell->clean : STR_EMPTY;
}

/* Is a row below the same words numbered on, with an amount of its own?  Then it is the next problem. */
static bool is_counted_apart(const struct grid *grid, size_t row, const struct outline_node *finding)
{
    int64_t number = 0;
    return str_parse_int64(outline_trim(own_text(grid, row, COLUMN_NUMBER)), &number) && finding->number > 0 &&
           number == finding->number + 1 && own_text(grid, row, COLUMN_AMOUNT).n > 0;
}

static void add_state(struct outline *outline, struct outline_row *row, struct str state)
{
    if (state.n > 0 && row->more_states.n > 0)
        row->more_states = arena_concat(outline->arena, row->more_states, STR("\n"));
    row->more_states = arena_concat(outline->arena, row->more_states, state);
}

/* A further row of a problem says who does its measures, and until when. */
static enum rc set_own_fields(struct outline *outline, const struct grid *grid, size_t row, size_t first)
{
    struct outline_row fields = {.unit = own_text(grid, row, COLUMN_UNIT),
                                 .leader = own_text(grid, row, COLUMN_LEADER),
                                 .due = own_text(grid, row, COLUMN_DUE)};
    if (fields.unit.n + fields.leader.n + fields.due.n == 0)
        return RC_OK;
    for (size_t i = first; i < outline->nodes.n; i++) {
        struct outline_row *own = ARENA_NEW(outline->arena, struct outline_row);
        if (!own)
            return arena_rc(outline->arena);
        *own = fields;
        outline->nodes.p[i]->row = own;
    }
    return RC_OK;
}

static enum rc add_measure(struct outline *outline, const struct grid *grid, size_t row, struct outline_node *finding,
                           bool is_more)
{
    size_t column = find_column(grid, COLUMN_MEASURE);
    if (column == grid->columns)
        column = find_column(grid, COLUMN_RESULT);
    const struct grid_cell *cell = column < grid->columns ? cell_at(grid, row, column) : NULL;
    if (!cell || cell->row != row || cell->match.n == 0)
        return RC_OK;
    size_t first = outline->nodes.n;
    TRY(outline_add_cell_measures(outline, cell, finding));
    return is_more ? set_own_fields(outline, grid, row, first) : RC_OK;
}

/* The finding of another list of the file that has the same words and number: its fields are filled up. */
static struct outline_node *find_same(const struct outline *outline, const struct outline_node *table,
                                      const struct grid_cell *cell, const struct outline_row *row)
{
    size_t before = (size_t)table->id - 1; /* nodes before the table */
    if (outline_count(cell->clean) < SAME_COUNT_MIN || before > SAME_NODES_MAX)
        return NULL;
    for (size_t i = 0; i < before; i++) {
        struct outline_node *node = outline->nodes.p[i];
        bool is_same = node->style == STYLE_ROW && node->role == ROLE_FINDING && str_equal(node->heading, cell->clean);
        if (!is_same)
            continue;
        bool is_number = str_equal(node->row->number, row->number) || node->row->number.n == 0 || row->number.n == 0;
        bool is_unit = str_equal(node->row->unit, row->unit) || node->row->unit.n == 0 || row->unit.n == 0;
        if (is_number && is_unit)
            return node;
    }
    return NULL;
}

static void fill_row(struct outline_row *row, const struct outline_row *more)
{
    struct str *fields[] = {&row->category, &row->type,   &row->unit,  &row->leader, &row->due,
                            &row->status,   &row->amount, &row->basis, &row->result, &row->measure};
    const struct str *others[] = {&more->category, &more->type,   &more->unit,  &more->leader, &more->due,
                                  &more->status,   &more->amount, &more->basis, &more->result, &more->measure};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i]->n == 0)
            *fields[i] = *others[i];
    if (!row->has_amount && more->has_amount) {
        row->has_amount = true;
        row->amount_fen = more->amount_fen;
        row->amount_unit = more->amount_unit;
    }
}

/* "问题：…。整改措施：…" in one cell. */
static enum rc split_cell(struct outline *outline, const struct grid_cell *cell, struct outline_node *finding)
{
    const struct outline_line *line = &outline->lines.p[cell->line];
    size_t word = 0, at = outline_find_any(line->match, 0, WORDS("整改措施:", "整改情况:", "措施:"), &word);
    if (at == SIZE_MAX || at == 0)
        return RC_OK;
    static const size_t lengths[] = {sizeof "整改措施:" - 1, sizeof "整改情况:" - 1, sizeof "措施:" - 1};
    size_t from = str_has_prefix(line->match, STR("问题:")) ? STR("问题:").n : 0;
    struct grid_cell rest = *cell;
    finding->from = from;
    finding->to = finding->heading_to = at;
    finding->heading = outline_clean(line, from, at);
    if (str_has_suffix(finding->heading, STR("。")))
        finding->heading = str_slice(finding->heading, 0, finding->heading.n - STR("。").n);
    finding->span = outline_span_of(line, from, at);
    rest.from = at + lengths[word];
    rest.clean = outline_clean(line, rest.from, line->match.n);
    return outline_add_cell_measures(outline, &rest, finding);
}

/* A row that begins a finding, or fills up one of another list. */
static enum rc add_row(struct outline *outline, const struct grid *grid, size_t row, size_t problem,
                       const struct outline_node *table, struct outline_node *group, struct outline_node **ret)
{
    const struct grid_cell *cell = cell_at(grid, row, problem);
    struct outline_row *fields = ARENA_NEW(outline->arena, struct outline_row);
    if (!fields)
        return arena_rc(outline->arena);
    TRY(read_row_fields(outline, grid, row, problem, fields));
    struct outline_node *finding = find_same(outline, table, cell, fields);
    if (finding) {
        fill_row(finding->row, fields);
        *ret = finding;
        return RC_OK;
    }
    finding = outline_new_node(outline, group, STYLE_ROW);
    if (!finding)
        return arena_rc(outline->arena);
    finding->row = fields;
    finding->role = ROLE_FINDING;
    finding->table = table->table;
    set_place(outline, finding, cell);
    finding->mark = fields->number;
    int64_t number = 0;
    if (str_parse_int64(outline_trim(fields->number), &number) && number > 0 && number < NUMBER_MAX)
        finding->number = (int)number;
    *ret = finding;
    return find_column(grid, COLUMN_MEASURE) == grid->columns ? split_cell(outline, cell, finding) : RC_OK;
}

static enum rc read_ledger(struct outline *outline, const struct grid *grid, struct outline_node *table)
{
    size_t problem = find_column(grid, COLUMN_PROBLEM);
    struct outline_node *group = table, *finding = NULL;
    const struct grid_cell *last = NULL;
    for (size_t row = grid->header + 1; row < grid->rows; row++) {
        const struct grid_cell *cell = cell_at(grid, row, problem);
        const struct grid_cell *title = group_cell(grid, row);
        if (is_total(grid, row)) {
            TRY(hold_row(outline, grid, row, table));
            continue;
        }
        if (title && title != last && title->row == row && grid->columns > 2 &&
            (!cell || cell == title || cell->match.n == 0) && grid->kinds[title->column] != COLUMN_MEASURE) {
            group = outline_new_node(outline, table, STYLE_NONE);
            if (!group)
                return arena_rc(outline->arena);
            group->role = ROLE_ASPECT;
            group->table = table->table;
            set_place(outline, group, title);
            TRY(hold_row(outline, grid, row, group));
            finding = NULL;
            last = NULL;
            continue;
        }
        bool is_more =
            finding && (cell == last || !cell || cell->match.n == 0) && !is_counted_apart(grid, row, finding);
        if (!is_more && cell && cell->match.n > 0) {
            TRY(add_row(outline, grid, row, problem, table, group, &finding));
            last = cell;
        }
        if (!finding) {
            TRY(hold_row(outline, grid, row, table));
            continue;
        }
        if (is_more)
            add_state(outline, finding->row,
                      own_text(grid, row, finding->row->status.n > 0 ? COLUMN_STATUS : COLUMN_RESULT));
        TRY(hold_row(outline, grid, row, finding));
        TRY(add_measure(outline, grid, row, finding, is_more));
    }
    return RC_OK;
}

/* A table of measures below the problem that they are for: one row each, with who and until when. */
static enum rc read_measures(struct outline *outline, const struct grid *grid, struct outline_node *table)
{
    size_t column = find_column(grid, COLUMN_MEASURE);
    const struct grid_cell *last = NULL;
    for (size_t row = grid->header + 1; row < grid->rows; row++) {
        const struct grid_cell *cell = cell_at(grid, row, column);
        if (!cell || cell == last || cell->row != row || cell->match.n == 0 || is_total(grid, row))
            continue;
        struct outline_node *measure = outline_new_node(outline, table, STYLE_ROW);
        if (!measure)
            return arena_rc(outline->arena);
        measure->row = ARENA_NEW(outline->arena, struct outline_row);
        if (!measure->row)
            return arena_rc(outline->arena);
        measure->role = ROLE_MEASURE;
        measure->table = table->table;
        set_place(outline, measure, cell);
        TRY(read_row_fields(outline, grid, row, grid->columns, measure->row));
        measure->mark = measure->row->number;
        TRY(hold_row(outline, grid, row, measure));
        last = cell;
    }
    return RC_OK;
}

/* The rows down to the headings are the table's; a line above them names it, and an untitled sheet. */
static enum rc read_head(struct outline *outline, const struct grid *grid, struct outline_node *table)
{
    size_t shown = grid->header < grid->rows ? grid->header : 0;
    for (size_t row = 0; row <= shown; row++) {
        const struct grid_cell *cell = row < shown ? group_cell(grid, row) : NULL;
        bool is_mark = cell && str_has_prefix(cell->match, STR("附件")) && outline_count(cell->match) <= 4;
        if (cell && !is_mark && table->heading.n == 0 && outline_find(cell->match, ":", 0) == SIZE_MAX)
            table->heading = cell->clean;
        TRY(hold_row(outline, grid, row, table));
    }
    bool is_subject =
        outline->document->format == FORMAT_EML && str_equal(outline->source.title, outline->document->title);
    if (table->heading.n && (outline->source.title.n == 0 || is_subject))
        outline->source.title = table->heading;
    return RC_OK;
}

/* The rows by what the table is: a ledger, a form for one problem, the measures of the problem above, or figures. */
static enum rc read_rows(struct outline *outline, const struct grid *grid, struct outline_node *table)
{
    if (is_ledger(grid)) {
        table->role = ROLE_LEDGER;
        TRY(outline_read_ledger_lead(outline, grid));
        return read_ledger(outline, grid, table);
    }
    if (outline_is_form(grid)) {
        table->role = ROLE_LEDGER;
        return outline_read_form(outline, grid, table);
    }
    bool has_measures = grid->header < grid->rows && find_column(grid, COLUMN_MEASURE) < grid->columns;
    return has_measures && table->parent != &outline->root ? read_measures(outline, grid, table) : RC_OK;
}

/* Lines that no row has taken are the table's. */
static enum rc hold_rest(struct outline *outline, size_t first, size_t end, struct outline_node *table)
{
    for (size_t i = first; i < end; i++) {
        struct outline_line *line = &outline->lines.p[i];
        if (line->node)
            continue;
        if (!VEC_PUSH(outline->arena, &table->lines, (uint32_t)i))
            return arena_rc(outline->arena);
        line->node = table;
    }
    return RC_OK;
}

enum rc outline_read_table(struct outline *outline, size_t first, size_t end, struct outline_node *parent)
{
    struct grid grid = {0};
    TRY(outline_read_grid(outline, first, end, &grid));
    struct outline_node *table = outline_new_node(outline, parent, STYLE_TABLE);
    if (!table)
        return arena_rc(outline->arena);
    table->role = ROLE_TABLE;
    table->line = (uint32_t)first;
    table->table = outline_cell_paragraph(outline, first)->table;
    table->span = outline_span_of(&outline->lines.p[first], 0, outline->lines.p[first].match.n);
    if (grid.at) {
        find_header(&grid);
        TRY(read_head(outline, &grid, table));
        TRY(read_rows(outline, &grid, table));
        TRY(outline_check_grid(outline, &grid, table->id));
    }
    return hold_rest(outline, first, end, table);
}
