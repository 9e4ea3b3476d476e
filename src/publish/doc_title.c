/* doc_title.c: see doc_title.h. */
#include "publish/doc_title.h"

#include <limits.h>

#include "text/utf8.h"
#include "text/words.h"

enum { HOURGLASS = 90, OBLONG = 6, FURTHER_LINE = 45 };

static bool is_title(enum doc_style style) { return style == DOC_TITLE || style == DOC_SUBTITLE; }

/* In halves of a character. */
static int width_of(struct str text)
{
    int halves = 0;
    uint32_t code;
    for (size_t at = 0; utf8_decode(text, &at, &code);)
        halves += code < 0x80 ? 1 : 2;
    return halves;
}

/* Choosing: every line ends at one of the ends; what is least in sum wins. */
struct choice {
    const struct word_end *ends; /* and one at the end of the text */
    int *widths;                 /* of the text before each end */
    int n, lines, most, mean;    /* halves */
    int chosen[DOC_TITLE_LINES_MAX], best[DOC_TITLE_LINES_MAX];
    int best_lines;
    long best_cost;
};

static int line_width(const struct choice *c, const int *chosen, int line)
{
    return c->widths[chosen[line]] - (line ? c->widths[chosen[line - 1]] : 0);
}

static long shape_cost(const struct choice *c)
{
    int widest = 0, narrowest = INT_MAX;
    bool is_hourglass = false;
    for (int i = 0; i < c->lines; i++) {
        int width = line_width(c, c->chosen, i);
        widest = width > widest ? width : widest;
        narrowest = width < narrowest ? width : narrowest;
        is_hourglass |= i > 0 && i + 1 < c->lines && width < line_width(c, c->chosen, i - 1) &&
                        width < line_width(c, c->chosen, i + 1);
    }
    return is_hourglass ? HOURGLASS : widest == narrowest ? OBLONG : 0;
}

static void choose(struct choice *c, int line, long cost)
{
    int start = line ? c->chosen[line - 1] + 1 : 0;
    bool is_last = line + 1 == c->lines;
    if (cost >= c->best_cost || line >= DOC_TITLE_LINES_MAX)
        return;
    for (int i = is_last ? c->n - 1 : start; i < c->n; i++) {
        c->chosen[line] = i;
        int width = line_width(c, c->chosen, line), off = (width - c->mean) / 2;
        if (width > c->most)
            break;
        long now = cost + (long)off * off + (is_last ? 0 : c->ends[i].cost);
        if (!is_last) {
            choose(c, line + 1, now);
        } else if ((now += shape_cost(c)) < c->best_cost) {
            c->best_cost = now;
            c->best_lines = c->lines;
            for (int k = 0; k < c->lines; k++)
                c->best[k] = c->chosen[k];
        }
    }
}

int doc_title_ends(struct ctx *ctx, enum doc_style style, struct str text, int width_twips, size_t *ends, int room)
{
    int em = doc_look(style)->half_points * 10, whole = width_of(text), most = 2 * width_twips / em; /* halves */
    struct word_end *words;
    size_t n;
    if (!is_title(style) || whole <= most || most < 2 || str_find_byte(text, '\n', 0) != SIZE_MAX ||
        words_ends(ctx->arena, text, &words, &n) != RC_OK)
        return 0;
    struct choice c = {.ends = words, .n = (int)n + 1, .most = most - most % 2, .best_cost = LONG_MAX};
    if (!(c.widths = ARENA_NEW_ARRAY(ctx->arena, int, n + 1)))
        return 0;
    for (size_t i = 0; i <= n; i++)
        c.widths[i] = width_of(str_slice(text, 0, i < n ? words[i].at : text.n));
    int least = (whole + c.most - 1) / c.most;
    for (c.lines = least; c.lines <= DOC_TITLE_LINES_MAX && c.lines <= room + 1; c.lines++) {
        if (c.lines > least + 1 && c.best_cost < LONG_MAX)
            break;
        c.mean = whole / c.lines;
        choose(&c, 0, (long)(c.lines - least) * FURTHER_LINE);
    }
    for (int i = 0; i + 1 < c.best_lines; i++)
        ends[i] = words[c.best[i]].at;
    return c.best_lines ? c.best_lines - 1 : 0;
}

const struct doc_block *doc_title_broken(struct doc *doc, const struct doc_block *block, int width_twips)
{
    size_t ends[DOC_TITLE_LINES_MAX], at = 0;
    struct arena *arena = doc->ctx->arena;
    int n = is_title(block->style) ? doc_title_ends(doc->ctx, block->style, doc_block_text(doc, block), width_twips,
                                                    ends, DOC_TITLE_LINES_MAX - 1)
                                   : 0,
        next = 0;
    struct doc_block *broken = n ? ARENA_NEW(arena, struct doc_block) : NULL;
    if (!broken)
        return block;
    *broken = *block;
    broken->first = broken->last = NULL;
    for (const struct doc_run *run = block->first; run; at += run->text.n, run = run->next) {
        struct doc_run *copy = ARENA_NEW(arena, struct doc_run);
        struct str text = STR_EMPTY;
        size_t from = 0;
        if (!copy)
            return block;
        for (; next < n && ends[next] <= at + run->text.n; from = ends[next++] - at)
            text =
                arena_concat(arena, arena_concat(arena, text, str_slice(run->text, from, ends[next] - at)), STR("\n"));
        *copy = *run;
        copy->next = NULL;
        copy->text = arena_concat(arena, text, str_slice(run->text, from, run->text.n));
        if (broken->last)
            broken->last->next = copy;
        else
            broken->first = copy;
        broken->last = copy;
    }
    return broken;
}

int doc_title_inset(const struct doc_block *broken, int width_twips)
{
    int em = doc_look(broken->style)->half_points * 10, longest = 0, line = 0, lines = 1; /* twips, halves */
    for (const struct doc_run *run = is_title(broken->style) ? broken->first : NULL; run; run = run->next) {
        struct str rest = run->text, piece;
        for (bool is_first = true; rest.n && str_split_next(&rest, '\n', &piece); is_first = false) {
            lines += !is_first;
            line = (is_first ? line : 0) + width_of(piece);
            longest = line > longest ? line : longest;
        }
    }
    int left = width_twips - longest * em / 2;
    return lines > 1 && left < em / 2 ? (left - em / 2) / 2 : 0;
}

int doc_title_aside(struct doc *doc, const struct doc_block *block, int width_twips)
{
    return doc_title_inset(doc_title_broken(doc, block, width_twips), width_twips);
}
