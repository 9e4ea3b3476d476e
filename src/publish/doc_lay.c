/* doc_lay.c: see doc_lay.h.
 *
 * A paragraph that goes over a page is one tag on each page, because a tag must end on its page.
 */
#include "publish/doc_lay.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "publish/doc_page.h"
#include "publish/doc_text.h"
#include "publish/doc_title.h"
#include "publish/font_layout.h"

enum { CELL_LINES_MAX = 20000, IMPRINT_ROWS = 8, KEPT_MAX = 8, RED = 0xd40000 };

/* A row that is higher goes over pages, others to the next as a whole; nothing lower than the second is begun. */
static const double SPLIT_OVER = 150, LEAST_PIECE = 40;
static const double PAD_X = 4, PAD_Y = 3, PT = 20.0; /* twips in a point */

struct lay {
    struct doc *doc;
    cairo_t *cairo;
    const struct doc_paint *paint;
    void *me;
    bool is_landscape, has_page, breaks_page;
    int page;
    double left, top, width, bottom, y;
    const struct doc_table *imprint; /* kept for the end */
};

static void put_tag(struct lay *lay, const char *tag, bool is_begin)
{
    if (lay->paint->put_tag)
        lay->paint->put_tag(lay->me, tag, is_begin);
}

static void put_stroke(struct lay *lay, double x1, double y1, double x2, double y2, double width, uint32_t colour)
{
    lay->paint->put_rule(lay->me, &(struct doc_rule){x1, y1, x2, y2, width, colour});
}

/* Of the text of a block, a title broken where it reads well. */
static PangoLayout *new_layout(struct lay *lay, const struct doc_block *block, double width)
{
    return doc_text_layout(lay->cairo, lay->doc, doc_title_broken(lay->doc, block, (int)(lay->width * PT)), width);
}

/* ---- pages --------------------------------------------------------------------------------------------------- */

static void put_page_number(struct lay *lay)
{
    if (lay->doc->facts.is_letter && lay->page == 1)
        return;
    char text[32];
    (void)snprintf(text, sizeof text, "\xe2\x80\x94 %d \xe2\x80\x94", lay->page);
    PangoLayout *layout = font_layout_new(lay->cairo);
    PangoFontDescription *font = doc_text_font(DOC_FONT_SONG, 28, false);
    int width, height;
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text, -1);
    pango_layout_get_size(layout, &width, &height);
    double x = lay->left + (lay->page % 2 ? lay->width - (double)width / PANGO_SCALE - 14 : 14);
    lay->paint->put_line(lay->me, pango_layout_get_line_readonly(layout, 0), x, lay->bottom + 7 * 72 / 25.4 + 14, 0);
    pango_font_description_free(font);
    g_object_unref(layout);
}

static void end_page(struct lay *lay)
{
    if (!lay->has_page)
        return;
    put_page_number(lay);
    lay->paint->end_page(lay->me);
    lay->has_page = false;
}

/* Above and below on a letter: a thick and a thin line, 170 mm; y is the outer edge of the thick one. */
static void put_letter_line(struct lay *lay, double y, bool is_upper)
{
    static const double THICK = 1.5, THIN = 0.75, GAP = 1;
    double left = lay->left - DOC_LETTER_LEFT / PT, right = lay->left + lay->width + DOC_LETTER_RIGHT / PT,
           way = is_upper ? 1 : -1;
    put_stroke(lay, left, y + way * THICK / 2, right, y + way * THICK / 2, THICK, RED);
    put_stroke(lay, left, y + way * (THICK + GAP + THIN / 2), right, y + way * (THICK + GAP + THIN / 2), THIN, RED);
}

