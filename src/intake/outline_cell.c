/* outline_cell.c: the measures that a cell of a table lists, and tables that list measures. */
#include "intake/outline_parts.h"

enum { MARKS_MIN = 2, LINES_MAX = 400 };

static bool is_same_cell(const struct outline *outline, size_t a, size_t b)
{
    const struct paragraph *first = &outline->document->paragraphs[outline->lines.p[a].paragraph];
    const struct paragraph *second = &outline->document->paragraphs[outline->lines.p[b].paragraph];
    return first->table == second->table && first->row == second->row && first->column == second->column;
}

static bool is_break(uint32_t code) { return code == '\n' || code == ';' || code == 0x3002 || code == ':'; }

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

static size_t skip_blanks(struct str s, size_t at)
{
    while (at < s.n && is_blank(s.p[at]))
        at++;
    return at;
}

static enum rc add_piece(const struct outline *outline, outline_piece_vec *pieces, struct outline_piece piece)
{
    if (pieces->n > 0 && pieces->p[pieces->n - 1].line == piece.line)
        pieces->p[pieces->n - 1].to = piece.mark;
    return VEC_PUSH(outline->arena, pieces, piece) ? RC_OK : arena_rc(outline->arena);
}

/* Numbered pieces of one line of a cell: marks of the style of the first, rising by one. */
static enum rc find_numbered(const struct outline *outline, uint32_t at, size_t from, size_t to,
                             enum outline_style *style, int *last, outline_piece_vec *pieces)
{
    struct str s = str_slice(outline->lines.p[at].match, 0, to);
    bool may_start = true;
    for (size_t i = from, next = 0; i < s.n; i = next) {
        uint32_t code = outline_code_at(s, i, &next);
        bool is_circled = code >= 0x2460 && code <= 0x249B;
        if (code == ' ' || code == '\t')
            continue;
        struct outline_line probe = {.match = str_slice(s, i, s.n)};
        if (may_start || is_circled)
            outline_read_mark(&probe, STR_EMPTY);
        bool fits = probe.style != STYLE_NONE && !probe.is_doubtful && probe.number == *last + 1 &&
                    (*style == STYLE_NONE || probe.style == *style);
        may_start = is_break(code);
        if (!fits)
            continue;
        *style = probe.style;
        *last = probe.number;
        next = i + probe.mark_end;
        struct outline_piece piece = {.line = at, .mark = i, .from = next, .to = s.n, .number = probe.number};
        TRY(add_piece(outline, pieces, piece));
        may_start = true;
    }
    return RC_OK;
}

enum rc outline_find_pieces(const struct outline *outline, uint32_t at, size_t from, size_t to, outline_piece_vec *ret)
{
    enum outline_style style = STYLE_NONE;
    int last = 0;
    TRY(find_numbered(outline, at, from, to, &style, &last, ret));
    if (ret->n < MARKS_MIN)
        ret->n = 0;
    return RC_OK;
}

/* Lines that are whole sentences are measures of their own. */
static enum rc find_sentences(struct outline *outline, uint32_t first, size_t end, outline_piece_vec *pieces)
{
    for (size_t at = first; at < end; at++) {
        struct str s = outline->lines.p[at].match;
        for (size_t from = skip_blanks(s, 0), to = 0; from < s.n; from = skip_blanks(s, to)) {
            to = str_find_byte(s, '\n', from);
            to = to == SIZE_MAX ? s.n : to;
            struct str piece = outline_trim(str_slice(s, from, to));
            bool is_sentence = str_has_suffix(piece, STR("。")) || str_has_suffix(piece, STR(";"));
            bool is_last = skip_blanks(s, to) >= s.n && at + 1 == end;
            if (!is_sentence && !(is_last && pieces->n > 0)) {
                pieces->n = 0;
                return RC_OK;
            }
            struct outline_piece found = {.line = (uint32_t)at, .mark = from, .from = from, .to = to};
            if (!VEC_PUSH(outline->arena, pieces, found))
                return arena_rc(outline->arena);
        }
    }
    return RC_OK;
}

static enum rc add_node(struct outline *outline, struct outline_node *finding, const struct outline_piece *piece,
                        struct outline_node **ret)
{
    const struct outline_line *line = &outline->lines.p[piece->line];
    size_t to = piece->to;
    while (to > piece->from && (is_blank(line->match.p[to - 1]) || line->match.p[to - 1] == ';'))
        to--; /* what parts it from the next */
    struct outline_node *node = outline_new_node(outline, finding, STYLE_NONE);
    if (!node)
        return arena_rc(outline->arena);
    node->role = ROLE_MEASURE;
    node->is_inline = true;
    node->number = piece->number;
    node->mark = outline_clean(line, piece->mark, piece->from);
    node->line = piece->line;
    node->from = node->heading_from = piece->from;
    node->to = node->heading_to = to;
    node->span = outline_span_of(line, piece->from, to);
    node->heading = outline_clean(line, piece->from, to);
    *ret = node;
    return RC_OK;
}

/* Words before the first mark that are no announcement ("…如下：") are a measure too. */
static enum rc add_lead(struct outline *outline, uint32_t first, const outline_piece_vec *pieces,
                        struct outline_node *finding)
{
    struct outline_node *node = NULL;
    const struct outline_piece *next = &pieces->p[0];
    struct str lead = outline_trim(str_slice(outline->lines.p[first].match, 0, next->line == first ? next->mark : 0));
    if (lead.n == 0 || str_has_suffix(lead, STR(":")))
        return RC_OK;
    return add_node(outline, finding, &(struct outline_piece){.line = first, .to = next->mark}, &node);
}

enum rc outline_add_cell_measures(struct outline *outline, const struct grid_cell *cell, struct outline_node *finding)
{
    outline_piece_vec pieces = {0};
    enum outline_style style = STYLE_NONE;
    int last = 0;
    size_t end = cell->line;
    bool is_listed = false;
    for (; end < outline->lines.n && end - cell->line < LINES_MAX && is_same_cell(outline, cell->line, end); end++) {
        const struct paragraph *paragraph = &outline->document->paragraphs[outline->lines.p[end].paragraph];
        is_listed = paragraph->list_mark.n > 0 && (end == cell->line || is_listed);
        if (is_listed) {
            struct outline_piece piece = {.line = (uint32_t)end, .to = outline->lines.p[end].match.n, .number = ++last};
            TRY(add_piece(outline, &pieces, piece));
        } else {
            TRY(find_numbered(outline, (uint32_t)end, end == cell->line ? cell->from : 0, SIZE_MAX, &style, &last,
                              &pieces));
        }
    }
    bool is_numbered = pieces.n >= MARKS_MIN;
    if (!is_numbered && cell->from == 0) {
        pieces.n = 0;
        TRY(find_sentences(outline, cell->line, end, &pieces));
    }
    struct outline_node *node = NULL;
    if (pieces.n < MARKS_MIN) {
        struct outline_piece whole = {
            .line = cell->line, .mark = cell->from, .from = cell->from, .to = outline->lines.p[cell->line].match.n};
        TRY(add_node(outline, finding, &whole, &node));
        node->heading = cell->clean;
        return RC_OK;
    }
    if (is_numbered)
        TRY(add_lead(outline, cell->line, &pieces, finding));
    for (size_t i = 0; i < pieces.n; i++)
        TRY(add_node(outline, finding, &pieces.p[i], &node));
    return arena_rc(outline->arena);
}
