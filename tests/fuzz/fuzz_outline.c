/* fuzz_outline.c: any text through outline, draft and a few changes of the draft: nothing is lost, nothing stands
 * twice.
 *
 * Input: lines of text; one with tabs is a row of a table.  The bytes behind the first NUL are changes, five for each:
 * operation, two entries, paragraph, offset.
 */
#include <stdlib.h>
#include <string.h>

#include "intake/draft.h"
#include "intake/outline.h"
#include "intake/reader_work.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { ARENA_MAX = 512 * 1024 * 1024, ENTRIES_MAX = 4000, OPS_MAX = 12, OP_BYTES = 5 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void put_line(struct arena *arena, struct reader *reader, struct buf *line, int *table, int *row)
{
    struct str text = buf_str(line);
    size_t tab = str_find_byte(text, '\t', 0);
    if (tab == SIZE_MAX) {
        *row = 0;
        require(reader_add(reader, (struct paragraph){.text = text, .page = 1, .bold = -1}) == RC_OK);
        return;
    }
    if (*row == 0)
        ++*table;
    ++*row;
    int column = 0;
    for (struct str rest = text, cell; str_split_next(&rest, '\t', &cell);) {
        column++;
        struct paragraph p = {.text = cell,
                              .kind = PARAGRAPH_CELL,
                              .table = *table,
                              .row = *row,
                              .column = column,
                              .row_span = 1,
                              .column_span = 1,
                              .place = arena_format(arena, "table %d r%d c%d", *table, *row, column)};
        if (cell.n > 0 && cell.p[0] == '^') { /* over two rows and columns */
            p.text = str_slice(cell, 1, cell.n);
            p.row_span = p.column_span = 2;
        }
        require(reader_add(reader, p) == RC_OK);
    }
}

static void make_document(struct ctx *ctx, struct reader *reader, struct str bytes)
{
    struct buf line CLEANUP(buf_done);
    buf_init(&line, ARENA_MAX);
    int table = 0, row = 0;
    for (size_t at = 0; at <= bytes.n;) {
        uint32_t c = at < bytes.n ? reader_next_char(bytes, &at) : '\n';
        if (c == '\n') {
            put_line(ctx->arena, reader, &line, &table, &row);
            buf_reset(&line);
            if (at == bytes.n)
                break;
        } else {
            reader_put_char(&line, c);
        }
    }
}

/* Every paragraph of the outline once and in order, with a role. */
static void check_outline(const struct value *outline, size_t count)
{
    require(outline != NULL);
    int64_t n = 0, unplaced = 0, furniture = 0;
    VALUE_EACH (paragraph, value_get(outline, "paragraphs")) {
        require(value_get_int(paragraph, "n", 0) == ++n);
        struct str role = value_get_text(paragraph, "role");
        require(role.n > 0 && !str_equal_cstr(role, "none"));
        unplaced += str_equal_cstr(role, "unplaced");
        furniture += str_equal_cstr(role, "furniture");
    }
    require((size_t)n == count && (int64_t)value_count(value_get(outline, "unplaced")) == unplaced);
    require((int64_t)value_count(value_get(outline, "dropped")) == furniture);
}

