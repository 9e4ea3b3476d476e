/* page_rule_form.c: the forms of a rule's steps, see page_step.h. */
#include "serve/page_spread.h"
#include "serve/page_step.h"
#include "serve/pages.h"

static const struct step_place rule_place = {"rule.list", "/rules", PERM_RULE_WRITE};

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
static const struct step link_step = {"rule.do.link",
                                      {{"finding", "rule.link_finding", NULL, STEP_LINE, true, NULL, NULL}}};
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

static enum rc rule_step(struct page *page, const struct step *step, const char *verb, bool has_row)
{
    struct db_stmt *st = page_statement(page, Q_RULE_GET);
    struct value *rule;
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &rule));
    struct str address = spread_href(page, "rules", id);
    struct str action = arena_format(page->ctx.arena, "%.*s/%s", STR_ARG(address), verb);
    if (!has_row)
        return step_put(page, step, &rule_place, action, address, NULL, value_get_text(rule, "name"));
    return step_put_change(page, step, &rule_place, action, address, rule, value_get_text(rule, "name"), "rule");
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
    return step_put(page, &draft_step, &rule_place, STR("/rules"), STR("/rules"), NULL, STR(""));
}

enum rc page_cascade_answer(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_RULE_CASCADE_GET);
    struct value *cascade;
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &cascade));
    struct str address = spread_href(page, "cascades", id);
    return step_put(page, &answer_step, &rule_place, arena_concat(page->ctx.arena, address, STR("/answer")), address,
                    cascade, value_get_text(cascade, "title"));
}
