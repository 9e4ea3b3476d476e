/* page_node.c: the timetable of a task with its critical path, the form of a node, the approval of a finding's plan. */
#include "base/clock.h"
#include "loop/lifecycle.h"
#include "loop/schedule.h"
#include "serve/chrome.h"
#include "serve/page_finding.h"
#include "serve/page_task.h"
#include "serve/pages.h"
#include "serve/rival.h"
#include "serve/typed_form.h"

static int32_t day_of(const struct value *row, const char *key)
{
    int32_t day;
    return date_parse(value_get_text(row, key), &day) ? day : 0;
}

static size_t index_of(const struct value *rows, int64_t id)
{
    size_t i = 0;
    VALUE_EACH (row, rows) {
        if (value_get_int(row, "id", 0) == id)
            return i;
        i++;
    }
    return SIZE_MAX;
}

/* Predecessors by their numbers: "1, 3". */
static struct str pred_numbers(struct page *page, const struct value *rows, const struct value *links, int64_t id)
{
    struct arena *arena = page->ctx.arena;
    struct str all = STR("");
    VALUE_EACH (link, links) {
        if (value_get_int(link, "node_id", 0) != id)
            continue;
        VALUE_EACH (row, rows) {
            if (value_get_int(row, "id", 0) == value_get_int(link, "pred_id", -1))
                all = arena_format(arena, "%.*s%s%lld", STR_ARG(all), all.n ? ", " : "",
                                   (long long)value_get_int(row, "no", 0));
        }
    }
    return all;
}

static enum rc compute(struct page *page, const struct value *rows, const struct value *links,
                       struct schedule_node **ret_nodes)
{
    struct arena *arena = page->ctx.arena;
    size_t n = value_count(rows), m = 0;
    struct schedule_node *nodes = ARENA_NEW_ARRAY(arena, struct schedule_node, n + 1), *node = nodes;
    struct schedule_link *list = ARENA_NEW_ARRAY(arena, struct schedule_link, value_count(links) + 1);
    TRY(arena_rc(arena));
    VALUE_EACH (row, rows) {
        *node++ = (struct schedule_node){.start = day_of(row, "start"),
                                         .due = day_of(row, "due"),
                                         .real_start = day_of(row, "real_start"),
                                         .real_due = day_of(row, "real_due"),
                                         .is_overlap = value_get_int(row, "is_overlap", 0) != 0};
    }
    VALUE_EACH (link, links) {
        size_t at = index_of(rows, value_get_int(link, "node_id", 0)),
               pred = index_of(rows, value_get_int(link, "pred_id", 0));
        if (at != SIZE_MAX && pred != SIZE_MAX)
            list[m++] = (struct schedule_link){at, pred};
    }
    *ret_nodes = nodes;
    return schedule_compute(&page->ctx, nodes, n, list, m, clock_today());
}

static void put_node_words(struct page *page, struct value *row, const struct schedule_node *node)
{
    struct arena *arena = page->ctx.arena;
    page_put_due(page, row, "due", node->real_due != 0);
    if (!value_get(row, "due_left_text"))
        value_put_null(arena, row, "due_left_text");
    value_put_text(arena, row, "due_state_label",
                   node->real_due ? page_text(page, "node.done")
                                  : page_word(page, "status", value_get_text(row, "due_state")));
    value_put_text(arena, row, "early_due", date_text(arena, node->early_due));
    value_put_bool(arena, row, "is_critical", node->is_critical);
    value_put_int(arena, row, "slack_days", node->slack_days);
    value_put_int(arena, row, "late_days", node->late_days);
    value_put_bool(arena, row, "is_late", node->late_days > 0);
    value_put_bool(arena, row, "is_moved",
                   !value_is_null(value_get(row, "base_due")) &&
                       !str_equal(value_get_text(row, "base_due"), value_get_text(row, "due")));
}

/* May the user act with `perm` on the task, or on the task of the node, in `row` (unit_id, label)? */
static bool may(struct page *page, enum perm perm, const struct value *row)
{
    return actor_check(&page->ctx, page->db, &page->actor, perm, value_get_int(row, "unit_id", 0),
                       value_get_int(row, "label", 0)) == RC_OK;
}

