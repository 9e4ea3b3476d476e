/* site.c: the public pages; see site.h. */
#include "serve/site.h"

#include <string.h>

#include "base/clock.h"
#include "loop/bulletin_text.h"
#include "publish/bulletin_paper.h"
#include "text/json.h"

enum { PAPER_CEILING = 32 << 20 };

const struct site_format site_formats[SITE_FORMATS] = {
    {"docx", doc_write_docx}, {"pdf", doc_write_pdf}, {"ofd", doc_write_ofd}};

/* "" or ".en": behind the stem of every address. */
static const char *ending(enum lang lang) { return lang == LANG_EN ? ".en" : ""; }

void site_put_other(struct site *site, struct value *view, const char *stem, struct str tail)
{
    enum lang other = site->lang == LANG_EN ? LANG_ZH : LANG_EN;
    value_put_text(site->ctx->arena, view, "other",
                   arena_format(site->ctx->arena, "%s%s%.*s", stem, ending(other), STR_ARG(tail)));
    value_put_text(site->ctx->arena, view, "other_lang", str_from_cstr(lang_tag(other)));
}

enum rc site_page(struct site *site, const char *name, struct value *view, struct buf *out)
{
    struct arena *arena = site->ctx->arena;
    const struct mustache *tpl = mustache_set_find(site->templates, str_from_cstr(name));
    if (!tpl)
        return ctx_fail_format(site->ctx, RC_INTERNAL, "template.missing", "%s", name);
    value_put_bool(arena, view, "is_live", site->is_live);
    value_put_text(arena, view, "lang", str_from_cstr(lang_tag(site->lang)));
    value_put_text(arena, view, "en", str_from_cstr(ending(site->lang)));
    TRY(arena_rc(arena));
    TRY(mustache_render(site->ctx, tpl, view, site->lang, site->is_strict ? MUSTACHE_STRICT : MUSTACHE_SAFE, out));
    return buf_rc(out);
}

/* Those of which something more can be said than "refused". */
enum rc site_error(struct site *site, int status, struct buf *out)
{
    static const int told[] = {404, 413, 429, 500, 503};
    struct arena *arena = site->ctx->arena;
    struct value *view = value_new_map(arena);
    int known = 400;
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        if (status == told[i])
            known = status;
    struct str key = arena_format(arena, "site.error.%d", known);
    value_put_text(arena, view, "zh", message_find(LANG_ZH, key));
    value_put_text(arena, view, "english", message_find(LANG_EN, key));
    value_put_int(arena, view, "status", status);
    site_put_other(site, view, "index", STR(".html"));
    return site_page(site, "site_error", view, out);
}

static struct str day_text(struct site *site, const struct value *row, const char *name)
{
    struct str day = value_get_text(row, name);
    return site->lang == LANG_ZH ? bulletin_date(site->ctx->arena, day, false) : day;
}

enum rc site_list(struct site *site, struct value **ret_rows)
{
    TRY(db_rows(site->ctx, db_query(site->db, Q_BULLETIN_PUBLIC_LIST), ret_rows));
    for (struct value *row = (*ret_rows)->items.first; row; row = row->next) {
        value_put_bool(site->ctx->arena, row, "is_open", str_equal(value_get_text(row, "state"), STR("published")));
        value_put_text(site->ctx->arena, row, "from_text", day_text(site, row, "window_from"));
        value_put_text(site->ctx->arena, row, "to_text", day_text(site, row, "window_to"));
    }
    return RC_OK;
}

enum rc site_index(struct site *site, struct buf *out)
{
    struct value *rows, *view = value_new_map(site->ctx->arena);
    TRY(site_list(site, &rows));
    value_put_bool(site->ctx->arena, view, "has_bulletins", value_count(rows) > 0);
    value_put(view, STR("bulletins"), rows);
    site_put_other(site, view, "index", STR(".html"));
    return site_page(site, "site_index", view, out);
}

/* The released version: its row and what was frozen. */
static enum rc read_released(struct site *site, struct str no, struct value **ret_row, struct value **ret_content)
{
    struct arena *arena = site->ctx->arena;
    struct value *row, *content;
    struct db_stmt *st = db_query(site->db, Q_BULLETIN_PUBLIC_GET);
    db_bind_text(st, "no", no);
    TRY(db_first_row(site->ctx, st, &row));
    if (!row)
        return RC_NOT_FOUND;
    *ret_row = row;
    TRY(json_parse(site->ctx, value_get_text(row, "content"), &content));
    /* A window that was made longer after the release stands in the row. */
    value_set(content, STR("window_from"), value_new_text(arena, value_get_text(row, "window_from")));
    if (value_get_text(row, "window_to").n)
        value_set(content, STR("window_to"), value_new_text(arena, value_get_text(row, "window_to")));
    value_set(content, STR("window_days"), value_new_int(arena, value_get_int(row, "window_days", 0)));
    *ret_content = content;
    return arena_rc(arena);
}

/* As a paper, with the event and the digest of what was frozen. */
static enum rc read_paper(struct site *site, struct str no, bulletin_paper_fn *set, struct value **ret_row,
                          struct doc **ret_doc)
{
    struct value *content;
    TRY(read_released(site, no, ret_row, &content));
    return set(site->ctx, content, value_get_int(*ret_row, "version_id", 0), value_get_text(*ret_row, "sha256"),
               value_get_int(*ret_row, "made_at", 0), ret_doc);
}

