/* doc_docx.c: a paper as a Word file (ECMA-376, WordprocessingML); see doc.h. */
#include <string.h>

#include "base/clock.h"
#include "publish/doc.h"
#include "publish/doc_docx.h"
#include "publish/doc_page.h"
#include "publish/doc_title.h"
#include "publish/doc_xml.h"
#include "publish/zip_file.h"

#define R_NS "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""

enum { PART_MAX = 192 * 1024 * 1024, TABLE_TEXT_TWIPS = DOC_TEXT_WIDTH, TABLE_TEXT_TURNED = DOC_TEXT_WIDTH_TURNED };

/* ---- small things -------------------------------------------------------------------------------------------- */

void doc_xml_text(struct buf *out, struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool is_control = c < ' ' && c != '\n' && c != '\t';
        if (c != '&' && c != '<' && c != '>' && c != '"' && !is_control)
            continue;
        buf_add(out, str_slice(s, from, i));
        from = i + 1;
        if (!is_control)
            buf_add_cstr(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;");
    }
    buf_add(out, str_slice(s, from, s.n));
}

void doc_xml_run_text(struct buf *out, struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '\n' && s.p[i] != '\t')
            continue;
        if (i > from) {
            buf_add_cstr(out, "<w:t xml:space=\"preserve\">");
            doc_xml_text(out, str_slice(s, from, i));
            buf_add_cstr(out, "</w:t>");
        }
        if (i < s.n)
            buf_add_cstr(out, s.p[i] == '\n' ? "<w:br/>" : "<w:tab/>");
        from = i + 1;
    }
}

void doc_xml_time(struct buf *out, int64_t at_ms)
{
    char text[TIME_TEXT_BYTES];
    int64_t at = at_ms ? at_ms : 946684800000; /* 2000-01-01 */
    struct str time = time_format_china(at - (int64_t)CLOCK_CHINA_OFFSET_S * 1000, text);
    buf_add(out, str_slice(time, 0, 10));
    buf_add_char(out, 'T');
    buf_add(out, str_slice(time, 11, time.n));
    buf_add_char(out, 'Z');
}

/* ---- body ---------------------------------------------------------------------------------------------------- */

struct body {
    struct doc *doc;
    struct buf *out;
    bool is_landscape, breaks_page;
    bool is_after_table;
    int section_count;
    int head_twips; /* of marks over the issuer */
};

static void add_section(struct body *body)
{
    struct buf *out = body->out;
    bool is_letter = body->doc->facts.is_letter;
    buf_add_cstr(out, "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId3\"/><w:footerReference "
                      "w:type=\"even\" r:id=\"rId4\"/>");
    if (is_letter)
        buf_add_cstr(out, "<w:footerReference w:type=\"first\" r:id=\"rId6\"/>");
    if (body->is_landscape)
        buf_add_format(out,
                       "<w:pgSz w:w=\"%d\" w:h=\"%d\" w:orient=\"landscape\"/><w:pgMar w:top=\"%d\" w:right=\"%d\" "
                       "w:bottom=\"%d\" w:left=\"%d\" "
                       "w:header=\"851\" w:footer=\"794\" w:gutter=\"0\"/>",
                       DOC_SHEET_HEIGHT, DOC_SHEET_WIDTH, DOC_MARGIN_LEFT, DOC_MARGIN_TOP, DOC_MARGIN_RIGHT,
                       DOC_MARGIN_BOTTOM);
    else
        buf_add_format(out,
                       "<w:pgSz w:w=\"%d\" w:h=\"%d\"/><w:pgMar w:top=\"%d\" w:right=\"%d\" w:bottom=\"%d\" "
                       "w:left=\"%d\" w:header=\"851\" "
                       "w:footer=\"%d\" w:gutter=\"0\"/>",
                       DOC_SHEET_WIDTH, DOC_SHEET_HEIGHT, is_letter ? DOC_LETTER_TOP : DOC_MARGIN_TOP, DOC_MARGIN_RIGHT,
                       DOC_MARGIN_BOTTOM, DOC_MARGIN_LEFT, is_letter ? DOC_LETTER_FOOT : DOC_FOOTER);
    if (is_letter && !body->section_count)
        buf_add_cstr(out, "<w:titlePg/>");
    buf_add_format(out, "<w:docGrid w:type=\"linesAndChars\" w:linePitch=\"%d\" w:charSpace=\"-%d\"/></w:sectPr>",
                   DOC_LINE_TWIPS, DOC_GRID_CHARS);
    body->section_count++;
}

