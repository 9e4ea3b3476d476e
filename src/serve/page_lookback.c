/* page_lookback.c: look-backs: campaigns, the form that draws one, one campaign, and one item with the checker's form.
 */
#include "loop/lookback.h"

#include <string.h>

#include "serve/chrome.h"
#include "serve/page_closing.h"
#include "serve/page_loop.h"
#include "serve/page_spread.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/typed_form.h"
#include "text/json.h"

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

enum rc page_lookback_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_LOOKBACK_LIST);
    TRY(page_put_rows(page, "lookbacks", st));
    struct value *rows = list_of(page->view, "lookbacks");
    for (struct value *row = rows->items.first; row; row = row->next) {
        bool is_over = str_equal(value_get_text(row, "state"), STR("finished"));
        closing_put_label(page, row, "state", "lookback.state");
        page_put_due(page, row, "due", is_over);
        if (!value_get(row, "due_left_text"))
            value_put_null(arena, row, "due_left_text");
        value_put_text(arena, row, "due_state_label", value_get_text(row, "state_label"));
    }
    value_put_bool(arena, page->view, "has_lookbacks", value_count(rows) > 0);
    value_put_bool(arena, page->view, "may_draw", page_can(page, PERM_SUPERVISE));
    closing_put_tabs(page, "lookbacks");
    return RC_OK;
}

enum rc page_lookback_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *given = value_new_map(arena);
    struct value *form = typed_form_begin(page, STR("/lookbacks"), STR("/lookbacks"));
    value_put_text(arena, given, "closed_to", closing_today(page));
    value_put_text(arena, given, "checklist", page_text(page, "lookback.checklist_usual"));
    value_put_int(arena, given, "label", LABEL_INTERNAL);
    static const char *const plain[] = {"name", "closed_from", "closed_to", "sample", "seed", "due", "checklist"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        typed_form_field(page, form, plain[i], given);
    typed_form_choices(page, typed_form_field(page, form, "label", given), "0|1|2", "label");
    TRY(spread_put_units(page, typed_form_field(page, form, "unit_id", NULL), PERM_SUPERVISE, false));
    chrome_add_crumb(page, page_text(page, "lookback.list"), STR("/lookbacks"));
    chrome_add_crumb(page, page_text(page, "lookback.new"), STR_EMPTY);
    return RC_OK;
}

/* ---- one campaign ------------------------------------------------------------------------------------------- */

static const char *const verdicts[] = {"", "open", "consolidated", "rebound", "untrue"};
enum { VERDICTS = sizeof verdicts / sizeof verdicts[0] };

static bool is_in_show(const struct value *item, const char *show)
{
    struct str verdict = value_get_text(item, "verdict");
    return !*show || (strcmp(show, "open") == 0 ? !verdict.n : str_equal_cstr(verdict, show));
}

static void put_figures(struct page *page, struct value *lookback, const struct value *items)
{
    static const char *const status[] = {"", "due_soon", "closed", "behind", "overdue"};
    struct arena *arena = page->ctx.arena;
    struct value *figures = value_put_list(arena, lookback, "figures");
    for (size_t i = 0; i < VERDICTS; i++) {
        int64_t n = 0;
        VALUE_EACH (item, items) {
            n += is_in_show(item, verdicts[i]);
        }
        struct value *figure = value_add_map(arena, figures);
        value_put_text(arena, figure, "value", arena_format(arena, "%lld", (long long)n));
        value_put_text(arena, figure, "label",
                       page_text(page, arena_format(arena, "lookback.show.%s", *verdicts[i] ? verdicts[i] : "all").p));
        value_put_text(arena, figure, "href",
                       arena_format(arena, "/lookbacks/%lld?show=%s#items", (long long)value_get_int(lookback, "id", 0),
                                    verdicts[i]));
        value_put_text(arena, figure, "status", str_from_cstr(status[i]));
    }
}

static const char *item_status(struct str verdict)
{
    return str_equal(verdict, STR("consolidated")) ? "closed"
           : str_equal(verdict, STR("rebound"))    ? "behind"
           : str_equal(verdict, STR("untrue"))     ? "overdue"
                                                   : "normal";
}

