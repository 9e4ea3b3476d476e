/* page.c: from a request to a page: session, permission, view, answer; see page.h.
 *
 * Threats: acting for somebody else (session cookie HttpOnly, SameSite=Lax; every POST carries the session's CSRF token
 * and must not come from another site); seeing what one may not (deny by default: every route names its permission,
 * every query over scoped tables carries the scope); learning that something exists (what may not be seen is "not
 * found").
 */
#include "serve/page.h"

#include <string.h>

#include "base/clock.h"
#include "calendar/calendar.h"
#include "serve/chrome.h"
#include "serve/cookie.h"
#include "serve/http_headers.h"
#include "serve/submit.h"
#include "text/digest.h"

enum { DAYS_SOON = 30, TOUCH_EVERY_MS = 60 * 1000 };

/* ---- for fill functions ------------------------------------------------------------------------------------ */

static const struct value *find_param(const struct page *page, const char *name)
{
    const struct value *v = value_get(page->params, name);
    v = v ? v : value_get(page->query, name);
    return v && v->kind == VALUE_LIST ? v->items.last : v;
}

int64_t page_param_int(const struct page *page, const char *name, int64_t otherwise)
{
    const struct value *v = find_param(page, name);
    int64_t n;
    if (v && v->kind == VALUE_INT)
        return v->integer;
    return v && v->kind == VALUE_TEXT && str_parse_int64(str_trim(v->text), &n) ? n : otherwise;
}

struct str page_param_text(const struct page *page, const char *name)
{
    const struct value *v = find_param(page, name);
    return v && v->kind == VALUE_TEXT ? v->text : STR_EMPTY;
}

struct db_stmt *page_statement(struct page *page, enum query query)
{
    struct db_stmt *st = db_query(page->db, query);
    if (page->route->perm != PERM_COUNT)
        actor_bind_scope(st, &page->actor, page->route->perm);
    return st;
}

struct db_stmt *page_list_statement(struct page *page, enum query query, uint64_t filters, int sort)
{
    struct db_stmt *st = db_query_list(page->db, query, filters, sort);
    if (st && page->route->perm != PERM_COUNT)
        actor_bind_scope(st, &page->actor, page->route->perm);
    return st;
}

enum rc page_take_issues(struct page *page, const struct ctx *work, enum rc rc)
{
    for (const struct ctx_issue *issue = work->first; issue; issue = issue->next)
        (void)ctx_fail(&page->ctx, issue->rc, issue->key.n ? arena_copy_cstr(page->ctx.arena, issue->key) : NULL,
                       issue->field, issue->place, issue->args, issue->arg_count);
    return rc;
}

enum rc page_rows(struct page *page, struct db_stmt *st, struct value **ret_list)
{
    if (!page->has || value_get_int(page->has, db_stmt_name(st), 1))
        return db_rows(&page->ctx, st, ret_list);
    struct value *rows = ARENA_NEW(page->ctx.arena, struct value);
    if (!rows)
        return arena_rc(page->ctx.arena);
    rows->kind = VALUE_LIST;
    *ret_list = rows;
    return RC_OK;
}

enum rc page_put_rows(struct page *page, const char *key, struct db_stmt *st)
{
    struct value *rows;
    TRY(page_rows(page, st, &rows));
    value_put(page->view, str_from_cstr(key), rows);
    return RC_OK;
}

enum rc page_find_row(struct page *page, struct db_stmt *st, struct value **ret_row)
{
    TRY(db_first_row(&page->ctx, st, ret_row));
    return *ret_row ? RC_OK : RC_NOT_FOUND;
}

enum rc page_put_row(struct page *page, const char *key, struct db_stmt *st)
{
    struct value *row;
    TRY(page_find_row(page, st, &row));
    value_put(page->view, str_from_cstr(key), row);
    return RC_OK;
}

struct str page_text(const struct page *page, const char *key)
{
    struct str text = message_find(page->lang, str_from_cstr(key));
    return text.p ? text : str_from_cstr(key);
}

