/* page_check.c: truth checks: the list, and one with what it compares side by side. */
#include "serve/chrome.h"
#include "serve/page_doing.h"
#include "serve/page_loop.h"
#include "serve/pages.h"
#include "serve/typed_form.h"
#include "text/difference.h"

enum { LIST_ROWS = 50 };
#define CHECK_RULES "same_report|same_file|old_evidence|no_evidence|too_fast|public_denies"
#define CHECK_STATES "raised|confirmed|dismissed"

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

/* ---- list --------------------------------------------------------------------------------------------------- */

static void put_pager(struct page *page, const struct value *rows, struct str state, struct str rule)
{
    struct arena *arena = page->ctx.arena;
    const struct value *last = NULL;
    VALUE_EACH (row, rows)
        last = row;
    bool is_full = value_count(rows) == LIST_ROWS;
    value_put_text(arena, page->view, "more_href",
                   is_full ? arena_format(arena, "/checks?state=%.*s&rule=%.*s&before=%lld", STR_ARG(state),
                                          STR_ARG(rule), (long long)value_get_int(last, "id", 0))
                           : STR(""));
}

enum rc page_check_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str state = page_param_text(page, "state"), rule = page_param_text(page, "rule");
    if (!value_get(page->query, "state"))
        state = STR("raised");
    struct db_stmt *st = page_statement(page, Q_CHECK_LIST);
    db_bind_text(st, "state", state);
    db_bind_text(st, "rule", rule);
    db_bind_int(st, "before", page_param_int(page, "before", INT64_MAX));
    db_bind_int(st, "limit", LIST_ROWS);
    TRY(page_put_rows(page, "checks", st));
    struct value *rows = list_of(page->view, "checks");
    for (struct value *row = rows->items.first; row; row = row->next)
        doing_put_check_words(page, row);
    value_put_bool(arena, page->view, "has_checks", value_count(rows) > 0);
    struct value *filter = value_put_map(arena, page->view, "filter");
    typed_form_choices(page, typed_form_put(page, filter, "state", state), CHECK_STATES, "check.state");
    typed_form_choices(page, typed_form_put(page, filter, "rule", rule), CHECK_RULES, "check.rule");
    put_pager(page, rows, state, rule);
    return RC_OK;
}

/* ---- one ---------------------------------------------------------------------------------------------------- */

static void put_pieces(struct page *page, struct value *side, const struct difference_piece *pieces, size_t count)
{
    struct value *list = value_put_list(page->ctx.arena, side, "pieces");
    for (size_t i = 0; i < count; i++) {
        struct value *piece = value_add_map(page->ctx.arena, list);
        value_put_text(page->ctx.arena, piece, "same", pieces[i].is_same ? pieces[i].text : STR(""));
        value_put_text(page->ctx.arena, piece, "other", pieces[i].is_same ? STR("") : pieces[i].text);
    }
}

/* A report as the reader may see it; NULL when not, or when it is being written again. */
static enum rc find_report(struct page *page, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = page_statement(page, Q_REPORT_GET);
    db_bind_int(st, "id", id);
    TRY(db_first_row(&page->ctx, st, ret_row));
    struct str state = value_get_text(*ret_row, "state");
    if (*ret_row && (str_equal(state, STR("due")) || str_equal(state, STR("returned"))))
        *ret_row = NULL;
    return RC_OK;
}

static enum rc put_sides(struct page *page, struct value *check)
{
    struct value *rows[2] = {NULL, NULL};
    struct difference difference;
    struct value *sides = value_put_list(page->ctx.arena, check, "sides");
    if (!str_equal(value_get_text(check, "rule"), STR("same_report")))
        return RC_OK;
    TRY(find_report(page, value_get_int(check, "subject_id", 0), &rows[0]));
    TRY(find_report(page, value_get_int(check, "other_id", 0), &rows[1]));
    TRY(difference_find(page->ctx.arena, value_get_text(rows[0], "done_text"), value_get_text(rows[1], "done_text"),
                        &difference));
    for (int i = 0; i < 2; i++) {
        struct value *side = value_add_map(page->ctx.arena, sides);
        bool is_readable = rows[i] != NULL;
        value_put_bool(page->ctx.arena, side, "is_readable", is_readable);
        value_put_int(page->ctx.arena, side, "report_id", value_get_int(rows[i], "id", 0));
        static const char *const keys[] = {"no", "unit_name", "period_from", "period_to", "submitted_name"};
        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
            value_put_text(page->ctx.arena, side, keys[k], value_get_text(rows[i], keys[k]));
        bool is_compared = rows[0] && rows[1];
        if (is_compared)
            put_pieces(page, side, i ? difference.b : difference.a, i ? difference.b_count : difference.a_count);
        else {
            struct difference_piece whole = {value_get_text(rows[i], "done_text"), true};
            put_pieces(page, side, &whole, is_readable ? 1 : 0);
        }
    }
    return RC_OK;
}

static enum rc put_subject(struct page *page, struct value *check)
{
    struct arena *arena = page->ctx.arena;
    struct str kind = value_get_text(check, "subject_kind"), title = value_get_text(check, "finding_title");
    long long id = (long long)value_get_int(check, "subject_id", 0);
    if (str_equal(kind, STR("evidence"))) {
        struct db_stmt *st = page_statement(page, Q_EVIDENCE_GET);
        struct value *row;
        db_bind_int(st, "id", id);
        TRY(db_first_row(&page->ctx, st, &row));
        title = row ? value_get_text(row, "title") : page_text(page, "check.not_yours");
    } else if (!str_equal(kind, STR("finding"))) {
        title = value_get_text(check, "task_title");
    }
    value_put_text(arena, check, "subject_title", title);
    value_put_text(arena, check, "subject_href", arena_format(arena, "/%.*ss/%lld", STR_ARG(kind), id));
    return RC_OK;
}

enum rc page_check(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_CHECK_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "check", st));
    struct value *check = list_of(page->view, "check");
    doing_put_check_words(page, check);
    doing_put_time(page, check, "decided_at");
    value_put_bool(arena, check, "is_decided", value_get_text(check, "decided_at_text").n > 0);
    TRY(put_subject(page, check));
    TRY(put_sides(page, check));
    value_put_bool(arena, check, "has_sides", value_count(value_get(check, "sides")) > 0);
    TRY(page_put_waiting(page, check, NOUN_CHECK, id));
    TRY(page_put_offers(page, check, NOUN_CHECK, check));
    value_put_text(arena, page->view, "page_title", value_get_text(check, "rule_label"));
    chrome_add_crumb(page, page_text(page, "check.list"), STR("/checks"));
    chrome_add_crumb(page, value_get_text(check, "rule_label"), STR_EMPTY);
    st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    return page_put_timeline(page, st);
}
