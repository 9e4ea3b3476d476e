/* mustache_render.c: ops and a value tree into bytes; see mustache.h.
 *
 * Made for speed: a list page is some thousand ops.  A context with many names gets a small table of them when it is
 * first asked, because a row of a list is asked some dozen times, often for names that only the page has; output goes
 * through an inlined append and is NUL-terminated once at the end.
 */
#include <string.h>

#include "serve/mustache_ops.h"

enum { SLOTS = 128, SLOTS_USED_MAX = 96, SLOTS_WORTH = 6 };

/* One context of the stack, on the C stack. */
struct frame {
    const struct value *value;
    struct frame *up;
    bool has_slots;
    const struct value *slots[SLOTS]; /* open addressing; filled when has_slots */
};

/* A layout being filled: its blocks are ops (op, op->end) of tpl. */
struct filling {
    const struct mustache *tpl;
    const struct mustache_op *op;
    const struct filling *up;
};

struct render {
    struct ctx *ctx;
    struct buf *out;
    struct str indent;
    const struct filling *fillings;
    int variant;
    int depth;
    enum mustache_mode mode;
    enum rc rc;
};

static void render_ops(struct render *r, const struct mustache *tpl, uint32_t i, uint32_t end, struct frame *frame);

static inline void put(struct buf *out, const char *p, size_t n)
{
    if (n == 0)
        return;
    if (out->rc == RC_OK && n < out->room - out->n && n <= out->ceiling_bytes - out->n) {
        memcpy(out->p + out->n, p, n);
        out->n += n;
    } else {
        buf_add_bytes(out, p, n);
    }
}

static const unsigned char special[256] = {['&'] = 1, ['<'] = 2, ['>'] = 3, ['"'] = 4, ['\''] = 5};
static const struct str entities[] = {{"", 0}, {"&amp;", 5}, {"&lt;", 4}, {"&gt;", 4}, {"&quot;", 6}, {"&#39;", 5}};

static inline void put_escaped(struct buf *out, struct str s)
{
    const char *p = s.p, *run = s.p, *end = s.p + s.n;
    for (; p < end; p++) {
        unsigned char which = special[(unsigned char)*p];
        if (__builtin_expect(which, 0)) {
            put(out, run, (size_t)(p - run));
            put(out, entities[which].p, entities[which].n);
            run = p + 1;
        }
    }
    put(out, run, (size_t)(end - run));
}

void mustache_escape(struct buf *out, struct str s)
{
    if (s.n)
        put_escaped(out, s);
    buf_add_bytes(out, "", 0);
}

static void report(struct render *r, const char *key, const struct mustache *tpl, const struct mustache_op *op,
                   struct str name)
{
    if (r->mode == MUSTACHE_STRICT)
        r->rc = mustache_fault(r->ctx, RC_INVALID, key, tpl->name, op->line, name);
}

static inline bool key_equal(struct str a, struct str b)
{
    return a.n == b.n && a.p[0] == b.p[0] && memcmp(a.p, b.p, b.n) == 0;
}

static inline unsigned slot_of(struct str key)
{
    return ((unsigned)key.n * 5 + (unsigned char)key.p[0] * 3 + (unsigned char)key.p[key.n / 2] * 7 +
            (unsigned char)key.p[key.n - 1] * 31) %
           SLOTS;
}

/* The first of equal keys stands first, as in the list. */
static void fill_slots(struct frame *frame)
{
    memset(frame->slots, 0, sizeof frame->slots);
    for (const struct value *at = frame->value->items.first; at; at = at->next) {
        if (at->key.n == 0)
            continue;
        unsigned i = slot_of(at->key);
        while (frame->slots[i])
            i = (i + 1) % SLOTS;
        frame->slots[i] = at;
    }
    frame->has_slots = true;
}

static inline const struct value *find_in_frame(struct frame *frame, struct str key)
{
    const struct value *map = frame->value;
    if (map->kind != VALUE_MAP)
        return NULL;
    if (map->items.n < SLOTS_WORTH || map->items.n > SLOTS_USED_MAX) {
        for (const struct value *at = map->items.first; at; at = at->next)
            if (key_equal(at->key, key))
                return at;
        return NULL;
    }
    if (!frame->has_slots)
        fill_slots(frame);
    for (unsigned i = slot_of(key); frame->slots[i]; i = (i + 1) % SLOTS)
        if (key_equal(frame->slots[i]->key, key))
            return frame->slots[i];
    return NULL;
}

