/* doc_docx_style.c: what dresses the body of a Word file: styles, fonts, footers; see doc_docx.h. */
#include "publish/doc_docx.h"

#include <string.h>

#include "publish/doc_page.h"

#define LETTER_RAISE "170" /* DOC_FOOTER less DOC_LETTER_FOOT: the number stays where it is on other papers */

const char *doc_docx_align_name(enum doc_align align)
{
    static const char *const names[] = {"left", "center", "right", "both"};
    return names[align];
}

void doc_docx_add_fonts(struct buf *out, enum doc_font font)
{
    const char *name = doc_font_names(font)->name;
    buf_add_format(out, "<w:rFonts w:ascii=\"%s\" w:eastAsia=\"%s\" w:hAnsi=\"%s\" w:cs=\"%s\"/>", name, name, name,
                   name);
}

static void add_style(struct buf *out, enum doc_style style)
{
    const struct doc_look *look = doc_look(style);
    buf_add_format(out, "<w:style w:type=\"paragraph\" w:styleId=\"%s\"%s><w:name w:val=\"%s\"/>", look->id,
                   strncmp(look->id, "Gongwen", 7) == 0 ? " w:customStyle=\"1\"" : "", look->name);
    buf_add_cstr(out, "<w:basedOn w:val=\"Normal\"/>");
    if (look->outline)
        buf_add_format(out, "<w:next w:val=\"%s\"/>", doc_look(DOC_BODY)->id);
    buf_add_cstr(out, "<w:qFormat/><w:pPr>");
    if (look->outline)
        buf_add_cstr(out, "<w:keepNext/>");
    /* line and character are exact here; programs differ in how they use a grid */
    buf_add_cstr(out, "<w:snapToGrid w:val=\"0\"/>");
    buf_add_format(out, "<w:spacing w:before=\"%d\" w:after=\"%d\"", look->before * DOC_LINE_TWIPS / 100,
                   look->after * DOC_LINE_TWIPS / 100);
    if (look->line_twips)
        buf_add_format(out, " w:line=\"%d\" w:lineRule=\"exact\"", look->line_twips);
    buf_add_cstr(out, "/>");
    if (look->indent < 0)
        buf_add_format(out, "<w:ind w:left=\"%d\" w:hanging=\"%d\"/>", -look->indent * look->half_points / 10,
                       -look->indent * look->half_points / 10);
    else if (look->indent)
        buf_add_format(out, "<w:ind w:firstLineChars=\"%d\" w:firstLine=\"%d\"/>", look->indent,
                       look->indent * look->half_points / 10);
    buf_add_format(out, "<w:jc w:val=\"%s\"/>", doc_docx_align_name(look->align));
    if (look->outline)
        buf_add_format(out, "<w:outlineLvl w:val=\"%d\"/>", look->outline - 1);
    buf_add_cstr(out, "</w:pPr><w:rPr>");
    doc_docx_add_fonts(out, look->font);
    if (look->is_bold)
        buf_add_cstr(out, "<w:b/>");
    buf_add_format(out, "<w:color w:val=\"%06x\"/>", look->colour);
    if (look->line_twips == DOC_LINE_TWIPS)
        buf_add_format(out, "<w:spacing w:val=\"-%d\"/>", DOC_CHAR_TWIPS);
    buf_add_format(out, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/></w:rPr></w:style>", look->half_points,
                   look->half_points);
}

void doc_docx_write_styles(struct buf *out)
{
    buf_add_cstr(out, XML_HEAD "<w:styles " W_NS "><w:docDefaults><w:rPrDefault><w:rPr>");
    doc_docx_add_fonts(out, DOC_FONT_FANGSONG);
    buf_add_cstr(out, "<w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/><w:lang w:val=\"en-US\" "
                      "w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault>"
                      "<w:pPrDefault/></w:docDefaults>"
                      "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name "
                      "w:val=\"Normal\"/><w:qFormat/></w:style>"
                      "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal "
                      "Table\"/><w:tblPr><w:tblInd w:w=\"0\" "
                      "w:type=\"dxa\"/><w:tblCellMar><w:left w:w=\"50\" w:type=\"dxa\"/><w:right w:w=\"50\" "
                      "w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>");
    for (int i = 0; i < DOC_STYLES; i++)
        add_style(out, (enum doc_style)i);
    buf_add_cstr(out, "</w:styles>");
}

void doc_docx_write_font_table(struct buf *out)
{
    buf_add_cstr(out, XML_HEAD "<w:fonts " W_NS ">");
    for (int i = 0; i < DOC_FONTS; i++)
        buf_add_format(out,
                       "<w:font w:name=\"%s\"><w:altName w:val=\"%s\"/><w:charset w:val=\"86\"/><w:pitch "
                       "w:val=\"variable\"/></w:font>",
                       doc_font_names((enum doc_font)i)->name, doc_font_names((enum doc_font)i)->instead);
    buf_add_cstr(out, "</w:fonts>");
}

void doc_docx_write_footer(struct buf *out, bool is_even, bool is_letter)
{
    buf_add_format(out,
                   XML_HEAD
                   "<w:ftr " W_NS
                   "><w:p><w:pPr><w:snapToGrid w:val=\"0\"/>%s<w:ind w:%s=\"280\"/><w:jc w:val=\"%s\"/></w:pPr>",
                   is_letter ? "<w:spacing w:after=\"" LETTER_RAISE "\"/>" : "", is_even ? "left" : "right",
                   is_even ? "left" : "right");
    static const char *const pieces[] = {"<w:t xml:space=\"preserve\">\xe2\x80\x94 </w:t>",
                                         "<w:fldChar w:fldCharType=\"begin\"/>",
                                         "<w:instrText xml:space=\"preserve\"> PAGE </w:instrText>",
                                         "<w:fldChar w:fldCharType=\"separate\"/>",
                                         "<w:t>1</w:t>",
                                         "<w:fldChar w:fldCharType=\"end\"/>",
                                         "<w:t xml:space=\"preserve\"> \xe2\x80\x94</w:t>"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        buf_add_cstr(out, "<w:r><w:rPr>");
        doc_docx_add_fonts(out, DOC_FONT_SONG);
        buf_add_format(out, "<w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/></w:rPr>%s</w:r>", pieces[i]);
    }
    buf_add_cstr(out, "</w:p></w:ftr>");
}

void doc_docx_write_letter_footer(struct buf *out)
{
    buf_add_format(out,
                   XML_HEAD "<w:ftr " W_NS "><w:p><w:pPr><w:pBdr><w:bottom w:val=\"thinThickSmallGap\" w:sz=\"12\" "
                            "w:space=\"0\" w:color=\"d40000\"/></w:pBdr>"
                            "<w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" "
                            "w:lineRule=\"exact\"/><w:ind w:left=\"-%d\" w:right=\"-%d\"/>"
                            "</w:pPr></w:p></w:ftr>",
                   DOC_LETTER_LEFT, DOC_LETTER_RIGHT);
}
