/* page_bulletin_form.c: the forms of bulletins and of the parameters of publishing, see page_step.h. */
#include "loop/bulletin.h"
#include "serve/page_step.h"
#include "serve/pages.h"
#include "serve/typed_form.h"
#include "text/json.h"

static const struct step_place place = {"bulletin.list", "/bulletins", PERM_BULLETIN_WRITE};

static const struct step create_step = {
    "bulletin.do.create",
    {{"source_id", "finding.source", "bulletin.source_help", STEP_OPTIONS, true, NULL, NULL},
     {"title", "bulletin.title", "bulletin.title_help", STEP_LINE, false, NULL, NULL}}};
static const struct step change_step = {
    "bulletin.do.change",
    {{"title", "bulletin.title", NULL, STEP_LINE, true, NULL, NULL},
     {"window_from", "bulletin.window_from", NULL, STEP_DATE, false, NULL, NULL},
     {"window_days", "bulletin.window_days", NULL, STEP_NUMBER, true, NULL, NULL},
     {"window_first_day", "bulletin.window_first_day", NULL, STEP_CHOICE, true, "1|0", "bulletin.first_day"},
     {"window_to", "bulletin.window_to", "bulletin.window_to_help", STEP_DATE, false, NULL, NULL},
     {"doc_no", "bulletin.doc_no", "bulletin.doc_no_help", STEP_LINE, false, NULL, NULL},
     {"signatory", "bulletin.signatory", NULL, STEP_LINE, false, NULL, NULL},
     {"signed", "bulletin.signed", NULL, STEP_DATE, false, NULL, NULL},
     {"phone", "bulletin.phone", NULL, STEP_LINE, false, NULL, NULL},
     {"hours", "bulletin.hours", NULL, STEP_LINE, false, NULL, NULL},
     {"address", "bulletin.address", NULL, STEP_LINE, false, NULL, NULL},
     {"postcode", "bulletin.postcode", NULL, STEP_LINE, false, NULL, NULL},
     {"email", "bulletin.email", NULL, STEP_LINE, false, NULL, NULL}}};
static const struct step postpone_step = {
    "bulletin.do.postpone",
    {{"window_from", "bulletin.window_from", "bulletin.postpone_from_help", STEP_DATE, false, NULL, NULL},
     {"window_days", "bulletin.window_days", "bulletin.postpone_days_help", STEP_NUMBER, false, NULL, NULL},
     {"reason", "form.reason", NULL, STEP_LINE, true, NULL, NULL}}};
static const struct step rules_step = {
    "publish_rules.title",
    {{"window_days", "bulletin.window_days", NULL, STEP_NUMBER, true, NULL, NULL},
     {"window_first_day", "bulletin.window_first_day", NULL, STEP_CHOICE, true, "1|0", "bulletin.first_day"},
     {"ack_days", "publish_rules.ack_days", NULL, STEP_NUMBER, true, NULL, NULL},
     {"answer_days", "publish_rules.answer_days", NULL, STEP_NUMBER, true, NULL, NULL},
     {"label_max", "publish_rules.label_max", "publish_rules.label_help", STEP_CHOICE, true, "0|1",
      "publish_rules.label"},
     {"forbidden", "publish_rules.forbidden", "publish_rules.forbidden_help", STEP_LONG, false, NULL, NULL}}};

enum rc page_bulletin_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    TRY(step_put(page, &create_step, &place, STR("/bulletins"), STR("/bulletins"), NULL, STR("")));
    struct db_stmt *st = page_statement(page, Q_BULLETIN_SOURCE_OPTIONS);
    TRY(db_rows(&page->ctx, st, &rows));
    struct value *field = step_field(page, "source_id");
    struct str asked = page_param_text(page, "source");
    if (asked.n && !page->form)
        value_set(field, STR("value"), value_new_text(arena, asked));
    typed_form_option(page, field, STR(""), page_text(page, "form.choose"));
    VALUE_EACH (row, rows) {
        typed_form_option(page, field, arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0)),
                          arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(row, "no")),
                                       STR_ARG(value_get_text(row, "title"))));
    }
    return RC_OK;
}

static enum rc put_contacts(struct page *page, struct value *row)
{
    static const char *const kinds[] = {"phone", "address", "postcode", "email"};
    struct value *list;
    TRY(json_parse(&page->ctx, value_get_text(row, "contacts"), &list));
    VALUE_EACH (one, list) {
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            if (str_equal_cstr(value_get_text(one, "kind"), kinds[i]) && !value_get(row, kinds[i]))
                value_put_text(page->ctx.arena, row, kinds[i], value_get_text(one, "value"));
        if (value_get_text(one, "hours").n && !value_get(row, "hours"))
            value_put_text(page->ctx.arena, row, "hours", value_get_text(one, "hours"));
    }
    return RC_OK;
}

static enum rc put_step(struct page *page, const struct step *step, const char *verb)
{
    struct arena *arena = page->ctx.arena;
    struct value *row;
    struct db_stmt *st = page_statement(page, Q_BULLETIN_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &row));
    TRY(put_contacts(page, row));
    struct str back = arena_format(arena, "/bulletins/%lld", (long long)value_get_int(row, "id", 0));
    return step_put(page, step, &place, arena_format(arena, "%.*s/%s", STR_ARG(back), verb), back, row,
                    value_get_text(row, "no"));
}

enum rc page_bulletin_change(struct page *page) { return put_step(page, &change_step, "change"); }
enum rc page_bulletin_postpone(struct page *page) { return put_step(page, &postpone_step, "postpone"); }

enum rc page_publish_rules(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct bulletin_rules rules;
    struct value *row = value_new_map(arena);
    TRY(bulletin_read_rules(&page->ctx, page->db, &rules));
    value_put_int(arena, row, "window_days", rules.window_days);
    value_put_int(arena, row, "window_first_day", rules.window_first_day);
    value_put_int(arena, row, "ack_days", rules.ack_days);
    value_put_int(arena, row, "answer_days", rules.answer_days);
    value_put_int(arena, row, "label_max", rules.label_max);
    value_put_text(arena, row, "forbidden", rules.forbidden);
    TRY(step_put(page, &rules_step, &place, STR("/publish_rules"), STR("/bulletins"), row, STR("")));
    struct value *form = (struct value *)value_get(page->view, "form");
    value_set(form, STR("button"), value_new_text(arena, page_text(page, "common.save")));
    return RC_OK;
}
