/* pages.h: the fill functions that data/routes.def names, by the file that holds them. */
#ifndef BIHUAN_SERVE_PAGES_H
#define BIHUAN_SERVE_PAGES_H

#include "serve/page.h"

/* page_login.c */
enum rc page_login(struct page *page);
enum rc page_login_post(struct page *page);
enum rc page_logout_post(struct page *page);
enum rc page_password(struct page *page);
enum rc page_password_post(struct page *page);
enum rc page_preferences_post(struct page *page);
enum rc page_session(struct page *page);

/* page_source.c */
enum rc page_source_list(struct page *page);
enum rc page_source(struct page *page);
enum rc page_source_original(struct page *page);
enum rc page_draft_original(struct page *page);
enum rc page_source_import(struct page *page);
enum rc page_source_import_post(struct page *page);

/* page_draft.c */
enum rc page_draft(struct page *page);
enum rc page_draft_op_post(struct page *page);
enum rc page_draft_confirm_post(struct page *page);

/* page_home.c */
enum rc page_home(struct page *page);
enum rc page_about(struct page *page);

#endif
