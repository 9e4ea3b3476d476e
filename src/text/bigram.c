/* bigram.c: search tokens; see bigram.h. */
#include "text/bigram.h"

#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/rand.h"
#include "text/normalize.h"
#include "text/points.h"
#include "text/utf8.h"

enum { TOKENS_MAX_BYTES = 1 << 28, QUERY_MAX_BYTES = 16 * 1024 };

/* Walks the tokens of a folded text. */
struct walk {
    struct points points;
    size_t at;
    char text[BIGRAM_TOKEN_MAX_BYTES];
};

static bool is_word_code(uint32_t code)
{
    return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

static uint32_t code_at(const struct walk *walk, size_t i) { return i < walk->points.n ? walk->points.code[i] : 0; }

/* Text of the next token, in walk->text; single: the last character of a run of Chinese characters; word: letters and
 * digits. */
static bool next_token(struct walk *walk, struct str *ret_text, bool *ret_is_single, bool *ret_is_word)
{
    while (walk->at < walk->points.n && !utf8_is_han(code_at(walk, walk->at)) && !is_word_code(code_at(walk, walk->at)))
        walk->at++;
    if (walk->at >= walk->points.n)
        return false;
    size_t n = 0;
    *ret_is_word = !utf8_is_han(code_at(walk, walk->at));
    *ret_is_single = false;
    if (*ret_is_word) {
        for (; is_word_code(code_at(walk, walk->at)); walk->at++) {
            uint32_t code = code_at(walk, walk->at);
            if (n < sizeof walk->text) /* the rest of a very long word is not told apart */
                walk->text[n++] = (char)(code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code);
        }
    } else {
        n = utf8_encode(code_at(walk, walk->at), walk->text);
        walk->at++;
        *ret_is_single = !utf8_is_han(code_at(walk, walk->at));
        if (!*ret_is_single)
            n += utf8_encode(code_at(walk, walk->at), walk->text + n);
    }
    *ret_text = (struct str){walk->text, n};
    return true;
}

static enum rc walk_init(struct arena *arena, struct str text, struct walk *ret)
{
    struct cleaned cleaned;
    TRY(text_clean(arena, text, &cleaned));
    ret->at = 0;
    return points_of(arena, cleaned.text, &ret->points);
}

/* Copies the token and puts it in the set; ret_is_new false when it was there. */
static enum rc remember(struct arena *arena, struct map *seen, struct str *token, bool *ret_is_new)
{
    *ret_is_new = !map_get(seen, *token);
    if (!*ret_is_new)
        return RC_OK;
    *token = arena_copy_str(arena, *token);
    if (!token->p)
        return arena_rc(arena);
    return map_put(seen, *token, seen);
}

/* Set of the tokens of a document: open addressing, at most half full, over 64-bit keys.  A pair or single character is
 * its code points, a word its hash with a fresh seed: texts that were made to collide cannot be. */
struct token_set {
    uint64_t *keys; /* 0: free */
    size_t room;    /* power of two */
    uint64_t seed;
};

static enum rc set_init(struct arena *arena, size_t tokens_max, struct token_set *ret)
{
    size_t room = 16;
    while (room < tokens_max * 2)
        room *= 2;
    struct token_set set = {ARENA_NEW_ARRAY(arena, uint64_t, room), room, rand_uint64()};
    if (!set.keys)
        return arena_rc(arena);
    *ret = set;
    return RC_OK;
}

/* True when key was not in the set. */
static bool set_add(struct token_set *set, uint64_t key)
{
    uint64_t mixed = (key ^ set->seed) * 0x9E3779B97F4A7C15ULL;
    mixed ^= mixed >> 32;
    size_t i = mixed & (set->room - 1);
    while (set->keys[i] && set->keys[i] != key)
        i = (i + 1) & (set->room - 1);
    if (set->keys[i] == key)
        return false;
    set->keys[i] = key;
    return true;
}

static uint64_t token_key(const struct token_set *set, const struct walk *walk, struct str token, bool is_word,
                          bool is_single)
{
    if (is_word)
        return str_hash(token, set->seed) | 1ULL << 63;
    size_t second = walk->at;
    return (uint64_t)code_at(walk, second - 1) << 32 | (is_single ? 0 : code_at(walk, second));
}

enum rc bigram_document(struct arena *arena, struct str text, struct str *ret_tokens)
{
    struct walk walk;
    TRY(walk_init(arena, text, &walk));
    struct token_set seen = {0};
    TRY(set_init(arena, walk.points.n, &seen));
    /* a token begins at each Chinese character: two of them and a blank; a word is no longer than its text */
    size_t room = walk.points.n * (2 * UTF8_MAX_BYTES + 1) + 1;
    if (room > TOKENS_MAX_BYTES)
        return RC_TOO_LARGE;
    char *out = arena_alloc(arena, room);
    if (!out)
        return arena_rc(arena);
    size_t n = 0;
    struct str token;
    bool is_single, is_word;
    while (next_token(&walk, &token, &is_single, &is_word)) {
        if (!set_add(&seen, token_key(&seen, &walk, token, is_word, is_single)))
            continue;
        if (n)
            out[n++] = ' ';
        memcpy(out + n, token.p, token.n);
        n += token.n;
    }
    *ret_tokens = (struct str){out, n};
    return RC_OK;
}

enum rc bigram_query(struct arena *arena, struct str typed, struct bigram_query *ret)
{
    struct walk walk;
    TRY(walk_init(arena, utf8_cut_bytes(typed, QUERY_MAX_BYTES), &walk));
    struct map seen;
    map_init(&seen, arena);
    struct bigram_query query = {ARENA_NEW_ARRAY(arena, struct bigram_token, BIGRAM_QUERY_MAX_TOKENS), 0};
    if (!query.p)
        return arena_rc(arena);
    struct str token;
    bool is_single, is_word, is_new, is_inside = false;
    while (query.n < BIGRAM_QUERY_MAX_TOKENS && next_token(&walk, &token, &is_single, &is_word)) {
        /* the last character of a longer run is in the pair before it already */
        bool is_needless = is_single && is_inside;
        is_inside = !is_word && !is_single;
        if (is_needless)
            continue;
        TRY(remember(arena, &seen, &token, &is_new));
        if (is_new)
            query.p[query.n++] = (struct bigram_token){token, is_word || is_single};
    }
    *ret = query;
    return RC_OK;
}

static struct str join(struct arena *arena, const struct bigram_query *query, const char *quote, const char *prefix,
                       const char *between)
{
    CLEANUP(buf_done) struct buf out;
    buf_init(&out, (size_t)BIGRAM_QUERY_MAX_TOKENS * (BIGRAM_TOKEN_MAX_BYTES + 16));
    for (size_t i = 0; i < query->n; i++) {
        if (i)
            buf_add_cstr(&out, between);
        buf_add_cstr(&out, quote);
        buf_add(&out, query->p[i].text);
        buf_add_cstr(&out, quote);
        if (query->p[i].is_prefix)
            buf_add_cstr(&out, prefix);
    }
    return buf_rc(&out) == RC_OK ? arena_copy_str(arena, buf_str(&out)) : STR_EMPTY;
}

struct str bigram_fts5_query(struct arena *arena, const struct bigram_query *query)
{
    return join(arena, query, "\"", " *", " AND ");
}

struct str bigram_tsquery(struct arena *arena, const struct bigram_query *query)
{
    return join(arena, query, "'", ":*", " & ");
}

struct bigram_query bigram_query_with(struct arena *arena, const struct bigram_query *query, struct str token)
{
    struct bigram_query more = {ARENA_NEW_ARRAY(arena, struct bigram_token, query->n + 1), query->n + 1};
    if (!more.p)
        return *query; /* the arena remembers */
    for (size_t i = 0; i < query->n; i++)
        more.p[i] = query->p[i];
    more.p[query->n] = (struct bigram_token){token, false};
    return more;
}
