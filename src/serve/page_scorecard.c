/* page_scorecard.c: one unit's score: parts with the figures behind them, marks, appeal, letter, and the ballot. */
#include "loop/assess.h"

#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/page_loop.h"
#include "serve/page_spread.h"
#include "serve/page_step.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/typed_form.h"
#include "text/json.h"

static const struct step_place place = {"assessment.list", "/assessments", PERM_ASSESS_WRITE};

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

static enum rc read_card(struct page *page, struct value **ret_row)
{
    struct db_stmt *st = page_statement(page, Q_SCORECARD_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    return page_find_row(page, st, ret_row);
}

static struct assess_card card_of(const struct value *row)
{
    return (struct assess_card){.id = value_get_int(row, "id", 0),
                                .unit_id = value_get_int(row, "unit_id", 0),
                                .from = value_get_text(row, "period_from"),
                                .to = value_get_text(row, "period_to")};
}

static void put_score(struct page *page, struct value *row, const char *key, const char *text_key)
{
    const struct value *v = value_get(row, key);
    value_put_text(page->ctx.arena, row, text_key,
                   v && v->kind == VALUE_INT ? score_format(page->ctx.arena, v->integer) : STR(""));
}

/* As it was told; before that what it would be now, from what the reader sees. */
static enum rc read_result(struct page *page, struct value *row, struct value **ret_result)
{
    struct str snapshot = value_get_text(row, "snapshot");
    struct scheme scheme;
    struct score_input input;
    value_put_bool(page->ctx.arena, row, "is_told", snapshot.n > 0);
    if (snapshot.n)
        return json_parse(&page->ctx, snapshot, ret_result);
    struct assess_card card = card_of(row);
    TRY(scheme_parse(&page->ctx, value_get_text(row, "scheme_text"), &scheme));
    TRY(assess_read_input(&page->ctx, page->db, &scheme, &card, spread_today(page), &page->actor, &input));
    *ret_result = score_compute(page->ctx.arena, &scheme, &input);
    return RC_OK;
}

static void put_lines(struct page *page, struct value *part, int64_t card_id)
{
    struct arena *arena = page->ctx.arena;
    struct value *lines = list_of(part, "lines");
    value_put_bool(arena, part, "has_lines", value_count(lines) > 0);
    if (!lines)
        lines = value_put_list(arena, part, "lines");
    for (struct value *line = lines->items.first; line; line = line->next) {
        struct str figure = value_get_text(line, "figure");
        value_put_text(arena, line, "label", spread_words(page, "figure", figure));
        value_put_text(arena, line, "href",
                       arena_format(arena, "/scorecards/%lld/figure?name=%.*s", (long long)card_id, STR_ARG(figure)));
        put_score(page, line, "points", "points_text");
    }
}

static enum rc put_marks(struct page *page, struct value *row)
{
    struct db_stmt *st = db_query(page->db, Q_SCORE_MARK_TEAM);
    struct value *marks;
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_rows(&page->ctx, st, &marks));
    struct value *parts = list_of(row, "parts");
    for (struct value *part = parts->items.first; part; part = part->next) {
        struct value *team = value_put_list(page->ctx.arena, part, "marks");
        struct str self = STR("");
        VALUE_EACH (mark, marks) {
            if (!str_equal(value_get_text(mark, "code"), value_get_text(part, "code")))
                continue;
            struct str points = score_format(page->ctx.arena, value_get_int(mark, "points", 0));
            if (value_get_int(mark, "marker", 0) == 0) {
                self = points;
                continue;
            }
            if (!value_get_bool(row, "is_shown"))
                continue;
            struct value *item = value_add_map(page->ctx.arena, team);
            value_put_text(page->ctx.arena, item, "marker_name", value_get_text(mark, "marker_name"));
            value_put_text(page->ctx.arena, item, "points_text", points);
            value_put_text(page->ctx.arena, item, "reason", value_get_text(mark, "reason"));
        }
        value_put_text(page->ctx.arena, part, "self_text", self);
        value_put_bool(page->ctx.arena, part, "has_marks", value_count(team) > 0);
    }
    return RC_OK;
}

/* Until it is told, only those who assess see marks, votes and what they come to: a unit would see each of them arrive.
 */
static enum rc put_whether_shown(struct page *page, struct value *row)
{
    struct value *mine = NULL;
    bool is_told = value_get_text(row, "snapshot").n > 0;
    if (!is_told) {
        struct db_stmt *st = db_query(page->db, Q_SCORECARD_GET);
        db_bind_int(st, "id", value_get_int(row, "id", 0));
        actor_bind_scope(st, &page->actor, PERM_ASSESS_WRITE);
        TRY(db_first_row(&page->ctx, st, &mine));
    }
    value_put_bool(page->ctx.arena, row, "is_shown", is_told || mine);
    return RC_OK;
}

