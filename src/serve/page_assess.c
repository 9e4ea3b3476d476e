/* page_assess.c: assessments and schemes: lists, the ranking, results of a year, and the forms. */
#include "loop/assess.h"

#include "publish/csv_write.h"
#include "serve/chrome.h"
#include "serve/page_loop.h"
#include "serve/page_spread.h"
#include "serve/page_step.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

enum { LIST_ROWS = 50 };

static const struct step_place place = {"assessment.list", "/assessments", PERM_ASSESS_WRITE};

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

/* A score that may not be there yet: "85.50" or "". */
static void put_score(struct page *page, struct value *row, const char *key, const char *text_key)
{
    const struct value *v = value_get(row, key);
    value_put_text(page->ctx.arena, row, text_key,
                   v && v->kind == VALUE_INT ? score_format(page->ctx.arena, v->integer) : STR(""));
}

/* ---- assessments -------------------------------------------------------------------------------------------- */

enum rc page_assessment_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_ASSESSMENT_LIST);
    db_bind_int(st, "before", page_param_int(page, "before", INT64_MAX));
    db_bind_int(st, "limit", LIST_ROWS);
    TRY(page_put_rows(page, "assessments", st));
    struct value *rows = list_of(page->view, "assessments");
    for (struct value *row = rows->items.first; row; row = row->next)
        value_put_text(arena, row, "state_label", spread_words(page, "assessment.state", value_get_text(row, "state")));
    value_put_bool(arena, page->view, "has_assessments", value_count(rows) > 0);
    value_put_bool(arena, page->view, "may_open", page_can(page, PERM_ASSESS_WRITE));
    value_put_text(arena, page->view, "this_year", str_slice(spread_today(page), 0, 4));
    spread_put_tabs(page, "assessments");
    spread_put_pager(page, rows, LIST_ROWS, "/assessments", STR(""));
    return RC_OK;
}

enum rc page_assessment(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_ASSESSMENT_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "assessment", st));
    struct value *row = list_of(page->view, "assessment"), *cards;
    value_put_text(arena, row, "state_label", spread_words(page, "assessment.state", value_get_text(row, "state")));
    st = page_statement(page, Q_ASSESSMENT_CARDS);
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &cards));
    for (struct value *card = cards->items.first; card; card = card->next) {
        put_score(page, card, "self_total", "self_text");
        put_score(page, card, "total", "total_text");
        value_put_text(arena, card, "state_label",
                       spread_words(page, "scorecard.state", value_get_text(card, "state")));
    }
    value_put(row, STR("cards"), cards);
    if (value_get_int(row, "is_whole", 0)) {
        TRY(page_put_waiting(page, row, NOUN_ASSESSMENT, id));
        TRY(page_put_offers(page, row, NOUN_ASSESSMENT, row));
    } else {
        value_put_bool(arena, row, "has_waits", false);
        value_put_bool(arena, row, "has_offers", false);
    }
    value_put_text(arena, page->view, "page_title", value_get_text(row, "title"));
    chrome_add_crumb(page, page_text(page, "assessment.list"), STR("/assessments"));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
    return RC_OK;
}

static const struct step open_step = {
    "assessment.do.open",
    {{"title", "assessment.title", NULL, STEP_LINE, true, NULL, NULL},
     {"scheme_id", "scheme.one", NULL, STEP_OPTIONS, true, NULL, NULL},
     {"unit_id", "sweep.top", NULL, STEP_UNIT, true, NULL, NULL},
     {"reach_level", "sweep.reach_level", "assessment.level_help", STEP_NUMBER, false, NULL, NULL},
     {"year", "assessment.year", "assessment.year_help", STEP_NUMBER, true, NULL, NULL},
     {"period_from", "assessment.period_from", NULL, STEP_DATE, true, NULL, NULL},
     {"period_to", "assessment.period_to", NULL, STEP_DATE, true, NULL, NULL}}};
