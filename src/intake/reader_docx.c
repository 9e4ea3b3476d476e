/* reader_docx.c: Word documents.  Source: ECMA-376 part 1, 17 (WordprocessingML).
 *
 * Paragraphs in reading order with style, weight, alignment and the automatic number; tables as cells; text boxes after
 * the paragraph they hang on; footnotes, heads and feet at the end.  Of tracked changes the accepted state is read.
 */
#include <string.h>

#include "intake/reader_numbering.h"
#include "intake/reader_office.h"

enum { STYLE_DEPTH = 12 };

struct style {
    struct str id;
    int outline; /* 1..9, 0 none, -1 not said */
    int bold;    /* -1 not said */
    enum paragraph_align align;
    struct str num_id;
    int level; /* of the list, -1 not said */
    struct str based_on;
    struct style *next;
};

struct docx {
    struct reader *reader;
    struct zip_package *package;
    struct style *styles;
    struct str default_style;
    struct numbering *numbering;
    /* the paragraph being read */
    struct buf text;
    long chars, bold_chars;
    int base_bold, field_depth, field_result; /* complex fields: only results are shown */
    bool joins_next;                          /* its end mark was deleted */
    VEC(const struct xml_node *) boxes;       /* text boxes met in it */
    /* where it stands */
    struct buf *cell; /* text of the open cell, or NULL */
    struct str place_prefix;
    int place_number;
    bool is_furniture;
    int box_depth;
    long deleted, pictures;
};

static enum paragraph_align align_of(const struct xml_node *properties)
{
    struct str value = xml_attribute(xml_child(properties, "jc"), "val");
    return str_equal_cstr(value, "center")                                  ? ALIGN_CENTER
           : str_equal_cstr(value, "right") || str_equal_cstr(value, "end") ? ALIGN_RIGHT
           : value.n                                                        ? ALIGN_LEFT
                                                                            : ALIGN_UNKNOWN;
}

static int bold_of(const struct xml_node *properties)
{
    return xml_child(properties, "b") ? office_is_on(properties, "b") : -1;
}

/* "heading 2", "Heading 2", "\u6807\u9898 2" */
static int level_of_name(struct str name)
{
    struct str rest = STR_EMPTY;
    if (name.n > 8 && str_equal_nocase(str_slice(name, 0, 8), STR("heading ")))
        rest = str_slice(name, 8, name.n);
    else if (str_has_prefix(name, STR("\u6807\u9898 ")))
        rest = str_slice(name, 7, name.n);
    return rest.n == 1 && rest.p[0] >= '1' && rest.p[0] <= '9' ? rest.p[0] - '0' : 0;
}

static enum rc read_styles(struct docx *docx, const struct xml_node *root)
{
    for (const struct xml_node *node = xml_child(root, "style"); node; node = xml_next(node)) {
        struct style *style = ARENA_NEW(docx->reader->scratch, struct style);
        if (!style)
            return reader_no_room(docx->reader, arena_rc(docx->reader->scratch));
        const struct xml_node *p = xml_child(node, "pPr"), *list = xml_child(p, "numPr");
        style->id = xml_attribute(node, "styleId");
        style->based_on = xml_attribute(xml_child(node, "basedOn"), "val");
        int64_t outline = xml_attribute_int(xml_child(p, "outlineLvl"), "val", -1);
        int named = level_of_name(xml_attribute(xml_child(node, "name"), "val"));
        style->outline = outline >= 0 && outline <= 8 ? (int)outline + 1 : outline == 9 ? 0 : named ? named : -1;
        style->bold = bold_of(xml_child(node, "rPr"));
        style->align = align_of(p);
        style->num_id = xml_attribute(xml_child(list, "numId"), "val");
        style->level = (int)xml_attribute_int(xml_child(list, "ilvl"), "val", -1);
        style->next = docx->styles;
        docx->styles = style;
        if (str_equal_cstr(xml_attribute(node, "type"), "paragraph") &&
            str_equal_cstr(xml_attribute(node, "default"), "1"))
            docx->default_style = style->id;
    }
    return RC_OK;
}

static const struct style *find_style(const struct docx *docx, struct str id)
{
    const struct style *style = docx->styles;
    while (style && !(id.n && str_equal(style->id, id)))
        style = style->next;
    return style;
}