enum rc task_put_nodes(struct page *page, struct value *task)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows, *links;
    struct schedule_node *nodes;
    struct db_stmt *st = db_query(page->db, Q_NODE_OF_TASK);
    db_bind_int(st, "id", value_get_int(task, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    st = db_query(page->db, Q_NODE_LINKS_OF_TASK);
    db_bind_int(st, "id", value_get_int(task, "id", 0));
    TRY(db_rows(&page->ctx, st, &links));
    TRY(compute(page, rows, links, &nodes));
    for (struct value *row = rows->items.first; row; row = row->next) {
        put_node_words(page, row, nodes++);
        value_put_text(arena, row, "preds", pred_numbers(page, rows, links, value_get_int(row, "id", 0)));
    }
    struct str state = value_get_text(task, "state");
    bool is_open =
        !str_equal(state, STR("done")) && !str_equal(state, STR("cancelled")) && !value_get_bool(task, "is_frozen");
    value_put_bool(arena, task, "may_node", is_open && may(page, PERM_TASK_APPROVE, task));
    value_put_bool(arena, task, "may_report_node", is_open && may(page, PERM_TASK_WORK, task));
    value_put_bool(arena, task, "has_nodes", value_count(rows) > 0);
    value_put(task, STR("nodes"), rows);
    return RC_OK;
}

/* ---- forms -------------------------------------------------------------------------------------------------- */

/* The other nodes of the task, the predecessors marked. */
static enum rc put_preds(struct page *page, struct value *form, int64_t task_id, int64_t id)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows, *links, *field = typed_form_field(page, form, "pred_ids", NULL);
    struct db_stmt *st = db_query(page->db, Q_NODE_OF_TASK);
    db_bind_int(st, "id", task_id);
    TRY(db_rows(&page->ctx, st, &rows));
    st = db_query(page->db, Q_NODE_LINKS_OF_TASK);
    db_bind_int(st, "id", task_id);
    TRY(db_rows(&page->ctx, st, &links));
    struct value *options = value_put_list(arena, field, "options");
    VALUE_EACH (row, rows) {
        int64_t other = value_get_int(row, "id", 0);
        bool is_pred = false;
        if (other == id)
            continue;
        VALUE_EACH (link, links) {
            is_pred |= value_get_int(link, "node_id", 0) == id && value_get_int(link, "pred_id", 0) == other;
        }
        typed_form_add_option(page, options, arena_format(arena, "%lld", (long long)other),
                              arena_format(arena, "%lld. %.*s", (long long)value_get_int(row, "no", 0),
                                           STR_ARG(value_get_text(row, "name"))),
                              is_pred);
    }
    value_put_bool(arena, form, "has_preds", value_count(options) > 0);
    return RC_OK;
}

static enum rc put_form(struct page *page, const struct value *row, struct str action, int64_t task_id, struct str no,
                        struct str title)
{
    static const char *const plain[] = {"name", "deliverable", "start", "due", "weight", "real_start", "real_due"};
    struct arena *arena = page->ctx.arena;
    struct str back = arena_format(arena, "/tasks/%lld", (long long)task_id);
    struct value *form = typed_form_begin(page, action, back);
    bool is_there = value_get_int(row, "id", 0) != 0;
    if (is_there)
        TRY(rival_merge(page, "node", task_id, row));
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        typed_form_field(page, form, plain[i], row);
    rival_put_words(page);
    typed_form_put(page, form, "revision", is_there ? rival_revision(page, row) : STR(""));
    typed_form_field(page, form, "reason", NULL);
    struct str typed = page->form ? form_text(page->form->fields, "is_overlap") : STR("");
    value_put_bool(arena, form, "is_overlap", page->form ? typed.n > 0 : value_get_int(row, "is_overlap", 0) != 0);
    value_put_text(arena, form, "about", title);
    chrome_add_crumb(page, page_text(page, "task.list"), STR("/tasks"));
    chrome_add_crumb(page, no, back);
    chrome_add_crumb(page, page_text(page, "node.title"), STR_EMPTY);
    return put_preds(page, form, task_id, value_get_int(row, "no", 0) ? value_get_int(row, "id", 0) : 0);
}

enum rc page_node_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_TASK_GET);
    struct value *task, *row = value_new_map(arena);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &task));
    value_put_int(arena, row, "weight", 100);
    TRY(put_form(page, row, arena_format(arena, "/tasks/%lld/nodes", (long long)id), id, value_get_text(task, "no"),
                 value_get_text(task, "title")));
    value_put_int(arena, page->view, "node_id", 0);
    value_put_bool(arena, page->view, "is_new", true);
    value_put_bool(arena, page->view, "may_node", true);
    return RC_OK;
}

enum rc page_node(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_NODE_GET);
    struct value *node;
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &node));
    TRY(put_form(page, node, arena_format(arena, "/nodes/%lld", (long long)id), value_get_int(node, "task_id", 0),
                 value_get_text(node, "task_no"), value_get_text(node, "task_title")));
    value_put_int(arena, page->view, "node_id", id);
    value_put_bool(arena, page->view, "may_node", may(page, PERM_TASK_APPROVE, node));
    value_put_bool(arena, page->view, "is_new", false);
    return RC_OK;
}

enum rc page_finding_plan(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_FINDING_GET);
    struct value *finding;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &finding));
    struct str back = arena_format(arena, "/findings/%lld", (long long)value_get_int(finding, "id", 0));
    struct value *form = typed_form_begin(page, arena_concat(arena, back, STR("/plan")), back);
    value_put_text(arena, form, "about", value_get_text(finding, "title"));
    typed_form_field(page, form, "meeting", NULL);
    typed_form_field(page, form, "meeting_on", NULL);
    typed_form_field(page, form, "reason", NULL);
    finding_put_crumbs(page, value_get_text(finding, "no"), value_get_int(finding, "id", 0),
                       page_text(page, "finding.do.plan"));
    return RC_OK;
}
