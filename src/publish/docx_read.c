/* docx_read.c: a filled Word file as the tree of a paper, and the marks of its snapshot; see docx.h. */
#include <string.h>

#include "base/map.h"
#include "publish/doc_page.h"
#include "publish/doc_xml.h"
#include "publish/docx_field.h"
#include "serve/messages.h"

enum { BASED_ON_MAX = 8, CUSTOM_MAX = 4096 };

/* What a style of the file says, itself and through those that it is based on. */
struct file_style {
    enum doc_style style;
    int align, half_points, bold, font, outline; /* -1: not said */
    int64_t colour;
    bool is_indented;
};

struct reading {
    struct ctx *ctx;
    struct doc *doc;
    struct xml_item *styles;
    bool is_landscape;
    bool has_turned;
};

/* ---- properties ---------------------------------------------------------------------------------------------- */

static int parse_int(struct str s, int otherwise)
{
    int64_t n;
    return str_parse_int64(s, &n) && n > INT32_MIN && n < INT32_MAX ? (int)n : otherwise;
}

static int is_on(const struct xml_item *item)
{
    struct str v = xml_item_get(item, "w:val");
    return item ? !(str_equal(v, STR("0")) || str_equal(v, STR("false")) || str_equal(v, STR("off"))) : -1;
}

static int align_of(const struct xml_item *properties, int otherwise)
{
    static const char *const names[] = {"left", "center", "right", "both", "start", "center", "end", "distribute"};
    struct str v = xml_item_get(xml_item_child(properties, "w:jc"), "w:val");
    for (int i = 0; i < 8; i++)
        if (str_equal_cstr(v, names[i]))
            return i % 4;
    return otherwise;
}

static int font_of(const struct xml_item *properties, int otherwise)
{
    struct xml_item *fonts = xml_item_child(properties, "w:rFonts");
    struct str name = xml_item_get(fonts, "w:eastAsia");
    if (!name.n)
        name = xml_item_get(fonts, "w:ascii");
    for (int i = 0; i < DOC_FONTS && name.n; i++) {
        const struct doc_font_names *known = doc_font_names((enum doc_font)i);
        if (str_equal_cstr(name, known->name) || str_find(str_from_cstr(known->instead), name, 0) != SIZE_MAX)
            return i;
    }
    return otherwise;
}

static int64_t colour_of(const struct xml_item *properties, int64_t otherwise)
{
    struct str v = xml_item_get(xml_item_child(properties, "w:color"), "w:val");
    int64_t colour = 0;
    if (v.n != 6)
        return otherwise;
    for (size_t i = 0; i < 6; i++) {
        const char *digits = "0123456789abcdef",
                   *at = strchr(digits, v.p[i] >= 'A' && v.p[i] <= 'F' ? v.p[i] + 32 : v.p[i]);
        if (!at || !*at)
            return otherwise;
        colour = colour * 16 + (at - digits);
    }
    return colour;
}

static struct xml_item *find_style(const struct reading *reading, struct str id)
{
    for (struct xml_item *item = reading->styles ? reading->styles->first : NULL; item; item = item->next)
        if (xml_item_is(item, "w:style") && str_equal(xml_item_get(item, "w:styleId"), id))
            return item;
    return NULL;
}

static struct file_style style_of(const struct reading *reading, struct str id)
{
    struct file_style style = {DOC_STYLES, -1, -1, -1, -1, -1, -1, false};
    struct xml_item *item = find_style(reading, id);
    for (int i = 0; item && i < BASED_ON_MAX; i++) {
        struct xml_item *run = xml_item_child(item, "w:rPr"), *paragraph = xml_item_child(item, "w:pPr");
        enum doc_style known = doc_style_find(xml_item_get(xml_item_child(item, "w:name"), "w:val"));
        style.style = style.style == DOC_STYLES ? known : style.style;
        style.align = style.align < 0 ? align_of(paragraph, -1) : style.align;
        style.half_points = style.half_points < 0 ? parse_int(xml_item_get(xml_item_child(run, "w:sz"), "w:val"), -1)
                                                  : style.half_points;
        style.bold = style.bold < 0 ? is_on(xml_item_child(run, "w:b")) : style.bold;
        style.font = style.font < 0 ? font_of(run, -1) : style.font;
        style.colour = style.colour < 0 ? colour_of(run, -1) : style.colour;
        style.outline = style.outline < 0
                            ? parse_int(xml_item_get(xml_item_child(paragraph, "w:outlineLvl"), "w:val"), -1)
                            : style.outline;
        struct xml_item *indent = xml_item_child(paragraph, "w:ind");
        style.is_indented |= parse_int(xml_item_get(indent, "w:firstLine"), 0) > 0 ||
                             parse_int(xml_item_get(indent, "w:firstLineChars"), 0) > 0;
        item = find_style(reading, xml_item_get(xml_item_child(item, "w:basedOn"), "w:val"));
    }
    return style;
}