struct str page_word(struct page *page, const char *prefix, struct str value)
{
    char key[80];
    size_t n = strlen(prefix);
    if (!value.n)
        return STR("");
    if (n + 1 + value.n > sizeof key)
        return value;
    memcpy(key, prefix, n);
    key[n] = '.';
    memcpy(key + n + 1, value.p, value.n);
    struct str text = message_find(page->lang, (struct str){key, n + 1 + value.n});
    return text.p ? text : value;
}

struct str page_text_args(struct page *page, const char *key, const struct str *args, int count)
{
    return message_format(page->ctx.arena, page->lang, str_from_cstr(key), args, count);
}

/* Key of what is derived from a column, as "due" and "_text"; a list page asks for some hundreds. */
static const char *derived_key(struct arena *arena, const char *key, const char *suffix)
{
    return arena_concat(arena, str_from_cstr(key), str_from_cstr(suffix)).p;
}

void page_put_choice_text(struct page *page, struct value *row, const char *key, const char *prefix)
{
    struct arena *arena = page->ctx.arena;
    value_put_text(arena, row, derived_key(arena, key, "_label"), page_word(page, prefix, value_get_text(row, key)));
}

void page_put_hung(struct page *page, struct value *row)
{
    value_put_bool(page->ctx.arena, row, "is_hung", value_get_int(row, "hangs", 0) != 0);
}

void page_put_due(struct page *page, struct value *row, const char *key, bool is_closed)
{
    struct arena *arena = page->ctx.arena;
    struct str due = value_get_text(row, key);
    int32_t day, today = clock_today();
    const char *state = "normal";
    if (is_closed)
        state = "closed";
    else if (date_parse(due, &day))
        state = day < today ? "overdue" : day <= today + DAYS_SOON ? "due_soon" : "normal";
    value_put_text(arena, row, "due_state", str_from_cstr(state));
    if (is_closed || !date_parse(due, &day))
        return;
    bool is_estimated;
    bool is_late = day < today;
    int days = calendar_count_working_days(is_late ? day : today, is_late ? today : day, false, &is_estimated);
    struct str count = arena_format(arena, "%d", days);
    const char *words = day == today ? "due.today"
                        : is_late    ? (days ? "due.late" : "due.late_short")
                                     : (days ? "due.left" : "due.left_short");
    value_put_text(arena, row, "due_left_text", page_text_args(page, words, &count, 1));
}

struct str page_format_money(struct arena *arena, int64_t fen)
{
    uint64_t rest = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
    char text[40];
    size_t at = sizeof text;
    text[--at] = (char)('0' + rest % 10);
    text[--at] = (char)('0' + rest / 10 % 10);
    text[--at] = '.';
    rest /= 100;
    int digits = 0;
    do {
        if (digits && digits % 3 == 0)
            text[--at] = ',';
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
        digits++;
    } while (rest);
    struct str digits_text = {text + at, sizeof text - at};
    return fen < 0 ? arena_format(arena, "(%.*s)", STR_ARG(digits_text)) : arena_copy_str(arena, digits_text);
}

void page_put_money(struct page *page, struct value *row, const char *key)
{
    struct arena *arena = page->ctx.arena;
    const struct value *v = value_get(row, key);
    struct str text = v && v->kind == VALUE_INT ? page_format_money(arena, v->integer) : STR("");
    value_put_text(arena, row, derived_key(arena, key, "_text"), text);
}

void page_put_time(struct page *page, struct value *row, const char *key)
{
    struct arena *arena = page->ctx.arena;
    char text[TIME_TEXT_BYTES];
    struct str s = time_format_china(value_get_int(row, key, 0), text);
    value_put_text(arena, row, derived_key(arena, key, "_text"), arena_copy_str(arena, str_slice(s, 0, 16)));
}

bool page_can(const struct page *page, enum perm perm) { return actor_has(&page->actor, perm); }

/* Browsers drop tabs and line ends from an address before they read it: "/\t/host" is "//host". */
bool page_is_local_path(struct str s)
{
    if (s.n == 0 || s.p[0] != '/' || (s.n > 1 && (s.p[1] == '/' || s.p[1] == '\\')))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    return true;
}

void page_redirect(struct page *page, struct str location)
{
    page->request->response.status = 303;
    http_set_header(page->request, "Location", arena_copy_str(page->ctx.arena, location));
    page->is_answered = true;
}