/* The style with what it inherits; a circle of styles ends at STYLE_DEPTH. */
static struct style resolve_style(const struct docx *docx, struct str id)
{
    struct style sum = {.outline = -1, .bold = -1, .level = -1};
    for (int depth = 0; depth < STYLE_DEPTH; depth++) {
        const struct style *style = find_style(docx, id);
        if (!style)
            break;
        sum.outline = sum.outline < 0 ? style->outline : sum.outline;
        sum.bold = sum.bold < 0 ? style->bold : sum.bold;
        sum.align = sum.align == ALIGN_UNKNOWN ? style->align : sum.align;
        sum.num_id = sum.num_id.n ? sum.num_id : style->num_id;
        sum.level = sum.level < 0 ? style->level : sum.level;
        id = style->based_on;
    }
    return sum;
}

/* Text of a paragraph. */

static void add_text(struct docx *docx, struct str s, bool is_bold)
{
    if (docx->field_depth > docx->field_result)
        return; /* the instruction of a field, not its result */
    buf_add(&docx->text, s);
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] > ' ') {
            docx->chars++;
            docx->bold_chars += is_bold;
        }
}

static void read_run(struct docx *docx, const struct xml_node *run)
{
    const struct xml_node *properties = xml_child(run, "rPr");
    if (office_is_on(properties, "vanish")) {
        reader_note(docx->reader, "reader.note.hidden_text", STR_EMPTY);
        return;
    }
    int bold = bold_of(properties);
    if (bold < 0)
        bold = resolve_style(docx, xml_attribute(xml_child(properties, "rStyle"), "val")).bold;
    bool is_bold = bold < 0 ? docx->base_bold > 0 : bold > 0;
    for (const struct xml_node *node = run->first; node; node = node->next) {
        if (xml_is(node, "t")) {
            for (const struct xml_node *text = node->first; text; text = text->next)
                add_text(docx, text->text, is_bold);
        } else if (xml_is(node, "tab") || xml_is(node, "ptab")) {
            add_text(docx, STR("\t"), false);
        } else if (xml_is(node, "br") || xml_is(node, "cr")) {
            add_text(docx, STR("\n"), false);
        } else if (xml_is(node, "noBreakHyphen")) {
            add_text(docx, STR("-"), is_bold);
        } else if (xml_is(node, "fldChar")) {
            struct str type = xml_attribute(node, "fldCharType");
            if (str_equal_cstr(type, "begin"))
                docx->field_depth++;
            else if (str_equal_cstr(type, "separate") && docx->field_result < docx->field_depth)
                docx->field_result++;
            else if (str_equal_cstr(type, "end") && docx->field_depth > 0) {
                docx->field_depth--;
                if (docx->field_result > docx->field_depth)
                    docx->field_result = docx->field_depth;
            }
        } else if (xml_is(node, "footnoteReference") || xml_is(node, "endnoteReference")) {
            struct str id = xml_attribute(node, "id");
            add_text(docx, arena_format(docx->reader->scratch, "[%.*s]", STR_ARG(id)), is_bold);
        }
    }
}

/* Text boxes and pictures below a drawing; the same box is written twice, as Choice and as Fallback. */
static void find_boxes(struct docx *docx, const struct xml_node *node)
{
    for (const struct xml_node *child = node->first; child; child = child->next) {
        if (xml_is(child, "txbxContent")) {
            (void)VEC_PUSH(docx->reader->scratch, &docx->boxes, child);
            continue;
        }
        if (xml_is(child, "Fallback") && xml_child(node, "Choice"))
            continue;
        docx->pictures += xml_is(child, "blip") || xml_is(child, "imagedata");
        find_boxes(docx, child);
    }
}

static void read_inline(struct docx *docx, const struct xml_node *parent)
{
    for (const struct xml_node *node = parent->first; node; node = node->next) {
        if (xml_is(node, "del") || xml_is(node, "moveFrom")) {
            docx->deleted++;
        } else if (xml_is(node, "r")) {
            if (xml_child(node, "AlternateContent") || xml_child(node, "drawing") || xml_child(node, "pict") ||
                xml_child(node, "object"))
                find_boxes(docx, node);
            read_run(docx, node);
        } else if (xml_is(node, "t")) { /* a formula's text */
            add_text(docx, xml_text(docx->reader, node), false);
        } else if (node->name.n && !xml_is(node, "pPr") && !xml_is(node, "Fallback") && !xml_is(node, "rPr")) {
            read_inline(docx, node);
        }
    }
}

static enum rc read_blocks(struct docx *docx, const struct xml_node *parent);