/* Ids of all entries and measures; each only once. */
static size_t list_entries(const struct value *draft, struct str *ids)
{
    static const char *const lists[] = {"parts", "aspects", "findings", "next_steps", "notes"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        VALUE_EACH (entry, value_get(draft, lists[i])) {
            if (n < ENTRIES_MAX)
                ids[n++] = value_get_text(entry, "id");
            VALUE_EACH (measure, value_get(entry, "measures"))
                if (n < ENTRIES_MAX)
                    ids[n++] = value_get_text(measure, "id");
        }
    return n;
}

static void check_draft(const struct value *draft, size_t count, bool *seen)
{
    require(draft != NULL);
    memset(seen, 0, count + 1);
    VALUE_EACH (entry, value_get(draft, "unplaced")) {
        require(entry->integer >= 1 && (size_t)entry->integer <= count && !seen[entry->integer]);
        seen[entry->integer] = true;
    }
    VALUE_EACH (gone, value_get(draft, "dropped")) {
        int64_t n = value_get_int(gone, "n", 0);
        require(n >= 1 && (size_t)n <= count && !seen[n] && value_get_text(gone, "reason").n > 0);
        seen[n] = true;
    }
    size_t n = 0;
    VALUE_EACH (paragraph, value_get(draft, "paragraphs")) {
        bool is_used = str_equal_cstr(value_get_text(paragraph, "state"), "used");
        require(++n <= count && is_used != seen[n]);
        require(is_used == (value_count(value_get(paragraph, "used_by")) > 0));
    }
    require(n == count);
}

static struct value *make_op(struct arena *arena, const uint8_t *p, const struct str *ids, size_t n, size_t count)
{
    static const char *const ops[] = {"merge", "split", "retype", "move", "drop", "place", "edit", "add"};
    static const char *const kinds[] = {"finding", "long_term", "measure", "aspect", "note"};
    struct value *op = value_new_map(arena);
    const char *name = ops[p[0] % 8];
    struct str first = n ? ids[p[1] % n] : STR("f1"), second = n ? ids[p[2] % n] : STR("f2");
    value_put_text(arena, op, "op", str_from_cstr(name));
    if (strcmp(name, "merge") == 0) {
        struct value *list = value_put_list(arena, op, "ids");
        value_add_text(arena, list, first);
        value_add_text(arena, list, second);
    } else if (strcmp(name, "place") != 0 && (strcmp(name, "drop") != 0 || p[4] % 2 == 0)) {
        value_put_text(arena, op, "id", first);
    }
    if (strcmp(name, "move") == 0 && p[4] % 4)
        value_put_text(arena, op, p[4] % 2 ? "finding" : "aspect", second);
    if (strcmp(name, "split") == 0 || strcmp(name, "place") == 0 || (strcmp(name, "drop") == 0 && p[4] % 2))
        value_put_int(arena, op, "paragraph", (int64_t)(p[3] % (count + 1)) + 1);
    value_put_int(arena, op, "at", p[4]);
    value_put_text(arena, op, strcmp(name, "retype") == 0 ? "to" : "as", str_from_cstr(kinds[p[4] % 5]));
    if (strcmp(name, "place") == 0 || strcmp(name, "add") == 0)
        value_put_text(arena, op, "to", second);
    value_put_text(arena, op, "reason", STR("x"));
    value_put_text(arena, op, "title", STR("t"));
    value_put_text(arena, op, "field", p[4] % 2 ? STR("title") : STR("due"));
    value_put_text(arena, op, "value", p[3] % 2 ? STR("2026-01-31") : STR(""));
    return op;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    struct arena *scratch CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    if (!arena || !scratch)
        return 0;
    struct str bytes = {(const char *)p, n};
    size_t end = str_find_byte(bytes, '\0', 0);
    struct ctx ctx = {.arena = arena};
    struct document document = {.format = FORMAT_TXT};
    struct reader reader = {.ctx = &ctx, .scratch = scratch, .document = &document};
    make_document(&ctx, &reader, str_slice(bytes, 0, end));
    document.paragraphs = reader.paragraphs.p;
    document.count = reader.paragraphs.n;
    if (document.count == 0)
        return 0;
    struct outline *outline = NULL;
    require(outline_build(&ctx, &document, &outline) == RC_OK);
    check_outline(outline_to_value(arena, outline), document.count);
    struct value *draft = draft_from_outline(arena, outline);
    bool *seen = arena_alloc(arena, document.count + 1);
    struct str *ids = ARENA_NEW_ARRAY(arena, struct str, ENTRIES_MAX);
    require(seen && ids);
    check_draft(draft, document.count, seen);
    for (size_t at = end == SIZE_MAX ? n : end + 1, i = 0; at + OP_BYTES <= n && i < OPS_MAX; at += OP_BYTES, i++) {
        size_t count = list_entries(draft, ids);
        struct value *before = value_copy(arena, draft);
        enum rc rc = draft_apply(&ctx, draft, make_op(arena, p + at, ids, count, document.count));
        require(rc == RC_OK || rc == RC_INVALID);
        require(rc == RC_OK || (value_equal(before, draft) && ctx.issue_count > 0));
        ctx_clear_issues(&ctx);
        check_draft(draft, document.count, seen);
    }
    return 0;
}
