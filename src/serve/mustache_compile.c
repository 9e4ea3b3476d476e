/* mustache_compile.c: template text into ops; see mustache.h.
 *
 * Invariant: op[i].end is the index after the op's body, so that a body is skipped by one assignment.
 */
#include "serve/mustache_ops.h"

enum { NESTING_MAX = 32, DELIMITER_BYTES_MAX = 8 };

typedef VEC(struct mustache_op) op_vec;

struct compiler {
    struct ctx *ctx;
    struct arena *arena;
    struct mustache *tpl;
    struct str source;
    struct str open, close; /* delimiters */
    size_t at;              /* next byte to read */
    size_t line_start;      /* offset of the line that at is on */
    uint32_t line;
    op_vec ops;
    uint32_t nesting[NESTING_MAX];
    size_t depth;
};

struct tag {
    char sigil; /* 0 for a plain name */
    struct str body;
    size_t from, to; /* in the source */
    uint32_t line;
};

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static enum rc fault(struct compiler *c, const char *key, uint32_t line, struct str name)
{
    return mustache_fault(c->ctx, RC_INVALID, key, c->tpl->name, line, name);
}

static enum rc push_op(struct compiler *c, struct mustache_op op)
{
    op.end = (uint32_t)c->ops.n + 1;
    return VEC_PUSH(c->arena, &c->ops, op) ? RC_OK : arena_rc(c->arena);
}

/* Moves the line counter over source[from, to). */
static void count_lines(struct compiler *c, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (c->source.p[i] == '\n') {
            c->line++;
            c->line_start = i + 1;
        }
    }
}

static enum rc split_name(struct compiler *c, struct str text, uint32_t line, struct mustache_name *ret_name)
{
    struct mustache_name name = {.text = text};
    if (text.n == 0)
        return fault(c, "template.empty_name", line, text);
    for (size_t i = 0; i < text.n; i++)
        if (is_blank(text.p[i]) || text.p[i] == '\n' || text.p[i] == '\r')
            return fault(c, "template.bad_name", line, text);
    if (!str_equal(text, STR("."))) {
        size_t count = 1;
        for (size_t i = 0; i < text.n; i++)
            count += text.p[i] == '.';
        name.parts = ARENA_NEW_ARRAY(c->arena, struct str, count);
        if (!name.parts)
            return arena_rc(c->arena);
        struct str rest = text, part;
        while (name.part_count < count && str_split_next(&rest, '.', &part))
            name.parts[name.part_count++] = part;
        for (uint32_t i = 0; i < name.part_count; i++)
            if (name.parts[i].n == 0)
                return fault(c, "template.bad_name", line, text);
    }
    *ret_name = name;
    return RC_OK;
}

/* "t.KEY a b": the words after the key are names of arguments. */
static enum rc split_arguments(struct compiler *c, struct str words, uint32_t line,
                               struct mustache_constant **ret_constant)
{
    struct mustache_constant *constant = ARENA_NEW(c->arena, struct mustache_constant);
    struct mustache_name *args = ARENA_NEW_ARRAY(c->arena, struct mustache_name, CTX_ARGS_MAX);
    if (!constant || !args)
        return arena_rc(c->arena);
    constant->args = args;
    struct str rest = words, word;
    while (str_split_next(&rest, ' ', &word)) {
        word = str_trim(word);
        if (word.n == 0)
            continue;
        if (constant->arg_count == CTX_ARGS_MAX)
            return fault(c, "template.too_many_arguments", line, words);
        TRY(split_name(c, word, line, &args[constant->arg_count]));
        constant->arg_count++;
    }
    *ret_constant = constant;
    return RC_OK;
}

static enum rc read_tag(struct compiler *c, struct tag *tag)
{
    size_t at = tag->from + c->open.n;
    struct str close = c->close;
    char sigil = at < c->source.n ? c->source.p[at] : '\0';
    bool is_triple = sigil == '{' && str_equal(c->open, STR("{{"));
    if (is_triple)
        close = STR("}}}");
    size_t from = at;
    if (sigil == '=') {
        /* the closing mark of a delimiter tag is "=" and the old delimiter */
        size_t end = str_find(c->source, close, at + 1);
        if (end == SIZE_MAX || end <= at + 1 || c->source.p[end - 1] != '=')
            return fault(c, "template.unclosed_tag", tag->line, STR("="));
        tag->sigil = '=';
        tag->body = str_trim(str_slice(c->source, at + 1, end - 1));
        tag->to = end + close.n;
        return RC_OK;
    }
    if (is_triple || (sigil && strchr("#^/>!&<$", sigil)))
        from++;
    else
        sigil = '\0';
    size_t end = str_find(c->source, close, from);
    if (end == SIZE_MAX)
        return fault(c, "template.unclosed_tag", tag->line, str_slice(c->source, tag->from, tag->from + 30));
    tag->sigil = sigil;
    tag->body = str_trim(str_slice(c->source, from, end));
    tag->to = end + close.n;
    return RC_OK;
}

/* True when only blanks stand around the tag on its lines; *ret_next is where the text goes on. */
static bool is_alone(const struct compiler *c, const struct tag *tag, size_t line_start, size_t *ret_next)
{
    if (tag->sigil == '\0' || tag->sigil == '{' || tag->sigil == '&')
        return false;
    for (size_t i = line_start; i < tag->from; i++)
        if (!is_blank(c->source.p[i]))
            return false;
    size_t i = tag->to;
    while (i < c->source.n && is_blank(c->source.p[i]))
        i++;
    if (i + 1 < c->source.n && c->source.p[i] == '\r' && c->source.p[i + 1] == '\n')
        i++;
    if (i < c->source.n && c->source.p[i] != '\n')
        return false;
    *ret_next = i < c->source.n ? i + 1 : i;
    return true;
}

