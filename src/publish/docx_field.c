/* docx_field.c: fields in text; see docx_field.h. */
#include "publish/docx_field.h"

#include "text/utf8.h"

enum { AROUND_CHARS = 60, BEFORE_CHARS = 20 };

/* Of a long paragraph the part in which what stands. */
static struct str part_around(struct fill *fill, struct str what)
{
    struct str around = fill->around, tail = STR("}}");
    size_t at = str_find(around, arena_concat(fill->ctx->arena, what, tail), 0);
    if (at == SIZE_MAX)
        at = str_find(around, what, 0);
    size_t before = at == SIZE_MAX ? 0 : utf8_count(str_slice(around, 0, at));
    if (before + utf8_count(what) + tail.n <= AROUND_CHARS)
        return utf8_cut_count(around, AROUND_CHARS);
    size_t from = utf8_cut_count(around, before > BEFORE_CHARS ? before - BEFORE_CHARS : 0).n;
    return utf8_cut_count(str_slice(around, from, around.n), AROUND_CHARS);
}

void fill_fault(struct fill *fill, const char *key, struct str what)
{
    struct str args[2] = {what, part_around(fill, what)};
    for (const struct ctx_issue *issue = fill->ctx->first; issue;
         issue = issue->next) /* once, however often its row is repeated */
        if (str_equal_cstr(issue->key, key) && str_equal(issue->place, fill->place) && str_equal(issue->args[0], what))
            return;
    if (fill->faults++ < FILL_FAULTS_MAX) {
        enum rc rc = ctx_fail(fill->ctx, RC_INVALID, key, STR("template"), fill->place, args, 2);
        (void)rc; /* told at the end, with the others */
    }
}

/* ---- names and values ---------------------------------------------------------------------------------------- */

bool fill_is_name(struct str s)
{
    bool is = s.n > 0;
    for (size_t i = 0; i < s.n; i++)
        is &= (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_' || s.p[i] == '.';
    return is;
}

const struct value *fill_look_up(const struct fill *fill, struct str name)
{
    struct str rest = name, part;
    const struct value *found = NULL;
    if (str_equal(name, STR(".")))
        return fill->scopes[fill->depth - 1];
    if (!str_split_next(&rest, '.', &part))
        return NULL;
    for (int i = fill->depth - 1; i >= 0 && !found; i--)
        found = value_get_str(fill->scopes[i], part);
    while (found && str_split_next(&rest, '.', &part))
        found = value_get_str(found, part);
    return found;
}

const struct value *fill_need(struct fill *fill, struct str name)
{
    static const struct value nothing = {.kind = VALUE_NULL};
    const struct value *found = fill_is_name(name) ? fill_look_up(fill, name) : NULL;
    if (!found)
        fill_fault(fill, "template.unknown_field", name);
    return found ? found : &nothing;
}

bool fill_is_something(const struct value *v)
{
    switch (v->kind) {
    case VALUE_BOOL:
        return v->boolean;
    case VALUE_INT:
        return v->integer != 0;
    case VALUE_TEXT:
    case VALUE_HTML:
        return v->text.n > 0;
    case VALUE_LIST:
    case VALUE_MAP:
        return v->items.n > 0;
    case VALUE_NULL:
        break;
    }
    return false;
}

struct str fill_text_of(struct fill *fill, const struct value *v)
{
    if (v->kind == VALUE_TEXT || v->kind == VALUE_HTML)
        return v->text;
    if (v->kind == VALUE_INT)
        return arena_format(fill->ctx->arena, "%lld", (long long)v->integer);
    return STR_EMPTY;
}

bool fill_push(struct fill *fill, const struct value *scope)
{
    if (fill->depth >= FILL_SCOPES_MAX) {
        fill_fault(fill, "template.deep", STR_EMPTY);
        return false;
    }
    fill->scopes[fill->depth++] = scope;
    return true;
}

/* ---- tags in text -------------------------------------------------------------------------------------------- */

/* Without blanks, those of a Chinese keyboard and those that are not seen too. */
static struct str trimmed(struct str s)
{
    static const char *const blanks[] = {"\xc2\xa0", "\xe3\x80\x80", "\xe2\x80\x8b", "\xef\xbb\xbf"};
    for (bool is_done = false; !is_done;) {
        is_done = true;
        s = str_trim(s);
        for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
            struct str blank = str_from_cstr(blanks[i]);
            bool is_front = str_has_prefix(s, blank);
            if (!is_front && !str_has_suffix(s, blank))
                continue;
            s = is_front ? str_slice(s, blank.n, s.n) : str_slice(s, 0, s.n - blank.n);
            is_done = false;
        }
    }
    return s;
}

