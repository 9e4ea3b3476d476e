/* paper_template.c: shipped templates, from their descriptions; see paper_make.h. */
#include <string.h>

#include "publish/paper_list.h"
#include "publish/paper_make.h"
#include "publish/paper_table.h"
#include "serve/messages.h"

enum { TEMPLATE_MAX = 4 * 1024 * 1024 };

static const struct {
    const char *word;
    enum doc_style style;
} style_words[] = {
#define DOC_STYLE(name, ...) {#name, DOC_##name},
#include "../../data/doc_styles.def"
#undef DOC_STYLE
};

static enum rc wrong(struct ctx *ctx, int line)
{
    return ctx_fail_format(ctx, RC_INVALID, "paper.description", "%d", line);
}

static enum doc_style style_of(struct str word)
{
    for (size_t i = 0; i < sizeof style_words / sizeof style_words[0]; i++)
        if (str_equal_cstr(word, style_words[i].word))
            return style_words[i].style;
    return DOC_STYLES;
}

static struct doc_table *begin_table(struct doc *doc, struct str widths, bool is_bare)
{
    int parts[DOC_COLUMNS_MAX], n = 0;
    struct str part;
    int64_t width;
    while (n < DOC_COLUMNS_MAX && str_split_next(&widths, ' ', &part))
        if (str_parse_int64(part, &width))
            parts[n++] = (int)width;
    struct doc_table *table = doc_add_table(doc, parts, n);
    if (table)
        table->is_bare = is_bare;
    return table;
}

/* Cells parted by "|"; ">" alone: the cell before it goes on; "^" at the start: in the middle. */
static void add_row(struct doc_table *table, struct str text, bool is_head)
{
    struct doc_row *row = doc_new_row(table, is_head);
    struct str cell;
    while (row && str_split_next(&text, '|', &cell)) {
        bool is_middle = cell.n && cell.p[0] == '^';
        cell = is_middle ? str_slice(cell, 1, cell.n) : cell;
        if (str_equal(cell, STR(">")) && row->last)
            row->last->span++;
        else
            doc_add_cell(table, row, is_head ? DOC_CELL_HEAD : is_middle ? DOC_CELL_MID : DOC_CELL, cell, 1);
    }
}

/* "copies|who printed it|day"; the row of the copies goes when it is a condition that does not hold. */
static void add_imprint(struct doc *doc, struct str text)
{
    struct str copies = STR_EMPTY, maker = STR_EMPTY, day = STR_EMPTY;
    (void)str_split_next(&text, '|', &copies);
    (void)str_split_next(&text, '|', &maker);
    (void)str_split_next(&text, '|', &day);
    doc_add_imprint(doc, copies, maker, day);
}

static bool add_mark(struct doc *doc, struct str word)
{
    if (str_equal(word, STR("PAGE")))
        doc_add_mark(doc, DOC_PAGE);
    else if (str_equal(word, STR("RED_LINE")))
        doc_add_mark(doc, DOC_RED_LINE);
    else if (str_equal(word, STR("THIN_LINE")))
        doc_add_mark(doc, DOC_THIN_LINE);
    else if (str_equal(word, STR("LANDSCAPE")) || str_equal(word, STR("PORTRAIT"))) {
        if (doc->first)
            doc_turn(doc, word.p[0] == 'L');
        else
            doc->facts.is_landscape = word.p[0] == 'L';
    } else
        return false;
    return true;
}

/* Where the last field of a text begins. */
static size_t last_field(struct str text)
{
    size_t at = SIZE_MAX;
    for (size_t next = 0; (next = str_find(text, STR("{{"), next)) != SIZE_MAX; next += 2)
        at = next;
    return at;
}

static enum rc add_line(struct doc *doc, struct doc_table **table, struct str line, int at)
{
    size_t blank = str_find_byte(line, ' ', 0);
    struct str word = str_slice(line, 0, blank),
               rest = blank == SIZE_MAX ? STR_EMPTY : str_slice(line, blank + 1, line.n);
    enum doc_style style = style_of(word);
    if (!line.n || str_has_prefix(line, STR("//")))
        return RC_OK;
    if (str_has_prefix(line, STR("{{"))) {
        doc_add(doc, DOC_BODY, line);
    } else if (str_equal(word, STR("TABLE")) || str_equal(word, STR("BARE"))) {
        *table = begin_table(doc, rest, word.p[0] == 'B');
    } else if (str_equal(word, STR("HEAD")) || str_equal(word, STR("ROW"))) {
        if (!*table)
            return wrong(doc->ctx, at);
        add_row(*table, rest, word.p[0] == 'H');
    } else if (str_equal(word, STR("LEAD"))) {
        size_t cut = str_find(rest, STR("||"), 0);
        if (cut == SIZE_MAX)
            return wrong(doc->ctx, at);
        struct str text = str_slice(rest, cut + 2, rest.n);
        struct doc_block *block = doc_add_lead(doc, DOC_HEADING_3, str_slice(rest, 0, cut), text);
        if (block && str_has_prefix(text, STR("{{#")) && str_has_suffix(text, STR("}}")) &&
            str_find(text, STR("{{/"), 0) == last_field(text))
            block->keeps_next = true; /* its text is there now and then: most often it is a heading alone */
    } else if (style == DOC_IMPRINT) {
        add_imprint(doc, rest);
    } else if (style != DOC_STYLES) {
        struct doc_block *block = doc_add(doc, style, rest);
        if (block && style == DOC_NUMBER && doc->facts.is_letter)
            block->align = DOC_RIGHT; /* GB/T 9704, 10.1 */
    } else if (!add_mark(doc, line)) {
        return wrong(doc->ctx, at);
    }
    return RC_OK;
}

enum rc paper_describe(struct ctx *ctx, struct str description, const struct doc_facts *facts, struct doc **ret_doc)
{
    struct doc_table *table = NULL;
    struct str line;
    int at = 0;
    TRY(doc_new(ctx, facts, ret_doc));
    while (str_split_next(&description, '\n', &line))
        TRY(add_line(*ret_doc, &table, line, ++at));
    return arena_rc(ctx->arena);
}

static enum rc write_template(struct ctx *ctx, struct str description, const struct doc_facts *facts,
                              struct str *ret_docx)
{
    struct doc *doc;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, TEMPLATE_MAX);
    TRY(paper_describe(ctx, description, facts, &doc));
    TRY(doc_write_docx(doc, &out));
    *ret_docx = arena_copy_str(ctx->arena, buf_str(&out));
    return arena_rc(ctx->arena);
}

enum rc paper_shipped(struct ctx *ctx, enum paper_kind kind, struct str *ret_docx)
{
    struct str name = str_from_cstr(paper_kind_row(kind)->kind);
    struct str title = message_find(LANG_ZH, arena_format(ctx->arena, "paper.kind.%.*s", STR_ARG(name)));
    struct doc_facts facts = {.title = title, .is_template = true, .is_letter = kind == PAPER_LETTER};
    if ((int)kind >= PAPER_KINDS && (int)kind < paper_kind_count())
        return write_template(ctx, paper_list_description((int)kind - PAPER_KINDS), &facts, ret_docx);
    for (size_t i = 0; i < paper_description_n; i++) {
        if (!str_equal(paper_descriptions[i].kind, name))
            continue;
        return write_template(ctx, paper_descriptions[i].text, &facts, ret_docx);
    }
    return ctx_fail_format(ctx, RC_INTERNAL, "paper.no_template", "%.*s", STR_ARG(name));
}