/* Boxes are blocks of their own; the paragraph around them is finished before. */
static enum rc read_boxes(struct docx *docx)
{
    if (docx->box_depth > 3) {
        docx->boxes.n = 0;
        return RC_OK;
    }
    size_t n = docx->boxes.n;
    const struct xml_node **boxes = docx->boxes.p;
    docx->boxes.p = NULL;
    docx->boxes.n = docx->boxes.room = 0;
    docx->box_depth++;
    for (size_t i = 0; i < n; i++)
        TRY(read_blocks(docx, boxes[i]));
    docx->box_depth--;
    return RC_OK;
}

static struct str next_place(struct docx *docx)
{
    if (!docx->place_prefix.n)
        return STR_EMPTY;
    return arena_format(docx->reader->scratch, "%.*s p%d", STR_ARG(docx->place_prefix), ++docx->place_number);
}

static enum rc add_to_cell(struct docx *docx, struct str mark)
{
    struct str text = reader_trim(buf_str(&docx->text));
    if (!text.n && !mark.n)
        return RC_OK;
    if (docx->cell->n)
        buf_add_char(docx->cell, '\n');
    buf_add(docx->cell, mark);
    buf_add(docx->cell, text);
    return RC_OK;
}

/* Each line of the paragraph (divided by line breaks) is a paragraph of ours; the mark stands on the first. */
static enum rc add_lines(struct docx *docx, struct paragraph p)
{
    struct str rest = buf_str(&docx->text), line;
    bool is_list = p.list_mark.n > 0;
    if (!reader_trim(rest).n) {
        p.text = STR_EMPTY;
        p.place = is_list ? next_place(docx) : STR_EMPTY;
        return is_list ? reader_add(docx->reader, p) : RC_OK;
    }
    while (str_split_next(&rest, '\n', &line)) {
        p.text = reader_trim(line);
        if (!p.text.n)
            continue;
        p.place = next_place(docx);
        TRY(reader_add(docx->reader, p));
        p.list_mark = STR_EMPTY;
    }
    return RC_OK;
}

static enum rc read_paragraph(struct docx *docx, const struct xml_node *node)
{
    struct reader *reader = docx->reader;
    const struct xml_node *properties = xml_child(node, "pPr"), *list = xml_child(properties, "numPr");
    struct str id = xml_attribute(xml_child(properties, "pStyle"), "val");
    struct style style = resolve_style(docx, id.n ? id : docx->default_style);
    if (!docx->joins_next) {
        buf_reset(&docx->text);
        docx->chars = docx->bold_chars = 0;
    }
    docx->base_bold = style.bold;
    read_inline(docx, node);
    docx->joins_next = xml_child(xml_child(properties, "rPr"), "del") != NULL;
    if (docx->joins_next) {
        docx->deleted++;
        return RC_OK;
    }
    if (buf_rc(&docx->text) != RC_OK)
        return reader_line_no_room(reader, buf_rc(&docx->text));
    struct str num_id = list ? xml_attribute(xml_child(list, "numId"), "val") : style.num_id;
    if (list && !num_id.n)
        num_id = style.num_id;
    int64_t level = xml_attribute_int(xml_child(list, "ilvl"), "val", style.level < 0 ? 0 : style.level);
    /* an empty paragraph of a list still shows, and counts, its number */
    struct str mark = num_id.n && level >= 0 && level < NUMBERING_LEVELS
                          ? numbering_next(docx->numbering, num_id, (int)level)
                          : STR_EMPTY;
    int64_t own = xml_attribute_int(xml_child(properties, "outlineLvl"), "val", -1);
    struct paragraph p = {.outline_level = own >= 0 && own <= 8            ? (int)own + 1
                                           : own == 9 || style.outline < 0 ? 0
                                                                           : style.outline,
                          .bold = docx->chars > 0 && docx->bold_chars == docx->chars,
                          .align = align_of(properties) != ALIGN_UNKNOWN ? align_of(properties) : style.align,
                          .list_mark = mark,
                          .is_furniture = docx->is_furniture};
    p.kind = p.outline_level ? PARAGRAPH_HEADING : mark.n ? PARAGRAPH_LIST_ITEM : PARAGRAPH_TEXT;
    TRY(docx->cell ? add_to_cell(docx, mark) : add_lines(docx, p));
    return docx->boxes.n ? read_boxes(docx) : RC_OK;
}

/* Tables. */

struct docx_cell {
    struct paragraph p;
    bool is_dropped; /* continues the cell above */
};

struct docx_table {
    VEC(struct docx_cell) cells;
    VEC(size_t) above; /* index + 1 of the cell open downwards, by column */
};

