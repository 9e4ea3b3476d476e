/* sheet_map.c: see sheet_map.h. */
#include "intake/sheet_map.h"

#include "text/normalize.h"
#include "text/utf8.h"

enum { HEAD_BYTES_MAX = 4096, PART_LOSS = 25, POINTS_MIN = 50 };

enum field {
#define FIELD(name) FIELD_##name,
#define WORD(field, word, points)
#include "../../data/sheet_words.def"
#undef FIELD
#undef WORD
    FIELD_COUNT,
    FIELD_NONE = FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT + 1] = {
#define FIELD(name) #name,
#define WORD(field, word, points)
#include "../../data/sheet_words.def"
#undef FIELD
#undef WORD
    ""};

static const struct word {
    enum field field;
    struct str text;
    int points;
} words[] = {
#define FIELD(name)
#define WORD(field, word, points) {FIELD_##field, {word, sizeof(word) - 1}, points},
#include "../../data/sheet_words.def"
#undef FIELD
#undef WORD
};

struct guess {
    enum field field;
    int points;
};

struct value *sheet_map_fields(struct arena *arena)
{
    struct value *list = value_new_list(arena);
    for (int i = 0; i < FIELD_COUNT; i++)
        value_add_text(arena, list, str_from_cstr(field_names[i]));
    return list;
}

/* A head without what varies: width, case, spaces, marks, and what stands in brackets ("amount (10 000)"). */
static void fold_head(struct buf *out, struct str head)
{
    size_t at = 0;
    uint32_t code;
    int depth = 0;
    buf_reset(out);
    while (utf8_decode(head, &at, &code)) {
        char bytes[UTF8_MAX_BYTES];
        code = text_fold_code(code);
        if (code == '(' || code == '[')
            depth++;
        else if ((code == ')' || code == ']') && depth)
            depth--;
        else if (depth == 0 && code > ' ' && code != '*' && code != ':' && code != '/' && code != 0xA0) {
            if (code >= 'A' && code <= 'Z')
                code += 'a' - 'A';
            buf_add_bytes(out, bytes, utf8_encode(code, bytes));
        }
    }
}

/* What a head may mean, best first in points[]; a word that is the head counts fully, a word in it less. */
static void score_head(struct str head, int points[FIELD_COUNT])
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        int score = 0;
        if (str_equal(head, words[i].text))
            score = words[i].points;
        else if (words[i].text.n >= 6 && str_find(head, words[i].text, 0) != SIZE_MAX)
            score = words[i].points - PART_LOSS + (int)(words[i].text.n * 20 / head.n);
        if (score > words[i].points)
            score = words[i].points;
        if (score > points[words[i].field])
            points[words[i].field] = score;
    }
}

static struct guess best_left(int points[FIELD_COUNT], const bool is_taken[FIELD_COUNT])
{
    struct guess best = {FIELD_NONE, 0};
    for (int f = 0; f < FIELD_COUNT; f++)
        if (!is_taken[f] && points[f] >= POINTS_MIN && points[f] > best.points)
            best = (struct guess){(enum field)f, points[f]};
    return best;
}

/* Field that our own export gave to a head, or "". */
static struct str exported_field(const struct sheet_grid *grid, struct str title)
{
    VALUE_EACH (column, value_get(grid->exported, "columns"))
        if (str_equal(value_get_text(column, "sheet"), grid->name) && str_equal(value_get_text(column, "title"), title))
            return value_get_text(column, "field");
    return STR_EMPTY;
}

/* Gives the fields out, the surest pair of column and field first. */
static void assign(const struct sheet_grid *grid, int (*points)[FIELD_COUNT], struct guess *guesses)
{
    bool is_taken[FIELD_COUNT] = {false};
    for (;;) {
        struct guess best = {FIELD_NONE, 0};
        size_t at = 0;
        for (size_t c = 0; c < grid->column_count; c++) {
            struct guess guess = guesses[c].points ? (struct guess){FIELD_NONE, 0} : best_left(points[c], is_taken);
            if (guess.points > best.points) {
                best = guess;
                at = c;
            }
        }
        if (best.points == 0)
            return;
        guesses[at] = best;
        is_taken[best.field] = true;
    }
}

struct str sheet_map_signature(struct arena *arena, const struct sheet_grid *grid)
{
    CLEANUP(buf_done) struct buf head;
    buf_init(&head, HEAD_BYTES_MAX);
    uint64_t hash = 0;
    for (size_t c = 0; grid->head_index != SIZE_MAX && c < grid->column_count; c++) {
        fold_head(&head, grid->rows[grid->head_index].cells[c]);
        buf_add_char(&head, '\t');
        hash = str_hash(buf_str(&head), hash);
    }
    return arena_format(arena, "%016llx", (unsigned long long)hash);
}

enum rc sheet_map_guess(struct ctx *ctx, const struct sheet_grid *grid, struct value **ret_mapping)
{
    if (grid->head_index == SIZE_MAX)
        return ctx_fail_key(ctx, RC_NOT_FOUND, "import.no_head");
    int(*points)[FIELD_COUNT] = arena_alloc_array(ctx->arena, grid->column_count, sizeof *points);
    struct guess *guesses = ARENA_NEW_ARRAY(ctx->arena, struct guess, grid->column_count);
    if (!points || !guesses)
        return arena_rc(ctx->arena);
    const struct sheet_row *head = &grid->rows[grid->head_index];
    CLEANUP(buf_done) struct buf folded;
    buf_init(&folded, HEAD_BYTES_MAX);
    for (size_t c = 0; c < grid->column_count; c++) {
        fold_head(&folded, head->cells[c]);
        if (folded.n)
            score_head(buf_str(&folded), points[c]);
        guesses[c].field = FIELD_NONE;
    }
    assign(grid, points, guesses);
    struct value *mapping = value_new_map(ctx->arena);
    value_put_text(ctx->arena, mapping, "signature", sheet_map_signature(ctx->arena, grid));
    value_put_text(ctx->arena, mapping, "kind", value_get_text(grid->exported, "kind"));
    struct value *columns = value_put_list(ctx->arena, mapping, "columns");
    for (size_t c = 0; c < grid->column_count; c++) {
        struct str exported = exported_field(grid, head->cells[c]);
        struct value *column = value_add_map(ctx->arena, columns);
        value_put_int(ctx->arena, column, "column", (int64_t)c + 1);
        value_put_text(ctx->arena, column, "title", head->cells[c]);
        value_put_text(ctx->arena, column, "field",
                       exported.n ? exported : str_from_cstr(field_names[guesses[c].field]));
        value_put_int(ctx->arena, column, "confidence", exported.n ? 100 : guesses[c].points);
    }
    *ret_mapping = mapping;
    return arena_rc(ctx->arena);
}
