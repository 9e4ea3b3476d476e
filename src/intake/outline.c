/* outline.c: the passes in their order. */
#include "intake/outline_parts.h"

#include "base/buf.h"
#include "text/utf8.h"

enum { UNREADABLE_COUNT_MIN = 4, TEXT_CEILING_BYTES = 64 * 1024 * 1024 };

const char *outline_style_name(enum outline_style style)
{
    static const char *const names[] = {
#define OUTLINE_STYLE(name, text) text,
        OUTLINE_STYLES(OUTLINE_STYLE)
#undef OUTLINE_STYLE
    };
    return names[style];
}

const char *outline_role_name(enum outline_role role)
{
    static const char *const names[] = {
#define OUTLINE_ROLE(name, text) text,
        OUTLINE_ROLES(OUTLINE_ROLE)
#undef OUTLINE_ROLE
    };
    return names[role];
}

const char *outline_kind_name(enum outline_kind kind)
{
    static const char *const names[] = {
#define OUTLINE_KIND(name, text) text,
        OUTLINE_KINDS(OUTLINE_KIND)
#undef OUTLINE_KIND
    };
    return names[kind];
}

enum outline_kind outline_get_kind(const struct outline *outline) { return outline->kind; }

bool outline_gives_register(enum outline_kind kind)
{
    return kind == KIND_BULLETIN || kind == KIND_AUDIT_RECTIFICATION || kind == KIND_FEEDBACK ||
           kind == KIND_AUDIT_REPORT || kind == KIND_CLOSURE || kind == KIND_LEDGER || kind == KIND_PLAN;
}

/* Fewer letters than signs: a wrong encoding or a picture's residue. */
static bool is_unreadable(struct str s)
{
    size_t letters = 0, count = 0;
    for (size_t at = 0, next = 0; at < s.n; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        bool is_alnum = (code >= '0' && code <= '9') || ((code | 32) >= 'a' && (code | 32) <= 'z');
        count += code != ' ';
        letters += utf8_is_han(code) || is_alnum;
    }
    return count >= UNREADABLE_COUNT_MIN && letters * 3 < count;
}

static void set_unreadable_aside(struct outline *outline)
{
    for (size_t i = 0; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        if (line->role != ROLE_NONE || outline->is_table_line[i] || !is_unreadable(line->match))
            continue;
        line->role = ROLE_UNPLACED;
        line->reason = "unreadable";
        outline_add_report(outline, "damage_unreadable", SEVERITY_WARNING, (uint32_t)i, 0, line->match.n, STR_EMPTY,
                           STR_EMPTY, 0);
    }
}

static enum rc classify(struct outline *outline)
{
    struct buf text CLEANUP(buf_done);
    buf_init(&text, TEXT_CEILING_BYTES);
    for (size_t i = 0; i < outline->lines.n; i++) {
        if (outline->lines.p[i].role == ROLE_FURNITURE)
            continue;
        buf_add(&text, outline->lines.p[i].match);
        buf_add_char(&text, '\n');
    }
    TRY(buf_rc(&text));
    outline->kind = outline_classify(outline, outline->source.title, buf_str(&text));
    return RC_OK;
}

static void list_unplaced(struct outline *outline)
{
    for (size_t i = 0; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        if (line->role == ROLE_NONE && !line->node) {
            line->role = ROLE_UNPLACED;
            line->reason = "not_understood";
        }
    }
}

enum outline_role outline_paragraph_role(const struct outline *outline, uint32_t paragraph,
                                         const struct outline_node **ret_node, const char **ret_reason)
{
    const struct outline_line *line = &outline->lines.p[outline->first_line[paragraph]];
    const struct outline_line *chosen = line;
    for (uint32_t i = outline->first_line[paragraph]; i < outline->first_line[paragraph + 1]; i++) {
        line = &outline->lines.p[i];
        if (chosen->role == ROLE_FURNITURE && line->role != ROLE_FURNITURE)
            chosen = line;
        if (line->role == ROLE_UNPLACED) {
            chosen = line;
            break;
        }
    }
    *ret_node = chosen->node;
    *ret_reason = chosen->reason;
    return chosen->role != ROLE_NONE ? chosen->role : chosen->node ? chosen->node->role : ROLE_UNPLACED;
}

enum rc outline_build(struct ctx *ctx, const struct document *document, struct outline **ret_outline)
{
    struct outline *outline = ARENA_NEW(ctx->arena, struct outline);
    if (!outline)
        return arena_rc(ctx->arena);
    outline->ctx = ctx;
    outline->arena = ctx->arena;
    outline->document = document;
    TRY(outline_read_lines(outline));
    TRY(outline_read_front(outline));
    set_unreadable_aside(outline);
    TRY(outline_find_closing(outline));
    TRY(outline_build_tree(outline));
    TRY(classify(outline));
    TRY(outline_read_opening(outline));
    TRY(outline_assign_roles(outline));
    TRY(outline_read_closing(outline));
    list_unplaced(outline);
    TRY(outline_find_date_context(outline));
    TRY(outline_read_row_dues(outline));
    TRY(outline_find_facts(outline));
    TRY(outline_check_sums(outline));
    TRY(outline_check_listed(outline));
    TRY(outline_check_numbers(outline));
    if (!outline_gives_register(outline->kind) && outline->lines.n > 0)
        outline_add_report(outline, "not_a_bulletin", SEVERITY_INFO, 0, 0, 0,
                           str_from_cstr(outline_kind_name(outline->kind)), STR_EMPTY, 0);
    TRY(arena_rc(ctx->arena));
    *ret_outline = outline;
    return RC_OK;
}
