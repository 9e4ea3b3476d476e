/* register_sheet_unit.c: which unit the words of a cell name; see register_sheet.h. */
#include "base/map.h"
#include "intake/register_sheet.h"
#include "text/similarity.h"

enum { SUGGESTIONS = 3, ALIKE_MIN_BP = 2500 };

struct word {
    const struct value *unit;
    bool is_shared; /* several open units have it */
};

struct register_units {
    struct arena *arena;
    const struct value *rows;
    struct map words;
    struct map suggestions;
};

static bool is_closed(const struct value *unit) { return value_get_text(unit, "valid_to").n > 0; }

/* An open unit wins over a closed one of the same name. */
static bool add_word(struct register_units *units, struct str text, const struct value *unit)
{
    struct str key = register_sheet_key(units->arena, text);
    if (!key.n)
        return true;
    struct word *word = map_get(&units->words, key);
    if (word && word->unit != unit && !is_closed(unit)) {
        word->is_shared = !is_closed(word->unit);
        word->unit = word->is_shared ? word->unit : unit;
    }
    if (word)
        return true;
    word = ARENA_NEW(units->arena, struct word);
    if (!word)
        return false;
    word->unit = unit;
    return map_put(&units->words, key, word) == RC_OK;
}

struct register_units *register_units_new(struct arena *arena, const struct value *rows)
{
    struct register_units *units = ARENA_NEW(arena, struct register_units);
    if (!units)
        return NULL;
    units->arena = arena;
    units->rows = rows;
    map_init(&units->words, arena);
    map_init(&units->suggestions, arena);
    static const char *const keys[] = {"code", "name", "short_name"};
    VALUE_EACH (unit, rows) {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (!add_word(units, value_get_text(unit, keys[i]), unit))
                return NULL;
    }
    return units;
}

static enum unit_match find_word(const struct register_units *units, struct str text, const struct value **ret_unit)
{
    const struct word *word = map_get(&units->words, register_sheet_key(units->arena, text));
    if (!word)
        return UNIT_UNKNOWN;
    if (word->is_shared)
        return UNIT_AMBIGUOUS;
    *ret_unit = word->unit;
    return is_closed(word->unit) ? UNIT_CLOSED : UNIT_FOUND;
}

/* The part before the first mark between names. */
static struct str first_part(struct str words)
{
    static const char *const marks[] = {"\xe3\x80\x81", "\xef\xbc\x9b", "\xef\xbc\x8c", ";", ",", "\n", "/", " "};
    size_t cut = words.n;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t at = str_find(words, str_from_cstr(marks[i]), 0);
        if (at != SIZE_MAX && at < cut)
            cut = at;
    }
    return str_slice(words, 0, cut);
}

enum unit_match register_units_find(const struct register_units *units, struct str words, const struct value **ret_unit)
{
    enum unit_match match = find_word(units, words, ret_unit);
    struct str first = str_trim(first_part(words));
    if (match != UNIT_UNKNOWN || first.n == words.n)
        return match;
    return find_word(units, first, ret_unit);
}

static int likeness(struct arena *arena, struct str words, const struct value *unit)
{
    int name = 0, short_name = 0;
    if (similarity_dice(arena, words, value_get_text(unit, "name"), &name) != RC_OK)
        return 0;
    struct str s = value_get_text(unit, "short_name");
    if (s.n && similarity_dice(arena, words, s, &short_name) != RC_OK)
        return 0;
    return name > short_name ? name : short_name;
}

struct str register_units_suggest(struct register_units *units, struct str words)
{
    struct str first = str_trim(first_part(words)), *known = map_get(&units->suggestions, first);
    if (known)
        return *known;
    struct arena *scratch CLEANUP(arena_free_ptr) = arena_new((size_t)64 << 20);
    const struct value *best[SUGGESTIONS] = {NULL};
    int points[SUGGESTIONS] = {0};
    VALUE_EACH (unit, scratch ? units->rows : NULL) {
        int p = is_closed(unit) ? 0 : likeness(scratch, first, unit);
        arena_reset(scratch);
        if (p < ALIKE_MIN_BP)
            continue;
        int at = SUGGESTIONS;
        while (at > 0 && p > points[at - 1])
            at--;
        for (int i = SUGGESTIONS - 1; i > at; i--) {
            best[i] = best[i - 1];
            points[i] = points[i - 1];
        }
        if (at < SUGGESTIONS) {
            best[at] = unit;
            points[at] = p;
        }
    }
    struct str *text = ARENA_NEW(units->arena, struct str);
    if (!text)
        return STR_EMPTY;
    *text = STR("");
    for (int i = 0; i < SUGGESTIONS && best[i]; i++)
        *text = arena_format(units->arena, "%.*s%s%.*s", STR_ARG(*text), i ? ", " : "",
                             STR_ARG(value_get_text(best[i], "name")));
    return map_put(&units->suggestions, first, text) == RC_OK ? *text : STR_EMPTY;
}