static void put_item_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str verdict = value_get_text(row, "verdict");
    value_put_text(arena, row, "due_state", str_from_cstr(item_status(verdict)));
    value_put_text(arena, row, "due_state_label",
                   page_text(page, verdict.n ? arena_format(arena, "lookback.verdict.%.*s", STR_ARG(verdict)).p
                                             : "lookback.show.open"));
    closing_put_label(page, row, "status", "finding.status");
}

static enum rc put_items(struct page *page, struct value *lookback)
{
    struct arena *arena = page->ctx.arena;
    struct str show = page_param_text(page, "show");
    struct db_stmt *st = page_statement(page, Q_LOOKBACK_ITEMS);
    struct value *rows, *shown = value_put_list(arena, lookback, "items");
    db_bind_int(st, "id", value_get_int(lookback, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    put_figures(page, lookback, rows);
    const char *chosen = "";
    for (size_t i = 0; i < VERDICTS; i++)
        if (str_equal_cstr(show, verdicts[i]))
            chosen = verdicts[i];
    for (struct value *row = rows->items.first, *next; row; row = next) {
        next = row->next;
        if (!is_in_show(row, chosen))
            continue;
        put_item_words(page, row);
        value_add(shown, row);
    }
    value_put_bool(arena, lookback, "has_items", value_count(shown) > 0);
    return RC_OK;
}

static enum rc put_checklist(struct page *page, struct value *to, struct str text)
{
    struct value *list, *rows = value_put_list(page->ctx.arena, to, "points");
    TRY(json_parse(&page->ctx, text, &list));
    int64_t n = 0;
    VALUE_EACH (point, list) {
        struct value *row = value_add_map(page->ctx.arena, rows);
        value_put_int(page->ctx.arena, row, "n", ++n);
        value_put_text(page->ctx.arena, row, "text", point->text);
    }
    return RC_OK;
}

enum rc page_lookback(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_LOOKBACK_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "lookback", st));
    struct value *lookback = list_of(page->view, "lookback");
    closing_put_label(page, lookback, "state", "lookback.state");
    TRY(put_checklist(page, lookback, value_get_text(lookback, "checklist")));
    TRY(put_items(page, lookback));
    bool may = actor_check(&page->ctx, page->db, &page->actor, PERM_SUPERVISE, value_get_int(lookback, "unit_id", 0),
                           value_get_int(lookback, "label", 0)) == RC_OK;
    bool is_open = str_equal(value_get_text(lookback, "state"), STR("checking"));
    value_put_bool(arena, lookback, "may_finish", may && is_open);
    value_put_bool(arena, lookback, "may_assign", may && is_open);
    value_put_text(arena, lookback, "typed_conclusion",
                   page->form ? form_text(page->form->fields, "conclusion") : STR(""));
    st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    if (may)
        TRY(page_put_timeline(page, st));
    else
        value_put_list(arena, page->view, "events");
    value_put_bool(arena, lookback, "has_history", may);
    value_put_text(arena, page->view, "page_title", value_get_text(lookback, "name"));
    chrome_add_crumb(page, page_text(page, "lookback.list"), STR("/lookbacks"));
    chrome_add_crumb(page, value_get_text(lookback, "name"), STR_EMPTY);
    return RC_OK;
}

/* ---- one item ----------------------------------------------------------------------------------------------- */

/* Points with their answers: given ones, else what was typed. */
static enum rc put_points(struct page *page, struct value *item)
{
    struct arena *arena = page->ctx.arena;
    static const char *const choices[] = {"yes", "no", "na"};
    struct value *answers;
    TRY(put_checklist(page, item, value_get_text(item, "checklist")));
    TRY(json_parse(&page->ctx, value_get_text(item, "answers"), &answers));
    const struct value *answer = answers->items.first;
    for (struct value *point = list_of(item, "points")->items.first; point; point = point->next) {
        const char *name = arena_format(arena, "answer%lld", (long long)value_get_int(point, "n", 0)).p;
        struct str given = answer ? answer->text : page->form ? form_text(page->form->fields, name) : STR("");
        value_put_text(arena, point, "name", str_from_cstr(name));
        value_put_text(arena, point, "answer_label",
                       given.n ? page_text(page, arena_format(arena, "lookback.answer.%.*s", STR_ARG(given)).p)
                               : STR(""));
        struct value *options = value_put_list(arena, point, "options");
        for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
            typed_form_add_option(page, options, str_from_cstr(choices[i]),
                                  page_text(page, arena_format(arena, "lookback.answer.%s", choices[i]).p),
                                  str_equal_cstr(given, choices[i]));
        answer = answer ? answer->next : NULL;
    }
    return RC_OK;
}

