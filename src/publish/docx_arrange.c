/* docx_arrange.c: what of a filled file depends on what it was filled with: lines of titles, ends that stay together;
 * see docx.h. */
#include "publish/doc_page.h"
#include "publish/doc_title.h"
#include "publish/docx_field.h"
#include "text/utf8.h"

static enum doc_style style_of(const struct xml_item *paragraph)
{
    struct str id = xml_item_get(xml_item_child(xml_item_child(paragraph, "w:pPr"), "w:pStyle"), "w:val");
    return xml_item_is(paragraph, "w:p") && id.n ? doc_style_find(id) : DOC_STYLES;
}

/* ---- titles -------------------------------------------------------------------------------------------------- */

/* Before what comes behind it by the schema. */
static void set_indent(struct ctx *ctx, struct xml_item *properties, int aside)
{
    static const char *const behind[] = {"w:contextualSpacing", "w:mirrorIndents", "w:jc",    "w:textAlignment",
                                         "w:outlineLvl",        "w:rPr",           "w:sectPr"};
    struct xml_item *indent = xml_item_new(ctx, "w:ind"), *children = properties->first;
    struct str text = arena_format(ctx->arena, "%d", aside);
    bool is_put = false;
    xml_item_set(ctx, indent, "w:left", text);
    xml_item_set(ctx, indent, "w:right", text);
    properties->first = properties->last = NULL;
    for (struct xml_item *child = children, *next; child; child = next) {
        next = child->next;
        for (size_t i = 0; i < sizeof behind / sizeof behind[0] && !is_put; i++)
            if (xml_item_is(child, behind[i])) {
                xml_item_append(properties, indent);
                is_put = true;
            }
        xml_item_append(properties, child);
    }
    if (!is_put)
        xml_item_append(properties, indent);
}

static struct xml_item *text_item(struct ctx *ctx, struct str text)
{
    struct xml_item *item = xml_item_new(ctx, "w:t");
    xml_item_set(ctx, item, "xml:space", STR("preserve"));
    xml_item_append(item, xml_item_text(ctx, text));
    return item;
}

/* Puts line breaks into a run; ends are places in the text of the paragraph, of which *at bytes came before. */
static void break_run(struct ctx *ctx, struct xml_item *run, const size_t *ends, int n, size_t *at)
{
    struct xml_item *children = run->first;
    run->first = run->last = NULL;
    for (struct xml_item *child = children, *next; child; child = next) {
        next = child->next;
        struct str text = xml_item_is(child, "w:t") && child->first ? child->first->text : STR_EMPTY;
        size_t from = 0;
        bool is_cut = false;
        for (int i = 0; i < n; i++) {
            if (ends[i] <= *at || ends[i] > *at + text.n)
                continue;
            xml_item_append(run, text_item(ctx, str_slice(text, from, ends[i] - *at)));
            xml_item_append(run, xml_item_new(ctx, "w:br"));
            from = ends[i] - *at;
            is_cut = true;
        }
        if (!is_cut)
            xml_item_append(run, child);
        else if (from < text.n)
            xml_item_append(run, text_item(ctx, str_slice(text, from, text.n)));
        *at += text.n;
    }
}

static void break_title(struct ctx *ctx, struct xml_item *paragraph, enum doc_style style, int width)
{
    size_t ends[DOC_TITLE_LINES_MAX], at = 0;
    struct str text = STR_EMPTY, lines = STR_EMPTY;
    for (const struct xml_item *run = paragraph->first; run; run = run->next)
        for (const struct xml_item *piece = xml_item_is(run, "w:r") ? run->first : NULL; piece; piece = piece->next) {
            if (xml_item_is(piece, "w:br"))
                return; /* lines of its own */
            if (xml_item_is(piece, "w:t") && piece->first)
                text = arena_concat(ctx->arena, text, piece->first->text);
        }
    int n = doc_title_ends(ctx, style, text, width, ends, DOC_TITLE_LINES_MAX - 1);
    if (!n)
        return;
    for (int i = 0; i <= n; i++) {
        size_t from = i ? ends[i - 1] : 0;
        lines = arena_concat(ctx->arena, arena_concat(ctx->arena, lines, i ? STR("\n") : STR_EMPTY),
                             str_slice(text, from, i < n ? ends[i] : text.n));
    }
    for (struct xml_item *run = paragraph->first; run; run = run->next)
        if (xml_item_is(run, "w:r"))
            break_run(ctx, run, ends, n, &at);
    struct doc_run whole = {.text = lines};
    int aside = doc_title_inset(&(struct doc_block){.style = style, .first = &whole, .last = &whole}, width);
    if (aside)
        set_indent(ctx, xml_item_child(paragraph, "w:pPr"), aside);
}

