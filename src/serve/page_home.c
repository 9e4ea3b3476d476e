/* page_home.c: what is on my desk; what program this is. */
#include "base/clock.h"
#include "serve/pages.h"

enum { HOME_SOON_DAYS = 30 };

static void add_figure(struct page *page, struct value *list, const char *label, int64_t count, const char *href, const char *status)
{
    struct arena *arena = page->ctx.arena;
    struct value *figure = value_add_map(arena, list);
    value_put_text(arena, figure, "label", page_text(page, label));
    value_put_int(arena, figure, "value", count);
    value_put_text(arena, figure, "href", str_from_cstr(href));
    value_put_text(arena, figure, "status", str_from_cstr(status));
}

static enum rc put_figures(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    char today[DATE_TEXT_BYTES], soon[DATE_TEXT_BYTES];
    struct db_stmt *st = db_query(page->db, Q_FINDING_SUMMARY);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_text(st, "today", date_format(clock_today(), today));
    db_bind_text(st, "soon", date_format(clock_today() + HOME_SOON_DAYS, soon));
    struct value *row;
    TRY(db_first_row(&page->ctx, st, &row));
    struct value *list = value_put_list(arena, page->view, "figures");
    add_figure(page, list, "home.total", value_get_int(row, "total", 0), "/findings", "");
    add_figure(page, list, "home.overdue", value_get_int(row, "overdue", 0), "/findings?overdue=1", "overdue");
    add_figure(page, list, "home.due_soon", value_get_int(row, "due_soon", 0), "/findings?due=soon", "due_soon");
    add_figure(page, list, "home.long_term", value_get_int(row, "long_term", 0), "/findings?phase=long_term", "");
    add_figure(page, list, "home.no_due", value_get_int(row, "no_due", 0), "/findings?due=none", "");
    return RC_OK;
}

static struct value *rows_of(struct value *view, const char *key)
{
    return (struct value *)value_get(view, key);
}

static enum rc put_todo(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_FINDING_DUE_SOON);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    TRY(page_put_rows(page, "todo", st));
    for (struct value *row = rows_of(page->view, "todo")->items.first; row; row = row->next) {
        page_put_due(page, row, "due", false);
        struct str state = value_get_text(row, "due_state");
        value_put_text(arena, row, "href", arena_format(arena, "/findings/%lld", (long long)value_get_int(row, "id", 0)));
        value_put_text(arena, row, "status", state);
        value_put_text(arena, row, "status_label", page_text(page, arena_copy_cstr(arena, arena_concat(arena, STR("status."), state))));
        value_put_text(arena, row, "what", value_get_text(row, "no"));
        value_put_text(arena, row, "unit_name", value_get_text(row, "unit_short"));
        value_put_text(arena, row, "waiting", value_get_text(row, "due_left_text"));
    }
    value_put_bool(arena, page->view, "has_todo", value_count(value_get(page->view, "todo")) > 0);
    value_put_text(arena, page->view, "todo_more_href", STR("/findings?sort=due"));
    return RC_OK;
}

static enum rc put_sources(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_SOURCE_LIST);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_READ);
    db_bind_int(st, "before", INT64_MAX);
    db_bind_int(st, "limit", 5);
    TRY(page_put_rows(page, "sources", st));
    for (struct value *row = rows_of(page->view, "sources")->items.first; row; row = row->next) {
        value_put_text(arena, row, "href", arena_format(arena, "/sources/%lld", (long long)value_get_int(row, "id", 0)));
        value_put_int(arena, row, "findings", value_get_int(row, "finding_count", 0));
    }
    st = db_query(page->db, Q_DRAFT_LIST);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_WRITE);
    TRY(page_put_rows(page, "drafts", st));
    for (struct value *row = rows_of(page->view, "drafts")->items.first; row; row = row->next) {
        value_put_text(arena, row, "href", arena_format(arena, "/drafts/%lld", (long long)value_get_int(row, "id", 0)));
        page_put_time(page, row, "created_at");
    }
    value_put_bool(arena, page->view, "has_drafts", value_count(value_get(page->view, "drafts")) > 0);
    value_put_bool(arena, page->view, "may_import", page_can(page, PERM_SOURCE_WRITE));
    return RC_OK;
}

enum rc page_home(struct page *page)
{
    char today[DATE_TEXT_BYTES];
    struct arena *arena = page->ctx.arena;
    value_put_text(arena, page->view, "today", arena_copy_str(arena, date_format(clock_today(), today)));
    TRY(put_figures(page));
    TRY(put_todo(page));
    return put_sources(page);
}

enum rc page_about(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *facts = value_put_list(arena, page->view, "facts");
    struct value *fact = value_add_map(arena, facts);
    value_put_text(arena, fact, "label", page_text(page, "about.version"));
    value_put_text(arena, fact, "value", STR("Bihuan " BIHUAN_VERSION));
    fact = value_add_map(arena, facts);
    value_put_text(arena, fact, "label", page_text(page, "about.engine"));
    value_put_text(arena, fact, "value", db_get_engine(page->db) == DB_SQLITE ? STR("SQLite") : STR("PostgreSQL"));
    static const char *const parts[][3] = {
        {"Tabler", "1", "MIT"},          {"htmx", "2", "0BSD"},          {"Apache ECharts", "6", "Apache-2.0"},
        {"SQLite", "3", "public domain"}, {"libpq", "15", "PostgreSQL"}, {"OpenCC", "1.1", "Apache-2.0"},
        {"ICU", "72", "Unicode"},         {"jansson", "2.14", "MIT"},    {"libsodium", "1.0", "ISC"},
        {"libzip", "1.7", "BSD-3-Clause"}, {"Expat", "2.5", "MIT"},      {"libxlsxwriter", "1.1", "BSD-2-Clause"},
        {"Gumbo", "0.10", "Apache-2.0"},  {"GMime", "3.2", "LGPL-2.1"},  {"libseccomp", "2.5", "LGPL-2.1"}};
    struct value *list = value_put_list(arena, page->view, "parts");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct value *part = value_add_map(arena, list);
        value_put_text(arena, part, "name", str_from_cstr(parts[i][0]));
        value_put_text(arena, part, "version", str_from_cstr(parts[i][1]));
        value_put_text(arena, part, "licence", str_from_cstr(parts[i][2]));
    }
    return RC_OK;
}