static void begin_page(struct lay *lay)
{
    end_page(lay);
    double sheet_width = (lay->is_landscape ? DOC_SHEET_HEIGHT : DOC_SHEET_WIDTH) / PT,
           sheet_height = (lay->is_landscape ? DOC_SHEET_WIDTH : DOC_SHEET_HEIGHT) / PT;
    lay->paint->begin_page(lay->me, sheet_width, sheet_height);
    lay->left = (lay->is_landscape ? DOC_MARGIN_BOTTOM : DOC_MARGIN_LEFT) / PT;
    lay->top = (lay->is_landscape ? DOC_MARGIN_LEFT : DOC_MARGIN_TOP) / PT;
    lay->width = sheet_width - lay->left - (lay->is_landscape ? DOC_MARGIN_TOP : DOC_MARGIN_RIGHT) / PT;
    lay->bottom = sheet_height - (lay->is_landscape ? DOC_MARGIN_RIGHT : DOC_MARGIN_BOTTOM) / PT;
    lay->y = lay->top;
    lay->page++;
    lay->has_page = true;
    lay->breaks_page = false;
    if (lay->doc->facts.is_letter && lay->page == 1)
        put_letter_line(lay, sheet_height - DOC_LETTER_FOOT / PT, false);
}

static void need_page(struct lay *lay)
{
    if (!lay->has_page || lay->breaks_page)
        begin_page(lay);
}

/* ---- paragraphs ---------------------------------------------------------------------------------------------- */

static void put_line(struct lay *lay, const struct doc_line *line, double x, double y)
{
    lay->paint->put_line(lay->me, line->line, x + line->x, y + line->ascent, line->look->colour);
}

static const char *tag_of(const struct doc_look *look)
{
    static const char *const tags[] = {"P", "H1", "H2", "H3", "H4"};
    return tags[look->outline < 5 ? look->outline : 0];
}

static void put_heading(struct lay *lay, const struct doc_block *block, const struct doc_look *look)
{
    struct str text = block->first ? block->first->text : STR_EMPTY;
    if (text.n && (look->outline || block->style == DOC_TITLE))
        lay->paint->put_heading(lay->me, block->style == DOC_TITLE ? 0 : look->outline, text, lay->page, lay->left,
                                lay->y);
}

static double block_height(struct lay *lay, const struct doc_block *block)
{
    const struct doc_look *look = doc_look(block->style);
    PangoLayout *layout = new_layout(lay, block, lay->width);
    double height = pango_layout_get_line_count(layout) * doc_text_pitch(look);
    g_object_unref(layout);
    return height;
}

static double table_start(struct lay *lay, const struct doc_table *table);

/* Room that must be left below the first line, so that a heading does not stand alone and a signature has its day. */
static double kept_height(struct lay *lay, const struct doc_block *block)
{
    const struct doc_block *next = block->next;
    double kept = 0, two = 2 * DOC_LINE_TWIPS / PT;
    for (int i = 0; i < KEPT_MAX && block && block->keeps_next && next; i++, block = next, next = next->next) {
        bool is_table = next->kind == DOC_TABLE && !next->table->is_imprint;
        double height = next->kind == DOC_TEXT    ? block_height(lay, next)
                        : is_table                ? table_start(lay, next->table)
                        : next->kind == DOC_TABLE ? 0
                                                  : two;
        kept += is_table || (next->kind == DOC_TEXT && next->keeps_next) ? height : fmin(height, two);
        kept += next->kind == DOC_TEXT ? doc_look(next->style)->before * DOC_LINE_TWIPS / 100 / PT : 0;
    }
    return kept;
}

/* Height of what a paper ends with, when that begins here: signature, last paragraph of one line, line about the
 * snapshot.  It takes the last two lines of the text, or the last row of a table, along. */
static double tail_height(struct lay *lay, const struct doc_block *tail)
{
    bool is_tail = tail && tail->kind == DOC_TEXT && doc_is_tail(tail->style);
    if (!is_tail && (!tail || tail->kind != DOC_TEXT || !doc_is_end(tail->next)))
        return 0;
    double height = block_height(lay, tail), before = doc_look(tail->style)->before * DOC_LINE_TWIPS / 100 / PT;
    if (!is_tail && height > DOC_LINE_TWIPS / PT + 1)
        return 0;
    return height + before + (is_tail ? kept_height(lay, tail) : tail_height(lay, tail->next));
}