static enum rc read_cell(struct docx *docx, const struct xml_node *node, struct docx_table *table, struct paragraph p)
{
    struct arena *arena = docx->reader->scratch;
    const struct xml_node *properties = xml_child(node, "tcPr"), *merge = xml_child(properties, "vMerge");
    int64_t span = xml_attribute_int(xml_child(properties, "gridSpan"), "val", 1);
    p.column_span = span < 1 ? 1 : span > 1000 ? 1000 : (int)span;
    if (p.column + p.column_span > READER_COLUMN_MAX)
        return reader_damaged(docx->reader, "reader.table_too_wide", STR_EMPTY);
    while (table->above.n < (size_t)p.column + (size_t)p.column_span)
        if (!VEC_PUSH(arena, &table->above, 0))
            return reader_no_room(docx->reader, arena_rc(arena));
    struct buf text CLEANUP(buf_done);
    buf_init(&text, READER_PARAGRAPH_MAX);
    struct buf *outer = docx->cell;
    docx->cell = &text;
    enum rc rc = read_blocks(docx, node);
    docx->cell = outer;
    TRY(rc);
    if (buf_rc(&text) != RC_OK)
        return reader_line_no_room(docx->reader, buf_rc(&text));
    size_t *above = &table->above.p[p.column];
    bool continues = merge && !str_equal_cstr(xml_attribute(merge, "val"), "restart") && *above;
    if (continues && !text.n) {
        table->cells.p[*above - 1].p.row_span++;
        return RC_OK;
    }
    p.text = arena_copy_str(arena, buf_str(&text));
    p.row_span = 1;
    p.bold = docx->chars > 0 && docx->bold_chars == docx->chars;
    if (!VEC_PUSH(arena, &table->cells, (struct docx_cell){.p = p}))
        return reader_no_room(docx->reader, arena_rc(arena));
    for (int i = 0; i < p.column_span; i++)
        table->above.p[p.column + i] = merge && i == 0 ? table->cells.n : 0;
    return RC_OK;
}

static enum rc read_row(struct docx *docx, const struct xml_node *node, struct docx_table *table, struct paragraph *p)
{
    const struct xml_node *properties = xml_child(node, "trPr");
    if (xml_child(properties, "del")) {
        docx->deleted++;
        return RC_OK;
    }
    int64_t before = xml_attribute_int(xml_child(properties, "gridBefore"), "val", 0);
    p->row++;
    p->column = 1 + (before > 0 && before < 1000 ? (int)before : 0);
    p->is_header_cell = office_is_on(properties, "tblHeader");
    for (const struct xml_node *cell = node->first; cell; cell = cell->next) {
        const struct xml_node *tc = xml_is(cell, "sdt") ? xml_child(xml_child(cell, "sdtContent"), "tc") : cell;
        if (!xml_is(tc, "tc"))
            continue;
        TRY(read_cell(docx, tc, table, *p));
        int64_t span = xml_attribute_int(xml_child(xml_child(tc, "tcPr"), "gridSpan"), "val", 1);
        p->column += span < 1 ? 1 : span > 1000 ? 1000 : (int)span;
    }
    return RC_OK;
}

static enum rc read_table(struct docx *docx, const struct xml_node *node)
{
    struct docx_table table = {0};
    struct paragraph p = {.kind = PARAGRAPH_CELL, .is_furniture = docx->is_furniture};
    for (const struct xml_node *row = node->first; row; row = row->next) {
        const struct xml_node *inner = xml_is(row, "sdt") || xml_is(row, "ins") ? xml_child(row, "sdtContent") : NULL;
        const struct xml_node *tr = xml_is(row, "tr") ? row : xml_child(inner ? inner : NULL, "tr");
        for (; tr; tr = tr == row ? NULL : xml_next(tr))
            TRY(read_row(docx, tr, &table, &p));
    }
    docx->reader->table_number++;
    for (size_t i = 0; i < table.cells.n; i++) {
        table.cells.p[i].p.table = docx->reader->table_number;
        TRY(reader_add(docx->reader, table.cells.p[i].p));
    }
    return RC_OK;
}

/* A table inside a cell has no cells of its own: its text belongs to the cell. */
static enum rc read_inner_table(struct docx *docx, const struct xml_node *node)
{
    for (const struct xml_node *row = xml_child(node, "tr"); row; row = xml_next(row))
        for (const struct xml_node *cell = xml_child(row, "tc"); cell; cell = xml_next(cell))
            TRY(read_blocks(docx, cell));
    return RC_OK;
}

