/* plan_rows.c: the rows of a plan as it stands, and what differs between two of them; see plan.h. */
#include "loop/plan.h"

#include "base/map.h"
#include "text/utf8.h"

#define LIST_COMMA "\xe3\x80\x81"

/* One source's rows while they are put in order. */
struct build {
    struct ctx *ctx;
    struct map causes, measures, tasks, nodes; /* lists of rows by the id of what they hang on */
    struct map names;                          /* "task:12:assist", "evidence:7", "pred:9": texts, joined */
    struct value *rows;
};

struct line {
    const char *kind;
    int64_t subject, finding, depth, weight;
    struct str no, title, unit_name, start, due, phase, sort, goal, finish_mark, preds;
};

static struct str number(struct arena *arena, int64_t n) { return arena_format(arena, "%lld", (long long)n); }

/* Moves each row into the list of the map under the number of its key; the order stays. */
static enum rc group(struct ctx *ctx, struct map *map, struct value *rows, const char *key)
{
    map_init(map, ctx->arena);
    for (struct value *row = rows->items.first, *next; row; row = next) {
        next = row->next;
        row->next = NULL;
        struct str name = number(ctx->arena, value_get_int(row, key, 0));
        struct value *list = map_get(map, name);
        if (!list) {
            list = value_new_list(ctx->arena);
            TRY(arena_rc(ctx->arena));
            TRY(map_put(map, name, list));
        }
        value_add(list, row);
    }
    return RC_OK;
}

static const struct value *group_of(struct build *b, const struct map *map, int64_t id)
{
    return map_get(map, number(b->ctx->arena, id));
}

/* Joins a text to those that stand under the same name. */
static enum rc join_name(struct build *b, struct str name, struct str text)
{
    struct arena *arena = b->ctx->arena;
    struct value *before = map_get(&b->names, name);
    if (!text.n)
        return RC_OK;
    struct str all =
        before ? arena_format(arena, "%.*s" LIST_COMMA "%.*s", STR_ARG(before->text), STR_ARG(text)) : text;
    struct value *joined = value_new_text(arena, all);
    TRY(arena_rc(arena));
    return map_put(&b->names, name, joined);
}

static struct str name_of(struct build *b, const char *kind, int64_t id, const char *role)
{
    const struct value *v = map_get(&b->names, arena_format(b->ctx->arena, "%s:%lld:%s", kind, (long long)id, role));
    return v ? v->text : STR("");
}

static enum rc read_rows(struct ctx *ctx, struct db *db, enum query query, int64_t source_id, struct value **ret_rows)
{
    struct db_stmt *st = db_query(db, query);
    db_bind_int(st, "source", source_id);
    return db_rows(ctx, st, ret_rows);
}

static enum rc read_group(struct build *b, struct db *db, enum query query, int64_t source_id, struct map *map,
                          const char *key)
{
    struct value *rows;
    TRY(read_rows(b->ctx, db, query, source_id, &rows));
    return group(b->ctx, map, rows, key);
}

static enum rc read_names(struct build *b, struct db *db, int64_t source_id)
{
    struct arena *arena = b->ctx->arena;
    struct value *rows;
    map_init(&b->names, arena);
    TRY(read_rows(b->ctx, db, Q_PLAN_NOW_DUTIES, source_id, &rows));
    VALUE_EACH (row, rows) {
        TRY(join_name(b,
                      arena_format(arena, "%.*s:%lld:%.*s", STR_ARG(value_get_text(row, "subject_kind")),
                                   (long long)value_get_int(row, "subject_id", 0),
                                   STR_ARG(value_get_text(row, "role"))),
                      value_get_text(row, "actor_name")));
    }
    TRY(read_rows(b->ctx, db, Q_PLAN_NOW_EXPECTED, source_id, &rows));
    VALUE_EACH (row, rows) {
        struct str text = value_get_text(row, "text");
        TRY(join_name(b, arena_format(arena, "evidence:%lld:", (long long)value_get_int(row, "measure_id", 0)),
                      text.n ? text : value_get_text(row, "class")));
    }
    TRY(read_rows(b->ctx, db, Q_PLAN_NOW_PREDS, source_id, &rows));
    VALUE_EACH (row, rows) {
        TRY(join_name(b, arena_format(arena, "pred:%lld:", (long long)value_get_int(row, "node_id", 0)),
                      value_get_text(row, "name")));
    }
    return RC_OK;
}