enum rc docx_break_titles(struct ctx *ctx, struct docx *docx)
{
    struct xml_item *body = xml_item_child(docx->document, "w:body");
    for (struct xml_item *item = body ? body->first : NULL; item; item = item->next) {
        enum doc_style style = style_of(item);
        if ((style == DOC_TITLE || style == DOC_SUBTITLE) && !xml_item_child(xml_item_child(item, "w:pPr"), "w:ind"))
            break_title(ctx, item, style, docx_next_is_landscape(item) ? DOC_TEXT_WIDTH_TURNED : DOC_TEXT_WIDTH);
    }
    return arena_rc(ctx->arena);
}

/* ---- ends ---------------------------------------------------------------------------------------------------- */

/* Stays on the page of the next paragraph, or row: behind the style, by the schema. */
static void keep(struct ctx *ctx, struct xml_item *paragraph)
{
    struct xml_item *properties = xml_item_child(paragraph, "w:pPr"), *has = xml_item_child(properties, "w:keepNext"),
                    *children = paragraph->first;
    if (has) {
        has->pair_count = 0;
        return;
    }
    if (!properties) {
        properties = xml_item_new(ctx, "w:pPr");
        paragraph->first = paragraph->last = NULL;
        xml_item_append(paragraph, properties);
        for (struct xml_item *child = children, *next; child; child = next) {
            next = child->next;
            xml_item_append(paragraph, child);
        }
    }
    struct xml_item *style = xml_item_child(properties, "w:pStyle"), *rest = properties->first;
    properties->first = properties->last = NULL;
    if (style == rest && style) {
        rest = style->next;
        xml_item_append(properties, style);
    }
    xml_item_append(properties, xml_item_new(ctx, "w:keepNext"));
    for (struct xml_item *child = rest, *next; child; child = next) {
        next = child->next;
        xml_item_append(properties, child);
    }
}

static int column_count(const struct xml_item *table)
{
    const struct xml_item *grid = xml_item_child(table, "w:tblGrid");
    int n = 0;
    for (const struct xml_item *column = grid ? grid->first : NULL; column; column = column->next)
        n += xml_item_is(column, "w:gridCol");
    return n;
}

/* A row over all columns, with no lines but the one over it. */
static struct xml_item *end_cell(struct ctx *ctx, struct xml_item *table)
{
    static const char *const sides[] = {"w:left", "w:bottom", "w:right"};
    struct xml_item *row = xml_item_new(ctx, "w:tr"), *whole = xml_item_new(ctx, "w:trPr"),
                    *cell = xml_item_new(ctx, "w:tc"), *look = xml_item_new(ctx, "w:tcPr"),
                    *span = xml_item_new(ctx, "w:gridSpan"), *borders = xml_item_new(ctx, "w:tcBorders");
    xml_item_set(ctx, span, "w:val", arena_format(ctx->arena, "%d", column_count(table)));
    for (int i = 0; i < 3; i++) {
        struct xml_item *side = xml_item_new(ctx, sides[i]);
        xml_item_set(ctx, side, "w:val", STR("nil"));
        xml_item_append(borders, side);
    }
    xml_item_append(whole, xml_item_new(ctx, "w:cantSplit"));
    xml_item_append(row, whole);
    xml_item_append(look, span);
    xml_item_append(look, borders);
    xml_item_append(cell, look);
    xml_item_append(row, cell);
    xml_item_append(table, row);
    return cell;
}

