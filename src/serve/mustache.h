/* mustache.h: templates compiled once, rendered often.
 *
 * Owns the Mustache language (official spec: comments, delimiters,
 * interpolation, inverted, partials, sections) and these additions, which the
 * spec leaves free:
 *   {{<layout}}{{$block}}...{{/block}}{{/layout}}  the spec's optional inheritance: fills the blocks
 *                                  of a base layout; {{$block}}default{{/block}} declares one.  The most
 *                                  derived template wins.  Block bodies keep their own indentation.
 *   {{#$block}} {{^$block}}        sections over a block: true when it is filled and its filling is not empty here
 *   {{t.KEY}}                      a message of the page's language, looked up when linking
 *   {{t.KEY name other}}           the same with {0} {1} .. filled from names of the view; a message
 *                                  "KEY|one" is taken when the first argument is the number 1
 *   {{static.PATH}}                a constant of the program (address of a built-in file with its digest)
 * Names beginning with "t." and "static." are constants only when linking is given a constants table.
 *
 * False are null, false, the empty list and the empty text; the number 0 is a value, and true.
 * {{x}} escapes & < > " ' always.  {{{x}}} and {{&x}} take VALUE_HTML and numbers; see enum mustache_mode.
 *
 * A set is built by one thread (new, add..., link); after that it is immutable and any thread may render.
 * Source: mustache spec 1.3 (mustache/spec).
 */
#ifndef BIHUAN_SERVE_MUSTACHE_H
#define BIHUAN_SERVE_MUSTACHE_H

#include "base/ctx.h"
#include "base/value.h"

struct mustache_set; /* all templates of the program */
struct mustache;     /* one compiled template, owned by its set */

enum mustache_mode {
    MUSTACHE_SPEC,  /* the letter of the spec: {{{x}}} writes any text raw.  Only for the spec's own cases. */
    MUSTACHE_SAFE,  /* production: {{{x}}} of plain text is escaped, unknown names are empty */
    MUSTACHE_STRICT /* tests: {{{x}}} of plain text, unknown names, lists and maps as text are errors */
};

enum { MUSTACHE_VARIANTS_MAX = 4, MUSTACHE_DEPTH_MAX = 64 };

/* Where constants ("t.KEY", "static.PATH") come from; asked only while linking. */
struct mustache_constants {
    /* Text of name in a variant (language), as plain text; false when there is none.  The text must outlive the set. */
    bool (*find)(void *arg, int variant, struct str name, struct str *ret_text);
    void *arg;
    int variants; /* 1..MUSTACHE_VARIANTS_MAX */
};

/* Empty set; NULL when memory is short. */
struct mustache_set *mustache_set_new(void);
void mustache_set_free(struct mustache_set *set);      /* takes NULL */
void mustache_set_free_ptr(struct mustache_set **set); /* for CLEANUP */
/* Compiles source (copied) under name.  RC_INVALID with "template.*" details at "name:line" for a
 * malformed template, RC_CONFLICT when the name is taken. */
enum rc mustache_set_add(struct ctx *ctx, struct mustache_set *set, struct str name, struct str source) MUST_CHECK;
/* Joins partials and layouts and resolves constants; constants may be NULL (no constants).  RC_INVALID with
 * a detail for each unknown constant, and when is_strict also for each unknown partial. */
enum rc mustache_set_link(struct ctx *ctx, struct mustache_set *set, const struct mustache_constants *constants,
                          bool is_strict) MUST_CHECK;
/* Template by name, or NULL. */
const struct mustache *mustache_set_find(const struct mustache_set *set, struct str name);

/* Appends the page to out.  variant is the language the constants were linked for.  In strict mode every
 * fault is put on ctx (key "template.*", field = name, place = "template:line") and RC_INVALID is
 * returned after the whole page was rendered.  RC_TOO_LARGE when partials nest deeper than
 * MUSTACHE_DEPTH_MAX or out is full, RC_NOMEM. */
enum rc mustache_render(struct ctx *ctx, const struct mustache *tpl, const struct value *view, int variant,
                        enum mustache_mode mode, struct buf *out) MUST_CHECK;

/* Every name the template uses itself, in order of appearance: a list of maps
 * {kind: "text"|"html"|"section"|"inverted"|"partial"|"layout"|"block"|"constant", name, line, scope}, where scope is
 * the enclosing sections joined with "/".  NULL when the arena refuses. */
struct value *mustache_lint(struct arena *arena, const struct mustache *tpl);
/* Names of all templates: a list of texts.  NULL when the arena refuses. */
struct value *mustache_set_names(struct arena *arena, const struct mustache_set *set);
/* Appends s with & < > " ' escaped, for code that makes VALUE_HTML. */
void mustache_escape(struct buf *out, struct str s);

#endif
