/* chrome.h: what stands around every page: navigation, user, language, theme, flash, CSRF token, security headers. */
#ifndef BIHUAN_SERVE_CHROME_H
#define BIHUAN_SERVE_CHROME_H

#include "serve/page.h"

/* The layout's part of the view: lang, theme, csrf, page, nav, user, crumbs, flash, errors (see web/templates/DATA.md).
 */
struct value *chrome_make(struct page *page);
/* Security headers, cookies that end. */
void chrome_finish(struct page *page);
/* Theme of the cookie: "light", "dark" or "auto". */
struct str chrome_theme(const struct page *page);
/* A message shown once on the next page; args are kept in a cookie, so keep them short. */
void chrome_set_flash(struct page *page, const char *kind, const char *key, struct str arg, struct str undo_href);
bool chrome_has_flash(const struct page *page);
/* What an issue says, with its place before it when that is one within a document or sheet. */
struct str chrome_issue_text(struct page *page, const struct ctx_issue *issue);
/* Where a failure is put right: its field on the page, or the page that a guard names; empty when neither. */
struct str chrome_issue_href(struct arena *arena, const struct ctx_issue *issue);
/* The issues of ctx as a list of {field, place, text, href}. */
void chrome_put_issues(struct page *page, struct value *map, const char *key);
/* Reminders that the reader has not read, for the top bar and the ETag: page->unread_count. */
enum rc chrome_count_unread(struct page *page) MUST_CHECK;
/* Breadcrumb; href empty for the page itself.  Call in order. */
void chrome_add_crumb(struct page *page, struct str label, struct str href);
/* Token of the session; forms send it back under a mask that differs on each page. */
struct str chrome_csrf(const struct page *page);
/* The same; without a session and without a token a new one, with its cookie. */
struct str chrome_make_csrf(struct page *page);
/* Whether what a form or header gave is the token, masked or plain; in constant time. */
bool chrome_check_csrf(const struct page *page, struct str given);
void chrome_set_cookie(struct page *page, struct str name, struct str value, int64_t max_age_s);

#endif