static void put_date(struct arena *arena, struct value *row, const char *key, struct str day)
{
    if (day.n)
        value_put_text(arena, row, key, day);
    else
        value_put_null(arena, row, key);
}

static void add_line(struct build *b, const struct line *l)
{
    static const char *const roles[] = {"lead_leader", "lead_dept", "assist", "supervisor", "doer"};
    struct arena *arena = b->ctx->arena;
    int64_t n = (int64_t)value_count(b->rows) + 1;
    struct value *row = value_add_map(arena, b->rows);
    value_put_int(arena, row, "row_n", n);
    value_put_text(arena, row, "row_kind", str_from_cstr(l->kind));
    value_put_int(arena, row, "row_subject", l->subject);
    value_put_int(arena, row, "row_finding", l->finding);
    value_put_int(arena, row, "depth", l->depth);
    value_put_text(arena, row, "row_no", l->no);
    value_put_text(arena, row, "row_title", l->title);
    value_put_text(arena, row, "unit_name", l->unit_name);
    put_date(arena, row, "start", l->start);
    put_date(arena, row, "due", l->due);
    value_put_text(arena, row, "phase", l->phase);
    value_put_text(arena, row, "sort", l->sort);
    value_put_int(arena, row, "weight", l->weight);
    value_put_text(arena, row, "goal", l->goal);
    value_put_text(arena, row, "finish_mark", l->finish_mark);
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        value_put_text(arena, row, roles[i], name_of(b, l->kind, l->subject, roles[i]));
    value_put_text(arena, row, "preds", l->preds);
}

static void add_nodes(struct build *b, int64_t task_id, int64_t finding_id, int64_t depth)
{
    VALUE_EACH (node, group_of(b, &b->nodes, task_id)) {
        int64_t id = value_get_int(node, "id", 0);
        add_line(b, &(struct line){.kind = "node",
                                   .subject = id,
                                   .finding = finding_id,
                                   .depth = depth,
                                   .weight = value_get_int(node, "weight", 0),
                                   .no = number(b->ctx->arena, value_get_int(node, "no", 0)),
                                   .title = value_get_text(node, "name"),
                                   .start = value_get_text(node, "start"),
                                   .due = value_get_text(node, "due"),
                                   .goal = value_get_text(node, "deliverable"),
                                   .preds = name_of(b, "pred", id, "")});
    }
}

/* The tasks of one measure below parent (0: the first level), each with its nodes and children. */
static void add_tasks(struct build *b, const struct value *tasks, int64_t parent_id, int64_t depth)
{
    VALUE_EACH (task, tasks) {
        if (value_get_int(task, "parent_id", 0) != parent_id)
            continue;
        int64_t id = value_get_int(task, "id", 0), finding_id = value_get_int(task, "finding_id", 0);
        add_line(b, &(struct line){.kind = "task",
                                   .subject = id,
                                   .finding = finding_id,
                                   .depth = depth,
                                   .weight = value_get_int(task, "weight", 0),
                                   .no = value_get_text(task, "no"),
                                   .title = value_get_text(task, "title"),
                                   .unit_name = value_get_text(task, "unit_name"),
                                   .start = value_get_text(task, "start"),
                                   .due = value_get_text(task, "due"),
                                   .phase = value_get_text(task, "phase"),
                                   .goal = value_get_text(task, "goal"),
                                   .finish_mark = value_get_text(task, "finish_mark")});
        add_nodes(b, id, finding_id, depth + 1);
        add_tasks(b, tasks, id, depth + 1);
    }
}