static void hide_score(struct page *page, struct value *part)
{
    struct str kind = value_get_text(part, "kind");
    if (!str_equal(kind, STR("manual")) && !str_equal(kind, STR("poll")))
        return;
    value_set(part, STR("score"), value_new_text(page->ctx.arena, STR("")));
}

static enum rc put_card(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct value *result;
    TRY(read_result(page, row, &result));
    TRY(put_whether_shown(page, row));
    bool is_shown = value_get_bool(row, "is_shown");
    struct value *parts = list_of(result, "parts");
    for (struct value *part = parts->items.first; part; part = part->next) {
        if (!is_shown)
            hide_score(page, part);
        if (!value_get_text(part, "title").n)
            value_set(part, STR("title"), value_new_text(arena, page_text(page, "score_kind.veto")));
        put_score(page, part, "points", "points_text");
        put_score(page, part, "score", "score_text");
        value_put_text(arena, part, "kind_label", spread_words(page, "score_kind", value_get_text(part, "kind")));
        put_lines(page, part, value_get_int(row, "id", 0));
    }
    value_put(row, STR("parts"), parts);
    value_put_text(arena, row, "total_text",
                   is_shown ? score_format(arena, value_get_int(result, "total", 0)) : STR(""));
    value_put_text(arena, row, "band_text", is_shown ? value_get_text(result, "band") : STR(""));
    put_score(page, row, "self_total", "self_total_text");
    value_put_text(arena, row, "state_label", spread_words(page, "scorecard.state", value_get_text(row, "state")));
    return put_marks(page, row);
}

static enum rc put_votes(struct page *page, struct value *row)
{
    struct db_stmt *st = db_query(page->db, Q_BALLOT_VOTES);
    struct value *rows;
    int64_t cast = 0;
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    VALUE_EACH (vote, rows)
        cast += value_get_text(vote, "answer").n ? value_get_int(vote, "n", 0) : 0;
    value_put_int(page->ctx.arena, row, "votes", cast);
    value_put_bool(page->ctx.arena, row, "has_ballots", value_get_int(row, "ballots", 0) > 0);
    return RC_OK;
}

static void put_crumbs(struct page *page, const struct value *row, const char *here)
{
    chrome_add_crumb(page, page_text(page, "assessment.list"), STR("/assessments"));
    chrome_add_crumb(page, value_get_text(row, "no"),
                     spread_href(page, "assessments", value_get_int(row, "assessment_id", 0)));
    chrome_add_crumb(page, value_get_text(row, "unit_name"),
                     here ? spread_href(page, "scorecards", value_get_int(row, "id", 0)) : STR_EMPTY);
    if (here)
        chrome_add_crumb(page, page_text(page, here), STR_EMPTY);
}

enum rc page_scorecard(struct page *page)
{
    struct value *row;
    TRY(read_card(page, &row));
    int64_t id = value_get_int(row, "id", 0);
    value_put(page->view, STR("card"), row);
    TRY(put_card(page, row));
    TRY(put_votes(page, row));
    TRY(page_put_waiting(page, row, NOUN_SCORECARD, id));
    TRY(page_put_offers(page, row, NOUN_SCORECARD, row));
    value_put_text(page->ctx.arena, page->view, "page_title", value_get_text(row, "unit_name"));
    put_crumbs(page, row, NULL);
    return RC_OK;
}

/* The result as a letter, for print, of the day it was told or decided anew; there is none before. */
enum rc page_scorecard_letter(struct page *page)
{
    struct value *row;
    TRY(read_card(page, &row));
    if (!value_get_text(row, "snapshot").n)
        return RC_NOT_FOUND;
    value_put(page->view, STR("card"), row);
    TRY(put_card(page, row));
    char text[TIME_TEXT_BYTES];
    struct str told = time_format_china(value_get_int(row, "told_at", 0), text);
    value_put_text(page->ctx.arena, row, "told_on",
                   arena_copy_str(page->ctx.arena, str_slice(told, 0, DATE_TEXT_BYTES - 1)));
    put_crumbs(page, row, "scorecard.letter");
    return RC_OK;
}

