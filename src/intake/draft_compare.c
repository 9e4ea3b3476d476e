/* draft_compare.c: see draft_compare.h. */
#include "intake/draft_compare.h"

#include "base/buf.h"

struct comparing {
    struct ctx *ctx;
    struct value *counts, *rows, *widths;
};

enum { FOLDED_MAX = 1 << 22 };

/* Punctuation of both widths counts as the same. */
static struct str folded(struct ctx *ctx, struct str s)
{
    static const char *const pairs[][2] = {{"\xef\xbc\x8c", ","},
                                           {"\xef\xbc\x9b", ";"},
                                           {"\xef\xbc\x9a", ":"},
                                           {"\xef\xbc\x88", "("},
                                           {"\xef\xbc\x89", ")"}};
    struct buf out CLEANUP(buf_done);
    buf_init(&out, FOLDED_MAX);
    for (size_t i = 0; i < s.n;) {
        size_t taken = 0;
        for (size_t k = 0; k < sizeof pairs / sizeof pairs[0] && !taken; k++)
            if (str_has_prefix(str_slice(s, i, s.n), str_from_cstr(pairs[k][0]))) {
                buf_add_cstr(&out, pairs[k][1]);
                taken = 3;
            }
        if (!taken)
            buf_add_char(&out, s.p[i]);
        i += taken ? taken : 1;
    }
    return arena_copy_str(ctx->arena, buf_str(&out));
}

static bool is_same(struct comparing *c, struct str a, struct str b)
{
    return str_equal(a, b) || str_equal(folded(c->ctx, a), folded(c->ctx, b));
}

static void add_to(struct comparing *c, struct value *list, const char *what, struct str place, const char *field,
                   struct str before, struct str after)
{
    struct value *row = value_add_map(c->ctx->arena, list);
    value_put_text(c->ctx->arena, row, "what", str_from_cstr(what));
    value_put_text(c->ctx->arena, row, "place", place);
    value_put_text(c->ctx->arena, row, "field", str_from_cstr(field));
    value_put_text(c->ctx->arena, row, "before", before);
    value_put_text(c->ctx->arena, row, "after", after);
}

static void add_row(struct comparing *c, const char *what, struct str place, const char *field, struct str before,
                    struct str after)
{
    add_to(c, c->rows, what, place, field, before, after);
}

static void compare_text(struct comparing *c, const char *what, struct str place, const char *field, struct str a,
                         struct str b)
{
    if (!is_same(c, a, b))
        add_row(c, what, place, field, a, b);
    else if (!str_equal(a, b))
        add_to(c, c->widths, what, place, field, a, b);
}

/* The number as printed and the title: where a reader finds the piece. */
static struct str place_of(struct comparing *c, const struct value *piece)
{
    struct str no = value_get_text(piece, "no"), title = value_get_text(piece, "title");
    title = title.n ? title : value_get_text(piece, "value");
    return no.n ? arena_concat(c->ctx->arena, arena_concat(c->ctx->arena, no, STR(" ")), title) : title;
}

static void compare_piece(struct comparing *c, const char *what, const struct value *a, const struct value *b,
                          const char *const *fields)
{
    for (int i = 0; fields[i]; i++)
        compare_text(c, what, place_of(c, a), fields[i], value_get_text(a, fields[i]), value_get_text(b, fields[i]));
}

/* Pieces with the same first field belong together; what is left between two such pairs is paired in order. */
static void compare_lists(struct comparing *c, const char *what, const struct value *left, const struct value *right,
                          const char *const *fields)
{
    const struct value *b = right ? right->items.first : NULL;
    VALUE_EACH (a, left) {
        const struct value *found = b;
        while (found && !is_same(c, value_get_text(a, fields[0]), value_get_text(found, fields[0])))
            found = found->next;
        if (!found && b) { /* is the next one of the right somebody else's? */
            const struct value *other = a->next;
            while (other && !is_same(c, value_get_text(other, fields[0]), value_get_text(b, fields[0])))
                other = other->next;
            found = other ? NULL : b;
        }
        if (!found) {
            add_row(c, what, place_of(c, a), "missing", value_get_text(a, fields[0]), STR_EMPTY);
            continue;
        }
        for (; b != found; b = b->next)
            add_row(c, what, place_of(c, b), "added", STR_EMPTY, value_get_text(b, fields[0]));
        compare_piece(c, what, a, b, fields);
        b = b->next;
    }
    for (; b; b = b->next)
        add_row(c, what, place_of(c, b), "added", STR_EMPTY, value_get_text(b, fields[0]));
}

/* ---- counts -------------------------------------------------------------------------------------------------- */

static bool is_lasting(const struct value *piece)
{
    return str_equal(value_get_text(piece, "phase"), STR("long_term"));
}