/* A line before a long word would be drawn out until it cannot be read: where more than an eighth of it is missing it
 * is left as it is.  Returns the layout that such lines belong to, NULL when there is none. */
static PangoLayout *ease_lines(struct lay *lay, const struct doc_block *block, double width, struct doc_line *lines,
                               int n)
{
    const struct doc_look *look = doc_look(block->style);
    if ((block->align >= 0 ? block->align : (int)look->align) != DOC_BOTH ||
        !doc_has_long_word(doc_block_text(lay->doc, block)))
        return NULL;
    PangoLayout *layout = new_layout(lay, block, width);
    struct doc_line *eased = ARENA_NEW_ARRAY(lay->doc->ctx->arena, struct doc_line, (size_t)n + 1);
    pango_layout_set_justify(layout, false);
    int count = eased ? doc_text_lines(layout, look, eased, n) : 0;
    for (int i = 0; i < count - 1; i++) {
        PangoRectangle logical;
        pango_layout_line_get_extents(eased[i].line, NULL, &logical);
        if (eased[i].x + (double)logical.width / PANGO_SCALE < width * 7 / 8)
            lines[i] = eased[i];
    }
    return layout;
}

/* Down to where the block begins: the issuer stands at a height of its own. */
static void skip_before(struct lay *lay, const struct doc_block *block, const struct doc_look *look)
{
    if (block->style == DOC_ISSUER && lay->page == 1)
        lay->y = lay->doc->facts.is_letter ? fmax(lay->y - lay->top, 0) + (DOC_LETTER_TOP - DOC_ISSUER_LEAD) / PT
                                           : fmax(lay->y, lay->top + (DOC_ISSUER_TWIPS - DOC_ISSUER_LEAD) / PT);
    else if (lay->y > lay->top)
        lay->y += look->before * DOC_LINE_TWIPS / 100 / PT;
}

/* A block that keeps to the next goes to a new page with it, rather than stand above the break. */
static bool must_move(struct lay *lay, const struct doc_block *block, const struct doc_line *lines, int n)
{
    return block->keeps_next && n && lay->y > lay->top &&
           lay->y + n * lines[0].height + kept_height(lay, block) > lay->bottom + 1;
}

/* Does line i of n go to a new page?  The last two lines bring along the tail that stands behind them. */
static bool must_break(const struct lay *lay, const struct doc_line *lines, int i, int n, double tail)
{
    int tail_from = n > 2 ? n - 2 : 0;
    double needed = tail > 0 && i == tail_from ? (n - i) * lines[i].height + tail : lines[i].height;
    int room = (int)((lay->bottom + 1 - lay->y) / lines[i].height);
    return lay->y > lay->top && (lay->y + needed > lay->bottom + 1 || doc_line_is_alone(i, n, room));
}

/* The lines, in a tag on each page they stand on. */
static void put_lines(struct lay *lay, const struct doc_block *block, const struct doc_line *lines, int n, double aside)
{
    const struct doc_look *look = doc_look(block->style);
    double tail = doc_is_tail(block->style) ? 0 : tail_height(lay, block->next);
    bool is_open = false;
    for (int i = 0; i < n; i++) {
        if (must_break(lay, lines, i, n, tail)) {
            if (is_open)
                put_tag(lay, tag_of(look), false);
            is_open = false;
            begin_page(lay);
        }
        if (!is_open)
            put_tag(lay, tag_of(look), true);
        is_open = true;
        if (i == 0)
            put_heading(lay, block, look);
        put_line(lay, &lines[i], lay->left + aside, lay->y);
        lay->y += lines[i].height;
    }
    if (is_open)
        put_tag(lay, tag_of(look), false);
}