static enum doc_style nearest(const struct file_style *style, bool is_in_table, const struct xml_item *properties)
{
    struct xml_item *indent = xml_item_child(properties, "w:ind");
    if (style->style != DOC_STYLES)
        return style->style;
    if (style->outline >= 0 && style->outline < 4)
        return (enum doc_style)(DOC_HEADING_1 + style->outline);
    if (is_in_table)
        return DOC_CELL;
    bool is_indented = style->is_indented || parse_int(xml_item_get(indent, "w:firstLine"), 0) > 0 ||
                       parse_int(xml_item_get(indent, "w:firstLineChars"), 0) > 0;
    return is_indented ? DOC_BODY : DOC_PLAIN;
}

/* ---- paragraphs ---------------------------------------------------------------------------------------------- */

static struct str run_text(struct arena *arena, const struct xml_item *run)
{
    struct str text = STR_EMPTY;
    for (const struct xml_item *piece = run->first; piece; piece = piece->next) {
        if (xml_item_is(piece, "w:t") && piece->first)
            text = text.n ? arena_concat(arena, text, piece->first->text) : piece->first->text;
        else if (xml_item_is(piece, "w:br") || xml_item_is(piece, "w:tab"))
            text = arena_concat(arena, text, xml_item_is(piece, "w:br") ? STR("\n") : STR("\t"));
    }
    return text;
}

/* Of a look only what is not that of the block's style. */
static void set_look(struct doc_run *run, const struct doc_look *look, const struct file_style *style,
                     const struct xml_item *properties)
{
    int size = parse_int(xml_item_get(xml_item_child(properties, "w:sz"), "w:val"), style->half_points);
    int bold = is_on(xml_item_child(properties, "w:b")), font = font_of(properties, style->font);
    int64_t colour = colour_of(properties, style->colour);
    bold = bold < 0 ? style->bold : bold;
    run->bold = bold >= 0 && (bold > 0) != look->is_bold ? bold : -1;
    run->half_points = size > 0 && size != look->half_points ? size : 0;
    run->font = font >= 0 && font != (int)look->font ? font : -1;
    run->colour = colour >= 0 && colour != (int64_t)look->colour ? colour : -1;
}

static void read_runs(struct reading *reading, const struct xml_item *item, const struct file_style *style,
                      struct doc_block *block)
{
    for (const struct xml_item *child = item->first; child; child = child->next) {
        if (xml_item_is(child, "w:r")) {
            struct doc_run *before = block->last;
            doc_add_run(reading->doc, block, run_text(reading->ctx->arena, child), false);
            if (block->last && block->last != before)
                set_look(block->last, doc_look(block->style), style, xml_item_child(child, "w:rPr"));
        } else if (child->first && !xml_item_is(child, "w:pPr") && !xml_item_is(child, "w:del")) {
            read_runs(reading, child, style, block);
        }
    }
}

static bool has_break(const struct xml_item *paragraph, struct xml_item *properties)
{
    if (is_on(xml_item_child(properties, "w:pageBreakBefore")) > 0)
        return true;
    for (const struct xml_item *item = paragraph; item; item = xml_item_after(item, paragraph))
        if (xml_item_is(item, "w:br") && str_equal(xml_item_get(item, "w:type"), STR("page")))
            return true;
    return false;
}

