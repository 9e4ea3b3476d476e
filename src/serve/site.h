/* site.h: what the public sees of bulletins: pages without script, the same in a directory for an outside web server
 * and from the program's own public listener.
 *
 * All files lie in one directory: index.html, TB-2026-001.html for each bulletin and beside it TB-2026-001.docx, .pdf
 * and .ofd, feed.xml, site.css, favicon.svg; the same pages with an English frame are index.en.html and so on.  A
 * bulletin keeps its address for ever.  Only released versions are read, nothing of the register.
 */
#ifndef BIHUAN_SERVE_SITE_H
#define BIHUAN_SERVE_SITE_H

#include "base/ctx.h"
#include "base/value.h"
#include "db/db.h"
#include "serve/messages.h"
#include "publish/doc.h"
#include "serve/mustache.h"

enum { SITE_FORMATS = 3 };
struct site_format {
    const char *ending;
    enum rc (*write)(struct doc *doc, struct buf *out);
};
extern const struct site_format site_formats[SITE_FORMATS];

struct site {
    struct ctx *ctx;
    struct db *db;
    const struct mustache_set *templates;
    struct str base; /* address of the directory, with a slash at the end; empty: links are relative */
    enum lang lang;
    bool is_live;   /* from the public listener, where comments can be given */
    bool is_strict; /* tests: an unknown name in a template is an error */
};

/* Each appends a whole page.  RC_NOT_FOUND for a bulletin that is not public (never released, withdrawn). */
enum rc site_index(struct site *site, struct buf *out) MUST_CHECK;
enum rc site_bulletin(struct site *site, struct str no, struct buf *out) MUST_CHECK;
/* The bulletin as a file: format is an ending of site_formats.  Not for the live listener, whose pages must cost
 * little. */
enum rc site_file(struct site *site, struct str no, const char *format, struct buf *out) MUST_CHECK;
enum rc site_feed(struct site *site, struct buf *out) MUST_CHECK;
/* A page of template name over view, in the frame of the site. */
enum rc site_page(struct site *site, const char *name, struct value *view, struct buf *out) MUST_CHECK;
/* Rows {no, title, ...} of what is public, newest first. */
enum rc site_list(struct site *site, struct value **ret_rows) MUST_CHECK;
/* Puts where the same page is in the other language: stem "receipt", tail "?no=...". */
void site_put_other(struct site *site, struct value *view, const char *stem, struct str tail);
/* The page in the place of the comment form of a bulletin whose window is over, in both languages: when it was, whom
 * to write to or call.  RC_NOT_FOUND as above. */
enum rc site_window_over(struct site *site, struct str no, struct buf *out) MUST_CHECK;
/* The page of a refusal, in both languages; reads nothing. */
enum rc site_error(struct site *site, int status, struct buf *out) MUST_CHECK;

/* Writes the whole site beside dir and puts it in its place in one step, so that a web server sees the old site or the
 * new one.  dir must be absent, empty, or a site of ours.  RC_CONFLICT for another directory, RC_IO. */
enum rc site_write(struct site *site, const char *dir, int64_t *ret_files) MUST_CHECK;

#endif
