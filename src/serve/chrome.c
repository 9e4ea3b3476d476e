/* chrome.c: what stands around every page; see chrome.h. */
#include "serve/chrome.h"

#include "base/rand.h"
#include "serve/cookie.h"
#include "serve/http_headers.h"
#include "serve/paper.h"
#include "text/digest.h"

enum { PRE_TOKEN_CHARS = 64, UNREAD_SHOWN_MAX = 100 };

struct nav_row {
    const char *key, *href, *icon, *label;
    enum perm perm;
};

static const struct nav_row nav_rows[] = {
    {"home", "/", "home", "nav.home", PERM_SELF},
    {"findings", "/findings", "list-details", "nav.findings", PERM_FINDING_READ},
    {"tasks", "/tasks", "checklist", "nav.tasks", PERM_TASK_READ},
    {"evidence", "/evidences", "file-check", "nav.evidence", PERM_TASK_READ},
    {"checks", "/checks", "eye-check", "nav.checks", PERM_SUPERVISE},
    {"lasting", "/sweeps", "repeat", "nav.lasting", PERM_TASK_READ},
    {"reviews", "/reviews", "clipboard-check", "nav.reviews", PERM_TASK_READ},
    {"sources", "/sources", "file-text", "nav.sources", PERM_SOURCE_READ},
    {"board", "/board", "layout-dashboard", "nav.board", PERM_BOARD_READ},
    {"supervision", "/supervision", "speakerphone", "nav.supervision", PERM_TASK_READ},
    {"papers", "/papers", "file-certificate", "nav.papers", PERM_TASK_READ},
    {"bulletins", "/bulletins", "news", "nav.bulletins", PERM_BULLETIN_READ},
    {"units", "/units", "sitemap", "nav.units", PERM_UNIT_READ},
    {"search", "/search", "search", "nav.search", PERM_FINDING_READ},
    {"users", "/accounts", "users", "nav.users", PERM_ACCOUNT_READ},
    {"events", "/events", "history", "nav.events", PERM_EVENT_READ},
    {"outbox", "/outbox", "send", "nav.outbox", PERM_SYSTEM_READ},
    {"settings", "/settings", "settings", "nav.settings", PERM_SYSTEM_READ},
    {"help", "/help", "help", "nav.help", PERM_SELF},
};

static struct str find_cookie(const struct page *page, struct str name)
{
    return cookie_find(http_header_get(page->request, "Cookie"), name);
}

struct str chrome_theme(const struct page *page)
{
    struct str theme = find_cookie(page, STR("theme"));
    return str_equal(theme, STR("dark")) ? STR("dark") : str_equal(theme, STR("light")) ? STR("light") : STR("auto");
}

void chrome_set_cookie(struct page *page, struct str name, struct str value, int64_t max_age_s)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 8 * 1024);
    struct cookie cookie = {.name = name,
                            .value = value,
                            .path = STR("/"),
                            .max_age_s = max_age_s,
                            .same_site = COOKIE_LAX,
                            .is_secure = page->request->is_https};
    if (cookie_write(&out, &cookie) == RC_OK)
        http_add_header(page->request, "Set-Cookie", arena_copy_str(page->ctx.arena, buf_str(&out)));
}

/* Without a session the token is a cookie of its own, compared with the form (double submit). */
struct str chrome_csrf(const struct page *page)
{
    if (page->session.account_id)
        return page->session.csrf;
    struct str pre = find_cookie(page, STR("pre"));
    return pre.n == PRE_TOKEN_CHARS ? pre : STR_EMPTY;
}

struct str chrome_make_csrf(struct page *page)
{
    struct str token = chrome_csrf(page);
    if (token.n || page->session.account_id)
        return token;
    uint8_t bytes[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    rand_fill(bytes, sizeof bytes);
    token = arena_copy_str(page->ctx.arena, digest_format(bytes, hex));
    chrome_set_cookie(page, STR("pre"), token, -1);
    return token;
}

/* BREACH: a compressed page with a constant secret beside text of others leaks the secret by its length.  So each page
 * shows the token under a fresh random mask: hex(mask) hex(mask xor token). */
static struct str mask_csrf(struct page *page, struct str token)
{
    uint8_t mask[DIGEST_BYTES], bytes[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES], masked[DIGEST_TEXT_BYTES];
    if (!digest_parse(token, bytes))
        return token;
    rand_fill(mask, sizeof mask);
    for (size_t i = 0; i < sizeof mask; i++)
        bytes[i] ^= mask[i];
    return arena_concat(page->ctx.arena, digest_format(mask, hex), digest_format(bytes, masked));
}

bool chrome_check_csrf(const struct page *page, struct str given)
{
    uint8_t want[DIGEST_BYTES], have[DIGEST_BYTES], mask[DIGEST_BYTES] = {0};
    size_t half = DIGEST_TEXT_BYTES - 1;
    if (given.n == 2 * half && !digest_parse(str_slice(given, 0, half), mask))
        return false;
    if (!digest_parse(chrome_csrf(page), want) ||
        !digest_parse(given.n == 2 * half ? str_slice(given, half, given.n) : given, have))
        return false;
    for (size_t i = 0; i < sizeof have; i++)
        have[i] ^= mask[i];
    return digest_equal(want, have);
}

/* Flash cookie: kind.key.arg-in-hex.undo-in-hex, so that nothing in it needs escaping. */
static void add_hex(struct buf *out, struct str s)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < s.n; i++) {
        buf_add_char(out, digits[(unsigned char)s.p[i] >> 4]);
        buf_add_char(out, digits[(unsigned char)s.p[i] & 15]);
    }
}

