/* doc_text.c: see doc_text.h. */
#include "publish/doc_text.h"

#include <pango/pangocairo.h>

#include "publish/doc_page.h"
#include "publish/font_layout.h"

static const double PT = 20.0;          /* twips in a point */
static const double TABLE_PITCH = 1.25; /* of the size: CJK fonts claim much room */

PangoFontDescription *doc_text_font(enum doc_font font, int half_points, bool is_bold)
{
    PangoFontDescription *description = pango_font_description_new();
    pango_font_description_set_family(description, doc_font_names(font)->families);
    pango_font_description_set_absolute_size(description, half_points * PANGO_SCALE / 2.0);
    pango_font_description_set_weight(description, is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    return description;
}

static void add_attribute(PangoAttrList *list, PangoAttribute *attribute, size_t from, size_t to)
{
    attribute->start_index = (guint)from;
    attribute->end_index = (guint)to;
    pango_attr_list_insert(list, attribute);
}

static void add_run_attributes(PangoAttrList *list, const struct doc_look *look, const struct doc_run *run, size_t from,
                               size_t to)
{
    bool is_bold = run->bold >= 0 ? run->bold > 0 : look->is_bold;
    if (run->font >= 0 || run->half_points || is_bold != look->is_bold) {
        PangoFontDescription *font = doc_text_font(run->font >= 0 ? (enum doc_font)run->font : look->font,
                                                   run->half_points ? run->half_points : look->half_points, is_bold);
        add_attribute(list, pango_attr_font_desc_new(font), from, to);
        pango_font_description_free(font);
    }
    if (run->colour >= 0)
        add_attribute(list,
                      pango_attr_foreground_new((guint16)((run->colour >> 16 & 255) * 257),
                                                (guint16)((run->colour >> 8 & 255) * 257),
                                                (guint16)((run->colour & 255) * 257)),
                      from, to);
}

/* Text on the grid of 28 characters is set a little closer. */
static bool is_on_grid(const struct doc_look *look) { return look->line_twips == DOC_LINE_TWIPS; }

PangoLayout *doc_text_layout(cairo_t *cairo, struct doc *doc, const struct doc_block *block, double width)
{
    const struct doc_look *look = doc_look(block->style);
    PangoLayout *layout = font_layout_new(cairo);
    PangoFontDescription *font = doc_text_font(look->font, look->half_points, look->is_bold);
    PangoAttrList *list = pango_attr_list_new();
    size_t at = 0;
    for (const struct doc_run *run = block->first; run; run = run->next) {
        add_run_attributes(list, look, run, at, at + run->text.n);
        if ((run->font >= 0 ? run->font : (int)look->font) == DOC_FONT_KAITI)
            font_layout_take_marks(list, run->text, at, doc_font_names(DOC_FONT_SONG)->families);
        at += run->text.n;
    }
    add_attribute(list, pango_attr_insert_hyphens_new(FALSE), 0, at + 1); /* a digest has none */
    if (is_on_grid(look))
        add_attribute(list, pango_attr_letter_spacing_new(-DOC_GRID_CHARS * PANGO_SCALE / 4096), 0, at + 1);
    struct str text = doc_block_text(doc, block);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text.p ? text.p : "", (int)text.n);
    pango_layout_set_attributes(layout, list);
    pango_layout_set_width(layout, (int)((width + 0.5) * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    int align = block->align >= 0 ? block->align : (int)look->align;
    pango_layout_set_alignment(layout, align == DOC_CENTER  ? PANGO_ALIGN_CENTER
                                       : align == DOC_RIGHT ? PANGO_ALIGN_RIGHT
                                                            : PANGO_ALIGN_LEFT);
    pango_layout_set_justify(layout, align == DOC_BOTH);
    pango_layout_set_indent(
        layout, (int)(look->indent / 100.0 * (look->half_points / 2.0 - (is_on_grid(look) ? 0.207 : 0)) * PANGO_SCALE));
    pango_attr_list_unref(list);
    pango_font_description_free(font);
    return layout;
}

double doc_text_pitch(const struct doc_look *look)
{
    return look->line_twips ? look->line_twips / PT : look->half_points / 2.0 * TABLE_PITCH;
}

int doc_text_lines(PangoLayout *layout, const struct doc_look *look, struct doc_line *lines, int room)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    int n = 0;
    do {
        PangoRectangle logical;
        if (n >= room)
            break;
        pango_layout_iter_get_line_extents(iter, NULL, &logical);
        double natural = (double)logical.height / PANGO_SCALE,
               ascent = (double)(pango_layout_iter_get_baseline(iter) - logical.y) / PANGO_SCALE;
        double height = doc_text_pitch(look);
        lines[n++] = (struct doc_line){.line = pango_layout_iter_get_line_readonly(iter),
                                       .x = (double)logical.x / PANGO_SCALE,
                                       .height = height,
                                       .ascent = ascent + (height - natural) / 2,
                                       .look = look};
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    return n;
}