static bool is_landscape_section(const struct xml_item *section)
{
    return str_equal(xml_item_get(xml_item_child(section, "w:pgSz"), "w:orient"), STR("landscape"));
}

static struct doc_block *read_paragraph(struct reading *reading, const struct xml_item *paragraph, bool is_in_table)
{
    struct xml_item *properties = xml_item_child(paragraph, "w:pPr");
    struct file_style style = style_of(reading, xml_item_get(xml_item_child(properties, "w:pStyle"), "w:val"));
    struct doc *doc = reading->doc;
    struct xml_item *line = xml_item_child(xml_item_child(properties, "w:pBdr"), "w:top");
    if (!is_in_table && has_break(paragraph, properties))
        doc_add_mark(doc, DOC_PAGE);
    if (line && !is_in_table && !xml_item_child(paragraph, "w:r")) {
        doc_add_mark(doc, colour_of(line, -1) > 0 || str_find(xml_item_get(line, "w:color"), STR("d4"), 0) == 0
                              ? DOC_RED_LINE
                              : DOC_THIN_LINE);
        return NULL;
    }
    /* Empty paragraphs of almost no height only part tables and end sections. */
    struct xml_item *spacing = xml_item_child(properties, "w:spacing");
    bool is_tiny = !xml_item_child(paragraph, "w:r") && str_equal(xml_item_get(spacing, "w:lineRule"), STR("exact")) &&
                   parse_int(xml_item_get(spacing, "w:line"), 240) <= 40;
    if (is_tiny && !is_in_table)
        return NULL;
    struct doc_block *block = doc_add(doc, nearest(&style, is_in_table, properties), STR_EMPTY);
    if (!block)
        return NULL;
    int align = align_of(properties, style.align);
    block->align = align >= 0 && align != (int)doc_look(block->style)->align ? align : -1;
    int keeps = is_on(xml_item_child(properties, "w:keepNext"));
    block->keeps_next = keeps >= 0 ? keeps > 0 : doc_keeps_next(block->style);
    read_runs(reading, paragraph, &style, block);
    return block;
}

/* ---- tables -------------------------------------------------------------------------------------------------- */

/* Paragraphs are read at the end of the paper and then moved into their cell. */
static void read_cell(struct reading *reading, const struct xml_item *item, struct doc_cell *cell)
{
    struct doc *doc = reading->doc;
    for (const struct xml_item *child = item->first; child; child = child->next) {
        if (!xml_item_is(child, "w:p")) {
            if (child->first && !xml_item_is(child, "w:tcPr"))
                read_cell(reading, child, cell);
            continue;
        }
        struct doc_block *before = doc->last;
        struct doc_block *block = read_paragraph(reading, child, true);
        if (!block)
            continue;
        block->keeps_next = false;
        doc->last = before;
        if (before)
            before->next = NULL;
        else
            doc->first = NULL;
        if (cell->last)
            cell->last->next = block;
        else
            cell->first = block;
        cell->last = block;
    }
}

static void read_row(struct reading *reading, const struct xml_item *item, struct doc_table *table, bool may_be_head)
{
    bool is_head = may_be_head && is_on(xml_item_child(xml_item_child(item, "w:trPr"), "w:tblHeader")) > 0;
    struct doc_row *row = doc_new_row(table, is_head);
    for (const struct xml_item *child = item->first; row && child; child = child->next) {
        if (!xml_item_is(child, "w:tc"))
            continue;
        struct xml_item *properties = xml_item_child(child, "w:tcPr"), *merge = xml_item_child(properties, "w:vMerge");
        struct doc_cell *cell = ARENA_NEW(reading->ctx->arena, struct doc_cell);
        if (!cell)
            return;
        cell->span = parse_int(xml_item_get(xml_item_child(properties, "w:gridSpan"), "w:val"), 1);
        cell->merge = !merge                                                    ? DOC_ALONE
                      : str_equal(xml_item_get(merge, "w:val"), STR("restart")) ? DOC_TOP
                                                                                : DOC_BELOW;
        if (row->last)
            row->last->next = cell;
        else
            row->first = cell;
        row->last = cell;
        read_cell(reading, child, cell);
    }
}

