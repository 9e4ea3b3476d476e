/* doc.c: building the tree of a paper; see doc.h. */
#include "publish/doc.h"

#include "serve/messages.h"

static const struct doc_look looks[DOC_STYLES] = {
#define DOC_STYLE(style, id_, name_, font_, size, align_, indent_, bold, colour_, outline_, before_, after_, line)     \
    [DOC_##style] = {.id = id_,                                                                                        \
                     .name = name_,                                                                                    \
                     .font = DOC_FONT_##font_,                                                                         \
                     .half_points = size,                                                                              \
                     .align = DOC_##align_,                                                                            \
                     .indent = indent_,                                                                                \
                     .is_bold = bold,                                                                                  \
                     .colour = colour_,                                                                                \
                     .outline = outline_,                                                                              \
                     .before = before_,                                                                                \
                     .after = after_,                                                                                  \
                     .line_twips = line},
#include "../../data/doc_styles.def"
#undef DOC_STYLE
};

static const struct doc_font_names fonts[DOC_FONTS] = {
#define DOC_FONT(font, name, instead, families) [DOC_FONT_##font] = {name, instead, families},
#include "../../data/doc_styles.def"
#undef DOC_FONT
};

const struct doc_look *doc_look(enum doc_style style) { return &looks[style < DOC_STYLES ? style : DOC_BODY]; }
const struct doc_font_names *doc_font_names(enum doc_font font)
{
    return &fonts[font < DOC_FONTS ? font : DOC_FONT_FANGSONG];
}

enum doc_style doc_style_find(struct str id_or_name)
{
    for (int i = 0; i < DOC_STYLES; i++)
        if (str_equal_nocase(id_or_name, str_from_cstr(looks[i].id)) ||
            str_equal_nocase(id_or_name, str_from_cstr(looks[i].name)))
            return (enum doc_style)i;
    return DOC_STYLES;
}

enum rc doc_new(struct ctx *ctx, const struct doc_facts *facts, struct doc **ret_doc)
{
    struct doc *doc = ARENA_NEW(ctx->arena, struct doc);
    if (!doc)
        return arena_rc(ctx->arena);
    doc->ctx = ctx;
    doc->facts = *facts;
    *ret_doc = doc;
    return RC_OK;
}

static struct doc_block *new_block(struct doc *doc, enum doc_block_kind kind, enum doc_style style)
{
    struct doc_block *block = ARENA_NEW(doc->ctx->arena, struct doc_block);
    if (block)
        *block = (struct doc_block){.kind = kind, .style = style, .align = -1};
    return block;
}

static void append(struct doc_block **first, struct doc_block **last, struct doc_block *block)
{
    if (!block)
        return;
    if (*last)
        (*last)->next = block;
    else
        *first = block;
    *last = block;
}

void doc_add_run(struct doc *doc, struct doc_block *block, struct str text, bool is_bold)
{
    struct doc_run *run = block && text.n ? ARENA_NEW(doc->ctx->arena, struct doc_run) : NULL;
    if (!run)
        return;
    *run = (struct doc_run){.text = text, .bold = is_bold ? 1 : -1, .font = -1, .colour = -1};
    if (block->last)
        block->last->next = run;
    else
        block->first = run;
    block->last = run;
}

bool doc_is_tail(enum doc_style style)
{
    return style == DOC_ATTACHMENT || style == DOC_ATTACHMENT_MORE || style == DOC_SIGN || style == DOC_DATE;
}

bool doc_keeps_next(enum doc_style style) { return doc_look(style)->outline > 0 || doc_is_tail(style); }

bool doc_is_end(const struct doc_block *block)
{
    while (block && ((block->kind == DOC_TEXT && block->style == DOC_NOTE) ||
                     (block->kind == DOC_TABLE && block->table->is_imprint)))
        block = block->next;
    return !block;
}

bool doc_line_is_alone(int i, int n, int room)
{
    int rest = n - i;
    return room < rest && n > 1 && (i == 0 ? room == 1 || (room == 2 && n == 3) : room == 1 && rest == 2);
}

struct doc_block *doc_add(struct doc *doc, enum doc_style style, struct str text)
{
    struct str line;
    struct doc_block *block = NULL;
    while (str_split_next(&text, '\n', &line)) {
        if (!line.n && text.n)
            continue;
        block = new_block(doc, DOC_TEXT, style);
        append(&doc->first, &doc->last, block);
        if (block)
            block->keeps_next = doc_keeps_next(style);
        doc_add_run(doc, block, line, false);
    }
    if (!block) {
        block = new_block(doc, DOC_TEXT, style);
        append(&doc->first, &doc->last, block);
    }
    return block;
}

struct doc_block *doc_add_lead(struct doc *doc, enum doc_style heading, struct str title, struct str text)
{
    struct doc_block *block = doc_add(doc, heading, title);
    struct str line;
    if (!str_split_next(&text, '\n', &line) || !block)
        return block;
    doc_add_run(doc, block, line, false);
    block->keeps_next = false;
    struct doc_run *run = block->last;
    if (run && run != block->first) {
        block->first->bold = 1;
        block->first->font = (int)looks[heading].font;
        run->font = DOC_FONT_FANGSONG;
        run->bold = 0;
    }
    return text.n ? doc_add(doc, DOC_BODY, text) : block;
}