static void add_measures(struct build *b, int64_t finding_id)
{
    VALUE_EACH (measure, group_of(b, &b->measures, finding_id)) {
        int64_t id = value_get_int(measure, "id", 0);
        add_line(b, &(struct line){.kind = "measure",
                                   .subject = id,
                                   .finding = finding_id,
                                   .depth = 1,
                                   .weight = value_get_int(measure, "weight", 0),
                                   .no = number(b->ctx->arena, value_get_int(measure, "no", 0)),
                                   .title = value_get_text(measure, "text"),
                                   .due = value_get_text(measure, "due"),
                                   .phase = value_get_text(measure, "phase"),
                                   .sort = value_get_text(measure, "kinds"),
                                   .goal = name_of(b, "evidence", id, ""),
                                   .finish_mark = value_get_text(measure, "finish_mark")});
        if (value_get_int(measure, "own_finding", 0) == finding_id) /* else its tasks stand under its own finding */
            add_tasks(b, group_of(b, &b->tasks, id), 0, 2);
    }
}

static void add_finding(struct build *b, const struct value *finding)
{
    int64_t id = value_get_int(finding, "id", 0);
    add_line(b, &(struct line){.kind = "finding",
                               .subject = id,
                               .finding = id,
                               .no = value_get_text(finding, "no"),
                               .title = value_get_text(finding, "title"),
                               .unit_name = value_get_text(finding, "unit_name"),
                               .due = value_get_text(finding, "due"),
                               .phase = value_get_text(finding, "phase")});
    VALUE_EACH (cause, group_of(b, &b->causes, id)) {
        add_line(b, &(struct line){.kind = "cause",
                                   .subject = value_get_int(cause, "id", 0),
                                   .finding = id,
                                   .depth = 1,
                                   .title = value_get_text(cause, "text"),
                                   .sort = value_get_text(cause, "level")});
    }
    add_measures(b, id);
}

enum rc plan_rows_now(struct ctx *ctx, struct db *db, int64_t source_id, int64_t unit_id, int64_t label,
                      struct value **ret_rows)
{
    struct build b = {.ctx = ctx, .rows = value_new_list(ctx->arena)};
    struct value *findings;
    TRY(read_names(&b, db, source_id));
    TRY(read_group(&b, db, Q_PLAN_NOW_CAUSES, source_id, &b.causes, "finding_id"));
    TRY(read_group(&b, db, Q_PLAN_NOW_MEASURES, source_id, &b.measures, "finding_id"));
    TRY(read_group(&b, db, Q_PLAN_NOW_TASKS, source_id, &b.tasks, "measure_id"));
    TRY(read_group(&b, db, Q_PLAN_NOW_NODES, source_id, &b.nodes, "task_id"));
    struct db_stmt *st = db_query(db, Q_PLAN_NOW_FINDINGS);
    db_bind_int(st, "source", source_id);
    db_bind_int(st, "unit", unit_id);
    db_bind_int(st, "label", label);
    TRY(db_rows(ctx, st, &findings));
    VALUE_EACH (finding, findings) {
        add_finding(&b, finding);
    }
    *ret_rows = b.rows;
    return arena_rc(ctx->arena);
}

/* ---- two versions ------------------------------------------------------------------------------------------- */

static struct str row_name(struct arena *arena, const struct value *row)
{
    return arena_format(arena, "%.*s:%lld:%lld", STR_ARG(value_get_text(row, "row_kind")),
                        (long long)value_get_int(row, "row_subject", 0),
                        (long long)value_get_int(row, "row_finding", 0));
}

static struct str field_text(struct arena *arena, const struct value *row, const char *key)
{
    const struct value *v = value_get(row, key);
    return v && v->kind == VALUE_INT ? number(arena, v->integer) : value_get_text(row, key);
}

