/* page_finding_form.c: forms for findings and measures; the commands they post to are in loop/finding.c. */
#include "loop/measure.h"
#include "serve/chrome.h"
#include "serve/page_plan_parts.h"
#include "serve/rival.h"
#include "serve/typed_form.h"
#include "serve/page_finding.h"
#include "serve/pages.h"

static enum rc put_finding_fields(struct page *page, struct value *form, const struct value *row, int64_t source_id)
{
    static const char *const plain[] = {"title", "facts", "due", "due_stated", "status_stated", "responsible"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        typed_form_field(page, form, plain[i], row);
    typed_form_money(page, form, "amount_fen", row);
    typed_form_choices(page, typed_form_field(page, form, "phase", row), FINDING_PHASES, "phase");
    typed_form_choices(page, typed_form_field(page, form, "nature", row), FINDING_NATURES, "nature");
    typed_form_choices(page, typed_form_field(page, form, "severity", row), FINDING_SEVERITIES, "severity");
    typed_form_choices(page, typed_form_field(page, form, "label", row), row ? FINDING_LABELS : "|" FINDING_LABELS,
                       "label");
    struct value *aspect = typed_form_field(page, form, "aspect_id", row);
    typed_form_option(page, aspect, STR(""), page_text(page, "form.not_said"));
    struct db_stmt *st = db_query(page->db, Q_ASPECT_OPTIONS);
    db_bind_int(st, "source", source_id);
    TRY(typed_form_records(page, aspect, st, "title", NULL));
    struct value *unit = typed_form_field(page, form, "unit_id", row);
    if (!row)
        typed_form_option(page, unit, STR(""), page_text(page, "finding.unit_of_source"));
    st = db_query(page->db, Q_UNIT_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_WRITE);
    return typed_form_records(page, unit, st, "name", NULL);
}

enum rc page_finding_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *form = typed_form_begin(page, STR("/findings"), STR("/findings"));
    struct value *given = value_new_map(arena);
    if (page_param_int(page, "source", 0))
        value_put_int(arena, given, "source_id", page_param_int(page, "source", 0));
    struct value *source = typed_form_field(page, form, "source_id", given);
    int64_t source_id = 0;
    (void)str_parse_int64(value_get_text(source, "value"), &source_id);
    typed_form_option(page, source, STR(""), page_text(page, "form.choose"));
    struct db_stmt *st = db_query(page->db, Q_SOURCE_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_WRITE);
    TRY(typed_form_records(page, source, st, "no", "title"));
    TRY(put_finding_fields(page, form, NULL, source_id));
    value_put_bool(arena, form, "is_new", true);
    value_put_null(arena, form, "no");
    typed_form_field(page, form, "rev", NULL);
    typed_form_field(page, form, "seen", NULL);
    typed_form_field(page, form, "reason", NULL);
    chrome_add_crumb(page, page_text(page, "finding.list"), STR("/findings"));
    chrome_add_crumb(page, page_text(page, "finding.new"), STR_EMPTY);
    return RC_OK;
}

enum rc page_finding_edit(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_FINDING_GET);
    struct value *row;
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    struct str address = arena_format(arena, "/findings/%lld", (long long)id);
    struct value *form = typed_form_begin(page, address, address);
    TRY(rival_merge(page, "finding", id, row));
    TRY(put_finding_fields(page, form, row, value_get_int(row, "source_id", 0)));
    rival_put_words(page);
    value_put_bool(arena, form, "is_new", false);
    value_put_text(arena, form, "no", value_get_text(row, "no"));
    struct value *source = typed_form_field(page, form, "source_id", row);
    typed_form_option(page, source, value_get_text(source, "value"), value_get_text(row, "source_title"));
    typed_form_field(page, form, "rev", row);
    typed_form_put(page, form, "seen", rival_seen(page, row));
    typed_form_field(page, form, "reason", NULL);
    finding_put_crumbs(page, value_get_text(row, "no"), id, page_text(page, "common.edit"));
    return RC_OK;
}

static enum rc put_causes(struct page *page, struct value *form, const struct value *row, int64_t finding_id)
{
    struct value *field = typed_form_field(page, form, "cause_id", row);
    struct db_stmt *st = db_query(page->db, Q_CAUSE_OF_FINDING);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", finding_id);
    typed_form_option(page, field, STR(""), page_text(page, "form.not_said"));
    return typed_form_records(page, field, st, "text", NULL);
}

static void put_measure_fields(struct page *page, struct value *form, const struct value *row)
{
    static const char *const plain[] = {"finish_mark", "yearly_goal", "weight"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        typed_form_field(page, form, plain[i], row);
    page_put_set(page, form, "kinds", row, MEASURE_KINDS, "measure_kind");
    typed_form_field(page, form, "text", row);
    typed_form_field(page, form, "due", row);
    typed_form_field(page, form, "reason", NULL);
    typed_form_choices(page, typed_form_field(page, form, "phase", row), FINDING_PHASES, "phase");
}

enum rc page_measure_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_FINDING_GET);
    struct value *finding;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &finding));
    struct str address = arena_format(arena, "/findings/%lld", (long long)value_get_int(finding, "id", 0));
    struct value *form = typed_form_begin(page, arena_concat(arena, address, STR("/measures")), address);
    struct value *row = value_new_map(arena); /* a measure begins with its finding's phase and date */
    value_put_text(arena, row, "phase", value_get_text(finding, "phase"));
    value_put_text(arena, row, "due", value_get_text(finding, "due"));
    value_put_int(arena, row, "weight", 100);
    if (page_param_int(page, "cause", 0))
        value_put_int(arena, row, "cause_id", page_param_int(page, "cause", 0));
    put_measure_fields(page, form, row);
    TRY(put_causes(page, form, row, value_get_int(finding, "id", 0)));
    TRY(page_put_duty_fields(page, form, "measure", 0));
    typed_form_field(page, form, "rev", NULL);
    typed_form_field(page, form, "seen", NULL);
    value_put_bool(arena, form, "is_new", true);
    value_put_text(arena, form, "about", value_get_text(finding, "title"));
    finding_put_crumbs(page, value_get_text(finding, "no"), value_get_int(finding, "id", 0),
                       page_text(page, "measure.add"));
    return RC_OK;
}

enum rc page_measure_edit(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_MEASURE_GET);
    struct value *row;
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    struct str address = arena_format(arena, "/findings/%lld", (long long)value_get_int(row, "finding_id", 0));
    struct value *form = typed_form_begin(page, arena_format(arena, "/measures/%lld", (long long)id), address);
    TRY(rival_merge(page, "measure", value_get_int(row, "finding_id", 0), row));
    put_measure_fields(page, form, row);
    TRY(put_causes(page, form, row, value_get_int(row, "finding_id", 0)));
    rival_put_words(page);
    typed_form_field(page, form, "rev", row);
    typed_form_put(page, form, "seen", rival_seen(page, row));
    value_put_bool(arena, form, "is_new", false);
    value_put_text(arena, form, "about", value_get_text(row, "finding_title"));
    finding_put_crumbs(page, value_get_text(row, "finding_no"), value_get_int(row, "finding_id", 0),
                       page_text(page, "measure.edit"));
    return RC_OK;
}