/* An empty paragraph of almost no height: no body ends with a table.  On the grid LibreOffice would give it a whole
 * line, and a full last page an empty one behind it. */
static struct xml_item *tiny(struct ctx *ctx)
{
    static const char *const pairs[][2] = {
        {"w:before", "0"}, {"w:after", "0"}, {"w:line", "20"}, {"w:lineRule", "exact"}};
    struct xml_item *paragraph = xml_item_new(ctx, "w:p"), *properties = xml_item_new(ctx, "w:pPr"),
                    *grid = xml_item_new(ctx, "w:snapToGrid"), *spacing = xml_item_new(ctx, "w:spacing");
    xml_item_set(ctx, grid, "w:val", STR("0"));
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        xml_item_set(ctx, spacing, pairs[i][0], str_from_cstr(pairs[i][1]));
    xml_item_append(properties, grid);
    xml_item_append(properties, spacing);
    xml_item_append(paragraph, properties);
    return paragraph;
}

/* Word keeps a row with the paragraph below its table, LibreOffice only with another row: what a paper ends with is the
 * last row of the table. */
static void end_in_table(struct ctx *ctx, struct xml_item *table)
{
    struct xml_item *last = NULL, *end = table->next;
    for (struct xml_item *row = table->first; row; row = row->next)
        if (xml_item_is(row, "w:tr"))
            last = row;
    if (!last || !column_count(table))
        return;
    for (struct xml_item *item = last; item; item = (struct xml_item *)xml_item_after(item, last))
        if (xml_item_is(item, "w:p"))
            keep(ctx, item);
    struct xml_item *cell = end_cell(ctx, table);
    for (enum doc_style style;
         end && (style = style_of(end)) != DOC_STYLES && (doc_is_tail(style) || style == DOC_NOTE);) {
        struct xml_item *next = end->next;
        xml_item_append(cell, end);
        end = next;
    }
    struct xml_item *below = tiny(ctx);
    if (!below)
        return;
    below->parent = table->parent;
    below->next = end;
    table->next = below;
    if (!end)
        table->parent->last = below;
}

/* Whether no paragraph and no table stands behind it. */
static bool is_last(const struct xml_item *item)
{
    while ((item = item->next))
        if (xml_item_is(item, "w:p") || xml_item_is(item, "w:tbl"))
            return false;
    return true;
}

/* A paragraph of the text that is no longer than a line. */
static bool is_one_line(const struct xml_item *paragraph)
{
    enum { CHARACTERS = DOC_TEXT_WIDTH / 320 - 2 }; /* of 16 points, two of them indent */
    size_t n = 0;
    for (const struct xml_item *item = paragraph; item; item = xml_item_after(item, paragraph))
        if (xml_item_is(item, "w:t") && item->first)
            n += utf8_count(item->first->text);
    return style_of(paragraph) == DOC_BODY && n <= CHARACTERS;
}

enum rc docx_keep_ends(struct ctx *ctx, struct docx *docx)
{
    struct xml_item *body = xml_item_child(docx->document, "w:body"), *before = NULL, *earlier = NULL;
    for (struct xml_item *item = body ? body->first : NULL, *next; item; item = next) {
        enum doc_style style = style_of(item);
        next = item->next;
        bool is_end = is_last(item), is_note = style == DOC_NOTE && is_end;
        struct xml_item *last = is_note ? before : is_end ? item : NULL, *above = is_note ? earlier : before;
        if (last && above && is_one_line(last) && style_of(above) == DOC_BODY)
            keep(ctx, above); /* no line stands alone on a last page */
        if (before && style != DOC_STYLES && (doc_is_tail(style) || is_note)) {
            if (xml_item_is(before, "w:p")) {
                keep(ctx, before);
            } else {
                end_in_table(ctx, before);
                next = before->next;
            }
        }
        if (xml_item_is(item, "w:p") || xml_item_is(item, "w:tbl")) {
            earlier = before;
            before = item;
        }
    }
    return arena_rc(ctx->arena);
}