/* NULL when the name is unknown.  A null on the way makes the whole path null. */
static const struct value *look_up(struct frame *frame, const struct mustache_name *name)
{
    if (name->part_count == 0)
        return frame->value;
    const struct value *found = NULL;
    for (; frame && !found; frame = frame->up)
        found = find_in_frame(frame, name->parts[0]);
    for (uint32_t i = 1; found && i < name->part_count; i++) {
        if (found->kind == VALUE_NULL)
            return found;
        found = value_get_str(found, name->parts[i]);
    }
    return found;
}

static void put_value(struct render *r, const struct mustache *tpl, const struct mustache_op *op,
                      const struct mustache_name *name, struct frame *frame)
{
    const struct value *v = look_up(frame, name);
    if (!v) {
        report(r, "template.unknown_name", tpl, op, name->text);
        return;
    }
    switch (v->kind) {
    case VALUE_TEXT:
    case VALUE_HTML:
        if (op->kind == OP_RAW && (v->kind == VALUE_HTML || r->mode == MUSTACHE_SPEC)) {
            put(r->out, v->text.p, v->text.n);
            break;
        }
        if (op->kind == OP_RAW)
            report(r, "template.not_html", tpl, op, name->text);
        put_escaped(r->out, v->text);
        break;
    case VALUE_INT:
        buf_add_int64(r->out, v->integer);
        break;
    case VALUE_BOOL:
        buf_add(r->out, v->boolean ? STR("true") : STR("false"));
        break;
    case VALUE_NULL:
        break;
    case VALUE_LIST:
    case VALUE_MAP:
        report(r, "template.not_text", tpl, op, name->text);
        break;
    }
}

static bool is_truthy(const struct value *v)
{
    switch (v->kind) {
    case VALUE_NULL:
        return false;
    case VALUE_BOOL:
        return v->boolean;
    case VALUE_INT:
        return true;
    case VALUE_TEXT:
    case VALUE_HTML:
        return v->text.n > 0;
    case VALUE_LIST:
        return v->items.first != NULL;
    case VALUE_MAP:
        return true;
    }
    return false;
}

/* Guards recursion; the caller leaves when false. */
static bool enter(struct render *r)
{
    if (r->depth == MUSTACHE_DEPTH_MAX) {
        buf_fail(r->out, RC_TOO_LARGE);
        return false;
    }
    r->depth++;
    return true;
}

/* The outermost (most derived) filling of a block, or NULL. */
static const struct mustache_op *find_filling(const struct render *r, struct str name, const struct mustache **ret_tpl)
{
    const struct mustache_op *found = NULL;
    for (const struct filling *filling = r->fillings; filling; filling = filling->up) {
        const struct mustache *tpl = filling->tpl;
        uint32_t i = (uint32_t)(filling->op - tpl->ops) + 1;
        while (i < filling->op->end) {
            const struct mustache_op *op = &tpl->ops[i];
            if (op->kind == OP_BLOCK && str_equal(op->name.text, name)) {
                found = op;
                *ret_tpl = tpl;
                break;
            }
            i = op->end;
        }
    }
    return found;
}

/* Whether the filling of a block says anything here: it is rendered and taken back. */
static bool is_filled(struct render *r, struct str name, struct frame *frame)
{
    const struct mustache *from;
    const struct mustache_op *body = find_filling(r, name, &from);
    if (!body || !enter(r))
        return false;
    size_t n = r->out->n;
    render_ops(r, from, (uint32_t)(body - from->ops) + 1, body->end, frame);
    bool is_some = buf_rc(r->out) == RC_OK && r->out->n > n;
    buf_truncate(r->out, n);
    r->depth--;
    return is_some;
}

static void render_section(struct render *r, const struct mustache *tpl, const struct mustache_op *op, uint32_t i,
                           struct frame *frame)
{
    if (op->name.text.p[0] == '$') {
        if (is_filled(r, str_slice(op->name.text, 1, op->name.text.n), frame) == (op->kind == OP_SECTION))
            render_ops(r, tpl, i + 1, op->end, frame);
        return;
    }
    const struct value *v = look_up(frame, &op->name);
    if (!v)
        report(r, "template.unknown_name", tpl, op, op->name.text);
    bool is_true = v && is_truthy(v);
    if (op->kind == OP_INVERTED) {
        if (!is_true)
            render_ops(r, tpl, i + 1, op->end, frame);
        return;
    }
    if (!is_true)
        return;
    struct frame inner; /* its slots are filled when they are needed */
    inner.up = frame;
    if (v->kind == VALUE_LIST) {
        for (const struct value *item = v->items.first; item && r->out->rc == RC_OK; item = item->next) {
            inner.value = item;
            inner.has_slots = false;
            render_ops(r, tpl, i + 1, op->end, &inner);
        }
    } else {
        inner.value = v;
        inner.has_slots = false;
        render_ops(r, tpl, i + 1, op->end, v->kind == VALUE_BOOL ? frame : &inner);
    }
}

