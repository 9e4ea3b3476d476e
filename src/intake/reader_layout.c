/* reader_layout.c: see reader_layout.h.
 *
 * What a page of a Chinese official document looks like: one column; paragraphs begin with an indent of two
 * characters, or after a line that ends short; titles are centred, signatures stand right; page numbers alone near
 * the upper or lower edge.  Pieces at the same height belong to one line.
 */
#include "intake/reader_layout.h"

#include <stdlib.h>
#include <string.h>

enum { MARGIN_SHARE = 9, REPEATS = 3 };

struct line {
    struct str text;
    int page;
    int64_t left, right, top, bottom;
    bool is_furniture, is_margin;
    int bold;
};

struct lines {
    struct reader *reader;
    VEC(struct line) all;
    int64_t left, right, height; /* of the body: left and right edge, usual height of a line */
};

int64_t layout_parse_length(struct str s)
{
    enum { LIMIT = 1000000000 };
    size_t at = 0;
    bool is_negative = at < s.n && s.p[at] == '-';
    at += is_negative || (s.n && s.p[0] == '+');
    int64_t value = 0;
    int places = -1;
    for (; at < s.n && places < 3; at++) {
        if (s.p[at] == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (s.p[at] < '0' || s.p[at] > '9' || value > LIMIT)
            break;
        value = value * 10 + (s.p[at] - '0');
        places += places >= 0;
    }
    for (places = places < 0 ? 0 : places; places < 3; places++)
        value *= 10;
    value = value > LIMIT ? LIMIT : value;
    return is_negative ? -value : value;
}

static int compare_int64(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int compare_pieces(const void *pa, const void *pb)
{
    const struct layout_piece *a = pa, *b = pb;
    int by = compare_int64(a->page, b->page);
    by = by ? by : compare_int64(a->top + a->bottom, b->top + b->bottom);
    return by ? by : compare_int64(a->left, b->left);
}

static int compare_left(const void *pa, const void *pb)
{
    const struct layout_piece *a = pa, *b = pb;
    return compare_int64(a->left, b->left);
}

static int64_t max_int64(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t min_int64(int64_t a, int64_t b) { return a < b ? a : b; }

/* Joins the pieces of one line, left to right; a wide gap is a tab. */
static enum rc line_from(struct lines *lines, struct layout_piece *pieces, size_t n)
{
    struct arena *arena = lines->reader->scratch;
    qsort(pieces, n, sizeof *pieces, compare_left);
    struct buf text CLEANUP(buf_done);
    buf_init(&text, READER_PARAGRAPH_MAX);
    struct line line = {.page = pieces[0].page,
                        .left = pieces[0].left,
                        .right = pieces[0].right,
                        .top = pieces[0].top,
                        .bottom = pieces[0].bottom,
                        .is_furniture = true,
                        .bold = pieces[0].bold};
    for (size_t i = 0; i < n; i++) {
        int64_t height = pieces[i].bottom - pieces[i].top;
        if (i > 0 && pieces[i].left - pieces[i - 1].right > height * 3 / 2)
            buf_add_char(&text, '\t');
        if (i > 0 && pieces[i].left - pieces[i - 1].right > height / 8)
            reader_join_line(&text, pieces[i].text);
        else
            buf_add(&text, pieces[i].text);
        line.right = max_int64(line.right, pieces[i].right);
        line.top = min_int64(line.top, pieces[i].top);
        line.bottom = max_int64(line.bottom, pieces[i].bottom);
        line.is_furniture = line.is_furniture && pieces[i].is_furniture;
        line.bold = line.bold == pieces[i].bold ? line.bold : 0;
    }
    if (buf_rc(&text) != RC_OK)
        return reader_no_room(lines->reader, buf_rc(&text));
    line.text = arena_copy_str(arena, reader_trim(buf_str(&text)));
    if (line.text.n && !VEC_PUSH(arena, &lines->all, line))
        return reader_no_room(lines->reader, arena_rc(arena));
    return RC_OK;
}

static enum rc make_lines(struct lines *lines, struct layout *layout)
{
    struct layout_piece *p = layout->pieces.p;
    size_t n = layout->pieces.n, from = 0;
    if (n)
        qsort(p, n, sizeof *p, compare_pieces);
    for (size_t i = 1; i <= n; i++) {
        bool is_same = i < n && p[i].page == p[from].page && p[i].is_furniture == p[from].is_furniture;
        if (is_same) { /* the middle of one lies within the other */
            int64_t middle = (p[i].top + p[i].bottom) / 2;
            int64_t height = max_int64(p[from].bottom - p[from].top, 1);
            is_same = middle < p[from].bottom - height / 8 && middle > p[from].top;
        }
        if (is_same)
            continue;
        TRY(line_from(lines, p + from, i - from));
        from = i;
    }
    return RC_OK;
}

/* "- 3 -", "\u2014 3 \u2014", "\u7b2c3\u9875", "3 / 10": digits and nothing else that speaks. */
static bool is_page_number(struct str s)
{
    int digits = 0, others = 0;
    for (size_t at = 0; at < s.n;) {
        uint32_t c = reader_next_char(s, &at);
        if ((c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19))
            digits++;
        else if (!strchr(" -/.\t", c < 0x80 ? (int)c : 'x') && c != 0x2014 && c != 0x2013 && c != 0x2015 &&
                 c != 0x2500 && c != 0x7B2C && c != 0x9875 && c != 0x5171 && c != 0x00B7 && c != 0x2022 &&
                 c != 0xFF0F && c != 0x3000)
            others++;
    }
    return digits >= 1 && digits <= 8 && others == 0;
}

/* The same words at the edge of several pages, digits aside. */
static bool is_same_words(struct str a, struct str b)
{
    if (a.n > 300 || b.n > 300)
        return false;
    size_t i = 0, k = 0;
    while (i < a.n || k < b.n) {
        while (i < a.n && ((a.p[i] >= '0' && a.p[i] <= '9') || a.p[i] == ' '))
            i++;
        while (k < b.n && ((b.p[k] >= '0' && b.p[k] <= '9') || b.p[k] == ' '))
            k++;
        if (i == a.n || k == b.n)
            break;
        if (a.p[i++] != b.p[k++])
            return false;
    }
    return i == a.n && k == b.n && a.n > 0;
}

static void mark_furniture(struct lines *lines, const struct layout *layout)
{
    for (size_t i = 0; i < lines->all.n; i++) {
        struct line *line = &lines->all.p[i];
        size_t page = (size_t)line->page - 1;
        int64_t height = page < layout->page_heights.n ? layout->page_heights.p[page] : 0;
        line->is_margin =
            height > 0 && (line->bottom < height / MARGIN_SHARE || line->top > height - height / MARGIN_SHARE);
        if (line->is_margin && is_page_number(line->text))
            line->is_furniture = true;
    }
    for (size_t i = 0; i < lines->all.n; i++) {
        struct line *line = &lines->all.p[i];
        if (!line->is_margin || line->is_furniture)
            continue;
        int pages = 1, last = line->page;
        size_t looked = 0;
        for (size_t k = i + 1; k < lines->all.n && looked < 2000 && pages < REPEATS; k++, looked++)
            if (lines->all.p[k].is_margin && lines->all.p[k].page != last &&
                is_same_words(line->text, lines->all.p[k].text)) {
                last = lines->all.p[k].page;
                pages++;
            }
        if (pages < REPEATS && !(pages == 2 && layout->page_heights.n == 2))
            continue;
        for (size_t k = lines->all.n; k-- > i;)
            if (lines->all.p[k].is_margin && is_same_words(line->text, lines->all.p[k].text))
                lines->all.p[k].is_furniture = true;
    }
}

static int compare_values(const void *a, const void *b)
{
    return compare_int64(*(const int64_t *)a, *(const int64_t *)b);
}

/* Edges of the body: where a tenth of the lines begin, where nine tenths end; the middle height. */
static enum rc measure(struct lines *lines)
{
    struct arena *arena = lines->reader->scratch;
    size_t n = 0;
    int64_t *values = ARENA_NEW_ARRAY(arena, int64_t, 3 * (lines->all.n + 1));
    if (!values)
        return reader_no_room(lines->reader, arena_rc(arena));
    int64_t *left = values, *right = values + lines->all.n + 1, *height = right + lines->all.n + 1;
    for (size_t i = 0; i < lines->all.n; i++)
        if (!lines->all.p[i].is_furniture) {
            left[n] = lines->all.p[i].left;
            right[n] = lines->all.p[i].right;
            height[n++] = max_int64(lines->all.p[i].bottom - lines->all.p[i].top, 1);
        }
    if (!n) {
        lines->height = 1;
        return RC_OK;
    }
    qsort(left, n, sizeof *left, compare_values);
    qsort(right, n, sizeof *right, compare_values);
    qsort(height, n, sizeof *height, compare_values);
    lines->left = left[n / 10];
    lines->right = right[n - 1 - n / 10];
    lines->height = height[n / 2];
    return RC_OK;
}

static enum paragraph_align align_of(const struct lines *lines, const struct line *line)
{
    int64_t h = lines->height, before = line->left - lines->left, behind = lines->right - line->right;
    if (before > 2 * h && behind > 2 * h && llabs(before - behind) < 2 * h)
        return ALIGN_CENTER;
    if (before > (lines->right - lines->left) / 3 && behind < 6 * h && before > 3 * behind)
        return ALIGN_RIGHT;
    return ALIGN_LEFT;
}

static bool goes_on(const struct lines *lines, const struct line *line, const struct line *next)
{
    int64_t h = lines->height;
    if (line->is_furniture || next->is_furniture || next->page > line->page + 1)
        return false;
    int64_t line_height = line->bottom - line->top, next_height = next->bottom - next->top;
    if (llabs(line_height - next_height) > h / 4 || align_of(lines, line) != ALIGN_LEFT ||
        align_of(lines, next) != ALIGN_LEFT)
        return false;
    if (line->right < lines->right - 2 * h || next->left > lines->left + h)
        return false;
    return next->page != line->page || next->top - line->bottom < 2 * h;
}

enum rc layout_build(struct reader *reader, struct layout *layout)
{
    struct lines lines = {.reader = reader};
    TRY(make_lines(&lines, layout));
    mark_furniture(&lines, layout);
    TRY(measure(&lines));
    struct buf text CLEANUP(buf_done);
    buf_init(&text, READER_PARAGRAPH_MAX);
    int page = 0, number = 0;
    for (size_t i = 0; i < lines.all.n;) {
        const struct line *first = &lines.all.p[i], *last = first;
        buf_reset(&text);
        buf_add(&text, first->text);
        size_t held = 0; /* furniture between two halves of a paragraph: told after it */
        size_t k = i + 1;
        for (; k < lines.all.n; k++) {
            const struct line *next = &lines.all.p[k];
            if (next->is_furniture && !first->is_furniture && held < 8) {
                held++;
                continue;
            }
            if (!goes_on(&lines, last, next))
                break;
            reader_join_line(&text, next->text);
            last = next;
            held = 0;
        }
        if (buf_rc(&text) != RC_OK)
            return reader_line_no_room(reader, buf_rc(&text));
        number = first->page == page ? number : 0;
        page = first->page;
        struct paragraph p = {.text = buf_str(&text),
                              .page = page,
                              .bold = first->bold,
                              .is_furniture = first->is_furniture,
                              .align = first == last ? align_of(&lines, first) : ALIGN_LEFT,
                              .place = arena_format(reader->scratch, "page %d p%d", page, ++number)};
        TRY(reader_add(reader, p));
        k -= held;
        for (size_t f = i + 1; f < k; f++) /* furniture that the paragraph stepped over */
            if (lines.all.p[f].is_furniture && !first->is_furniture)
                TRY(reader_add(reader, (struct paragraph){.text = lines.all.p[f].text,
                                                          .page = lines.all.p[f].page,
                                                          .bold = lines.all.p[f].bold,
                                                          .is_furniture = true,
                                                          .place = arena_format(reader->scratch, "page %d edge",
                                                                                lines.all.p[f].page)}));
        i = k;
    }
    return RC_OK;
}
