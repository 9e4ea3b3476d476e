/* draft_build_again.c: problems that the long-term part of a bulletin names again.
 *
 * "关于“…”问题的整改" among the problems and once more among the long-term matters is one problem: by its heading, or
 * by a heading that differs in a few words more ("处置缓慢", "处置较为缓慢").  Other words in the same place are
 * another problem: "一矿…" is not "二矿…", however alike the rest.
 */
#include "intake/draft_parts.h"
#include "intake/outline_parts.h"

enum {
    KEY_COUNT_MIN = 6,  /* fewer characters are no name */
    NEAR_COUNT_MIN = 8, /* nor enough to be nearly the same */
    MORE_DIVISOR = 4    /* at most this part of the shorter may be added */
};

struct draft_named {
    struct value *finding;
    struct str key;
    struct draft_named *before;
};

static struct str without_ends(struct str s, const char *const *starts, const char *const *ends)
{
    for (size_t i = 0; starts[i]; i++)
        if (str_has_prefix(s, str_from_cstr(starts[i])))
            s = str_slice(s, str_from_cstr(starts[i]).n, s.n);
    for (size_t i = 0; ends[i]; i++)
        if (str_has_suffix(s, str_from_cstr(ends[i])))
            s = str_slice(s, 0, s.n - str_from_cstr(ends[i]).n);
    return s;
}

/* The problem in a heading, without the words round it: "关于“帮扶资金监管不严”问题的整改情况". */
static struct str key_of(struct str heading)
{
    static const char *const starts[] = {"针对", "关于", "对", "“", NULL};
    static const char *const ends[] = {"情况", "进展", "落实", "推进", "整改", "长期", "的", "问题", "的", "”", NULL};
    return outline_trim(without_ends(outline_trim(heading), starts, ends));
}

void draft_name_finding(struct draft_builder *b, struct value *finding, const struct outline_node *node)
{
    struct draft_named *named = ARENA_NEW(b->arena, struct draft_named);
    if (!named)
        return;
    *named = (struct draft_named){.finding = finding, .key = key_of(node->heading), .before = b->named};
    b->named = named;
}

/* Is the longer one the shorter with a few characters put in? */
static bool is_near(struct str one, struct str other)
{
    struct str shorter = one.n < other.n ? one : other, longer = one.n < other.n ? other : one;
    size_t count = outline_count(shorter), at = 0;
    if (count < NEAR_COUNT_MIN || longer.n - shorter.n > shorter.n / MORE_DIVISOR)
        return false;
    for (size_t i = 0, next = 0; i < longer.n && at < shorter.n; i = next) {
        size_t behind = 0;
        if (outline_code_at(longer, i, &next) == outline_code_at(shorter, at, &behind))
            at = behind;
    }
    return at == shorter.n;
}

struct value *draft_find_named(const struct draft_builder *b, const struct outline_node *node)
{
    struct str key = key_of(node->heading);
    struct value *found[2] = {NULL, NULL}; /* nearly so, the same */
    size_t n[2] = {0, 0};
    if (outline_count(key) < KEY_COUNT_MIN)
        return NULL;
    for (const struct draft_named *named = b->named; named; named = named->before) {
        bool is_same = str_equal(named->key, key);
        if (!is_same && !is_near(named->key, key))
            continue;
        found[is_same] = named->finding;
        n[is_same]++;
    }
    bool by_same = n[1] > 0;
    return n[by_same] == 1 ? found[by_same] : NULL;
}
