/* page_rule_form.c: the forms of a rule's steps: one template, which shows the fields that a step has. */
#include "serve/chrome.h"
#include "serve/page_finding.h"
#include "serve/page_spread.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

enum step_kind { STEP_LINE, STEP_LONG, STEP_DATE, STEP_NUMBER, STEP_CHOICE, STEP_UNITS, STEP_UNIT };

/* One field of a step, as the template shows it. */
struct step_field {
    const char *name, *label, *help; /* message keys; help may be NULL */
    enum step_kind kind;
    bool is_required;
    const char *choices, *prefix;
};

struct step {
    const char *title; /* of the button and the page */
    struct step_field fields[8];
};

static const struct step review_step = {
    "rule.do.review",
    {{"reviewer", "rule.reviewer", "rule.reviewer_help", STEP_LINE, true, NULL, NULL},
     {"reviewed_on", "rule.reviewed_on", NULL, STEP_DATE, true, NULL, NULL},
     {"opinion", "rule.opinion", NULL, STEP_LONG, true, NULL, NULL}}};
static const struct step pass_step = {"rule.do.pass",
                                      {{"meeting", "rule.meeting", NULL, STEP_LINE, true, NULL, NULL},
                                       {"met_on", "rule.met_on", NULL, STEP_DATE, true, NULL, NULL}}};
static const struct step issue_step = {
    "rule.do.issue",
    {{"doc_no", "rule.doc_no", NULL, STEP_LINE, true, NULL, NULL},
     {"issued_on", "rule.issued_on", NULL, STEP_DATE, true, NULL, NULL},
     {"effective_on", "rule.effective_on", "rule.effective_help", STEP_DATE, false, NULL, NULL},
     {"review_due", "rule.review_due", "rule.review_due_help", STEP_DATE, false, NULL, NULL}}};
static const struct step teach_step = {
    "rule.do.teach",
    {{"taught_on", "rule.day", NULL, STEP_DATE, true, NULL, NULL},
     {"form", "rule.form", NULL, STEP_CHOICE, true, "meeting|training|online|circular|other", "rule.form"},
     {"people", "rule.people", NULL, STEP_NUMBER, false, NULL, NULL},
     {"text", "rule.remarks", NULL, STEP_LONG, false, NULL, NULL}}};
static const struct step check_step = {
    "rule.do.check",
    {{"checked_on", "rule.day", NULL, STEP_DATE, true, NULL, NULL},
     {"verdict", "rule.verdict", NULL, STEP_CHOICE, true, "followed|partly|ignored", "rule.verdict"},
     {"text", "rule.remarks", NULL, STEP_LONG, true, NULL, NULL}}};
static const struct step cascade_step = {
    "rule.do.cascade",
    {{"due", "rule.cascade_due", NULL, STEP_DATE, true, NULL, NULL},
     {"reach", "sweep.reach", NULL, STEP_CHOICE, true, "subtree|level|units", "sweep.reach"},
     {"reach_level", "sweep.reach_level", "sweep.level_help", STEP_NUMBER, false, NULL, NULL},
     {"unit_ids", "sweep.units", "sweep.units_help", STEP_UNITS, false, NULL, NULL}}};
static const struct step link_step = {
    "rule.do.link", {{"finding", "rule.link_finding", NULL, STEP_LINE, true, NULL, NULL}}};
static const struct step change_step = {
    "rule.do.change",
    {{"name", "rule.name", NULL, STEP_LINE, true, NULL, NULL},
     {"due", "rule.due", NULL, STEP_DATE, false, NULL, NULL},
     {"review_due", "rule.review_due", "rule.review_due_help", STEP_DATE, false, NULL, NULL},
     {"text", "rule.text", "rule.text_help", STEP_LONG, false, NULL, NULL},
     {"old_text", "rule.old_text", "rule.text_help", STEP_LONG, false, NULL, NULL},
     {"reason", "form.reason", NULL, STEP_LINE, false, NULL, NULL}}};
static const struct step answer_step = {
    "cascade.do.answer",
    {{"answer", "cascade.answer", NULL, STEP_CHOICE, true, "made|not_needed", "cascade.state"},
     {"own_name", "cascade.own_name", NULL, STEP_LINE, false, NULL, NULL},
     {"own_doc_no", "cascade.own_doc_no", NULL, STEP_LINE, false, NULL, NULL},
     {"own_issued_on", "cascade.own_issued_on", NULL, STEP_DATE, false, NULL, NULL},
     {"why", "cascade.why", "cascade.why_help", STEP_LINE, false, NULL, NULL}}};
static const struct step draft_step = {
    "rule.do.draft",
    {{"name", "rule.name", NULL, STEP_LINE, true, NULL, NULL},
     {"kind", "rule.kind", NULL, STEP_CHOICE, true, "new|revised|abolished", "rule.kind"},
     {"unit_id", "rule.unit", NULL, STEP_UNIT, true, NULL, NULL},
     {"drafter_id", "rule.drafter", "rule.drafter_help", STEP_UNIT, false, NULL, NULL},
     {"due", "rule.due", NULL, STEP_DATE, false, NULL, NULL},
     {"replaces", "rule.replaces", "rule.replaces_help", STEP_LINE, false, NULL, NULL},
     {"text", "rule.text", "rule.text_help", STEP_LONG, false, NULL, NULL},
     {"old_text", "rule.old_text", "rule.text_help", STEP_LONG, false, NULL, NULL}}};

