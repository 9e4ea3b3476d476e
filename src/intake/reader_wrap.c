/* reader_wrap.c: joins the lines of a text that was broken at a fixed width.
 *
 * Only where the whole text shows it: many lines are full, hardly one is longer, and the full ones end anywhere, not
 * with a sentence.  Then a full line runs on into the next, unless that one is blank, indented or begins with a mark.
 */
#include <string.h>

#include "intake/reader_work.h"

enum { WIDTH_MIN = 44, WIDTH_MAX = 110, SLACK = 5, FULL_MIN = 5, MARK_DIGITS = 4, LINES_MAX = 200000 };

struct line {
    struct str text; /* trimmed */
    int width;       /* columns */
    bool is_indented;
};

static bool is_wide(uint32_t c)
{
    return c >= 0x1100 &&
           (c <= 0x115F || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
            (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFF60) ||
            (c >= 0x2010 && c <= 0x2026) || (c >= 0x20000 && c <= 0x3FFFD));
}

static int width_of(struct str s)
{
    int width = 0;
    for (size_t at = 0; at < s.n;)
        width += is_wide(reader_next_char(s, &at)) ? 2 : 1;
    return width;
}

/* Full stop, question and exclamation mark, semicolon, colon, of both widths: a paragraph may end here. */
static bool ends_sentence(struct str s)
{
    uint32_t last = 0;
    for (size_t at = s.n > 4 ? s.n - 4 : 0; at < s.n;)
        last = reader_next_char(s, &at);
    return last == 0x3002 || last == 0xFF01 || last == 0xFF1F || last == 0xFF1B || last == 0xFF1A || last == '!' ||
           last == '?' || last == ';' || last == ':' || last == '.';
}

static bool is_han_numeral(uint32_t c)
{
    static const uint32_t numerals[] = {0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D,
                                        0x4E03, 0x516B, 0x4E5D, 0x5341, 0x767E};
    for (size_t i = 0; i < sizeof numerals / sizeof *numerals; i++)
        if (c == numerals[i])
            return true;
    return false;
}

static bool is_digit(uint32_t c) { return (c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19); }

/* Circled and bracketed digits, and the ordinal prefix. */
static bool is_mark_alone(uint32_t c)
{
    return (c >= 0x2460 && c <= 0x249B) || (c >= 0x3220 && c <= 0x3229) || c == 0x7B2C;
}

/* Goes behind the digits that begin with *c, four at most; *c is then what stands there. */
static int skip_digits(struct str s, size_t *at, uint32_t *c)
{
    int n = 0;
    for (; n < MARK_DIGITS && *at < s.n && (is_digit(*c) || is_han_numeral(*c)); n++)
        *c = reader_next_char(s, at);
    return n;
}

/* A numeral, then an enumeration comma, full stop or closing bracket; or a mark that stands alone. */
static bool begins_with_mark(struct str s)
{
    size_t at = 0;
    uint32_t c = s.n ? reader_next_char(s, &at) : 0;
    if (is_mark_alone(c))
        return true;
    bool is_open = c == '(' || c == 0xFF08;
    if (is_open)
        c = reader_next_char(s, &at);
    int digits = skip_digits(s, &at, &c);
    if (digits == 0 || digits == MARK_DIGITS)
        return false;
    if (c == ')' || c == 0xFF09)
        return true;
    bool is_figure = at < s.n && is_digit(reader_next_char(s, &at)); /* "1.5" */
    return !is_open && (c == 0x3001 || ((c == '.' || c == 0xFF0E) && !is_figure));
}

static struct line make_line(struct str raw)
{
    struct line line = {.text = reader_trim(raw)};
    line.width = width_of(line.text);
    line.is_indented = line.text.n > 0 && line.text.p > raw.p;
    if (line.is_indented) /* an indent takes room too */
        line.width += width_of(str_slice(raw, 0, (size_t)(line.text.p - raw.p)));
    return line;
}

/* Width that the text was broken at; 0 when it was not. */
static int find_width(const struct line *lines, size_t n)
{
    size_t counts[WIDTH_MAX + 1] = {0}, filled = 0, longer = 0, full = 0, open = 0;
    for (size_t i = 0; i < n; i++) {
        filled += lines[i].width > 0;
        if (lines[i].width > WIDTH_MAX)
            longer++;
        else
            counts[lines[i].width]++;
    }
    int width = WIDTH_MAX;
    while (width >= WIDTH_MIN && longer + counts[width] <= filled / 20)
        longer += counts[width--]; /* the few lines that are longer than all others do not count */
    if (width < WIDTH_MIN)
        return 0;
    for (size_t i = 0; i < n; i++) {
        bool is_full = lines[i].width >= width - SLACK && lines[i].width <= width;
        full += is_full;
        open += is_full && !ends_sentence(lines[i].text);
    }
    return full >= FULL_MIN && full * 5 >= filled && open * 10 >= full * 6 ? width : 0;
}

static bool runs_on(const struct line *line, const struct line *next, int width, bool has_indents)
{
    if (line->width < width - SLACK || next->text.n == 0 || begins_with_mark(next->text))
        return false;
    return has_indents ? !next->is_indented : !ends_sentence(line->text);
}

enum rc reader_join_wrapped(struct reader *reader, struct str text, struct str *ret)
{
    VEC(struct line) lines = {0};
    *ret = text;
    for (size_t at = 0; at <= text.n && lines.n < LINES_MAX;) {
        size_t end = at;
        while (end < text.n && text.p[end] != '\n' && text.p[end] != '\r' && text.p[end] != '\f')
            end++;
        if (end < text.n && text.p[end] == '\f')
            return RC_OK; /* pages have their own layout */
        if (!VEC_PUSH(reader->scratch, &lines, make_line(str_slice(text, at, end))))
            return reader_no_room(reader, arena_rc(reader->scratch));
        at = end + 1 + (end + 1 < text.n && text.p[end] == '\r' && text.p[end + 1] == '\n');
    }
    int width = lines.n < LINES_MAX ? find_width(lines.p, lines.n) : 0;
    if (width == 0)
        return RC_OK;
    size_t indented = 0;
    for (size_t i = 0; i < lines.n; i++)
        indented += lines.p[i].is_indented;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, text.n + lines.n + 1);
    long joined = 0;
    for (size_t i = 0; i < lines.n; i++) {
        bool is_more = i > 0 && runs_on(&lines.p[i - 1], &lines.p[i], width, indented > 1);
        if (is_more)
            reader_join_line(&out, lines.p[i].text);
        else
            buf_add_char(&out, '\n');
        if (!is_more)
            buf_add(&out, lines.p[i].text);
        joined += is_more;
    }
    if (buf_rc(&out) != RC_OK)
        return reader_no_room(reader, buf_rc(&out));
    *ret = arena_copy_str(reader->scratch, buf_str(&out));
    if (!ret->p)
        return reader_no_room(reader, arena_rc(reader->scratch));
    if (joined)
        reader_note_int(reader, "reader.note.joined_lines", joined);
    return RC_OK;
}
