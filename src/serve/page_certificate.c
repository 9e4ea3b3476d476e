/* page_certificate.c: certificates of closing, and the list of what is kept up for the long term. */
#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/list_query.h"
#include "serve/page_closing.h"
#include "serve/pages.h"
#include "text/json.h"

enum { LIST_ROWS = 50, NODE_WITHIN_DAYS = 183 };

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

static void put_on_time(struct page *page, struct value *row)
{
    bool is_on_time = value_get_int(row, "is_on_time", 0) != 0;
    value_put_text(page->ctx.arena, row, "due_state", is_on_time ? STR("closed") : STR("overdue"));
    value_put_text(page->ctx.arena, row, "due_state_label",
                   page_text(page, is_on_time ? "closing.on_time" : "closing.late"));
}

/* Findings by class: each figure is a link to its list. */
static enum rc put_counts(struct page *page)
{
    static const struct {
        const char *key, *label, *href, *status;
    } rows[] = {{"total", "closing.total", "/findings", ""},
                {"closed", "finding.status.closed", "/findings?status=closed", "closed"},
                {"kept", "finding.status.kept", "/findings?status=kept", "closed"},
                {"ended", "finding.status.ended", "/findings?status=ended", ""},
                {"short_open", "closing.short_open", "/findings?status=unfinished&phase=short", ""},
                {"long_open", "closing.long_open", "/findings?status=unfinished&phase=long_term", ""}};
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_CLOCK_COUNTS);
    struct value *counts, *figures = value_put_list(arena, page->view, "figures");
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    TRY(db_first_row(&page->ctx, st, &counts));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct value *figure = value_add_map(arena, figures);
        value_put_text(arena, figure, "label", page_text(page, rows[i].label));
        value_put_text(arena, figure, "value",
                       arena_format(arena, "%lld", (long long)value_get_int(counts, rows[i].key, 0)));
        value_put_text(arena, figure, "href", str_from_cstr(rows[i].href));
        value_put_text(arena, figure, "status", str_from_cstr(rows[i].status));
    }
    return RC_OK;
}

enum rc page_certificate_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str result = page_param_text(page, "result"), late = page_param_text(page, "late");
    int64_t before = page_param_int(page, "before", 0);
    uint32_t filters = (result.n ? CERTIFICATE_LIST_FILTER_RESULT : 0u) | (late.n ? CERTIFICATE_LIST_FILTER_LATE : 0u) |
                       (before ? CERTIFICATE_LIST_FILTER_BEFORE_ID : 0u);
    struct db_stmt *st = page_list_statement(page, Q_CERTIFICATE_LIST, filters, CERTIFICATE_LIST_SORT_NEWEST);
    if (!st)
        return RC_DB;
    db_bind_text(st, "result", result);
    db_bind_int(st, "key_id", before);
    db_bind_int(st, "limit", LIST_ROWS);
    TRY(page_put_rows(page, "certificates", st));
    struct value *rows = list_of(page->view, "certificates");
    for (struct value *row = rows->items.first; row; row = row->next) {
        closing_put_label(page, row, "result", "closing.result");
        put_on_time(page, row);
    }
    value_put_bool(arena, page->view, "has_certificates", value_count(rows) > 0);
    list_put_choices(page, value_put_map(arena, page->view, "filter"), "result", "completed|basically|not_completed",
                     "closing.result");
    TRY(put_counts(page));
    closing_put_pager(page, rows, LIST_ROWS, "/certificates", arena_format(arena, "result=%.*s", STR_ARG(result)));
    closing_put_tabs(page, "certificates");
    return RC_OK;
}

/* ---- one certificate ---------------------------------------------------------------------------------------- */

static void put_content_words(struct page *page, struct value *content)
{
    struct arena *arena = page->ctx.arena;
    static const char *const texts[] = {"finding_no",   "title",        "facts",         "unit",    "started",
                                        "due",          "original_due", "self_result",   "pledge",  "pledge_by",
                                        "accept_owner", "accept_until", "accept_reason", "cycle_n", "returned_count"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!value_get(content, texts[i]))
            value_put_null(arena, content, texts[i]);
    static const char *const lists[] = {"conditions", "causes", "measures", "evidence", "signatures"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (!value_get(content, lists[i]))
            value_put_list(arena, content, lists[i]);
        value_put_bool(arena, content, arena_format(arena, "has_%s", lists[i]).p,
                       value_count(value_get(content, lists[i])) > 0);
    }
    struct value *conditions = value_put_list(arena, content, "condition_rows");
    VALUE_EACH (name, value_get(content, "conditions")) {
        struct value *row = value_add_map(arena, conditions);
        value_put_text(arena, row, "text",
                       page_text(page, arena_format(arena, "condition.%.*s", STR_ARG(name->text)).p));
    }
    for (struct value *row = list_of(content, "measures")->items.first; row; row = row->next)
        closing_put_label(page, row, "phase", "phase");
    for (struct value *row = list_of(content, "signatures")->items.first; row; row = row->next) {
        closing_put_label(page, row, "verdict", "review.verdict");
        closing_put_label(page, row, "label", "review.countersign");
        page_put_time(page, row, "at");
        struct str other = value_get_text(row, "acted_for");
        value_put_text(arena, row, "acted_for_text",
                       other.n ? page_text_args(page, "review.acted_for", &other, 1) : STR(""));
    }
}

enum rc page_certificate(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_CERTIFICATE_GET);
    struct value *content;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_put_row(page, "certificate", st));
    struct value *certificate = list_of(page->view, "certificate");
    closing_put_label(page, certificate, "result", "closing.result");
    put_on_time(page, certificate);
    TRY(json_parse(&page->ctx, value_get_text(certificate, "content"), &content));
    put_content_words(page, content);
    value_set(certificate, STR("content"), content);
    value_put_text(page->ctx.arena, page->view, "page_title", value_get_text(certificate, "no"));
    chrome_add_crumb(page, page_text(page, "certificate.list"), STR("/certificates"));
    chrome_add_crumb(page, value_get_text(certificate, "no"), STR_EMPTY);
    return RC_OK;
}

/* ---- long term ---------------------------------------------------------------------------------------------- */

enum rc page_long_term(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str until = date_text(arena, clock_today() + NODE_WITHIN_DAYS);
    struct db_stmt *st = page_statement(page, Q_LONG_TERM_LIST);
    db_bind_text(st, "today", closing_today(page));
    TRY(page_put_rows(page, "items", st));
    struct value *rows = list_of(page->view, "items");
    int64_t bare = 0;
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str node = value_get_text(row, "next_node");
        bool is_bare = !node.n || str_compare(node, until) > 0;
        page_put_due(page, row, "due", false);
        if (!value_get(row, "due_left_text"))
            value_put_null(arena, row, "due_left_text");
        closing_put_label(page, row, "kind", "long_term.kind");
        value_put_text(
            arena, row, "href",
            arena_format(arena, str_equal(value_get_text(row, "kind"), STR("task")) ? "/tasks/%lld" : "/findings/%lld",
                         (long long)value_get_int(row, "id", 0)));
        value_put_bool(arena, row, "is_bare", is_bare);
        bare += is_bare;
    }
    value_put_bool(arena, page->view, "has_items", value_count(rows) > 0);
    struct str count = arena_format(arena, "%lld", (long long)bare);
    value_put_text(arena, page->view, "bare_text", bare ? page_text_args(page, "long_term.bare", &count, 1) : STR(""));
    TRY(put_counts(page));
    closing_put_tabs(page, "long_term");
    return RC_OK;
}
