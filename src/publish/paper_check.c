/* paper_check.c: whether a paper's data agree with themselves, and what has changed since an earlier issue; see
 * paper_data.h. */
#include "base/map.h"
#include "publish/paper_data.h"
#include "serve/messages.h"

enum { FAULTS_MAX = 200 };

void paper_add_fault(struct ctx *ctx, struct value *faults, const char *key, const struct str *args, int count)
{
    if (value_count(faults) < FAULTS_MAX)
        value_add_text(ctx->arena, faults, message_format(ctx->arena, LANG_ZH, str_from_cstr(key), args, count));
}

/* ---- figures against rows ------------------------------------------------------------------------------------- */

struct figure_row {
    const char *figure, *list, *column, *values; /* values: "a|b"; NULL: all rows */
};

/* Each figure that counts rows which stand in the data too: two ways of counting must give one number. */
static const struct figure_row figure_rows[] = {
    {"findings", "findings", NULL, NULL},
    {"findings_immediate", "findings", "phase", "immediate"},
    {"findings_concentrated", "findings", "phase", "concentrated"},
    {"findings_long_term", "findings", "phase", "long_term"},
    {"findings_over", "findings", "finding_status", "closed|kept|ended"},
    {"findings_completed", "findings", "result", "completed"},
    {"findings_basically", "findings", "result", "basically"},
    {"findings_not_completed", "findings", "result", "not_completed"},
    {"tasks", "tasks", NULL, NULL},
    {"tasks_done", "tasks", "task_state", "done"},
    {"units", "answers", NULL, NULL},
    {"answered", "answers", "answer_state", "answered|checked"},
    {"zero_answers", "answers", "answer_result", "none"},
};

static bool is_one_of(struct str text, const char *values)
{
    struct str rest = str_from_cstr(values), one;
    while (str_split_next(&rest, '|', &one))
        if (str_equal(text, one))
            return true;
    return false;
}

static int64_t count_rows(const struct value *list, const struct figure_row *figure)
{
    int64_t n = 0;
    VALUE_EACH (row, list)
        n += !figure->values || is_one_of(value_get_text(row, figure->column), figure->values);
    return n;
}

static void check_figures(struct ctx *ctx, const struct value *data, struct value *faults)
{
    const struct value *figures = value_get(data, "figures");
    for (size_t i = 0; i < sizeof figure_rows / sizeof figure_rows[0]; i++) {
        const struct value *figure = value_get(figures, figure_rows[i].figure),
                           *list = value_get(data, figure_rows[i].list);
        if (!figure || !list)
            continue;
        int64_t counted = count_rows(list, &figure_rows[i]);
        if (figure->kind == VALUE_INT && figure->integer == counted)
            continue;
        struct str args[3] = {
            str_from_cstr(figure_rows[i].figure),
            arena_format(ctx->arena, "%lld", (long long)value_get_int(figures, figure_rows[i].figure, -1)),
            arena_format(ctx->arena, "%lld", (long long)counted)};
        paper_add_fault(ctx, faults, "paper.fault.figure", args, 3);
    }
}

/* ---- problems, tasks, duties ---------------------------------------------------------------------------------- */

static void check_task(struct ctx *ctx, const struct value *task, struct value *faults)
{
    struct str no = value_get_text(task, "no");
    if (!value_get_text(task, "finish_mark").n)
        paper_add_fault(ctx, faults, "paper.fault.no_mark", &no, 1);
    if (!value_get_text(task, "doer").n && !value_get_text(task, "lead_dept").n)
        paper_add_fault(ctx, faults, "paper.fault.no_doer", &no, 1);
}

static void check_plan(struct ctx *ctx, const struct value *data, struct value *faults)
{
    const struct value *findings = value_get(data, "findings");
    VALUE_EACH (finding, findings) {
        struct str no = value_get_text(finding, "no");
        bool has_task = false;
        VALUE_EACH (measure, value_get(finding, "measures"))
            has_task |= value_count(value_get(measure, "tasks")) > 0;
        if (value_get_int(finding, "main_id", 0))
            continue;
        if (!value_count(value_get(finding, "measures")))
            paper_add_fault(ctx, faults, "paper.fault.no_measure", &no, 1);
        else if (!has_task)
            paper_add_fault(ctx, faults, "paper.fault.no_task", &no, 1);
        if (!value_get_text(finding, "lead_leader").n)
            paper_add_fault(ctx, faults, "paper.fault.no_leader", &no, 1);
    }
    const struct value *tasks = value_get(data, "tasks");
    VALUE_EACH (task, tasks)
        check_task(ctx, task, faults);
}

void paper_check(struct ctx *ctx, const struct value *data, bool is_plan, struct value *faults)
{
    check_figures(ctx, data, faults);
    if (is_plan)
        check_plan(ctx, data, faults);
}

/* ---- differences ---------------------------------------------------------------------------------------------- */

/* What counts as a change of a row: what a plan or a list says of it, not how far it has come. */
static const struct {
    const char *list, *mark, *columns, *gone;
} change_rows[] = {
    {"findings", "change", "title facts causes nature phase due unit_name lead_leader lead_dept", "gone_findings"},
    {"measures", "change", "text kinds phase due finish_mark", "gone_measures"},
    {"tasks", "change", "title goal finish_mark phase due start unit_name", "gone_tasks"},
    {"tasks", "duty_change", "title lead_leader lead_dept assist doer contact supervisor", NULL},
};
enum { CHANGE_ROWS = sizeof change_rows / sizeof change_rows[0] };