static int hex_value(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

static struct str read_hex(struct arena *arena, struct str hex)
{
    char *p = arena_alloc(arena, hex.n / 2 + 1);
    size_t n = 0;
    for (size_t i = 0; p && i + 1 < hex.n; i += 2) {
        int high = hex_value(hex.p[i]), low = hex_value(hex.p[i + 1]);
        if (high < 0 || low < 0 || (high == 0 && low < 2))
            return STR_EMPTY;
        p[n++] = (char)(high * 16 + low);
    }
    return (struct str){p, p ? n : 0};
}

void chrome_set_flash(struct page *page, const char *kind, const char *key, struct str arg, struct str undo_href)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 2048);
    buf_add_cstr(&out, kind);
    buf_add_char(&out, '!');
    buf_add_cstr(&out, key);
    buf_add_char(&out, '!');
    add_hex(&out, str_slice(arg, 0, 300));
    buf_add_char(&out, '!');
    add_hex(&out, str_slice(undo_href, 0, 300));
    if (buf_rc(&out) == RC_OK)
        chrome_set_cookie(page, STR("flash"), buf_str(&out), 60);
}

bool chrome_has_flash(const struct page *page) { return find_cookie(page, STR("flash")).n > 0; }

static void put_flash(struct page *page, struct value *root)
{
    struct str rest = find_cookie(page, STR("flash")), parts[4] = {0};
    for (int i = 0; i < 4; i++)
        if (!str_split_next(&rest, '!', &parts[i]))
            break;
    struct arena *arena = page->ctx.arena;
    struct str text = message_find(page->lang, parts[1]);
    static const char *const kinds[] = {"success", "info", "warning", "danger"};
    for (size_t i = 0; i < 4 && text.p; i++) {
        if (!str_equal_cstr(parts[0], kinds[i]))
            continue;
        struct value *flash = value_put_map(arena, root, "flash");
        struct str arg = read_hex(arena, parts[2]), undo = read_hex(arena, parts[3]);
        value_put_text(arena, flash, "kind", str_from_cstr(kinds[i]));
        value_put_text(arena, flash, "text", message_format(arena, page->lang, parts[1], &arg, 1));
        value_put_text(arena, flash, "undo_href", undo.n && undo.p[0] == '/' ? undo : STR(""));
        return;
    }
    value_put_null(arena, root, "flash");
}

static void put_nav(struct page *page, struct value *root)
{
    struct arena *arena = page->ctx.arena;
    struct value *nav = value_put_list(arena, root, "nav");
    const char *current = page->route && page->route->nav ? page->route->nav : "";
    for (size_t i = 0; page->session.account_id && i < sizeof nav_rows / sizeof nav_rows[0]; i++) {
        const struct nav_row *row = &nav_rows[i];
        if (!page_can(page, row->perm))
            continue;
        struct value *item = value_add_map(arena, nav);
        value_put_text(arena, item, "href", str_from_cstr(row->href));
        value_put_text(arena, item, "icon", str_from_cstr(row->icon));
        value_put_text(arena, item, "label", page_text(page, row->label));
        value_put_bool(arena, item, "is_current", str_equal_cstr(str_from_cstr(current), row->key));
        value_put_null(arena, item, "count");
    }
}

static void put_page(struct page *page, struct value *root)
{
    struct arena *arena = page->ctx.arena;
    struct value *about = value_put_map(arena, root, "page");
    struct str title = value_get_text(page->view, "page_title");
    if (!title.n && page->route && page->route->title)
        title = page_text(page, page->route->title);
    value_put_text(arena, about, "title", title);
    struct str path = page->request->raw_path;
    struct str full =
        page->request->query.n ? arena_format(arena, "%.*s?%.*s", STR_ARG(path), STR_ARG(page->request->query)) : path;
    value_put_text(arena, about, "path", page->request->method == HTTP_GET ? full : STR("/"));
    value_put_text(arena, about, "query", page_param_text(page, "q"));
    bool is_zh = page->lang == LANG_ZH;
    value_put_text(arena, about, "other_lang", is_zh ? STR("en") : STR("zh-CN"));
    value_put_text(arena, about, "other_lang_name", page_text(page, "lang.other"));
    value_put_text(arena, about, "version", STR(BIHUAN_VERSION));
}