void doc_add_mark(struct doc *doc, enum doc_block_kind kind)
{
    append(&doc->first, &doc->last, new_block(doc, kind, DOC_BODY));
}

void doc_turn(struct doc *doc, bool is_landscape)
{
    struct doc_block *block = new_block(doc, DOC_TURN, DOC_BODY);
    if (block)
        block->is_landscape = is_landscape;
    append(&doc->first, &doc->last, block);
}

struct doc_table *doc_add_table(struct doc *doc, const int *widths, int columns)
{
    struct doc_block *block = new_block(doc, DOC_TABLE, DOC_CELL);
    struct doc_table *table = ARENA_NEW(doc->ctx->arena, struct doc_table);
    if (!block || !table)
        return NULL;
    table->doc = doc;
    table->columns = columns < DOC_COLUMNS_MAX ? columns : DOC_COLUMNS_MAX;
    for (int i = 0; i < table->columns; i++)
        table->widths[i] = widths[i] > 0 ? widths[i] : 1;
    block->table = table;
    append(&doc->first, &doc->last, block);
    return table;
}

struct doc_row *doc_new_row(struct doc_table *table, bool is_head)
{
    struct doc_row *row = table ? ARENA_NEW(table->doc->ctx->arena, struct doc_row) : NULL;
    if (!row)
        return NULL;
    row->is_head = is_head;
    if (table->last)
        table->last->next = row;
    else
        table->first = row;
    table->last = row;
    return row;
}

struct doc_cell *doc_add_cell(struct doc_table *table, struct doc_row *row, enum doc_style style, struct str text,
                              int span)
{
    struct doc_cell *cell = row ? ARENA_NEW(table->doc->ctx->arena, struct doc_cell) : NULL;
    if (!cell)
        return NULL;
    cell->span = span > 0 ? span : 1;
    if (row->last)
        row->last->next = cell;
    else
        row->first = cell;
    row->last = cell;
    doc_cell_add(table, cell, style, text);
    return cell;
}

void doc_cell_add(struct doc_table *table, struct doc_cell *cell, enum doc_style style, struct str text)
{
    struct doc *doc = table ? table->doc : NULL;
    struct str line;
    bool is_first = true;
    while (cell && (is_first || text.n)) {
        if (!str_split_next(&text, '\n', &line))
            line = STR_EMPTY;
        struct doc_block *block = new_block(doc, DOC_TEXT, style);
        append(&cell->first, &cell->last, block);
        doc_add_run(doc, block, line, false);
        is_first = false;
    }
}

struct doc_row *doc_add_row(struct doc_table *table, bool is_head, const struct str *cells)
{
    struct doc_row *row = doc_new_row(table, is_head);
    for (int i = 0; row && i < table->columns; i++)
        doc_add_cell(table, row, is_head ? DOC_CELL_HEAD : DOC_CELL, cells[i], 1);
    return row;
}

void doc_add_imprint(struct doc *doc, struct str copies, struct str maker, struct str day)
{
    static const int widths[] = {4, 3};
    struct doc_table *table = doc_add_table(doc, widths, 2);
    if (!table)
        return;
    table->is_imprint = true;
    if (copies.n)
        doc_add_cell(table, doc_new_row(table, false), DOC_COPIES, copies, 2);
    struct doc_row *row = doc_new_row(table, false);
    doc_add_cell(table, row, DOC_IMPRINT, maker, 1);
    struct doc_cell *cell = doc_add_cell(table, row, DOC_IMPRINT, day, 1);
    for (struct doc_block *block = cell ? cell->first : NULL; block; block = block->next)
        block->align = DOC_RIGHT;
}

void doc_add_snapshot(struct doc *doc)
{
    struct arena *arena = doc->ctx->arena;
    if (!doc->facts.snapshot_seq)
        return;
    struct str args[2] = {arena_format(arena, "%lld", (long long)doc->facts.snapshot_seq), doc->facts.snapshot_digest};
    doc_add(doc, DOC_NOTE, message_format(arena, LANG_ZH, STR("paper.snapshot_line"), args, 2));
}

/* Twelve signs without a blank that are no Chinese: an address, which stands on one line. */
bool doc_has_long_word(struct str text)
{
    enum { LONG = 12 };
    size_t run = 0;
    for (size_t i = 0; i < text.n && run < LONG; i++)
        run = (unsigned char)text.p[i] > ' ' && (unsigned char)text.p[i] < 0x7f ? run + 1 : 0;
    return run == LONG;
}

struct str doc_block_text(struct doc *doc, const struct doc_block *block)
{
    struct str text = STR_EMPTY;
    if (block && block->first && !block->first->next)
        return block->first->text;
    for (const struct doc_run *run = block ? block->first : NULL; run; run = run->next)
        text = arena_concat(doc->ctx->arena, text, run->text);
    return text;
}
