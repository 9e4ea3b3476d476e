/* draft_cursor.c: see draft_cursor.h. */
#include "serve/draft_cursor.h"

static void add_id(struct arena *arena, struct value *rows, const struct value *entry)
{
    value_add_text(arena, rows, arena_copy_str(arena, value_get_text(entry, "id")));
}

static void add_findings(struct arena *arena, struct value *rows, const struct value *draft, struct str aspect)
{
    VALUE_EACH (finding, value_get(draft, "findings")) {
        if (!str_equal(value_get_text(finding, "aspect"), aspect))
            continue;
        add_id(arena, rows, finding);
        VALUE_EACH (measure, value_get(finding, "measures")) {
            add_id(arena, rows, measure);
        }
    }
}

struct draft_order draft_cursor_order(struct arena *arena, const struct value *draft)
{
    static const char *const others[] = {"next_steps", "notes", "parts"};
    struct draft_order order = {value_new_list(arena), value_new_list(arena)};
    VALUE_EACH (aspect, value_get(draft, "aspects")) {
        add_id(arena, order.rows, aspect);
        add_findings(arena, order.rows, draft, value_get_text(aspect, "id"));
    }
    add_findings(arena, order.rows, draft, STR_EMPTY);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        VALUE_EACH (entry, value_get(draft, others[i])) {
            add_id(arena, order.rows, entry);
        }
    }
    VALUE_EACH (paragraph, value_get(draft, "paragraphs")) {
        if (str_equal(value_get_text(paragraph, "state"), STR("unplaced")))
            value_add_int(arena, order.unplaced, value_get_int(paragraph, "n", 0));
    }
    return order;
}

static bool has_row(const struct value *rows, struct str id)
{
    VALUE_EACH (row, rows) {
        if (str_equal(row->text, id))
            return true;
    }
    return false;
}

static struct str first_new(const struct value *before, const struct value *after)
{
    VALUE_EACH (row, after) {
        if (!has_row(before, row->text))
            return row->text;
    }
    return STR_EMPTY;
}

/* The row behind the one that is gone, or else the last before it. */
static struct str neighbour(const struct value *before, const struct value *after, struct str gone)
{
    struct str last = STR_EMPTY;
    bool is_behind = false;
    VALUE_EACH (row, before) {
        is_behind = is_behind || str_equal(row->text, gone);
        if (!has_row(after, row->text))
            continue;
        last = row->text;
        if (is_behind)
            break;
    }
    return is_behind ? last : STR_EMPTY;
}

/* The next paragraph behind n, from the top again at the end; 0: none. */
static int64_t next_unplaced(const struct value *unplaced, int64_t n)
{
    VALUE_EACH (one, unplaced) {
        if (one->integer > n)
            return one->integer;
    }
    return unplaced && unplaced->items.first ? unplaced->items.first->integer : 0;
}

static bool has_paragraph(const struct value *unplaced, int64_t n)
{
    VALUE_EACH (one, unplaced) {
        if (one->integer == n)
            return true;
    }
    return false;
}

struct draft_cursor draft_cursor_after(const struct draft_order *before, const struct draft_order *after,
                                       struct draft_cursor at, struct str merged_into, bool is_rewind)
{
    struct str made = first_new(before->rows, after->rows);
    VALUE_EACH (one, after->unplaced) {
        if (is_rewind && !made.n && !has_paragraph(before->unplaced, one->integer))
            return (struct draft_cursor){.paragraph = one->integer};
    }
    if (is_rewind && made.n)
        return (struct draft_cursor){.node = made};
    if (at.paragraph) {
        int64_t next = is_rewind ? at.paragraph : next_unplaced(after->unplaced, at.paragraph);
        return next ? (struct draft_cursor){.paragraph = next} : (struct draft_cursor){.node = made};
    }
    if (!at.node.n)
        return at;
    if (merged_into.n)
        return (struct draft_cursor){.node = merged_into};
    if (has_row(after->rows, at.node))
        return at;
    return (struct draft_cursor){.node = made.n ? made : neighbour(before->rows, after->rows, at.node)};
}
