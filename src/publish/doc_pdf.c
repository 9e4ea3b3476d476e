/* doc_pdf.c: a paper as PDF: pango sets the text, cairo writes it; see doc.h.
 *
 * Each paragraph is laid out alone and its lines are put on pages at the fixed pitch of GB/T 9704.  Tagged: a paragraph
 * that goes over a page is one tag on each page, because a tag of cairo must end on its page.
 */
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "base/clock.h"
#include "publish/doc.h"
#include "publish/doc_page.h"
#include "publish/doc_pdf_mark.h"
#include "publish/doc_xml.h"
#include "publish/font_layout.h"

enum { OUTLINE_LEVELS = 5, CELL_LINES_MAX = 20000 };
static const double PAD_X = 4, PAD_Y = 3, PT = 20.0; /* twips in a point */

struct pdf {
    struct doc *doc;
    struct buf *out;
    cairo_surface_t *surface;
    cairo_t *cairo;
    bool is_landscape, has_page, breaks_page;
    int page;
    double left, top, width, bottom, y;
    int outline[OUTLINE_LEVELS];
};

static cairo_status_t take_bytes(void *arg, const unsigned char *bytes, unsigned int n)
{
    struct buf *out = arg;
    buf_add_bytes(out, bytes, n);
    return buf_rc(out) == RC_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void set_colour(cairo_t *cairo, uint32_t colour)
{
    cairo_set_source_rgb(cairo, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0);
}

/* ---- layouts ------------------------------------------------------------------------------------------------- */

static PangoFontDescription *font_of(enum doc_font font, int half_points, bool is_bold)
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

static void add_run_attributes(PangoAttrList *list, const struct doc_look *look, const struct doc_run *run, size_t from, size_t to)
{
    bool is_bold = run->bold >= 0 ? run->bold > 0 : look->is_bold;
    if (run->font >= 0 || run->half_points || is_bold != look->is_bold) {
        PangoFontDescription *font = font_of(run->font >= 0 ? (enum doc_font)run->font : look->font,
                                             run->half_points ? run->half_points : look->half_points, is_bold);
        add_attribute(list, pango_attr_font_desc_new(font), from, to);
        pango_font_description_free(font);
    }
    if (run->colour >= 0)
        add_attribute(list, pango_attr_foreground_new((guint16)((run->colour >> 16 & 255) * 257), (guint16)((run->colour >> 8 & 255) * 257),
                                                      (guint16)((run->colour & 255) * 257)), from, to);
}

/* Text on the grid of 28 characters is set a little closer, as Word does. */
static bool is_on_grid(const struct doc_look *look) { return look->line_twips == DOC_LINE_TWIPS; }

static PangoLayout *new_layout(struct pdf *pdf, const struct doc_block *block, double width)
{
    const struct doc_look *look = doc_look(block->style);
    PangoLayout *layout = font_layout_new(pdf->cairo);
    PangoFontDescription *font = font_of(look->font, look->half_points, look->is_bold);
    PangoAttrList *list = pango_attr_list_new();
    size_t at = 0;
    for (const struct doc_run *run = block->first; run; run = run->next) {
        add_run_attributes(list, look, run, at, at + run->text.n);
        at += run->text.n;
    }
    if (is_on_grid(look))
        add_attribute(list, pango_attr_letter_spacing_new(-DOC_GRID_CHARS * PANGO_SCALE / 4096), 0, at + 1);
    struct str text = doc_block_text(pdf->doc, block);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text.p ? text.p : "", (int)text.n);
    pango_layout_set_attributes(layout, list);
    pango_layout_set_width(layout, (int)((width + 0.5) * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    int align = block->align >= 0 ? block->align : (int)look->align;
    pango_layout_set_alignment(layout, align == DOC_CENTER ? PANGO_ALIGN_CENTER : align == DOC_RIGHT ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_justify(layout, align == DOC_BOTH);
    pango_layout_set_indent(layout, (int)(look->indent / 100.0 * (look->half_points / 2.0 - (is_on_grid(look) ? 0.207 : 0)) * PANGO_SCALE));
    pango_attr_list_unref(list);
    pango_font_description_free(font);
    return layout;
}

struct line {
    PangoLayoutLine *line;
    double x, height, ascent;
    const struct doc_look *look;
};

/* Lines of a layout with where they stand; at most `room`. */
static int lines_of(PangoLayout *layout, const struct doc_look *look, struct line *lines, int room)
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
        /* CJK fonts claim much room; a line of a table is 1.25 of its size. */
        double height = look->line_twips ? look->line_twips / PT : look->half_points / 2.0 * 1.25;
        lines[n++] = (struct line){.line = pango_layout_iter_get_line_readonly(iter),
                                   .x = (double)logical.x / PANGO_SCALE,
                                   .height = height,
                                   .ascent = ascent + (height - natural) / 2,
                                   .look = look};
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    return n;
}

/* ---- pages --------------------------------------------------------------------------------------------------- */

static void put_page_number(struct pdf *pdf)
{
    if (pdf->doc->facts.is_letter && pdf->page == 1)
        return;
    char text[32];
    (void)snprintf(text, sizeof text, "\xe2\x80\x94 %d \xe2\x80\x94", pdf->page);
    PangoLayout *layout = font_layout_new(pdf->cairo);
    PangoFontDescription *font = font_of(DOC_FONT_SONG, 28, false);
    int width, height;
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text, -1);
    pango_layout_get_size(layout, &width, &height);
    double x = pdf->page % 2 ? pdf->left + pdf->width - (double)width / PANGO_SCALE - 14 : pdf->left + 14;
    set_colour(pdf->cairo, 0);
    cairo_move_to(pdf->cairo, x, pdf->bottom + 7 * 72 / 25.4 + 14 - (double)pango_layout_get_baseline(layout) / PANGO_SCALE);
    pango_cairo_show_layout(pdf->cairo, layout);
    pango_font_description_free(font);
    g_object_unref(layout);
}

static void end_page(struct pdf *pdf)
{
    if (!pdf->has_page)
        return;
    put_page_number(pdf);
    cairo_show_page(pdf->cairo);
    pdf->has_page = false;
}

static void begin_page(struct pdf *pdf)
{
    end_page(pdf);
    double sheet_width = (pdf->is_landscape ? DOC_SHEET_HEIGHT : DOC_SHEET_WIDTH) / PT,
           sheet_height = (pdf->is_landscape ? DOC_SHEET_WIDTH : DOC_SHEET_HEIGHT) / PT;
    cairo_pdf_surface_set_size(pdf->surface, sheet_width, sheet_height);
    pdf->left = (pdf->is_landscape ? DOC_MARGIN_BOTTOM : DOC_MARGIN_LEFT) / PT;
    pdf->top = (pdf->is_landscape ? DOC_MARGIN_LEFT : DOC_MARGIN_TOP) / PT;
    pdf->width = sheet_width - pdf->left - (pdf->is_landscape ? DOC_MARGIN_TOP : DOC_MARGIN_RIGHT) / PT;
    pdf->bottom = sheet_height - (pdf->is_landscape ? DOC_MARGIN_RIGHT : DOC_MARGIN_BOTTOM) / PT;
    pdf->y = pdf->top;
    pdf->page++;
    pdf->has_page = true;
    pdf->breaks_page = false;
}

static void need_page(struct pdf *pdf)
{
    if (!pdf->has_page || pdf->breaks_page)
        begin_page(pdf);
}

/* ---- paragraphs ---------------------------------------------------------------------------------------------- */

static void put_line(struct pdf *pdf, const struct line *line, double x, double y)
{
    set_colour(pdf->cairo, line->look->colour);
    cairo_move_to(pdf->cairo, x + line->x, y + line->ascent);
    pango_cairo_show_layout_line(pdf->cairo, line->line);
}

static const char *tag_of(const struct doc_look *look)
{
    static const char *const tags[] = {"P", "H1", "H2", "H3", "H4"};
    return tags[look->outline < 5 ? look->outline : 0];
}

static void add_outline(struct pdf *pdf, const struct doc_block *block, const struct doc_look *look)
{
    int level = block->style == DOC_TITLE ? 0 : look->outline;
    struct str text = block->first ? block->first->text : STR_EMPTY;
    if (!text.n || (!level && block->style != DOC_TITLE))
        return;
    char where[80];
    (void)snprintf(where, sizeof where, "page=%d pos=[%ld %ld]", pdf->page, (long)pdf->left, (long)pdf->y);
    int parent = CAIRO_PDF_OUTLINE_ROOT;
    for (int i = level - 1; i > 0 && parent == CAIRO_PDF_OUTLINE_ROOT; i--)
        parent = pdf->outline[i];
    int made = cairo_pdf_surface_add_outline(pdf->surface, parent, arena_copy_cstr(pdf->doc->ctx->arena, text), where, CAIRO_PDF_OUTLINE_FLAG_OPEN);
    pdf->outline[level] = made;
    for (int i = level + 1; i < OUTLINE_LEVELS; i++)
        pdf->outline[i] = CAIRO_PDF_OUTLINE_ROOT;
}

static double block_height(struct pdf *pdf, const struct doc_block *block)
{
    const struct doc_look *look = doc_look(block->style);
    PangoLayout *layout = new_layout(pdf, block, pdf->width);
    double height = pango_layout_get_line_count(layout) * (look->line_twips ? look->line_twips / PT : look->half_points / 2.0 * 1.25);
    g_object_unref(layout);
    return height;
}

/* Room that must be left below the first line, so that a heading does not stand alone. */
static double kept_height(struct pdf *pdf, const struct doc_block *block)
{
    const struct doc_block *next = block->next;
    double kept = 0;
    for (int i = 0; i < 3 && block && block->keeps_next && next; i++, block = next, next = next->next)
        kept += next->kind == DOC_TEXT && next->keeps_next ? block_height(pdf, next) : 2 * DOC_LINE_TWIPS / PT;
    return kept;
}

static void put_text(struct pdf *pdf, const struct doc_block *block)
{
    const struct doc_look *look = doc_look(block->style);
    static const double SIGN_IN = 4 * 15.793; /* a signature stands four characters in */
    double inside = block->style == DOC_SIGN || block->style == DOC_DATE ? SIGN_IN : 0;
    need_page(pdf);
    PangoLayout *layout = new_layout(pdf, block, pdf->width - inside);
    int count = pango_layout_get_line_count(layout);
    struct line *lines = ARENA_NEW_ARRAY(pdf->doc->ctx->arena, struct line, (size_t)count + 1);
    int n = lines ? lines_of(layout, look, lines, count) : 0;
    if (pdf->y > pdf->top)
        pdf->y += look->before * DOC_LINE_TWIPS / 100 / PT;
    if (n && pdf->y > pdf->top && pdf->y + n * lines[0].height + kept_height(pdf, block) > pdf->bottom + 1 && block->keeps_next)
        begin_page(pdf);
    bool is_open = false;
    for (int i = 0; i < n; i++) {
        if (pdf->y + lines[i].height > pdf->bottom + 1) {
            if (is_open)
                cairo_tag_end(pdf->cairo, tag_of(look));
            is_open = false;
            begin_page(pdf);
        }
        if (!is_open)
            cairo_tag_begin(pdf->cairo, tag_of(look), NULL);
        is_open = true;
        if (i == 0)
            add_outline(pdf, block, look);
        put_line(pdf, &lines[i], pdf->left, pdf->y);
        pdf->y += lines[i].height;
    }
    if (is_open)
        cairo_tag_end(pdf->cairo, tag_of(look));
    pdf->y += look->after * DOC_LINE_TWIPS / 100 / PT;
    g_object_unref(layout);
}

static void put_rule(struct pdf *pdf, bool is_red)
{
    need_page(pdf);
    pdf->y += is_red ? 4 * 72 / 25.4 / 2 : 2;
    set_colour(pdf->cairo, is_red ? 0xd40000 : 0);
    cairo_set_line_width(pdf->cairo, is_red ? 2.25 : 0.7);
    cairo_move_to(pdf->cairo, pdf->left, pdf->y);
    cairo_line_to(pdf->cairo, pdf->left + pdf->width, pdf->y);
    cairo_stroke(pdf->cairo);
    pdf->y += is_red ? DOC_LINE_TWIPS / PT : 2;
}

/* ---- tables -------------------------------------------------------------------------------------------------- */

struct set_cell {
    struct line *lines;
    int n, next; /* next: first line that is not on a page yet */
    double x, width;
    enum doc_merge merge;
};

struct set_row {
    struct set_cell cells[DOC_COLUMNS_MAX];
    PangoLayout **layouts;
    int n, layout_count;
};

static void set_cell_text(struct pdf *pdf, const struct doc_cell *cell, struct set_row *row, struct set_cell *set)
{
    struct arena *arena = pdf->doc->ctx->arena;
    int total = 0, at = row->layout_count;
    for (const struct doc_block *block = cell->first; block; block = block->next) {
        row->layouts[row->layout_count] = new_layout(pdf, block, set->width - 2 * PAD_X);
        total += pango_layout_get_line_count(row->layouts[row->layout_count++]);
    }
    total = total < CELL_LINES_MAX ? total : CELL_LINES_MAX;
    set->lines = ARENA_NEW_ARRAY(arena, struct line, (size_t)total + 1);
    for (const struct doc_block *block = cell->first; block && set->lines; block = block->next)
        set->n += lines_of(row->layouts[at++], doc_look(block->style), set->lines + set->n, total - set->n);
}

static bool set_row(struct pdf *pdf, const struct doc_table *table, const struct doc_row *row, struct set_row *set)
{
    int blocks = 0, column = 0;
    double total = 0, x = pdf->left;
    *set = (struct set_row){.n = 0};
    for (const struct doc_cell *cell = row->first; cell; cell = cell->next)
        for (const struct doc_block *block = cell->first; block; block = block->next)
            blocks++;
    for (int i = 0; i < table->columns; i++)
        total += table->widths[i];
    set->layouts = ARENA_NEW_ARRAY(pdf->doc->ctx->arena, PangoLayout *, (size_t)blocks + 1);
    if (!set->layouts)
        return false;
    for (const struct doc_cell *cell = row->first; cell && set->n < DOC_COLUMNS_MAX; cell = cell->next) {
        struct set_cell *at = &set->cells[set->n++];
        double part = 0;
        for (int i = 0; i < cell->span && column < table->columns; i++)
            part += table->widths[column++];
        *at = (struct set_cell){.x = x, .width = pdf->width * part / total, .merge = cell->merge};
        x += at->width;
        set_cell_text(pdf, cell, set, at);
    }
    return true;
}

static void free_row(struct set_row *set)
{
    for (int i = 0; i < set->layout_count; i++)
        g_object_unref(set->layouts[i]);
}

static double lines_height(const struct set_cell *cell, int from, int to)
{
    double height = 0;
    for (int i = from; i < to; i++)
        height += cell->lines[i].height;
    return height;
}

/* Height of what is left of the row, and how much of that fits into room. */
static double row_height(const struct set_row *set, double room, int fits[DOC_COLUMNS_MAX])
{
    double most = 0;
    for (int i = 0; i < set->n; i++) {
        const struct set_cell *cell = &set->cells[i];
        int to = cell->next;
        double height = 0;
        while (to < cell->n && height + cell->lines[to].height + 2 * PAD_Y <= room)
            height += cell->lines[to++].height;
        fits[i] = to;
        most = height > most ? height : most;
    }
    return most + 2 * PAD_Y > 17 ? most + 2 * PAD_Y : 17;
}

static bool is_done(const struct set_row *set, const int fits[DOC_COLUMNS_MAX])
{
    for (int i = 0; i < set->n; i++)
        if (fits[i] < set->cells[i].n)
            return false;
    return true;
}

static void put_borders(struct pdf *pdf, const struct set_cell *cell, double height, bool has_top)
{
    cairo_t *cairo = pdf->cairo;
    set_colour(cairo, 0);
    cairo_set_line_width(cairo, 0.5);
    if (has_top) {
        cairo_move_to(cairo, cell->x, pdf->y);
        cairo_line_to(cairo, cell->x + cell->width, pdf->y);
    }
    for (int i = 0; i < 2; i++) {
        cairo_move_to(cairo, cell->x + i * cell->width, pdf->y);
        cairo_line_to(cairo, cell->x + i * cell->width, pdf->y + height);
    }
    cairo_stroke(cairo);
}

static void put_row_piece(struct pdf *pdf, struct set_row *set, const struct doc_table *table, const int *fits, double height, bool is_head)
{
    cairo_tag_begin(pdf->cairo, "TR", NULL);
    for (int i = 0; i < set->n; i++) {
        struct set_cell *cell = &set->cells[i];
        double used = lines_height(cell, cell->next, fits[i]), y = pdf->y + PAD_Y;
        if (!table->is_bare)
            y = pdf->y + (height - used) / 2; /* in the middle */
        cairo_tag_begin(pdf->cairo, is_head ? "TH" : "TD", NULL);
        for (; cell->next < fits[i]; cell->next++) {
            put_line(pdf, &cell->lines[cell->next], cell->x + PAD_X, y);
            y += cell->lines[cell->next].height;
        }
        cairo_tag_end(pdf->cairo, is_head ? "TH" : "TD");
    }
    cairo_tag_end(pdf->cairo, "TR");
    for (int i = 0; i < set->n && !table->is_bare; i++)
        put_borders(pdf, &set->cells[i], height, set->cells[i].merge != DOC_BELOW);
    pdf->y += height;
}

static void close_table(struct pdf *pdf, const struct doc_table *table)
{
    if (!table->is_bare) {
        set_colour(pdf->cairo, 0);
        cairo_set_line_width(pdf->cairo, 0.5);
        cairo_move_to(pdf->cairo, pdf->left, pdf->y);
        cairo_line_to(pdf->cairo, pdf->left + pdf->width, pdf->y);
        cairo_stroke(pdf->cairo);
    }
    cairo_tag_end(pdf->cairo, "Table");
}

static void put_heads(struct pdf *pdf, const struct doc_table *table);

static void next_table_page(struct pdf *pdf, const struct doc_table *table, const struct doc_row *row)
{
    close_table(pdf, table);
    begin_page(pdf);
    cairo_tag_begin(pdf->cairo, "Table", NULL);
    if (!row->is_head)
        put_heads(pdf, table);
}

static void put_row(struct pdf *pdf, const struct doc_table *table, const struct doc_row *row)
{
    static const double SPLIT_OVER = 150; /* a row that is higher goes over pages; others go to the next as a whole */
    struct set_row set;
    int fits[DOC_COLUMNS_MAX] = {0};
    if (!set_row(pdf, table, row, &set))
        return;
    bool is_fresh = false; /* a page was just begun for it: then something must be put */
    for (bool is_end = false; !is_end;) {
        double whole = row_height(&set, 1e9, fits), room = pdf->bottom - pdf->y, height = row_height(&set, room, fits);
        is_end = is_done(&set, fits) && height <= room + 1;
        if (!is_end && !is_fresh && (whole <= SPLIT_OVER || room < 40)) {
            next_table_page(pdf, table, row);
            is_fresh = true;
            continue;
        }
        if (is_fresh && !is_end && room < 40)
            break; /* heads fill the page */
        put_row_piece(pdf, &set, table, fits, height, row->is_head);
        is_fresh = false;
        if (!is_end) {
            next_table_page(pdf, table, row);
            is_fresh = true;
            for (int i = 0; i < set.n; i++)
                set.cells[i].merge = DOC_ALONE;
        }
    }
    free_row(&set);
}

static void put_heads(struct pdf *pdf, const struct doc_table *table)
{
    for (const struct doc_row *row = table->first; row && row->is_head; row = row->next)
        put_row(pdf, table, row);
}

static void put_table(struct pdf *pdf, const struct doc_table *table)
{
    need_page(pdf);
    if (pdf->y > pdf->top && pdf->bottom - pdf->y < 80)
        begin_page(pdf);
    cairo_tag_begin(pdf->cairo, "Table", NULL);
    for (const struct doc_row *row = table->first; row; row = row->next)
        put_row(pdf, table, row);
    close_table(pdf, table);
}

/* ---- whole --------------------------------------------------------------------------------------------------- */

static void put_blocks(struct pdf *pdf)
{
    for (const struct doc_block *block = pdf->doc->first; block; block = block->next) {
        if (block->kind == DOC_TEXT)
            put_text(pdf, block);
        else if (block->kind == DOC_TABLE)
            put_table(pdf, block->table);
        else if (block->kind == DOC_PAGE)
            pdf->breaks_page = pdf->has_page;
        else if (block->kind == DOC_TURN) {
            pdf->breaks_page = pdf->has_page && (pdf->breaks_page || block->is_landscape != pdf->is_landscape);
            pdf->is_landscape = block->is_landscape;
        } else
            put_rule(pdf, block->kind == DOC_RED_LINE);
    }
    if (!pdf->page)
        begin_page(pdf);
    end_page(pdf);
}

static void set_metadata(struct pdf *pdf)
{
    const struct doc_facts *facts = &pdf->doc->facts;
    struct arena *arena = pdf->doc->ctx->arena;
    struct buf time CLEANUP(buf_done);
    buf_init(&time, 64);
    doc_xml_time(&time, facts->made_ms);
    const char *at = arena_copy_cstr(arena, buf_str(&time));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, arena_copy_cstr(arena, facts->title));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_AUTHOR, arena_copy_cstr(arena, facts->author));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_SUBJECT, arena_copy_cstr(arena, facts->subject));
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR, "Bihuan");
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_KEYWORDS,
                                   arena_format(arena, "BihuanEvent=%lld BihuanDigest=%.*s", (long long)facts->snapshot_seq,
                                                STR_ARG(facts->snapshot_digest)).p);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE, at);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_MOD_DATE, at);
}