enum rc chrome_count_unread(struct page *page)
{
    if (page->is_json || page->request->method == HTTP_POST || !actor_has(&page->actor, PERM_TASK_READ))
        return RC_OK;
    struct db_stmt *st = db_query(page->db, Q_NOTICE_UNREAD_COUNT);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    return db_get_int(&page->ctx, st, &page->unread_count);
}

static void put_user(struct page *page, struct value *root)
{
    struct arena *arena = page->ctx.arena;
    if (!page->session.account_id) {
        value_put_null(arena, root, "user");
        return;
    }
    struct value *user = value_put_map(arena, root, "user");
    value_put_text(arena, user, "name", page->session.name);
    value_put_text(arena, user, "login", page->session.login);
    value_put_int(arena, user, "unread", page->unread_count);
    value_put_bool(arena, user, "has_unread", page->unread_count > 0);
    value_put_bool(arena, user, "has_many_unread", page->unread_count >= UNREAD_SHOWN_MAX);
    struct str role = STR("");
    for (int i = 0; i < ROLE_COUNT; i++)
        if (page->actor.is_role[i])
            role = page_text(page, arena_copy_cstr(arena, arena_format(arena, "role.%s", role_name((enum role)i))));
    value_put_text(arena, user, "unit_name", STR(""));
    value_put_text(arena, user, "post", role);
}

struct str chrome_issue_href(struct arena *arena, const struct ctx_issue *issue)
{
    if (issue->field.n)
        return arena_format(arena, "#%.*s", STR_ARG(issue->field));
    return page_is_local_path(issue->place) ? issue->place : STR("");
}

struct str chrome_issue_text(struct page *page, const struct ctx_issue *issue)
{
    struct arena *arena = page->ctx.arena;
    enum lang lang = page->lang;
    struct str text = page->is_json ? message_of_issue_coded(arena, lang, issue) : message_of_issue(arena, lang, issue);
    struct str words = paper_place_words(arena, lang, issue->place);
    struct str args[] = {words, text};
    bool is_known = words.n && !str_equal(words, issue->place); /* addresses and names stand in the text itself */
    return is_known ? message_format(arena, lang, STR("place.issue"), args, 2) : text;
}

/* Above a form: "required" says nothing without what it is about. */
static struct str issue_line(struct page *page, const struct ctx_issue *issue)
{
    static const char *const prefixes[] = {"field_name", "form"};
    struct arena *arena = page->ctx.arena;
    struct str text = chrome_issue_text(page, issue);
    if (page->is_json || !issue->field.n || !str_has_prefix(issue->key, STR("field.")))
        return text;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        struct str args[] = {
            message_find(page->lang, arena_format(arena, "%s.%.*s", prefixes[i], STR_ARG(issue->field))), text};
        if (args[0].n)
            return message_format(arena, page->lang, STR("place.issue"), args, 2);
    }
    return text;
}

void chrome_put_issues(struct page *page, struct value *map, const char *key)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, map, key);
    for (const struct ctx_issue *issue = page->ctx.first; issue; issue = issue->next) {
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "field", issue->field);
        value_put_text(arena, item, "place", issue->place);
        value_put_text(arena, item, "text", issue_line(page, issue));
        value_put_text(arena, item, "href", chrome_issue_href(arena, issue));
    }
}

void chrome_add_crumb(struct page *page, struct str label, struct str href)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = (struct value *)value_get(page->view, "crumbs");
    if (!list)
        list = value_put_list(arena, page->view, "crumbs");
    struct value *item = value_add_map(arena, list);
    value_put_text(arena, item, "label", arena_copy_str(arena, label));
    value_put_text(arena, item, "href", arena_copy_str(arena, href));
}

struct value *chrome_make(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *root = value_new_map(arena);
    value_put_text(arena, root, "lang", str_from_cstr(lang_tag(page->lang)));
    value_put_text(arena, root, "theme", chrome_theme(page));
    value_put_text(arena, root, "csrf", mask_csrf(page, chrome_make_csrf(page)));
    put_page(page, root);
    put_nav(page, root);
    value_put_bool(page->ctx.arena, root, "may_paper", page->session.account_id && page_can(page, PERM_PAPER_WRITE));
    put_user(page, root);
    put_flash(page, root);
    const struct value *crumbs = value_get(page->view, "crumbs"); /* the page alone is no way */
    bool is_alone = value_count(crumbs) == 1 && !value_get_text(crumbs->items.first, "href").n;
    value_put_bool(arena, root, "has_crumbs", value_count(crumbs) > 0 && !is_alone);
    value_put_bool(arena, root, "has_errors", page->ctx.first != NULL);
    chrome_put_issues(page, root, "errors");
    return root;
}

void chrome_finish(struct page *page)
{
    struct http_request *request = page->request;
    http_set_header(request, "Vary", STR("Accept, Accept-Encoding, Accept-Language, Cookie, HX-Request"));
    http_set_security_headers(request);
    bool is_new = request->response.status == 303;
    if (!is_new && chrome_has_flash(page) && request->response.status != 304)
        chrome_set_cookie(page, STR("flash"), STR(""), 0);
}
