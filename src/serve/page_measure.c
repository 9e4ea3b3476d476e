/* page_measure.c: one measure: what it removes, how it stands, its tasks, whom it serves, what must prove it. */
#include "loop/measure.h"
#include "record/frozen.h"
#include "serve/chrome.h"
#include "serve/page_finding.h"
#include "serve/page_loop.h"
#include "serve/page_plan_parts.h"
#include "serve/page_task.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

static enum rc put_rows(struct page *page, struct value *measure, const char *key, const char *has, enum query query,
                        enum perm perm)
{
    struct db_stmt *st = db_query(page->db, query);
    struct value *rows;
    actor_bind_scope(st, &page->actor, perm);
    db_bind_int(st, "id", value_get_int(measure, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    value_put_bool(page->ctx.arena, measure, has, value_count(rows) > 0);
    value_put(measure, str_from_cstr(key), rows);
    return RC_OK;
}

static enum rc put_cause(struct page *page, struct value *measure)
{
    struct db_stmt *st = db_query(page->db, Q_CAUSE_GET);
    struct value *cause;
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", value_get_int(measure, "cause_id", 0));
    TRY(db_first_row(&page->ctx, st, &cause));
    value_put_text(page->ctx.arena, measure, "cause_text", value_get_text(cause, "text"));
    return RC_OK;
}

static void put_words(struct page *page, struct value *measure)
{
    struct arena *arena = page->ctx.arena;
    struct str state = value_get_text(measure, "state");
    bool is_done = str_equal(state, STR("completed")) || str_equal(state, STR("verified"));
    page_put_choice_text(page, measure, "state", "measure.state");
    page_put_choice_text(page, measure, "phase", "phase");
    value_put_text(arena, measure, "kinds_label",
                   page_set_words(page, value_get_text(measure, "kinds"), "measure_kind"));
    value_put_bool(arena, measure, "is_done", is_done);
    page_put_due(page, measure, "due", is_done);
    if (!value_get(measure, "due_left_text"))
        value_put_null(arena, measure, "due_left_text");
    value_put_text(
        arena, measure, "due_state_label",
        is_done ? value_get_text(measure, "state_label")
                : page_text(page, arena_format(arena, "status.%.*s", STR_ARG(value_get_text(measure, "due_state"))).p));
    task_put_progress(page, measure);
    value_put_bool(arena, measure, "is_long_term", str_equal(value_get_text(measure, "phase"), STR("long_term")));
}

static void put_evidence_form(struct page *page)
{
    struct value *form = typed_form_begin(page, STR(""), STR(""));
    typed_form_choices(page, typed_form_field(page, form, "class", NULL), EVIDENCE_CLASSES, "evidence_class");
    typed_form_field(page, form, "text", NULL);
    typed_form_field(page, form, "other", NULL);
}

enum rc page_measure(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_MEASURE_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "measure", st));
    struct value *measure = (struct value *)value_get(page->view, "measure");
    put_words(page, measure);
    bool may_plan = actor_check(&page->ctx, page->db, &page->actor, PERM_PLAN_WRITE,
                                value_get_int(measure, "unit_id", 0), value_get_int(measure, "label", 0)) == RC_OK;
    bool is_frozen;
    ctx_clear_issues(&page->ctx);
    TRY(frozen_find(&page->ctx, page->db, id, &is_frozen));
    bool is_going = !is_frozen && !str_equal(value_get_text(measure, "state"), STR("dropped"));
    value_put_bool(arena, measure, "may_plan", may_plan && !is_frozen);
    value_put_bool(arena, measure, "may_assign", may_plan && is_going);
    TRY(put_cause(page, measure));
    TRY(put_rows(page, measure, "tasks", "has_tasks", Q_TASK_OF_MEASURE, PERM_TASK_READ));
    for (struct value *row = ((struct value *)value_get(measure, "tasks"))->items.first; row; row = row->next)
        task_put_words(page, row);
    TRY(put_rows(page, measure, "served", "has_served", Q_MEASURE_SERVED, PERM_FINDING_READ));
    TRY(put_rows(page, measure, "expected", "has_expected", Q_EXPECTED_OF_MEASURE, PERM_TASK_READ));
    for (struct value *row = ((struct value *)value_get(measure, "expected"))->items.first; row; row = row->next)
        page_put_choice_text(page, row, "class", "evidence_class");
    TRY(page_put_waiting(page, measure, NOUN_MEASURE, id));
    TRY(page_put_offers(page, measure, NOUN_MEASURE, measure));
    TRY(page_put_duties(page, measure, NOUN_MEASURE, id));
    if (!page->is_json)
        put_evidence_form(page);
    value_put_text(arena, page->view, "page_title", measure_title(value_get_text(measure, "text")));
    finding_put_crumbs(page, value_get_text(measure, "finding_no"), value_get_int(measure, "finding_id", 0),
                       page_text(page, "measure.title"));
    st = db_query(page->db, Q_EVENT_OF_MEASURE);
    db_bind_int(st, "id", id);
    db_bind_int(st, "finding_id", value_get_int(measure, "finding_id", 0));
    db_bind_text(st, "part", arena_format(arena, "%%\"measure_id\":%lld,%%", (long long)id));
    return page_put_timeline(page, st);
}
