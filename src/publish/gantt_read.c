/* gantt_read.c: from tasks and nodes to rows of the timetable; see gantt.h. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "loop/schedule.h"
#include "publish/gantt.h"

enum { TASKS_MAX = 600, SOON_DAYS = 30, FULL_BP = 10000 };

struct reading {
    struct ctx *ctx;
    const struct gantt_request *request;
    struct gantt *gantt;
    struct str last;   /* date of the last task that is shown */
    struct map row_of; /* of nodes by id, as row + 1 */
    int32_t room;
};

static int32_t day_of(const struct value *row, const char *key)
{
    int32_t day;
    return date_parse(value_get_text(row, key), &day) ? day : 0;
}

static enum canvas_state state_of(const struct reading *reading, bool is_done, bool is_stuck, int32_t due)
{
    int32_t today = reading->request->today;
    return is_done                    ? CANVAS_CLOSED
           : due && due < today       ? CANVAS_OVERDUE
           : is_stuck                 ? CANVAS_BEHIND
           : due <= today + SOON_DAYS ? CANVAS_DUE_SOON
                                      : CANVAS_NORMAL;
}

static struct gantt_row *add_row(struct reading *reading, enum gantt_kind kind, struct str title)
{
    struct gantt *gantt = reading->gantt;
    struct gantt_row *row = gantt->n < reading->room ? &gantt->rows[gantt->n++] : NULL;
    if (row)
        *row = (struct gantt_row){.kind = kind, .title = title, .sub = STR(""), .href = STR("")};
    return row;
}

static void add_task(struct reading *reading, const struct value *task)
{
    struct arena *arena = reading->ctx->arena;
    struct gantt_row *row = add_row(reading, GANTT_TASK, value_get_text(task, "title"));
    if (!row)
        return;
    struct str state = value_get_text(task, "state");
    row->id = value_get_int(task, "id", 0);
    row->due = day_of(task, "due");
    row->start = day_of(task, "start");
    row->start = row->start && row->start <= row->due ? row->start : row->due;
    row->base_due = day_of(task, "original_due");
    row->base_start = row->base_due && row->start <= row->base_due ? row->start : row->base_due;
    row->real_due = day_of(task, "done_on");
    row->done_percent = (int16_t)(value_get_int(task, "progress_bp", 0) * 100 / FULL_BP);
    row->state = state_of(reading, str_equal(state, STR("done")),
                          str_equal(state, STR("disputed")) || str_equal(state, STR("returned")), row->due);
    struct str word = message_find(reading->request->lang, arena_format(arena, "task.state.%.*s", STR_ARG(state)));
    row->sub = arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(task, "no")), STR_ARG(word.p ? word : state));
    row->href = arena_format(arena, "/tasks/%lld", (long long)row->id);
}

static enum rc add_node(struct reading *reading, const struct value *node)
{
    struct arena *arena = reading->ctx->arena;
    struct gantt_row *row = add_row(reading, GANTT_NODE, value_get_text(node, "name"));
    if (!row)
        return RC_OK;
    row->id = value_get_int(node, "id", 0);
    row->start = day_of(node, "start");
    row->due = day_of(node, "due");
    row->base_start = day_of(node, "base_start");
    row->base_due = day_of(node, "base_due");
    row->real_start = day_of(node, "real_start");
    row->real_due = day_of(node, "real_due");
    row->is_overlap = value_get_int(node, "is_overlap", 0) != 0;
    row->done_percent = row->real_due ? 100 : 0;
    row->state = state_of(reading, row->real_due != 0, false, row->due);
    row->sub = value_get_text(node, "deliverable");
    row->href = arena_format(arena, "/gantt?source=%lld&by=%s&node=%lld#move", (long long)reading->request->source_id,
                             reading->request->by_leader ? "leader" : "unit", (long long)row->id);
    return map_put(&reading->row_of, arena_format(arena, "%lld", (long long)row->id),
                   (void *)(intptr_t)reading->gantt->n);
}

/* ---- order --------------------------------------------------------------------------------------------------- */

struct placed {
    const struct value *task;
    struct str group;
    size_t n;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = (x->group.n == 0) - (y->group.n == 0); /* without a leader: last */
    order = order ? order : str_compare(x->group, y->group);
    return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

static enum rc add_rows(struct reading *reading, const struct value *tasks, const struct value *nodes)
{
    struct arena *arena = reading->ctx->arena;
    size_t count = value_count(tasks), n = 0;
    struct placed *list = ARENA_NEW_ARRAY(arena, struct placed, count + 1);
    reading->room = (int32_t)(2 * count + value_count(nodes) + 1);
    reading->gantt->rows = ARENA_NEW_ARRAY(arena, struct gantt_row, (size_t)reading->room);
    if (!list || !reading->gantt->rows)
        return arena_rc(arena);
    VALUE_EACH (task, tasks) {
        if (n == TASKS_MAX)
            break;
        list[n] = (struct placed){task, value_get_text(task, reading->request->by_leader ? "leader" : "unit_short"), n};
        n++;
    }
    reading->gantt->is_cut = count > TASKS_MAX;
    qsort(list, n, sizeof *list, compare_placed);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !str_equal(list[i].group, list[i - 1].group))
            (void)add_row(reading, GANTT_HEAD,
                          list[i].group.n ? list[i].group : message_find(reading->request->lang, STR("map.no_leader")));
        add_task(reading, list[i].task);
        int64_t id = value_get_int(list[i].task, "id", 0);
        VALUE_EACH (node, nodes)
            if (value_get_int(node, "task_id", 0) == id)
                TRY(add_node(reading, node));
    }
    return RC_OK;
}