/* ---- who asks ---------------------------------------------------------------------------------------------- */

/* A request is noted in its session at most once a minute, by the writer, and nobody waits for it. */
struct touch_job {
    struct write_job job;
    struct session_touch touch;
    struct ctx ctx;
};

static void touch_done(struct write_job *job) { arena_free(((struct touch_job *)job)->ctx.arena); }

static void touch_session(struct page *page, int64_t now_ms)
{
    if (now_ms - page->session.seen_at_ms < TOUCH_EVERY_MS)
        return;
    struct arena *arena = arena_new(256 * 1024); /* with the events of past failures */
    if (!arena)
        return;
    struct touch_job *touch = ARENA_NEW(arena, struct touch_job);
    if (!touch) {
        arena_free(arena);
        return;
    }
    touch->ctx.arena = arena;
    touch->touch = (struct session_touch){arena_copy_str(arena, page->session.token_hash), now_ms};
    touch->job =
        (struct write_job){.work = session_work_touch, .arg = &touch->touch, .ctx = &touch->ctx, .done = touch_done};
    if (writer_submit(page->app->writer, &touch->job) != RC_OK)
        arena_free(arena);
}

struct session_limits page_session_limits(const struct page *page)
{
    const struct settings *settings = page->app->settings;
    return (struct session_limits){settings->session_idle_min * 60 * 1000, settings->session_hours * 3600 * 1000};
}

static enum rc load_session(struct page *page)
{
    struct session_limits limits = page_session_limits(page);
    struct str token = cookie_find(http_header_get(page->request, "Cookie"), STR("bihuan"));
    if (!token.n)
        return RC_OK;
    int64_t now_ms = clock_now_ms();
    enum rc rc = session_find(&page->ctx, page->db, token, &limits, now_ms, &page->session);
    if (rc == RC_UNAUTHENTICATED)
        return RC_OK;
    TRY(rc);
    TRY(actor_load(&page->ctx, page->db, page->session.account_id, &page->actor));
    page->actor.login = page->session.login;
    page->actor.name = page->session.name;
    touch_session(page, now_ms);
    return chrome_count_unread(page);
}

/* Where to go for signing in, and back afterwards. */
static void redirect_to_login(struct page *page)
{
    struct buf to;
    buf_init(&to, 8 * 1024);
    buf_add_cstr(&to, "/login");
    if (page->request->method == HTTP_GET && page->request->raw_path.n > 1) {
        buf_add_cstr(&to, "?back=");
        url_encode(&to, page->request->raw_path);
    }
    page_redirect(page, buf_str(&to));
    buf_done(&to);
}

/* RC_OK with page->is_answered when the request was turned elsewhere. */
static enum rc check_access(struct page *page, enum perm perm)
{
    if (perm == PERM_COUNT)
        return RC_OK;
    if (!page->session.account_id) {
        if (page->is_fragment) /* the page around it is loaded anew, and that leads to signing in */
            http_set_header(page->request, "HX-Refresh", STR("true"));
        if (page->is_json || page->is_fragment)
            return RC_UNAUTHENTICATED;
        redirect_to_login(page);
        return RC_OK;
    }
    bool is_exempt = str_equal(page->request->path, STR("/password")) ||
                     str_equal(page->request->path, STR("/logout")) || str_equal(page->request->path, STR("/session"));
    if (page->session.must_change_password && !is_exempt) {
        if (page->is_json)
            return ctx_fail_key(&page->ctx, RC_FORBIDDEN, "password.must_change");
        page_redirect(page, STR("/password"));
        return RC_OK;
    }
    return actor_has(&page->actor, perm) ? RC_OK : RC_FORBIDDEN;
}

/* ---- reading ----------------------------------------------------------------------------------------------- */