static enum rc push_text(struct compiler *c, size_t from, size_t to, bool is_line_start)
{
    if (from >= to)
        return RC_OK;
    return push_op(c, (struct mustache_op){.kind = OP_TEXT,
                                           .text = str_slice(c->source, from, to),
                                           .is_line_start = is_line_start,
                                           .line = c->line});
}

static enum rc set_delimiters(struct compiler *c, const struct tag *tag)
{
    struct str rest = tag->body, word, words[2] = {STR_EMPTY, STR_EMPTY};
    size_t n = 0;
    while (str_split_next(&rest, ' ', &word)) {
        word = str_trim(word);
        if (word.n == 0)
            continue;
        if (n == 2 || word.n > DELIMITER_BYTES_MAX || str_find_byte(word, '=', 0) != SIZE_MAX)
            return fault(c, "template.bad_delimiters", tag->line, tag->body);
        words[n++] = word;
    }
    if (n != 2)
        return fault(c, "template.bad_delimiters", tag->line, tag->body);
    c->open = words[0];
    c->close = words[1];
    return RC_OK;
}

static enum rc close_section(struct compiler *c, const struct tag *tag)
{
    if (c->depth == 0)
        return fault(c, "template.not_open", tag->line, tag->body);
    struct mustache_op *op = &c->ops.p[c->nesting[c->depth - 1]];
    if (!str_equal(op->name.text, tag->body))
        return fault(c, "template.wrong_close", tag->line, tag->body);
    op->end = (uint32_t)c->ops.n;
    c->depth--;
    return RC_OK;
}

static enum rc push_tag(struct compiler *c, const struct tag *tag, struct str indent, bool is_line_start,
                        bool is_alone_on_line)
{
    struct mustache_op op = {.line = tag->line, .is_line_start = is_line_start, .is_standalone = is_alone_on_line};
    struct str name = tag->body;
    switch (tag->sigil) {
    case '\0':
    case '{':
    case '&': {
        op.kind = tag->sigil ? OP_RAW : OP_NAME;
        size_t blank = str_has_prefix(name, STR("t.")) ? str_find_byte(name, ' ', 0) : SIZE_MAX;
        if (blank != SIZE_MAX) {
            TRY(split_arguments(c, str_slice(name, blank, name.n), tag->line, &op.constant));
            name = str_slice(name, 0, blank);
        }
        break;
    }
    case '#':
        op.kind = OP_SECTION;
        break;
    case '^':
        op.kind = OP_INVERTED;
        break;
    case '$':
        op.kind = OP_BLOCK;
        break;
    case '<':
        op.kind = OP_LAYOUT;
        op.text = indent;
        break;
    case '>':
        op.kind = OP_PARTIAL;
        op.text = indent;
        break;
    }
    if (tag->sigil == '>' || tag->sigil == '<' || tag->sigil == '$') {
        if (name.n == 0)
            return fault(c, "template.empty_name", tag->line, name);
        op.name.text = name;
    } else {
        TRY(split_name(c, name, tag->line, &op.name));
    }
    if (strchr("#^<$", tag->sigil) && tag->sigil) {
        if (c->depth == NESTING_MAX)
            return fault(c, "template.too_deep", tag->line, name);
        c->nesting[c->depth++] = (uint32_t)c->ops.n;
    }
    return push_op(c, op);
}

/* A template has about one text before each tag: room for all of them at once, since an arena keeps what was outgrown.
 */
static enum rc reserve_ops(struct compiler *c)
{
    size_t tags = 0;
    for (size_t at = 0; (at = str_find(c->source, c->open, at)) != SIZE_MAX; at += c->open.n)
        tags++;
    c->ops.room = 2 * tags + 1;
    c->ops.p = arena_alloc_array(c->arena, c->ops.room, sizeof *c->ops.p);
    return c->ops.p ? RC_OK : arena_rc(c->arena);
}

enum rc mustache_compile(struct ctx *ctx, struct arena *arena, struct mustache *tpl, struct str source)
{
    struct compiler c = {
        .ctx = ctx, .arena = arena, .tpl = tpl, .source = source, .open = STR("{{"), .close = STR("}}"), .line = 1};
    TRY(reserve_ops(&c));
    while (c.at < source.n) {
        size_t text_from = c.at;
        bool is_text_at_start = text_from == c.line_start;
        size_t from = str_find(source, c.open, c.at);
        if (from == SIZE_MAX) {
            TRY(push_text(&c, text_from, source.n, is_text_at_start));
            break;
        }
        count_lines(&c, text_from, from);
        struct tag tag = {.from = from, .line = c.line};
        TRY(read_tag(&c, &tag));
        size_t next = tag.to, line_start = c.line_start;
        bool is_alone_on_line = is_alone(&c, &tag, line_start, &next);
        struct str indent = STR_EMPTY;
        size_t text_to = from;
        if (is_alone_on_line) {
            indent = str_slice(source, line_start, from);
            text_to = line_start;
        }
        TRY(push_text(&c, text_from, text_to, is_text_at_start));
        bool is_first = !is_alone_on_line && from == line_start;
        if (tag.sigil == '=')
            TRY(set_delimiters(&c, &tag));
        else if (tag.sigil == '/')
            TRY(close_section(&c, &tag));
        else if (tag.sigil != '!')
            TRY(push_tag(&c, &tag, indent, is_first, is_alone_on_line));
        count_lines(&c, from, next);
        c.at = next;
    }
    if (c.depth) {
        const struct mustache_op *op = &c.ops.p[c.nesting[c.depth - 1]];
        return fault(&c, "template.unclosed_section", op->line, op->name.text);
    }
    tpl->ops = c.ops.p;
    tpl->op_count = (uint32_t)c.ops.n;
    return RC_OK;
}
