/* page_home.c: what is on my desk; what program this is. */
#include "base/clock.h"
#include "serve/page_finding.h"
#include "serve/pages.h"

static const struct figure {
    const char *label, *key, *name, *value, *state; /* name and value: the filter of the list behind it */
} figures[] = {{"home.total", "total", NULL, "", ""},
               {"home.overdue", "overdue", "due", "overdue", "overdue"},
               {"home.due_soon", "due_soon", "due", "soon", "due_soon"},
               {"home.long_term", "long_term", "phase", "long_term", ""},
               {"home.no_due", "no_due", "due", "none", ""}};
enum { FIGURES = sizeof figures / sizeof figures[0] };

/* A count is bounded like those of the register, so that the first page stays as quick on a million findings.  counts:
 * all of them, for who sees the whole register; NULL: counted as the list does it. */
static enum rc add_figure(struct page *page, struct value *list, const struct figure *from, const struct value *counts)
{
    struct arena *arena = page->ctx.arena;
    struct value *typed = page->query, *asked = value_new_map(arena);
    value_put_text(arena, asked, "matter", STR("once")); /* as boards count */
    if (from->name)
        value_put_text(arena, asked, from->name, str_from_cstr(from->value));
    page->query = asked;
    struct finding_query query;
    int64_t count = value_get_int(counts, from->key, 0);
    enum rc rc = counts ? RC_OK : finding_query_read(page, PERM_FINDING_READ, &query);
    if (rc == RC_OK && !counts)
        rc = finding_query_count(page, &query, FINDING_COUNT_MAX + 1, &count);
    struct str href = finding_address(page, "/findings", NULL, STR_EMPTY);
    page->query = typed;
    TRY(rc);
    bool is_more = count > FINDING_COUNT_MAX;
    struct value *figure = value_add_map(arena, list);
    value_put_text(arena, figure, "label", page_text(page, from->label));
    value_put_int(arena, figure, "value", is_more ? FINDING_COUNT_MAX : count);
    value_put_bool(arena, figure, "is_more", is_more);
    value_put_text(arena, figure, "href", href);
    value_put_text(arena, figure, "state", str_from_cstr(from->state));
    return RC_OK;
}

static enum rc count_all(struct page *page, struct value **ret_counts)
{
    struct db_stmt *st = db_query(page->db, Q_FINDING_HOME_COUNT);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_text(st, "today", date_text(page->ctx.arena, clock_today()));
    db_bind_text(st, "soon", date_text(page->ctx.arena, clock_today() + FINDING_SOON_DAYS));
    db_bind_int(st, "most", FINDING_COUNT_MAX + 1);
    return db_first_row(&page->ctx, st, ret_counts);
}

static enum rc put_figures(struct page *page)
{
    struct value *list = value_put_list(page->ctx.arena, page->view, "figures"), *counts = NULL;
    if (page->actor.everywhere[PERM_FINDING_READ] >= LABEL_PUBLIC)
        TRY(count_all(page, &counts));
    for (int i = 0; i < FIGURES; i++)
        TRY(add_figure(page, list, &figures[i], counts));
    return RC_OK;
}

static struct value *rows_of(struct value *view, const char *key) { return (struct value *)value_get(view, key); }

static enum rc put_sources(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_SOURCE_RECENT);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_READ);
    TRY(page_put_rows(page, "sources", st));
    for (struct value *row = rows_of(page->view, "sources")->items.first; row; row = row->next) {
        value_put_text(arena, row, "href",
                       arena_format(arena, "/sources/%lld", (long long)value_get_int(row, "id", 0)));
        value_put_text(arena, row, "findings_href",
                       arena_format(arena, "/findings?source=%lld", (long long)value_get_int(row, "id", 0)));
    }
    st = db_query(page->db, Q_DRAFT_LIST);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_WRITE);
    TRY(page_put_rows(page, "drafts", st));
    for (struct value *row = rows_of(page->view, "drafts")->items.first; row; row = row->next) {
        value_put_text(arena, row, "href", arena_format(arena, "/drafts/%lld", (long long)value_get_int(row, "id", 0)));
        page_put_time(page, row, "created_at");
    }
    value_put_bool(arena, page->view, "has_sources", value_count(value_get(page->view, "sources")) > 0);
    value_put_bool(arena, page->view, "has_drafts", value_count(value_get(page->view, "drafts")) > 0);
    return RC_OK;
}

/* What somebody does here who sees nothing of the business. */
static const char *duty_key(const struct actor *actor)
{
    if (actor->is_role[ROLE_FIRST_ADMIN])
        return "home.first_admin";
    if (actor->is_role[ROLE_SYSTEM_ADMIN])
        return "home.system_admin";
    if (actor->is_role[ROLE_SECURITY_ADMIN])
        return "home.security_admin";
    return actor->is_role[ROLE_AUDIT_ADMIN] ? "home.administrator" : "home.no_role";
}

enum rc page_home(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    value_put_text(arena, page->view, "today", date_text(arena, clock_today()));
    value_put_bool(arena, page->view, "may_read_findings", page_can(page, PERM_FINDING_READ));
    value_put_bool(arena, page->view, "may_read_sources", page_can(page, PERM_SOURCE_READ));
    value_put_bool(arena, page->view, "may_import", page_can(page, PERM_SOURCE_WRITE));
    if (!page_can(page, PERM_FINDING_READ)) { /* administrators see no business data, and no query looks for any */
        value_put_text(arena, page->view, "duty", page_text(page, duty_key(&page->actor)));
        return RC_OK;
    }
    TRY(put_figures(page));
    TRY(page_put_work(page));
    value_put_bool(arena, page->view, "has_side",
                   page_can(page, PERM_SOURCE_READ) || value_count(value_get(page->view, "asked")) > 0);
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
    static const char *const parts[][3] = {{"Tabler", "1", "MIT"},
                                           {"htmx", "2", "0BSD"},
                                           {"Apache ECharts", "6", "Apache-2.0"},
                                           {"SQLite", "3", "public domain"},
                                           {"libpq", "15", "PostgreSQL"},
                                           {"OpenCC", "1.1", "Apache-2.0"},
                                           {"ICU", "72", "Unicode"},
                                           {"jansson", "2.14", "MIT"},
                                           {"libsodium", "1.0", "ISC"},
                                           {"libzip", "1.7", "BSD-3-Clause"},
                                           {"Expat", "2.5", "MIT"},
                                           {"libxlsxwriter", "1.1", "BSD-2-Clause"},
                                           {"Gumbo", "0.10", "Apache-2.0"},
                                           {"GMime", "3.2", "LGPL-2.1"},
                                           {"libseccomp", "2.5", "LGPL-2.1"}};
    struct value *list = value_put_list(arena, page->view, "parts");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct value *part = value_add_map(arena, list);
        value_put_text(arena, part, "name", str_from_cstr(parts[i][0]));
        value_put_text(arena, part, "version", str_from_cstr(parts[i][1]));
        value_put_text(arena, part, "licence", str_from_cstr(parts[i][2]));
    }
    return RC_OK;
}