enum rc doc_write_pdf(struct doc *doc, struct buf *out)
{
    struct pdf pdf = {.doc = doc, .out = out, .is_landscape = doc->facts.is_landscape};
    size_t from = out->n;
    TRY(arena_rc(doc->ctx->arena));
    pdf.surface = cairo_pdf_surface_create_for_stream(take_bytes, out, DOC_SHEET_WIDTH / PT, DOC_SHEET_HEIGHT / PT);
    pdf.cairo = cairo_create(pdf.surface);
    set_metadata(&pdf);
    put_blocks(&pdf);
    cairo_status_t drawn = cairo_status(pdf.cairo);
    cairo_destroy(pdf.cairo);
    cairo_surface_finish(pdf.surface);
    cairo_status_t written = cairo_surface_status(pdf.surface);
    cairo_surface_destroy(pdf.surface);
    doc_pdf_mark(out, from);
    TRY(buf_rc(out));
    TRY(arena_rc(doc->ctx->arena));
    if (drawn == CAIRO_STATUS_SUCCESS && written == CAIRO_STATUS_SUCCESS)
        return RC_OK;
    return ctx_fail_format(doc->ctx, drawn == CAIRO_STATUS_NO_MEMORY ? RC_NOMEM : RC_INTERNAL, NULL, "%s", cairo_status_to_string(drawn ? drawn : written));
}