static void read_table(struct reading *reading, const struct xml_item *item)
{
    int widths[DOC_COLUMNS_MAX] = {0}, columns = 0;
    struct xml_item *grid = xml_item_child(item, "w:tblGrid");
    for (const struct xml_item *column = grid ? grid->first : NULL; column && columns < DOC_COLUMNS_MAX;
         column = column->next)
        if (xml_item_is(column, "w:gridCol"))
            widths[columns++] = parse_int(xml_item_get(column, "w:w"), 1000);
    struct doc_table *table = columns ? doc_add_table(reading->doc, widths, columns) : NULL;
    if (!table)
        return;
    struct xml_item *properties = xml_item_child(item, "w:tblPr"),
                    *borders = xml_item_child(properties, "w:tblBorders");
    struct str top = xml_item_get(xml_item_child(borders, "w:top"), "w:val");
    struct xml_item *first_cell = xml_item_child(xml_item_child(item, "w:tr"), "w:tc");
    bool has_cell_lines = xml_item_child(xml_item_child(first_cell, "w:tcPr"), "w:tcBorders") != NULL;
    table->is_bare = !has_cell_lines && !xml_item_child(properties, "w:tblStyle") &&
                     (!borders || str_equal(top, STR("none")) || str_equal(top, STR("nil")));
    for (const struct xml_item *row = item->first; row; row = row->next)
        if (xml_item_is(row, "w:tr"))
            read_row(reading, row, table, !table->last || table->last->is_head);
    const struct doc_block *block = table->first && table->first->first ? table->first->first->first : NULL;
    table->is_imprint = block && (block->style == DOC_IMPRINT || block->style == DOC_COPIES);
}

/* ---- whole --------------------------------------------------------------------------------------------------- */

/* A section is described at its end; what it says holds for what stands before it. */
bool docx_next_is_landscape(const struct xml_item *item)
{
    for (const struct xml_item *at = item; at; at = at->next) {
        struct xml_item *section = xml_item_is(at, "w:sectPr")
                                       ? (struct xml_item *)at
                                       : xml_item_child(xml_item_child(at, "w:pPr"), "w:sectPr");
        if (section)
            return is_landscape_section(section);
    }
    return false;
}

/* What stands in text boxes comes behind the paragraph that they hang in; the copy for old programs is left out. */
static void read_boxes(struct reading *reading, const struct xml_item *item)
{
    for (const struct xml_item *child = item->first; child; child = child->next) {
        if (xml_item_is(child, "mc:Fallback"))
            continue;
        if (!xml_item_is(child, "w:txbxContent")) {
            read_boxes(reading, child);
            continue;
        }
        for (const struct xml_item *inner = child->first; inner; inner = inner->next) {
            if (xml_item_is(inner, "w:p"))
                (void)read_paragraph(reading, inner, false);
            else if (xml_item_is(inner, "w:tbl"))
                read_table(reading, inner);
        }
    }
}

static void read_blocks(struct reading *reading, const struct xml_item *body)
{
    bool begins = true;
    for (const struct xml_item *item = body->first; item; item = item->next) {
        if (begins) {
            bool is_landscape = docx_next_is_landscape(item);
            if (reading->has_turned)
                doc_turn(reading->doc, is_landscape);
            else
                reading->doc->facts.is_landscape = is_landscape;
            reading->has_turned = true;
        }
        if (xml_item_is(item, "w:p")) {
            (void)read_paragraph(reading, item, false);
            read_boxes(reading, item);
        } else if (xml_item_is(item, "w:tbl")) {
            read_table(reading, item);
        }
        begins = xml_item_child(xml_item_child(item, "w:pPr"), "w:sectPr") != NULL;
    }
}

enum rc docx_read(struct ctx *ctx, const struct docx *docx, const struct doc_facts *facts, struct doc **ret_doc)
{
    struct reading reading = {.ctx = ctx};
    const struct zip_part *styles = zip_find_part(&docx->parts, STR("word/styles.xml"));
    if (styles)
        TRY(xml_tree_read(ctx, styles->bytes, styles->name, &reading.styles));
    TRY(doc_new(ctx, facts, &reading.doc));
    struct xml_item *body = xml_item_child(docx->document, "w:body");
    if (body)
        read_blocks(&reading, body);
    TRY(arena_rc(ctx->arena));
    *ret_doc = reading.doc;
    return RC_OK;
}