/* Adds the row to `changed` when a field of it differs. */
static void compare_row(struct arena *arena, struct value *changed, const struct value *before,
                        const struct value *after)
{
    static const char *const fields[] = {"row_title", "unit_name", "start",      "due",         "phase",
                                         "sort",      "weight",    "goal",       "finish_mark", "lead_leader",
                                         "lead_dept", "assist",    "supervisor", "doer",        "preds"};
    struct value *list = NULL;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct str old = field_text(arena, before, fields[i]), new = field_text(arena, after, fields[i]);
        if (str_equal(old, new))
            continue;
        if (!list) {
            struct value *row = value_copy(arena, after);
            value_add(changed, row);
            list = value_put_list(arena, row, "fields");
        }
        struct value *field = value_add_map(arena, list);
        value_put_text(arena, field, "field", str_from_cstr(fields[i]));
        value_put_text(arena, field, "before", old);
        value_put_text(arena, field, "after", new);
    }
}

static enum rc index_rows(struct ctx *ctx, struct map *map, const struct value *rows)
{
    map_init(map, ctx->arena);
    VALUE_EACH (row, rows) {
        TRY(map_put(map, row_name(ctx->arena, row), (void *)(uintptr_t)row));
    }
    return RC_OK;
}

enum rc plan_rows_compare(struct ctx *ctx, const struct value *before, const struct value *after,
                          struct value **ret_difference)
{
    struct arena *arena = ctx->arena;
    struct map old, new;
    struct value *difference = value_new_map(arena), *added = value_put_list(arena, difference, "added"),
                 *removed = value_put_list(arena, difference, "removed"),
                 *changed = value_put_list(arena, difference, "changed");
    TRY(index_rows(ctx, &old, before));
    TRY(index_rows(ctx, &new, after));
    VALUE_EACH (row, after) {
        const struct value *was = map_get(&old, row_name(arena, row));
        if (was)
            compare_row(arena, changed, was, row);
        else
            value_add(added, value_copy(arena, row));
    }
    VALUE_EACH (row, before) {
        if (!map_get(&new, row_name(arena, row)))
            value_add(removed, value_copy(arena, row));
    }
    value_put_int(arena, difference, "count",
                  (int64_t)(value_count(added) + value_count(removed) + value_count(changed)));
    *ret_difference = difference;
    return arena_rc(arena);
}

/* ---- goals -------------------------------------------------------------------------------------------------- */

static bool is_one_of(uint32_t c, const uint32_t *set, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (set[i] == c)
            return true;
    return false;
}

/* Chinese numerals: 1 to 9, two, ten, hundred, thousand, ten thousand. */
static bool is_numeral(uint32_t c)
{
    static const uint32_t set[] = {0x4e00, 0x4e8c, 0x4e09, 0x56db, 0x4e94, 0x516d, 0x4e03,
                                   0x516b, 0x4e5d, 0x4e24, 0x5341, 0x767e, 0x5343, 0x4e07};
    return is_one_of(c, set, sizeof set / sizeof set[0]);
}

/* What is counted: items, pieces, times, copies, sums, households, people, houses, sets, clauses, days, months, years,
 * quarters, yuan, batches, per cent.  A numeral without one of these is a word ("further", "unified"). */
static bool is_counter(uint32_t c)
{
    static const uint32_t set[] = {0x9879, 0x4e2a, 0x6b21, 0x4efd, 0x4ef6, 0x7b14, 0x6237, 0x4eba,
                                   0x540d, 0x5bb6, 0x5957, 0x6761, 0x5929, 0x65e5, 0x6708, 0x5e74,
                                   0x5b63, 0x5143, 0x6279, 0x6210, 0x7ae0, 0x671f};
    return is_one_of(c, set, sizeof set / sizeof set[0]);
}

bool plan_is_measurable(struct str goal, struct str finish_mark)
{
    size_t at = 0;
    uint32_t c;
    bool is_after_numeral = false;
    if (str_trim(finish_mark).n)
        return true;
    while (utf8_decode(goal, &at, &c)) {
        if ((c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19) || (is_after_numeral && is_counter(c)))
            return true;
        is_after_numeral = is_numeral(c);
    }
    return false;
}