bool fill_next_tag(struct str text, size_t from, struct tag *ret)
{
    size_t open = str_find(text, STR("{{"), from), close = open == SIZE_MAX ? open : str_find(text, STR("}}"), open);
    if (close == SIZE_MAX)
        return false;
    struct str inside = trimmed(str_slice(text, open + 2, close));
    *ret = (struct tag){.from = open, .to = close + 2, .name = inside};
    if (inside.n && (inside.p[0] == '#' || inside.p[0] == '^' || inside.p[0] == '/')) {
        ret->sign = inside.p[0];
        ret->name = trimmed(str_slice(inside, 1, inside.n));
    }
    return true;
}

bool fill_find_close(struct str text, const struct tag *open, struct tag *ret)
{
    int depth = 1;
    for (size_t at = open->to; fill_next_tag(text, at, ret); at = ret->to) {
        if (!str_equal(ret->name, open->name))
            continue;
        depth += ret->sign == '/' ? -1 : ret->sign ? 1 : 0;
        if (!depth)
            return true;
    }
    return false;
}

static void render(struct fill *fill, struct str text, struct buf *out);

static void render_section(struct fill *fill, const struct tag *open, struct str inside, struct buf *out)
{
    const struct value *v = fill_need(fill, open->name);
    bool is_on = fill_is_something(v);
    if (open->sign == '^') {
        if (!is_on)
            render(fill, inside, out);
    } else if (is_on && v->kind == VALUE_LIST) {
        VALUE_EACH (row, v)
            if (fill_push(fill, row)) {
                render(fill, inside, out);
                fill->depth--;
            }
    } else if (is_on && fill_push(fill, v)) {
        render(fill, inside, out);
        fill->depth--;
    }
}

static void render(struct fill *fill, struct str text, struct buf *out)
{
    size_t at = 0;
    struct tag tag, close;
    while (fill_next_tag(text, at, &tag)) {
        buf_add(out, str_slice(text, at, tag.from));
        at = tag.to;
        if (tag.sign == '/') {
            fill_fault(fill, "template.unopened", tag.name);
        } else if (!tag.sign) {
            buf_add(out, fill_text_of(fill, fill_need(fill, tag.name)));
        } else if (fill_find_close(text, &tag, &close)) {
            render_section(fill, &tag, str_slice(text, tag.to, close.from), out);
            at = close.to;
        } else {
            fill_fault(fill, "template.unclosed", tag.name);
        }
    }
    buf_add(out, str_slice(text, at, text.n));
}

struct str fill_rendered(struct fill *fill, struct str text)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, FILL_PART_MAX);
    render(fill, text, &out);
    return arena_copy_str(fill->ctx->arena, buf_str(&out));
}

enum rc docx_fill_text(struct ctx *ctx, struct str text, const struct value *data, struct str place,
                       struct str *ret_text)
{
    struct fill fill = {.ctx = ctx, .scopes = {data}, .depth = 1, .place = place, .around = text};
    *ret_text = fill_rendered(&fill, text);
    TRY(arena_rc(ctx->arena));
    return fill.faults ? RC_INVALID : RC_OK;
}