/* ---- marks of the snapshot ----------------------------------------------------------------------------------- */

static void replace_part(struct ctx *ctx, struct docx *docx, const char *name, struct str bytes)
{
    struct zip_part *part = zip_find_part(&docx->parts, str_from_cstr(name));
    struct zip_part *parts = part ? NULL : ARENA_NEW_ARRAY(ctx->arena, struct zip_part, docx->parts.n + 1);
    if (part) {
        part->bytes = bytes;
    } else if (parts) {
        memcpy(parts, docx->parts.parts, docx->parts.n * sizeof *parts);
        parts[docx->parts.n] = (struct zip_part){str_from_cstr(name), bytes};
        docx->parts.parts = parts;
        docx->parts.n++;
    }
}

/* Puts text before the last end tag of a part that lists things, unless it names them already. */
static void add_to_list(struct ctx *ctx, struct docx *docx, const char *name, const char *known, const char *end,
                        const char *text)
{
    struct zip_part *part = zip_find_part(&docx->parts, str_from_cstr(name));
    if (!part || str_find(part->bytes, str_from_cstr(known), 0) != SIZE_MAX)
        return;
    size_t at = str_find(part->bytes, str_from_cstr(end), 0);
    if (at == SIZE_MAX)
        return;
    struct str head = arena_concat(ctx->arena, str_slice(part->bytes, 0, at), str_from_cstr(text));
    part->bytes = arena_concat(ctx->arena, head, str_slice(part->bytes, at, part->bytes.n));
}

static void set_properties(struct ctx *ctx, struct docx *docx, const struct doc_facts *facts)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, CUSTOM_MAX);
    buf_add_cstr(
        &out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Properties "
              "xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/"
              "custom-properties\" xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">");
    buf_add_format(&out,
                   "<property fmtid=\"{D5CDD505-2E9C-101B-9397-08002B2CF9AE}\" pid=\"2\" "
                   "name=\"BihuanEvent\"><vt:lpwstr>%lld</vt:lpwstr></property>",
                   (long long)facts->snapshot_seq);
    buf_add_format(&out,
                   "<property fmtid=\"{D5CDD505-2E9C-101B-9397-08002B2CF9AE}\" pid=\"3\" "
                   "name=\"BihuanDigest\"><vt:lpwstr>%.*s</vt:lpwstr></property>",
                   STR_ARG(facts->snapshot_digest));
    buf_add_cstr(&out, "</Properties>");
    replace_part(ctx, docx, "docProps/custom.xml", arena_copy_str(ctx->arena, buf_str(&out)));
    add_to_list(ctx, docx, "[Content_Types].xml", "docProps/custom.xml", "</Types>",
                "<Override PartName=\"/docProps/custom.xml\" "
                "ContentType=\"application/vnd.openxmlformats-officedocument.custom-properties+xml\"/>");
    add_to_list(ctx, docx, "_rels/.rels", "docProps/custom.xml", "</Relationships>",
                "<Relationship Id=\"rIdBihuan\" "
                "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties\" "
                "Target=\"docProps/custom.xml\"/>");
}

static void set_core(struct ctx *ctx, struct docx *docx, const struct doc_facts *facts)
{
    struct zip_part *part = zip_find_part(&docx->parts, STR("docProps/core.xml"));
    struct xml_item *root;
    if (!part || xml_tree_read(ctx, part->bytes, part->name, &root) != RC_OK)
        return;
    struct buf time CLEANUP(buf_done), out CLEANUP(buf_done);
    buf_init(&time, 64);
    buf_init(&out, 1 << 20);
    doc_xml_time(&time, facts->made_ms);
    for (struct xml_item *item = root->first; item; item = item->next) {
        bool is_time = xml_item_is(item, "dcterms:created") || xml_item_is(item, "dcterms:modified");
        struct str text = xml_item_is(item, "dc:title")     ? facts->title
                          : xml_item_is(item, "dc:creator") ? facts->author
                          : is_time                         ? arena_copy_str(ctx->arena, buf_str(&time))
                                                            : STR_EMPTY;
        if (text.n) {
            item->first = item->last = NULL;
            xml_item_append(item, xml_item_text(ctx, text));
        }
    }
    xml_tree_write(&out, root);
    part->bytes = arena_copy_str(ctx->arena, buf_str(&out));
}