static void add_tiny(struct body *body, bool ends_section)
{
    struct buf *out = body->out;
    buf_add_format(out,
                   "<w:p><w:pPr>%s<w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" "
                   "w:lineRule=\"exact\"/>",
                   body->breaks_page ? "<w:pageBreakBefore/>" : "");
    body->breaks_page = false;
    if (ends_section)
        add_section(body);
    else
        buf_add_cstr(out, "<w:rPr><w:sz w:val=\"2\"/></w:rPr>");
    buf_add_cstr(out, "</w:pPr></w:p>");
}

static void add_line(struct body *body, bool is_red)
{
    if (is_red && body->doc->facts.is_letter) {
        buf_add_format(body->out,
                       "<w:p><w:pPr><w:pBdr><w:top w:val=\"thickThinSmallGap\" w:sz=\"12\" w:space=\"0\" "
                       "w:color=\"d40000\"/></w:pBdr><w:snapToGrid w:val=\"0\"/>"
                       "<w:spacing w:before=\"%d\" w:after=\"0\" w:line=\"%d\" w:lineRule=\"exact\"/><w:ind "
                       "w:left=\"-%d\" w:right=\"-%d\"/></w:pPr></w:p>",
                       DOC_LETTER_GAP, DOC_LETTER_GAP, DOC_LETTER_LEFT, DOC_LETTER_RIGHT);
        return;
    }
    buf_add_format(body->out,
                   "<w:p><w:pPr><w:pBdr><w:top w:val=\"single\" w:sz=\"%d\" w:space=\"1\" "
                   "w:color=\"%s\"/></w:pBdr><w:snapToGrid w:val=\"0\"/>"
                   "<w:spacing w:before=\"%d\" w:after=\"0\" w:line=\"%d\" w:lineRule=\"exact\"/></w:pPr></w:p>",
                   is_red ? DOC_RED_EIGHTHS : DOC_THIN_EIGHTHS, is_red ? "d40000" : "000000", is_red ? DOC_RED_GAP : 0,
                   is_red ? DOC_RED_LINES * DOC_LINE_TWIPS : 60);
}