static enum rc put_field(struct page *page, struct value *form, struct value *list, const struct step_field *field,
                         const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct value *typed = typed_form_field(page, form, field->name, row);
    if (field->kind == STEP_CHOICE)
        typed_form_choices(page, typed, field->choices, field->prefix);
    if (field->kind == STEP_UNITS || field->kind == STEP_UNIT)
        TRY(spread_put_units(page, typed, PERM_RULE_WRITE, field->kind == STEP_UNIT));
    struct value *item = value_copy(arena, typed);
    if (!item)
        return arena_rc(arena);
    item->key = STR_EMPTY;
    item->next = NULL;
    value_put_text(arena, item, "name", str_from_cstr(field->name));
    value_put_text(arena, item, "label", page_text(page, field->label));
    value_put_text(arena, item, "help", field->help ? page_text(page, field->help) : STR(""));
    value_put_bool(arena, item, "is_required", field->is_required);
    value_put_bool(arena, item, "is_line", field->kind == STEP_LINE);
    value_put_bool(arena, item, "is_long", field->kind == STEP_LONG);
    value_put_bool(arena, item, "is_date", field->kind == STEP_DATE);
    value_put_bool(arena, item, "is_number", field->kind == STEP_NUMBER);
    value_put_bool(arena, item, "is_choice", field->kind == STEP_CHOICE || field->kind == STEP_UNIT);
    value_put_bool(arena, item, "is_units", field->kind == STEP_UNITS);
    value_add(list, item);
    return RC_OK;
}

static enum rc put_step(struct page *page, const struct step *step, struct str action, struct str back,
                        const struct value *row, struct str about)
{
    struct arena *arena = page->ctx.arena;
    struct value *form = typed_form_begin(page, action, back), *list = value_new_list(arena);
    for (size_t i = 0; i < sizeof step->fields / sizeof step->fields[0] && step->fields[i].name; i++)
        TRY(put_field(page, form, list, &step->fields[i], row));
    value_put(form, STR("fields"), list);
    value_put_text(arena, form, "about", about);
    value_put_text(arena, form, "button", page_text(page, step->title));
    value_put_text(arena, form, "finding_id", page->form ? form_text(page->form->fields, "finding_id") : page_param_text(page, "finding"));
    value_put_text(arena, form, "measure_id", page->form ? form_text(page->form->fields, "measure_id") : page_param_text(page, "measure"));
    chrome_add_crumb(page, page_text(page, "rule.list"), STR("/rules"));
    if (about.n)
        chrome_add_crumb(page, about, back);
    chrome_add_crumb(page, page_text(page, step->title), STR_EMPTY);
    return RC_OK;
}

static enum rc rule_step(struct page *page, const struct step *step, const char *verb, bool has_row)
{
    struct db_stmt *st = page_statement(page, Q_RULE_GET);
    struct value *rule;
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(db_first_row(&page->ctx, st, &rule));
    if (!rule)
        return RC_NOT_FOUND;
    struct str address = spread_href(page, "rules", id);
    return put_step(page, step, arena_format(page->ctx.arena, "%.*s/%s", STR_ARG(address), verb), address,
                    has_row ? rule : NULL, value_get_text(rule, "name"));
}

enum rc page_rule_review(struct page *page) { return rule_step(page, &review_step, "review", false); }
enum rc page_rule_pass(struct page *page) { return rule_step(page, &pass_step, "pass", false); }
enum rc page_rule_issue(struct page *page) { return rule_step(page, &issue_step, "issue", false); }
enum rc page_rule_teach(struct page *page) { return rule_step(page, &teach_step, "teach", false); }
enum rc page_rule_check(struct page *page) { return rule_step(page, &check_step, "check", false); }
enum rc page_rule_cascade(struct page *page) { return rule_step(page, &cascade_step, "cascade", false); }
enum rc page_rule_link(struct page *page) { return rule_step(page, &link_step, "link", false); }
enum rc page_rule_change(struct page *page) { return rule_step(page, &change_step, "change", true); }

enum rc page_rule_new(struct page *page)
{
    return put_step(page, &draft_step, STR("/rules"), STR("/rules"), NULL, STR(""));
}

enum rc page_cascade_answer(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_RULE_CASCADE_GET);
    struct value *cascade;
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(db_first_row(&page->ctx, st, &cascade));
    if (!cascade)
        return RC_NOT_FOUND;
    struct str address = spread_href(page, "cascades", id);
    return put_step(page, &answer_step, arena_concat(page->ctx.arena, address, STR("/answer")), address, cascade,
                    value_get_text(cascade, "title"));
}