static bool has_text(const struct xml_item *root, struct str text)
{
    for (const struct xml_item *item = root; item; item = xml_item_after(item, root))
        if (!item->name.n && str_find(item->text, text, 0) != SIZE_MAX)
            return true;
    return false;
}

static struct xml_item *new_note(struct ctx *ctx, struct str text)
{
    struct xml_item *paragraph = xml_item_new(ctx, "w:p"), *properties = xml_item_new(ctx, "w:pPr"),
                    *spacing = xml_item_new(ctx, "w:spacing");
    struct xml_item *style = xml_item_new(ctx, "w:pStyle"), *run = xml_item_new(ctx, "w:r"),
                    *look = xml_item_new(ctx, "w:rPr"), *size = xml_item_new(ctx, "w:sz"),
                    *t = xml_item_new(ctx, "w:t");
    xml_item_set(ctx, style, "w:val", str_from_cstr(doc_look(DOC_NOTE)->id));
    xml_item_set(ctx, spacing, "w:before", STR("240"));
    xml_item_set(ctx, size, "w:val", STR("15"));
    xml_item_append(paragraph, properties);
    xml_item_append(properties, style);
    xml_item_append(properties, spacing);
    xml_item_append(paragraph, run);
    xml_item_append(run, look);
    xml_item_append(look, size);
    xml_item_append(run, t);
    xml_item_append(t, xml_item_text(ctx, text));
    return paragraph;
}

static struct xml_item *imprint_place(const struct xml_item *item)
{
    struct xml_item *place =
        xml_item_is(item, "w:tbl") ? xml_item_child(xml_item_child(item, "w:tblPr"), "w:tblpPr") : NULL;
    return place && str_equal(xml_item_get(place, "w:tblpYSpec"), STR("bottom")) ? place : NULL;
}

/* At the end of the body: before the imprint, which would otherwise be left on the page before, and what describes the
 * last section. */
static void add_note(struct ctx *ctx, struct docx *docx, struct str text)
{
    struct xml_item *body = xml_item_child(docx->document, "w:body"), *note = new_note(ctx, text), *before = NULL;
    if (!body || !note)
        return;
    for (struct xml_item *item = body->first; item && !xml_item_is(item, "w:sectPr") && !imprint_place(item);
         item = item->next)
        before = item;
    note->parent = body;
    note->next = before ? before->next : body->first;
    if (before)
        before->next = note;
    else
        body->first = note;
    if (!note->next)
        body->last = note;
}

/* Rows of an imprint may have gone in filling: its place is that of the rows it has. */
static void place_imprint(struct ctx *ctx, struct docx *docx)
{
    struct xml_item *body = xml_item_child(docx->document, "w:body");
    for (struct xml_item *table = body ? body->first : NULL; table; table = table->next) {
        struct xml_item *place = imprint_place(table);
        if (!place)
            continue;
        int rows = 0;
        for (const struct xml_item *row = table->first; row; row = row->next)
            rows += xml_item_is(row, "w:tr");
        xml_item_set(ctx, place, "w:tblpY", arena_format(ctx->arena, "%d", DOC_TEXT_HEIGHT - rows * DOC_IMPRINT_LINE));
    }
}

void docx_set_facts(struct ctx *ctx, struct docx *docx, const struct doc_facts *facts)
{
    struct arena *arena = ctx->arena;
    place_imprint(ctx, docx);
    if (!facts->snapshot_seq)
        return;
    struct str args[2] = {arena_format(arena, "%lld", (long long)facts->snapshot_seq), facts->snapshot_digest};
    set_properties(ctx, docx, facts);
    set_core(ctx, docx, facts);
    if (!has_text(docx->document, facts->snapshot_digest))
        add_note(ctx, docx, message_format(arena, LANG_ZH, STR("paper.snapshot_line"), args, 2));
}