/* What a figure counts. */
enum rc page_scorecard_figure(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *row, *rows;
    struct str name = page_param_text(page, "name");
    name = name.n ? name : str_from_cstr(score_figure_name(0));
    int figure = score_figure_find(name);
    TRY(read_card(page, &row));
    if (figure < 0)
        return RC_NOT_FOUND;
    struct assess_card card = card_of(row);
    struct db_stmt *st = assess_figure_statement(page->db, figure, false, &card, spread_today(page));
    if (!st)
        return RC_DB;
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *item = rows->items.first; item; item = item->next)
        value_put_text(arena, item, "href", spread_href(page, score_figure_path(figure), value_get_int(item, "id", 0)));
    value_put(page->view, STR("rows"), rows);
    value_put_bool(arena, page->view, "has_rows", value_count(rows) > 0);
    value_put_int(arena, page->view, "count", (int64_t)value_count(rows));
    value_put_text(arena, page->view, "figure_label", spread_words(page, "figure", name));
    value_put_text(arena, page->view, "unit_name", value_get_text(row, "unit_name"));
    value_put_text(arena, page->view, "period",
                   arena_format(arena, "%.*s - %.*s", STR_ARG(card.from), STR_ARG(card.to)));
    put_crumbs(page, row, "scorecard.figure");
    return RC_OK;
}

/* ---- forms -------------------------------------------------------------------------------------------------- */

static const struct step mark_step = {"scorecard.do.mark",
                                      {{"code", "scorecard.item", NULL, STEP_OPTIONS, true, NULL, NULL},
                                       {"points", "scorecard.points", NULL, STEP_LINE, true, NULL, NULL},
                                       {"reason", "scorecard.why", NULL, STEP_LINE, false, NULL, NULL}}};
static const struct step poll_step = {
    "scorecard.do.poll", {{"count", "scorecard.ballots", "scorecard.ballots_help", STEP_NUMBER, true, NULL, NULL}}};
static const struct step appeal_step = {"scorecard.do.appeal",
                                        {{"appeal", "scorecard.appeal", NULL, STEP_LONG, true, NULL, NULL}}};
static const struct step recheck_step = {
    "scorecard.do.recheck", {{"recheck", "scorecard.recheck", "scorecard.recheck_help", STEP_LONG, true, NULL, NULL}}};

static enum rc put_step(struct page *page, const struct step *step, const char *verb, struct value **ret_row)
{
    TRY(read_card(page, ret_row));
    struct str address = spread_href(page, "scorecards", value_get_int(*ret_row, "id", 0));
    return step_put(page, step, &place, arena_format(page->ctx.arena, "%.*s/%s", STR_ARG(address), verb), address, NULL,
                    value_get_text(*ret_row, "unit_name"));
}

enum rc page_scorecard_mark(struct page *page)
{
    struct value *row;
    TRY(put_step(page, &mark_step, "mark", &row));
    return page_assess_put_items(page, value_get_text(row, "scheme_text"));
}

enum rc page_scorecard_poll(struct page *page)
{
    struct value *row;
    return put_step(page, &poll_step, "codes", &row);
}

enum rc page_scorecard_appeal(struct page *page)
{
    struct value *row;
    return put_step(page, &appeal_step, "appeal", &row);
}

enum rc page_scorecard_recheck(struct page *page)
{
    struct value *row;
    return put_step(page, &recheck_step, "recheck", &row);
}

/* The codes are shown this once. */
enum rc page_scorecard_codes_post(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *row, *raw = value_new_map(arena), *result;
    TRY(read_card(page, &row));
    value_put_int(arena, raw, "id", value_get_int(row, "id", 0));
    value_put_text(arena, raw, "count", form_text(page->form->fields, "count"));
    enum rc rc = submit_and_wait(page, &command_scorecard_poll, raw, &result);
    if (rc != RC_OK) {
        TRY(typed_form_refused(page, rc, "step_form"));
        return page_scorecard_poll(page);
    }
    value_put(page->view, STR("codes"), value_copy(arena, value_get(result, "codes")));
    value_put_text(arena, page->view, "unit_name", value_get_text(row, "unit_name"));
    value_put_text(arena, page->view, "title", value_get_text(row, "title"));
    value_put_text(arena, page->view, "ballot_address",
                   arena_format(arena, "%s://%.*s/ballot", page->request->is_https ? "https" : "http",
                                STR_ARG(page->request->host)));
    value_put_text(arena, page->view, "back_href", spread_href(page, "scorecards", value_get_int(row, "id", 0)));
    page->tpl = "ballot_codes";
    return RC_OK;
}

/* ---- the unit's own score: fields mark_CODE ------------------------------------------------------------------- */