/* ---- what decides the end --------------------------------------------------------------------------------------- */

static int32_t row_of(const struct reading *reading, int64_t node)
{
    struct str key = arena_format(reading->ctx->arena, "%lld", (long long)node);
    return (int32_t)(intptr_t)map_get(&reading->row_of, key) - 1;
}

static enum rc add_links(struct reading *reading, const struct value *rows)
{
    struct gantt *gantt = reading->gantt;
    gantt->links = ARENA_NEW_ARRAY(reading->ctx->arena, struct gantt_link, value_count(rows) + 1);
    if (!gantt->links)
        return arena_rc(reading->ctx->arena);
    VALUE_EACH (row, rows) {
        int32_t to = row_of(reading, value_get_int(row, "node_id", 0)),
                from = row_of(reading, value_get_int(row, "pred_id", 0));
        if (to >= 0 && from >= 0)
            gantt->links[gantt->link_count++] = (struct gantt_link){from, to};
    }
    return RC_OK;
}

static enum rc mark_critical(struct reading *reading)
{
    struct gantt *gantt = reading->gantt;
    struct arena *arena = reading->ctx->arena;
    struct schedule_node *nodes = ARENA_NEW_ARRAY(arena, struct schedule_node, (size_t)gantt->n + 1);
    struct schedule_link *links = ARENA_NEW_ARRAY(arena, struct schedule_link, (size_t)gantt->link_count + 1);
    size_t *at = ARENA_NEW_ARRAY(arena, size_t, (size_t)gantt->n + 1), n = 0;
    if (!nodes || !links || !at)
        return arena_rc(arena);
    for (int32_t i = 0; i < gantt->n; i++) {
        const struct gantt_row *row = &gantt->rows[i];
        at[i] = n;
        if (row->kind == GANTT_NODE)
            nodes[n++] = (struct schedule_node){.start = row->start,
                                                .due = row->due,
                                                .real_start = row->real_start,
                                                .real_due = row->real_due,
                                                .is_overlap = row->is_overlap};
    }
    for (int32_t i = 0; i < gantt->link_count; i++)
        links[i] = (struct schedule_link){at[gantt->links[i].to], at[gantt->links[i].from]};
    if (!n || !gantt->link_count)
        return RC_OK;
    TRY(schedule_compute(reading->ctx, nodes, n, links, (size_t)gantt->link_count, reading->request->today));
    for (int32_t i = 0; i < gantt->n; i++)
        if (gantt->rows[i].kind == GANTT_NODE)
            gantt->rows[i].is_critical = nodes[at[i]].is_critical;
    return RC_OK;
}

static enum rc read_rows(struct reading *reading, struct db *db, const struct actor *actor, enum perm perm,
                         enum query query, struct value **ret_rows)
{
    struct db_stmt *st = db_query(db, query);
    actor_bind_scope(st, actor, perm);
    db_bind_int(st, "source", reading->request->source_id);
    db_bind_int(st, "limit", TASKS_MAX + 1);
    db_bind_text(st, "last", reading->last);
    return db_rows(reading->ctx, st, ret_rows);
}

/* Somebody who sees tasks may not see the source. */
static void name_all(struct reading *reading, const struct value *source)
{
    static const char *const keys[GANTT_WORDS] = {"gantt.baseline", "gantt.actual", "gantt.critical", "gantt.today",
                                                  "gantt.off"};
    enum lang lang = reading->request->lang;
    struct gantt *gantt = reading->gantt;
    gantt->title = message_find(lang, STR("gantt.title"));
    if (source)
        gantt->title = arena_format(reading->ctx->arena, "%.*s  %.*s  %.*s", STR_ARG(gantt->title),
                                    STR_ARG(value_get_text(source, "no")), STR_ARG(value_get_text(source, "title")));
    for (int i = 0; i < GANTT_WORDS; i++)
        gantt->words[i] = message_find(lang, str_from_cstr(keys[i]));
}

enum rc gantt_read(struct ctx *ctx, struct db *db, const struct actor *actor, enum perm perm,
                   const struct gantt_request *request, struct gantt *ret)
{
    struct value *tasks, *nodes, *links, *source;
    *ret = (struct gantt){.ctx = ctx, .today = request->today};
    struct reading reading = {.ctx = ctx, .request = request, .gantt = ret};
    map_init(&reading.row_of, ctx->arena);
    TRY(read_rows(&reading, db, actor, perm, Q_GANTT_TASKS, &tasks));
    TRY(read_rows(&reading, db, actor, perm, Q_GANTT_SOURCE, &source));
    if (!value_count(tasks) && !value_count(source))
        return RC_NOT_FOUND;
    name_all(&reading, source->items.first);
    reading.last = value_get_text(tasks->items.last, "due");
    TRY(read_rows(&reading, db, actor, perm, Q_GANTT_NODES, &nodes));
    TRY(read_rows(&reading, db, actor, perm, Q_GANTT_LINKS, &links));
    TRY(add_rows(&reading, tasks, nodes));
    TRY(add_links(&reading, links));
    TRY(mark_critical(&reading));
    gantt_layout(ret);
    return arena_rc(ctx->arena);
}
