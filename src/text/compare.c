/* compare.c: longest common subsequences, of lines and then of the characters of lines that read alike; see compare.h.
 */
#include "text/compare.h"

#include "text/similarity.h"

enum {
    ALIKE_BP = 4000,     /* lines this much alike are one line that changed */
    CHARACTERS_MAX = 600 /* of a line that is compared character by character */
};

struct parts {
    struct str *p;
    size_t n;
};

/* ---- common subsequence ------------------------------------------------------------------------------------- */

/* Marks in is_a and is_b what belongs to a longest common subsequence. */
static enum rc mark_common(struct arena *arena, struct parts a, struct parts b, bool *is_a, bool *is_b)
{
    size_t width = b.n + 1;
    uint16_t *length = ARENA_NEW_ARRAY(arena, uint16_t, (a.n + 1) * width);
    if (!length)
        return arena_rc(arena);
    for (size_t i = a.n; i-- > 0;)
        for (size_t j = b.n; j-- > 0;) {
            uint16_t down = length[(i + 1) * width + j], right = length[i * width + j + 1];
            uint16_t both = (uint16_t)(length[(i + 1) * width + j + 1] + 1);
            length[i * width + j] = str_equal(a.p[i], b.p[j]) ? both : down > right ? down : right;
        }
    for (size_t i = 0, j = 0; i < a.n && j < b.n;) {
        if (str_equal(a.p[i], b.p[j]))
            is_a[i++] = is_b[j++] = true;
        else if (length[(i + 1) * width + j] >= length[i * width + j + 1])
            i++;
        else
            j++;
    }
    return RC_OK;
}

/* ---- pieces of a line --------------------------------------------------------------------------------------- */

static enum rc split_characters(struct arena *arena, struct str line, struct parts *ret)
{
    ret->p = ARENA_NEW_ARRAY(arena, struct str, line.n + 1);
    ret->n = 0;
    if (!ret->p)
        return arena_rc(arena);
    for (size_t at = 0; at < line.n;) {
        size_t end = at + 1;
        while (end < line.n && ((unsigned char)line.p[end] & 0xC0) == 0x80)
            end++;
        ret->p[ret->n++] = str_slice(line, at, end);
        at = end;
    }
    return RC_OK;
}

static void add_piece(struct arena *arena, struct value *list, struct str text, bool is_other)
{
    if (!text.n)
        return;
    struct value *piece = value_add_map(arena, list);
    value_put_text(arena, piece, "text", text);
    value_put_bool(arena, piece, "is_other", is_other);
}

static void add_pieces(struct arena *arena, struct value *list, struct parts parts, const bool *is_common)
{
    for (size_t i = 0; i < parts.n;) {
        size_t j = i;
        while (j < parts.n && is_common[j] == is_common[i])
            j++;
        struct str run = {parts.p[i].p, (size_t)(parts.p[j - 1].p + parts.p[j - 1].n - parts.p[i].p)};
        add_piece(arena, list, run, !is_common[i]);
        i = j;
    }
}

static struct value *add_row(struct arena *arena, struct value *rows, const char *kind, struct value **ret_old,
                             struct value **ret_now)
{
    struct value *row = value_add_map(arena, rows);
    value_put_text(arena, row, "kind", str_from_cstr(kind));
    *ret_old = value_put_list(arena, row, "old");
    *ret_now = value_put_list(arena, row, "now");
    return row;
}

static enum rc add_changed(struct arena *arena, struct value *rows, struct str old, struct str now)
{
    struct value *old_list, *now_list;
    struct parts a, b;
    add_row(arena, rows, "changed", &old_list, &now_list);
    TRY(split_characters(arena, old, &a));
    TRY(split_characters(arena, now, &b));
    if (a.n > CHARACTERS_MAX || b.n > CHARACTERS_MAX) {
        add_piece(arena, old_list, old, true);
        add_piece(arena, now_list, now, true);
        return RC_OK;
    }
    bool *is_a = ARENA_NEW_ARRAY(arena, bool, a.n + 1), *is_b = ARENA_NEW_ARRAY(arena, bool, b.n + 1);
    if (!is_a || !is_b)
        return arena_rc(arena);
    TRY(mark_common(arena, a, b, is_a, is_b));
    add_pieces(arena, old_list, a, is_a);
    add_pieces(arena, now_list, b, is_b);
    return RC_OK;
}

static void add_whole(struct arena *arena, struct value *rows, const char *kind, struct str old, struct str now)
{
    struct value *old_list, *now_list;
    bool is_same = old.n && now.n;
    add_row(arena, rows, kind, &old_list, &now_list);
    add_piece(arena, old_list, old, !is_same);
    add_piece(arena, now_list, now, !is_same);
}

/* ---- lines -------------------------------------------------------------------------------------------------- */

static enum rc split_lines(struct arena *arena, struct str text, struct parts *ret)
{
    struct str line;
    ret->p = ARENA_NEW_ARRAY(arena, struct str, COMPARE_LINES_MAX);
    ret->n = 0;
    if (!ret->p)
        return arena_rc(arena);
    while (str_split_next(&text, '\n', &line)) {
        line = str_trim(line);
        if (!line.n)
            continue;
        if (ret->n == COMPARE_LINES_MAX)
            return RC_TOO_LARGE;
        ret->p[ret->n++] = line;
    }
    return RC_OK;
}

/* Lines between two that stayed: each old one is set beside the next new one that reads like it. */
static enum rc add_run(struct arena *arena, struct value *rows, struct parts old, struct parts now)
{
    size_t at = 0;
    for (size_t i = 0; i < old.n; i++) {
        size_t match = now.n;
        for (size_t j = at; j < now.n && match == now.n; j++) {
            int bp;
            TRY(similarity_dice(arena, old.p[i], now.p[j], &bp));
            match = bp >= ALIKE_BP ? j : match;
        }
        if (match == now.n) {
            add_whole(arena, rows, "removed", old.p[i], STR_EMPTY);
            continue;
        }
        for (; at < match; at++)
            add_whole(arena, rows, "added", STR_EMPTY, now.p[at]);
        TRY(add_changed(arena, rows, old.p[i], now.p[at++]));
    }
    for (; at < now.n; at++)
        add_whole(arena, rows, "added", STR_EMPTY, now.p[at]);
    return RC_OK;
}

enum rc text_compare(struct arena *arena, struct str old, struct str now, struct value **ret_rows)
{
    struct parts a, b;
    struct value *rows = value_new_list(arena);
    TRY(split_lines(arena, old, &a));
    TRY(split_lines(arena, now, &b));
    bool *is_a = ARENA_NEW_ARRAY(arena, bool, a.n + 1), *is_b = ARENA_NEW_ARRAY(arena, bool, b.n + 1);
    if (!is_a || !is_b)
        return arena_rc(arena);
    TRY(mark_common(arena, a, b, is_a, is_b));
    for (size_t i = 0, j = 0; i < a.n || j < b.n;) {
        size_t from_i = i, from_j = j;
        while (i < a.n && !is_a[i])
            i++;
        while (j < b.n && !is_b[j])
            j++;
        TRY(add_run(arena, rows, (struct parts){a.p + from_i, i - from_i}, (struct parts){b.p + from_j, j - from_j}));
        if (i < a.n && j < b.n)
            add_whole(arena, rows, "same", a.p[i++], b.p[j++]);
    }
    *ret_rows = rows;
    return arena_rc(arena);
}
