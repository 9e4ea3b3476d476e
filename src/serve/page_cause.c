/* page_cause.c: forms of root causes, and who carries a finding, a measure or a task. */
#include "loop/cause.h"
#include "record/frozen.h"
#include "serve/chrome.h"
#include "serve/page_finding.h"
#include "serve/page_loop.h"
#include "serve/page_plan_parts.h"
#include "serve/pages.h"
#include "serve/rival.h"
#include "serve/typed_form.h"
#include "text/json.h"

static void put_fields(struct page *page, struct value *form, const struct value *row)
{
    typed_form_field(page, form, "text", row);
    typed_form_field(page, form, "steps", row);
    typed_form_field(page, form, "reason", NULL);
    typed_form_choices(page, typed_form_field(page, form, "level", row), CAUSE_LEVELS, "cause_level");
    typed_form_choices(page, typed_form_field(page, form, "method", row), CAUSE_METHODS, "cause_method");
}

enum rc page_cause_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_FINDING_GET);
    struct value *finding;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &finding));
    struct str address = arena_format(arena, "/findings/%lld", (long long)value_get_int(finding, "id", 0));
    struct value *form = typed_form_begin(page, arena_concat(arena, address, STR("/causes")), address);
    value_put_text(arena, form, "about", value_get_text(finding, "title"));
    value_put_bool(arena, form, "is_new", true);
    value_put_bool(arena, form, "may_save", true);
    put_fields(page, form, NULL);
    typed_form_put(page, form, "revision", STR(""));
    finding_put_crumbs(page, value_get_text(finding, "no"), value_get_int(finding, "id", 0),
                       page_text(page, "cause.add"));
    return RC_OK;
}

/* The steps as lines, as the form takes them. */
static enum rc put_step_lines(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct value *steps = NULL;
    struct str lines = STR("");
    TRY(json_parse(&page->ctx, value_get_text(row, "steps"), &steps));
    VALUE_EACH (step, steps) {
        lines = lines.n ? arena_format(arena, "%.*s\n%.*s", STR_ARG(lines), STR_ARG(step->text)) : step->text;
    }
    value_set(row, STR("steps"), value_new_text(arena, lines));
    return RC_OK;
}

static enum rc put_list(struct page *page, const char *key, enum query query, int64_t id)
{
    struct db_stmt *st = page_statement(page, query);
    db_bind_int(st, "id", id);
    return page_put_rows(page, key, st);
}

enum rc page_cause(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_CAUSE_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "cause", st));
    struct value *cause = (struct value *)value_get(page->view, "cause");
    TRY(put_step_lines(page, cause));
    struct str back = arena_format(arena, "/findings/%lld", (long long)value_get_int(cause, "finding_id", 0));
    struct value *form = typed_form_begin(page, arena_format(arena, "/causes/%lld", (long long)id), back);
    value_put_text(arena, form, "about", value_get_text(cause, "finding_title"));
    value_put_bool(arena, form, "is_new", false);
    TRY(rival_merge(page, "cause", value_get_int(cause, "finding_id", 0), cause));
    put_fields(page, form, cause);
    rival_put_words(page);
    typed_form_put(page, form, "revision", rival_revision(page, cause));
    bool is_frozen;
    TRY(frozen_find(&page->ctx, page->db, id, &is_frozen));
    value_put_bool(arena, form, "may_save", !is_frozen);
    typed_form_field(page, form, "other", NULL);
    TRY(put_list(page, "findings", Q_CAUSE_FINDINGS, id));
    struct value *findings = (struct value *)value_get(page->view, "findings");
    for (struct value *row = findings->items.first; row; row = row->next) {
        bool is_own = value_get_int(row, "id", 0) == value_get_int(cause, "finding_id", 0);
        value_put_bool(arena, row, "may_unshare", !is_own && !is_frozen);
    }
    TRY(put_list(page, "measures", Q_CAUSE_MEASURES, id));
    value_put_bool(arena, page->view, "has_measures", value_count(value_get(page->view, "measures")) > 0);
    finding_put_crumbs(page, value_get_text(cause, "finding_no"), value_get_int(cause, "finding_id", 0),
                       page_text(page, "cause.title"));
    return RC_OK;
}

/* ---- who carries it ----------------------------------------------------------------------------------------- */

static enum rc put_charge(struct page *page, enum lifecycle_noun noun, enum query query, const char *title)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    const char *name = lifecycle_noun_name(noun);
    struct db_stmt *st = page_statement(page, query);
    struct value *row;
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    struct str back = arena_format(arena, "/%ss/%lld", name, (long long)id);
    struct value *form = typed_form_begin(page, arena_concat(arena, back, STR("/charge")), back);
    value_put_text(arena, form, "about", value_get_text(row, title));
    value_put_bool(arena, form, "is_task", noun == NOUN_TASK);
    typed_form_field(page, form, "reason", NULL);
    chrome_add_crumb(page, value_get_text(row, title), back);
    chrome_add_crumb(page, page_text(page, "duty.title"), STR_EMPTY);
    return page_put_duty_fields(page, form, name, id);
}

enum rc page_finding_charge(struct page *page) { return put_charge(page, NOUN_FINDING, Q_FINDING_GET, "title"); }
enum rc page_measure_charge(struct page *page) { return put_charge(page, NOUN_MEASURE, Q_MEASURE_GET, "text"); }
enum rc page_task_charge(struct page *page) { return put_charge(page, NOUN_TASK, Q_TASK_GET, "title"); }