static const struct step mark_rest_step = {"assessment.do.mark",
                                           {{"code", "scorecard.item", NULL, STEP_OPTIONS, true, NULL, NULL},
                                            {"points", "scorecard.points", NULL, STEP_LINE, true, NULL, NULL},
                                            {"reason", "scorecard.why", NULL, STEP_LINE, false, NULL, NULL}}};

enum rc page_assessment_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *given = value_new_map(arena), *rows;
    value_put_text(arena, given, "year", str_slice(spread_today(page), 0, 4));
    TRY(step_put(page, &open_step, &place, STR("/assessments"), STR("/assessments"), given, STR("")));
    struct db_stmt *st = db_query(page->db, Q_SCHEME_LIST);
    actor_bind_scope(st, &page->actor, PERM_ASSESS_WRITE);
    TRY(db_rows(&page->ctx, st, &rows));
    struct value *field = step_field(page, "scheme_id");
    VALUE_EACH (row, rows)
        typed_form_option(page, field, arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0)),
                          arena_format(arena, "%.*s v%lld", STR_ARG(value_get_text(row, "name")),
                                       (long long)value_get_int(row, "version", 0)));
    if (!value_count(rows))
        value_put_list(arena, field, "options");
    return RC_OK;
}

/* The items that the team scores, to choose from. */
enum rc page_assess_put_items(struct page *page, struct str scheme_text)
{
    struct arena *arena = page->ctx.arena;
    struct value *field = step_field(page, "code");
    struct scheme scheme;
    TRY(scheme_parse(&page->ctx, scheme_text, &scheme));
    for (int i = 0; i < scheme.item_count; i++)
        if (scheme.items[i].kind == SCORE_MANUAL)
            typed_form_option(page, field, scheme.items[i].code,
                              arena_format(arena, "%.*s (%.*s)", STR_ARG(scheme.items[i].title),
                                           STR_ARG(score_format(arena, scheme.items[i].points))));
    if (!value_get(field, "options"))
        value_put_list(arena, field, "options");
    return RC_OK;
}

enum rc page_assessment_mark(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_ASSESSMENT_GET);
    struct value *row;
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    struct str address = spread_href(page, "assessments", id);
    TRY(step_put(page, &mark_rest_step, &place, arena_concat(page->ctx.arena, address, STR("/mark")), address, NULL,
                 value_get_text(row, "title")));
    return page_assess_put_items(page, value_get_text(row, "scheme_text"));
}

/* ---- results of a year, for the yearly appraisal -------------------------------------------------------------- */

enum rc page_assessment_export(struct page *page)
{
    static const char *const heads[] = {"unit.code",       "sweep.unit",       "assessment.year",
                                        "assessment.no",   "assessment.title", "scorecard.self_total",
                                        "scorecard.total", "scorecard.band",   "scorecard.rank"};
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    int64_t year = 0;
    (void)str_parse_int64(str_slice(spread_today(page), 0, 4), &year);
    struct db_stmt *st = page_statement(page, Q_SCORECARD_YEAR);
    db_bind_int(st, "year", page_param_int(page, "year", year));
    TRY(db_rows(&page->ctx, st, &rows));
    struct buf out;
    buf_init(&out, 16 << 20);
    buf_add_cstr(&out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        buf_add_cstr(&out, i ? "," : "");
        csv_write_text(&out, page_text(page, heads[i]));
    }
    buf_add_cstr(&out, "\r\n");
    for (struct value *row = rows->items.first; row; row = row->next) {
        put_score(page, row, "self_total", "self_text");
        put_score(page, row, "total", "total_text");
        struct str cells[] = {value_get_text(row, "code"),
                              value_get_text(row, "unit_name"),
                              arena_format(arena, "%lld", (long long)value_get_int(row, "year", 0)),
                              value_get_text(row, "no"),
                              value_get_text(row, "title"),
                              value_get_text(row, "self_text"),
                              value_get_text(row, "total_text"),
                              value_get_text(row, "band"),
                              arena_format(arena, "%lld", (long long)value_get_int(row, "rank", 0))};
        for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
            buf_add_cstr(&out, i ? "," : "");
            csv_write_text(&out, cells[i]);
        }
        buf_add_cstr(&out, "\r\n");
    }
    http_set_header(page->request, "Content-Disposition", STR("attachment; filename=\"assessment.csv\""));
    http_set_header(page->request, "Content-Type", STR("text/csv; charset=utf-8"));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}