static enum rc put_checkers(struct page *page, struct value *form, const struct value *item)
{
    struct value *field = typed_form_field(page, form, "checker_id", item), *rows;
    struct db_stmt *st = db_query(page->db, Q_LOOKBACK_CHECKERS);
    struct arena *arena = page->ctx.arena;
    actor_bind_scope(st, &page->actor, PERM_UNIT_READ);
    db_bind_int(st, "unit_id", value_get_int(item, "unit_id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    typed_form_option(page, field, STR(""), page_text(page, "form.choose"));
    VALUE_EACH (row, rows) {
        struct str unit = value_get_text(row, "unit_short");
        typed_form_option(page, field, arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0)),
                          arena_format(arena, "%.*s  %.*s", STR_ARG(value_get_text(row, "name")),
                                       STR_ARG(unit.n ? unit : value_get_text(row, "unit_name"))));
    }
    return RC_OK;
}

static bool is_offered(const struct value *map, const char *command)
{
    VALUE_EACH (offer, value_get(map, "offers")) {
        if (str_equal_cstr(value_get_text(offer, "command"), command))
            return true;
    }
    return false;
}

enum rc page_lookback_item(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_LOOKBACK_ITEM_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "item", st));
    struct value *item = list_of(page->view, "item");
    put_item_words(page, item);
    TRY(put_points(page, item));
    TRY(page_put_waiting(page, item, NOUN_LOOKBACK_ITEM, id));
    TRY(page_put_offers(page, item, NOUN_LOOKBACK_ITEM, item));
    value_put_bool(arena, item, "may_check", is_offered(item, "check"));
    value_put_bool(arena, item, "may_assign", is_offered(item, "assign"));
    struct value *form =
        typed_form_begin(page, arena_format(arena, "/lookback_items/%lld", (long long)id),
                         arena_format(arena, "/lookbacks/%lld", (long long)value_get_int(item, "lookback_id", 0)));
    typed_form_choices(page, typed_form_field(page, form, "verdict", NULL), "|consolidated|rebound|untrue",
                       "lookback.verdict");
    typed_form_field(page, form, "note", NULL);
    typed_form_field(page, form, "evidence", NULL);
    typed_form_field(page, form, "due", NULL);
    TRY(put_checkers(page, form, item));
    value_put_text(arena, page->view, "page_title", value_get_text(item, "title"));
    chrome_add_crumb(page, page_text(page, "lookback.list"), STR("/lookbacks"));
    chrome_add_crumb(page, value_get_text(item, "lookback_name"), value_get_text(form, "back"));
    chrome_add_crumb(page, value_get_text(item, "no"), STR_EMPTY);
    return RC_OK;
}

/* The form has one field for each point; the command takes them as a list. */
enum rc page_lookback_item_post(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *raw = value_copy(arena, page->form->fields), *answers = value_new_list(arena), *result;
    int64_t id = page_param_int(page, "id", 0);
    for (int n = 1; n <= LOOKBACK_CHECKS_MAX; n++) {
        struct str text = form_text(page->form->fields, arena_format(arena, "answer%d", n).p);
        if (!text.n)
            break;
        value_add_text(arena, answers, text);
    }
    value_set(raw, STR("id"), value_new_int(arena, id));
    value_set(raw, STR("answers"), answers);
    enum rc rc = submit_and_wait(page, &command_lookback_item_check, raw, &result);
    if (rc == RC_OK) {
        chrome_set_flash(page, "success", "flash.saved", STR_EMPTY, STR_EMPTY);
        page_redirect(page, arena_format(arena, "/lookback_items/%lld", (long long)id));
        return RC_OK;
    }
    TRY(typed_form_refused(page, rc, "lookback_item"));
    return page_lookback_item(page);
}