static void put_text(struct lay *lay, const struct doc_block *block)
{
    const struct doc_look *look = doc_look(block->style);
    double inside = block->style == DOC_SIGN || block->style == DOC_DATE ? 4 * 15.793 : 0; /* four characters in */
    need_page(lay);
    double aside = doc_title_aside(lay->doc, block, (int)(lay->width * PT)) / PT;
    PangoLayout *layout = new_layout(lay, block, lay->width - inside - 2 * aside);
    int n = pango_layout_get_line_count(layout);
    struct doc_line *lines = ARENA_NEW_ARRAY(lay->doc->ctx->arena, struct doc_line, (size_t)n + 1);
    n = lines ? doc_text_lines(layout, look, lines, n) : 0;
    PangoLayout *eased = ease_lines(lay, block, lay->width - inside - 2 * aside, lines, n);
    skip_before(lay, block, look);
    if (must_move(lay, block, lines, n))
        begin_page(lay);
    put_lines(lay, block, lines, n, aside);
    if (block->style != DOC_ISSUER || !lay->doc->facts.is_letter)
        lay->y += look->after * DOC_LINE_TWIPS / 100 / PT;
    g_clear_object(&eased);
    g_object_unref(layout);
}

static void put_rule(struct lay *lay, bool is_red)
{
    need_page(lay);
    if (is_red && lay->doc->facts.is_letter) {
        put_letter_line(lay, lay->y + DOC_LETTER_GAP / PT, true);
        lay->y += 2 * DOC_LETTER_GAP / PT;
        return;
    }
    double width = (is_red ? DOC_RED_EIGHTHS : DOC_THIN_EIGHTHS) / 8.0;
    lay->y += is_red ? DOC_RED_GAP / PT : 2;
    put_stroke(lay, lay->left, lay->y + width / 2, lay->left + lay->width, lay->y + width / 2, width, is_red ? RED : 0);
    lay->y += is_red ? DOC_RED_LINES * DOC_LINE_TWIPS / PT : 2;
}

/* ---- tables -------------------------------------------------------------------------------------------------- */

struct set_cell {
    struct doc_line *lines;
    int n, next; /* next: first line that is not on a page yet */
    double x, width, pad;
    enum doc_merge merge;
};

struct set_row {
    struct set_cell cells[DOC_COLUMNS_MAX];
    PangoLayout **layouts;
    int n, layout_count;
};

static void set_cell_text(struct lay *lay, const struct doc_cell *cell, struct set_row *row, struct set_cell *set)
{
    struct arena *arena = lay->doc->ctx->arena;
    int total = 0, at = row->layout_count;
    for (const struct doc_block *block = cell->first; block; block = block->next) {
        row->layouts[row->layout_count] = new_layout(lay, block, set->width - 2 * set->pad);
        total += pango_layout_get_line_count(row->layouts[row->layout_count++]);
    }
    total = total < CELL_LINES_MAX ? total : CELL_LINES_MAX;
    set->lines = ARENA_NEW_ARRAY(arena, struct doc_line, (size_t)total + 1);
    for (const struct doc_block *block = cell->first; block && set->lines; block = block->next)
        set->n += doc_text_lines(row->layouts[at++], doc_look(block->style), set->lines + set->n, total - set->n);
}

