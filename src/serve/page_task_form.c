/* page_task_form.c: forms that hand a task down, decide a dispute or change a task; commands: loop/task.c. */
#include "serve/chrome.h"
#include "serve/page_task.h"
#include "serve/pages.h"
#include "serve/rival.h"
#include "serve/typed_form.h"

static struct str id_text(struct arena *arena, const struct value *row)
{
    return arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0));
}

/* Units where the reader may hand something down. */
static enum rc put_units(struct page *page, struct value *form, const struct value *row, enum perm perm)
{
    struct value *field = typed_form_field(page, form, "unit_id", row), *rows;
    struct db_stmt *st = db_query(page->db, Q_UNIT_OPTIONS);
    actor_bind_scope(st, &page->actor, perm);
    TRY(db_rows(&page->ctx, st, &rows));
    typed_form_option(page, field, STR(""), page_text(page, "form.choose"));
    VALUE_EACH (unit, rows) {
        typed_form_option(page, field, id_text(page->ctx.arena, unit), value_get_text(unit, "name"));
    }
    return RC_OK;
}

static enum rc put_people(struct page *page, struct value *form, const char *name)
{
    struct arena *arena = page->ctx.arena;
    struct value *field = typed_form_field(page, form, name, NULL), *rows;
    struct db_stmt *st = db_query(page->db, Q_PERSON_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_UNIT_READ);
    TRY(db_rows(&page->ctx, st, &rows));
    typed_form_option(page, field, STR(""), page_text(page, "form.not_said"));
    VALUE_EACH (person, rows) {
        struct str unit = value_get_text(person, "unit_short"), title = value_get_text(person, "title");
        unit = unit.n ? unit : value_get_text(person, "unit_name");
        typed_form_option(page, field, id_text(arena, person),
                          arena_format(arena, "%.*s  %.*s %.*s", STR_ARG(value_get_text(person, "name")), STR_ARG(unit),
                                       STR_ARG(title)));
    }
    return RC_OK;
}

/* days:N is shown as the choice of days and a field with their number. */
static void put_cycle(struct page *page, struct value *form, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str cycle = value_get_text(row, "report_cycle");
    struct value *shown = value_new_map(arena);
    bool is_own = str_has_prefix(cycle, STR("days:"));
    value_put_text(arena, shown, "report_cycle", is_own ? STR("days") : cycle);
    value_put_text(arena, shown, "report_days", is_own ? str_slice(cycle, 5, cycle.n) : STR(""));
    typed_form_choices(page, typed_form_field(page, form, "report_cycle", shown), TASK_CYCLES, "report_cycle");
    typed_form_field(page, form, "report_days", shown);
}

static void put_texts(struct page *page, struct value *form, const struct value *row)
{
    static const char *const plain[] = {"title", "goal", "finish_mark", "start", "due", "weight", "rev"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        typed_form_field(page, form, plain[i], row);
    typed_form_field(page, form, "reason", NULL);
    value_put_null(page->ctx.arena, form, "seen");
    typed_form_choices(page, typed_form_field(page, form, "phase", row), TASK_PHASES, "phase");
    put_cycle(page, form, row);
}

static void put_kind(struct page *page, struct value *form, const char *about_key, struct str about, bool has_unit,
                     bool has_texts, bool has_people)
{
    struct arena *arena = page->ctx.arena;
    value_put_text(arena, form, "about_label", page_text(page, about_key));
    value_put_text(arena, form, "about", about);
    value_put_bool(arena, form, "has_unit", has_unit);
    value_put_bool(arena, form, "has_texts", has_texts);
    value_put_bool(arena, form, "has_people", has_people);
    value_put_bool(arena, form, "is_agreed", false);
    value_put_bool(arena, form, "needs_reason", false);
}

static void put_crumbs(struct page *page, struct str no, struct str address, const char *here)
{
    chrome_add_crumb(page, page_text(page, "task.list"), STR("/tasks"));
    chrome_add_crumb(page, no, address);
    chrome_add_crumb(page, page_text(page, here), STR_EMPTY);
}

enum rc page_task_assign(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_MEASURE_GET);
    struct value *measure;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &measure));
    struct str back = arena_format(arena, "/findings/%lld", (long long)value_get_int(measure, "finding_id", 0));
    struct str action = arena_format(arena, "/measures/%lld/tasks", (long long)value_get_int(measure, "id", 0));
    struct value *form = typed_form_begin(page, action, back), *row = value_new_map(arena);
    static const char *const kept[] = {"phase", "due", "finish_mark"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        value_put_text(arena, row, kept[i], value_get_text(measure, kept[i]));
    value_put_int(arena, row, "unit_id", value_get_int(measure, "unit_id", 0));
    value_put_int(arena, row, "weight", 100);
    put_kind(page, form, "measure.text", value_get_text(measure, "text"), true, true, true);
    put_texts(page, form, row);
    TRY(put_units(page, form, row, PERM_PLAN_WRITE));
    TRY(put_people(page, form, "doer_id"));
    TRY(put_people(page, form, "contact_id"));
    put_crumbs(page, value_get_text(measure, "finding_no"), back, "task.assign");
    return RC_OK;
}

/* Reads the task and begins its form; *ret_form is NULL when there is no such task. */
static enum rc begin_form(struct page *page, const char *command, struct value **ret_row, struct value **ret_form)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_TASK_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, ret_row));
    struct str address = arena_format(arena, "/tasks/%lld", (long long)value_get_int(*ret_row, "id", 0));
    *ret_form = typed_form_begin(page, arena_format(arena, "%.*s/%s", STR_ARG(address), command), address);
    put_crumbs(page, value_get_text(*ret_row, "no"), address, arena_format(arena, "task.do.%s", command).p);
    return RC_OK;
}

enum rc page_task_split(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *task, *form, *row = value_new_map(arena);
    TRY(begin_form(page, "split", &task, &form));
    static const char *const kept[] = {"phase", "due", "finish_mark", "goal", "report_cycle"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        value_put_text(arena, row, kept[i], value_get_text(task, kept[i]));
    value_put_int(arena, row, "weight", 100);
    put_kind(page, form, "task.parent", value_get_text(task, "title"), true, true, true);
    put_texts(page, form, row);
    TRY(put_units(page, form, row, PERM_TASK_APPROVE));
    TRY(put_people(page, form, "doer_id"));
    return put_people(page, form, "contact_id");
}

enum rc page_task_uphold(struct page *page)
{
    struct value *task, *form;
    TRY(begin_form(page, "uphold", &task, &form));
    put_kind(page, form, "task.title", value_get_text(task, "title"), true, false, false);
    value_set(form, STR("needs_reason"), value_copy(page->ctx.arena, value_get(form, "has_unit")));
    typed_form_field(page, form, "reason", NULL);
    return put_units(page, form, task, PERM_TASK_APPROVE);
}

enum rc page_task_change(struct page *page)
{
    struct value *task, *form;
    TRY(begin_form(page, "change", &task, &form));
    put_kind(page, form, "task.title", value_get_text(task, "title"), false, true, false);
    if (!value_is_null(value_get(task, "accepted_at"))) {
        value_set(form, STR("is_agreed"), value_copy(page->ctx.arena, value_get(form, "has_texts")));
        value_set(form, STR("needs_reason"), value_copy(page->ctx.arena, value_get(form, "has_texts")));
    }
    TRY(rival_merge(page, "task", value_get_int(task, "id", 0), task));
    put_texts(page, form, task);
    value_set(form, STR("seen"), value_new_text(page->ctx.arena, rival_seen(page, task)));
    rival_put_words(page);
    return RC_OK;
}