static enum rc make_etag(struct page *page, struct str *ret_etag)
{
    *ret_etag = STR_EMPTY;
    if (page->route->depends == DEPENDS_NEVER || chrome_has_flash(page))
        return RC_OK;
    struct str version = STR("-");
    if (page->route->depends == DEPENDS_ALL) {
        struct db_stmt *st = db_query(page->db, Q_DATA_VERSION);
        bool is_row;
        TRY(db_step(&page->ctx, st, &is_row));
        if (is_row)
            version = arena_copy_str(page->ctx.arena, db_column_text(st, 0));
        db_reset(st);
    }
    /* What a page shows also hangs on who looks, in which language and theme, and on which day. */
    struct str all = arena_format(page->ctx.arena, "%.*s %.*s %.*s %d %d %lld %.*s", STR_ARG(version),
                                  STR_ARG(page->app->build_id), STR_ARG(page->session.token_hash), (int)page->lang,
                                  clock_today(), (long long)page->unread_count, STR_ARG(chrome_theme(page)));
    *ret_etag = arena_format(page->ctx.arena, "W/\"%016llx%s\"", (unsigned long long)str_hash(all, 0),
                             page->is_json       ? "j"
                             : page->is_fragment ? "f"
                                                 : "");
    return RC_OK;
}

static enum rc run_queries(struct page *page)
{
    char today[DATE_TEXT_BYTES];
    struct str today_text = date_format(clock_today(), today);
    for (int i = 0; i < ROUTE_QUERIES_MAX; i++) {
        const struct page_query *row = &page->route->queries[i];
        if (!row->key)
            return RC_OK;
        struct db_stmt *st = page_statement(page, row->query);
        db_bind_map(st, page->params);
        db_bind_text(st, "today", today_text);
        TRY(row->rows == PAGE_ONE ? page_put_row(page, row->key, st) : page_put_rows(page, row->key, st));
    }
    return RC_OK;
}

enum rc page_fill(struct page *page)
{
    TRY(run_queries(page));
    if (page->route->fill)
        TRY(page->route->fill(page));
    return arena_rc(page->ctx.arena);
}

static enum rc serve_get(struct page *page)
{
    struct str etag;
    TRY(make_etag(page, &etag));
    if (etag.n) {
        http_set_header(page->request, "Cache-Control", STR("private, no-cache"));
        if (http_is_fresh(page->request, etag)) {
            page->is_answered = true;
            return RC_OK;
        }
    } else {
        http_set_header(page->request, "Cache-Control", STR("no-store"));
    }
    return page_fill(page);
}

/* ---- entry ------------------------------------------------------------------------------------------------- */

static void read_wishes(struct page *page, struct str *path)
{
    struct http_request *request = page->request;
    struct str accept = http_header_get(request, "Accept"), cookies = http_header_get(request, "Cookie");
    bool wants_html = str_find(accept, STR("text/html"), 0) != SIZE_MAX;
    page->is_json = !wants_html && str_find(accept, STR("json"), 0) != SIZE_MAX;
    if (str_has_suffix(*path, STR(".json"))) {
        *path = str_slice(*path, 0, path->n - 5);
        page->is_json = true;
    }
    page->is_fragment = http_header_has(request, "HX-Request") && !http_header_has(request, "HX-Boosted");
    enum lang fallback = lang_parse(page->app->settings->language, LANG_ZH);
    struct str chosen = cookie_find(cookies, STR("lang"));
    page->lang =
        chosen.n ? lang_parse(chosen, fallback) : lang_parse(http_header_get(request, "Accept-Language"), fallback);
}

static void answer(struct page *page)
{
    if (!page->is_answered) {
        page_send(page);
        return;
    }
    chrome_finish(page);
    http_respond(page->request);
}

/* The rest of a slow request, on a thread of app->slow. */
static void run_slow(void *worker_state, void *arg)
{
    struct page *page = arg;
    page->worker = worker_state;
    page->db = page->worker->db;
    struct db *db = page->db;
    enum rc rc = db_begin(&page->ctx, db, false);
    if (rc == RC_OK)
        rc = page->slow(page);
    if (rc == RC_OK)
        rc = arena_rc(page->ctx.arena);
    if (rc == RC_OK)
        answer(page);
    else
        page_send_error(page, rc);
    db_rollback(db);
}

void page_run_slow(struct page *page, enum rc (*fn)(struct page *page)) { page->slow = fn; }