/* ---- schemes ------------------------------------------------------------------------------------------------ */

static const struct step scheme_step = {"scheme.do.save",
                                        {{"name", "scheme.name", NULL, STEP_LINE, true, NULL, NULL},
                                         {"unit_id", "rule.unit", "scheme.unit_help", STEP_UNIT, false, NULL, NULL},
                                         {"text", "scheme.text", "scheme.text_help", STEP_LONG, true, NULL, NULL}}};

enum rc page_scheme_list(struct page *page)
{
    TRY(page_put_rows(page, "schemes", page_statement(page, Q_SCHEME_LIST)));
    value_put_bool(page->ctx.arena, page->view, "has_schemes", value_count(value_get(page->view, "schemes")) > 0);
    value_put_bool(page->ctx.arena, page->view, "may_save", page_can(page, PERM_ASSESS_WRITE));
    chrome_add_crumb(page, page_text(page, "assessment.list"), STR("/assessments"));
    chrome_add_crumb(page, page_text(page, "scheme.list"), STR_EMPTY);
    return RC_OK;
}

static enum rc find_scheme(struct page *page, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = page_statement(page, Q_SCHEME_GET);
    db_bind_int(st, "id", id);
    return page_find_row(page, st, ret_row);
}

enum rc page_scheme(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *row;
    struct scheme scheme;
    TRY(find_scheme(page, page_param_int(page, "id", 0), &row));
    TRY(scheme_parse(&page->ctx, value_get_text(row, "text"), &scheme));
    value_put(page->view, STR("scheme"), row);
    struct score_input nothing = {0};
    struct value *parts = list_of(score_compute(arena, &scheme, &nothing), "parts");
    for (struct value *part = parts->items.first; part; part = part->next) {
        put_score(page, part, "points", "points_text");
        value_put_text(arena, part, "kind_label", spread_words(page, "score_kind", value_get_text(part, "kind")));
    }
    value_put(row, STR("parts"), parts);
    struct value *bands = value_put_list(arena, row, "bands");
    for (int i = 0; i < scheme.band_count; i++) {
        struct value *band = value_add_map(arena, bands);
        value_put_text(arena, band, "name", scheme.bands[i].name);
        value_put_text(arena, band, "from", score_format(arena, scheme.bands[i].from));
    }
    value_put_bool(arena, row, "may_save", page_can(page, PERM_ASSESS_WRITE) && value_get_int(row, "is_newest", 0));
    value_put_text(arena, page->view, "page_title", value_get_text(row, "name"));
    chrome_add_crumb(page, page_text(page, "scheme.list"), STR("/schemes"));
    chrome_add_crumb(page, value_get_text(row, "name"), STR_EMPTY);
    return RC_OK;
}

/* A new scheme begins with the usual one; a new version with the one before. */
enum rc page_scheme_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t from = page_param_int(page, "from", 0);
    struct value *row = value_new_map(arena);
    if (page->form)
        (void)str_parse_int64(form_text(page->form->fields, "scheme_id"), &from);
    if (from)
        TRY(find_scheme(page, from, &row));
    else
        value_put_text(arena, row, "text", page_text(page, "scheme.usual"));
    TRY(step_put(page, &scheme_step, &place, STR("/schemes"), STR("/schemes"), row, STR("")));
    if (from)
        step_hide(page, "scheme_id", arena_format(arena, "%lld", (long long)from));
    return RC_OK;
}