enum rc page_scorecard_self(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *row;
    struct scheme scheme;
    TRY(read_card(page, &row));
    TRY(scheme_parse(&page->ctx, value_get_text(row, "scheme_text"), &scheme));
    struct str address = spread_href(page, "scorecards", value_get_int(row, "id", 0));
    struct value *form = typed_form_begin(page, arena_concat(arena, address, STR("/form")), address);
    struct value *items = value_put_list(arena, form, "items");
    for (int i = 0; i < scheme.item_count; i++) {
        const char *name = arena_format(arena, "mark_%.*s", STR_ARG(scheme.items[i].code)).p;
        struct value *field = value_copy(arena, typed_form_field(page, form, name, NULL));
        struct value *item = value_add_map(arena, items);
        value_put_text(arena, item, "name", str_from_cstr(name));
        value_put_text(arena, item, "title", scheme.items[i].title);
        value_put_text(arena, item, "points_text", score_format(arena, scheme.items[i].points));
        value_put_text(arena, item, "typed", value_get_text(field, "value"));
        value_put_text(arena, item, "fault", value_get_text(field, "error"));
    }
    typed_form_field(page, form, "text", NULL);
    value_put_text(arena, form, "about", value_get_text(row, "title"));
    put_crumbs(page, row, "scorecard.do.self");
    return RC_OK;
}

static int64_t read_mark(struct page *page, const char *name)
{
    struct field one = {.name = "points", .kind = FIELD_MONEY, .is_required = true};
    struct command reading = {.name = "scorecard.self", .fields = &one, .field_count = 1};
    struct value *raw = value_new_map(page->ctx.arena), *typed;
    struct ctx quiet = {.arena = page->ctx.arena};
    value_put_text(page->ctx.arena, raw, "points", form_text(page->form->fields, name));
    return command_read_input(&quiet, &reading, raw, &typed) == RC_OK ? value_get_int(typed, "points", -1) : -1;
}

enum rc page_scorecard_form_post(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *row, *raw = value_new_map(arena), *result;
    struct scheme scheme;
    TRY(read_card(page, &row));
    TRY(scheme_parse(&page->ctx, value_get_text(row, "scheme_text"), &scheme));
    value_put_int(arena, raw, "id", value_get_int(row, "id", 0));
    value_put_text(arena, raw, "text", form_text(page->form->fields, "text"));
    struct value *marks = value_put_map(arena, raw, "marks");
    for (int i = 0; i < scheme.item_count; i++)
        value_put_int(arena, marks, arena_copy_cstr(arena, scheme.items[i].code),
                      read_mark(page, arena_format(arena, "mark_%.*s", STR_ARG(scheme.items[i].code)).p));
    enum rc rc = submit_and_wait(page, &command_scorecard_self, raw, &result);
    if (rc != RC_OK) {
        TRY(typed_form_refused(page, rc, "scorecard_self"));
        return page_scorecard_self(page);
    }
    chrome_set_flash(page, "success", "flash.saved", STR_EMPTY, STR_EMPTY);
    page_redirect(page, spread_href(page, "scorecards", value_get_int(row, "id", 0)));
    return RC_OK;
}

/* ---- the ballot: open to whoever holds a code ------------------------------------------------------------------ */

enum rc page_ballot(struct page *page)
{
    struct value *form = typed_form(page);
    struct value *given = value_new_map(page->ctx.arena);
    value_put_text(page->ctx.arena, given, "code", page_param_text(page, "code"));
    typed_form_field(page, form, "code", given);
    struct value *answer = typed_form_field(page, form, "answer", NULL); /* no answer is put into anybody's mouth */
    typed_form_option(page, answer, STR(""), page_text(page, "form.choose"));
    typed_form_choices(page, answer, "very|satisfied|basically|not", "ballot.answer");
    value_put_bool(page->ctx.arena, page->view, "is_cast", false);
    return RC_OK;
}

/* The program casts it, so that no account stands beside a vote even when somebody is signed in. */
enum rc page_ballot_post(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *raw = value_new_map(arena), *result;
    struct actor reader = page->actor;
    value_put_text(arena, raw, "code", form_text(page->form->fields, "code"));
    value_put_text(arena, raw, "answer", form_text(page->form->fields, "answer"));
    page->actor = actor_program();
    enum rc rc = submit_and_wait(page, &command_ballot_cast, raw, &result);
    page->actor = reader;
    page->tpl = "ballot";
    if (rc != RC_OK)
        TRY(typed_form_refused(page, rc, "ballot"));
    TRY(page_ballot(page));
    struct value *yes = ARENA_NEW(arena, struct value);
    if (yes)
        *yes = (struct value){.kind = VALUE_BOOL, .boolean = rc == RC_OK};
    value_set(page->view, STR("is_cast"), yes);
    return arena_rc(arena);
}
