/* mustache_ops.h: the compiled form, shared by the compiler, the linker, the renderer and lint only. */
#ifndef BIHUAN_SERVE_MUSTACHE_OPS_H
#define BIHUAN_SERVE_MUSTACHE_OPS_H

#include "base/map.h"
#include "base/vec.h"
#include "serve/mustache.h"

enum mustache_op_kind {
    OP_TEXT,     /* text */
    OP_NAME,     /* {{x}} */
    OP_RAW,      /* {{{x}}} {{&x}} */
    OP_SECTION,  /* {{#x}} body up to end */
    OP_INVERTED, /* {{^x}} */
    OP_PARTIAL,  /* {{>x}} target, text = indentation */
    OP_LAYOUT,   /* {{<x}} blocks up to end, target, text = indentation */
    OP_BLOCK,    /* {{$x}} default body up to end */
    OP_CONSTANT  /* {{t.X a b}} {{static.X}}, after linking */
};

struct mustache_name {
    struct str text;
    struct str *parts; /* split at dots; none for "." */
    uint32_t part_count;
};

/* A message cut at its placeholders: text, then the argument when arg >= 0. */
struct mustache_piece {
    struct str text; /* already escaped */
    int arg;
};

struct mustache_pieces {
    struct mustache_piece *p;
    size_t n;
};

struct mustache_constant {
    struct mustache_name *args; /* names that fill {0} {1} .. */
    size_t arg_count;
    struct mustache_pieces many[MUSTACHE_VARIANTS_MAX];
    struct mustache_pieces one[MUSTACHE_VARIANTS_MAX]; /* n == 0: there is no singular form */
};

struct mustache_op {
    uint8_t kind;
    bool is_line_start; /* nothing stands before it on its line */
    bool is_standalone; /* partial or layout alone on its line */
    uint32_t line;
    uint32_t end; /* index after the body; for ops without body the next index */
    struct str text;
    struct mustache_name name;
    union {
        const struct mustache *target;      /* NULL: unknown partial */
        struct mustache_constant *constant; /* of OP_NAME and OP_RAW: arguments or NULL */
    };
};

struct mustache {
    struct str name;
    struct mustache_op *ops;
    uint32_t op_count;
    struct mustache *next; /* in order of mustache_set_add */
};

struct mustache_set {
    struct arena *arena;
    struct map by_name;
    struct mustache *first, *last;
    int variants;
    bool is_linked;
};

/* Puts a fault at template:line on ctx. */
enum rc mustache_fault(struct ctx *ctx, enum rc rc, const char *key, struct str tpl, uint32_t line, struct str name);
/* Compiles source, which lives as long as arena, into tpl->ops. */
enum rc mustache_compile(struct ctx *ctx, struct arena *arena, struct mustache *tpl, struct str source) MUST_CHECK;

#endif
