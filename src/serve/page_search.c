/* page_search.c: search over findings, measures, tasks, rules made, evidence, sources, units and people.
 *
 * Hits come newest first, by key.  What a hit may show is decided by the same scope as the register; documents of
 * sources need their own permission besides.
 */
#include "base/clock.h"
#include "serve/page_finding.h"
#include "serve/pages.h"
#include "text/bigram.h"
#include "text/utf8.h"

enum { HITS = 20, SNIPPET_BYTES = 360, SNIPPET_LEAD_BYTES = 90, MARK_TEXT_MAX_BYTES = 4096 };

static const char *const kinds[] = {"", "finding", "measure", "source", "unit", "person", "task", "rule", "evidence"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* ---- marking ----------------------------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

static bool matches_at(struct str text, size_t at, struct str token)
{
    if (at + token.n > text.n)
        return false;
    for (size_t i = 0; i < token.n; i++)
        if (lower(text.p[at + i]) != lower(token.p[i]))
            return false;
    return true;
}

static size_t find_first(struct str text, const struct bigram_query *query)
{
    for (size_t at = 0; at < text.n; at++)
        for (size_t k = 0; k < query->n; k++)
            if (matches_at(text, at, query->p[k].text))
                return at;
    return SIZE_MAX;
}

/* Pieces of text, those that the query's tokens cover marked.  Texts of the catalogue's form are simplified, so a query
 * in traditional characters marks them too. */
static void put_pieces(struct page *page, struct value *map, const char *key, struct str text,
                       const struct bigram_query *query)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, map, key);
    text = utf8_cut_bytes(text, MARK_TEXT_MAX_BYTES);
    size_t begin = 0, covered = 0; /* end of the marked part that reaches furthest */
    bool is_hit = false;
    for (size_t at = 0; at <= text.n; at++) {
        for (size_t k = 0; at < text.n && k < query->n; k++)
            if (matches_at(text, at, query->p[k].text) && at + query->p[k].text.n > covered)
                covered = at + query->p[k].text.n;
        bool is_now = at < covered;
        if (at < text.n && is_now == is_hit)
            continue;
        if (at > begin) {
            struct value *piece = value_add_map(arena, list);
            value_put_text(arena, piece, "text", str_slice(text, begin, at));
            value_put_bool(arena, piece, "is_hit", is_hit);
        }
        begin = at;
        is_hit = is_now;
    }
}

/* The part of a body around its first hit, on character boundaries. */
static struct str cut_snippet(struct arena *arena, struct str body, const struct bigram_query *query)
{
    size_t at = find_first(body, query);
    size_t from = at == SIZE_MAX || at < SNIPPET_LEAD_BYTES ? 0 : at - SNIPPET_LEAD_BYTES;
    while (from < body.n && ((unsigned char)body.p[from] & 0xC0) == 0x80)
        from++;
    struct str cut = utf8_cut_bytes(str_slice(body, from, body.n), SNIPPET_BYTES);
    bool is_cut_off = from + cut.n < body.n;
    return arena_format(arena, "%s%.*s%s", from ? "\xE2\x80\xA6" : "", STR_ARG(cut), is_cut_off ? "\xE2\x80\xA6" : "");
}

/* ---- hits -------------------------------------------------------------------------------------------------- */

static struct str hit_href(struct arena *arena, const struct value *hit)
{
    struct str kind = value_get_text(hit, "kind");
    long long target = (long long)value_get_int(hit, "target", 0), unit = (long long)value_get_int(hit, "unit_id", 0);
    if (str_equal(kind, STR("source")))
        return arena_format(arena, "/sources/%lld", target);
    if (str_equal(kind, STR("unit")))
        return arena_format(arena, "/units/%lld", target);
    if (str_equal(kind, STR("task")) || str_equal(kind, STR("rule")) || str_equal(kind, STR("evidence")))
        return arena_format(arena, "/%.*ss/%lld", STR_ARG(kind), target);
    if (str_equal(kind, STR("person")))
        return arena_format(arena, "/units/%lld", unit);
    return arena_format(arena, "/findings/%lld", target);
}

static bool may_see(struct page *page, const struct value *hit)
{
    if (!str_equal(value_get_text(hit, "kind"), STR("source")))
        return true;
    enum rc rc = actor_check(&page->ctx, page->db, &page->actor, PERM_SOURCE_READ, value_get_int(hit, "unit_id", 0),
                             value_get_int(hit, "label", 0));
    ctx_clear_issues(&page->ctx);
    return rc == RC_OK;
}

static void put_hit(struct page *page, struct value *hit, const struct bigram_query *query)
{
    struct arena *arena = page->ctx.arena;
    struct str kind = value_get_text(hit, "kind");
    value_put_text(arena, hit, "href", hit_href(arena, hit));
    value_put_text(arena, hit, "kind_label", page_text(page, arena_format(arena, "search.kind_%.*s", STR_ARG(kind)).p));
    put_pieces(page, hit, "title_pieces", value_get_text(hit, "title"), query);
    put_pieces(page, hit, "pieces", cut_snippet(arena, value_get_text(hit, "body"), query), query);
}