enum rc site_window_over(struct site *site, struct str no, struct buf *out)
{
    static const struct {
        const char *kind, *label;
    } kinds[] = {{"phone", "bulletin.phone"},
                 {"address", "bulletin.address"},
                 {"postcode", "bulletin.postcode"},
                 {"email", "bulletin.email"}};
    struct arena *arena = site->ctx->arena;
    struct value *row, *content, *view = value_new_map(arena), *list;
    TRY(read_released(site, no, &row, &content));
    struct str from = value_get_text(row, "window_from"), to = value_get_text(row, "window_to"),
               zh[] = {bulletin_date(arena, from, false), bulletin_date(arena, to, false)}, english[] = {from, to};
    value_put_text(arena, view, "zh", message_format(arena, LANG_ZH, STR("public.window_over"), zh, 2));
    value_put_text(arena, view, "english", message_format(arena, LANG_EN, STR("public.window_over"), english, 2));
    value_put_text(arena, view, "no", no);
    value_put_text(arena, view, "title", value_get_text(row, "title"));
    list = value_put_list(arena, view, "contacts");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        VALUE_EACH (one, value_get(content, "contacts"))
            if (str_equal_cstr(value_get_text(one, "kind"), kinds[i].kind) && value_get_text(one, "value").n) {
                struct value *item = value_add_map(arena, list);
                value_put_text(arena, item, "label", message_find(site->lang, str_from_cstr(kinds[i].label)));
                value_put_text(arena, item, "value", value_get_text(one, "value"));
                value_put_text(arena, item, "hours", value_get_text(one, "hours"));
            }
    site_put_other(site, view, "comment", arena_format(arena, "?no=%.*s", STR_ARG(no)));
    return site_page(site, "site_window_over", view, out);
}

enum rc site_file(struct site *site, struct str no, const char *format, struct buf *out)
{
    struct value *row;
    struct doc *doc;
    TRY(read_paper(site, no, bulletin_paper_file, &row, &doc));
    for (size_t i = 0; i < SITE_FORMATS; i++)
        if (strcmp(format, site_formats[i].ending) == 0)
            return site_formats[i].write(doc, out);
    return RC_NOT_FOUND;
}

enum rc site_bulletin(struct site *site, struct str no, struct buf *out)
{
    struct arena *arena = site->ctx->arena;
    struct value *row, *view = value_new_map(arena);
    struct doc *doc;
    struct buf html CLEANUP(buf_done);
    buf_init(&html, PAPER_CEILING);
    TRY(read_paper(site, no, bulletin_paper, &row, &doc));
    TRY(doc_write_html(doc, &html));
    value_put_html(arena, view, "paper", arena_copy_str(arena, buf_str(&html)));
    value_put_text(arena, view, "title", value_get_text(row, "title"));
    value_put_text(arena, view, "no", value_get_text(row, "no"));
    value_put_text(arena, view, "doc_no", doc->facts.subject);
    value_put_bool(arena, view, "is_open", str_equal(value_get_text(row, "state"), STR("published")));
    site_put_other(site, view, arena_copy_cstr(arena, no), STR(".html"));
    return site_page(site, "site_bulletin", view, out);
}

/* ---- feed (RFC 4287) ---------------------------------------------------------------------------------------- */

static void add_updated(struct buf *out, struct str day)
{
    buf_add_format(out, "<updated>%.*sT00:00:00+08:00</updated>\n", STR_ARG(day));
}

enum rc site_feed(struct site *site, struct buf *out)
{
    struct value *rows;
    struct str newest = STR("1970-01-01"), words = message_find(LANG_ZH, STR("site.title"));
    TRY(site_list(site, &rows));
    if (rows->items.first)
        newest = value_get_text(rows->items.first, "published_on");
    buf_add_cstr(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
                      "xml:lang=\"zh-CN\">\n<id>");
    mustache_escape(out, site->base.n ? site->base : STR("urn:bihuan:bulletins"));
    buf_add_cstr(out, "</id>\n<title>");
    mustache_escape(out, words);
    buf_add_cstr(out, "</title>\n<link rel=\"self\" href=\"");
    mustache_escape(out, site->base);
    buf_add_cstr(out, "feed.xml\"/>\n");
    add_updated(out, newest);
    VALUE_EACH (row, rows) {
        buf_add_cstr(out, "<entry>\n<id>urn:bihuan:bulletin:");
        mustache_escape(out, value_get_text(row, "no"));
        buf_add_cstr(out, "</id>\n<title>");
        mustache_escape(out, value_get_text(row, "title"));
        buf_add_cstr(out, "</title>\n<author><name>");
        mustache_escape(out, value_get_text(row, "unit_name"));
        buf_add_cstr(out, "</name></author>\n<link href=\"");
        mustache_escape(out, site->base);
        mustache_escape(out, value_get_text(row, "no"));
        buf_add_cstr(out, ".html\"/>\n");
        add_updated(out, value_get_text(row, "published_on"));
        buf_add_cstr(out, "</entry>\n");
    }
    buf_add_cstr(out, "</feed>\n");
    return buf_rc(out);
}