/* The command or route of the address, the session, and whether that may be asked for. */
static enum rc find_target(struct page *page, struct str path, const struct command **ret_command)
{
    bool is_post = page->request->method == HTTP_POST;
    enum http_method method = page->request->method == HTTP_HEAD ? HTTP_GET : page->request->method;
    const struct command *command = is_post ? command_find_path(path, page->ctx.arena, page->params) : NULL;
    page->route = command ? NULL : route_find(method, path, page->ctx.arena, page->params);
    TRY(load_session(page));
    if (!command && !page->route) {
        bool is_other = route_find(is_post ? HTTP_GET : HTTP_POST, path, page->ctx.arena, NULL) ||
                        command_find_path(path, page->ctx.arena, NULL);
        return is_other ? RC_METHOD : RC_NOT_FOUND;
    }
    *ret_command = command;
    return check_access(page, command ? command->perm : page->route->perm);
}

static enum rc serve(struct page *page, struct str path)
{
    struct http_request *request = page->request;
    bool is_post = request->method == HTTP_POST;
    const struct command *command = NULL;
    TRY(find_target(page, path, &command));
    if (page->is_answered) { /* turned elsewhere; once answered, request and page belong to others */
        http_respond(request);
        return RC_OK;
    }
    if (!is_post) {
        TRY(form_parse_query(&page->ctx, request->query, NULL, &page->query));
        TRY(serve_get(page));
        if (page->slow)
            return pool_submit(page->app->slow, run_slow, page);
        answer(page);
        return RC_OK;
    }
    db_rollback(page->db); /* a change reads in its own transaction */
    TRY(submit_check(page));
    if (command)
        return submit_command(page, command);
    TRY(page_fill(page));
    if (page->slow)
        return pool_submit(page->app->slow, run_slow, page); /* from here on it is theirs */
    answer(page);
    return RC_OK;
}

/* NULL when memory is short; the request is answered then. */
static struct page *make_page(struct http_request *request, struct worker *worker)
{
    struct arena *arena = request->arena;
    struct page *page = ARENA_NEW(arena, struct page);
    if (!page) {
        http_respond_bytes(request, 503, "text/plain", STR("out of memory\n"));
        return NULL;
    }
    *page = (struct page){
        .app = worker->app, .worker = worker, .request = request, .ctx = {.arena = arena}, .db = worker->db};
    for (int i = 0; i < PERM_COUNT; i++)
        page->actor.anywhere[i] = page->actor.everywhere[i] = LABEL_NONE;
    page->params = value_new_map(arena);
    page->query = value_new_map(arena);
    page->view = value_new_map(arena);
    return page;
}

/* Nobody who is not signed in has a large body to send; the answer must not be a redirect, which a browser in the
 * middle of sending would not follow. */
static enum rc check_head(struct page *page, struct str path)
{
    const struct command *command = NULL;
    TRY(find_target(page, path, &command));
    if (!page->session.account_id)
        return page->is_answered ? RC_UNAUTHENTICATED : RC_TOO_LARGE;
    if (page->is_answered) /* the password must be changed first */
        return RC_FORBIDDEN;
    return submit_is_own_origin(page) ? RC_OK : ctx_fail_key(&page->ctx, RC_FORBIDDEN, "error.csrf");
}

void page_check_head(struct http_request *request, void *worker_state)
{
    struct worker *worker = worker_state;
    struct page *page = make_page(request, worker);
    if (!page)
        return;
    struct db *db = worker->db;
    struct str path = request->path;
    read_wishes(page, &path);
    enum rc rc = db_begin(&page->ctx, db, false);
    if (rc == RC_OK)
        rc = check_head(page, path);
    if (rc == RC_OK) {
        http_accept_body(request);
    } else {
        request->response.header_count = 0; /* of a redirect that is not made */
        page_send_error(page, rc);
    }
    db_rollback(db);
}

void page_serve(struct http_request *request, void *worker_state)
{
    struct worker *worker = worker_state;
    struct page *page = make_page(request, worker);
    if (!page)
        return;
    struct str path = request->path;
    read_wishes(page, &path);
    struct db *db = worker->db;
    enum rc rc = db_begin(&page->ctx, db, false);
    if (rc == RC_OK)
        rc = serve(page, path);
    if (rc != RC_OK)
        page_send_error(page, rc); /* page and request belong to others from here on */
    db_rollback(db);
}