static struct str make_href(struct page *page, struct str kind, int64_t before)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 16 * 1024);
    buf_add_cstr(&out, "/search?");
    url_add_query(&out, STR("q"), page_param_text(page, "q"));
    if (kind.n)
        url_add_query(&out, STR("kind"), kind);
    if (before)
        url_add_query(&out, STR("before"), arena_format(page->ctx.arena, "%lld", (long long)before));
    return arena_copy_str(page->ctx.arena, buf_str(&out));
}

static enum rc read_kind(struct page *page, struct str *ret_kind)
{
    *ret_kind = page_param_text(page, "kind");
    for (int i = 0; i < KINDS; i++)
        if (str_equal_cstr(*ret_kind, kinds[i]))
            return RC_OK;
    struct str choices = STR("finding|measure|source|unit|person|task|rule|evidence");
    return ctx_fail(&page->ctx, RC_INVALID, "field.not_a_choice", STR("kind"), STR_EMPTY, &choices, 1);
}

static enum rc find_hits(struct page *page, const struct bigram_query *query, struct str kind, struct str *ret_next)
{
    struct arena *arena = page->ctx.arena;
    struct bigram_query asked = *query;
    if (kind.n)
        asked = bigram_query_with(arena, query, arena_format(arena, "zzk%.*s", STR_ARG(kind)));
    bool is_sqlite = db_get_engine(page->db) == DB_SQLITE;
    struct db_stmt *st = page_statement(page, Q_SEARCH_FIND);
    db_set_plan_by_values(st); /* a rare word goes by the index of words, a common one by the newest rows */
    db_bind_text(st, "match", is_sqlite ? bigram_fts5_query(arena, &asked) : bigram_tsquery(arena, &asked));
    db_bind_int(st, "before", page_param_int(page, "before", INT64_MAX));
    db_bind_int(st, "limit", HITS + 1);
    struct value *rows, *hits = (struct value *)value_get(page->view, "hits");
    TRY(db_rows(&page->ctx, st, &rows));
    int64_t last = 0;
    int count = 0;
    for (struct value *row = rows->items.first, *next; row; row = next) {
        next = row->next;
        if (count++ == HITS) {
            *ret_next = make_href(page, kind, last);
            break;
        }
        last = value_get_int(row, "id", 0);
        if (!may_see(page, row))
            continue;
        put_hit(page, row, query);
        value_add(hits, row);
    }
    return RC_OK;
}

enum rc page_search(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str q = str_trim(page_param_text(page, "q")), kind, next = STR_EMPTY;
    struct bigram_query query = {0};
    TRY(read_kind(page, &kind));
    TRY(bigram_query(arena, q, &query));
    struct value *hits = value_put_list(arena, page->view, "hits");
    int64_t began_us = clock_monotonic_us();
    if (query.n)
        TRY(find_hits(page, &query, kind, &next));
    struct str took = arena_format(arena, "%lld.%lld", (long long)((clock_monotonic_us() - began_us) / 1000),
                                   (long long)((clock_monotonic_us() - began_us) / 100 % 10));
    struct value *tabs = value_put_list(arena, page->view, "kinds");
    for (int i = 0; i < KINDS; i++) {
        struct str name = str_from_cstr(kinds[i]);
        if (str_equal(name, STR("source")) && !page_can(page, PERM_SOURCE_READ))
            continue;
        struct value *tab = value_add_map(arena, tabs);
        value_put_text(arena, tab, "href", make_href(page, name, 0));
        value_put_text(arena, tab, "label",
                       page_text(page, name.n ? arena_format(arena, "search.kind_%s", kinds[i]).p : "list.all"));
        value_put_bool(arena, tab, "is_current", str_equal(name, kind));
    }
    struct value *pager = value_put_map(arena, page->view, "pager");
    if (page_param_int(page, "before", 0))
        value_put_text(arena, pager, "previous_href", make_href(page, kind, 0));
    else
        value_put_null(arena, pager, "previous_href");
    if (next.n)
        value_put_text(arena, pager, "next_href", next);
    else
        value_put_null(arena, pager, "next_href");
    value_put_null(arena, pager, "total");
    value_put_bool(arena, page->view, "has_query", q.n > 0);
    value_put_bool(arena, page->view, "has_hits", value_count(hits) > 0);
    value_put_int(arena, page->view, "found", (int64_t)value_count(hits));
    value_put_bool(arena, page->view, "is_more", next.n > 0);
    value_put_text(arena, page->view, "took_text", page_text_args(page, "search.took", &took, 1));
    return RC_OK;
}
