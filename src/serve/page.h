/* page.h: one request on its way to a page or a JSON answer.
 *
 * A page is a view: a row of data/routes.def -> named queries -> one value tree -> a template, or JSON when the client
 * asks for it (Accept: application/json, or a path that ends in .json).  page.c does what all pages share: session,
 * permission, ETag, language, rendering; a fill function adds what queries alone cannot say.
 */
#ifndef BIHUAN_SERVE_PAGE_H
#define BIHUAN_SERVE_PAGE_H

#include "access/session.h"
#include "record/command.h"
#include "serve/app.h"
#include "serve/form.h"
#include "serve/http.h"
#include "serve/messages.h"

struct page;

enum page_rows { PAGE_ONE, PAGE_MANY };

/* A query of a route: its rows stand in the view under key.  All path parameters, the query string's fields (text) and
 * the scope ($me $perm $scope_all) are bound by name. */
struct page_query {
    const char *key;
    enum query query;
    enum page_rows rows; /* PAGE_ONE: the first row; a missing row is 404 */
};

enum page_depends {
    DEPENDS_NEVER,  /* no ETag */
    DEPENDS_ALL,    /* the newest event of all */
    DEPENDS_STATIC, /* only the program */
};

enum { ROUTE_QUERIES_MAX = 6, ROUTE_PARAMS_MAX = 4 };

struct route {
    enum http_method method;
    const char *path; /* "/findings/{id}"; parameters are positive integers, but {sha256}, {name}, {verb} are texts */
    enum perm perm;   /* PERM_COUNT: open to everybody, also without a session */
    const char *tpl;  /* template; NULL: fill answers by itself */
    enum page_depends depends;
    enum rc (*fill)(struct page *page); /* or NULL */
    struct page_query queries[ROUTE_QUERIES_MAX];
    const char *title; /* message key of the page's title; NULL: fill puts "title" */
    const char *nav;   /* entry of the navigation that is lit */
};

struct page {
    struct app *app;
    struct worker *worker;
    struct http_request *request;
    struct ctx ctx; /* arena of the request */
    struct db *db;  /* the worker's connection, for reading; in one read transaction */
    const struct route *route;
    struct session session; /* account_id 0: nobody is signed in */
    struct actor actor;
    enum lang lang;
    bool is_json;
    bool is_fragment;                   /* htmx asks for a part: the layout is left out */
    struct value *params;               /* of the path: ints and texts */
    struct value *query;                /* of the query string: texts */
    struct value *view;                 /* what the template sees and the JSON answer shows */
    struct form *form;                  /* of a POST */
    enum rc (*slow)(struct page *page); /* how the request goes on, see page_run_slow */
    bool is_answered;                   /* fill has set up the response itself (file, stream, redirect) */
    int status;                         /* of the answer; 0: 200 */
    const char *tpl;                    /* template, when fill chooses another */
    int64_t unread_count;               /* reminders in the inbox, for the top bar */
    const struct value *has;            /* names of queries: 0 when page_rows need not ask; NULL: it asks always */
};

/* ---- for fill functions ---- */
int64_t page_param_int(const struct page *page, const char *name, int64_t otherwise); /* path, then query string */
struct str page_param_text(const struct page *page, const char *name);                /* path, then query string */
/* Statement with the scope of the route's permission bound. */
struct db_stmt *page_statement(struct page *page, enum query query);
struct db_stmt *page_list_statement(struct page *page, enum query query, uint64_t filters, int sort);
/* Work with memory of its own has failed: its issues become those of the page.  Returns rc. */
enum rc page_take_issues(struct page *page, const struct ctx *work, enum rc rc) MUST_CHECK;
/* All rows, as db_rows; none, without asking, when page->has knows so. */
enum rc page_rows(struct page *page, struct db_stmt *st, struct value **ret_list) MUST_CHECK;
/* The first row; RC_NOT_FOUND when there is none, also because the reader may not see it. */
enum rc page_find_row(struct page *page, struct db_stmt *st, struct value **ret_row) MUST_CHECK;
/* Puts all rows / the first row into the view under key. */
enum rc page_put_rows(struct page *page, const char *key, struct db_stmt *st) MUST_CHECK;
enum rc page_put_row(struct page *page, const char *key, struct db_stmt *st) MUST_CHECK; /* RC_NOT_FOUND when none */
/* Message of the page's language. */
struct str page_text(const struct page *page, const char *key);
/* Message "PREFIX.VALUE"; the value itself when there is none, empty for the empty value. */
struct str page_word(struct page *page, const char *prefix, struct str value);
struct str page_text_args(struct page *page, const char *key, const struct str *args, int count);
/* Adds to a row the texts people read: KEY_text = message "PREFIX.VALUE" for a coded text column. */
void page_put_choice_text(struct page *page, struct value *row, const char *key, const char *prefix);
/* Date columns: KEY_text "2026-11-24" stays; adds KEY_state (normal, soon, late) relative to today. */
/* "is_hung" of the column "hangs"; false without it. */
void page_put_hung(struct page *page, struct value *row);
void page_put_due(struct page *page, struct value *row, const char *key, bool is_closed);
/* fen as "1,234.56" in yuan into KEY_text. */
void page_put_money(struct page *page, struct value *row, const char *key);
/* The same as text: thousands separated, negative in brackets. */
struct str page_format_money(struct arena *arena, int64_t fen);
/* Time columns: KEY_text in China time. */
void page_put_time(struct page *page, struct value *row, const char *key);
/* Rows of event_of_subject as "events": {seq, kind, what, detail, at, at_text, actor, reason}. */
enum rc page_put_timeline(struct page *page, struct db_stmt *st) MUST_CHECK;
/* How long the settings let a session live. */
struct session_limits page_session_limits(const struct page *page);
/* Permission in a template: can.KEY. */
bool page_can(const struct page *page, enum perm perm);
/* Goes on with fn on the threads for slow work (reading documents, hashing large files), so that pages never wait for
 * them. From a fill function; fn then answers as a fill function does. */
void page_run_slow(struct page *page, enum rc (*fn)(struct page *page));
/* Whether s is a path on this site, never another host: "/x", not "//x" or "/\x".  Asked before one redirects to it. */
bool page_is_local_path(struct str s);
/* Answers with a stored file as a download; the page has checked that the reader may have it. */
enum rc page_send_stored(struct page *page, struct str sha256, struct str name) MUST_CHECK;
/* Redirect: POST -> redirect -> GET. */
void page_redirect(struct page *page, struct str location);

/* The routes of data/routes.def. */
extern const struct route route_table[];
extern const int route_count;
const struct route *route_find(enum http_method method, struct str path, struct arena *arena, struct value *ret_params);
/* Permission name or "public", for OpenAPI and tests. */
const char *route_perm_name(const struct route *route);

/* Commands of data/commands.def. */
extern const struct command *const command_table[];
extern const int command_count;
const struct command *command_find_path(struct str path, struct arena *arena, struct value *ret_params);
const struct command *command_find_name(struct str name);

/* Entry for a request, on a worker. */
void page_serve(struct http_request *request, void *worker);
/* Whether a request may send a large body at all: a session with the permission, from this site.  On a worker, before
 * the body is read. */
void page_check_head(struct http_request *request, void *worker);
/* Runs the queries and the fill function of page->route. */
enum rc page_fill(struct page *page) MUST_CHECK;
/* Sends the view: JSON, or template in the layout. */
void page_send(struct page *page);
/* Sends a failure as page or problem JSON (RFC 9457). */
void page_send_error(struct page *page, enum rc rc);

#endif