static void add_run(struct buf *out, const struct doc_look *look, const struct doc_run *run)
{
    buf_add_cstr(out, "<w:r>");
    bool has_font = run->font >= 0 && run->font != (int)look->font;
    bool is_bold = run->bold >= 0 ? run->bold > 0 : look->is_bold;
    if (has_font || is_bold != look->is_bold || run->half_points || run->colour >= 0) {
        buf_add_cstr(out, "<w:rPr>");
        if (has_font)
            doc_docx_add_fonts(out, (enum doc_font)run->font);
        if (is_bold != look->is_bold)
            buf_add_cstr(out, is_bold ? "<w:b/>" : "<w:b w:val=\"0\"/>");
        if (run->colour >= 0)
            buf_add_format(out, "<w:color w:val=\"%06x\"/>", (unsigned)run->colour);
        if (run->half_points)
            buf_add_format(out, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/>", run->half_points, run->half_points);
        buf_add_cstr(out, "</w:rPr>");
    }
    doc_xml_run_text(out, run->text);
    buf_add_cstr(out, "</w:r>");
}

/* With the next paragraph on one page: what asks for it, the head of a table, the text before a signature. */
static void add_keep_next(struct buf *out, const struct doc_block *block, const struct doc_look *look)
{
    const struct doc_block *next = block->next;
    bool has_tail = !doc_is_tail(block->style) && next && next->kind == DOC_TEXT && doc_is_tail(next->style);
    if ((block->keeps_next && !look->outline) || block->style == DOC_CELL_HEAD || has_tail)
        buf_add_cstr(out, "<w:keepNext/>");
    else if (!block->keeps_next && look->outline)
        buf_add_cstr(out, "<w:keepNext w:val=\"0\"/>");
}

/* Issuer: as far from the top as the standard says, whatever stands over it. */
static void add_room_above(struct body *body, enum doc_style style)
{
    if (style == DOC_ISSUER && body->doc->facts.is_letter)
        buf_add_cstr(body->out, "<w:spacing w:before=\"0\" w:after=\"0\"/>");
    else if (style == DOC_ISSUER)
        buf_add_format(body->out, "<w:spacing w:before=\"%d\"/>",
                       DOC_ISSUER_TWIPS - DOC_ISSUER_LEAD - body->head_twips);
    else if (style == DOC_SECRECY)
        body->head_twips += DOC_LINE_TWIPS;
}

static void add_indent(struct body *body, const struct doc_block *block, const struct doc_look *look, int width)
{
    struct buf *out = body->out;
    int aside = body->doc->facts.is_template ? 0 : doc_title_inset(block, width);
    if (aside)
        buf_add_format(out, "<w:ind w:left=\"%d\" w:right=\"%d\"/>", aside, aside);
    /* Signature: right, four characters in (GB/T 9704, 7.3.5.4). */
    if (block->style == DOC_SIGN || block->style == DOC_DATE)
        buf_add_cstr(out, "<w:ind w:rightChars=\"400\" w:right=\"1264\"/>");
    /* Imprint: one character in (7.4.2), of the paragraph: programs differ in what margins of a cell do to a table. */
    int hanging = look->indent < 0 ? -look->indent * look->half_points / 10 : 0;
    if (block->style == DOC_IMPRINT || block->style == DOC_COPIES)
        buf_add_format(out, "<w:ind w:left=\"%d\" w:right=\"%d\" w:hanging=\"%d\"/>", DOC_IMPRINT_INSET + hanging,
                       DOC_IMPRINT_INSET, hanging);
}

static void add_alignment(struct body *body, const struct doc_block *block, const struct doc_look *look)
{
    if (block->align >= 0 && block->align != (int)look->align)
        buf_add_format(body->out, "<w:jc w:val=\"%s\"/>", doc_docx_align_name((enum doc_align)block->align));
    else if (block->align < 0 && look->align == DOC_BOTH && doc_has_long_word(doc_block_text(body->doc, block)))
        buf_add_cstr(body->out, "<w:jc w:val=\"left\"/>"); /* else the line before it is drawn out */
}

static void add_paragraph(struct body *body, const struct doc_block *given)
{
    struct buf *out = body->out;
    int width = body->is_landscape ? TABLE_TEXT_TURNED : TABLE_TEXT_TWIPS;
    const struct doc_block *block = body->doc->facts.is_template ? given : doc_title_broken(body->doc, given, width);
    const struct doc_look *look = doc_look(block->style);
    buf_add_format(out, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>", look->id);
    add_keep_next(out, block, look);
    if (body->breaks_page)
        buf_add_cstr(out, "<w:pageBreakBefore/>");
    body->breaks_page = false;
    add_room_above(body, block->style);
    add_indent(body, block, look, width);
    add_alignment(body, block, look);
    buf_add_cstr(out, "</w:pPr>");
    for (const struct doc_run *run = block->first; run; run = run->next)
        add_run(out, look, run);
    buf_add_cstr(out, "</w:p>");
}

static void add_cell(struct body *body, const struct doc_cell *cell, long width, bool is_bare)
{
    struct buf *out = body->out;
    buf_add_format(out, "<w:tc><w:tcPr><w:tcW w:w=\"%ld\" w:type=\"dxa\"/>", width);
    if (cell->span > 1)
        buf_add_format(out, "<w:gridSpan w:val=\"%d\"/>", cell->span);
    if (cell->merge != DOC_ALONE)
        buf_add_cstr(out, cell->merge == DOC_TOP ? "<w:vMerge w:val=\"restart\"/>" : "<w:vMerge/>");
    if (!is_bare)
        buf_add_cstr(out, "<w:vAlign w:val=\"center\"/>");
    buf_add_cstr(out, "</w:tcPr>");
    for (const struct doc_block *block = cell->first; block; block = block->next)
        add_paragraph(body, block);
    if (!cell->first)
        buf_add_cstr(out, "<w:p/>");
    buf_add_cstr(out, "</w:tc>");
}

static long grid_width(const struct doc_table *table, int from, int span, long text)
{
    long sum = 0, part = 0;
    for (int i = 0; i < table->columns; i++) {
        sum += table->widths[i];
        part += i >= from && i < from + span ? table->widths[i] : 0;
    }
    return sum ? text * part / sum : text;
}

/* The imprint lies at the foot of the text of the page that its anchor, the next paragraph, is on.  tblpY says the same
 * for programs that do not know tblpYSpec.  Its left edge is told from the edge of the sheet: LibreOffice lets a table
 * that is as wide as the text float only then. */
static void add_imprint_place(struct buf *out, const struct doc_table *table, bool is_landscape)
{
    int rows = 0;
    for (const struct doc_row *row = table->first; row; row = row->next)
        rows++;
    buf_add_format(out,
                   "<w:tblpPr w:leftFromText=\"0\" w:rightFromText=\"0\" w:vertAnchor=\"margin\" "
                   "w:horzAnchor=\"page\" w:tblpX=\"%d\" "
                   "w:tblpY=\"%d\" w:tblpYSpec=\"bottom\"/><w:tblOverlap w:val=\"never\"/>",
                   is_landscape ? DOC_MARGIN_BOTTOM : DOC_MARGIN_LEFT, DOC_TEXT_HEIGHT - rows * DOC_IMPRINT_LINE);
}

static void add_table(struct body *body, const struct doc_table *table)
{
    struct buf *out = body->out;
    long text = body->is_landscape ? TABLE_TEXT_TURNED : TABLE_TEXT_TWIPS;
    if (body->is_after_table || body->breaks_page)
        add_tiny(body, false);
    buf_add_cstr(out, "<w:tbl><w:tblPr>");
    if (table->is_imprint)
        add_imprint_place(out, table, body->is_landscape);
    buf_add_format(out, "<w:tblW w:w=\"%ld\" w:type=\"dxa\"/>", text);
    if (table->is_imprint) {
        buf_add_format(out,
                       "<w:tblBorders><w:top w:val=\"single\" w:sz=\"%d\" w:space=\"0\" w:color=\"000000\"/><w:bottom "
                       "w:val=\"single\" w:sz=\"%d\" w:space=\"0\" "
                       "w:color=\"000000\"/><w:insideH w:val=\"single\" w:sz=\"%d\" w:space=\"0\" "
                       "w:color=\"000000\"/></w:tblBorders>",
                       DOC_THICK_EIGHTHS, DOC_THICK_EIGHTHS, DOC_THIN_EIGHTHS);
    } else if (!table->is_bare) {
        static const char *const sides[] = {"top", "left", "bottom", "right", "insideH", "insideV"};
        buf_add_cstr(out, "<w:tblBorders>");
        for (int i = 0; i < 6; i++)
            buf_add_format(out, "<w:%s w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>", sides[i]);
        buf_add_cstr(out, "</w:tblBorders>");
    }
    buf_add_cstr(out, "<w:tblLayout w:type=\"fixed\"/>");
    if (table->is_imprint)
        buf_add_cstr(out, "<w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"0\" "
                          "w:type=\"dxa\"/></w:tblCellMar>");
    buf_add_cstr(out, "</w:tblPr><w:tblGrid>");
    for (int i = 0; i < table->columns; i++)
        buf_add_format(out, "<w:gridCol w:w=\"%ld\"/>", grid_width(table, i, 1, text));
    buf_add_cstr(out, "</w:tblGrid>");
    for (const struct doc_row *row = table->first; row; row = row->next) {
        buf_add_format(out, "<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val=\"340\" w:hRule=\"atLeast\"/>%s</w:trPr>",
                       row->is_head ? "<w:tblHeader/>" : "");
        int column = 0;
        for (const struct doc_cell *cell = row->first; cell; cell = cell->next) {
            add_cell(body, cell, grid_width(table, column, cell->span, text), table->is_bare);
            column += cell->span;
        }
        buf_add_cstr(out, "</w:tr>");
    }
    buf_add_cstr(out, "</w:tbl>");
}

static void write_body(struct doc *doc, struct buf *out)
{
    struct body body = {.doc = doc, .out = out, .is_landscape = doc->facts.is_landscape};
    buf_add_cstr(out, XML_HEAD "<w:document " W_NS " " R_NS "><w:body>");
    for (const struct doc_block *block = doc->first; block; block = block->next) {
        switch (block->kind) {
        case DOC_TEXT:
            add_paragraph(&body, block);
            break;
        case DOC_TABLE:
            add_table(&body, block->table);
            break;
        case DOC_RED_LINE:
        case DOC_THIN_LINE:
            add_line(&body, block->kind == DOC_RED_LINE);
            break;
        case DOC_PAGE:
            body.breaks_page = true;
            break;
        case DOC_TURN:
            if (block->is_landscape != body.is_landscape && block != doc->first)
                add_tiny(&body, true);
            body.is_landscape = block->is_landscape;
            break;
        }
        body.is_after_table = block->kind == DOC_TABLE || (block->kind == DOC_PAGE && body.is_after_table);
    }
    if (body.is_after_table)
        add_tiny(&body, false);
    add_section(&body);
    buf_add_cstr(out, "</w:body></w:document>");
}

/* ---- package ------------------------------------------------------------------------------------------------- */

static void add_custom(struct buf *out, int id, const char *name, struct str value)
{
    buf_add_format(out, "<property fmtid=\"{D5CDD505-2E9C-101B-9397-08002B2CF9AE}\" pid=\"%d\" name=\"%s\"><vt:lpwstr>",
                   id, name);
    doc_xml_text(out, value);
    buf_add_cstr(out, "</vt:lpwstr></property>");
}

static void write_custom(struct doc *doc, struct buf *out)
{
    buf_add_cstr(out, XML_HEAD
                 "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" "
                 "xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">");
    add_custom(out, 2, "BihuanEvent", arena_format(doc->ctx->arena, "%lld", (long long)doc->facts.snapshot_seq));
    add_custom(out, 3, "BihuanDigest", doc->facts.snapshot_digest);
    buf_add_cstr(out, "</Properties>");
}

static void write_core(struct doc *doc, struct buf *out)
{
    buf_add_cstr(
        out, XML_HEAD
        "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
        "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>");
    doc_xml_text(out, doc->facts.title);
    buf_add_cstr(out, "</dc:title><dc:subject>");
    doc_xml_text(out, doc->facts.subject);
    buf_add_cstr(out, "</dc:subject><dc:creator>");
    doc_xml_text(out, doc->facts.author);
    buf_add_cstr(out, "</dc:creator><dc:language>zh-CN</dc:language>");
    static const char *const dates[] = {"created", "modified"};
    for (int i = 0; i < 2; i++) {
        buf_add_format(out, "<dcterms:%s xsi:type=\"dcterms:W3CDTF\">", dates[i]);
        doc_xml_time(out, doc->facts.made_ms);
        buf_add_format(out, "</dcterms:%s>", dates[i]);
    }
    buf_add_cstr(out, "</cp:coreProperties>");
}

static const char content_types[] =
    XML_HEAD "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
             "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
             "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
             "<Override PartName=\"/word/document.xml\" "
             "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>"
             "<Override PartName=\"/word/styles.xml\" "
             "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>"
             "<Override PartName=\"/word/settings.xml\" "
             "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml\"/>"
             "<Override PartName=\"/word/fontTable.xml\" "
             "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml\"/>"
             "<Override PartName=\"/word/footer1.xml\" "
             "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>"
             "<Override PartName=\"/word/footer2.xml\" "
             "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>"
             "<Override PartName=\"/word/footer3.xml\" "
             "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>"
             "<Override PartName=\"/docProps/core.xml\" "
             "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
             "<Override PartName=\"/docProps/custom.xml\" "
             "ContentType=\"application/vnd.openxmlformats-officedocument.custom-properties+xml\"/></Types>";
static const char package_relations[] =
    XML_HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
             "<Relationship Id=\"rId1\" "
             "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" "
             "Target=\"word/document.xml\"/>"
             "<Relationship Id=\"rId2\" "
             "Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" "
             "Target=\"docProps/core.xml\"/>"
             "<Relationship Id=\"rId3\" "
             "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties\" "
             "Target=\"docProps/custom.xml\"/></Relationships>";
static const char document_relations[] = XML_HEAD
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" "
    "Target=\"styles.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings\" "
    "Target=\"settings.xml\"/>"
    "<Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" "
    "Target=\"footer1.xml\"/>"
    "<Relationship Id=\"rId4\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" "
    "Target=\"footer2.xml\"/>"
    "<Relationship Id=\"rId5\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable\" "
    "Target=\"fontTable.xml\"/>"
    "<Relationship Id=\"rId6\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" "
    "Target=\"footer3.xml\"/></Relationships>";
static const char settings[] =
    XML_HEAD "<w:settings " W_NS "><w:zoom w:percent=\"100\"/><w:evenAndOddHeaders/>"
             "<w:characterSpacingControl "
             "w:val=\"compressPunctuation\"/><w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/>"
             "<w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/"
             "><w:useFELayout/>"
             "<w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" "
             "w:val=\"15\"/></w:compat>"
             "<w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:settings>";

static enum rc add_part(struct zip_write *zip, struct buf *part, const char *name)
{
    TRY(buf_rc(part));
    zip_write_add(zip, str_from_cstr(name), buf_str(part));
    buf_reset(part);
    return RC_OK;
}

static enum rc add_parts(struct doc *doc, struct zip_write *zip, struct buf *part)
{
    zip_write_add(zip, STR("[Content_Types].xml"), str_from_cstr(content_types));
    zip_write_add(zip, STR("_rels/.rels"), str_from_cstr(package_relations));
    zip_write_add(zip, STR("word/_rels/document.xml.rels"), str_from_cstr(document_relations));
    zip_write_add(zip, STR("word/settings.xml"), str_from_cstr(settings));
    write_body(doc, part);
    TRY(add_part(zip, part, "word/document.xml"));
    doc_docx_write_styles(part);
    TRY(add_part(zip, part, "word/styles.xml"));
    doc_docx_write_font_table(part);
    TRY(add_part(zip, part, "word/fontTable.xml"));
    doc_docx_write_footer(part, false, doc->facts.is_letter);
    TRY(add_part(zip, part, "word/footer1.xml"));
    doc_docx_write_footer(part, true, doc->facts.is_letter);
    TRY(add_part(zip, part, "word/footer2.xml"));
    doc_docx_write_letter_footer(part);
    TRY(add_part(zip, part, "word/footer3.xml"));
    write_core(doc, part);
    TRY(add_part(zip, part, "docProps/core.xml"));
    write_custom(doc, part);
    TRY(add_part(zip, part, "docProps/custom.xml"));
    return RC_OK;
}

enum rc doc_write_docx(struct doc *doc, struct buf *out)
{
    struct zip_write *zip;
    struct buf part CLEANUP(buf_done);
    buf_init(&part, PART_MAX);
    TRY(arena_rc(doc->ctx->arena));
    TRY(zip_write_open(doc->ctx, NULL, &zip));
    enum rc rc = add_parts(doc, zip, &part);
    if (rc != RC_OK) {
        zip_write_drop(zip);
        return rc;
    }
    return zip_write_close(doc->ctx, zip, out);
}