static void add_count(struct comparing *c, const char *what, int64_t before, int64_t after)
{
    struct value *row = value_add_map(c->ctx->arena, c->counts);
    value_put_text(c->ctx->arena, row, "what", str_from_cstr(what));
    value_put_int(c->ctx->arena, row, "before", before);
    value_put_int(c->ctx->arena, row, "after", after);
    value_put_bool(c->ctx->arena, row, "is_same", before == after);
}

static int64_t count_phase(const struct value *draft, const char *list, bool lasting)
{
    int64_t n = 0;
    VALUE_EACH (piece, value_get(draft, list))
        n += is_lasting(piece) == lasting;
    return n;
}

/* Notes with a mark of their own are the sections of the first part. */
static int64_t count_notes(const struct value *draft)
{
    int64_t n = 0;
    VALUE_EACH (note, value_get(draft, "notes"))
        n += str_has_prefix(value_get_text(note, "no"), STR("(")) ||
             str_has_prefix(value_get_text(note, "no"), STR("\xef\xbc\x88"));
    return n;
}

static const struct value *window_of(const struct value *draft)
{
    return value_get(value_get(draft, "source"), "publicity");
}

static void count_all(struct comparing *c, const struct value *a, const struct value *b)
{
    add_count(c, "parts", (int64_t)value_count(value_get(a, "parts")), (int64_t)value_count(value_get(b, "parts")));
    add_count(c, "sections_1", count_notes(a), count_notes(b));
    add_count(c, "sections_2", count_phase(a, "aspects", false), count_phase(b, "aspects", false));
    add_count(c, "sections_3", count_phase(a, "aspects", true), count_phase(b, "aspects", true));
    add_count(c, "sections_4", (int64_t)value_count(value_get(a, "next_steps")),
              (int64_t)value_count(value_get(b, "next_steps")));
    add_count(c, "items", count_phase(a, "findings", false), count_phase(b, "findings", false));
    add_count(c, "points", count_phase(a, "findings", true), count_phase(b, "findings", true));
    add_count(c, "contacts", (int64_t)value_count(value_get(value_get(a, "source"), "contacts")),
              (int64_t)value_count(value_get(value_get(b, "source"), "contacts")));
    add_count(c, "window_days", value_get_int(window_of(a), "stated_days", 0),
              value_get_int(window_of(b), "stated_days", 0));
}

/* The opening, which stands before the first part. */
static struct str opening_of(struct comparing *c, const struct value *draft)
{
    struct str text = STR_EMPTY;
    VALUE_EACH (paragraph, value_get(draft, "paragraphs"))
        if (str_equal(value_get_text(paragraph, "role"), STR("opening")))
            text = arena_concat(c->ctx->arena, text, value_get_text(paragraph, "text"));
    return text;
}

enum rc draft_compare(struct ctx *ctx, const struct value *from, const struct value *to, struct value **ret_result)
{
    static const char *const words[] = {"title", "body", NULL}, *const contact[] = {"value", "kind", "hours", NULL};
    static const char *const facts[] = {"title",        "issuer",   "inspector", "inspected_body", "inspected_from",
                                        "inspected_to", "fed_back", "signatory", "signed"};
    static const char *const days[] = {"from", "to"};
    static const struct {
        const char *list, *what;
    } lists[] = {{"parts", "part"},
                 {"notes", "note"},
                 {"aspects", "section"},
                 {"findings", "finding"},
                 {"next_steps", "next_step"}};
    struct value *result = value_new_map(ctx->arena);
    struct comparing c = {.ctx = ctx,
                          .counts = value_put_list(ctx->arena, result, "counts"),
                          .rows = value_put_list(ctx->arena, result, "rows"),
                          .widths = value_put_list(ctx->arena, result, "widths")};
    const struct value *a = value_get(from, "source"), *b = value_get(to, "source");
    count_all(&c, from, to);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        compare_text(&c, "source", STR_EMPTY, facts[i], value_get_text(a, facts[i]), value_get_text(b, facts[i]));
    compare_text(&c, "opening", STR_EMPTY, "body", opening_of(&c, from), opening_of(&c, to));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        compare_lists(&c, lists[i].what, value_get(from, lists[i].list), value_get(to, lists[i].list), words);
    compare_lists(&c, "contact", value_get(a, "contacts"), value_get(b, "contacts"), contact);
    for (size_t i = 0; i < 2; i++)
        compare_text(&c, "window", STR_EMPTY, days[i], value_get_text(window_of(from), days[i]),
                     value_get_text(window_of(to), days[i]));
    int64_t stated = value_get_int(window_of(from), "stated_days", 0),
            again = value_get_int(window_of(to), "stated_days", 0);
    if (stated != again)
        add_row(&c, "window", STR_EMPTY, "stated_days", arena_format(ctx->arena, "%lld", (long long)stated),
                arena_format(ctx->arena, "%lld", (long long)again));
    value_put_int(ctx->arena, result, "differences", (int64_t)value_count(c.rows));
    value_put_int(ctx->arena, result, "by_width", (int64_t)value_count(c.widths));
    *ret_result = result;
    return arena_rc(ctx->arena);
}
