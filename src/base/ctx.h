/* ctx.h: what one piece of work carries with it: memory and the detail of its failure.
 *
 * A library that fails returns an enum rc and, where the fact is known, puts
 * the detail here: a message key (data/messages), its arguments, the field it is
 * about and the place (row, cell, file).  The detail is shown or logged once, at
 * the edge.  Several details may be gathered (a form with three wrong fields, a
 * sheet with forty wrong rows), up to CTX_ISSUES_MAX; more are only counted.
 */
#ifndef BIHUAN_BASE_CTX_H
#define BIHUAN_BASE_CTX_H

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

enum { CTX_ISSUES_MAX = 200, CTX_ARGS_MAX = 4 };

struct ctx_issue {
    struct ctx_issue *next;
    enum rc rc;
    struct str key;                /* message key; "" means the code's own */
    struct str field;              /* machine name of the field, or "" */
    struct str place;              /* "row 12", "cell B7", a file name, or "" */
    struct str args[CTX_ARGS_MAX]; /* {0}..{3} of the message */
    int arg_count;
};

struct ctx {
    struct arena *arena; /* request arena: results and details live here */
    struct ctx_issue *first, *last;
    long issue_count; /* also those over CTX_ISSUES_MAX */
};

/* Puts a detail on ctx and returns rc, so that a function can `return ctx_fail(...)`.
 * key NULL takes the code's own message; args are copied; field and place may be empty. */
enum rc ctx_fail(struct ctx *ctx, enum rc rc, const char *key, struct str field, struct str place,
                 const struct str *args, int arg_count);
/* The usual short forms. */
enum rc ctx_fail_key(struct ctx *ctx, enum rc rc, const char *key);
enum rc ctx_fail_field(struct ctx *ctx, enum rc rc, const char *key, const char *field);
/* With one formatted argument {0}. */
enum rc ctx_fail_format(struct ctx *ctx, enum rc rc, const char *key, const char *format, ...) PRINTF_LIKE(4, 5);
/* Forgets the details. */
void ctx_clear_issues(struct ctx *ctx);

#endif