/* Rows of a list by their texts: what else they carry is not printed. */
static bool is_same_text(const struct value *a, const struct value *b)
{
    const struct value *x = a->items.first, *y = b->items.first;
    while (x && y && str_equal(value_get_text(x, "text"), value_get_text(y, "text"))) {
        x = x->next;
        y = y->next;
    }
    return !x && !y;
}

static bool differs(const struct value *a, const struct value *b, const char *columns)
{
    struct str rest = str_from_cstr(columns), column;
    while (str_split_next(&rest, ' ', &column)) {
        const struct value *x = value_get_str(a, column), *y = value_get_str(b, column);
        bool is_same = (value_is_null(x) && value_is_null(y)) || (x && y && value_equal(x, y));
        if (!is_same && x && y && x->kind == VALUE_LIST && y->kind == VALUE_LIST)
            is_same = is_same_text(x, y);
        if (!is_same)
            return true;
    }
    return false;
}

static struct str id_of(struct arena *arena, const struct value *row)
{
    return arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0));
}

static void mark_row(struct ctx *ctx, struct value *row, const char *mark, const char *key)
{
    value_set(row, str_from_cstr(mark),
              value_new_text(ctx->arena, key ? message_find(LANG_ZH, str_from_cstr(key)) : STR("")));
}

/* Marks the rows of a list wherever they hang; old: none is marked. */
static void mark_tree(struct ctx *ctx, struct value *tree, const struct map *old, size_t i)
{
    for (struct value *child = tree && (tree->kind == VALUE_MAP || tree->kind == VALUE_LIST) ? tree->items.first : NULL;
         child; child = child->next) {
        bool is_list = child->kind == VALUE_LIST && str_equal_cstr(child->key, change_rows[i].list);
        for (struct value *row = is_list ? child->items.first : NULL; row; row = row->next) {
            const struct value *was = old ? map_get(old, id_of(ctx->arena, row)) : NULL;
            mark_row(ctx, row, change_rows[i].mark,
                     !old                                        ? NULL
                     : !was                                      ? "paper.change.new"
                     : differs(row, was, change_rows[i].columns) ? "paper.change.changed"
                                                                 : NULL);
        }
        mark_tree(ctx, child, old, i);
    }
}

/* A row of the last issue that is no more, as it stood there. */
static void add_gone(struct ctx *ctx, const struct value *row, struct value *gone, struct value *removed)
{
    struct value *copy = value_add_map(ctx->arena, removed), *whole = value_copy(ctx->arena, row);
    struct str title = value_get_text(row, "title");
    value_put_text(ctx->arena, copy, "no", value_get_text(row, "no"));
    value_put_text(ctx->arena, copy, "title", title.n ? title : value_get_text(row, "text"));
    if (!whole)
        return;
    mark_row(ctx, whole, "change", "paper.change.gone");
    mark_row(ctx, whole, "duty_change", "paper.change.gone");
    value_add(gone, whole);
}

static void mark_list(struct ctx *ctx, struct value *data, const struct value *before, size_t i, struct value *removed)
{
    struct map old, now;
    map_init(&old, ctx->arena);
    map_init(&now, ctx->arena);
    const struct value *was = value_get(before, change_rows[i].list), *is = value_get(data, change_rows[i].list);
    VALUE_EACH (row, was)
        if (map_put(&old, id_of(ctx->arena, row), (void *)row) != RC_OK)
            return;
    VALUE_EACH (row, is)
        if (map_put(&now, id_of(ctx->arena, row), (void *)row) != RC_OK)
            return;
    mark_tree(ctx, data, before ? &old : NULL, i);
    if (!change_rows[i].gone)
        return;
    struct value *gone = value_put_list(ctx->arena, data, change_rows[i].gone);
    VALUE_EACH (row, was)
        if (!map_get(&now, id_of(ctx->arena, row)))
            add_gone(ctx, row, gone, removed);
}

/* Under each finding the measures that it has no more. */
static void hang_gone(struct ctx *ctx, struct value *tree, const struct value *gone)
{
    for (struct value *child = tree && (tree->kind == VALUE_MAP || tree->kind == VALUE_LIST) ? tree->items.first : NULL;
         child; child = child->next) {
        bool is_list = child->kind == VALUE_LIST && str_equal_cstr(child->key, "findings");
        for (struct value *row = is_list ? child->items.first : NULL; row; row = row->next) {
            struct value *list = value_put_list(ctx->arena, row, "gone_measures");
            VALUE_EACH (one, gone)
                if (value_get_int(one, "finding_id", -1) == value_get_int(row, "id", 0))
                    value_add(list, value_copy(ctx->arena, one));
        }
        if (!is_list)
            hang_gone(ctx, child, gone);
    }
}

void paper_mark_changes(struct ctx *ctx, struct value *data, const struct value *before)
{
    struct value *removed = value_put_list(ctx->arena, data, "removed");
    value_put_bool(ctx->arena, data, "has_before", before != NULL);
    value_put_text(ctx->arena, data, "before_day", value_get_text(before, "today_text"));
    for (size_t i = 0; i < CHANGE_ROWS; i++)
        mark_list(ctx, data, before, i, removed);
    hang_gone(ctx, data, value_get(data, "gone_measures"));
}