static bool set_row(struct lay *lay, const struct doc_table *table, const struct doc_row *row, struct set_row *set)
{
    int blocks = 0, column = 0;
    double total = 0, x = lay->left;
    *set = (struct set_row){.n = 0};
    for (const struct doc_cell *cell = row->first; cell; cell = cell->next)
        for (const struct doc_block *block = cell->first; block; block = block->next)
            blocks++;
    for (int i = 0; i < table->columns; i++)
        total += table->widths[i];
    set->layouts = ARENA_NEW_ARRAY(lay->doc->ctx->arena, PangoLayout *, (size_t)blocks + 1);
    if (!set->layouts)
        return false;
    for (const struct doc_cell *cell = row->first; cell && set->n < DOC_COLUMNS_MAX; cell = cell->next) {
        struct set_cell *at = &set->cells[set->n++];
        double part = 0;
        for (int i = 0; i < cell->span && column < table->columns; i++)
            part += table->widths[column++];
        *at = (struct set_cell){.x = x,
                                .width = lay->width * part / total,
                                .pad = table->is_imprint ? DOC_IMPRINT_INSET / PT : PAD_X,
                                .merge = cell->merge};
        x += at->width;
        set_cell_text(lay, cell, set, at);
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

static void put_borders(struct lay *lay, const struct set_cell *cell, double height, bool has_top)
{
    if (has_top)
        put_stroke(lay, cell->x, lay->y, cell->x + cell->width, lay->y, 0.5, 0);
    for (int i = 0; i < 2; i++)
        put_stroke(lay, cell->x + i * cell->width, lay->y, cell->x + i * cell->width, lay->y + height, 0.5, 0);
}

static void put_row_piece(struct lay *lay, struct set_row *set, const struct doc_table *table, const int *fits,
                          double height, bool is_head)
{
    put_tag(lay, "TR", true);
    for (int i = 0; i < set->n; i++) {
        struct set_cell *cell = &set->cells[i];
        double used = lines_height(cell, cell->next, fits[i]), y = lay->y + PAD_Y;
        if (!table->is_bare)
            y = lay->y + (height - used) / 2; /* in the middle */
        put_tag(lay, is_head ? "TH" : "TD", true);
        for (; cell->next < fits[i]; cell->next++) {
            put_line(lay, &cell->lines[cell->next], cell->x + cell->pad, y);
            y += cell->lines[cell->next].height;
        }
        put_tag(lay, is_head ? "TH" : "TD", false);
    }
    put_tag(lay, "TR", false);
    for (int i = 0; i < set->n && !table->is_bare && !table->is_imprint; i++)
        put_borders(lay, &set->cells[i], height, set->cells[i].merge != DOC_BELOW);
    lay->y += height;
}

static void close_table(struct lay *lay, const struct doc_table *table)
{
    if (!table->is_bare)
        put_stroke(lay, lay->left, lay->y, lay->left + lay->width, lay->y, 0.5, 0);
    put_tag(lay, "Table", false);
}

static void put_heads(struct lay *lay, const struct doc_table *table);

static void next_table_page(struct lay *lay, const struct doc_table *table, const struct doc_row *row)
{
    close_table(lay, table);
    begin_page(lay);
    put_tag(lay, "Table", true);
    if (!row->is_head)
        put_heads(lay, table);
}

static void put_row(struct lay *lay, const struct doc_table *table, const struct doc_row *row, double tail)
{
    struct set_row set;
    int fits[DOC_COLUMNS_MAX] = {0};
    if (!set_row(lay, table, row, &set))
        return;
    bool is_fresh = false; /* a page was just begun for it: then something must be put */
    double all = row_height(&set, 1e9, fits);
    if (tail > 0 && all <= SPLIT_OVER && lay->y + all + tail > lay->bottom + 1) {
        next_table_page(lay, table, row);
        is_fresh = true;
    }
    for (bool is_end = false; !is_end;) {
        double whole = row_height(&set, 1e9, fits), room = lay->bottom - lay->y, height = row_height(&set, room, fits);
        is_end = is_done(&set, fits) && height <= room + 1;
        if (!is_end && !is_fresh && (whole <= SPLIT_OVER || room < LEAST_PIECE)) {
            next_table_page(lay, table, row);
            is_fresh = true;
            continue;
        }
        if (is_fresh && !is_end && room < LEAST_PIECE)
            break; /* heads fill the page */
        put_row_piece(lay, &set, table, fits, height, row->is_head);
        is_fresh = false;
        if (!is_end) {
            next_table_page(lay, table, row);
            is_fresh = true;
            for (int i = 0; i < set.n; i++)
                set.cells[i].merge = DOC_ALONE;
        }
    }
    free_row(&set);
}

static void put_heads(struct lay *lay, const struct doc_table *table)
{
    for (const struct doc_row *row = table->first; row && row->is_head; row = row->next)
        put_row(lay, table, row, 0);
}

/* Heads and the first row below them, as far as that is kept together. */
static double table_start(struct lay *lay, const struct doc_table *table)
{
    double height = 0;
    for (const struct doc_row *row = table->first, *seen = NULL; row && (!seen || seen->is_head); row = row->next) {
        struct set_row set;
        int fits[DOC_COLUMNS_MAX] = {0};
        if (!set_row(lay, table, row, &set))
            return height;
        double whole = row_height(&set, 1e9, fits);
        seen = row;
        height += row->is_head || whole <= SPLIT_OVER ? whole : 2 * LEAST_PIECE;
        free_row(&set);
    }
    return height;
}

static void put_table(struct lay *lay, const struct doc_table *table, double tail)
{
    need_page(lay);
    if (lay->y > lay->top && lay->bottom - lay->y < table_start(lay, table))
        begin_page(lay);
    put_tag(lay, "Table", true);
    for (const struct doc_row *row = table->first; row; row = row->next)
        put_row(lay, table, row, row->next ? 0 : tail);
    close_table(lay, table);
}

/* ---- imprint --------------------------------------------------------------------------------------------------- */

static double imprint_height(struct lay *lay, double heights[IMPRINT_ROWS])
{
    double sum = 0;
    int n = 0;
    for (const struct doc_row *row = lay->imprint->first; row && n < IMPRINT_ROWS; row = row->next) {
        struct set_row set;
        heights[n] = 0;
        if (!set_row(lay, lay->imprint, row, &set))
            return sum;
        for (int i = 0; i < set.n; i++)
            heights[n] = fmax(heights[n], lines_height(&set.cells[i], 0, set.cells[i].n));
        free_row(&set);
        sum += heights[n++];
    }
    return sum;
}

/* Its last line is the lower edge of the text (7.4.1). */
static void put_imprint(struct lay *lay)
{
    double heights[IMPRINT_ROWS], height = imprint_height(lay, heights);
    int n = 0;
    need_page(lay);
    if (lay->y > lay->bottom - height)
        begin_page(lay);
    lay->y = lay->bottom - height;
    put_tag(lay, "Table", true);
    for (const struct doc_row *row = lay->imprint->first; row && n < IMPRINT_ROWS; row = row->next, n++) {
        struct set_row set;
        int fits[DOC_COLUMNS_MAX];
        double width = (n ? DOC_THIN_EIGHTHS : DOC_THICK_EIGHTHS) / 8.0;
        put_stroke(lay, lay->left, lay->y, lay->left + lay->width, lay->y, width, 0);
        if (!set_row(lay, lay->imprint, row, &set))
            break;
        for (int i = 0; i < set.n; i++)
            fits[i] = set.cells[i].n;
        put_row_piece(lay, &set, lay->imprint, fits, heights[n], false);
        free_row(&set);
    }
    put_stroke(lay, lay->left, lay->bottom, lay->left + lay->width, lay->bottom, DOC_THICK_EIGHTHS / 8.0, 0);
    put_tag(lay, "Table", false);
}

/* ---- whole --------------------------------------------------------------------------------------------------- */

static void put_blocks(struct lay *lay)
{
    for (const struct doc_block *block = lay->doc->first; block; block = block->next) {
        if (block->kind == DOC_TEXT)
            put_text(lay, block);
        else if (block->kind == DOC_TABLE && block->table->is_imprint)
            lay->imprint = block->table;
        else if (block->kind == DOC_TABLE)
            put_table(lay, block->table, tail_height(lay, block->next));
        else if (block->kind == DOC_PAGE)
            lay->breaks_page = lay->has_page;
        else if (block->kind == DOC_TURN) {
            lay->breaks_page = lay->has_page && (lay->breaks_page || block->is_landscape != lay->is_landscape);
            lay->is_landscape = block->is_landscape;
        } else
            put_rule(lay, block->kind == DOC_RED_LINE);
    }
    if (lay->imprint)
        put_imprint(lay);
    if (!lay->page)
        begin_page(lay);
    end_page(lay);
}

enum rc doc_lay(struct doc *doc, const struct doc_paint *paint, void *me)
{
    struct lay lay = {
        .doc = doc, .cairo = font_layout_measure(), .paint = paint, .me = me, .is_landscape = doc->facts.is_landscape};
    put_blocks(&lay);
    bool is_good = cairo_status(lay.cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(lay.cairo);
    return is_good ? arena_rc(doc->ctx->arena) : RC_NOMEM;
}