static void render_target(struct render *r, const struct mustache_op *op, struct frame *frame)
{
    if (!op->target || !enter(r))
        return;
    struct str saved = r->indent;
    if (!op->is_standalone)
        r->indent = STR_EMPTY;
    else if (op->text.n && saved.n)
        r->indent = arena_concat(r->ctx->arena, saved, op->text);
    else if (op->text.n)
        r->indent = op->text;
    render_ops(r, op->target, 0, op->target->op_count, frame);
    r->indent = saved;
    r->depth--;
}

static void render_block(struct render *r, const struct mustache *tpl, const struct mustache_op *op,
                         struct frame *frame)
{
    const struct mustache *from = tpl;
    const struct mustache_op *body = find_filling(r, op->name.text, &from);
    if (!body)
        body = op;
    if (!enter(r))
        return;
    render_ops(r, from, (uint32_t)(body - from->ops) + 1, body->end, frame);
    r->depth--;
}

static void render_constant(struct render *r, const struct mustache *tpl, const struct mustache_op *op,
                            struct frame *frame)
{
    const struct mustache_constant *constant = op->constant;
    const struct mustache_pieces *pieces = &constant->many[r->variant];
    if (constant->one[r->variant].n) {
        const struct value *first = look_up(frame, &constant->args[0]);
        if (first && first->kind == VALUE_INT && first->integer == 1)
            pieces = &constant->one[r->variant];
    }
    for (size_t i = 0; i < pieces->n; i++) {
        put(r->out, pieces->p[i].text.p, pieces->p[i].text.n);
        if (pieces->p[i].arg >= 0 && (size_t)pieces->p[i].arg < constant->arg_count)
            put_value(r, tpl, op, &constant->args[pieces->p[i].arg], frame);
    }
}

/* Text with the indentation before every line that begins in it and is not empty. */
static void put_indented(struct render *r, const struct mustache_op *op)
{
    const char *p = op->text.p, *end = p + op->text.n;
    bool is_start = op->is_line_start;
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        const char *next = eol ? eol + 1 : end;
        if (is_start && *p != '\n' && *p != '\r')
            put(r->out, r->indent.p, r->indent.n);
        put(r->out, p, (size_t)(next - p));
        is_start = true;
        p = next;
    }
}

static void render_ops(struct render *r, const struct mustache *tpl, uint32_t i, uint32_t end, struct frame *frame)
{
    while (i < end && buf_rc(r->out) == RC_OK) { /* else partials that branch and call themselves never end */
        const struct mustache_op *op = &tpl->ops[i];
        if (r->indent.n && op->is_line_start && op->kind != OP_TEXT)
            put(r->out, r->indent.p, r->indent.n);
        switch ((enum mustache_op_kind)op->kind) {
        case OP_TEXT:
            if (r->indent.n)
                put_indented(r, op);
            else
                put(r->out, op->text.p, op->text.n);
            break;
        case OP_NAME:
        case OP_RAW:
            put_value(r, tpl, op, &op->name, frame);
            break;
        case OP_SECTION:
        case OP_INVERTED:
            render_section(r, tpl, op, i, frame);
            break;
        case OP_PARTIAL:
            render_target(r, op, frame);
            break;
        case OP_LAYOUT: {
            struct filling filling = {tpl, op, r->fillings};
            r->fillings = &filling;
            render_target(r, op, frame);
            r->fillings = filling.up;
            break;
        }
        case OP_BLOCK:
            render_block(r, tpl, op, frame);
            break;
        case OP_CONSTANT:
            render_constant(r, tpl, op, frame);
            break;
        }
        i = op->end;
    }
}

enum rc mustache_render(struct ctx *ctx, const struct mustache *tpl, const struct value *view, int variant,
                        enum mustache_mode mode, struct buf *out)
{
    static const struct value nothing = {.kind = VALUE_NULL};
    struct render r = {.ctx = ctx, .out = out, .variant = variant, .mode = mode};
    struct frame frame;
    frame.value = view ? view : &nothing;
    frame.up = NULL;
    frame.has_slots = false;
    render_ops(&r, tpl, 0, tpl->op_count, &frame);
    buf_add_bytes(out, "", 0);
    TRY(buf_rc(out));
    return r.rc;
}