static enum rc read_blocks(struct docx *docx, const struct xml_node *parent)
{
    for (const struct xml_node *node = parent->first; node; node = node->next) {
        if (xml_is(node, "p"))
            TRY(read_paragraph(docx, node));
        else if (xml_is(node, "tbl"))
            TRY(docx->cell ? read_inner_table(docx, node) : read_table(docx, node));
        else if (xml_is(node, "sdt") || xml_is(node, "sdtContent") || xml_is(node, "ins") || xml_is(node, "moveTo") ||
                 xml_is(node, "customXml") || xml_is(node, "smartTag") || xml_is(node, "AlternateContent") ||
                 (xml_is(node, "Choice") && !xml_is(parent, "body")))
            TRY(read_blocks(docx, node));
        else if (xml_is(node, "del") || xml_is(node, "moveFrom"))
            docx->deleted++;
    }
    return RC_OK;
}

/* Footnotes, endnotes: each under its own number, "footnote 2 p1". */
static enum rc read_notes(struct docx *docx, const struct xml_node *root, const char *name)
{
    for (const struct xml_node *note = xml_child(root, name); note; note = xml_next(note)) {
        if (xml_has_attribute(note, "type")) /* the separator line */
            continue;
        docx->place_prefix = arena_format(docx->reader->scratch, "%s %.*s", name, STR_ARG(xml_attribute(note, "id")));
        docx->place_number = 0;
        TRY(read_blocks(docx, note));
    }
    return RC_OK;
}

static enum rc read_margins(struct docx *docx, const struct xml_node *relations, struct str part)
{
    int number = 0;
    for (const struct xml_node *r = xml_child(relations, "Relationship"); r; r = xml_next(r)) {
        struct str type = xml_attribute(r, "Type");
        bool is_head = str_has_suffix(type, STR("/header"));
        if (!is_head && !str_has_suffix(type, STR("/footer")))
            continue;
        const struct xml_node *root;
        struct str target = zip_resolve_path(docx->reader->scratch, part, xml_attribute(r, "Target"));
        TRY(office_part(docx->package, docx->reader, target, &root));
        docx->place_prefix = arena_format(docx->reader->scratch, "%s %d", is_head ? "header" : "footer", ++number);
        docx->place_number = 0;
        docx->is_furniture = true;
        if (root)
            TRY(read_blocks(docx, root));
        docx->is_furniture = false;
    }
    return RC_OK;
}

static enum rc read_part(struct docx *docx, const struct xml_node *relations, struct str part, const char *type,
                         const struct xml_node **ret)
{
    struct str target = office_target(docx->reader, relations, part, type, STR_EMPTY);
    *ret = NULL;
    return target.n ? office_part(docx->package, docx->reader, target, ret) : RC_OK;
}

static enum rc read_document(struct docx *docx)
{
    struct str part;
    const struct xml_node *root, *relations, *other;
    TRY(office_main_part(docx->package, docx->reader, STR("word/document.xml"), &part));
    TRY(office_part(docx->package, docx->reader, part, &root));
    if (!root || !xml_child(root, "body"))
        return reader_damaged(docx->reader, "reader.part_missing", part);
    TRY(office_relations(docx->package, docx->reader, part, &relations));
    TRY(read_part(docx, relations, part, "styles", &other));
    TRY(read_styles(docx, other));
    TRY(read_part(docx, relations, part, "numbering", &other));
    TRY(numbering_new(docx->reader, other, &docx->numbering));
    TRY(office_title(docx->package, docx->reader));
    TRY(read_blocks(docx, xml_child(root, "body")));
    TRY(read_part(docx, relations, part, "footnotes", &other));
    TRY(read_notes(docx, other, "footnote"));
    TRY(read_part(docx, relations, part, "endnotes", &other));
    TRY(read_notes(docx, other, "endnote"));
    TRY(read_margins(docx, relations, part));
    if (docx->deleted)
        reader_note_int(docx->reader, "reader.note.deleted", docx->deleted);
    if (docx->pictures)
        reader_note_int(docx->reader, "reader.note.pictures", docx->pictures);
    return RC_OK;
}

enum rc reader_docx(struct reader *reader, struct str bytes)
{
    struct zip_package *package CLEANUP(zip_package_free_ptr) = NULL;
    TRY(zip_package_open(reader, bytes, &package));
    struct docx docx = {.reader = reader, .package = package};
    buf_init(&docx.text, READER_PARAGRAPH_MAX);
    enum rc rc = read_document(&docx);
    buf_done(&docx.text);
    return rc;
}
