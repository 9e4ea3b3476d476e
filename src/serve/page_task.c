/* page_task.c: one task: what it is, how it stands, what next; its place in the tree, who carries it, what happened. */
#include "loop/plan.h"
#include "serve/page_task.h"

#include "base/clock.h"
#include "record/frozen.h"
#include "serve/chrome.h"
#include "serve/page_doing.h"
#include "serve/page_loop.h"
#include "serve/page_supervision.h"
#include "serve/pages.h"

enum { BP_PER_PERCENT = 100 };

static bool is_over(struct str state) { return str_equal(state, STR("done")) || str_equal(state, STR("cancelled")); }

void task_put_progress(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    int64_t bp = value_get_int(row, "progress_bp", 0);
    long long whole = (long long)(bp / BP_PER_PERCENT), rest = (long long)(bp % BP_PER_PERCENT / 10);
    value_put_int(arena, row, "progress_percent", whole);
    value_put_text(arena, row, "progress_text",
                   rest ? arena_format(arena, "%lld.%lld%%", whole, rest) : arena_format(arena, "%lld%%", whole));
}

void task_put_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str state = value_get_text(row, "state");
    struct str label = page_text(page, arena_format(arena, "task.state.%.*s", STR_ARG(state)).p);
    value_put_text(arena, row, "state_label", label);
    page_put_choice_text(page, row, "phase", "phase");
    page_put_due(page, row, "due", is_over(state));
    if (!value_get(row, "due_left_text"))
        value_put_null(arena, row, "due_left_text");
    struct str due_state = value_get_text(row, "due_state");
    if (str_equal(state, STR("cancelled")))
        value_set(row, STR("due_state"), value_new_text(arena, STR("normal")));
    bool is_late = str_equal(due_state, STR("overdue")) || str_equal(due_state, STR("due_soon"));
    value_put_text(arena, row, "due_state_label",
                   is_late ? page_text(page, arena_format(arena, "status.%.*s", STR_ARG(due_state)).p) : label);
    value_put_bool(arena, row, "is_late", is_late);
    page_put_hung(page, row);
    task_put_progress(page, row);
    struct str short_name = value_get_text(row, "unit_short");
    value_put_text(arena, row, "unit_label", short_name.n ? short_name : value_get_text(row, "unit_name"));
}

static enum rc put_tasks(struct page *page, struct value *task, const char *key, const char *has, enum query query)
{
    struct db_stmt *st = page_statement(page, query);
    struct value *rows;
    db_bind_int(st, "id", value_get_int(task, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        task_put_words(page, row);
        value_put_text(page->ctx.arena, row, "href",
                       arena_format(page->ctx.arena, "/tasks/%lld", (long long)value_get_int(row, "id", 0)));
    }
    value_put_bool(page->ctx.arena, task, has, value_count(rows) > 0);
    value_put(task, str_from_cstr(key), rows);
    return RC_OK;
}

static void put_day(struct page *page, struct value *row, const char *key, const char *to)
{
    char text[TIME_TEXT_BYTES];
    int64_t at = value_get_int(row, key, 0);
    struct str s = at ? str_slice(time_format_china(at, text), 0, DATE_TEXT_BYTES - 1) : STR("");
    value_put_text(page->ctx.arena, row, to, arena_copy_str(page->ctx.arena, s));
}

static void put_task_words(struct page *page, struct value *task)
{
    struct arena *arena = page->ctx.arena;
    task_put_words(page, task);
    put_day(page, task, "accepted_at", "accepted_on");
    put_day(page, task, "last_report_at", "reported_on");
    put_day(page, task, "created_at", "created_on");
    struct str cycle = value_get_text(task, "report_cycle");
    bool is_own = str_has_prefix(cycle, STR("days:"));
    struct str days = is_own ? str_slice(cycle, 5, cycle.n) : STR("");
    value_put_text(arena, task, "cycle_label",
                   is_own    ? page_text_args(page, "task.every_days", &days, 1)
                   : cycle.n ? page_text(page, arena_format(arena, "report_cycle.%.*s", STR_ARG(cycle)).p)
                             : STR(""));
    value_put_text(arena, task, "label_label",
                   page_text(page, arena_format(arena, "label.%lld", (long long)value_get_int(task, "label", 1)).p));
    value_put_bool(arena, task, "is_extended", value_get_int(task, "extension_count", 0) > 0);
    value_put_bool(arena, task, "has_finding", !value_is_null(value_get(task, "finding_no")));
}

static void put_crumbs(struct page *page, const struct value *task)
{
    struct arena *arena = page->ctx.arena;
    chrome_add_crumb(page, page_text(page, "task.list"), STR("/tasks"));
    if (value_get_bool(task, "has_finding"))
        chrome_add_crumb(page, value_get_text(task, "finding_no"),
                         arena_format(arena, "/findings/%lld", (long long)value_get_int(task, "finding_id", 0)));
    VALUE_EACH (above, value_get(task, "path")) {
        chrome_add_crumb(page, value_get_text(above, "no"), value_get_text(above, "href"));
    }
    chrome_add_crumb(page, value_get_text(task, "no"), STR_EMPTY);
}

/* Why a task is disputed or was returned stands at its top: whoever has it next needs the reason first. */
static void put_why(struct page *page, struct value *task)
{
    struct arena *arena = page->ctx.arena;
    struct str state = value_get_text(task, "state");
    const struct value *last = NULL;
    if (str_equal(state, STR("disputed")) || str_equal(state, STR("returned")))
        VALUE_EACH (event, value_get(page->view, "events")) {
            if (!last && str_equal(value_get_text(event, "kind"), STR("task.moved")))
                last = event; /* the newest stand first */
        }
    value_put_text(arena, task, "why", value_get_text(last, "reason"));
    value_put_text(arena, task, "why_what", value_get_text(last, "detail"));
    value_put_text(arena, task, "why_actor", value_get_text(last, "actor"));
    value_put_text(arena, task, "why_at", value_get_text(last, "at_text"));
}

enum rc page_task(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_TASK_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "task", st));
    struct value *task = (struct value *)value_get(page->view, "task");
    put_task_words(page, task);
    bool may_plan = actor_check(&page->ctx, page->db, &page->actor, PERM_PLAN_WRITE, value_get_int(task, "unit_id", 0),
                                value_get_int(task, "label", 0)) == RC_OK;
    bool is_frozen;
    TRY(frozen_find(&page->ctx, page->db, id, &is_frozen));
    value_put_bool(arena, task, "is_frozen", is_frozen);
    TRY(put_tasks(page, task, "path", "has_path", Q_TASK_PATH));
    TRY(put_tasks(page, task, "children", "has_children", Q_TASK_CHILDREN));
    TRY(task_put_nodes(page, task));
    TRY(page_put_waiting(page, task, NOUN_TASK, id));
    TRY(page_put_offers(page, task, NOUN_TASK, task));
    TRY(page_put_duties(page, task, NOUN_TASK, id));
    value_put_bool(arena, task, "may_plan", may_plan && !is_frozen);
    value_put_bool(arena, task, "may_map", page_can(page, PERM_BOARD_READ));
    value_put_bool(arena, task, "is_vague",
                   !plan_is_measurable(value_get_text(task, "goal"), value_get_text(task, "finish_mark")));
    TRY(page_put_doing_task(page, task));
    TRY(supervision_put_section(page, task, "task", task));
    put_crumbs(page, task);
    value_put_text(arena, page->view, "page_title", value_get_text(task, "title"));
    st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    TRY(page_put_timeline(page, st));
    put_why(page, task);
    return RC_OK;
}
