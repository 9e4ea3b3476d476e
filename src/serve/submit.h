/* submit.h: a POST becomes a command. */
#ifndef BIHUAN_SERVE_SUBMIT_H
#define BIHUAN_SERVE_SUBMIT_H

#include "serve/page.h"

/* Parses the body into page->form and checks that the request comes from our own page: RC_FORBIDDEN, RC_BAD_REQUEST ...
 */
/* Whether the request's head says that it comes from a page of this site, or from no page. */
bool submit_is_own_origin(const struct page *page);
enum rc submit_check(struct page *page) MUST_CHECK;
/* Reads the input and hands the command to the writer, which answers when it is durable.  RC_OK: the request is no
 * longer the caller's. */
enum rc submit_command(struct page *page, const struct command *command) MUST_CHECK;
/* For POST pages that are no plain command: runs one and waits.  raw is typed by the command's fields. */
enum rc submit_and_wait(struct page *page, const struct command *command, const struct value *raw,
                        struct value **ret_result) MUST_CHECK;
/* The same for bookkeeping of local tables. */
enum rc submit_work(struct page *page, enum rc (*work)(struct ctx *, struct db *, void *), void *arg) MUST_CHECK;

#endif
