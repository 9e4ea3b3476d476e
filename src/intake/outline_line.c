/* outline_line.c: from paragraphs to cleaned lines, and the way back to the raw text. */
#include "intake/outline_parts.h"

#include <string.h>

#include "text/utf8.h"

uint32_t outline_code_at(struct str s, size_t at, size_t *ret_next)
{
    uint32_t code = 0;
    size_t next = at;
    const unsigned char *p = (const unsigned char *)s.p + at;
    if (at + 2 < s.n && p[0] >= 0xE1 && p[0] <= 0xEC && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
        /* Nearly every character of these documents is here. */
        code = ((uint32_t)(p[0] & 15) << 12) | ((uint32_t)(p[1] & 63) << 6) | (uint32_t)(p[2] & 63);
        next = at + 3;
    } else if (at < s.n && p[0] < 0x80) {
        code = p[0];
        next = at + 1;
    } else if (at < s.n && !utf8_decode(s, &next, &code)) {
        code = (unsigned char)s.p[at];
        next = at + 1;
    }
    if (ret_next)
        *ret_next = next;
    return code;
}

size_t outline_step_back(struct str s, size_t at)
{
    if (at == 0)
        return 0;
    at--;
    while (at > 0 && ((unsigned char)s.p[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static bool is_space(uint32_t code)
{
    return code == ' ' || code == '\t' || code == '\r' || code == '\n' || code == 0x3000 || code == 0xA0 ||
           (code >= 0x2000 && code <= 0x200B) || code == 0xFEFF;
}

struct str outline_trim(struct str s)
{
    size_t from = 0, next = 0;
    while (from < s.n && is_space(outline_code_at(s, from, &next)))
        from = next;
    size_t to = s.n;
    while (to > from) {
        size_t back = outline_step_back(s, to);
        if (!is_space(outline_code_at(s, back, NULL)))
            break;
        to = back;
    }
    return str_slice(s, from, to);
}

size_t outline_count(struct str s) { return utf8_count(s); }

size_t outline_find(struct str s, const char *word, size_t from)
{
    struct str needle = str_from_cstr(word);
    if (from >= s.n || needle.n == 0 || needle.n > s.n - from)
        return SIZE_MAX;
    const char *at = memmem(s.p + from, s.n - from, needle.p, needle.n);
    return at ? (size_t)(at - s.p) : SIZE_MAX;
}

size_t outline_find_any(struct str s, size_t from, const char *const *words, size_t *ret_word)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; words[i]; i++) {
        size_t at = outline_find(s, words[i], from);
        if (at < best) {
            best = at;
            if (ret_word)
                *ret_word = i;
        }
    }
    return best;
}

bool outline_has_any(struct str s, const char *const *words) { return outline_find_any(s, 0, words, NULL) != SIZE_MAX; }

struct str outline_clean(const struct outline_line *line, size_t from, size_t to)
{
    if (to > line->match.n)
        to = line->match.n;
    if (from > to)
        from = to;
    return outline_trim(str_slice(line->clean.text, line->fold.raw_offset[from], line->fold.raw_offset[to]));
}

struct outline_span outline_span_of(const struct outline_line *line, size_t from, size_t to)
{
    struct outline_span span = {.paragraph = line->paragraph};
    if (to > line->match.n)
        to = line->match.n;
    if (from > to)
        from = to;
    size_t raw_from = 0, raw_to = 0;
    cleaned_raw_range(&line->clean, line->fold.raw_offset[from], line->fold.raw_offset[to], &raw_from, &raw_to);
    span.from = line->raw_at + (uint32_t)raw_from;
    span.to = line->raw_at + (uint32_t)raw_to;
    return span;
}

struct str outline_place_of(const struct outline *outline, const struct outline_line *line)
{
    return outline->document->paragraphs[line->paragraph].place;
}

void outline_add_report(struct outline *outline, const char *code, enum outline_severity severity, uint32_t line,
                        size_t from, size_t to, struct str stated, struct str computed, int node_id)
{
    const struct outline_line *at = &outline->lines.p[line];
    struct outline_report report = {.code = code,
                                    .severity = severity,
                                    .place = outline_place_of(outline, at),
                                    .span = outline_span_of(at, from, to),
                                    .text = outline_clean(at, from, to),
                                    .stated = stated,
                                    .computed = computed,
                                    .node_id = node_id};
    /* A refused push leaves the arena's code set; outline_build checks it once at the end. */
    (void)VEC_PUSH(outline->arena, &outline->reports, report);
}

static enum rc read_line(struct outline *outline, size_t paragraph, size_t raw_at, struct str raw)
{
    struct outline_line line = {.paragraph = (uint32_t)paragraph, .raw_at = (uint32_t)raw_at};
    TRY(text_clean(outline->arena, raw, &line.clean));
    TRY(text_fold_width(outline->arena, line.clean.text, &line.fold));
    line.match = line.fold.text;
    outline->pinyin_marks += line.clean.mark_count;
    if (!VEC_PUSH(outline->arena, &outline->lines, line))
        return arena_rc(outline->arena);
    return RC_OK;
}

enum rc outline_read_lines(struct outline *outline)
{
    const struct document *document = outline->document;
    for (size_t i = 0; i < document->count; i++) {
        const struct paragraph *paragraph = &document->paragraphs[i];
        struct str raw = paragraph->text;
        size_t at = 0;
        bool is_cell = paragraph->table > 0;
        for (;;) {
            size_t end = is_cell ? SIZE_MAX : str_find_byte(raw, '\n', at);
            if (end == SIZE_MAX)
                end = raw.n;
            struct str piece = str_slice(raw, at, end);
            bool is_last = end >= raw.n;
            if (outline_trim(piece).n > 0 || (at == 0 && is_last))
                TRY(read_line(outline, i, at, piece));
            if (is_last)
                break;
            at = end + 1;
        }
        if (outline->lines.n == 0 || outline->lines.p[outline->lines.n - 1].paragraph != i)
            TRY(read_line(outline, i, 0, STR_EMPTY));
    }
    outline->is_table_line = arena_alloc(outline->arena, outline->lines.n + 1);
    outline->first_line = ARENA_NEW_ARRAY(outline->arena, uint32_t, document->count + 1);
    if (!outline->is_table_line || !outline->first_line)
        return arena_rc(outline->arena);
    for (size_t i = outline->lines.n; i > 0; i--)
        outline->first_line[outline->lines.p[i - 1].paragraph] = (uint32_t)(i - 1);
    outline->first_line[document->count] = (uint32_t)outline->lines.n;
    for (size_t i = 0; i < outline->lines.n; i++) {
        struct outline_line *line = &outline->lines.p[i];
        const struct paragraph *paragraph = &document->paragraphs[line->paragraph];
        outline->is_table_line[i] = paragraph->table > 0;
        bool is_first = i == 0 || outline->lines.p[i - 1].paragraph != line->paragraph;
        /* Automatic marks are printed in either width too. */
        struct cleaned list_mark = {0};
        if (is_first && paragraph->list_mark.n)
            TRY(text_fold_width(outline->arena, paragraph->list_mark, &list_mark));
        if (!outline->is_table_line[i])
            outline_read_mark(line, list_mark.text);
    }
    return RC_OK;
}
