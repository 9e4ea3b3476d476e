/* templates.h: the page templates of web/templates, built into the program. */
#ifndef BIHUAN_SERVE_TEMPLATES_H
#define BIHUAN_SERVE_TEMPLATES_H

#include "base/ctx.h"
#include "serve/mustache.h"

struct template_file {
    struct str name; /* without ".html" */
    struct str source;
};

/* Made by template_embed.c. */
extern const struct template_file template_table[];
extern const size_t template_table_n;

/* Compiles and links all templates; constants are messages ("t.KEY") and addresses of built-in files ("static.NAME").
 */
enum rc templates_load(struct ctx *ctx, struct mustache_set **ret_set) MUST_CHECK;

#endif
